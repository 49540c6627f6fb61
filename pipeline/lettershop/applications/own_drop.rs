//! Drops that the shop makes for the letters' journey: forms, notices to applicants, opening codes.

use std::fmt::Write;

use anyhow::Result;
use intake::write::{csv_row, zip_drop};
use letter::{Date, PostalCode};
use runner::{FileMark, SeenDrop};
use sha2::{Digest, Sha256};

use crate::out::{hex, Out};

/// A drop in the making: rows of `recipients.csv` and of `lines.csv`.
pub struct OwnDrop {
    kind: &'static Kind,
    sender: String,
    recipients: Vec<u8>,
    lines: Vec<u8>,
    records: u64,
    hash_total: u64,
}

/// What a drop holds; `config/counter.toml` has the layout of each.
pub struct Kind {
    template: &'static str,
    class: &'static str,
    /// The batch's name, before the night's.
    batch: &'static str,
    columns: &'static [&'static str],
    row_columns: &'static [&'static str],
}

/// 申請書 (shinseisho): what goes to municipalities on paper.
pub const FORMS: Kind = Kind {
    template: "application-form",
    class: "hand-over",
    batch: "forms",
    columns: &[
        "key",
        "postal",
        "address1",
        "address2",
        "name",
        "kind",
        "municipality",
        "code",
        "night",
        "site",
        "procedure",
        "receipt",
        "received",
        "verdict",
        "basic_four",
        "findings",
        "count",
        "first",
        "last",
    ],
    row_columns: &["key", "no", "label", "value", "remark"],
};

/// お知らせ (oshirase): what goes to applicants.
pub const NOTICES: Kind = Kind {
    template: "application-notice",
    class: "notice",
    batch: "notices",
    columns: &[
        "key",
        "postal",
        "address1",
        "address2",
        "name",
        "honorific",
        "recipient",
        "kind",
        "procedure",
        "receipt",
        "received",
        "municipality",
        "office",
        "phone",
        "reason",
    ],
    row_columns: &["key", "no", "label", "value"],
};

/// 開設のご案内 (kaisetsu no go-annai): what opens a recipient's mailbox; `config/postbox.toml` has
/// its layout.
pub const PASSCODES: Kind = Kind {
    template: "passcode-letter",
    class: "passcode",
    batch: "passcodes",
    columns: &["key", "postal", "address1", "address2", "name", "number", "code", "until", "url"],
    row_columns: &[],
};

impl OwnDrop {
    /// Opens a drop of a sender.
    pub fn new(kind: &'static Kind, sender: &str) -> Self {
        let mut drop = Self {
            kind,
            sender: sender.to_owned(),
            recipients: Vec::new(),
            lines: Vec::new(),
            records: 0,
            hash_total: 0,
        };
        push(kind.columns, &mut drop.recipients);
        if !kind.row_columns.is_empty() {
            push(kind.row_columns, &mut drop.lines);
        }
        drop
    }

    /// Adds a record; `value` gives the text of a column.
    pub fn record<'v>(&mut self, value: impl Fn(&str) -> &'v str) {
        let fields: Vec<&str> = self.kind.columns.iter().map(|column| value(column)).collect();
        push(&fields, &mut self.recipients);
        self.records += 1;
        let postal = PostalCode::parse(value("postal"));
        self.hash_total += postal.map_or(0, |postal| u64::from(postal.number()));
    }

    /// Adds a table row of the record with the same key.
    pub fn row(&mut self, cells: &[&str]) {
        debug_assert_eq!(cells.len(), self.kind.row_columns.len());
        push(cells, &mut self.lines);
    }

    /// Packs the drop and lays it where the night takes it up; nothing without a record.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn finish(self, out: &Out, night: u32, day: Date) -> Result<Option<(SeenDrop, FileMark)>> {
        if self.records == 0 {
            return Ok(None);
        }
        let Self { kind, sender, recipients, lines, records, hash_total } = self;
        let batch = format!("{}-{night:06}", kind.batch);
        let mut manifest = format!(
            "sender = \"{sender}\"\nbatch = \"{batch}\"\ntemplate = \"{}\"\ntemplate_version = 1\n\
             class = \"{}\"\nposting_date = \"{day}\"\nrecords = {records}\n\
             hash_total = {hash_total}\n\n[members]\n",
            kind.template, kind.class
        );
        let mut members = vec![("recipients.csv", &recipients)];
        if !kind.row_columns.is_empty() {
            members.push(("lines.csv", &lines));
        }
        for (name, bytes) in &members {
            let digest = hex(&Sha256::digest(bytes));
            writeln!(manifest, "\"{name}\" = \"{digest}\"").expect("a string takes everything");
        }
        let mut files = vec![("manifest.toml", manifest.as_bytes())];
        files.extend(members.iter().map(|(name, bytes)| (*name, bytes.as_slice())));
        let zip = zip_drop(&files);
        let name = format!("{batch}.zip");
        let mark = out.publish_bytes(&out.own_drop(night, &sender, &name), &zip)?;
        Ok(Some((SeenDrop { sender, name, len: zip.len() as u64 }, mark)))
    }
}

fn push(fields: &[&str], out: &mut Vec<u8>) {
    csv_row(fields.iter().map(|field| field.as_bytes()), b',', out);
}
