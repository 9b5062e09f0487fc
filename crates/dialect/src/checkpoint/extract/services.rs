//! Services and applications.
//!
//! Source: *Check Point Management API Reference*, `add-service-*`: ports may be a number, `first-last`, `>n`, `<n`; several are
//! separated by commas. `match-for-any` tells which of several services with the same port lends its protocol handler to traffic
//! that is matched by `Any`; `Any` itself is every service, so it does not change the verdict of a first packet.

use policy::{Family, PortRange, Ports, PredicateKind, Services};

use super::super::config::{Kind, Service};
use super::super::value::{number, scalar, truth};
use super::Extractor;
use super::objects::{Members, find, text};
use crate::fate::{Fate, Reason};
use crate::tree::Node;

impl<'t> Extractor<'t, '_> {
    pub(super) fn service(&mut self, kind: &str, members: Members<'_, 't>) -> Kind<'t> {
        let mut service = Service { plain: None, needs: Vec::new(), wrong: false };
        members.iter().for_each(|member| handling(*member));
        match kind {
            "service-tcp" => self.ports(6, members, &mut service),
            "service-udp" => self.ports(17, members, &mut service),
            "service-sctp" => self.ports(132, members, &mut service),
            "service-icmp" => self.icmp(Family::V4, members, &mut service),
            "service-icmp6" => self.icmp(Family::V6, members, &mut service),
            "service-other" => self.other(members, &mut service),
            "service-rpc" => named(members, &mut service, "rpc program", "program-number"),
            "service-dce-rpc" => {
                named(members, &mut service, "dce-rpc interface", "interface-uuid")
            }
            "service-citrix-tcp" => named(members, &mut service, "citrix", "application"),
            "service-compound-tcp" => named(members, &mut service, "compound", "compound-service"),
            "service-gtp" => {
                for member in members.iter().filter(|member| GTP.contains(&member.word(0))) {
                    member.claim_all(Fate::approximated(Reason::NamedUnknown));
                }
                let name = text(members, "name");
                service.needs.push((PredicateKind::Protocol, format!("gtp {name}")));
            }
            _ => service.wrong = true,
        }
        Kind::Service(service)
    }

    fn ports(&mut self, protocol: u8, members: Members<'_, 't>, service: &mut Service) {
        let destination = find(members, "port").map(|member| (member, port_list(scalar(member))));
        let source = find(members, "source-port").filter(|member| !scalar(*member).is_empty());
        let source = source.map(|member| (member, port_list(scalar(member))));
        let mut ranges = [vec![], vec![PortRange::ALL]];
        for (cell, into) in [destination, source].into_iter().zip(&mut ranges) {
            match cell {
                Some((member, Some(list))) => {
                    member.claim(Fate::CONVERTED);
                    *into = list;
                }
                Some((member, None)) => {
                    self.invalid(member);
                    service.wrong = true;
                }
                None => {}
            }
        }
        if let Some(empty) =
            find(members, "source-port").filter(|member| scalar(*member).is_empty())
        {
            empty.claim(Fate::inert(Reason::DefaultValue));
        }
        let [destinations, sources] = ranges;
        service.wrong |= destinations.is_empty();
        let pairs = destinations.iter().flat_map(|destination| {
            let one =
                |source: &PortRange| Ports { protocol, source: *source, destination: *destination };
            sources.iter().map(move |source| Services::Ports(one(source)))
        });
        service.plain = Some(Services::union(pairs.collect()));
        let signature = find(members, "match-by-protocol-signature");
        if let Some(member) = signature {
            match truth(member) {
                Some(false) => member.claim(Fate::inert(Reason::DefaultValue)),
                _ => {
                    member.claim(Fate::approximated(Reason::Application));
                    let protocol = text(members, "protocol");
                    service
                        .needs
                        .push((PredicateKind::Application, format!("protocol {protocol}")));
                }
            }
        }
    }

    fn icmp(&mut self, family: Family, members: Members<'_, 't>, service: &mut Service) {
        let mut value = |key: &str| {
            let member = find(members, key).filter(|member| !scalar(*member).is_empty())?;
            match number(member).and_then(|number| u8::try_from(number).ok()) {
                Some(number) => {
                    member.claim(Fate::CONVERTED);
                    Some(Ok(number))
                }
                None => {
                    self.invalid(member);
                    Some(Err(()))
                }
            }
        };
        let (kind, code) = (value("icmp-type"), value("icmp-code"));
        service.wrong = kind.is_none() || kind == Some(Err(())) || code == Some(Err(()));
        let known = |value: Option<Result<u8, ()>>| value.and_then(Result::ok);
        service.plain = Some(Services::Icmp { family, kind: known(kind), code: known(code) });
    }

    /// A protocol, with an INSPECT expression where one is given.
    fn other(&mut self, members: Members<'_, 't>, service: &mut Service) {
        let mut parts = Vec::new();
        match find(members, "ip-protocol") {
            // Any protocol: the expression alone tells.
            Some(member) if scalar(member) == "-1" => member.claim(Fate::CONVERTED),
            Some(member) => match number(member).and_then(|number| u8::try_from(number).ok()) {
                Some(protocol) => {
                    member.claim(Fate::CONVERTED);
                    parts.push(Services::Protocol(protocol));
                }
                None => {
                    self.invalid(member);
                    service.wrong = true;
                }
            },
            None => service.wrong = find(members, "match").is_none(),
        }
        let protocol =
            find(members, "ip-protocol").and_then(number).and_then(|n| u8::try_from(n).ok());
        if let Some(member) = find(members, "match").filter(|member| !scalar(*member).is_empty()) {
            let (ports, rest) = inspect(scalar(member), protocol);
            parts.extend(ports);
            match rest.is_empty() {
                true => member.claim(Fate::CONVERTED),
                false => {
                    member.claim(Fate::approximated(Reason::NamedUnknown));
                    service.needs.push((PredicateKind::Protocol, format!("INSPECT {rest}")));
                }
            }
        } else if let Some(empty) = find(members, "match") {
            empty.claim(Fate::inert(Reason::DefaultValue));
        }
        if let Some(member) = find(members, "action") {
            if scalar(member).is_empty() {
                member.claim(Fate::inert(Reason::DefaultValue));
            } else {
                // What the expression does to a matched packet may also be to drop it.
                member.claim(Fate::approximated(Reason::NamedUnknown));
                let action = scalar(member);
                service.needs.push((PredicateKind::Protocol, format!("INSPECT action {action}")));
            }
        }
        service.wrong |= parts.is_empty() && service.needs.is_empty();
        service.plain = match parts.len() {
            0 | 1 => parts.pop(),
            _ => Some(Services::Common(parts)),
        };
    }

    pub(super) fn application(&mut self, kind: &str, members: Members<'_, 't>) -> Kind<'t> {
        let what = match kind {
            "application-site" => PredicateKind::Application,
            _ => PredicateKind::UrlCategory,
        };
        for member in members.iter().copied() {
            match member.word(0) {
                "name"
                | "url-list"
                | "urls-defined-as-regular-expression"
                | "application-signature" => {
                    member.claim_all(Fate::approximated(Reason::Application));
                }
                "application-id"
                | "primary-category"
                | "additional-categories"
                | "risk"
                | "user-defined"
                | "new-category"
                | "custom-application-site"
                | "application-icon" => {
                    member.claim_all(Fate::inert(Reason::InspectionProfile));
                }
                _ => {}
            }
        }
        let needs = vec![(what, text(members, "name").to_owned())];
        Kind::Service(Service { plain: None, needs, wrong: false })
    }
}

const GTP: [&str; 14] = [
    "access-point-name",
    "allow-usage-of-static-ip",
    "apply-access-policy-on-user-traffic",
    "cs-fallback-and-srvcc",
    "imsi-prefix",
    "interface-profile",
    "ldap-group",
    "ms-isdn",
    "radio-access-technology",
    "restoration-and-recovery",
    "reverse-service",
    "selection-mode",
    "trace-management",
    "name",
];

/// How matched traffic is handled: time-outs, protocol handlers, synchronisation.
fn handling(member: Node<'_>) {
    let fate = match member.word(0) {
        "session-timeout"
        | "use-default-session-timeout"
        | "aggressive-aging"
        | "accept-replies"
        | "sync-connections-on-cluster"
        | "use-delayed-sync"
        | "delayed-sync-value"
        | "keep-connections-open-after-policy-installation"
        | "start-synchronizing-after" => Fate::inert(Reason::Session),
        "match-for-any" | "protocol" | "enable-tcp-resource" | "show-verification-warning" => {
            Fate::inert(Reason::SessionHelper)
        }
        "override-default-settings" => Fate::inert(Reason::Cosmetic),
        _ => return,
    };
    member.claim_all(fate);
}

/// A service that only a number or name tells.
fn named(members: Members<'_, '_>, service: &mut Service, what: &str, key: &str) {
    let value = match find(members, key) {
        Some(member) => {
            member.claim(Fate::approximated(Reason::NamedUnknown));
            scalar(member)
        }
        None => text(members, "name"),
    };
    service.needs.push((PredicateKind::Protocol, format!("{what} {value}")));
}

/// Ports as the management API writes them.
pub(in super::super) fn port_list(text: &str) -> Option<Vec<PortRange>> {
    let mut ranges = Vec::new();
    for part in text.split(',') {
        ranges.push(port_range(part.trim())?);
    }
    Some(ranges)
}

fn port_range(text: &str) -> Option<PortRange> {
    if let Some(above) = text.strip_prefix('>') {
        let above: u16 = above.trim().parse().ok()?;
        return PortRange::new(above.checked_add(1)?, u16::MAX);
    }
    if let Some(below) = text.strip_prefix('<') {
        let below: u16 = below.trim().parse().ok()?;
        return PortRange::new(0, below.checked_sub(1)?);
    }
    match text.split_once('-') {
        Some((first, last)) => {
            PortRange::new(first.trim().parse().ok()?, last.trim().parse().ok()?)
        }
        None => text.parse().ok().map(PortRange::one),
    }
}

/// The part of an INSPECT expression that ports say, and the rest.
///
/// A comma is "and". `direction = 0` is inbound, which every first packet is that the rulebase sees. Anything else, also every name
/// that `base.def` would define, stays in the rest.
pub(in super::super) fn inspect(text: &str, protocol: Option<u8>) -> (Vec<Services>, String) {
    let mut parts = Vec::new();
    let mut rest = Vec::new();
    let mut protocol = protocol;
    if text.contains(['(', '<', '{']) && !text.contains("< ") || text.contains(" or ") {
        return (parts, text.trim().to_owned());
    }
    for term in text.split(',').map(str::trim).filter(|term| !term.is_empty()) {
        match term {
            "tcp" => {
                protocol = Some(6);
                parts.push(Services::Protocol(6));
            }
            "udp" => {
                protocol = Some(17);
                parts.push(Services::Protocol(17));
            }
            _ if term.replace(' ', "") == "direction=0" => {}
            _ => match comparison(term).zip(protocol.filter(|p| matches!(p, 6 | 17 | 132))) {
                Some(((true, range), protocol)) => parts.push(Services::ports(protocol, range)),
                Some(((false, source), protocol)) => {
                    parts.push(Services::Ports(Ports {
                        protocol,
                        source,
                        destination: PortRange::ALL,
                    }));
                }
                None => rest.push(term),
            },
        }
    }
    (parts, rest.join(", "))
}

/// `dport = 21`, `uh_dport > 33000`: whether it is the destination, and which ports.
fn comparison(term: &str) -> Option<(bool, PortRange)> {
    let at = term.find(['=', '<', '>'])?;
    let (name, relation) = term.split_at_checked(at)?;
    let destination = match name.trim() {
        "dport" | "uh_dport" | "th_dport" => true,
        "sport" | "uh_sport" | "th_sport" => false,
        _ => return None,
    };
    let digits = relation.trim_start_matches(['=', '<', '>']);
    let value: u16 = digits.trim().parse().ok()?;
    let range = match relation.get(..relation.len() - digits.len())? {
        "=" | "==" => Some(PortRange::one(value)),
        ">" => PortRange::new(value.checked_add(1)?, u16::MAX),
        ">=" => PortRange::new(value, u16::MAX),
        "<" => PortRange::new(0, value.checked_sub(1)?),
        "<=" => PortRange::new(0, value),
        _ => None,
    };
    range.map(|range| (destination, range))
}
