//! A whole policy, and what must be true of one.

use std::fmt;

use crate::address::AddressObject;
use crate::nat::Nat;
use crate::place::{Interface, Route, Routing, Zone};
use crate::predicate::Predicate;
use crate::rule::{Rulebase, RulebaseId, Stage};
use crate::service::ServiceObject;

/// How deep expressions and groups may be nested; readers mark what is deeper.
pub const MAX_DEPTH: u32 = 128;

/// One device: one or more contexts that decide independently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its name, or its file's when it has none.
    pub name: Box<str>,
    /// Its platform: the dialect's id.
    pub platform: &'static str,
    /// Model, as far as known; may be empty.
    pub model: Box<str>,
    /// Software version; empty when not known.
    pub version: Box<str>,
    /// Its contexts.
    pub contexts: Vec<Policy>,
}

/// All that decides about packets in one context of one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The context: a virtual firewall, a device group, a package on a gateway.
    pub context: Box<str>,
    /// Zones.
    pub zones: Vec<Zone>,
    /// Interfaces.
    pub interfaces: Vec<Interface>,
    /// Static routes; networks of interfaces need none.
    pub routes: Vec<Route>,
    /// How much the routes tell.
    pub routing: Routing,
    /// Named address sets, members before groups.
    pub addresses: Vec<AddressObject>,
    /// Named service sets, members before groups.
    pub services: Vec<ServiceObject>,
    /// Named unknowns.
    pub predicates: Vec<Predicate>,
    /// All rulebases; a layer comes after those that hand packets to it.
    pub rulebases: Vec<Rulebase>,
    /// What a packet that crosses the firewall must pass, in order.
    pub filter: Vec<Stage>,
    /// What a packet to the firewall itself must pass; `None`: the same as the others.
    pub local: Option<RulebaseId>,
    /// Address translation.
    pub nat: Nat,
    /// Which header the rulebases see.
    pub seen: Seen,
}

impl Policy {
    /// A policy without anything: no rulebase, so that everything passes.
    pub fn empty(context: impl Into<Box<str>>) -> Self {
        Self {
            context: context.into(),
            zones: Vec::new(),
            interfaces: Vec::new(),
            routes: Vec::new(),
            routing: Routing::Partial,
            addresses: Vec::new(),
            services: Vec::new(),
            predicates: Vec::new(),
            rulebases: Vec::new(),
            filter: Vec::new(),
            local: None,
            nat: Nat::default(),
            seen: Seen::Original,
        }
    }

    /// A rulebase by its number.
    pub fn rulebase(&self, id: RulebaseId) -> Option<&Rulebase> {
        self.rulebases.get(usize::try_from(id.0).ok()?)
    }
}

/// Which header the rulebases see of a packet that destination NAT rewrote. The egress zone always belongs to the rewritten one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Seen {
    /// As it came.
    Original,
    /// After the passes before the filter.
    Translated,
    /// None: such packets pass the rulebases unseen.
    Bypass,
}

/// What is wrong with a policy: a mistake of the reader that built it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defect(pub(crate) String);

impl fmt::Display for Defect {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Defect {}
