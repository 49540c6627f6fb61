//! Bytes cut into objects; each is read over once, down to its last bracket.

use super::{Array, Dict, Fault, Id, Name, Text, Value};

/// The deepest nesting of arrays and dictionaries within one object.
const DEPTH_MAX: usize = 32;

/// The bytes end within an object.
const CUT_OFF: &str = "it ends too early";
/// One reader takes the first entry and another the last.
const TWICE: &str = "a dictionary has a key twice";
/// So many keys are compared while they are read.
const KEYS_AT_ONCE: usize = 12;

/// Cuts bytes into objects.
#[derive(Clone, Debug)]
pub(crate) struct Scanner<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) at: usize,
    /// The grammar of these bytes was checked before.
    known: bool,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self::at(bytes, 0)
    }

    /// Begins at a byte.
    pub(crate) fn at(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, known: false }
    }

    /// Begins with bytes that a scanner has read over before.
    pub(crate) fn again(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, known: true }
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub(crate) fn fault(&self, trouble: &'static str) -> Fault {
        Fault { at: self.at, trouble }
    }

    /// Reads one object, with all that is nested in it.
    pub(crate) fn value(&mut self) -> Result<Value<'a>, Fault> {
        self.value_within(0)
    }

    /// Returns the next of a row of objects whose grammar holds.
    pub(crate) fn element(&mut self) -> Option<Value<'a>> {
        self.skip_blanks();
        self.peek()?;
        self.value().ok()
    }

    fn value_within(&mut self, depth: usize) -> Result<Value<'a>, Fault> {
        self.skip_blanks();
        match self.peek().ok_or(self.fault(CUT_OFF))? {
            b'/' => self.name().map(Value::Name),
            b'0'..=b'9' => {
                let number = self.number()?;
                Ok(self.reference(number).map_or(number, Value::Reference))
            }
            b'+' | b'-' | b'.' => self.number(),
            b'(' => self.literal_string().map(Value::Text),
            b'<' if self.bytes.get(self.at + 1) == Some(&b'<') => self.dict(depth),
            b'<' => self.hex_string().map(Value::Text),
            b'[' => self.array(depth),
            b')' | b'>' | b']' | b'{' | b'}' => Err(self.fault("an unexpected delimiter")),
            _ => match self.word() {
                b"true" => Ok(Value::Bool(true)),
                b"false" => Ok(Value::Bool(false)),
                b"null" => Ok(Value::Null),
                _ if self.at == self.bytes.len() => Err(self.fault(CUT_OFF)),
                _ => Err(self.fault("an unknown word")),
            },
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value<'a>, Fault> {
        self.deeper(depth)?;
        self.at += 1;
        let start = self.at;
        loop {
            self.skip_blanks();
            if self.peek() == Some(b']') {
                self.at += 1;
                return Ok(Value::Array(Array(&self.bytes[start..self.at - 1])));
            }
            self.value_within(depth + 1)?;
        }
    }

    fn dict(&mut self, depth: usize) -> Result<Value<'a>, Fault> {
        self.deeper(depth)?;
        self.at += 2;
        let start = self.at;
        let (mut keys, mut count) = ([Name(b""); KEYS_AT_ONCE], 0);
        loop {
            self.skip_blanks();
            match self.peek().ok_or(self.fault(CUT_OFF))? {
                b'/' => {
                    let key = self.name()?;
                    if !self.known {
                        let before = &keys[..count.min(KEYS_AT_ONCE)];
                        if before.iter().any(|before| before.is_same(key)) {
                            return Err(self.fault(TWICE));
                        }
                        if let Some(slot) = keys.get_mut(count) {
                            *slot = key;
                        }
                        count += 1;
                    }
                }
                b'>' if self.bytes.get(self.at + 1) == Some(&b'>') => {
                    let dict = Dict(&self.bytes[start..self.at]);
                    if count > KEYS_AT_ONCE && !dict.is_unique() {
                        return Err(self.fault(TWICE));
                    }
                    self.at += 2;
                    return Ok(Value::Dict(dict));
                }
                b'>' if self.at + 1 == self.bytes.len() => return Err(self.fault(CUT_OFF)),
                _ => return Err(self.fault("a dictionary's key is no name")),
            };
            self.value_within(depth + 1)?;
        }
    }

    fn deeper(&self, depth: usize) -> Result<(), Fault> {
        if depth < DEPTH_MAX {
            Ok(())
        } else {
            Err(self.fault("nested too deep"))
        }
    }

    /// Reads on from a whole number to `generation R`, if that is what follows.
    fn reference(&mut self, number: Value<'_>) -> Option<Id> {
        let number = u32::try_from(number.int()?).ok()?;
        let mut ahead = self.clone();
        ahead.skip_blanks();
        if !ahead.peek()?.is_ascii_digit() {
            return None;
        }
        let generation = u16::try_from(ahead.number().ok()?.int()?).ok()?;
        ahead.skip_blanks();
        if ahead.peek()? != b'R' || ahead.bytes.get(ahead.at + 1).is_some_and(|&b| is_regular(b)) {
            return None;
        }
        self.at = ahead.at + 1;
        Some(Id { number, generation })
    }

    /// Reads a number; integers as such.
    pub(crate) fn number(&mut self) -> Result<Value<'a>, Fault> {
        let negative = self.peek() == Some(b'-');
        if matches!(self.peek(), Some(b'-' | b'+')) {
            self.at += 1;
        }
        let start = self.at;
        let mut mantissa = 0i64;
        let mut point = None;
        while let Some(byte) = self.peek() {
            match byte {
                b'0'..=b'9' => {
                    if self.at - start > DIGITS_MAX {
                        return Err(self.fault("a number of too many digits"));
                    }
                    mantissa = mantissa * 10 + i64::from(byte - b'0');
                }
                b'.' if point.is_none() => point = Some(self.at),
                _ if is_regular(byte) => return Err(self.fault("a malformed number")),
                _ => break,
            }
            self.at += 1;
        }
        if self.at - start == usize::from(point.is_some()) {
            return Err(self.fault("a malformed number"));
        }
        let mantissa = if negative { -mantissa } else { mantissa };
        Ok(match point {
            None => Value::Int(mantissa),
            Some(point) => {
                let scale = POWERS[self.at - point - 1];
                Value::Real((mantissa as f64 / scale) as f32)
            }
        })
    }

    /// Reads a name from its slash on.
    pub(crate) fn name(&mut self) -> Result<Name<'a>, Fault> {
        self.at += 1;
        let rest = &self.bytes[self.at..];
        let mut len = 0;
        while let Some(&byte) = rest.get(len) {
            if !is_regular(byte) {
                break;
            }
            len += 1;
            if byte == b'#' {
                match rest.get(len..len + 2) {
                    Some([high, low]) if nibble(*high).and(nibble(*low)).is_some() => len += 2,
                    _ => return Err(self.fault("a malformed name")),
                }
            }
        }
        self.at += len;
        Ok(Name(&rest[..len]))
    }

    /// Reads `( … )`.
    #[inline]
    pub(crate) fn literal_string(&mut self) -> Result<Text<'a>, Fault> {
        let start = self.at + 1;
        // Nearly always no byte means anything but the end.
        match plain_end(self.bytes, start) {
            Some(end) => {
                self.at = end + 1;
                Ok(Text::Plain(&self.bytes[start..end]))
            }
            None => self.any_string(start),
        }
    }

    fn any_string(&mut self, start: usize) -> Result<Text<'a>, Fault> {
        self.at = start;
        let (mut depth, mut plain) = (1, true);
        loop {
            let rest = &self.bytes[self.at..];
            let len = rest.iter().position(|&byte| IN_STRING[usize::from(byte)]);
            let Some(len) = len else {
                self.at = self.bytes.len();
                return Err(self.fault(CUT_OFF));
            };
            self.at += len + 1;
            match rest[len] {
                b')' => {
                    depth -= 1;
                    if depth == 0 {
                        let text = &self.bytes[start..self.at - 1];
                        return Ok(if plain { Text::Plain(text) } else { Text::Escaped(text) });
                    }
                }
                b'(' => depth += 1,
                b'\r' => plain = false,
                _ => {
                    plain = false;
                    self.at = (self.at + 1).min(self.bytes.len());
                }
            }
        }
    }

    /// Reads `< … >`.
    pub(crate) fn hex_string(&mut self) -> Result<Text<'a>, Fault> {
        self.at += 1;
        let start = self.at;
        loop {
            match self.peek().ok_or(self.fault(CUT_OFF))? {
                b'>' => {
                    self.at += 1;
                    return Ok(Text::Hex(&self.bytes[start..self.at - 1]));
                }
                byte if nibble(byte).is_some() || is_blank(byte) => self.at += 1,
                _ => return Err(self.fault("a malformed hexadecimal string")),
            }
        }
    }

    /// Reads the regular characters from here on.
    pub(crate) fn word(&mut self) -> &'a [u8] {
        let rest = &self.bytes[self.at..];
        let len = rest.iter().position(|&byte| !is_regular(byte)).unwrap_or(rest.len());
        self.at += len;
        &rest[..len]
    }

    /// Reads one keyword after blanks.
    pub(crate) fn keyword(&mut self, word: &[u8], trouble: &'static str) -> Result<(), Fault> {
        self.skip_blanks();
        let start = self.at;
        if self.word() == word {
            return Ok(());
        }
        let cut_off = self.at == self.bytes.len() && word.starts_with(&self.bytes[start..]);
        Err(Fault { at: start, trouble: if cut_off { CUT_OFF } else { trouble } })
    }

    /// Reads a whole number that is not negative, after blanks.
    pub(crate) fn unsigned(&mut self) -> Result<u64, Fault> {
        self.skip_blanks();
        match self.peek() {
            None => Err(self.fault(CUT_OFF)),
            Some(b'0'..=b'9') => {
                let int = self.number()?.int().and_then(|int| u64::try_from(int).ok());
                int.ok_or(self.fault("not a whole number"))
            }
            Some(_) => Err(self.fault("not a whole number")),
        }
    }

    /// Reads a whole number of 32 bits; most are written after one blank and in few digits.
    pub(crate) fn short_unsigned(&mut self) -> Option<u32> {
        let start = self.at + usize::from(self.peek() == Some(b' '));
        let digits = self.bytes[start..].iter().take(9);
        let (mut value, mut len) = (0, 0);
        for digit in digits.map(|byte| byte.wrapping_sub(b'0')).take_while(|digit| *digit < 10) {
            value = value * 10 + u32::from(digit);
            len += 1;
        }
        if len > 0 && matches!(self.bytes.get(start + len), Some(b' ' | b'\n')) {
            self.at = start + len;
            return Some(value);
        }
        u32::try_from(self.unsigned().ok()?).ok()
    }

    /// Passes over white space and comments.
    pub(crate) fn skip_blanks(&mut self) {
        while let Some(byte) = self.peek() {
            if is_blank(byte) {
                self.at += 1;
            } else if byte == b'%' {
                let rest = &self.bytes[self.at..];
                let len = rest.iter().position(|&b| b == b'\n' || b == b'\r');
                self.at += len.unwrap_or(rest.len());
            } else {
                return;
            }
        }
    }
}

/// As many digits as 64 bits hold in any case.
const DIGITS_MAX: usize = 17;

const POWERS: [f64; 20] = {
    let mut powers = [1.0; 20];
    let mut i = 1;
    while i < powers.len() {
        powers[i] = powers[i - 1] * 10.0;
        i += 1;
    }
    powers
};

pub(crate) fn nibble(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// Whether a byte is white space (§7.2.3, table 1).
pub(crate) fn is_blank(byte: u8) -> bool {
    KINDS[usize::from(byte)] == BLANK
}

/// Whether a byte is neither white space nor a delimiter.
pub(crate) fn is_regular(byte: u8) -> bool {
    KINDS[usize::from(byte)] == REGULAR
}

/// Returns where a string ends in which no byte means anything; `None` if one does, or the bytes
/// end.
#[inline]
pub(crate) fn plain_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let eight = u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?);
        let found = meaning(eight);
        if found != 0 {
            at += found.trailing_zeros() as usize / 8;
            return (bytes[at] == b')').then_some(at);
        }
        at += 8;
    }
}

/// Returns the highest bit of the first byte that means something within a string, and perhaps of
/// later ones; the first byte is the lowest.
///
/// A byte is zero exactly if a borrow reaches its highest bit first: Mycroft's test of 1987, here
/// for both brackets at once, which differ in the lowest bit.
fn meaning(bytes: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let zeros = |bytes: u64| bytes.wrapping_sub(ONES) & !bytes & (ONES << 7);
    let is = |byte: u8| zeros(bytes ^ (ONES * u64::from(byte)));
    let brackets = zeros((bytes | ONES) ^ (ONES * u64::from(b')')));
    brackets | is(b'\\') | is(b'\r')
}

/// The bytes that mean something within a string.
const IN_STRING: [bool; 256] = {
    let mut found = [false; 256];
    (found[b'(' as usize], found[b')' as usize]) = (true, true);
    (found[b'\\' as usize], found[b'\r' as usize]) = (true, true);
    found
};

const REGULAR: u8 = 0;
const BLANK: u8 = 1;
const DELIMITER: u8 = 2;
const KINDS: [u8; 256] = {
    let mut kinds = [REGULAR; 256];
    let (blanks, delimiters) = (b"\0\t\n\x0c\r ", b"()<>[]{}/%");
    let mut i = 0;
    while i < blanks.len() {
        kinds[blanks[i] as usize] = BLANK;
        i += 1;
    }
    i = 0;
    while i < delimiters.len() {
        kinds[delimiters[i] as usize] = DELIMITER;
        i += 1;
    }
    kinds
};
