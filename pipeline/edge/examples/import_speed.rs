//! Imports a registry of synthetic people, and the same again: time and memory.
//!
//! `cargo run --release -p edge --example import_speed -- 2000000`

#![allow(clippy::print_stdout, reason = "figures for people")]

use std::time::Instant;

use edge::registry_store::RegistryStore;
use edge::store::Store;
use letter::{SenderId, Wish};
use registry::{Change, Link, Preference, Recipient};

fn main() {
    let people: u64 = std::env::args().nth(1).map_or(200_000, |text| text.parse().expect("people"));
    let folder = tempfile::tempdir().expect("a folder");
    let (store, _) = Store::open(&folder.path().join("index")).expect("opened");
    let log = folder.path().join("registry.log");
    let mut registry = RegistryStore::open(&store, &log).expect("opened");
    let sender = SenderId::parse("city").expect("an id");
    for round in 1..=2 {
        let clock = Instant::now();
        let recipients = (0..people).map(|number| {
            let (id, mailbox) = (recipient(number), 1 + number);
            Change::Recipient(Recipient { id, identity_level: 2, mailbox_open: true, mailbox })
        });
        // In the order of recipients, as a file is read: pseudonyms come in none.
        let links = (0..people).map(|number| {
            let pseudonym = format!("p-{:016x}", number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            let (sender, pseudonym) = (sender.clone(), pseudonym.into());
            Change::Link(Link { sender, pseudonym, recipient: recipient(number) })
        });
        let wishes = (0..people).map(|number| {
            let (recipient, sender, class) = (recipient(number), sender.clone(), "*".into());
            let wish = Wish::Electronic;
            Change::Preference(Preference { recipient, sender, class, wish, selected: true })
        });
        let mut changed = 0;
        for relation in [
            Box::new(recipients) as Box<dyn Iterator<Item = Change>>,
            Box::new(links),
            Box::new(wishes),
        ] {
            changed += registry.import(relation).expect("imported").changed;
        }
        let seconds = clock.elapsed().as_secs_f64();
        println!("import {round}: {changed} of {} changed, {seconds:.1} s", 3 * people);
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let memory = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("memory unknown");
    println!("{memory}");
    println!(
        "index {} bytes",
        std::fs::metadata(folder.path().join("index/db")).map_or(0, |m| m.len())
    );
}

fn recipient(number: u64) -> Box<str> {
    format!("r-{number:010}").into()
}
