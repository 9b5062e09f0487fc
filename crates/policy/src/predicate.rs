//! What cannot be read as packets: named unknowns.

use std::net::IpAddr;

use crate::origin::Origin;

/// Index into [`crate::Policy::predicates`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PredicateId(pub u32);

/// A named unknown.
///
/// Two predicates are the same unknown, also across policies, exactly when `kind` and `meaning` are equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Predicate {
    /// What sort of unknown.
    pub kind: PredicateKind,
    /// What it stands for, canonically: the FQDN, the country code, the MAC, the schedule's times; never just a local name when
    /// the content is known: then the name, `#` and a digest of the content ([`without_digest`]).
    pub meaning: Box<str>,
    /// Where it comes from; the label is the object's name for people.
    pub origin: Origin,
}

/// A meaning without the digest of what stands behind the name: what people call it. The digest tells apart what has one name in
/// two configurations.
pub fn without_digest(meaning: &str) -> &str {
    match meaning.rsplit_once('#') {
        Some((name, digest)) if digest.len() == 32 && u128::from_str_radix(digest, 16).is_ok() => {
            name
        }
        _ => meaning,
    }
}

/// Sorts of unknowns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PredicateKind {
    /// The addresses of a DNS name, also with wildcards.
    Fqdn,
    /// The addresses of a country or region.
    Geography,
    /// A list that is fetched from elsewhere.
    ExternalList,
    /// Addresses by tag, connector, cloud, directory or inventory.
    Dynamic,
    /// A MAC address.
    Mac,
    /// The vendor's own data base of Internet services (addresses and ports together).
    InternetService,
    /// The address of an interface that gets it from elsewhere.
    InterfaceAddress,
    /// A user or user group.
    User,
    /// A device, its posture or its category.
    Device,
    /// A time.
    Schedule,
    /// An application, as told by its content.
    Application,
    /// A URL category.
    UrlCategory,
    /// Content or data types.
    Content,
    /// A VPN community, tunnel or peer.
    Vpn,
    /// A service that ports do not describe (RPC programs, inspection expressions).
    Protocol,
    /// A network that a packet's link layer tells: VLAN, EtherType.
    Link,
    /// An object that is named and nowhere defined. Never the same as anything else.
    Undefined,
    /// Something that could not be read or is not modelled. Never the same as anything else.
    Unreadable,
}

impl PredicateKind {
    /// Every kind.
    pub const ALL: [Self; 18] = [
        Self::Fqdn,
        Self::Geography,
        Self::ExternalList,
        Self::Dynamic,
        Self::Mac,
        Self::InternetService,
        Self::InterfaceAddress,
        Self::User,
        Self::Device,
        Self::Schedule,
        Self::Application,
        Self::UrlCategory,
        Self::Content,
        Self::Vpn,
        Self::Protocol,
        Self::Link,
        Self::Undefined,
        Self::Unreadable,
    ];

    /// The word used in records and in packet descriptions (`fqdn=…`).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fqdn => "fqdn",
            Self::Geography => "geo",
            Self::ExternalList => "list",
            Self::Dynamic => "dynamic",
            Self::Mac => "mac",
            Self::InternetService => "internet-service",
            Self::InterfaceAddress => "interface-address",
            Self::User => "user",
            Self::Device => "device",
            Self::Schedule => "schedule",
            Self::Application => "app",
            Self::UrlCategory => "url",
            Self::Content => "content",
            Self::Vpn => "vpn",
            Self::Protocol => "protocol",
            Self::Link => "link",
            Self::Undefined => "undefined",
            Self::Unreadable => "unreadable",
        }
    }
}

/// What a predicate says something about, decided by where it stands: in an address cell it is about that address, elsewhere about
/// the packet as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum About {
    /// One address: "this address is one of …".
    Address(IpAddr),
    /// The packet (its flow, its user, its time).
    Packet,
}

/// One question: does this predicate hold here?
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Atom {
    /// Which predicate.
    pub predicate: PredicateId,
    /// About what.
    pub about: About,
}
