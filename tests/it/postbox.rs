//! The recipients' door on real mailboxes: a night delivers, a person reads, the sender is told.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::browser::Browser;
use crate::shop::{lettershop, Out, Shop};

/// A served mailbox, killed when it is dropped.
struct Door {
    server: Child,
    address: SocketAddr,
}

impl Door {
    fn open(shop: &Shop, out: &Out) -> Self {
        let call = lettershop().args(["mailbox", "serve"]).arg(shop.path()).arg("--out");
        let call = call.arg(out.path()).args(["--listen", "127.0.0.1:0", "--json"]);
        let mut server = call.start_listening();
        let mut line = String::new();
        let said = server.stdout.take().expect("a pipe");
        BufReader::new(said).read_line(&mut line).expect("the server speaks");
        let said: Value = serde_json::from_str(&line).expect("JSON");
        let url = said["listens"].as_str().expect("an address");
        let address = url.trim_start_matches("http://").trim_end_matches('/');
        Self { server, address: address.parse().expect("an address and a port") }
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Returns a delivered copy and the recipient whose mailbox it is in.
fn copy_and_recipient(shop: &Shop, out: &Out) -> (Value, String) {
    let answer = lettershop().args(["mailbox", "list"]).arg(out.path()).arg("--json");
    let text = answer.must_succeed().text();
    let copy = text.lines().next().expect("a copy was delivered");
    let copy: Value = serde_json::from_str(copy).expect("JSON");
    let mailbox = copy["mailbox"].as_str().expect("a number");
    let recipients = shop.path().join("registry/recipients.csv");
    let recipients = std::fs::read_to_string(recipients).expect("the registry");
    let row = recipients.lines().find(|row| row.ends_with(&format!(",{mailbox}")));
    let id = row.and_then(|row| row.split(',').next()).expect("a recipient").to_owned();
    (copy, id)
}

#[test]
fn a_person_reads_what_the_night_delivered_and_the_next_night_tells_the_sender() {
    let shop = Shop::letters(100, 71, 0.0);
    let out = shop.after_a_night("out");
    let (copy, recipient) = copy_and_recipient(&shop, &out);
    let invite = lettershop().args(["mailbox", "invite"]).arg(out.path()).arg(&recipient);
    let invited = invite.args(["--counter", "--json"]).must_succeed().json();
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let (number, code) = (text(&invited["number"]), text(&invited["code"]));

    let door = Door::open(&shop, &out);
    let mut browser = Browser::at(door.address);
    let inbox = browser.admit(&number, &code);
    let (piece, title) = (text(&copy["piece"]), text(&copy["title"]));
    assert!(inbox.body.contains(&title) && inbox.body.contains(&piece), "{}", inbox.body);
    let sealed = browser.get(&format!("/letters/{piece}"));
    assert!(sealed.body.contains("開封して読む"), "{}", sealed.body);
    let read = browser.post(&format!("/letters/{piece}/open"), &[]);
    assert!(read.body.contains("class=\"sheet\""), "the letter as text: {}", read.body);
    let pdf = browser.get(&format!("/letters/{piece}/pdf"));
    let facts = readback::read_copy(&pdf.bytes).expect("the copy as it was sealed");
    let row = text(&copy["row_id"]);
    assert_eq!(facts.row_id.as_deref(), Some(row.as_str()));
    let choices = browser.get("/senders");
    assert_eq!(choices.status, 200);
    let sender = text(&copy["sender"]);
    let marker =
        format!("name=\"sender\" value=\"{sender}\"><input type=\"hidden\" name=\"class\"");
    let at = choices.body.find(&marker).expect("the sender is in the directory");
    let class = choices.body[at + marker.len()..].split('"').nth(1).expect("a class").to_owned();
    let wish = [("sender", sender.as_str()), ("class", class.as_str()), ("wish", "both")];
    assert!(browser.post("/senders", &wish).body.contains("保存しました"));
    // Killed: what was answered was on the disk.
    drop(door);

    let before = lettershop().args(["registry", "show"]).arg(out.path()).arg("--json");
    let wishes = before.must_succeed().json();
    assert!(wishes["both"].as_u64() > Some(0), "{wishes}");
    // The mailboxes are served again while the night runs.
    let door = Door::open(&shop, &out);
    shop.night(&out).must_succeed();
    let lists = out.find(&format!("outbox/{sender}/"), ".opens.csv");
    let [list] = &lists[..] else { panic!("one list of openings: {lists:?}") };
    let list = std::fs::read_to_string(list).expect("a list");
    assert_eq!(list.lines().filter(|line| line.contains(&row)).count(), 1, "{list}");
    browser.turn_to(door.address);
    assert_eq!(browser.get(&format!("/letters/{piece}/pdf")).status, 200, "still signed in");
}
