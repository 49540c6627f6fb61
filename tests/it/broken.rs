//! Drops that are each broken in one way: a clear refusal, nothing lost, everybody else's letters
//! go out.

use crate::shop::{children, file_name, lettershop, must_come_to, Shop};

/// The sender into whose inbox the broken drops are laid.
const SENDER: &str = "hoshimi-city";

#[test]
fn eleven_drops_each_broken_in_one_way_are_refused_clearly_and_stop_nobody() {
    let shop = Shop::letters(300, 31, 0.0);
    let sound = shop.drops();
    let drops = shop.beside("broken");
    let made = lettershop().args(["sample", "drops", "--json", "--out"]).arg(&drops);
    let expected = made.must_succeed().json();
    let broken = children(&drops);
    assert!(broken.len() > 11, "eleven drops, one of them in two files: {broken:?}");
    let inbox = shop.path().join("inbox").join(SENDER);
    for drop in &broken {
        std::fs::copy(drop, inbox.join(file_name(drop))).expect("an inbox");
    }
    let (_, sound) = sound.iter().find(|(sender, _)| sender == SENDER).expect("a drop");
    std::fs::copy(sound, inbox.join("zz-same-file.zip")).expect("an inbox");
    let out = shop.after_a_night("out");

    must_come_to(&expected, &out);
    shop.must_come_to_what_is_expected(&out);
    for account in out.ledger() {
        assert!(account.balances(), "{account:?}");
    }
    out.verify().must_succeed();
    let refusals = out.refusals(SENDER);
    assert!(refusals.iter().any(|(_, refusal)| refusal["code"] == "duplicate-file"));
    for (receipt, refusal) in &refusals {
        for words in [&refusal["ja"], &refusal["en"], &refusal["fix"]["ja"], &refusal["fix"]["en"]]
        {
            assert!(words.as_str().is_some_and(|words| words.len() > 5), "{receipt}: {refusal}");
        }
        let file = &refusal["position"]["file"];
        assert!(file.as_str().is_some_and(|file| !file.is_empty()), "{receipt}: {refusal}");
    }
    let outside = crate::shop::tree(shop.beside("").as_path());
    assert!(!outside.keys().any(|path| path.contains("outside.csv")), "nothing leaves the drop");
}
