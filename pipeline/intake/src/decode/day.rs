//! Days as senders write them: western, 和暦 (wareki) and host codes.

use letter::date::ERAS;
use letter::Date;

use super::number::{digit, BLANKS};
use crate::layout::DateStyle;

/// What a date field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Day {
    /// A day.
    Of(Date),
    /// The host's way to say that there is none.
    None,
    /// Something else.
    Unreadable,
}

/// Reads a day in the agreed style.
pub(super) fn read(style: DateStyle, text: &str) -> Day {
    let text = text.trim_start_matches(BLANKS).trim_end_matches(BLANKS);
    let date = match style {
        DateStyle::Western => western(text),
        DateStyle::Wareki => wareki(text),
        DateStyle::Host if text.len() == 7 && text.bytes().all(|b| b == b'0') => return Day::None,
        DateStyle::Host => host(text),
    };
    date.map_or(Day::Unreadable, Day::Of)
}

/// `2026-06-30`, `2026/6/30`, `2026.6.30`, `2026年6月30日`, `20260630`, in digits of either width.
fn western(text: &str) -> Option<Date> {
    let mut parts = Parts(text);
    let (year, year_len) = parts.number()?;
    if parts.0.is_empty() && year_len == 8 {
        let (month, day) = (year / 100 % 100, year % 100);
        return Date::new((year / 10_000) as u16, month as u8, day as u8);
    }
    let (month, day) = parts.month_and_day()?;
    (year_len == 4).then(|| Date::new(year as u16, month, day))?
}

/// `令和8年6月30日`, `令和元年5月1日`, `R8.6.30`, `R08/06/30`; the day must lie in its era.
fn wareki(text: &str) -> Option<Date> {
    let (era, rest) = era(text)?;
    let mut parts = Parts(rest.trim_start_matches(BLANKS));
    let year = match parts.0.strip_prefix('元') {
        Some(rest) => {
            parts.0 = rest;
            1
        }
        None => parts.number().filter(|&(_, len)| len <= 2)?.0,
    };
    let (month, day) = parts.month_and_day()?;
    in_era(era, year, month, day)
}

/// `5080630`: era from 1 明治 to 5 令和, two digits each of year, month and day.
fn host(text: &str) -> Option<Date> {
    let mut parts = Parts(text);
    let (code, len) = parts.number()?;
    if len != 7 || !parts.0.is_empty() {
        return None;
    }
    let era = 5usize.checked_sub((code / 1_000_000) as usize)?;
    in_era(era, code / 10_000 % 100, (code / 100 % 100) as u8, (code % 100) as u8)
}

/// Returns the day if it exists and lies in the era; 大正 and 昭和 began on the day on which the era
/// before ended, so that day is in both.
fn in_era(era: usize, year: u32, month: u8, day: u8) -> Option<Date> {
    let &(first, _, year_zero) = ERAS.get(era)?;
    let date = Date::new(u16::try_from(u32::from(year_zero) + year).ok()?, month, day)?;
    let ended = era.checked_sub(1).is_some_and(|next| match next {
        2 | 3 => date > ERAS[next].0,
        _ => date >= ERAS[next].0,
    });
    (year > 0 && date >= first && !ended).then_some(date)
}

/// Takes an era off: its name, its one character, or its letter of either width.
fn era(text: &str) -> Option<(usize, &str)> {
    if let Some(era) = ERAS.iter().position(|(_, name, _)| text.starts_with(name)) {
        return Some((era, &text[ERAS[era].1.len()..]));
    }
    let c = text.chars().next()?;
    let era = ERA_SIGNS.iter().position(|signs| signs.contains(&c))?;
    Some((era, &text[c.len_utf8()..]))
}

/// The other signs of each era, newest first as [`ERAS`].
const ERA_SIGNS: [[char; 5]; 5] = [
    ['R', 'r', 'Ｒ', '㋿', '令'],
    ['H', 'h', 'Ｈ', '㍻', '平'],
    ['S', 's', 'Ｓ', '㍼', '昭'],
    ['T', 't', 'Ｔ', '㍽', '大'],
    ['M', 'm', 'Ｍ', '㍾', '明'],
];

/// What is left of a date's text.
struct Parts<'a>(&'a str);

impl Parts<'_> {
    /// Takes a number of up to eight digits and its length; a blank before it is padding.
    fn number(&mut self) -> Option<(u32, usize)> {
        let text = self.0.trim_start_matches(BLANKS);
        let (mut value, mut len, mut end) = (0u32, 0, 0);
        while let Some((c, digit)) = text[end..].chars().next().and_then(|c| Some((c, digit(c)?))) {
            (value, len, end) = (value * 10 + digit.to_digit(10)?, len + 1, end + c.len_utf8());
            if len > 8 {
                return None;
            }
        }
        self.0 = &text[end..];
        (len > 0).then_some((value, len))
    }

    /// Takes separators, month and day to the end of the text.
    fn month_and_day(&mut self) -> Option<(u8, u8)> {
        let first = self.separator(&['年', '-', '/', '.', '．', '／', '－'])?;
        let month = self.number().filter(|&(_, len)| len <= 2)?.0;
        let second = self.separator(&['月', '-', '/', '.', '．', '／', '－'])?;
        let day = self.number().filter(|&(_, len)| len <= 2)?.0;
        let alike = if first == '年' {
            second == '月' && self.0 == "日"
        } else {
            second == first && self.0.is_empty()
        };
        alike.then_some((month as u8, day as u8))
    }

    fn separator(&mut self, allowed: &[char]) -> Option<char> {
        let c = self.0.chars().next().filter(|c| allowed.contains(c))?;
        self.0 = &self.0[c.len_utf8()..];
        Some(c)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(style: DateStyle, cases: &[(&str, &str)]) {
        for (text, expected) in cases {
            let expected = match *expected {
                "" => Day::Unreadable,
                "none" => Day::None,
                day => Day::Of(Date::parse(day).expect("a day")),
            };
            assert_eq!(read(style, text), expected, "{text}");
        }
    }

    #[test]
    fn western_days_are_read_in_each_writing() {
        check(
            DateStyle::Western,
            &[
                ("2026-06-30", "2026-06-30"),
                ("2026/6/3", "2026-06-03"),
                ("20260630", "2026-06-30"),
                ("２０２６年６月３０日", "2026-06-30"),
                (" 2026.6.30 ", "2026-06-30"),
                ("2026-06/30", ""),
                ("2026-02-29", ""),
                ("26-06-30", ""),
                ("202606", ""),
                ("令和8年6月30日", ""),
                ("2026年6月30", ""),
                ("2026-06-30x", ""),
            ],
        );
    }

    #[test]
    fn japanese_days_lie_in_their_era() {
        check(
            DateStyle::Wareki,
            &[
                ("令和8年6月30日", "2026-06-30"),
                ("令和 8年 6月30日", "2026-06-30"),
                ("R8.6.30", "2026-06-30"),
                ("r08/06/30", "2026-06-30"),
                ("Ｒ８．６．３０", "2026-06-30"),
                ("㋿8年6月30日", "2026-06-30"),
                ("令和元年5月1日", "2019-05-01"),
                ("平成31年4月30日", "2019-04-30"),
                ("昭和64年1月7日", "1989-01-07"),
                ("大正15年12月25日", "1926-12-25"),
                ("昭和元年12月25日", "1926-12-25"),
                ("明治45年7月30日", "1912-07-30"),
                ("令和元年4月30日", ""),
                ("平成31年5月1日", ""),
                ("昭和64年1月8日", ""),
                ("令和0年5月1日", ""),
                ("令和8年2月30日", ""),
                ("2026-06-30", ""),
                ("令和8年", ""),
                ("R8.6-30", ""),
            ],
        );
    }

    #[test]
    fn host_days_are_read_by_era_and_year() {
        check(
            DateStyle::Host,
            &[
                ("5080630", "2026-06-30"),
                ("4310430", "2019-04-30"),
                ("3640107", "1989-01-07"),
                ("1060101", "1873-01-01"),
                ("0000000", "none"),
                ("6080630", ""),
                ("0080630", ""),
                ("5081330", ""),
                ("508063", ""),
                ("50806300", ""),
            ],
        );
    }
}
