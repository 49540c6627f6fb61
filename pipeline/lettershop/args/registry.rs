//! What can be typed about the registry: import, linking, decisions, rebuilding.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use letter::{Moment, SenderId};

use super::line::{person, Hand, ShopOut};
use super::{moment, OutJson};

/// What can be done with the registry.
#[derive(Debug, Subcommand)]
pub enum RegistryCommand {
    /// Imports people, consents, recipients, links and preferences (.csv) from a folder
    #[command(after_help = "Example:\n  lettershop registry import out samples/shop/registry
Each file may be .parquet instead; those that are not there change nothing.")]
    Import {
        /// What `night` wrote
        out: PathBuf,
        /// The folder with the files
        folder: PathBuf,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// Counts what the registry holds
    #[command(after_help = "Example:\n  lettershop registry show out")]
    Show(OutJson),
    /// Shows what happened to a recipient and to whom it consents, by days and kinds
    #[command(after_help = "Example:\n  lettershop registry history out r-00000002 --json")]
    History {
        /// What `night` wrote
        out: PathBuf,
        /// The recipient's id
        recipient: String,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// Answers a sender's file of people with a pseudonym a row, or nothing
    #[command(after_help = "Example:
  lettershop registry link /srv/shop hoshimi-city people.csv
The file has the columns row,name,address,birth,sex in UTF-8; the answer, row,id, lies in the
sender's outbox. What the sender may ask stands in lettershop.toml under [linking.<sender>]. Rows
that people have to decide stand in desk/links.<sender>.csv; the sender is not told of them.
Exit codes: 0 answered, 2 refused, 3 and 4 as ever.")]
    Link(LinkPeople),
    /// Decides a row of `desk/links.SENDER.csv`: it is this recipient's, or nobody's
    #[command(after_help = "Example:
  lettershop registry settle out hoshimi-city 0f1e… --recipient r-00000002 \\
    --by tanaka --approved-by suzuki
Without --recipient it is nobody's. The sender learns of it when it asks the next time.")]
    Settle(Settle),
    /// Makes a new key for a sender's pseudonyms; those made before stay good
    #[command(after_help = "Example:\n  lettershop registry rotate out hoshimi-city")]
    Rotate {
        /// What `night` wrote
        out: PathBuf,
        /// The sender's id
        #[arg(value_parser = sender)]
        sender: SenderId,
    },
    /// Builds the embedded indexes again from the append-only files
    #[command(after_help = "Example:\n  lettershop registry rebuild out")]
    Rebuild(OutJson),
}

/// Arguments of `registry link`.
#[derive(Debug, Args)]
pub struct LinkPeople {
    /// Where.
    #[command(flatten)]
    pub shop: ShopOut,
    /// The sender's id
    #[arg(value_parser = sender)]
    pub sender: SenderId,
    /// The sender's file of people
    pub file: PathBuf,
    /// The moment (RFC 3339); without it, the clock
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    pub now: Option<Moment>,
    /// Prints JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `registry settle`.
#[derive(Debug, Args)]
pub struct Settle {
    /// What `night` wrote
    pub out: PathBuf,
    /// The sender's id
    #[arg(value_parser = sender)]
    pub sender: SenderId,
    /// The case, as the list names it
    pub case: String,
    /// Whose row it is; without it, nobody's
    #[arg(long, value_name = "ID")]
    pub recipient: Option<String>,
    /// The second person, who has looked too
    #[arg(long, value_name = "ID", value_parser = person)]
    pub approved_by: String,
    /// Who.
    #[command(flatten)]
    pub hand: Hand,
}

fn sender(text: &str) -> Result<SenderId, String> {
    SenderId::parse(text).ok_or_else(|| format!("{text:?} is no sender's id"))
}
