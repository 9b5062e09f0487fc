//! Parts of a configuration that stand alone or elsewhere: lists of rules as the API gives them, folders of a cloud manager.

use super::super::inert;
use super::super::take::by_table;
use super::rules::list_of;
use super::{Extract, claim_empty, implied_system};
use crate::codes;
use crate::fate::{Fate, Reason};
use crate::reading::Problem;
use crate::tree::Node;

impl<'t> Extract<'t, '_> {
    /// Folders and snippets of a cloud manager. What they hold beside settings decides, and is not modelled.
    pub(super) fn containers(&mut self, node: Node<'t>) {
        for entry in node.children() {
            for child in entry.children() {
                if by_table(child, inert::SCOPE) {
                    continue;
                }
                child.claim_all(Fate::unsupported(Reason::OtherRuleList));
                if child.word(0).ends_with("rulebase") && !child.is_statement() {
                    let args = vec![("what", format!("rules of {}", entry.word(0)))];
                    self.problems.push(Problem::error(codes::UNSUPPORTED, child.span(), args));
                }
            }
            claim_empty(entry);
        }
        claim_empty(node);
    }

    /// A list of rules without what is around it: of the one virtual system. Which list it is, its rules tell.
    pub(super) fn rule_list(&mut self, node: Node<'t>) {
        let mut device = std::mem::take(&mut self.config.device);
        let index = implied_system(&mut device);
        if let Some(system) = device.systems.get_mut(index) {
            let into = &mut system.scope.local;
            let lists = node.children().filter(|list| list.word(0) == "rules");
            match node.word(0) {
                "rules" => {
                    for rule in node.children() {
                        self.rule(list_of(rule), rule, into);
                    }
                }
                name => {
                    for list in lists {
                        list.children().for_each(|rule| self.rule(name, rule, into));
                        claim_empty(list);
                    }
                }
            }
        }
        claim_empty(node);
        self.config.device = device;
    }
}
