//! Figures that several renderers show: findings counted by state, vendor, confidence and site.

use std::collections::{BTreeMap, BTreeSet};

use model::finding::{Confidence, State};
use model::record::{Assessment, Finding};

use crate::words::Words;

/// Findings of one vendor, category or site, by state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Group {
    /// What they have in common, ready to show.
    pub(crate) name: String,
    /// All of them.
    pub(crate) total: u64,
    /// By state.
    pub(crate) states: BTreeMap<State, u64>,
}

/// Counts over the findings of one assessment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures {
    /// All findings.
    pub(crate) findings: u64,
    /// Assets with at least one.
    pub(crate) assets: u64,
    /// By state.
    pub(crate) states: BTreeMap<State, u64>,
    /// By confidence.
    pub(crate) confidences: BTreeMap<Confidence, u64>,
    /// By the vendor that the clause names, else by the maker; most findings first.
    pub(crate) vendors: Vec<Group>,
    /// By site; most findings first. The name is empty where no source tells the site.
    pub(crate) sites: Vec<Group>,
}

impl Figures {
    /// Counts the findings.
    pub(crate) fn of(assessment: &Assessment, words: &Words) -> Self {
        let site_of: BTreeMap<&str, &str> = assessment
            .assets
            .iter()
            .map(|asset| (asset.id.as_str(), asset.site.as_str()))
            .collect();
        let mut assets = BTreeSet::new();
        let mut vendors = BTreeMap::new();
        let mut sites = BTreeMap::new();
        let mut figures = Self::default();
        for finding in &assessment.findings {
            figures.findings += 1;
            assets.insert(finding.asset.as_str());
            *figures.states.entry(finding.state).or_default() += 1;
            *figures.confidences.entry(finding.confidence).or_default() += 1;
            let site = site_of.get(finding.asset.as_str()).copied().unwrap_or_default();
            count_in(&mut vendors, vendor_shown(assessment, finding, words), finding.state);
            count_in(&mut sites, site.to_owned(), finding.state);
        }
        figures.assets = assets.len() as u64;
        figures.vendors = most_first(vendors);
        figures.sites = most_first(sites);
        figures
    }

    /// How many findings are in this state.
    pub(crate) fn state(&self, state: State) -> u64 {
        self.states.get(&state).copied().unwrap_or(0)
    }
}

/// The name of the vendor that the clause names, else of the maker.
fn vendor_shown(assessment: &Assessment, finding: &Finding, words: &Words) -> String {
    let named = assessment
        .directives
        .iter()
        .filter(|directive| directive.id == finding.directive)
        .flat_map(|directive| &directive.vendors)
        .find(|vendor| vendor.id == finding.named_vendor);
    words.name(named.unwrap_or(&finding.vendor)).to_owned()
}

fn count_in(groups: &mut BTreeMap<String, Group>, name: String, state: State) {
    let group = groups
        .entry(name)
        .or_insert_with_key(|name| Group { name: name.clone(), ..Group::default() });
    group.total += 1;
    *group.states.entry(state).or_default() += 1;
}

fn most_first(groups: BTreeMap<String, Group>) -> Vec<Group> {
    let mut groups: Vec<Group> = groups.into_values().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.total));
    groups
}
