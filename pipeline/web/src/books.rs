//! What all acts so far come to: accounts, sessions, openings, kept copies.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use letter::{Moment, PieceId, SenderId};

use crate::act::{Act, Elsewhere, Entry, Errand, Grade, Order, Paper};
use crate::passcode::Number;
use crate::secret::Digest;

/// The state of a door; made by applying its entries in order, and by nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    accounts: HashMap<Number, Account>,
    recipients: HashMap<String, Number>,
    sessions: HashMap<Digest, Session>,
    opened: HashMap<PieceId, Moment>,
    kept: HashSet<(Number, PieceId)>,
    cards: HashMap<Digest, Number>,
    feeds: HashMap<Digest, (Number, Moment)>,
    links: HashSet<Digest>,
    papers: HashMap<Number, Vec<(Moment, Paper)>>,
    forwards: BTreeMap<Number, Forward>,
    /// Answered challenges by when they were.
    challenges: HashMap<Digest, Moment>,
}

/// One account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The recipient in the registry.
    pub recipient: String,
    /// The latest code's number, from 1.
    pub issue: u32,
    /// When that code was ordered.
    pub ordered: Moment,
    /// Where that code went.
    pub to: Errand,
    /// Wrong codes typed since.
    pub failures: u32,
    /// Whether that code was used.
    pub used: bool,
    /// The password's hash; `None` before the first code was used.
    pub password: Option<String>,
    /// The senders that the account has been told of; `None` before the first time.
    pub introduced: Option<BTreeSet<SenderId>>,
}

/// Where an account's copies go besides its mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forward {
    /// The place.
    pub to: Elsewhere,
    /// When it was named.
    pub asked: Moment,
    /// Wrong codes since.
    pub failures: u32,
    /// When its code came back: copies that arrive from then on go there.
    pub since: Option<Moment>,
}

/// A person who is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// The account.
    pub number: Number,
    /// How the person was recognised.
    pub grade: Grade,
    /// When it was opened.
    pub since: Moment,
    /// When it ends at the latest.
    pub until: Moment,
}

/// 有効期間: how long a code opens an account, seconds. The post keeps a letter of 本人限定受取 for ten
/// days; thirty leave a fortnight after it was fetched.
pub const CODE_LIVES_SECONDS: i64 = 30 * 24 * 3600;
/// How long a challenge can be answered, seconds: to find the card and type its PIN.
pub const CHALLENGE_SECONDS: i64 = 10 * 60;
/// How long the code that is sent to a place outside can come back, seconds.
pub const FORWARD_CODE_SECONDS: i64 = 24 * 3600;
/// Wrong codes after which a code opens nothing any more.
pub const CODE_FAILURES_MAX: u32 = 5;

impl Books {
    /// Applies one entry; the same one again changes nothing that a reader could tell.
    pub fn apply(&mut self, entry: &Entry) {
        let at = entry.at;
        match &entry.act {
            Act::Ordered(order) => self.order(at, order),
            Act::Admitted { number, issue, password } => {
                let Some(account) = self.accounts.get_mut(number) else { return };
                account.password = Some(password.clone());
                account.used |= *issue == account.issue;
                // Whoever had the old password is out.
                self.sessions.retain(|_, session| session.number != *number);
            }
            Act::CodeFailed { number } => {
                let tried = self.accounts.get_mut(number).filter(|one| one.ordered <= at);
                if let Some(account) = tried {
                    account.failures += 1;
                }
            }
            Act::CardBound { number, card } => {
                // One card an account: the one before is no key any more.
                self.cards.retain(|_, of| of != number);
                self.cards.insert(*card, *number);
            }
            Act::ChallengeUsed { challenge } => {
                self.challenges.retain(|_, used| at.0 - used.0 < CHALLENGE_SECONDS);
                self.challenges.insert(*challenge, at);
            }
            Act::SessionOpened { session, number, grade, until } => {
                self.sessions.retain(|_, session| at < session.until);
                let opened = Session { number: *number, grade: *grade, since: at, until: *until };
                self.sessions.insert(*session, opened);
            }
            Act::SessionClosed { session } => {
                self.sessions.remove(session);
            }
            Act::Opened(notice) => {
                self.opened.entry(notice.piece).or_insert(notice.opened);
            }
            Act::Kept { number, piece, kept: true } => {
                self.kept.insert((*number, *piece));
            }
            Act::Kept { number, piece, kept: false } => {
                self.kept.remove(&(*number, *piece));
            }
            Act::Introduced { number, senders } => {
                if let Some(account) = self.accounts.get_mut(number) {
                    let known = account.introduced.get_or_insert_default();
                    known.extend(senders.iter().cloned());
                }
            }
            Act::FeedMade { number, feed } => {
                self.feeds.retain(|_, (of, _)| of != number);
                self.feeds.insert(*feed, (*number, at));
            }
            Act::LinkUsed { link } => {
                self.links.insert(*link);
            }
            Act::PaperKept { number, paper } => {
                let papers = self.papers.entry(*number).or_default();
                papers.retain(|(_, known)| known.seal != paper.seal);
                papers.push((at, paper.clone()));
            }
            Act::PaperRemoved { number, seal } => {
                let papers = self.papers.entry(*number).or_default();
                papers.retain(|(_, known)| known.seal != *seal);
            }
            Act::ForwardAsked { number, to } => {
                let forward = Forward { to: to.clone(), asked: at, failures: 0, since: None };
                self.forwards.insert(*number, forward);
            }
            Act::ForwardFailed { number } => {
                let asked = self.forwards.get_mut(number).filter(|one| one.asked <= at);
                asked.into_iter().for_each(|forward| forward.failures += 1);
            }
            Act::ForwardConfirmed { number } => {
                let forward = self.forwards.get_mut(number);
                forward.into_iter().for_each(|forward| forward.since = Some(at));
            }
            Act::ForwardEnded { number } => {
                self.forwards.remove(number);
            }
            Act::Wished { .. } => {}
        }
    }

    fn order(&mut self, at: Moment, order: &Order) {
        let Order { number, issue, recipient, to } = order;
        let account = self.accounts.entry(*number).or_insert_with(|| Account {
            recipient: recipient.clone(),
            issue: 0,
            ordered: at,
            to: to.clone(),
            failures: 0,
            used: false,
            password: None,
            introduced: None,
        });
        if *issue <= account.issue {
            return;
        }
        (account.issue, account.ordered, account.to) = (*issue, at, to.clone());
        (account.failures, account.used) = (0, false);
        self.recipients.insert(recipient.clone(), *number);
    }

    /// Returns an account.
    pub fn account(&self, number: Number) -> Option<&Account> {
        self.accounts.get(&number)
    }

    /// Returns all accounts by number.
    pub fn accounts(&self) -> BTreeMap<Number, &Account> {
        self.accounts.iter().map(|(number, account)| (*number, account)).collect()
    }

    /// Returns the account of a recipient.
    pub fn number_of(&self, recipient: &str) -> Option<Number> {
        self.recipients.get(recipient).copied()
    }

    /// Returns the account of a card.
    pub fn number_of_card(&self, card: &Digest) -> Option<Number> {
        self.cards.get(card).copied()
    }

    /// Returns the account of a feed, and since when it tells of arrivals.
    pub fn feed(&self, feed: &Digest) -> Option<(Number, Moment)> {
        self.feeds.get(feed).copied()
    }

    /// Returns the feed of an account.
    pub fn feed_of(&self, number: Number) -> Option<Digest> {
        self.feeds.iter().find(|(_, (of, _))| *of == number).map(|(feed, _)| *feed)
    }

    /// Returns whether a link of a feed was followed before.
    pub fn was_followed(&self, link: &Digest) -> bool {
        self.links.contains(link)
    }

    /// Returns an account's papers in the order in which they came.
    pub fn papers(&self, number: Number) -> &[(Moment, Paper)] {
        self.papers.get(&number).map_or(&[], Vec::as_slice)
    }

    /// Returns where an account's copies go besides its mailbox.
    pub fn forward(&self, number: Number) -> Option<&Forward> {
        self.forwards.get(&number)
    }

    /// Returns all places outside by account.
    pub fn forwards(&self) -> &BTreeMap<Number, Forward> {
        &self.forwards
    }

    /// Returns whether a challenge was answered before.
    pub fn was_answered(&self, challenge: &Digest) -> bool {
        self.challenges.contains_key(challenge)
    }

    /// Returns the session of a token's digest, if it has not ended.
    pub fn session(&self, session: &Digest, now: Moment) -> Option<Session> {
        self.sessions.get(session).copied().filter(|session| now < session.until)
    }

    /// Returns when a copy was first read at this door.
    pub fn opened(&self, piece: PieceId) -> Option<Moment> {
        self.opened.get(&piece).copied()
    }

    /// Returns whether an account keeps a copy.
    pub fn keeps(&self, number: Number, piece: PieceId) -> bool {
        self.kept.contains(&(number, piece))
    }
}

impl Forward {
    /// Returns whether the code that was sent there may still be tried.
    pub fn takes_code(&self, now: Moment) -> bool {
        let is_fresh = now.0 - self.asked.0 < FORWARD_CODE_SECONDS;
        self.since.is_none() && is_fresh && self.failures < CODE_FAILURES_MAX
    }
}

impl Account {
    /// Returns whether the latest code may still be tried.
    pub fn takes_code(&self, now: Moment) -> bool {
        let is_fresh = now.0 - self.ordered.0 < CODE_LIVES_SECONDS;
        !self.used && is_fresh && self.failures < CODE_FAILURES_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_795_280_400;

    fn number() -> Number {
        Number::of(17)
    }

    fn ordered(issue: u32) -> Act {
        let recipient = "r-1".to_owned();
        Act::Ordered(Order { number: number(), issue, recipient, to: Errand::Counter })
    }

    fn admitted(issue: u32) -> Act {
        Act::Admitted { number: number(), issue, password: format!("hash {issue}") }
    }

    fn opened(session: Digest) -> Act {
        let until = Moment(NOON + 1000);
        Act::SessionOpened { session, number: number(), grade: Grade::Passcode, until }
    }

    fn books(acts: &[Act]) -> Books {
        let mut books = Books::default();
        for (at, act) in (NOON..).zip(acts) {
            books.apply(&Entry { at: Moment(at), act: act.clone() });
        }
        books
    }

    fn account(books: &Books) -> &Account {
        books.account(number()).expect("an account")
    }

    #[test]
    fn a_code_is_good_once_and_for_a_time() {
        let fresh = books(&[ordered(1)]);
        assert!(account(&fresh).takes_code(Moment(NOON + CODE_LIVES_SECONDS - 1)));
        assert!(!account(&fresh).takes_code(Moment(NOON + CODE_LIVES_SECONDS)));
        let used = books(&[ordered(1), admitted(1)]);
        assert!(!account(&used).takes_code(Moment(NOON + 5)));
        let again = books(&[ordered(1), admitted(1), ordered(2)]);
        assert!(account(&again).takes_code(Moment(NOON + 5)));
        assert_eq!(account(&again).password.as_deref(), Some("hash 1"), "until the new one is set");
    }

    #[test]
    fn five_wrong_codes_end_a_code_and_a_new_letter_begins_again() {
        let failed = || Act::CodeFailed { number: number() };
        let four = books(&[ordered(1), failed(), failed(), failed(), failed()]);
        assert!(account(&four).takes_code(Moment(NOON + 9)));
        let mut acts = vec![ordered(1)];
        acts.extend([(); 5].map(|()| failed()));
        assert!(!account(&books(&acts)).takes_code(Moment(NOON + 9)));
        acts.push(ordered(2));
        assert!(account(&books(&acts)).takes_code(Moment(NOON + 9)));
    }

    #[test]
    fn a_new_password_ends_every_session() {
        let session = Digest::of("session", "a");
        let signed_in = books(&[ordered(1), admitted(1), opened(session)]);
        assert!(signed_in.session(&session, Moment(NOON + 9)).is_some());
        assert!(signed_in.session(&session, Moment(NOON + 1000)).is_none(), "it has ended");
        let changed = books(&[ordered(1), opened(session), ordered(2), admitted(2)]);
        assert!(changed.session(&session, Moment(NOON + 9)).is_none());
        let closed = books(&[ordered(1), opened(session), Act::SessionClosed { session }]);
        assert!(closed.session(&session, Moment(NOON + 9)).is_none());
    }

    #[test]
    fn a_new_card_takes_the_place_of_the_one_before() {
        let card = |word| Digest::of("card", word);
        let bound = |word| Act::CardBound { number: number(), card: card(word) };
        let books = books(&[ordered(1), bound("old"), bound("new")]);
        assert_eq!(books.number_of_card(&card("new")), Some(number()));
        assert_eq!(books.number_of_card(&card("old")), None);
    }

    #[test]
    fn an_entry_reads_back_from_its_record() {
        for act in [ordered(1), admitted(1), opened(Digest::of("session", "a"))] {
            let entry = Entry { at: Moment(NOON), act };
            let record = serde_json::to_vec(&entry).expect("plain data");
            assert_eq!(serde_json::from_slice::<Entry>(&record).expect("an entry"), entry);
        }
    }
}
