//! A drop's ZIP: members and the manifest that promises them.

use std::fmt::Write;

use intake::write::zip_drop;
use sha2::{Digest, Sha256};

/// A drop ready to be packed.
#[derive(Clone, Debug)]
pub(crate) struct Package {
    /// The manifest's sender.
    pub sender: String,
    /// The batch.
    pub batch: String,
    /// The template; always version 1.
    pub template: String,
    /// The letter class.
    pub class: String,
    /// Records promised.
    pub records: u64,
    /// Sum of the postal codes promised.
    pub hash_total: u64,
    /// Members by name.
    pub members: Vec<(String, Vec<u8>)>,
}

/// 差出日 of every sample.
const POSTING_DATE: &str = "2026-11-25";

impl Package {
    /// Writes the manifest.
    pub fn manifest_toml(&self) -> String {
        let mut text = format!(
            "sender = \"{}\"\nbatch = \"{}\"\ntemplate = \"{}\"\ntemplate_version = 1\n\
             class = \"{}\"\nposting_date = \"{POSTING_DATE}\"\nrecords = {}\nhash_total = {}\n\n\
             [members]\n",
            self.sender, self.batch, self.template, self.class, self.records, self.hash_total
        );
        for (name, bytes) in &self.members {
            writeln!(text, "\"{name}\" = \"{}\"", sha256(bytes)).expect("memory takes all text");
        }
        text
    }

    /// Writes the manifest as JSON.
    pub fn manifest_json(&self) -> String {
        let members = self.members.iter();
        let members: serde_json::Map<String, serde_json::Value> =
            members.map(|(name, bytes)| (name.clone(), sha256(bytes).into())).collect();
        let manifest = serde_json::json!({
            "sender": self.sender, "batch": self.batch, "template": self.template,
            "template_version": 1, "class": self.class, "posting_date": POSTING_DATE,
            "records": self.records, "hash_total": self.hash_total, "members": members,
        });
        format!("{manifest:#}\n")
    }

    /// Packs manifest and members.
    pub fn zip(&self) -> Vec<u8> {
        self.zip_with("manifest.toml", &self.manifest_toml())
    }

    /// Packs the members with a given manifest.
    pub fn zip_with(&self, name: &str, manifest: &str) -> Vec<u8> {
        let mut members = vec![(name, manifest.as_bytes())];
        members.extend(self.members.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())));
        zip_drop(&members)
    }
}

/// Returns a SHA-256 in hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        write!(text, "{byte:02x}").expect("memory takes all text");
        text
    })
}
