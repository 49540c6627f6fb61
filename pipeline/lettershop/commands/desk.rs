//! `desk`: the operators' desk on the web, its accounts, and the audit log.

use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use desk::{Accounts, DeskPlan, Said};
use serde_json::json;

use super::night::read_clock;
use crate::args::desk::{AccountCommand, DeskCommand, Role, ServeDesk};
use crate::args::OutJson;
use crate::out::Out;
use crate::{audit, Ending, Unusable};

/// Runs a command of the desk.
pub fn desk(command: &DeskCommand) -> Result<Ending> {
    match command {
        DeskCommand::Serve(args) => serve(args),
        DeskCommand::Account(command) => account(command),
        DeskCommand::Log { out, last, json } => log(&Out::at(out), *last, *json),
    }
}

fn serve(args: &ServeDesk) -> Result<Ending> {
    let (shop, out) = args.shop.open()?;
    let program = std::env::current_exe().context("where is this program?")?;
    let senders = shop.senders.iter().map(|(id, sender)| {
        let night = shop.config.night.of(id);
        desk::SenderLine {
            id: id.clone(),
            name: sender.name.clone(),
            priority: night.priority,
            is_held: night.hold,
        }
    });
    let audited = out.clone();
    let plan = DeskPlan {
        shop: shop.config.shop.name.clone(),
        root: shop.root.clone(),
        out: out.root().to_owned(),
        accounts: accounts(&out),
        asks: out.state().join("desk-asks.json"),
        second_person: shop.config.desk.second_person.clone(),
        senders: senders.collect(),
        ask: Box::new(move |arguments| ask(&program, arguments)),
        note: Box::new(move |deed| {
            audit::note(&audited, read_clock(), deed).map_err(std::io::Error::other)
        }),
        clock: Box::new(read_clock),
    };
    desk::run(plan, &args.listen, |address| match args.json {
        true => println!("{}", json!({"listens": format!("http://{address}/")})),
        false => println!("the desk is served at http://{address}/"),
    })
    .with_context(|| format!("serving at {}", args.listen))?;
    Ok(Ending::Well)
}

/// Runs this program with the arguments that an operator would type.
fn ask(program: &Path, arguments: &[String]) -> std::io::Result<Said> {
    let ran = Command::new(program).args(arguments).stdin(Stdio::null()).output()?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    let code = ran.status.code().unwrap_or(-1);
    Ok(Said { code, text: text(&ran.stdout), trouble: text(&ran.stderr) })
}

fn accounts(out: &Out) -> PathBuf {
    out.state().join("desk-accounts.json")
}

fn account(command: &AccountCommand) -> Result<Ending> {
    match command {
        AccountCommand::Add { out, name, role, password_stdin, json, .. } => {
            let out = Out::at(out);
            let password = match password_stdin {
                true => {
                    let mut line = String::new();
                    std::io::stdin().lock().read_line(&mut line).context("reading the password")?;
                    line.trim_end_matches(['\r', '\n']).to_owned()
                }
                false => drawn()?,
            };
            let mut all = Accounts::read(&accounts(&out)).context("reading the accounts")?;
            let salt = edge::random::bytes().context("drawing a salt")?;
            all.set(name, role_of(*role), &password, salt).map_err(|weakness| {
                anyhow::anyhow!("the password is {weakness:?}").context(Unusable)
            })?;
            edge::durable::make_folder(&out.state())?;
            all.write(&accounts(&out)).context("writing the accounts")?;
            match (json, password_stdin) {
                (true, _) => say!("{}", json!({"name": name, "password": password})),
                (false, true) => say!("{name} may sit at the desk"),
                (false, false) => say!("{name} may sit at the desk; password {password}"),
            }
        }
        AccountCommand::Remove { out, name, .. } => {
            let path = accounts(&Out::at(out));
            let mut all = Accounts::read(&path).context("reading the accounts")?;
            if !all.remove(name) {
                say!("there is no account {name}");
                return Ok(Ending::NotThere);
            }
            all.write(&path).context("writing the accounts")?;
            say!("{name} may sit at the desk no longer");
        }
        AccountCommand::List(args) => {
            let all = Accounts::read(&accounts(&Out::at(&args.out)))?;
            let lines = all.roles().map(|(name, role)| (name.to_owned(), role.name()));
            let lines: Vec<(String, &str)> = lines.collect();
            if args.json {
                let all = lines.iter().map(|(name, role)| json!({"name": name, "role": role}));
                say!("{}", json!({"accounts": all.collect::<Vec<_>>()}));
                return Ok(Ending::Well);
            }
            for (name, role) in lines {
                say!("{name} {role}");
            }
        }
    }
    Ok(Ending::Well)
}

/// Makes a password of 100 random bits in five groups.
fn drawn() -> Result<String> {
    let bytes = edge::random::bytes::<20>().context("drawing a password")?;
    let letters = bytes.map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
    let groups = letters.chunks(4).map(|group| group.iter().collect::<String>());
    Ok(groups.collect::<Vec<_>>().join("-"))
}

/// Thirty-two letters and digits that nobody reads for another.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

fn role_of(role: Role) -> desk::Role {
    match role {
        Role::Reader => desk::Role::Reader,
        Role::Operator => desk::Role::Operator,
        Role::Approver => desk::Role::Approver,
        Role::Administrator => desk::Role::Administrator,
    }
}

fn log(out: &Out, last: usize, json: bool) -> Result<Ending> {
    let chain = audit::read(out)?;
    let entries = chain.entries();
    let entries = &entries[entries.len().saturating_sub(last)..];
    if json {
        say!("{}", json!({"head": chain.head().to_string(), "entries": entries}));
        return Ok(Ending::Well);
    }
    for entry in entries {
        let deed = &entry.deed;
        let second = match deed.approved_by.as_str() {
            "" => String::new(),
            second => format!(" and {second}"),
        };
        let (number, at) = (entry.number, entry.at.rfc3339_jst());
        say!(
            "{number} {at} {}{second}: {} {} {} {}",
            deed.by,
            deed.act,
            deed.subject,
            deed.note,
            deed.refused
        );
    }
    Ok(Ending::Well)
}

/// `verify audit`
pub fn verify_audit(args: &OutJson) -> Result<Ending> {
    let verified = audit::verify(&Out::at(&args.out))?;
    let is_whole = verified.faults.is_empty();
    match args.json {
        true => say!(
            "{}",
            json!({
                "ok": is_whole, "entries": verified.entries, "heads": verified.heads,
                "faults": verified.faults,
            })
        ),
        false => {
            for fault in &verified.faults {
                say!("{fault}");
            }
            say!("{} entries, {} sealed heads are of them", verified.entries, verified.heads);
        }
    }
    Ok(if is_whole { Ending::Well } else { Ending::Disagrees })
}
