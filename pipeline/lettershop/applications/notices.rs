//! Notices to applicants: ordinary letters of the site, each in its recipient's chosen form.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use application::{JisCode, Severity};
use runner::{FileMark, SeenDrop};

use super::acknowledged::Accepted;
use super::ground::Ground;
use super::hand_over::Store;
use super::own_drop::{OwnDrop, NOTICES};
use super::paper::moment_words;
use super::row::{Applicant, NoticeKind, ParcelNote, Row};
use crate::receive::Counter;

/// Makes a drop of notices for every site that has any: of tonight's applications, and of those
/// that were handed over before and are accepted now.
///
/// # Errors
/// If what was examined cannot be read, or a drop not be written.
pub fn notices(
    counter: &Counter<'_>,
    ground: &Ground<'_>,
    (notes, rows): (&[ParcelNote], &[Row]),
    store: &Store,
    accepted: &[Accepted],
) -> Result<Vec<(SeenDrop, FileMark)>> {
    let night = counter.night;
    let mut reader = store.reader()?;
    let mut drops: BTreeMap<&str, OwnDrop> = BTreeMap::new();
    for row in rows {
        let Some(kind) = row.notice else { continue };
        let applicant: Applicant =
            serde_json::from_slice(&reader.payload(&row.applicant)?).context("an applicant")?;
        let site = notes[row.parcel as usize].drop.sender.as_str();
        let drop = drops.entry(site).or_insert_with(|| OwnDrop::new(&NOTICES, site));
        notice(ground, row, kind, &applicant, drop);
    }
    for Accepted { site, row, applicant } in accepted {
        let drop = drops.entry(site).or_insert_with(|| OwnDrop::new(&NOTICES, site));
        notice(ground, row, NoticeKind::Accepted, applicant, drop);
    }
    let mut made = Vec::new();
    for (_, drop) in drops {
        made.extend(drop.finish(counter.out, night.night, night.now.date_jst())?);
    }
    Ok(made)
}

fn notice(
    ground: &Ground<'_>,
    row: &Row,
    kind: NoticeKind,
    applicant: &Applicant,
    drop: &mut OwnDrop,
) {
    let code = row.municipality.as_deref().and_then(JisCode::parse);
    let municipality = code.and_then(|code| ground.municipality(code));
    let name = municipality.map_or("", |one| one.name.as_str());
    let office = municipality.map_or(String::new(), |one| match one.office.name.as_str() {
        office if office.starts_with(&one.name) => office.to_owned(),
        office => format!("{}\u{3000}{office}", one.name),
    });
    let phone = municipality.and_then(|one| one.office.phone.as_deref()).unwrap_or_default();
    let rules = ground.procedures.get(&row.procedure);
    let procedure = rules.map_or(row.procedure.as_str(), |one| one.name.as_str());
    let received = moment_words(&row.received);
    let reason = row.why.as_ref().map_or("", |why| why.japanese.as_str());
    drop.record(|column| match column {
        "key" | "receipt" => &row.receipt,
        "postal" => &applicant.postal,
        "address1" => &applicant.address,
        "name" => &applicant.name,
        "recipient" => &applicant.recipient,
        "kind" => kind.name(),
        "procedure" => procedure,
        "received" => &received,
        "municipality" => name,
        "office" => &office,
        "phone" => phone,
        "reason" => reason,
        _ => "",
    });
    if kind == NoticeKind::Accepted {
        return;
    }
    let findings = row.findings.iter().filter(|one| one.severity == Severity::Incomplete);
    for (number, finding) in (1..).zip(findings) {
        // A field's path is a word between programs.
        let place = rules.and_then(|rules| rules.label_at(&finding.field));
        let place = place.as_deref().unwrap_or("申請書");
        drop.row(&[&row.receipt, &number.to_string(), place, &finding.japanese]);
    }
}
