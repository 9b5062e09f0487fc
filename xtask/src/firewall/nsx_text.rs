//! A generated firewall as an NSX policy tree: the distributed firewall. It has no zones and no NAT, and no profile for it has.

use policy::Family;
use serde_json::{Value, json};

use super::noun::{AddressValue, Cell, Firewall, Rule, ServiceValue};

const GROUPS: &str = "/infra/domains/default/groups";
const SERVICES: &str = "/infra/services";

/// The tree.
pub(super) fn render(firewall: &Firewall) -> String {
    let mut domain: Vec<Value> = firewall
        .addresses
        .iter()
        .map(|address| child("Group", group(firewall, &address.name, &address.value)))
        .collect();
    // First match goes through the categories in their order, so the list may be cut anywhere.
    let categories = ["Emergency", "Infrastructure", "Environment", "Application"];
    let size = firewall.rules.len() / categories.len() + 1;
    for (number, chunk) in firewall.rules.chunks(size).enumerate() {
        let category = categories.get(number).copied().unwrap_or("Application");
        let rules = chunk.iter().enumerate().map(|(at, rule)| rule_value(firewall, rule, at));
        domain.push(child(
            "SecurityPolicy",
            json!({
                "resource_type": "SecurityPolicy",
                "id": format!("policy-{number}"),
                "display_name": format!("policy {number}"),
                "path": format!("/infra/domains/default/security-policies/policy-{number}"),
                "category": category,
                "sequence_number": number * 10 + 10,
                "stateful": true,
                "scope": ["ANY"],
                "rules": rules.collect::<Vec<_>>(),
            }),
        ));
    }
    domain.push(child("SecurityPolicy", default(firewall)));
    let mut children = vec![json!({
        "resource_type": "ChildDomain",
        "Domain": { "resource_type": "Domain", "id": "default", "children": domain },
    })];
    for service in &firewall.services {
        children.push(child("Service", service_value(firewall, &service.name, &service.value)));
    }
    let infra = json!({ "resource_type": "Infra", "id": "infra", "children": children });
    format!("{infra:#}\n")
}

fn child(kind: &str, value: Value) -> Value {
    let mut child = json!({ "resource_type": format!("Child{kind}") });
    if let Some(child) = child.as_object_mut() {
        child.insert(kind.to_owned(), value);
    }
    child
}

fn group(firewall: &Firewall, name: &str, value: &AddressValue) -> Value {
    let addresses = match value {
        AddressValue::Host(host) => vec![host.to_string()],
        AddressValue::Network(prefix) => vec![prefix.to_string()],
        AddressValue::Range(range) => vec![format!("{}-{}", range.first(), range.last())],
        AddressValue::Group(_) => Vec::new(),
    };
    let expression = match value {
        AddressValue::Group(members) => {
            let paths = members.iter().map(|of| path(GROUPS, &firewall.address(*of).name));
            json!([{
                "resource_type": "PathExpression",
                "paths": paths.collect::<Vec<_>>(),
            }])
        }
        _ => json!([{ "resource_type": "IPAddressExpression", "ip_addresses": addresses }]),
    };
    json!({
        "resource_type": "Group",
        "id": name,
        "display_name": name,
        "path": path(GROUPS, name),
        "expression": expression,
    })
}

fn path(parent: &str, name: &str) -> String {
    format!("{parent}/{name}")
}

fn service_value(firewall: &Firewall, name: &str, value: &ServiceValue) -> Value {
    let entries: Vec<Value> = match value {
        ServiceValue::Ports { protocol, source, destination } => {
            let source: Vec<String> = source.iter().map(ToString::to_string).collect();
            vec![json!({
                "resource_type": "L4PortSetServiceEntry",
                "id": name,
                "l4_protocol": if *protocol == 6 { "TCP" } else { "UDP" },
                "source_ports": source,
                "destination_ports": [destination.to_string()],
            })]
        }
        ServiceValue::Icmp { family, kind, code } => {
            let mut entry = json!({
                "resource_type": "ICMPTypeServiceEntry",
                "id": name,
                "protocol": if *family == Family::V4 { "ICMPv4" } else { "ICMPv6" },
                "icmp_type": kind,
            });
            if let (Some(entry), Some(code)) = (entry.as_object_mut(), code) {
                entry.insert("icmp_code".to_owned(), json!(code));
            }
            vec![entry]
        }
        ServiceValue::Protocol(protocol) => vec![json!({
            "resource_type": "IPProtocolServiceEntry",
            "id": name,
            "protocol_number": protocol,
        })],
        ServiceValue::Group(members) => {
            let nested = members.iter().enumerate().map(|(at, of)| {
                json!({
                    "resource_type": "NestedServiceServiceEntry",
                    "id": format!("{name}-{at}"),
                    "nested_service_path": path(SERVICES, &firewall.service(*of).name),
                })
            });
            nested.collect()
        }
    };
    json!({
        "resource_type": "Service",
        "id": name,
        "display_name": name,
        "path": path(SERVICES, name),
        "service_entries": entries,
    })
}

fn groups(firewall: &Firewall, cell: &Cell) -> Vec<String> {
    match cell.members.as_slice() {
        [] => vec!["ANY".to_owned()],
        some => some.iter().map(|of| path(GROUPS, &firewall.address(*of).name)).collect(),
    }
}

fn rule_value(firewall: &Firewall, rule: &Rule, at: usize) -> Value {
    let services: Vec<String> = match rule.services.members.as_slice() {
        [] => vec!["ANY".to_owned()],
        some => some.iter().map(|of| path(SERVICES, &firewall.service(*of).name)).collect(),
    };
    json!({
        "resource_type": "Rule",
        "id": rule.name,
        "display_name": rule.name,
        "sequence_number": (at + 1) * 10,
        "action": if rule.accept { "ALLOW" } else { "DROP" },
        "source_groups": groups(firewall, &rule.source),
        "destination_groups": groups(firewall, &rule.destination),
        "sources_excluded": rule.source.negated,
        "destinations_excluded": rule.destination.negated,
        "services": services,
        "profiles": ["ANY"],
        "scope": ["ANY"],
        "direction": "IN_OUT",
        "ip_protocol": "IPV4_IPV6",
        "disabled": !rule.enabled,
        "logged": false,
    })
}

fn default(firewall: &Firewall) -> Value {
    let action = if firewall.accepts_by_default { "ALLOW" } else { "DROP" };
    json!({
        "resource_type": "SecurityPolicy",
        "id": "default-layer3-section",
        "display_name": "Default Layer3 Section",
        "path": "/infra/domains/default/security-policies/default-layer3-section",
        "category": "Application",
        "sequence_number": 2_147_483_647_u32,
        "is_default": true,
        "stateful": true,
        "scope": ["ANY"],
        "rules": [{
            "resource_type": "Rule",
            "id": "default-layer3-rule",
            "display_name": "Default Layer3 Rule",
            "sequence_number": 2_147_483_647_u32,
            "is_default": true,
            "action": action,
            "source_groups": ["ANY"],
            "destination_groups": ["ANY"],
            "services": ["ANY"],
            "profiles": ["ANY"],
            "scope": ["ANY"],
            "direction": "IN_OUT",
            "ip_protocol": "IPV4_IPV6",
            "disabled": false,
            "logged": false,
        }],
    })
}
