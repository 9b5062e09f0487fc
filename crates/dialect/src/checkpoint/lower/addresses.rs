//! Address cells and objects.

use policy::{AddressId, Addresses, Family, IpRange, Origin, PredicateKind};

use super::super::config::{AutoNat, Cell, Gateway, Kind, Object, Plain, Ref};
use super::super::value::references;
use super::{Lower, is_any_word, is_service};
use crate::codes;
use crate::fate::{Fate, Reason};
use crate::reading::Problem;

/// Which addresses an object stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// Its own, and those that automatic static NAT gives it: in access rules.
    Rule,
    /// Its own only: in NAT rules.
    Own,
}

/// The references of a cell.
pub(super) fn cell_refs<'t>(node: crate::tree::Node<'t>) -> Vec<Ref<'t>> {
    references(node).into_iter().map(|(text, node)| Ref { text, node }).collect()
}

impl<'t> Lower<'_, 't> {
    /// Defines all groups, members first, and all objects of the administrator.
    pub(super) fn define_addresses(&mut self) {
        let config = self.config();
        for (id, object) in (0u32..).zip(&config.objects) {
            let plain =
                matches!(object.kind, Kind::Plain(_) | Kind::Wildcard { .. } | Kind::Named(..));
            if plain && !object.predefined {
                self.define(id, object);
            }
        }
        let shared = self.shared;
        for id in shared.groups.order.iter().copied() {
            if let Some(object) = config.object(id) {
                self.define(id, object);
            }
        }
    }

    /// A cell of an access rule.
    pub(super) fn address_cell(
        &mut self,
        cell: Cell<'t>,
        what: &str,
        span: policy::Span,
    ) -> Addresses {
        let Some(node) = cell.node else {
            return self.open_addresses(&format!("{what} is missing"), Some(span));
        };
        let refs = cell_refs(node);
        if refs.is_empty() {
            return self.open_addresses(&format!("{what} is empty"), Some(node.span()));
        }
        let members: Vec<Addresses> =
            refs.into_iter().map(|one| self.address_reference(one, View::Rule)).collect();
        let set = match members.contains(&Addresses::Any) {
            true => Addresses::Any,
            false => Addresses::union(members),
        };
        if cell.negate { set.negated() } else { set }
    }

    /// What one reference stands for.
    pub(super) fn address_reference(&mut self, reference: Ref<'t>, view: View) -> Addresses {
        let fits = |kind: &Kind<'_>| !is_service(kind);
        let config = self.config();
        let found = config.find(reference.text, fits);
        let object = found.and_then(|id| config.object(id).map(|object| (id, object)));
        match object {
            Some((_, object)) if matches!(object.kind, Kind::Any) && object.name != "None" => {
                Addresses::Any
            }
            Some((id, object)) => match self.define(id, object) {
                Some((rule, own)) => Addresses::Object(if view == View::Rule { rule } else { own }),
                None => Addresses::Unknown(self.undefined(reference)),
            },
            None if is_any_word(reference.text) => Addresses::Any,
            None => match self.shared.facts.objects.get(reference.text) {
                Some((kind, _)) if kind == "CpmiAnyObject" => Addresses::Any,
                Some((kind, name)) if kind == "security-zone" => {
                    self.zone(name, Origin::implied(name.as_str()))
                }
                _ => Addresses::Unknown(self.undefined(reference)),
            },
        }
    }

    /// The numbers of an object's set, with and without automatic NAT; defines it when needed. `None` for what is no address.
    fn define(&mut self, id: u32, object: &Object<'t>) -> Option<(AddressId, AddressId)> {
        let at = usize::try_from(id).ok()?;
        if let (Some(rule), Some(own)) = (*self.addresses.get(at)?, *self.own_addresses.get(at)?) {
            return Some((rule, own));
        }
        let own = self.value(id, object, View::Own)?;
        let translated = self.translated(object);
        let differs = translated.is_some() || self.differs_by_members(object);
        let rule = match differs {
            false => None,
            true => {
                let mut members = vec![self.value(id, object, View::Rule)?];
                members.extend(translated);
                Some(Addresses::union(members))
            }
        };
        let mark = if rule.is_some() { " (own addresses)" } else { "" };
        let name = Self::free_name(object, |name| self.builder.address_named(name).is_some(), mark);
        let own = self.builder.address(&name, Self::origin(object), own);
        let rule = match rule {
            None => own,
            Some(value) => {
                let name =
                    Self::free_name(object, |name| self.builder.address_named(name).is_some(), "");
                self.builder.address(&name, Self::origin(object), value)
            }
        };
        *self.addresses.get_mut(at)? = Some(rule);
        *self.own_addresses.get_mut(at)? = Some(own);
        Some((rule, own))
    }

    /// Whether a member of the group means more in access rules than in NAT rules.
    fn differs_by_members(&self, object: &Object<'t>) -> bool {
        let members = super::members(object, false).unwrap_or_default();
        members.iter().any(|member| {
            let id = self.config().find(member.text, |kind| !is_service(kind));
            let at = id.and_then(|id| usize::try_from(id).ok());
            at.is_some_and(|at| self.addresses.get(at) != self.own_addresses.get(at))
        })
    }

    /// The addresses that automatic static NAT gives an object on this gateway.
    fn translated(&mut self, object: &Object<'t>) -> Option<Addresses> {
        let nat = object.nat.as_ref().filter(|nat| nat.fixed)?;
        if !self.nat_is_here(nat) {
            return None;
        }
        if nat.wrong {
            return Some(self.open_addresses("translated address", Some(object.node.span())));
        }
        let Kind::Plain(plain) = &object.kind else {
            return Some(Addresses::union(
                nat.addresses.iter().map(|one| Addresses::one(*one)).collect(),
            ));
        };
        Some(Addresses::union(
            shifted(plain, nat).into_iter().map(|(_, to)| Addresses::Range(to)).collect(),
        ))
    }

    /// Whether automatic NAT of an object is installed on the gateway of this context.
    pub(super) fn nat_is_here(&self, nat: &AutoNat<'_>) -> bool {
        let Some(own) = self.gateway else { return true };
        let gateways = nat.install_on.iter().map(|one| self.is_this_gateway(one, own));
        // A name that the export does not define may be a group with this gateway.
        nat.install_on.is_empty() || gateways.into_iter().any(|here| here != Some(false))
    }

    fn value(&mut self, id: u32, object: &Object<'t>, view: View) -> Option<Addresses> {
        let span = Some(object.node.span());
        Some(match &object.kind {
            Kind::Plain(plain) => self.plain(object, plain),
            Kind::Wildcard { masked, wrong } => {
                let mut members: Vec<Addresses> =
                    masked.iter().map(|one| Addresses::Masked(*one)).collect();
                if *wrong || members.is_empty() {
                    members.push(self.open_addresses(object.name, span));
                }
                Addresses::union(members)
            }
            Kind::Group(Some(_)) if self.shared.groups.is_marked(id) => {
                self.open_addresses(object.name, span)
            }
            Kind::Exclusion { .. } if self.shared.groups.is_marked(id) => {
                self.open_addresses(object.name, span)
            }
            Kind::AccessRole(Some(_)) if self.shared.groups.is_marked(id) => {
                self.open_addresses(object.name, span)
            }
            Kind::Group(Some(members)) => {
                let members =
                    members.iter().map(|one| self.address_reference(*one, view)).collect();
                Addresses::union(members)
            }
            Kind::Group(None) => {
                let args = vec![("name", object.name.to_owned())];
                self.say(Problem::error(codes::UNDEFINED, object.node.span(), args));
                let origin = Self::origin(object);
                Addresses::Unknown(self.builder.fresh(
                    PredicateKind::Undefined,
                    object.name,
                    origin,
                ))
            }
            Kind::Exclusion { include, except } => {
                let side = |this: &mut Self, one: &Option<Ref<'t>>| match one {
                    Some(one) => this.address_reference(*one, view),
                    None => this.open_addresses(object.name, span),
                };
                let from = side(self, include);
                from.except(side(self, except))
            }
            Kind::Zone => self.zone(object.name, Self::origin(object)),
            Kind::Named(kind, meaning) => {
                let meaning = self.known_by(object, meaning);
                let id = self.builder.unknown(*kind, meaning, Self::origin(object));
                Addresses::Unknown(id)
            }
            Kind::AccessRole(networks) => self.role(object, networks.as_deref(), view),
            Kind::Gateway(gateway) => self.gateway_addresses(object, gateway),
            Kind::Other => {
                let args = vec![("statement", object.name.to_owned())];
                self.say(Problem::error(codes::UNSUPPORTED, object.node.span(), args));
                object.node.claim_rest(Fate::unsupported(Reason::MatchOption));
                self.open_addresses(object.name, span)
            }
            Kind::Any if object.name == "None" => Addresses::NONE,
            Kind::Any => Addresses::Any,
            _ => return None,
        })
    }

    /// What lies in a zone. Where the zone of an interface is not told, that may be more than is known.
    fn zone(&mut self, name: &str, origin: Origin) -> Addresses {
        let zone = Addresses::Zone(self.builder.zone(name, &origin));
        if !self.zones_open {
            return zone;
        }
        let meaning = format!("other interfaces in zone {name}");
        let id = self.builder.unknown(PredicateKind::InterfaceAddress, meaning, origin);
        Addresses::union(vec![zone, Addresses::Unknown(id)])
    }

    fn plain(&mut self, object: &Object<'t>, plain: &Plain) -> Addresses {
        let span = Some(object.node.span());
        let mut members: Vec<Addresses> =
            plain.ranges.iter().map(|range| Addresses::Range(*range)).collect();
        if plain.wrong {
            members.push(self.open_addresses(object.name, span));
        } else if members.is_empty() {
            // A thin description: the name without the addresses.
            let args = vec![("name", object.name.to_owned())];
            self.say(Problem::error(codes::UNDEFINED, object.node.span(), args));
            let origin = Self::origin(object);
            let id = self.builder.fresh(PredicateKind::Undefined, object.name, origin);
            members.push(Addresses::Unknown(id));
        }
        let set = Addresses::union(members);
        match plain.without {
            Some(address) => set.except(Addresses::one(address)),
            None => set,
        }
    }

    fn role(&mut self, object: &Object<'t>, networks: Option<&[Ref<'t>]>, view: View) -> Addresses {
        let meaning = self.known_by(object, &format!("access role {}", object.name));
        let id = self.builder.unknown(PredicateKind::User, meaning, Self::origin(object));
        let who = Addresses::Unknown(id);
        let Some(networks) = networks else { return who };
        let places = networks.iter().map(|one| self.address_reference(*one, view)).collect();
        Addresses::Common(vec![Addresses::union(places), who])
    }

    /// A gateway stands for all addresses of its interfaces; a cluster also for those of its members.
    fn gateway_addresses(&mut self, object: &Object<'t>, gateway: &Gateway<'t>) -> Addresses {
        let mut found: Vec<std::net::IpAddr> = gateway.addresses.clone();
        for interface in gateway.interfaces.iter().flatten() {
            found.extend(interface.addresses.iter().map(|prefix| prefix.address()));
            found.extend(&interface.of_members);
        }
        for name in &gateway.members {
            let member = self.config().find(name, |kind| matches!(kind, Kind::Gateway(_)));
            if let Some(Kind::Gateway(member)) =
                member.and_then(|id| self.config().object(id)).map(|one| &one.kind)
            {
                found.extend(&member.addresses);
                let own = member.interfaces.iter().flatten().flat_map(|one| &one.addresses);
                found.extend(own.map(|prefix| prefix.address()));
            }
        }
        found.retain(|address| !address.is_unspecified());
        found.sort_unstable();
        found.dedup();
        let mut members: Vec<Addresses> = found.into_iter().map(Addresses::one).collect();
        if gateway.open || gateway.interfaces.is_none() {
            let meaning = format!("other addresses of {}", object.name);
            let origin = Self::origin(object);
            let id = self.builder.unknown(PredicateKind::InterfaceAddress, meaning, origin);
            members.push(Addresses::Unknown(id));
        }
        Addresses::union(members)
    }
}

/// The ranges of an object with the ranges that static NAT gives them, one of each family.
pub(super) fn shifted(plain: &Plain, nat: &AutoNat<'_>) -> Vec<(IpRange, IpRange)> {
    let mut found = Vec::new();
    for to in &nat.addresses {
        let from = plain.ranges.iter().find(|range| range.family() == Family::of(*to));
        let Some(from) = from else { continue };
        let last = IpRange::one(*to).nth(from.length_less_one());
        if let Some(range) = last.and_then(|last| IpRange::new(*to, last)) {
            found.push((*from, range));
        }
    }
    found
}
