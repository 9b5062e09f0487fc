//! Zones, interfaces and routes: where packets come in and leave.

use std::net::IpAddr;

use crate::net::Prefix;
use crate::origin::Origin;

/// Index into [`crate::Policy::zones`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ZoneId(pub u32);

/// Index into [`crate::Policy::interfaces`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InterfaceId(pub u32);

/// A zone. Where a platform lets rules name an interface that is in no zone, that interface has a zone of its own with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Its name.
    pub name: Box<str>,
    /// Where it is defined.
    pub origin: Origin,
}

/// An interface; it is in exactly one zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its name. A zone of which no interface is known has a stand-in of the zone's name.
    pub name: Box<str>,
    /// Its zone.
    pub zone: ZoneId,
    /// Its own addresses with their networks; empty when unknown.
    pub addresses: Vec<Prefix>,
    /// Whether it only stands for the interfaces of its zone, which the configuration does not tell.
    pub stand_in: bool,
    /// Where it is defined.
    pub origin: Origin,
}

/// A route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The destination.
    pub prefix: Prefix,
    /// Where it leads; `None` drops (a blackhole route).
    pub interface: Option<InterfaceId>,
    /// Among routes of the same length, the smallest wins; then the first.
    pub distance: u32,
    /// Where it is written.
    pub origin: Origin,
}

/// How much the routes tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Routing {
    /// They are all there: a destination without a route is dropped.
    Complete,
    /// Others may exist (learned, pushed, per policy): a destination without a route is asked of the world.
    Partial,
}

/// Where a packet leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Egress {
    /// By this interface.
    Interface(InterfaceId),
    /// It is for the firewall itself.
    Local,
    /// There is no route, or a blackhole route.
    Nowhere,
}

/// Which zones a cell names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Zones {
    /// Every zone.
    Any,
    /// One of these; none of them when empty.
    Of(Vec<ZoneId>),
    /// Every zone but these.
    Except(Vec<ZoneId>),
}

impl Zones {
    /// Whether the zone is meant.
    pub fn contains(&self, zone: ZoneId) -> bool {
        match self {
            Self::Any => true,
            Self::Of(zones) => zones.contains(&zone),
            Self::Except(zones) => !zones.contains(&zone),
        }
    }
}

/// The best route to a destination: longest prefix, then smallest distance, then first. Networks of interfaces count as routes of
/// distance 0.
pub(crate) fn best_route(
    interfaces: &[Interface],
    routes: &[Route],
    destination: IpAddr,
) -> Option<Option<InterfaceId>> {
    let connected = interfaces.iter().zip(0u32..).flat_map(|(interface, index)| {
        interface.addresses.iter().map(move |prefix| (*prefix, 0, Some(InterfaceId(index))))
    });
    let written = routes.iter().map(|route| (route.prefix, route.distance, route.interface));
    connected
        .chain(written)
        .filter(|(prefix, ..)| prefix.range().contains(destination))
        .min_by_key(|(prefix, distance, _)| (u8::MAX - prefix.length(), *distance))
        .map(|(.., interface)| interface)
}
