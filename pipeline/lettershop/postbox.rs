//! The mailbox's door below OUT: its files, and what a night takes over from it.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use edge::Memory;
use serde::{Deserialize, Serialize};
use web::news::{self, News};
use web::{PasscodeKey, SiteFiles};

use crate::out::Out;

/// Returns the files of the door.
pub fn files(out: &Out) -> SiteFiles {
    let state = out.state();
    SiteFiles {
        mailboxes: out.root().join("mailboxes"),
        deliveries: state.join("mailboxes.log"),
        registry: state.join("registry.log"),
        acts: state.join("door.log"),
        invitations: state.join("invitations.log"),
    }
}

/// Returns the key of the codes; a shop without one gets one.
///
/// # Errors
/// If it can be neither read nor made.
pub fn key(out: &Out) -> Result<PasscodeKey> {
    let path = out.state().join("passcode.key");
    let reading = || format!("reading {}", path.display());
    if !path.exists() {
        let bytes = edge::random::bytes::<32>().context("drawing a key")?;
        edge::durable::publish_secret(&path, &bytes).with_context(reading)?;
    }
    let bytes = fs::read(&path).with_context(reading)?;
    let bytes = bytes.try_into().ok().context("a key has 32 bytes").with_context(reading)?;
    Ok(PasscodeKey(bytes))
}

/// How far the registry knows what people did: records of the two logs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Taken {
    invitations: u64,
    acts: u64,
}

/// Returns how many records of the two logs (invitations, acts) the registry has taken over.
///
/// # Errors
/// If the note of it cannot be read.
pub fn taken(out: &Out) -> Result<[u64; 2]> {
    let path = note(out);
    if !path.exists() {
        return Ok([0, 0]);
    }
    let reading = || format!("reading {}", path.display());
    let bytes = fs::read(&path).with_context(reading)?;
    let Taken { invitations, acts } = serde_json::from_slice(&bytes).with_context(reading)?;
    Ok([invitations, acts])
}

/// Reads what has come since the registry last took over.
///
/// # Errors
/// If a log cannot be read.
pub fn read(out: &Out, since: [u64; 2]) -> Result<(News, [u64; 2])> {
    let files = files(out);
    news::read(&files.invitations, &files.acts, since).context("reading the door's logs")
}

/// Takes over openings into the mailboxes and wishes into the registry; the same once more changes
/// nothing.
///
/// # Errors
/// If a log, the mailboxes or the registry cannot be read or written.
pub fn take_over(out: &Out, memory: &mut Memory) -> Result<()> {
    let since = taken(out)?;
    let (news, upto) = read(out, since)?;
    memory.mailboxes.take_openings(news.openings)?;
    if upto == since {
        return Ok(());
    }
    for told in news.told {
        let before = memory.registry.recipient(told.recipient())?;
        memory.registry.import(told.change(before.as_ref()))?;
    }
    let [invitations, acts] = upto;
    let bytes = serde_json::to_vec(&Taken { invitations, acts })?;
    out.publish_bytes(&note(out), &bytes)?;
    Ok(())
}

fn note(out: &Out) -> PathBuf {
    out.state().join("door-taken.json")
}
