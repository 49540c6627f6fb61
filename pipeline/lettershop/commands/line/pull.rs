//! `pull`, `pull-list` and `set-aside`: a piece leaves its way, wherever it is.

use anyhow::{Context, Result};
use ledger::line::Act;
use serde_json::json;

use crate::args::line::{Pull, PullList};
use crate::commands::night::read_clock;
use crate::line::book::{entered, Book};
use crate::line::log::{LineLog, Noted};
use crate::line::pulls::{self, Answer, Asking, Request};
use crate::line::returns::quoted;
use crate::out::Out;
use crate::{Ending, Unusable};

/// Pulls one piece.
pub fn pull(args: &Pull) -> Result<Ending> {
    let out = Out::at(&args.batch.out);
    let at = args.now.unwrap_or_else(read_clock);
    let Pull { batch, key, note, by, .. } = args;
    let (sender, batch) = (batch.sender.as_str(), batch.batch.clone());
    let request = Request { batch: batch.clone(), key: key.clone(), note: note.clone() };
    let answers = pulls::pull(&out, None, Asking { sender, by, at }, &[request])?;
    let answer = answers.first().context("a request has an answer")?;
    if *answer == Answer::Unknown {
        let trouble = anyhow::anyhow!("no batch {sender}/{batch} has a record {key}");
        return Err(trouble.context(Unusable));
    }
    say!("record {key} of {sender}/{batch} {}", answer.words());
    Ok(if answer.is_done() { Ending::Well } else { Ending::NotThere })
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
    let rows: Vec<&str> = rows.map(str::trim_end).filter(|row| !row.trim().is_empty()).collect();
    let request = |row: &&str| match row.split(',').collect::<Vec<_>>()[..] {
        [batch, key, note] => {
            Request { batch: batch.to_owned(), key: key.to_owned(), note: note.to_owned() }
        }
        // No batch has that name.
        _ => Request { batch: String::new(), key: String::new(), note: String::new() },
    };
    let requests: Vec<Request> = rows.iter().map(request).collect();
    let (sender, by, at) = (args.sender.as_str(), args.hand.by.as_str(), args.hand.at());
    let answers = pulls::pull(&out, None, Asking { sender, by, at }, &requests)?;
    let left = answers.iter().filter(|answer| !answer.is_done()).count();
    let stem = args.list.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let path = out.outbox(&args.sender, &format!("{stem}.answer.csv"));
    out.publish(&path, |list| {
        write!(list, "{HEADING},answer,words\r\n")?;
        for (row, answer) in rows.iter().zip(&answers) {
            write!(list, "{row},{},{}\r\n", answer.code(), quoted(&answer.words()))?;
        }
        Ok(())
    })?;
    match args.hand.json {
        true => {
            let codes: Vec<_> = answers.iter().map(Answer::code).collect();
            say!("{}", json!({"answers": codes, "file": path}));
        }
        false => say!("{} rows, {left} could not be pulled: {}", answers.len(), path.display()),
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
    let printed = entered(&out, part)?;
    let found = printed.iter().find(|(_, entered)| entered.key == args.key);
    let (&sequence, _) = found
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
