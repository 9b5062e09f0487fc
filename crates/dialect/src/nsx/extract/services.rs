//! Services, context profiles and schedules.

use std::borrow::Cow;

use policy::Span;

use super::{Extractor, list};
use crate::codes;
use crate::fate::{Fate, Reason};
use crate::nsx::config::{Attribute, Entry, Meta, Profile, Schedule, Service, Value};
use crate::nsx::fields::{common, is_unset, rest};
use crate::nsx::kinds::by_collection;
use crate::tree::Node;

impl<'t> Extractor<'t, '_> {
    pub(super) fn service(&mut self, members: &[Node<'t>], meta: Meta<'t>) {
        let mut service = Service { entries: Vec::new(), meta };
        for member in members.iter().copied() {
            match member.word(0) {
                "service_entries" => service.entries = self.entries(member),
                "children" => {
                    let hint = by_collection("service-entries");
                    self.value(member, service.meta.path.clone(), hint);
                }
                "service_type" | "is_default" => member.claim(Fate::inert(Reason::Cosmetic)),
                _ if common(member) => {}
                _ if is_unset(member) => member.claim(Fate::inert(Reason::DefaultValue)),
                _ => service.entries.push(Entry::Wrong(member.span())),
            }
        }
        self.config.services.push(service);
    }

    /// A list of entries, in a service or a rule.
    pub(super) fn entries(&mut self, member: Node<'t>) -> Vec<Entry<'t>> {
        if member.is_statement() {
            // `null` or an empty list; anything else is no entry.
            if is_unset(member) {
                member.claim(Fate::inert(Reason::DefaultValue));
                return Vec::new();
            }
            return vec![Entry::Wrong(member.span())];
        }
        member
            .children()
            .map(|entry| {
                let members: Vec<Node<'t>> = entry.children().collect();
                self.entry(&members, entry.span())
            })
            .collect()
    }

    pub(super) fn loose_entry(&mut self, members: &[Node<'t>], parent: Cow<'t, str>) {
        let span = members.first().map(|member| member.span()).unwrap_or_default();
        let entry = self.entry(members, span);
        self.config.loose_entries.push((parent, entry));
    }

    fn entry(&mut self, members: &[Node<'t>], span: Span) -> Entry<'t> {
        let mut fields = Fields { span, ..Fields::default() };
        for member in members.iter().copied() {
            let value = Value::member(member);
            let mut fate = Fate::CONVERTED;
            match member.word(0) {
                "resource_type" => fields.kind = value.text(),
                "l4_protocol" | "protocol" => fields.protocol = value.text(),
                "protocol_number" => fields.number = value.text(),
                "ether_type" => fields.number = value.text(),
                "icmp_type" => fields.icmp_type = Some(value).filter(|_| !is_unset(member)),
                "icmp_code" => fields.icmp_code = Some(value).filter(|_| !is_unset(member)),
                "alg" => {
                    fields.protocol = value.text();
                    fate = Fate::approximated(Reason::SessionHelper);
                }
                "source_ports" => {
                    fields.sources = list(member);
                    continue;
                }
                "destination_ports" => {
                    fields.destinations = list(member);
                    continue;
                }
                "nested_service_path" => fields.nested = Some(value),
                _ if common(member) => continue,
                _ if is_unset(member) => fate = Fate::inert(Reason::DefaultValue),
                _ => {
                    fields.unknown = Some(member.span());
                    continue;
                }
            }
            member.claim(fate);
        }
        if let Some(unknown) = fields.unknown {
            return Entry::Wrong(unknown);
        }
        let entry = fields.entry();
        if let Entry::Wrong(span) = &entry {
            self.say.error(codes::INVALID_VALUE, *span, "value", fields.kind);
        }
        entry
    }

    pub(super) fn profile(&mut self, members: &[Node<'t>], meta: Meta<'t>) {
        let mut profile = Profile { attributes: Vec::new(), unknown: Vec::new(), meta };
        for member in members.iter().copied() {
            match member.word(0) {
                "attributes" => {
                    for attribute in member.children() {
                        let members: Vec<Node<'t>> = attribute.children().collect();
                        profile.attributes.push(attribute_of(&members));
                    }
                    rest(&[member], Fate::approximated(Reason::Application));
                }
                _ if common(member) => {}
                _ if is_unset(member) => member.claim(Fate::inert(Reason::DefaultValue)),
                _ => profile.unknown.push(member.span()),
            }
        }
        self.config.profiles.push(profile);
    }

    pub(super) fn schedule(&mut self, members: &[Node<'t>], meta: Meta<'t>) {
        // The meaning is all that the object says, in the order of its fields' names.
        let mut parts: Vec<String> = Vec::new();
        for member in members.iter().copied().filter(|member| !common(*member)) {
            parts.push(flat(member));
            member.claim_rest(Fate::approximated(Reason::Time));
        }
        parts.sort();
        self.config.schedules.push(Schedule { meaning: parts.join(" "), meta });
    }
}

/// Everything below a node, on one line.
fn flat(node: Node<'_>) -> String {
    let mut words: Vec<&str> = Vec::new();
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        words.extend(node.words());
        let below: Vec<Node<'_>> = node.children().collect();
        open.extend(below.into_iter().rev());
    }
    words.join(" ")
}

fn attribute_of<'t>(members: &[Node<'t>]) -> Attribute<'t> {
    let mut attribute = Attribute { key: "", values: Vec::new(), narrowed: Vec::new() };
    for member in members.iter().copied() {
        match member.word(0) {
            "key" => attribute.key = member.word(1),
            "value" => attribute.values = list(member),
            "sub_attributes" => {
                for part in member.children() {
                    let key = part.child("key").map_or("", |key| key.word(1));
                    let values = part.child("value").map(flat).unwrap_or_default();
                    attribute.narrowed.push(format!("{key} {values}"));
                }
            }
            _ => {}
        }
    }
    attribute
}

/// The fields of an entry, before they are understood.
#[derive(Default)]
struct Fields<'t> {
    span: Span,
    kind: &'t str,
    protocol: &'t str,
    number: &'t str,
    icmp_type: Option<Value<'t>>,
    icmp_code: Option<Value<'t>>,
    sources: Vec<Value<'t>>,
    destinations: Vec<Value<'t>>,
    nested: Option<Value<'t>>,
    unknown: Option<Span>,
}

impl<'t> Fields<'t> {
    fn entry(&mut self) -> Entry<'t> {
        let wrong = Entry::Wrong(self.span);
        match self.kind {
            "L4PortSetServiceEntry" => match self.protocol {
                "TCP" => self.ports(6),
                "UDP" => self.ports(17),
                _ => wrong,
            },
            "ALGTypeServiceEntry" => match self.protocol {
                "FTP" | "ORACLE_TNS" | "SUN_RPC_TCP" | "MS_RPC_TCP" => self.ports(6),
                "TFTP" | "SUN_RPC_UDP" | "MS_RPC_UDP" | "NBNS_BROADCAST" | "NBDG_BROADCAST" => {
                    self.ports(17)
                }
                _ => wrong,
            },
            "ICMPTypeServiceEntry" => self.icmp().unwrap_or(wrong),
            "IGMPTypeServiceEntry" => Entry::Protocol(2),
            "IPProtocolServiceEntry" => self.number.parse().map_or(wrong, Entry::Protocol),
            "EtherTypeServiceEntry" => self.number.parse().map_or(wrong, Entry::Ether),
            "NestedServiceServiceEntry" => self.nested.map_or(wrong, Entry::Nested),
            _ => wrong,
        }
    }

    fn ports(&mut self, protocol: u8) -> Entry<'t> {
        Entry::Ports {
            protocol,
            sources: std::mem::take(&mut self.sources),
            destinations: std::mem::take(&mut self.destinations),
        }
    }

    fn icmp(&self) -> Option<Entry<'t>> {
        let v6 = match self.protocol {
            "ICMPv4" => false,
            "ICMPv6" => true,
            _ => return None,
        };
        let kind = self.icmp_type.map(|value| value.text().parse()).transpose().ok()?;
        let code = self.icmp_code.map(|value| value.text().parse()).transpose().ok()?;
        Some(Entry::Icmp { v6, kind, code })
    }
}
