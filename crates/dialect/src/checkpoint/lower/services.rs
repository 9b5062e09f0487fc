//! Service cells and objects.

use policy::{Condition, Family, Origin, PortRange, Ports, PredicateKind, ServiceId, Services};

use super::super::config::{Cell, Kind, Object, Ref, Service};
use super::addresses::cell_refs;
use super::{Lower, is_any_word, is_service};
use crate::codes;
use crate::facts::ServiceFact;
use crate::reading::Problem;

impl<'t> Lower<'_, 't> {
    /// Defines all groups of services, members first.
    pub(super) fn define_services(&mut self) {
        let config = self.config();
        for (id, object) in (0u32..).zip(&config.objects) {
            if matches!(object.kind, Kind::Service(_)) && !object.predefined {
                self.define_service(id, object);
            }
        }
        let shared = self.shared;
        for id in shared.service_groups.order.iter().copied() {
            if let Some(object) = config.object(id) {
                self.define_service(id, object);
            }
        }
    }

    /// The service cell of an access rule.
    pub(super) fn service_cell(&mut self, cell: Cell<'t>, span: policy::Span) -> Services {
        let Some(node) = cell.node else {
            return Services::Unknown(self.unreadable("service is missing", Some(span)));
        };
        let refs = cell_refs(node);
        if refs.is_empty() {
            return Services::Unknown(self.unreadable("service is empty", Some(node.span())));
        }
        let members: Vec<Services> =
            refs.into_iter().map(|one| self.service_reference(one)).collect();
        let set = match members.contains(&Services::Any) {
            true => Services::Any,
            false => Services::union(members),
        };
        if cell.negate { set.negated() } else { set }
    }

    pub(super) fn service_reference(&mut self, reference: Ref<'t>) -> Services {
        let config = self.config();
        let found = config.find(reference.text, is_service);
        match found.and_then(|id| config.object(id).map(|object| (id, object))) {
            Some((_, object)) if matches!(object.kind, Kind::Any) => Services::Any,
            Some((id, object)) => match self.define_service(id, object) {
                Some(id) => Services::Object(id),
                None => Services::Unknown(self.undefined(reference)),
            },
            None if is_any_word(reference.text) => Services::Any,
            None => self
                .fact_service(reference.text)
                .unwrap_or_else(|| Services::Unknown(self.undefined(reference))),
        }
    }

    fn define_service(&mut self, id: u32, object: &Object<'t>) -> Option<ServiceId> {
        let at = usize::try_from(id).ok()?;
        if let Some(known) = *self.services.get(at)? {
            return Some(known);
        }
        let value = self.service_value(id, object)?;
        let name = Self::free_name(object, |name| self.builder.service_named(name).is_some(), "");
        let known = self.builder.service(&name, Self::origin(object), value);
        *self.services.get_mut(at)? = Some(known);
        Some(known)
    }

    fn service_value(&mut self, id: u32, object: &Object<'t>) -> Option<Services> {
        let span = Some(object.node.span());
        match &object.kind {
            Kind::Service(service) => Some(self.service(object, service)),
            Kind::ServiceGroup(Some(_)) if self.shared.service_groups.is_marked(id) => {
                Some(Services::Unknown(self.unreadable(object.name, span)))
            }
            Kind::ServiceGroup(Some(members)) => {
                let members = members.iter().map(|one| self.service_reference(*one)).collect();
                Some(Services::union(members))
            }
            Kind::ServiceGroup(None) => Some(self.fact_or_undefined(object)),
            Kind::Other => {
                let args = vec![("statement", object.name.to_owned())];
                self.say(Problem::error(codes::UNSUPPORTED, object.node.span(), args));
                Some(Services::Unknown(self.unreadable(object.name, span)))
            }
            _ => None,
        }
    }

    fn service(&mut self, object: &Object<'t>, service: &Service) -> Services {
        if service.wrong
            && service.plain.as_ref().is_none_or(|plain| *plain == Services::NONE)
            && object.predefined
        {
            return self.fact_or_undefined(object);
        }
        let mut parts: Vec<Services> = service.plain.iter().cloned().collect();
        for (kind, meaning) in &service.needs {
            let meaning = self.known_by(object, meaning);
            let id = self.builder.unknown(*kind, meaning, Self::origin(object));
            parts.push(Services::Unknown(id));
        }
        if service.wrong {
            return match service.plain.as_ref().is_none_or(|plain| *plain == Services::NONE) {
                true => self.fact_or_undefined(object),
                false => Services::Unknown(self.unreadable(object.name, Some(object.node.span()))),
            };
        }
        match parts.len() {
            0 => Services::Unknown(self.unreadable(object.name, Some(object.node.span()))),
            1 => parts.remove(0),
            _ => Services::Common(parts),
        }
    }

    /// What the vendor predefines under this name, else an unknown.
    fn fact_or_undefined(&mut self, object: &Object<'t>) -> Services {
        let by_id = self.fact_service(object.uid);
        if let Some(found) = by_id.or_else(|| self.fact_service(object.name)) {
            return found;
        }
        let args = vec![("name", object.name.to_owned())];
        self.say(Problem::error(codes::UNDEFINED, object.node.span(), args));
        let origin = Self::origin(object);
        Services::Unknown(self.builder.fresh(PredicateKind::Undefined, object.name, origin))
    }

    /// A service that the vendor predefines, by uid or name.
    fn fact_service(&mut self, name: &str) -> Option<Services> {
        let facts = self.shared.facts;
        let fact = facts.services.get(name)?;
        if let Some(known) = self.builder.service_named(&format!("{name} (predefined)")) {
            return Some(Services::Object(known));
        }
        let mut members = self.fact_terms(name, fact);
        for member in &fact.members {
            match facts.services.get(member) {
                Some(inner) if inner.members.is_empty() => {
                    members.extend(self.fact_terms(member, inner))
                }
                _ => {
                    let id = self.builder.unknown(
                        PredicateKind::Protocol,
                        format!("service {member}"),
                        Origin::implied(member.as_str()),
                    );
                    members.push(Services::Unknown(id));
                }
            }
        }
        let value = Services::union(members);
        let id =
            self.builder.service(&format!("{name} (predefined)"), Origin::implied(name), value);
        Some(Services::Object(id))
    }

    fn fact_terms(&mut self, name: &str, fact: &ServiceFact) -> Vec<Services> {
        let mut members: Vec<Services> = Vec::new();
        let mut narrowed = fact.narrowed || fact.terms.is_empty() && fact.members.is_empty();
        for text in &fact.terms {
            match term(text) {
                Some(found) => members.push(found),
                None => narrowed = true,
            }
        }
        if !narrowed {
            return members;
        }
        let what = format!("service {name}");
        let id = self.builder.unknown(PredicateKind::Protocol, what, Origin::implied(name));
        match members.is_empty() {
            true => vec![Services::Unknown(id)],
            false => vec![Services::Common(vec![Services::union(members), Services::Unknown(id)])],
        }
    }

    /// Cells of unknowns: VPN communities, times, content.
    pub(super) fn condition_cell(
        &mut self,
        cell: Cell<'t>,
        kind: PredicateKind,
        extra: &str,
    ) -> Option<Condition> {
        let node = cell.node?;
        let mut any_of = Vec::new();
        for reference in cell_refs(node) {
            let config = self.config();
            let object = config.find(reference.text, |_| true).and_then(|id| config.object(id));
            let (meaning, origin) = match object {
                Some(object) if matches!(object.kind, Kind::Any) => return negated_any(cell),
                None if is_any_word(reference.text) => return negated_any(cell),
                Some(object) => match &object.kind {
                    Kind::Time(content) => (content.clone(), Self::origin(object)),
                    _ => (self.known_by(object, object.name), Self::origin(object)),
                },
                // A community or time is known by its name as well as by its definition; a directed one is an object of its own.
                None if reference.node.is_statement() => {
                    any_of.push(self.undefined(reference));
                    continue;
                }
                None => {
                    let what = "a pair of communities";
                    any_of.push(self.unreadable(what, Some(reference.node.span())));
                    continue;
                }
            };
            let meaning = if extra.is_empty() { meaning } else { format!("{meaning} {extra}") };
            any_of.push(self.builder.unknown(kind, meaning, origin));
        }
        if any_of.is_empty() {
            if node.is_statement() && node.words().len() < 2 {
                any_of.push(self.unreadable("a cell is empty", Some(node.span())));
            } else {
                return None;
            }
        }
        Some(Condition { any_of, negated: cell.negate })
    }
}

/// "Not any" never holds.
fn negated_any(cell: Cell<'_>) -> Option<Condition> {
    cell.negate.then(|| Condition { any_of: Vec::new(), negated: false })
}

/// `tcp/80`, `udp/53:1024-65535`, `icmp/8/0`, `icmp6`, `ip/47`, `ip`.
pub(super) fn term(text: &str) -> Option<Services> {
    let mut parts = text.split('/');
    let name = parts.next()?;
    let rest: Vec<&str> = parts.collect();
    let protocol = match name {
        "tcp" => 6,
        "udp" => 17,
        "sctp" => 132,
        "icmp" | "icmp6" => {
            let family = if name == "icmp" { Family::V4 } else { Family::V6 };
            let numbers: Option<Vec<u8>> = rest.iter().map(|part| part.parse().ok()).collect();
            let numbers = numbers.filter(|numbers| numbers.len() <= 2)?;
            return Some(Services::Icmp {
                family,
                kind: numbers.first().copied(),
                code: numbers.get(1).copied(),
            });
        }
        "ip" => {
            return match rest.as_slice() {
                [] => Some(Services::Any),
                [number] => number.parse().ok().map(Services::Protocol),
                _ => None,
            };
        }
        _ => return None,
    };
    let [ports] = rest.as_slice() else {
        return rest.is_empty().then_some(Services::Protocol(protocol));
    };
    let (destination, source) = ports.split_once(':').unwrap_or((ports, "0-65535"));
    Some(Services::Ports(Ports {
        protocol,
        source: range(source)?,
        destination: range(destination)?,
    }))
}

fn range(text: &str) -> Option<PortRange> {
    match super::super::extract_ports(text)?.as_slice() {
        [one] => Some(*one),
        _ => None,
    }
}
