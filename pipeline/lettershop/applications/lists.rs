//! What a night tells about applications: results for each site, the list of what waits for a
//! person, the statistics.

use anyhow::{Context, Result};
use application::statistics::{Item, Statistics};
use application::JisCode;
use letter::cell::{push_text, BOM};
use letter::Moment;
use runner::FileMark;
use serde_json::json;

use super::paper::moment_words;
use super::row::{End, ParcelNote, Row};
use crate::out::night_name;
use crate::receive::Counter;

/// Writes results, lists and statistics.
///
/// # Errors
/// If a file cannot be written, or the statistics do not add up.
pub fn write(counter: &Counter<'_>, notes: &[ParcelNote], rows: &[Row]) -> Result<Vec<FileMark>> {
    let (out, night) = (counter.out, counter.night);
    let mut marks = Vec::new();
    for (number, note) in (0u32..).zip(notes).filter(|(_, note)| note.refusal.is_none()) {
        let of_parcel: Vec<&Row> = rows.iter().filter(|row| row.parcel == number).collect();
        let path =
            |ending: &str| out.outbox(&note.drop.sender, &format!("{}.{ending}", note.parcel));
        let receipt = receipt(note, &of_parcel, night.now);
        marks.push(out.publish_bytes(&path("receipt.json"), receipt.0.as_bytes())?);
        marks.push(out.publish_bytes(&path("receipt.txt"), receipt.1.as_bytes())?);
        marks.push(out.publish_bytes(&path("results.csv"), &results(&of_parcel))?);
    }
    let name = night_name(night.night);
    let desk = out.desk();
    marks
        .push(out.publish_bytes(&desk.join(format!("{name}.persons.csv")), &persons(notes, rows))?);
    let table = statistics(rows, night.now)?.close(rows.len() as u64).context("the statistics")?;
    let files = [
        ("statistics.csv", table.to_csv()),
        ("findings.csv", table.findings_to_csv()),
        ("statistics.json", table.to_json()),
    ];
    for (ending, bytes) in files {
        marks.push(out.publish_bytes(&desk.join(format!("{name}.{ending}")), &bytes)?);
    }
    Ok(marks)
}

fn statistics(rows: &[Row], now: Moment) -> Result<Statistics> {
    let mut statistics = Statistics::default();
    for row in rows {
        statistics.add(&Item {
            municipality: row.municipality.as_deref().and_then(JisCode::parse),
            procedure: Some(row.procedure.as_str()).filter(|code| !code.is_empty()),
            day: Moment::parse_rfc3339(&row.received).unwrap_or(now).date_jst(),
            end: end_of(row.end),
            indication: row.said.map_or("", |said| said.indication.name()),
            findings: &row.findings,
        });
    }
    Ok(statistics)
}

/// Returns the end as the statistics know it: what is not taken goes back.
fn end_of(end: End) -> application::End {
    match end {
        End::HandedOverPaper => application::End::Paper,
        End::HandedOverElectronic => application::End::Electronic,
        End::Person => application::End::Person,
        End::Waiting => application::End::Held,
        End::Rejected | End::SetAside => application::End::SetAside,
    }
}

/// Writes what became of a parcel, as JSON and as Japanese text.
fn receipt(note: &ParcelNote, rows: &[&Row], now: Moment) -> (String, String) {
    let counts = End::ALL.map(|end| (end, rows.iter().filter(|row| row.end == end).count()));
    let set_aside: Vec<_> = rows
        .iter()
        .filter(|row| row.end == End::SetAside)
        .map(|row| {
            json!({
                "index": row.index, "receipt": row.receipt, "why": row.why,
                "refusal": row.refusal,
            })
        })
        .collect();
    let ends: serde_json::Map<String, serde_json::Value> =
        counts.iter().map(|(end, count)| (end.code().to_owned(), (*count).into())).collect();
    let json = json!({
        "site": note.drop.sender, "parcel": note.parcel, "drop": note.drop.name,
        "sha256": note.sha256, "received": now.rfc3339_jst(),
        "applications": note.applications, "ends": ends, "set_aside": set_aside,
        "unlisted": note.unlisted,
    });
    let mut text = format!(
        "受領票\n\n申請パーセル　{}\n受付日時　　　{}\n申請件数　　　{}\n\n",
        note.parcel,
        moment_words(&now.rfc3339_jst()),
        note.applications
    );
    for (end, count) in counts {
        text.push_str(&format!("{}　{count} 件\n", end.japanese()));
    }
    for row in rows.iter().filter(|row| row.end == End::SetAside) {
        if let Some(why) = &row.why {
            text.push_str(&format!(
                "\n{} 番目の申請（{}）: {}［{}］\n",
                row.index + 1,
                row.receipt,
                why.japanese,
                why.code
            ));
        }
        if let Some(refusal) = &row.refusal {
            let origin = &refusal.origin;
            text.push_str(&format!(
                "　場所: {} {} 行 {}\n　対応: {}\n",
                origin.file, origin.line, origin.column, refusal.fix_japanese
            ));
        }
    }
    (format!("{json:#}\n"), text)
}

/// Writes what became of each application of a parcel: UTF-8 with byte order mark, safe to open in
/// a spreadsheet.
fn results(rows: &[&Row]) -> Vec<u8> {
    let head = ["番号", "受付番号", "手続", "提出先", "行き先", "署名検証", "理由", "説明", "不備"];
    let mut out = table(&head);
    for row in rows {
        let findings: Vec<&str> = row.findings.iter().map(|one| one.code.as_ref()).collect();
        push_row(
            &mut out,
            &[
                &(row.index + 1).to_string(),
                &row.receipt,
                &row.procedure,
                row.municipality.as_deref().unwrap_or_default(),
                row.end.code(),
                &row.said.map(|said| said.words()).unwrap_or_default(),
                row.why.as_ref().map_or("", |why| why.code.as_str()),
                row.why.as_ref().map_or("", |why| why.japanese.as_str()),
                &findings.join(" "),
            ],
        );
    }
    out
}

/// Writes what a person of the centre has to look at.
fn persons(notes: &[ParcelNote], rows: &[Row]) -> Vec<u8> {
    let head = ["サイト", "パーセル", "番号", "受付番号", "手続", "提出先", "状態", "理由", "説明"];
    let mut out = table(&head);
    for row in rows.iter().filter(|row| row.end.waits()) {
        let note = &notes[row.parcel as usize];
        push_row(
            &mut out,
            &[
                &note.drop.sender,
                &note.parcel,
                &(row.index + 1).to_string(),
                &row.receipt,
                &row.procedure,
                row.municipality.as_deref().unwrap_or_default(),
                row.end.code(),
                row.why.as_ref().map_or("", |why| why.code.as_str()),
                row.why.as_ref().map_or("", |why| why.japanese.as_str()),
            ],
        );
    }
    out
}

fn table(head: &[&str]) -> Vec<u8> {
    let mut out = BOM.to_vec();
    push_row(&mut out, head);
    out
}

fn push_row(out: &mut Vec<u8>, cells: &[&str]) {
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        push_text(out, cell);
    }
    out.extend_from_slice(b"\r\n");
}
