//! `registry`: import, show, rebuild.

use anyhow::Result;
use edge::Memory;
use letter::Wish;
use serde_json::json;

use crate::args::RegistryCommand;
use crate::out::Out;
use crate::registry_import::{import_folder, open_memory, rebuild_memory};
use crate::Ending;

/// Runs a command of the registry.
pub fn registry(command: &RegistryCommand) -> Result<Ending> {
    match command {
        RegistryCommand::Import { out, folder, json } => {
            let out = Out::at(out);
            let mut memory = open_memory(&out, &out.journal()?)?;
            let imported = import_folder(folder, &mut memory)?;
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
    match json {
        true => say!(
            "{}",
            json!({"rows": rows, "paper": paper, "electronic": electronic, "both": both})
        ),
        false => say!(
            "{rows} rows of sender, class and recipient: {paper} wish paper, {electronic} \
             electronic, {both} both"
        ),
    }
    Ok(())
}
