//! One municipality's file: its office, what it asks for, and its dated formats.
//!
//! Every key is explained in `config/municipality.toml`.

use letter::{Date, PostalCode};
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::{city_of, JisCode};
use crate::format::{Format, FormatSpec, Version, PAPER};
use crate::procedure::Procedures;
use crate::setting::{self, Unusable};

/// Where paper goes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Office {
    /// What stands on the parcel.
    pub name: String,
    /// Its postal code.
    pub postal_code: PostalCode,
    /// Its address.
    pub address: String,
    /// Its telephone number.
    pub phone: Option<String>,
}

/// How alike certificate and form must be for an application to go on without a person.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// Character by character.
    Exact,
    /// After normalisation of width, blanks and variant forms.
    #[default]
    Normalised,
    /// But for characters that the certificate marks as substituted.
    Substituted,
}

impl Grade {
    /// Returns the name in the municipality's file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Normalised => "normalised",
            Self::Substituted => "substituted",
        }
    }
}

/// Which days count until the acknowledgement is due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Count {
    /// All days.
    #[default]
    Calendar,
    /// 開庁日: neither Saturday, Sunday nor one of the holidays listed.
    Working,
}

/// When the acknowledgement of a hand-over is due.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Due {
    /// Within how many days after the night.
    pub days: u16,
    /// Which days count.
    #[serde(default)]
    pub count: Count,
    /// Days that do not count, weekends aside.
    #[serde(default)]
    pub holidays: Vec<Date>,
}

/// An acknowledgement is due after three days where the file says nothing.
const DUE_DAYS: u16 = 3;
/// No municipality is given more than a quarter of a year.
const DUE_DAYS_MAX: u16 = 92;

impl Default for Due {
    fn default() -> Self {
        Self { days: DUE_DAYS, count: Count::Calendar, holidays: Vec::new() }
    }
}

/// 市区町村: a municipality to which applications go.
#[derive(Clone, Debug)]
pub struct Municipality {
    /// Its code.
    pub code: JisCode,
    /// Its name.
    pub name: String,
    /// Where paper goes.
    pub office: Office,
    /// From which grade of the basic four on an application goes on.
    pub grade: Grade,
    /// When acknowledgements are due.
    pub due: Due,
    versions: Vec<Version>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    code: Spanned<String>,
    name: String,
    office: Office,
    #[serde(default)]
    basic_four: BasicFour,
    #[serde(default)]
    acknowledgement: Due,
    #[serde(default, rename = "format")]
    formats: Vec<FormatSpec>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct BasicFour {
    #[serde(default)]
    grade: Grade,
}

impl Municipality {
    /// Reads and compiles a municipality's file.
    ///
    /// # Errors
    /// [`Unusable`] with line and key: unknown keys, a ward's code, formats of unknown procedures
    /// or fields, templates that could not be read back.
    pub fn parse(text: &str, procedures: &Procedures) -> Result<Self, Unusable> {
        let spec: Spec = setting::read(text)?;
        let at = spec.code.span().start;
        let fault = |key: &str, why: &str| Unusable::new(text, at, key, why);
        let code = JisCode::parse(spec.code.get_ref());
        let code = code.ok_or_else(|| fault("code", "it is not a municipality's code"))?;
        if city_of(code) != code {
            return Err(fault("code", "it is a ward's; a ward's applications go to its city"));
        }
        if spec.acknowledgement.days > DUE_DAYS_MAX {
            return Err(fault("acknowledgement.days", "it is above 92"));
        }
        let mut versions: Vec<Version> = Vec::with_capacity(spec.formats.len());
        for format in spec.formats {
            let at = format.procedure.span().start;
            let version = format.compile(text, procedures)?;
            let same = |v: &Version| {
                v.procedure == version.procedure && v.valid_from == version.valid_from
            };
            if versions.iter().any(same) {
                let why = "two formats of one procedure are valid from one day";
                return Err(Unusable::new(text, at, "format.valid_from", why));
            }
            versions.push(version);
        }
        Ok(Self {
            code,
            name: spec.name,
            office: spec.office,
            grade: spec.basic_four.grade,
            due: spec.acknowledgement,
            versions,
        })
    }

    /// Returns the format in force on a day: the procedure's latest, else that of `*`, else paper.
    pub fn format_on(&self, procedure: &str, day: Date) -> &Format {
        self.version_on(procedure, day).map_or(&PAPER, |version| &version.format)
    }

    /// Returns the version in force on a day, `None` if the municipality says nothing.
    pub fn version_on(&self, procedure: &str, day: Date) -> Option<&Version> {
        let latest = |code: &str| {
            let of = |v: &&Version| v.procedure == code && v.valid_from <= day;
            self.versions.iter().filter(of).max_by_key(|v| v.valid_from)
        };
        latest(procedure).or_else(|| latest("*"))
    }
}
