//! 窓 (mado): what of the sheet shows in the envelope's window, at both ends of the sheet's play.
//!
//! The folded sheet is smaller than the envelope and moves in it (facts: post_and_print §3.2).
//! What must be read has to show at every place of the sheet; what must stay private may not show
//! at any.

use letter::page::SheetSize;
use letter::stock::EnvelopeProfile;

use super::fault::{Place, TemplateFault, TOML};
use super::sheet::{Area, Sheet};

/// What of the sheet the window shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reach {
    /// Shows wherever the sheet lies.
    pub(crate) always: Area,
    /// Shows at some place of the sheet.
    pub(crate) ever: Area,
}

impl Reach {
    /// Returns the reach of an envelope's window over such a sheet.
    ///
    /// Without a window the sheet itself is posted: all of it shows, nothing of it is private, and
    /// the address keeps so far from its edges that the customer barcode with its clear zone is
    /// 10 mm away (郵便番号・バーコードマニュアル p13).
    pub fn of(envelope: &EnvelopeProfile, sheet: SheetSize) -> Self {
        let Some(window) = envelope.window else {
            let nothing = Area { left_mm: 0.0, top_mm: 0.0, width_mm: 0.0, height_mm: 0.0 };
            return Self { always: inset(sheet, EDGE_MM - BARCODE_CLEAR_MM), ever: nothing };
        };
        let [sideways, upwards] = envelope.play_mm(sheet);
        let (left_mm, top_mm) = (window.left_mm, window.top_mm);
        let always = Area {
            left_mm,
            top_mm,
            width_mm: window.width_mm - sideways,
            height_mm: window.height_mm - upwards,
        };
        let ever = Area {
            left_mm: left_mm - sideways,
            top_mm: top_mm - upwards,
            width_mm: window.width_mm + sideways,
            height_mm: window.height_mm + upwards,
        };
        Self { always, ever }
    }
}

/// Finds what would be hidden, or would show and must not; `sheet` is written in `toml`.
pub(super) fn check(sheet: &Sheet, toml: &str, envelope: &EnvelopeProfile) -> Vec<TemplateFault> {
    let reach = Reach::of(envelope, sheet.paper.size());
    let whole = Place::of(TOML);
    let mut faults = Vec::new();
    let address = &sheet.address;
    let frame = address_area(sheet);
    if !reach.always.holds(frame) {
        let (seen, fix) =
            (show(reach.always), "move or narrow [address], or take a closer envelope");
        let message = format!("the address frame {} leaves the window's {seen}", show(frame));
        faults.push(whole.fault(message, fix));
    }
    let width_mm = BARCODE_WIDTH_MM * address.barcode_pt + 2.0 * BARCODE_CLEAR_MM;
    let barcode = match address.barcode_at() {
        None => Area {
            left_mm: frame.left_mm - BARCODE_CLEAR_MM,
            top_mm: frame.top_mm,
            width_mm,
            height_mm: frame.height_mm + BARCODE_CLEAR_MM,
        },
        Some([left, top]) => Area {
            left_mm: left - BARCODE_CLEAR_MM,
            top_mm: top - BARCODE_CLEAR_MM,
            width_mm,
            height_mm: BARCODE_HEIGHT_MM * address.barcode_pt + 2.0 * BARCODE_CLEAR_MM,
        },
    };
    if address.barcode_at().is_some() {
        let mut beside = first_page(sheet);
        beside.push(("the address frame".to_owned(), frame));
        for (what, area) in beside.into_iter().filter(|(_, area)| area.meets(barcode)) {
            let message = format!("{what} {} meets the customer barcode", show(area));
            faults.push(whole.fault(message, "leave 2 mm around the barcode"));
        }
    }
    if !reach.always.holds(barcode) {
        let message = format!(
            "the customer barcode of {} pt with 2 mm clear ({}) leaves the window's {}",
            address.barcode_pt,
            show(barcode),
            show(reach.always)
        );
        faults.push(whole.fault(message, "take a smaller barcode_pt, or move [address]"));
    }
    for (what, area) in first_page(sheet) {
        if reach.ever.meets(area) {
            let message =
                format!("{what} {} would show in the window's {}", show(area), show(reach.ever));
            faults.push(whole.fault(message, "move it out of the window's reach"));
        }
    }
    for reserved in &sheet.reserved {
        if reach.ever.meets(*reserved.get_ref()) {
            let place = Place::at(TOML, toml, reserved.span().start);
            let message = "the reserved area would show in the window";
            faults.push(place.fault(message, "move it out of the window's reach"));
        }
    }
    faults
}

/// Returns the address frame's place.
pub(super) fn address_area(sheet: &Sheet) -> Area {
    let address = &sheet.address;
    Area {
        left_mm: address.left_mm,
        top_mm: address.top_mm,
        width_mm: address.width_mm,
        height_mm: address.height_mm,
    }
}

/// Returns everything but the address that may carry ink on the first page, by name.
pub(super) fn first_page(sheet: &Sheet) -> Vec<(String, Area)> {
    let flow = sheet.flow.as_ref().map(|flow| ("[flow] first".to_owned(), flow.first));
    let mut areas: Vec<_> = flow.into_iter().collect();
    let frames = sheet.frames.iter().filter(|(_, frame)| frame.pages.has(0));
    areas.extend(frames.map(|(name, frame)| (format!("[frames.{name}]"), frame.area())));
    let images = sheet.images.iter().filter(|(_, image)| image.pages.has(0));
    areas.extend(images.map(|(name, image)| (format!("[images.{name}]"), image.area())));
    let rules = sheet.rules.iter().filter(|rule| rule.pages.has(0));
    areas.extend(rules.map(|rule| {
        let height_mm = rule.thickness_pt * 25.4 / 72.0;
        let (left_mm, top_mm, width_mm) = (rule.left_mm, rule.top_mm, rule.width_mm);
        ("a rule".to_owned(), Area { left_mm, top_mm, width_mm, height_mm })
    }));
    areas
}

/// Writes an area for a message: `x 20-89, y 14-41 mm`.
pub(super) fn show(area: Area) -> String {
    let (left, right) = (area.left_mm, area.right_mm());
    let (top, bottom) = (area.top_mm, area.bottom_mm());
    format!("x {left:.1}-{right:.1}, y {top:.1}-{bottom:.1} mm")
}

/// Returns a sheet without so much at each of its edges, mm.
pub(super) fn inset(sheet: SheetSize, edge_mm: f64) -> Area {
    let [width, height] = sheet.to_mm();
    let (left_mm, top_mm) = (edge_mm, edge_mm);
    Area { left_mm, top_mm, width_mm: width - 2.0 * edge_mm, height_mm: height - 2.0 * edge_mm }
}

/// From the customer barcode to each edge of a face of mail, at least.
const EDGE_MM: f64 = 10.0;
/// Clear zone of the customer barcode, to every side and to the window's edge (facts §1.2).
pub(super) const BARCODE_CLEAR_MM: f64 = 2.0;
/// Width of the customer barcode a pt of its size: 66 pitches of 0.12 mm and a bar of 0.06 mm.
pub(super) const BARCODE_WIDTH_MM: f64 = 66.0 * 0.12 + 0.06;
/// Height of the customer barcode a pt of its size, six bars' width of 0.06 mm.
const BARCODE_HEIGHT_MM: f64 = 6.0 * 0.06;
/// Height of the customer barcode in thousandths of its size: the long bar is 0.36 mm a pt, rounded
/// up.
pub(crate) const BARCODE_HEIGHT: i32 = 1021;
