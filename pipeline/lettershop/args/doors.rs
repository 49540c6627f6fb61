//! What can be typed about the doors: senders, the doctor, the watch.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// The shop of an installed package.
pub const INSTALLED: &str = "/etc/lettershop";

/// What can be done with senders.
#[derive(Debug, Subcommand)]
pub enum SenderCommand {
    /// Adds a sender: its door over SFTP, its agreement, its kit; again, it mends what is there
    #[command(after_help = "Example:
  lettershop sender add hoshimi-city --key hoshimi.pub --sample export.csv --name 星見市
As root it also makes the account ls-hoshimi-city and gives the folders to it. The columns are
guessed from the sample and shown; without --yes the guess must be confirmed.")]
    Add(SenderAdd),
    /// Lays the kit's good sample into a sender's inbox, as if it had sent it
    #[command(after_help = "Example:\n  lettershop sender try hoshimi-city")]
    Try(SenderTry),
}

/// Arguments of `sender try`.
#[derive(Debug, Args)]
pub struct SenderTry {
    /// The sender's id
    pub sender: String,
    /// The shop's directory
    #[arg(long, value_name = "SHOP", default_value = INSTALLED)]
    pub shop: PathBuf,
}

/// Arguments of `pages`.
#[derive(Debug, Args)]
pub struct Pages {
    /// The folder: man pages go into man/ below it
    #[arg(long, value_name = "DIR")]
    pub to: PathBuf,
}

/// Arguments of `sender add`.
#[derive(Debug, Args)]
pub struct SenderAdd {
    /// The sender's id: a-z A-Z 0-9 . _ -
    pub sender: String,
    /// The sender's public keys, as ssh-keygen writes them
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// A file as the sender will send it, with a head line; its columns are guessed
    #[arg(long, value_name = "FILE")]
    pub sample: Option<PathBuf>,
    /// The template of its letters; without it, the one that the sample suits best
    #[arg(long, value_name = "NAME")]
    pub template: Option<String>,
    /// The name that recipients know; without it, the id
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,
    /// The letter class
    #[arg(long, value_name = "NAME", default_value = "notice")]
    pub class: String,
    /// The shop's directory
    #[arg(long, value_name = "SHOP", default_value = INSTALLED)]
    pub shop: PathBuf,
    /// Where sshd reads pieces of its configuration
    #[arg(long, value_name = "DIR", default_value = "/etc/ssh/sshd_config.d")]
    pub sshd: PathBuf,
    /// An account that exists, instead of one that is made
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// Takes the guessed columns without asking
    #[arg(long)]
    pub yes: bool,
    /// Prints JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    /// The shop's directory
    #[arg(default_value = INSTALLED)]
    pub shop: PathBuf,
    /// Where nights write; without it, what lettershop.toml says
    #[arg(long, value_name = "OUT")]
    pub out: Option<PathBuf>,
    /// Where sshd reads pieces of its configuration
    #[arg(long, value_name = "DIR", default_value = "/etc/ssh/sshd_config.d")]
    pub sshd: PathBuf,
    /// Prints JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `watch`.
#[derive(Debug, Args)]
pub struct WatchDoors {
    /// The shop's directory
    #[arg(default_value = INSTALLED)]
    pub shop: PathBuf,
    /// Where nights write; without it, what lettershop.toml says
    #[arg(long, value_name = "OUT")]
    pub out: Option<PathBuf>,
    /// Goes round the doors once and ends
    #[arg(long)]
    pub once: bool,
    /// Takes what is whole and leaves every answer to the night
    #[arg(long)]
    pub take_only: bool,
    /// Threads; 0 means one for every processor
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub threads: usize,
}
