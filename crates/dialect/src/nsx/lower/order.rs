//! In which order policies and rules count.

use policy::Span;

use super::Index;
use crate::codes;
use crate::nsx::config::{Rule, Section};
use crate::nsx::say::Say;

/// Categories of the distributed firewall above the link layer, from left to right.
const DISTRIBUTED: [&str; 4] = ["Emergency", "Infrastructure", "Environment", "Application"];

/// Categories of the gateway firewall, from left to right.
const GATEWAY: [&str; 6] = [
    "Emergency",
    "SystemRules",
    "SharedPreRules",
    "LocalGatewayRules",
    "AutoServiceRules",
    "Default",
];

/// The place of the category for applications, where jumps lead to.
pub(super) const APPLICATION: usize = 3;

/// A policy with its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed<'c> {
    pub(super) section: &'c Section<'c>,
    /// Index of its category.
    pub(super) category: usize,
    /// Whether the category is one that nobody knows, so that the place is open.
    pub(super) unknown_category: bool,
}

/// All policies of one firewall in the order in which they count.
pub(super) fn sections<'c>(index: &Index<'c, '_>, gateway: bool, say: &mut Say) -> Vec<Placed<'c>> {
    let known: &[&str] = if gateway { &GATEWAY } else { &DISTRIBUTED };
    let of_kind = index.config.sections.iter().filter(|section| section.gateway == gateway);
    let mut placed: Vec<Placed<'c>> = of_kind
        .filter(|section| !is_ethernet(section))
        .map(|section| {
            let text = section.category.map_or("", |category| category.text());
            let found = known.iter().position(|category| *category == text);
            // Without a category (in gateways also the old name `Rules`) a policy comes after those that have one.
            let unknown_category = found.is_none() && !matches!(text, "" | "Rules");
            if let Some(category) = section.category.filter(|_| unknown_category) {
                say.error(codes::INVALID_VALUE, category.span(), "value", text);
            }
            let last = match (section.absent, gateway) {
                (true, _) => 0,
                (false, true) => known.len() - 1,
                (false, false) => known.len(),
            };
            Placed { section, category: found.unwrap_or(last), unknown_category }
        })
        .collect();
    sort(&mut placed, say);
    placed
}

/// The policies of the Ethernet category.
pub(super) fn ethernet<'c>(index: &Index<'c, '_>, say: &mut Say) -> Vec<Placed<'c>> {
    let of_kind = index.config.sections.iter().filter(|section| is_ethernet(section));
    let mut placed: Vec<Placed<'c>> =
        of_kind.map(|section| Placed { section, category: 0, unknown_category: false }).collect();
    sort(&mut placed, say);
    placed
}

fn is_ethernet(section: &Section<'_>) -> bool {
    !section.gateway && section.category.is_some_and(|category| category.text() == "Ethernet")
}

/// What is missing first; by category; the default policy last; policies of the global manager before local ones; then by number, then as exported.
fn sort(placed: &mut [Placed<'_>], say: &mut Say) {
    let key = |placed: &Placed<'_>| {
        let section = placed.section;
        let local = !section.meta.path.starts_with("/global-infra");
        let numbers = (section.sequence.unwrap_or(0), section.internal_sequence.unwrap_or(0));
        (!section.absent, section.is_default, placed.category, local, numbers)
    };
    placed.sort_by_key(key);
    for (one, next) in placed.iter().zip(placed.iter().skip(1)) {
        if key(one) == key(next) {
            same_number(next.section.meta.span, next.section.meta.name, say);
        }
    }
}

/// The rules of a policy in the order in which they count.
pub(super) fn rules<'c>(
    index: &Index<'c, '_>,
    section: &Section<'_>,
    say: &mut Say,
) -> Vec<&'c Rule<'c>> {
    let of_section = index.rules.get(&*section.meta.path).into_iter().flatten();
    let mut rules: Vec<&Rule<'c>> =
        of_section.filter_map(|rule| index.config.rules.get(*rule)).collect();
    let key = |rule: &&Rule<'_>| (rule.is_default, rule.sequence.unwrap_or(0));
    rules.sort_by_key(key);
    let same = rules.iter().zip(rules.iter().skip(1)).find(|(one, next)| key(one) == key(next));
    if let Some((_, next)) = same {
        same_number(next.meta.span, section.meta.name, say);
    }
    rules
}

/// "If there are multiple rules with the same sequence number then their order is not deterministic": the order of the export is what
/// the manager showed.
fn same_number(span: Span, name: &str, say: &mut Say) {
    say.note(codes::DUPLICATE, span, "name", &format!("sequence_number in {name}"));
}

/// How many rules are missing that the manager says a policy has.
pub(super) fn missing_rules(section: &Section<'_>, found: usize, say: &mut Say) -> bool {
    match section.rule_count {
        Some((count, value)) if count > found => {
            let what = format!("{found} of {count} rules of {}", section.meta.name);
            say.error(codes::MISSING_PAGE, value.span(), "what", &what);
            true
        }
        _ => false,
    }
}
