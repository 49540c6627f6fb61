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
