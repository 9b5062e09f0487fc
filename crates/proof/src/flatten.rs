//! Rulebases as one ordered list of regions: layers, stages and defaults written out.

use policy::{
    Action, Addresses, By, End, NatView, Pair, Rule, RulebaseId, Seen, Services, Stage, Verdict,
    Zones,
};

use crate::candidates::Candidates;
use crate::meaning::{Meaning, Side};
use crate::wide::{Exceeded, Union, Wide};

/// One entry, before numbering.
#[derive(Clone, Debug)]
pub(crate) struct Flat {
    /// Which packets.
    pub(crate) region: Wide,
    /// What becomes of them.
    pub(crate) verdict: Verdict,
    /// What decides.
    pub(crate) by: By,
    /// The rule whose own source NAT applies: the one that accepted last.
    pub(crate) accepted_by: Option<(RulebaseId, u32)>,
}

/// How many entries one list may have.
const ENTRIES: usize = 8_000_000;

/// Writes out what a policy does with the packets of one slice.
pub(crate) struct Flattening<'m, 'a, 'b> {
    pub(crate) meaning: &'m mut Meaning<'a, 'b>,
    out: Vec<Flat>,
    /// Which rules may match packets of few destinations.
    candidates: Option<&'m Candidates>,
    most: usize,
}

/// Where on the way through the stages the writing is.
#[derive(Clone, Copy)]
struct At {
    /// Index of the next stage; `None` in the local rulebase, which is the only one.
    next: Option<usize>,
    end: Option<End>,
    accepted_by: Option<(RulebaseId, u32)>,
}

impl<'m, 'a, 'b> Flattening<'m, 'a, 'b> {
    pub(crate) fn new(meaning: &'m mut Meaning<'a, 'b>) -> Self {
        Self { meaning, out: Vec::new(), candidates: None, most: ENTRIES }
    }

    /// The same, with rules looked up by destination.
    #[must_use]
    pub(crate) fn among(mut self, candidates: Option<&'m Candidates>) -> Self {
        self.candidates = candidates;
        self
    }

    /// With so many entries at most.
    pub(crate) fn at_most(mut self, most: usize) -> Self {
        self.most = self.most.min(most);
        self
    }

    /// The list for the packets in `region`: its entries cover all of it.
    pub(crate) fn filter(mut self, region: &Wide) -> Result<Vec<Flat>, Exceeded> {
        let ways = &self.meaning.party.ways;
        let (nowhere, own) = (ways.nowhere.clone(), ways.own.clone());
        if let Some(lost) = self.meaning.routed(&nowhere).and(region) {
            self.push(lost, Verdict::Drop, By::NoRoute, None)?;
        }
        if let (Some(local), Some(mine)) =
            (self.meaning.party.policy.local, self.meaning.routed(&own).and(region))
        {
            let at = At { next: None, end: None, accepted_by: None };
            self.rulebase(local, 0, &mine, at)?;
        }
        if self.meaning.slice.seen == Seen::Bypass {
            self.push(region.clone(), Verdict::Accept, By::Bypass, None)?;
        } else if self.meaning.party.policy.filter.is_empty() {
            self.push(region.clone(), Verdict::Accept, By::NoFilter, None)?;
        } else {
            self.stage(0, region, By::NoFilter, None)?;
        }
        Ok(self.out)
    }

    fn push(
        &mut self,
        region: Wide,
        verdict: Verdict,
        by: By,
        accepted_by: Option<(RulebaseId, u32)>,
    ) -> Result<(), Exceeded> {
        if self.out.len() >= self.most {
            let limit = if self.most < ENTRIES { "memory" } else { "entries of one list" };
            return Err(Exceeded(limit));
        }
        self.out.push(Flat { region, verdict, by, accepted_by });
        Ok(())
    }

    /// From this stage on; `by` accepted so far.
    fn stage(
        &mut self,
        index: usize,
        region: &Wide,
        by: By,
        accepted_by: Option<(RulebaseId, u32)>,
    ) -> Result<(), Exceeded> {
        let policy = self.meaning.party.policy;
        let Some(Stage { rulebase, end, guard }) = policy.filter.get(index) else {
            return self.push(region.clone(), Verdict::Accept, by, accepted_by);
        };
        let guarded = self.meaning.addresses(guard, side(end.unwrap_or(End::Source)))?;
        let unguarded = guarded.not(self.meaning.party.universe)?;
        for part in &unguarded.0 {
            if let Some(part) = part.and(region) {
                self.stage(index + 1, &part, By::NotGuarded, accepted_by)?;
            }
        }
        for part in &guarded.0 {
            if let Some(part) = part.and(region) {
                let at = At { next: Some(index + 1), end: *end, accepted_by };
                self.rulebase(*rulebase, 0, &part, at)?;
            }
        }
        Ok(())
    }

    /// The rules of a rulebase from an index on, for the packets in `region`.
    fn rulebase(
        &mut self,
        id: RulebaseId,
        from: u32,
        region: &Wide,
        at: At,
    ) -> Result<(), Exceeded> {
        let Some(base) = self.meaning.party.policy.rulebase(id) else {
            return self.push(region.clone(), Verdict::Drop, By::NoFilter, None);
        };
        let meaning = &*self.meaning;
        let chosen = self
            .candidates
            .and_then(|known| known.of_base(id, meaning.party, &meaning.slice, region));
        let length = u32::try_from(base.rules.len()).unwrap_or(u32::MAX);
        let all = if chosen.is_some() { 0..0 } else { from..length };
        let chosen = chosen.unwrap_or_default().into_iter().filter(|number| *number >= from);
        for number in chosen.chain(all) {
            let rule = usize::try_from(number).ok().and_then(|number| base.rules.get(number));
            let Some(rule) = rule else { continue };
            if !rule.enabled || rule.action == Action::Continue {
                continue;
            }
            for part in self.rule(rule, at.end, region)?.0 {
                match rule.action {
                    Action::Decide(verdict) => {
                        let mut at = at;
                        if verdict == Verdict::Accept {
                            at.accepted_by = Some((id, number));
                        }
                        self.decided(verdict, By::Rule(id, number), &part, at)?;
                    }
                    Action::Layer(layer) => self.rulebase(layer, 0, &part, at)?,
                    Action::SkipTo(next) => self.rulebase(id, next, &part, at)?,
                    Action::Continue => {}
                }
            }
        }
        self.decided(base.default, By::Default(id), region, at)
    }

    fn decided(&mut self, verdict: Verdict, by: By, part: &Wide, at: At) -> Result<(), Exceeded> {
        match at.next {
            Some(next) if verdict == Verdict::Accept => self.stage(next, part, by, at.accepted_by),
            _ => self.push(part.clone(), verdict, by, at.accepted_by),
        }
    }

    /// What a rule matches within `region`.
    fn rule(&mut self, rule: &Rule, end: Option<End>, region: &Wide) -> Result<Union, Exceeded> {
        let meaning = &mut *self.meaning;
        let mut matched = Union::one(region.clone());
        // What is everything is not asked for: most cells are.
        if rule.from != Zones::Any {
            matched.narrow(&meaning.from(&rule.from))?;
        }
        if rule.to != Zones::Any {
            matched.narrow(&meaning.to(&rule.to))?;
        }
        if rule.pair != Pair::Any {
            matched.narrow(&meaning.pair(rule.pair)?)?;
        }
        if matched.0.is_empty() {
            return Ok(matched);
        }
        if rule.view == NatView::NamedOnly && meaning.slice.by.is_some() {
            if !meaning.names_slice(&rule.destination) {
                return Ok(Union::nothing());
            }
        } else if rule.destination != Addresses::Any {
            matched.narrow(&meaning.addresses(&rule.destination, Side::Destination)?)?;
        }
        if matched.0.is_empty() {
            return Ok(matched);
        }
        if rule.source != Addresses::Any {
            matched.narrow(&meaning.addresses(&rule.source, Side::Source)?)?;
        }
        if rule.services != Services::Any {
            matched.narrow(&meaning.services(&rule.services)?)?;
        }
        if !rule.conditions.is_empty() {
            matched.narrow(&meaning.conditions(&rule.conditions)?)?;
        }
        if let (Some(end), Some(ends)) = (end, rule.ends.as_deref()) {
            let there = match end {
                End::Source => ends.outbound,
                End::Destination => ends.inbound,
            };
            if !there {
                return Ok(Union::nothing());
            }
            matched.narrow(&meaning.addresses(&ends.scope, side(end))?)?;
        }
        Ok(matched)
    }
}

fn side(end: End) -> Side {
    match end {
        End::Source => Side::Source,
        End::Destination => Side::Destination,
    }
}
