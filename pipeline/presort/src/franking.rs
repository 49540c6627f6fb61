//! What a piece weighs, and which step of the tariff it pays.

use std::ops::Range;

use letter::stock::{EnvelopeProfile, Paper};
use letter::Reason;

use crate::{Step, Tariff, TariffFault};

/// Sheets, weight and full price by the envelopes, the paper and the tariff of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Franking {
    duplex: bool,
    sheet_mg: u32,
    /// In the order in which a piece tries them; never empty.
    envelopes: Vec<Fit>,
    /// The steps of the envelopes' size classes, envelope by envelope, lightest first.
    steps: Vec<ServicedStep>,
}

/// What an envelope takes, and its part of the steps.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Fit {
    envelope_mg: u32,
    sheets_max: u32,
    steps: Range<usize>,
}

/// A step and what the batch's services cost on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServicedStep {
    pub(crate) step: Step,
    pub(crate) services_yen: u32,
}

/// One piece in its envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weighed {
    /// Sheets of paper.
    pub sheets: u16,
    /// Weight with envelope, milligrams.
    pub weight_mg: u32,
    /// Postage before discounts, services included, yen.
    pub plain_yen: u32,
    /// The envelope that takes it, from 0 in the order of the batch's envelopes.
    pub envelope: u8,
    /// The step's number among those of all envelopes.
    pub(crate) step: usize,
}

impl Franking {
    /// Returns the franking of letters on `paper` in `envelope` by the steps of its size class,
    /// with `services` (特殊取扱) on top.
    ///
    /// # Errors
    /// [`TariffFault::Service`] if a service has no price even for the lightest step; heavier
    /// steps end where a service does.
    pub fn new(
        envelope: &EnvelopeProfile,
        paper: Paper,
        tariff: &Tariff,
        services: &[String],
    ) -> Result<Self, TariffFault> {
        let (duplex, sheet_mg) = (paper.duplex, paper.sheet_mg);
        let none = Self { duplex, sheet_mg, envelopes: Vec::new(), steps: Vec::new() };
        none.or_in(envelope, paper, tariff, services)
    }

    /// Adds the envelope for what those before it do not take.
    ///
    /// # Errors
    /// As [`Franking::new`].
    pub fn or_in(
        mut self,
        envelope: &EnvelopeProfile,
        paper: Paper,
        tariff: &Tariff,
        services: &[String],
    ) -> Result<Self, TariffFault> {
        let of_class = |step: &&Step| step.size_class == envelope.size_class;
        let mut steps: Vec<Step> = tariff.steps.iter().filter(of_class).cloned().collect();
        steps.sort_by_key(|step| step.up_to_g);
        let first = self.steps.len();
        for step in steps {
            match tariff.services_yen(services, step.up_to_g) {
                Ok(services_yen) => self.steps.push(ServicedStep { step, services_yen }),
                Err(fault) if self.steps.len() == first => return Err(fault),
                Err(_) => break,
            }
        }
        let (envelope_mg, sheets_max) = (envelope.weight_mg, envelope.takes_sheets(&paper));
        self.envelopes.push(Fit { envelope_mg, sheets_max, steps: first..self.steps.len() });
        Ok(self)
    }

    /// Returns the number of envelopes.
    pub fn envelopes(&self) -> u8 {
        self.envelopes.len() as u8
    }

    /// Returns the sheets of a letter of `pages` pages; duplex puts two on a sheet.
    pub fn sheets(&self, pages: u16) -> u16 {
        if self.duplex {
            pages.div_ceil(2)
        } else {
            pages
        }
    }

    /// Weighs a letter of `pages` pages in the first envelope that takes it, and finds its full
    /// price.
    ///
    /// # Errors
    /// What the last envelope says: [`Reason::TooManySheets`] if it takes fewer sheets,
    /// [`Reason::TooHeavy`] if the tariff ends below its weight.
    pub fn weigh(&self, pages: u16) -> Result<Weighed, Reason> {
        let sheets = self.sheets(pages);
        let (last, before) = self.envelopes.split_last().expect("there is an envelope");
        let taken = (0..).zip(before).find_map(|(at, fit)| self.in_envelope(at, fit, sheets).ok());
        taken.map_or_else(|| self.in_envelope(before.len() as u8, last, sheets), Ok)
    }

    fn in_envelope(&self, envelope: u8, fit: &Fit, sheets: u16) -> Result<Weighed, Reason> {
        if u32::from(sheets) > fit.sheets_max {
            return Err(Reason::TooManySheets { found: sheets.into(), max: fit.sheets_max });
        }
        let paper_mg = u32::from(sheets).saturating_mul(self.sheet_mg);
        let weight_mg = fit.envelope_mg.saturating_add(paper_mg);
        let carries =
            |found: &ServicedStep| u64::from(found.step.up_to_g) * 1_000 >= weight_mg.into();
        let steps = &self.steps[fit.steps.clone()];
        let Some(step) = steps.iter().position(carries) else {
            let max_g = steps.last().map_or(0, |last| last.step.up_to_g);
            return Err(Reason::TooHeavy { found_mg: weight_mg, max_g });
        };
        let plain_yen = steps[step].step.yen + steps[step].services_yen;
        let step = fit.steps.start + step;
        Ok(Weighed { sheets, weight_mg, plain_yen, envelope, step })
    }

    /// Returns the steps, envelope by envelope, lightest first.
    pub(crate) fn steps(&self) -> &[ServicedStep] {
        &self.steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::tests::{envelope, tariff};
    use crate::tariff::tests::stock;

    fn franking(duplex: bool) -> Franking {
        franked(Paper { sheet_mg: 3_990, duplex, sheet_um: 90 })
    }

    fn franked(paper: Paper) -> Franking {
        Franking::new(&envelope(), paper, &tariff(), &[]).expect("no services")
    }

    #[test]
    fn the_stock_envelopes_are_franked_by_the_stock_tariff() {
        let text = include_str!("../../../config/envelopes.toml");
        let table: toml::Table = text.parse().expect("TOML");
        let envelopes = table["envelopes"].as_array().expect("a list").iter().cloned();
        let envelopes: Vec<EnvelopeProfile> =
            envelopes.map(|entry| entry.try_into().expect("an envelope")).collect();
        let tariff = &stock().tariffs[0];
        let paper = Paper { sheet_mg: 3_990, duplex: false, sheet_um: 90 };
        let yen = |name: &str, pages, services: &[&str]| {
            let envelope = envelopes.iter().find(|envelope| envelope.name == name);
            let services: Vec<String> = services.iter().map(|name| (*name).into()).collect();
            let franking = Franking::new(envelope.expect("in stock"), paper, tariff, &services);
            let franking = franking.expect("a service of the stock");
            franking.weigh(pages).map(|weighed| weighed.plain_yen)
        };
        assert_eq!(yen("naga3-window", 8, &[]), Ok(110));
        assert_eq!(yen("naga3-window", 9, &[]), Err(Reason::TooManySheets { found: 9, max: 8 }));
        assert_eq!(yen("kaku2-window", 1, &[]), Ok(140));
        assert_eq!(yen("kaku2-window", 40, &[]), Ok(320));
        assert_eq!(yen("kaku2-window", 40, &["sokutatsu", "kan-i-kakitome"]), Ok(970));
    }

    #[test]
    fn an_unknown_service_is_refused_and_heavier_steps_end_where_a_service_does() {
        let paper = Paper { sheet_mg: 40_000, duplex: false, sheet_um: 90 };
        let unknown = Franking::new(&envelope(), paper, &tariff(), &["ufo".into()]);
        assert_eq!(unknown, Err(TariffFault::Service("ufo".into())));
        let mut tariff = stock().tariffs[0].clone();
        tariff.services.retain(|service| service.up_to_g == 250);
        let express = Franking::new(&envelope(), paper, &tariff, &["sokutatsu".into()]);
        let express = express.expect("known");
        assert_eq!(express.weigh(1).map(|weighed| weighed.plain_yen), Ok(410));
        assert_eq!(express.weigh(7), Err(Reason::TooHeavy { found_mg: 285_500, max_g: 250 }));
    }

    #[test]
    fn duplex_halves_the_sheets_and_rounds_up() {
        let sheets = |duplex| [1, 2, 3, 4].map(|pages| franking(duplex).sheets(pages));
        assert_eq!(sheets(true), [1, 1, 2, 2]);
        assert_eq!(sheets(false), [1, 2, 3, 4]);
    }

    #[test]
    fn the_eleventh_sheet_is_the_last_under_fifty_grams() {
        // Eleven sheets of 64 g/m² lie under 50 g.
        let weighed = |pages| franking(false).weigh(pages).expect("within the envelope");
        let eleven =
            Weighed { sheets: 11, weight_mg: 49_390, plain_yen: 110, envelope: 0, step: 0 };
        assert_eq!(weighed(11), eleven);
        assert_eq!(weighed(12).plain_yen, 180);
    }

    #[test]
    fn a_step_carries_everything_up_to_and_with_its_weight() {
        let yen = |sheet_mg| {
            franked(Paper { sheet_mg, duplex: false, sheet_um: 90 })
                .weigh(1)
                .map(|weighed| weighed.plain_yen)
        };
        assert_eq!((yen(44_500), yen(44_501)), (Ok(110), Ok(180)));
    }

    #[test]
    fn what_an_envelope_does_not_take_by_sheets_thickness_or_weight_spills_into_the_next() {
        let paper = Paper { sheet_mg: 3_990, duplex: false, sheet_um: 90 };
        let spilled = |thickness_max_mm| {
            let tight = EnvelopeProfile { sheets_max: 8, thickness_max_mm, ..envelope() };
            let flat = EnvelopeProfile {
                sheets_max: 40,
                folded_height_mm: 297.0,
                size_class: "kikakunai".to_owned(),
                weight_mg: 17_000,
                ..envelope()
            };
            let franking = Franking::new(&tight, paper, &stock().tariffs[0], &[]);
            franking.expect("steps").or_in(&flat, paper, &stock().tariffs[0], &[]).expect("steps")
        };
        let found = |thickness_max_mm, pages| {
            let weighed = spilled(thickness_max_mm).weigh(pages);
            weighed.map(|found| (found.envelope, found.weight_mg, found.plain_yen))
        };
        assert_eq!(found(None, 8), Ok((0, 37_420, 110)));
        assert_eq!(found(None, 9), Ok((1, 52_910, 180)));
        assert_eq!(found(None, 41), Err(Reason::TooManySheets { found: 41, max: 40 }));
        // Folded in three, seven sheets are 1.89 mm thick and eight 2.16 mm.
        assert_eq!(found(Some(2.0), 7), Ok((0, 33_430, 110)));
        assert_eq!(found(Some(2.0), 8), Ok((1, 48_920, 140)));
        assert_eq!(spilled(None).envelopes(), 2);
    }

    #[test]
    fn a_letter_beyond_the_envelope_or_the_tariff_says_so() {
        assert_eq!(franking(false).weigh(21), Err(Reason::TooManySheets { found: 21, max: 20 }));
        let lead = franked(Paper { sheet_mg: 90_000, duplex: false, sheet_um: 90 });
        assert_eq!(lead.weigh(2), Err(Reason::TooHeavy { found_mg: 185_500, max_g: 100 }));
    }
}
