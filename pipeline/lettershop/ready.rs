//! The ready letters of a part: where each lies, and what the house paints on its pages.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use anyhow::{Context, Result};
use intake::layout::{ReadySpec, ReadyWindow};
use letter::page::{Len, Mark, Page, A4};
use letter::stock::EnvelopeProfile;
use preflight::Area;
use press::{ReadyLetter, ReadyShared};
use serde::{Deserialize, Serialize};

/// What was found wrong in ready letters, in a part's folder.
pub const FAULTS: &str = "ready-faults.jsonl";
/// The ready PDFs, one behind the other, as they came.
pub const PDFS: &str = "ready.pdfs";
/// What they are called and where each begins; [`Member`].
pub const MEMBERS: &str = "ready-members.json";
/// The letters that were cut from them, one behind the other.
pub const CUT: &str = "ready.cut";
/// What several letters share.
pub const SHARED: &str = "ready.shared";
/// Where each letter lies; [`Index`].
pub const INDEX: &str = "ready.json";

/// A ready PDF of a drop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The member's name.
    pub name: String,
    /// Its first byte in [`PDFS`].
    pub start: u64,
    /// Its bytes.
    pub len: u64,
}

/// Where the letters lie.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Index {
    /// Where the house paints the barcode if the address is the sender's: left and upper edge, mm.
    pub barcode_mm: Option<[f64; 2]>,
    /// By record, ascending.
    pub letters: Vec<Entry>,
}

/// Where a letter lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The record.
    pub record: u32,
    /// First byte in [`CUT`].
    pub start: u64,
    /// Bytes there.
    pub len: u64,
    /// Pages.
    pub pages: u32,
    /// Objects that it brings into a print file.
    pub objects: u32,
    /// Bytes that it has in a copy.
    pub copy_len: u64,
}

/// The ready letters of a part.
#[derive(Debug)]
pub struct ReadyLetters {
    cut: File,
    shared: ReadyShared,
    index: Index,
}

impl ReadyLetters {
    /// Opens those of a part's folder that were cut in the folder `origin`.
    ///
    /// # Errors
    /// If a file cannot be read or is damaged.
    pub fn open(folder: &Path, origin: &Path) -> Result<Self> {
        let read = |folder: &Path, name| {
            let path = folder.join(name);
            std::fs::read(&path).with_context(|| format!("reading {}", path.display()))
        };
        let index = read(folder, INDEX)?;
        let index = serde_json::from_slice(&index).with_context(|| format!("in {INDEX}"))?;
        let shared = read(origin, SHARED)?;
        let shared = ReadyShared::read(&shared).context("what ready letters share")?;
        let cut = File::open(origin.join(CUT)).with_context(|| format!("opening {CUT}"))?;
        Ok(Self { cut, shared, index })
    }

    /// Returns what several letters share.
    pub fn shared(&self) -> &ReadyShared {
        &self.shared
    }

    /// Returns what is known of a record's letter.
    ///
    /// # Panics
    /// If the record has none: it stopped when it was received.
    pub fn entry(&self, record: u32) -> &Entry {
        let found = self.index.letters.binary_search_by_key(&record, |entry| entry.record);
        &self.index.letters[found.expect("a record that goes on has a ready letter")]
    }

    /// Reads a letter, with what the house paints on each of its pages when `set` is what the
    /// template makes of the record.
    ///
    /// # Errors
    /// If the letter cannot be read.
    pub fn letter(&self, record: u32, set: &[Page]) -> Result<(Vec<Page>, ReadyLetter)> {
        let entry = self.entry(record);
        let len = usize::try_from(entry.len).context("a ready letter is too long")?;
        let mut bytes = vec![0; len];
        self.cut.read_exact_at(&mut bytes, entry.start).context("reading a ready letter")?;
        let letter = ReadyLetter::read(&bytes).context("a ready letter is damaged")?;
        let mut pages = vec![Page::default(); letter.pages() as usize];
        if let (Some(page), Some(first)) = (pages.first_mut(), set.first()) {
            *page = self.first_page(first);
        }
        Ok((pages, letter))
    }

    /// Returns what the house paints on the first page: what the template has there, or the
    /// barcode alone, at its agreed place.
    fn first_page(&self, set: &Page) -> Page {
        let Some([left_mm, top_mm]) = self.index.barcode_mm else { return set.clone() };
        let barcode = set.marks.iter().find_map(|mark| match mark {
            Mark::Barcode { barcode, .. } => Some(*barcode),
            _ => None,
        });
        let y = A4.height - Len::from_mm(top_mm + BARCODE_HEIGHT_MM);
        let (x, size) = (Len::from_mm(left_mm), BARCODE_SIZE);
        let mark = barcode.map(|barcode| Mark::Barcode { x, y, size, barcode });
        Page { marks: mark.into_iter().collect(), ..Page::default() }
    }
}

/// Returns where the house paints the barcode beside a sender's address, with its clear space.
///
/// # Errors
/// If it would not always show in the window.
pub fn barcode_area(spec: &ReadySpec, envelope: &EnvelopeProfile) -> Result<Option<Area>> {
    if spec.window == ReadyWindow::House {
        return Ok(None);
    }
    let (left, top) = (spec.barcode_left_mm, spec.barcode_top_mm);
    let area = Area {
        left_mm: left - CLEAR_MM,
        top_mm: top - CLEAR_MM,
        right_mm: left + BARCODE_WIDTH_MM + CLEAR_MM,
        bottom_mm: top + BARCODE_HEIGHT_MM + CLEAR_MM,
    };
    let window = envelope.window.context("[layouts.*.ready]: the envelope has no window")?;
    let [sideways, upwards] = envelope.play_mm(A4);
    let always = area.left_mm >= window.left_mm
        && area.top_mm >= window.top_mm
        && area.right_mm <= window.left_mm + window.width_mm - sideways
        && area.bottom_mm <= window.top_mm + window.height_mm - upwards;
    anyhow::ensure!(always, "[layouts.*.ready]: the barcode at {area} does not always show");
    Ok(Some(area))
}

/// The smallest size, 8 points: the window is the sender's.
const BARCODE_SIZE: Len = Len(800);
/// 67 bars at this size, 133 units of 0.06 × 8 mm (郵便番号マニュアル p12).
const BARCODE_WIDTH_MM: f64 = 133.0 * 0.48;
/// Six units.
const BARCODE_HEIGHT_MM: f64 = 6.0 * 0.48;
/// Blank around the bars, as in templates.
const CLEAR_MM: f64 = 2.0;
