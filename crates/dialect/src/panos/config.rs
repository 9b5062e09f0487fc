//! The vendor's nouns in the vendor's words: what a PAN-OS or Panorama configuration says, before anything is resolved.

use std::collections::HashMap;

use crate::tree::Node;

/// A word of the configuration and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'t> {
    pub(super) text: &'t str,
    pub(super) node: Node<'t>,
}

/// A whole file.
#[derive(Debug, Default)]
pub(super) struct Config<'t> {
    pub(super) hostname: Option<&'t str>,
    pub(super) shared: Scope<'t>,
    /// Network, virtual systems, zones of the device itself.
    pub(super) device: Device<'t>,
    pub(super) groups: Vec<DeviceGroup<'t>>,
    pub(super) templates: Vec<Template<'t>>,
    pub(super) stacks: Vec<Template<'t>>,
    /// Rules and objects that a management server pushed, by virtual system.
    pub(super) pushed: Vec<(&'t str, Scope<'t>)>,
    /// Whether objects of ancestors win over those of descendants.
    pub(super) ancestors_first: bool,
    /// A management server that may have more rules than the file.
    pub(super) managed_by: Option<Word<'t>>,
    /// Whether it is a management server's.
    pub(super) is_panorama: bool,
}

/// What a device, or a template of one, says about places.
#[derive(Debug, Default)]
pub(super) struct Device<'t> {
    pub(super) network: Network<'t>,
    pub(super) systems: Vec<System<'t>>,
}

/// A virtual system or a shared gateway.
#[derive(Debug)]
pub(super) struct System<'t> {
    pub(super) name: &'t str,
    /// Where it is defined, unless a fragment leaves it out.
    pub(super) word: Option<Word<'t>>,
    pub(super) display: Option<&'t str>,
    pub(super) zones: Vec<Zone<'t>>,
    pub(super) scope: Scope<'t>,
    /// A shared gateway: it translates and routes, and has no security rules.
    pub(super) gateway: bool,
}

#[derive(Debug)]
pub(super) struct Zone<'t> {
    pub(super) name: Word<'t>,
    /// `layer3`, `layer2`, `virtual-wire`, `tap`, `tunnel`, `external`; empty when not said.
    pub(super) kind: &'t str,
    /// Interfaces; for external zones virtual systems.
    pub(super) members: Vec<Word<'t>>,
}

#[derive(Debug, Default)]
pub(super) struct Network<'t> {
    pub(super) interfaces: Vec<Interface<'t>>,
    pub(super) routers: Vec<Router<'t>>,
    /// Interfaces that are wired through, switched or listened on: routes do not say where their packets leave.
    pub(super) unrouted: bool,
}

#[derive(Debug)]
pub(super) struct Interface<'t> {
    pub(super) name: Word<'t>,
    pub(super) addresses: Vec<Word<'t>>,
    /// It gets an address from elsewhere.
    pub(super) dynamic: bool,
}

#[derive(Debug)]
pub(super) struct Router<'t> {
    pub(super) name: &'t str,
    pub(super) interfaces: Vec<Word<'t>>,
    pub(super) routes: Vec<Route<'t>>,
    /// Whether it learns routes.
    pub(super) dynamic: bool,
}

#[derive(Debug)]
pub(super) struct Route<'t> {
    pub(super) name: Word<'t>,
    pub(super) destination: Option<Word<'t>>,
    pub(super) interface: Option<Word<'t>>,
    pub(super) hop: Hop<'t>,
    pub(super) distance: Option<Word<'t>>,
    pub(super) metric: Option<Word<'t>>,
    /// It may go away while the device runs.
    pub(super) monitored: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Hop<'t> {
    None,
    Address(Word<'t>),
    Router(Word<'t>),
    Discard,
    Unknown,
}

/// A level at which objects and rules are defined.
#[derive(Debug, Default)]
pub(super) struct Scope<'t> {
    pub(super) addresses: HashMap<&'t str, AddressThing<'t>>,
    pub(super) services: HashMap<&'t str, ServiceThing<'t>>,
    pub(super) applications: HashMap<&'t str, ApplicationThing<'t>>,
    pub(super) schedules: HashMap<&'t str, (Word<'t>, String)>,
    /// In the order of the text, for whatever lists them.
    pub(super) address_order: Vec<&'t str>,
    pub(super) service_order: Vec<&'t str>,
    pub(super) pre: Rulebase<'t>,
    pub(super) local: Rulebase<'t>,
    pub(super) post: Rulebase<'t>,
}

#[derive(Debug)]
pub(super) struct AddressThing<'t> {
    pub(super) name: Word<'t>,
    pub(super) comment: &'t str,
    pub(super) value: AddressValue<'t>,
}

#[derive(Debug)]
pub(super) enum AddressValue<'t> {
    Netmask(Word<'t>),
    Range(Word<'t>),
    Wildcard(Word<'t>),
    Fqdn(Word<'t>),
    Static(Vec<Word<'t>>),
    /// A filter over tags.
    Dynamic(Word<'t>),
    /// An own region with its networks.
    Region(Vec<Word<'t>>),
    /// A list from elsewhere: its address.
    List(Option<Word<'t>>),
    /// Nothing, or something unknown.
    Missing,
}

#[derive(Debug)]
pub(super) struct ServiceThing<'t> {
    pub(super) name: Word<'t>,
    pub(super) comment: &'t str,
    pub(super) value: ServiceValue<'t>,
}

#[derive(Debug)]
pub(super) enum ServiceValue<'t> {
    Ports(Vec<Ports<'t>>),
    Group(Vec<Word<'t>>),
    Missing,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Ports<'t> {
    pub(super) protocol: u8,
    pub(super) destination: Option<Word<'t>>,
    pub(super) source: Option<Word<'t>>,
}

#[derive(Debug)]
pub(super) struct ApplicationThing<'t> {
    pub(super) name: Word<'t>,
    pub(super) value: ApplicationValue<'t>,
}

#[derive(Debug)]
pub(super) enum ApplicationValue<'t> {
    /// An own application with its default ports as terms; `None` when not understood.
    Own(Option<Vec<String>>),
    Group(Vec<Word<'t>>),
    /// A filter over the catalogue, as text.
    Filter(String),
}

#[derive(Debug, Default)]
pub(super) struct Rulebase<'t> {
    pub(super) security: Vec<SecurityRule<'t>>,
    pub(super) nat: Vec<NatRule<'t>>,
    pub(super) overrides: Vec<OverrideRule<'t>>,
    pub(super) intrazone: Option<DefaultRule<'t>>,
    pub(super) interzone: Option<DefaultRule<'t>>,
    /// Whether other than the destination may choose the route.
    pub(super) forwards: bool,
}

/// What all rules have.
#[derive(Debug)]
pub(super) struct Matching<'t> {
    pub(super) name: Word<'t>,
    pub(super) comment: &'t str,
    pub(super) enabled: bool,
    pub(super) from: Cell<'t>,
    pub(super) to: Cell<'t>,
    pub(super) source: Cell<'t>,
    pub(super) destination: Cell<'t>,
    pub(super) negate_source: bool,
    pub(super) negate_destination: bool,
    pub(super) target: Option<Target<'t>>,
    /// Statements that are not known or not modelled and may change what the rule matches.
    pub(super) unclear: Vec<Node<'t>>,
}

/// The words of a cell; `None` when it is not written.
pub(super) type Cell<'t> = Option<Vec<Word<'t>>>;

#[derive(Debug, Default)]
pub(super) struct Target<'t> {
    /// Serial numbers, each with virtual systems (all, when empty).
    pub(super) devices: Vec<(Word<'t>, Vec<Word<'t>>)>,
    pub(super) negate: bool,
    /// By tags of devices, which the file does not resolve.
    pub(super) tags: Vec<Word<'t>>,
}

#[derive(Debug)]
pub(super) struct SecurityRule<'t> {
    pub(super) at: Matching<'t>,
    pub(super) service: Cell<'t>,
    pub(super) application: Cell<'t>,
    pub(super) kind: Option<Word<'t>>,
    pub(super) action: Option<Word<'t>>,
    pub(super) icmp_unreachable: bool,
    /// Users, postures, categories, devices; those that are "any" are not here.
    pub(super) conditions: Vec<(policy::PredicateKind, Vec<Word<'t>>)>,
    pub(super) schedule: Option<Word<'t>>,
    pub(super) inspection: Vec<&'t str>,
    pub(super) logged: Option<bool>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct DefaultRule<'t> {
    pub(super) name: Word<'t>,
    pub(super) action: Option<Word<'t>>,
    pub(super) icmp_unreachable: bool,
    pub(super) logged: Option<bool>,
}

#[derive(Debug)]
pub(super) struct OverrideRule<'t> {
    pub(super) at: Matching<'t>,
    pub(super) ports: Ports<'t>,
    /// The protocol was not one with ports.
    pub(super) wrong: Option<Node<'t>>,
    pub(super) application: Option<Word<'t>>,
}

#[derive(Debug)]
pub(super) struct NatRule<'t> {
    pub(super) at: Matching<'t>,
    pub(super) service: Cell<'t>,
    pub(super) to_interface: Option<Word<'t>>,
    pub(super) kind: Option<Word<'t>>,
    pub(super) binding: Option<Word<'t>>,
    pub(super) source: SourceTo<'t>,
    pub(super) destination: Option<DestinationTo<'t>>,
}

#[derive(Debug)]
pub(super) enum SourceTo<'t> {
    Keep,
    Static {
        address: Word<'t>,
        both_ways: bool,
    },
    /// Addresses, and whether ports change too; and an interface with an own address that is taken when these are used up.
    Pool {
        addresses: Vec<Word<'t>>,
        ports: bool,
        fallback: Option<(Word<'t>, Option<Word<'t>>)>,
    },
    Interface {
        interface: Word<'t>,
        address: Option<Word<'t>>,
    },
    Unclear(Node<'t>),
}

#[derive(Debug)]
pub(super) struct DestinationTo<'t> {
    pub(super) address: Option<Word<'t>>,
    pub(super) port: Option<Word<'t>>,
    /// Spread over what the address means.
    pub(super) dynamic: bool,
}

#[derive(Debug)]
pub(super) struct DeviceGroup<'t> {
    pub(super) name: Word<'t>,
    pub(super) parent: Option<&'t str>,
    /// Serial numbers, each with virtual systems.
    pub(super) devices: Vec<(Word<'t>, Vec<Word<'t>>)>,
    pub(super) scope: Scope<'t>,
}

/// A template, or a stack of them.
#[derive(Debug)]
pub(super) struct Template<'t> {
    pub(super) name: Word<'t>,
    pub(super) device: Device<'t>,
    pub(super) variables: HashMap<&'t str, Word<'t>>,
    /// For a stack: its templates, the first one wins.
    pub(super) templates: Vec<Word<'t>>,
    /// For a stack: its devices, each with variables of its own.
    pub(super) devices: Vec<(Word<'t>, HashMap<&'t str, Word<'t>>)>,
}
