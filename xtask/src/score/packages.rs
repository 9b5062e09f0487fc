//! Packages: the Debian universe, the planted root file system in three forms, the agents' examples, and a Helm chart.

use std::collections::BTreeSet;
use std::io::Read;

use anyhow::{Context, Result};
use audit::find::Options;
use audit::find::scope::{Case, rule};
use catalog::facts::Target;
use flate2::read::MultiGzDecoder;
use model::field::Field;
use model::finding::{Relation, State};

use super::Score;
use super::corpus::Corpus;
use super::reading::{Facts, Hit, today};
use super::snmp::{SECURITY_SOFTWARE, line};

pub(super) fn scores(corpus: &Corpus, facts: &Facts) -> Result<Vec<Score>> {
    let mut scores = universe(corpus, facts)?;
    scores.extend(planted(corpus, facts)?);
    scores.push(examples(corpus, facts)?);
    scores.push(fences(corpus, facts)?);
    scores.push(chart(corpus, facts)?);
    Ok(scores)
}

/// All packages of a release, of which some belong to a named vendor by their homepage.
fn universe(corpus: &Corpus, facts: &Facts) -> Result<Vec<Score>> {
    let file = corpus.file("debian/bookworm-packages.tsv.gz")?;
    let mut text = String::new();
    MultiGzDecoder::new(file.1.as_slice()).read_to_string(&mut text).context("unpacking")?;
    let owned: BTreeSet<String> = text
        .lines()
        .skip(1)
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .filter(|columns| columns.get(5).is_some_and(|owner| !owner.is_empty()))
        .filter_map(|columns| columns.first().map(|name| (*name).to_owned()))
        .collect();
    let hits = facts.hits(&[file], today());
    let mut score = Score {
        part: "Debian, 64,298 packages".to_owned(),
        what: "vendor-owned ones, `open-source-of`".to_owned(),
        expected: owned.len(),
        target: true,
        ..Score::default()
    };
    let named: Vec<&Hit> = hits.iter().filter(|hit| is_ruled(facts, hit)).collect();
    let found: BTreeSet<&str> = named
        .iter()
        .filter(|hit| hit.relation == Relation::OpenSourceOf)
        .map(|hit| package(hit))
        .filter(|name| owned.contains(*name))
        .collect();
    score.found = found.len();
    let missed = owned.iter().filter(|name| !found.contains(name.as_str()));
    score.details.extend(missed.map(|name| format!("missed: {name}")));
    let wrong: BTreeSet<String> = named
        .iter()
        .filter(|hit| hit.relation != Relation::ClientOf && !owned.contains(package(hit)))
        .map(|hit| format!("wrong: {} is no {}", package(hit), hit.product))
        .collect();
    score.wrong = wrong.len();
    score.details.extend(wrong);
    let hints: BTreeSet<String> = named
        .iter()
        .filter(|hit| hit.relation == Relation::ClientOf)
        .map(|hit| format!("{} hints at {}", package(hit), hit.product))
        .collect();
    let others: BTreeSet<String> = hits
        .iter()
        .filter(|hit| !is_ruled(facts, hit) && !owned.contains(package(hit)))
        .map(|hit| format!("not under this directive: {} as {}", package(hit), hit.product))
        .collect();
    let clients = Score {
        part: "Debian, 64,298 packages".to_owned(),
        what: "hints at a gateway elsewhere (`client-of`)".to_owned(),
        found: hints.len(),
        expected: hints.len(),
        details: hints.into_iter().chain(others).collect(),
        ..Score::default()
    };
    Ok(vec![score, clients])
}

/// Whether the directive has a clause about it, as opposed to watching the country of its maker.
fn is_ruled(facts: &Facts, hit: &Hit) -> bool {
    let catalog = &facts.catalog;
    let product = catalog.products.iter().position(|product| product.id == hit.product);
    let vendor = catalog.vendors.iter().position(|vendor| vendor.id == hit.vendor);
    let target = product.map(Target::Product).or(vendor.map(Target::Vendor));
    let Some(directive) = catalog.directive(SECURITY_SOFTWARE) else { return false };
    let case = target.and_then(|target| Case::of(target, hit.relation, catalog));
    let ruling = case.and_then(|case| rule(&case, directive, catalog, &Options::at(today())));
    ruling.is_some_and(|ruling| !ruling.clause.is_empty())
}

fn package(hit: &Hit) -> &str {
    let fields = [Field::LinPkg, Field::SoftwareName, Field::Purl, Field::Name];
    fields.into_iter().find_map(|field| hit.value(field)).unwrap_or("?")
}

/// One tree with three owned packages and eight traps, as its package database and as two programs exported it.
fn planted(corpus: &Corpus, facts: &Facts) -> Result<Vec<Score>> {
    let forms: [(&str, &[&str]); 3] = [
        ("dpkg status", &["debian/rootfs-dpkg-status.gz"]),
        ("Syft JSON", &["debian/rootfs-syft-1.18.1.json.gz"]),
        (
            "osquery JSON",
            &[
                "debian/rootfs-osquery-5.23.1-deb_packages.json.gz",
                "debian/rootfs-osquery-5.23.1-python_packages.json.gz",
            ],
        ),
    ];
    let mut scores = Vec::new();
    for (form, paths) in forms {
        let hits = facts.hits(&corpus.files(paths)?, today());
        let mut score = Score {
            part: format!("planted tree, {form}"),
            what: "owned packages; traps are wrong".to_owned(),
            expected: OWNED.len(),
            target: true,
            ..Score::default()
        };
        for name in OWNED {
            let found = hits.iter().any(|hit| {
                hit.relation == Relation::OpenSourceOf && hit.value(Field::LinPkg) == Some(name)
            });
            score.found += usize::from(found);
            if !found {
                score.details.push(format!("missed: {name}"));
            }
        }
        let others: BTreeSet<String> = hits
            .iter()
            .filter(|hit| hit.relation != Relation::ClientOf)
            .filter(|hit| !OWNED.contains(&package(hit)) && is_ruled(facts, hit))
            .filter(|hit| !belongs_to_owned(hit))
            .map(|hit| format!("wrong: {} is no {}", package(hit), hit.product))
            .collect();
        score.wrong = others.len();
        score.details.extend(others);
        scores.push(score);
    }
    Ok(scores)
}

/// What lies inside an owned package is the same thing again: its Python distribution, its archive of classes.
fn belongs_to_owned(hit: &Hit) -> bool {
    let inside = ["pyvmomi", "spring-core", "org.springframework"];
    hit.row.iter().any(|(_, value)| inside.iter().any(|part| value.contains(part)))
}

/// The examples of an inventory format: two hosts with the endpoint product of a vendor that another directive names.
fn examples(corpus: &Corpus, facts: &Facts) -> Result<Score> {
    let file = corpus.file("glpi-inventory_format/examples.tar.gz")?;
    let findings = facts.findings(&[file], "us-ndaa-fy18-1634", today());
    let hosts: BTreeSet<&str> = findings
        .iter()
        .filter(|finding| finding.vendor.id == "kaspersky" && finding.relation == Relation::Is)
        .flat_map(|finding| finding.evidence.iter().map(|evidence| evidence.path.as_str()))
        .collect();
    let wanted = ["tests/data/2.xml", "tests/data/12.xml"];
    let found = wanted.iter().filter(|path| hosts.iter().any(|host| host.ends_with(**path)));
    let wrong = findings.iter().filter(|finding| finding.vendor.id != "kaspersky");
    Ok(Score {
        part: "GLPI examples".to_owned(),
        what: "files with Kaspersky, under `us-ndaa-fy18-1634`".to_owned(),
        found: found.count(),
        expected: wanted.len(),
        wrong: wrong.clone().count(),
        target: true,
        details: wrong.map(line).collect(),
    })
}

/// The same examples have agents for fences and drivers that only bear a vendor's name.
fn fences(corpus: &Corpus, facts: &Facts) -> Result<Score> {
    let file = corpus.file("glpi-inventory_format/examples.tar.gz")?;
    let hits = facts.hits(&[file], today());
    let wrong: BTreeSet<&str> = hits
        .iter()
        .map(package)
        .filter(|name| name.starts_with("fence-agents") || name.starts_with("xorg-x11"))
        .collect();
    Ok(Score {
        part: "GLPI examples".to_owned(),
        what: "`fence-agents-vmware*`, `xorg-x11-drv-vmware` left alone".to_owned(),
        wrong: wrong.len(),
        target: true,
        details: wrong.into_iter().map(str::to_owned).collect(),
        ..Score::default()
    })
}

fn chart(corpus: &Corpus, facts: &Facts) -> Result<Score> {
    let files = corpus.files(&[
        "k8s/helm-charts_falcon-sensor_Chart.yaml",
        "k8s/helm-charts_falcon-sensor_values.yaml",
        "k8s/helm-charts_falcon-sensor_templates_daemonset.yaml",
        "k8s/helm-charts_falcon-kac_values.yaml",
    ])?;
    let mut score = Score {
        part: "Helm chart".to_owned(),
        what: "files that show CrowdStrike".to_owned(),
        expected: files.len(),
        target: true,
        ..Score::default()
    };
    for file in files {
        let name = file.0.clone();
        let findings = facts.findings(&[file], SECURITY_SOFTWARE, today());
        let right = findings.iter().any(|finding| {
            finding.vendor.id == "crowdstrike"
                && matches!(finding.state, State::Prohibited | State::Undecided)
        });
        score.found += usize::from(right);
        if !right {
            score.details.push(format!("missed: {name}"));
        }
        let others = findings.iter().filter(|finding| finding.vendor.id != "crowdstrike");
        score.wrong += others.count();
    }
    Ok(score)
}

const OWNED: [&str; 3] = ["open-vm-tools", "python3-pyvmomi", "libspring-core-java"];
