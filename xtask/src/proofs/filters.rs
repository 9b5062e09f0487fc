//! Sets of packet filters of the three shapes that are known from the literature on classification (access lists, firewalls, chains of
//! both), without zones. The distributions are our own.

use std::net::{IpAddr, Ipv4Addr};

use policy::{
    Action, Addresses, Builder, Origin, Policy, PortRange, Ports, Prefix, Rule, Rulebase,
    RulebaseId, Services, Stage, Verdict,
};

use crate::demo::random::Random;

/// A shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seedling {
    /// Access lists: mostly exact destinations and ports.
    Acl,
    /// Firewalls: much from or to anywhere, ranges of ports on both sides.
    Fw,
    /// Chains: pairs of networks of all lengths.
    Ipc,
}

impl Seedling {
    /// Its word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Acl => "acl",
            Self::Fw => "fw",
            Self::Ipc => "ipc",
        }
    }

    /// In how many of a hundred cases a side is everything, and how long the prefixes are at least.
    fn sides(self) -> [(u64, u8); 2] {
        match self {
            Self::Acl => [(15, 16), (2, 22)],
            Self::Fw => [(45, 20), (30, 24)],
            Self::Ipc => [(8, 12), (10, 16)],
        }
    }
}

/// A set of filters.
pub(crate) fn filters(shape: Seedling, rules: u32, seed: u64) -> Policy {
    let mut random = Random::named(seed, shape.as_str());
    let [mine, theirs] = shape.sides();
    // Sites, as address blocks are not spread evenly.
    let sites: Vec<u32> = (0..64 + rules / 400).map(|_| low(&mut random, 1 << 16) << 16).collect();
    let made = (0..rules).map(|number| {
        let verdict = if random.percent(15) { Verdict::Drop } else { Verdict::Accept };
        let mut rule =
            Rule::any(Origin::implied(format!("filter {number}")), Action::Decide(verdict));
        rule.source = side(&mut random, mine, &sites);
        rule.destination = side(&mut random, theirs, &sites);
        rule.services = service(&mut random, shape);
        rule
    });
    single(made.collect())
}

fn low(random: &mut Random, limit: u64) -> u32 {
    u32::try_from(random.below(limit)).unwrap_or(0)
}

fn side(random: &mut Random, (any, shortest): (u64, u8), sites: &[u32]) -> Addresses {
    if random.percent(any) {
        return Addresses::Any;
    }
    let popular = random.below(sites.len() as u64).min(random.below(sites.len() as u64));
    let site = usize::try_from(popular).ok().and_then(|at| sites.get(at)).copied().unwrap_or(0);
    // Within a site few subnets are used much.
    let subnet = low(random, 256).min(low(random, 256)) << 8;
    let address = Ipv4Addr::from_bits(site | subnet | low(random, 256));
    let length = if random.percent(45) {
        32
    } else {
        shortest + u8::try_from(random.below(u64::from(32 - shortest))).unwrap_or(0)
    };
    let prefix = Prefix::new(IpAddr::V4(address), length);
    prefix.map_or(Addresses::Any, Addresses::prefix)
}

fn service(random: &mut Random, shape: Seedling) -> Services {
    let ephemeral = PortRange::new(1024, u16::MAX).unwrap_or(PortRange::ALL);
    let exact = |random: &mut Random| {
        let port = random.below(1 << 11).min(random.below(1 << 14));
        PortRange::one(1 + u16::try_from(port).unwrap_or(0))
    };
    let protocol = match random.below(100) {
        0..70 => 6,
        70..92 => 17,
        92..95 => return Services::Protocol(1),
        _ => return Services::Any,
    };
    let side = |random: &mut Random, any: u64, high: u64, ranges: u64| match random.below(100) {
        kind if kind < any => PortRange::ALL,
        kind if kind < any + high => ephemeral,
        kind if kind < any + high + ranges => {
            let first = exact(random).first();
            let length = u16::try_from(random.below(300)).unwrap_or(0);
            PortRange::new(first, first + length).unwrap_or(PortRange::ALL)
        }
        _ => exact(random),
    };
    let (source, destination) = match shape {
        Seedling::Acl => (PortRange::ALL, side(random, 20, 5, 10)),
        Seedling::Fw => (side(random, 60, 25, 5), side(random, 15, 20, 15)),
        Seedling::Ipc => (side(random, 80, 5, 2), side(random, 35, 5, 10)),
    };
    Services::Ports(Ports { protocol, source, destination })
}

/// Rules of one zone, whatever the direction.
pub(super) fn single(rules: Vec<Rule>) -> Policy {
    let mut builder = Builder::new("filters");
    builder.zone("everywhere", &Origin::implied("everywhere"));
    builder.stand_ins();
    let mut policy = builder.policy;
    let default_origin = Origin::implied("default");
    let default = Verdict::Drop;
    policy.rulebases.push(Rulebase { name: "filters".into(), rules, default, default_origin });
    let guard = Addresses::Any;
    policy.filter.push(Stage { rulebase: RulebaseId(0), end: None, guard });
    policy
}
