//! What a piece weighs, and what its postage is.

use letter::stock::{EnvelopeProfile, Paper, TariffStep};
use letter::Reason;

/// Sheets, weight and postage by the envelope, the paper and the tariff of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Franking {
    duplex: bool,
    sheet_mg: u32,
    envelope_mg: u32,
    sheets_max: u32,
    /// The steps of the envelope's size class, lightest first.
    steps: Vec<TariffStep>,
}

/// One piece in its envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weighed {
    /// Sheets of paper.
    pub sheets: u16,
    /// Weight with envelope, milligrams.
    pub weight_mg: u32,
    /// Postage before discounts, yen.
    pub postage_yen: u32,
}

/// 差出票の一行: how many pieces of a batch pay one step of the tariff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostageLine {
    /// The step.
    pub step: TariffStep,
    /// Its pieces.
    pub pieces: u64,
}

impl Franking {
    /// Returns the franking of letters on `paper` in `envelope` by the steps of its size class.
    pub fn new(envelope: &EnvelopeProfile, paper: Paper, tariff: &[TariffStep]) -> Self {
        let of_class = |step: &&TariffStep| step.size_class == envelope.size_class;
        let mut steps: Vec<_> = tariff.iter().filter(of_class).cloned().collect();
        steps.sort_by_key(|step| step.up_to_g);
        Self {
            duplex: paper.duplex,
            sheet_mg: paper.sheet_mg,
            envelope_mg: envelope.weight_mg,
            sheets_max: envelope.sheets_max,
            steps,
        }
    }

    /// Returns the sheets of a letter of `pages` pages; duplex puts two on a sheet.
    pub fn sheets(&self, pages: u16) -> u16 {
        if self.duplex {
            pages.div_ceil(2)
        } else {
            pages
        }
    }

    /// Weighs a letter of `pages` pages and finds its postage.
    ///
    /// # Errors
    /// [`Reason::TooManySheets`] if the envelope takes fewer sheets, [`Reason::TooHeavy`] if the
    /// tariff ends below its weight.
    pub fn weigh(&self, pages: u16) -> Result<Weighed, Reason> {
        let sheets = self.sheets(pages);
        if u32::from(sheets) > self.sheets_max {
            return Err(Reason::TooManySheets { found: sheets.into(), max: self.sheets_max });
        }
        let paper_mg = u32::from(sheets).saturating_mul(self.sheet_mg);
        let weight_mg = self.envelope_mg.saturating_add(paper_mg);
        let Some(step) = self.step(weight_mg) else {
            let max_g = self.steps.last().map_or(0, |step| step.up_to_g);
            return Err(Reason::TooHeavy { found_mg: weight_mg, max_g });
        };
        Ok(Weighed { sheets, weight_mg, postage_yen: self.steps[step].yen })
    }

    /// Counts pieces of these weights by the steps they pay; steps without pieces are left out.
    pub(crate) fn postage_lines(&self, weights_mg: impl Iterator<Item = u32>) -> Vec<PostageLine> {
        let mut pieces = vec![0; self.steps.len()];
        for weight_mg in weights_mg {
            pieces[self.step(weight_mg).expect("a placed piece has a step")] += 1;
        }
        let lines = self.steps.iter().cloned().zip(pieces);
        let lines = lines.map(|(step, pieces)| PostageLine { step, pieces });
        lines.filter(|line| line.pieces > 0).collect()
    }

    fn step(&self, weight_mg: u32) -> Option<usize> {
        let carries = |step: &TariffStep| u64::from(step.up_to_g) * 1_000 >= weight_mg.into();
        self.steps.iter().position(carries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::tests::{envelope, tariff};

    fn franking(duplex: bool) -> Franking {
        Franking::new(&envelope(), Paper { sheet_mg: 3_990, duplex }, &tariff())
    }

    #[test]
    fn the_stock_envelopes_are_franked_by_the_stock_tariff() {
        let tariff = stock("tariffs", include_str!("../../../config/tariffs.toml"));
        let tariff: Vec<TariffStep> = tariff.into_iter().map(parse).collect();
        let envelopes = stock("envelopes", include_str!("../../../config/envelopes.toml"));
        let envelopes: Vec<EnvelopeProfile> = envelopes.into_iter().map(parse).collect();
        let paper = Paper { sheet_mg: 3_990, duplex: false };
        let yen = |name: &str, pages| {
            let envelope = envelopes.iter().find(|envelope| envelope.name == name);
            let franking = Franking::new(envelope.expect("in stock"), paper, &tariff);
            franking.weigh(pages).map(|weighed| weighed.postage_yen)
        };
        assert_eq!(yen("naga3-window", 8), Ok(110));
        assert_eq!(yen("naga3-window", 9), Err(Reason::TooManySheets { found: 9, max: 8 }));
        assert_eq!(yen("kaku2-window", 1), Ok(140));
        assert_eq!(yen("kaku2-window", 40), Ok(320));
    }

    fn stock(list: &str, text: &str) -> Vec<toml::Value> {
        let table: toml::Table = text.parse().expect("TOML");
        table[list].as_array().expect("a list").clone()
    }

    fn parse<T: serde::de::DeserializeOwned>(value: toml::Value) -> T {
        value.try_into().expect("an entry of the stock")
    }

    #[test]
    fn duplex_halves_the_sheets_and_rounds_up() {
        let sheets = |duplex| [1, 2, 3, 4].map(|pages| franking(duplex).sheets(pages));
        assert_eq!(sheets(true), [1, 1, 2, 2]);
        assert_eq!(sheets(false), [1, 2, 3, 4]);
    }

    #[test]
    fn the_eleventh_sheet_is_the_last_under_fifty_grams() {
        // Facts §3.1: eleven sheets of 64 g/m² under 50 g.
        let weighed = |pages| franking(false).weigh(pages).expect("within the envelope");
        let eleven = Weighed { sheets: 11, weight_mg: 49_390, postage_yen: 110 };
        assert_eq!(weighed(11), eleven);
        assert_eq!(weighed(12).postage_yen, 180);
    }

    #[test]
    fn a_step_carries_everything_up_to_and_with_its_weight() {
        let yen = |sheet_mg| {
            let paper = Paper { sheet_mg, duplex: false };
            Franking::new(&envelope(), paper, &tariff()).weigh(1).map(|w| w.postage_yen)
        };
        assert_eq!((yen(44_500), yen(44_501)), (Ok(110), Ok(180)));
    }

    #[test]
    fn a_letter_beyond_the_envelope_or_the_tariff_says_so() {
        assert_eq!(franking(false).weigh(21), Err(Reason::TooManySheets { found: 21, max: 20 }),);
        let lead = Franking::new(&envelope(), Paper { sheet_mg: 90_000, duplex: false }, &tariff());
        assert_eq!(lead.weigh(2), Err(Reason::TooHeavy { found_mg: 185_500, max_g: 100 }));
    }
}
