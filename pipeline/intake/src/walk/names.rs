//! What a member of a drop may be called.

use std::borrow::Cow;
use std::collections::BTreeSet;

use letter::Refusal;

use super::Limits;
use crate::refusal;

/// Returns a name as far as a message shows it, control characters blotted out.
pub(super) fn shown(raw: &[u8], limits: &Limits) -> String {
    let name = String::from_utf8_lossy(&raw[..raw.len().min(limits.name_len)]);
    name.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
}

/// Checks one raw name; folders end in `/`.
pub(super) fn check(raw: &[u8], limits: &Limits) -> Result<(), Refusal> {
    let shown = shown(raw, limits);
    let bad = |why: &str| Err(refusal::bad_name(&shown, why));
    if raw.is_empty() || raw.len() > limits.name_len {
        return bad("it is empty or too long");
    }
    if raw.iter().any(|b| b.is_ascii_control()) {
        return bad("it holds a control character");
    }
    if leaves_the_drop(raw) {
        return Err(refusal::path_traversal(&shown));
    }
    if !raw.iter().all(|&b| b == b'/' || is_plain(b)) {
        return bad("it holds other characters than letters, digits and . _ - ( ) blank");
    }
    let path = raw.strip_suffix(b"/").unwrap_or(raw);
    let folders = path.iter().filter(|&&b| b == b'/').count() + usize::from(path.len() < raw.len());
    if folders > limits.depth {
        return bad("it lies too many folders deep");
    }
    let unclear = |part: &[u8]| part.is_empty() || part == b"." || part.ends_with(b" ");
    if path.split(|&b| b == b'/').any(unclear) {
        return bad("a part of it is empty or ends in a blank");
    }
    Ok(())
}

/// Returns a name that stands twice, case and the folder's slash aside.
pub(super) fn double<'a>(names: impl Iterator<Item = Cow<'a, str>>) -> Option<String> {
    let mut seen = BTreeSet::new();
    names
        .map(|name| name.trim_end_matches('/').to_ascii_lowercase())
        .find(|folded| !seen.insert(folded.clone()))
}

/// Returns whether a name is that of an archive.
pub(super) fn is_archive(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.rsplit_once('.').is_some_and(|(_, suffix)| ARCHIVE_SUFFIXES.contains(&suffix))
}

/// Returns whether a member's first bytes are those of an archive.
pub(super) fn is_archive_magic(head: &[u8]) -> bool {
    ARCHIVE_MAGICS.iter().any(|&(at, magic)| head.get(at..).is_some_and(|h| h.starts_with(magic)))
}

/// `..`, a root, a drive or a backslash, which Windows takes for a separator.
fn leaves_the_drop(raw: &[u8]) -> bool {
    raw.starts_with(b"/")
        || raw.contains(&b'\\')
        || raw.contains(&b':')
        || raw.split(|&b| b == b'/').any(|part| part == b"..")
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._-() ".contains(&byte)
}

const ARCHIVE_SUFFIXES: [&str; 19] = [
    "zip", "jar", "7z", "rar", "lzh", "lha", "tar", "tgz", "gz", "bz2", "xz", "zst", "lz4", "cab",
    "iso", "arj", "xlsx", "docx", "z",
];

/// Offset and magic: ZIP, ZIP without members, gzip, bzip2, xz, zstd, 7-Zip, RAR, CAB, LZH, tar.
const ARCHIVE_MAGICS: [(usize, &[u8]); 13] = [
    (0, b"PK\x03\x04"),
    (0, b"PK\x05\x06"),
    (0, b"\x1f\x8b\x08"),
    (4, b"1AY&SY"),
    (0, b"\xfd7zXZ\0"),
    (0, b"\x28\xb5\x2f\xfd"),
    (0, b"7z\xbc\xaf\x27\x1c"),
    (0, b"Rar!\x1a\x07"),
    (0, b"MSCF\0\0\0\0"),
    (2, b"-lh0-"),
    (2, b"-lh5-"),
    (2, b"-lh7-"),
    (257, b"ustar"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn code(name: &[u8]) -> String {
        check(name, &Limits::default()).map_or_else(|r| r.code, |()| "ok".to_owned())
    }

    #[test]
    fn plain_names_pass_and_every_other_has_its_code() {
        for (name, expected) in [
            (b"recipients.csv".as_slice(), "ok"),
            (b"drop/recipients.csv", "ok"),
            (b"drop/", "ok"),
            (b"", "bad-name"),
            (&[b'a'; 129], "bad-name"),
            (b"a\0.csv", "bad-name"),
            (b"a\n.csv", "bad-name"),
            (b"a//b", "bad-name"),
            (b"./a", "bad-name"),
            (b"a /b", "bad-name"),
            (b"a/b/c", "bad-name"),
            (b"a/b/", "bad-name"),
            ("宛先.csv".as_bytes(), "bad-name"),
            (b"..", "path-traversal"),
            (b"../a", "path-traversal"),
            (b"a/../b", "path-traversal"),
            (b"/etc/passwd", "path-traversal"),
            (b"a\\b", "path-traversal"),
            (b"C:a", "path-traversal"),
        ] {
            assert_eq!(code(name), expected, "{}", String::from_utf8_lossy(name));
        }
    }

    #[test]
    fn names_that_differ_in_case_are_doubles() {
        let names = |list: &[&'static str]| double(list.iter().map(|&n| Cow::Borrowed(n)));
        assert_eq!(names(&["a.csv", "A.CSV"]), Some("a.csv".to_owned()));
        assert_eq!(names(&["a/", "a"]), Some("a".to_owned()));
        assert_eq!(names(&["a.csv", "b.csv"]), None);
    }
}
