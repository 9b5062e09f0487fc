//! From installations to the record of an assessment.

mod account;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use catalog::directive::{Answer, Directive};
use catalog::facts::{Catalog, Target};
use catalog::ownership::{Reach, Step};
use catalog::product::{Fingerprint, Product};
use catalog::shape::{Keyword, Words};
use catalog::waiver::{Subject, Waiver, WaiverStatus};
use jiff::civil::Date;
use model::asset::Asset;
use model::field::Field;
use model::finding::{Confidence, Relation, State};
use model::record;
use model::source::{Fate, Source};
use sha2::{Digest, Sha256};

use super::Options;
use super::deadline::of_clause;
use super::scope::{Case, Ruling, rule};
use crate::identify::{
    Installation, Judged, Match, Sighting, class, confidence, identify, installations,
};
use crate::merge::Gathered;
use account::{prohibited_assets, source_record};

/// How many pieces of evidence a finding shows at most; the total is always stated.
pub const EVIDENCE_SHOWN: usize = 12;

/// How many pieces of evidence all findings together show at most, as long as each shows one.
pub const EVIDENCE_BUDGET: usize = 200_000;

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

/// One directive's ruling about one installation.
struct Found<'f> {
    directive: &'f Directive,
    installation: &'f Installation,
    ruled: Rc<Ruled>,
}

/// A ruling with the deadline of its clause.
struct Ruled {
    ruling: Ruling,
    deadline: Option<record::Deadline>,
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
        let cases = self.rule_all(found, directives);
        // A large estate has the same evidence a hundred thousand times; the total stays stated with each finding.
        let shown = (EVIDENCE_BUDGET / cases.len().max(1)).clamp(1, EVIDENCE_SHOWN);
        let mut waived = vec![0_u32; self.options.waivers.waivers.len()];
        let mut findings: Vec<record::Finding> = Vec::with_capacity(cases.len());
        for case in &cases {
            let finding = self.finding(case, shown, &asset_ids);
            findings.push(self.waive(finding, case.installation, &mut waived));
        }
        findings.sort_by(|a, b| order(a).cmp(&order(b)));
        make_ids_unique(&mut findings);
        let mut assessment = record::Assessment {
            schema: record::ASSESSMENT_SCHEMA.to_owned(),
            date: self.options.day.to_string(),
            directives: directives.iter().map(|d| self.directive(d, &findings)).collect(),
            assets: self.assets(&findings, &asset_ids, true),
            other_assets: self.assets(&findings, &asset_ids, false),
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

    /// What each directive says about each installation; each product and relation is ruled once.
    fn rule_all<'f>(
        &self,
        found: &'f [Installation],
        directives: &'f [&Directive],
    ) -> Vec<Found<'f>> {
        let mut cases = Vec::new();
        for directive in directives {
            let mut rulings: BTreeMap<(Target, Relation), Option<Rc<Ruled>>> = BTreeMap::new();
            for installation in found {
                let key = (installation.target, installation.relation);
                let ruled = rulings.entry(key).or_insert_with(|| {
                    let case = Case::of(key.0, key.1, self.catalog)?;
                    let ruling = rule(&case, directive, self.catalog, self.options)?;
                    let deadline = of_clause(directive, &ruling.clause, self.options.day);
                    Some(Rc::new(Ruled { ruling, deadline }))
                });
                let ruled = ruled.as_ref().map(Rc::clone);
                cases.extend(ruled.map(|ruled| Found { directive, installation, ruled }));
            }
        }
        cases
    }

    fn finding(&self, case: &Found<'_>, shown: usize, asset_ids: &[String]) -> record::Finding {
        let Found { directive, installation, ruled } = case;
        let ruling = &ruled.ruling;
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
            also_clauses: ruling.also_clauses.clone(),
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
            deadline: ruled.deadline.clone(),
            waiver: None,
            evidence: self.evidence(&installation.evidence, shown),
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
        let vendor_named = |id: &str| vendor_named(self.catalog, id);
        match target {
            Target::Product(index) => {
                let Some(product) = self.catalog.products.get(index) else {
                    return Default::default();
                };
                let vendor = vendor_named(&product.vendor);
                (product_named(product), product.category.clone(), vendor)
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
    fn evidence(&self, all: &[(Match, Sighting)], shown_at_most: usize) -> Vec<record::Evidence> {
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
        sorted.truncate(shown_at_most);
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
}

/// Most pressing first; the id decides last, so that the order never depends on the run.
fn order(finding: &record::Finding) -> (State, Confidence, &str, &str, &str) {
    (finding.state, finding.confidence, &finding.product.id, &finding.asset_name, &finding.id)
}

/// Two findings with the same short id get longer ones: `explain` must reach both.
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

/// A letter and the first twelve hex digits of a digest: stable over runs, short enough to copy; with 50,000 assets two share one in one
/// run of a hundred thousand.
pub(super) fn short_id(letter: &str, key: &str) -> String {
    let digest = Sha256::digest(key.as_bytes());
    let hex: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("{letter}-{hex}")
}

/// A vendor with its names; the id stands for those of one that the catalog does not know.
pub(super) fn vendor_named(catalog: &Catalog, id: &str) -> record::Named {
    let vendor = catalog.vendor(id);
    let name = |tag| (tag, vendor.map_or(id, |vendor| vendor.name(tag)));
    record::Named { id: id.to_owned(), name: both([name("en"), name("zh-CN")]) }
}

/// A product with its names.
pub(super) fn product_named(product: &Product) -> record::Named {
    let chinese = if product.name_zh.is_empty() { &product.name } else { &product.name_zh };
    let name = both([("en", &product.name), ("zh-CN", chinese)]);
    record::Named { id: product.id.clone(), name }
}

fn both<T: AsRef<str>>(names: [(&str, T); 2]) -> Words {
    names.into_iter().map(|(tag, name)| (tag.to_owned(), name.as_ref().to_owned())).collect()
}

/// Whether a run found something that the exit code must tell: on an asset, or of a host that the inventory lacks.
pub fn has_findings(assessment: &record::Assessment, at_least: Confidence) -> bool {
    let on_assets = assessment.findings.iter().map(|one| (one.state, one.confidence));
    let tied = assessment.egress.iter().filter_map(|egress| egress.tied.as_ref());
    let unlisted = tied.flat_map(|tied| &tied.unlisted);
    let of_hosts = unlisted.filter_map(|one| Some((one.state?, one.confidence)));
    on_assets.chain(of_hosts).any(|(state, confidence)| {
        let pressing = !matches!(state, State::Watch | State::OutOfScope | State::Waived);
        pressing && confidence <= at_least
    })
}

/// The answers as the command line gives them: `slot=in`.
pub fn parse_decision(text: &str) -> Option<(String, Answer)> {
    let (slot, answer) = text.split_once('=')?;
    let answer = Answer::WORDS.iter().find(|(word, _)| *word == answer.trim())?.1;
    Some((slot.trim().to_owned(), answer))
}
