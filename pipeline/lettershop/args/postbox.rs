//! What can be typed about the doors on the web.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use letter::Moment;

/// What can be done with the recipients' door.
#[derive(Debug, Subcommand)]
pub enum DoorCommand {
    /// Serves the recipients' mailboxes as web pages, also while a night runs
    #[command(after_help = "Example:
  lettershop mailbox serve /srv/shop --listen 127.0.0.1:8080
A web server in front of it (nginx, Caddy) speaks TLS.")]
    Serve(Serve),
    /// Sends copies to the mail servers and portals that recipients have chosen, again and again
    #[command(after_help = "Example:
  lettershop mailbox push /srv/shop
Places and secrets stand in [push] of lettershop.toml. One process at a time sends; it may be killed
at any moment.")]
    Push(Push),
    /// Gives a recipient of the registry a user number and an opening code
    #[command(after_help = "Example:
  lettershop mailbox invite /srv/shop r-00000002 --counter
  lettershop mailbox invite /srv/shop r-00000002 --letter --name \"山田 孝行\" --postal 100-0013 \\
    --address1 東京都千代田区霞が関1丁目3番2号
At the counter: look at the person's papers, then hand over what is printed here. By letter: the
next night prints it, and the post hands it to that person alone.")]
    Invite(Invite),
}

/// Arguments of `mailbox serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// The shop's directory
    pub shop: PathBuf,
    /// Where the nights write; without it, into the shop itself
    #[arg(long, value_name = "OUT")]
    pub out: Option<PathBuf>,
    /// Address and port; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: String,
    /// Prints where it listens as JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `mailbox push`.
#[derive(Debug, Args)]
pub struct Push {
    /// The shop's directory
    pub shop: PathBuf,
    /// Where the nights write; without it, into the shop itself
    #[arg(long, value_name = "OUT")]
    pub out: Option<PathBuf>,
    /// Goes through the outbox once and says what came of it as JSON
    #[arg(long)]
    pub once: bool,
    /// The moment of the round, RFC 3339, instead of the clock's
    #[arg(long, value_name = "MOMENT", value_parser = super::moment, requires = "once")]
    pub now: Option<Moment>,
}

/// Arguments of `mailbox invite`.
#[derive(Debug, Args)]
pub struct Invite {
    /// What `night` wrote (OUT, or the shop)
    pub out: PathBuf,
    /// The recipient's id in the registry
    pub recipient: String,
    /// The code is printed here, to be handed over at a counter
    #[arg(long, conflicts_with = "letter")]
    pub counter: bool,
    /// The next night prints a letter with the code (本人限定受取)
    #[arg(long, requires_all = ["name", "postal", "address1"])]
    pub letter: bool,
    /// The person's name, as on the papers that the post asks for
    #[arg(long)]
    pub name: Option<String>,
    /// The postal code
    #[arg(long)]
    pub postal: Option<String>,
    /// The address without the building
    #[arg(long)]
    pub address1: Option<String>,
    /// The building
    #[arg(long, default_value = "")]
    pub address2: String,
    /// Prints JSON
    #[arg(long)]
    pub json: bool,
}
