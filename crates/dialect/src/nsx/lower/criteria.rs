//! Dynamic criteria of groups, and which machines of an inventory they select.

use policy::{Addresses, PredicateKind};

use super::Context;
use crate::nsx::config::{Criterion, Machine};

impl<'c> Context<'c, '_, '_> {
    /// The addresses that a criterion selects.
    pub(super) fn criterion(&mut self, criterion: &Criterion<'_>) -> Addresses {
        let meaning = canonical(criterion);
        let unknown = self.named(PredicateKind::Dynamic, meaning.clone(), &meaning, criterion.span);
        let config = self.index.config;
        let of_machines = matches!(criterion.member_type, "VirtualMachine" | "");
        if !of_machines || config.machines.is_empty() {
            return unknown;
        }
        let by_tag = (criterion.key == "Tag" && criterion.operator == "EQUALS")
            .then(|| tag_of(criterion.value).1)
            .map(|tag| self.index.tagged.get(tag).map_or(&[][..], Vec::as_slice));
        let (mut certain, mut possible) = (Vec::new(), Vec::new());
        let mut look = |machine: &'c Machine<'c>| match selects(criterion, machine) {
            Some(true) => certain.push(machine),
            Some(false) => {}
            None => possible.push(machine),
        };
        match by_tag {
            Some(indices) => {
                indices.iter().filter_map(|index| config.machines.get(*index)).for_each(&mut look);
                config.machines.iter().filter(|machine| is_orphan(machine)).for_each(look);
            }
            None => config.machines.iter().for_each(look),
        }
        let span = criterion.span;
        let mut sets: Vec<Addresses> =
            certain.into_iter().map(|machine| self.machine(machine, span)).collect();
        if !possible.is_empty() {
            let some = possible.into_iter().map(|machine| self.machine(machine, span)).collect();
            sets.push(Addresses::Common(vec![Addresses::Union(some), unknown]));
        }
        Addresses::union(sets)
    }
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
fn selects(criterion: &Criterion<'_>, machine: &Machine<'_>) -> Option<bool> {
    if is_orphan(machine) {
        return None;
    }
    match criterion.key {
        "Tag" => tag_selects(criterion, machine),
        "Name" => text_selects(criterion.operator, machine.name, criterion.value),
        "ComputerName" => guest(criterion, machine.computer_name),
        "OSName" => guest(criterion, machine.os_name),
        _ => None,
    }
}

/// What only the guest tells is open when it did not.
fn guest(criterion: &Criterion<'_>, told: &str) -> Option<bool> {
    if told.is_empty() { None } else { text_selects(criterion.operator, told, criterion.value) }
}

fn tag_selects(criterion: &Criterion<'_>, machine: &Machine<'_>) -> Option<bool> {
    let (scope, tag) = tag_of(criterion.value);
    let negative = matches!(criterion.operator, "NOTEQUALS" | "NOTIN");
    let positive = if negative { "EQUALS" } else { criterion.operator };
    let mut open = false;
    for (of_scope, of_tag) in &machine.tags {
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
