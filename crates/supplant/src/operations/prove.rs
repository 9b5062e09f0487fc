//! `prove`: whether two firewalls do the same with every packet.

mod certify;
mod plan;
mod walked;
mod written;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;
use model::record::prove::{ComparedContext, Comparison, PROVE_SCHEMA};
use report::words::Words;

use self::certify::Certifying;
use self::plan::Plan;
use crate::Outcome;
use crate::cli::{Common, Prove, ProveFormat};
use crate::data::load_facts;
use crate::firewall::compared::{self, DIFFERS, EQUIVALENT, How};
use crate::firewall::watching::Watch;
use crate::firewall::{self, Configs, pairing};
use crate::output::{collected, colour, put_or_write};
use crate::trouble::Trouble;

/// Runs `prove`.
///
/// # Errors
/// See [`super::run`].
pub(crate) fn run(args: &Prove, common: &Common, words: &Words) -> Result<Outcome> {
    let asked = args.explain.as_deref().map(|text| super::trace::parse(text, words)).transpose()?;
    let facts = load_facts(&common.data, words)?;
    super::refuse_broken(&facts, words)?;
    let read = |path: &PathBuf| {
        firewall::read(std::slice::from_ref(path), args.together, &facts.dialects, words)
    };
    let configs = (read(&args.left)?, read(&args.right)?);
    let (left, right) = (pairing::contexts(&configs.0), pairing::contexts(&configs.1));
    let plan = plan::plan((&left, &right), args, words)?;
    if let Some(path) = &args.write_map {
        put_or_write(written::map(&plan, words).as_bytes(), path, words)?;
        return Ok(Outcome::Clean);
    }
    if plan.pairs.is_empty() {
        return Err(plan::no_pair((&left, &right), words).into());
    }
    if let Some(asked) = &asked {
        let bases = [configs.0.basis(), configs.1.basis()];
        let outcome = walked::run(&plan, asked, args, (common, &facts.sha256), bases, words)?;
        return Ok(outcome);
    }
    let counts = (left.len(), right.len());
    let contexts = compare(&plan, args, (&configs.0, &configs.1), counts, words)?;
    let side = |path: &PathBuf, configs, alone| {
        compared::side(super::target(std::slice::from_ref(path)), configs, alone, args.transit)
    };
    let [left_alone, right_alone] = plan.alone;
    let left = side(&args.left, (&configs.0, &configs.1), left_alone);
    let right = side(&args.right, (&configs.1, &configs.0), right_alone);
    let record = Comparison {
        schema: PROVE_SCHEMA.to_owned(),
        program: super::program(),
        data_sha256: facts.sha256,
        verdict: compared::verdict(&contexts, [&left, &right]).to_owned(),
        denials_merged: !args.apart,
        transit_only: args.transit,
        port_zero: args.port_zero,
        left,
        right,
        contexts,
    };
    let bytes = rendered(&record, args, common, words)?;
    put_or_write(&bytes, &args.output, words)?;
    // What was not compared may differ: that is not "the same".
    Ok(match record.verdict.as_str() {
        DIFFERS => Outcome::Found,
        EQUIVALENT => Outcome::Clean,
        _ => Outcome::Unfinished,
    })
}

/// Compares all pairs of contexts, and writes their certificates.
fn compare(
    plan: &Plan<'_>,
    args: &Prove,
    sides: (&Configs, &Configs),
    counts: (usize, usize),
    words: &Words,
) -> Result<Vec<ComparedContext>> {
    let mut contexts = Vec::new();
    let mut watch = Watch::new(args.time_limit.map(Duration::from_secs));
    for pair in &plan.pairs {
        let how = How {
            by: pair.by,
            zones: &pair.zones,
            propose: plan.propose,
            merge_denials: !args.apart,
            transit: args.transit,
            port_zero: args.port_zero,
            limit: args.limit,
            certify: args.certificate.is_some(),
            memory: args.memory,
        };
        let compared = compared::compare(pair.left, pair.right, &how, &mut watch);
        watch.done();
        let mut compared = compared.ok_or_else(|| plan::no_zones(pair, words))?;
        if let Some(path) = &args.certificate {
            let certifying = Certifying {
                path,
                inputs: [&args.left, &args.right],
                pairs: plan.pairs.len(),
                sides,
                contexts: counts,
                whole: sides.0.basis().is_whole() && sides.1.basis().is_whole(),
                transit: args.transit,
            };
            let written = certifying.write(contexts.len(), pair, &compared, words)?;
            compared.context.certificate = Some(written);
        }
        contexts.push(compared.context);
    }
    Ok(contexts)
}

/// The comparison in the form that was asked for.
fn rendered(
    record: &Comparison,
    args: &Prove,
    common: &Common,
    words: &Words,
) -> Result<Vec<u8>, Trouble> {
    Ok(match args.format {
        ProveFormat::Text => {
            let colour = args.output == Path::new("-") && colour(common.color);
            report::firewall::prove::render(record, words, colour).into_bytes()
        }
        ProveFormat::Json => collected(words, |out| report::json::pretty(record, out))?,
        ProveFormat::Html => report::firewall::prove_page::render(record, words)
            .map_err(|error| Trouble::render(words, error))?
            .into_bytes(),
    })
}
