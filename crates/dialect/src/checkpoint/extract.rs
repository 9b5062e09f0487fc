//! Statement trees to [`Config`]: finds the answers of the management API in whatever way people store them, and takes every
//! statement.
//!
//! What an object is, is told by its members (`rulebase`, `objects`, `type` …), not by the file's name; names of folders, files and
//! keys only tell to which package or layer something belongs when it does not say so itself.

mod gateways;
mod implied;
mod kinds;
mod objects;
mod rules;
mod services;

pub(super) use services::port_list;

use std::collections::BTreeMap;

use policy::Span;

use self::kinds::{ENVELOPE_KEYS, GENERIC};
use super::config::{Config, Gateway, Kind, Object, Package, Page, Ref};
use super::pages;
use super::value::{get, holds_elements, is_container, number, references, scalar, truth};
use crate::codes;
use crate::fate::{Fate, Reason};
use crate::limits::Limits;
use crate::reading::Problem;
use crate::tree::{Node, Tree};

/// Takes the statements of JSON trees.
pub(super) struct Extractor<'t, 'l> {
    /// What was found so far.
    pub(super) config: Config<'t>,
    /// What there is to say.
    pub(super) problems: Vec<Problem>,
    limits: &'l Limits,
    /// Pages of object lists: by folder and type.
    lists: BTreeMap<(String, String), (Span, Vec<Page>)>,
}

/// What a place in a file says about what is below it.
#[derive(Clone, Debug, Default)]
pub(super) struct Hint<'t> {
    package: &'t str,
    layer: &'t str,
    folder: String,
    /// The file's name without folder and extension.
    stem: String,
}

/// The members of a JSON object that say what it is.
#[derive(Default)]
struct Members<'t> {
    all: Vec<Node<'t>>,
}

impl<'t> Members<'t> {
    fn find(&self, key: &str) -> Option<Node<'t>> {
        self.all.iter().copied().find(|member| member.word(0) == key)
    }

    fn text(&self, key: &str) -> &'t str {
        self.find(key).map_or("", scalar)
    }
}

pub(super) const COSMETIC: Fate = Fate::inert(Reason::Cosmetic);
pub(super) const ENVELOPE: Fate = Fate::inert(Reason::Envelope);

impl<'t, 'l> Extractor<'t, 'l> {
    /// With nothing found yet.
    pub(super) fn new(limits: &'l Limits) -> Self {
        Self { config: Config::default(), problems: Vec::new(), limits, lists: BTreeMap::new() }
    }

    /// Adds a problem, within the limit.
    pub(super) fn say(&mut self, problem: Problem) {
        if self.problems.len() < self.limits.problems {
            self.problems.push(problem);
        }
    }

    pub(super) fn invalid(&mut self, node: Node<'t>) {
        node.claim(Fate::unsupported(Reason::InvalidValue));
        let args = vec![
            ("statement", node.word(0).to_owned()),
            ("value", node.word(1).chars().take(80).collect()),
        ];
        self.say(Problem::error(codes::INVALID_VALUE, node.span(), args));
    }

    /// Takes one file.
    pub(super) fn document(&mut self, tree: &'t Tree) {
        let path = tree.path().replace('\\', "/");
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", &path));
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let hint = Hint { folder: folder.to_owned(), stem: stem.to_owned(), ..Hint::default() };
        let roots: Vec<Node<'t>> = tree.roots().collect();
        if roots.iter().any(|root| root.words().len() == 0) {
            self.array(&roots, &hint, 0);
        } else {
            self.object(Members { all: roots }, None, &hint, 0);
        }
    }

    /// Elements of an array: rules, or things that say themselves what they are.
    fn array(&mut self, elements: &[Node<'t>], hint: &Hint<'t>, depth: usize) {
        let mut kinds = elements.iter().map(|element| get(*element, "type"));
        let held = kinds.clone().any(|kind| kind == "place-holder");
        let kind = kinds.find(|kind| !matches!(*kind, "" | "place-holder"));
        match kind.or(held.then_some("access-rule")) {
            Some("access-rule" | "access-section") => {
                self.access_rules(elements, None, hint);
            }
            Some("nat-rule" | "nat-section") => self.nat_rules(elements, None, hint),
            _ => {
                for element in elements.iter().filter(|element| is_container(**element)) {
                    self.value(*element, hint, depth + 1);
                }
            }
        }
    }

    /// Whatever is below a node.
    fn value(&mut self, node: Node<'t>, hint: &Hint<'t>, depth: usize) {
        if depth > self.limits.depth {
            return;
        }
        let children: Vec<Node<'t>> = node.children().collect();
        if holds_elements(node) {
            self.array(&children, hint, depth);
        } else {
            self.object(Members { all: children }, Some(node), hint, depth);
        }
    }

    fn object(
        &mut self,
        members: Members<'t>,
        node: Option<Node<'t>>,
        hint: &Hint<'t>,
        depth: usize,
    ) {
        let kind = members.text("type");
        if let Some(rulebase) = members.find("rulebase") {
            self.rulebase_answer(&members, rulebase, hint);
        } else if let Some(rules) = members.find("implied-rules") {
            self.implied(&members.all, rules);
        } else if kind == "package" {
            self.package(&members.all, hint);
        } else if matches!(kind, "access-rule" | "nat-rule")
            && let Some(node) = node
        {
            match kind {
                "access-rule" => self.access_rules(&[node], None, hint),
                _ => self.nat_rules(&[node], None, hint),
            }
        } else if members.find("uid").is_some() && !kind.is_empty()
            || !kind.is_empty() && members.find("name").is_some()
        {
            self.take_object(&members.all, node.or_else(|| members.all.first().copied()));
        } else {
            self.envelope(&members, hint, depth);
        }
    }

    /// An answer with lists, or what people put around answers.
    fn envelope(&mut self, members: &Members<'t>, hint: &Hint<'t>, depth: usize) {
        let mut inner = hint.clone();
        if !members.text("package").is_empty() {
            inner.package = members.text("package");
        }
        if !members.text("layer").is_empty() {
            inner.layer = members.text("layer");
        }
        let page = page_of(&members.all);
        for member in members.all.iter().copied() {
            let key = member.word(0);
            if is_container(member) {
                if let "objects" | "packages" | "access-layers" | "gateways"
                | "objects-dictionary" = key
                {
                    self.list(member, page, hint);
                }
                let mut inner = inner.clone();
                if !GENERIC.contains(&key) {
                    inner.layer = key;
                    if inner.package.is_empty() {
                        inner.package = key;
                    }
                }
                self.value(member, &inner, depth + 1);
            } else if ENVELOPE_KEYS.contains(&key) {
                member.claim(ENVELOPE);
            }
        }
    }

    /// Remembers the page of a list.
    fn list(&mut self, list: Node<'t>, page: Page, hint: &Hint<'t>) {
        if page.total.is_none() {
            return;
        }
        let kind =
            list.children().map(|element| get(element, "type")).find(|kind| !kind.is_empty());
        let kind = kind.unwrap_or(list.word(0)).to_owned();
        let entry = self.lists.entry((hint.folder.clone(), kind));
        entry.or_insert_with(|| (list.span(), Vec::new())).1.push(page);
    }

    /// What is missing of the lists of objects.
    pub(super) fn check_lists(&mut self) {
        for ((_, kind), (span, found)) in std::mem::take(&mut self.lists) {
            for (first, last) in pages::uncovered(&found) {
                let args = vec![
                    ("what", kind.clone()),
                    ("first", first.to_string()),
                    ("last", last.to_string()),
                ];
                self.say(Problem::error(codes::MISSING_PAGE, span, args));
            }
        }
    }

    /// An answer with a rulebase: access, NAT, or another kind of rules.
    fn rulebase_answer(&mut self, members: &Members<'t>, rulebase: Node<'t>, hint: &Hint<'t>) {
        let rules: Vec<Node<'t>> = rulebase.children().collect();
        for member in members.all.iter().copied() {
            match member.word(0) {
                "objects-dictionary" => self.dictionary(member),
                "rulebase" => member.claim(Fate::CONVERTED),
                "from" | "to" | "total" | "name" => member.claim(Fate::CONVERTED),
                key if ENVELOPE_KEYS.contains(&key) => member.claim_all(ENVELOPE),
                _ => {
                    inert(member);
                }
            }
        }
        let kinds = |wanted: [&str; 3]| {
            rules.iter().map(|rule| get(*rule, "type")).any(|kind| wanted.contains(&kind))
        };
        let mut hint = hint.clone();
        if !members.text("package").is_empty() {
            hint.package = members.text("package");
        }
        if kinds(["threat-rule", "threat-section", "threat-exception"])
            || kinds(["https-rule", "https-section", "https-outbound-rule"])
        {
            let fate = Fate::unsupported(Reason::OtherRuleList);
            rules.iter().for_each(|rule| rule.claim_all(fate));
            return;
        }
        let untold = rules.iter().all(|rule| get(*rule, "type") == "place-holder");
        let nat = kinds::is_nat(&rules)
            || untold && (members.text("name").is_empty() && hint.stem.contains("nat"));
        match nat {
            true => self.nat_rules(&rules, Some((members, rulebase)), &hint),
            false => self.access_rules(&rules, Some((members, rulebase)), &hint),
        }
    }

    fn dictionary(&mut self, list: Node<'t>) {
        list.claim(Fate::CONVERTED);
        for element in list.children().filter(|element| is_container(*element)) {
            let members: Vec<Node<'t>> = element.children().collect();
            self.take_object(&members, Some(element));
        }
    }

    /// References of a cell; objects written out in place are registered. Takes every statement of it.
    pub(super) fn cell(&mut self, node: Node<'t>) -> Vec<Ref<'t>> {
        node.claim(Fate::CONVERTED);
        let found = references(node);
        for (_, at) in &found {
            if at.is_statement() {
                at.claim(Fate::CONVERTED);
            } else {
                let members: Vec<Node<'t>> = at.children().collect();
                self.take_object(&members, Some(*at));
            }
        }
        found.into_iter().map(|(text, node)| Ref { text, node }).collect()
    }

    fn package(&mut self, members: &[Node<'t>], hint: &Hint<'t>) {
        let mut package = Package {
            name: String::new(),
            uid: "",
            layers: Vec::new(),
            targets: None,
            nat: None,
            folders: vec![hint.folder.clone()],
        };
        for member in members.iter().copied() {
            match member.word(0) {
                "name" => {
                    package.name = scalar(member).to_owned();
                    member.claim(Fate::CONVERTED);
                }
                "uid" => {
                    package.uid = scalar(member);
                    member.claim(COSMETIC);
                }
                "type" => member.claim(Fate::CONVERTED),
                "access" => member.claim(Fate::CONVERTED),
                "access-layers" => package.layers = self.cell(member),
                "nat-policy" => {
                    package.nat = truth(member);
                    member.claim(Fate::CONVERTED);
                }
                "installation-targets" => {
                    let targets = self.cell(member);
                    let all =
                        targets.len() == 1 && targets.iter().all(|target| target.text == "all");
                    package.targets = (!all).then_some(targets);
                }
                "installation-targets-revision" => member.claim_all(COSMETIC),
                "threat-layers"
                | "https-inspection-layer"
                | "https-inspection-layers"
                | "https-inspection-policy"
                | "threat-prevention"
                | "desktop-security" => {
                    member.claim_all(Fate::approximated(Reason::Inspection));
                }
                "qos" | "qos-policy-type" => member.claim(Fate::inert(Reason::TrafficShaping)),
                "vpn-traditional-mode" => match truth(member) {
                    Some(false) => member.claim(Fate::inert(Reason::DefaultValue)),
                    _ => member.claim(Fate::unsupported(Reason::Mode)),
                },
                _ => {
                    inert(member);
                }
            }
        }
        let known = self.config.packages.iter_mut().find(|known| {
            known.name == package.name && (known.uid == package.uid || package.uid.is_empty())
        });
        match known {
            Some(known) => {
                known.folders.append(&mut package.folders);
                if known.layers.is_empty() {
                    known.layers = package.layers;
                }
                known.nat = known.nat.or(package.nat);
                known.targets = known.targets.take().or(package.targets);
            }
            None => self.config.packages.push(package),
        }
    }

    /// Adds an object, or completes one that is known: the fullest description is kept.
    pub(super) fn register(&mut self, object: Object<'t>) {
        if object.uid.is_empty() && object.name.is_empty() {
            return;
        }
        let known = match object.uid {
            "" => {
                let same = self.config.by_name.get(object.name).into_iter().flatten().copied();
                let kind = std::mem::discriminant(&object.kind);
                let mut same = same.filter(|id| {
                    self.config.object(*id).is_some_and(|known| {
                        std::mem::discriminant(&known.kind) == kind
                            || matches!(object.kind, Kind::Other | Kind::Global)
                    })
                });
                same.next()
            }
            uid => self.config.by_uid.get(uid).copied(),
        };
        let known = known.and_then(|id| self.config.objects.get_mut(usize::try_from(id).ok()?));
        if let Some(known) = known {
            let nat = object.nat.clone().or_else(|| known.nat.clone());
            let mut object = object;
            if object.richness <= known.richness {
                std::mem::swap(known, &mut object);
            }
            // `object` is now the fuller one; what only the other says is taken over.
            if let (Kind::Gateway(full), Kind::Gateway(thin)) = (&mut object.kind, &mut known.kind)
            {
                complete(full, thin);
            }
            *known = Object { nat, ..object };
            return;
        }
        let id = u32::try_from(self.config.objects.len()).unwrap_or(u32::MAX);
        if !object.uid.is_empty() {
            self.config.by_uid.insert(object.uid, id);
        }
        if !object.name.is_empty() {
            self.config.by_name.entry(object.name).or_default().push(id);
        }
        self.config.objects.push(object);
    }
}

/// Adds to a gateway what another answer says of it: the installed policy, members, zones of interfaces.
fn complete<'t>(full: &mut Gateway<'t>, thin: &mut Gateway<'t>) {
    let later = |one: &'t str, other: &'t str| if one.is_empty() { other } else { one };
    full.policy = later(full.policy, thin.policy);
    full.version = later(full.version, thin.version);
    full.hardware = later(full.hardware, thin.hardware);
    full.members.append(&mut thin.members);
    full.addresses.append(&mut thin.addresses);
    full.addresses.sort_unstable();
    full.addresses.dedup();
    match &mut full.interfaces {
        None => full.interfaces = thin.interfaces.take(),
        Some(interfaces) => {
            for interface in interfaces {
                let mut others = thin.interfaces.iter().flatten();
                let same =
                    others.find(|other| !other.name.is_empty() && other.name == interface.name);
                if let Some(other) = same {
                    interface.zone = later(interface.zone, other.zone);
                    interface.zoned |= other.zoned;
                }
            }
        }
    }
}

/// The paging numbers of an answer; takes them.
fn page_of(members: &[Node<'_>]) -> Page {
    let mut page = Page::default();
    for member in members {
        let into = match member.word(0) {
            "from" => &mut page.from,
            "to" => &mut page.to,
            "total" => &mut page.total,
            _ => continue,
        };
        if member.is_statement() && member.words().len() == 2 {
            *into = number(*member);
            member.claim(Fate::CONVERTED);
        }
    }
    page
}

/// Takes a member that says nothing about packets, whatever it belongs to. False when it is not one.
pub(super) fn inert(member: Node<'_>) -> bool {
    let fate = match member.word(0) {
        "meta-info" | "icon" | "color" | "colour" | "comments" | "tags" | "domain"
        | "custom-fields" | "customFields" | "display-name" | "folder" | "primaryManagement"
        | "hits" | "description" | "info-text" | "info-url" | "uri" | "layer" | "package"
        | "_original_type" | "creator" | "domains_to_process" | "validation-state" => COSMETIC,
        "read-only" | "available-actions" | "groups" | "owned-object" | "uid" | "owner"
        | "object-locked" | "lock" | "deletable" | "renameable" | "newObject" => COSMETIC,
        _ => return false,
    };
    member.claim_all(fate);
    true
}

/// Whether the text ends before this node does.
pub(super) fn is_cut(node: Node<'_>) -> bool {
    usize::try_from(node.span().end).unwrap_or(usize::MAX) >= node.tree().text().trim_end().len()
}
