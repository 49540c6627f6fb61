//! Whether a sender's row is one of our recipients: the rule, and the pseudonym it then gets.
//!
//! The rule sees how far the four agree and never the texts. A row is linked if exactly one person
//! agrees as far as the sender's agreement asks; of everything else the sender learns nothing.

use hmac::{Hmac, KeyInit, Mac};
use letter::SenderId;
use sha2::Sha256;

use crate::consent::Decision;
use crate::import::{key, Entry, Order};
use crate::person::parse_text;

/// How far row and registry agree, best first; what a sender's agreement asks at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkGrade {
    /// The same characters.
    Exact,
    /// The same after folding of width, blanks, numerals and the words of house numbers.
    Normalised,
    /// The same but for listed old and new forms of a character.
    Variant,
    /// The same but for characters that the registry's source could not hold.
    Substituted,
    /// Two people of the centre have looked and decided.
    Human,
}

impl LinkGrade {
    /// Every grade, best first.
    pub const ALL: [Self; 5] =
        [Self::Exact, Self::Normalised, Self::Variant, Self::Substituted, Self::Human];

    /// Returns the stable name.
    pub fn name(self) -> &'static str {
        ["exact", "normalised", "variant", "substituted", "human"][self as usize]
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grade| grade.name() == name)
    }
}

/// How far each of the four agrees; `None` where they differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// 氏名
    pub name: Option<LinkGrade>,
    /// 生年月日
    pub birth: Option<LinkGrade>,
    /// 性別
    pub sex: Option<LinkGrade>,
    /// 住所
    pub address: Option<LinkGrade>,
}

impl Agreement {
    /// Returns the worst of the four, if none differs.
    pub fn grade(self) -> Option<LinkGrade> {
        Some(self.name?.max(self.birth?).max(self.sex?).max(self.address?))
    }

    /// Whether it is worth a person's look: born on one day, and of one name or at one address.
    fn is_near(self) -> bool {
        let same_birth = self.birth.is_some() && self.sex.is_some();
        same_birth && (self.name.is_some() || self.address.is_some())
    }
}

/// What becomes of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// It is this recipient.
    Linked(Box<str>, LinkGrade),
    /// Two people of the centre have to decide between these; the sender learns nothing meanwhile.
    Undecided(Vec<Box<str>>),
    /// It is nobody of ours, as far as this sender may know.
    Nobody,
}

/// Rules on a row: the candidates with how far they agree, the grade that the sender's agreement
/// asks at least, and what was decided of the row before.
///
/// Two people who both agree far enough are one too many. Only a sender whose agreement goes as
/// far as [`LinkGrade::Human`] has rows that wait for people.
pub fn rule(
    candidates: &[(Box<str>, Agreement)],
    least: LinkGrade,
    decided: Option<&Decision>,
) -> Ruling {
    if let (LinkGrade::Human, Some(decision)) = (least, decided) {
        return match &decision.recipient {
            Some(recipient) => Ruling::Linked(recipient.clone(), LinkGrade::Human),
            None => Ruling::Nobody,
        };
    }
    let grades = candidates.iter().filter_map(|(id, found)| Some((id, found.grade()?)));
    let enough: Vec<_> = grades.filter(|(_, grade)| *grade <= least).collect();
    if let [(recipient, grade)] = enough[..] {
        return Ruling::Linked(recipient.clone(), grade);
    }
    let near = candidates.iter().filter(|(_, found)| found.is_near());
    let near: Vec<Box<str>> = near.map(|(id, _)| id.clone()).collect();
    match least == LinkGrade::Human && !near.is_empty() {
        true => Ruling::Undecided(near),
        false => Ruling::Nobody,
    }
}

/// A row of a sender's file of people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedRow {
    /// The sender's own id of the row.
    pub row: Box<str>,
    /// 氏名
    pub name: Box<str>,
    /// 住所
    pub address: Box<str>,
    /// 生年月日, in any notation that people use.
    pub birth: Box<str>,
    /// 性別
    pub sex: Box<str>,
}

impl Entry for AskedRow {
    const COLUMNS: &'static [&'static str] = &["row", "name", "address", "birth", "sex"];

    fn parse(cells: &[&str]) -> Result<Self, (&'static str, String)> {
        let text = |at: usize| {
            let missing = || (Self::COLUMNS[at], "empty, too long or not plain text".to_owned());
            parse_text(cells[at]).ok_or_else(missing)
        };
        let row = key("row", cells[0])?;
        Ok(Self { row, name: text(1)?, address: text(2)?, birth: text(3)?, sex: text(4)? })
    }

    const UNIQUE: &'static [(&'static str, Order<Self>)] = &[("row", Self::merge_order)];

    fn merge_order(&self, other: &Self) -> std::cmp::Ordering {
        self.row.cmp(&other.row)
    }
}

/// A sender's key: nobody without it can tell whose pseudonym is whose, nor join two senders'.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkKey {
    id: u32,
    secret: [u8; 32],
}

impl std::fmt::Debug for LinkKey {
    /// Writes which key it is, never the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LinkKey").field("id", &self.id).finish_non_exhaustive()
    }
}

impl LinkKey {
    /// Returns the sender's `id`-th key, from 1.
    pub fn new(id: u32, secret: [u8; 32]) -> Self {
        Self { id, secret }
    }

    /// Returns the number of the key.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Returns the pseudonym of a recipient at a sender: the key's number and 128 bits of
    /// HMAC-SHA-256 (RFC 2104), `k2-0f1e…`. The same every time under one key.
    pub fn pseudonym(&self, sender: &SenderId, recipient: &str) -> Box<str> {
        format!("k{}-{}", self.id, self.mac(&["pseudonym", sender.as_str(), recipient])).into()
    }

    /// Returns the name of a row among those that people decide of: the same texts are the same
    /// case, and nobody reads the texts from it.
    pub fn case(&self, sender: &SenderId, row: &AskedRow) -> Box<str> {
        let AskedRow { name, address, birth, sex, .. } = row;
        self.mac(&["case", sender.as_str(), name, address, birth, sex]).into()
    }

    /// Texts hold no NUL, so that no two lists of them are one.
    fn mac(&self, texts: &[&str]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).expect("HMAC takes any key");
        for text in texts {
            mac.update(text.as_bytes());
            mac.update(&[0]);
        }
        let bytes = mac.finalize().into_bytes();
        bytes[..MAC_LEN].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Bytes of a pseudonym: ten million recipients share none but once in 10²⁴ shops.
const MAC_LEN: usize = 16;

#[cfg(test)]
mod tests {
    use letter::Moment;

    use super::*;

    fn agreement(grades: [&str; 4]) -> Agreement {
        let [name, birth, sex, address] = grades.map(LinkGrade::parse);
        Agreement { name, birth, sex, address }
    }

    fn candidates(all: &[[&str; 4]]) -> Vec<(Box<str>, Agreement)> {
        let named = |at: usize| format!("r{}", at + 1).into();
        all.iter().enumerate().map(|(at, grades)| (named(at), agreement(*grades))).collect()
    }

    const SAME: [&str; 4] = ["exact"; 4];
    const OLD_FORM: [&str; 4] = ["variant", "exact", "exact", "normalised"];
    const MARRIED: [&str; 4] = ["", "exact", "exact", "exact"];
    const MOVED: [&str; 4] = ["exact", "exact", "exact", ""];
    const STRANGER: [&str; 4] = ["", "exact", "exact", ""];

    #[test]
    fn nothing_is_linked_below_the_senders_grade() {
        let linked = |grade| Ruling::Linked("r1".into(), grade);
        for (grades, least, ruling) in [
            (SAME, LinkGrade::Exact, linked(LinkGrade::Exact)),
            (OLD_FORM, LinkGrade::Exact, Ruling::Nobody),
            (OLD_FORM, LinkGrade::Normalised, Ruling::Nobody),
            (OLD_FORM, LinkGrade::Variant, linked(LinkGrade::Variant)),
            (OLD_FORM, LinkGrade::Human, linked(LinkGrade::Variant)),
            (MARRIED, LinkGrade::Substituted, Ruling::Nobody),
            (MARRIED, LinkGrade::Human, Ruling::Undecided(vec!["r1".into()])),
            (MOVED, LinkGrade::Human, Ruling::Undecided(vec!["r1".into()])),
            (STRANGER, LinkGrade::Human, Ruling::Nobody),
        ] {
            assert_eq!(rule(&candidates(&[grades]), least, None), ruling, "{grades:?} {least:?}");
        }
    }

    #[test]
    fn two_who_agree_far_enough_are_one_too_many() {
        let both = candidates(&[SAME, OLD_FORM]);
        assert_eq!(rule(&both, LinkGrade::Variant, None), Ruling::Nobody);
        assert_eq!(
            rule(&both, LinkGrade::Normalised, None),
            Ruling::Linked("r1".into(), LinkGrade::Exact)
        );
        let undecided = Ruling::Undecided(vec!["r1".into(), "r2".into()]);
        assert_eq!(rule(&both, LinkGrade::Human, None), undecided);
    }

    #[test]
    fn what_people_decided_stands_for_a_sender_whose_agreement_says_so() {
        let mut decision = Decision {
            sender: SenderId::parse("city").expect("an id"),
            case: "c".into(),
            recipient: Some("r2".into()),
            by: "tanaka".into(),
            approved_by: "suzuki".into(),
            at: Moment(1_795_280_400),
        };
        let both = candidates(&[MARRIED, MOVED]);
        let decided = |least, decision: &Decision| rule(&both, least, Some(decision));
        let linked = Ruling::Linked("r2".into(), LinkGrade::Human);
        assert_eq!(decided(LinkGrade::Human, &decision), linked);
        assert_eq!(decided(LinkGrade::Substituted, &decision), Ruling::Nobody);
        decision.recipient = None;
        assert_eq!(decided(LinkGrade::Human, &decision), Ruling::Nobody);
    }

    #[test]
    fn pseudonyms_of_one_person_have_nothing_in_common_at_two_senders_or_under_two_keys() {
        let [city, bank] = ["city", "bank"].map(|id| SenderId::parse(id).expect("an id"));
        let keys = [LinkKey::new(1, [1; 32]), LinkKey::new(1, [2; 32]), LinkKey::new(2, [3; 32])];
        let mut all = Vec::new();
        for sender in [&city, &bank] {
            for recipient in ["r1", "r2"] {
                let made = keys.iter().map(|key| key.pseudonym(sender, recipient));
                all.extend(made.map(|one| one.split_once('-').expect("parted").1.to_owned()));
            }
        }
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
        assert_eq!(keys[2].pseudonym(&city, "r1"), keys[2].pseudonym(&city, "r1"));
        assert!(keys[2].pseudonym(&city, "r1").starts_with("k2-"));
        assert!(!format!("{:?}", keys[0]).contains("[1, 1"), "no log shows the key");
    }
}
