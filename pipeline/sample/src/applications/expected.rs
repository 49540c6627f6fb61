//! What the night is expected to answer, application by application and in sums.

use std::collections::BTreeMap;

use serde::Serialize;

use super::defect::{ApplicationDefect, End, Indication, PASSED};
use super::draft::Draft;
use super::office::Takes;
use super::parcel::MadeParcel;

/// What one application is expected to come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Expected {
    /// 受付番号.
    pub receipt: String,
    /// The site's name of the parcel.
    pub parcel: String,
    /// The procedure's code.
    pub procedure: &'static str,
    /// The municipality's code, five digits.
    pub municipality: String,
    /// How it is signed and packed.
    pub container: &'static str,
    /// What is wrong or odd.
    pub defect: Option<&'static str>,
    /// The verdict of the night: indication, and why not passed; none where nothing is verified.
    pub verdict: Option<Said>,
    /// The verdict once the lists of the day after are in.
    pub final_verdict: Option<Said>,
    /// How the basic four of certificate and form compare; none without such a certificate.
    pub basic_four: Option<&'static str>,
    /// The field or attachment that is missing.
    pub finding: Option<&'static str>,
    /// What the night does with it.
    pub end: &'static str,
}

/// An indication with its sub-indication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Said {
    /// TOTAL_PASSED, TOTAL_FAILED or INDETERMINATE.
    pub indication: &'static str,
    /// Why not passed.
    pub sub_indication: Option<&'static str>,
}

impl From<Indication> for Said {
    fn from((indication, sub_indication): Indication) -> Self {
        Self { indication, sub_indication }
    }
}

impl Expected {
    /// Says what is expected of a draft.
    pub(crate) fn of(draft: &Draft, receipt: &str, parcel: &str, municipality: u32) -> Self {
        let defect = draft.defect;
        let verdict = defect.map_or(Some(PASSED), ApplicationDefect::verdict);
        let final_verdict = defect.map_or(Some(PASSED), ApplicationDefect::final_verdict);
        let basic_four = match defect {
            Some(ApplicationDefect::AuthenticationCertificate) => None,
            _ if verdict.is_none() => None,
            Some(ApplicationDefect::OtherName) => Some("different"),
            Some(ApplicationDefect::SubstitutedCharacters) => Some("substituted"),
            _ if draft.written_otherwise => Some("normalised"),
            _ => Some("exact"),
        };
        let finding = match defect {
            Some(ApplicationDefect::MissingField) => Some("applicant.phone"),
            Some(ApplicationDefect::MissingAttachment) => Some("attachment:account"),
            _ => None,
        };
        let stop = defect.and_then(ApplicationDefect::stop);
        let end = stop.unwrap_or(match Takes::at(draft.home) {
            Takes::Paper => End::HandedOverPaper,
            _ => End::HandedOverElectronic,
        });
        Self {
            receipt: receipt.to_owned(),
            parcel: parcel.to_owned(),
            procedure: draft.procedure.code(),
            municipality: format!("{municipality:05}"),
            container: draft.container.name(),
            defect: defect.map(ApplicationDefect::name),
            verdict: verdict.map(Said::from),
            final_verdict: final_verdict.map(Said::from),
            basic_four,
            finding,
            end: end.name(),
        }
    }
}

/// What a whole sample is expected to come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// The moment for which the night is meant.
    pub now: &'static str,
    /// The moment from which the lists of the day after hold.
    pub finalise_at: &'static str,
    /// Applications.
    pub applications: u64,
    /// Parcels, e-Gov packages included.
    pub parcels: u64,
    /// Applications by defect; those without are not counted.
    pub by_defect: BTreeMap<&'static str, u64>,
    /// Applications by what the night does with them.
    pub by_end: BTreeMap<&'static str, u64>,
    /// Applications by verdict, `TOTAL_FAILED/REVOKED`; `none` where nothing is verified.
    pub by_verdict: BTreeMap<String, u64>,
    /// The same once the lists of the day after are in.
    pub by_final_verdict: BTreeMap<String, u64>,
    /// Applications by the comparison of certificate and form.
    pub by_basic_four: BTreeMap<&'static str, u64>,
    /// Applications by procedure.
    pub by_procedure: BTreeMap<&'static str, u64>,
    /// Applications by container.
    pub by_container: BTreeMap<&'static str, u64>,
    /// Applications by the applicant's municipality, whatever becomes of them.
    pub by_municipality: BTreeMap<String, u64>,
    /// Every application with a defect.
    pub defective: Vec<Expected>,
}

impl Tally {
    /// Opens the count.
    pub fn new() -> Self {
        Self { now: NOW, finalise_at: FINALISE_AT, ..Self::default() }
    }

    /// Counts what one step made.
    pub fn add_parcel(&mut self, made: &MadeParcel) {
        self.parcels += made.files.len() as u64;
        made.applications.iter().for_each(|expected| self.add(expected.clone()));
    }

    fn add(&mut self, expected: Expected) {
        self.applications += 1;
        if let Some(defect) = expected.defect {
            *self.by_defect.entry(defect).or_default() += 1;
        }
        *self.by_end.entry(expected.end).or_default() += 1;
        *self.by_verdict.entry(words(expected.verdict)).or_default() += 1;
        *self.by_final_verdict.entry(words(expected.final_verdict)).or_default() += 1;
        *self.by_basic_four.entry(expected.basic_four.unwrap_or("none")).or_default() += 1;
        *self.by_procedure.entry(expected.procedure).or_default() += 1;
        *self.by_container.entry(expected.container).or_default() += 1;
        *self.by_municipality.entry(expected.municipality.clone()).or_default() += 1;
        if expected.defect.is_some() {
            self.defective.push(expected);
        }
    }

    /// Writes `expected.json`.
    pub fn json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("counts are plain data");
        text.push('\n');
        text
    }
}

/// The night after the day of receipt.
const NOW: &str = "2026-11-22T02:00:00+09:00";
/// After the lists of the day after were made.
const FINALISE_AT: &str = "2026-11-22T06:00:00+09:00";

fn words(said: Option<Said>) -> String {
    match said {
        None => "none".to_owned(),
        Some(Said { indication, sub_indication: None }) => indication.to_owned(),
        Some(Said { indication, sub_indication: Some(sub) }) => format!("{indication}/{sub}"),
    }
}
