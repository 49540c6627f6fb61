//! One entry of the registry's append-only log, as bytes.
//!
//! The store that keeps the log frames and checksums each entry; the form here is only compact.
//! All numbers are little-endian; a text is its length in one byte and its UTF-8.
//!
//! ```text
//! 1 | id | identity level u8 | open u8 | mailbox u64
//! 2 | sender | pseudonym | recipient
//! 3 | recipient | sender | class | wish u8 | selected u8
//! ```

use letter::{SenderId, Wish};

use crate::entry::{parse_key, Link, Preference, Recipient, IDENTITY_LEVEL_MAX};

/// A recipient, link or preference that takes the place of the one with its key, or is new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The key is the recipient's id.
    Recipient(Recipient),
    /// The key is sender and pseudonym.
    Link(Link),
    /// The key is recipient, sender and class.
    Preference(Preference),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn changes() -> [Change; 3] {
        let sender = SenderId::parse("hoshimi-city").expect("an id");
        [
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
                sender,
                class: "*".into(),
                wish: Wish::Both,
                selected: true,
            }),
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
