//! What becomes of packets, as labels: numbered, and as functions that may meet.

use hashbrown::HashMap;

use super::at;
use super::result::Effect;
use crate::compare::Labels;
use crate::list::Region;
use crate::numbering::{Labelled, Numbering};
use crate::sets::Set;
use crate::translation::{NewValue, Rewritten};
use crate::wide::{Exceeded, Wide, line};

/// Effects as labels.
#[derive(Default)]
pub(super) struct Effects {
    numbers: HashMap<Effect, u32>,
    /// By number.
    pub(super) all: Vec<Effect>,
}

impl Effects {
    /// The number of an effect.
    pub(super) fn number(&mut self, effect: Effect) -> u32 {
        let next = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        *self.numbers.entry(effect.clone()).or_insert_with(|| {
            self.all.push(effect);
            next
        })
    }

    /// Whether two different labels may yet be the same in part: a source that a list says may be what the other one tells.
    pub(super) fn in_doubt(&self, left: u32, right: u32) -> bool {
        let listed = |new: &Rewritten| matches!(new.source, NewValue::Listed(_));
        match (self.all.get(at(left)), self.all.get(at(right))) {
            (Some(Effect::Leaves(mine, _)), Some(Effect::Leaves(theirs, _))) => {
                mine.source != theirs.source && (listed(mine) || listed(theirs))
            }
            _ => false,
        }
    }

    /// Addresses (sources, destinations) at which some two of the effects of two lists may agree although they differ elsewhere.
    pub(super) fn meetings(
        &self,
        left: &[Labelled],
        right: &[Labelled],
    ) -> Result<(Vec<u128>, Vec<u128>), Exceeded> {
        let mut labels: Vec<u32> = left.iter().chain(right).map(|(_, label, _)| *label).collect();
        labels.sort_unstable();
        labels.dedup();
        let effects = labels.iter().filter_map(|label| self.all.get(at(*label)));
        let rewritten: Vec<&Rewritten> = effects
            .filter_map(|effect| match effect {
                Effect::Leaves(new, _) => Some(new),
                Effect::Stopped(_) => None,
            })
            .collect();
        let of = |value: fn(&Rewritten) -> &NewValue| {
            let mut values: Vec<&NewValue> = rewritten.iter().map(|new| value(new)).collect();
            values.sort_unstable();
            values.dedup();
            // Only a constant meets a value that is kept or moved.
            let (moved, others): (Vec<&NewValue>, Vec<&NewValue>) =
                values.into_iter().partition(|value| value.keeps());
            if moved.len() * others.len() > 4_000_000 {
                return Err(Exceeded("ways of translating one address"));
            }
            let pairs = moved.iter().flat_map(|one| others.iter().map(move |other| (one, other)));
            Ok(pairs.flat_map(|(one, other)| one.agrees(other).into_iter().flatten()).collect())
        };
        Ok((of(|new| &new.source)?, of(|new| &new.destination)?))
    }
}

/// Effects as functions: where two of them meet.
pub(super) struct Meeting<'a> {
    pub(super) effects: &'a Effects,
    pub(super) numbering: &'a Numbering,
    pub(super) full: &'a Wide,
}

impl Labels for Meeting<'_> {
    fn agreement(&self, left: u32, right: u32) -> Option<Region> {
        let (Effect::Leaves(mine, by), Effect::Leaves(theirs, other)) =
            (self.effects.all.get(at(left))?, self.effects.all.get(at(right))?)
        else {
            return None;
        };
        if by != other {
            return None;
        }
        let mut region = self.numbering.everything(self.full);
        let [_, _, source, destination, service, client] = &mut region.cells;
        if let Some(met) = mine.source.agrees(&theirs.source) {
            *source = self.numbering.of_source(&met);
        }
        if let Some(met) = mine.destination.agrees(&theirs.destination) {
            *destination = self.numbering.of_destination(&met);
        }
        let port = |met: &u128| u32::try_from(*met).ok().filter(|port| *port <= 0xffff);
        if let Some(met) = mine.source_port.agrees(&theirs.source_port) {
            *client = Set::new(met.iter().filter_map(port).map(|port| (port, port)).collect());
        }
        if let Some(met) = mine.destination_port.agrees(&theirs.destination_port) {
            let ports = met.iter().filter_map(port);
            let lines =
                ports.flat_map(|port| [line::TCP, line::UDP, line::SCTP].map(|base| base + port));
            *service = Set::new(lines.map(|number| (number, number)).collect());
        }
        region.cells.iter().all(|cell| !cell.is_empty()).then_some(region)
    }
}
