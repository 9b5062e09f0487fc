//! One packet through two firewalls, as text: stage by stage, both sides below each other, with a mark where they part.

use std::fmt::Write;

use model::record::trace::Case;
use model::record::walk::{PassedRule, Walk, WalkedCase, WalkedContext, Walks};

use super::basis;
use super::prove::of_both;
use super::trace::{decided, render_step, way_out};
use crate::text::one_line;
use crate::words::{Arg, Words};

/// All walks as text; ends with a line break. With colour, verdicts stand out.
pub fn render(walks: &Walks, words: &Words, colour: bool) -> String {
    let mut out = format!("{}\n\n", one_line(&walks.asked));
    for context in &walks.contexts {
        render_context(context, words, colour, &mut out);
    }
    for (letter, basis) in ["A", "B"].into_iter().zip(&walks.bases) {
        basis::render(letter, basis, words, &mut out);
    }
    out
}

fn render_context(context: &WalkedContext, words: &Words, colour: bool, out: &mut String) {
    for (letter, name) in [("A", &context.left), ("B", &context.right)] {
        let _ = writeln!(out, "{letter}  {}", one_line(name));
    }
    if !context.error.is_empty() {
        let args: Vec<(&str, Arg<'_>)> =
            context.error_args.iter().map(|(name, value)| (name.as_str(), value.into())).collect();
        let _ = writeln!(out, "  {}", one_line(&words.text(&context.error, &args)));
        if let Some(help) = words.advice(&context.error, &args) {
            let _ = writeln!(out, "  = {}: {}", words.plain("help"), one_line(&help));
        }
        out.push('\n');
        return;
    }
    for case in &context.cases {
        out.push('\n');
        render_case(case, words, colour, out);
    }
    if context.cut {
        let args = [("count", context.cases.len().into())];
        let _ = writeln!(out, "\n{}", words.text("walk-cut", &args));
    }
    out.push('\n');
}

fn render_case(case: &WalkedCase, words: &Words, colour: bool, out: &mut String) {
    let (left, right) = (&case.left, &case.right);
    for line in of_both(&left.case.assumed, &right.case.assumed, words) {
        let _ = writeln!(out, "{}", one_line(&line));
    }
    let said = match case.parts.as_str() {
        "" => words.plain("walk-same"),
        parts if case.change.is_empty() => {
            let parts = words.word("parts", parts);
            words.text("walk-parts-alike", &[("where", (&parts).into())])
        }
        parts => {
            let parts = words.word("parts", parts);
            let change = words.word("change", &case.change);
            words.text("walk-parts", &[("where", (&parts).into()), ("change", (&change).into())])
        }
    };
    let said = if colour { format!("\u{1b}[1m{said}\u{1b}[0m") } else { said };
    let _ = writeln!(out, "{said}");
    let stage = |out: &mut String, name: &str| {
        let mark = if case.parts == name { "≠" } else { " " };
        let _ = writeln!(out, " {mark} {}", words.word("stage", name));
    };
    stage(out, "ingress");
    for (letter, walk) in [("A", left), ("B", right)] {
        let args = [("interface", (&walk.ingress).into()), ("zone", (&walk.ingress_zone).into())];
        let _ = writeln!(out, "     {letter}  {}", one_line(&words.text("trace-in", &args)));
        let _ = writeln!(out, "        {}", one_line(&walk.packet));
    }
    stage(out, "route");
    for (letter, walk) in [("A", left), ("B", right)] {
        let _ = writeln!(out, "     {letter}  {}", one_line(&way_out(&walk.case, words)));
    }
    stage(out, "filter");
    for (letter, walk) in [("A", left), ("B", right)] {
        render_filter(letter, walk, words, colour, out);
    }
    let mark = if matches!(case.parts.as_str(), "destination" | "source") { "≠" } else { " " };
    let _ = writeln!(out, " {mark} {}", words.plain("word-stage-translation"));
    for (letter, walk) in [("A", left), ("B", right)] {
        render_translation(letter, &walk.case, words, out);
    }
}

/// The steps of the filter, each with how many rules were tried before.
fn render_filter(letter: &str, walk: &Walk, words: &Words, colour: bool, out: &mut String) {
    let verdict = words.word("verdict", &walk.case.verdict);
    let code = if walk.case.verdict == "accept" { "1;32" } else { "1;31" };
    let verdict = if colour { format!("\u{1b}[{code}m{verdict}\u{1b}[0m") } else { verdict };
    let _ = writeln!(out, "     {letter}  {verdict}");
    let tried = walk.tried.iter().copied().chain(std::iter::repeat(0));
    let passed = walk.passed.iter().map(Vec::as_slice).chain(std::iter::repeat(&[][..]));
    for ((step, tried), passed) in walk.case.steps.iter().zip(tried).zip(passed) {
        render_passed(passed, words, out);
        let mut text = decided(step, words);
        if matches!(step.by.as_str(), "rule" | "default") {
            let after = words.text("walk-tried", &[("count", tried.into())]);
            text = format!("{text}{}{after}", words.plain("comma"));
        }
        render_step(step, &text, "      ", words, out);
    }
}

/// The first rules that do not match, each with why.
fn render_passed(passed: &[PassedRule], words: &Words, out: &mut String) {
    for one in passed.iter().take(PASSED) {
        let why = words.word("mismatch", &one.why);
        let args = [("name", (&one.name).into()), ("why", (&why).into())];
        let line = one.place.as_ref().map_or_else(String::new, |at| format!(" ({})", at.line));
        let _ = writeln!(out, "        {}{line}", one_line(&words.text("walk-passed", &args)));
    }
    if let Some(more) = passed.len().checked_sub(PASSED).filter(|more| *more > 0) {
        let _ =
            writeln!(out, "        {}", words.text("walk-passed-more", &[("count", more.into())]));
    }
}

/// How many rules that do not match are shown.
const PASSED: usize = 5;

fn render_translation(letter: &str, case: &Case, words: &Words, out: &mut String) {
    let text = match case.rewritten {
        true => words.text("trace-after", &[("packet", (&case.after).into())]),
        false => words.plain("walk-not-rewritten"),
    };
    let _ = writeln!(out, "     {letter}  {}", one_line(&text));
    for step in &case.nat {
        let args = [("name", (&step.name).into()), ("list", (&step.list).into())];
        render_step(step, &words.text("trace-nat", &args), "      ", words, out);
    }
}
