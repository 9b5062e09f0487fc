//! `egress`: where bytes go.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use catalog::facts::Catalog;
use egress::changes::compare;
use egress::presence::Presence;
use egress::run::Options;
use egress::tie::identifiers;
use model::record::traffic::{Input, TRAFFIC_SCHEMA, Traffic};
use model::record::{ASSESSMENT_SCHEMA, Assessment};
use report::words::Words;

use super::following::follow;
use crate::Outcome;
use crate::cli::{Common, Egress, EgressBy, Merge, Shown, TableFormat, Tables};
use crate::data::load_facts;
use crate::flows::{self, About, Wanted};
use crate::output::{put_or_write, put_written, terminal_width};
use crate::trouble::Trouble;

/// Runs `egress`.
///
/// # Errors
/// See [`super::run`].
pub(crate) fn run(args: &Egress, common: &Common, words: &Words) -> Result<Outcome> {
    let facts = load_facts(&common.data, words)?;
    super::refuse_broken(&facts, words)?;
    let wanted = wanted(&facts.loaded.catalog, &args.tables, words)?;
    // Before the logs, which may take long.
    let earlier = earlier(args.compare.as_deref(), words)?;
    let inventory = inventory(args.inventory.as_deref(), words)?;
    let presence = Arc::new(Presence::new(inventory.iter().flat_map(identifiers)));
    let options = Options {
        workers: args.jobs.unwrap_or_else(cores),
        shard: args.shard,
        strict: args.strict,
        presence: Arc::clone(&presence),
        ..Options::default()
    };
    let names = (super::program(), facts.sha256, super::target(&args.paths));
    if args.follow || args.checkpoint.is_some() {
        return follow(args, &wanted, options, &names, words);
    }
    let (found, aside) = flows::find(&args.paths, words)?;
    let outcome = flows::read_logs(&found, &wanted, &options);
    let mut about = About::new(names, &outcome, &wanted.endpoints);
    // Once, however many shards there are.
    if args.shard.is_none_or(|(mine, _)| mine == 1) {
        about.aside = aside;
    }
    if let Some(shard) = args.shard {
        let incomplete = about.is_incomplete();
        let bytes = flows::partial(shard, &wanted, &found, about, &outcome.sums, words)?;
        put_or_write(&bytes, &args.shown.output, words)?;
        return Ok(if incomplete { Outcome::Unfinished } else { Outcome::Clean });
    }
    let mut record = about.record(outcome.sums);
    record.compared = earlier.map(|earlier| compare(&earlier, &record));
    record.tied = inventory.map(|inventory| {
        let catalog = &facts.loaded.catalog;
        flows::tied(&record, &inventory, &wanted.endpoints, &presence, catalog)
    });
    let outcome = finish(&record, &Form::new(&args.shown), words)?;
    let named: Vec<String> = args.paths.iter().map(|path| path.display().to_string()).collect();
    match outcome {
        // Nothing recognised is no clean bill: wrong input.
        Outcome::Clean if !record.inputs.iter().any(is_log) => {
            Err(Trouble::wrong(words, "error-no-logs", &[("path", (&record.target).into())]).into())
        }
        // Who names a file means that it is a log.
        Outcome::Clean
            if record.inputs.iter().any(|it| it.is_strange() && named.contains(&it.path)) =>
        {
            Ok(Outcome::Unfinished)
        }
        outcome => Ok(outcome),
    }
}

/// Whether it is a log, perhaps one in which nothing stands yet.
fn is_log(input: &Input) -> bool {
    !input.format.is_empty() || input.notes.iter().any(|note| note.code == "input/empty")
}

/// What to look for. Says which rows of the user's tables cannot be used.
///
/// # Errors
/// When a table cannot be read or has no endpoint, or there is none at all.
pub(super) fn wanted(catalog: &Catalog, tables: &Tables, words: &Words) -> Result<Wanted> {
    let wanted = flows::wanted(catalog, tables, words)?;
    show_problems(&wanted, words)?;
    if let Some(path) = wanted.empty.first() {
        let path = path.display().to_string();
        let args = [("path", (&path).into())];
        return Err(Trouble::wrong(words, "error-empty-endpoints", &args).into());
    }
    if wanted.endpoints.is_empty() {
        return Err(Trouble::wrong(words, "error-no-endpoints", &[]).into());
    }
    Ok(wanted)
}

/// Runs `egress merge`.
///
/// # Errors
/// See [`super::run`].
pub(crate) fn merge(args: &Merge, words: &Words) -> Result<Outcome> {
    let earlier = earlier(args.compare.as_deref(), words)?;
    let mut record = flows::merge(&args.paths, words)?;
    record.compared = earlier.map(|earlier| compare(&earlier, &record));
    finish(&record, &Form::new(&args.shown), words)
}

/// The record of an earlier run.
fn earlier(path: Option<&Path>, words: &Words) -> Result<Option<Traffic>, Trouble> {
    let Some(path) = path else { return Ok(None) };
    let text = flows::read(path, words)?;
    match serde_json::from_slice::<Traffic>(&text) {
        Ok(record) if record.schema == TRAFFIC_SCHEMA => Ok(Some(record)),
        _ => {
            let path = path.display().to_string();
            Err(Trouble::wrong(words, "error-earlier-egress", &[("path", (&path).into())]))
        }
    }
}

/// The record of an assessment.
fn inventory(path: Option<&Path>, words: &Words) -> Result<Option<Assessment>, Trouble> {
    let Some(path) = path else { return Ok(None) };
    let text = flows::read(path, words)?;
    match serde_json::from_slice::<Assessment>(&text) {
        Ok(record) if record.schema == ASSESSMENT_SCHEMA => Ok(Some(record)),
        _ => {
            let path = path.display().to_string();
            Err(Trouble::wrong(words, "error-inventory", &[("path", (&path).into())]))
        }
    }
}

/// What to print, and where.
pub(super) struct Form<'a> {
    pub(super) format: TableFormat,
    by: Option<&'static str>,
    pub(super) output: &'a Path,
}

impl<'a> Form<'a> {
    pub(super) fn new(shown: &'a Shown) -> Self {
        Self { format: shown.format, by: shown.by.map(EgressBy::as_str), output: &shown.output }
    }
}

pub(super) fn finish(record: &Traffic, form: &Form<'_>, words: &Words) -> Result<Outcome> {
    say(record, words)?;
    put(record, form, words)?;
    // The other forms hold it.
    if matches!(form.format, TableFormat::Csv | TableFormat::Jsonl) {
        let mut out = anstream::stderr().lock();
        let flows_only = form.format == TableFormat::Jsonl && form.by.is_none();
        let beside = report::traffic::beside(record, flows_only, words);
        for line in report::traffic::changes(record, words).into_iter().chain(beside) {
            writeln!(out, "{line}")?;
        }
    }
    // A measurement, no judgement: that something was found is no failure.
    Ok(if record.is_incomplete() { Outcome::Unfinished } else { Outcome::Clean })
}

/// Says which rows of the user's tables cannot be used, and which networks cannot be found.
fn show_problems(wanted: &Wanted, words: &Words) -> Result<()> {
    let mut out = anstream::stderr().lock();
    for (path, problem) in &wanted.problems {
        let (path, line) = (path.display().to_string(), problem.line.to_string());
        let text = words.code(problem.code.0, &BTreeMap::new());
        let args = [
            ("path", (&path).into()),
            ("line", (&line).into()),
            ("text", (&text).into()),
            ("value", (&problem.value).into()),
        ];
        writeln!(out, "{}", words.text("egress-table-problem", &args))?;
    }
    for network in &wanted.unplaced {
        let network = network.to_string();
        let args = [("network", (&network).into())];
        writeln!(out, "{}", words.text("egress-network-unknown", &args))?;
    }
    Ok(())
}

/// Says on standard error what became of inputs: tables have no room for it, and nobody looks for it in what programs read.
fn say(record: &Traffic, words: &Words) -> Result<()> {
    let mut out = anstream::stderr().lock();
    for line in report::traffic::said(record, words) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// Writes the record in its form, one with a line for each pair as the lines are made: there may be very many.
pub(super) fn put(record: &Traffic, form: &Form<'_>, words: &Words) -> Result<(), Trouble> {
    use report::traffic;
    let rendered = |error| Trouble::render(words, error);
    let streamed =
        |write: &dyn Fn(&mut dyn Write) -> io::Result<()>| put_written(form.output, words, write);
    let bytes = match form.format {
        TableFormat::Json => return streamed(&|out| report::json::pretty(record, out)),
        TableFormat::Jsonl => return streamed(&|out| traffic::lines(record, form.by, out)),
        TableFormat::Csv => return streamed(&|out| traffic::write_csv(record, form.by, out)),
        TableFormat::Table => {
            let to_terminal = form.output == Path::new("-") && std::io::stdout().is_terminal();
            let width = if to_terminal { terminal_width() } else { None };
            traffic::text(record, form.by, words, width).into_bytes()
        }
        TableFormat::Xlsx => traffic::workbook(record, words).map_err(rendered)?,
        TableFormat::Html => traffic::page::render(record, words).map_err(rendered)?.into_bytes(),
    };
    put_or_write(&bytes, form.output, words)
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
