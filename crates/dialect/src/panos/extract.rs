//! Statement tree → [`Config`]. Takes every statement it knows; what nobody takes stays unrecognized.

mod fragments;
mod network;
mod objects;
mod rules;

use std::collections::HashMap;

use super::config::{Config, Device, DeviceGroup, Scope, System, Template, Word};
use super::inert;
use super::syntax::belongs_below;
use super::take::{by_table, inert as take_inert, value, values, word, yes};
use crate::codes;
use crate::fate::{Fate, Reason};
use crate::reading::Problem;
use crate::tree::{Node, Tree};

/// Reads one or more files of one device or management server into one configuration.
pub(super) fn extract<'t>(trees: &'t [Tree], problems: &mut Vec<Problem>) -> Config<'t> {
    let mut extract = Extract {
        config: Config::default(),
        problems,
        parents: HashMap::new(),
        group_index: HashMap::new(),
        ipv6_off: None,
    };
    for tree in trees {
        for root in tree.roots() {
            extract.root(root);
        }
    }
    let Extract { mut config, parents, ipv6_off, .. } = extract;
    if let Some(node) = ipv6_off {
        node.claim_all(Fate::unsupported(Reason::Mode));
    }
    for group in &mut config.groups {
        if let Some(parent) = parents.get(group.name.text) {
            group.parent = group.parent.or(Some(parent));
        }
    }
    config.is_panorama =
        !(config.groups.is_empty() && config.templates.is_empty() && config.stacks.is_empty());
    for tree in trees {
        inert::secrets(tree.roots());
    }
    config
}

struct Extract<'t, 'p> {
    config: Config<'t>,
    problems: &'p mut Vec<Problem>,
    /// Parents of device groups, as the server itself keeps them.
    parents: HashMap<&'t str, &'t str>,
    /// Where the device groups are, by name.
    group_index: HashMap<&'t str, usize>,
    ipv6_off: Option<Node<'t>>,
}

impl<'t> Extract<'t, '_> {
    fn root(&mut self, node: Node<'t>) {
        match node.word(0) {
            "devices" => node.children().for_each(|device| {
                device.children().for_each(|child| self.device_child(child));
            }),
            "shared" => {
                let mut scope = std::mem::take(&mut self.config.shared);
                node.children().for_each(|child| self.scope_child(child, &mut scope));
                self.config.shared = scope;
            }
            "panorama" => self.panorama(node),
            // What a firewall shows of what was pushed to it.
            "policy" => {
                let pushed = node.children().filter(|child| child.word(0) == "panorama");
                for child in pushed.flat_map(Node::children) {
                    self.pushed_child("vsys1", child);
                }
            }
            "readonly" => self.readonly(node),
            // What the API answers when asked for one list of rules.
            "security" | "nat" | "rules" => self.rule_list(node),
            name => match belongs_below(name).len() {
                0 => {
                    by_table(node, inert::TOP);
                }
                2 => self.device_child(node),
                _ => self.system_child(node),
            },
        }
        node.claim(if node.is_statement() { leaf_fate(node) } else { node.fate() });
    }

    fn panorama(&mut self, node: Node<'t>) {
        for child in node.children() {
            match child.word(0) {
                "vsys" => {
                    for system in child.children() {
                        let name = system.word(0);
                        system.children().for_each(|part| self.pushed_child(name, part));
                    }
                }
                _ => take_inert(child, Reason::Management),
            }
        }
    }

    fn pushed_child(&mut self, name: &'t str, node: Node<'t>) {
        let known = self.config.pushed.iter().position(|(of, _)| *of == name);
        let index = known.unwrap_or_else(|| {
            self.config.pushed.push((name, Scope::default()));
            self.config.pushed.len() - 1
        });
        let mut scope = match self.config.pushed.get_mut(index) {
            Some((_, scope)) => std::mem::take(scope),
            None => Scope::default(),
        };
        self.scope_child(node, &mut scope);
        if let Some((_, place)) = self.config.pushed.get_mut(index) {
            *place = scope;
        }
    }

    /// What the management server notes for itself; among it who is whose parent.
    fn readonly(&mut self, node: Node<'t>) {
        node.claim_all(Fate::inert(Reason::Envelope));
        let devices = node.children().filter(|child| child.word(0) == "devices");
        let groups = devices
            .flat_map(Node::children)
            .flat_map(Node::children)
            .filter(|child| child.word(0) == "device-group");
        for group in groups.flat_map(Node::children) {
            if let Some(parent) = group.child("parent-dg")
                && let Some(parent) = value(parent, Fate::CONVERTED)
            {
                self.parents.insert(group.word(0), parent.text);
            }
        }
    }

    // --- One device ---

    fn device_child(&mut self, node: Node<'t>) {
        match node.word(0) {
            "device-group" => node.children().for_each(|group| self.device_group(group)),
            "template" | "template-stack" => {
                for template in node.children() {
                    self.template(template, node.word(0) == "template-stack");
                }
            }
            "deviceconfig" => self.deviceconfig(node),
            "container" | "device" | "snippet" => self.containers(node),
            _ => {
                let mut device = std::mem::take(&mut self.config.device);
                self.place_child(node, &mut device);
                self.config.device = device;
            }
        }
        claim_empty(node);
    }

    /// What devices and templates have alike.
    fn place_child(&mut self, node: Node<'t>, device: &mut Device<'t>) {
        match node.word(0) {
            "network" => self.network(node, device),
            "vsys" => {
                for system in node.children() {
                    let index = system_index(device, system, false);
                    for child in system.children() {
                        self.system_part(device, index, child);
                    }
                    claim_empty(system);
                }
            }
            _ => {
                by_table(node, inert::DEVICE);
            }
        }
        claim_empty(node);
    }

    /// Part of a virtual system, in a fragment without one.
    fn system_child(&mut self, node: Node<'t>) {
        let mut device = std::mem::take(&mut self.config.device);
        let index = implied_system(&mut device);
        self.system_part(&mut device, index, node);
        self.config.device = device;
    }

    fn system_part(&mut self, device: &mut Device<'t>, index: usize, node: Node<'t>) {
        let Some(system) = device.systems.get_mut(index) else { return };
        match node.word(0) {
            "zone" => {
                node.children().for_each(|zone| self.zone(zone, system));
                claim_empty(node);
            }
            "display-name" => {
                system.display = value(node, Fate::inert(Reason::Cosmetic)).map(|word| word.text);
            }
            "import" => self.import(node),
            _ => self.scope_child(node, &mut system.scope),
        }
    }

    /// Which interfaces and routers a virtual system may use: its zones say which it does use.
    fn import(&mut self, node: Node<'t>) {
        for child in node.children() {
            match child.word(0) {
                "network" => {
                    for part in child.children() {
                        match part.word(0) {
                            "interface" | "logical-router" | "virtual-router" | "virtual-wire"
                            | "vlan" => part.claim_all(Fate::CONVERTED),
                            _ => {}
                        }
                    }
                    claim_empty(child);
                }
                "resource" => take_inert(child, Reason::Management),
                "visible-vsys" => child.claim_all(Fate::CONVERTED),
                _ => {}
            }
        }
        claim_empty(node);
    }

    fn deviceconfig(&mut self, node: Node<'t>) {
        node.claim_all(Fate::inert(Reason::Management));
        for part in node.children() {
            match part.word(0) {
                "system" => self.system_settings(part),
                "setting" => {
                    let management = part.child("management");
                    let first =
                        management.and_then(|node| node.child("ancestor-objects-take-precedence"));
                    if let Some(first) = first {
                        self.config.ancestors_first = yes(first, Fate::CONVERTED);
                    }
                    self.ipv6_setting(part);
                    for child in part.children() {
                        if matches!(child.word(0), "ctd" | "session" | "tcp" | "icmp" | "nat") {
                            child.claim_all(Fate::inert(Reason::Session));
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// Without IPv6 firewalling the rules say nothing about IPv6.
    fn ipv6_setting(&mut self, node: Node<'t>) {
        let session = node.child("session");
        let Some(off) = session.and_then(|node| node.child("ipv6-firewalling")) else { return };
        if value(off, Fate::inert(Reason::Session)).is_some_and(|word| word.text == "no") {
            self.ipv6_off = Some(off);
            let args = vec![("what", "ipv6-firewalling no".to_owned())];
            self.problems.push(Problem::error(codes::MODE, off.span(), args));
        }
    }

    fn system_settings(&mut self, node: Node<'t>) {
        for child in node.children() {
            match child.word(0) {
                "hostname" => {
                    let fate = Fate::inert(Reason::Cosmetic);
                    self.config.hostname =
                        self.config.hostname.or(value(child, fate).map(|word| word.text));
                }
                "panorama-server" => {
                    self.config.managed_by = child.children().next().map(word);
                }
                "panorama" => {
                    let server = child.child("local-panorama").unwrap_or(child);
                    let server = server.child("panorama-server");
                    let server = server.and_then(|server| server.children().next().map(word));
                    self.config.managed_by = self.config.managed_by.or(server);
                }
                _ => {}
            }
        }
    }

    // --- Panorama ---

    /// A device group. What several files, or several parts of one, say about it counts together.
    fn device_group(&mut self, node: Node<'t>) {
        let name = word(node);
        let index = *self.group_index.entry(name.text).or_insert_with(|| {
            let (devices, scope) = (Vec::new(), Scope::default());
            self.config.groups.push(DeviceGroup { name, parent: None, devices, scope });
            self.config.groups.len() - 1
        });
        let Some(group) = self.config.groups.get_mut(index) else { return };
        let mut scope = std::mem::take(&mut group.scope);
        let mut devices = std::mem::take(&mut group.devices);
        let mut parent = group.parent;
        for child in node.children() {
            match child.word(0) {
                "devices" => {
                    child.claim_all(Fate::CONVERTED);
                    devices.extend(objects::devices(child));
                }
                "parent-dg" => {
                    parent = value(child, Fate::CONVERTED).map(|word| word.text);
                }
                _ => self.scope_child(child, &mut scope),
            }
        }
        claim_empty(node);
        if let Some(group) = self.config.groups.get_mut(index) {
            (group.scope, group.devices, group.parent) = (scope, devices, parent);
        }
    }

    fn template(&mut self, node: Node<'t>, is_stack: bool) {
        let list = if is_stack { &mut self.config.stacks } else { &mut self.config.templates };
        let known = list.iter().position(|template| template.name.text == node.word(0));
        let mut template = known.map_or_else(
            || Template {
                name: word(node),
                device: Device::default(),
                variables: HashMap::new(),
                templates: Vec::new(),
                devices: Vec::new(),
            },
            |known| list.swap_remove(known),
        );
        for child in node.children() {
            match child.word(0) {
                "config" => {
                    for part in child.children() {
                        self.template_config(part, &mut template.device);
                    }
                    claim_empty(child);
                }
                "description" => take_inert(child, Reason::Cosmetic),
                "settings" | "user-group-source" => take_inert(child, Reason::Management),
                "templates" => template.templates.extend(values(child, Fate::CONVERTED)),
                "devices" => {
                    child.claim_all(Fate::CONVERTED);
                    for device in child.children() {
                        let mut own = HashMap::new();
                        let variables = device.child("variable").into_iter();
                        variables
                            .flat_map(Node::children)
                            .for_each(|node| variable(node, &mut own));
                        template.devices.push((word(device), own));
                    }
                }
                "variable" => {
                    child.children().for_each(|node| variable(node, &mut template.variables));
                }
                _ => {}
            }
        }
        claim_empty(node);
        let list = if is_stack { &mut self.config.stacks } else { &mut self.config.templates };
        list.push(template);
    }

    fn template_config(&mut self, node: Node<'t>, device: &mut Device<'t>) {
        match node.word(0) {
            "devices" => node.children().for_each(|inner| {
                for child in inner.children() {
                    if child.word(0) == "deviceconfig" {
                        take_inert(child, Reason::Management);
                    } else {
                        self.place_child(child, device);
                    }
                }
                claim_empty(inner);
            }),
            // Objects of a template: certificates, server profiles and the like.
            "shared" => {
                let mut scope = Scope::default();
                node.children().for_each(|child| self.scope_child(child, &mut scope));
            }
            _ => {
                by_table(node, inert::TOP);
            }
        }
        claim_empty(node);
    }

    pub(super) fn duplicate(&mut self, name: Word<'t>) {
        name.node.claim_all(Fate::inert(Reason::Overridden));
        let args = vec![("name", name.text.to_owned())];
        self.problems.push(Problem::warning(codes::DUPLICATE, name.node.span(), args));
    }
}

fn variable<'t>(node: Node<'t>, into: &mut HashMap<&'t str, Word<'t>>) {
    for child in node.children() {
        match child.word(0) {
            "type" => {
                child.claim_all(Fate::CONVERTED);
                let typed = child.children().next();
                if let Some(given) = typed.and_then(|typed| typed.children().next()) {
                    into.insert(node.word(0), word(given));
                }
            }
            "description" => take_inert(child, Reason::Cosmetic),
            _ => {}
        }
    }
}

/// The virtual system that a fragment leaves out.
fn implied_system(device: &mut Device<'_>) -> usize {
    if let Some(index) = device.systems.iter().position(|system| system.name == "vsys1") {
        return index;
    }
    device.systems.push(System {
        name: "vsys1",
        word: None,
        display: None,
        zones: Vec::new(),
        scope: Scope::default(),
        gateway: false,
    });
    device.systems.len() - 1
}

fn system_index<'t>(device: &mut Device<'t>, node: Node<'t>, gateway: bool) -> usize {
    let name = node.word(0);
    if let Some(index) = device.systems.iter().position(|system| system.name == name) {
        return index;
    }
    device.systems.push(System {
        name,
        word: Some(word(node)),
        display: None,
        zones: Vec::new(),
        scope: Scope::default(),
        gateway,
    });
    device.systems.len() - 1
}

/// A container that is known and holds nothing says nothing.
fn claim_empty(node: Node<'_>) {
    if node.is_statement() && node.fate() == Fate::UNRECOGNIZED {
        node.claim(Fate::inert(Reason::DefaultValue));
    }
}

/// A known root without content.
fn leaf_fate(node: Node<'_>) -> Fate {
    let known = matches!(node.word(0), "devices" | "panorama" | "policy" | "readonly" | "shared")
        || !belongs_below(node.word(0)).is_empty();
    if known && node.fate() == Fate::UNRECOGNIZED {
        return Fate::inert(Reason::DefaultValue);
    }
    node.fate()
}

/// Text of everything below a node, for what is only told.
fn told(node: Node<'_>) -> String {
    let mut parts = Vec::new();
    let mut open: Vec<(Node<'_>, String)> =
        node.children().map(|child| (child, child.word(0).to_owned())).collect();
    while let Some((node, way)) = open.pop() {
        if node.is_statement() {
            parts.push(way);
            continue;
        }
        open.extend(node.children().map(|child| (child, format!("{way} {}", child.word(0)))));
    }
    parts.sort_unstable();
    parts.join("; ")
}
