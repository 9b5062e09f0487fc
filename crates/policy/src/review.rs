//! What stands in a policy and does nothing: objects that nothing in force refers to, rules that an equal rule precedes, rules with
//! an empty cell.
//!
//! Structure only, in linear time: what this finds is certain, and it does not find all. Whether a rule is hidden by several others
//! together needs a proof about packets.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};

use crate::address::Addresses;
use crate::place::Zones;
use crate::rule::{Action, Condition, Rule, RulebaseId};
use crate::service::Services;
use crate::whole::Policy;

/// What does nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Review {
    /// For each address object, whether anything in force refers to it, directly or through groups.
    pub addresses_used: Vec<bool>,
    /// The same for service objects.
    pub services_used: Vec<bool>,
    /// Disabled rules.
    pub disabled: Vec<(RulebaseId, u32)>,
    /// Enabled rules whose match cells are those of an earlier one that decides: the rule, the earlier one, and whether both do the
    /// same.
    pub repeated: Vec<(RulebaseId, u32, u32, bool)>,
    /// Enabled rules that match no packet because this cell is empty.
    pub never: Vec<(RulebaseId, u32, Cell)>,
}

/// A cell of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cell {
    /// Where packets come in.
    From,
    /// Where they leave.
    To,
    /// Source addresses.
    Source,
    /// Destination addresses.
    Destination,
    /// Services.
    Services,
    /// A condition.
    Conditions,
}

impl Cell {
    /// Every cell.
    pub const ALL: [Self; 6] =
        [Self::From, Self::To, Self::Source, Self::Destination, Self::Services, Self::Conditions];

    /// The word used in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::From => "from",
            Self::To => "to",
            Self::Source => "source",
            Self::Destination => "destination",
            Self::Services => "services",
            Self::Conditions => "conditions",
        }
    }
}

/// Looks through a policy. It must be valid ([`Policy::validate`]): nesting is followed without a limit of its own.
pub fn review(policy: &Policy) -> Review {
    let mut review = Review {
        addresses_used: vec![false; policy.addresses.len()],
        services_used: vec![false; policy.services.len()],
        ..Review::default()
    };
    let empty = Empty::of(policy);
    for (id, rulebase) in (0u32..).map(RulebaseId).zip(&policy.rulebases) {
        let mut earlier = Earlier::default();
        for (at, rule) in (0u32..).zip(&rulebase.rules) {
            if !rule.enabled {
                review.disabled.push((id, at));
                continue;
            }
            review.mark_rule(rule);
            if let Some(cell) = empty.cell(rule) {
                review.never.push((id, at, cell));
            } else if let Some((first, same)) = earlier.seen(&rulebase.rules, at, rule) {
                review.repeated.push((id, at, first, same));
            }
        }
    }
    for stage in &policy.filter {
        mark_addresses(&stage.guard, &mut review.addresses_used);
    }
    for rule in policy.nat.passes.iter().flat_map(|pass| &pass.rules).filter(|rule| rule.enabled) {
        mark_addresses(&rule.source, &mut review.addresses_used);
        mark_addresses(&rule.destination, &mut review.addresses_used);
        mark_services(&rule.services, &mut review.services_used);
    }
    review.follow(policy);
    review
}

impl Review {
    fn mark_rule(&mut self, rule: &Rule) {
        mark_addresses(&rule.source, &mut self.addresses_used);
        mark_addresses(&rule.destination, &mut self.addresses_used);
        mark_services(&rule.services, &mut self.services_used);
        if let Some(ends) = &rule.ends {
            mark_addresses(&ends.scope, &mut self.addresses_used);
        }
    }

    /// Marks what used objects refer to. They refer to earlier ones only, so one pass from the end reaches all.
    fn follow(&mut self, policy: &Policy) {
        for (index, object) in policy.addresses.iter().enumerate().rev() {
            if self.addresses_used.get(index) == Some(&true) {
                mark_addresses(&object.value, &mut self.addresses_used);
            }
        }
        for (index, object) in policy.services.iter().enumerate().rev() {
            if self.services_used.get(index) == Some(&true) {
                mark_services(&object.value, &mut self.services_used);
            }
        }
    }
}

fn mark(used: &mut [bool], id: u32) {
    if let Some(used) = usize::try_from(id).ok().and_then(|id| used.get_mut(id)) {
        *used = true;
    }
}

fn mark_addresses(set: &Addresses, used: &mut [bool]) {
    match set {
        Addresses::Object(id) => mark(used, id.0),
        Addresses::Union(members) | Addresses::Common(members) => {
            members.iter().for_each(|member| mark_addresses(member, used));
        }
        Addresses::Except(from, without) => {
            mark_addresses(from, used);
            mark_addresses(without, used);
        }
        Addresses::Any
        | Addresses::Range(_)
        | Addresses::Masked(_)
        | Addresses::Zone(_)
        | Addresses::TranslatedBy(_)
        | Addresses::Unknown(_) => {}
    }
}

fn mark_services(set: &Services, used: &mut [bool]) {
    match set {
        Services::Object(id) => mark(used, id.0),
        Services::Union(members) | Services::Common(members) => {
            members.iter().for_each(|member| mark_services(member, used));
        }
        Services::Except(from, without) => {
            mark_services(from, used);
            mark_services(without, used);
        }
        Services::Any
        | Services::Protocol(_)
        | Services::Ports(_)
        | Services::Icmp { .. }
        | Services::Unknown(_) => {}
    }
}

/// The enabled rules of a rulebase so far that decide, by what they match.
#[derive(Default)]
struct Earlier {
    /// Seeded at random: rules come from strangers, who could make them collide.
    hasher: RandomState,
    rules: HashMap<u64, Vec<u32>>,
}

impl Earlier {
    /// The first earlier rule that matches the same, and whether it does the same; otherwise notes the rule.
    fn seen(&mut self, rules: &[Rule], at: u32, rule: &Rule) -> Option<(u32, bool)> {
        let hash = self.hasher.hash_one(cells(rule));
        let known = self.rules.entry(hash).or_default();
        let get = |at: u32| usize::try_from(at).ok().and_then(|at| rules.get(at));
        let same = |first: &u32| get(*first).filter(|first| cells(first) == cells(rule));
        if let Some((first, found)) = known.iter().find_map(|at| Some((*at, same(at)?))) {
            let does_same = found.action == rule.action && found.source_nat == rule.source_nat;
            return Some((first, does_same));
        }
        // One that goes on, or hands the packet to a layer that may differ in time, hides nothing by itself.
        if matches!(rule.action, Action::Decide(_)) {
            known.push(at);
        }
        None
    }
}

/// All of a rule that says which packets it matches.
fn cells(rule: &Rule) -> impl Hash + PartialEq {
    (
        (&rule.from, &rule.to, rule.pair),
        (&rule.source, &rule.destination, &rule.services),
        (&rule.conditions, rule.view, &rule.ends),
    )
}

/// Which objects hold nothing.
struct Empty {
    addresses: Vec<bool>,
    services: Vec<bool>,
}

impl Empty {
    fn of(policy: &Policy) -> Self {
        let mut empty = Self { addresses: Vec::new(), services: Vec::new() };
        for object in &policy.addresses {
            let is_empty = empty.address(&object.value);
            empty.addresses.push(is_empty);
        }
        for object in &policy.services {
            let is_empty = empty.service(&object.value);
            empty.services.push(is_empty);
        }
        empty
    }

    fn cell(&self, rule: &Rule) -> Option<Cell> {
        let never = |condition: &Condition| condition.any_of.is_empty() && !condition.negated;
        Cell::ALL.into_iter().find(|cell| match cell {
            Cell::From => no_zone(&rule.from),
            Cell::To => no_zone(&rule.to),
            Cell::Source => self.address(&rule.source),
            Cell::Destination => self.address(&rule.destination),
            Cell::Services => self.service(&rule.services),
            Cell::Conditions => rule.conditions.iter().any(never),
        })
    }

    fn address(&self, set: &Addresses) -> bool {
        match set {
            Addresses::Object(id) => known(&self.addresses, id.0),
            Addresses::Union(members) => members.iter().all(|member| self.address(member)),
            Addresses::Common(members) => members.iter().any(|member| self.address(member)),
            Addresses::Except(from, without) => {
                **without == Addresses::Any || self.address(from) || from == without
            }
            Addresses::Any
            | Addresses::Range(_)
            | Addresses::Masked(_)
            | Addresses::Zone(_)
            | Addresses::TranslatedBy(_)
            | Addresses::Unknown(_) => false,
        }
    }

    fn service(&self, set: &Services) -> bool {
        match set {
            Services::Object(id) => known(&self.services, id.0),
            Services::Union(members) => members.iter().all(|member| self.service(member)),
            Services::Common(members) => members.iter().any(|member| self.service(member)),
            Services::Except(from, without) => {
                **without == Services::Any || self.service(from) || from == without
            }
            Services::Any
            | Services::Protocol(_)
            | Services::Ports(_)
            | Services::Icmp { .. }
            | Services::Unknown(_) => false,
        }
    }
}

fn no_zone(zones: &Zones) -> bool {
    matches!(zones, Zones::Of(zones) if zones.is_empty())
}

fn known(empty: &[bool], id: u32) -> bool {
    usize::try_from(id).ok().and_then(|id| empty.get(id)).copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::Builder;
    use crate::net::PortRange;
    use crate::origin::Origin;
    use crate::rule::{Rulebase, Verdict};

    fn rule(label: &str, source: Addresses, verdict: Verdict) -> Rule {
        let rule = Rule::any(Origin::implied(label), Action::Decide(verdict));
        Rule { source, ..rule }
    }

    #[test]
    fn what_does_nothing_is_found() {
        let mut builder = Builder::new("");
        let one = Addresses::one("10.0.0.1".parse().unwrap());
        let host = builder.address("host", Origin::default(), one.clone());
        let spare = builder.address("spare", Origin::default(), one);
        let nothing = builder.address("nothing", Origin::default(), Addresses::NONE);
        let group = builder.address(
            "group",
            Origin::default(),
            Addresses::Union(vec![Addresses::Object(host)]),
        );
        let web = Services::ports(6, PortRange::one(80));
        builder.service("web", Origin::default(), web);
        let off = Rule { enabled: false, ..rule("off", Addresses::Object(spare), Verdict::Accept) };
        let rules = vec![
            rule("1", Addresses::Object(group), Verdict::Accept),
            off,
            rule("3", Addresses::Object(group), Verdict::Accept),
            rule("4", Addresses::Object(group), Verdict::Drop),
            rule("5", Addresses::Union(vec![Addresses::Object(nothing)]), Verdict::Accept),
        ];
        let default_origin = Origin::default();
        let default = Verdict::Deny;
        builder.rulebase(Rulebase { name: "".into(), rules, default, default_origin });
        let found = review(&builder.policy);
        assert_eq!(found.addresses_used, [true, false, true, true]);
        assert_eq!(found.services_used, [false]);
        let base = RulebaseId(0);
        assert_eq!(found.disabled, [(base, 1)]);
        assert_eq!(found.repeated, [(base, 2, 0, true), (base, 3, 0, false)]);
        assert_eq!(found.never, [(base, 4, Cell::Source)]);
    }

    #[test]
    fn a_rule_that_goes_on_hides_nothing() {
        let mut builder = Builder::new("");
        let log = Rule::any(Origin::implied("log"), Action::Continue);
        let rules = vec![log, rule("all", Addresses::Any, Verdict::Accept)];
        let (default, default_origin) = (Verdict::Deny, Origin::default());
        builder.rulebase(Rulebase { name: "".into(), rules, default, default_origin });
        assert!(review(&builder.policy).repeated.is_empty());
    }
}
