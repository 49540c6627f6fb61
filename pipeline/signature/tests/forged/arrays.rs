//! The Mynaportal array: what its signatures cover.

use lanes::Hash;
use signature::digests::{Array, Cover, Entry, Fault};

use super::forge::*;

#[test]
fn every_file_is_covered_by_its_own_entry_or_by_none() {
    let (ca, key) = (Key::of(0), Key::of(3));
    let certificate = citizen(&[5], "Wako-shi", &key, &ca);
    let digests = [b"form".as_slice(), b"plan"].map(|file| lanes::digest(Hash::Sha256, file));
    let signatures = digests.map(|digest| key.sign_digest(digest.as_ref()));
    let entry = |at: usize, name| Entry {
        name,
        hash: Hash::Sha256,
        digest: digests[at].as_ref(),
        signature: &signatures[at],
    };
    let entries = [entry(0, "form.json"), entry(1, "plan.pdf")];
    let array = Array::read(&certificate, &entries).expect("a good array");
    assert_eq!(array.cover("plan.pdf"), Cover::Entry(1));
    assert_eq!(array.cover("photo.jpg"), Cover::NotCovered);
    let items: Vec<_> = array.entries().iter().filter_map(|entry| array.item(entry)).collect();
    let mut answers = Vec::new();
    lanes::verify(&items, &mut answers);
    assert_eq!(answers, [true, true]);

    let swapped = [Entry { signature: &signatures[1], ..entries[0] }];
    let array = Array::read(&certificate, &swapped).expect("a good array");
    lanes::verify(&[array.item(&swapped[0]).expect("a key")], &mut answers);
    assert_eq!(answers, [false]);

    let twice = [entry(0, "form.json"), entry(1, "form.json")];
    let fault = |entries: &[Entry<'_>]| Array::read(&certificate, entries).map(drop).err();
    assert_eq!(fault(&twice), Some(Fault::RepeatedFile(1)));
    assert_eq!(fault(&[]), Some(Fault::Empty));
    let short = [Entry { digest: &digests[0].as_ref()[1..], ..entries[0] }];
    assert_eq!(fault(&short), Some(Fault::DigestLength(0)));
    let sha1 = [Entry { hash: Hash::Sha1, digest: &[0; 20], ..entries[0] }];
    assert_eq!(fault(&sha1), Some(Fault::Algorithm(0)));
}
