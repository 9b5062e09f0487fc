//! Two firewalls beside each other as a page: the verdict first, then what was taken to be the same, the differences with the
//! statements of both sides, and what limits the verdict.

use askama::Template;
use model::record::prove::{
    ComparedContext, ComparedSide, Comparison, Difference, Outcome, Passage,
};
use model::record::trace::Case;

use super::prove::{alone, certificate, conditions, limits, modes, verdict, zones_by_reason};
use super::trace::decided;
use super::{areas, basis, share};
use crate::Error;
use crate::html::{CSS, policy_of_style};
use crate::text::count;
use crate::words::Words;

/// The comparison as a page.
///
/// # Errors
/// When the template engine refuses something.
pub fn render(comparison: &Comparison, words: &Words) -> Result<String, Error> {
    let sides = [("A", &comparison.left), ("B", &comparison.right)];
    let title = words.text(
        "prove-title",
        &[("left", (&comparison.left.target).into()), ("right", (&comparison.right.target).into())],
    );
    let left_out: Vec<String> =
        sides.iter().flat_map(|(letter, side)| left_out(letter, side, words)).collect();
    let page = ProvePage {
        w: words,
        policy: policy_of_style(),
        css: CSS,
        title,
        program: &comparison.program,
        tone: tone(&comparison.verdict),
        verdict: words.plain(verdict(comparison)),
        notes: modes(comparison, words).iter().map(|line| pieces(line)).collect(),
        sides: sides.map(|(letter, side)| side_view(letter, side, words)),
        contexts: comparison
            .contexts
            .iter()
            .map(|one| context_view(one, &left_out, words))
            .collect(),
    };
    page.render().map_err(Error::Template)
}

#[derive(Template)]
#[template(path = "prove.html")]
struct ProvePage<'a> {
    w: &'a Words,
    policy: String,
    css: &'static str,
    title: String,
    program: &'a str,
    tone: &'static str,
    verdict: String,
    /// Lines in pieces: every other one is what somebody types.
    notes: Vec<Vec<String>>,
    sides: [SideView; 2],
    contexts: Vec<ContextView>,
}

impl ProvePage<'_> {
    fn t(&self, key: &str) -> String {
        self.w.plain(key)
    }
}

/// A line, cut at its backticks.
fn pieces(line: &str) -> Vec<String> {
    line.split('`').map(str::to_owned).collect()
}

/// One of the two configurations.
struct SideView {
    letter: &'static str,
    target: String,
    devices: String,
    read: String,
    left_out: Vec<[String; 3]>,
    /// Place and line of statements that were left out.
    statements: Vec<(String, String)>,
}

/// Two contexts.
struct ContextView {
    left: String,
    right: String,
    by: String,
    differing: String,
    /// Reason and pairs.
    zones: Vec<(String, String)>,
    alone: Vec<String>,
    limits: Vec<String>,
    certificate: Vec<String>,
    differences: Vec<DifferenceView>,
    more: Option<String>,
}

/// A difference.
struct DifferenceView {
    number: usize,
    tone: &'static str,
    change: String,
    notes: Vec<String>,
    sides: [OutcomeView; 2],
}

/// What one side does.
struct OutcomeView {
    letter: &'static str,
    pill: &'static str,
    verdict: String,
    packet: String,
    decided: Vec<String>,
    then: Vec<String>,
    passages: Vec<PassageView>,
}

/// A statement.
struct PassageView {
    name: String,
    place: String,
    line: u32,
    lines: Vec<String>,
    cut: bool,
}

fn tone(verdict: &str) -> &'static str {
    match verdict {
        "equivalent" => "good",
        "differs" => "alarm",
        _ => "caution",
    }
}

fn side_view(letter: &'static str, side: &ComparedSide, words: &Words) -> SideView {
    let left_out = side.left_out.iter().map(|fate| {
        [
            words.word("disposition", &fate.disposition),
            words.code(&fate.reason, &Default::default()),
            count(fate.statements),
        ]
    });
    let part = share(side.read, side.statements);
    let comma = words.plain("comma");
    SideView {
        letter,
        target: side.target.clone(),
        devices: side.devices.join(&comma),
        read: words
            .text("prove-read", &[("count", side.statements.into()), ("share", (&part).into())]),
        left_out: left_out.collect(),
        statements: side
            .left_out_statements
            .iter()
            .map(|one| {
                let place = &one.place;
                (format!("{}:{}", place.path, place.line), place.text.trim().to_owned())
            })
            .collect(),
    }
}

/// What of a side was not compared at all.
fn left_out(letter: &str, side: &ComparedSide, words: &Words) -> Vec<String> {
    let mut lines = Vec::new();
    if !side.contexts_alone.is_empty() {
        let list = side.contexts_alone.join(&words.plain("comma"));
        let args = [("side", letter.into()), ("list", (&list).into())];
        lines.push(words.text("prove-contexts-alone", &args));
    }
    if !side.left_out.is_empty() {
        let all: u64 = side.left_out.iter().map(|fate| fate.statements).sum();
        let args = [("side", letter.into()), ("count", all.into())];
        lines.push(words.text("prove-left-out-below", &args));
    }
    for (head, places) in basis::parts(&side.basis, words) {
        lines.push(format!("{letter}  {head}"));
        lines.extend(places);
    }
    lines
}

fn context_view(context: &ComparedContext, left_out: &[String], words: &Words) -> ContextView {
    let comma = words.plain("comma");
    let zones = zones_by_reason(&context.zones).into_iter();
    let by = words.word("pair", &context.by);
    let shown = u64::try_from(context.differences.len()).unwrap_or(u64::MAX);
    let more = context.differing.saturating_sub(shown);
    ContextView {
        left: context.left.clone(),
        right: context.right.clone(),
        by: words.text("prove-contexts-by", &[("by", (&by).into())]),
        differing: match context.differing {
            0 => words.plain("prove-no-differences"),
            some => words.text("prove-differing", &[("count", some.into())]),
        },
        zones: zones.map(|(by, pairs)| (words.word("pair", by), pairs.join(&comma))).collect(),
        alone: alone(context, words),
        limits: limits(context, words).into_iter().chain(left_out.iter().cloned()).collect(),
        certificate: certificate(context, words),
        differences: context
            .differences
            .iter()
            .enumerate()
            .map(|(index, one)| difference_view(index + 1, one, words))
            .collect(),
        more: (more > 0).then(|| words.text("prove-more", &[("count", more.into())])),
    }
}

fn difference_view(number: usize, difference: &Difference, words: &Words) -> DifferenceView {
    let grave = matches!(difference.change.as_str(), "allowed" | "stopped") && !difference.possible;
    let mut notes = Vec::new();
    if difference.possible {
        notes.push(words.plain("prove-possible"));
    }
    let mut packets = String::new();
    areas::render(difference, words, &mut packets);
    notes.extend(packets.lines().map(|line| line.trim().to_owned()));
    notes.extend(conditions(difference, words));
    DifferenceView {
        number,
        tone: if grave { "error" } else { "warning" },
        change: words.word("change", &difference.change),
        notes,
        sides: [("A", &difference.left), ("B", &difference.right)]
            .map(|(letter, outcome)| outcome_view(letter, outcome, words)),
    }
}

fn outcome_view(letter: &'static str, outcome: &Outcome, words: &Words) -> OutcomeView {
    let case = &outcome.case;
    OutcomeView {
        letter,
        pill: if case.verdict == "accept" { "w-in-force" } else { "d-in" },
        verdict: words.word("verdict", &case.verdict),
        packet: outcome.packet.clone(),
        decided: case.steps.iter().map(|step| decided(step, words)).collect(),
        then: then(case, words),
        passages: outcome.passages.iter().map(passage_view).collect(),
    }
}

/// What NAT makes of the packet, and where it leaves.
fn then(case: &Case, words: &Words) -> Vec<String> {
    let mut lines: Vec<String> = case
        .nat
        .iter()
        .map(|step| {
            let args = [("name", (&step.name).into()), ("list", (&step.list).into())];
            words.text("trace-nat", &args)
        })
        .collect();
    if case.rewritten {
        lines.push(words.text("trace-after", &[("packet", (&case.after).into())]));
    }
    // Where a packet would have left says nothing about one that is stopped.
    if case.verdict == "accept" {
        lines.push(super::trace::way_out(case, words));
    }
    lines
}

fn passage_view(passage: &Passage) -> PassageView {
    PassageView {
        name: passage.name.clone(),
        place: format!("{}:{}", passage.path, passage.line),
        line: passage.line,
        lines: passage.lines.clone(),
        cut: passage.cut,
    }
}
