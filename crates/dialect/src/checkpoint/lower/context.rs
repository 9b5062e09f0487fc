//! One context: the layers of a package as stages, in an order in which layers come after those that hand packets to them.

use policy::{
    Action, Addresses, Builder, Origin, Policy, Rule, Rulebase, RulebaseId, Seen, Stage, Verdict,
};

use super::super::config::{Gap, Kind, Layer, Position, Ref};
use super::packages::{Assigned, Book};
use super::{Lower, Said, Shared};
use crate::codes;
use crate::reading::{Problem, Severity};

/// A layer that this context uses, with what is known of it.
#[derive(Clone, Debug)]
pub(super) struct Used {
    /// Its rules; `None` when they are not in the export.
    pub(super) layer: Option<usize>,
    /// Its name.
    pub(super) name: String,
    /// Whether its implicit cleanup accepts.
    pub(super) accepts: bool,
    /// Inline layers that its rules name: rule index and index into the list of used layers.
    pub(super) inline: Vec<(usize, usize)>,
    /// The number of the one rule that hands packets to it, for numbering as people see it.
    pub(super) parent: Option<String>,
    /// How many rules hand packets to it.
    pub(super) parents: usize,
}

/// Where a context is: the gateway's object, or a Gaia configuration that stands for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Where {
    /// The gateway as object number.
    pub(super) gateway: Option<u32>,
    /// A Gaia configuration, by index.
    pub(super) gaia: Option<usize>,
}

/// Reads one context.
pub(super) fn context<'t>(
    shared: &Shared<'_, 't>,
    said: &mut Said,
    book: &Book<'t>,
    package: &Assigned<'t>,
    place: Where,
) -> Policy {
    let count = shared.config.objects.len();
    let mut lower = Lower {
        shared,
        said,
        builder: Builder::new(package.name.as_str()),
        addresses: vec![None; count],
        own_addresses: vec![None; count],
        services: vec![None; count],
        gateway: place.gateway,
        zones_open: false,
        open: Vec::new(),
        reserved: 0,
    };
    lower.builder.policy.seen = Seen::Original;
    lower.topology(place.gaia);
    lower.define_addresses();
    lower.define_services();
    lower.filter(book, package);
    lower.nat(package);
    if lower.builder.policy.interfaces.is_empty() && lower.builder.policy.zones.is_empty() {
        lower.builder.zone("any interface", &Origin::implied("any interface"));
    }
    lower.builder.stand_ins();
    lower.builder.policy
}

impl<'t> Lower<'_, 't> {
    /// All layers as rulebases, the ordered ones as stages.
    fn filter(&mut self, book: &Book<'t>, package: &Assigned<'t>) {
        let (used, stages) = self.reach(book, package);
        self.reserved = u32::try_from(used.len()).unwrap_or(u32::MAX / 2);
        let order = parents_first(&used);
        let mut place = vec![0u32; used.len()];
        for (at, layer) in (0u32..).zip(&order) {
            if let Some(place) = place.get_mut(*layer) {
                *place = at;
            }
        }
        self.warn_of_implied(package);
        for layer in &order {
            let Some(one) = used.get(*layer) else { continue };
            let first = stages.first() == Some(layer);
            let rulebase = self.layer(one, &place, first);
            self.builder.rulebase(rulebase);
        }
        for stage in &stages {
            let id = RulebaseId(place.get(*stage).copied().unwrap_or(0));
            self.builder.policy.filter.push(Stage {
                rulebase: id,
                end: None,
                guard: Addresses::Any,
            });
        }
        let open = std::mem::take(&mut self.open);
        for rulebase in open {
            self.builder.rulebase(rulebase);
        }
        if stages.is_empty() {
            // Without a layer nothing would stop a packet; what stops it is not in the input.
            let what = format!("access layers of {}", package.name);
            let action = self.unknown_rulebase(&what);
            let id = self.builder.rulebase(action);
            self.builder.policy.filter.push(Stage {
                rulebase: id,
                end: None,
                guard: Addresses::Any,
            });
            self.say_all(codes::MISSING_PAGE, Severity::Error, what);
        }
    }

    fn warn_of_implied(&mut self, package: &Assigned<'_>) {
        if self.config().implied.is_some() || package.layers.is_empty() {
            return;
        }
        let gateway =
            self.gateway.and_then(|id| self.config().object(id)).map(|object| object.name);
        let of = gateway.map_or_else(String::new, |gateway| format!(" on {gateway}"));
        let what = format!("implied rules of {}{of}: none", package.name);
        self.say_all(codes::ASSUMED, Severity::Warning, what);
    }

    /// A rulebase of which nothing is known: it may accept and may drop.
    pub(super) fn unknown_rulebase(&mut self, what: &str) -> Rulebase {
        let mut rule = Rule::any(Origin::implied(what), Action::Decide(Verdict::Accept));
        rule.conditions.push(self.open_condition(what, None));
        Rulebase {
            name: what.into(),
            rules: vec![rule],
            default: Verdict::Drop,
            default_origin: Origin::implied(what),
        }
    }

    /// All layers that packets can reach, and which of them are stages.
    fn reach(&mut self, book: &Book<'t>, package: &Assigned<'t>) -> (Vec<Used>, Vec<usize>) {
        let mut used: Vec<Used> = Vec::new();
        let mut known: hashbrown::HashMap<String, usize> = hashbrown::HashMap::new();
        let mut stages = Vec::new();
        for (name, layer, accepts) in &package.layers {
            stages.push(used.len());
            if let Some(layer) = layer {
                known.insert(format!("#{layer}"), used.len());
            }
            used.push(Used {
                layer: *layer,
                name: name.clone(),
                accepts: *accepts,
                inline: Vec::new(),
                parent: None,
                parents: 0,
            });
        }
        let mut next = 0;
        while let Some(layer) = used.get(next).map(|one| one.layer) {
            let rules = layer
                .and_then(|layer| self.config().layers.get(layer))
                .map_or(&[][..], |layer| &layer.rules);
            let mut inline = Vec::new();
            for (index, rule) in rules.iter().enumerate() {
                let Some(target) = rule.inline else { continue };
                let at = self.inline(book, package, target, &mut used, &mut known);
                if let Some(one) = used.get_mut(at) {
                    one.parents += 1;
                    one.parent = rule.number.map(|number| number.to_string());
                }
                inline.push((index, at));
            }
            let prefix =
                used.get(next).filter(|one| one.parents == 1).and_then(|one| one.parent.clone());
            if let Some(prefix) = prefix {
                for (_, at) in &inline {
                    if let Some(one) = used.get_mut(*at).filter(|one| one.parents == 1) {
                        one.parent = one.parent.take().map(|number| format!("{prefix}.{number}"));
                    }
                }
            }
            if let Some(one) = used.get_mut(next) {
                one.inline = inline;
            }
            next += 1;
        }
        (used, stages)
    }

    fn inline(
        &mut self,
        book: &Book<'t>,
        package: &Assigned<'t>,
        target: Ref<'t>,
        used: &mut Vec<Used>,
        known: &mut hashbrown::HashMap<String, usize>,
    ) -> usize {
        let config = self.config();
        let object = config.find(target.text, |kind| matches!(kind, Kind::Layer(_)));
        let object = object.and_then(|id| config.object(id));
        let (name, uid) =
            object.map_or((target.text, target.text), |object| (object.name, object.uid));
        let layer = book.layer(config, uid, name, &package.folders);
        let key = layer.map_or_else(|| target.text.to_owned(), |layer| format!("#{layer}"));
        if let Some(at) = known.get(&key) {
            return *at;
        }
        let accepts = match object.map(|object| &object.kind) {
            Some(Kind::Layer(Some(accepts))) => *accepts,
            _ => {
                let what = format!("implicit cleanup of {name}: drop");
                self.say_all(codes::ASSUMED, Severity::Note, what);
                false
            }
        };
        if layer.is_none() {
            let args = vec![("what", format!("access layer {name}"))];
            self.say(Problem::error(codes::MISSING_PAGE, target.node.span(), args));
        }
        known.insert(key, used.len());
        used.push(Used {
            layer,
            name: name.to_owned(),
            accepts,
            inline: Vec::new(),
            parent: None,
            parents: 0,
        });
        used.len() - 1
    }

    /// One layer as a rulebase.
    fn layer(&mut self, used: &Used, place: &[u32], first: bool) -> Rulebase {
        let config = self.config();
        let Some(layer) = used.layer.and_then(|layer| config.layers.get(layer)) else {
            let what = format!("access layer {} is not in the input", used.name);
            if used.parents == 0 {
                self.say_all(
                    codes::MISSING_PAGE,
                    Severity::Error,
                    format!("access layer {}", used.name),
                );
            }
            return self.unknown_rulebase(&what);
        };
        let mut rules = Vec::with_capacity(layer.rules.len() + 1);
        if first {
            self.implied_rules(Position::First, &mut rules);
        }
        let last = layer.rules.len().saturating_sub(1);
        let mut inline = used.inline.iter().peekable();
        let mut gaps = layer.gaps.iter().peekable();
        for (index, rule) in layer.rules.iter().enumerate() {
            while let Some(gap) = gaps.next_if(|gap| gap.before <= index) {
                let gap = self.gap(layer, gap);
                rules.push(gap);
            }
            if index == last {
                self.implied_rules(Position::BeforeLast, &mut rules);
            }
            let target = inline.next_if(|(at, _)| *at == index).and_then(|(_, at)| place.get(*at));
            if let Some(rule) = self.rule(used, rule, target.map(|at| RulebaseId(*at))) {
                rules.push(rule);
            }
        }
        for gap in gaps {
            let gap = self.gap(layer, gap);
            rules.push(gap);
        }
        self.implied_rules(Position::Last, &mut rules);
        self.rulebase(used, rules, place)
    }

    fn rulebase(&mut self, used: &Used, mut rules: Vec<Rule>, place: &[u32]) -> Rulebase {
        let own = self.builder.policy.rulebases.len();
        for rule in &mut rules {
            // A layer that leads back to one above it: only broken exports have that.
            if let Action::Layer(to) = rule.action
                && usize::try_from(to.0).is_ok_and(|to| to <= own)
                && usize::try_from(to.0).is_ok_and(|to| to < place.len())
            {
                let span = rule.origin.span;
                let args = vec![("name", used.name.clone())];
                self.say(Problem { code: codes::CYCLE, severity: Severity::Error, span, args });
                rule.action = self.open_action("a layer that leads back", span);
            }
        }
        Rulebase {
            name: used.name.as_str().into(),
            rules,
            default: if used.accepts { Verdict::Accept } else { Verdict::Drop },
            default_origin: Origin::implied(format!("implicit cleanup of {}", used.name)),
        }
    }

    /// A rule for rules that are missing: it may match and then may accept or drop.
    fn gap(&mut self, layer: &Layer<'t>, gap: &Gap) -> Rule {
        let last = gap.last.map_or_else(|| "…".to_owned(), |last| last.to_string());
        let what = format!("missing rules {}-{last} of {}", gap.first, layer.name);
        let span = layer.place.map(|place| place.span());
        let action = self.open_action(&what, span);
        let origin = Origin { span, label: what.as_str().into(), comment: "".into() };
        let mut rule = Rule::any(origin, action);
        rule.conditions.push(self.open_condition(&what, span));
        rule
    }
}

/// Layers in an order in which each comes after those that hand packets to it, as far as they do not run in a circle. Without
/// recursion.
fn parents_first(used: &[Used]) -> Vec<usize> {
    let mut done = vec![false; used.len()];
    let mut after = Vec::with_capacity(used.len());
    for start in 0..used.len() {
        let mut stack = vec![(start, 0usize)];
        if std::mem::replace(done.get_mut(start).unwrap_or(&mut true), true) {
            continue;
        }
        while let Some((layer, next)) = stack.pop() {
            let target = used.get(layer).and_then(|one| one.inline.get(next)).map(|(_, at)| *at);
            match target {
                None => after.push(layer),
                Some(target) => {
                    stack.push((layer, next + 1));
                    if let Some(seen) = done.get_mut(target)
                        && !*seen
                    {
                        *seen = true;
                        stack.push((target, 0));
                    }
                }
            }
        }
    }
    after.reverse();
    after
}
