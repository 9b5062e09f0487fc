//! `prove`: whether two firewalls do the same with every packet.

use std::path::{Path, PathBuf};

use anyhow::Result;
use model::record::prove::{Comparison, PROVE_SCHEMA};
use report::words::Words;

use crate::Outcome;
use crate::cli::{Common, Prove, TraceFormat};
use crate::data::load_facts;
use crate::firewall::compared::{self, DIFFERS, EQUIVALENT, How};
use crate::firewall::pairing::{self, Placed, zone};
use crate::firewall::{self, Configs};
use crate::output::{collected, colour, put_or_write};
use crate::trouble::Trouble;

/// Runs `prove`.
///
/// # Errors
/// See [`super::run`].
pub(crate) fn run(args: &Prove, common: &Common, words: &Words) -> Result<Outcome> {
    let given = args.context.as_deref().map(|text| halves(text, words)).transpose()?;
    let zones = args.zone.iter().map(|text| halves(text, words));
    let zones = zones.collect::<Result<Vec<_>, Trouble>>()?;
    let facts = load_facts(&common.data, words)?;
    super::refuse_broken(&facts, words)?;
    let read = |path: &PathBuf| {
        firewall::read(std::slice::from_ref(path), args.together, &facts.dialects, words)
    };
    let configs = (read(&args.left)?, read(&args.right)?);
    let (left, right) = (pairing::contexts(&configs.0), pairing::contexts(&configs.1));
    let pairs = pairs(&left, &right, given.as_ref(), words)?;
    known_zones(&zones, (&left, &right), &pairs, words)?;
    let how = How {
        zones: &zones,
        merge_denials: !args.apart,
        transit: args.transit,
        port_zero: args.port_zero,
        limit: args.limit,
    };
    let mut contexts = Vec::new();
    for (mine, theirs) in &pairs {
        let Some((mine, theirs)) = left.get(*mine).zip(right.get(*theirs)) else { continue };
        let compared = compared::compare(*mine, *theirs, &how);
        contexts.push(compared.ok_or_else(|| no_zones((*mine, *theirs), words))?);
    }
    let alone = |side: &[Placed<'_>], of: fn(&(usize, usize)) -> usize| -> Vec<String> {
        let paired: Vec<usize> = pairs.iter().map(of).collect();
        let all = side.iter().enumerate();
        // Whoever names contexts does not ask about the others.
        let all = all.filter(|(index, _)| given.is_none() && !paired.contains(index));
        all.map(|(_, one)| one.name()).collect()
    };
    let side = |path: &PathBuf, configs: &Configs, alone| {
        compared::side(super::target(std::slice::from_ref(path)), configs, alone)
    };
    let left = side(&args.left, &configs.0, alone(&left, |pair| pair.0));
    let right = side(&args.right, &configs.1, alone(&right, |pair| pair.1));
    let record = Comparison {
        schema: PROVE_SCHEMA.to_owned(),
        program: super::program(),
        data_sha256: facts.sha256,
        verdict: compared::verdict(&contexts, [&left, &right]).to_owned(),
        denials_merged: how.merge_denials,
        transit_only: how.transit,
        port_zero: how.port_zero,
        left,
        right,
        contexts,
    };
    let bytes = match args.format {
        TraceFormat::Text => {
            let colour = args.output == Path::new("-") && colour(common.color);
            report::firewall::prove::render(&record, words, colour).into_bytes()
        }
        TraceFormat::Json => collected(words, |out| report::json::pretty(&record, out))?,
    };
    put_or_write(&bytes, &args.output, words)?;
    let unfinished = configs.0.unfinished() || configs.1.unfinished();
    // What was not compared may differ: that is not "the same".
    Ok(match record.verdict.as_str() {
        DIFFERS => Outcome::Found,
        EQUIVALENT if !unfinished => Outcome::Clean,
        _ => Outcome::Unfinished,
    })
}

/// `A=B`.
fn halves(text: &str, words: &Words) -> Result<(String, String), Trouble> {
    let halves =
        text.split_once('=').filter(|(mine, theirs)| !mine.is_empty() && !theirs.is_empty());
    let (mine, theirs) =
        halves.ok_or_else(|| Trouble::wrong(words, "error-pair", &[("text", text.into())]))?;
    Ok((mine.to_owned(), theirs.to_owned()))
}

/// The contexts to compare.
fn pairs(
    left: &[Placed<'_>],
    right: &[Placed<'_>],
    given: Option<&(String, String)>,
    words: &Words,
) -> Result<pairing::Pairs, Trouble> {
    let given = given.map(|(mine, theirs)| (mine.as_str(), theirs.as_str()));
    let names = |side: &[Placed<'_>]| {
        let names = side.iter().map(|one| format!("`{}`", one.name()));
        names.collect::<Vec<_>>().join(&words.plain("comma"))
    };
    let (mine, theirs) = (names(left), names(right));
    let args = [("left", (&mine).into()), ("right", (&theirs).into())];
    match pairing::pair_contexts(left, right, given) {
        Ok(pairs) if pairs.is_empty() => Err(Trouble::wrong(words, "error-no-pair", &args)),
        Ok(pairs) => Ok(pairs),
        Err(name) => {
            let [mine, theirs] = args;
            let args = [("name", (&name).into()), mine, theirs];
            Err(Trouble::wrong(words, "error-pair-context", &args))
        }
    }
}

/// Refuses zones that none of the contexts has: a pair that is misspelt would be left out in silence.
fn known_zones(
    zones: &[(String, String)],
    (left, right): (&[Placed<'_>], &[Placed<'_>]),
    pairs: &[(usize, usize)],
    words: &Words,
) -> Result<(), Trouble> {
    for (mine, theirs) in zones {
        let known = pairs.iter().any(|(one, other)| {
            let of = |side: &[Placed<'_>], index: usize, name: &str| {
                side.get(index).is_some_and(|placed| zone(placed.policy, name).is_some())
            };
            of(left, *one, mine) && of(right, *other, theirs)
        });
        if !known {
            let text = format!("{mine}={theirs}");
            let (one, two) = (zone_names(left), zone_names(right));
            let args =
                [("text", (&text).into()), ("left", (&one).into()), ("right", (&two).into())];
            return Err(Trouble::wrong(words, "error-pair-zone", &args));
        }
    }
    Ok(())
}

/// The zones of all contexts, the first few.
fn zone_names(side: &[Placed<'_>]) -> String {
    let mut names: Vec<&str> =
        side.iter().flat_map(|one| &one.policy.zones).map(|zone| &*zone.name).collect();
    names.sort_unstable();
    names.dedup();
    let mut shown = names.iter().take(ZONES_SHOWN).copied().collect::<Vec<_>>().join(", ");
    if names.len() > ZONES_SHOWN {
        shown.push_str(", …");
    }
    shown
}

const ZONES_SHOWN: usize = 20;

/// Without a zone that is the same there is nothing to compare.
fn no_zones((left, right): (Placed<'_>, Placed<'_>), words: &Words) -> Trouble {
    let (one, two) = (zone_names(&[left]), zone_names(&[right]));
    let args = [("left", (&one).into()), ("right", (&two).into())];
    Trouble::wrong(words, "error-no-zones", &args)
}
