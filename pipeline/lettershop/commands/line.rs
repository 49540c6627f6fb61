//! The commands of the enveloping line.

mod ended;
mod pull;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{bail, Context, Result};
use ledger::line::{Act, Change, LineAccount, State, Tally};
use letter::Moment;
use runner::{FileMark, Part};
use serde_json::json;

use super::night::read_clock;
use crate::args::line::{Hand, ImportLog, Incident, LineCommand, Reprint, Scan, ShopOut};
use crate::args::OutJson;
use crate::batch::{Batch, House};
use crate::config::Shop;
use crate::line::book::{entered, Book};
use crate::line::incident::{named, range, touched, Place, Touched};
use crate::line::log::{LineLog, Noted};
use crate::line::pulls::write_open;
use crate::line::{import, reprint};
use crate::out::{hex, Out};
use crate::{Ending, Unusable};

/// Runs a command of the line.
pub fn line(command: &LineCommand) -> Result<Ending> {
    match command {
        LineCommand::ImportLog(args) => import_log(args),
        LineCommand::LineStatus(args) => status(args),
        LineCommand::Reprint(args) => print_again(args),
        LineCommand::Pull(args) => pull::pull(args),
        LineCommand::PullList(args) => pull::pull_list(args),
        LineCommand::Scan(args) => scan(args),
        LineCommand::SetAside(args) => pull::set_aside(args),
        LineCommand::Returned(args) => ended::returned(args),
        LineCommand::Incident(args) => incident(args),
        LineCommand::Close(args) => ended::close(args),
        LineCommand::VerifyClosing(args) => ended::verify_closing(args),
    }
}

impl Hand {
    /// Returns the moment of the act.
    pub(super) fn at(&self) -> Moment {
        self.now.unwrap_or_else(read_clock)
    }

    /// Makes the act one of this person's, at its moment.
    fn notes(&self, part: &Part, act: Act, files: Vec<FileMark>) -> Noted {
        Noted {
            part: part.clone(),
            at: self.at(),
            by: self.by.clone(),
            act,
            files,
            audit: String::new(),
        }
    }
}

impl ShopOut {
    /// Opens the shop, and the place where its nights write.
    pub fn open(&self) -> Result<(Shop, Out)> {
        let shop = Shop::open(&self.shop).context(Unusable)?;
        let out = shop.out(self.out.as_deref());
        Ok((shop, out))
    }
}

fn import_log(args: &ImportLog) -> Result<Ending> {
    use sha2::{Digest, Sha256};
    let (shop, out) = args.shop.open()?;
    let book = Book::read(&out)?;
    let bytes = read(&args.log)?;
    let text = std::str::from_utf8(&bytes).context("the log is not UTF-8").context(Unusable)?;
    let answers = import::read(text, &shop.inserter.log, &book).context(Unusable)?;
    let sha256 = hex(&Sha256::digest(&bytes));
    let mut all = Vec::new();
    for (part, rows) in answers {
        let mut log = LineLog::open(&out, book.night(&part))?;
        let act = Act::Answered { log: sha256.clone(), rows };
        let change = log.note(&out, args.hand.notes(&part, act, Vec::new()))?;
        let account = log.account(&out, &part)?;
        all.push((part, change, account.tally()));
    }
    if args.hand.json {
        let parts = all.iter().map(|(part, Change { new, known }, tally)| {
            json!({"part": part.to_string(), "new": new, "known": known, "pieces": tally})
        });
        say!("{}", json!({"log": sha256, "parts": parts.collect::<Vec<_>>()}));
        return Ok(Ending::Well);
    }
    for (part, Change { new, known }, tally) in &all {
        say!("{part}: {new} answers noted, {known} known before");
        say!("  {}", tally_text(tally));
    }
    Ok(Ending::Well)
}

fn status(args: &OutJson) -> Result<Ending> {
    let out = Out::at(&args.out);
    let book = Book::read(&out)?;
    let mut parts = Vec::new();
    for part in book.parts() {
        let mut log = LineLog::open(&out, book.night(part))?;
        let account = log.account(&out, part)?;
        if account.tally().pieces > 0 {
            parts.push((part, account.tally(), account.is_closed(), account.to_reprint().len()));
        }
    }
    if args.json {
        let parts = parts.iter().map(|(part, tally, closed, reprint)| {
            json!({
                "part": part.to_string(), "pieces": tally, "closed": closed, "to_reprint": reprint,
                "equation": tally.equation_holds(),
            })
        });
        say!("{}", json!({"parts": parts.collect::<Vec<_>>()}));
        return Ok(Ending::Well);
    }
    for (part, tally, closed, _) in &parts {
        say!("{part}{}", if *closed { ", closed" } else { "" });
        say!("  {}", tally_text(tally));
    }
    Ok(Ending::Well)
}

fn tally_text(tally: &Tally) -> String {
    let named = [
        ("printed", tally.printed),
        ("in envelopes", tally.good),
        ("spoiled", tally.spoiled),
        ("missing", tally.missing),
        ("seen twice", tally.double),
        ("to be pulled", tally.pull_asked),
        ("posted", tally.posted),
        ("posted after a reprint", tally.posted_again),
        ("pulled", tally.pulled),
        ("set aside", tally.set_aside),
    ];
    let terms = named.iter().filter(|(_, count)| *count > 0);
    let terms: Vec<String> = terms.map(|(name, count)| format!("{count} {name}")).collect();
    let strays = match tally.strays {
        0 => String::new(),
        strays => format!("; {strays} void envelopes to be taken out"),
    };
    let returned = match tally.returned {
        0 => String::new(),
        returned => format!("; {returned} came back"),
    };
    format!("{} pieces = {}{strays}{returned}", tally.pieces, terms.join(" + "))
}

fn print_again(args: &Reprint) -> Result<Ending> {
    let (shop, out) = args.shop.open()?;
    if args.hand.by == args.approved_by {
        bail!(anyhow::anyhow!("a reprint is approved by a second person").context(Unusable));
    }
    let book = Book::read(&out)?;
    let part = book.part(&args.sender, &args.batch)?;
    let mut log = LineLog::open(&out, book.night(part))?;
    let sequences = wanted(args, &out, &book, part, log.account(&out, part)?)?;
    if sequences.is_empty() {
        say!("nothing of {part} is to be printed again");
        return Ok(Ending::NotThere);
    }
    let mut account = log.account(&out, part)?.clone();
    let generation = account.generation() + 1;
    let approved_by = args.approved_by.clone();
    let act = Act::Reprinted { generation, sequences: sequences.clone(), approved_by };
    // Nothing is painted that could not be noted.
    account.act(&act).with_context(|| format!("{part} cannot take it")).context(Unusable)?;
    let house = House::open(&shop)?;
    let mut batch = Batch::open(&out, &shop, &house, part)?;
    batch.job = book.job(part);
    let files = reprint::paint(&out, &batch, generation, &sequences, args.hand.at())?;
    log.note(&out, args.hand.notes(part, act, files.clone()))?;
    let paths: Vec<&str> = files.iter().map(|mark| mark.path.as_str()).collect();
    match args.hand.json {
        true => {
            say!("{}", json!({"generation": generation, "sequences": sequences, "files": paths}))
        }
        false => {
            let count = sequences.len();
            say!("{count} pieces of {part} printed again, generation {generation}");
            for path in paths {
                say!("  {path}");
            }
        }
    }
    Ok(Ending::Well)
}

/// Returns the sequences that are to be printed again, ascending: the tray order.
fn wanted(
    args: &Reprint,
    out: &Out,
    book: &Book,
    part: &Part,
    account: &LineAccount,
) -> Result<Vec<u32>> {
    let mut sequences = BTreeSet::new();
    if args.from_line {
        sequences.extend(account.to_reprint());
    }
    for text in &args.range {
        let (first, last) = range(text)?;
        sequences.extend(first..=last);
    }
    let mut keys: Vec<String> = args.key.clone();
    if let Some(list) = &args.list {
        let text = String::from_utf8(read(list)?).context("the list is not UTF-8");
        for line in text.context(Unusable)?.lines().map(str::trim) {
            match named(book, line) {
                Ok((of, mark)) if of == *part => {
                    sequences.insert(mark.sequence);
                }
                Ok((of, _)) => {
                    bail!(anyhow::anyhow!("a mark of the list is of {of}").context(Unusable))
                }
                Err(_) if line.is_empty() => {}
                Err(_) => keys.push(line.to_owned()),
            }
        }
    }
    if !keys.is_empty() {
        let keys: BTreeSet<&str> = keys.iter().map(String::as_str).collect();
        let mut found = BTreeSet::new();
        for (sequence, entered) in entered(out, part)? {
            if let Some(key) = keys.get(entered.key.as_str()) {
                found.insert(*key);
                sequences.insert(sequence);
            }
        }
        if let Some(missing) = keys.difference(&found).next() {
            bail!(anyhow::anyhow!("{part} has printed no record {missing}").context(Unusable));
        }
    }
    Ok(sequences.into_iter().collect())
}

fn scan(args: &Scan) -> Result<Ending> {
    let out = Out::at(&args.out);
    let book = Book::read(&out)?;
    let mut scanned = Vec::new();
    for text in &args.marks {
        let (part, mark) = named(&book, text)?;
        let mut log = LineLog::open(&out, book.night(&part))?;
        let (sequence, generation) = (mark.sequence, mark.generation);
        log.note(&out, args.hand.notes(&part, Act::TakenOut { sequence, generation }, Vec::new()))?;
        let piece = log.account(&out, &part)?.standing(sequence).expect("it was just scanned");
        let what = match piece.state {
            State::Pulled if piece.generation == generation => "pulled",
            _ => "void envelope taken out",
        };
        scanned.push((part, sequence, what));
    }
    write_open(&out, &book)?;
    for (part, sequence, what) in scanned {
        match args.hand.json {
            true => {
                say!("{}", json!({"part": part.to_string(), "sequence": sequence, "what": what}))
            }
            false => say!("{part} {sequence}: {what}"),
        }
    }
    Ok(Ending::Well)
}

fn incident(args: &Incident) -> Result<Ending> {
    let out = Out::at(&args.out);
    let book = Book::read(&out)?;
    let (parts, place) = where_at(args, &book)?;
    let mut found = Vec::new();
    for part in &parts {
        found.extend(touched(&out, &book, part, &place)?);
    }
    use std::io::Write;
    let mut said = std::io::BufWriter::new(std::io::stdout().lock());
    for Touched { part, sequence, piece, key, place: [file, tray, bundle], sheets } in &found {
        match args.json {
            true => writeln!(
                said,
                "{}",
                json!({
                    "part": part.to_string(), "sequence": sequence, "piece": piece.to_string(),
                    "key": key, "file": file, "tray": tray, "bundle": bundle, "sheets": sheets,
                })
            ),
            false => writeln!(
                said,
                "{part} {sequence} key {key} piece {piece} file {file} tray {tray} bundle {bundle}"
            ),
        }?;
    }
    if !args.json {
        writeln!(said, "{} recipients", found.len())?;
    }
    said.flush()?;
    Ok(if found.is_empty() { Ending::NotThere } else { Ending::Well })
}

/// Returns the parts that an incident may touch, and the place in them.
fn where_at(args: &Incident, book: &Book) -> Result<(Vec<Part>, Place)> {
    if let Some(mark) = &args.mark {
        let (part, mark) = named(book, mark)?;
        return Ok((vec![part], Place::Range(mark.sequence, mark.sequence)));
    }
    let parts = match &args.batch {
        Some(name) => {
            let (sender, batch) = name.split_once('/').unwrap_or((name, ""));
            vec![book.part(sender, batch)?.clone()]
        }
        None => book.parts().cloned().collect(),
    };
    let place = match (args.file, args.tray, args.bundle, &args.range, args.from, args.to) {
        (_, _, _, _, Some(from), Some(to)) => Place::Span(from, to),
        (Some(file), ..) => Place::File(file),
        (_, Some(tray), Some(bundle), ..) => Place::Bundle(tray, bundle),
        (_, Some(tray), ..) => Place::Tray(tray),
        (_, _, _, Some(text), ..) => {
            let (first, last) = range(text)?;
            Place::Range(first, last)
        }
        _ => bail!(anyhow::anyhow!("what is looked for? see --help").context(Unusable)),
    };
    if args.batch.is_none() && !matches!(place, Place::Span(..)) {
        bail!(anyhow::anyhow!("--batch says of which batch").context(Unusable));
    }
    Ok((parts, place))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let bytes = fs::read(path).with_context(|| format!("reading {}", path.display()));
    bytes.context(Unusable)
}
