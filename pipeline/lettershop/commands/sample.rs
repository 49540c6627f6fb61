//! `sample`: shops of synthetic people, and drops that are each broken in one way.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use runner::Crew;
use sample::{letters, ApplicationOrder, Key, Made, Maker, Order, ReadyOrder, Senders, Tally};

use super::address::dictionary;
use crate::args::{SampleApplications, SampleCommand};
use crate::{stock, Ending, Unusable};

/// Makes a sample.
pub fn sample(command: &SampleCommand) -> Result<Ending> {
    let dictionary = dictionary(None)?;
    let (made, out, json) = match command {
        SampleCommand::Letters { records, seed, defects, senders, out, json } => {
            check_share(*defects)?;
            let (records, seed, defects) = (*records, *seed, *defects);
            let senders = if *senders == 1 { Senders::One } else { Senders::Three };
            let order = Order { records, seed, defects, senders };
            (letters(&dictionary, order, &mut writer(out)), out, *json)
        }
        SampleCommand::Ready { records, seed, defects, out, json } => {
            check_share(*defects)?;
            let order = ReadyOrder { records: *records, seed: *seed, defects: *defects };
            let face = stock::face(stock::PAPERWORK_FACE).context("the stock's face is gone")?;
            (sample::ready(&dictionary, order, face, &mut writer(out)), out, *json)
        }
        SampleCommand::Shop { out, json } => {
            (sample::shop(&dictionary, &mut writer(out)), out, *json)
        }
        SampleCommand::Drops { out, json } => {
            (sample::broken_drops(&dictionary, &mut writer(out)), out, *json)
        }
        SampleCommand::Applications(args) => return applications(&dictionary, args),
    };
    let made = made.with_context(|| format!("writing {}", out.display()))?;
    match json {
        true => say!("{}", serde_json::to_string(&made).expect("counts are plain data")),
        false => say!("{}", lines_of(&made, out).trim_end()),
    }
    Ok(Ending::Well)
}

fn check_share(defects: f64) -> Result<()> {
    match (0.0..=1.0).contains(&defects) {
        true => Ok(()),
        false => {
            let wrong = anyhow::anyhow!("--defects {defects} is not between 0 and 1");
            Err(wrong.context(Unusable))
        }
    }
}

/// Makes a shop of applications; keys and parcels on every thread of a crew.
fn applications(dictionary: &address::Dictionary, args: &SampleApplications) -> Result<Ending> {
    check_share(args.defects)?;
    let order = ApplicationOrder {
        applications: args.count,
        seed: args.seed,
        defects: args.defects,
        municipalities: usize::try_from(args.municipalities).unwrap_or(usize::MAX),
        parcel_applications: args.parcel_applications,
    };
    let crew = Crew::new(args.threads)?;
    let mut keys = Vec::new();
    crew.map_in_order(
        (0..order.keys()).map(Ok::<_, std::convert::Infallible>),
        || (),
        |(), number| Key::make(order.seed, number),
        |key| {
            keys.push(key);
            Ok(())
        },
    )?;
    let maker = Maker::new(dictionary, order, keys);
    let mut write = writer(&args.out);
    let mut tally = Tally::new();
    let parcels = crew.map_in_order(
        (0..order.parcels()).map(Ok),
        || (),
        |(), number| maker.parcel(number),
        |made| {
            tally.add_parcel(&made);
            made.files.iter().try_for_each(|(path, bytes)| write(path, bytes))
        },
    );
    let all = parcels
        .and_then(|()| maker.shop(&mut write))
        .and_then(|()| write("expected.json", tally.json().as_bytes()));
    all.with_context(|| format!("writing {}", args.out.display()))?;
    match args.json {
        true => say!("{}", tally.json().trim_end()),
        false => say!("{}", tally_lines(&tally, &args.out).trim_end()),
    }
    Ok(Ending::Well)
}

fn tally_lines(tally: &Tally, out: &Path) -> String {
    let Tally { applications, parcels, by_defect, by_verdict, by_end, .. } = tally;
    let mut text = format!("{applications} applications in {parcels} parcels\n");
    for (defect, count) in by_defect {
        text += &format!("  {defect} {count}\n");
    }
    text += "expected verdicts\n";
    for (verdict, count) in by_verdict {
        text += &format!("  {verdict} {count}\n");
    }
    text += "expected ends\n";
    for (end, count) in by_end {
        text += &format!("  {end} {count}\n");
    }
    text + &format!("written to {}\n", out.display())
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
