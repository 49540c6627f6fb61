//! Applications on paper: for each municipality a cover list, its forms, and a count slip.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use application::{FormatKind, Municipality, Site};
use letter::Moment;
use runner::{FileMark, SeenDrop};
use signature::basic_four::Grade;
use signature::verdict::Indication;

use super::ground::Ground;
use super::hand_over::{by_municipality, Reader, Store};
use super::own_drop::{OwnDrop, FORMS};
use super::row::{why_not, ParcelNote, Row};
use super::COUNTER;
use crate::receive::Counter;

/// Applications on one cover list, five sheets of it (18 rows on the first page, 34 on each other);
/// a municipality with more gets several.
pub const COVER_ROWS: usize = 300;

/// Makes the drop of all forms that go on paper this night, if there are any.
///
/// The records of a municipality follow each other: cover lists, forms, slip. They have one postal
/// code and one address, so the print order keeps them together and in this order.
///
/// # Errors
/// If what was examined cannot be read, or the drop not be written.
pub fn forms(
    counter: &Counter<'_>,
    ground: &Ground<'_>,
    notes: &[ParcelNote],
    rows: &[Row],
    store: &Store,
) -> Result<Option<(SeenDrop, FileMark)>> {
    let night = counter.night;
    let mut drop = OwnDrop::new(&FORMS, COUNTER);
    let mut reader = store.reader()?;
    for (code, rows) in by_municipality(rows, |row| row.kind == Some(FormatKind::Paper)) {
        let municipality = ground.municipality(code).context("a municipality is gone")?;
        let day = night.now.date_jst().to_string();
        let (sites, drop) = (&counter.shop.sites, &mut drop);
        let mut parcel = Parcel { ground, municipality, day, notes, sites, number: 0, drop };
        for (at, covered) in rows.chunks(COVER_ROWS).enumerate() {
            parcel.cover(covered, at * COVER_ROWS, rows.len());
        }
        for row in &rows {
            parcel.form(row, &mut reader)?;
        }
        parcel.slip(&rows);
    }
    drop.finish(counter.out, night.night, night.now.date_jst())
}

/// One municipality's paper in the making.
struct Parcel<'p> {
    ground: &'p Ground<'p>,
    municipality: &'p Municipality,
    day: String,
    notes: &'p [ParcelNote],
    sites: &'p BTreeMap<String, Site>,
    number: u32,
    drop: &'p mut OwnDrop,
}

impl Parcel<'_> {
    /// Adds a record, whose key it returns; `own` says what is its own of it.
    fn record<'v>(&mut self, kind: &'v str, own: impl Fn(&str) -> &'v str) -> String {
        self.number += 1;
        let office = &self.municipality.office;
        let code = self.municipality.code.to_string();
        let key = format!("{code}-{:06}", self.number);
        let postal = office.postal_code.to_string();
        let (name, day) = (self.municipality.name.clone(), self.day.clone());
        let addressee = format!("{} 御中", office.name);
        self.drop.record(|column| match column {
            "key" => &key,
            "postal" => &postal,
            "address1" => &office.address,
            "name" => &addressee,
            "kind" => kind,
            "municipality" => &name,
            "code" => &code,
            "night" => &day,
            own_column => own(own_column),
        });
        key
    }

    /// 送付書 (sōfusho): which applications lie below.
    fn cover(&mut self, rows: &[&Row], before: usize, all: usize) {
        let count = all.to_string();
        // The rows go by procedure, so the first number is not that of the first row.
        let receipts = || rows.iter().map(|row| row.receipt.as_str());
        let ends = [receipts().min(), receipts().max()].map(Option::unwrap_or_default);
        let key = self.record("cover", |column| match column {
            "count" => &count,
            "first" => ends[0],
            "last" => ends[1],
            _ => "",
        });
        for (number, row) in (before + 1..).zip(rows) {
            let procedure = self.procedure_name(row).to_owned();
            let remark = if row.is_incomplete() { "有効・不備あり" } else { "有効" };
            self.drop.row(&[&key, &number.to_string(), &row.receipt, &procedure, remark]);
        }
    }

    /// 申請書 (shinseisho): one application.
    fn form(&mut self, row: &Row, reader: &mut Reader<'_>) -> Result<()> {
        let lines: Vec<(String, String)> =
            serde_json::from_slice(&reader.payload(&row.converted)?).context("the form's lines")?;
        let procedure = self.procedure_name(row).to_owned();
        let verdict = verdict_words(row);
        let basic_four = row.said.and_then(|said| said.basic_four).map_or("—", grade_words);
        let findings: Vec<&str> =
            row.findings.iter().map(|finding| finding.japanese.as_str()).collect();
        let findings = findings.join("。");
        let received = moment_words(&row.received);
        let site = &self.notes[row.parcel as usize].drop.sender;
        let site = self.sites.get(site).map_or("", |site| site.name.as_str());
        let key = self.record("form", |column| match column {
            "site" => site,
            "procedure" => &procedure,
            "receipt" => &row.receipt,
            "received" => &received,
            "verdict" => &verdict,
            "basic_four" => basic_four,
            "findings" => &findings,
            _ => "",
        });
        for (number, (label, value)) in (1..).zip(&lines) {
            self.drop.row(&[&key, &number.to_string(), label, value, ""]);
        }
        Ok(())
    }

    /// 件数票 (kensūhyō): how many applications of which procedure the parcel holds.
    fn slip(&mut self, rows: &[&Row]) {
        let count = rows.len().to_string();
        let key = self.record("slip", |column| if column == "count" { &count } else { "" });
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for row in rows {
            *counts.entry(self.procedure_name(row).to_owned()).or_default() += 1;
        }
        for (number, (procedure, count)) in (1..).zip(&counts) {
            let (number, count) = (number.to_string(), count.to_string());
            self.drop.row(&[&key, &number, procedure, &count, ""]);
        }
    }

    fn procedure_name<'r>(&'r self, row: &'r Row) -> &'r str {
        let procedure = self.ground.procedures.get(&row.procedure);
        procedure.map_or(&row.procedure, |procedure| &procedure.name)
    }
}

/// Says the verdict as a clerk reads it.
fn verdict_words(row: &Row) -> String {
    let Some(said) = row.said else { return String::new() };
    match said.indication {
        Indication::TotalPassed if said.provisional => {
            "有効（暫定。受付より後に発行される失効情報で確定します）".to_owned()
        }
        Indication::TotalPassed => "有効".to_owned(),
        Indication::TotalFailed => format!("無効（{}）", why_not(said.sub_indication)),
        Indication::Indeterminate => format!("判定不能（{}）", why_not(said.sub_indication)),
    }
}

/// Says how certificate and form agree.
fn grade_words(grade: Grade) -> &'static str {
    match grade {
        Grade::Exact => "完全一致",
        Grade::Normalised => "一致（表記の違いのみ）",
        Grade::Variant => "一致（異体字の違い）",
        Grade::Substituted => "一致（代替文字を除く）",
        Grade::Different => "不一致",
    }
}

/// Writes `2026-11-21T10:05:00+09:00` as `令和8年11月21日　10時05分`.
pub fn moment_words(rfc3339: &str) -> String {
    let Some(moment) = Moment::parse_rfc3339(rfc3339) else { return rfc3339.to_owned() };
    let text = moment.rfc3339_jst();
    format!("{}\u{3000}{}時{}分", moment.date_jst().wareki(), &text[11..13], &text[14..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_as_a_japanese_reader_writes_it() {
        for (moment, words) in [
            ("2026-11-21T10:05:00+09:00", "令和8年11月21日　10時05分"),
            ("2026-11-20T15:00:00Z", "令和8年11月21日　00時00分"),
        ] {
            assert_eq!(moment_words(moment), words);
        }
    }
}
