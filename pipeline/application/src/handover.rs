//! The electronic hand-over: a folder per municipality and night, as bytes for the caller to write.
//!
//! ```text
//! <jis5>-<night>-<sequence>/
//!   manifest.json              whose, which night, when the acknowledgement is due, every file's
//!                              hash and length, counts; its own SHA-256 is what is acknowledged
//!   index.csv                  one row an application, safe to open in a spreadsheet
//!   <receipt>.verdict.json     the verdict on the signature, the findings, the attachments' hashes
//!   <procedure>.csv            or <receipt>.xml, <receipt>.json: the municipality's own format
//!   <receipt>/…                attachments
//!   acknowledgement.json       the form that comes back, filled in as far as the shop can
//! ```

mod acknowledgement;
mod sheet;

use std::collections::BTreeMap;

use letter::cell::{push_text, BOM};
use letter::{Date, Moment};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use acknowledgement::{is_overdue, Acknowledgement, Refused, Settled};
pub use sheet::{Enclosure, Sheet};

use crate::municipality::JisCode;

/// The name of the manifest in the folder.
pub const MANIFEST: &str = "manifest.json";
/// The name of the index.
pub const INDEX: &str = "index.csv";
/// The name of the acknowledgement, as it goes out and as it comes back.
pub const ACKNOWLEDGEMENT: &str = "acknowledgement.json";

/// Returns the folder's name, `14100-2026-11-22-1`.
pub fn folder(municipality: JisCode, night: Date, sequence: u32) -> String {
    format!("{municipality}-{night}-{sequence}")
}

/// Returns the SHA-256 of a file in hexadecimal digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What stands at the head of a hand-over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The municipality's code.
    pub municipality: JisCode,
    /// Its name.
    pub name: String,
    /// The day of the night's run.
    pub night: Date,
    /// Which hand-over of the night, from 1.
    pub sequence: u32,
    /// The last day on which the acknowledgement is in time.
    pub due: Date,
}

/// One file of the folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Its name within the folder.
    pub name: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Its SHA-256 in hexadecimal digits.
    pub sha256: String,
}

/// One application of the folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// 受付番号.
    pub receipt: String,
    /// The procedure's code.
    pub procedure: String,
    /// When the site took it.
    #[serde(with = "jst")]
    pub received_at: Moment,
    /// The file that holds it.
    pub file: String,
    /// Its row in the file, from 1 without the head; 0 where the file is its own.
    pub row: u32,
    /// The verdict's indication, `TOTAL_PASSED`.
    pub verdict: String,
    /// How many findings of the completeness check the applicant has to act upon.
    pub incomplete: u32,
    /// How many characters were substituted.
    pub substituted: u32,
}

/// `manifest.json` of a hand-over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Whose, when, until when.
    #[serde(flatten)]
    pub head: Head,
    /// How many applications, by procedure.
    pub applications: BTreeMap<String, u64>,
    /// How many in all.
    pub count: u64,
    /// Their receipt numbers in the order of the index.
    pub receipts: Vec<String>,
    /// Every other file, by name.
    pub files: Vec<FileEntry>,
}

/// A hand-over being put together.
#[derive(Clone, Debug)]
pub struct HandOver {
    head: Head,
    entries: Vec<Entry>,
    files: BTreeMap<String, FileEntry>,
}

/// The files that close a hand-over: name and bytes, to be written in this order, the manifest
/// last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// `index.csv`, `acknowledgement.json`, `manifest.json`.
    pub files: Vec<(&'static str, Vec<u8>)>,
    /// The manifest as it is in the file.
    pub manifest: Manifest,
    /// The SHA-256 of `manifest.json`, by which the hand-over is acknowledged.
    pub manifest_sha256: String,
}

/// Why a hand-over does not add up; the run's own fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsound {
    /// Two files have one name.
    #[error("file {0:?} is handed over twice")]
    DoubleFile(String),
    /// Two applications have one receipt number.
    #[error("receipt {0:?} is handed over twice")]
    DoubleReceipt(String),
    /// An application stands in a file that is not there.
    #[error("receipt {receipt:?} stands in {file:?}, which is not handed over")]
    NoFile {
        /// The application.
        receipt: String,
        /// The file that it names.
        file: String,
    },
}

impl HandOver {
    /// Starts a hand-over.
    pub fn new(head: Head) -> Self {
        Self { head, entries: Vec::new(), files: BTreeMap::new() }
    }

    /// Adds a file that the caller has written or will write with these bytes.
    ///
    /// # Errors
    /// [`Unsound::DoubleFile`].
    pub fn add_file(&mut self, name: &str, bytes: &[u8]) -> Result<(), Unsound> {
        let entry = FileEntry {
            name: name.to_owned(),
            bytes: bytes.len() as u64,
            sha256: sha256_hex(bytes),
        };
        match self.files.insert(name.to_owned(), entry) {
            Some(_) => Err(Unsound::DoubleFile(name.to_owned())),
            None => Ok(()),
        }
    }

    /// Adds an application.
    pub fn add(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// Closes the hand-over: applications in the order of their receipt numbers.
    ///
    /// # Errors
    /// [`Unsound`] if files or applications come twice or an application's file is missing.
    pub fn close(mut self) -> Result<Closed, Unsound> {
        self.entries.sort_by(|a, b| a.receipt.cmp(&b.receipt));
        for pair in self.entries.windows(2) {
            if pair[0].receipt == pair[1].receipt {
                return Err(Unsound::DoubleReceipt(pair[0].receipt.clone()));
            }
        }
        if let Some(Entry { receipt, file, .. }) =
            self.entries.iter().find(|entry| !self.files.contains_key(&entry.file))
        {
            return Err(Unsound::NoFile { receipt: receipt.clone(), file: file.clone() });
        }
        let index = self.index();
        self.add_file(INDEX, &index)?;
        let mut applications = BTreeMap::new();
        for entry in &self.entries {
            *applications.entry(entry.procedure.clone()).or_default() += 1;
        }
        let manifest = Manifest {
            head: self.head,
            applications,
            count: self.entries.len() as u64,
            receipts: self.entries.into_iter().map(|entry| entry.receipt).collect(),
            files: self.files.into_values().collect(),
        };
        let bytes = pretty(&manifest);
        let manifest_sha256 = sha256_hex(&bytes);
        // The form names the manifest's hash, so the manifest cannot name the form's.
        let form = Acknowledgement::form(&manifest, &manifest_sha256);
        let files = vec![(INDEX, index), (ACKNOWLEDGEMENT, pretty(&form)), (MANIFEST, bytes)];
        Ok(Closed { files, manifest, manifest_sha256 })
    }

    /// Writes the index: UTF-8 with byte order mark, CRLF, every cell quoted.
    fn index(&self) -> Vec<u8> {
        let mut out = BOM.to_vec();
        let head = [
            "番号",
            "受付番号",
            "手続",
            "受付日時",
            "ファイル",
            "行",
            "署名検証",
            "不備",
            "置換文字",
        ];
        row(&mut out, &head.map(str::to_owned));
        for (number, entry) in (1u64..).zip(&self.entries) {
            let Entry { receipt, procedure, file, verdict, .. } = entry;
            let cells = [
                number.to_string(),
                receipt.clone(),
                procedure.clone(),
                entry.received_at.rfc3339_jst(),
                file.clone(),
                entry.row.to_string(),
                verdict.clone(),
                entry.incomplete.to_string(),
                entry.substituted.to_string(),
            ];
            row(&mut out, &cells);
        }
        out
    }
}

impl Manifest {
    /// Reads a manifest that [`HandOver::close`] has written; `None` if it is none.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// Returns the name of the first listed file whose bytes are missing or others.
    pub fn broken<'f>(&self, file: impl Fn(&str) -> Option<&'f [u8]>) -> Option<&str> {
        let is_whole = |entry: &FileEntry| {
            file(&entry.name).is_some_and(|bytes| {
                bytes.len() as u64 == entry.bytes && sha256_hex(bytes) == entry.sha256
            })
        };
        self.files.iter().find(|entry| !is_whole(entry)).map(|entry| entry.name.as_str())
    }
}

/// Appends a row of quoted cells.
pub(crate) fn row(out: &mut Vec<u8>, cells: &[String]) {
    for (at, text) in cells.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        push_text(out, text);
    }
    out.extend_from_slice(b"\r\n");
}

/// Writes JSON with two blanks an indent, ending with a line end.
pub(crate) fn pretty(value: &impl Serialize) -> Vec<u8> {
    let mut json = serde_json::to_vec_pretty(value).expect("it is plain data with text keys");
    json.push(b'\n');
    json
}

/// A moment as RFC 3339 in Japan's time.
pub(crate) mod jst {
    use letter::Moment;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(moment: &Moment, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&moment.rfc3339_jst())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Moment, D::Error> {
        let text = String::deserialize(deserializer)?;
        Moment::parse_rfc3339(&text).ok_or_else(|| D::Error::custom("not an RFC 3339 moment"))
    }
}

#[cfg(test)]
mod tests;
