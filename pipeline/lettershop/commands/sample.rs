//! `sample`: shops of synthetic people, and drops that are each broken in one way.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sample::{letters, Made, Order, Senders};

use super::address::dictionary;
use crate::args::SampleCommand;
use crate::{Ending, Unusable};

/// Makes a sample.
pub fn sample(command: &SampleCommand) -> Result<Ending> {
    let dictionary = dictionary(None)?;
    let (made, out, json) = match command {
        SampleCommand::Letters { records, seed, defects, senders, out, json } => {
            if !(0.0..=1.0).contains(defects) {
                let wrong = anyhow::anyhow!("--defects {defects} is not between 0 and 1");
                return Err(wrong.context(Unusable));
            }
            let (records, seed, defects) = (*records, *seed, *defects);
            let senders = if *senders == 1 { Senders::One } else { Senders::Three };
            let order = Order { records, seed, defects, senders };
            (letters(&dictionary, order, &mut writer(out)), out, *json)
        }
        SampleCommand::Shop { out, json } => {
            (sample::shop(&dictionary, &mut writer(out)), out, *json)
        }
        SampleCommand::Drops { out, json } => {
            (sample::broken_drops(&dictionary, &mut writer(out)), out, *json)
        }
    };
    let made = made.with_context(|| format!("writing {}", out.display()))?;
    match json {
        true => println!("{}", serde_json::to_string(&made).expect("counts are plain data")),
        false => print!("{}", lines_of(&made, out)),
    }
    Ok(Ending::Well)
}

/// Writes each file of a sample below a folder.
fn writer(out: &Path) -> impl FnMut(&str, &[u8]) -> io::Result<()> + '_ {
    move |path, bytes| {
        let path: PathBuf = path.split('/').fold(out.to_owned(), |path, part| path.join(part));
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, bytes)
    }
}

fn lines_of(made: &Made, out: &Path) -> String {
    let mut text = String::new();
    for batch in &made.batches {
        text += &format!(
            "{}/{}: {} records; expected {} printed, {} delivered, {} set aside, {} held\n",
            batch.sender,
            batch.batch,
            batch.records_in,
            batch.printed,
            batch.delivered,
            batch.set_aside,
            batch.held
        );
        for (code, count) in &batch.reasons {
            text += &format!("  {code} {count}\n");
        }
    }
    for refused in &made.refused {
        let (sender, drop, code) = (&refused.sender, &refused.drop, &refused.code);
        text += &format!("{sender}/{drop}: expected to be refused, {code}\n");
    }
    text + &format!("written to {}\n", out.display())
}
