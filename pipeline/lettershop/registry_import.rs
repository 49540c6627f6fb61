//! The registry and the mailboxes of a night: import, freeze, deliver; and the duplicates' index.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;

use anyhow::{Context, Result};
use columnar::Snapshot;
use edge::duplicates::TakenDrop;
use edge::registry_store::Imported;
use edge::Memory;
use letter::{Date, SenderId};
use mailbox::{Mailbox, Seal};
use registry::{Change, Consent, Link, PersonEvent, Preference, Recipient};
use runner::{aside, Aside, Entry, Journal, Part, SeenDrop};

use crate::config::Shop;
use crate::out::{sha256_of, FileJournal, Out};
use crate::postbox;

/// Opens the shop's memory below OUT.
///
/// # Errors
/// If another night has it open, or a file that is not the index's is damaged.
pub fn open_memory(out: &Out, journal: &FileJournal) -> Result<Memory> {
    let opened = Memory::open(out.root(), &taken_drops(journal));
    let mut memory = opened.context("opening the shop's memory")?;
    postbox::take_over(out, &mut memory).context("taking over what recipients did")?;
    Ok(memory)
}

/// Makes the indexes again from the append-only files.
///
/// # Errors
/// As [`open_memory`].
pub fn rebuild_memory(out: &Out, journal: &FileJournal) -> Result<Memory> {
    Memory::rebuild(out.root(), &taken_drops(journal)).context("rebuilding the shop's memory")
}

fn taken_drops(journal: &FileJournal) -> Vec<TakenDrop> {
    let taken = journal.entries().iter().filter_map(|entry| match entry {
        Entry::DropTaken { drop, sha256, part } => taken_drop(drop, sha256, part),
        _ => None,
    });
    taken.collect()
}

/// Returns what the index of duplicates keeps of a drop; `None` if the digest is none.
pub fn taken_drop(drop: &SeenDrop, sha256: &str, part: &Part) -> Option<TakenDrop> {
    Some(TakenDrop {
        sender: part.sender.clone(),
        name: drop.name.clone(),
        sha256: Seal::parse(sha256)?,
        batch: part.batch.clone(),
        part: part.part,
    })
}

/// The relations, in the order in which they are imported.
const RELATIONS: [&str; 5] = ["people", "consents", "recipients", "links", "preferences"];
/// Digests of the files imported last, so that unchanged ones are not read again.
const IMPORTED: &str = "registry-imported.json";

/// Imports the shop's registry files if any of them has changed since the last night, and closes
/// the mailboxes whose day has come.
///
/// # Errors
/// If a file cannot be read or has faults; nothing of it is then imported.
pub fn import_changed(shop: &Shop, out: &Out, memory: &mut Memory, day: Date) -> Result<()> {
    let folder = shop.root.join("registry");
    if !folder.is_dir() {
        return end_mailboxes(memory, day);
    }
    let seen = digests(&folder)?;
    let note = out.state().join(IMPORTED);
    if fs::read(&note).is_ok_and(|before| before == seen.as_bytes()) {
        return end_mailboxes(memory, day);
    }
    import_folder(&folder, memory, day)?;
    out.publish_bytes(&note, seen.as_bytes())?;
    Ok(())
}

/// Imports what a folder has of people, consents, recipients, links and preferences, each `.csv` or
/// `.parquet`, as it stands on `day`.
///
/// A mailbox that is closed by an event stays so whatever `recipients` says of it, and so does a
/// consent that was withdrawn: its sender is not selected.
///
/// Two relations are in memory at a time: all are read once to find their faults, and again to be
/// imported, each while the one before it is.
///
/// # Errors
/// If a file cannot be read or has faults; nothing is then imported.
pub fn import_folder(folder: &Path, memory: &mut Memory, day: Date) -> Result<Imported> {
    let people = read_people(folder)?;
    let consents = read_consents(folder)?;
    let links = reading(folder, read_links)?;
    drop(read_recipients(folder)?);
    drop(read_preferences(folder)?);
    drop(links.join()?);
    let mut imported = Imported::default();
    let mut import = |memory: &mut Memory, changes: &mut dyn Iterator<Item = Change>| {
        let more = memory.registry.import(changes).context("importing the registry")?;
        imported.changed += more.changed;
        imported.unchanged += more.unchanged;
        Ok::<_, anyhow::Error>(())
    };
    import(memory, &mut people.into_iter().map(Change::Person))?;
    import(memory, &mut consents.into_iter().map(Change::Consent))?;
    let ended = memory.registry.ended(day).context("reading the registry")?;
    let withdrawn = memory.registry.withdrawn().context("reading the registry")?;
    let recipients = read_recipients(folder)?;
    let links = reading(folder, read_links)?;
    let recipients = recipients.into_iter().map(|mut recipient| {
        recipient.mailbox_open &= !ended.contains(&recipient.id);
        Change::Recipient(recipient)
    });
    import(memory, &mut { recipients })?;
    let links = links.join()?;
    let preferences = reading(folder, read_preferences)?;
    import(memory, &mut links.into_iter().map(Change::Link))?;
    let preferences = preferences.join()?.into_iter().map(|mut preference| {
        let pair = (preference.recipient.clone(), preference.sender.clone());
        preference.selected &= !withdrawn.contains(&pair);
        Change::Preference(preference)
    });
    import(memory, &mut { preferences })?;
    end_mailboxes(memory, day)?;
    unselect(memory, &withdrawn)?;
    Ok(imported)
}

/// Closes the mailboxes that an event has ended by `day`.
fn end_mailboxes(memory: &mut Memory, day: Date) -> Result<()> {
    let registry = &mut memory.registry;
    let mut closed = Vec::new();
    for id in registry.ended(day).context("reading the registry")? {
        let known = registry.recipient(&id).context("reading the registry")?;
        let open = known.filter(|recipient| recipient.mailbox_open);
        closed.extend(open.map(|one| Change::Recipient(Recipient { mailbox_open: false, ..one })));
    }
    registry.import(closed).context("closing mailboxes")?;
    Ok(())
}

/// Takes back the selection of senders whose recipients have withdrawn their consent.
fn unselect(memory: &mut Memory, withdrawn: &BTreeSet<(Box<str>, SenderId)>) -> Result<()> {
    let registry = &mut memory.registry;
    let mut changes = Vec::new();
    for (recipient, sender) in withdrawn {
        let wishes = registry.wishes(recipient, sender).context("reading the registry")?;
        let selected = wishes.into_iter().filter(|wish| wish.selected);
        changes.extend(
            selected.map(|wish| Change::Preference(Preference { selected: false, ..wish })),
        );
    }
    registry.import(changes).context("taking back selections")?;
    Ok(())
}

/// Starts to read a relation beside other work.
fn reading<T: Send + 'static>(
    folder: &Path,
    read: fn(&Path) -> Result<Vec<T>>,
) -> Result<Aside<Result<Vec<T>>>> {
    let folder = folder.to_owned();
    Ok(aside(move || read(&folder))?)
}

fn read_people(folder: &Path) -> Result<Vec<PersonEvent>> {
    read(folder, RELATIONS[0])
}

fn read_consents(folder: &Path) -> Result<Vec<Consent>> {
    read(folder, RELATIONS[1])
}

fn read_recipients(folder: &Path) -> Result<Vec<Recipient>> {
    read(folder, RELATIONS[2])
}

fn read_links(folder: &Path) -> Result<Vec<Link>> {
    read(folder, RELATIONS[3])
}

fn read_preferences(folder: &Path) -> Result<Vec<Preference>> {
    read(folder, RELATIONS[4])
}

fn read<T: registry::Entry>(folder: &Path, relation: &str) -> Result<Vec<T>> {
    let open = |path: &Path| -> Result<BufReader<File>> {
        Ok(BufReader::new(File::open(path).with_context(|| format!("reading {}", path.display()))?))
    };
    let csv = folder.join(format!("{relation}.csv"));
    if csv.exists() {
        return registry::read_entries(open(&csv)?)
            .with_context(|| format!("in {}", csv.display()));
    }
    let parquet = folder.join(format!("{relation}.parquet"));
    if parquet.exists() {
        return columnar::read_entries(open(&parquet)?)
            .with_context(|| format!("in {}", parquet.display()));
    }
    Ok(Vec::new())
}

fn digests(folder: &Path) -> Result<String> {
    let mut seen = String::new();
    for relation in RELATIONS {
        for extension in ["csv", "parquet"] {
            let path = folder.join(format!("{relation}.{extension}"));
            if path.exists() {
                let digest =
                    sha256_of(&path).with_context(|| format!("reading {}", path.display()))?;
                seen.push_str(&format!("{relation}.{extension} {digest}\n"));
            }
        }
    }
    Ok(seen)
}

/// Freezes the registry and keeps the snapshot under its id.
///
/// # Errors
/// If the registry cannot be read or the snapshot not be written.
pub fn freeze(out: &Out, memory: &Memory) -> Result<Snapshot> {
    let snapshot = memory
        .registry
        .freeze(|rows| columnar::freeze(rows))
        .context("reading the registry")?
        .context("freezing the registry")?;
    let path = out.snapshot(&snapshot.id().to_string());
    if !path.exists() {
        out.publish(&path, |writer| {
            snapshot.write_parquet(writer)?;
            Ok(())
        })?;
    }
    Ok(snapshot)
}

/// Reads the snapshot of a night that is taken up again.
///
/// # Errors
/// If it cannot be read or is not what was frozen.
pub fn read_snapshot(out: &Out, id: &str) -> Result<Snapshot> {
    let path = out.snapshot(id);
    let reading = || format!("reading {}", path.display());
    let file = File::open(&path).with_context(reading)?;
    Snapshot::read_parquet(BufReader::new(file)).with_context(reading)
}

/// Puts a part's finished pack into the mailboxes; a repeat is success.
///
/// # Errors
/// If pack or mailboxes cannot be read or written.
pub fn deliver_pack(memory: &mut Memory, part: &Part) -> Result<()> {
    let name = format!("{}.{}", part.sender, part.name());
    memory.mailboxes.deliver(&name).with_context(|| format!("delivering {name}"))?;
    Ok(())
}

/// Writes the open notices of every batch that has any into its sender's outbox.
///
/// # Errors
/// If the notices cannot be read or a list not be written.
pub fn send_opens(out: &Out, memory: &Memory) -> Result<()> {
    for ((sender, batch), notices) in memory.mailboxes.notices().context("the open notices")? {
        let path = out.outbox(sender.as_str(), &format!("{batch}.opens.csv"));
        out.publish_bytes(&path, &mailbox::opens_csv(&notices))?;
    }
    Ok(())
}
