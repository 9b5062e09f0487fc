//! From a reading to rule tables.

use dialect::Reading;
use model::record::firewall::{Context, Firewall, NatRule, Object, Rule, Rulebase};
use policy::{Action, AddressTarget, NatWhen, Policy, PortTarget, RulebaseId, SourceNat, review};

use super::heads;
use super::spots::line_of;

/// The devices of a reading with their rules.
pub(crate) fn devices(reading: &Reading) -> Vec<Firewall> {
    let heads = heads(reading);
    let contexts = reading.devices.iter().map(|device| {
        device.contexts.iter().map(|policy| Table { reading, policy }.context()).collect()
    });
    heads.into_iter().zip(contexts).map(|(head, contexts)| Firewall { head, contexts }).collect()
}

/// One context on its way into tables.
struct Table<'a> {
    reading: &'a Reading,
    policy: &'a Policy,
}

impl Table<'_> {
    fn context(&self) -> Context {
        let policy = self.policy;
        let rulebases = policy.rulebases.iter().zip((0u32..).map(RulebaseId));
        Context {
            name: policy.context.to_string(),
            rulebases: rulebases.map(|(rulebase, id)| self.rulebase(rulebase, id)).collect(),
            rules: policy.rulebases.iter().flat_map(|rulebase| self.rules(rulebase)).collect(),
            nat: self.nat(),
            objects: self.objects(),
        }
    }

    fn rulebase(&self, rulebase: &policy::Rulebase, id: RulebaseId) -> Rulebase {
        let role = if self.policy.filter.iter().any(|stage| stage.rulebase == id) {
            "stage"
        } else if self.policy.local == Some(id) {
            "local"
        } else {
            "layer"
        };
        Rulebase {
            name: rulebase.name.to_string(),
            role: role.to_owned(),
            default: rulebase.default.as_str().to_owned(),
            default_origin: rulebase.default_origin.label.to_string(),
        }
    }

    fn rules<'r>(&'r self, rulebase: &'r policy::Rulebase) -> impl Iterator<Item = Rule> + 'r {
        let policy = self.policy;
        (1u64..).zip(&rulebase.rules).map(move |(number, rule)| {
            let (path, line) = line_of(self.reading, &rule.origin);
            Rule {
                number,
                rulebase: rulebase.name.to_string(),
                section: rule.section.to_string(),
                name: rule.origin.label.to_string(),
                enabled: rule.enabled,
                from: policy.zones_text(&rule.from),
                to: policy.zones_text(&rule.to),
                source: policy.addresses_text(&rule.source),
                destination: policy.addresses_text(&rule.destination),
                services: policy.services_text(&rule.services),
                conditions: self.conditions(&rule.conditions),
                action: self.action(rule.action),
                nat: rule.source_nat.as_deref().map_or(String::new(), |nat| self.source_nat(nat)),
                inspection: rule.inspection.iter().map(ToString::to_string).collect(),
                logged: rule.logged,
                comment: rule.origin.comment.to_string(),
                path,
                line,
            }
        })
    }

    fn conditions(&self, conditions: &[policy::Condition]) -> Vec<String> {
        conditions.iter().map(|condition| self.policy.condition_text(condition)).collect()
    }

    fn action(&self, action: Action) -> String {
        match action {
            Action::Decide(verdict) => verdict.as_str().to_owned(),
            Action::Layer(id) => {
                format!("layer {}", self.policy.rulebase(id).map_or("?", |layer| &layer.name))
            }
            Action::SkipTo(at) => format!("skip to {}", u64::from(at) + 1),
            Action::Continue => "continue".to_owned(),
        }
    }

    fn source_nat(&self, nat: &SourceNat) -> String {
        self.target(Some(&nat.address), nat.port)
    }

    /// What an address and a port become; empty when both stay.
    fn target(&self, address: Option<&AddressTarget>, port: PortTarget) -> String {
        let mut text = match address {
            None => String::new(),
            Some(AddressTarget::OneOf(ranges)) => {
                ranges.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
            }
            Some(AddressTarget::Shift { from, to }) => format!("{from} → {to}"),
            Some(AddressTarget::EgressInterface) => "interface".to_owned(),
            Some(AddressTarget::Named(id)) => self.policy.predicate_text(*id),
        };
        let port = match port {
            PortTarget::Keep => String::new(),
            port if port == PortTarget::ANY => String::new(),
            PortTarget::OneOf(range) => format!(":{range}"),
            PortTarget::Shift { from, to } => format!(":{from} → {to}"),
        };
        text.push_str(&port);
        text
    }

    fn nat(&self) -> Vec<NatRule> {
        let policy = self.policy;
        let passes = policy.nat.passes.iter();
        let rules = passes.flat_map(|pass| pass.rules.iter().map(move |rule| (pass, rule)));
        (1u64..)
            .zip(rules)
            .map(|(number, (pass, rule))| {
                let (path, line) = line_of(self.reading, &rule.origin);
                NatRule {
                    number,
                    pass: pass.name.to_string(),
                    when: match pass.when {
                        NatWhen::BeforeFilter => "before-filter",
                        NatWhen::InsteadOfRule => "instead-of-rule",
                        NatWhen::InsteadOfInterface => "instead-of-interface",
                        NatWhen::AfterFilter => "after-filter",
                    }
                    .to_owned(),
                    name: rule.origin.label.to_string(),
                    enabled: rule.enabled,
                    from: policy.zones_text(&rule.from),
                    to: policy.zones_text(&rule.to),
                    source: policy.addresses_text(&rule.source),
                    destination: policy.addresses_text(&rule.destination),
                    services: policy.services_text(&rule.services),
                    conditions: self.conditions(&rule.conditions),
                    source_to: self.target(rule.source_to.as_ref(), rule.source_port),
                    destination_to: self
                        .target(rule.destination_to.as_ref(), rule.destination_port),
                    comment: rule.origin.comment.to_string(),
                    path,
                    line,
                }
            })
            .collect()
    }

    fn objects(&self) -> Vec<Object> {
        let policy = self.policy;
        let review = review(policy);
        let object = |kind: &str, name: &str, origin: &policy::Origin, used: bool| {
            let (path, line) = line_of(self.reading, origin);
            Object {
                kind: kind.to_owned(),
                name: name.to_owned(),
                used,
                comment: origin.comment.to_string(),
                path,
                line,
                ..Object::default()
            }
        };
        let addresses =
            policy.addresses.iter().zip(&review.addresses_used).map(|(found, used)| Object {
                value: policy.addresses_text(&found.value),
                resolved: policy.addresses_resolved(&found.value, RESOLVED_MOST),
                ..object("address", &found.name, &found.origin, *used)
            });
        let services =
            policy.services.iter().zip(&review.services_used).map(|(found, used)| Object {
                value: policy.services_text(&found.value),
                resolved: policy.services_resolved(&found.value, RESOLVED_MOST),
                ..object("service", &found.name, &found.origin, *used)
            });
        addresses.chain(services).collect()
    }
}

/// How many parts of a resolved object are written out.
const RESOLVED_MOST: usize = 200;
