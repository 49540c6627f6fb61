//! Where a row of the dictionary stands in an address, if it does.

use std::cmp::Reverse;
use std::ops::Range;

use crate::dictionary::{City, Dictionary, Kind};
use crate::matching::{name_end, town_end, NameEnd};
use crate::normal::Normal;
use crate::note;
use crate::resolve::Grade;

/// Where a row of the dictionary stands in an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Match {
    pub row: usize,
    pub grade: Grade,
    /// Which of the row's towns it is, from 0; none below [`Grade::Town`].
    pub town: Option<usize>,
    /// The character of the normal form at which the rest begins.
    pub end: usize,
    /// Characters of the town's name that stand in the address.
    pub matched: usize,
    /// What town and address leave out or have besides.
    pub slips: usize,
}

impl Match {
    /// Returns how well a town stands there: more of its name first, then the fewest slips.
    pub fn closeness(&self) -> (usize, Reverse<usize>) {
        (self.matched, Reverse(self.slips))
    }

    /// Returns the town's name in the dictionary.
    pub fn town_name<'a>(&self, dictionary: &'a Dictionary) -> &'a str {
        let Some(town) = self.town else { return "" };
        dictionary.town(self.row).split(TOWN_SEPARATOR).nth(town).unwrap_or_default()
    }
}

/// Where a municipality stands in an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CityMatch {
    /// The character of the normal form at which the town begins.
    pub end: usize,
    pub written: Written,
}

/// How much of a municipality's name an address has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Written {
    /// None; the town must follow.
    LeftOut,
    /// 市 without its 区; the town must follow.
    WithoutWard,
    /// All, or all but the 郡.
    Whole,
}

/// Returns the best match of the rows: town before city, closer towns first, then earlier rows.
pub(crate) fn best_match(
    dictionary: &Dictionary,
    address: &Normal,
    rows: Range<usize>,
) -> Option<Match> {
    let mut best: Option<Match> = None;
    let mut city_of_last = None;
    let rank = |found: &Match| (found.grade != Grade::City, found.closeness());
    for row in rows {
        let city_index = dictionary.city_of[row];
        let city = match city_of_last {
            Some((index, city)) if index == city_index => city,
            _ => city_match(dictionary.city(row), address),
        };
        city_of_last = Some((city_index, city));
        let Some(found) = row_match(dictionary, address, row, city) else { continue };
        if best.is_none_or(|best| rank(&found) > rank(&best)) {
            best = Some(found);
        }
    }
    best
}

/// Finds a municipality in an address, with or without prefecture, 郡 and, before a town, 区.
pub(crate) fn city_match(city: &City, address: &Normal) -> CityMatch {
    let prefecture = &city.prefecture_normal;
    let end = |at, name: &[char]| name_end(address, at, name).map(|found| found.end);
    let start = end(0, prefecture).unwrap_or(0);
    let name = &city.name_normal;
    let whole = |start| {
        end(start, name).or_else(|| {
            let own = (city.after_county > 0).then(|| &name[city.after_county..])?;
            end(start, own)
        })
    };
    // 岩手花巻市: a prefecture without its 県 counts only before a whole city.
    let short_prefecture = || whole(end(0, &prefecture[..prefecture.len() - 1])?);
    if let Some(end) = whole(start).or_else(short_prefecture) {
        return CityMatch { end, written: Written::Whole };
    }
    let big_city =
        (city.after_big_city > 0).then(|| end(start, &name[..city.after_big_city])).flatten();
    match big_city {
        Some(end) => CityMatch { end, written: Written::WithoutWard },
        None => CityMatch { end: start, written: Written::LeftOut },
    }
}

/// Matches one row after its municipality.
pub(crate) fn row_match(
    dictionary: &Dictionary,
    address: &Normal,
    row: usize,
    city: CityMatch,
) -> Option<Match> {
    let whole = city.written == Written::Whole;
    let town = town_match(dictionary, address, row, city);
    let base = Match { row, grade: Grade::City, town: None, end: city.end, matched: 0, slips: 0 };
    match dictionary.kind(row) {
        Kind::Town => town.or(whole.then_some(base)),
        Kind::Representative => whole.then_some(base),
        Kind::Office | Kind::PoBox => {
            let agrees = whole || names_office(dictionary, address, row);
            let found = town.or(agrees.then_some(base))?;
            Some(Match { grade: Grade::Office, ..found })
        }
    }
}

/// Matches the town of one row where its municipality ends.
fn town_match(
    dictionary: &Dictionary,
    address: &Normal,
    row: usize,
    city: CityMatch,
) -> Option<Match> {
    let names = dictionary.names().towns.of(row);
    let found = |town, at: NameEnd| {
        let NameEnd { end, matched, slips } = at;
        Match { row, grade: Grade::Town, town: Some(town), end, matched, slips }
    };
    if names.is_empty() {
        let whole_city = dictionary.kind(row) == Kind::Town && city.written == Written::Whole;
        let at = NameEnd { end: city.end, matched: 0, slips: 0 };
        return whole_city.then(|| found(0, at));
    }
    let mut best: Option<Match> = None;
    for (town, name) in names.split(|&c| c == TOWN_SEPARATOR).enumerate() {
        let Some(at) = end_of_town(dictionary, address, row, name, city) else { continue };
        let is_city = city.written == Written::LeftOut && begins_like_a_city(address, at.end);
        if is_city || !note::allows(dictionary.note(row), address, at.end) {
            continue;
        }
        let found = found(town, at);
        if best.is_none_or(|best| best.closeness() < found.closeness()) {
            best = Some(found);
        }
    }
    best
}

/// Returns where a town ends: right after the city, after a street of 京都, or for a building with
/// a code a floor after the part of the name that stands before the number.
fn end_of_town(
    dictionary: &Dictionary,
    address: &Normal,
    row: usize,
    name: &[char],
    found: CityMatch,
) -> Option<NameEnd> {
    let at = found.end;
    let direct = town_end(address, at, name);
    if direct.is_some() {
        return direct;
    }
    let is_kyoto = KYOTO_WARDS.contains(&dictionary.city(row).jis_code);
    if is_kyoto && found.written == Written::Whole {
        return end_after_street(address, at, name);
    }
    // A building's name begins with its town's: most rows are done with here.
    let may_be_building = address.chars().get(at) == name.first();
    if may_be_building && note::names_a_floor(dictionary.note(row)) {
        return end_before_building(address, at, name);
    }
    None
}

/// Finds a town of 京都 after the 通り名: 寺町通御池上る上本能寺前町.
///
/// Street and town stand before the lot number; what follows it may name other streets.
fn end_after_street(address: &Normal, at: usize, town: &[char]) -> Option<NameEnd> {
    let is_street = |c: &char| matches!(c, '通' | 'ル' | '入' | '上' | '下' | '角');
    let text = address.chars().get(at..)?;
    let text = &text[..lot_number(text)];
    let first_street_word = text.iter().position(is_street)?;
    let begins_here = |start: &usize| {
        let before = &text[*start - 1];
        is_street(before) || matches!(before, '目' | '側' | '筋' | '路')
    };
    let mut starts = (first_street_word + 1..text.len()).filter(begins_here);
    (town.len() > 1).then(|| starts.find_map(|start| name_end(address, at + start, town)))?
}

/// Returns where the lot number begins: the first number before 番 (but not 番町), a hyphen or the
/// end, the text's length without one. 二条 and 二丁目 belong to a street.
fn lot_number(text: &[char]) -> usize {
    let mut at = 0;
    while at < text.len() {
        let digits = text[at..].iter().take_while(|c| c.is_ascii_digit()).count();
        let is_lot = match &text[at + digits..] {
            ['番', '町', ..] => false,
            [] | ['-' | '番', ..] => true,
            _ => false,
        };
        if digits > 0 && is_lot {
            return at;
        }
        at += digits.max(1);
    }
    text.len()
}

/// Finds a row like 西新宿新宿住友ビル in 西新宿2丁目6-1新宿住友ビル3階: the name's first part stands
/// at `at`, its second part further on. The rest begins after the first.
fn end_before_building(address: &Normal, at: usize, name: &[char]) -> Option<NameEnd> {
    let text = address.chars().get(at..)?;
    let area_len = text.iter().zip(name).take_while(|(a, b)| a == b).count();
    let building = &name[area_len..];
    let stands_further_on = area_len > 0
        && !building.is_empty()
        && text[area_len..].windows(building.len()).any(|window| window == building);
    let stands = stands_further_on && !address.inside_number(at + area_len);
    stands.then_some(NameEnd { end: at + area_len, matched: name.len(), slips: 0 })
}

/// Returns whether what follows makes the name before it a municipality's (千代田 in 千代田区).
fn begins_like_a_city(address: &Normal, at: usize) -> bool {
    let next = address.chars().get(at);
    matches!(next, Some('市' | '区' | '郡' | '町' | '村' | '都' | '府' | '県'))
}

/// Returns whether the address holds the name of the office.
fn names_office(dictionary: &Dictionary, address: &Normal, row: usize) -> bool {
    let name = dictionary.names().offices.of(row);
    !name.is_empty() && address.chars().windows(name.len()).any(|window| window == name)
}

/// What stands between the towns of a row that has several.
const TOWN_SEPARATOR: char = '、';
/// The wards of 京都市, where a 通り名 may stand before the town.
const KYOTO_WARDS: Range<u32> = 26_101..26_112;
