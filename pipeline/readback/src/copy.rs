//! An electronic copy: its pages, text, claims and the sender's row it was made from.

use std::io;

use crate::content::{ContentReader, Follow, Shown};
use crate::error::ReadError;
use crate::objects::{Kept, Objects};
use crate::pages::Pages;
use crate::print_file::PageText;
use crate::source::ReadAt;
use crate::syntax::Value;

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
    /// The sender's row id, `RowId` of the document information.
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

/// Reads the copies of one batch, which begin with the same bytes: what lies there is read once.
pub struct CopyReader<'p> {
    shared: &'p [u8],
    content: ContentReader,
    kept: Option<Kept>,
    shown: Shown,
}

/// What a copy says without its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyHead {
    /// Its pages; the text of each has been read.
    pub pages: u32,
    /// What the metadata claims to follow: `2u` for PDF/A-2u.
    pub pdfa: Option<String>,
    /// The sender's row id, `RowId` of the document information.
    pub row_id: Option<String>,
}

impl<'p> CopyReader<'p> {
    /// Makes a reader of copies that begin with `shared`, which may be empty.
    pub fn new(shared: &'p [u8]) -> Self {
        Self::following(shared, Follow::PageOnly)
    }

    fn following(shared: &'p [u8], follow: Follow) -> Self {
        let content = ContentReader::new(follow);
        Self { shared, content, kept: None, shown: Shown::following(follow) }
    }

    /// Reads the copy that consists of the shared bytes and `tail`: every page, as far as its own
    /// content goes, and the metadata.
    ///
    /// # Errors
    /// If the file is not a sound PDF, its text cannot be decoded or it has no metadata packet.
    pub fn read(&mut self, tail: &[u8]) -> Result<CopyHead, ReadError> {
        let mut pages = 0;
        let said = self.read_with(tail, |_| pages += 1)?;
        Ok(CopyHead { pages, pdfa: claim(&said.xmp), row_id: said.row_id })
    }

    fn read_with(&mut self, tail: &[u8], keep: impl FnMut(&Shown)) -> Result<Said, ReadError> {
        let whole = Joined { shared: self.shared, tail };
        let kept = self.kept.take().unwrap_or_default();
        let mut objects = Objects::open(&whole, kept)?;
        let facts = self.read_objects(&mut objects, keep);
        self.kept = Some(objects.close());
        facts
    }

    /// Returns what the file says of itself.
    fn read_objects(
        &mut self,
        objects: &mut Objects<'_>,
        mut keep: impl FnMut(&Shown),
    ) -> Result<Said, ReadError> {
        self.content.keep_shared(objects, self.shared.len() as u64);
        let catalog = objects.load(objects.root())?;
        let catalog = catalog.dict()?;
        let mut pages = Pages::open(objects, catalog)?;
        while let Some(page) = pages.next(objects)? {
            self.content.page(objects, &page, pages.found(), &mut self.shown)?;
            keep(&self.shown);
        }
        let metadata = catalog.get(b"Metadata").and_then(Value::reference);
        let metadata = metadata.ok_or_else(|| ReadError::structure("catalog", "no Metadata"))?;
        let metadata = objects.load(metadata)?;
        let xmp = String::from_utf8(objects.decoded(&metadata)?);
        let xmp = xmp.map_err(|_| ReadError::structure("Metadata", "not UTF-8"))?;
        let language = catalog.get(b"Lang").and_then(text_string);
        let row_id = match objects.info() {
            Some(info) => objects.load(info)?.dict()?.get(b"RowId").and_then(text_string),
            None => None,
        };
        Ok(Said { xmp, language, row_id })
    }
}

/// What a copy says of itself.
struct Said {
    xmp: String,
    language: Option<String>,
    row_id: Option<String>,
}

/// Reads a text string (ISO 32000-1 §7.9.2.2) in UTF-16, or in ASCII.
fn text_string(value: Value<'_>) -> Option<String> {
    let Value::Text(text) = value else { return None };
    let mut bytes = Vec::new();
    let bytes = text.decode(&mut bytes);
    match bytes.strip_prefix(b"\xFE\xFF") {
        Some(units) => {
            let units = units.chunks(2).map(|pair| match *pair {
                [high, low] => u16::from_be_bytes([high, low]),
                _ => 0xFFFD,
            });
            char::decode_utf16(units).collect::<Result<_, _>>().ok()
        }
        None => String::from_utf8(bytes.to_vec()).ok(),
    }
}

/// The shared bytes and one copy's own as one file.
struct Joined<'c> {
    shared: &'c [u8],
    tail: &'c [u8],
}

impl ReadAt for Joined<'_> {
    fn size(&self) -> u64 {
        self.shared.len() as u64 + self.tail.len() as u64
    }

    fn read_exact_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        let shared = self.shared.len() as u64;
        if offset >= shared {
            return self.tail.read_exact_at(offset - shared, into);
        }
        let first = into.len().min((shared - offset) as usize);
        let (first, second) = into.split_at_mut(first);
        self.shared.read_exact_at(offset, first)?;
        self.tail.read_exact_at(0, second)
    }
}

/// Reads an electronic copy with all its text.
///
/// # Errors
/// If the file is not a sound PDF, its text cannot be decoded or it has no metadata packet.
pub fn read_copy(bytes: &[u8]) -> Result<CopyFacts, ReadError> {
    let mut reader = CopyReader::following(&[], Follow::Forms);
    let mut pages = Vec::new();
    let Said { xmp, language, row_id } = reader.read_with(bytes, |shown| {
        let text = shown.lines.as_str().to_owned();
        pages.push(PageText { text, forms: shown.forms.clone() });
    })?;
    Ok(CopyFacts {
        pages,
        forms: reader.content.forms().to_vec(),
        pdfa: claim(&xmp),
        title: value(&xmp, "title"),
        row_id,
        language,
        xmp,
    })
}

fn claim(xmp: &str) -> Option<String> {
    let part = value(xmp, "part").unwrap_or_default();
    let level = value(xmp, "conformance").unwrap_or_default().to_lowercase();
    Some(part + &level).filter(|claim| !claim.is_empty())
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
        </rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end=\"r\"?>";

    /// Returns a copy of one empty page with this packet, made by another writer than the press.
    fn copy(packet: &str, row_id: Option<&str>) -> Vec<u8> {
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
        if let Some(row_id) = row_id {
            let units = row_id.encode_utf16().flat_map(u16::to_be_bytes);
            let text: Vec<u8> = [0xFE, 0xFF].into_iter().chain(units).collect();
            let info = pdf.add_object(dictionary! {
                "RowId" => lopdf::Object::String(text, lopdf::StringFormat::Hexadecimal),
            });
            pdf.trailer.set("Info", info);
        }
        let mut bytes = Vec::new();
        pdf.save_with_options(&mut bytes, SaveOptions::default()).expect("a written file");
        bytes
    }

    #[test]
    fn a_copy_says_whose_row_it_was_and_what_it_follows() {
        let facts = read_copy(&copy(PACKET, Some(" 記<5>&1"))).expect("a copy");
        assert_eq!(facts.row_id.as_deref(), Some(" 記<5>&1"), "a blank is part of a row id");
        assert_eq!(facts.title.as_deref(), Some("納税通知書"));
        assert_eq!(facts.pdfa.as_deref(), Some("2u"));
        assert_eq!(facts.language.as_deref(), Some("ja-JP"));
        assert_eq!(read_copy(&copy(PACKET, None)).expect("a copy").row_id, None);
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
