//! Japanese postal addresses: dictionary, normal form, split, grade, customer barcode digits.
//!
//! Floor 1. [`Dictionary`] is the post office's list of postal codes, [`resolve()`] checks one
//! record's code and address against it, [`barcode`] forms the customer barcode. [`find()`] does
//! the same for one line of text and also without a code, and [`examine()`] says what is doubtful
//! about a record and what was perhaps meant. [`import`] reads the post office's files.
//!
//! Addresses are compared in a normal form of this room's own, which is never printed: what is
//! printed is what the sender wrote. No Unicode normalisation takes place anywhere (facts §1.3
//! and §6.1: NFKC makes `I101` of コーポⅠ101, NFC changes the characters of names).

pub mod barcode;
pub mod dictionary;
pub mod find;
pub mod import;
pub mod quality;
pub mod resolve;

mod candidate;
mod entry;
mod file;
mod fold;
mod matching;
mod names;
mod normal;
mod note;
mod numeral;
mod po_box;

pub use dictionary::{Dictionary, Kind, Place};
pub use file::DictionaryError;
pub use find::{find, Found};
pub use import::{Import, ImportError};
pub use quality::{digest, examine, Examined, Finding, Level, Suggestion};
pub use resolve::{resolve, Grade, Resolution, Scratch};

/// Returns the normal form of an address or a name, to see whether another text has it too: widths
/// and old forms folded, blanks gone, numbers in digits.
pub fn comparable(text: &str) -> String {
    normal::Normal::of_name(text).into_iter().collect()
}
