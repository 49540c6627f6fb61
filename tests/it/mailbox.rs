//! Electronic copies: sealed, delivered once, opened once.

use std::collections::BTreeMap;

use base64::prelude::{Engine as _, BASE64_STANDARD};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::shop::{children, file_name, judge, lettershop, Out, Shop};

/// Returns what `mailbox list` says of every copy, by piece.
fn list(out: &Out) -> BTreeMap<String, Value> {
    let answer = lettershop().args(["mailbox", "list"]).arg(out.path()).arg("--json");
    let text = answer.must_succeed().text();
    let copies = text.lines().map(|line| {
        let copy: Value = serde_json::from_str(line).expect("a line is JSON");
        (copy["piece"].as_str().expect("a piece").to_owned(), copy)
    });
    copies.collect()
}

#[test]
fn every_copy_is_a_sealed_pdfa_of_the_row_it_was_made_from() {
    let shop = Shop::letters(300, 61, 0.02);
    let out = shop.after_a_night("out");
    let copies = list(&out);
    let delivered: u64 = out.ledger().iter().map(|account| account.delivered).sum();
    assert!(copies.len() as u64 >= delivered && delivered > 0, "{} copies", copies.len());
    let folder = shop.beside("copies");
    lettershop()
        .args(["mailbox", "export"])
        .arg(out.path())
        .arg("--to")
        .arg(&folder)
        .must_succeed();
    let exported = children(&folder);
    assert_eq!(exported.len(), copies.len());
    for path in exported {
        let name = file_name(&path);
        let copy = &copies[name.strip_suffix(".pdf").expect("a PDF file")];
        let bytes = std::fs::read(&path).expect("an exported copy");
        let digest: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(copy["sha256"], digest.as_str(), "{name} is as sealed");
        let facts = readback::read_copy(&bytes).expect("a sound copy");
        assert_eq!(facts.pdfa.as_deref(), Some("2u"), "{name}");
        assert_eq!(facts.row_id.as_deref(), copy["row_id"].as_str(), "{name}");
        assert_eq!(facts.title.as_deref(), copy["title"].as_str(), "{name}");
        assert_eq!(facts.language.as_deref(), Some("ja-JP"), "{name}");
        assert!(copy["opened"].is_null(), "an export is no reading: {copy}");
    }
}

#[test]
fn the_first_reading_makes_one_open_notice_in_the_senders_outbox() {
    let shop = Shop::letters(100, 62, 0.0);
    let out = shop.after_a_night("out");
    let copies = list(&out);
    let (piece, copy) = copies.iter().next().expect("a copy");
    let to = shop.beside("letter.pdf");
    let read = |now: &str| {
        let call = lettershop().args(["mailbox", "read"]).arg(out.path()).arg(piece);
        call.arg("--to").arg(&to).args(["--now", now, "--json"]).must_succeed().json()
    };
    let first = read("2026-11-23T09:00:00+09:00");
    assert_eq!((&first["first"], &first["sha256"]), (&Value::Bool(true), &copy["sha256"]));
    let bytes = std::fs::read(&to).expect("the copy");
    let second = read("2026-11-24T09:00:00+09:00");
    assert_eq!((&second["first"], &second["opened"]), (&Value::Bool(false), &first["opened"]));
    assert!(bytes == std::fs::read(&to).expect("the copy"), "the same bytes at every reading");
    let sender = copy["sender"].as_str().expect("a sender");
    let notices = out.find(&format!("outbox/{sender}/"), ".opens.csv");
    let [notice] = &notices[..] else { panic!("one file of notices: {notices:?}") };
    let text = std::fs::read_to_string(notice).expect("a notice");
    let row = copy["row_id"].as_str().expect("a row id");
    assert_eq!(text.lines().filter(|line| line.contains(row)).count(), 1, "{text}");
    assert!(text.contains("2026-11-23") && !text.contains("2026-11-24"), "{text}");
}

#[test]
fn a_piece_that_no_mailbox_holds_is_not_there() {
    let shop = Shop::letters(40, 63, 0.0);
    let out = shop.after_a_night("out");
    let call = lettershop().args(["mailbox", "read"]).arg(out.path()).arg("0123456789abcdef");
    call.arg("--to").arg(shop.beside("letter.pdf")).must_exit_with(1);
}

#[test]
fn a_copy_is_proved_by_itself_its_proof_and_the_public_key_alone() {
    let shop = Shop::letters(120, 64, 0.0);
    let key = shop.path().join("seal-key.pem");
    judge("openssl")
        .args(["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out"])
        .arg(&key)
        .must_succeed();
    let config = "[seal]\nkey = \"seal-key.pem\"\n";
    let own = shop.path().join("lettershop.toml");
    let before = std::fs::read_to_string(&own).unwrap_or_default();
    std::fs::write(&own, format!("{before}\n{config}")).expect("a temporary directory");
    let public = shop.beside("public.pem");
    let call = judge("openssl").args(["pkey", "-pubout", "-in"]).arg(&key).arg("-out");
    call.arg(&public).must_succeed();

    let out = shop.after_a_night("out");
    let copies = list(&out);
    for piece in copies.keys().step_by(7) {
        let (copy, proof) = (shop.beside(&format!("{piece}.pdf")), shop.beside("proof.json"));
        let call = lettershop().args(["mailbox", "export"]).arg(out.path()).arg(piece);
        call.arg("--to").arg(shop.beside("")).must_succeed();
        let call = lettershop().args(["mailbox", "proof"]).arg(out.path()).arg(piece);
        call.arg("--to").arg(&proof).must_succeed();
        let verify = || {
            let call = lettershop().args(["verify", "copy"]).arg(&copy).arg("--proof").arg(&proof);
            call.arg("--key").arg(&public).arg("--json")
        };
        assert_eq!(verify().must_succeed().json()["ok"], true);
        let mut bytes = std::fs::read(&copy).expect("the copy");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&copy, bytes).expect("a temporary directory");
        assert_eq!(verify().must_exit_with(1).json()["ok"], false);
    }

    // What is signed is what OpenSSL verifies, too.
    let seals = out.find("mailboxes/", ".seal.json");
    assert!(!seals.is_empty(), "a seal a pack");
    let seal = std::fs::read(&seals[0]).expect("a seal");
    let seal: mailbox::BatchSeal = serde_json::from_slice(&seal).expect("a seal");
    let signature = BASE64_STANDARD.decode(seal.signature.as_deref().expect("signed"));
    let (message, value) = (shop.beside("message"), shop.beside("signature"));
    std::fs::write(&message, seal.message()).expect("a temporary directory");
    std::fs::write(&value, signature.expect("base64")).expect("a temporary directory");
    let call = judge("openssl").args(["dgst", "-sha256", "-verify"]).arg(&public);
    call.arg("-signature").arg(&value).arg(&message).must_succeed();

    // A seal of other copies stops the count.
    let text = std::fs::read_to_string(&seals[0]).expect("a seal");
    let other = text.replacen(&seal.root.to_string(), &"0".repeat(64), 1);
    std::fs::write(&seals[0], other).expect("a temporary directory");
    let said = out.verify().must_exit_with(2).json().to_string();
    assert!(said.contains("is not the seal of its pack"), "{said}");
}
