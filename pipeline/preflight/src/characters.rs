//! What the codes of a font say: ToUnicode (ISO 32000-1 9.10.3), or ASCII of the usual encodings.

use std::collections::BTreeMap;

use lopdf::{Dictionary, Document, Object};

use crate::page;
use crate::tokens::{Operand, Token, Tokens};

/// What codes say.
#[derive(Clone, Debug, Default)]
pub struct Characters {
    by_code: BTreeMap<u32, String>,
    /// Whether codes 32 to 126 are ASCII where nothing else is said.
    is_ascii: bool,
}

impl Characters {
    /// Reads them as far as they can be read.
    pub fn read(document: &Document, font: &Dictionary, code_len: usize) -> Self {
        let map = font.get_deref(b"ToUnicode", document).and_then(Object::as_stream);
        let mut left = MAP_LEN_MAX;
        let map = map.ok().and_then(|map| page::decoded(map, &mut left).ok());
        let by_code = map.and_then(|map| read_map(&map).ok()).unwrap_or_default();
        Self { by_code, is_ascii: code_len == 1 && is_usual(document, font) }
    }

    /// Returns what a code says.
    pub fn of(&self, code: u32) -> Option<String> {
        let ascii = || char::from_u32(code).filter(|c| self.is_ascii && (' '..='~').contains(c));
        self.by_code.get(&code).cloned().or_else(|| ascii().map(String::from))
    }
}

/// Whether a simple font has ASCII where ASCII has characters.
fn is_usual(document: &Document, font: &Dictionary) -> bool {
    match font.get_deref(b"Encoding", document) {
        Ok(Object::Name(name)) => {
            matches!(&name[..], b"WinAnsiEncoding" | b"MacRomanEncoding" | b"StandardEncoding")
        }
        Ok(Object::Dictionary(dict)) => !dict.has(b"Differences"),
        _ => false,
    }
}

/// Reads `bfchar` and `bfrange`.
fn read_map(map: &[u8]) -> Result<BTreeMap<u32, String>, String> {
    let mut by_code = BTreeMap::new();
    let mut tokens = Tokens::of(map);
    let mut operands = Vec::new();
    loop {
        match tokens.next()? {
            Token::End => return Ok(by_code),
            Token::Operand(operand) => operands.push(operand),
            Token::Operator(operator) => {
                match operator {
                    b"endbfchar" => characters(&operands, &mut by_code),
                    b"endbfrange" => ranges(&operands, &mut by_code),
                    _ => {}
                }
                operands.clear();
            }
        }
    }
}

fn characters(operands: &[Operand], by_code: &mut BTreeMap<u32, String>) {
    for pair in operands.chunks_exact(2) {
        if let [Operand::Text(code), Operand::Text(text)] = pair {
            by_code.insert(number(code), utf16(text));
        }
    }
}

fn ranges(operands: &[Operand], by_code: &mut BTreeMap<u32, String>) {
    for triple in operands.chunks_exact(3) {
        let [Operand::Text(first), Operand::Text(last), to] = triple else { continue };
        let (first, last) = (number(first), number(last).min(number(first) + RANGE_MAX));
        match to {
            Operand::Text(text) => {
                let Some((tail, head)) = utf16(text).chars().next_back().map(|tail| {
                    let text = utf16(text);
                    (tail, text[..text.len() - tail.len_utf8()].to_owned())
                }) else {
                    continue;
                };
                for (step, code) in (first..=last).enumerate() {
                    let next = char::from_u32(tail as u32 + step as u32);
                    by_code.extend(next.map(|next| (code, format!("{head}{next}"))));
                }
            }
            Operand::Array(texts) => {
                for (code, text) in (first..=last).zip(texts) {
                    if let Operand::Text(text) = text {
                        by_code.insert(code, utf16(text));
                    }
                }
            }
            _ => {}
        }
    }
}

fn number(code: &[u8]) -> u32 {
    code.iter().take(4).fold(0, |number, &byte| number << 8 | u32::from(byte))
}

fn utf16(text: &[u8]) -> String {
    let units = text.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// A map of all 65,536 glyphs has some 2 MB.
const MAP_LEN_MAX: usize = 4 << 20;
/// A range has the codes of one first byte, or all of two bytes.
const RANGE_MAX: u32 = 0xffff;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_and_ranges_are_read_with_their_selectors() {
        let map = b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n\
            1 begincodespacerange <0000> <ffff> endcodespacerange\n\
            2 beginbfchar <0003> <6F22> <0004> <845BDB40DD00> endbfchar\n\
            2 beginbfrange <0010> <0012> <0041> <0020> <0021> [<5B57> <0031>] endbfrange\n\
            endcmap end end";
        let map = read_map(map).expect("a map");
        let said: Vec<(u32, &str)> = map.iter().map(|(code, text)| (*code, &**text)).collect();
        let expected =
            [(3, "漢"), (4, "葛\u{e0100}"), (16, "A"), (17, "B"), (18, "C"), (32, "字"), (33, "1")];
        assert_eq!(said, expected);
    }
}
