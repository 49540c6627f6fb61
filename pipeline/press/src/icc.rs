//! Small ICC profiles of our own for the output intents.
//!
//! Written after ICC.1:2001-04 (version 2.4) and ICC.1:2004-10 (version 4.2).

/// Returns a gray printer profile: black toner on white paper.
pub(crate) fn gray_printer() -> Vec<u8> {
    profile(
        Head { version: 0x0240_0000, class: *b"prtr", space: *b"GRAY" },
        &[
            (*b"desc", description("Lettershop black on white")),
            (*b"cprt", text("No copyright, use freely")),
            (*b"wtpt", xyz(D50)),
            (*b"kTRC", gamma(GRAY_GAMMA)),
        ],
    )
}

/// What the 128 bytes of a profile's head say.
struct Head {
    version: u32,
    class: [u8; 4],
    space: [u8; 4],
}

fn profile(head: Head, tags: &[([u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut table = (tags.len() as u32).to_be_bytes().to_vec();
    let mut data = Vec::new();
    let data_start = HEAD_LEN + 4 + 12 * tags.len();
    for (name, tag) in tags {
        table.extend_from_slice(name);
        table.extend_from_slice(&((data_start + data.len()) as u32).to_be_bytes());
        table.extend_from_slice(&(tag.len() as u32).to_be_bytes());
        data.extend_from_slice(tag);
        data.resize(data.len().next_multiple_of(4), 0);
    }
    let mut out = vec![0; HEAD_LEN];
    out[..4].copy_from_slice(&((data_start + data.len()) as u32).to_be_bytes());
    out[8..12].copy_from_slice(&head.version.to_be_bytes());
    out[12..16].copy_from_slice(&head.class);
    out[16..20].copy_from_slice(&head.space);
    out[20..24].copy_from_slice(b"XYZ ");
    // Made on 2026-11-01; the profile is the same in every file.
    for (at, value) in [2026u16, 11, 1].into_iter().enumerate() {
        out[24 + 2 * at..26 + 2 * at].copy_from_slice(&value.to_be_bytes());
    }
    out[36..40].copy_from_slice(b"acsp");
    out[68..80].copy_from_slice(&xyz(D50)[8..]);
    out.extend_from_slice(&table);
    out.extend_from_slice(&data);
    out
}

/// A curve of one exponent, in 1/256.
fn gamma(exponent: u16) -> Vec<u8> {
    let mut tag = b"curv\0\0\0\0\0\0\0\x01".to_vec();
    tag.extend_from_slice(&exponent.to_be_bytes());
    tag
}

/// Tristimulus values in 1/65536.
fn xyz(values: [i32; 3]) -> Vec<u8> {
    let mut tag = b"XYZ \0\0\0\0".to_vec();
    tag.extend(values.iter().flat_map(|value| value.to_be_bytes()));
    tag
}

fn text(words: &str) -> Vec<u8> {
    [b"text\0\0\0\0", words.as_bytes(), b"\0"].concat()
}

/// textDescriptionType of version 2, in ASCII only.
fn description(words: &str) -> Vec<u8> {
    let mut tag = b"desc\0\0\0\0".to_vec();
    tag.extend_from_slice(&(words.len() as u32 + 1).to_be_bytes());
    tag.extend_from_slice(words.as_bytes());
    // End of the ASCII text, then no Unicode (8 bytes) and no ScriptCode (3 + 67 bytes) text.
    tag.resize(tag.len() + 1 + 8 + 70, 0);
    tag
}

const HEAD_LEN: usize = 128;
/// The illuminant of the profile connection space.
const D50: [i32; 3] = [0xF6D6, 0x1_0000, 0xD32D];
/// 1.8, near the tone of an uncalibrated black-and-white printer.
const GRAY_GAMMA: u16 = 0x01CD;
