//! Objects that are written alike: what one of them means is learnt once, and the next ones are
//! read by comparing bytes.
//!
//! A print file has some objects a letter that differ in whole numbers and in names of sixteen
//! hexadecimal digits alone. The grammar of one of them was checked, so that of the others holds; a
//! byte that differs elsewhere makes an object of another shape, which is read by the grammar
//! again.

use super::{is_regular, Id};

/// How an object is written, with places for numbers.
#[derive(Debug)]
pub(crate) struct Shape {
    /// What stands before each place.
    before: Vec<(Vec<u8>, Slot)>,
    /// What stands after the last.
    rest: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    /// One to nine digits.
    Whole,
    /// A name of sixteen hexadecimal digits, after its slash.
    Hex,
}

/// What stands in the places of one object.
pub(crate) type Values = [u64; SLOTS_MAX];

impl Shape {
    /// Returns the shape of an object; `None` if it has strings or comments, or too many places.
    pub(crate) fn of(object: &[u8]) -> Option<Self> {
        let strange = |at: usize| match object[at] {
            b'(' | b'%' => true,
            b'<' => object.get(at + 1) != Some(&b'<') && (at == 0 || object[at - 1] != b'<'),
            _ => false,
        };
        if (0..object.len()).any(strange) {
            return None;
        }
        let (mut before, mut literal, mut at) = (Vec::new(), Vec::new(), 0);
        while at < object.len() {
            let len = object[at..].iter().take_while(|&&byte| is_regular(byte)).count();
            let word = &object[at..at + len];
            let slot = if literal.last() == Some(&b'/') {
                is_hex(word).then_some(Slot::Hex)
            } else {
                // Generations are 0 and stay as they are.
                let whole = (1..=DIGITS_MAX).contains(&len) && word != b"0";
                (whole && word.iter().all(u8::is_ascii_digit)).then_some(Slot::Whole)
            };
            match slot {
                Some(slot) => before.push((std::mem::take(&mut literal), slot)),
                None => literal.extend_from_slice(word),
            }
            at += len;
            if let Some(&byte) = object.get(at) {
                literal.push(byte);
                at += 1;
            }
        }
        (before.len() <= SLOTS_MAX).then_some(Self { before, rest: literal })
    }

    /// Writes an object of this shape with a number of its own in each place, from which
    /// [`Shape::slot`] finds the place again.
    pub(crate) fn numbered(&self) -> Vec<u8> {
        let mut object = Vec::new();
        for ((literal, slot), number) in self.before.iter().zip(u64::from(NUMBERED)..) {
            object.extend_from_slice(literal);
            match slot {
                Slot::Whole => object.extend(number.to_string().bytes()),
                Slot::Hex => object.extend(format!("{number:016x}").bytes()),
            }
        }
        object.extend_from_slice(&self.rest);
        object
    }

    /// Returns the place that a number of [`Shape::numbered`] stands for.
    pub(crate) fn slot(number: u64) -> Option<usize> {
        let slot = number.checked_sub(NUMBERED.into())?;
        usize::try_from(slot).ok().filter(|slot| *slot < SLOTS_MAX)
    }

    /// Reads an object of this shape from the start of `bytes`; returns what stands in its places,
    /// and where it ends.
    #[inline]
    pub(crate) fn read_start(&self, bytes: &[u8]) -> Option<(Values, usize)> {
        let mut values = [0; SLOTS_MAX];
        let mut at = 0;
        for ((literal, slot), value) in self.before.iter().zip(&mut values) {
            let rest = bytes.get(at..)?.strip_prefix(&literal[..])?;
            at += literal.len();
            match slot {
                Slot::Whole => {
                    let mut len = 0;
                    while let Some(digit) = rest.get(len).map(|byte| byte.wrapping_sub(b'0')) {
                        if digit > 9 {
                            break;
                        }
                        *value = *value * 10 + u64::from(digit);
                        len += 1;
                        if len > DIGITS_MAX {
                            return None;
                        }
                    }
                    if len == 0 {
                        return None;
                    }
                    at += len;
                }
                Slot::Hex => {
                    let digits = rest.get(..HEX_LEN).filter(|digits| is_hex(digits))?;
                    let nibble = |&digit: &u8| u64::from((digit & 15) + 9 * (digit >> 6));
                    *value = digits.iter().fold(0, |value, digit| value << 4 | nibble(digit));
                    at += HEX_LEN;
                }
            }
        }
        bytes.get(at..)?.starts_with(&self.rest).then_some((values, at + self.rest.len()))
    }

    /// Reads a whole object of this shape.
    #[inline]
    pub(crate) fn read(&self, object: &[u8]) -> Option<Values> {
        let (values, end) = self.read_start(object)?;
        (end == object.len()).then_some(values)
    }
}

impl Id {
    /// Returns the id of an object like the one that was learnt from: the numbered place's number.
    pub(crate) fn within(self, values: &Values) -> Self {
        match Shape::slot(self.number.into()) {
            // Nine digits fit.
            Some(slot) => Self { number: values[slot] as u32, ..self },
            None => self,
        }
    }
}

fn is_hex(word: &[u8]) -> bool {
    word.len() == HEX_LEN && word.iter().all(u8::is_ascii_hexdigit)
}

/// An object that is written once a letter has half a dozen.
const SLOTS_MAX: usize = 8;
const HEX_LEN: usize = 16;
/// Nine digits fit an object number of 32 bits.
const DIGITS_MAX: usize = 9;
/// No object of a file has such a number, since nine digits are the most that are read.
const NUMBERED: u32 = 4_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    const LEAF: &[u8] = b"<</Parent 41 0 R/Start 43 0 R/Box[0 0 595.28 7]/Id/b6a35ee38e0baf76>>\n";

    #[test]
    fn an_object_that_differs_in_numbers_has_the_same_shape() {
        let shape = Shape::of(LEAF).expect("a shape");
        assert_eq!(shape.read(LEAF).expect("itself")[..4], [41, 43, 7, 0xb6a3_5ee3_8e0b_af76]);
        let other =
            b"<</Parent 1 0 R/Start 999999999 0 R/Box[0 0 595.28 12]/Id/00000000000000fF>>\n";
        assert_eq!(shape.read(other).expect("alike")[..4], [1, 999_999_999, 12, 255]);
        let numbered = shape.numbered();
        let text = String::from_utf8_lossy(&numbered);
        assert!(text.starts_with("<</Parent 4000000000 0 R/Start 4000000001 0 R/Box[0 0 595.28"));
        assert!(text.ends_with("/Id/00000000ee6b2803>>\n") && Shape::slot(0xee6b_2803) == Some(3));
        assert_eq!(Shape::slot(41), None);
    }

    #[test]
    fn an_object_that_differs_elsewhere_has_another_shape() {
        let shape = Shape::of(LEAF).expect("a shape");
        for at in 0..LEAF.len() {
            for change in [b'7', b'x', b' ', b'/', b'>'] {
                let mut other = LEAF.to_vec();
                if std::mem::replace(&mut other[at], change) == change {
                    continue;
                }
                if let Some(values) = shape.read(&other) {
                    // Then another digit stands there, and the value says so.
                    let digits = |byte: u8| byte.is_ascii_hexdigit();
                    assert!(digits(LEAF[at]) && digits(change), "byte {at}: {values:?}");
                }
            }
        }
        assert!(shape.read(&LEAF[..LEAF.len() - 1]).is_none());
        assert!(shape.read(&[LEAF, b" "].concat()).is_none());
        assert!(shape.read_start(&[LEAF, b" "].concat()).is_some());
    }

    #[test]
    fn strings_comments_and_long_objects_have_no_shape() {
        for object in [&b"<</A(x)>>"[..], b"<</A<00>>>", b"<</A 1%\n>>", b"[1 2 3 4 5 6 7 8 9]"] {
            assert!(Shape::of(object).is_none(), "{}", String::from_utf8_lossy(object));
        }
    }
}
