//! Whether the renderings of one firewall are proved to be the same, two by two, as they are read.
//!
//! Compared is what passes through the firewall. Platforms truly differ in the rest, which is made the same here, one function each:
//! - what is addressed to the firewall itself is stopped by other lists, implied rules and administrative access ([`transit`]);
//! - which source ports hidden hosts get: each device has a range of its own ([`any_port`]);
//! - a published host that opens flows itself leaves with its public address on FortiOS, when a policy hides it behind an interface; the
//!   others have a rule for that ([`own_face`]);
//! - NSX filters at machines, wherever they are: it has no zones and no routes, and who is a machine stands in an inventory that
//!   is no part of the policy ([`everywhere`]).
//!
//! That a packet is stopped is compared, and not whether its sender is told ([`Options::merge_denials`]); and no packets of which a port
//! is 0 ([`Options::port_zero`]): there the platforms truly differ, as a test says.

use std::path::Path;

use policy::{
    Addresses, Defect, NatWhen, Origin, Policy, PortTarget, Rulebase, RulebaseId, Stage, Verdict,
};
use proof::prove::{Options, Proof, ZoneMap, prove};

use super::compare::{context, facts, read};
use super::profile::{PROFILES, Profile};
use super::{Fault, Firewall, Platform, Shape, make, mutant, render};

/// What was counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pairs {
    /// Pairs of renderings of one firewall, and those that were proved to be the same.
    pub(crate) alike: (usize, usize),
    /// Pairs of a rendering of a firewall and one of it with a fault, and those of them in which a certain difference was found.
    pub(crate) faulty: (usize, usize),
    /// What went wrong, the first few.
    pub(crate) wrong: Vec<String>,
}

impl Pairs {
    /// Whether nothing went wrong.
    pub(crate) fn perfect(&self) -> bool {
        let Self { alike, faulty, wrong } = self;
        alike.0 == alike.1 && faulty.0 == faulty.1 && wrong.is_empty()
    }

    fn wrong(
        &mut self,
        firewall: &Firewall,
        sides: [&(Platform, Policy); 2],
        fault: Option<Fault>,
        proof: &Proof,
    ) {
        if self.wrong.len() < WRONG {
            let [left, right] = sides.map(|(platform, _)| platform.as_str());
            let (name, seed) = (firewall.profile.name, firewall.seed);
            let fault = fault.map_or("no fault", Fault::as_str);
            let told = told(proof);
            self.wrong.push(format!("{name}, seed {seed}, {left} and {right}, {fault}: {told}"));
        }
    }
}

/// Compares the renderings of so many firewalls of each profile with each other, and with those of one with a fault.
pub(crate) fn pairwise(root: &Path, seeds: u64) -> Pairs {
    let facts = facts(root);
    let mut pairs = Pairs::default();
    for profile in PROFILES {
        for seed in 0..seeds {
            if let Err(error) = one(profile, seed, &facts, &mut pairs) {
                pairs.wrong.push(format!("{}, seed {seed}: {error}", profile.name));
            }
        }
    }
    pairs
}

/// A firewall of a profile.
fn made(profile: &Profile, seed: u64) -> Firewall {
    let shape = if seed % 3 == 2 { Shape::Overlapping } else { Shape::Zoned };
    make(*profile, shape, 5 + usize::try_from(seed * 7 % 60).unwrap_or(0), seed)
}

fn one(
    profile: &Profile,
    seed: u64,
    facts: &dialect::DialectFacts,
    pairs: &mut Pairs,
) -> Result<(), String> {
    let firewall = made(profile, seed);
    let read = |firewall: &Firewall| -> Result<Vec<(Platform, Policy)>, String> {
        let all = profile.platforms.iter();
        all.map(|of| Ok((*of, passing(firewall, *of, facts)?))).collect()
    };
    let sound = read(&firewall)?;
    for (at, left) in sound.iter().enumerate() {
        for right in sound.iter().skip(at + 1) {
            let proof = compared(left, right, false)?;
            count(&mut pairs.alike, proof.equal());
            if !proof.equal() {
                pairs.wrong(&firewall, [left, right], None, &proof);
            }
        }
    }
    let kind = usize::try_from(seed).unwrap_or(0) % Fault::ALL.len();
    let fault = Fault::ALL.get(kind).copied().unwrap_or(Fault::Action);
    let Some((other, _)) = mutant(&firewall, fault, seed) else { return Ok(()) };
    let faulty = read(&other)?;
    for (at, left) in sound.iter().enumerate() {
        // Each platform beside the next one, the last beside the first.
        let Some(right) = faulty.get((at + 1) % faulty.len()) else { continue };
        let proof = compared(left, right, false)?;
        let found = proof.differences.iter().any(|one| one.certain);
        count(&mut pairs.faulty, found);
        if !found {
            pairs.wrong(&firewall, [left, right], Some(fault), &proof);
        }
    }
    Ok(())
}

fn count((all, right): &mut (usize, usize), good: bool) {
    *all += 1;
    *right += usize::from(good);
}

/// What the program reads of a rendering, as far as it is compared.
fn passing(
    firewall: &Firewall,
    platform: Platform,
    facts: &dialect::DialectFacts,
) -> Result<Policy, String> {
    let reading = read(render(firewall, platform), platform, facts)?;
    let mut policy = context(&reading)?.clone();
    transit(&mut policy);
    any_port(&mut policy);
    own_face(&mut policy);
    Ok(policy)
}

/// Hides published hosts like others.
fn own_face(policy: &mut Policy) {
    let passes = policy.nat.passes.iter_mut();
    let instead = passes.filter(|pass| pass.when == NatWhen::InsteadOfInterface);
    instead.flat_map(|pass| &mut pass.rules).for_each(|rule| rule.enabled = false);
}

/// Stops everything that is addressed to the firewall.
fn transit(policy: &mut Policy) {
    policy.local = u32::try_from(policy.rulebases.len()).ok().map(RulebaseId);
    policy.rulebases.push(Rulebase {
        name: "local".into(),
        rules: Vec::new(),
        default: Verdict::Drop,
        default_origin: Origin::implied("local"),
    });
}

/// Gives hidden hosts any port where the device picks one.
fn any_port(policy: &mut Policy) {
    let picked = |port: &mut PortTarget| {
        if let PortTarget::OneOf(range) = port
            && range.first() != range.last()
        {
            *port = PortTarget::ANY;
        }
    };
    let passes = policy.nat.passes.iter_mut().flat_map(|pass| &mut pass.rules);
    passes.for_each(|rule| picked(&mut rule.source_port));
    let rules = policy.rulebases.iter_mut().flat_map(|base| &mut base.rules);
    rules.filter_map(|rule| rule.source_nat.as_mut()).for_each(|nat| picked(&mut nat.port));
}

/// Puts a firewall that is at every machine where another one stands.
fn everywhere(policy: &mut Policy, there: &Policy) -> Result<(), Defect> {
    policy.zones.clone_from(&there.zones);
    policy.interfaces.clone_from(&there.interfaces);
    policy.routes.clone_from(&there.routes);
    policy.routing = there.routing;
    for Stage { guard, .. } in &mut policy.filter {
        if let Addresses::Unknown(_) = guard {
            *guard = Addresses::Any;
        }
    }
    policy.validate()
}

fn compared(
    (one, left): &(Platform, Policy),
    (other, right): &(Platform, Policy),
    port_zero: bool,
) -> Result<Proof, String> {
    let (mut mine, mut theirs) = (left.clone(), right.clone());
    let placed = match (one, other) {
        (Platform::Nsx, Platform::Nsx) => Ok(()),
        (_, Platform::Nsx) => everywhere(&mut theirs, left),
        (Platform::Nsx, _) => everywhere(&mut mine, right),
        _ => Ok(()),
    };
    placed.map_err(|error| format!("{error:?}"))?;
    let options = Options { merge_denials: true, port_zero, ..Options::default() };
    Ok(prove(&mine, &theirs, &ZoneMap::by_name(&mine, &theirs), options))
}

/// What stands in the way, in short.
fn told(proof: &Proof) -> String {
    let first = proof.differences.first();
    let first = first.map(|one| format!("{:?} {:?} {:?}", one.left, one.right, one.witness));
    let certain = proof.differences.iter().filter(|one| one.certain).count();
    format!(
        "{} differences, {certain} certain, {} undecided, open {:?}: {}",
        proof.differences.len(),
        proof.undecided,
        proof.open,
        first.unwrap_or_default()
    )
}

/// How many wrong results are told.
const WRONG: usize = 20;

#[cfg(test)]
mod tests {
    use policy::Transport;

    use super::super::tests::seeds;
    use super::*;
    use crate::root;

    #[test]
    fn renderings_of_one_firewall_are_the_same_and_faults_show_beside_every_other() {
        let pairs = pairwise(&root(), seeds());
        assert!(pairs.alike.0 > 100 && pairs.faulty.0 > 50, "{pairs:?}");
        assert!(pairs.perfect(), "{pairs:?}");
    }

    #[test]
    fn with_port_0_the_platforms_differ_and_in_nothing_else() {
        let firewall = made(&Profile::usual(Platform::FortiOs), 0);
        let facts = facts(&root());
        let of = |platform| (platform, passing(&firewall, platform, &facts).unwrap());
        let proof = compared(&of(Platform::FortiOs), &of(Platform::PanOs), true).unwrap();
        assert!(!proof.differences.is_empty());
        let zero = |transport| match transport {
            Transport::Ports { source, destination, .. } => source == 0 || destination == 0,
            _ => false,
        };
        let others = proof.differences.iter().filter(|one| !zero(one.witness.left.transport));
        assert_eq!(others.count(), 0);
    }
}
