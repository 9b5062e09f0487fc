//! Whether two firewalls do the same, as text: the verdict, what was taken to be the same, the differences with a packet each, and
//! what was left out.

use std::fmt::Write;

use model::record::matrix::MatrixRule;
use model::record::prove::{
    ComparedContext, ComparedSide, Comparison, Difference, Outcome, ZonePair,
};
use model::record::trace::Assumption;

use super::trace::{condition, render_case};
use super::{areas, basis};
use crate::text::{count, one_line};
use crate::words::Words;

/// The whole comparison as text; ends with a line break. With colour, verdicts stand out.
pub fn render(comparison: &Comparison, words: &Words, colour: bool) -> String {
    let mut out = String::new();
    let sides = [("A", &comparison.left), ("B", &comparison.right)];
    for (letter, side) in sides {
        let devices = side.devices.join(&words.plain("comma"));
        let args = [
            ("side", letter.into()),
            ("target", (&side.target).into()),
            ("devices", (&devices).into()),
        ];
        let _ = writeln!(out, "{}", one_line(&words.text("prove-side", &args)));
    }
    out.push('\n');
    for context in &comparison.contexts {
        render_context(context, words, colour, &mut out);
    }
    for (letter, side) in sides {
        render_left_out(letter, side, words, &mut out);
        basis::render(letter, &side.basis, words, &mut out);
    }
    let _ = writeln!(out, "{}", bold(&words.text(verdict(comparison), &[]), colour));
    for line in modes(comparison, words) {
        let _ = writeln!(out, "  {line}");
    }
    out
}

fn bold(text: &str, colour: bool) -> String {
    if colour { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// The key of the verdict's words.
pub(crate) fn verdict(comparison: &Comparison) -> &'static str {
    match comparison.verdict.as_str() {
        "equivalent" => "prove-equivalent",
        "equivalent-except" => "prove-equivalent-except",
        "differs" if comparison.left.basis.is_whole() && comparison.right.basis.is_whole() => {
            "prove-differs"
        }
        "differs" => "prove-differs-as-read",
        _ => "prove-gave-up",
    }
}

fn render_context(context: &ComparedContext, words: &Words, colour: bool, out: &mut String) {
    let by = words.word("pair", &context.by);
    let args = [
        ("left", (&context.left).into()),
        ("right", (&context.right).into()),
        ("by", (&by).into()),
    ];
    let _ = writeln!(out, "{}", bold(&one_line(&words.text("prove-context", &args)), colour));
    render_zones(&context.zones, words, out);
    for line in alone(context, words) {
        let _ = writeln!(out, "  {}", one_line(&line));
    }
    if context.differing > 0 {
        let args = [("count", context.differing.into())];
        let _ = writeln!(out, "  {}", words.text("prove-differing", &args));
    }
    out.push('\n');
    for (number, difference) in (1u64..).zip(&context.differences) {
        render_difference(number, difference, words, colour, out);
    }
    let shown = u64::try_from(context.differences.len()).unwrap_or(u64::MAX);
    if let Some(more @ 1..) = context.differing.checked_sub(shown) {
        let _ = writeln!(out, "  {}\n", words.text("prove-more", &[("count", more.into())]));
    }
    for line in limits(context, words) {
        let _ = writeln!(out, "  {}\n", one_line(&line));
    }
    for line in certificate(context, words) {
        let _ = writeln!(out, "  {}", one_line(&line));
    }
    if context.certificate.is_some() {
        out.push('\n');
    }
}

/// Zones without a counterpart, and what was taken to be the same besides.
pub(crate) fn alone(context: &ComparedContext, words: &Words) -> Vec<String> {
    let mut lines = Vec::new();
    for (letter, zones) in [("A", &context.zones_left), ("B", &context.zones_right)] {
        if zones.is_empty() {
            continue;
        }
        let list = zones.join(&words.plain("comma"));
        let args = [("side", letter.into()), ("list", (&list).into())];
        let key = if context.zones_idle { "prove-zones-idle" } else { "prove-zones-alone" };
        lines.push(words.text(key, &args));
    }
    if !context.taken_alike.is_empty() {
        let alike: Vec<String> =
            context.taken_alike.iter().map(|it| told_alike(it, words)).collect();
        let list = alike.join(&words.plain("comma"));
        lines.push(words.text("prove-taken-alike", &[("list", (&list).into())]));
    }
    lines
}

/// What a platform leaves open of its own accord, in words.
fn told_alike(name: &str, words: &Words) -> String {
    let slug = name.replace(' ', "-");
    let told = words.word("alike", &slug);
    if told == slug { name.to_owned() } else { told }
}

/// What was left open, and why.
pub(crate) fn limits(context: &ComparedContext, words: &Words) -> Vec<String> {
    let mut lines = Vec::new();
    if context.undecided > 0 {
        let args = [("count", context.undecided.into())];
        lines.push(words.text("prove-undecided", &args));
        let named = |rule: &MatrixRule| match rule.line {
            0 => rule.name.clone(),
            line => format!("{} ({}:{line})", rule.name, rule.path),
        };
        for one in &context.undecided_by {
            lines.push(format!("  A {}  B {}", named(&one.left), named(&one.right)));
        }
    }
    for limit in &context.limits {
        let name = words.word("limit", limit);
        lines.push(words.text("prove-limit", &[("name", (&name).into())]));
    }
    let mut text = String::new();
    areas::coverage(context, words, &mut text);
    lines.extend(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned));
    lines
}

/// What a difference takes, on either side.
pub(crate) fn conditions(difference: &Difference, words: &Words) -> Vec<String> {
    of_both(&difference.left.case.assumed, &difference.right.case.assumed, words)
}

/// What is assumed of A and of B; where one name got two answers, it is defined differently, and each answer has its side.
pub(crate) fn of_both(left: &[Assumption], right: &[Assumption], words: &Words) -> Vec<String> {
    let other = |one: &Assumption| Assumption { holds: !one.holds, ..one.clone() };
    let mut lines: Vec<String> = Vec::new();
    let known = |one: &&Assumption| one.kind != "route";
    for one in left.iter().filter(known) {
        let theirs = Some(other(one)).filter(|other| right.contains(other));
        let line = condition(one, words);
        lines.extend(match theirs {
            None => vec![line],
            Some(theirs) => {
                let kind = words.word("predicate", &one.kind);
                let args = [("kind", (&kind).into()), ("name", (&one.name).into())];
                let (colon, other) = (words.plain("colon"), condition(&theirs, words));
                let head = words.text("prove-defined-differently", &args);
                vec![head, format!("A{colon}{line}"), format!("B{colon}{other}")]
            }
        });
    }
    let told = |one: &&Assumption| !left.contains(one) && !left.contains(&other(one));
    lines.extend(right.iter().filter(known).filter(told).map(|one| condition(one, words)));
    let mut said = std::collections::BTreeSet::new();
    lines.retain(|line| said.insert(line.clone()));
    lines
}

/// What counts as the same, and what was left out on request.
pub(crate) fn modes(comparison: &Comparison, words: &Words) -> Vec<String> {
    let key = if comparison.denials_merged { "prove-merged" } else { "prove-apart" };
    let mut lines = vec![words.plain(key)];
    if comparison.transit_only {
        lines.push(words.plain("prove-transit"));
    }
    if !comparison.port_zero {
        lines.push(words.plain("prove-port-zero"));
    }
    lines
}

/// Where the certificate is and how to check it, or why there is none.
pub(crate) fn certificate(context: &ComparedContext, words: &Words) -> Vec<String> {
    let Some(certificate) = &context.certificate else { return Vec::new() };
    if certificate.file.is_empty() {
        let why = words.word("no-certificate", &certificate.why_not);
        return vec![words.text("prove-no-certificate", &[("why", (&why).into())])];
    }
    let mut lines = vec![words.text("prove-certificate", &[("file", (&certificate.file).into())])];
    if context.verdict == "equivalent-except" {
        lines.push(words.plain("prove-certificate-except"));
    }
    let [file, left, right] =
        [&certificate.file, &certificate.left, &certificate.right].map(|text| quoted(text));
    lines.push(format!("proof-check {file} --left {left} --right {right}"));
    lines
}

/// A word for a shell.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) && !text.starts_with('-') {
        return text.to_owned();
    }
    // What begins with a dash is taken for an option however it is quoted.
    let path = if text.starts_with('-') { format!("./{text}") } else { text.to_owned() };
    format!("'{}'", path.replace('\'', "'\\''"))
}

/// The zones that were taken to be the same, a line for each reason.
fn render_zones(zones: &[ZonePair], words: &Words, out: &mut String) {
    for (by, pairs) in zones_by_reason(zones) {
        let list = pairs.join(&words.plain("comma"));
        let by = words.word("pair", by);
        let args = [("by", (&by).into()), ("list", (&list).into())];
        let _ = writeln!(out, "  {}", one_line(&words.text("prove-zones", &args)));
    }
}

/// Pairs of zones by reason, in the order in which the reasons come up; one name for two that are equal.
pub(crate) fn zones_by_reason(zones: &[ZonePair]) -> Vec<(&str, Vec<String>)> {
    let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
    for pair in zones {
        let text = match pair.left == pair.right {
            true => pair.left.clone(),
            false => format!("{} = {}", pair.left, pair.right),
        };
        match reasons.iter_mut().find(|(by, _)| *by == pair.by) {
            Some((_, pairs)) => pairs.push(text),
            None => reasons.push((&pair.by, vec![text])),
        }
    }
    reasons
}

fn render_difference(
    number: u64,
    difference: &Difference,
    words: &Words,
    colour: bool,
    out: &mut String,
) {
    let mut head = format!("{number}. {}", words.word("change", &difference.change));
    if difference.possible {
        let _ = write!(head, "{}{}", words.plain("comma"), words.plain("prove-possible"));
    }
    let _ = writeln!(out, "{}", bold(&head, colour));
    areas::render(difference, words, out);
    for line in conditions(difference, words) {
        let _ = writeln!(out, "  {}", one_line(&line));
    }
    for (letter, outcome) in [("A", &difference.left), ("B", &difference.right)] {
        render_outcome(letter, outcome, words, colour, out);
    }
    out.push('\n');
}

fn render_outcome(letter: &str, outcome: &Outcome, words: &Words, colour: bool, out: &mut String) {
    let _ = writeln!(out, "  {letter}  {}", one_line(&outcome.packet));
    render_case(&outcome.case, "     ", words, colour, out);
}

fn render_left_out(letter: &str, side: &ComparedSide, words: &Words, out: &mut String) {
    if !side.contexts_alone.is_empty() {
        let list = side.contexts_alone.join(&words.plain("comma"));
        let args = [("side", letter.into()), ("list", (&list).into())];
        let _ = writeln!(out, "{}\n", one_line(&words.text("prove-contexts-alone", &args)));
    }
    if side.left_out.is_empty() {
        return;
    }
    let all: u64 = side.left_out.iter().map(|fate| fate.statements).sum();
    let args = [("side", letter.into()), ("count", all.into())];
    let _ = writeln!(out, "{}", words.text("prove-left-out", &args));
    for fate in &side.left_out {
        let disposition = words.word("disposition", &fate.disposition);
        let reason = words.code(&fate.reason, &std::collections::BTreeMap::new());
        let _ = writeln!(out, "  {}  {disposition}: {reason}", count(fate.statements));
        let named = side.left_out_statements.iter();
        for one in
            named.filter(|one| one.reason == fate.reason && one.disposition == fate.disposition)
        {
            let (spot, text) = (&one.place, one.place.text.trim());
            let _ =
                writeln!(out, "    {}", one_line(&format!("{}:{}: {text}", spot.path, spot.line)));
        }
    }
    out.push('\n');
}
