//! A generated firewall as people export one of Check Point: answers of the management API, and the gateway's own configuration.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::IpAddr;

use policy::Family;
use serde_json::{Value, json};

use super::noun::{Address, AddressValue, Cell, Firewall, Forward, HideTarget, Rule, ServiceValue};
use super::profile::Platform;

/// How many rules or objects one answer holds.
const PAGE: usize = 500;

const ANY: &str = "97aeb369-9aea-11d5-bd16-0090272ccb30";
const ACCEPT: &str = "6c488338-8eec-4103-ad21-cd461ac2c472";
const DROP: &str = "6c488338-8eec-4103-ad21-cd461ac2c473";
const TARGETS: &str = "6c488338-8eec-4103-ad21-cd461ac2c476";
const NO_TRACK: &str = "29e53e3d-23bf-48fe-b6b1-d59bd88036f9";
const ORIGINAL: &str = "85c0f50f-6d8a-4528-88ab-5fb11d8fe16c";

const ADDRESS: u32 = 1;
const SERVICE: u32 = 2;
const ZONE: u32 = 3;
const RULE: u32 = 4;
const NAT: u32 = 5;
const INSIDE: u32 = 6;
const OTHER: u32 = 7;

fn uid(kind: u32, number: usize) -> String {
    format!("{kind:08x}-0000-4000-8000-{number:012x}")
}

/// The files.
pub(super) fn render(firewall: &Firewall) -> Vec<(String, String)> {
    let mut files = vec![
        ("show-simple-gateways.json".to_owned(), one(&gateways(firewall))),
        ("show-package.json".to_owned(), one(&package(firewall))),
        ("show-configuration.txt".to_owned(), clish(firewall)),
    ];
    for (kind, objects) in objects(firewall) {
        pages(&mut files, &format!("show-{kind}"), &objects, |page| json!({ "objects": page }));
    }
    let rules: Vec<Value> =
        firewall.rules.iter().enumerate().map(|(at, rule)| access(firewall, rule, at)).collect();
    let dictionary = dictionary(firewall);
    pages(&mut files, "show-access-rulebase", &rules, |page| {
        json!({
            "uid": uid(OTHER, 1),
            "name": "Made Network",
            "rulebase": page,
            "objects-dictionary": dictionary,
        })
    });
    let nat = nat(firewall);
    if !nat.is_empty() {
        pages(&mut files, "show-nat-rulebase", &nat, |page| {
            json!({
                "uid": uid(OTHER, 2),
                "rulebase": page,
                "objects-dictionary": dictionary,
            })
        });
    }
    files
}

/// The management domain, as every object of an answer names it.
fn domain() -> Value {
    json!({ "uid": "41e821a0-3720-11e3-aa6e-0800200c9fde", "name": "SMC User", "domain-type": "domain" })
}

fn one(value: &Value) -> String {
    format!("{value:#}\n")
}

/// Pages of one list, each a file.
fn pages(
    files: &mut Vec<(String, String)>,
    name: &str,
    all: &[Value],
    page: impl Fn(&[Value]) -> Value,
) {
    let several = all.len() > PAGE;
    let chunks: Vec<&[Value]> = if all.is_empty() { vec![all] } else { all.chunks(PAGE).collect() };
    let mut from = 1;
    for (number, chunk) in chunks.into_iter().enumerate() {
        let mut value = page(chunk);
        if let Some(object) = value.as_object_mut() {
            object.insert("total".to_owned(), json!(all.len()));
            if !chunk.is_empty() {
                object.insert("from".to_owned(), json!(from));
                object.insert("to".to_owned(), json!(from + chunk.len() - 1));
            }
        }
        from += chunk.len();
        let number = if several { format!("-{number}") } else { String::new() };
        files.push((format!("{name}{number}.json"), one(&value)));
    }
}

fn gateways(firewall: &Firewall) -> Value {
    let interfaces = firewall.interfaces.iter().enumerate().map(|(number, interface)| {
        let zone = firewall.zone(interface.zone);
        let mut value = json!({
            "name": Platform::CheckPoint.interface(number),
            "anti-spoofing": false,
            "security-zone": true,
            "security-zone-settings": { "auto-calculated": false, "specific-zone": zone },
            "topology": if interface.zone == 0 { "external" } else { "internal" },
        });
        for prefix in &interface.addresses {
            let family = if prefix.address().is_ipv4() { 4 } else { 6 };
            if let Some(value) = value.as_object_mut() {
                let address = prefix.address().to_string();
                value.insert(format!("ipv{family}-address"), json!(address));
                value.insert(format!("ipv{family}-mask-length"), json!(prefix.length()));
            }
        }
        value
    });
    let interfaces: Vec<Value> = interfaces.collect();
    json!({
        "objects": [{
            "uid": uid(OTHER, 3),
            "name": "made",
            "type": "simple-gateway",
            "ipv4-address": "198.51.100.1",
            "version": "R81.10",
            "os-name": "Gaia",
            "firewall": true,
            "interfaces": interfaces,
            "policy": { "access-policy-installed": true, "access-policy-name": "Made" },
        }],
        "from": 1,
        "to": 1,
        "total": 1,
    })
}

fn package(firewall: &Firewall) -> Value {
    let default = if firewall.accepts_by_default { "accept" } else { "drop" };
    json!({
        "uid": uid(OTHER, 4),
        "name": "Made",
        "type": "package",
        "access": true,
        "access-layers": [{
            "uid": uid(OTHER, 1),
            "name": "Made Network",
            "type": "access-layer",
            "firewall": true,
            "implicit-cleanup-action": default,
        }],
        "nat-policy": !firewall.publish.is_empty() || !firewall.hide.is_empty(),
        "installation-targets": "all",
    })
}

fn clish(firewall: &Firewall) -> String {
    let mut text = String::from("#\n# Configuration of made\n# Language version: 14.1v1\n#\n");
    text.push_str("set hostname made\n");
    for (number, interface) in firewall.interfaces.iter().enumerate() {
        let name = Platform::CheckPoint.interface(number);
        let _ = writeln!(text, "set interface {name} state on");
        for prefix in &interface.addresses {
            let family = if prefix.address().is_ipv4() { 4 } else { 6 };
            let (address, length) = (prefix.address(), prefix.length());
            let _ = writeln!(
                text,
                "set interface {name} ipv{family}-address {address} mask-length {length}"
            );
        }
    }
    for route in &firewall.routes {
        let prefix = match route.prefix.length() {
            0 => "default".to_owned(),
            _ => route.prefix.to_string(),
        };
        let family = if route.gateway.is_ipv4() { "" } else { "ipv6 " };
        let gateway = route.gateway;
        let _ = writeln!(
            text,
            "set {family}static-route {prefix} nexthop gateway address {gateway} on"
        );
    }
    text
}

/// Objects by kind, in the order of their numbers.
fn objects(firewall: &Firewall) -> BTreeMap<&'static str, Vec<Value>> {
    let mut all: BTreeMap<&'static str, Vec<Value>> = BTreeMap::new();
    for (number, address) in firewall.addresses.iter().enumerate() {
        let (kind, value) = address_object(address, number);
        all.entry(kind).or_default().push(value);
    }
    for (number, service) in firewall.services.iter().enumerate() {
        let (kind, value) = service_object(&uid(SERVICE, number), &service.name, &service.value);
        all.entry(kind).or_default().push(value);
    }
    for (name, uid, value) in inside_services(firewall) {
        let (kind, value) = service_object(&uid, &name, &value);
        all.entry(kind).or_default().push(value);
    }
    for (number, name) in firewall.zones.iter().enumerate() {
        let zone = json!({
            "uid": uid(ZONE, number),
            "name": name,
            "type": "security-zone",
            "domain": domain(),
        });
        all.entry("security-zones").or_default().push(zone);
    }
    all
}

fn address_object(address: &Address, number: usize) -> (&'static str, Value) {
    let version = |address: IpAddr| if address.is_ipv4() { 4 } else { 6 };
    let mut fields = vec![];
    let (kind, word) = match &address.value {
        AddressValue::Host(host) => {
            fields.push((format!("ipv{}-address", version(*host)), json!(host.to_string())));
            ("hosts", "host")
        }
        AddressValue::Network(prefix) => {
            let version = version(prefix.address());
            fields.push((format!("subnet{version}"), json!(prefix.address().to_string())));
            fields.push((format!("mask-length{version}"), json!(prefix.length())));
            ("networks", "network")
        }
        AddressValue::Range(range) => {
            let version = version(range.first());
            let ends = [("first", range.first()), ("last", range.last())];
            for (end, address) in ends {
                fields.push((format!("ipv{version}-address-{end}"), json!(address.to_string())));
            }
            ("address-ranges", "address-range")
        }
        AddressValue::Group(members) => {
            let members: Vec<String> = members.iter().map(|of| uid(ADDRESS, *of)).collect();
            fields.push(("members".to_owned(), json!(members)));
            ("groups", "group")
        }
    };
    let mut value = json!({
        "uid": uid(ADDRESS, number),
        "name": address.name,
        "type": word,
        "domain": domain(),
        "nat-settings": { "auto-rule": false },
    });
    if let Some(object) = value.as_object_mut() {
        object.extend(fields);
    }
    (kind, value)
}

fn service_object(uid_of: &str, name: &str, value: &ServiceValue) -> (&'static str, Value) {
    let mut fields = vec![];
    let (kind, word) = match value {
        ServiceValue::Ports { protocol, source, destination } => {
            fields.push(("port", json!(destination.to_string())));
            if let Some(source) = source {
                fields.push(("source-port", json!(source.to_string())));
            }
            fields.push(("match-for-any", json!(true)));
            match protocol {
                6 => ("services-tcp", "service-tcp"),
                _ => ("services-udp", "service-udp"),
            }
        }
        ServiceValue::Icmp { family, kind, code } => {
            fields.push(("icmp-type", json!(kind)));
            if let Some(code) = code {
                fields.push(("icmp-code", json!(code)));
            }
            match family {
                Family::V4 => ("services-icmp", "service-icmp"),
                Family::V6 => ("services-icmp6", "service-icmp6"),
            }
        }
        ServiceValue::Protocol(protocol) => {
            fields.push(("ip-protocol", json!(protocol)));
            fields.push(("match-for-any", json!(true)));
            ("services-other", "service-other")
        }
        ServiceValue::Group(members) => {
            let members: Vec<String> = members.iter().map(|of| uid(SERVICE, *of)).collect();
            fields.push(("members", json!(members)));
            ("service-groups", "service-group")
        }
    };
    let mut value = json!({ "uid": uid_of, "name": name, "type": word, "domain": domain() });
    if let Some(object) = value.as_object_mut() {
        object.extend(fields.into_iter().map(|(key, value)| (key.to_owned(), value)));
    }
    (kind, value)
}

/// Services as they are behind a translated port: name, uid, value.
fn inside_services(firewall: &Firewall) -> Vec<(String, String, ServiceValue)> {
    let mut services = Vec::new();
    for (number, publish) in firewall.publish.iter().enumerate() {
        if let Some(Forward { service, port: Some(port) }) = publish.forward
            && let ServiceValue::Ports { protocol, .. } = &firewall.service(service).value
        {
            let destination = policy::PortRange::one(port);
            let value = ServiceValue::Ports { protocol: *protocol, source: None, destination };
            services.push((format!("{}-inside", publish.name), uid(INSIDE, number), value));
        }
    }
    services
}

/// Everything that a rulebase refers to by uid.
fn dictionary(firewall: &Firewall) -> Vec<Value> {
    let fixed =
        |uid: &str, name: &str, kind: &str| json!({ "uid": uid, "name": name, "type": kind });
    let mut all = vec![
        fixed(ANY, "Any", "CpmiAnyObject"),
        fixed(ACCEPT, "Accept", "RulebaseAction"),
        fixed(DROP, "Drop", "RulebaseAction"),
        fixed(NO_TRACK, "None", "Track"),
        fixed(TARGETS, "Policy Targets", "Global"),
        fixed(ORIGINAL, "Original", "Global"),
    ];
    // Small ones carry all their objects, as the API does; for large ones the pages of objects are enough.
    if firewall.rules.len() <= PAGE {
        all.extend(objects(firewall).into_values().flatten());
    }
    all
}

/// Zones or addresses: one profile never has both in a cell.
fn cell(zones: &[usize], cell: &Cell) -> Vec<String> {
    let zones = zones.iter().map(|zone| uid(ZONE, *zone));
    let members = cell.members.iter().map(|member| uid(ADDRESS, *member));
    let all: Vec<String> = zones.chain(members).collect();
    if all.is_empty() { vec![ANY.to_owned()] } else { all }
}

fn access(firewall: &Firewall, rule: &Rule, at: usize) -> Value {
    let services: Vec<String> = match rule.services.members.as_slice() {
        [] => vec![ANY.to_owned()],
        some => some.iter().map(|member| uid(SERVICE, *member)).collect(),
    };
    let _ = firewall;
    json!({
        "uid": uid(RULE, at),
        "name": rule.name,
        "type": "access-rule",
        "rule-number": at + 1,
        "enabled": rule.enabled,
        "source": cell(&rule.from, &rule.source),
        "source-negate": rule.source.negated,
        "destination": cell(&rule.to, &rule.destination),
        "destination-negate": rule.destination.negated,
        "service": services,
        "service-negate": rule.services.negated,
        "vpn": [ANY],
        "content": [ANY],
        "content-negate": false,
        "content-direction": "any",
        "time": [ANY],
        "action": if rule.accept { ACCEPT } else { DROP },
        "action-settings": { "enable-identity-captive-portal": false },
        "track": { "type": NO_TRACK, "per-session": false, "per-connection": false },
        "install-on": [TARGETS],
        "comments": "",
    })
}

fn nat(firewall: &Firewall) -> Vec<Value> {
    let original = |cell: &Cell| match cell.members.as_slice() {
        [one] => uid(ADDRESS, *one),
        _ => ANY.to_owned(),
    };
    let mut rules = Vec::new();
    for (number, publish) in firewall.publish.iter().enumerate() {
        let service = publish.forward.map_or(ANY.to_owned(), |to| uid(SERVICE, to.service));
        let port = publish.forward.and_then(|to| to.port);
        rules.push(json!({
            "method": "static",
            "original-source": ANY,
            "original-destination": uid(ADDRESS, publish.public),
            "original-service": service,
            "translated-source": ORIGINAL,
            "translated-destination": uid(ADDRESS, publish.inside),
            "translated-service": port.map_or(ORIGINAL.to_owned(), |_| uid(INSIDE, number)),
        }));
    }
    for hide in &firewall.hide {
        let (method, target) = match hide.target {
            HideTarget::Pool(pool) => ("hide", uid(ADDRESS, pool)),
            HideTarget::Nothing | HideTarget::Egress => ("static", ORIGINAL.to_owned()),
        };
        rules.push(json!({
            "method": method,
            "original-source": original(&hide.source),
            "original-destination": original(&hide.destination),
            "original-service": ANY,
            "translated-source": target,
            "translated-destination": ORIGINAL,
            "translated-service": ORIGINAL,
        }));
    }
    for (at, rule) in rules.iter_mut().enumerate() {
        if let Some(rule) = rule.as_object_mut() {
            rule.insert("uid".to_owned(), json!(uid(NAT, at)));
            rule.insert("type".to_owned(), json!("nat-rule"));
            rule.insert("rule-number".to_owned(), json!(at + 1));
            rule.insert("enabled".to_owned(), json!(true));
            rule.insert("auto-generated".to_owned(), json!(false));
            rule.insert("install-on".to_owned(), json!([TARGETS]));
            rule.insert("comments".to_owned(), json!(""));
        }
    }
    rules
}
