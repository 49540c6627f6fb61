//! Findings of a page while it is walked: like ones are told once, with their number and extent.

use std::collections::BTreeMap;

use crate::area::Area;
use crate::finding::{self, Finding, MarkKind, Weight};
use crate::rules::{Rules, Transparency, Zone, SHEET};
use crate::{Sketch, SKETCH_MAX};

/// What of a page is found.
pub struct Gather<'r> {
    rules: &'r Rules,
    page: u32,
    /// Findings without a number, each code and its words once.
    plain: Vec<Finding>,
    /// Marks by what is wrong with them.
    marks: BTreeMap<Offence, (Area, usize)>,
    /// The page as far as it was walked.
    pub sketch: Sketch,
}

/// What is wrong with a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Offence {
    /// It touches the zone of that number.
    Zone(MarkKind, usize),
    TextOutside,
    PaintingOutside,
    PaintingCut,
}

impl<'r> Gather<'r> {
    pub fn new(rules: &'r Rules, page: u32) -> Self {
        let (plain, marks) = (Vec::new(), BTreeMap::new());
        Self { rules, page, plain, marks, sketch: Sketch::default() }
    }

    /// Notes a finding that has no number; blend modes and soft masks by the rule for them.
    pub fn note(&mut self, finding: Finding) {
        let lenient = self.rules.transparency == Transparency::Noted
            && matches!(&*finding.code, "blend-mode" | "soft-mask");
        let weight = if lenient { Weight::Note } else { finding.weight };
        let finding = Finding { weight, ..finding.on(self.page) };
        let same = |known: &Finding| known.code == finding.code && known.english == finding.english;
        if self.plain.len() < crate::FINDINGS_MAX && !self.plain.iter().any(same) {
            self.plain.push(finding);
        }
    }

    /// Notes a run of text: its extent, and whether a reader sees it.
    pub fn text(&mut self, extent: Area, seen: bool) {
        push(&mut self.sketch.texts, extent);
        let kind = if seen { MarkKind::Text } else { MarkKind::Unseen };
        for (number, zone) in self.zones() {
            if extent.meets(zone.area) {
                self.offend(Offence::Zone(kind, number), extent);
            }
        }
        if !self.rules.printable().holds(extent) {
            self.offend(Offence::TextOutside, extent);
        }
    }

    /// Notes what is painted: its extent on the sheet, and how to tell whether it touches an area.
    pub fn painting(&mut self, kind: MarkKind, extent: Area, touches: impl Fn(Area) -> bool) {
        let extent = extent.shared(SHEET);
        if extent.is_nothing() || !touches(extent) {
            return;
        }
        push(&mut self.sketch.paintings, extent);
        for (number, zone) in self.zones() {
            let shared = zone.area.shared(extent);
            if extent.meets(zone.area) && touches(shared) {
                self.offend(Offence::Zone(kind, number), shared);
            }
        }
        let printable = self.rules.printable();
        if printable.shared(extent).is_nothing() {
            self.offend(Offence::PaintingOutside, extent);
        } else if !printable.holds(extent) {
            self.offend(Offence::PaintingCut, extent);
        }
    }

    /// Returns the findings of the page.
    pub fn finish(self) -> (Vec<Finding>, Sketch) {
        let Self { rules, page, mut plain, marks, sketch } = self;
        for (offence, (extent, count)) in marks {
            let margin = rules.margin_mm;
            let finding = match offence {
                Offence::Zone(kind, zone) => finding::in_zone(kind, rules.zones[zone].kind, count),
                Offence::TextOutside => finding::text_outside(margin, count),
                Offence::PaintingOutside => finding::painting_outside(margin, count),
                Offence::PaintingCut => finding::painting_cut(margin, count),
            };
            plain.push(finding.on(page).at(extent));
        }
        (plain, sketch)
    }

    /// Returns the zones of the page with their numbers.
    fn zones(&self) -> impl Iterator<Item = (usize, Zone)> + use<'r> {
        let (rules, page) = (self.rules, self.page);
        let zones = rules.zones.iter().enumerate();
        zones.filter(move |(_, zone)| zone.is_on(page)).map(|(number, zone)| (number, *zone))
    }

    fn offend(&mut self, offence: Offence, extent: Area) {
        if offence != Offence::PaintingCut {
            push(&mut self.sketch.offending, extent);
        }
        let (all, count) = self.marks.entry(offence).or_insert((Area::NOTHING, 0));
        *all = all.joined(extent);
        *count += 1;
    }
}

fn push(boxes: &mut Vec<Area>, extent: Area) {
    if boxes.len() < SKETCH_MAX && boxes.last() != Some(&extent) {
        boxes.push(extent);
    }
}
