//! The room from outside, with the real dictionary of `config/postcodes`.

mod barcode;
mod dictionary;
mod find;
mod geolonia;
mod import;
mod quality;
mod resolve;
mod variants;

use std::sync::LazyLock;

use address::Dictionary;

/// The dictionary that the shop ships.
static DICTIONARY: LazyLock<Dictionary> =
    LazyLock::new(|| Dictionary::read(POSTCODES).expect("the shipped dictionary reads"));

const POSTCODES: &[u8] = include_bytes!("../../../../config/postcodes/postcodes.bin");
