//! What can be typed by operators: what they decide about batches, and the desk on the web.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::line::{person, ShopOut};
use super::{BatchOf, OutJson};

/// What an operator decides about a batch.
#[derive(Debug, Subcommand)]
pub enum OperatorCommand {
    /// Lets a batch go on that waits because too many of its records are set aside
    #[command(
        after_help = "Example:\n  lettershop approve out hoshimi-city tax-2026-1 --by tanaka
The next night prints and delivers it."
    )]
    Approve(Decision),
    /// Keeps a batch back until it is released
    #[command(after_help = "Example:
  lettershop hold out hoshimi-city tax-2026-1 --note 2026-1187 --by tanaka")]
    Hold(Decision),
    /// Lets a batch go on that was kept back
    #[command(
        after_help = "Example:\n  lettershop release out hoshimi-city tax-2026-1 --by tanaka"
    )]
    Release(Decision),
    /// Takes a batch back that is not printed yet, for its sender
    #[command(after_help = "Example:
  lettershop cancel out hoshimi-city tax-2026-1 --note 2026-1187 --by tanaka")]
    Cancel(Decision),
    /// Gives a batch a rank: those of a higher one are printed first
    #[command(after_help = "Example:
  lettershop rank out hoshimi-city tax-2026-1 --to 10 --by tanaka")]
    Rank(Rank),
    /// Shows all of a batch: where it stands, its ends, faults, stages and files
    #[command(after_help = "Example:\n  lettershop batch out hoshimi-city tax-2026-1 --json")]
    Batch(ShowBatch),
    /// The operators' desk on the web, and who may sit at it
    #[command(subcommand)]
    Desk(DeskCommand),
}

/// A batch, and who decides what about it.
#[derive(Debug, Args)]
pub struct Decision {
    /// Which batch.
    #[command(flatten)]
    pub batch: BatchOf,
    /// Who, and why.
    #[command(flatten)]
    pub said: Said,
}

/// Arguments of `rank`.
#[derive(Debug, Args)]
pub struct Rank {
    /// Which batch, and who.
    #[command(flatten)]
    pub decision: Decision,
    /// The rank; what was not given one has its sender's
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub to: i32,
}

/// Who decides, and why.
#[derive(Clone, Debug, Args)]
pub struct Said {
    /// The operator's id: letters, digits, `.`, `_`, `-`
    #[arg(long, value_name = "ID", value_parser = person, default_value = "operator")]
    pub by: String,
    /// The second person, where the shop's [desk] asks for one
    #[arg(long, value_name = "ID", value_parser = person)]
    pub approved_by: Option<String>,
    /// The reason; never a name
    #[arg(long, default_value = "")]
    pub note: String,
}

/// Arguments of `batch`.
#[derive(Debug, Args)]
pub struct ShowBatch {
    /// Which batch.
    #[command(flatten)]
    pub batch: BatchOf,
    /// Prints JSON
    #[arg(long)]
    pub json: bool,
}

/// What can be done about the desk.
#[derive(Debug, Subcommand)]
pub enum DeskCommand {
    /// Serves the desk until it is asked to end
    #[command(after_help = "Example:
  lettershop desk serve /srv/shop --listen 127.0.0.1:8090
Put a web server with TLS in front of it: browsers send the session by HTTPS only.")]
    Serve(ServeDesk),
    /// Who may sit at it
    #[command(subcommand)]
    Account(AccountCommand),
    /// Shows the audit log, the newest entries last
    #[command(after_help = "Example:\n  lettershop desk log out --json")]
    Log {
        /// What `night` wrote
        out: PathBuf,
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = 100)]
        last: usize,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
}

/// Arguments of `desk serve`.
#[derive(Debug, Args)]
pub struct ServeDesk {
    /// Where.
    #[command(flatten)]
    pub shop: ShopOut,
    /// Address and port; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8090")]
    pub listen: String,
    /// Prints where it listens as JSON
    #[arg(long)]
    pub json: bool,
}

/// What can be done about accounts.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Adds an account, or gives one another role and password; prints the password once
    #[command(after_help = "Example:
  lettershop desk account add /srv/shop tanaka --role approver --by admin")]
    Add {
        /// What `night` wrote
        out: PathBuf,
        /// The operator's id
        #[arg(value_parser = person)]
        name: String,
        /// What the person may do
        #[arg(long, value_enum)]
        role: Role,
        /// Reads the password from the first line of standard input instead of making one
        #[arg(long)]
        password_stdin: bool,
        /// Who adds it
        #[arg(long, value_name = "ID", value_parser = person, default_value = "operator")]
        by: String,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// Removes an account; its sessions end at once
    #[command(
        after_help = "Example:\n  lettershop desk account remove /srv/shop tanaka --by admin"
    )]
    Remove {
        /// What `night` wrote
        out: PathBuf,
        /// The operator's id
        #[arg(value_parser = person)]
        name: String,
        /// Who removes it
        #[arg(long, value_name = "ID", value_parser = person, default_value = "operator")]
        by: String,
    },
    /// Lists the accounts
    #[command(after_help = "Example:\n  lettershop desk account list /srv/shop")]
    List(OutJson),
}

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Looks
    Reader,
    /// Acts on pieces and batches
    Operator,
    /// Approves, also what others ask for
    Approver,
    /// All of it
    Administrator,
}
