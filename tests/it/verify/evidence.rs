//! Sample applications: every defect's verdict, and the same verdicts from an evidence pack.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use letter::Moment;
use serde_json::Value;
use signature::evidence::{self, Block, Keep, Kind, Writer};
use signature::path::Anchors;
use signature::revocation::{Crls, Gathering};
use signature::verdict::{Policy, Purpose, Verdict};
use signature::verifier::{Body, Container, File, Request, Verifier};
use tempfile::TempDir;

use crate::shop::lettershop;

const POLICY: Policy = Policy::of(Purpose::JpkiSignTest);

/// A shop of sample applications.
struct Samples {
    home: TempDir,
    expected: Value,
}

/// An application with its files, in the order of its manifest.
struct Application {
    receipt: String,
    received: Moment,
    kind: String,
    signature: Vec<u8>,
    content: Option<String>,
    files: Vec<(String, Vec<u8>)>,
}

impl Samples {
    fn make() -> Self {
        let home = tempfile::tempdir().expect("a temporary directory");
        let shop = home.path().join("shop");
        lettershop()
            .args(["sample", "applications", "--count", "120", "--seed", "3"])
            .args(["--defects", "0.5", "--out"])
            .arg(&shop)
            .must_succeed();
        let expected = fs::read(shop.join("expected.json")).expect("expectations");
        let expected = serde_json::from_slice(&expected).expect("JSON");
        Self { home, expected }
    }

    fn folder(&self, name: &str) -> Vec<Vec<u8>> {
        let folder = self.home.path().join("shop").join(name);
        let entries = fs::read_dir(&folder).expect("a folder of the shop");
        let mut paths: Vec<PathBuf> =
            entries.map(|entry| entry.expect("an entry").path()).collect();
        paths.sort();
        paths.iter().map(|path| fs::read(path).expect("a file of the shop")).collect()
    }

    fn anchors(&self) -> Anchors {
        let files = self.folder("trust");
        Anchors::read(files.iter().map(Vec::as_slice)).expect("anchors")
    }

    fn crls(&self, folders: &[&str]) -> Crls {
        let anchors = self.anchors();
        let mut gathering = Gathering::new(anchors.iter().map(|anchor| anchor.der()));
        for list in folders.iter().flat_map(|folder| self.folder(folder)) {
            gathering.take(&list).expect("a list");
        }
        gathering.finish()
    }

    fn applications(&self) -> Vec<Application> {
        let mut applications = Vec::new();
        for parcel in parcels(&self.home.path().join("shop/inbox")) {
            let file = fs::File::open(&parcel).expect("a parcel");
            let mut zip = zip::ZipArchive::new(file).expect("a parcel is a ZIP");
            let mut member = |name: &str| {
                let mut bytes = Vec::new();
                zip.by_name(name).expect("a member").read_to_end(&mut bytes).expect("readable");
                bytes
            };
            let manifest: Value = serde_json::from_slice(&member("manifest.json")).expect("JSON");
            for entry in manifest["applications"].as_array().expect("applications") {
                applications.push(Application::read(entry, &mut member));
            }
        }
        assert_eq!(self.expected["applications"].as_u64(), Some(applications.len() as u64));
        applications
    }

    /// Returns the expected words of each application by receipt: `night` or `final`.
    fn words(&self, key: &str, applications: &[Application]) -> BTreeMap<String, String> {
        let mut words: BTreeMap<String, String> = applications
            .iter()
            .map(|application| (application.receipt.clone(), "TOTAL_PASSED".to_owned()))
            .collect();
        for defective in self.expected["defective"].as_array().expect("a list") {
            let receipt = defective["receipt"].as_str().expect("a receipt").to_owned();
            match defective[key]["indication"].as_str() {
                None => drop(words.remove(&receipt)),
                Some(indication) => {
                    let sub = defective[key]["sub_indication"].as_str();
                    let sub = sub.map(|sub| format!("/{sub}")).unwrap_or_default();
                    words.insert(receipt, format!("{indication}{sub}"));
                }
            }
        }
        words
    }
}

impl Application {
    fn read(entry: &Value, member: &mut impl FnMut(&str) -> Vec<u8>) -> Self {
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let (receipt, kind) = (text(&entry["receipt"]), text(&entry["signature"]["kind"]));
        let attachments = entry["attachments"].as_array().expect("a list");
        let names = std::iter::once(&entry["form"]).chain(attachments).map(&text);
        // References of XML signatures are bare names beside the document.
        let known_as = |name: &str| match kind.as_str() {
            "xml" => name.rsplit('/').next().expect("a name").to_owned(),
            _ => name.to_owned(),
        };
        let files = names.map(|name| (known_as(&name), member(&name))).collect();
        Self {
            received: Moment::parse_rfc3339(&text(&entry["received_at"])).expect("a moment"),
            signature: member(&text(&entry["signature"]["file"])),
            content: entry["signature"]["content"].as_str().map(str::to_owned),
            receipt,
            kind,
            files,
        }
    }

    fn request(&self) -> Request<'_> {
        let bytes = self.signature.as_slice();
        let container = match self.kind.as_str() {
            "cms" => Container::Cms { bytes, content: self.content.as_deref() },
            "digests" => Container::Digests { bytes },
            "xml" => Container::Xml { bytes, name: None },
            other => panic!("{other}"),
        };
        Request {
            container,
            files: self
                .files
                .iter()
                .map(|(name, bytes)| File { name, body: Body::Bytes(bytes) })
                .collect(),
            certificates: Vec::new(),
            received: self.received,
            form: None,
        }
    }
}

fn parcels(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => found.extend(parcels(&path)),
            false => found.push(path),
        }
    }
    found.sort();
    found
}

fn words_of(verdict: &Verdict) -> String {
    let sub = verdict.sub_indication.map(|sub| format!("/{}", sub.name())).unwrap_or_default();
    format!("{}{sub}", verdict.indication.name())
}

#[test]
fn every_defect_has_its_verdict_now_and_again_from_the_pack() {
    let samples = Samples::make();
    let applications = samples.applications();
    let requests: Vec<Request<'_>> = applications.iter().map(Application::request).collect();
    let (anchors, crls) = (samples.anchors(), samples.crls(&["crl"]));
    let verifier = Verifier::new(&anchors, &crls, POLICY);
    let verdicts = verifier.verify_batch(&requests);
    let library = verifier.with_engine(lanes::Engine::library());
    assert_eq!(verdicts, library.verify_batch(&requests), "every engine gives the same verdicts");
    let one_by_one: Vec<Verdict> = requests.iter().map(|one| verifier.verify(one)).collect();
    assert_eq!(verdicts, one_by_one, "any batches give the same verdicts");

    let expected = samples.words("verdict", &applications);
    let mut kinds: Vec<&String> = expected.values().collect();
    kinds.sort();
    kinds.dedup();
    assert!(kinds.len() > 6, "{kinds:?}");
    for (application, verdict) in applications.iter().zip(&verdicts) {
        let Some(expected) = expected.get(&application.receipt) else { continue };
        assert_eq!(&words_of(verdict), expected, "{}: {verdict:?}", application.receipt);
        let passed = expected == "TOTAL_PASSED";
        assert!(!passed || !verdict.covered.is_empty(), "{verdict:?}");
    }

    // The pack gives the same verdicts, by the program and years later.
    let mut writer = Writer::begin(Vec::new()).expect("a Vec takes all");
    for anchor in samples.folder("trust") {
        writer.share(Kind::Anchor, &anchor).expect("a Vec takes all");
    }
    for list in samples.folder("crl") {
        writer.share(Kind::List, &list).expect("a Vec takes all");
    }
    for (application, request) in applications.iter().zip(&requests) {
        let block = Block::application(&application.receipt, request, &POLICY, Keep::Bytes);
        writer.push(&block).expect("a Vec takes all");
    }
    let (pack, _) = writer.finish().expect("a Vec takes all");
    let path = samples.home.path().join("night.pack");
    fs::write(&path, &pack).expect("a temporary directory");
    let answer = lettershop().args(["verify", "evidence", "--json"]).arg(&path).run();
    assert_eq!(answer.code(), 1, "some applications failed: {}", answer.errors());
    let lines: Vec<Value> =
        answer.text().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), verdicts.len());
    for ((line, verdict), application) in lines.iter().zip(&verdicts).zip(&applications) {
        assert_eq!(line["receipt"], application.receipt.as_str());
        let again: Verdict = serde_json::from_value(line.clone()).expect("a verdict");
        assert_eq!(&again, verdict, "{}", application.receipt);
    }

    // With the lists of the day after every verdict is final, and as expected.
    let later = samples.folder("crl-later");
    let newer: Vec<&[u8]> = later.iter().map(Vec::as_slice).collect();
    let settled = evidence::finalise(&mut Cursor::new(&pack), &newer).expect("a pack");
    let expected = samples.words("final_verdict", &applications);
    for (receipt, verdict) in &settled {
        let Some(expected) = expected.get(receipt) else { continue };
        assert_eq!(&words_of(verdict), expected, "{receipt}: {verdict:?}");
        assert!(!verdict.provisional, "{receipt}: {verdict:?}");
    }

    // One bit turned, and the pack proves nothing.
    let mut altered = pack;
    let middle = altered.len() / 2;
    altered[middle] ^= 1;
    fs::write(&path, &altered).expect("a temporary directory");
    lettershop().args(["verify", "evidence"]).arg(&path).must_exit_with(1);
}
