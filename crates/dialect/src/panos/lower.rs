//! [`Config`] → [`policy::Policy`]: the vendor's words end here.
//!
//! One policy for each virtual system of a firewall, each shared gateway, and each device group of a management server (one for each
//! kind of device in it, where rules are meant for some devices only).

mod addresses;
mod applications;
mod nat;
mod panorama;
mod places;
mod rules;
mod services;

use std::collections::{HashMap, HashSet};

use model::diagnostic::Code;
use policy::{AddressId, Builder, Origin, Policy, PredicateId, PredicateKind, ServiceId, Span};

use super::config::{Config, Network, Rulebase, Scope, System, Word, Zone};
use crate::codes;
use crate::facts::PlatformFacts;
use crate::fate::{Fate, Reason};
use crate::limits::Limits;
use crate::reading::Problem;

/// Problems, each said once, though a shared object may be part of many contexts.
pub(super) struct Problems<'p> {
    list: &'p mut Vec<Problem>,
    said: HashSet<(&'static str, Option<Span>)>,
    noted: HashSet<String>,
    limit: usize,
}

impl<'p> Problems<'p> {
    pub(super) fn new(list: &'p mut Vec<Problem>, limits: &Limits) -> Self {
        Self { list, said: HashSet::new(), noted: HashSet::new(), limit: limits.problems }
    }

    fn push(&mut self, problem: Problem) {
        if self.list.len() < self.limit && self.said.insert((problem.code.0, problem.span)) {
            self.list.push(problem);
        }
    }

    /// A note that is said at its first place only.
    fn note_once(&mut self, code: Code, span: Span, what: String) {
        if self.noted.insert(what.clone()) {
            self.push(Problem::note(code, span, vec![("what", what)]));
        }
    }
}

/// How many rules all contexts may have together: device groups inherit, so few rules of a file may be very many. About 750 MB.
const MOST_RULES: usize = 1_000_000;

/// All contexts. One that has no room is left out and said.
pub(super) fn lower<'t>(
    config: &Config<'t>,
    facts: &PlatformFacts,
    cut: bool,
    problems: &mut Problems<'_>,
) -> Vec<Policy> {
    let mut contexts = Vec::new();
    let mut room = MOST_RULES;
    let mut sources = firewalls(config);
    let only_shared = sources.is_empty() && config.groups.is_empty() && has_rules(&config.shared);
    sources.extend(only_shared.then(|| Source::plain("shared", vec![&config.shared])));
    for source in sources.into_iter().chain(panorama::sources(config)) {
        let rules = source.rules();
        if rules > room {
            source.left_out(problems);
            continue;
        }
        let policy = Context::new(source, facts, cut, room, problems).policy();
        let made: usize = policy.rulebases.iter().map(|rulebase| rulebase.rules.len()).sum();
        room = room.saturating_sub(made.max(rules));
        contexts.push(policy);
    }
    if let Some(server) = config.managed_by
        && config.pushed.is_empty()
        && !config.is_panorama
    {
        let args = vec![("what", "rules of the management server".to_owned())];
        problems.push(Problem::warning(codes::ASSUMED, server.node.span(), args));
    }
    contexts
}

/// The contexts of a firewall.
fn firewalls<'c, 't>(config: &'c Config<'t>) -> Vec<Source<'c, 't>> {
    let mut sources = Vec::new();
    let pushed: HashMap<&str, &'c Scope<'t>> =
        config.pushed.iter().map(|(name, scope)| (*name, scope)).collect();
    let neighbours: std::rc::Rc<[&'c System<'t>]> = config.device.systems.iter().collect();
    for system in &config.device.systems {
        let pushed = pushed.get(system.name).copied();
        let scopes: Vec<&'c Scope<'t>> =
            std::iter::once(&system.scope).chain(pushed).chain([&config.shared]).collect();
        sources.push(Source {
            name: context_name(system),
            word: system.word,
            scopes: scopes.clone(),
            flat: false,
            levels: levels_of(system, pushed, &config.shared),
            defaults: scopes,
            zones: system.zones.iter().collect(),
            networks: vec![&config.device.network],
            neighbours: std::rc::Rc::clone(&neighbours),
            variables: HashMap::new(),
            unit: Unit::Firewall,
            gateway: system.gateway,
            missing: None,
        });
    }
    let own: HashSet<&str> = config.device.systems.iter().map(|system| system.name).collect();
    for (name, scope) in config.pushed.iter().filter(|(name, _)| !own.contains(name)) {
        sources.push(Source::plain(name, vec![scope, &config.shared]));
    }
    sources
}

fn has_rules(scope: &Scope<'_>) -> bool {
    [&scope.pre, &scope.local, &scope.post].into_iter().any(|rulebase| {
        !rulebase.security.is_empty()
            || !rulebase.nat.is_empty()
            || rulebase.intrazone.is_some()
            || rulebase.interzone.is_some()
    })
}

fn context_name(system: &System<'_>) -> String {
    match system.display {
        Some(display) if display != system.name => format!("{} ({display})", system.name),
        _ => system.name.to_owned(),
    }
}

fn levels_of<'c, 't>(
    system: &'c System<'t>,
    pushed: Option<&'c Scope<'t>>,
    shared: &'c Scope<'t>,
) -> Vec<(String, &'c Rulebase<'t>)> {
    let mut levels = vec![("shared pre".to_owned(), &shared.pre)];
    levels.extend(pushed.map(|scope| ("pushed pre".to_owned(), &scope.pre)));
    levels.push(("pre".to_owned(), &system.scope.pre));
    levels.push((String::new(), &system.scope.local));
    levels.push(("post".to_owned(), &system.scope.post));
    levels.extend(pushed.map(|scope| ("pushed".to_owned(), &scope.local)));
    levels.extend(pushed.map(|scope| ("pushed post".to_owned(), &scope.post)));
    levels.push(("shared".to_owned(), &shared.local));
    levels.push(("shared post".to_owned(), &shared.post));
    levels
}

/// Which device a context is about.
#[derive(Clone, Debug)]
enum Unit<'t> {
    /// The firewall whose file it is: every rule in it is its own.
    Firewall,
    /// Any device of a group.
    Open,
    /// A device with this serial number and virtual system.
    Device(&'t str, Option<&'t str>),
}

/// What one context consists of.
struct Source<'c, 't> {
    name: String,
    /// Where it is defined, when it has a place.
    word: Option<Word<'t>>,
    /// Where names are looked up, in this order.
    scopes: Vec<&'c Scope<'t>>,
    /// Whether members of groups are looked up from the first scope on, wherever the group is.
    flat: bool,
    /// Rulebases in the order in which they are asked, with a heading.
    levels: Vec<(String, &'c Rulebase<'t>)>,
    /// Where the default rules are changed; the first one counts.
    defaults: Vec<&'c Scope<'t>>,
    zones: Vec<&'c Zone<'t>>,
    /// Networks of the device; the first that knows a name counts.
    networks: Vec<&'c Network<'t>>,
    /// Other virtual systems of the device.
    neighbours: std::rc::Rc<[&'c System<'t>]>,
    variables: HashMap<&'t str, Word<'t>>,
    unit: Unit<'t>,
    gateway: bool,
    /// A parent whose rules the file does not have.
    missing: Option<Word<'t>>,
}

impl<'c, 't> Source<'c, 't> {
    fn plain(name: &str, scopes: Vec<&'c Scope<'t>>) -> Self {
        let mut levels: Vec<(String, &'c Rulebase<'t>)> =
            scopes.iter().rev().map(|scope| ("pre".to_owned(), &scope.pre)).collect();
        levels.extend(scopes.iter().map(|scope| (String::new(), &scope.local)));
        levels.extend(scopes.iter().map(|scope| ("post".to_owned(), &scope.post)));
        Self {
            name: name.to_owned(),
            word: None,
            defaults: scopes.clone(),
            scopes,
            flat: true,
            levels,
            zones: Vec::new(),
            networks: Vec::new(),
            neighbours: std::rc::Rc::from([]),
            variables: HashMap::new(),
            unit: Unit::Open,
            gateway: false,
            missing: None,
        }
    }

    /// How many rules it has.
    fn rules(&self) -> usize {
        self.levels.iter().map(|(_, list)| list.security.len() + list.nat.len()).sum()
    }

    /// Says that it was left out, and marks its own statements in the ledger.
    fn left_out(&self, problems: &mut Problems<'_>) {
        let what = format!("the rules of \"{}\": too many in all", self.name);
        let args = vec![("what", what)];
        match self.word {
            Some(word) => {
                word.node.claim_all(Fate::unsupported(Reason::Limit));
                problems.push(Problem::error(codes::UNSUPPORTED, word.node.span(), args));
            }
            None => problems.push(Problem {
                code: codes::UNSUPPORTED,
                severity: crate::reading::Severity::Error,
                span: None,
                args,
            }),
        }
    }
}

/// A context in the making.
struct Context<'c, 't, 'p, 'q> {
    source: Source<'c, 't>,
    facts: &'c PlatformFacts,
    /// Whether the text was cut or wrong somewhere, so that cells may be missing.
    cut: bool,
    /// How many rules there is room for.
    room: usize,
    problems: &'p mut Problems<'q>,
    build: Builder,
    addresses: HashMap<(usize, &'t str), AddressId>,
    /// Whether an address object may hold IPv6, by number.
    may_v6: Vec<bool>,
    services: HashMap<(usize, &'t str), ServiceId>,
    applications: HashMap<&'t str, std::rc::Rc<Vec<applications::Leaf<'t>>>>,
    /// Applications whose default ports are not known.
    open_ports: HashSet<&'t str>,
    /// Interfaces of the device, by name.
    ports: HashMap<&'t str, &'c super::config::Interface<'t>>,
    /// Interfaces that are in a zone of any virtual system.
    zoned: HashSet<&'t str>,
}

impl<'c, 't, 'p, 'q> Context<'c, 't, 'p, 'q> {
    fn new(
        source: Source<'c, 't>,
        facts: &'c PlatformFacts,
        cut: bool,
        room: usize,
        problems: &'p mut Problems<'q>,
    ) -> Self {
        let build = Builder::new(source.name.as_str());
        Self {
            source,
            facts,
            cut,
            room,
            problems,
            build,
            addresses: HashMap::new(),
            may_v6: Vec::new(),
            services: HashMap::new(),
            applications: HashMap::new(),
            open_ports: HashSet::new(),
            ports: HashMap::new(),
            zoned: HashSet::new(),
        }
    }

    fn policy(mut self) -> Policy {
        self.places();
        self.define_addresses();
        self.define_services();
        self.nat();
        if !self.source.gateway {
            self.filter();
        }
        self.build.stand_ins();
        self.build.policy
    }

    // --- Marks ---

    fn say(&mut self, code: Code, word: Word<'t>, key: &'static str) {
        let args = vec![(key, word.text.to_owned())];
        self.problems.push(Problem::error(code, word.node.span(), args));
    }

    /// An unknown for something that could not be read; said, and marked in the ledger.
    fn unreadable(&mut self, word: Word<'t>, reason: Reason) -> PredicateId {
        let code = match reason {
            Reason::InvalidValue => codes::INVALID_VALUE,
            Reason::Cycle => codes::CYCLE,
            Reason::Limit => codes::GROUP_DEPTH,
            _ => codes::UNSUPPORTED,
        };
        self.say(code, word, "value");
        if word.node.is_statement() {
            word.node.claim(Fate::unsupported(reason));
        }
        let origin = Origin::at(word.node.span(), word.text);
        self.build.fresh(PredicateKind::Unreadable, word.text, origin)
    }

    /// An unknown for a name that nothing defines; said, and marked in the ledger.
    fn undefined(&mut self, word: Word<'t>) -> PredicateId {
        self.say(codes::UNDEFINED, word, "name");
        if word.node.is_statement() {
            word.node.claim(Fate::unsupported(Reason::Undefined));
        }
        let origin = Origin::at(word.node.span(), word.text);
        self.build.fresh(PredicateKind::Undefined, word.text, origin)
    }

    /// A named unknown.
    fn named(&mut self, kind: PredicateKind, meaning: &str, word: Word<'t>) -> PredicateId {
        let origin = Origin::at(word.node.span(), word.text);
        self.build.unknown(kind, meaning, origin)
    }
}

fn origin(word: Word<'_>, kind: &str, comment: &str) -> Origin {
    Origin {
        span: Some(word.node.span()),
        label: format!("{kind} \"{}\"", word.text).into(),
        comment: comment.into(),
    }
}
