//! The hosts of the logs and the assets of an inventory: who is who, what the audit found on it, and what is installed and silent.
//!
//! In go the record of a run, that of an assessment, and which of its hosts occur in the logs at all; out comes what
//! [`Tied`] holds, but for the findings of hosts that the inventory lacks: those are the audit's. Nothing is guessed: where several
//! assets answer to an address or a name, all are told and none is chosen.

use std::collections::{BTreeMap, BTreeSet};

use model::finding::Relation;
use model::record::tied::{AssetName, Installed, Tie, Tied};
use model::record::traffic::{Pair, Traffic};
use model::record::{Assessment, Asset, Finding};

use crate::endpoints::Endpoints;
use crate::presence::{Identifier, Presence, short};

/// What the assets that may occur in a log are known by.
pub fn identifiers(inventory: &Assessment) -> impl Iterator<Item = Identifier> {
    assets(inventory).flat_map(of_asset)
}

/// Ties a run's pairs to an inventory. `endpoints` are those that were looked for, `presence` is what the run was given.
pub fn tie(
    traffic: &Traffic,
    inventory: &Assessment,
    endpoints: &Endpoints,
    presence: &Presence,
) -> Tied {
    let index = Index::new(inventory);
    let names = names(traffic);
    let pairs: Vec<Tie> = traffic.pairs.iter().map(|pair| index.tie(pair, &names)).collect();
    let installed = index.installed(traffic, &pairs, &looked_for(endpoints), presence);
    Tied {
        inventory: inventory.target.clone(),
        date: inventory.date.clone(),
        assets: inventory.totals.assets,
        listed: index.listed,
        pairs,
        unlisted: Vec::new(),
        installed,
    }
}

/// What the machines at addresses call themselves, in any of the pairs.
fn names(traffic: &Traffic) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut names: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for pair in traffic.pairs.iter().filter(|pair| !pair.host_names.is_empty()) {
        let own = pair.host_names.iter().map(|name| &**name);
        names.entry(&pair.asset).or_default().extend(own);
    }
    names
}

/// How many endpoints of each product, and of each vendor under `VENDOR.*`, were looked for.
fn looked_for(endpoints: &Endpoints) -> BTreeMap<String, u64> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for endpoint in endpoints.iter() {
        for product in &endpoint.products {
            *counts.entry(product.clone()).or_default() += 1;
        }
        *counts.entry(format!("{}.*", endpoint.vendor)).or_default() += 1;
    }
    counts
}

/// Assets that may occur in a log. The names of the others are no host names.
fn assets(inventory: &Assessment) -> impl Iterator<Item = &Asset> {
    let all = inventory.assets.iter().chain(&inventory.other_assets);
    all.filter(|asset| !matches!(asset.kind.as_str(), "image" | "cluster" | "software"))
}

fn of_asset(asset: &Asset) -> impl Iterator<Item = Identifier> {
    let parse = |text: &String| match text.split_once(':') {
        // Some logs call a host by its UUID.
        Some(("ip" | "hostname" | "uuid", value)) => Identifier::parse(value),
        _ => None,
    };
    asset.identifiers.iter().filter_map(parse)
}

/// An inventory by what its assets are known by.
struct Index<'i> {
    assets: Vec<&'i Asset>,
    listed: u64,
    whole: bool,
    by: BTreeMap<Identifier, BTreeSet<usize>>,
    /// By the name without its domain: the assets, each with whether it has a name with one.
    shorts: BTreeMap<String, BTreeMap<usize, bool>>,
    findings: BTreeMap<&'i str, Vec<&'i Finding>>,
}

impl<'i> Index<'i> {
    fn new(inventory: &'i Assessment) -> Self {
        let listed = (inventory.assets.len() + inventory.other_assets.len()) as u64;
        let mut index = Self {
            assets: assets(inventory).collect(),
            listed,
            whole: listed >= inventory.totals.assets,
            by: BTreeMap::new(),
            shorts: BTreeMap::new(),
            findings: BTreeMap::new(),
        };
        for (number, asset) in index.assets.iter().enumerate() {
            for identifier in of_asset(asset) {
                if let Identifier::Name(name) = &identifier {
                    let full = index.shorts.entry(short(name).to_owned()).or_default();
                    *full.entry(number).or_default() |= name.contains('.');
                }
                index.by.entry(identifier).or_default().insert(number);
            }
        }
        for finding in &inventory.findings {
            index.findings.entry(&finding.asset).or_default().push(finding);
        }
        index
    }

    fn tie(&self, pair: &Pair, names: &BTreeMap<&str, BTreeSet<&str>>) -> Tie {
        let (matched, found) = self.who(pair, names);
        let assets: Vec<AssetName> = found
            .into_iter()
            .filter_map(|number| Some(name_of(self.assets.get(number)?)))
            .collect();
        let mut tie = Tie {
            asset: pair.asset.clone(),
            vendor: pair.vendor.clone(),
            endpoint: pair.endpoint.clone(),
            matched: matched.to_owned(),
            assets,
            ..Tie::default()
        };
        let ([asset], false) = (tie.assets.as_slice(), matched == AMBIGUOUS) else { return tie };
        let here = self.findings.get(asset.id.as_str()).map_or(&[][..], Vec::as_slice);
        let present = |finding: &&&Finding| {
            matches!(finding.relation, Relation::Is | Relation::OpenSourceOf | Relation::Embeds)
        };
        let ids = |of: &dyn Fn(&Finding) -> bool| -> Vec<String> {
            let those = here.iter().filter(present).filter(|finding| of(finding));
            those.map(|finding| finding.id.clone()).collect()
        };
        let of_product = ids(&|finding| pair.products.contains(&finding.product.id));
        let of_vendor = || ids(&|finding| *finding.vendor.id == *pair.vendor);
        (tie.found, tie.findings) = match of_product.is_empty() {
            false => ("product".to_owned(), of_product),
            true => (String::new(), of_vendor()),
        };
        if tie.found.is_empty() && !tie.findings.is_empty() {
            "vendor".clone_into(&mut tie.found);
        }
        tie
    }

    /// The assets that one of ours may be: by what the log calls it, and by what the machine calls itself. Where these do not agree it
    /// is ambiguous: an address goes from one machine to another, or several stand behind one.
    fn who(
        &self,
        pair: &Pair,
        names: &BTreeMap<&str, BTreeSet<&str>>,
    ) -> (&'static str, Vec<usize>) {
        let (matched, mut found) = self.find(&pair.asset);
        let own: BTreeSet<&str> = pair.host_names.iter().map(|name| &**name).collect();
        let pooled = names.get(&*pair.asset).filter(|_| own.is_empty()).cloned();
        let calls: Vec<_> = pooled.unwrap_or(own).into_iter().map(|name| self.find(name)).collect();
        let Some((how, first)) = calls.first() else { return (matched, found) };
        let agree = calls.iter().all(|(_, other)| other == first);
        match (agree, found.is_empty(), first.is_empty()) {
            // An inventory may know a machine by its name only, or by its address only.
            (true, true, false) => (how, first.clone()),
            (true, _, true) if !self.any_named(&found) => (matched, found),
            (true, false, false) if found == *first => (matched, found),
            _ => {
                found.extend(calls.iter().flat_map(|(_, more)| more));
                found.sort_unstable();
                found.dedup();
                (AMBIGUOUS, found)
            }
        }
    }

    /// Whether one of these assets has a name.
    fn any_named(&self, found: &[usize]) -> bool {
        let assets = found.iter().filter_map(|number| self.assets.get(*number));
        assets.flat_map(|asset| of_asset(asset)).any(|it| matches!(it, Identifier::Name(_)))
    }

    /// The assets that a host of a log may be, and how that is known.
    fn find(&self, host: &str) -> (&'static str, Vec<usize>) {
        let Some(identifier) = Identifier::parse(host) else { return ("unnamed", Vec::new()) };
        let exact: Vec<usize> = self.by.get(&identifier).into_iter().flatten().copied().collect();
        let (how, found) = match &identifier {
            Identifier::Address(_) => ("address", exact),
            Identifier::Name(_) if !exact.is_empty() => ("name", exact),
            Identifier::Name(name) => ("short-name", self.alike(name)),
        };
        match found.len() {
            0 => (if self.whole { "none" } else { "not-listed" }, found),
            1 => (how, found),
            _ => (AMBIGUOUS, found),
        }
    }

    /// Assets with the same name but for a domain that one of the two lacks.
    fn alike(&self, name: &str) -> Vec<usize> {
        let alike = self.shorts.get(short(name)).into_iter().flatten();
        alike
            .filter(|(_, full)| !name.contains('.') || !**full)
            .map(|(number, _)| *number)
            .collect()
    }

    fn installed(
        &self,
        traffic: &Traffic,
        ties: &[Tie],
        looked_for: &BTreeMap<String, u64>,
        presence: &Presence,
    ) -> Vec<Installed> {
        let mut talks: BTreeMap<&str, Vec<(&Pair, &Tie)>> = BTreeMap::new();
        for (pair, tie) in traffic.pairs.iter().zip(ties) {
            for asset in &tie.assets {
                talks.entry(&asset.id).or_default().push((pair, tie));
            }
        }
        let mut all = BTreeMap::new();
        for asset in &self.assets {
            let here = self.findings.get(asset.id.as_str()).into_iter().flatten();
            for finding in here.filter(|finding| finding.relation == Relation::Is) {
                let own = talks.get(asset.id.as_str()).into_iter().flatten().copied();
                let (called, own): (Vec<_>, Vec<_>) = own.partition(|(pair, _)| pair.only_inward());
                let endpoints = looked_for.get(&finding.product.id).copied().unwrap_or(0);
                // Whom the vendor calls is not silent, and need not have anything of it.
                let called = || match self.of_pairs(finding, &called)? {
                    AMBIGUOUS => Some(AMBIGUOUS),
                    _ => Some("called"),
                };
                let known = self.of_pairs(finding, &own).or_else(called);
                let known = known.unwrap_or_else(|| match endpoints {
                    0 => "no-endpoint",
                    _ => self.covered(asset, presence),
                });
                // Several directives may have a finding of one product.
                all.entry((asset.id.as_str(), finding.product.id.as_str())).or_insert_with(|| {
                    Installed {
                        finding: finding.id.clone(),
                        asset: name_of(asset),
                        product: finding.product.clone(),
                        vendor: finding.vendor.id.clone(),
                        endpoints,
                        traffic: known.to_owned(),
                    }
                });
            }
        }
        all.into_values().collect()
    }

    /// What the pairs of an asset say about a product on it; `None` for nothing.
    fn of_pairs(&self, finding: &Finding, own: &[(&Pair, &Tie)]) -> Option<&'static str> {
        let any = |of: &dyn Fn(&Pair) -> bool, ambiguous: bool| {
            own.iter().any(|(pair, tie)| of(pair) && (tie.matched == AMBIGUOUS) == ambiguous)
        };
        let product = |pair: &Pair| {
            let vendor = finding.product.id == format!("{}.*", pair.vendor);
            vendor || pair.products.contains(&finding.product.id)
        };
        let vendor = |pair: &Pair| *finding.vendor.id == *pair.vendor;
        if any(&product, false) {
            Some("talks")
        } else if any(&vendor, false) {
            Some("vendor-talks")
        } else {
            (any(&product, true) || any(&vendor, true)).then_some(AMBIGUOUS)
        }
    }

    /// Whether an asset of which no pair tells occurs in the logs.
    fn covered(&self, asset: &Asset, presence: &Presence) -> &'static str {
        let (mut known, mut shared) = (false, false);
        for identifier in of_asset(asset) {
            known = true;
            let exact = self.by.get(&identifier).filter(|_| presence.saw(&identifier));
            let alike = match &identifier {
                Identifier::Name(name) if presence.saw_alike(name) => self.shorts.get(short(name)),
                _ => None,
            };
            match (exact.map(BTreeSet::len), alike.map(BTreeMap::len)) {
                (Some(1), _) | (_, Some(1)) => return "silent",
                (None, None) => {}
                _ => shared = true,
            }
        }
        match (known, shared) {
            (_, true) => AMBIGUOUS,
            (true, false) => "not-covered",
            (false, false) => "no-address",
        }
    }
}

fn name_of(asset: &Asset) -> AssetName {
    AssetName { id: asset.id.clone(), name: asset.name.clone() }
}

/// Several assets answer to what a log calls a host.
const AMBIGUOUS: &str = "ambiguous";

#[cfg(test)]
mod tests;
