//! What must be known of the entries before they are packed, and how a serial is compared.

use super::Trouble;
use crate::revocation::scanner::Entry;

/// A serial as it is compared: the first eight octets and the rest.
pub type Key = (u64, [u8; TAIL_LEN_MAX]);

/// What a first walk finds out about the entries.
pub struct Survey {
    pub len: usize,
    pub stride: usize,
    pub min: u64,
    pub max: u64,
    pub sorted: bool,
}

impl Survey {
    /// Walks the entries, once or, when serials are long, twice.
    pub fn of<'a, I>(entries: I) -> Result<Self, Trouble>
    where
        I: Iterator<Item = Result<Entry<'a>, usize>> + Clone,
    {
        let mut short = Self { len: 0, stride: HEAD_LEN, min: u64::MAX, max: 0, sorted: true };
        let (mut longest, mut negative) = (0, false);
        let mut last = None;
        for entry in entries.clone() {
            let Entry { serial, head, .. } = entry.map_err(|_| Trouble::Malformed)?;
            short.len += 1;
            longest = longest.max(serial.len());
            negative |= serial[0] >= 0x80;
            short.min = short.min.min(head);
            short.max = short.max.max(head);
            short.sorted &= last < Some(head);
            last = Some(head);
        }
        if longest > SERIAL_LEN_MAX {
            return Err(Trouble::LongSerial);
        }
        if short.len > LEN_MAX {
            return Err(Trouble::TooMany);
        }
        if short.len == 0 {
            short.min = 0;
        }
        if longest <= HEAD_LEN && !negative {
            return Ok(short);
        }
        let stride = longest.max(HEAD_LEN + 1);
        let (mut min, mut max) = (u64::MAX, 0);
        for entry in entries.map_while(Result::ok) {
            let head = key(entry.serial, stride, sign(entry.serial)).0;
            min = min.min(head);
            max = max.max(head);
        }
        Ok(Self { stride, min, max, sorted: false, ..short })
    }
}

/// Returns a serial, widened to `stride` octets of `sign`, as it is compared.
#[inline]
pub fn key(serial: &[u8], stride: usize, sign: u8) -> Key {
    if stride == HEAD_LEN {
        return (short_head(serial), [0; TAIL_LEN_MAX]);
    }
    let mut wide = [sign; HEAD_LEN + TAIL_LEN_MAX];
    wide[stride - serial.len()..stride].copy_from_slice(serial);
    wide[stride..].fill(0);
    let (head, tail) = wide.split_at(HEAD_LEN);
    let head = u64::from_be_bytes(head.try_into().expect("eight octets"));
    (head, tail.try_into().expect("the rest of them"))
}

/// Returns the octet that widens the content of an INTEGER.
pub fn sign(serial: &[u8]) -> u8 {
    if serial[0] < 0x80 {
        0
    } else {
        0xff
    }
}

/// Returns the last eight octets of a serial as a number.
#[inline]
fn short_head(serial: &[u8]) -> u64 {
    let mut head = 0;
    for octet in serial {
        head = head << 8 | u64::from(*octet);
    }
    head
}

/// Octets of a serial that are compared first.
pub const HEAD_LEN: usize = 8;
/// RFC 5280 §4.1.2.2: conforming CAs use at most 20 octets; users must take as many.
const SERIAL_LEN_MAX: usize = 20;
/// What is left of a serial.
pub const TAIL_LEN_MAX: usize = SERIAL_LEN_MAX - HEAD_LEN;
/// Bits in an index into `upper`; 2^31 buckets and as many entries.
const LEN_MAX: usize = 1 << 30;
