//! Translation that is alike on both sides, looked at once: where no rule that accepts has source NAT of its own, what becomes of a packet
//! does not depend on the rule that accepts it. Rules are then compared without being multiplied out with those of translation.

use policy::{NatId, NatView, Seen};

use super::result::Effect;
use super::slices::{Known, Lists, Outline, Whole};
use crate::candidates::Candidates;
use crate::flatten::Flat;
use crate::meaning::{Meaning, Party};
use crate::numbering::Labelled;
use crate::sets::{Number, Set};
use crate::slice::{NewAddress, NewPort, Slice};
use crate::translation::{Rewritten, Translator, listed, rewritten};
use crate::wide::{Exceeded, Wide};

/// How both sides translate the packets of a region.
pub(super) struct Alike {
    /// Their rules of translation, as they were compared.
    pub(super) lists: Lists,
    /// All packets that the two translate differently are in here, if they are accepted.
    pub(super) apart: Vec<Wide>,
}

/// With more differences of rules, they are not kept.
const DIFFERENCES: usize = 256;
/// With more regions that are translated differently, one that has all of them is taken apart. Tests have small policies.
const APART: usize = if cfg!(test) { 1 } else { 16 };

impl Whole<'_, '_, '_> {
    /// Compares the translation of a region. `None` where it depends on the rule that accepts, is too much to tell, or there is none.
    pub(super) fn alike(
        &mut self,
        outline: &Outline<'_>,
        slices: (&Slice, &Slice),
        translators: (&Translator<'_>, &Translator<'_>),
        span: (f64, f64),
    ) -> Result<Option<Alike>, Exceeded> {
        if self.own_sources || (translators.0.keeps() && translators.1.keeps()) {
            return Ok(None);
        }
        let (left, right) = self.sides;
        let left = self.listed(left, &outline.around, slices.0, translators.0)?;
        let right = self.listed(right, &outline.around, slices.1, translators.1)?;
        let Some(both) = left.zip(right) else { return Ok(None) };
        // What is too much here may be less where only accepted packets are looked at.
        let Ok((lists, numbering)) = self.compared(outline, both, None, span) else {
            return Ok(None);
        };
        let found = &lists.found;
        if found.ended {
            return Err(self.watching.limit().unwrap_or(Exceeded("stopped")));
        }
        let mut apart = Vec::new();
        for difference in &found.differences {
            let Some(regions) = &difference.regions else { return Ok(None) };
            apart.extend(regions.iter().map(|region| numbering.wide(region)));
        }
        // A certificate says of all packets of a part that they are translated alike.
        let certified = apart.is_empty() || self.proof.certificate.is_none();
        if !found.undecided.is_empty() || !certified {
            return Ok(None);
        }
        if apart.len() > APART {
            apart = vec![hull(&apart)];
        }
        Ok(Some(Alike { lists, apart }))
    }

    fn listed(
        &mut self,
        party: &Party<'_>,
        region: &Wide,
        slice: &Slice,
        translator: &Translator<'_>,
    ) -> Result<Option<Vec<Labelled>>, Exceeded> {
        let mut meaning = Meaning::new(party, slice.clone(), &mut self.questions);
        let Some(list) = listed(&mut meaning, translator, region)? else { return Ok(None) };
        let labelled = list
            .into_iter()
            .map(|(region, new)| (region, self.effects.number(Effect::Leaves(Some(new), None)), 0));
        Ok(Some(labelled.collect()))
    }

    /// Where the rules of the two differ, of all packets, as if nobody rewrote their destination and whatever becomes of their source.
    /// What a rule matches of packets whose destination was rewritten before is what it matches of packets that came to the new
    /// destination, unless rules name those that rewrite. `None` where that is so, or where it is too much to tell. It is not certified.
    pub(super) fn plain_differences(&mut self) -> Option<Vec<Wide>> {
        let names = |party: &Party<'_>, known: &Known| {
            let mut rules = party.policy.rulebases.iter().flat_map(|base| &base.rules);
            known.candidates.as_ref().is_none_or(Candidates::name_translation)
                || rules.any(|rule| rule.view == NatView::NamedOnly)
        };
        let (left, right) = self.sides;
        let named = names(left, &self.known.0) || names(right, &self.known.1);
        if named || self.own_sources || self.proof.certificate.is_some() {
            return None;
        }
        let slice =
            |party: &Party<'_>| Slice { seen: Seen::Translated, ..Slice::untouched(party.policy) };
        let (mine, theirs) = (slice(left), slice(right));
        let full = self.universe.full.clone();
        let outline = Outline { around: full.clone(), apart: None, region: &full };
        let left_list = self.write(left, &full, &mine, None, None).ok()?.0;
        let right_list = self.write(right, &full, &theirs, None, None).ok()?.0;
        let span = (self.span.0, self.span.0 + self.span.1 / 2.0);
        let (lists, numbering) =
            self.compared(&outline, (left_list, right_list), None, span).ok()?;
        let found = lists.found;
        if found.ended || !found.undecided.is_empty() || found.differences.len() > DIFFERENCES {
            return None;
        }
        let mut apart = Vec::new();
        for difference in found.differences {
            apart.extend(difference.regions?.iter().map(|region| numbering.wide(region)));
        }
        Some(apart)
    }

    /// What of a region is left to compare. Elsewhere the two do the same, because their rules do so with packets like what these become,
    /// and both translate them alike.
    pub(super) fn remaining(
        &mut self,
        outline: &Outline<'_>,
        (mine, theirs): (&Slice, &Slice),
        rules: (Option<NatId>, Option<NatId>),
    ) -> Option<Wide> {
        let all = Some(outline.region.clone());
        let Some(apart) = &self.plain else { return all };
        let seen = mine.seen == Seen::Translated && theirs.seen == Seen::Translated;
        if !seen || mine.address != theirs.address || mine.port != theirs.port {
            return all;
        }
        let Some(new) = mine.becomes(outline.region, self.universe) else { return all };
        // The answers to questions about new destinations have other numbers.
        let bare = apart.iter().map(|apart| Wide { answers: Vec::new(), ..apart.clone() });
        let met: Vec<Wide> = bare.filter(|apart| apart.meets(&new)).collect();
        let kept = mine.address == NewAddress::Same && mine.port == NewPort::Same;
        if !met.is_empty() && !kept {
            return all;
        }
        let (left, right) = self.sides;
        let mut list = |party, slice, rule| {
            let translator = self.translator(party, &outline.around, slice, rule).ok()?;
            let mut meaning = Meaning::new(party, slice.clone(), &mut self.questions);
            listed(&mut meaning, &translator, &outline.around).ok()?
        };
        let both = list(left, mine, rules.0).zip(list(right, theirs, rules.1));
        match both {
            Some((mine, theirs)) if mine == theirs && met.is_empty() => None,
            Some((mine, theirs)) if mine == theirs => outline.region.and(&hull(&met)),
            _ => all,
        }
    }
}

/// Splits accepted packets by what becomes of them. `None` is for what both sides do alike: outside of `apart`, or everywhere without
/// a translator.
pub(super) fn translated(
    meaning: &mut Meaning<'_, '_>,
    flat: &Flat,
    translator: Option<&Translator<'_>>,
    apart: Option<&[Wide]>,
) -> Result<Vec<(Wide, Option<Rewritten>)>, Exceeded> {
    let Some(translator) = translator else { return Ok(vec![(flat.region.clone(), None)]) };
    let mut parts = Vec::new();
    let mut add = |region: Wide| {
        let flat = Flat { region, ..flat.clone() };
        let new = rewritten(meaning, &flat, translator)?.into_iter();
        parts.extend(new.map(|(region, new)| (region, Some(new))));
        Ok(())
    };
    let Some(apart) = apart else {
        add(flat.region.clone())?;
        return Ok(parts);
    };
    let mut rest = vec![flat.region.clone()];
    for apart in apart {
        apart.take_from(&mut rest).into_iter().try_for_each(&mut add)?;
    }
    parts.extend(rest.into_iter().map(|region| (region, None)));
    Ok(parts)
}

/// A region that has all of these.
fn hull(regions: &[Wide]) -> Wide {
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
