//! What statements refer to, whatever they are about: address translation, interfaces, tunnels, routes, much that no policy models.
//!
//! A policy knows which of its rules use an object. Here the text is asked: an object is referred to when a statement outside of its
//! own definition has its name or identifier among its words. One name may be that of several things, and of one in another virtual
//! firewall: then all of them count as referred to. What is switched off refers to nothing, nor does a comment.

use std::collections::{BTreeSet, HashMap, HashSet};

use dialect::{Node, Reading, Reason};
use policy::{Device, Span};

/// The keys of statements that say what a thing is called.
const IDENTIFIERS: [&str; 5] = ["uid", "id", "path", "unique_id", "name"];

/// Definitions by name and identifier, and who refers to whom.
#[derive(Default)]
struct References<'t> {
    /// The number of each definition.
    defined: HashMap<Span, usize>,
    /// The number of each name.
    named: HashMap<&'t str, usize>,
    /// Which definitions go by each name.
    meant: Vec<BTreeSet<usize>>,
    /// Which names each definition has among its words.
    inside: Vec<BTreeSet<usize>>,
    /// Which names stand outside of all definitions.
    outside: BTreeSet<usize>,
}

/// The definitions among these objects that something refers to: a statement outside of all of them, or one of them that is itself
/// referred to or used.
pub(crate) fn referred<'t>(
    reading: &'t Reading,
    device: &'t Device,
    used: &HashSet<Span>,
) -> HashSet<Span> {
    let objects = device.contexts.iter().flat_map(|context| {
        let addresses = context.addresses.iter().map(|object| (&*object.name, &object.origin));
        addresses.chain(context.services.iter().map(|object| (&*object.name, &object.origin)))
    });
    let mut found = References::default();
    for (name, span) in objects.filter_map(|(name, origin)| Some((name, origin.span?))) {
        let next = found.defined.len();
        let number = *found.defined.entry(span).or_insert(next);
        found.call(name, number);
    }
    if found.defined.keys().all(|span| used.contains(span)) {
        return HashSet::new();
    }
    found.inside = vec![BTreeSet::new(); found.defined.len()];
    let off = switched_off(device);
    walk(reading, &off, |node, holder| found.name(node, holder));
    walk(reading, &off, |node, holder| found.refer(node, holder));
    let reached = found.reached(used);
    found.defined.retain(|_, number| reached.contains(number));
    found.defined.into_keys().collect()
}

/// Where rules stand that are switched off.
fn switched_off(device: &Device) -> HashSet<Span> {
    let rules = device.contexts.iter().flat_map(|context| {
        let rules = context.rulebases.iter().flat_map(|base| &base.rules);
        let nat = context.nat.passes.iter().flat_map(|pass| &pass.rules);
        let nat = nat.filter(|rule| !rule.enabled).map(|rule| &rule.origin);
        rules.filter(|rule| !rule.enabled).map(|rule| &rule.origin).chain(nat)
    });
    rules.filter_map(|origin| origin.span).collect()
}

/// Hands over each node that is not switched off, with the nodes above it, the nearest last.
fn walk<'t>(
    reading: &'t Reading,
    off: &HashSet<Span>,
    mut visit: impl FnMut(Node<'t>, &[Node<'t>]),
) {
    for tree in &reading.trees {
        let mut above: Vec<Node<'t>> = Vec::new();
        let mut open: Vec<(Node<'t>, usize)> = tree.roots().map(|node| (node, 0)).collect();
        open.reverse();
        while let Some((node, depth)) = open.pop() {
            if off.contains(&node.span()) {
                continue;
            }
            above.truncate(depth);
            visit(node, &above);
            above.push(node);
            let first = open.len();
            open.extend(node.children().map(|child| (child, depth + 1)));
            if let Some(children) = open.get_mut(first..) {
                children.reverse();
            }
        }
    }
}

impl<'t> References<'t> {
    /// Notes that a definition goes by this name.
    fn call(&mut self, name: &'t str, number: usize) {
        let next = self.meant.len();
        let name = *self.named.entry(name).or_insert(next);
        if name == next {
            self.meant.push(BTreeSet::new());
        }
        if let Some(meant) = self.meant.get_mut(name) {
            meant.insert(number);
        }
    }

    /// The numbers of the definitions that are referred to, or used. Each name is followed once.
    fn reached(&self, used: &HashSet<Span>) -> HashSet<usize> {
        let numbers = self.defined.iter().filter(|(span, _)| used.contains(span));
        let mut reached: HashSet<usize> = numbers.map(|(_, number)| *number).collect();
        let of = |number: &usize| self.inside.get(*number).into_iter().flatten().copied();
        let mut names: Vec<usize> =
            reached.iter().flat_map(of).chain(self.outside.iter().copied()).collect();
        let mut followed: HashSet<usize> = HashSet::new();
        while let Some(name) = names.pop() {
            if !followed.insert(name) {
                continue;
            }
            for number in self.meant.get(name).into_iter().flatten() {
                if reached.insert(*number) {
                    names.extend(of(number));
                }
            }
        }
        reached
    }

    fn number(&self, node: &Node<'t>) -> Option<usize> {
        self.defined.get(&node.span()).copied()
    }

    /// Notes what a definition is called besides its name in the policy.
    fn name(&mut self, node: Node<'t>, above: &[Node<'t>]) {
        let Some(number) = above.last().and_then(|parent| self.number(parent)) else { return };
        if IDENTIFIERS.contains(&node.word(0)) && !node.word(1).is_empty() {
            self.call(node.word(1), number);
        }
    }

    /// Notes what a node refers to.
    fn refer(&mut self, node: Node<'t>, above: &[Node<'t>]) {
        let parent = above.last().and_then(|parent| self.number(parent));
        let names = parent.is_some() && IDENTIFIERS.contains(&node.word(0));
        if names || self.number(&node).is_some() || node.fate().reason == Reason::Cosmetic {
            return;
        }
        let holder = above.iter().rev().find_map(|node| self.number(node));
        let edge = |sign: char| sign.is_whitespace() || "\"'(),;=[]".contains(sign);
        for word in node.words() {
            let last = word.rsplit('/').next();
            let parts = word.split(edge).chain(last).filter(|part| *part != word);
            for part in parts.chain([word]) {
                let Some(name) = self.named.get(part).copied() else { continue };
                match holder.and_then(|holder| self.inside.get_mut(holder)) {
                    Some(inside) => inside.insert(name),
                    None => self.outside.insert(name),
                };
            }
        }
    }
}
