//! Gaia clish, as `show configuration` writes it: host name, interfaces, static routes.
//!
//! Source: *Gaia Administration Guide* (R80.40 to R81.20), "Configuring IPv4 static routes", "Network interfaces".

use std::net::{IpAddr, Ipv4Addr};

use policy::{Prefix, parse_prefix};

use crate::codes;
use crate::fate::{Fate, Reason};
use crate::reading::Problem;
use crate::tree::{Node, Tree};

/// One Gaia configuration.
#[derive(Debug)]
pub(super) struct Gaia<'t> {
    /// The file's path.
    pub(super) path: &'t str,
    /// The host name; may be empty.
    pub(super) hostname: &'t str,
    /// Interfaces, in the order in which they are first named.
    pub(super) interfaces: Vec<Link<'t>>,
    /// Static routes.
    pub(super) routes: Vec<StaticRoute<'t>>,
    /// Whether other routes may exist: dynamic routing, policy routes, something unread.
    pub(super) open: bool,
}

/// An interface.
#[derive(Debug)]
pub(super) struct Link<'t> {
    /// Where it is first named.
    pub(super) node: Node<'t>,
    /// Its name.
    pub(super) name: &'t str,
    /// Whether it is switched on.
    pub(super) on: bool,
    /// Its addresses.
    pub(super) addresses: Vec<Prefix>,
}

/// A static route to one next hop.
#[derive(Debug)]
pub(super) struct StaticRoute<'t> {
    /// Where it is.
    pub(super) node: Node<'t>,
    /// The destination.
    pub(super) prefix: Prefix,
    /// Where it leads.
    pub(super) hop: Hop<'t>,
    /// 1 to 8, the smallest wins; 0 when none is given.
    pub(super) priority: u32,
}

/// Where a route leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hop<'t> {
    /// To a neighbour.
    Address(IpAddr),
    /// Out of an interface.
    Interface(&'t str),
    /// Nowhere: blackhole or reject.
    Nowhere,
}

/// Reads one configuration, taking every statement that is known.
pub(super) fn read<'t>(tree: &'t Tree, problems: &mut Vec<Problem>, limit: usize) -> Gaia<'t> {
    let mut gaia = Gaia {
        path: tree.path(),
        hostname: "",
        interfaces: Vec::new(),
        routes: Vec::new(),
        open: false,
    };
    for line in tree.roots() {
        let words: Vec<&'t str> = line.words().collect();
        if !gaia.line(line, &words) {
            line.claim(Fate::unsupported(Reason::InvalidValue));
            gaia.open = true;
            if problems.len() < limit {
                let args = vec![
                    ("statement", words.iter().take(3).copied().collect::<Vec<_>>().join(" ")),
                    ("value", words.get(3..).unwrap_or(&[]).join(" ").chars().take(80).collect()),
                ];
                problems.push(Problem::error(codes::INVALID_VALUE, line.span(), args));
            }
        }
    }
    gaia
}

impl<'t> Gaia<'t> {
    /// Takes one line. False when a value in it is wrong.
    fn line(&mut self, line: Node<'t>, words: &[&'t str]) -> bool {
        match words {
            ["set", "hostname", name, ..] => {
                self.hostname = name;
                line.claim(Fate::CONVERTED);
                true
            }
            ["set" | "add", "interface", name, rest @ ..] => self.interface(line, name, rest),
            ["set", "static-route", to, rest @ ..] => self.route(line, to, rest, false),
            ["set", "ipv6", "static-route", to, rest @ ..] => self.route(line, to, rest, true),
            ["set" | "add", "ipv6-state" | "ipv6", ..] => {
                line.claim(Fate::inert(Reason::Management));
                true
            }
            // What follows belongs to another virtual firewall.
            ["set", "virtual-system", number, ..] if *number != "0" => {
                self.open = true;
                line.claim(Fate::unsupported(Reason::Mode));
                true
            }
            ["set", "virtual-system", ..] => {
                line.claim(Fate::inert(Reason::DefaultValue));
                true
            }
            [_, "pbr", ..] => {
                self.open = true;
                line.claim(Fate::unsupported(Reason::PolicyRoute));
                true
            }
            [
                _,
                protocol @ ("bgp"
                | "ospf"
                | "ospf3"
                | "rip"
                | "isis"
                | "igrp"
                | "as"
                | "kernel-routes"
                | "route-redistribution"),
                rest @ ..,
            ] => {
                // Some lines are always there and only set defaults.
                let default = rest.iter().any(|word| word.ends_with("-interval"))
                    || rest.ends_with(&["backbone", "on"])
                    || *protocol == "kernel-routes" && rest.first() == Some(&"off");
                if default {
                    line.claim(Fate::inert(Reason::DefaultValue));
                } else {
                    self.open = true;
                    line.claim(Fate::approximated(Reason::DynamicRoute));
                }
                true
            }
            ["set" | "add" | "delete" | "lock" | "unlock" | "save", feature, ..] => {
                match feature_fate(feature) {
                    Some(Fate::SECRET) => line.claim(Fate::SECRET),
                    Some(_) if words.iter().any(|word| is_secret(word)) => line.claim(Fate::SECRET),
                    Some(fate) => line.claim(fate),
                    None => {}
                }
                true
            }
            _ => true,
        }
    }

    fn link(&mut self, line: Node<'t>, name: &'t str) -> Option<&mut Link<'t>> {
        let at = self.interfaces.iter().position(|link| link.name == name).unwrap_or_else(|| {
            self.interfaces.push(Link { node: line, name, on: true, addresses: Vec::new() });
            self.interfaces.len() - 1
        });
        self.interfaces.get_mut(at)
    }

    fn interface(&mut self, line: Node<'t>, name: &'t str, rest: &[&'t str]) -> bool {
        let Some(link) = self.link(line, name) else { return false };
        let converted = Fate::CONVERTED;
        let fate = match rest {
            ["ipv4-address" | "ipv6-address", address, "mask-length" | "subnet-mask", mask, ..] => {
                let Some(prefix) = prefix(address, mask) else { return false };
                link.addresses
                    .retain(|known| known.address().is_ipv4() != prefix.address().is_ipv4());
                link.addresses.push(prefix);
                converted
            }
            ["alias", address, ..] => {
                let Some(prefix) = parse_prefix(address) else { return false };
                link.addresses.push(prefix);
                converted
            }
            ["state", state @ ("on" | "off"), ..] => {
                link.on = *state == "on";
                converted
            }
            ["ipv6-autoconfig" | "dhcp", ..] => {
                self.open = true;
                Fate::approximated(Reason::NamedUnknown)
            }
            ["vlan", ..] => converted,
            ["comments", ..] => Fate::inert(Reason::Cosmetic),
            [
                "link-speed" | "auto-negotiation" | "mtu" | "mac-addr" | "rx-ringsize"
                | "tx-ringsize" | "monitor-mode" | "rx-flow" | "tx-flow" | "6in4" | "6to4"
                | "loopback",
                ..,
            ] => Fate::inert(Reason::LinkLayer),
            _ => return true,
        };
        line.claim(fate);
        true
    }

    fn route(&mut self, line: Node<'t>, to: &'t str, rest: &[&'t str], v6: bool) -> bool {
        let prefix = match (to, v6) {
            ("default", false) => Prefix::new(Ipv4Addr::UNSPECIFIED.into(), 0),
            ("default", true) => Prefix::new(std::net::Ipv6Addr::UNSPECIFIED.into(), 0),
            _ => parse_prefix(to),
        };
        let Some(prefix) = prefix else { return false };
        let same = |route: &StaticRoute<'_>| route.prefix == prefix;
        let (hop, settings) = match rest {
            ["off", ..] => {
                self.routes.retain(|route| !same(route));
                line.claim(Fate::CONVERTED);
                return true;
            }
            ["comment", ..] => {
                line.claim(Fate::inert(Reason::Cosmetic));
                return true;
            }
            ["nexthop", "blackhole" | "reject", settings @ ..] => (Hop::Nowhere, settings),
            ["nexthop", "gateway", "logical", name, settings @ ..] => {
                (Hop::Interface(name), settings)
            }
            ["nexthop", "gateway", "address" | "ipv6-address", address, settings @ ..] => {
                let Ok(address) = address.parse() else { return false };
                (Hop::Address(address), settings)
            }
            ["ping" | "ping6" | "rank" | "scopelocal", ..] => {
                // A monitored or ranked route may give way to another one.
                self.open = true;
                line.claim(Fate::approximated(Reason::DynamicRoute));
                return true;
            }
            _ => return true,
        };
        let mut priority = None;
        let mut on = true;
        let mut words = settings.iter();
        while let Some(word) = words.next() {
            match *word {
                "on" => on = true,
                "off" => on = false,
                "interface" => {
                    words.next();
                }
                "priority" => {
                    let number = words.next().and_then(|number| number.parse().ok());
                    let Some(number) = number.filter(|number| (1..=8).contains(number)) else {
                        return false;
                    };
                    priority = Some(number);
                }
                _ => return true,
            }
        }
        line.claim(Fate::CONVERTED);
        let known = self.routes.iter_mut().find(|route| same(route) && route.hop == hop);
        match known {
            Some(_) if !on => self.routes.retain(|route| !(same(route) && route.hop == hop)),
            Some(known) => known.priority = priority.unwrap_or(known.priority),
            None if on => {
                let priority = priority.unwrap_or(0);
                self.routes.push(StaticRoute { node: line, prefix, hop, priority });
            }
            None => {}
        }
        true
    }
}

fn prefix(address: &str, mask: &str) -> Option<Prefix> {
    parse_prefix(&format!("{address}/{mask}"))
}

fn is_secret(word: &str) -> bool {
    matches!(
        word,
        "password-hash"
            | "expert-password-hash"
            | "expert-password"
            | "grub2-password"
            | "password"
            | "secret"
            | "community"
            | "key"
            | "privacy-pass-phrase"
            | "auth-pass-phrase"
            | "authtype"
            | "shared-secret"
            | "cleartext-password"
            | "privpassword"
            | "passwd"
            | "md5"
    )
}

/// Features of Gaia that decide nothing about packets through the gateway, with why; features that do, and are not modelled, too.
const FEATURES: [(Fate, &[&str]); 5] = [
    (
        Fate::inert(Reason::Management),
        &[
            "aaa",
            "allowed-client",
            "api",
            "asset",
            "backup",
            "backup-scheduled",
            "bootp",
            "chassis",
            "clienv",
            "cloning-group",
            "cluster",
            "command",
            "config",
            "config-lock",
            "config-state",
            "core-dump",
            "cron",
            "database",
            "date",
            "dhcp",
            "dns",
            "domain",
            "domainname",
            "dynamic-balancing",
            "edition",
            "environment",
            "expert-password",
            "expert-password-hash",
            "format",
            "gaia-api",
            "group",
            "grub2-password",
            "hardware",
            "high-availability",
            "host",
            "hosts",
            "inactivity-timeout",
            "installer",
            "ip-conntrack",
            "iphelper",
            "ipreachdetect",
            "ipstat",
            "lcd",
            "maestro",
            "mail-notification",
            "management",
            "max-path-splits",
            "mcvrrp",
            "message",
            "nat-pool",
            "net-access",
            "ntp",
            "password-controls",
            "proxy",
            "rba",
            "role",
            "router-id",
            "router-options",
            "security-group",
            "selfpasswd",
            "smo",
            "snapshot",
            "ssh",
            "ssl",
            "static-mroute",
            "sysenv",
            "time",
            "timezone",
            "tls",
            "trusted-ca",
            "upgrade",
            "user",
            "volume",
            "vrrp",
            "vsx",
            "web",
        ],
    ),
    (
        Fate::inert(Reason::Logging),
        &[
            "lldp",
            "neighbor-entry",
            "netflow",
            "routedsyslog",
            "sflow",
            "snmp",
            "syslog",
            "tracefile",
        ],
    ),
    (
        Fate::inert(Reason::LinkLayer),
        &[
            "arp",
            "bonding",
            "bridging",
            "fcd",
            "interface-group",
            "ndp",
            "neighbor",
            "ppp",
            "pppoe",
            "wireless",
        ],
    ),
    (Fate::unsupported(Reason::Multicast), &["igmp", "ipv6-pim", "mfc", "pim"]),
    (
        Fate::inert(Reason::DefaultValue),
        &[
            "aggregate",
            "export-route-filter",
            "inbound-route-filter",
            "prefix-list",
            "prefix-tree",
            "route-redistribution",
            "routemap",
        ],
    ),
];

fn feature_fate(feature: &str) -> Option<Fate> {
    FEATURES.iter().find(|(_, features)| features.contains(&feature)).map(|(fate, _)| *fate)
}
