//! CMaps: which codes a font has, which text or CID each stands for (ISO 32000-2 §9.7.5, §9.10.3).

use crate::error::ReadError;

/// How many bytes a code has, by its first byte (ISO 32000-2 §9.7.6.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CodeSpace {
    lens: [u8; 256],
}

impl CodeSpace {
    /// All codes have one byte.
    pub(crate) const ONE: Self = Self { lens: [1; 256] };
    /// All codes have two bytes.
    pub(crate) const TWO: Self = Self { lens: [2; 256] };
    const NONE: Self = Self { lens: [0; 256] };

    /// Whether a byte begins a code of two bytes.
    #[inline(always)]
    pub(crate) fn begins_two(&self, first: u8) -> bool {
        self.lens[usize::from(first)] == 2
    }

    /// Whether codes have one byte wherever another space has one, and two where it has two.
    fn is_within(&self, other: &Self) -> bool {
        self.lens.iter().zip(&other.lens).all(|(mine, len)| *mine == 0 || mine == len)
    }

    /// Adds a range. `None` if its codes have other lengths than one or two bytes, or a first byte
    /// begins both.
    fn add(&mut self, low: &[u8], high: &[u8]) -> Option<()> {
        let len = u8::try_from(low.len()).ok().filter(|len| (1..=2).contains(len))?;
        if high.len() != low.len() || low[0] > high[0] {
            return None;
        }
        for first in low[0]..=high[0] {
            let place = &mut self.lens[usize::from(first)];
            if *place != 0 && *place != len {
                return None;
            }
            *place = len;
        }
        // Codes are told apart by their numbers.
        let mixed = self.lens[0] == 2 && self.lens.contains(&1);
        (!mixed).then_some(())
    }
}

/// Code to text, dense over all codes of a font.
#[derive(Debug)]
pub(crate) struct ToUnicode {
    space: CodeSpace,
    /// Start and end of each code's text in `text`; equal where the code has none.
    spans: Vec<(u32, u32)>,
    text: String,
}

/// Code to CID, dense over all codes of a font.
#[derive(Debug)]
pub(crate) struct Encoding {
    /// How many bytes a code has.
    pub(crate) space: CodeSpace,
    /// By number; `None` if a code is its CID.
    pub(crate) cids: Option<Vec<u16>>,
}

impl Encoding {
    /// Two bytes a code, which is its CID.
    pub(crate) const IDENTITY: Self = Self { space: CodeSpace::TWO, cids: None };

    /// Parses the decoded stream of an embedded CMap; `None` if it is malformed, builds on another
    /// one or has codes of more than two bytes.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut tokens = Tokens { bytes, at: 0 };
        let (mut space, mut cids) = (CodeSpace::NONE, vec![0; 1 << 16]);
        while let Some(token) = tokens.next() {
            match token {
                Token::Word(b"begincodespacerange") => code_spaces(&mut space, &mut tokens)?,
                Token::Word(b"begincidrange") => cid_section(&mut cids, true, &mut tokens)?,
                Token::Word(b"begincidchar") => cid_section(&mut cids, false, &mut tokens)?,
                Token::Word(b"usecmap") => return None,
                _ => {}
            }
        }
        Some(Self { space, cids: Some(cids) })
    }

    /// Returns the CID of a code.
    pub(crate) fn cid(&self, code: u16) -> u16 {
        self.cids.as_ref().map_or(code, |cids| cids[usize::from(code)])
    }

    /// Returns the code after the last whose CID is below `cids`.
    pub(crate) fn end(&self, cids: usize) -> usize {
        let Some(all) = &self.cids else { return cids };
        let last = all.iter().rposition(|&cid| cid > 0 && usize::from(cid) < cids);
        last.map_or(0, |last| last + 1)
    }

    /// Whether the codes of a ToUnicode table are this encoding's.
    pub(crate) fn has_codes_of(&self, table: &ToUnicode) -> bool {
        table.space.is_within(&self.space)
    }
}

fn code_spaces(space: &mut CodeSpace, tokens: &mut Tokens<'_>) -> Option<()> {
    while let Some(low) = section_hex(tokens)? {
        space.add(&low, &tokens.hex()?)?;
    }
    Some(())
}

fn cid_section(cids: &mut [u16], is_range: bool, tokens: &mut Tokens<'_>) -> Option<()> {
    while let Some(low) = section_hex(tokens)? {
        let low = code(&low)?;
        let high = if is_range { code(&tokens.hex()?)? } else { low };
        let Token::Word(word) = tokens.next()? else { return None };
        let first: u16 = str::from_utf8(word).ok()?.parse().ok()?;
        for (at, code) in (low..=high).enumerate() {
            cids[usize::from(code)] = first.checked_add(u16::try_from(at).ok()?)?;
        }
    }
    Some(())
}

/// Returns the first string of a section's next entry, or nothing at the section's end.
fn section_hex(tokens: &mut Tokens<'_>) -> Option<Option<Vec<u8>>> {
    match tokens.next()? {
        Token::Hex(hex) => Some(Some(hex)),
        Token::Word(word) => word.starts_with(b"end").then_some(None),
    }
}

impl ToUnicode {
    /// Parses the decoded stream of a ToUnicode CMap.
    ///
    /// `name` is the font's, for errors. The writings of a value are those of the specification:
    /// UTF-16BE of any length, so that a base with its variation selector is one code.
    pub(crate) fn parse(bytes: &[u8], name: &str) -> Result<Self, ReadError> {
        let mut table =
            Self { space: CodeSpace::NONE, spans: vec![(0, 0); 1 << 16], text: String::new() };
        let mut tokens = Tokens { bytes, at: 0 };
        let trouble = |what: &str| ReadError::structure(format!("ToUnicode of font {name}"), what);
        while let Some(token) = tokens.next() {
            let done = match token {
                Token::Word(b"begincodespacerange") => code_spaces(&mut table.space, &mut tokens),
                Token::Word(b"beginbfchar") => table.section(Section::Char, &mut tokens),
                Token::Word(b"beginbfrange") => table.section(Section::Range, &mut tokens),
                _ => continue,
            };
            done.ok_or_else(|| trouble("a section is malformed"))?;
        }
        if table.space == CodeSpace::NONE {
            return Err(trouble("no code space range"));
        }
        Ok(table)
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
        while let Some(low) = section_hex(tokens)? {
            match section {
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
    use super::*;

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
        assert!(Encoding::IDENTITY.has_codes_of(&table));
        assert_eq!(table.text(3), "葛\u{E0100}");
        assert_eq!(table.text(4), "𠮷");
        assert_eq!([0x10, 0x11, 0x12, 0x13].map(|code| table.text(code)), ["A", "B", "C", ""]);
        assert_eq!([0x20, 0x21].map(|code| table.text(code)), ["髙", "﨑"]);
    }

    #[test]
    fn codes_of_one_and_two_bytes_stand_beside_each_other() {
        let spaces = "3 begincodespacerange <00> <00> <0100> <01FF> <02> <FF>
            endcodespacerange\n";
        let cmap = format!(
            "{spaces}2 begincidrange <30> <32> 7 <0130> <0131> 90 endcidrange
             1 begincidchar <40> 5 endcidchar"
        );
        let encoding = Encoding::parse(cmap.as_bytes()).expect("an encoding");
        assert_eq!(
            [0, 1, 2, 255].map(|b| encoding.space.begins_two(b)),
            [false, true, false, false]
        );
        assert_eq!([0x30, 0x32, 0x131, 0x40, 0x33].map(|c| encoding.cid(c)), [7, 9, 91, 5, 0]);
        assert_eq!((encoding.end(90), encoding.end(91)), (0x41, 0x131));
        let table = |spaces: &str| {
            let cmap = format!("{spaces}2 beginbfchar <30> <0041> <0131> <0042> endbfchar");
            ToUnicode::parse(cmap.as_bytes(), "F").expect("a table")
        };
        let same = table(spaces);
        assert_eq!((same.text(0x30), same.text(0x131)), ("A", "B"));
        assert!(encoding.has_codes_of(&same));
        let other = table("1 begincodespacerange <0000> <FFFF> endcodespacerange\n");
        assert!(!encoding.has_codes_of(&other));
    }

    #[test]
    fn an_encoding_that_is_not_understood_is_none() {
        for cmap in [
            "/90ms-RKSJ-H usecmap",
            "1 begincodespacerange <000000> <FFFFFF> endcodespacerange",
            "2 begincodespacerange <00> <80> <8000> <FFFF> endcodespacerange",
            "2 begincodespacerange <0000> <00FF> <20> <7F> endcodespacerange",
            "1 begincidrange <30> <32> endcidrange",
            "1 begincidrange <30> <32> 65534 endcidrange",
        ] {
            assert!(Encoding::parse(cmap.as_bytes()).is_none(), "{cmap}");
        }
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
