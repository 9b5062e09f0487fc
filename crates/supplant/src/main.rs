//! Supplant: finds prohibited security products in exports that an organisation already has.
//!
//! The shell. It alone touches the world: arguments, files, clock, terminal. It holds no domain logic: it reads, calls the
//! engines, writes, and turns outcomes into exit codes.

mod cli;
mod data;
mod firewall;
mod flows;
mod operations;
mod output;
mod trouble;
mod world;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ContextKind;
use report::words::Words;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing found.
    Clean,
    /// Findings or differences.
    Found,
    /// Wrong input or usage.
    Wrong,
    /// Could not finish.
    Unfinished,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Clean => 0,
            Outcome::Found => 1,
            Outcome::Wrong => 2,
            Outcome::Unfinished => 3,
        })
    }
}

fn main() -> ExitCode {
    let cli = cli::Cli::try_parse().unwrap_or_else(|mut error| {
        // To give an unknown option after `--`, as the name of a file, is never what is meant.
        error.remove(ContextKind::Suggested);
        error.exit()
    });
    let words = operations::words(&cli);
    match operations::run(&cli, &words) {
        Ok(outcome) => outcome.into(),
        // A reader that closes the pipe early (`| head`) is no failure.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => show(&error, &words).into(),
    }
}

/// What failed, why, and what to do; a standard error that is closed hears nothing.
fn show(error: &anyhow::Error, words: &Words) -> Outcome {
    let mut out = anstream::stderr().lock();
    let text = report::text::one_line(&format!("{error:#}"));
    let _ = writeln!(out, "{}: {text}", words.plain("error"));
    let trouble = error.downcast_ref::<trouble::Trouble>();
    if let Some(help) = trouble.map(trouble::Trouble::help).filter(|help| !help.is_empty()) {
        let _ = writeln!(out, "  = {}: {help}", words.plain("help"));
    }
    trouble.map_or(Outcome::Wrong, |trouble| trouble.outcome)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<std::io::Error>();
        io.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    })
}
