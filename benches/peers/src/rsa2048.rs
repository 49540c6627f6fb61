//! RSA-2048 with SHA-256 over 64-byte messages, under fresh keys and under one.

use aws_lc_rs::signature as aws;
use lanes::{Engine, Item};
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Public};
use openssl::rsa::Rsa;
use openssl::sign::Verifier;
use ring::signature as ring;
use rsa::pkcs1::DecodeRsaPublicKey;
use rsa::sha2::Sha256;
use rsa::signature::Verifier as _;

use crate::keys::{signed, Signed, EXPONENT};
use crate::rounds::{take_turns, Contender};

pub fn run() {
    println!("RSA-2048, SHA-256 of 64 bytes, a fresh key for each of {COUNT} signatures\n");
    let fresh = signed(COUNT, COUNT);
    fresh_keys(&fresh);
    println!("RSA-2048, SHA-256 of 64 bytes, {COUNT} signatures under one key\n");
    one_key(&signed(COUNT, 1));
    println!("The library engine alone, against the library itself (fresh keys)\n");
    without_lanes(&fresh);
}

fn fresh_keys(all: &[Signed]) {
    let mut contenders = vec![
        Contender::new(AWS_FRESH, || each(all, aws_fresh)),
        Contender::new("aws-lc-rs PKCS#1", || each(all, aws_pkcs1)),
        Contender::new("aws-lc-rs SPKI", || each(all, aws_spki)),
        Contender::new("ring PKCS#1", || each(all, ring_pkcs1)),
        Contender::new("graviola PKCS#1", || each(all, graviola_pkcs1)),
        Contender::new("openssl (system) PKCS#1", || {
            each(all, |one| openssl_verify(&openssl_key(one), one))
        }),
        Contender::new("rsa 0.9 PKCS#1", || {
            each(all, |one| rsa_verify(&rsa_key(one), one));
        }),
    ];
    contenders.extend(ours(all));
    take_turns(&mut contenders).print("verify", COUNT as f64, AWS_FRESH);
}

fn one_key(all: &[Signed]) {
    let components = aws::RsaPublicKeyComponents { n: &all[0].modulus[..], e: &EXPONENT[..] };
    let parsed = components
        .to_parsed_public_key(&aws::RSA_PKCS1_2048_8192_SHA256)
        .expect("aws-lc-rs parses the key");
    let graviola = graviola::signing::rsa::VerifyingKey::from_pkcs1_der(&all[0].pkcs1)
        .expect("graviola parses the key");
    let openssl = openssl_key(&all[0]);
    let rsa = rsa_key(&all[0]);
    let mut contenders = vec![
        Contender::new(AWS_PARSED, || {
            each(all, |one| parsed.verify_sig(&one.message, &one.signature).is_ok())
        }),
        Contender::new("graviola parsed", || {
            each(all, |one| graviola.verify_pkcs1_sha256(&one.signature, &one.message).is_ok())
        }),
        Contender::new("openssl (system) parsed", || {
            each(all, |one| openssl_verify(&openssl, one))
        }),
        Contender::new("rsa 0.9 parsed", || each(all, |one| rsa_verify(&rsa, one))),
    ];
    contenders.extend(ours(all));
    take_turns(&mut contenders).print("verify", COUNT as f64, AWS_PARSED);
}

fn without_lanes(all: &[Signed]) {
    let mut contenders = [
        Contender::new(AWS_FRESH, || each(all, aws_fresh)),
        Contender::new("lanes, library engine", batch(all, Engine::library())),
    ];
    take_turns(&mut contenders).print("verify", COUNT as f64, AWS_FRESH);
}

/// Returns our own contender, where the machine has lanes.
fn ours(all: &[Signed]) -> Option<Contender<'_>> {
    Some(Contender::new("**lanes, batch**", batch(all, Engine::lanes()?)))
}

/// Digests and verifies the whole batch.
pub fn batch(all: &[Signed], engine: Engine) -> impl FnMut() + use<'_> {
    let messages: Vec<&[u8]> = all.iter().map(|one| &one.message[..]).collect();
    let (mut digests, mut answers) = (Vec::new(), Vec::new());
    move || {
        lanes::sha256_many(&messages, &mut digests);
        let items: Vec<Item<'_>> =
            all.iter().zip(&digests).map(|(one, digest)| Item { digest, ..one.item() }).collect();
        engine.verify(&items, &mut answers);
        assert!(answers.iter().all(|&right| right));
    }
}

fn each(all: &[Signed], verify: impl Fn(&Signed) -> bool) {
    assert!(all.iter().all(verify));
}

fn aws_fresh(one: &Signed) -> bool {
    aws::RsaPublicKeyComponents { n: &one.modulus[..], e: &EXPONENT[..] }
        .verify(&aws::RSA_PKCS1_2048_8192_SHA256, &one.message, &one.signature)
        .is_ok()
}

fn aws_pkcs1(one: &Signed) -> bool {
    aws::UnparsedPublicKey::new(&aws::RSA_PKCS1_2048_8192_SHA256, &one.pkcs1)
        .verify(&one.message, &one.signature)
        .is_ok()
}

fn aws_spki(one: &Signed) -> bool {
    aws::UnparsedPublicKey::new(&aws::RSA_PKCS1_2048_8192_SHA256, &one.spki)
        .verify(&one.message, &one.signature)
        .is_ok()
}

fn ring_pkcs1(one: &Signed) -> bool {
    ring::UnparsedPublicKey::new(&ring::RSA_PKCS1_2048_8192_SHA256, &one.pkcs1)
        .verify(&one.message, &one.signature)
        .is_ok()
}

fn graviola_pkcs1(one: &Signed) -> bool {
    graviola::signing::rsa::VerifyingKey::from_pkcs1_der(&one.pkcs1)
        .expect("graviola parses the key")
        .verify_pkcs1_sha256(&one.signature, &one.message)
        .is_ok()
}

fn openssl_key(one: &Signed) -> PKey<Public> {
    let key = Rsa::public_key_from_der_pkcs1(&one.pkcs1).expect("OpenSSL parses the key");
    PKey::from_rsa(key).expect("OpenSSL takes the key")
}

fn openssl_verify(key: &PKey<Public>, one: &Signed) -> bool {
    let mut verifier = Verifier::new(MessageDigest::sha256(), key).expect("OpenSSL has SHA-256");
    verifier.verify_oneshot(&one.signature, &one.message).is_ok_and(|right| right)
}

fn rsa_key(one: &Signed) -> rsa::pkcs1v15::VerifyingKey<Sha256> {
    let key = rsa::RsaPublicKey::from_pkcs1_der(&one.pkcs1).expect("rsa parses the key");
    rsa::pkcs1v15::VerifyingKey::new(key)
}

fn rsa_verify(key: &rsa::pkcs1v15::VerifyingKey<Sha256>, one: &Signed) -> bool {
    let signature = rsa::pkcs1v15::Signature::try_from(&one.signature[..]).expect("256 bytes");
    key.verify(&one.message, &signature).is_ok()
}

const AWS_FRESH: &str = "aws-lc-rs (n, e)";
const AWS_PARSED: &str = "aws-lc-rs parsed";

/// Signatures a batch: a multiple of eight, and keys enough to be out of any small cache.
const COUNT: usize = 64;
