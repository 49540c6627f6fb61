//! The port through which copies reach their recipients' mailboxes.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A recipient's mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MailboxId(pub u64);

impl fmt::Display for MailboxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Takes finished packs.
pub trait Mailbox {
    /// The machine's trouble; the delivery is repeated by the [`RetryRule`](crate::RetryRule).
    type Error;

    /// Delivers every copy of the pack called `name` (its file name without `.pack`).
    ///
    /// Returns after the delivery is durable. A repeat, in whole or after a cut, is success: a
    /// copy is known by its piece id and arrives once.
    ///
    /// # Errors
    /// If the pack or the mailboxes cannot be read or written; nothing is half delivered that a
    /// repeat does not complete.
    fn deliver(&mut self, name: &str) -> Result<Delivery, Self::Error>;
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The pack's copies are in their mailboxes now.
    Delivered {
        /// Copies of the pack.
        copies: u64,
    },
    /// They were there before.
    Repeated {
        /// Copies of the pack.
        copies: u64,
    },
}

impl Delivery {
    /// Returns the copies of the pack, whenever they were delivered.
    pub fn copies(self) -> u64 {
        match self {
            Self::Delivered { copies } | Self::Repeated { copies } => copies,
        }
    }
}
