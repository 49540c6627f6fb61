//! Recipients and their wishes as the registry's log tells them.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::Path;

use edge::durable::{LogError, Tail};
use letter::{SenderId, Wish};
use registry::{Change, Preference, Recipient};

/// The registry, read beside whoever writes it. In memory: some 200 bytes a recipient.
#[derive(Debug)]
pub struct People {
    log: Tail,
    recipients: HashMap<Box<str>, Recipient>,
    wishes: HashMap<Box<str>, Wishes>,
}

/// A recipient's wishes by sender and class.
type Wishes = BTreeMap<(SenderId, Box<str>), Wished>;

/// What a recipient wishes of one sender and class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wished {
    /// Paper, electronic or both.
    pub wish: Wish,
    /// Whether the sender is selected for electronic delivery.
    pub selected: bool,
}

impl People {
    /// Opens the registry, whose log may not be there yet.
    ///
    /// # Errors
    /// [`LogError`].
    pub fn open(log: &Path) -> Result<Self, LogError> {
        let (recipients, wishes) = (HashMap::new(), HashMap::new());
        let mut people = Self { log: Tail::new(log), recipients, wishes };
        people.refresh()?;
        Ok(people)
    }

    /// Takes in what has changed since.
    ///
    /// # Errors
    /// [`LogError`].
    pub fn refresh(&mut self) -> Result<u64, LogError> {
        let Self { log, recipients, wishes } = self;
        log.follow(|record| {
            let change = Change::from_bytes(record);
            let change = change.ok_or_else(|| io::Error::other("not a change of the registry"))?;
            apply(recipients, wishes, change);
            Ok(())
        })
    }

    /// Applies a change that the registry will take over in the next night.
    pub fn apply(&mut self, change: Change) {
        apply(&mut self.recipients, &mut self.wishes, change);
    }

    /// Returns a recipient.
    pub fn recipient(&self, id: &str) -> Option<&Recipient> {
        self.recipients.get(id)
    }

    /// Returns what a recipient wishes of a sender for one class; `*` is every class without a wish
    /// of its own.
    pub fn wish(&self, id: &str, sender: &SenderId, class: &str) -> Option<Wished> {
        self.wishes.get(id)?.get(&(sender.clone(), class.into())).copied()
    }
}

fn apply(
    recipients: &mut HashMap<Box<str>, Recipient>,
    wishes: &mut HashMap<Box<str>, Wishes>,
    change: Change,
) {
    match change {
        Change::Recipient(recipient) => {
            recipients.insert(recipient.id.clone(), recipient);
        }
        Change::Preference(Preference { recipient, sender, class, wish, selected }) => {
            let of_recipient = wishes.entry(recipient).or_default();
            of_recipient.insert((sender, class), Wished { wish, selected });
        }
        // Who somebody is, and under which pseudonym a sender knows them, is no business of a page.
        Change::Link(_)
        | Change::Person(_)
        | Change::Consent(_)
        | Change::Decision(_)
        | Change::Inquiry(_) => {}
    }
}
