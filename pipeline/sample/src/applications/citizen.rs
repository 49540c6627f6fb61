//! Applicants, and how a certificate shows them.
//!
//! A certificate has only the characters of JIS X 0208; others are substituted, and a mask says
//! where. A form has them all.

use intake::layout::Gaiji;
use intake::write::encode_cp932;
use letter::Date;

use super::office::Takes;
use super::town::Municipality;
use crate::people::Person;
use crate::random::Random;

/// An applicant.
#[derive(Clone, Debug)]
pub(crate) struct Citizen {
    /// Name, reading and address.
    pub person: Person,
    /// 生年月日.
    pub birth: Date,
    /// Whether 男 or 女.
    pub sex: Sex,
}

/// 性別 as registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sex {
    /// 男.
    Male,
    /// 女.
    Female,
}

impl Sex {
    /// Returns the digit of certificates.
    pub fn digit(self) -> &'static str {
        match self {
            Self::Male => "1",
            Self::Female => "2",
        }
    }
}

impl Citizen {
    /// Draws somebody of a municipality whose certificate can show every character.
    pub fn draw(home: &Municipality<'_>, random: &mut Random) -> Self {
        loop {
            let person = Person::draw_at(home.town(random), random);
            let citizen = Self::of(person, random);
            let shown = Shown::of(&citizen);
            if !shown.is_substituted() {
                return citizen;
            }
        }
    }

    /// Draws somebody whose name a certificate shows with substitutes; for a municipality that
    /// takes CP932 a name that it can take.
    pub fn draw_substituted(home: &Municipality<'_>, takes: Takes, random: &mut Random) -> Self {
        loop {
            let town = home.town(random);
            let person = match random.below(4) {
                0 if takes != Takes::CsvCp932 => {
                    Person::draw_rare_at(random.below(2) as usize, town, random)
                }
                _ => Person::draw_at(town, random),
            };
            let citizen = Self::of(person, random);
            let shown = Shown::of(&citizen);
            if shown.name_mask.contains('1') && !shown.address_mask.contains('1') {
                return citizen;
            }
        }
    }

    fn of(person: Person, random: &mut Random) -> Self {
        let (year, month) = (random.between(1946, 2004) as u16, random.between(1, 12) as u8);
        // No month is too short for it, and no birthday comes every four years only.
        let day = random.between(1, 28) as u8;
        let birth = Date::new(year, month, day).expect("a day of every month");
        let sex = *random.pick(&[Sex::Male, Sex::Female]);
        Self { person, birth, sex }
    }

    /// Returns the address from the prefecture to the room.
    pub fn address(&self) -> String {
        match self.person.address2.as_str() {
            "" => self.person.address1.clone(),
            building => format!("{}　{building}", self.person.address1),
        }
    }
}

/// The basic four (基本4情報) as a certificate shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    /// 氏名.
    pub name: String,
    /// 生年月日: the era's digit, then year, month and day.
    pub birth: String,
    /// 性別.
    pub sex: &'static str,
    /// 住所.
    pub address: String,
    /// One digit a character of the name, 1 for a substitute.
    pub name_mask: String,
    /// The same of the address.
    pub address_mask: String,
}

impl Shown {
    /// Shows an applicant.
    pub fn of(citizen: &Citizen) -> Self {
        let (name, name_mask) = substituted(&citizen.person.name);
        let (address, address_mask) = substituted(&citizen.address());
        let birth = birth(citizen.birth);
        Self { name, birth, sex: citizen.sex.digit(), address, name_mask, address_mask }
    }

    /// Returns whether any character is a substitute.
    pub fn is_substituted(&self) -> bool {
        self.name_mask.contains('1') || self.address_mask.contains('1')
    }
}

/// Writes a day of birth with the digit of its era: 1 明治 2 大正 3 昭和 4 平成 5 令和.
fn birth(date: Date) -> String {
    let day = (date.year(), date.month(), date.day());
    let era = 1 + ERAS.iter().filter(|first| **first <= day).count();
    format!("{era}{:04}{:02}{:02}", date.year(), date.month(), date.day())
}

/// First days of 大正, 昭和, 平成, 令和.
const ERAS: [(u16, u8, u8); 4] = [(1912, 7, 30), (1926, 12, 25), (1989, 1, 8), (2019, 5, 1)];

/// Replaces characters beyond JIS X 0208 and masks them.
fn substituted(text: &str) -> (String, String) {
    let (mut shown, mut mask) = (String::with_capacity(text.len()), String::new());
    for c in text.chars() {
        match c {
            // A variation selector: the character before it stands for both.
            '\u{E0100}'..='\u{E01EF}' => {
                mask.pop();
                mask.push('1');
            }
            _ if is_in_jis_x_0208(c) => {
                shown.push(c);
                mask.push('0');
            }
            _ => {
                let substitute = SUBSTITUTES.iter().find(|(rare, _)| *rare == c);
                shown.push(substitute.map_or('〓', |(_, common)| *common));
                mask.push('1');
            }
        }
    }
    (shown, mask)
}

const SUBSTITUTES: [(char, char); 7] = [
    ('髙', '高'),
    ('﨑', '崎'),
    ('濵', '浜'),
    ('德', '徳'),
    ('𠮷', '吉'),
    ('\u{FA10}', '塚'),
    ('\u{F9DC}', '隆'),
];

/// Tells by its code in CP932: rows 13 and 89 on are the makers' own.
fn is_in_jis_x_0208(c: char) -> bool {
    match encode_cp932(c.encode_utf8(&mut [0; 4]), &Gaiji::default()).as_deref() {
        Ok([0x81..=0x84 | 0x88..=0x9F | 0xE0..=0xEA, _]) => true,
        Ok([single]) => single.is_ascii_graphic() || *single == b' ',
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_beyond_the_two_levels_are_masked_one_by_one() {
        for (name, shown, mask) in [
            ("山田　太郎", "山田　太郎", "00000"),
            ("髙橋　翔", "高橋　翔", "1000"),
            ("𠮷田　翔", "吉田　翔", "1000"),
            ("葛\u{E0100}西　翔", "葛西　翔", "1000"),
            ("渡邉　翔", "渡邉　翔", "0000"),
            ("黒﨑　翔", "黒崎　翔", "0100"),
        ] {
            assert_eq!(substituted(name), (shown.to_owned(), mask.to_owned()), "{name}");
        }
    }

    #[test]
    fn a_birth_has_the_digit_of_its_era() {
        let day = |year, month, day| Date::new(year, month, day).expect("a day");
        for (date, written) in [
            (day(1912, 7, 29), "119120729"),
            (day(1926, 12, 24), "219261224"),
            (day(1980, 12, 31), "319801231"),
            (day(1989, 1, 8), "419890108"),
            (day(2019, 5, 1), "520190501"),
        ] {
            assert_eq!(birth(date), written);
        }
    }
}
