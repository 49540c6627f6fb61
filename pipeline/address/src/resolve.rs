//! Whether a record's postal code and address agree, how far, and where the address is split.
//!
//! What goes on and what is set aside:
//!
//! | code and address | outcome | barcode |
//! |---|---|---|
//! | the town agrees; prefecture and city agree or are left out (p04) | [`Grade::Town`] | of the address number |
//! | the code is an office's own and the address or the name is the office's | [`Grade::Office`] | of the code alone |
//! | the code is shared by PO boxes and the address names a box | [`Grade::PoBox`] | of code and box |
//! | the city agrees, the code stands for towns that are not listed | [`Grade::City`] | none (p18) |
//! | the city agrees, the town does not, or the 丁目 is not the code's | [`Grade::City`] | none |
//! | city or prefecture contradicts, or nothing agrees | [`Reason::AddressMismatch`] | – |
//! | the code is not in the dictionary | [`Reason::UnknownPostalCode`] | – |
//!
//! Without a town the place where address B begins is not known and the number would be guessed;
//! a letter without a barcode is sorted by its postal code, one with a wrong barcode goes astray.

use std::ops::Range;

use letter::{CustomerBarcode, PostalCode, Reason};

use crate::barcode;
use crate::dictionary::{City, Dictionary, Kind};
use crate::matching::name_end;
use crate::normal::Normal;
use crate::note;

/// How far postal code and address agree; every grade goes on to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// The town agrees: the address is split at the right place.
    Town,
    /// The code is an office's own.
    Office,
    /// The code is shared by the boxes of a post office and the address names the box.
    PoBox,
    /// City and prefecture agree, the town does not or is not listed: no barcode.
    City,
}

impl Grade {
    /// Returns the stable name: `town`, `office`, `po-box` or `city`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Town => "town",
            Self::Office => "office",
            Self::PoBox => "po-box",
            Self::City => "city",
        }
    }
}

/// An address that agrees with its postal code, split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution<'a> {
    /// 郵便番号.
    pub postal: PostalCode,
    /// 都道府県 by the dictionary, also when the address leaves it out.
    pub prefecture: &'a str,
    /// 市区町村 by the dictionary; empty for a PO box whose address leaves it out.
    pub city: &'a str,
    /// 町域 by the dictionary; empty below [`Grade::Town`].
    pub town: &'a str,
    /// What follows the town, or the city below [`Grade::Town`], as the sender wrote it.
    pub rest: String,
    /// How far code and address agree.
    pub grade: Grade,
    /// The customer barcode, where the rules give one.
    pub barcode: Option<CustomerBarcode>,
    /// 住所表示番号 of the barcode, `3-30-8-403`; empty without one.
    pub number: String,
    /// The first four numbers of the rest, see [`letter::piece::Measured::walk`].
    pub walk: u64,
    /// 全国地方公共団体コード, five digits.
    pub jis_code: u32,
}

/// Room for the work on one address, to be used again for the next.
#[derive(Debug, Default)]
pub struct Scratch {
    text: String,
    address: Normal,
    name: Normal,
    chars: Vec<char>,
    number: String,
}

/// Checks postal code against address, splits the address and forms the barcode.
///
/// `address1` and `address2` are the two parts of [`letter::record::field`]; the split may lie in
/// either.
///
/// # Errors
/// [`Reason::BadPostalCode`], [`Reason::UnknownPostalCode`], [`Reason::AddressMismatch`].
pub fn resolve<'a>(
    dictionary: &'a Dictionary,
    scratch: &mut Scratch,
    postal: &str,
    address1: &str,
    address2: &str,
) -> Result<Resolution<'a>, Reason> {
    let Some(code) = PostalCode::parse(postal) else {
        return Err(Reason::BadPostalCode { value: postal.to_owned() });
    };
    scratch.set(address1, address2);
    let rows = dictionary.rows(code.number());
    if rows.is_empty() {
        return shared_po_box(dictionary, scratch, code).ok_or_else(|| unknown(dictionary, code));
    }
    match best_match(dictionary, scratch, rows.clone()) {
        Some(found) => Ok(resolution(dictionary, scratch, found)),
        None => Err(mismatch(dictionary, code, rows.start)),
    }
}

/// Where a row of the dictionary stands in an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Match<'a> {
    pub row: usize,
    pub grade: Grade,
    pub town: &'a str,
    /// The character of the normal form at which the rest begins.
    pub end: usize,
    /// Characters of the address that the town took.
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

impl Scratch {
    pub(crate) fn set(&mut self, address1: &str, address2: &str) {
        self.text.clear();
        self.text.push_str(address1);
        if !address2.is_empty() {
            self.text.push(' ');
            self.text.push_str(address2);
        }
        self.address.set(&self.text);
    }

    /// Returns the address in normal form.
    pub(crate) fn address(&self) -> &Normal {
        &self.address
    }

    /// Returns the address from a character of the normal form on, as written.
    pub(crate) fn rest(&self, end: usize) -> &str {
        self.text[self.address.byte(end)..].trim()
    }
}

/// Returns the best match of the rows: town before city, longer towns first, then earlier rows.
fn best_match<'a>(
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
        let Some(end) = town_end(dictionary.city(row), scratch, note, city) else { continue };
        let is_city = city.written == Written::LeftOut && begins_like_a_city(&scratch.address, end);
        if is_city || !note::allows(note, &scratch.address, end) {
            continue;
        }
        let town_len = end - city.end;
        if best.is_none_or(|best| best.town_len < town_len) {
            best = Some(Match { row, grade: Grade::Town, town, end, town_len });
        }
    }
    best
}

/// Returns where the town in `scratch.name` ends: right after the city, after a street of 京都, or
/// for a building with a code a floor after the part of the name that stands before the number.
fn town_end(city: &City, scratch: &Scratch, note: &str, found: CityMatch) -> Option<usize> {
    let (address, town) = (&scratch.address, scratch.name.chars());
    let at = found.end;
    if let Some(end) = name_end(address, at, town) {
        return Some(end);
    }
    if KYOTO_WARDS.contains(&city.jis_code) && found.written == Written::Whole {
        return end_after_street(address, at, town);
    }
    if note::names_a_floor(note) {
        return end_before_building(address, at, town);
    }
    None
}

/// Finds a town of 京都 after the 通り名: 寺町通御池上る上本能寺前町.
fn end_after_street(address: &Normal, at: usize, town: &[char]) -> Option<usize> {
    let text = address.chars();
    let street = |c: &char| matches!(c, '通' | 'ル' | '入' | '上' | '下' | '角');
    let mut street_seen = false;
    for start in at..text.len() {
        if street_seen && town.len() > 1 {
            if let Some(end) = name_end(address, start, town) {
                return Some(end);
            }
        }
        street_seen |= street(&text[start]);
    }
    None
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

/// Makes the result of a match.
pub(crate) fn resolution<'a>(
    dictionary: &'a Dictionary,
    scratch: &mut Scratch,
    found: Match<'a>,
) -> Resolution<'a> {
    let postal = dictionary.code_of_row(found.row);
    let city = dictionary.city(found.row);
    let rest = scratch.rest(found.end).to_owned();
    scratch.number.clear();
    barcode::write_address_number(&rest, &mut scratch.chars, &mut scratch.number);
    let walk = barcode::walk(&scratch.number);
    let (barcode, number) = match found.grade {
        Grade::Town => {
            (Some(barcode::encode(postal, &scratch.number)), scratch.number.as_str().to_owned())
        }
        Grade::Office => (Some(barcode::encode_own(postal)), String::new()),
        Grade::PoBox | Grade::City => (None, String::new()),
    };
    Resolution {
        postal,
        prefecture: &city.prefecture,
        city: &city.name,
        town: found.town,
        rest,
        grade: found.grade,
        barcode,
        number,
        walk,
        jis_code: city.jis_code,
    }
}

/// Resolves a code that the boxes of a post office share (包括番号, p22): 980-8691 私書箱215号.
///
/// The dictionary has no such codes. They end in 91, their district has other codes, and the
/// address must name the box. Prefecture and city are those of the district if the address has
/// them; otherwise only the prefecture is given.
fn shared_po_box<'a>(
    dictionary: &'a Dictionary,
    scratch: &mut Scratch,
    code: PostalCode,
) -> Option<Resolution<'a>> {
    if code.number() % 100 != SHARED_PO_BOX_SUFFIX {
        return None;
    }
    let (before_box, box_number) = po_box(scratch.text.as_str())?;
    let district = code.prefix(3) * 10_000;
    let mut rows = dictionary.rows_between(district..district + 10_000).peekable();
    let first = dictionary.city(*rows.peek()?);
    let prefecture = &first.prefecture;
    let written = rows.find_map(|row| {
        let city = dictionary.city(row);
        let found = city_match(city, &scratch.address);
        (found.written == Written::Whole).then_some((city, found.end))
    });
    let begins_with_office = || before_box.trim_end().ends_with('局') || before_box.is_empty();
    let (city, jis_code, end) = match written {
        Some((city, end)) => (city.name.as_str(), city.jis_code, end),
        None if begins_with_office() => ("", 0, 0),
        None => return None,
    };
    Some(Resolution {
        postal: code,
        prefecture,
        city,
        town: "",
        rest: scratch.rest(end).to_owned(),
        grade: Grade::PoBox,
        barcode: Some(barcode::encode_po_box(code, box_number)),
        number: box_number.to_string(),
        walk: barcode::walk(&box_number.to_string()),
        jis_code,
    })
}

/// Returns what stands before 私書箱 and the box's number after it, 1 to 9999.
fn po_box(address: &str) -> Option<(&str, u16)> {
    let (before, after) = address.split_once("私書箱")?;
    let number = barcode::address_number(after);
    let digits = number.split(|c: char| !c.is_ascii_digit()).find(|part| !part.is_empty())?;
    let number = digits.parse().ok().filter(|number| (1..=PO_BOX_MAX).contains(number))?;
    Some((before, number))
}

fn unknown(dictionary: &Dictionary, code: PostalCode) -> Reason {
    Reason::UnknownPostalCode {
        postal: code.to_string(),
        dictionary: dictionary.month().to_owned(),
    }
}

fn mismatch(dictionary: &Dictionary, code: PostalCode, row: usize) -> Reason {
    let place = dictionary.place(row);
    let expected = format!("{}{}{}", place.prefecture, place.city, place.town);
    Reason::AddressMismatch { postal: code.to_string(), expected }
}

/// The wards of 京都市, where a 通り名 may stand before the town.
const KYOTO_WARDS: Range<u32> = 26_101..26_112;
/// 包括番号 end in 8691 or 91 (p22).
const SHARED_PO_BOX_SUFFIX: u32 = 91;
/// A box number has one to four digits (p22).
const PO_BOX_MAX: u16 = 9_999;
