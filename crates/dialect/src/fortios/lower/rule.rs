//! Policies.

use policy::{
    Action as Does, Addresses, Condition, Family, NatView, Origin, PortTarget, PredicateKind, Rule,
    Services, SourceNat, Verdict, Zones,
};

use super::Lower;
use crate::codes;
use crate::fortios::config::{Action, Cell, Mark, Rule as Line};
use crate::fortios::extract::rule::Form;
use crate::fortios::header::Version;
use crate::fortios::table::Value;

impl<'t> Lower<'t, '_> {
    /// One policy, as one rule or as several that stand for it together.
    pub(super) fn rule(
        &mut self,
        line: &Line<'t>,
        form: Form,
        kind: &str,
        heading: &str,
        rules: &mut Vec<Rule>,
    ) {
        let span = line.node.span();
        let label = match line.title {
            "" => format!("{kind} {}", line.name),
            title => format!("{kind} {} \"{title}\"", line.name),
        };
        let origin: Origin = super::origin(span, label, line.comment);
        let verdict = match line.action {
            Action::Accept => Verdict::Accept,
            Action::Deny if line.answers => Verdict::Reject,
            Action::Deny | Action::Unknown => Verdict::Deny,
        };
        let mut rule = Rule::any(origin, Does::Decide(verdict));
        rule.section = heading.into();
        rule.enabled = line.enabled;
        rule.from = self.zone_cell(line, line.from.as_ref(), "srcintf", &mut rule.conditions);
        rule.to = match form {
            Form::Local => Zones::Any,
            _ => self.zone_cell(line, line.to.as_ref(), "dstintf", &mut rule.conditions),
        };
        rule.source = self.cell(line, &line.source, line.internet_source, false);
        rule.destination = self.cell(line, &line.destination, line.internet, true);
        rule.services = self.services_cell(line, form);
        self.conditions(line, &mut rule.conditions);
        rule.logged = line.logged;
        if line.action == Action::Accept {
            rule.inspection = line.inspection.iter().map(|name| (*name).into()).collect();
        }
        if line.action == Action::Unknown {
            // What it does is open: it may accept, or stop, or neither.
            let mut accepts = rule.clone();
            accepts.action = Does::Decide(Verdict::Accept);
            accepts.view = self.view(line);
            rules.push(accepts);
            let mark = Mark { span, what: "action".to_owned() };
            rule.conditions = vec![self.doubt(&mark)];
        }
        rule.view = self.view(line);
        let unsure = self.unsure(line, form);
        self.source_nat(line, form, rule, rules);
        if unsure && let Some(last) = rules.last() {
            let mut again = last.clone();
            again.view = NatView::Plain;
            let what = "match-vip (version unknown)".to_owned();
            again.conditions.push(self.doubt(&Mark { span, what }));
            rules.push(again);
        }
    }

    /// Whether the policy sees packets that a VIP translated although it does not name it.
    fn view(&self, line: &Line<'t>) -> NatView {
        if self.central() {
            return NatView::Plain;
        }
        let deny = line.action == Action::Deny;
        let sees = match self.global.version {
            Some(version) if version >= Version(7, 2, 3) => deny && line.match_vip != Some(false),
            Some(version) if version >= Version(6, 4, 3) => deny && line.match_vip == Some(true),
            _ => line.match_vip == Some(true),
        };
        if sees { NatView::Plain } else { NatView::NamedOnly }
    }

    /// Whether the version, which is not known, decides what a policy does with packets that a VIP translated.
    fn unsure(&mut self, line: &Line<'t>, form: Form) -> bool {
        let unsure = self.global.version.is_none()
            && matches!(form, Form::Policy | Form::Policy6)
            && !self.central()
            && line.action == Action::Deny
            && line.match_vip.is_none()
            && line.enabled
            && self.vips.iter().any(|vips| !vips.is_empty());
        if unsure {
            self.say.note(codes::VERSION_UNKNOWN, line.node.span(), "what", "match-vip");
        }
        unsure
    }

    fn zone_cell(
        &mut self,
        line: &Line<'t>,
        value: Option<&Value<'t>>,
        key: &str,
        conditions: &mut Vec<Condition>,
    ) -> Zones {
        let (zones, what) = match value.filter(|value| !value.one().is_empty()) {
            Some(value) => match self.zones_cell(value) {
                (zones, false) => return zones,
                (zones, true) => (zones, format!("set {key}: a member of a zone")),
            },
            None => (Zones::Any, format!("{key} is missing")),
        };
        let span = value.map_or(line.node.span(), Value::span);
        self.say.warn(codes::INVALID_VALUE, span, "value", &what);
        let doubt = self.doubt(&Mark { span, what });
        conditions.push(doubt);
        zones
    }

    /// Addresses of both families. A family that no name is given for is not matched; when nothing at all is given, nobody knows.
    fn cell(
        &mut self,
        line: &Line<'t>,
        cells: &[Cell<'t>; 2],
        internet: [bool; 2],
        destination: bool,
    ) -> Addresses {
        let mut parts = Vec::new();
        let families = [Family::V4, Family::V6];
        for (index, ((cell, internet), family)) in
            cells.iter().zip(internet).zip(families).enumerate()
        {
            if internet {
                parts.push(Addresses::family(family));
                continue;
            }
            let Some(value) = cell.names.as_ref().filter(|value| !value.one().is_empty()) else {
                continue;
            };
            let span = value.span();
            let mut names = Vec::new();
            for name in value.words() {
                let vip = destination && !self.defined(name, index);
                let vip = if vip { self.vip(name, index, line.enabled) } else { None };
                names.push(match vip {
                    Some(vip) => vip,
                    None => self.address(name, index, span),
                });
            }
            let set = Addresses::union(names);
            parts.push(if cell.negated { Addresses::family(family).except(set) } else { set });
        }
        if parts.is_empty() {
            let what = if destination { "dstaddr is missing" } else { "srcaddr is missing" };
            self.say.warn(codes::INVALID_VALUE, line.node.span(), "value", what);
            return Addresses::Unknown(self.unreadable(line.node.span(), what));
        }
        Addresses::union(parts)
    }

    fn defined(&self, name: &str, index: usize) -> bool {
        self.addresses.get(index).is_some_and(|names| names.contains_key(name))
    }

    fn services_cell(&mut self, line: &Line<'t>, form: Form) -> Services {
        if line.internet.contains(&true) {
            // The services of the Internet bring their ports with them.
            return Services::Any;
        }
        let Some(value) = line.service.names.as_ref().filter(|value| !value.one().is_empty())
        else {
            if form == Form::Security {
                let applications = line.asked.iter().flat_map(|(all, _)| all);
                if !applications.into_iter().any(|a| a.kind == PredicateKind::Application) {
                    return Services::Any;
                }
                let origin = Origin::at(line.node.span(), "default ports of the application");
                let kind = PredicateKind::Protocol;
                return Services::Unknown(self.b.unknown(kind, "application-default", origin));
            }
            let what = "service is missing";
            self.say.warn(codes::INVALID_VALUE, line.node.span(), "value", what);
            return Services::Unknown(self.unreadable(line.node.span(), what));
        };
        let span = value.span();
        let set = Services::union(value.words().map(|name| self.service(name, span)).collect());
        if line.service.negated { set.negated() } else { set }
    }

    fn conditions(&mut self, line: &Line<'t>, conditions: &mut Vec<Condition>) {
        let mut any_of = Vec::new();
        for asked in &line.identity {
            self.ask(asked, &mut any_of);
        }
        if !any_of.is_empty() {
            conditions.push(Condition { any_of, negated: false });
        }
        for (alternatives, negated) in &line.asked {
            let mut any_of = Vec::new();
            for asked in alternatives {
                self.ask(asked, &mut any_of);
            }
            conditions.push(Condition { any_of, negated: *negated });
        }
        if let Some(value) = &line.schedule
            && let Some(any_of) = self.schedule(value.one(), value.span())
        {
            conditions.push(Condition { any_of, negated: false });
        }
        for (on, side) in [(line.internet, false), (line.internet_source, true)] {
            let told = line.asked.iter().flat_map(|(all, _)| all).any(|asked| {
                asked.kind == PredicateKind::InternetService && (asked.of == "source") == side
            });
            if on.contains(&true) && !told {
                let what = "internet-service without a name".to_owned();
                let doubt = self.doubt(&Mark { span: line.node.span(), what });
                conditions.push(doubt);
            }
        }
        for mark in &line.marks {
            let doubt = self.doubt(mark);
            conditions.push(doubt);
        }
    }

    fn ask(
        &mut self,
        asked: &crate::fortios::config::Asked<'t>,
        any_of: &mut Vec<policy::PredicateId>,
    ) {
        for name in asked.names.words() {
            let meaning = match asked.of {
                "" => name.to_owned(),
                of => format!("{of} {name}"),
            };
            let origin = Origin::at(asked.names.span(), name);
            any_of.push(self.b.unknown(asked.kind, meaning, origin));
        }
    }

    /// Adds the rule with its source NAT; in two parts when pools differ by family.
    fn source_nat(&mut self, line: &Line<'t>, form: Form, mut rule: Rule, rules: &mut Vec<Rule>) {
        if line.action != Action::Accept || !line.nat || self.central() || form == Form::Local {
            rules.push(rule);
            return;
        }
        let pools = line.uses_pools && line.pools.iter().any(Option::is_some);
        let filled = |cells: &[Cell<'t>; 2], index: usize| {
            cells.get(index).is_some_and(|cell| cell.names.is_some())
        };
        let both = filled(&line.source, 0) && filled(&line.source, 1);
        if !pools {
            rule.source_nat = Some(Box::new(self.one_nat(line, None, 0)));
            rules.push(rule);
            return;
        }
        let six = filled(&line.source, 1) || form == Form::Policy6;
        // The list of IPv6 names its pools like the other one.
        let pool = |index: usize| {
            let plain = if form == Form::Policy6 { 0 } else { index };
            line.pools.get(plain).and_then(Option::as_ref).or_else(|| {
                (form == Form::Policy6)
                    .then(|| line.pools.get(1).and_then(Option::as_ref))
                    .flatten()
            })
        };
        if !both {
            let index = usize::from(six);
            rule.source_nat = Some(Box::new(self.one_nat(line, pool(index), index)));
            rules.push(rule);
            return;
        }
        for (index, family) in [Family::V4, Family::V6].into_iter().enumerate() {
            let mut part = rule.clone();
            part.source = Addresses::Common(vec![Addresses::family(family), part.source]);
            part.source_nat = Some(Box::new(self.one_nat(line, pool(index), index)));
            rules.push(part);
        }
    }

    fn one_nat(&mut self, line: &Line<'t>, pool: Option<&Value<'t>>, index: usize) -> SourceNat {
        let (address, port) = self.pool_target(pool, index);
        let port = if line.fixed_port { PortTarget::Keep } else { port };
        let span = pool.map_or(line.node.span(), Value::span);
        SourceNat { origin: Origin::at(span, "nat enable"), address, port }
    }
}
