//! Pieces on their way to the post office.

use super::*;

fn row(sequence: u32, generation: u8, said: Said) -> Answer {
    Answer { sequence, generation, said, at: i64::from(sequence) }
}

fn answered(rows: &[Answer]) -> Act {
    Act::Answered { log: "00".into(), rows: rows.to_vec() }
}

fn reprinted(generation: u8, sequences: &[u32]) -> Act {
    Act::Reprinted { generation, sequences: sequences.to_vec(), approved_by: "B".into() }
}

fn pull(sequence: u32) -> Act {
    Act::PullAsked { sequence, note: "2026-1187".into() }
}

/// Takes acts and returns the account.
fn after(pieces: u32, acts: &[Act]) -> LineAccount {
    let mut account = LineAccount::open(pieces);
    for act in acts {
        account.act(act).unwrap_or_else(|fault| panic!("{act:?}: {fault}"));
        assert!(account.tally().equation_holds(), "{act:?}: {:?}", account.tally());
    }
    account
}

#[test]
fn a_part_closes_when_each_piece_has_ended_once() {
    use Said::{Double, Good, Missing, Spoiled};
    let first = [(1, Good), (2, Spoiled), (3, Missing), (4, Double), (5, Good), (6, Spoiled)];
    let first = answered(&first.map(|(sequence, said)| row(sequence, 1, said)));
    let mut account = after(7, &[first, pull(5), pull(7)]);
    assert_eq!(account.to_reprint(), [2, 3, 4, 6]);
    let open = LineFault::IsOpen { open: 6, strays: 0 };
    assert_eq!(account.act(&Act::Closed), Err(open));

    let aside = Act::SetAside { sequence: 6, note: "wet".into() };
    for act in [
        aside,
        reprinted(2, &[2, 3, 4]),
        answered(&[row(2, 2, Good), row(3, 2, Good), row(4, 2, Spoiled)]),
        reprinted(3, &[4]),
        answered(&[row(4, 3, Good)]),
        Act::TakenOut { sequence: 5, generation: 1 },
        Act::TakenOut { sequence: 7, generation: 1 },
        Act::Closed,
    ] {
        account.act(&act).unwrap_or_else(|fault| panic!("{act:?}: {fault}"));
        assert!(account.tally().equation_holds(), "{act:?}");
    }
    let tally = account.tally();
    assert_eq!((tally.posted, tally.posted_again, tally.pulled, tally.set_aside), (1, 3, 2, 1));
    assert_eq!((tally.ended(), tally.open(), account.is_closed()), (7, 0, true));
    assert_eq!(account.act(&pull(1)), Err(LineFault::IsClosed));
}

#[test]
fn the_same_row_twice_is_one_and_a_second_good_one_is_a_double() {
    let good = row(1, 1, Said::Good);
    let mut account = after(1, &[answered(&[good])]);
    assert_eq!(account.act(&answered(&[good])), Ok(Change { new: 0, known: 1 }));
    assert_eq!(account.standing(1).expect("a piece").state, State::Good);
    let later = Answer { at: 99, ..good };
    assert_eq!(account.act(&answered(&[later])), Ok(Change { new: 1, known: 0 }));
    let piece = account.standing(1).expect("a piece");
    assert_eq!((piece.state, piece.strays), (State::Double, 2));
}

#[test]
fn a_void_envelope_keeps_the_part_open_until_it_is_taken_out() {
    let good = |generation| answered(&[row(1, generation, Said::Good)]);
    let missing = answered(&[row(1, 1, Said::Missing)]);
    let mut account = after(1, &[missing, reprinted(2, &[1]), good(2), good(1)]);
    assert_eq!(account.act(&Act::Closed), Err(LineFault::IsOpen { open: 0, strays: 1 }));
    account.act(&Act::TakenOut { sequence: 1, generation: 1 }).expect("it is void");
    let again = account.act(&Act::TakenOut { sequence: 1, generation: 1 });
    assert_eq!(again, Err(LineFault::NotAskedFor { sequence: 1, generation: 1 }));
    account.act(&Act::Closed).expect("all have ended");
    assert_eq!(account.tally().posted_again, 1);
}

#[test]
fn an_envelope_whose_piece_is_printed_again_is_void() {
    let good = answered(&[row(1, 1, Said::Good)]);
    let account = after(1, &[good, reprinted(2, &[1])]);
    let piece = account.standing(1).expect("a piece");
    assert_eq!((piece.generation, piece.state, piece.strays), (2, State::Printed, 1));
}

#[test]
fn an_act_that_cannot_be_changes_nothing() {
    let mut account = after(2, &[answered(&[row(1, 1, Said::Good)]), pull(2)]);
    let before = account.tally();
    for (act, fault) in [
        (
            answered(&[row(2, 1, Said::Good), row(3, 1, Said::Good)]),
            LineFault::NoSuchPiece { sequence: 3, pieces: 2 },
        ),
        (
            answered(&[row(1, 2, Said::Good)]),
            LineFault::NoSuchGeneration { sequence: 1, generation: 2 },
        ),
        (reprinted(3, &[1]), LineFault::WrongGeneration { found: 3, last: 1 }),
        (reprinted(2, &[1, 2]), LineFault::Unfit { sequence: 2, state: State::PullAsked }),
        (pull(2), LineFault::Unfit { sequence: 2, state: State::PullAsked }),
        (
            Act::SetAside { sequence: 1, note: "x".into() },
            LineFault::Unfit { sequence: 1, state: State::Good },
        ),
        (
            Act::TakenOut { sequence: 1, generation: 1 },
            LineFault::NotAskedFor { sequence: 1, generation: 1 },
        ),
    ] {
        assert_eq!(account.act(&act), Err(fault), "{act:?}");
        assert_eq!((account.tally(), account.generation()), (before, 1), "{act:?}");
    }
}

#[test]
fn what_comes_back_is_noted_once_and_only_of_what_was_posted() {
    let back = |reason: &str| Act::Returned {
        sequence: 1,
        back: Return { reason: reason.into(), day: "2026-12-03".into() },
    };
    let mut account = after(1, &[]);
    assert!(account.act(&back("unknown")).is_err(), "it has no envelope yet");
    account.act(&answered(&[row(1, 1, Said::Good)])).expect("an answer");
    account.act(&Act::Closed).expect("all have ended");
    assert_eq!(account.act(&back("unknown")), Ok(Change { new: 1, known: 0 }));
    assert_eq!(account.act(&back("moved")), Ok(Change { new: 0, known: 1 }));
    assert_eq!(account.returned()[&1].reason, "unknown");
    assert_eq!((account.tally().posted, account.tally().returned), (1, 1));
}

#[test]
fn acts_are_kept_as_short_lines() {
    let act = answered(&[row(1, 1, Said::Good)]);
    let json = serde_json::to_string(&act).expect("plain data");
    assert_eq!(json, r#"{"answered":{"log":"00","rows":[[1,1,"G",1]]}}"#);
    assert_eq!(serde_json::from_str::<Act>(&json).expect("an act"), act);
}
