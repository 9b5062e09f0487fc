//! A whole policy, and what must be true of one.

use std::fmt;

use crate::address::{AddressObject, Addresses};
use crate::nat::Nat;
use crate::place::{Interface, Route, Routing, Zone};
use crate::predicate::Predicate;
use crate::rule::{Action, Rulebase, RulebaseId, Stage};
use crate::service::{ServiceObject, Services};

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
pub struct Defect(String);

impl fmt::Display for Defect {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Defect {}

impl Policy {
    /// Holds the policy against what [`crate::decide`] relies on: every number refers to something, objects refer to earlier
    /// objects only, layers to later rulebases only, skips forward only, nesting stays below [`MAX_DEPTH`].
    ///
    /// # Errors
    /// With the first thing that is wrong.
    pub fn validate(&self) -> Result<(), Defect> {
        let mut depths = Vec::with_capacity(self.addresses.len());
        for object in &self.addresses {
            let depth = self.address_depth(&object.value, &depths, 0);
            depths.push(depth.map_err(|text| Defect(format!("address {}: {text}", object.name)))?);
        }
        let mut services = Vec::with_capacity(self.services.len());
        for object in &self.services {
            let depth = self.service_depth(&object.value, &services, 0);
            services
                .push(depth.map_err(|text| Defect(format!("service {}: {text}", object.name)))?);
        }
        for (interface, index) in self.interfaces.iter().zip(0u32..) {
            if missing(interface.zone.0, self.zones.len()) {
                return Err(Defect(format!("interface {index}: its zone does not exist")));
            }
        }
        for (rulebase, index) in self.rulebases.iter().zip(0u32..) {
            self.check_rulebase(rulebase, index, &depths, &services)
                .map_err(|text| Defect(format!("rulebase {}: {text}", rulebase.name)))?;
        }
        let named = self.filter.iter().map(|stage| stage.rulebase).chain(self.local);
        for id in named {
            self.rulebase(id).ok_or_else(|| Defect("a stage without a rulebase".to_owned()))?;
        }
        for rule in self.nat.passes.iter().flat_map(|pass| &pass.rules) {
            self.address_depth(&rule.source, &depths, 0)
                .and(self.address_depth(&rule.destination, &depths, 0))
                .and(self.service_depth(&rule.services, &services, 0))
                .map_err(|text| Defect(format!("NAT {}: {text}", rule.origin.label)))?;
        }
        Ok(())
    }

    fn check_rulebase(
        &self,
        rulebase: &Rulebase,
        index: u32,
        addresses: &[u32],
        services: &[u32],
    ) -> Result<(), String> {
        for (rule, at) in rulebase.rules.iter().zip(0u32..) {
            self.address_depth(&rule.source, addresses, 0)
                .and(self.address_depth(&rule.destination, addresses, 0))
                .and(self.service_depth(&rule.services, services, 0))
                .map_err(|text| format!("rule {}: {text}", rule.origin.label))?;
            let wrong = match rule.action {
                Action::Layer(to) => to.0 <= index || missing(to.0, self.rulebases.len()),
                Action::SkipTo(to) => to <= at,
                Action::Decide(_) | Action::Continue => false,
            };
            if wrong {
                return Err(format!(
                    "rule {}: its action leads back or nowhere",
                    rule.origin.label
                ));
            }
            let mut asked = rule.conditions.iter().flat_map(|condition| &condition.any_of);
            if asked.any(|id| missing(id.0, self.predicates.len())) {
                return Err(format!("rule {}: a condition does not exist", rule.origin.label));
            }
        }
        Ok(())
    }

    /// How deep an expression is, objects included; `known` has the depths of the objects that may be named.
    fn address_depth(&self, value: &Addresses, known: &[u32], at: u32) -> Result<u32, String> {
        if at > MAX_DEPTH {
            return Err("nested too deep".to_owned());
        }
        let deeper = |value: &Addresses| self.address_depth(value, known, at + 1);
        let below = match value {
            Addresses::Object(id) => *object_depth(known, id.0)?,
            Addresses::Zone(id) if missing(id.0, self.zones.len()) => {
                return Err("a zone does not exist".to_owned());
            }
            Addresses::Unknown(id) if missing(id.0, self.predicates.len()) => {
                return Err("a predicate does not exist".to_owned());
            }
            Addresses::TranslatedBy(id) if self.nat.rule(*id).is_none() => {
                return Err("a NAT rule does not exist".to_owned());
            }
            Addresses::Union(members) | Addresses::Common(members) => {
                members.iter().map(deeper).try_fold(0, |most, depth| depth.map(|d| most.max(d)))?
            }
            Addresses::Except(from, without) => deeper(from)?.max(deeper(without)?),
            _ => 0,
        };
        limited(below + 1)
    }

    fn service_depth(&self, value: &Services, known: &[u32], at: u32) -> Result<u32, String> {
        if at > MAX_DEPTH {
            return Err("nested too deep".to_owned());
        }
        let deeper = |value: &Services| self.service_depth(value, known, at + 1);
        let below = match value {
            Services::Object(id) => *object_depth(known, id.0)?,
            Services::Unknown(id) if missing(id.0, self.predicates.len()) => {
                return Err("a predicate does not exist".to_owned());
            }
            Services::Union(members) | Services::Common(members) => {
                members.iter().map(deeper).try_fold(0, |most, depth| depth.map(|d| most.max(d)))?
            }
            Services::Except(from, without) => deeper(from)?.max(deeper(without)?),
            _ => 0,
        };
        limited(below + 1)
    }
}

fn object_depth(known: &[u32], id: u32) -> Result<&u32, String> {
    let index = usize::try_from(id).ok();
    index.and_then(|index| known.get(index)).ok_or_else(|| "names a later object".to_owned())
}

fn limited(depth: u32) -> Result<u32, String> {
    if depth > MAX_DEPTH { Err("nested too deep".to_owned()) } else { Ok(depth) }
}

fn missing(id: u32, length: usize) -> bool {
    usize::try_from(id).map_or(true, |id| id >= length)
}
