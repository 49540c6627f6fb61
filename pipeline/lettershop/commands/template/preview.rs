//! Writes a case as a print file and as pictures of its pages.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use letter::date::JST_OFFSET_SECONDS;
use letter::page::{note_use, CharCounts, CharUse, Page};
use letter::stock::Window;
use letter::{BatchId, Moment, PieceId, Reason};
use press::{BlockStart, FaceData, Fonts, Layers, Painted, PrintFile, PrintMeta, PrintRun, Totals};

use super::extremes::Case;
use super::trial::Trial;
use crate::batch::Letters;
use crate::print::{self, note_digits};
use crate::Unusable;

/// Where a case was written.
#[derive(Debug)]
pub struct CaseFiles {
    /// The print file.
    pub pdf: PathBuf,
    /// A picture of each page with print on it, numbered as in the print file.
    pub pages: Vec<PathBuf>,
    /// What of each letter shows in the envelope's window at the ends of the sheet's play.
    pub windows: Vec<PathBuf>,
}

/// Writes `<template>-<case>.pdf`, `<template>-<case>-<page>.png` and
/// `<template>-<case>-window-<letter>.png` into a folder.
///
/// The pictures show neither the inserter's mark nor the stationery; the print file shows both.
///
/// # Errors
/// If a font or the stationery cannot be used, or a file cannot be written.
pub fn write(trial: &Trial<'_>, case: &Case, folder: &Path) -> Result<CaseFiles> {
    let name = BatchId::parse(trial.template.name())
        .with_context(|| format!("template name {:?} is no file name", trial.template.name()))
        .context(Unusable)?;
    let stem = format!("{name}-{}", case.name);
    let letters = set(trial, case).map_err(|reason| anyhow::anyhow!(reason.english()))?;
    edge::durable::make_folder(folder).with_context(|| format!("making {}", folder.display()))?;
    let publish = |path: PathBuf, bytes: &[u8]| {
        edge::durable::publish_bytes(&path, bytes)
            .with_context(|| format!("writing {}", path.display()))?;
        Ok::<_, anyhow::Error>(path)
    };
    let pdf = publish(folder.join(format!("{stem}.pdf")), &print_file(trial, case, &letters)?)?;
    let (mut pages, mut windows) = (Vec::new(), Vec::new());
    let mut start = BlockStart::default();
    for (number, letter) in (1..).zip(&letters) {
        let path = folder.join(format!("{stem}-window-{number}.png"));
        if let Some(window) = trial.envelope.window {
            windows.push(publish(path, &shown(trial, window, &letter[0])?)?);
        }
        for (number, page) in (start.pages() + 1..).zip(letter) {
            let path = folder.join(format!("{stem}-{number}.png"));
            pages.push(publish(path, &picture(trial, page)?)?);
        }
        start.count(letter.len() as u32, trial.paper.duplex);
    }
    Ok(CaseFiles { pdf, pages, windows })
}

fn shown(trial: &Trial<'_>, window: Window, page: &Page) -> Result<Vec<u8>> {
    let (page, envelope) = ((trial.template.sheet(), page), (&trial.envelope, window));
    Ok(proof::window_slips(page, statics(trial), &faces(trial), envelope, PICTURE_DPI)?)
}

fn set(trial: &Trial<'_>, case: &Case) -> Result<Vec<Vec<Page>>, Reason> {
    let mut letters = Letters::default();
    let mut one = |letter| trial.set(&mut letters, letter).map(<[Page]>::to_vec);
    case.letters.iter().map(&mut one).collect()
}

fn picture(trial: &Trial<'_>, page: &Page) -> Result<Vec<u8>> {
    Ok(proof::picture_with(
        trial.template.sheet(),
        page,
        statics(trial),
        &faces(trial),
        PICTURE_DPI,
    )?)
}

type Statics<'t> = (&'t [Page], &'t [Page], &'t [letter::page::Picture]);

fn statics<'t>(trial: &'t Trial<'_>) -> Statics<'t> {
    (trial.template.layers(), trial.template.parts(), trial.template.pictures())
}

fn faces<'t>(trial: &'t Trial<'_>) -> Vec<proof::FaceData<'t>> {
    let faces = trial.workshop.chain.faces().iter();
    faces.map(|face| proof::FaceData { bytes: face.bytes(), charset: face.charset() }).collect()
}

/// Prints the letters as a night does, dated with their posting date, as job 0.
fn print_file(trial: &Trial<'_>, case: &Case, letters: &[Vec<Page>]) -> Result<Vec<u8>> {
    let workshop = trial.workshop;
    let faces = workshop.chain.faces().iter();
    let faces: Vec<_> = faces
        .map(|face| FaceData { name: face.name(), bytes: face.bytes(), charset: face.charset() })
        .collect();
    let mut usual = CharCounts::default();
    letters.iter().flatten().for_each(|page| usual.note(page));
    let fonts = Fonts::build(&faces, &uses(trial, letters), &usual).context("cutting the fonts")?;
    let layers = print::statics(&trial.template, trial.stationery.as_deref());
    let layers = Layers::from_statics(&fonts, &layers).context("writing the static layers")?;
    let day = case.letters[0].posting_date.days_since_epoch();
    let duplex = trial.paper.duplex;
    let meta = PrintMeta {
        title: &format!("{} {}", trial.template.name(), case.name),
        job: 0,
        now: Moment(day * 86_400 - JST_OFFSET_SECONDS),
        duplex,
        inserter: &trial.inserter,
    };
    let run = PrintRun::new(&fonts, &layers, meta).context("preparing the press")?;
    let mut end = BlockStart::default();
    letters.iter().for_each(|pages| end.count(pages.len() as u32, duplex));
    let totals = Totals { letters: end.letters, pages: end.pages() };
    let mut bytes = Vec::new();
    let mut print = PrintFile::begin(&mut bytes, &run, totals)?;
    let mut scratch = press::Scratch::default();
    let mut at = BlockStart::default();
    for block in letters.chunks(press::LETTERS_PER_BLOCK as usize) {
        let mut composer = run.block(&mut scratch, at);
        for pages in block {
            let sequence = at.letters + 1;
            at.count(pages.len() as u32, duplex);
            let id = PieceId(sequence.into());
            composer.letter(Painted { id, sequence, inserts: 0, pages })?;
        }
        print.write_block(composer.finish())?;
    }
    print.finish()?;
    Ok(bytes)
}

/// Returns what the letters, the layers and the digits beside the marks use of each face.
fn uses(trial: &Trial<'_>, letters: &[Vec<Page>]) -> Vec<CharUse> {
    let faces = trial.workshop.chain.faces();
    let mut uses = vec![CharUse::default(); faces.len()];
    let standing = trial.template.layers().iter().chain(trial.template.parts());
    let pages = letters.iter().flatten().chain(standing);
    pages.for_each(|page| note_use(page, &mut uses));
    note_digits(faces, &mut uses);
    uses
}

/// Fine enough to read a note of 7 points on a screen.
const PICTURE_DPI: u32 = 150;
