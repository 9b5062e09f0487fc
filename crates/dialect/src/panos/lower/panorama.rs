//! Contexts of a management server: device groups and their devices.

use std::collections::{BTreeMap, HashMap};

use super::super::config::{Config, DeviceGroup, Rulebase, Scope, Target, Template, Word, Zone};
use super::rules::names;
use super::{Source, Unit};

/// How deep device groups may be nested; the product allows four.
const MOST_LEVELS: usize = 32;

/// One source for each device group, or several where its devices differ.
pub(super) fn sources<'c, 't>(config: &'c Config<'t>) -> Vec<Source<'c, 't>> {
    let mut sources = Vec::new();
    for group in &config.groups {
        // From this group to its farthest ancestor.
        let mut chain: Vec<&'c DeviceGroup<'t>> = vec![group];
        let mut next = group.parent;
        while let Some(parent) = next
            && let Some(found) = config.groups.iter().find(|known| known.name.text == parent)
            && chain.len() < MOST_LEVELS
            && chain.iter().all(|known| known.name.text != parent)
        {
            chain.push(found);
            next = found.parent;
        }
        sources.extend(
            units(config, group, &chain)
                .into_iter()
                .map(|(name, unit, stack)| source(config, &chain, name, unit, stack)),
        );
    }
    sources
}

type Device<'t> = (&'t str, Option<&'t str>);

/// The kinds of devices in a group: those that the same rules are for and that have the same network.
fn units<'c, 't>(
    config: &'c Config<'t>,
    group: &DeviceGroup<'t>,
    chain: &[&'c DeviceGroup<'t>],
) -> Vec<(String, Unit<'t>, Option<&'c Template<'t>>)> {
    let name = group.name.text.to_owned();
    let mut devices: Vec<Device<'t>> = Vec::new();
    for (serial, systems) in &group.devices {
        if systems.is_empty() {
            devices.push((serial.text, None));
        }
        devices.extend(systems.iter().map(|system| (serial.text, Some(system.text))));
    }
    let scopes = || chain.iter().map(|group| &group.scope).chain([&config.shared]);
    let targets: Vec<&Target<'t>> = scopes().flat_map(targets_of).collect();
    let mut kinds: BTreeMap<(usize, Vec<usize>), Vec<Device<'t>>> = BTreeMap::new();
    for device in &devices {
        let named = targets.iter().enumerate();
        let named = named.filter(|(_, target)| names(target, device.0, device.1));
        let named: Vec<usize> = named.map(|(at, _)| at).collect();
        let stack = config
            .stacks
            .iter()
            .position(|stack| stack.devices.iter().any(|known| known.text == device.0));
        kinds.entry((stack.map_or(0, |stack| stack + 1), named)).or_default().push(*device);
    }
    let stack_of = |at: usize| at.checked_sub(1).and_then(|at| config.stacks.get(at));
    if kinds.len() <= 1 {
        let stack = kinds.keys().next().and_then(|(stack, _)| stack_of(*stack));
        let unit = match devices.first() {
            Some((serial, system)) if !targets.is_empty() => Unit::Device(serial, *system),
            _ => Unit::Open,
        };
        return vec![(name, unit, stack)];
    }
    let mut found = Vec::new();
    for ((stack, _), devices) in kinds {
        let listed = devices.iter().take(4).map(|(serial, system)| match system {
            Some(system) => format!("{serial} {system}"),
            None => (*serial).to_owned(),
        });
        let mut listed = listed.collect::<Vec<_>>().join(", ");
        if devices.len() > 4 {
            listed.push_str(&format!(", {} more", devices.len() - 4));
        }
        if let Some((serial, system)) = devices.first() {
            let unit = Unit::Device(serial, *system);
            found.push((format!("{name} ({listed})"), unit, stack_of(stack)));
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
    stack: Option<&'c Template<'t>>,
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
        scopes,
        flat: true,
        levels,
        defaults,
        zones: Vec::new(),
        networks: Vec::new(),
        neighbours: Vec::new(),
        variables: HashMap::new(),
        unit,
        gateway: false,
    };
    if let Some(stack) = stack {
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
