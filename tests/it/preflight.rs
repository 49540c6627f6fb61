//! Senders' own PDFs: examined by command and by the night, in a child that can do nothing else.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{json, Value};
use sha2::{Digest, Sha256};

use crate::shop::{lettershop, Shop};

/// Returns a one-page PDF that paints this, with what else its page has.
fn pdf(content: &str, page: &str) -> Vec<u8> {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595.276 841.89] /Contents 4 0 R \
             /Resources << >> {page} >>"
        ),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
    ];
    let mut pdf = b"%PDF-1.7\n".to_vec();
    let mut places = String::new();
    for (number, object) in (1..).zip(&objects) {
        places.push_str(&format!("{:010} 00000 n \n", pdf.len()));
        write!(pdf, "{number} 0 obj\n{object}\nendobj\n").expect("memory");
    }
    let start = pdf.len();
    let trailer = format!("trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n");
    write!(pdf, "xref\n0 5\n0000000000 65535 f \n{places}{trailer}").expect("memory");
    pdf
}

/// Calls `preflight` on these bytes and returns its answer and exit code.
fn preflight(shop: &Shop, bytes: &[u8]) -> (Value, i32) {
    let path = shop.beside("foreign.pdf");
    std::fs::write(&path, bytes).expect("a temporary directory");
    let pictures = shop.beside("pictures");
    let call = lettershop().arg("preflight").arg(&path).arg("--json").arg("--png").arg(&pictures);
    let answer = call.run();
    (answer.json(), answer.code())
}

fn codes(answer: &Value) -> Vec<&str> {
    let findings = answer["findings"].as_array().expect("a list of findings");
    findings.iter().map(|finding| finding["code"].as_str().expect("a code")).collect()
}

#[test]
fn a_page_is_fine_refused_or_told_from_what_cannot_be_read() {
    let shop = Shop::sample();
    let (fine, code) = preflight(&shop, &pdf("400 400 9 9 re f", ""));
    assert_eq!((code, &fine["fine"], codes(&fine).len()), (0, &Value::Bool(true), 0), "{fine}");
    let (refused, code) = preflight(&shop, &pdf("100 700 72 72 re f", ""));
    assert_eq!((code, codes(&refused)), (2, vec!["painting-in-zone"]));
    let finding = &refused["findings"][0];
    assert_eq!((&finding["page"], &finding["place"]["left_mm"]), (&1.into(), &35.28.into()));
    for words in ["japanese", "english", "fix_japanese", "fix_english"] {
        assert!(finding[words].as_str().is_some_and(|words| words.len() > 10), "{finding}");
    }
    let picture = refused["pictures"][0].as_str().expect("a picture");
    let picture = std::fs::read(picture).expect("a picture");
    assert!(picture.starts_with(b"\x89PNG") && picture.len() > 1_000);
    let (nothing, code) = preflight(&shop, b"%PDF-1.7\nno object\n");
    assert_eq!((code, codes(&nothing)), (2, vec!["unreadable"]));
    lettershop().args(["preflight", "not-there.pdf"]).must_exit_with(3);
    let path = shop.beside("foreign.pdf");
    lettershop().arg("preflight").arg(&path).args(["--envelope", "none"]).must_exit_with(3);
}

#[test]
fn a_file_that_eats_memory_or_time_ends_as_a_finding() {
    let shop = Shop::sample();
    // Forty million brackets: two bytes each in the file, some forty in memory.
    let bomb = pdf("", &format!("/Bomb [{}]", "[]".repeat(20_000_000)));
    let (answer, code) = preflight(&shop, &bomb);
    assert_eq!((code, codes(&answer)), (2, vec!["preflight-limits"]), "{answer}");
}

#[test]
fn the_child_may_open_no_file_write_none_and_start_nothing() {
    let rules = json!({"zones": [], "margin_mm": 5, "transparency": "refused", "pages_max": 16});
    let limits = json!({"memory": 1 << 30, "cpu_seconds": 20, "wall_seconds": 120});
    let question = json!({"rules": rules, "limits": limits}).to_string();
    let mut child = Command::new(env!("CARGO_BIN_EXE_lettershop"))
        .args(["confined-preflight", &question])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // It waits for the PDF, confined already; what the kernel says of it counts.
    let place = format!("/proc/{}/limits", child.id());
    let confined = || {
        let limits = std::fs::read_to_string(&place).expect("the child runs");
        let is = |name: &str, most: &str| {
            let line = limits.lines().find(|line| line.starts_with(name)).expect("a limit");
            let mut columns = line[name.len()..].split_whitespace();
            (columns.next(), columns.next()) == (Some(most), Some(most))
        };
        is("Max open files", "0")
            && is("Max file size", "0")
            && is("Max processes", "0")
            && is("Max core file size", "0")
            && is("Max cpu time", "20")
            && is("Max address space", "1073741824")
    };
    let waited = (0..1_000).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(10));
        confined()
    });
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(b"%PDF-1.7\nno object\n").expect("the child reads");
    drop(stdin);
    let output = child.wait_with_output().expect("the child ends");
    assert!(waited, "it was never confined");
    let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(answer["survey"]["findings"][0]["code"], "unreadable", "{answer}");
    lettershop().args(["confined-preflight", "{}"]).must_exit_with(4);
}

#[test]
fn a_night_refuses_stationery_that_paints_in_a_zone_with_page_millimetres_and_picture() {
    let shop = Shop::sample_copy();
    let (sender, path) = with_stationery(&shop);
    let stationery = pdf("100 700 72 72 re f 0 g 1 w 30 30 m 400 30 l S", "");
    lay_in(&path, "stationery.pdf", &stationery);
    let out = shop.after_a_night("out");
    let refusals = out.refusals(&sender);
    let [(receipt, refusal)] = &refusals[..] else { panic!("{refusals:?}") };
    assert_eq!(refusal["code"], "bad-stationery");
    let (english, japanese) = (refusal["en"].to_string(), refusal["ja"].to_string());
    assert!(english.contains("page 1: x 35.3-60.7, y 24.7-50.1 mm"), "{english}");
    assert!(japanese.contains("1ページ: x 35.3-60.7, y 24.7-50.1 mm"), "{japanese}");
    let name = receipt.trim_end_matches("receipt.json");
    let beside = |suffix: &str| {
        let path = out.path().join("outbox").join(&sender).join(format!("{name}{suffix}"));
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    assert!(beside("stationery.page-1.png").starts_with(b"\x89PNG"));
    let findings: Value =
        serde_json::from_slice(&beside("stationery.findings.json")).expect("JSON");
    let findings = findings.as_array().expect("a list");
    assert_eq!(findings.len(), 2, "window and mark: {findings:?}");
    out.verify().must_succeed();
    for account in out.ledger() {
        assert!(account.balances(), "{account:?}");
    }
}

/// Returns the drop of the sample shop that brings stationery, with its sender.
fn with_stationery(shop: &Shop) -> (String, std::path::PathBuf) {
    let mut drops = shop.drops().into_iter();
    drops.find(|(_, path)| path.ends_with("annual-2026-2.zip")).expect("a drop with stationery")
}

/// Puts another member into a drop, and its digest into the manifest.
pub fn lay_in(path: &Path, member: &str, bytes: &[u8]) {
    let before = std::fs::read(path).expect("a drop");
    let mut before = zip::ZipArchive::new(Cursor::new(before)).expect("a drop is a ZIP");
    let mut members = BTreeMap::new();
    for index in 0..before.len() {
        let mut member = before.by_index(index).expect("a member");
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).expect("a sound member");
        members.insert(member.name().expect("a plain name").into_owned(), bytes);
    }
    let hex = |bytes: &[u8]| -> String {
        Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let digest = hex(&members[member]);
    let (name, manifest) =
        members.iter().find(|(name, _)| name.starts_with("manifest.")).expect("one");
    let manifest = String::from_utf8(manifest.clone()).expect("a manifest is UTF-8");
    assert!(manifest.contains(&digest), "{manifest}");
    let manifest = manifest.replace(&digest, &hex(bytes)).into_bytes();
    members.insert(name.clone(), manifest);
    members.insert(member.to_owned(), bytes.to_vec());
    let mut zip = zip::ZipWriter::new(std::fs::File::create(path).expect("a drop"));
    for (name, bytes) in &members {
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file(name.as_str(), options).expect("a member");
        zip.write_all(bytes).expect("a member");
    }
    zip.finish().expect("a drop");
}
