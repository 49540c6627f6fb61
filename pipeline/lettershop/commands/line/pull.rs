//! `pull`, `pull-list` and `set-aside`: a piece leaves its way, wherever it is.

use std::io::Write;

use anyhow::{Context, Result};
use columnar::End;
use ledger::line::{Act, State};
use letter::piece::FIRST_GENERATION;
use letter::{Moment, PieceId};
use runner::{Entry, Journal, Part};
use serde_json::json;

use crate::account::read_json;
use crate::args::line::{Pull, PullList};
use crate::close::{Closing, CLOSING};
use crate::commands::night::read_clock;
use crate::commands::operator::existing_journal;
use crate::line::book::{each_row, Book, Control};
use crate::line::log::{LineLog, Noted};
use crate::line::returns::quoted;
use crate::out::Out;
use crate::{Ending, Unusable};

/// A request to pull one record.
struct Request<'r> {
    sender: &'r str,
    batch: &'r str,
    key: &'r str,
    note: &'r str,
    by: &'r str,
    at: Moment,
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Answer {
    /// Not painted yet: it will not be.
    Suppressed,
    /// Printed: it must be taken out at this place. Which copies of it were withdrawn, too.
    Listed { sequence: u32, tray: u32, bundle: u32 },
    /// It was asked for before.
    Known,
    /// It is where it cannot be pulled: what it is.
    TooLate(&'static str),
    /// The batch, or its record, is not there.
    Unknown,
}

impl Answer {
    fn code(&self) -> &'static str {
        match self {
            Self::Suppressed => "suppressed",
            Self::Listed { .. } => "listed",
            Self::Known => "known",
            Self::TooLate(_) => "too-late",
            Self::Unknown => "unknown",
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Suppressed => "is not printed; it is pulled when its batch goes on".to_owned(),
            Self::Listed { sequence, tray, bundle } => {
                format!("is printed: take out sequence {sequence} of tray {tray}, bundle {bundle}")
            }
            Self::Known => "was asked for before".to_owned(),
            Self::TooLate(state) => format!("is {state}"),
            Self::Unknown => "is not there".to_owned(),
        }
    }
}

/// Pulls one piece.
pub fn pull(args: &Pull) -> Result<Ending> {
    let out = Out::at(&args.batch.out);
    let at = args.now.unwrap_or_else(read_clock);
    let Pull { batch, key, note, by, .. } = args;
    let (sender, batch) = (batch.sender.as_str(), batch.batch.as_str());
    let answer = pull_one(&out, &Request { sender, batch, key, note, by, at })?;
    write_open(&out, &Book::read(&out)?)?;
    if answer == Answer::Unknown {
        let trouble = anyhow::anyhow!("no batch {sender}/{batch} has a record {key}");
        return Err(trouble.context(Unusable));
    }
    say!("record {key} of {sender}/{batch} {}", answer.words());
    Ok(match answer {
        Answer::TooLate(_) => Ending::NotThere,
        _ => Ending::Well,
    })
}

/// Pulls the pieces of a list and answers each row.
pub fn pull_list(args: &PullList) -> Result<Ending> {
    let out = Out::at(&args.out);
    let text = std::fs::read_to_string(&args.list);
    let text = text.with_context(|| format!("reading {}", args.list.display()));
    let text = text.context(Unusable)?;
    let mut rows = text.trim_start_matches('\u{FEFF}').lines();
    let heading = rows.next().unwrap_or_default().trim_end();
    anyhow::ensure!(
        heading == HEADING,
        anyhow::anyhow!("the list has no {HEADING}").context(Unusable)
    );
    let stem = args.list.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let (mut answered, mut left) = (Vec::new(), 0);
    for row in rows.filter(|row| !row.trim().is_empty()) {
        let cells: Vec<&str> = row.trim_end().split(',').collect();
        let answer = match cells[..] {
            [batch, key, note] => {
                let (by, at) = (args.hand.by.as_str(), args.hand.at());
                pull_one(&out, &Request { sender: &args.sender, batch, key, note, by, at })?
            }
            _ => Answer::Unknown,
        };
        left += u32::from(matches!(answer, Answer::TooLate(_) | Answer::Unknown));
        answered.push((row.trim_end().to_owned(), answer));
    }
    let path = out.outbox(&args.sender, &format!("{stem}.answer.csv"));
    out.publish(&path, |list| {
        write!(list, "{HEADING},answer,words\r\n")?;
        for (row, answer) in &answered {
            write!(list, "{row},{},{}\r\n", answer.code(), quoted(&answer.words()))?;
        }
        Ok(())
    })?;
    write_open(&out, &Book::read(&out)?)?;
    match args.hand.json {
        true => {
            let codes: Vec<_> = answered.iter().map(|(_, answer)| answer.code()).collect();
            say!("{}", json!({"answers": codes, "file": path}));
        }
        false => say!("{} rows, {left} could not be pulled: {}", answered.len(), path.display()),
    }
    Ok(if left == 0 { Ending::Well } else { Ending::NotThere })
}

/// The columns of a list of pulls.
const HEADING: &str = "batch,key,note";

/// Keeps a printed piece for a person.
pub fn set_aside(args: &Pull) -> Result<Ending> {
    let out = Out::at(&args.batch.out);
    let book = Book::read(&out)?;
    let part = book.part(&args.batch.sender, &args.batch.batch)?;
    let (sequence, _) = found(&out, part, &args.key)?
        .and_then(|found| Some((found.sequence?, found.piece)))
        .with_context(|| format!("{part} has printed no record {}", args.key))
        .context(Unusable)?;
    let act = Act::SetAside { sequence, note: args.note.clone() };
    let at = args.now.unwrap_or_else(read_clock);
    let noted = Noted {
        part: part.clone(),
        at,
        by: args.by.clone(),
        act,
        files: Vec::new(),
        audit: String::new(),
    };
    LineLog::open(&out, book.night(part))?.note(&out, noted)?;
    say!("sequence {sequence} of {part} is set aside");
    Ok(Ending::Well)
}

fn pull_one(out: &Out, request: &Request<'_>) -> Result<Answer> {
    let Request { sender, batch, key, note, by, at } = *request;
    let book = Book::read(out)?;
    let closed = book.part(sender, batch).ok().cloned();
    let waits = |part: &Part| {
        read_json::<Closing>(out, part, CLOSING).is_ok_and(|closing| closing.awaits_approval)
    };
    let Some(part) = closed.filter(|part| !waits(part)) else {
        return suppress(out, request);
    };
    let Some(found) = found(out, &part, key)? else { return Ok(Answer::Unknown) };
    let Some(sequence) = found.sequence else {
        return Ok(match found.end {
            End::Delivered => Answer::TooLate("delivered electronically"),
            End::Pulled => Answer::Known,
            _ => Answer::TooLate("set aside or held"),
        });
    };
    let mut log = LineLog::open(out, book.night(&part))?;
    let state = log.account(out, &part)?.standing(sequence).context("no such piece")?.state;
    match state {
        State::PullAsked | State::Pulled => return Ok(Answer::Known),
        State::Posted | State::SetAside => return Ok(Answer::TooLate(state.english())),
        _ => {}
    }
    let act = Act::PullAsked { sequence, note: note.to_owned() };
    let noted = Noted {
        part: part.clone(),
        at,
        by: by.to_owned(),
        act,
        files: Vec::new(),
        audit: String::new(),
    };
    log.note(out, noted)?;
    let control = Control::read(out, &part, FIRST_GENERATION)?;
    let rows = control.rows()?;
    let row = rows.get(sequence as usize - 1).context("the control file ends before the piece")?;
    Ok(Answer::Listed { sequence, tray: row.tray, bundle: row.bundle })
}

/// Notes in the journal that a record of an open batch is not to go on.
fn suppress(out: &Out, request: &Request<'_>) -> Result<Answer> {
    let Request { sender, batch, key, note, .. } = *request;
    let mut journal = existing_journal(out)?;
    let mut parts = journal.parts().into_iter().map(|(part, _, _)| part);
    let is_it = |part: &Part| part.sender.as_str() == sender && part.name() == batch;
    let Some(part) = parts.find(is_it) else { return Ok(Answer::Unknown) };
    let known = journal.entries().iter().any(|entry| {
        matches!(entry, Entry::Pulled { part: of, key: known, .. } if *of == part && known == key)
    });
    if known {
        return Ok(Answer::Known);
    }
    let (key, note) = (key.to_owned(), note.to_owned());
    journal.append(Entry::Pulled { part, key, note })?;
    Ok(Answer::Suppressed)
}

/// A record in the ledger.
struct Found {
    sequence: Option<u32>,
    piece: PieceId,
    end: End,
}

fn found(out: &Out, part: &Part, key: &str) -> Result<Option<Found>> {
    let mut found = None;
    each_row(out, part, |row| {
        if row.key == key {
            let place = row.place.strip_prefix("print ").and_then(|place| place.split_once('/'));
            let sequence = place.and_then(|(_, sequence)| sequence.parse().ok());
            found = Some(Found { sequence, piece: row.piece, end: row.end });
        }
        Ok(())
    })?;
    Ok(found)
}

/// Writes `desk/pulls.csv`: the printed pieces that are still to be taken out, in tray order.
///
/// # Errors
/// If a log or a control file cannot be read, or the list not be written.
pub fn write_open(out: &Out, book: &Book) -> Result<()> {
    let mut lines = Vec::new();
    for part in book.parts() {
        let mut log = LineLog::open(out, book.night(part))?;
        let account = log.account(out, part)?;
        let open = |state: State| state == State::PullAsked;
        let open: Vec<_> = account.standings().filter(|(_, piece)| open(piece.state)).collect();
        if open.is_empty() {
            continue;
        }
        let control = Control::read(out, part, FIRST_GENERATION)?;
        let rows = control.rows()?;
        for (sequence, piece) in open {
            let row = rows.get(sequence as usize - 1).context("a control file ends early")?;
            let mark = letter::piece::SheetMark { generation: piece.generation, ..row.mark };
            write!(
                lines,
                "{},{},{},{},{sequence},{},{},{}\r\n",
                part.sender,
                part.name(),
                row.tray,
                row.bundle,
                row.sheets,
                row.piece,
                mark.text()
            )?;
        }
    }
    out.publish(&out.desk().join("pulls.csv"), |list| {
        list.write_all(b"sender,batch,tray,bundle,sequence,sheets,piece,mark\r\n")?;
        Ok(list.write_all(&lines)?)
    })
    .map(|_| ())
}
