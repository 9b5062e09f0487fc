//! Services.

use std::collections::HashMap;

use policy::{Family, Origin, PortRange, Ports, Services};

use super::super::config::{self, ServiceThing, ServiceValue, Word};
use super::Context;
use crate::fate::Reason;

impl<'c, 't> Context<'c, 't, '_, '_> {
    fn find_service(&self, name: &str, from: usize) -> Option<(usize, &'c ServiceThing<'t>)> {
        let from = if self.source.flat { 0 } else { from };
        let scopes = self.source.scopes.iter().enumerate().skip(from);
        scopes.into_iter().find_map(|(at, scope)| scope.services.get(name).map(|thing| (at, thing)))
    }

    pub(super) fn define_services(&mut self) {
        let wanted = self.wanted_services();
        let mut groups: Vec<(usize, &'c ServiceThing<'t>)> = Vec::new();
        for (scope, thing) in wanted {
            match &thing.value {
                ServiceValue::Group(_) => groups.push((scope, thing)),
                ServiceValue::Ports(ports) => {
                    let terms = ports.iter().map(|ports| self.port_terms(ports, thing.name));
                    let value = Services::union(terms.collect());
                    self.define_service(scope, thing, value);
                }
                ServiceValue::Missing => {
                    let mark = self.unreadable(thing.name, Reason::InvalidValue);
                    self.define_service(scope, thing, Services::Unknown(mark));
                }
            }
        }
        let index: HashMap<(usize, &str), usize> = groups
            .iter()
            .enumerate()
            .map(|(at, (scope, thing))| ((*scope, thing.name.text), at))
            .collect();
        let members: Vec<Vec<usize>> = groups
            .iter()
            .map(|(scope, thing)| {
                let ServiceValue::Group(members) = &thing.value else { return Vec::new() };
                let found = members.iter().filter_map(|word| self.find_service(word.text, *scope));
                found.filter_map(|(at, thing)| index.get(&(at, thing.name.text)).copied()).collect()
            })
            .collect();
        let order = policy::order(&members);
        for (list, reason) in [(&order.cyclic, Reason::Cycle), (&order.deep, Reason::Limit)] {
            for (scope, thing) in list.iter().filter_map(|at| groups.get(*at).copied()) {
                let mark = self.unreadable(thing.name, reason);
                self.define_service(scope, thing, Services::Unknown(mark));
            }
        }
        for (scope, thing) in order.order.iter().filter_map(|at| groups.get(*at).copied()) {
            let ServiceValue::Group(words) = &thing.value else { continue };
            let terms = words.iter().map(|word| self.service_term(*word, scope)).collect();
            self.define_service(scope, thing, Services::union(terms));
        }
    }

    fn wanted_services(&self) -> Vec<(usize, &'c ServiceThing<'t>)> {
        let mut wanted: Vec<(usize, &'c ServiceThing<'t>)> = Vec::new();
        let mut seen: HashMap<(usize, &'t str), ()> = HashMap::new();
        let mut add = |found: Option<(usize, &'c ServiceThing<'t>)>, wanted: &mut Vec<_>| {
            if let Some((scope, thing)) = found
                && seen.insert((scope, thing.name.text), ()).is_none()
            {
                wanted.push((scope, thing));
            }
        };
        let all = if self.source.flat { 1 } else { self.source.scopes.len() };
        for (at, scope) in self.source.scopes.iter().enumerate().take(all) {
            for name in &scope.service_order {
                add(scope.services.get(name).map(|thing| (at, thing)), &mut wanted);
            }
        }
        for (_, rulebase) in &self.source.levels {
            let security = rulebase.security.iter().map(|rule| &rule.service);
            let cells = security.chain(rulebase.nat.iter().map(|rule| &rule.service));
            for word in cells.flatten().flatten() {
                add(self.find_service(word.text, 0), &mut wanted);
            }
        }
        let mut next = 0;
        while let Some((scope, thing)) = wanted.get(next).copied() {
            next += 1;
            if let ServiceValue::Group(members) = &thing.value {
                for word in members {
                    add(self.find_service(word.text, scope), &mut wanted);
                }
            }
        }
        wanted
    }

    fn define_service(&mut self, scope: usize, thing: &ServiceThing<'t>, value: Services) {
        let name = thing.name.text;
        let origin = Origin {
            span: Some(thing.name.node.span()),
            label: name.into(),
            comment: thing.comment.into(),
        };
        let label = match self.build.service_named(name) {
            None => name.to_owned(),
            Some(_) => format!("{name} (scope {scope})"),
        };
        let id = self.build.service(&label, origin, value);
        self.services.insert((scope, name), id);
    }

    /// A protocol with lists of ports.
    pub(super) fn port_terms(&mut self, ports: &config::Ports<'t>, name: Word<'t>) -> Services {
        let Some(destination) = ports.destination else {
            return Services::Unknown(self.unreadable(name, Reason::InvalidValue));
        };
        let Some(destinations) = port_list(destination.text) else {
            return Services::Unknown(self.unreadable(destination, Reason::InvalidValue));
        };
        let to = |source: PortRange| {
            let all = destinations.iter().map(move |destination| {
                Services::Ports(Ports {
                    protocol: ports.protocol,
                    source,
                    destination: *destination,
                })
            });
            Services::union(all.collect())
        };
        let Some(source) = ports.source else { return to(PortRange::ALL) };
        match port_list(source.text).as_deref() {
            None => Services::Unknown(self.unreadable(source, Reason::InvalidValue)),
            Some([one]) => to(*one),
            Some(sources) => {
                let from = sources.iter().map(|source| {
                    let destination = PortRange::ALL;
                    Services::Ports(Ports {
                        protocol: ports.protocol,
                        source: *source,
                        destination,
                    })
                });
                Services::Common(vec![to(PortRange::ALL), Services::union(from.collect())])
            }
        }
    }

    /// One word of a cell or group.
    pub(super) fn service_term(&mut self, word: Word<'t>, from: usize) -> Services {
        if word.text == "any" {
            return Services::Any;
        }
        if let Some((scope, thing)) = self.find_service(word.text, from) {
            return match self.services.get(&(scope, thing.name.text)) {
                Some(id) => Services::Object(*id),
                None => Services::Unknown(self.unreadable(word, Reason::Limit)),
            };
        }
        if let Some(id) = self.build.service_named(word.text) {
            return Services::Object(id);
        }
        let Some(fact) = self.facts.services.get(word.text) else {
            return Services::Unknown(self.undefined(word));
        };
        let read: Option<Vec<Services>> =
            fact.terms.iter().map(|term| service_fact(term)).collect();
        match read.filter(|read| !read.is_empty()) {
            Some(read) => {
                let origin = Origin::implied(word.text);
                Services::Object(self.build.service(word.text, origin, Services::union(read)))
            }
            None => Services::Unknown(self.unreadable(word, Reason::InvalidValue)),
        }
    }
}

/// `80,443,1000-2000`.
pub(super) fn port_list(text: &str) -> Option<Vec<PortRange>> {
    let one = |part: &str| {
        let part = part.trim();
        match part.split_once('-') {
            Some((first, last)) => {
                PortRange::new(first.trim().parse().ok()?, last.trim().parse().ok()?)
            }
            None => part.parse().ok().map(PortRange::one),
        }
    };
    text.split(',').map(one).collect()
}

/// A term of a fact: `tcp/80,443`, `udp/dynamic`, `icmp`, `icmp/8`, `ip/47`.
pub(super) fn service_fact(term: &str) -> Option<Services> {
    let term = term.trim();
    let (protocol, rest) = match term.split_once('/') {
        Some((protocol, rest)) => (protocol, Some(rest)),
        None => (term, None),
    };
    let number = match protocol {
        "tcp" => 6,
        "udp" => 17,
        "sctp" => 132,
        "icmp" => return icmp(Family::V4, rest),
        "icmp6" | "icmpv6" => return icmp(Family::V6, rest),
        "ip" => {
            let protocol = rest?.trim();
            return protocol.parse().ok().map(Services::Protocol);
        }
        _ => return None,
    };
    let Some(rest) = rest else { return Some(Services::Protocol(number)) };
    // Ports that the application agrees on while it runs: any.
    if matches!(rest.trim(), "dynamic" | "any") {
        let all = PortRange::new(1, u16::MAX)?;
        return Some(Services::ports(number, all));
    }
    let (ports, source) = match rest.split_once(':') {
        Some((ports, source)) => (ports, port_list(source)?),
        None => (rest, vec![PortRange::ALL]),
    };
    let mut terms = Vec::new();
    for destination in port_list(ports)? {
        for source in &source {
            terms.push(Services::Ports(Ports { protocol: number, source: *source, destination }));
        }
    }
    Some(Services::union(terms))
}

fn icmp(family: Family, rest: Option<&str>) -> Option<Services> {
    let mut numbers = rest.into_iter().flat_map(|rest| rest.split('/'));
    let mut next = || match numbers.next().map(str::trim) {
        None | Some("" | "any") => Some(None),
        Some(number) => number.parse::<u8>().ok().map(Some),
    };
    Some(Services::Icmp { family, kind: next()?, code: next()? })
}
