//! 郵便番号簿 (yūbin bangō bo): every postal code of the post office with the places it stands for.

use std::ops::Range;
use std::sync::OnceLock;

use encoding_rs::UTF_8;
use letter::PostalCode;

pub use crate::entry::Flags;
use crate::entry::{self, Entry};
use crate::find::Index;
use crate::names::RowNames;
use crate::normal::Normal;

/// What a row of the dictionary stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// 町域 (chōiki), a town area; or, with an empty town, a municipality without any.
    Town = 0,
    /// 以下に掲載がない場合: the municipality's towns that are not listed. Carries no barcode.
    Representative = 1,
    /// 大口事業所個別番号: a big office's own code.
    Office = 2,
    /// 私書箱: an office's own code at a post-office box.
    PoBox = 3,
}

/// One row of the dictionary; a code may have many, also in two prefectures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// 郵便番号.
    pub postal: PostalCode,
    /// What the row stands for.
    pub kind: Kind,
    /// 全国地方公共団体コード, five digits without the check digit, `13101`.
    pub jis_code: u32,
    /// 都道府県, `東京都`.
    pub prefecture: &'a str,
    /// 市区町村 with its 郡, `虻田郡倶知安町`.
    pub city: &'a str,
    /// 町域 without its note, `霞が関`; empty for a representative code and for a municipality
    /// whose name the lot number follows directly. Sometimes a list (`甲、乙`).
    pub town: &'a str,
    /// The note in brackets after the town, `1～19丁目`, ASCII in half width; mostly empty.
    pub note: &'a str,
    /// KEN_ALL columns 10 to 13.
    pub flags: Flags,
    /// The digits of the old code (KEN_ALL column 2), 3 or 5.
    pub old_code_len: u32,
    /// The office's name; empty for a town.
    pub name: &'a str,
    /// 小字・丁目・番地 of the office, ASCII in half width; empty for a town.
    pub street: &'a str,
    /// 取扱局, the post office that delivers to the office; empty for a town.
    pub post_office: &'a str,
}

/// The dictionary in memory: columns over all rows, sorted by code.
///
/// [`Dictionary::read`] takes what [`Dictionary::write`] made; [`crate::Import`] makes one from the
/// post office's files. The file's format stands in `file.rs`.
#[derive(Debug)]
pub struct Dictionary {
    pub(crate) month: String,
    pub(crate) cities: Vec<City>,
    /// Postal codes, ascending.
    pub(crate) codes: Vec<u32>,
    pub(crate) traits: Vec<u8>,
    /// Index into `cities`.
    pub(crate) city_of: Vec<u16>,
    pub(crate) texts: [Texts; TEXT_COLUMNS],
    /// First row whose code's first four digits are at least the index; the last is the row count.
    by_prefix: Vec<u32>,
    /// First row of each distinct code.
    firsts: Vec<u32>,
    index: OnceLock<Index>,
    names: OnceLock<RowNames>,
}

/// A municipality, with its names in normal form.
#[derive(Debug)]
pub(crate) struct City {
    pub jis_code: u32,
    pub prefecture: String,
    pub name: String,
    pub prefecture_normal: Vec<char>,
    pub name_normal: Vec<char>,
    /// Where 町村 begins after 郡 or 島, in characters of `name_normal`; 0 where there is none.
    pub after_county: usize,
    /// Where 区 begins after 市, in characters of `name_normal`; 0 where there is none.
    pub after_big_city: usize,
}

/// One column of texts, all in one string, each closed by a line end as in the file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Texts {
    text: String,
    /// The byte after each text's line end.
    ends: Vec<u32>,
}

/// The text columns: town, note, name, street, post office.
pub(crate) const TEXT_COLUMNS: usize = 5;
const TOWN: usize = 0;
const NOTE: usize = 1;
const NAME: usize = 2;
const STREET: usize = 3;
const POST_OFFICE: usize = 4;

impl Dictionary {
    /// Returns the month of the post office's data, `2026-10`.
    pub fn month(&self) -> &str {
        &self.month
    }

    /// Returns the number of different codes.
    pub fn len(&self) -> usize {
        self.firsts.len()
    }

    /// Returns whether there is no code at all.
    pub fn is_empty(&self) -> bool {
        self.firsts.is_empty()
    }

    /// Returns the number of rows; a code has one or more.
    pub fn place_count(&self) -> usize {
        self.codes.len()
    }

    /// Returns code number `i` in ascending order, from 0.
    ///
    /// # Panics
    /// If `i` is not below [`Dictionary::len`].
    pub fn code_at(&self, i: usize) -> PostalCode {
        self.code_of_row(self.firsts[i] as usize)
    }

    /// Returns the places of a code, none if the code does not exist.
    pub fn places(&self, code: PostalCode) -> impl Iterator<Item = Place<'_>> {
        self.rows(code.number()).map(|row| self.place(row))
    }

    /// Returns every place, by code.
    pub fn all_places(&self) -> impl Iterator<Item = Place<'_>> {
        (0..self.codes.len()).map(|row| self.place(row))
    }

    /// Returns how many leading digits of this code are its 郵便区番号, 3 or 5.
    ///
    /// The old code (KEN_ALL column 2) has as many (facts §3.8, an inference: the posting office
    /// has the official list). 3 where the rows of a code differ (four codes of 2026-10) and for a
    /// code that the dictionary lacks.
    pub fn postal_district(&self, code: PostalCode) -> u32 {
        let rows = self.rows(code.number());
        let all_long = rows.clone().all(|row| entry::old_code_is_long_in(self.traits[row]));
        if all_long && !rows.is_empty() {
            5
        } else {
            3
        }
    }

    /// Sets the columns up from rows in any order.
    pub(crate) fn from_entries(month: String, mut entries: Vec<Entry>) -> Self {
        entries.sort();
        let mut cities: Vec<_> =
            entries.iter().map(|e| (e.jis_code, &e.prefecture, &e.city)).collect();
        cities.sort();
        cities.dedup();
        let mut texts = [const { Texts { text: String::new(), ends: Vec::new() } }; TEXT_COLUMNS];
        let mut city_of = Vec::with_capacity(entries.len());
        for entry in &entries {
            let key = (entry.jis_code, &entry.prefecture, &entry.city);
            city_of.push(cities.binary_search(&key).expect("every city is in the list") as u16);
            let row = [&entry.town, &entry.note, &entry.name, &entry.street, &entry.post_office];
            for (column, text) in texts.iter_mut().zip(row) {
                column.push(text);
            }
        }
        let cities = cities.into_iter().map(|(jis, p, c)| City::new(jis, p, c)).collect();
        let codes = entries.iter().map(|e| e.code).collect();
        let traits =
            entries.iter().map(|e| entry::traits_of(e.kind, e.flags, e.old_code_is_long)).collect();
        Self::from_columns(month, cities, codes, traits, city_of, texts)
    }

    /// Adds the look-up tables to the columns, which are sorted and of one length.
    pub(crate) fn from_columns(
        month: String,
        cities: Vec<City>,
        codes: Vec<u32>,
        traits: Vec<u8>,
        city_of: Vec<u16>,
        texts: [Texts; TEXT_COLUMNS],
    ) -> Self {
        debug_assert!(codes.is_sorted());
        let mut by_prefix = Vec::with_capacity(PREFIXES + 1);
        let mut firsts = Vec::with_capacity(codes.len());
        let mut previous = None;
        for (row, &code) in codes.iter().enumerate() {
            let prefix = (code / CODES_PER_PREFIX) as usize;
            by_prefix.resize(by_prefix.len().max(prefix + 1), row as u32);
            if previous.replace(code) != Some(code) {
                firsts.push(row as u32);
            }
        }
        by_prefix.resize(PREFIXES + 1, codes.len() as u32);
        let (index, names) = (OnceLock::new(), OnceLock::new());
        Self { month, cities, codes, traits, city_of, texts, by_prefix, firsts, index, names }
    }

    /// Returns the rows of a code.
    pub(crate) fn rows(&self, code: u32) -> Range<usize> {
        let prefix = (code / CODES_PER_PREFIX) as usize;
        let start = self.by_prefix[prefix] as usize;
        let near = &self.codes[start..self.by_prefix[prefix + 1] as usize];
        let from = near.partition_point(|&c| c < code);
        let count = near[from..].iter().take_while(|&&c| c == code).count();
        start + from..start + from + count
    }

    /// Returns the rows whose codes lie in a range.
    pub(crate) fn rows_between(&self, codes: Range<u32>) -> Range<usize> {
        let start = self.codes.partition_point(|&c| c < codes.start);
        start..self.codes.partition_point(|&c| c < codes.end)
    }

    pub(crate) fn code_of_row(&self, row: usize) -> PostalCode {
        PostalCode::from_number(self.codes[row]).expect("a row's code has seven digits")
    }

    pub(crate) fn kind(&self, row: usize) -> Kind {
        entry::kind_in(self.traits[row])
    }

    pub(crate) fn city(&self, row: usize) -> &City {
        &self.cities[usize::from(self.city_of[row])]
    }

    pub(crate) fn town(&self, row: usize) -> &str {
        self.texts[TOWN].get(row)
    }

    pub(crate) fn note(&self, row: usize) -> &str {
        self.texts[NOTE].get(row)
    }

    pub(crate) fn name(&self, row: usize) -> &str {
        self.texts[NAME].get(row)
    }

    pub(crate) fn place(&self, row: usize) -> Place<'_> {
        let city = self.city(row);
        Place {
            postal: self.code_of_row(row),
            kind: self.kind(row),
            jis_code: city.jis_code,
            prefecture: &city.prefecture,
            city: &city.name,
            town: self.town(row),
            note: self.note(row),
            flags: entry::flags_in(self.traits[row]),
            old_code_len: if entry::old_code_is_long_in(self.traits[row]) { 5 } else { 3 },
            name: self.name(row),
            street: self.texts[STREET].get(row),
            post_office: self.texts[POST_OFFICE].get(row),
        }
    }

    pub(crate) fn entry(&self, row: usize) -> Entry {
        let place = self.place(row);
        Entry {
            code: place.postal.number(),
            kind: place.kind,
            jis_code: place.jis_code,
            prefecture: place.prefecture.to_owned(),
            city: place.city.to_owned(),
            town: place.town.to_owned(),
            note: place.note.to_owned(),
            flags: place.flags,
            old_code_is_long: place.old_code_len == 5,
            name: place.name.to_owned(),
            street: place.street.to_owned(),
            post_office: place.post_office.to_owned(),
        }
    }

    /// Returns the rows by municipality, made when first asked for.
    pub(crate) fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::new(self))
    }

    /// Returns the names of all rows in normal form, made when first asked for.
    pub(crate) fn names(&self) -> &RowNames {
        self.names.get_or_init(|| RowNames::new(self))
    }
}

impl PartialEq for Dictionary {
    /// Compares month and rows.
    fn eq(&self, other: &Self) -> bool {
        self.month == other.month
            && self.codes == other.codes
            && self.traits == other.traits
            && self.city_of == other.city_of
            && self.texts == other.texts
            && self.cities == other.cities
    }
}

impl PartialEq for City {
    fn eq(&self, other: &Self) -> bool {
        (self.jis_code, &self.prefecture, &self.name)
            == (other.jis_code, &other.prefecture, &other.name)
    }
}

impl City {
    pub fn new(jis_code: u32, prefecture: &str, name: &str) -> Self {
        let name_normal = Normal::of_name(name);
        Self {
            jis_code,
            prefecture: prefecture.to_owned(),
            name: name.to_owned(),
            prefecture_normal: Normal::of_name(prefecture),
            after_county: after_county(&name_normal, own_name(name)),
            after_big_city: after_big_city(&name_normal),
            name_normal,
        }
    }
}

/// Returns a 町 or 村 without its 郡 or 島 (三宅島三宅村), any other name as it is.
pub(crate) fn own_name(city: &str) -> &str {
    if !city.ends_with(['町', '村']) {
        return city;
    }
    match city.split_once('郡').or_else(|| city.split_once('島')) {
        Some((before, name)) if !before.is_empty() && name.chars().count() > 1 => name,
        _ => city,
    }
}

/// Returns the length of `name` before its own name, which is `own`; 0 where they are the same.
fn after_county(name: &[char], own: &str) -> usize {
    name.len() - Normal::of_name(own).len()
}

fn after_big_city(name: &[char]) -> usize {
    if name.last() != Some(&'区') {
        return 0;
    }
    name.iter().skip(1).position(|&c| c == '市').map_or(0, |at| at + 2)
}

impl Texts {
    /// Takes the first `count` lines of `bytes` and returns them with their length in bytes;
    /// `None` if there are not as many or they are not UTF-8.
    pub fn of_lines(bytes: &[u8], count: usize) -> Option<(Self, usize)> {
        let mut ends = Vec::with_capacity(count.min(bytes.len()));
        ends.extend(memchr::memchr_iter(b'\n', bytes).take(count).map(|at| at as u32 + 1));
        let len = ends.last().map_or(0, |&end| end as usize);
        // Checks three-byte characters about three times as fast as the standard library.
        let text = UTF_8.decode_without_bom_handling_and_without_replacement(&bytes[..len])?;
        let text = text.into_owned();
        (ends.len() == count).then_some((Self { text, ends }, len))
    }

    /// Returns all lines.
    pub fn lines(&self) -> &str {
        &self.text
    }

    pub fn get(&self, row: usize) -> &str {
        let start = if row == 0 { 0 } else { self.ends[row - 1] as usize };
        &self.text[start..self.ends[row] as usize - 1]
    }

    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
        self.ends.push(self.text.len() as u32);
    }
}

/// The number of four-digit prefixes.
const PREFIXES: usize = 10_000;
/// The number of codes with the same first four digits.
const CODES_PER_PREFIX: u32 = 1_000;
