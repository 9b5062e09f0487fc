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
    /// Only if the gateway is one of these: the context has none, or the export does not say what they are.
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
        let (mut names, mut unsure) = (Vec::new(), self.gateway.is_none());
        for reference in cell_refs(node) {
            let object = config.find(reference.text, |kind| {
                matches!(kind, Kind::Gateway(_) | Kind::Global | Kind::Any)
            });
            let object = object.and_then(|id| config.object(id));
            let fixed =
                self.shared.facts.objects.get(reference.text).map(|(_, name)| name.as_str());
            let name = object.map_or(fixed.unwrap_or(reference.text), |object| object.name);
            let all = object.is_some_and(|object| matches!(object.kind, Kind::Any))
                || is_any_word(name)
                || matches!(name, "Policy Targets" | "All" | "all");
            match self.gateway.map(|own| self.is_this_gateway(reference.text, own)) {
                _ if all => return Installed::Here,
                Some(Some(true)) => return Installed::Here,
                Some(None) => unsure = true,
                Some(Some(false)) | None => {}
            }
            names.push(name.to_owned());
        }
        match (names.is_empty(), unsure) {
            (true, _) => Installed::Here,
            (false, true) => Installed::On(names.join(", ")),
            (false, false) => Installed::Elsewhere,
        }
    }

    /// Whether a name or uid is this gateway, a member of it, or a group that holds it. `None` when the export does not tell.
    pub(super) fn is_this_gateway(&self, text: &str, own: u32) -> Option<bool> {
        let config = self.config();
        let mut waiting = vec![text];
        let mut seen = hashbrown::HashSet::new();
        let mut unsure = false;
        while let Some(text) = waiting.pop() {
            let found = config.find(text, |kind| matches!(kind, Kind::Gateway(_)));
            if found == Some(own) {
                return Some(true);
            }
            match found.and_then(|id| config.object(id)).map(|object| (object, &object.kind)) {
                Some((_, Kind::Group(Some(members)))) if seen.insert(found) => {
                    waiting.extend(members.iter().map(|member| member.text));
                }
                Some((_, Kind::Group(Some(_)))) => {}
                Some((object, Kind::Gateway(_))) => {
                    let own = config.object(own).map(|object| &object.kind);
                    let Some(Kind::Gateway(cluster)) = own else { continue };
                    if cluster.members.iter().any(|name| [object.name, object.uid].contains(name)) {
                        return Some(true);
                    }
                }
                _ => unsure = true,
            }
        }
        (!unsure).then_some(false)
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
