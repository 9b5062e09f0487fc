//! `check`: what was read of firewall configurations, and what was not.

use std::path::Path;

use anyhow::Result;
use dialect::Disposition;
use model::record::check::{CHECK_SCHEMA, Check as Record};
use report::firewall::check::CheckOptions;
use report::firewall::{check as shown, page};
use report::words::Words;

use crate::Outcome;
use crate::cli::{Check, CheckFormat, Common};
use crate::data::load_facts;
use crate::firewall::{self, checked};
use crate::output::{collected, colour, put_or_write};
use crate::trouble::Trouble;

/// Runs `check`.
///
/// # Errors
/// See [`super::run`].
pub(crate) fn run(args: &Check, common: &Common, words: &Words) -> Result<Outcome> {
    let facts = load_facts(&common.data, words)?;
    super::refuse_broken(&facts, words)?;
    let configs = firewall::read(&args.paths, args.together, &facts.dialects, words)?;
    let wanted = wanted(&args.disposition, words)?;
    let record = Record {
        schema: CHECK_SCHEMA.to_owned(),
        program: super::program(),
        data_sha256: facts.sha256,
        target: super::target(&args.paths),
        ..checked::check(&configs, &wanted, args.show, (args.quick, args.exact))
    };
    put_or_write(&rendered(&record, args, common, words)?, &args.output, words)?;
    Ok(if configs.unfinished() {
        Outcome::Unfinished
    } else if checked::has_findings(&record, &configs) {
        Outcome::Found
    } else {
        Outcome::Clean
    })
}

fn rendered(record: &Record, args: &Check, common: &Common, words: &Words) -> Result<Vec<u8>> {
    let bytes = match args.format {
        CheckFormat::Table => {
            let colour = args.output == Path::new("-") && colour(common.color);
            let options = CheckOptions { show: args.show, colour };
            shown::render(record, words, options).into_bytes()
        }
        CheckFormat::Json => collected(words, |out| report::json::pretty(record, out))?,
        CheckFormat::Jsonl => collected(words, |out| report::json::write_check_lines(record, out))?,
        CheckFormat::Csv => collected(words, |out| shown::write_csv(record, out))?,
        CheckFormat::Html => {
            page::check(record, words).map_err(|error| Trouble::render(words, error))?.into_bytes()
        }
    };
    Ok(bytes)
}

/// The dispositions of the statements to show; the three that leave something open unless given.
fn wanted(given: &[String], words: &Words) -> Result<Vec<Disposition>, Trouble> {
    if given.is_empty() {
        return Ok(vec![
            Disposition::Approximated,
            Disposition::Unsupported,
            Disposition::Unrecognized,
        ]);
    }
    let find = |text: &String| {
        let found = Disposition::ALL.into_iter().find(|one| one.as_str() == text);
        found.ok_or_else(|| {
            let all: Vec<&str> = Disposition::ALL.iter().map(|one| one.as_str()).collect();
            let all = all.join(", ");
            let args = [("text", text.into()), ("all", (&all).into())];
            Trouble::wrong(words, "error-disposition", &args)
        })
    };
    given.iter().map(find).collect()
}
