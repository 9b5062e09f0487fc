//! What a group of platforms can all say exactly.

/// A language to render in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Platform {
    /// FortiOS, `show` form.
    FortiOs,
    /// PAN-OS, XML.
    PanOs,
    /// PAN-OS, `set` form.
    PanOsSet,
    /// Check Point: pages of the management API, and Gaia clish.
    CheckPoint,
    /// NSX: hierarchical policy JSON.
    Nsx,
}

impl Platform {
    /// Every platform.
    pub const ALL: [Self; 5] =
        [Self::FortiOs, Self::PanOs, Self::PanOsSet, Self::CheckPoint, Self::Nsx];

    /// The word of the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FortiOs => "fortios",
            Self::PanOs => "panos",
            Self::PanOsSet => "panos-set",
            Self::CheckPoint => "checkpoint",
            Self::Nsx => "nsx",
        }
    }

    /// The platform of this word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|platform| platform.as_str() == word)
    }

    /// The name of the interface with this number.
    pub fn interface(self, number: usize) -> String {
        match self {
            Self::FortiOs => format!("port{}", number + 1),
            Self::PanOs | Self::PanOsSet => format!("ethernet1/{}", number + 1),
            Self::CheckPoint => format!("eth{number}"),
            Self::Nsx => format!("uplink{number}"),
        }
    }
}

/// What a generated firewall uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its name.
    pub name: &'static str,
    /// Who can say it.
    pub platforms: &'static [Platform],
    /// IPv6 too.
    pub ipv6: bool,
    /// ICMP types and protocols by number, besides TCP and UDP.
    pub protocols: bool,
    /// Negated service cells.
    pub service_negation: bool,
    /// Rules name zones.
    pub zones: bool,
    /// A side of a rule may name zones and addresses; otherwise one of the two.
    pub zones_and_addresses: bool,
    /// Destination NAT.
    pub publish: bool,
    /// Where source NAT is decided.
    pub hide: HideBy,
}

/// Where source NAT is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HideBy {
    /// There is none.
    Nothing,
    /// By the pair of zones.
    Zones,
    /// By addresses.
    Addresses,
}

const BARE: Profile = Profile {
    name: "",
    platforms: &[],
    ipv6: false,
    protocols: false,
    service_negation: false,
    zones: false,
    zones_and_addresses: false,
    publish: false,
    hide: HideBy::Nothing,
};

/// Every profile.
pub(super) const PROFILES: &[Profile] = &[
    Profile {
        name: "all",
        platforms: &[FORTIOS, PANOS, PANOS_SET, CHECKPOINT, NSX],
        ipv6: true,
        ..BARE
    },
    Profile {
        name: "protocols",
        platforms: &[FORTIOS, CHECKPOINT, NSX],
        ipv6: true,
        protocols: true,
        ..BARE
    },
    Profile {
        name: "negated-services",
        platforms: &[FORTIOS, CHECKPOINT],
        ipv6: true,
        protocols: true,
        service_negation: true,
        zones: true,
        ..BARE
    },
    Profile {
        name: "zones",
        platforms: &[FORTIOS, PANOS, PANOS_SET, CHECKPOINT],
        ipv6: true,
        zones: true,
        ..BARE
    },
    Profile {
        name: "zones-and-addresses",
        platforms: &[FORTIOS, PANOS, PANOS_SET],
        ipv6: true,
        zones: true,
        zones_and_addresses: true,
        ..BARE
    },
    Profile {
        name: "publish",
        platforms: &[FORTIOS, PANOS, PANOS_SET, CHECKPOINT],
        ipv6: true,
        zones: true,
        publish: true,
        ..BARE
    },
    Profile {
        name: "hide",
        platforms: &[FORTIOS, PANOS, PANOS_SET, CHECKPOINT],
        zones: true,
        hide: HideBy::Addresses,
        ..BARE
    },
    Profile {
        name: "nat-by-zones",
        platforms: &[FORTIOS, PANOS, PANOS_SET],
        zones: true,
        zones_and_addresses: true,
        publish: true,
        hide: HideBy::Zones,
        ..BARE
    },
    Profile {
        name: "nat-by-addresses",
        platforms: &[PANOS, PANOS_SET, CHECKPOINT],
        zones: true,
        publish: true,
        hide: HideBy::Addresses,
        ..BARE
    },
];

impl Profile {
    /// The profile of this name.
    pub fn of(name: &str) -> Option<Self> {
        PROFILES.iter().find(|profile| profile.name == name).copied()
    }

    /// All of them.
    pub(crate) fn every() -> &'static [Self] {
        PROFILES
    }

    /// The richest profile that a platform can say.
    pub fn usual(platform: Platform) -> Self {
        let name = match platform {
            Platform::FortiOs | Platform::PanOs | Platform::PanOsSet => "nat-by-zones",
            Platform::CheckPoint => "nat-by-addresses",
            Platform::Nsx => "protocols",
        };
        Self::of(name).unwrap_or(BARE)
    }
}

const FORTIOS: Platform = Platform::FortiOs;
const PANOS: Platform = Platform::PanOs;
const PANOS_SET: Platform = Platform::PanOsSet;
const CHECKPOINT: Platform = Platform::CheckPoint;
const NSX: Platform = Platform::Nsx;
