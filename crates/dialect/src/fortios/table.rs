//! Tables and their entries as the commands leave them: what `set`, `unset`, `append`, `select`, `unselect`, `move`, `rename`,
//! `clone`, `delete`, `purge` and `edit 0` do.

use std::borrow::Cow;

use hashbrown::{HashMap, HashSet};
use policy::Span;

use crate::fate::{Fate, Reason};
use crate::tree::Node;

/// The value of one setting.
#[derive(Clone, Debug)]
pub(super) struct Value<'t> {
    /// The statement that set it.
    pub(super) node: Node<'t>,
    changed: Option<Box<Changed<'t>>>,
}

/// A value that later statements changed.
#[derive(Clone, Debug)]
struct Changed<'t> {
    words: Vec<&'t str>,
    nodes: Vec<Node<'t>>,
}

impl<'t> Value<'t> {
    fn new(node: Node<'t>) -> Self {
        Self { node, changed: None }
    }

    /// Its words.
    pub(super) fn words(&self) -> impl Iterator<Item = &'t str> + use<'t, '_> {
        let changed = self.changed.as_deref();
        let plain = changed.is_none().then(|| self.node.words().skip(2));
        plain.into_iter().flatten().chain(changed.into_iter().flat_map(|c| c.words.iter().copied()))
    }

    /// Its first word; empty when it has none.
    pub(super) fn one(&self) -> &'t str {
        self.words().next().unwrap_or("")
    }

    /// Where it stands.
    pub(super) fn span(&self) -> Span {
        self.node.span()
    }

    /// Takes every statement that made it.
    pub(super) fn claim(&self, fate: Fate) {
        self.node.claim(fate);
        let more = self.changed.iter().flat_map(|changed| &changed.nodes);
        more.for_each(|node| node.claim(fate));
    }

    fn change(&mut self, node: Node<'t>, add: bool) {
        let mut changed = self.changed.take().unwrap_or_else(|| {
            Box::new(Changed { words: self.node.words().skip(2).collect(), nodes: Vec::new() })
        });
        if add {
            changed.words.extend(node.words().skip(2));
        } else {
            let without: HashSet<&str> = node.words().skip(2).collect();
            changed.words.retain(|word| !without.contains(word));
        }
        changed.nodes.push(node);
        self.changed = Some(changed);
    }
}

/// The settings of one entry or section, in the order of first mention.
#[derive(Debug, Default)]
pub(super) struct Settings<'t> {
    /// Key and value.
    pub(super) values: Vec<(&'t str, Value<'t>)>,
    /// `config` blocks inside.
    pub(super) blocks: Vec<Node<'t>>,
    /// Where each key is, once there are many.
    index: HashMap<&'t str, usize>,
}

/// Up to so many keys are searched one by one.
const FEW: usize = 48;

impl<'t> Settings<'t> {
    /// Of one or more blocks that stand for the same thing.
    pub(super) fn of(nodes: impl IntoIterator<Item = Node<'t>>) -> Self {
        let mut settings = Self::default();
        for node in nodes {
            for child in node.children() {
                settings.statement(child);
            }
        }
        settings
    }

    fn position(&mut self, key: &str) -> Option<usize> {
        if self.values.len() <= FEW {
            return self.values.iter().position(|(known, _)| *known == key);
        }
        if self.index.len() != self.values.len() {
            self.index = self.values.iter().enumerate().map(|(at, (key, _))| (*key, at)).collect();
        }
        self.index.get(key).copied()
    }

    /// Removes a setting. Among many the last one takes its place: each removal costs the same.
    fn take_out(&mut self, at: usize) -> (&'t str, Value<'t>) {
        if self.index.is_empty() {
            return self.values.remove(at);
        }
        let gone = self.values.swap_remove(at);
        self.index.remove(gone.0);
        if let Some((moved, _)) = self.values.get(at) {
            self.index.insert(moved, at);
        }
        gone
    }

    fn statement(&mut self, node: Node<'t>) {
        let mut words = node.words();
        let verb = words.next().unwrap_or("");
        if verb == "config" {
            self.blocks.push(node);
            return;
        }
        if !matches!(verb, "set" | "unset" | "append" | "select" | "unselect") {
            return;
        }
        let key = words.next().unwrap_or("");
        let known = self.position(key);
        match (verb, known) {
            ("unset", known) => {
                node.claim(Fate::inert(Reason::DefaultValue));
                if let Some(known) = known {
                    let (_, value) = self.take_out(known);
                    value.claim(Fate::inert(Reason::Overridden));
                }
            }
            ("append", Some(known)) => self.change(known, node, true),
            ("unselect", Some(known)) => self.change(known, node, false),
            ("unselect", None) => node.claim(Fate::inert(Reason::Overridden)),
            (_, Some(known)) => {
                if let Some((_, value)) = self.values.get_mut(known) {
                    value.claim(Fate::inert(Reason::Overridden));
                    *value = Value::new(node);
                }
            }
            (_, None) => {
                if !self.index.is_empty() {
                    self.index.insert(key, self.values.len());
                }
                self.values.push((key, Value::new(node)));
            }
        }
    }

    fn change(&mut self, at: usize, node: Node<'t>, add: bool) {
        if let Some((_, value)) = self.values.get_mut(at) {
            value.change(node, add);
        }
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&Value<'t>> {
        self.values.iter().find(|(known, _)| *known == key).map(|(_, value)| value)
    }

    /// The first word of the value of a key; empty when it is not set.
    pub(super) fn word(&self, key: &str) -> &'t str {
        self.get(key).map_or("", Value::one)
    }

    /// Whether a key is set to `enable`.
    pub(super) fn enabled(&self, key: &str) -> bool {
        self.word(key) == "enable"
    }
}

/// An entry of a table.
#[derive(Clone, Debug)]
pub(super) struct Entry<'t> {
    /// Its name or number.
    pub(super) name: Cow<'t, str>,
    /// Where it is defined first.
    pub(super) node: Node<'t>,
    more: Vec<Node<'t>>,
}

impl<'t> Entry<'t> {
    /// Its settings, from all places that edit it.
    pub(super) fn settings(&self) -> Settings<'t> {
        Settings::of(std::iter::once(self.node).chain(self.more.iter().copied()))
    }

    /// Takes what nobody took of it.
    pub(super) fn claim_rest(&self, fate: Fate) {
        std::iter::once(&self.node).chain(&self.more).for_each(|node| node.claim_rest(fate));
    }

    /// Takes its nodes that have nothing below them.
    fn claim_empty(&self, fate: Fate) {
        let nodes = std::iter::once(&self.node).chain(&self.more);
        nodes.filter(|node| node.is_statement()).for_each(|node| node.claim(fate));
    }
}

/// The entries of a table in their order, after all commands.
pub(super) fn entries<'t>(blocks: &[Node<'t>]) -> Vec<Entry<'t>> {
    let mut table = Table::default();
    for block in blocks {
        if block.is_statement() {
            block.claim(Fate::CONVERTED);
        }
        for node in block.children() {
            table.command(node);
        }
    }
    table.in_order()
}

#[derive(Default)]
struct Table<'t> {
    entries: Vec<Entry<'t>>,
    /// Neighbours in the order: previous and next.
    links: Vec<(usize, usize)>,
    first: Option<usize>,
    last: Option<usize>,
    names: HashMap<Cow<'t, str>, usize>,
    highest: u64,
}

const NOBODY: usize = usize::MAX;

impl<'t> Table<'t> {
    fn command(&mut self, node: Node<'t>) {
        let mut words = node.words();
        let verb = words.next().unwrap_or("");
        let name = words.next().unwrap_or("");
        let done = match verb {
            "edit" => {
                self.edit(node, name);
                return;
            }
            "delete" => self.delete(name),
            "purge" => {
                let all: Vec<Cow<'t, str>> = self.names.keys().cloned().collect();
                all.iter().for_each(|name| {
                    self.delete(name);
                });
                true
            }
            "rename" => self.rename(name, node.word(3)),
            "clone" => self.copy(name, node.word(3)),
            "move" => self.shift(name, node.word(2), node.word(3)),
            _ => return,
        };
        // A command that names nothing does nothing on the device either.
        node.claim(if done { Fate::CONVERTED } else { Fate::unsupported(Reason::Undefined) });
    }

    fn edit(&mut self, node: Node<'t>, name: &'t str) {
        let mut name = Cow::Borrowed(name);
        if name == "0" {
            // "The next free number": one more than the highest.
            name = Cow::Owned(self.highest.saturating_add(1).to_string());
        } else if let Some(entry) = self.names.get(&name).and_then(|at| self.entries.get_mut(*at)) {
            entry.more.push(node);
            return;
        }
        self.add(Entry { name, node, more: Vec::new() });
    }

    fn add(&mut self, entry: Entry<'t>) {
        let at = self.entries.len();
        if let Ok(number) = entry.name.parse::<u64>() {
            self.highest = self.highest.max(number);
        }
        self.names.insert(entry.name.clone(), at);
        self.entries.push(entry);
        self.links.push((NOBODY, NOBODY));
        self.link(at, self.last);
    }

    /// Puts an entry behind another one, or first.
    fn link(&mut self, at: usize, behind: Option<usize>) {
        let next = match behind {
            Some(behind) => self.links.get(behind).map_or(NOBODY, |link| link.1),
            None => self.first.unwrap_or(NOBODY),
        };
        if let Some(link) = self.links.get_mut(at) {
            *link = (behind.unwrap_or(NOBODY), next);
        }
        match behind.and_then(|behind| self.links.get_mut(behind)) {
            Some(link) => link.1 = at,
            None => self.first = Some(at),
        }
        match self.links.get_mut(next) {
            Some(link) => link.0 = at,
            None => self.last = Some(at),
        }
    }

    fn unlink(&mut self, at: usize) {
        let Some((before, after)) = self.links.get(at).copied() else { return };
        let some = |index: usize| (index != NOBODY).then_some(index);
        match self.links.get_mut(before) {
            Some(link) => link.1 = after,
            None => self.first = some(after),
        }
        match self.links.get_mut(after) {
            Some(link) => link.0 = before,
            None => self.last = some(before),
        }
    }

    fn delete(&mut self, name: &str) -> bool {
        let Some(at) = self.names.remove(name) else { return false };
        self.unlink(at);
        if let Some(entry) = self.entries.get(at) {
            let gone = Fate::inert(Reason::Overridden);
            std::iter::once(&entry.node).chain(&entry.more).for_each(|node| node.claim_all(gone));
        }
        true
    }

    fn rename(&mut self, from: &str, to: &'t str) -> bool {
        if self.names.contains_key(to) {
            return false;
        }
        let Some(at) = self.names.remove(from) else { return false };
        if let Some(entry) = self.entries.get_mut(at) {
            entry.name = Cow::Borrowed(to);
        }
        self.names.insert(Cow::Borrowed(to), at);
        true
    }

    fn copy(&mut self, from: &str, to: &'t str) -> bool {
        let source = self.names.get(from).and_then(|at| self.entries.get(*at)).cloned();
        match source {
            Some(entry) if !self.names.contains_key(to) => {
                self.add(Entry { name: Cow::Borrowed(to), ..entry });
                true
            }
            _ => false,
        }
    }

    fn shift(&mut self, name: &str, side: &str, other: &str) -> bool {
        let (Some(at), Some(other)) = (self.names.get(name), self.names.get(other)) else {
            return false;
        };
        let (at, other) = (*at, *other);
        if at == other || !matches!(side, "before" | "after") {
            return false;
        }
        self.unlink(at);
        let before = self.links.get(other).map_or(NOBODY, |link| link.0);
        let behind = if side == "after" { other } else { before };
        self.link(at, (behind != NOBODY).then_some(behind));
        true
    }

    fn in_order(mut self) -> Vec<Entry<'t>> {
        let mut order = Vec::with_capacity(self.names.len());
        let mut next = self.first;
        while let Some(at) = next {
            order.push(at);
            next = self.links.get(at).map(|link| link.1).filter(|next| *next != NOBODY);
        }
        let mut taken: Vec<Option<Entry<'t>>> = self.entries.drain(..).map(Some).collect();
        let mut sorted = Vec::with_capacity(order.len());
        for at in order {
            sorted.extend(taken.get_mut(at).and_then(Option::take));
        }
        for entry in &sorted {
            entry.claim_empty(Fate::CONVERTED);
        }
        sorted
    }
}
