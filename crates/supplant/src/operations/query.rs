//! `query`: what may pass, and by which rules.

use std::path::Path;

use anyhow::Result;
use clap::ValueEnum;
use model::record::matrix::{MATRIX_SCHEMA, Matrices};
use model::record::query::{QUERY_SCHEMA, Queried};
use report::words::Words;

use crate::Outcome;
use crate::cli::{Common, Query, QueryFormat};
use crate::data::load_facts;
use crate::firewall::asked::answer;
use crate::firewall::matrix::matrix;
use crate::firewall::question::Question;
use crate::firewall::{self, pairing};
use crate::output::{collected, colour, put_or_write};
use crate::trouble::Trouble;

/// Runs `query`.
///
/// # Errors
/// See [`super::run`].
pub(crate) fn run(args: &Query, common: &Common, words: &Words) -> Result<Outcome> {
    let asked = match (args.matrix, args.format) {
        (true, _) => None,
        (false, QueryFormat::Csv | QueryFormat::Html) => {
            let format = args.format.to_possible_value();
            let format = format.map_or(String::new(), |value| value.get_name().to_owned());
            let args = [("format", (&format).into())];
            return Err(Trouble::wrong(words, "error-query-format", &args).into());
        }
        (false, _) => Some(question(args, words)?),
    };
    let facts = load_facts(&common.data, words)?;
    super::refuse_broken(&facts, words)?;
    let paths = std::slice::from_ref(&args.path);
    let configs = firewall::read(paths, args.together, &facts.dialects, words)?;
    let all = pairing::contexts(&configs);
    let meant =
        |one: &&pairing::Placed<'_>| args.context.as_deref().is_none_or(|name| one.is_named(name));
    let chosen: Vec<_> = all.iter().filter(meant).collect();
    if chosen.is_empty() {
        let names: Vec<String> = all.iter().map(|one| format!("`{}`", one.name())).collect();
        let names = names.join(&words.plain("comma"));
        let names = if names.is_empty() { "–" } else { &names };
        return Err(Trouble::wrong(words, "error-context", &[("names", names.into())]).into());
    }
    let target = super::target(paths);
    let Some((asked, question)) = asked else {
        let contexts = chosen.iter().map(|one| matrix(**one)).collect();
        let (program, data_sha256) = (super::program(), facts.sha256);
        let schema = MATRIX_SCHEMA.to_owned();
        let basis = configs.basis();
        let record = Matrices { schema, program, data_sha256, target, contexts, basis };
        put_matrix(&record, args, words)?;
        let open = record.contexts.iter().any(|one| !one.limit.is_empty());
        return Ok(if open || !record.basis.is_whole() {
            Outcome::Unfinished
        } else {
            Outcome::Clean
        });
    };
    let reach = args.who_can_reach.is_some();
    let contexts: Vec<_> = chosen.iter().map(|one| answer(**one, &question, reach)).collect();
    if let Some(unknown) = contexts.iter().find(|one| one.verdict == "unknown-name")
        && contexts.iter().all(|one| one.verdict == "unknown-name")
    {
        let near: Vec<String> = unknown.near.iter().map(|name| format!("`{name}`")).collect();
        let near = near.join(&words.plain("comma"));
        let args = [("name", (&unknown.unknown).into()), ("near", (&near).into())];
        let key = if near.is_empty() { "error-query-name" } else { "error-query-near" };
        return Err(Trouble::wrong(words, key, &args).into());
    }
    let record = Queried {
        schema: QUERY_SCHEMA.to_owned(),
        program: super::program(),
        data_sha256: facts.sha256,
        target,
        asked,
        contexts,
        basis: configs.basis(),
    };
    let bytes = match args.format {
        QueryFormat::Json => collected(words, |out| report::json::pretty(&record, out))?,
        _ => {
            let colour = args.output == Path::new("-") && colour(common.color);
            report::firewall::query::render(&record, words, colour).into_bytes()
        }
    };
    put_or_write(&bytes, &args.output, words)?;
    let open = record.contexts.iter().any(|one| one.verdict == "gave-up");
    Ok(if open || !record.basis.is_whole() { Outcome::Unfinished } else { Outcome::Clean })
}

/// Writes the matrices in the form that was asked for.
fn put_matrix(record: &Matrices, args: &Query, words: &Words) -> Result<()> {
    let bytes = match args.format {
        QueryFormat::Text => report::firewall::matrix::render(record, words).into_bytes(),
        QueryFormat::Json => collected(words, |out| report::json::pretty(record, out))?,
        QueryFormat::Csv => {
            collected(words, |out| report::firewall::matrix::write_csv(record, out))?
        }
        QueryFormat::Html => report::firewall::matrix::page(record, words)?.into_bytes(),
    };
    Ok(put_or_write(&bytes, &args.output, words)?)
}

/// The question, as it was given and as it was understood.
fn question(args: &Query, words: &Words) -> Result<(String, Question), Trouble> {
    let wrong = |text: &str, word: &str| {
        let args = [("text", text.into()), ("word", word.into())];
        Trouble::wrong(words, "error-query", &args)
    };
    match (&args.query, &args.who_can_reach) {
        (_, Some(text)) => {
            let question = Question::reach(text)
                .ok_or_else(|| Trouble::wrong(words, "error-reach", &[("text", text.into())]))?;
            Ok((text.clone(), question))
        }
        (Some(text), None) => {
            Ok((text.clone(), Question::parse(text).map_err(|word| wrong(text, &word))?))
        }
        (None, None) => Err(wrong("", "")),
    }
}
