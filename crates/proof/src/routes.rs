//! Where packets leave, as sets of addresses.

use std::net::IpAddr;
use std::sync::Arc;

use hashbrown::HashMap;
use policy::{Family, Interface, InterfaceId, Policy, Routing, ZoneId};

use crate::sets::Set;
use crate::wide::{address_number, number_range};

/// The addresses of one family by where packets to them leave.
#[derive(Clone, Debug)]
pub(crate) struct Ways {
    /// By zone of the policy: addresses behind it, the firewall's own ones there included.
    pub(crate) zones: Vec<Set<u128>>,
    /// The firewall's own addresses.
    pub(crate) own: Set<u128>,
    /// Addresses without a way.
    pub(crate) nowhere: Set<u128>,
    /// Addresses that the routes do not tell.
    pub(crate) open: Set<u128>,
    /// By zone of the policy: which of its interfaces packets leave by, in a text that is the same where the function is.
    pub(crate) inside: Vec<Arc<str>>,
}

/// What a route leads to, as the index of a place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Zone(usize),
    Nowhere,
    Open,
}

impl Ways {
    /// Longest prefix first, then smallest distance, then first: as [`policy::decide`] has it.
    pub(crate) fn new(policy: &Policy, family: Family) -> Self {
        let zone_of = |interface: policy::InterfaceId| -> Option<usize> {
            let interface = policy.interfaces.get(usize::try_from(interface.0).ok()?)?;
            usize::try_from(interface.zone.0).ok()
        };
        let mut routes: Vec<((u128, u128), u32, usize, Way)> = Vec::new();
        for interface in &policy.interfaces {
            for prefix in &interface.addresses {
                if Family::of(prefix.address()) == family {
                    let way = usize::try_from(interface.zone.0).map_or(Way::Nowhere, Way::Zone);
                    routes.push((number_range(prefix.range()), 0, routes.len(), way));
                }
            }
        }
        for route in &policy.routes {
            if Family::of(route.prefix.address()) == family {
                let zone = route.interface.and_then(zone_of);
                let way = zone.map_or(Way::Nowhere, Way::Zone);
                routes.push((
                    number_range(route.prefix.range()),
                    route.distance,
                    routes.len(),
                    way,
                ));
            }
        }
        // Of equal prefixes the best one first, so that the others find nothing left.
        routes.sort_by_key(|((first, last), distance, index, _)| {
            (*first, u128::MAX - *last, *distance, *index)
        });
        routes.dedup_by_key(|(range, ..)| *range);
        let rest = if policy.routing == Routing::Complete { Way::Nowhere } else { Way::Open };
        let mut painted = Painted::default();
        painted.paint(number_range(family.all()), rest, &routes);
        painted.into_ways(policy, family)
    }
}

/// Disjoint pieces, each with its way.
#[derive(Default)]
struct Painted {
    pieces: Vec<(u128, u128, Way)>,
}

impl Painted {
    /// Prefixes are nested or apart, so a stack of the open ones tells who has each address.
    fn paint(&mut self, all: (u128, u128), rest: Way, routes: &[((u128, u128), u32, usize, Way)]) {
        let mut open: Vec<(u128, Way)> = vec![(all.1, rest)];
        // `None` when the very last address has been painted.
        let mut next = Some(all.0);
        for ((first, last), _, _, way) in routes {
            self.close(&mut open, &mut next, *first);
            if let (Some(from), Some((_, top))) = (next, open.last())
                && from < *first
            {
                self.pieces.push((from, first - 1, *top));
            }
            next = Some(*first);
            open.push((*last, *way));
        }
        self.close(&mut open, &mut next, u128::MAX);
        while let (Some(from), Some((last, way))) = (next, open.pop()) {
            if from <= last {
                self.pieces.push((from, last, way));
            }
            next = last.checked_add(1);
        }
    }

    /// Ends every open prefix that ends before `before`.
    fn close(&mut self, open: &mut Vec<(u128, Way)>, next: &mut Option<u128>, before: u128) {
        while let Some((last, way)) = open.last().copied()
            && last < before
            && open.len() > 1
        {
            if let Some(from) = *next
                && from <= last
            {
                self.pieces.push((from, last, way));
                *next = last.checked_add(1);
            }
            open.pop();
        }
    }

    fn into_ways(self, policy: &Policy, family: Family) -> Ways {
        let mut zones: Vec<Vec<(u128, u128)>> = vec![Vec::new(); policy.zones.len()];
        let (mut nowhere, mut open) = (Vec::new(), Vec::new());
        for (first, last, way) in self.pieces {
            match way {
                Way::Zone(zone) => {
                    if let Some(zone) = zones.get_mut(zone) {
                        zone.push((first, last));
                    }
                }
                Way::Nowhere => nowhere.push((first, last)),
                Way::Open => open.push((first, last)),
            }
        }
        let mut own: Vec<(u128, u128)> = Vec::new();
        let mut zones: Vec<Set<u128>> = zones.into_iter().map(Set::new).collect();
        for interface in &policy.interfaces {
            for prefix in &interface.addresses {
                if Family::of(prefix.address()) != family {
                    continue;
                }
                let number = address_number(prefix.address());
                // The first interface that has the address owns it.
                if own.contains(&(number, number)) {
                    continue;
                }
                own.push((number, number));
                let one = Set::one(number);
                for (zone, set) in zones.iter_mut().enumerate() {
                    let mine = usize::try_from(interface.zone.0) == Ok(zone);
                    *set = if mine { set.or(&one) } else { set.without(&one) };
                }
            }
        }
        let own = Set::new(own);
        let zone_ids = (0u32..).zip(&policy.zones).map(|(id, _)| id);
        Ways {
            zones,
            nowhere: Set::new(nowhere).without(&own),
            open: Set::new(open).without(&own),
            own,
            inside: zone_ids.map(|zone| inside(policy, ZoneId(zone), family).into()).collect(),
        }
    }
}

/// The address that packets get that leave by the interface: its first one of the family.
pub(crate) fn own_address(interface: &Interface, family: Family) -> Option<IpAddr> {
    let mut own = interface.addresses.iter().map(|prefix| prefix.address());
    own.find(|own| Family::of(*own) == family)
}

/// The interfaces of a zone of several, and by which of them packets leave: of each destination the best route within the zone, as
/// [`policy::decide`] takes it. Empty for a zone of one interface.
fn inside(policy: &Policy, zone: ZoneId, family: Family) -> String {
    let ids = (0u32..).map(InterfaceId).zip(&policy.interfaces);
    // Interfaces without an address are told apart by their names: nothing else is known of them.
    let name = |interface: &Interface| {
        let own = own_address(interface, family).map(|own| own.to_string());
        own.unwrap_or_else(|| format!("{:?}", interface.name))
    };
    let there: HashMap<InterfaceId, String> = ids
        .clone()
        .filter(|(_, interface)| interface.zone == zone)
        .map(|(id, interface)| (id, name(interface)))
        .collect();
    if there.len() < 2 {
        return String::new();
    }
    let connected = ids.flat_map(|(id, interface)| {
        interface.addresses.iter().map(move |prefix| (*prefix, 0, Some(id)))
    });
    let routes = policy.routes.iter().map(|route| (route.prefix, route.distance, route.interface));
    let mut ways: Vec<_> = connected
        .chain(routes)
        .filter(|(prefix, ..)| Family::of(prefix.address()) == family)
        .filter_map(|(prefix, distance, by)| {
            let (first, last) = number_range(prefix.range());
            Some((first, last, distance, there.get(&by?)?))
        })
        .collect();
    ways.sort_by_key(|(first, last, distance, _)| (*first, *last, *distance));
    ways.dedup_by_key(|(first, last, ..)| (*first, *last));
    let mut names: Vec<&String> = there.values().collect();
    names.sort_unstable();
    let mut text = format!("of {names:?}");
    for (first, last, _, by) in ways {
        text.push_str(&format!(", {first:#x}-{last:#x} by {by}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use policy::{Builder, Origin, Prefix, Route, parse_prefix};

    use super::*;

    fn net(text: &str) -> Prefix {
        parse_prefix(text).unwrap()
    }

    #[test]
    fn the_longest_prefix_wins_and_own_addresses_are_in_their_zone() {
        let mut builder = Builder::new("x");
        for (name, address) in [("a", "10.0.0.1/24"), ("b", "10.0.1.1/24")] {
            let origin = Origin::implied(name);
            let zone = builder.zone(name, &origin);
            let addresses = vec![net(address)];
            builder.interface(Interface {
                name: name.into(),
                zone,
                addresses,
                stand_in: false,
                origin,
            });
        }
        let mut policy = builder.policy;
        policy.routing = Routing::Complete;
        for (prefix, interface, distance) in
            [("10.0.0.0/8", Some(1), 1), ("10.0.0.128/25", Some(1), 1), ("10.9.0.0/16", None, 1)]
        {
            let interface = interface.map(InterfaceId);
            let origin = Origin::default();
            policy.routes.push(Route { prefix: net(prefix), interface, distance, origin });
        }
        let ways = Ways::new(&policy, Family::V4);
        let at = |text: &str| address_number(text.parse().unwrap());
        assert!(ways.zones[0].contains(at("10.0.0.5")) && ways.zones[0].contains(at("10.0.0.1")));
        assert!(ways.zones[1].contains(at("10.0.0.200")) && ways.zones[1].contains(at("10.0.2.1")));
        assert!(ways.nowhere.contains(at("10.9.1.1")) && ways.nowhere.contains(at("11.0.0.1")));
        assert!(ways.nowhere.contains(at("255.255.255.255")) && ways.nowhere.contains(0));
        assert!(!ways.own.contains(at("10.0.0.2")) && ways.own.contains(at("10.0.1.1")));
        let all = ways.zones[0].or(&ways.zones[1]).or(&ways.nowhere);
        assert_eq!(all, Set::new(vec![(0, u128::from(u32::MAX))]), "every address has one way");
    }
}
