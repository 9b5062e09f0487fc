//! Interfaces, zones, SD-WAN and routes.

use std::borrow::Cow;

use hashbrown::HashSet;
use policy::{IpRange, Prefix, Span};

use super::{Sections, invalid};
use crate::codes;
use crate::fate::{Fate, Reason};
use crate::fortios::config::{Interface, Mark, Route, Target, Via, Zone};
use crate::fortios::inert;
use crate::fortios::say::Say;
use crate::fortios::table::{Settings, Value, entries};
use crate::fortios::value;
use crate::tree::Node;

/// `config system interface` and the two ends of each `config system vdom-link`.
pub(in crate::fortios) fn interfaces<'t>(
    sections: &mut Sections<'t>,
    say: &mut Say,
) -> Vec<Interface<'t>> {
    let mut found = Vec::new();
    for entry in entries(&sections.take("system interface")) {
        let settings = entry.settings();
        found.push(interface(entry.name.clone(), entry.node.span(), &settings, say));
        entry.claim_rest(Fate::inert(Reason::LinkLayer));
    }
    for link in entries(&sections.take("system vdom-link")) {
        for end in ["0", "1"] {
            let name = format!("{}{end}", link.name);
            if !found.iter().any(|interface| interface.name == name.as_str()) {
                found.push(blank(Cow::Owned(name), link.node.span()));
            }
        }
        link.claim_rest(Fate::inert(Reason::LinkLayer));
    }
    // Parts of a configuration leave out the interfaces that tunnels and the like bring with them.
    let mut known: HashSet<String> = found.iter().map(|one| one.name.to_string()).collect();
    for section in MAKERS {
        for entry in sections.blocks(section).iter().flat_map(|block| block.children()) {
            let name = entry.word(1);
            if entry.word(0) == "edit" && !name.is_empty() && known.insert(name.to_owned()) {
                let interface = blank(Cow::Borrowed(name), entry.span());
                found.push(Interface { implied: true, tunnel: true, ..interface });
            }
        }
    }
    found
}

/// Sections whose entries are interfaces.
const MAKERS: [&str; 10] = [
    "system geneve",
    "system gre-tunnel",
    "system ipip-tunnel",
    "system ipsec-aggregate",
    "system ipv6-tunnel",
    "system pppoe-interface",
    "system sit-tunnel",
    "system vne-interface",
    "system vxlan",
    "vpn ipsec phase1-interface",
];

fn blank(name: Cow<'_, str>, span: Span) -> Interface<'_> {
    Interface {
        name,
        vdom: "",
        span,
        comment: "",
        addresses: Vec::new(),
        remote: None,
        dynamic: false,
        down: false,
        implied: false,
        tunnel: false,
        stops: Vec::new(),
        access: [Vec::new(), Vec::new()],
    }
}

fn interface<'t>(
    name: Cow<'t, str>,
    span: Span,
    settings: &Settings<'t>,
    say: &mut Say,
) -> Interface<'t> {
    let mut interface = blank(name, span);
    for (key, value) in &settings.values {
        match *key {
            "vdom" => interface.vdom = value.one(),
            "ip" | "management-ip" => {
                if !own(value, &mut interface.addresses, say) {
                    continue;
                }
            }
            "remote-ip" => match value::prefix(value) {
                Some(prefix) if !value::unset(prefix.address()) => interface.remote = Some(prefix),
                _ => {}
            },
            "mode" => interface.dynamic = matches!(value.one(), "dhcp" | "pppoe"),
            "status" => interface.down = value.one() == "down",
            "type" => interface.tunnel = value.one() == "tunnel",
            _ if stops(key, value.one()) => {
                let what = format!("set {key} {}", value.one());
                say.warn(codes::UNSUPPORTED, value.span(), "what", &what);
                interface.stops.push(Mark { span: value.span(), what });
                value.claim(Fate::unsupported(Reason::MatchOption));
                continue;
            }
            // What came in by the wrong way passes too.
            "src-check" if value.one() == "disable" => {
                value.claim(Fate::approximated(Reason::Session));
                continue;
            }
            "allowaccess" => interface.access[0] = value.words().collect(),
            "alias" => {
                interface.comment = value.one();
                value.claim(Fate::inert(Reason::Cosmetic));
                continue;
            }
            "forward-domain" | "ipmac" | "vrf" | "l2forward" | "stpforward" | "vlanforward"
            | "macaddr" => {
                value.claim(Fate::inert(Reason::LinkLayer));
                continue;
            }
            _ if inert::cosmetic(key, value) => continue,
            _ => continue,
        }
        value.claim(Fate::CONVERTED);
    }
    let second = settings.enabled("secondary-IP") || settings.get("secondary-IP").is_none();
    for block in &settings.blocks {
        match block.word(1) {
            "secondaryip" | "secondary-ip" if second => {
                for entry in entries(&[*block]) {
                    address_of(&entry.settings(), "ip", &mut interface.addresses, say);
                }
            }
            "ipv6" => ipv6(*block, &mut interface, say),
            "vrrp" => inert::claim_below(*block, Fate::approximated(Reason::LocalTraffic)),
            _ => {}
        }
    }
    for (key, value) in &settings.values {
        if value.node.fate().disposition == crate::fate::Disposition::Unrecognized {
            inert::claim(key, value, Fate::inert(Reason::LinkLayer));
        }
    }
    settings.blocks.iter().for_each(|block| {
        inert::claim_below(*block, Fate::inert(Reason::LinkLayer));
    });
    if interface.down {
        interface.addresses.clear();
        interface.remote = None;
    }
    interface
}

/// Settings of an interface that may stop what comes in by it: users who have not signed in, addresses that do not fit their MAC,
/// a part of the device that does not forward, other tables of routes.
fn stops(key: &str, word: &str) -> bool {
    match key {
        "security-mode" => !matches!(word, "" | "none"),
        "dedicated-to" => word == "management",
        "ips-sniffer-mode" | "ipmac" => word == "enable",
        "vrf" => !matches!(word, "" | "0"),
        _ => false,
    }
}

/// Adds an own address; false when it is not valid.
fn own(value: &Value<'_>, to: &mut Vec<Prefix>, say: &mut Say) -> bool {
    match value::prefix(value) {
        Some(prefix) if value::unset(prefix.address()) => {}
        Some(prefix) => to.push(prefix),
        None => {
            invalid(value, say);
            return false;
        }
    }
    true
}

fn address_of(settings: &Settings<'_>, key: &str, to: &mut Vec<Prefix>, say: &mut Say) {
    if let Some(value) = settings.get(key)
        && own(value, to, say)
    {
        value.claim(Fate::CONVERTED);
    }
}

fn ipv6<'t>(block: Node<'t>, interface: &mut Interface<'t>, say: &mut Say) {
    let settings = Settings::of([block]);
    address_of(&settings, "ip6-address", &mut interface.addresses, say);
    if let Some(value) = settings.get("ip6-allowaccess") {
        interface.access[1] = value.words().collect();
        value.claim(Fate::CONVERTED);
    }
    if let Some(value) = settings.get("autoconf") {
        interface.dynamic |= value.one() == "enable";
        value.claim(Fate::CONVERTED);
    }
    if let Some(value) = settings.get("ip6-mode") {
        interface.dynamic |= value.one() != "static";
        value.claim(Fate::CONVERTED);
    }
    for extra in settings.blocks.iter().filter(|block| block.word(1) == "ip6-extra-addr") {
        for entry in extra.children().filter(|child| child.word(0) == "edit") {
            match policy::parse_prefix(entry.word(1)) {
                Some(prefix) => {
                    interface.addresses.push(prefix);
                    entry.claim(Fate::CONVERTED);
                }
                None => entry.claim(Fate::unsupported(Reason::InvalidValue)),
            }
        }
    }
}

/// `config system zone`, and the zones of SD-WAN: `config system sdwan` (6.4 and later) or `virtual-wan-link`.
pub(in crate::fortios) fn zones<'t>(
    sections: &mut Sections<'t>,
    say: &mut Say,
) -> (Vec<Zone<'t>>, Option<Span>) {
    let mut zones = Vec::new();
    for entry in entries(&sections.take("system zone")) {
        let settings = entry.settings();
        let mut zone = Zone {
            name: entry.name.clone(),
            span: entry.node.span(),
            members: Vec::new(),
            intrazone: false,
            sdwan: false,
        };
        for (key, value) in &settings.values {
            match *key {
                "interface" => zone.members = value.words().collect(),
                "intrazone" => zone.intrazone = value.one() == "allow",
                _ => {
                    inert::cosmetic(key, value);
                    continue;
                }
            }
            value.claim(Fate::CONVERTED);
        }
        for block in &settings.blocks {
            if block.word(1) == "tagging" {
                block.claim_rest(Fate::inert(Reason::Cosmetic));
            }
        }
        zones.push(zone);
    }
    let mut open = None;
    for (section, blocks) in [
        ("system sdwan", sections.take("system sdwan")),
        ("system virtual-wan-link", sections.take("system virtual-wan-link")),
    ] {
        sdwan(section, &blocks, &mut zones, &mut open, say);
    }
    (zones, open)
}

/// The zone of members that name none.
const DEFAULT_ZONE: &str = "virtual-wan-link";

fn sdwan<'t>(
    section: &str,
    blocks: &[Node<'t>],
    zones: &mut Vec<Zone<'t>>,
    open: &mut Option<Span>,
    say: &mut Say,
) {
    let Some(first) = blocks.first() else { return };
    let settings = Settings::of(blocks.iter().copied());
    if !settings.enabled("status") {
        blocks.iter().for_each(|block| inert::claim_below(*block, Fate::inert(Reason::Disabled)));
        return;
    }
    let mut zone_at = |name: Cow<'t, str>, span: Span| {
        let known = zones.iter().position(|zone| zone.sdwan && zone.name == name);
        let at = known.unwrap_or(zones.len());
        if known.is_none() {
            let members = Vec::new();
            zones.push(Zone { name, span, members, intrazone: false, sdwan: true });
        }
        at
    };
    let mut members = Vec::new();
    for block in &settings.blocks {
        match block.word(1) {
            "zone" => {
                for entry in entries(&[*block]) {
                    zone_at(entry.name.clone(), entry.node.span());
                    entry.claim_rest(Fate::inert(Reason::TrafficShaping));
                }
            }
            "members" => {
                for entry in entries(&[*block]) {
                    let settings = entry.settings();
                    let name = settings.word("zone");
                    let name = if name.is_empty() { DEFAULT_ZONE } else { name };
                    if settings.word("status") != "disable" {
                        let at = zone_at(Cow::Borrowed(name), entry.node.span());
                        members.push((at, settings.word("interface")));
                    }
                    for key in ["zone", "interface", "status"] {
                        if let Some(value) = settings.get(key) {
                            value.claim(Fate::CONVERTED);
                        }
                    }
                    entry.claim_rest(Fate::approximated(Reason::DevicePicks));
                }
            }
            "service" if !block.is_statement() => {
                block.claim_rest(Fate::unsupported(Reason::PolicyRoute));
                say.warn(
                    codes::UNSUPPORTED,
                    block.span(),
                    "what",
                    &format!("config {section} / service"),
                );
            }
            _ => block.claim_rest(Fate::approximated(Reason::DevicePicks)),
        }
    }
    for (at, interface) in members {
        if let Some(zone) = zones.get_mut(at) {
            zone.members.push(interface);
        }
    }
    *open = Some(first.span());
    if let Some(value) = settings.get("status") {
        value.claim(Fate::CONVERTED);
    }
    blocks.iter().for_each(|block| block.claim_rest(Fate::approximated(Reason::DevicePicks)));
}

/// Routes, and where it is said that there are others.
#[derive(Debug, Default)]
pub(in crate::fortios) struct Routes<'t> {
    /// Static ones.
    pub(in crate::fortios) list: Vec<Route<'t>>,
    /// What adds routes that are not told, or overrules them.
    pub(in crate::fortios) open: Vec<(Span, String)>,
    /// Addresses that the device hands out to clients of its tunnels and routes there.
    pub(in crate::fortios) unknown: Vec<IpRange>,
}

/// `config router static` and `static6`, and the traces of other routes.
pub(in crate::fortios) fn routes<'t>(sections: &mut Sections<'t>, say: &mut Say) -> Routes<'t> {
    let mut routes = Routes::default();
    for (section, v6) in [("router static", false), ("router static6", true)] {
        for entry in entries(&sections.take(section)) {
            let settings = entry.settings();
            if let Some(route) = route(entry.name.clone(), entry.node, v6, &settings, say) {
                routes.list.push(route);
            }
        }
    }
    dynamic(sections, &mut routes);
    super::vpn::clients(sections, &mut routes);
    for section in ["router policy", "router policy6"] {
        for block in sections.take(section) {
            let rules = entries(&[block]);
            let active = rules.iter().any(|rule| rule.settings().word("status") != "disable");
            if active {
                routes.open.push((block.span(), format!("config {section}")));
                say.warn(codes::UNSUPPORTED, block.span(), "what", &format!("config {section}"));
            }
            let fate = Fate::unsupported(Reason::PolicyRoute);
            inert::claim_below(block, if active { fate } else { Fate::inert(Reason::Disabled) });
        }
    }
    routes
}

fn route<'t>(
    name: Cow<'t, str>,
    node: Node<'t>,
    v6: bool,
    settings: &Settings<'t>,
    say: &mut Say,
) -> Option<Route<'t>> {
    let everything = if v6 { "::/0" } else { "0.0.0.0/0" };
    let mut to = policy::parse_prefix(everything).map_or(Target::Unknown, Target::Prefix);
    let mut via = Via::Open;
    let (mut distance, mut priority) = (10, 0);
    let mut active = true;
    for (key, value) in &settings.values {
        let yes = value.one() == "enable";
        match *key {
            "dst" => match value::prefix(value) {
                Some(prefix) => to = Target::Prefix(prefix),
                None => {
                    to = Target::Unknown;
                    invalid(value, say);
                    continue;
                }
            },
            "dstaddr" => to = Target::Named(value.one()),
            "internet-service" | "internet-service-custom" if value.one() != "0" => {
                value.claim(Fate::approximated(Reason::DynamicRoute));
                to = Target::Unknown;
                continue;
            }
            "device" if via == Via::Open => via = Via::Place(value.one()),
            // Of several zones the device chooses one.
            "sdwan-zone" if value.words().nth(1).is_some() => via = Via::Open,
            "sdwan-zone" if !value.one().is_empty() => via = Via::Place(value.one()),
            "sdwan" | "virtual-wan-link" if yes => via = Via::Place(DEFAULT_ZONE),
            "blackhole" if yes => via = Via::Blackhole,
            "distance" => distance = value.one().parse().unwrap_or(10),
            "priority" => priority = value.one().parse().unwrap_or(0),
            "status" => active = value.one() != "disable",
            "gateway" => {}
            "dynamic-gateway" => {}
            "vrf" if value.one() != "0" => {
                value.claim(Fate::unsupported(Reason::PolicyRoute));
                to = Target::Unknown;
                continue;
            }
            _ if inert::cosmetic(key, value) => continue,
            "weight"
            | "bfd"
            | "link-monitor-exempt"
            | "src"
            | "tag"
            | "preferred-source"
            | "vrf"
            | "internet-service"
            | "internet-service-custom"
            | "internet-service-fortiguard"
            | "device"
            | "sdwan"
            | "sdwan-zone"
            | "virtual-wan-link"
            | "blackhole"
            | "seq-num"
            | "devindex" => {}
            _ => continue,
        }
        value.claim(Fate::CONVERTED);
    }
    if !active {
        node.claim_all(Fate::inert(Reason::Disabled));
        return None;
    }
    Some(Route { name, span: node.span(), to, via, distance, priority })
}

/// Routing protocols: whether one is in use.
fn dynamic(sections: &mut Sections<'_>, routes: &mut Routes<'_>) {
    for protocol in ["bgp", "ospf", "ospf6", "rip", "ripng", "isis"] {
        for block in sections.take(&format!("router {protocol}")) {
            let settings = Settings::of([block]);
            let lists = [
                "neighbor",
                "neighbor-group",
                "neighbor-range",
                "network",
                "network6",
                "area",
                "ospf-interface",
                "ospf6-interface",
                "interface",
                "isis-net",
                "isis-interface",
            ];
            let lists = settings.blocks.iter().filter(|list| lists.contains(&list.word(1)));
            let used = lists.into_iter().any(|list| !list.is_statement());
            let fate = if used {
                routes.open.push((block.span(), format!("config router {protocol}")));
                Fate::approximated(Reason::DynamicRoute)
            } else {
                Fate::inert(Reason::Disabled)
            };
            inert::claim_below(block, fate);
        }
    }
}
