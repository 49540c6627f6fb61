//! `returned`, `close` and `verify-closing`: how pieces end, and the certificate that says so.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{bail, Context, Result};
use ledger::line::{Act, Return};
use letter::SenderId;
use runner::Part;
use serde_json::json;

use super::read;
use crate::args::line::{Close, Returned};
use crate::args::OutJson;
use crate::batch::{Batch, House};
use crate::line::book::{entered, Book};
use crate::line::closing::{
    self, again, certificate, written, ClosedBy, CERTIFICATE, CERTIFICATE_PDF,
};
use crate::line::incident::named;
use crate::line::log::{self, LineLog};
use crate::line::returns::{self, Suspects};
use crate::out::Out;
use crate::{audit, Ending, Unusable};

/// Notes what came back.
pub fn returned(args: &Returned) -> Result<Ending> {
    let (shop, out) = args.shop.open()?;
    let book = Book::read(&out)?;
    let day = args.hand.at().date_jst().to_string();
    let mut back: BTreeMap<Part, Vec<(u32, String)>> = BTreeMap::new();
    for (text, reason) in scans(args)? {
        if returns::words(&reason).is_none() {
            bail!(anyhow::anyhow!("{reason:?} is no reason; see --help").context(Unusable));
        }
        let (part, mark) = named(&book, &text)?;
        back.entry(part).or_default().push((mark.sequence, reason));
    }
    let (mut new, mut known) = (0, 0);
    let house = House::open(&shop)?;
    for (part, pieces) in &back {
        let batch = Batch::open(&out, &shop, &house, part)?;
        let entered = entered(&out, part)?;
        let mut log = LineLog::open(&out, book.night(part))?;
        let (mut suspects, mut bytes) = (Suspects::new(), Vec::new());
        for (sequence, reason) in pieces {
            let back = Return { reason: reason.clone(), day: day.clone() };
            let act = Act::Returned { sequence: *sequence, back };
            let change = log.note(&out, args.hand.notes(part, act, Vec::new()))?;
            new += change.new;
            known += change.known;
            let record = entered.get(sequence).context("the ledger lacks the piece")?.record;
            batch.spool.read(record, &mut bytes).context("reading the spool")?;
            let digest = batch.address_digest(&crate::spool::view(&bytes)?);
            suspects.insert(digest, (reason.clone(), day.clone()));
        }
        returns::suspect(&out, &part.sender, suspects)?;
    }
    let senders: BTreeSet<&SenderId> = back.keys().map(|part| &part.sender).collect();
    for sender in senders {
        returns::write(&out, &book, sender)?;
    }
    match args.hand.json {
        true => say!("{}", json!({"new": new, "known": known})),
        false => say!("{new} pieces came back, {known} were noted before"),
    }
    Ok(Ending::Well)
}

/// Returns marks and reasons, those of the list first.
fn scans(args: &Returned) -> Result<Vec<(String, String)>> {
    let mut scans = Vec::new();
    if let Some(list) = &args.list {
        let text = String::from_utf8(read(list)?).context("the list is not UTF-8");
        for line in text.context(Unusable)?.lines().filter(|line| !line.trim().is_empty()) {
            let (mark, reason) = line.split_once(',').unwrap_or((line, &args.reason));
            scans.push((mark.trim().to_owned(), reason.trim().to_owned()));
        }
    }
    scans.extend(args.marks.iter().map(|mark| (mark.clone(), args.reason.clone())));
    Ok(scans)
}

/// Closes a part at the line and writes its certificate.
pub fn close(args: &Close) -> Result<Ending> {
    let out = Out::at(&args.batch.out);
    let book = Book::read(&out)?;
    let part = book.part(&args.batch.sender, &args.batch.batch)?;
    let mut log = LineLog::open(&out, book.night(part))?;
    let noted: Vec<_> = log.of_part(part).cloned().collect();
    let mut account = log.account(&out, part)?.clone();
    if let Err(fault) = account.act(&Act::Closed) {
        say!("{part} cannot be closed: {fault}");
        return Ok(Ending::Disagrees);
    }
    let at = args.hand.at();
    let sealed = audit::sealed(&out)?;
    let closed = ClosedBy { at, by: &args.hand.by, audit: &sealed };
    let certificate = certificate(&out, part, &noted, &account, closed)?;
    let [json, pdf] = written(&certificate)?;
    let folder = out.print(part);
    let files = vec![
        out.publish_bytes(&folder.join(CERTIFICATE), &json)?,
        out.publish_bytes(&folder.join(CERTIFICATE_PDF), &pdf)?,
    ];
    let mut act = args.hand.notes(part, Act::Closed, files);
    (act.at, act.audit) = (at, sealed);
    log.note(&out, act)?;
    match args.hand.json {
        true => say!("{}", serde_json::to_string(&certificate)?),
        false => say!(
            "{part} is closed: {} posted, {} after a reprint, {} pulled, {} set aside; {}",
            certificate.pieces.posted,
            certificate.pieces.posted_again,
            certificate.pieces.pulled,
            certificate.pieces.set_aside,
            folder.join(CERTIFICATE_PDF).display()
        ),
    }
    Ok(Ending::Well)
}

/// Makes every certificate again and compares it with the one that was given.
pub fn verify_closing(args: &OutJson) -> Result<Ending> {
    let out = Out::at(&args.out);
    let book = Book::read(&out)?;
    let (mut verified, mut faults) = (Vec::new(), Vec::new());
    for part in book.parts() {
        let night = book.night(part);
        let is_closed = log::read(&out, night, part)?.iter().any(|noted| noted.act == Act::Closed);
        if !is_closed {
            continue;
        }
        match verify(&out, part, night) {
            Ok(()) => verified.push(part.to_string()),
            Err(fault) => faults.push(format!("{part}: {fault:#}")),
        }
    }
    match args.json {
        true => {
            say!("{}", json!({"ok": faults.is_empty(), "verified": verified, "faults": faults}))
        }
        false => {
            for fault in &faults {
                say!("{fault}");
            }
            say!("{} certificates verified, {} not", verified.len(), faults.len());
        }
    }
    Ok(if faults.is_empty() { Ending::Well } else { Ending::Disagrees })
}

fn verify(out: &Out, part: &Part, night: u32) -> Result<()> {
    let folder = out.print(part);
    let [json, pdf] = written(&again(out, part, night)?)?;
    for (name, expected) in [(CERTIFICATE, json), (CERTIFICATE_PDF, pdf)] {
        let path = folder.join(name);
        let found = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        if found == expected {
            continue;
        }
        if name == CERTIFICATE {
            let expected: closing::Certificate = serde_json::from_slice(&expected)?;
            let found = serde_json::from_slice(&found).context("the certificate is no JSON")?;
            bail!("the certificate says {}", difference(&expected, &found));
        }
        bail!("{name} does not say what the certificate says");
    }
    Ok(())
}

/// Says in which figure a certificate differs first.
fn difference(expected: &closing::Certificate, found: &closing::Certificate) -> String {
    let [expected, found] =
        [expected, found].map(|one| serde_json::to_value(one).expect("plain data"));
    let keys = expected.as_object().into_iter().flatten();
    let differs = keys.filter(|(key, value)| found[key.as_str()] != **value);
    let words = differs.map(|(key, value)| format!("{key} {}, counted {value}", found[key]));
    words.collect::<Vec<_>>().join("; ")
}
