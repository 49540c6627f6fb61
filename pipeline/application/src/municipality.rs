//! Which municipality an application goes to, and why it goes to a person where none can be told.

mod code;
mod designated;
mod file;

use letter::PostalCode;
use serde::{Deserialize, Serialize};

pub use code::JisCode;
pub use designated::city_of;
pub use file::{Count, Due, Grade, Municipality, Office};

use crate::form::Form;
use crate::procedure::{Placed, Procedure};

/// Where an application goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assignment {
    /// To this municipality; a ward of a designated city stands for its city.
    To(JisCode),
    /// 要確認: to a person's list.
    Person(Unassigned),
}

/// Why no municipality can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unassigned {
    /// The form's code has another form than five digits, or six with the right check digit.
    BadCode,
    /// The form names a municipality that the shop has no file for.
    UnknownMunicipality,
    /// The form has neither a code nor an address.
    NoAddress,
    /// The address is not that of any one municipality.
    UnknownAddress,
}

impl Unassigned {
    /// Returns the stable code, `bad-code`.
    pub fn code(self) -> &'static str {
        match self {
            Self::BadCode => "bad-code",
            Self::UnknownMunicipality => "unknown-municipality",
            Self::NoAddress => "no-address",
            Self::UnknownAddress => "unknown-address",
        }
    }

    /// Says in Japanese what was met.
    pub fn japanese(self) -> &'static str {
        match self {
            Self::BadCode => "市区町村コードの桁数または検査数字が正しくありません",
            Self::UnknownMunicipality => "この市区町村は登録されていません",
            Self::NoAddress => "市区町村コードも住所もありません",
            Self::UnknownAddress => "住所から市区町村を特定できません",
        }
    }

    /// Says in English what was met.
    pub fn english(self) -> &'static str {
        match self {
            Self::BadCode => "the municipality's code has a wrong length or check digit",
            Self::UnknownMunicipality => "the municipality is not registered",
            Self::NoAddress => "there is neither a municipality's code nor an address",
            Self::UnknownAddress => "the address is not that of any one municipality",
        }
    }
}

/// What the caller knows of places: the postcode dictionary and the shop's municipalities.
pub trait Places {
    /// Returns the five-digit code of the municipality or ward of an address, if it is one.
    fn find(&self, postal: Option<PostalCode>, address: &str) -> Option<u32>;
    /// Returns whether the shop has a file for the municipality.
    fn is_registered(&self, code: JisCode) -> bool;
}

/// Tells the municipality: by the form's own code, and by the address where the form has none.
///
/// A code that is there but wrong is never guessed around: the applicant meant something.
pub fn assign(procedure: &Procedure, form: &Form, places: &dyn Places) -> Assignment {
    assign_placed(procedure, &procedure.place(form), places)
}

/// As [`assign`], for a form whose values are placed already.
pub fn assign_placed(
    procedure: &Procedure,
    placed: &Placed<'_>,
    places: &dyn Places,
) -> Assignment {
    let role = |role: &Option<String>| placed.get(procedure, role.as_deref()?, 0);
    let code = match role(&procedure.roles.municipality) {
        Some(text) => match JisCode::parse(text) {
            Some(code) => code,
            None => return Assignment::Person(Unassigned::BadCode),
        },
        None => {
            let Some(address) = role(&procedure.roles.address) else {
                return Assignment::Person(Unassigned::NoAddress);
            };
            let postal = role(&procedure.roles.postal).and_then(PostalCode::parse);
            match places.find(postal, address).and_then(JisCode::new) {
                Some(code) => code,
                None => return Assignment::Person(Unassigned::UnknownAddress),
            }
        }
    };
    let city = city_of(code);
    match places.is_registered(city) {
        true => Assignment::To(city),
        false => Assignment::Person(Unassigned::UnknownMunicipality),
    }
}

#[cfg(test)]
mod tests;
