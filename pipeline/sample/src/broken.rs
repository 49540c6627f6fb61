//! Eleven drops of the city, each broken in one way and named by it.

use std::io;

use address::Dictionary;

use crate::city::City;
use crate::count::{BatchCount, Made, Refused};
use crate::defect::Defect;
use crate::form::{Batch, Form, World};
use crate::gazetteer::Gazetteer;
use crate::letters::citizen_of;
use crate::package::{sha256, Package};
use crate::random::Random;
use crate::record::Record;
use crate::register::{Register, Standing};
use crate::Sink;

/// The seed of the broken drops.
const SEED: u64 = 10;
/// Records of each.
const RECORDS: u64 = 12;
/// The record that is broken where only one is.
const BROKEN_RECORD: u64 = 5;
/// Bytes of the bomb: a thousand times its compressed size.
const BOMB_LEN: usize = 4 << 20;

/// Writes the eleven drops, to be laid into the inbox of `hoshimi-city`.
///
/// `broken-quote` and `undecodable-bytes` have one broken record each and go on without it; of the
/// two files of `double-batch` the first is taken; the others are refused.
///
/// # Errors
/// What `sink` returns.
pub fn broken_drops(dictionary: &Dictionary, sink: Sink<'_>) -> io::Result<Made> {
    let gazetteer = Gazetteer::new(dictionary);
    let mut drops = Drops { gazetteer: &gazetteer, made: Made::default(), sink };
    let hash = |package: &Package| sha256(&package.members[0].1);
    drops.refused("bad-hash", |package, toml| {
        package.zip_with("manifest.toml", &toml.replace(&hash(package), &sha256(b"another file")))
    })?;
    drops.refused("half-zip", |package, _| {
        let mut zip = package.zip();
        zip.truncate(zip.len() / 2);
        zip
    })?;
    drops.refused("wrong-count", |package, toml| {
        let more = format!("records = {}", RECORDS + 1);
        package.zip_with("manifest.toml", &toml.replace(&format!("records = {RECORDS}"), &more))
    })?;
    drops.refused("unknown-column", |package, _| {
        let mut package = package.clone();
        // 「氏名」 in the head becomes 「姓名」: the first byte pair of 氏 is replaced by that of 姓.
        let head = &mut package.members[0].1;
        replace_once(head, b"\x8e\x81\x96\xbc", b"\x90\xa9\x96\xbc");
        package.zip()
    })?;
    drops.taken("broken-quote", Some(Defect::BrokenQuote))?;
    drops.taken("undecodable-bytes", Some(Defect::UndecodableBytes))?;
    drops.refused("unknown-template", |package, toml| {
        package.zip_with("manifest.toml", &toml.replace("\"tax-notice\"", "\"tax-reminder\""))
    })?;
    drops.refused("zip-bomb", |package, _| {
        let mut package = package.clone();
        package.members[0].1.resize(BOMB_LEN, b'\n');
        package.zip()
    })?;
    drops.refused("path-traversal", |package, toml| {
        let mut package = package.clone();
        package.members.push(("../../outside.csv".to_owned(), b"x\r\n".to_vec()));
        package.zip_with("manifest.toml", toml)
    })?;
    drops.refused("bad-stationery", |package, _| {
        let mut package = package.clone();
        package.members.push(("stationery.pdf".to_owned(), b"%PDF-1.7\nno object\n".to_vec()));
        package.zip()
    })?;
    drops.double()?;
    Ok(drops.made)
}

struct Drops<'g, 'd, 's> {
    gazetteer: &'g Gazetteer<'d>,
    made: Made,
    sink: Sink<'s>,
}

impl Drops<'_, '_, '_> {
    /// Writes a drop that `breaks` has made of a sound one and its manifest.
    fn refused(
        &mut self,
        code: &str,
        breaks: impl Fn(&Package, &str) -> Vec<u8>,
    ) -> io::Result<()> {
        let (package, _) = self.package(code, None);
        let zip = breaks(&package, &package.manifest_toml());
        self.refuse(code, code, &zip)
    }

    /// Writes a drop that is taken but for the one record that has a defect.
    fn taken(&mut self, name: &str, defect: Option<Defect>) -> io::Result<()> {
        let (package, count) = self.package(name, defect);
        self.made.batches.push(count);
        (self.sink)(&format!("{name}.zip"), &package.zip())
    }

    /// Writes two files of one batch, the second with other records.
    fn double(&mut self) -> io::Result<()> {
        let (first, count) = self.package("double-batch", None);
        self.made.batches.push(count);
        (self.sink)("double-batch-1.zip", &first.zip())?;
        let (other, _) = self.package("double-batch-other", None);
        let second = Package { batch: first.batch, ..other };
        self.refuse("double-batch-2", "duplicate-batch", &second.zip())
    }

    fn refuse(&mut self, name: &str, code: &str, zip: &[u8]) -> io::Result<()> {
        let drop = format!("{name}.zip");
        (self.sink)(&drop, zip)?;
        let (sender, code) = (City::SENDER.to_owned(), code.to_owned());
        self.made.refused.push(Refused { sender, drop, code });
        Ok(())
    }

    /// Makes a batch of other citizens than the drop before.
    fn package(&self, name: &str, defect: Option<Defect>) -> (Package, BatchCount) {
        let mut register = Register::default();
        let world = &mut World { gazetteer: self.gazetteer, register: &mut register };
        let first = name.bytes().map(u64::from).sum::<u64>() * 1_000;
        let mut batch = Batch::<City>::begin(name);
        for index in 0..RECORDS {
            let citizen = first + index;
            let mut random = Random::new(SEED, 1 << 40 | citizen);
            let mut record = Record::new(City::key(citizen), citizen_of(SEED, citizen, world));
            record.defect = defect.filter(|_| index == BROKEN_RECORD);
            batch.add(record, citizen, Standing::NoKey, world, &mut random);
        }
        batch.finish()
    }
}

fn replace_once(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    let at = bytes.windows(from.len()).position(|window| window == from);
    let at = at.expect("the head has the column");
    bytes[at..at + to.len()].copy_from_slice(to);
}
