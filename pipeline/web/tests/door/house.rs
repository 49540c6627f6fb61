//! A shop after a night: three letters in two mailboxes, and its door.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::mpsc;

use edge::durable::{self, AppendLog, Records};
use edge::mailboxes::Mailboxes;
use edge::registry_store::RegistryStore;
use edge::store::Store;
use letter::{BatchId, Moment, PieceId, SenderId};
use mailbox::{CopyEntry, Mailbox, MailboxId, PackHead, PackWriter, Sealer};
use registry::{Change, Recipient};
use web::act::{Act, Entry, Errand, Order};
use web::news::Told;
use web::{Class, Number, OutwardPlan, PasscodeKey, SenderCard, Site, SiteFiles, SitePlan};

use crate::browser::Browser;

const SHARED: &[u8] = b"%PDF-1.7 fonts ";
const NOON: Moment = Moment(1_795_280_400);
const KEY: PasscodeKey = PasscodeKey([9; 32]);

/// (piece, mailbox, title)
const LETTERS: [(u64, u64, &str); 3] =
    [(1, 7, "固定資産税 納税通知書"), (2, 8, "市県民税 納税通知書"), (3, 7, "水道料金のお知らせ")];

pub struct House {
    folder: tempfile::TempDir,
    address: SocketAddr,
}

impl House {
    pub fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut house = Self { folder, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        house.deliver();
        house.restart();
        house
    }

    fn deliver(&self) {
        let files = self.files();
        durable::make_folder(&files.mailboxes).expect("made");
        durable::make_folder(&self.folder.path().join("state")).expect("made");
        let sealer = Sealer::new(SHARED);
        let head = PackHead {
            sender: sender(),
            batch: BatchId::parse("tax").expect("an id"),
            shared_len: sealer.shared_len(),
            shared_seal: sealer.shared(),
        };
        let mut writer = PackWriter::new(Vec::new(), &head).expect("memory");
        for (piece, mailbox, title) in LETTERS {
            let tail = format!("copy {piece}");
            let entry = CopyEntry {
                piece: PieceId(piece),
                mailbox: MailboxId(mailbox),
                row_id: &format!("row-{piece}"),
                title,
                received: NOON,
                seal: sealer.seal(tail.as_bytes()),
                alike: 0,
                tail: tail.as_bytes(),
            };
            writer.push(&entry).expect("memory");
        }
        let (bytes, _) = writer.finish().expect("memory");
        durable::publish_bytes(&files.mailboxes.join("c.tax.pack"), &bytes).expect("written");
        durable::publish_bytes(&files.mailboxes.join("c.tax.shared"), SHARED).expect("written");
        let (store, _) = Store::open(&self.folder.path().join("index")).expect("opened");
        let mut mailboxes =
            Mailboxes::open(&store, &files.mailboxes, &files.deliveries).expect("opened");
        mailboxes.deliver("c.tax").expect("delivered");
        let mut registry = RegistryStore::open(&store, &files.registry).expect("opened");
        let people = [("r-1", 7), ("r-2", 8)].map(|(id, mailbox)| {
            let (identity_level, mailbox_open) = (1, true);
            Change::Recipient(Recipient { id: id.into(), identity_level, mailbox_open, mailbox })
        });
        registry.import(people).expect("imported");
    }

    /// Ends no server: it has nothing that it would have to give back. The next one takes the
    /// files as they are, as after a kill.
    pub fn restart(&mut self) {
        let copy = self.folder.path().join(format!("copy-{}", self.address.port()));
        if self.address.port() != 0 {
            // The first server holds its log; the second gets what is on the disk.
            std::fs::copy(self.files().acts, &copy).expect("copied");
            std::fs::rename(&copy, self.files().acts).expect("renamed");
        }
        let plan = SitePlan {
            files: self.files(),
            shop: "見本印刷センター".to_owned(),
            senders: vec![SenderCard {
                id: sender(),
                name: "星見市".to_owned(),
                classes: vec![class("reminder", true), class("tax", false)],
            }],
            key: KEY,
            outward: OutwardPlan {
                domains: vec!["mail.example.jp".to_owned()],
                portals: vec![("kurashi".to_owned(), "暮らしポータル".to_owned())],
            },
            // A stand-in for the card's signature: the certificate, a line end, the challenge.
            card: Some(Box::new(|challenge, signature, _| {
                let at = signature.iter().position(|byte| *byte == b'\n')?;
                (signature[at + 1..] == *challenge).then(|| signature[..at].to_vec())
            })),
            taken: [0, 0],
            clock: Box::new(|| Moment(NOON.0 + 60)),
        };
        let site = Site::open(plan).expect("opened");
        let (sent, bound) = mpsc::channel();
        std::thread::spawn(move || {
            web::run(site, "127.0.0.1:0", |at| sent.send(at.address).expect("heard"))
        });
        self.address = bound.recv().expect("the door listens");
    }

    fn files(&self) -> SiteFiles {
        let state = self.folder.path().join("state");
        SiteFiles {
            mailboxes: self.folder.path().join("mailboxes"),
            deliveries: state.join("mailboxes.log"),
            registry: state.join("registry.log"),
            acts: state.join("door.log"),
            invitations: state.join("invitations.log"),
            papers: state.join("papers"),
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn browser(&self) -> Browser {
        Browser::at(self.address)
    }

    /// Orders a code as the command line does; returns number and code when the door knows it.
    pub fn invite(&self, recipient: &str, issue: u32) -> (String, String) {
        let number = Number::of(recipient.bytes().map(u64::from).sum());
        let order = Order { number, issue, recipient: recipient.to_owned(), to: Errand::Counter };
        let entry = Entry { at: NOON, act: Act::Ordered(order) };
        let path: PathBuf = self.files().invitations;
        let mut log = AppendLog::open(&path, |_| Ok(())).expect("opened");
        log.append(&serde_json::to_vec(&entry).expect("plain data")).expect("appended");
        log.sync().expect("durable");
        // The door looks once a second.
        std::thread::sleep(std::time::Duration::from_millis(1300));
        (number.to_string(), KEY.code(number, issue))
    }

    pub fn unused_number(&self) -> String {
        Number::of(123_456).to_string()
    }

    pub fn signed_in(&self, recipient: &str) -> Browser {
        let (number, code) = self.invite(recipient, 1);
        let mut browser = self.browser();
        browser.admit(&number, &code);
        browser
    }

    pub fn letter(&self, piece: u64) -> String {
        format!("/letters/{}", PieceId(piece))
    }

    pub fn copy(&self, piece: u64) -> Vec<u8> {
        [SHARED, format!("copy {piece}").as_bytes()].concat()
    }

    /// Returns the rows of which a night will tell their sender.
    pub fn openings(&self) -> Vec<String> {
        let files = self.files();
        assert!(Records::open(&files.acts).is_ok(), "the log is sound");
        let (news, _) = web::news::read(&files.invitations, &files.acts, [0, 0]).expect("read");
        news.openings.into_iter().map(|notice| notice.row_id).collect()
    }

    /// Returns whom a night will tell the registry to be known, and how well.
    pub fn known(&self) -> Vec<String> {
        let files = self.files();
        let (news, _) = web::news::read(&files.invitations, &files.acts, [0, 0]).expect("read");
        let known = |told: &Told| match told {
            Told::Known { recipient, grade } => Some(format!("{recipient} {}", grade.level())),
            _ => None,
        };
        news.told.iter().filter_map(known).collect()
    }

    /// Returns the places outside: account, when it was named, since when copies go there.
    pub fn forwards(&self) -> Vec<(Number, Moment, Option<Moment>)> {
        let outward = web::outward::Outward::open(&self.files()).expect("read");
        let forwards = outward.forwards().iter();
        forwards.map(|(number, one)| (*number, one.asked, one.since)).collect()
    }

    /// Returns the code that goes to a place outside.
    pub fn forward_code(&self, number: Number, asked: Moment) -> String {
        KEY.forward_code(number, asked)
    }

    /// Returns what a night will tell the registry of wishes.
    pub fn wishes(&self) -> Vec<String> {
        let files = self.files();
        let (news, _) = web::news::read(&files.invitations, &files.acts, [0, 0]).expect("read");
        let wish = |told: &Told| match told {
            Told::Wish(wish) => Some(format!(
                "{} {} {} {} {}",
                wish.recipient,
                wish.sender,
                wish.class,
                wish.wish.name(),
                wish.selected
            )),
            _ => None,
        };
        news.told.iter().filter_map(wish).collect()
    }
}

fn sender() -> SenderId {
    SenderId::parse("hoshimi-city").expect("an id")
}

fn class(name: &str, paper_only: bool) -> Class {
    Class { name: name.to_owned(), paper_only, identity_level: 2 }
}
