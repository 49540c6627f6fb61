//! 漢数字 (kansūji): numbers in kanji, digit by digit or read out.

/// Returns a digit of half or full width as its kanji, anything else as it is.
pub fn kanji_digit(c: char) -> char {
    digit(c).map_or(c, |value| KANJI[value as usize])
}

/// Writes a text with its numbers of up to four digits read out (十一月二十八日), longer ones, and
/// those that begin with 0, digit by digit.
pub fn write_read_out(text: &str, out: &mut String) {
    write_numbers(text, |_| true, out);
}

/// Writes an address with its digits in kanji.
///
/// 丁目 and 条 belong to the town's name, whose numbers are read out: 十二丁目. Those of blocks,
/// houses and rooms are written digit by digit: 一二番三号, 五〇三号室. Hyphens between numbers
/// become －, whose vertical form lies along the line, where - would stand like a 一 beside it.
pub fn write_address(text: &str, out: &mut String) {
    write_numbers(text, |rest| READ_OUT.iter().any(|end| rest.starts_with(end)), out);
}

/// Writes a text with its digits in kanji, those of a number read out if it is so before the rest.
fn write_numbers(text: &str, is_read_out: impl Fn(&str) -> bool, out: &mut String) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let digits = rest.chars().take_while(|&c| digit(c).is_some());
        let len: usize = digits.clone().map(char::len_utf8).sum();
        if len > 0 {
            let number = &rest[..len];
            rest = &rest[len..];
            match digits.count() {
                1..=4 if digit(c) != Some(0) && is_read_out(rest) => read_out(number, out),
                _ => out.extend(number.chars().map(kanji_digit)),
            }
            continue;
        }
        rest = &rest[c.len_utf8()..];
        let between = out.ends_with(KANJI) && rest.chars().next().and_then(digit).is_some();
        out.push(if between && HYPHENS.contains(&c) { '－' } else { c });
    }
}

/// Writes a number of one to four digits as it is read: 二千二十六, 十.
fn read_out(number: &str, out: &mut String) {
    let places = number.chars().filter_map(digit).rev().zip(["", "十", "百", "千"]);
    for (value, place) in places.collect::<Vec<_>>().into_iter().rev().filter(|(v, _)| *v > 0) {
        // Nobody says 一十 or 一百.
        out.extend((value > 1 || place.is_empty()).then(|| KANJI[value as usize]));
        out.push_str(place);
    }
}

/// Returns the value of a digit of half or full width.
fn digit(c: char) -> Option<u32> {
    match c {
        '０'..='９' => Some(u32::from(c) - u32::from('０')),
        _ => c.to_digit(10),
    }
}

const KANJI: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
const HYPHENS: [char; 7] = ['-', '－', '‐', '−', 'ー', '―', '–'];
/// Before these, numbers are read out.
const READ_OUT: [&str; 2] = ["丁目", "条"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_towns_are_read_out_and_those_of_houses_written_digit_by_digit() {
        for (text, expected) in [
            ("霞が関1丁目3番2号", "霞が関一丁目三番二号"),
            ("北６条東１２丁目1番地の15", "北六条東十二丁目一番地の一五"),
            ("中央20丁目", "中央二十丁目"),
            ("緑町3丁目30-8", "緑町三丁目三〇－八"),
            ("1204号室", "一二〇四号室"),
            ("10-2-305", "一〇－二－三〇五"),
            ("センター6号館ABC-D", "センター六号館ABC-D"),
            ("三条通り", "三条通り"),
            ("110丁目", "百十丁目"),
            ("葛\u{e0100}飾区1-1", "葛\u{e0100}飾区一－一"),
        ] {
            let mut out = String::new();
            write_address(text, &mut out);
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn dates_and_hours_are_read_out() {
        for (text, expected) in [
            ("令和8年11月28日", "令和八年十一月二十八日"),
            ("午後１時30分", "午後一時三十分"),
            ("2026年", "二千二十六年"),
            ("第10回、1,000人", "第十回、一,〇〇〇人"),
            ("12345", "一二三四五"),
        ] {
            let mut out = String::new();
            write_read_out(text, &mut out);
            assert_eq!(out, expected);
        }
    }
}
