//! 住所品質: what is doubtful about a part's addresses, for its sender and for the night's report.
//!
//! The list is the sender's own matter and goes into its outbox; the report has counts alone.

use std::fmt::Write as _;
use std::io::{self, Write};

use address::{examine, Examined, Finding};
use anyhow::{Context, Result};
use ledger::report::Figures;
use letter::RecordView;
use runner::{FileMark, Part};
use serde::{Deserialize, Serialize};

use crate::account::read_json;
use crate::batch::Batch;
use crate::out::Out;
use crate::postage::table;
use crate::receive::Counter;

/// What was found about a part's addresses; `addresses.json` in its folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addresses {
    /// Records by what was found, in the order of [`Finding::ALL`].
    pub found: [u64; Finding::ALL.len()],
    /// Records for which another code is suggested.
    pub suggested: u64,
    /// Records whose recipient and address an earlier one of the part has too.
    pub repeated: u64,
}

/// What some records that follow one another come to.
#[derive(Debug, Default)]
pub struct Notes {
    addresses: Addresses,
    /// Rows of the list.
    rows: Vec<u8>,
    /// Digest of recipient and address, and the record.
    people: Vec<(u64, u32)>,
}

/// The counts.
pub const ADDRESSES: &str = "addresses.json";
/// The list of records that are not whole.
const LIST: &str = "addresses.csv";
/// Its columns.
const COLUMNS: &str = "行,キー,所見コード,所見,バーコード,候補郵便番号,候補住所\r\n";

impl Notes {
    /// Notes a record, whose address was just resolved in `scratch`.
    pub fn take(
        &mut self,
        batch: &Batch<'_>,
        scratch: &mut address::Scratch,
        record: u32,
        view: &RecordView<'_>,
        is_whole: Option<Finding>,
    ) -> io::Result<()> {
        if let Some(finding) = is_whole {
            self.people.push((batch.person(view), record));
            self.count(finding);
            return Ok(());
        }
        let (postal, address1, address2) = batch.address(view);
        let examined = examine(&batch.house.dictionary, scratch, postal, address1, address2);
        if examined.finding.loses_barcode() {
            self.people.push((batch.person(view), record));
        }
        self.count(examined.finding);
        self.addresses.suggested += u64::from(examined.suggestion.is_some());
        self.row(batch, view, &examined)
    }

    fn count(&mut self, finding: Finding) {
        self.addresses.found[finding as usize] += 1;
    }

    fn row(
        &mut self,
        batch: &Batch<'_>,
        view: &RecordView<'_>,
        found: &Examined<'_>,
    ) -> io::Result<()> {
        let Examined { finding, suggestion } = found;
        let (line, key) = (view.place().line, quoted(batch.key(view)));
        let barcode = if finding.loses_barcode() { "割引対象外" } else { "除外" };
        let (code, place) = suggestion.as_ref().map_or_else(Default::default, |found| {
            let place = format!("{}{}{}", found.prefecture, found.city, found.town);
            (found.postal.to_string(), place)
        });
        let (name, words) = (finding.name(), finding.japanese());
        write!(self.rows, "{line},{key},{name},{words},{barcode},{code},{}\r\n", quoted(&place))
    }

    /// Adds those of later records.
    pub fn append(&mut self, later: Self) {
        let Addresses { found, suggested, repeated } = later.addresses;
        for (all, more) in self.addresses.found.iter_mut().zip(found) {
            *all += more;
        }
        self.addresses.suggested += suggested;
        self.addresses.repeated += repeated;
        self.rows.extend(later.rows);
        self.people.extend(later.people);
    }

    /// Writes list and counts into the part's folder, with the records that come again.
    ///
    /// # Errors
    /// If the spool cannot be read or a file cannot be written.
    pub fn write(mut self, out: &Out, batch: &Batch<'_>) -> Result<Vec<FileMark>> {
        self.people.sort_unstable();
        let mut again: Vec<u32> = self
            .people
            .chunk_by(|a, b| a.0 == b.0)
            .flat_map(|same| same[1..].iter().map(|(_, record)| *record))
            .collect();
        again.sort_unstable();
        self.addresses.repeated = again.len() as u64;
        let mut bytes = Vec::new();
        for record in again {
            batch.spool.read(record, &mut bytes).context("reading the spool")?;
            let view = RecordView::parse(&bytes).context("a record of the spool")?;
            let (line, key) = (view.place().line, quoted(batch.key(&view)));
            write!(self.rows, "{line},{key},repeated,同じ宛名と住所が先にあります,,,\r\n")?;
        }
        let folder = out.part(batch.part());
        let counts = serde_json::to_vec(&self.addresses).expect("figures are plain data");
        Ok(vec![
            out.publish_bytes(&folder.join(LIST), &self.rows)?,
            out.publish_bytes(&folder.join(ADDRESSES), &counts)?,
        ])
    }
}

/// Quotes a cell of CSV where it must be (RFC 4180 §2).
fn quoted(cell: &str) -> String {
    match cell.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_owned(),
    }
}

/// Lays list and summary into the sender's outbox, if there is anything to look at.
///
/// # Errors
/// If a file cannot be read or written.
pub fn hand_out(out: &Out, batch: &Batch<'_>) -> Result<Vec<FileMark>> {
    let part = batch.part();
    let Some(counts) = Addresses::read(out, part)? else { return Ok(Vec::new()) };
    let rows = std::fs::read(out.part(part).join(LIST)).context("reading addresses.csv")?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let path = |ending| out.outbox(part.sender.as_str(), &format!("{}.{ending}", part.name()));
    // Spreadsheets take UTF-8 for what it is only behind its mark.
    let list = [b"\xEF\xBB\xBF", COLUMNS.as_bytes(), &rows].concat();
    Ok(vec![
        out.publish_bytes(&path("addresses.csv"), &list)?,
        out.publish_bytes(&path("addresses.txt"), counts.text(part).as_bytes())?,
    ])
}

impl Addresses {
    /// Reads a part's counts; none if it was measured before there were any.
    fn read(out: &Out, part: &Part) -> Result<Option<Self>> {
        let is_there = out.part(part).join(ADDRESSES).exists();
        is_there.then(|| read_json(out, part, ADDRESSES)).transpose()
    }

    /// Returns how many records were found so.
    fn of(&self, finding: Finding) -> u64 {
        self.found[finding as usize]
    }

    fn sum(&self, is_meant: impl Fn(Finding) -> bool) -> u64 {
        let meant = Finding::ALL.into_iter().filter(|finding| is_meant(*finding));
        meant.map(|finding| self.of(finding)).sum()
    }

    /// Returns the summary for the sender, Japanese first.
    fn text(&self, part: &Part) -> String {
        let mut text = format!("住所品質報告　{part}\nAddress quality\n\n");
        let mut line = |japanese: &str, english: &str, count: u64| {
            writeln!(text, "{count:>10}  {japanese} / {english}").expect("memory takes every line");
        };
        line("件数", "records", self.sum(|_| true));
        for finding in Finding::ALL.into_iter().filter(|finding| self.of(*finding) > 0) {
            line(finding.japanese(), finding.english(), self.of(finding));
        }
        let without = self.sum(Finding::loses_barcode);
        line("バーコード割引の対象外", "without barcode and its discount", without);
        line("候補の郵便番号あり", "with a suggested code", self.suggested);
        line("同じ宛名と住所", "same recipient and address again", self.repeated);
        text.push_str(
            "\n候補は参考です。印刷と宛先は変えていません。内訳は addresses.csv にあります。\n\
             Suggestions are never applied. Each record stands in addresses.csv.\n",
        );
        text
    }
}

/// Returns the tables of the night's report: its batches, and its senders if one has several.
///
/// # Errors
/// If a part's counts cannot be read.
pub fn figures(counter: &Counter<'_>, parts: &[Part]) -> Result<Option<Figures>> {
    let mut rows = Vec::new();
    for of_sender in parts.chunk_by(|a, b| a.sender == b.sender) {
        let mut total = Addresses::default();
        for part in of_sender {
            let Some(counts) = Addresses::read(counter.out, part)? else { continue };
            rows.push(row(part.to_string(), &counts));
            for (all, more) in total.found.iter_mut().zip(counts.found) {
                *all += more;
            }
            total.suggested += counts.suggested;
            total.repeated += counts.repeated;
        }
        if of_sender.len() > 1 {
            rows.push(row(format!("{} 計", of_sender[0].sender), &total));
        }
    }
    let columns = [
        ("案件", "batch", false),
        ("町域一致", "town agrees", true),
        ("事業所・私書箱", "office, box", true),
        ("掲載なしの番号", "not listed", true),
        ("町域が異なる", "other town", true),
        ("町域不明", "no town", true),
        ("市区町村・県が異なる", "other place", true),
        ("番号・住所不明", "no code, no place", true),
        ("バーコードなし", "no barcode", true),
        ("候補あり", "suggested", true),
        ("重複", "repeated", true),
    ];
    Ok((!rows.is_empty()).then(|| table("住所の品質", "Addresses", &columns, rows)))
}

fn row(name: String, counts: &Addresses) -> Vec<String> {
    use Finding::{
        BadCode, NoPlace, NoTown, NotListed, Office, OtherCity, OtherPrefecture, OtherTown, PoBox,
        Town, UnknownCode,
    };
    let groups: [&[Finding]; 7] = [
        &[Town],
        &[Office, PoBox],
        &[NotListed],
        &[OtherTown],
        &[NoTown],
        &[OtherCity, OtherPrefecture],
        &[NoPlace, UnknownCode, BadCode],
    ];
    let counted = groups.map(|group| group.iter().map(|finding| counts.of(*finding)).sum());
    let rest = [counts.sum(Finding::loses_barcode), counts.suggested, counts.repeated];
    let figures = counted.into_iter().chain(rest).map(|count: u64| count.to_string());
    std::iter::once(name).chain(figures).collect()
}
