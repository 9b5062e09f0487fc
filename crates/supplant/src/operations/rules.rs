//! `policy`: the neutral rule tables of firewalls, for people and other programs.

use std::io::IsTerminal;
use std::path::Path;

use anyhow::Result;
use model::record::firewall::{FIREWALL_SCHEMA, Firewalls};
use report::firewall::{page, tables as shown};
use report::words::Words;

use crate::Outcome;
use crate::cli::{Common, Rules, TableFormat};
use crate::data::load_facts;
use crate::firewall::{self, tables};
use crate::output::{collected, put_or_write, terminal_width};
use crate::trouble::Trouble;

/// Runs `policy`.
///
/// # Errors
/// See [`super::run`].
pub(crate) fn run(args: &Rules, common: &Common, words: &Words) -> Result<Outcome> {
    let facts = load_facts(&common.data, words)?;
    super::refuse_broken(&facts, words)?;
    let configs = firewall::read(&args.paths, args.together, &facts.dialects, words)?;
    let record = Firewalls {
        schema: FIREWALL_SCHEMA.to_owned(),
        program: super::program(),
        data_sha256: facts.sha256,
        target: super::target(&args.paths),
        devices: configs.readings.iter().flat_map(tables::devices).collect(),
    };
    let rendered = |error| Trouble::render(words, error);
    let bytes = match args.format {
        TableFormat::Table => {
            let to_terminal = args.output == Path::new("-") && std::io::stdout().is_terminal();
            let width = if to_terminal { terminal_width() } else { None };
            shown::text(&record, words, width).into_bytes()
        }
        TableFormat::Json => collected(words, |out| shown::write_json(&record, out))?,
        TableFormat::Jsonl => collected(words, |out| shown::write_lines(&record, out))?,
        TableFormat::Csv => collected(words, |out| shown::write_csv(&record, out))?,
        TableFormat::Xlsx => shown::workbook(&record, words).map_err(rendered)?,
        TableFormat::Html => page::rules(&record, words).map_err(rendered)?.into_bytes(),
    };
    put_or_write(&bytes, &args.output, words)?;
    Ok(if configs.unfinished() { Outcome::Unfinished } else { Outcome::Clean })
}
