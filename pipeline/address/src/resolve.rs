//! Whether a record's postal code and address agree, how far, and where the address is split.
//!
//! What goes on and what is set aside:
//!
//! - The town agrees, prefecture and city agree or are left out (p04): [`Grade::Town`], with the
//!   barcode of the address number.
//! - The code is an office's own and the address or the name in it is the office's:
//!   [`Grade::Office`], with the barcode of the code alone.
//! - The code is shared by PO boxes and the address names a box: [`Grade::PoBox`], with the
//!   barcode of code and box.
//! - The city agrees and the code stands for towns that are not listed: [`Grade::City`], without
//!   barcode (p18).
//! - The city agrees, the town does not, or its 丁目 is not the code's: [`Grade::City`], without
//!   barcode.
//! - City or prefecture contradicts, or nothing agrees: [`Reason::AddressMismatch`].
//! - The code is not in the dictionary: [`Reason::UnknownPostalCode`].
//!
//! Without a town the place where address B begins is not known and the number would be guessed;
//! a letter without a barcode is sorted by its postal code, one with a wrong barcode goes astray.

use letter::{CustomerBarcode, PostalCode, Reason};

use crate::barcode::{self, NumberScratch};
use crate::candidate::{best_match, Match};
use crate::dictionary::Dictionary;
use crate::normal::Normal;
use crate::po_box::shared_po_box;

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

/// An address that agrees with its postal code, split; names live as long as the dictionary, the
/// address's own text as long as the scratch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution<'d, 's> {
    /// 郵便番号.
    pub postal: PostalCode,
    /// 都道府県 by the dictionary, also when the address leaves it out.
    pub prefecture: &'d str,
    /// 市区町村 by the dictionary; empty for a PO box whose address leaves it out.
    pub city: &'d str,
    /// 町域 by the dictionary; empty below [`Grade::Town`].
    pub town: &'d str,
    /// What follows the town, or the city below [`Grade::Town`], as the sender wrote it.
    pub rest: &'s str,
    /// How far code and address agree.
    pub grade: Grade,
    /// The customer barcode, where the rules give one.
    pub barcode: Option<CustomerBarcode>,
    /// 住所表示番号 of the barcode, `3-30-8-403`; empty without one.
    pub number: &'s str,
    /// The first four numbers of the rest, see [`letter::piece::Measured::walk`].
    pub walk: u64,
    /// 全国地方公共団体コード, five digits.
    pub jis_code: u32,
}

/// Room for the work on one address, to be used again for the next.
#[derive(Debug, Default)]
pub struct Scratch {
    /// The address as written.
    pub(crate) text: String,
    /// The address in normal form.
    pub(crate) address: Normal,
    /// The address number, and room for the work on it.
    pub(crate) number: NumberScratch,
}

/// Checks postal code against address, splits the address and forms the barcode.
///
/// `address1` and `address2` are the two parts of [`letter::record::field`]; the split may lie in
/// either.
///
/// # Errors
/// [`Reason::BadPostalCode`], [`Reason::UnknownPostalCode`], [`Reason::AddressMismatch`].
pub fn resolve<'d, 's>(
    dictionary: &'d Dictionary,
    scratch: &'s mut Scratch,
    postal: &str,
    address1: &str,
    address2: &str,
) -> Result<Resolution<'d, 's>, Reason> {
    let Some(code) = PostalCode::parse(postal) else {
        return Err(Reason::BadPostalCode { value: postal.to_owned() });
    };
    scratch.set(address1, address2);
    let rows = dictionary.rows(code.number());
    if rows.is_empty() {
        return shared_po_box(dictionary, scratch, code).ok_or_else(|| unknown(dictionary, code));
    }
    match best_match(dictionary, &scratch.address, rows.clone()) {
        Some(found) => Ok(resolution(dictionary, scratch, found)),
        None => Err(mismatch(dictionary, code, rows.start)),
    }
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
}

/// Returns an address from a character of its normal form on, as written.
pub(crate) fn rest_from<'s>(text: &'s str, address: &Normal, end: usize) -> &'s str {
    text[address.byte(end)..].trim()
}

/// Makes the result of a match.
pub(crate) fn resolution<'d, 's>(
    dictionary: &'d Dictionary,
    scratch: &'s mut Scratch,
    found: Match,
) -> Resolution<'d, 's> {
    let postal = dictionary.code_of_row(found.row);
    let city = dictionary.city(found.row);
    let Scratch { text, address, number } = scratch;
    let rest = rest_from(text, address, found.end);
    let number = number.read(rest);
    let walk = barcode::walk(number);
    let (barcode, number) = match found.grade {
        Grade::Town => (Some(barcode::encode(postal, number)), number),
        Grade::Office => (Some(barcode::encode_own(postal)), ""),
        Grade::PoBox | Grade::City => (None, ""),
    };
    Resolution {
        postal,
        prefecture: &city.prefecture,
        city: &city.name,
        town: found.town_name(dictionary),
        rest,
        grade: found.grade,
        barcode,
        number,
        walk,
        jis_code: city.jis_code,
    }
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
