//! One module per command: from arguments to an outcome.

mod assess;
mod demo;
mod doctor;
mod explain;
mod facts;

use anyhow::{Context, Result};
use clap::CommandFactory;
use report::words::{Lang, Words};

use crate::Outcome;
use crate::cli::{Cli, Command, Language};

/// Runs the command.
///
/// # Errors
/// What the user can mend: wrong arguments, unreadable files, wrong data.
pub(crate) fn run(cli: &Cli) -> Result<Outcome> {
    let words = Words::new(match cli.common.lang {
        Language::English => Lang::En,
        Language::Chinese => Lang::ZhCn,
    });
    match &cli.command {
        Command::Demo(args) => demo::run(args, &cli.common, &words),
        Command::Assess(args) => assess::assess(args, &cli.common, &words),
        Command::Audit(args) => assess::audit(args, &cli.common, &words),
        Command::Catalog(args) => facts::catalog(&args.action, &cli.common, &words),
        Command::Directive(args) => facts::directive(&args.action, &cli.common, &words),
        Command::Explain(args) => explain::run(args, &words),
        Command::Doctor => doctor::run(&cli.common, &words),
        Command::Completions { shell } => {
            let mut command = Cli::command();
            clap_complete::generate(*shell, &mut command, "supplant", &mut std::io::stdout());
            Ok(Outcome::Clean)
        }
        Command::Man { dir } => {
            std::fs::create_dir_all(dir)
                .with_context(|| format!("cannot make the folder `{}`", dir.display()))?;
            clap_mangen::generate_to(Cli::command(), dir)
                .with_context(|| format!("cannot write into `{}`", dir.display()))?;
            Ok(Outcome::Clean)
        }
    }
}
