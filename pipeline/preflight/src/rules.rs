//! What the house asks of a sender's page: its zones, the printable area, transparency.

use letter::omr::OmrProfile;
use letter::page::SheetSize;
use letter::stock::{EnvelopeProfile, InserterProfile};
use serde::{Deserialize, Serialize};

use crate::area::Area;

/// What a sender's PDF is held against.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rules {
    /// The size that every page must have.
    #[serde(default)]
    pub sheet: SheetSize,
    /// Where only the house may print.
    pub zones: Vec<Zone>,
    /// Width of the edge that printers leave blank, mm.
    pub margin_mm: f64,
    /// What becomes of blend modes and soft masks.
    pub transparency: Transparency,
    /// The most pages.
    pub pages_max: usize,
    /// What becomes of text in the window.
    #[serde(default)]
    pub window: WindowText,
}

/// What becomes of text that is seen in the window's zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WindowText {
    /// It refuses the file: the address there is the house's.
    #[default]
    Refused,
    /// It is the sender's address, which is read to be compared.
    Read,
}

/// A part of the sheet that is the house's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Zone {
    /// What the house prints there.
    pub kind: ZoneKind,
    /// Where it is.
    pub area: Area,
    /// On which pages.
    pub pages: Pages,
}

/// What a zone is kept for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ZoneKind {
    /// 宛名窓: what may ever show in the envelope's window, address and customer barcode within.
    Window,
    /// 制御マーク: the inserter's symbol with its digits.
    Mark,
    /// The customer barcode, where the sender's own address stands in the window.
    Barcode,
}

/// Which pages of a sender's PDF have a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pages {
    /// The first, which lies in the window.
    First,
    /// Every page: any may come to lie on a sheet's front.
    Every,
}

/// What becomes of a blend mode other than Normal and of a soft mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transparency {
    /// They refuse the file.
    Refused,
    /// They are noted.
    Noted,
}

impl Rules {
    /// Returns the rules of a house for such sheets in that envelope, with that inserter.
    pub fn of_house(
        sheet: SheetSize,
        envelope: &EnvelopeProfile,
        inserter: &InserterProfile,
    ) -> Self {
        let window = shown(sheet, envelope).map(|area| Zone {
            kind: ZoneKind::Window,
            area,
            pages: Pages::First,
        });
        let mark = inserter.data_matrix.then(|| Zone {
            kind: ZoneKind::Mark,
            area: mark(inserter),
            pages: Pages::Every,
        });
        let omr = inserter.omr.as_ref().map(|omr| Zone {
            kind: ZoneKind::Mark,
            area: omr_lines(omr),
            pages: Pages::Every,
        });
        Self {
            sheet,
            zones: window.into_iter().chain(mark).chain(omr).collect(),
            margin_mm: MARGIN_MM,
            transparency: Transparency::Refused,
            pages_max: PAGES_MAX,
            window: WindowText::Refused,
        }
    }

    /// Returns the rules for letters whose address is the sender's own, but for the customer
    /// barcode, which the house paints in that area.
    pub fn reading_window(mut self, barcode: Area) -> Self {
        self.window = WindowText::Read;
        self.zones.push(Zone { kind: ZoneKind::Barcode, area: barcode, pages: Pages::First });
        self
    }

    /// Returns the zones of a page, the first being 1.
    pub fn zones_of(&self, page: u32) -> impl Iterator<Item = &Zone> {
        self.zones.iter().filter(move |zone| zone.is_on(page))
    }

    /// Returns the sheet.
    pub(crate) fn sheet_area(&self) -> Area {
        area_of(self.sheet)
    }

    /// Returns what printers can print on.
    pub fn printable(&self) -> Area {
        self.sheet_area().grown(-self.margin_mm)
    }
}

impl Zone {
    /// Whether a page has it, the first being 1.
    pub(crate) fn is_on(&self, page: u32) -> bool {
        self.pages == Pages::Every || page == 1
    }
}

/// Returns what of the sheet shows in the window wherever the folded sheet lies in the envelope:
/// the window, and as far again to the left and upwards as the sheet has play.
fn shown(sheet: SheetSize, envelope: &EnvelopeProfile) -> Option<Area> {
    let window = envelope.window?;
    let [sideways, upwards] = envelope.play_mm(sheet);
    let shown = Area {
        left_mm: window.left_mm - sideways,
        top_mm: window.top_mm - upwards,
        right_mm: window.left_mm + window.width_mm,
        bottom_mm: window.top_mm + window.height_mm,
    };
    Some(shown.shared(area_of(sheet)))
}

/// Returns the whole of a sheet.
fn area_of(sheet: SheetSize) -> Area {
    let [right_mm, bottom_mm] = sheet.to_mm();
    Area { left_mm: 0.0, top_mm: 0.0, right_mm, bottom_mm }
}

/// Returns symbol and digits with their clear zone.
fn mark(inserter: &InserterProfile) -> Area {
    let side = inserter.module_mm * MODULES;
    let clear = inserter.module_mm * CLEAR_MODULES;
    let (left_mm, top_mm) = (inserter.mark_left_mm, inserter.mark_top_mm);
    let right_mm = left_mm + side + clear + DIGITS_MM;
    Area { left_mm, top_mm, right_mm, bottom_mm: top_mm + side }.grown(clear)
}

/// Returns the lines of OMR with their clear zone.
fn omr_lines(omr: &OmrProfile) -> Area {
    let (left_mm, top_mm) = (omr.left_mm, omr.top_mm);
    let (right_mm, bottom_mm) = (left_mm + omr.length_mm, top_mm + omr.height_mm());
    Area { left_mm, top_mm, right_mm, bottom_mm }.grown(omr.clear_mm)
}

/// The edge that office and production printers leave blank; the stock templates keep to it.
const MARGIN_MM: f64 = 5.0;
/// As many pages as the press takes over.
const PAGES_MAX: usize = 16;
/// A DataMatrix of 26 digits has 18 × 18 modules.
const MODULES: f64 = 18.0;
/// Clear modules around the symbol: ISO/IEC 16022 asks for one, the press keeps two.
const CLEAR_MODULES: f64 = 2.0;
/// The 26 digits beside the symbol take 18 to 25 mm.
const DIGITS_MM: f64 = 25.0;

#[cfg(test)]
mod tests {
    use letter::omr::OmrLine;

    use super::*;

    #[test]
    fn lines_of_omr_are_a_zone_with_their_clear_zone() {
        let omr = OmrProfile {
            left_mm: 5.0,
            top_mm: 110.0,
            length_mm: 11.0,
            thickness_mm: 0.5,
            pitch_mm: 4.0,
            clear_mm: 3.0,
            lines: vec![OmrLine::Always; 3],
        };
        let zone = Area { left_mm: 2.0, top_mm: 107.0, right_mm: 19.0, bottom_mm: 121.5 };
        assert_eq!(omr_lines(&omr), zone);
    }
}
