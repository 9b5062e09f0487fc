//! What must be true of a policy for [`crate::decide`] to be right about it.

use crate::address::Addresses;
use crate::nat::{AddressTarget, NatRule, NatWhen};
use crate::place::Zones;
use crate::rule::{Action, Condition, Rule};
use crate::service::Services;
use crate::whole::{Defect, MAX_DEPTH, Policy};

impl Policy {
    /// Holds the policy against what [`crate::decide`] relies on: every number refers to something, objects refer to earlier
    /// objects only, layers to later rulebases only, skips forward only, nesting stays below [`MAX_DEPTH`], and NAT after the
    /// filter leaves the destination alone.
    ///
    /// # Errors
    /// With the first thing that is wrong.
    pub fn validate(&self) -> Result<(), Defect> {
        let mut check = Check {
            policy: self,
            nat_rules: self.nat.passes.iter().map(|pass| pass.rules.len()).sum(),
            addresses: Vec::with_capacity(self.addresses.len()),
            services: Vec::with_capacity(self.services.len()),
        };
        check.objects().map_err(Defect)?;
        check.places().map_err(Defect)?;
        for (rulebase, index) in self.rulebases.iter().zip(0u32..) {
            for (rule, at) in rulebase.rules.iter().zip(0u32..) {
                check.rule(rule, index, at).map_err(|text| {
                    Defect(format!(
                        "rulebase {}: rule {}: {text}",
                        rulebase.name, rule.origin.label
                    ))
                })?;
            }
        }
        check.nat().map_err(Defect)
    }
}

type Found = Result<(), String>;

struct Check<'a> {
    policy: &'a Policy,
    nat_rules: usize,
    /// How deep the objects are that may be named.
    addresses: Vec<u32>,
    services: Vec<u32>,
}

impl Check<'_> {
    fn objects(&mut self) -> Found {
        for object in &self.policy.addresses {
            let depth = self.address(&object.value, 0);
            self.addresses.push(depth.map_err(|text| format!("address {}: {text}", object.name))?);
        }
        for object in &self.policy.services {
            let depth = self.service(&object.value, 0);
            self.services.push(depth.map_err(|text| format!("service {}: {text}", object.name))?);
        }
        Ok(())
    }

    fn places(&self) -> Found {
        let policy = self.policy;
        for (interface, index) in policy.interfaces.iter().zip(0u32..) {
            if missing(interface.zone.0, policy.zones.len()) {
                return Err(format!("interface {index}: its zone does not exist"));
            }
        }
        let mut by = policy.routes.iter().filter_map(|route| route.interface);
        if by.any(|id| missing(id.0, policy.interfaces.len())) {
            return Err("a route by an interface that does not exist".to_owned());
        }
        let named = policy.filter.iter().map(|stage| stage.rulebase).chain(policy.local);
        for id in named {
            policy.rulebase(id).ok_or("a stage without a rulebase")?;
        }
        for stage in &policy.filter {
            self.address(&stage.guard, 0)
                .map_err(|text| format!("the guard of a stage: {text}"))?;
        }
        Ok(())
    }

    fn rule(&self, rule: &Rule, index: u32, at: u32) -> Found {
        self.zones(&rule.from)?;
        self.zones(&rule.to)?;
        self.address(&rule.source, 0)?;
        self.address(&rule.destination, 0)?;
        self.service(&rule.services, 0)?;
        self.conditions(&rule.conditions)?;
        if let Some(ends) = &rule.ends {
            self.address(&ends.scope, 0)?;
        }
        if let Some(own) = &rule.source_nat {
            self.target(Some(&own.address))?;
        }
        let wrong = match rule.action {
            Action::Layer(to) => to.0 <= index || missing(to.0, self.policy.rulebases.len()),
            Action::SkipTo(to) => to <= at,
            Action::Decide(_) | Action::Continue => false,
        };
        if wrong { Err("its action leads back or nowhere".to_owned()) } else { Ok(()) }
    }

    fn nat(&self) -> Found {
        for pass in &self.policy.nat.passes {
            for rule in &pass.rules {
                self.nat_rule(rule, pass.when)
                    .map_err(|text| format!("NAT {}: {text}", rule.origin.label))?;
            }
        }
        Ok(())
    }

    fn nat_rule(&self, rule: &NatRule, when: NatWhen) -> Found {
        self.zones(&rule.from)?;
        self.zones(&rule.to)?;
        self.address(&rule.source, 0)?;
        self.address(&rule.destination, 0)?;
        self.service(&rule.services, 0)?;
        self.conditions(&rule.conditions)?;
        self.target(rule.source_to.as_ref())?;
        self.target(rule.destination_to.as_ref())?;
        if when != NatWhen::BeforeFilter && rule.rewrites_destination() {
            return Err("it rewrites the destination after the route was taken".to_owned());
        }
        Ok(())
    }

    fn zones(&self, zones: &Zones) -> Found {
        let (Zones::Of(named) | Zones::Except(named)) = zones else { return Ok(()) };
        if named.iter().any(|zone| missing(zone.0, self.policy.zones.len())) {
            return Err("a zone does not exist".to_owned());
        }
        Ok(())
    }

    fn conditions(&self, conditions: &[Condition]) -> Found {
        let mut asked = conditions.iter().flat_map(|condition| &condition.any_of);
        if asked.any(|id| missing(id.0, self.policy.predicates.len())) {
            return Err("a condition does not exist".to_owned());
        }
        Ok(())
    }

    fn target(&self, target: Option<&AddressTarget>) -> Found {
        match target {
            Some(AddressTarget::Named(id)) if missing(id.0, self.policy.predicates.len()) => {
                Err("a predicate does not exist".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// How deep an expression is, objects included.
    fn address(&self, value: &Addresses, at: u32) -> Result<u32, String> {
        if at > MAX_DEPTH {
            return Err("nested too deep".to_owned());
        }
        let policy = self.policy;
        let deeper = |value: &Addresses| self.address(value, at + 1);
        let below = match value {
            Addresses::Object(id) => object_depth(&self.addresses, id.0)?,
            Addresses::Zone(id) if missing(id.0, policy.zones.len()) => {
                return Err("a zone does not exist".to_owned());
            }
            Addresses::Unknown(id) if missing(id.0, policy.predicates.len()) => {
                return Err("a predicate does not exist".to_owned());
            }
            Addresses::TranslatedBy(id) if missing(id.0, self.nat_rules) => {
                return Err("a NAT rule does not exist".to_owned());
            }
            Addresses::Union(members) | Addresses::Common(members) => {
                members.iter().map(deeper).try_fold(0, |most, depth| depth.map(|d| most.max(d)))?
            }
            Addresses::Except(from, without) => deeper(from)?.max(deeper(without)?),
            _ => 0,
        };
        limited(below + 1)
    }

    fn service(&self, value: &Services, at: u32) -> Result<u32, String> {
        if at > MAX_DEPTH {
            return Err("nested too deep".to_owned());
        }
        let deeper = |value: &Services| self.service(value, at + 1);
        let below = match value {
            Services::Object(id) => object_depth(&self.services, id.0)?,
            Services::Unknown(id) if missing(id.0, self.policy.predicates.len()) => {
                return Err("a predicate does not exist".to_owned());
            }
            Services::Union(members) | Services::Common(members) => {
                members.iter().map(deeper).try_fold(0, |most, depth| depth.map(|d| most.max(d)))?
            }
            Services::Except(from, without) => deeper(from)?.max(deeper(without)?),
            _ => 0,
        };
        limited(below + 1)
    }
}

fn object_depth(known: &[u32], id: u32) -> Result<u32, String> {
    let index = usize::try_from(id).ok();
    let depth = index.and_then(|index| known.get(index)).copied();
    depth.ok_or_else(|| "names a later object".to_owned())
}

fn limited(depth: u32) -> Result<u32, String> {
    if depth > MAX_DEPTH { Err("nested too deep".to_owned()) } else { Ok(depth) }
}

fn missing(id: u32, length: usize) -> bool {
    usize::try_from(id).map_or(true, |id| id >= length)
}
