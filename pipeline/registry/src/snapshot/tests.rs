//! What the merge of the three relations gives, and what a snapshot's id depends on.

use super::*;
use crate::import::read_entries;

const RECIPIENTS: &str = "recipient,identity_level,mailbox,mailbox_id
r1,3,open,7001
r2,0,closed,7002
r3,2,open,7003
";
const LINKS: &str = "sender,pseudonym,recipient
city,c-1,r1
life,m-1,r1
city,c-2,r2
city,c-9,r9
city,c-0,r0
";
const PREFERENCES: &str = "recipient,sender,class,wish,selected
r1,city,*,electronic,true
r1,city,tax,paper,false
r2,life,*,both,true
r9,city,*,both,true
";

fn rows(links: &str) -> Vec<SnapshotRow> {
    snapshot_rows(
        read_entries::<Recipient>(RECIPIENTS.as_bytes()).expect("good").into_iter(),
        read_entries::<Link>(links.as_bytes()).expect("good").into_iter(),
        read_entries::<Preference>(PREFERENCES.as_bytes()).expect("good").into_iter(),
    )
    .collect()
}

#[test]
fn every_link_of_a_known_recipient_gives_its_rows() {
    let shown: Vec<String> = rows(LINKS)
        .iter()
        .map(|row| {
            format!(
                "{} {} {} {} level {} open {} selected {} {}",
                row.sender,
                row.class,
                row.pseudonym,
                row.mailbox,
                row.identity_level,
                row.mailbox_open,
                row.selected,
                row.wish.name()
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "city * c-1 7001 level 3 open true selected true electronic",
            "city tax c-1 7001 level 3 open true selected false paper",
            "life * m-1 7001 level 3 open true selected false paper",
            "city * c-2 7002 level 0 open false selected false paper",
        ]
    );
}

#[test]
fn links_to_nobody_are_counted() {
    let mut rows = snapshot_rows(
        read_entries::<Recipient>(RECIPIENTS.as_bytes()).expect("good").into_iter(),
        read_entries::<Link>(LINKS.as_bytes()).expect("good").into_iter(),
        std::iter::empty(),
    );
    assert_eq!((rows.by_ref().count(), rows.dangling_links()), (3, 2));
}

#[test]
fn the_id_depends_on_every_value_and_not_on_the_order() {
    let base = rows(LINKS);
    let id = SnapshotId::of(base.clone());
    let mut turned = base.clone();
    turned.reverse();
    assert_eq!(SnapshotId::of(turned), id);
    type Change = fn(&mut SnapshotRow);
    let changes: [Change; 8] = [
        |row| row.sender = SenderId::parse("town").expect("an id"),
        |row| row.class = "bill".into(),
        |row| row.pseudonym = "c-8".into(),
        |row| row.mailbox += 1,
        |row| row.identity_level -= 1,
        |row| row.mailbox_open ^= true,
        |row| row.selected ^= true,
        |row| row.wish = Wish::Both,
    ];
    for change in changes {
        let mut changed = base.clone();
        change(&mut changed[0]);
        assert_ne!(SnapshotId::of(changed), id);
    }
}

#[test]
fn the_id_of_a_known_snapshot_never_changes() {
    assert_eq!(SnapshotId::of(rows(LINKS)).to_string(), "e8eab724eb26d654");
    assert_eq!(SnapshotId::of([]).to_string(), "e3b0c44298fc1c14");
}

#[test]
fn an_id_reads_back() {
    let id = SnapshotId(0x0012_3456_789a_bcde);
    assert_eq!(SnapshotId::parse(&id.to_string()), Some(id));
    assert_eq!(SnapshotId::parse("12"), None);
}

#[test]
fn a_standing_reads_back_from_its_byte() {
    for row in rows(LINKS) {
        let bits = StandingBits::new(row.bits().byte()).expect("a standing");
        assert_eq!(
            (bits.identity_level(), bits.mailbox_open(), bits.selected(), bits.wish()),
            (row.identity_level, row.mailbox_open, row.selected, row.wish)
        );
    }
    assert_eq!(StandingBits::new(0x30), None);
}
