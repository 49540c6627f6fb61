//! The grammar of content streams: operands, then an operator (ISO 32000-2 §7.8.2).

use crate::content::image::Image;
use crate::syntax::{is_blank, Dict, Fault, Name, Scanner, Text, Value};

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
        Self { scanner: Scanner::new(bytes), operands: Vec::with_capacity(64), image: None }
    }

    /// Returns the byte that is read next.
    pub(crate) fn at(&self) -> usize {
        self.scanner.at
    }

    /// Reads on to the next operator and returns it; `None` at the end.
    ///
    /// An inline image counts as one operator, BI.
    pub(crate) fn operator(&mut self) -> Result<Option<Operator>, Fault> {
        self.operands.clear();
        let mut in_array = false;
        loop {
            let Some(byte) = self.next_byte() else {
                return match self.operands.is_empty() {
                    true => Ok(None),
                    false => Err(self.scanner.fault("operands without an operator")),
                };
            };
            if self.operands.len() > OPERANDS_MAX {
                return Err(self.scanner.fault("too many operands"));
            }
            let operand = match byte {
                b'0'..=b'9' | b'+' | b'-' | b'.' => Operand::Number(self.number()?),
                b'/' => Operand::Name(self.scanner.name()?),
                b'(' => Operand::Text(self.scanner.literal_string()?),
                b'<' if self.scanner.bytes.get(self.at() + 1) != Some(&b'<') => {
                    Operand::Text(self.scanner.hex_string()?)
                }
                b'<' => match self.scanner.value()? {
                    Value::Dict(dict) => Operand::Dict(dict),
                    _ => Operand::Other,
                },
                b'[' if !in_array => {
                    in_array = true;
                    self.scanner.at += 1;
                    Operand::Open
                }
                b']' if in_array => {
                    in_array = false;
                    self.scanner.at += 1;
                    Operand::Close
                }
                b')' | b'>' | b'[' | b']' | b'{' | b'}' => {
                    return Err(self.scanner.fault("an unexpected delimiter"));
                }
                _ => match self.scanner.word() {
                    b"true" | b"false" | b"null" => Operand::Other,
                    _ if in_array => return Err(self.scanner.fault("an array without an end")),
                    b"BI" => {
                        self.image = Some(Image::read(&mut self.scanner)?);
                        return Ok(Some(Operator::of(b"BI")));
                    }
                    word if word.len() <= 3 => return Ok(Some(Operator::of(word))),
                    _ => return Err(self.scanner.fault("an unknown operator")),
                },
            };
            self.operands.push(operand);
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

    fn next_byte(&mut self) -> Option<u8> {
        // Nearly always one blank, or none.
        let byte = self.scanner.peek()?;
        if !is_blank(byte) && byte != b'%' {
            return Some(byte);
        }
        self.scanner.skip_blanks();
        self.scanner.peek()
    }

    /// Reads a number; most are whole and short.
    fn number(&mut self) -> Result<f32, Fault> {
        let bytes = self.scanner.bytes;
        let negative = bytes[self.scanner.at] == b'-';
        let start = self.scanner.at + usize::from(negative);
        let (mut at, mut value) = (start, 0i32);
        let after = loop {
            let byte = bytes.get(at).copied().unwrap_or(b'.');
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 || at - start == SHORT_NUMBER {
                break byte;
            }
            value = value * 10 + i32::from(digit);
            at += 1;
        };
        if at > start && matches!(after, b' ' | b'\n' | b'(' | b']') {
            self.scanner.at = at;
            return Ok(if negative { -value } else { value } as f32);
        }
        let value = self.scanner.number()?.number();
        Ok(value.expect("the scanner returned a number"))
    }
}

/// Whole numbers of so few digits fit 32 bits; f32 holds seven digits, and rounds like the other
/// way round.
const SHORT_NUMBER: usize = 9;

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
