//! The files of the XML Signature interoperability sets, out of their archive.

use std::collections::BTreeMap;
use std::io::Read;

/// Returns every file by its path in the archive.
pub fn files() -> BTreeMap<String, Vec<u8>> {
    let archive = include_bytes!("xml/interop.zip");
    let mut archive =
        zip::ZipArchive::new(std::io::Cursor::new(archive)).expect("the archive is a ZIP");
    let mut files = BTreeMap::new();
    for at in 0..archive.len() {
        let mut member = archive.by_index(at).expect("the archive has this member");
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).expect("the member can be read");
        files.insert(member.name().expect("the name is UTF-8").to_string(), bytes);
    }
    files
}

/// Returns the document without its DTD, the entities that it declares written out; documents with
/// a DTD are refused, and this is what they would say without one.
pub fn without_doctype(bytes: &[u8]) -> String {
    let text = std::str::from_utf8(bytes).expect("the document is UTF-8");
    let Some(start) = text.find("<!DOCTYPE") else { return text.to_string() };
    let end = start + text[start..].find("]>").expect("a DTD with an internal subset") + 2;
    let mut rest = format!("{}{}", &text[..start], &text[end..]);
    for declaration in text[start..end].split("<!ENTITY ").skip(1) {
        let (name, value) = declaration.split_once(char::is_whitespace).expect("a name");
        let value = value.trim_start();
        let quote = value.chars().next().expect("a quote");
        let (value, _) = value[1..].split_once(quote).expect("its end");
        rest = rest.replace(&format!("&{name};"), value);
    }
    rest
}
