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

/// Returns a profile of sRGB (IEC 61966-2-1), adapted to D50 as version 4 asks.
pub(crate) fn srgb() -> Vec<u8> {
    profile(
        Head { version: 0x0420_0000, class: *b"mntr", space: *b"RGB " },
        &[
            (*b"desc", unicode("sRGB by lettershop")),
            (*b"cprt", unicode("No copyright, use freely")),
            (*b"wtpt", xyz(D50)),
            (*b"chad", adaptation()),
            (*b"rXYZ", xyz([0x6FA2, 0x38F5, 0x0390])),
            (*b"gXYZ", xyz([0x6299, 0xB785, 0x18DA])),
            (*b"bXYZ", xyz([0x24A0, 0x0F84, 0xB6CF])),
            (*b"rTRC", srgb_curve()),
            (*b"gTRC", srgb_curve()),
            (*b"bTRC", srgb_curve()),
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

/// The curve of sRGB: exponent 2.4 above 0.04045, linear below (parametric type 3).
fn srgb_curve() -> Vec<u8> {
    let mut tag = b"para\0\0\0\0\0\x03\0\0".to_vec();
    // g = 2.4, a = 1/1.055, b = 0.055/1.055, c = 1/12.92, d = 0.04045
    let values = [0x2_6666i32, 0xF2A7, 0x0D59, 0x13D0, 0x0A5B];
    tag.extend(values.iter().flat_map(|value| value.to_be_bytes()));
    tag
}

/// The Bradford adaptation from D65 to D50.
fn adaptation() -> Vec<u8> {
    let mut tag = b"sf32\0\0\0\0".to_vec();
    let rows =
        [[0x1_0C42i32, 0x05DE, -0x0CDB], [0x0793, 0xFD90, -0x045E], [-0x025D, 0x03DC, 0xC06E]];
    tag.extend(rows.iter().flatten().flat_map(|value| value.to_be_bytes()));
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

/// multiLocalizedUnicodeType of version 4, in English.
fn unicode(words: &str) -> Vec<u8> {
    let units: Vec<u8> = words.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mut tag = b"mluc\0\0\0\0\0\0\0\x01\0\0\0\x0CenUS".to_vec();
    tag.extend_from_slice(&(units.len() as u32).to_be_bytes());
    tag.extend_from_slice(&28u32.to_be_bytes());
    tag.extend_from_slice(&units);
    tag
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
