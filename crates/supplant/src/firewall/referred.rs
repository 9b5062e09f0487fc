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
    /// Which definitions go by a name.
    named: HashMap<&'t str, BTreeSet<usize>>,
    /// What each definition refers to.
    inside: Vec<BTreeSet<usize>>,
    /// What is referred to from outside of all definitions.
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
        found.named.entry(name).or_default().insert(number);
    }
    if found.defined.keys().all(|span| used.contains(span)) {
        return HashSet::new();
    }
    found.inside = vec![BTreeSet::new(); found.defined.len()];
    let off = switched_off(device);
    walk(reading, &off, |node, holder| found.name(node, holder));
    walk(reading, &off, |node, holder| found.refer(node, holder));
    let numbers = found.defined.iter().filter(|(span, _)| used.contains(span));
    let mut open: Vec<usize> = numbers.map(|(_, number)| *number).collect();
    open.extend(&found.outside);
    let mut reached: HashSet<usize> = HashSet::new();
    while let Some(number) = open.pop() {
        if reached.insert(number) {
            open.extend(found.inside.get(number).into_iter().flatten());
        }
    }
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
    fn number(&self, node: &Node<'t>) -> Option<usize> {
        self.defined.get(&node.span()).copied()
    }

    /// Notes what a definition is called besides its name in the policy.
    fn name(&mut self, node: Node<'t>, above: &[Node<'t>]) {
        let Some(number) = above.last().and_then(|parent| self.number(parent)) else { return };
        if IDENTIFIERS.contains(&node.word(0)) && !node.word(1).is_empty() {
            self.named.entry(node.word(1)).or_default().insert(number);
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
                let meant = self.named.get(part).into_iter().flatten();
                let meant = meant.copied().filter(|number| Some(*number) != holder);
                match holder.and_then(|holder| self.inside.get_mut(holder)) {
                    Some(inside) => inside.extend(meant),
                    None => self.outside.extend(meant),
                }
            }
        }
    }
}
