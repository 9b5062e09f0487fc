//! From sums by reporter to what is told: nothing counted twice where several report the same traffic.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Asset, Reporter, SumKey, Total};
use crate::endpoints::Endpoints;

/// What is reported together: the traffic of one of ours with one vendor on one day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    /// One of ours.
    pub asset: Asset,
    /// The endpoint's vendor.
    pub vendor: Arc<str>,
    /// The day.
    pub day: Option<i32>,
}

/// Sums after it was decided whose report counts.
#[derive(Clone, Debug, Default)]
pub struct Settled {
    /// What counts.
    pub totals: BTreeMap<SumKey, Total>,
    /// Reports of the same group by others, which do not count: their reporter, and what they would add.
    pub others: BTreeMap<Group, Vec<(Arc<Reporter>, Total)>>,
    /// How often another reporter counts than on the day before: reporters may date one flow over midnight differently, so that it
    /// counts on both days.
    pub handovers: u64,
}

/// Decides whose report counts, for each of ours, vendor and day: of the reporters that know what left, or of all where none does,
/// the one with the most bytes, then the most flows, then the first by name. What others report is kept aside. Where all records
/// between two ends are of one direction, how much went the other way becomes unknown.
pub fn settle(totals: BTreeMap<SumKey, Total>, endpoints: &Endpoints) -> Settled {
    let mut reporters = totals.keys().map(|key| &key.reporter);
    let first = reporters.next();
    if reporters.all(|reporter| Some(reporter) == first) {
        let mut settled = Settled { totals, ..Settled::default() };
        one_sided(&mut settled.totals);
        return settled;
    }
    let mut groups: BTreeMap<Group, BTreeMap<Arc<Reporter>, Total>> = BTreeMap::new();
    let mut vendors: BTreeMap<&str, Arc<str>> = BTreeMap::new();
    let mut group = |key: &SumKey| {
        let vendor = endpoints.get(key.endpoint).map_or("", |endpoint| endpoint.vendor.as_str());
        let vendor = Arc::clone(vendors.entry(vendor).or_insert_with(|| vendor.into()));
        Group { asset: key.asset.clone(), vendor, day: key.day }
    };
    for (key, total) in &totals {
        let reports = groups.entry(group(key)).or_default();
        reports.entry(Arc::clone(&key.reporter)).or_default().merge(total);
    }
    let mut settled = Settled::default();
    let mut chosen: BTreeMap<Group, Arc<Reporter>> = BTreeMap::new();
    for (group, reports) in groups {
        let weight = |total: &Total| {
            let bytes = total.bytes_out.saturating_add(total.bytes_in);
            (knows_what_left(total), bytes, total.flows)
        };
        let best = reports
            .iter()
            .max_by(|(a, left), (b, right)| weight(left).cmp(&weight(right)).then(b.cmp(a)))
            .map(|(reporter, _)| Arc::clone(reporter));
        let Some(best) = best else { continue };
        if reports.len() > 1 {
            let others = reports.into_iter().filter(|(reporter, _)| *reporter != best);
            settled.others.insert(group.clone(), others.collect());
        }
        chosen.insert(group, best);
    }
    settled.totals = totals;
    settled.totals.retain(|key, _| chosen.get(&group(key)) == Some(&key.reporter));
    one_sided(&mut settled.totals);
    settled.handovers = handovers(&chosen);
    settled
}

/// How often the reporter differs from that of the day before, for the same of ours and vendor.
fn handovers(chosen: &BTreeMap<Group, Arc<Reporter>>) -> u64 {
    let next =
        |group: &Group| Some(Group { day: Some(group.day?.checked_add(1)?), ..group.clone() });
    let differs = |(group, reporter): &(&Group, &Arc<Reporter>)| {
        next(group).and_then(|next| chosen.get(&next)).is_some_and(|other| other != *reporter)
    };
    chosen.iter().filter(differs).count() as u64
}

/// Whether anything says how much left: a report of what came back alone tells nothing of it, however large.
fn knows_what_left(total: &Total) -> bool {
    total.bytes_out > 0 || total.flows > total.out_unknown
}

/// Says of records of one direction that nobody knows how much went the other way, where no record tells it.
fn one_sided(totals: &mut BTreeMap<SumKey, Total>) {
    if totals.values().all(|total| total.one_way == 0) {
        return;
    }
    let ends = |key: &SumKey| (key.asset.clone(), key.endpoint);
    let mut told: BTreeMap<_, (bool, bool)> = BTreeMap::new();
    for (key, total) in &*totals {
        let (out, back) = told.entry(ends(key)).or_default();
        let both = total.flows > total.one_way;
        *out |= both || !key.inward;
        *back |= both || key.inward;
    }
    for (key, total) in totals {
        match told.get(&ends(key)) {
            Some((false, _)) => total.out_unknown += total.one_way,
            Some((_, false)) => total.in_unknown += total.one_way,
            _ => {}
        }
    }
}
