//! The frame of a TrueType file: its directory of tables with their sums (OpenType 1.9, "Font
//! file").

/// The tables of a font, by ascending tags.
pub(crate) type Tables = Vec<([u8; 4], Vec<u8>)>;

/// Reads the tables of a font file; `None` if one lies beyond the file.
pub(crate) fn read(font: &[u8]) -> Option<Tables> {
    let count = usize::from(word(font, 4)?);
    let entries = font.get(12..)?.get(..16 * count)?.chunks_exact(16);
    let table = |entry: &[u8]| {
        let long = |at: usize| {
            Some(usize::from(word(entry, at)?) << 16 | usize::from(word(entry, at + 2)?))
        };
        let (start, len) = (long(8)?, long(12)?);
        let bytes = font.get(start..start.checked_add(len)?)?;
        Some((entry[..4].try_into().ok()?, bytes.to_vec()))
    };
    entries.map(table).collect()
}

/// Returns the file of some tables, one of which is `head`.
pub(crate) fn write(tables: &Tables) -> Vec<u8> {
    debug_assert!(tables.is_sorted_by_key(|(tag, _)| *tag));
    let count = tables.len() as u16;
    let mut font = vec![0, 1, 0, 0];
    push(&mut font, &[count]);
    push(&mut font, &search(count, 16));
    let mut at = font.len() + 16 * tables.len();
    let mut head_at = 0;
    let mut bodies = Vec::new();
    for (tag, table) in tables {
        let mut table = table.clone();
        if tag == b"head" {
            head_at = at;
            table[ADJUSTMENT..ADJUSTMENT + 4].fill(0);
        }
        font.extend_from_slice(tag);
        for field in [checksum(&table), at as u32, table.len() as u32] {
            font.extend_from_slice(&field.to_be_bytes());
        }
        table.resize(table.len().next_multiple_of(4), 0);
        at += table.len();
        bodies.extend(table);
    }
    font.extend(bodies);
    let adjustment = WHOLE.wrapping_sub(checksum(&font));
    font[head_at + ADJUSTMENT..head_at + ADJUSTMENT + 4].copy_from_slice(&adjustment.to_be_bytes());
    font
}

/// Returns searchRange, entrySelector and rangeShift of `count` entries.
pub(crate) fn search(count: u16, entry: u16) -> [u16; 3] {
    let selector = count.ilog2() as u16;
    let range = entry << selector;
    [range, selector, entry * count - range]
}

/// Appends words, the high byte first.
pub(crate) fn push(table: &mut Vec<u8>, values: &[u16]) {
    table.extend(values.iter().flat_map(|value| value.to_be_bytes()));
}

/// Returns the word at a place, the high byte first.
pub(crate) fn word(table: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(table.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn checksum(bytes: &[u8]) -> u32 {
    let word = |bytes: &[u8]| {
        let mut word = [0; 4];
        word[..bytes.len()].copy_from_slice(bytes);
        u32::from_be_bytes(word)
    };
    bytes.chunks(4).map(word).fold(0, u32::wrapping_add)
}

/// The sum of a whole font with its adjustment.
const WHOLE: u32 = 0xB1B0_AFBA;
/// Where `head` has the adjustment.
const ADJUSTMENT: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_font_adds_up_to_the_sum_that_every_font_has_and_reads_back() {
        let tables: Tables = vec![
            (*b"glyf", (0..77).collect()),
            (*b"head", (100..154).collect()),
            (*b"loca", vec![9; 6]),
        ];
        let font = write(&tables);
        assert_eq!(checksum(&font), WHOLE);
        for entry in font[12..12 + 16 * 3].chunks(16) {
            let field =
                |at: usize| u32::from_be_bytes(entry[at..at + 4].try_into().expect("four bytes"));
            let (at, len) = (field(8) as usize, field(12) as usize);
            assert_eq!(at % 4, 0);
            let mut table = font[at..at + len].to_vec();
            if &entry[..4] == b"head" {
                table[8..12].fill(0);
            }
            assert_eq!(checksum(&table), field(4), "{}", String::from_utf8_lossy(&entry[..4]));
        }
        let found = read(&font).expect("whole");
        assert_eq!((&found[0], &found[2]), (&tables[0], &tables[2]));
        assert_eq!(read(&font[..font.len() - 4]), None);
    }
}
