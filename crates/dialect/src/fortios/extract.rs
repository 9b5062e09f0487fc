//! Statement tree → [`super::config`]: takes every statement.

pub(super) mod nat;
pub(super) mod object;
pub(super) mod place;
pub(super) mod rule;
pub(super) mod vpn;

use std::borrow::Cow;

use hashbrown::HashMap;
use policy::Span;

use super::config::{Global, Modes};
use super::inert;
use super::say::Say;
use super::table::{Settings, Value};
use crate::codes;
use crate::fate::{Fate, Reason};
use crate::tree::{Node, Tree};

/// The sections of one VDOM, or of the part that all share, by what stands behind `config`.
#[derive(Debug, Default)]
pub(super) struct Sections<'t> {
    blocks: HashMap<Box<str>, Vec<Node<'t>>>,
}

impl<'t> Sections<'t> {
    fn add(&mut self, node: Node<'t>) {
        let words: Vec<&str> = node.words().skip(1).collect();
        self.blocks.entry(words.join(" ").into()).or_default().push(node);
    }

    /// Takes the blocks of a section.
    pub(super) fn take(&mut self, name: &str) -> Vec<Node<'t>> {
        self.blocks.remove(name).unwrap_or_default()
    }

    /// The blocks of a section, left where they are.
    pub(super) fn blocks(&self, name: &str) -> &[Node<'t>] {
        self.blocks.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether there is such a section.
    pub(super) fn has(&self, name: &str) -> bool {
        self.blocks.contains_key(name)
    }

    /// Takes everything that is left: what is known not to matter, and what is known and not modelled.
    pub(super) fn rest(self, say: &mut Say) {
        let mut rest: Vec<_> = self.blocks.into_iter().collect();
        rest.sort_by_key(|(_, nodes)| nodes.first().map(|node| node.index()));
        for (name, nodes) in rest {
            for node in nodes {
                inert::section(&name, node, say);
            }
        }
    }
}

/// One VDOM.
#[derive(Debug)]
pub(super) struct Vdom<'t> {
    /// Its name.
    pub(super) name: Cow<'t, str>,
    /// Its sections.
    pub(super) sections: Sections<'t>,
}

/// A device as its sections.
#[derive(Debug, Default)]
pub(super) struct Parts<'t> {
    /// What all VDOMs share.
    pub(super) global: Sections<'t>,
    /// The VDOMs, in the order of first mention.
    pub(super) vdoms: Vec<Vdom<'t>>,
    /// Whether the file names its VDOMs.
    pub(super) named: bool,
}

/// Sorts the blocks of the files into the shared part and VDOMs. A file without VDOMs has one, `root`.
pub(super) fn parts(trees: &[Tree]) -> Parts<'_> {
    let mut parts = Parts::default();
    let mut plain: Vec<Node<'_>> = Vec::new();
    for node in trees.iter().flat_map(Tree::roots) {
        match (node.word(0), node.word(1), node.words().len()) {
            ("config", "vdom", 2) => {
                node.claim(Fate::CONVERTED);
                parts.named = true;
                node.children().filter(|child| child.word(0) == "edit").for_each(|child| {
                    child.claim(Fate::CONVERTED);
                    parts.vdom(child);
                });
                outside(node.children());
            }
            ("config", "global", 2) => {
                node.claim(Fate::CONVERTED);
                let (blocks, rest): (Vec<_>, Vec<_>) =
                    node.children().partition(|child| child.word(0) == "config");
                blocks.into_iter().for_each(|block| parts.global.add(block));
                outside(rest.into_iter());
            }
            ("config", ..) => plain.push(node),
            _ => outside(std::iter::once(node)),
        }
    }
    if parts.vdoms.is_empty() {
        parts.vdoms.push(Vdom { name: Cow::Borrowed("root"), sections: Sections::default() });
    }
    // Without `config global`, or beside it: shared sections are told by their name, the others belong to the first VDOM.
    for node in plain {
        let name = node.word(2);
        let shared = node.word(1) == "system"
            && matches!(name, "global" | "interface" | "vdom-link")
            && node.words().len() == 3;
        match parts.vdoms.first_mut() {
            Some(vdom) if !shared => vdom.sections.add(node),
            _ => parts.global.add(node),
        }
    }
    parts
}

impl<'t> Parts<'t> {
    fn vdom(&mut self, edit: Node<'t>) {
        let name = edit.word(1);
        let known = self.vdoms.iter().position(|vdom| vdom.name == name);
        let at = known.unwrap_or(self.vdoms.len());
        if known.is_none() {
            let sections = Sections::default();
            self.vdoms.push(Vdom { name: Cow::Borrowed(name), sections });
        }
        let Some(vdom) = self.vdoms.get_mut(at) else { return };
        for block in edit.children() {
            if block.word(0) == "config" {
                vdom.sections.add(block);
            } else {
                outside(std::iter::once(block));
            }
        }
    }
}

/// What stands outside of every section: what was typed at a terminal and what it answered.
fn outside<'t>(nodes: impl Iterator<Item = Node<'t>>) {
    for node in nodes {
        let typed = matches!(
            node.word(0),
            "show" | "get" | "exit" | "diagnose" | "execute" | "current" | "abort"
        );
        // The message with parts in which clouds hand a configuration to a new machine.
        let mail = node.word(0).ends_with(':')
            && (node.word(0).starts_with("Content-") || node.word(0) == "MIME-Version:")
            || node.word(0).starts_with("--==") && node.word(1).is_empty();
        if (typed || mail) && node.is_statement() {
            node.claim(Fate::inert(Reason::Envelope));
        }
    }
}

/// `config system global`.
pub(super) fn global(sections: &mut Sections<'_>, global: &mut Global) {
    let nodes = sections.take("system global");
    for (key, value) in &Settings::of(nodes.iter().copied()).values {
        let yes = value.one() == "enable";
        match *key {
            "hostname" => value.one().clone_into(&mut global.hostname),
            "allow-traffic-redirect" => global.redirect = [Some(yes), global.redirect[1]],
            "ipv6-allow-traffic-redirect" => global.redirect = [global.redirect[0], Some(yes)],
            "admin-port" | "admin-sport" | "admin-ssh-port" | "admin-telnet-port" => {
                match value.one().parse() {
                    Ok(port) => global.ports.push(((*key).to_owned(), port)),
                    Err(_) => {
                        value.claim(Fate::unsupported(Reason::InvalidValue));
                        continue;
                    }
                }
            }
            _ => {
                inert::claim(key, value, Fate::inert(Reason::Management));
                continue;
            }
        }
        value.claim(Fate::CONVERTED);
    }
    nodes.iter().for_each(|node| node.claim_rest(Fate::inert(Reason::Management)));
}

/// `config system settings`.
pub(super) fn modes(sections: &mut Sections<'_>, say: &mut Say) -> Modes {
    let mut modes = Modes::default();
    let nodes = sections.take("system settings");
    for (key, value) in &Settings::of(nodes.iter().copied()).values {
        let word = value.one();
        let mut fate = Fate::CONVERTED;
        match (*key, word) {
            ("central-nat", _) => modes.central_nat = word == "enable",
            ("opmode", "transparent") => {
                modes.transparent = Some(value.span());
                fate = Fate::unsupported(Reason::Mode);
                say.warn(codes::MODE, value.span(), "mode", "opmode transparent");
            }
            ("ngfw-mode", "policy-based") => {
                modes.policy_based = Some(value.span());
                fate = Fate::approximated(Reason::Application);
                say.warn(codes::MODE, value.span(), "mode", "ngfw-mode policy-based");
            }
            ("opmode" | "ngfw-mode", _) => {}
            ("deny-tcp-with-icmp", _) => modes.answers = word == "enable",
            ("status", "disable") => {
                fate = Fate::unsupported(Reason::Mode);
                say.warn(codes::MODE, value.span(), "mode", "status disable");
            }
            ("asymroute" | "asymroute6" | "asymroute-icmp" | "asymroute6-icmp", "enable") => {
                fate = Fate::approximated(Reason::Session);
            }
            ("strict-src-check", "enable") => fate = Fate::approximated(Reason::Session),
            ("default-app-port-as-service", _) => fate = Fate::approximated(Reason::MatchOption),
            ("hyperscale-default-policy-action", _) => {
                fate = Fate::unsupported(Reason::OtherRuleList);
            }
            ("multicast-forward" | "multicast-skip-policy", "enable") => {
                fate = Fate::unsupported(Reason::Multicast);
            }
            (
                "allow-subnet-overlap" | "h323-direct-model" | "nat46-force-ipv4-packet-forwarding",
                "enable",
            ) => {
                fate = Fate::approximated(Reason::Session);
            }
            ("default-voip-alg-mode" | "sip-helper" | "sip-expectation", _) => {
                fate = Fate::approximated(Reason::SessionHelper);
            }
            ("implicit-allow-dns", "enable") => {
                fate = Fate::unsupported(Reason::Mode);
                say.warn(codes::MODE, value.span(), "mode", "implicit-allow-dns enable");
            }
            _ => {
                inert::claim(key, value, Fate::inert(Reason::Management));
                continue;
            }
        }
        value.claim(fate);
    }
    nodes.iter().for_each(|node| node.claim_rest(Fate::inert(Reason::Management)));
    modes
}

/// Takes a value that is not valid, and says so.
pub(super) fn invalid(value: &Value<'_>, say: &mut Say) -> Span {
    value.claim(Fate::unsupported(Reason::InvalidValue));
    let text = format!("{} {}", value.node.word(1), value.words().collect::<Vec<_>>().join(" "));
    let shown: String = text.chars().take(120).collect();
    say.warn(codes::INVALID_VALUE, value.span(), "value", &shown);
    value.span()
}
