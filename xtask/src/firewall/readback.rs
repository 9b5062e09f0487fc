//! Holds what a rendering is read as against the neutral policy, packet by packet.

use std::net::IpAddr;

use dialect::DialectFacts;
use policy::{Atom, InterfaceId, Nothing, Policy, World, decide};

use super::compare::{Outcome, context, expected, outcome, read};
use super::noun::Firewall;
use super::probe::Probe;
use super::profile::Platform;
use super::render;

#[cfg(test)]
mod tests;

/// A world in which all machines are workloads, which a rendering without an inventory leaves open; else nothing holds.
struct Machines<'a>(&'a Policy);

impl World for Machines<'_> {
    fn holds(&mut self, atom: Atom) -> bool {
        let id = usize::try_from(atom.predicate.0).ok();
        let predicate = id.and_then(|id| self.0.predicates.get(id));
        predicate.is_some_and(|predicate| &*predicate.meaning == "workload")
    }

    fn egress(&mut self, _: IpAddr) -> Option<InterfaceId> {
        None
    }
}

/// What the reading of a rendering does.
pub(super) fn found(policy: &Policy, platform: Platform, probe: &Probe) -> Outcome {
    let name = platform.interface(probe.interface);
    let ingress = policy.place(&name).unwrap_or(InterfaceId(0));
    let decision = decide(policy, &probe.packet_at(ingress), &mut Machines(policy));
    outcome(policy, decision, platform != Platform::Nsx)
}

/// Where a rendering means something else than the neutral policy.
#[derive(Clone, Debug)]
pub(super) struct Disagreement {
    pub(super) probe: Probe,
    pub(super) expected: Outcome,
    pub(super) found: Result<Outcome, String>,
    /// What decided, for people.
    pub(super) decided: String,
}

/// The first disagreement about these probes.
pub(super) fn disagreement(
    firewall: &Firewall,
    platform: Platform,
    probes: &[Probe],
    facts: &DialectFacts,
) -> Option<Disagreement> {
    let original = firewall.policy();
    let reading = read(render(firewall, platform), platform, facts);
    let context = reading.as_ref().map_err(Clone::clone).and_then(|reading| context(reading));
    for probe in probes {
        let expected = expected(&original, probe, platform != Platform::Nsx);
        let found = context.clone().map(|context| found(context, platform, probe));
        if found.as_ref() != Ok(&expected) {
            let decided = match &context {
                Ok(context) => {
                    let ingress = context.place(&platform.interface(probe.interface));
                    let packet = probe.packet_at(ingress.unwrap_or(InterfaceId(0)));
                    let theirs = decide(context, &packet, &mut Machines(context));
                    let ours = decide(&original, &probe.packet(), &mut Nothing);
                    format!("neutral {:?}\n  read {theirs:?}", ours.steps)
                }
                Err(error) => error.clone(),
            };
            return Some(Disagreement { probe: *probe, expected, found, decided });
        }
    }
    None
}

/// The smallest firewall found that still disagrees about this probe: parts are left out as long as it does.
pub(super) fn smaller(
    firewall: &Firewall,
    platform: Platform,
    probe: &Probe,
    facts: &DialectFacts,
) -> Firewall {
    let mut best = firewall.clone();
    let differs =
        |candidate: &Firewall| disagreement(candidate, platform, &[*probe], facts).is_some();
    let mut size = best.rules.len().max(1);
    loop {
        let mut at = 0;
        while at < best.rules.len() {
            let mut candidate = best.clone();
            candidate.rules.drain(at..(at + size).min(best.rules.len()));
            if differs(&candidate) {
                best = candidate;
            } else {
                at += size;
            }
        }
        if size == 1 {
            break;
        }
        size /= 2;
    }
    for at in (0..best.publish.len()).rev() {
        let mut candidate = best.clone();
        candidate.publish.remove(at);
        if differs(&candidate) {
            best = candidate;
        }
    }
    for at in (0..best.hide.len()).rev() {
        let mut candidate = best.clone();
        candidate.hide.remove(at);
        if differs(&candidate) {
            best = candidate;
        }
    }
    best
}
