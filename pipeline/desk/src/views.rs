//! What commands say, as pages need it.

use std::collections::BTreeMap;

use letter::Moment;
use serde::de::DeserializeOwned;
use serde::Deserialize;

use crate::service::Desk;

/// `status --json`
#[derive(Debug, Deserialize)]
pub struct Status {
    /// The night that is at work or was cut off.
    pub open_night: Option<u32>,
    /// Every batch, in the order of taking.
    pub batches: Vec<Standing>,
    /// Drops that are no batch.
    pub drops: Vec<Drop>,
}

/// Where a batch stands.
#[derive(Debug, Deserialize)]
pub struct Standing {
    /// Whose.
    pub sender: String,
    /// Which.
    pub batch: String,
    /// In the words of the command.
    pub stands: String,
}

/// A drop that was refused, or is arriving.
#[derive(Debug, Deserialize)]
pub struct Drop {
    /// Whose.
    pub sender: String,
    /// The file.
    pub name: String,
    /// In the words of the command.
    pub stands: String,
    /// Why it was refused.
    #[serde(default)]
    pub code: String,
}

impl Standing {
    /// Returns where it stands, in Japanese.
    pub fn japanese(&self) -> &str {
        japanese(&self.stands)
    }

    /// Whether somebody has to do something.
    pub fn waits(&self) -> bool {
        ["awaits approval", "held by the operator"].contains(&self.stands.as_str())
    }
}

/// Returns in Japanese where a batch stands.
pub fn japanese(stands: &str) -> &str {
    match stands {
        "awaits approval" => "承認待ち",
        "closed" => "印刷・交付済み",
        "cancelled" => "取消し",
        "held by the operator" => "保留",
        "approved, goes on in the next night" => "承認済み（次の夜間処理へ）",
        "measured" => "組版・計測済み",
        "received" => "受付済み",
        other => other,
    }
}

/// `status --history --json`
#[derive(Debug, Deserialize)]
pub struct History {
    /// Oldest first.
    pub nights: Vec<Night>,
}

/// How a night went.
#[derive(Debug, Deserialize)]
pub struct Night {
    /// Its number; 0 where there was nothing to do.
    pub night: u32,
    /// When it began, seconds since 1970.
    pub began: i64,
    /// How long it took.
    pub seconds: f64,
    /// Records of its batches.
    #[serde(rename = "records_in")]
    pub records: u64,
    /// Records printed.
    pub printed: u64,
    /// Records delivered.
    pub delivered: u64,
    /// Records set aside.
    pub set_aside: u64,
    /// Records held.
    pub held: u64,
    /// Records pulled.
    pub pulled: u64,
    /// Batches that wait for approval.
    pub waiting: u64,
    /// Batches left for the next night.
    pub left: u64,
    /// Disagreements that the closing check found.
    pub discrepancies: u64,
    /// The exit code.
    pub code: u8,
}

impl Night {
    /// Returns when it began, in Japan.
    pub fn began_words(&self) -> String {
        minutes(&Moment(self.began).rfc3339_jst())
    }

    /// Whether every record has its end.
    pub fn equation_holds(&self) -> bool {
        let ended = self.printed + self.delivered + self.set_aside + self.held + self.pulled;
        ended == self.records && self.discrepancies == 0
    }
}

/// Returns a moment to the minute, `2026-11-22 02:00`.
pub fn minutes(rfc3339: &str) -> String {
    rfc3339.get(..16).unwrap_or(rfc3339).replace('T', " ")
}

/// `status --stuck --json`
#[derive(Debug, Deserialize)]
pub struct AllStuck {
    /// Oldest first.
    pub stuck: Vec<Stuck>,
}

/// Something that is longer in its state than it may be.
#[derive(Debug, Deserialize)]
pub struct Stuck {
    /// The state.
    pub state: String,
    /// Whose it is to end it.
    pub owner: String,
    /// What, by ids.
    pub what: String,
    /// Since when.
    pub since: String,
    /// Hours.
    pub hours: f64,
    /// Hours that it may last.
    pub limit: f64,
}

/// `batch --json`
#[derive(Debug, Deserialize)]
pub struct Batch {
    /// Whose.
    pub sender: String,
    /// Which.
    pub batch: String,
    /// In the words of `status`.
    pub stands: String,
    /// Whether the operator keeps it back.
    pub held: bool,
    /// The rank that the operator gave it.
    pub rank: Option<i32>,
    /// When it was received.
    pub received: String,
    /// When it is posted.
    pub posting_date: String,
    /// Its records.
    pub records: u64,
    /// Where they ended; `None` before a night has closed it.
    pub ends: Option<BTreeMap<String, u64>>,
    /// Faults by code.
    pub faults: Vec<FaultLine>,
    /// The stages that are done.
    pub stages: Vec<StageLine>,
    /// What it left.
    pub files: Vec<FileLine>,
}

/// One fault, how often, and where first.
#[derive(Debug, Deserialize)]
pub struct FaultLine {
    /// The stable code.
    pub code: String,
    /// In Japanese.
    pub ja: String,
    /// In English.
    pub en: String,
    /// How often.
    pub count: u64,
    /// The first places.
    pub places: Vec<Place>,
}

/// A place in the sender's file; the value is not shown.
#[derive(Debug, Deserialize)]
pub struct Place {
    /// The line.
    pub line: String,
    /// The column.
    pub column: String,
}

/// A stage that is done.
#[derive(Debug, Deserialize)]
pub struct StageLine {
    /// Its name; print files have a line each.
    pub stage: String,
}

/// A file that a batch left.
#[derive(Debug, Deserialize)]
pub struct FileLine {
    /// Below OUT.
    pub path: String,
    /// Bytes.
    pub len: u64,
}

impl FileLine {
    /// Returns the file's own name.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Returns the length in words.
    pub fn len_words(&self) -> String {
        match self.len {
            0..10_000 => format!("{} B", self.len),
            10_000..10_000_000 => format!("{} KB", self.len / 1000),
            _ => format!("{} MB", self.len / 1_000_000),
        }
    }
}

/// `registry show --json`
#[derive(Debug, Deserialize)]
pub struct Registry {
    /// Rows of sender, class and recipient.
    pub rows: u64,
    /// Those who wish paper.
    pub paper: u64,
    /// Those who wish electronic copies.
    pub electronic: u64,
    /// Those who wish both.
    pub both: u64,
    /// The state's SHA-256.
    pub state: String,
}

/// `line-status --json`
#[derive(Debug, Deserialize)]
pub struct Line {
    /// The printed batches.
    pub parts: Vec<LinePart>,
}

/// A printed batch at the line.
#[derive(Debug, Deserialize)]
pub struct LinePart {
    /// `sender/batch`.
    pub part: String,
    /// Pieces by where they are.
    pub pieces: BTreeMap<String, u64>,
    /// Whether it is closed.
    pub closed: bool,
    /// Pieces to print again.
    pub to_reprint: u64,
    /// Whether every piece is counted once.
    pub equation: bool,
}

impl LinePart {
    /// Returns how many pieces are in a state.
    pub fn count(&self, state: &str) -> u64 {
        self.pieces.get(state).copied().unwrap_or(0)
    }
}

/// A line of `incident --json`: one piece.
#[derive(Debug, Deserialize)]
pub struct Piece {
    /// `sender/batch`.
    pub part: String,
    /// 通番.
    pub sequence: u32,
    /// The piece's id.
    pub piece: String,
    /// The sender's key.
    pub key: String,
    /// Print file.
    pub file: u32,
    /// Tray.
    pub tray: u32,
    /// Bundle.
    pub bundle: u32,
    /// Sheets.
    pub sheets: u16,
}

impl Piece {
    /// Returns the sender of the piece's batch.
    pub fn sender(&self) -> &str {
        self.part.split('/').next().unwrap_or_default()
    }

    /// Returns the name of the piece's batch.
    pub fn batch(&self) -> &str {
        self.part.split_once('/').map_or("", |(_, batch)| batch)
    }
}

/// `desk log --json`
#[derive(Debug, Deserialize)]
pub struct Log {
    /// Where the chain ends.
    pub head: String,
    /// Oldest first.
    pub entries: Vec<ledger::audit::Entry>,
}

/// `verify audit --json`
#[derive(Debug, Deserialize)]
pub struct Verified {
    /// Whether the log is whole.
    pub ok: bool,
    /// Heads that were sealed elsewhere.
    pub heads: u64,
    /// What is wrong.
    pub faults: Vec<String>,
}

impl Desk {
    /// Asks a command and reads what it says.
    ///
    /// # Errors
    /// What the command complains of.
    pub fn look<T: DeserializeOwned>(&self, command: &[&str]) -> Result<T, String> {
        let command: Vec<String> = command.iter().map(|&word| word.to_owned()).collect();
        let said = (self.plan.ask)(&command).map_err(|error| error.to_string())?;
        let first = said.text.lines().next().unwrap_or_default();
        serde_json::from_str(first).map_err(|_| match said.trouble.is_empty() {
            true => said.text.clone(),
            false => said.trouble.clone(),
        })
    }
}
