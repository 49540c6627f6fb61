//! The grammar of content streams: operands, then an operator (ISO 32000-2 §7.8.2).

use std::ops::Range;

/// More operands than any operator but TJ takes; a TJ of a whole line has some hundreds.
const OPERANDS_MAX: usize = 4096;

/// Cuts a content stream into operators with their operands.
pub(crate) struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The operands of the current operator; arrays lie flat among them.
    operands: Vec<Raw>,
    /// Strings that had escapes or were hexadecimal.
    scratch: Vec<u8>,
}

/// One operand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Operand<'l> {
    Number(f32),
    Name(&'l [u8]),
    String(&'l [u8]),
}

enum Raw {
    Number(f32),
    Name(Range<usize>),
    Plain(Range<usize>),
    Scratch(Range<usize>),
}

type Trouble = &'static str;

impl<'a> Lexer<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, operands: Vec::new(), scratch: Vec::new() }
    }

    /// Returns the byte that is read next.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Reads on to the next operator and returns it; `None` at the end.
    pub(crate) fn operator(&mut self) -> Result<Option<&'a [u8]>, Trouble> {
        self.operands.clear();
        self.scratch.clear();
        loop {
            self.skip_blanks();
            let Some(&byte) = self.bytes.get(self.at) else {
                let whole = self.operands.is_empty();
                return if whole { Ok(None) } else { Err("operands without an operator") };
            };
            if self.operands.len() > OPERANDS_MAX {
                return Err("too many operands");
            }
            match byte {
                b'0'..=b'9' | b'+' | b'-' | b'.' => self.number()?,
                b'/' => self.read_name(),
                b'(' => self.literal_string()?,
                b'<' if self.bytes.get(self.at + 1) == Some(&b'<') => self.at += 2,
                b'>' if self.bytes.get(self.at + 1) == Some(&b'>') => self.at += 2,
                b'<' => self.hex_string()?,
                b'[' | b']' => self.at += 1,
                b')' | b'>' | b'{' | b'}' => return Err("an unexpected delimiter"),
                _ => {
                    let word = self.word();
                    if word == b"ID" {
                        self.skip_inline_image()?;
                    }
                    if !matches!(word, b"true" | b"false" | b"null") {
                        return Ok(Some(word));
                    }
                }
            }
        }
    }

    /// Returns the operands of the operator read last.
    pub(crate) fn operands(&self) -> impl Iterator<Item = Operand<'_>> {
        self.operands.iter().map(|raw| match raw {
            Raw::Number(number) => Operand::Number(*number),
            Raw::Name(range) => Operand::Name(&self.bytes[range.clone()]),
            Raw::Plain(range) => Operand::String(&self.bytes[range.clone()]),
            Raw::Scratch(range) => Operand::String(&self.scratch[range.clone()]),
        })
    }

    /// Returns the first `N` operands as numbers.
    pub(crate) fn numbers<const N: usize>(&self) -> Result<[f32; N], Trouble> {
        let mut numbers = [0.0; N];
        for (i, number) in numbers.iter_mut().enumerate() {
            match self.operands.get(i) {
                Some(Raw::Number(value)) => *number = *value,
                _ => return Err("a number is missing"),
            }
        }
        Ok(numbers)
    }

    /// Returns the first operand as a name.
    pub(crate) fn name(&self) -> Result<&'a [u8], Trouble> {
        match self.operands.first() {
            Some(Raw::Name(range)) => Ok(&self.bytes[range.clone()]),
            _ => Err("a name is missing"),
        }
    }

    /// Returns a name and the number after it.
    pub(crate) fn name_and_number(&self) -> Result<(&'a [u8], f32), Trouble> {
        match self.operands.get(1) {
            Some(Raw::Number(number)) => Ok((self.name()?, *number)),
            _ => Err("a number is missing"),
        }
    }

    fn skip_blanks(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\0' | b'\t' | b'\n' | b'\x0c' | b'\r' | b' ' => self.at += 1,
                b'%' => {
                    let rest = &self.bytes[self.at..];
                    let len = rest.iter().position(|&b| b == b'\n' || b == b'\r');
                    self.at += len.unwrap_or(rest.len());
                }
                _ => return,
            }
        }
    }

    /// Reads the regular characters from here on.
    fn word(&mut self) -> &'a [u8] {
        let rest = &self.bytes[self.at..];
        let len = rest.iter().position(|&b| !is_regular(b)).unwrap_or(rest.len());
        self.at += len;
        &rest[..len]
    }

    fn read_name(&mut self) {
        self.at += 1;
        let start = self.at;
        self.word();
        self.operands.push(Raw::Name(start..self.at));
    }

    fn number(&mut self) -> Result<(), Trouble> {
        let word = self.word();
        let (sign, digits) = match word.split_first() {
            Some((b'-', rest)) => (-1.0, rest),
            Some((b'+', rest)) => (1.0, rest),
            _ => (1.0, word),
        };
        // f64 holds every number of up to 15 digits exactly; a coordinate has at most nine.
        let (mut value, mut scale, mut point) = (0.0f64, 1.0f64, false);
        for &byte in digits {
            match byte {
                b'0'..=b'9' => {
                    value = value * 10.0 + f64::from(byte - b'0');
                    if point {
                        scale *= 10.0;
                    }
                }
                b'.' if !point => point = true,
                _ => return Err("a malformed number"),
            }
        }
        if digits.is_empty() || digits == b"." {
            return Err("a malformed number");
        }
        self.operands.push(Raw::Number((sign * value / scale) as f32));
        Ok(())
    }

    /// Reads `( … )`; without escapes it is taken where it lies (§7.3.4.2).
    fn literal_string(&mut self) -> Result<(), Trouble> {
        self.at += 1;
        let start = self.at;
        let mut depth = 1;
        loop {
            match *self.bytes.get(self.at).ok_or("a string without an end")? {
                b'\\' | b'\r' => return self.escaped_string(start),
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                self.operands.push(Raw::Plain(start..self.at - 1));
                return Ok(());
            }
        }
    }

    fn escaped_string(&mut self, start: usize) -> Result<(), Trouble> {
        let from = self.scratch.len();
        let mut depth = 1;
        self.at = start;
        loop {
            let byte = self.take()?;
            match byte {
                b'\\' => self.escape()?,
                // An end of line of any writing is one line feed.
                b'\r' => {
                    if self.bytes.get(self.at) == Some(&b'\n') {
                        self.at += 1;
                    }
                    self.scratch.push(b'\n');
                }
                b')' if depth == 1 => break,
                _ => {
                    depth += i32::from(byte == b'(') - i32::from(byte == b')');
                    self.scratch.push(byte);
                }
            }
        }
        self.operands.push(Raw::Scratch(from..self.scratch.len()));
        Ok(())
    }

    fn escape(&mut self) -> Result<(), Trouble> {
        let byte = match self.take()? {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'b' => 8,
            b'f' => 12,
            b'\n' => return Ok(()),
            b'\r' => {
                if self.bytes.get(self.at) == Some(&b'\n') {
                    self.at += 1;
                }
                return Ok(());
            }
            first @ b'0'..=b'7' => {
                let mut value = u32::from(first - b'0');
                for _ in 0..2 {
                    match self.bytes.get(self.at) {
                        Some(&digit @ b'0'..=b'7') => value = value * 8 + u32::from(digit - b'0'),
                        _ => break,
                    }
                    self.at += 1;
                }
                value as u8
            }
            other => other,
        };
        self.scratch.push(byte);
        Ok(())
    }

    fn hex_string(&mut self) -> Result<(), Trouble> {
        self.at += 1;
        let from = self.scratch.len();
        let mut high = None;
        loop {
            let byte = self.take()?;
            if byte == b'>' {
                break;
            }
            if byte.is_ascii_whitespace() || byte == 0 {
                continue;
            }
            let digit =
                char::from(byte).to_digit(16).ok_or("a malformed hexadecimal string")? as u8;
            match high.take() {
                None => high = Some(digit),
                Some(high) => self.scratch.push(high << 4 | digit),
            }
        }
        if let Some(high) = high {
            self.scratch.push(high << 4);
        }
        self.operands.push(Raw::Scratch(from..self.scratch.len()));
        Ok(())
    }

    /// Skips from after ID to after EI, which stands between blanks (§8.9.7).
    fn skip_inline_image(&mut self) -> Result<(), Trouble> {
        let rest = &self.bytes[self.at..];
        let blank = |b: Option<&u8>| b.is_none_or(|b| b.is_ascii_whitespace());
        let end = (1..rest.len()).find(|&i| {
            rest[i..].starts_with(b"EI") && blank(rest.get(i - 1)) && blank(rest.get(i + 2))
        });
        self.at += end.ok_or("an inline image without an end")? + 2;
        Ok(())
    }

    fn take(&mut self) -> Result<u8, Trouble> {
        let byte = *self.bytes.get(self.at).ok_or("a string without an end")?;
        self.at += 1;
        Ok(byte)
    }
}

fn is_regular(byte: u8) -> bool {
    !matches!(
        byte,
        b'\0'
            | b'\t'
            | b'\n'
            | b'\x0c'
            | b'\r'
            | b' '
            | b'('
            | b')'
            | b'<'
            | b'>'
            | b'['
            | b']'
            | b'{'
            | b'}'
            | b'/'
            | b'%'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content: &[u8]) -> Result<Vec<String>, Trouble> {
        let mut lexer = Lexer::new(content);
        let mut found = Vec::new();
        while let Some(operator) = lexer.operator()? {
            let operands: Vec<String> =
                lexer.operands().map(|operand| format!("{operand:?}")).collect();
            found.push(format!("{} {}", operands.join(" "), String::from_utf8_lossy(operator)));
        }
        Ok(found)
    }

    #[test]
    fn operands_of_every_writing_are_read() {
        let content =
            b"q 1 0 0 -.5 +72. 3 cm%note\n/F1 9 Tf[(a\\(b\\)\\101\\\r\nc(d))-250<4 14>]TJ Q";
        assert_eq!(
            read(content).expect("sound content"),
            [
                " q",
                "Number(1.0) Number(0.0) Number(0.0) Number(-0.5) Number(72.0) Number(3.0) cm",
                "Name([70, 49]) Number(9.0) Tf",
                "String([97, 40, 98, 41, 65, 99, 40, 100, 41]) Number(-250.0) String([65, 64]) TJ",
                " Q",
            ]
        );
    }

    #[test]
    fn an_inline_image_is_passed_over() {
        let found = read(b"BI /W 2 /H 1 ID \x00(EI\xff EI Q").expect("sound content");
        assert_eq!(found.last().map(String::as_str), Some(" Q"));
    }

    #[test]
    fn a_broken_stream_is_an_error() {
        for content in [&b"(abc"[..], b"1 2", b"1-2 w", b"<4g> Tj", b") Tj", b"- w", b"BI ID xx"] {
            assert!(read(content).is_err(), "{}", String::from_utf8_lossy(content));
        }
    }
}
