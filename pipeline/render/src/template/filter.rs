//! Filters: how a value of a record is written in a letter.

use std::fmt::Write;

use letter::date::ERAS;
use letter::{Date, PostalCode};

use crate::layout::numerals::{kanji_digit, write_read_out};

/// One filter of `{{ value | filter }}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// `number`: 1234567 becomes 1,234,567.
    Number,
    /// `yen`: 1234567 becomes 1,234,567円.
    Yen,
    /// `date`: 2026-06-30 becomes 2026年6月30日.
    Date,
    /// `wareki`: 2026-06-30 becomes 令和8年6月30日.
    Wareki,
    /// `short_date`: 2026-06-30 becomes 8.6.30, as columns of tables have it.
    ShortDate,
    /// `nendo`: 2026 becomes 令和8年度; a text that is no year stays.
    Nendo,
    /// `postal`: 1000013 becomes 〒100-0013.
    Postal,
    /// `fullwidth`: ASCII becomes full-width.
    FullWidth,
    /// `kanji`: digits become 〇 to 九, as vertical lines have them.
    Kanji,
    /// `kanji_number`: numbers of up to four digits are read out, 11月28日 becomes 十一月二十八日.
    KanjiNumber,
}

impl Filter {
    /// All filters by the names that templates use.
    pub const NAMES: [(&'static str, Self); 10] = [
        ("number", Self::Number),
        ("yen", Self::Yen),
        ("date", Self::Date),
        ("wareki", Self::Wareki),
        ("short_date", Self::ShortDate),
        ("nendo", Self::Nendo),
        ("postal", Self::Postal),
        ("fullwidth", Self::FullWidth),
        ("kanji", Self::Kanji),
        ("kanji_number", Self::KanjiNumber),
    ];

    /// Returns the filter called `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|&(_, filter)| filter)
    }

    /// Appends `value` as this filter writes it; an empty value stays empty.
    ///
    /// # Errors
    /// What the value should have been.
    pub fn apply(self, value: &str, out: &mut String) -> Result<(), &'static str> {
        if value.is_empty() {
            return Ok(());
        }
        match self {
            Self::Number => number(value, out)?,
            Self::Yen => {
                number(value, out)?;
                out.push('円');
            }
            Self::Date => {
                let date = day(value)?;
                push_number(date.year(), out);
                out.push('年');
                push_month_and_day(date, out);
            }
            Self::Wareki => wareki(day(value)?, out),
            Self::ShortDate => {
                let date = day(value)?;
                let year = era(date).map_or(date.year(), |(_, year)| year);
                for (before, part) in ["", ".", "."].into_iter().zip([
                    year,
                    u16::from(date.month()),
                    u16::from(date.day()),
                ]) {
                    out.push_str(before);
                    push_number(part, out);
                }
            }
            Self::Nendo => nendo(value, out),
            Self::Postal => {
                let code = PostalCode::parse(value).ok_or("not a postal code")?;
                let _ = write!(out, "〒{code}");
            }
            Self::FullWidth => out.extend(value.chars().map(full_width)),
            Self::Kanji => out.extend(value.chars().map(kanji_digit)),
            Self::KanjiNumber => write_read_out(value, out),
        }
        Ok(())
    }
}

fn day(value: &str) -> Result<Date, &'static str> {
    Date::parse(value).ok_or("not a date")
}

fn number(value: &str, out: &mut String) -> Result<(), &'static str> {
    let digits = value.strip_prefix('-').unwrap_or(value);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err("not a whole number");
    }
    if digits.len() < value.len() {
        out.push('-');
    }
    let significant = digits.trim_start_matches('0');
    let digits = if significant.is_empty() { "0" } else { significant };
    // The first group has one to three digits.
    let (mut group, mut rest) = digits.split_at((digits.len() - 1) % 3 + 1);
    loop {
        out.push_str(group);
        if rest.is_empty() {
            return Ok(());
        }
        out.push(',');
        (group, rest) = rest.split_at(3);
    }
}

/// Appends a day in the Japanese calendar, as [`Date::wareki`] writes it.
pub fn wareki(date: Date, out: &mut String) {
    let (name, year) = era(date).unwrap_or(("", date.year()));
    out.push_str(name);
    match (name, year) {
        ("", year) | (_, year @ 2..) => push_number(year, out),
        _ => out.push('元'),
    }
    out.push('年');
    push_month_and_day(date, out);
}

fn push_month_and_day(date: Date, out: &mut String) {
    push_number(date.month().into(), out);
    out.push('月');
    push_number(date.day().into(), out);
    out.push('日');
}

/// Appends a number of at most four digits.
fn push_number(number: u16, out: &mut String) {
    let digits = [1000, 100, 10, 1].map(|place| char::from(b'0' + (number / place % 10) as u8));
    let first = digits.iter().position(|&digit| digit != '0').unwrap_or(3);
    out.extend(&digits[first..]);
}

fn era(date: Date) -> Option<(&'static str, u16)> {
    let (_, name, year_zero) = *ERAS.iter().find(|(first, _, _)| date >= *first)?;
    Some((name, date.year() - year_zero))
}

/// 年度: the fiscal year from 1 April, named by the era of that day.
fn nendo(value: &str, out: &mut String) {
    let first = value.parse().ok().and_then(|year| Date::new(year, 4, 1));
    let _ = match first.and_then(era) {
        None => write!(out, "{value}"),
        Some((name, 1)) => write!(out, "{name}元年度"),
        Some((name, year)) => write!(out, "{name}{year}年度"),
    };
}

fn full_width(c: char) -> char {
    match c {
        ' ' => '\u{3000}',
        '!'..='~' => char::from_u32(c as u32 + 0xfee0).unwrap_or(c),
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_letters_write_them() {
        for (filter, value, expected) in [
            ("number", "1234567", "1,234,567"),
            ("number", "-120", "-120"),
            ("number", "-1200", "-1,200"),
            ("number", "000", "0"),
            ("number", "", ""),
            ("yen", "38500", "38,500円"),
            ("date", "2026-06-30", "2026年6月30日"),
            ("wareki", "2026-06-30", "令和8年6月30日"),
            ("wareki", "2019-05-01", "令和元年5月1日"),
            ("wareki", "1989-01-07", "昭和64年1月7日"),
            ("short_date", "2026-06-30", "8.6.30"),
            ("kanji_number", "令和8年11月28日", "令和八年十一月二十八日"),
            ("nendo", "2026", "令和8年度"),
            ("nendo", "令和8年度", "令和8年度"),
            ("nendo", "2019", "平成31年度"),
            ("postal", "0600906", "〒060-0906"),
            ("fullwidth", "3-2 A", "３－２　Ａ"),
            ("kanji", "2026年１２月-A", "二〇二六年一二月-A"),
        ] {
            let mut out = String::new();
            Filter::named(filter).expect("a filter").apply(value, &mut out).expect(value);
            assert_eq!(out, expected, "{value} | {filter}");
        }
    }

    #[test]
    fn a_value_of_the_wrong_form_is_refused() {
        for (filter, value) in
            [("number", "1,000"), ("yen", "十"), ("wareki", "2026-02-30"), ("postal", "12")]
        {
            let result = Filter::named(filter).expect("a filter").apply(value, &mut String::new());
            assert!(result.is_err(), "{value} | {filter}");
        }
    }

    #[test]
    fn wareki_agrees_with_the_nouns() {
        for days in (-40_000..25_000).step_by(97) {
            let date = Date::from_days_since_epoch(days).expect("within range");
            let mut out = String::new();
            wareki(date, &mut out);
            assert_eq!(out, date.wareki());
        }
    }
}
