//! No output takes the place of what is read.

use std::fs;
use std::path::{Path, PathBuf};

use report::words::Words;

use crate::cli::{Cli, Command, Egress, EgressAction};
use crate::trouble::Trouble;

/// What a command reads, and what it writes.
type Files<'a> = (Vec<&'a PathBuf>, Vec<&'a PathBuf>);

/// Refuses a command that would write over a file it reads: one that was given, or one in a folder that was given.
///
/// # Errors
/// Names the file.
pub(super) fn refuse_inputs(cli: &Cli, words: &Words) -> Result<(), Trouble> {
    let Some((mut inputs, outputs)) = files(&cli.command) else { return Ok(()) };
    inputs.extend(&cli.common.data);
    match outputs.iter().find(|output| inputs.iter().any(|input| is_within(output, input))) {
        None => Ok(()),
        Some(output) => Err(refused(output, words)),
    }
}

/// Refuses to write over one of these.
///
/// # Errors
/// When the output is one of them, or a file in a folder among them.
pub(super) fn refuse(output: &Path, inputs: [&Path; 2], words: &Words) -> Result<(), Trouble> {
    let within = inputs.into_iter().any(|input| is_within(output, input));
    if within { Err(refused(output, words)) } else { Ok(()) }
}

fn refused(output: &Path, words: &Words) -> Trouble {
    let shown = output.display().to_string();
    Trouble::wrong(words, "error-output-is-input", &[("path", (&shown).into())])
}

fn files(command: &Command) -> Option<Files<'_>> {
    Some(match command {
        Command::Assess(args) => {
            let inputs = std::iter::once(&args.path).chain(&args.scope.waivers);
            (inputs.collect(), vec![&args.print.output])
        }
        Command::Audit(args) => {
            (args.paths.iter().chain(&args.scope.waivers).collect(), vec![&args.print.output])
        }
        Command::Check(args) => (args.paths.iter().collect(), vec![&args.output]),
        Command::Trace(args) => (args.paths.iter().collect(), vec![&args.output]),
        Command::Policy(args) => (args.paths.iter().collect(), vec![&args.output]),
        Command::Query(args) => (vec![&args.path], vec![&args.output]),
        Command::Prove(args) => {
            let outputs = [&args.output].into_iter().chain(&args.certificate);
            let inputs = [&args.left, &args.right].into_iter().chain(&args.map);
            (inputs.collect(), outputs.chain(&args.write_map).collect())
        }
        Command::Egress(args) => flows(args),
        _ => return None,
    })
}

fn flows(args: &Egress) -> Files<'_> {
    match &args.action {
        Some(EgressAction::Merge(args)) => {
            (args.paths.iter().chain(&args.compare).collect(), vec![&args.shown.output])
        }
        None => {
            let inputs = args.paths.iter().chain(&args.compare).chain(&args.inventory);
            let tables = args.tables.endpoints.iter().chain(&args.tables.places);
            (inputs.chain(tables).collect(), vec![&args.shown.output])
        }
    }
}

/// Whether a file that is there is this input, also by another name, or lies in this folder.
fn is_within(output: &Path, input: &Path) -> bool {
    let found = fs::metadata(output).is_ok_and(|found| found.is_file());
    let real = |path: &Path| fs::canonicalize(path).ok();
    let below = || real(output).zip(real(input)).is_some_and(|(one, all)| one.starts_with(all));
    found && (same_file(output, input) || below())
}

#[cfg(unix)]
fn same_file(one: &Path, two: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let place = |path: &Path| fs::metadata(path).ok().map(|found| (found.dev(), found.ino()));
    place(one).is_some() && place(one) == place(two)
}

#[cfg(not(unix))]
fn same_file(_: &Path, _: &Path) -> bool {
    false
}
