//! Contexts of a management server: device groups and their devices.

use std::collections::{BTreeMap, HashMap};

use super::super::config::{Config, DeviceGroup, Rulebase, Scope, Target, Template, Word, Zone};
use super::rules::names;
use super::{Source, Unit};

/// How deep device groups may be nested; the product allows four.
const MOST_LEVELS: usize = 32;

/// One source for each device group, or several where its devices differ.
pub(super) fn sources<'c, 't>(config: &'c Config<'t>) -> impl Iterator<Item = Source<'c, 't>> {
    let groups: HashMap<&str, &'c DeviceGroup<'t>> =
        config.groups.iter().map(|group| (group.name.text, group)).collect();
    let mut stacks: Stacks<'c, 't> = HashMap::new();
    for (number, stack) in config.stacks.iter().enumerate() {
        for (serial, variables) in &stack.devices {
            stacks.entry(serial.text).or_insert((number, stack, variables));
        }
    }
    config.groups.iter().flat_map(move |group| {
        let (chain, missing) = chain(group, &groups);
        let mut sources = units(config, group, &chain, &stacks);
        sources.iter_mut().for_each(|source| source.missing = missing);
        sources
    })
}

/// By serial number: which stack it is, the stack, and the device's own variables.
type Stacks<'c, 't> = HashMap<&'t str, (usize, &'c Template<'t>, &'c HashMap<&'t str, Word<'t>>)>;

/// A group with its ancestors, the nearest first; and a parent that the file does not have, or that is its own descendant.
fn chain<'c, 't>(
    group: &'c DeviceGroup<'t>,
    groups: &HashMap<&str, &'c DeviceGroup<'t>>,
) -> (Vec<&'c DeviceGroup<'t>>, Option<Word<'t>>) {
    let mut chain: Vec<&'c DeviceGroup<'t>> = vec![group];
    let mut last = group;
    while let Some(parent) = last.parent {
        let known = groups.get(parent).copied();
        let known = known.filter(|_| chain.iter().all(|known| known.name.text != parent));
        match known.filter(|_| chain.len() < MOST_LEVELS) {
            Some(found) => {
                chain.push(found);
                last = found;
            }
            None => return (chain, Some(Word { text: parent, node: last.name.node })),
        }
    }
    (chain, None)
}

type Device<'t> = (&'t str, Option<&'t str>);

/// The kinds of devices in a group: those that the same rules are for and that have the same network and variables.
fn units<'c, 't>(
    config: &'c Config<'t>,
    group: &DeviceGroup<'t>,
    chain: &[&'c DeviceGroup<'t>],
    stacks: &Stacks<'c, 't>,
) -> Vec<Source<'c, 't>> {
    let mut devices: Vec<Device<'t>> = Vec::new();
    for (serial, systems) in &group.devices {
        if systems.is_empty() {
            devices.push((serial.text, None));
        }
        devices.extend(systems.iter().map(|system| (serial.text, Some(system.text))));
    }
    let scopes = || chain.iter().map(|group| &group.scope).chain([&config.shared]);
    let targets: Vec<&Target<'t>> = scopes().flat_map(targets_of).collect();
    let mut named: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, target) in targets.iter().enumerate() {
        target
            .devices
            .iter()
            .for_each(|(serial, _)| named.entry(serial.text).or_default().push(at));
    }
    let mut kinds: BTreeMap<(usize, Vec<usize>, &str), Vec<Device<'t>>> = BTreeMap::new();
    for device in devices {
        let listed = named.get(device.0).into_iter().flatten().copied();
        let by = |at: &usize| targets.get(*at).is_some_and(|t| names(t, device.0, device.1));
        let mut listed: Vec<usize> = listed.filter(by).collect();
        listed.dedup();
        let stack = stacks.get(device.0);
        let own = stack.is_some_and(|(.., variables)| !variables.is_empty());
        let own = if own { device.0 } else { "" };
        let stack = stack.map_or(0, |(number, ..)| number + 1);
        kinds.entry((stack, listed, own)).or_default().push(device);
    }
    let one = kinds.len() <= 1;
    let first = |devices: &[Device<'t>]| devices.first().copied();
    if one {
        let device = kinds.values().next().and_then(|devices| first(devices));
        let unit = match device {
            Some((serial, system)) if !targets.is_empty() => Unit::Device(serial, system),
            _ => Unit::Open,
        };
        let stack = device.and_then(|device| stacks.get(device.0));
        return vec![source(config, chain, group.name.text.to_owned(), unit, stack)];
    }
    let mut found = Vec::with_capacity(kinds.len());
    for devices in kinds.values() {
        let listed = devices.iter().take(4).map(|(serial, system)| match system {
            Some(system) => format!("{serial} {system}"),
            None => (*serial).to_owned(),
        });
        let mut listed = listed.collect::<Vec<_>>().join(", ");
        if devices.len() > 4 {
            listed.push_str(&format!(", {} more", devices.len() - 4));
        }
        if let Some((serial, system)) = first(devices) {
            let name = format!("{} ({listed})", group.name.text);
            let unit = Unit::Device(serial, system);
            found.push(source(config, chain, name, unit, stacks.get(serial)));
        }
    }
    found
}

fn targets_of<'c, 't>(scope: &'c Scope<'t>) -> impl Iterator<Item = &'c Target<'t>> {
    [&scope.pre, &scope.local, &scope.post].into_iter().flat_map(|rulebase| {
        let security = rulebase.security.iter().map(|rule| &rule.at);
        let nat = rulebase.nat.iter().map(|rule| &rule.at);
        let overrides = rulebase.overrides.iter().map(|rule| &rule.at);
        security.chain(nat).chain(overrides).filter_map(|at| at.target.as_ref())
    })
}

fn source<'c, 't>(
    config: &'c Config<'t>,
    chain: &[&'c DeviceGroup<'t>],
    name: String,
    unit: Unit<'t>,
    stack: Option<&(usize, &'c Template<'t>, &'c HashMap<&'t str, Word<'t>>)>,
) -> Source<'c, 't> {
    let mut levels: Vec<(String, &'c Rulebase<'t>)> =
        vec![("shared pre".to_owned(), &config.shared.pre)];
    for group in chain.iter().rev() {
        levels.push((format!("{} pre", group.name.text), &group.scope.pre));
    }
    levels.push((String::new(), &config.shared.local));
    for group in chain {
        levels.push((group.name.text.to_owned(), &group.scope.local));
        levels.push((format!("{} post", group.name.text), &group.scope.post));
    }
    levels.push(("shared post".to_owned(), &config.shared.post));
    let defaults: Vec<&'c Scope<'t>> =
        chain.iter().map(|group| &group.scope).chain([&config.shared]).collect();
    let mut scopes = defaults.clone();
    if config.ancestors_first {
        scopes.reverse();
    }
    let mut source = Source {
        name,
        word: chain.first().map(|group| group.name),
        scopes,
        flat: true,
        levels,
        defaults,
        zones: Vec::new(),
        networks: Vec::new(),
        neighbours: std::rc::Rc::from([]),
        variables: HashMap::new(),
        unit,
        gateway: false,
        missing: None,
    };
    if let Some((_, stack, own)) = stack {
        source.variables.extend(own.iter().map(|(name, value)| (*name, *value)));
        templates(config, stack, &mut source);
    }
    source
}

/// Zones, network and variables that a stack gives its devices: its own first, then its templates in their order.
fn templates<'c, 't>(config: &'c Config<'t>, stack: &'c Template<'t>, source: &mut Source<'c, 't>) {
    let named =
        |word: &Word<'t>| config.templates.iter().find(|template| template.name.text == word.text);
    let system = match source.unit {
        Unit::Device(_, Some(system)) => system,
        _ => "vsys1",
    };
    for template in std::iter::once(stack).chain(stack.templates.iter().filter_map(named)) {
        source.networks.push(&template.device.network);
        let systems = template.device.systems.iter().filter(|known| known.name == system);
        for zone in systems.flat_map(|system| &system.zones) {
            let known = |known: &&Zone<'t>| known.name.text == zone.name.text;
            if !source.zones.iter().any(known) {
                source.zones.push(zone);
            }
        }
        for (name, value) in &template.variables {
            source.variables.entry(name).or_insert(*value);
        }
    }
}
