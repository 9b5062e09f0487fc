//! Rules and rulebases.

use crate::address::Addresses;
use crate::nat::SourceNat;
use crate::origin::Origin;
use crate::place::Zones;
use crate::predicate::PredicateId;
use crate::service::Services;

/// Index into [`crate::Policy::rulebases`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RulebaseId(pub u32);

/// An ordered list of rules: the first that matches decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rulebase {
    /// Its name: a layer, a device group's pre-rules, a category.
    pub name: Box<str>,
    /// In order. Disabled rules are here too and match nothing.
    pub rules: Vec<Rule>,
    /// What happens when none matches. It may refer to a later rulebase only by [`Action::Layer`] of a rule.
    pub default: Verdict,
    /// Where the default is written, or the vendor's name for it.
    pub default_origin: Origin,
}

/// One line: what it matches and what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Name, number, comment and place.
    pub origin: Origin,
    /// The heading that it stands under: section, category, device group; empty when none.
    pub section: Box<str>,
    /// A disabled rule matches nothing.
    pub enabled: bool,
    /// Where the packet comes in.
    pub from: Zones,
    /// Where it leaves, after destination NAT.
    pub to: Zones,
    /// How the two zones relate.
    pub pair: Pair,
    /// Source addresses.
    pub source: Addresses,
    /// Destination addresses.
    pub destination: Addresses,
    /// Protocols and ports.
    pub services: Services,
    /// Users, applications, times: all must hold.
    pub conditions: Vec<Condition>,
    /// How the rule sees packets whose destination was rewritten.
    pub view: NatView,
    /// At which ends of a flow the rule exists, for platforms that filter at both; `None` elsewhere.
    pub ends: Option<Box<Ends>>,
    /// What it does.
    pub action: Action,
    /// Source NAT that belongs to the rule itself.
    pub source_nat: Option<Box<SourceNat>>,
    /// Names of the profiles by which accepted content is inspected (which may still stop it).
    pub inspection: Vec<Box<str>>,
    /// Whether matches are logged; `None` when it is not said.
    pub logged: Option<bool>,
}

impl Rule {
    /// An enabled rule that matches every packet.
    pub fn any(origin: Origin, action: Action) -> Self {
        Self {
            origin,
            section: "".into(),
            enabled: true,
            from: Zones::Any,
            to: Zones::Any,
            pair: Pair::Any,
            source: Addresses::Any,
            destination: Addresses::Any,
            services: Services::Any,
            conditions: Vec::new(),
            view: NatView::Plain,
            ends: None,
            action,
            source_nat: None,
            inspection: Vec::new(),
            logged: None,
        }
    }
}

/// How the zones of a rule relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pair {
    /// Any two.
    Any,
    /// In and out by the same zone.
    Same,
    /// In and out by different zones.
    Different,
}

/// How a rule sees packets whose destination was rewritten before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NatView {
    /// Like any other packet.
    Plain,
    /// Only where its destination cell names the NAT rule ([`Addresses::TranslatedBy`]): its plain addresses do not match them.
    NamedOnly,
}

/// A condition on what is not in the header.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Condition {
    /// It holds when one of these does; without members, never.
    pub any_of: Vec<PredicateId>,
    /// Whether it is turned round.
    pub negated: bool,
}

/// At which end of a flow a rule exists.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ends {
    /// It looks at packets that leave a workload.
    pub outbound: bool,
    /// It looks at packets that arrive at a workload.
    pub inbound: bool,
    /// The workloads that it exists on, by address.
    pub scope: Addresses,
}

/// An end of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Where the packet starts; it leaves the workload.
    Source,
    /// Where it goes; it arrives at the workload.
    Destination,
}

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Decides.
    Decide(Verdict),
    /// Hands the packet to an inline layer, which decides; it does not come back.
    Layer(RulebaseId),
    /// Goes on at the rule with this index in the same rulebase, which lies after this one.
    SkipTo(u32),
    /// Does nothing to the packet (it logs or counts) and goes on.
    Continue,
}

/// What becomes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It passes.
    Accept,
    /// The platform's plain "deny": stopped, in the platform's own way.
    Deny,
    /// Stopped silently.
    Drop,
    /// Stopped, and the sender (or both ends) told by TCP reset or ICMP.
    Reject,
}

impl Verdict {
    /// The word used in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Deny => "deny",
            Self::Drop => "drop",
            Self::Reject => "reject",
        }
    }
}

/// One of the rulebases that must all accept, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Which.
    pub rulebase: RulebaseId,
    /// For platforms that filter at both ends: the end at which this one stands. Rules then also need [`Rule::ends`] to agree.
    pub end: Option<End>,
    /// Only packets whose address at that end (without an end: whose source) is in here are looked at; the others pass.
    pub guard: Addresses,
}
