//! Measures how many enveloped XML signatures one core verifies in a second.
//!
//! `cargo run --release --example xml_speed [SECONDS]`: an application of 11.6 kB with exclusive
//! canonical form, RSA-2048 and SHA-256, read from its bytes each time. One after the other, and in
//! batches of 64 as the verifier does it; then each step alone.

use std::time::{Duration, Instant};

use lanes::{Item, Key};
use signature::xml::signature::{only_signature, open, Opened};
use signature::xml::Document;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;

fn main() {
    let seconds = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(2.0);
    let text = include_bytes!("../tests/suites/xml/signed/application.xml");
    report(&format!("an application of {} bytes, one thread", text.len()));

    let opened = open_one(text);
    let (modulus, exponent) = numbers(&opened.certificates[0]);
    let key = Key::Rsa { modulus: &modulus, exponent: &exponent };

    rate("one after the other", seconds, 1, || {
        let opened = open_one(text);
        let digest = lanes::digest(opened.algorithm.hash, opened.signed_info());
        let mut answers = Vec::new();
        lanes::verify(&[opened.item(key, digest.as_ref())], &mut answers);
        answers == [true] && opened.digests_right(&[]) == [true]
    });
    rate("in batches of 64", seconds, BATCH, || batch(text, key));
    rate("reading alone", seconds, 1, || Document::read(text).is_ok());
    rate("reading and opening", seconds, 1, || open_one(text).parts.len() == 1);
}

fn open_one(text: &[u8]) -> Opened {
    let document = Document::read(text).expect("the sample is well-formed");
    let signature = only_signature(&document).expect("the sample has one signature");
    open(&document, signature, &[]).expect("the sample's signature can be opened")
}

/// Opens all, digests all, verifies all.
fn batch(text: &[u8], key: Key<'_>) -> bool {
    let opened: Vec<Opened> = (0..BATCH).map(|_| open_one(text)).collect();
    let mut messages = Vec::with_capacity(2 * BATCH);
    for one in &opened {
        messages.push(one.signed_info());
        messages.extend(one.octets(&one.parts[0]));
    }
    let mut digests = Vec::new();
    lanes::sha256_many(&messages, &mut digests);
    let intact =
        opened.iter().enumerate().all(|(at, one)| digests[2 * at + 1] == *one.parts[0].digest);
    let items: Vec<Item<'_>> =
        opened.iter().enumerate().map(|(at, one)| one.item(key, &digests[2 * at])).collect();
    let mut answers = Vec::new();
    lanes::verify(&items, &mut answers);
    intact && answers.iter().all(|right| *right)
}

fn numbers(der: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (_, certificate) = X509Certificate::from_der(der).expect("the sample has a certificate");
    let Ok(PublicKey::RSA(key)) = certificate.public_key().parsed() else {
        unreachable!("the sample's key is RSA")
    };
    let bare = |number: &[u8]| number.iter().copied().skip_while(|byte| *byte == 0).collect();
    (bare(key.modulus), bare(key.exponent))
}

/// Runs `work`, which must say yes, for a while, and says how often per second of the processor.
fn rate(what: &str, seconds: f64, each: usize, mut work: impl FnMut() -> bool) {
    let (start, used_before) = (Instant::now(), processor_time());
    let mut done = 0;
    while start.elapsed() < Duration::from_secs_f64(seconds) {
        assert!(work(), "{what}");
        done += each;
    }
    let used = processor_time().zip(used_before).map(|(now, before)| now - before);
    let micros = used.unwrap_or(start.elapsed()).as_secs_f64() * 1e6 / done as f64;
    report(&format!("{what:20} {:8.0} /s {micros:8.1} µs", 1e6 / micros));
}

/// The time that this thread has had a processor, on Linux: others may be at work beside it.
fn processor_time() -> Option<Duration> {
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = statistics.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

fn report(line: &str) {
    use std::io::Write;
    writeln!(std::io::stdout(), "{line}").expect("the terminal takes a line");
}

const BATCH: usize = 64;
