//! 住所表示番号 (jūsho hyōji bangō): the digits of the customer barcode, taken from an address.
//!
//! Rules: 郵便番号マニュアル, zipmanual p18-p23 and p25; facts §1.1 and §1.3, whose order is kept.

use letter::barcode::{self, Code, CustomerBarcode, CODE_COUNT};
use letter::PostalCode;

use crate::numeral;

/// Returns the address number in an address B, what follows the 町域: `3-30-8-403`.
///
/// Never hand a whole address: 三番町1-2 would make 3-1-2. A long number is not cut, that is
/// [`encode`]'s work.
pub fn address_number(rest: &str) -> String {
    NumberScratch::default().read(rest).to_owned()
}

/// Returns the barcode of a postal code and an address number.
///
/// Thirteen codes: the rest is filled with CC4, more are cut, and of a letter whose control code is
/// the thirteenth that control code stays alone (p12, p20). Characters other than digits,
/// hyphens and Latin letters count as nothing.
pub fn encode(postal: PostalCode, number: &str) -> CustomerBarcode {
    let mut codes = [barcode::CC4; CODE_COUNT];
    codes[..POSTAL_LEN].copy_from_slice(&postal.digits());
    let places = codes[POSTAL_LEN..].iter_mut();
    for (place, code) in places.zip(number.bytes().flat_map(codes_of).flatten()) {
        *place = code;
    }
    CustomerBarcode::from_codes(codes).expect("digits, hyphens and control codes are codes")
}

/// Returns the barcode of a code that is one office's own (大口事業所個別番号): no address part.
pub fn encode_own(postal: PostalCode) -> CustomerBarcode {
    encode(postal, "")
}

/// Returns the barcode of a box at a shared PO box code (包括番号): the box's number, 1 to 9999.
pub fn encode_po_box(postal: PostalCode, number: u16) -> CustomerBarcode {
    encode(postal, &number.to_string())
}

/// Returns the barcode of a reply-paid code (料金受取人払) with its 整理番号 in three digits.
pub fn encode_reply_paid(postal: PostalCode, serial: u16) -> CustomerBarcode {
    encode(postal, &format!("{serial:03}"))
}

/// Returns the first four numbers of an address number in 16 bits each, the first one highest.
///
/// A number above 65,535 counts as 65,535; places without a number are 0.
pub fn walk(number: &str) -> u64 {
    let parts = number.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    let mut walk = 0;
    for (place, part) in parts.take(WALK_LEN).enumerate() {
        let value = part.bytes().fold(0u64, |value, digit| {
            (value * 10 + u64::from(digit - b'0')).min(u64::from(u16::MAX))
        });
        walk |= value << (16 * (WALK_LEN - 1 - place));
    }
    walk
}

/// An address number, and room for the work on the next.
#[derive(Debug, Default)]
pub(crate) struct NumberScratch {
    number: String,
    signs: Vec<Sign>,
}

impl NumberScratch {
    /// Takes the address number out of an address B.
    pub fn read(&mut self, rest: &str) -> &str {
        self.number.clear();
        self.signs.clear();
        self.signs.extend(rest.chars().map(sign).filter(|&sign| sign != Sign::DELETED));
        let mut gap = false;
        let mut rest: &[Sign] = &self.signs;
        let mut after_digit = false;
        while !rest.is_empty() {
            let token = Token::next(rest);
            let (taken, follows) = rest.split_at(token.len());
            rest = follows;
            match token {
                Token::KanjiNumber(_) => {
                    let value = numeral::value(taken.iter().map(|sign| sign.numeral())).to_string();
                    push_kept(&mut self.number, &mut gap, value.bytes());
                }
                Token::Letters(1) if after_digit && taken[0] == Sign(b'F') => gap = true,
                Token::Digits(_) | Token::Letters(1) => {
                    push_kept(&mut self.number, &mut gap, taken.iter().map(|sign| sign.0));
                }
                Token::Letters(_) | Token::Other(_) => gap = true,
            }
            after_digit = matches!(token, Token::Digits(_) | Token::KanjiNumber(_));
        }
        &self.number
    }

    /// Takes up a number that is known.
    pub fn write(&mut self, number: u16) -> &str {
        self.number.clear();
        self.number.push_str(&number.to_string());
        &self.number
    }
}

/// What the rules see in a character: digits and capital letters as they are in ASCII, a few words,
/// kanji numerals, and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sign(u8);

impl Sign {
    /// Anything else, which separates.
    const OTHER: Self = Self(0);
    /// Closed up before anything else.
    const DELETED: Self = Self(1);
    /// A word of supplement 1 in one character; 丁目 and 番地 begin with 丁 and 番.
    const COUNTER: Self = Self(2);
    /// 地 and 割, which are a word only together.
    const GROUND: Self = Self(3);
    const SHARE: Self = Self(4);
    /// The first kanji numeral; the others follow in the order of [`numeral::ALL`].
    const NUMERAL: u8 = 0x80;

    fn is_numeral(self) -> bool {
        self.0 >= Self::NUMERAL
    }

    fn numeral(self) -> char {
        numeral::ALL[usize::from(self.0 - Self::NUMERAL)]
    }
}

/// Returns what the rules see in `c`; of Unicode's forms only the full-width ones of ASCII count.
fn sign(c: char) -> Sign {
    let numeral = |at: u8| Sign(Sign::NUMERAL + at);
    match c {
        '0'..='9' | 'A'..='Z' => Sign(c as u8),
        'a'..='z' => Sign((c as u8).to_ascii_uppercase()),
        '！'..='～' => sign(char::from((c as u32 - FULL_WIDTH_OFFSET) as u8)),
        // Basic 2.
        '&' | '/' | '.' | '・' | '･' => Sign::DELETED,
        '丁' | '番' | '号' | '線' | 'の' | 'ノ' => Sign::COUNTER,
        '地' => Sign::GROUND,
        '割' => Sign::SHARE,
        '〇' => numeral(0),
        '一' => numeral(1),
        '二' => numeral(2),
        '三' => numeral(3),
        '四' => numeral(4),
        '五' => numeral(5),
        '六' => numeral(6),
        '七' => numeral(7),
        '八' => numeral(8),
        '九' => numeral(9),
        '十' => numeral(10),
        '百' => numeral(11),
        '千' => numeral(12),
        '万' => numeral(13),
        _ => Sign::OTHER,
    }
}

/// A stretch of an address B by what the rules do with it.
#[derive(Clone, Copy)]
enum Token {
    /// Arabic digits, kept.
    Digits(usize),
    /// Kanji numerals right before one of the nine words (supplement 1), kept as digits.
    KanjiNumber(usize),
    /// Latin letters; one alone is kept, unless it is an F after a digit (basic 3, supplement 2).
    Letters(usize),
    /// Anything else, which separates (basic 4).
    Other(usize),
}

impl Token {
    fn next(rest: &[Sign]) -> Self {
        let run = |of: fn(&Sign) -> bool| rest.iter().take_while(|sign| of(sign)).count();
        match rest[0] {
            Sign(b'0'..=b'9') => Self::Digits(run(|sign| sign.0.is_ascii_digit())),
            Sign(b'A'..=b'Z') => Self::Letters(run(|sign| sign.0.is_ascii_uppercase())),
            sign if sign.is_numeral() => {
                let len = run(|sign| sign.is_numeral());
                match begins_with_counter(&rest[len..]) {
                    true => Self::KanjiNumber(len),
                    false => Self::Other(len),
                }
            }
            _ => Self::Other(1),
        }
    }

    fn len(self) -> usize {
        match self {
            Self::Digits(len) | Self::KanjiNumber(len) | Self::Letters(len) | Self::Other(len) => {
                len
            }
        }
    }
}

/// Returns whether one of the nine words of supplement 1 begins here.
fn begins_with_counter(rest: &[Sign]) -> bool {
    matches!(rest, [Sign::COUNTER, ..] | [Sign::GROUND, Sign::SHARE, ..])
}

/// Appends what is kept, after a hyphen if something else stood between (basic 4 to 6); a letter
/// has no hyphen beside it (supplements 4 and 5).
fn push_kept(number: &mut String, gap: &mut bool, kept: impl Iterator<Item = u8>) {
    for byte in kept {
        if *gap {
            let last = number.as_bytes().last();
            let letter_beside =
                byte.is_ascii_uppercase() || last.is_some_and(u8::is_ascii_uppercase);
            if last.is_some() && !letter_beside {
                number.push('-');
            }
            *gap = false;
        }
        number.push(char::from(byte));
    }
}

/// Returns the one or two codes of a character of the address number.
fn codes_of(byte: u8) -> impl Iterator<Item = Option<Code>> {
    let codes = match byte {
        b'0'..=b'9' => [Some(byte - b'0'), None],
        b'-' => [Some(barcode::HYPHEN), None],
        b'A'..=b'J' => [Some(barcode::CC1), Some(byte - b'A')],
        b'K'..=b'T' => [Some(barcode::CC2), Some(byte - b'K')],
        b'U'..=b'Z' => [Some(barcode::CC3), Some(byte - b'U')],
        _ => [None, None],
    };
    codes.into_iter()
}

/// The postal digits at the head of the codes.
const POSTAL_LEN: usize = 7;
/// The numbers that a walk holds.
const WALK_LEN: usize = 4;
/// From `!` to `！`.
const FULL_WIDTH_OFFSET: u32 = 0xFEE0;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rest: &str, number: &str) {
        assert_eq!(address_number(rest), number, "{rest}");
    }

    #[test]
    fn the_rules_hold_one_by_one() {
        check("３丁目３０－８", "3-30-8");
        check("1-2 b棟", "1-2B");
        check("7-1A&Bコーポ3", "7-1-3");
        check("1／2・3．4&5", "12345");
        check("百一番地", "101");
        check("一二番", "12");
        check("六条3", "3");
        check("5F", "5");
        check("10F-B", "10B");
        check("10F 3", "10-3");
        check("4-B棟101", "4B101");
        check("LプラザB106", "LB106");
        check("番地の4", "4");
        check("3番地の4", "3-4");
        check("---1----2---", "1-2");
        check("", "");
        check("山田荘", "");
    }

    #[test]
    fn the_traps_of_the_trade_are_avoided() {
        check("コーポⅠ101", "101");
        check("1‐2‑3–4—5−6ー7－8ｰ9", "1-2-3-4-5-6-7-8-9");
        check("B1F", "B1");
        check("地下1階", "1");
        check("3FA室", "3");
        check("①-2", "2");
    }

    #[test]
    fn a_letter_at_the_thirteenth_code_leaves_its_control_code() {
        let postal = PostalCode::parse("1000013").expect("seven digits");
        let codes = |number| encode(postal, number).codes()[7..].to_vec();
        assert_eq!(codes("123456789012A")[12], barcode::CC1);
        assert_eq!(codes("123456789012Z3")[12], barcode::CC3);
        assert_eq!(codes("12345678901A5")[11..], [barcode::CC1, 0]);
        assert_eq!(codes("12345678901234")[12], 3);
        assert_eq!(codes(""), [barcode::CC4; 13]);
    }

    #[test]
    fn a_walk_holds_four_numbers_and_saturates() {
        assert_eq!(walk("3-30-8-403"), 3 << 48 | 30 << 32 | 8 << 16 | 403);
        assert_eq!(walk("5B604"), 5 << 48 | 604 << 32);
        assert_eq!(walk("1-2-3-4-5"), 1 << 48 | 2 << 32 | 3 << 16 | 4);
        assert_eq!(walk("99999999999999999999999"), 65_535 << 48);
        assert_eq!(walk(""), 0);
    }
}
