//! What comes of a packet, in words that name rules.

use std::net::IpAddr;

use crate::nat::NatId;
use crate::net::{IpRange, PortRange};
use crate::place::{Egress, InterfaceId};
use crate::predicate::PredicateId;
use crate::rule::{RulebaseId, Verdict};

/// What happens to a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether it passes, and if not, how it is stopped.
    pub verdict: Verdict,
    /// What decided in each stage, the last being what decided in the end.
    pub steps: Vec<Step>,
    /// Where it leaves. `None` when NAT made it a packet without an answer to that (never for an accepted one).
    pub egress: Egress,
    /// The packet as it leaves; for a stopped one as it was when it was stopped.
    pub translated: Translated,
    /// The NAT rules that rewrote it, in order.
    pub nat: Vec<NatId>,
}

/// One decision on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which stage of [`Policy::filter`]; `None` for the local rulebase and for routing.
    pub stage: Option<usize>,
    /// What decided.
    pub by: By,
    /// What it decided.
    pub verdict: Verdict,
}

/// A rule that was tried and does not match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passed {
    /// Which one, by rulebase and index.
    pub rule: (RulebaseId, u32),
    /// The first of its cells in which the packet is not.
    pub mismatch: Mismatch,
}

/// What of a rule does not match a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// It is switched off.
    Disabled,
    /// The zones where packets come in.
    From,
    /// The zones where they leave.
    To,
    /// How the two zones relate.
    Pair,
    /// The end of the flow at which it applies.
    Ends,
    /// The sources.
    Source,
    /// The destinations.
    Destination,
    /// The services.
    Services,
    /// Its other conditions.
    Conditions,
}

/// What decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// This rule of this rulebase.
    Rule(RulebaseId, u32),
    /// The default of this rulebase.
    Default(RulebaseId),
    /// There is no route.
    NoRoute,
    /// The packet is not one that this stage looks at.
    NotGuarded,
    /// The NAT rule lets what it translates pass unseen.
    Bypass,
    /// Nothing filters here.
    NoFilter,
}

/// A packet after translation. Where the device picks, all that it may pick.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translated {
    /// Source address.
    pub source: TranslatedAddress,
    /// Source port, for protocols with ports.
    pub source_port: TranslatedPort,
    /// Destination address.
    pub destination: TranslatedAddress,
    /// Destination port, for protocols with ports.
    pub destination_port: TranslatedPort,
}

/// An address after translation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TranslatedAddress {
    /// This one.
    Exactly(IpAddr),
    /// One of these.
    OneOf(Vec<IpRange>),
    /// The own address of this interface, which the configuration does not tell.
    OfInterface(InterfaceId),
    /// What this name stands for.
    Named(PredicateId),
}

/// A port after translation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TranslatedPort {
    /// The protocol has no ports.
    None,
    /// This one.
    Exactly(u16),
    /// One of these.
    OneOf(PortRange),
}
