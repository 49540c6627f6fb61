//! One entry of the registry's append-only log, as bytes.
//!
//! The store that keeps the log frames and checksums each entry; the form here is only compact.
//! All numbers are little-endian; a text is its length in one byte and its UTF-8.
//!
//! ```text
//! 1 | id | identity level u8 | open u8 | mailbox u64
//! 2 | sender | pseudonym | recipient
//! 3 | recipient | sender | class | wish u8 | selected u8
//! 4 | recipient | the other eight columns of people.csv, each with its length in two bytes
//! 5 | recipient | sender | moment u64 | given u8
//! 6 | sender | case | recipient or nothing | by | approved by | moment u64
//! 7 | sender | day | SHA-256 in hexadecimal | rows u32
//! ```

use letter::{Date, Moment, SenderId, Wish};

use crate::consent::{Consent, Decision, Inquiry};
use crate::entry::{parse_key, Link, Preference, Recipient, IDENTITY_LEVEL_MAX};
use crate::person::{self, PersonEvent};

/// An entry that takes the place of the one with its key, or is new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The key is the recipient's id.
    Recipient(Recipient),
    /// The key is sender and pseudonym.
    Link(Link),
    /// The key is recipient, sender and class.
    Preference(Preference),
    /// The key is recipient, day and kind.
    Person(PersonEvent),
    /// The key is recipient, sender and moment.
    Consent(Consent),
    /// The key is sender and case.
    Decision(Decision),
    /// The key is sender, day and file.
    Inquiry(Inquiry),
}

impl Change {
    /// Appends the change's bytes to `out`.
    pub fn to_bytes(&self, out: &mut Vec<u8>) {
        match self {
            Self::Recipient(recipient) => {
                out.push(RECIPIENT);
                put_text(out, &recipient.id);
                out.extend([recipient.identity_level, u8::from(recipient.mailbox_open)]);
                out.extend(recipient.mailbox.to_le_bytes());
            }
            Self::Link(link) => {
                out.push(LINK);
                put_text(out, link.sender.as_str());
                put_text(out, &link.pseudonym);
                put_text(out, &link.recipient);
            }
            Self::Preference(preference) => {
                out.push(PREFERENCE);
                put_text(out, &preference.recipient);
                put_text(out, preference.sender.as_str());
                put_text(out, &preference.class);
                out.extend([preference.wish as u8, u8::from(preference.selected)]);
            }
            Self::Person(event) => {
                out.push(PERSON);
                put_text(out, &event.recipient);
                for cell in person::cells(event) {
                    let len = u16::try_from(cell.len()).expect("a cell has TEXT_LEN_MAX bytes");
                    out.extend(len.to_le_bytes());
                    out.extend(cell.as_bytes());
                }
            }
            Self::Consent(consent) => {
                out.push(CONSENT);
                put_text(out, &consent.recipient);
                put_text(out, consent.sender.as_str());
                out.extend(consent.at.0.to_le_bytes());
                out.push(u8::from(consent.is_given));
            }
            Self::Decision(decision) => {
                out.push(DECISION);
                put_text(out, decision.sender.as_str());
                put_text(out, &decision.case);
                put_text(out, decision.recipient.as_deref().unwrap_or_default());
                put_text(out, &decision.by);
                put_text(out, &decision.approved_by);
                out.extend(decision.at.0.to_le_bytes());
            }
            Self::Inquiry(inquiry) => {
                out.push(INQUIRY);
                put_text(out, inquiry.sender.as_str());
                put_text(out, &inquiry.day.to_string());
                put_text(out, &inquiry.file);
                out.extend(inquiry.rows.to_le_bytes());
            }
        }
    }

    /// Reads one change, which must be `bytes` as a whole.
    ///
    /// Returns `None` if the bytes are not one whole change.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let rest = &mut rest;
        let change = match take::<1>(rest)? {
            [RECIPIENT] => Self::Recipient(Recipient {
                id: take_key(rest)?,
                identity_level: take::<1>(rest)
                    .map(|[n]| n)
                    .filter(|&n| n <= IDENTITY_LEVEL_MAX)?,
                mailbox_open: take_flag(rest)?,
                mailbox: u64::from_le_bytes(take(rest)?),
            }),
            [LINK] => Self::Link(Link {
                sender: SenderId::parse(take_text(rest)?)?,
                pseudonym: take_key(rest)?,
                recipient: take_key(rest)?,
            }),
            [PREFERENCE] => Self::Preference(Preference {
                recipient: take_key(rest)?,
                sender: SenderId::parse(take_text(rest)?)?,
                class: take_key(rest)?,
                wish: Wish::ALL.get(usize::from(take::<1>(rest)?[0])).copied()?,
                selected: take_flag(rest)?,
            }),
            [PERSON] => Self::Person(take_event(rest)?),
            [CONSENT] => Self::Consent(Consent {
                recipient: take_key(rest)?,
                sender: SenderId::parse(take_text(rest)?)?,
                at: take_moment(rest)?,
                is_given: take_flag(rest)?,
            }),
            [DECISION] => Self::Decision(Decision {
                sender: SenderId::parse(take_text(rest)?)?,
                case: take_key(rest)?,
                recipient: match take_text(rest)? {
                    "" => None,
                    recipient => Some(parse_key(recipient)?),
                },
                by: take_key(rest)?,
                approved_by: take_key(rest)?,
                at: take_moment(rest)?,
            }),
            [INQUIRY] => Self::Inquiry(Inquiry {
                sender: SenderId::parse(take_text(rest)?)?,
                day: Date::parse(take_text(rest)?)?,
                file: take_key(rest)?,
                rows: u32::from_le_bytes(take(rest)?),
            }),
            _ => return None,
        };
        rest.is_empty().then_some(change)
    }
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    out.push(u8::try_from(text.len()).expect("a key has at most KEY_LEN_MAX bytes"));
    out.extend(text.as_bytes());
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk::<N>()?;
    *rest = tail;
    Some(*head)
}

fn take_text<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let [len] = take::<1>(rest)?;
    let (text, tail) = rest.split_at_checked(usize::from(len))?;
    *rest = tail;
    std::str::from_utf8(text).ok()
}

fn take_event(rest: &mut &[u8]) -> Option<PersonEvent> {
    let recipient = take_text(rest)?;
    let mut cells = [""; CELLS];
    for cell in &mut cells {
        let len = u16::from_le_bytes(take(rest)?);
        let (text, tail) = rest.split_at_checked(usize::from(len))?;
        *rest = tail;
        *cell = std::str::from_utf8(text).ok()?;
    }
    person::of_log(recipient, &cells)
}

fn take_moment(rest: &mut &[u8]) -> Option<Moment> {
    Some(Moment(i64::from_le_bytes(take(rest)?)))
}

fn take_key(rest: &mut &[u8]) -> Option<Box<str>> {
    parse_key(take_text(rest)?)
}

fn take_flag(rest: &mut &[u8]) -> Option<bool> {
    match take::<1>(rest)? {
        [0] => Some(false),
        [1] => Some(true),
        _ => None,
    }
}

const RECIPIENT: u8 = 1;
const LINK: u8 = 2;
const PREFERENCE: u8 = 3;
const PERSON: u8 = 4;
const CONSENT: u8 = 5;
const DECISION: u8 = 6;
const INQUIRY: u8 = 7;
/// Columns of people.csv after the recipient.
const CELLS: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::person::{BasicFour, Event, Sex, Shown};

    fn changes() -> Vec<Change> {
        let day = Date::parse("2026-05-01").expect("a day");
        let shown = |text: &str, mask: &str| Shown { text: text.into(), mask: mask.into() };
        let event =
            |event| Change::Person(PersonEvent { recipient: "r-0001".into(), from: day, event });
        let at = Moment(1_795_280_400);
        let sender = SenderId::parse("hoshimi-city").expect("an id");
        vec![
            Change::Recipient(Recipient {
                id: "r-0001".into(),
                identity_level: 3,
                mailbox_open: true,
                mailbox: u64::MAX - 1,
            }),
            Change::Link(Link {
                sender: sender.clone(),
                pseudonym: "宛名-七".into(),
                recipient: "r-0001".into(),
            }),
            Change::Preference(Preference {
                recipient: "r-0001".into(),
                sender: sender.clone(),
                class: "*".into(),
                wish: Wish::Both,
                selected: true,
            }),
            event(Event::Registered(BasicFour {
                name: shown("吉田　花子", "10000"),
                birth: day,
                sex: Sex::Female,
                address: shown("星見市緑区中野123", ""),
            })),
            event(Event::Moved(shown("星見市緑区中野200", ""))),
            event(Event::Renamed(shown("山田　花子", ""))),
            event(Event::Died),
            Change::Consent(Consent {
                recipient: "r-0001".into(),
                sender: sender.clone(),
                at,
                is_given: true,
            }),
            Change::Decision(Decision {
                sender: sender.clone(),
                case: "c1".into(),
                recipient: None,
                by: "tanaka".into(),
                approved_by: "suzuki".into(),
                at,
            }),
            Change::Inquiry(Inquiry { sender, day, file: "ab".into(), rows: 7 }),
        ]
    }

    #[test]
    fn a_change_reads_back_as_it_was_written() {
        for change in changes() {
            let mut bytes = Vec::new();
            change.to_bytes(&mut bytes);
            assert_eq!(Change::from_bytes(&bytes), Some(change));
        }
    }

    #[test]
    fn a_change_cut_or_lengthened_anywhere_is_recognised() {
        for change in changes() {
            let mut bytes = Vec::new();
            change.to_bytes(&mut bytes);
            for cut in 0..bytes.len() {
                assert_eq!(Change::from_bytes(&bytes[..cut]), None, "cut at {cut}");
            }
            bytes.push(0);
            assert_eq!(Change::from_bytes(&bytes), None);
        }
    }

    #[test]
    fn a_value_outside_its_range_is_no_change() {
        let mut bytes = Vec::new();
        changes()[2].to_bytes(&mut bytes);
        let wish = bytes.len() - 2;
        bytes[wish] = 3;
        assert_eq!(Change::from_bytes(&bytes), None);
    }
}
