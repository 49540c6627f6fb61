//! Days as applicants and municipalities write them, western and in the Japanese calendar.

use letter::date::ERAS;
use letter::Date;
use serde::Deserialize;

/// How a municipality wants a day written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateStyle {
    /// `20261122`
    Compact,
    /// `2026-11-22`
    Hyphen,
    /// `2026/11/22`
    Slash,
    /// 和暦: `令和8年11月22日`
    Wareki,
    /// `R8.11.22`
    WarekiShort,
    /// `R081122`
    WarekiCompact,
}

/// The letter by which an era is abbreviated, as [`ERAS`] names it (JIS X 0301).
fn letter_of(era: &str) -> char {
    match era {
        "令和" => 'R',
        "平成" => 'H',
        "昭和" => 'S',
        "大正" => 'T',
        _ => 'M',
    }
}

impl DateStyle {
    /// Writes a day; `None` before 1873-01-01 in the Japanese calendar, which had other months.
    pub fn write(self, date: Date) -> Option<String> {
        let (year, month, day) = (date.year(), date.month(), date.day());
        let era = || {
            let (_, name, zero) = ERAS.iter().find(|(first, ..)| date >= *first)?;
            Some((letter_of(name), year - zero))
        };
        match self {
            Self::Compact => Some(format!("{year:04}{month:02}{day:02}")),
            Self::Hyphen => Some(date.to_string()),
            Self::Slash => Some(format!("{year:04}/{month:02}/{day:02}")),
            Self::Wareki => era().map(|_| date.wareki()),
            Self::WarekiShort => era().map(|(e, year)| format!("{e}{year}.{month}.{day}")),
            Self::WarekiCompact => era().map(|(e, year)| format!("{e}{year:02}{month:02}{day:02}")),
        }
    }
}

/// Reads a day in any of the usual writings: `2026-11-22`, `2026/11/22`, `2026.11.22`, `20261122`,
/// `2026年11月22日`, `令和8年11月22日`, `令和元年5月1日`, `R8.11.22`, `R081122`, all of them also with
/// full-width digits.
///
/// A day of the Japanese calendar must lie within its era: 昭和64年1月8日 is none.
pub fn read(text: &str) -> Option<Date> {
    let text = text.trim();
    // The most common writing, without a buffer.
    if text.len() == 10 && text.as_bytes()[4] == b'-' {
        return western(text);
    }
    if text.len() > 64 {
        return None;
    }
    let half: String = text.chars().map(half_width).collect();
    let era = ERAS
        .iter()
        .position(|(_, name, _)| half.starts_with(name) || half.starts_with(letter_of(name)));
    match era {
        Some(era) => wareki(&half, era),
        None => western(&half),
    }
}

fn western(text: &str) -> Option<Date> {
    let (year, month, day) = numbers(text, 4)?;
    Date::new(year, month, day)
}

fn wareki(text: &str, era: usize) -> Option<Date> {
    let (first, name, zero) = ERAS[era];
    let rest = text.strip_prefix(name).or_else(|| text.strip_prefix(letter_of(name)))?;
    let rest = match rest.strip_prefix('元') {
        Some(rest) => format!("1{rest}"),
        None => rest.trim_start().to_owned(),
    };
    let (year, month, day) = numbers(&rest, 2)?;
    let date = Date::new(zero.checked_add(year)?, month, day)?;
    let before_next = era == 0 || date < ERAS[era - 1].0;
    (year > 0 && date >= first && before_next).then_some(date)
}

/// Splits `2026-11-22`, `2026年11月22日` or, with a year of `year_len` digits, `20261122`.
fn numbers(text: &str, year_len: usize) -> Option<(u16, u8, u8)> {
    if text.len() == year_len + 4 && text.bytes().all(|b| b.is_ascii_digit()) {
        let (year, rest) = text.split_at(year_len);
        return Some((year.parse().ok()?, rest[..2].parse().ok()?, rest[2..].parse().ok()?));
    }
    let (separators, rest) = match text.strip_suffix('日') {
        Some(rest) => (['年', '月'], rest),
        None => {
            let separator = text.chars().find(|c| matches!(c, '-' | '/' | '.'))?;
            ([separator; 2], text)
        }
    };
    let (year, rest) = rest.split_once(separators[0])?;
    let (month, day) = rest.split_once(separators[1])?;
    let plain = |part: &str, len: usize| {
        (1..=len).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
    };
    let year_fits = plain(year, year_len) && (year_len < 4 || year.len() == 4);
    if !year_fits || !plain(month, 2) || !plain(day, 2) {
        return None;
    }
    Some((year.parse().ok()?, month.parse().ok()?, day.parse().ok()?))
}

fn half_width(c: char) -> char {
    match c {
        '０'..='９' => char::from(b'0' + (c as u32 - '０' as u32) as u8),
        '／' => '/',
        '．' => '.',
        '－' | '−' => '-',
        'Ｍ' => 'M',
        'Ｔ' => 'T',
        'Ｓ' => 'S',
        'Ｈ' => 'H',
        'Ｒ' => 'R',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_writing_of_a_day_is_read() {
        let day = Date::new(2026, 1, 2);
        for text in [
            "2026-01-02",
            "2026/1/2",
            "2026.01.02",
            "20260102",
            "2026年1月2日",
            "２０２６／１／２",
            "令和8年1月2日",
            "令和８年１月２日",
            "R8.1.2",
            "R8/1/2",
            "R080102",
            "Ｒ８．１．２",
        ] {
            assert_eq!(read(text), day, "{text}");
        }
        assert_eq!(read("令和元年5月1日"), Date::new(2019, 5, 1));
        for text in [
            "",
            "2026-13-01",
            "2026-02-29",
            "26-01-02",
            "昭和64年1月8日",
            "平成31年5月1日",
            "令和0年1月1日",
            "令和元年4月30日",
            "2026-1/2",
            "2026年1月2",
            "1月2日",
            "x",
            "2026-01-02-03",
            "R8.1.２x",
            "+026-01-02",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn what_a_style_writes_reads_back_on_every_day_of_150_years() {
        let first = Date::new(1873, 1, 1).expect("a day").days_since_epoch();
        for days in (first..first + 56_000).step_by(13) {
            let date = Date::from_days_since_epoch(days).expect("a day");
            for style in [
                DateStyle::Compact,
                DateStyle::Hyphen,
                DateStyle::Slash,
                DateStyle::Wareki,
                DateStyle::WarekiShort,
                DateStyle::WarekiCompact,
            ] {
                let text = style.write(date).expect("within the eras");
                assert_eq!(read(&text), Some(date), "{text}");
            }
        }
        let before = Date::new(1872, 12, 31).expect("a day");
        assert_eq!(DateStyle::WarekiShort.write(before), None);
    }
}
