//! The place that one line of text names, with a postal code or without.

use letter::{CustomerBarcode, PostalCode, Reason};

use crate::candidate::{city_match, row_match, Match, Written};
use crate::dictionary::{City, Dictionary, Kind};
use crate::matching::name_end;
use crate::normal::Normal;
use crate::note;
use crate::resolve::{resolution, resolve, Grade, Resolution, Scratch};

/// What a line says, checked against the dictionary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    /// 郵便番号: the one written, or the only one that the town has; `None` if there are several.
    pub postal: Option<PostalCode>,
    /// 都道府県.
    pub prefecture: &'a str,
    /// 市区町村.
    pub city: &'a str,
    /// 町域; empty below [`Grade::Town`].
    pub town: &'a str,
    /// What follows, as written.
    pub rest: String,
    /// How far the line agrees with the dictionary.
    pub grade: Grade,
    /// The customer barcode, where the code is known and the rules give one.
    pub barcode: Option<CustomerBarcode>,
    /// 住所表示番号 of the barcode; empty without one.
    pub number: String,
    /// 全国地方公共団体コード, five digits.
    pub jis_code: u32,
}

/// Finds the place of a line such as `〒100-0013 東京都千代田区霞が関1丁目3番2号`.
///
/// With a postal code at the head the line is resolved like a record. Without one it must begin
/// with the municipality, with or without its prefecture. Returns `None` if it names none, or one
/// that there is twice (府中市) and no town that only one of them has.
///
/// # Errors
/// Those of [`resolve`](resolve()), if the line has a postal code.
pub fn find<'a>(dictionary: &'a Dictionary, line: &str) -> Result<Option<Found<'a>>, Reason> {
    let mut scratch = Scratch::default();
    let line = line.trim();
    if let Some((postal, address)) = split_postal(line) {
        return resolve(dictionary, &mut scratch, postal, address, "").map(|r| Some(r.into()));
    }
    scratch.set(line, "");
    Ok(find_by_name(dictionary, &mut scratch))
}

/// Municipalities by the beginnings of their names, and their rows of towns and representative
/// codes.
#[derive(Debug)]
pub(crate) struct Index {
    /// Rows, by city and then by code.
    rows: Vec<u32>,
    /// For each city the end of its rows.
    ends: Vec<u32>,
    /// First characters of cities' names, with and without 郡, each with a city; sorted.
    starts: Vec<(char, u16)>,
    /// A city of each prefecture.
    prefectures: Vec<u16>,
}

impl Index {
    pub fn new(dictionary: &Dictionary) -> Self {
        let is_town =
            |row: usize| matches!(dictionary.kind(row), Kind::Town | Kind::Representative);
        let mut rows: Vec<u32> =
            (0..dictionary.place_count()).filter(|&row| is_town(row)).map(|r| r as u32).collect();
        rows.sort_by_key(|&row| (dictionary.city_of[row as usize], row));
        let end = |city: usize| {
            rows.partition_point(|&row| usize::from(dictionary.city_of[row as usize]) <= city)
        };
        let ends = (0..dictionary.cities.len()).map(|city| end(city) as u32).collect();
        let numbered = || (0..).zip(&dictionary.cities);
        let start = |(number, city): (u16, &City)| {
            [0, city.after_county].map(|at| (city.name_normal[at], number))
        };
        let mut starts: Vec<(char, u16)> = numbered().flat_map(start).collect();
        starts.sort_unstable();
        starts.dedup();
        let mut prefectures: Vec<(&str, u16)> =
            numbered().map(|(number, city)| (city.prefecture.as_str(), number)).collect();
        prefectures.sort_unstable();
        prefectures.dedup_by_key(|(name, _)| *name);
        let prefectures = prefectures.into_iter().map(|(_, city)| city).collect();
        Self { rows, ends, starts, prefectures }
    }

    /// Returns the cities whose name may stand at the head of an address, after a prefecture with
    /// or without its 県 or after none; ascending.
    fn cities(&self, dictionary: &Dictionary, address: &Normal) -> Vec<u16> {
        let after = |&city: &u16| {
            let name = &dictionary.cities[usize::from(city)].prefecture_normal;
            let end = |name| name_end(address, 0, name).map(|found| found.end);
            [end(name), end(&name[..name.len() - 1])].into_iter().flatten()
        };
        let begins = self.prefectures.iter().flat_map(after).chain([0]);
        let mut cities: Vec<u16> = Vec::new();
        for first in begins.filter_map(|at| address.chars().get(at)) {
            let from = self.starts.partition_point(|(start, _)| start < first);
            let same = self.starts[from..].iter().take_while(|(start, _)| start == first);
            cities.extend(same.map(|(_, city)| city));
        }
        cities.sort_unstable();
        cities.dedup();
        cities
    }

    fn rows(&self, city: usize) -> &[u32] {
        let start = if city == 0 { 0 } else { self.ends[city - 1] };
        &self.rows[start as usize..self.ends[city] as usize]
    }
}

impl<'a> From<Resolution<'a, '_>> for Found<'a> {
    fn from(resolved: Resolution<'a, '_>) -> Self {
        Self {
            postal: Some(resolved.postal),
            prefecture: resolved.prefecture,
            city: resolved.city,
            town: resolved.town,
            rest: resolved.rest.to_owned(),
            grade: resolved.grade,
            barcode: resolved.barcode,
            number: resolved.number.to_owned(),
            jis_code: resolved.jis_code,
        }
    }
}

/// Splits a postal code, `100-0013` or `1000013`, with or without 〒, off the head of a line.
fn split_postal(line: &str) -> Option<(&str, &str)> {
    let marked = line.starts_with('〒');
    let is_digit = |c: char| matches!(c, '0'..='9' | '０'..='９');
    let mut digits = 0;
    for (at, c) in line.char_indices() {
        digits += usize::from(is_digit(c));
        if digits == 7 {
            let end = at + c.len_utf8();
            let follows = line[end..].chars().next();
            let is_longer = follows.is_some_and(is_digit);
            return (!is_longer).then(|| line.split_at(end));
        }
        let belongs = is_digit(c)
            || matches!(c, '〒' | '-' | '－' | '‐' | '−' | 'ー' | '―')
            || c.is_whitespace();
        if !belongs {
            return marked.then(|| line.split_at(at));
        }
    }
    marked.then_some((line, ""))
}

/// Finds municipality and town by their names; nothing if two municipalities fit alike.
fn find_by_name<'a>(dictionary: &'a Dictionary, scratch: &mut Scratch) -> Option<Found<'a>> {
    let best = best_rows(dictionary, &scratch.address);
    let first = *best.first()?;
    let is_certain = first.grade == Grade::Town && all_of_one_code(dictionary, &best);
    let mut found = Found::from(resolution(dictionary, scratch, first));
    if !is_certain {
        found.postal = None;
        found.barcode = None;
        found.number.clear();
    }
    Some(found)
}

/// Returns a row of the one town, with one code, that an address names for certain.
pub(crate) fn only_town(dictionary: &Dictionary, address: &Normal) -> Option<Match> {
    let best = best_rows(dictionary, address);
    let first = *best.first()?;
    (first.grade == Grade::Town && all_of_one_code(dictionary, &best)).then_some(first)
}

/// Returns the rows that stand best in an address, all alike; none if they lie in two
/// municipalities.
fn best_rows(dictionary: &Dictionary, address: &Normal) -> Vec<Match> {
    let mut best: Vec<Match> = Vec::new();
    let mut best_rank = None;
    for city in dictionary.index().cities(dictionary, address) {
        let city = usize::from(city);
        let at = city_match(&dictionary.cities[city], address);
        if at.written == Written::LeftOut {
            continue;
        }
        for &row in dictionary.index().rows(city) {
            let Some(found) = row_match(dictionary, address, row as usize, at) else { continue };
            let is_town = found.grade == Grade::Town;
            let rank = (at.written, is_town, found.end, found.closeness());
            if best_rank < Some(rank) {
                best_rank = Some(rank);
                best.clear();
            }
            if best_rank == Some(rank) {
                best.push(found);
            }
        }
    }
    let on_its_floor = |m: &Match| note::floor_stands_in(dictionary.note(m.row), address);
    if best.iter().any(on_its_floor) {
        best.retain(on_its_floor);
    }
    let jis_code = |found: &Match| dictionary.city(found.row).jis_code;
    if best.iter().any(|other| jis_code(other) != jis_code(&best[0])) {
        best.clear();
    }
    best
}

fn all_of_one_code(dictionary: &Dictionary, matches: &[Match]) -> bool {
    matches.iter().all(|m| dictionary.codes[m.row] == dictionary.codes[matches[0].row])
}
