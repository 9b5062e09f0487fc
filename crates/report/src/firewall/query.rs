//! What may pass, as text: the answer, the rules that give it, a packet for each.

use std::fmt::Write;

use model::record::query::{Answer, Part, Queried, QueriedContext};

use super::areas::conditions;
use super::basis;
use super::trace::{condition, render_case};
use crate::text::one_line;
use crate::words::Words;

/// How many parts of a rule's packets are written out, and how many values of each set.
const SHOWN: usize = 8;

/// All answers as text; ends with a line break. With colour, verdicts stand out.
pub fn render(queried: &Queried, words: &Words, colour: bool) -> String {
    let mut out = format!("{}\n", one_line(&queried.asked));
    for context in &queried.contexts {
        render_context(context, words, colour, &mut out);
    }
    basis::render("", &queried.basis, words, &mut out);
    out
}

fn render_context(context: &QueriedContext, words: &Words, colour: bool, out: &mut String) {
    let args = [
        ("device", (&context.device).into()),
        ("platform", (&context.platform_name).into()),
        ("context", (&context.context).into()),
    ];
    let key = if context.context.is_empty() { "trace-on" } else { "trace-on-context" };
    let _ = writeln!(out, "  {}", one_line(&words.text(key, &args)));
    let mut verdict = words.word("query", &context.verdict);
    for detail in [context.unknown.clone(), words.word("limit", &context.limit)] {
        if !detail.is_empty() {
            let _ = write!(verdict, "{}{detail}", words.plain("colon"));
        }
    }
    let verdict = one_line(&verdict);
    let bold = if colour { format!("\u{1b}[1m{verdict}\u{1b}[0m") } else { verdict };
    let _ = writeln!(out, "  {bold}\n");
    for answer in &context.answers {
        render_answer(answer, words, colour, out);
    }
}

fn render_answer(answer: &Answer, words: &Words, colour: bool, out: &mut String) {
    let _ = writeln!(out, "  {}", one_line(&answer.outcome.packet));
    for one in answer.outcome.case.assumed.iter() {
        let _ = writeln!(out, "    {}", one_line(&condition(one, words)));
    }
    if answer.translated {
        let mut by: Vec<&str> = Vec::new();
        for address in answer.parts.iter().flat_map(|part| &part.destination) {
            if !by.contains(&address.as_str()) {
                by.push(address);
            }
        }
        by.truncate(SHOWN);
        let list = by.join(&words.plain("comma"));
        let text = words.text("query-translated", &[("list", (&list).into())]);
        if !list.is_empty() {
            let _ = writeln!(out, "    {}", one_line(&text));
        }
    }
    render_case(&answer.outcome.case, "    ", words, colour, out);
    for part in answer.parts.iter().take(SHOWN) {
        let _ = writeln!(out, "      {}", one_line(&part_text(part, words)));
    }
    if let Some(more @ 1..) = answer.parts.len().checked_sub(SHOWN) {
        let _ = writeln!(out, "      {}", words.text("more", &[("count", more.into())]));
    }
    out.push('\n');
}

fn part_text(part: &Part, words: &Words) -> String {
    let list = |values: &[String]| {
        let mut shown: Vec<&str> = values.iter().take(SHOWN).map(String::as_str).collect();
        if values.len() > SHOWN {
            shown.push("…");
        }
        shown.join(", ")
    };
    let (from, source) = (list(&part.from), list(&part.source));
    let (destination, services) = (list(&part.destination), list(&part.services));
    let args = [
        ("from", (&from).into()),
        ("source", (&source).into()),
        ("destination", (&destination).into()),
        ("services", (&services).into()),
    ];
    let mut text = words.text("query-part", &args);
    if !part.source_ports.is_empty() {
        let ports = list(&part.source_ports);
        let ports = words.text("prove-area-source-ports", &[("list", (&ports).into())]);
        let _ = write!(text, "{}{ports}", words.plain("comma"));
    }
    text + &conditions(&part.conditions, words)
}
