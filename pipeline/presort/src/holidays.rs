//! 国民の祝日: Japan's holidays, by the rules of the law and not by a list.
//!
//! 国民の祝日に関する法律 (昭和23年法律第178号) with its amendments up to 2018, the special laws that
//! made single days holidays, and the moves for the games of 2020 and 2021. Holidays are those of
//! 1955 to 2099; a later amendment needs a row here.

use letter::Date;

/// Why a day is a holiday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holiday {
    /// 国民の祝日, by its name.
    National(&'static str),
    /// 振替休日 (art. 3 §2): the day after a national holiday that falls on a Sunday.
    Substitute,
    /// 国民の休日 (art. 3 §3): a day between two national holidays.
    Between,
}

/// Returns why a day is a holiday, or none if it is not.
pub fn holiday(day: Date) -> Option<Holiday> {
    if let Some(name) = national(day) {
        return Some(Holiday::National(name));
    }
    if is_substitute(day) {
        return Some(Holiday::Substitute);
    }
    is_between(day).then_some(Holiday::Between)
}

/// Returns the day of the week, 0 for Sunday.
pub fn weekday(day: Date) -> u8 {
    // 1970-01-01 was a Thursday.
    (day.days_since_epoch() + 4).rem_euclid(7) as u8
}

/// Returns the day `days` later, or earlier if it is negative.
///
/// # Panics
/// Outside of the years 1 to 9999.
pub(crate) fn plus(day: Date, days: i64) -> Date {
    let found = Date::from_days_since_epoch(day.days_since_epoch() + days);
    found.expect("the calendar of the post lies within years 1 to 9999")
}

/// Where a holiday lies in its years.
enum Rule {
    /// Month and day.
    On(u8, u8),
    /// Month and the number of its Monday (happy Monday).
    Monday(u8, u8),
    /// 春分日.
    Spring,
    /// 秋分日.
    Autumn,
}
use Rule::{Autumn, Monday, On, Spring};

/// Name, first year, last year, rule.
type Row = (&'static str, u16, u16, Rule);

/// The last year of a rule that is in force, which is the last of the equinox formula.
const NOW: u16 = 2099;

/// Article 2, with what stood there before, and the special laws.
const ROWS: [Row; 38] = [
    ("元日", 1955, NOW, On(1, 1)),
    ("成人の日", 1955, 1999, On(1, 15)),
    ("成人の日", 2000, NOW, Monday(1, 2)),
    ("建国記念の日", 1967, NOW, On(2, 11)),
    ("天皇誕生日", 1955, 1988, On(4, 29)),
    ("天皇誕生日", 1989, 2018, On(12, 23)),
    ("天皇誕生日", 2020, NOW, On(2, 23)),
    ("春分の日", 1955, NOW, Spring),
    ("みどりの日", 1989, 2006, On(4, 29)),
    ("昭和の日", 2007, NOW, On(4, 29)),
    ("憲法記念日", 1955, NOW, On(5, 3)),
    ("みどりの日", 2007, NOW, On(5, 4)),
    ("こどもの日", 1955, NOW, On(5, 5)),
    ("海の日", 1996, 2002, On(7, 20)),
    ("海の日", 2003, 2019, Monday(7, 3)),
    ("海の日", 2020, 2020, On(7, 23)),
    ("海の日", 2021, 2021, On(7, 22)),
    ("海の日", 2022, NOW, Monday(7, 3)),
    ("山の日", 2016, 2019, On(8, 11)),
    ("山の日", 2020, 2020, On(8, 10)),
    ("山の日", 2021, 2021, On(8, 8)),
    ("山の日", 2022, NOW, On(8, 11)),
    ("敬老の日", 1966, 2002, On(9, 15)),
    ("敬老の日", 2003, NOW, Monday(9, 3)),
    ("秋分の日", 1955, NOW, Autumn),
    ("体育の日", 1966, 1999, On(10, 10)),
    ("体育の日", 2000, 2019, Monday(10, 2)),
    ("スポーツの日", 2020, 2020, On(7, 24)),
    ("スポーツの日", 2021, 2021, On(7, 23)),
    ("スポーツの日", 2022, NOW, Monday(10, 2)),
    ("文化の日", 1955, NOW, On(11, 3)),
    ("勤労感謝の日", 1955, NOW, On(11, 23)),
    ("結婚の儀", 1959, 1959, On(4, 10)),
    ("大喪の礼", 1989, 1989, On(2, 24)),
    ("即位礼正殿の儀", 1990, 1990, On(11, 12)),
    ("結婚の儀", 1993, 1993, On(6, 9)),
    ("休日（祝日扱い）", 2019, 2019, On(5, 1)),
    ("休日（祝日扱い）", 2019, 2019, On(10, 22)),
];

fn national(day: Date) -> Option<&'static str> {
    let falls = |(_, first, last, rule): &&Row| {
        (*first..=*last).contains(&day.year()) && rule.falls_on(day)
    };
    ROWS.iter().find(falls).map(|(name, ..)| *name)
}

impl Rule {
    fn falls_on(&self, day: Date) -> bool {
        let here = (day.month(), day.day());
        match *self {
            On(month, of_month) => here == (month, of_month),
            Monday(month, number) => {
                day.month() == month && weekday(day) == 1 && day.day().div_ceil(7) == number
            }
            Spring => here == (3, equinox_day(day.year(), [20_835_700, 20_843_100])),
            Autumn => here == (9, equinox_day(day.year(), [23_258_800, 23_248_800])),
        }
    }
}

/// Returns the day of March or September on which the sun crosses the equator in Japan.
///
/// The formula of 新こよみ便利帳 (恒星社厚生閣), good for 1900 to 2099; `start` are its constants up to
/// 1979 and from 1980 on, in millionths of a day. The day that counts in law is the one announced
/// in the official gazette in February of the year before (暦要項), which has never differed.
fn equinox_day(year: u16, start: [i64; 2]) -> u8 {
    let (start, leap_year) = if year < 1980 { (start[0], 1983) } else { (start[1], 1980) };
    let year = i64::from(year);
    let crossing = start + 242_194 * (year - 1980);
    // The formula cuts leap days towards zero before 1980.
    let leap_days = (year - leap_year) / 4;
    (crossing.div_euclid(1_000_000) - leap_days) as u8
}

/// The first day of article 3 §2: 1973-04-12.
const SUBSTITUTES_FROM: (u16, u8, u8) = (1973, 4, 12);
/// The first day of article 3 §3: 1985-12-27.
const BETWEEN_FROM: (u16, u8, u8) = (1985, 12, 27);
/// From 2007 on a substitute is the next day that is no national holiday, however many follow.
const SUBSTITUTES_MOVE_ON_FROM: u16 = 2007;

fn is_since(day: Date, (year, month, of_month): (u16, u8, u8)) -> bool {
    (day.year(), day.month(), day.day()) >= (year, month, of_month)
}

fn is_substitute(day: Date) -> bool {
    if !is_since(day, SUBSTITUTES_FROM) {
        return false;
    }
    let mut before = plus(day, -1);
    while national(before).is_some() {
        if weekday(before) == 0 {
            return true;
        }
        if day.year() < SUBSTITUTES_MOVE_ON_FROM {
            return false;
        }
        before = plus(before, -1);
    }
    false
}

fn is_between(day: Date) -> bool {
    // Before 2007 a Sunday was excepted; since, only what is a national holiday itself.
    let is_excepted = day.year() < SUBSTITUTES_MOVE_ON_FROM && weekday(day) == 0;
    is_since(day, BETWEEN_FROM)
        && !is_excepted
        && national(plus(day, -1)).is_some()
        && national(plus(day, 1)).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 内閣府「国民の祝日」について, syukujitsu.csv: every holiday of 1955 to 2027 (Japan's government
    /// standard terms of use 2.0).
    const LIST: &str = include_str!("holidays/syukujitsu.csv");

    #[test]
    fn every_day_of_the_cabinet_offices_list_is_a_holiday_and_no_other() {
        let rows = LIST.lines().skip(1).filter(|line| !line.trim().is_empty());
        let listed: Vec<(Date, &str)> = rows
            .map(|row| {
                let (day, name) = row.trim().split_once(',').expect("two columns");
                (Date::parse(day).expect("a day"), name)
            })
            .collect();
        assert!(listed.len() > 1_000, "{} holidays", listed.len());
        let (first, last) = (Date::new(1955, 1, 1), Date::new(2027, 12, 31));
        let (first, last) = (first.expect("a day"), last.expect("a day"));
        let days = first.days_since_epoch()..=last.days_since_epoch();
        let reckoned: Vec<(Date, Holiday)> = days
            .filter_map(|day| {
                let day = Date::from_days_since_epoch(day).expect("a day");
                Some((day, holiday(day)?))
            })
            .collect();
        let dates = |days: &[(Date, &str)]| days.iter().map(|(day, _)| *day).collect::<Vec<_>>();
        assert_eq!(reckoned.iter().map(|(day, _)| *day).collect::<Vec<_>>(), dates(&listed));
        for ((day, found), (_, name)) in reckoned.iter().zip(&listed) {
            match found {
                Holiday::National(ours) => {
                    let same = ours == name || name.contains(ours) || ours.contains(name);
                    assert!(same, "{day}: {ours}, in the list {name}");
                }
                Holiday::Substitute | Holiday::Between => assert_eq!(*name, "休日", "{day}"),
            }
        }
    }

    #[test]
    fn silver_week_of_2026_has_a_day_between_and_2027_a_substitute() {
        let of = |text: &str| holiday(Date::parse(text).expect("a day"));
        assert_eq!(of("2026-09-21"), Some(Holiday::National("敬老の日")));
        assert_eq!(of("2026-09-22"), Some(Holiday::Between));
        assert_eq!(of("2026-09-23"), Some(Holiday::National("秋分の日")));
        assert_eq!(of("2027-03-22"), Some(Holiday::Substitute));
        assert_eq!(of("2026-05-06"), Some(Holiday::Substitute));
        assert_eq!(of("2026-11-24"), None);
    }

    #[test]
    fn the_week_begins_on_sunday() {
        assert_eq!(weekday(Date::new(2026, 11, 22).expect("a day")), 0);
        assert_eq!(weekday(Date::new(1969, 12, 31).expect("a day")), 3);
    }
}
