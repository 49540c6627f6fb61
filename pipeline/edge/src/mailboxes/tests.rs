//! Copies arrive once, open once, and outlive every cut and every lost index.

use mailbox::{CopyEntry, PackWriter, Sealer};

use super::*;
use crate::reading_room::ReadingRoom;

const SHARED: &[u8] = b"%PDF-1.7 fonts ";
const NOON: Moment = Moment(1_795_280_400);

/// A folder of mailboxes, opened anew as often as a test likes.
struct Shop(tempfile::TempDir);

impl Shop {
    /// Returns a shop with one pack of three copies, two of them in mailbox 7.
    fn new() -> Self {
        let shop = Self(tempfile::tempdir().expect("a folder"));
        shop.pack("city.tax", &[(1, 7), (2, 8), (3, 7)]);
        shop
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn pack(&self, name: &str, copies: &[(u64, u64)]) {
        let sealer = Sealer::new(SHARED);
        let head = PackHead {
            sender: SenderId::parse("city").expect("an id"),
            batch: BatchId::parse("tax").expect("an id"),
            shared_len: sealer.shared_len(),
            shared_seal: sealer.shared(),
        };
        let mut writer = PackWriter::new(Vec::new(), &head).expect("memory");
        for &(piece, mailbox) in copies {
            let tail = format!("{name} copy {piece}");
            let entry = CopyEntry {
                piece: PieceId(piece),
                mailbox: MailboxId(mailbox),
                row_id: &format!("row-{piece}"),
                title: "納税通知書",
                received: NOON,
                seal: sealer.seal(tail.as_bytes()),
                alike: 0,
                tail: tail.as_bytes(),
            };
            writer.push(&entry).expect("memory");
        }
        let (bytes, _) = writer.finish().expect("memory");
        let folder = self.path("mailboxes");
        durable::publish_bytes(&folder.join(format!("{name}.pack")), &bytes).expect("written");
        durable::publish_bytes(&folder.join(format!("{name}.shared")), SHARED).expect("written");
    }

    fn open(&self) -> (Store, Mailboxes) {
        let (store, _) = Store::open(&self.path("index")).expect("opened");
        let mailboxes = self.mailboxes(&store).expect("opened");
        (store, mailboxes)
    }

    fn mailboxes(&self, store: &Store) -> Result<Mailboxes, MailboxError> {
        Mailboxes::open(store, &self.path("mailboxes"), &self.path("mailboxes.log"))
    }

    fn delivered() -> Self {
        let shop = Self::new();
        let (_store, mut mailboxes) = shop.open();
        mailboxes.deliver("city.tax").expect("delivered");
        shop
    }
}

fn pieces(mailboxes: &Mailboxes, mailbox: u64) -> Vec<u64> {
    let listed = mailboxes.of_mailbox(MailboxId(mailbox)).expect("listed");
    listed.iter().map(|listed| listed.label.piece.0).collect()
}

fn notices(mailboxes: &Mailboxes) -> Vec<OpenNotice> {
    mailboxes.notices().expect("read").into_values().flatten().collect()
}

#[test]
fn a_delivered_copy_is_in_its_mailbox_and_nowhere_else() {
    let shop = Shop::delivered();
    let (_store, mailboxes) = shop.open();
    assert_eq!(pieces(&mailboxes, 7), [1, 3]);
    assert_eq!(pieces(&mailboxes, 8), [2]);
    assert_eq!(pieces(&mailboxes, 9), [0; 0]);
    let (city, tax) = (SenderId::parse("city"), BatchId::parse("tax"));
    let batch = mailboxes.of_batch(&city.expect("an id"), &tax.expect("an id")).expect("listed");
    let rows: Vec<_> = batch.iter().map(|listed| listed.label.row_id.as_str()).collect();
    assert_eq!(rows, ["row-1", "row-2", "row-3"]);
}

#[test]
fn a_pack_that_is_not_delivered_shows_nothing() {
    let shop = Shop::new();
    let (_store, mailboxes) = shop.open();
    assert_eq!(pieces(&mailboxes, 7), [0; 0]);
}

#[test]
fn delivering_again_is_success_and_changes_nothing() {
    let shop = Shop::new();
    for expected in [Delivery::Delivered { copies: 3 }, Delivery::Repeated { copies: 3 }] {
        let (_store, mut mailboxes) = shop.open();
        assert_eq!(mailboxes.deliver("city.tax").expect("delivered"), expected);
        let again = mailboxes.deliver("city.tax").expect("delivered");
        assert_eq!(again, Delivery::Repeated { copies: 3 });
        assert_eq!(pieces(&mailboxes, 7), [1, 3]);
        assert_eq!(mailboxes.packs().expect("listed").len(), 1);
    }
}

#[test]
fn a_pack_published_again_with_other_bytes_is_refused() {
    let shop = Shop::delivered();
    shop.pack("city.tax", &[(1, 7), (2, 7), (3, 7)]);
    let (_store, mut mailboxes) = shop.open();
    let refused = mailboxes.deliver("city.tax");
    assert!(matches!(refused, Err(MailboxError::PackChanged { .. })));
}

#[test]
fn a_piece_in_two_packs_arrives_once_as_it_came_first() {
    let shop = Shop::delivered();
    shop.pack("city.tax.part2", &[(3, 9), (4, 7)]);
    let (store, mut mailboxes) = shop.open();
    mailboxes.deliver("city.tax.part2").expect("delivered");
    drop((store, mailboxes));
    for _ in ["as delivered", "with the index made again"] {
        let (store, mut mailboxes) = shop.open();
        assert_eq!((pieces(&mailboxes, 7), pieces(&mailboxes, 9)), (vec![1, 3, 4], vec![]));
        let mut end_of = |piece| {
            let copy = mailboxes.read(PieceId(piece), NOON).expect("read").bytes;
            String::from_utf8_lossy(&copy[SHARED.len()..]).into_owned()
        };
        assert_eq!(end_of(3), "city.tax copy 3");
        assert_eq!(end_of(4), "city.tax.part2 copy 4");
        drop((store, mailboxes));
        fs::remove_dir_all(shop.path("index")).expect("removed");
    }
}

#[test]
fn a_pack_or_prefix_that_is_damaged_is_not_delivered() {
    let shop = Shop::new();
    let (_store, mut mailboxes) = shop.open();
    let pack = shop.path("mailboxes/city.tax.pack");
    let sound = fs::read(&pack).expect("a file");
    // The first label of the first copy lies behind the head of 71 bytes.
    for at in [0, 30, 100, sound.len() - 1] {
        let mut bytes = sound.clone();
        bytes[at] ^= 1;
        fs::write(&pack, bytes).expect("written");
        let refused = mailboxes.deliver("city.tax");
        assert!(matches!(refused, Err(MailboxError::Pack { .. })), "changed at {at}");
    }
    fs::write(&pack, sound).expect("written");
    fs::write(shop.path("mailboxes/city.tax.shared"), b"%PDF-1.7 other ").expect("written");
    let refused = mailboxes.deliver("city.tax");
    assert!(matches!(refused, Err(MailboxError::WrongPrefix { .. })));
    fs::write(shop.path("mailboxes/city.tax.shared"), SHARED).expect("written");
    assert!(mailboxes.deliver("city.tax").is_ok());
}

#[test]
fn the_first_reading_makes_one_notice_and_every_later_one_none() {
    let shop = Shop::delivered();
    for (number, later) in [0, 60, 120].into_iter().enumerate() {
        let (_store, mut mailboxes) = shop.open();
        let copy = mailboxes.read(PieceId(2), Moment(NOON.0 + later)).expect("read");
        assert_eq!(copy.bytes, [SHARED, b"city.tax copy 2"].concat());
        assert_eq!((copy.first, copy.opened), (number == 0, NOON));
        let notices = notices(&mailboxes);
        assert_eq!(notices.len(), 1);
        assert_eq!((notices[0].row_id.as_str(), notices[0].opened), ("row-2", NOON));
        assert_eq!(mailboxes.of_mailbox(MailboxId(8)).expect("listed")[0].opened, Some(NOON));
    }
}

#[test]
fn a_reading_cut_at_any_byte_of_its_notice_never_happened() {
    let shop = Shop::delivered();
    let before = fs::read(shop.path("mailboxes.log")).expect("a file");
    let (store, mut mailboxes) = shop.open();
    mailboxes.read(PieceId(1), NOON).expect("read");
    drop((store, mailboxes));
    let after = fs::read(shop.path("mailboxes.log")).expect("a file");
    for cut in before.len()..after.len() {
        fs::write(shop.path("mailboxes.log"), &after[..cut]).expect("written");
        // The index is ahead of the log here, as after a power cut that kept sled's pages only.
        let (store, mut mailboxes) = shop.open();
        let copy = mailboxes.read(PieceId(1), Moment(NOON.0 + 60)).expect("read");
        assert!(copy.first, "cut at {cut}");
        let notices = notices(&mailboxes);
        assert_eq!(notices.len(), 1, "cut at {cut}");
        assert_eq!(notices[0].opened, copy.opened);
        drop((store, mailboxes));
    }
}

/// The notice that a copy of the city's was opened at noon.
fn opened(piece: u64) -> OpenNotice {
    OpenNotice {
        piece: PieceId(piece),
        row_id: format!("row-{piece}"),
        sender: SenderId::parse("city").expect("an id"),
        batch: BatchId::parse("tax").expect("an id"),
        opened: NOON,
    }
}

#[test]
fn a_notice_that_the_index_missed_is_not_made_again() {
    let shop = Shop::delivered();
    let (store, mut mailboxes) = shop.open();
    // A kill between the log and the index.
    let notice = opened(1);
    mailboxes.log.append(&index::opened_record(&notice)).expect("appended");
    mailboxes.log.sync().expect("synced");
    drop((store, mailboxes));
    let (_store, mut mailboxes) = shop.open();
    assert!(!mailboxes.read(PieceId(1), Moment(0)).expect("read").first);
    assert_eq!(notices(&mailboxes), [notice]);
}

#[test]
fn a_lost_index_is_made_again_from_packs_and_log() {
    let shop = Shop::delivered();
    let (store, mut mailboxes) = shop.open();
    mailboxes.read(PieceId(3), NOON).expect("read");
    let before = mailboxes.of_mailbox(MailboxId(7)).expect("listed");
    drop((store, mailboxes));
    fs::remove_dir_all(shop.path("index")).expect("removed");
    let (_store, mut mailboxes) = shop.open();
    assert_eq!(mailboxes.of_mailbox(MailboxId(7)).expect("listed"), before);
    assert_eq!(mailboxes.deliver("city.tax").expect("known"), Delivery::Repeated { copies: 3 });
    assert!(!mailboxes.read(PieceId(3), NOON).expect("read").first);
}

#[test]
fn a_copy_that_is_not_as_sealed_is_not_handed_out_and_counts_as_unread() {
    let shop = Shop::delivered();
    fs::write(shop.path("mailboxes/city.tax.shared"), b"%PDF-1.7 forged").expect("written");
    let (_store, mut mailboxes) = shop.open();
    let broken = mailboxes.read(PieceId(1), NOON);
    assert!(matches!(broken, Err(MailboxError::SealBroken { .. })));
    assert!(notices(&mailboxes).is_empty());
}

#[test]
fn an_export_is_the_copy_and_no_reading() {
    let shop = Shop::delivered();
    let (_store, mailboxes) = shop.open();
    let path = shop.path("export/2.pdf");
    let label = mailboxes.export(PieceId(2), &path).expect("exported");
    assert_eq!(label.seal, Seal::of(&fs::read(&path).expect("a file")));
    assert!(notices(&mailboxes).is_empty());
    let unknown = mailboxes.export(PieceId(9), &path);
    assert!(matches!(unknown, Err(MailboxError::NoSuchPiece(PieceId(9)))));
}

#[test]
fn the_reading_room_shows_what_the_mailboxes_hold_while_they_are_open() {
    let shop = Shop::delivered();
    shop.pack("city.tax.part2", &[(3, 9), (4, 7)]);
    let (folder, log) = (shop.path("mailboxes"), shop.path("mailboxes.log"));
    let (_store, mut mailboxes) = shop.open();
    let mut room = ReadingRoom::open(&folder, &log).expect("opened");
    mailboxes.deliver("city.tax.part2").expect("delivered");
    mailboxes.read(PieceId(1), NOON).expect("read");
    assert!(room.refresh().expect("refreshed"));
    assert!(!room.refresh().expect("refreshed"));
    for mailbox in [7, 8, 9] {
        let mut shown: Vec<u64> =
            room.of_mailbox(MailboxId(mailbox)).iter().map(|place| place.piece().0).collect();
        shown.sort_unstable();
        assert_eq!(shown, pieces(&mailboxes, mailbox), "mailbox {mailbox}");
        for &piece in &shown {
            let place = room.place(MailboxId(mailbox), PieceId(piece)).expect("a place");
            let (label, bytes) = place.copy().expect("read");
            let copy = mailboxes.copy(PieceId(piece)).expect("read");
            assert_eq!((label, bytes), (copy.1, copy.2));
        }
    }
    assert_eq!((room.opened(PieceId(1)), room.opened(PieceId(2))), (Some(NOON), None));
    assert!(room.place(MailboxId(8), PieceId(1)).is_none(), "another mailbox's copy");
}

#[test]
fn openings_of_another_door_are_taken_once() {
    let shop = Shop::delivered();
    let opened = |piece| OpenNotice {
        piece: PieceId(piece),
        row_id: format!("row-{piece}"),
        sender: SenderId::parse("city").expect("an id"),
        batch: BatchId::parse("tax").expect("an id"),
        opened: NOON,
    };
    for taken in [2, 0] {
        let (_store, mut mailboxes) = shop.open();
        let notices_given = [opened(1), opened(2), opened(1), opened(99)];
        assert_eq!(mailboxes.take_openings(notices_given).expect("taken"), taken);
        assert_eq!(notices(&mailboxes), [opened(1), opened(2)]);
        assert!(!mailboxes.read(PieceId(1), Moment(NOON.0 + 9)).expect("read").first);
    }
}

#[test]
fn a_withdrawn_copy_is_nowhere_and_one_that_was_read_stays() {
    let shop = Shop::delivered();
    let (folder, log) = (shop.path("mailboxes"), shop.path("mailboxes.log"));
    let (store, mut mailboxes) = shop.open();
    let mut room = ReadingRoom::open(&folder, &log).expect("opened");
    mailboxes.read(PieceId(1), NOON).expect("read");
    let mut withdraw = |piece| mailboxes.withdraw(PieceId(piece), NOON);
    assert_eq!(withdraw(1).expect("there"), Withdrawal::Opened(NOON));
    assert_eq!(withdraw(3).expect("there"), Withdrawal::Withdrawn);
    assert_eq!(withdraw(3).expect("there"), Withdrawal::Known);
    assert!(matches!(withdraw(9), Err(MailboxError::NoSuchPiece(PieceId(9)))));
    let opening = opened(3);
    assert_eq!(mailboxes.take_openings([opening]).expect("taken"), 0, "nobody can open it");
    room.refresh().expect("refreshed");
    drop((mailboxes, store));
    for index in ["kept", "made again"] {
        let (store, mut mailboxes) = shop.open();
        assert_eq!(pieces(&mailboxes, 7), [1], "{index}");
        assert!(matches!(mailboxes.read(PieceId(3), NOON), Err(MailboxError::NoSuchPiece(_))));
        assert!(room.place(MailboxId(7), PieceId(3)).is_none() && room.is_withdrawn(PieceId(3)));
        assert_eq!(room.of_mailbox(MailboxId(7)).len(), 1);
        assert_eq!(withdrawn_copies(&log).expect("a log"), [PieceId(3)].into());
        drop((mailboxes, store));
        fs::remove_dir_all(shop.path("index")).expect("an index");
    }
    let (_store, mut mailboxes) = shop.open();
    mailboxes.give_back(PieceId(3)).expect("given back");
    room.refresh().expect("refreshed");
    assert_eq!(pieces(&mailboxes, 7), [1, 3]);
    assert!(room.place(MailboxId(7), PieceId(3)).is_some());
    assert!(withdrawn_copies(&log).expect("a log").is_empty());
}
