//! The nouns of a Check Point management export: objects, layers, rules, NAT rules, packages, gateways.
//!
//! Values are as written where their meaning depends on other objects (references), and parsed where it does not.

use hashbrown::HashMap;
use policy::{IpRange, Masked, PredicateKind, Prefix, Services};

use crate::tree::Node;

/// Everything that was found in the files of one export.
#[derive(Debug, Default)]
pub(super) struct Config<'t> {
    /// Objects of all kinds, each once.
    pub(super) objects: Vec<Object<'t>>,
    /// Objects by uid.
    pub(super) by_uid: HashMap<&'t str, u32>,
    /// Objects by name; names repeat across types.
    pub(super) by_name: HashMap<&'t str, Vec<u32>>,
    /// Policy packages.
    pub(super) packages: Vec<Package<'t>>,
    /// Access layers of which rules were found.
    pub(super) layers: Vec<Layer<'t>>,
    /// NAT rulebases.
    pub(super) nats: Vec<NatBase<'t>>,
    /// Gaia configurations.
    pub(super) gaia: Vec<super::gaia::Gaia<'t>>,
    /// The implied rules, when a file says them.
    pub(super) implied: Option<Vec<Implied<'t>>>,
}

/// An object.
#[derive(Debug)]
pub(super) struct Object<'t> {
    /// Where it is defined.
    pub(super) node: Node<'t>,
    /// Its unique id; may be empty.
    pub(super) uid: &'t str,
    /// Its name.
    pub(super) name: &'t str,
    /// The administrator's comment.
    pub(super) comment: &'t str,
    /// Whether the vendor defines it.
    pub(super) predefined: bool,
    /// What it is.
    pub(super) kind: Kind<'t>,
    /// Automatic NAT.
    pub(super) nat: Option<AutoNat<'t>>,
    /// How much of it the export says: the fullest of several descriptions is kept.
    pub(super) richness: usize,
}

/// What an object is.
#[derive(Debug)]
pub(super) enum Kind<'t> {
    /// `Any`, `All`, `None`-like globals of the vendor.
    Any,
    /// Hosts, networks, ranges.
    Plain(Plain),
    /// Wildcard objects.
    Wildcard {
        /// What could be read.
        masked: Vec<Masked>,
        /// Whether a part could not be read.
        wrong: bool,
    },
    /// A group; `None` when the export does not say its members.
    Group(Option<Vec<Ref<'t>>>),
    /// A group without another one.
    Exclusion {
        /// What is in.
        include: Option<Ref<'t>>,
        /// What is out.
        except: Option<Ref<'t>>,
    },
    /// A security zone.
    Zone,
    /// An access role; with networks when it is restricted to some.
    AccessRole(Option<Vec<Ref<'t>>>),
    /// An address set that is only a name here.
    Named(PredicateKind, String),
    /// A gateway, cluster, server: an object with interfaces.
    Gateway(Box<Gateway<'t>>),
    /// A service.
    Service(Service),
    /// A group of services, applications or categories; `None` when the export does not say its members.
    ServiceGroup(Option<Vec<Ref<'t>>>),
    /// A VPN community.
    Community,
    /// A time or a group of times, with its content.
    Time(String),
    /// A data type for content.
    Content,
    /// A global of the vendor: `Policy Targets`, `Original`, tracks, actions.
    Global,
    /// An access layer, with whether its implicit cleanup accepts, when that is said.
    Layer(Option<bool>),
    /// A type that is not known here.
    Other,
}

/// A host, network or range.
#[derive(Debug)]
pub(super) struct Plain {
    /// For the order of automatic NAT.
    pub(super) class: Class,
    /// Its addresses, at most one range of each family.
    pub(super) ranges: Vec<IpRange>,
    /// An address that is left out: a network's broadcast address.
    pub(super) without: Option<std::net::IpAddr>,
    /// Whether a part could not be read.
    pub(super) wrong: bool,
}

/// Classes of objects in the order of automatic NAT.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// Hosts and gateways.
    Machine,
    /// Address ranges.
    Range,
    /// Networks.
    Network,
}

/// A service: what its ports say, and what must hold besides.
#[derive(Debug)]
pub(super) struct Service {
    /// Protocol and ports; `None` when they say nothing.
    pub(super) plain: Option<Services>,
    /// Unknowns that must hold too.
    pub(super) needs: Vec<(PredicateKind, String)>,
    /// Whether a value is wrong or missing.
    pub(super) wrong: bool,
}

/// Automatic NAT of an object.
#[derive(Clone, Debug)]
pub(super) struct AutoNat<'t> {
    /// Whether it is static; otherwise hide.
    pub(super) fixed: bool,
    /// Behind the gateway: the address of the interface by which packets leave.
    pub(super) behind_gateway: bool,
    /// The translated IPv4 and IPv6 addresses.
    pub(super) addresses: Vec<std::net::IpAddr>,
    /// Whether something could not be read.
    pub(super) wrong: bool,
    /// On which gateways, by name or uid; empty is all.
    pub(super) install_on: Vec<&'t str>,
}

/// A reference to an object: a uid or a name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ref<'t> {
    /// The uid or name.
    pub(super) text: &'t str,
    /// Where it stands.
    pub(super) node: Node<'t>,
}

/// A gateway, cluster, cluster member or server.
#[derive(Debug, Default)]
pub(super) struct Gateway<'t> {
    /// Whether rules are enforced there.
    pub(super) enforces: bool,
    /// Whether it is a member of a cluster: rules are installed on the cluster.
    pub(super) member: bool,
    /// Own main addresses.
    pub(super) addresses: Vec<std::net::IpAddr>,
    /// Whether an address is not fixed or could not be read.
    pub(super) open: bool,
    /// Its interfaces; `None` when the export does not say them.
    pub(super) interfaces: Option<Vec<Interface<'t>>>,
    /// Names of the members of a cluster.
    pub(super) members: Vec<&'t str>,
    /// Software version.
    pub(super) version: &'t str,
    /// Hardware.
    pub(super) hardware: &'t str,
    /// The access policy that is installed.
    pub(super) policy: &'t str,
}

/// An interface of a gateway.
#[derive(Debug)]
pub(super) struct Interface<'t> {
    /// Where it is.
    pub(super) node: Node<'t>,
    /// Its name.
    pub(super) name: &'t str,
    /// Addresses with their networks.
    pub(super) addresses: Vec<Prefix>,
    /// Addresses of cluster members on it.
    pub(super) of_members: Vec<std::net::IpAddr>,
    /// Its security zone; empty when it is in none.
    pub(super) zone: &'t str,
    /// Whether the export says the zone, or that there is none.
    pub(super) zoned: bool,
}

/// A policy package.
#[derive(Debug)]
pub(super) struct Package<'t> {
    /// Its name.
    pub(super) name: String,
    /// Its uid; may be empty.
    pub(super) uid: &'t str,
    /// Its access layers, in order.
    pub(super) layers: Vec<Ref<'t>>,
    /// Gateways that it is for; `None`: all.
    pub(super) targets: Option<Vec<Ref<'t>>>,
    /// Whether it has a NAT policy, when that is said.
    pub(super) nat: Option<bool>,
    /// Folders in which it was described.
    pub(super) folders: Vec<String>,
}

/// Rules of one access layer.
#[derive(Debug)]
pub(super) struct Layer<'t> {
    /// Its uid; may be empty.
    pub(super) uid: &'t str,
    /// Its name.
    pub(super) name: String,
    /// The package that the file says it belongs to; may be empty.
    pub(super) package: &'t str,
    /// Folder of the file.
    pub(super) folder: String,
    /// Whether its file names all of the layer or only its stem does.
    pub(super) place: Option<Node<'t>>,
    /// The rules, in order.
    pub(super) rules: Vec<Rule<'t>>,
    /// What the pages say.
    pub(super) pages: Vec<Page>,
    /// Missing places: before the rule with this index.
    pub(super) gaps: Vec<Gap>,
}

/// The numbers of one page.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Page {
    /// First.
    pub(super) from: Option<u32>,
    /// Last.
    pub(super) to: Option<u32>,
    /// Of how many.
    pub(super) total: Option<u32>,
    /// Whether the text ends in it.
    pub(super) cut: bool,
}

/// Rules that are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gap {
    /// They belong before the rule with this index.
    pub(super) before: usize,
    /// The number of the first missing one.
    pub(super) first: u32,
    /// The number of the last missing one; `None` when it is not known.
    pub(super) last: Option<u32>,
}

/// A cell of a rule.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cell<'t> {
    /// Its members; `None` when the rule has no such cell.
    pub(super) node: Option<Node<'t>>,
    /// Whether it is turned round.
    pub(super) negate: bool,
}

/// An access rule.
#[derive(Debug)]
pub(super) struct Rule<'t> {
    /// Where it is.
    pub(super) node: Node<'t>,
    /// Its uid; may be empty.
    pub(super) uid: &'t str,
    /// Its number.
    pub(super) number: Option<u32>,
    /// Its name; may be empty.
    pub(super) name: &'t str,
    /// Its section.
    pub(super) section: &'t str,
    /// The administrator's comment.
    pub(super) comment: &'t str,
    /// Whether it is in force.
    pub(super) enabled: bool,
    /// Whether it is only a place holder for a rule that the exporter may not see.
    pub(super) hidden: bool,
    /// Sources.
    pub(super) source: Cell<'t>,
    /// Destinations.
    pub(super) destination: Cell<'t>,
    /// Services and applications.
    pub(super) service: Cell<'t>,
    /// Content.
    pub(super) content: Cell<'t>,
    /// Direction of the content.
    pub(super) content_direction: &'t str,
    /// VPN communities.
    pub(super) vpn: Cell<'t>,
    /// Times.
    pub(super) time: Cell<'t>,
    /// Action.
    pub(super) action: Option<Node<'t>>,
    /// Inline layer.
    pub(super) inline: Option<Ref<'t>>,
    /// Gateways.
    pub(super) install_on: Option<Node<'t>>,
    /// Track.
    pub(super) track: Option<Ref<'t>>,
    /// A statement of the rule that is not modelled and matters.
    pub(super) unread: Option<Node<'t>>,
}

/// A NAT rulebase.
#[derive(Debug)]
pub(super) struct NatBase<'t> {
    /// The package that the file says it belongs to; may be empty.
    pub(super) package: String,
    /// Folder of the file.
    pub(super) folder: String,
    /// The uid of the answer, which is the same on every page.
    pub(super) uid: &'t str,
    /// Where the first page is.
    pub(super) place: Option<Node<'t>>,
    /// The rules, in order.
    pub(super) rules: Vec<NatRule<'t>>,
    /// What the pages say.
    pub(super) pages: Vec<Page>,
    /// Missing places.
    pub(super) gaps: Vec<Gap>,
}

/// A NAT rule.
#[derive(Debug)]
pub(super) struct NatRule<'t> {
    /// Where it is.
    pub(super) node: Node<'t>,
    /// Its uid; may be empty.
    pub(super) uid: &'t str,
    /// Its number.
    pub(super) number: Option<u32>,
    /// Its name; may be empty.
    pub(super) name: &'t str,
    /// The administrator's comment.
    pub(super) comment: &'t str,
    /// Whether it stands below the automatic rules.
    pub(super) lower: bool,
    /// Whether it is in force.
    pub(super) enabled: bool,
    /// Whether it comes from an object's NAT settings.
    pub(super) auto: bool,
    /// `static`, `hide`, `nat64`, `nat46`, `cgnat`.
    pub(super) method: &'t str,
    /// Source, destination and service of the packet as it comes.
    pub(super) original: [Option<Node<'t>>; 3],
    /// Source, destination and service of the packet as it leaves.
    pub(super) translated: [Option<Node<'t>>; 3],
    /// Gateways.
    pub(super) install_on: Option<Node<'t>>,
    /// Whether it is only a place holder for a rule that the exporter may not see.
    pub(super) hidden: bool,
    /// A statement of the rule that is not modelled and matters, or a cut rule.
    pub(super) unread: Option<Node<'t>>,
}

/// One implied rule, from the reader's own small file.
#[derive(Debug)]
pub(super) struct Implied<'t> {
    /// Where it is.
    pub(super) node: Node<'t>,
    /// Its name.
    pub(super) name: &'t str,
    /// Where it stands.
    pub(super) position: Position,
    /// Sources, destinations, services: words of the file.
    pub(super) cells: [Vec<Ref<'t>>; 3],
    /// Whether it accepts; `None` when the action could not be read.
    pub(super) accepts: Option<bool>,
    /// Gateways; empty is all.
    pub(super) gateways: Vec<&'t str>,
}

/// Where implied rules stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position {
    /// At the beginning of the first ordered layer.
    First,
    /// Before the last rule of each layer.
    BeforeLast,
    /// After the last rule of each layer.
    Last,
}

impl<'t> Config<'t> {
    /// The object that a reference names: by uid, or by name among those that fit.
    pub(super) fn find(&self, text: &str, fits: impl Fn(&Kind<'t>) -> bool) -> Option<u32> {
        if let Some(id) = self.by_uid.get(text) {
            return Some(*id);
        }
        let named = self.by_name.get(text)?;
        let fitting =
            named.iter().copied().find(|id| self.object(*id).is_some_and(|o| fits(&o.kind)));
        fitting.or_else(|| named.first().copied())
    }

    /// An object by its number.
    pub(super) fn object(&self, id: u32) -> Option<&Object<'t>> {
        self.objects.get(usize::try_from(id).ok()?)
    }
}
