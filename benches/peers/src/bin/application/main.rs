//! Whole applications a second: the house's batches beside the same walk with a library, and
//! OpenSSL.
//!
//! `cargo run --release --bin application`, from this package's folder. An application is an
//! attached CMS signature over a document of 4 KB with a certificate of the card's shape; its
//! certificate, path, revocation among ten million, attributes and policy are checked. Time is the
//! thread's own CPU time, contenders take turns, figures are medians over the rounds.

mod maker;
mod one_by_one;
#[path = "../../rounds.rs"]
mod rounds;

use std::time::Instant;

use letter::Moment;
use openssl::cms::{CMSOptions, CmsContentInfo};
use openssl::x509::store::{X509Store, X509StoreBuilder};
use openssl::x509::verify::X509VerifyParam;
use openssl::x509::{X509PurposeId, X509};
use signature::path::Anchors;
use signature::revocation::{Crls, Gathering};
use signature::verdict::{Indication, Policy, Purpose};
use signature::verifier::{Container, Request, Verifier};

use maker::{Authority, Key};
use rounds::{take_turns, Contender};

fn main() {
    let ground = Ground::make();
    let requests: Vec<Request<'_>> = ground.signatures.iter().map(|cms| request(cms)).collect();
    let policy = Policy::of(Purpose::JpkiSign);
    let batch = Verifier::new(&ground.anchors, &ground.crls, policy);
    let library = batch.with_engine(lanes::Engine::library());
    for verdict in batch.verify_batch(&requests) {
        assert_eq!(verdict.indication, Indication::TotalPassed, "{verdict:?}");
    }
    assert_eq!(batch.verify_batch(&requests), library.verify_batch(&requests));
    let store = ground.store();
    let issuer = one_by_one::Issuer::of(&ground.anchors, &ground.authority.certificate);
    for cms in &ground.signatures {
        assert!(openssl_accepts(&store, cms));
        assert!(issuer.accepts(&ground.crls, AT, cms));
    }
    println!("{} applications of {} bytes\n", requests.len(), ground.signatures[0].len());
    let one_by_one = "own walk, aws-lc-rs one by one";
    take_turns(&mut [
        Contender::new("batches of 512", || {
            std::hint::black_box(batch.verify_batch(&requests));
        }),
        Contender::new("batches of 512, library in place of lanes", || {
            std::hint::black_box(library.verify_batch(&requests));
        }),
        Contender::new(one_by_one, || {
            for cms in &ground.signatures {
                std::hint::black_box(issuer.accepts(&ground.crls, AT, cms));
            }
        }),
        Contender::new("OpenSSL CMS_verify, no list", || {
            for cms in &ground.signatures {
                std::hint::black_box(openssl_accepts(&store, cms));
            }
        }),
    ])
    .print("applications", requests.len() as f64, one_by_one);
    both_cores(&batch, &requests);
}

/// Everything that the contenders need.
struct Ground {
    authority: Authority,
    anchors: Anchors,
    crls: Crls,
    signatures: Vec<Vec<u8>>,
}

impl Ground {
    fn make() -> Self {
        let authority = Authority::found();
        let anchors = Anchors::read([authority.certificate.as_slice()]).expect("an anchor");
        let begun = Instant::now();
        let mut lists = Vec::new();
        for town in 0..TOWNS {
            let serials = (town..REVOKED).step_by(TOWNS as usize).map(|k| 20 * k + 7);
            lists.push(authority.list(town as usize, 1, serials));
        }
        let bytes: usize = lists.iter().map(Vec::len).sum();
        println!(
            "{TOWNS} lists, {} MB, made in {:.1} s",
            bytes >> 20,
            begun.elapsed().as_secs_f64()
        );
        let begun = Instant::now();
        let mut gathering = Gathering::new([authority.certificate.as_slice()]);
        for list in &lists {
            gathering.take(list).expect("a list");
        }
        let crls = gathering.finish();
        let (taken, memory) = (begun.elapsed().as_secs_f64(), crls.bytes() >> 20);
        println!("{:?} lists and serials taken in {taken:.2} s, {memory} MB", crls.counts());
        let keys: Vec<Key> = (0..KEYS).map(|_| Key::make()).collect();
        let signatures = (0..APPLICATIONS)
            .map(|i| {
                let key = &keys[i % KEYS];
                let serial = 20 * (i as u32 * 19_141 % REVOKED) + 3;
                let town = serial / 20 % TOWNS;
                let certificate = authority.certify(key, serial, town as usize);
                let document: Vec<u8> =
                    (0..DOCUMENT_LEN).map(|at| (at * 7 + i * 13) as u8).collect();
                maker::cms(key, &certificate, serial, &document)
            })
            .collect();
        Self { authority, anchors, crls, signatures }
    }

    fn store(&self) -> X509Store {
        let mut store = X509StoreBuilder::new().expect("a store");
        store.add_cert(X509::from_der(&self.authority.certificate).expect("DER")).expect("added");
        let mut terms = X509VerifyParam::new().expect("terms");
        terms.set_time(AT.0);
        terms.set_purpose(X509PurposeId::ANY).expect("a purpose");
        store.set_param(&terms).expect("set");
        store.build()
    }
}

fn request(cms: &[u8]) -> Request<'_> {
    Request {
        container: Container::Cms { bytes: cms, content: None },
        files: Vec::new(),
        certificates: Vec::new(),
        received: AT,
        form: None,
    }
}

fn openssl_accepts(store: &X509Store, cms: &[u8]) -> bool {
    let mut cms = CmsContentInfo::from_der(cms).expect("DER");
    let mut content = Vec::new();
    cms.verify(None, Some(store), None, Some(&mut content), CMSOptions::BINARY).is_ok()
}

/// One thread and two, in turns, by the clock on the wall.
fn both_cores(verifier: &Verifier<'_>, requests: &[Request<'_>]) {
    let work = |times: usize| {
        for _ in 0..times {
            std::hint::black_box(verifier.verify_batch(requests));
        }
    };
    let mut ratios = Vec::new();
    for _ in 0..rounds::ROUNDS {
        let begun = Instant::now();
        work(40);
        let one = begun.elapsed().as_secs_f64();
        let begun = Instant::now();
        std::thread::scope(|scope| {
            scope.spawn(|| work(40));
            work(40);
        });
        ratios.push(2.0 * one / begun.elapsed().as_secs_f64());
    }
    println!("two cores: {:.2} × one, median of {} rounds", rounds::median(ratios), rounds::ROUNDS);
}

/// 2026-11-22T02:00:00+09:00.
const AT: Moment = Moment(1_795_280_400);
const APPLICATIONS: usize = 512;
const KEYS: usize = 64;
const DOCUMENT_LEN: usize = 4096;
const TOWNS: u32 = 1_900;
const REVOKED: u32 = 10_000_000;
