//! The recipients' door on real mailboxes: a night delivers, a person reads, the sender is told.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::browser::{Browser, PASSWORD};
use crate::chromium::Chromium;
use crate::shop::{judge, lettershop, Out, Shop};

/// A served mailbox or desk, killed when it is dropped.
pub struct Door {
    server: Child,
    pub address: SocketAddr,
}

impl Door {
    pub fn open(shop: &Shop, out: &Out) -> Self {
        Self::of(shop.path(), out)
    }

    /// Serves the mailboxes of the shop in a folder.
    pub fn of(shop: &Path, out: &Out) -> Self {
        Self::serving("mailbox", shop, out)
    }

    /// Serves what `lettershop <kind> serve` serves.
    pub fn serving(kind: &str, shop: &Path, out: &Out) -> Self {
        let call = lettershop().args([kind, "serve"]).arg(shop).arg("--out");
        let call = call.arg(out.path()).args(["--listen", "127.0.0.1:0", "--json"]);
        let mut command = call.0;
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = command.spawn().expect("the program starts");
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
pub fn copy_and_recipient(shop: &Shop, out: &Out) -> (Value, String) {
    let answer = lettershop().args(["mailbox", "list"]).arg(out.path()).arg("--json");
    let text = answer.must_succeed().text();
    let copy = text.lines().next().expect("a copy was delivered");
    let copy: Value = serde_json::from_str(copy).expect("JSON");
    let id = recipient_of(shop.path(), &copy);
    (copy, id)
}

/// Returns the recipient whose mailbox a copy is in.
pub fn recipient_of(shop: &Path, copy: &Value) -> String {
    let mailbox = copy["mailbox"].as_str().expect("a number");
    let recipients = shop.join("registry/recipients.csv");
    let recipients = std::fs::read_to_string(recipients).expect("the registry");
    let row = recipients.lines().find(|row| row.ends_with(&format!(",{mailbox}")));
    row.and_then(|row| row.split(',').next()).expect("a recipient").to_owned()
}

/// Orders a code at the counter; returns number and code.
pub fn invite(out: &Out, recipient: &str) -> (String, String) {
    let call = lettershop().args(["mailbox", "invite"]).arg(out.path()).arg(recipient);
    let invited = call.args(["--counter", "--json"]).must_succeed().json();
    (text(&invited["number"]), text(&invited["code"]))
}

pub fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

#[test]
fn a_person_reads_what_the_night_delivered_and_the_next_night_tells_the_sender() {
    let shop = Shop::letters(100, 71, 0.0);
    let out = shop.after_a_night("out");
    let (copy, recipient) = copy_and_recipient(&shop, &out);
    let (number, code) = invite(&out, &recipient);

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
    let marker = format!("value=\"{sender}\"><input type=\"hidden\" name=\"class\" value=\"");
    let of_sender = choices.body.split("<form").filter(|form| form.contains("type=\"radio\""));
    let class = of_sender.filter_map(|form| form.split_once(&marker)).next();
    let class = class.and_then(|(_, rest)| rest.split('"').next()).expect("a class").to_owned();
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
    assert!(browser.set.iter().any(|cookie| cookie.starts_with("__Host-session=")));
    let token = browser.token.clone();
    browser.sign_out();
    let stale = browser.post_with("/sign-out", &[("token", token.as_str())], &[]);
    assert_eq!(stale.status, 403, "the token was the session's");
    browser.get("/sign-in");
    assert_eq!(browser.try_password(&number, PASSWORD).status, 200);
}

/// Returns the rules that a page breaks seriously, as axe finds them (`tests/axe`).
pub fn broken_rules(page: &mut Chromium, axe: &str) -> Vec<String> {
    // axe is a script itself; the page has none.
    page.scripts(true);
    page.value(axe);
    let run = "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})\
        .then(found => found.violations.map(one => one.impact + ' ' + one.id + ' ' + \
        one.nodes.map(node => node.target.join(' ')).join(', ')))";
    let found = page.value(run);
    page.scripts(false);
    let found = found.as_array().expect("a list").iter();
    found.filter_map(|one| one.as_str().map(str::to_owned)).collect()
}

/// Returns axe, to be run in a page.
pub fn axe() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/axe/axe.min.js");
    // What a script leaves as its value cannot be handed over.
    std::fs::read_to_string(path).expect("axe") + ";1"
}

#[test]
fn in_chromium_with_and_without_scripts_a_letter_is_read_and_no_page_shuts_anybody_out() {
    let shop = Shop::letters(400, 73, 0.0);
    let out = shop.after_a_night("out");
    let (copy, recipient) = copy_and_recipient(&shop, &out);
    let (number, code) = invite(&out, &recipient);
    let piece = text(&copy["piece"]);
    let door = Door::open(&shop, &out);
    let url = |path: &str| format!("http://{}{path}", door.address);
    let axe = axe();
    let pictures = std::env::var_os("LETTERSHOP_PICTURES").map(std::path::PathBuf::from);
    let pictures = pictures.unwrap_or_else(|| shop.beside("pictures"));
    std::fs::create_dir_all(&pictures).expect("a folder");
    let mut broken = Vec::new();
    let mut look = |page: &mut Chromium, name: &str| {
        page.picture(&pictures.join(format!("mailbox-{name}.png")));
        let rules = broken_rules(page, &axe);
        broken.extend(rules.into_iter().map(|rule| format!("{name}: {rule}")));
    };

    // Without scripts: the code, the password, the letter.
    let mut page = Chromium::start(1100, 760);
    page.scripts(false);
    page.go(&url("/language/ja"));
    look(&mut page, "sign-in");
    page.go(&url("/first"));
    look(&mut page, "first");
    page.fill("#number", &number);
    page.fill("#code", "0000-0000-0000");
    page.fill("#password", "seven seas and one letter");
    page.fill("#again", "seven seas and one letter");
    page.press("form.card button");
    assert!(page.text().contains("開設できませんでした"), "{}", page.text());
    look(&mut page, "refused");
    page.fill("#code", &code);
    page.fill("#password", "seven seas and one letter");
    page.fill("#again", "seven seas and one letter");
    page.press("form.card button");
    assert!(page.text().contains("未開封"), "{}", page.text());
    look(&mut page, "inbox");
    page.press(&format!("a[href='/letters/{piece}']"));
    look(&mut page, "unopened");
    page.press(".sealed button");
    assert!(page.text().contains("開封した日時"), "{}", page.text());
    look(&mut page, "letter");
    for name in ["senders", "papers"] {
        page.go(&url(&format!("/{name}")));
        look(&mut page, name);
    }

    // With scripts, in English, on a telephone.
    let mut page = Chromium::start(390, 844);
    page.go(&url("/language/en"));
    page.go(&url("/sign-in"));
    page.fill("#number", &number);
    page.fill("#password", PASSWORD);
    page.press("form.card button");
    assert!(page.text().contains("Opened"), "{}", page.text());
    look(&mut page, "telephone");
    assert_eq!(broken, Vec::<String>::new());
    drop(door);
    shop.night(&out).must_succeed();
    let sender = text(&copy["sender"]);
    let lists = out.find(&format!("outbox/{sender}/"), ".opens.csv");
    assert_eq!(lists.len(), 1, "the sender is told");
}

#[test]
fn an_opening_code_that_was_ordered_by_letter_is_printed_once_and_opens_the_mailbox() {
    let shop = Shop::letters(60, 74, 0.0);
    let out = shop.after_a_night("out");
    let (_, recipient) = copy_and_recipient(&shop, &out);
    let number = invite_by_letter(&out, &recipient);
    let waits = shop.night(&out).must_succeed();
    assert!(waits.errors().contains("opening codes wait"), "{waits}");
    assert_eq!(out.find("print/postbox/", ".pdf"), Vec::<std::path::PathBuf>::new());
    confirm_tariffs(shop.path());
    shop.night(&out).must_succeed();
    let code = printed_code(&out, &number);
    let printed = out.find("print/postbox/", ".pdf");
    let door = Door::open(&shop, &out);
    let mut browser = Browser::at(door.address);
    assert!(browser.admit(&number, &code).body.contains("受信箱"));
    drop(door);
    shop.night(&out).must_succeed();
    assert_eq!(out.find("print/postbox/", ".pdf"), printed, "it is printed once");
    out.verify().must_succeed();
}

/// Orders a code by letter; returns the user number.
pub fn invite_by_letter(out: &Out, recipient: &str) -> String {
    let call = lettershop().args(["mailbox", "invite"]).arg(out.path()).arg(recipient);
    let call = call.args(["--letter", "--name", "山田 孝行", "--postal", "100-0013"]);
    let call = call.args(["--address1", "東京都千代田区霞が関1丁目3番2号", "--json"]);
    let invited = call.must_succeed().json();
    assert!(invited["code"].is_null(), "nobody here learns a letter's code");
    text(&invited["number"])
}

/// Confirms what a shop confirms itself: the stock's price for 本人限定受取 is not.
pub fn confirm_tariffs(shop: &Path) {
    let tariffs = concat!(env!("CARGO_MANIFEST_DIR"), "/config/tariffs.toml");
    let tariffs = std::fs::read_to_string(tariffs).expect("the stock");
    let confirmed = tariffs.replace("confirmed = false", "confirmed = true");
    std::fs::write(shop.join("tariffs.toml"), confirmed).expect("a temporary directory");
}

/// Reads the code of the one letter with a code that was printed.
pub fn printed_code(out: &Out, number: &str) -> String {
    let printed = out.find("print/postbox/", ".pdf");
    let files: Vec<_> = printed
        .iter()
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().contains("-001")))
        .collect();
    let [file] = &files[..] else { panic!("one print file: {printed:?}") };
    let bytes = std::fs::read(file).expect("a print file");
    let read = readback::read_print_file_with_text(&bytes).expect("a sound file");
    let said = format!("{read:?}").replace("\\t", " ").replace("\\n", " ");
    assert!(said.contains(number), "the number is printed: {said}");
    let is_code = |word: &str| {
        let groups: Vec<&str> = word.split('-').collect();
        groups.len() == 3 && groups.iter().all(|group| group.len() == 4) && word != number
    };
    let words = said.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    words.into_iter().find(|word| is_code(word)).expect("the code is printed").to_owned()
}

/// Makes an authority of the authentication certificates' shape, one card and a revocation list, by
/// openssl, in `folder`.
fn cards(folder: &std::path::Path) {
    std::fs::create_dir_all(folder).expect("a temporary directory");
    std::fs::write(folder.join("openssl.cnf"), CARDS).expect("a temporary directory");
    std::fs::write(folder.join("index.txt"), "").expect("a temporary directory");
    std::fs::write(folder.join("crlnumber"), "01\n").expect("a temporary directory");
    let steps = [
        "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -config openssl.cnf \
         -section authority -extensions of_authority",
        "req -newkey rsa:2048 -nodes -keyout card.key -out card.csr -config openssl.cnf \
         -section card",
        "x509 -req -in card.csr -CA ca.pem -CAkey ca.key -set_serial 7 -days 20 -out card.pem \
         -extfile openssl.cnf -extensions of_card",
        "ca -gencrl -config openssl.cnf -name list -out list.crl",
    ];
    for step in steps {
        judge("openssl").args(step.split_whitespace()).dir(folder).must_succeed();
    }
}

/// The shape of the authentication authority and its certificates.
const CARDS: &str = "
[authority]
prompt = no
distinguished_name = authority_name
[authority_name]
C = JP
O = JPKI
OU = JPKI for user authentication
[card]
prompt = no
distinguished_name = card_name
[card_name]
C = JP
CN = 20261122100000000000000000000001
[of_authority]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[of_card]
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
certificatePolicies = critical, 1.2.392.200149.8.5.1.3.30
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
crlDistributionPoints = partition
[partition]
fullname = dirName:partition_name
[partition_name]
C = JP
O = JPKI
OU = JPKI for user authentication
CN = Tokyo Chiyoda-ku CRLDP
[list]
database = index.txt
certificate = ca.pem
private_key = ca.key
default_md = sha256
default_crl_days = 10
crlnumber = crlnumber
crl_extensions = of_list
[of_list]
authorityKeyIdentifier = keyid:always
";

#[test]
fn a_cards_signature_is_verified_before_it_opens_anything() {
    let shop = Shop::letters(60, 75, 0.0);
    let pki = shop.beside("pki");
    cards(&pki);
    for (folder, file) in [("trust", "ca.pem"), ("crl", "list.crl")] {
        std::fs::create_dir_all(shop.path().join(folder)).expect("a folder");
        std::fs::copy(pki.join(file), shop.path().join(folder).join(file)).expect("copied");
    }
    let out = shop.after_a_night("out");
    let (_, recipient) = copy_and_recipient(&shop, &out);
    let (number, code) = invite(&out, &recipient);
    let door = Door::open(&shop, &out);
    let mut browser = Browser::at(door.address);
    browser.admit(&number, &code);
    let sign = |challenge: &[u8], key: &str| {
        std::fs::write(pki.join("challenge.txt"), challenge).expect("a temporary directory");
        let words = format!(
            "cms -sign -binary -md sha256 -in challenge.txt -signer card.pem -inkey {key} \
             -outform DER -out signature.p7s"
        );
        let signed = judge("openssl").args(words.split_whitespace()).dir(&pki).run();
        (signed.code() == 0).then(|| std::fs::read(pki.join("signature.p7s")).expect("signed"))
    };
    let answer = |browser: &mut Browser, signed: Option<&[u8]>| {
        browser.get("/card");
        let challenge = browser.get("/card/challenge.txt").bytes;
        let signature = sign(signed.unwrap_or(&challenge), "card.key").expect("signed");
        let files = [("challenge", challenge.as_slice()), ("signature", signature.as_slice())];
        browser.send_files("/card", &files)
    };
    let refused = answer(&mut browser, Some(b"another text"));
    assert_eq!(refused.status, 422, "a signature over another text: {}", refused.body);
    let bound = answer(&mut browser, None);
    assert_eq!(bound.status, 200, "{}", bound.body);
    browser.sign_out();
    assert!(answer(&mut browser, None).body.contains("受信箱"));
    browser.sign_out();
    // Without a list that says it is not revoked, no card is good.
    std::fs::remove_file(shop.path().join("crl/list.crl")).expect("removed");
    assert_eq!(answer(&mut browser, None).status, 422);
}
