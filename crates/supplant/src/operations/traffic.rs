//! `egress`: where bytes go.

use anyhow::Result;
use egress::run::{Nowhere, Options, run as run_engine};
use indicatif::{ProgressBar, ProgressStyle};
use model::record::traffic::Traffic;
use report::words::Words;

use crate::Outcome;
use crate::cli::{Common, Egress, EgressFormat};
use crate::data::load_facts;
use crate::flows::{self, Found, Wanted};
use crate::output::{collected, put_or_write};
use crate::trouble::Trouble;

/// Runs `egress`.
///
/// # Errors
/// See [`super::run`].
pub(crate) fn run(args: &Egress, common: &Common, words: &Words) -> Result<Outcome> {
    let facts = load_facts(&common.data, words)?;
    super::refuse_broken(&facts, words)?;
    let wanted = flows::wanted(&facts.loaded.catalog, &args.endpoints, args.only_endpoints, words)?;
    let found = flows::find(&args.paths, words)?;
    let options = Options {
        workers: args.jobs.unwrap_or_else(cores),
        shard: args.shard,
        strict: args.strict,
        ..Options::default()
    };
    let outcome = go(&found, &wanted, &options);
    let about = flows::Run {
        program: super::program(),
        data_sha256: facts.sha256,
        target: super::target(&args.paths),
    };
    let record = flows::record(about, &outcome, &wanted.endpoints);
    let bytes = shown(&record, args, words)?;
    put_or_write(&bytes, &args.output, words)?;
    let broken = record.inputs.iter().any(|input| !input.error.is_empty());
    // A measurement, no judgement: that something was found is no failure.
    Ok(if broken { Outcome::Unfinished } else { Outcome::Clean })
}

fn go(found: &[Found], wanted: &Wanted, options: &Options) -> egress::run::Outcome {
    let bar = progress(found);
    let outcome = flows::with_inputs(found, |inputs| {
        run_engine(inputs, &wanted.endpoints, &Nowhere, options, &|bytes| bar.inc(bytes))
    });
    bar.finish_and_clear();
    outcome
}

fn progress(found: &[Found]) -> ProgressBar {
    let bar = ProgressBar::new(found.iter().map(|file| file.bytes).sum());
    let style =
        ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn shown(record: &Traffic, args: &Egress, words: &Words) -> Result<Vec<u8>, Trouble> {
    Ok(match args.format {
        EgressFormat::Json => collected(words, |out| report::json::pretty(record, out))?,
        EgressFormat::Jsonl => collected(words, |out| report::traffic::lines(record, out))?,
    })
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
