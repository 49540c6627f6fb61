//! Pieces that came back (返戻): what the sender is told, and whose next letter is doubtful.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;

use anyhow::{Context, Result};
use ledger::line::Act;
use letter::SenderId;
use runner::FileMark;

use super::book::{entered, Book};
use super::log;
use crate::batch::Batch;
use crate::out::Out;

/// The keys of the reasons for which the post returns a piece, with its own words.
pub const REASONS: [(&str, &str); 6] = [
    ("unknown", "あて所に尋ねあたりません"),
    ("moved", "転居先不明"),
    ("refused", "受取拒絶"),
    ("expired", "保管期間経過"),
    ("incomplete", "あて名不完全"),
    ("other", "その他"),
];

/// Returns the post's words for a key.
pub fn words(reason: &str) -> Option<&'static str> {
    REASONS.iter().find(|(key, _)| *key == reason).map(|(_, words)| *words)
}

/// Writes `returns.csv` of a sender's outbox: every piece of all nights that came back, once.
///
/// # Errors
/// If a log or a ledger cannot be read, or the list not be written.
pub fn write(out: &Out, book: &Book, sender: &SenderId) -> Result<FileMark> {
    out.publish(&out.outbox(sender.as_str(), "returns.csv"), |list| {
        write!(list, "batch,key,reason,words,day\r\n")?;
        for part in book.parts().filter(|part| part.sender == *sender) {
            let mut backs = BTreeMap::new();
            for noted in log::read(out, book.night(part), part)? {
                if let Act::Returned { sequence, back } = noted.act {
                    backs.entry(sequence).or_insert(back);
                }
            }
            if backs.is_empty() {
                continue;
            }
            let entered = entered(out, part)?;
            for (sequence, back) in backs {
                let key = entered.get(&sequence).map_or("", |entered| entered.key.as_str());
                let (name, words) = (part.name(), words(&back.reason).unwrap_or_default());
                write!(list, "{name},{},{},{words},{}\r\n", quoted(key), back.reason, back.day)?;
            }
        }
        Ok(())
    })
}

/// Returns a cell of a list, between quotes where it must be.
pub fn quoted(cell: &str) -> String {
    match cell.contains([',', '"', '\r', '\n']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_owned(),
    }
}

/// Addresses from which something came back, by the digest that [`Batch::address_digest`] makes:
/// reason and day. One file a sender, never shared among senders.
pub type Suspects = BTreeMap<String, (String, String)>;

/// Reads the doubtful addresses of a sender.
///
/// # Errors
/// If the file cannot be read.
pub fn suspects(out: &Out, sender: &SenderId) -> Result<Suspects> {
    let path = path(out, sender);
    if !path.exists() {
        return Ok(Suspects::new());
    }
    let bytes = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    serde_json::from_slice(&bytes).with_context(|| format!("in {}", path.display()))
}

/// Adds doubtful addresses of a sender.
///
/// # Errors
/// If the file cannot be read or written.
pub fn suspect(out: &Out, sender: &SenderId, more: Suspects) -> Result<()> {
    let mut all = suspects(out, sender)?;
    all.extend(more);
    let bytes = serde_json::to_vec_pretty(&all).expect("texts are plain data");
    out.publish_bytes(&path(out, sender), &bytes).map(|_| ())
}

fn path(out: &Out, sender: &SenderId) -> std::path::PathBuf {
    out.state().join("suspects").join(format!("{sender}.json"))
}

/// Writes `<batch>.suspects.csv` into the sender's outbox: the records of a new batch whose address
/// sent something back before. Nothing is stopped; without such a record there is no list.
///
/// # Errors
/// If the spool cannot be read or the list not be written.
pub fn warn(out: &Out, batch: &Batch<'_>) -> Result<Option<FileMark>> {
    let part = batch.part();
    let suspects = suspects(out, &part.sender)?;
    if suspects.is_empty() {
        return Ok(None);
    }
    let mut rows = Vec::new();
    batch.spool.for_each(|_, view| {
        if let Some((reason, day)) = suspects.get(&batch.address_digest(&view)) {
            let (line, key) = (view.place().line, quoted(batch.key(&view)));
            write!(rows, "{line},{key},{reason},{},{day}\r\n", words(reason).unwrap_or_default())?;
        }
        Ok::<_, std::io::Error>(())
    })?;
    if rows.is_empty() {
        return Ok(None);
    }
    let path = out.outbox(part.sender.as_str(), &format!("{}.suspects.csv", part.name()));
    out.publish(&path, |list| {
        list.write_all(b"line,key,reason,words,day\r\n")?;
        Ok(list.write_all(&rows)?)
    })
    .map(Some)
}
