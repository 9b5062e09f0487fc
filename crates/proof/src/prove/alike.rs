//! Translation that is alike on both sides, looked at once: where no rule that accepts has source NAT of its own, what becomes of a packet
//! does not depend on the rule that accepts it. Rules are then compared without being multiplied out with those of translation.

use super::result::Effect;
use super::slices::{Lists, Whole};
use crate::flatten::Flat;
use crate::meaning::{Meaning, Party, Slice};
use crate::numbering::Labelled;
use crate::sets::{Number, Set};
use crate::translation::{Rewritten, Translator, listed, rewritten};
use crate::wide::{Exceeded, Wide};

/// How both sides translate the packets of a region.
pub(super) struct Alike {
    /// Their rules of translation, as they were compared.
    pub(super) lists: Lists,
    /// All packets that the two translate differently are in here, if they are accepted.
    apart: Vec<Wide>,
}

/// With more regions that are translated differently, one that has all of them is taken apart.
const APART: usize = 16;

impl Whole<'_, '_, '_> {
    /// Compares the translation of a region. `None` where it depends on the rule that accepts, is too much to tell, or there is none.
    pub(super) fn alike(
        &mut self,
        region: &Wide,
        slices: (&Slice, &Slice),
        translators: (&Translator<'_>, &Translator<'_>),
        span: (f64, f64),
    ) -> Result<Option<Alike>, Exceeded> {
        if self.own_sources || (translators.0.keeps() && translators.1.keeps()) {
            return Ok(None);
        }
        let (left, right) = self.sides;
        let left = self.listed(left, region, slices.0, translators.0)?;
        let right = self.listed(right, region, slices.1, translators.1)?;
        let Some(both) = left.zip(right) else { return Ok(None) };
        // What is too much here may be less where only accepted packets are looked at.
        let Ok((lists, numbering)) = self.compared(region, both, None, span) else {
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
}

/// Splits accepted packets by what becomes of them; `None`: what the two sides do alike.
pub(super) fn translated(
    meaning: &mut Meaning<'_, '_>,
    flat: &Flat,
    translator: &Translator<'_>,
    alike: Option<&Alike>,
) -> Result<Vec<(Wide, Option<Rewritten>)>, Exceeded> {
    let mut parts = Vec::new();
    let mut add = |region: Wide| {
        let flat = Flat { region, ..flat.clone() };
        let new = rewritten(meaning, &flat, translator)?.into_iter();
        parts.extend(new.map(|(region, new)| (region, Some(new))));
        Ok(())
    };
    let Some(alike) = alike else {
        add(flat.region.clone())?;
        return Ok(parts);
    };
    let mut rest = vec![flat.region.clone()];
    for apart in &alike.apart {
        for piece in std::mem::take(&mut rest) {
            let Some(both) = piece.and(apart) else {
                rest.push(piece);
                continue;
            };
            add(both)?;
            rest.extend(piece.without(apart));
        }
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
