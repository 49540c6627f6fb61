//! Findings of a page while it is walked: like ones are told once, with their number and extent.

use std::collections::BTreeMap;

use letter::page::SheetSize;

use crate::area::Area;
use crate::finding::{self, Finding, MarkKind, Weight};
use crate::rules::{Rules, Transparency, WindowText, Zone, ZoneKind};
use crate::{Sketch, SKETCH_MAX};

/// What of a page is found.
pub struct Gather<'r> {
    rules: &'r Rules,
    page: u32,
    /// Which page of its letter it is.
    of_letter: u32,
    /// Findings without a number, each code and its words once.
    plain: Vec<Finding>,
    /// Marks by what is wrong with them.
    marks: BTreeMap<Offence, (Area, usize)>,
    /// The page as far as it was walked.
    pub sketch: Sketch,
    /// Text in the window, where it is read.
    window: Vec<(Area, String)>,
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
        Self::of_letter(rules, page, page)
    }

    /// Gathers page `page` of the file, which is page `of_letter` of its letter.
    pub fn of_letter(rules: &'r Rules, page: u32, of_letter: u32) -> Self {
        Self {
            rules,
            page,
            of_letter,
            plain: Vec::new(),
            marks: BTreeMap::new(),
            sketch: Sketch::default(),
            window: Vec::new(),
        }
    }

    /// Returns the size that every page must have.
    pub fn sheet(&self) -> SheetSize {
        self.rules.sheet
    }

    /// Returns the sheet.
    pub fn sheet_area(&self) -> Area {
        self.rules.sheet_area()
    }

    /// Whether text at that place is read.
    pub fn reads(&self, extent: Area) -> bool {
        self.rules.window == WindowText::Read
            && self.zones().any(|(_, z)| z.kind == ZoneKind::Window && extent.meets(z.area))
    }

    /// Whether text of some page is read.
    pub fn reads_text(&self) -> bool {
        self.rules.window == WindowText::Read
    }

    /// Takes text in the window.
    pub fn read(&mut self, extent: Area, text: String) {
        if self.window.len() < SKETCH_MAX {
            self.window.push((extent, text));
        }
    }

    /// Returns the text in the window line by line, each from the left to the right.
    pub fn window_text(&mut self) -> String {
        let mut runs = std::mem::take(&mut self.window);
        let middle = |area: &Area| (area.top_mm + area.bottom_mm) / 2.0;
        runs.sort_by(|(a, _), (b, _)| middle(a).total_cmp(&middle(b)));
        let mut text = String::new();
        for line in runs.chunk_by_mut(|(a, _), (b, _)| middle(b) < a.bottom_mm) {
            line.sort_by(|(a, _), (b, _)| a.left_mm.total_cmp(&b.left_mm));
            line.iter().for_each(|(_, run)| text.push_str(run));
            text.push('\n');
        }
        text
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
        let reads = seen && self.rules.window == WindowText::Read;
        for (number, zone) in self.zones() {
            if extent.meets(zone.area) && !(reads && zone.kind == ZoneKind::Window) {
                self.offend(Offence::Zone(kind, number), extent);
            }
        }
        if !self.rules.printable().holds(extent) {
            self.offend(Offence::TextOutside, extent);
        }
    }

    /// Notes what is painted: its extent on the sheet, and how to tell whether it touches an area.
    pub fn painting(&mut self, kind: MarkKind, extent: Area, touches: impl Fn(Area) -> bool) {
        let extent = extent.shared(self.rules.sheet_area());
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
        let Self { rules, page, mut plain, marks, sketch, .. } = self;
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
        let (rules, page) = (self.rules, self.of_letter);
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
