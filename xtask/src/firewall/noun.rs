//! The nouns of a generated firewall. Things name each other by number.

use std::net::IpAddr;

use policy::{Family, IpRange, PortRange, Prefix};

use super::profile::Profile;

/// One neutral firewall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Firewall {
    /// What it may use.
    pub profile: Profile,
    /// Chooses among ways to write the same.
    pub seed: u64,
    /// Zones; the first one is outside.
    pub zones: Vec<String>,
    /// Interfaces.
    pub interfaces: Vec<Interface>,
    /// Static routes.
    pub routes: Vec<Route>,
    /// Address objects and groups, members first.
    pub addresses: Vec<Address>,
    /// Service objects and groups, members first.
    pub services: Vec<Service>,
    /// Rules in order.
    pub rules: Vec<Rule>,
    /// Destination NAT in order; before source NAT.
    pub publish: Vec<Publish>,
    /// Source NAT in order.
    pub hide: Vec<Hide>,
    /// Whether what no rule matches passes.
    pub accepts_by_default: bool,
}

/// An interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its zone.
    pub zone: usize,
    /// Own addresses with their networks.
    pub addresses: Vec<Prefix>,
}

/// A static route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Where to.
    pub prefix: Prefix,
    /// By which interface.
    pub interface: usize,
    /// By which neighbour; it is in a network of the interface.
    pub gateway: IpAddr,
}

/// An address object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub value: AddressValue,
}

/// What an address object holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressValue {
    /// One address.
    Host(IpAddr),
    /// A network.
    Network(Prefix),
    /// A range.
    Range(IpRange),
    /// Others.
    Group(Vec<usize>),
}

/// A service object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub value: ServiceValue,
}

/// What a service object holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServiceValue {
    /// TCP or UDP.
    Ports {
        /// 6 or 17.
        protocol: u8,
        /// Source ports, when they matter.
        source: Option<PortRange>,
        /// Destination ports.
        destination: PortRange,
    },
    /// ICMP or ICMPv6 by type and code.
    Icmp {
        /// Which of the two.
        family: Family,
        /// The type.
        kind: u8,
        /// The code, when it matters.
        code: Option<u8>,
    },
    /// An IP protocol.
    Protocol(u8),
    /// Others.
    Group(Vec<usize>),
}

/// Objects in a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Which; without any, everything.
    pub members: Vec<usize>,
    /// Whether all but these. Never without members.
    pub negated: bool,
}

impl Cell {
    /// These.
    pub fn of(members: impl Into<Vec<usize>>) -> Self {
        Self { members: members.into(), negated: false }
    }

    /// Whether it means everything.
    pub fn is_any(&self) -> bool {
        self.members.is_empty()
    }
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// Whether it is in force.
    pub enabled: bool,
    /// Zones where packets come in; none is any.
    pub from: Vec<usize>,
    /// Zones where packets leave; none is any.
    pub to: Vec<usize>,
    /// Sources.
    pub source: Cell,
    /// Destinations, before translation.
    pub destination: Cell,
    /// Services, before translation.
    pub services: Cell,
    /// Whether it accepts.
    pub accept: bool,
}

/// Destination NAT: an address outside stands for a host inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publish {
    /// Its name.
    pub name: String,
    /// Where packets come in; `None` is anywhere.
    pub from: Option<usize>,
    /// The address outside: a host object.
    pub public: usize,
    /// Which service; `None` is all.
    pub forward: Option<Forward>,
    /// The host inside: a host object.
    pub inside: usize,
}

/// Ports that are forwarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forward {
    /// The service outside: an object with destination ports only.
    pub service: usize,
    /// The port inside; `None` keeps it. Only where the service is one port.
    pub port: Option<u16>,
}

/// Source NAT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hide {
    /// Its name.
    pub name: String,
    /// Zones where packets come in; none is any.
    pub from: Vec<usize>,
    /// Zones where packets leave; none is any.
    pub to: Vec<usize>,
    /// Sources.
    pub source: Cell,
    /// Destinations.
    pub destination: Cell,
    /// What the source becomes.
    pub target: HideTarget,
}

/// What a source becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HideTarget {
    /// It stays.
    Nothing,
    /// One of an object: a host or a range.
    Pool(usize),
    /// The address of the interface by which it leaves.
    Egress,
}

#[expect(clippy::indexing_slicing, reason = "the numbers are those that the generator gave")]
impl Firewall {
    /// An address object.
    pub fn address(&self, number: usize) -> &Address {
        &self.addresses[number]
    }

    /// A service object.
    pub fn service(&self, number: usize) -> &Service {
        &self.services[number]
    }

    /// The name of a zone.
    pub fn zone(&self, number: usize) -> &str {
        &self.zones[number]
    }

    /// An interface.
    pub fn interface(&self, number: usize) -> &Interface {
        &self.interfaces[number]
    }
}

impl Firewall {
    /// The ranges of an address object, groups resolved.
    pub fn ranges(&self, number: usize) -> Vec<IpRange> {
        match &self.address(number).value {
            AddressValue::Host(address) => vec![IpRange::one(*address)],
            AddressValue::Network(prefix) => vec![prefix.range()],
            AddressValue::Range(range) => vec![*range],
            AddressValue::Group(members) => {
                members.iter().flat_map(|member| self.ranges(*member)).collect()
            }
        }
    }

    /// Whether an object has addresses of a family.
    pub fn has_family(&self, number: usize, family: Family) -> bool {
        match &self.address(number).value {
            AddressValue::Host(address) => Family::of(*address) == family,
            AddressValue::Network(prefix) => Family::of(prefix.address()) == family,
            AddressValue::Range(range) => range.family() == family,
            AddressValue::Group(members) => {
                members.iter().any(|member| self.has_family(*member, family))
            }
        }
    }

    /// Whether a cell holds addresses of a family.
    pub fn cell_has_family(&self, cell: &Cell, family: Family) -> bool {
        cell.is_any()
            || cell.negated
            || cell.members.iter().any(|member| self.has_family(*member, family))
    }

    /// Whether a rule can match packets of a family.
    pub fn rule_has_family(&self, rule: &Rule, family: Family) -> bool {
        self.cell_has_family(&rule.source, family)
            && self.cell_has_family(&rule.destination, family)
    }

    /// Whether a cell holds an address.
    pub fn cell_holds(&self, cell: &Cell, address: IpAddr) -> bool {
        let mut ranges = cell.members.iter().flat_map(|member| self.ranges(*member));
        cell.is_any() || ranges.any(|range| range.contains(address)) != cell.negated
    }

    /// The services of a service object that are no groups.
    pub fn leaves(&self, number: usize) -> Vec<&ServiceValue> {
        match &self.service(number).value {
            ServiceValue::Group(members) => {
                members.iter().flat_map(|member| self.leaves(*member)).collect()
            }
            leaf => vec![leaf],
        }
    }

    /// The one address of a host object.
    pub fn host(&self, number: usize) -> IpAddr {
        let first = self.ranges(number).first().map(|range| range.first());
        first.unwrap_or(IpAddr::from([0, 0, 0, 0]))
    }
}
