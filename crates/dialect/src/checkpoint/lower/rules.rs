//! One access rule.

use policy::{Action, Origin, Pair, PredicateKind, Rule, RulebaseId, Verdict, Zones};

use super::super::config::{Cell, Kind, Rule as Written};
use super::addresses::cell_refs;
use super::context::Used;
use super::{Lower, is_any_word};
use crate::codes;
use crate::fate::{Fate, Reason};
use crate::reading::Problem;
use crate::tree::Node;

/// Whether a rule is installed on the gateway of a context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Installed {
    /// It is.
    Here,
    /// It is on others only.
    Elsewhere,
    /// The context has no gateway: only if it is one of these.
    On(String),
}

impl<'t> Lower<'_, 't> {
    /// The rule, unless it is for other gateways.
    pub(super) fn rule(
        &mut self,
        used: &Used,
        written: &Written<'t>,
        inline: Option<RulebaseId>,
    ) -> Option<Rule> {
        let span = written.node.span();
        let origin = Origin {
            span: Some(span),
            label: label(used, written).into(),
            comment: written.comment.into(),
        };
        let installed = self.installed(written.install_on);
        if installed == Installed::Elsewhere {
            return None;
        }
        // The fate of the rule itself tells that some context uses it; what is in the ledger are its statements.
        written.node.claim(Fate::CONVERTED);
        if written.hidden {
            return Some(self.hidden(origin));
        }
        let action = self.action(written, inline);
        let source = self.address_cell(written.source, "source", span);
        let destination = self.address_cell(written.destination, "destination", span);
        let services = self.service_cell(written.service, span);
        let mut rule = Rule {
            section: written.section.into(),
            enabled: written.enabled,
            from: Zones::Any,
            to: Zones::Any,
            pair: Pair::Any,
            source,
            destination,
            services,
            logged: self.logged(written),
            ..Rule::any(origin, action)
        };
        self.conditions(written, &mut rule);
        if let Installed::On(names) = installed {
            let meaning = format!("installed on {names}");
            let id = self.builder.unknown(PredicateKind::Device, meaning, Origin::implied(names));
            rule.conditions.push(policy::Condition { any_of: vec![id], negated: false });
        }
        Some(rule)
    }

    fn conditions(&mut self, written: &Written<'t>, rule: &mut Rule) {
        let direction = match written.content_direction {
            "" | "any" => String::new(),
            direction => format!("({direction})"),
        };
        let cells = [
            (written.vpn, PredicateKind::Vpn, ""),
            (written.time, PredicateKind::Schedule, ""),
            (written.content, PredicateKind::Content, direction.as_str()),
        ];
        for (cell, kind, extra) in cells {
            rule.conditions.extend(self.condition_cell(cell, kind, extra));
        }
        if let Some(node) = written.unread {
            let what = if node.word(0).is_empty() { "the rule is cut off" } else { node.word(0) };
            let condition = self.open_condition(what, Some(node.span()));
            rule.conditions.push(condition);
        }
    }

    /// A rule that the exporter may not see.
    fn hidden(&mut self, origin: Origin) -> Rule {
        let span = origin.span;
        let what = "a rule that the exporter may not see";
        let action = self.open_action(what, span);
        let mut rule = Rule::any(origin, action);
        rule.conditions.push(self.open_condition(what, span));
        rule
    }

    fn logged(&self, written: &Written<'t>) -> Option<bool> {
        let track = written.track?;
        Some(!matches!(self.name_of(track.text), "None" | "none"))
    }

    /// The name of what a uid or name refers to.
    fn name_of<'a>(&'a self, text: &'a str) -> &'a str {
        let config = self.config();
        let object =
            config.find(text, |kind| matches!(kind, Kind::Global)).and_then(|id| config.object(id));
        match object {
            Some(object) => object.name,
            None => self.shared.facts.objects.get(text).map_or(text, |(_, name)| name.as_str()),
        }
    }

    fn action(&mut self, written: &Written<'t>, inline: Option<RulebaseId>) -> Action {
        if let Some(layer) = inline {
            return Action::Layer(layer);
        }
        let span = Some(written.node.span());
        let Some(node) = written.action else {
            return self.open_action("the action is missing", span);
        };
        let reference = cell_refs(node).first().copied();
        let name = reference.map_or("", |one| self.name_of(one.text)).to_owned();
        match name.as_str() {
            "Accept" | "accept" | "6c488338-8eec-4103-ad21-cd461ac2c472" => {
                Action::Decide(Verdict::Accept)
            }
            "Drop" | "drop" | "6c488338-8eec-4103-ad21-cd461ac2c473" => {
                Action::Decide(Verdict::Drop)
            }
            "Reject" | "reject" => Action::Decide(Verdict::Reject),
            _ => {
                node.claim_all(Fate::unsupported(Reason::ActionKind));
                let args = vec![("statement", format!("action {name}"))];
                self.say(Problem::error(codes::UNSUPPORTED, node.span(), args));
                self.open_action(&format!("action {name}"), span)
            }
        }
    }

    /// Whether this gateway is among those of an install-on cell.
    pub(super) fn installed(&self, cell: Option<Node<'t>>) -> Installed {
        let Some(node) = cell else { return Installed::Here };
        let config = self.config();
        let mut names = Vec::new();
        for reference in cell_refs(node) {
            let object = config.find(reference.text, |kind| {
                matches!(kind, Kind::Gateway(_) | Kind::Global | Kind::Any)
            });
            let fixed =
                self.shared.facts.objects.get(reference.text).map(|(_, name)| name.as_str());
            let (id, name) = match object.and_then(|id| Some((id, config.object(id)?))) {
                Some((_, object)) if matches!(object.kind, Kind::Any) => return Installed::Here,
                Some((id, object)) => (Some(id), object.name),
                None => (None, fixed.unwrap_or(reference.text)),
            };
            if is_any_word(name) || matches!(name, "Policy Targets" | "All" | "all") {
                return Installed::Here;
            }
            if id.is_some() && id == self.gateway || id.is_some_and(|id| self.holds_gateway(id)) {
                return Installed::Here;
            }
            names.push(name.to_owned());
        }
        match (names.is_empty(), self.gateway) {
            (true, _) => Installed::Here,
            (false, Some(gateway)) => {
                let own = config.object(gateway).map_or("", |object| object.name);
                if names.iter().any(|name| name == own) {
                    Installed::Here
                } else {
                    Installed::Elsewhere
                }
            }
            (false, None) => Installed::On(names.join(", ")),
        }
    }

    /// Whether a group, or a cluster of which the gateway is a member, holds the gateway of this context.
    fn holds_gateway(&self, id: u32) -> bool {
        let Some(gateway) = self.gateway else { return false };
        let config = self.config();
        let Some(Kind::Group(Some(members))) = config.object(id).map(|object| &object.kind) else {
            return false;
        };
        members.iter().any(|member| {
            config.find(member.text, |kind| matches!(kind, Kind::Gateway(_))) == Some(gateway)
        })
    }
}

/// What people call the rule: its number as they see it, and its name.
fn label(used: &Used, rule: &Written<'_>) -> String {
    let number = rule.number.map_or_else(|| "?".to_owned(), |number| number.to_string());
    let number = match (&used.parent, used.parents) {
        (Some(parent), 1) => format!("{parent}.{number}"),
        (_, 0) => number,
        _ => format!("{number} of layer {}", used.name),
    };
    match rule.name {
        "" => format!("rule {number}"),
        name => format!("rule {number} \"{name}\""),
    }
}

/// A cell without negation.
pub(super) fn plain_cell(node: Option<Node<'_>>) -> Cell<'_> {
    Cell { node, negate: false }
}
