//! From settled sums to what is shown: by pair of ours and endpoint, and by one thing at a time.

use std::collections::BTreeMap;
use std::sync::Arc;

use hashbrown::{HashMap, HashSet};
use jiff::Timestamp;
use model::record::traffic::{Line, Other, Pair, Sum};

use crate::endpoints::{Endpoint, EndpointId, Endpoints};
use crate::sums::{Asset, Contact, ContactKey, EgressSum, SumKey, Times, Total, settle};
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

/// Settles sums and shows them. They are used up as the pairs are made, so that both are never there in full: there may be very many.
pub fn views(sum: EgressSum, endpoints: &Endpoints) -> Views {
    let settled = settle(sum.totals, endpoints);
    let mut views = Views { handovers: settled.handovers, ..Views::default() };
    for thing in THINGS {
        views.by.insert(thing.to_owned(), lines(thing, &settled.totals, endpoints));
    }
    let mut total = Total::default();
    settled.totals.values().for_each(|one| total.merge(one));
    views.total = shown(&total);
    for (group, reports) in settled.others {
        for (reporter, total) in reports {
            let channel = &reporter.channel;
            let gap = if channel.is_empty() { "" } else { " " };
            views.others.push(Other {
                asset: group.asset.to_string(),
                vendor: group.vendor.to_string(),
                day: day(group.day),
                reporter: format!("{}{gap}{channel}", reporter.family),
                sum: shown(&total),
            });
        }
    }
    views.pairs = pairs(settled.totals, sum.contacts, endpoints);
    views
}

/// Two lists in the order of both ends already, joined.
fn pairs(
    totals: BTreeMap<SumKey, Total>,
    contacts: BTreeMap<ContactKey, Times>,
    endpoints: &Endpoints,
) -> Vec<Pair> {
    let mut flows = totals.into_iter().peekable();
    let mut contacts = contacts.into_iter().peekable();
    let mut shared = Shared::default();
    let mut pairs = Vec::new();
    loop {
        let ends = [
            flows.peek().map(|(key, _)| (&key.asset, key.endpoint)),
            contacts.peek().map(|(key, _)| (&key.asset, key.endpoint)),
        ];
        let Some((asset, id)) = ends.into_iter().flatten().min() else { return pairs };
        let ends = (asset.clone(), id);
        let (mut made, mut sum) = (Making::default(), Total::default());
        while let Some((key, total)) =
            flows.next_if(|(key, _)| (&key.asset, key.endpoint) == (&ends.0, ends.1))
        {
            made.flows(&key, &total);
            sum.merge(&total);
        }
        while let Some((key, times)) =
            contacts.next_if(|(key, _)| (&key.asset, key.endpoint) == (&ends.0, ends.1))
        {
            made.contact(key.contact, times.count);
        }
        let (asset, id) = ends;
        if let Some(endpoint) = endpoints.get(id) {
            pairs.push(shared.pair(&asset, (id, endpoint), made, shown(&sum)));
        }
    }
}

/// What is known about one of ours and an endpoint, as it is put together.
#[derive(Default)]
struct Making {
    evidence: Option<&'static str>,
    grades: BTreeMap<&'static str, Option<u64>>,
    countries: BTreeMap<Arc<str>, Option<u64>>,
    programs: BTreeMap<Arc<str>, u64>,
    host_names: Vec<Arc<str>>,
    inward: u64,
    asked: u64,
    named: u64,
}

impl Making {
    fn flows(&mut self, key: &SumKey, total: &Total) {
        self.inward += if key.inward { total.flows } else { 0 };
        // Else no flow tells.
        let known = total.bytes_out > 0 || total.flows > total.out_unknown;
        for so_far in [
            self.grades.entry(key.grade.as_str()).or_default(),
            self.countries.entry(Arc::clone(&key.country)).or_default(),
        ] {
            if known {
                *so_far = Some(so_far.unwrap_or(0).saturating_add(total.bytes_out));
            }
        }
        // An endpoint is found in one of these ways only; grades tell more.
        self.evidence = Some(key.grade.evidence());
    }

    fn contact(&mut self, contact: Contact, count: u64) {
        match contact {
            Contact::Asked => self.asked += count,
            Contact::Named => self.named += count,
            Contact::Program(path) => {
                // Logs that saw the same: the one that saw most.
                let so_far = self.programs.entry(path).or_default();
                *so_far = (*so_far).max(count);
            }
            // Keys are sorted, and families differ.
            Contact::Host(name) if self.host_names.last() != Some(&name) => {
                self.host_names.push(name);
            }
            Contact::Host(_) => {}
        }
    }
}

/// What pairs have in common.
#[derive(Default)]
struct Shared {
    /// The pair that the next ones of the same endpoint begin as.
    endpoints: HashMap<EndpointId, Pair>,
    texts: HashSet<Arc<str>>,
    asset: Option<Arc<str>>,
}

impl Shared {
    fn text(&mut self, text: &str) -> Arc<str> {
        Arc::clone(self.texts.get_or_insert_with(text, |text| text.into()))
    }

    fn pair(
        &mut self,
        asset: &Asset,
        (id, endpoint): (EndpointId, &Endpoint),
        made: Making,
        sum: Sum,
    ) -> Pair {
        let asset = asset.to_string();
        let asset = match self.asset.take().filter(|last| **last == *asset) {
            Some(last) => last,
            None => asset.into(),
        };
        self.asset = Some(Arc::clone(&asset));
        let of_endpoint = match self.endpoints.get(&id) {
            Some(known) => known.clone(),
            None => {
                let fresh = self.of_endpoint(endpoint);
                self.endpoints.insert(id, fresh.clone());
                fresh
            }
        };
        let grades: BTreeMap<Arc<str>, Option<u64>> =
            made.grades.into_iter().map(|(grade, out)| (self.text(grade), out)).collect();
        Pair {
            asset,
            evidence: self.text(made.evidence.unwrap_or("contact")),
            grades: grades.into(),
            countries: made.countries.into(),
            sum,
            inward: made.inward,
            asked: made.asked,
            named: made.named,
            programs: made.programs.into(),
            host_names: made.host_names.into(),
            ..of_endpoint
        }
    }

    fn of_endpoint(&mut self, endpoint: &Endpoint) -> Pair {
        Pair {
            vendor: self.text(&endpoint.vendor),
            vendor_country: self.text(&endpoint.vendor_country),
            products: endpoint.products.clone().into(),
            endpoint: endpoint.place.to_string().into(),
            purpose: self.text(&endpoint.purpose),
            region: self.text(&endpoint.region),
            confidence: self.text(&endpoint.confidence),
            ..Pair::default()
        }
    }
}

/// What the value of a thing depends on.
#[derive(PartialEq, Eq, Hash)]
enum By<'a> {
    Asset(&'a Asset),
    Country(&'a str),
    Day(Option<i32>),
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
        bytes_out: total.bytes_out,
        bytes_in: total.bytes_in,
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

fn day(day: Option<i32>) -> String {
    day.and_then(|day| date_of_day(day.into())).map(|date| date.to_string()).unwrap_or_default()
}

fn second(at: Option<Time>) -> Option<Timestamp> {
    Timestamp::from_second(at?.0.div_euclid(1_000_000)).ok()
}
