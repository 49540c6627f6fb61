//! `pages`: man pages and completions, made from the arguments themselves.

use anyhow::{Context, Result};
use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::doors::Pages;
use crate::args::Cli;
use crate::Ending;

/// Writes a man page a command, and completions for bash, zsh and fish.
pub fn pages(args: &Pages) -> Result<Ending> {
    let man = args.to.join("man");
    std::fs::create_dir_all(&man).with_context(|| format!("making {}", man.display()))?;
    let command = Cli::command().disable_help_subcommand(true);
    clap_mangen::generate_to(command, &man).context("writing the man pages")?;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        clap_complete::generate_to(shell, &mut Cli::command(), "lettershop", &args.to)
            .context("writing completions")?;
    }
    say!("{}", args.to.display());
    Ok(Ending::Well)
}
