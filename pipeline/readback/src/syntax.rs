//! The grammar of objects, read where they lie (ISO 32000-2 §7.2, §7.3).

mod scan;
mod shape;

use std::borrow::Cow;

pub(crate) use scan::{is_blank, is_regular, nibble, plain_end, Scanner};
pub(crate) use shape::{Shape, Values};

/// What is wrong, and how many bytes from the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) at: usize,
    pub(crate) trouble: &'static str,
}

/// Object and generation number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Id {
    pub(crate) number: u32,
    pub(crate) generation: u16,
}

/// One object. What is nested has been read over once, so its grammar holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Real(f32),
    Name(Name<'a>),
    Text(Text<'a>),
    Array(Array<'a>),
    Dict(Dict<'a>),
    Reference(Id),
}

/// A name as written, without its slash.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Name<'a>(pub(crate) &'a [u8]);

/// A string as written, without its outer delimiters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Text<'a> {
    /// Means what it says.
    Plain(&'a [u8]),
    /// With escapes, or carriage returns, which mean line feeds.
    Escaped(&'a [u8]),
    /// Hexadecimal digits and blanks.
    Hex(&'a [u8]),
}

/// What stands between `[` and `]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Array<'a>(&'a [u8]);

/// What stands between `<<` and `>>`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Dict<'a>(&'a [u8]);

impl<'a> Value<'a> {
    pub(crate) fn int(self) -> Option<i64> {
        match self {
            Self::Int(int) => Some(int),
            _ => None,
        }
    }

    pub(crate) fn number(self) -> Option<f32> {
        match self {
            Self::Int(int) => Some(int as f32),
            Self::Real(real) => Some(real),
            _ => None,
        }
    }

    pub(crate) fn name(self) -> Option<Name<'a>> {
        match self {
            Self::Name(name) => Some(name),
            _ => None,
        }
    }

    pub(crate) fn is_name(self, name: &[u8]) -> bool {
        self.name().is_some_and(|found| found.is(name))
    }

    pub(crate) fn array(self) -> Option<Array<'a>> {
        match self {
            Self::Array(array) => Some(array),
            _ => None,
        }
    }

    pub(crate) fn dict(self) -> Option<Dict<'a>> {
        match self {
            Self::Dict(dict) => Some(dict),
            _ => None,
        }
    }

    pub(crate) fn reference(self) -> Option<Id> {
        match self {
            Self::Reference(id) => Some(id),
            _ => None,
        }
    }
}

impl<'a> Name<'a> {
    pub(crate) fn is(self, name: &[u8]) -> bool {
        self.0 == name || self.0.contains(&b'#') && *self.decoded() == *name
    }

    fn is_same(self, other: Name<'_>) -> bool {
        let escaped = |name: &[u8]| name.contains(&b'#');
        self.0 == other.0
            || (escaped(self.0) || escaped(other.0)) && self.decoded() == other.decoded()
    }

    /// Returns the name with `#xx` read as bytes (§7.3.5); the scanner has checked the digits.
    pub(crate) fn decoded(self) -> Cow<'a, [u8]> {
        if !self.0.contains(&b'#') {
            return Cow::Borrowed(self.0);
        }
        let mut bytes = Vec::with_capacity(self.0.len());
        let mut rest = self.0;
        while let Some((&byte, after)) = rest.split_first() {
            (rest, _) = match (byte, after) {
                (b'#', [high, low, after @ ..]) => {
                    (after, bytes.push(nibble(*high).unwrap_or(0) << 4 | nibble(*low).unwrap_or(0)))
                }
                _ => (after, bytes.push(byte)),
            };
        }
        Cow::Owned(bytes)
    }
}

impl<'a> Text<'a> {
    /// Returns the bytes that the string means, which may need `scratch`.
    pub(crate) fn decode<'s>(self, scratch: &'s mut Vec<u8>) -> &'s [u8]
    where
        'a: 's,
    {
        scratch.clear();
        match self {
            Self::Plain(bytes) => return bytes,
            Self::Escaped(bytes) => unescape(bytes, scratch),
            Self::Hex(digits) => {
                let mut high = None;
                for digit in digits.iter().filter_map(|&byte| nibble(byte)) {
                    match high.take() {
                        None => high = Some(digit),
                        Some(high) => scratch.push(high << 4 | digit),
                    }
                }
                scratch.extend(high.map(|high| high << 4));
            }
        }
        scratch
    }
}

/// Reads the escapes of a literal string (§7.3.4.2).
fn unescape(bytes: &[u8], out: &mut Vec<u8>) {
    let mut rest = bytes.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        let byte = match byte {
            // An end of line of any writing is one line feed.
            b'\r' => {
                rest.next_if_eq(&b'\n');
                b'\n'
            }
            b'\\' => match rest.next() {
                Some(b'n') => b'\n',
                Some(b'r') => b'\r',
                Some(b't') => b'\t',
                Some(b'b') => 8,
                Some(b'f') => 12,
                Some(b'\n') | None => continue,
                Some(b'\r') => {
                    rest.next_if_eq(&b'\n');
                    continue;
                }
                Some(first @ b'0'..=b'7') => {
                    let mut value = u32::from(first - b'0');
                    for _ in 0..2 {
                        let Some(digit) = rest.next_if(|b| (b'0'..=b'7').contains(b)) else {
                            break;
                        };
                        value = value * 8 + u32::from(digit - b'0');
                    }
                    // High-order overflow is ignored.
                    value as u8
                }
                Some(other) => other,
            },
            other => other,
        };
        out.push(byte);
    }
}

impl<'a> Array<'a> {
    /// Returns the elements.
    pub(crate) fn values(self) -> impl Iterator<Item = Value<'a>> {
        let mut scanner = Scanner::again(self.0);
        std::iter::from_fn(move || scanner.element())
    }
}

impl<'a> Dict<'a> {
    /// Returns the entries in the order in which they stand.
    pub(crate) fn entries(self) -> impl Iterator<Item = (Name<'a>, Value<'a>)> {
        let mut scanner = Scanner::again(self.0);
        std::iter::from_fn(move || match scanner.element()? {
            Value::Name(key) => Some((key, scanner.element()?)),
            _ => None,
        })
    }

    /// Returns what stands under a key; an entry that is null is none (§7.3.7).
    pub(crate) fn get(self, key: &[u8]) -> Option<Value<'a>> {
        let found = self.entries().find(|(name, _)| name.is(key))?.1;
        (found != Value::Null).then_some(found)
    }

    /// Whether no key stands twice.
    fn is_unique(self) -> bool {
        let mut keys: Vec<_> = self.entries().map(|(key, _)| key.decoded()).collect();
        keys.sort_unstable();
        keys.windows(2).all(|pair| pair[0] != pair[1])
    }
}

#[cfg(test)]
mod tests;
