//! One policy on its own: which rules never decide, which could go, and what may pass.

mod correlated;
mod examine;
mod flows;
mod meets;
mod query;
mod removable;
mod review;
mod without;

pub use correlated::{Correlated, Correlation};
pub use examine::{Examined, Wanted, examine, review};
pub use flows::{Flow, flows};
pub use query::{Answer, Part, Query, query};
pub use removable::Removable;
pub use review::{Idle, Review, RuleAt};

use std::cell::OnceCell;

use hashbrown::HashMap;
use policy::{AddressTarget, By, Family, Policy, PortTarget, Seen, Verdict};

use crate::flatten::{Flat, Flattening};
use crate::index::Index;
use crate::list::List;
use crate::meaning::{Meaning, Party, Side};
use crate::numbering::{Labelled, Numbering};
use crate::prove::{Job, Known, jobs};
use crate::questions::Questions;
use crate::routes::Ways;
use crate::sets::Set;
use crate::slice::Slice;
use crate::translation::destination_parts;
use crate::wide::{Exceeded, Universe, Wide, line};
use meets::Meets;

/// How many splits one cover may take.
const SPLITS: u32 = 100_000;
/// How many parts of a region are listed.
const PARTS: usize = 10_000;

/// Whether source ports are not limited. Platforms disagree whether port 0 is among "any": decision 0008.
fn all_clients(ports: &Set) -> bool {
    ports.covers(&Set::new(vec![(1, line::PORTS - 1)]))
}

/// What a policy does with the packets of one family, written out once, to be asked many times.
struct Single<'a> {
    policy: &'a Policy,
    family: Family,
    pieces: Vec<Piece>,
    questions: Questions,
}

/// What it does with the packets of one slice.
struct Piece {
    list: List,
    index: Index,
    causes: Vec<(By, Verdict)>,
    numbering: Numbering,
    /// Made when it is asked for.
    meets: OnceCell<Meets>,
}

/// Each zone of the policy is a number of its own.
fn party<'a>(policy: &'a Policy, universe: &'a Universe) -> Party<'a> {
    let zones = u32::try_from(policy.zones.len()).unwrap_or(u32::MAX);
    Party {
        policy,
        side: 0,
        zones: (0..zones).map(Set::one).collect(),
        ways: Ways::new(policy, universe.family),
        universe,
    }
}

impl<'a> Single<'a> {
    /// Writes the policy out for the packets that a query is about.
    fn new(policy: &'a Policy, family: Family, query: &Query) -> Result<Self, Exceeded> {
        let zones = u32::try_from(policy.zones.len()).unwrap_or(u32::MAX);
        let universe = Universe::new(family, zones);
        let universe = if query.port_zero { universe } else { universe.without_port_zero() };
        let party = party(policy, &universe);
        let mut questions = Questions::default();
        let parts = destination_parts(&party, &mut questions)?;
        let mut known = Known::new(&party, !parts.is_empty(), &mut questions)?;
        let mut pieces = Vec::new();
        for Job { region, rules: (rule, _) } in jobs(&universe, &parts, &[])? {
            let slice = match rule {
                Some(id) => Slice::of(policy, id, family)?,
                None => Slice::untouched(policy),
            };
            pieces.extend(piece(&party, &mut questions, (slice, &region), query, &mut known)?);
        }
        Ok(Self { policy, family, pieces, questions })
    }
}

/// One slice's list for the packets of a query, if there are any.
fn piece(
    party: &Party<'_>,
    questions: &mut Questions,
    (slice, region): (Slice, &Wide),
    query: &Query,
    known: &mut Known,
) -> Result<Option<Piece>, Exceeded> {
    if query.translated && slice.by.is_none() {
        return Ok(None);
    }
    let asked = match query.translated {
        true => Slice { seen: Seen::Translated, ..slice.clone() },
        false => Slice { seen: Seen::Original, ..Slice::untouched(party.policy) },
    };
    let mut asking = Meaning::new(party, asked, questions);
    let mut asked = asking.addresses(&query.source, Side::Source)?;
    asked = asked.and(&asking.addresses(&query.destination, Side::Destination)?)?;
    asked = asked.and(&asking.services(&query.services)?)?;
    asked = asked.and(&asking.from(&query.from))?;
    let meaning = Meaning::new(party, slice, questions);
    let mut meaning = meaning.knowing(std::mem::take(&mut known.sources));
    // Where packets leave is decided after translation.
    asked = asked.and(&meaning.to(&query.to))?;
    let mut labelled: Vec<Labelled> = Vec::new();
    let mut labels: Vec<Same<'_>> = Vec::new();
    let mut causes: Vec<(By, Verdict)> = Vec::new();
    let mut origins: HashMap<(RuleAt, Verdict), u32> = HashMap::new();
    let candidates = known.candidates.as_ref();
    for part in &asked.0 {
        let Some(part) = part.and(region) else { continue };
        for flat in Flattening::new(&mut meaning).among(candidates).filter(&part)? {
            let origin = match flat.by {
                By::Rule(base, number) => {
                    *origins.entry(((base, number), flat.verdict)).or_insert_with(|| {
                        causes.push((flat.by, flat.verdict));
                        u32::try_from(causes.len() - 1).unwrap_or(u32::MAX)
                    })
                }
                by => {
                    causes.push((by, flat.verdict));
                    u32::try_from(causes.len() - 1).unwrap_or(u32::MAX)
                }
            };
            let same = same(party.policy, &flat);
            let label = labels.iter().position(|known| *known == same).unwrap_or_else(|| {
                labels.push(same);
                labels.len() - 1
            });
            labelled.push((flat.region, u32::try_from(label).unwrap_or(u32::MAX), origin));
        }
    }
    known.sources = meaning.into_sources();
    if labelled.is_empty() {
        return Ok(None);
    }
    let (numbering, list, _) = Numbering::new(&labelled, &[], &[], &[]);
    let index = Index::new(&list);
    Ok(Some(Piece { list, index, causes, numbering, meets: OnceCell::new() }))
}

/// What two rules must share to be interchangeable.
#[derive(PartialEq, Eq)]
struct Same<'a> {
    verdict: Verdict,
    source_nat: Option<(&'a AddressTarget, PortTarget)>,
    inspection: &'a [Box<str>],
}

fn same<'a>(policy: &'a Policy, flat: &Flat) -> Same<'a> {
    let rule = flat
        .accepted_by
        .and_then(|(base, number)| policy.rulebase(base)?.rules.get(usize::try_from(number).ok()?));
    let rule = rule.filter(|_| flat.verdict == Verdict::Accept);
    let own = rule.and_then(|rule| rule.source_nat.as_deref());
    Same {
        verdict: flat.verdict,
        source_nat: own.map(|own| (&own.address, own.port)),
        inspection: rule.map_or(&[], |rule| &rule.inspection),
    }
}
