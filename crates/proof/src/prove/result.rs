//! What a comparison of two policies finds.

use policy::{By, Family, InterfaceId, Packet, Verdict};

use crate::certificate::Certificate;
use crate::questions::Asked;
use crate::sets::Set;
use crate::translation::Rewritten;
use crate::wide::Exceeded;

/// What a policy does with packets, as labels compare it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// They are stopped like this.
    Stopped(Verdict),
    /// They leave, rewritten like this, by a zone of this set (numbers of pairs; `None`: as the routes say, which are alike).
    Leaves(Rewritten, Option<Vec<u32>>),
}

/// Stands for the firewall itself where the numbers of zones stand.
pub const LOCAL: u32 = u32::MAX;

/// What changes from the left policy to the right one; the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// Only the right one lets them pass.
    Allowed,
    /// Only the left one does.
    Stopped,
    /// Both do, and translate them differently.
    Rewritten,
    /// Both do, to different places.
    Leaves,
    /// Both stop them, in different ways.
    Denied,
}

impl Change {
    /// What changes when the left effect becomes the right one. The two are not the same.
    pub fn between(left: &Effect, right: &Effect) -> Self {
        match (left, right) {
            (Effect::Stopped(_), Effect::Stopped(_)) => Self::Denied,
            (Effect::Stopped(_), Effect::Leaves(..)) => Self::Allowed,
            (Effect::Leaves(..), Effect::Stopped(_)) => Self::Stopped,
            (Effect::Leaves(one, _), Effect::Leaves(two, _)) if one != two => Self::Rewritten,
            (Effect::Leaves(..), Effect::Leaves(..)) => Self::Leaves,
        }
    }
}

/// A difference between two policies: all packets of one family that the same two rules decide with the same two effects.
#[derive(Clone, Debug, PartialEq)]
pub struct Differing {
    /// The address family.
    pub family: Family,
    /// Whether the two differ in these packets whatever the answers to what is undefined or unreadable in one of them. Otherwise there
    /// may be no difference.
    pub certain: bool,
    /// What the left policy does, and what decides it.
    pub left: (Effect, By),
    /// What the right policy does, and what decides it.
    pub right: (Effect, By),
    /// The packets.
    pub packets: Packets,
    /// One of them, with the interfaces that it has in either policy.
    pub witness: Witness,
}

impl Differing {
    /// What changes.
    pub fn change(&self) -> Change {
        Change::between(&self.left.0, &self.right.0)
    }
}

/// A set of packets, in parts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Packets {
    /// The parts, the largest first, at most [`crate::compare::Budget::regions`] of them.
    pub areas: Vec<Area>,
    /// How many parts are not kept.
    pub more: u64,
    /// Whether every packet of the parts is meant, and no other (but for `more`). If not, they are somewhere within them: there are too
    /// many parts to tell.
    pub exact: bool,
    /// How many packets there are, at most so many if not `exact`. Each is counted once for each zone where it may come in, and halved
    /// for each unknown that must have a certain answer. Where a protocol has no ports, the source port does not count.
    pub count: f64,
    /// The share of all packets of the family, 0 to 1.
    pub share: f64,
}

/// Packets of one family: a product of sets, and answers that must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    /// The family.
    pub family: Family,
    /// Zones where they come in, as numbers of pairs.
    pub from: Set,
    /// Zones where they leave if the routes leave that open, as numbers of pairs.
    pub to: Set,
    /// Source addresses, as numbers.
    pub source: Set<u128>,
    /// Destination addresses as they arrive, as numbers.
    pub destination: Set<u128>,
    /// Destination ports and protocols on one line: TCP from 0, UDP from 65536, SCTP from 131072, ICMP type and code from 196608, other
    /// protocols from 262144.
    pub service: Set,
    /// Source ports.
    pub client: Set,
    /// What must hold, and what must not.
    pub answers: Vec<(Asked, bool)>,
}

/// A packet that two policies treat differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// The packet in the left policy.
    pub left: Packet,
    /// The packet in the right policy.
    pub right: Packet,
    /// Where it is taken to leave, in the left and the right policy, when their routes do not say.
    pub egress: (Option<InterfaceId>, Option<InterfaceId>),
    /// What is taken to hold, and what not.
    pub answers: Vec<(Asked, bool)>,
}

/// How far the comparison of one family got. Shares are of all packets of the family, counted as [`Packets::count`] does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coverage {
    /// The family.
    pub family: Family,
    /// The share that was left open: an upper bound.
    pub open: f64,
    /// The share in which the two differ, or may differ: an upper bound.
    pub different: f64,
    /// Parts of the packets (by what rewrites their destination) that were compared, and all of them.
    pub parts: (u64, u64),
    /// Pairs of rules that needed work, of what was compared.
    pub pairs: u64,
}

impl Coverage {
    /// The share that is proved to be the same, 0 to 1: a lower bound. 1 only when nothing is open and nothing differs.
    pub fn alike(&self) -> f64 {
        let rest = (1.0 - self.open - self.different).clamp(0.0, 1.0);
        let all = self.open <= 0.0 && self.different <= 0.0;
        if all { 1.0 } else { rest.min(1.0 - f64::EPSILON) }
    }
}

/// How many pairs that were left open are named.
const NAMED: usize = 100;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proof {
    /// The differences: what is certain first, of that what is newly allowed, then what is newly stopped, then the others; of each the
    /// largest share of packets first.
    pub differences: Vec<Differing>,
    /// What was left open, and why; each limit once.
    pub open: Vec<Exceeded>,
    /// Pairs of rules about which the budget left the question open.
    pub undecided: u64,
    /// What decides in those pairs, each once, the first ones.
    pub undecided_by: Vec<(By, By)>,
    /// Covers that were looked for.
    pub covers: u64,
    /// How far it got, by family.
    pub coverage: Vec<Coverage>,
    /// What shows that the policies are the same, when it was asked for and they are.
    pub certificate: Option<Certificate>,
}

impl Proof {
    /// Whether the policies were proved to be the same.
    pub fn equal(&self) -> bool {
        self.differences.is_empty() && self.open.is_empty() && self.undecided == 0
    }

    /// Names a pair that was left open.
    pub(super) fn left_open(&mut self, by: (By, By)) {
        if self.undecided_by.len() < NAMED && !self.undecided_by.contains(&by) {
            self.undecided_by.push(by);
        }
    }

    /// Names a limit that was reached.
    pub(super) fn exceeded(&mut self, limit: Exceeded) {
        if !self.open.contains(&limit) {
            self.open.push(limit);
        }
    }
}

/// Rules in their order, then what is no rule: orders what decides.
pub fn order(by: &By) -> [u32; 3] {
    match by {
        By::Rule(base, number) => [0, base.0, *number],
        By::Default(base) => [1, base.0, 0],
        By::NoRoute => [2, 0, 0],
        By::NotGuarded => [3, 0, 0],
        By::Bypass => [4, 0, 0],
        By::NoFilter => [5, 0, 0],
    }
}
