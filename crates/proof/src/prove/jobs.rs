//! Packets to compare at a time, by what rewrites their destination on both sides.

use hashbrown::HashMap;
use policy::NatId;

use crate::sets::Set;
use crate::translation::{Cluster, DestinationPart, clusters, without};
use crate::wide::{Exceeded, Universe, Wide};

/// Packets to compare at a time: a region, and the rules that rewrite their destination.
pub(crate) struct Job {
    pub(crate) region: Wide,
    pub(crate) rules: (Option<NatId>, Option<NatId>),
}

/// Slice by slice: where somebody rewrites the destination, and the rest. Slices of different destinations do not meet.
pub(crate) fn jobs(
    universe: &Universe,
    left_parts: &[DestinationPart],
    right_parts: &[DestinationPart],
) -> Result<Vec<Job>, Exceeded> {
    let full = &universe.full;
    let mut jobs = Vec::new();
    let clusters = clusters(left_parts, right_parts);
    let ranges = clusters.iter().flat_map(|cluster| cluster.destinations.ranges());
    let rest = full.destination.without(&Set::new(ranges.copied().collect()));
    let mut untouched = vec![Wide { destination: rest, ..full.clone() }];
    untouched.retain(|region| !region.is_empty());
    for cluster in clusters {
        untouched.extend(in_cluster(full, &cluster, &mut jobs)?);
    }
    let untouched = joined(untouched).into_iter();
    jobs.extend(untouched.map(|region| Job { region, rules: (None, None) }));
    Ok(jobs)
}

/// The jobs of the destinations of one cluster that somebody rewrites. What nobody rewrites is returned.
fn in_cluster(
    full: &Wide,
    cluster: &Cluster<'_>,
    jobs: &mut Vec<Job>,
) -> Result<Vec<Wide>, Exceeded> {
    let mut rest = vec![Wide { destination: cluster.destinations.clone(), ..full.clone() }];
    for part in &cluster.left {
        let mut alone = vec![part.region.clone()];
        for other in &cluster.right {
            if let Some(region) = part.region.and(&other.region) {
                jobs.push(Job { region, rules: (part.rule, other.rule) });
                alone = without(alone, &other.region)?;
            }
        }
        let rules = (part.rule, None);
        jobs.extend(alone.into_iter().map(|region| Job { region, rules }));
        rest = without(rest, &part.region)?;
    }
    for other in &cluster.right {
        let mut alone = vec![other.region.clone()];
        for part in &cluster.left {
            alone = without(alone, &part.region)?;
        }
        let rules = (None, other.rule);
        jobs.extend(alone.into_iter().map(|region| Job { region, rules }));
        rest = without(rest, &other.region)?;
    }
    Ok(rest)
}

/// Joins disjoint regions that differ in their destinations only, in the order of the first of each.
fn joined(regions: Vec<Wide>) -> Vec<Wide> {
    let mut places: HashMap<[Set; 4], Vec<usize>> = HashMap::new();
    let mut found: Vec<(Wide, Vec<(u128, u128)>)> = Vec::new();
    for region in regions {
        let Wide { from, to, service, client, .. } = region.clone();
        let same = places.entry([from, to, service, client]).or_default();
        let alike = |place: &&usize| {
            found.get(**place).is_some_and(|(known, _)| {
                known.source == region.source && known.answers == region.answers
            })
        };
        let place = same.iter().find(alike).copied();
        let place = place.unwrap_or_else(|| {
            same.push(found.len());
            found.push((region.clone(), Vec::new()));
            found.len() - 1
        });
        if let Some((_, ranges)) = found.get_mut(place) {
            ranges.extend_from_slice(region.destination.ranges());
        }
    }
    let all = found.into_iter();
    all.map(|(region, ranges)| Wide { destination: Set::new(ranges), ..region }).collect()
}
