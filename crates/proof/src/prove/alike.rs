//! What both sides do alike, looked at once: what becomes of sources, and what rules do with packets wherever they were sent first.
//!
//! What becomes of a source depends on the packet, as it came or as it is after its destination was rewritten, and on what the rule that
//! accepts it says. So there is a list for each such thing that rules say, of all packets; where the lists of the two are the same, rules
//! are compared without being multiplied out with them.

use hashbrown::HashMap;
use policy::{AddressTarget, NatRule, NatView, NatWhen, Seen};

use super::at;
use super::result::Effect;
use super::slices::{Known, Lists, Outline, Whole};
use crate::candidates::Candidates;
use crate::flatten::Flat;
use crate::meaning::{Meaning, Party};
use crate::numbering::{Labelled, Numbering};
use crate::sets::{Number, Set};
use crate::slice::{NewAddress, NewPort, Slice};
use crate::translation::{NewSource, Rewritten, Translator, listed, own_source, push, rewritten};
use crate::wide::{Exceeded, Wide};

/// How sources are told.
pub(super) enum Telling {
    /// Nobody rewrites any.
    Kept,
    /// By lists.
    Listed(Listed),
    /// Rule by rule.
    Told,
}

/// Lists of what becomes of sources.
pub(super) struct Listed {
    /// The number of each list, by the source NAT that rules have of their own.
    numbers: HashMap<Option<NewSource>, u32>,
    /// All packets that the two treat differently by some list are in here.
    apart: Vec<Wide>,
    /// Whether they are about packets as they came; otherwise about packets whose destination has been rewritten.
    before: bool,
}

/// Where rules differ, of packets whose destination nobody rewrites.
pub(super) struct Plain {
    /// All packets that they treat differently are in here.
    apart: Vec<Wide>,
    /// The number of the lists in the certificate.
    list: u32,
}

/// With more entries in all lists of sources, sources are told rule by rule.
const ENTRIES: usize = 2_000_000;
/// With more differences of rules, they are not kept.
const DIFFERENCES: usize = 256;
/// With more regions in which sources differ, one that has all of them is taken. Tests have small policies.
const APART: usize = if cfg!(test) { 1 } else { 16 };

impl Telling {
    /// What becomes of the source of packets that are accepted, where it need not be told rule by rule.
    pub(super) fn of(&self, party: &Party<'_>, flat: &Flat) -> Result<NewSource, Exceeded> {
        let Self::Listed(listed) = self else { return Ok(NewSource::KEPT) };
        let own = own_source(party.policy, flat);
        let own = own.map(|own| NewSource::new(party, Some(&own.address), own.port)).transpose()?;
        let number = listed.numbers.get(&own).ok_or(Exceeded("sources of one rule"))?;
        Ok(NewSource::listed(*number))
    }
}

impl Whole<'_, '_, '_> {
    /// Looks at what becomes of sources, whichever rule accepts them.
    pub(super) fn sources(&mut self) -> Telling {
        let (left, right) = self.sides;
        let Ok(owns) = owns(&[left, right]) else { return Telling::Told };
        let rules = |wanted: fn(NatWhen) -> bool| {
            let passes = [left, right].into_iter().flat_map(|party| &party.policy.nat.passes);
            let rules = passes.filter(move |pass| wanted(pass.when)).flat_map(|pass| &pass.rules);
            rules.filter(|rule| rule.enabled)
        };
        let mut before =
            rules(|when| when == NatWhen::BeforeFilter).filter(|rule| rule.rewrites_source());
        let leaving = |rule: &NatRule| rule.source_to == Some(AddressTarget::EgressInterface);
        // By which interface a packet leaves depends on its new destination.
        let open = before.clone().any(leaving);
        let first = before.next().is_some();
        let last = owns.len() > 1 || rules(|when| when == NatWhen::AfterFilter).next().is_some();
        let entries = rules(|_| true).count().saturating_mul(owns.len());
        match (first, last) {
            (false, false) => Telling::Kept,
            _ if first && (last || open) || entries > ENTRIES => Telling::Told,
            _ => self.listed_sources(&owns, first).map_or(Telling::Told, Telling::Listed),
        }
    }

    /// `None` where the lists are too much to compare.
    fn listed_sources(&mut self, owns: &[Option<NewSource>], before: bool) -> Option<Listed> {
        let (left, right) = self.sides;
        let full = self.universe.full.clone();
        let mut apart = Vec::new();
        let mut found = Vec::new();
        for own in owns {
            let own = own.as_ref();
            let both =
                (self.listed(left, own, before).ok()?, self.listed(right, own, before).ok()?);
            let (lists, regions) = self.everywhere(&full, both)?;
            apart.extend(regions);
            // A certificate says of all packets that their source becomes the same.
            if self.proof.certificate.is_some() {
                found.push(lists);
            }
        }
        if let Some(certificate) = &mut self.proof.certificate {
            if !apart.is_empty() {
                return None;
            }
            // All or none: others would have the numbers of those that are missing.
            let written = found.iter().all(|lists| certificate.list(&full, lists).is_some());
            if !written {
                self.proof.certificate = None;
            }
        }
        if apart.len() > APART {
            apart = vec![hull(&apart)];
        }
        Some(Listed { numbers: owns.iter().cloned().zip(0u32..).collect(), apart, before })
    }

    fn listed(
        &mut self,
        party: &Party<'_>,
        own: Option<&NewSource>,
        before: bool,
    ) -> Result<Vec<Labelled>, Exceeded> {
        let seen = if before { Seen::Original } else { Seen::Translated };
        let slice = Slice { seen, ..Slice::untouched(party.policy) };
        let full = &self.universe.full;
        let mut meaning = Meaning::new(party, slice, &mut self.questions);
        let translator = Translator::new(&mut meaning, None, full, None)?;
        let list = listed(&mut meaning, &translator, full, own)?.into_iter();
        let effect = |new| Effect::Leaves(new, None);
        Ok(list.map(|(region, new)| (region, self.effects.number(effect(new)), 0)).collect())
    }

    /// Compares lists of all packets: where they differ. `None` where that is too much to tell.
    fn everywhere(
        &mut self,
        full: &Wide,
        both: (Vec<Labelled>, Vec<Labelled>),
    ) -> Option<(Lists, Vec<Wide>)> {
        let outline = Outline { around: full.clone(), apart: None, region: full };
        let span = (self.span.0, self.span.0);
        let (lists, numbering) = self.compared(&outline, both, None, span).ok()?;
        let found = &lists.found;
        if found.ended || !found.undecided.is_empty() || found.differences.len() > DIFFERENCES {
            return None;
        }
        let mut apart = Vec::new();
        for difference in &found.differences {
            let regions = difference.regions.as_ref()?;
            apart.extend(regions.iter().map(|region| numbering.wide(region)));
        }
        Some((lists, apart))
    }

    /// Where sources have to be told rule by rule, of a region whose destinations become what the slices say; `None`: everywhere.
    pub(super) fn apart(&self, region: &Wide, slices: (&Slice, &Slice)) -> Option<Vec<Wide>> {
        let listed = match &self.sources {
            Telling::Kept => return Some(Vec::new()),
            Telling::Told => return None,
            Telling::Listed(listed) => listed,
        };
        let met = |new: &[Wide]| {
            let meets = |apart: &&Wide| new.iter().any(|new| meets_bare(apart, new));
            listed.apart.iter().filter(meets).cloned().collect::<Vec<Wide>>()
        };
        if listed.before || (keeps(slices.0) && keeps(slices.1)) {
            return Some(met(std::slice::from_ref(region)));
        }
        let new = [slices.0, slices.1].map(|slice| slice.becomes(region, self.universe));
        let [Some(left), Some(right)] = new else { return None };
        // A new destination leaves the rest of a packet as it is.
        let Wide { destination, service, .. } = &self.universe.full;
        let wider = |apart: Wide| Wide {
            destination: destination.clone(),
            service: service.clone(),
            answers: Vec::new(),
            ..apart
        };
        Some(met(&[left, right]).into_iter().map(wider).collect())
    }

    /// A region that has all differences of labels that may yet mean the same. `None`: it is not known where they are;
    /// `Some(None)`: there are none.
    pub(super) fn doubtful(&self, lists: &Lists, numbering: &Numbering) -> Option<Option<Wide>> {
        let label = |list: &crate::list::List, entry: u32| {
            list.entries.get(at(entry)).map_or(u32::MAX, |entry| entry.label)
        };
        let in_doubt = |left: u32, right: u32| {
            let labels = (label(&lists.left.1, left), label(&lists.right.1, right));
            self.effects.in_doubt(labels.0, labels.1)
        };
        let found = &lists.found;
        if found.undecided.iter().any(|(left, right)| in_doubt(*left, *right)) {
            return None;
        }
        let mut regions = Vec::new();
        for difference in &found.differences {
            if in_doubt(difference.left, difference.right) {
                regions.extend(difference.regions.as_ref()?.iter().map(|one| numbering.wide(one)));
            }
        }
        Some((!regions.is_empty()).then(|| hull(&regions)))
    }

    /// Where the rules of the two differ, of all packets, as if nobody rewrote their destination. What a rule matches of packets whose
    /// destination was rewritten before is what it matches of packets that came to the new destination, unless rules name those that
    /// rewrite. `None` where that is so, or where it is too much to tell.
    pub(super) fn plain_differences(&mut self) -> Option<Plain> {
        let names = |party: &Party<'_>, known: &Known| {
            let mut rules = party.policy.rulebases.iter().flat_map(|base| &base.rules);
            known.candidates.as_ref().is_none_or(Candidates::name_translation)
                || rules.any(|rule| rule.view == NatView::NamedOnly)
        };
        let (left, right) = self.sides;
        let slice =
            |party: &Party<'_>| Slice { seen: Seen::Translated, ..Slice::untouched(party.policy) };
        let (mine, theirs) = (slice(left), slice(right));
        let full = self.universe.full.clone();
        let named = names(left, &self.known.0) || names(right, &self.known.1);
        let told = self.apart(&full, (&mine, &theirs));
        if named || told.is_none_or(|apart| !apart.is_empty()) {
            return None;
        }
        let left_list = self.write(left, &full, &mine, (None, &[])).ok()?.0;
        let right_list = self.write(right, &full, &theirs, (None, &[])).ok()?.0;
        let (lists, apart) = self.everywhere(&full, (left_list, right_list))?;
        let mut list = 0;
        if let Some(certificate) = &mut self.proof.certificate {
            // With differences there may still be one, of packets that are there.
            list = certificate.list(&full, &lists).filter(|_| apart.is_empty())?;
        }
        Some(Plain { apart, list })
    }

    /// What of a region is left to compare. Elsewhere the two do the same, because their rules do so with packets like what these become,
    /// and both translate them alike.
    pub(super) fn remaining(
        &mut self,
        region: &Wide,
        (mine, theirs): (&Slice, &Slice),
    ) -> Option<Wide> {
        let all = Some(region.clone());
        let Some(plain) = &self.plain else { return all };
        let seen = mine.seen == Seen::Translated && theirs.seen == Seen::Translated;
        if !seen || mine.address != theirs.address || mine.port != theirs.port {
            return all;
        }
        let Some(new) = mine.becomes(region, self.universe) else { return all };
        let Some(apart) = self.apart(region, (mine, theirs)) else { return all };
        let near = plain.apart.iter().filter(|apart| meets_bare(apart, &new));
        let met: Vec<Wide> = near.cloned().chain(apart).collect();
        if !met.is_empty() {
            return if keeps(mine) { region.and(&hull(&met)) } else { all };
        }
        let list = plain.list;
        if let Some(certificate) = &mut self.proof.certificate {
            match mine.values(region) {
                Some(values) => certificate.part(region, &values, list),
                None => return all,
            }
        }
        None
    }
}

/// What rules say of the source of what they accept: nothing, and whatever the source NAT of their own is.
fn owns(parties: &[&Party<'_>]) -> Result<Vec<Option<NewSource>>, Exceeded> {
    let mut owns = vec![None];
    let mut known = hashbrown::HashSet::new();
    for party in parties {
        let rules = party.policy.rulebases.iter().flat_map(|base| &base.rules);
        for own in rules.filter(|rule| rule.enabled).filter_map(|rule| rule.source_nat.as_ref()) {
            let own = NewSource::new(party, Some(&own.address), own.port)?;
            if known.insert(own.clone()) {
                owns.push(Some(own));
            }
        }
    }
    Ok(owns)
}

fn keeps(slice: &Slice) -> bool {
    slice.address == NewAddress::Same && slice.port == NewPort::Same
}

/// Whether packets meet a region after their destination was rewritten, whatever is unknown: answers to questions about new destinations
/// have other numbers.
fn meets_bare(region: &Wide, new: &Wide) -> bool {
    let bare = |region: &Wide| Wide { answers: Vec::new(), ..region.clone() };
    bare(region).meets(&bare(new))
}

/// Splits accepted packets by what becomes of them. `told`: where the source is told; elsewhere it becomes what is said.
pub(super) fn translated(
    meaning: &mut Meaning<'_, '_>,
    flat: &Flat,
    source: &NewSource,
    told: Option<(&Translator<'_>, &[Wide])>,
) -> Result<Vec<(Wide, Rewritten)>, Exceeded> {
    let mut parts = Vec::new();
    let mut rest = vec![flat.region.clone()];
    for (translator, apart) in
        told.into_iter().flat_map(|(translator, all)| all.iter().map(move |one| (translator, one)))
    {
        for region in apart.take_from(&mut rest) {
            parts.extend(rewritten(meaning, &Flat { region, ..flat.clone() }, translator)?);
        }
    }
    let policy = meaning.party.policy;
    let destination = meaning.slice.by.and_then(|id| policy.nat.rule(id));
    for region in rest {
        push(&mut parts, meaning, region, destination, source)?;
    }
    Ok(parts)
}

/// A region that has all of these.
pub(super) fn hull(regions: &[Wide]) -> Wide {
    fn all<'s, N: Number + 's>(sets: impl Iterator<Item = &'s Set<N>>) -> Set<N> {
        Set::new(sets.flat_map(Set::ranges).copied().collect())
    }
    Wide {
        from: all(regions.iter().map(|region| &region.from)),
        to: all(regions.iter().map(|region| &region.to)),
        source: all(regions.iter().map(|region| &region.source)),
        destination: all(regions.iter().map(|region| &region.destination)),
        service: all(regions.iter().map(|region| &region.service)),
        client: all(regions.iter().map(|region| &region.client)),
        answers: Vec::new(),
    }
}
