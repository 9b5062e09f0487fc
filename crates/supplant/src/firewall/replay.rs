//! Packets that the prover found, held against the evaluator: what is shown to people happens.

use std::net::IpAddr;

use model::record::prove::Outcome;
use policy::{
    About, Assumed, Atom, Decision, Egress, InterfaceId, Packet, Policy, PredicateId,
    PredicateKind, TranslatedAddress, TranslatedPort, Verdict, World, ZoneId, decide,
    without_digest,
};
use proof::prove::{Witness, ZoneMap};
use proof::questions::{Asked, Subject};
use proof::sets::Set;

use super::packets::Teller;
use super::pairing::Placed;

/// One side of a witness, on its way through the evaluator. What the witness does not say does not hold.
struct Replay<'a> {
    policy: &'a Policy,
    side: usize,
    packet: Packet,
    egress: Option<InterfaceId>,
    answers: &'a [(Asked, bool)],
    /// Answers that go before those of the witness.
    forced: &'a [(Atom, bool)],
    assumed: Vec<Assumed>,
}

/// What a policy does with a packet, with what was assumed on the way.
pub(crate) struct Replayed {
    /// The packet as it comes in.
    pub(crate) packet: Packet,
    /// What happens.
    pub(crate) decision: Decision,
    /// What was asked, and answered.
    pub(crate) assumed: Vec<Assumed>,
}

/// What one side does with a witness; 0 is the left side, 1 the right one.
pub(crate) fn replay(policy: &Policy, witness: &Witness, side: usize) -> Replayed {
    forced(policy, witness, side, &[])
}

/// The same with other answers to some questions.
fn forced(policy: &Policy, witness: &Witness, side: usize, forced: &[(Atom, bool)]) -> Replayed {
    let (packet, egress) = match side {
        0 => (witness.left, witness.egress.0),
        _ => (witness.right, witness.egress.1),
    };
    let answers = &witness.answers;
    let mut world = Replay { policy, side, packet, egress, answers, forced, assumed: Vec::new() };
    let decision = decide(policy, &packet, &mut world);
    Replayed { packet, decision, assumed: world.assumed }
}

/// How many outcomes of one packet are looked at.
const OUTCOMES: usize = 64;

/// All that one side may do with a witness, whatever the answers about what is undefined or unreadable; `None` when it is too much.
pub(crate) fn may_become(terms: &Terms<'_>, witness: &Witness) -> Option<Vec<Becomes>> {
    let mut all = Vec::new();
    let mut open: Vec<Vec<(Atom, bool)>> = vec![Vec::new()];
    while let Some(answers) = open.pop() {
        if all.len() + open.len() > OUTCOMES {
            return None;
        }
        let replayed = forced(terms.policy, witness, terms.side, &answers);
        let asked = replayed.assumed.iter().find_map(|assumed| match assumed {
            Assumed::Holds(atom, _) if answers.iter().all(|(known, _)| known != atom) => {
                let known = at(&terms.policy.predicates, atom.predicate.0);
                known.is_none_or(|known| alone(known.kind)).then_some(*atom)
            }
            Assumed::Holds(..) | Assumed::Leaves(..) => None,
        });
        match asked {
            None => all.push(terms.becomes(&replayed.decision)),
            Some(atom) => open.extend([true, false].map(|answer| {
                let mut longer = answers.clone();
                longer.push((atom, answer));
                longer
            })),
        }
    }
    Some(all)
}

fn at<T>(list: &[T], id: u32) -> Option<&T> {
    usize::try_from(id).ok().and_then(|id| list.get(id))
}

/// Kinds of which no two are the same unknown.
pub(crate) fn alone(kind: PredicateKind) -> bool {
    matches!(
        kind,
        PredicateKind::Undefined | PredicateKind::Unreadable | PredicateKind::InterfaceAddress
    )
}

/// An address as a number, as questions hold it.
fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}

impl Replay<'_> {
    fn answer(&self, atom: Atom) -> bool {
        let Some(predicate) = at(&self.policy.predicates, atom.predicate.0) else { return false };
        let meaning = if alone(predicate.kind) {
            format!("{}:{}", self.side, atom.predicate.0)
        } else {
            predicate.meaning.to_string()
        };
        let mut subjects = Vec::new();
        match atom.about {
            About::Packet => subjects.push(Subject::Packet),
            About::Address(address) => {
                if address == self.packet.source {
                    subjects.push(Subject::Source);
                }
                if address == self.packet.destination {
                    subjects.push(Subject::Destination);
                }
                let new = number(address);
                let moved = new.wrapping_sub(number(self.packet.destination));
                subjects.extend([Subject::Translated(new), Subject::Shifted(moved)]);
            }
        }
        self.answers.iter().any(|(asked, holds)| {
            *holds
                && asked.kind == predicate.kind
                && *asked.meaning == *meaning
                && subjects.contains(&asked.subject)
        })
    }

    fn note(&mut self, assumed: Assumed) {
        if !self.assumed.contains(&assumed) {
            self.assumed.push(assumed);
        }
    }
}

impl World for Replay<'_> {
    fn holds(&mut self, atom: Atom) -> bool {
        let forced = self.forced.iter().find(|(known, _)| *known == atom);
        let holds = forced.map_or_else(|| self.answer(atom), |(_, answer)| *answer);
        self.note(Assumed::Holds(atom, holds));
        holds
    }

    fn egress(&mut self, destination: IpAddr) -> Option<InterfaceId> {
        if let Some(interface) = self.egress {
            self.note(Assumed::Leaves(destination, interface));
        }
        self.egress
    }
}

/// What becomes of a packet, in terms that both policies share.
#[derive(PartialEq, Eq)]
pub(crate) enum Becomes {
    /// It is stopped like this.
    Stopped(Verdict),
    /// It leaves.
    Leaves {
        /// Rewritten like this: source, destination.
        as_packet: [(Address, TranslatedPort); 2],
        /// By a zone with these numbers of pairs; `None`: it is for the firewall itself.
        by: Option<Vec<usize>>,
    },
}

impl Becomes {
    /// Whether a new address is one that could not be read or is nowhere defined: it may be any.
    pub(crate) fn unread(&self) -> bool {
        matches!(self, Self::Leaves { as_packet, .. }
            if as_packet.iter().any(|(address, _)| matches!(address, Address::Named(.., Some(_)))))
    }
}

/// An address after translation.
#[derive(PartialEq, Eq)]
pub(crate) enum Address {
    Exactly(IpAddr),
    OneOf(Set<u128>),
    OfInterface(Vec<usize>),
    Named(PredicateKind, Box<str>, Option<(usize, PredicateId)>),
}

/// Says what a side does so that it can be compared with the other side's.
pub(crate) struct Terms<'a> {
    /// The policy.
    pub(crate) policy: &'a Policy,
    /// 0 is the left side, 1 the right one.
    pub(crate) side: usize,
    /// Which zones are the same.
    pub(crate) zones: &'a ZoneMap,
    /// Whether all ways of stopping are the same.
    pub(crate) merge_denials: bool,
}

impl Terms<'_> {
    /// What becomes of the packet.
    pub(crate) fn becomes(&self, decision: &Decision) -> Becomes {
        if decision.verdict != Verdict::Accept {
            let verdict = if self.merge_denials { Verdict::Drop } else { decision.verdict };
            return Becomes::Stopped(verdict);
        }
        let new = &decision.translated;
        Becomes::Leaves {
            as_packet: [
                (self.address(&new.source), new.source_port),
                (self.address(&new.destination), new.destination_port),
            ],
            by: self.way_out(decision),
        }
    }

    /// The numbers of the pairs that the zone where it leaves is in; `None`: it is for the firewall itself.
    pub(crate) fn way_out(&self, decision: &Decision) -> Option<Vec<usize>> {
        match decision.egress {
            Egress::Interface(id) => Some(self.numbers(id)),
            Egress::Nowhere => Some(Vec::new()),
            Egress::Local => None,
        }
    }

    /// The numbers of the pairs that the zone of the interface is in.
    fn numbers(&self, interface: InterfaceId) -> Vec<usize> {
        let zone: Option<ZoneId> = at(&self.policy.interfaces, interface.0).map(|one| one.zone);
        let mine = |pair: &(ZoneId, ZoneId)| if self.side == 0 { pair.0 } else { pair.1 };
        let pairs = self.zones.pairs.iter().enumerate();
        pairs.filter(|(_, pair)| Some(mine(pair)) == zone).map(|(number, _)| number).collect()
    }

    /// An address in terms that both policies share.
    pub(crate) fn address(&self, new: &TranslatedAddress) -> Address {
        match new {
            TranslatedAddress::Exactly(address) => Address::Exactly(*address),
            TranslatedAddress::OneOf(ranges) => {
                let ranges = ranges.iter().map(|one| (number(one.first()), number(one.last())));
                Address::OneOf(Set::new(ranges.collect()))
            }
            TranslatedAddress::OfInterface(id) => Address::OfInterface(self.numbers(*id)),
            TranslatedAddress::Named(id) => {
                let known = at(&self.policy.predicates, id.0);
                let kind = known.map_or(PredicateKind::Unreadable, |known| known.kind);
                let meaning = known.map_or("".into(), |known| known.meaning.clone());
                Address::Named(kind, meaning, alone(kind).then_some((self.side, *id)))
            }
        }
    }
}

/// Where the two part: the first is what the left one does. `None` when they do the same.
pub(crate) fn change(left: &Becomes, right: &Becomes) -> Option<&'static str> {
    match (left, right) {
        (Becomes::Stopped(one), Becomes::Stopped(two)) => (one != two).then_some("denied"),
        (Becomes::Stopped(_), Becomes::Leaves { .. }) => Some("allowed"),
        (Becomes::Leaves { .. }, Becomes::Stopped(_)) => Some("stopped"),
        (Becomes::Leaves { as_packet: one, by }, Becomes::Leaves { as_packet: two, by: other }) => {
            if one != two {
                Some("rewritten")
            } else {
                (by != other).then_some("leaves")
            }
        }
    }
}

/// What happens, in the administrator's words.
pub(crate) fn outcome(placed: Placed<'_>, replayed: &Replayed) -> Outcome {
    let (policy, packet) = (placed.policy, &replayed.packet);
    let teller = Teller { reading: placed.reading, policy, packet };
    let mut case = teller.case(&replayed.decision);
    case.assumed = replayed.assumed.iter().map(|one| teller.assumption(one)).collect();
    let passages = teller.passages(&replayed.decision);
    Outcome { packet: packet_text(&teller, replayed), case, passages }
}

/// The packet as `trace --packet` takes it. A name that the form has no room for is left out; it is among what is assumed.
fn packet_text(teller: &Teller<'_>, replayed: &Replayed) -> String {
    let fits = |sign: char| !sign.is_whitespace() && sign != '>';
    let written = |name: &str| !name.is_empty() && name.chars().all(fits);
    let (ingress, _) = teller.interface(replayed.packet.ingress);
    let mut words = Vec::new();
    if written(&ingress) {
        words.push(format!("in={ingress}"));
    }
    for assumed in &replayed.assumed {
        let word = match assumed {
            Assumed::Leaves(_, interface) => ("out", teller.interface(*interface).0),
            Assumed::Holds(atom, true) => match at(&teller.policy.predicates, atom.predicate.0) {
                Some(known) if !alone(known.kind) => {
                    // A trace takes the name for people, too.
                    let names = [without_digest(&known.meaning), &*known.origin.label];
                    let name = names.into_iter().find(|name| written(name)).unwrap_or_default();
                    (known.kind.as_str(), name.to_owned())
                }
                _ => continue,
            },
            Assumed::Holds(_, false) => continue,
        };
        let text = format!("{}={}", word.0, word.1);
        if written(&word.1) && !words.contains(&text) {
            words.push(text);
        }
    }
    words.push(replayed.packet.to_string());
    words.join(" ")
}
