//! The command line as an operator and a script see it.

use crate::shop::{lettershop, Shop};

/// Every subcommand.
const COMMANDS: [&[&str]; 25] = [
    &["night"],
    &["status"],
    &["report"],
    &["ledger"],
    &["verify-output"],
    &["approve"],
    &["pull"],
    &["preflight"],
    &["address"],
    &["mailbox", "list"],
    &["mailbox", "read"],
    &["mailbox", "export"],
    &["registry", "import"],
    &["registry", "show"],
    &["registry", "rebuild"],
    &["postcodes", "import"],
    &["postcodes", "show"],
    &["template", "check"],
    &["template", "preview"],
    &["sample", "letters"],
    &["verify", "cms"],
    &["verify", "digests"],
    &["verify", "xml"],
    &["verify", "chain"],
    &["verify", "evidence"],
];

#[test]
fn every_subcommand_has_help_with_an_example() {
    for command in COMMANDS {
        let help = lettershop().args(command).arg("--help").must_succeed().text();
        assert!(help.contains("Example"), "{command:?}: {help}");
        assert!(help.contains(&format!("lettershop {}", command.join(" "))), "{command:?}: {help}");
    }
    let help = lettershop().arg("--help").must_succeed().text();
    assert!(help.contains("Exit codes"), "{help}");
}

#[test]
fn arguments_that_cannot_be_used_exit_with_3() {
    lettershop().arg("no-such-command").must_exit_with(3);
    lettershop().args(["night"]).must_exit_with(3);
    lettershop().args(["night", "/no/such/shop", "--out", "/no/such/out"]).must_exit_with(3);
    lettershop().args(["night", "x", "--now", "yesterday"]).must_exit_with(3);
}

#[test]
fn a_night_answers_in_json_and_in_words_without_a_terminal() {
    let shop = Shop::letters(60, 51, 0.0);
    let out = shop.out("out");
    let answer = shop.night(&out).must_succeed();
    assert!(answer.json().is_object(), "{answer}");
    let words = lettershop().arg("status").arg(out.path()).must_succeed();
    assert!(!words.text().contains('\u{1b}'), "no colours without a terminal: {words}");
    for command in ["status", "ledger", "report"] {
        let answer = lettershop().arg(command).arg(out.path()).arg("--json").must_succeed();
        assert!(answer.json().is_object(), "{answer}");
    }
}

#[test]
fn the_same_seed_makes_the_same_shop() {
    let [first, second] = [0, 1].map(|_| Shop::letters(200, 52, 0.05));
    let other = Shop::letters(200, 53, 0.05);
    let tree = |shop: &Shop| crate::shop::tree(shop.path());
    assert!(tree(&first) == tree(&second), "seed 52 twice");
    assert!(tree(&first) != tree(&other), "seeds 52 and 53");
}
