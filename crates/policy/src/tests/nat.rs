//! Address translation.

use super::*;

const PUBLISHED: &str = "in=outside 8.8.8.8:1024 > 192.0.2.80:8080/tcp";

fn one(address: &str) -> Option<AddressTarget> {
    Some(AddressTarget::OneOf(vec![range(address)]))
}

fn exactly(address: &str) -> TranslatedAddress {
    TranslatedAddress::Exactly(address.parse().unwrap())
}

/// 192.0.2.80 port 8080 is 10.2.0.80 port 80.
fn publish() -> NatRule {
    NatRule {
        destination: network("192.0.2.80"),
        services: tcp(8080),
        destination_to: one("10.2.0.80"),
        destination_port: PortTarget::one(80),
        ..nat()
    }
}

fn hide(source: &str, pool: &str) -> NatRule {
    NatRule { source: network(source), source_to: one(pool), source_port: PortTarget::ANY, ..nat() }
}

#[test]
fn the_egress_is_that_of_the_translated_destination() {
    let policy = with_nat(NatWhen::BeforeFilter, vec![publish()]);
    let decision = go(&policy, PUBLISHED);
    assert_eq!(decision.egress, Egress::Interface(InterfaceId(1)));
    assert_eq!(decision.nat, [NatId(0)]);
    assert_eq!(decision.translated.destination, exactly("10.2.0.80"));
    assert_eq!(decision.translated.destination_port, TranslatedPort::Exactly(80));
    assert_eq!(decision.translated.source, exactly("8.8.8.8"));
    assert_eq!(decision.translated.source_port, TranslatedPort::Exactly(1024));
    // Another port of the same address is not translated and stays outside.
    let decision = go(&policy, "in=outside 8.8.8.8 > 192.0.2.80:8081/tcp");
    assert_eq!(decision.egress, Egress::Interface(InterfaceId(2)));
    assert!(decision.nat.is_empty());
}

#[test]
fn rules_see_the_header_that_the_policy_or_the_nat_rule_says() {
    let mut policy = with_nat(NatWhen::BeforeFilter, vec![publish()]);
    policy.rulebases[0].rules = vec![
        Rule { destination: network("192.0.2.80"), services: tcp(8080), ..accept() },
        Rule { destination: network("10.2.0.80"), services: tcp(80), ..accept() },
    ];
    // Before translation; the zone always is the one after it.
    policy.rulebases[0].rules[0].to = Zones::Of(vec![ZoneId(1)]);
    assert_eq!(by(&policy, PUBLISHED), By::Rule(BY_0, 0));
    policy.seen = Seen::Translated;
    assert_eq!(by(&policy, PUBLISHED), By::Rule(BY_0, 1));
    policy.nat.passes[0].rules[0].seen = Some(Seen::Original);
    assert_eq!(by(&policy, PUBLISHED), By::Rule(BY_0, 0));
    policy.nat.passes[0].rules[0].seen = Some(Seen::Bypass);
    assert_eq!(by(&policy, PUBLISHED), By::Bypass);
    assert_eq!(verdict(&policy, "in=outside 8.8.8.8 > 10.2.0.7:9/tcp"), Verdict::Deny);
}

#[test]
fn a_rule_that_must_name_the_translation_does_not_see_it_by_address() {
    let mut policy = with_nat(NatWhen::BeforeFilter, vec![publish()]);
    policy.seen = Seen::Translated;
    let named_only = |destination| Rule { destination, view: NatView::NamedOnly, ..accept() };
    let mut try_cell = |destination, services| {
        policy.rulebases[0].rules = vec![Rule { services, ..named_only(destination) }];
        verdict(&policy, PUBLISHED)
    };
    assert_eq!(try_cell(Addresses::Any, Services::Any), Verdict::Deny);
    assert_eq!(try_cell(network("10.2.0.80"), Services::Any), Verdict::Deny);
    let named = Addresses::TranslatedBy(NatId(0));
    assert_eq!(try_cell(named.clone(), Services::Any), Verdict::Accept);
    // The service is the one behind the translation.
    assert_eq!(try_cell(named.clone(), tcp(80)), Verdict::Accept);
    assert_eq!(try_cell(named.clone(), tcp(8080)), Verdict::Deny);
    let among = Addresses::union(vec![network("10.9.0.0/16"), named]);
    assert_eq!(try_cell(among, Services::Any), Verdict::Accept);
    // What is not translated is seen by address, and not by the name of a translation.
    let plain = "in=outside 8.8.8.8 > 10.2.0.80:80/tcp";
    policy.rulebases[0].rules = vec![named_only(network("10.2.0.80"))];
    assert_eq!(verdict(&policy, plain), Verdict::Accept);
    policy.rulebases[0].rules = vec![named_only(Addresses::TranslatedBy(NatId(0)))];
    assert_eq!(verdict(&policy, plain), Verdict::Deny);
}

#[test]
fn the_first_nat_rule_that_matches_decides_even_if_it_changes_nothing() {
    let none = NatRule { destination: network("192.0.2.80"), ..nat() };
    let policy = with_nat(NatWhen::BeforeFilter, vec![none.clone(), publish()]);
    assert!(go(&policy, PUBLISHED).nat.is_empty());
    let disabled = NatRule { enabled: false, ..none };
    let policy = with_nat(NatWhen::BeforeFilter, vec![disabled, publish()]);
    assert_eq!(go(&policy, PUBLISHED).nat, [NatId(1)]);
}

#[test]
fn a_nat_rule_matches_the_zone_where_the_packet_would_leave_before_it() {
    let to = |zone| NatRule { to: Zones::Of(vec![ZoneId(zone)]), ..publish() };
    let translated =
        |rule| !go(&with_nat(NatWhen::BeforeFilter, vec![rule]), PUBLISHED).nat.is_empty();
    assert!(translated(to(2)) && !translated(to(1)));
    assert!(translated(NatRule { pair: Pair::Same, ..publish() }));
    assert!(!translated(NatRule { from: Zones::Of(vec![ZoneId(0)]), ..publish() }));
    // A zone in its destination cell is the same zone.
    let cell = |zone| NatRule {
        destination: Addresses::Common(vec![network("192.0.2.80"), Addresses::Zone(ZoneId(zone))]),
        ..publish()
    };
    assert!(translated(cell(2)) && !translated(cell(1)));
}

#[test]
fn passes_follow_each_other_and_each_sees_what_the_one_before_made() {
    let mut policy = with_nat(NatWhen::BeforeFilter, vec![publish()]);
    let second = NatRule { destination: network("10.2.0.80"), ..hide("0.0.0.0/0", "10.2.0.9") };
    let pass =
        NatPass { name: "2".into(), when: NatWhen::BeforeFilter, rules: vec![nat(), second] };
    policy.nat.passes.push(pass);
    assert_eq!(go(&policy, PUBLISHED).nat, [NatId(0)]);
    policy.nat.passes[1].rules[0].enabled = false;
    // Rules are numbered through all passes.
    let decision = go(&policy, PUBLISHED);
    assert_eq!(decision.nat, [NatId(0), NatId(2)]);
    assert_eq!(decision.translated.source, exactly("10.2.0.9"));
    assert_eq!(decision.translated.destination_port, TranslatedPort::Exactly(80));
}

#[test]
fn in_a_chain_a_second_rule_may_rewrite_the_other_side() {
    let chained = |rule: NatRule| NatRule { chain: Some(1), ..rule };
    let source = NatRule { source_to: one("192.0.2.9"), ..nat() };
    let decided = |rules: Vec<NatRule>| {
        go(&with_nat(NatWhen::BeforeFilter, rules), PUBLISHED).nat.iter().map(|id| id.0).collect()
    };
    let of = |rules| -> Vec<u32> { decided(rules) };
    assert_eq!(of(vec![chained(publish()), chained(source.clone())]), [0, 1]);
    assert_eq!(of(vec![chained(source.clone()), chained(publish())]), [0, 1]);
    assert_eq!(of(vec![chained(publish()), source.clone()]), [0]);
    assert_eq!(of(vec![chained(publish()), NatRule { chain: Some(2), ..source.clone() }]), [0]);
    // Not a third one, not the same side again, and not after one that rewrote both.
    let rules = vec![chained(publish()), chained(publish()), chained(source.clone()), nat()];
    assert_eq!(of(rules), [0, 2]);
    let both = NatRule { source_to: one("192.0.2.9"), ..publish() };
    assert_eq!(of(vec![chained(both), chained(source.clone())]), [0]);
    // The second one matches the packet as it was.
    let before = NatRule { destination: network("192.0.2.80"), ..source.clone() };
    assert_eq!(of(vec![chained(publish()), chained(before)]), [0, 1]);
    let after = NatRule { destination: network("10.2.0.80"), ..source };
    assert_eq!(of(vec![chained(publish()), chained(after)]), [0]);
}

#[test]
fn pools_give_all_that_the_device_may_pick() {
    let out = "in=inside 10.1.0.5:1024 > 8.8.8.8:53/udp";
    let pool = vec![range("192.0.2.16/30"), range("192.0.2.32")];
    let target = Some(AddressTarget::OneOf(pool.clone()));
    let rule = NatRule { source_to: target, ..hide("10.1.0.0/16", "192.0.2.16") };
    let policy = with_nat(NatWhen::AfterFilter, vec![rule]);
    let decision = go(&policy, out);
    assert_eq!(decision.translated.source, TranslatedAddress::OneOf(pool));
    assert_eq!(decision.translated.source_port, TranslatedPort::OneOf(PortRange::ALL));
    // A protocol without ports keeps none.
    let decision = go(&policy, "in=inside 10.1.0.5 > 8.8.8.8/icmp");
    assert_eq!(decision.translated.source_port, TranslatedPort::None);
    let target = Some(AddressTarget::OneOf(Vec::new()));
    let rule = NatRule { source_to: target, ..nat() };
    let decision = go(&with_nat(NatWhen::AfterFilter, vec![rule]), out);
    assert_eq!(decision.translated.source, exactly("10.1.0.5"));
}

#[test]
fn a_shift_keeps_the_offset_of_addresses_and_ports() {
    let rule = NatRule {
        destination: network("192.0.2.64/28"),
        destination_to: Some(AddressTarget::Shift {
            from: range("192.0.2.64/28"),
            to: "10.2.1.0".parse().unwrap(),
        }),
        destination_port: PortTarget::Shift { from: PortRange::new(8000, 8009).unwrap(), to: 80 },
        ..nat()
    };
    let policy = with_nat(NatWhen::BeforeFilter, vec![rule]);
    let translated = |text: &str| go(&policy, text).translated;
    let moved = translated("in=outside 8.8.8.8 > 192.0.2.70:8003/tcp");
    assert_eq!(moved.destination, exactly("10.2.1.6"));
    assert_eq!(moved.destination_port, TranslatedPort::Exactly(83));
    let other = translated("in=outside 8.8.8.8 > 192.0.2.70:9000/tcp");
    assert_eq!(other.destination_port, TranslatedPort::Exactly(9000));
}

#[test]
fn the_egress_interface_gives_its_first_address_of_the_family() {
    let rule = NatRule { source_to: Some(AddressTarget::EgressInterface), ..nat() };
    let mut policy = with_nat(NatWhen::AfterFilter, vec![rule]);
    let out = "in=inside 10.1.0.5 > 8.8.8.8:53/udp";
    assert_eq!(go(&policy, out).translated.source, exactly("192.0.2.1"));
    let six = "in=inside 2001:db8::5 > [2001:db8:2::9]:53/udp";
    assert_eq!(go(&policy, six).translated.source, exactly("2001:db8:2::1"));
    policy.interfaces[2].addresses.clear();
    let unknown = TranslatedAddress::OfInterface(InterfaceId(2));
    assert_eq!(go(&policy, out).translated.source, unknown);
}

#[test]
fn the_rules_own_source_nat_its_stand_in_and_the_last_passes() {
    let own = SourceNat {
        origin: Origin::default(),
        address: AddressTarget::OneOf(vec![range("192.0.2.5")]),
        port: PortTarget::ANY,
    };
    let out = "in=inside 10.1.0.5 > 8.8.8.8:53/udp";
    let pass = |when, rule| NatPass { name: "p".into(), when, rules: vec![rule] };
    let mut policy = with_rules(vec![Rule { source_nat: Some(Box::new(own)), ..accept() }]);
    policy.nat.passes = vec![
        pass(NatWhen::AfterFilter, hide("10.1.0.0/16", "192.0.2.6")),
        pass(NatWhen::InsteadOfRule, hide("10.1.0.7", "192.0.2.7")),
    ];
    // Its own; then nothing after.
    let decision = go(&policy, out);
    assert_eq!((decision.translated.source, decision.nat), (exactly("192.0.2.5"), vec![]));
    // The stand-in, where it matches.
    let decision = go(&policy, "in=inside 10.1.0.7 > 8.8.8.8:53/udp");
    assert_eq!((decision.translated.source, decision.nat), (exactly("192.0.2.7"), vec![NatId(1)]));
    // Without source NAT of its own there is nothing to stand in for.
    policy.rulebases[0].rules[0].source_nat = None;
    let decision = go(&policy, "in=inside 10.1.0.7 > 8.8.8.8:53/udp");
    assert_eq!((decision.translated.source, decision.nat), (exactly("192.0.2.6"), vec![NatId(0)]));
    // A stopped packet stays as it was.
    policy.rulebases[0].rules = vec![drop()];
    assert_eq!(go(&policy, out).translated.source, exactly("10.1.0.5"));
}

#[test]
fn a_named_target_is_told_by_name() {
    let mut policy = with_nat(NatWhen::AfterFilter, vec![nat()]);
    let name = predicate(&mut policy, PredicateKind::Fqdn, "pool.example");
    policy.nat.passes[0].rules[0].source_to = Some(AddressTarget::Named(name));
    let decision = go(&policy, "in=inside 10.1.0.5 > 8.8.8.8:53/udp");
    assert_eq!(decision.translated.source, TranslatedAddress::Named(name));
}

#[test]
fn what_a_shift_leaves_alone_was_still_translated_by_its_rule() {
    let rule = NatRule {
        destination_to: Some(AddressTarget::Shift {
            from: range("192.0.2.64/28"),
            to: "10.2.1.0".parse().unwrap(),
        }),
        ..nat()
    };
    let mut policy = with_nat(NatWhen::BeforeFilter, vec![rule]);
    let text = "in=outside 8.8.8.8 > 10.2.0.7:80/tcp";
    let decision = go(&policy, text);
    assert_eq!(decision.translated.destination, exactly("10.2.0.7"));
    assert_eq!(decision.nat, [NatId(0)]);
    policy.rulebases[0].rules[0].view = NatView::NamedOnly;
    assert_eq!(verdict(&policy, text), Verdict::Deny);
}

#[test]
fn instead_of_a_rules_own_nat_the_first_pass_with_a_rule_that_matches_decides() {
    let out = "in=inside 10.1.0.5 > 8.8.8.8:53/udp";
    let pass = |when, rule| NatPass { name: "p".into(), when, rules: vec![rule] };
    let own = |address| {
        let (origin, port) = (Origin::default(), PortTarget::ANY);
        Some(Box::new(SourceNat { origin, address, port }))
    };
    let pool = AddressTarget::OneOf(vec![range("192.0.2.5")]);
    let mut policy = with_rules(vec![Rule { source_nat: own(pool), ..accept() }]);
    policy.nat.passes = vec![
        pass(NatWhen::InsteadOfInterface, hide("10.1.0.0/16", "192.0.2.6")),
        pass(NatWhen::AfterFilter, hide("10.1.0.0/16", "192.0.2.7")),
    ];
    assert_eq!(go(&policy, out).translated.source, exactly("192.0.2.5"));
    policy.rulebases[0].rules[0].source_nat = own(AddressTarget::EgressInterface);
    assert_eq!(go(&policy, out).translated.source, exactly("192.0.2.6"));
    // One that matches and changes nothing decides too.
    policy.nat.passes.insert(0, pass(NatWhen::InsteadOfRule, nat()));
    assert_eq!(go(&policy, out).translated.source, exactly("10.1.0.5"));
}

/// Where a packet to 192.0.2.80 leaves when its destination becomes this, by each answer to what is not known.
fn ways(target: AddressTarget) -> Vec<Egress> {
    let mut policy = with_nat(NatWhen::BeforeFilter, vec![publish()]);
    let name = predicate(&mut policy, PredicateKind::Fqdn, "srv.example.com");
    policy.nat.passes[0].rules[0].destination_to = Some(match target {
        AddressTarget::Named(_) => AddressTarget::Named(name),
        other => other,
    });
    policy.validate().unwrap();
    let cases = outcomes(&policy, &packet(&policy, PUBLISHED), &Given::default(), 9).cases;
    cases.iter().map(|case| case.decision.egress).collect()
}

fn by_interface(interface: u32) -> Egress {
    Egress::Interface(InterfaceId(interface))
}

#[test]
fn where_a_packet_to_a_name_leaves_is_not_known() {
    let named = ways(AddressTarget::Named(PredicateId(0)));
    assert_eq!(named, [by_interface(0), by_interface(1), by_interface(2)]);
}

#[test]
fn a_packet_to_one_of_several_servers_in_one_network_leaves_there() {
    let servers = vec![range("10.2.0.80/31"), range("10.2.0.99")];
    assert_eq!(ways(AddressTarget::OneOf(servers)), [by_interface(1)]);
}

#[test]
fn where_a_packet_to_one_of_several_servers_in_two_networks_leaves_is_not_known() {
    let servers = vec![range("10.1.0.80"), range("10.2.0.80")];
    assert_eq!(ways(AddressTarget::OneOf(servers)).len(), 3);
    // Also when they are one range, of which a part lies elsewhere.
    let servers = IpRange::new("10.1.255.9".parse().unwrap(), "10.2.0.9".parse().unwrap());
    assert_eq!(ways(AddressTarget::OneOf(servers.into_iter().collect())).len(), 3);
}
