//! Address translation.

use std::net::IpAddr;

use crate::address::Addresses;
use crate::net::{IpRange, PortRange};
use crate::origin::Origin;
use crate::place::Zones;
use crate::predicate::PredicateId;
use crate::rule::{Condition, Pair};
use crate::service::Services;
use crate::whole::Seen;

/// Index of a NAT rule, counted through all passes in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NatId(pub u32);

/// All NAT of a policy: passes in order. In each the first rule that matches decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nat {
    /// In order.
    pub passes: Vec<NatPass>,
}

impl Nat {
    /// The rule with this number.
    pub fn rule(&self, id: NatId) -> Option<&NatRule> {
        self.passes.iter().flat_map(|pass| &pass.rules).nth(usize::try_from(id.0).ok()?)
    }
}

/// One ordered list of NAT rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NatPass {
    /// Its name for people.
    pub name: Box<str>,
    /// When it happens.
    pub when: NatWhen,
    /// In order; they match the packet as it is when the pass begins.
    pub rules: Vec<NatRule>,
}

/// When a pass happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NatWhen {
    /// Before the route is looked up and before the rulebases. It may rewrite source and destination.
    BeforeFilter,
    /// After a rule that has source NAT of its own accepted, in its stead. Rewrites the source. Of several passes the first one with
    /// a rule that matches decides.
    InsteadOfRule,
    /// After a rule whose own source NAT is the address of the egress interface accepted, in its stead, when nothing of
    /// [`NatWhen::InsteadOfRule`] matched. Rewrites the source.
    InsteadOfInterface,
    /// After the rulebases accepted, unless the rule that accepted has source NAT of its own. Rewrites the source. Of several passes
    /// the first one with a rule that matches decides.
    AfterFilter,
}

/// One NAT rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NatRule {
    /// Name, number and place.
    pub origin: Origin,
    /// A disabled rule matches nothing.
    pub enabled: bool,
    /// Where the packet comes in.
    pub from: Zones,
    /// Where the packet as it is when the pass begins would leave.
    pub to: Zones,
    /// How the two zones relate.
    pub pair: Pair,
    /// Source addresses.
    pub source: Addresses,
    /// Destination addresses.
    pub destination: Addresses,
    /// Protocols and ports.
    pub services: Services,
    /// Further conditions.
    pub conditions: Vec<Condition>,
    /// The new source address; `None` keeps it.
    pub source_to: Option<AddressTarget>,
    /// The new source port.
    pub source_port: PortTarget,
    /// The new destination address; `None` keeps it.
    pub destination_to: Option<AddressTarget>,
    /// The new destination port.
    pub destination_port: PortTarget,
    /// A rule with a chain that rewrites one side only lets the search go on for a later rule of the same chain that rewrites only
    /// the other side and matches the packet as it was.
    pub chain: Option<u16>,
    /// Which header the rulebases see of packets that this rule rewrote; `None` is what the policy says.
    pub seen: Option<Seen>,
}

impl NatRule {
    /// An enabled rule that matches every packet and changes nothing (no-NAT).
    pub fn none(origin: Origin) -> Self {
        Self {
            origin,
            enabled: true,
            from: Zones::Any,
            to: Zones::Any,
            pair: Pair::Any,
            source: Addresses::Any,
            destination: Addresses::Any,
            services: Services::Any,
            conditions: Vec::new(),
            source_to: None,
            source_port: PortTarget::Keep,
            destination_to: None,
            destination_port: PortTarget::Keep,
            chain: None,
            seen: None,
        }
    }

    /// Whether it rewrites the source.
    pub fn rewrites_source(&self) -> bool {
        self.source_to.is_some() || self.source_port != PortTarget::Keep
    }

    /// Whether it rewrites the destination.
    pub fn rewrites_destination(&self) -> bool {
        self.destination_to.is_some() || self.destination_port != PortTarget::Keep
    }
}

/// Source NAT that belongs to a security rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceNat {
    /// Where it is written.
    pub origin: Origin,
    /// The new source address.
    pub address: AddressTarget,
    /// The new source port.
    pub port: PortTarget,
}

/// A new address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressTarget {
    /// One of these, as the device picks: sorted, without overlap, not empty.
    OneOf(Vec<IpRange>),
    /// The address with the same offset: `from` maps onto as many addresses from `to` on. An address outside `from` is not
    /// rewritten.
    Shift {
        /// The old addresses.
        from: IpRange,
        /// The first of the new ones.
        to: IpAddr,
    },
    /// The address of the interface by which the packet leaves.
    EgressInterface,
    /// An address that only the device knows.
    Named(PredicateId),
}

/// A new port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortTarget {
    /// The same.
    Keep,
    /// One of these, as the device picks.
    OneOf(PortRange),
    /// The port with the same offset: `from` maps onto as many ports from `to` on. A port outside `from` is not rewritten.
    Shift {
        /// The old ports.
        from: PortRange,
        /// The first of the new ones.
        to: u16,
    },
}

impl PortTarget {
    /// Whatever free port the device picks.
    pub const ANY: Self = Self::OneOf(PortRange::ALL);

    /// One port.
    pub fn one(port: u16) -> Self {
        Self::OneOf(PortRange::one(port))
    }
}
