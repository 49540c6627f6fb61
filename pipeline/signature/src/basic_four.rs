//! The basic four (基本4情報) of the certificate compared with those of the form.
//!
//! Name, birth date, sex and address are graded apart: exact, equal after normalisation, equal but
//! for listed variant characters, equal but for substituted characters, different. The signing
//! certificate can only hold part of the kanji of the resident register; a mask (代替文字の使用位置)
//! says which characters stand for others. What is printed or stored is never normalised: forms
//! are only folded to be compared.

mod align;
mod birth;
mod fold;
mod place;
mod variants;

use serde::{Deserialize, Serialize};

use align::align;
use fold::{Folded, Unit};
use letter::Date;

/// What the applicant wrote; `None` where the form does not ask.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Form<'a> {
    /// 氏名.
    pub name: Option<&'a str>,
    /// 生年月日: `2026-06-30`, `令和8年6月30日` or the certificate's `520260630`.
    pub birth: Option<&'a str>,
    /// 性別: `1` or 男, `2` or 女, `3` or 不明.
    pub sex: Option<&'a str>,
    /// 住所.
    pub address: Option<&'a str>,
}

/// What the certificate says, as its six otherName entries hold it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Certified<'a> {
    /// 氏名, surname and given name with U+3000 between them.
    pub name: Option<&'a str>,
    /// 生年月日, nine digits: era, year, month, day; zeros where unknown.
    pub birth: Option<&'a str>,
    /// 性別: `1` 男, `2` 女, `3` 不明.
    pub sex: Option<&'a str>,
    /// 住所, from the prefecture.
    pub address: Option<&'a str>,
    /// One `0` or `1` a character of the name; `1` where the character stands for another.
    pub name_mask: Option<&'a str>,
    /// The same for the address.
    pub address_mask: Option<&'a str>,
}

/// How far one of the four agrees, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// The same characters (for a date: the same day; for the sex: the same).
    Exact,
    /// The same after folding of width, spaces, numerals and the words of house numbers.
    Normalised,
    /// The same but for listed old and new forms of a character, 髙 for 高.
    Variant,
    /// The same but for characters that the certificate could not hold, or leaves unknown.
    Substituted,
    /// Different, or not to be compared.
    Different,
}

impl Grade {
    /// Every grade, best first.
    pub const ALL: [Self; 5] =
        [Self::Exact, Self::Normalised, Self::Variant, Self::Substituted, Self::Different];

    /// Returns the stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Normalised => "normalised",
            Self::Variant => "variant",
            Self::Substituted => "substituted",
            Self::Different => "different",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grade| grade.name() == name)
    }
}

/// One of the four, compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// How far it agrees.
    pub grade: Grade,
    /// Where it does not, in the order of the certificate's text; at most [`DIFFERENCES_MAX`].
    pub differences: Vec<Difference>,
    /// What else was met.
    pub notes: Vec<Note>,
}

/// One place at which certificate and form differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The character of the certificate's text, counted from 1; for characters that only the form
    /// has, the one before which they stand.
    pub at: usize,
    /// The certificate's code point, `U+9AD9`; `None` where only the form has a character.
    pub certificate: Option<String>,
    /// The form's code point; `None` where only the certificate has a character.
    pub form: Option<String>,
    /// What the difference comes to.
    pub grade: Grade,
}

/// What else was met in a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Note {
    /// The mask has another length than its text, so that nobody knows which characters it means.
    MaskLength,
    /// The mask has characters other than 0 and 1.
    MaskCharacters,
    /// The certificate has the text without a mask.
    MaskAbsent,
    /// The form has the field, the certificate has not.
    NotInCertificate,
    /// The text cannot be read (a date, a sex).
    Unreadable,
    /// The certificate leaves a part of the date unknown.
    PartUnknown,
    /// The era does not fit the year.
    EraMismatch,
    /// Surname and given name are parted at another place.
    PartedElsewhere,
    /// Only one side names the prefecture.
    PrefectureOmitted,
    /// One side is longer than any name or address; it was compared as a whole only.
    TooLong,
}

/// All four, compared; `None` where the form does not ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BasicFour {
    /// The worst grade of those compared.
    pub grade: Grade,
    /// 氏名.
    pub name: Option<Compared>,
    /// 生年月日.
    pub birth: Option<Compared>,
    /// 性別.
    pub sex: Option<Compared>,
    /// 住所.
    pub address: Option<Compared>,
}

impl BasicFour {
    /// Whether a person must look: some field is graded below what the municipality accepts.
    pub fn is_below(&self, least: Grade) -> bool {
        self.grade > least
    }
}

/// Compares the certificate with the form; `None` if the form asks none of the four.
pub fn compare(certified: &Certified<'_>, form: &Form<'_>) -> Option<BasicFour> {
    let name = form.name.map(|form| {
        with_certified(certified.name, |text| compare_name(text, certified.name_mask, form))
    });
    let birth =
        form.birth.map(|form| with_certified(certified.birth, |text| birth::compare(text, form)));
    let sex = form.sex.map(|form| with_certified(certified.sex, |text| compare_sex(text, form)));
    let address = form.address.map(|form| {
        with_certified(certified.address, |text| {
            compare_address(text, certified.address_mask, form)
        })
    });
    let all = [&name, &birth, &sex, &address];
    let grade = all.into_iter().flatten().map(|compared| compared.grade).max()?;
    Some(BasicFour { grade, name, birth, sex, address })
}

/// Reads a birth date in any notation of a [`Form`]; `None` if it is no day, or its era has no such
/// year.
pub fn birth_date(text: &str) -> Option<Date> {
    birth::of_form(text)
}

fn with_certified(text: Option<&str>, compare: impl FnOnce(&str) -> Compared) -> Compared {
    match text {
        Some(text) => compare(text),
        None => Compared::whole(Grade::Different, vec![Note::NotInCertificate]),
    }
}

impl Compared {
    /// A comparison of the whole without places.
    fn whole(grade: Grade, notes: Vec<Note>) -> Self {
        Self { grade, differences: Vec::new(), notes }
    }
}

fn compare_name(certified: &str, mask: Option<&str>, form: &str) -> Compared {
    let mut notes = Vec::new();
    let marks = marks(certified, mask, &mut notes);
    if let Some(compared) = without_folding(certified, &marks, form, &mut notes) {
        return compared;
    }
    let certified = fold::name(certified, &marks);
    let form = fold::name(form, &[]);
    let mut compared = by_units(&certified.units, &form.units, notes);
    if parted_elsewhere(&certified, &form) {
        compared.notes.push(Note::PartedElsewhere);
        compared.grade = compared.grade.max(Grade::Variant);
    }
    compared
}

fn compare_address(certified: &str, mask: Option<&str>, form: &str) -> Compared {
    let mut notes = Vec::new();
    let marks = marks(certified, mask, &mut notes);
    if let Some(compared) = without_folding(certified, &marks, form, &mut notes) {
        return compared;
    }
    let mut certified = place::fold(certified, &marks);
    let mut form = place::fold(form, &[]);
    if place::equalise_prefecture(&mut certified, &mut form) {
        notes.push(Note::PrefectureOmitted);
    }
    by_units(&certified, &form, notes)
}

/// Answers what needs no folding: equal texts without marks, texts that are too long.
fn without_folding(
    certified: &str,
    marks: &[bool],
    form: &str,
    notes: &mut Vec<Note>,
) -> Option<Compared> {
    if certified == form && !marks.contains(&true) {
        return Some(Compared::whole(Grade::Exact, std::mem::take(notes)));
    }
    if certified.chars().count().max(form.chars().count()) > TEXT_LEN_MAX {
        notes.push(Note::TooLong);
        return Some(Compared::whole(Grade::Different, std::mem::take(notes)));
    }
    None
}

/// Returns one mark a character of `text`.
///
/// A mask that cannot be laid over its text is noted; if it has marks at all, then nobody knows
/// which characters are meant, and none can count as equal.
fn marks(text: &str, mask: Option<&str>, notes: &mut Vec<Note>) -> Vec<bool> {
    let len = text.chars().count();
    let Some(mask) = mask else {
        notes.push(Note::MaskAbsent);
        return vec![false; len];
    };
    let mask = mask.as_bytes();
    if mask.iter().any(|digit| !matches!(digit, b'0' | b'1')) {
        notes.push(Note::MaskCharacters);
        return vec![true; len];
    }
    if mask.len() == len {
        return mask.iter().map(|digit| *digit == b'1').collect();
    }
    // A mask may count UTF-16 units, as many of the systems that make certificates do.
    if mask.len() == text.encode_utf16().count() {
        let mut at = 0;
        let marks = text.chars().map(|c| {
            let from = at;
            at += c.len_utf16();
            mask[from..at].contains(&b'1')
        });
        return marks.collect();
    }
    notes.push(Note::MaskLength);
    vec![mask.contains(&b'1'); len]
}

fn by_units(certified: &[Unit], form: &[Unit], notes: Vec<Note>) -> Compared {
    let mut differences = align(certified, form);
    let worst = differences.iter().map(|difference| difference.grade).max();
    differences.truncate(DIFFERENCES_MAX);
    let grade = worst.unwrap_or(Grade::Normalised);
    Compared { grade, differences, notes }
}

/// Whether both sides part the name, at different places.
fn parted_elsewhere(certified: &Folded, form: &Folded) -> bool {
    let places = |folded: &Folded| folded.spaces.clone();
    let (certified, form) = (places(certified), places(form));
    !certified.is_empty() && !form.is_empty() && certified != form
}

fn compare_sex(certified: &str, form: &str) -> Compared {
    match (sex(certified), sex(form)) {
        (Some(certified), Some(form)) if certified == form => {
            Compared::whole(Grade::Exact, Vec::new())
        }
        (Some(Sex::Unknown), Some(_)) => {
            Compared::whole(Grade::Substituted, vec![Note::PartUnknown])
        }
        (Some(_), Some(_)) => Compared::whole(Grade::Different, Vec::new()),
        _ => Compared::whole(Grade::Different, vec![Note::Unreadable]),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sex {
    Male,
    Female,
    Unknown,
}

fn sex(text: &str) -> Option<Sex> {
    match text.trim() {
        "1" | "１" | "男" | "男性" | "male" | "M" => Some(Sex::Male),
        "2" | "２" | "女" | "女性" | "female" | "F" => Some(Sex::Female),
        "3" | "３" | "不明" | "unknown" => Some(Sex::Unknown),
        _ => None,
    }
}

/// The certificate holds at most 200 characters of an address; twice that covers any form, and
/// the alignment stays below 200,000 cells.
const TEXT_LEN_MAX: usize = 400;
/// More places help nobody: the texts are simply different.
pub const DIFFERENCES_MAX: usize = 32;

#[cfg(test)]
mod tests;
