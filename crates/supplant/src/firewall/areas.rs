//! The packets of a difference as records.

use model::record::prove::{Area, AreaCell, AreaCondition, ComparedCoverage};
use policy::{Family, Policy, without_digest};
use proof::prove::{self, Cell, Coverage, Names};
use proof::questions::{Asked, Subject};
use proof::sets::Set;

use super::pairing::Placed;
use super::replay::alone;
use super::zoning::Paired;

/// Turns packets into records.
pub(crate) struct Areas<'a> {
    /// The two contexts.
    pub(crate) sides: (Placed<'a>, Placed<'a>),
    /// Their zones.
    pub(crate) paired: &'a Paired,
    /// Their objects.
    pub(crate) names: Names,
}

impl Areas<'_> {
    /// One part of the packets.
    pub(crate) fn area(&self, area: &prove::Area) -> Area {
        Area {
            family: family(area.family).to_owned(),
            from: self.zones(&area.from),
            to: self.zones(&area.to),
            source: cell(self.names.source(area)),
            destination: cell(self.names.destination(area)),
            services: cell(self.names.services(area)),
            source_ports: cell(self.names.clients(area)),
            conditions: conditions(&area.answers, (self.sides.0.policy, self.sides.1.policy)),
        }
    }

    /// Pairs of zones by number; both names where they differ.
    fn zones(&self, set: &Set) -> AreaCell {
        let all = self.paired.pairs.len();
        let numbers: Vec<usize> = set
            .ranges()
            .iter()
            .flat_map(|(first, last)| *first..=*last)
            .filter_map(|number| usize::try_from(number).ok())
            .collect();
        if numbers.len() >= all {
            return AreaCell { except: true, ..AreaCell::default() };
        }
        let named = numbers.iter().filter_map(|number| {
            let pair = self.paired.pairs.get(*number)?;
            let same = pair.left == pair.right;
            Some(if same { pair.left.clone() } else { format!("{} = {}", pair.left, pair.right) })
        });
        AreaCell { except: false, of: named.collect(), more: 0 }
    }
}

/// What must hold of packets, and what must not, in two policies (left and right).
pub(crate) fn conditions(
    answers: &[(Asked, bool)],
    sides: (&Policy, &Policy),
) -> Vec<AreaCondition> {
    let condition = |(asked, holds): &(Asked, bool)| {
        let about = match asked.subject {
            Subject::Source => "source",
            Subject::Destination => "destination",
            Subject::Translated(_) | Subject::Shifted(_) => "translated",
            Subject::Packet => "packet",
        };
        AreaCondition {
            kind: asked.kind.as_str().to_owned(),
            name: name(asked, sides),
            about: about.to_owned(),
            holds: *holds,
            side: side(asked, sides).to_owned(),
        }
    };
    answers.iter().map(condition).collect()
}

/// The name of an unknown. One that is like no other is named by its policy and its number there.
fn name(asked: &Asked, (left, right): (&Policy, &Policy)) -> String {
    let named = || {
        let (side, number) = asked.meaning.split_once(':')?;
        let policy = if side == "0" { left } else { right };
        let predicate = policy.predicates.get(number.parse::<usize>().ok()?)?;
        let label = &predicate.origin.label;
        Some(if label.is_empty() { &predicate.meaning } else { label }.to_string())
    };
    let found = if alone(asked.kind) { named() } else { None };
    found.unwrap_or_else(|| without_digest(&asked.meaning).to_owned())
}

/// Which policy alone has an unknown of which the other has a namesake with other content.
fn side(asked: &Asked, (left, right): (&Policy, &Policy)) -> &'static str {
    let has = |policy: &Policy, same: &dyn Fn(&str) -> bool| {
        policy.predicates.iter().any(|one| one.kind == asked.kind && same(&one.meaning))
    };
    let exactly = |meaning: &str| *meaning == *asked.meaning;
    let named = |meaning: &str| without_digest(meaning) == without_digest(&asked.meaning);
    match (has(left, &exactly), has(right, &exactly)) {
        (true, false) if has(right, &named) => "A",
        (false, true) if has(left, &named) => "B",
        _ => "",
    }
}

fn cell(cell: Cell) -> AreaCell {
    let Cell { except, of, more } = cell;
    AreaCell { except, of, more }
}

fn family(family: Family) -> &'static str {
    match family {
        Family::V4 => "ipv4",
        Family::V6 => "ipv6",
    }
}

/// How far the comparison of a family got.
pub(crate) fn coverage(coverage: &Coverage) -> ComparedCoverage {
    ComparedCoverage {
        family: family(coverage.family).to_owned(),
        alike: coverage.alike(),
        different: coverage.different,
        open: coverage.open,
        parts: coverage.parts.1,
        parts_done: coverage.parts.0,
    }
}
