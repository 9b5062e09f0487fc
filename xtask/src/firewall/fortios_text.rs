//! A generated firewall as a FortiOS backup.
//!
//! Rules name the address before translation, as in [`Firewall`]; here they name virtual addresses and the service behind them. Both
//! families share a policy from 6.4 on; before that IPv6 has a list of its own.

use std::fmt::Write;
use std::net::IpAddr;

use policy::{Family, Prefix};

use super::fortios_nat::{Split, policies};
use super::noun::{AddressValue, Cell, Firewall, Forward, HideTarget, ServiceValue};
use super::profile::{HideBy, Platform};

/// One line of a policy list.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Names of zones; none is any.
    pub(super) from: Vec<String>,
    pub(super) to: Vec<String>,
    pub(super) name: String,
    pub(super) enabled: bool,
    pub(super) accept: bool,
    pub(super) source: Cell,
    /// Addresses, or the name of a virtual one.
    pub(super) destination: Target,
    pub(super) services: Vec<String>,
    pub(super) services_negated: bool,
    /// `None` when it is not written.
    pub(super) match_vip: Option<bool>,
    /// Source NAT.
    pub(super) hide: HideTarget,
}

/// Where a line leads.
#[derive(Clone, Debug)]
pub(super) enum Target {
    Cell(Cell),
    Vip(String),
}

/// The backup.
pub(super) fn render(firewall: &Firewall) -> String {
    let mut text = String::new();
    let (version, unified) = version(firewall.seed);
    let _ = writeln!(text, "#config-version=FGT60F-{version}-FW:opmode=0:vdom=0:user=admin");
    // The neutral policy lets nothing pass of its own accord.
    text.push_str("config system global\n    set hostname \"made\"\n");
    text.push_str("    set allow-traffic-redirect disable\n");
    text.push_str("    set ipv6-allow-traffic-redirect disable\nend\n");
    if firewall.profile.hide == HideBy::Addresses {
        text.push_str("config system settings\n    set central-nat enable\nend\n");
    }
    places(firewall, &mut text);
    addresses(firewall, &mut text, Family::V4);
    addresses(firewall, &mut text, Family::V6);
    let Split { lines, services } = policies(firewall);
    self::services(firewall, &services, &mut text);
    translation(firewall, &mut text);
    match (firewall.profile.ipv6, unified) {
        // Nothing routes IPv6, and the pools are of IPv4.
        (false, _) => policy_list(firewall, &lines, &mut text, "policy", &[Family::V4]),
        (true, true) => {
            policy_list(firewall, &lines, &mut text, "policy", &[Family::V4, Family::V6]);
        }
        (true, false) => {
            policy_list(firewall, &lines, &mut text, "policy", &[Family::V4]);
            policy_list(firewall, &lines, &mut text, "policy6", &[Family::V6]);
        }
    }
    central_nat(firewall, &mut text);
    routes(firewall, &mut text);
    text
}

fn version(seed: u64) -> (&'static str, bool) {
    match seed % 3 {
        0 => ("6.2.16", false),
        1 => ("7.4.4", true),
        _ => ("7.6.1", true),
    }
}

fn places(firewall: &Firewall, text: &mut String) {
    text.push_str("config system interface\n");
    for (number, interface) in firewall.interfaces.iter().enumerate() {
        let _ = writeln!(text, "    edit \"{}\"", Platform::FortiOs.interface(number));
        text.push_str("        set vdom \"root\"\n");
        for prefix in &interface.addresses {
            match prefix.address() {
                IpAddr::V4(address) => {
                    let _ = writeln!(text, "        set ip {address} {}", mask(prefix.length()));
                    text.push_str("        set type physical\n");
                }
                IpAddr::V6(_) => {
                    text.push_str("        config ipv6\n");
                    let _ = writeln!(text, "            set ip6-address {prefix}");
                    text.push_str("        end\n");
                }
            }
        }
        text.push_str("    next\n");
    }
    text.push_str("end\nconfig system zone\n");
    for (number, zone) in firewall.zones.iter().enumerate() {
        let _ = write!(text, "    edit \"{zone}\"\n        set interface");
        for (at, interface) in firewall.interfaces.iter().enumerate() {
            if interface.zone == number {
                let _ = write!(text, " \"{}\"", Platform::FortiOs.interface(at));
            }
        }
        text.push_str("\n    next\n");
    }
    text.push_str("end\n");
}

fn mask(length: u8) -> IpAddr {
    let bits = u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0);
    super::make::v4(bits)
}

fn addresses(firewall: &Firewall, text: &mut String, family: Family) {
    let six = if family == Family::V4 { "" } else { "6" };
    let _ = writeln!(text, "config firewall address{six}\n    edit \"all\"\n    next");
    for address in &firewall.addresses {
        let subnet = |text: &mut String, prefix: Prefix| {
            let _ = match prefix.address() {
                IpAddr::V4(address) => {
                    writeln!(text, "        set subnet {address} {}", mask(prefix.length()))
                }
                IpAddr::V6(_) => writeln!(text, "        set ip6 {prefix}"),
            };
        };
        match &address.value {
            AddressValue::Host(host) if Family::of(*host) == family => {
                let _ = writeln!(text, "    edit \"{}\"", address.name);
                subnet(text, super::make::prefix(*host, family.bits()));
            }
            AddressValue::Network(prefix) if Family::of(prefix.address()) == family => {
                let _ = writeln!(text, "    edit \"{}\"", address.name);
                subnet(text, *prefix);
            }
            AddressValue::Range(range) if range.family() == family => {
                let _ = writeln!(text, "    edit \"{}\"\n        set type iprange", address.name);
                let _ = writeln!(text, "        set start-ip {}", range.first());
                let _ = writeln!(text, "        set end-ip {}", range.last());
            }
            _ => continue,
        }
        text.push_str("    next\n");
    }
    let _ = writeln!(text, "end\nconfig firewall addrgrp{six}");
    for address in &firewall.addresses {
        let AddressValue::Group(members) = &address.value else { continue };
        let names = names_of(firewall, members, family);
        if !names.is_empty() {
            let _ = writeln!(text, "    edit \"{}\"\n        set member{names}", address.name);
            text.push_str("    next\n");
        }
    }
    text.push_str("end\n");
}

/// The members of a family, each with a blank before it.
fn names_of(firewall: &Firewall, members: &[usize], family: Family) -> String {
    let mut names = String::new();
    for member in members {
        if firewall.has_family(*member, family) {
            let _ = write!(names, " \"{}\"", firewall.address(*member).name);
        }
    }
    names
}

fn services(firewall: &Firewall, more: &[(String, ServiceValue)], text: &mut String) {
    text.push_str("config firewall service custom\n    edit \"ALL\"\n        set protocol IP\n");
    text.push_str("    next\n");
    let own = firewall.services.iter().map(|service| (&service.name, &service.value));
    for (name, value) in own.chain(more.iter().map(|(name, value)| (name, value))) {
        let _ = match value {
            ServiceValue::Ports { protocol, source, destination } => {
                let word = if *protocol == 6 { "tcp" } else { "udp" };
                let source = source.map(|source| format!(":{source}")).unwrap_or_default();
                let ports = format!("{destination}{source}");
                writeln!(text, "    edit \"{name}\"\n        set {word}-portrange {ports}")
            }
            ServiceValue::Icmp { family, kind, code } => {
                let word = if *family == Family::V4 { "ICMP" } else { "ICMP6" };
                let _ = writeln!(text, "    edit \"{name}\"\n        set protocol {word}");
                let _ = writeln!(text, "        set icmptype {kind}");
                match code {
                    Some(code) => writeln!(text, "        set icmpcode {code}"),
                    None => Ok(()),
                }
            }
            ServiceValue::Protocol(protocol) => {
                let _ = writeln!(text, "    edit \"{name}\"\n        set protocol IP");
                writeln!(text, "        set protocol-number {protocol}")
            }
            ServiceValue::Group(_) => continue,
        };
        text.push_str("    next\n");
    }
    text.push_str("end\nconfig firewall service group\n");
    for service in &firewall.services {
        let ServiceValue::Group(members) = &service.value else { continue };
        let _ = write!(text, "    edit \"{}\"\n        set member", service.name);
        for member in members {
            let _ = write!(text, " \"{}\"", firewall.service(*member).name);
        }
        text.push_str("\n    next\n");
    }
    text.push_str("end\n");
}

fn translation(firewall: &Firewall, text: &mut String) {
    text.push_str("config firewall vip\n");
    for publish in &firewall.publish {
        let (public, inside) = (firewall.host(publish.public), firewall.host(publish.inside));
        let from = publish.from.and_then(|zone| {
            firewall.interfaces.iter().position(|interface| interface.zone == zone)
        });
        let from = from.map_or("any".to_owned(), |number| Platform::FortiOs.interface(number));
        let _ = writeln!(text, "    edit \"{}\"\n        set extip {public}", publish.name);
        let _ = writeln!(text, "        set mappedip \"{inside}\"\n        set extintf \"{from}\"");
        if let Some(Forward { service, port }) = publish.forward
            && let ServiceValue::Ports { protocol, destination, .. } =
                &firewall.service(service).value
        {
            text.push_str("        set portforward enable\n");
            if *protocol == 17 {
                text.push_str("        set protocol udp\n");
            }
            let mapped = port.map_or(destination.to_string(), |port| port.to_string());
            let _ = writeln!(text, "        set extport {destination}");
            let _ = writeln!(text, "        set mappedport {mapped}");
        }
        text.push_str("    next\n");
    }
    text.push_str("end\nconfig firewall ippool\n");
    let mut pools: Vec<usize> = firewall.hide.iter().filter_map(|hide| pool(hide.target)).collect();
    pools.sort_unstable();
    pools.dedup();
    for pool in pools {
        for range in firewall.ranges(pool) {
            let _ = writeln!(text, "    edit \"{}\"", firewall.address(pool).name);
            let _ = writeln!(text, "        set startip {}", range.first());
            let _ = writeln!(text, "        set endip {}\n    next", range.last());
        }
    }
    text.push_str("end\n");
}

fn pool(target: HideTarget) -> Option<usize> {
    match target {
        HideTarget::Pool(pool) => Some(pool),
        HideTarget::Nothing | HideTarget::Egress => None,
    }
}

/// One list of policies, with the addresses of these families.
fn policy_list(
    firewall: &Firewall,
    lines: &[Line],
    text: &mut String,
    list: &str,
    families: &[Family],
) {
    let _ = writeln!(text, "config firewall {list}");
    let mut number = 0;
    for line in lines {
        let said: Vec<Family> =
            families.iter().copied().filter(|family| says(firewall, line, *family)).collect();
        if said.is_empty() {
            continue;
        }
        number += 1;
        let _ = writeln!(text, "    edit {number}\n        set name \"{}\"", line.name);
        if !line.enabled {
            text.push_str("        set status disable\n");
        }
        let _ = writeln!(text, "        set srcintf{}", quoted(&line.from, "any"));
        let _ = writeln!(text, "        set dstintf{}", quoted(&line.to, "any"));
        if line.accept {
            text.push_str("        set action accept\n");
        }
        for family in said {
            let six = if family == Family::V6 && list == "policy" { "6" } else { "" };
            cell(firewall, &line.source, family, "srcaddr", six, text);
            match &line.destination {
                Target::Cell(destination) => {
                    cell(firewall, destination, family, "dstaddr", six, text);
                }
                Target::Vip(name) => {
                    let _ = writeln!(text, "        set dstaddr \"{name}\"");
                }
            }
        }
        text.push_str("        set schedule \"always\"\n");
        let _ = writeln!(text, "        set service{}", quoted(&line.services, "ALL"));
        if line.services_negated {
            text.push_str("        set service-negate enable\n");
        }
        if let Some(on) = line.match_vip.filter(|_| list == "policy") {
            let on = if on { "enable" } else { "disable" };
            let _ = writeln!(text, "        set match-vip {on}");
        }
        match line.hide {
            HideTarget::Nothing => {}
            HideTarget::Egress => text.push_str("        set nat enable\n"),
            HideTarget::Pool(pool) => {
                text.push_str("        set nat enable\n        set ippool enable\n");
                let _ = writeln!(text, "        set poolname \"{}\"", firewall.address(pool).name);
            }
        }
        text.push_str("    next\n");
    }
    text.push_str("end\n");
}

/// Whether a line matches packets of a family at all.
fn says(firewall: &Firewall, line: &Line, family: Family) -> bool {
    let destination = match &line.destination {
        Target::Cell(cell) => firewall.cell_has_family(cell, family),
        Target::Vip(_) => family == Family::V4,
    };
    destination && firewall.cell_has_family(&line.source, family)
}

fn quoted(names: &[String], none: &str) -> String {
    if names.is_empty() {
        return format!(" \"{none}\"");
    }
    names.iter().map(|name| format!(" \"{name}\"")).collect()
}

fn cell(firewall: &Firewall, cell: &Cell, family: Family, key: &str, six: &str, text: &mut String) {
    let names = names_of(firewall, &cell.members, family);
    if names.is_empty() {
        // Everything of the family: also all but addresses of the other one.
        let _ = writeln!(text, "        set {key}{six} \"all\"");
        return;
    }
    let _ = writeln!(text, "        set {key}{six}{names}");
    if cell.negated {
        let _ = writeln!(text, "        set {key}{six}-negate enable");
    }
}

fn central_nat(firewall: &Firewall, text: &mut String) {
    if firewall.profile.hide != HideBy::Addresses {
        return;
    }
    text.push_str("config firewall central-snat-map\n");
    for (number, hide) in firewall.hide.iter().enumerate() {
        let _ = writeln!(text, "    edit {}\n        set srcintf \"any\"", number + 1);
        text.push_str("        set dstintf \"any\"\n");
        cell(firewall, &hide.source, Family::V4, "orig-addr", "", text);
        cell(firewall, &hide.destination, Family::V4, "dst-addr", "", text);
        match hide.target {
            HideTarget::Nothing => text.push_str("        set nat disable\n"),
            HideTarget::Egress => {}
            HideTarget::Pool(pool) => {
                let _ =
                    writeln!(text, "        set nat-ippool \"{}\"", firewall.address(pool).name);
            }
        }
        text.push_str("    next\n");
    }
    text.push_str("end\n");
}

fn routes(firewall: &Firewall, text: &mut String) {
    for (list, family) in [("static", Family::V4), ("static6", Family::V6)] {
        let _ = writeln!(text, "config router {list}");
        let all = firewall.routes.iter().filter(|route| Family::of(route.gateway) == family);
        for (number, route) in all.enumerate() {
            let _ = writeln!(text, "    edit {}", number + 1);
            if route.prefix.length() > 0 {
                let _ = match family {
                    Family::V4 => {
                        let mask = mask(route.prefix.length());
                        writeln!(text, "        set dst {} {mask}", route.prefix.address())
                    }
                    Family::V6 => writeln!(text, "        set dst {}", route.prefix),
                };
            }
            let device = Platform::FortiOs.interface(route.interface);
            let _ = writeln!(text, "        set gateway {}", route.gateway);
            let _ = writeln!(text, "        set device \"{device}\"\n    next");
        }
        text.push_str("end\n");
    }
}
