//! Days and moments, without a clock.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A day of the proleptic Gregorian calendar, years 1 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// Returns the day, or `None` if the calendar has no such day.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let real = (1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day);
        real.then_some(Self { year, month, day })
    }

    /// Parses `2026-11-22`, `2026/11/22`, `20261122`.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, rest) = text.trim().as_bytes().split_at_checked(4)?;
        let (month, day) = match *rest {
            [b'0'..=b'9', _, _, _] => rest.split_at(2),
            [separator @ (b'-' | b'/'), ref rest @ ..] => {
                let end = rest.iter().position(|&byte| byte == separator)?;
                (&rest[..end], &rest[end + 1..])
            }
            _ => return None,
        };
        let [month, day] = [number(month)?, number(day)?].map(u8::try_from);
        Self::new(number(year)?, month.ok()?, day.ok()?)
    }

    /// Returns the year, 1 to 9999.
    pub fn year(self) -> u16 {
        self.year
    }

    /// Returns the month, 1 to 12.
    pub fn month(self) -> u8 {
        self.month
    }

    /// Returns the day of the month, 1 to 31.
    pub fn day(self) -> u8 {
        self.day
    }

    /// Returns the number of days since 1970-01-01.
    pub fn days_since_epoch(self) -> i64 {
        // Howard Hinnant, "chrono-compatible low-level date algorithms", days_from_civil.
        let year = i64::from(self.year) - i64::from(self.month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let month = (i64::from(self.month) + 9) % 12;
        let day_of_year = (153 * month + 2) / 5 + i64::from(self.day) - 1;
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year
            - 719_468
    }

    /// Returns the day `days` after 1970-01-01, or `None` outside years 1 to 9999.
    pub fn from_days_since_epoch(days: i64) -> Option<Self> {
        let days = days.checked_add(719_468)?;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_index = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_index + 2) / 5 + 1;
        let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        Self::new(u16::try_from(year).ok()?, month as u8, day as u8)
    }

    /// Writes the day in the Japanese calendar: `令和8年11月22日`, `令和元年5月1日`.
    ///
    /// Eras by their first days (facts: post_and_print §6.4); days before 1873 keep the western
    /// year.
    pub fn wareki(self) -> String {
        let era = ERAS.iter().find(|(first, _, _)| self >= *first);
        let Some(&(_, name, year_zero)) = era else {
            return format!("{}年{}月{}日", self.year, self.month, self.day);
        };
        match self.year - year_zero {
            1 => format!("{name}元年{}月{}日", self.month, self.day),
            year => format!("{name}{year}年{}月{}日", self.month, self.day),
        }
    }
}

/// First day, name and the year before year one of each era, newest first.
///
/// 明治 stands from its first Gregorian day, which lies in its year six.
pub const ERAS: [(Date, &str, u16); 5] = [
    (Date { year: 2019, month: 5, day: 1 }, "令和", 2018),
    (Date { year: 1989, month: 1, day: 8 }, "平成", 1988),
    (Date { year: 1926, month: 12, day: 25 }, "昭和", 1925),
    (Date { year: 1912, month: 7, day: 30 }, "大正", 1911),
    (Date { year: 1873, month: 1, day: 1 }, "明治", 1867),
];

impl fmt::Display for Date {
    /// Writes `2026-11-22`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

impl TryFrom<String> for Date {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| format!("{text:?} is not a day of the calendar"))
    }
}

/// A moment, in whole seconds since 1970-01-01T00:00:00Z; the shop's clock is an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Moment(pub i64);

/// Japan Standard Time is nine hours ahead of UTC all year.
pub const JST_OFFSET_SECONDS: i64 = 9 * 3600;

impl Moment {
    /// Parses RFC 3339: `2026-11-22T02:00:00+09:00`, `2026-11-21T17:00:00Z`; fractions are cut off.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if !text.is_ascii() || bytes.len() < 20 || !matches!(bytes[10], b'T' | b't' | b' ') {
            return None;
        }
        let date = Date::parse(&text[..10])?;
        let (hour, minute, second) = clock(&text[11..19])?;
        let zone = text[19..].trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
        let offset = match zone {
            "Z" | "z" => 0,
            _ => {
                let sign = match zone.as_bytes().first()? {
                    b'+' => 1,
                    b'-' => -1,
                    _ => return None,
                };
                let (hours, minutes, _) = clock(&format!("{}:00", &zone[1..]))?;
                sign * (hours * 3600 + minutes * 60)
            }
        };
        let seconds = hour * 3600 + minute * 60 + second.min(59);
        Some(Self(date.days_since_epoch() * 86_400 + seconds - offset))
    }

    /// Writes the moment in Japan's time: `2026-11-22T02:00:00+09:00`.
    ///
    /// Moments outside of Japan's years 1 to 9999 are written as the first or the last second of
    /// these years: certificates without an end say 99991231235959Z (RFC 5280 §4.1.2.5).
    pub fn rfc3339_jst(self) -> String {
        let time = self.local_seconds().rem_euclid(86_400);
        let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
        format!("{}T{hour:02}:{minute:02}:{second:02}+09:00", self.date_jst())
    }

    /// Returns the day in Japan; outside of the years 1 to 9999 their first or last day.
    pub fn date_jst(self) -> Date {
        Date::from_days_since_epoch(self.local_seconds().div_euclid(86_400))
            .expect("local seconds lie within years 1 to 9999")
    }

    fn local_seconds(self) -> i64 {
        self.0.saturating_add(JST_OFFSET_SECONDS).clamp(FIRST_SECOND, LAST_SECOND)
    }
}

/// 0001-01-01T00:00:00, in seconds since 1970-01-01T00:00:00 of the same zone.
const FIRST_SECOND: i64 = -62_135_596_800;
/// 9999-12-31T23:59:59.
const LAST_SECOND: i64 = 253_402_300_799;

fn clock(text: &str) -> Option<(i64, i64, i64)> {
    let mut parts = text.split(':');
    let mut next = |max: i64| {
        let part = parts.next()?;
        let plain = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| part.parse::<i64>().ok()).flatten().filter(|n| *n <= max)
    };
    Some((next(23)?, next(59)?, next(60)?))
}

fn days_in_month(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        _ => 31,
    }
}

/// Reads one to four digits.
fn number(digits: &[u8]) -> Option<u16> {
    if !(1..=4).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(digits.iter().fold(0, |number, digit| number * 10 + u16::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wareki_changes_on_the_first_day_of_an_era() {
        for (text, wareki) in [
            ("2026-11-22", "令和8年11月22日"),
            ("2019-05-01", "令和元年5月1日"),
            ("2019-04-30", "平成31年4月30日"),
            ("1989-01-07", "昭和64年1月7日"),
            ("1912-07-29", "明治45年7月29日"),
            ("1873-01-01", "明治6年1月1日"),
        ] {
            let date = Date::parse(text).expect("a day");
            assert_eq!(date.wareki(), wareki, "{text}");
        }
    }

    #[test]
    fn days_count_both_ways_over_ten_thousand_days() {
        for days in -5_000..25_000 {
            let date = Date::from_days_since_epoch(days).expect("within range");
            assert_eq!(date.days_since_epoch(), days);
        }
        assert_eq!(Date::parse("2023-02-29"), None);
    }

    #[test]
    fn a_moment_beyond_the_calendar_is_written_as_its_first_or_last_second() {
        let endless = Moment::parse_rfc3339("9999-12-31T23:59:59Z").expect("a moment");
        assert_eq!(endless.rfc3339_jst(), "9999-12-31T23:59:59+09:00");
        assert_eq!(Moment(i64::MAX).rfc3339_jst(), "9999-12-31T23:59:59+09:00");
        assert_eq!(Moment(i64::MIN).rfc3339_jst(), "0001-01-01T00:00:00+09:00");
        assert_eq!(Moment(i64::MIN).date_jst(), Date::new(1, 1, 1).expect("a day"));
        assert_eq!(Date::from_days_since_epoch(i64::MAX), None);
    }

    #[test]
    fn a_moment_is_read_in_any_zone_and_written_in_japans() {
        for text in ["2026-11-22T02:00:00+09:00", "2026-11-21T17:00:00Z", "2026-11-21T17:00:00.5Z"]
        {
            let moment = Moment::parse_rfc3339(text).expect("a moment");
            assert_eq!(moment.rfc3339_jst(), "2026-11-22T02:00:00+09:00", "{text}");
        }
        assert_eq!(Moment::parse_rfc3339("2026-11-22"), None);
        assert_eq!(Moment::parse_rfc3339("2026-11-22T25:00:00Z"), None);
    }
}
