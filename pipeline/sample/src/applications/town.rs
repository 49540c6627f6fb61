//! The municipalities of a sample: real ones of the dictionary with towns to live in.

use std::collections::BTreeMap;

use address::{Dictionary, Kind, Place};

use super::name::{self, Use};
use crate::gazetteer::Gazetteer;
use crate::people::digits;
use crate::random::Random;

/// A municipality (市区町村): a designated city with all its wards, a ward of Tokyo, a town.
#[derive(Clone, Debug)]
pub(crate) struct Municipality<'d> {
    /// 全国地方公共団体コード, five digits.
    pub code: u32,
    /// The municipality without its 郡, `つくば市`.
    pub name: &'d str,
    /// Where its office is: postal code and address.
    pub office: (String, String),
    towns: Vec<Place<'d>>,
}

/// Plain towns that a municipality needs for its people not to live all in one street.
const TOWNS_MIN: usize = 5;

/// Chooses `count` municipalities evenly over the country, by their codes.
///
/// Fewer if the dictionary has fewer.
pub(crate) fn choose<'d>(dictionary: &'d Dictionary, count: usize) -> Vec<Municipality<'d>> {
    let gazetteer = Gazetteer::new(dictionary);
    let mut by_code: BTreeMap<u32, Vec<Place<'d>>> = BTreeMap::new();
    for place in gazetteer.towns() {
        by_code.entry(code_of(place)).or_default().push(*place);
    }
    by_code.retain(|_, towns| towns.len() >= TOWNS_MIN);
    let all: Vec<(u32, Vec<Place<'d>>)> = by_code.into_iter().collect();
    let count = count.clamp(1, all.len());
    let halls = halls(dictionary);
    let mut chosen = Vec::with_capacity(count);
    let chosen_at: Vec<usize> = (0..count).map(|number| number * all.len() / count).collect();
    for (code, towns) in chosen_at.into_iter().map(|at| &all[at]) {
        let (first, name) = (towns[0], name_of(&towns[0]));
        let office = match halls.get(code) {
            Some(hall) => {
                (digits(hall.postal), [hall.prefecture, hall.city, hall.town, hall.street].concat())
            }
            None => (
                digits(first.postal),
                [first.prefecture, first.city, first.town, "１－１"].concat(),
            ),
        };
        let towns = towns.clone();
        chosen.push(Municipality { code: *code, name, office, towns });
    }
    chosen
}

/// Finds the town halls among the offices that have a postal code of their own.
fn halls(dictionary: &Dictionary) -> BTreeMap<u32, Place<'_>> {
    let mut halls = BTreeMap::new();
    for place in dictionary.all_places().filter(|place| place.kind == Kind::Office) {
        let name = name_of(&place);
        let rest = place.name.strip_prefix(name);
        if matches!(rest, Some("役所" | "役場")) && !place.street.is_empty() {
            halls.entry(code_of(&place)).or_insert(place);
        }
    }
    halls
}

/// Returns the code of the municipality; wards of a designated city have the city's.
///
/// A designated city's code is that of its first ward rounded down to tens; codes of its wards
/// lie within the next 30 (JIS X 0402: 14100 横浜市, 14101 to 14118; 14130 川崎市, 14131 on).
fn code_of(place: &Place<'_>) -> u32 {
    match ward_at(place.city) {
        None => place.jis_code,
        Some(_) => city_code(place.jis_code),
    }
}

/// The designated cities by code (政令指定都市, twenty since 2012).
const DESIGNATED: [u32; 20] = [
    1100, 4100, 11100, 12100, 14100, 14130, 14150, 15100, 22100, 22130, 23100, 26100, 27100, 27140,
    28100, 33100, 34100, 40100, 40130, 43100,
];

fn city_code(ward: u32) -> u32 {
    let at = DESIGNATED.partition_point(|&city| city <= ward);
    at.checked_sub(1).map_or(ward, |at| DESIGNATED[at])
}

/// Returns where the ward begins in `横浜市西区`; `None` without one.
fn ward_at(city: &str) -> Option<usize> {
    let at = city.find('市')? + '市'.len_utf8();
    (city.ends_with('区') && at < city.len()).then_some(at)
}

/// Returns the municipality without ward and 郡.
fn name_of<'d>(place: &Place<'d>) -> &'d str {
    let city = place.city;
    match (ward_at(city), city.find('郡')) {
        (Some(ward), _) => &city[..ward],
        // 郡山市, 大和郡山市, 蒲郡市 and 小郡市 are cities, not districts.
        (None, Some(district)) if !city.ends_with('市') => &city[district + '郡'.len_utf8()..],
        _ => city,
    }
}

impl<'d> Municipality<'d> {
    /// Draws a town.
    pub fn town(&self, random: &mut Random) -> &Place<'d> {
        random.pick(&self.towns)
    }

    /// Returns how many plain towns there are.
    pub fn size(&self) -> usize {
        self.towns.len()
    }

    /// Returns the prefecture in Latin letters.
    pub fn romanised_prefecture(&self) -> &'static str {
        name::romanised(self.code / 1000)
    }

    /// Returns the municipality in the shape of `Tsukuba-shi`.
    ///
    /// The dictionary has no readings, so the code stands for the name: `08220-shi`.
    pub fn romanised(&self) -> String {
        let kind = match self.name.chars().last() {
            Some('市') => "shi",
            Some('区') => "ku",
            Some('村') => "mura",
            _ => "machi",
        };
        format!("{:05}-{kind}", self.code)
    }

    /// Returns the name under which its revocation lists lie.
    pub fn distribution_point(&self, of: Use) -> Vec<u8> {
        name::distribution_point(of, self.romanised_prefecture(), &self.romanised())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use address::Dictionary;

    #[test]
    fn municipalities_are_spread_over_the_country_and_designated_cities_are_whole() {
        let bytes = include_bytes!("../../../../config/postcodes/postcodes.bin");
        let dictionary = Dictionary::read(bytes).expect("the stock's dictionary");
        let all = choose(&dictionary, usize::MAX);
        assert!((1_000..1_800).contains(&all.len()), "{}", all.len());
        assert!(all.windows(2).all(|pair| pair[0].code < pair[1].code));
        let yokohama = all.iter().find(|town| town.name == "横浜市").expect("a big city");
        assert_eq!((yokohama.code, yokohama.romanised().as_str()), (14_100, "14100-shi"));
        // 赤穂郡上郡町 is called so.
        let is_bare = |name: &str| !name.contains('郡') || name.ends_with('市') || name == "上郡町";
        assert!(all.iter().all(|town| is_bare(town.name)));
        let some = choose(&dictionary, 200);
        let mut prefectures: Vec<u32> = some.iter().map(|town| town.code / 1000).collect();
        prefectures.dedup();
        assert_eq!((some.len(), prefectures.len()), (200, 47));
    }
}
