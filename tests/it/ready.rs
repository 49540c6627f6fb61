//! Letters that senders make themselves, as ready PDFs: a whole night of sound and broken ones.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::preflight::lay_in;
use crate::shop::{children, file_name, judge, lettershop, must_be_the_same, Shop};

#[test]
fn a_night_of_ready_letters_comes_to_what_is_expected_for_any_number_of_threads() {
    let shop = Shop::of_sample("ready", 150, 71, 0.15);
    let out = shop.after_a_night("out");
    shop.must_come_to_what_is_expected(&out);
    out.verify().must_succeed();
    let expected = out.outputs();
    for threads in ["1", "3"] {
        let other = shop.out(threads);
        shop.night(&other).args(["--threads", threads]).must_succeed();
        must_be_the_same(&expected, &other, &format!("{threads} threads"));
    }
    // More than one block, so that numbers go on behind a block's own objects.
    let rows: usize = out.controls().values().map(Vec::len).sum();
    assert!(rows > 128, "{rows} letters on paper");
    for (path, _) in expected.iter().filter(|(path, _)| path.ends_with(".pdf")) {
        let answer = judge("qpdf").arg("--check").arg(out.path().join(path)).must_succeed();
        assert!(!answer.text().to_lowercase().contains("warning"), "{path}: {answer}");
    }
}

#[test]
fn a_broken_letter_is_set_aside_alone_with_page_millimetres_and_picture() {
    let shop = Shop::of_sample("ready", 60, 72, 0.3);
    let out = shop.after_a_night("out");
    shop.must_come_to_what_is_expected(&out);
    let mut met = BTreeSet::new();
    for sender in ["hikari-kenpo", "midori-shinkin"] {
        for path in out.find(&format!("outbox/{sender}/"), ".report.csv") {
            let list = std::fs::read(&path).expect("a list");
            let list = String::from_utf8_lossy(&list).into_owned();
            for row in list.lines() {
                if row.contains("ready-finding") {
                    assert!(row.contains(" mm: "), "place: {row}");
                    assert!(row.contains("ページ: x "), "page: {row}");
                    met.insert("finding");
                }
                if row.contains("ready-address") {
                    assert!(row.contains("1ページの宛名窓に、データの宛名がありません"), "{row}");
                    met.insert("address");
                }
                if row.contains("ready-pages") {
                    met.insert("pages");
                }
            }
        }
        let pictures = out.find(&format!("outbox/{sender}/"), ".png");
        assert!(!pictures.is_empty(), "{sender}");
        for picture in pictures {
            let bytes = std::fs::read(&picture).expect("a picture");
            assert!(bytes.starts_with(b"\x89PNG"), "{}", picture.display());
        }
    }
    assert_eq!(met.len(), 3, "{met:?}");
}

#[test]
fn a_copy_holds_its_own_pages_and_nothing_of_another_letter() {
    let shop = Shop::of_sample("ready", 40, 73, 0.0);
    let out = shop.after_a_night("out");
    let copies = shop.beside("copies");
    let export = lettershop().args(["mailbox", "export"]).arg(out.path());
    export.arg("--to").arg(&copies).must_succeed();
    let copies = children(&copies);
    assert!(copies.len() > 5, "{}", copies.len());
    for copy in &copies {
        let text = judge("pdftotext").args(["-layout"]).arg(copy).arg("-").must_succeed().text();
        let keys: BTreeSet<&str> = words_like_keys(&text).collect();
        assert_eq!(keys.len(), 1, "{}: {keys:?}", file_name(copy));
        let flat = copy.with_extension("flat");
        judge("qpdf").args(["--qdf", "--check"]).arg(copy).must_succeed();
        judge("qpdf")
            .args(["--qdf", "--object-streams=disable"])
            .arg(copy)
            .arg(&flat)
            .must_succeed();
        let bytes = std::fs::read(&flat).expect("a PDF");
        let count =
            |word: &str| bytes.windows(word.len()).filter(|w| *w == word.as_bytes()).count();
        let pages = count("/Type /Page\n");
        // The sender's list of resources names a form of every page of the file: one a page is its
        // own, and one is the page itself.
        let forms = count("/Subtype /Form");
        assert!(pages > 0 && forms <= 2 * pages + 2, "{forms} forms on {pages} pages");
    }
}

/// The keys of the sample's senders.
fn words_like_keys(text: &str) -> impl Iterator<Item = &str> {
    let is_key = |word: &&str| {
        word.len() == 8
            && word.starts_with(['H', 'M'])
            && word[1..].bytes().all(|byte| byte.is_ascii_digit())
    };
    text.split(|c: char| !c.is_ascii_alphanumeric()).filter(is_key)
}

#[test]
fn a_night_of_ready_letters_killed_at_any_instant_resumes_to_the_same_bytes() {
    let shop = Shop::of_sample("ready", 60, 74, 0.1);
    let started = Instant::now();
    let expected = shop.after_a_night("whole").outputs();
    let whole = started.elapsed();
    for kill in 1..=KILLS {
        let out = shop.out(&format!("kill-{kill}"));
        let mut night = shop.night(&out).start();
        std::thread::sleep(whole * kill / (KILLS + 1));
        night.kill().expect("a child of this test");
        night.wait().expect("a child of this test");
        shop.night(&out).must_succeed();
        must_be_the_same(&expected, &out, &format!("kill {kill}"));
        std::fs::remove_dir_all(out.path()).expect("a temporary directory");
    }
    assert!(whole > Duration::from_millis(10), "{whole:?}");
}

/// Kills of the night, at even distances.
const KILLS: u32 = 12;

#[test]
fn a_conservative_print_file_of_ready_letters_reads_back_too() {
    let shop = Shop::of_sample("ready", 140, 75, 0.02);
    shop.configure("[print]\nform = \"conservative\"");
    let out = shop.after_a_night("out");
    shop.must_come_to_what_is_expected(&out);
    out.verify().must_succeed();
    for path in out.find("print/", "-001.pdf") {
        judge("qpdf").arg("--check").arg(&path).must_succeed();
    }
}

#[test]
fn a_ready_pdf_that_cannot_be_read_refuses_its_drop_by_name() {
    let shop = Shop::of_sample("ready", 20, 76, 0.0);
    let drop_of = |sender: &str| {
        let drops = shop.drops().into_iter();
        drops.filter(|(of, _)| of == sender).map(|(_, path)| path).next().expect("a drop")
    };
    let path = drop_of("midori-shinkin");
    lay_in(&path, "M0000003.pdf", b"%PDF-1.7\nno object\n");
    let out = shop.after_a_night("out");
    let refusals = out.refusals("midori-shinkin");
    let [(_, refusal)] = &refusals[..] else { panic!("{refusals:?}") };
    assert_eq!(refusal["code"], "bad-ready-pdf");
    assert_eq!(refusal["position"]["file"], "M0000003.pdf");
    // The other sender's letters went their way.
    let accounts = out.ledger();
    let kenpo = accounts.iter().find(|account| account.sender == "hikari-kenpo");
    assert!(kenpo.is_some_and(|account| account.balances() && account.printed > 0), "{accounts:?}");
    out.verify().must_succeed();
}

#[test]
fn pages_are_given_out_by_the_control_file_alone() {
    let shop = Shop::of_sample("ready", 12, 77, 0.0);
    let out = shop.after_a_night("out");
    shop.must_come_to_what_is_expected(&out);
    let print = out.find("print/hikari-kenpo/", "-001.pdf");
    let [print] = &print[..] else { panic!("one print file: {print:?}") };
    // Each sheet has the house's address and the sender's number; both belong to one record.
    let text = judge("pdftotext").arg("-layout").arg(print).arg("-").must_succeed().text();
    let rows = control_rows(&shop, "hikari-kenpo");
    let mut found = 0;
    for page in text.split('\u{c}') {
        let Some(key) = words_like_keys(page).next() else { continue };
        if !page.contains("医療費などのお知らせ") {
            continue;
        }
        let row = rows.iter().find(|row| row.starts_with(key)).expect("a row of that number");
        let name = row.split(',').nth(5).expect("a name").replace(['"', '　', ' '], "");
        let plain: String = page.chars().filter(|c| !c.is_whitespace()).collect();
        assert!(plain.contains(&name), "{key}: {name} is not on its page: {page}");
        found += 1;
    }
    assert!(found > 2, "{text}");
}

/// Returns the rows of a sender's control file.
fn control_rows(shop: &Shop, sender: &str) -> Vec<String> {
    let (_, path) = shop.drops().into_iter().find(|(of, _)| of == sender).expect("a drop");
    rows_of(&path)
}

fn rows_of(path: &Path) -> Vec<String> {
    let bytes = std::fs::read(path).expect("a drop");
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a ZIP");
    let mut member = zip.by_name("recipients.csv").expect("a control file");
    let mut text = String::new();
    std::io::Read::read_to_string(&mut member, &mut text).expect("UTF-8");
    text.lines().skip(1).map(str::to_owned).collect()
}
