//! Where a row of the dictionary stands in an address, if it does.

use std::ops::Range;

use crate::dictionary::{City, Dictionary, Kind};
use crate::matching::name_end;
use crate::normal::Normal;
use crate::note;
use crate::resolve::{Grade, Scratch};

/// Where a row of the dictionary stands in an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Match<'a> {
    pub row: usize,
    pub grade: Grade,
    pub town: &'a str,
    /// The character of the normal form at which the rest begins.
    pub end: usize,
    /// Characters of the town's name that stand in the address.
    pub town_len: usize,
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

/// Returns the best match of the rows: town before city, longer towns first, then earlier rows.
pub(crate) fn best_match<'a>(
    dictionary: &'a Dictionary,
    scratch: &mut Scratch,
    rows: Range<usize>,
) -> Option<Match<'a>> {
    let mut best: Option<Match> = None;
    let mut city_of_last = None;
    for row in rows {
        let city_index = dictionary.city_of[row];
        let city = match city_of_last {
            Some((index, city)) if index == city_index => city,
            _ => city_match(dictionary.city(row), &scratch.address),
        };
        city_of_last = Some((city_index, city));
        let Some(found) = row_match(dictionary, scratch, row, city) else { continue };
        let better = best.is_none_or(|best| {
            (found.grade != Grade::City, found.town_len)
                > (best.grade != Grade::City, best.town_len)
        });
        if better {
            best = Some(found);
        }
    }
    best
}

/// Finds a municipality in an address, with or without prefecture, 郡 and, before a town, 区.
pub(crate) fn city_match(city: &City, address: &Normal) -> CityMatch {
    let prefecture = &city.prefecture_normal;
    let start = name_end(address, 0, prefecture).unwrap_or(0);
    let name = &city.name_normal;
    let whole = |start| {
        name_end(address, start, name).or_else(|| {
            let own = (city.after_county > 0).then(|| &name[city.after_county..])?;
            name_end(address, start, own)
        })
    };
    // 岩手花巻市: a prefecture without its 県 counts only before a whole city.
    let short_prefecture = || {
        let start = name_end(address, 0, &prefecture[..prefecture.len() - 1])?;
        whole(start)
    };
    if let Some(end) = whole(start).or_else(short_prefecture) {
        return CityMatch { end, written: Written::Whole };
    }
    let big_city = (city.after_big_city > 0)
        .then(|| name_end(address, start, &name[..city.after_big_city]))
        .flatten();
    match big_city {
        Some(end) => CityMatch { end, written: Written::WithoutWard },
        None => CityMatch { end: start, written: Written::LeftOut },
    }
}

/// Matches one row after its municipality.
pub(crate) fn row_match<'a>(
    dictionary: &'a Dictionary,
    scratch: &mut Scratch,
    row: usize,
    city: CityMatch,
) -> Option<Match<'a>> {
    let whole = city.written == Written::Whole;
    let kind = dictionary.kind(row);
    let town = town_match(dictionary, scratch, row, city);
    let base = Match { row, grade: Grade::City, town: "", end: city.end, town_len: 0 };
    match kind {
        Kind::Town => match town {
            Some(found) => Some(found),
            None => whole.then_some(base),
        },
        Kind::Representative => whole.then_some(base),
        Kind::Office | Kind::PoBox => {
            let agrees = whole || names_office(dictionary, scratch, row);
            let found = town.or(agrees.then_some(base))?;
            Some(Match { grade: Grade::Office, ..found })
        }
    }
}

/// Matches the town of one row where its municipality ends.
fn town_match<'a>(
    dictionary: &'a Dictionary,
    scratch: &mut Scratch,
    row: usize,
    city: CityMatch,
) -> Option<Match<'a>> {
    let (town, note) = (dictionary.town(row), dictionary.note(row));
    let mut best: Option<Match> = None;
    if town.is_empty() {
        let whole_city = dictionary.kind(row) == Kind::Town && city.written == Written::Whole;
        return whole_city.then_some(Match {
            row,
            grade: Grade::Town,
            town,
            end: city.end,
            town_len: 0,
        });
    }
    for town in town.split('、') {
        scratch.name.set(town);
        let found = town_end(dictionary.city(row), scratch, note, city);
        let Some((end, town_len)) = found else { continue };
        let is_city = city.written == Written::LeftOut && begins_like_a_city(&scratch.address, end);
        if is_city || !note::allows(note, &scratch.address, end) {
            continue;
        }
        if best.is_none_or(|best| best.town_len < town_len) {
            best = Some(Match { row, grade: Grade::Town, town, end, town_len });
        }
    }
    best
}

/// Returns where the town in `scratch.name` ends and how many of its characters stand there: right
/// after the city, after a street of 京都, or for a building with a code a floor after the part of
/// the name that stands before the number.
fn town_end(
    city: &City,
    scratch: &Scratch,
    note: &str,
    found: CityMatch,
) -> Option<(usize, usize)> {
    let (address, town) = (&scratch.address, scratch.name.chars());
    let at = found.end;
    let direct = name_end(address, at, town);
    let end = if direct.is_some() {
        direct
    } else if KYOTO_WARDS.contains(&city.jis_code) && found.written == Written::Whole {
        end_after_street(address, at, town)
    } else if note::names_a_floor(note) {
        end_before_building(address, at, town)
    } else {
        None
    };
    Some((end?, town.len()))
}

/// Finds a town of 京都 after the 通り名: 寺町通御池上る上本能寺前町.
fn end_after_street(address: &Normal, at: usize, town: &[char]) -> Option<usize> {
    let street = |c: &char| matches!(c, '通' | 'ル' | '入' | '上' | '下' | '角');
    let text = address.chars().get(at..)?;
    let first_street_word = text.iter().position(street)?;
    let starts = at + first_street_word + 1..address.chars().len();
    if town.len() < 2 {
        return None;
    }
    starts.into_iter().find_map(|start| name_end(address, start, town))
}

/// Finds a row like 西新宿新宿住友ビル in 西新宿2丁目6-1新宿住友ビル3階: the name's first part stands
/// at `at`, its second part further on. The rest begins after the first.
fn end_before_building(address: &Normal, at: usize, name: &[char]) -> Option<usize> {
    let text = address.chars().get(at..)?;
    let area_len = text.iter().zip(name).take_while(|(a, b)| a == b).count();
    let building = &name[area_len..];
    let stands_further_on = area_len > 0
        && !building.is_empty()
        && text[area_len..].windows(building.len()).any(|window| window == building);
    (stands_further_on && !address.inside_number(at + area_len)).then_some(at + area_len)
}

/// Returns whether what follows makes the name before it a municipality's (千代田 in 千代田区).
fn begins_like_a_city(address: &Normal, at: usize) -> bool {
    let next = address.chars().get(at);
    matches!(next, Some('市' | '区' | '郡' | '町' | '村' | '都' | '府' | '県'))
}

/// Returns whether the address holds the name of the office.
fn names_office(dictionary: &Dictionary, scratch: &mut Scratch, row: usize) -> bool {
    scratch.name.set(dictionary.name(row));
    let name = scratch.name.chars();
    !name.is_empty() && scratch.address.chars().windows(name.len()).any(|window| window == name)
}

/// The wards of 京都市, where a 通り名 may stand before the town.
const KYOTO_WARDS: Range<u32> = 26_101..26_112;
