//! An electronic copy: its pages, text, claims and the sender's row it was made from.

use lopdf::{Dictionary, Object};

use crate::content::{ContentReader, Follow, Lines};
use crate::error::ReadError;
use crate::pdf::Pdf;
use crate::print_file::PageText;

/// What an electronic copy holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyFacts {
    /// The text of each page, in order.
    pub pages: Vec<PageText>,
    /// The text of each form that pages show.
    pub forms: Vec<String>,
    /// What the metadata claims to follow: `2u` for PDF/A-2u.
    pub pdfa: Option<String>,
    /// The title in the metadata.
    pub title: Option<String>,
    /// The sender's row id, which the metadata has as the document's identifier.
    pub row_id: Option<String>,
    /// The natural language, `ja-JP`.
    pub language: Option<String>,
    /// The metadata packet as it stands.
    pub xmp: String,
}

impl CopyFacts {
    /// Returns all text of all pages: forms of a page before its own text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for page in &self.pages {
            for &form in &page.forms {
                text.push_str(&self.forms[form]);
                text.push('\n');
            }
            text.push_str(&page.text);
            text.push('\n');
        }
        text
    }
}

/// Reads an electronic copy.
///
/// # Errors
/// If the file is not a sound PDF, its text cannot be decoded or it has no metadata packet.
pub fn read_copy(bytes: &[u8]) -> Result<CopyFacts, ReadError> {
    let pdf = Pdf::load(bytes)?;
    let objects = pdf.pages()?;
    let mut reader = ContentReader::new(&pdf, Follow::Forms);
    let mut lines = Lines::default();
    let mut pages = Vec::with_capacity(objects.len());
    for (index, page) in objects.iter().enumerate() {
        let mut forms = Vec::new();
        reader.page(page, index + 1, &mut lines, &mut forms)?;
        pages.push(PageText { text: lines.as_str().to_owned(), forms });
    }
    let catalog = pdf.catalog()?;
    let xmp = metadata(&pdf, catalog)?;
    let part = value(&xmp, "part").unwrap_or_default();
    let level = value(&xmp, "conformance").unwrap_or_default().to_lowercase();
    Ok(CopyFacts {
        pages,
        forms: reader.into_forms(),
        pdfa: Some(part + &level).filter(|claim| !claim.is_empty()),
        title: value(&xmp, "title"),
        row_id: value(&xmp, "identifier"),
        language: language(catalog),
        xmp,
    })
}

fn metadata(pdf: &Pdf, catalog: &Dictionary) -> Result<String, ReadError> {
    let object = pdf.get(catalog, b"Metadata")?;
    let object = object.ok_or_else(|| ReadError::structure("catalog", "no Metadata"))?;
    let mut bytes = Vec::new();
    pdf.decode(object.as_stream()?, &mut bytes)?;
    String::from_utf8(bytes).map_err(|_| ReadError::structure("Metadata", "not UTF-8"))
}

fn language(catalog: &Dictionary) -> Option<String> {
    let bytes = catalog.get(b"Lang").and_then(Object::as_str).ok()?;
    String::from_utf8(bytes.to_vec()).ok()
}

/// Returns the text of the first element or attribute of this local name, whatever its prefix.
///
/// An `rdf:Alt` gives its first entry. The packets are written by machines of this shop; entities
/// are the five of XML.
fn value(xmp: &str, local: &str) -> Option<String> {
    let needle = format!(":{local}");
    let mut rest = xmp;
    loop {
        let at = rest.find(&needle)?;
        rest = &rest[at + needle.len()..];
        if let Some(quoted) = rest.strip_prefix("=\"") {
            return Some(unescape(quoted.split('"').next()?));
        }
        let Some(inner) = rest.strip_prefix('>') else { continue };
        // XML's own white space stands between elements; within a value it counts.
        let is_space = |c: char| " \t\r\n".contains(c);
        let mut texts = inner.split('>').map(|part| part.split('<').next().unwrap_or(""));
        return texts.find(|part| !part.chars().all(is_space)).map(unescape);
    }
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use lopdf::{dictionary, Document, SaveOptions, Stream};

    use super::{read_copy, value};

    /// A packet as the press writes it into a copy.
    const PACKET: &str = "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\
        <x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\
        <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
        <rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
        xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\" \
        xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" pdfaid:part=\"2\" pdfaid:conformance=\"U\" \
        xmp:CreatorTool=\"lettershop\" xmp:CreateDate=\"2026-11-22T02:00:00+09:00\">\
        <dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">納税通知書</rdf:li></rdf:Alt></dc:title>\
        <dc:creator><rdf:Seq><rdf:li>星見市</rdf:li></rdf:Seq></dc:creator>\
        <dc:identifier> R&lt;5&gt;&amp;1</dc:identifier>\
        </rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end=\"r\"?>";

    /// Returns a copy of one empty page with this packet, made by another writer than the press.
    fn copy(packet: &str) -> Vec<u8> {
        let mut pdf = Document::with_version("1.7");
        let pages = pdf.new_object_id();
        let page = pdf.add_object(dictionary! {
            "Type" => "Page",
            "Parent" => pages,
            "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
            "Resources" => dictionary! {},
        });
        let kids = dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 };
        pdf.set_object(pages, kids);
        let entries = dictionary! { "Type" => "Metadata", "Subtype" => "XML" };
        let metadata = pdf.add_object(Stream::new(entries, packet.as_bytes().to_vec()));
        let root = pdf.add_object(dictionary! {
            "Type" => "Catalog",
            "Pages" => pages,
            "Metadata" => metadata,
            "Lang" => lopdf::Object::string_literal("ja-JP"),
        });
        pdf.trailer.set("Root", root);
        let mut bytes = Vec::new();
        pdf.save_with_options(&mut bytes, SaveOptions::default()).expect("a written file");
        bytes
    }

    #[test]
    fn a_copy_says_whose_row_it_was_and_what_it_follows() {
        let facts = read_copy(&copy(PACKET)).expect("a copy");
        assert_eq!(facts.row_id.as_deref(), Some(" R<5>&1"), "a blank is part of a row id");
        assert_eq!(facts.title.as_deref(), Some("納税通知書"));
        assert_eq!(facts.pdfa.as_deref(), Some("2u"));
        assert_eq!(facts.language.as_deref(), Some("ja-JP"));
        let nameless = PACKET.replace("dc:identifier", "dc:source");
        assert_eq!(read_copy(&copy(&nameless)).expect("a copy").row_id, None);
    }

    #[test]
    fn a_value_is_found_as_element_attribute_and_alternative() {
        let xmp = "<x:xmpmeta xmlns:part=\"a\"><rdf:Description pdfaid:part=\"2\">\n\
                   <pdfaid:conformance>U</pdfaid:conformance><dc:title><rdf:Alt>\n\
                   <rdf:li xml:lang=\"x-default\">水道 &amp; 税</rdf:li></rdf:Alt></dc:title>";
        assert_eq!(value(xmp, "conformance").as_deref(), Some("U"));
        assert_eq!(value(xmp, "title").as_deref(), Some("水道 & 税"));
        assert_eq!(value(&xmp[xmp.find("rdf").expect("RDF")..], "part").as_deref(), Some("2"));
        assert_eq!(value(xmp, "identifier"), None);
    }
}
