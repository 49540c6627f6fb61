//! The grammar of content streams: operands, then an operator (ISO 32000-2 §7.8.2).

use crate::content::image::Image;
use crate::syntax::{is_regular, Dict, Fault, Name, Scanner, Text, Value};

/// More operands than any operator but TJ takes; a TJ of a whole line has some hundreds.
const OPERANDS_MAX: usize = 4096;

/// One operand; an array lies flat between its brackets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Operand<'a> {
    Number(f32),
    Name(Name<'a>),
    Text(Text<'a>),
    Dict(Dict<'a>),
    Open,
    Close,
    /// A truth value or null.
    Other,
}

/// An operator's up to three letters in one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Operator(pub(crate) u32);

impl Operator {
    pub(crate) const fn of(letters: &[u8]) -> Self {
        let (mut packed, mut i) = (0, 0);
        while i < letters.len() {
            packed = packed << 8 | letters[i] as u32;
            i += 1;
        }
        Self(packed)
    }
}

/// Cuts a content stream into operators with their operands, none of which are copied.
pub(crate) struct Lexer<'a> {
    scanner: Scanner<'a>,
    operands: Vec<Operand<'a>>,
    image: Option<Image<'a>>,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { scanner: Scanner::new(bytes), operands: Vec::with_capacity(256), image: None }
    }

    /// Returns the byte that is read next.
    pub(crate) fn at(&self) -> usize {
        self.scanner.at
    }

    /// Goes on at a byte at which no operand was read yet.
    pub(crate) fn go_to(&mut self, at: usize) {
        self.scanner.at = at;
    }

    /// Reads on to the next operator and returns it; `None` at the end.
    ///
    /// An inline image counts as one operator, BI.
    #[inline]
    pub(crate) fn operator(&mut self) -> Result<Option<Operator>, Fault> {
        self.operands.clear();
        let mut in_array = false;
        loop {
            let Some(&byte) = self.scanner.bytes.get(self.scanner.at) else {
                return match self.operands.is_empty() {
                    true => Ok(None),
                    false => Err(self.scanner.fault("operands without an operator")),
                };
            };
            let operand = match start_of(byte) {
                Start::Blank => {
                    self.scanner.at += 1;
                    continue;
                }
                Start::Number => Operand::Number(self.number()?),
                Start::Literal => Operand::Text(self.scanner.literal_string()?),
                Start::Bracket => match (byte, in_array) {
                    (b'[', false) => {
                        in_array = true;
                        self.scanner.at += 1;
                        Operand::Open
                    }
                    (b']', true) => {
                        in_array = false;
                        self.scanner.at += 1;
                        Operand::Close
                    }
                    _ => return Err(self.scanner.fault("an unexpected delimiter")),
                },
                Start::Word => match self.word(in_array)? {
                    Some(operator) => return Ok(Some(operator)),
                    None => Operand::Other,
                },
                Start::Rest => match self.rest(byte)? {
                    Some(operand) => operand,
                    None => continue,
                },
            };
            if self.operands.len() > OPERANDS_MAX {
                return Err(self.scanner.fault("too many operands"));
            }
            self.operands.push(operand);
        }
    }

    /// Reads a name, a hexadecimal string or a dictionary, or passes over a comment.
    fn rest(&mut self, byte: u8) -> Result<Option<Operand<'a>>, Fault> {
        Ok(Some(match byte {
            b'/' => Operand::Name(self.scanner.name()?),
            b'%' => {
                self.scanner.skip_blanks();
                return Ok(None);
            }
            b'<' if self.scanner.bytes.get(self.at() + 1) != Some(&b'<') => {
                Operand::Text(self.scanner.hex_string()?)
            }
            b'<' => match self.scanner.value()? {
                Value::Dict(dict) => Operand::Dict(dict),
                _ => Operand::Other,
            },
            _ => return Err(self.scanner.fault("an unexpected delimiter")),
        }))
    }

    /// Reads an operator, or a word that is an operand.
    #[inline]
    fn word(&mut self, in_array: bool) -> Result<Option<Operator>, Fault> {
        let Scanner { bytes, at, .. } = self.scanner;
        // Most operators have one letter or two.
        if let Some(&[first, second, third]) = bytes.get(at..at + 3) {
            if in_array {
                return self.long_word(true);
            }
            if !is_regular(second) {
                self.scanner.at += 1;
                return Ok(Some(Operator(first.into())));
            }
            if !is_regular(third) && (first, second) != (b'B', b'I') {
                self.scanner.at += 2;
                return Ok(Some(Operator(u32::from(first) << 8 | u32::from(second))));
            }
        }
        self.long_word(in_array)
    }

    fn long_word(&mut self, in_array: bool) -> Result<Option<Operator>, Fault> {
        match self.scanner.word() {
            b"true" | b"false" | b"null" => Ok(None),
            _ if in_array => Err(self.scanner.fault("an array without an end")),
            b"BI" => {
                self.image = Some(Image::read(&mut self.scanner)?);
                Ok(Some(Operator::of(b"BI")))
            }
            word if word.len() <= 3 => Ok(Some(Operator::of(word))),
            _ => Err(self.scanner.fault("an unknown operator")),
        }
    }

    /// Returns the operands of the operator read last.
    pub(crate) fn operands(&self) -> &[Operand<'a>] {
        &self.operands
    }

    /// Returns the image of the operator BI.
    pub(crate) fn image(&mut self) -> Option<Image<'a>> {
        self.image.take()
    }

    /// Returns the operands, exactly `N` numbers.
    #[inline]
    pub(crate) fn numbers<const N: usize>(&self) -> Result<[f32; N], &'static str> {
        let mut numbers = [0.0; N];
        if self.operands.len() != N {
            return Err("a wrong number of operands");
        }
        for (number, operand) in numbers.iter_mut().zip(&self.operands) {
            match operand {
                Operand::Number(value) => *number = *value,
                _ => return Err("an operand that is no number"),
            }
        }
        Ok(numbers)
    }

    /// Returns the one operand, a name.
    pub(crate) fn name(&self) -> Result<Name<'a>, &'static str> {
        match self.operands[..] {
            [Operand::Name(name)] => Ok(name),
            _ => Err("operands that are not one name"),
        }
    }

    /// Reads a number; most are whole and short.
    #[inline]
    fn number(&mut self) -> Result<f32, Fault> {
        if let Some((value, end)) = number_at(self.scanner.bytes, self.scanner.at) {
            self.scanner.at = end;
            return Ok(value);
        }
        let value = self.scanner.number()?.number();
        Ok(value.expect("the scanner returned a number"))
    }
}

/// Reads a short number and where it ends; `None` leaves it to the scanner.
#[inline]
pub(super) fn number_at(bytes: &[u8], at: usize) -> Option<(f32, usize)> {
    let eight = u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?);
    let sign = u32::from(eight as u8 == b'-');
    let eight = eight >> (8 * sign);
    let (value, digits) = short_whole(eight);
    if digits > 5 {
        return None;
    }
    let end = at + (sign + digits) as usize;
    let after = (eight >> (8 * digits)) as u8;
    if after == b'.' {
        return decimal_at(bytes, end + 1, value, digits, sign == 1);
    }
    if digits == 0 || is_regular(after) {
        return None;
    }
    let value = value as f32;
    Some((if sign == 1 { -value } else { value }, end))
}

/// Reads a number on after its point.
fn decimal_at(
    bytes: &[u8],
    at: usize,
    whole: u32,
    digits: u32,
    negative: bool,
) -> Option<(f32, usize)> {
    let eight = u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?);
    let (value, decimals) = short_whole(eight);
    if digits + decimals == 0 || decimals > 6 || is_regular((eight >> (8 * decimals)) as u8) {
        return None;
    }
    let scale = 10u64.pow(decimals);
    let value = ((u64::from(whole) * scale + u64::from(value)) as f64 / scale as f64) as f32;
    Some((if negative { -value } else { value }, at + decimals as usize))
}

/// Reads the digits with which eight bytes begin, the first byte the lowest: the value, of eight
/// digits none, and how many they are.
///
/// Eight digits at once in one word: Langdale and Lemire, "Parsing Gigabytes of JSON per Second",
/// VLDB Journal 28 (2019), §3.4.
#[inline]
fn short_whole(bytes: u64) -> (u32, u32) {
    let values = bytes ^ 0x3030_3030_3030_3030;
    let low = values & 0x7F7F_7F7F_7F7F_7F7F;
    // The highest bit of every byte that is no digit.
    let others = ((low + 0x7676_7676_7676_7676) | values) & 0x8080_8080_8080_8080;
    let digits = others.trailing_zeros() / 8;
    // Shifted twice because no digits would be a shift by all bits.
    let values = values << (32 - 4 * digits) << (32 - 4 * digits);
    let pairs = values.wrapping_mul(10).wrapping_add(values >> 8);
    let high = (pairs & 0xFF_0000_00FF).wrapping_mul(0x000F_4240_0000_0064);
    let low = (pairs >> 16 & 0xFF_0000_00FF).wrapping_mul(0x0000_2710_0000_0001);
    ((high.wrapping_add(low) >> 32) as u32, digits)
}

/// What begins with a byte.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    Word,
    Blank,
    Number,
    Literal,
    Bracket,
    /// Names, hexadecimal strings, dictionaries, comments and what must not stand there.
    Rest,
}

#[inline(always)]
pub(super) fn start_of(byte: u8) -> Start {
    STARTS[usize::from(byte)]
}

const STARTS: [Start; 256] = {
    let mut starts = [Start::Word; 256];
    let kinds: [(&[u8], Start); 5] = [
        (b"\0\t\n\x0c\r ", Start::Blank),
        (b"0123456789+-.", Start::Number),
        (b"(", Start::Literal),
        (b"[]", Start::Bracket),
        (b"/%<>){}", Start::Rest),
    ];
    let mut kind = 0;
    while kind < kinds.len() {
        let (bytes, start) = kinds[kind];
        let mut i = 0;
        while i < bytes.len() {
            starts[bytes[i] as usize] = start;
            i += 1;
        }
        kind += 1;
    }
    starts
};

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content: &[u8]) -> Result<Vec<String>, Fault> {
        let mut lexer = Lexer::new(content);
        let mut found = Vec::new();
        while let Some(operator) = lexer.operator()? {
            let operands: Vec<String> =
                lexer.operands().iter().map(|operand| format!("{operand:?}")).collect();
            let letters = operator.0.to_be_bytes();
            let letters = String::from_utf8_lossy(&letters).replace('\0', "");
            found.push(format!("{} {letters}", operands.join(" ")));
        }
        Ok(found)
    }

    #[test]
    fn operands_of_every_writing_are_read() {
        let content = b"q 1 0 0 -.5 +72. 3 cm%note\n/F1 9 Tf[(a)-250<4 14>]TJ -17\tw Q";
        assert_eq!(
            read(content).expect("sound content"),
            [
                " q",
                "Number(1.0) Number(0.0) Number(0.0) Number(-0.5) Number(72.0) Number(3.0) cm",
                "Name(Name([70, 49])) Number(9.0) Tf",
                "Open Text(Plain([97])) Number(-250.0) Text(Hex([52, 32, 49, 52])) Close TJ",
                "Number(-17.0) w",
                " Q",
            ]
        );
    }

    #[test]
    fn whole_numbers_of_every_length_are_read_like_all_others() {
        for number in [0i64, 7, 10, 99, 123, 4_567, 65_535, 999_999, 1_234_567, 12_345_678] {
            for (sign, value) in [("", number as f32), ("-", -(number as f32))] {
                for end in [" ", "\n", ".0 ", "(a)", "/N "] {
                    let content = format!("{sign}{number}{end} w more bytes");
                    let mut lexer = Lexer::new(content.as_bytes());
                    lexer.operator().expect("sound content");
                    assert_eq!(lexer.operands()[0], Operand::Number(value), "{content}");
                }
            }
        }
    }

    #[test]
    fn an_inline_image_is_one_operator() {
        let found = read(b"BI /W 9/H 2/BPC 1/CS/G ID \x00(EI\nEI Q").expect("sound content");
        assert_eq!(found, [" BI", " Q"]);
    }

    #[test]
    fn a_broken_stream_is_an_error() {
        for content in [
            &b"(abc"[..],
            b"1 2",
            b"1-2 w",
            b"<4g> Tj",
            b") Tj",
            b"- w",
            b"BI ID xx",
            b"BI/W 9/H 2/IM true/F/LZW ID xx EI",
            b"[1 2 w",
            b"[1[2]] w",
            b"long",
        ] {
            assert!(read(content).is_err(), "{}", String::from_utf8_lossy(content));
        }
    }
}
