//! One module per command: from arguments to an outcome.

mod apart;
mod assess;
mod check;
mod demo;
mod doctor;
mod explain;
mod facts;
mod following;
mod prove;
mod query;
mod rules;
mod trace;
mod traffic;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::CommandFactory;
use report::words::{Lang, Words};

use crate::Outcome;
use crate::cli::{Cli, Command, EgressAction, Language};
use crate::data::{Facts, show_problems};
use crate::output::put;
use crate::trouble::Trouble;

/// The words of the language that was asked for.
pub(crate) fn words(cli: &Cli) -> Words {
    Words::new(match cli.common.lang {
        Language::English => Lang::En,
        Language::Chinese => Lang::ZhCn,
    })
}

/// Runs the command.
///
/// # Errors
/// What the user can mend: wrong arguments, unreadable files, wrong data.
pub(crate) fn run(cli: &Cli, words: &Words) -> Result<Outcome> {
    apart::refuse_inputs(cli, words)?;
    match &cli.command {
        Command::Demo(args) => demo::run(args, &cli.common, words),
        Command::Assess(args) => assess::assess(args, &cli.common, words),
        Command::Audit(args) => assess::audit(args, &cli.common, words),
        Command::Egress(args) => match &args.action {
            Some(EgressAction::Merge(args)) => traffic::merge(args, words),
            None => traffic::run(args, &cli.common, words),
        },
        Command::Check(args) => check::run(args, &cli.common, words),
        Command::Trace(args) => trace::run(args, &cli.common, words),
        Command::Prove(args) => prove::run(args, &cli.common, words),
        Command::Query(args) => query::run(args, &cli.common, words),
        Command::Policy(args) => rules::run(args, &cli.common, words),
        Command::Catalog(args) => facts::catalog(&args.action, &cli.common, words),
        Command::Directive(args) => facts::directive(&args.action, &cli.common, words),
        Command::Explain(args) => explain::run(args, words),
        Command::Doctor => doctor::run(&cli.common, words),
        Command::Completions { shell } => {
            // Into memory first: the generator knows no errors, a pipe does.
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "supplant", &mut script);
            put(&String::from_utf8_lossy(&script), words)?;
            Ok(Outcome::Clean)
        }
        Command::Man { dir } => man(dir, words),
    }
}

fn man(dir: &Path, words: &Words) -> Result<Outcome> {
    std::fs::create_dir_all(dir)
        .and_then(|()| clap_mangen::generate_to(Cli::command(), dir))
        .map_err(|error| Trouble::write(words, dir, error))?;
    Ok(Outcome::Clean)
}

/// The program as records name it.
fn program() -> String {
    format!("supplant {}", env!("CARGO_PKG_VERSION"))
}

/// What was given on the command line, as records name it.
fn target(paths: &[PathBuf]) -> String {
    let shown: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    shown.join(" ")
}

/// Conclusions from half of the user's facts would be wrong in silence.
fn refuse_broken(facts: &Facts, words: &Words) -> Result<()> {
    if facts.loaded.problems.is_empty() {
        return Ok(());
    }
    show_problems(&facts.loaded.problems, &facts.loaded.files, words)?;
    Err(Trouble::wrong(words, "error-data", &[]).into())
}

/// An id that does not exist, with those that look like it.
fn unknown<'a>(key: &str, id: &str, all: impl Iterator<Item = &'a str>, words: &Words) -> Trouble {
    let mut near: Vec<(usize, &str)> = all.map(|other| (distance(id, other), other)).collect();
    near.sort_unstable();
    let most = id.chars().count().max(4) / 2;
    let near: Vec<String> = near
        .iter()
        .filter(|(far, _)| *far <= most)
        .take(NEAR_SHOWN)
        .map(|(_, other)| format!("`{other}`"))
        .collect();
    let none = words.plain("error-none-near");
    let near = if near.is_empty() { none } else { near.join(&words.plain("comma")) };
    Trouble::wrong(words, key, &[("id", id.into()), ("near", (&near).into())])
}

/// How many letters must change to make one id of the other; an id within the other is near however short it is.
fn distance(wanted: &str, other: &str) -> usize {
    if other.contains(wanted) {
        return usize::from(other != wanted);
    }
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (at, letter) in wanted.chars().enumerate() {
        let mut before = at;
        let mut left = at + 1;
        for (cell, there) in row.iter_mut().skip(1).zip(other.chars()) {
            let change = before + usize::from(letter != there);
            before = *cell;
            left = change.min(before + 1).min(left + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = at + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

const NEAR_SHOWN: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_letters() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("vmware", "vmware"), 0);
        assert_eq!(distance("esx", "vmware-esxi"), 1);
        assert_eq!(distance("", "abc"), 1);
        assert_eq!(distance("abc", ""), 3);
    }
}
