//! Rules that can go together: without all of them every packet fares the same.
//!
//! Rules that earlier ones shadow decide nothing and go at once. The others are tried one after the other, narrow ones first, each against
//! what is then left, so that of two rules that each make the other redundant one stays. A rule that was needed may be needed no longer
//! when another one is gone: a packet is kept for each, and it is tried again when that packet would fare the same without it. In the end
//! no further single rule could go; another choice may be larger. All of it is then held against the prover: the policy with and without
//! the rules.

use hashbrown::HashSet;
use policy::{Action, Addresses, By, Policy, PredicateId, PredicateKind, Rule, Services, ZoneId};

use super::examine::{Place, Whole};
use super::review::{Idle, Needed, Review, RuleAt};
use super::without::{Asked, Means, Rest, Without};
use crate::list::{Entry, Point};
use crate::prove::{Options, ZoneMap, at, prove};
use crate::questions::as_one;

/// How often the rules that are left may be gone through.
const ROUNDS: u32 = 20;

/// Rules that can go together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removable {
    /// The rules, in order. When they are gone, no other single one of those that may be proposed could go as well, unless `cut`. Another
    /// choice may have more rules.
    pub rules: Vec<RuleAt>,
    /// Whether the prover confirmed that the policy without them is equal. Without that, nobody should remove them.
    pub proved: bool,
    /// Whether a limit left open if more could go.
    pub cut: bool,
}

/// What was chosen, before it is proved.
pub(super) struct Chosen {
    rules: Vec<RuleAt>,
    cut: bool,
}

/// Which rules are gone, and what of the others must be alike besides what they do.
struct Left {
    rules: HashSet<RuleAt>,
    /// By piece and origin.
    gone: Vec<Vec<bool>>,
    alike: Vec<Vec<u32>>,
}

/// What becomes of all packets of a rule without it.
enum Fate {
    Same,
    Other(Place, Point),
    Open,
}

impl Whole<'_, '_> {
    /// Chooses rules that can go together, among those that `may` be proposed.
    pub(super) fn removable(
        &self,
        review: &Review,
        needed: Vec<Needed>,
        may: &dyn Fn(RuleAt) -> bool,
        means: &mut Means,
    ) -> Chosen {
        let doubtful = Doubtful::of(self.policy);
        let may =
            |rule: RuleAt| may(rule) && self.rule(rule).is_some_and(|rule| !doubtful.rule(rule));
        let mut left = Left::new(self);
        let mut queue = Vec::new();
        for (rule, idle) in review.idle.iter().filter(|(rule, _)| may(*rule)) {
            match idle {
                Idle::Never | Idle::Shadowed(_) => left.remove(self, *rule),
                Idle::Redundant(_) => queue.push(*rule),
            }
        }
        let mut needed: Vec<Needed> = needed.into_iter().filter(|one| may(one.rule)).collect();
        let mut cut = !review.open.is_empty();
        for round in 0.. {
            let still = |one: &Needed, left: &Left, means: &mut Means| {
                self.still_needed(one, left, means).unwrap_or(true)
            };
            let mut kept = Vec::with_capacity(needed.len());
            for one in needed {
                if still(&one, &left, means) {
                    kept.push(one);
                } else {
                    queue.push(one.rule);
                }
            }
            needed = kept;
            if queue.is_empty() || round >= ROUNDS {
                cut |= !queue.is_empty();
                break;
            }
            // Of rules that make each other redundant the narrow ones go first: mostly more of them can.
            queue.sort_by_cached_key(|rule| (self.size(*rule), *rule));
            for rule in queue.drain(..) {
                match self.without_rule(rule, &left, means) {
                    Fate::Same => left.remove(self, rule),
                    Fate::Other(place, point) => needed.push(Needed { rule, place, point }),
                    Fate::Open => cut = true,
                }
            }
        }
        let mut rules: Vec<RuleAt> = left.rules.into_iter().collect();
        rules.sort_unstable();
        Chosen { rules, cut }
    }

    /// Orders rules by how many packets they are about, roughly: pieces of lines are counted.
    fn size(&self, rule: RuleAt) -> u64 {
        let entries = self.places(rule).iter().filter_map(|place| self.entry(*place));
        let cells =
            entries.map(|(.., entry)| entry.region.cells.iter().map(|cell| cell.count() as f64));
        // The bits of numbers that are not negative are in their order.
        cells.map(Iterator::product::<f64>).sum::<f64>().to_bits()
    }

    fn rule(&self, (base, number): RuleAt) -> Option<&Rule> {
        let rule = self.policy.rulebase(base)?.rules.get(at(number))?;
        (rule.enabled && matches!(rule.action, Action::Decide(_))).then_some(rule)
    }

    fn without_rule(&self, rule: RuleAt, left: &Left, means: &mut Means) -> Fate {
        for place in self.places(rule) {
            let Some((_, piece, entry)) = self.entry(*place) else { continue };
            let asked = Asked { number: place.number, entry };
            match piece.without(asked, left.rest(place.piece), means) {
                Without::Same(_) => {}
                Without::Other(point) => return Fate::Other(*place, point),
                Without::Open => return Fate::Open,
            }
        }
        Fate::Same
    }

    /// Whether the packet that was kept for a rule still fares otherwise without it.
    fn still_needed(&self, one: &Needed, left: &Left, means: &mut Means) -> Option<bool> {
        let (_, piece, entry) = self.entry(one.place)?;
        let rest = left.rest(one.place.piece);
        let other = |found: &Entry| found.origin != entry.origin && rest.there(found);
        let (list, scratch) = (&piece.list, &mut means.scratch);
        let next = piece.index.first(list, &one.point, u32::MAX, other, scratch)?;
        let next = list.entries.get(at(next))?;
        Some(!rest.same(next, entry))
    }
}

impl Left {
    fn new(whole: &Whole<'_, '_>) -> Self {
        let logged = |by: &By| match by {
            By::Rule(base, number) => {
                let rule = whole.rule((*base, *number));
                rule.and_then(|rule| rule.logged).map_or(0, |logged| 1 + u32::from(logged))
            }
            _ => 0,
        };
        let pieces = || whole.pieces.iter().map(|(_, piece)| &piece.causes);
        Self {
            rules: HashSet::new(),
            gone: pieces().map(|causes| vec![false; causes.len()]).collect(),
            alike: pieces()
                .map(|causes| causes.iter().map(|(by, _)| logged(by)).collect())
                .collect(),
        }
    }

    fn rest(&self, piece: u32) -> Rest<'_> {
        let gone = self.gone.get(at(piece)).map_or(&[][..], Vec::as_slice);
        let alike = self.alike.get(at(piece)).map_or(&[][..], Vec::as_slice);
        Rest { gone, alike, own: false }
    }

    fn remove(&mut self, whole: &Whole<'_, '_>, rule: RuleAt) {
        self.rules.insert(rule);
        for place in whole.places(rule) {
            let Some((_, _, entry)) = whole.entry(*place) else { continue };
            let gone = self.gone.get_mut(at(place.piece));
            if let Some(gone) = gone.and_then(|gone| gone.get_mut(at(entry.origin))) {
                *gone = true;
            }
        }
    }
}

/// Holds what was chosen against the prover.
pub(super) fn removable(policy: &Policy, chosen: Chosen) -> Removable {
    let Chosen { rules, cut } = chosen;
    if rules.is_empty() {
        return Removable { rules, proved: true, cut };
    }
    let mut before = policy.clone();
    as_one(&mut before);
    let mut after = before.clone();
    for (base, number) in &rules {
        let base = after.rulebases.get_mut(at(base.0));
        if let Some(rule) = base.and_then(|base| base.rules.get_mut(at(*number))) {
            rule.enabled = false;
        }
    }
    let zones = u32::try_from(policy.zones.len()).unwrap_or(u32::MAX);
    let zones = ZoneMap { pairs: (0..zones).map(|zone| (ZoneId(zone), ZoneId(zone))).collect() };
    let proved = prove(&before, &after, &zones, Options::default()).equal();
    Removable { rules, proved, cut }
}

/// Objects that hold something that is undefined or could not be read.
struct Doubtful<'p> {
    policy: &'p Policy,
    addresses: Vec<bool>,
    services: Vec<bool>,
}

impl<'p> Doubtful<'p> {
    fn of(policy: &'p Policy) -> Self {
        let mut all = Self { policy, addresses: Vec::new(), services: Vec::new() };
        // Members come before groups.
        for object in &policy.addresses {
            let doubtful = all.address(&object.value);
            all.addresses.push(doubtful);
        }
        for object in &policy.services {
            let doubtful = all.service(&object.value);
            all.services.push(doubtful);
        }
        all
    }

    fn rule(&self, rule: &Rule) -> bool {
        let mut conditions = rule.conditions.iter().flat_map(|condition| &condition.any_of);
        self.address(&rule.source)
            || self.address(&rule.destination)
            || self.service(&rule.services)
            || conditions.any(|id| self.predicate(*id))
            || rule.ends.as_deref().is_some_and(|ends| self.address(&ends.scope))
    }

    fn predicate(&self, id: PredicateId) -> bool {
        self.policy.predicates.get(at(id.0)).is_none_or(|known| {
            matches!(known.kind, PredicateKind::Undefined | PredicateKind::Unreadable)
        })
    }

    fn address(&self, set: &Addresses) -> bool {
        match set {
            Addresses::Object(id) => self.addresses.get(at(id.0)) != Some(&false),
            Addresses::Unknown(id) => self.predicate(*id),
            Addresses::Union(members) | Addresses::Common(members) => {
                members.iter().any(|member| self.address(member))
            }
            Addresses::Except(from, without) => self.address(from) || self.address(without),
            Addresses::Any
            | Addresses::Range(_)
            | Addresses::Masked(_)
            | Addresses::Zone(_)
            | Addresses::TranslatedBy(_) => false,
        }
    }

    fn service(&self, set: &Services) -> bool {
        match set {
            Services::Object(id) => self.services.get(at(id.0)) != Some(&false),
            Services::Unknown(id) => self.predicate(*id),
            Services::Union(members) | Services::Common(members) => {
                members.iter().any(|member| self.service(member))
            }
            Services::Except(from, without) => self.service(from) || self.service(without),
            Services::Any | Services::Protocol(_) | Services::Ports(_) | Services::Icmp { .. } => {
                false
            }
        }
    }
}
