//! The ledger of a reading: which statement went where.

use std::collections::BTreeMap;

use dialect::{Disposition, Fate, Reading, Tally, Tree};
use model::record::check::{ConfigFile, FateCount, Spot, Statement};

use super::spots::spot;

/// Statements converted or inert: those about which nothing is left open.
pub(crate) fn read_exactly(tally: &Tally) -> u64 {
    tally.count(Disposition::Converted) + tally.count(Disposition::Inert)
}

/// The files with their ledgers.
pub(crate) fn files(reading: &Reading) -> impl Iterator<Item = ConfigFile> {
    reading.trees.iter().map(|tree| {
        let tally = tree.tally();
        let fates = tally.fates.iter().map(|(fate, statements)| FateCount {
            disposition: fate.disposition.as_str().to_owned(),
            reason: fate.reason.code().0.to_owned(),
            statements: *statements,
        });
        ConfigFile {
            path: tree.path().to_owned(),
            platform: reading.dialect.to_owned(),
            statements: tally.statements(),
            read: read_exactly(&tally),
            fates: fates.collect(),
        }
    })
}

/// The first statements of each file and fate whose disposition was asked for.
pub(crate) fn statements(reading: &Reading, wanted: &[Disposition], most: usize) -> Vec<Statement> {
    let mut shown = Vec::new();
    for tree in &reading.trees {
        for (fate, spans) in first(tree, wanted, most) {
            for span in spans {
                let Some(place) = spot(reading, span) else { continue };
                shown.push(statement(fate, place));
            }
        }
    }
    shown
}

/// A statement with its fate.
pub(crate) fn statement(fate: Fate, place: Spot) -> Statement {
    Statement {
        disposition: fate.disposition.as_str().to_owned(),
        reason: fate.reason.code().0.to_owned(),
        place,
    }
}

fn first(tree: &Tree, wanted: &[Disposition], most: usize) -> BTreeMap<Fate, Vec<policy::Span>> {
    let mut found: BTreeMap<Fate, Vec<policy::Span>> = BTreeMap::new();
    for statement in tree.statements() {
        let fate = statement.fate();
        if !wanted.contains(&fate.disposition) {
            continue;
        }
        let spans = found.entry(fate).or_default();
        if spans.len() < most {
            spans.push(statement.span());
        }
    }
    found
}
