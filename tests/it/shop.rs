//! A shop in a temporary directory, the program run on it, and what it leaves.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The moment of every night here: a night is a replay, its bytes depend on the inputs alone.
pub const NOW: &str = "2026-11-22T02:00:00+09:00";

/// The sender of the sample shop whose host sends user-defined characters.
pub const SENDER_WITH_GAIJI: &str = "hoshimi-city";

/// A shop directory and a directory for what nights write.
pub struct Shop {
    home: TempDir,
    shop: PathBuf,
    expected: Value,
}

impl Shop {
    /// Returns the sample shop of the repository.
    pub fn sample() -> Self {
        let shop = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/shop");
        assert!(shop.is_dir(), "the sample shop is in the repository");
        let path = shop.join("expected.json");
        let expected = std::fs::read(path).expect("expected counts lie beside the sample shop");
        let expected = serde_json::from_slice(&expected).expect("expected counts are JSON");
        Self { home: new_home(), shop, expected }
    }

    /// Returns a copy of the sample shop that a test may change.
    pub fn sample_copy() -> Self {
        let Self { home, shop: sample, expected } = Self::sample();
        let shop = home.path().join("shop");
        for (name, bytes) in tree(&sample) {
            let path = shop.join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, bytes).expect("a temporary directory");
        }
        Self { home, shop, expected }
    }

    /// Makes a shop of synthetic letters.
    pub fn letters(records: u32, seed: u32, defects: f64) -> Self {
        Self::of_sample("letters", records, seed, defects)
    }

    /// Makes a shop of a kind of sample, so many records of each of its senders.
    pub fn of_sample(kind: &str, records: u32, seed: u32, defects: f64) -> Self {
        let home = new_home();
        let shop = home.path().join("shop");
        let made = lettershop()
            .args(["sample", kind, "--records", &records.to_string(), "--json"])
            .args(["--seed", &seed.to_string(), "--defects", &defects.to_string(), "--out"])
            .arg(&shop)
            .must_succeed();
        Self { home, shop, expected: made.json() }
    }

    /// Makes a shop of synthetic applications; returns what is expected of them, too.
    pub fn applications(count: u32, seed: u32, defects: f64) -> (Self, Value) {
        let home = new_home();
        let shop = home.path().join("shop");
        lettershop()
            .args(["sample", "applications", "--count", &count.to_string()])
            .args(["--seed", &seed.to_string(), "--defects", &defects.to_string()])
            .args(["--municipalities", "12", "--parcel-applications", "50", "--out"])
            .arg(&shop)
            .must_succeed();
        let expected = std::fs::read(shop.join("expected.json")).expect("what is expected");
        let expected: Value = serde_json::from_slice(&expected).expect("JSON");
        (Self { home, shop, expected: Value::Null }, expected)
    }

    /// Compares every batch of the ledger and every refusal with what the maker of the shop
    /// expects.
    pub fn must_come_to_what_is_expected(&self, out: &Out) {
        must_come_to(&self.expected, out);
    }

    /// Adds keys to the shop's configuration.
    pub fn configure(&self, keys: &str) {
        let own = self.shop.join("lettershop.toml");
        let before = std::fs::read_to_string(&own).unwrap_or_default();
        std::fs::write(&own, format!("{before}\n{keys}\n")).expect("a temporary directory");
    }

    /// Returns the shop's directory.
    pub fn path(&self) -> &Path {
        &self.shop
    }

    /// Returns a path below the shop's temporary home that is neither shop nor output.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Returns a place for what a night writes.
    pub fn out(&self, name: &str) -> Out {
        Out(self.home.path().join("outs").join(name))
    }

    /// Returns the call of a night that writes to `out`.
    pub fn night(&self, out: &Out) -> Call {
        let call = lettershop().arg("night").arg(&self.shop).arg("--out").arg(&out.0);
        call.args(["--now", NOW, "--json"])
    }

    /// Runs a night and returns where it wrote.
    pub fn after_a_night(&self, name: &str) -> Out {
        let out = self.out(name);
        self.night(&out).must_succeed();
        out
    }

    /// Returns every drop: sender and path, in order.
    pub fn drops(&self) -> Vec<(String, PathBuf)> {
        let mut drops = Vec::new();
        for sender in children(&self.shop.join("inbox")) {
            for drop in children(&sender) {
                drops.push((file_name(&sender), drop));
            }
        }
        drops
    }
}

fn new_home() -> TempDir {
    tempfile::Builder::new().prefix("lettershop-").tempdir().expect("a temporary directory")
}

/// Compares the batches and refusals of `expected` with the ledger and the receipts.
pub fn must_come_to(expected: &Value, out: &Out) {
    let accounts = out.ledger();
    let list = |key: &str| expected[key].as_array().cloned().unwrap_or_default();
    let word = |json: &Value, key: &str| json[key].as_str().expect("a text").to_owned();
    assert!(!list("batches").is_empty(), "something is expected: {expected}");
    for batch in list("batches") {
        let (sender, name) = (word(&batch, "sender"), word(&batch, "batch"));
        let account = accounts.iter().find(|a| a.sender == sender && a.batch == name);
        let account = account.unwrap_or_else(|| panic!("{sender}/{name} is in the ledger"));
        let found = [account.records, account.printed, account.delivered, account.set_aside]
            .into_iter()
            .chain([account.held]);
        let wanted = ["in", "printed", "delivered", "set_aside", "held"].map(|key| &batch[key]);
        for (found, wanted) in found.zip(wanted) {
            assert_eq!(Some(found), wanted.as_u64(), "{account:?}, expected {batch}");
        }
        let receipt = out.receipt(&sender, &name);
        let faults = receipt["faults"].as_array().expect("a list of faults");
        for (code, count) in batch["reasons"].as_object().expect("counts by reason") {
            let fault = faults.iter().find(|fault| fault["code"] == code.as_str());
            let fault = fault.unwrap_or_else(|| panic!("{sender}/{name}: {code} in {receipt}"));
            assert!(fault["count"].as_u64() >= count.as_u64(), "{sender}/{name}: {fault}");
        }
    }
    for refused in list("refused") {
        let (sender, drop) = (word(&refused, "sender"), word(&refused, "drop"));
        let refusals = out.refusals(&sender);
        let code = word(&refused, "code");
        let stem = drop.split('.').next().unwrap_or_default();
        let found = refusals
            .iter()
            .any(|(name, refusal)| name.starts_with(stem) && refusal["code"] == code.as_str());
        assert!(found, "{sender}/{drop} is refused as {code}: {refusals:?}");
    }
}

/// What nights wrote.
#[derive(Clone)]
pub struct Out(pub PathBuf);

impl Out {
    /// Returns the directory.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Returns every output by its path below OUT; `state/` is memory, not output.
    pub fn outputs(&self) -> BTreeMap<String, Vec<u8>> {
        let mut outputs = tree(&self.0);
        outputs.retain(|path, _| !path.starts_with("state/"));
        outputs
    }

    /// Copies everything, memory included.
    pub fn copy_to(&self, other: &Self) {
        for (path, bytes) in tree(&self.0) {
            let path = other.0.join(path);
            let folder = path.parent().expect("a file lies in a folder");
            std::fs::create_dir_all(folder).expect("a temporary directory");
            std::fs::write(path, bytes).expect("a temporary directory");
        }
    }

    /// Returns the paths of outputs that begin and end so.
    pub fn find(&self, prefix: &str, suffix: &str) -> Vec<PathBuf> {
        let outputs = self.outputs().into_keys();
        let wanted = outputs.filter(|path| path.starts_with(prefix) && path.ends_with(suffix));
        wanted.map(|path| self.0.join(path)).collect()
    }

    /// Returns the ledger's equation: one entry a batch.
    pub fn ledger(&self) -> Vec<Account> {
        let answer = lettershop().arg("ledger").arg(&self.0).arg("--json").must_succeed();
        let batches = answer.json()["batches"].as_array().expect("a list of batches").clone();
        batches.iter().map(Account::of).collect()
    }

    /// Returns the call of the closing check.
    pub fn verify(&self) -> Call {
        lettershop().arg("verify-output").arg(&self.0).arg("--json")
    }

    /// Returns a drop's receipt.
    pub fn receipt(&self, sender: &str, batch: &str) -> Value {
        let path = self.0.join("outbox").join(sender).join(format!("{batch}.receipt.json"));
        let bytes =
            std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        serde_json::from_slice(&bytes).expect("a receipt is JSON")
    }

    /// Returns every refusal in a sender's outbox by the name of its receipt.
    pub fn refusals(&self, sender: &str) -> Vec<(String, Value)> {
        let mut refusals = Vec::new();
        for path in self.find(&format!("outbox/{sender}/"), ".receipt.json") {
            let bytes = std::fs::read(&path).expect("a receipt");
            let receipt: Value = serde_json::from_slice(&bytes).expect("a receipt is JSON");
            if !receipt["refusal"].is_null() {
                refusals.push((file_name(&path), receipt["refusal"].clone()));
            }
        }
        refusals
    }

    /// Returns the control file of every batch, by its folder below `print/`.
    pub fn controls(&self) -> BTreeMap<String, Vec<ControlRow>> {
        let mut controls = BTreeMap::new();
        for (path, bytes) in self.outputs() {
            if let Some(folder) = path.strip_suffix("/control.csv") {
                let text = String::from_utf8(bytes).expect("a control file is ASCII");
                controls.insert(folder.to_owned(), ControlRow::read_all(&text));
            }
        }
        controls
    }
}

/// Fails with the names of all outputs that are not the same.
pub fn must_be_the_same(expected: &BTreeMap<String, Vec<u8>>, found: &Out, what: &str) {
    let found = found.outputs();
    let mut faults: Vec<String> = Vec::new();
    for (path, bytes) in expected {
        match found.get(path) {
            None => faults.push(format!("{path} is missing")),
            Some(other) if other != bytes => faults.push(format!(
                "{path} differs: {} bytes, expected {}, first at {:?}",
                other.len(),
                bytes.len(),
                other.iter().zip(bytes).position(|(a, b)| a != b),
            )),
            Some(_) => {}
        }
    }
    let more = found.keys().filter(|path| !expected.contains_key(*path));
    faults.extend(more.map(|path| format!("{path} is new")));
    assert!(faults.is_empty(), "{what}:\n  {}", faults.join("\n  "));
}

/// One batch of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub sender: String,
    pub batch: String,
    pub records: u64,
    pub printed: u64,
    pub delivered: u64,
    pub set_aside: u64,
    pub held: u64,
    pub pulled: u64,
}

impl Account {
    fn of(json: &Value) -> Self {
        let text = |key: &str| json[key].as_str().expect("an id").to_owned();
        let count = |key: &str| json[key].as_u64().expect("a count");
        Self {
            sender: text("sender"),
            batch: text("batch"),
            records: count("in"),
            printed: count("printed"),
            delivered: count("delivered"),
            set_aside: count("set_aside"),
            held: count("held"),
            pulled: count("pulled"),
        }
    }

    /// Whether every record came to one end.
    pub fn balances(&self) -> bool {
        let ends = [self.printed, self.delivered, self.set_aside, self.held, self.pulled];
        self.records == ends.iter().sum::<u64>()
    }
}

/// One piece of a control file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlRow {
    pub sequence: u32,
    pub file: u32,
    /// First page in the print file, from 1.
    pub page: u32,
    pub piece: String,
    pub sheets: u16,
    /// Seven digits.
    pub postal: String,
    /// 67 letters F, A, D, T, or empty.
    pub barcode: String,
    /// 26 digits.
    pub mark: String,
}

impl ControlRow {
    fn read_all(text: &str) -> Vec<Self> {
        let mut lines = text.lines();
        assert_eq!(
            lines.next(),
            Some("sequence,file,page,tray,bundle,piece,sheets,weight_mg,postal,barcode,mark")
        );
        lines.map(Self::read).collect()
    }

    fn read(line: &str) -> Self {
        let columns: Vec<&str> = line.split(',').collect();
        assert_eq!(columns.len(), 11, "{line}");
        let number = |column: usize| columns[column].parse::<u32>().expect("a number");
        Self {
            sequence: number(0),
            file: number(1),
            page: number(2),
            piece: columns[5].to_owned(),
            sheets: number(6) as u16,
            postal: columns[8].to_owned(),
            barcode: columns[9].to_owned(),
            mark: columns[10].to_owned(),
        }
    }
}

/// Returns the call of the program.
pub fn lettershop() -> Call {
    Call::of(env!("CARGO_BIN_EXE_lettershop"))
}

/// Returns the call of a judge, which the test command installs.
pub fn judge(name: &str) -> Call {
    Call::of(name)
}

/// A program with its arguments.
pub struct Call(pub Command);

impl Call {
    fn of(program: &str) -> Self {
        let mut command = Command::new(program);
        // Nothing of the caller's surroundings may reach an output.
        command.env("TZ", "America/Caracas").env("LC_ALL", "C.UTF-8").env_remove("RUST_LOG");
        Self(command)
    }

    pub fn arg(mut self, arg: impl AsRef<std::ffi::OsStr>) -> Self {
        self.0.arg(arg);
        self
    }

    pub fn args<A: AsRef<std::ffi::OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.0.args(args);
        self
    }

    pub fn dir(mut self, dir: &Path) -> Self {
        self.0.current_dir(dir);
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.0.env(name, value);
        self
    }

    /// Starts the program and leaves it running.
    pub fn start(mut self) -> Child {
        self.0.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.0.spawn().expect("the program starts")
    }

    /// Runs the program to its end.
    pub fn run(mut self) -> Answer {
        let words = format!("{:?}", self.0);
        let output = self.0.stdin(Stdio::null()).output();
        let output = output.unwrap_or_else(|error| panic!("{words}: {error}"));
        Answer { words, output }
    }

    /// Runs the program with text on its standard input.
    pub fn run_with(mut self, input: &str) -> Answer {
        let words = format!("{:?}", self.0);
        let file = tempfile::tempfile().expect("a temporary file");
        std::io::Write::write_all(&mut &file, input.as_bytes()).expect("a temporary file");
        std::io::Seek::rewind(&mut &file).expect("a temporary file");
        let output = self.0.stdin(file).output();
        let output = output.unwrap_or_else(|error| panic!("{words}: {error}"));
        Answer { words, output }
    }

    pub fn must_succeed(self) -> Answer {
        self.must_exit_with(0)
    }

    pub fn must_exit_with(self, code: i32) -> Answer {
        let answer = self.run();
        assert_eq!(answer.code(), code, "{answer}");
        answer
    }
}

/// What a program answered.
pub struct Answer {
    words: String,
    output: Output,
}

impl Answer {
    /// Returns the exit code; -1 when a signal ended it.
    pub fn code(&self) -> i32 {
        self.output.status.code().unwrap_or(-1)
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.output.stdout.clone()).expect("answers are UTF-8")
    }

    pub fn errors(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {self}"))
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}\nexit code {}", self.words, self.code())?;
        let head =
            |bytes: &[u8]| String::from_utf8_lossy(&bytes[..bytes.len().min(4000)]).into_owned();
        writeln!(f, "stdout: {}", head(&self.output.stdout))?;
        writeln!(f, "stderr: {}", head(&self.output.stderr))
    }
}

/// Returns every file below a directory by its path with slashes.
pub fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in children(&folder) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(root).expect("below the root").to_str();
            let bytes = std::fs::read(&path).expect("a file that was just listed");
            files.insert(name.expect("paths are UTF-8").to_owned(), bytes);
        }
    }
    files
}

/// Returns what a directory holds, in order; nothing if there is no such directory.
pub fn children(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

/// Copies a file.
pub fn must_copy(from: &Path, to: &Path) {
    std::fs::copy(from, to).unwrap_or_else(|why| panic!("{}: {why}", from.display()));
}

/// Returns the last part of a path.
pub fn file_name(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}
