//! A whole day with the real programs outside: sshd and the OpenSSH client, the night as its unit
//! calls it, Chromium, Dovecot.

use std::path::Path;

use serde_json::Value;

use super::day::{json, wait_for};
use super::sshd::{zip_of, SenderAt, World};
use crate::chromium::Chromium;
use crate::drops::Drop as Dropped;
use crate::outward::servers::{MailServer, ADDRESS};
use crate::outward::{code_in, copies, moment, round};
use crate::postbox::{confirm_tariffs, invite_by_letter, printed_code, recipient_of, text, Door};
use crate::shop::{children, lettershop, Out, Shop};

const CITY: &str = "hoshimi-city";
const FIRST: &str = "tax-2026-s93";
const SECOND: &str = "tax-2026-more";

/// The city of the samples behind a door of its own: agreement, registry and letters.
struct City<'w> {
    world: &'w World,
    sender: &'w SenderAt,
    source: Shop,
}

impl City<'_> {
    /// Gives the sender the sample city's agreement, and the shop its registry.
    fn settle(&self) {
        let shop = self.world.shop();
        let own = |text: String| text.replace(CITY, &self.sender.id);
        let read = |path: &Path| std::fs::read_to_string(path).expect("the sample");
        let agreement = self.source.path().join(format!("senders/{CITY}.toml"));
        let to = shop.join(format!("senders/{}.toml", self.sender.id));
        std::fs::write(to, own(read(&agreement))).expect("written");
        std::fs::create_dir_all(shop.join("registry")).expect("a folder");
        for relation in children(&self.source.path().join("registry")) {
            let name = relation.file_name().expect("a name");
            std::fs::write(shop.join("registry").join(name), own(read(&relation)))
                .expect("written");
        }
    }

    /// Returns the sample city's drop as the sender's own.
    fn drop(&self, batch: &str) -> Vec<u8> {
        let drops = self.source.drops();
        let (_, path) = drops.iter().find(|(sender, _)| sender == CITY).expect("the city's drop");
        let mut drop = Dropped::read(path);
        drop.manifest.insert("sender".to_owned(), self.sender.id.clone().into());
        drop.manifest.insert("batch".to_owned(), batch.into());
        let manifest = drop.manifest.to_string();
        let mut members: Vec<(&str, &[u8])> = vec![("manifest.toml", manifest.as_bytes())];
        members.extend(drop.members.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())));
        zip_of(&members)
    }

    /// Uploads a batch, gets its receipt, which says that it waits, and approves it.
    fn upload_and_approve(&self, batch: &str) {
        let mut watch = lettershop().arg("watch").arg(self.world.shop()).start();
        let drop = self.drop(batch);
        self.world.put(self.sender, &[(&format!("{batch}.zip"), &drop)]).must_succeed();
        let receipt = json(&wait_for(self.sender, &format!("{batch}.receipt.json")));
        assert_eq!(receipt["status"], "awaiting_approval", "{receipt}");
        self.world.put(self.sender, &[(&format!("{batch}.approve"), b"")]).must_succeed();
        let answer = json(&wait_for(self.sender, &format!("{batch}.approve.answer.json")));
        assert_eq!(answer["done"], true, "{answer}");
        watch.kill().expect("it runs");
        watch.wait().expect("it ended");
    }

    /// Fetches a file of the outbox as the sender does.
    fn fetch(&self, name: &str) -> String {
        let to = self.world.beside(name);
        let outbox = self.sender.remote.replace("inbox", "outbox");
        let command = format!("get {outbox}/{name} {}\n", to.display());
        self.world.sftp(self.sender, &command).must_succeed();
        std::fs::read_to_string(to).expect("it was fetched")
    }
}

/// Runs the night as the unit's command line says, for this shop; `now` replaces the clock.
fn night(shop: &Path, now: Option<&str>) {
    let unit = concat!(env!("CARGO_MANIFEST_DIR"), "/packaging/systemd/lettershop-night.service");
    let unit = std::fs::read_to_string(unit).expect("the unit");
    let line = unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).expect("a command");
    let mut words = line.split_whitespace();
    assert_eq!(words.next(), Some("/usr/bin/lettershop"));
    assert_eq!(words.next(), Some("night"));
    let call = lettershop().arg("night").arg(shop).args(words);
    let answer = call.args(now.into_iter().flat_map(|now| ["--now", now])).run();
    // 6: rows that were set aside wait for their sender.
    assert!([0, 6].contains(&answer.code()), "{answer}");
}

#[test]
fn a_whole_day_goes_from_upload_to_reading_and_to_paper_with_the_real_programs() {
    let world = World::open(1);
    let city =
        City { world: &world, sender: &world.senders[0], source: Shop::letters(120, 93, 0.2) };
    city.settle();
    let (shop, out) = (world.shop(), Out(world.shop()));
    let mut mail = MailServer::start();
    let later = moment("now + 21 days");
    let keys = format!(
        "[night]\nalike_max = 1.0\n[posting.senders.{}]\ndue = {{ {FIRST} = \"{}\" }}\n\
         [push.mail]\nserver = \"127.0.0.1:{}\"\ndomains = [\"mail.example.jp\"]\n",
        city.sender.id,
        &later[..10],
        mail.port
    );
    let before = std::fs::read_to_string(shop.join("lettershop.toml")).expect("keys");
    std::fs::write(shop.join("lettershop.toml"), before + &keys).expect("written");
    confirm_tariffs(&shop);

    city.upload_and_approve(FIRST);
    night(&shop, None);
    let delivered = copies(&out);
    let ends = city.fetch(&format!("{FIRST}.delivered.csv"));
    let is_copy_only = |copy: &&Value| {
        let row = format!("{},electronic,delivered,", text(&copy["row_id"]));
        ends.lines().any(|line| line.starts_with(&row))
    };
    let copy = delivered.iter().find(is_copy_only).expect("a copy was delivered");
    let (piece, row) = (text(&copy["piece"]), text(&copy["row_id"]));

    // The next night prints the letter with the code; with it the recipient signs in and reads.
    let number = invite_by_letter(&out, &recipient_of(&shop, copy));
    night(&shop, None);
    let code = printed_code(&out, &number);
    let door = Door::of(&shop, &out);
    let url = |path: &str| format!("http://{}{path}", door.address);
    let mut page = Chromium::start(1100, 760);
    page.scripts(false);
    page.go(&url("/language/ja"));
    page.go(&url("/first"));
    page.fill("#number", &number);
    page.fill("#code", &code);
    page.fill("#password", "seven seas and one letter");
    page.fill("#again", "seven seas and one letter");
    page.press("form.card button");
    page.press(&format!("a[href='/letters/{piece}']"));
    page.press(".sealed button");
    assert!(page.text().contains("開封した日時"), "{}", page.text());

    // Copies shall go to the recipient's mail, too: the code that comes there goes back.
    page.go(&url("/forward"));
    page.fill("#account", ADDRESS);
    page.press("form.card button");
    assert_eq!(round(&shop, &out, "now")["arrived"], 1);
    let message = mail.messages().pop().expect("a message with the code");
    page.fill("#code", &code_in(message["text"].as_str().expect("words")));
    page.press("section.card form button");
    assert!(page.text().contains("これから届く文書"), "{}", page.text());

    // Another batch: the night tells the sender of the reading, and the mail server is away.
    city.upload_and_approve(SECOND);
    night(&shop, None);
    let opened = city.fetch(&format!("{FIRST}.opened.csv"));
    assert_eq!(opened.lines().filter(|line| line.contains(&row)).count(), 1, "{opened}");
    mail.go_away();
    assert_eq!(round(&shop, &out, "now")["failed"], 1);
    mail.come_back();
    assert_eq!(round(&shop, &out, "now + 2 minutes")["arrived"], 1);
    let is_second = |one: &&Value| one["batch"] == SECOND && one["mailbox"] == copy["mailbox"];
    let all = copies(&out);
    let pushed = all.iter().find(is_second).expect("a copy of the second batch");
    let attachments = serde_json::json!([pushed["sha256"]]);
    let messages = mail.messages();
    assert_eq!(messages.iter().filter(|one| one["attachments"] == attachments).count(), 1);

    // The legal date comes near: what nobody has read is printed, and nothing else.
    night(&shop, Some(&later));
    let paper = format!("{FIRST}.paper1");
    let accounts = out.ledger();
    let of = |batch: &str| accounts.iter().find(|one| one.batch == batch).expect("an account");
    assert_eq!(of(&paper).printed, of(FIRST).delivered - 1, "all but the one that was read");
    assert!(of(&paper).printed > 0 && accounts.iter().all(crate::shop::Account::balances));
    let printed = city.fetch(&format!("{paper}.delivered.csv"));
    assert!(!printed.contains(&format!("{row},")), "{printed}");
    out.verify().must_succeed();
}
