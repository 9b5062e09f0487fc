//! Sets of packets as few regions as can be had cheaply, and how many packets they have.

use hashbrown::HashMap;

use crate::list::Question;
use crate::sets::{Number, Set};
use crate::wide::{Wide, line};

/// Joins regions that differ in one cell, or in the answer to one question, until there are none. Disjoint regions stay disjoint.
pub(super) fn compact(mut regions: Vec<Wide>) -> Vec<Wide> {
    loop {
        let before = regions.len();
        regions = joined(regions, |wide| &mut wide.client);
        regions = joined(regions, |wide| &mut wide.service);
        regions = joined(regions, |wide| &mut wide.source);
        regions = joined(regions, |wide| &mut wide.destination);
        regions = joined(regions, |wide| &mut wide.from);
        regions = joined(regions, |wide| &mut wide.to);
        regions = answered(regions);
        if regions.len() >= before {
            return regions;
        }
    }
}

/// Joins regions that are the same but for one cell.
fn joined<N: Number>(regions: Vec<Wide>, cell: fn(&mut Wide) -> &mut Set<N>) -> Vec<Wide> {
    if regions.len() < 2 {
        return regions;
    }
    let mut places: HashMap<Wide, usize> = HashMap::with_capacity(regions.len());
    let mut groups: Vec<(Wide, Vec<(N, N)>)> = Vec::new();
    for mut region in regions {
        let mine = std::mem::replace(cell(&mut region), Set::empty());
        match places.get(&region).and_then(|place| groups.get_mut(*place)) {
            Some((_, ranges)) => ranges.extend(mine.ranges()),
            None => {
                places.insert(region.clone(), groups.len());
                groups.push((region, mine.ranges().to_vec()));
            }
        }
    }
    let whole = groups.into_iter().map(|(mut region, ranges)| {
        *cell(&mut region) = Set::new(ranges);
        region
    });
    whole.collect()
}

/// Joins regions that are the same but for the answer to one question.
fn answered(regions: Vec<Wide>) -> Vec<Wide> {
    if regions.iter().all(|region| region.answers.is_empty()) {
        return regions;
    }
    let mut places: HashMap<Wide, usize> = HashMap::with_capacity(regions.len());
    let mut kept: Vec<Option<Wide>> = Vec::with_capacity(regions.len());
    for mut region in regions {
        // Each join takes a question away, so that this ends.
        while let Some((place, question)) = partner(&region, &places) {
            if let Some(partner) = kept.get_mut(place).and_then(Option::take) {
                places.remove(&partner);
            }
            region.answers.retain(|(known, _)| *known != question);
        }
        places.insert(region.clone(), kept.len());
        kept.push(Some(region));
    }
    kept.into_iter().flatten().collect()
}

/// A region that has the other answer to one question, and is the same otherwise.
fn partner(region: &Wide, places: &HashMap<Wide, usize>) -> Option<(usize, Question)> {
    let mut other = region.clone();
    for at in 0..region.answers.len() {
        let turn = |other: &mut Wide| {
            let answer = other.answers.get_mut(at)?;
            answer.1 = !answer.1;
            Some(answer.0)
        };
        let question = turn(&mut other)?;
        if let Some(place) = places.get(&other) {
            return Some((*place, question));
        }
        turn(&mut other)?;
    }
    None
}

/// How many packets a region has, as [`super::result::Packets::count`] counts them.
pub(super) fn count(region: &Wide, full: &Wide) -> f64 {
    let ports = region.service.and(&line::with_ports());
    let others = region.service.without(&line::with_ports());
    // A source port is one of many only where there is one.
    let services = number(&ports) * number(&region.client) + number(&others);
    let leaves = number(&region.to) / number(&full.to).max(1.0);
    let addresses = long(&region.source) * long(&region.destination);
    let halves = i32::try_from(region.answers.len()).unwrap_or(i32::MAX);
    number(&region.from) * leaves * addresses * services * 0.5f64.powi(halves)
}

/// How many numbers are in a set: exact, as there are fewer than 2^53.
fn number(set: &Set) -> f64 {
    set.ranges().iter().map(|(first, last)| f64::from(*last) - f64::from(*first) + 1.0).sum()
}

/// How many addresses are in a set.
fn long(set: &Set<u128>) -> f64 {
    let float = |value: u128| {
        let [high, low] = [value >> 64, value & u128::from(u64::MAX)];
        let half = |half: u128| {
            let (upper, lower) = (half >> 32, half & u128::from(u32::MAX));
            let of = |word: u128| f64::from(u32::try_from(word).unwrap_or(u32::MAX));
            of(upper) * 4_294_967_296.0 + of(lower)
        };
        half(high) * 18_446_744_073_709_551_616.0 + half(low)
    };
    set.ranges().iter().map(|(first, last)| float(last - first) + 1.0).sum()
}
