//! Ranges of numbers that may hold one another, made into places where the value changes.

/// No value.
pub(crate) const NONE: u32 = 0;

/// Where the value changes: each entry holds from its number up to that of the next. `spans` have a first number, a last one and a
/// value; of two that overlap the one that begins later holds, of two that begin together the shorter, of equal ones the last.
pub(crate) fn changes(mut spans: Vec<(u128, u128, u32)>) -> Vec<(u128, u32)> {
    // Outer ones before inner ones. Stable, so that the last of equal ones wins.
    spans.sort_by_key(|(begin, end, _)| (*begin, std::cmp::Reverse(*end)));
    let mut changes: Vec<(u128, u32)> = Vec::with_capacity(spans.len());
    let mut open: Vec<(u128, u32)> = Vec::new();
    for (begin, end, value) in spans {
        close_before(&mut open, &mut changes, Some(begin));
        change(&mut changes, begin, value);
        open.push((end, value));
    }
    close_before(&mut open, &mut changes, None);
    changes
}

fn close_before(open: &mut Vec<(u128, u32)>, changes: &mut Vec<(u128, u32)>, at: Option<u128>) {
    while let Some((end, _)) = open.last().copied() {
        if at.is_some_and(|at| end >= at) {
            break;
        }
        // Those below that end sooner are over too.
        while open.last().is_some_and(|(below, _)| *below <= end) {
            open.pop();
        }
        let outer = open.last().map_or(NONE, |(_, value)| *value);
        if let Some(next) = end.checked_add(1) {
            change(changes, next, outer);
        }
    }
}

/// Of changes at one number the last holds.
fn change(changes: &mut Vec<(u128, u32)>, at: u128, value: u32) {
    if changes.last().is_some_and(|(last, _)| *last == at) {
        changes.pop();
    }
    changes.push((at, value));
}

/// The value that holds at a number; [`NONE`] before the first change.
pub(crate) fn at(changes: &[(u128, u32)], number: u128) -> u32 {
    let after = changes.partition_point(|(begin, _)| *begin <= number);
    after.checked_sub(1).and_then(|last| changes.get(last)).map_or(NONE, |(_, value)| *value)
}
