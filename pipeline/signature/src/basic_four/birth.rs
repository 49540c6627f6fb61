//! Birth dates of certificates and of forms.

use letter::date::ERAS;
use letter::Date;

use super::fold::fold_width;
use super::{Compared, Difference, Grade, Note};

/// Compares the certificate's nine digits with the form's date in any of its notations.
pub fn compare(certified: &str, form: &str) -> Compared {
    let Some(certified) = Coded::read(certified) else {
        return Compared::whole(Grade::Different, vec![Note::Unreadable]);
    };
    let Some(form) = Coded::of_form(form) else {
        return Compared::whole(Grade::Different, vec![Note::Unreadable]);
    };
    let mut notes = Vec::new();
    let mut grade = Grade::Exact;
    let mut differences = Vec::new();
    if certified.era_mismatch() || form.era_mismatch() {
        notes.push(Note::EraMismatch);
        grade = Grade::Normalised;
    }
    // Era, year, month, day; a form without an era says nothing about it.
    let parts = [
        (1, u32::from(certified.era), u32::from(form.era)),
        (2, certified.year, form.year),
        (6, certified.month, form.month),
        (8, certified.day, form.day),
    ];
    for (at, of_certificate, of_form) in parts {
        if of_certificate == of_form || (at == 1 && (of_form == 0 || of_certificate == 0)) {
            continue;
        }
        let part_grade = match of_certificate {
            0 => Grade::Substituted,
            _ => Grade::Different,
        };
        grade = grade.max(part_grade);
        differences.push(Difference {
            at,
            certificate: Some(of_certificate.to_string()),
            form: Some(of_form.to_string()),
            grade: part_grade,
        });
    }
    let unknown = certified.year == 0 || certified.month == 0 || certified.day == 0;
    if unknown {
        notes.push(Note::PartUnknown);
        // Nothing that the certificate does not know is silently equal.
        grade = grade.max(Grade::Substituted);
    }
    Compared { grade, differences, notes }
}

/// Reads a form's date as a day of the calendar.
pub fn of_form(text: &str) -> Option<Date> {
    Coded::of_form(text).filter(|coded| !coded.era_mismatch())?.date()
}

/// A date by its parts; zero where unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Coded {
    /// 1 明治 to 5 令和, 0 not said.
    era: u8,
    year: u32,
    month: u32,
    day: u32,
}

impl Coded {
    /// Reads the certificate's nine digits; unknown parts are zeros.
    fn read(code: &str) -> Option<Self> {
        if code.len() != 9 || !code.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let number = |range: std::ops::Range<usize>| code[range].parse::<u32>().ok();
        let era = number(0..1)? as u8;
        let coded = Self { era, year: number(1..5)?, month: number(5..7)?, day: number(7..9)? };
        let known = coded.year != 0 && coded.month != 0 && coded.day != 0;
        let real = !known || coded.date().is_some();
        (era <= 5 && coded.month <= 12 && coded.day <= 31 && real).then_some(coded)
    }

    /// Reads a form's date: nine digits, ISO, or an era with its year.
    fn of_form(text: &str) -> Option<Self> {
        let text: String = text.chars().map(fold_width).filter(|c| *c != ' ').collect();
        if text.len() == 9 && text.bytes().all(|b| b.is_ascii_digit()) {
            return Self::read(&text);
        }
        if let Some(date) = Date::parse(&text) {
            return Some(Self::of_date(0, date));
        }
        if let Some((year, rest)) = text.split_once('年') {
            if year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit()) {
                return Self::western(year, rest);
            }
        }
        Self::of_era(&text)
    }

    fn western(year: &str, rest: &str) -> Option<Self> {
        let (month, day) = rest.strip_suffix('日')?.split_once('月')?;
        let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)?;
        Some(Self::of_date(0, date))
    }

    /// Reads 令和8年6月30日, R8.6.30, 昭和元年12月25日.
    fn of_era(text: &str) -> Option<Self> {
        let (index, rest) = ERAS.iter().enumerate().find_map(|(index, (_, name, _))| {
            let letter = ERA_LETTERS[index];
            let rest = text.strip_prefix(name).or_else(|| {
                text.strip_prefix(letter).or_else(|| text.strip_prefix(letter.to_ascii_lowercase()))
            });
            rest.map(|rest| (index, rest))
        })?;
        let parts: Vec<&str> =
            rest.split(['年', '月', '日', '.', '/', '-']).filter(|part| !part.is_empty()).collect();
        let [year, month, day] = parts.as_slice() else { return None };
        let year: u16 = if *year == "元" { 1 } else { year.parse().ok().filter(|y| *y > 0)? };
        let western = ERAS[index].2.checked_add(year)?;
        let date = Date::new(western, month.parse().ok()?, day.parse().ok()?)?;
        Some(Self::of_date(5 - index as u8, date))
    }

    fn of_date(era: u8, date: Date) -> Self {
        let (month, day) = (u32::from(date.month()), u32::from(date.day()));
        Self { era, year: u32::from(date.year()), month, day }
    }

    fn date(self) -> Option<Date> {
        Date::new(self.year.try_into().ok()?, self.month as u8, self.day as u8)
    }

    /// Whether the era does not hold the day.
    fn era_mismatch(self) -> bool {
        let Some(date) = self.date().filter(|_| self.era != 0) else { return false };
        let index = 5 - usize::from(self.era);
        let from = ERAS[index].0;
        let until = index.checked_sub(1).map(|newer| ERAS[newer].0);
        // 明治 begins before its first Gregorian day, with 1868.
        let early = self.era == 1 && date.year() >= 1868;
        (date < from && !early) || until.is_some_and(|until| date >= until)
    }
}

/// In the order of [`ERAS`], newest first.
const ERA_LETTERS: [char; 5] = ['R', 'H', 'S', 'T', 'M'];
