//! What the press once wrote, sound and damaged: both readers agree, or the first one refuses.
//!
//! The samples are a print file of three letters and a copy, of synthetic people.

use readback::{
    read_copy, read_print_file, read_print_file_with_text, second, CopyReader, PrintFile,
};

const PRINT_FILE: &[u8] = include_bytes!("samples/print-file.pdf");
const COPY: &[u8] = include_bytes!("samples/copy.pdf");

/// Places that are damaged in each sample.
const DAMAGES: u64 = 300;

/// Returns the sample with one bit changed, at places that a generator of Knuth's picks
/// (TAOCP 2, §3.3.4, line 26).
fn damaged(sample: &[u8]) -> impl Iterator<Item = (usize, Vec<u8>)> + '_ {
    let mut state = 2_026_u64;
    (0..DAMAGES).map(move |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let at = (state >> 33) as usize % sample.len();
        let mut bytes = sample.to_vec();
        bytes[at] ^= 1 << (state >> 30 & 7);
        (at, bytes)
    })
}

#[test]
fn both_read_the_same_letters_and_text() {
    let (facts, text) = read_print_file_with_text(PRINT_FILE).expect("a sound file");
    let (seconded, second_text) =
        second::read_print_file_with_text(PRINT_FILE).expect("a sound file");
    assert_eq!(facts, seconded);
    assert_eq!(facts.letters.len(), 3);
    assert!(facts.letters.iter().all(|letter| letter.bars.len() == 67), "each has its barcode");
    assert_eq!((text.pages, text.forms), (second_text.pages, second_text.forms));
}

#[test]
fn the_symbol_of_every_sheet_is_decoded() {
    let mut file = PrintFile::open(&PRINT_FILE).expect("a sound file");
    let mut sheets = 0;
    while let Some(letter) = file.next_letter().expect("a sound file") {
        sheets += u64::from(letter.sheets);
    }
    assert_eq!((file.symbols(), sheets > 0), (sheets, true));
}

#[test]
fn both_read_the_same_copy_and_what_is_shared_is_no_matter() {
    let facts = read_copy(COPY).expect("a sound copy");
    let (pages, forms) = second::read_copy_text(COPY).expect("a sound copy");
    assert_eq!((&facts.pages, &facts.forms), (&pages, &forms));
    let head = CopyReader::new(&[]).read(COPY).expect("a sound copy");
    assert_eq!(head.row_id, facts.row_id);
    assert!(head.row_id.is_some());
    for cut in [0, 9, 1_000, COPY.len() / 2, COPY.len() - 3_000] {
        let mut reader = CopyReader::new(&COPY[..cut]);
        for _ in 0..3 {
            assert_eq!(reader.read(&COPY[cut..]).expect("a sound copy"), head, "cut at {cut}");
        }
    }
}

#[test]
fn a_reader_that_kept_what_is_shared_still_refuses_a_damaged_copy() {
    let cut = COPY.len() - 3_000;
    let mut reader = CopyReader::new(&COPY[..cut]);
    let sound = reader.read(&COPY[cut..]).expect("a sound copy");
    let mut refused = 0;
    for at in (cut..COPY.len()).step_by(5) {
        let mut copy = COPY.to_vec();
        copy[at] ^= 0x10;
        let kept = reader.read(&copy[cut..]);
        let new = CopyReader::new(&copy[..cut]).read(&copy[cut..]);
        assert_eq!(kept.as_ref().ok(), new.as_ref().ok(), "byte {at}");
        refused += u32::from(kept.is_err());
        assert_eq!(reader.read(&COPY[cut..]).expect("a sound copy"), sound);
    }
    assert!(refused > 300, "{refused} of 600");
}

#[test]
fn a_damaged_print_file_is_refused_or_read_as_both_read_it() {
    let sound = read_print_file(PRINT_FILE).expect("a sound file");
    for (at, bytes) in damaged(PRINT_FILE) {
        match read_print_file(&bytes) {
            Ok(found) if found != sound => {
                let seconded = second::read_print_file(&bytes);
                assert_eq!(Some(found), seconded.ok(), "byte {at}");
            }
            _ => {}
        }
    }
}

#[test]
fn a_damaged_copy_is_refused_or_read_as_both_read_it() {
    let sound = read_copy(COPY).expect("a sound copy");
    for (at, bytes) in damaged(COPY) {
        match read_copy(&bytes) {
            Ok(found) if (&found.pages, &found.forms) != (&sound.pages, &sound.forms) => {
                let seconded = second::read_copy_text(&bytes).ok();
                assert_eq!(Some((found.pages, found.forms)), seconded, "byte {at}");
            }
            _ => {}
        }
    }
}
