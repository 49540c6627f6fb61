//! How long a certificate takes to be read and to take its one step, beside x509-parser.
//!
//! `cargo run --release -p signature --example certificate_speed`

#![allow(clippy::print_stdout, reason = "an example speaks to its caller")]

use std::hint::black_box;

use rustix::time::{clock_gettime, ClockId};
use signature::certificate::Certificate;
use signature::path::{one_step, Anchors};
use signature::profile;
use signature::verdict::Purpose;
use x509_parser::prelude::{FromDer, X509Certificate};

const LEAF: &[u8] = include_bytes!("../tests/certificates/sign-ee.cer");
const ANCHORS: [&[u8]; 4] = [
    include_bytes!("../tests/certificates/sign-ca-1.cer"),
    include_bytes!("../tests/certificates/sign-ca-2.cer"),
    include_bytes!("../tests/certificates/sign-ca-3.cer"),
    include_bytes!("../tests/certificates/auth-ca-3.cer"),
];
/// 2026-11-22T00:00:00Z.
const AT: i64 = 1_795_305_600;
const ROUNDS: usize = 15;
const TIMES: u32 = 20_000;

fn main() {
    let anchors = Anchors::read(ANCHORS).expect("good anchors");
    let leaf = Certificate::read(LEAF).expect("a good certificate");
    let step = || one_step(&anchors, Purpose::JpkiSign, &leaf, AT).map(|step| step.validity);
    assert_eq!(step(), Ok(None));
    type Work<'w> = (&'static str, &'w dyn Fn());
    let works: [Work<'_>; 4] = [
        ("read", &|| drop(black_box(Certificate::read(black_box(LEAF))))),
        ("read by x509-parser", &|| drop(black_box(X509Certificate::from_der(black_box(LEAF))))),
        ("one step", &|| _ = black_box(step())),
        ("holder", &|| drop(black_box(profile::holder(black_box(&leaf))))),
    ];
    let mut nanoseconds = [const { Vec::new() }; 4];
    for _ in 0..ROUNDS {
        for ((_, work), times) in works.iter().zip(&mut nanoseconds) {
            let start = on_cpu();
            (0..TIMES).for_each(|_| work());
            times.push((on_cpu() - start) / u64::from(TIMES));
        }
    }
    for ((name, _), times) in works.iter().zip(&mut nanoseconds) {
        times.sort_unstable();
        println!("{name}: {} ns (best {})", times[ROUNDS / 2], times[0]);
    }
}

/// Returns the nanoseconds that this thread has been on a processor.
fn on_cpu() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}
