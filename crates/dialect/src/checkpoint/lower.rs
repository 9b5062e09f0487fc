//! [`Config`] to [`Device`]s: one context for each package on each gateway.
//!
//! Layers are the stages of [`policy::Policy::filter`]: each must accept. Rulebases see the original packet; all NAT is one pass
//! before them.

mod addresses;
mod context;
mod implied;
mod nat;
mod packages;
mod rules;
mod services;
mod topology;

use hashbrown::HashSet;
use model::diagnostic::Code;
use policy::{
    Action, AddressId, Addresses, Builder, Condition, Device, Origin, PredicateId, PredicateKind,
    Rule, Rulebase, RulebaseId, ServiceId, Span, Verdict,
};

use super::config::{Config, Kind, Object, Ref, Service};
use crate::codes;
use crate::facts::PlatformFacts;
use crate::fate::{Fate, Reason};
use crate::limits::Limits;
use crate::reading::{Problem, Severity};

/// What all contexts share.
pub(super) struct Shared<'c, 't> {
    pub(super) config: &'c Config<'t>,
    pub(super) facts: &'c PlatformFacts,
    pub(super) limits: &'c Limits,
    /// Address groups, members first.
    pub(super) groups: Order,
    /// Service groups, members first.
    pub(super) service_groups: Order,
}

/// Groups in the order in which they can be defined, as object numbers.
#[derive(Debug, Default)]
pub(super) struct Order {
    pub(super) order: Vec<u32>,
    /// Sorted.
    pub(super) cyclic: Vec<u32>,
    /// Sorted.
    pub(super) deep: Vec<u32>,
}

impl Order {
    /// Whether the group cannot be defined.
    pub(super) fn is_marked(&self, id: u32) -> bool {
        self.cyclic.binary_search(&id).is_ok() || self.deep.binary_search(&id).is_ok()
    }
}

/// What there is to say, each thing once however many contexts meet it.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) problems: Vec<Problem>,
    /// Gaia configurations that belong to a context.
    pub(super) gaia: HashSet<usize>,
    seen: HashSet<(&'static str, Option<Span>, String)>,
}

impl Said {
    pub(super) fn say(&mut self, problem: Problem, limits: &Limits) {
        let about = problem.args.first().map_or_else(String::new, |(_, value)| value.clone());
        if self.problems.len() < limits.problems
            && self.seen.insert((problem.code.0, problem.span, about))
        {
            self.problems.push(problem);
        }
    }
}

/// One context in the making.
pub(super) struct Lower<'c, 't> {
    pub(super) shared: &'c Shared<'c, 't>,
    pub(super) said: &'c mut Said,
    pub(super) builder: Builder,
    /// Address objects as rules see them: with their automatic static NAT.
    pub(super) addresses: Vec<Option<AddressId>>,
    /// The same without.
    pub(super) own_addresses: Vec<Option<AddressId>>,
    pub(super) services: Vec<Option<ServiceId>>,
    /// The gateway of this context, as object number.
    pub(super) gateway: Option<u32>,
    /// Whether an interface may be in a zone that the export does not tell.
    pub(super) zones_open: bool,
    /// Rulebases that stand for what is not known, to be added at the end: each has one rule under an unknown that accepts.
    pub(super) open: Vec<Rulebase>,
    /// How many rulebases were reserved before them.
    pub(super) reserved: u32,
}

/// Reads all contexts of all devices.
pub(super) fn lower(
    config: &Config<'_>,
    facts: &PlatformFacts,
    limits: &Limits,
) -> (Vec<Device>, Vec<Problem>) {
    let shared = Shared {
        config,
        facts,
        limits,
        groups: group_order(config, false),
        service_groups: group_order(config, true),
    };
    let mut said = Said::default();
    for (order, code) in [
        (&shared.groups.cyclic, codes::CYCLE),
        (&shared.service_groups.cyclic, codes::CYCLE),
        (&shared.groups.deep, codes::GROUP_DEPTH),
        (&shared.service_groups.deep, codes::GROUP_DEPTH),
    ] {
        for object in order.iter().filter_map(|id| config.object(*id)) {
            let args = vec![("name", object.name.to_owned())];
            said.say(Problem::error(code, object.node.span(), args), limits);
        }
    }
    let devices = packages::devices(&shared, &mut said);
    (devices, said.problems)
}

/// The members of a group of this sort.
fn members<'a, 't>(object: &'a Object<'t>, services: bool) -> Option<Vec<&'a Ref<'t>>> {
    match (&object.kind, services) {
        (Kind::Group(Some(members)), false) | (Kind::ServiceGroup(Some(members)), true) => {
            Some(members.iter().collect())
        }
        (Kind::Exclusion { include, except }, false) => {
            Some(include.iter().chain(except.iter()).collect())
        }
        (Kind::AccessRole(Some(networks)), false) => Some(networks.iter().collect()),
        _ => None,
    }
}

fn group_order(config: &Config<'_>, services: bool) -> Order {
    let mut groups = Vec::new();
    let mut position = vec![None; config.objects.len()];
    for ((id, object), place) in (0u32..).zip(&config.objects).zip(&mut position) {
        if members(object, services).is_some() {
            *place = Some(groups.len());
            groups.push(id);
        }
    }
    let place = |id: u32| position.get(usize::try_from(id).ok()?).copied().flatten();
    let named = |id: &u32| {
        let refs =
            config.object(*id).and_then(|object| members(object, services)).unwrap_or_default();
        let fits = |kind: &Kind<'_>| is_service(kind) == services;
        refs.iter().filter_map(|one| place(config.find(one.text, fits)?)).collect()
    };
    let edges: Vec<Vec<usize>> = groups.iter().map(named).collect();
    let found = policy::order(&edges);
    let ids =
        |list: Vec<usize>| list.into_iter().filter_map(|at| groups.get(at).copied()).collect();
    let mut order =
        Order { order: ids(found.order), cyclic: ids(found.cyclic), deep: ids(found.deep) };
    order.cyclic.sort_unstable();
    order.deep.sort_unstable();
    order
}

/// Whether the object belongs into a service cell.
pub(super) fn is_service(kind: &Kind<'_>) -> bool {
    matches!(kind, Kind::Service(_) | Kind::ServiceGroup(_))
}

/// Whether the object is `Any`: also by its name, for exports without a dictionary.
pub(super) fn is_any_word(text: &str) -> bool {
    matches!(text, "Any" | "any" | "97aeb369-9aea-11d5-bd16-0090272ccb30")
}

impl<'c, 't> Lower<'c, 't> {
    pub(super) fn config(&self) -> &'c Config<'t> {
        self.shared.config
    }

    pub(super) fn say(&mut self, problem: Problem) {
        self.said.say(problem, self.shared.limits);
    }

    /// Says something without a place.
    pub(super) fn say_all(&mut self, code: Code, severity: Severity, what: String) {
        self.say(Problem { code, severity, span: None, args: vec![("what", what)] });
    }

    /// A fresh unknown for something that could not be read.
    pub(super) fn unreadable(&mut self, what: &str, span: Option<Span>) -> PredicateId {
        let origin = Origin { span, label: what.into(), comment: "".into() };
        self.builder.fresh(PredicateKind::Unreadable, what, origin)
    }

    /// A fresh unknown for a name that nothing defines; says it and marks the place.
    pub(super) fn undefined(&mut self, reference: Ref<'t>) -> PredicateId {
        let span = reference.node.span();
        reference.node.claim(Fate::unsupported(Reason::Undefined));
        let name: String = reference.text.chars().take(120).collect();
        self.say(Problem::error(codes::UNDEFINED, span, vec![("name", name.clone())]));
        self.builder.fresh(PredicateKind::Undefined, name.clone(), Origin::at(span, name))
    }

    /// A condition that nobody knows.
    pub(super) fn open_condition(&mut self, what: &str, span: Option<Span>) -> Condition {
        Condition { any_of: vec![self.unreadable(what, span)], negated: false }
    }

    /// An action that may accept and may drop: a layer that accepts under an unknown.
    pub(super) fn open_action(&mut self, what: &str, span: Option<Span>) -> Action {
        let origin = Origin { span, label: what.into(), comment: "".into() };
        let mut rule = Rule::any(origin.clone(), Action::Decide(Verdict::Accept));
        rule.conditions.push(self.open_condition(what, span));
        let id = self.reserved + u32::try_from(self.open.len()).unwrap_or(u32::MAX / 2);
        self.open.push(Rulebase {
            name: what.into(),
            rules: vec![rule],
            default: Verdict::Drop,
            default_origin: origin,
        });
        Action::Layer(RulebaseId(id))
    }

    /// An address set that nobody knows.
    pub(super) fn open_addresses(&mut self, what: &str, span: Option<Span>) -> Addresses {
        Addresses::Unknown(self.unreadable(what, span))
    }

    /// A name that no object has yet: names repeat across types and domains, sets must not.
    pub(super) fn free_name(
        object: &Object<'_>,
        taken: impl Fn(&str) -> bool,
        mark: &str,
    ) -> String {
        let plain = format!("{}{mark}", object.name);
        if !plain.is_empty() && !taken(&plain) {
            return plain;
        }
        let start: String = object.uid.chars().take(8).collect();
        let with_id = format!("{plain} ({start})");
        if !taken(&with_id) {
            return with_id;
        }
        let at = object.node.index();
        let span = object.node.span();
        format!("{plain} ({} {}:{at})", object.uid, span.file)
    }

    /// What an object that is only a name here is known by: names repeat across domains, and then its uid tells it apart.
    pub(super) fn known_by(&self, object: &Object<'_>, meaning: &str) -> String {
        let named = self.config().by_name.get(object.name).into_iter().flatten();
        let mut others = named.filter_map(|id| self.config().object(*id));
        let asks = |service: &Service| service.needs.first().map(|(kind, _)| *kind);
        let alike = |other: &Kind<'_>| match (other, &object.kind) {
            // A name of the network means itself.
            (_, Kind::Named(PredicateKind::Fqdn, _)) => false,
            (Kind::Named(one, _), Kind::Named(two, _)) => one == two,
            (Kind::Service(one), Kind::Service(two)) => asks(one) == asks(two),
            (one, two) => std::mem::discriminant(one) == std::mem::discriminant(two),
        };
        let repeats = others.any(|other| other.uid != object.uid && alike(&other.kind));
        match repeats && meaning.ends_with(object.name) {
            true => format!("{meaning} {}", object.uid),
            false => meaning.to_owned(),
        }
    }

    /// An object's origin.
    pub(super) fn origin(object: &Object<'_>) -> Origin {
        Origin {
            span: Some(object.node.span()),
            label: object.name.into(),
            comment: object.comment.into(),
        }
    }
}
