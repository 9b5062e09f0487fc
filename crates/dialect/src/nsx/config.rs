//! The nouns of the NSX policy API, as they stand in an export.
//!
//! Everything borrows from the trees. A reference is kept as the [`Node`] that holds it, so that `lower` can say at its place when
//! it leads nowhere.

use std::borrow::Cow;
use std::collections::HashMap;

use policy::{IpRange, Span};

use crate::tree::Node;

/// A value: a node and which of its words holds it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value<'t> {
    pub(super) node: Node<'t>,
    word: usize,
}

impl<'t> Value<'t> {
    /// The scalar of a member of an object.
    pub(super) fn member(node: Node<'t>) -> Self {
        Self { node, word: 1 }
    }

    /// An element of an array.
    pub(super) fn element(node: Node<'t>) -> Self {
        Self { node, word: 0 }
    }

    pub(super) fn text(self) -> &'t str {
        self.node.word(self.word)
    }

    pub(super) fn span(self) -> Span {
        self.node.word_span(self.word)
    }
}

/// What every object has.
#[derive(Clone, Debug)]
pub(super) struct Meta<'t> {
    /// Its path: written, or made from where it stands.
    pub(super) path: Cow<'t, str>,
    /// The last part of the path.
    pub(super) id: &'t str,
    /// Its name for people; the id when it has none.
    pub(super) name: &'t str,
    pub(super) description: &'t str,
    /// Scope and tag, of what groups select by its tags.
    pub(super) tags: Vec<(&'t str, &'t str)>,
    pub(super) span: Span,
}

/// A security policy or a gateway policy, without its rules.
#[derive(Debug)]
pub(super) struct Section<'t> {
    pub(super) meta: Meta<'t>,
    pub(super) gateway: bool,
    pub(super) category: Option<Value<'t>>,
    pub(super) sequence: Option<i64>,
    pub(super) internal_sequence: Option<i64>,
    pub(super) scope: Vec<Value<'t>>,
    pub(super) scheduler: Option<Value<'t>>,
    pub(super) is_default: bool,
    /// `ALLOWLIST` and its like: the policy makes a default rule of its own.
    pub(super) connectivity: Option<Value<'t>>,
    /// How many rules the manager says that it has.
    pub(super) rule_count: Option<(usize, Value<'t>)>,
    /// Whether the export has rules of it only.
    pub(super) absent: bool,
    /// Fields that nobody knows and that have a value.
    pub(super) unknown: Vec<Span>,
}

/// A rule of a security or gateway policy.
#[derive(Debug)]
pub(super) struct Rule<'t> {
    pub(super) meta: Meta<'t>,
    /// The path of its policy.
    pub(super) policy: Cow<'t, str>,
    pub(super) rule_id: &'t str,
    pub(super) sequence: Option<i64>,
    pub(super) action: Option<Value<'t>>,
    pub(super) sources: Vec<Value<'t>>,
    pub(super) destinations: Vec<Value<'t>>,
    pub(super) sources_excluded: bool,
    pub(super) destinations_excluded: bool,
    pub(super) services: Vec<Value<'t>>,
    pub(super) entries: Vec<Entry<'t>>,
    pub(super) profiles: Vec<Value<'t>>,
    pub(super) scope: Vec<Value<'t>>,
    pub(super) direction: Option<Value<'t>>,
    pub(super) ip_protocol: Option<Value<'t>>,
    pub(super) disabled: bool,
    pub(super) logged: Option<bool>,
    pub(super) is_default: bool,
    pub(super) notes: &'t str,
    /// Places of what is not known or not valid: each may narrow the match.
    pub(super) unknown: Vec<Span>,
}

/// One entry of a service.
#[derive(Debug)]
pub(super) enum Entry<'t> {
    /// TCP or UDP with lists of ports; an empty list is any.
    Ports { protocol: u8, sources: Vec<Value<'t>>, destinations: Vec<Value<'t>> },
    /// ICMP by type and code.
    Icmp { v6: bool, kind: Option<u8>, code: Option<u8> },
    /// An IP protocol.
    Protocol(u8),
    /// A frame type of the link layer.
    Ether(u16),
    /// Another service, by path.
    Nested(Value<'t>),
    /// Something that could not be read, and where.
    Wrong(Span),
}

/// A service.
#[derive(Debug)]
pub(super) struct Service<'t> {
    pub(super) meta: Meta<'t>,
    pub(super) entries: Vec<Entry<'t>>,
}

/// A group.
#[derive(Debug)]
pub(super) struct Group<'t> {
    pub(super) meta: Meta<'t>,
    pub(super) expressions: Vec<Expression<'t>>,
    /// Members by directory user or group; they narrow the rest.
    pub(super) identities: Vec<Identity<'t>>,
    pub(super) unknown: Vec<Span>,
}

/// A directory group or user.
#[derive(Clone, Copy, Debug)]
pub(super) struct Identity<'t> {
    pub(super) name: &'t str,
    pub(super) span: Span,
}

/// One part of a group's expression.
#[derive(Debug)]
pub(super) enum Expression<'t> {
    Addresses(Vec<Value<'t>>),
    Macs(Vec<Value<'t>>),
    Paths(Vec<Value<'t>>),
    /// Members by an id that is not a path.
    External {
        member_type: &'t str,
        ids: Vec<Value<'t>>,
    },
    Condition(Criterion<'t>),
    /// `true`: AND.
    Conjunction(bool),
    Nested(Vec<Expression<'t>>),
    Identities(Vec<Identity<'t>>),
    Wrong(Span),
}

/// A dynamic criterion.
#[derive(Clone, Copy, Debug)]
pub(super) struct Criterion<'t> {
    pub(super) member_type: &'t str,
    pub(super) key: &'t str,
    pub(super) operator: &'t str,
    pub(super) scope_operator: &'t str,
    pub(super) value: &'t str,
    pub(super) span: Span,
}

/// A context profile: attributes that must all hold.
#[derive(Debug)]
pub(super) struct Profile<'t> {
    pub(super) meta: Meta<'t>,
    pub(super) attributes: Vec<Attribute<'t>>,
    pub(super) unknown: Vec<Span>,
}

/// One attribute: one of the values holds.
#[derive(Debug)]
pub(super) struct Attribute<'t> {
    pub(super) key: &'t str,
    pub(super) values: Vec<Value<'t>>,
    /// Sub-attributes: `TLS_VERSION=TLS_V12`.
    pub(super) narrowed: Vec<String>,
}

/// A time, as all of its fields.
#[derive(Debug)]
pub(super) struct Schedule<'t> {
    pub(super) meta: Meta<'t>,
    pub(super) meaning: String,
}

/// A tier-0 or tier-1 gateway.
#[derive(Debug)]
pub(super) struct Gateway<'t> {
    pub(super) meta: Meta<'t>,
    pub(super) tier0: Option<Value<'t>>,
    pub(super) firewall_off: bool,
    pub(super) advertises_connected: bool,
}

/// An interface of a gateway.
#[derive(Debug)]
pub(super) struct Interface<'t> {
    pub(super) meta: Meta<'t>,
    pub(super) kind: &'t str,
    /// Addresses, and the length of the prefix where it is a field of its own.
    pub(super) addresses: Vec<(Value<'t>, &'t str)>,
}

/// A segment.
#[derive(Debug)]
pub(super) struct Segment<'t> {
    pub(super) meta: Meta<'t>,
    pub(super) connectivity: Option<Value<'t>>,
    /// `gateway_address` of each subnet, with its prefix.
    pub(super) subnets: Vec<(Value<'t>, &'t str)>,
}

/// A port of a segment.
#[derive(Debug)]
pub(super) struct Port<'t> {
    pub(super) meta: Meta<'t>,
    pub(super) attachment: &'t str,
}

/// A static route of a gateway.
#[derive(Debug)]
pub(super) struct Route<'t> {
    pub(super) meta: Meta<'t>,
    pub(super) network: Value<'t>,
    pub(super) hops: Vec<Hop<'t>>,
}

/// A next hop; without an address and an interface (`scope`) the route drops.
#[derive(Debug)]
pub(super) struct Hop<'t> {
    pub(super) address: Option<Value<'t>>,
    pub(super) scope: Vec<Value<'t>>,
    pub(super) distance: u32,
}

/// A NAT rule of a gateway.
#[derive(Debug)]
pub(super) struct NatRule<'t> {
    pub(super) meta: Meta<'t>,
    pub(super) sequence: Option<i64>,
    pub(super) action: Option<Value<'t>>,
    pub(super) source: Option<Value<'t>>,
    pub(super) destination: Option<Value<'t>>,
    pub(super) translated: Option<Value<'t>>,
    pub(super) ports: Option<Value<'t>>,
    pub(super) service: Option<Value<'t>>,
    pub(super) scope: Vec<Value<'t>>,
    pub(super) firewall_match: Option<Value<'t>>,
    pub(super) vpn_mode: Option<Value<'t>>,
    pub(super) enabled: bool,
    pub(super) unknown: Vec<Span>,
}

/// A virtual machine of the inventory.
#[derive(Debug, Default)]
pub(super) struct Machine<'t> {
    pub(super) external_id: &'t str,
    pub(super) name: &'t str,
    pub(super) computer_name: &'t str,
    pub(super) os_name: &'t str,
    /// `REGULAR`, `EDGE`, `SERVICE`.
    pub(super) kind: &'t str,
    /// Scope and tag.
    pub(super) tags: Vec<(&'t str, &'t str)>,
    /// All its addresses, as far as interfaces are given.
    pub(super) addresses: Vec<IpRange>,
    /// Attachments of its interfaces.
    pub(super) attachments: Vec<&'t str>,
}

/// A network interface of a virtual machine.
#[derive(Debug, Default)]
pub(super) struct Vif<'t> {
    pub(super) machine: &'t str,
    pub(super) attachment: &'t str,
    pub(super) addresses: Vec<Value<'t>>,
}

/// What the manager says about the members of a group.
#[derive(Debug, Default)]
pub(super) struct Members<'t> {
    /// All effective addresses.
    pub(super) addresses: Option<Vec<Value<'t>>>,
    /// The external ids of all effective virtual machines.
    pub(super) machines: Option<Vec<&'t str>>,
}

/// All that was found.
#[derive(Debug, Default)]
pub(super) struct Config<'t> {
    pub(super) sections: Vec<Section<'t>>,
    pub(super) rules: Vec<Rule<'t>>,
    pub(super) groups: Vec<Group<'t>>,
    pub(super) services: Vec<Service<'t>>,
    /// Entries that stand in an answer of their own, with the path of their service.
    pub(super) loose_entries: Vec<(Cow<'t, str>, Entry<'t>)>,
    pub(super) profiles: Vec<Profile<'t>>,
    pub(super) schedules: Vec<Schedule<'t>>,
    pub(super) gateways: Vec<Gateway<'t>>,
    pub(super) interfaces: Vec<Interface<'t>>,
    pub(super) segments: Vec<Segment<'t>>,
    pub(super) ports: Vec<Port<'t>>,
    pub(super) routes: Vec<Route<'t>>,
    pub(super) nat_rules: Vec<NatRule<'t>>,
    /// Labels and what they stand for.
    pub(super) labels: HashMap<String, Vec<Value<'t>>>,
    pub(super) machines: Vec<Machine<'t>>,
    pub(super) vifs: Vec<Vif<'t>>,
    pub(super) members: HashMap<String, Members<'t>>,
    /// Members of the exclusion list.
    pub(super) excluded: Vec<Value<'t>>,
    /// Whether the distributed firewall is switched off, and where that is said.
    pub(super) firewall_off: Option<Span>,
    pub(super) manager_version: &'t str,
    pub(super) manager_name: &'t str,
}
