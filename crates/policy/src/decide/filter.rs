//! What the rulebases do with a packet: stages, rules, layers.

use super::outcome::{By, Mismatch, Passed, Step};
use super::{Way, World, zones_mismatch};
use crate::address::Addresses;
use crate::matching::{Ask, all, conditions_hold, in_addresses, in_services};
use crate::nat::NatId;
use crate::packet::Packet;
use crate::place::{Egress, ZoneId};
use crate::rule::{Action, End, NatView, Rule, RulebaseId, Stage, Verdict};
use crate::whole::{Policy, Seen};

impl Way<'_> {
    /// Every stage must accept.
    pub(super) fn filter(&mut self, world: &mut dyn World) -> Verdict {
        match self.egress {
            Egress::Nowhere => return self.step(None, By::NoRoute, Verdict::Drop),
            Egress::Local => {
                if let Some(local) = self.policy.local {
                    return self.stage(None, local, None, world);
                }
            }
            Egress::Interface(_) => {}
        }
        if self.seen == Seen::Bypass {
            return self.step(None, By::Bypass, Verdict::Accept);
        }
        let policy = self.policy;
        let mut verdict = None;
        for (index, stage) in policy.filter.iter().enumerate() {
            let decided = if self.guarded(stage, world) {
                self.stage(Some(index), stage.rulebase, stage.end, world)
            } else {
                self.step(Some(index), By::NotGuarded, Verdict::Accept)
            };
            if decided != Verdict::Accept {
                return decided;
            }
            verdict = Some(decided);
        }
        verdict.unwrap_or_else(|| self.step(None, By::NoFilter, Verdict::Accept))
    }

    fn step(&mut self, stage: Option<usize>, by: By, verdict: Verdict) -> Verdict {
        self.steps.push(Step { stage, by, verdict });
        if let Some((done, open)) = &mut self.passed {
            done.push(std::mem::take(open));
        }
        verdict
    }

    /// The header that the rulebases see, and the zones.
    fn view(&self) -> (Packet, (Option<ZoneId>, Option<ZoneId>)) {
        let zones = self.zones(self.egress, self.packet.destination);
        match self.seen {
            Seen::Original => (self.original, zones),
            Seen::Translated | Seen::Bypass => (self.packet, zones),
        }
    }

    fn guarded(&self, stage: &Stage, world: &mut dyn World) -> bool {
        self.end_in(stage.end.unwrap_or(End::Source), &stage.guard, world)
    }

    /// Whether the address at this end is in the set.
    fn end_in(&self, end: End, set: &Addresses, world: &mut dyn World) -> bool {
        let (packet, zones) = self.view();
        let side = match end {
            End::Source => self.source_side(&packet, zones.0),
            End::Destination => self.destination_side(&packet, zones.1),
        };
        self.certain(world, |ask| in_addresses(self.policy, set, side, ask))
    }

    /// One stage: its rulebase and the layers that it hands packets to.
    fn stage(
        &mut self,
        index: Option<usize>,
        rulebase: RulebaseId,
        end: Option<End>,
        world: &mut dyn World,
    ) -> Verdict {
        let policy = self.policy;
        let mut current = rulebase;
        let mut at = 0u32;
        loop {
            let Some(base) = policy.rulebase(current) else {
                return self.step(index, By::NoFilter, Verdict::Drop);
            };
            let Some(rule) = usize::try_from(at).ok().and_then(|at| base.rules.get(at)) else {
                return self.step(index, By::Default(current), base.default);
            };
            if let Some(mismatch) = self.mismatch(rule, end, world) {
                if let Some((_, open)) = &mut self.passed {
                    open.push(Passed { rule: (current, at), mismatch });
                }
                at += 1;
                continue;
            }
            match rule.action {
                Action::Decide(verdict) => {
                    if verdict == Verdict::Accept {
                        self.accepted_by = Some(rule);
                    }
                    return self.step(index, By::Rule(current, at), verdict);
                }
                Action::Layer(layer) => {
                    current = layer;
                    at = 0;
                }
                Action::SkipTo(next) => at = next.max(at + 1),
                Action::Continue => at += 1,
            }
        }
    }

    /// What of a rule does not match; `None` when it matches.
    fn mismatch(&self, rule: &Rule, end: Option<End>, world: &mut dyn World) -> Option<Mismatch> {
        let (packet, zones) = self.view();
        if !rule.enabled {
            return Some(Mismatch::Disabled);
        }
        if let Some(mismatch) = zones_mismatch(&rule.from, &rule.to, rule.pair, zones) {
            return Some(mismatch);
        }
        if let (Some(end), Some(ends)) = (end, rule.ends.as_deref()) {
            let there = match end {
                End::Source => ends.outbound,
                End::Destination => ends.inbound,
            };
            if !there || !self.end_in(end, &ends.scope, world) {
                return Some(Mismatch::Ends);
            }
        }
        let named = || names_translation(&rule.destination, self.translated_by, self.policy);
        let hidden = rule.view == NatView::NamedOnly && self.translated_by.is_some();
        if hidden && !named() {
            return Some(Mismatch::Destination);
        }
        let cells = |ask: Ask<'_>| {
            let source = self.source_side(&packet, zones.0);
            let destination = self.destination_side(&packet, zones.1);
            [
                (Mismatch::Source, in_addresses(self.policy, &rule.source, source, ask)),
                (
                    Mismatch::Destination,
                    match hidden {
                        true => Some(true),
                        false => in_addresses(self.policy, &rule.destination, destination, ask),
                    },
                ),
                (Mismatch::Services, in_services(self.policy, &rule.services, &packet, ask)),
                (Mismatch::Conditions, conditions_hold(&rule.conditions, ask)),
            ]
        };
        // First without asking, and only if that leaves it open, with the world's answers: so it is asked only what matters.
        let mut answers = cells(&mut |_| None);
        if all(answers.iter().map(|(_, holds)| *holds)).is_none() {
            answers = cells(&mut |atom| Some(world.holds(atom)));
        }
        // What is said not to hold comes before what nobody knows.
        let first = |wanted| answers.iter().find(|(_, holds)| *holds == wanted);
        first(Some(false)).or_else(|| first(None)).map(|(mismatch, _)| *mismatch)
    }
}

/// Whether a destination cell names the NAT rule that rewrote the packet.
fn names_translation(cell: &Addresses, by: Option<NatId>, policy: &Policy) -> bool {
    match cell {
        Addresses::TranslatedBy(rule) => by == Some(*rule),
        Addresses::Object(id) => usize::try_from(id.0)
            .ok()
            .and_then(|id| policy.addresses.get(id))
            .is_some_and(|object| names_translation(&object.value, by, policy)),
        Addresses::Union(members) => {
            members.iter().any(|member| names_translation(member, by, policy))
        }
        Addresses::Common(members) => {
            !members.is_empty()
                && members.iter().all(|member| names_translation(member, by, policy))
        }
        Addresses::Except(from, without) => {
            names_translation(from, by, policy) && !names_translation(without, by, policy)
        }
        Addresses::Any
        | Addresses::Range(_)
        | Addresses::Masked(_)
        | Addresses::Zone(_)
        | Addresses::Unknown(_) => false,
    }
}
