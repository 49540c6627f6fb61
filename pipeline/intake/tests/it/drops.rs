//! Drops as ZIP files, each broken in one way, and the one that is sound.

use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};

use intake::walk::{self, ExtractError, Limits, OpenError};
use intake::write::zip_drop;
use zip::write::SimpleFileOptions;
use zip::ZipWriter;

/// A sound drop of one member.
pub fn sound() -> Vec<u8> {
    zip_drop(&[("recipients.csv", b"key,postal\r\n1,1000013\r\n"), ("xx_lines.csv", b"a,b,c")])
}

/// Replaces every occurrence of some bytes by as many others.
pub fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = bytes.to_vec();
    for at in 0..bytes.len() {
        if bytes[at..].starts_with(from) {
            bytes[at..at + to.len()].copy_from_slice(to);
        }
    }
    bytes
}

/// Sets bytes within every local (`PK 03 04`) and central (`PK 01 02`) header.
pub fn patched(zip: &[u8], local_at: usize, central_at: usize, to: &[u8]) -> Vec<u8> {
    let mut zip = zip.to_vec();
    for at in 0..zip.len() - 4 {
        let offset = match &zip[at..at + 4] {
            b"PK\x03\x04" => local_at,
            b"PK\x01\x02" => central_at,
            _ => continue,
        };
        zip[at + offset..at + offset + to.len()].copy_from_slice(to);
    }
    zip
}

/// Packs with the zip crate's own writer.
pub fn packed(pack: impl FnOnce(&mut ZipWriter<Cursor<Vec<u8>>>)) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    pack(&mut zip);
    zip.finish().expect("memory").into_inner()
}

pub fn with_link() -> Vec<u8> {
    packed(|zip| {
        zip.add_symlink("link", "/etc/passwd", SimpleFileOptions::default()).expect("memory")
    })
}

pub fn with_overlap() -> Vec<u8> {
    packed(|zip| {
        zip.start_file("a.csv", SimpleFileOptions::default()).expect("memory");
        zip.write_all(&[b'x'; 100]).expect("memory");
        zip.shallow_copy_file("a.csv", "b.csv").expect("memory");
    })
}

/// Two mebibytes of blanks: a thousand to one.
pub fn bomb() -> Vec<u8> {
    zip_drop(&[("recipients.csv", &vec![b' '; 2 << 20])])
}

/// The same, declaring only 100 bytes.
pub fn lying_bomb() -> Vec<u8> {
    patched(&bomb(), 22, 24, &100u32.to_le_bytes())
}

#[test]
fn a_sound_drop_is_walked_and_extracted() {
    let mut archive = walk::open(Cursor::new(sound()), &Limits::default()).expect("a sound drop");
    assert_eq!(archive.names().collect::<Vec<_>>(), ["recipients.csv", "xx_lines.csv"]);
    let mut out = Vec::new();
    let (len, sha256) = archive.extract("recipients.csv", &mut out).expect("it unpacks");
    assert_eq!((len, out.as_slice()), (23, &b"key,postal\r\n1,1000013\r\n"[..]));
    let expected = <sha2::Sha256 as sha2::Digest>::digest(&out);
    assert_eq!(sha256[..], expected[..]);
}

#[test]
fn folders_are_walked_and_not_listed() {
    let zip = packed(|zip| {
        zip.add_directory("drop", SimpleFileOptions::default()).expect("memory");
        zip.start_file("drop/a.csv", SimpleFileOptions::default()).expect("memory");
    });
    let archive = walk::open(Cursor::new(zip), &Limits::default()).expect("a sound drop");
    assert_eq!(archive.names().collect::<Vec<_>>(), ["drop/a.csv"]);
}

#[test]
fn a_drop_cut_anywhere_is_incomplete_and_a_damaged_one_is_refused() {
    let zip = sound();
    for cut in 0..zip.len() {
        let opened = walk::open(Cursor::new(&zip[..cut]), &Limits::default());
        assert!(matches!(opened, Err(OpenError::Incomplete(r)) if r.code == "half-zip"), "{cut}");
    }
    let mut damaged = zip.clone();
    damaged[50] ^= 0x55;
    let refused = match walk::open(Cursor::new(&damaged), &Limits::default()) {
        Err(OpenError::Refusal(refusal)) => refusal.code,
        Err(other) => panic!("{other}"),
        Ok(mut archive) => match archive.extract("recipients.csv", &mut io::sink()) {
            Err(ExtractError::Refusal(refusal)) => refusal.code,
            other => panic!("{other:?}"),
        },
    };
    assert_eq!(refused, "damaged-zip");
}

#[test]
fn a_member_that_lies_about_its_size_writes_no_more_than_it_declared() {
    let Ok(mut archive) = walk::open(Cursor::new(lying_bomb()), &Limits::default()) else { return };
    let mut out = Vec::new();
    let extracted = archive.extract("recipients.csv", &mut out);
    assert!(matches!(extracted, Err(ExtractError::Refusal(r)) if r.code == "damaged-zip"));
    assert!(out.len() <= 64 << 10, "{}", out.len());
}

#[test]
fn limits_hold_for_bytes_really_read_over_all_members() {
    let zip = zip_drop(&[("a.csv", &[b'a'; 600]), ("b.csv", &[b'b'; 600])]);
    let limits = Limits { total_bytes: 1_200, ..Limits::default() };
    let mut archive = walk::open(Cursor::new(&zip), &limits).expect("it fits exactly");
    archive.extract("a.csv", &mut io::sink()).expect("it fits");
    archive.extract("b.csv", &mut io::sink()).expect("it fits");
    let again = archive.extract("a.csv", &mut io::sink());
    assert!(matches!(again, Err(ExtractError::Refusal(r)) if r.code == "too-large"));
}

/// A reader whose disk fails from some byte on.
struct Failing {
    inner: Cursor<Vec<u8>>,
    from: u64,
}

impl Read for Failing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.inner.position() >= self.from {
            return Err(io::Error::other("the disk is gone"));
        }
        self.inner.read(buffer)
    }
}

impl Seek for Failing {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

#[test]
fn a_failing_disk_is_never_the_drops_fault() {
    let zip = sound();
    let mut failed = 0;
    for from in 0..zip.len() as u64 {
        let reader = Failing { inner: Cursor::new(zip.clone()), from };
        match walk::open(reader, &Limits::default()) {
            Err(OpenError::Io(_)) => failed += 1,
            Ok(_) => {}
            Err(refused) => panic!("failing from {from}: {refused}"),
        }
    }
    assert!(failed > 100, "the directory stands after {failed} bytes");
}

#[test]
fn a_full_disk_is_never_the_drops_fault() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::other("no space left"))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut archive = walk::open(Cursor::new(sound()), &Limits::default()).expect("a sound drop");
    let extracted = archive.extract("recipients.csv", &mut Full);
    assert!(matches!(extracted, Err(ExtractError::Io(_))));
}
