//! What a firewall means, without any vendor.
//!
//! [`Policy`] is one context of one device (a virtual firewall): zones, objects, rulebases, NAT, defaults. [`decide`] is the
//! definition of its meaning: small, slow, obvious. Whatever cannot be read as packets (names, users, applications, schedules) is a
//! [`Predicate`]: an unknown with a name, never "any" and never "none"; [`outcomes`] lists what follows from each answer.
//!
//! Everything a reader of configurations puts in here must say exactly what the device does; what it cannot say exactly it says
//! with a predicate, and marks it in its ledger.

mod address;
mod build;
mod decide;
mod expand;
mod explore;
mod matching;
mod nat;
mod net;
mod origin;
mod packet;
mod place;
mod policy_text;
mod predicate;
mod review;
mod rule;
mod service;
#[cfg(test)]
mod tests;
mod valid;
mod whole;

pub use address::{AddressId, AddressObject, Addresses, Masked};
pub use build::Builder;
pub use decide::{
    By, Decision, Mismatch, Nothing, Passed, Step, Translated, TranslatedAddress, TranslatedPort,
    World, decide, decide_telling,
};
pub use expand::{Order, order};
pub use explore::{Assumed, Case, Given, Outcomes, outcomes};
pub use nat::{AddressTarget, Nat, NatId, NatPass, NatRule, NatWhen, PortTarget, SourceNat};
pub use net::{Family, IpRange, PortRange, Prefix, parse_prefix};
pub use origin::{Origin, Span};
pub use packet::{Packet, PacketError, PacketText, Transport};
pub use place::{Egress, Interface, InterfaceId, Route, Routing, Zone, ZoneId, Zones};
pub use predicate::{About, Atom, Predicate, PredicateId, PredicateKind, without_digest};
pub use review::{Cell, Review, review};
pub use rule::{
    Action, Condition, End, Ends, NatView, Pair, Rule, Rulebase, RulebaseId, Stage, Verdict,
};
pub use service::{Ports, ServiceId, ServiceObject, Services};
pub use whole::{Defect, Device, MAX_DEPTH, Policy, Seen};
