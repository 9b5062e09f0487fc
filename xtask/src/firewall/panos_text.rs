//! A generated firewall as a PAN-OS configuration, as XML or as `set` lines: one tree, written in two ways.

use std::fmt::Write;

use policy::Family;

use super::noun::{AddressValue, Cell, Firewall, Forward, HideTarget, Publish, Rule, ServiceValue};
use super::profile::Platform;

/// One element.
struct Node {
    tag: String,
    /// The name of an entry.
    name: Option<String>,
    inner: Inner,
}

enum Inner {
    Text(String),
    Members(Vec<String>),
    Nodes(Vec<Node>),
}

fn node(tag: &str, nodes: Vec<Node>) -> Node {
    Node { tag: tag.to_owned(), name: None, inner: Inner::Nodes(nodes) }
}

fn entry(name: impl Into<String>, nodes: Vec<Node>) -> Node {
    Node { tag: "entry".to_owned(), name: Some(name.into()), inner: Inner::Nodes(nodes) }
}

fn text(tag: &str, value: impl Into<String>) -> Node {
    Node { tag: tag.to_owned(), name: None, inner: Inner::Text(value.into()) }
}

fn members(tag: &str, members: Vec<String>) -> Node {
    Node { tag: tag.to_owned(), name: None, inner: Inner::Members(members) }
}

/// The running configuration as XML.
pub(super) fn xml(firewall: &Firewall) -> String {
    let mut device = device(firewall);
    let vsys = node("vsys", vec![entry("vsys1", context(firewall))]);
    device.push(vsys);
    let mut out = String::from("<?xml version=\"1.0\"?>\n");
    out.push_str("<config version=\"10.1.0\" urldb=\"paloaltonetworks\">\n");
    let devices = node("devices", vec![entry("localhost.localdomain", device)]);
    write_xml(&devices, 1, &mut out);
    out.push_str("</config>\n");
    out
}

/// The same as `set` lines.
pub(super) fn set(firewall: &Firewall) -> String {
    let mut out = String::new();
    for part in device(firewall).iter().chain(&context(firewall)) {
        write_set(part, "set", &mut out);
    }
    out
}

fn write_xml(node: &Node, depth: usize, out: &mut String) {
    let pad = "  ".repeat(depth);
    let Node { tag, name, inner } = node;
    let name = name.as_ref().map(|name| format!(" name=\"{name}\"")).unwrap_or_default();
    match inner {
        Inner::Text(text) => {
            let _ = writeln!(out, "{pad}<{tag}{name}>{text}</{tag}>");
        }
        Inner::Nodes(nodes) if nodes.is_empty() => {
            let _ = writeln!(out, "{pad}<{tag}{name}/>");
        }
        Inner::Nodes(nodes) => {
            let _ = writeln!(out, "{pad}<{tag}{name}>");
            nodes.iter().for_each(|node| write_xml(node, depth + 1, out));
            let _ = writeln!(out, "{pad}</{tag}>");
        }
        Inner::Members(members) => {
            let _ = writeln!(out, "{pad}<{tag}{name}>");
            for member in members {
                let _ = writeln!(out, "{pad}  <member>{member}</member>");
            }
            let _ = writeln!(out, "{pad}</{tag}>");
        }
    }
}

fn write_set(node: &Node, path: &str, out: &mut String) {
    let word = node.name.as_ref().unwrap_or(&node.tag);
    let path = format!("{path} {word}");
    match &node.inner {
        Inner::Text(text) => {
            let _ = writeln!(out, "{path} {text}");
        }
        Inner::Members(members) => match members.as_slice() {
            [one] => {
                let _ = writeln!(out, "{path} {one}");
            }
            several => {
                let _ = writeln!(out, "{path} [ {} ]", several.join(" "));
            }
        },
        Inner::Nodes(nodes) if nodes.is_empty() => {
            let _ = writeln!(out, "{path}");
        }
        Inner::Nodes(nodes) => nodes.iter().for_each(|node| write_set(node, &path, out)),
    }
}

fn interface_name(number: usize) -> String {
    Platform::PanOs.interface(number)
}

fn interface_names(firewall: &Firewall) -> Vec<String> {
    (0..firewall.interfaces.len()).map(interface_name).collect()
}

/// What lies outside the virtual system.
fn device(firewall: &Firewall) -> Vec<Node> {
    let interfaces = firewall.interfaces.iter().enumerate().map(|(number, interface)| {
        let of = |family: Family| {
            let own = interface.addresses.iter();
            let own = own.filter(move |prefix| Family::of(prefix.address()) == family);
            own.map(|prefix| entry(prefix.to_string(), Vec::new())).collect::<Vec<_>>()
        };
        let mut parts = vec![node("ip", of(Family::V4))];
        let six = of(Family::V6);
        if !six.is_empty() {
            parts.push(node("ipv6", vec![text("enabled", "yes"), node("address", six)]));
        }
        entry(interface_name(number), vec![node("layer3", parts)])
    });
    let interfaces = node("interface", vec![node("ethernet", interfaces.collect())]);
    let routes = |family: Family| {
        let all = firewall.routes.iter().filter(|route| Family::of(route.gateway) == family);
        let routes = all.enumerate().map(|(number, route)| {
            let next = if family == Family::V4 { "ip-address" } else { "ipv6-address" };
            entry(
                format!("route-{number}"),
                vec![
                    node("nexthop", vec![text(next, route.gateway.to_string())]),
                    text("interface", interface_name(route.interface)),
                    text("destination", route.prefix.to_string()),
                ],
            )
        });
        node("static-route", routes.collect())
    };
    let mut tables = vec![node("ip", vec![routes(Family::V4)])];
    if firewall.profile.ipv6 {
        tables.push(node("ipv6", vec![routes(Family::V6)]));
    }
    let router = entry(
        "default",
        vec![members("interface", interface_names(firewall)), node("routing-table", tables)],
    );
    let system = node("system", vec![text("hostname", "made")]);
    vec![
        node("deviceconfig", vec![system]),
        node("network", vec![interfaces, node("virtual-router", vec![router])]),
    ]
}

/// The virtual system.
fn context(firewall: &Firewall) -> Vec<Node> {
    let import = node("network", vec![members("interface", interface_names(firewall))]);
    let zones = firewall.zones.iter().enumerate().map(|(zone, name)| {
        let interfaces = firewall.interfaces.iter().enumerate();
        let own = interfaces.filter(|(_, interface)| interface.zone == zone);
        let own = own.map(|(number, _)| interface_name(number)).collect();
        entry(name.as_str(), vec![node("network", vec![members("layer3", own)])])
    });
    let mut parts = vec![node("import", vec![import]), node("zone", zones.collect())];
    parts.extend(objects(firewall));
    let verdict = if firewall.accepts_by_default { "allow" } else { "deny" };
    let defaults = ["intrazone-default", "interzone-default"]
        .map(|name| entry(name, vec![text("action", verdict)]));
    let rules = firewall.rules.iter().map(|rule| security(firewall, rule));
    let mut base = vec![
        node("security", vec![node("rules", rules.collect())]),
        node("default-security-rules", vec![node("rules", defaults.into())]),
    ];
    let mut nat: Vec<Node> =
        firewall.publish.iter().map(|publish| publish_rule(firewall, publish)).collect();
    nat.extend(hides(firewall));
    if !nat.is_empty() {
        base.push(node("nat", vec![node("rules", nat)]));
    }
    parts.push(node("rulebase", base));
    parts
}

fn objects(firewall: &Firewall) -> Vec<Node> {
    let (mut addresses, mut groups) = (Vec::new(), Vec::new());
    for address in &firewall.addresses {
        let value = match &address.value {
            AddressValue::Host(host) => text("ip-netmask", host.to_string()),
            AddressValue::Network(prefix) => text("ip-netmask", prefix.to_string()),
            AddressValue::Range(range) => {
                text("ip-range", format!("{}-{}", range.first(), range.last()))
            }
            AddressValue::Group(of) => {
                let names = of.iter().map(|member| firewall.address(*member).name.clone());
                groups.push(entry(&address.name, vec![members("static", names.collect())]));
                continue;
            }
        };
        addresses.push(entry(&address.name, vec![value]));
    }
    let (mut services, mut service_groups) = (Vec::new(), Vec::new());
    for service in &firewall.services {
        match &service.value {
            ServiceValue::Ports { protocol, source, destination } => {
                let mut ports = vec![text("port", destination.to_string())];
                if let Some(source) = source {
                    ports.push(text("source-port", source.to_string()));
                }
                let word = if *protocol == 6 { "tcp" } else { "udp" };
                let protocol = node("protocol", vec![node(word, ports)]);
                services.push(entry(&service.name, vec![protocol]));
            }
            ServiceValue::Group(of) => {
                let names = of.iter().map(|member| firewall.service(*member).name.clone());
                service_groups
                    .push(entry(&service.name, vec![members("members", names.collect())]));
            }
            // They are applications here; no profile with this platform has them.
            ServiceValue::Icmp { .. } | ServiceValue::Protocol(_) => {}
        }
    }
    vec![
        node("address", addresses),
        node("address-group", groups),
        node("service", services),
        node("service-group", service_groups),
    ]
}

fn any() -> Vec<String> {
    vec!["any".to_owned()]
}

fn zones(firewall: &Firewall, zones: &[usize]) -> Vec<String> {
    match zones {
        [] => any(),
        some => some.iter().map(|zone| firewall.zone(*zone).to_owned()).collect(),
    }
}

fn addresses(firewall: &Firewall, cell: &Cell) -> Vec<String> {
    match cell.members.as_slice() {
        [] => any(),
        some => some.iter().map(|member| firewall.address(*member).name.clone()).collect(),
    }
}

fn security(firewall: &Firewall, rule: &Rule) -> Node {
    let services = match rule.services.members.as_slice() {
        [] => any(),
        some => some.iter().map(|member| firewall.service(*member).name.clone()).collect(),
    };
    let mut parts = vec![
        members("to", zones(firewall, &rule.to)),
        members("from", zones(firewall, &rule.from)),
        members("source", addresses(firewall, &rule.source)),
        members("destination", addresses(firewall, &rule.destination)),
        members("source-user", any()),
        members("category", any()),
        members("application", any()),
        members("service", services),
        text("action", if rule.accept { "allow" } else { "deny" }),
    ];
    if rule.source.negated {
        parts.push(text("negate-source", "yes"));
    }
    if rule.destination.negated {
        parts.push(text("negate-destination", "yes"));
    }
    if !rule.enabled {
        parts.push(text("disabled", "yes"));
    }
    entry(&rule.name, parts)
}

fn publish_rule(firewall: &Firewall, publish: &Publish) -> Node {
    let from: Vec<usize> = publish.from.into_iter().collect();
    let inside = firewall.address(publish.inside).name.clone();
    let mut target = vec![text("translated-address", inside)];
    let mut service = "any".to_owned();
    if let Some(Forward { service: outside, port }) = publish.forward {
        service.clone_from(&firewall.service(outside).name);
        if let Some(port) = port {
            target.push(text("translated-port", port.to_string()));
        }
    }
    entry(
        &publish.name,
        vec![
            node("destination-translation", target),
            // Before translation, the published block lies outside.
            members("to", zones(firewall, &[0])),
            members("from", zones(firewall, &from)),
            members("source", any()),
            members("destination", vec![firewall.address(publish.public).name.clone()]),
            text("service", service),
        ],
    )
}

/// Source NAT; a rule names one zone where packets leave.
fn hides(firewall: &Firewall) -> Vec<Node> {
    let mut rules = Vec::new();
    let every: Vec<usize> = (0..firewall.zones.len()).collect();
    for hide in &firewall.hide {
        let to = if hide.to.is_empty() { &every } else { &hide.to };
        for zone in to {
            let mut parts = Vec::new();
            let source = |inner: Node| {
                node("source-translation", vec![node("dynamic-ip-and-port", vec![inner])])
            };
            match hide.target {
                HideTarget::Nothing => {}
                HideTarget::Pool(pool) => {
                    let name = firewall.address(pool).name.clone();
                    parts.push(source(members("translated-address", vec![name])));
                }
                HideTarget::Egress => {
                    let mut all = firewall.interfaces.iter();
                    let by = all.position(|interface| interface.zone == *zone).unwrap_or(0);
                    let by = text("interface", interface_name(by));
                    parts.push(source(node("interface-address", vec![by])));
                }
            }
            parts.extend([
                members("to", zones(firewall, &[*zone])),
                members("from", zones(firewall, &hide.from)),
                members("source", addresses(firewall, &hide.source)),
                members("destination", addresses(firewall, &hide.destination)),
                text("service", "any"),
            ]);
            rules.push(entry(format!("{}-{zone}", hide.name), parts));
        }
    }
    rules
}
