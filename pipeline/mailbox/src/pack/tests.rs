//! A pack reads back as it was written, and damage anywhere is met with an error.

use std::io::Cursor;

use super::*;
use crate::{assemble, Sealer};

const SHARED: &[u8] = b"%PDF-1.7 fonts and stationery ";

const ENTRY: CopyEntry<'_> = CopyEntry {
    piece: PieceId(1),
    mailbox: MailboxId(1),
    row_id: "1",
    title: "",
    received: Moment(0),
    seal: Seal([0; 32]),
    alike: 0,
    tail: b"",
};

fn head(shared: &[u8]) -> PackHead {
    let sealer = Sealer::new(shared);
    PackHead {
        sender: SenderId::parse("mirai-life").expect("an id"),
        batch: BatchId::parse("annual-2026").expect("an id"),
        shared_len: sealer.shared_len(),
        shared_seal: sealer.shared(),
    }
}

/// Five copies whose pieces come in no order; the third has an empty tail.
fn pack() -> (Vec<u8>, Vec<StoredCopy>) {
    let sealer = Sealer::new(SHARED);
    let mut writer = PackWriter::new(Vec::new(), &head(SHARED)).expect("memory");
    let mut copies = Vec::new();
    for (number, piece) in [7u64, 3, u64::MAX, 0, 5].into_iter().enumerate() {
        let tail = vec![number as u8; if number == 2 { 0 } else { 10 + number }];
        let label = CopyLabel {
            piece: PieceId(piece),
            mailbox: MailboxId(100 + piece % 2),
            row_id: format!("A-{number}"),
            // 30 bytes each: the second copy's label is longer than most.
            title: "ご契約内容のお知らせ".repeat(if number == 1 { 20 } else { 1 }),
            received: Moment(1_795_280_400),
            seal: sealer.seal(&tail),
            tail_len: tail.len() as u32,
        };
        let entry = CopyEntry {
            piece: label.piece,
            mailbox: label.mailbox,
            row_id: &label.row_id,
            title: &label.title,
            received: label.received,
            seal: label.seal,
            alike: tail.len().min(4),
            tail: &tail,
        };
        writer.push(&entry).expect("memory");
        copies.push(StoredCopy { label, tail });
    }
    let (bytes, totals) = writer.finish().expect("memory");
    assert_eq!((totals.copies, totals.tail_bytes), (5, 10 + 11 + 13 + 14));
    (bytes, copies)
}

/// Reads everything that a pack holds.
fn read_all(bytes: &[u8]) -> Result<(PackHead, Vec<StoredCopy>), PackError> {
    let mut reader = PackReader::open(Cursor::new(bytes))?;
    let labels: Vec<_> = reader.labels()?.collect::<Result<_, _>>()?;
    let by_index = labels.iter().map(|(offset, _)| reader.copy(*offset));
    let by_index = by_index.collect::<Result<Vec<_>, _>>()?;
    let in_order = reader.copies().collect::<Result<Vec<_>, _>>()?;
    assert_eq!(in_order, by_index);
    Ok((reader.head().clone(), in_order))
}

#[test]
fn a_pack_reads_back_in_the_order_of_writing() {
    let (bytes, copies) = pack();
    assert_eq!(read_all(&bytes).expect("a sound pack"), (head(SHARED), copies));
    assert_eq!(bytes, pack().0, "the same copies give the same bytes");
}

#[test]
fn a_copy_is_found_by_its_piece_and_unites_with_the_prefix() {
    let (bytes, copies) = pack();
    let mut reader = PackReader::open(Cursor::new(&bytes)).expect("a sound pack");
    let index = reader.index().expect("sound");
    assert!(index.is_sorted());
    for expected in copies {
        let slot = index.iter().find(|(piece, _)| *piece == expected.label.piece);
        let copy = reader.copy(slot.expect("in the pack").1).expect("sound");
        assert_eq!(copy, expected);
        let whole = assemble(SHARED, &copy.tail, &copy.label.seal).expect("as sealed");
        assert!(whole.starts_with(SHARED) && whole.ends_with(&copy.tail));
    }
}

#[test]
fn packs_that_differ_in_one_byte_of_a_copy_have_other_totals() {
    let content_crc = |tail: &[u8]| {
        let mut writer = PackWriter::new(Vec::new(), &head(b"")).expect("memory");
        writer.push(&CopyEntry { tail, ..ENTRY }).expect("memory");
        writer.finish().expect("memory").1.content_crc
    };
    assert_ne!(content_crc(b"one yen"), content_crc(b"two yen"));
    assert_eq!(content_crc(b"one yen"), content_crc(b"one yen"));
}

#[test]
fn what_tails_begin_with_alike_is_kept_once() {
    let alike = [b'a'; 900];
    let mut writer = PackWriter::new(Vec::new(), &head(b"")).expect("memory");
    let tails: Vec<Vec<u8>> =
        (0..20u8).map(|number| [&alike[..], &[number; 30]].concat()).collect();
    for (number, tail) in (0..).zip(&tails) {
        let alike = if number == 7 { 0 } else { alike.len() };
        let entry = CopyEntry { piece: PieceId(number), tail, alike, ..ENTRY };
        writer.push(&entry).expect("memory");
    }
    let (bytes, _) = writer.finish().expect("memory");
    let (_, copies) = read_all(&bytes).expect("sound");
    assert!(copies.iter().map(|copy| &copy.tail).eq(&tails));
    // Once for all, and once for the one that keeps its own.
    assert!((2 * 900..3 * 900).contains(&(bytes.len() - 20 * 130)), "{}", bytes.len());
}

#[test]
fn a_pack_without_copies_is_a_pack() {
    let writer = PackWriter::new(Vec::new(), &head(b"")).expect("memory");
    let (bytes, totals) = writer.finish().expect("memory");
    assert_eq!(totals.copies, 0);
    assert_eq!(read_all(&bytes).expect("sound"), (head(b""), Vec::new()));
}

#[test]
fn a_pack_that_is_cut_anywhere_is_refused() {
    let (bytes, _) = pack();
    for cut in 0..bytes.len() {
        assert!(read_all(&bytes[..cut]).is_err(), "cut at {cut}");
    }
}

#[test]
fn a_changed_byte_anywhere_is_met_with_an_error() {
    let (mut bytes, _) = pack();
    for at in 0..bytes.len() {
        for bit in [0x01, 0x80] {
            bytes[at] ^= bit;
            assert!(read_all(&bytes).is_err(), "changed at {at}");
            bytes[at] ^= bit;
        }
    }
}

#[test]
fn no_piece_is_packed_twice_and_no_text_beyond_its_limit() {
    let mut writer = PackWriter::new(Vec::new(), &head(b"")).expect("memory");
    let long = "x".repeat(65_536);
    let refused = writer.push(&CopyEntry { title: &long, ..ENTRY });
    assert!(matches!(refused, Err(PackError::TooLong { part: "title", found: 65_536, .. })));
    for _ in 0..2 {
        writer.push(&ENTRY).expect("memory");
    }
    assert!(matches!(writer.finish(), Err(PackError::PieceTwice(PieceId(1)))));
}
