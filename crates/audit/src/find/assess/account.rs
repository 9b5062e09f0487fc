//! The account of a run beside its findings: directives as applied, assets, inputs, waivers, diagnostics, totals.

use std::collections::{BTreeMap, BTreeSet};

use catalog::codes::{WAIVER_EXPIRED, WAIVER_EXPIRING, WAIVER_UNUSED};
use catalog::directive::{DecisionSlot, Directive, Status};
use catalog::shape::Keyword;
use catalog::waiver::{EXPIRING_DAYS, Waiver, WaiverStatus};
use model::asset::{Asset, AssetKind, IdKind};
use model::diagnostic::{Diagnostic, Severity};
use model::finding::{Relation, State};
use model::record;
use model::source::{Fate, Source, SourceId};

use super::{Assessor, both, short_id};
use crate::codes;
use crate::find::deadline::{deadlines, headline};
use crate::find::scope::{Case, rule};
use crate::identify::Judged;

impl Assessor<'_> {
    pub(super) fn directive(
        &self,
        directive: &Directive,
        findings: &[record::Finding],
    ) -> record::Directive {
        let all = deadlines(directive, self.options.day);
        let vendors: BTreeSet<&String> =
            directive.clauses.iter().flat_map(|clause| &clause.vendors).collect();
        let named = |id: &String| {
            let vendor = self.catalog.vendor(id);
            let name = |tag| (tag, vendor.map_or(id.as_str(), |vendor| vendor.name(tag)));
            record::Named { id: id.clone(), name: both([name("en"), name("zh-CN")]) }
        };
        record::Directive {
            id: directive.id.clone(),
            title: directive.title.clone(),
            binds: directive.binds.clone(),
            force: directive.force.word().to_owned(),
            status: directive.status.word().to_owned(),
            confidence: directive.confidence.word().to_owned(),
            press_only: directive.is_press_only(),
            deadline: headline(directive, self.options.day),
            deadlines: all,
            decisions: self.decisions(directive, findings),
            unknowns: directive.unknowns.clone(),
            products: self.products_in_scope(directive),
            vendors: vendors.into_iter().map(named).collect(),
            sources: directive
                .sources
                .iter()
                .map(|source| record::Citation {
                    id: source.id.clone(),
                    text: if source.url.is_empty() {
                        source.note.clone()
                    } else {
                        source.url.clone()
                    },
                    tier: source.tier.word().to_owned(),
                })
                .collect(),
        }
    }

    pub(super) fn products_in_scope(&self, directive: &Directive) -> u32 {
        let in_scope = self.catalog.products.iter().filter(|product| {
            let case =
                Case { product: Some(product), vendor: &product.vendor, relation: Relation::Is };
            let ruling = rule(&case, directive, self.catalog, self.options);
            ruling.is_some_and(|ruling| ruling.state != State::Watch)
        });
        u32::try_from(in_scope.count()).unwrap_or(u32::MAX)
    }

    pub(super) fn decisions(
        &self,
        directive: &Directive,
        findings: &[record::Finding],
    ) -> Vec<record::Decision> {
        let decision = |slot: &DecisionSlot| {
            let given = self.options.answer(directive, &slot.id);
            let depends = |finding: &&record::Finding| {
                let prefix = format!("{}=", slot.id);
                finding.directive == directive.id
                    && finding.decisions.iter().any(|used| used.starts_with(&prefix))
            };
            record::Decision {
                id: slot.id.clone(),
                question: slot.question.clone(),
                answer: given.unwrap_or(slot.default).word().to_owned(),
                by_user: given.is_some(),
                why: slot.why.clone(),
                findings: u32::try_from(findings.iter().filter(depends).count())
                    .unwrap_or(u32::MAX),
            }
        };
        directive.decisions.iter().map(decision).collect()
    }

    pub(super) fn asset_ids(&self) -> Vec<String> {
        let observations = &self.gathered.observations;
        let mut seen: BTreeMap<String, u32> = BTreeMap::new();
        let key = |asset: &Asset| {
            let strongest = asset.identifiers.iter().min_by_key(|(kind, _)| strength_of(*kind));
            let text = strongest.map_or(asset.name, |(_, id)| *id);
            format!("{}\n{}", id_space(asset.kind), observations.strings.get(text).to_lowercase())
        };
        let id_of = |asset: &Asset| {
            let base = key(asset);
            let count = seen.entry(base.clone()).or_default();
            *count += 1;
            let unique = if *count == 1 { base } else { format!("{base}\n{count}") };
            short_id("A", &unique)
        };
        observations.assets.iter().map(id_of).collect()
    }

    /// The assets that bear a finding, or those that bear none.
    pub(super) fn assets(
        &self,
        findings: &[record::Finding],
        ids: &[String],
        found: bool,
    ) -> Vec<record::Asset> {
        let wanted: BTreeSet<&String> = findings.iter().map(|finding| &finding.asset).collect();
        let observations = &self.gathered.observations;
        let text = |id: Option<model::strings::StrId>| {
            id.map(|id| observations.strings.get(id).to_owned()).unwrap_or_default()
        };
        let mut assets: Vec<record::Asset> = observations
            .assets
            .iter()
            .zip(ids)
            .filter(|(_, id)| wanted.contains(id) == found)
            .map(|(asset, id)| record::Asset {
                id: id.clone(),
                name: text(Some(asset.name)),
                kind: asset.kind.as_str().to_owned(),
                site: text(asset.site),
                os: text(asset.os),
                owner: text(asset.owner),
                observed_on: text(asset.observed_on),
                identifiers: asset
                    .identifiers
                    .iter()
                    .map(|(kind, id)| {
                        format!("{}:{}", kind.as_str(), observations.strings.get(*id))
                    })
                    .collect(),
            })
            .collect();
        assets.sort_by(|a, b| a.id.cmp(&b.id));
        assets
    }

    pub(super) fn waivers(&self, waived: &[u32]) -> Vec<record::Waiver> {
        let file = &self.options.waivers;
        let record = |(waiver, findings): (&Waiver, &u32)| record::Waiver {
            id: waiver.id.clone(),
            reason: waiver.reason.clone(),
            approver: waiver.approver.clone(),
            ticket: waiver.ticket.clone(),
            expires: waiver.end_instant(file.zone_seconds),
            zone: file.zone.clone(),
            status: waiver.status(self.options.day).as_str().to_owned(),
            days_left: waiver.days_left(self.options.day),
            findings: *findings,
        };
        file.waivers.iter().zip(waived).map(record).collect()
    }

    /// What was said while reading, and what there is to say about the waivers.
    pub(super) fn diagnostics(
        &self,
        directives: &[&Directive],
        waived: &[u32],
    ) -> Vec<record::Diagnostic> {
        let read = self.gathered.diagnostics.iter();
        let mut records: Vec<_> = read.map(|diagnostic| self.diagnostic(diagnostic)).collect();
        records.extend(directives.iter().filter_map(|directive| self.about_force(directive)));
        for (waiver, findings) in self.options.waivers.waivers.iter().zip(waived) {
            let left = waiver.days_left(self.options.day);
            let expiring = waiver.status(self.options.day) == WaiverStatus::InForce;
            let mut say = |code: model::diagnostic::Code| {
                let args = [("id", waiver.id.clone()), ("days", left.abs().to_string())];
                records.push(record::Diagnostic {
                    code: code.0.to_owned(),
                    severity: Severity::Warning.as_str().to_owned(),
                    args: args.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
                    ..record::Diagnostic::default()
                });
            };
            if waiver.status(self.options.day) == WaiverStatus::Expired {
                say(WAIVER_EXPIRED);
            } else if expiring && left <= EXPIRING_DAYS {
                say(WAIVER_EXPIRING);
            }
            if *findings == 0 {
                say(WAIVER_UNUSED);
            }
        }
        records
    }

    /// A directive that does not bind at the evaluation date is applied all the same, because the user asked, and said to be so.
    pub(super) fn about_force(&self, directive: &Directive) -> Option<record::Diagnostic> {
        let day = self.options.day;
        let later =
            |date: Option<model::date::PartialDate>| date.is_some_and(|d| d.first_day() > day);
        let code = if later(directive.issued) {
            codes::DIRECTIVE_NOT_YET_ISSUED
        } else if directive.status == Status::Closed {
            codes::DIRECTIVE_CLOSED
        } else if directive.status == Status::Proposed || later(directive.effective) {
            codes::DIRECTIVE_NOT_IN_FORCE
        } else {
            return None;
        };
        let args = [("id", directive.id.clone()), ("date", self.options.day.to_string())];
        Some(record::Diagnostic {
            code: code.0.to_owned(),
            severity: Severity::Warning.as_str().to_owned(),
            args: args.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            ..record::Diagnostic::default()
        })
    }

    pub(super) fn diagnostic(&self, diagnostic: &Diagnostic) -> record::Diagnostic {
        let place = diagnostic.place.as_ref();
        let source = place.and_then(|place| self.gathered.sources.get(place.source.0 as usize));
        let at = place.map_or(0, |place| place.at);
        record::Diagnostic {
            code: diagnostic.code.0.to_owned(),
            severity: diagnostic.severity.as_str().to_owned(),
            path: source.map(|(source, _)| source.path.clone()).unwrap_or_default(),
            part: place.map(|place| place.part.clone()).unwrap_or_default(),
            unit: place.filter(|_| at > 0).map_or("", |place| place.unit.as_str()).to_owned(),
            at,
            args: diagnostic
                .args
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
        }
    }

    pub(super) fn totals(&self, findings: &[record::Finding], judged: &Judged) -> record::Totals {
        let observations = &self.gathered.observations;
        let mut totals = record::Totals {
            assets: observations.assets.len() as u64,
            distinct_strings: observations.strings.len() as u64,
            distinct_items: judged.verdicts.len() as u64,
            ..record::Totals::default()
        };
        for asset in &observations.assets {
            *totals.assets_by_kind.entry(asset.kind.as_str().to_owned()).or_default() += 1;
        }
        let diagnostics = self.gathered.diagnostics.iter();
        let failed: BTreeSet<SourceId> = diagnostics
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
            .filter_map(|diagnostic| diagnostic.place.as_ref().map(|place| place.source))
            .collect();
        for (number, (source, ledger)) in self.gathered.sources.iter().enumerate() {
            let id = SourceId(u32::try_from(number).unwrap_or(u32::MAX));
            let whole = ledger.lost_rows() == 0 && !failed.contains(&id);
            totals.rows += ledger.rows;
            totals.rows_understood += ledger.understood;
            totals.rows_inert += ledger.inert_rows();
            totals.rows_not_understood += ledger.lost_rows();
            match source.fate {
                Fate::Read { .. } | Fate::Opened { .. } if whole => {
                    totals.sources_whole += 1;
                }
                Fate::Read { .. } | Fate::Opened { .. } => totals.sources_partly += 1,
                Fate::Unknown | Fate::Unreadable | Fate::NotRegular(_) => {
                    totals.sources_not_read += 1
                }
            }
        }
        for finding in findings {
            *totals.findings_by_state.entry(finding.state.as_str().to_owned()).or_default() += 1;
        }
        totals
    }
}

pub(super) fn prohibited_assets(findings: &[record::Finding]) -> u64 {
    let prohibited = findings.iter().filter(|finding| finding.state == State::Prohibited);
    prohibited.map(|finding| &finding.asset).collect::<BTreeSet<_>>().len() as u64
}

pub(super) fn source_record((source, ledger): &(Source, model::ledger::Ledger)) -> record::Source {
    let (fate, reader) = match source.fate {
        Fate::Read { reader, version } => ("read", format!("{reader}/{version}")),
        Fate::Opened { container } => ("opened", container.to_owned()),
        Fate::Unknown => ("unknown", String::new()),
        Fate::Unreadable => ("unreadable", String::new()),
        Fate::NotRegular(what) => ("not-regular", what.to_owned()),
    };
    record::Source {
        path: source.path.clone(),
        sha256: source.sha256.clone(),
        bytes: source.bytes,
        fate: fate.to_owned(),
        reader,
        rows: ledger.rows,
        understood: ledger.understood,
        inert: ledger.inert.iter().map(|(code, rows)| (code.0.to_owned(), *rows)).collect(),
        not_understood: ledger
            .not_understood
            .iter()
            .map(|(code, lost)| {
                let lost = record::Lost { rows: lost.rows, first: lost.first.clone() };
                (code.0.to_owned(), lost)
            })
            .collect(),
    }
}

/// Computers and devices share one name space, because a second source may know better what an asset is; the others have their own.
fn id_space(kind: AssetKind) -> &'static str {
    match kind {
        AssetKind::Host | AssetKind::Device | AssetKind::VirtualMachine | AssetKind::Unknown => "",
        AssetKind::Image | AssetKind::Cluster | AssetKind::Software => kind.as_str(),
    }
}

fn strength_of(kind: IdKind) -> u8 {
    match kind {
        IdKind::Hostname => 0,
        IdKind::Serial => 1,
        IdKind::Uuid => 2,
        IdKind::Ip => 3,
        IdKind::Mac => 4,
    }
}
