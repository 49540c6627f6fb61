//! A sender's keys of pseudonyms: `state/linking/<sender>.<number>.key`, the highest in use.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use letter::SenderId;
use registry::LinkKey;

use crate::out::Out;

/// The keys of one sender, oldest first; never empty.
#[derive(Debug)]
pub struct LinkKeys(Vec<LinkKey>);

impl LinkKeys {
    /// Reads a sender's keys; a sender without one gets one.
    ///
    /// # Errors
    /// If a key can be neither read nor made.
    pub fn open(out: &Out, sender: &SenderId) -> Result<Self> {
        let mut keys = Vec::new();
        for id in 1.. {
            let path = path(out, sender, id);
            if !path.exists() {
                break;
            }
            let reading = || format!("reading {}", path.display());
            let bytes = fs::read(&path).with_context(reading)?;
            let secret = bytes.try_into().ok().context("a key has 32 bytes");
            keys.push(LinkKey::new(id, secret.with_context(reading)?));
        }
        let mut keys = Self(keys);
        if keys.0.is_empty() {
            keys.rotate(out, sender)?;
        }
        Ok(keys)
    }

    /// Makes another key: pseudonyms are made by it from now on, the ones before stay good.
    ///
    /// # Errors
    /// If it cannot be drawn or written.
    pub fn rotate(&mut self, out: &Out, sender: &SenderId) -> Result<u32> {
        let id = self.0.len() as u32 + 1;
        let secret = edge::random::bytes::<32>().context("drawing a key")?;
        let path = path(out, sender, id);
        let writing = || format!("writing {}", path.display());
        edge::durable::publish_secret(&path, &secret).with_context(writing)?;
        self.0.push(LinkKey::new(id, secret));
        Ok(id)
    }

    /// Returns the key that pseudonyms are made by.
    pub fn in_use(&self) -> &LinkKey {
        self.0.last().expect("a sender has a key")
    }

    /// Returns the key that cases are named by: the first, so that they keep their names.
    pub fn of_cases(&self) -> &LinkKey {
        self.0.first().expect("a sender has a key")
    }
}

fn path(out: &Out, sender: &SenderId, id: u32) -> PathBuf {
    out.state().join("linking").join(format!("{sender}.{id}.key"))
}
