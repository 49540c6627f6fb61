//! One shop's door: its files open, its clock, its limits.

use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard};

use edge::durable::{LogError, Tail};
use edge::mailboxes::MailboxError;
use edge::papers::Papers;
use edge::reading_room::ReadingRoom;
use letter::{Moment, SenderId};
use tokio::sync::Semaphore;

use crate::act::{Act, Entry};
use crate::books::Books;
use crate::diary::Diary;
use crate::news::{self, Told};
use crate::passcode::PasscodeKey;
use crate::people::People;
use crate::secret::Token;
use crate::throttle::Throttle;

/// Where a door's files lie.
#[derive(Clone, Debug)]
pub struct SiteFiles {
    /// Packs and prefixes.
    pub mailboxes: PathBuf,
    /// The log of deliveries and openings.
    pub deliveries: PathBuf,
    /// The log of the registry.
    pub registry: PathBuf,
    /// What people did at this door; nobody else writes it.
    pub acts: PathBuf,
    /// Codes ordered at the command line.
    pub invitations: PathBuf,
    /// The folder of recipients' own papers.
    pub papers: PathBuf,
}

/// What a shop says of its door.
pub struct SitePlan {
    /// The files.
    pub files: SiteFiles,
    /// The print centre's name.
    pub shop: String,
    /// The senders whose letters may come here, in the order of the directory.
    pub senders: Vec<SenderCard>,
    /// The key of the codes.
    pub key: PasscodeKey,
    /// Where copies may go besides the mailboxes.
    pub outward: OutwardPlan,
    /// Reads cards; `None` where the shop has no anchors to trust.
    pub card: Option<CardReader>,
    /// Records of the logs (invitations, acts) that a night has taken over.
    pub taken: [u64; 2],
    /// Returns the present moment.
    pub clock: Box<dyn Fn() -> Moment + Send + Sync>,
}

/// Where copies may go besides the mailboxes: what the operator has named, and nowhere else.
#[derive(Clone, Debug, Default)]
pub struct OutwardPlan {
    /// The domains of the mail server, in small letters.
    pub domains: Vec<String>,
    /// Portals: name and title.
    pub portals: Vec<(String, String)>,
}

impl OutwardPlan {
    /// Returns whether there is any place.
    pub fn is_empty(&self) -> bool {
        self.domains.is_empty() && self.portals.is_empty()
    }
}

/// Says whose card signed a challenge: takes the challenge, the CMS signature over it (DER) and the
/// moment, returns the authentication certificate (DER), or nothing if the signature is not good.
pub type CardReader = Box<dyn Fn(&[u8], &[u8], Moment) -> Option<Vec<u8>> + Send + Sync>;

/// A sender as the directory shows it.
#[derive(Clone, Debug)]
pub struct SenderCard {
    /// The id.
    pub id: SenderId,
    /// The name over its letters.
    pub name: String,
    /// Its letter classes.
    pub classes: Vec<Class>,
}

/// A letter class and what it asks of a recipient.
#[derive(Clone, Debug)]
pub struct Class {
    /// The name in manifests.
    pub name: String,
    /// Whether its letters are never electronic.
    pub paper_only: bool,
    /// The least identity level for electronic copies.
    pub identity_level: u8,
}

/// A door in service.
pub struct Site {
    pub(crate) shop: String,
    pub(crate) senders: Vec<SenderCard>,
    pub(crate) key: PasscodeKey,
    pub(crate) outward: OutwardPlan,
    pub(crate) card: Option<CardReader>,
    pub(crate) diary: Diary,
    pub(crate) limits: Limits,
    pub(crate) papers: Papers,
    room: RwLock<ReadingRoom>,
    people: RwLock<People>,
    invitations: Mutex<Tail>,
    clock: Box<dyn Fn() -> Moment + Send + Sync>,
}

/// How much one caller may ask for.
pub(crate) struct Limits {
    /// Posts by network address.
    pub by_address: Mutex<Throttle<u64>>,
    /// Wrong passwords by what was typed as a number.
    pub by_number: Mutex<Throttle<u64>>,
    /// Passwords hashed at a time: each takes 19 MiB and a processor.
    pub hashing: Semaphore,
}

/// Why a door cannot be opened or kept open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The mailboxes.
    #[error(transparent)]
    Mailbox(#[from] MailboxError),
    /// The network.
    #[error("{0}")]
    Network(#[from] io::Error),
}

impl Site {
    /// Opens the door's files and reads them.
    ///
    /// # Errors
    /// [`OpenError`] if a log is damaged or another process serves this door.
    pub fn open(plan: SitePlan) -> Result<Self, OpenError> {
        let SitePlan { files, shop, senders, key, outward, card, taken, clock } = plan;
        // Orders first: what people did with a code stands on them.
        let mut books = Books::default();
        let mut invitations = Tail::new(&files.invitations);
        for entry in followed(&mut invitations)? {
            books.apply(&entry);
        }
        let diary = Diary::open(&files.acts, books)?;
        let limits = Limits {
            by_address: Mutex::new(Throttle::new(POSTS_MAX, WINDOW_SECONDS)),
            by_number: Mutex::new(Throttle::new(PASSWORDS_MAX, WINDOW_SECONDS)),
            hashing: Semaphore::new(HASHED_AT_A_TIME),
        };
        let mut people = People::open(&files.registry)?;
        // What no night has taken over yet is known here already.
        let (news, _) = news::read(&files.invitations, &files.acts, taken)?;
        news.told.iter().for_each(|told| tell(&mut people, told));
        Ok(Self {
            shop,
            senders,
            key,
            outward,
            card,
            diary,
            limits,
            papers: Papers::at(&files.papers),
            room: RwLock::new(ReadingRoom::open(&files.mailboxes, &files.deliveries)?),
            people: RwLock::new(people),
            invitations: Mutex::new(invitations),
            clock,
        })
    }

    /// Takes in what nights and the command line have done since.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn refresh(&self) -> Result<(), OpenError> {
        self.room.write().unwrap_or_else(PoisonError::into_inner).refresh()?;
        self.people.write().unwrap_or_else(PoisonError::into_inner).refresh()?;
        let mut tail = self.invitations.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = followed(&mut tail)?;
        if !entries.is_empty() {
            self.diary.learn(&entries);
        }
        Ok(())
    }

    pub(crate) fn now(&self) -> Moment {
        (self.clock)()
    }

    pub(crate) fn room(&self) -> RwLockReadGuard<'_, ReadingRoom> {
        self.room.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn people(&self) -> RwLockReadGuard<'_, People> {
        self.people.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Applies to the registry's view here what a night will take over.
    pub(crate) fn tell(&self, told: &Told) {
        tell(&mut self.people.write().unwrap_or_else(PoisonError::into_inner), told);
    }

    /// Decides on the books and makes the acts durable; see [`Diary::act`].
    pub(crate) fn act<T>(
        &self,
        decide: impl FnOnce(&Books) -> (T, Vec<Act>),
    ) -> Result<T, OpenError> {
        Ok(self.diary.act(self.now(), decide)?)
    }

    pub(crate) fn sender(&self, id: &SenderId) -> Option<&SenderCard> {
        self.senders.iter().find(|card| card.id == *id)
    }
}

pub(crate) fn followed(tail: &mut Tail) -> Result<Vec<Entry>, LogError> {
    let mut entries = Vec::new();
    tail.follow(|record| {
        entries.push(serde_json::from_slice(record).map_err(io::Error::other)?);
        Ok(())
    })?;
    Ok(entries)
}

/// Draws a secret.
///
/// # Errors
/// What the kernel returns.
pub(crate) fn draw() -> Result<Token, OpenError> {
    Ok(Token::of(edge::random::bytes::<32>()?))
}

fn tell(people: &mut People, told: &Told) {
    if let Some(change) = told.change(people.recipient(told.recipient())) {
        people.apply(change);
    }
}

/// The window of the limits, seconds.
const WINDOW_SECONDS: i64 = 15 * 60;
/// Forms sent from one network address within the window: an office or a school shares one.
const POSTS_MAX: u32 = 300;
/// Wrong passwords for one number within the window (NIST SP 800-63B-4 §3.2.2 allows 100 in all).
const PASSWORDS_MAX: u32 = 10;
/// One processor stays free for those who read.
const HASHED_AT_A_TIME: usize = 1;
