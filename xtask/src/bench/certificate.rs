//! A made policy against a rewritten one that is the same: what the proof costs, and what it costs to check its certificate.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

use anyhow::{Result, bail};
use policy::{
    Action, Addresses, Builder, IpRange, Origin, Policy, PortRange, Rule, Rulebase, RulebaseId,
    Services, Stage, Verdict, ZoneId, Zones,
};
use proof::certificate::Identity;
use proof::prove::{Options, ZoneMap, prove};
use proof_check::{Expected, check};

use super::measure::{median, peak_mb, processor_seconds};

/// How often each is done.
const ROUNDS: usize = 3;
const ZONES: u32 = 12;

/// A generator of numbers: xorshift.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u32::try_from((self.0 >> 20) % u64::from(end)).unwrap_or(0)
    }
}

/// Runs the bench for this many rules on the left.
///
/// # Errors
/// When the policies are not proved to be the same, or the certificate is refused.
pub(super) fn run(seed: u64, rules: u32) -> Result<()> {
    let left = policy_of(made(seed, rules));
    let right = policy_of(rewritten(made(seed, rules), seed));
    let zones = ZoneMap::by_name(&left, &right);
    let count =
        |policy: &Policy| policy.rulebases.iter().map(|base| base.rules.len()).sum::<usize>();
    println!("\ncertificate: {} rules against {}, median of {ROUNDS}", count(&left), count(&right));
    let mut costs: [Vec<(f64, f64)>; 3] = [const { Vec::new() }; 3];
    let mut bytes = Vec::new();
    for _ in 0..ROUNDS {
        let [plain, certified, checked] = &mut costs;
        let options = Options::default();
        plain.push(timed(|| {
            drop(prove(&left, &right, &zones, options));
            Ok(())
        })?);
        certified.push(timed(|| {
            let options = Options { certify: true, ..options };
            let Some(certificate) = prove(&left, &right, &zones, options).certificate else {
                bail!("the policies were not proved to be the same");
            };
            bytes.clear();
            let identity = Identity { tool: "bench", left: "left", right: "right" };
            Ok(certificate.write(&identity, &mut bytes)?)
        })?);
        checked.push(timed(|| match check(&bytes, Expected::default()) {
            Ok(accepted) => {
                println!("  {:?}", accepted.tally);
                Ok(())
            }
            Err(refused) => bail!("refused: {}, {}", refused.why, refused.place),
        })?);
    }
    for (name, costs) in ["proof", "proof with certificate", "check"].iter().zip(&costs) {
        let cpu = median(costs.iter().map(|cost| cost.0));
        let wall = median(costs.iter().map(|cost| cost.1));
        println!("  {name:<22} {cpu:.2} CPU-s, {wall:.3} s");
    }
    let peak = peak_mb("self").unwrap_or_default();
    println!("  {} bytes, {peak:.0} MB memory for all", bytes.len());
    Ok(())
}

/// Processor time and time of one call.
fn timed(call: impl FnOnce() -> Result<()>) -> Result<(f64, f64)> {
    let (before, start) = (processor_seconds()?.0, Instant::now());
    call()?;
    Ok((processor_seconds()?.0 - before, start.elapsed().as_secs_f64()))
}

/// Part of a network of the data centre.
fn range(dice: &mut Dice) -> Addresses {
    let size = 1u32 << (2 + dice.below(9));
    let first = (10 << 24) + dice.below(1 << 18) / size * size;
    let address = |number: u32| IpAddr::V4(Ipv4Addr::from_bits(number));
    let range = IpRange::new(address(first), address(first + size - 1));
    range.map_or(Addresses::Any, Addresses::Range)
}

fn made(seed: u64, rules: u32) -> Vec<Rule> {
    let mut dice = Dice(seed | 1);
    let dice = &mut dice;
    let several =
        |dice: &mut Dice| Addresses::Union((0..=dice.below(3)).map(|_| range(dice)).collect());
    let sources: Vec<Addresses> = (0..rules / 8 + 1).map(|_| several(dice)).collect();
    let mut all = Vec::new();
    let mut verdict = Verdict::Accept;
    for number in 0..rules {
        if dice.below(12) == 0 {
            verdict = if verdict == Verdict::Accept { Verdict::Drop } else { Verdict::Accept };
        }
        let origin = Origin::implied(format!("rule {number}"));
        let mut rule = Rule::any(origin, Action::Decide(verdict));
        rule.from = Zones::Of(vec![ZoneId(dice.below(ZONES))]);
        rule.to = Zones::Of(vec![ZoneId(dice.below(ZONES))]);
        let chosen = usize::try_from(dice.below(rules / 8 + 1)).unwrap_or(0);
        rule.source = sources.get(chosen).cloned().unwrap_or(Addresses::Any);
        rule.destination = several(dice);
        let ports = (0..=dice.below(3)).map(|_| {
            let port = u16::try_from(1 + dice.below(2_000)).unwrap_or(1);
            Services::ports(6, PortRange::one(port))
        });
        rule.services = Services::Union(ports.collect());
        all.push(rule);
        if dice.below(16) == 0 {
            all.extend(all.last().and_then(|rule| crossing(dice, rule)).into_iter().flatten());
        }
    }
    all
}

/// Three rules, of which the last two may change places: what they have in common is decided by the first one.
fn crossing(dice: &mut Dice, like: &Rule) -> Option<[Rule; 3]> {
    let net = |number: u32| {
        let first = (10 << 24) + number * 256;
        let address = |number: u32| IpAddr::V4(Ipv4Addr::from_bits(number));
        IpRange::new(address(first), address(first + 255)).map(Addresses::Range)
    };
    let base = dice.below(1_000);
    let rule = |section: &str, nets: Vec<Addresses>, verdict| Rule {
        section: section.into(),
        source: Addresses::Union(nets),
        services: Services::ports(17, PortRange::one(53)),
        action: Action::Decide(verdict),
        ..like.clone()
    };
    let (low, middle, high) = (net(base)?, net(base + 1)?, net(base + 2)?);
    Some([
        rule("first", vec![middle.clone()], Verdict::Accept),
        rule("may turn", vec![low, middle.clone()], Verdict::Drop),
        rule("last", vec![middle, high], Verdict::Accept),
    ])
}

/// The same rules, written otherwise: one for each service, some of them twice, and neighbours that do the same, or are about other
/// zones, in another order.
fn rewritten(rules: Vec<Rule>, seed: u64) -> Vec<Rule> {
    let mut dice = Dice(seed.rotate_left(7) | 1);
    let mut rules = rules;
    // From the end, so that each moves once.
    for at in (1..rules.len()).rev() {
        if rules.get(at - 1).is_some_and(|rule| &*rule.section == "may turn") {
            rules.swap(at - 1, at);
        }
    }
    let mut flat: Vec<Rule> = Vec::new();
    for rule in rules {
        let members = match rule.services.clone() {
            Services::Union(members) => members,
            other => vec![other],
        };
        for services in members {
            let one = Rule { services, ..rule.clone() };
            flat.extend((dice.below(12) == 0).then(|| one.clone()));
            flat.push(one);
        }
    }
    for _ in 0..20 {
        for at in 1..flat.len() {
            let apart = flat.get(at - 1).zip(flat.get(at)).is_some_and(|(one, two)| {
                one.action == two.action || one.from != two.from || one.to != two.to
            });
            if apart && dice.below(2) == 0 {
                flat.swap(at - 1, at);
            }
        }
    }
    flat
}

fn policy_of(rules: Vec<Rule>) -> Policy {
    let mut builder = Builder::new("bench");
    for zone in 0..ZONES {
        let name = format!("zone-{zone}");
        builder.zone(&name, &Origin::implied(name.clone()));
    }
    builder.stand_ins();
    let mut policy = builder.policy;
    let default_origin = Origin::implied("default");
    let default = Verdict::Drop;
    policy.rulebases.push(Rulebase { name: "filter".into(), rules, default, default_origin });
    policy.filter.push(Stage { rulebase: RulebaseId(0), end: None, guard: Addresses::Any });
    policy
}
