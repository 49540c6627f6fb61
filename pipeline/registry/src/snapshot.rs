//! The flat relation that the split joins against, and its id.

use std::collections::VecDeque;
use std::fmt;
use std::iter::Peekable;

use letter::{SenderId, Wish};
use sha2::{Digest, Sha256};

use crate::entry::{Link, Preference, Recipient, ANY_CLASS, IDENTITY_LEVEL_MAX};

/// What the registry says of one pseudonym for one letter class.
///
/// Of its values only the pseudonym may reach the sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotRow {
    /// The sender.
    pub sender: SenderId,
    /// The letter class, or [`ANY_CLASS`] for all classes without a row of their own.
    pub class: Box<str>,
    /// The sender's key of the recipient.
    pub pseudonym: Box<str>,
    /// The recipient's mailbox.
    pub mailbox: u64,
    /// How well the recipient is identified, 0 to 3.
    pub identity_level: u8,
    /// Whether the mailbox takes copies.
    pub mailbox_open: bool,
    /// Whether the recipient has selected this sender.
    pub selected: bool,
    /// Paper, electronic or both.
    pub wish: Wish,
}

impl SnapshotRow {
    /// Returns level, mailbox, selection and wish in one byte.
    pub fn bits(&self) -> StandingBits {
        StandingBits::pack(self.identity_level, self.mailbox_open, self.selected, self.wish)
    }
}

/// 0-1 identity level, 2 mailbox open, 3 selected, 4-5 wish: a standing as a column of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StandingBits(u8);

impl StandingBits {
    /// Puts a standing into one byte; a level above 3 counts as 3.
    pub fn pack(identity_level: u8, mailbox_open: bool, selected: bool, wish: Wish) -> Self {
        let flags = u8::from(mailbox_open) << 2 | u8::from(selected) << 3;
        Self(identity_level.min(IDENTITY_LEVEL_MAX) | flags | (wish as u8) << 4)
    }

    /// Reads the byte; `None` if it is not one that [`StandingBits::byte`] returns.
    pub fn new(byte: u8) -> Option<Self> {
        (usize::from(byte >> 4) < Wish::ALL.len()).then_some(Self(byte))
    }

    /// Returns the byte.
    pub fn byte(self) -> u8 {
        self.0
    }

    /// Returns the identity level, 0 to 3.
    pub fn identity_level(self) -> u8 {
        self.0 & 3
    }

    /// Returns whether the mailbox takes copies.
    pub fn mailbox_open(self) -> bool {
        self.0 & 4 != 0
    }

    /// Returns whether the recipient has selected the sender.
    pub fn selected(self) -> bool {
        self.0 & 8 != 0
    }

    /// Returns the wish.
    pub fn wish(self) -> Wish {
        Wish::ALL[usize::from(self.0 >> 4)]
    }
}

/// Derives the rows of a snapshot from the registry's three relations, each in merge order (as the
/// import returns them): recipients by id, links by recipient, preferences by recipient.
///
/// Every link of a known recipient gives one row with [`ANY_CLASS`] (not selected and paper unless
/// a preference says otherwise) and one for each letter class with a preference of its own. A link
/// to an unknown recipient gives none: its letters go on paper. The order is that of the
/// recipients; a snapshot has an order of its own (see [`SnapshotHasher`]).
pub fn snapshot_rows<R, L, P>(recipients: R, links: L, preferences: P) -> SnapshotRows<R, L, P>
where
    R: Iterator<Item = Recipient>,
    L: Iterator<Item = Link>,
    P: Iterator<Item = Preference>,
{
    SnapshotRows {
        recipients,
        links: links.peekable(),
        preferences: preferences.peekable(),
        ready: VecDeque::new(),
        dangling_links: 0,
    }
}

/// The merge of the three relations, a recipient at a time; see [`snapshot_rows`].
pub struct SnapshotRows<R, L: Iterator, P: Iterator> {
    recipients: R,
    links: Peekable<L>,
    preferences: Peekable<P>,
    ready: VecDeque<SnapshotRow>,
    dangling_links: u64,
}

impl<R, L, P> SnapshotRows<R, L, P>
where
    R: Iterator<Item = Recipient>,
    L: Iterator<Item = Link>,
    P: Iterator<Item = Preference>,
{
    /// Returns how many links to unknown recipients were passed so far.
    pub fn dangling_links(&self) -> u64 {
        self.dangling_links
    }

    fn merge(&mut self, recipient: &Recipient) {
        while self.links.next_if(|link| link.recipient < recipient.id).is_some() {
            self.dangling_links += 1;
        }
        while self.preferences.next_if(|wish| wish.recipient < recipient.id).is_some() {}
        let mut preferences = Vec::new();
        while let Some(preference) = self.preferences.next_if(|p| p.recipient == recipient.id) {
            preferences.push(preference);
        }
        while let Some(link) = self.links.next_if(|link| link.recipient == recipient.id) {
            self.push_rows(recipient, &link, &preferences);
        }
    }

    fn push_rows(&mut self, recipient: &Recipient, link: &Link, preferences: &[Preference]) {
        let row = |class: &str, wish, selected| SnapshotRow {
            sender: link.sender.clone(),
            class: class.into(),
            pseudonym: link.pseudonym.clone(),
            mailbox: recipient.mailbox,
            identity_level: recipient.identity_level,
            mailbox_open: recipient.mailbox_open,
            selected,
            wish,
        };
        let of_sender = || preferences.iter().filter(|p| p.sender == link.sender);
        if of_sender().all(|p| &*p.class != ANY_CLASS) {
            self.ready.push_back(row(ANY_CLASS, Wish::Paper, false));
        }
        self.ready.extend(of_sender().map(|p| row(&p.class, p.wish, p.selected)));
    }
}

impl<R, L, P> Iterator for SnapshotRows<R, L, P>
where
    R: Iterator<Item = Recipient>,
    L: Iterator<Item = Link>,
    P: Iterator<Item = Preference>,
{
    type Item = SnapshotRow;

    fn next(&mut self) -> Option<SnapshotRow> {
        while self.ready.is_empty() {
            let Some(recipient) = self.recipients.next() else {
                self.dangling_links += self.links.by_ref().count() as u64;
                return None;
            };
            self.merge(&recipient);
        }
        self.ready.pop_front()
    }
}

/// The name of a snapshot: the first 8 bytes of SHA-256 over its rows, as 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SnapshotId(pub u64);

impl SnapshotId {
    /// Parses the 16 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let id = u64::from_str_radix(text, 16).ok().map(Self)?;
        (id.to_string() == text).then_some(id)
    }

    /// Returns the id of these rows in any order.
    pub fn of(rows: impl IntoIterator<Item = SnapshotRow>) -> Self {
        let mut rows: Vec<SnapshotRow> = rows.into_iter().collect();
        rows.sort_unstable_by(|a, b| {
            (&a.sender, &a.class, &a.pseudonym).cmp(&(&b.sender, &b.class, &b.pseudonym))
        });
        let mut hasher = SnapshotHasher::default();
        for row in &rows {
            hasher.row(row.sender.as_str(), &row.class, &row.pseudonym, row.mailbox, row.bits());
        }
        hasher.finish()
    }
}

impl fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Hashes the canonical bytes of a snapshot's rows, which must come by sender, class, pseudonym.
///
/// A row's bytes: sender, class and pseudonym, each as its length in one byte and its UTF-8; the
/// mailbox as 8 bytes, little-endian; the [`StandingBits`].
#[derive(Clone, Debug, Default)]
pub struct SnapshotHasher {
    hash: Sha256,
    row: Vec<u8>,
}

impl SnapshotHasher {
    /// Takes the next row.
    pub fn row(
        &mut self,
        sender: &str,
        class: &str,
        pseudonym: &str,
        mailbox: u64,
        bits: StandingBits,
    ) {
        self.row.clear();
        for text in [sender, class, pseudonym] {
            self.row.push(u8::try_from(text.len()).expect("a key has at most KEY_LEN_MAX bytes"));
            self.row.extend(text.as_bytes());
        }
        self.row.extend(mailbox.to_le_bytes());
        self.row.push(bits.byte());
        self.hash.update(&self.row);
    }

    /// Returns the id of the rows taken.
    pub fn finish(self) -> SnapshotId {
        let digest = self.hash.finalize();
        let head: [u8; 8] = digest[..8].try_into().expect("a digest has 32 bytes");
        SnapshotId(u64::from_be_bytes(head))
    }
}

#[cfg(test)]
mod tests;
