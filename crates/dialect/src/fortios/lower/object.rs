//! Addresses, services and schedules by name.

use std::borrow::Cow;

use hashbrown::HashMap;
use policy::{
    AddressId, AddressObject, Addresses, Family, Origin, PredicateId, PredicateKind, ServiceId,
    ServiceObject, Services, Span,
};

use super::{Lower, label};
use crate::codes;
use crate::fate::{Fate, Reason};
use crate::fortios::extract::Sections;
use crate::fortios::extract::object::{self, AddressValue, Group, When};
use crate::fortios::inert;
use crate::fortios::table::{Entry, entries};
use crate::fortios::value;

/// An entry and what it says.
type Named<'t> = (Entry<'t>, Group<'t>);

impl<'t> Lower<'t, '_> {
    /// All objects, members before groups.
    pub(super) fn objects(&mut self, sections: &mut Sections<'t>) {
        for entry in entries(&sections.take("system external-resource")) {
            for (key, value) in &entry.settings().values {
                inert::claim(key, value, Fate::approximated(Reason::NamedUnknown));
            }
            self.lists.insert(entry.name.clone());
        }
        for (index, v6) in [false, true].into_iter().enumerate() {
            let (plain, groups) = if v6 {
                ("firewall address6", "firewall addrgrp6")
            } else {
                ("firewall address", "firewall addrgrp")
            };
            for entry in entries(&sections.take(plain)) {
                let (value, comment) = object::address(&entry, v6, self.say);
                let set = self.address_value(&entry, value, v6);
                self.push_address(entry.name.clone(), entry.node.span(), comment, set, index);
            }
            self.groups(sections, groups, index);
        }
        for entry in entries(&sections.take("firewall service custom")) {
            self.service_object(&entry);
        }
        self.service_groups(sections);
        self.schedules(sections);
    }

    fn push_address(
        &mut self,
        name: Cow<'t, str>,
        span: Span,
        comment: &str,
        value: Addresses,
        index: usize,
    ) -> AddressId {
        let id = AddressId(u32::try_from(self.b.policy.addresses.len()).unwrap_or(u32::MAX));
        self.b.policy.addresses.push(AddressObject {
            name: name.as_ref().into(),
            origin: super::origin(span, label("address", &name), comment),
            value,
        });
        if let Some(names) = self.addresses.get_mut(index) {
            names.insert(name, id);
        }
        id
    }

    fn address_value(&mut self, entry: &Entry<'t>, value: AddressValue<'t>, v6: bool) -> Addresses {
        let family = if v6 { Family::V6 } else { Family::V4 };
        let span = entry.node.span();
        match value {
            AddressValue::Set(set) => set,
            AddressValue::Named(kind, meaning) => {
                let origin = Origin::at(span, entry.name.as_ref());
                let predicate = if meaning.is_empty() {
                    self.unreadable(span, &entry.name)
                } else {
                    self.b.unknown(kind, meaning, origin)
                };
                only(family, Addresses::Unknown(predicate))
            }
            AddressValue::Interface(name, told) => {
                let id = self.interfaces.get(name).and_then(|id| usize::try_from(id.0).ok());
                let interface = id.and_then(|id| self.b.policy.interfaces.get(id));
                let own = interface.into_iter().flat_map(|interface| &interface.addresses);
                let own = own.copied().find(|own| own.address().is_ipv6() == v6).or(told);
                match own {
                    Some(own) => Addresses::prefix(own),
                    None => {
                        let origin = Origin::at(span, entry.name.as_ref());
                        let kind = PredicateKind::InterfaceAddress;
                        let meaning = format!("network of {name}");
                        only(family, Addresses::Unknown(self.b.unknown(kind, meaning, origin)))
                    }
                }
            }
            AddressValue::Invalid(at) => {
                only(family, Addresses::Unknown(self.unreadable(at, &entry.name)))
            }
        }
    }

    /// Groups in an order in which members come first. Cycles and what is too deep are unknown.
    fn groups(&mut self, sections: &mut Sections<'t>, section: &str, index: usize) {
        let groups: Vec<Named<'t>> = entries(&sections.take(section))
            .into_iter()
            .map(|entry| {
                let group = object::group(&entry);
                (entry, group)
            })
            .collect();
        let family = if index == 0 { Family::V4 } else { Family::V6 };
        let order = sorted(&groups);
        for at in order.order {
            let Some((entry, group)) = groups.get(at) else { continue };
            let span = entry.node.span();
            let mut set = self.members(group.members.as_ref(), index);
            if let Some(without) = &group.without {
                set = set.except(self.members(Some(without), index));
            }
            for mark in &group.marks {
                let doubt = self.unreadable(mark.span, &mark.what);
                set = Addresses::Common(vec![set, Addresses::Unknown(doubt)]);
            }
            self.push_address(entry.name.clone(), span, group.comment, set, index);
        }
        for (list, code) in [(order.cyclic, codes::CYCLE), (order.deep, codes::GROUP_DEPTH)] {
            for at in list {
                let Some((entry, group)) = groups.get(at) else { continue };
                let span = entry.node.span();
                self.say.warn(code, span, "name", &entry.name);
                let unknown = only(family, Addresses::Unknown(self.unreadable(span, &entry.name)));
                let reason = if code == codes::CYCLE { Reason::Cycle } else { Reason::Limit };
                if let Some(members) = &group.members {
                    members.claim(Fate::unsupported(reason));
                }
                self.push_address(entry.name.clone(), span, group.comment, unknown, index);
            }
        }
    }

    fn members(
        &mut self,
        value: Option<&crate::fortios::table::Value<'t>>,
        index: usize,
    ) -> Addresses {
        let Some(value) = value else { return Addresses::NONE };
        let span = value.span();
        Addresses::union(value.words().map(|name| self.address(name, index, span)).collect())
    }

    /// An address or group by name. What is nowhere defined is an unknown of its own.
    pub(super) fn address(&mut self, name: &'t str, index: usize, span: Span) -> Addresses {
        if let Some(id) = self.addresses.get(index).and_then(|names| names.get(name)) {
            return Addresses::Object(*id);
        }
        let family = if index == 0 { Family::V4 } else { Family::V6 };
        let set = match name {
            "all" => Addresses::family(family),
            "none" => Addresses::NONE,
            _ if self.lists.contains(name) => {
                let origin = Origin::at(span, name);
                let list = self.b.unknown(PredicateKind::ExternalList, name, origin);
                only(family, Addresses::Unknown(list))
            }
            _ => self
                .predefined_address(name, index, span)
                .unwrap_or_else(|| only(family, Addresses::Unknown(self.undefined(name, span)))),
        };
        Addresses::Object(self.push_address(Cow::Borrowed(name), span, "", set, index))
    }

    fn predefined_address(&mut self, name: &str, index: usize, span: Span) -> Option<Addresses> {
        let table = if index == 0 { name.to_owned() } else { format!("address6:{name}") };
        let written = self.facts.addresses.get(&table)?;
        let family = if index == 0 { Family::V4 } else { Family::V6 };
        if let Some(fqdn) = written.strip_prefix("fqdn:") {
            let origin = Origin::at(span, name);
            let predicate = self.b.unknown(PredicateKind::Fqdn, fqdn.to_ascii_lowercase(), origin);
            return Some(only(family, Addresses::Unknown(predicate)));
        }
        if written == "dynamic" {
            let origin = Origin::at(span, name);
            let predicate = self.b.unknown(PredicateKind::Dynamic, name, origin);
            return Some(only(family, Addresses::Unknown(predicate)));
        }
        value::range(written).map(Addresses::Range)
    }

    // --- Services ---

    fn push_service(&mut self, name: Cow<'t, str>, origin: Origin, value: Services) -> ServiceId {
        let id = ServiceId(u32::try_from(self.b.policy.services.len()).unwrap_or(u32::MAX));
        self.b.policy.services.push(ServiceObject { name: name.as_ref().into(), origin, value });
        self.services.insert(name, id);
        id
    }

    fn service_object(&mut self, entry: &Entry<'t>) {
        let service = object::service(entry, self.say);
        let span = entry.node.span();
        let mut value = service.value;
        for mark in &service.unread {
            let unknown = Services::Unknown(self.unreadable(mark.span, &mark.what));
            value = Services::Union(vec![value, unknown]);
        }
        let mut parts = vec![value];
        for mark in &service.marks {
            parts.push(Services::Unknown(self.unreadable(mark.span, &mark.what)));
        }
        if !service.applications.is_empty() {
            let kind = PredicateKind::Application;
            let of = |name: &&str| {
                Services::Unknown(self.b.unknown(kind, *name, Origin::at(span, *name)))
            };
            parts.push(Services::union(service.applications.iter().map(of).collect()));
        }
        let value = if parts.len() == 1 { parts.remove(0) } else { Services::Common(parts) };
        let origin = super::origin(span, label("service", &entry.name), service.comment);
        self.push_service(entry.name.clone(), origin, value);
    }

    fn service_groups(&mut self, sections: &mut Sections<'t>) {
        let groups: Vec<Named<'t>> = entries(&sections.take("firewall service group"))
            .into_iter()
            .map(|entry| {
                let group = object::group(&entry);
                (entry, group)
            })
            .collect();
        let order = sorted(&groups);
        for at in order.order {
            let Some((entry, group)) = groups.get(at) else { continue };
            let span = entry.node.span();
            let members: Vec<&'t str> =
                group.members.iter().flat_map(|value| value.words().collect::<Vec<_>>()).collect();
            let members = members.into_iter().map(|name| self.service(name, span)).collect();
            let mut set = Services::union(members);
            for mark in &group.marks {
                let doubt = Services::Unknown(self.unreadable(mark.span, &mark.what));
                set = Services::Common(vec![set, doubt]);
            }
            let origin = super::origin(span, label("service group", &entry.name), group.comment);
            self.push_service(entry.name.clone(), origin, set);
        }
        for (list, code) in [(order.cyclic, codes::CYCLE), (order.deep, codes::GROUP_DEPTH)] {
            for at in list {
                let Some((entry, group)) = groups.get(at) else { continue };
                let span = entry.node.span();
                self.say.warn(code, span, "name", &entry.name);
                let unknown = Services::Unknown(self.unreadable(span, &entry.name));
                let reason = if code == codes::CYCLE { Reason::Cycle } else { Reason::Limit };
                if let Some(members) = &group.members {
                    members.claim(Fate::unsupported(reason));
                }
                let origin = Origin::at(span, label("service group", &entry.name));
                self.push_service(entry.name.clone(), origin, unknown);
            }
        }
    }

    /// A service or group by name: of the configuration, else one that the vendor predefines.
    pub(super) fn service(&mut self, name: &'t str, span: Span) -> Services {
        if let Some(id) = self.services.get(name) {
            return Services::Object(*id);
        }
        let (origin, value) = match self.predefined_service(name, 0) {
            Some(value) => (Origin::implied(label("service", name)), value),
            None if name == "ALL" => (Origin::implied(label("service", name)), Services::Any),
            None => {
                let undefined = Services::Unknown(self.undefined(name, span));
                (Origin::at(span, label("service", name)), undefined)
            }
        };
        Services::Object(self.push_service(Cow::Borrowed(name), origin, value))
    }

    fn predefined_service(&mut self, name: &str, depth: u32) -> Option<Services> {
        let facts = self.facts;
        let fact = facts.services.get(name).filter(|_| depth < 8)?;
        let mut parts = Vec::new();
        if fact.kind != "proxy" {
            for term in &fact.terms {
                parts.push(value::fact_term(term)?);
            }
        }
        for member in &fact.members {
            parts.push(self.predefined_service(member, depth + 1)?);
        }
        let value = Services::union(parts);
        if fact.narrowed {
            let doubt = self.b.unknown(PredicateKind::Protocol, name, Origin::implied(name));
            return Some(Services::Common(vec![value, Services::Unknown(doubt)]));
        }
        Some(value)
    }

    // --- Schedules ---

    fn schedules(&mut self, sections: &mut Sections<'t>) {
        let mut groups = Vec::new();
        for table in ["recurring", "onetime", "group"] {
            for entry in entries(&sections.take(&format!("firewall schedule {table}"))) {
                let span = entry.node.span();
                let holds = match object::schedule(&entry, table) {
                    When::Never => Vec::new(),
                    When::Times(meaning) => {
                        let origin = Origin::at(span, entry.name.as_ref());
                        vec![self.b.unknown(PredicateKind::Schedule, meaning, origin)]
                    }
                    When::AnyOf(members) => {
                        groups.push((entry.name.clone(), members, span));
                        continue;
                    }
                };
                self.schedules.insert(entry.name.clone(), Some(holds));
            }
        }
        for (name, members, span) in groups {
            // A group with a member that always holds always holds.
            let mut all = Some(Vec::new());
            for member in members {
                let holds = self.schedule(member, span);
                all = all.zip(holds).map(|(mut all, holds)| {
                    all.extend(holds);
                    all
                });
            }
            self.schedules.insert(name, all);
        }
    }

    /// One of which must hold; `None` for `always`.
    pub(super) fn schedule(&mut self, name: &'t str, span: Span) -> Option<Vec<PredicateId>> {
        if matches!(name, "always" | "") {
            return None;
        }
        if let Some(known) = self.schedules.get(name) {
            return known.clone();
        }
        let holds = if name == "none" { Vec::new() } else { vec![self.undefined(name, span)] };
        self.schedules.insert(Cow::Borrowed(name), Some(holds.clone()));
        Some(holds)
    }
}

/// Addresses of one family only: an unknown must not be asked about the other one.
fn only(family: Family, set: Addresses) -> Addresses {
    Addresses::Common(vec![Addresses::family(family), set])
}

/// The order of groups by who is a member of whom.
fn sorted(groups: &[Named<'_>]) -> policy::Order {
    let index: HashMap<&str, usize> =
        groups.iter().enumerate().map(|(at, (entry, _))| (entry.name.as_ref(), at)).collect();
    let members: Vec<Vec<usize>> = groups
        .iter()
        .map(|(_, group)| {
            let named = group.members.iter().chain(&group.without);
            let named = named.flat_map(|value| value.words().collect::<Vec<_>>());
            named.filter_map(|name| index.get(name).copied()).collect()
        })
        .collect();
    policy::order(&members)
}
