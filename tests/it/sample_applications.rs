//! What OpenSSL and xmlsec1 say of sample applications, good and bad.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use letter::Moment;
use serde_json::Value;
use tempfile::TempDir;

use crate::shop::{judge, lettershop};

/// A sample in which half of the applications are broken or odd, unpacked.
struct Sample {
    home: TempDir,
    expected: Value,
}

/// One application of a parcel.
struct Application {
    entry: Value,
    /// What the maker says of it; nothing of sound ones.
    expected: Option<Value>,
    /// The folder into which its parcel is unpacked.
    folder: PathBuf,
}

impl Sample {
    fn make() -> Self {
        let home = tempfile::tempdir().expect("a temporary directory");
        let made = lettershop()
            .args(["sample", "applications", "--count", "120", "--seed", "11", "--json"])
            .args(["--defects", "0.5", "--municipalities", "8", "--parcel-applications", "40"])
            .arg("--out")
            .arg(home.path().join("shop"))
            .must_succeed();
        let expected = fs::read(home.path().join("shop/expected.json")).expect("expectations");
        let expected: Value = serde_json::from_slice(&expected).expect("expectations are JSON");
        assert_eq!(made.json(), expected);
        let sample = Self { home, expected };
        sample.write_bundle();
        sample
    }

    fn path(&self, path: &str) -> PathBuf {
        self.home.path().join(path)
    }

    fn files(&self, folder: &str) -> Vec<PathBuf> {
        let folder = fs::read_dir(self.path(folder)).expect("a folder of the sample");
        let mut files: Vec<PathBuf> = folder.map(|entry| entry.expect("an entry").path()).collect();
        files.sort();
        files
    }

    /// Writes all anchors and lists of the day of receipt into one file, as OpenSSL wants them.
    fn write_bundle(&self) {
        let mut bundle = String::new();
        for (kind, folder) in [("x509", "shop/trust"), ("crl", "shop/crl")] {
            for file in self.files(folder) {
                let pem = judge("openssl").args([kind, "-inform", "DER", "-in"]).arg(&file);
                bundle += &pem.must_succeed().text();
            }
        }
        fs::write(self.path("bundle.pem"), bundle).expect("the disk takes it");
    }

    fn anchor(&self, name: &str) -> PathBuf {
        let pem = self.path(&format!("{name}.pem"));
        let der = self.path(&format!("shop/trust/{name}.cer"));
        let call = judge("openssl").args(["x509", "-inform", "DER", "-in"]).arg(der);
        call.arg("-out").arg(&pem).must_succeed();
        pem
    }

    /// Unpacks every parcel with a manifest and returns its applications.
    fn applications(&self) -> Vec<Application> {
        let expected = self.expected["defective"].as_array().expect("a list");
        // A repeated receipt number stands in two parcels.
        let key = |parcel: &Value, receipt: &Value| (parcel.to_string(), receipt.to_string());
        let expected: BTreeMap<_, _> =
            expected.iter().map(|one| (key(&one["parcel"], &one["receipt"]), one)).collect();
        let mut all = Vec::new();
        for parcel in self.files("shop/inbox/kurashi-portal") {
            let folder = self.path("unpacked").join(parcel.file_stem().expect("a name"));
            unpack(&parcel, &folder);
            let manifest = fs::read(folder.join("manifest.json")).expect("a manifest");
            let manifest: Value = serde_json::from_slice(&manifest).expect("it is JSON");
            for entry in manifest["applications"].as_array().expect("a list") {
                let key = key(&manifest["parcel"], &entry["receipt"]);
                all.push(Application {
                    entry: entry.clone(),
                    expected: expected.get(&key).map(|one| (*one).clone()),
                    folder: folder.clone(),
                });
            }
        }
        all
    }
}

fn unpack(parcel: &Path, folder: &Path) {
    let bytes = fs::read(parcel).expect("a parcel");
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a ZIP");
    for number in 0..zip.len() {
        let mut member = zip.by_index(number).expect("a member");
        let path = folder.join(&*member.name().expect("a name"));
        fs::create_dir_all(path.parent().expect("a folder")).expect("the disk takes it");
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).expect("a sound member");
        fs::write(path, bytes).expect("the disk takes it");
    }
}

impl Application {
    fn text(&self, pointer: &str) -> &str {
        self.entry.pointer(pointer).and_then(Value::as_str).expect("a key of the manifest")
    }

    fn kind(&self) -> &str {
        match self.text("/signature/file") == self.text("/form") {
            true => "xml in the form",
            false => self.text("/signature/kind"),
        }
    }

    fn member(&self, pointer: &str) -> PathBuf {
        self.folder.join(self.text(pointer))
    }

    fn defect(&self) -> &str {
        self.expected.as_ref().and_then(|one| one["defect"].as_str()).unwrap_or("none")
    }

    /// Whether the signature is good at the moment of receipt, whatever the form says.
    fn is_good(&self) -> bool {
        let verdict = self.expected.as_ref().map(|one| &one["verdict"]);
        verdict.is_none_or(|said| said.is_null() || said["indication"] == "TOTAL_PASSED")
    }

    /// Whether the file is as it was signed, whoever signed it.
    fn is_intact(&self) -> bool {
        !["altered-document", "broken-signature"].contains(&self.defect())
    }
}

#[test]
fn openssl_and_xmlsec1_agree_with_what_the_sample_says_of_its_signatures() {
    let sample = Sample::make();
    certificates_and_lists_are_signed_by_their_generation(&sample);
    let applications = sample.applications();
    let mut met: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for application in &applications {
        let kind = application.kind();
        let (answer, expected) = match kind {
            "cms" => (cms(&sample, application), application.is_good()),
            "xml" | "xml in the form" => (xml(application), application.is_intact()),
            _ => (digests(&sample, application), application.is_intact()),
        };
        let (receipt, defect) = (application.text("/receipt"), application.defect());
        assert_eq!(answer, expected, "{receipt} {kind} {defect}");
        *met.entry((kind, defect)).or_default() += 1;
    }
    for kind in ["cms", "xml", "xml in the form", "digests"] {
        assert!(met.contains_key(&(kind, "none")), "{met:?}");
    }
    for defect in sample.expected["by_defect"].as_object().expect("counts").keys() {
        let count: u32 = met.iter().filter(|((_, of), _)| of == defect).map(|(_, n)| n).sum();
        assert_eq!(u64::from(count), sample.expected["by_defect"][defect], "{defect}");
    }
}

/// Several generations have one name, so each is asked with its own anchor only.
fn certificates_and_lists_are_signed_by_their_generation(sample: &Sample) {
    for of in ["signature", "authentication"] {
        for generation in 1..=3 {
            let anchor = sample.anchor(&format!("{of}-{generation}"));
            let verify = judge("openssl").args(["verify", "-check_ss_sig", "-no_check_time"]);
            verify.arg("-x509_strict").arg("-CAfile").arg(&anchor).arg(&anchor).must_succeed();
        }
    }
    for folder in ["shop/crl", "shop/crl-later"] {
        for list in sample.files(folder) {
            let name = list.file_stem().expect("a name").to_string_lossy().into_owned();
            let own = name.rsplit('-').next().expect("the generation");
            for generation in ["2", "3"] {
                let anchor = sample.path(&format!("signature-{generation}.pem"));
                let call = judge("openssl").args(["crl", "-inform", "DER", "-noout", "-in"]);
                let answer = call.arg(&list).arg("-CAfile").arg(anchor).arg("-verify").run();
                let said = answer.errors();
                assert_eq!(said.contains("verify OK"), generation == own, "{name}: {said}");
            }
        }
    }
}

/// Asks for signature, path with its critical policy, validity, and the municipality's list.
fn cms(sample: &Sample, application: &Application) -> bool {
    let received = Moment::parse_rfc3339(application.text("/received_at")).expect("a moment");
    judge("openssl")
        .args(["cms", "-verify", "-binary", "-inform", "DER", "-out", "/dev/null", "-in"])
        .arg(application.member("/signature/file"))
        .arg("-content")
        .arg(application.member("/signature/content"))
        .arg("-CAfile")
        .arg(sample.path("bundle.pem"))
        .args(["-crl_check", "-attime", &received.0.to_string()])
        .run()
        .code()
        == 0
}

/// Asks for canonical form, references and signature; the path is OpenSSL's to judge.
fn xml(application: &Application) -> bool {
    let signature = application.member("/signature/file");
    let (folder, name) = (signature.parent().expect("a folder"), signature.file_name());
    let call = judge("xmlsec1").dir(folder).args(["--verify", "--insecure"]);
    call.arg(name.expect("a file")).run().code() == 0
}

/// Asks for each file's signature with the key of the certificate.
fn digests(sample: &Sample, application: &Application) -> bool {
    let file = fs::read(application.member("/signature/file")).expect("the signatures");
    let file: Value = serde_json::from_slice(&file).expect("they are JSON");
    let decoded = |text: &Value, name: &str| {
        let path = sample.path(name);
        fs::write(&path, text.as_str().expect("Base64")).expect("the disk takes it");
        let binary = path.with_extension("bin");
        let call = judge("openssl").args(["base64", "-d", "-A", "-in"]).arg(path);
        call.arg("-out").arg(&binary).must_succeed();
        binary
    };
    let certificate = decoded(&file["certificate"], "certificate");
    let call = judge("openssl").args(["x509", "-inform", "DER", "-noout", "-pubkey", "-in"]);
    let key = sample.path("signer.pem");
    fs::write(&key, call.arg(certificate).must_succeed().text()).expect("the disk takes it");
    file["entries"].as_array().expect("a list").iter().all(|entry| {
        let signature = decoded(&entry["signature"], "signature");
        let member = application.folder.join(entry["file"].as_str().expect("a member"));
        let call = judge("openssl").args(["dgst", "-sha256", "-verify"]).arg(&key);
        call.arg("-signature").arg(signature).arg(member).run().code() == 0
    })
}
