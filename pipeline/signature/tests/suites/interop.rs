//! The files of the XML Signature interoperability sets, out of their archive.

use std::collections::BTreeMap;
use std::io::Read;

/// Returns every file by its path in the archive.
pub fn files() -> BTreeMap<String, Vec<u8>> {
    let archive = include_bytes!("xml/interop.zip");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(archive)).unwrap();
    let mut files = BTreeMap::new();
    for at in 0..archive.len() {
        let mut member = archive.by_index(at).unwrap();
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).unwrap();
        files.insert(member.name().to_string(), bytes);
    }
    files
}

/// Returns the document without its DTD, the entities that it declares written out; documents with
/// a DTD are refused, and this is what they would say without one.
pub fn without_doctype(bytes: &[u8]) -> String {
    let text = std::str::from_utf8(bytes).unwrap();
    let Some(start) = text.find("<!DOCTYPE") else { return text.to_string() };
    let end = start + text[start..].find("]>").unwrap() + 2;
    let mut rest = format!("{}{}", &text[..start], &text[end..]);
    for declaration in text[start..end].split("<!ENTITY ").skip(1) {
        let (name, value) = declaration.split_once(char::is_whitespace).unwrap();
        let value = value.trim_start();
        let quote = value.chars().next().unwrap();
        let (value, _) = value[1..].split_once(quote).unwrap();
        rest = rest.replace(&format!("&{name};"), value);
    }
    rest
}

/// Returns the bytes with one to three small damages, the same for the same seed.
#[allow(dead_code)]
pub fn damaged(bytes: &[u8], seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 16) as usize % below
    };
    let mut damaged = bytes.to_vec();
    for _ in 0..1 + next(3) {
        let at = next(damaged.len());
        match next(5) {
            0 => damaged[at] ^= 1 << next(7),
            1 => drop(damaged.remove(at)),
            2 => damaged.insert(at, MARKUP[next(MARKUP.len())]),
            3 => damaged[at] = MARKUP[next(MARKUP.len())],
            _ => {
                let end = (at + 1 + next(40)).min(damaged.len());
                let piece = damaged[at..end].to_vec();
                damaged.splice(at..at, piece);
            }
        }
    }
    damaged
}

const MARKUP: &[u8] = b"<>&'\"/!?-[]=: \t\r\nax#;";
