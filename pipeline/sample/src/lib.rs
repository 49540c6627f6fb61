//! Sample shops: deterministic drops of synthetic people at real addresses.
//!
//! Floor 2. The same seed and dictionary give the same bytes on every machine. Names are put
//! together from lists of common family and given names, so that none speaks of a person;
//! addresses are real towns of the postcode dictionary with numbers drawn at random.
//!
//! [`letters`] makes a shop of any size, [`shop`] the one of the repository with every oddity in
//! a few records, [`broken_drops`] drops that are each broken in one way. All say what a night is
//! expected to make of them.

mod applications;
mod broken;
mod city;
mod count;
mod defect;
mod form;
mod gazetteer;
mod insurer;
mod letters;
mod package;
mod people;
mod random;
mod ready;
mod record;
mod register;
mod shop;
mod stationery;
mod water;

use std::io;

pub use applications::{
    ApplicationDefect, ApplicationOrder, End, Expected, Key, MadeParcel, Maker, Said, Tally,
};
pub use broken::broken_drops;
pub use count::{BatchCount, Made, Refused};
pub use defect::Defect;
pub use letters::{letters, Order, Senders};
pub use ready::{ready, ReadyOrder};
pub use shop::shop;

/// Takes each file: its path within the shop, parted by `/`, and its bytes.
pub type Sink<'s> = &'s mut dyn FnMut(&str, &[u8]) -> io::Result<()>;
