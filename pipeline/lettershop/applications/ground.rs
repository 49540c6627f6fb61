//! What applications are examined with: rules, municipalities, anchors, lists, places.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use address::Dictionary;
use anyhow::{Context, Result};
use application::handover::sha256_hex;
use application::{JisCode, Municipality, Places, Procedure, Procedures};
use letter::PostalCode;

use signature::path::Anchors;
use signature::revocation::{Crls, Gathering};

use crate::commands::verify::folder;
use crate::config::toml_files;
use crate::stock;

/// Everything that a parcel is examined with; made once a night.
pub struct Ground<'d> {
    /// The rule files.
    pub procedures: Procedures,
    /// The municipalities by code.
    pub municipalities: BTreeMap<u32, Municipality>,
    /// The anchors.
    pub anchors: Anchors,
    /// What the revocation lists say.
    pub crls: Crls,
    /// The files of lists and responses of which something was taken.
    pub list_files: Vec<PathBuf>,
    /// What stands for all files of lists and responses, as [`seal_of_lists`] returns it.
    pub lists_seal: String,
    /// One line a file among anchors and lists that could not be taken.
    pub bad: Vec<String>,
    dictionary: &'d Dictionary,
}

impl<'d> Ground<'d> {
    /// Reads a shop's `procedures/`, `municipalities/`, `trust/` and `crl/`.
    ///
    /// # Errors
    /// If a file of rules or of a municipality cannot be read or understood. Anchors and lists that
    /// cannot be taken are named in [`Ground::bad`], and stop nothing.
    pub fn open(root: &Path, dictionary: &'d Dictionary) -> Result<Self> {
        let procedures = procedures(&root.join("procedures"))?;
        let trust = root.join("trust");
        let (anchors, mut bad) = match trust.is_dir() {
            true => {
                let trust = folder::trust(&trust)?;
                (trust.anchors, trust.bad.into_iter().map(|bad| format!("trust/{bad}")).collect())
            }
            false => (Anchors::default(), Vec::new()),
        };
        let mut gathering = Gathering::new(anchors.iter().map(|anchor| anchor.der()));
        let (list_files, lists_seal) = gather(&root.join("crl"), &mut gathering, &mut bad)?;
        Ok(Self {
            municipalities: municipalities(&root.join("municipalities"), &procedures)?,
            procedures,
            anchors,
            crls: gathering.finish(),
            list_files,
            lists_seal,
            bad,
            dictionary,
        })
    }

    /// Returns a municipality's file.
    pub fn municipality(&self, code: JisCode) -> Option<&Municipality> {
        self.municipalities.get(&code.number())
    }
}

impl Places for Ground<'_> {
    fn find(&self, postal: Option<PostalCode>, address: &str) -> Option<u32> {
        let found = match postal {
            Some(postal) => {
                let mut scratch = address::Scratch::default();
                let postal = postal.to_string();
                let found =
                    address::resolve(self.dictionary, &mut scratch, &postal, address, "").ok()?;
                found.jis_code
            }
            None => address::find(self.dictionary, address).ok()??.jis_code,
        };
        Some(found)
    }

    fn is_registered(&self, code: JisCode) -> bool {
        self.municipalities.contains_key(&code.number())
    }
}

/// Takes the revocation lists and OCSP responses of a folder, one file in memory at a time; returns
/// the files of which something was taken, and the seal of all.
fn gather(
    folder: &Path,
    gathering: &mut Gathering,
    bad: &mut Vec<String>,
) -> Result<(Vec<PathBuf>, String)> {
    let (mut taken, mut digests) = (Vec::new(), Vec::new());
    for path in files_of(folder)? {
        let mut is_of_use = false;
        let bytes = read(&path)?;
        digests.push(sha256_hex(&bytes));
        for list in folder::all_der(&bytes, "X509 CRL") {
            let answer = match folder::is_response(&list) {
                true => gathering.take_response(&list),
                false => gathering.take(&list),
            };
            match answer {
                Ok(_) => is_of_use = true,
                Err(refusal) => bad.push(format!("crl/{}: {refusal}", name_of(&path))),
            }
        }
        if is_of_use {
            taken.push(path);
        }
    }
    Ok((taken, seal(digests)))
}

/// Returns what stands for the files in a folder of lists and responses, whatever their names: it
/// is another one when a file came that was not there, or one was taken away.
///
/// # Errors
/// If a file cannot be read.
pub fn seal_of_lists(folder: &Path) -> Result<String> {
    let digests = files_of(folder)?.into_iter().map(|path| Ok(sha256_hex(&read(&path)?)));
    digests.collect::<Result<_>>().map(seal)
}

fn seal(mut digests: Vec<String>) -> String {
    digests.sort();
    digests.dedup();
    sha256_hex(digests.concat().as_bytes())
}

/// Returns the files of a folder by name; none if there is no folder.
fn files_of(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    if !folder.is_dir() {
        return Ok(paths);
    }
    for entry in folder.read_dir().with_context(|| format!("reading {}", folder.display()))? {
        paths.push(entry.with_context(|| format!("reading {}", folder.display()))?.path());
    }
    paths.retain(|path| path.is_file());
    paths.sort();
    Ok(paths)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("reading {}", path.display()))
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Reads the lists of a file, DER.
///
/// # Errors
/// If the file cannot be read.
pub fn lists_of(path: &Path) -> Result<Vec<Vec<u8>>> {
    Ok(folder::all_der(&read(path)?, "X509 CRL"))
}

/// Reads the shop's own rule files over the stock's.
fn procedures(folder: &Path) -> Result<Procedures> {
    let mut texts: BTreeMap<String, String> =
        stock::PROCEDURES.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect();
    for (name, text) in toml_files(folder)? {
        texts.insert(name, text);
    }
    let read = |(name, text): (String, String)| {
        Procedure::parse(&text).with_context(|| format!("in procedures/{name}.toml"))
    };
    let all = texts.into_iter().map(read).collect::<Result<Vec<_>>>()?;
    Procedures::new(all).context("in procedures/")
}

fn municipalities(folder: &Path, procedures: &Procedures) -> Result<BTreeMap<u32, Municipality>> {
    let mut all = BTreeMap::new();
    for (name, text) in toml_files(folder)? {
        let one = Municipality::parse(&text, procedures)
            .with_context(|| format!("in municipalities/{name}.toml"))?;
        all.insert(one.code.number(), one);
    }
    Ok(all)
}
