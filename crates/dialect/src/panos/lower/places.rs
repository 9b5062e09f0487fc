//! Zones, interfaces and routes of a context.
//!
//! Packets of one virtual system may be routed by several virtual routers, depending on where they come in, and the neutral policy has
//! one table. So a route is given only where all routers with an interface in the context agree; where they do not, the question
//! stays open, and a wider route is cut up around it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;

use policy::{Family, Interface, InterfaceId, Origin, Prefix, Route, Routing, ZoneId};

use super::super::config::{self, Hop, Router, Word};
use super::Context;
use crate::fate::{Fate, Reason};
use crate::tree::Node;

/// How many routers a packet may be handed through.
const MOST_ROUTERS: usize = 8;

/// Where a prefix leads: an interface of this context, nowhere, or it is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Out(InterfaceId),
    Nowhere,
    Open,
}

type Key = (bool, u8, u128);
type Table = BTreeMap<Key, (u32, u32, Way, Option<policy::Span>)>;

fn key(prefix: Prefix) -> Key {
    let range = prefix.range();
    let bits = match range.first() {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    };
    (range.family() == Family::V6, prefix.length(), bits)
}

/// The same prefix, shorter by one bit and so on to none.
fn parents((v6, length, bits): Key) -> impl Iterator<Item = Key> {
    let width: u8 = if v6 { 128 } else { 32 };
    (0..length).rev().map(move |shorter| {
        let host = u32::from(width - shorter);
        let mask = if host >= 128 { u128::MAX } else { (1u128 << host) - 1 };
        (v6, shorter, bits & !mask)
    })
}

impl<'c, 't> Context<'c, 't, '_, '_> {
    pub(super) fn places(&mut self) {
        self.index_interfaces();
        let zones = self.source.zones.clone();
        let mut routed = true;
        for zone in &zones {
            let origin = Origin::at(zone.name.node.span(), zone.name.text);
            let id = self.build.zone(zone.name.text, &origin);
            if zone.kind == "external" {
                continue;
            }
            routed &= matches!(zone.kind, "layer3" | "tunnel" | "");
            for member in &zone.members {
                self.interface(*member, id);
            }
        }
        self.without_zone();
        self.routes(routed && !zones.is_empty());
    }

    /// What comes in by an interface that is in no zone is dropped; that is not modelled, so that its addresses are told.
    fn without_zone(&self) {
        let own = self.source.zones.iter().flat_map(|zone| &zone.members).map(|word| word.text);
        let own: HashSet<&str> = own.collect();
        for (name, interface) in &self.ports {
            if own.contains(name) || self.zoned.contains(name) {
                continue;
            }
            let node = interface.name.node;
            let parts = node.children().chain(node.children().flat_map(Node::children));
            let given = parts.filter(|part| matches!(part.word(0), "dhcp-client" | "pppoe"));
            for node in interface.addresses.iter().map(|word| word.node).chain(given) {
                node.claim_all(Fate::approximated(Reason::MatchOption));
            }
        }
    }

    /// Finds interfaces by name. Templates may give a port in one and its addresses in another.
    fn index_interfaces(&mut self) {
        let all = self.source.networks.iter().flat_map(|network| &network.interfaces);
        for interface in all {
            let known = self.ports.entry(interface.name.text).or_insert(interface);
            if known.addresses.is_empty() && !interface.addresses.is_empty() {
                *known = interface;
            }
        }
        let elsewhere = self.source.neighbours.iter().flat_map(|system| &system.zones);
        let members = elsewhere.flat_map(|zone| &zone.members);
        self.zoned.extend(members.map(|word| word.text));
    }

    fn config_interface(&self, name: &str) -> Option<&'c config::Interface<'t>> {
        self.ports.get(name).copied()
    }

    fn interface(&mut self, word: Word<'t>, zone: ZoneId) {
        let known = self.config_interface(word.text);
        let mut addresses = Vec::new();
        for address in known.map_or(&[][..], |known| known.addresses.as_slice()) {
            match self.interface_prefix(*address) {
                Some(prefix) => addresses.push(prefix),
                None => {
                    self.unreadable(*address, Reason::InvalidValue);
                }
            }
        }
        let node = known.map_or(word.node, |known| known.name.node);
        let origin = Origin::at(node.span(), word.text);
        let name = word.text.into();
        self.build.interface(Interface { name, zone, addresses, stand_in: false, origin });
    }

    /// The own address of an interface, with its network: literal, of an object, or of a variable.
    fn interface_prefix(&self, word: Word<'t>) -> Option<Prefix> {
        if let Some(prefix) = self.prefix(word) {
            return Some(prefix);
        }
        let scopes = self.source.scopes.iter();
        let thing = scopes.into_iter().find_map(|scope| scope.addresses.get(word.text))?;
        match &thing.value {
            config::AddressValue::Netmask(value) => self.prefix(*value),
            _ => None,
        }
    }

    /// The first own address of an interface, of any on the device.
    pub(super) fn own_address(&self, name: &str, family: Family) -> Option<IpAddr> {
        let known = self.config_interface(name)?;
        let own = known.addresses.iter().filter_map(|word| self.interface_prefix(*word));
        own.map(Prefix::address).find(|address| Family::of(*address) == family)
    }

    // --- Routes ---

    fn routes(&mut self, zoned: bool) {
        let routers: Vec<&'c Router<'t>> =
            self.source.networks.iter().flat_map(|network| &network.routers).collect();
        let here: HashMap<&str, InterfaceId> = self
            .build
            .policy
            .interfaces
            .iter()
            .zip(0u32..)
            .filter_map(|(known, id)| {
                let name = self.config_interface(&known.name)?.name.text;
                Some((name, InterfaceId(id)))
            })
            .collect();
        let mut names: Vec<&'t str> = Vec::new();
        for router in &routers {
            let in_use = router.interfaces.iter().any(|word| here.contains_key(word.text));
            if in_use && !names.contains(&router.name) {
                names.push(router.name);
            }
        }
        let mut tables: HashMap<&'t str, Table> = HashMap::new();
        for name in &names {
            self.table(name, &routers, &here, &mut tables, MOST_ROUTERS);
        }
        let whole = self.join(&names, &tables);
        let complete = zoned && whole && self.is_complete(&routers, &names, &here);
        self.build.policy.routing = if complete { Routing::Complete } else { Routing::Partial };
    }

    /// Whether nothing but these routes decides where packets leave.
    fn is_complete(
        &self,
        routers: &[&'c Router<'t>],
        names: &[&'t str],
        here: &HashMap<&str, InterfaceId>,
    ) -> bool {
        let unrouted = self.source.networks.iter().any(|network| network.unrouted);
        let forwards = self.source.levels.iter().any(|(_, rulebase)| rulebase.forwards);
        let used = || routers.iter().filter(|router| names.contains(&router.name));
        let learns = used()
            .any(|router| router.dynamic || router.routes.iter().any(|route| route.monitored));
        let dynamic = self.source.networks.iter().flat_map(|network| &network.interfaces);
        let dynamic = dynamic.into_iter().any(|interface| interface.dynamic);
        let in_routers: HashSet<&str> =
            used().flat_map(|router| &router.interfaces).map(|word| word.text).collect();
        let all_routed = here.keys().all(|name| in_routers.contains(name));
        let no_external = self.source.zones.iter().all(|zone| zone.kind != "external");
        let known = !names.is_empty() && here.len() == self.build.policy.interfaces.len();
        known && all_routed && no_external && !unrouted && !forwards && !learns && !dynamic
    }

    /// The routes of one router, others that it hands packets to included.
    fn table(
        &mut self,
        name: &'t str,
        routers: &[&'c Router<'t>],
        here: &HashMap<&str, InterfaceId>,
        tables: &mut HashMap<&'t str, Table>,
        depth: usize,
    ) {
        if tables.contains_key(name) {
            return;
        }
        // Stands while it is made, so that routers that point at each other end.
        tables.insert(name, Table::new());
        let mut table = Table::new();
        let parts: Vec<&'c Router<'t>> =
            routers.iter().copied().filter(|router| router.name == name).collect();
        for word in parts.iter().flat_map(|router| &router.interfaces) {
            let way = self.way_by(word.text, here);
            let known = self.config_interface(word.text);
            for address in known.map_or(&[][..], |known| known.addresses.as_slice()) {
                if let Some(prefix) = self.interface_prefix(*address) {
                    add(&mut table, prefix, (0, 0), way, None);
                }
            }
        }
        let connected = table.clone();
        let mut later = Vec::new();
        for route in parts.iter().flat_map(|router| &router.routes) {
            let Some(destination) = route.destination else { continue };
            let Some(prefix) = self.interface_prefix(destination) else {
                self.unreadable(destination, Reason::InvalidValue);
                continue;
            };
            let number = |word: Option<Word<'t>>, default: u32| {
                word.and_then(|word| word.text.parse().ok()).unwrap_or(default)
            };
            let cost = (number(route.distance, 10), number(route.metric, 10));
            let span = Some(route.name.node.span());
            let way = match (route.hop, route.interface) {
                (Hop::Discard, _) => Way::Nowhere,
                (Hop::Router(next), _) if depth > 0 => {
                    self.table(next.text, routers, here, tables, depth - 1);
                    later.push((prefix, cost, next.text, span));
                    continue;
                }
                (_, Some(interface)) if interface.text != "None" => {
                    self.way_by(interface.text, here)
                }
                (Hop::Address(word), _) => match self.prefix(word) {
                    Some(address) => look_up(&connected, key(address)).unwrap_or(Way::Open),
                    None => Way::Open,
                },
                _ => Way::Open,
            };
            if way == Way::Open {
                route.name.node.claim_rest(Fate::approximated(Reason::DynamicRoute));
            }
            add(&mut table, prefix, cost, way, span);
        }
        for (prefix, cost, next, span) in later {
            self.through(prefix, cost, tables.get(next), &mut table, span);
        }
        tables.insert(name, table);
    }

    /// A route into another router's table: its more specific routes count there too.
    fn through(
        &self,
        prefix: Prefix,
        cost: (u32, u32),
        next: Option<&Table>,
        table: &mut Table,
        span: Option<policy::Span>,
    ) {
        let Some(next) = next else {
            add(table, prefix, cost, Way::Open, span);
            return;
        };
        let own = key(prefix);
        add(table, prefix, cost, look_up(next, own).unwrap_or(Way::Nowhere), span);
        for (inner, (.., way, _)) in next {
            let inside = inner.1 > own.1 && parents(*inner).any(|outer| outer == own);
            // A more specific route of this router's own would win.
            let better = |table: &Table| {
                std::iter::once(*inner)
                    .chain(parents(*inner))
                    .take_while(|at| *at != own)
                    .any(|at| table.contains_key(&at))
            };
            if inside && !better(table) {
                table.insert(*inner, (cost.0, cost.1, *way, span));
            }
        }
    }

    /// Where an interface of the device leads, as this context sees it.
    fn way_by(&self, name: &str, here: &HashMap<&str, InterfaceId>) -> Way {
        if let Some(id) = here.get(name) {
            return Way::Out(*id);
        }
        // To another virtual system, by an external zone: which one is not said by routes. Without a zone it is dropped.
        if self.zoned.contains(name) || self.source.zones.is_empty() {
            Way::Open
        } else {
            Way::Nowhere
        }
    }

    /// One table for all routers where they agree. False when some question is open.
    fn join(&mut self, names: &[&'t str], tables: &HashMap<&'t str, Table>) -> bool {
        let tables: Vec<&Table> = names.iter().filter_map(|name| tables.get(name)).collect();
        let all: BTreeMap<Key, ()> =
            tables.iter().flat_map(|table| table.keys()).map(|key| (*key, ())).collect();
        let mut agreed: Vec<(Key, Way, u32, Option<policy::Span>)> = Vec::new();
        let mut open: HashSet<Key> = HashSet::new();
        for key in all.keys() {
            let mut ways = tables.iter().map(|table| look_up(table, *key).unwrap_or(Way::Nowhere));
            let first = ways.next().unwrap_or(Way::Open);
            if first == Way::Open || ways.any(|way| way != first) {
                open.insert(*key);
            } else {
                let found = tables.iter().find_map(|table| table.get(key));
                let (distance, span) = found.map_or((0, None), |found| (found.0, found.3));
                agreed.push((*key, first, distance, span));
            }
        }
        let tainted: HashSet<Key> =
            open.iter().flat_map(|key| std::iter::once(*key).chain(parents(*key))).collect();
        // An interface's network answers by itself; where it must not, only its own address stays.
        for interface in &mut self.build.policy.interfaces {
            for prefix in &mut interface.addresses {
                let key = key(*prefix);
                if tainted.contains(&key) || !all.contains_key(&key) {
                    let bits = Family::of(prefix.address()).bits();
                    *prefix = Prefix::new(prefix.address(), bits).unwrap_or(*prefix);
                }
            }
        }
        for (whole, way, distance, span) in agreed {
            for key in without(whole, &open, &tainted, &all) {
                // A network that an interface has by itself needs no route.
                let itself = key == whole && span.is_none() && way != Way::Nowhere;
                let Some(prefix) = prefix_of(key).filter(|_| !itself) else { continue };
                let interface = match way {
                    Way::Out(id) => Some(id),
                    Way::Nowhere | Way::Open => None,
                };
                let label = format!("route to {prefix}");
                let origin = match span {
                    Some(span) => Origin::at(span, label),
                    None => Origin::implied(label),
                };
                self.build.policy.routes.push(Route { prefix, interface, distance, origin });
            }
        }
        open.is_empty()
    }
}

/// The parts of a prefix outside of those that are open, as far as no other known prefix answers for them.
fn without(
    whole: Key,
    open: &HashSet<Key>,
    tainted: &HashSet<Key>,
    all: &BTreeMap<Key, ()>,
) -> Vec<Key> {
    let mut parts = Vec::new();
    let mut left = vec![whole];
    while let Some(key) = left.pop() {
        if open.contains(&key) || (key != whole && all.contains_key(&key)) {
            continue;
        }
        if !tainted.contains(&key) {
            parts.push(key);
            continue;
        }
        let (v6, length, bits) = key;
        let width: u8 = if v6 { 128 } else { 32 };
        if length < width {
            let half = 1u128 << (width - length - 1);
            left.push((v6, length + 1, bits));
            left.push((v6, length + 1, bits | half));
        }
    }
    parts
}

fn prefix_of((v6, length, bits): Key) -> Option<Prefix> {
    let address =
        if v6 { IpAddr::V6(bits.into()) } else { IpAddr::V4(u32::try_from(bits).ok()?.into()) };
    Prefix::new(address, length)
}

fn add(table: &mut Table, prefix: Prefix, cost: (u32, u32), way: Way, span: Option<policy::Span>) {
    let entry = table.entry(key(prefix)).or_insert((cost.0, cost.1, way, span));
    if cost < (entry.0, entry.1) {
        *entry = (cost.0, cost.1, way, span);
    } else if cost == (entry.0, entry.1) && way != entry.2 {
        // Two as good as each other: the device picks.
        entry.2 = Way::Open;
    }
}

/// The longest prefix of a table that holds this one.
fn look_up(table: &Table, key: Key) -> Option<Way> {
    std::iter::once(key).chain(parents(key)).find_map(|at| table.get(&at)).map(|found| found.2)
}
