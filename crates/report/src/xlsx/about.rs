//! The sheets about the run itself: what the directives say and were read to mean, and where the figures come from.

use model::finding::State;
use model::record::{Assessment, Directive};

use crate::figures::Figures;
use crate::phrases;
use crate::rows::{Row, column};
use crate::shown::{Cell, Column, View};
use crate::words::Words;

/// One statement about a directive.
pub(crate) struct DirectiveRow {
    cells: Vec<Cell>,
}

impl Row for DirectiveRow {
    const COLUMNS: &'static [Column] = &[
        column("directive", 28),
        column("section", 14),
        column("item", 24),
        column("text", 70),
        column("answer", 18),
        column("by", 12),
        column("date", 12),
        column("days_left", 10),
        column("findings", 10),
        column("why", 60),
    ];

    fn cells(&self, _: View<'_>) -> Vec<Cell> {
        self.cells.clone()
    }
}

/// The statements about each directive: itself, its deadlines, decisions, vendors, unknowns and citations.
pub(crate) fn directives(assessment: &Assessment, words: &Words) -> Vec<DirectiveRow> {
    assessment.directives.iter().flat_map(|directive| of_directive(directive, words)).collect()
}

fn of_directive(directive: &Directive, words: &Words) -> Vec<DirectiveRow> {
    let row = |section: &str, item: &str, text: &str, rest: [Cell; 6]| {
        let first = [(&directive.id).into(), words.plain(section).into(), item.into(), text.into()];
        DirectiveRow { cells: first.into_iter().chain(rest).collect() }
    };
    let empty = || -> Cell { "".into() };
    let blank = || [empty(), empty(), empty(), empty(), empty(), empty()];
    let mut answer = blank();
    let [force, .., status] = &mut answer;
    *force = words.word("force", &directive.force).into();
    *status = words.word("status", &directive.status).into();
    let mut rows = vec![row("section-directive", "", words.pick(&directive.title), answer)];
    rows.push(row("section-binds", "", words.pick(&directive.binds), blank()));
    if directive.press_only {
        rows.push(row("section-note", "", &words.plain("press-only-banner"), blank()));
    }
    rows.extend(directive.deadlines.iter().map(|deadline| {
        let rest = [
            words.word("fact", &deadline.confidence).into(),
            empty(),
            Cell::Day(deadline.date.clone().unwrap_or_default()),
            deadline.days_left.map_or_else(empty, Cell::Number),
            empty(),
            (&deadline.as_stated).into(),
        ];
        row("section-deadline", &deadline.clause, words.pick(&deadline.action), rest)
    }));
    rows.extend(directive.decisions.iter().map(|decision| {
        let by = if decision.by_user { "decision-by-user" } else { "decision-by-default" };
        let rest = [
            words.word("answer", &decision.answer).into(),
            words.plain(by).into(),
            empty(),
            empty(),
            decision.findings.into(),
            words.pick(&decision.why).into(),
        ];
        row("section-decision", &decision.id, words.pick(&decision.question), rest)
    }));
    let vendors = directive.vendors.iter();
    rows.extend(vendors.map(|v| row("section-vendor", &v.id, words.name(v), blank())));
    let unknowns = directive.unknowns.iter();
    rows.extend(unknowns.map(|text| row("section-unknown", "", words.pick(text), blank())));
    rows.extend(directive.sources.iter().map(|citation| {
        let mut rest = blank();
        let [tier, ..] = &mut rest;
        *tier = words.word("tier", &citation.tier).into();
        row("section-citation", &citation.id, &citation.text, rest)
    }));
    rows
}

/// One entry about the run.
pub(crate) struct MetaRow {
    key: String,
    value: Cell,
}

impl Row for MetaRow {
    const COLUMNS: &'static [Column] = &[column("key", 34), column("value", 80)];

    fn cells(&self, _: View<'_>) -> Vec<Cell> {
        vec![(&self.key).into(), self.value.clone()]
    }
}

/// Where the figures come from, and how many there are: lets a reader check that nothing was cut or filtered.
pub(crate) fn meta(assessment: &Assessment, words: &Words) -> Vec<MetaRow> {
    let figures = Figures::of(assessment, words);
    let totals = &assessment.totals;
    let evidence: usize = assessment.findings.iter().map(|finding| finding.evidence.len()).sum();
    let observed: u64 = assessment.findings.iter().map(|f| u64::from(f.evidence_total)).sum();
    let mut entries: Vec<(String, Cell)> = [
        ("meta-target", Cell::from(&assessment.target)),
        ("meta-date", Cell::Day(assessment.date.clone())),
        ("meta-program", (&assessment.program).into()),
        ("meta-schema", (&assessment.schema).into()),
        ("meta-data", (&assessment.data_sha256).into()),
        ("meta-filters", words.plain("meta-no-filters").into()),
        ("meta-findings", figures.findings.into()),
        ("meta-evidence", (evidence as u64).into()),
        ("meta-observations", observed.into()),
        ("meta-assets", totals.assets.into()),
        ("meta-assets-listed", (assessment.assets.len() as u64).into()),
        ("meta-sources", (assessment.sources.len() as u64).into()),
        ("meta-rows", totals.rows.into()),
        ("meta-understood", totals.rows_understood.into()),
        ("meta-inert", totals.rows_inert.into()),
        ("meta-lost", totals.rows_not_understood.into()),
    ]
    .into_iter()
    .map(|(key, value)| (words.plain(key), value))
    .collect();
    entries.extend(State::ALL.into_iter().map(|state| {
        let state_word = words.word("state", state.as_str());
        let key = words.text("meta-state", &[("state", (&state_word).into())]);
        (key, figures.state(state).into())
    }));
    entries.extend(
        assessment
            .sources
            .iter()
            .filter(|source| phrases::not_read(source))
            .map(|source| (words.plain("meta-not-read"), Cell::from(&source.path))),
    );
    entries.into_iter().map(|(key, value)| MetaRow { key, value }).collect()
}
