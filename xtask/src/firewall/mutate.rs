//! Single faults: a second firewall that differs from the first in one thing, with a packet for which that matters.

use policy::{IpRange, PortRange};

use super::compare::expected;
use super::make::prefix;
use super::noun::{Address, AddressValue, Cell, Firewall, HideTarget, Rule, ServiceValue};
use super::probe::{Probe, below};
use crate::demo::random::Random;

/// One kind of mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A rule denies what it accepted, or the other way.
    Action,
    /// Two neighbours change places.
    Order,
    /// A network is twice or half as large.
    Mask,
    /// A range of ports is one port longer or shorter.
    Port,
    /// A group or cell lacks a member.
    Member,
    /// A cell is turned round.
    Negation,
    /// A published address leads to another host.
    Target,
    /// A pool is another one.
    Pool,
    /// What no rule matches passes.
    Default,
}

impl Fault {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Action,
        Self::Order,
        Self::Mask,
        Self::Port,
        Self::Member,
        Self::Negation,
        Self::Target,
        Self::Pool,
        Self::Default,
    ];

    /// The word of the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Action => "action",
            Self::Order => "order",
            Self::Mask => "mask",
            Self::Port => "port",
            Self::Member => "member",
            Self::Negation => "negation",
            Self::Target => "target",
            Self::Pool => "pool",
            Self::Default => "default",
        }
    }

    /// The kind of this word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.as_str() == word)
    }
}

/// How many places are tried, and how many packets at each.
const PLACES: usize = 120;
const PACKETS: usize = 60;

/// A firewall with one fault, and a packet that the two treat differently. `None` when none was found, or the firewall has nothing
/// of the kind.
pub(crate) fn mutant(firewall: &Firewall, fault: Fault, seed: u64) -> Option<(Firewall, Probe)> {
    let mut random = Random::named(seed, fault.as_str());
    let original = firewall.policy();
    // The search decides about every packet twice: of a large firewall only few places are tried.
    let places = (4_000_000 / (firewall.rules.len() + 1) / PACKETS).clamp(3, PLACES);
    for _ in 0..places {
        let mut other = firewall.clone();
        let Some(rule) = apply(&mut other, fault, &mut random) else { continue };
        let policy = other.policy();
        for _ in 0..PACKETS {
            let beside = if random.percent(50) { firewall } else { &other };
            let probe = match rule.and_then(|rule| beside.rules.get(rule)) {
                Some(rule) => beside.around(rule, &mut random),
                None => beside.probes(1, random.next()).pop(),
            };
            let Some(probe) = probe else { continue };
            // Without zones, so that the difference shows on platforms that have none, too.
            if expected(&original, &probe, false) != expected(&policy, &probe, false) {
                return Some((other, probe));
            }
        }
    }
    None
}

/// Makes the fault. The number of the rule that it is about, if it is about one; `None` outside when there is no place for it.
fn apply(firewall: &mut Firewall, fault: Fault, random: &mut Random) -> Option<Option<usize>> {
    let at = below(random, firewall.rules.len());
    match fault {
        Fault::Action => {
            let rule = firewall.rules.get_mut(at)?;
            rule.accept = !rule.accept;
        }
        Fault::Order => {
            let next = at + 1;
            if next >= firewall.rules.len() {
                return None;
            }
            firewall.rules.swap(at, next);
        }
        Fault::Mask => mask(firewall, at, random)?,
        Fault::Port => port(firewall, at, random)?,
        Fault::Member => member(firewall, at, random)?,
        Fault::Negation => {
            let services = firewall.profile.service_negation && random.percent(30);
            let rule = firewall.rules.get_mut(at)?;
            let cell = match (services, random.percent(50)) {
                (true, _) => &mut rule.services,
                (false, true) => &mut rule.source,
                (false, false) => &mut rule.destination,
            };
            if cell.is_any() {
                return None;
            }
            cell.negated = !cell.negated;
        }
        Fault::Target => return target(firewall, random),
        Fault::Pool => {
            pool(firewall, random)?;
            return Some(None);
        }
        Fault::Default => {
            firewall.accepts_by_default = !firewall.accepts_by_default;
            return Some(None);
        }
    }
    Some(Some(at))
}

/// An object that is no group, somewhere below a cell.
fn leaf(firewall: &Firewall, cell: &Cell, random: &mut Random) -> Option<usize> {
    let mut object = *cell.members.get(below(random, cell.members.len()))?;
    while let AddressValue::Group(members) = &firewall.address(object).value {
        object = *members.get(below(random, members.len()))?;
    }
    Some(object)
}

fn side<'a>(rule: &'a Rule, random: &mut Random) -> &'a Cell {
    if random.percent(50) { &rule.source } else { &rule.destination }
}

fn mask(firewall: &mut Firewall, at: usize, random: &mut Random) -> Option<()> {
    let cell = side(firewall.rules.get(at)?, random).clone();
    let object = leaf(firewall, &cell, random)?;
    let Address { value: AddressValue::Network(network), .. } =
        firewall.addresses.get_mut(object)?
    else {
        return None;
    };
    let longer = random.percent(50);
    let length = if longer { network.length() + 1 } else { network.length().checked_sub(1)? };
    *network = prefix(prefix(network.address(), length).range().first(), length);
    Some(())
}

fn port(firewall: &mut Firewall, at: usize, random: &mut Random) -> Option<()> {
    let members = &firewall.rules.get(at)?.services.members;
    let mut object = *members.get(below(random, members.len()))?;
    while let ServiceValue::Group(members) = &firewall.service(object).value {
        object = *members.get(below(random, members.len()))?;
    }
    let forwarded = firewall.publish.iter().filter_map(|publish| publish.forward);
    if forwarded.into_iter().any(|forward| forward.service == object) {
        // Another fault: it changes what is translated.
        return None;
    }
    let service = firewall.services.get_mut(object)?;
    let ServiceValue::Ports { destination, .. } = &mut service.value else { return None };
    let (first, last) = (destination.first(), destination.last());
    *destination = match random.below(4) {
        0 => PortRange::new(first.checked_sub(1).filter(|first| *first > 0)?, last)?,
        1 => PortRange::new(first.checked_add(1)?, last)?,
        2 => PortRange::new(first, last.checked_sub(1)?)?,
        _ => PortRange::new(first, last.checked_add(1)?)?,
    };
    Some(())
}

fn member(firewall: &mut Firewall, at: usize, random: &mut Random) -> Option<()> {
    let cell = side(firewall.rules.get(at)?, random).clone();
    let object = *cell.members.get(below(random, cell.members.len()))?;
    let members = match &mut firewall.addresses.get_mut(object)?.value {
        AddressValue::Group(members) => members,
        _ => {
            let rule = firewall.rules.get_mut(at)?;
            if rule.source == cell {
                &mut rule.source.members
            } else {
                &mut rule.destination.members
            }
        }
    };
    if members.len() < 2 {
        return None;
    }
    members.remove(below(random, members.len()));
    Some(())
}

/// The number of a rule that names the published host.
fn target(firewall: &mut Firewall, random: &mut Random) -> Option<Option<usize>> {
    let at = below(random, firewall.publish.len());
    let inside = firewall.host(firewall.publish.get(at)?.inside);
    let other = IpRange::one(inside).nth(1)?;
    let address = Address { name: format!("other-{at}"), value: AddressValue::Host(other) };
    firewall.addresses.push(address);
    let object = firewall.addresses.len() - 1;
    let publish = firewall.publish.get_mut(at)?;
    publish.inside = object;
    let public = publish.public;
    let naming = |rule: &Rule| rule.destination.members.contains(&public);
    Some(firewall.rules.iter().position(naming))
}

fn pool(firewall: &mut Firewall, random: &mut Random) -> Option<()> {
    let at = below(random, firewall.hide.len());
    let HideTarget::Pool(pool) = firewall.hide.get(at)?.target else { return None };
    let address = firewall.addresses.get_mut(pool)?;
    match &mut address.value {
        AddressValue::Host(host) => *host = IpRange::one(*host).nth(1)?,
        AddressValue::Range(range) => {
            let last = IpRange::one(range.last()).nth(1)?;
            *range = IpRange::new(range.first(), last)?;
        }
        AddressValue::Network(_) | AddressValue::Group(_) => return None,
    }
    Some(())
}
