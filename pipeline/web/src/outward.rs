//! What goes outward by the recipients' choice: which copies, and where to.
//!
//! Nothing is kept here that the logs do not say: a copy in a mailbox whose owner has named a place
//! goes there until whoever sends has noted that it has arrived. Reads beside nights and doors.

use std::collections::BTreeMap;

use edge::durable::{LogError, Tail};
use edge::mailboxes::MailboxError;
use edge::reading_room::{Place, ReadingRoom};
use letter::{Moment, PieceId};
use mailbox::MailboxId;

use crate::act::Elsewhere;
use crate::books::{Books, Forward};
use crate::passcode::Number;
use crate::people::People;
use crate::site::{followed, OpenError, SiteFiles};

/// The recipients' choices and their mailboxes.
#[derive(Debug)]
pub struct Outward {
    books: Books,
    logs: [Tail; 2],
    people: People,
    room: ReadingRoom,
}

/// Returns whether anybody has named a place outside.
///
/// # Errors
/// [`LogError`].
pub fn is_asked(files: &SiteFiles) -> Result<bool, LogError> {
    let mut books = Books::default();
    for log in [&files.invitations, &files.acts] {
        followed(&mut Tail::new(log))?.iter().for_each(|entry| books.apply(entry));
    }
    Ok(!books.forwards().is_empty())
}

/// One thing that is to be sent.
#[derive(Clone, Debug)]
pub struct Dispatch {
    /// Where to.
    pub to: Elsewhere,
    /// When it was there to be sent.
    pub since: Moment,
    /// What it is.
    pub what: Parcel,
}

/// What is sent.
#[derive(Clone, Debug)]
pub enum Parcel {
    /// The code that shows who reads there: the account, and when it named the place.
    Code(Number, Moment),
    /// A copy.
    Copy(Place),
}

/// By what a dispatch is known, whenever it is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// A code.
    Code(Number, Moment),
    /// A copy.
    Copy(PieceId),
}

impl Dispatch {
    /// Returns by what it is known.
    pub fn key(&self) -> Key {
        match &self.what {
            Parcel::Code(number, asked) => Key::Code(*number, *asked),
            Parcel::Copy(place) => Key::Copy(place.piece()),
        }
    }
}

impl Outward {
    /// Opens a door's files for reading.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(files: &SiteFiles) -> Result<Self, OpenError> {
        let mut outward = Self {
            books: Books::default(),
            logs: [&files.invitations, &files.acts].map(|path| Tail::new(path)),
            people: People::open(&files.registry)?,
            room: ReadingRoom::open(&files.mailboxes, &files.deliveries)?,
        };
        outward.refresh()?;
        Ok(outward)
    }

    /// Takes in what has come since.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn refresh(&mut self) -> Result<(), OpenError> {
        // Orders first: what people did with a code stands on them.
        for log in &mut self.logs {
            followed(log)?.iter().for_each(|entry| self.books.apply(entry));
        }
        self.people.refresh()?;
        self.room.refresh()?;
        Ok(())
    }

    /// Returns whether a copy was read in its mailbox.
    pub fn is_opened(&self, piece: PieceId) -> bool {
        self.books.opened(piece).or_else(|| self.room.opened(piece)).is_some()
    }

    /// Returns what is to be sent and not `done`, by account, the oldest first.
    ///
    /// # Errors
    /// If a pack cannot be read.
    pub fn dispatches(
        &self,
        now: Moment,
        done: impl Fn(&Key) -> bool,
    ) -> Result<Vec<Dispatch>, MailboxError> {
        let mut dispatches = Vec::new();
        for (number, forward) in self.books.forwards() {
            let to = &forward.to;
            let Some(since) = forward.since else {
                let key = Key::Code(*number, forward.asked);
                if forward.takes_code(now) && !done(&key) {
                    let what = Parcel::Code(*number, forward.asked);
                    dispatches.push(Dispatch { to: to.clone(), since: forward.asked, what });
                }
                continue;
            };
            let Some(mailbox) = self.mailbox(*number) else { continue };
            for place in self.room.of_mailbox(mailbox).into_iter().rev() {
                if done(&Key::Copy(place.piece())) {
                    continue;
                }
                let arrived = place.listed(None)?.label.received;
                if arrived >= since {
                    let what = Parcel::Copy(place);
                    dispatches.push(Dispatch { to: to.clone(), since: arrived, what });
                }
            }
        }
        Ok(dispatches)
    }

    /// Returns the places that accounts have named.
    pub fn forwards(&self) -> &BTreeMap<Number, Forward> {
        self.books.forwards()
    }

    fn mailbox(&self, number: Number) -> Option<MailboxId> {
        let account = self.books.account(number)?;
        Some(MailboxId(self.people.recipient(&account.recipient)?.mailbox))
    }
}
