//! Who may sit at the desk: a file of names, roles and hashed passwords.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use gate::password::{self, Weakness};
use serde::{Deserialize, Serialize};

/// All accounts, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accounts(BTreeMap<String, Account>);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Account {
    role: Role,
    /// In PHC form.
    password: String,
}

/// What an account may do; each may do what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Looks.
    Reader,
    /// Acts on pieces and batches, and asks for what needs a second person.
    Operator,
    /// Approves batches, and what others ask for.
    Approver,
    /// All of it.
    Administrator,
}

impl Role {
    /// Returns the name in English.
    pub fn name(self) -> &'static str {
        ["reader", "operator", "approver", "administrator"][self as usize]
    }

    /// Returns the name in Japanese.
    pub fn japanese(self) -> &'static str {
        ["閲覧者", "作業者", "承認者", "管理者"][self as usize]
    }
}

impl Accounts {
    /// Reads the file; without one there are no accounts.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(path: &Path) -> io::Result<Self> {
        match edge::durable::read_if_there(path)? {
            None => Ok(Self::default()),
            Some(bytes) => serde_json::from_slice(&bytes).map_err(io::Error::other),
        }
    }

    /// Writes the file, which only its owner reads.
    ///
    /// # Errors
    /// What the disk returns.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let json = serde_json::to_vec_pretty(self).expect("accounts are plain data");
        edge::durable::publish_secret(path, &json)
    }

    /// Adds an account, or gives one another role and password.
    ///
    /// # Errors
    /// If the password is weak; see [`password::check`].
    pub fn set(
        &mut self,
        name: &str,
        role: Role,
        password: &str,
        salt: [u8; 16],
    ) -> Result<(), Weakness> {
        password::check(password, password, name)?;
        let password = password::hash(password, salt);
        self.0.insert(name.to_owned(), Account { role, password });
        Ok(())
    }

    /// Removes an account; returns whether there was one.
    pub fn remove(&mut self, name: &str) -> bool {
        self.0.remove(name).is_some()
    }

    /// Returns the role of an account, if there is one.
    pub fn role(&self, name: &str) -> Option<Role> {
        self.0.get(name).map(|account| account.role)
    }

    /// Returns names and roles, by name.
    pub fn roles(&self) -> impl Iterator<Item = (&str, Role)> {
        self.0.iter().map(|(name, account)| (name.as_str(), account.role))
    }

    /// Returns whether a password is the account's; takes as long where there is no account.
    pub fn is_right(&self, name: &str, password: &str) -> bool {
        password::is_of(password, self.0.get(name).map(|account| account.password.as_str()))
    }

    /// Returns what changes when an account gets another password or goes.
    pub(crate) fn stamp(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|account| account.password.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_reads_back_and_knows_its_password_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("accounts.json");
        assert_eq!(Accounts::read(&path).expect("none yet"), Accounts::default());
        let mut accounts = Accounts::default();
        let word = "seven seas and one letter";
        accounts.set("tanaka", Role::Approver, word, [1; 16]).expect("a good password");
        assert_eq!(accounts.set("suzuki", Role::Reader, "short", [2; 16]), Err(Weakness::Short));
        accounts.write(&path).expect("written");
        let read = Accounts::read(&path).expect("read");
        assert_eq!(read, accounts);
        assert!(read.is_right("tanaka", word));
        assert!(!read.is_right("tanaka", "another word of some length"));
        assert!(!read.is_right("suzuki", word));
        assert_eq!((read.role("tanaka"), read.role("suzuki")), (Some(Role::Approver), None));
        assert!(!std::fs::read_to_string(&path).expect("a file").contains(word));
    }
}
