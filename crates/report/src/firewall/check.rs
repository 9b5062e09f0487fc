//! What a check found: as text for a terminal, and as rows.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io;

use model::record::check::{
    Check, CheckedContext, CheckedDevice, FateCount, NotRead, Problem, Spot, Statement,
};

use super::{excerpt, platform, share};
use crate::csv;
use crate::rows::{Row, column};
use crate::shown::{Cell, Column, View};
use crate::text::{count, one_line, pad, pad_left, width};
use crate::words::Words;

/// What of a check to show.
#[derive(Clone, Copy, Debug)]
pub struct CheckOptions {
    /// How many places of each kind; all are counted.
    pub show: usize,
    /// Whether to use colour and weight (ANSI sequences).
    pub colour: bool,
}

/// The whole check as text; ends with a line break.
pub fn render(check: &Check, words: &Words, options: CheckOptions) -> String {
    let mut out = String::new();
    for device in &check.devices {
        render_device(device, words, options, &mut out);
    }
    render_ledger(check, words, options, &mut out);
    render_statements(check, words, options, &mut out);
    render_problems(check, words, options, &mut out);
    render_not_read(&check.not_read, words, options, &mut out);
    out
}

fn bold(text: &str, options: CheckOptions) -> String {
    if options.colour { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
}

fn render_device(device: &CheckedDevice, words: &Words, options: CheckOptions, out: &mut String) {
    let what = platform(&device.platform_name, &device.model, &device.version, words);
    let name = bold(&one_line(&device.name), options);
    let _ = writeln!(out, "{name}  {}", one_line(&what));
    for context in &device.contexts {
        if !context.name.is_empty() {
            let args = [("name", (&context.name).into())];
            let _ = writeln!(out, "  {}", one_line(&words.text("check-context", &args)));
        }
        for line in counts(context, words) {
            let _ = writeln!(out, "    {}", one_line(&line));
        }
    }
    out.push('\n');
}

/// What a context holds, in a few lines.
pub(crate) fn counts(context: &CheckedContext, words: &Words) -> Vec<String> {
    let rules = [
        ("enabled", context.rules_enabled.into()),
        ("disabled", context.rules_disabled.into()),
        ("implied", context.rules_implied.into()),
        ("rulebases", context.rulebases.into()),
        ("nat", context.nat_enabled.into()),
        ("nat_disabled", context.nat_disabled.into()),
    ];
    let objects = [
        ("addresses", context.addresses.into()),
        ("services", context.services.into()),
        ("zones", context.zones.into()),
        ("interfaces", context.interfaces.into()),
        ("routes", context.routes.into()),
    ];
    let mut lines = vec![words.text("check-rules", &rules), words.text("check-objects", &objects)];
    if !context.predicates.is_empty() {
        let list = predicates(context, words);
        lines.push(words.text("check-unknowns", &[("list", (&list).into())]));
    }
    lines
}

/// Unknowns by kind: `DNS names 12 · countries 3`.
pub(crate) fn predicates(context: &CheckedContext, words: &Words) -> String {
    let kinds = context.predicates.iter();
    let kinds = kinds.map(|(kind, n)| format!("{} {}", words.word("predicate", kind), count(*n)));
    kinds.collect::<Vec<_>>().join(" · ")
}

/// All files' counts in one, best first.
pub(crate) fn fates(check: &Check) -> Vec<FateCount> {
    let mut sums: BTreeMap<(usize, &str, &str), u64> = BTreeMap::new();
    for fate in check.files.iter().flat_map(|file| &file.fates) {
        let rank = DISPOSITIONS.iter().position(|word| *word == fate.disposition);
        let key = (rank.unwrap_or(usize::MAX), fate.disposition.as_str(), fate.reason.as_str());
        *sums.entry(key).or_default() += fate.statements;
    }
    let sums = sums.into_iter();
    sums.map(|((_, disposition, reason), statements)| FateCount {
        disposition: disposition.to_owned(),
        reason: reason.to_owned(),
        statements,
    })
    .collect()
}

/// From best to worst.
const DISPOSITIONS: [&str; 5] =
    ["converted", "inert", "approximated", "unsupported", "unrecognized"];

fn render_ledger(check: &Check, words: &Words, options: CheckOptions, out: &mut String) {
    let all: u64 = check.files.iter().map(|file| file.statements).sum();
    let read: u64 = check.files.iter().map(|file| file.read).sum();
    let share_read = share(read, all);
    let args = [
        ("statements", all.into()),
        ("files", check.files.len().into()),
        ("share", (&share_read).into()),
    ];
    let _ = writeln!(out, "{}", bold(&words.text("check-ledger", &args), options));
    let rows: Vec<[String; 4]> = fates(check)
        .iter()
        .map(|fate| {
            [
                words.word("disposition", &fate.disposition),
                words.code(&fate.reason, &BTreeMap::new()),
                count(fate.statements),
                share(fate.statements, all),
            ]
        })
        .collect();
    let widest = |index: usize| {
        rows.iter().filter_map(|row| row.get(index)).map(|cell| width(cell)).max().unwrap_or(0)
    };
    let widths = [widest(0), widest(1), widest(2), widest(3)];
    for [disposition, reason, statements, part] in &rows {
        let [a, b, c, d] = widths;
        let cells =
            [pad(disposition, a), pad_left(statements, c), pad_left(part, d), pad(reason, b)];
        let _ = writeln!(out, "  {}", cells.join("  ").trim_end());
    }
    out.push('\n');
    if check.files.len() > 1 {
        render_files(check, words, options, out);
    }
}

/// Each file with what of it is read: its share converted or inert, and how many statements are not recognized.
fn render_files(check: &Check, words: &Words, options: CheckOptions, out: &mut String) {
    let _ = writeln!(out, "{}", bold(&words.text("check-files", &[]), options));
    for file in &check.files {
        let unknown = file.fates.iter().filter(|fate| fate.disposition == "unrecognized");
        let unknown: u64 = unknown.map(|fate| fate.statements).sum();
        let part = share(file.read, file.statements);
        let args = [
            ("share", (&part).into()),
            ("statements", file.statements.into()),
            ("unrecognized", unknown.into()),
            ("path", (&file.path).into()),
        ];
        let _ = writeln!(out, "  {}", words.text("check-file", &args));
    }
    out.push('\n');
}

/// The statements by fate, each group headed by its whole count.
fn render_statements(check: &Check, words: &Words, options: CheckOptions, out: &mut String) {
    for fate in fates(check) {
        let same = |statement: &&Statement| {
            statement.disposition == fate.disposition && statement.reason == fate.reason
        };
        let shown: Vec<&Statement> = check.statements.iter().filter(same).collect();
        if shown.is_empty() {
            continue;
        }
        let disposition = words.word("disposition", &fate.disposition);
        let reason = words.code(&fate.reason, &BTreeMap::new());
        let head = format!("{disposition}[{}]: {reason} ({})", fate.reason, count(fate.statements));
        let _ = writeln!(out, "{}", bold(&head, options));
        let places = shown.iter().map(|statement| &statement.place);
        let all = usize::try_from(fate.statements).unwrap_or(usize::MAX);
        render_places(places, all, words, options, out);
        render_help(&fate.reason, words, out);
    }
}

fn render_places<'s>(
    places: impl Iterator<Item = &'s Spot>,
    all: usize,
    words: &Words,
    options: CheckOptions,
    out: &mut String,
) {
    let mut shown = 0;
    for place in places.take(options.show) {
        out.push_str(&excerpt::render(place));
        shown += 1;
    }
    if let Some(more @ 1..) = all.checked_sub(shown) {
        let _ = writeln!(out, "  {}", words.text("more", &[("count", more.into())]));
    }
}

fn render_help(code: &str, words: &Words, out: &mut String) {
    if let Some(help) = words.help(code) {
        let _ = writeln!(out, "  = {}: {help}", words.plain("help"));
    }
    out.push('\n');
}

/// The problems by code, the gravest first.
fn render_problems(check: &Check, words: &Words, options: CheckOptions, out: &mut String) {
    for (code, problems) in by_code(check) {
        let shown = problems.iter().take(options.show);
        for problem in shown {
            let severity = words.word("severity", &problem.severity);
            let text = one_line(&problem_text(problem, words));
            let head = format!("{severity}[{code}]: {text}");
            let _ = writeln!(out, "{}", bold(&head, options));
            if let Some(place) = &problem.place {
                out.push_str(&excerpt::render(place));
            }
        }
        if let Some(more @ 1..) = problems.len().checked_sub(options.show) {
            let args = [("count", more.into()), ("code", code.into())];
            let _ = writeln!(out, "  {}", words.text("check-more", &args));
        }
        render_help(code, words, out);
    }
}

/// The problems of each code, the gravest code first.
pub(crate) fn by_code(check: &Check) -> Vec<(&str, Vec<&Problem>)> {
    let rank = |severity: &str| match severity {
        "error" => 0,
        "warning" => 1,
        _ => 2,
    };
    let mut groups: BTreeMap<(usize, &str), Vec<&Problem>> = BTreeMap::new();
    for problem in &check.problems {
        groups.entry((rank(&problem.severity), &problem.code)).or_default().push(problem);
    }
    groups.into_iter().map(|((_, code), problems)| (code, problems)).collect()
}

/// A problem in words, with the subject and where it is.
pub(crate) fn problem_text(problem: &Problem, words: &Words) -> String {
    let args = problem.args.iter().map(|(name, value)| {
        let value = match name.as_str() {
            "cell" => words.word("cell", value),
            "verdict" | "otherwise" => words.word("verdict", value),
            _ => value.clone(),
        };
        (name.clone(), value)
    });
    let text = words.code(&problem.code, &args.collect());
    if problem.subject.is_empty() {
        return text;
    }
    words.text("check-about", &[("subject", (&problem.subject).into()), ("text", (&text).into())])
}

fn render_not_read(not_read: &[NotRead], words: &Words, options: CheckOptions, out: &mut String) {
    if not_read.is_empty() {
        return;
    }
    let args = [("count", not_read.len().into())];
    let _ = writeln!(out, "{}", bold(&words.text("check-not-read", &args), options));
    for input in not_read.iter().take(options.show) {
        let text = words.code(&input.code, &input.args);
        let _ = writeln!(out, "  {}: {}", one_line(&input.path), one_line(&text));
    }
    if let Some(more @ 1..) = not_read.len().checked_sub(options.show) {
        let _ = writeln!(out, "  {}", words.text("more", &[("count", more.into())]));
    }
}

/// Problems and statements as CSV.
///
/// # Errors
/// When the output cannot be written.
pub fn write_csv(check: &Check, out: &mut dyn io::Write) -> io::Result<()> {
    csv::write(rows(check), out)
}

/// What a check says, one place a row: problems first, then statements that were not read exactly.
pub(crate) fn rows(check: &Check) -> impl Iterator<Item = CheckRow<'_>> {
    let problems = check.problems.iter().map(CheckRow::Problem);
    problems.chain(check.statements.iter().map(CheckRow::Statement))
}

/// One row of a check.
pub(crate) enum CheckRow<'a> {
    /// A problem.
    Problem(&'a Problem),
    /// A statement.
    Statement(&'a Statement),
}

impl Row for CheckRow<'_> {
    const COLUMNS: &'static [Column] = &[
        column("severity", 12),
        column("code", 28),
        column("device", 20),
        column("config_context", 14),
        column("subject", 30),
        column("text", 60),
        column("path", 40),
        column("line", 10),
        column("config_column", 10),
        column("config_line", 60),
    ];

    fn cells(&self, view: View<'_>) -> Vec<Cell> {
        let (place, mut cells) = match self {
            CheckRow::Problem(problem) => {
                let text = match view {
                    View::Machine => problem
                        .args
                        .iter()
                        .map(|(name, value)| format!("{name}={value}"))
                        .collect::<Vec<_>>()
                        .join("; "),
                    View::Person(words) => words.code(&problem.code, &problem.args),
                };
                let cells = vec![
                    view.word("severity", &problem.severity),
                    (&problem.code).into(),
                    (&problem.device).into(),
                    (&problem.context).into(),
                    (&problem.subject).into(),
                    text.into(),
                ];
                (problem.place.as_ref(), cells)
            }
            CheckRow::Statement(statement) => {
                let cells = vec![
                    view.word("disposition", &statement.disposition),
                    (&statement.reason).into(),
                    "".into(),
                    "".into(),
                    "".into(),
                    match view {
                        View::Machine => "".into(),
                        View::Person(_) => view.code(&statement.reason),
                    },
                ];
                (Some(&statement.place), cells)
            }
        };
        match place {
            Some(place) => cells.extend([
                (&place.path).into(),
                place.line.into(),
                place.column.into(),
                place.text.trim().into(),
            ]),
            None => cells.extend(["".into(), "".into(), "".into(), "".into()]),
        }
        cells
    }
}
