//! Which zones of two contexts are the same place.

use std::collections::BTreeSet;

use model::record::prove::ZonePair;
use policy::{Interface, IpRange, Policy, Verdict, ZoneId, Zones};
use proof::analysis::{Query, query};
use proof::prove::ZoneMap;

/// The zones of two contexts, paired.
pub(crate) struct Paired {
    /// For the prover.
    pub(crate) map: ZoneMap,
    /// For people.
    pub(crate) pairs: Vec<ZonePair>,
    /// Zones of the left one without a counterpart.
    pub(crate) left: Vec<ZoneId>,
    /// Zones of the right one without a counterpart.
    pub(crate) right: Vec<ZoneId>,
}

fn at<T>(list: &[T], id: u32) -> Option<&T> {
    usize::try_from(id).ok().and_then(|id| list.get(id))
}

/// The interfaces of each zone, without stand-ins.
fn by_zone(policy: &Policy) -> Vec<Vec<&Interface>> {
    let mut zones: Vec<Vec<&Interface>> = vec![Vec::new(); policy.zones.len()];
    for interface in policy.interfaces.iter().filter(|one| !one.stand_in) {
        let zone = usize::try_from(interface.zone.0).ok().and_then(|zone| zones.get_mut(zone));
        if let Some(zone) = zone {
            zone.push(interface);
        }
    }
    zones
}

/// Zones with their numbers.
pub(crate) fn zones(policy: &Policy) -> impl Iterator<Item = (ZoneId, &str)> {
    (0u32..).map(ZoneId).zip(policy.zones.iter().map(|zone| &*zone.name))
}

/// The zone of this name, or of the interface of this name.
pub(crate) fn zone(policy: &Policy, name: &str) -> Option<ZoneId> {
    let named = zones(policy).find(|(_, known)| *known == name).map(|(id, _)| id);
    named.or_else(|| {
        let mut interfaces = policy.interfaces.iter();
        interfaces.find(|one| *one.name == *name).map(|one| one.zone)
    })
}

/// The zone of the interface of this name.
pub(crate) fn zone_of_interface(policy: &Policy, name: &str) -> Option<ZoneId> {
    policy.interfaces.iter().find(|one| *one.name == *name).map(|one| one.zone)
}

/// The networks that an interface is in; a lone address is none.
pub(crate) fn networks(interface: &Interface) -> impl Iterator<Item = IpRange> {
    let networks = interface.addresses.iter().map(|prefix| prefix.range());
    networks.filter(|range| range.first() != range.last())
}

/// Pairs zones: those that were given, and unless nothing is to be proposed those that share a name, an own address, a network, an
/// interface's name or the routes that lead there, and the last with the last.
pub(crate) fn pair_zones(
    left: &Policy,
    right: &Policy,
    given: &[(ZoneId, ZoneId)],
    propose: bool,
) -> Paired {
    let mut pairs: Vec<Found> = given.iter().map(|pair| (pair.0, pair.1, "given")).collect();
    if propose {
        propose_zones(left, right, &mut pairs);
    }
    let open = |policy: &Policy, taken: &dyn Fn(ZoneId) -> bool| -> Vec<ZoneId> {
        zones(policy).map(|(id, _)| id).filter(|id| !taken(*id)).collect()
    };
    Paired {
        left: open(left, &|id| pairs.iter().any(|pair| pair.0 == id)),
        right: open(right, &|id| pairs.iter().any(|pair| pair.1 == id)),
        pairs: pairs
            .iter()
            .map(|(mine, theirs, by)| ZonePair {
                left: zone_name(left, *mine),
                right: zone_name(right, *theirs),
                by: (*by).to_owned(),
            })
            .collect(),
        map: ZoneMap { pairs: pairs.iter().map(|pair| (pair.0, pair.1)).collect() },
    }
}

/// Two zones, and why they are the same.
type Found = (ZoneId, ZoneId, &'static str);

fn propose_zones(left: &Policy, right: &Policy, pairs: &mut Vec<Found>) {
    let (mine, theirs) = (by_zone(left), by_zone(right));
    let shared = |alike: fn(&Interface, &Interface) -> bool| {
        let (mine, theirs) = (&mine, &theirs);
        move |one: ZoneId, other: ZoneId| {
            let (Some(mine), Some(theirs)) = (at(mine, one.0), at(theirs, other.0)) else {
                return false;
            };
            mine.iter().any(|one| theirs.iter().any(|other| alike(one, other)))
        }
    };
    let same_name = |one: ZoneId, other: ZoneId| {
        let names = at(&left.zones, one.0).zip(at(&right.zones, other.0));
        names.is_some_and(|(one, other)| one.name == other.name)
    };
    let address = |one: &Interface, other: &Interface| {
        one.addresses.iter().any(|own| other.addresses.contains(own))
    };
    let network = |one: &Interface, other: &Interface| {
        networks(one).any(|mine| networks(other).any(|theirs| mine == theirs))
    };
    let name = |one: &Interface, other: &Interface| one.name == other.name;
    pair_zones_by(left, right, pairs, "name", &same_name);
    pair_zones_by(left, right, pairs, "address", &shared(address));
    pair_zones_by(left, right, pairs, "network", &shared(network));
    pair_zones_by(left, right, pairs, "interface", &shared(name));
    let (mine, theirs) = (routes(left), routes(right));
    let only = |routes: &[Routes], wanted: &Routes| {
        !wanted.is_empty() && routes.iter().filter(|routes| *routes == wanted).count() == 1
    };
    pair_zones_by(left, right, pairs, "routes", &|one, other| {
        let both = at(&mine, one.0).zip(at(&theirs, other.0));
        both.is_some_and(|(one, other)| one == other && only(&mine, one) && only(&theirs, other))
    });
    let open = |policy: &Policy, taken: &dyn Fn(ZoneId) -> bool| {
        zones(policy).filter(|(id, _)| !taken(*id)).count()
    };
    let last = open(left, &|id| pairs.iter().any(|pair| pair.0 == id)) == 1
        && open(right, &|id| pairs.iter().any(|pair| pair.1 == id)) == 1;
    if last {
        pair_zones_by(left, right, pairs, "single", &|_, _| true);
    }
}

/// What static routes lead into a zone.
type Routes = BTreeSet<IpRange>;

/// The routes of each zone.
fn routes(policy: &Policy) -> Vec<Routes> {
    let mut all: Vec<Routes> = vec![Routes::new(); policy.zones.len()];
    for route in &policy.routes {
        let interface = route.interface.and_then(|id| at(&policy.interfaces, id.0));
        let zone = interface.and_then(|interface| usize::try_from(interface.zone.0).ok());
        if let Some(routes) = zone.and_then(|zone| all.get_mut(zone)) {
            routes.insert(route.prefix.range());
        }
    }
    all
}

/// Pairs zones that are open so far.
fn pair_zones_by(
    left: &Policy,
    right: &Policy,
    pairs: &mut Vec<Found>,
    by: &'static str,
    alike: &dyn Fn(ZoneId, ZoneId) -> bool,
) {
    let before = pairs.clone();
    for (mine, _) in zones(left).filter(|(id, _)| before.iter().all(|pair| pair.0 != *id)) {
        for (theirs, _) in zones(right).filter(|(id, _)| before.iter().all(|pair| pair.1 != *id)) {
            if alike(mine, theirs) {
                pairs.push((mine, theirs, by));
            }
        }
    }
}

/// A zone's name.
pub(crate) fn zone_name(policy: &Policy, id: ZoneId) -> String {
    at(&policy.zones, id.0).map_or_else(String::new, |zone| zone.name.to_string())
}

/// Whether nothing passes by any of these zones, in or out. An answer that a limit prevents is no.
pub(crate) fn idle(policy: &Policy, zones: &[ZoneId]) -> bool {
    if zones.is_empty() {
        return true;
    }
    let there = Zones::Of(zones.to_vec());
    let stopped = |asked: &Query| {
        let answers = query(policy, asked);
        answers.is_ok_and(|answers| answers.iter().all(|one| one.verdict != Verdict::Accept))
    };
    stopped(&Query { from: there.clone(), ..Query::everything() })
        && stopped(&Query { to: there, ..Query::everything() })
}
