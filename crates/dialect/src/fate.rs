//! What became of each statement.

use std::collections::BTreeMap;

use model::diagnostic::Code;

/// Where a statement went. Sorted from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Disposition {
    /// Modelled exactly.
    Converted,
    /// Known, and cannot affect what is analysed here.
    Inert,
    /// Modelled with a difference; the reason says which.
    Approximated,
    /// Known, matters, and is not modelled.
    Unsupported,
    /// Never heard of.
    Unrecognized,
}

impl Disposition {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Converted, Self::Inert, Self::Approximated, Self::Unsupported, Self::Unrecognized];

    /// The word used in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Converted => "converted",
            Self::Inert => "inert",
            Self::Approximated => "approximated",
            Self::Unsupported => "unsupported",
            Self::Unrecognized => "unrecognized",
        }
    }
}

/// A statement's disposition, and why it is not simply `Converted`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fate {
    /// Where it went.
    pub disposition: Disposition,
    /// Why.
    pub reason: Reason,
}

impl Fate {
    /// Nobody took it.
    pub const UNRECOGNIZED: Self =
        Self { disposition: Disposition::Unrecognized, reason: Reason::Unknown };
    /// Modelled exactly.
    pub const CONVERTED: Self =
        Self { disposition: Disposition::Converted, reason: Reason::Modelled };
    /// A secret: never shown.
    pub const SECRET: Self = Self::inert(Reason::Secret);

    /// Cannot affect what is analysed.
    pub const fn inert(reason: Reason) -> Self {
        Self { disposition: Disposition::Inert, reason }
    }

    /// Modelled with a difference.
    pub const fn approximated(reason: Reason) -> Self {
        Self { disposition: Disposition::Approximated, reason }
    }

    /// Matters and is not modelled.
    pub const fn unsupported(reason: Reason) -> Self {
        Self { disposition: Disposition::Unsupported, reason }
    }
}

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal,)+) => {
        /// Why a statement has its disposition. One word per reason, with texts in `data/locales/*/firewall.ftl`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reason { $($(#[doc = $doc])+ $name,)+ }

        impl Reason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The word used in records.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// Its code in ledgers: `statement/` and the word. Its words are in `data/locales/*/firewall.ftl`.
            pub fn code(self) -> Code {
                Code(match self { $(Self::$name => concat!("statement/", $word),)+ })
            }
        }
    };
}

reasons! {
    /// Converted: there is nothing to say.
    Modelled = "modelled",
    /// Unrecognized: the statement is not known.
    Unknown = "unknown",
    /// Inert: a key, password or hash; never shown.
    Secret = "secret",
    /// Inert: names, comments, colours, order in the user interface, identifiers.
    Cosmetic = "cosmetic",
    /// Inert: administration of the device (accounts, clock, updates, high availability, language).
    Management = "management",
    /// Inert: logs, reports, alarms, statistics.
    Logging = "logging",
    /// Inert: what content inspection looks for; the rules that use it are marked.
    InspectionProfile = "inspection-profile",
    /// Inert: shaping, priorities, caching, acceleration.
    TrafficShaping = "traffic-shaping",
    /// Inert: switching, wireless and other link-level settings.
    LinkLayer = "link-layer",
    /// Inert: keys and algorithms of tunnels; which packets they carry is said elsewhere.
    TunnelCrypto = "tunnel-crypto",
    /// Inert: the setting has the value that is also the default.
    DefaultValue = "default-value",
    /// Inert: it is switched off.
    Disabled = "disabled",
    /// Inert: a later statement replaces it.
    Overridden = "overridden",
    /// Inert: an object that nothing which is modelled refers to.
    Unreferenced = "unreferenced",
    /// Inert: what the vendor's own file format says about the export.
    Envelope = "envelope",
    /// Inert: certificates and public keys.
    Certificate = "certificate",
    /// Inert: it belongs to another device or context than the one read.
    OtherDevice = "other-device",
    /// Approximated: accepted content is inspected and may still be stopped.
    Inspection = "inspection",
    /// Approximated: names of servers, countries, lists, groups and tags are unknowns with a name.
    NamedUnknown = "named-unknown",
    /// Approximated: it changes what the vendor predefines, which rules know by a name that does not lead here.
    Predefined = "predefined",
    /// Approximated: applications are unknowns with a name.
    Application = "application",
    /// Approximated: users, groups and devices are unknowns with a name.
    Identity = "identity",
    /// Approximated: times are unknowns with a name.
    Time = "time",
    /// Approximated: helpers open further ports for a protocol.
    SessionHelper = "session-helper",
    /// Approximated: other routes may exist that the configuration does not tell.
    DynamicRoute = "dynamic-route",
    /// Approximated: state and time-outs are not modelled; the first packet of a flow is.
    Session = "session",
    /// Approximated: what the device picks is one of several.
    DevicePicks = "device-picks",
    /// Approximated or unsupported: traffic to the firewall itself.
    LocalTraffic = "local-traffic",
    /// Unsupported: routes chosen by more than the destination.
    PolicyRoute = "policy-route",
    /// Unsupported: multicast.
    Multicast = "multicast",
    /// Unsupported: a list that decides beside the rules (denial of service, proxy, interface).
    OtherRuleList = "other-rule-list",
    /// Approximated or unsupported: what a tunnel lets through.
    TunnelSelector = "tunnel-selector",
    /// Unsupported: translation between address families.
    FamilyTranslation = "family-translation",
    /// Approximated or unsupported: a way of translating addresses that is not modelled.
    NatKind = "nat-kind",
    /// Approximated or unsupported: a value that changes which packets match and is not modelled.
    MatchOption = "match-option",
    /// Approximated or unsupported: an action that is not modelled.
    ActionKind = "action-kind",
    /// Approximated or unsupported: the mode of the device changes the meaning of its rules.
    Mode = "mode",
    /// Unsupported: the value is not valid.
    InvalidValue = "invalid-value",
    /// Unsupported: it names something that is nowhere defined.
    Undefined = "undefined",
    /// Unsupported: it contains itself.
    Cycle = "cycle",
    /// Unsupported: a limit was reached.
    Limit = "limit",
    /// Unsupported: the text ends or breaks off here.
    CutOff = "cut-off",
}

/// How many statements had which fate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Counts, by fate.
    pub fates: BTreeMap<Fate, u64>,
}

impl Tally {
    /// Statements in all.
    pub fn statements(&self) -> u64 {
        self.fates.values().sum()
    }

    /// Statements with this disposition.
    pub fn count(&self, disposition: Disposition) -> u64 {
        let those = self.fates.iter().filter(|(fate, _)| fate.disposition == disposition);
        those.map(|(_, count)| count).sum()
    }

    /// Adds another tally.
    pub fn add(&mut self, other: &Self) {
        for (fate, count) in &other.fates {
            *self.fates.entry(*fate).or_default() += count;
        }
    }
}
