//! The definition of meaning: what a policy does with one packet.
//!
//! Written to be read, not to be fast: one packet, one way through, no index. The prover and the writers are held against it.
//! The order is: destination NAT (and whatever else is decided with it), route, rulebases, source NAT. [`Way::through`] below is
//! that order; then come [`translation`] and [`filter`], and what they need of a packet ([`Way`]); [`outcome`] is what they say.

mod filter;
mod outcome;
mod translation;

use std::net::IpAddr;

pub use outcome::{
    By, Decision, Mismatch, Passed, Step, Translated, TranslatedAddress, TranslatedPort,
};
use translation::passes;

use crate::matching::Side;
use crate::nat::{NatId, NatWhen};
use crate::net::IpRange;
use crate::packet::{Packet, Transport};
use crate::place::{Egress, InterfaceId, Routing, ZoneId, Zones, best_route};
use crate::predicate::Atom;
use crate::rule::{Pair, Rule, Verdict};
use crate::whole::{Policy, Seen};

/// What the policy does not say: which predicates hold, and where packets go that no known route covers.
pub trait World {
    /// Whether the predicate holds there.
    fn holds(&mut self, atom: Atom) -> bool;

    /// Where a packet to this address leaves, when the routes of a [`Routing::Partial`] policy do not say, or when translation gave
    /// it a destination that is not known (this address is then the first that the device may pick, or the old one). `None`: nowhere.
    fn egress(&mut self, destination: IpAddr) -> Option<InterfaceId>;
}

/// A world in which no predicate holds and no unknown route exists.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nothing;

impl World for Nothing {
    fn holds(&mut self, _: Atom) -> bool {
        false
    }

    fn egress(&mut self, _: IpAddr) -> Option<InterfaceId> {
        None
    }
}

/// Decides about one packet. This is what a policy means.
pub fn decide(policy: &Policy, packet: &Packet, world: &mut dyn World) -> Decision {
    Way::new(policy, packet).through(world).0
}

/// The same, with the rules that each step tried before the one that decided, and why none of them matches.
pub fn decide_telling(
    policy: &Policy,
    packet: &Packet,
    world: &mut dyn World,
) -> (Decision, Vec<Vec<Passed>>) {
    let mut way = Way::new(policy, packet);
    way.passed = Some(Default::default());
    way.through(world)
}

/// A packet on its way through.
struct Way<'a> {
    policy: &'a Policy,
    /// As it came.
    original: Packet,
    /// As it is now; where the device picks, with the first of what it may pick.
    packet: Packet,
    translated: Translated,
    nat: Vec<NatId>,
    /// The NAT rule that rewrote the destination.
    translated_by: Option<NatId>,
    /// Where the destination lies now when that is not one known address: of these the device picks one; empty when only the device
    /// knows.
    aimed: Option<&'a [IpRange]>,
    seen: Seen,
    egress: Egress,
    steps: Vec<Step>,
    /// The rule that accepted it last.
    accepted_by: Option<&'a Rule>,
    /// Where it is asked for: what each step passed over, and what the one at hand has passed over so far.
    passed: Option<(Vec<Vec<Passed>>, Vec<Passed>)>,
}

impl<'a> Way<'a> {
    fn new(policy: &'a Policy, packet: &Packet) -> Self {
        let (source_port, destination_port) = match packet.transport {
            Transport::Ports { source, destination, .. } => {
                (TranslatedPort::Exactly(source), TranslatedPort::Exactly(destination))
            }
            Transport::Icmp { .. } | Transport::Other { .. } => {
                (TranslatedPort::None, TranslatedPort::None)
            }
        };
        Self {
            policy,
            original: *packet,
            packet: *packet,
            translated: Translated {
                source: TranslatedAddress::Exactly(packet.source),
                source_port,
                destination: TranslatedAddress::Exactly(packet.destination),
                destination_port,
            },
            nat: Vec::new(),
            translated_by: None,
            aimed: None,
            seen: policy.seen,
            egress: Egress::Nowhere,
            steps: Vec::new(),
            accepted_by: None,
            passed: None,
        }
    }

    /// Goes all the way.
    fn through(mut self, world: &mut dyn World) -> (Decision, Vec<Vec<Passed>>) {
        let policy = self.policy;
        for pass in passes(policy, NatWhen::BeforeFilter) {
            self.translate(pass, world);
        }
        self.egress = self.route(self.packet.destination, world);
        let verdict = self.filter(world);
        // What is for the firewall itself does not leave it.
        if verdict == Verdict::Accept && self.egress != Egress::Local {
            self.translate_source(world);
        }
        let Self { steps, egress, translated, nat, passed, .. } = self;
        let decision = Decision { verdict, steps, egress, translated, nat };
        (decision, passed.unwrap_or_default().0)
    }

    /// Where a packet to this destination leaves.
    fn route(&self, destination: IpAddr, world: &mut dyn World) -> Egress {
        let known = match self.aimed {
            Some(ranges) if destination == self.packet.destination => self.one_way(ranges),
            _ => self.known_route(destination),
        };
        known
            .unwrap_or_else(|| world.egress(destination).map_or(Egress::Nowhere, Egress::Interface))
    }

    /// The same as far as the routes tell.
    fn known_route(&self, destination: IpAddr) -> Option<Egress> {
        let policy = self.policy;
        let own = policy.interfaces.iter().flat_map(|interface| &interface.addresses);
        if own.into_iter().any(|prefix| prefix.address() == destination) {
            return Some(Egress::Local);
        }
        match best_route(&policy.interfaces, &policy.routes, destination) {
            Some(Some(interface)) => Some(Egress::Interface(interface)),
            Some(None) => Some(Egress::Nowhere),
            None => (policy.routing == Routing::Complete).then_some(Egress::Nowhere),
        }
    }

    /// Where packets leave whichever of these addresses they are for; `None` when zones differ or routes do not tell.
    fn one_way(&self, ranges: &[IpRange]) -> Option<Egress> {
        let way = |address: IpAddr| {
            let egress = self.known_route(address)?;
            Some((egress, egress == Egress::Local, self.zones(egress, address).1))
        };
        let (egress, local, zone) = way(ranges.first()?.first())?;
        // Within a range ways change only where a network begins or ends, or around an own address.
        let own = self.policy.interfaces.iter().flat_map(|interface| &interface.addresses);
        let own = own.flat_map(|prefix| [prefix.range(), IpRange::one(prefix.address())]);
        let routes = self.policy.routes.iter().map(|route| route.prefix.range());
        let mut borders: Vec<IpAddr> = own
            .chain(routes)
            .flat_map(|net| [Some(net.first()), IpRange::one(net.last()).nth(1)])
            .flatten()
            .filter(|border| ranges.iter().any(|range| range.contains(*border)))
            .chain(ranges.iter().map(|range| range.first()))
            .collect();
        borders.sort_unstable();
        borders.dedup();
        let same =
            |address| way(address).is_some_and(|(_, here, there)| (here, there) == (local, zone));
        (borders.len() <= BORDERS && borders.into_iter().all(same)).then_some(egress)
    }

    fn zone_of(&self, interface: InterfaceId) -> Option<ZoneId> {
        let index = usize::try_from(interface.0).ok()?;
        self.policy.interfaces.get(index).map(|interface| interface.zone)
    }

    /// The zones of ingress and egress. The firewall itself lies in the zone of the interface that has the address.
    fn zones(&self, egress: Egress, destination: IpAddr) -> (Option<ZoneId>, Option<ZoneId>) {
        let to = match egress {
            Egress::Interface(interface) => self.zone_of(interface),
            Egress::Local => {
                let owner = self.policy.interfaces.iter().find(|interface| {
                    interface.addresses.iter().any(|prefix| prefix.address() == destination)
                });
                owner.map(|interface| interface.zone)
            }
            Egress::Nowhere => None,
        };
        (self.zone_of(self.original.ingress), to)
    }

    fn source_side(&self, packet: &Packet, zone: Option<ZoneId>) -> Side {
        Side { address: packet.source, zone, translated_by: None }
    }

    fn destination_side(&self, packet: &Packet, zone: Option<ZoneId>) -> Side {
        Side { address: packet.destination, zone, translated_by: self.translated_by }
    }

    /// The answer to a match: first without asking, and only if that leaves it open, with the world's answers. So the world is
    /// asked only what matters.
    fn certain(
        &self,
        world: &mut dyn World,
        matches: impl Fn(&mut dyn FnMut(Atom) -> Option<bool>) -> Option<bool>,
    ) -> bool {
        matches(&mut |_| None)
            .or_else(|| matches(&mut |atom| Some(world.holds(atom))))
            .unwrap_or(false)
    }
}

/// Of how many networks within the addresses that a device may pick the ways are looked at; of more they are not known.
const BORDERS: usize = 1_000;

fn zones_match(
    from: &Zones,
    to: &Zones,
    pair: Pair,
    zones: (Option<ZoneId>, Option<ZoneId>),
) -> bool {
    zones_mismatch(from, to, pair, zones).is_none()
}

/// Which of the cells about zones does not match; `None` when all do.
fn zones_mismatch(
    from: &Zones,
    to: &Zones,
    pair: Pair,
    (ingress, egress): (Option<ZoneId>, Option<ZoneId>),
) -> Option<Mismatch> {
    // A packet without a zone at one end is matched by no cell that names zones.
    let named = |cell: &Zones, zone: Option<ZoneId>| match zone {
        Some(zone) => cell.contains(zone),
        None => *cell == Zones::Any,
    };
    let paired = match pair {
        Pair::Any => true,
        Pair::Same => ingress.is_some() && ingress == egress,
        Pair::Different => ingress != egress,
    };
    if !named(from, ingress) {
        Some(Mismatch::From)
    } else if !named(to, egress) {
        Some(Mismatch::To)
    } else {
        (!paired).then_some(Mismatch::Pair)
    }
}
