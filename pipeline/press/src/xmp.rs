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

/// The packet of every copy of a batch, cut where title and row id go in.
#[derive(Clone, Debug)]
pub(crate) struct CopyPacket {
    before_title: String,
    before_row: String,
    end: String,
}

impl CopyPacket {
    /// Makes the packet of PDF/A-2u (ISO 19005-2 §6.6.4) for the copies of one sender
    /// and moment.
    ///
    /// It lies uncompressed in every copy: it says what the standard and the Info ask for, no more.
    pub(crate) fn new(sender_name: &str, now: Moment) -> Self {
        let whole = frame(
            &format!(
                " xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\" \
                 xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" \
                 pdfaid:part=\"2\" pdfaid:conformance=\"U\" \
                 xmp:CreatorTool=\"{CREATOR}\" xmp:CreateDate=\"{}\"",
                now.rfc3339_jst()
            ),
            &format!(
                "{}<dc:creator><rdf:Seq><rdf:li>{}</rdf:li></rdf:Seq></dc:creator>\
                 <dc:identifier>{GAP}</dc:identifier>",
                title_entry(GAP),
                escape(sender_name)
            ),
        );
        let mut pieces = whole.split(GAP).map(str::to_owned);
        let mut next = || pieces.next().expect("the frame has two gaps");
        Self { before_title: next(), before_row: next(), end: next() }
    }

    /// Writes the packet of one copy.
    pub(crate) fn write(&self, title: &str, row_id: &str, out: &mut Vec<u8>) {
        for text in
            [&self.before_title, &*escape(title), &self.before_row, &escape(row_id), &self.end]
        {
            out.extend_from_slice(text.as_bytes());
        }
    }
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

/// Stands in a packet where a copy's own text goes; escaped text never holds it.
const GAP: &str = "\u{1}";
/// The program that made the document, in Info and XMP alike.
pub(crate) const CREATOR: &str = "lettershop";
/// The program that wrote the PDF, in Info and XMP alike.
pub(crate) const PRODUCER: &str = "lettershop press";
/// The version of PDF/X, in Info and XMP alike.
pub(crate) const PDFX: &str = "PDF/X-4";
