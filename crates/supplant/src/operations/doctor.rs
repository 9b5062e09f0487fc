//! `doctor`: what the program needs, and whether this machine has it.

use std::io::IsTerminal;

use anyhow::Result;
use report::words::{Arg, Words};

use crate::Outcome;
use crate::cli::Common;
use crate::data::{load_facts, show_problems};

/// Runs `doctor`: wrong facts are the only thing that it can find wrong, since nothing else is needed.
///
/// # Errors
/// When an overlay cannot be read.
pub(crate) fn run(common: &Common, words: &Words) -> Result<Outcome> {
    let facts = load_facts(&common.data)?;
    let catalog = &facts.loaded.catalog;
    let prints = catalog.fingerprints().count() - catalog.derived.len();
    let line = |key: &str, value: String| {
        anstream::println!("{:<28} {value}", words.plain(key));
    };
    line("doctor-program", format!("supplant {}", env!("CARGO_PKG_VERSION")));
    line("doctor-cores", std::thread::available_parallelism().map_or(1, usize::from).to_string());
    line("doctor-terminal", yes_no(std::io::stdout().is_terminal(), words));
    line("doctor-readers", audit::readers::READERS.len().to_string());
    line("doctor-vendors", catalog.vendors.len().to_string());
    line("doctor-products", catalog.products.len().to_string());
    line("doctor-fingerprints", prints.to_string());
    line("doctor-directives", catalog.directives.len().to_string());
    line("doctor-data", facts.sha256.get(..16).unwrap_or_default().to_owned());
    line("doctor-network", words.plain("doctor-network-none"));
    show_problems(&facts.loaded.problems, &facts.loaded.files, words)?;
    let problems = i64::try_from(facts.loaded.problems.len()).unwrap_or(i64::MAX);
    anstream::println!("{}", words.text("doctor-verdict", &[("problems", Arg::Number(problems))]));
    Ok(if problems == 0 { Outcome::Clean } else { Outcome::Wrong })
}

fn yes_no(yes: bool, words: &Words) -> String {
    words.plain(if yes { "yes" } else { "no" })
}
