//! Applications: named unknowns, with the ports that each uses by default.

use std::collections::HashSet;
use std::rc::Rc;

use policy::{Condition, Origin, PredicateId, PredicateKind, Services};

use super::super::config::{ApplicationThing, ApplicationValue, Word};
use super::Context;
use super::services::service_fact;
use crate::codes;
use crate::fate::{Fate, Reason};

/// An application, or a filter that stands for several.
#[derive(Clone, Debug)]
pub(super) struct Leaf<'t> {
    pub(super) name: &'t str,
    pub(super) predicate: PredicateId,
    /// A filter: which applications it means is not known.
    pub(super) is_filter: bool,
    word: Word<'t>,
}

impl<'c, 't> Context<'c, 't, '_, '_> {
    fn find_application(&self, name: &str) -> Option<&'c ApplicationThing<'t>> {
        self.source.scopes.iter().find_map(|scope| scope.applications.get(name))
    }

    /// The applications that a word means, groups resolved.
    fn leaves(&mut self, word: Word<'t>) -> Rc<Vec<Leaf<'t>>> {
        if let Some(known) = self.applications.get(word.text) {
            return Rc::clone(known);
        }
        let mut leaves = Vec::new();
        let mut seen: HashSet<&'t str> = HashSet::new();
        let mut open = vec![word];
        while let Some(word) = open.pop() {
            if !seen.insert(word.text) {
                continue;
            }
            match self.find_application(word.text).map(|thing| &thing.value) {
                Some(ApplicationValue::Group(members)) => open.extend(members.iter().rev()),
                Some(ApplicationValue::Filter(text)) => {
                    let meaning = format!("filter {text}");
                    let predicate = self.named(PredicateKind::Application, &meaning, word);
                    leaves.push(Leaf { name: word.text, predicate, is_filter: true, word });
                }
                Some(ApplicationValue::Own(_)) => {
                    let meaning = format!("own {}", word.text);
                    let predicate = self.named(PredicateKind::Application, &meaning, word);
                    leaves.push(Leaf { name: word.text, predicate, is_filter: false, word });
                }
                None => {
                    let predicate = self.named(PredicateKind::Application, word.text, word);
                    leaves.push(Leaf { name: word.text, predicate, is_filter: false, word });
                }
            }
        }
        let leaves = Rc::new(leaves);
        self.applications.insert(word.text, Rc::clone(&leaves));
        leaves
    }

    /// The ports that an application uses by default. What is not known is an unknown, never "any".
    fn default_ports(&mut self, leaf: &Leaf<'t>) -> Services {
        let name = format!("application-default {}", leaf.name);
        if let Some(id) = self.build.service_named(&name) {
            return Services::Object(id);
        }
        let own = self.find_application(leaf.name).map(|thing| &thing.value);
        let mut meaning = format!("default ports of {}", leaf.name);
        let known: Option<&[String]> = match own {
            Some(ApplicationValue::Own(terms)) => terms.as_deref(),
            Some(_) => None,
            // What is known from memory only is told and decides nothing.
            None if self.facts.recalled_applications.contains(leaf.name) => {
                let terms = self.facts.applications.get(leaf.name);
                let terms = terms.map(|terms| terms.join(", ")).unwrap_or_default();
                meaning.push_str(&format!(" (from memory: {terms})"));
                self.problems.note_once(codes::ASSUMED, leaf.word.node.span(), meaning.clone());
                None
            }
            None => self.facts.applications.get(leaf.name).map(Vec::as_slice),
        };
        let terms: Option<Vec<Services>> =
            known.and_then(|terms| terms.iter().map(|term| service_fact(term)).collect());
        let origin = Origin::implied(name.as_str());
        let value = match terms.filter(|terms| !terms.is_empty()) {
            Some(terms) => Services::union(terms),
            None => {
                self.open_ports.insert(leaf.name);
                let origin = Origin::at(leaf.word.node.span(), meaning.as_str());
                let predicate = self.build.unknown(PredicateKind::Unreadable, meaning, origin);
                Services::Unknown(predicate)
            }
        };
        Services::Object(self.build.service(&name, origin, value))
    }

    /// Services and applications of a rule: ports, and the condition that it is one of the applications. With `is`, the application is
    /// known (an override decided it). `None`: no application of the rule is that one.
    pub(super) fn services_and_applications(
        &mut self,
        services: &[Word<'t>],
        applications: &[Word<'t>],
        is: Option<Word<'t>>,
    ) -> Option<(Services, Option<Condition>)> {
        let any = applications.iter().any(|word| word.text == "any");
        let mut leaves: Vec<Leaf<'t>> = Vec::new();
        if !any {
            for word in applications {
                leaves.extend(self.leaves(*word).iter().cloned());
            }
        }
        let by_default = services.iter().any(|word| word.text == "application-default");
        let mut condition = None;
        if let Some(is) = is {
            let itself = any || leaves.iter().any(|leaf| leaf.name == is.text);
            leaves.retain(|leaf| leaf.is_filter);
            if itself {
                leaves = self.leaves(is).to_vec();
            } else if leaves.is_empty() {
                return None;
            } else {
                condition = Some(condition_of(&leaves));
                leaves = self.leaves(is).to_vec();
            }
            if by_default {
                let ports = leaves.iter().map(|leaf| self.default_ports(leaf)).collect();
                self.tell_open_ports(services, &leaves);
                return Some((Services::union(ports), condition));
            }
            return Some((self.service_cell(services), condition));
        }
        if !by_default {
            let condition = (!any).then(|| condition_of(&leaves));
            return Some((self.service_cell(services), condition));
        }
        if any {
            let origin = Origin::implied("application-default");
            let meaning = "any on its default ports";
            let predicate = self.build.unknown(PredicateKind::Application, meaning, origin);
            by_default_is_approximated(services);
            return Some((Services::Unknown(predicate), None));
        }
        let mut terms = Vec::with_capacity(leaves.len());
        for leaf in &leaves {
            let ports = self.default_ports(leaf);
            terms.push(Services::Common(vec![Services::Unknown(leaf.predicate), ports]));
        }
        self.tell_open_ports(services, &leaves);
        Some((Services::union(terms), None))
    }

    /// In the ledger: ports that are not known are not exactly modelled.
    fn tell_open_ports(&self, services: &[Word<'t>], leaves: &[Leaf<'t>]) {
        if leaves.iter().any(|leaf| self.open_ports.contains(leaf.name)) {
            by_default_is_approximated(services);
        }
    }

    /// A service cell without `application-default`.
    pub(super) fn service_cell(&mut self, words: &[Word<'t>]) -> Services {
        if words.iter().any(|word| word.text == "any") {
            return Services::Any;
        }
        let terms = words.iter().map(|word| self.service_term(*word, 0)).collect();
        Services::union(terms)
    }
}

fn by_default_is_approximated(services: &[Word<'_>]) {
    for word in services.iter().filter(|word| word.text == "application-default") {
        if word.node.is_statement() {
            word.node.claim(Fate::approximated(Reason::Application));
        }
    }
}

fn condition_of(leaves: &[Leaf<'_>]) -> Condition {
    Condition { any_of: leaves.iter().map(|leaf| leaf.predicate).collect(), negated: false }
}
