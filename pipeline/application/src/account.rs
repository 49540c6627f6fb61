//! The conservation equation of applications: what came in has exactly one end each.

use serde::{Deserialize, Serialize};

/// Where an application ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Handed over on paper.
    Paper,
    /// Handed over electronically.
    Electronic,
    /// 要確認: on a person's list.
    Person,
    /// 保留外・エラー分: not readable, goes back to the site.
    SetAside,
    /// Waits for something that comes by itself: a revocation list, an operator's release.
    Held,
}

impl End {
    /// Every end, in the order of the report.
    pub const ALL: [Self; 5] =
        [Self::Paper, Self::Electronic, Self::Person, Self::SetAside, Self::Held];

    /// Returns the stable name, `set_aside`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Electronic => "electronic",
            Self::Person => "person",
            Self::SetAside => "set_aside",
            Self::Held => "held",
        }
    }

    /// Returns the name in Japanese.
    pub fn japanese(self) -> &'static str {
        match self {
            Self::Paper => "紙で引渡し",
            Self::Electronic => "電子で引渡し",
            Self::Person => "要確認",
            Self::SetAside => "受付不可",
            Self::Held => "保留",
        }
    }
}

/// Applications in and their ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Applications that the manifests of all parcels name.
    pub received: u64,
    /// Handed over on paper.
    pub paper: u64,
    /// Handed over electronically.
    pub electronic: u64,
    /// On a person's list.
    pub person: u64,
    /// Not readable.
    pub set_aside: u64,
    /// Waiting.
    pub held: u64,
}

/// The account is not closed: the ends are not those that came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{received} applications came in, {ended} have an end")]
pub struct Unbalanced {
    /// Applications in.
    pub received: u64,
    /// Applications with an end.
    pub ended: u64,
}

impl Account {
    /// Counts one application's end.
    pub fn count(&mut self, end: End) {
        *self.of_mut(end) += 1;
    }

    /// Returns how many have this end.
    pub fn of(&self, end: End) -> u64 {
        let mut account = *self;
        *account.of_mut(end)
    }

    fn of_mut(&mut self, end: End) -> &mut u64 {
        match end {
            End::Paper => &mut self.paper,
            End::Electronic => &mut self.electronic,
            End::Person => &mut self.person,
            End::SetAside => &mut self.set_aside,
            End::Held => &mut self.held,
        }
    }

    /// Adds another parcel's account.
    pub fn add(&mut self, other: &Self) {
        self.received += other.received;
        for end in End::ALL {
            *self.of_mut(end) += other.of(end);
        }
    }

    /// Returns how many applications have an end.
    pub fn ended(&self) -> u64 {
        End::ALL.iter().map(|end| self.of(*end)).sum()
    }

    /// Checks that in = on paper + electronically + with a person + set aside + held.
    ///
    /// # Errors
    /// [`Unbalanced`] with both sums.
    pub fn close(&self) -> Result<(), Unbalanced> {
        let (received, ended) = (self.received, self.ended());
        match received == ended {
            true => Ok(()),
            false => Err(Unbalanced { received, ended }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_closes_only_when_every_application_has_one_end() {
        let mut account = Account { received: 5, ..Account::default() };
        for end in End::ALL {
            assert!(account.close().is_err());
            account.count(end);
            assert_eq!(account.of(end), 1);
        }
        assert_eq!(account.close(), Ok(()));
        account.count(End::Paper);
        assert_eq!(account.close(), Err(Unbalanced { received: 5, ended: 6 }));
        let mut sum = Account { received: 1, held: 1, ..Account::default() };
        sum.add(&Account { received: 2, paper: 2, ..Account::default() });
        assert_eq!((sum.received, sum.ended(), sum.close()), (3, 3, Ok(())));
    }
}
