//! Taking statements: each helper says what becomes of what it reads.

use super::config::{Cell, Word};
use crate::fate::{Fate, Reason};
use crate::tree::Node;

/// The node as a word.
pub(super) fn word(node: Node<'_>) -> Word<'_> {
    Word { text: node.word(0), node }
}

/// The single value below a node, the last one where there are several; everything below it gets this fate.
pub(super) fn value<'t>(node: Node<'t>, fate: Fate) -> Option<Word<'t>> {
    node.claim_all(fate);
    node.children().last().map(word)
}

/// The values below a node, all of this fate.
pub(super) fn values<'t>(node: Node<'t>, fate: Fate) -> Vec<Word<'t>> {
    node.claim_all(fate);
    node.children().map(word).collect()
}

/// Whether the value below a node is `yes`.
pub(super) fn yes(node: Node<'_>, fate: Fate) -> bool {
    value(node, fate).is_some_and(|word| word.text == "yes")
}

/// Adds the values below a node to a cell. A cell that is written and empty is not "any".
pub(super) fn cell<'t>(node: Node<'t>, into: &mut Cell<'t>) {
    let mut words = values(node, Fate::CONVERTED);
    into.get_or_insert_with(Vec::new).append(&mut words);
}

/// Takes a node as known and beside the point.
pub(super) fn inert(node: Node<'_>, reason: Reason) {
    node.claim_all(Fate::inert(reason));
}

/// What the table says about a word; tables are sorted.
pub(super) fn known(table: &[(&str, Reason)], word: &str) -> Option<Reason> {
    let found = table.binary_search_by(|(known, _)| (*known).cmp(word)).ok()?;
    table.get(found).map(|(_, reason)| *reason)
}

/// Takes what a table of inert words knows; whatever it does not know stays unrecognized. The result says whether it was known.
pub(super) fn by_table(node: Node<'_>, table: &[(&str, Reason)]) -> bool {
    match known(table, node.word(0)) {
        // What the device itself answers is not modelled.
        Some(Reason::LocalTraffic) => {
            node.claim_all(Fate::approximated(Reason::LocalTraffic));
            true
        }
        Some(reason) => {
            inert(node, reason);
            true
        }
        None => false,
    }
}
