//! From settled sums to what is shown: by pair of ours and endpoint, and by one thing at a time.

use std::collections::BTreeMap;

use hashbrown::HashMap;
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
    let flows = totals.iter().map(|(key, total)| {
        let one = One::Flows(key, total);
        ((&key.asset, key.endpoint), one)
    });
    let contacts = sum.contacts.iter().map(|(key, times)| {
        let one = One::Contact(&key.contact, times.count);
        ((&key.asset, key.endpoint), one)
    });
    let mut all: Vec<((&Asset, EndpointId), One<'_>)> = flows.chain(contacts).collect();
    // Two lists in order already, which a stable sort only has to join.
    all.sort_by_key(|(ends, _)| *ends);
    let of_pairs = all.chunk_by(|(one, _), (other, _)| one == other);
    let pairs = of_pairs.filter_map(|list| {
        let ((asset, id), _) = list.first()?;
        Some(pair(asset, endpoints.get(*id)?, list.iter().map(|(_, one)| one)))
    });
    pairs.collect()
}

/// A part of what is known about one of ours and an endpoint.
enum One<'a> {
    Flows(&'a SumKey, &'a Total),
    Contact(&'a Contact, u64),
}

fn pair<'a>(asset: &Asset, endpoint: &Endpoint, list: impl Iterator<Item = &'a One<'a>>) -> Pair {
    let (mut pair, mut sum) = (Pair::default(), Total::default());
    for one in list {
        match one {
            One::Flows(key, total) => {
                sum.merge(total);
                pair.inward += if key.inward { total.flows } else { 0 };
                // Else no flow tells.
                let known = total.bytes_out > 0 || total.flows > total.out_unknown;
                for so_far in [
                    pair.grades.entry(key.grade.as_str().to_owned()).or_default(),
                    pair.countries.entry(key.country.to_string()).or_default(),
                ] {
                    if known {
                        let out = small(total.bytes_out);
                        *so_far = Some(so_far.unwrap_or(0).saturating_add(out));
                    }
                }
                // An endpoint is found in one of these ways only; grades tell more.
                key.grade.evidence().clone_into(&mut pair.evidence);
            }
            One::Contact(Contact::Asked, count) => pair.asked += count,
            One::Contact(Contact::Named, count) => pair.named += count,
            One::Contact(Contact::Program(path), count) => {
                // Logs that saw the same: the one that saw most.
                let so_far = pair.programs.entry(path.to_string()).or_default();
                *so_far = (*so_far).max(*count);
            }
            // Keys are sorted, and families differ.
            One::Contact(Contact::Host(name), _)
                if pair.host_names.last().is_none_or(|it| **it != **name) =>
            {
                pair.host_names.push(name.to_string());
            }
            One::Contact(Contact::Host(_), _) => {}
        }
    }
    let contact = || "contact".to_owned();
    Pair {
        asset: asset.to_string(),
        vendor: endpoint.vendor.clone(),
        vendor_country: endpoint.vendor_country.clone(),
        products: endpoint.products.clone(),
        endpoint: endpoint.place.to_string(),
        purpose: endpoint.purpose.clone(),
        region: endpoint.region.clone(),
        confidence: endpoint.confidence.clone(),
        evidence: if pair.evidence.is_empty() { contact() } else { pair.evidence },
        sum: shown(&sum),
        ..pair
    }
}

/// What the value of a thing depends on.
#[derive(PartialEq, Eq, Hash)]
enum By<'a> {
    Asset(&'a Asset),
    Country(&'a str),
    Day(Option<i64>),
    Endpoint(EndpointId),
}

fn lines(thing: &str, totals: &BTreeMap<SumKey, Total>, endpoints: &Endpoints) -> Vec<Line> {
    // Values are written once, not for each sum.
    let mut numbers: HashMap<By<'_>, usize> = HashMap::new();
    let mut values: BTreeMap<String, usize> = BTreeMap::new();
    let mut sums: Vec<(Total, u64, Option<&Asset>)> = Vec::new();
    for (key, total) in totals {
        let Some(endpoint) = endpoints.get(key.endpoint) else { continue };
        let by = match thing {
            "asset" => By::Asset(&key.asset),
            "country" => By::Country(&key.country),
            "day" => By::Day(key.day),
            _ => By::Endpoint(key.endpoint),
        };
        let number = *numbers.entry(by).or_insert_with(|| {
            let next = values.len();
            *values.entry(value(thing, key, endpoint)).or_insert(next)
        });
        if number == sums.len() {
            sums.push(Default::default());
        }
        let Some((so_far, assets, last)) = sums.get_mut(number) else { continue };
        so_far.merge(total);
        // Sums are in the order of the assets.
        *assets += u64::from(*last != Some(&key.asset));
        *last = Some(&key.asset);
    }
    let line = |(value, number): (String, usize)| {
        let (total, assets, _) = sums.get(number)?;
        Some(Line { value, assets: *assets, sum: shown(total) })
    };
    let mut lines: Vec<Line> = values.into_iter().filter_map(line).collect();
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
        flows_missing: false,
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
