//! Dynamic criteria of groups, and which machines, segments, ports and groups of the export they select.

use policy::{Addresses, PredicateKind};

use super::Context;
use super::groups::{Parts, Set, Which};
use crate::nsx::config::{Criterion, Group, Machine, Meta};

impl<'c> Context<'c, '_, '_> {
    /// The addresses that a criterion selects, as far as the export tells who has names and tags.
    pub(super) fn criterion(&mut self, criterion: &Criterion<'_>, which: Which) -> Set {
        let (config, span) = (self.index.config, criterion.span);
        let of = |meta: &Meta<'_>| selects(criterion, meta.name, &meta.tags);
        let set = match criterion.member_type {
            "VirtualMachine" | "" if !config.machines.is_empty() => {
                let found = self.machines(criterion);
                self.selected(criterion, found, |this, machine| Some(this.machine(machine, span)))
            }
            "Segment" if !config.segments.is_empty() => {
                let found = config.segments.iter().map(|one| (&*one.meta.path, of(&one.meta)));
                self.selected(criterion, found.collect(), |this, path| this.place(path, span))
            }
            "SegmentPort" if !config.ports.is_empty() => {
                let found = config.ports.iter().map(|one| (&*one.meta.path, of(&one.meta)));
                self.selected(criterion, found.collect(), |this, path| this.place(path, span))
            }
            "Group" => return self.groups_by(criterion, which),
            _ => self.unknown(criterion),
        };
        (set, Parts::WORKLOADS)
    }

    /// The criterion as an unknown.
    fn unknown(&mut self, criterion: &Criterion<'_>) -> Addresses {
        let meaning = canonical(criterion);
        self.named(PredicateKind::Dynamic, meaning.clone(), &meaning, criterion.span)
    }

    /// The addresses of what is selected; of what may be selected (`None`) an unknown part. What has no addresses is left out.
    fn selected<T>(
        &mut self,
        criterion: &Criterion<'_>,
        found: Vec<(T, Option<bool>)>,
        mut addresses: impl FnMut(&mut Self, T) -> Option<Addresses>,
    ) -> Addresses {
        let (mut certain, mut possible) = (Vec::new(), Vec::new());
        for (one, holds) in found {
            match holds {
                Some(true) => certain.extend(addresses(self, one)),
                Some(false) => {}
                None => possible.extend(addresses(self, one)),
            }
        }
        if !possible.is_empty() {
            let unknown = self.unknown(criterion);
            certain.push(Addresses::Common(vec![Addresses::Union(possible), unknown]));
        }
        Addresses::union(certain)
    }

    /// The machines that a criterion on tags could select, or all, each with whether it does.
    fn machines(&self, criterion: &Criterion<'_>) -> Vec<(&'c Machine<'c>, Option<bool>)> {
        let machines = &self.index.config.machines;
        let mut found: Vec<&'c Machine<'c>> = Vec::new();
        if criterion.key == "Tag" && criterion.operator == "EQUALS" {
            let tagged = self.index.tagged.get(tag_of(criterion.value).1);
            found.extend(tagged.into_iter().flatten().filter_map(|index| machines.get(*index)));
            found.extend(machines.iter().filter(|machine| is_orphan(machine)));
        } else {
            found.extend(machines);
        }
        found.into_iter().map(|machine| (machine, selects_machine(criterion, machine))).collect()
    }

    /// The members of other groups that are selected. They are defined before this one.
    fn groups_by(&mut self, criterion: &Criterion<'_>, which: Which) -> Set {
        let mut parts = Parts::default();
        let found: Vec<_> = groups(criterion, &self.index.config.groups).collect();
        let set = self.selected(criterion, found, |this, index| {
            // A group is no member of itself.
            let defined = this.groups.get(&(index, which))?;
            parts = parts.and(defined.parts);
            Some(Addresses::Object(defined.id))
        });
        (set, parts)
    }
}

/// The groups that a criterion selects or may select (`None`), by their place.
pub(super) fn groups(
    criterion: &Criterion<'_>,
    all: &[Group<'_>],
) -> impl Iterator<Item = (usize, Option<bool>)> {
    let all = if criterion.member_type == "Group" { all } else { &[] };
    let found = all.iter().map(|group| selects(criterion, group.meta.name, &group.meta.tags));
    found.enumerate().filter(|(_, holds)| *holds != Some(false))
}

/// The criterion in one form, whatever its fields' order.
fn canonical(criterion: &Criterion<'_>) -> String {
    let Criterion { member_type, key, operator, scope_operator, value, .. } = criterion;
    let mut text = format!("{member_type} {key} {operator} {value}");
    if *scope_operator != "EQUALS" && *key == "Tag" {
        text.push_str(" scope ");
        text.push_str(scope_operator);
    }
    text
}

/// `scope|tag`; the scope is `None` when there is no bar or nothing before it.
fn tag_of(value: &str) -> (Option<&str>, &str) {
    match value.split_once('|') {
        Some(("", tag)) => (None, tag),
        Some((scope, tag)) => (Some(scope), tag),
        None => (None, value),
    }
}

/// A machine of which only an interface is known: nobody knows its name and tags.
fn is_orphan(machine: &Machine<'_>) -> bool {
    machine.kind.is_empty() && machine.tags.is_empty() && machine.name == machine.external_id
}

/// Whether the machine is selected; `None` where it is open.
fn selects_machine(criterion: &Criterion<'_>, machine: &Machine<'_>) -> Option<bool> {
    if is_orphan(machine) {
        return None;
    }
    match criterion.key {
        "ComputerName" => guest(criterion, machine.computer_name),
        "OSName" => guest(criterion, machine.os_name),
        _ => selects(criterion, machine.name, &machine.tags),
    }
}

/// Whether what has this name and these tags is selected; `None` where it is open.
fn selects(criterion: &Criterion<'_>, name: &str, tags: &[(&str, &str)]) -> Option<bool> {
    match criterion.key {
        "Tag" => tag_selects(criterion, tags),
        "Name" => text_selects(criterion.operator, name, criterion.value),
        _ => None,
    }
}

/// What only the guest tells is open when it did not.
fn guest(criterion: &Criterion<'_>, told: &str) -> Option<bool> {
    if told.is_empty() { None } else { text_selects(criterion.operator, told, criterion.value) }
}

fn tag_selects(criterion: &Criterion<'_>, tags: &[(&str, &str)]) -> Option<bool> {
    let (scope, tag) = tag_of(criterion.value);
    let negative = matches!(criterion.operator, "NOTEQUALS" | "NOTIN");
    let positive = if negative { "EQUALS" } else { criterion.operator };
    let mut open = false;
    for (of_scope, of_tag) in tags {
        let tag_holds = text_selects(positive, of_tag, tag);
        let scope_holds = match scope {
            // Whether an empty scope means "no scope" or "any scope" is not documented.
            None if of_scope.is_empty() => Some(true),
            None => None,
            Some(scope) if criterion.scope_operator == "EQUALS" => Some(scope == *of_scope),
            Some(scope) if criterion.scope_operator == "NOTEQUALS" => Some(scope != *of_scope),
            Some(_) => None,
        };
        match (tag_holds, scope_holds) {
            (Some(true), Some(true)) => return Some(!negative),
            (Some(false), _) | (_, Some(false)) => {}
            _ => open = true,
        }
    }
    if open { None } else { Some(negative) }
}

/// Whether a text is selected. Whether case matters is not documented, so that what differs in case only is open.
fn text_selects(operator: &str, text: &str, value: &str) -> Option<bool> {
    let (lower_text, lower_value) = (text.to_lowercase(), value.to_lowercase());
    let both = |holds: &dyn Fn(&str, &str) -> bool| {
        let (exact, loose) = (holds(text, value), holds(&lower_text, &lower_value));
        (exact == loose).then_some(exact)
    };
    let one_of = |text: &str, list: &str| list.split(',').any(|one| one.trim() == text);
    match operator {
        "EQUALS" => both(&|text, value| text == value),
        "NOTEQUALS" => both(&|text, value| text != value),
        "CONTAINS" => both(&|text, value| text.contains(value)),
        "STARTSWITH" => both(&|text, value| text.starts_with(value)),
        "ENDSWITH" => both(&|text, value| text.ends_with(value)),
        "IN" => both(&one_of),
        "NOTIN" => both(&|text, list| !one_of(text, list)),
        // Regular expressions of the manager's own kind.
        _ => None,
    }
}
