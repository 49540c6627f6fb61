//! Lettershop: a print centre's night, from the senders' drops to print files and mailbox copies.

#![allow(clippy::print_stdout, clippy::print_stderr)] // the command line is what speaks

/// Writes a line to standard output for whoever called the program; returns from the function when
/// nobody reads it any more.
macro_rules! say {
    ($($words:tt)*) => {{
        use std::io::Write as _;
        writeln!(std::io::stdout().lock(), $($words)*)?
    }};
}

mod account;
mod addresses;
mod alarm;
mod applications;
mod args;
mod audit;
mod batch;
mod close;
mod commands;
mod config;
mod confined;
mod deeds;
mod deliver;
mod doors;
mod draft;
mod fates;
mod faults;
mod first_proof;
mod jobs;
mod journey;
mod later;
mod ledger_rows;
mod line;
mod linking;
mod lists;
mod measure;
mod out;
mod outward;
mod papers;
mod plan;
mod postage;
mod postbox;
mod posting;
mod print;
mod ready;
mod receive;
mod recount;
mod registry_import;
mod seals;
mod split;
mod spool;
mod stock;
mod stuck;
mod unattended;
mod watch;
mod withdrawals;

use std::process::ExitCode;

use args::{Cli, Command};
use clap::error::ErrorKind;
use clap::Parser;

/// How a command ended; `lettershop --help` explains the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// 0
    Well,
    /// 1: what was asked for is not there or cannot be read.
    NotThere,
    /// 2: artefacts and ledger disagree, or the checked thing has faults.
    Disagrees,
    /// 5: some batches are left for the next night.
    Partly,
    /// 6: some batches wait for people.
    Waits,
    /// 1: a signature is proved not to be valid.
    Failed,
    /// 2: what is at hand proves neither that a signature is valid nor that it is not.
    Indeterminate,
}

impl Ending {
    fn code(self) -> u8 {
        match self {
            Self::Well => 0,
            Self::NotThere | Self::Failed => 1,
            Self::Disagrees | Self::Indeterminate => 2,
            Self::Partly => 5,
            Self::Waits => 6,
        }
    }
}

/// Unusable arguments or configuration.
const EXIT_UNUSABLE: u8 = 3;
/// Trouble with the machine.
const EXIT_TROUBLE: u8 = 4;

/// Marks an error as one of arguments or configuration.
#[derive(Debug)]
pub struct Unusable;

impl std::fmt::Display for Unusable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the arguments or the configuration cannot be used")
    }
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            let helped = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return ExitCode::from(if helped { 0 } else { EXIT_UNUSABLE });
        }
    };
    let ended = match deeds::begin(&cli.command) {
        Ok(begun) => {
            let ended = dispatch(cli.command);
            begun.map_or(Ok(()), |begun| begun.end(&ended)).and(ended)
        }
        Err(error) => Err(error),
    };
    match ended {
        Ok(ending) => ExitCode::from(ending.code()),
        // Whoever read our output has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lettershop: {error:#}");
            let unusable = error.downcast_ref::<Unusable>().is_some();
            ExitCode::from(if unusable { EXIT_UNUSABLE } else { EXIT_TROUBLE })
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io: Option<&std::io::Error> = error.downcast_ref();
    io.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

fn dispatch(command: Command) -> anyhow::Result<Ending> {
    match command {
        Command::Night(args) => commands::night::night(&args),
        Command::Status(args) => commands::status::status(&args),
        Command::Report(args) => commands::report::report(&args),
        Command::Ledger(args) => commands::ledger::ledger(&args),
        Command::Verify(command) => commands::verify::verify(&command),
        Command::VerifyOutput(args) => commands::verify_output::verify_output(&args),
        Command::Operator(command) => commands::operator::operator(&command),
        Command::Sender(command) => commands::sender::sender(&command),
        Command::Watch(args) => commands::watch::watch(&args),
        Command::Doctor(args) => commands::doctor::doctor(&args),
        Command::Line(command) => commands::line::line(&command),
        Command::Mailbox(command) => commands::mailbox::mailbox(&command),
        Command::Registry(command) => commands::registry::registry(&command),
        Command::Postcodes(command) => commands::postcodes::postcodes(&command),

        Command::Sample(command) => commands::sample::sample(&command),
        Command::Template(command) => commands::template::template(&command),
        Command::Address(args) => commands::address::address(&args),
        Command::Preflight(args) => commands::preflight::preflight(&args),
        Command::Pages(args) => commands::pages::pages(&args),
        Command::ConfinedPreflight { question } => {
            confined::answer(&question).map(|()| Ending::Well)
        }
    }
}
