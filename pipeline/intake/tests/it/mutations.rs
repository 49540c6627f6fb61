//! Twenty thousand drops and files with random damage: no panic, and what is decoded is sound.

use std::io::Cursor;

use intake::walk::{self, ExtractError, Limits};
use intake::write::zip_drop;
use intake::{Manifest, RowOutcome};

use crate::shop::{cp932, decode, layout, small, sound, Decoded};

/// A small random source of our own, the same on every run: Marsaglia's xorshift64.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }

    /// Changes, drops, repeats or cuts bytes at one to four places.
    fn damage(&mut self, sound: &[u8]) -> Vec<u8> {
        const TELLING: &[u8] = b"\"\"\r\n,,\0\x1a\x81\xff\xf0PK\t9T";
        let mut bytes = sound.to_vec();
        for _ in 0..1 + self.below(4) {
            let at = self.below(bytes.len().max(1)).min(bytes.len());
            let end = (at + self.below(12)).min(bytes.len());
            match self.below(6) {
                0 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                1 if at < bytes.len() => bytes[at] = TELLING[self.below(TELLING.len())],
                2 => bytes.insert(at, TELLING[self.below(TELLING.len())]),
                3 => drop(bytes.drain(at..end)),
                4 => {
                    let part = bytes[at..end].to_vec();
                    bytes.splice(at..at, part);
                }
                _ if self.below(8) == 0 => bytes.truncate(at),
                _ => {}
            }
        }
        bytes
    }
}

/// Checks that rows lie in the file one after the other and are all counted.
fn check(file: &[u8], decoded: &Decoded) {
    let mut end = 0;
    for row in &decoded.rows {
        assert!(row.place.byte >= end, "rows do not overlap");
        end = row.place.byte + u64::from(row.place.raw_len);
        assert!(end <= file.len() as u64, "rows lie within the file");
        if let RowOutcome::Faults(faults) = &row.outcome {
            assert!(!faults.is_empty(), "a row without a record has a fault");
        }
    }
    assert_eq!(decoded.totals.rows, decoded.rows.len() as u64);
}

#[test]
fn damaged_files_are_decoded_or_refused_and_never_panic() {
    let mut random = Random(0x2026_1122);
    let csv = small(&[&sound("A1"), &sound("A2"), &cp932("A3,1,\"a,b\",\"c\"\"d\",,,,,x")]);
    let utf16: Vec<u8> =
        "\u{FEFF}key,postal,address,name\r\n1,1000013,\"a,\"\"b\",𠮷\r\n2,1,\"a\r\nb\",c\r\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
    let fixed = cp932("0001100001312345678  山田　　ﾔﾏﾀﾞ    5080630\r\n");
    let fixed = [fixed.as_slice(), &fixed, b"90002002000026\r\n"].concat();
    let recipients = b"key,postal,address,name\n1,1000013,a,b\n2,1000013,\"a\",b\n".to_vec();
    let lines = b"no,day,item,yen\n1,2026-06-30,x,1\n2,2026-06-30,\"x\",2\n1,,y,3\n".to_vec();
    let samples = [
        ("small", csv),
        ("utf16", utf16),
        ("fixed", fixed),
        ("endless", b"00011000013addrname00021000013addrname".to_vec()),
        ("trailer", b"key,postal,address,name\n1,1000013,a,b\nT,1,1000013\n".to_vec()),
    ];
    let layouts = samples.map(|(name, sound)| (layout(name), sound));
    let with_lines = layout("lines");
    let mut decoded_count = 0;
    for round in 0..14_000 {
        let result = if round % 6 == 5 {
            let (recipients, lines) = (random.damage(&recipients), random.damage(&lines));
            let decoded = decode(&with_lines, &recipients, Some(&lines));
            decoded.inspect(|decoded| check(&recipients, decoded))
        } else {
            let (layout, sound) = &layouts[round % 6];
            let file = random.damage(sound);
            decode(layout, &file, None).inspect(|decoded| check(&file, decoded))
        };
        decoded_count += usize::from(result.is_ok());
    }
    assert!(decoded_count > 2_000, "{decoded_count}");
}

#[test]
fn damaged_drops_are_taken_or_refused_and_never_panic() {
    let mut random = Random(0x1122_2026);
    let hash = "0".repeat(64);
    let manifest = format!("sender = \"s\"\n[members]\n\"recipients.csv\" = \"{hash}\"\n");
    let zip = zip_drop(&[
        ("manifest.toml", manifest.as_bytes()),
        ("recipients.csv", b"key,postal,address,name\r\n1,1000013,a,b\r\n"),
    ]);
    let limits = Limits { member_bytes: 4_096, total_bytes: 8_192, ..Limits::default() };
    let mut taken = 0;
    for _ in 0..6_000 {
        let zip = random.damage(&zip);
        let Ok(mut archive) = walk::open(Cursor::new(&zip), &limits) else { continue };
        taken += 1;
        let names: Vec<String> = archive.names().map(str::to_owned).collect();
        for name in names {
            let mut out = Vec::new();
            match archive.extract(&name, &mut out) {
                Ok((len, _)) => assert_eq!(len, out.len() as u64),
                Err(ExtractError::Refusal(refusal)) => assert!(!refusal.code.is_empty()),
                Err(ExtractError::Io(e)) => panic!("memory does not fail: {e}"),
            }
            assert!(out.len() <= 4_096);
        }
        let _ = Manifest::read(&mut archive);
    }
    assert!(taken > 100, "{taken}");
    for _ in 0..2_000 {
        let _ = Manifest::parse("manifest.toml", &random.damage(manifest.as_bytes()));
    }
}
