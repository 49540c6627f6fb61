//! Import files: what is taken, and what each fault says.

use super::*;

const RECIPIENTS: &str = "\u{feff}recipient,identity_level,mailbox,mailbox_id\r\n\
    r2,3,open,7002\r\nr1,0,closed,7001\r\n";

/// The faults of a file, each as it is shown.
fn faults<T: Entry>(csv: &str) -> Vec<String> {
    match read_entries::<T>(csv.as_bytes()) {
        Err(ImportError::Rows { faults, .. }) => faults.iter().map(ToString::to_string).collect(),
        Err(other) => panic!("{other}"),
        Ok(entries) => panic!("{} entries taken", entries.len()),
    }
}

#[test]
fn recipients_come_sorted_and_with_their_values() {
    let recipients = read_entries::<Recipient>(RECIPIENTS.as_bytes()).expect("a good file");
    let r1 = Recipient { id: "r1".into(), identity_level: 0, mailbox_open: false, mailbox: 7001 };
    assert_eq!(recipients[0], r1);
    assert_eq!((&*recipients[1].id, recipients[1].mailbox_open), ("r2", true));
}

#[test]
fn columns_are_found_by_name_in_any_order() {
    let csv = "recipient,sender,pseudonym\nr1,city,\"A,1\"\n";
    let links = read_entries::<Link>(csv.as_bytes()).expect("a good file");
    assert_eq!((&*links[0].pseudonym, links[0].sender.as_str()), ("A,1", "city"));
}

#[test]
fn preferences_keep_their_class_or_the_star() {
    let csv =
        "recipient,sender,class,wish,selected\nr1,city,tax,both,true\nr1,city,*,paper,false\n";
    let preferences = read_entries::<Preference>(csv.as_bytes()).expect("a good file");
    let classes: Vec<&str> = preferences.iter().map(|p| &*p.class).collect();
    assert_eq!(classes, ["*", "tax"]);
    assert_eq!((preferences[1].wish, preferences[1].selected), (Wish::Both, true));
}

#[test]
fn a_head_that_is_not_ours_is_refused_with_both_heads() {
    for head in ["", "recipient,identity_level,mailbox\n", "a,recipient,sender,pseudonym\n"] {
        match read_entries::<Link>(head.as_bytes()) {
            Err(ImportError::Head { expected, .. }) => assert_eq!(expected, Link::COLUMNS),
            other => panic!("{head:?} gives {other:?}"),
        }
    }
}

#[test]
fn every_bad_cell_names_its_line_and_column() {
    let csv = "recipient,identity_level,mailbox,mailbox_id\n\
        r1,4,open,1\nr2,1,ajar,2\nr3,1,open,x\n,1,open,4\nr5,1,open\nr6,1,open,6\n";
    assert_eq!(
        faults::<Recipient>(csv),
        [
            "line 2, column identity_level: \"4\" is not 0 to 3",
            "line 3, column mailbox: \"ajar\" is neither open nor closed",
            "line 4, column mailbox_id: \"x\" is not a number",
            "line 5, column recipient: \"\" is not a key",
            "line 6: 3 columns, the head has 4",
        ]
    );
    let csv = "recipient,sender,class,wish,selected\nr1,../x,tax,both,true\nr1,a,tax,fax,true\n\
        r1,a,tax,both,1\n";
    assert_eq!(
        faults::<Preference>(csv),
        [
            "line 2, column sender: \"../x\" is not a sender's id",
            "line 3, column wish: \"fax\" is not paper, electronic or both",
            "line 4, column selected: \"1\" is neither true nor false",
        ]
    );
}

#[test]
fn a_second_row_with_the_same_key_is_refused_and_points_to_the_first() {
    let csv = "sender,pseudonym,recipient\na,1,r1\nb,1,r1\na,2,r1\na,1,r2\n";
    assert_eq!(faults::<Link>(csv), ["line 5, column pseudonym: the same as in line 2"]);
}

#[test]
fn two_recipients_never_share_a_mailbox() {
    let csv = "recipient,identity_level,mailbox,mailbox_id\nr1,1,open,9\nr2,1,open,9\n";
    assert_eq!(faults::<Recipient>(csv), ["line 3, column mailbox_id: the same as in line 2"]);
}

#[test]
fn bytes_that_are_not_utf8_are_a_fault_of_their_cell() {
    let csv = b"sender,pseudonym,recipient\na,\x8a\xbf,r1\n";
    match read_entries::<Link>(csv.as_slice()) {
        Err(ImportError::Rows { faults, count: 1 }) => {
            assert_eq!((faults[0].line, faults[0].column), (2, "pseudonym"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn many_faults_are_counted_and_the_first_ones_kept() {
    let rows: String = (0..250).map(|_| "a,,r1\n").collect();
    match read_entries::<Link>(format!("sender,pseudonym,recipient\n{rows}").as_bytes()) {
        Err(ImportError::Rows { faults, count }) => {
            assert_eq!((faults.len(), count), (FAULTS_MAX, 250));
        }
        other => panic!("{other:?}"),
    }
}
