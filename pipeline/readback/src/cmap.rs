//! ToUnicode tables: which text each code of a font stands for (ISO 32000-2 §9.10.3).

use crate::error::ReadError;

/// Code to text, dense over all codes of a font.
#[derive(Debug, Default)]
pub(crate) struct ToUnicode {
    /// Bytes in a code, 1 or 2.
    code_len: usize,
    /// Start and end of each code's text in `text`; equal where the code has none.
    spans: Vec<(u32, u32)>,
    text: String,
}

impl ToUnicode {
    /// Parses the decoded stream of a ToUnicode CMap.
    ///
    /// `name` is the font's, for errors. The writings of a value are those of the specification:
    /// UTF-16BE of any length, so that a base with its variation selector is one code.
    pub(crate) fn parse(bytes: &[u8], name: &str) -> Result<Self, ReadError> {
        let mut table = Self::default();
        let mut tokens = Tokens { bytes, at: 0 };
        let trouble = |what: &str| ReadError::structure(format!("ToUnicode of font {name}"), what);
        while let Some(token) = tokens.next() {
            let section = match token {
                Token::Word(b"begincodespacerange") => Section::CodeSpace,
                Token::Word(b"beginbfchar") => Section::Char,
                Token::Word(b"beginbfrange") => Section::Range,
                _ => continue,
            };
            table.section(section, &mut tokens).ok_or_else(|| trouble("a section is malformed"))?;
        }
        if table.code_len == 0 {
            return Err(trouble("no code space range"));
        }
        Ok(table)
    }

    /// Returns the bytes in a code, 1 or 2.
    pub(crate) fn code_len(&self) -> usize {
        self.code_len
    }

    /// Returns the code after the last that has a text.
    pub(crate) fn end(&self) -> usize {
        let last = self.spans.iter().rposition(|(start, end)| start != end);
        last.map_or(0, |last| last + 1)
    }

    /// Returns the text of a code, empty if it has none.
    pub(crate) fn text(&self, code: u16) -> &str {
        match self.spans.get(usize::from(code)) {
            Some(&(start, end)) => &self.text[start as usize..end as usize],
            None => "",
        }
    }

    fn section(&mut self, section: Section, tokens: &mut Tokens<'_>) -> Option<()> {
        loop {
            let low = match tokens.next()? {
                Token::Hex(hex) => hex,
                Token::Word(word) if word.starts_with(b"end") => return Some(()),
                _ => return None,
            };
            match section {
                Section::CodeSpace => {
                    tokens.hex()?;
                    self.set_code_len(low.len())?;
                }
                Section::Char => {
                    let value = tokens.hex()?;
                    self.set(code(&low)?, &value)?;
                }
                Section::Range => {
                    let high = code(&tokens.hex()?)?;
                    self.range(code(&low)?, high, tokens)?;
                }
            }
        }
    }

    fn set_code_len(&mut self, len: usize) -> Option<()> {
        let first = self.code_len == 0;
        if !(1..=2).contains(&len) || !(first || self.code_len == len) {
            return None;
        }
        self.code_len = len;
        self.spans.resize(1 << (8 * len), (0, 0));
        Some(())
    }

    fn range(&mut self, low: u16, high: u16, tokens: &mut Tokens<'_>) -> Option<()> {
        match tokens.next()? {
            Token::Hex(mut value) => {
                for code in low..=high {
                    self.set(code, &value)?;
                    if code < high {
                        // Only the last byte counts up (§9.10.3); a carry is a malformed table.
                        let last = value.last_mut()?;
                        *last = last.checked_add(1)?;
                    }
                }
            }
            Token::Word(b"[") => {
                for code in low..=high {
                    let value = tokens.hex()?;
                    self.set(code, &value)?;
                }
                matches!(tokens.next()?, Token::Word(b"]")).then_some(())?;
            }
            Token::Word(_) => return None,
        }
        Some(())
    }

    fn set(&mut self, code: u16, utf16: &[u8]) -> Option<()> {
        if utf16.is_empty() || !utf16.len().is_multiple_of(2) {
            return None;
        }
        let units = utf16.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
        let start = self.text.len() as u32;
        for character in char::decode_utf16(units) {
            self.text.push(character.ok()?);
        }
        *self.spans.get_mut(usize::from(code))? = (start, self.text.len() as u32);
        Some(())
    }
}

#[derive(Clone, Copy)]
enum Section {
    CodeSpace,
    Char,
    Range,
}

fn code(hex: &[u8]) -> Option<u16> {
    match *hex {
        [low] => Some(u16::from(low)),
        [high, low] => Some(u16::from_be_bytes([high, low])),
        _ => None,
    }
}

enum Token<'a> {
    Hex(Vec<u8>),
    Word(&'a [u8]),
}

struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Tokens<'a> {
    fn hex(&mut self) -> Option<Vec<u8>> {
        match self.next()? {
            Token::Hex(hex) => Some(hex),
            Token::Word(_) => None,
        }
    }

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            match *self.bytes.get(self.at)? {
                b'%' => self.skip_while(|b| b != b'\n' && b != b'\r'),
                b if b.is_ascii_whitespace() || b == 0 => self.at += 1,
                b'<' if self.bytes.get(self.at + 1) == Some(&b'<') => return self.punctuation(2),
                b'>' if self.bytes.get(self.at + 1) == Some(&b'>') => return self.punctuation(2),
                b'<' => return self.hex_string(),
                b'[' | b']' => return self.punctuation(1),
                b'(' => self.skip_string(),
                _ => {
                    let start = self.at;
                    self.at += 1;
                    self.skip_while(|b| !b.is_ascii_whitespace() && !b"<>[]()/%\0".contains(&b));
                    return Some(Token::Word(&self.bytes[start..self.at]));
                }
            }
        }
    }

    fn punctuation(&mut self, len: usize) -> Option<Token<'a>> {
        self.at += len;
        Some(Token::Word(&self.bytes[self.at - len..self.at]))
    }

    fn hex_string(&mut self) -> Option<Token<'a>> {
        self.at += 1;
        let mut digits = Vec::new();
        loop {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            match byte {
                b'>' => break,
                b if b.is_ascii_whitespace() => {}
                b => digits.push((b as char).to_digit(16)? as u8),
            }
        }
        if digits.len() % 2 == 1 {
            digits.push(0);
        }
        Some(Token::Hex(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()))
    }

    fn skip_string(&mut self) {
        let mut depth = 0;
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }

    fn skip_while(&mut self, keep: impl Fn(u8) -> bool) {
        while self.bytes.get(self.at).is_some_and(|&b| keep(b)) {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ToUnicode;

    const HEAD: &str = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap
        /CIDSystemInfo << /Registry (Ado(b)e) /Ordering (UCS) /Supplement 0 >> def
        1 begincodespacerange <0000> <FFFF> endcodespacerange\n";

    #[test]
    fn chars_ranges_arrays_surrogates_and_selectors_decode() {
        let cmap = format!(
            "{HEAD}2 beginbfchar <0003> <845BDB40DD00> <0004> <D842DFB7> endbfchar
             2 beginbfrange <0010> <0012> <0041> <0020> <0021> [<9AD9> <FA11>] endbfrange"
        );
        let table = ToUnicode::parse(cmap.as_bytes(), "F").expect("a table");
        assert_eq!(table.code_len(), 2);
        assert_eq!(table.text(3), "葛\u{E0100}");
        assert_eq!(table.text(4), "𠮷");
        assert_eq!([0x10, 0x11, 0x12, 0x13].map(|code| table.text(code)), ["A", "B", "C", ""]);
        assert_eq!([0x20, 0x21].map(|code| table.text(code)), ["髙", "﨑"]);
    }

    #[test]
    fn a_malformed_table_is_an_error() {
        for tail in [
            "1 beginbfchar <0003> <84> endbfchar",
            "1 beginbfchar <0003> <D842> endbfchar",
            "1 beginbfrange <0000> <0002> <00FE> endbfrange",
            "1 beginbfrange <0020> <0021> [<0041>] endbfrange",
            "1 beginbfchar <0003>",
        ] {
            assert!(ToUnicode::parse(format!("{HEAD}{tail}").as_bytes(), "F").is_err(), "{tail}");
        }
        assert!(ToUnicode::parse(b"begincmap endcmap", "F").is_err(), "no code space");
    }
}
