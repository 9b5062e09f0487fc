//! Building a policy: numbers for names, one number for one unknown.

use std::collections::HashMap;

use crate::address::{AddressId, AddressObject, Addresses};
use crate::origin::Origin;
use crate::place::{Interface, InterfaceId, Zone, ZoneId};
use crate::predicate::{Predicate, PredicateId, PredicateKind};
use crate::rule::{Rulebase, RulebaseId};
use crate::service::{ServiceId, ServiceObject, Services};
use crate::whole::Policy;

/// A policy in the making. What it hands out are numbers; the lists are open to the caller in [`Builder::policy`].
#[derive(Debug)]
pub struct Builder {
    /// The policy so far.
    pub policy: Policy,
    predicates: HashMap<(PredicateKind, Box<str>), PredicateId>,
    zones: HashMap<Box<str>, ZoneId>,
    addresses: HashMap<Box<str>, AddressId>,
    services: HashMap<Box<str>, ServiceId>,
}

fn next(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl Builder {
    /// Begins with an empty policy.
    pub fn new(context: impl Into<Box<str>>) -> Self {
        Self {
            policy: Policy::empty(context),
            predicates: HashMap::new(),
            zones: HashMap::new(),
            addresses: HashMap::new(),
            services: HashMap::new(),
        }
    }

    /// The unknown of this kind and meaning: the same number each time it is asked for. `origin` is that of the first time; its label
    /// is what people call it.
    pub fn unknown(
        &mut self,
        kind: PredicateKind,
        meaning: impl Into<Box<str>>,
        origin: Origin,
    ) -> PredicateId {
        let meaning = meaning.into();
        if let Some(known) = self.predicates.get(&(kind, meaning.clone())) {
            return *known;
        }
        let id = self.fresh(kind, meaning.clone(), origin);
        self.predicates.insert((kind, meaning), id);
        id
    }

    /// An unknown that is like no other: for [`PredicateKind::Undefined`] and [`PredicateKind::Unreadable`].
    pub fn fresh(
        &mut self,
        kind: PredicateKind,
        meaning: impl Into<Box<str>>,
        origin: Origin,
    ) -> PredicateId {
        let id = PredicateId(next(self.policy.predicates.len()));
        self.policy.predicates.push(Predicate { kind, meaning: meaning.into(), origin });
        id
    }

    /// The zone of this name; added when there is none.
    pub fn zone(&mut self, name: &str, origin: &Origin) -> ZoneId {
        if let Some(known) = self.zones.get(name) {
            return *known;
        }
        let id = ZoneId(next(self.policy.zones.len()));
        self.policy.zones.push(Zone { name: name.into(), origin: origin.clone() });
        self.zones.insert(name.into(), id);
        id
    }

    /// The zone of this name, if there is one.
    pub fn zone_named(&self, name: &str) -> Option<ZoneId> {
        self.zones.get(name).copied()
    }

    /// Adds an interface.
    pub fn interface(&mut self, interface: Interface) -> InterfaceId {
        let id = InterfaceId(next(self.policy.interfaces.len()));
        self.policy.interfaces.push(interface);
        id
    }

    /// Gives each zone without an interface a stand-in of its name, so that packets can come in and leave there. For the end.
    pub fn stand_ins(&mut self) {
        let mut has = vec![false; self.policy.zones.len()];
        for interface in &self.policy.interfaces {
            let zone = usize::try_from(interface.zone.0).ok();
            if let Some(has) = zone.and_then(|zone| has.get_mut(zone)) {
                *has = true;
            }
        }
        for (id, zone) in (0u32..).zip(&self.policy.zones) {
            if has.get(usize::try_from(id).unwrap_or(usize::MAX)) == Some(&false) {
                self.policy.interfaces.push(Interface {
                    name: zone.name.clone(),
                    zone: ZoneId(id),
                    addresses: Vec::new(),
                    stand_in: true,
                    origin: zone.origin.clone(),
                });
            }
        }
    }

    /// Defines a named address set. When the name is taken, the first definition stays and its number is returned.
    pub fn address(&mut self, name: &str, origin: Origin, value: Addresses) -> AddressId {
        if let Some(known) = self.addresses.get(name) {
            return *known;
        }
        let id = AddressId(next(self.policy.addresses.len()));
        self.policy.addresses.push(AddressObject { name: name.into(), origin, value });
        self.addresses.insert(name.into(), id);
        id
    }

    /// The address set of this name, if it is defined.
    pub fn address_named(&self, name: &str) -> Option<AddressId> {
        self.addresses.get(name).copied()
    }

    /// Defines a named service set. When the name is taken, the first definition stays and its number is returned.
    pub fn service(&mut self, name: &str, origin: Origin, value: Services) -> ServiceId {
        if let Some(known) = self.services.get(name) {
            return *known;
        }
        let id = ServiceId(next(self.policy.services.len()));
        self.policy.services.push(ServiceObject { name: name.into(), origin, value });
        self.services.insert(name.into(), id);
        id
    }

    /// The service set of this name, if it is defined.
    pub fn service_named(&self, name: &str) -> Option<ServiceId> {
        self.services.get(name).copied()
    }

    /// Adds a rulebase. Layers come after the rulebases that hand packets to them: reserve a number first with an empty one and fill
    /// it later where that is easier.
    pub fn rulebase(&mut self, rulebase: Rulebase) -> RulebaseId {
        let id = RulebaseId(next(self.policy.rulebases.len()));
        self.policy.rulebases.push(rulebase);
        id
    }
}
