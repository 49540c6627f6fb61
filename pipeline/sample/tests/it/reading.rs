//! A sample read as the shop reads it, up to the type: intake, dictionary, registry and rule.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Cursor;

use address::{resolve, Dictionary, Scratch};
use intake::{
    walk, Decoder, KeyHash, Layout, Limits, Manifest, Names, OpenError, RowOutcome, Sender,
};
use letter::record::field;
use letter::{ChannelReason, Disposition, Reason, RecordView, Refusal};
use route::{ClassRule, Lookup, Standing};

use crate::files::Files;

/// Counts by code.
pub type Counts = BTreeMap<String, u64>;

/// What was read of a batch.
#[derive(Debug, Default)]
pub struct Read {
    /// Rows.
    pub records: u64,
    /// Rows that stop, by the code that decides.
    pub stopped: Counts,
    /// Rows that go on, by the reason for their channel.
    pub channels: Counts,
    /// Table rows without a recipient.
    pub orphans: u64,
}

/// A drop's members and what it says of itself.
pub struct Opened {
    batch: String,
    template: String,
    class: String,
    manifest: Option<Manifest>,
    recipients: Vec<u8>,
    lines: Option<Vec<u8>>,
}

/// Returns the sender of a shop.
pub fn sender(files: &Files, id: &str) -> Sender {
    let text = String::from_utf8(files[&format!("senders/{id}.toml")].clone()).unwrap();
    Sender::parse(&text).unwrap()
}

/// Opens a ZIP as the walk does and keeps its members to the manifest.
pub fn open(zip: &[u8]) -> Result<Opened, Refusal> {
    let mut archive =
        walk::open(Cursor::new(zip), &Limits::default()).map_err(|error| match error {
            OpenError::Incomplete(refusal) | OpenError::Refusal(refusal) => refusal,
            OpenError::Io(error) => panic!("{error}"),
        })?;
    let manifest = Manifest::read(&mut archive).map_err(refusal)?;
    let names: Vec<String> = archive.names().map(str::to_owned).collect();
    let (mut members, mut digests) = (HashMap::new(), Vec::new());
    for name in names {
        let mut bytes = Vec::new();
        let (_, digest) = archive.extract(&name, &mut bytes).map_err(refusal)?;
        digests.push((name.clone(), digest));
        members.insert(name, bytes);
    }
    manifest.check_members(digests.iter().map(|(name, digest)| (name.as_str(), *digest)))?;
    Ok(Opened {
        batch: manifest.batch.to_string(),
        template: manifest.template.clone(),
        class: manifest.class.clone(),
        recipients: members.remove(manifest.recipients()).unwrap(),
        lines: members.remove("lines.csv"),
        manifest: Some(manifest),
    })
}

/// Takes a bare file for what the sender file says.
pub fn open_bare(sender: &Sender, batch: &str, bytes: &[u8]) -> Opened {
    let bare = sender.bare_csv.clone().unwrap();
    let (template, class) = (bare.template, bare.class);
    let (batch, recipients) = (batch.to_owned(), bytes.to_vec());
    Opened { batch, template, class, manifest: None, recipients, lines: None }
}

fn refusal(error: walk::ExtractError) -> Refusal {
    match error {
        walk::ExtractError::Refusal(refusal) => refusal,
        walk::ExtractError::Io(error) => panic!("{error}"),
    }
}

/// Reads every record up to the point where it would be set in type.
pub fn read(
    opened: Opened,
    sender: &Sender,
    dictionary: &Dictionary,
    registry: &Registry,
) -> Result<(String, Read), Refusal> {
    let layout = Layout::compile(sender, &opened.template).map_err(|error| match error {
        intake::LayoutError::Refusal(refusal) => refusal,
        intake::LayoutError::Sender(fault) => panic!("{fault}"),
    })?;
    let class = &sender.classes[&opened.class];
    let rule = ClassRule {
        paper_only: class.paper_only,
        identity_level: class.identity_level,
        copy_bytes_max: class.copy_bytes_max,
    };
    let lines = opened.lines.as_deref().map(Cursor::new);
    let recipients = opened.recipients.as_slice();
    let decoder = Decoder::new(&layout, recipients, lines, Names::default());
    let mut decoder = decoder.map_err(decode_refusal)?;
    let (mut spool, mut rows) = (Vec::new(), Vec::new());
    while decoder.next_block(256, &mut spool, &mut rows).map_err(decode_refusal)? {}
    let totals = decoder.finish()?;
    if let Some(manifest) = &opened.manifest {
        manifest.check_totals(&totals)?;
    }
    let mut found = Read { records: totals.rows, orphans: totals.orphans.rows, ..Read::default() };
    let (mut keys, mut scratch) = (BTreeSet::<KeyHash>::new(), Scratch::default());
    for row in rows {
        let (start, len) = match row.outcome {
            RowOutcome::Record { offset_in_spool, len } => (offset_in_spool, len),
            RowOutcome::Faults(faults) => {
                let reasons: Vec<&Reason> = faults.iter().map(|fault| &fault.reason).collect();
                count(&mut found.stopped, deciding(&reasons).code());
                continue;
            }
        };
        if !keys.insert(row.key.unwrap()) {
            count(&mut found.stopped, "duplicate-key");
            continue;
        }
        let view = RecordView::parse(&spool[start..start + len]).unwrap();
        let text = |name: &str| layout.schema().field(name).map_or("", |at| view.field(at));
        let (address1, address2) = (text(field::ADDRESS1), text(field::ADDRESS2));
        match resolve(dictionary, &mut scratch, text(field::POSTAL), address1, address2) {
            Err(reason) => count(&mut found.stopped, reason.code()),
            Ok(_) => {
                let lookup = registry.lookup(sender, &opened.class, text(field::RECIPIENT));
                // The longest ordinary letter has 90 table rows, the one that is too large 400.
                let bytes = (view.row_count() > 200).then_some(u64::MAX);
                let (_, why) = route::route(&rule, lookup, bytes);
                count(&mut found.channels, why.code());
            }
        }
    }
    Ok((opened.batch, found))
}

fn deciding<'r>(reasons: &[&'r Reason]) -> &'r Reason {
    let sets_aside = |reason: &&&Reason| reason.disposition() == Disposition::SetAside;
    reasons.iter().find(sets_aside).unwrap_or(&reasons[0])
}

fn decode_refusal(error: intake::DecodeError) -> Refusal {
    match error {
        intake::DecodeError::Refusal(refusal) => refusal,
        intake::DecodeError::Io(error) => panic!("{error}"),
    }
}

fn count(counts: &mut Counts, code: &str) {
    *counts.entry(code.to_owned()).or_default() += 1;
}

/// The registry's rows by sender, class and pseudonym.
#[derive(Default)]
pub struct Registry(HashMap<(String, String, String), Standing>);

impl Registry {
    /// Reads the registry of a shop.
    pub fn of(files: &Files) -> Self {
        let file = |name: &str| files[&format!("registry/{name}.csv")].as_slice();
        let recipients = registry::read_entries::<registry::Recipient>(file("recipients")).unwrap();
        let links = registry::read_entries::<registry::Link>(file("links")).unwrap();
        let preferences =
            registry::read_entries::<registry::Preference>(file("preferences")).unwrap();
        let rows = registry::snapshot_rows(
            recipients.into_iter(),
            links.into_iter(),
            preferences.into_iter(),
        );
        let key = |row: &registry::SnapshotRow| {
            (row.sender.to_string(), row.class.to_string(), row.pseudonym.to_string())
        };
        let standing = |row: &registry::SnapshotRow| Standing {
            selected: row.selected,
            identity_level: row.identity_level,
            mailbox_open: row.mailbox_open,
            wish: row.wish,
        };
        Self(rows.map(|row| (key(&row), standing(&row))).collect())
    }

    fn lookup(&self, sender: &Sender, class: &str, pseudonym: &str) -> Lookup {
        if pseudonym.is_empty() {
            return Lookup::NoKey;
        }
        let of = |class: &str| {
            let key = (sender.sender.to_string(), class.to_owned(), pseudonym.to_owned());
            self.0.get(&key).copied()
        };
        of(class).or_else(|| of("*")).map_or(Lookup::NotRegistered, Lookup::Known)
    }
}

/// Returns whether a reason is met only when the letter is set in type.
pub fn is_of_type(code: &str) -> bool {
    ["missing-glyph", "does-not-fit"].contains(&code)
}

/// Compares what was read with what was expected; letters that only the type holds were read as
/// going on.
pub fn check(expected: &sample::BatchCount, read: &Read) {
    let batch = &expected.batch;
    assert_eq!(read.records, expected.records_in, "{batch}");
    let of_type = |(code, _): &(&String, &u64)| is_of_type(code);
    let before_type = expected.reasons.iter().filter(|entry| !of_type(entry));
    let before_type: Counts = before_type.map(|(code, count)| (code.clone(), *count)).collect();
    assert_eq!(read.stopped, before_type, "{batch}");
    let held_by_type: u64 = expected.reasons.iter().filter(of_type).map(|(_, count)| count).sum();
    let went_on: u64 = read.channels.values().sum();
    assert_eq!(went_on, expected.printed + expected.delivered + held_by_type, "{batch}");
    for why in ChannelReason::ALL {
        let count = |counts: &Counts| counts.get(why.code()).copied().unwrap_or_default();
        let (found, expected) = (count(&read.channels), count(&expected.channels));
        let held = expected..=expected + held_by_type;
        assert!(held.contains(&found), "{batch}: {} {found} of {expected}", why.code());
    }
    let orphans = expected.notes.get("orphan-line").copied().unwrap_or_default();
    assert_eq!(read.orphans, orphans, "{batch}");
}
