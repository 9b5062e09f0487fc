//! Which contexts of two configurations belong together.

use std::collections::BTreeSet;

use dialect::Reading;
use policy::{Device, IpRange, Policy};

use super::Configs;
use super::zoning;
pub(crate) use super::zoning::{zone, zone_name};

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

/// Two contexts that belong together, by index, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pair {
    /// The first configuration's.
    pub(crate) left: usize,
    /// The second one's.
    pub(crate) right: usize,
    /// `given`, `name`, `address`, `network`, `single`.
    pub(crate) by: &'static str,
}

/// The one context of this name; `None` when there is none, or more than one.
pub(crate) fn context_named(side: &[Placed<'_>], name: &str) -> Option<usize> {
    let mut named = side.iter().enumerate().filter(|(_, one)| one.is_named(name));
    let found = named.next()?.0;
    named.next().is_none().then_some(found)
}

/// Pairs what is not yet paired: by device and name, by name alone, by own addresses, by networks, and the last with the last.
pub(crate) fn propose(left: &[Placed<'_>], right: &[Placed<'_>], pairs: &mut Vec<Pair>) {
    let whole = |one: &Placed<'_>| BTreeSet::from([one.name()]);
    // Two contexts without names have no name in common.
    let context = |one: &Placed<'_>| {
        let name = Some(one.policy.context.to_string());
        name.into_iter().filter(|name| !name.is_empty()).collect()
    };
    let everything = |_: &Placed<'_>| BTreeSet::from([()]);
    pair_by(left, right, pairs, "name", &whole);
    pair_by(left, right, pairs, "name", &context);
    pair_by(left, right, pairs, "address", &|one| own(one.policy));
    pair_by(left, right, pairs, "network", &|one| networks(one.policy));
    pair_by(left, right, pairs, "single", &everything);
}

/// The own addresses.
fn own(policy: &Policy) -> BTreeSet<std::net::IpAddr> {
    let interfaces = policy.interfaces.iter();
    interfaces.flat_map(|one| &one.addresses).map(|prefix| prefix.address()).collect()
}

/// The networks of the interfaces.
fn networks(policy: &Policy) -> BTreeSet<IpRange> {
    policy.interfaces.iter().flat_map(zoning::networks).collect()
}

/// Pairs two contexts that are not yet paired, when they share a key that no other such context has.
fn pair_by<K: Ord>(
    left: &[Placed<'_>],
    right: &[Placed<'_>],
    pairs: &mut Vec<Pair>,
    by: &'static str,
    keys: &dyn Fn(&Placed<'_>) -> BTreeSet<K>,
) {
    let open = |side: &[Placed<'_>], taken: Vec<usize>| -> Vec<(usize, BTreeSet<K>)> {
        let open = side.iter().enumerate().filter(|(index, _)| !taken.contains(index));
        open.map(|(index, one)| (index, keys(one))).collect()
    };
    let mine = open(left, pairs.iter().map(|pair| pair.left).collect());
    let theirs = open(right, pairs.iter().map(|pair| pair.right).collect());
    for (left, keys) in &mine {
        let alike = |other: &&(usize, BTreeSet<K>)| !other.1.is_disjoint(keys);
        let mut found = theirs.iter().filter(alike);
        let (Some((right, back)), None) = (found.next(), found.next()) else { continue };
        if mine.iter().filter(|(_, keys)| !keys.is_disjoint(back)).count() == 1 {
            pairs.push(Pair { left: *left, right: *right, by });
        }
    }
}
