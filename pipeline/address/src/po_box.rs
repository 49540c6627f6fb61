//! 包括番号 (hōkatsu bangō): a postal code that the boxes of a post office share.

use letter::PostalCode;

use crate::barcode;
use crate::candidate::{city_match, Written};
use crate::dictionary::{City, Dictionary};
use crate::matching::name_end;
use crate::resolve::{rest_from, Grade, Resolution, Scratch};

/// Resolves a code that the boxes of a post office share (包括番号, p22): 980-8691 私書箱215号.
///
/// The dictionary has no such codes. They end in 91, their district has other codes, and the
/// address must name the box. A municipality in the address must be one of the district; without
/// one only the district's prefecture is given.
pub(crate) fn shared_po_box<'d, 's>(
    dictionary: &'d Dictionary,
    scratch: &'s mut Scratch,
    code: PostalCode,
) -> Option<Resolution<'d, 's>> {
    if code.number() % 100 != SHARED_PO_BOX_SUFFIX {
        return None;
    }
    let box_number = box_number(&scratch.text)?;
    let district = code.prefix(3) * CODES_PER_DISTRICT;
    let rows = dictionary.rows_between(district..district + CODES_PER_DISTRICT);
    let first = dictionary.city(rows.clone().next()?);
    let mut cities = rows.map(|row| dictionary.city(row));
    let written = cities.find_map(|city| Some((city, whole_city_end(city, scratch)?)));
    if written.is_none() && names_elsewhere(dictionary, scratch, first) {
        return None;
    }
    let (prefecture, city, jis_code, end) = match written {
        Some((city, end)) => (&city.prefecture, city.name.as_str(), city.jis_code, end),
        None => (&first.prefecture, "", 0, 0),
    };
    let Scratch { text, address, number } = scratch;
    let rest = rest_from(text, address, end);
    let number = number.write(box_number);
    Some(Resolution {
        postal: code,
        prefecture,
        city,
        town: "",
        rest,
        grade: Grade::PoBox,
        barcode: Some(barcode::encode_po_box(code, box_number)),
        walk: barcode::walk(number),
        number,
        jis_code,
    })
}

fn whole_city_end(city: &City, scratch: &Scratch) -> Option<usize> {
    let found = city_match(city, &scratch.address);
    (found.written == Written::Whole).then_some(found.end)
}

/// Returns whether the address begins with a municipality or another prefecture than `home`'s.
fn names_elsewhere(dictionary: &Dictionary, scratch: &Scratch, home: &City) -> bool {
    dictionary.cities.iter().any(|city| {
        let other_prefecture = city.prefecture != home.prefecture
            && name_end(&scratch.address, 0, &city.prefecture_normal).is_some();
        other_prefecture || whole_city_end(city, scratch).is_some()
    })
}

/// Returns the number after 私書箱, 1 to 9999.
fn box_number(address: &str) -> Option<u16> {
    let (_, after) = address.split_once("私書箱")?;
    let number = barcode::address_number(after);
    let digits = number.split(|c: char| !c.is_ascii_digit()).find(|part| !part.is_empty())?;
    digits.parse().ok().filter(|number| (1..=PO_BOX_MAX).contains(number))
}

/// The codes of one three-digit district.
const CODES_PER_DISTRICT: u32 = 10_000;
/// 包括番号 end in 8691 or 91 (p22).
const SHARED_PO_BOX_SUFFIX: u32 = 91;
/// A box number has one to four digits (p22).
const PO_BOX_MAX: u16 = 9_999;
