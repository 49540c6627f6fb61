//! What is given damaged inputs.

mod act;

use std::collections::BTreeMap;

use application::SignatureKind;
use signature::evidence::{Block, Kind, Writer};

use crate::damage::{damage_bytes, damage_der, damage_embedded, damage_text};
use crate::ground::{Ground, Zip};
use crate::random::Random;
use crate::seeds::{self, Seed, Signed};
use crate::tree::Tree;

/// A reader with its seeds.
pub struct Target {
    name: Name,
    ground: Ground,
    signed: Vec<Signed>,
    seeds: Vec<Seed>,
}

/// Which reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    Der,
    Certificate,
    Cms,
    Xml,
    Digests,
    Crl,
    Ocsp,
    Parcel,
    Evidence,
}

/// A damaged input.
pub struct Input {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Which signature of the shop or which parcel it was.
    case: usize,
    /// Whether it has a right signature by our key.
    ours: bool,
}

/// The names on the command line.
pub const NAMES: [&str; 9] =
    ["der", "certificate", "cms", "xml", "digests", "crl", "ocsp", "parcel", "evidence"];
const ALL: [Name; 9] = [
    Name::Der,
    Name::Certificate,
    Name::Cms,
    Name::Xml,
    Name::Digests,
    Name::Crl,
    Name::Ocsp,
    Name::Parcel,
    Name::Evidence,
];

impl Target {
    /// Makes the seeds of a target; `None` for an unknown name.
    pub fn of(name: &str) -> Option<Self> {
        let name = ALL[NAMES.iter().position(|known| *known == name)?];
        let ground = Ground::make();
        let signed = seeds::signed(&ground);
        let seeds = match name {
            Name::Der => seeds::elements(&ground, &signed),
            Name::Certificate => seeds::certificates(&ground, &signed),
            Name::Cms => seeds::signatures(&signed, SignatureKind::Cms),
            Name::Xml => seeds::signatures(&signed, SignatureKind::Xml),
            Name::Digests => seeds::signatures(&signed, SignatureKind::Digests),
            Name::Crl => seeds::lists(&ground),
            Name::Ocsp => seeds::responses(&ground),
            Name::Parcel => seeds::parcels(&ground),
            Name::Evidence => seeds::packs(&ground, &signed),
        };
        Some(Self { name, ground, signed, seeds })
    }

    /// Returns how many seeds there are.
    pub fn seeds(&self) -> usize {
        self.seeds.len()
    }

    /// Makes the input of one execution.
    pub fn input(&self, random: &mut Random) -> Input {
        let seed = &self.seeds[random.below(self.seeds.len())];
        let other = &self.seeds[random.below(self.seeds.len())];
        let der = |random: &mut Random| damage_der(&seed.tree, &other.tree, random);
        let ours = random.once_in(2);
        let bytes = match self.name {
            Name::Der | Name::Cms => der(random),
            Name::Certificate | Name::Crl if ours => self.ground.seal.sealed(&der(random)),
            Name::Certificate | Name::Crl => der(random),
            Name::Ocsp if ours => seeds::response(&self.ground.seal.sealed(&der(random))),
            Name::Ocsp => {
                damage_der(&Tree::read(&seeds::response(&seed.bytes)), &other.tree, random)
            }
            Name::Xml | Name::Digests => text(&seed.bytes, &other.bytes, &self.donor(), random),
            Name::Parcel => self.parcel(seed, other, random),
            Name::Evidence => pack(&seed.bytes, &other.bytes, random),
        };
        Input { bytes, case: seed.case, ours }
    }

    fn donor(&self) -> Tree {
        Tree::read(&self.ground.real.authorities[0])
    }

    /// Damages a parcel's ZIP, or one or two of its members.
    fn parcel(&self, seed: &Seed, other: &Seed, random: &mut Random) -> Vec<u8> {
        if random.once_in(5) {
            let mut bytes = seed.bytes.clone();
            while bytes.len() == seed.bytes.len() && bytes == seed.bytes || random.once_in(2) {
                damage_bytes(&mut bytes, &other.bytes, random);
            }
            return bytes;
        }
        let zip: &Zip = &self.ground.zips[seed.case];
        let mut members: Vec<(&str, &[u8])> =
            zip.members.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        let mut made = BTreeMap::new();
        for _ in 0..1 + random.below(2) {
            let at = random.below(members.len());
            let (name, bytes) = members[at];
            let damaged = if name.ends_with(".p7s") {
                damage_der(&Tree::read(bytes), &self.donor(), random)
            } else if name.ends_with(".json") || name.ends_with(".xml") {
                text(bytes, &other.bytes, &self.donor(), random)
            } else {
                random.bytes(20)
            };
            made.insert(at, damaged);
        }
        for (at, damaged) in &made {
            members[*at].1 = damaged;
        }
        if random.once_in(12) {
            members.swap_remove(random.below(members.len()));
        }
        match random.once_in(4) {
            true => intake::write::zip_drop(&members),
            false => intake::write::zip_stored(&members),
        }
    }

    /// Gives an input to the reader and to what follows it.
    pub fn run(&self, input: &Input) {
        let ground = &self.ground;
        let trust = if input.ours { &ground.ours } else { &ground.real };
        match self.name {
            Name::Der => act::walk(&input.bytes),
            Name::Certificate => act::certificate(&input.bytes, trust),
            Name::Cms => act::message(&input.bytes, &self.signed[input.case], trust),
            Name::Xml => act::document(&input.bytes, &self.signed[input.case], trust),
            Name::Digests => act::signature(&input.bytes, &self.signed[input.case], trust),
            Name::Crl => act::list(&input.bytes, &ground.ours),
            Name::Ocsp => act::response(&input.bytes, &ground.ours),
            Name::Parcel => act::parcel(&input.bytes, &ground.zips[input.case], ground),
            Name::Evidence => act::pack(&input.bytes),
        }
    }
}

/// Damages a text, or a certificate in it.
fn text(bytes: &[u8], other: &[u8], donor: &Tree, random: &mut Random) -> Vec<u8> {
    let embedded = random.once_in(3).then(|| damage_embedded(bytes, donor, random)).flatten();
    embedded.unwrap_or_else(|| damage_text(bytes, other, random))
}

/// Damages a pack's bytes, or the payload of a block that is sealed thereafter.
fn pack(bytes: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut damaged = bytes.to_vec();
    if random.once_in(3) {
        damage_bytes(&mut damaged, other, random);
        return damaged;
    }
    let mut blocks = Vec::new();
    let mut at = MAGIC_LEN;
    while at < bytes.len() {
        let len = u64::from_le_bytes(bytes[at + 1..at + 9].try_into().expect("eight bytes"));
        let payload = at + 9..at + 9 + len as usize;
        at = payload.end + 32;
        blocks.push((bytes[payload.start - 9], bytes[payload].to_vec()));
    }
    blocks.pop();
    let at = random.below(blocks.len());
    let payload = &mut blocks[at].1;
    match random.below(4) {
        0 => damage_bytes(payload, other, random),
        _ => damage_field(payload, other, random),
    }
    let mut writer = Writer::begin(Vec::new()).expect("memory takes all");
    for (letter, payload) in blocks {
        let kind = Kind::of_letter(letter).expect("a letter of the format");
        writer.push(&Block::new(kind, payload)).expect("memory takes all");
    }
    writer.finish().expect("memory takes all").0
}

/// What opens a segment of a pack.
const MAGIC_LEN: usize = 8;

/// Damages one field of an application's block: letter, length, bytes.
fn damage_field(payload: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    let mut fields = Vec::new();
    let mut at = 0;
    while let Some(head) = payload.get(at..at + 5) {
        let len = u32::from_le_bytes(head[1..].try_into().expect("four bytes")) as usize;
        let Some(bytes) = payload.get(at + 5..at + 5 + len) else { break };
        fields.push((head[0], bytes.to_vec()));
        at += 5 + len;
    }
    if fields.is_empty() {
        return damage_bytes(payload, other, random);
    }
    let at = random.below(fields.len());
    let (letter, bytes) = &mut fields[at];
    match random.below(6) {
        0 => drop(fields.remove(at)),
        1 => {
            let copy = fields[random.below(fields.len())].clone();
            fields.insert(at, copy);
        }
        2 => *letter = random.pick(b"itpcsdxyeqnbh1234"),
        3 if *letter == b't' => {
            let moments = [i64::MIN, i64::MAX, 0, -1, 253_402_300_800, 2_000_000_000_000];
            *bytes = random.pick(&moments).to_le_bytes().to_vec();
        }
        3 if *letter == b'p' => {
            let ids = ["lettershop:generic:receipt:1", "lettershop:jpki-sign:receipt:1:grace="];
            *bytes = random.pick(&ids).as_bytes().to_vec();
            bytes.extend(random.once_in(2).then_some(b"4294967295").into_iter().flatten());
        }
        4 if bytes.first() == Some(&0x30) => {
            *bytes = damage_der(&Tree::read(bytes), &Tree::read(other), random)
        }
        5 if matches!(*letter, b'x' | b'd') => *bytes = damage_text(bytes, other, random),
        _ => damage_bytes(bytes, other, random),
    }
    payload.clear();
    for (letter, bytes) in fields {
        payload.push(letter);
        payload.extend((bytes.len() as u32).to_le_bytes());
        payload.extend(bytes);
    }
}
