//! Implied rules, as the reader's own file gives them.

use policy::{Action, Addresses, Origin, Rule, Services, Verdict, parse_prefix};

use super::super::config::{Implied, Kind, Position, Ref};
use super::Lower;
use super::addresses::View;
use super::services::term;

impl<'t> Lower<'_, 't> {
    /// Adds the implied rules of this position.
    pub(super) fn implied_rules(&mut self, position: Position, rules: &mut Vec<Rule>) {
        let config = self.config();
        let gateway =
            self.gateway.and_then(|id| config.object(id)).map_or("", |object| object.name);
        for implied in config.implied.iter().flatten() {
            let here = implied.gateways.is_empty() || implied.gateways.contains(&gateway);
            if implied.position == position && here {
                let rule = self.implied_rule(implied);
                rules.push(rule);
            }
        }
    }

    fn implied_rule(&mut self, implied: &Implied<'t>) -> Rule {
        let span = implied.node.span();
        let origin = Origin::at(span, format!("implied rule \"{}\"", implied.name));
        let action = match implied.accepts {
            Some(true) => Action::Decide(Verdict::Accept),
            Some(false) => Action::Decide(Verdict::Drop),
            None => self.open_action("the action of an implied rule", Some(span)),
        };
        let mut rule = Rule::any(origin, action);
        let [source, destination, service] = &implied.cells;
        rule.source = self.implied_addresses(source);
        rule.destination = self.implied_addresses(destination);
        let services: Vec<Services> =
            service.iter().map(|one| self.implied_service(*one)).collect();
        rule.services = match services.contains(&Services::Any) {
            true => Services::Any,
            false => Services::union(services),
        };
        for (cell, what) in implied.cells.iter().zip(["source", "destination", "service"]) {
            if cell.is_empty() {
                let condition = self.open_condition(&format!("{what} is missing"), Some(span));
                rule.conditions.push(condition);
                match what {
                    "source" => rule.source = Addresses::Any,
                    "destination" => rule.destination = Addresses::Any,
                    _ => rule.services = Services::Any,
                }
            }
        }
        rule
    }

    /// `any`, `gateway`, an address, a network, or an object.
    fn implied_addresses(&mut self, cell: &[Ref<'t>]) -> Addresses {
        let mut members = Vec::new();
        for one in cell {
            let set = match (one.text, parse_prefix(one.text)) {
                ("any", _) => return Addresses::Any,
                ("gateway", _) => self.this_gateway(*one),
                (_, Some(prefix)) => Addresses::prefix(prefix),
                _ => self.address_reference(*one, View::Rule),
            };
            members.push(set);
        }
        Addresses::union(members)
    }

    fn this_gateway(&mut self, at: Ref<'t>) -> Addresses {
        let config = self.config();
        let object = self.gateway.and_then(|id| config.object(id));
        match object {
            Some(object) if matches!(object.kind, Kind::Gateway(_)) => {
                let reference = Ref {
                    text: if object.uid.is_empty() { object.name } else { object.uid },
                    node: at.node,
                };
                self.address_reference(reference, View::Own)
            }
            _ => self.open_addresses("addresses of the gateway", Some(at.node.span())),
        }
    }

    fn implied_service(&mut self, one: Ref<'t>) -> Services {
        match (one.text, term(one.text)) {
            ("any", _) => Services::Any,
            (_, Some(found)) => found,
            _ => self.service_reference(one),
        }
    }
}
