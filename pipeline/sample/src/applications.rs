//! Sample shops of applications: parcels signed by an authority of the samples' own.
//!
//! Signing takes most of the time, so a shop is made in pieces that depend on nothing but order
//! and number: first the keys ([`Key::make`]), then a [`Maker`], then its parcels. Whoever has
//! threads makes several at once.

mod attachment;
mod authority;
mod certificate;
mod citizen;
mod cms;
mod crl;
mod defect;
mod der;
mod draft;
mod expected;
mod form;
mod key;
mod name;
mod office;
mod own_words;
mod parcel;
mod registers;
mod shop;
mod signer;
mod town;
mod xml;

use address::Dictionary;
use letter::Moment;

use authority::Authority;
pub use defect::{ApplicationDefect, End};
use draft::{moment, Towns};
pub use expected::{Expected, Said, Tally};
pub use key::Key;
use name::Use;
pub use parcel::MadeParcel;

/// What is ordered of a [`Maker`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ApplicationOrder {
    /// Applications over all parcels.
    pub applications: u64,
    /// The same seed gives the same bytes.
    pub seed: u64,
    /// Share of applications with a defect, 0 to 1.
    pub defects: f64,
    /// Municipalities that take part.
    pub municipalities: usize,
    /// Applications in a parcel.
    pub parcel_applications: u64,
}

/// Keys of authorities: three generations of two, and a false one.
const AUTHORITY_KEYS: u64 = 7;
/// Citizens share so many keys at most: making one takes as long as a hundred signatures.
///
/// Every citizen has a certificate of their own, so a verifier sees no key twice in a row.
const CITIZEN_KEYS_MAX: u64 = 64;
/// Applications for which one more key is worth its while.
const APPLICATIONS_PER_KEY: u64 = 50;

impl ApplicationOrder {
    /// Returns how many keys the order needs: numbers from 0.
    pub fn keys(&self) -> u64 {
        AUTHORITY_KEYS + self.citizen_keys()
    }

    /// Returns how many parcels it makes.
    pub fn parcels(&self) -> u64 {
        self.applications.div_ceil(self.parcel_applications.max(1))
    }

    fn citizen_keys(&self) -> u64 {
        (self.applications / APPLICATIONS_PER_KEY).clamp(2, CITIZEN_KEYS_MAX)
    }

    /// Spreads the applications over the day.
    fn received(&self, number: u64) -> Moment {
        let first = moment("2026-11-21T00:05:00+09:00").0;
        let seconds = u128::from(number) * 85_800 / u128::from(self.applications.max(1));
        Moment(first + seconds as i64)
    }
}

/// Makes a shop of applications piece by piece.
#[derive(Debug)]
pub struct Maker<'d> {
    order: ApplicationOrder,
    towns: Towns<'d>,
    /// 署名用, three generations, then 利用者証明用, three generations, then the false one.
    authorities: Vec<Authority>,
    keys: Vec<Key>,
}

impl<'d> Maker<'d> {
    /// Founds the authorities and opens the municipalities.
    ///
    /// # Panics
    /// Unless `keys` are those that the order needs, in their order.
    pub fn new(dictionary: &'d Dictionary, order: ApplicationOrder, mut keys: Vec<Key>) -> Self {
        assert_eq!(keys.len() as u64, order.keys(), "keys 0 to {}", order.keys());
        let citizens = keys.split_off(AUTHORITY_KEYS as usize);
        let offices = [
            (Use::Signature, 1),
            (Use::Signature, 2),
            (Use::Signature, 3),
            (Use::Authentication, 1),
            (Use::Authentication, 2),
            (Use::Authentication, 3),
            (Use::Signature, 3),
        ];
        let offices = offices.into_iter().zip(keys);
        let authorities =
            offices.map(|((of, generation), key)| Authority::found(of, generation, key)).collect();
        let towns = Towns::new(town::choose(dictionary, order.municipalities));
        Self { order, towns, authorities, keys: citizens }
    }
}
