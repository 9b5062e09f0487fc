//! Rules, their order and defaults, layers, ends.

use super::*;

#[test]
fn the_first_rule_that_matches_decides() {
    let policy = with_rules(vec![drop(), accept()]);
    assert_eq!(verdict(&policy, WEB), Verdict::Drop);
    assert_eq!(by(&policy, WEB), By::Rule(BY_0, 0));
    let policy = with_rules(vec![Rule { services: tcp(81), ..drop() }, accept(), drop()]);
    assert_eq!(by(&policy, WEB), By::Rule(BY_0, 1));
}

#[test]
fn a_disabled_rule_matches_nothing_but_keeps_its_number() {
    let policy = with_rules(vec![Rule { enabled: false, ..drop() }, accept()]);
    assert_eq!(by(&policy, WEB), By::Rule(BY_0, 1));
}

#[test]
fn the_default_decides_when_no_rule_matches() {
    let mut policy = with_rules(vec![Rule { services: tcp(81), ..accept() }]);
    assert_eq!(verdict(&policy, WEB), Verdict::Deny);
    assert_eq!(by(&policy, WEB), By::Default(BY_0));
    policy.rulebases[0].default = Verdict::Accept;
    assert_eq!(verdict(&policy, WEB), Verdict::Accept);
}

#[test]
fn without_a_stage_everything_passes_and_says_so() {
    let mut policy = base();
    policy.filter.clear();
    let decision = go(&policy, WEB);
    assert_eq!(decision.verdict, Verdict::Accept);
    assert_eq!(decision.steps, [Step { stage: None, by: By::NoFilter, verdict: Verdict::Accept }]);
}

#[test]
fn every_stage_must_accept_and_the_first_that_does_not_ends_it() {
    let mut policy = with_rules(vec![accept()]);
    policy.rulebases.push(rulebase(vec![drop()]));
    policy.rulebases.push(rulebase(vec![accept()]));
    let stage = |id| Stage { rulebase: RulebaseId(id), end: None, guard: Addresses::Any };
    policy.filter = vec![stage(0), stage(2)];
    assert_eq!(verdict(&policy, WEB), Verdict::Accept);
    policy.filter = vec![stage(0), stage(1), stage(2)];
    let decision = go(&policy, WEB);
    assert_eq!(decision.verdict, Verdict::Drop);
    assert_eq!(decision.steps.len(), 2);
}

#[test]
fn an_inline_layer_decides_and_does_not_come_back() {
    let mut policy = with_rules(vec![
        Rule { action: Action::Layer(RulebaseId(1)), services: tcp(80), ..accept() },
        accept(),
    ]);
    let inner = Rule { source: network("10.1.9.0/24"), ..accept() };
    policy.rulebases.push(rulebase(vec![inner]));
    assert_eq!(by(&policy, WEB), By::Default(RulebaseId(1)));
    assert_eq!(by(&policy, "10.1.9.5 > 10.2.0.5:80/tcp"), By::Rule(RulebaseId(1), 0));
    assert_eq!(by(&policy, "10.1.0.5 > 10.2.0.5:443/tcp"), By::Rule(BY_0, 1));
}

#[test]
fn a_skip_goes_on_at_the_named_rule_and_continue_at_the_next() {
    let skip = |to| Rule { action: Action::SkipTo(to), ..accept() };
    assert_eq!(by(&with_rules(vec![skip(2), drop(), accept()]), WEB), By::Rule(BY_0, 2));
    assert_eq!(by(&with_rules(vec![skip(9), drop()]), WEB), By::Default(BY_0));
    let log = Rule { action: Action::Continue, ..accept() };
    assert_eq!(by(&with_rules(vec![log, drop()]), WEB), By::Rule(BY_0, 1));
}

#[test]
fn each_cell_must_agree() {
    let fits = Rule {
        from: Zones::Of(vec![ZoneId(0)]),
        to: Zones::Of(vec![ZoneId(1)]),
        source: network("10.1.0.5/32"),
        destination: network("10.2.0.5/32"),
        services: tcp(80),
        ..accept()
    };
    assert_eq!(verdict(&with_rules(vec![fits.clone()]), WEB), Verdict::Accept);
    let others = [
        Rule { from: Zones::Of(vec![ZoneId(1)]), ..fits.clone() },
        Rule { to: Zones::Except(vec![ZoneId(1)]), ..fits.clone() },
        Rule { source: network("10.1.0.4/32"), ..fits.clone() },
        Rule { destination: network("10.2.0.4/32"), ..fits.clone() },
        Rule { services: tcp(81), ..fits.clone() },
        Rule { source: Addresses::NONE, ..fits.clone() },
        Rule { services: Services::NONE, ..fits.clone() },
        Rule { from: Zones::Of(Vec::new()), ..fits.clone() },
        Rule { conditions: vec![Condition { any_of: Vec::new(), negated: false }], ..fits },
    ];
    for other in others {
        assert_eq!(verdict(&with_rules(vec![other.clone()]), WEB), Verdict::Deny, "{other:?}");
    }
}

#[test]
fn any_is_both_families_and_a_family_is_one() {
    let six = "in=inside 2001:db8:0::5 > [2001:db8:1::5]:80/tcp";
    assert_eq!(verdict(&with_rules(vec![accept()]), six), Verdict::Accept);
    let four = Rule { source: Addresses::family(Family::V4), ..accept() };
    let policy = with_rules(vec![four]);
    assert_eq!(verdict(&policy, WEB), Verdict::Accept);
    assert_eq!(verdict(&policy, six), Verdict::Deny);
    // All but some of one family is all of the other one.
    let not = Rule { source: network("10.1.0.0/16").negated(), ..accept() };
    let policy = with_rules(vec![not]);
    assert_eq!(verdict(&policy, WEB), Verdict::Deny);
    assert_eq!(verdict(&policy, six), Verdict::Accept);
}

#[test]
fn the_pair_of_zones_may_have_to_be_the_same_or_not() {
    let rule = |pair| with_rules(vec![Rule { pair, ..accept() }]);
    let back = "in=inside 10.1.0.5 > 10.1.0.6:80/tcp";
    assert_eq!(verdict(&rule(Pair::Same), WEB), Verdict::Deny);
    assert_eq!(verdict(&rule(Pair::Same), back), Verdict::Accept);
    assert_eq!(verdict(&rule(Pair::Different), WEB), Verdict::Accept);
    assert_eq!(verdict(&rule(Pair::Different), back), Verdict::Deny);
}

#[test]
fn a_zone_in_an_address_cell_is_where_the_packet_comes_in_or_leaves() {
    let zone = |id| Addresses::Zone(ZoneId(id));
    let source = with_rules(vec![Rule { source: zone(0), ..accept() }]);
    let destination = with_rules(vec![Rule { destination: zone(0), ..accept() }]);
    assert_eq!(verdict(&source, WEB), Verdict::Accept);
    assert_eq!(verdict(&destination, WEB), Verdict::Deny);
    let either = Addresses::union(vec![zone(2), network("10.1.0.0/16")]);
    let either = with_rules(vec![Rule { source: either, ..accept() }]);
    assert_eq!(verdict(&either, WEB), Verdict::Accept);
}

#[test]
fn a_guard_lets_pass_what_the_stage_does_not_look_at() {
    let mut policy = with_rules(vec![drop()]);
    policy.filter[0].guard = network("10.9.0.0/16");
    assert_eq!(verdict(&policy, WEB), Verdict::Accept);
    assert_eq!(by(&policy, WEB), By::NotGuarded);
    policy.filter[0].guard = network("10.1.0.0/16");
    assert_eq!(verdict(&policy, WEB), Verdict::Drop);
    // At the other end, the destination counts.
    policy.filter[0].end = Some(End::Destination);
    assert_eq!(by(&policy, WEB), By::NotGuarded);
}

#[test]
fn both_ends_decide_each_with_the_rules_that_exist_there() {
    let ends = |outbound, inbound, scope: &str| {
        Some(Box::new(Ends { outbound, inbound, scope: network(scope) }))
    };
    let both = |ends| {
        let mut policy = with_rules(vec![Rule { ends, ..accept() }]);
        let stage = |end| Stage { rulebase: BY_0, end: Some(end), guard: Addresses::Any };
        policy.filter = vec![stage(End::Source), stage(End::Destination)];
        go(&policy, WEB).steps.iter().map(|step| step.by).collect::<Vec<_>>()
    };
    let (rule, default) = (By::Rule(BY_0, 0), By::Default(BY_0));
    assert_eq!(both(None), [rule, rule]);
    assert_eq!(both(ends(true, true, "0.0.0.0/0")), [rule, rule]);
    assert_eq!(both(ends(true, false, "0.0.0.0/0")), [rule, default]);
    assert_eq!(both(ends(false, true, "0.0.0.0/0")), [default]);
    // It exists on the client only: the server's end falls to the default.
    assert_eq!(both(ends(true, true, "10.1.0.0/16")), [rule, default]);
    assert_eq!(both(ends(true, true, "10.2.0.0/16")), [default]);
}

#[test]
fn conditions_must_all_hold_each_by_one_of_its_predicates() {
    struct Only(PredicateId);
    impl World for Only {
        fn holds(&mut self, atom: Atom) -> bool {
            atom.predicate == self.0
        }
        fn egress(&mut self, _: std::net::IpAddr) -> Option<InterfaceId> {
            None
        }
    }
    let mut policy = base();
    let user = predicate(&mut policy, PredicateKind::User, "ann");
    let app = predicate(&mut policy, PredicateKind::Application, "ssl");
    let condition = |any_of: &[PredicateId], negated| Condition { any_of: any_of.into(), negated };
    let mut verdict = |conditions: &[Condition], world: &mut dyn World| {
        policy.rulebases[0].rules = vec![Rule { conditions: conditions.into(), ..accept() }];
        decide(&policy, &packet(&policy, WEB), world).verdict
    };
    let either = [condition(&[user, app], false)];
    assert_eq!(verdict(&either, &mut Only(app)), Verdict::Accept);
    assert_eq!(verdict(&either, &mut Nothing), Verdict::Deny);
    let both = [condition(&[user], false), condition(&[app], false)];
    assert_eq!(verdict(&both, &mut Only(app)), Verdict::Deny);
    let but = [condition(&[user], true), condition(&[app], false)];
    assert_eq!(verdict(&but, &mut Only(app)), Verdict::Accept);
    assert_eq!(verdict(&but, &mut Only(user)), Verdict::Deny);
}
