//! FortiOS nouns, in FortiOS words. Names in here are not looked up yet.

use std::borrow::Cow;

use policy::{IpRange, PortRange, Prefix, Span};

use super::header::Version;
use super::table::Value;
use crate::tree::Node;

/// Something that makes it uncertain whether an entry applies.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    /// Where it stands.
    pub(super) span: Span,
    /// What, in the words of the configuration; never a secret.
    pub(super) what: String,
}

/// What holds for the whole device: `config system global` and the header.
#[derive(Clone, Debug, Default)]
pub(super) struct Global {
    /// The version, when the file tells.
    pub(super) version: Option<Version>,
    /// The host name; empty when not set.
    pub(super) hostname: String,
    /// `allow-traffic-redirect` (IPv4, IPv6), when set.
    pub(super) redirect: [Option<bool>; 2],
    /// Ports of administration that are set: key and port.
    pub(super) ports: Vec<(String, u16)>,
}

/// `config system settings`, as far as it decides.
#[derive(Clone, Debug, Default)]
pub(super) struct Modes {
    /// VIPs act without being named, and source NAT has its own list.
    pub(super) central_nat: bool,
    /// `ngfw-mode policy-based`: where it is said.
    pub(super) policy_based: Option<Span>,
    /// `opmode transparent`: where it is said.
    pub(super) transparent: Option<Span>,
    /// TCP that is denied is answered.
    pub(super) answers: bool,
}

/// `config system interface`.
#[derive(Clone, Debug)]
pub(super) struct Interface<'t> {
    /// Its name.
    pub(super) name: Cow<'t, str>,
    /// The VDOM that it belongs to; empty when not said.
    pub(super) vdom: &'t str,
    /// Where it is defined.
    pub(super) span: Span,
    /// Alias or description.
    pub(super) comment: &'t str,
    /// Its own addresses with their networks.
    pub(super) addresses: Vec<Prefix>,
    /// The network at the other end of a tunnel.
    pub(super) remote: Option<Prefix>,
    /// Its address comes from elsewhere.
    pub(super) dynamic: bool,
    /// It is switched off.
    pub(super) down: bool,
    /// Only another section names it.
    pub(super) implied: bool,
    /// It is the inside of a tunnel.
    pub(super) tunnel: bool,
    /// What may stop the packets that come in by it and is not modelled.
    pub(super) stops: Vec<Mark>,
    /// What it lets in to the device itself, for IPv4 and IPv6.
    pub(super) access: [Vec<&'t str>; 2],
}

/// `config system zone`, or a zone of SD-WAN.
#[derive(Clone, Debug)]
pub(super) struct Zone<'t> {
    /// Its name.
    pub(super) name: Cow<'t, str>,
    /// Where it is defined.
    pub(super) span: Span,
    /// Its interfaces.
    pub(super) members: Vec<&'t str>,
    /// Packets between two of its interfaces pass without a policy.
    pub(super) intrazone: bool,
    /// It is a zone of SD-WAN.
    pub(super) sdwan: bool,
}

/// Where a route leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Via<'t> {
    /// By this interface, or by a member of this zone of SD-WAN.
    Place(&'t str),
    /// Nowhere.
    Blackhole,
    /// The device chooses, or it is not told.
    Open,
}

/// What a route covers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target<'t> {
    /// A network.
    Prefix(Prefix),
    /// An address object or group.
    Named(&'t str),
    /// Not told.
    Unknown,
}

/// `config router static`.
#[derive(Clone, Debug)]
pub(super) struct Route<'t> {
    /// Its number.
    pub(super) name: Cow<'t, str>,
    /// Where it is written.
    pub(super) span: Span,
    /// What it covers.
    pub(super) to: Target<'t>,
    /// Where it leads.
    pub(super) via: Via<'t>,
    /// Smaller wins; then `priority`.
    pub(super) distance: u32,
    /// Smaller wins.
    pub(super) priority: u32,
}

/// `config firewall vip` and `vip6`.
#[derive(Clone, Debug)]
pub(super) struct Vip<'t> {
    /// Its name.
    pub(super) name: Cow<'t, str>,
    /// Where it is defined.
    pub(super) node: Node<'t>,
    /// The administrator's comment.
    pub(super) comment: &'t str,
    /// Whether it is switched on.
    pub(super) enabled: bool,
    /// `extintf`; `any` or empty for all.
    pub(super) interface: &'t str,
    /// External addresses; `None` when they are those of the interface or a name.
    pub(super) external: Option<IpRange>,
    /// `extaddr`: the external addresses are those of an object.
    pub(super) external_name: &'t str,
    /// The object that says where packets go, when that is a name of the network.
    pub(super) mapped_name: &'t str,
    /// Internal addresses; `None` when they are only a name.
    pub(super) mapped: Option<Vec<IpRange>>,
    /// Protocol, external and internal ports, when ports are forwarded.
    pub(super) ports: Option<(u8, PortRange, PortRange)>,
    /// One to one, both ways.
    pub(super) fixed: bool,
    /// One of several servers answers.
    pub(super) balanced: bool,
    /// `nat-source-vip`.
    pub(super) source_too: bool,
    /// Sources that it is for.
    pub(super) sources: Vec<IpRange>,
    /// Interfaces that it is for.
    pub(super) from: Vec<&'t str>,
    /// Services that it is for.
    pub(super) services: Vec<&'t str>,
    /// What is not modelled of it.
    pub(super) marks: Vec<Mark>,
}

/// `config firewall ippool` and `ippool6`.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    /// Its addresses; `None` when not valid.
    pub(super) range: Option<IpRange>,
    /// The source port stays.
    pub(super) keeps_port: bool,
    /// The ports it uses, when told.
    pub(super) ports: Option<PortRange>,
}

/// What a policy does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// `accept`.
    Accept,
    /// `deny`, also when nothing is said.
    Deny,
    /// Something that is not modelled; what it does with the packet is open.
    Unknown,
}

/// A cell of names of one family.
#[derive(Clone, Debug, Default)]
pub(super) struct Cell<'t> {
    /// The names.
    pub(super) names: Option<Value<'t>>,
    /// Whether it is turned round.
    pub(super) negated: bool,
}

/// An unknown that a policy asks for.
#[derive(Clone, Debug)]
pub(super) struct Asked<'t> {
    /// What sort.
    pub(super) kind: policy::PredicateKind,
    /// What sort of thing it is in the vendor's words, as part of the meaning (`group`); may be empty.
    pub(super) of: &'static str,
    /// The names: one of them must hold.
    pub(super) names: Value<'t>,
}

/// One line of `config firewall policy` and of the lists like it.
#[derive(Clone, Debug)]
pub(super) struct Rule<'t> {
    /// Its number.
    pub(super) name: Cow<'t, str>,
    /// Where it is written.
    pub(super) node: Node<'t>,
    /// Its name.
    pub(super) title: &'t str,
    /// The administrator's comment.
    pub(super) comment: &'t str,
    /// A heading that begins here.
    pub(super) heading: Option<&'t str>,
    /// A disabled one matches nothing.
    pub(super) enabled: bool,
    /// Where packets come in.
    pub(super) from: Option<Value<'t>>,
    /// Where they leave.
    pub(super) to: Option<Value<'t>>,
    /// Sources: IPv4, IPv6.
    pub(super) source: [Cell<'t>; 2],
    /// Destinations: IPv4, IPv6.
    pub(super) destination: [Cell<'t>; 2],
    /// Services.
    pub(super) service: Cell<'t>,
    /// The schedule.
    pub(super) schedule: Option<Value<'t>>,
    /// The services of the Internet stand for the destination (IPv4, IPv6).
    pub(super) internet: [bool; 2],
    /// They stand for the source (IPv4, IPv6).
    pub(super) internet_source: [bool; 2],
    /// Users, groups and devices: one of them all must hold.
    pub(super) identity: Vec<Asked<'t>>,
    /// What else must hold, each with one of its names; the flag turns it round.
    pub(super) asked: Vec<(Vec<Asked<'t>>, bool)>,
    /// What it does.
    pub(super) action: Action,
    /// Denied packets are answered.
    pub(super) answers: bool,
    /// `match-vip`, when said.
    pub(super) match_vip: Option<bool>,
    /// `nat enable`.
    pub(super) nat: bool,
    /// `ippool enable`: the pools count.
    pub(super) uses_pools: bool,
    /// Pools for IPv4 and IPv6.
    pub(super) pools: [Option<Value<'t>>; 2],
    /// The source port stays.
    pub(super) fixed_port: bool,
    /// Profiles that look into accepted content.
    pub(super) inspection: Vec<&'t str>,
    /// Whether matches are logged.
    pub(super) logged: Option<bool>,
    /// What is not modelled and narrows it.
    pub(super) marks: Vec<Mark>,
}
