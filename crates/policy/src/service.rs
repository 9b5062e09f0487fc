//! Sets of protocols, ports and ICMP types.

use crate::net::{Family, PortRange};
use crate::origin::Origin;
use crate::predicate::PredicateId;

/// Index into [`crate::Policy::services`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceId(pub u32);

/// A named set of services: an object or a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceObject {
    /// Its name, as the administrator wrote it.
    pub name: Box<str>,
    /// Where it is defined; no span for one that the vendor predefines.
    pub origin: Origin,
    /// What it holds. It may refer to objects before it only, so there are no cycles.
    pub value: Services,
}

/// A set of services, as an expression.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Services {
    /// Every protocol.
    Any,
    /// One IP protocol by number, with all its ports or types.
    Protocol(u8),
    /// TCP, UDP or SCTP by ports.
    Ports(Ports),
    /// ICMP (IPv4) or ICMPv6 by type and code.
    Icmp {
        /// IPv4: protocol 1; IPv6: protocol 58.
        family: Family,
        /// The type; `None` is any.
        kind: Option<u8>,
        /// The code; `None` is any.
        code: Option<u8>,
    },
    /// A named set.
    Object(ServiceId),
    /// Packets of which the predicate holds.
    Unknown(PredicateId),
    /// In any of these; without members it is empty.
    Union(Vec<Services>),
    /// In all of these.
    Common(Vec<Services>),
    /// In the first and not in the second.
    Except(Box<Services>, Box<Services>),
}

impl Services {
    /// The empty set.
    pub const NONE: Self = Self::Union(Vec::new());

    /// TCP (6), UDP (17) or SCTP (132) to these destination ports, from any source port.
    pub fn ports(protocol: u8, destination: PortRange) -> Self {
        Self::Ports(Ports { protocol, source: PortRange::ALL, destination })
    }

    /// Everything that is not in `self`.
    #[must_use]
    pub fn negated(self) -> Self {
        Self::Except(Box::new(Self::Any), Box::new(self))
    }

    /// The union of these; a single one stays itself.
    pub fn union(mut members: Vec<Self>) -> Self {
        match members.len() {
            1 => members.remove(0),
            _ => Self::Union(members),
        }
    }
}

/// A protocol with ports, and which ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ports {
    /// 6 TCP, 17 UDP, 132 SCTP.
    pub protocol: u8,
    /// Source ports.
    pub source: PortRange,
    /// Destination ports.
    pub destination: PortRange,
}
