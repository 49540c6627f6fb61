//! Checks that a sheet goes into its envelope, and that nothing on it stands where it must not.

use std::ops::RangeInclusive;

use letter::page::SheetSize;
use letter::stock::EnvelopeProfile;

use super::{has_second, Compiler};
use crate::template::fault::{Place, TOML};
use crate::template::sheet::{Area, Pages, Sheet, Writing};
use crate::template::window;

impl Compiler<'_> {
    pub(super) fn check_geometry(&mut self, sheet: &Sheet, envelope: &EnvelopeProfile) {
        let whole = Place::of(TOML);
        if *sheet.envelope.get_ref() != envelope.name {
            let place = self.place(&sheet.envelope);
            let message = format!(
                "the template is made for envelope {:?}, not for {:?}",
                sheet.envelope.get_ref(),
                envelope.name
            );
            self.faults.push(place.fault(message, "configure the envelope it names"));
        }
        self.check_paper(sheet, envelope);
        let address = ("[address]".to_owned(), window::address_area(sheet));
        let mut areas = window::first_page(sheet);
        let flow = sheet.flow.as_ref();
        areas.extend(flow.map(|flow| ("[flow] continuation".to_owned(), flow.continuation)));
        let second = sheet.frames.iter().filter(|(_, frame)| frame.pages == Pages::Second);
        areas.extend(second.map(|(name, frame)| (format!("[frames.{name}]"), frame.area())));
        areas.push(address);
        for (what, area) in &areas {
            if !printable(sheet.paper.size()).holds(*area) {
                let message = format!("{what} {} leaves the printable area", window::show(*area));
                self.faults.push(whole.fault(message, "keep 5 mm to every edge of the sheet"));
            }
            let marks = sheet.reserved.iter().find(|marks| marks.get_ref().meets(*area));
            if marks.is_some() {
                let message = format!("{what} {} covers a reserved area", window::show(*area));
                self.faults.push(whole.fault(message, "leave room for the inserter's marks"));
            }
        }
        if !(8.0..=11.5).contains(&sheet.address.barcode_pt) {
            let message = format!("barcode_pt {} is not 8 to 11.5", sheet.address.barcode_pt);
            self.faults.push(whole.fault(message, "take a size of 8 to 11.5 pt"));
        }
        self.check_down(sheet);
        let is_down = sheet.address.writing == Writing::Vertical;
        if !is_down && sheet.address.barcode_gap_mm < window::BARCODE_CLEAR_MM {
            let message = "barcode_gap_mm is below the clear zone of 2 mm";
            self.faults.push(whole.fault(message, "leave 2 mm or more above the barcode"));
        }
        self.faults.extend(window::check(sheet, self.toml, envelope));
    }

    /// Checks what only sheets without running text, and addresses in vertical writing, have.
    fn check_down(&mut self, sheet: &Sheet) {
        let whole = Place::of(TOML);
        let is_down = sheet.address.writing == Writing::Vertical;
        if is_down != sheet.address.barcode_at().is_some() {
            let message = "a vertical address, and no other, says where its barcode stands";
            self.faults.push(whole.fault(message, "mend barcode_left_mm and barcode_top_mm"));
        }
        if sheet.flow.is_some() && has_second(sheet) {
            let message = "a frame of the second page, and running text that may need it";
            self.faults.push(whole.fault(message, "write pages = \"continuation\", or no [flow]"));
        }
    }

    /// Checks that a sheet can be printed at all, and that it goes into the envelope.
    fn check_paper(&mut self, sheet: &Sheet, envelope: &EnvelopeProfile) {
        let size = sheet.paper.size();
        let [width, height] = size.to_mm();
        let whole = Place::of(TOML);
        if ![width, height].iter().all(|side| SIDES_MM.contains(side)) {
            let message = format!("paper of {width} × {height} mm is none that is printed");
            self.faults.push(whole.fault(message, "write sides of 60 to 500 mm"));
        }
        let goes_in = width <= envelope.inner_width_mm
            && envelope.folded_mm(size) <= envelope.inner_height_mm;
        if !goes_in {
            let name = &envelope.name;
            let message = format!("paper of {width} × {height} mm does not go into {name}");
            self.faults.push(whole.fault(message, "take a larger envelope"));
        }
    }
}

/// The paper less the 5 mm at every edge that printers leave blank.
pub(super) fn printable(sheet: SheetSize) -> Area {
    window::inset(sheet, 5.0)
}

/// Narrower than a card of 90 mm, longer than A3: what machines take.
const SIDES_MM: RangeInclusive<f64> = 60.0..=500.0;
