//! The packets of a difference, as text.

use std::fmt::Write;

use model::record::prove::{Area, AreaCell, AreaCondition, ComparedContext, Difference};

use crate::text::one_line;
use crate::words::{Arg, Words};

/// How many parts are printed.
const PRINTED: usize = 3;
/// How many names or ranges of a cell are printed.
const NAMED: usize = 8;

/// The packets of a difference: how many, and which.
pub(crate) fn render(difference: &Difference, words: &Words, out: &mut String) {
    let power = format!("{:.0}", difference.packets_log2);
    let key = if difference.exact { "prove-packets" } else { "prove-packets-within" };
    let _ = writeln!(out, "  {}", words.text(key, &[("power", Arg::from(&power))]));
    for area in difference.areas.iter().take(PRINTED) {
        let _ = writeln!(out, "    {}", one_line(&line(area, words)));
    }
    let printed = u64::try_from(difference.areas.len().min(PRINTED)).unwrap_or(u64::MAX);
    if let Some(more @ 1..) = difference.parts.checked_sub(printed) {
        let _ = writeln!(out, "    {}", words.text("prove-areas-more", &[("count", more.into())]));
    }
}

/// One part of the packets in one line.
pub(crate) fn line(area: &Area, words: &Words) -> String {
    let family = words.word("family", &area.family);
    let source = cell(&area.source, words);
    let destination = cell(&area.destination, words);
    let services = cell(&area.services, words);
    let args = [
        ("family", Arg::from(&family)),
        ("source", (&source).into()),
        ("destination", (&destination).into()),
        ("services", (&services).into()),
    ];
    let mut text = words.text("prove-area", &args);
    let others = [
        ("prove-area-from", &area.from),
        ("prove-area-to", &area.to),
        ("prove-area-source-ports", &area.source_ports),
    ];
    for (key, of) in others {
        if !(of.except && of.of.is_empty()) {
            let list = cell(of, words);
            let _ = write!(text, "; {}", words.text(key, &[("list", (&list).into())]));
        }
    }
    text + &conditions(&area.conditions, words)
}

/// What must hold and what must not, behind what it is about.
pub(super) fn conditions(conditions: &[AreaCondition], words: &Words) -> String {
    let mut text = String::new();
    for condition in conditions {
        let key = if condition.holds { "prove-area-holds" } else { "prove-area-holds-not" };
        let kind = words.word("predicate", &condition.kind);
        let about = words.word("about", &condition.about);
        let name = match condition.side.as_str() {
            "" => condition.name.clone(),
            side => {
                let args = [("name", Arg::from(&condition.name)), ("side", side.into())];
                words.text("prove-name-of", &args)
            }
        };
        let args =
            [("kind", Arg::from(&kind)), ("name", (&name).into()), ("about", (&about).into())];
        let _ = write!(text, "; {}", words.text(key, &args));
    }
    text
}

fn cell(cell: &AreaCell, words: &Words) -> String {
    if cell.of.is_empty() {
        return words.plain(if cell.except { "prove-cell-any" } else { "prove-cell-none" });
    }
    let named: Vec<&str> = cell.of.iter().take(NAMED).map(String::as_str).collect();
    let mut list = named.join(&words.plain("comma"));
    let hidden = u64::try_from(cell.of.len() - named.len()).unwrap_or(u64::MAX);
    if let more @ 1.. = hidden.saturating_add(cell.more) {
        let args = [("list", Arg::from(&list)), ("count", more.into())];
        list = words.text("prove-cell-more", &args);
    }
    if cell.except { words.text("prove-cell-except", &[("list", (&list).into())]) } else { list }
}

/// How far the comparison of a context got, when it is not all; shares are rounded so that nothing is said to be more than it is.
pub(crate) fn coverage(context: &ComparedContext, words: &Words, out: &mut String) {
    for one in &context.coverage {
        if one.open <= 0.0 && one.parts == one.parts_done {
            continue;
        }
        let family = words.word("family", &one.family);
        let share = format!("{:.2}", (one.alike * 10_000.0).floor() / 100.0);
        let args = [
            ("family", Arg::from(&family)),
            ("share", (&share).into()),
            ("done", one.parts_done.into()),
            ("parts", one.parts.into()),
        ];
        let _ = writeln!(out, "  {}\n", words.text("prove-coverage", &args));
    }
}
