//! Supplant: finds prohibited security products in exports that an organisation already has.
//!
//! The shell. It alone touches the world: arguments, files, clock, terminal. It holds no domain logic: it reads, calls the
//! engines, writes, and turns outcomes into exit codes.

mod cli;
mod data;
mod operations;
mod output;
mod world;

use std::process::ExitCode;

use clap::Parser;

/// How a run ended (architecture, section 10).
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
    let cli = cli::Cli::parse();
    match operations::run(&cli) {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            // A reader that closes the pipe early (`| head`) is no failure.
            if is_broken_pipe(&error) {
                return ExitCode::SUCCESS;
            }
            anstream::eprintln!("error: {error:#}");
            Outcome::Wrong.into()
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<std::io::Error>();
        io.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    })
}
