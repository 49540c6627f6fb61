//! A content stream, operator by operator (ISO 32000-1 7.8.2), without keeping it.

/// An operand.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    Number(f64),
    Name(Vec<u8>),
    Text(Vec<u8>),
    Array(Vec<Operand>),
    /// A dictionary, its keys and values in turn, or a truth value or null: never painted.
    Other(Vec<Operand>),
}

/// What comes next in a stream.
#[derive(Clone, Debug, PartialEq)]
pub enum Token<'a> {
    Operand(Operand),
    Operator(&'a [u8]),
    /// The data of an inline image are what follows; [`Tokens::skip_image`] leaves them behind.
    End,
}

/// Reads a content stream.
pub struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Tokens<'a> {
    pub fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Returns the next token.
    ///
    /// # Errors
    /// What cannot be read, in words.
    pub fn next(&mut self) -> Result<Token<'a>, String> {
        self.blanks();
        let Some(&byte) = self.bytes.get(self.at) else { return Ok(Token::End) };
        if is_regular(byte) && !matches!(byte, b'+' | b'-' | b'.' | b'0'..=b'9') {
            let word = self.word();
            return Ok(match word {
                b"true" | b"false" | b"null" => Token::Operand(Operand::Other(Vec::new())),
                word => Token::Operator(word),
            });
        }
        self.operand(0).map(Token::Operand)
    }

    /// Leaves an inline image's data behind, which begin after `ID`: to the first `EI` between
    /// blanks behind which the stream reads on as text, but not before `least` bytes.
    ///
    /// # Errors
    /// If the image has no end.
    pub fn skip_image(&mut self, least: usize) -> Result<(), String> {
        let start = self.at.saturating_add(1).saturating_add(least);
        let mut at = start.max(1);
        while at + 2 <= self.bytes.len() {
            let ends = self.bytes[at..].starts_with(b"EI")
                && (is_blank(self.bytes[at - 1]) || at == start)
                && self.bytes.get(at + 2).is_none_or(|&byte| is_blank(byte))
                && self.bytes[at + 2..].iter().take(LOOK_AHEAD).all(|&byte| is_text(byte));
            if ends {
                self.at = at + 2;
                return Ok(());
            }
            at += 1;
        }
        Err("an inline image has no end".to_owned())
    }

    fn operand(&mut self, depth: u32) -> Result<Operand, String> {
        if depth > DEPTH_MAX {
            return Err("operands are nested too deep".to_owned());
        }
        let rest = &self.bytes[self.at..];
        match rest {
            [b'(', ..] => self.literal().map(Operand::Text),
            [b'<', b'<', ..] => self.list(depth, b">>").map(Operand::Other),
            [b'<', ..] => self.hexadecimal().map(Operand::Text),
            [b'[', ..] => self.list(depth, b"]").map(Operand::Array),
            [b'/', ..] => self.name().map(Operand::Name),
            [b'+' | b'-' | b'.' | b'0'..=b'9', ..] => self.number().map(Operand::Number),
            [byte, ..] if is_regular(*byte) && depth > 0 => match self.word() {
                b"true" | b"false" | b"null" => Ok(Operand::Other(Vec::new())),
                _ => Err("an operator stands among operands".to_owned()),
            },
            _ => Err(format!("byte {} cannot be read", self.at)),
        }
    }

    fn list(&mut self, depth: u32, close: &[u8]) -> Result<Vec<Operand>, String> {
        self.at += close.len();
        let mut items = Vec::new();
        loop {
            self.blanks();
            if self.bytes[self.at..].starts_with(close) {
                self.at += close.len();
                return Ok(items);
            }
            items.push(self.operand(depth + 1)?);
        }
    }

    fn number(&mut self) -> Result<f64, String> {
        let word = self.word();
        let text = std::str::from_utf8(word).unwrap_or_default();
        let plain = text.bytes().all(|byte| b"+-.0123456789".contains(&byte));
        let number = text.parse().ok().filter(|number: &f64| plain && number.abs() < NUMBER_MAX);
        number.ok_or_else(|| format!("the number at byte {} cannot be read", self.at - word.len()))
    }

    fn name(&mut self) -> Result<Vec<u8>, String> {
        self.at += 1;
        let word = self.word();
        let mut name = Vec::with_capacity(word.len());
        let mut rest = word;
        while let [first, tail @ ..] = rest {
            let escaped = match tail {
                [high, low, ..] if *first == b'#' => digit(*high).zip(digit(*low)),
                _ => None,
            };
            match escaped {
                Some((high, low)) => {
                    name.push(high << 4 | low);
                    rest = &tail[2..];
                }
                None => {
                    name.push(*first);
                    rest = tail;
                }
            }
        }
        Ok(name)
    }

    fn literal(&mut self) -> Result<Vec<u8>, String> {
        let mut text = Vec::new();
        let mut open = 0u32;
        loop {
            let byte = self.byte().ok_or("a string has no end")?;
            match byte {
                b'(' => {
                    open += 1;
                    if open > 1 {
                        text.push(byte);
                    }
                }
                b')' => {
                    open -= 1;
                    if open == 0 {
                        return Ok(text);
                    }
                    text.push(byte);
                }
                b'\\' => self.escaped(&mut text)?,
                byte => text.push(byte),
            }
        }
    }

    fn escaped(&mut self, text: &mut Vec<u8>) -> Result<(), String> {
        let byte = self.byte().ok_or("a string has no end")?;
        match byte {
            b'n' => text.push(b'\n'),
            b'r' => text.push(b'\r'),
            b't' => text.push(b'\t'),
            b'b' => text.push(8),
            b'f' => text.push(12),
            b'\n' => {}
            b'\r' => {
                if self.bytes.get(self.at) == Some(&b'\n') {
                    self.at += 1;
                }
            }
            b'0'..=b'7' => {
                let mut code = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(&next @ b'0'..=b'7') = self.bytes.get(self.at) else { break };
                    code = code * 8 + u32::from(next - b'0');
                    self.at += 1;
                }
                text.push((code & 0xff) as u8);
            }
            byte => text.push(byte),
        }
        Ok(())
    }

    fn hexadecimal(&mut self) -> Result<Vec<u8>, String> {
        self.at += 1;
        let mut digits = Vec::new();
        loop {
            match self.byte().ok_or("a string has no end")? {
                b'>' => break,
                byte if is_blank(byte) => {}
                byte => digits.push(digit(byte).ok_or("a string is not hexadecimal")?),
            }
        }
        Ok(digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).unwrap_or(&0)).collect())
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn word(&mut self) -> &'a [u8] {
        let rest = &self.bytes[self.at..];
        let len = rest.iter().position(|&byte| !is_regular(byte)).unwrap_or(rest.len());
        self.at += len;
        &rest[..len]
    }

    fn blanks(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'%' => {
                    let rest = &self.bytes[self.at..];
                    let end = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
                    self.at += end.unwrap_or(rest.len());
                }
                byte if is_blank(byte) => self.at += 1,
                _ => break,
            }
        }
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

fn is_regular(byte: u8) -> bool {
    !is_blank(byte) && !b"()<>[]{}/%".contains(&byte)
}

fn is_text(byte: u8) -> bool {
    is_blank(byte) && byte != 0 || (32..127).contains(&byte)
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}

/// Arrays and dictionaries within one another.
const DEPTH_MAX: u32 = 32;
/// No page has use for larger numbers; ISO 32000-1 Annex C gives 2³¹.
const NUMBER_MAX: f64 = 1e10;
/// Bytes behind an `EI` that must read as text, or it is one of the image's samples.
const LOOK_AHEAD: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8]) -> Result<usize, String> {
        let mut tokens = Tokens::of(text);
        let mut count = 0;
        while tokens.next()? != Token::End {
            count += 1;
        }
        Ok(count)
    }

    #[test]
    fn operands_are_read_as_the_standard_writes_them() {
        let text = b"/A#42 -.5 +7. (a(b)\\)\\101) <4a4> [1 [/x] (y)] <</K true>> % c\nTJ";
        let mut tokens = Tokens::of(text);
        let mut next = || match tokens.next() {
            Ok(Token::Operand(operand)) => operand,
            other => panic!("{other:?}"),
        };
        assert_eq!(next(), Operand::Name(b"AB".to_vec()));
        assert_eq!(next(), Operand::Number(-0.5));
        assert_eq!(next(), Operand::Number(7.0));
        assert_eq!(next(), Operand::Text(b"a(b))A".to_vec()));
        assert_eq!(next(), Operand::Text(b"J@".to_vec()));
        assert!(matches!(next(), Operand::Array(items) if items.len() == 3));
        assert!(matches!(next(), Operand::Other(items) if items.len() == 2));
        assert_eq!(tokens.next(), Ok(Token::Operator(b"TJ")));
        assert_eq!(tokens.next(), Ok(Token::End));
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        for text in ["(a", "<4", "<4x>", "[1 2", "1e9", "--1", "99999999999", ")", "[ Tj ]"] {
            assert!(all(text.as_bytes()).is_err(), "{text}");
        }
        assert!(all(&b"[".repeat(100_000)).is_err());
    }

    #[test]
    fn an_image_ends_at_its_own_end() {
        let mut tokens = Tokens::of(b"ID \x00 EI \xff\xfe EI Q");
        assert_eq!(tokens.next(), Ok(Token::Operator(b"ID")));
        tokens.skip_image(0).expect("an end");
        assert_eq!(tokens.next(), Ok(Token::Operator(b"Q")));
    }
}
