//! The sample shop of the repository: every oddity in a few records, with expected counts.

use std::io;

use address::Dictionary;
use letter::Wish;

use crate::city::City;
use crate::count::{BatchCount, Made, Refused};
use crate::defect::Defect;
use crate::form::{Batch, Form, World};
use crate::gazetteer::Gazetteer;
use crate::insurer::Insurer;
use crate::letters::{citizen_of, write_registry, SHOP_TOML};
use crate::package::{sha256, Package};
use crate::random::Random;
use crate::record::{Oddity, Record};
use crate::register::{Class, Register, Standing, CLOSED, POORLY_IDENTIFIED};
use crate::stationery::stationery;
use crate::water::Water;
use crate::Sink;

/// The seed of the sample shop.
const SEED: u64 = 20_261_122;
const CITY_RECORDS: u64 = 1_150;
const REMINDERS: u64 = 50;
const INSURER_RECORDS: u64 = 960;
const WIDE_RECORDS: u64 = 40;
const WATER_RECORDS: u64 = 800;
/// 督促状: a class that goes on paper only.
const REMINDER: Class = Class { name: "reminder", paper_only: true, identity_level: 0 };

/// Writes the sample shop and `expected.json` with what is returned.
///
/// # Errors
/// What `sink` returns.
pub fn shop(dictionary: &Dictionary, sink: Sink<'_>) -> io::Result<Made> {
    let gazetteer = Gazetteer::new(dictionary);
    let mut register = Register::default();
    let mut world = World { gazetteer: &gazetteer, register: &mut register };
    let mut made = Made::default();
    sink("lettershop.toml", SHOP_TOML.as_bytes())?;
    for (sender, toml) in senders() {
        sink(&format!("senders/{sender}.toml"), toml.as_bytes())?;
    }
    let (tax, count) = batch::<City>("tax-2026-1", &CITY_ODDITIES, CITY_RECORDS, &mut world);
    take(&tax, tax.zip(), count, &mut made, sink)?;
    let (reminder, count) = reminders(&mut world);
    take(&reminder, reminder.zip(), count, &mut made, sink)?;
    refuse(&reminder, &mut made, sink)?;
    let (annual, count) = annual(&mut world);
    take(&annual, annual.zip(), count, &mut made, sink)?;
    let (wide, count) = wide(&mut world);
    let zip = wide.zip_with("manifest.json", &wide.manifest_json());
    take(&wide, zip, count, &mut made, sink)?;
    bare_bills(&mut world, &mut made, sink)?;
    write_registry(register, sink)?;
    let expected = serde_json::to_string_pretty(&made).expect("counts are plain data") + "\n";
    sink("expected.json", expected.as_bytes())?;
    Ok(made)
}

/// Returns the sender files by sender.
fn senders() -> [(&'static str, &'static str); 3] {
    [(City::SENDER, City::TOML), (Insurer::SENDER, Insurer::TOML), (Water::SENDER, Water::TOML)]
}

/// What befalls single records of a batch, besides the defects of its form.
const CITY_ODDITIES: [Oddity; 5] = [
    Oddity::HalfWidth,
    Oddity::HyphenatedCode,
    Oddity::QuotedField,
    Oddity::Formula,
    Oddity::FewRows,
];
const INSURER_ODDITIES: [Oddity; 5] = [
    Oddity::HalfWidth,
    Oddity::HyphenatedCode,
    Oddity::NoRows,
    Oddity::SecondSheet,
    Oddity::TooLarge,
];
const WATER_ODDITIES: [Oddity; 1] = [Oddity::HalfWidth];

/// One record's fate, apart from what its sender's habits draw.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Odd(Oddity),
    Broken(Defect),
    Stands(Standing),
}

/// Every standing that the rule of the channel knows.
const STANDINGS: [Standing; 6] = [
    Standing::NoKey,
    Standing::NotRegistered,
    Standing::Registered { selected: false, wish: Wish::Electronic },
    Standing::Registered { selected: true, wish: Wish::Paper },
    Standing::ELECTRONIC,
    Standing::Registered { selected: true, wish: Wish::Both },
];

/// Records between two fates, so that they are spread over the file.
const STEP: u64 = 11;
/// The first record with a fate.
const FIRST: u64 = 7;

/// Lists the fates of a form, in the order in which they befall every [`STEP`]th record: each
/// oddity twice, each defect and standing once.
fn fates<F: Form>(oddities: &[Oddity]) -> Vec<Fate> {
    let odd = Oddity::COMMON.iter().chain(oddities);
    let odd = odd.flat_map(|&oddity| [Fate::Odd(oddity); 2]);
    let broken = F::DEFECTS.iter().chain(F::RARE_DEFECTS).map(|&defect| Fate::Broken(defect));
    odd.chain(broken).chain(STANDINGS.map(Fate::Stands)).collect()
}

fn batch<F: Form>(
    name: &str,
    oddities: &[Oddity],
    records: u64,
    world: &mut World<'_, '_>,
) -> (Package, BatchCount) {
    let mut batch = Batch::<F>::begin(name);
    write::<F>(&mut batch, oddities, records, world);
    batch.finish()
}

/// Writes the records of the first citizens, each with its fate.
fn write<F: Form>(
    batch: &mut Batch<F>,
    oddities: &[Oddity],
    records: u64,
    world: &mut World<'_, '_>,
) {
    let fates = fates::<F>(oddities);
    assert!(FIRST + STEP * fates.len() as u64 <= records, "every fate has a record");
    for citizen in 0..records {
        let mut random = Random::new(SEED, (F::PREFIX as u64) << 40 | citizen);
        let mut record = Record::new(F::key(citizen), citizen_of(SEED, citizen, world));
        let mut standing = Standing::draw(&F::HABITS, &mut random);
        if [POORLY_IDENTIFIED, CLOSED].contains(&citizen) {
            standing = Standing::ELECTRONIC;
        }
        let turn = citizen.checked_sub(FIRST).filter(|turn| turn % STEP == 0);
        match turn.and_then(|turn| fates.get((turn / STEP) as usize)) {
            Some(Fate::Odd(oddity)) => {
                record.make_odd(*oddity, world.gazetteer, &mut random);
                let large = *oddity == Oddity::TooLarge;
                standing = if large { Standing::ELECTRONIC } else { Standing::NoKey };
            }
            Some(Fate::Broken(defect)) => record.defect = Some(*defect),
            Some(Fate::Stands(fate)) => standing = *fate,
            None => {}
        }
        batch.add(record, citizen, standing, world, &mut random);
    }
}

/// Writes reminders to the first citizens: their wishes do not matter, the class is paper only.
fn reminders(world: &mut World<'_, '_>) -> (Package, BatchCount) {
    let mut batch = Batch::<City>::of_class("reminder-2026-1", REMINDER);
    for citizen in 0..REMINDERS {
        let mut random = Random::new(SEED, (u64::from(b'R')) << 40 | citizen);
        let record = Record::new(City::key(citizen), citizen_of(SEED, citizen, world));
        let sent_before = Standing::NoKey;
        batch.add(record, citizen, sent_before, world, &mut random);
    }
    batch.finish()
}

/// Writes the annual notices, with table rows of a contract that nobody has.
fn annual(world: &mut World<'_, '_>) -> (Package, BatchCount) {
    let mut batch = Batch::<Insurer>::begin("annual-2026-1");
    write(&mut batch, &INSURER_ODDITIES, INSURER_RECORDS, world);
    let (form, count) = batch.form_mut();
    form.write_orphan();
    count.notes.insert("orphan-line".to_owned(), 1);
    batch.finish()
}

/// Writes annual notices in UTF-16 to the citizens after those of the first batch, on the sender's
/// own stationery.
fn wide(world: &mut World<'_, '_>) -> (Package, BatchCount) {
    let mut batch = Batch::<Insurer>::begin("annual-2026-2");
    batch.form_mut().0.wide = true;
    for citizen in INSURER_RECORDS..INSURER_RECORDS + WIDE_RECORDS {
        let mut random = Random::new(SEED, u64::from(Insurer::PREFIX) << 40 | citizen);
        let mut record = Record::new(Insurer::key(citizen), citizen_of(SEED, citizen, world));
        let mut standing = Standing::draw(&Insurer::HABITS, &mut random);
        if citizen % 20 == 0 {
            record.make_odd(Oddity::SupplementaryCharacter, world.gazetteer, &mut random);
            standing = Standing::NoKey;
        }
        batch.add(record, citizen, standing, world, &mut random);
    }
    let (mut package, count) = batch.finish();
    package.members.push(("stationery.pdf".to_owned(), stationery()));
    (package, count)
}

/// Drops the bills as a bare file with a trailer, and the mark that it is whole.
fn bare_bills(world: &mut World<'_, '_>, made: &mut Made, sink: Sink<'_>) -> io::Result<()> {
    let (bills, count) = batch::<Water>("bill-2026-11", &WATER_ODDITIES, WATER_RECORDS, world);
    let (_, bytes) = &bills.members[0];
    let path = format!("inbox/{}/{}.dat", bills.sender, bills.batch);
    sink(&path, bytes)?;
    sink(&format!("{path}.done"), b"")?;
    made.batches.push(count);
    Ok(())
}

fn take(
    package: &Package,
    zip: Vec<u8>,
    count: BatchCount,
    made: &mut Made,
    sink: Sink<'_>,
) -> io::Result<()> {
    sink(&format!("inbox/{}/{}.zip", package.sender, package.batch), &zip)?;
    made.batches.push(count);
    Ok(())
}

/// Drops the reminders a second time under another batch, with a hash that is not theirs.
fn refuse(reminder: &Package, made: &mut Made, sink: Sink<'_>) -> io::Result<()> {
    let package = Package { batch: "tax-2026-bad-hash".to_owned(), ..reminder.clone() };
    let (_, bytes) = &package.members[0];
    let manifest = package.manifest_toml().replace(&sha256(bytes), &sha256(b"another file"));
    let drop = format!("{}.zip", package.batch);
    sink(
        &format!("inbox/{}/{drop}", package.sender),
        &package.zip_with("manifest.toml", &manifest),
    )?;
    let (sender, code) = (package.sender, "bad-hash".to_owned());
    made.refused.push(Refused { sender, drop, code });
    Ok(())
}
