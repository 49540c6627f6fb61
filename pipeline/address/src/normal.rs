//! The normal form of an address: what is compared, with the way back to what was written.

use crate::fold::{voiced, Folded, Folding};
use crate::numeral;

/// A text in normal form, character by character.
///
/// Characters are folded, blanks are gone, kanji numerals have become digits (北六条 and 北6条
/// are the same). Each character knows the byte of the text at which it begins.
#[derive(Debug, Default)]
pub(crate) struct Normal {
    chars: Vec<char>,
    places: Vec<CharPlace>,
    len: u32,
}

/// Where a character of the normal form stands in the text: the byte, and as the highest bit
/// whether it continues a number, so that no name may end before it.
#[derive(Clone, Copy, Debug)]
struct CharPlace(u32);

impl Normal {
    /// Returns the normal form of a name alone.
    pub fn of_name(name: &str) -> Vec<char> {
        let mut normal = Self::default();
        normal.set(name);
        normal.chars
    }

    /// Takes up another text; the room of the one before is used again.
    pub fn set(&mut self, text: &str) {
        self.chars.clear();
        self.places.clear();
        self.len = text.len() as u32;
        let folding = Folding::get();
        let mut rest = text.chars();
        let mut in_digits = false;
        loop {
            let left = rest.as_str();
            let byte = (text.len() - left.len()) as u32;
            let Some(c) = rest.next() else { break };
            match folding.of(c) {
                Folded::Char(folded) => {
                    let is_digit = folded.is_ascii_digit();
                    self.push(folded, byte, is_digit && in_digits);
                    in_digits = is_digit;
                }
                Folded::Numeral => {
                    rest = self.push_kanji_number(folding, left, byte).chars();
                    in_digits = false;
                }
                Folded::Nothing => {
                    self.voice_last(c);
                    in_digits &= !c.is_whitespace();
                }
            }
        }
    }

    /// Returns the characters.
    pub fn chars(&self) -> &[char] {
        &self.chars
    }

    /// Returns whether a name must not end before character `at`.
    pub fn inside_number(&self, at: usize) -> bool {
        self.places.get(at).is_some_and(|place| place.0 & INSIDE_NUMBER != 0)
    }

    /// Returns the byte of the text at which character `at` begins, the text's length at the end.
    pub fn byte(&self, at: usize) -> usize {
        self.places.get(at).map_or(self.len, |place| place.0 & !INSIDE_NUMBER) as usize
    }

    fn push(&mut self, c: char, byte: u32, inside_number: bool) {
        self.chars.push(c);
        self.places.push(CharPlace(byte | if inside_number { INSIDE_NUMBER } else { 0 }));
    }

    /// Pushes the run of kanji numerals at the start of `rest` and returns what follows it.
    ///
    /// Without units every digit stands alone: in 西一一丁目 the name 西一 may end after the first.
    fn push_kanji_number<'a>(&mut self, folding: &Folding, rest: &'a str, byte: u32) -> &'a str {
        let end = rest.find(|c| folding.of(c) != Folded::Numeral).unwrap_or(rest.len());
        let (run, rest) = rest.split_at(end);
        if run.chars().all(|c| numeral::digit(c).is_some()) {
            for (at, c) in run.char_indices() {
                let digit = numeral::digit(c).unwrap_or(0) as u8;
                self.push(char::from(b'0' + digit), byte + at as u32, false);
            }
            return rest;
        }
        let value = numeral::value(run.chars());
        let mut scale = 10u64.pow(value.checked_ilog10().unwrap_or(0));
        let mut first = true;
        while scale > 0 {
            let digit = (value / scale % 10) as u8;
            self.push(char::from(b'0' + digit), byte, !first);
            first = false;
            scale /= 10;
        }
        rest
    }

    /// Puts a voicing mark of half-width kana onto the kana before it.
    fn voice_last(&mut self, mark: char) {
        let Some(last) = self.chars.last_mut() else { return };
        if let Some(kana) = voiced(*last, mark) {
            *last = kana;
        }
    }
}

/// The bit of a [`CharPlace`] above every byte of an address.
const INSIDE_NUMBER: u32 = 1 << 31;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(a: &str, b: &str) {
        assert_eq!(Normal::of_name(a), Normal::of_name(b), "{a} and {b}");
    }

    #[test]
    fn usual_variants_of_one_address_are_the_same() {
        check("霞が関", "霞ヶ関");
        check("北六条西", "北６条西");
        check("金沢区六浦", "金澤区六浦");
        check("一之江", "一ノ江");
        check("萬町", "万町");
        check("八ツ場", "八ッ場");
        check("鎌ケ谷市", "鎌ヶ谷市");
        check("第二十一地割", "第21地割");
        check("葛\u{E0100}飾区", "葛飾区");
        check("ﾊﾞﾝﾀﾞｲ町", "バンダイ町");
        check("港区 芝　公園", "港区芝公園");
    }

    #[test]
    fn the_way_back_finds_the_byte_of_each_character() {
        let mut normal = Normal::default();
        normal.set("三番町 二十-4");
        let bytes: Vec<_> = (0..=normal.chars().len()).map(|at| normal.byte(at)).collect();
        assert_eq!(normal.chars(), ['3', '番', '町', '2', '0', '-', '4']);
        assert_eq!(bytes, [0, 3, 6, 10, 10, 16, 17, 18]);
        assert!(normal.inside_number(4) && !normal.inside_number(3));
    }
}
