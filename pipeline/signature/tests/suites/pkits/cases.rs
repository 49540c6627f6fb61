//! The cases of the PKITS and their files, out of their archive.

use std::collections::BTreeMap;
use std::io::Read;

use serde::Deserialize;

/// The files of the archive by their paths in it.
pub struct Archive(BTreeMap<String, Vec<u8>>);

/// One case.
#[derive(Deserialize)]
pub struct Case {
    id: String,
    /// Its name in the suite.
    pub name: String,
    /// The file of the leaf.
    pub cert: String,
    /// The files of the other certificates at hand.
    #[serde(default)]
    pub other_certs: Vec<String>,
    /// The files of the revocation lists at hand.
    #[serde(default)]
    pub crls: Vec<String>,
    /// What the user asks.
    #[serde(default)]
    pub params: Params,
    /// Why the path must not hold; `None` if it must.
    pub error: Option<Expected>,
    /// The user notice that must be shown.
    pub notice: Option<String>,
}

/// What the user asks (RFC 5280 §6.1.1).
#[derive(Clone, Default, Deserialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    pub user_initial_policy_set: Vec<String>,
    pub initial_explicit_policy: bool,
    pub initial_policy_mapping_inhibit: bool,
    pub initial_any_policy_inhibit: bool,
}

/// The expected failure, in the words of pyhanko-certvalidator.
#[derive(Debug, Deserialize)]
pub struct Expected {
    pub class: String,
    pub msg_regex: String,
}

impl Archive {
    /// Reads the archive.
    pub fn open() -> Self {
        let archive = std::io::Cursor::new(include_bytes!("pkits.zip"));
        let mut archive = zip::ZipArchive::new(archive).expect("the archive is a ZIP");
        let mut files = BTreeMap::new();
        for at in 0..archive.len() {
            let mut member = archive.by_index(at).expect("the archive has this member");
            let mut bytes = Vec::new();
            member.read_to_end(&mut bytes).expect("the member can be read");
            files.insert(member.name().expect("the name is UTF-8").to_string(), bytes);
        }
        Self(files)
    }

    /// Returns the cases of one list.
    pub fn cases(&self, list: &str) -> Vec<Case> {
        serde_json::from_slice(&self.0[list]).expect("a list of cases")
    }

    /// Returns the bytes of a certificate.
    pub fn certificate(&self, name: &str) -> &[u8] {
        &self.0[&format!("certs/{name}")]
    }
}

impl Archive {
    /// Returns the bytes of a revocation list.
    pub fn crl(&self, name: &str) -> &[u8] {
        &self.0[&format!("crls/{name}")]
    }
}

impl Case {
    /// Returns the section and number of the case, `4.8.1`, and a letter for further cases of one
    /// number: `4.8.1b`.
    pub fn id(&self, before: &[Case]) -> String {
        let parts = [&self.id[..1], &self.id[1..3], &self.id[3..5]];
        let numbers = parts.map(|part| part.trim_start_matches('0'));
        let same = before.iter().filter(|case| case.id == self.id).count();
        let letter = match same {
            0 => String::new(),
            _ => char::from(b'a' + same as u8).to_string(),
        };
        numbers.join(".") + &letter
    }
}

/// Returns the committed exceptions: why, by the case's number.
pub fn exceptions() -> BTreeMap<String, String> {
    let lines = include_str!("outcomes.txt").lines().filter(|line| !line.starts_with('#'));
    let entries = lines.map(|line| {
        let (id, why) = line.split_once(' ').expect("a number and why");
        let known = why.starts_with("skip ") || why.starts_with("differs ");
        assert!(known, "{line}: neither skip nor differs");
        (id.to_string(), why.to_string())
    });
    entries.collect()
}
