//! Right and wrong signatures in every pattern of lanes, judged by every engine and by `rsa`.

mod trial;

use lanes::{Engine, Item};
use trial::{judge, key_pairs, Tally, Trial, KINDS};

fn engines() -> impl Iterator<Item = Engine> {
    [Some(Engine::model()), Engine::lanes()].into_iter().flatten()
}

#[test]
fn every_pattern_of_right_and_wrong_lanes_is_told_by_lane() {
    let pairs = key_pairs();
    // Signatures below every modulus, so that they fit a lane under the neighbour's key too.
    let right: Vec<Trial> = pairs
        .iter()
        .zip((0..).step_by(100))
        .map(|(pair, first)| {
            let mut signed = (first..).map(|number| Trial::signed(pair, number));
            signed.find(|trial| trial.signature[0] < 0x80).expect("one in two is small")
        })
        .collect();
    // Key, signature or digest of the neighbour: what a mix-up of lanes would let pass.
    for kind in [4, 3, 2] {
        let wrong: Vec<Trial> =
            (0..8).map(|lane| right[lane].spoiled(kind, &right[(lane + 1) % 8])).collect();
        for pattern in 0..=u8::MAX {
            let trials: [&Trial; 8] = std::array::from_fn(|lane| {
                if pattern & 1 << lane != 0 {
                    &right[lane]
                } else {
                    &wrong[lane]
                }
            });
            let items = trials.map(Trial::item);
            let expected: Vec<bool> = (0..8).map(|lane| pattern & 1 << lane != 0).collect();
            for engine in engines() {
                let found = engine.eight(&items).expect("the items fit the engine's lanes");
                assert_eq!((found.accepted, found.undecided), (pattern, 0), "kind {kind}");
            }
            if let Some(lanes) = Engine::lanes() {
                let mut answers = Vec::new();
                lanes.verify(&items, &mut answers);
                assert_eq!(answers, expected, "kind {kind}, pattern {pattern:08b}");
            }
        }
    }
}

#[test]
fn a_batch_of_any_length_is_answered_in_order() {
    let pairs = key_pairs();
    let trials: Vec<Trial> = (0..20)
        .map(|i| {
            let right = Trial::signed(&pairs[i % 8], i);
            let other = Trial::signed(&pairs[(i + 1) % 8], i + 100);
            if i % 3 == 1 {
                right.spoiled(i % KINDS, &other)
            } else {
                right
            }
        })
        .collect();
    let items: Vec<Item<'_>> = trials.iter().map(Trial::item).collect();
    let expected: Vec<bool> = (0..20).map(|i| i % 3 != 1).collect();
    for len in 0..=items.len() {
        for engine in engines().chain([Engine::library(), Engine::best()]) {
            let mut answers = vec![true; 3];
            engine.verify(&items[..len], &mut answers);
            assert_eq!(answers, expected[..len], "{len} items");
        }
    }
}

#[test]
fn four_judges_agree_on_signatures_right_and_wrong() {
    let pairs = key_pairs();
    let right: Vec<Trial> = (0..64).map(|i| Trial::signed(&pairs[i % 8], i)).collect();
    let mut trials = Vec::new();
    for kind in 0..KINDS {
        for i in 0..8 {
            let own = &right[(8 * kind + i) % 64];
            trials.push(own.clone());
            trials.push(own.spoiled(kind, &right[(8 * kind + i + 1) % 64]));
        }
    }
    let mut tally = Tally::default();
    judge(&trials, &mut tally);
    assert_eq!((tally.signatures, tally.right, tally.disagreements), (240, 120, 0));
    // n - 1, for one, makes limbs of all ones in folding; no right signature does.
    assert!(tally.undecided <= 16, "{tally:?}");
}
