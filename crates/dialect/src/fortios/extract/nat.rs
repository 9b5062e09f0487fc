//! VIPs and pools.

use std::borrow::Cow;
use std::net::IpAddr;

use policy::{IpRange, PortRange, Span};

use super::invalid;
use crate::fate::{Fate, Reason};
use crate::fortios::config::{Mark, Pool, Vip};
use crate::fortios::inert;
use crate::fortios::say::Say;
use crate::fortios::table::{Entry, Settings, Value};
use crate::fortios::value;
use crate::tree::Node;

fn blank<'t>(name: Cow<'t, str>, node: Node<'t>) -> Vip<'t> {
    Vip {
        name,
        node,
        comment: "",
        enabled: true,
        interface: "",
        external: None,
        external_name: "",
        mapped: None,
        mapped_name: "",
        ports: None,
        fixed: false,
        balanced: false,
        source_too: false,
        sources: Vec::new(),
        from: Vec::new(),
        services: Vec::new(),
        marks: Vec::new(),
    }
}

/// `config firewall vip` and `vip6`: one entry.
pub(in crate::fortios) fn vip<'t>(entry: &Entry<'t>, say: &mut Say) -> Vip<'t> {
    let settings = entry.settings();
    let mut vip = blank(entry.name.clone(), entry.node);
    vip.interface = settings.word("extintf");
    vip.external_name = settings.word("extaddr");
    let kind = settings.word("type");
    let forwards = settings.enabled("portforward");
    if kind == "fqdn" {
        vip.mapped_name = settings.word("mapped-addr");
    }
    for (key, value) in &settings.values {
        match setting(&mut vip, key, value, kind, forwards, say) {
            Some(fate) => value.claim(fate),
            None => continue,
        }
    }
    let mut ports = Vec::new();
    for block in &settings.blocks {
        match block.word(1) {
            "realservers" => ports.extend(servers(&mut vip, *block, say)),
            _ => inert::claim_below(*block, Fate::inert(Reason::InspectionProfile)),
        }
    }
    if forwards || (vip.balanced && settings.get("extport").is_some()) {
        vip.ports = forwarded(&settings, &mut vip.marks, say);
    }
    at_ports(&mut vip, &ports);
    if kind == "fqdn" {
        vip.mapped = None;
    }
    if matches!(kind, "dns-translation" | "access-proxy")
        || (kind == "fqdn" && vip.mapped_name.is_empty())
    {
        vip.marks.push(Mark { span: entry.node.span(), what: format!("set type {kind}") });
        vip.mapped = None;
    }
    let one = |range: Option<IpRange>| range.map(IpRange::length_less_one);
    vip.fixed = !vip.balanced
        && vip.ports.is_none()
        && vip.services.is_empty()
        && vip.mapped.as_deref().is_some_and(|mapped| {
            mapped.len() == 1 && one(mapped.first().copied()) == one(vip.external)
        });
    if vip.source_too
        && !vip.fixed
        && let Some(value) = settings.get("nat-source-vip")
    {
        // Which packets of the server get the external address is modelled for one to one only.
        value.claim(Fate::approximated(Reason::NatKind));
    }
    vip
}

/// One setting; its fate, or `None` when it is taken already or nobody knows it.
fn setting<'t>(
    vip: &mut Vip<'t>,
    key: &'t str,
    value: &Value<'t>,
    kind: &str,
    forwards: bool,
    say: &mut Say,
) -> Option<Fate> {
    let mark = |vip: &mut Vip<'t>, what: String| {
        vip.marks.push(Mark { span: value.span(), what });
    };
    match key {
        "extip" => match value::range(value.one()) {
            Some(range) if value::unset(range.first()) => {}
            Some(range) => vip.external = Some(range),
            None => {
                let span = invalid(value, say);
                vip.marks.push(Mark { span, what: "set extip".to_owned() });
                return None;
            }
        },
        "mappedip" | "ipv4-mappedip" | "ipv6-mappedip" => {
            let mapped: Option<Vec<IpRange>> = value.words().map(value::range).collect();
            match mapped {
                Some(mapped) => vip.mapped = Some(mapped),
                None => {
                    let span = invalid(value, say);
                    vip.marks.push(Mark { span, what: format!("set {key}") });
                    return None;
                }
            }
            if key != "mappedip" {
                mark(vip, format!("set {key}"));
                return Some(Fate::unsupported(Reason::FamilyTranslation));
            }
        }
        "type" => {
            vip.balanced = matches!(kind, "server-load-balance" | "load-balance");
            return Some(match kind {
                "" | "static-nat" => Fate::CONVERTED,
                "fqdn" if !vip.mapped_name.is_empty() => Fate::approximated(Reason::NamedUnknown),
                _ => Fate::unsupported(Reason::NatKind),
            });
        }
        "status" => vip.enabled = value.one() != "disable",
        "nat-source-vip" => vip.source_too = value.one() == "enable",
        "src-filter" => match value.words().map(value::range).collect::<Option<Vec<_>>>() {
            Some(ranges) => vip.sources = ranges,
            None => {
                let span = invalid(value, say);
                vip.marks.push(Mark { span, what: "set src-filter".to_owned() });
                return None;
            }
        },
        "srcintf-filter" => vip.from = value.words().collect(),
        "service" => vip.services = value.words().collect(),
        "comment" => {
            vip.comment = value.one();
            return Some(Fate::inert(Reason::Cosmetic));
        }
        "extintf" | "portforward" | "protocol" | "extport" | "mappedport" | "server-type" => {}
        _ => return option(vip, key, value, forwards),
    }
    Some(Fate::CONVERTED)
}

/// A setting that is not modelled exactly, or does not matter.
fn option<'t>(vip: &mut Vip<'t>, key: &str, value: &Value<'t>, forwards: bool) -> Option<Fate> {
    let mark = |vip: &mut Vip<'t>, what: String| {
        vip.marks.push(Mark { span: value.span(), what });
    };
    match key {
        "nat46" | "nat64" if value.one() == "enable" => {
            mark(vip, format!("set {key} enable"));
            Some(Fate::unsupported(Reason::FamilyTranslation))
        }
        "nat44" | "nat66" if value.one() == "disable" => {
            mark(vip, format!("set {key} disable"));
            Some(Fate::unsupported(Reason::FamilyTranslation))
        }
        "extaddr" if !value.one().is_empty() => {
            if value.words().nth(1).is_some() {
                mark(vip, format!("set {key}"));
            }
            Some(Fate::approximated(Reason::NamedUnknown))
        }
        // What the name stands for is asked by the name.
        "mapped-addr" if !vip.mapped_name.is_empty() => {
            Some(Fate::approximated(Reason::NamedUnknown))
        }
        "mapped-addr" | "gslb-hostname" if !value.one().is_empty() => {
            mark(vip, format!("set {key}"));
            // Where packets go then is not known.
            Some(Fate::unsupported(Reason::NatKind))
        }
        "src-vip-filter" if value.one() == "enable" => Some(Fate::approximated(Reason::Session)),
        "portmapping-type" if forwards && value.one() == "m-to-n" => {
            Some(Fate::approximated(Reason::DevicePicks))
        }
        "server-type" if !matches!(value.one(), "" | "tcp" | "udp" | "ip") => {
            Some(Fate::approximated(Reason::Inspection))
        }
        _ if inert::cosmetic(key, value) => None,
        _ if INERT.contains(&key) || key.starts_with("ssl-") || key.starts_with("http") => {
            Some(Fate::inert(Reason::Management))
        }
        _ => {
            mark(vip, format!("set {key}"));
            None
        }
    }
}

/// Settings that do not change which packets are translated, nor to what.
const INERT: [&str; 31] = [
    "add-nat46-route",
    "add-nat64-route",
    "arp-reply",
    "client-cert",
    "dns-mapping-ttl",
    "embedded-ipv4-address",
    "empty-cert-action",
    "extaddr",
    "gratuitous-arp-interval",
    "gslb-domain-name",
    "gslb-hostname",
    "h2-support",
    "h3-support",
    "id",
    "ldb-method",
    "mapped-addr",
    "max-embryonic-connections",
    "monitor",
    "nat44",
    "nat46",
    "nat64",
    "nat66",
    "ndp-reply",
    "one-click-gslb-server",
    "outlook-web-access",
    "persistence",
    "portmapping-type",
    "src-vip-filter",
    "user-agent-detect",
    "weblogic-server",
    "websphere-server",
];

fn forwarded(
    settings: &Settings<'_>,
    marks: &mut Vec<Mark>,
    say: &mut Say,
) -> Option<(u8, PortRange, PortRange)> {
    let protocol = match settings.word("protocol") {
        "" | "tcp" => 6,
        "udp" => 17,
        "sctp" => 132,
        // ICMP has no ports: the whole protocol is forwarded.
        "icmp" => return Some((1, PortRange::ALL, PortRange::ALL)),
        _ => {
            if let Some(value) = settings.get("protocol") {
                let span = invalid(value, say);
                marks.push(Mark { span, what: "set protocol".to_owned() });
            }
            return None;
        }
    };
    let mut port = |key: &str| {
        let value = settings.get(key)?;
        let port = value::ports(value.one());
        if port.is_none() && value.one() != "0" {
            let span = invalid(value, say);
            marks.push(Mark { span, what: format!("set {key}") });
        }
        port.filter(|port| port.first() != 0)
    };
    let external = port("extport");
    let mapped = port("mappedport");
    let external = external.unwrap_or(PortRange::ALL);
    Some((protocol, external, mapped.unwrap_or(external)))
}

/// Servers that all listen on one port get packets there. Otherwise the port depends on which one the device picks.
fn at_ports(vip: &mut Vip<'_>, ports: &[(u16, Span)]) {
    let told = || ports.iter().filter(|(port, _)| *port != 0);
    match (told().next(), &mut vip.ports) {
        (Some((port, _)), Some((6 | 17 | 132, _, mapped)))
            if ports.iter().all(|(other, _)| other == port) =>
        {
            *mapped = PortRange::one(*port);
        }
        _ => vip
            .marks
            .extend(told().map(|(_, span)| Mark { span: *span, what: "set port".to_owned() })),
    }
}

/// `config realservers`: one of them answers. Returns the ports of those that may; 0 where none is set.
fn servers(vip: &mut Vip<'_>, block: Node<'_>, say: &mut Say) -> Vec<(u16, Span)> {
    let mut ranges = Vec::new();
    let mut ports = Vec::new();
    for entry in crate::fortios::table::entries(&[block]) {
        let settings = entry.settings();
        let active = matches!(settings.word("status"), "" | "active" | "standby");
        match settings.get("ip") {
            Some(value) => match value.one().parse::<IpAddr>() {
                Ok(address) if active && !value::unset(address) => {
                    ranges.push(IpRange::one(address));
                }
                Ok(_) => {}
                Err(_) => {
                    let span = invalid(value, say);
                    vip.marks.push(Mark { span, what: "set ip".to_owned() });
                }
            },
            None => vip.marks.push(Mark { span: entry.node.span(), what: "realserver".to_owned() }),
        }
        match settings.get("port") {
            _ if !active => {}
            None => ports.push((0, entry.node.span())),
            Some(value) => match value.one().parse() {
                Ok(port) => ports.push((port, value.span())),
                Err(_) => {
                    let span = invalid(value, say);
                    vip.marks.push(Mark { span, what: "set port".to_owned() });
                }
            },
        }
        entry.claim_rest(Fate::approximated(Reason::DevicePicks));
    }
    ranges.sort_by_key(|range| range.first());
    ranges.dedup();
    if !ranges.is_empty() {
        vip.mapped = Some(ranges);
    }
    ports
}

/// `config firewall ippool` and `ippool6`: one entry.
pub(in crate::fortios) fn pool(entry: &Entry<'_>, say: &mut Say) -> Pool {
    let settings = entry.settings();
    let kind = settings.word("type");
    let mut pool = Pool { range: None, keeps_port: kind == "one-to-one", ports: None };
    let end = |key: &str| settings.get(key).and_then(|value| value.one().parse::<IpAddr>().ok());
    let ends = end("startip").zip(end("endip").or_else(|| end("startip")));
    pool.range = ends.and_then(|(first, last)| IpRange::new(first, last));
    if pool.range.is_none() {
        let what = entry.name.to_string();
        say.warn(crate::codes::INVALID_VALUE, entry.node.span(), "value", &what);
    }
    let port = |key: &str| settings.word(key).parse::<u16>().ok();
    pool.ports = port("startport")
        .zip(port("endport"))
        .and_then(|(first, last)| PortRange::new(first, last));
    let fate = match kind {
        "" | "overload" | "one-to-one" => Fate::CONVERTED,
        "fixed-port-range" | "port-block-allocation" => Fate::approximated(Reason::DevicePicks),
        _ => Fate::unsupported(Reason::NatKind),
    };
    for (key, value) in &settings.values {
        match *key {
            "startip" | "endip" if pool.range.is_none() => {
                value.claim(Fate::unsupported(Reason::InvalidValue));
            }
            "startip" | "endip" | "type" | "startport" | "endport" => value.claim(fate),
            "nat64" | "add-nat64-route" if value.one() == "enable" => {
                value.claim(Fate::unsupported(Reason::FamilyTranslation));
            }
            "source-startip"
            | "source-endip"
            | "block-size"
            | "num-blocks-per-user"
            | "port-per-user"
            | "pba-timeout"
            | "client-prefix-length"
            | "permit-any-host"
            | "exclude-ip"
            | "subnet-broadcast-in-ippool"
            | "pba-interim-log"
            | "privileged-port-use-pba" => {
                value.claim(Fate::approximated(Reason::DevicePicks));
            }
            "arp-reply"
            | "arp-intf"
            | "nat64"
            | "add-nat64-route"
            | "tcp-session-quota"
            | "udp-session-quota"
            | "icmp-session-quota"
            | "nat46"
            | "add-nat46-route"
            | "cgn-spa"
            | "cgn-overload"
            | "cgn-fixedalloc"
            | "cgn-block-size"
            | "cgn-client-startip"
            | "cgn-client-endip"
            | "cgn-port-start"
            | "cgn-port-end"
            | "utilization-alarm-raise"
            | "utilization-alarm-clear" => value.claim(Fate::inert(Reason::Management)),
            _ => {
                inert::cosmetic(key, value);
            }
        }
    }
    pool
}
