//! What the registry on disk knows of persons: who was born when, what happened, who consents.

use std::collections::BTreeSet;

use letter::{Date, SenderId};
use registry::{standing, Change, Consent, Decision, Inquiry, PersonEvent, Preference, Standing};

use super::RegistryStore;
use crate::store::StoreError;

impl RegistryStore {
    /// Returns what happened to a person, in the order of the days.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn history(&self, recipient: &str) -> Result<Vec<PersonEvent>, StoreError> {
        self.all(&format!("e{recipient}\0"), event)
    }

    /// Returns what stands of a person on a day.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn person(&self, recipient: &str, day: Date) -> Result<Standing, StoreError> {
        Ok(standing(&self.history(recipient)?, day))
    }

    /// Returns those who were ever registered as born on a day.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn born(&self, birth: Date) -> Result<BTreeSet<Box<str>>, StoreError> {
        let registered = self.all(&format!("b{birth}\0"), event)?;
        Ok(registered.into_iter().map(|event| event.recipient).collect())
    }

    /// Returns those whose mailbox is closed on a day, or who have died.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn ended(&self, day: Date) -> Result<BTreeSet<Box<str>>, StoreError> {
        let events = self.all("x", event)?;
        let by_person = events.chunk_by(|a, b| a.recipient == b.recipient);
        let ended = by_person.filter(|events| standing(*events, day).is_ended);
        Ok(ended.map(|events| events[0].recipient.clone()).collect())
    }

    /// Returns what a recipient said to a sender, in the order of the moments.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn consents(&self, recipient: &str, of: &SenderId) -> Result<Vec<Consent>, StoreError> {
        self.all(&format!("c{recipient}\0{of}\0"), consent)
    }

    /// Returns what a recipient said to all senders, by sender.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn consents_of(&self, recipient: &str) -> Result<Vec<Consent>, StoreError> {
        self.all(&format!("c{recipient}\0"), consent)
    }

    /// Returns who has withdrawn a consent that stands for no sender any more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn withdrawn(&self) -> Result<BTreeSet<(Box<str>, SenderId)>, StoreError> {
        let all = self.all("c", consent)?;
        let by_pair = all.chunk_by(|a, b| (&a.recipient, &a.sender) == (&b.recipient, &b.sender));
        let latest = by_pair.filter_map(|said| said.last()).filter(|last| !last.is_given);
        Ok(latest.map(|last| (last.recipient.clone(), last.sender.clone())).collect())
    }

    /// Returns whether a recipient agrees that a sender knows them: by what was said last, or,
    /// where nothing was said, by having selected the sender.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn consents_to(&self, recipient: &str, sender: &SenderId) -> Result<bool, StoreError> {
        if let Some(last) = self.consents(recipient, sender)?.last() {
            return Ok(last.is_given);
        }
        Ok(self.wishes(recipient, sender)?.iter().any(|wish| wish.selected))
    }

    /// Returns what a recipient wishes from a sender, by class.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn wishes(&self, of: &str, from: &SenderId) -> Result<Vec<Preference>, StoreError> {
        self.all(&format!("w{of}\0{from}\0"), |change| match change {
            Change::Preference(preference) => Some(preference),
            _ => None,
        })
    }

    /// Returns what people decided of a row.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn decision(&self, of: &SenderId, case: &str) -> Result<Option<Decision>, StoreError> {
        let Some(bytes) = self.view.get(format!("d{of}\0{case}").as_bytes())? else {
            return Ok(None);
        };
        match Change::from_bytes(&bytes) {
            Some(Change::Decision(decision)) => Ok(Some(decision)),
            _ => Err(self.view.damaged()),
        }
    }

    /// Returns the files of a sender that were compared on a day.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn inquiries(&self, of: &SenderId, day: Date) -> Result<Vec<Inquiry>, StoreError> {
        self.all(&format!("a{of}\0{day}\0"), |change| match change {
            Change::Inquiry(inquiry) => Some(inquiry),
            _ => None,
        })
    }

    fn all<T>(
        &self,
        prefix: &str,
        of_kind: impl Fn(Change) -> Option<T>,
    ) -> Result<Vec<T>, StoreError> {
        let values = self.view.scan(prefix.as_bytes()).map(|pair| {
            let found = Change::from_bytes(&pair?.1).and_then(&of_kind);
            found.ok_or_else(|| self.view.damaged())
        });
        values.collect()
    }
}

fn event(change: Change) -> Option<PersonEvent> {
    match change {
        Change::Person(event) => Some(event),
        _ => None,
    }
}

fn consent(change: Change) -> Option<Consent> {
    match change {
        Change::Consent(consent) => Some(consent),
        _ => None,
    }
}
