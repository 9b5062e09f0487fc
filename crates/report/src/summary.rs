//! The summary of an assessment for a terminal: at most [`LINES_MAX`] lines of at most [`COLUMNS_MAX`] columns.
//!
//! What does not fit is counted, never dropped in silence.

use model::finding::{Confidence, State};
use model::record::firewall::FirewallHead;
use model::record::{Assessment, Decision, Directive};

use crate::figures::{Figures, Group};
use crate::phrases;
use crate::text::{cut, cut_middle, fit, one_line, pad, width};
use crate::words::Words;

/// Most lines of a summary.
pub const LINES_MAX: usize = 24;

/// Most columns of a line.
pub const COLUMNS_MAX: usize = 100;

/// What to show besides the assessment.
#[derive(Clone, Debug, Default)]
pub struct SummaryOptions {
    /// Whether to use colour and weight (ANSI sequences).
    pub colour: bool,
    /// Paths of the reports written.
    pub reports: Vec<String>,
    /// Commands to try next.
    pub next: Vec<String>,
}

/// The summary; ends with a line break.
pub fn render(assessment: &Assessment, words: &Words, options: &SummaryOptions) -> String {
    let figures = Figures::of(assessment, words);
    let roomy = sections(assessment, &figures, words, options, 2);
    let sections = if roomy.iter().map(Vec::len).sum::<usize>() <= LINES_MAX {
        roomy
    } else {
        sections(assessment, &figures, words, options, 1)
    };
    let indent = indent(words);
    let room = COLUMNS_MAX.saturating_sub(indent);
    let mut out = String::new();
    for (key, lines) in TITLES.iter().zip(sections) {
        for (index, line) in lines.iter().enumerate() {
            let title = if index == 0 { words.plain(key) } else { String::new() };
            out.push_str(&paint(&pad(&title, indent), Style::Bold, options.colour));
            out.push_str(&painted(line, room, options.colour));
            out.push('\n');
        }
    }
    out
}

/// The lines of each section, in the order of [`TITLES`]; vendors get so many lines.
fn sections(
    assessment: &Assessment,
    figures: &Figures,
    words: &Words,
    options: &SummaryOptions,
    vendor_lines: usize,
) -> [Vec<Line>; TITLES.len()] {
    [
        directives(assessment, words),
        inventory(assessment, words),
        firewalls(assessment, words),
        egress(assessment, words),
        found(assessment, figures, words, vendor_lines),
        decisions(assessment, words),
        unread(assessment, words),
        waivers(assessment, words),
        list(&options.reports, reports_max(assessment), words, true),
        list(&options.next, NEXT_MAX, words, false),
    ]
}

/// Width of the titles at the left, with the gap behind them.
fn indent(words: &Words) -> usize {
    TITLES.iter().map(|key| width(&words.plain(key))).max().unwrap_or(0) + 2
}

/// A line and how much it matters.
struct Line {
    text: String,
    style: Style,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Bold,
    Dim,
    Alarm,
    Caution,
    Good,
}

fn line(style: Style, text: impl Into<String>) -> Line {
    Line { text: text.into(), style }
}

fn painted(line: &Line, room: usize, colour: bool) -> String {
    paint(&cut(&one_line(&line.text), room), line.style, colour)
}

fn paint(text: &str, style: Style, colour: bool) -> String {
    let code = match style {
        Style::Plain => return text.to_owned(),
        Style::Bold => "1",
        Style::Dim => "2",
        Style::Alarm => "1;31",
        Style::Caution => "33",
        Style::Good => "32",
    };
    if !colour || text.trim().is_empty() {
        return text.to_owned();
    }
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}

fn directives(assessment: &Assessment, words: &Words) -> Vec<Line> {
    if let [only] = assessment.directives.as_slice() {
        let mut lines = vec![line(Style::Bold, head(only, words)), deadline(only, words)];
        if only.press_only {
            lines.push(line(Style::Caution, words.plain("summary-press-only")));
        }
        return lines;
    }
    let (shown, rest) = split(&assessment.directives, DIRECTIVES_MAX);
    let mut lines: Vec<Line> =
        shown.iter().map(|directive| one_of_several(directive, words)).collect();
    lines.extend(more(rest, words));
    if lines.is_empty() {
        lines.push(line(Style::Caution, words.plain("summary-no-directive")));
    }
    lines
}

/// A directive in one line: the deadline stays whole, the rest gives way.
fn one_of_several(directive: &Directive, words: &Words) -> Line {
    let due = deadline(directive, words);
    let days = directive.deadline.as_ref().and_then(|deadline| deadline.days_left);
    let short = match (&directive.deadline, days) {
        (Some(deadline), Some(left)) => {
            let days = phrases::days(words, left);
            let args = [("day", phrases::deadline_day(deadline).into()), ("days", (&days).into())];
            words.text("summary-deadline-short", &args)
        }
        _ => due.text,
    };
    let mark = if directive.press_only { words.plain("summary-press-mark") } else { String::new() };
    let short = cut(&short, COLUMNS_MAX / 2);
    let taken = indent(words) + width(&mark) + width(&short) + 2;
    let head = cut(&head(directive, words), COLUMNS_MAX.saturating_sub(taken));
    line(due.style, format!("{head}{mark}  {short}"))
}

fn head(directive: &Directive, words: &Words) -> String {
    let args = [
        ("id", (&directive.id).into()),
        ("vendors", directive.vendors.len().into()),
        ("products", directive.products.into()),
    ];
    words.text("summary-directive-head", &args)
}

fn deadline(directive: &Directive, words: &Words) -> Line {
    let Some(deadline) = &directive.deadline else {
        return line(Style::Dim, words.plain("summary-no-deadline"));
    };
    let day = phrases::deadline_day(deadline);
    let left = deadline.days_left;
    let style = match left {
        Some(..=0) => Style::Alarm,
        Some(..=90) => Style::Caution,
        _ => Style::Plain,
    };
    let days = left.map_or(String::new(), |left| phrases::days(words, left));
    let action = words.pick(&deadline.action);
    let key = if days.is_empty() { "summary-deadline-rule" } else { "summary-deadline" };
    let args = [("day", day.into()), ("days", (&days).into()), ("action", action.into())];
    line(style, words.text(key, &args))
}

fn inventory(assessment: &Assessment, words: &Words) -> Vec<Line> {
    if assessment.sources.is_empty() {
        let args = [("target", (&assessment.target).into())];
        return vec![line(Style::Caution, words.text("summary-no-inputs", &args))];
    }
    let totals = &assessment.totals;
    let kinds: Vec<String> = totals
        .assets_by_kind
        .iter()
        .filter(|(_, count)| **count > 0)
        .map(|(kind, count)| {
            words.text(&format!("word-kinds-{kind}"), &[("count", (*count).into())])
        })
        .collect();
    let assets = words.text("summary-assets", &[("count", totals.assets.into())]);
    let rows = words.text(
        "summary-rows",
        &[
            ("rows", totals.rows.into()),
            ("understood", totals.rows_understood.into()),
            ("inert", totals.rows_inert.into()),
            ("lost", totals.rows_not_understood.into()),
        ],
    );
    let kinds = fit(&kinds, SEPARATOR, 60, |rest| more_text(rest, words));
    let kinds = if kinds.is_empty() {
        kinds
    } else {
        words.text("in-brackets", &[("text", (&kinds).into())])
    };
    let inputs = words.text(
        "summary-inputs",
        &[
            ("whole", totals.sources_whole.into()),
            ("partly", totals.sources_partly.into()),
            ("unread", totals.sources_not_read.into()),
        ],
    );
    let clean = totals.rows_not_understood == 0;
    let style = if clean { Style::Plain } else { Style::Caution };
    vec![
        line(Style::Plain, format!("{assets}{kinds}")),
        line(style, rows),
        line(Style::Plain, inputs),
    ]
}

fn found(
    assessment: &Assessment,
    figures: &Figures,
    words: &Words,
    vendor_lines: usize,
) -> Vec<Line> {
    let args = [
        ("findings", figures.findings.into()),
        ("assets", figures.assets.into()),
        ("of", assessment.totals.assets.into()),
        ("prohibited", assessment.totals.assets_prohibited.into()),
    ];
    if figures.findings == 0 {
        let whole = assessment.totals.rows_not_understood == 0
            && assessment.totals.sources_not_read == 0
            && !assessment.sources.is_empty();
        let strangers =
            assessment.egress.as_ref().is_some_and(|record| crate::traffic::presses(record));
        let (key, style) = match (whole, strangers) {
            (_, true) => ("summary-nothing-listed", Style::Caution),
            (true, false) => ("summary-nothing", Style::Good),
            (false, false) => ("summary-nothing-but", Style::Caution),
        };
        return vec![line(style, words.text(key, &args))];
    }
    let states = State::ALL.into_iter().filter(|state| figures.state(*state) > 0);
    let states: Vec<String> = states
        .map(|state| counted(&words.word("state", state.as_str()), figures.state(state)))
        .collect();
    let vendors: Vec<String> = figures
        .vendors
        .iter()
        .map(|Group { name, total, .. }| counted(&one_line(name), *total))
        .collect();
    let confidences: Vec<String> =
        [Confidence::Confirmed, Confidence::Probable, Confidence::Possible]
            .into_iter()
            .filter_map(|confidence| {
                let count = figures.confidences.get(&confidence)?;
                Some(counted(&words.word("confidence", confidence.as_str()), *count))
            })
            .collect();
    let alarm = figures.state(State::Prohibited) > 0;
    let style = if alarm { Style::Alarm } else { Style::Bold };
    let mut lines = vec![line(style, words.text("summary-findings", &args))];
    lines.extend(labelled("summary-by-state", &states, 2, words));
    lines.extend(labelled("summary-by-vendor", &vendors, vendor_lines, words));
    lines.extend(labelled("summary-by-confidence", &confidences, 1, words));
    lines
}

fn counted(name: &str, count: u64) -> String {
    format!("{name} {}", crate::text::count(count))
}

/// Items behind a label, on at most so many lines.
fn labelled(key: &str, items: &[String], most: usize, words: &Words) -> Vec<Line> {
    let labels = ["summary-by-state", "summary-by-vendor", "summary-by-confidence"];
    let indent = labels.iter().map(|key| width(&words.plain(key))).max().unwrap_or(0) + 2;
    let room = COLUMNS_MAX.saturating_sub(indent + self::indent(words));
    let fits = |items: &[String]| width(&items.join(SEPARATOR)) <= room;
    let (mut lines, mut rest) = (Vec::new(), items);
    while !rest.is_empty() {
        let label = if lines.is_empty() { words.plain(key) } else { String::new() };
        let count = (1..=rest.len()).rev().find(|n| fits(rest.get(..*n).unwrap_or_default()));
        let taken = if lines.len() + 1 == most { rest.len() } else { count.unwrap_or(1) };
        let (now, later) = rest.split_at(taken);
        let now = fit(now, SEPARATOR, room, |left| more_text(left, words));
        lines.push(line(Style::Plain, format!("{}{now}", pad(&label, indent))));
        rest = later;
    }
    lines
}

/// How many reports are listed: firewalls take a line.
fn reports_max(assessment: &Assessment) -> usize {
    if assessment.firewalls.is_empty() { REPORTS_MAX } else { REPORTS_MAX - 1 }
}

/// The firewalls whose configurations were read, in one line.
fn firewalls(assessment: &Assessment, words: &Words) -> Vec<Line> {
    let all = &assessment.firewalls;
    if all.is_empty() {
        return Vec::new();
    }
    let sum = |pick: fn(&FirewallHead) -> u64| all.iter().map(pick).sum::<u64>();
    let (read, statements) = (sum(|one| one.read), sum(|one| one.statements));
    let share = crate::firewall::share(read, statements);
    let names: Vec<String> = all
        .iter()
        .map(|one| format!("{} ({} {})", one.name, one.platform_name, one.version))
        .map(|name| name.replace(" )", ")"))
        .collect();
    let text = |list: &str| {
        let args = [
            ("count", all.len().into()),
            ("rules", sum(|one| one.rules_enabled + one.rules_disabled).into()),
            ("share", (&share).into()),
            ("list", list.into()),
        ];
        words.text("summary-firewalls-line", &args)
    };
    let room = COLUMNS_MAX.saturating_sub(indent(words) + width(&text("")));
    let list = fit(&names, SEPARATOR, room, |rest| more_text(rest, words));
    let style = if read == statements { Style::Plain } else { Style::Caution };
    vec![line(style, text(&list))]
}

/// Where data goes: what was counted, then what follows from hosts and assets.
fn egress(assessment: &Assessment, words: &Words) -> Vec<Line> {
    let Some(record) = &assessment.egress else { return Vec::new() };
    let (total, told, pressing) = crate::traffic::short(record, words);
    let told = told.map(|told| line(if pressing { Style::Alarm } else { Style::Plain }, told));
    std::iter::once(line(Style::Plain, total)).chain(told).collect()
}

/// The decisions, open ones first, then those that most findings depend on; decisions without findings are only counted.
fn decisions(assessment: &Assessment, words: &Words) -> Vec<Line> {
    let several = assessment.directives.len() > 1;
    let of = |directive| move |decision| (directive, decision);
    let all = assessment
        .directives
        .iter()
        .flat_map(|directive| directive.decisions.iter().map(of(directive)));
    let (mut used, unused): (Vec<(&Directive, &Decision)>, Vec<_>) =
        all.partition(|(_, decision)| decision.findings > 0);
    used.sort_by_key(|(_, decision)| {
        (decision.answer != "undecided", std::cmp::Reverse(decision.findings))
    });
    let (shown, rest) = split(&used, DECISIONS_MAX - usize::from(assessment.egress.is_some()));
    let mut lines: Vec<Line> = shown
        .iter()
        .map(|(directive, decision)| {
            let of = if several { format!("{}:", directive.id) } else { String::new() };
            let style = if decision.answer == "undecided" { Style::Caution } else { Style::Plain };
            line(style, decision_text(&of, decision, words))
        })
        .collect();
    let rest = rest + unused.len();
    if rest > 0 {
        let key =
            if lines.is_empty() { "summary-decisions-unused" } else { "summary-decisions-more" };
        lines.push(line(Style::Dim, words.text(key, &[("count", rest.into())])));
    }
    lines
}

fn decision_text(of: &str, decision: &Decision, words: &Words) -> String {
    let id = format!("{of}{}", decision.id);
    let by = if decision.by_user { "decision-by-user" } else { "decision-by-default" };
    words.text(
        "summary-decision",
        &[
            ("id", (&id).into()),
            ("answer", (&words.word("answer", &decision.answer)).into()),
            ("by", (&words.plain(by)).into()),
            ("findings", decision.findings.into()),
            ("question", words.pick(&decision.question).into()),
        ],
    )
}

/// Inputs that were not read at all, then those with rows left over.
fn unread(assessment: &Assessment, words: &Words) -> Vec<Line> {
    let not_read = assessment.sources.iter().filter(|source| phrases::not_read(source));
    let partly = assessment.sources.iter().filter(|source| phrases::lost(source) > 0);
    let mut items: Vec<String> = not_read
        .map(|source| {
            let path = cut_middle(&source.path, PATH_ROOM);
            format!("{path}  {}", words.word("fate", &source.fate))
        })
        .collect();
    items.extend(partly.map(|source| {
        let path = cut_middle(&source.path, PATH_ROOM);
        let args = [
            ("path", (&path).into()),
            ("lost", phrases::lost(source).into()),
            ("rows", source.rows.into()),
        ];
        words.text("summary-partly", &args)
    }));
    let (shown, rest) = split(&items, UNREAD_MAX - usize::from(assessment.egress.is_some()));
    let mut lines: Vec<Line> =
        shown.iter().map(|text| line(Style::Caution, text.as_str())).collect();
    lines.extend(more(rest, words));
    lines
}

fn waivers(assessment: &Assessment, words: &Words) -> Vec<Line> {
    if assessment.waivers.is_empty() {
        return Vec::new();
    }
    let of = |status: &str| -> (usize, u32) {
        let these = assessment.waivers.iter().filter(|waiver| waiver.status == status);
        these.fold((0, 0), |(count, findings), waiver| (count + 1, findings + waiver.findings))
    };
    let items: Vec<String> = ["in-force", "expired", "not-yet"]
        .into_iter()
        .map(|status| (status, of(status)))
        .filter(|(_, (count, _))| *count > 0)
        .map(|(status, (count, findings))| {
            let status = words.word("waiver", status);
            let args = [
                ("status", (&status).into()),
                ("count", count.into()),
                ("findings", findings.into()),
            ];
            words.text("summary-waiver", &args)
        })
        .collect();
    let expired = of("expired").0 > 0;
    let style = if expired { Style::Caution } else { Style::Plain };
    vec![line(style, items.join(SEPARATOR))]
}

fn list(items: &[String], most: usize, words: &Words, paths: bool) -> Vec<Line> {
    let (shown, rest) = split(items, most);
    let mut lines: Vec<Line> = shown
        .iter()
        .map(|item| {
            let item = if paths {
                cut_middle(item, COLUMNS_MAX.saturating_sub(indent(words)))
            } else {
                item.clone()
            };
            line(Style::Plain, item)
        })
        .collect();
    lines.extend(more(rest, words));
    lines
}

/// The items to show and how many are left; one left over is shown instead of counted.
fn split<T>(items: &[T], most: usize) -> (&[T], usize) {
    let shown = if items.len() <= most { items.len() } else { most.saturating_sub(1) };
    (items.get(..shown).unwrap_or_default(), items.len() - shown)
}

fn more(rest: usize, words: &Words) -> Option<Line> {
    (rest > 0).then(|| line(Style::Dim, more_text(rest, words)))
}

fn more_text(rest: usize, words: &Words) -> String {
    words.text("more", &[("count", rest.into())])
}

const SEPARATOR: &str = " · ";

/// The titles of the sections, in order.
const TITLES: [&str; 10] = [
    "summary-directive",
    "summary-inventory",
    "summary-firewalls",
    "summary-egress",
    "summary-found",
    "summary-decisions",
    "summary-unread",
    "summary-waivers",
    "summary-reports",
    "summary-next",
];

/// Room for a path with a remark behind it.
const PATH_ROOM: usize = 44;

// INVARIANT: the largest sections add up to LINES_MAX: 3 + 3 + 5 + 4 + 3 + 1 + 3 + 2; the line of firewalls takes one from reports,
// those of egress one from decisions and one from what was not read.
const DIRECTIVES_MAX: usize = 3;
const DECISIONS_MAX: usize = 3;
const UNREAD_MAX: usize = 3;
const REPORTS_MAX: usize = 3;
const NEXT_MAX: usize = 2;
