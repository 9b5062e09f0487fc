//! Groups and their expressions.

use policy::Span;

use super::{Extractor, list};
use crate::codes;
use crate::fate::{Fate, Reason};
use crate::nsx::config::{Criterion, Expression, Group, Identity, Meta, Value};
use crate::nsx::fields::{common, is_unset, rest};
use crate::tree::Node;

/// How deep expressions may be nested; the manager allows one level.
const NESTING: u32 = 8;

impl<'t> Extractor<'t, '_> {
    pub(super) fn group(&mut self, members: &[Node<'t>], meta: Meta<'t>) {
        let mut group =
            Group { expressions: Vec::new(), identities: Vec::new(), unknown: Vec::new(), meta };
        for member in members.iter().copied() {
            match member.word(0) {
                "expression" => group.expressions = self.expressions(member, 0),
                "extended_expression" => {
                    for part in self.expressions(member, 0) {
                        match part {
                            Expression::Identities(names) => group.identities.extend(names),
                            Expression::Conjunction(_) => {}
                            _ => group.unknown.push(member.span()),
                        }
                    }
                }
                "group_type" | "state" | "group_state" | "reference" | "extended_state" => {
                    rest(&[member], Fate::inert(Reason::Envelope));
                }
                "children" => {
                    let path = group.meta.path.clone();
                    self.descend(member, &path);
                }
                _ if common(member) => {}
                _ if is_unset(member) => member.claim(Fate::inert(Reason::DefaultValue)),
                _ => group.unknown.push(member.span()),
            }
        }
        self.config.groups.push(group);
    }

    fn expressions(&mut self, member: Node<'t>, depth: u32) -> Vec<Expression<'t>> {
        if member.is_statement() {
            if is_unset(member) {
                member.claim(Fate::CONVERTED);
                return Vec::new();
            }
            return vec![Expression::Wrong(member.span())];
        }
        member
            .children()
            .map(|part| {
                let members: Vec<Node<'t>> = part.children().collect();
                self.expression(&members, part.span(), depth)
            })
            .collect()
    }

    fn expression(&mut self, members: &[Node<'t>], span: Span, depth: u32) -> Expression<'t> {
        let kind = members.iter().find(|member| member.word(0) == "resource_type");
        let kind = kind.map_or("", |kind| kind.word(1));
        let mut parts = Parts::default();
        let mut wrong = None;
        for member in members.iter().copied() {
            let value = Value::member(member);
            match member.word(0) {
                "resource_type" => member.claim(Fate::CONVERTED),
                "ip_addresses" | "mac_addresses" | "paths" | "external_ids" => {
                    parts.values = list(member);
                    if kind == "MACAddressExpression" {
                        member.claim_all(Fate::approximated(Reason::NamedUnknown));
                    }
                }
                "member_type" => parts.criterion_part(member, |c, v| c.member_type = v),
                "key" => parts.criterion_part(member, |c, v| c.key = v),
                "operator" => parts.criterion_part(member, |c, v| c.operator = v),
                "scope_operator" => parts.criterion_part(member, |c, v| c.scope_operator = v),
                "value" => parts.criterion_part(member, |c, v| c.value = v),
                "conjunction_operator" => {
                    parts.and = match value.text() {
                        "AND" => Some(true),
                        "OR" => Some(false),
                        _ => None,
                    };
                    member.claim(Fate::CONVERTED);
                }
                "expressions" if depth < NESTING => {
                    parts.nested = Some(self.expressions(member, depth + 1));
                }
                "expressions" => {
                    self.say.error(codes::GROUP_DEPTH, member.span(), "limit", "8");
                    rest(&[member], Fate::unsupported(Reason::Limit));
                    wrong = Some(member.span());
                }
                "identity_groups" | "users" => {
                    parts.identities.extend(member.children().map(identity));
                    rest(&[member], Fate::approximated(Reason::Identity));
                }
                _ if common(member) => {}
                _ if is_unset(member) => member.claim(Fate::inert(Reason::DefaultValue)),
                _ => wrong = Some(member.span()),
            }
        }
        if let Some(span) = wrong {
            return Expression::Wrong(span);
        }
        let expression = parts.finish(kind, span);
        if let Expression::Wrong(span) = &expression {
            self.say.error(codes::INVALID_VALUE, *span, "value", kind);
        }
        expression
    }
}

#[derive(Default)]
struct Parts<'t> {
    values: Vec<Value<'t>>,
    criterion: Option<Criterion<'t>>,
    and: Option<bool>,
    nested: Option<Vec<Expression<'t>>>,
    identities: Vec<Identity<'t>>,
}

impl<'t> Parts<'t> {
    fn criterion_part(&mut self, member: Node<'t>, set: impl Fn(&mut Criterion<'t>, &'t str)) {
        member.claim(Fate::approximated(Reason::NamedUnknown));
        let criterion = self.criterion.get_or_insert(Criterion {
            member_type: "",
            key: "",
            operator: "",
            scope_operator: "EQUALS",
            value: "",
            span: member.span(),
        });
        set(criterion, member.word(1));
    }

    fn finish(self, kind: &str, span: Span) -> Expression<'t> {
        let wrong = Expression::Wrong(span);
        match kind {
            "IPAddressExpression" => Expression::Addresses(self.values),
            "MACAddressExpression" => Expression::Macs(self.values),
            "PathExpression" => Expression::Paths(self.values),
            "ExternalIDExpression" => Expression::External {
                member_type: self.criterion.map_or("VirtualMachine", |c| c.member_type),
                ids: self.values,
            },
            "Condition" => match self.criterion {
                Some(criterion) if !criterion.key.is_empty() => {
                    Expression::Condition(Criterion { span, ..criterion })
                }
                _ => wrong,
            },
            "ConjunctionOperator" => self.and.map_or(wrong, Expression::Conjunction),
            "NestedExpression" => self.nested.map_or(wrong, Expression::Nested),
            "IdentityGroupExpression" | "IdentityUserExpression" => {
                Expression::Identities(self.identities)
            }
            _ => wrong,
        }
    }
}

/// A directory group: its distinguished name where it has one, else its SID.
fn identity(node: Node<'_>) -> Identity<'_> {
    let text = |key: &str| node.child(key).map_or("", |child| child.word(1));
    let named = ["distinguished_name", "sid", "domain_base_distinguished_name"];
    let name = named.iter().map(|key| text(key)).find(|name| !name.is_empty());
    Identity { name: name.unwrap_or(node.word(0)), span: node.span() }
}
