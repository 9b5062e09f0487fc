//! Firewalls of an assessed estate: read after the inventories, accounted for like them, and put among the assets.

use std::collections::{BTreeMap, HashMap, VecDeque};

use audit::aside::Taken;
use audit::limits::Limits;
use audit::sink::{Collector, Sink};
use dialect::{Bytes, DIALECTS, DialectFacts, Disposition, Group, Reading, Tree, detect};
use model::asset::AssetKind;
use model::diagnostic::Code;
use model::field::{Context, Field};
use model::ledger::{Lost, POSITIONS_KEPT};
use model::record::firewall::FirewallHead;
use model::source::{Fate, SourceId, Unit};

use super::{heads, read_groups};

/// Where an input is accounted for: which worker's collection, and which source in it.
type Owner = (usize, SourceId);

/// Reads what the workers put aside; accounts for it in their collections, observes the platforms, and returns the devices.
pub(crate) fn read(collectors: &mut [Collector], facts: &DialectFacts) -> Vec<FirewallHead> {
    let mut owners: HashMap<String, VecDeque<Owner>> = HashMap::new();
    let mut places: BTreeMap<String, Vec<Bytes>> = BTreeMap::new();
    let mut all: Vec<(Owner, Taken)> = Vec::new();
    for (index, collector) in collectors.iter_mut().enumerate() {
        let taken = std::mem::take(&mut collector.taken);
        all.extend(taken.into_iter().map(|taken| ((index, taken.source), taken)));
    }
    all.sort_by(|(_, a), (_, b)| a.path.cmp(&b.path));
    for (owner, Taken { path, bytes, .. }) in all {
        owners.entry(path.clone()).or_default().push_back(owner);
        places.entry(place(&path).to_owned()).or_default().push(Bytes { path, bytes });
    }
    let groups: Vec<Group> =
        places.into_values().flat_map(|files| detect(files, false).groups).collect();
    let mut firewalls = Vec::new();
    // One after the other: a reading holds the whole text, and only its account is kept.
    for group in groups {
        let paths: Vec<String> = group.files.iter().map(|file| file.path.clone()).collect();
        for reading in read_groups(vec![group], facts) {
            let heads = heads(&reading);
            for (number, path) in paths.iter().enumerate() {
                let owner = owners.get_mut(path).and_then(VecDeque::pop_front);
                let Some((index, source)) = owner else { continue };
                let Some(collector) = collectors.get_mut(index) else { continue };
                let limits = Limits::default();
                let mut sink = collector.resume(source, &limits);
                account(&reading, number, if number == 0 { &heads } else { &[] }, &mut sink);
            }
            firewalls.extend(heads);
        }
    }
    firewalls.sort_by(|a, b| (&a.files, &a.name).cmp(&(&b.files, &b.name)));
    firewalls
}

/// Files of one archive, or of one folder, may belong together.
fn place(path: &str) -> &str {
    match path.split_once("!/") {
        Some((archive, _)) => archive,
        None => path.rsplit_once('/').map_or("", |(folder, _)| folder),
    }
}

/// Accounts for one file, statement by statement, and observes the devices on it.
fn account(reading: &Reading, number: usize, devices: &[FirewallHead], sink: &mut Sink<'_>) {
    sink.unit(Unit::Line);
    if let (Some(source), Some(known)) =
        (sink.source_mut(), DIALECTS.iter().find(|known| known.id() == reading.dialect))
    {
        source.fate = Fate::Read { reader: known.id(), version: known.version() };
    }
    let tree = u16::try_from(number).ok().and_then(|number| reading.tree(number));
    let mut understood = tree.map_or(0, |tree| ledger(tree, sink));
    for device in devices {
        observe(device, sink);
        // The row that says what the device is is one of the statements that were understood.
        understood = understood.saturating_sub(1);
    }
    sink.account(understood, [], []);
    for problem in &reading.problems {
        let here = problem.span.map_or(0, |span| usize::from(span.file)) == number;
        if !here {
            continue;
        }
        let line = problem.span.zip(tree).map(|(span, tree)| tree.line(span.start).line);
        let args: Vec<(&'static str, &str)> =
            problem.args.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let at = line.map(u64::from);
        match problem.severity {
            dialect::Severity::Note => sink.note(problem.code, at, &args),
            dialect::Severity::Warning => sink.warn(problem.code, at, &args),
            dialect::Severity::Error => sink.error(problem.code, at, &args),
        }
    }
}

/// Puts what was not understood or is inert into the ledger, and returns how many statements were understood.
fn ledger(tree: &Tree, sink: &mut Sink<'_>) -> u64 {
    let mut understood = 0;
    let mut inert: BTreeMap<Code, u64> = BTreeMap::new();
    let mut lost: BTreeMap<Code, Lost> = BTreeMap::new();
    for statement in tree.statements() {
        let fate = statement.fate();
        match fate.disposition {
            Disposition::Converted | Disposition::Approximated => understood += 1,
            Disposition::Inert => *inert.entry(fate.reason.code()).or_default() += 1,
            Disposition::Unsupported | Disposition::Unrecognized => {
                let lost = lost.entry(fate.reason.code()).or_default();
                lost.rows += 1;
                if lost.first.len() < POSITIONS_KEPT {
                    let line = tree.line(statement.span().start).line;
                    lost.first.push((String::new(), line.into()));
                }
            }
        }
    }
    sink.account(0, inert, lost);
    understood
}

/// Puts the firewall among the assets, with its platform as what identifies it.
fn observe(device: &FirewallHead, sink: &mut Sink<'_>) {
    let asset = sink.asset(AssetKind::Device);
    let own_name = !device.files.iter().any(|file| file.contains(&device.name));
    if own_name {
        sink.name(asset, &device.name);
    } else {
        sink.label(asset, &device.name);
    }
    let facts = [
        (Field::ConfigPlatform, device.platform.as_str()),
        (Field::DeviceModel, device.model.as_str()),
        (Field::Version, device.version.as_str()),
    ];
    sink.row(1).observe(asset, Context::Device, &facts);
}
