//! Cut anywhere, resume to the same bytes.

use std::time::{Duration, Instant};

use crate::shop::{must_be_the_same, Out, Shop};

/// The instants at which a night is killed (60 at least).
const KILLS: u64 = 64;

#[test]
fn a_night_killed_at_any_instant_resumes_to_the_same_bytes() {
    let shop = Shop::letters(240, 21, 0.05);
    let started = Instant::now();
    let expected = shop.after_a_night("whole").outputs();
    let whole = started.elapsed().as_millis() as u64;
    let mut random = Instants::new();
    let mut cut = 0;
    for kill in 0..KILLS {
        let out = shop.out(&format!("kill-{kill}"));
        // Every fourth night is killed again while it resumes.
        for _ in 0..=u64::from(kill % 4 == 3) {
            let mut night = shop.night(&out).start();
            // Even instants over the whole night, shifted at random within their part.
            let part = whole * 1000 / KILLS;
            let instant = (part * kill + random.below(part.max(1))) / 1000;
            std::thread::sleep(Duration::from_millis(instant));
            let running = night.try_wait().expect("a child of this test").is_none();
            night.kill().expect("a child of this test");
            night.wait().expect("a child of this test");
            cut += u64::from(running);
        }
        shop.night(&out).must_succeed();
        must_be_the_same(&expected, &out, &format!("kill {kill}"));
        std::fs::remove_dir_all(out.path()).expect("a temporary directory");
    }
    assert!(cut >= KILLS / 2, "only {cut} of {KILLS} nights were still running when killed");
}

/// A small generator of even numbers (Steele, Lea, Flood: SplitMix64); fixed, so that a failure
/// can be looked for again.
pub struct Instants(u64);

impl Instants {
    /// Returns the generator at its start.
    pub fn new() -> Self {
        Self(0x9E37_79B9_7F4A_7C15)
    }

    /// Returns a number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % bound
    }
}

#[test]
fn a_journal_cut_after_every_entry_resumes_to_the_same_bytes() {
    let shop = Shop::letters(120, 22, 0.1);
    let whole = shop.after_a_night("whole");
    let expected = whole.outputs();
    let journal = std::fs::read(whole.path().join("state/journal")).expect("a journal");
    let ends = entry_ends(&journal);
    assert!(ends.len() > 8, "only {} entries", ends.len());
    for (entry, &end) in ends.iter().enumerate() {
        // Cut cleanly after the entry, and in the middle of the next one.
        let torn = ends.get(entry + 1).map(|next| (end + next) / 2);
        for (how, len) in [("cut", Some(end)), ("torn", torn)] {
            let Some(len) = len else { continue };
            let out = shop.out(&format!("{how}-{entry}"));
            whole.copy_to(&out);
            std::fs::write(out.path().join("state/journal"), &journal[..len]).expect("a journal");
            shop.night(&out).must_succeed();
            must_be_the_same(&expected, &out, &format!("journal {how} after entry {entry}"));
            out.verify().must_succeed();
            std::fs::remove_dir_all(out.path()).expect("a temporary directory");
        }
    }
}

/// Resumes a whole night from every entry of its journal, and compares what it leaves.
pub fn must_resume_wherever_the_journal_is_cut(shop: &Shop, whole: &Out) {
    let expected = whole.outputs();
    let journal = std::fs::read(whole.path().join("state/journal")).expect("a journal");
    for (entry, end) in entry_ends(&journal).into_iter().enumerate() {
        let out = shop.out(&format!("cut-{entry}"));
        whole.copy_to(&out);
        std::fs::write(out.path().join("state/journal"), &journal[..end]).expect("a journal");
        shop.night(&out).must_succeed();
        must_be_the_same(&expected, &out, &format!("journal cut after entry {entry}"));
        std::fs::remove_dir_all(out.path()).expect("a temporary directory");
    }
}

/// Returns where each entry of a journal ends: `LSLOG001`, then for each entry a head of twenty
/// bytes, whose bytes 4 to 8 are the payload's length, and the payload.
pub fn entry_ends(journal: &[u8]) -> Vec<usize> {
    assert!(journal.starts_with(b"LSLOG001"), "the journal is a log");
    let mut ends = Vec::new();
    let mut at = 8;
    while let Some(len) = journal.get(at + 4..at + 8) {
        let len = u32::from_le_bytes(len.try_into().expect("four bytes"));
        at += 20 + len as usize;
        ends.push(at);
    }
    assert_eq!(at, journal.len(), "the journal is whole");
    ends
}
