//! A drop's ready PDFs: laid down, examined in confined children, cut into the records' letters.

mod address;
mod pages;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use anyhow::{Context, Result};
use intake::layout::{Layout, ReadySpec};
use intake::{refusal, Archive, Sender};
use letter::page::A4;
use letter::{Fault, Origin, Reason, Refusal, Schema};
use preflight::{Finding, PageSet, Rules, Weight};
use press::{PageRange, ReadyShared};
use runner::{FileMark, Part};

use self::address::Shown;
use self::pages::{assign, ByFile, Wanted};
use super::source::{refusal_within, Opened};
use super::{Counter, Enclosure, Trouble};
use crate::batch::{ROWS, SPOOL};
use crate::confined::{self, ReadyAnswer, ReadyQuestion, PDF_LEN_MAX, READY_LIMITS};
use crate::faults::{self, RowFaults};
use crate::out::Out;
use crate::ready::{barcode_area, Entry, Index, Member, CUT, FAULTS, INDEX, MEMBERS, PDFS, SHARED};
use crate::spool::Spool;

/// Member names with their digests.
type Digests = Vec<(String, [u8; 32])>;

/// Lays a drop's ready PDFs down one behind the other.
pub(super) fn extract(
    out: &Out,
    folder: &Path,
    archive: &mut Archive<BufReader<File>>,
    names: &[String],
) -> Result<(Vec<FileMark>, Digests), Trouble> {
    let mut members = Vec::new();
    let mut digests = Vec::new();
    let pdfs = out.publish(&folder.join(PDFS), |writer| {
        let mut start = 0;
        for name in names {
            let (len, digest) = archive.extract(name, writer)?;
            members.push(Member { name: name.clone(), start, len });
            digests.push((name.clone(), digest));
            start += len;
        }
        Ok(())
    });
    let pdfs = pdfs.map_err(refusal_within)?;
    for Member { name, len, .. } in &members {
        if *len > PDF_LEN_MAX {
            return Err(refusal::too_large(name, *len, PDF_LEN_MAX).into());
        }
    }
    let json = serde_json::to_vec(&members).expect("plain data");
    let list = out.publish_bytes(&folder.join(MEMBERS), &json)?;
    Ok((vec![pdfs, list], digests))
}

/// Examines and cuts the ready letters of a drop, and adds records without one to `stopped`;
/// `None` if the sender's letters are set here.
pub(super) fn cut(
    counter: &Counter<'_>,
    sender: &Sender,
    opened: &Opened,
    folder: &Path,
    layout: &Layout,
    stopped: &mut Vec<u32>,
) -> Result<Option<Vec<FileMark>>, Trouble> {
    let spec = sender.layouts.get(&opened.template).and_then(|layout| layout.ready.as_ref());
    let Some(spec) = spec else { return Ok(None) };
    let from = opened.ready_from.as_deref().unwrap_or(folder);
    let (part, member) = (&opened.part, &*opened.member);
    let desk = Desk { counter, part, folder, from, spec, member };
    desk.cut(layout.schema(), stopped).map(Some)
}

/// Where ready PDFs are examined and cut.
struct Desk<'d> {
    counter: &'d Counter<'d>,
    part: &'d Part,
    /// The part's folder.
    folder: &'d Path,
    /// The folder with the ready PDFs.
    from: &'d Path,
    spec: &'d ReadySpec,
    /// The name of the member with the records.
    member: &'d str,
}

/// A file that was examined, with the letters that are asked of it.
struct Asked<'a> {
    name: &'a str,
    file: usize,
    wanted: &'a [Wanted],
}

/// What was found so far.
#[derive(Default)]
struct Found {
    faults: Vec<RowFaults>,
    /// Pictures and findings for the sender.
    enclosures: Vec<Enclosure>,
    /// The letters that go on, by file: record and pages.
    sound: BTreeMap<usize, Vec<(u32, PageRange)>>,
}

impl Desk<'_> {
    /// Examines the letters of all records and cuts those that are sound; the others stop.
    fn cut(&self, schema: &Schema, stopped: &mut Vec<u32>) -> Result<Vec<FileMark>, Trouble> {
        let members = std::fs::read(self.from.join(MEMBERS)).context("reading the ready PDFs")?;
        let members: Vec<Member> = serde_json::from_slice(&members).context("in their list")?;
        let shop = self.counter.shop;
        let barcode = barcode_area(self.spec, &shop.envelope)?;
        let rules = Rules::of_house(A4, &shop.envelope, &shop.inserter);
        let rules = match barcode {
            Some(area) => rules.reading_window(area),
            None => rules,
        };
        let spool = Spool::open(&self.folder.join(SPOOL), &self.folder.join(ROWS))?;
        let (wanted, wrong) = assign(&spool, schema, &members, stopped)?;
        let mut found = Found::default();
        for (record, key, place, reason) in wrong {
            found.faults.push(row_faults(self.member, record, key, place, reason));
        }
        let files: Vec<usize> = wanted.keys().copied().collect();
        let mut left = &files[..];
        while !left.is_empty() {
            let (files, after) = left.split_at(together(&members, left));
            let answers = self.examine(&rules, &members, files, &wanted)?;
            for (&file, answer) in files.iter().zip(answers) {
                let name = &members[file].name;
                let asked = Asked { name, file, wanted: &wanted[&file] };
                self.judge(&rules, &asked, answer, &mut found)?;
            }
            left = after;
        }
        found.faults.sort_by_key(|row| row.record);
        stopped.extend(found.faults.iter().map(|row| row.record));
        stopped.sort_unstable();
        let out = self.counter.out;
        let mut files = vec![out.publish(&self.folder.join(FAULTS), |writer| {
            Ok(faults::write(writer, &found.faults)?)
        })?];
        for Enclosure { suffix, bytes } in &found.enclosures {
            let name = format!("{}.{suffix}", self.part.name());
            let path = out.outbox(self.part.sender.as_str(), &name);
            files.push(out.publish_bytes(&path, bytes)?);
        }
        let barcode_mm = barcode.map(|_| [self.spec.barcode_left_mm, self.spec.barcode_top_mm]);
        files.extend(self.write(&members, &found.sound, barcode_mm)?);
        Ok(files)
    }

    /// Has some files examined; if the child must be ended, each by itself to know which it was.
    fn examine(
        &self,
        rules: &Rules,
        members: &[Member],
        files: &[usize],
        wanted: &ByFile,
    ) -> Result<Vec<ReadyAnswer>, Trouble> {
        let first = members[files[0]].start;
        let mut at = first;
        let mut questions = Vec::new();
        for &file in files {
            let Member { start, len, .. } = members[file];
            let ranges: Option<Vec<PageRange>> =
                wanted[&file].iter().map(|letter| letter.pages.clone()).collect();
            let letters = ranges.map(|ranges| PageSet::of(&ranges));
            questions.push(ReadyQuestion { skip: start - at, len, letters });
            at = start + len;
        }
        let mut pdfs = File::open(self.from.join(PDFS)).context("opening the ready PDFs")?;
        pdfs.seek(SeekFrom::Start(first)).context("in the ready PDFs")?;
        match confined::examine_ready(pdfs, rules, &questions, READY_LIMITS)? {
            Ok(answers) => Ok(answers),
            Err(why) if files.len() == 1 => {
                let name = &members[files[0]].name;
                Err(unreadable(name, &preflight::limits_finding(&why)))
            }
            Err(_) => {
                let each = files.chunks(1).map(|one| self.examine(rules, members, one, wanted));
                let answers: Result<Vec<Vec<ReadyAnswer>>, Trouble> = each.collect();
                Ok(answers?.into_iter().flatten().collect())
            }
        }
    }

    /// Sorts a file's letters into those that go on and those that stop.
    fn judge(
        &self,
        rules: &Rules,
        asked: &Asked<'_>,
        answer: ReadyAnswer,
        found: &mut Found,
    ) -> Result<(), Trouble> {
        let Asked { name, file, wanted } = *asked;
        let ReadyAnswer { survey, press, press_file } = answer;
        if let (false, Some(finding)) = (survey.is_read, survey.findings.first()) {
            return Err(unreadable(name, finding));
        }
        if let Some(why) = press_file {
            return Err(refusal::bad_ready(name, &why, &why).into());
        }
        let complete = survey.letters.len() == wanted.len() && press.len() == wanted.len();
        if !complete {
            return Err(anyhow::anyhow!("the examination of {name} is not of its letters").into());
        }
        for ((letter, seen), press) in wanted.iter().zip(&survey.letters).zip(press) {
            let pages = letter.pages.clone().unwrap_or(0..survey.pages);
            let all = survey.findings.iter().chain(&seen.findings);
            let told: Vec<&Finding> = all.filter(|f| f.weight == Weight::Refusal).collect();
            let shown = Shown { page: pages.start + 1, window: &seen.window };
            let reason = match (told.is_empty(), press) {
                (false, _) => Some(of_findings(&told)),
                (true, Some(why)) => Some(of_press(&pages, why)),
                (true, None) if rules.window == preflight::WindowText::Read => {
                    shown.compare(&letter.address)
                }
                (true, None) => None,
            };
            let Some(reason) = reason else {
                found.sound.entry(file).or_default().push((letter.record, pages));
                continue;
            };
            let (key, place) = (letter.key.clone(), letter.place);
            found.faults.push(row_faults(self.member, letter.record, key, place, reason));
            for (page, sketch) in &seen.sketches {
                if found.enclosures.len() < PICTURES_MAX {
                    let of_letter = page - pages.start;
                    let bytes = preflight::picture(sketch, of_letter, rules);
                    let suffix = format!("line-{}.page-{page}.png", place.line);
                    found.enclosures.push(Enclosure { suffix, bytes });
                }
            }
        }
        Ok(())
    }

    /// Cuts the letters that go on and writes them by record.
    fn write(
        &self,
        members: &[Member],
        sound: &BTreeMap<usize, Vec<(u32, PageRange)>>,
        barcode_mm: Option<[f64; 2]>,
    ) -> Result<Vec<FileMark>> {
        let out = self.counter.out;
        let mut pdfs = File::open(self.from.join(PDFS)).context("opening the ready PDFs")?;
        let mut shared = ReadyShared::begin();
        let mut letters = Vec::new();
        let cut = out.publish(&self.folder.join(CUT), |writer| {
            let mut start = 0;
            for (&file, records) in sound {
                let Member { name, start: at, len } = &members[file];
                pdfs.seek(SeekFrom::Start(*at))?;
                let mut pdf = Vec::new();
                (&mut pdfs).take(*len).read_to_end(&mut pdf)?;
                let ranges: Vec<PageRange> =
                    records.iter().map(|(_, pages)| pages.clone()).collect();
                let cut = press::cut_ready(&pdf, &ranges, &mut shared)
                    .with_context(|| format!("{name} was examined and now cannot be read"))?;
                for ((record, _), letter) in records.iter().zip(cut) {
                    let letter = letter.map_err(|why| anyhow::anyhow!("{name}: {why}"))?;
                    let bytes = letter.to_bytes();
                    writer.write_all(&bytes)?;
                    let (record, len) = (*record, bytes.len() as u64);
                    let (pages, objects) = (letter.pages(), letter.objects());
                    let copy_len = letter.copy_len(&shared);
                    letters.push(Entry { record, start, len, pages, objects, copy_len });
                    start += len;
                }
            }
            Ok(())
        })?;
        letters.sort_by_key(|entry| entry.record);
        let index = serde_json::to_vec(&Index { barcode_mm, letters }).expect("plain data");
        Ok(vec![
            cut,
            out.publish_bytes(&self.folder.join(SHARED), &shared.to_bytes())?,
            out.publish_bytes(&self.folder.join(INDEX), &index)?,
        ])
    }
}

/// Returns how many files from the first on are examined by one child.
fn together(members: &[Member], files: &[usize]) -> usize {
    let first = members[files[0]].start;
    let within = |&&file: &&usize| members[file].start + members[file].len - first <= TOGETHER_LEN;
    files.iter().take(TOGETHER_MAX).take_while(within).count().max(1)
}

fn row_faults(
    member: &str,
    record: u32,
    key: String,
    place: letter::record::Place,
    reason: Reason,
) -> RowFaults {
    let file = member.to_owned();
    let origin = Origin { file, line: place.line, column: String::new(), byte: place.byte };
    RowFaults { record, key, faults: vec![Fault { origin, reason }] }
}

fn of_findings(told: &[&Finding]) -> Reason {
    let lines = |line: fn(&Finding) -> String| {
        told.iter().take(TOLD_MAX).map(|finding| line(finding)).collect::<Vec<_>>().join("; ")
    };
    Reason::ReadyFinding {
        finding: told[0].code.clone(),
        japanese: lines(Finding::line_japanese),
        english: lines(Finding::line_english),
    }
}

fn of_press(pages: &PageRange, why: String) -> Reason {
    let (first, last) = (pages.start + 1, pages.end);
    Reason::ReadyFinding {
        finding: "press".to_owned(),
        japanese: format!("{first}〜{last}ページ: {why}"),
        english: format!("pages {first} to {last}: {why}"),
    }
}

fn unreadable(name: &str, finding: &Finding) -> Trouble {
    let origin = Origin { file: name.to_owned(), ..Origin::default() };
    let refusal = refusal::bad_ready(name, &finding.line_english(), &finding.line_japanese());
    Refusal { origin, ..refusal }.into()
}

/// Findings of a letter that its reason tells.
const TOLD_MAX: usize = 3;
/// Pictures that a drop's sender gets; the words have page and millimetres of all.
const PICTURES_MAX: usize = 50;
/// Files that one child reads, and their bytes.
const TOGETHER_MAX: usize = 256;
const TOGETHER_LEN: u64 = 32 << 20;
