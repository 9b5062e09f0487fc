//! NAT: one pass before the rulebases, in the order of the export.
//!
//! Manual rules above, automatic rules (machines static, machines hide, ranges static, networks static, ranges hide, networks hide:
//! the order of the sections of `show-nat-rulebase`), manual rules below. Two automatic rules may combine, one for each side.

mod automatic;

use policy::{
    AddressTarget, Addresses, Condition, Family, IpRange, NatPass, NatRule, NatWhen, Origin,
    PortRange, PortTarget, Services,
};

use super::super::config::{Class, Kind, NatRule as Written, Object, Plain, Ref};
use super::addresses::{View, cell_refs};
use super::packages::Assigned;
use super::rules::Installed;
use super::{Lower, is_any_word};
use crate::codes;
use crate::fate::{Fate, Reason};
use crate::reading::{Problem, Severity};
use crate::tree::Node;

/// The chain of all automatic rules.
const AUTOMATIC: u16 = 1;

/// What a translated cell says.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    /// Leave it.
    Original,
    /// These ranges, one of each family.
    Ranges(Vec<IpRange>),
    /// The address of the interface by which packets leave.
    Egress,
    /// Not known.
    Unknown,
}

impl<'t> Lower<'_, 't> {
    /// All NAT of the package on this gateway.
    pub(super) fn nat(&mut self, package: &Assigned<'t>) {
        let config = self.config();
        let mut rules = Vec::new();
        let base = package.nat.and_then(|index| config.nats.get(index));
        let built = base.is_none_or(|base| !base.rules.iter().any(|rule| rule.auto));
        let mut waiting = built;
        if let Some(base) = base {
            let mut gaps = base.gaps.iter().peekable();
            for (index, rule) in base.rules.iter().enumerate() {
                while gaps.next_if(|gap| gap.before <= index).is_some() {
                    let gap =
                        self.nat_gap("missing NAT rules", base.place.map(|place| place.span()));
                    rules.push(gap);
                }
                if waiting && rule.lower {
                    waiting = false;
                    self.automatic(&mut rules);
                }
                self.nat_rule(rule, &mut rules);
            }
            for _ in gaps {
                let gap = self.nat_gap("missing NAT rules", base.place.map(|place| place.span()));
                rules.push(gap);
            }
        } else if package.has_nat == Some(true) {
            let what = format!("NAT rulebase of {}", package.name);
            let gap = self.nat_gap(&what, None);
            rules.push(gap);
            self.say_all(codes::MISSING_PAGE, Severity::Error, what);
        } else if package.has_nat.is_none() && !package.layers.is_empty() {
            let what = format!("manual NAT rules of {}: none", package.name);
            self.say_all(codes::ASSUMED, Severity::Warning, what);
        }
        if waiting {
            self.automatic(&mut rules);
        }
        if !rules.is_empty() {
            let pass = NatPass { name: "NAT".into(), when: NatWhen::BeforeFilter, rules };
            self.builder.policy.nat.passes.push(pass);
        }
    }

    /// A NAT rule that may match and does nobody knows what.
    fn nat_gap(&mut self, what: &str, span: Option<policy::Span>) -> NatRule {
        let origin = Origin { span, label: what.into(), comment: "".into() };
        let mut rule = NatRule::none(origin);
        rule.conditions.push(self.open_condition(what, span));
        rule.source_to = Some(AddressTarget::Named(self.unreadable(what, span)));
        rule.destination_to = Some(AddressTarget::Named(self.unreadable(what, span)));
        rule
    }

    fn nat_rule(&mut self, rule: &Written<'t>, rules: &mut Vec<NatRule>) {
        let installed = self.installed(rule.install_on);
        if installed == Installed::Elsewhere {
            return;
        }
        let start = rules.len();
        if rule.hidden {
            let what = "a NAT rule that the exporter may not see";
            rules.push(self.nat_gap(what, Some(rule.node.span())));
            return;
        }
        match self.automatic_object(rule) {
            Some((object, part)) => {
                self.automatic_part(object, object.nat.as_ref(), part, rules, Some(rule));
            }
            None => self.manual(rule, rules),
        }
        let mut conditions: Vec<Condition> = Vec::new();
        if let Installed::On(names) = installed {
            let kind = policy::PredicateKind::Device;
            let id =
                self.builder.unknown(kind, format!("installed on {names}"), Origin::implied(names));
            conditions.push(Condition { any_of: vec![id], negated: false });
        }
        if let Some(node) = rule.unread {
            conditions.push(self.open_condition("NAT rule", Some(node.span())));
        }
        for new in rules.iter_mut().skip(start) {
            new.conditions.extend(conditions.iter().cloned());
        }
    }

    fn manual(&mut self, written: &Written<'t>, rules: &mut Vec<NatRule>) {
        let span = written.node.span();
        let number = written.number.map_or_else(|| "?".to_owned(), |number| number.to_string());
        let label = match written.name {
            "" => format!("NAT rule {number}"),
            name => format!("NAT rule {number} \"{name}\""),
        };
        let mut rule = NatRule::none(Origin {
            span: Some(span),
            label: label.into(),
            comment: written.comment.into(),
        });
        rule.enabled = written.enabled;
        rule.chain = written.auto.then_some(AUTOMATIC);
        let [source, destination, service] = written.original;
        rule.source = self.nat_cell(source);
        rule.destination = self.nat_cell(destination);
        rule.services = self.nat_service(service);
        let [new_source, new_destination, new_service] = written.translated;
        let source_target = self.target(new_source);
        let destination_target = self.target(new_destination);
        rule.destination_port = self.new_port(service, new_service, &mut rule);
        let hide = match written.method {
            "hide" => true,
            "static" | "" => false,
            _ => {
                self.unknown_method(written, rule, rules);
                return;
            }
        };
        let from = [self.single(source), self.single(destination)];
        self.each_family(rule, [source_target, destination_target], &from, hide, rules);
    }

    /// A method between address families or of another kind: packets that match leave in a way that is not modelled.
    fn unknown_method(
        &mut self,
        written: &Written<'t>,
        mut rule: NatRule,
        rules: &mut Vec<NatRule>,
    ) {
        let reason = match written.method.starts_with("nat") {
            true => Reason::FamilyTranslation,
            false => Reason::NatKind,
        };
        if let Some(method) = written.node.child("method") {
            method.claim(Fate::unsupported(reason));
            let args = vec![("statement", format!("method {}", written.method))];
            self.say(Problem::error(codes::UNSUPPORTED, method.span(), args));
        }
        let span = Some(written.node.span());
        rule.source_to = Some(AddressTarget::Named(self.unreadable("NAT method", span)));
        rule.destination_to = Some(AddressTarget::Named(self.unreadable("NAT method", span)));
        rules.push(rule);
    }

    /// Targets are of one family each: the rule is written once for each family that it translates.
    fn each_family(
        &mut self,
        rule: NatRule,
        targets: [Target; 2],
        from: &[Vec<IpRange>; 2],
        hide: bool,
        rules: &mut Vec<NatRule>,
    ) {
        let ranges = |target: &Target| match target {
            Target::Ranges(ranges) => ranges.clone(),
            Target::Original | Target::Egress | Target::Unknown => Vec::new(),
        };
        let [source, destination] = &targets;
        let mut families: Vec<Family> =
            ranges(source).iter().chain(&ranges(destination)).map(|range| range.family()).collect();
        families.sort_unstable();
        families.dedup();
        let [from_source, from_destination] = from;
        let span = rule.origin.span;
        if families.is_empty() {
            let mut rule = rule;
            rule.source_to = self.address_target(source, None, from_source, hide, span);
            rule.destination_to =
                self.address_target(destination, None, from_destination, false, span);
            if hide && *source != Target::Original {
                rule.source_port = PortTarget::ANY;
            }
            rules.push(rule);
            return;
        }
        for family in families {
            let mut rule = rule.clone();
            let limit = Addresses::family(family);
            rule.source = match rule.source {
                Addresses::Any => limit,
                cell => Addresses::Common(vec![cell, limit]),
            };
            rule.source_to = self.address_target(source, Some(family), from_source, hide, span);
            rule.destination_to =
                self.address_target(destination, Some(family), from_destination, false, span);
            if hide && rule.source_to.is_some() {
                rule.source_port = PortTarget::ANY;
            }
            rules.push(rule);
        }
    }

    fn address_target(
        &mut self,
        target: &Target,
        family: Option<Family>,
        from: &[IpRange],
        hide: bool,
        span: Option<policy::Span>,
    ) -> Option<AddressTarget> {
        let ranges = match target {
            Target::Original => return None,
            Target::Egress => return Some(AddressTarget::EgressInterface),
            Target::Unknown => {
                return Some(AddressTarget::Named(self.unreadable("translated address", span)));
            }
            Target::Ranges(ranges) => ranges,
        };
        let to = ranges.iter().copied().find(|range| Some(range.family()) == family)?;
        if hide {
            return Some(AddressTarget::OneOf(vec![to]));
        }
        let same = |range: &&IpRange| Some(range.family()) == family;
        let from = from.iter().find(same);
        match from {
            Some(from) if from.length_less_one() == to.length_less_one() => {
                Some(AddressTarget::Shift { from: *from, to: to.first() })
            }
            // Many to one: also what "static" means for a group or for any destination.
            _ if to.first() == to.last() => Some(AddressTarget::OneOf(vec![to])),
            _ => Some(AddressTarget::Named(self.unreadable("translated address", span))),
        }
    }

    /// A cell of the packet as it comes. Absent is any: the documented default of `add-nat-rule`.
    fn nat_cell(&mut self, cell: Option<Node<'t>>) -> Addresses {
        let Some(node) = cell else { return Addresses::Any };
        let refs = cell_refs(node);
        if refs.is_empty() {
            return self.open_addresses("a NAT cell is empty", Some(node.span()));
        }
        let members: Vec<Addresses> =
            refs.into_iter().map(|one| self.address_reference(one, View::Own)).collect();
        match members.contains(&Addresses::Any) {
            true => Addresses::Any,
            false => Addresses::union(members),
        }
    }

    fn nat_service(&mut self, cell: Option<Node<'t>>) -> Services {
        match cell {
            None => Services::Any,
            Some(node) => {
                let cell = super::rules::plain_cell(Some(node));
                self.service_cell(cell, node.span())
            }
        }
    }

    /// What a translated address cell says. Absent is "original": the documented default of `add-nat-rule`.
    fn target(&mut self, cell: Option<Node<'t>>) -> Target {
        let Some(node) = cell else { return Target::Original };
        let [reference] = cell_refs(node).as_slice().try_into().unwrap_or([Ref { text: "", node }]);
        let config = self.config();
        let object = config.find(reference.text, |kind| !matches!(kind, Kind::Service(_)));
        let object = object.and_then(|id| config.object(id));
        let fixed = self.shared.facts.objects.get(reference.text).map(|(_, name)| name.as_str());
        let name = object.map_or(fixed.unwrap_or(reference.text), |object| object.name);
        if matches!(name, "Original" | "original" | "85c0f50f-6d8a-4528-88ab-5fb11d8fe16c") {
            return Target::Original;
        }
        match object {
            // Hidden behind 0.0.0.0 is hidden behind whatever interface the packet leaves by.
            Some(object) => match plain_of(object) {
                Some(plain) if plain.wrong || plain.ranges.is_empty() => Target::Unknown,
                Some(plain) if plain.ranges.iter().any(|range| range.last().is_unspecified()) => {
                    Target::Egress
                }
                Some(plain) => Target::Ranges(plain.ranges),
                None => Target::Unknown,
            },
            None => {
                if !reference.text.is_empty() {
                    self.undefined(reference);
                }
                Target::Unknown
            }
        }
    }

    /// The ranges of the one object of a cell.
    fn single(&self, cell: Option<Node<'t>>) -> Vec<IpRange> {
        let object = self.object_of(cell).map(|(_, object)| object);
        object.and_then(plain_of).map(|plain| plain.ranges).unwrap_or_default()
    }

    fn new_port(
        &mut self,
        original: Option<Node<'t>>,
        new: Option<Node<'t>>,
        rule: &mut NatRule,
    ) -> PortTarget {
        let Some(node) = new else { return PortTarget::Keep };
        let Some(reference) = cell_refs(node).first().copied() else { return PortTarget::Keep };
        let config = self.config();
        let find =
            |text: &str| config.find(text, super::is_service).and_then(|id| config.object(id));
        let object = find(reference.text);
        let fixed = self.shared.facts.objects.get(reference.text).map(|(_, name)| name.as_str());
        let name = object.map_or(fixed.unwrap_or(reference.text), |object| object.name);
        if matches!(name, "Original" | "original" | "85c0f50f-6d8a-4528-88ab-5fb11d8fe16c")
            || is_any_word(name)
        {
            return PortTarget::Keep;
        }
        let to = object.and_then(ports_of);
        let from = original
            .and_then(|node| cell_refs(node).first().copied())
            .and_then(|one| find(one.text))
            .and_then(ports_of);
        match (from, to) {
            (Some((old, from)), Some((new, to))) if old == new && width(from) == width(to) => {
                PortTarget::Shift { from, to: to.first() }
            }
            (Some((old, _)), Some((new, to))) if old == new && to.first() == to.last() => {
                PortTarget::one(to.first())
            }
            _ => {
                // The rule matches, and what happens to the port is not known: it may be any.
                node.claim_rest(Fate::unsupported(Reason::NatKind));
                let args = vec![("statement", format!("translated-service {name}"))];
                self.say(Problem::error(codes::UNSUPPORTED, node.span(), args));
                let condition = self.open_condition("translated-service", Some(node.span()));
                rule.conditions.push(condition);
                PortTarget::ANY
            }
        }
    }
}

fn width(range: PortRange) -> u16 {
    range.last() - range.first()
}

/// The protocol and the one range of destination ports of a service.
fn ports_of(object: &Object<'_>) -> Option<(u8, PortRange)> {
    let Kind::Service(service) = &object.kind else { return None };
    match &service.plain {
        Some(Services::Ports(ports)) if !service.wrong => Some((ports.protocol, ports.destination)),
        _ => None,
    }
}

/// An object as ranges; a gateway by its main addresses.
fn plain_of(object: &Object<'_>) -> Option<Plain> {
    match &object.kind {
        Kind::Plain(plain) => Some(Plain {
            class: plain.class,
            ranges: plain.ranges.clone(),
            without: plain.without,
            wrong: plain.wrong,
        }),
        Kind::Gateway(gateway) => Some(Plain {
            class: Class::Machine,
            ranges: gateway.addresses.iter().take(1).map(|one| IpRange::one(*one)).collect(),
            without: None,
            wrong: gateway.addresses.is_empty(),
        }),
        _ => None,
    }
}
