//! Small random policies, and every packet that matters in them.

use std::net::IpAddr;

use policy::*;

/// A generator of small numbers: xorshift.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, end: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 20) % u64::from(end)) as u32
    }

    pub(crate) fn one_in(&mut self, end: u32) -> bool {
        self.below(end) == 0
    }

    fn pick<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[self.below(all.len() as u32) as usize]
    }
}

const ADDRESSES: [&str; 10] = [
    "10.0.0.1",
    "10.0.0.2",
    "10.0.0.3",
    "10.0.1.1",
    "10.0.1.2",
    "10.0.1.9",
    "192.0.2.1",
    "192.0.2.2",
    "2001:db8::1",
    "2001:db8:1::1",
];
const RANGES: [(&str, &str); 10] = [
    ("10.0.0.0", "10.0.0.255"),
    ("10.0.0.2", "10.0.0.2"),
    ("10.0.1.0", "10.0.1.255"),
    ("10.0.1.1", "10.0.1.2"),
    ("192.0.2.0", "192.0.2.255"),
    ("192.0.2.1", "192.0.2.1"),
    ("192.0.2.1", "192.0.2.2"),
    ("0.0.0.0", "255.255.255.255"),
    ("2001:db8::", "2001:db8::ffff"),
    ("2001:db8:1::", "2001:db8:1::ffff"),
];

fn range(dice: &mut Dice) -> IpRange {
    let (first, last) = dice.pick(&RANGES);
    IpRange::new(first.parse().unwrap(), last.parse().unwrap()).unwrap()
}

fn addresses(dice: &mut Dice, nat: u32, destination: bool) -> Addresses {
    match dice.below(14) {
        0..=3 => Addresses::Any,
        4..=7 => Addresses::Range(range(dice)),
        8 => Addresses::Object(AddressId(dice.below(3))),
        9 => Addresses::Union(vec![
            Addresses::Range(range(dice)),
            Addresses::Object(AddressId(dice.below(3))),
        ]),
        10 => Addresses::Range(range(dice)).negated(),
        11 => Addresses::Zone(ZoneId(dice.below(3))),
        12 if destination && nat > 0 => Addresses::Union(vec![
            Addresses::TranslatedBy(NatId(dice.below(nat))),
            Addresses::Range(range(dice)),
        ]),
        12 => Addresses::Masked(Masked {
            value: "10.0.0.1".parse().unwrap(),
            mask: "255.255.0.3".parse().unwrap(),
        }),
        _ => Addresses::Common(vec![
            Addresses::Any,
            Addresses::Unknown(PredicateId(dice.below(2))).except(Addresses::Range(range(dice))),
        ]),
    }
}

fn port(dice: &mut Dice) -> PortRange {
    *dice.pick(&[
        PortRange::one(80),
        PortRange::one(443),
        PortRange::new(80, 443).unwrap(),
        PortRange::ALL,
    ])
}

fn services(dice: &mut Dice) -> Services {
    match dice.below(10) {
        0..=3 => Services::Any,
        4 | 5 => Services::ports(6, port(dice)),
        6 => Services::Object(ServiceId(0)),
        7 => Services::ports(17, port(dice)).negated(),
        8 => Services::Icmp { family: Family::V4, kind: Some(8), code: None },
        _ => Services::Common(vec![
            Services::ports(6, port(dice)),
            Services::Unknown(PredicateId(2)),
        ]),
    }
}

fn zones(dice: &mut Dice) -> Zones {
    match dice.below(5) {
        0 | 1 => Zones::Any,
        2 | 3 => Zones::Of(vec![ZoneId(dice.below(3))]),
        _ => Zones::Except(vec![ZoneId(dice.below(3))]),
    }
}

fn verdict(dice: &mut Dice) -> Verdict {
    *dice.pick(&[Verdict::Accept, Verdict::Accept, Verdict::Deny, Verdict::Drop])
}

fn target(dice: &mut Dice) -> AddressTarget {
    match dice.below(4) {
        0 => AddressTarget::EgressInterface,
        1 => AddressTarget::OneOf(vec![
            IpRange::new("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap()).unwrap(),
        ]),
        2 => AddressTarget::Shift { from: range4(dice), to: "10.0.1.0".parse().unwrap() },
        _ => AddressTarget::OneOf(vec![IpRange::one("10.0.1.2".parse().unwrap())]),
    }
}

fn range4(dice: &mut Dice) -> IpRange {
    let (first, last) = RANGES[dice.below(7) as usize];
    IpRange::new(first.parse().unwrap(), last.parse().unwrap()).unwrap()
}

fn nat_rule(dice: &mut Dice, before: bool, chain: bool) -> NatRule {
    let mut rule = NatRule::none(Origin::implied("nat"));
    rule.from = zones(dice);
    if !before || dice.one_in(3) {
        rule.to = zones(dice);
    }
    let both = dice.below(3);
    rule.source = if dice.one_in(2) {
        Addresses::Range(range4(dice))
    } else {
        Addresses::Range(Family::V4.all())
    };
    let old = range4(dice);
    rule.destination = Addresses::Range(old);
    rule.services = if dice.one_in(3) { Services::ports(6, port(dice)) } else { Services::Any };
    if before && both != 0 {
        rule.destination_to = Some(match dice.below(9) {
            0..=2 => AddressTarget::Shift { from: old, to: "10.0.1.0".parse().unwrap() },
            3 | 4 => AddressTarget::Shift { from: old, to: old.first() },
            // One of several, in one zone or in two; and one that only the device knows.
            5 => AddressTarget::OneOf(vec![range4(dice)]),
            6 => AddressTarget::Named(PredicateId(dice.below(2) + 2)),
            _ => AddressTarget::OneOf(vec![IpRange::one("10.0.1.2".parse().unwrap())]),
        });
        if dice.one_in(3) {
            rule.services = Services::ports(6, PortRange::one(80));
            rule.destination_port = PortTarget::one(443);
        }
    }
    if !before || both == 0 || (both == 2 && !chain) {
        if dice.one_in(5) {
            return rule;
        }
        rule.source_to = Some(target(dice));
        if let Some(AddressTarget::Shift { from, .. }) = &rule.source_to {
            rule.source = Addresses::Range(*from);
        }
        if dice.one_in(2) {
            rule.source_port = PortTarget::ANY;
        }
    }
    if chain {
        rule.chain = Some(1);
    }
    if dice.one_in(8) {
        rule.seen = Some(*dice.pick(&[Seen::Original, Seen::Translated, Seen::Bypass]));
    }
    rule
}

fn rule(dice: &mut Dice, at: u32, count: u32, nat: u32, layer: bool) -> Rule {
    let action = match dice.below(10) {
        0 if layer => Action::Layer(RulebaseId(2)),
        1 if at + 2 < count => Action::SkipTo(at + 2),
        2 => Action::Continue,
        _ => Action::Decide(verdict(dice)),
    };
    let mut rule = Rule::any(Origin::implied(format!("rule {at}")), action);
    rule.enabled = !dice.one_in(8);
    rule.from = zones(dice);
    rule.to = zones(dice);
    rule.pair = *dice.pick(&[Pair::Any, Pair::Any, Pair::Any, Pair::Same, Pair::Different]);
    rule.source = addresses(dice, nat, false);
    rule.destination = addresses(dice, nat, true);
    rule.services = services(dice);
    if dice.one_in(6) {
        rule.conditions = vec![Condition {
            any_of: vec![PredicateId(2), PredicateId(3)],
            negated: dice.one_in(2),
        }];
    }
    if dice.one_in(5) {
        rule.view = NatView::NamedOnly;
    }
    if dice.one_in(4) {
        rule.ends = Some(Box::new(Ends {
            outbound: dice.one_in(2),
            inbound: dice.one_in(2),
            scope: Addresses::Range(range(dice)),
        }));
    }
    if dice.one_in(4) {
        let port = if dice.one_in(2) { PortTarget::Keep } else { PortTarget::ANY };
        rule.source_nat = Some(Box::new(SourceNat {
            origin: Origin::implied("own"),
            address: target4(dice),
            port,
        }));
    }
    rule
}

fn target4(dice: &mut Dice) -> AddressTarget {
    match target(dice) {
        AddressTarget::Shift { .. } => AddressTarget::EgressInterface,
        other => other,
    }
}

/// A small random policy. Families are not translated into each other: NAT is of IPv4 only.
pub(crate) fn random(dice: &mut Dice) -> Policy {
    let mut builder = Builder::new("random");
    let named = |text: &str| Origin::implied(text);
    for (name, address) in [("a", "10.0.0.1/24"), ("b", "10.0.1.1/24"), ("c", "192.0.2.1/24")] {
        let zone = builder.zone(name, &named(name));
        let addresses =
            if dice.one_in(3) { Vec::new() } else { vec![parse_prefix(address).unwrap()] };
        builder.interface(Interface {
            name: name.into(),
            zone,
            addresses,
            stand_in: false,
            origin: named(name),
        });
    }
    for kind in [
        PredicateKind::Fqdn,
        PredicateKind::Geography,
        PredicateKind::Application,
        PredicateKind::User,
    ] {
        builder.unknown(kind, kind.as_str(), named(kind.as_str()));
    }
    let mut object = Addresses::Range(range(dice));
    for name in ["x", "y", "z"] {
        let id = builder.address(name, named(name), object.clone());
        object = match dice.below(3) {
            0 => Addresses::Union(vec![Addresses::Object(id), Addresses::Range(range(dice))]),
            1 => Addresses::Object(id).except(Addresses::Range(range(dice))),
            _ => Addresses::Range(range(dice)),
        };
    }
    builder.service(
        "web",
        named("web"),
        Services::Union(vec![
            Services::ports(6, PortRange::one(80)),
            Services::ports(17, PortRange::one(443)),
        ]),
    );
    let mut policy = builder.policy;
    ways(dice, &mut policy);
    let nat = translations(dice, &mut policy);
    rulebases(dice, &mut policy, nat);
    policy.validate().unwrap();
    policy
}

/// The same where no rule translates sources or names what translates destinations.
pub(crate) fn plain(mut policy: Policy) -> Policy {
    fn unnamed(cell: &mut Addresses) {
        match cell {
            Addresses::TranslatedBy(_) => *cell = Addresses::NONE,
            Addresses::Union(members) => members.iter_mut().for_each(unnamed),
            _ => {}
        }
    }
    for rule in policy.rulebases.iter_mut().flat_map(|base| &mut base.rules) {
        rule.source_nat = None;
        rule.view = NatView::Plain;
        unnamed(&mut rule.destination);
    }
    policy
}

fn ways(dice: &mut Dice, policy: &mut Policy) {
    policy.routing = if dice.one_in(2) { Routing::Complete } else { Routing::Partial };
    for _ in 0..dice.below(3) {
        let prefix =
            dice.pick(&["10.0.0.0/30", "0.0.0.0/0", "10.0.1.2/32", "::/0", "2001:db8::/64"]);
        let interface = (!dice.one_in(4)).then(|| InterfaceId(dice.below(3)));
        policy.routes.push(Route {
            prefix: parse_prefix(prefix).unwrap(),
            interface,
            distance: dice.below(2),
            origin: Origin::implied("r"),
        });
    }
}

/// How many rules there are before the filter.
fn translations(dice: &mut Dice, policy: &mut Policy) -> u32 {
    policy.seen = if dice.one_in(2) { Seen::Original } else { Seen::Translated };
    let chain = dice.one_in(3);
    let before: Vec<NatRule> = (0..dice.below(3)).map(|_| nat_rule(dice, true, chain)).collect();
    // What the filter would see of a source rewritten before it is not modelled by any platform.
    if policy.seen == Seen::Translated
        || before.iter().any(|rule| rule.seen == Some(Seen::Translated))
    {
        policy.seen = Seen::Translated;
    }
    let mut before = before;
    if policy.seen == Seen::Translated {
        before.iter_mut().for_each(|rule| {
            rule.source_to = None;
            rule.source_port = PortTarget::Keep;
        });
    }
    let nat = before.len() as u32;
    policy.nat.passes.push(NatPass {
        name: "before".into(),
        when: NatWhen::BeforeFilter,
        rules: before,
    });
    for when in [NatWhen::InsteadOfRule, NatWhen::InsteadOfInterface, NatWhen::AfterFilter] {
        let rules = (0..dice.below(3)).map(|_| nat_rule(dice, false, false)).collect();
        policy.nat.passes.push(NatPass { name: "after".into(), when, rules });
    }
    nat
}

fn rulebases(dice: &mut Dice, policy: &mut Policy, nat: u32) {
    for name in ["first", "second", "layer", "local"] {
        let count = dice.below(5);
        let rules = (0..count).map(|at| rule(dice, at, count, nat, name == "first")).collect();
        policy.rulebases.push(Rulebase {
            name: name.into(),
            rules,
            default: verdict(dice),
            default_origin: Origin::implied("default"),
        });
    }
    let stages = 1 + dice.below(2);
    for stage in 0..stages {
        let end =
            if dice.one_in(3) { Some(*dice.pick(&[End::Source, End::Destination])) } else { None };
        let guard = if dice.one_in(4) { Addresses::Range(range(dice)) } else { Addresses::Any };
        policy.filter.push(Stage { rulebase: RulebaseId(stage), end, guard });
    }
    policy.local = dice.one_in(2).then_some(RulebaseId(3));
}

/// A policy with one thing changed.
pub(crate) fn mutant(dice: &mut Dice, policy: &Policy) -> Policy {
    let mut mutant = policy.clone();
    let base = dice.below(2) as usize;
    let rules = &mut mutant.rulebases[base].rules;
    if rules.is_empty() || dice.one_in(4) {
        let passes = &mut mutant.nat.passes;
        let pass = dice.below(passes.len() as u32) as usize;
        let when = passes[pass].when;
        let at_filter = policy.seen;
        for rule in &mut passes[pass].rules {
            *rule = nat_rule(dice, when == NatWhen::BeforeFilter, false);
            if at_filter == Seen::Translated && when == NatWhen::BeforeFilter {
                rule.source_to = None;
                rule.source_port = PortTarget::Keep;
            }
        }
        return mutant;
    }
    let at = dice.below(rules.len() as u32) as usize;
    match dice.below(6) {
        0 => rules[at].action = Action::Decide(verdict(dice)),
        1 => rules[at].source = addresses(dice, 0, false),
        2 => rules[at].services = services(dice),
        3 => rules[at].enabled = !rules[at].enabled,
        4 => rules[at].from = zones(dice),
        _ => mutant.rulebases[base].default = verdict(dice),
    }
    mutant
}

/// Packets that matter: each address, each port and type, from each zone.
pub(crate) fn packets() -> Vec<Packet> {
    let mut packets = Vec::new();
    let transports = [
        Transport::Ports { protocol: 6, source: 1000, destination: 80 },
        Transport::Ports { protocol: 6, source: 1000, destination: 443 },
        Transport::Ports { protocol: 6, source: 1000, destination: 22 },
        Transport::Ports { protocol: 17, source: 1000, destination: 443 },
        Transport::Icmp { family: Family::V4, kind: 8, code: 0 },
        Transport::Other { protocol: 47 },
    ];
    let address = |text: &str| -> IpAddr { text.parse().unwrap() };
    for ingress in (0..3).map(InterfaceId) {
        for source in ADDRESSES.map(address) {
            for destination in ADDRESSES.map(address) {
                for transport in transports {
                    let icmp = matches!(transport, Transport::Icmp { .. });
                    if source.is_ipv4() != destination.is_ipv4()
                        || (icmp && source.is_ipv6())
                        || source == destination
                    {
                        continue;
                    }
                    packets.push(Packet { ingress, source, destination, transport });
                }
            }
        }
    }
    packets
}
