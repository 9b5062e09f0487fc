//! Zones, interfaces and routes.

use super::super::config::{Device, Hop, Interface, Network, Route, Router, System, Zone};
use super::super::inert;
use super::super::take::{by_table, inert as take_inert, value, word, yes};
use super::{Extract, claim_empty, system_index};
use crate::fate::{Fate, Reason};
use crate::tree::Node;

impl<'t> Extract<'t, '_> {
    pub(super) fn zone(&mut self, node: Node<'t>, system: &mut System<'t>) {
        let mut zone = Zone { name: word(node), kind: "", members: Vec::new() };
        for child in node.children() {
            if child.word(0) != "network" {
                by_table(child, inert::ZONE);
                continue;
            }
            for part in child.children() {
                match part.word(0) {
                    "layer3" | "layer2" | "virtual-wire" | "tap" | "tunnel" | "external" => {
                        // What is switched or only listened to does not cross to zones that are routed; here everything may.
                        part.claim_all(match part.word(0) {
                            "layer2" | "virtual-wire" | "tap" => Fate::approximated(Reason::Mode),
                            _ => Fate::CONVERTED,
                        });
                        zone.kind = part.word(0);
                        zone.members.extend(part.children().map(word));
                    }
                    "zone-protection-profile" => {
                        part.claim_all(Fate::approximated(Reason::Inspection));
                    }
                    "net-inspection" => take_inert(part, Reason::InspectionProfile),
                    _ => {
                        by_table(part, inert::ZONE);
                    }
                }
            }
            claim_empty(child);
        }
        claim_empty(node);
        match system.zones.iter_mut().find(|known| known.name.text == zone.name.text) {
            None => system.zones.push(zone),
            Some(_) => self.duplicate(zone.name),
        }
    }

    pub(super) fn network(&mut self, node: Node<'t>, device: &mut Device<'t>) {
        for child in node.children() {
            match child.word(0) {
                "interface" => interfaces(child, &mut device.network),
                "virtual-router" => {
                    for router in child.children() {
                        router_of(router, &mut device.network);
                    }
                }
                "logical-router" => {
                    for vrf in child.children().filter_map(|router| router.child("vrf")) {
                        vrf.children().for_each(|vrf| router_of(vrf, &mut device.network));
                    }
                }
                "shared-gateway" => {
                    for gateway in child.children() {
                        let index = system_index(device, gateway, true);
                        for part in gateway.children() {
                            self.system_part(device, index, part);
                        }
                        claim_empty(gateway);
                    }
                }
                "virtual-wire" => {
                    child.claim_all(Fate::unsupported(Reason::PolicyRoute));
                    device.network.unrouted |= child.children().next().is_some();
                }
                "vlan" => take_inert(child, Reason::LinkLayer),
                "tunnel" => tunnels(child),
                "profiles" => {
                    take_inert(child, Reason::Management);
                    if let Some(access) = child.child("interface-management-profile") {
                        access.claim_all(Fate::approximated(Reason::LocalTraffic));
                    }
                }
                _ => {
                    by_table(child, inert::NETWORK);
                }
            }
            claim_empty(child);
        }
    }
}

/// Tunnels: their keys are beside the point, what they let through is not modelled.
fn tunnels(node: Node<'_>) {
    take_inert(node, Reason::TunnelCrypto);
    for tunnel in node.children().flat_map(Node::children) {
        let keys = [tunnel.child("auto-key"), tunnel.child("manual-key"), Some(tunnel)];
        for list in ["proxy-id", "proxy-id-v6"] {
            let lists = keys.iter().flatten().filter_map(|keys| keys.child(list));
            lists.for_each(|list| list.claim_all(Fate::unsupported(Reason::TunnelSelector)));
        }
    }
}

fn interfaces<'t>(node: Node<'t>, network: &mut Network<'t>) {
    for kind in node.children() {
        match kind.word(0) {
            "aggregate-ethernet" | "ethernet" => {
                kind.children().for_each(|port| interface(port, network));
            }
            // The first of each is an interface itself.
            "cellular" | "loopback" | "sdwan" | "tunnel" | "vlan" => interface(kind, network),
            "ha1" | "ha2" => take_inert(kind, Reason::Management),
            _ => {}
        }
        claim_empty(kind);
    }
    claim_empty(node);
}

/// An interface with its units, one below the other.
fn interface<'t>(node: Node<'t>, network: &mut Network<'t>) {
    let mut found = Interface { name: word(node), addresses: Vec::new(), dynamic: false };
    parts(node, &mut found, network, 0);
    claim_empty(node);
    network.interfaces.push(found);
}

fn parts<'t>(node: Node<'t>, found: &mut Interface<'t>, network: &mut Network<'t>, depth: u32) {
    for child in node.children() {
        match child.word(0) {
            "layer3" if depth < 2 => parts(child, found, network, depth + 1),
            "layer2" | "tap" | "virtual-wire" => {
                network.unrouted = true;
                child.claim_all(Fate::inert(Reason::LinkLayer));
            }
            "units" if depth < 2 => {
                for unit in child.children() {
                    let mut inner =
                        Interface { name: word(unit), addresses: Vec::new(), dynamic: false };
                    parts(unit, &mut inner, network, 2);
                    claim_empty(unit);
                    network.interfaces.push(inner);
                }
            }
            "ip" => {
                for address in child.children() {
                    address.claim(Fate::CONVERTED);
                    found.addresses.push(word(address));
                    for part in address.children() {
                        take_inert(part, Reason::LinkLayer);
                    }
                }
            }
            "ipv6" => ipv6(child, found),
            "dhcp-client" | "pppoe" | "dynamic" => {
                child.claim_all(Fate::approximated(Reason::DynamicRoute));
                let off = child.child("enable").and_then(|node| node.children().next());
                found.dynamic |= off.is_none_or(|word| word.word(0) != "no");
            }
            // What is switched off carries nothing; here it does.
            "link-state" if child.children().any(|state| state.word(0) == "down") => {
                child.claim_all(Fate::approximated(Reason::MatchOption));
            }
            _ => {
                by_table(child, inert::INTERFACE);
            }
        }
        claim_empty(child);
    }
}

fn ipv6<'t>(node: Node<'t>, found: &mut Interface<'t>) {
    for child in node.children() {
        match child.word(0) {
            "address" => {
                for address in child.children() {
                    address.claim(Fate::CONVERTED);
                    found.addresses.push(word(address));
                    for part in address.children() {
                        take_inert(part, Reason::LinkLayer);
                    }
                }
            }
            "dhcp-client" | "inherited" => {
                child.claim_all(Fate::approximated(Reason::DynamicRoute));
                found.dynamic = true;
            }
            _ => take_inert(child, Reason::LinkLayer),
        }
        claim_empty(child);
    }
}

fn router_of<'t>(node: Node<'t>, network: &mut Network<'t>) {
    let mut router =
        Router { name: node.word(0), interfaces: Vec::new(), routes: Vec::new(), dynamic: false };
    for child in node.children() {
        match child.word(0) {
            "interface" => {
                child.claim_all(Fate::CONVERTED);
                router.interfaces.extend(child.children().map(word));
            }
            "routing-table" => {
                for family in child.children() {
                    for routes in family.children() {
                        if routes.word(0) == "static-route" {
                            routes.children().for_each(|node| router.routes.push(route(node)));
                        }
                        claim_empty(routes);
                    }
                    claim_empty(family);
                }
            }
            "protocol" | "bgp" | "ospf" | "ospfv3" | "rip" => protocols(child, &mut router),
            "ecmp" => {
                child.claim_all(Fate::approximated(Reason::DevicePicks));
            }
            "admin-dists" | "administrative-distances" | "rib-filter" => {
                child.claim_all(Fate::approximated(Reason::DynamicRoute));
            }
            "multicast" => child.claim_all(Fate::unsupported(Reason::Multicast)),
            "vr-admin-dists" => take_inert(child, Reason::Management),
            _ => {}
        }
        claim_empty(child);
    }
    claim_empty(node);
    network.routers.push(router);
}

/// Protocols that learn routes; those that are switched off learn none.
fn protocols(node: Node<'_>, router: &mut Router<'_>) {
    let single = node.word(0) != "protocol";
    let each: Vec<Node<'_>> = if single { vec![node] } else { node.children().collect() };
    for protocol in each {
        if matches!(protocol.word(0), "redist-profile" | "redist-profile-ipv6") {
            take_inert(protocol, Reason::Management);
            continue;
        }
        let enabled = protocol.child("enable").and_then(|node| node.children().next());
        if enabled.is_some_and(|word| word.word(0) == "yes") {
            protocol.claim_all(Fate::approximated(Reason::DynamicRoute));
            router.dynamic = true;
        } else {
            take_inert(protocol, Reason::Disabled);
        }
    }
}

fn route(node: Node<'_>) -> Route<'_> {
    let mut route = Route {
        name: word(node),
        destination: None,
        interface: None,
        hop: Hop::None,
        distance: None,
        metric: None,
        monitored: false,
    };
    for child in node.children() {
        match child.word(0) {
            "destination" => route.destination = value(child, Fate::CONVERTED),
            "interface" => route.interface = value(child, Fate::CONVERTED),
            "admin-dist" => route.distance = value(child, Fate::CONVERTED),
            "metric" => route.metric = value(child, Fate::CONVERTED),
            "nexthop" => route.hop = hop(child),
            "bfd" => take_inert(child, Reason::Management),
            "option" | "route-table" => take_inert(child, Reason::DefaultValue),
            "path-monitor" => {
                let enabled = child.child("enable").is_some_and(|node| yes(node, Fate::CONVERTED));
                route.monitored = enabled;
                child.claim_all(if enabled {
                    Fate::approximated(Reason::DynamicRoute)
                } else {
                    Fate::inert(Reason::Disabled)
                });
            }
            _ => {}
        }
        claim_empty(child);
    }
    route
}

fn hop(node: Node<'_>) -> Hop<'_> {
    let Some(kind) = node.children().next() else { return Hop::None };
    let given = kind.children().next().map(word);
    match (kind.word(0), given) {
        ("ip-address" | "ipv6-address", Some(word)) => {
            kind.claim_all(Fate::CONVERTED);
            Hop::Address(word)
        }
        ("next-vr" | "next-lr", Some(word)) => {
            kind.claim_all(Fate::CONVERTED);
            Hop::Router(word)
        }
        ("discard", _) => {
            kind.claim_all(Fate::CONVERTED);
            Hop::Discard
        }
        ("none", _) => {
            kind.claim_all(Fate::CONVERTED);
            Hop::None
        }
        ("fqdn" | "tunnel", _) => {
            kind.claim_all(Fate::approximated(Reason::DynamicRoute));
            Hop::Unknown
        }
        _ => Hop::Unknown,
    }
}
