//! The reader's own small file of implied rules.
//!
//! ```json
//! {"implied-rules": [
//!   {"name": "accept ICMP requests", "position": "before-last", "source": ["any"],
//!    "destination": ["any"], "service": ["icmp/8"], "action": "accept", "gateways": ["gw1"]}
//! ]}
//! ```
//! An empty list says that there are none.

use super::super::config::{Implied, Position};
use super::super::value::{references, scalar};
use super::{ENVELOPE, Extractor};
use crate::fate::{Fate, Reason};
use crate::tree::Node;

impl<'t> Extractor<'t, '_> {
    pub(super) fn implied(&mut self, members: &[Node<'t>], list: Node<'t>) {
        list.claim(Fate::CONVERTED);
        for member in members.iter().filter(|member| member.word(0) != "implied-rules") {
            if let "comments" | "comment" | "source" | "version" = member.word(0) {
                member.claim_all(ENVELOPE);
            }
        }
        let mut rules = self.config.implied.take().unwrap_or_default();
        for node in list.children().filter(|node| !node.is_statement()) {
            rules.push(self.implied_rule(node));
        }
        self.config.implied = Some(rules);
    }

    fn implied_rule(&mut self, node: Node<'t>) -> Implied<'t> {
        let mut rule = Implied {
            node,
            name: "",
            position: Position::First,
            cells: [Vec::new(), Vec::new(), Vec::new()],
            accepts: None,
            gateways: Vec::new(),
        };
        for member in node.children() {
            let [source, destination, service] = &mut rule.cells;
            let into = match (member.word(0), scalar(member)) {
                ("name", name) => {
                    rule.name = name;
                    member.claim(Fate::CONVERTED);
                    continue;
                }
                ("position", word) => {
                    match word {
                        "first" => rule.position = Position::First,
                        "before-last" => rule.position = Position::BeforeLast,
                        "last" => rule.position = Position::Last,
                        _ => {
                            self.invalid(member);
                            continue;
                        }
                    }
                    member.claim(Fate::CONVERTED);
                    continue;
                }
                ("action", word) => {
                    rule.accepts = match word {
                        "accept" => Some(true),
                        "drop" => Some(false),
                        _ => {
                            self.invalid(member);
                            continue;
                        }
                    };
                    member.claim(Fate::CONVERTED);
                    continue;
                }
                ("gateways", _) => {
                    member.claim_all(Fate::CONVERTED);
                    rule.gateways = references(member).into_iter().map(|(name, _)| name).collect();
                    continue;
                }
                ("comments" | "comment", _) => {
                    member.claim(Fate::inert(Reason::Cosmetic));
                    continue;
                }
                ("source", _) => source,
                ("destination", _) => destination,
                ("service", _) => service,
                _ => continue,
            };
            *into = self.cell(member);
        }
        rule
    }
}
