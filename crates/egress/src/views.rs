//! From settled sums to what is shown: by pair of ours and endpoint, and by one thing at a time.

use std::collections::{BTreeMap, BTreeSet};

use model::record::traffic::{Line, Other, Pair, Sum};

use crate::endpoints::{Endpoint, EndpointId, Endpoints};
use crate::sums::{Asset, Contact, EgressSum, SumKey, Total, settle};
use crate::time::{Time, date_of_day};

/// Sums as they are shown.
#[derive(Clone, Debug, Default)]
pub struct Views {
    /// One row for each of ours and endpoint.
    pub pairs: Vec<Pair>,
    /// The sums by one thing at a time.
    pub by: BTreeMap<String, Vec<Line>>,
    /// Everything.
    pub total: Sum,
    /// Reports that do not count, because another reports the same traffic.
    pub others: Vec<Other>,
    /// See [`Settled::handovers`](crate::sums::Settled::handovers).
    pub handovers: u64,
}

/// The things that sums are shown by.
pub const THINGS: [&str; 8] =
    ["asset", "country", "day", "endpoint", "origin", "product", "purpose", "vendor"];

/// Settles sums and shows them.
pub fn views(sum: &EgressSum, endpoints: &Endpoints) -> Views {
    let settled = settle(sum, endpoints);
    let pairs = pairs(&settled.totals, sum, endpoints);
    let mut views = Views { pairs, handovers: settled.handovers, ..Views::default() };
    for thing in THINGS {
        views.by.insert(thing.to_owned(), lines(thing, &settled.totals, endpoints));
    }
    let mut total = Total::default();
    settled.totals.values().for_each(|one| total.merge(one));
    views.total = shown(&total);
    for (group, reports) in &settled.others {
        for (reporter, total) in reports {
            let channel = &reporter.channel;
            let gap = if channel.is_empty() { "" } else { " " };
            views.others.push(Other {
                asset: group.asset.to_string(),
                vendor: group.vendor.to_string(),
                day: day(group.day),
                reporter: format!("{}{gap}{channel}", reporter.family),
                sum: shown(total),
            });
        }
    }
    views
}

fn pairs(totals: &BTreeMap<SumKey, Total>, sum: &EgressSum, endpoints: &Endpoints) -> Vec<Pair> {
    let mut pairs: BTreeMap<(Asset, EndpointId), (Pair, Total)> = BTreeMap::new();
    for (key, total) in totals {
        let (pair, so_far) = pairs.entry((key.asset.clone(), key.endpoint)).or_default();
        so_far.merge(total);
        pair.inward += if key.inward { total.flows } else { 0 };
        let out = shown(total);
        for so_far in [
            pair.grades.entry(key.grade.as_str().to_owned()).or_default(),
            pair.countries.entry(key.country.to_string()).or_default(),
        ] {
            if out.knows_out() {
                *so_far = Some(so_far.unwrap_or(0).saturating_add(out.bytes_out));
            }
        }
        // An endpoint is found in one of these ways only; grades tell more.
        key.grade.evidence().clone_into(&mut pair.evidence);
    }
    for (key, times) in &sum.contacts {
        let (pair, _) = pairs.entry((key.asset.clone(), key.endpoint)).or_default();
        match &key.contact {
            Contact::Asked => pair.asked += times.count,
            Contact::Named => pair.named += times.count,
            Contact::Program(path) => {
                *pair.programs.entry(path.to_string()).or_default() += times.count;
            }
            // Keys are sorted, and families differ.
            Contact::Host(name) if pair.host_names.last().is_none_or(|it| **it != **name) => {
                pair.host_names.push(name.to_string());
            }
            Contact::Host(_) => {}
        }
    }
    let finished = pairs.into_iter().filter_map(|((asset, id), (pair, total))| {
        let endpoint = endpoints.get(id)?;
        let contact = || "contact".to_owned();
        Some(Pair {
            asset: asset.to_string(),
            vendor: endpoint.vendor.clone(),
            vendor_country: endpoint.vendor_country.clone(),
            products: endpoint.products.clone(),
            endpoint: endpoint.place.to_string(),
            purpose: endpoint.purpose.clone(),
            region: endpoint.region.clone(),
            confidence: endpoint.confidence.clone(),
            evidence: if pair.evidence.is_empty() { contact() } else { pair.evidence },
            sum: shown(&total),
            ..pair
        })
    });
    finished.collect()
}

fn lines(thing: &str, totals: &BTreeMap<SumKey, Total>, endpoints: &Endpoints) -> Vec<Line> {
    let mut sums: BTreeMap<String, (Total, BTreeSet<&Asset>)> = BTreeMap::new();
    for (key, total) in totals {
        let Some(endpoint) = endpoints.get(key.endpoint) else { continue };
        let (so_far, assets) = sums.entry(value(thing, key, endpoint)).or_default();
        so_far.merge(total);
        assets.insert(&key.asset);
    }
    let line = |(value, (total, assets)): (String, (Total, BTreeSet<&Asset>))| Line {
        value,
        assets: assets.len() as u64,
        sum: shown(&total),
    };
    let mut lines: Vec<Line> = sums.into_iter().map(line).collect();
    if thing != "day" {
        lines.sort_by_key(|line| std::cmp::Reverse((line.sum.bytes_out, line.sum.bytes_in)));
    }
    lines
}

fn value(thing: &str, key: &SumKey, endpoint: &Endpoint) -> String {
    match thing {
        "asset" => key.asset.to_string(),
        "country" => key.country.to_string(),
        "day" => day(key.day),
        "endpoint" => endpoint.place.to_string(),
        "origin" => endpoint.vendor_country.clone(),
        "product" => endpoint.products.join(" | "),
        "purpose" => endpoint.purpose.clone(),
        _ => endpoint.vendor.clone(),
    }
}

/// A sum as it is shown.
pub fn shown(total: &Total) -> Sum {
    let (peers, peers_exact) = total.peers.count();
    Sum {
        flows: total.flows,
        bytes_out: small(total.bytes_out),
        bytes_in: small(total.bytes_in),
        out_unknown: total.out_unknown,
        in_unknown: total.in_unknown,
        scaled: total.scaled,
        scale_unknown: total.scale_unknown,
        first: second(total.first),
        last: second(total.last),
        peers,
        peers_exact,
    }
}

/// A number of bytes; 2⁶⁴ and more are shown as 2⁶⁴ − 1.
fn small(bytes: u128) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

fn day(day: Option<i64>) -> String {
    day.and_then(date_of_day).map(|date| date.to_string()).unwrap_or_default()
}

fn second(at: Option<Time>) -> String {
    let at = at.and_then(|at| jiff::Timestamp::from_second(at.0.div_euclid(1_000_000)).ok());
    at.map(|at| at.to_string()).unwrap_or_default()
}
