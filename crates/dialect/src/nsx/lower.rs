//! [`Config`] → [`policy::Policy`]: one for the distributed firewall, one for each gateway.

mod criteria;
mod dfw;
mod gateway;
mod groups;
mod nat;
mod order;
mod profiles;
mod rules;
mod services;

use std::collections::HashMap;

use policy::{
    AddressId, Addresses, Builder, Device, IpRange, Origin, Policy, PredicateId, PredicateKind,
    ServiceId, Span, order, parse_prefix,
};

use super::config::{Config, Expression, Meta, Value};
use super::say::Say;
use crate::codes;
use crate::facts::PlatformFacts;
use crate::fate::{Fate, Reason};

/// Lowers everything. Never fails.
pub(super) fn lower(config: &Config<'_>, facts: &PlatformFacts, say: &mut Say) -> Device {
    let index = Index::new(config, say);
    let mut contexts: Vec<Policy> = Vec::new();
    let assigned = gateway::assign(&index, say);
    let only_gateways = !config.gateways.is_empty()
        && config.sections.iter().all(|section| section.gateway)
        && config.machines.is_empty();
    if !only_gateways {
        contexts.push(dfw::lower(&index, facts, say));
    }
    for assigned in &assigned {
        contexts.extend(gateway::lower(&index, facts, say, assigned));
    }
    Device {
        name: config.manager_name.into(),
        platform: "nsx",
        model: "".into(),
        version: config.manager_version.into(),
        contexts,
    }
}

/// What is found by path.
struct Index<'c, 't> {
    config: &'c Config<'t>,
    groups: HashMap<&'c str, usize>,
    /// Groups that each group names.
    group_members: Vec<Vec<usize>>,
    /// The place of each group in an order that has members first; `None` for what cannot be defined.
    group_rank: Vec<Option<usize>>,
    services: HashMap<&'c str, usize>,
    service_members: Vec<Vec<usize>>,
    service_rank: Vec<Option<usize>>,
    /// Entries of each service that stand elsewhere.
    loose_entries: HashMap<&'c str, Vec<usize>>,
    profiles: HashMap<&'c str, usize>,
    schedules: HashMap<&'c str, usize>,
    segments: HashMap<&'c str, usize>,
    ports: HashMap<&'c str, usize>,
    machines: HashMap<&'c str, usize>,
    attachments: HashMap<&'c str, usize>,
    /// Machines by a tag.
    tagged: HashMap<&'c str, Vec<usize>>,
    /// Machines on each segment, by their ports.
    on_segment: HashMap<&'c str, Vec<usize>>,
    /// The rules of each policy, in their order.
    rules: HashMap<&'c str, Vec<usize>>,
}

fn by_path<'c, T>(things: &'c [T], path: impl Fn(&'c T) -> &'c str) -> HashMap<&'c str, usize> {
    let mut map = HashMap::with_capacity(things.len());
    for (index, thing) in things.iter().enumerate() {
        map.entry(path(thing)).or_insert(index);
    }
    map
}

impl<'c, 't> Index<'c, 't> {
    fn new(config: &'c Config<'t>, say: &mut Say) -> Self {
        let groups = by_path(&config.groups, |group| &group.meta.path);
        let services = by_path(&config.services, |service| &service.meta.path);
        let mut loose_entries: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, (service, _)) in config.loose_entries.iter().enumerate() {
            loose_entries.entry(service).or_default().push(index);
        }
        let group_members: Vec<Vec<usize>> = config
            .groups
            .iter()
            .enumerate()
            .map(|(own, group)| {
                let mut named = Vec::new();
                named_groups(&group.expressions, config, &groups, own, &mut named);
                named.sort_unstable();
                named.dedup();
                named
            })
            .collect();
        let service_members: Vec<Vec<usize>> =
            config.services.iter().map(|service| services::nested(service, &services)).collect();
        let metas = |index: usize| config.groups.get(index).map(|group| &group.meta);
        let group_rank = ranks(&group_members, metas, say);
        let metas = |index: usize| config.services.get(index).map(|service| &service.meta);
        let service_rank = ranks(&service_members, metas, say);
        let mut rules: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, rule) in config.rules.iter().enumerate() {
            rules.entry(&rule.policy).or_default().push(index);
        }
        let mut tagged: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut attachments = HashMap::new();
        for (index, machine) in config.machines.iter().enumerate() {
            for (_, tag) in &machine.tags {
                tagged.entry(tag).or_default().push(index);
            }
            attachments.extend(machine.attachments.iter().map(|attachment| (*attachment, index)));
        }
        let mut on_segment: HashMap<&str, Vec<usize>> = HashMap::new();
        for port in &config.ports {
            let segment = port.meta.path.split_once("/ports/").map_or("", |(segment, _)| segment);
            let machine = attachments.get(port.attachment);
            on_segment.entry(segment).or_default().extend(machine);
        }
        Self {
            groups,
            group_members,
            group_rank,
            services,
            service_members,
            service_rank,
            loose_entries,
            profiles: by_path(&config.profiles, |profile| &profile.meta.path),
            schedules: by_path(&config.schedules, |schedule| &schedule.meta.path),
            segments: by_path(&config.segments, |segment| &segment.meta.path),
            ports: by_path(&config.ports, |port| &port.meta.path),
            machines: by_path(&config.machines, |machine| machine.external_id),
            attachments,
            tagged,
            on_segment,
            rules,
            config,
        }
    }
}

/// The place of each thing in an order with members first. What contains itself or is nested too deep has none, and that is said.
fn ranks<'m, 't: 'm>(
    members: &[Vec<usize>],
    meta: impl Fn(usize) -> Option<&'m Meta<'t>>,
    say: &mut Say,
) -> Vec<Option<usize>> {
    let ordered = order(members);
    let mut ranks = vec![None; members.len()];
    for (rank, index) in ordered.order.iter().enumerate() {
        if let Some(slot) = ranks.get_mut(*index) {
            *slot = Some(rank);
        }
    }
    for index in ordered.cyclic {
        if let Some(meta) = meta(index) {
            say.error(codes::CYCLE, meta.span, "name", meta.name);
        }
    }
    for index in ordered.deep {
        if let Some(meta) = meta(index) {
            say.error(codes::GROUP_DEPTH, meta.span, "name", meta.name);
        }
    }
    ranks
}

/// The groups that a group names or selects: by their paths, and by criteria all but itself.
fn named_groups(
    expressions: &[Expression<'_>],
    config: &Config<'_>,
    groups: &HashMap<&str, usize>,
    own: usize,
    found: &mut Vec<usize>,
) {
    for expression in expressions {
        match expression {
            Expression::Paths(paths) => {
                found.extend(paths.iter().filter_map(|path| groups.get(path.text())));
            }
            // Their depth is limited where they are read.
            Expression::Nested(inner) => named_groups(inner, config, groups, own, found),
            Expression::Condition(criterion) => {
                let selected = criteria::groups(criterion, &config.groups).map(|(at, _)| at);
                found.extend(selected.filter(|at| *at != own));
            }
            _ => {}
        }
    }
}

/// One policy in the making.
struct Context<'c, 't, 's> {
    index: &'c Index<'c, 't>,
    facts: &'c PlatformFacts,
    say: &'s mut Say,
    builder: Builder,
    groups: HashMap<(usize, groups::Which), groups::Defined>,
    services: HashMap<usize, services::Defined>,
    /// Predefined services by id.
    predefined: HashMap<Box<str>, ServiceId>,
    /// Objects that stand for something that is no group: by path.
    others: HashMap<&'c str, AddressId>,
}

impl<'c, 't, 's> Context<'c, 't, 's> {
    fn new(
        index: &'c Index<'c, 't>,
        facts: &'c PlatformFacts,
        say: &'s mut Say,
        name: String,
    ) -> Self {
        Self {
            index,
            facts,
            say,
            builder: Builder::new(name),
            groups: HashMap::new(),
            services: HashMap::new(),
            predefined: HashMap::new(),
            others: HashMap::new(),
        }
    }

    /// Something that could not be read: may hold or not.
    fn unreadable(&mut self, span: Span, label: &str) -> PredicateId {
        self.builder.fresh(PredicateKind::Unreadable, label, Origin::at(span, label))
    }

    /// Something that is named and nowhere defined.
    fn undefined(&mut self, value: Value<'_>) -> PredicateId {
        let name = value.text();
        self.say.error(codes::UNDEFINED, value.span(), "name", name);
        value.node.claim(Fate::unsupported(Reason::Undefined));
        self.builder.fresh(PredicateKind::Undefined, name, Origin::at(value.span(), name))
    }

    /// A value that is not valid.
    fn invalid(&mut self, value: Value<'_>) -> PredicateId {
        let text = value.text();
        self.say.error(codes::INVALID_VALUE, value.span(), "value", text);
        value.node.claim(Fate::unsupported(Reason::InvalidValue));
        self.unreadable(value.span(), text)
    }

    /// A literal address, network or range, or the mark of one that is not valid.
    fn literal(&mut self, value: Value<'_>) -> Addresses {
        match addresses(value.text()) {
            Some(range) => Addresses::Range(range),
            None => Addresses::Unknown(self.invalid(value)),
        }
    }
}

/// `address`, `address/length` or `first-last`.
fn addresses(text: &str) -> Option<IpRange> {
    let text = text.trim();
    if let Some(prefix) = parse_prefix(text) {
        return Some(prefix.range());
    }
    let (first, last) = text.split_once('-')?;
    IpRange::new(first.trim().parse().ok()?, last.trim().parse().ok()?)
}

/// Whether a list says "any": `ANY` in it, or nothing at all (the API treats a missing list as any).
fn is_any(values: &[Value<'_>]) -> bool {
    values.is_empty() || values.iter().any(|value| value.text().eq_ignore_ascii_case("any"))
}
