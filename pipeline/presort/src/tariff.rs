//! 料金表 (ryōkin-hyō): postage and its discounts, dated, as a tariff file states them.

use std::collections::BTreeMap;
use std::fmt;

use letter::Date;
use serde::{Deserialize, Serialize};

use crate::yen::Rounding;

/// A tariff file: every tariff that a shop knows, in any order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TariffBook {
    /// The tariffs.
    pub tariffs: Vec<Tariff>,
}

/// The postage of one period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tariff {
    /// The first posting date to which it applies.
    pub valid_from: Date,
    /// The last posting date for which its figures were compared with the published ones.
    pub known_until: Date,
    /// What a later posting date does.
    pub after: After,
    /// Where fractions of a yen end.
    pub rounding: Rounding,
    /// Where the figures were read.
    pub source: String,
    /// The full prices.
    pub steps: Vec<Step>,
    /// 特殊取扱, paid on top.
    #[serde(default)]
    pub services: Vec<Service>,
    /// The discounts.
    #[serde(default)]
    pub offers: Vec<Offer>,
}

/// What happens to a posting after a tariff's last known date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum After {
    /// It goes on, with a warning.
    Warn,
    /// It is refused.
    Refuse,
}

/// What the discounts tell apart: 第一種 of two shapes and 第二種 of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailKind {
    /// 定形郵便物.
    Teikei,
    /// 定形外郵便物.
    Teikeigai,
    /// 通常はがき.
    Hagaki,
    /// 往復はがき.
    OfukuHagaki,
}

/// One step of the full prices.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The envelope's size class: `teikei`, `kikakunai`.
    pub size_class: String,
    /// What the discounts go by.
    pub kind: MailKind,
    /// The heaviest piece of this step, grams.
    pub up_to_g: u32,
    /// Postage, yen.
    pub yen: u32,
    /// Where the figure was read.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
}

/// A surcharge for special treatment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Its key: `sokutatsu`.
    pub service: String,
    /// 速達, for the papers.
    pub name: String,
    /// The heaviest piece of this price, grams.
    pub up_to_g: u32,
    /// The surcharge, yen.
    pub yen: u32,
    /// Where the figure was read.
    pub source: String,
    /// Whether the figure may be used.
    pub confirmed: bool,
}

/// What a discount asks of the pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Product {
    /// バーコード付郵便物: every piece carries the customer barcode.
    Barcode,
    /// 区分郵便物: sorted by 郵便区番号.
    Sorted,
    /// 郵便区内特別郵便物: addressed within the posting office's own district.
    Local,
    /// 広告郵便物: approved advertising.
    Advertising,
}

/// A discount for pieces of one payer that are handed in together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// Its key: `kubun`.
    pub offer: String,
    /// What it asks of the pieces.
    pub product: Product,
    /// 区分郵便物, for the papers.
    pub name: String,
    /// 送達余裕: the days by which delivery may be later.
    pub leeway_days: u32,
    /// Whether it must be handed in at a 地域区分局.
    pub regional: bool,
    /// The most weight classes (重量帯) of one posting.
    pub weight_classes_max: u32,
    /// What so many pieces get, fewest first.
    pub tiers: Vec<Tier>,
    /// What a piece with a barcode gets on top.
    #[serde(default)]
    pub barcode_percent: BTreeMap<MailKind, Percent>,
    /// Where it was read.
    pub source: String,
    /// Whether the figures may be used.
    pub confirmed: bool,
}

/// What a posting gets from a number of pieces on: a percentage off, or prices of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// The fewest pieces.
    pub from: u32,
    /// Off the step's price.
    #[serde(default)]
    pub percent: BTreeMap<MailKind, Percent>,
    /// In the step's place.
    #[serde(default)]
    pub prices: Vec<TierPrice>,
}

/// A price of a tier's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierPrice {
    /// The envelope's size class.
    pub size_class: String,
    /// The heaviest piece of this price, grams.
    pub up_to_g: u32,
    /// Postage, yen.
    pub yen: u32,
}

/// A percentage in hundredths: 1.5 % is 150.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Percent(pub u32);

/// The hundredths of a whole.
pub(crate) const WHOLE: u32 = 10_000;

/// Why a tariff file or a posting date is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TariffFault {
    /// No tariff is valid on the posting date.
    NotYet {
        /// The posting date.
        on: Date,
    },
    /// The tariff was last compared before the posting date, and refuses later ones.
    Outdated {
        /// The posting date.
        on: Date,
        /// The last date of comparison.
        known_until: Date,
    },
    /// Two tariffs begin on the same day.
    Twice(Date),
    /// A tier does not ask for more pieces than the one before, or for none.
    Tiers(String),
    /// A barcode offer and its kin give more than the whole price.
    Percent(String),
    /// A service has no price for the weight, or none that is confirmed.
    Service(String),
}

/// A tariff picked for a posting date.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InForce<'b> {
    /// The tariff.
    pub tariff: &'b Tariff,
    /// Whether the date lies after the last one for which the figures were compared.
    pub is_outdated: bool,
}

impl TariffBook {
    /// Checks what the types cannot say.
    ///
    /// # Errors
    /// The first fault found.
    pub fn check(&self) -> Result<(), TariffFault> {
        for (i, tariff) in self.tariffs.iter().enumerate() {
            let same = |other: &&Tariff| other.valid_from == tariff.valid_from;
            if self.tariffs[..i].iter().find(same).is_some() {
                return Err(TariffFault::Twice(tariff.valid_from));
            }
            tariff.offers.iter().try_for_each(Offer::check)?;
        }
        Ok(())
    }

    /// Returns the tariff for a posting date.
    ///
    /// # Errors
    /// [`TariffFault::NotYet`] before the first, [`TariffFault::Outdated`] if it refuses the date.
    pub fn on(&self, on: Date) -> Result<InForce<'_>, TariffFault> {
        let begun = self.tariffs.iter().filter(|tariff| tariff.valid_from <= on);
        let latest = begun.max_by_key(|tariff| tariff.valid_from);
        let tariff = latest.ok_or(TariffFault::NotYet { on })?;
        let is_outdated = on > tariff.known_until;
        if is_outdated && tariff.after == After::Refuse {
            return Err(TariffFault::Outdated { on, known_until: tariff.known_until });
        }
        Ok(InForce { tariff, is_outdated })
    }
}

impl Tariff {
    /// Returns what the named services cost together for a piece of a step's weight.
    ///
    /// # Errors
    /// [`TariffFault::Service`] if one is unknown, unconfirmed or not for this weight.
    pub fn services_yen(&self, names: &[String], up_to_g: u32) -> Result<u32, TariffFault> {
        let mut yen = 0;
        for name in names {
            let prices = self.services.iter().filter(|service| service.service == *name);
            let carried = prices.filter(|service| service.confirmed && service.up_to_g >= up_to_g);
            let price = carried.min_by_key(|service| service.up_to_g);
            yen += price.ok_or_else(|| TariffFault::Service(name.clone()))?.yen;
        }
        Ok(yen)
    }
}

impl Offer {
    fn check(&self) -> Result<(), TariffFault> {
        let grows = self.tiers.is_sorted_by(|a, b| a.from < b.from);
        let asks = self.tiers.first().is_some_and(|tier| tier.from > 0);
        if !grows || !asks || self.weight_classes_max == 0 {
            return Err(TariffFault::Tiers(self.offer.clone()));
        }
        let most = |percents: &BTreeMap<MailKind, Percent>| {
            percents.values().map(|percent| percent.0).max().unwrap_or_default()
        };
        let tier = self.tiers.iter().map(|tier| most(&tier.percent)).max().unwrap_or_default();
        if tier + most(&self.barcode_percent) > WHOLE {
            return Err(TariffFault::Percent(self.offer.clone()));
        }
        Ok(())
    }
}

impl fmt::Display for TariffFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotYet { on } => write!(f, "no tariff is valid on the posting date {on}"),
            Self::Outdated { on, known_until } => write!(
                f,
                "the tariff is known until {known_until} and refuses the posting date {on}"
            ),
            Self::Twice(date) => write!(f, "two tariffs are valid from {date}"),
            Self::Tiers(offer) => {
                write!(f, "the tiers of offer {offer} do not ask for more pieces each")
            }
            Self::Percent(offer) => write!(f, "offer {offer} takes off more than the price"),
            Self::Service(service) => {
                write!(f, "service {service} has no confirmed price for the weight")
            }
        }
    }
}

impl std::error::Error for TariffFault {}

impl TryFrom<f64> for Percent {
    type Error = String;

    fn try_from(percent: f64) -> Result<Self, Self::Error> {
        let hundredths = (percent * 100.0).round();
        let is_exact = (hundredths / 100.0 - percent).abs() < 1e-9;
        if !is_exact || !(0.0..=f64::from(WHOLE)).contains(&hundredths) {
            return Err(format!("{percent} is not a percentage in hundredths"));
        }
        Ok(Self(hundredths as u32))
    }
}

impl From<Percent> for f64 {
    fn from(percent: Percent) -> Self {
        f64::from(percent.0) / 100.0
    }
}

impl fmt::Display for Percent {
    /// Writes `3%`, `1.5%`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", f64::from(*self))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The stock's tariff file.
    pub(crate) fn stock() -> TariffBook {
        toml::from_str(include_str!("../../../config/tariffs.toml")).expect("a tariff file")
    }

    fn day(text: &str) -> Date {
        Date::parse(text).expect("a day")
    }

    #[test]
    fn the_stock_is_sound_and_every_figure_names_its_source() {
        let book = stock();
        assert_eq!(book.check(), Ok(()));
        for tariff in &book.tariffs {
            assert!(tariff.steps.iter().all(|step| step.source.starts_with("http")));
            assert!(tariff.services.iter().all(|service| service.source.starts_with("http")));
            assert!(tariff.offers.iter().all(|offer| offer.source.starts_with("http")));
        }
    }

    #[test]
    fn the_steps_are_japan_posts_of_october_2024() {
        let book = stock();
        let steps = &book.tariffs[0].steps;
        let yen = |class: &str| {
            let of_class = steps.iter().filter(|step| step.size_class == class);
            of_class.map(|step| (step.up_to_g, step.yen)).collect::<Vec<_>>()
        };
        let regular = [(50, 140), (100, 180), (150, 270), (250, 320), (500, 510), (1000, 750)];
        assert_eq!(yen("kikakunai"), regular);
        assert_eq!(yen("teikei")[0], (50, 110));
        assert_eq!(yen("teikei")[1..], regular[1..]);
        assert_eq!(yen("kikakugai").last(), Some(&(4000, 1750)));
        assert_eq!((yen("hagaki"), yen("ofuku-hagaki")), (vec![(6, 85)], vec![(12, 170)]));
    }

    #[test]
    fn the_sorting_discount_is_japan_posts_table() {
        let book = stock();
        let percent = |offer: &str, from, kind| {
            let offer = book.tariffs[0].offers.iter().find(|known| known.offer == offer);
            let tier = offer.expect("known").tiers.iter().find(|tier| tier.from == from);
            tier.and_then(|tier| tier.percent.get(&kind)).map(|percent| percent.0)
        };
        for (offer, teikei, teikeigai) in [
            ("kubun", [300, 400, 500, 600], [300, 400, 500, 600]),
            ("kubun-3", [500, 600, 700, 800], [500, 600, 700, 800]),
        ] {
            for (i, from) in [2_000, 10_000, 50_000, 100_000].into_iter().enumerate() {
                assert_eq!(percent(offer, from, MailKind::Teikei), Some(teikei[i]));
                assert_eq!(percent(offer, from, MailKind::Teikeigai), Some(teikeigai[i]));
            }
        }
        assert_eq!(percent("kubun", 2_000, MailKind::OfukuHagaki), Some(150));
        assert_eq!(percent("kubun-regional", 10_000, MailKind::Teikei), None);
        assert_eq!(percent("kubun-regional-7", 100_000, MailKind::Teikei), Some(1_000));
        assert_eq!(percent("kubun-regional-7", 100_000, MailKind::Teikeigai), Some(1_200));
    }

    #[test]
    fn a_posting_date_picks_its_tariff_and_knows_when_it_is_outdated() {
        let mut book = stock();
        let mut next = book.tariffs[0].clone();
        next.valid_from = day("2027-04-01");
        next.known_until = day("2027-06-30");
        next.after = After::Refuse;
        book.tariffs.insert(0, next);
        assert_eq!(book.check(), Ok(()));
        let picked =
            |on: &str| book.on(day(on)).map(|found| (found.tariff.valid_from, found.is_outdated));
        let (old, new) = (day("2024-10-01"), day("2027-04-01"));
        assert_eq!(picked("2024-09-30"), Err(TariffFault::NotYet { on: day("2024-09-30") }));
        assert_eq!(picked("2024-10-01"), Ok((old, false)));
        assert_eq!(picked("2026-12-31"), Ok((old, false)));
        assert_eq!(picked("2027-03-31"), Ok((old, true)));
        assert_eq!(picked("2027-06-30"), Ok((new, false)));
        let known_until = day("2027-06-30");
        let outdated = TariffFault::Outdated { on: day("2027-07-01"), known_until };
        assert_eq!(picked("2027-07-01"), Err(outdated));
    }

    #[test]
    fn services_are_paid_by_weight_and_only_if_confirmed() {
        let book = stock();
        let tariff = &book.tariffs[0];
        let yen = |names: &[&str], up_to_g| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            tariff.services_yen(&names, up_to_g).ok()
        };
        assert_eq!(yen(&["sokutatsu"], 250), Some(300));
        assert_eq!(yen(&["sokutatsu"], 500), Some(400));
        assert_eq!(yen(&["sokutatsu", "tokutei-kiroku"], 50), Some(510));
        assert_eq!(yen(&["kan-i-kakitome"], 50), Some(350));
        assert_eq!(yen(&["honnin-gentei"], 50), None);
        assert_eq!(yen(&["ufo"], 50), None);
    }

    #[test]
    fn a_file_with_unsound_tiers_or_percentages_is_refused() {
        let mut book = stock();
        book.tariffs[0].offers[1].tiers[1].from = 2_000;
        assert_eq!(book.check(), Err(TariffFault::Tiers("kubun".into())));
        let mut book = stock();
        book.tariffs[0].offers[1].tiers[0].percent.insert(MailKind::Teikei, Percent(9_800));
        assert_eq!(book.check(), Err(TariffFault::Percent("kubun".into())));
        assert!(Percent::try_from(1.234).is_err() && Percent::try_from(-1.0).is_err());
        assert_eq!(Percent::try_from(1.5), Ok(Percent(150)));
    }
}
