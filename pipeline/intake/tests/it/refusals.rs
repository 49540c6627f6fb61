//! Every code with which a drop is refused, met by a drop or a file that earns it.

use std::collections::BTreeSet;
use std::io::{self, Cursor};

use intake::refusal as words;
use intake::walk::{self, ExtractError, Limits, OpenError};
use intake::write::zip_drop;
use intake::{Layout, LayoutError, Manifest, Sender, Totals};
use letter::{Refusal, SenderId};

use crate::drops::{bomb, lying_bomb, packed, patched, replaced, sound, with_link, with_overlap};
use crate::shop::{cp932, decode, layout, SENDER};

/// Opens a drop, reads its manifest if it has one and extracts every member.
fn take(zip: &[u8], limits: &Limits) -> Result<(), Refusal> {
    let mut archive = match walk::open(Cursor::new(zip), limits) {
        Ok(archive) => archive,
        Err(OpenError::Refusal(refusal) | OpenError::Incomplete(refusal)) => return Err(refusal),
        Err(OpenError::Io(e)) => panic!("memory does not fail: {e}"),
    };
    let names: Vec<String> = archive.names().map(str::to_owned).collect();
    for name in names {
        match archive.extract(&name, &mut io::sink()) {
            Ok(_) => {}
            Err(ExtractError::Refusal(refusal)) => return Err(refusal),
            Err(ExtractError::Io(e)) => panic!("memory does not fail: {e}"),
        }
    }
    Ok(())
}

fn drops() -> Vec<(&'static str, Vec<u8>)> {
    let many: Vec<String> = (0..65).map(|n| format!("{n}.csv")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let two = zip_drop(&[("a.csv", b"1"), ("b.csv", b"2")]);
    vec![
        ("not-a-zip", b"key,postal\r\n".to_vec()),
        ("half-zip", sound()[..100].to_vec()),
        ("half-zip", Vec::new()),
        ("damaged-zip", patched(&sound(), 10, 12, b"\x01\x02")[..].to_vec()).tampered(),
        ("damaged-zip", lying_bomb()),
        ("zip-bomb", bomb()),
        ("too-many-entries", zip_drop(&many)),
        ("bad-name", replaced(&sound(), b"xx_lines", b"xx\0lines")),
        ("bad-name", replaced(&sound(), b"xx_lines", "行lines".as_bytes())),
        ("bad-name", zip_drop(&[("a/b/c.csv", b"1")])),
        ("path-traversal", replaced(&sound(), b"xx_lines", b"../lines")),
        ("path-traversal", replaced(&sound(), b"xx_lines", b"/x_lines")),
        ("path-traversal", replaced(&sound(), b"xx_lines", b"..\\lines")),
        ("path-traversal", replaced(&sound(), b"xx_lines", b"C:_lines")),
        ("duplicate-name", replaced(&two, b"b.csv", b"A.csv")),
        ("duplicate-name", replaced(&two, b"b.csv", b"a.csv")),
        ("link", with_link()),
        ("nested-archive", zip_drop(&[("inner.ZIP", b"x")])),
        ("nested-archive", zip_drop(&[("stationery.pdf", &sound())])),
        ("encrypted", patched(&sound(), 6, 8, b"\x01\x00")),
        ("unknown-compression", patched(&sound(), 8, 10, b"\x0c\x00")),
        ("overlapping-files", with_overlap()),
    ]
}

/// A drop whose local header says another time than its directory.
trait Tampered {
    fn tampered(self) -> Self;
}

impl Tampered for (&'static str, Vec<u8>) {
    fn tampered(mut self) -> Self {
        self.1[10] ^= 1;
        self
    }
}

#[test]
fn every_broken_drop_is_refused_with_its_code() {
    for (code, zip) in drops() {
        let refusal = take(&zip, &Limits::default()).expect_err(code);
        assert_eq!(refusal.code, code, "{}", refusal.english);
        let of_a_member = !["not-a-zip", "half-zip", "damaged-zip", "too-many-entries"]
            .contains(&code)
            && code != "overlapping-files"
            && !refusal.english.contains("\"?\"");
        assert_eq!(refusal.origin.file.is_empty(), !of_a_member, "{code}");
        assert!(!refusal.origin.file.contains(char::is_control), "{code}");
    }
    for (limits, zip) in [
        (Limits { member_bytes: 10, ..Limits::default() }, sound()),
        (Limits { total_bytes: 24, ..Limits::default() }, sound()),
    ] {
        assert_eq!(take(&zip, &limits).expect_err("beyond the limit").code, "too-large");
    }
    assert_eq!(take(&sound(), &Limits::default()), Ok(()));
    assert_eq!(take(&packed(|_| {}), &Limits::default()), Ok(()));
}

/// Files that are refused: layout, code, `line column byte`, recipients, lines.
type File = (&'static str, &'static str, &'static str, Vec<u8>, Option<&'static [u8]>);

fn files() -> Vec<File> {
    let fixed = cp932("0001100001312345678  山田　　ﾔﾏﾀﾞ    5080630\r\n");
    let with_trailer = |trailer: &[u8]| [&fixed, trailer].concat();
    vec![
        ("auto", "empty-file", "1  0", b"".to_vec(), None),
        ("auto", "empty-file", "1  0", b"\r\n\r\n".to_vec(), None),
        (
            "auto",
            "unknown-column",
            "1 colour 0",
            b"key,postal,address,name,colour\n".to_vec(),
            None,
        ),
        ("auto", "missing-column", "1 address 0", b"key,postal,name\n".to_vec(), None),
        ("auto", "duplicate-column", "1 key 0", b"key,postal,address,name,key\n".to_vec(), None),
        ("auto", "broken-quote", "1  0", b"key,\"postal,address,name\n1,2,3,4\n".to_vec(), None),
        ("auto", "undecodable-head", "1 2 6", b"key,po\xff,address,name\n".to_vec(), None),
        ("small", "undecodable-head", "1 1 0", "\u{FEFF}番号".into(), None),
        ("utf8", "undecodable-head", "1 1 0", cp932("番号\t住所\n"), None),
        ("utf16", "undecodable-head", "1  0", b"k\0e\0y\0".to_vec(), None),
        ("lines", "missing-member", "1  0", b"key,postal,address,name\n".to_vec(), None),
        ("auto", "unexpected-member", "1  0", b"key,postal,address,name\n".to_vec(), Some(b"no\n")),
        ("lines", "unknown-column", "1 x 0", b"key,postal,address,name\n".to_vec(), Some(b"x\n")),
        (
            "trailer",
            "missing-trailer",
            "2  24",
            b"key,postal,address,name\n1,2,3,4\n".to_vec(),
            None,
        ),
        ("trailer", "bad-trailer", "2  24", b"key,postal,address,name\nT,two,0\n".to_vec(), None),
        ("trailer", "bad-trailer", "2  24", b"key,postal,address,name\nT,0\n".to_vec(), None),
        ("trailer", "wrong-count", "2  24", b"key,postal,address,name\nT,1,0\n".to_vec(), None),
        (
            "trailer",
            "wrong-hash-total",
            "2  24",
            b"key,postal,address,name\nT,0,1\n".to_vec(),
            None,
        ),
        ("fixed", "missing-trailer", "1  0", fixed.clone(), None),
        ("fixed", "wrong-count", "2  46", with_trailer(b"90002001000013\r\n"), None),
        ("fixed", "wrong-hash-total", "2  46", with_trailer(b"90001001000014\r\n"), None),
        ("fixed", "bad-trailer", "2  46", with_trailer(b"9000x001000013\r\n"), None),
        ("fixed", "bad-trailer", "2  46", with_trailer(b"90001"), None),
    ]
}

#[test]
fn every_broken_file_is_refused_with_its_code_and_place() {
    for (name, code, place, recipients, lines) in files() {
        let refusal = decode(&layout(name), &recipients, lines).expect_err(code);
        let origin = &refusal.origin;
        let met = format!("{} {} {}", origin.line, origin.column, origin.byte);
        assert_eq!((refusal.code.as_str(), met.as_str()), (code, place), "{}", refusal.english);
        assert!(origin.file.ends_with(".csv"), "{code}");
    }
}

/// Refusals that manifest, sender file and runner make.
fn others() -> Vec<Refusal> {
    let manifest = |text: &str| Manifest::parse("manifest.toml", text.as_bytes());
    let hash = "0".repeat(64);
    let text = format!(
        "sender = \"s\"\nbatch = \"b\"\ntemplate = \"t\"\ntemplate_version = 1\nclass = \"c\"\n\
         posting_date = \"2026-11-25\"\nrecords = 1\nhash_total = 2\n[members]\n\
         \"recipients.csv\" = \"{hash}\"\n"
    );
    let sound = manifest(&text).expect("a manifest");
    let mut archive =
        walk::open(Cursor::new(crate::drops::sound()), &Limits::default()).expect("a drop");
    let no_manifest = match Manifest::read(&mut archive) {
        Err(ExtractError::Refusal(refusal)) => refusal,
        other => panic!("{other:?}"),
    };
    let sender = Sender::parse(SENDER).expect("the sample sender");
    let no_template = match Layout::compile(&sender, "none") {
        Err(LayoutError::Refusal(refusal)) => refusal,
        other => panic!("{other:?}"),
    };
    let inbox = SenderId::parse("other").expect("an id");
    vec![
        // Whether a PDF can be laid under letters is for the press to say.
        words::bad_stationery("no cross-reference"),
        words::bad_ready("letters.pdf", "no cross-reference", "相互参照がありません"),
        no_manifest,
        no_template,
        manifest("sender = 1").expect_err("no id"),
        sound.check_sender(&inbox).expect_err("another inbox"),
        sound.check_members([("recipients.csv", [1; 32])]).expect_err("another hash"),
        sound.check_members([]).expect_err("no member"),
        sound.check_members([("x.csv", [0; 32])]).expect_err("not listed"),
        sound.check_totals(&Totals::default()).expect_err("no rows"),
        sender.class("none").expect_err("no such class"),
        words::unknown_sender("none"),
        words::duplicate_file("tax-1.zip"),
        words::duplicate_batch("tax-1", 1),
        words::unknown_continuation("tax-1", 2),
        words::too_many_faults(600, 1_000),
    ]
}

#[test]
fn every_code_of_the_table_is_met_and_has_words_in_both_languages() {
    let refused = drops().into_iter().filter_map(|(_, zip)| take(&zip, &Limits::default()).err());
    let limits = Limits { member_bytes: 10, ..Limits::default() };
    let too_large = take(&sound(), &limits).err();
    let files = files();
    let undecoded = files.iter().filter_map(|(name, _, _, recipients, lines)| {
        decode(&layout(name), recipients, *lines).err()
    });
    let all: Vec<Refusal> = refused.chain(too_large).chain(undecoded).chain(others()).collect();
    let met: BTreeSet<&str> = all.iter().map(|refusal| refusal.code.as_str()).collect();
    assert_eq!(met, words::CODES.iter().copied().collect());
    for refusal in &all {
        for text in [&refusal.english, &refusal.fix_english] {
            assert!(!text.is_empty() && !text.ends_with('.'), "{text}");
        }
        for text in [&refusal.japanese, &refusal.fix_japanese] {
            assert!(!text.is_ascii(), "{text}");
        }
    }
}
