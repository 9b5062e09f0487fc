//! Sets as people write them, for tables and messages.

use std::fmt::Write;

use crate::address::Addresses;
use crate::net::{Family, PortRange};
use crate::packet::protocol_name;
use crate::place::Zones;
use crate::predicate::PredicateId;
use crate::rule::Condition;
use crate::service::{Ports, Services};
use crate::whole::Policy;

impl Policy {
    /// An address cell, objects by name: `web-servers, 10.0.0.0/8 except lab`.
    pub fn addresses_text(&self, set: &Addresses) -> String {
        match set {
            Addresses::Any => "any".to_owned(),
            Addresses::Range(range) if *range == Family::V4.all() => "any IPv4".to_owned(),
            Addresses::Range(range) if *range == Family::V6.all() => "any IPv6".to_owned(),
            Addresses::Range(range) => range.to_string(),
            Addresses::Masked(masked) => format!("{}&{}", masked.value, masked.mask),
            Addresses::Object(id) => name(&self.addresses, id.0, |object| &object.name),
            Addresses::Zone(id) => name(&self.zones, id.0, |zone| &zone.name),
            Addresses::TranslatedBy(id) => {
                self.nat.rule(*id).map_or_else(unknown, |rule| rule.origin.label.to_string())
            }
            Addresses::Unknown(id) => self.predicate_text(*id),
            Addresses::Union(members) => list(members, |member| self.addresses_text(member)),
            Addresses::Common(members) => both(members, |member| self.addresses_text(member)),
            Addresses::Except(from, without) => {
                except(&self.addresses_text(from), &self.addresses_text(without))
            }
        }
    }

    /// What an address cell holds in the end: like [`Policy::addresses_text`], with the content of objects in place of their names.
    /// After `most` parts the rest is an ellipsis.
    pub fn addresses_resolved(&self, set: &Addresses, most: usize) -> String {
        let mut left = most;
        self.resolve_addresses(set, &mut left)
    }

    fn resolve_addresses(&self, set: &Addresses, left: &mut usize) -> String {
        match set {
            Addresses::Object(id) => {
                let object = usize::try_from(id.0).ok().and_then(|id| self.addresses.get(id));
                object.map_or_else(unknown, |object| self.resolve_addresses(&object.value, left))
            }
            Addresses::Union(members) => {
                bounded(members, left, ", ", |member, left| self.resolve_addresses(member, left))
            }
            Addresses::Common(members) => bounded(members, left, " and ", |member, left| {
                format!("({})", self.resolve_addresses(member, left))
            }),
            Addresses::Except(from, without) => {
                except(&self.resolve_addresses(from, left), &self.resolve_addresses(without, left))
            }
            other => {
                *left = left.saturating_sub(1);
                self.addresses_text(other)
            }
        }
    }

    /// What a service cell holds in the end; see [`Policy::addresses_resolved`].
    pub fn services_resolved(&self, set: &Services, most: usize) -> String {
        let mut left = most;
        self.resolve_services(set, &mut left)
    }

    fn resolve_services(&self, set: &Services, left: &mut usize) -> String {
        match set {
            Services::Object(id) => {
                let object = usize::try_from(id.0).ok().and_then(|id| self.services.get(id));
                object.map_or_else(unknown, |object| self.resolve_services(&object.value, left))
            }
            Services::Union(members) => {
                bounded(members, left, ", ", |member, left| self.resolve_services(member, left))
            }
            Services::Common(members) => bounded(members, left, " and ", |member, left| {
                format!("({})", self.resolve_services(member, left))
            }),
            Services::Except(from, without) => {
                except(&self.resolve_services(from, left), &self.resolve_services(without, left))
            }
            other => {
                *left = left.saturating_sub(1);
                self.services_text(other)
            }
        }
    }

    /// A service cell, objects by name: `HTTPS, tcp/8080-8090`.
    pub fn services_text(&self, set: &Services) -> String {
        match set {
            Services::Any => "any".to_owned(),
            Services::Protocol(protocol) => format!("ip/{protocol}"),
            Services::Ports(ports) => ports_text(*ports),
            Services::Icmp { family, kind, code } => {
                let mut text = if *family == Family::V4 { "icmp" } else { "icmp6" }.to_owned();
                if let Some(kind) = kind {
                    let _ = write!(text, "/{kind}");
                }
                if let Some(code) = code {
                    let _ = write!(text, "/{code}");
                }
                text
            }
            Services::Object(id) => name(&self.services, id.0, |object| &object.name),
            Services::Unknown(id) => self.predicate_text(*id),
            Services::Union(members) => list(members, |member| self.services_text(member)),
            Services::Common(members) => both(members, |member| self.services_text(member)),
            Services::Except(from, without) => {
                except(&self.services_text(from), &self.services_text(without))
            }
        }
    }

    /// A zone cell.
    pub fn zones_text(&self, zones: &Zones) -> String {
        let names = |ids: &[crate::place::ZoneId]| {
            list(ids, |id| name(&self.zones, id.0, |zone| &zone.name))
        };
        match zones {
            Zones::Any => "any".to_owned(),
            Zones::Of(ids) => names(ids),
            Zones::Except(ids) => except("any", &names(ids)),
        }
    }

    /// A condition: `app ssl, app web-browsing`.
    pub fn condition_text(&self, condition: &Condition) -> String {
        let text = list(&condition.any_of, |id| self.predicate_text(*id));
        if condition.negated { except("any", &text) } else { text }
    }

    /// A predicate: its kind and its name for people.
    pub fn predicate_text(&self, id: PredicateId) -> String {
        let predicate = usize::try_from(id.0).ok().and_then(|id| self.predicates.get(id));
        predicate.map_or_else(unknown, |predicate| {
            let label = &predicate.origin.label;
            let shown = if label.is_empty() { &predicate.meaning } else { label };
            format!("{} {shown}", predicate.kind.as_str())
        })
    }
}

fn ports_text(ports: Ports) -> String {
    let protocol = protocol_name(ports.protocol);
    let mut text = if ports.destination == PortRange::ALL {
        protocol
    } else {
        format!("{protocol}/{}", ports.destination)
    };
    let clients = PortRange::new(1, u16::MAX).unwrap_or(PortRange::ALL);
    if ports.source != PortRange::ALL && ports.source != clients {
        let _ = write!(text, ":{}", ports.source);
    }
    text
}

fn name<T>(things: &[T], id: u32, name: impl Fn(&T) -> &str) -> String {
    let thing = usize::try_from(id).ok().and_then(|id| things.get(id));
    thing.map_or_else(unknown, |thing| name(thing).to_owned())
}

fn unknown() -> String {
    "?".to_owned()
}

fn list<T>(members: &[T], text: impl Fn(&T) -> String) -> String {
    if members.is_empty() {
        return "none".to_owned();
    }
    members.iter().map(text).collect::<Vec<_>>().join(", ")
}

/// As many members as there is room for.
fn bounded<T>(
    members: &[T],
    left: &mut usize,
    separator: &str,
    mut text: impl FnMut(&T, &mut usize) -> String,
) -> String {
    if members.is_empty() {
        *left = left.saturating_sub(1);
        return "none".to_owned();
    }
    let mut parts = Vec::new();
    for member in members {
        if *left == 0 {
            parts.push("…".to_owned());
            break;
        }
        parts.push(text(member, left));
    }
    parts.join(separator)
}

fn both<T>(members: &[T], text: impl Fn(&T) -> String) -> String {
    members.iter().map(|member| format!("({})", text(member))).collect::<Vec<_>>().join(" and ")
}

fn except(from: &str, without: &str) -> String {
    if from == "any" { format!("not ({without})") } else { format!("{from} except ({without})") }
}
