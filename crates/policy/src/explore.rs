//! What a policy does with a packet for each answer to what it does not say.

use std::net::IpAddr;

use crate::decide::{Decision, World, decide};
use crate::packet::Packet;
use crate::place::{InterfaceId, ZoneId};
use crate::predicate::{Atom, PredicateKind, without_digest};
use crate::whole::Policy;

/// What is taken to hold from the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Predicates that hold, by kind and name (meaning or label). When one of a kind is given, the others of that kind do not hold.
    pub holds: Vec<(String, String)>,
    /// Where a packet leaves when the routes do not say.
    pub egress: Option<InterfaceId>,
}

/// One answer to one open question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assumed {
    /// The predicate holds, or not.
    Holds(Atom, bool),
    /// A packet to this address leaves by this interface.
    Leaves(IpAddr, InterfaceId),
}

/// One outcome, with what it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// What is assumed, in the order in which it mattered.
    pub assumed: Vec<Assumed>,
    /// What happens then.
    pub decision: Decision,
}

/// All outcomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcomes {
    /// Each with what it takes; every packet is in exactly one.
    pub cases: Vec<Case>,
    /// Whether there are more than were asked for.
    pub cut: bool,
}

/// Lists what the policy does with the packet, for each answer to what it does not say; at most `limit` cases.
pub fn outcomes(policy: &Policy, packet: &Packet, given: &Given, limit: usize) -> Outcomes {
    let mut cases = Vec::new();
    // Each entry is a beginning of answers still to be tried.
    let mut open: Vec<Vec<Assumed>> = vec![Vec::new()];
    while let Some(start) = open.pop() {
        if cases.len() >= limit {
            return Outcomes { cases, cut: true };
        }
        let mut world = Scripted { policy, given, said: start.clone(), used: 0, forks: Vec::new() };
        let decision = decide(policy, packet, &mut world);
        let Scripted { said, forks, .. } = world;
        // The last question's other answers come first, so that cases stand in the order of a decision tree.
        open.extend(forks);
        cases.push(Case { assumed: said, decision });
    }
    Outcomes { cases, cut: false }
}

/// A world that repeats given answers, and takes the first possible one for each further question, noting the others.
struct Scripted<'a> {
    policy: &'a Policy,
    given: &'a Given,
    said: Vec<Assumed>,
    used: usize,
    forks: Vec<Vec<Assumed>>,
}

impl Scripted<'_> {
    fn known(&self, atom: Atom) -> Option<bool> {
        let index = usize::try_from(atom.predicate.0).ok()?;
        let predicate = self.policy.predicates.get(index)?;
        if predicate.kind == PredicateKind::Undefined || predicate.kind == PredicateKind::Unreadable
        {
            return None;
        }
        let mut of_kind =
            self.given.holds.iter().filter(|(kind, _)| kind == predicate.kind.as_str()).peekable();
        of_kind.peek()?;
        Some(of_kind.any(|(_, name)| {
            let called = without_digest(&predicate.meaning);
            [&predicate.meaning, called, &predicate.origin.label].contains(&name.as_str())
        }))
    }

    /// The next answer: the scripted one, or the first of these, noting the others.
    fn answer(&mut self, first: Assumed, others: Vec<Assumed>) -> Assumed {
        let scripted = self.said.get(self.used).copied();
        self.used += 1;
        if let Some(answer) = scripted {
            return answer;
        }
        for other in others.into_iter().rev() {
            let mut fork = self.said.clone();
            fork.push(other);
            self.forks.push(fork);
        }
        self.said.push(first);
        first
    }
}

impl World for Scripted<'_> {
    fn holds(&mut self, atom: Atom) -> bool {
        let before = self.said.iter().find_map(|said| match said {
            Assumed::Holds(of, answer) if *of == atom => Some(*answer),
            Assumed::Holds(..) | Assumed::Leaves(..) => None,
        });
        // A scripted answer that is reached in order counts as used; one that is asked again is simply repeated.
        if let Some(Assumed::Holds(of, answer)) = self.said.get(self.used).copied()
            && of == atom
        {
            self.used += 1;
            return answer;
        }
        if let Some(answer) = before.or_else(|| self.known(atom)) {
            return answer;
        }
        let others = vec![Assumed::Holds(atom, false)];
        matches!(self.answer(Assumed::Holds(atom, true), others), Assumed::Holds(_, true))
    }

    fn egress(&mut self, destination: IpAddr) -> Option<InterfaceId> {
        if let Some(egress) = self.given.egress {
            return Some(egress);
        }
        let before = self.said.iter().find_map(|said| match said {
            Assumed::Leaves(to, by) if *to == destination => Some(*by),
            Assumed::Leaves(..) | Assumed::Holds(..) => None,
        });
        if let Some(Assumed::Leaves(to, by)) = self.said.get(self.used).copied()
            && to == destination
        {
            self.used += 1;
            return Some(by);
        }
        if before.is_some() {
            return before;
        }
        let mut ways = one_of_each_zone(self.policy)
            .into_iter()
            .map(|interface| Assumed::Leaves(destination, interface));
        let first = ways.next()?;
        match self.answer(first, ways.collect()) {
            Assumed::Leaves(_, by) => Some(by),
            Assumed::Holds(..) => None,
        }
    }
}

/// The first interface of each zone.
fn one_of_each_zone(policy: &Policy) -> Vec<InterfaceId> {
    let mut zones: Vec<ZoneId> = Vec::new();
    let mut found = Vec::new();
    for (interface, index) in policy.interfaces.iter().zip(0u32..) {
        if !zones.contains(&interface.zone) {
            zones.push(interface.zone);
            found.push(InterfaceId(index));
        }
    }
    found
}
