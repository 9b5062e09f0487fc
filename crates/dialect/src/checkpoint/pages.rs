//! Pages of an export: in order, each rule once, and what is missing.

use hashbrown::HashSet;

use super::config::{Gap, Page};

/// What paging needs to know of a rule.
pub(super) trait Paged {
    /// Its uid; empty when it has none.
    fn uid(&self) -> &str;
    /// Its number in the rulebase, from 1.
    fn number(&self) -> Option<u32>;
}

/// Sorts the rules of all pages by number, drops those that came twice (returning them), and finds what is missing.
pub(super) fn arrange<R: Paged>(rules: &mut Vec<R>, pages: &[Page]) -> (Vec<Gap>, Vec<R>) {
    let mut seen = HashSet::new();
    let mut twice = Vec::new();
    let all = std::mem::take(rules);
    for rule in all {
        if !rule.uid().is_empty() && !seen.insert(rule.uid().to_owned()) {
            twice.push(rule);
        } else {
            rules.push(rule);
        }
    }
    if rules.iter().all(|rule| rule.number().is_some()) {
        rules.sort_by_key(|rule| rule.number());
    }
    (gaps(rules, pages), twice)
}

/// Numbers are dense in a rulebase: where they are not, something is missing.
fn gaps<R: Paged>(rules: &[R], pages: &[Page]) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let mut expected = 1u32;
    for (index, rule) in rules.iter().enumerate() {
        let Some(number) = rule.number() else {
            expected = expected.saturating_add(1);
            continue;
        };
        if number > expected {
            gaps.push(Gap { before: index, first: expected, last: Some(number - 1) });
        }
        expected = number.max(expected.saturating_sub(1)).saturating_add(1);
    }
    let total = pages.iter().filter_map(|page| page.total).max();
    let last = pages.iter().filter_map(|page| page.to).max();
    let end = rules.len();
    let most = total.or(last).unwrap_or(0);
    if most >= expected {
        gaps.push(Gap { before: end, first: expected, last: Some(most) });
    } else if pages.iter().any(|page| page.cut) && total.is_none_or(|total| total >= expected) {
        gaps.push(Gap { before: end, first: expected, last: None });
    }
    gaps
}

/// Which numbers no page of a list covers.
pub(super) fn uncovered(pages: &[Page]) -> Vec<(u32, u32)> {
    let Some(total) = pages.iter().filter_map(|page| page.total).max() else { return Vec::new() };
    let mut covered: Vec<(u32, u32)> =
        pages.iter().filter_map(|page| Some((page.from?, page.to?))).collect();
    covered.sort_unstable();
    let mut missing = Vec::new();
    let mut expected = 1u32;
    for (from, to) in covered {
        if from > expected {
            missing.push((expected, from - 1));
        }
        expected = expected.max(to.saturating_add(1));
    }
    if total >= expected {
        missing.push((expected, total));
    }
    missing
}
