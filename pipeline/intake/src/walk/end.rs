//! The end of a ZIP: whether its directory is there as a whole, and how many entries it declares.
//!
//! Source: PKWARE APPNOTE 6.3.10, 4.3.14 to 4.3.16.

use std::io::{self, Read, Seek, SeekFrom};

/// What the end of a file says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// A whole directory stands at the file's end.
    Directory {
        /// Entries that it declares.
        entries: u64,
    },
    /// The file begins like a ZIP, or has too few bytes to tell, and has no directory.
    Incomplete {
        /// Bytes of the file.
        len: u64,
    },
    /// The file does not begin like a ZIP.
    NotZip,
}

/// End of central directory, `PK 05 06` (4.3.16).
const END: [u8; 4] = *b"PK\x05\x06";
/// Zip64 end of central directory, `PK 06 06` (4.3.14).
const END64: [u8; 4] = *b"PK\x06\x06";
/// Its locator, `PK 06 07` (4.3.15).
const LOCATOR: [u8; 4] = *b"PK\x06\x07";
/// A member's local header, `PK 03 04` (4.3.7).
const LOCAL: [u8; 4] = *b"PK\x03\x04";
/// Length of the end record without its comment.
const END_LEN: usize = 22;
/// Length of the locator, which stands right before the end record.
const LOCATOR_LEN: usize = 20;
/// The end record, its longest comment and the locator before it.
const TAIL_LEN: u64 = (END_LEN + 0xFFFF + LOCATOR_LEN) as u64;

/// Looks for the directory's end record at the end of the file.
pub(super) fn find<R: Read + Seek>(reader: &mut R) -> io::Result<End> {
    let len = reader.seek(SeekFrom::End(0))?;
    let mut magic = [0; 4];
    let known = len.min(4) as usize;
    reader.seek(SeekFrom::Start(0))?;
    reader.read_exact(&mut magic[..known])?;
    if !LOCAL.starts_with(&magic[..known]) && !END.starts_with(&magic[..known]) {
        return Ok(End::NotZip);
    }
    let tail_start = len.saturating_sub(TAIL_LEN);
    let mut tail = vec![0; (len - tail_start) as usize];
    reader.seek(SeekFrom::Start(tail_start))?;
    reader.read_exact(&mut tail)?;
    for at in (0..(tail.len() + 1).saturating_sub(END_LEN)).rev() {
        if !tail[at..].starts_with(&END)
            || at + END_LEN + usize::from(u16_at(&tail, at + 20)) != tail.len()
        {
            continue;
        }
        if let Some(entries) = directory(reader, &tail, at, tail_start)? {
            return Ok(End::Directory { entries });
        }
    }
    Ok(End::Incomplete { len })
}

/// Returns the declared entries if the directory that the record at `at` names lies right before
/// it; the same bytes within a half-written nested archive name another place.
fn directory<R: Read + Seek>(
    reader: &mut R,
    tail: &[u8],
    at: usize,
    tail_start: u64,
) -> io::Result<Option<u64>> {
    let position = tail_start + at as u64;
    let (entries, size, offset) =
        (u16_at(tail, at + 10), u32_at(tail, at + 12), u32_at(tail, at + 16));
    if entries != u16::MAX && size != u32::MAX && offset != u32::MAX {
        let whole = u64::from(offset) + u64::from(size) == position;
        return Ok(whole.then_some(u64::from(entries)));
    }
    let Some(locator) = at.checked_sub(LOCATOR_LEN).map(|start| &tail[start..at]) else {
        return Ok(None);
    };
    if !locator.starts_with(&LOCATOR) {
        return Ok(None);
    }
    let end64 = u64_at(locator, 8);
    if end64.saturating_add(56) > position {
        return Ok(None);
    }
    let mut record = [0; 56];
    reader.seek(SeekFrom::Start(end64))?;
    reader.read_exact(&mut record)?;
    let whole = u64_at(&record, 48).checked_add(u64_at(&record, 40)) == Some(end64);
    Ok((record.starts_with(&END64) && whole).then(|| u64_at(&record, 32)))
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("4 bytes"))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("8 bytes"))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn a_zip_cut_anywhere_is_incomplete_and_never_refused() {
        let whole = crate::write::zip_drop(&[("manifest.toml", b"x = 1".as_slice())]);
        assert_eq!(find(&mut Cursor::new(&whole)).ok(), Some(End::Directory { entries: 1 }));
        for cut in 0..whole.len() {
            let end = find(&mut Cursor::new(&whole[..cut])).expect("memory does not fail");
            assert_eq!(end, End::Incomplete { len: cut as u64 }, "cut at {cut}");
        }
    }

    #[test]
    fn a_stored_zip_within_a_half_written_one_is_not_taken_for_its_end() {
        let inner = crate::write::zip_drop(&[("a.csv", b"a,b".as_slice())]);
        let mut half = b"PK\x03\x04 a local header and its stored member: ".to_vec();
        half.extend_from_slice(&inner);
        let end = find(&mut Cursor::new(&half)).expect("memory does not fail");
        assert_eq!(end, End::Incomplete { len: half.len() as u64 });
    }
}
