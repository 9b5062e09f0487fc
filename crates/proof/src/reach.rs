//! Which of many sets of addresses meet a few addresses, without asking each.
//!
//! The borders of all sets cut the line into columns, the leaves of a binary tree; a range is listed at the few nodes that make up its
//! columns, as in [`crate::index`]. It is for queries of few addresses: one that has very many columns is told to look at everything.

use crate::bits;
use crate::index::each_node;
use crate::sets::Set;

/// Sets by number.
#[derive(Debug)]
pub(crate) struct Reach {
    starts: Vec<u128>,
    nodes: Vec<Node>,
    /// How many words the numbers of all sets take as bits.
    words: usize,
}

/// The numbers that are listed at a node, as bits where those take less room.
#[derive(Debug)]
enum Node {
    Few(Vec<u32>),
    Many(Vec<u64>),
}

/// A query with more columns is not worth the tree.
const COLUMNS: usize = 64;

impl Reach {
    pub(crate) fn new<'s>(sets: impl Iterator<Item = &'s Set<u128>> + Clone) -> Self {
        let mut starts = vec![0];
        for (first, last) in sets.clone().flat_map(Set::ranges) {
            starts.push(*first);
            starts.extend(last.checked_add(1));
        }
        starts.sort_unstable();
        starts.dedup();
        let leaves = starts.len().next_power_of_two();
        let mut lists = vec![Vec::new(); leaves * 2];
        let mut count = 0usize;
        for (number, set) in (0u32..).zip(sets) {
            count += 1;
            for (first, last) in set.ranges() {
                let from = starts.partition_point(|start| start < first);
                let to = starts.partition_point(|start| start <= last);
                each_node(leaves + from, leaves + to, |node| {
                    if let Some(list) = lists.get_mut(node) {
                        list.push(number);
                    }
                });
            }
        }
        let words = count.div_ceil(64);
        let node = |list: Vec<u32>| {
            if list.len() <= words {
                return Node::Few(list);
            }
            let mut many = vec![0; words];
            list.into_iter().for_each(|number| bits::set(&mut many, number));
            Node::Many(many)
        };
        Self { starts, nodes: lists.into_iter().map(node).collect(), words }
    }

    /// The numbers of the sets that meet this one, as bits; `None`: it may be any of them.
    pub(crate) fn meeting(&self, set: &Set<u128>) -> Option<Vec<u64>> {
        let leaves = self.nodes.len() / 2;
        let mut visited: Vec<usize> = Vec::new();
        let mut columns = 0;
        for (first, last) in set.ranges() {
            let from = self.starts.partition_point(|start| start <= first).saturating_sub(1);
            let to = self.starts.partition_point(|start| start <= last);
            columns += to.saturating_sub(from);
            if columns > COLUMNS {
                return None;
            }
            for leaf in from..to {
                let way = std::iter::successors(Some(leaves + leaf), |node| Some(node / 2));
                visited.extend(way.take_while(|node| *node > 0));
            }
        }
        visited.sort_unstable();
        visited.dedup();
        let mut found = vec![0; self.words];
        for node in visited.iter().filter_map(|node| self.nodes.get(*node)) {
            match node {
                Node::Few(list) => list.iter().for_each(|number| bits::set(&mut found, *number)),
                Node::Many(many) => bits::or(&mut found, many),
            }
        }
        Some(found)
    }
}
