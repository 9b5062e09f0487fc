//! Windows registry hives: the services of two vendors, one by one, and a hive without any.

use std::collections::BTreeSet;

use anyhow::Result;
use model::field::Field;
use model::finding::Relation;

use super::Score;
use super::corpus::Corpus;
use super::reading::{Facts, Hit, today};

pub(super) fn scores(corpus: &Corpus, facts: &Facts) -> Result<Vec<Score>> {
    let mut scores = Vec::new();
    for (hive, what, vendors, expected) in SERVICES {
        let hits = facts.hits(&[corpus.file(hive)?], today());
        scores.push(services(hive, what, vendors, expected, &hits));
    }
    let hits = facts.hits(&[corpus.file("windows-hives/SYSTEM_2.xz")?], today());
    scores.push(Score {
        part: "hive `SYSTEM_2`".to_owned(),
        what: "nothing of any vendor in the facts".to_owned(),
        wrong: hits.len(),
        target: true,
        details: hits.iter().map(shown).collect(),
        ..Score::default()
    });
    let hits = facts.hits(&[corpus.file("windows-hives/amcache.hve.xz")?], today());
    let mut score = Score {
        part: "hive `amcache`".to_owned(),
        what: "vendors of installed programs: McAfee, VMware".to_owned(),
        expected: 2,
        target: true,
        ..Score::default()
    };
    for vendor in ["mcafee", "vmware"] {
        let found = hits.iter().any(|hit| hit.vendor == vendor && hit.relation == Relation::Is);
        score.found += usize::from(found);
    }
    let others = hits.iter().filter(|hit| !["mcafee", "trellix", "vmware"].contains(&&*hit.vendor));
    score.wrong = others.clone().count();
    score.details = others.map(shown).collect();
    scores.push(score);
    Ok(scores)
}

fn services(hive: &str, what: &str, vendors: &[&str], expected: &[&str], hits: &[Hit]) -> Score {
    let name = hive.rsplit('/').next().unwrap_or(hive).trim_end_matches(".xz");
    let found: BTreeSet<&str> = hits
        .iter()
        .filter(|hit| vendors.contains(&hit.vendor.as_str()))
        .filter(|hit| matches!(hit.relation, Relation::Is | Relation::ResidueOf))
        .filter_map(|hit| hit.value(Field::WinService))
        .collect();
    let missed = expected.iter().filter(|service| !found.contains(**service));
    let wrong: Vec<_> = found.iter().filter(|service| !expected.contains(service)).collect();
    let mut details: Vec<String> = missed.map(|service| format!("missed: {service}")).collect();
    details.extend(wrong.iter().map(|service| format!("wrong: {service}")));
    let right: Vec<&str> = found.iter().filter(|s| expected.contains(s)).copied().collect();
    details.push(format!("found: {}", right.join(", ")));
    Score {
        part: format!("hive `{name}`"),
        what: what.to_owned(),
        found: right.len(),
        expected: expected.len(),
        wrong: wrong.len(),
        target: true,
        details,
    }
}

fn shown(hit: &Hit) -> String {
    let row: Vec<String> =
        hit.row.iter().map(|(field, value)| format!("{}={value}", field.as_str())).collect();
    format!("{} {} on {}: {}", hit.relation.as_str(), hit.product, hit.asset, row.join(" "))
}

type Labels = (&'static str, &'static str, &'static [&'static str], &'static [&'static str]);

/// Hive, what, vendors, and the names of their services, read off the hive.
const SERVICES: &[Labels] = &[
    (
        "windows-hives/SYSTEM.xz",
        "services of the McAfee lineage",
        &["mcafee", "trellix"],
        &[
            "FireNfcp",
            "HipShieldK",
            "McAfee SiteAdvisor Enterprise Service",
            "McAfeeFramework",
            "McShield",
            "McTaskManager",
            "enterceptAgent",
            "mfeapfk",
            "mfeavfk",
            "mfeavfk01",
            "mfebopk",
            "mfefire",
            "mfefirek",
            "mfehidk",
            "mfenlfk",
            "mferkdet",
            "mfevtp",
            "mfewfpk",
        ],
    ),
    (
        "windows-hives/SYSTEM.xz",
        "services of VMware",
        &["vmware"],
        &[
            "VMMEMCTL",
            "VMTools",
            "VMUpgradeHelper",
            "vm3dmp",
            "vmci",
            "vmdebug",
            "vmmouse",
            "vmrawdsk",
        ],
    ),
    (
        "windows-hives/SYSTEM_WIN_10_1709.xz",
        "services of VMware",
        &["vmware"],
        &[
            "VGAuthService",
            "VMMemCtl",
            "VMRawDsk",
            "VMTools",
            "VMUsbMouse",
            "pvscsi",
            "vm3dmp",
            "vm3dmp-debug",
            "vm3dmp-stats",
            "vm3dmp_loader",
            "vmci",
            "vmhgfs",
            "vmmouse",
            "vmvss",
            "vmwefifw",
            "vmxnet3ndis6",
        ],
    ),
];
