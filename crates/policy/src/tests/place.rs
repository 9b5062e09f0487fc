//! Where packets leave.

use super::*;

fn egress(policy: &Policy, to: &str) -> Egress {
    go(policy, &format!("in=inside 10.1.0.5 > {to}:80/tcp")).egress
}

fn by_interface(id: u32) -> Egress {
    Egress::Interface(InterfaceId(id))
}

#[test]
fn the_longest_prefix_wins_then_the_smallest_distance_then_the_first() {
    let mut policy = with_rules(vec![accept()]);
    assert_eq!(egress(&policy, "10.2.3.4"), by_interface(1));
    assert_eq!(egress(&policy, "8.8.8.8"), by_interface(2));
    policy.routes.push(route("10.2.3.0/24", Some(2), 250));
    assert_eq!(egress(&policy, "10.2.3.4"), by_interface(2));
    policy.routes.push(route("10.2.3.0/24", Some(0), 10));
    policy.routes.push(route("10.2.3.0/24", Some(1), 10));
    assert_eq!(egress(&policy, "10.2.3.4"), by_interface(0));
    // The network of an interface counts as a route of distance 0.
    policy.routes.push(route("10.2.0.0/16", Some(0), 1));
    assert_eq!(egress(&policy, "10.2.4.4"), by_interface(1));
}

#[test]
fn a_blackhole_and_no_route_stop_a_packet_before_any_rule() {
    let mut policy = with_rules(vec![accept()]);
    policy.routes.push(route("198.51.100.0/24", None, 10));
    let decision = go(&policy, "in=inside 10.1.0.5 > 198.51.100.7:80/tcp");
    assert_eq!((decision.verdict, decision.egress), (Verdict::Drop, Egress::Nowhere));
    assert_eq!(decision.steps.last().unwrap().by, By::NoRoute);
    policy.routes.clear();
    assert_eq!(egress(&policy, "8.8.8.8"), Egress::Nowhere);
}

#[test]
fn families_do_not_share_routes() {
    let policy = with_rules(vec![accept()]);
    assert_eq!(egress(&policy, "10.2.0.9"), by_interface(1));
    let decision = go(&policy, "in=inside 2001:db8:0::5 > [2001:db9::1]:80/tcp");
    assert_eq!(decision.egress, Egress::Nowhere);
}

#[test]
fn what_partial_routes_leave_open_is_asked_of_the_world() {
    struct By1;
    impl World for By1 {
        fn holds(&mut self, _: Atom) -> bool {
            false
        }
        fn egress(&mut self, _: std::net::IpAddr) -> Option<InterfaceId> {
            Some(InterfaceId(1))
        }
    }
    let mut policy = with_rules(vec![Rule { to: Zones::Of(vec![ZoneId(1)]), ..accept() }]);
    policy.routes.clear();
    policy.routing = Routing::Partial;
    let packet = packet(&policy, "in=inside 10.1.0.5 > 8.8.8.8:80/tcp");
    assert_eq!(decide(&policy, &packet, &mut By1).verdict, Verdict::Accept);
    assert_eq!(decide(&policy, &packet, &mut Nothing).egress, Egress::Nowhere);
    // A known route is not asked about.
    let known = super::packet(&policy, "in=inside 10.1.0.5 > 192.0.2.9:80/tcp");
    assert_eq!(decide(&policy, &known, &mut By1).egress, by_interface(2));
    policy.routing = Routing::Complete;
    assert_eq!(decide(&policy, &packet, &mut By1).egress, Egress::Nowhere);
}

#[test]
fn a_packet_to_an_own_address_is_for_the_firewall_itself() {
    let mut policy = with_rules(vec![Rule { to: Zones::Of(vec![ZoneId(1)]), ..accept() }]);
    let text = "in=inside 10.1.0.5 > 10.2.0.1:22/tcp";
    // It lies in the zone of the interface that has the address; without a list of its own the others decide.
    assert_eq!(go(&policy, text).egress, Egress::Local);
    assert_eq!(verdict(&policy, text), Verdict::Accept);
    policy.rulebases.push(rulebase(vec![drop()]));
    policy.local = Some(RulebaseId(1));
    assert_eq!(by(&policy, text), By::Rule(RulebaseId(1), 0));
    assert_eq!(verdict(&policy, WEB), Verdict::Accept);
}

#[test]
fn people_may_name_an_interface_a_zone_or_nothing() {
    let policy = base();
    let at = |text: &str| PacketText::parse(text).unwrap().in_policy(&policy);
    let ingress = |text: &str| at(text).unwrap().ingress;
    assert_eq!(ingress("in=if-dmz 1.2.3.4 > 10.1.0.2/47"), InterfaceId(1));
    assert_eq!(ingress("in=dmz 1.2.3.4 > 10.1.0.2/47"), InterfaceId(1));
    assert_eq!(ingress("1.2.3.4 > 10.1.0.2/47"), InterfaceId(2));
    assert_eq!(at("in=wan 1.2.3.4 > 10.1.0.2/47"), Err(PacketError::Place("wan".into())));
    assert_eq!(at("2001:db9::1 > 2001:db8::2/47"), Err(PacketError::NoIngress));
}

#[test]
fn a_builder_gives_each_zone_without_an_interface_a_stand_in() {
    let mut builder = Builder::new("test");
    let zone = builder.zone("lan", &Origin::default());
    assert_eq!(builder.zone("lan", &Origin::default()), zone);
    builder.stand_ins();
    builder.stand_ins();
    assert_eq!(builder.policy.interfaces.len(), 1);
    assert!(builder.policy.interfaces[0].stand_in);
    let one = builder.address("a", Origin::default(), Addresses::Any);
    assert_eq!(builder.address("a", Origin::default(), Addresses::NONE), one);
    assert_eq!(builder.policy.addresses[0].value, Addresses::Any);
    let ask = |builder: &mut Builder| {
        builder.unknown(PredicateKind::Fqdn, "example.org", Origin::default())
    };
    assert_eq!(ask(&mut builder), ask(&mut builder));
    let fresh =
        |builder: &mut Builder| builder.fresh(PredicateKind::Unreadable, "?", Origin::default());
    assert_ne!(fresh(&mut builder), fresh(&mut builder));
}
