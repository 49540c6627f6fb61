//! `verify`: signatures, certificates, evidence packs and sealed copies, one verdict each.

mod copy;
mod evidence;
mod finalise;
pub mod folder;
mod words;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;
use signature::basic_four::Form;
use signature::verdict::{Indication, Policy, Verdict};
use signature::verifier::{Body, Container, File, Request, Verifier};

use super::night::read_clock;
use crate::args::verify::{Ground, VerifyCommand};
use crate::{Ending, Unusable};

/// Runs one verification; ends with 0, 1 or 2 as the verdict says.
pub fn verify(command: &VerifyCommand) -> Result<Ending> {
    match command {
        VerifyCommand::Audit(args) => super::desk::verify_audit(args),
        VerifyCommand::Cms { file, content, ground } => {
            let bytes = folder::der(&read(file)?, "CMS");
            let files = match content {
                Some(path) => vec![(name_of(path), read(path)?)],
                None => Vec::new(),
            };
            let content = files.first().map(|(name, _)| name.as_str());
            one(ground, Container::Cms { bytes: &bytes, content }, &files, &[])
        }
        VerifyCommand::Digests { file, files, ground } => {
            let bytes = read(file)?;
            let beside = file.parent().filter(|parent| !parent.as_os_str().is_empty());
            let folder = files.as_deref().or(beside).unwrap_or(Path::new("."));
            let mut files = folder::files(folder).context(Unusable)?;
            let own = name_of(file);
            files.retain(|(name, _)| *name != own);
            one(ground, Container::Digests { bytes: &bytes }, &files, &[])
        }
        VerifyCommand::Xml { file, files, ground } => {
            let bytes = read(file)?;
            let own = name_of(file);
            let mut files = match files {
                Some(folder) => folder::files(folder).context(Unusable)?,
                None => Vec::new(),
            };
            if !files.iter().any(|(name, _)| *name == own) {
                files.push((own.clone(), bytes.clone()));
            }
            one(ground, Container::Xml { bytes: &bytes, name: Some(&own) }, &files, &[])
        }
        VerifyCommand::Chain { leaf, with, ground } => {
            let bytes = folder::der(&read(leaf)?, "CERTIFICATE");
            let mut further = Vec::new();
            for path in with {
                further.extend(folder::all_der(&read(path)?, "CERTIFICATE"));
            }
            one(ground, Container::Certificate { bytes: &bytes }, &[], &further)
        }
        VerifyCommand::Copy { file, proof, key, json } => copy::verify(file, proof, key, *json),
        VerifyCommand::Finalise { out, crl, json } => finalise::verify(out, crl.as_deref(), *json),
        VerifyCommand::Evidence { file, receipt, json } => {
            evidence::verify(file, receipt.as_deref(), *json)
        }
    }
}

/// Gives the verdict on one container.
fn one(
    ground: &Ground,
    container: Container<'_>,
    files: &[(String, Vec<u8>)],
    further: &[Vec<u8>],
) -> Result<Ending> {
    let trust = folder::trust(&ground.trust).context(Unusable)?;
    let form = ground.form.as_deref().map(read_form).transpose()?;
    let request = Request {
        container,
        files: files.iter().map(|(name, bytes)| File { name, body: Body::Bytes(bytes) }).collect(),
        certificates: further.iter().map(Vec::as_slice).collect(),
        received: ground.at.unwrap_or_else(read_clock),
        form: form.as_ref().map(FormFile::form),
    };
    let signers = request.all_certificates();
    let lists = folder::lists(ground.crl.as_deref(), &trust.anchors, &signers).context(Unusable)?;
    let policy = Policy { purpose: ground.profile, grace_seconds: ground.grace };
    let verifier = Verifier::new(&trust.anchors, &lists.crls, policy);
    let verdict = verifier.verify(&request);
    for bad in trust.bad.iter().chain(&lists.bad) {
        eprintln!("lettershop: {bad}");
    }
    say(&verdict, None, ground.json, &mut io::stdout().lock())?;
    Ok(ending(verdict.indication))
}

/// Writes one verdict, JSON on one line or words on several.
fn say(verdict: &Verdict, receipt: Option<&str>, json: bool, out: &mut impl Write) -> Result<()> {
    match (json, receipt) {
        (true, None) => writeln!(out, "{}", serde_json::to_string(verdict)?)?,
        (true, Some(receipt)) => {
            let line = WithReceipt { receipt, verdict };
            writeln!(out, "{}", serde_json::to_string(&line)?)?;
        }
        (false, _) => write!(out, "{}", words::of(verdict, receipt))?,
    }
    Ok(())
}

#[derive(serde::Serialize)]
struct WithReceipt<'a> {
    receipt: &'a str,
    #[serde(flatten)]
    verdict: &'a Verdict,
}

fn ending(indication: Indication) -> Ending {
    match indication {
        Indication::TotalPassed => Ending::Well,
        Indication::TotalFailed => Ending::Failed,
        Indication::Indeterminate => Ending::Indeterminate,
    }
}

/// The basic four in a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FormFile {
    name: Option<String>,
    birth: Option<String>,
    sex: Option<String>,
    address: Option<String>,
}

impl FormFile {
    fn form(&self) -> Form<'_> {
        Form {
            name: self.name.as_deref(),
            birth: self.birth.as_deref(),
            sex: self.sex.as_deref(),
            address: self.address.as_deref(),
        }
    }
}

fn read_form(path: &Path) -> Result<FormFile> {
    let form = serde_json::from_slice(&read(path)?);
    form.with_context(|| format!("in {}", path.display())).context(Unusable)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("reading {}", path.display())).context(Unusable)
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    PathBuf::from(name).to_string_lossy().into_owned()
}
