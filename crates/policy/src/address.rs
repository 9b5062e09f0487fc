//! Sets of addresses.

use std::net::IpAddr;

use crate::nat::NatId;
use crate::net::{Family, IpRange, Prefix, number};
use crate::origin::Origin;
use crate::place::ZoneId;
use crate::predicate::PredicateId;
use crate::whole::Policy;

/// Index into [`crate::Policy::addresses`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressId(pub u32);

/// A named set of addresses: an object or a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressObject {
    /// Its name, as the administrator wrote it.
    pub name: Box<str>,
    /// Where it is defined.
    pub origin: Origin,
    /// What it holds. It may refer to objects before it only, so there are no cycles.
    pub value: Addresses,
}

/// A set of addresses, as an expression.
///
/// What is nested here is what a person nested there; see [`crate::MAX_DEPTH`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Addresses {
    /// Every address of both families.
    Any,
    /// From first to last.
    Range(IpRange),
    /// Those that agree in the compared bits.
    Masked(Masked),
    /// A named set.
    Object(AddressId),
    /// Packets that come in (source cell) or leave (destination cell) by this zone.
    Zone(ZoneId),
    /// Packets whose destination this NAT rule rewrote (destination cell only).
    TranslatedBy(NatId),
    /// Those of which the predicate holds.
    Unknown(PredicateId),
    /// In any of these; without members it is empty.
    Union(Vec<Addresses>),
    /// In all of these.
    Common(Vec<Addresses>),
    /// In the first and not in the second.
    Except(Box<Addresses>, Box<Addresses>),
}

impl Addresses {
    /// Whether a rule of address translation is named anywhere in it.
    pub fn names_translation(&self, policy: &Policy) -> bool {
        match self {
            Self::TranslatedBy(_) => true,
            Self::Object(id) => {
                let object = usize::try_from(id.0).ok().and_then(|id| policy.addresses.get(id));
                object.is_some_and(|object| object.value.names_translation(policy))
            }
            Self::Union(members) | Self::Common(members) => {
                members.iter().any(|member| member.names_translation(policy))
            }
            Self::Except(from, without) => {
                from.names_translation(policy) || without.names_translation(policy)
            }
            Self::Any | Self::Range(_) | Self::Masked(_) | Self::Zone(_) | Self::Unknown(_) => {
                false
            }
        }
    }

    /// The empty set.
    pub const NONE: Self = Self::Union(Vec::new());

    /// One network.
    pub fn prefix(prefix: Prefix) -> Self {
        Self::Range(prefix.range())
    }

    /// One address.
    pub fn one(address: IpAddr) -> Self {
        Self::Range(IpRange::one(address))
    }

    /// A whole family.
    pub fn family(family: Family) -> Self {
        Self::Range(family.all())
    }

    /// Everything of both families that is not in `self`.
    #[must_use]
    pub fn negated(self) -> Self {
        Self::Except(Box::new(Self::Any), Box::new(self))
    }

    /// What is in `self` and not in `other`.
    #[must_use]
    pub fn except(self, other: Self) -> Self {
        Self::Except(Box::new(self), Box::new(other))
    }

    /// The union of these; a single one stays itself.
    pub fn union(mut members: Vec<Self>) -> Self {
        match members.len() {
            1 => members.remove(0),
            _ => Self::Union(members),
        }
    }
}

/// Addresses that agree with `value` in the bits that are set in `mask`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Masked {
    /// The bits to agree with.
    pub value: IpAddr,
    /// Set bits are compared. Of the same family as `value`.
    pub mask: IpAddr,
}

impl Masked {
    /// Whether the address agrees.
    pub fn contains(self, address: IpAddr) -> bool {
        Family::of(self.value) == Family::of(address)
            && (number(self.value) ^ number(address)) & number(self.mask) == 0
    }
}
