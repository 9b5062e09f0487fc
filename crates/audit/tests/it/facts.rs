//! What must hold for every fact of the bundled catalog.

use super::*;
use audit::identify::{Match, Sighting, confidence, identify, installations};
use catalog::product::Match as Kind;
use catalog::product::Strength;
use catalog::shape::FactConfidence;
use model::asset::{Asset, AssetId, AssetKind};
use model::field::{Context, Field};
use model::finding::Confidence;
use model::observation::{Fact, Observations, RowPlace};
use model::source::{SourceId, Unit};

/// One item on an asset of its own for each of these.
fn items<'a>(facts: impl Iterator<Item = (Context, Field, &'a str)>) -> Observations {
    let mut seen = Observations::default();
    let part = seen.strings.intern("");
    for (index, (context, field, value)) in facts.enumerate() {
        let fact = Fact { field, value: seen.strings.intern(value) };
        let name = seen.strings.intern(&format!("host{index}"));
        seen.assets.push(Asset {
            name,
            kind: AssetKind::Host,
            site: None,
            os: None,
            owner: None,
            observed_on: None,
            identifiers: Vec::new(),
        });
        let item = seen.items.intern(context, &[fact]);
        let place = RowPlace { source: SourceId(0), part, unit: Unit::Row, at: 1 };
        seen.push(AssetId(u32::try_from(index).unwrap()), place, item);
    }
    seen
}

/// A value that the pattern matches, where that is plain.
fn value_of(kind: Kind, value: &str) -> Option<String> {
    match kind {
        Kind::Glob => Some(value.replace(['*', '?'], "x")),
        Kind::Regex | Kind::Cidr => None,
        _ => Some(value.to_owned()),
    }
}

#[test]
fn a_recalled_fact_alone_never_confirms() {
    let today: Date = TODAY.parse().unwrap();
    let prints: Vec<_> = BUNDLED.fingerprints().collect();
    let asked: Vec<(Field, String)> = prints
        .iter()
        .filter(|(_, print)| print.provenance.confidence == FactConfidence::Recalled)
        .filter_map(|(_, print)| Some((print.field, value_of(print.kind, &print.value)?)))
        .collect();
    assert!(asked.len() > 300, "{}", asked.len());
    let facts = asked.iter().map(|(field, value)| (Context::Installed, *field, value.as_str()));
    let seen = items(facts);
    let judged = identify(&seen, &BUNDLED, today);
    let found = installations(&seen, &judged, &BUNDLED);
    for one in found {
        let only_recalled = one.evidence.iter().all(|(found, _)| !found.known);
        let (sureness, _) = confidence(&one.evidence);
        if only_recalled {
            assert!(sureness > Confidence::Confirmed, "{:?}", asked[one.asset.0 as usize]);
        }
    }
}

#[test]
fn two_recalled_facts_do_not_confirm_either() {
    let evidence: Vec<(Match, Sighting)> = [Field::WinService, Field::WinPath, Field::Signer]
        .into_iter()
        .map(|field| {
            let found = Match {
                target: catalog::facts::Target::Product(0),
                print: 0,
                fact: Fact { field, value: model::strings::StrId(0) },
                relation: Relation::Is,
                strength: Strength::Unique,
                known: false,
            };
            let item = model::observation::ItemId(0);
            (found, Sighting { item, run: 0, at: 1 })
        })
        .collect();
    assert_eq!(confidence(&evidence).0, Confidence::Probable);
}

#[test]
fn no_negative_is_identified() {
    let today: Date = TODAY.parse().unwrap();
    let field = |name: &str| Field::parse(name).expect("a field");
    let context = |field| match field {
        Field::HwVendor => Context::Platform,
        Field::SnmpPen | Field::SnmpSysdescr | Field::DeviceVendor => Context::Device,
        _ => Context::Installed,
    };
    let negatives = &BUNDLED.negatives;
    let seen = items(negatives.iter().map(|negative| {
        let field = field(&negative.field);
        (context(field), field, negative.value.as_str())
    }));
    let judged = identify(&seen, &BUNDLED, today);
    for found in installations(&seen, &judged, &BUNDLED) {
        let negative = &negatives[found.asset.0 as usize];
        let elsewhere =
            matches!(found.relation, Relation::ClientOf | Relation::NeighbourOf | Relation::RunsOn);
        assert!(elsewhere, "{} `{}` is identified: {found:?}", negative.field, negative.value);
        let (sureness, _) = confidence(&found.evidence);
        let platform = field(&negative.field) == Field::HwVendor;
        assert!(platform || sureness == Confidence::Possible, "{}", negative.value);
    }
}

#[test]
fn generic_words_in_a_cmdb_name_nobody() {
    let words = [
        "Endpoint Security",
        "Endpoint Protection",
        "Kaspersky Endpoint Security 11",
        "360 Endpoint Security",
        "ESET Endpoint Security",
        "Cloud Connector",
        "Network Agent",
        "Management Server",
        "Security Gateway",
        "Identity Manager",
        "Password Vault",
        "Web Gateway",
        "Mail Gateway",
        "DataSet",
        "Data Security",
        "Threat Defense",
        "Advanced Threat Defense",
        "Site Recovery",
        "Log Collector",
        "Sensor",
        "Agent",
        "M-Series",
        "Horizon",
        "Falcon",
        "Sentinel",
        "Carbon",
        "Prisma",
        "Cortex",
        "Harmony",
        "Quantum",
        "Spring",
        "Salt",
        "Fusion",
        "Tanzania",
        "Orca",
        "Wiz",
        "Cato",
        "Insight",
        "Discovery",
        "Edge",
        "Aria",
        "Photon",
        "Harbor",
        "Velero",
    ];
    let mut table = String::from("hostname,software,version\n");
    for (index, word) in words.iter().enumerate() {
        table += &format!("pc{index},{word},1.0\n");
    }
    assert_eq!(ask("cmdb.csv", table).found(), [""; 0]);
}

#[test]
fn every_vendors_own_name_is_found_in_a_vendor_column() {
    let directive = BUNDLED.directive(SECURITY).unwrap();
    let names: Vec<(&str, &str)> = directive.clauses[0]
        .vendors
        .iter()
        .flat_map(|id| {
            let names = BUNDLED.vendor(id).unwrap().names.values().flatten();
            names.map(move |name| (id.as_str(), name.as_str()))
        })
        .collect();
    let mut table = String::from("hostname,software,publisher\n");
    for (index, (_, name)) in names.iter().enumerate() {
        table += &format!("pc{index},Some Tool 9,\"{name}\"\n");
    }
    let findings = ask("cmdb.csv", table).assessment().findings;
    for (index, (id, name)) in names.iter().enumerate() {
        let host = format!("pc{index}");
        let right = findings.iter().any(|f| is_of(f, id) && f.asset_name == host);
        // A name with a remark in brackets is for people.
        assert!(right || name.contains('('), "{name}");
    }
}
