//! Hosts of logs beside the assets of an inventory, as rows of cells and in words.

use std::collections::{BTreeMap, BTreeSet};

use model::finding::State;
use model::record::Named;
use model::record::tied::{AssetName, Installed, Tie, Tied, Unlisted};
use model::record::traffic::{Pair, Traffic, time};

use super::tables::{bytes, most_first, or_unknown, text, volume};
use crate::rows::{Row, column};
use crate::shown::{Cell, Column, View};
use crate::words::{Arg, Words};

/// The columns that a page shows of hosts, endpoints and assets.
pub(super) const TIE_SHOWN: &[&str] = &[
    "asset",
    "inventory_asset",
    "vendor",
    "endpoint",
    "purpose",
    "evidence",
    "bytes_out",
    "bytes_in",
    "flows",
    "found_there",
];

/// The columns that a page shows of hosts without inventory.
pub(super) const UNLISTED_SHOWN: &[&str] = &[
    "state",
    "asset",
    "vendor",
    "products",
    "confidence",
    "confidence_reason",
    "bytes_out",
    "bytes_in",
    "endpoints_seen",
    "finding_id",
];

/// The columns that a page shows of installed products.
pub(super) const INSTALLED_SHOWN: &[&str] =
    &["traffic", "inventory_asset", "product", "endpoints_known", "finding_id"];

/// A host and an endpoint, with what the inventory knows of them.
pub(super) struct TieRow<'a> {
    pair: &'a Pair,
    tie: &'a Tie,
}

/// The pairs with what the inventory knows, the most bytes out first.
pub(super) fn ties<'a>(record: &'a Traffic, tied: &'a Tied) -> impl Iterator<Item = TieRow<'a>> {
    let key = |asset: &'a str, endpoint: &'a str, vendor: &'a str| (asset, endpoint, vendor);
    let known: BTreeMap<_, &Tie> =
        tied.pairs.iter().map(|tie| (key(&tie.asset, &tie.endpoint, &tie.vendor), tie)).collect();
    most_first(&record.pairs).filter_map(move |pair| {
        let tie = known.get(&key(&pair.asset, &pair.endpoint, &pair.vendor))?;
        Some(TieRow { pair, tie })
    })
}

/// How many hosts are what in the inventory, and of how many products the logs say what.
struct Tally<'a> {
    hosts: BTreeMap<&'a str, u64>,
    installed: BTreeMap<&'a str, u64>,
}

impl<'a> Tally<'a> {
    fn of(tied: &'a Tied) -> Self {
        let hosts: BTreeSet<(&str, &str)> =
            tied.pairs.iter().map(|tie| (tie.matched.as_str(), &*tie.asset)).collect();
        let mut tally = Self { hosts: BTreeMap::new(), installed: BTreeMap::new() };
        for (matched, _) in hosts {
            *tally.hosts.entry(matched).or_default() += 1;
        }
        for one in &tied.installed {
            *tally.installed.entry(&one.traffic).or_default() += 1;
        }
        tally
    }
}

/// What follows from hosts and assets, a sentence for each: hosts without inventory, those that are several assets or nobody's, and what
/// is installed and silent, or cannot be told.
pub(super) fn said(tied: &Tied, words: &Words) -> Vec<String> {
    let tally = Tally::of(tied);
    let part = |of: &BTreeMap<&str, u64>, group: &str, order: &[&str]| {
        let known = order.iter().filter_map(|word| Some((*word, *of.get(word)?)));
        let texts = known.map(|(word, count)| {
            words.text(&format!("egress-{group}-{word}"), &[("count", Arg::from(count))])
        });
        texts.collect::<Vec<_>>()
    };
    let mut lines = part(&tally.hosts, "host", &HOSTS);
    if tied.listed < tied.assets {
        let args = [("listed", tied.listed.into()), ("assets", tied.assets.into())];
        lines.push(words.text("egress-inventory-partly", &args));
    }
    lines.extend(part(&tally.installed, "installed", &INSTALLED));
    lines
}

/// The same in one line: hosts without inventory, installed and silent, not to be told.
pub(super) fn short(tied: &Tied, words: &Words) -> String {
    let tally = Tally::of(tied);
    let of = |map: &BTreeMap<&str, u64>, word: &str| map.get(word).copied().unwrap_or(0);
    let untold = ["ambiguous", "not-covered", "no-address", "no-endpoint"];
    let untold: u64 = untold.iter().map(|word| of(&tally.installed, word)).sum();
    let args = [
        ("unlisted", of(&tally.hosts, "none").into()),
        ("silent", of(&tally.installed, "silent").into()),
        ("untold", untold.into()),
    ];
    words.text("summary-egress-hosts", &args)
}

/// Installed products, those of which most is to be told first: silent ones.
pub(super) fn installed(tied: &Tied) -> impl Iterator<Item = &Installed> {
    let rank = |one: &Installed| INSTALLED.iter().position(|word| *word == one.traffic);
    let mut all: Vec<&Installed> = tied.installed.iter().collect();
    all.sort_by_key(|one| (rank(one).is_none(), rank(one)));
    all.into_iter()
}

fn names(assets: &[AssetName]) -> String {
    assets.iter().map(|asset| asset.name.as_str()).collect::<Vec<_>>().join(", ")
}

impl Row for TieRow<'_> {
    const COLUMNS: &'static [Column] = &[
        column("asset", 22),
        column("inventory_match", 16),
        column("inventory_asset", 34),
        column("inventory_ids", 30),
        column("vendor", 18),
        column("endpoint", 34),
        column("purpose", 16),
        column("evidence", 12),
        column("bytes_out", 18),
        column("bytes_in", 18),
        column("volume", 12),
        column("flows", 10),
        column("found_there", 20),
        column("finding_ids", 30),
    ];

    fn cells(&self, view: View<'_>) -> Vec<Cell> {
        let Self { pair, tie } = self;
        let (no_out, no_in) = (!pair.sum.knows_out(), !pair.sum.knows_in());
        let ids: Vec<&str> = tie.assets.iter().map(|asset| asset.id.as_str()).collect();
        let matched = view.word("tie", &tie.matched);
        let named = match (view, tie.matched.as_str()) {
            (View::Person(_), "ambiguous") => {
                format!("{}: {}", text(matched.clone()), names(&tie.assets))
            }
            (View::Person(_), _) if tie.assets.is_empty() => text(matched.clone()),
            _ => names(&tie.assets),
        };
        vec![
            (&tie.asset).into(),
            matched,
            named.into(),
            ids.join(", ").into(),
            (&tie.vendor).into(),
            (&tie.endpoint).into(),
            or_unknown(view, "purpose", &pair.purpose),
            view.word("contact", &pair.evidence),
            bytes(pair.sum.bytes_out, no_out),
            bytes(pair.sum.bytes_in, no_in),
            view.word("volume", volume(&pair.sum, no_out && no_in)),
            pair.sum.flows.into(),
            view.word("found", &tie.found),
            tie.findings.join(", ").into(),
        ]
    }
}

impl Row for &Unlisted {
    const COLUMNS: &'static [Column] = &[
        column("finding_id", 15),
        column("state", 14),
        column("directive", 28),
        column("clause", 8),
        column("asset", 22),
        column("vendor_id", 16),
        column("vendor", 24),
        column("products", 34),
        column("confidence", 12),
        column("confidence_reason", 38),
        column("state_reason", 38),
        column("bytes_out", 18),
        column("bytes_in", 18),
        column("volume", 12),
        column("flows", 10),
        column("first_seen", 22),
        column("last_seen", 22),
        column("endpoints_seen", 60),
    ];

    fn cells(&self, view: View<'_>) -> Vec<Cell> {
        let sum = &self.sum;
        let (no_out, no_in) = (!sum.knows_out(), !sum.knows_in());
        let name = |named: &Named| text(view.name(named));
        let products: Vec<String> = self.products.iter().map(name).collect();
        let state = self.state.map_or("", State::as_str);
        let shown = self.evidence.iter().map(|one| {
            let (grade, known) =
                (view.word("grade", &one.grade), view.word("fact", &one.fact_confidence));
            format!("{} ({}, {})", one.endpoint, text(grade), text(known))
        });
        vec![
            (&self.id).into(),
            view.word("state", state),
            (&self.directive).into(),
            (&self.clause).into(),
            (&self.asset).into(),
            (&self.vendor.id).into(),
            view.name(&self.vendor),
            products.join(", ").into(),
            view.word("confidence", self.confidence.as_str()),
            view.code(&self.confidence_reason),
            view.code(&self.state_reason),
            bytes(sum.bytes_out, no_out),
            bytes(sum.bytes_in, no_in),
            view.word("volume", volume(sum, no_out && no_in)),
            sum.flows.into(),
            time(sum.first).into(),
            time(sum.last).into(),
            shown.collect::<Vec<_>>().join("; ").into(),
        ]
    }
}

impl Row for &Installed {
    const COLUMNS: &'static [Column] = &[
        column("traffic", 30),
        column("asset_id", 15),
        column("inventory_asset", 30),
        column("product_id", 24),
        column("product", 30),
        column("vendor_id", 16),
        column("endpoints_known", 14),
        column("finding_id", 15),
    ];

    fn cells(&self, view: View<'_>) -> Vec<Cell> {
        vec![
            view.word("traffic", &self.traffic),
            (&self.asset.id).into(),
            (&self.asset.name).into(),
            (&self.product.id).into(),
            view.name(&self.product),
            (&self.vendor).into(),
            self.endpoints.into(),
            (&self.finding).into(),
        ]
    }
}

/// What a host of a log may be, in the order in which it is told.
const HOSTS: [&str; 7] =
    ["none", "not-listed", "ambiguous", "unnamed", "address", "name", "short-name"];

/// What the logs may say of an installed product, in the order in which it is told.
const INSTALLED: [&str; 8] = [
    "silent",
    "called",
    "talks",
    "vendor-talks",
    "ambiguous",
    "not-covered",
    "no-address",
    "no-endpoint",
];
