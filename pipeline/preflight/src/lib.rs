//! 入稿前検査 (preflight): whether a sender's own PDF can be laid under letters, and where it cannot.
//!
//! Floor 1: the bytes of a PDF and the house's rules in, findings out, each with its page and its
//! place in millimetres from the sheet's upper left corner. Everything is read as a stranger's:
//! bounded in depth, bytes and operators. What cannot be understood is a finding, never silence.
//!
//! Terms are those of ISO 32000-1. Not looked into: the pixels of images (an image that touches a
//! zone is a finding even where it is white), outlines of glyphs (a glyph counts as wide as its
//! advance, or three tenths of its size if that is more), clips that are no rectangle (their
//! extents count).

mod area;
mod characters;
mod colour;
mod document;
mod finding;
mod font;
mod gather;
mod page;
mod picture;
mod ready;
mod rules;
mod shape;
mod state;
mod tokens;
mod walk;

use serde::{Deserialize, Serialize};

pub use area::Area;
pub use finding::{limits_finding, Finding, Weight};
pub use picture::picture;
pub use ready::{survey_ready, PageSet, ReadyFound, ReadySurvey};
pub use rules::{Pages, Rules, Transparency, WindowText, Zone, ZoneKind};

/// What was found in a PDF, and what of it a picture needs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Survey {
    /// The findings: those of the whole file, then page by page; at most [`FINDINGS_MAX`].
    pub findings: Vec<Finding>,
    /// The pages as far as they could be read.
    pub pages: Vec<Sketch>,
}

impl Survey {
    /// Whether nothing found refuses the file.
    pub fn is_fine(&self) -> bool {
        self.findings.iter().all(|finding| finding.weight == Weight::Note)
    }
}

/// Where a page has marks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sketch {
    /// Runs of text, at most [`SKETCH_MAX`].
    pub texts: Vec<Area>,
    /// Extents of paths and images, at most [`SKETCH_MAX`].
    pub paintings: Vec<Area>,
    /// What findings are about, at most [`SKETCH_MAX`].
    pub offending: Vec<Area>,
}

/// Examines a PDF and returns what was found.
pub fn check(pdf: &[u8], rules: &Rules) -> Vec<Finding> {
    survey(pdf, rules).findings
}

/// Examines a PDF and returns what was found, with what [`picture`] needs.
pub fn survey(pdf: &[u8], rules: &Rules) -> Survey {
    let mut survey = document::survey(pdf, rules);
    survey.findings.truncate(FINDINGS_MAX);
    survey
}

/// The most findings that are told: enough to mend a file by.
pub const FINDINGS_MAX: usize = 100;
/// The most boxes of a kind that a page's picture draws.
pub const SKETCH_MAX: usize = 2_000;
