//! Addresses, services and schedules: what each one means, names not looked up.

use std::net::IpAddr;

use policy::{Addresses, Family, Masked, PredicateKind, Prefix, Services, Span};

use super::invalid;
use crate::fate::{Fate, Reason};
use crate::fortios::config::Mark;
use crate::fortios::inert;
use crate::fortios::say::Say;
use crate::fortios::table::{Entry, Settings, Value};
use crate::fortios::value;

/// What an address object stands for.
#[derive(Clone, Debug)]
pub(in crate::fortios) enum AddressValue<'t> {
    /// These addresses.
    Set(Addresses),
    /// Addresses that only the device knows: what they are, canonically.
    Named(PredicateKind, String),
    /// The network of an interface, and what the export says that it was.
    Interface(&'t str, Option<Prefix>),
    /// Not valid: where.
    Invalid(Span),
}

/// `config firewall address` (`v6` for `address6`): one entry.
pub(in crate::fortios) fn address<'t>(
    entry: &Entry<'t>,
    v6: bool,
    say: &mut Say,
) -> (AddressValue<'t>, &'t str) {
    let settings = entry.settings();
    let kind = settings.word("type");
    let fate = match kind {
        "" | "ipmask" | "iprange" | "wildcard" | "ipprefix" => Fate::CONVERTED,
        _ => Fate::approximated(Reason::NamedUnknown),
    };
    let mut comment = "";
    for (key, value) in &settings.values {
        if matches!(*key, "comment" | "comments") {
            comment = value.one();
        }
        if !inert::cosmetic(key, value) {
            value.claim(fate);
        }
    }
    for block in &settings.blocks {
        let fate = match block.word(1) {
            "tagging" => Fate::inert(Reason::Cosmetic),
            _ => Fate::approximated(Reason::NamedUnknown),
        };
        block.claim_rest(fate);
    }
    (address_value(entry, kind, v6, &settings, say), comment)
}

fn address_value<'t>(
    entry: &Entry<'t>,
    kind: &str,
    v6: bool,
    settings: &Settings<'t>,
    say: &mut Say,
) -> AddressValue<'t> {
    let named = |kind, meaning: String| AddressValue::Named(kind, meaning);
    match kind {
        "" | "ipmask" | "ipprefix" => {
            let Some(value) = settings.get(if v6 { "ip6" } else { "subnet" }) else {
                // Without any value it is everything. A value of another type (in text that no device wrote) is not guessed at.
                let other = |(key, _): &&(&str, Value<'t>)| OTHER_VALUES.contains(key);
                return match settings.values.iter().find(other) {
                    Some((_, value)) => AddressValue::Invalid(invalid(value, say)),
                    None => AddressValue::Set(Addresses::family(family(v6))),
                };
            };
            match value::prefix(value) {
                Some(prefix) if prefix.address().is_ipv6() == v6 => {
                    AddressValue::Set(Addresses::prefix(prefix))
                }
                _ => AddressValue::Invalid(invalid(value, say)),
            }
        }
        "iprange" => range(entry, v6, settings, say),
        "wildcard" => match settings.get("wildcard") {
            Some(value) => wildcard(value)
                .map_or_else(|| AddressValue::Invalid(invalid(value, say)), AddressValue::Set),
            None => AddressValue::Invalid(entry.node.span()),
        },
        "fqdn" => named(PredicateKind::Fqdn, settings.word("fqdn").to_ascii_lowercase()),
        "wildcard-fqdn" => {
            let name = settings.word("wildcard-fqdn");
            let name = if name.is_empty() { settings.word("fqdn") } else { name };
            named(PredicateKind::Fqdn, name.to_ascii_lowercase())
        }
        "geography" => {
            named(PredicateKind::Geography, settings.word("country").to_ascii_uppercase())
        }
        "mac" => named(PredicateKind::Mac, macs(settings)),
        "interface-subnet" => {
            let told = settings.get("subnet").and_then(value::prefix);
            AddressValue::Interface(settings.word("interface"), told)
        }
        _ => named(PredicateKind::Dynamic, canonical(settings)),
    }
}

/// Values of addresses that are not of the type that is meant when none is given.
const OTHER_VALUES: [&str; 12] = [
    "country",
    "end-ip",
    "end-mac",
    "fqdn",
    "interface",
    "ip6",
    "macaddr",
    "start-ip",
    "start-mac",
    "subnet",
    "wildcard",
    "wildcard-fqdn",
];

fn family(v6: bool) -> Family {
    if v6 { Family::V6 } else { Family::V4 }
}

fn range<'t>(
    entry: &Entry<'t>,
    v6: bool,
    settings: &Settings<'t>,
    say: &mut Say,
) -> AddressValue<'t> {
    let (Some(first), Some(last)) = (settings.get("start-ip"), settings.get("end-ip")) else {
        say.warn(crate::codes::INVALID_VALUE, entry.node.span(), "value", "start-ip end-ip");
        return AddressValue::Invalid(entry.node.span());
    };
    let ends: (Option<IpAddr>, Option<IpAddr>) =
        (first.one().parse().ok(), last.one().parse().ok());
    let range = ends.0.zip(ends.1).and_then(|(first, last)| policy::IpRange::new(first, last));
    match range {
        Some(range) if range.family() == family(v6) => AddressValue::Set(Addresses::Range(range)),
        _ => AddressValue::Invalid(invalid(last, say)),
    }
}

/// An address and a mask whose set bits are compared; the mask may have gaps.
fn wildcard(value: &Value<'_>) -> Option<Addresses> {
    let mut words = value.words();
    let address: std::net::Ipv4Addr = words.next()?.parse().ok()?;
    let mask: std::net::Ipv4Addr = words.next()?.parse().ok()?;
    Some(Addresses::Masked(Masked { value: address.into(), mask: mask.into() }))
}

fn macs(settings: &Settings<'_>) -> String {
    let mut macs: Vec<String> = match settings.get("macaddr") {
        Some(list) => list.words().map(str::to_ascii_lowercase).collect(),
        None => vec![format!("{}-{}", settings.word("start-mac"), settings.word("end-mac"))],
    };
    macs.sort();
    macs.join(",").to_ascii_lowercase()
}

/// Everything that says what it is, in a fixed order.
fn canonical(settings: &Settings<'_>) -> String {
    let skipped =
        ["uuid", "color", "comment", "comments", "visibility", "allow-routing", "cache-ttl"];
    let mut parts: Vec<String> = settings
        .values
        .iter()
        .filter(|(key, _)| !skipped.contains(key))
        .map(|(key, value)| format!("{key}={}", value.words().collect::<Vec<_>>().join(" ")))
        .collect();
    let blocks = settings.blocks.iter().filter(|block| block.word(1) != "tagging");
    parts.extend(blocks.map(|block| block.word(1).to_owned() + &block.content(&mut |word| word)));
    parts.sort();
    parts.join(";")
}

/// A group: its members and those that are left out of it.
pub(in crate::fortios) struct Group<'t> {
    pub(in crate::fortios) comment: &'t str,
    pub(in crate::fortios) members: Option<Value<'t>>,
    pub(in crate::fortios) without: Option<Value<'t>>,
    /// What is not known of it.
    pub(in crate::fortios) marks: Vec<Mark>,
}

/// `config firewall addrgrp`, `vipgrp`, `service group` and their sisters: one entry.
pub(in crate::fortios) fn group<'t>(entry: &Entry<'t>) -> Group<'t> {
    let settings = entry.settings();
    let mut group = Group { comment: "", members: None, without: None, marks: Vec::new() };
    let excludes = settings.word("exclude") != "disable";
    for (key, value) in &settings.values {
        match *key {
            "member" => group.members = Some(value.clone()),
            "exclude-member" if excludes => group.without = Some(value.clone()),
            "exclude" => {}
            "comment" | "comments" => {
                group.comment = value.one();
                value.claim(Fate::inert(Reason::Cosmetic));
                continue;
            }
            "interface" | "type" | "proxy" => {
                value.claim(Fate::inert(Reason::Cosmetic));
                continue;
            }
            _ if inert::cosmetic(key, value) => continue,
            _ => {
                group.marks.push(Mark { span: value.span(), what: format!("set {key}") });
                continue;
            }
        }
        value.claim(Fate::CONVERTED);
    }
    for block in &settings.blocks {
        if block.word(1) == "tagging" {
            block.claim_rest(Fate::inert(Reason::Cosmetic));
        }
    }
    group
}

/// A service: its protocols and ports, and what narrows it further.
pub(in crate::fortios) struct Service<'t> {
    pub(in crate::fortios) comment: &'t str,
    pub(in crate::fortios) value: Services,
    /// What narrows it and is not modelled.
    pub(in crate::fortios) marks: Vec<Mark>,
    /// Port lists that are not valid: they may add anything.
    pub(in crate::fortios) unread: Vec<Mark>,
    pub(in crate::fortios) applications: Vec<&'t str>,
}

/// `config firewall service custom`: one entry.
pub(in crate::fortios) fn service<'t>(entry: &Entry<'t>, say: &mut Say) -> Service<'t> {
    let settings = entry.settings();
    let mut service = Service {
        comment: settings.word("comment"),
        value: Services::NONE,
        marks: Vec::new(),
        unread: Vec::new(),
        applications: Vec::new(),
    };
    let protocol = settings.word("protocol");
    let number =
        |key: &str| settings.get(key).map(|value| (value.clone(), value.one().parse::<u8>()));
    let parts = service_settings(&mut service, &settings, say);
    let mut typed = |key: &str| match number(key) {
        None => None,
        Some((_, Ok(number))) => Some(number),
        Some((value, Err(_))) => {
            if !value.one().is_empty() {
                let span = invalid(&value, say);
                service.marks.push(Mark { span, what: format!("set {key}") });
            }
            None
        }
    };
    service.value = match protocol {
        "ICMP" | "ICMP6" => {
            let family = if protocol == "ICMP" { Family::V4 } else { Family::V6 };
            Services::Icmp { family, kind: typed("icmptype"), code: typed("icmpcode") }
        }
        "IP" => match typed("protocol-number") {
            None | Some(0) => Services::Any,
            Some(number) => Services::Protocol(number),
        },
        _ if settings.enabled("proxy") => Services::NONE,
        "" | "TCP/UDP/SCTP" | "TCP/UDP/UDP-Lite/SCTP" | "TCP/UDP" => Services::union(parts),
        // Protocols of the explicit proxy: they match nothing in a firewall policy.
        "HTTP" | "FTP" | "CONNECT" | "SOCKS" | "SOCKS-TCP" | "SOCKS-UDP" | "ALL" => Services::NONE,
        _ => {
            let what = "set protocol".to_owned();
            let span =
                settings.get("protocol").map_or(entry.node.span(), |value| invalid(value, say));
            service.marks.push(Mark { span, what });
            Services::Any
        }
    };
    service
}

/// The settings of a service but its protocol; returns its terms.
fn service_settings<'t>(
    service: &mut Service<'t>,
    settings: &Settings<'t>,
    say: &mut Say,
) -> Vec<Services> {
    let mut parts = Vec::new();
    for (key, value) in &settings.values {
        let fate = match *key {
            "protocol" | "protocol-number" | "icmptype" | "icmpcode" => Fate::CONVERTED,
            "tcp-portrange" | "udp-portrange" | "sctp-portrange" | "udplite-portrange" => {
                match port_list(key, value, &mut parts) {
                    true => Fate::CONVERTED,
                    false => {
                        let span = invalid(value, say);
                        service.unread.push(Mark { span, what: format!("set {key}") });
                        continue;
                    }
                }
            }
            "iprange" if matches!(value.one(), "" | "0.0.0.0") => Fate::inert(Reason::DefaultValue),
            "fqdn" if value.one().is_empty() => Fate::inert(Reason::DefaultValue),
            "iprange" | "fqdn" => {
                service.marks.push(Mark { span: value.span(), what: format!("set {key}") });
                Fate::unsupported(Reason::MatchOption)
            }
            "helper" if matches!(value.one(), "auto" | "disable") => {
                Fate::inert(Reason::DefaultValue)
            }
            "helper" => Fate::approximated(Reason::SessionHelper),
            "application" | "app-category" => {
                service.applications.extend(value.words());
                Fate::approximated(Reason::Application)
            }
            "app-service-type" => Fate::inert(Reason::Cosmetic),
            "session-ttl"
            | "check-reset-range"
            | "tcp-halfclose-timer"
            | "tcp-halfopen-timer"
            | "tcp-timewait-timer"
            | "tcp-rst-timer"
            | "udp-idle-timer" => Fate::inert(Reason::DefaultValue),
            "proxy" => Fate::CONVERTED,
            _ if inert::cosmetic(key, value) => continue,
            _ => {
                service.marks.push(Mark { span: value.span(), what: format!("set {key}") });
                continue;
            }
        };
        value.claim(fate);
    }
    parts
}

/// Adds the terms of a port list; false when one is not valid.
fn port_list(key: &str, value: &Value<'_>, parts: &mut Vec<Services>) -> bool {
    let protocol = match key {
        "tcp-portrange" => 6,
        "udp-portrange" => 17,
        "sctp-portrange" => 132,
        // UDP-Lite: the model knows its number and not its ports.
        _ => {
            let whole = value.words().all(|term| term == "1-65535");
            if whole {
                parts.push(Services::Protocol(136));
            }
            return whole || value.one().is_empty();
        }
    };
    let terms: Option<Vec<Services>> = value
        .words()
        .filter(|term| !term.is_empty())
        .map(|term| value::port_term(protocol, term))
        .collect();
    let valid = terms.is_some();
    parts.extend(terms.unwrap_or_default());
    valid
}

/// When a schedule holds.
#[derive(Clone, Debug)]
pub(in crate::fortios) enum When<'t> {
    /// At these times, canonically.
    Times(String),
    /// Never.
    Never,
    /// When one of these holds.
    AnyOf(Vec<&'t str>),
}

/// `config firewall schedule …`: one entry.
pub(in crate::fortios) fn schedule<'t>(entry: &Entry<'t>, table: &str) -> When<'t> {
    let settings = entry.settings();
    for (key, value) in &settings.values {
        if !inert::cosmetic(key, value) {
            value.claim(Fate::approximated(Reason::Time));
        }
    }
    if table == "group" {
        let members = settings.get("member");
        return When::AnyOf(members.map(|value| value.words().collect()).unwrap_or_default());
    }
    if settings.word("day") == "none" {
        return When::Never;
    }
    let mut parts: Vec<String> = Vec::new();
    for key in ["day", "start", "start-utc", "end", "end-utc"] {
        if let Some(value) = settings.get(key) {
            let mut words: Vec<&str> = value.words().collect();
            if key == "day" {
                words.sort_unstable();
            }
            parts.push(format!("{key} {}", words.join(" ")));
        }
    }
    When::Times(format!("{table} {}", parts.join(" ")))
}
