//! Which commands are acts of people: they stand in the audit log before they are done, and where
//! the shop's rules ask for a second person there must be one.

use std::path::Path;

use anyhow::{bail, Context, Result};
use ledger::audit::Deed;

use crate::args::desk::{AccountCommand, Decision, DeskCommand, OperatorCommand, Said};
use crate::args::line::{LineCommand, Pull, ShopOut};
use crate::args::registry::RegistryCommand;
use crate::args::{BatchOf, Command};
use crate::commands::night::read_clock;
use crate::config::Shop;
use crate::out::Out;
use crate::{audit, Ending, Unusable};

/// An act that is noted, and is being done.
pub struct Begun {
    out: Out,
    deed: Deed,
}

/// Notes the act that a command is, if it is one.
///
/// # Errors
/// If the act lacks its second person, or cannot be noted.
pub fn begin(command: &Command) -> Result<Option<Begun>> {
    let Some((out, deed)) = of(command)? else { return Ok(None) };
    // A folder in which no night ever wrote has nothing to act on.
    if !out.state().is_dir() {
        return Ok(None);
    }
    if needs_second(out.root(), &deed.act)? {
        if deed.approved_by.is_empty() {
            bail!(anyhow::anyhow!("{} needs a second person: --approved-by", deed.act)
                .context(Unusable));
        }
        if deed.approved_by == deed.by {
            bail!(anyhow::anyhow!("nobody approves an act of their own").context(Unusable));
        }
    }
    audit::note(&out, read_clock(), deed.clone())?;
    Ok(Some(Begun { out, deed }))
}

impl Begun {
    /// Notes that the act was not done, if it was not.
    ///
    /// # Errors
    /// If it cannot be noted.
    pub fn end(self, ended: &Result<Ending>) -> Result<()> {
        let refused = match ended {
            Ok(Ending::Well) => return Ok(()),
            Ok(other) => format!("ended with {}", other.code()),
            Err(_) => "could not be done".to_owned(),
        };
        audit::note(&self.out, read_clock(), Deed { refused, ..self.deed })
    }
}

/// Whether a shop's rules ask for a second person; asked of a folder that is no shop, nobody does.
fn needs_second(root: &Path, act: &str) -> Result<bool> {
    if !root.join("senders").is_dir() && !root.join("sites").is_dir() {
        return Ok(false);
    }
    let shop = Shop::open(root).context(Unusable)?;
    Ok(shop.config.desk.second_person.iter().any(|named| named == act))
}

/// Returns where a command acts, and what it does there; nothing for one that only looks.
fn of(command: &Command) -> Result<Option<(Out, Deed)>> {
    Ok(match command {
        Command::Operator(command) => of_operator(command),
        Command::Line(command) => of_line(command)?,
        Command::Registry(command) => of_registry(command)?,
        _ => None,
    })
}

fn of_operator(command: &OperatorCommand) -> Option<(Out, Deed)> {
    match command {
        OperatorCommand::Approve(decision) => Some(decided("approve", decision)),
        OperatorCommand::Hold(decision) => Some(decided("hold", decision)),
        OperatorCommand::Release(decision) => Some(decided("release", decision)),
        OperatorCommand::Cancel(decision) => Some(decided("cancel", decision)),
        OperatorCommand::Rank(rank) => {
            let (out, mut deed) = decided("rank", &rank.decision);
            deed.subject = format!("{} to {}", deed.subject, rank.to);
            Some((out, deed))
        }
        OperatorCommand::Desk(DeskCommand::Account(AccountCommand::Add {
            out,
            name,
            role,
            by,
            ..
        })) => Some(deed(out, "account-add", by, format!("{name} as {role:?}").to_lowercase(), "")),
        OperatorCommand::Desk(DeskCommand::Account(AccountCommand::Remove { out, name, by })) => {
            Some(deed(out, "account-remove", by, name.clone(), ""))
        }
        OperatorCommand::Batch(_) | OperatorCommand::Desk(_) => None,
    }
}

fn decided(act: &str, decision: &Decision) -> (Out, Deed) {
    let Decision { batch, said: Said { by, approved_by, note } } = decision;
    let (out, mut deed) = deed(&batch.out, act, by, batch_name(batch), note);
    deed.approved_by = approved_by.clone().unwrap_or_default();
    (out, deed)
}

fn of_line(command: &LineCommand) -> Result<Option<(Out, Deed)>> {
    let at = |shop: &ShopOut| Ok::<_, anyhow::Error>(shop.open()?.1);
    Ok(Some(match command {
        LineCommand::ImportLog(args) => {
            let name = args.log.file_name().unwrap_or_default().to_string_lossy().into_owned();
            deed(at(&args.shop)?.root(), "import-log", &args.hand.by, name, "")
        }
        LineCommand::Reprint(args) => {
            let subject = format!("{}/{}", args.sender, args.batch);
            let out = at(&args.shop)?;
            let (out, mut deed) = deed(out.root(), "reprint", &args.hand.by, subject, "");
            deed.approved_by = args.approved_by.clone();
            (out, deed)
        }
        LineCommand::Pull(args) => of_piece("pull", args),
        LineCommand::SetAside(args) => of_piece("set-aside", args),
        LineCommand::PullList(args) => {
            deed(&args.out, "pull-list", &args.hand.by, args.sender.clone(), "")
        }
        LineCommand::Scan(args) => deed(&args.out, "scan", &args.hand.by, args.marks.join(" "), ""),
        LineCommand::Returned(args) => {
            let out = at(&args.shop)?;
            let subject = args.marks.join(" ");
            deed(out.root(), "returned", &args.hand.by, subject, &args.reason)
        }
        LineCommand::Close(args) => {
            deed(&args.batch.out, "close", &args.hand.by, batch_name(&args.batch), "")
        }
        LineCommand::LineStatus(_) | LineCommand::Incident(_) | LineCommand::VerifyClosing(_) => {
            return Ok(None);
        }
    }))
}

fn of_piece(act: &str, args: &Pull) -> (Out, Deed) {
    let subject = format!("{}/{}", batch_name(&args.batch), args.key);
    deed(&args.batch.out, act, &args.by, subject, args.note.trim_matches('-'))
}

fn of_registry(command: &RegistryCommand) -> Result<Option<(Out, Deed)>> {
    Ok(match command {
        RegistryCommand::Settle(args) => {
            let whose = args.recipient.as_deref().unwrap_or("nobody");
            let subject = format!("{} {} is {whose}", args.sender, args.case);
            let (out, mut deed) = deed(&args.out, "settle", &args.hand.by, subject, "");
            deed.approved_by = args.approved_by.clone();
            Some((out, deed))
        }
        RegistryCommand::Rotate { out, sender } => {
            Some(deed(out, "rotate", "operator", sender.to_string(), ""))
        }
        _ => None,
    })
}

fn deed(out: &Path, act: &str, by: &str, subject: String, note: &str) -> (Out, Deed) {
    let (by, act, note) = (by.to_owned(), act.to_owned(), note.to_owned());
    (Out::at(out), Deed { by, act, subject, note, ..Deed::default() })
}

fn batch_name(batch: &BatchOf) -> String {
    format!("{}/{}", batch.sender, batch.batch)
}
