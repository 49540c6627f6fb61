//! One record of a sample before any sender's form: the addressee, what is odd, what is broken.

use crate::defect::Defect;
use crate::gazetteer::Gazetteer;
use crate::people::{area, digits, number, Person};
use crate::random::Random;

/// A record to be written.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    /// The sender's key.
    pub key: String,
    /// The sender's pseudonym of the recipient, or empty.
    pub pseudonym: String,
    /// The addressee.
    pub person: Person,
    /// Second line of the name, or empty.
    pub name2: String,
    /// The honorific, or empty for the sender's own.
    pub honorific: &'static str,
    /// What is broken.
    pub defect: Option<Defect>,
    /// The number of table rows where it is not drawn.
    pub rows: Option<u64>,
    /// What the sender notes for itself; not printed.
    pub remark: &'static str,
}

/// Something unusual in a record that goes on nevertheless.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Oddity {
    /// 𠮷: beyond the basic plane.
    SupplementaryCharacter,
    /// 葛 with a variation selector.
    VariationSelector,
    /// A name that is shrunk and wrapped.
    LongName,
    /// A body, which is addressed as 御中.
    Organisation,
    /// A lodger: 佐藤様方.
    CareOf,
    /// The code of the towns that are not listed: no barcode.
    UnlistedTown,
    /// The town is another one of the same city: no barcode.
    OtherTown,
    /// An office with a code of its own.
    Office,
    /// An address without its prefecture.
    NoPrefecture,
    /// An address in half-width digits.
    HalfWidth,
    /// A postal code with its hyphen.
    HyphenatedCode,
    /// A field with quotes, commas and a line end.
    QuotedField,
    /// A name that a spreadsheet would take for a formula.
    Formula,
    /// One table row instead of all.
    FewRows,
    /// No table row at all.
    NoRows,
    /// Table rows on a second sheet.
    SecondSheet,
    /// So many table rows that the electronic copy is too large.
    TooLarge,
}

impl Oddity {
    /// Those that any record may carry, with any sender.
    pub const COMMON: [Self; 9] = [
        Self::SupplementaryCharacter,
        Self::VariationSelector,
        Self::LongName,
        Self::Organisation,
        Self::CareOf,
        Self::UnlistedTown,
        Self::OtherTown,
        Self::Office,
        Self::NoPrefecture,
    ];
}

const BODIES: [&str; 6] = [
    "株式会社星見製作所",
    "有限会社みどり商事",
    "特定非営利活動法人こだま",
    "医療法人青葉会",
    "学校法人若葉学園",
    "一般社団法人星見青年会議所",
];

/// Wider than a line of the window at its smallest size, narrower than three.
const LONG_NAME: &str = "特定非営利活動法人星見ヶ丘こどもの未来を支える会";

impl Record {
    /// Makes the record of a person.
    pub fn new(key: String, person: Person) -> Self {
        Self {
            key,
            pseudonym: String::new(),
            person,
            name2: String::new(),
            honorific: "",
            defect: None,
            rows: None,
            remark: "",
        }
    }

    /// Makes the record odd; who is odd is nobody's registered recipient.
    pub fn make_odd(&mut self, oddity: Oddity, gazetteer: &Gazetteer<'_>, random: &mut Random) {
        let person = &mut self.person;
        match oddity {
            Oddity::SupplementaryCharacter => *person = Person::draw_rare(0, gazetteer, random),
            Oddity::VariationSelector => *person = Person::draw_rare(1, gazetteer, random),
            Oddity::LongName => {
                LONG_NAME.clone_into(&mut person.name);
                "ホシミガオカコドモノミライ".clone_into(&mut person.kana);
                person.address2.clear();
            }
            Oddity::Organisation => {
                (*random.pick(&BODIES)).clone_into(&mut person.name);
                "ダンタイ".clone_into(&mut person.kana);
                "総務部".clone_into(&mut self.name2);
                self.honorific = "御中";
                person.address2.clear();
            }
            Oddity::CareOf => "佐藤様方".clone_into(&mut person.address2),
            Oddity::UnlistedTown => {
                let place = gazetteer.representative(random);
                person.postal = digits(place.postal);
                person.address1 = format!("{}{}", area(place), number(random));
            }
            Oddity::OtherTown => {
                let (one, other) = gazetteer.neighbours(random);
                person.postal = digits(one.postal);
                person.address1 = format!("{}{}", area(other), number(random));
            }
            Oddity::Office => {
                let place = gazetteer.office(random);
                person.postal = digits(place.postal);
                person.address1 = format!("{}{}", area(place), place.street);
                person.address2.clear();
                place.name.clone_into(&mut person.name);
                "ジムショ".clone_into(&mut person.kana);
                self.honorific = "御中";
            }
            Oddity::NoPrefecture => {
                let place = gazetteer.town(random);
                person.postal = digits(place.postal);
                person.address1 = format!("{}{}{}", place.city, place.town, number(random));
            }
            Oddity::HalfWidth => {
                let place = gazetteer.town(random);
                person.postal = digits(place.postal);
                let (chome, ban) = (random.between(1, 8), random.between(1, 45));
                person.address1 = format!("{}{chome}-{ban}-{}", area(place), random.between(1, 30));
                "ｺｰﾎﾟ青葉201".clone_into(&mut person.address2);
            }
            Oddity::HyphenatedCode => person.postal.insert(3, '-'),
            Oddity::QuotedField => self.remark = "電話で確認済み,\"7月末\"まで\r\n窓口で相談",
            Oddity::Formula => {
                // Broken, so that the row comes back in the reject list.
                "=HYPERLINK(\"http://example.invalid/\",\"x\")".clone_into(&mut person.address2);
                self.defect = Some(Defect::MissingName);
            }
            Oddity::FewRows => self.rows = Some(1),
            Oddity::NoRows => self.rows = Some(0),
            Oddity::SecondSheet => self.rows = Some(90),
            Oddity::TooLarge => self.rows = Some(TOO_LARGE_ROWS),
        }
    }

    /// Breaks what is broken whatever the sender's form.
    pub fn break_person(&mut self, gazetteer: &Gazetteer<'_>, random: &mut Random) {
        let person = &mut self.person;
        match self.defect {
            Some(Defect::BadPostalCode) => person.postal.truncate(6),
            Some(Defect::UnknownPostalCode) => {
                person.postal = digits(gazetteer.unknown_code(random));
            }
            Some(Defect::AddressMismatch) => {
                person.postal = digits(gazetteer.code_elsewhere(&person.address1, random));
            }
            Some(Defect::MissingName) => person.name.clear(),
            Some(Defect::ControlCharacter) => person.name.push_str("\u{7}子"),
            Some(Defect::DoesNotFit) => person.name = LONG_NAME.repeat(8),
            Some(Defect::TooManyRows) => self.rows = Some(TOO_MANY_ROWS),
            _ => {}
        }
    }

    /// Returns the number that the record adds to the hash total.
    pub fn hash_number(&self) -> u64 {
        let postal = letter::PostalCode::parse(&self.person.postal);
        postal.map_or(0, |postal| u64::from(postal.number()))
    }
}

/// Beyond `copy_bytes_max` of the insurer's class, with some 400 bytes a row; five sheets.
pub(crate) const TOO_LARGE_ROWS: u64 = 400;
/// One more than [`intake::decode::TABLE_ROWS_MAX`].
const TOO_MANY_ROWS: u64 = intake::decode::TABLE_ROWS_MAX as u64 + 1;
