//! What a night takes over from the doors: openings, wishes, orders for letters with codes.

use std::io;
use std::path::Path;

use edge::durable::{LogError, Tail};
use letter::Moment;
use mailbox::OpenNotice;
use registry::{Change, Preference, Recipient};

use crate::act::{Act, Entry, Grade, Order};
use crate::books::Books;

/// What has come since a night last looked.
#[derive(Clone, Debug, Default)]
pub struct News {
    /// First readings.
    pub openings: Vec<OpenNotice>,
    /// What the registry is to be told, in order.
    pub told: Vec<Told>,
    /// Orders for codes.
    pub orders: Vec<Placed>,
}

/// An order with its place in the logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// When it was placed.
    pub at: Moment,
    /// In which log, 0 or 1, and as which record of it, from 0.
    pub place: (usize, u64),
    /// What was ordered.
    pub order: Order,
}

/// What the registry is to be told of one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// The person has proved to be the recipient; copies may be delivered from now on.
    Known {
        /// The registry's id.
        recipient: String,
        /// How.
        grade: Grade,
    },
    /// What the recipient wishes.
    Wish(Preference),
}

impl Told {
    /// Returns the change of the registry; `before` is the recipient as it stands there.
    ///
    /// A recipient that the registry does not know is told nothing of.
    pub fn change(&self, before: Option<&Recipient>) -> Option<Change> {
        match self {
            Self::Known { grade, .. } => {
                let before = before?;
                let level = before.identity_level.max(grade.level());
                let known =
                    Recipient { identity_level: level, mailbox_open: true, ..before.clone() };
                Some(Change::Recipient(known))
            }
            Self::Wish(preference) => Some(Change::Preference(preference.clone())),
        }
    }

    /// Returns whom it is of.
    pub fn recipient(&self) -> &str {
        match self {
            Self::Known { recipient, .. } => recipient,
            Self::Wish(preference) => &preference.recipient,
        }
    }
}

/// Reads the logs of a door, `first` before `second`, and returns what has come since `taken`
/// records of both together.
///
/// Accounts are known from the records before; of openings all are returned, because whoever takes
/// them knows each by its piece.
///
/// # Errors
/// [`LogError`].
pub fn read(
    invitations: &Path,
    acts: &Path,
    taken: [u64; 2],
) -> Result<(News, [u64; 2]), LogError> {
    let mut books = Books::default();
    let mut news = News::default();
    let mut counts = [0, 0];
    for (log, path) in [invitations, acts].into_iter().enumerate() {
        let mut at = 0;
        counts[log] = Tail::new(path).follow(|record| {
            let entry: Entry = serde_json::from_slice(record).map_err(io::Error::other)?;
            books.apply(&entry);
            note(&books, &entry, (at >= taken[log]).then_some((log, at)), &mut news);
            at += 1;
            Ok(())
        })?;
    }
    Ok((news, counts))
}

/// Notes what an entry says; what lies before the place asked for has no `place`.
fn note(books: &Books, entry: &Entry, place: Option<(usize, u64)>, news: &mut News) {
    let recipient = |number| books.account(number).map(|account| account.recipient.clone());
    match &entry.act {
        Act::Opened(notice) => news.openings.push(notice.clone()),
        Act::Ordered(order) => news.orders.extend(place.map(|place| Placed {
            at: entry.at,
            place,
            order: order.clone(),
        })),
        _ if place.is_none() => {}
        Act::Admitted { number, .. } => {
            let grade = Grade::Passcode;
            news.told.extend(recipient(*number).map(|recipient| Told::Known { recipient, grade }));
        }
        Act::CardBound { number, .. } => {
            let grade = Grade::Card;
            news.told.extend(recipient(*number).map(|recipient| Told::Known { recipient, grade }));
        }
        Act::Wished { number, sender, class, wish, selected } => {
            let wish = recipient(*number).map(|recipient| Preference {
                recipient: recipient.into(),
                sender: sender.clone(),
                class: class.as_str().into(),
                wish: *wish,
                selected: *selected,
            });
            news.told.extend(wish.map(Told::Wish));
        }
        _ => {}
    }
}
