//! The second journey: parcels of signed applications become hand-overs, forms and notices.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use crate::resume::{must_resume_wherever_the_journal_is_cut, Instants};
use crate::shop::{judge, lettershop, must_be_the_same, tree, Out, Shop};

/// The folder of the only night.
const NIGHT: &str = "night-000001";
/// Nights of applications that are killed; those of letters are killed more often.
const KILLS: u64 = 12;

/// Returns the results of all parcels by receipt number: end and verdict.
fn results(out: &Out) -> BTreeMap<String, Vec<(String, String)>> {
    let mut results: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for path in out.find("outbox/", ".results.csv") {
        let bytes = std::fs::read(&path).expect("a list of results");
        let mut reader =
            csv::Reader::from_reader(bytes.strip_prefix(b"\xEF\xBB\xBF").expect("BOM"));
        for row in reader.records() {
            let row = row.expect("a row");
            let receipt = results.entry(row[1].to_owned()).or_default();
            receipt.push((row[4].to_owned(), row[5].to_owned()));
        }
    }
    results
}

fn counts(json: &Value) -> BTreeMap<String, u64> {
    let all = json.as_object().expect("counts");
    all.iter().map(|(name, count)| (name.clone(), count.as_u64().expect("a count"))).collect()
}

/// Counts texts.
fn counted(texts: impl Iterator<Item = String>) -> BTreeMap<String, u64> {
    texts.fold(BTreeMap::new(), |mut counts, text| {
        *counts.entry(text).or_default() += 1;
        counts
    })
}

#[test]
fn every_defect_has_its_verdict_and_its_end_and_nothing_else_is_rejected() {
    let (shop, expected) = Shop::applications(240, 3, 0.25);
    let inbox = shop.path().join("inbox/kurashi-portal");
    std::fs::write(inbox.join("half.zip"), b"PK\x03\x04 and no end").expect("an inbox");
    let out = shop.after_a_night("out");

    // What the maker of the shop expects, application by application and in sums.
    let results = results(&out);
    for wanted in expected["defective"].as_array().expect("a list") {
        let receipt = wanted["receipt"].as_str().expect("a receipt number");
        let end = wanted["end"].as_str().expect("an end");
        let met = results.get(receipt).map(Vec::as_slice).unwrap_or_default();
        assert!(met.iter().any(|(found, _)| found == end), "{wanted}: {met:?}");
    }
    let ends = results.values().flatten().map(|(end, _)| end.clone());
    assert_eq!(counted(ends), counts(&expected["by_end"]));
    let verdicts = results.values().flatten().filter(|(end, _)| end != "set-aside");
    let mut verdicts = counted(verdicts.map(|(_, verdict)| verdict.clone()));
    verdicts.insert("none".to_owned(), counts(&expected["by_end"])["set-aside"]);
    assert_eq!(verdicts, counts(&expected["by_verdict"]));

    // Notices went in the form that each applicant has chosen.
    let notices = out.ledger().into_iter().find(|account| account.batch.starts_with("notices"));
    let notices = notices.expect("applicants are told what is wrong");
    assert!(notices.printed > 0 && notices.delivered > 0, "{notices:?}");

    // The books and the artefacts agree, and the refused parcel says what it lacks.
    let answer = out.verify().must_succeed().json();
    let received = expected["applications"].as_u64();
    assert_eq!(answer["applications"][0]["in"].as_u64(), received, "{answer}");
    let refusals = out.refusals("kurashi-portal");
    assert!(refusals.iter().any(|(_, refusal)| refusal["code"] == "half-zip"), "{refusals:?}");

    check_evidence(&shop, &out, &expected, &verdicts);
    check_tampering(&out);
}

/// Gives the verdicts again from the evidence pack alone, then with the lists of the day after.
fn check_evidence(shop: &Shop, out: &Out, expected: &Value, verdicts: &BTreeMap<String, u64>) {
    let pack = out.path().join(format!("evidence/{NIGHT}.evidence"));
    let words = |said: &Value| match said["sub_indication"].as_str() {
        Some(sub) => format!("{}/{sub}", said["indication"].as_str().expect("an indication")),
        None => said["indication"].as_str().expect("an indication").to_owned(),
    };
    let again = lettershop().args(["verify", "evidence", "--json"]).arg(&pack).run();
    let again = counted(
        again
            .text()
            .lines()
            .map(|line| words(&serde_json::from_str(line).expect("a verdict a line"))),
    );
    let mut wanted = verdicts.clone();
    wanted.remove("none");
    assert_eq!(again, wanted, "the pack alone gives the same verdicts");

    let finalise = lettershop().args(["verify", "finalise", "--json"]).arg(out.path());
    let answer = finalise.arg("--crl").arg(shop.path().join("crl-later")).must_succeed().json();
    let mut settled = counts(&answer["verdicts"]);
    settled.insert("none".to_owned(), counts(&expected["by_end"])["set-aside"]);
    assert_eq!(settled, counts(&expected["by_final_verdict"]));
    assert_eq!(answer["provisional"], 0, "{answer}");
    out.verify().must_succeed();
    let later = lettershop().args(["verify", "evidence", "--json"]).arg(&pack).run();
    let mut later = counted(
        later
            .text()
            .lines()
            .map(|line| words(&serde_json::from_str(line).expect("a verdict a line"))),
    );
    later.insert("none".to_owned(), counts(&expected["by_end"])["set-aside"]);
    assert_eq!(later, settled, "the pack holds the newer lists too");
}

/// A byte that changes in what was handed over does not stay unseen.
fn check_tampering(out: &Out) {
    let handed_over = tree(&out.path().join("handover"));
    let documents = handed_over.keys().find(|name| name.ends_with("documents.zip"));
    let path = out.path().join("handover").join(documents.expect("documents"));
    let mut bytes = std::fs::read(&path).expect("documents");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, &bytes).expect("a temporary directory");
    out.verify().must_exit_with(2);
    bytes[middle] ^= 1;
    std::fs::write(&path, &bytes).expect("a temporary directory");
    out.verify().must_succeed();
}

#[test]
fn forms_on_paper_say_what_was_applied_for_and_bear_their_receipt_number() {
    let (shop, _) = Shop::applications(60, 5, 0.0);
    let out = shop.after_a_night("out");
    let files = out.find("print/counter/", "-001.pdf");
    let text = judge("pdftotext").args(["-layout"]).arg(&files[0]).arg("-").must_succeed().text();
    let results = results(&out);
    let on_paper: Vec<&String> = results
        .iter()
        .filter(|(_, ends)| ends[0].0 == "handed-over-paper")
        .map(|(receipt, _)| receipt)
        .collect();
    assert!(on_paper.len() > 5, "{} on paper", on_paper.len());
    for receipt in on_paper {
        // On the cover list and on the form itself.
        assert!(text.matches(receipt.as_str()).count() >= 2, "{receipt}");
    }
    assert!(text.contains("送付書") && text.contains("件数票"));
}

#[test]
fn a_night_of_applications_cut_anywhere_ends_with_the_same_bytes() {
    let (shop, _) = Shop::applications(60, 4, 0.2);
    let started = std::time::Instant::now();
    let whole = shop.after_a_night("whole");
    let took = started.elapsed().as_millis() as u64;
    let expected = whole.outputs();
    for threads in ["1", "3"] {
        let out = shop.out(&format!("threads-{threads}"));
        shop.night(&out).args(["--threads", threads]).must_succeed();
        must_be_the_same(&expected, &out, &format!("{threads} threads"));
    }
    let mut random = Instants::new();
    for kill in 0..KILLS {
        let out = shop.out(&format!("kill-{kill}"));
        let mut night = shop.night(&out).start();
        std::thread::sleep(Duration::from_millis(took * kill / KILLS + random.below(10)));
        night.kill().expect("a child of this test");
        night.wait().expect("a child of this test");
        shop.night(&out).must_succeed();
        must_be_the_same(&expected, &out, &format!("kill {kill}"));
    }
    must_resume_wherever_the_journal_is_cut(&shop, &whole);
}
