//! `verify-output`: artefacts and ledger counted again and compared.

use std::collections::BTreeMap;

use anyhow::Result;
use columnar::End;
use runner::{Crew, Entry, FileMark, Journal};
use serde_json::json;

use super::ledger;
use crate::account::{check, closed_parts};
use crate::applications;
use crate::args::OutJson;
use crate::out::{sha256_of, FileJournal, Out};
use crate::withdrawals::Withdrawals;
use crate::Ending;

/// Returns what the journal says of every output that is no longer so.
fn changed_files(out: &Out, journal: &FileJournal) -> Vec<String> {
    let mut marks: BTreeMap<&str, &FileMark> = BTreeMap::new();
    for entry in journal.entries() {
        let files = match entry {
            Entry::StageDone { files, .. }
            | Entry::DropRefused { files, .. }
            | Entry::NightEnded { files, .. }
            | Entry::Rebalanced { files } => files.as_slice(),
            _ => &[],
        };
        // The last entry of a path counts: ledger and report are written again each night.
        marks.extend(files.iter().map(|mark| (mark.path.as_str(), mark)));
    }
    let outputs = marks.into_values().filter(|mark| !mark.path.starts_with("state/"));
    let trouble = |mark: &FileMark| match sha256_of(&out.root().join(&mark.path)) {
        Ok(digest) if digest == mark.sha256 => None,
        Ok(_) => Some(format!("{} is not as it was written", mark.path)),
        Err(error) => Some(format!("{} cannot be read: {error}", mark.path)),
    };
    outputs.filter_map(trouble).collect()
}

/// Counts every batch again; ends with 2 if anything does not agree.
pub fn verify_output(args: &OutJson) -> Result<Ending> {
    let out = Out::at(&args.out);
    let counts = ledger::read(&out)?;
    let journal = out.journal()?;
    let parts = closed_parts(&journal);
    let withdrawals = Withdrawals::read(&out, &journal)?;
    let mut faults = Vec::new();
    for (part, _, _) in journal.parts() {
        if !journal.is_closed(&part) {
            faults.push(format!("{part} is not closed; run the night again"));
        }
    }
    for part in &parts {
        let ends = withdrawals.account(&out, part)?.ends;
        let expected = [ends.printed, ends.delivered, ends.set_aside, ends.held, ends.pulled];
        let name = part.name();
        let of_part = |batch: &&columnar::BatchCount| {
            batch.sender == part.sender.as_str() && batch.batch == name
        };
        match counts.batches.iter().find(of_part) {
            Some(found) if End::ALL.map(|end| found.of(end)) == expected => {}
            Some(_) => faults.push(format!("{part}: ledger and account count differently")),
            None if ends.records_in == 0 => {}
            None => faults.push(format!("{part} is not in the ledger")),
        }
    }
    if counts.batches.len() > parts.len() {
        faults.push("the ledger has a batch that was never closed".to_owned());
    }
    faults.extend(changed_files(&out, &journal));
    let crew = Crew::new(0)?;
    let mut discrepancies = Vec::new();
    for part in &parts {
        match check(&out, &crew, std::slice::from_ref(part), &withdrawals) {
            Ok(found) => discrepancies.extend(found),
            Err(error) => faults.push(format!("{part}: {error:#}")),
        }
    }
    let nights = match applications::recount_all(&out, journal.last_night()) {
        Ok(nights) => nights,
        Err(error) => {
            faults.push(format!("{error:#}"));
            Vec::new()
        }
    };
    for night in &nights {
        let ended: u64 = night.ends.iter().map(|(_, count)| count).sum();
        if ended != night.received {
            let (night, received) = (night.night, night.received);
            faults.push(format!("night {night}: {received} applications, {ended} have an end"));
        }
        for one in &night.discrepancies {
            faults.push(format!("night {}: {}: {}", night.night, one.about, one.english));
        }
    }
    let agrees = faults.is_empty() && discrepancies.is_empty();
    if args.json {
        let batches: Vec<_> = counts.batches.iter().map(ledger::json_of).collect();
        let nights: Vec<_> = nights.iter().map(ledger::json_of_night).collect();
        let answer = json!({
            "ok": agrees, "batches": batches, "applications": nights, "faults": faults,
            "discrepancies": discrepancies,
        });
        say!("{answer}");
    } else {
        for fault in &faults {
            say!("{fault}");
        }
        for found in &discrepancies {
            say!(
                "{}/{}: {} {}: {} expected, {} found",
                found.sender,
                found.batch,
                found.code.english(),
                found.place,
                found.expected,
                found.found
            );
        }
        let parts = parts.len();
        say!("{parts} batches: artefacts and ledger {}", if agrees { "agree" } else { "DISAGREE" });
    }
    Ok(if agrees { Ending::Well } else { Ending::Disagrees })
}
