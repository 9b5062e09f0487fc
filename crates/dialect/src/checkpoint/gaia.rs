//! Gaia clish, as `show configuration` writes it: host name, interfaces, static routes.
//!
//! Source: *Gaia Administration Guide* (R80.40 to R81.20), "Configuring IPv4 static routes", "Network interfaces".

mod features;

use std::net::{IpAddr, Ipv4Addr};

use hashbrown::HashMap;
use policy::{Prefix, parse_prefix};

use self::features::{feature_fate, holds_secret};
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
    /// Whether the lines that follow belong to another virtual firewall.
    elsewhere: bool,
    /// Interfaces by name.
    named: HashMap<&'t str, usize>,
    /// Routes by destination; those that were switched off are dropped at the end.
    to: HashMap<Prefix, Vec<usize>>,
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
    /// Whether no later line takes it back.
    on: bool,
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

/// Features that bring routes from elsewhere.
const PROTOCOLS: [&str; 13] = [
    "aggregate",
    "as",
    "bgp",
    "igrp",
    "isis",
    "kernel-routes",
    "ospf",
    "ospf3",
    "rip",
    "ripng",
    "route-redistribution",
    "routing-instance",
    "vrf",
];

/// Reads one configuration, taking every statement that is known.
pub(super) fn read<'t>(tree: &'t Tree, problems: &mut Vec<Problem>, limit: usize) -> Gaia<'t> {
    let mut gaia = Gaia {
        path: tree.path(),
        hostname: "",
        interfaces: Vec::new(),
        routes: Vec::new(),
        open: false,
        elsewhere: false,
        named: HashMap::new(),
        to: HashMap::new(),
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
    gaia.routes.retain(|route| route.on);
    gaia
}

impl<'t> Gaia<'t> {
    /// Takes one line. False when a value in it is wrong.
    fn line(&mut self, line: Node<'t>, words: &[&'t str]) -> bool {
        if let ["set", "virtual-system", number, ..] = words {
            // What follows belongs to that virtual firewall.
            self.elsewhere = *number != "0";
            self.open |= self.elsewhere;
            line.claim(match self.elsewhere {
                true => Fate::unsupported(Reason::Mode),
                false => Fate::inert(Reason::DefaultValue),
            });
            return true;
        }
        if holds_secret(words) {
            self.open |=
                matches!(words, [_, "bgp" | "ospf" | "rip" | "isis" | "instance" | "pppoe", ..]);
            line.claim(Fate::SECRET);
            return true;
        }
        if self.elsewhere {
            line.claim(Fate::unsupported(Reason::Mode));
            return true;
        }
        match words {
            ["set", "hostname", name, ..] => {
                self.hostname = name;
                line.claim(Fate::CONVERTED);
                true
            }
            ["set" | "add", "interface", name, rest @ ..] => self.interface(line, name, rest),
            ["set", "static-route", to, rest @ ..] => self.route(line, to, rest, false),
            ["set", "ipv6", "static-route", to, rest @ ..] => self.route(line, to, rest, true),
            [_, "ipv6", rest @ ..] => {
                self.other(line, rest);
                true
            }
            [_, rest @ ..] => {
                self.other(line, rest);
                true
            }
            _ => true,
        }
    }

    /// A line about anything else than interfaces and static routes. A feature that nobody knows may bring routes as well.
    fn other(&mut self, line: Node<'t>, words: &[&'t str]) {
        let (fate, open) = match words {
            ["instance", ..] => (Fate::unsupported(Reason::Mode), true),
            ["pbr" | "pbrroute", ..] => (Fate::unsupported(Reason::PolicyRoute), true),
            // A tunnel interface `vpntN`: its addresses and its peer's are not read.
            ["vpn", "tunnel", ..] => (Fate::approximated(Reason::TunnelCrypto), true),
            // Addresses, and with them routes, that are given from elsewhere.
            ["dhcp", "client", "interface", ..] | ["pppoe" | "ppp", ..] => {
                (Fate::approximated(Reason::DynamicRoute), true)
            }
            ["dhcp6relay" | "rdisc6" | "vrrp6", ..] => (Fate::inert(Reason::Management), false),
            [protocol, rest @ ..] if PROTOCOLS.contains(protocol) => {
                // Some lines are always there and only set defaults.
                let default = rest.iter().any(|word| word.ends_with("-interval"))
                    || rest.ends_with(&["backbone", "on"])
                    || *protocol == "kernel-routes" && rest.first() == Some(&"off");
                match default {
                    true => (Fate::inert(Reason::DefaultValue), false),
                    false => (Fate::approximated(Reason::DynamicRoute), true),
                }
            }
            [feature, ..] => match feature_fate(feature) {
                Some(fate) => (fate, false),
                None => {
                    self.open = true;
                    return;
                }
            },
            [] => return,
        };
        self.open |= open;
        line.claim(fate);
    }

    fn link(&mut self, line: Node<'t>, name: &'t str) -> Option<&mut Link<'t>> {
        let at = *self.named.entry(name).or_insert(self.interfaces.len());
        if at == self.interfaces.len() {
            self.interfaces.push(Link { node: line, name, on: true, addresses: Vec::new() });
        }
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
            ["ipv6-autoconfig" | "dhcp" | "dhcp-client", "off" | "disable", ..] => {
                Fate::inert(Reason::DefaultValue)
            }
            ["ipv6-autoconfig" | "dhcp" | "dhcp-client", ..] => {
                self.open = true;
                Fate::approximated(Reason::DynamicRoute)
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

    /// Takes routes back: all to a destination, or that over one hop.
    fn switch_off(&mut self, prefix: Prefix, hop: Option<Hop<'t>>) {
        for at in self.to.get(&prefix).into_iter().flatten() {
            let route = self.routes.get_mut(*at);
            if let Some(route) = route.filter(|route| hop.is_none_or(|hop| route.hop == hop)) {
                route.on = false;
            }
        }
    }

    fn route(&mut self, line: Node<'t>, to: &'t str, rest: &[&'t str], v6: bool) -> bool {
        let prefix = match (to, v6) {
            ("default", false) => Prefix::new(Ipv4Addr::UNSPECIFIED.into(), 0),
            ("default", true) => Prefix::new(std::net::Ipv6Addr::UNSPECIFIED.into(), 0),
            _ => parse_prefix(to),
        };
        let Some(prefix) = prefix else { return false };
        let (hop, settings) = match rest {
            ["off", ..] => {
                self.switch_off(prefix, None);
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
            // IPv6 names the neighbour without a keyword, and its interface where that is needed.
            ["nexthop", "gateway", _, "interface", name, settings @ ..] if v6 => {
                (Hop::Interface(name), settings)
            }
            ["nexthop", "gateway", address, settings @ ..] => {
                let Ok(address) = address.parse() else { return false };
                (Hop::Address(address), settings)
            }
            ["ping" | "ping6" | "rank" | "scopelocal", ..] => {
                // A monitored or ranked route may give way to another one.
                self.open = true;
                line.claim(Fate::approximated(Reason::DynamicRoute));
                return true;
            }
            _ => {
                self.open = true;
                return true;
            }
        };
        let (on, priority) = match settings_of(settings) {
            Some(Ok(found)) => found,
            Some(Err(())) => return false,
            // The route depends on what is not known here, a monitored address for example.
            None => {
                self.open = true;
                return true;
            }
        };
        line.claim(Fate::CONVERTED);
        if !on {
            self.switch_off(prefix, Some(hop));
            return true;
        }
        let known = self.to.entry(prefix).or_default();
        let mut same = known
            .iter()
            .copied()
            .filter(|at| self.routes.get(*at).is_some_and(|route| route.on && route.hop == hop));
        match same.next().and_then(|at| self.routes.get_mut(at)) {
            Some(route) => route.priority = priority.unwrap_or(route.priority),
            None => {
                known.push(self.routes.len());
                let priority = priority.unwrap_or(0);
                self.routes.push(StaticRoute { node: line, prefix, hop, priority, on });
            }
        }
        true
    }
}

/// Whether a route is on, and its priority. `None` when there is a word that nobody knows, an error for a value that is not valid.
fn settings_of(settings: &[&str]) -> Option<Result<(bool, Option<u32>), ()>> {
    let (mut on, mut priority) = (true, None);
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
                match number.filter(|number| (1..=8).contains(number)) {
                    Some(number) => priority = Some(number),
                    None => return Some(Err(())),
                }
            }
            _ => return None,
        }
    }
    Some(Ok((on, priority)))
}

fn prefix(address: &str, mask: &str) -> Option<Prefix> {
    parse_prefix(&format!("{address}/{mask}"))
}
