//! The registry on disk: merge order, repeats, and what a damaged log comes to.

use std::fs;

use letter::{Date, Moment, SenderId, Wish};
use registry::{BasicFour, Consent, Decision, Inquiry, Sex, Shown, SnapshotRow};

use super::*;

fn recipient(id: &str, mailbox: u64) -> Change {
    let (id, identity_level, mailbox_open) = (id.into(), 2, true);
    Change::Recipient(Recipient { id, identity_level, mailbox_open, mailbox })
}

fn link(sender: &str, pseudonym: &str, recipient: &str) -> Change {
    Change::Link(Link {
        sender: SenderId::parse(sender).expect("an id"),
        pseudonym: pseudonym.into(),
        recipient: recipient.into(),
    })
}

fn wish(recipient: &str, sender: &str, wish: Wish) -> Change {
    Change::Preference(Preference {
        recipient: recipient.into(),
        sender: SenderId::parse(sender).expect("an id"),
        class: "*".into(),
        wish,
        selected: true,
    })
}

fn day(text: &str) -> Date {
    Date::parse(text).expect("a day")
}

fn event(recipient: &str, from: &str, event: Event) -> Change {
    Change::Person(PersonEvent { recipient: recipient.into(), from: day(from), event })
}

fn registered(recipient: &str, from: &str, birth: &str) -> Change {
    let shown = |text: &str| Shown { text: text.into(), mask: "".into() };
    let (name, birth, sex) = (shown("試験　花子"), day(birth), Sex::Female);
    let four = BasicFour { name, birth, sex, address: shown("星見市緑区中野123") };
    event(recipient, from, Event::Registered(four))
}

fn consent(recipient: &str, at: i64, is_given: bool) -> Change {
    let sender = SenderId::parse("city").expect("an id");
    Change::Consent(Consent { recipient: recipient.into(), sender, at: Moment(at), is_given })
}

/// What a year brings: every kind of change, some of them corrected.
fn year() -> Vec<Change> {
    let sender = SenderId::parse("city").expect("an id");
    let (by, approved_by) = ("tanaka".into(), "suzuki".into());
    let (at, case) = (Moment(1_795_280_400), "c1".into());
    let recipient = Some("r-1".into());
    let decided = Decision { sender: sender.clone(), case, recipient, by, approved_by, at };
    let mut year = changes();
    year.extend([
        registered("r-1", "2026-01-01", "1980-12-31"),
        registered("r-1", "2026-01-01", "1981-12-31"),
        event("r-1", "2026-03-01", Event::Closed),
        event("r-1", "2026-04-01", Event::Opened),
        event("r-10", "2026-05-01", Event::Died),
        consent("r-1", 100, true),
        consent("r-1", 90, false),
        consent("r-10", 100, true),
        consent("r-10", 200, false),
        Change::Decision(decided),
        Change::Inquiry(Inquiry { sender, day: day("2026-05-01"), file: "ab".into(), rows: 3 }),
    ]);
    year
}

fn changes() -> Vec<Change> {
    vec![
        recipient("r-10", 10),
        recipient("r-1", 1),
        link("city", "p-1", "r-1"),
        link("city", "p-10", "r-10"),
        link("bank", "x", "r-1"),
        wish("r-1", "city", Wish::Electronic),
    ]
}

fn rows(registry: &RegistryStore) -> Vec<SnapshotRow> {
    registry.freeze(|rows| rows.collect()).expect("sound")
}

fn open(folder: &tempfile::TempDir) -> (Store, RegistryStore) {
    let (store, _) = Store::open(&folder.path().join("index")).expect("opened");
    let log = folder.path().join("registry.log");
    let registry = RegistryStore::open(&store, &log).expect("opened");
    (store, registry)
}

#[test]
fn what_is_imported_is_frozen_in_merge_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_store, mut registry) = open(&folder);
    let imported = registry.import(changes()).expect("imported");
    assert_eq!(imported, Imported { changed: 6, unchanged: 0 });
    let Change::Recipient(known) = recipient("r-10", 10) else { panic!("a recipient") };
    assert_eq!(registry.recipient("r-10").expect("read"), Some(known));
    assert_eq!(registry.recipient("r-2").expect("read"), None);
    let rows = rows(&registry);
    let short: Vec<_> =
        rows.iter().map(|r| (r.sender.as_str(), &*r.pseudonym, r.mailbox, r.wish)).collect();
    assert_eq!(
        short,
        [
            ("bank", "x", 1, Wish::Paper),
            ("city", "p-1", 1, Wish::Electronic),
            ("city", "p-10", 10, Wish::Paper),
        ]
    );
}

#[test]
fn importing_the_same_again_logs_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_store, mut registry) = open(&folder);
    registry.import(changes()).expect("imported");
    let len = fs::metadata(folder.path().join("registry.log")).expect("a file").len();
    let imported = registry.import(changes()).expect("imported");
    assert_eq!(imported, Imported { changed: 0, unchanged: 6 });
    assert_eq!(fs::metadata(folder.path().join("registry.log")).expect("a file").len(), len);
}

#[test]
fn a_link_that_moves_to_another_recipient_leaves_the_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_store, mut registry) = open(&folder);
    registry.import(changes()).expect("imported");
    // Twice within one import, so that the second sees the first.
    let moves = [link("city", "p-10", "r-1"), link("city", "p-10", "r-10")];
    let before = rows(&registry);
    registry.import(moves.clone()).expect("imported");
    assert_eq!(rows(&registry), before);
    registry.import(moves[..1].to_vec()).expect("imported");
    assert!(rows(&registry).iter().all(|row| row.mailbox == 1));
    assert_eq!(rows(&registry).len(), 3);
}

#[test]
fn a_cut_between_what_follows_and_the_changes_themselves_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, mut registry) = open(&folder);
    registry.import(changes()).expect("imported");
    let moved = link("city", "p-10", "r-1");
    // As an import that is cut after the first of its two passes over the view.
    let (mut moves, mut bytes) = (Sorter::new(folder.path()), Vec::new());
    moved.to_bytes(&mut bytes);
    moves.push(&key(&moved), Some(&bytes)).expect("sorted");
    let RegistryStore { log, view, folder: sorting } = &mut registry;
    let fresh = Fresh::of(view, sorting, moves, |bytes| Ok(log.append(bytes)?)).expect("read");
    log.sync().expect("durable");
    view.write_sorted(fresh.derived).expect("written");
    drop((store, registry));
    let (store, registry) = open(&folder);
    let after = rows(&registry);
    assert!(after.iter().all(|row| row.mailbox == 1) && after.len() == 3);
    drop((store, registry));
    Store::rebuild(&folder.path().join("index")).map(drop).expect("rebuilt");
    let (_store, registry) = open(&folder);
    assert_eq!(rows(&registry), after);
}

#[test]
fn persons_are_found_by_their_birth_date_as_it_was_corrected_last() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_store, mut registry) = open(&folder);
    registry.import(year()).expect("imported");
    let born = |text| registry.born(day(text)).expect("read").into_iter().collect::<Vec<_>>();
    assert_eq!(born("1980-12-31"), []);
    assert_eq!(born("1981-12-31"), ["r-1".into()]);
    let ended = |text| registry.ended(day(text)).expect("read").into_iter().collect::<Vec<_>>();
    assert_eq!(ended("2026-03-31"), ["r-1".into()]);
    assert_eq!(ended("2026-04-30"), []);
    assert_eq!(ended("2026-05-31"), ["r-10".into()]);
    assert_eq!(registry.history("r-1").expect("read").len(), 3, "nothing is forgotten");
    assert_eq!(registry.person("r-2", day("2026-05-31")).expect("read").four, None);
}

#[test]
fn the_latest_word_on_a_consent_stands_and_the_ones_before_are_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_store, mut registry) = open(&folder);
    registry.import(year()).expect("imported");
    let [city, bank] = ["city", "bank"].map(|id| SenderId::parse(id).expect("an id"));
    let agrees = |recipient| registry.consents_to(recipient, &city).expect("read");
    assert!(agrees("r-1") && !agrees("r-10"));
    assert!(!registry.consents_to("r-1", &bank).expect("read"), "nothing was said");
    assert_eq!(registry.consents("r-10", &city).expect("read").len(), 2);
    let withdrawn = registry.withdrawn().expect("read");
    assert_eq!(withdrawn.into_iter().collect::<Vec<_>>(), [("r-10".into(), city.clone())]);
    assert!(registry.decision(&city, "c1").expect("read").is_some());
    assert_eq!(registry.decision(&bank, "c1").expect("read"), None);
    assert_eq!(registry.inquiries(&city, day("2026-05-01")).expect("read").len(), 1);
    assert_eq!(registry.inquiries(&city, day("2026-05-02")).expect("read").len(), 0);
}

/// Builds a registry from a log that holds `bytes`, and returns its state.
fn rebuilt(folder: &tempfile::TempDir, bytes: &[u8]) -> Result<String, StoreError> {
    let log = folder.path().join("rebuilt.log");
    fs::write(&log, bytes).expect("written");
    let (store, _) = Store::rebuild(&folder.path().join("rebuilt")).expect("opened");
    let state = RegistryStore::open(&store, &log)?.state();
    drop(store);
    for entry in fs::read_dir(folder.path()).expect("a folder") {
        let path = entry.expect("a folder").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if name.contains("damaged-") {
            fs::remove_dir_all(path).expect("removed");
        }
    }
    state
}

#[test]
fn the_log_alone_gives_the_same_registry_wherever_it_is_cut_or_a_byte_flips() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, mut registry) = open(&folder);
    let mut states = vec![registry.state().expect("sound")];
    for change in year() {
        registry.import([change]).expect("imported");
        states.push(registry.state().expect("sound"));
    }
    drop((store, registry));
    let bytes = fs::read(folder.path().join("registry.log")).expect("a file");
    assert_eq!(rebuilt(&folder, &bytes).as_ref().ok(), states.last(), "the whole of it");
    let mut at_least = 0;
    for cut in (8..bytes.len()).step_by(37) {
        let state = rebuilt(&folder, &bytes[..cut]).expect("a cut tail is no damage");
        let found = states.iter().position(|known| *known == state);
        let found = found.unwrap_or_else(|| panic!("cut at {cut}"));
        assert!(found >= at_least, "more bytes never know less");
        at_least = found;
    }
    let mut refused = 0;
    for at in (0..bytes.len()).step_by(41) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 0x10;
        match rebuilt(&folder, &flipped) {
            Ok(state) => assert!(states.contains(&state), "flipped at {at}"),
            Err(StoreError::Log(_)) => refused += 1,
            Err(other) => panic!("flipped at {at}: {other}"),
        }
    }
    assert!(refused > 10, "only {refused} of the flips are told from a cut tail");
}

#[test]
fn a_value_that_cannot_be_read_makes_no_snapshot() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_store, mut registry) = open(&folder);
    registry.import(changes()).expect("imported");
    let mut batch = registry.view.batch();
    batch.put(b"rr-1".to_vec(), b"no change");
    batch.write(6).expect("written");
    let frozen = registry.freeze(|rows| rows.count());
    assert!(matches!(frozen, Err(StoreError::Damaged { tree: "registry" })));
}
