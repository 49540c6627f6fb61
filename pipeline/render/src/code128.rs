//! Code 128 (ISO/IEC 15417): a text of printable ASCII as the bars and spaces of one symbol.
//!
//! Code set B takes any printable character, code set C two digits at a time. The sets are chosen
//! as Annex E of the standard does, which gives the shortest symbol of these two sets.

/// A character that has no place in code set B.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unencodable(pub char);

/// Writes the symbol characters of `text`, from the start character to the stop character, over
/// `codes`.
///
/// # Errors
/// The first character that is not printable ASCII.
pub fn encode(text: &str, codes: &mut Vec<u8>) -> Result<(), Unencodable> {
    codes.clear();
    if let Some(other) = text.chars().find(|c| !matches!(c, ' '..='~')) {
        return Err(Unencodable(other));
    }
    let mut rest = text.as_bytes();
    let mut set = first_set(rest);
    codes.push(if set == Set::B { START_B } else { START_C });
    while let [first, after @ ..] = rest {
        match (set, pair(rest)) {
            (Set::C, Some((value, after))) => {
                codes.push(value);
                rest = after;
            }
            (Set::C, None) => {
                codes.push(CODE_B);
                set = Set::B;
            }
            (Set::B, _) if gains_from_pairs(rest) => {
                codes.push(CODE_C);
                set = Set::C;
            }
            (Set::B, _) => {
                codes.push(first - b' ');
                rest = after;
            }
        }
    }
    codes.push(check_character(codes));
    codes.push(STOP);
    Ok(())
}

/// Returns the widths of a symbol's bars and spaces in modules, by turns, a bar first and last.
pub fn widths(codes: &[u8]) -> impl Iterator<Item = i32> + '_ {
    let patterns = codes.iter().map(|&code| PATTERNS[usize::from(code)]);
    patterns.flat_map(|pattern| pattern.bytes().map(|width| i32::from(width - b'0')))
}

/// The quiet zone (余白) on either side of a symbol, modules (ISO/IEC 15417, 4.3.2).
pub const QUIET_MODULES: i32 = 10;

/// Which of the two code sets is in force.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Set {
    B,
    C,
}

fn first_set(text: &[u8]) -> Set {
    let digits = digits(text);
    let pairs = digits >= 4 || (digits == 2 && text.len() == 2);
    if pairs {
        Set::C
    } else {
        Set::B
    }
}

/// Returns whether code set C is no longer than B: the change costs a symbol character, the change
/// back another. An odd run of digits gives its first to code set B.
fn gains_from_pairs(text: &[u8]) -> bool {
    let digits = digits(text);
    digits.is_multiple_of(2) && digits >= 4
}

fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// Returns the value of the two digits that come next.
fn pair(text: &[u8]) -> Option<(u8, &[u8])> {
    let [tens @ b'0'..=b'9', ones @ b'0'..=b'9', rest @ ..] = text else { return None };
    Some(((tens - b'0') * 10 + (ones - b'0'), rest))
}

/// Returns the symbol check character: the start, and each character by its place, modulo 103.
fn check_character(codes: &[u8]) -> u8 {
    let weighted = (1..).zip(&codes[1..]).map(|(place, &code)| place * u32::from(code));
    ((u32::from(codes[0]) + weighted.sum::<u32>()) % 103) as u8
}

const CODE_C: u8 = 99;
const CODE_B: u8 = 100;
const START_B: u8 = 104;
const START_C: u8 = 105;
const STOP: u8 = 106;

/// The element widths of every symbol character (ISO/IEC 15417, table 1): eleven modules each, the
/// stop character thirteen.
const PATTERNS: [&str; 107] = [
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212",
    "221213", "221312", "231212", "112232", "122132", "122231", "113222", "123122", "123221",
    "223211", "221132", "221231", "213212", "223112", "312131", "311222", "321122", "321221",
    "312212", "322112", "322211", "212123", "212321", "232121", "111323", "131123", "131321",
    "112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331", "132131",
    "113123", "113321", "133121", "313121", "211331", "231131", "213113", "213311", "213131",
    "311123", "311321", "331121", "312113", "312311", "332111", "314111", "221411", "431111",
    "111224", "111422", "121124", "121421", "141122", "141221", "112214", "112412", "122114",
    "122411", "142112", "142211", "241211", "221114", "413111", "241112", "134111", "111242",
    "121142", "121241", "114212", "124112", "124211", "411212", "421112", "421211", "212141",
    "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311",
    "113141", "114131", "311141", "411131", "211412", "211214", "211232", "2331112",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(text: &str) -> Vec<u8> {
        let mut codes = Vec::new();
        encode(text, &mut codes).expect("printable ASCII");
        codes
    }

    #[test]
    fn known_texts_have_their_symbol_characters() {
        // Start, data, check and stop, as `zint --verbose` says them.
        for (text, codes) in [
            ("AIM", &[104, 33, 41, 45, 45, 106][..]),
            ("Wikipedia", &[104, 55, 73, 75, 73, 80, 69, 68, 73, 65, 88, 106]),
            ("PJJ123C", &[104, 48, 42, 42, 17, 18, 19, 35, 55, 106]),
            ("12", &[105, 12, 14, 106]),
            ("123456", &[105, 12, 34, 56, 44, 106]),
            ("12345", &[105, 12, 34, 100, 21, 54, 106]),
            ("A1234", &[104, 33, 99, 12, 34, 95, 106]),
            ("A12345", &[104, 33, 17, 99, 23, 45, 64, 106]),
            ("A1234B", &[104, 33, 99, 12, 34, 100, 34, 78, 106]),
            ("A123456B", &[104, 33, 99, 12, 34, 56, 100, 34, 80, 106]),
            ("-", &[104, 13, 14, 106]),
        ] {
            assert_eq!(encoded(text), codes, "{text}");
        }
    }

    #[test]
    fn every_symbol_character_has_its_modules_and_its_own_pattern() {
        let mut seen: Vec<&str> = PATTERNS.to_vec();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), PATTERNS.len());
        for code in 0..STOP {
            let widths: Vec<i32> = widths(&[code]).collect();
            assert_eq!((widths.len(), widths.iter().sum::<i32>()), (6, 11), "{code}");
            // Table 1: the bars of a symbol character are an even number of modules wide.
            assert_eq!(widths.iter().step_by(2).sum::<i32>() % 2, 0, "{code}");
        }
        assert_eq!(widths(&[STOP]).sum::<i32>(), 13);
    }

    #[test]
    fn no_other_choice_of_sets_is_shorter() {
        // The fewest characters from here on, in code set B and in code set C.
        fn least(text: &[u8]) -> [usize; 2] {
            if text.is_empty() {
                return [0, 0];
            }
            let stay = 1 + least(&text[1..])[0];
            let pairs = pair(text).map_or(usize::MAX - 1, |(_, rest)| 1 + least(rest)[1]);
            [stay.min(pairs + 1), pairs.min(stay + 1)]
        }
        let mut state = 1_u32;
        for length in 1..15 {
            for _ in 0..60 {
                let text: String = (0..length)
                    .map(|_| {
                        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        char::from(b"0123456789012345AZ-"[(state >> 16) as usize % 19])
                    })
                    .collect();
                let [b, c] = least(text.as_bytes());
                assert_eq!(encoded(&text).len(), 3 + b.min(c), "{text}");
            }
        }
    }

    #[test]
    fn what_is_not_printable_ascii_is_named() {
        for (text, expected) in [("受付1", '受'), ("A\tB", '\t'), ("A\u{7f}", '\u{7f}'), ("é", 'é')]
        {
            assert_eq!(encode(text, &mut Vec::new()), Err(Unencodable(expected)), "{text:?}");
        }
    }
}
