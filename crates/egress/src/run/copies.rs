//! Inputs that are copies of others: a log and its compressed copy in one folder are one log.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read};

use foldhash::quality::FixedState;
use hashbrown::HashMap;

use super::{Input, Probed, whole};
use crate::event::fold;

/// The number of each input that is a copy, with that of the first one of the same content. Only those that begin alike are compared,
/// byte by byte.
pub(super) fn copies(probed: &[Probed<'_>]) -> BTreeMap<usize, usize> {
    let mut begin: HashMap<u64, Vec<usize>> = HashMap::new();
    let mut found = BTreeMap::new();
    for (number, one) in probed.iter().enumerate() {
        let known = one.format.is_some() && one.input.part.is_none();
        if !known {
            continue;
        }
        let alike = begin.entry(one.print).or_default();
        let first = alike.iter().copied().find(|other| {
            probed.get(*other).is_some_and(|other| same(one.input, other.input).unwrap_or(false))
        });
        match first {
            Some(first) => {
                found.insert(number, first);
            }
            None if alike.len() < COMPARED => alike.push(number),
            None => {}
        }
    }
    found
}

/// A hash of the first bytes of an input.
pub(super) fn print(head: &[u8]) -> u64 {
    fold(&FixedState::with_seed(0), head)
}

/// Whether two inputs have the same (decompressed) content.
fn same(one: &Input<'_>, other: &Input<'_>) -> io::Result<bool> {
    if one.plain && other.plain && one.bytes != other.bytes {
        return Ok(false);
    }
    let open = |input: &Input<'_>| -> io::Result<_> {
        Ok(BufReader::with_capacity(BUFFER, (input.open)(0)?.take(whole(input))))
    };
    let (mut one, mut other) = (open(one)?, open(other)?);
    loop {
        let (left, right) = (one.fill_buf()?, other.fill_buf()?);
        let length = left.len().min(right.len());
        if length == 0 {
            return Ok(left.len() == right.len());
        }
        if left.get(..length) != right.get(..length) {
            return Ok(false);
        }
        one.consume(length);
        other.consume(length);
    }
}

/// With how many others that begin alike and are different an input is compared.
const COMPARED: usize = 8;
const BUFFER: usize = 64 << 10;
