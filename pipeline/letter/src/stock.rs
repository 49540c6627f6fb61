//! What the print centre works with: envelopes, inserters, paper.
//!
//! All figures are configuration; facts: post_and_print §3 and §4 give the usual ones.

use serde::{Deserialize, Serialize};

use crate::omr::OmrProfile;
use crate::page::{SheetSize, A4};

/// A window envelope and what fits it; or, without a window, a card that goes as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnvelopeProfile {
    /// Its name in configuration, `naga3-window`.
    pub name: String,
    /// Outer width with the address upright, mm.
    pub width_mm: f64,
    /// Outer height with the address upright, mm.
    pub height_mm: f64,
    /// Inner width, mm; with the folded sheet's width it gives the play sideways.
    pub inner_width_mm: f64,
    /// Inner height, mm; with the folded sheet's height it gives the play up and down.
    pub inner_height_mm: f64,
    /// Height of the folded sheet, mm (99 for A4 in three).
    pub folded_height_mm: f64,
    /// The window; without one the printed sheet is itself what is posted: no machine puts it into
    /// anything, so it bears no marks.
    #[serde(default)]
    pub window: Option<Window>,
    /// Weight of the empty envelope, milligrams.
    pub weight_mg: u32,
    /// The most sheets the inserter puts in.
    pub sheets_max: u32,
    /// Size class for postage, a key of the tariff: `teikei`, `kikakunai`.
    pub size_class: String,
    /// The most that its folded contents may be thick, mm; without it, only sheets count.
    #[serde(default)]
    pub thickness_max_mm: Option<f64>,
    /// The envelope for what this one does not take, by name; without one it is held.
    #[serde(default)]
    pub next: Option<String>,
    /// Whether it is filled by hand: print files and trays of their own, no inserter.
    #[serde(default)]
    pub by_hand: bool,
}

impl EnvelopeProfile {
    /// Returns how far a sheet can move in the envelope, sideways and up and down, mm.
    ///
    /// A sheet that goes in unfolded lies there as it is; any other is folded to
    /// [`EnvelopeProfile::folded_height_mm`] and keeps its width.
    pub fn play_mm(&self, sheet: SheetSize) -> [f64; 2] {
        let play =
            [self.inner_width_mm - sheet.to_mm()[0], self.inner_height_mm - self.folded_mm(sheet)];
        play.map(|play| play.max(0.0))
    }

    /// Returns how high a sheet stands in the envelope, mm.
    pub fn folded_mm(&self, sheet: SheetSize) -> f64 {
        let [_, height] = sheet.to_mm();
        if height <= self.inner_height_mm {
            height
        } else {
            self.folded_height_mm
        }
    }

    /// Returns how many layers an A4 sheet has in it: 3 folded in three, 1 unfolded. A smaller one
    /// has no more.
    pub fn layers(&self) -> u32 {
        (A4.to_mm()[1] / self.folded_mm(A4)).round().max(1.0) as u32
    }

    /// Returns the most sheets that it takes, by number and by the thickness of the paper.
    pub fn takes_sheets(&self, paper: &Paper) -> u32 {
        let Some(max_mm) = self.thickness_max_mm else { return self.sheets_max };
        let sheet_um = u64::from(self.layers()) * u64::from(paper.sheet_um.max(1));
        let sheets = (max_mm.max(0.0) * 1000.0) as u64 / sheet_um;
        self.sheets_max.min(u32::try_from(sheets).unwrap_or(u32::MAX))
    }
}

/// The window, measured on the folded sheet when it lies at the lower left end of its play.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Left edge of the window from the left edge of the inner envelope, mm.
    pub left_mm: f64,
    /// Upper edge of the window from the upper edge of the inner envelope, mm.
    pub top_mm: f64,
    /// Width, mm.
    pub width_mm: f64,
    /// Height, mm.
    pub height_mm: f64,
}

/// Where the inserter reads and what its feeders hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InserterProfile {
    /// Its name in configuration.
    pub name: String,
    /// Whether a DataMatrix is printed on every sheet's front.
    pub data_matrix: bool,
    /// Left edge of the symbol from the left edge of the sheet, mm.
    pub mark_left_mm: f64,
    /// Upper edge of the symbol from the upper edge of the sheet, mm.
    pub mark_top_mm: f64,
    /// Side of one module, mm.
    pub module_mm: f64,
    /// The lines of OMR on every sheet's front, if it reads such; beside a DataMatrix or without.
    #[serde(default)]
    pub omr: Option<OmrProfile>,
    /// How it writes its log.
    #[serde(default)]
    pub log: LogColumns,
}

impl InserterProfile {
    /// Returns the inserter as it reads the sheets for an envelope: no marks on cards.
    pub fn reading(&self, envelope: &EnvelopeProfile) -> Self {
        match envelope.window {
            Some(_) => self.clone(),
            None => Self { data_matrix: false, omr: None, ..self.clone() },
        }
    }
}

/// How an inserter writes its log: text with one row a piece, columns found by the words of its
/// first line.
///
/// A row names its piece by a mark, or by job, sequence and generation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogColumns {
    /// What stands between two columns.
    pub separator: char,
    /// The column with the 26 digits of a mark; empty if there is none.
    pub mark: String,
    /// The column with the job's number, if no column has marks.
    pub job: String,
    /// The column with the sequence, if no column has marks.
    pub sequence: String,
    /// The column with the print generation; without it, rows are of the first one.
    pub generation: String,
    /// The column that says what became of the piece.
    pub result: String,
    /// The column with the time: RFC 3339, or `2026-11-24 09:15:02` in Japan.
    pub time: String,
    /// Results that mean: in its envelope.
    pub good: Vec<String>,
    /// Results that mean: spoiled.
    pub spoiled: Vec<String>,
    /// Results that mean: not seen where it should have come.
    pub missing: Vec<String>,
    /// Results that mean: seen twice, and diverted.
    pub double: Vec<String>,
}

impl Default for LogColumns {
    fn default() -> Self {
        let text = str::to_owned;
        let one = |word: &str| vec![word.to_owned()];
        Self {
            separator: ',',
            mark: text("mark"),
            job: text(""),
            sequence: text(""),
            generation: text(""),
            result: text("result"),
            time: text("time"),
            good: one("good"),
            spoiled: one("spoiled"),
            missing: one("missing"),
            double: one("double"),
        }
    }
}

/// Paper and print.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// Weight of one A4 sheet, milligrams (64 g/m²: 3,990).
    pub sheet_mg: u32,
    /// Whether both sides are printed; an odd page count then gets a blank back.
    pub duplex: bool,
    /// Thickness of one sheet, micrometres.
    #[serde(default = "usual_sheet_um")]
    pub sheet_um: u32,
}

/// Paper of 64 g/m².
fn usual_sheet_um() -> u32 {
    90
}

impl Paper {
    /// Returns the paper of a template: a sheet of so many milligrams, or else of the house's
    /// paper cut to its size.
    pub fn cut(self, sheet: SheetSize, sheet_mg: Option<u32>) -> Self {
        let area = |size: SheetSize| i64::from(size.width.0) * i64::from(size.height.0);
        let whole = area(A4);
        let cut = (i64::from(self.sheet_mg) * area(sheet) + whole / 2) / whole;
        let cut = u32::try_from(cut).unwrap_or(u32::MAX);
        Self { sheet_mg: sheet_mg.unwrap_or(cut), ..self }
    }
}
