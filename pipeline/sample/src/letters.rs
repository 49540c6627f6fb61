//! A shop of any size, for tests and benchmarks.

use std::io;

use address::Dictionary;

use crate::city::City;
use crate::count::Made;
use crate::defect::Defect;
use crate::form::{Batch, Form, World};
use crate::gazetteer::Gazetteer;
use crate::insurer::Insurer;
use crate::people::Person;
use crate::random::Random;
use crate::record::{Oddity, Record};
use crate::register::{Register, Standing};
use crate::water::Water;
use crate::Sink;

/// What is ordered of [`letters`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Order {
    /// Records over all drops.
    pub records: u64,
    /// The same seed gives the same bytes.
    pub seed: u64,
    /// Share of records with a defect, 0 to 1.
    pub defects: f64,
    /// How many senders share the records: 3, or all in one drop of the city.
    pub senders: Senders,
}

/// How many senders a shop has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Senders {
    /// All records in one drop of the city.
    One,
    /// 60 % the city's, 25 % the insurer's, 15 % the water utility's.
    #[default]
    Three,
}

/// Writes a whole shop: sender files, registry, and one drop a sender.
///
/// Every record has exactly one end, which is counted in what is returned.
///
/// # Errors
/// What `sink` returns.
pub fn letters(dictionary: &Dictionary, order: Order, sink: Sink<'_>) -> io::Result<Made> {
    let gazetteer = Gazetteer::new(dictionary);
    let mut register = Register::default();
    let mut world = World { gazetteer: &gazetteer, register: &mut register };
    let mut made = Made::default();
    sink("lettershop.toml", SHOP_TOML.as_bytes())?;
    let (insurer, water) = match order.senders {
        Senders::One => (0, 0),
        Senders::Three => (order.records * 25 / 100, order.records * 15 / 100),
    };
    drop_of::<City>("tax", order.records - insurer - water, order, &mut world, &mut made, sink)?;
    drop_of::<Insurer>("annual", insurer, order, &mut world, &mut made, sink)?;
    drop_of::<Water>("bill", water, order, &mut world, &mut made, sink)?;
    write_registry(register, sink)?;
    Ok(made)
}

/// The shop's own keys.
pub(crate) const SHOP_TOML: &str = "# A sample shop; config/lettershop.toml explains every key.\n\
    [shop]\nname = \"見本印刷センター\"\n";

/// Writes the registry's files.
pub(crate) fn write_registry(register: Register, sink: Sink<'_>) -> io::Result<()> {
    for (name, bytes) in register.files() {
        sink(&format!("registry/{name}"), &bytes)?;
    }
    Ok(())
}

/// Share of records that are odd and go on.
const ODD: f64 = 0.03;
/// Numbers of random sources beyond those of the citizens.
const SENDER_STREAMS: u64 = 1 << 40;

fn drop_of<F: Form>(
    kind: &str,
    records: u64,
    order: Order,
    world: &mut World<'_, '_>,
    made: &mut Made,
    sink: Sink<'_>,
) -> io::Result<()> {
    if records == 0 {
        return Ok(());
    }
    let sender = F::SENDER;
    sink(&format!("senders/{sender}.toml"), F::TOML.as_bytes())?;
    let mut batch = Batch::<F>::begin(&format!("{kind}-2026-s{}", order.seed));
    for citizen in 0..records {
        let stream = SENDER_STREAMS * (1 + F::PREFIX as u64) + citizen;
        let mut random = Random::new(order.seed, stream);
        let mut record = Record::new(F::key(citizen), citizen_of(order.seed, citizen, world));
        record.defect = Defect::draw(F::DEFECTS, order.defects, &mut random);
        let mut standing = Standing::draw(&F::HABITS, &mut random);
        if record.defect.is_none() && random.chance(ODD) {
            let oddity = *random.pick(&Oddity::COMMON);
            record.make_odd(oddity, world.gazetteer, &mut random);
            standing = Standing::NoKey;
        }
        batch.add(record, citizen, standing, world, &mut random);
    }
    let (package, count) = batch.finish();
    let path = format!("inbox/{sender}/{}.zip", package.batch);
    sink(&path, &package.zip())?;
    made.batches.push(count);
    Ok(())
}

/// Draws a citizen: the same for every sender.
pub(crate) fn citizen_of(seed: u64, citizen: u64, world: &World<'_, '_>) -> Person {
    Person::draw(world.gazetteer, &mut Random::new(seed, citizen))
}
