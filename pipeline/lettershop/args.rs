//! What can be typed: subcommands, their arguments, help and examples.

pub mod desk;
pub mod doors;
pub mod line;
mod numbers;
pub mod postbox;
pub mod registry;
pub mod verify;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use letter::Moment;

use crate::confined::CONFINED;
use desk::OperatorCommand;
use doors::{Doctor, SenderCommand, WatchDoors};
use line::LineCommand;
use numbers::at_least_one;
use registry::RegistryCommand;
use verify::VerifyCommand;

/// What a command's exit code says.
const EXIT_CODES: &str = "Exit codes:
  0  all is well; a night is well when every record is accounted for, whatever was refused
  1  what was asked for is not there or cannot be read (an address, a copy, a batch)
  2  artefacts and ledger disagree, or the checked thing has faults
  3  the arguments or the configuration cannot be used
  4  trouble with the machine; run the same command again and it resumes";

/// What the exit code of `verify` says.
const VERIFY_EXIT_CODES: &str = "Example:
  lettershop verify cms signature.p7s --content form.xml --trust trust --crl crl --json

Exit codes:
  0  TOTAL_PASSED
  1  TOTAL_FAILED
  2  INDETERMINATE
  3  the arguments cannot be used
  4  trouble with the machine";

/// Turns senders' drops into print files and mailbox copies, and accounts for every record.
#[derive(Debug, Parser)]
#[command(name = "lettershop", version, about, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What an operator says.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Runs the night: takes the drops, prints, delivers, accounts
    #[command(after_help = "Example:
  lettershop night samples/shop --out out
  lettershop night /srv/shop --now 2026-11-22T02:00:00+09:00 --threads 2 --json
  lettershop night /srv/shop --until 05:00 --unattended
With --unattended also: 5 some batches are left for the next night, 6 some wait for people.")]
    Night(Night),
    /// Shows where the batches stand, what is stuck, how the last nights went
    #[command(after_help = "Example:\n  lettershop status out\n  lettershop status out --stuck
Exit codes of --stuck: 0 nothing is, 2 something is, 3 and 4 as ever.")]
    Status(Status),
    /// Writes report.html again from the last night's figures and says where it is
    #[command(after_help = "Example:\n  lettershop report out")]
    Report(OutJson),
    /// Shows the equation per batch
    #[command(after_help = "Example:\n  lettershop ledger out --json")]
    Ledger(OutJson),
    /// Counts again from the artefacts and compares with the ledger
    #[command(
        name = "verify-output",
        after_help = "Example:\n  lettershop verify-output out --json"
    )]
    VerifyOutput(OutJson),
    /// Verifies signatures, certificates and evidence packs, with one verdict each
    #[command(subcommand, after_help = VERIFY_EXIT_CODES)]
    Verify(VerifyCommand),
    /// What operators decide, and the desk.
    #[command(flatten)]
    Operator(OperatorCommand),
    /// Adds senders: door, agreement, kit
    #[command(subcommand)]
    Sender(SenderCommand),
    /// Watches the senders' doors: takes what is whole
    #[command(after_help = "Example:\n  lettershop watch /srv/shop")]
    Watch(WatchDoors),
    /// Looks at doors, disk, clock, fonts and postcodes, and says how to mend what is not well
    #[command(after_help = "Example:\n  lettershop doctor /srv/shop
Exit codes: 0 all is well, 2 something is not, 3 and 4 as ever.")]
    Doctor(Doctor),
    /// What happens at the enveloping line.
    #[command(flatten)]
    Line(LineCommand),
    /// Lists, reads and exports electronic copies
    #[command(subcommand)]
    Mailbox(MailboxCommand),
    /// Imports and shows recipients and their preferences, links senders' people to them
    #[command(subcommand)]
    Registry(RegistryCommand),
    /// Imports and shows the postcode dictionary
    #[command(subcommand)]
    Postcodes(PostcodesCommand),
    /// Checks and previews templates
    #[command(subcommand)]
    Template(TemplateCommand),
    /// Makes sample shops of synthetic people at real addresses
    #[command(subcommand)]
    Sample(SampleCommand),
    /// Reads addresses: grade, parts and customer barcode
    #[command(after_help = "Example:
  lettershop address \"〒100-0013 東京都千代田区霞が関1丁目3番2号 郵便プラザ503室\" --json
  lettershop address --json < addresses.txt      one address a line")]
    Address(Address),
    /// Examines a sender's own PDF as the night does: zones, fonts, what a page may not hold
    #[command(after_help = "Example:
  lettershop preflight stationery.pdf --png pictures
Exit codes: 0 it can be laid under letters, 2 it is refused, 3 and 4 as ever.")]
    Preflight(Preflight),
    /// Writes the man pages and the completions for bash, zsh and fish
    #[command(after_help = "Example:\n  lettershop pages --to pages")]
    Pages(doors::Pages),
    /// The confined child of `preflight` and of the night: a PDF on standard input, JSON out
    #[command(name = CONFINED, hide = true)]
    ConfinedPreflight {
        /// Rules and limits, as JSON
        question: String,
    },
}

/// Arguments of `preflight`.
#[derive(Debug, Args)]
pub struct Preflight {
    /// The PDF
    pub pdf: PathBuf,
    /// The envelope whose window it is held against, by name; without it, the default one
    #[arg(long, value_name = "NAME")]
    pub envelope: Option<String>,
    /// A folder for one picture a page, with the house's zones in red
    #[arg(long, value_name = "DIR")]
    pub png: Option<PathBuf>,
    /// Prints JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `night`.
#[derive(Debug, Args)]
pub struct Night {
    /// The shop's directory
    #[arg(default_value = doors::INSTALLED)]
    pub shop: PathBuf,
    /// Where everything that the night writes goes; without it, into the shop itself
    #[arg(long, value_name = "OUT")]
    pub out: Option<PathBuf>,
    /// The moment of the run (RFC 3339); without it, the clock is read once
    ///
    /// A night with a given moment is a replay: the report then carries no stage times, and every
    /// output byte depends on the inputs alone.
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    pub now: Option<Moment>,
    /// Begins no batch after this time of the day, 05:00 in Japan; the next night prints the rest
    #[arg(long, value_name = "HH:MM", value_parser = time_of_day)]
    pub until: Option<u32>,
    /// For timers: the exit code also tells what is left, and progress is JSON lines
    #[arg(long)]
    pub unattended: bool,
    /// Threads; 0 means one for every processor
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub threads: usize,
    /// Prints the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// A directory that nights have written, and how to print.
#[derive(Debug, Args)]
pub struct OutJson {
    /// What `night` wrote (OUT, or the shop)
    pub out: PathBuf,
    /// Prints JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `status`.
#[derive(Debug, Args)]
pub struct Status {
    /// What `night` wrote (OUT, or the shop)
    pub out: PathBuf,
    /// The shop's directory, if it is another: its doors and its limits count for --stuck
    #[arg(long, value_name = "SHOP")]
    pub shop: Option<PathBuf>,
    /// Names only what is longer in its state than it may be, and whose it is
    #[arg(long)]
    pub stuck: bool,
    /// Shows the last nights
    #[arg(long)]
    pub history: bool,
    /// Prints JSON
    #[arg(long)]
    pub json: bool,
}

/// One batch in a directory that nights have written.
#[derive(Debug, Args)]
pub struct BatchOf {
    /// What `night` wrote (OUT, or the shop)
    pub out: PathBuf,
    /// The sender's id
    pub sender: String,
    /// The batch, `tax-2026-1` or `tax-2026-1.part2`
    pub batch: String,
}

/// What can be done with mailboxes.
#[derive(Debug, Subcommand)]
pub enum MailboxCommand {
    /// The recipients' door on the web
    #[command(flatten)]
    Door(postbox::DoorCommand),
    /// Lists the copies
    #[command(after_help = "Example:\n  lettershop mailbox list out --json")]
    List {
        /// What `night` wrote
        out: PathBuf,
        /// Only this mailbox
        #[arg(long)]
        mailbox: Option<String>,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// Proves that a copy is one of a sealed batch: writes what `verify copy` needs beside the copy
    #[command(after_help = "Example:
  lettershop mailbox proof out 5f0c2a9be1d47730 --to proof.json")]
    Proof {
        /// What `night` wrote
        out: PathBuf,
        /// The piece id, sixteen hexadecimal digits
        piece: String,
        /// Where the proof goes
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// Reads one copy as its recipient does; the first reading makes the open notice
    #[command(after_help = "Example:
  lettershop mailbox read out 5f0c2a9be1d47730 --to letter.pdf")]
    Read {
        /// What `night` wrote
        out: PathBuf,
        /// The piece id, sixteen hexadecimal digits
        piece: String,
        /// Where the PDF goes
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
        /// The moment of reading (RFC 3339); without it, the clock
        #[arg(long, value_name = "RFC3339", value_parser = moment)]
        now: Option<Moment>,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// Writes copies as PDF/A files without counting as reading
    #[command(after_help = "Example:\n  lettershop mailbox export out --to copies")]
    Export {
        /// What `night` wrote
        out: PathBuf,
        /// Only this piece; without it, all
        piece: Option<String>,
        /// The folder for the files, one `<piece>.pdf` each
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
}

/// What can be done with the postcode dictionary.
#[derive(Debug, Subcommand)]
pub enum PostcodesCommand {
    /// Reads KEN_ALL.CSV, utf_ken_all.csv and JIGYOSYO.CSV and writes a dictionary
    #[command(after_help = "Example:
  lettershop postcodes import KEN_ALL.CSV JIGYOSYO.CSV --month 2026-11 --to shop/postcodes.bin
A shop uses the postcodes.bin in its directory before the built-in one.")]
    Import {
        /// The post office's files
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The month of the files, 2026-11
        #[arg(long)]
        month: String,
        /// Where the dictionary goes
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// Shows what the dictionary has for a code
    #[command(after_help = "Example:\n  lettershop postcodes show 100-0013")]
    Show {
        /// The postal code
        code: String,
        /// Another dictionary than the built-in one
        #[arg(long, value_name = "FILE")]
        dictionary: Option<PathBuf>,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
}

/// What can be done with templates.
#[derive(Debug, Subcommand)]
pub enum TemplateCommand {
    /// Compiles a template and reports every fault with its place
    #[command(after_help = "Example:\n  lettershop template check templates/tax-notice")]
    Check {
        /// The template's folder, or the name of a built-in template
        template: PathBuf,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// Writes the extremes as PDF and PNG: longest name, most rows, missing optional fields
    #[command(after_help = "Example:\n  lettershop template preview tax-notice --to preview")]
    Preview {
        /// The template's folder, or the name of a built-in template
        template: PathBuf,
        /// The folder for the files
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
}

/// What samples can be made.
#[derive(Debug, Subcommand)]
pub enum SampleCommand {
    /// A whole shop with drops of synthetic people, ready for `night`
    #[command(after_help = "Example:
  lettershop sample letters --records 100000 --seed 1 --defects 0.01 --out shop")]
    Letters {
        /// Records over all drops
        #[arg(long)]
        records: u64,
        /// The same seed gives the same bytes
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Share of records with a defect, 0 to 1
        #[arg(long, default_value_t = 0.01)]
        defects: f64,
        /// 3 shares the records among three senders, 1 puts all into one drop
        #[arg(long, default_value_t = 3, value_parser = senders)]
        senders: u32,
        /// The shop's directory
        #[arg(long, value_name = "SHOP")]
        out: PathBuf,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// A shop of two senders that make their letters themselves, as ready PDFs
    #[command(after_help = "Example:
  lettershop sample ready --records 40 --seed 1 --defects 0.1 --out shop")]
    Ready {
        /// Letters of each sender
        #[arg(long)]
        records: u64,
        /// The same seed gives the same bytes
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Share of records with a defect, 0 to 1
        #[arg(long, default_value_t = 0.01)]
        defects: f64,
        /// The shop's directory
        #[arg(long, value_name = "SHOP")]
        out: PathBuf,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// A shop of signed applications with its own authorities, ready for `night`
    ///
    /// Keys come from the seed: they protect nothing. The policy in the certificates is that of
    /// the cards' test environment.
    #[command(after_help = "Example:
  lettershop sample applications --count 2000 --seed 1 --defects 0.02 --out shop
  lettershop night shop --out out --now 2026-11-22T02:00:00+09:00")]
    Applications(SampleApplications),
    /// Ten drops of the city that are each broken in one way and named by it
    #[command(after_help = "Example:\n  lettershop sample drops --out samples/drops")]
    Drops {
        /// The folder for the drops
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// The sample shop of this repository, every oddity in a few records, with expected counts
    #[command(after_help = "Example:\n  lettershop sample shop --out samples/shop")]
    Shop {
        /// The shop's directory
        #[arg(long, value_name = "SHOP")]
        out: PathBuf,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
}

/// Arguments of `sample applications`.
#[derive(Debug, Args)]
pub struct SampleApplications {
    /// Applications over all parcels
    #[arg(long, value_name = "N")]
    pub count: u64,
    /// The same seed gives the same bytes
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Share of applications with a defect, 0 to 1
    #[arg(long, default_value_t = 0.02)]
    pub defects: f64,
    /// Municipalities that take part, spread over the country
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = at_least_one)]
    pub municipalities: u64,
    /// Applications in a parcel
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = at_least_one)]
    pub parcel_applications: u64,
    /// Threads; 0 means one for every processor
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub threads: usize,
    /// The shop's directory
    #[arg(long, value_name = "SHOP")]
    pub out: PathBuf,
    /// Prints JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `address`.
#[derive(Debug, Args)]
pub struct Address {
    /// The address; without it, one a line on standard input
    pub text: Option<String>,
    /// Another dictionary than the built-in one
    #[arg(long, value_name = "FILE")]
    pub dictionary: Option<PathBuf>,
    /// Prints JSON, one line an address
    #[arg(long)]
    pub json: bool,
}

/// Reads a moment, RFC 3339.
fn moment(text: &str) -> Result<Moment, String> {
    Moment::parse_rfc3339(text)
        .ok_or_else(|| format!("{text:?} is not a moment like 2026-11-22T02:00:00+09:00"))
}

/// Reads a time of the day as minutes from midnight.
fn time_of_day(text: &str) -> Result<u32, String> {
    let parts = text.split_once(':').and_then(|(h, m)| Some((h.parse().ok()?, m.parse().ok()?)));
    let minutes = parts.filter(|(h, m): &(u32, u32)| *h < 24 && *m < 60).map(|(h, m)| h * 60 + m);
    minutes.ok_or_else(|| format!("{text:?} is no time like 05:00"))
}

fn senders(text: &str) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| [1, 3].contains(number));
    number.ok_or_else(|| format!("{text:?} is neither 1 nor 3"))
}
