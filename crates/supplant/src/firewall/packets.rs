//! What the contexts of a reading do with a packet, as records.

use std::collections::BTreeMap;

use dialect::Reading;
use model::record::prove::Passage;
use model::record::trace::{Assumption, Case, Step, Trace};
use policy::{
    About, Assumed, By, Decision, Egress, Given, InterfaceId, NatId, Packet, PacketError,
    PacketText, Policy, PortRange, Predicate, PredicateId, Rule, RulebaseId, Translated,
    TranslatedAddress, TranslatedPort, outcomes,
};

use super::platform_name;
use super::spots::{passage_of, spot_of};

/// One packet to trace, as it was given and as it was understood.
pub(crate) struct Asked {
    /// The text.
    pub(crate) text: String,
    /// What it says.
    pub(crate) packet: PacketText,
}

/// The key of the text for an error, with the value that it is about.
pub(crate) fn error_text(error: &PacketError) -> (&'static str, &str) {
    match error {
        PacketError::NoArrow => ("packet-no-arrow", ""),
        PacketError::NoProtocol => ("packet-no-protocol", ""),
        PacketError::Address(text) => ("packet-address", text),
        PacketError::Port(text) if text.is_empty() => ("packet-no-port", ""),
        PacketError::Port(text) => ("packet-port", text),
        PacketError::Protocol(text) => ("packet-protocol", text),
        PacketError::Families => ("packet-families", ""),
        PacketError::Word(text) => ("packet-word", text),
        PacketError::Place(text) => ("packet-place", text),
        PacketError::NoIngress => ("packet-no-ingress", ""),
    }
}

/// Traces a packet through one context; at most so many outcomes.
pub(crate) fn trace(
    reading: &Reading,
    device: &policy::Device,
    policy: &Policy,
    asked: &Asked,
    most: usize,
) -> Trace {
    let mut trace = Trace {
        asked: asked.text.clone(),
        port_chosen: asked.packet.port_chosen,
        device: device.name.to_string(),
        platform_name: platform_name(device.platform),
        context: policy.context.to_string(),
        ..Trace::default()
    };
    let placed = asked.packet.in_policy(policy).and_then(|packet| {
        let egress = match &asked.packet.egress {
            None => None,
            Some(name) => Some(policy.place(name).ok_or_else(|| PacketError::Place(name.clone()))?),
        };
        Ok((packet, egress))
    });
    let (packet, egress) = match placed {
        Ok(placed) => placed,
        Err(error) => {
            let (key, value) = error_text(&error);
            trace.error = key.to_owned();
            trace.error_args = BTreeMap::from([
                ("text".to_owned(), value.to_owned()),
                ("places".to_owned(), places(policy)),
            ]);
            return trace;
        }
    };
    let given = Given { holds: asked.packet.given.clone(), egress };
    let found = outcomes(policy, &packet, &given, most);
    let teller = Teller { reading, policy, packet: &packet };
    trace.packet = packet.to_string();
    (trace.ingress, trace.ingress_zone) = teller.interface(packet.ingress);
    trace.cases = found
        .cases
        .iter()
        .map(|case| Case {
            assumed: case.assumed.iter().map(|one| teller.assumption(one)).collect(),
            ..teller.case(&case.decision)
        })
        .collect();
    trace.cut = found.cut;
    trace
}

/// Where packets can come in, the first few.
pub(crate) fn places(policy: &Policy) -> String {
    let names: Vec<&str> = policy.interfaces.iter().map(|one| &*one.name).collect();
    let mut shown = names.iter().take(PLACES_SHOWN).copied().collect::<Vec<_>>().join(", ");
    if names.len() > PLACES_SHOWN {
        shown.push_str(", …");
    }
    shown
}

const PLACES_SHOWN: usize = 20;

/// Puts decisions into words of the administrator.
pub(crate) struct Teller<'a> {
    /// Where the policy was read.
    pub(crate) reading: &'a Reading,
    /// The policy.
    pub(crate) policy: &'a Policy,
    /// The packet as it comes in.
    pub(crate) packet: &'a Packet,
}

fn at<T>(list: &[T], id: u32) -> Option<&T> {
    usize::try_from(id).ok().and_then(|id| list.get(id))
}

impl Teller<'_> {
    /// Name and zone of an interface.
    pub(crate) fn interface(&self, id: InterfaceId) -> (String, String) {
        let interface = at(&self.policy.interfaces, id.0);
        let zone = interface.and_then(|interface| at(&self.policy.zones, interface.zone.0));
        let name = interface.map_or("?", |interface| &interface.name);
        (name.to_owned(), zone.map_or(String::new(), |zone| zone.name.to_string()))
    }

    fn predicate(&self, id: PredicateId) -> Option<&Predicate> {
        at(&self.policy.predicates, id.0)
    }

    /// What is assumed.
    pub(crate) fn assumption(&self, assumed: &Assumed) -> Assumption {
        match assumed {
            Assumed::Leaves(address, interface) => {
                let (name, zone) = self.interface(*interface);
                let name =
                    if zone == name || zone.is_empty() { name } else { format!("{name} ({zone})") };
                let kind = "route".to_owned();
                Assumption { kind, name, address: address.to_string(), holds: true }
            }
            Assumed::Holds(atom, holds) => {
                let predicate = self.predicate(atom.predicate);
                let name = predicate.map_or("?", |predicate| {
                    let label = &predicate.origin.label;
                    if label.is_empty() { &predicate.meaning } else { label }
                });
                Assumption {
                    kind: predicate.map_or("", |predicate| predicate.kind.as_str()).to_owned(),
                    name: name.to_owned(),
                    address: match atom.about {
                        About::Address(address) => address.to_string(),
                        About::Packet => String::new(),
                    },
                    holds: *holds,
                }
            }
        }
    }

    /// What happens to the packet; without what is assumed.
    pub(crate) fn case(&self, decision: &Decision) -> Case {
        let (egress, (egress_interface, egress_zone)) = match decision.egress {
            Egress::Interface(id) => ("interface", self.interface(id)),
            Egress::Local => ("local", Default::default()),
            Egress::Nowhere => ("nowhere", Default::default()),
        };
        let after = self.after(&decision.translated);
        Case {
            assumed: Vec::new(),
            verdict: decision.verdict.as_str().to_owned(),
            steps: decision.steps.iter().map(|step| self.step(step)).collect(),
            nat: self.nat(decision),
            rewritten: after != self.packet.to_string(),
            after,
            egress: egress.to_owned(),
            egress_interface,
            egress_zone,
        }
    }

    /// What decided.
    pub(crate) fn step(&self, step: &policy::Step) -> Step {
        let verdict = step.verdict.as_str().to_owned();
        let plain = |by: &str| Step { by: by.to_owned(), ..Step::default() };
        let step = match step.by {
            By::Rule(base, index) => {
                let rulebase = self.policy.rulebase(base);
                let Some((rulebase, rule)) = rulebase.zip(self.rule(base, index)) else {
                    return plain("rule");
                };
                Step {
                    list: rulebase.name.to_string(),
                    name: rule.origin.label.to_string(),
                    section: rule.section.to_string(),
                    comment: rule.origin.comment.to_string(),
                    place: spot_of(self.reading, &rule.origin),
                    inspection: rule.inspection.iter().map(ToString::to_string).collect(),
                    ..plain("rule")
                }
            }
            By::Default(base) => {
                let Some(rulebase) = self.policy.rulebase(base) else { return plain("default") };
                Step {
                    list: rulebase.name.to_string(),
                    name: rulebase.default_origin.label.to_string(),
                    place: spot_of(self.reading, &rulebase.default_origin),
                    ..plain("default")
                }
            }
            By::NoRoute => plain("no-route"),
            By::NotGuarded => plain("not-guarded"),
            By::Bypass => plain("bypass"),
            By::NoFilter => plain("no-filter"),
        };
        Step { verdict, ..step }
    }

    /// The NAT rules that rewrote the packet, and the source NAT of the rule that accepted it.
    fn nat(&self, decision: &Decision) -> Vec<Step> {
        let mut steps: Vec<Step> =
            decision.nat.iter().filter_map(|id| self.nat_step(*id)).collect();
        steps.extend(self.own_nat(decision).map(|nat| Step {
            by: "nat".to_owned(),
            name: nat.origin.label.to_string(),
            comment: nat.origin.comment.to_string(),
            place: spot_of(self.reading, &nat.origin),
            ..Step::default()
        }));
        steps
    }

    /// The source NAT of the rule that accepted a packet, when it rewrote it.
    fn own_nat(&self, decision: &Decision) -> Option<&policy::SourceNat> {
        let rewrites =
            |id: &NatId| self.policy.nat.rule(*id).is_some_and(policy::NatRule::rewrites_source);
        let source = TranslatedAddress::Exactly(self.packet.source);
        let of_rule = decision.translated.source != source && !decision.nat.iter().any(rewrites);
        match decision.steps.last().map(|step| step.by) {
            Some(By::Rule(base, index)) if of_rule => {
                self.rule(base, index).and_then(|rule| rule.source_nat.as_deref())
            }
            _ => None,
        }
    }

    fn rule(&self, base: RulebaseId, index: u32) -> Option<&Rule> {
        self.policy.rulebase(base).and_then(|base| at(&base.rules, index))
    }

    /// What decided and rewrote, as it is written; each statement once.
    pub(crate) fn passages(&self, decision: &Decision) -> Vec<Passage> {
        let rules = decision.steps.iter().filter_map(|step| match step.by {
            By::Rule(base, index) => self.rule(base, index).map(|rule| &rule.origin),
            By::Default(base) => self.policy.rulebase(base).map(|base| &base.default_origin),
            By::NoRoute | By::NotGuarded | By::Bypass | By::NoFilter => None,
        });
        let nat = decision.nat.iter().filter_map(|id| self.policy.nat.rule(*id));
        let nat = nat.map(|rule| &rule.origin);
        let own = self.own_nat(decision).map(|nat| &nat.origin);
        let mut passages = Vec::new();
        for passage in rules.chain(nat).chain(own).filter_map(|it| passage_of(self.reading, it)) {
            let same = |known: &Passage| (&known.path, known.line) == (&passage.path, passage.line);
            if !passages.iter().any(same) {
                passages.push(passage);
            }
        }
        passages
    }

    fn nat_step(&self, id: NatId) -> Option<Step> {
        let rule = self.policy.nat.rule(id)?;
        let mut before = 0;
        let pass = self.policy.nat.passes.iter().find(|pass| {
            before += pass.rules.len();
            usize::try_from(id.0).is_ok_and(|id| id < before)
        });
        Some(Step {
            by: "nat".to_owned(),
            list: pass.map_or(String::new(), |pass| pass.name.to_string()),
            name: rule.origin.label.to_string(),
            comment: rule.origin.comment.to_string(),
            place: spot_of(self.reading, &rule.origin),
            ..Step::default()
        })
    }

    /// The packet after translation, in the form of a packet.
    fn after(&self, translated: &Translated) -> String {
        let whole = self.packet.to_string();
        let protocol = whole.rsplit_once('/').map_or("", |(_, protocol)| protocol);
        let source = self.endpoint(&translated.source, translated.source_port);
        let destination = self.endpoint(&translated.destination, translated.destination_port);
        format!("{source} > {destination}/{protocol}")
    }

    fn endpoint(&self, address: &TranslatedAddress, port: TranslatedPort) -> String {
        let (address, is_ipv6) = match address {
            TranslatedAddress::Exactly(address) => (address.to_string(), address.is_ipv6()),
            TranslatedAddress::OneOf(ranges) => {
                let shown: Vec<String> = ranges.iter().map(ToString::to_string).collect();
                (format!("{{{}}}", shown.join(", ")), false)
            }
            TranslatedAddress::OfInterface(id) => (format!("<{}>", self.interface(*id).0), false),
            TranslatedAddress::Named(id) => {
                (format!("<{}>", self.policy.predicate_text(*id)), false)
            }
        };
        match port {
            TranslatedPort::None => address,
            TranslatedPort::Exactly(port) if is_ipv6 => format!("[{address}]:{port}"),
            TranslatedPort::Exactly(port) => format!("{address}:{port}"),
            TranslatedPort::OneOf(range) if range == PortRange::ALL => format!("{address}:*"),
            TranslatedPort::OneOf(range) => format!("{address}:{range}"),
        }
    }
}
