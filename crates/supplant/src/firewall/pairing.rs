//! Which contexts and which zones of two configurations belong together.

use dialect::Reading;
use model::record::prove::ZonePair;
use policy::{Device, Interface, Policy, Verdict, ZoneId, Zones};
use proof::analysis::{Query, query};
use proof::prove::ZoneMap;

use super::Configs;

/// A context, with where it was read.
#[derive(Clone, Copy)]
pub(crate) struct Placed<'a> {
    /// The reading.
    pub(crate) reading: &'a Reading,
    /// The device.
    pub(crate) device: &'a Device,
    /// The context.
    pub(crate) policy: &'a Policy,
}

impl Placed<'_> {
    /// `device/context`; the device alone where the context has no name.
    pub(crate) fn name(&self) -> String {
        match &*self.policy.context {
            "" => self.device.name.to_string(),
            context => format!("{}/{context}", self.device.name),
        }
    }

    /// Whether somebody who writes this name means this context.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        *self.policy.context == *name || self.name() == name
    }
}

/// All contexts of what was read.
pub(crate) fn contexts(configs: &Configs) -> Vec<Placed<'_>> {
    let mut all = Vec::new();
    for reading in &configs.readings {
        for device in &reading.devices {
            let contexts = device.contexts.iter();
            all.extend(contexts.map(|policy| Placed { reading, device, policy }));
        }
    }
    all
}

/// Pairs of contexts, by index.
pub(crate) type Pairs = Vec<(usize, usize)>;

/// Pairs contexts: those that were named, or a single one with a single one, else by device and name, then by name alone.
///
/// # Errors
/// A name that was given and that no context, or more than one, has.
pub(crate) fn pair_contexts(
    left: &[Placed<'_>],
    right: &[Placed<'_>],
    given: Option<(&str, &str)>,
) -> Result<Pairs, String> {
    let find = |side: &[Placed<'_>], name: &str| {
        let mut named = side.iter().enumerate().filter(|(_, one)| one.is_named(name));
        match (named.next(), named.next()) {
            (Some((index, _)), None) => Ok(index),
            _ => Err(name.to_owned()),
        }
    };
    if let Some((mine, theirs)) = given {
        return Ok(vec![(find(left, mine)?, find(right, theirs)?)]);
    }
    if left.len() == 1 && right.len() == 1 {
        return Ok(vec![(0, 0)]);
    }
    let mut pairs: Pairs = Vec::new();
    let whole = |one: &Placed<'_>| one.name();
    let context = |one: &Placed<'_>| one.policy.context.to_string();
    pair_by(left, right, &mut pairs, &whole);
    pair_by(left, right, &mut pairs, &context);
    pairs.sort_unstable();
    Ok(pairs)
}

/// Pairs what is not yet paired and alone has its key, on both sides.
fn pair_by(
    left: &[Placed<'_>],
    right: &[Placed<'_>],
    pairs: &mut Pairs,
    key: &dyn Fn(&Placed<'_>) -> String,
) {
    let open = |side: &[Placed<'_>], taken: &[usize]| -> Vec<(usize, String)> {
        let keys = side.iter().enumerate().map(|(index, one)| (index, key(one)));
        keys.filter(|(index, _)| !taken.contains(index)).collect()
    };
    let (mine, theirs): (Vec<usize>, Vec<usize>) = pairs.iter().copied().unzip();
    let (mine, theirs) = (open(left, &mine), open(right, &theirs));
    let only = |side: &[(usize, String)], wanted: &str| {
        let mut found = side.iter().filter(|(_, key)| key == wanted);
        found.next().filter(|_| found.next().is_none()).map(|(index, _)| *index)
    };
    for (_, key) in &mine {
        if let Some(pair) = only(&mine, key).zip(only(&theirs, key)) {
            pairs.push(pair);
        }
    }
}

/// The zones of two contexts, paired.
pub(crate) struct Paired {
    /// For the prover.
    pub(crate) map: ZoneMap,
    /// For people.
    pub(crate) pairs: Vec<ZonePair>,
    /// Zones of the left one without a counterpart.
    pub(crate) left: Vec<ZoneId>,
    /// Zones of the right one without a counterpart.
    pub(crate) right: Vec<ZoneId>,
}

fn at<T>(list: &[T], id: u32) -> Option<&T> {
    usize::try_from(id).ok().and_then(|id| list.get(id))
}

/// The interfaces of each zone, without stand-ins.
fn by_zone(policy: &Policy) -> Vec<Vec<&Interface>> {
    let mut zones: Vec<Vec<&Interface>> = vec![Vec::new(); policy.zones.len()];
    for interface in policy.interfaces.iter().filter(|one| !one.stand_in) {
        let zone = usize::try_from(interface.zone.0).ok().and_then(|zone| zones.get_mut(zone));
        if let Some(zone) = zone {
            zone.push(interface);
        }
    }
    zones
}

/// Zones with their numbers.
fn zones(policy: &Policy) -> impl Iterator<Item = (ZoneId, &str)> {
    (0u32..).map(ZoneId).zip(policy.zones.iter().map(|zone| &*zone.name))
}

/// The zone of this name, or of the interface of this name.
pub(crate) fn zone(policy: &Policy, name: &str) -> Option<ZoneId> {
    let named = zones(policy).find(|(_, known)| *known == name).map(|(id, _)| id);
    named.or_else(|| {
        let mut interfaces = policy.interfaces.iter();
        interfaces.find(|one| *one.name == *name).map(|one| one.zone)
    })
}

/// Pairs zones: those that were given, then by name, by an own address that interfaces of both have, by the name of an interface.
pub(crate) fn pair_zones(left: &Policy, right: &Policy, given: &[(String, String)]) -> Paired {
    let mut pairs: Vec<(ZoneId, ZoneId, &'static str)> = Vec::new();
    for (mine, theirs) in given {
        if let Some((mine, theirs)) = zone(left, mine).zip(zone(right, theirs)) {
            pairs.push((mine, theirs, "given"));
        }
    }
    let (mine, theirs) = (by_zone(left), by_zone(right));
    let shared = |alike: fn(&Interface, &Interface) -> bool| {
        let (mine, theirs) = (&mine, &theirs);
        move |one: ZoneId, other: ZoneId| {
            let (Some(mine), Some(theirs)) = (at(mine, one.0), at(theirs, other.0)) else {
                return false;
            };
            mine.iter().any(|one| theirs.iter().any(|other| alike(one, other)))
        }
    };
    let same_name = |one: ZoneId, other: ZoneId| {
        let names = at(&left.zones, one.0).zip(at(&right.zones, other.0));
        names.is_some_and(|(one, other)| one.name == other.name)
    };
    let address = |one: &Interface, other: &Interface| {
        one.addresses.iter().any(|own| other.addresses.contains(own))
    };
    let name = |one: &Interface, other: &Interface| one.name == other.name;
    pair_zones_by(left, right, &mut pairs, "name", &same_name);
    pair_zones_by(left, right, &mut pairs, "address", &shared(address));
    pair_zones_by(left, right, &mut pairs, "interface", &shared(name));
    let open = |policy: &Policy, taken: &dyn Fn(ZoneId) -> bool| -> Vec<ZoneId> {
        zones(policy).map(|(id, _)| id).filter(|id| !taken(*id)).collect()
    };
    Paired {
        left: open(left, &|id| pairs.iter().any(|pair| pair.0 == id)),
        right: open(right, &|id| pairs.iter().any(|pair| pair.1 == id)),
        pairs: pairs
            .iter()
            .map(|(mine, theirs, by)| ZonePair {
                left: zone_name(left, *mine),
                right: zone_name(right, *theirs),
                by: (*by).to_owned(),
            })
            .collect(),
        map: ZoneMap { pairs: pairs.iter().map(|pair| (pair.0, pair.1)).collect() },
    }
}

/// Pairs zones that are open so far.
fn pair_zones_by(
    left: &Policy,
    right: &Policy,
    pairs: &mut Vec<(ZoneId, ZoneId, &'static str)>,
    by: &'static str,
    alike: &dyn Fn(ZoneId, ZoneId) -> bool,
) {
    let before = pairs.clone();
    for (mine, _) in zones(left).filter(|(id, _)| before.iter().all(|pair| pair.0 != *id)) {
        for (theirs, _) in zones(right).filter(|(id, _)| before.iter().all(|pair| pair.1 != *id)) {
            if alike(mine, theirs) {
                pairs.push((mine, theirs, by));
            }
        }
    }
}

/// A zone's name.
pub(crate) fn zone_name(policy: &Policy, id: ZoneId) -> String {
    at(&policy.zones, id.0).map_or_else(String::new, |zone| zone.name.to_string())
}

/// Whether nothing passes by any of these zones, in or out. An answer that a limit prevents is no.
pub(crate) fn idle(policy: &Policy, zones: &[ZoneId]) -> bool {
    if zones.is_empty() {
        return true;
    }
    let there = Zones::Of(zones.to_vec());
    let stopped = |asked: &Query| {
        let answers = query(policy, asked);
        answers.is_ok_and(|answers| answers.iter().all(|one| one.verdict != Verdict::Accept))
    };
    stopped(&Query { from: there.clone(), ..Query::everything() })
        && stopped(&Query { to: there, ..Query::everything() })
}
