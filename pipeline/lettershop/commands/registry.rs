//! `registry`: import, show, link, decide, rebuild.

use std::fs;

use anyhow::{bail, Context, Result};
use edge::Memory;
use letter::{SenderId, Wish};
use registry::{Change, Decision};
use serde_json::json;

use super::night::read_clock;
use crate::args::registry::{LinkPeople, RegistryCommand, Settle};
use crate::linking::{self, LinkKeys};
use crate::out::Out;
use crate::registry_import::{import_folder, open_memory, rebuild_memory};
use crate::{Ending, Unusable};

/// Runs a command of the registry.
pub fn registry(command: &RegistryCommand) -> Result<Ending> {
    match command {
        RegistryCommand::Import { out, folder, json } => {
            let out = Out::at(out);
            let mut memory = open_memory(&out, &out.journal()?)?;
            let imported = import_folder(folder, &mut memory, read_clock().date_jst())?;
            let (changed, unchanged) = (imported.changed, imported.unchanged);
            match json {
                true => say!("{}", json!({"changed": changed, "unchanged": unchanged})),
                false => say!("{changed} changed, {unchanged} were known"),
            }
        }
        RegistryCommand::Show(args) => {
            let out = Out::at(&args.out);
            show(&open_memory(&out, &out.journal()?)?, args.json)?;
        }
        RegistryCommand::History { out, recipient, json } => {
            let out = Out::at(out);
            return history(&open_memory(&out, &out.journal()?)?, recipient, *json);
        }
        RegistryCommand::Link(args) => return link(args),
        RegistryCommand::Settle(args) => return settle(args),
        RegistryCommand::Rotate { out, sender } => {
            let out = Out::at(out);
            let id = LinkKeys::open(&out, sender)?.rotate(&out, sender)?;
            say!("pseudonyms of {sender} are made by key {id} from now on");
        }
        RegistryCommand::Rebuild(args) => {
            let out = Out::at(&args.out);
            let memory = rebuild_memory(&out, &out.journal()?)?;
            show(&memory, args.json)?;
        }
    }
    Ok(Ending::Well)
}

fn show(memory: &Memory, json: bool) -> Result<()> {
    let counts = memory.registry.freeze(|rows| {
        let mut counts = [0u64; 4];
        for row in rows {
            counts[0] += 1;
            match row.wish {
                Wish::Paper => counts[1] += 1,
                Wish::Electronic => counts[2] += 1,
                Wish::Both => counts[3] += 1,
            }
        }
        counts
    })?;
    let [rows, paper, electronic, both] = counts;
    let state = memory.registry.state()?;
    match json {
        true => say!(
            "{}",
            json!({
                "rows": rows, "paper": paper, "electronic": electronic, "both": both,
                "state": state,
            })
        ),
        false => say!(
            "{rows} rows of sender, class and recipient: {paper} wish paper, {electronic} \
             electronic, {both} both\nstate {state}"
        ),
    }
    Ok(())
}

fn history(memory: &Memory, recipient: &str, json: bool) -> Result<Ending> {
    let events = memory.registry.history(recipient)?;
    let consents = memory.registry.consents_of(recipient)?;
    if events.is_empty() && consents.is_empty() {
        return Ok(Ending::NotThere);
    }
    let word = |is_given| if is_given { "given" } else { "withdrawn" };
    if json {
        let events = events.iter().map(|e| json!({"from": e.from, "kind": e.event.kind()}));
        let consents = consents.iter().map(
            |c| json!({"at": c.at.rfc3339_jst(), "sender": c.sender, "consent": word(c.is_given)}),
        );
        let (events, consents): (Vec<_>, Vec<_>) = (events.collect(), consents.collect());
        say!("{}", json!({"recipient": recipient, "events": events, "consents": consents}));
        return Ok(Ending::Well);
    }
    for event in &events {
        say!("{} {}", event.from, event.event.kind());
    }
    for consent in &consents {
        say!("{} {} {}", consent.at.rfc3339_jst(), consent.sender, word(consent.is_given));
    }
    Ok(Ending::Well)
}

fn link(args: &LinkPeople) -> Result<Ending> {
    let (shop, out) = args.shop.open()?;
    let (sender, file) = (&args.sender, &args.file);
    let bytes = fs::read(file).with_context(|| format!("reading {}", file.display()));
    let bytes = bytes.context(Unusable)?;
    let mut memory = open_memory(&out, &out.journal()?)?;
    let day = args.now.unwrap_or_else(read_clock).date_jst();
    let agreed = shop.config.linking.get(sender.as_str());
    let linked = linking::link(&out, &mut memory.registry, agreed, sender, &bytes, day)?;
    let answer = match linked {
        Ok(answer) => answer,
        Err(refused) => {
            say!("refused: {refused}");
            return Ok(Ending::Disagrees);
        }
    };
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    let name = SenderId::parse(&name).context("the file's name is no id").context(Unusable)?;
    let path = answer.publish(&out, sender, name.as_str())?;
    let (rows, linked, undecided) = (answer.rows.len(), answer.linked(), answer.undecided.len());
    match args.json {
        true => say!(
            "{}",
            json!({
                "rows": rows, "linked": linked, "undecided": undecided, "key": answer.key,
                "answer": path,
            })
        ),
        false => say!("{linked} of {rows} rows linked, {undecided} for people\n{}", path.display()),
    }
    Ok(Ending::Well)
}

fn settle(args: &Settle) -> Result<Ending> {
    if args.hand.by == args.approved_by {
        bail!(anyhow::anyhow!("a second person has to look too").context(Unusable));
    }
    let out = Out::at(&args.out);
    let mut memory = open_memory(&out, &out.journal()?)?;
    if let Some(recipient) = &args.recipient {
        if memory.registry.history(recipient)?.is_empty() {
            say!("the registry has nobody of this id");
            return Ok(Ending::NotThere);
        }
    }
    let decision = Decision {
        sender: args.sender.clone(),
        case: args.case.as_str().into(),
        recipient: args.recipient.as_deref().map(Into::into),
        by: args.hand.by.as_str().into(),
        approved_by: args.approved_by.as_str().into(),
        at: args.hand.at(),
    };
    memory.registry.import([Change::Decision(decision)])?;
    say!("case {} is decided; it is answered when {} asks again", args.case, args.sender);
    Ok(Ending::Well)
}
