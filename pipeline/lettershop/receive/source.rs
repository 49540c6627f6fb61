//! What a drop is: a ZIP with a manifest, a bare file with a trailer, or a mended reject list.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use anyhow::Context;
use intake::manifest::{is_ready, LINES as LINES_MEMBER, STATIONERY as STATIONERY_MEMBER};
use intake::{refusal, Archive, Manifest, Sender};
use letter::{BatchId, Date};
use runner::{FileMark, Journal, Part, SeenDrop};

use super::{ready, Counter, Trouble, LINES};
use crate::batch::{Received, RAW, RECEIVED, STATIONERY};
use crate::config::Shop;
use crate::out::{FileJournal, Out};

/// The ending of a reject list that comes back mended: `<batch>.mended.csv`.
const MENDED: &str = ".mended";

/// A drop's file, opened.
pub enum Source {
    /// A ZIP that has passed the walk, with its manifest.
    Zip(Box<Archive<BufReader<File>>>, Box<Manifest>),
    /// A bare file.
    Bare(PathBuf),
}

/// What a drop says of itself, checked against the agreement and the journal.
pub struct Opened {
    /// The part that it brings.
    pub part: Part,
    /// The template.
    pub template: String,
    /// Its version.
    pub template_version: u32,
    /// The letter class.
    pub class: String,
    /// 差出日.
    pub posting_date: Date,
    /// The legal date on which the letters must have arrived.
    pub due: Option<Date>,
    /// The name of the member with the rows.
    pub member: String,
    /// The manifest of a ZIP.
    pub manifest: Option<Manifest>,
    /// Whether stationery comes with it.
    pub stationery: bool,
    /// The folder of the part whose table rows are used.
    pub lines_from: Option<PathBuf>,
    /// Whether those are an earlier part's.
    pub continues_lines: bool,
    /// Whether it is a reject list sent back.
    pub is_mended: bool,
    /// The members that are ready PDFs.
    pub ready: Vec<String>,
    /// The folder of the part whose ready PDFs are used, if it is not the part's own.
    pub ready_from: Option<PathBuf>,
}

impl Source {
    /// Opens a drop by what it is.
    pub fn of(shop: &Shop, sender: &Sender, path: &Path, drop: &SeenDrop) -> Result<Self, Trouble> {
        let is_zip = drop.name.to_ascii_lowercase().ends_with(".zip");
        let is_mended = mended_batch(&drop.name).is_some();
        if !is_zip && (sender.bare_csv.is_some() || is_mended) {
            return Ok(Self::Bare(path.to_owned()));
        }
        let limits = shop.drop_limits(sender);
        let mut archive = intake::walk::open(BufReader::new(File::open(path)?), &limits)?;
        let manifest = Manifest::read(&mut archive)?;
        Ok(Self::Zip(Box::new(archive), Box::new(manifest)))
    }

    /// Checks what the drop says of itself.
    pub fn open(
        &mut self,
        journal: &FileJournal,
        counter: &Counter<'_>,
        sender: &Sender,
        drop: &SeenDrop,
    ) -> Result<Opened, Trouble> {
        let opened = match self {
            Self::Zip(_, manifest) => of_manifest(sender, manifest)?,
            Self::Bare(_) => match mended_batch(&drop.name) {
                Some(batch) => of_mended(journal, counter, sender, batch)?,
                None => of_bare(counter, sender, &drop.name)?,
            },
        };
        let part = &opened.part;
        check_part(journal, part).map_err(|trouble| trouble.of_part(part))?;
        check_agreement(counter.shop, sender, &opened).map_err(|trouble| trouble.of_part(part))?;
        Ok(opened)
    }

    /// Puts the members into the part's folder, and checks them against the manifest.
    pub fn extract(
        &mut self,
        out: &Out,
        folder: &Path,
        opened: &Opened,
    ) -> Result<Vec<FileMark>, Trouble> {
        let (archive, manifest) = match self {
            Self::Zip(archive, manifest) => (archive, manifest),
            Self::Bare(path) => {
                let raw = out.publish(&folder.join(RAW), |writer| {
                    std::io::copy(&mut File::open(&*path)?, writer)?;
                    Ok(())
                })?;
                return Ok(vec![raw]);
            }
        };
        let names: Vec<String> = archive.names().map(str::to_owned).collect();
        let mut found = Vec::new();
        let mut files = Vec::new();
        for name in names {
            let stored = match name.as_str() {
                name if name == opened.member => RAW,
                LINES_MEMBER => LINES,
                STATIONERY_MEMBER => STATIONERY,
                intake::manifest::TOML | intake::manifest::JSON => continue,
                name if is_ready(name) => continue,
                _ => return Err(refusal::unexpected_member(&name).into()),
            };
            let mut digest = None;
            let extracted = out.publish(&folder.join(stored), |writer| {
                digest = Some(archive.extract(&name, writer)?.1);
                Ok(())
            });
            match extracted {
                Ok(mark) => files.push(mark),
                Err(error) => return Err(refusal_within(error)),
            }
            found.push((name, digest.expect("an extracted member has a digest")));
        }
        if !opened.ready.is_empty() {
            let (marks, digests) = ready::extract(out, folder, archive, &opened.ready)?;
            files.extend(marks);
            found.extend(digests);
        }
        manifest.check_members(found.iter().map(|(name, digest)| (name.as_str(), *digest)))?;
        Ok(files)
    }
}

/// Finds the drop's fault in an error that came through a writer.
pub(super) fn refusal_within(error: anyhow::Error) -> Trouble {
    match error.downcast::<intake::ExtractError>() {
        Ok(error) => error.into(),
        Err(error) => error.into(),
    }
}

/// Returns a drop's name without its ending, with only what a file name may hold.
pub(super) fn stem(name: &str) -> String {
    let stem = Path::new(name).file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
    stem.unwrap_or_default().chars().map(plain).take(letter::id::ID_LEN_MAX).collect()
}

fn mended_batch(name: &str) -> Option<&str> {
    name.rsplit_once('.')?.0.strip_suffix(MENDED)
}

fn of_manifest(sender: &Sender, manifest: &Manifest) -> Result<Opened, Trouble> {
    let part =
        Part { sender: sender.sender.clone(), batch: manifest.batch.clone(), part: manifest.part };
    manifest.check_sender(&sender.sender)?;
    let has = |name: &str| manifest.members.contains_key(name);
    Ok(Opened {
        part,
        template: manifest.template.clone(),
        template_version: manifest.template_version,
        class: manifest.class.clone(),
        posting_date: manifest.posting_date,
        due: manifest.due,
        member: manifest.recipients().to_owned(),
        manifest: Some(manifest.clone()),
        stationery: has(STATIONERY_MEMBER),
        lines_from: None,
        continues_lines: false,
        is_mended: false,
        ready: manifest.members.keys().filter(|name| is_ready(name)).cloned().collect(),
        ready_from: None,
    })
}

fn of_bare(counter: &Counter<'_>, sender: &Sender, name: &str) -> Result<Opened, Trouble> {
    let bare = sender.bare_csv.as_ref().context("bare files were agreed")?;
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let Some(batch) = BatchId::parse(stem) else {
        return Err(refusal::bad_name(name, "its stem is not a batch id").into());
    };
    Ok(Opened {
        part: Part { sender: sender.sender.clone(), batch, part: 1 },
        template: bare.template.clone(),
        template_version: bare.version,
        class: bare.class.clone(),
        posting_date: counter.night.now.date_jst(),
        due: None,
        member: name.to_owned(),
        manifest: None,
        stationery: false,
        lines_from: None,
        continues_lines: false,
        is_mended: false,
        ready: Vec::new(),
        ready_from: None,
    })
}

/// A reject list that came back continues its batch with the next part.
fn of_mended(
    journal: &FileJournal,
    counter: &Counter<'_>,
    sender: &Sender,
    batch: &str,
) -> Result<Opened, Trouble> {
    let of_batch = |part: &Part| part.sender == sender.sender && part.batch.as_str() == batch;
    let parts = journal.parts();
    let parts = parts.iter().map(|(part, _, _)| part).filter(|part| !part.is_later());
    let last = parts.filter(|part| of_batch(part)).max();
    let Some(last) = last else {
        return Err(refusal::unknown_continuation(batch, 2).into());
    };
    let first = Part { part: 1, ..last.clone() };
    let folder = counter.out.part(&first);
    let before = std::fs::read(folder.join(RECEIVED))?;
    let before: Received = serde_json::from_slice(&before).context("in received.json")?;
    let lines = folder.join(LINES).exists();
    Ok(Opened {
        part: Part { part: last.part + 1, ..first },
        template: before.template,
        template_version: before.template_version,
        class: before.class,
        posting_date: before.posting_date,
        due: before.due,
        member: before.member,
        manifest: None,
        stationery: false,
        lines_from: lines.then(|| folder.clone()),
        continues_lines: true,
        is_mended: true,
        ready: Vec::new(),
        ready_from: Some(folder),
    })
}

fn check_part(journal: &FileJournal, part: &Part) -> Result<(), Trouble> {
    let parts = journal.parts();
    let mut taken = parts.iter().map(|(taken, _, _)| taken);
    let of_batch = |taken: &&Part| taken.sender == part.sender && taken.batch == part.batch;
    if taken.clone().any(|taken| taken == part) {
        return Err(refusal::duplicate_batch(part.batch.as_str(), part.part).into());
    }
    if part.part > 1 && !taken.any(|taken| of_batch(&taken)) {
        return Err(refusal::unknown_continuation(part.batch.as_str(), part.part).into());
    }
    Ok(())
}

/// Checks template, version and class against what was agreed with the sender.
fn check_agreement(shop: &Shop, sender: &Sender, opened: &Opened) -> Result<(), Trouble> {
    let version = format!("version {}", opened.template_version);
    let unknown = || Trouble::from(refusal::unknown_template(&opened.template, &version));
    if !sender.layouts.contains_key(&opened.template) {
        return Err(unknown());
    }
    let files = shop.template(&opened.template)?.ok_or_else(unknown)?;
    if files.version()? != opened.template_version {
        return Err(unknown());
    }
    sender.class(&opened.class)?;
    let agreed = sender.layouts.get(&opened.template).is_some_and(|layout| layout.ready.is_some());
    match (agreed, opened.ready.first(), &opened.ready_from) {
        (false, Some(pdf), _) => Err(refusal::unexpected_member(pdf).into()),
        (true, None, None) => Err(refusal::missing_member("letters.pdf").into()),
        _ => Ok(()),
    }
}
