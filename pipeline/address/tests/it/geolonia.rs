//! Our split against that of 7,190 addresses by others (`geolonia/README.md`).

mod judge;

use self::judge::{rows, Judge, Verdict};
use crate::DICTIONARY;

#[test]
fn the_split_of_other_peoples_addresses_is_theirs() {
    let rows = rows(include_str!("geolonia/addresses.csv"));
    let tally = Judge::new(&DICTIONARY).judge(&rows, |_, _, _| {});
    let right: usize = tally.verdicts.iter().filter(|(v, _)| v.is_right()).map(|(_, n)| n).sum();
    let wrong: usize = tally.verdicts.iter().filter(|(v, _)| v.is_wrong()).map(|(_, n)| n).sum();
    assert_eq!((rows.len(), right, wrong), (7_191, 7_181, 2));
    // ARCHITECTURE.md says what each of these is.
    let classes = [
        (Verdict::Right, 7_169),
        (Verdict::Hamlet, 11),
        (Verdict::Finer, 1),
        (Verdict::NoTown, 8),
        (Verdict::TableHasNoTown, 1),
        (Verdict::OtherTown, 1),
    ];
    assert_eq!(tally.verdicts, classes.into());
    assert_eq!((tally.numbers, tally.codes), (7_176, 7_153));
}
