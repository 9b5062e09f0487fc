//! What a policy means, one fact in each test.

mod filter;
mod nat;
mod net;
mod open;
mod place;
mod sets;
mod valid;

use crate::*;

/// Three zones with one interface each: `inside` 10.1.0.0/16, `dmz` 10.2.0.0/16, `outside` 192.0.2.0/24 with the default route.
/// One empty rulebase that denies.
fn base() -> Policy {
    let mut builder = Builder::new("test");
    let networks = [("inside", "10.1.0.1/16"), ("dmz", "10.2.0.1/16"), ("outside", "192.0.2.1/24")];
    for (name, network) in networks {
        let zone = builder.zone(name, &Origin::default());
        builder.interface(Interface {
            name: format!("if-{name}").into(),
            zone,
            addresses: vec![prefix(network), prefix(&format!("2001:db8:{}::1/48", zone.0))],
            stand_in: false,
            origin: Origin::default(),
        });
    }
    builder.policy.routing = Routing::Complete;
    builder.policy.routes = vec![route("0.0.0.0/0", Some(2), 10)];
    let rulebase = builder.rulebase(rulebase(Vec::new()));
    builder.policy.filter = vec![Stage { rulebase, end: None, guard: Addresses::Any }];
    builder.policy
}

/// The base with these rules.
fn with_rules(rules: Vec<Rule>) -> Policy {
    let mut policy = base();
    policy.rulebases[0].rules = rules;
    policy
}

/// The base with one rule that accepts all, and NAT.
fn with_nat(when: NatWhen, rules: Vec<NatRule>) -> Policy {
    let mut policy = with_rules(vec![accept()]);
    policy.nat.passes = vec![NatPass { name: "nat".into(), when, rules }];
    policy
}

fn rulebase(rules: Vec<Rule>) -> Rulebase {
    let default_origin = Origin::implied("default");
    Rulebase { name: "rules".into(), rules, default: Verdict::Deny, default_origin }
}

fn accept() -> Rule {
    Rule::any(Origin::default(), Action::Decide(Verdict::Accept))
}

fn drop() -> Rule {
    Rule::any(Origin::default(), Action::Decide(Verdict::Drop))
}

fn nat() -> NatRule {
    NatRule::none(Origin::default())
}

fn prefix(text: &str) -> Prefix {
    parse_prefix(text).unwrap()
}

fn network(text: &str) -> Addresses {
    Addresses::prefix(prefix(text))
}

fn range(text: &str) -> IpRange {
    prefix(text).range()
}

fn tcp(port: u16) -> Services {
    Services::ports(6, PortRange::one(port))
}

fn route(to: &str, interface: Option<u32>, distance: u32) -> Route {
    let interface = interface.map(InterfaceId);
    Route { prefix: prefix(to), interface, distance, origin: Origin::default() }
}

fn predicate(policy: &mut Policy, kind: PredicateKind, meaning: &str) -> PredicateId {
    let id = PredicateId(u32::try_from(policy.predicates.len()).unwrap());
    policy.predicates.push(Predicate { kind, meaning: meaning.into(), origin: Origin::default() });
    id
}

fn packet(policy: &Policy, text: &str) -> Packet {
    PacketText::parse(text).unwrap().in_policy(policy).unwrap()
}

/// Validates the policy and decides in a world of which nothing is known.
fn go(policy: &Policy, text: &str) -> Decision {
    policy.validate().unwrap();
    decide(policy, &packet(policy, text), &mut Nothing)
}

fn verdict(policy: &Policy, text: &str) -> Verdict {
    go(policy, text).verdict
}

/// What decided in the last stage.
fn by(policy: &Policy, text: &str) -> By {
    go(policy, text).steps.last().unwrap().by
}

const WEB: &str = "in=inside 10.1.0.5:1024 > 10.2.0.5:80/tcp";
const BY_0: RulebaseId = RulebaseId(0);
