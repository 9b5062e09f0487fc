//! What firewalls do with packets, as text: the verdict, the rule in the administrator's words with its line, NAT, the way out.
//!
//! Several outcomes are shown as a list of decisions, in the order in which the questions come up.

use std::fmt::Write;

use model::record::trace::{Assumption, Case, Step, Trace, Traces};

use super::{basis, excerpt};
use crate::text::one_line;
use crate::words::{Arg, Words};

/// All traces as text; ends with a line break. With colour, verdicts stand out.
pub fn render(traces: &Traces, words: &Words, colour: bool) -> String {
    let mut out = String::new();
    for trace in &traces.traces {
        render_trace(trace, words, colour, &mut out);
    }
    basis::render("", &traces.basis, words, &mut out);
    out
}

fn render_trace(trace: &Trace, words: &Words, colour: bool, out: &mut String) {
    let packet = if trace.packet.is_empty() { &trace.asked } else { &trace.packet };
    let _ = writeln!(out, "{}", one_line(packet));
    let args = [
        ("device", (&trace.device).into()),
        ("platform", (&trace.platform_name).into()),
        ("context", (&trace.context).into()),
    ];
    let key = if trace.context.is_empty() { "trace-on" } else { "trace-on-context" };
    let _ = writeln!(out, "  {}", one_line(&words.text(key, &args)));
    if !trace.error.is_empty() {
        let args: Vec<(&str, Arg<'_>)> =
            trace.error_args.iter().map(|(name, value)| (name.as_str(), value.into())).collect();
        let _ = writeln!(out, "  {}", one_line(&words.text(&trace.error, &args)));
        if let Some(help) = words.advice(&trace.error, &args) {
            let _ = writeln!(out, "  = {}: {}", words.plain("help"), one_line(&help));
        }
        out.push('\n');
        return;
    }
    let args = [("interface", (&trace.ingress).into()), ("zone", (&trace.ingress_zone).into())];
    let _ = writeln!(out, "  {}", one_line(&words.text("trace-in", &args)));
    if trace.port_chosen {
        let _ = writeln!(out, "  {}", words.plain("trace-port-chosen"));
    }
    let mut before: &[Assumption] = &[];
    for case in &trace.cases {
        let indent = conditions(before, &case.assumed, words, out);
        render_case(case, &" ".repeat(indent), words, colour, out);
        before = &case.assumed;
    }
    if trace.cut {
        let args = [("count", trace.cases.len().into())];
        let _ = writeln!(out, "  {}", words.text("trace-cut", &args));
    }
    out.push('\n');
}

/// The line that says when the case holds, as far as the line before does not say it; returns how deep the case stands.
fn conditions(
    before: &[Assumption],
    assumed: &[Assumption],
    words: &Words,
    out: &mut String,
) -> usize {
    let shared = before.iter().zip(assumed).take_while(|(a, b)| a == b).count();
    let depth = assumed.iter().take(shared).filter(|one| one.holds).count();
    let mut parts = Vec::new();
    for (index, one) in assumed.iter().enumerate().skip(shared) {
        // The question of which the case before had the other answer.
        let other = index == shared && before.get(index).is_some();
        if other && !one.holds {
            parts.push(words.plain("trace-otherwise"));
        } else {
            parts.push(condition(one, words));
        }
    }
    if parts.is_empty() {
        return 2;
    }
    let indent = 2 + depth * 2;
    let line = one_line(&parts.join(&words.plain("comma")));
    let _ = writeln!(out, "{}{line}{}", " ".repeat(indent), words.plain("colon").trim_end());
    indent + 2
}

/// `if DNS name www.example.com includes 192.0.2.5`.
pub(crate) fn condition(one: &Assumption, words: &Words) -> String {
    let kind = words.word("predicate", &one.kind);
    let args = [
        ("kind", (&kind).into()),
        ("name", (&one.name).into()),
        ("address", (&one.address).into()),
    ];
    let key = match (one.kind.as_str(), one.address.is_empty(), one.holds) {
        ("route", ..) => "trace-if-route",
        (_, false, true) => "trace-if-address",
        (_, false, false) => "trace-if-not-address",
        (_, true, true) => "trace-if-packet",
        (_, true, false) => "trace-if-not-packet",
    };
    words.text(key, &args)
}

/// What happens, who decides, what NAT makes of it, and where it leaves.
pub(super) fn render_case(
    case: &Case,
    indent: &str,
    words: &Words,
    colour: bool,
    out: &mut String,
) {
    let verdict = words.word("verdict", &case.verdict);
    let code = if case.verdict == "accept" { "1;32" } else { "1;31" };
    let verdict = if colour { format!("\u{1b}[{code}m{verdict}\u{1b}[0m") } else { verdict };
    let _ = writeln!(out, "{indent}{verdict}");
    let several = case.steps.len() > 1;
    for step in &case.steps {
        let mut text = decided(step, words);
        if several && !step.verdict.is_empty() {
            text =
                format!("{}{}{text}", words.word("verdict", &step.verdict), words.plain("colon"));
        }
        render_step(step, &text, indent, words, out);
    }
    for step in &case.nat {
        let args = [("name", (&step.name).into()), ("list", (&step.list).into())];
        render_step(step, &words.text("trace-nat", &args), indent, words, out);
    }
    if case.rewritten {
        let text = words.text("trace-after", &[("packet", (&case.after).into())]);
        let _ = writeln!(out, "{indent}  {}", one_line(&text));
    }
    let _ = writeln!(out, "{indent}  {}", one_line(&way_out(case, words)));
}

/// Where a packet leaves, in words.
pub(super) fn way_out(case: &Case, words: &Words) -> String {
    let args =
        [("interface", (&case.egress_interface).into()), ("zone", (&case.egress_zone).into())];
    let key = match case.egress.as_str() {
        "interface" => "trace-out",
        "local" => "trace-out-local",
        _ => "trace-out-nowhere",
    };
    words.text(key, &args)
}

pub(super) fn render_step(step: &Step, text: &str, indent: &str, words: &Words, out: &mut String) {
    let _ = writeln!(out, "{indent}  {}", one_line(text));
    if !step.comment.is_empty() {
        let comment = words.text("trace-comment", &[("text", (&step.comment).into())]);
        let _ = writeln!(out, "{indent}    {}", one_line(&comment));
    }
    if !step.inspection.is_empty() && step.verdict == "accept" {
        let names = step.inspection.join(&words.plain("comma"));
        let text = words.text("trace-inspected", &[("names", (&names).into())]);
        let _ = writeln!(out, "{indent}    {}", one_line(&text));
    }
    if let Some(place) = &step.place {
        for line in excerpt::render(place).lines() {
            let _ = writeln!(out, "{indent}    {line}");
        }
    }
}

/// What decided, in words.
pub(crate) fn decided(step: &Step, words: &Words) -> String {
    let args = [
        ("name", (&step.name).into()),
        ("list", (&step.list).into()),
        ("section", (&step.section).into()),
    ];
    let key = match (step.by.as_str(), step.section.is_empty()) {
        ("rule", true) => "trace-by-rule",
        ("rule", false) => "trace-by-rule-in-section",
        ("default", _) => "trace-by-default",
        ("no-route", _) => "trace-by-no-route",
        ("not-guarded", _) => "trace-by-not-guarded",
        ("bypass", _) => "trace-by-bypass",
        _ => "trace-by-no-filter",
    };
    words.text(key, &args)
}
