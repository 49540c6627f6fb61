//! The XMP packets of print files and copies, and the other places where a file says what it is.

use letter::Moment;

/// What a print file's packet says.
pub(crate) struct Packet<'a> {
    pub(crate) title: &'a str,
    pub(crate) now: Moment,
    /// Names this document and no other.
    pub(crate) id: [u8; 16],
}

/// Returns the packet of a print file: PDF/X-4 and PDF/VT-1 (facts: post_and_print §5.1).
pub(crate) fn print_packet(packet: &Packet<'_>) -> String {
    let date = packet.now.rfc3339_jst();
    let uuid = uuid(packet.id);
    frame(
        " xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" \
         xmlns:pdfxid=\"http://www.npes.org/pdfx/ns/id/\" \
         xmlns:pdfvtid=\"http://www.npes.org/pdfvt/ns/id/\" \
         xmlns:xmpMM=\"http://ns.adobe.com/xap/1.0/mm/\"",
        &format!(
            "<dc:format>application/pdf</dc:format>{title}\
             <xmp:CreatorTool>{CREATOR}</xmp:CreatorTool><pdf:Producer>{PRODUCER}</pdf:Producer>\
             <xmp:CreateDate>{date}</xmp:CreateDate><xmp:ModifyDate>{date}</xmp:ModifyDate>\
             <xmp:MetadataDate>{date}</xmp:MetadataDate>\
             <pdf:Trapped>False</pdf:Trapped>\
             <pdfxid:GTS_PDFXVersion>{PDFX}</pdfxid:GTS_PDFXVersion>\
             <pdfvtid:GTS_PDFVTVersion>PDF/VT-1</pdfvtid:GTS_PDFVTVersion>\
             <pdfvtid:GTS_PDFVTModDate>{date}</pdfvtid:GTS_PDFVTModDate>\
             <xmpMM:DocumentID>uuid:{uuid}</xmpMM:DocumentID>\
             <xmpMM:InstanceID>uuid:{uuid}</xmpMM:InstanceID>\
             <xmpMM:VersionID>1</xmpMM:VersionID>\
             <xmpMM:RenditionClass>default</xmpMM:RenditionClass>",
            title = title_entry(&escape(packet.title))
        ),
    )
}

/// Returns the packet of all copies of a batch: PDF/A-2u (ISO 19005-2 §6.6.4) and PDF/UA-1
/// (ISO 14289-1 §5), whose identifier PDF/A wants to have explained (§6.6.2.3.3).
pub(crate) fn copy_packet(title: &str, sender_name: &str, now: Moment) -> String {
    let attributes = format!(
        " xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\" \
         xmlns:pdfuaid=\"http://www.aiim.org/pdfua/ns/id/\" \
         xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" \
         xmlns:pdfaExtension=\"http://www.aiim.org/pdfa/ns/extension/\" \
         xmlns:pdfaSchema=\"http://www.aiim.org/pdfa/ns/schema#\" \
         xmlns:pdfaProperty=\"http://www.aiim.org/pdfa/ns/property#\" \
         pdfaid:part=\"2\" pdfaid:conformance=\"U\" pdfuaid:part=\"1\" \
         xmp:CreatorTool=\"{CREATOR}\" xmp:CreateDate=\"{}\"",
        now.rfc3339_jst()
    );
    let title = title_entry(&escape(title));
    let sender = escape(sender_name);
    let creator = format!("<dc:creator><rdf:Seq><rdf:li>{sender}</rdf:li></rdf:Seq></dc:creator>");
    frame(&attributes, &(title + &creator + PDFUA_SCHEMA))
}

/// Returns the packet of all copies of a batch of ready letters: PDF/A-2b, for what their pages say
/// to those who do not see them is the sender's.
pub(crate) fn ready_copy_packet(title: &str, sender_name: &str, now: Moment) -> String {
    let attributes = format!(
        " xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\" \
         xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" \
         pdfaid:part=\"2\" pdfaid:conformance=\"B\" \
         xmp:CreatorTool=\"{CREATOR}\" xmp:CreateDate=\"{}\"",
        now.rfc3339_jst()
    );
    let (title, sender) = (title_entry(&escape(title)), escape(sender_name));
    let creator = format!("<dc:creator><rdf:Seq><rdf:li>{sender}</rdf:li></rdf:Seq></dc:creator>");
    frame(&attributes, &(title + &creator))
}

/// Returns the packet around the properties of one document.
fn frame(attributes: &str, elements: &str) -> String {
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\
         <x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\
         <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
         <rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"{attributes}>\
         {elements}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end=\"r\"?>"
    )
}

/// Returns the title as PDF/A and PDF/X ask for it: alternatives, of which one is the default.
fn title_entry(title: &str) -> String {
    format!(
        "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">{title}</rdf:li></rdf:Alt></dc:title>"
    )
}

/// Returns a moment as PDF writes it: `D:20261122020000+09'00'`.
pub(crate) fn pdf_date(moment: Moment) -> String {
    let text = moment.rfc3339_jst();
    let digits: String = text[..19].chars().filter(char::is_ascii_digit).collect();
    format!("D:{digits}+09'00'")
}

/// Returns the body of a text string object, readable or as UTF-16.
pub(crate) fn text_string(text: &str) -> String {
    if text.bytes().all(|b| (b' '..=b'~').contains(&b) && !b"()\\".contains(&b)) {
        return format!("({text})");
    }
    let units: String = text.encode_utf16().map(|unit| format!("{unit:04X}")).collect();
    format!("<FEFF{units}>")
}

/// Returns bytes as a hexadecimal string object.
pub(crate) fn hex_string(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    format!("<{digits}>")
}

/// Escapes text for XML; characters that XML 1.0 cannot hold are left out.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => out.push(c),
        }
    }
    out
}

/// Formats an id as a UUID of version 8 (RFC 9562: made by a rule of one's own).
fn uuid(mut id: [u8; 16]) -> String {
    id[6] = id[6] & 0x0f | 0x80;
    id[8] = id[8] & 0x3f | 0x80;
    let hex: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// What PDF/UA's identifier is, in the words of PDF/A (ISO 19005-2 §6.6.2.3.3).
const PDFUA_SCHEMA: &str = "<pdfaExtension:schemas><rdf:Bag>\
    <rdf:li rdf:parseType=\"Resource\"><pdfaSchema:schema>PDF/UA Universal Accessibility Schema\
    </pdfaSchema:schema><pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/\
    </pdfaSchema:namespaceURI><pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\
    <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType=\"Resource\">\
    <pdfaProperty:name>part</pdfaProperty:name>\
    <pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
    <pdfaProperty:category>internal</pdfaProperty:category>\
    <pdfaProperty:description>Indicates, which part of ISO 14289 standard is followed\
    </pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag>\
    </pdfaExtension:schemas>";
/// The program that made the document, in Info and XMP alike.
pub(crate) const CREATOR: &str = "lettershop";
/// The program that wrote the PDF, in Info and XMP alike.
pub(crate) const PRODUCER: &str = "lettershop press";
/// The version of PDF/X, in Info and XMP alike.
pub(crate) const PDFX: &str = "PDF/X-4";
