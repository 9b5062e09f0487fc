//! Groups as sets of addresses.
//!
//! What the export does not tell (who has a tag, what stands on a segment) is a [`PredicateKind::Dynamic`] unknown whose meaning is
//! the criterion itself; with an inventory it is the addresses of the machines that it selects.

use std::collections::HashSet;

use policy::{AddressId, AddressObject, Addresses, IpRange, Origin, PredicateKind, Span};

use super::{Context, addresses};
use crate::codes;
use crate::nsx::config::{Expression, Group, Identity, Machine, Value};

/// A group in a context.
#[derive(Clone, Copy, Debug)]
pub(super) struct Defined {
    /// All its members.
    pub(super) id: AddressId,
    pub(super) parts: Parts,
}

/// What sorts of members something has. A firewall stands at workloads only, so that plain addresses have no effect where rules are
/// applied to a group.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Parts {
    /// Plain addresses, MAC addresses, users.
    plain: bool,
    /// Machines, segments, ports, criteria.
    workloads: bool,
}

impl Parts {
    const PLAIN: Self = Self { plain: true, workloads: false };
    pub(super) const WORKLOADS: Self = Self { plain: false, workloads: true };

    pub(super) fn and(self, other: Self) -> Self {
        Self { plain: self.plain || other.plain, workloads: self.workloads || other.workloads }
    }
}

/// Which members count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Which {
    /// All.
    All,
    /// Workloads only.
    Workloads,
}

pub(super) type Set = (Addresses, Parts);

impl<'c> Context<'c, '_, '_> {
    /// The set that a reference or a literal of a rule's cell means.
    pub(super) fn referred(&mut self, value: Value<'c>) -> Addresses {
        self.reference(value, Which::All).0
    }

    /// The workloads that a rule is applied to by this reference.
    pub(super) fn applied_to(&mut self, value: Value<'c>) -> Addresses {
        let (all, parts) = self.reference(value, Which::All);
        match parts {
            Parts { workloads: true, plain: false } => all,
            Parts { workloads: true, plain: true } => self.reference(value, Which::Workloads).0,
            Parts { workloads: false, plain: false } => all,
            // "Groups consisting of only IP addresses, MAC addresses, or Active Directory groups cannot be used": what happens is open.
            Parts { workloads: false, plain: true } => {
                self.say.warning(codes::UNSUPPORTED, value.span(), "name", value.text());
                let open = self.unreadable(value.span(), "applied to a group without workloads");
                Addresses::Common(vec![all, Addresses::Unknown(open)])
            }
        }
    }

    fn reference(&mut self, value: Value<'c>, which: Which) -> Set {
        let text = value.text();
        if let Some(group) = self.index.groups.get(text).copied() {
            let defined = self.group(group, which);
            return (Addresses::Object(defined.id), defined.parts);
        }
        if !text.starts_with('/') {
            return match which {
                Which::All => (self.literal(value), Parts::PLAIN),
                Which::Workloads => (Addresses::NONE, Parts::PLAIN),
            };
        }
        let place = self.place(text, value.span());
        let set = place.unwrap_or_else(|| Addresses::Unknown(self.undefined(value)));
        (set, Parts::WORKLOADS)
    }

    /// The group, defined with everything that it names. Without recursion.
    fn group(&mut self, group: usize, which: Which) -> Defined {
        if let Some(defined) = self.groups.get(&(group, which)) {
            return *defined;
        }
        let mut needed = Vec::new();
        let mut seen = HashSet::new();
        let mut open = vec![group];
        while let Some(next) = open.pop() {
            if self.groups.contains_key(&(next, which)) || !seen.insert(next) {
                continue;
            }
            let rank = self.index.group_rank.get(next).copied().flatten();
            needed.push((rank, next));
            if rank.is_some() {
                open.extend(self.index.group_members.get(next).into_iter().flatten());
            }
        }
        // What has no rank names nothing, and comes first.
        needed.sort_unstable();
        for (rank, next) in needed {
            self.define(next, rank.is_some(), which);
        }
        let none = Defined { id: AddressId(u32::MAX), parts: Parts::default() };
        self.groups.get(&(group, which)).copied().unwrap_or(none)
    }

    fn define(&mut self, index: usize, definable: bool, which: Which) {
        let Some(group) = self.index.config.groups.get(index) else { return };
        let (value, parts) = if definable && group.unknown.is_empty() {
            self.members(group, which)
        } else {
            let open = self.unreadable(group.meta.span, group.meta.name);
            (Addresses::Unknown(open), Parts::WORKLOADS)
        };
        let id = self.object(group.meta.name, group.meta.span, group.meta.description, value);
        self.groups.insert((index, which), Defined { id, parts });
    }

    /// A named set; names may repeat in several domains.
    fn object(&mut self, name: &str, span: Span, comment: &str, value: Addresses) -> AddressId {
        let list = &mut self.builder.policy.addresses;
        let id = AddressId(u32::try_from(list.len()).unwrap_or(u32::MAX));
        let origin = Origin { comment: comment.into(), ..Origin::at(span, name) };
        list.push(AddressObject { name: name.into(), origin, value });
        id
    }

    /// The members: as the manager says, else by the expression.
    fn members(&mut self, group: &'c Group<'c>, which: Which) -> Set {
        let (own, mut parts) = self.expression(&group.expressions, group.meta.span, which);
        let answer = self.index.config.members.get(&*group.meta.path);
        let mut value = own;
        if let Some(addresses) = answer.and_then(|answer| answer.addresses.as_deref())
            && !(which == Which::Workloads && parts.plain)
        {
            value = Addresses::union(addresses.iter().map(|one| self.literal(*one)).collect());
        } else if let Some(machines) = answer.and_then(|answer| answer.machines.as_deref()) {
            let mut all: Vec<Addresses> =
                machines.iter().map(|id| self.machine_by_id(id, group.meta.span)).collect();
            if which == Which::All {
                self.plain_parts(&group.expressions, &mut all);
            }
            value = Addresses::union(all);
        }
        if group.identities.is_empty() {
            return (value, parts);
        }
        parts.plain = true;
        let users = self.users(&group.identities);
        if group.expressions.is_empty() {
            return (users, parts);
        }
        // How both go together is not documented.
        (self.either(value, users, group.meta.span), parts)
    }

    /// Plain addresses of an expression, beside the machines that the manager names.
    fn plain_parts(&mut self, expressions: &'c [Expression<'c>], into: &mut Vec<Addresses>) {
        for expression in expressions {
            if matches!(expression, Expression::Addresses(_) | Expression::Macs(_)) {
                into.push(self.part(expression, Span::default(), Which::All).0);
            }
        }
    }

    /// Parts joined by conjunctions.
    fn expression(&mut self, expressions: &'c [Expression<'c>], span: Span, which: Which) -> Set {
        let mut parts = Parts::default();
        let mut sets: Vec<Addresses> = Vec::new();
        let mut joins: Vec<bool> = Vec::new();
        for expression in expressions {
            if let Expression::Conjunction(and) = expression {
                joins.push(*and);
                continue;
            }
            let (set, of) = self.part(expression, span, which);
            parts = parts.and(of);
            sets.push(set);
        }
        if sets.is_empty() && joins.is_empty() {
            return (Addresses::NONE, parts);
        }
        let alternates = expressions.iter().enumerate().all(|(at, expression)| {
            matches!(expression, Expression::Conjunction(_)) == (at % 2 == 1)
        });
        if !alternates || sets.len() != joins.len() + 1 {
            self.say.error(codes::INVALID_VALUE, span, "value", "expression");
            return (Addresses::Unknown(self.unreadable(span, "expression")), parts);
        }
        let all_or = joins.iter().all(|and| !and);
        let all_and = joins.iter().all(|and| *and);
        let value = match (all_or, all_and) {
            (true, _) => Addresses::union(sets),
            (_, true) => Addresses::Common(sets),
            // Which binds stronger is not documented: what both readings hold is certain.
            _ => {
                self.say.warning(codes::UNSUPPORTED, span, "name", "AND with OR");
                let strong = and_first(&sets, &joins);
                let left = left_to_right(sets, &joins);
                self.either(strong, left, span)
            }
        };
        (value, parts)
    }

    /// A set that is one of these two, nobody knows which.
    fn either(&mut self, one: Addresses, other: Addresses, span: Span) -> Addresses {
        let open = self.unreadable(span, "how members are joined");
        let both = Addresses::Common(vec![one.clone(), other.clone()]);
        let any = Addresses::Union(vec![one, other]);
        Addresses::Union(vec![both, Addresses::Common(vec![any, Addresses::Unknown(open)])])
    }

    fn part(&mut self, expression: &'c Expression<'c>, span: Span, which: Which) -> Set {
        match expression {
            Expression::Addresses(_) | Expression::Macs(_) | Expression::Identities(_)
                if which == Which::Workloads =>
            {
                (Addresses::NONE, Parts::PLAIN)
            }
            Expression::Addresses(values) => {
                let sets = values.iter().map(|value| self.literal(*value)).collect();
                (Addresses::union(sets), Parts::PLAIN)
            }
            Expression::Macs(values) => {
                let sets = values.iter().map(|value| self.mac(*value)).collect();
                (Addresses::union(sets), Parts::PLAIN)
            }
            Expression::Identities(names) => (self.users(names), Parts::PLAIN),
            Expression::Paths(paths) => {
                let mut parts = Parts::default();
                let mut sets = Vec::with_capacity(paths.len());
                for path in paths {
                    let (set, of) = self.reference(*path, which);
                    parts = parts.and(of);
                    sets.push(set);
                }
                (Addresses::union(sets), parts)
            }
            Expression::External { member_type, ids } => {
                let sets = ids.iter().map(|id| self.external(member_type, *id)).collect();
                (Addresses::union(sets), Parts::WORKLOADS)
            }
            Expression::Condition(criterion) => self.criterion(criterion, which),
            Expression::Nested(inner) => self.expression(inner, span, which),
            Expression::Wrong(span) => {
                let open = self.unreadable(*span, "expression");
                (Addresses::Unknown(open), Parts::WORKLOADS)
            }
            Expression::Conjunction(_) => (Addresses::NONE, Parts::default()),
        }
    }

    fn mac(&mut self, value: Value<'_>) -> Addresses {
        let meaning = value.text().to_ascii_lowercase();
        self.named(PredicateKind::Mac, meaning, value.text(), value.span())
    }

    fn users(&mut self, names: &[Identity<'_>]) -> Addresses {
        let sets = names
            .iter()
            .map(|user| self.named(PredicateKind::User, user.name.to_owned(), user.name, user.span))
            .collect();
        Addresses::union(sets)
    }

    /// The set of the addresses of which a named unknown holds.
    pub(super) fn named(
        &mut self,
        kind: PredicateKind,
        meaning: String,
        label: &str,
        span: Span,
    ) -> Addresses {
        Addresses::Unknown(self.builder.unknown(kind, meaning, Origin::at(span, label)))
    }

    fn external(&mut self, member_type: &str, id: Value<'_>) -> Addresses {
        match member_type {
            "VirtualMachine" | "" => self.machine_by_id(id.text(), id.span()),
            _ => {
                let meaning = format!("{member_type} {}", id.text());
                self.named(PredicateKind::Dynamic, meaning.clone(), &meaning, id.span())
            }
        }
    }

    fn machine_by_id(&mut self, id: &str, span: Span) -> Addresses {
        let known = self.index.machines.get(id);
        match known.and_then(|index| self.index.config.machines.get(*index)) {
            Some(machine) => self.machine(machine, span),
            None => {
                let meaning = format!("virtual machine {id}");
                self.named(PredicateKind::Dynamic, meaning.clone(), &meaning, span)
            }
        }
    }

    /// The addresses of a machine; an unknown where no interface tells them.
    pub(super) fn machine(&mut self, machine: &Machine<'_>, span: Span) -> Addresses {
        if machine.addresses.is_empty() {
            let meaning = format!("virtual machine {}", machine.external_id);
            let label = format!("virtual machine {}", machine.name);
            return self.named(PredicateKind::Dynamic, meaning, &label, span);
        }
        Addresses::union(machine.addresses.iter().copied().map(Addresses::Range).collect())
    }

    /// Something with a path that is no group: a segment, a port, a machine. `None` when nothing defines it.
    pub(super) fn place(&mut self, path: &'c str, span: Span) -> Option<Addresses> {
        if let Some(known) = self.others.get(path) {
            return Some(Addresses::Object(*known));
        }
        let config = self.index.config;
        let (name, value) = if let Some(index) = self.index.segments.get(path) {
            let segment = config.segments.get(*index)?;
            (segment.meta.name, self.segment(path, &segment.subnets, segment.meta.span))
        } else if let Some(index) = self.index.ports.get(path) {
            let port = config.ports.get(*index)?;
            let machine = self.index.attachments.get(port.attachment);
            let value = match machine.and_then(|index| config.machines.get(*index)) {
                Some(machine) => self.machine(machine, span),
                None => {
                    let meaning = format!("segment port {path}");
                    self.named(PredicateKind::Dynamic, meaning, port.meta.name, span)
                }
            };
            (port.meta.name, value)
        } else {
            let id = path.split_once("/virtual-machines/").map(|(_, id)| id)?;
            return Some(self.machine_by_id(id, span));
        };
        let id = self.object(name, span, "", value);
        self.others.insert(path, id);
        Some(Addresses::Object(id))
    }

    /// Who is on a segment: the machines at its ports, else an unknown part of its networks.
    fn segment(&mut self, path: &str, subnets: &[(Value<'_>, &str)], span: Span) -> Addresses {
        let machines = self.index.on_segment.get(path).filter(|machines| !machines.is_empty());
        if let Some(machines) = machines {
            let config = self.index.config;
            let machines = machines.iter().filter_map(|index| config.machines.get(*index));
            let sets = machines.map(|machine| self.machine(machine, span)).collect();
            return Addresses::union(sets);
        }
        let meaning = format!("segment {path}");
        let member = self.named(PredicateKind::Dynamic, meaning.clone(), &meaning, span);
        let networks: Vec<IpRange> =
            subnets.iter().filter_map(|(value, _)| addresses(value.text())).collect();
        if networks.is_empty() || networks.len() < subnets.len() {
            return member;
        }
        let networks = networks.into_iter().map(Addresses::Range).collect();
        Addresses::Common(vec![Addresses::union(networks), member])
    }
}

/// AND before OR.
fn and_first(sets: &[Addresses], joins: &[bool]) -> Addresses {
    let mut runs: Vec<Vec<Addresses>> = Vec::new();
    let joins = std::iter::once(false).chain(joins.iter().copied());
    for (set, and) in sets.iter().zip(joins) {
        match runs.last_mut() {
            Some(run) if and => run.push(set.clone()),
            _ => runs.push(vec![set.clone()]),
        }
    }
    Addresses::union(runs.into_iter().map(Addresses::Common).collect())
}

/// One after another.
fn left_to_right(sets: Vec<Addresses>, joins: &[bool]) -> Addresses {
    let mut sets = sets.into_iter();
    let first = sets.next().unwrap_or(Addresses::NONE);
    sets.zip(joins).take(16).fold(first, |so_far, (set, and)| {
        let both = vec![so_far, set];
        if *and { Addresses::Common(both) } else { Addresses::Union(both) }
    })
}
