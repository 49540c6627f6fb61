//! Handing over: each municipality gets its applications in its own form, each site its results.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use anyhow::{Context, Result};
use application::handover::{self, Entry, HandOver, Head, Sheet};
use application::{FormatKind, JisCode, Municipality, Procedure};
use edge::durable::publish_folder;
use letter::{Date, Moment};
use runner::{Crew, FileMark, SeenDrop};
use signature::evidence::{Kept, Pack};
use signature::verifier::{Body, Container};

use super::acknowledged::{Acknowledgements, ACKNOWLEDGED};
use super::ground::Ground;
use super::row::{write_lines, ParcelNote, Row};
use super::{lists, notices, paper, spool};
use crate::out::Out;
use crate::receive::Counter;

/// The drops that were made for the letters' journey, [`SeenDrop`] a line.
pub const DROPS: &str = "drops.jsonl";
/// Forms as they were signed, attachments, signatures and verdict sheets, in the folder.
const DOCUMENTS: &str = "documents.zip";

/// Hands over everything that the rows say: folders, drops for the letters' journey, lists.
///
/// # Errors
/// If what was examined cannot be read, or a file not be written.
pub fn hand_over(
    counter: &Counter<'_>,
    crew: &Crew,
    ground: &Ground<'_>,
    (notes, rows): (&[ParcelNote], &[Row]),
    acknowledgements: &Acknowledgements,
) -> Result<Vec<FileMark>> {
    let (out, night) = (counter.out, counter.night);
    let (noted, accepted) = acknowledgements.settle(out)?;
    let store = Store::open(out, night.night)?;
    let mut marks = folders(counter, crew, ground, rows, &store)?;
    let mut drops: Vec<SeenDrop> = Vec::new();
    let forms = paper::forms(counter, ground, notes, rows, &store)?;
    let notices = notices::notices(counter, ground, (notes, rows), &store, &accepted)?;
    for (drop, mark) in forms.into_iter().chain(notices) {
        drops.push(drop);
        marks.push(mark);
    }
    marks.extend(lists::write(counter, notes, rows)?);
    let folder = out.applications(night.night);
    marks.push(out.publish(&folder.join(ACKNOWLEDGED), |to| write_lines(to, &noted))?);
    marks.push(out.publish(&folder.join(DROPS), |to| write_lines(to, &drops))?);
    Ok(marks)
}

/// Groups the applications of one end by municipality, each group by procedure and receipt number.
pub fn by_municipality(rows: &[Row], takes: impl Fn(&Row) -> bool) -> BTreeMap<JisCode, Vec<&Row>> {
    let mut groups: BTreeMap<JisCode, Vec<&Row>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.is_handed_over() && takes(row)) {
        let code = row.municipality.as_deref().and_then(JisCode::parse);
        groups.entry(code.expect("what is handed over has a municipality")).or_default().push(row);
    }
    for group in groups.values_mut() {
        group.sort_by(|a, b| {
            (&a.procedure, &a.receipt, a.parcel).cmp(&(&b.procedure, &b.receipt, b.parcel))
        });
    }
    groups
}

/// Groups what is handed over in folders, as [`by_municipality`] does.
pub fn electronic(rows: &[Row]) -> BTreeMap<JisCode, Vec<&Row>> {
    by_municipality(rows, |row| row.kind != Some(FormatKind::Paper))
}

/// Parts a municipality's applications into hand-overs in none of which a receipt number comes
/// twice: sites number their applications without knowing each other.
pub fn rounds(rows: Vec<&Row>) -> Vec<Vec<&Row>> {
    let mut rounds: Vec<Vec<&Row>> = Vec::new();
    let mut met: BTreeMap<&str, usize> = BTreeMap::new();
    for row in rows {
        let round = met.entry(&row.receipt).or_default();
        if rounds.len() == *round {
            rounds.push(Vec::new());
        }
        rounds[*round].push(row);
        *round += 1;
    }
    rounds
}

/// Returns the number of a municipality's first hand-over of a night: the first of the day that no
/// night before has used, so that an acknowledgement names one hand-over only.
pub fn first_sequence(out: &Out, night: u32, code: JisCode, day: Date) -> u32 {
    let is_free = |sequence: &u32| {
        let name = handover::folder(code, day, *sequence);
        !(1..night).any(|before| out.hand_over(before, &name).exists())
    };
    (1..).find(is_free).expect("a day has fewer hand-overs than there are numbers")
}

/// Writes the folder of every municipality that takes some procedure electronically.
fn folders(
    counter: &Counter<'_>,
    crew: &Crew,
    ground: &Ground<'_>,
    rows: &[Row],
    store: &Store,
) -> Result<Vec<FileMark>> {
    let (out, night) = (counter.out, counter.night);
    let day = night.now.date_jst();
    let mut marks = Vec::new();
    let mut hand_overs = Vec::new();
    for (code, rows) in electronic(rows) {
        let first = first_sequence(out, night.night, code, day);
        hand_overs.extend((first..).zip(rounds(rows)).map(|(at, rows)| (code, at, rows)));
    }
    if hand_overs.is_empty() {
        return Ok(marks);
    }
    let root = out.hand_over(night.night, "");
    let mut made = Ok(());
    // All folders of the night at once: the disk is waited for a single time.
    let published = publish_folder(&root, |unfinished| {
        made = crew.map_in_order(
            hand_overs.into_iter().map(Ok),
            || (),
            |(), (code, sequence, rows)| {
                let municipality = ground.municipality(code).context("a municipality is gone")?;
                let folder = Folder { ground, municipality, day, sequence };
                let files = folder.files(&rows, &mut store.reader()?)?;
                let name = handover::folder(code, day, sequence);
                let path = unfinished.join(&name);
                let writing = || format!("writing {}", path.display());
                fs::create_dir(&path).with_context(writing)?;
                for (name, bytes) in &files {
                    fs::write(path.join(name), bytes).with_context(writing)?;
                }
                // The manifest holds the digests of all other files.
                let manifest = files.last().map(|(_, bytes)| bytes.as_slice()).unwrap_or_default();
                Ok(out.mark(&root.join(name).join(handover::MANIFEST), manifest))
            },
            |mark: Result<FileMark>| {
                marks.push(mark?);
                Ok::<_, anyhow::Error>(())
            },
        );
        match made {
            Ok(()) => Ok(()),
            Err(_) => Err(io::Error::other("the folders could not be made")),
        }
    });
    made?;
    published.with_context(|| format!("writing {}", root.display()))?;
    Ok(marks)
}

/// One municipality's folder in the making.
struct Folder<'g> {
    ground: &'g Ground<'g>,
    municipality: &'g Municipality,
    day: Date,
    sequence: u32,
}

impl Folder<'_> {
    /// Returns its files, the manifest last.
    fn files(&self, rows: &[&Row], reader: &mut Reader<'_>) -> Result<Vec<(String, Vec<u8>)>> {
        let mut hand_over = HandOver::new(Head {
            municipality: self.municipality.code,
            name: self.municipality.name.clone(),
            night: self.day,
            sequence: self.sequence,
            due: self.municipality.due.after(self.day),
        });
        let mut files: Vec<(String, Vec<u8>)> = Vec::new();
        let mut documents: Vec<(String, Vec<u8>)> = Vec::new();
        for group in rows.chunk_by(|a, b| a.procedure == b.procedure) {
            let procedure = self.ground.procedures.get(&group[0].procedure);
            let procedure = procedure.context("a procedure is gone")?;
            self.applications(procedure, group, reader, &mut files, &mut hand_over)?;
            for row in group {
                self.documents(procedure, row, reader, &mut documents)?;
            }
        }
        let members: Vec<(&str, &[u8])> =
            documents.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        files.push((DOCUMENTS.to_owned(), intake::write::zip_stored(&members)));
        for (name, bytes) in &files {
            hand_over.add_file(name, bytes)?;
        }
        let closed = hand_over.close()?;
        files.extend(closed.files.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)));
        Ok(files)
    }

    /// Writes the applications of one procedure in the municipality's format.
    fn applications(
        &self,
        procedure: &Procedure,
        rows: &[&Row],
        reader: &mut Reader<'_>,
        files: &mut Vec<(String, Vec<u8>)>,
        hand_over: &mut HandOver,
    ) -> Result<()> {
        let format = self.municipality.format_on(&procedure.code, self.day);
        let kind = format.kind();
        let shared = format!("{}.{}", procedure.code, kind.name());
        let mut table = Vec::new();
        format.begin(&mut table);
        for (number, row) in (1u32..).zip(rows) {
            let converted = reader.payload(&row.converted)?;
            let (file, row_number) = match kind {
                FormatKind::Csv => {
                    table.extend_from_slice(&converted);
                    (shared.clone(), number)
                }
                _ => {
                    let name = format!("{}.{}", row.receipt, kind.name());
                    files.push((name.clone(), converted));
                    (name, 0)
                }
            };
            let incomplete = row
                .findings
                .iter()
                .filter(|finding| finding.severity == application::Severity::Incomplete);
            hand_over.add(Entry {
                receipt: row.receipt.clone(),
                procedure: row.procedure.clone(),
                received_at: received_at(row)?,
                file,
                row: row_number,
                verdict: row.said.map_or("", |said| said.indication.name()).to_owned(),
                incomplete: incomplete.count() as u32,
                substituted: row.substituted.iter().map(|(_, count)| *count as u32).sum(),
            });
        }
        if kind == FormatKind::Csv {
            files.push((shared, table));
        }
        Ok(())
    }

    /// Adds what was signed, the attachments, the signature and the verdict sheet.
    fn documents(
        &self,
        procedure: &Procedure,
        row: &Row,
        reader: &mut Reader<'_>,
        documents: &mut Vec<(String, Vec<u8>)>,
    ) -> Result<()> {
        let verdict = reader.payload(&row.verdict)?;
        let verdict: serde_json::Value =
            serde_json::from_slice(&verdict).context("a verdict of this night is damaged")?;
        let covered: Vec<&str> = verdict["covered"].as_array().map_or_else(Vec::new, |names| {
            names.iter().filter_map(serde_json::Value::as_str).collect()
        });
        let kept = reader.kept(row)?;
        let request = kept.request();
        let prefix = format!("{}/", row.receipt);
        let place = |name: &str| match name.starts_with(&prefix) {
            true => name.to_owned(),
            false => format!("{prefix}{name}"),
        };
        let mut enclosures = Vec::new();
        for file in &request.files {
            let Body::Bytes(bytes) = file.body else { continue };
            enclosures.push(handover::Enclosure {
                name: place(file.name),
                sha256: handover::sha256_hex(bytes),
                bytes: bytes.len() as u64,
                covered: covered.contains(&file.name),
            });
            documents.push((place(file.name), bytes.to_vec()));
        }
        let (name, bytes) = match request.container {
            Container::Cms { bytes, .. } => ("signature.p7s", bytes),
            Container::Digests { bytes } => ("signature.json", bytes),
            Container::Xml { bytes, .. } => ("signature.xml", bytes),
            Container::Certificate { bytes } => ("certificate.cer", bytes),
        };
        documents.push((place(name), bytes.to_vec()));
        let sheet = Sheet {
            receipt: &row.receipt,
            procedure: &row.procedure,
            name: &procedure.name,
            rules: &procedure.version,
            municipality: self.municipality.code,
            received_at: received_at(row)?,
            night: self.day,
            verdict: &verdict,
            findings: &row.findings,
            substituted: &row.substituted,
            enclosures: &enclosures,
        };
        documents.push((sheet.file_name(), sheet.to_json()));
        documents.push((format!("{}.verdict.txt", row.receipt), sheet.to_text().into_bytes()));
        Ok(())
    }
}

/// Returns when the site took an application.
pub fn received_at(row: &Row) -> Result<Moment> {
    Moment::parse_rfc3339(&row.received).context("an application without a moment of receipt")
}

/// The payload of a night, opened for reading.
pub struct PayloadFile(fs::File);

impl PayloadFile {
    /// Opens the payload of a night.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn open(out: &Out, night: u32) -> Result<Self> {
        let path = out.applications(night).join(spool::PAYLOAD);
        let file = fs::File::open(&path).with_context(|| format!("reading {}", path.display()))?;
        Ok(Self(file))
    }

    /// Reads a piece of it.
    ///
    /// # Errors
    /// If the file is shorter.
    pub fn read(&mut self, place: &Range<u64>) -> Result<Vec<u8>> {
        let mut bytes = vec![0; (place.end - place.start) as usize];
        self.0.seek(SeekFrom::Start(place.start)).context("reading the payload")?;
        self.0.read_exact(&mut bytes).context("reading the payload")?;
        Ok(bytes)
    }
}

/// What the night has examined, opened for reading.
pub struct Store {
    out: Out,
    night: u32,
    evidence: std::path::PathBuf,
    pack: Pack,
}

/// One thread's view of a [`Store`].
pub struct Reader<'s> {
    payload: PayloadFile,
    evidence: fs::File,
    pack: &'s Pack,
}

impl Store {
    fn open(out: &Out, night: u32) -> Result<Self> {
        let evidence = out.evidence(night);
        let reading = || format!("reading {}", evidence.display());
        let mut file = std::io::BufReader::with_capacity(
            1 << 20,
            fs::File::open(&evidence).with_context(reading)?,
        );
        let pack = Pack::open(&mut file).with_context(reading)?;
        Ok(Self { out: out.clone(), night, evidence, pack })
    }

    /// Opens the files once more.
    ///
    /// # Errors
    /// If they cannot be opened.
    pub fn reader(&self) -> Result<Reader<'_>> {
        let reading = || format!("reading {}", self.evidence.display());
        Ok(Reader {
            payload: PayloadFile::open(&self.out, self.night)?,
            evidence: fs::File::open(&self.evidence).with_context(reading)?,
            pack: &self.pack,
        })
    }
}

impl Reader<'_> {
    /// Reads a piece of the payload.
    ///
    /// # Errors
    /// If the file is shorter.
    pub fn payload(&mut self, place: &Range<u64>) -> Result<Vec<u8>> {
        self.payload.read(place)
    }

    fn kept(&mut self, row: &Row) -> Result<Kept> {
        let index = row.evidence.context("what is handed over is in the evidence pack")?;
        self.pack.application(&mut self.evidence, index as usize).context("reading the evidence")
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::End;
    use super::*;

    #[test]
    fn a_receipt_number_of_two_sites_goes_in_two_hand_overs() {
        let row = |receipt: &str| Row {
            receipt: receipt.to_owned(),
            ..Row::new(End::HandedOverElectronic)
        };
        let rows = [row("1"), row("1"), row("2"), row("3"), row("3"), row("3")];
        let rounds = rounds(rows.iter().collect());
        let receipts: Vec<Vec<&str>> = rounds
            .iter()
            .map(|rows| rows.iter().map(|row| row.receipt.as_str()).collect())
            .collect();
        assert_eq!(receipts, [vec!["1", "2", "3"], vec!["1", "3"], vec!["3"]]);
    }

    #[test]
    fn a_second_night_of_a_day_counts_its_hand_overs_on() {
        let home = tempfile::tempdir().expect("a temporary directory");
        let out = Out::at(home.path());
        let code = JisCode::parse("01100").expect("a code");
        let day = Date::new(2026, 11, 22).expect("a day");
        assert_eq!(first_sequence(&out, 1, code, day), 1);
        for (night, name) in [(1, "01100-2026-11-22-1"), (2, "01100-2026-11-22-2")] {
            fs::create_dir_all(out.hand_over(night, name)).expect("a temporary directory");
        }
        // What the night itself has written before it was cut off does not count.
        assert_eq!(first_sequence(&out, 2, code, day), 2);
        assert_eq!(first_sequence(&out, 3, code, day), 3);
        let next = Date::new(2026, 11, 23).expect("a day");
        assert_eq!(first_sequence(&out, 3, code, next), 1);
    }
}
