//! 引抜き (hikinuki): a piece leaves its way, wherever it is; asked for by operators and at doors.

use std::collections::btree_map::Entry as Slot;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use columnar::End;
use edge::mailboxes::Withdrawal;
use edge::Memory;
use ledger::line::{Act, State};
use letter::piece::{SheetMark, FIRST_GENERATION};
use letter::{Moment, PieceId};
use runner::{Entry, Journal, Part, Stage, Withdrawn};

use super::book::{each_row, Book, Control};
use super::log::{LineLog, Noted};
use crate::account::read_json;
use crate::close::{Closing, CLOSING};
use crate::commands::operator::existing_journal;
use crate::out::{FileJournal, Out};
use crate::postbox;
use crate::registry_import::open_memory;
use crate::withdrawals::rebalance;

/// A request to pull one record.
#[derive(Clone, Debug)]
pub struct Request {
    /// The batch, as its part is named.
    pub batch: String,
    /// The sender's key.
    pub key: String,
    /// A reference to the sender's request; never a name.
    pub note: String,
}

/// Whose requests they are, and who brings them.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// The sender.
    pub sender: &'a str,
    /// The operator's id, or `sender` for a list from its door.
    pub by: &'a str,
    /// When.
    pub at: Moment,
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Not painted yet: it will not be.
    Suppressed,
    /// Printed: it must be taken out at this place; and what became of its copy, if it has one.
    Listed {
        /// 通番.
        sequence: u32,
        /// Its tray.
        tray: u32,
        /// Its bundle.
        bundle: u32,
        /// Whether its copy was withdrawn; `None` if it has none.
        copy: Option<bool>,
    },
    /// Its copy is withdrawn: the recipient sees it no longer.
    Withdrawn,
    /// It was asked for before.
    Known,
    /// It is where it cannot be pulled: what it is.
    TooLate(String),
    /// The batch, or its record, is not there.
    Unknown,
}

impl Answer {
    /// Returns the stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Suppressed => "suppressed",
            Self::Listed { .. } => "listed",
            Self::Withdrawn => "withdrawn",
            Self::Known => "known",
            Self::TooLate(_) => "too-late",
            Self::Unknown => "unknown",
        }
    }

    /// Says it in English.
    pub fn words(&self) -> String {
        match self {
            Self::Suppressed => "is not printed; it is pulled when its batch goes on".to_owned(),
            Self::Listed { sequence, tray, bundle, copy } => {
                let copy = match copy {
                    None => "",
                    Some(true) => "; its copy is withdrawn",
                    Some(false) => "; its copy stays, the recipient has opened it",
                };
                let place = format!("sequence {sequence} of tray {tray}, bundle {bundle}");
                format!("is printed: take out {place}{copy}")
            }
            Self::Withdrawn => "is withdrawn from its mailbox, unread".to_owned(),
            Self::Known => "was asked for before".to_owned(),
            Self::TooLate(state) => format!("is {state}"),
            Self::Unknown => "is not there".to_owned(),
        }
    }

    /// Returns whether the piece leaves its way.
    pub fn is_done(&self) -> bool {
        !matches!(self, Self::TooLate(_) | Self::Unknown)
    }
}

/// A record in the ledger.
struct Found {
    record: u32,
    sequence: Option<u32>,
    piece: PieceId,
    end: End,
    has_copy: bool,
}

/// The wanted records of closed batches, by batch and key.
type Places<'r> = BTreeMap<(&'r str, &'r str), (Part, Found)>;

/// What requests are answered with: each file is opened when the first request needs it.
struct Desk<'d> {
    out: &'d Out,
    asking: Asking<'d>,
    book: Book,
    held: Option<&'d mut FileJournal>,
    own: Option<FileJournal>,
    memory: Option<Memory>,
    logs: BTreeMap<u32, LineLog>,
}

/// Answers requests one by one, then writes ledger and lists again.
///
/// `held` is the journal where the caller has it open. Printed pieces are pulled beside a running
/// night; everything else waits until it has ended.
///
/// # Errors
/// If the journal or the mailboxes are in use, or a file cannot be read or written. What was
/// answered before stands, and the same requests may be brought again.
pub fn pull(
    out: &Out,
    held: Option<&mut FileJournal>,
    asking: Asking<'_>,
    requests: &[Request],
) -> Result<Vec<Answer>> {
    let (book, logs) = (Book::read(out)?, BTreeMap::new());
    let mut desk = Desk { out, asking, book, held, own: None, memory: None, logs };
    let found = desk.found(requests)?;
    let mut answers = Vec::with_capacity(requests.len());
    for request in requests {
        let place = found.get(&(request.batch.as_str(), request.key.as_str()));
        answers.push(desk.answer(request, place)?);
    }
    if desk.held.is_some() || desk.own.is_some() {
        let Desk { held, own, .. } = &mut desk;
        rebalance(out, held.as_deref_mut().or(own.as_mut()).expect("one is there"))?;
    }
    desk.logs.clear();
    write_open(out, &desk.book)?;
    Ok(answers)
}

impl Desk<'_> {
    /// Finds the wanted records of closed batches, each ledger read once.
    fn found<'r>(&self, requests: &'r [Request]) -> Result<Places<'r>> {
        let mut wanted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for request in requests {
            wanted.entry(&request.batch).or_default().insert(&request.key);
        }
        let mut found = BTreeMap::new();
        for (batch, keys) in wanted {
            let Some(part) = self.printed(batch) else { continue };
            each_row(self.out, &part, |row| {
                if let Some(key) = keys.get(row.key) {
                    let place = row.place.strip_prefix("print ");
                    let place = place.and_then(|place| place.split_once('/'));
                    let sequence = place.and_then(|(_, sequence)| sequence.parse().ok());
                    let (record, piece, end) = (row.record, row.piece, row.end);
                    let has_copy = row.also_delivered || end == End::Delivered;
                    let one = Found { record, sequence, piece, end, has_copy };
                    found.insert((batch, *key), (part.clone(), one));
                }
                Ok(())
            })?;
        }
        Ok(found)
    }

    /// Returns a closed part that does not wait for approval.
    fn printed(&self, batch: &str) -> Option<Part> {
        let part = self.book.part(self.asking.sender, batch).ok()?.clone();
        let closing = read_json::<Closing>(self.out, &part, CLOSING);
        (!closing.is_ok_and(|closing| closing.awaits_approval)).then_some(part)
    }

    fn answer(&mut self, request: &Request, found: Option<&(Part, Found)>) -> Result<Answer> {
        let Some((part, found)) = found else {
            return match self.printed(&request.batch) {
                Some(_) => Ok(Answer::Unknown),
                None => self.suppress(request),
            };
        };
        match (found.sequence, found.end) {
            (Some(sequence), _) => self.take_out(part, request, found, sequence),
            (None, End::Delivered) => Ok(match self.withdraw(part, request, found)? {
                Withdrawal::Withdrawn => Answer::Withdrawn,
                Withdrawal::Known => Answer::Known,
                Withdrawal::Opened(at) => {
                    let at = at.rfc3339_jst();
                    Answer::TooLate(format!("delivered and was opened by its recipient {at}"))
                }
            }),
            (None, End::Pulled) => Ok(Answer::Known),
            (None, _) => Ok(Answer::TooLate("set aside or held".to_owned())),
        }
    }

    /// Asks the line for a printed piece, and withdraws its copy.
    fn take_out(
        &mut self,
        part: &Part,
        request: &Request,
        found: &Found,
        sequence: u32,
    ) -> Result<Answer> {
        let Self { out, asking: Asking { by, at, .. }, .. } = *self;
        let log = self.log(part)?;
        let state = log.account(out, part)?.standing(sequence).context("no such piece")?.state;
        match state {
            State::Posted | State::SetAside => {
                return Ok(Answer::TooLate(state.english().to_owned()));
            }
            State::PullAsked | State::Pulled => {}
            _ => {
                let act = Act::PullAsked { sequence, note: request.note.clone() };
                let (part, by) = (part.clone(), by.to_owned());
                log.note(
                    out,
                    Noted { part, at, by, act, files: Vec::new(), audit: String::new() },
                )?;
            }
        }
        let copy = match found.has_copy {
            false => None,
            true => Some(self.withdraw(part, request, found)?),
        };
        let is_known = matches!(state, State::PullAsked | State::Pulled);
        if is_known && copy != Some(Withdrawal::Withdrawn) {
            return Ok(Answer::Known);
        }
        let control = Control::read(out, part, FIRST_GENERATION)?;
        let rows = control.rows()?;
        let row = rows.get(sequence as usize - 1);
        let row = row.context("the control file ends before the piece")?;
        let copy = copy.map(|copy| !matches!(copy, Withdrawal::Opened(_)));
        Ok(Answer::Listed { sequence, tray: row.tray, bundle: row.bundle, copy })
    }

    /// Takes a copy from its recipient: first in the mailboxes, then the doors are looked at once
    /// more, then it stands in the journal. A cut call is completed by the next one.
    fn withdraw(&mut self, part: &Part, request: &Request, found: &Found) -> Result<Withdrawal> {
        let (out, Asking { by, at, .. }) = (self.out, self.asking);
        let Found { record, piece, .. } = *found;
        let is_it =
            |entry: &Entry| matches!(entry, Entry::Withdrawn { copy, .. } if copy.piece == piece);
        if self.journal()?.entries().iter().any(is_it) {
            return Ok(Withdrawal::Known);
        }
        let memory = self.memory()?;
        if let Withdrawal::Opened(at) = memory.mailboxes.withdraw(piece, at)? {
            return Ok(Withdrawal::Opened(at));
        }
        let (news, _) = postbox::read(out, postbox::taken(out)?)?;
        if let Some(opening) = news.openings.iter().find(|opening| opening.piece == piece) {
            memory.mailboxes.give_back(piece)?;
            return Ok(Withdrawal::Opened(opening.opened));
        }
        let copy = Withdrawn {
            record,
            key: request.key.clone(),
            piece,
            beside_print: found.sequence.is_some(),
            note: request.note.clone(),
            by: by.to_owned(),
            at,
        };
        self.journal()?.append(Entry::Withdrawn { part: part.clone(), copy })?;
        Ok(Withdrawal::Withdrawn)
    }

    /// Notes in the journal that a record of an open batch is not to go on.
    fn suppress(&mut self, request: &Request) -> Result<Answer> {
        let Asking { sender, by, at } = self.asking;
        let journal = self.journal()?;
        let mut parts = journal.parts().into_iter().map(|(part, _, _)| part);
        let is_it = |part: &Part| part.sender.as_str() == sender && part.name() == request.batch;
        let Some(part) = parts.find(is_it) else { return Ok(Answer::Unknown) };
        drop(parts);
        let is_it = |entry: &Entry| match entry {
            Entry::Pulled { part: of, key, .. } => *of == part && *key == request.key,
            _ => false,
        };
        if journal.entries().iter().any(is_it) {
            return Ok(Answer::Known);
        }
        // Its copies may have reached the mailboxes, which keep what was delivered.
        if journal.stage(&part, &Stage::Delivered).is_some() && !journal.is_closed(&part) {
            let state = "amid a night that was cut: run the night again, then pull";
            return Ok(Answer::TooLate(state.to_owned()));
        }
        let (key, note, by) = (request.key.clone(), request.note.clone(), by.to_owned());
        journal.append(Entry::Pulled { part, key, note, by, at: Some(at) })?;
        Ok(Answer::Suppressed)
    }

    fn journal(&mut self) -> Result<&mut FileJournal> {
        if let Some(held) = &mut self.held {
            return Ok(held);
        }
        if self.own.is_none() {
            self.own = Some(existing_journal(self.out)?);
        }
        Ok(self.own.as_mut().expect("it was just opened"))
    }

    fn memory(&mut self) -> Result<&mut Memory> {
        if self.memory.is_none() {
            let out = self.out;
            let memory = open_memory(out, self.journal()?)?;
            self.memory = Some(memory);
        }
        Ok(self.memory.as_mut().expect("it was just opened"))
    }

    fn log(&mut self, part: &Part) -> Result<&mut LineLog> {
        let night = self.book.night(part);
        Ok(match self.logs.entry(night) {
            Slot::Occupied(open) => open.into_mut(),
            Slot::Vacant(slot) => slot.insert(LineLog::open(self.out, night)?),
        })
    }
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
            let mark = SheetMark { generation: piece.generation, ..row.mark };
            let (sender, name) = (&part.sender, part.name());
            let (tray, bundle, sheets, piece) = (row.tray, row.bundle, row.sheets, row.piece);
            let mark = mark.text();
            lines.extend_from_slice(
                format!("{sender},{name},{tray},{bundle},{sequence},{sheets},{piece},{mark}\r\n")
                    .as_bytes(),
            );
        }
    }
    out.publish(&out.desk().join("pulls.csv"), |list| {
        list.write_all(b"sender,batch,tray,bundle,sequence,sheets,piece,mark\r\n")?;
        Ok(list.write_all(&lines)?)
    })
    .map(drop)
}
