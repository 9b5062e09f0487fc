//! `doctor`: what the program needs, and whether this machine has it.

use std::fmt::Write;
use std::io::IsTerminal;

use anyhow::Result;
use report::text::pad;
use report::words::Words;

use crate::Outcome;
use crate::cli::Common;
use crate::data::{load_facts, show_problems};
use crate::output::put;

/// Runs `doctor`: wrong facts are the only thing that it can find wrong, since nothing else is needed.
///
/// # Errors
/// When an overlay cannot be read.
pub(crate) fn run(common: &Common, words: &Words) -> Result<Outcome> {
    let facts = load_facts(&common.data, words)?;
    let catalog = &facts.loaded.catalog;
    let prints = catalog.fingerprints().count() - catalog.derived.len();
    let overlays: Vec<String> = common.data.iter().map(|path| path.display().to_string()).collect();
    let overlays = if overlays.is_empty() {
        words.plain("doctor-overlays-none")
    } else {
        overlays.join(&words.plain("comma"))
    };
    let mut text = String::new();
    let mut line = |key: &str, value: &str| {
        let _ = writeln!(text, "{} {value}", pad(&words.plain(key), LABEL_COLUMNS));
    };
    line("doctor-program", &format!("supplant {}", env!("CARGO_PKG_VERSION")));
    line("doctor-date", &jiff::Zoned::now().date().to_string());
    line("doctor-cores", &std::thread::available_parallelism().map_or(1, usize::from).to_string());
    let terminal = if std::io::stdout().is_terminal() { "yes" } else { "no" };
    line("doctor-terminal", &words.plain(terminal));
    line("doctor-readers", &audit::readers::READERS.len().to_string());
    line("doctor-vendors", &catalog.vendors.len().to_string());
    line("doctor-products", &catalog.products.len().to_string());
    line("doctor-fingerprints", &prints.to_string());
    line("doctor-directives", &catalog.directives.len().to_string());
    line("doctor-overlays", &overlays);
    line("doctor-data", &facts.sha256);
    line("doctor-network", &words.plain("doctor-network-none"));
    put(&text, words)?;
    show_problems(&facts.loaded.problems, &facts.loaded.files, words)?;
    let problems = facts.loaded.problems.len();
    let verdict = words.text("doctor-verdict", &[("problems", problems.into())]);
    put(&format!("{verdict}\n"), words)?;
    Ok(if problems == 0 { Outcome::Clean } else { Outcome::Wrong })
}

const LABEL_COLUMNS: usize = 30;
