//! What can be typed about the enveloping line: its answers, reprints, pulls, returns, closing.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use letter::{Moment, SenderId};

use super::{moment, BatchOf, OutJson};

/// What happens at the enveloping line.
#[derive(Debug, Subcommand)]
pub enum LineCommand {
    /// Takes an inserter's log: which pieces are good, spoiled, missing or seen twice
    #[command(
        name = "import-log",
        after_help = "Example:
  lettershop import-log /srv/shop inserter-1.csv --by tanaka
How the log is written stands in inserters.toml. A log with a row that cannot be understood is
refused whole. The same log twice, or a longer one with the same rows, changes nothing twice."
    )]
    ImportLog(ImportLog),
    /// Shows where a batch's printed pieces stand
    #[command(
        name = "line-status",
        after_help = "Example:\n  lettershop line-status /srv/shop --json"
    )]
    LineStatus(OutJson),
    /// Prints pieces again (再作成) under a new print generation; what there was of them is void
    #[command(after_help = "Examples:
  lettershop reprint /srv/shop my-city tax-2026-1 --from-line --by tanaka --approved-by suzuki
  … --key 00001234 --by tanaka --approved-by suzuki
  … --range 400-499 --by tanaka --approved-by suzuki")]
    Reprint(Reprint),
    /// Pulls a piece (引抜き) at whatever stage it is
    #[command(after_help = "Example:
  lettershop pull out hoshimi-city tax-2026-1 00001234 --note 2026-1187 --by tanaka
Not yet painted: suppressed. Printed: listed with tray, bundle and sequence until its mark is
scanned (`scan`). An electronic copy that nobody has read is withdrawn.")]
    Pull(Pull),
    /// Pulls every piece of a list, and answers row by row
    #[command(
        name = "pull-list",
        after_help = "Example:
  lettershop pull-list out hoshimi-city pull.csv --by tanaka
The list has the columns batch,key,note. The answer lies in the sender's outbox."
    )]
    PullList(PullList),
    /// Notes scanned marks of what was taken out: pulled pieces and void envelopes
    #[command(
        after_help = "Example:\n  lettershop scan out 12026112200000420101100039 --by tanaka"
    )]
    Scan(Scan),
    /// Keeps a printed piece that goes no further for a person
    #[command(
        name = "set-aside",
        after_help = "Example:
  lettershop set-aside out hoshimi-city tax-2026-1 00001234 --note torn --by tanaka"
    )]
    SetAside(Pull),
    /// Notes pieces that came back (返戻) by their marks; the sender's returns.csv is written again
    #[command(after_help = "Example:
  lettershop returned /srv/shop --reason unknown 12026112200000420101100039 --by tanaka
Reasons: unknown, moved, refused, expired, incomplete, other.")]
    Returned(Returned),
    /// Lists whom a print file, a tray, a sheet, a stretch or a span of time touches
    #[command(after_help = "Examples:
  lettershop incident out --batch hoshimi-city/tax-2026-1 --file 2
  lettershop incident out --mark 12026112200000420101100039 --json
  lettershop incident out --from 2026-11-24T09:00:00+09:00 --to 2026-11-24T09:20:00+09:00")]
    Incident(Incident),
    /// Closes a batch at the line: every piece is posted, pulled or set aside; certificate
    #[command(after_help = "Example:\n  lettershop close out hoshimi-city tax-2026-1 --by tanaka")]
    Close(Close),
    /// Makes the closing certificates again from log and artefacts and compares them
    #[command(
        name = "verify-closing",
        after_help = "Example:\n  lettershop verify-closing out --json"
    )]
    VerifyClosing(OutJson),
}

/// Who does it, and when.
#[derive(Clone, Debug, Args)]
pub struct Hand {
    /// The operator's id: letters, digits, `.`, `_`, `-`
    #[arg(long, value_name = "ID", value_parser = person)]
    pub by: String,
    /// The moment (RFC 3339); without it, the clock
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    pub now: Option<Moment>,
    /// Prints JSON
    #[arg(long)]
    pub json: bool,
}

/// A shop and what its nights wrote.
#[derive(Debug, Args)]
pub struct ShopOut {
    /// The shop's directory
    pub shop: PathBuf,
    /// What `night` wrote; without it, the shop itself
    #[arg(long, value_name = "OUT")]
    pub out: Option<PathBuf>,
}

/// Arguments of `import-log`.
#[derive(Debug, Args)]
pub struct ImportLog {
    /// Where.
    #[command(flatten)]
    pub shop: ShopOut,
    /// The inserter's log
    pub log: PathBuf,
    /// Who.
    #[command(flatten)]
    pub hand: Hand,
}

/// Arguments of `reprint`.
#[derive(Debug, Args)]
pub struct Reprint {
    /// Where.
    #[command(flatten)]
    pub shop: ShopOut,
    /// The sender's id
    pub sender: String,
    /// The batch
    pub batch: String,
    /// The sender's keys of records
    #[arg(long, value_name = "KEY")]
    pub key: Vec<String>,
    /// Sequences, `400-499`
    #[arg(long, value_name = "A-B")]
    pub range: Vec<String>,
    /// A file with a key or a mark a line
    #[arg(long, value_name = "FILE")]
    pub list: Option<PathBuf>,
    /// What the line has spoiled, lost or seen twice
    #[arg(long)]
    pub from_line: bool,
    /// The second person, who approves
    #[arg(long, value_name = "ID", value_parser = person)]
    pub approved_by: String,
    /// Who.
    #[command(flatten)]
    pub hand: Hand,
}

/// Arguments of `pull` and `set-aside`.
#[derive(Debug, Args)]
pub struct Pull {
    /// Which batch.
    #[command(flatten)]
    pub batch: BatchOf,
    /// The sender's key of the record
    pub key: String,
    /// A reference to the sender's request, or the reason; never a name
    #[arg(long, default_value = "-")]
    pub note: String,
    /// The operator's id: letters, digits, `.`, `_`, `-`
    #[arg(long, value_name = "ID", value_parser = person, default_value = "operator")]
    pub by: String,
    /// The moment (RFC 3339); without it, the clock
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    pub now: Option<Moment>,
}

/// Arguments of `pull-list`.
#[derive(Debug, Args)]
pub struct PullList {
    /// What `night` wrote (OUT, or the shop)
    pub out: PathBuf,
    /// The sender's id
    pub sender: String,
    /// The list: batch,key,note
    pub list: PathBuf,
    /// Who.
    #[command(flatten)]
    pub hand: Hand,
}

/// Arguments of `scan`.
#[derive(Debug, Args)]
pub struct Scan {
    /// What `night` wrote (OUT, or the shop)
    pub out: PathBuf,
    /// Marks, 26 digits each
    #[arg(required = true)]
    pub marks: Vec<String>,
    /// Who.
    #[command(flatten)]
    pub hand: Hand,
}

/// Arguments of `returned`.
#[derive(Debug, Args)]
pub struct Returned {
    /// Where.
    #[command(flatten)]
    pub shop: ShopOut,
    /// Marks, 26 digits each
    pub marks: Vec<String>,
    /// A file with a mark a line, or a mark and a reason with a comma between
    #[arg(long, value_name = "FILE")]
    pub list: Option<PathBuf>,
    /// Why they came back
    #[arg(long, default_value = "unknown")]
    pub reason: String,
    /// Who.
    #[command(flatten)]
    pub hand: Hand,
}

/// Arguments of `incident`.
#[derive(Debug, Args)]
pub struct Incident {
    /// What `night` wrote (OUT, or the shop)
    pub out: PathBuf,
    /// The batch, `sender/batch`; without it, a mark or a span of time is needed
    #[arg(long, value_name = "SENDER/BATCH")]
    pub batch: Option<String>,
    /// A print file, by its number
    #[arg(long, value_name = "N")]
    pub file: Option<u32>,
    /// A tray
    #[arg(long, value_name = "N")]
    pub tray: Option<u32>,
    /// A bundle of that tray
    #[arg(long, value_name = "N", requires = "tray")]
    pub bundle: Option<u32>,
    /// Sequences, `400-499`
    #[arg(long, value_name = "A-B")]
    pub range: Option<String>,
    /// The mark of a sheet, 26 digits
    #[arg(long, value_name = "MARK")]
    pub mark: Option<String>,
    /// What the line answered from then on (RFC 3339)
    #[arg(long, value_name = "RFC3339", value_parser = moment, requires = "to")]
    pub from: Option<Moment>,
    /// Up to this moment, not included
    #[arg(long, value_name = "RFC3339", value_parser = moment, requires = "from")]
    pub to: Option<Moment>,
    /// Prints JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `close`.
#[derive(Debug, Args)]
pub struct Close {
    /// Which batch.
    #[command(flatten)]
    pub batch: BatchOf,
    /// Who.
    #[command(flatten)]
    pub hand: Hand,
}

/// Reads an operator's id.
///
/// # Errors
/// If it is none.
pub fn person(text: &str) -> Result<String, String> {
    let id = SenderId::parse(text).map(String::from);
    id.ok_or_else(|| format!("{text:?} is no operator's id"))
}
