//! `prove --explain`: one packet through both.

use std::path::Path;

use anyhow::Result;
use model::record::check::Basis;
use model::record::walk::{WALK_SCHEMA, Walks};
use report::words::Words;

use super::plan::{self, Plan};
use crate::Outcome;
use crate::cli::{Common, Prove, ProveFormat};
use crate::firewall::compared::prepared;
use crate::firewall::packets::Asked;
use crate::firewall::pairing::Placed;
use crate::firewall::walk::{Walking, walk};
use crate::firewall::zoning::pair_zones;
use crate::output::{collected, colour, put_or_write};
use crate::trouble::Trouble;

/// Walks a packet through all pairs of contexts.
///
/// # Errors
/// When the output cannot be written, or the form is one that a walk has not.
pub(super) fn run(
    plan: &Plan<'_>,
    asked: &Asked,
    args: &Prove,
    (common, data_sha256): (&Common, &str),
    bases: [Basis; 2],
    words: &Words,
) -> Result<Outcome> {
    let mut contexts = Vec::new();
    for pair in &plan.pairs {
        let (mine, _) = prepared(pair.left, pair.right, args.transit);
        let (theirs, _) = prepared(pair.right, pair.left, args.transit);
        let paired = pair_zones(&mine, &theirs, &pair.zones, plan.propose);
        if paired.map.pairs.is_empty() {
            return Err(plan::no_zones(pair, words).into());
        }
        let walking = Walking {
            sides: (
                Placed { policy: &mine, ..pair.left },
                Placed { policy: &theirs, ..pair.right },
            ),
            zones: &paired.map,
            merge_denials: !args.apart,
            most: args.limit.max(1),
        };
        contexts.push(walk(&walking, asked));
    }
    let shown = |path: &Path| path.display().to_string();
    let record = Walks {
        schema: WALK_SCHEMA.to_owned(),
        program: crate::operations::program(),
        data_sha256: data_sha256.to_owned(),
        left: shown(&args.left),
        right: shown(&args.right),
        asked: asked.text.clone(),
        contexts,
        bases,
    };
    let bytes = match args.format {
        ProveFormat::Text => {
            let colour = args.output == Path::new("-") && colour(common.color);
            report::firewall::walk::render(&record, words, colour).into_bytes()
        }
        ProveFormat::Json => collected(words, |out| report::json::pretty(&record, out))?,
        ProveFormat::Html => return Err(Trouble::wrong(words, "error-walk-html", &[]).into()),
    };
    put_or_write(&bytes, &args.output, words)?;
    let placed = record.contexts.iter().filter(|context| context.error.is_empty());
    let mut cases = placed.clone().flat_map(|context| &context.cases);
    Ok(if !record.bases.iter().all(Basis::is_whole) {
        Outcome::Unfinished
    } else if placed.clone().next().is_none() {
        Outcome::Wrong
    } else if cases.any(|case| !case.parts.is_empty()) {
        Outcome::Found
    } else if placed.clone().any(|context| context.cut) {
        Outcome::Unfinished
    } else {
        Outcome::Clean
    })
}
