//! Interfaces, zones and routes of the gateway of a context: from the export, and from its Gaia configuration.

use policy::{Interface, InterfaceId, Origin, Prefix, Route, Routing, Span};

use super::super::config::Kind;
use super::super::gaia::{Gaia, Hop};
use super::Lower;
use crate::codes;
use crate::reading::Problem;

/// An interface as both sources tell it.
struct Link {
    name: String,
    /// Empty: in none.
    zone: String,
    /// Whether the export says so.
    zoned: bool,
    addresses: Vec<Prefix>,
    span: Span,
}

impl<'t> Lower<'_, 't> {
    /// Adds the interfaces, zones and routes that are known.
    pub(super) fn topology(&mut self, fixed: Option<usize>) {
        let config = self.config();
        let object = self.gateway.and_then(|id| config.object(id));
        let mut links: Vec<Link> = Vec::new();
        if let Some(Kind::Gateway(gateway)) = object.map(|object| &object.kind) {
            for (interface, number) in gateway.interfaces.iter().flatten().zip(1u32..) {
                let name = match interface.name {
                    "" => format!("interface {number}"),
                    name => name.to_owned(),
                };
                links.push(Link {
                    name,
                    zone: interface.zone.to_owned(),
                    zoned: interface.zoned,
                    addresses: interface.addresses.clone(),
                    span: interface.node.span(),
                });
            }
        }
        let found = object.and_then(|object| gaia_of(&config.gaia, object, &links, config));
        let index = fixed.or(found);
        self.said.gaia.extend(index);
        let gaia = index.and_then(|index| config.gaia.get(index));
        if let Some(gaia) = gaia {
            add_links(gaia, &mut links);
        }
        let mut ids: Vec<(String, InterfaceId, Vec<Prefix>)> = Vec::new();
        self.zones_open = links.iter().any(|link| !link.zoned);
        for link in links {
            let zone = if link.zone.is_empty() { link.name.clone() } else { link.zone };
            let origin = Origin::at(link.span, link.name.as_str());
            let zone = self.builder.zone(&zone, &origin);
            let id = self.builder.interface(Interface {
                name: link.name.as_str().into(),
                zone,
                addresses: link.addresses.clone(),
                stand_in: false,
                origin,
            });
            ids.push((link.name, id, link.addresses));
        }
        self.builder.policy.routing = Routing::Partial;
        if let Some(gaia) = gaia {
            self.routes(gaia, &ids);
        }
    }

    /// An interface of which only that packets leave by it is known.
    fn elsewhere(&mut self, name: String, span: Span) -> InterfaceId {
        self.zones_open = true;
        if let Some(known) = self
            .builder
            .policy
            .interfaces
            .iter()
            .zip(0u32..)
            .find(|(known, _)| *known.name == *name)
        {
            return InterfaceId(known.1);
        }
        let origin = Origin::at(span, name.as_str());
        let zone = self.builder.zone(&name, &origin);
        let name = name.into();
        self.builder.interface(Interface {
            name,
            zone,
            addresses: Vec::new(),
            stand_in: true,
            origin,
        })
    }

    fn routes(&mut self, gaia: &Gaia<'t>, ids: &[(String, InterfaceId, Vec<Prefix>)]) {
        // A configuration without any route is more likely a piece of one.
        let open = gaia.open || gaia.routes.is_empty();
        for route in &gaia.routes {
            let near = |address| {
                let mut near = ids.iter().filter(|(.., prefixes)| {
                    prefixes.iter().any(|prefix| prefix.range().contains(address))
                });
                near.next().map(|(_, id, _)| *id)
            };
            let interface = match route.hop {
                Hop::Nowhere => None,
                Hop::Interface(name) => Some(match ids.iter().find(|(known, ..)| known == name) {
                    Some((_, id, _)) => *id,
                    // A tunnel for example. Without it a wider route would seem to decide.
                    None => self.elsewhere(name.to_owned(), route.node.span()),
                }),
                Hop::Address(address) => Some(match near(address) {
                    Some(id) => id,
                    None => {
                        // The neighbour is in no known network: by which interface is not known.
                        let args = vec![("name", address.to_string())];
                        self.say(Problem::warning(codes::UNDEFINED, route.node.span(), args));
                        self.elsewhere(format!("to {address}"), route.node.span())
                    }
                }),
            };
            let origin = Origin::at(route.node.span(), format!("static route {}", route.prefix));
            let distance = route.priority;
            self.builder.policy.routes.push(Route {
                prefix: route.prefix,
                interface,
                distance,
                origin,
            });
        }
        if !open {
            self.builder.policy.routing = Routing::Complete;
        }
    }
}

fn add_links(gaia: &Gaia<'_>, links: &mut Vec<Link>) {
    for link in &gaia.interfaces {
        let known = links.iter_mut().find(|known| known.name == link.name);
        match known {
            // What runs is what Gaia says; the addresses of a cluster are in the export.
            Some(known) if known.addresses.is_empty() && link.on => {
                known.addresses.clone_from(&link.addresses);
            }
            Some(_) => {}
            None if link.on && !link.addresses.is_empty() => links.push(Link {
                name: link.name.to_owned(),
                zone: String::new(),
                zoned: false,
                addresses: link.addresses.clone(),
                span: link.node.span(),
            }),
            None => {}
        }
    }
}

/// The Gaia configuration of a gateway: by host name, also of a cluster's member, else by an own address.
fn gaia_of<'t>(
    all: &[Gaia<'t>],
    object: &super::super::config::Object<'t>,
    links: &[Link],
    config: &super::super::config::Config<'t>,
) -> Option<usize> {
    let named = |name: &str| {
        let same = |gaia: &Gaia<'_>| gaia.hostname.eq_ignore_ascii_case(name);
        all.iter().position(|gaia| !gaia.hostname.is_empty() && same(gaia))
    };
    if let Some(found) = named(object.name) {
        return Some(found);
    }
    let Kind::Gateway(gateway) = &object.kind else { return None };
    for member in &gateway.members {
        let name = config.find(member, |kind| matches!(kind, Kind::Gateway(_)));
        let name = name.and_then(|id| config.object(id)).map_or(*member, |object| object.name);
        if let Some(found) = named(name) {
            return Some(found);
        }
    }
    let mut own: Vec<std::net::IpAddr> = gateway.addresses.clone();
    own.extend(links.iter().flat_map(|link| &link.addresses).map(|prefix| prefix.address()));
    own.extend(gateway.interfaces.iter().flatten().flat_map(|one| one.of_members.iter().copied()));
    own.retain(|address| !address.is_unspecified() && !address.is_loopback());
    let has = |gaia: &Gaia<'_>| {
        let mut addresses = gaia.interfaces.iter().flat_map(|link| &link.addresses);
        addresses.any(|prefix| own.contains(&prefix.address()))
    };
    let mut found = all.iter().enumerate().filter(|(_, gaia)| has(gaia)).map(|(index, _)| index);
    let first = found.next();
    first.filter(|_| found.next().is_none())
}
