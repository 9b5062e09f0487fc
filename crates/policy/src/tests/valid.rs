//! What `decide` relies on is checked.

use super::*;

fn defect(change: impl FnOnce(&mut Policy)) -> String {
    let mut policy = with_rules(vec![accept(), accept()]);
    change(&mut policy);
    policy.validate().unwrap_err().to_string()
}

fn rule(change: impl FnOnce(&mut Rule)) -> String {
    defect(|policy| change(&mut policy.rulebases[0].rules[0]))
}

fn nat_rule(change: impl FnOnce(&mut NatRule)) -> String {
    defect(|policy| {
        let mut rule = nat();
        change(&mut rule);
        policy.nat.passes =
            vec![NatPass { name: "n".into(), when: NatWhen::AfterFilter, rules: vec![rule] }];
    })
}

fn object(value: Addresses) -> AddressObject {
    AddressObject { name: "x".into(), origin: Origin::default(), value }
}

#[test]
fn numbers_refer_to_something() {
    base().validate().unwrap();
    assert!(defect(|policy| policy.interfaces[0].zone = ZoneId(3)).contains("zone"));
    assert!(rule(|rule| rule.source = Addresses::Zone(ZoneId(3))).contains("zone"));
    assert!(rule(|rule| rule.from = Zones::Of(vec![ZoneId(3)])).contains("zone"));
    assert!(rule(|rule| rule.to = Zones::Except(vec![ZoneId(3)])).contains("zone"));
    assert!(rule(|rule| rule.source = Addresses::Unknown(PredicateId(0))).contains("predicate"));
    assert!(rule(|rule| rule.services = Services::Unknown(PredicateId(0))).contains("predicate"));
    assert!(rule(|rule| rule.destination = Addresses::TranslatedBy(NatId(0))).contains("NAT"));
    assert!(rule(|rule| rule.source = Addresses::Object(AddressId(0))).contains("object"));
    assert!(rule(|rule| rule.services = Services::Object(ServiceId(0))).contains("object"));
    let condition = || Condition { any_of: vec![PredicateId(0)], negated: false };
    assert!(rule(|rule| rule.conditions = vec![condition()]).contains("condition"));
    let scope = Ends { outbound: true, inbound: true, scope: Addresses::Zone(ZoneId(3)) };
    assert!(rule(|rule| rule.ends = Some(Box::new(scope))).contains("zone"));
    assert!(defect(|policy| policy.filter[0].rulebase = RulebaseId(1)).contains("rulebase"));
    assert!(defect(|policy| policy.local = Some(RulebaseId(1))).contains("rulebase"));
    assert!(defect(|policy| policy.filter[0].guard = Addresses::Zone(ZoneId(3))).contains("zone"));
    assert!(
        defect(|policy| policy.routes[0].interface = Some(InterfaceId(3))).contains("interface")
    );
}

#[test]
fn nat_is_checked_too() {
    assert!(nat_rule(|rule| rule.source = Addresses::Zone(ZoneId(3))).contains("zone"));
    assert!(nat_rule(|rule| rule.to = Zones::Of(vec![ZoneId(3)])).contains("zone"));
    let condition = Condition { any_of: vec![PredicateId(0)], negated: false };
    assert!(nat_rule(|rule| rule.conditions = vec![condition]).contains("condition"));
    let named = || Some(AddressTarget::Named(PredicateId(0)));
    assert!(nat_rule(|rule| rule.source_to = named()).contains("predicate"));
    assert!(nat_rule(|rule| rule.destination_port = PortTarget::one(1)).contains("destination"));
    let own = SourceNat {
        origin: Origin::default(),
        address: AddressTarget::Named(PredicateId(0)),
        port: PortTarget::Keep,
    };
    assert!(rule(|rule| rule.source_nat = Some(Box::new(own))).contains("predicate"));
}

#[test]
fn objects_name_earlier_ones_and_layers_later_ones() {
    let to = |id| Addresses::Object(AddressId(id));
    assert!(defect(|policy| policy.addresses = vec![object(to(0))]).contains("later"));
    assert!(
        defect(|policy| policy.addresses = vec![object(to(1)), object(Addresses::Any)])
            .contains("later")
    );
    let mut policy = base();
    policy.addresses = vec![object(Addresses::Any), object(to(0))];
    policy.validate().unwrap();
    assert!(rule(|rule| rule.action = Action::Layer(RulebaseId(0))).contains("action"));
    assert!(rule(|rule| rule.action = Action::Layer(RulebaseId(1))).contains("action"));
    assert!(rule(|rule| rule.action = Action::SkipTo(0)).contains("action"));
}

#[test]
fn nesting_has_a_limit_that_counts_through_objects() {
    let deep = |levels: u32| (0..levels).fold(Addresses::Any, |set, _| Addresses::Union(vec![set]));
    let mut policy = base();
    policy.addresses = vec![object(deep(MAX_DEPTH / 2))];
    policy.validate().unwrap();
    let inner = Addresses::Object(AddressId(0));
    let outer = (0..MAX_DEPTH / 2).fold(inner, |set, _| set.negated());
    policy.addresses.push(object(outer));
    assert!(policy.validate().unwrap_err().to_string().contains("deep"));
    assert!(rule(|rule| rule.source = deep(MAX_DEPTH + 50)).contains("deep"));
}

#[test]
fn many_rules_that_name_many_translations_are_checked_quickly() {
    let mut policy = with_nat(NatWhen::BeforeFilter, vec![nat(); 20_000]);
    let rule = |number| Rule { destination: Addresses::TranslatedBy(NatId(number)), ..accept() };
    policy.rulebases[0].rules = (0..20_000).map(rule).collect();
    policy.validate().unwrap();
}
