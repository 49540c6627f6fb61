//! Copies that go outward, to a real mail server and to a portal, through kills and silence.

pub mod servers;

use std::path::Path;

use serde_json::Value;

use crate::browser::Browser;
use crate::postbox::{invite, recipient_of, text, Door};
use crate::shop::{judge, lettershop, Call, Out, Shop};
use crate::unattended::again;
use servers::{Cut, Line, MailServer, Portal, ADDRESS};

const CITY: &str = "hoshimi-city";

/// A shop with doors outward, after a night, and somebody who has signed in.
struct Town {
    shop: Shop,
    out: Out,
    browser: Browser,
    mailbox: String,
    _door: Door,
}

impl Town {
    fn open(keys: &str) -> Self {
        let shop = Shop::letters(60, 91, 0.0);
        shop.configure(keys);
        shop.configure("[night]\nalike_max = 1.0\n");
        let out = shop.after_a_night("out");
        let copies = copies(&out);
        let copy = copies.iter().find(|copy| copy["sender"] == CITY).expect("a copy of the city");
        let (number, code) = invite(&out, &recipient_of(shop.path(), copy));
        let door = Door::open(&shop, &out);
        let mut browser = Browser::at(door.address);
        browser.admit(&number, &code);
        let mailbox = text(&copy["mailbox"]);
        Self { shop, out, browser, mailbox, _door: door }
    }

    fn push(&self) -> Call {
        let call = lettershop().args(["mailbox", "push"]).arg(self.shop.path());
        call.arg("--out").arg(self.out.path())
    }

    /// Goes through the outbox once, at a moment or now; returns what came of it.
    fn round(&self, when: &str) -> Value {
        round(self.shop.path(), &self.out, when)
    }

    fn name_place(&mut self, place: &str, account: &str) {
        self.browser.get("/forward");
        let asked = self.browser.post("/forward", &[("place", place), ("account", account)]);
        assert!(asked.body.contains("確認コード"), "{}", asked.body);
    }

    fn confirm(&mut self, code: &str) {
        self.browser.get("/forward");
        let page = self.browser.post("/forward/confirm", &[("code", code)]);
        assert!(page.body.contains("これから届く文書"), "{}", page.body);
    }

    /// Delivers another batch of the city in a night of the present; returns the copy that it
    /// brings.
    fn deliver(&self, batch: &str) -> Value {
        again(&self.shop, &self.shop, batch);
        self.night();
        let is_new = |copy: &Value| copy["batch"] == batch && copy["mailbox"] == *self.mailbox;
        let copies = copies(&self.out);
        copies.into_iter().find(is_new).expect("a copy of the new batch")
    }

    fn night(&self) {
        let call = lettershop().arg("night").arg(self.shop.path()).arg("--out");
        call.arg(self.out.path()).arg("--json").must_succeed();
    }
}

/// Returns a moment as `date` says it; the clock of the doors is the machine's.
pub fn moment(when: &str) -> String {
    let now = judge("date").args(["-u", "-d", when, "+%Y-%m-%dT%H:%M:%SZ"]).must_succeed();
    now.text().trim().to_owned()
}

/// Goes through a shop's outbox once, at a moment or now; returns what came of it.
pub fn round(shop: &Path, out: &Out, when: &str) -> Value {
    let call = lettershop().args(["mailbox", "push"]).arg(shop).arg("--out").arg(out.path());
    call.args(["--once", "--now", &moment(when)]).must_succeed().json()
}

pub fn copies(out: &Out) -> Vec<Value> {
    let list = lettershop().args(["mailbox", "list"]).arg(out.path()).arg("--json");
    let text = list.must_succeed().text();
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// Returns the code in a text: three groups of four.
pub fn code_in(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let is_code = |word: &&str| {
        let groups: Vec<&str> = word.split('-').collect();
        groups.len() == 3 && groups.iter().all(|group| group.len() == 4)
    };
    words.into_iter().find(is_code).expect("a code").to_owned()
}

#[test]
fn killed_around_the_final_dot_no_copy_is_lost_and_none_is_doubled_at_a_real_mail_server() {
    let mail = MailServer::start();
    let line = Line::to(mail.port);
    let mut town = Town::open(&format!(
        "[push.mail]\nserver = \"127.0.0.1:{}\"\ndomains = [\"mail.example.jp\"]\n",
        line.port
    ));
    town.name_place("mail", ADDRESS);
    assert_eq!(town.round("now")["arrived"], 1);
    let [code] = &mail.messages()[..] else { panic!("one message") };
    town.confirm(&code_in(code["text"].as_str().expect("words")));

    let mut expected = Vec::new();
    for (night, cut) in
        [Cut::BeforeAnswer, Cut::BeforeDot, Cut::BeforeAnswer].into_iter().enumerate()
    {
        let copy = town.deliver(&format!("tax-more-{night}"));
        line.cut(cut);
        let mut sending = town.push().start();
        line.wait_for_cut();
        sending.kill().expect("a child of this test");
        sending.wait().expect("a child of this test");
        line.cut(Cut::Nowhere);
        assert_eq!(town.round("now")["arrived"], 1, "{cut:?}: it is sent again");
        expected.push((
            format!("<letter-{}@post.example.jp>", text(&copy["piece"])),
            text(&copy["sha256"]),
            text(&copy["title"]),
        ));
    }
    assert_eq!(
        town.round("now"),
        serde_json::json!({
            "arrived": 0, "failed": 0, "given_up": 0, "waiting": 0,
        })
    );
    let messages = mail.messages();
    let letters: Vec<&Value> = messages.iter().filter(|one| **one != *code).collect();
    assert_eq!(letters.len(), expected.len(), "each once: {messages:?}");
    for (id, sha256, title) in expected {
        let found: Vec<_> = letters.iter().filter(|one| one["id"] == id.as_str()).collect();
        let [letter] = found[..] else { panic!("{id} is there once: {letters:?}") };
        assert_eq!(letter["attachments"], serde_json::json!([sha256]), "the copy as it was sealed");
        assert!(letter["subject"].as_str().is_some_and(|subject| subject.contains(&title)));
    }
}

#[test]
fn a_portal_that_is_down_gets_its_copy_when_it_is_back_and_paper_goes_out_when_it_stays_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut portal = Portal::closed(folder.path());
    let mut town = Town::open(&format!(
        "[push]\ngive_up_hours = 48\n[push.portals.kurashi]\ntitle = \"暮らしポータル\"\n\
         url = \"http://127.0.0.1:{}/letters\"\nsecret = \"kurashi.whsec\"\n",
        portal.port
    ));
    std::fs::write(town.shop.path().join("kurashi.whsec"), portal.secret()).expect("written");
    town.name_place("kurashi", "h-1001");
    assert_eq!(town.round("now")["failed"], 1, "nobody listens");
    assert_eq!(town.round("now")["waiting"], 1, "not again at once");
    portal.open();
    assert_eq!(town.round("now + 2 minutes")["arrived"], 1);
    let code = text(&portal.notes()[0]["body"]["data"]["code"]);
    town.confirm(&code);

    let copy = town.deliver("tax-more-0");
    let piece = text(&copy["piece"]);
    assert_eq!(town.round("now")["arrived"], 1);
    let notes = portal.notes();
    let [_, push] = &notes[..] else { panic!("a code and a copy: {notes:?}") };
    assert!(notes.iter().all(|note| note["good"] == true), "{notes:?}");
    let id = format!("letter-{piece}");
    assert_eq!((&push["id"], &push["idempotency"]), (&Value::from(&*id), &Value::from(&*id)));
    let data = &push["body"]["data"];
    assert_eq!((&data["account"], &data["sha256"]), (&Value::from("h-1001"), &copy["sha256"]));

    // It stays away: the copy is given up, and the next night prints it, once.
    portal.close();
    let lost = town.deliver("tax-more-1");
    assert_eq!(town.round("now")["failed"], 1);
    assert_eq!(town.round("now + 49 hours")["given_up"], 1);
    town.night();
    let paper = || town.out.ledger().into_iter().find(|one| one.batch == "tax-more-1.paper1");
    assert_eq!(paper().map(|one| (one.records, one.printed)), Some((1, 1)));
    let list = town.out.path().join(format!("outbox/{CITY}/tax-more-1.paper1.delivered.csv"));
    let list = std::fs::read_to_string(list).expect("what became of it");
    let row = format!("{},paper,printed,undelivered,", text(&lost["row_id"]));
    assert!(list.contains(&row), "{list}");
    town.out.verify().must_succeed();
    portal.open();
    assert_eq!(town.round("now + 50 hours")["arrived"], 0, "it is on paper");
    town.night();
    assert!(town.out.ledger().iter().all(|one| one.batch != "tax-more-1.paper2"));
    assert_eq!(portal.notes().len(), 2);
}

#[test]
fn a_sender_is_told_by_a_signed_webhook_that_something_lies_in_its_outbox_and_not_what() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut portal = Portal::closed(folder.path());
    let shop = Shop::letters(30, 92, 0.0);
    shop.configure(&format!(
        "[doors.webhooks.{CITY}]\nurl = \"http://127.0.0.1:{}/outbox\"\nsecret = \"city.whsec\"\n",
        portal.port
    ));
    std::fs::write(shop.path().join("city.whsec"), portal.secret()).expect("written");
    let outbox = shop.path().join("sftp").join(CITY).join("outbox");
    std::fs::create_dir_all(&outbox).expect("a temporary directory");
    let out = shop.after_a_night("out");
    let watch = || {
        let call = lettershop().arg("watch").arg(shop.path()).arg("--out").arg(out.path());
        call.arg("--once").must_succeed();
    };
    let round = |when: &str| round(shop.path(), &out, when);
    let sequence = || {
        let status = std::fs::read(outbox.join("status.json")).expect("a status");
        let status: Value = serde_json::from_slice(&status).expect("JSON");
        status["sequence"].clone()
    };
    watch();
    assert_eq!(round("now")["failed"], 1, "nobody listens");
    portal.open();
    assert_eq!(round("now + 2 minutes")["arrived"], 1);
    assert_eq!(round("now + 3 minutes")["arrived"], 0, "told once");
    let told = portal.notes();
    let [news] = &told[..] else { panic!("one piece of news: {told:?}") };
    assert_eq!((&news["good"], &news["body"]["type"]), (&true.into(), &"outbox.changed".into()));
    assert_eq!(news["body"]["data"], serde_json::json!({"sender": CITY, "sequence": sequence()}));
    // Something new lies there: the sender is told of that, too.
    std::fs::write(out.path().join(format!("outbox/{CITY}/more.csv")), "a\r\n").expect("written");
    watch();
    assert_eq!(round("now + 4 minutes")["arrived"], 1);
    let told = portal.notes();
    assert_eq!(told[1]["body"]["data"]["sequence"], sequence());
    assert_ne!(told[0]["id"], told[1]["id"]);
}
