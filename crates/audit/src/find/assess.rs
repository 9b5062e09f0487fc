//! From installations to the record of an assessment.

use std::collections::{BTreeMap, BTreeSet};

use catalog::codes::{WAIVER_EXPIRED, WAIVER_EXPIRING, WAIVER_UNUSED};
use catalog::directive::{Answer, Directive, Status};
use catalog::facts::{Catalog, Target};
use catalog::ownership::{Reach, Step};
use catalog::product::Fingerprint;
use catalog::shape::{Keyword, Words};
use catalog::waiver::{EXPIRING_DAYS, Subject, Waiver, WaiverStatus};
use jiff::civil::Date;
use model::asset::{Asset, IdKind};
use model::diagnostic::{Diagnostic, Severity};
use model::field::Field;
use model::finding::{Confidence, Relation, State};
use model::record;
use model::source::{Fate, Source};
use sha2::{Digest, Sha256};

use super::Options;
use super::deadline::{deadlines, headline, pressing};
use super::scope::{Case, Ruling, rule};
use crate::codes;
use crate::identify::{
    Installation, Judged, Match, Sighting, class, confidence, identify, installations,
};
use crate::merge::Gathered;

/// How many pieces of evidence a finding shows; the total is always stated.
pub const EVIDENCE_SHOWN: usize = 12;

/// Identifies, finds, and makes the record. `target`, `program` and `data_sha256` are stated in it as given.
pub fn assess(
    gathered: &Gathered,
    catalog: &Catalog,
    directives: &[&Directive],
    options: &Options,
) -> record::Assessment {
    let observations = &gathered.observations;
    let judged = identify(observations, catalog, options.day);
    let found = installations(observations, &judged, catalog);
    let assessor =
        Assessor { gathered, catalog, options, prints: catalog.fingerprints().collect() };
    assessor.record(&found, &judged, directives)
}

struct Assessor<'a> {
    gathered: &'a Gathered,
    catalog: &'a Catalog,
    options: &'a Options,
    prints: Vec<(Target, &'a Fingerprint)>,
}

impl Assessor<'_> {
    fn record(
        &self,
        found: &[Installation],
        judged: &Judged,
        directives: &[&Directive],
    ) -> record::Assessment {
        let asset_ids = self.asset_ids();
        let mut findings = Vec::new();
        let mut waived = vec![0_u32; self.options.waivers.waivers.len()];
        for directive in directives {
            let all = deadlines(directive, self.options.day);
            let mut rulings: BTreeMap<(Target, Relation), Option<Ruling>> = BTreeMap::new();
            for installation in found {
                let key = (installation.target, installation.relation);
                let ruling = rulings.entry(key).or_insert_with(|| {
                    let case = Case::of(key.0, key.1, self.catalog)?;
                    rule(&case, directive, self.catalog, self.options)
                });
                if let Some(ruling) = ruling {
                    let of_clause: Vec<_> =
                        all.iter().filter(|d| d.clause == ruling.clause).cloned().collect();
                    let deadline = pressing(&of_clause).cloned();
                    let finding =
                        self.finding(installation, ruling, directive, deadline, &asset_ids);
                    findings.push(self.waive(finding, installation, &mut waived));
                }
            }
        }
        findings.sort_by(|a, b| {
            let key = |f: &record::Finding| {
                (f.state, f.confidence, f.product.id.clone(), f.asset_name.clone(), f.id.clone())
            };
            key(a).cmp(&key(b))
        });
        make_ids_unique(&mut findings);
        let mut assessment = record::Assessment {
            schema: record::ASSESSMENT_SCHEMA.to_owned(),
            date: self.options.day.to_string(),
            directives: directives.iter().map(|d| self.directive(d, &findings)).collect(),
            assets: self.assets(&findings, &asset_ids),
            waivers: self.waivers(&waived),
            sources: self.gathered.sources.iter().map(source_record).collect(),
            diagnostics: self.diagnostics(directives, &waived),
            totals: self.totals(&findings, judged),
            findings,
            ..record::Assessment::default()
        };
        assessment.totals.assets_prohibited = prohibited_assets(&assessment.findings);
        assessment
    }

    fn finding(
        &self,
        installation: &Installation,
        ruling: &Ruling,
        directive: &Directive,
        deadline: Option<record::Deadline>,
        asset_ids: &[String],
    ) -> record::Finding {
        let index = installation.asset.0 as usize;
        let observations = &self.gathered.observations;
        let asset = observations.assets.get(index);
        let asset_name = asset.map_or("", |asset| observations.strings.get(asset.name)).to_owned();
        let asset_id = asset_ids.get(index).cloned().unwrap_or_default();
        let (product, category, vendor) = self.names(installation.target);
        let (sureness, confidence_reason) = confidence(&installation.evidence);
        let (state, state_reason) = self.settled(ruling, sureness, asset);
        let relation = installation.relation;
        let key = [&directive.id, &ruling.clause, &asset_id, &product.id, relation.as_str()];
        record::Finding {
            id: short_id("F", &key.join("\n")),
            asset: asset_id,
            asset_name,
            product,
            category,
            vendor,
            versions: self.versions(&installation.evidence),
            relation,
            confidence: sureness,
            confidence_reason: confidence_reason.to_owned(),
            state,
            state_reason: state_reason.to_owned(),
            directive: directive.id.clone(),
            clause: ruling.clause.clone(),
            decisions: ruling
                .decisions
                .iter()
                .map(|(slot, answer)| format!("{slot}={}", answer.word()))
                .collect(),
            owner_chain: ruling.reach.as_ref().map(|reach| self.chain(reach)).unwrap_or_default(),
            named_vendor: ruling
                .reach
                .as_ref()
                .map(|reach| reach.named.clone())
                .unwrap_or_default(),
            deadline,
            waiver: None,
            evidence: self.evidence(&installation.evidence),
            evidence_total: u32::try_from(installation.evidence.len()).unwrap_or(u32::MAX),
        }
    }

    /// What hints alone suggest is watched, never called prohibited; a description that nobody has renewed for long is stale.
    fn settled(
        &self,
        ruling: &Ruling,
        sureness: Confidence,
        asset: Option<&Asset>,
    ) -> (State, &'static str) {
        let pressing =
            matches!(ruling.state, State::Prohibited | State::Undecided | State::Residue);
        if pressing && sureness == Confidence::Possible {
            return (State::Watch, "state/hints-only");
        }
        let strings = &self.gathered.observations.strings;
        let seen = asset.and_then(|asset| asset.observed_on);
        let seen: Option<Date> = seen.and_then(|day| strings.get(day).parse().ok());
        let age = seen.map(|seen| i64::from((self.options.day - seen).get_days()));
        let may_be_gone = matches!(ruling.state, State::Prohibited | State::Undecided);
        if may_be_gone && age.is_some_and(|age| age > self.options.stale_days) {
            (State::Stale, "state/stale")
        } else {
            (ruling.state, ruling.reason)
        }
    }

    fn waive(
        &self,
        mut finding: record::Finding,
        installation: &Installation,
        waived: &mut [u32],
    ) -> record::Finding {
        let observations = &self.gathered.observations;
        let asset = observations.assets.get(installation.asset.0 as usize);
        let site =
            asset.and_then(|asset| asset.site).map_or("", |site| observations.strings.get(site));
        let subject = Subject {
            directive: &finding.directive,
            asset: &finding.asset_name,
            product: &finding.product.id,
            vendor: &finding.vendor.id,
            site,
        };
        let waivable = !matches!(finding.state, State::Watch | State::OutOfScope);
        let mut covering: Option<&Waiver> = None;
        for (waiver, count) in self.options.waivers.waivers.iter().zip(waived) {
            if !waivable || !waiver.covers(&subject) {
                continue;
            }
            *count += 1;
            let in_force = waiver.status(self.options.day) == WaiverStatus::InForce;
            if in_force && covering.is_none_or(|other| other.expires < waiver.expires) {
                covering = Some(waiver);
            }
        }
        if let Some(waiver) = covering {
            finding.waiver = Some(waiver.id.clone());
            finding.state = State::Waived;
            finding.state_reason = "state/waived".to_owned();
        }
        finding
    }

    fn names(&self, target: Target) -> (record::Named, String, record::Named) {
        let vendor_named = |id: &str| {
            let vendor = self.catalog.vendor(id);
            let name = |tag| (tag, vendor.map_or(id, |vendor| vendor.name(tag)));
            record::Named { id: id.to_owned(), name: both([name("en"), name("zh-CN")]) }
        };
        match target {
            Target::Product(index) => {
                let Some(product) = self.catalog.products.get(index) else {
                    return Default::default();
                };
                let chinese =
                    if product.name_zh.is_empty() { &product.name } else { &product.name_zh };
                let name = both([("en", &product.name), ("zh-CN", chinese)]);
                let named = record::Named { id: product.id.clone(), name };
                (named, product.category.clone(), vendor_named(&product.vendor))
            }
            Target::Vendor(index) => {
                let Some(vendor) = self.catalog.vendors.get(index) else {
                    return Default::default();
                };
                let id = format!("{}.*", vendor.id);
                let named = vendor_named(&vendor.id);
                (record::Named { id, name: named.name.clone() }, String::new(), named)
            }
        }
    }

    fn chain(&self, reach: &Reach) -> Vec<record::OwnerStep> {
        reach.steps.iter().filter_map(|step| self.chain_step(*step)).collect()
    }

    fn chain_step(&self, step: Step) -> Option<record::OwnerStep> {
        let graph = &self.catalog.graph;
        let (kind, from, to, period, percent, provenance) = match step {
            Step::Up(index) | Step::Former(index) | Step::Down(index) => {
                let edge = graph.owns.get(index)?;
                let (kind, from, to) = match step {
                    Step::Down(_) => ("owns", &edge.owner, &edge.owned),
                    Step::Former(_) => ("formerly-owned-by", &edge.owned, &edge.owner),
                    _ => ("owned-by", &edge.owned, &edge.owner),
                };
                (kind, from, to, edge.period, edge.percent, &edge.provenance)
            }
            Step::Along(index) => {
                let edge = graph.related.get(index)?;
                let period = model::date::Period { from: edge.date, until: None };
                (
                    edge.kind.word(),
                    &edge.from_vendor,
                    &edge.to_vendor,
                    period,
                    None,
                    &edge.provenance,
                )
            }
        };
        Some(record::OwnerStep {
            vendor: from.clone(),
            kind: kind.to_owned(),
            to: to.clone(),
            from: period.from.map(|date| date.to_string()).unwrap_or_default(),
            until: period.until.map(|date| date.to_string()).unwrap_or_default(),
            percent,
            confidence: provenance.confidence.word().to_owned(),
            sources: provenance.sources.iter().map(|id| self.citation(id)).collect(),
        })
    }

    fn citation(&self, id: &str) -> String {
        self.catalog.sources.get(id).map_or_else(|| id.to_owned(), |source| source.name.clone())
    }

    fn versions(&self, evidence: &[(Match, Sighting)]) -> Vec<String> {
        let versions: BTreeSet<&str> = evidence
            .iter()
            .filter_map(|(_, seen)| self.gathered.observations.value(seen.item, Field::Version))
            .collect();
        versions.into_iter().map(str::to_owned).collect()
    }

    /// The strongest pieces, one for each distinct fact and place, class first.
    fn evidence(&self, all: &[(Match, Sighting)]) -> Vec<record::Evidence> {
        let observations = &self.gathered.observations;
        let rank = |(one, seen): &&(Match, Sighting)| {
            let context = observations.items.get(seen.item).map(|item| item.context);
            let class = context.map(|context| class(one.fact.field, context));
            (one.strength, !one.known, class, seen.run, seen.at, one.print)
        };
        let mut sorted: Vec<&(Match, Sighting)> = all.iter().collect();
        sorted.sort_by_key(rank);
        let mut shown = BTreeSet::new();
        sorted.retain(|(one, seen)| shown.insert((one.fact, seen.run, seen.at)));
        sorted.truncate(EVIDENCE_SHOWN);
        sorted.into_iter().filter_map(|(one, seen)| self.piece(one, *seen)).collect()
    }

    fn piece(&self, one: &Match, seen: Sighting) -> Option<record::Evidence> {
        let observations = &self.gathered.observations;
        let strings = &observations.strings;
        let item = observations.items.get(seen.item)?;
        let run = observations.runs.get(seen.run)?;
        let (source, _) = self.gathered.sources.get(run.source.0 as usize)?;
        let (_, print) = self.prints.get(one.print)?;
        let reader = match source.fate {
            Fate::Read { reader, version } => format!("{reader}/{version}"),
            _ => String::new(),
        };
        let text = |fact: &model::observation::Fact| {
            (fact.field.as_str().to_owned(), strings.get(fact.value).to_owned())
        };
        Some(record::Evidence {
            class: class(one.fact.field, item.context),
            field: one.fact.field.as_str().to_owned(),
            value: strings.get(one.fact.value).to_owned(),
            pattern: format!("{} {}", print.kind.word(), print.value),
            meaning: print.meaning.word().to_owned(),
            strength: one.strength.word().to_owned(),
            fact_confidence: print.provenance.confidence.word().to_owned(),
            fact_sources: print.provenance.sources.iter().map(|id| self.citation(id)).collect(),
            context: item.context.as_str().to_owned(),
            row: item.facts.iter().map(text).collect(),
            path: source.path.clone(),
            sha256: self.digest_of(source),
            reader,
            part: strings.get(run.part).to_owned(),
            unit: run.unit.as_str().to_owned(),
            at: seen.at,
        })
    }

    /// A member's digest is that of the archive on disk that holds it.
    fn digest_of(&self, source: &Source) -> String {
        if !source.sha256.is_empty() {
            return source.sha256.clone();
        }
        let outer = source.path.split("!/").next().unwrap_or(&source.path);
        let sources = &self.gathered.sources;
        let found = sources.binary_search_by(|(other, _)| other.path.as_str().cmp(outer));
        found
            .ok()
            .and_then(|index| sources.get(index))
            .map(|(s, _)| s.sha256.clone())
            .unwrap_or_default()
    }

    fn directive(&self, directive: &Directive, findings: &[record::Finding]) -> record::Directive {
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
            deadline: headline(directive, &all),
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

    fn products_in_scope(&self, directive: &Directive) -> u32 {
        let in_scope = self.catalog.products.iter().filter(|product| {
            let case =
                Case { product: Some(product), vendor: &product.vendor, relation: Relation::Is };
            let ruling = rule(&case, directive, self.catalog, self.options);
            ruling.is_some_and(|ruling| ruling.state != State::Watch)
        });
        u32::try_from(in_scope.count()).unwrap_or(u32::MAX)
    }

    fn decisions(
        &self,
        directive: &Directive,
        findings: &[record::Finding],
    ) -> Vec<record::Decision> {
        let decision = |slot: &catalog::directive::DecisionSlot| {
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

    fn asset_ids(&self) -> Vec<String> {
        let observations = &self.gathered.observations;
        let mut seen: BTreeMap<String, u32> = BTreeMap::new();
        let key = |asset: &Asset| {
            let strongest = asset.identifiers.iter().min_by_key(|(kind, _)| strength_of(*kind));
            let text = strongest.map_or(asset.name, |(_, id)| *id);
            format!("{}\n{}", asset.kind.as_str(), observations.strings.get(text).to_lowercase())
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

    fn assets(&self, findings: &[record::Finding], ids: &[String]) -> Vec<record::Asset> {
        let wanted: BTreeSet<&String> = findings.iter().map(|finding| &finding.asset).collect();
        let observations = &self.gathered.observations;
        let text = |id: Option<model::strings::StrId>| {
            id.map(|id| observations.strings.get(id).to_owned()).unwrap_or_default()
        };
        let mut assets: Vec<record::Asset> = observations
            .assets
            .iter()
            .zip(ids)
            .filter(|(_, id)| wanted.contains(id))
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

    fn waivers(&self, waived: &[u32]) -> Vec<record::Waiver> {
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
    fn diagnostics(&self, directives: &[&Directive], waived: &[u32]) -> Vec<record::Diagnostic> {
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
    fn about_force(&self, directive: &Directive) -> Option<record::Diagnostic> {
        let issued = directive.issued.filter(|issued| issued.first_day() > self.options.day);
        let code = match (issued, directive.status) {
            (Some(_), _) => codes::DIRECTIVE_NOT_YET_ISSUED,
            (None, Status::Closed) => codes::DIRECTIVE_CLOSED,
            (None, Status::Proposed | Status::Future) => codes::DIRECTIVE_NOT_IN_FORCE,
            (None, Status::InForce | Status::InForceAsReported) => return None,
        };
        let args = [("id", directive.id.clone()), ("date", self.options.day.to_string())];
        Some(record::Diagnostic {
            code: code.0.to_owned(),
            severity: Severity::Warning.as_str().to_owned(),
            args: args.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            ..record::Diagnostic::default()
        })
    }

    fn diagnostic(&self, diagnostic: &Diagnostic) -> record::Diagnostic {
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

    fn totals(&self, findings: &[record::Finding], judged: &Judged) -> record::Totals {
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
        for (source, ledger) in &self.gathered.sources {
            totals.rows += ledger.rows;
            totals.rows_understood += ledger.understood;
            totals.rows_inert += ledger.inert_rows();
            totals.rows_not_understood += ledger.lost_rows();
            match source.fate {
                Fate::Read { .. } | Fate::Opened { .. } if ledger.lost_rows() == 0 => {
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

fn prohibited_assets(findings: &[record::Finding]) -> u64 {
    let prohibited = findings.iter().filter(|finding| finding.state == State::Prohibited);
    prohibited.map(|finding| &finding.asset).collect::<BTreeSet<_>>().len() as u64
}

fn source_record((source, ledger): &(Source, model::ledger::Ledger)) -> record::Source {
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

/// Two findings with the same short id get longer ones; the odds are one in four thousand million, the consequence would be a
/// finding that `explain` cannot reach.
fn make_ids_unique(findings: &mut [record::Finding]) {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for finding in findings {
        let count = seen.entry(finding.id.clone()).or_default();
        *count += 1;
        if *count > 1 {
            finding.id = format!("{}-{count}", finding.id);
        }
    }
}

/// A letter and the first eight hex digits of a digest: stable over runs, short enough to type.
fn short_id(letter: &str, key: &str) -> String {
    let digest = Sha256::digest(key.as_bytes());
    let hex: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("{letter}-{hex}")
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

fn both<T: AsRef<str>>(names: [(&str, T); 2]) -> Words {
    names.into_iter().map(|(tag, name)| (tag.to_owned(), name.as_ref().to_owned())).collect()
}

/// Whether a run found something that the exit code must tell.
pub fn has_findings(assessment: &record::Assessment, at_least: Confidence) -> bool {
    assessment.findings.iter().any(|finding| {
        let pressing = !matches!(finding.state, State::Watch | State::OutOfScope | State::Waived);
        pressing && finding.confidence <= at_least
    })
}

/// The answers as the command line gives them: `slot=in`.
pub fn parse_decision(text: &str) -> Option<(String, Answer)> {
    let (slot, answer) = text.split_once('=')?;
    let answer = Answer::WORDS.iter().find(|(word, _)| *word == answer.trim())?.1;
    Some((slot.trim().to_owned(), answer))
}
