//! Statement trees → [`Config`]: finds the objects wherever they stand, and takes every statement.
//!
//! An export may be the hierarchical tree (`children` with `Child…` wrappers), the same as a plain nested object, answers with lists
//! (`results`), several of them in one file or in a folder, or an object that names each answer by its path. Objects are joined by
//! `path`, `parent_path` and `id`; what has no path gets the one that its place says.

mod groups;
mod inventory;
mod network;
mod paths;
mod rules;
mod services;

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;

use policy::Span;

use self::paths::{child_of, infra_path, meta, shape};
use super::config::{Config, Meta, Value};
use super::fields::{common, rest};
use super::kinds::{Kind, by_collection, by_type};
use super::say::Say;
use crate::codes;
use crate::fate::{Disposition, Fate, Reason};
use crate::tree::{Node, Tree};

/// Reads all trees.
pub(super) fn extract<'t>(trees: &'t [Tree], say: &mut Say) -> Config<'t> {
    let mut extractor =
        Extractor { config: Config::default(), say, seen: HashMap::new(), open: Vec::new() };
    for tree in trees {
        extractor.file(tree);
        while let Some(item) = extractor.open.pop() {
            extractor.object(item);
        }
    }
    let mut config = extractor.config;
    inventory::join(&mut config);
    rules::without_policy(&mut config, extractor.say);
    config
}

/// An object to be looked at.
struct Item<'t> {
    members: Vec<Node<'t>>,
    span: Span,
    /// The path of what it stands in.
    parent: Cow<'t, str>,
    /// Its own path, when its place says it.
    path: Option<Cow<'t, str>>,
    hint: Option<Kind>,
}

struct Extractor<'t, 's> {
    config: Config<'t>,
    say: &'s mut Say,
    /// The first object of each path.
    seen: HashMap<Cow<'t, str>, Span>,
    open: Vec<Item<'t>>,
}

/// What an object says about itself.
#[derive(Default)]
struct Head<'t> {
    kind: &'t str,
    id: &'t str,
    name: &'t str,
    description: &'t str,
    path: &'t str,
    parent_path: &'t str,
    deleted: bool,
    results: Option<Node<'t>>,
    /// A member whose key is a path: the object names answers by path.
    by_path: bool,
}

impl<'t> Head<'t> {
    fn of(members: &[Node<'t>]) -> Self {
        let mut head = Self::default();
        for member in members {
            let value = member.word(1);
            match member.word(0) {
                "resource_type" => head.kind = value,
                "id" => head.id = value,
                "display_name" => head.name = value,
                "description" => head.description = value,
                "path" => head.path = value,
                "parent_path" => head.parent_path = value,
                "marked_for_delete" => head.deleted = value == "true",
                "results" => head.results = Some(*member),
                key if key.starts_with('/') && !member.is_statement() => head.by_path = true,
                _ => {}
            }
        }
        head
    }
}

impl<'t> Extractor<'t, '_> {
    fn file(&mut self, tree: &'t Tree) {
        let roots: Vec<Node<'t>> = tree.roots().collect();
        let end = u32::try_from(tree.text().len()).unwrap_or(u32::MAX);
        let span = Span { file: tree.file(), start: 0, end };
        let hint = infra_path(tree.path());
        if roots.iter().any(|root| root.words().len() > 0) {
            self.open.push(Item {
                members: roots,
                span,
                parent: "/infra".into(),
                path: hint.map(Cow::Owned),
                hint: None,
            });
        } else {
            for root in roots.into_iter().rev() {
                self.value(root, "/infra".into(), None);
            }
        }
    }

    /// A node whose value is an object, or an array of objects.
    fn value(&mut self, node: Node<'t>, parent: Cow<'t, str>, hint: Option<Kind>) {
        let mut children: Vec<Node<'t>> = node.children().collect();
        if children.is_empty() {
            // An empty list or object holds nothing.
            if node.words().len() <= 1 {
                node.claim(Fate::CONVERTED);
            }
            return;
        }
        if children.first().is_some_and(|child| child.words().len() > 0) {
            let span = node.span();
            self.open.push(Item { members: children, span, parent, path: None, hint });
            return;
        }
        children.reverse();
        for child in children {
            let members: Vec<Node<'t>> = child.children().collect();
            if members.is_empty() {
                child.claim(Fate::CONVERTED);
                continue;
            }
            let span = child.span();
            let parent = parent.clone();
            self.open.push(Item { members, span, parent, path: None, hint });
        }
    }

    fn object(&mut self, item: Item<'t>) {
        let head = Head::of(&item.members);
        if head.deleted {
            let fate = Fate::inert(Reason::Disabled);
            item.members.iter().for_each(|member| {
                common(*member);
            });
            rest(&item.members, fate);
        } else if let Some(results) = head.results {
            self.answer(&item, results);
        } else if head.by_path {
            self.by_path(&item);
        } else if let Some(named) = child_of(head.kind)
            && let Some(inner) = item.members.iter().find(|member| member.word(0) == named).copied()
        {
            for member in item.members.iter().filter(|member| member.index() != inner.index()) {
                common(*member);
            }
            let hint = Some(by_type(named)).filter(|kind| *kind != Kind::Unknown);
            self.value(inner, item.parent, hint);
        } else {
            self.known(item, &head);
        }
    }

    /// An answer with a list. What is missing from it is missing from the policy.
    fn answer(&mut self, item: &Item<'t>, results: Node<'t>) {
        let count = results.children().count();
        for member in &item.members {
            let value = member.word(1);
            match member.word(0) {
                "results" => {}
                "result_count" => {
                    member.claim(Fate::CONVERTED);
                    let more = value.parse::<usize>().is_ok_and(|all| all > count);
                    if more {
                        self.missing_page(member.span(), format!("{count} of {value} results"));
                    }
                }
                "cursor" => {
                    member.claim(Fate::CONVERTED);
                    let is_last = matches!(value, "" | "null");
                    if !is_last {
                        self.missing_page(member.span(), format!("after {count} results"));
                    }
                }
                _ => {
                    common(*member);
                }
            }
        }
        let path = item.path.as_deref().unwrap_or("");
        if self.members_answer(path, results) {
            return;
        }
        let last = path.rsplit('/').next().unwrap_or("");
        let hint = by_collection(last).or(item.hint);
        let parent = path.rsplit_once('/').map(|(parent, _)| parent.to_owned());
        let parent = parent.filter(|parent| parent.contains("infra"));
        self.value(results, parent.map_or(item.parent.clone(), Cow::Owned), hint);
    }

    fn missing_page(&mut self, span: Span, what: String) {
        self.say.error(codes::MISSING_PAGE, span, "what", &what);
    }

    /// An object whose keys are the paths of what it holds.
    fn by_path(&mut self, item: &Item<'t>) {
        for member in item.members.iter().rev() {
            let key = member.word(0);
            if member.is_statement() {
                common(*member);
                continue;
            }
            let members: Vec<Node<'t>> = member.children().collect();
            let path = infra_path(key).map(Cow::Owned);
            let span = member.span();
            let last = key.rsplit('/').next().unwrap_or("");
            if members.first().is_some_and(|first| first.words().len() == 0) {
                if !self.members_answer(key, *member) {
                    self.value(*member, item.parent.clone(), by_collection(last));
                }
                continue;
            }
            let parent = item.parent.clone();
            self.open.push(Item { members, span, parent, path, hint: None });
        }
    }

    /// An object of the model.
    fn known(&mut self, item: Item<'t>, head: &Head<'t>) {
        let kind = self.kind(&item, head);
        let meta = meta(&item, head, kind);
        let is_object = !matches!(kind, Kind::Holder(_) | Kind::Unknown | Kind::Whole(_));
        let named = !head.path.is_empty() || !head.id.is_empty();
        if is_object && named && !matches!(kind, Kind::Machine | Kind::Vif) {
            match self.seen.entry(meta.path.clone()) {
                Slot::Vacant(slot) => {
                    slot.insert(meta.span);
                }
                Slot::Occupied(_) => return self.again(&item, &meta, kind),
            }
        }
        let parent =
            if head.parent_path.is_empty() { item.parent } else { head.parent_path.into() };
        let members = item.members.as_slice();
        match kind {
            Kind::Holder(_) => self.holder(members, &meta),
            Kind::SecurityPolicy => self.section(members, meta, false),
            Kind::GatewayPolicy => self.section(members, meta, true),
            Kind::Rule => self.rule(members, meta, parent),
            Kind::Group => self.group(members, meta),
            Kind::Service => self.service(members, meta),
            Kind::ServiceEntry => self.loose_entry(members, parent),
            Kind::Profile => self.profile(members, meta),
            Kind::Schedule => self.schedule(members, meta),
            Kind::Tier0 | Kind::Tier1 => self.gateway(members, meta),
            Kind::LocaleServices => self.locale_services(members, &meta),
            Kind::Interface => self.interface(members, meta),
            Kind::NatRule => self.nat_rule(members, meta),
            Kind::Segment => self.segment(members, meta),
            Kind::Port => self.port(members, meta),
            Kind::StaticRoute => self.static_route(members, meta),
            Kind::Label => self.label(members, &meta),
            Kind::ExcludeList => self.exclude_list(members),
            Kind::FirewallSettings => self.firewall_settings(members),
            Kind::Machine => self.machine(members, &meta),
            Kind::Vif => self.vif(members),
            Kind::Whole(fate) => {
                self.descend_children(members, &meta.path);
                let others = others(members);
                others.iter().for_each(|member| {
                    common(*member);
                });
                rest(&others, fate);
                if fate.disposition == Disposition::Unsupported {
                    self.say.warning(codes::UNSUPPORTED, meta.span, "name", meta.name);
                }
            }
            Kind::Unknown => self.unknown(members, &meta),
        }
    }

    fn kind(&self, item: &Item<'t>, head: &Head<'t>) -> Kind {
        let typed = by_type(head.kind);
        if typed != Kind::Unknown {
            return typed;
        }
        let by_path = || {
            let path = if head.path.is_empty() { item.path.as_deref()? } else { head.path };
            let before = path.rsplit('/').nth(1)?;
            by_collection(before)
                .or_else(|| path.ends_with("/infra").then_some(Kind::Holder("")))
                .or_else(|| path.ends_with("exclude-list").then_some(Kind::ExcludeList))
        };
        let unnamed = head.kind.is_empty();
        let hinted = item.hint.filter(|_| unnamed).or_else(by_path);
        hinted.unwrap_or_else(|| if unnamed { shape(&item.members) } else { Kind::Unknown })
    }

    /// The same path again: the first stands. What it holds is looked at all the same: answers of several depths are common.
    fn again(&mut self, item: &Item<'t>, meta: &Meta<'t>, kind: Kind) {
        let held = |key: &str| {
            matches!(key, "children" | "rules" | "interfaces" | "nat_rules" | "locale_services")
        };
        for member in &item.members {
            let nested = !member.is_statement();
            if nested && held(member.word(0)) {
                let hint = by_collection(member.word(0));
                self.value(*member, meta.path.clone(), hint);
            } else if !common(*member) {
                rest(&[*member], Fate::inert(Reason::Overridden));
            }
        }
        if matches!(kind, Kind::Rule | Kind::Group | Kind::Service | Kind::NatRule) {
            self.say.note(codes::DUPLICATE, meta.span, "name", &meta.path);
        }
    }

    /// An object that holds others and means nothing itself.
    fn holder(&mut self, members: &[Node<'t>], meta: &Meta<'t>) {
        for member in members.iter().rev() {
            let key = member.word(0);
            if member.is_statement() && key == "connectivity_strategy" {
                // Deprecated: the manager shows what it came to as the default rule.
                member.claim(Fate::approximated(Reason::DefaultValue));
            } else if !self.descend(*member, &meta.path) && !common(*member) {
                self.settings(*member, key);
                self.enter(*member, &meta.path);
            }
        }
    }

    /// Fields of holders that are settings of the manager.
    fn settings(&mut self, member: Node<'t>, key: &str) {
        match key {
            "version" | "node_version" | "product_version" => {
                self.config.manager_version = member.word(1);
                member.claim(Fate::inert(Reason::Envelope));
            }
            "hostname" | "node_name" => {
                self.config.manager_name = member.word(1);
                member.claim(Fate::inert(Reason::Envelope));
            }
            "nat_type"
            | "domain_state"
            | "site_type"
            | "enforcement_point_type"
            | "type"
            | "href"
            | "connection_info"
            | "edge_cluster_paths"
            | "preferred_edge_paths" => {
                rest(&[member], Fate::inert(Reason::Management));
            }
            _ => {}
        }
    }

    /// Enters a member that holds objects. Whether it was one.
    fn descend(&mut self, member: Node<'t>, path: &str) -> bool {
        let hint = by_collection(member.word(0));
        let holds = hint.is_some() || member.word(0) == "children";
        let scalars = member
            .children()
            .next()
            .is_some_and(|child| child.is_statement() && child.words().len() == 1);
        if !holds || scalars || member.words().len() > 1 {
            return false;
        }
        self.value(member, Cow::Owned(path.to_owned()), hint);
        true
    }

    fn descend_children(&mut self, members: &[Node<'t>], path: &str) {
        for member in members.iter().filter(|member| member.word(0) == "children") {
            self.descend(*member, path);
        }
    }

    /// An object of a type that nobody knows: what is loud stays loud, but objects in it are found.
    fn unknown(&mut self, members: &[Node<'t>], meta: &Meta<'t>) {
        for member in members.iter().rev() {
            if !self.descend(*member, &meta.path) && !common(*member) {
                self.enter(*member, &meta.path);
            }
        }
    }

    /// Looks for objects in a member that nobody knows.
    fn enter(&mut self, member: Node<'t>, path: &str) {
        let is_taken = member.fate().disposition != Disposition::Unrecognized;
        if is_taken || member.is_statement() || member.children().next().is_none() {
            return;
        }
        if member.children().all(|child| !child.is_statement() || child.words().len() > 1) {
            self.value(member, Cow::Owned(path.to_owned()), None);
        }
    }
}

/// The members without the ones that hold objects.
fn others<'t>(members: &[Node<'t>]) -> Vec<Node<'t>> {
    members.iter().copied().filter(|member| member.word(0) != "children").collect()
}

/// The values of a list of scalars, each taken.
fn list<'t>(member: Node<'t>) -> Vec<Value<'t>> {
    if member.is_statement() {
        // A list of one may be written without its brackets.
        member.claim(Fate::CONVERTED);
        return match member.words().len() {
            2 if !matches!(member.word(1), "null" | "") => vec![Value::member(member)],
            _ => Vec::new(),
        };
    }
    member
        .children()
        .map(|element| {
            element.claim_all(Fate::CONVERTED);
            Value::element(element)
        })
        .collect()
}
