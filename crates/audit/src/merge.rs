//! From what the workers collected to one set of observations: one string table, sources sorted by path, descriptions of the same
//! asset joined. The result does not depend on which worker read what.

use std::collections::{BTreeMap, HashMap};

use model::asset::{Asset, AssetId, AssetKind, IdKind};
use model::diagnostic::Diagnostic;
use model::ledger::Ledger;
use model::observation::{Fact, ItemId, Observations, Run};
use model::source::{Source, SourceId};
use model::strings::{StrId, Strings};

use crate::sink::Collector;

/// Everything that was read, in one piece.
#[derive(Default)]
pub struct Gathered {
    /// The rows; assets are joined.
    pub observations: Observations,
    /// The sources with their ledgers, sorted by path.
    pub sources: Vec<(Source, Ledger)>,
    /// What there is to say, sorted.
    pub diagnostics: Vec<Diagnostic>,
}

/// Puts the workers' collections together.
pub fn merge(collectors: Vec<Collector>) -> Gathered {
    let mut parts: Vec<Part> = Vec::new();
    let mut gathered = Gathered::default();
    let mut order: Vec<(String, usize, SourceId)> = Vec::new();
    for (index, collector) in collectors.into_iter().enumerate() {
        for (number, (source, _)) in collector.sources.iter().enumerate() {
            let id = SourceId(u32::try_from(number).unwrap_or(u32::MAX));
            order.push((source.path.clone(), index, id));
        }
        parts.push(Part::new(collector, &mut gathered.observations));
    }
    order.sort();
    let numbers: HashMap<(usize, SourceId), SourceId> = order
        .iter()
        .enumerate()
        .map(|(new, (_, part, old))| {
            ((*part, *old), SourceId(u32::try_from(new).unwrap_or(u32::MAX)))
        })
        .collect();
    append_rows(&mut parts, &numbers, &mut gathered.observations);
    let mut sources: Vec<_> = Vec::new();
    for (index, part) in parts.into_iter().enumerate() {
        for diagnostic in part.diagnostics {
            gathered.diagnostics.push(renumber(diagnostic, index, &numbers));
        }
        sources.extend(part.sources);
    }
    sources.sort_by(|a, b| a.0.path.cmp(&b.0.path));
    gathered.sources = sources;
    gathered.diagnostics.sort();
    join_assets(&mut gathered.observations);
    gathered
}

/// One worker's collection on its way into the whole.
struct Part {
    items: Vec<ItemId>,
    strings: Vec<StrId>,
    first_asset: u32,
    rows: Observations,
    sources: Vec<(Source, Ledger)>,
    diagnostics: Vec<Diagnostic>,
}

impl Part {
    fn new(collector: Collector, whole: &mut Observations) -> Self {
        let mut rows = collector.observations;
        let strings: Vec<StrId> =
            rows.strings.iter().map(|(_, text)| whole.strings.intern(text)).collect();
        let text = |id: StrId| strings.get(id.0 as usize).copied().unwrap_or(StrId(0));
        let mut facts: Vec<Fact> = Vec::new();
        let items = rows
            .items
            .iter()
            .map(|(_, item)| {
                facts.clear();
                let mapped = item.facts.iter();
                facts.extend(mapped.map(|fact| Fact { value: text(fact.value), ..*fact }));
                whole.items.intern(item.context, &facts)
            })
            .collect();
        let first_asset = u32::try_from(whole.assets.len()).unwrap_or(u32::MAX);
        for asset in std::mem::take(&mut rows.assets) {
            whole.assets.push(Asset {
                name: text(asset.name),
                kind: asset.kind,
                site: asset.site.map(text),
                os: asset.os.map(text),
                owner: asset.owner.map(text),
                observed_on: asset.observed_on.map(text),
                identifiers: asset
                    .identifiers
                    .iter()
                    .map(|(kind, id)| (*kind, text(*id)))
                    .collect(),
            });
        }
        rows.strings = Strings::default();
        Self {
            items,
            strings,
            first_asset,
            rows,
            sources: collector.sources,
            diagnostics: collector.diagnostics,
        }
    }
}

/// Appends all runs in source order.
fn append_rows(
    parts: &mut [Part],
    numbers: &HashMap<(usize, SourceId), SourceId>,
    whole: &mut Observations,
) {
    let total = parts.iter().map(|part| part.rows.rows.len()).sum();
    whole.rows.reserve_exact(total);
    whole.positions.reserve_exact(total);
    let mut runs: Vec<(SourceId, usize, usize)> = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        for (number, run) in part.rows.runs.iter().enumerate() {
            let source = numbers.get(&(index, run.source)).copied().unwrap_or(run.source);
            runs.push((source, index, number));
        }
    }
    runs.sort();
    for (source, index, number) in runs {
        let Some(part) = parts.get(index) else { continue };
        let Some(run) = part.rows.runs.get(number) else { continue };
        let first = whole.rows.len();
        let range = run.first..run.first + run.len;
        let old = part.rows.rows.get(range.clone()).unwrap_or_default();
        let known = |item: &ItemId| part.items.get(item.0 as usize).copied().unwrap_or(*item);
        whole.rows.extend(old.iter().map(known));
        whole.positions.extend_from_slice(part.rows.positions.get(range).unwrap_or_default());
        whole.runs.push(Run {
            asset: AssetId(part.first_asset + run.asset.0),
            source,
            part: part.strings.get(run.part.0 as usize).copied().unwrap_or(StrId(0)),
            first,
            ..run.clone()
        });
    }
    for part in parts {
        part.rows = Observations::default();
    }
}

fn renumber(
    mut diagnostic: Diagnostic,
    part: usize,
    numbers: &HashMap<(usize, SourceId), SourceId>,
) -> Diagnostic {
    if let Some(place) = &mut diagnostic.place {
        place.source = numbers.get(&(part, place.source)).copied().unwrap_or(place.source);
    }
    diagnostic
}

/// Joins descriptions of the same asset and renumbers the runs.
///
/// A serial number or UUID joins, unless it is one of the placeholders that firmware ships with. A host name joins descriptions
/// whose serial numbers and UUIDs do not contradict each other; a short name joins a full one when only one domain has it. An IP
/// address joins a description that has nothing else (a bare network scan) to the only other one that has it. Images, clusters and
/// SBOMs are never joined: their names are not host names.
fn join_assets(whole: &mut Observations) {
    let mut groups = Groups::new(whole.assets.len());
    let mut order: Vec<u32> = Vec::new();
    let mut seen = vec![false; whole.assets.len()];
    for run in &whole.runs {
        if let Some(slot) = seen.get_mut(run.asset.0 as usize)
            && !std::mem::replace(slot, true)
        {
            order.push(run.asset.0);
        }
    }
    let unseen = seen.iter().enumerate().filter(|(_, seen)| !**seen);
    order.extend(unseen.filter_map(|(index, _)| u32::try_from(index).ok()));
    for kind in [IdKind::Serial, IdKind::Uuid] {
        join_by(whole, &order, &mut groups, kind);
    }
    join_by_hostname(whole, &order, &mut groups);
    join_by_address(whole, &order, &mut groups);
    let mut numbers: BTreeMap<u32, u32> = BTreeMap::new();
    let mut assets: Vec<Asset> = Vec::new();
    let mut new_of = vec![AssetId(0); whole.assets.len()];
    for &index in &order {
        let Some(asset) = whole.assets.get(index as usize) else { continue };
        let root = groups.root(index);
        let next = u32::try_from(assets.len()).unwrap_or(u32::MAX);
        let number = *numbers.entry(root).or_insert(next);
        if number == next {
            assets.push(asset.clone());
        } else if let Some(joined) = assets.get_mut(number as usize) {
            absorb(joined, asset, &whole.strings);
        }
        if let Some(slot) = new_of.get_mut(index as usize) {
            *slot = AssetId(number);
        }
    }
    for asset in &mut assets {
        asset
            .identifiers
            .sort_by(|a, b| (a.0, whole.strings.get(a.1)).cmp(&(b.0, whole.strings.get(b.1))));
        asset.identifiers.dedup();
    }
    for run in &mut whole.runs {
        run.asset = new_of.get(run.asset.0 as usize).copied().unwrap_or(run.asset);
    }
    whole.assets = assets;
}

fn join_by(whole: &Observations, order: &[u32], groups: &mut Groups, kind: IdKind) {
    let mut first: HashMap<String, u32> = HashMap::new();
    for (index, value) in identifiers(whole, order, kind) {
        if is_placeholder(&value) {
            continue;
        }
        match first.get(&value) {
            Some(&other) => groups.join(other, index),
            None => {
                first.insert(value, index);
            }
        }
    }
}

fn join_by_hostname(whole: &Observations, order: &[u32], groups: &mut Groups) {
    let mut domains: HashMap<String, Vec<String>> = HashMap::new();
    for (_, name) in identifiers(whole, order, IdKind::Hostname) {
        if let Some((short, _)) = name.split_once('.') {
            let full = domains.entry(short.to_owned()).or_default();
            if !full.contains(&name) {
                full.push(name.clone());
            }
        }
    }
    let mut first: HashMap<String, Vec<Vec<u32>>> = HashMap::new();
    for (index, name) in identifiers(whole, order, IdKind::Hostname) {
        if name.is_empty() || JUNK_NAMES.contains(&name.as_str()) {
            continue;
        }
        let name = match domains.get(&name).map(Vec::as_slice) {
            Some([only]) => only.clone(),
            _ => name,
        };
        let known = first.entry(name).or_default();
        // A group is contradicted by what any of its members says.
        let fits = known
            .iter_mut()
            .find(|members| members.iter().all(|&other| !contradict(whole, other, index)));
        match fits {
            Some(members) => {
                if let Some(&first) = members.first() {
                    groups.join(first, index);
                }
                members.push(index);
            }
            None => known.push(vec![index]),
        }
    }
}

fn join_by_address(whole: &Observations, order: &[u32], groups: &mut Groups) {
    let mut holders: HashMap<String, Vec<u32>> = HashMap::new();
    for (index, address) in identifiers(whole, order, IdKind::Ip) {
        let root = groups.root(index);
        let holders = holders.entry(address).or_default();
        if !holders.contains(&root) {
            holders.push(root);
        }
    }
    let bare = |index: u32| {
        let asset = whole.assets.get(index as usize);
        asset.is_some_and(|asset| {
            asset.identifiers.iter().all(|(kind, _)| matches!(kind, IdKind::Ip | IdKind::Mac))
        })
    };
    let mut pairs: Vec<(u32, u32)> = holders
        .into_values()
        .filter_map(|roots| match roots.as_slice() {
            [a, b] if bare(*a) != bare(*b) => Some((*a, *b)),
            _ => None,
        })
        .collect();
    pairs.sort_unstable();
    for (a, b) in pairs {
        groups.join(a, b);
    }
}

/// The identifiers of one kind of all assets that can be joined, lower case, in order.
fn identifiers<'a>(
    whole: &'a Observations,
    order: &'a [u32],
    kind: IdKind,
) -> impl Iterator<Item = (u32, String)> + 'a {
    order.iter().flat_map(move |&index| {
        let asset = whole.assets.get(index as usize);
        let joinable = asset.filter(|asset| {
            !matches!(asset.kind, AssetKind::Image | AssetKind::Cluster | AssetKind::Software)
        });
        let ids = joinable.map(|asset| asset.identifiers.as_slice()).unwrap_or_default();
        let of_kind = ids.iter().filter(move |(id_kind, _)| *id_kind == kind);
        of_kind.map(move |(_, id)| (index, whole.strings.get(*id).trim().to_lowercase()))
    })
}

/// Whether two descriptions both have a serial number, or both a UUID, and share none; or stand at different sites and share no
/// address.
fn contradict(whole: &Observations, one: u32, other: u32) -> bool {
    let values = |index: u32, kind: IdKind| -> Vec<String> {
        let asset = whole.assets.get(index as usize);
        let ids = asset.map(|asset| asset.identifiers.as_slice()).unwrap_or_default();
        let of_kind = ids.iter().filter(|(id_kind, _)| *id_kind == kind);
        let texts = of_kind.map(|(_, id)| whole.strings.get(*id).trim().to_lowercase());
        texts.filter(|value| kind == IdKind::Ip || !is_placeholder(value)).collect()
    };
    let disjoint = |kind: IdKind| {
        let (one, other) = (values(one, kind), values(other, kind));
        !one.is_empty() && !other.is_empty() && !one.iter().any(|value| other.contains(value))
    };
    let site = |index: u32| whole.assets.get(index as usize).and_then(|asset| asset.site);
    let elsewhere = matches!((site(one), site(other)), (Some(a), Some(b)) if a != b);
    disjoint(IdKind::Serial) || disjoint(IdKind::Uuid) || (elsewhere && disjoint(IdKind::Ip))
}

fn absorb(joined: &mut Asset, other: &Asset, strings: &Strings) {
    if specific(other.kind) > specific(joined.kind) {
        joined.kind = other.kind;
    }
    joined.site = joined.site.or(other.site);
    joined.os = joined.os.or(other.os);
    joined.owner = joined.owner.or(other.owner);
    let later = |a: StrId, b: StrId| if strings.get(b) > strings.get(a) { b } else { a };
    joined.observed_on = match (joined.observed_on, other.observed_on) {
        (Some(a), Some(b)) => Some(later(a, b)),
        (a, b) => a.or(b),
    };
    // A description without a host name is named after its file; a real name is better.
    let named = |asset: &Asset| asset.identifiers.iter().any(|(kind, _)| *kind == IdKind::Hostname);
    if !named(joined) && named(other) {
        joined.name = other.name;
    }
    joined.identifiers.extend_from_slice(&other.identifiers);
}

/// How much a kind says: lists of computers call everything a host.
fn specific(kind: AssetKind) -> u8 {
    match kind {
        AssetKind::Unknown => 0,
        AssetKind::Host => 1,
        AssetKind::Device => 2,
        AssetKind::VirtualMachine => 3,
        AssetKind::Image | AssetKind::Cluster | AssetKind::Software => 4,
    }
}

/// What firmware and agents write where they know nothing.
fn is_placeholder(value: &str) -> bool {
    let bare: String = value.chars().filter(|c| c.is_alphanumeric()).collect();
    let mut characters = bare.chars();
    let first = characters.next();
    // No serial number or UUID is without a digit; words such as "TBD" or "to be filled" are.
    bare.chars().count() < 3
        || !bare.chars().any(|c| c.is_ascii_digit())
        || characters.all(|c| Some(c) == first)
        || PLACEHOLDERS.iter().any(|placeholder| bare.eq_ignore_ascii_case(placeholder))
}

const PLACEHOLDERS: &[&str] =
    &["0123456789", "123456789", "1234567890", "03000200040005000006000700080009"];

const JUNK_NAMES: &[&str] =
    &["localhost", "localhost.localdomain", "(none)", "hostname", "default"];

/// Union-find; the root of a group is its first member in source order.
struct Groups {
    parents: Vec<u32>,
}

impl Groups {
    fn new(count: usize) -> Self {
        Self { parents: (0..u32::try_from(count).unwrap_or(u32::MAX)).collect() }
    }

    fn root(&mut self, index: u32) -> u32 {
        let mut at = index;
        while let Some(&parent) = self.parents.get(at as usize) {
            if parent == at {
                break;
            }
            let grand = self.parents.get(parent as usize).copied().unwrap_or(parent);
            if let Some(slot) = self.parents.get_mut(at as usize) {
                *slot = grand;
            }
            at = grand;
        }
        at
    }

    fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.root(one), self.root(other));
        let (low, high) = (one.min(other), one.max(other));
        if let Some(slot) = self.parents.get_mut(high as usize) {
            *slot = low;
        }
    }
}
