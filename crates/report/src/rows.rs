//! The tables of an assessment as rows of cells: one definition for CSV and workbook.

use std::collections::BTreeMap;

use model::finding::State;
use model::record::{Assessment, Asset, Diagnostic, Evidence, Finding, Source, Waiver};

use crate::phrases;
use crate::shown::{Cell, Column, View};

/// A row of a table.
pub(crate) trait Row {
    /// The columns, in the order of [`Self::cells`].
    const COLUMNS: &'static [Column];

    /// The cells.
    fn cells(&self, view: View<'_>) -> Vec<Cell>;
}

/// The findings with their assets.
pub(crate) fn findings(assessment: &Assessment) -> impl Iterator<Item = FindingRow<'_>> {
    let assets: BTreeMap<&str, &Asset> =
        assessment.assets.iter().map(|asset| (asset.id.as_str(), asset)).collect();
    assessment.findings.iter().map(move |finding| FindingRow {
        finding,
        asset: assets.get(finding.asset.as_str()).copied(),
    })
}

/// The assets with the number of their findings.
pub(crate) fn assets(assessment: &Assessment) -> impl Iterator<Item = AssetRow<'_>> {
    let mut counts: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for finding in &assessment.findings {
        let (all, prohibited) = counts.entry(&finding.asset).or_default();
        *all += 1;
        *prohibited += u64::from(finding.state == State::Prohibited);
    }
    assessment.assets.iter().map(move |asset| {
        let (findings, prohibited) = counts.get(asset.id.as_str()).copied().unwrap_or_default();
        AssetRow { asset, findings, prohibited }
    })
}

/// The evidence with its findings.
pub(crate) fn evidence(assessment: &Assessment) -> impl Iterator<Item = EvidenceRow<'_>> {
    assessment.findings.iter().flat_map(|finding| {
        finding.evidence.iter().map(move |evidence| EvidenceRow { finding, evidence })
    })
}

/// A finding and the asset that bears it.
pub(crate) struct FindingRow<'a> {
    finding: &'a Finding,
    asset: Option<&'a Asset>,
}

impl Row for FindingRow<'_> {
    const COLUMNS: &'static [Column] = &[
        column("finding_id", 13),
        column("state", 14),
        column("directive", 28),
        column("clause", 8),
        column("asset_id", 13),
        column("asset", 28),
        column("asset_kind", 14),
        column("site", 16),
        column("os", 22),
        column("asset_owner", 18),
        column("observed_on", 12),
        column("vendor_id", 16),
        column("vendor", 24),
        column("product_id", 24),
        column("product", 30),
        column("category", 22),
        column("versions", 16),
        column("relation", 16),
        column("confidence", 12),
        column("confidence_reason", 34),
        column("state_reason", 38),
        column("named_vendor", 16),
        column("owner_chain", 40),
        column("decisions", 26),
        column("deadline", 12),
        column("days_left", 10),
        column("waiver", 14),
        column("evidence_total", 10),
    ];

    fn cells(&self, view: View<'_>) -> Vec<Cell> {
        let finding = self.finding;
        let of_asset = |pick: fn(&Asset) -> &String| Cell::from(self.asset.map_or("", |a| pick(a)));
        let deadline = finding.deadline.as_ref();
        vec![
            (&finding.id).into(),
            view.word("state", finding.state.as_str()),
            (&finding.directive).into(),
            (&finding.clause).into(),
            (&finding.asset).into(),
            (&finding.asset_name).into(),
            view.word("kind", self.asset.map_or("", |asset| &asset.kind)),
            of_asset(|asset| &asset.site),
            of_asset(|asset| &asset.os),
            of_asset(|asset| &asset.owner),
            Cell::Day(self.asset.map(|asset| asset.observed_on.clone()).unwrap_or_default()),
            (&finding.vendor.id).into(),
            view.name(&finding.vendor),
            (&finding.product.id).into(),
            view.name(&finding.product),
            (&finding.category).into(),
            finding.versions.join(", ").into(),
            view.word("relation", finding.relation.as_str()),
            view.word("confidence", finding.confidence.as_str()),
            view.code(&finding.confidence_reason),
            view.code(&finding.state_reason),
            (&finding.named_vendor).into(),
            owner_chain(finding, view).into(),
            finding.decisions.join(", ").into(),
            Cell::Day(deadline.and_then(|deadline| deadline.date.clone()).unwrap_or_default()),
            deadline.and_then(|deadline| deadline.days_left).map_or("".into(), Cell::Number),
            finding.waiver.as_deref().unwrap_or_default().into(),
            finding.evidence_total.into(),
        ]
    }
}

fn owner_chain(finding: &Finding, view: View<'_>) -> String {
    let steps = finding.owner_chain.iter().map(|step| match view {
        View::Machine => format!("{} {} {}", step.vendor, step.kind, step.to),
        View::Person(words) => phrases::owner_step(words, step),
    });
    steps.collect::<Vec<_>>().join("; ")
}

/// An asset and how many findings it bears.
pub(crate) struct AssetRow<'a> {
    pub(crate) asset: &'a Asset,
    pub(crate) findings: u64,
    pub(crate) prohibited: u64,
}

impl Row for AssetRow<'_> {
    const COLUMNS: &'static [Column] = &[
        column("asset_id", 13),
        column("asset", 30),
        column("asset_kind", 16),
        column("site", 18),
        column("os", 26),
        column("asset_owner", 20),
        column("observed_on", 12),
        column("findings", 10),
        column("prohibited", 12),
        column("identifiers", 60),
    ];

    fn cells(&self, view: View<'_>) -> Vec<Cell> {
        vec![
            (&self.asset.id).into(),
            (&self.asset.name).into(),
            view.word("kind", &self.asset.kind),
            (&self.asset.site).into(),
            (&self.asset.os).into(),
            (&self.asset.owner).into(),
            Cell::Day(self.asset.observed_on.clone()),
            self.findings.into(),
            self.prohibited.into(),
            self.asset.identifiers.join(", ").into(),
        ]
    }
}

/// One observation and the finding that it supports.
pub(crate) struct EvidenceRow<'a> {
    finding: &'a Finding,
    evidence: &'a Evidence,
}

impl Row for EvidenceRow<'_> {
    const COLUMNS: &'static [Column] = &[
        column("finding_id", 13),
        column("asset", 26),
        column("product", 28),
        column("evidence_class", 14),
        column("field", 18),
        column("value", 36),
        column("pattern", 34),
        column("meaning", 13),
        column("strength", 10),
        column("fact_confidence", 16),
        column("fact_sources", 24),
        column("context", 14),
        column("path", 40),
        column("part", 22),
        column("unit", 8),
        column("at", 10),
        column("sha256", 66),
        column("reader", 20),
        column("row", 60),
    ];

    fn cells(&self, view: View<'_>) -> Vec<Cell> {
        let evidence = self.evidence;
        let row: Vec<String> =
            evidence.row.iter().map(|(field, value)| format!("{field}={value}")).collect();
        vec![
            (&self.finding.id).into(),
            (&self.finding.asset_name).into(),
            view.name(&self.finding.product),
            view.word("class", evidence.class.as_str()),
            (&evidence.field).into(),
            (&evidence.value).into(),
            (&evidence.pattern).into(),
            view.word("meaning", &evidence.meaning),
            view.word("strength", &evidence.strength),
            view.word("fact", &evidence.fact_confidence),
            evidence.fact_sources.join(", ").into(),
            view.word("context", &evidence.context),
            (&evidence.path).into(),
            (&evidence.part).into(),
            view.word("unit", &evidence.unit),
            evidence.at.into(),
            (&evidence.sha256).into(),
            (&evidence.reader).into(),
            row.join("; ").into(),
        ]
    }
}

impl Row for &Source {
    const COLUMNS: &'static [Column] = &[
        column("path", 48),
        column("fate", 16),
        column("reader", 20),
        column("bytes", 12),
        column("rows", 12),
        column("understood", 12),
        column("inert", 12),
        column("not_understood", 14),
        column("inert_reasons", 44),
        column("lost_reasons", 44),
        column("first_positions", 36),
        column("sha256", 66),
    ];

    fn cells(&self, view: View<'_>) -> Vec<Cell> {
        let reason = |code: &str, rows: u64| match view.code(code) {
            Cell::Text(text) => format!("{text}: {rows}"),
            Cell::Number(_) | Cell::Day(_) => rows.to_string(),
        };
        let inert: Vec<String> =
            self.inert.iter().map(|(code, rows)| reason(code, *rows)).collect();
        let lost: Vec<String> =
            self.not_understood.iter().map(|(code, lost)| reason(code, lost.rows)).collect();
        let first: Vec<String> = self
            .not_understood
            .values()
            .flat_map(|lost| &lost.first)
            .map(|(part, at)| if part.is_empty() { at.to_string() } else { format!("{part}:{at}") })
            .collect();
        vec![
            (&self.path).into(),
            view.word("fate", &self.fate),
            (&self.reader).into(),
            self.bytes.into(),
            self.rows.into(),
            self.understood.into(),
            phrases::inert(self).into(),
            phrases::lost(self).into(),
            inert.join("; ").into(),
            lost.join("; ").into(),
            first.join(", ").into(),
            (&self.sha256).into(),
        ]
    }
}

impl Row for &Diagnostic {
    const COLUMNS: &'static [Column] = &[
        column("severity", 10),
        column("code", 26),
        column("text", 60),
        column("help", 60),
        column("path", 48),
        column("part", 22),
        column("unit", 8),
        column("at", 10),
    ];

    fn cells(&self, view: View<'_>) -> Vec<Cell> {
        let (text, help) = match view {
            View::Machine => {
                let args = self.args.iter().map(|(name, value)| format!("{name}={value}"));
                (args.collect::<Vec<_>>().join("; "), None)
            }
            View::Person(words) => (words.code(&self.code, &self.args), words.help(&self.code)),
        };
        vec![
            view.word("severity", &self.severity),
            (&self.code).into(),
            text.into(),
            help.unwrap_or_default().into(),
            (&self.path).into(),
            (&self.part).into(),
            view.word("unit", &self.unit),
            if self.at == 0 { "".into() } else { self.at.into() },
        ]
    }
}

impl Row for &Waiver {
    const COLUMNS: &'static [Column] = &[
        column("waiver", 16),
        column("status", 14),
        column("expires", 24),
        column("zone", 20),
        column("days_left", 10),
        column("findings", 10),
        column("reason", 60),
        column("approver", 24),
        column("ticket", 18),
    ];

    fn cells(&self, view: View<'_>) -> Vec<Cell> {
        vec![
            (&self.id).into(),
            view.word("waiver", &self.status),
            (&self.expires).into(),
            (&self.zone).into(),
            Cell::Number(self.days_left),
            self.findings.into(),
            (&self.reason).into(),
            (&self.approver).into(),
            (&self.ticket).into(),
        ]
    }
}

pub(crate) const fn column(name: &'static str, width: u16) -> Column {
    Column { name, width }
}
