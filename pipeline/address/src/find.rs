//! The place that one line of text names, with a postal code or without.

use letter::{CustomerBarcode, PostalCode, Reason};

use crate::candidate::{city_match, row_match, Match, Written};
use crate::dictionary::{Dictionary, Kind};
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
/// with the municipality, with or without its prefecture. Returns `None` if it names none.
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

/// The rows of towns and representative codes by municipality.
#[derive(Debug)]
pub(crate) struct Index {
    /// Rows, by city and then by code.
    rows: Vec<u32>,
    /// For each city the end of its rows.
    ends: Vec<u32>,
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
        Self { rows, ends }
    }

    fn rows(&self, city: usize) -> &[u32] {
        let start = if city == 0 { 0 } else { self.ends[city - 1] };
        &self.rows[start as usize..self.ends[city] as usize]
    }
}

impl<'a> From<Resolution<'a>> for Found<'a> {
    fn from(resolved: Resolution<'a>) -> Self {
        Self {
            postal: Some(resolved.postal),
            prefecture: resolved.prefecture,
            city: resolved.city,
            town: resolved.town,
            rest: resolved.rest,
            grade: resolved.grade,
            barcode: resolved.barcode,
            number: resolved.number,
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

/// Finds municipality and town by their names.
fn find_by_name<'a>(dictionary: &'a Dictionary, scratch: &mut Scratch) -> Option<Found<'a>> {
    let mut best: Vec<Match> = Vec::new();
    let mut best_rank = None;
    for (city_index, city) in dictionary.cities.iter().enumerate() {
        let at = city_match(city, &scratch.address);
        if at.written == Written::LeftOut {
            continue;
        }
        for &row in dictionary.index().rows(city_index) {
            let Some(found) = row_match(dictionary, scratch, row as usize, at) else { continue };
            let rank = (at.written, found.grade == Grade::Town, found.end, found.town_len);
            if best_rank < Some(rank) {
                best_rank = Some(rank);
                best.clear();
            }
            if best_rank == Some(rank) {
                best.push(found);
            }
        }
    }
    let on_its_floor = |m: &Match| note::floor_stands_in(dictionary.note(m.row), &scratch.address);
    if best.iter().any(on_its_floor) {
        best.retain(on_its_floor);
    }
    let first = *best.first()?;
    let mut found = Found::from(resolution(dictionary, scratch, first));
    if found.grade != Grade::Town || !all_of_one_code(dictionary, &best) {
        found.postal = None;
        found.barcode = None;
        found.number.clear();
    }
    Some(found)
}

fn all_of_one_code(dictionary: &Dictionary, matches: &[Match]) -> bool {
    matches.iter().all(|m| dictionary.codes[m.row] == dictionary.codes[matches[0].row])
}
