//! The dictionary's places, sorted by what a sample needs of them.

use address::{Dictionary, Kind, Place};
use intake::layout::Gaiji;
use intake::write::encode_cp932;
use letter::PostalCode;

use crate::random::Random;

/// Places whose outcome is certain: one place a code, no list, no note, no character beyond CP932.
pub(crate) struct Gazetteer<'d> {
    dictionary: &'d Dictionary,
    /// Plain towns.
    towns: Vec<Place<'d>>,
    /// Municipalities' codes for towns that are not listed; their letters bear no barcode.
    representatives: Vec<Place<'d>>,
    /// Big offices with a code of their own.
    offices: Vec<Place<'d>>,
}

impl<'d> Gazetteer<'d> {
    /// Sorts the places.
    pub fn new(dictionary: &'d Dictionary) -> Self {
        let (mut towns, mut representatives, mut offices) = (Vec::new(), Vec::new(), Vec::new());
        for place in dictionary.all_places() {
            match place.kind {
                Kind::Town if is_plain_town(&place) => towns.push(place),
                Kind::Representative if is_encodable(&place) => representatives.push(place),
                Kind::Office if is_plain_office(&place) => offices.push(place),
                _ => {}
            }
        }
        Self { dictionary, towns, representatives, offices }
    }

    /// Returns every plain town, in the dictionary's order.
    pub fn towns(&self) -> &[Place<'d>] {
        &self.towns
    }

    /// Draws a plain town.
    pub fn town(&self, random: &mut Random) -> &Place<'d> {
        random.pick(&self.towns)
    }

    /// Draws a code for unlisted towns.
    pub fn representative(&self, random: &mut Random) -> &Place<'d> {
        random.pick(&self.representatives)
    }

    /// Draws an office.
    pub fn office(&self, random: &mut Random) -> &Place<'d> {
        random.pick(&self.offices)
    }

    /// Draws a town with another of the same municipality, whose names do not begin alike.
    pub fn neighbours(&self, random: &mut Random) -> (&Place<'d>, &Place<'d>) {
        loop {
            let at = random.below(self.towns.len() as u64 - 1) as usize;
            let (one, other) = (&self.towns[at], &self.towns[at + 1]);
            let differ = one.town.chars().next() != other.town.chars().next();
            if one.jis_code == other.jis_code && differ {
                return (one, other);
            }
        }
    }

    /// Draws a code of another prefecture, whose town cannot be read out of `address`.
    pub fn code_elsewhere(&self, address: &str, random: &mut Random) -> PostalCode {
        loop {
            let town = self.town(random);
            let names = [town.prefecture, town.city, town.town];
            let begins_alike = |name: &&str| name.chars().next() == address.chars().next();
            if !names.iter().any(begins_alike) && !town.town.contains('字') {
                return town.postal;
            }
        }
    }

    /// Draws a code that the dictionary does not have.
    pub fn unknown_code(&self, random: &mut Random) -> PostalCode {
        loop {
            let number = random.between(1_000_000, 9_999_999) as u32;
            let code = PostalCode::from_number(number).expect("seven digits");
            if self.dictionary.places(code).next().is_none() {
                return code;
            }
        }
    }
}

/// Characters of prefecture, city and town together that leave room for a number in two lines of
/// the envelope's window.
const AREA_CHARS_MAX: usize = 20;
/// Characters of an office's street and name that its address and its name take.
const STREET_CHARS_MAX: usize = 14;
const NAME_CHARS_MAX: usize = 20;

fn is_plain_town(place: &Place<'_>) -> bool {
    !place.town.is_empty()
        && place.note.is_empty()
        && !place.flags.code_has_more_towns
        && !["一円", "、", "（", "・", "次に"].iter().any(|sign| place.town.contains(sign))
        && is_encodable(place)
}

fn is_plain_office(place: &Place<'_>) -> bool {
    !place.street.is_empty()
        && place.street.chars().count() <= STREET_CHARS_MAX
        && (1..=NAME_CHARS_MAX).contains(&place.name.chars().count())
        && !place.name.contains(['（', '(', '　', ' '])
        && is_encodable(place)
}

fn is_encodable(place: &Place<'_>) -> bool {
    let texts = [place.prefecture, place.city, place.town, place.street, place.name];
    let len: usize = texts[..3].iter().map(|text| text.chars().count()).sum();
    let plain = |text: &&str| encode_cp932(text, &Gaiji::default()).is_ok();
    len <= AREA_CHARS_MAX && texts.iter().all(plain)
}
