//! The truth table of the rule, written out, and a second formulation to compare it with.

use super::*;

const NO_KEY: &str = "no key";
const UNKNOWN: &str = "unknown";

/// The table: every way through the rule, one a line. `*` means that the value does not matter.
///
/// paper-only class | key | selected | level ≥ class | mailbox | wish | copy fits | channel | why
const TABLE: &[[&str; 9]] = &[
    ["yes", "*", "*", "*", "*", "*", "*", "paper", "class-is-paper-only"],
    ["no", NO_KEY, "*", "*", "*", "*", "*", "paper", "no-recipient-key"],
    ["no", UNKNOWN, "*", "*", "*", "*", "*", "paper", "not-registered"],
    ["no", "known", "no", "*", "*", "*", "*", "paper", "sender-not-selected"],
    ["no", "known", "yes", "no", "*", "*", "*", "paper", "below-identity-level"],
    ["no", "known", "yes", "yes", "closed", "*", "*", "paper", "mailbox-closed"],
    ["no", "known", "yes", "yes", "open", "paper", "*", "paper", "prefers-paper"],
    ["no", "known", "yes", "yes", "open", "electronic", "no", "paper", "too-large"],
    ["no", "known", "yes", "yes", "open", "both", "no", "paper", "too-large"],
    ["no", "known", "yes", "yes", "open", "electronic", "yes", "electronic", "prefers-electronic"],
    ["no", "known", "yes", "yes", "open", "both", "yes", "both", "prefers-both"],
];

/// One combination of all inputs, with the words of the table for it.
struct Case {
    class: ClassRule,
    known: Lookup,
    copy_bytes: Option<u64>,
    words: [&'static str; 7],
}

/// Every combination: both kinds of class, levels 0-3 on both sides, all keys, standings, wishes
/// and a copy that is unmeasured, just small enough, or one byte too large.
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for paper_only in [false, true] {
        for class_level in 0..=3 {
            for copy_bytes in [None, Some(0), Some(1000), Some(1001)] {
                let class =
                    ClassRule { paper_only, identity_level: class_level, copy_bytes_max: 1000 };
                for known in lookups() {
                    let words = words(&class, known, copy_bytes);
                    cases.push(Case { class, known, copy_bytes, words });
                }
            }
        }
    }
    cases
}

fn lookups() -> Vec<Lookup> {
    let mut lookups = vec![Lookup::NoKey, Lookup::NotRegistered];
    for identity_level in 0..=3 {
        for bits in 0..4 {
            let (selected, mailbox_open) = (bits & 1 == 1, bits & 2 == 2);
            lookups.extend(Wish::ALL.map(|wish| {
                Lookup::Known(Standing { selected, identity_level, mailbox_open, wish })
            }));
        }
    }
    lookups
}

fn words(class: &ClassRule, known: Lookup, copy_bytes: Option<u64>) -> [&'static str; 7] {
    let yes = |is: bool| if is { "yes" } else { "no" };
    let fits = yes(copy_bytes.unwrap_or(0) <= class.copy_bytes_max);
    let standing = match known {
        Lookup::NoKey => return [yes(class.paper_only), NO_KEY, "-", "-", "-", "-", fits],
        Lookup::NotRegistered => return [yes(class.paper_only), UNKNOWN, "-", "-", "-", "-", fits],
        Lookup::Known(standing) => standing,
    };
    [
        yes(class.paper_only),
        "known",
        yes(standing.selected),
        yes(standing.identity_level >= class.identity_level),
        if standing.mailbox_open { "open" } else { "closed" },
        standing.wish.name(),
        fits,
    ]
}

#[test]
fn every_combination_falls_on_one_row_of_the_table_and_goes_as_it_says() {
    let mut met = vec![false; TABLE.len()];
    for case in cases() {
        let falls_on = |row: &[&str; 9]| (0..7).all(|i| row[i] == "*" || row[i] == case.words[i]);
        let rows: Vec<usize> = (0..TABLE.len()).filter(|&row| falls_on(&TABLE[row])).collect();
        assert_eq!(rows.len(), 1, "{:?} falls on rows {rows:?}", case.words);
        met[rows[0]] = true;
        let (channel, why) = route(&case.class, case.known, case.copy_bytes);
        let [.., expected_channel, expected_why] = TABLE[rows[0]];
        assert_eq!((channel.name(), why.code()), (expected_channel, expected_why), "{:?}", {
            case.words
        });
    }
    assert!(met.iter().all(|&row| row), "every row of the table is met");
}

/// The rule said another way: of all reasons that hold, the first in the order of the rule wins.
fn independent(class: &ClassRule, known: Lookup, copy_bytes: Option<u64>) -> ChannelReason {
    let standing = match known {
        Lookup::Known(standing) => Some(standing),
        Lookup::NoKey | Lookup::NotRegistered => None,
    };
    let holds = |why: &&ChannelReason| match why {
        ChannelReason::ClassIsPaperOnly => class.paper_only,
        ChannelReason::NoRecipientKey => known == Lookup::NoKey,
        ChannelReason::NotRegistered => known == Lookup::NotRegistered,
        ChannelReason::SenderNotSelected => standing.is_some_and(|s| !s.selected),
        ChannelReason::BelowIdentityLevel => {
            standing.is_some_and(|s| class.identity_level > s.identity_level)
        }
        ChannelReason::MailboxClosed => standing.is_some_and(|s| !s.mailbox_open),
        ChannelReason::PrefersPaper => standing.is_some_and(|s| s.wish == Wish::Paper),
        ChannelReason::TooLarge => copy_bytes > Some(class.copy_bytes_max),
        ChannelReason::PrefersElectronic => standing.is_some_and(|s| s.wish == Wish::Electronic),
        ChannelReason::PrefersBoth => standing.is_some_and(|s| s.wish == Wish::Both),
        ChannelReason::NoTimeToRead | ChannelReason::Unread | ChannelReason::Undelivered => false,
    };
    *ChannelReason::ALL.iter().find(holds).expect("some reason always holds")
}

#[test]
fn the_first_reason_that_holds_in_the_order_of_the_rule_wins() {
    let cases = cases();
    assert_eq!(cases.len(), 2 * 4 * 4 * (2 + 4 * 4 * 3));
    for case in cases {
        let (channel, why) = route(&case.class, case.known, case.copy_bytes);
        assert_eq!(why, independent(&case.class, case.known, case.copy_bytes), "{:?}", case.words);
        let expected = match why {
            ChannelReason::PrefersElectronic => Channel::Electronic,
            ChannelReason::PrefersBoth => Channel::Both,
            _ => Channel::Paper,
        };
        assert_eq!(channel, expected, "{:?}", case.words);
    }
}
