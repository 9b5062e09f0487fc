//! Rules over addresses before translation, as FortiOS policies that name virtual addresses and carry their own source NAT.

use std::collections::BTreeMap;

use policy::{Family, PortRange};

use super::fortios_text::{Line, Target};
use super::noun::{Firewall, Forward, HideTarget, Publish, Rule, ServiceValue};
use super::profile::HideBy;

/// Policies, and services that they need besides those of the firewall.
pub(super) struct Split {
    pub(super) lines: Vec<Line>,
    pub(super) services: Vec<(String, ServiceValue)>,
}

/// The policies of all rules, and the default when it accepts.
pub(super) fn policies(firewall: &Firewall) -> Split {
    let mut split = Split { lines: Vec::new(), services: Vec::new() };
    let mut closed = firewall.publish.is_empty();
    for rule in &firewall.rules {
        if !closed {
            published(firewall, rule, &mut split);
            closed = closes(firewall, rule);
        }
        let mut line = plain(firewall, rule);
        if !firewall.publish.is_empty() && !rule.accept {
            // A denial of everything may just as well see what was translated.
            line.match_vip = Some(denies_all(rule));
        }
        by_pair(firewall, rule, &line, &mut split.lines);
    }
    if firewall.accepts_by_default {
        let last = Rule {
            name: "default".to_owned(),
            enabled: true,
            from: Vec::new(),
            to: Vec::new(),
            source: super::noun::Cell::default(),
            destination: super::noun::Cell::default(),
            services: super::noun::Cell::default(),
            accept: true,
        };
        if !closed {
            published(firewall, &last, &mut split);
        }
        by_pair(firewall, &last, &plain(firewall, &last), &mut split.lines);
    }
    split
}

fn denies_all(rule: &Rule) -> bool {
    !rule.accept && rule.destination.is_any() && rule.services.is_any()
}

/// Whether no packet to a published address passes this rule, so that later ones need not care.
fn closes(firewall: &Firewall, rule: &Rule) -> bool {
    let all = rule.source.is_any() && rule.services.is_any() && rule.from.is_empty();
    let public = firewall.publish.iter().map(|publish| firewall.host(publish.public));
    let mut public = public.map(|address| firewall.cell_holds(&rule.destination, address));
    rule.enabled && all && rule.to.is_empty() && public.all(|held| held)
}

fn plain(firewall: &Firewall, rule: &Rule) -> Line {
    let zones =
        |zones: &[usize]| zones.iter().map(|zone| firewall.zone(*zone).to_owned()).collect();
    let names = rule.services.members.iter().map(|member| firewall.service(*member).name.clone());
    Line {
        from: zones(&rule.from),
        to: zones(&rule.to),
        name: rule.name.clone(),
        enabled: rule.enabled,
        accept: rule.accept,
        source: rule.source.clone(),
        destination: Target::Cell(rule.destination.clone()),
        services: names.collect(),
        services_negated: rule.services.negated,
        match_vip: None,
        hide: HideTarget::Nothing,
    }
}

/// The policies that name the virtual addresses which a rule's destination holds.
fn published(firewall: &Firewall, rule: &Rule, split: &mut Split) {
    if denies_all(rule) || !firewall.cell_has_family(&rule.source, Family::V4) {
        return;
    }
    for publish in &firewall.publish {
        if !firewall.cell_holds(&rule.destination, firewall.host(publish.public)) {
            continue;
        }
        let mut line = plain(firewall, rule);
        line.destination = Target::Vip(publish.name.clone());
        line.name = format!("{} {}", rule.name, publish.name);
        if let Some(forward) = publish.forward
            && !rule.services.is_any()
        {
            let mapped = mapped(firewall, rule, publish, forward);
            if mapped.is_empty() {
                continue;
            }
            line.services = mapped.iter().map(|(name, _)| name.clone()).collect();
            split.services.extend(mapped);
        }
        split.lines.push(line);
    }
}

/// The services of a rule as they are after the ports were translated.
fn mapped(
    firewall: &Firewall,
    rule: &Rule,
    publish: &Publish,
    forward: Forward,
) -> Vec<(String, ServiceValue)> {
    let public = &firewall.service(forward.service).value;
    let ServiceValue::Ports { protocol: forwarded, destination: outside, .. } = public else {
        return Vec::new();
    };
    let mut mapped = Vec::new();
    for leaf in rule.services.members.iter().flat_map(|member| firewall.leaves(*member)) {
        let ServiceValue::Ports { protocol, source, destination } = leaf else { continue };
        let first = destination.first().max(outside.first());
        let last = destination.last().min(outside.last());
        let Some(shared) = PortRange::new(first, last).filter(|_| protocol == forwarded) else {
            continue;
        };
        let destination = forward.port.map_or(shared, PortRange::one);
        let name = format!("{}-{}-{}", rule.name, publish.name, mapped.len());
        mapped.push((
            name,
            ServiceValue::Ports { protocol: *protocol, source: *source, destination },
        ));
    }
    mapped
}

/// What becomes of the source, and for which zones where packets leave; by the number of the outcome.
type Row = BTreeMap<usize, (HideTarget, Vec<usize>)>;

/// One policy for each outcome of source NAT among the pairs of zones of a rule.
fn by_pair(firewall: &Firewall, rule: &Rule, line: &Line, lines: &mut Vec<Line>) {
    if firewall.profile.hide != HideBy::Zones || !rule.accept {
        lines.push(line.clone());
        return;
    }
    let all: Vec<usize> = (0..firewall.zones.len()).collect();
    let from = if rule.from.is_empty() { &all } else { &rule.from };
    let to = if rule.to.is_empty() { &all } else { &rule.to };
    let mut rows: Vec<(usize, Row)> = Vec::new();
    let mut distinct: Vec<HideTarget> = Vec::new();
    for from in from {
        let mut row = Row::new();
        for to in to {
            let target = outcome(firewall, *from, *to);
            let number = distinct.iter().position(|known| *known == target);
            let number = number.unwrap_or_else(|| {
                distinct.push(target);
                distinct.len() - 1
            });
            row.entry(number).or_insert((target, Vec::new())).1.push(*to);
        }
        rows.push((*from, row));
    }
    if let [only] = distinct.as_slice() {
        lines.push(Line { hide: *only, ..line.clone() });
        return;
    }
    let name = |zone: &usize| firewall.zone(*zone).to_owned();
    for (from, row) in &rows {
        for (number, (target, to)) in row {
            let mut part = Line { hide: *target, ..line.clone() };
            part.name = format!("{} {from}.{number}", line.name);
            part.from = vec![name(from)];
            part.to = to.iter().map(name).collect();
            lines.push(part);
        }
    }
}

fn outcome(firewall: &Firewall, from: usize, to: usize) -> HideTarget {
    let holds = |zones: &[usize], zone| zones.is_empty() || zones.contains(&zone);
    let mut hides = firewall.hide.iter();
    let hide = hides.find(|hide| holds(&hide.from, from) && holds(&hide.to, to));
    hide.map_or(HideTarget::Nothing, |hide| hide.target)
}
