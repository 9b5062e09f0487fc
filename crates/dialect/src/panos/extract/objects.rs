//! Objects: addresses, services, applications, schedules.

use super::super::config::{
    AddressThing, AddressValue, ApplicationThing, ApplicationValue, Ports, Scope, ServiceThing,
    ServiceValue, Word,
};
use super::super::inert;
use super::super::take::{by_table, inert as take_inert, value, values, word};
use super::{Extract, claim_empty, told};
use crate::fate::{Fate, Reason};
use crate::tree::Node;

const COSMETIC: &[(&str, Reason)] = &[
    ("color", Reason::Cosmetic),
    ("comments", Reason::Cosmetic),
    ("description", Reason::Cosmetic),
    ("disable-override", Reason::Management),
    ("id", Reason::Cosmetic),
    ("tag", Reason::Cosmetic),
    ("uuid", Reason::Cosmetic),
];

/// Serial numbers with virtual systems, below `devices`.
pub(super) fn devices(node: Node<'_>) -> impl Iterator<Item = (Word<'_>, Vec<Word<'_>>)> {
    node.children().map(|device| {
        let systems = device.child("vsys").into_iter().flat_map(Node::children).map(word);
        (word(device), systems.collect())
    })
}

impl<'t> Extract<'t, '_> {
    pub(super) fn scope_child(&mut self, node: Node<'t>, scope: &mut Scope<'t>) {
        match node.word(0) {
            "address" => each(node, |entry| self.address(entry, scope)),
            "address-group" => each(node, |entry| self.address_group(entry, scope)),
            "region" => each(node, |entry| self.region(entry, scope)),
            "external-list" => each(node, |entry| self.list(entry, scope)),
            "service" => each(node, |entry| self.service(entry, scope)),
            "service-group" => each(node, |entry| self.service_group(entry, scope)),
            "application" => each(node, |entry| self.application(entry, scope)),
            "application-group" => each(node, |entry| self.application_group(entry, scope)),
            "application-filter" => each(node, |entry| self.application_filter(entry, scope)),
            "schedule" => each(node, |entry| schedule(entry, scope)),
            "pre-rulebase" => self.rulebase(node, &mut scope.pre),
            "rulebase" => self.rulebase(node, &mut scope.local),
            "post-rulebase" => self.rulebase(node, &mut scope.post),
            "zone" | "import" => take_inert(node, Reason::Unreferenced),
            _ => {
                by_table(node, inert::SCOPE);
            }
        }
        claim_empty(node);
    }

    fn add_address(&mut self, scope: &mut Scope<'t>, thing: AddressThing<'t>) {
        if scope.addresses.contains_key(thing.name.text) {
            self.duplicate(thing.name);
            return;
        }
        scope.address_order.push(thing.name.text);
        scope.addresses.insert(thing.name.text, thing);
    }

    fn add_service(&mut self, scope: &mut Scope<'t>, thing: ServiceThing<'t>) {
        if scope.services.contains_key(thing.name.text) {
            self.duplicate(thing.name);
            return;
        }
        scope.service_order.push(thing.name.text);
        scope.services.insert(thing.name.text, thing);
    }

    fn add_application(&mut self, scope: &mut Scope<'t>, thing: ApplicationThing<'t>) {
        if scope.applications.contains_key(thing.name.text) {
            self.duplicate(thing.name);
            return;
        }
        scope.applications.insert(thing.name.text, thing);
    }

    fn address(&mut self, node: Node<'t>, scope: &mut Scope<'t>) {
        let mut thing = AddressThing::new(node);
        for child in node.children() {
            let made: fn(Word<'t>) -> AddressValue<'t> = match child.word(0) {
                "ip-netmask" => AddressValue::Netmask,
                "ip-range" => AddressValue::Range,
                "ip-wildcard" => AddressValue::Wildcard,
                "fqdn" => AddressValue::Fqdn,
                _ => {
                    thing.other(child);
                    continue;
                }
            };
            let fate = match child.word(0) {
                "fqdn" => Fate::approximated(Reason::NamedUnknown),
                _ => Fate::CONVERTED,
            };
            if let Some(given) = value(child, fate) {
                thing.value = made(given);
            }
        }
        self.add_address(scope, thing);
    }

    fn address_group(&mut self, node: Node<'t>, scope: &mut Scope<'t>) {
        let mut thing = AddressThing::new(node);
        for child in node.children() {
            match child.word(0) {
                "static" => {
                    let members = values(child, Fate::CONVERTED);
                    match &mut thing.value {
                        AddressValue::Static(known) => known.extend(members),
                        value => *value = AddressValue::Static(members),
                    }
                }
                "dynamic" => {
                    child.claim_all(Fate::approximated(Reason::NamedUnknown));
                    let filter = child.child("filter").and_then(|node| node.children().next());
                    if let Some(filter) = filter {
                        thing.value = AddressValue::Dynamic(word(filter));
                    }
                }
                _ if bare_member(child) => {
                    child.claim(Fate::CONVERTED);
                    match &mut thing.value {
                        AddressValue::Static(known) => known.push(word(child)),
                        value => *value = AddressValue::Static(vec![word(child)]),
                    }
                }
                _ => thing.other(child),
            }
        }
        self.add_address(scope, thing);
    }

    fn region(&mut self, node: Node<'t>, scope: &mut Scope<'t>) {
        let mut thing = AddressThing::new(node);
        for child in node.children() {
            match child.word(0) {
                "address" => thing.value = AddressValue::Region(values(child, Fate::CONVERTED)),
                "geo-location" => take_inert(child, Reason::Cosmetic),
                _ => thing.other(child),
            }
        }
        self.add_address(scope, thing);
    }

    fn list(&mut self, node: Node<'t>, scope: &mut Scope<'t>) {
        let mut thing = AddressThing::new(node);
        node.claim_all(Fate::approximated(Reason::NamedUnknown));
        let kinds = node.child("type").into_iter().flat_map(Node::children);
        let url = kinds.filter_map(|kind| kind.child("url")).find_map(|url| url.children().next());
        thing.value = AddressValue::List(url.map(word));
        self.add_address(scope, thing);
    }

    fn service(&mut self, node: Node<'t>, scope: &mut Scope<'t>) {
        let mut thing = ServiceThing::new(node);
        let mut ports = Vec::new();
        for child in node.children() {
            match child.word(0) {
                "protocol" => {
                    for protocol in child.children() {
                        if let Some(number) = protocol_number(protocol.word(0)) {
                            ports.push(port_terms(protocol, number));
                        }
                    }
                }
                _ => thing.other(child),
            }
        }
        if !ports.is_empty() {
            thing.value = ServiceValue::Ports(ports);
        }
        self.add_service(scope, thing);
    }

    fn service_group(&mut self, node: Node<'t>, scope: &mut Scope<'t>) {
        let mut thing = ServiceThing::new(node);
        for child in node.children() {
            match child.word(0) {
                "members" => {
                    let members = values(child, Fate::CONVERTED);
                    match &mut thing.value {
                        ServiceValue::Group(known) => known.extend(members),
                        value => *value = ServiceValue::Group(members),
                    }
                }
                _ if bare_member(child) => {
                    child.claim(Fate::CONVERTED);
                    match &mut thing.value {
                        ServiceValue::Group(known) => known.push(word(child)),
                        value => *value = ServiceValue::Group(vec![word(child)]),
                    }
                }
                _ => thing.other(child),
            }
        }
        self.add_service(scope, thing);
    }

    /// An own application: what identifies it is beside the point here, its default ports are not.
    fn application(&mut self, node: Node<'t>, scope: &mut Scope<'t>) {
        node.claim_all(Fate::approximated(Reason::Application));
        let mut terms: Option<Vec<String>> = None;
        for given in node.child("default").into_iter().flat_map(Node::children) {
            let texts = || given.children().map(|child| child.word(0).to_owned());
            let numbered = |protocol: &str| {
                let field = |name: &str| {
                    given.child(name).and_then(|node| node.children().next()).map(|n| n.word(0))
                };
                let kind = field("type").unwrap_or("");
                match field("code") {
                    Some(code) => format!("{protocol}/{kind}/{code}"),
                    None => format!("{protocol}/{kind}"),
                }
            };
            match given.word(0) {
                "port" => terms = Some(texts().collect()),
                "ident-by-ip-protocol" => {
                    terms = Some(texts().map(|number| format!("ip/{number}")).collect());
                }
                "ident-by-icmp-type" => terms = Some(vec![numbered("icmp")]),
                "ident-by-icmp6-type" => terms = Some(vec![numbered("icmp6")]),
                _ => {}
            }
        }
        let value = ApplicationValue::Own(terms);
        self.add_application(scope, ApplicationThing { name: word(node), value });
    }

    fn application_group(&mut self, node: Node<'t>, scope: &mut Scope<'t>) {
        let mut members = Vec::new();
        for child in node.children() {
            match child.word(0) {
                "members" => {
                    members.extend(values(child, Fate::approximated(Reason::Application)));
                }
                _ if bare_member(child) => {
                    child.claim(Fate::approximated(Reason::Application));
                    members.push(word(child));
                }
                _ => {
                    by_table(child, COSMETIC);
                }
            }
        }
        claim_empty(node);
        let value = ApplicationValue::Group(members);
        self.add_application(scope, ApplicationThing { name: word(node), value });
    }

    fn application_filter(&mut self, node: Node<'t>, scope: &mut Scope<'t>) {
        node.claim_all(Fate::approximated(Reason::Application));
        let parts = node.children().map(|child| format!("{}={}", child.word(0), told(child)));
        let mut parts: Vec<String> = parts.collect();
        parts.sort_unstable();
        let value = ApplicationValue::Filter(parts.join("; "));
        self.add_application(scope, ApplicationThing { name: word(node), value });
    }
}

impl<'t> AddressThing<'t> {
    fn new(node: Node<'t>) -> Self {
        claim_empty(node);
        Self { name: word(node), comment: "", value: AddressValue::Missing }
    }

    fn other(&mut self, child: Node<'t>) {
        if child.word(0) == "description" {
            self.comment = child.children().next().map_or("", |text| text.word(0));
        }
        by_table(child, COSMETIC);
    }
}

impl<'t> ServiceThing<'t> {
    fn new(node: Node<'t>) -> Self {
        claim_empty(node);
        Self { name: word(node), comment: "", value: ServiceValue::Missing }
    }

    fn other(&mut self, child: Node<'t>) {
        if child.word(0) == "description" {
            self.comment = child.children().next().map_or("", |text| text.word(0));
        }
        by_table(child, COSMETIC);
    }
}

/// Up to PAN-OS 5 the members of a group stand directly below it.
fn bare_member(node: Node<'_>) -> bool {
    node.is_statement() && !COSMETIC.iter().any(|(known, _)| *known == node.word(0))
}

fn each<'t>(node: Node<'t>, take: impl FnMut(Node<'t>)) {
    node.children().for_each(take);
}

pub(super) fn protocol_number(name: &str) -> Option<u8> {
    match name {
        "tcp" => Some(6),
        "udp" => Some(17),
        "sctp" => Some(132),
        _ => None,
    }
}

fn port_terms(node: Node<'_>, protocol: u8) -> Ports<'_> {
    let mut ports = Ports { protocol, destination: None, source: None };
    for child in node.children() {
        match child.word(0) {
            "port" => ports.destination = value(child, Fate::CONVERTED),
            "source-port" => ports.source = value(child, Fate::CONVERTED),
            // How long sessions live.
            "override" => take_inert(child, Reason::Session),
            _ => {}
        }
    }
    claim_empty(node);
    ports
}

fn schedule<'t>(node: Node<'t>, scope: &mut Scope<'t>) {
    node.claim_all(Fate::approximated(Reason::Time));
    scope.schedules.entry(node.word(0)).or_insert_with(|| (word(node), told(node)));
}
