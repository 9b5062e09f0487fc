//! The neutral policy of a generated firewall: what all its renderings must mean.

use policy::{
    Action, AddressId, AddressTarget, Addresses, Builder, InterfaceId, NatPass, NatRule, NatWhen,
    Origin, PortRange, PortTarget, Ports, Routing, Rulebase, ServiceId, Services, Stage, Verdict,
    ZoneId, Zones,
};

use super::noun::{
    AddressValue, Cell, Firewall, Forward, Hide, HideTarget, Publish, Rule, ServiceValue,
};

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

impl Firewall {
    /// The neutral policy.
    pub fn policy(&self) -> policy::Policy {
        let mut builder = Builder::new("made");
        for name in &self.zones {
            builder.zone(name, &Origin::implied(name.as_str()));
        }
        for (index, interface) in self.interfaces.iter().enumerate() {
            builder.interface(policy::Interface {
                name: format!("if{index}").into(),
                zone: ZoneId(number(interface.zone)),
                addresses: interface.addresses.clone(),
                stand_in: false,
                origin: Origin::default(),
            });
        }
        builder.policy.routing = Routing::Complete;
        builder.policy.routes = self.routes.iter().map(route).collect();
        for address in &self.addresses {
            let value = address_value(&address.value);
            builder.address(&address.name, Origin::implied(address.name.as_str()), value);
        }
        for service in &self.services {
            let value = service_value(&service.value);
            builder.service(&service.name, Origin::implied(service.name.as_str()), value);
        }
        let rulebase = builder.rulebase(Rulebase {
            name: "rules".into(),
            rules: self.rules.iter().map(rule).collect(),
            default: verdict(self.accepts_by_default),
            default_origin: Origin::implied("default"),
        });
        builder.policy.filter = vec![Stage { rulebase, end: None, guard: Addresses::Any }];
        let publish = self.publish.iter().map(|publish| self.publish_rule(publish));
        let rules = publish.chain(self.hide.iter().map(|hide| self.hide_rule(hide))).collect();
        let when = NatWhen::BeforeFilter;
        builder.policy.nat.passes = vec![NatPass { name: "nat".into(), when, rules }];
        builder.policy
    }

    fn publish_rule(&self, publish: &Publish) -> NatRule {
        let mut rule = NatRule::none(Origin::implied(publish.name.as_str()));
        rule.from = zones(&publish.from.into_iter().collect::<Vec<_>>());
        rule.destination = Addresses::Object(AddressId(number(publish.public)));
        let inside = policy::IpRange::one(self.host(publish.inside));
        rule.destination_to = Some(AddressTarget::OneOf(vec![inside]));
        if let Some(Forward { service, port }) = publish.forward {
            rule.services = Services::Object(ServiceId(number(service)));
            rule.destination_port = port.map_or(PortTarget::Keep, PortTarget::one);
        }
        rule
    }

    fn hide_rule(&self, hide: &Hide) -> NatRule {
        let mut rule = NatRule::none(Origin::implied(hide.name.as_str()));
        rule.from = zones(&hide.from);
        rule.to = zones(&hide.to);
        rule.source = address_cell(&hide.source);
        rule.destination = address_cell(&hide.destination);
        rule.source_to = match hide.target {
            HideTarget::Nothing => None,
            HideTarget::Pool(pool) => Some(AddressTarget::OneOf(self.ranges(pool))),
            HideTarget::Egress => Some(AddressTarget::EgressInterface),
        };
        if hide.target != HideTarget::Nothing {
            rule.source_port = PortTarget::ANY;
        }
        rule
    }
}

fn route(route: &super::noun::Route) -> policy::Route {
    policy::Route {
        prefix: route.prefix,
        interface: Some(InterfaceId(number(route.interface))),
        distance: 10,
        origin: Origin::default(),
    }
}

fn address_value(value: &AddressValue) -> Addresses {
    match value {
        AddressValue::Host(address) => Addresses::one(*address),
        AddressValue::Network(prefix) => Addresses::prefix(*prefix),
        AddressValue::Range(range) => Addresses::Range(*range),
        AddressValue::Group(members) => objects(members),
    }
}

fn objects(members: &[usize]) -> Addresses {
    let objects = members.iter().map(|member| Addresses::Object(AddressId(number(*member))));
    Addresses::union(objects.collect())
}

fn address_cell(cell: &Cell) -> Addresses {
    match (cell.is_any(), cell.negated) {
        (true, _) => Addresses::Any,
        (false, true) => objects(&cell.members).negated(),
        (false, false) => objects(&cell.members),
    }
}

fn service_value(value: &ServiceValue) -> Services {
    match value {
        ServiceValue::Ports { protocol, source, destination } => Services::Ports(Ports {
            protocol: *protocol,
            source: source.unwrap_or(PortRange::ALL),
            destination: *destination,
        }),
        ServiceValue::Icmp { family, kind, code } => {
            Services::Icmp { family: *family, kind: Some(*kind), code: *code }
        }
        ServiceValue::Protocol(protocol) => Services::Protocol(*protocol),
        ServiceValue::Group(members) => service_objects(members),
    }
}

fn service_objects(members: &[usize]) -> Services {
    let objects = members.iter().map(|member| Services::Object(ServiceId(number(*member))));
    Services::union(objects.collect())
}

fn zones(zones: &[usize]) -> Zones {
    match zones {
        [] => Zones::Any,
        some => Zones::Of(some.iter().map(|zone| ZoneId(number(*zone))).collect()),
    }
}

fn verdict(accept: bool) -> Verdict {
    if accept { Verdict::Accept } else { Verdict::Deny }
}

fn rule(rule: &Rule) -> policy::Rule {
    let action = Action::Decide(verdict(rule.accept));
    let mut made = policy::Rule::any(Origin::implied(rule.name.as_str()), action);
    made.enabled = rule.enabled;
    made.from = zones(&rule.from);
    made.to = zones(&rule.to);
    made.source = address_cell(&rule.source);
    made.destination = address_cell(&rule.destination);
    made.services = match (rule.services.is_any(), rule.services.negated) {
        (true, _) => Services::Any,
        (false, true) => service_objects(&rule.services.members).negated(),
        (false, false) => service_objects(&rule.services.members),
    };
    made
}
