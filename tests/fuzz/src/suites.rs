//! The outside suites that lie in the repository, as seeds.

use std::io::{Cursor, Read};

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use zip::ZipArchive;

const PKITS: &[u8] = include_bytes!("../../../pipeline/signature/tests/suites/pkits/pkits.zip");
const MAILS: &[u8] = include_bytes!("../../../pipeline/signature/tests/suites/pkits/smime.zip");
const XML: &[u8] = include_bytes!("../../../pipeline/signature/tests/suites/xml/interop.zip");
/// Every so many messages of the suite is a seed.
const MAIL_STEP: usize = 6;

/// Returns the members of a ZIP whose names begin so, with their names.
pub fn unzip(bytes: &[u8], start: &str) -> Vec<(String, Vec<u8>)> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).expect("a ZIP of the repository");
    let mut found = Vec::new();
    for index in 0..zip.len() {
        let mut member = zip.by_index(index).expect("a member");
        let name = member.name().expect("a name").into_owned();
        if name.starts_with(start) && !name.ends_with('/') {
            let mut content = Vec::new();
            member.read_to_end(&mut content).expect("a whole member");
            found.push((name, content));
        }
    }
    found
}

/// Returns the files of the PKITS whose names begin so.
pub fn pkits(start: &str) -> Vec<Vec<u8>> {
    unzip(PKITS, start).into_iter().map(|(_, bytes)| bytes).collect()
}

/// Returns some of the CMS messages of the PKITS.
pub fn messages() -> Vec<Vec<u8>> {
    let mails = unzip(MAILS, "").into_iter().step_by(MAIL_STEP);
    mails.filter_map(|(_, mail)| message(&String::from_utf8(mail).ok()?)).collect()
}

/// Takes the base64 of the last part of a multipart message out of it.
fn message(mail: &str) -> Option<Vec<u8>> {
    let mail = mail.replace('\r', "");
    let (_, part) = mail.rsplit_once("smime.p7s")?;
    let (_, body) = part.split_once("\n\n")?;
    let lines = body.lines().take_while(|line| !line.starts_with("--"));
    STANDARD.decode(lines.collect::<String>()).ok()
}

/// Returns the signed documents of the interop sets.
pub fn documents() -> Vec<Vec<u8>> {
    let all = unzip(XML, "").into_iter();
    all.filter(|(name, _)| name.ends_with(".xml")).map(|(_, bytes)| bytes).collect()
}
