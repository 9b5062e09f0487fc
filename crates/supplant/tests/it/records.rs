//! Records of released versions stay readable, and what is read is what was written.

use std::path::Path;

use model::record::{ASSESSMENT_SCHEMA, Assessment};
use serde_json::Value;

use crate::support::Estate;

const SAMPLE: &str = "corpus/records/v1/assessment.json";

fn sample() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(SAMPLE);
    std::fs::read_to_string(path).unwrap()
}

/// Whether everything that one value says is in the other too; the other may say more.
fn says_all(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            old.iter().all(|(key, value)| new.get(key).is_some_and(|there| says_all(value, there)))
        }
        (Value::Array(old), Value::Array(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| says_all(old, new))
        }
        _ => old == new,
    }
}

#[test]
fn a_record_of_version_1_reads_and_writes_without_loss() {
    let text = sample();
    let record: Assessment = serde_json::from_str(&text).unwrap();
    assert_eq!(record.schema, "supplant.assessment/1");
    assert_eq!(ASSESSMENT_SCHEMA, "supplant.assessment/1", "a new version needs its own sample");
    let mut written = Vec::new();
    report::json::write(&record, &mut written).unwrap();
    let again: Assessment = serde_json::from_slice(&written).unwrap();
    assert_eq!(again, record);
    // Fields are only ever added: what the old record says is all there.
    let (old, new): (Value, Value) =
        (serde_json::from_str(&text).unwrap(), serde_json::from_slice(&written).unwrap());
    assert!(says_all(&old, &new));
}

#[test]
fn the_sample_shows_every_field() {
    let value: serde_json::Value = serde_json::from_str(&sample()).unwrap();
    for list in ["directives", "assets", "findings", "waivers", "sources", "diagnostics"] {
        assert!(!value[list].as_array().unwrap().is_empty(), "{list} is empty");
    }
    assert!(value["findings"].as_array().unwrap().iter().any(|f| f["owner_chain"][0].is_object()));
}

fn of_version_1(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/records/v1");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

fn reads_without_loss<R: serde::de::DeserializeOwned + serde::Serialize>(name: &str) {
    let text = of_version_1(name);
    let record: R = serde_json::from_str(&text).unwrap();
    let old: Value = serde_json::from_str(&text).unwrap();
    assert!(says_all(&old, &serde_json::to_value(&record).unwrap()), "{name}");
}

#[test]
fn records_of_firewalls_of_version_1_read_and_write_without_loss() {
    use model::record::{check, firewall, prove, query, trace, walk};
    assert_eq!(check::CHECK_SCHEMA, "supplant.check/1", "a new version needs its own sample");
    assert_eq!(firewall::FIREWALL_SCHEMA, "supplant.firewall/1");
    assert_eq!(trace::TRACE_SCHEMA, "supplant.trace/1");
    assert_eq!(prove::PROVE_SCHEMA, "supplant.prove/1");
    assert_eq!(query::QUERY_SCHEMA, "supplant.query/1");
    assert_eq!(walk::WALK_SCHEMA, "supplant.walk/1");
    reads_without_loss::<prove::Comparison>("prove.json");
    reads_without_loss::<query::Queried>("query.json");
    reads_without_loss::<walk::Walks>("walk.json");
    reads_without_loss::<check::Check>("check.json");
    reads_without_loss::<firewall::Firewalls>("firewall.json");
    reads_without_loss::<trace::Traces>("trace.json");
}

#[test]
fn a_record_of_egress_of_version_1_reads_and_writes_without_loss() {
    use model::record::traffic::{TRAFFIC_SCHEMA, Traffic};
    assert_eq!(TRAFFIC_SCHEMA, "supplant.egress/1", "a new version needs its own sample");
    reads_without_loss::<Traffic>("egress.json");
}

#[test]
fn the_manual_names_every_field() {
    let manual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/records.md");
    let manual = std::fs::read_to_string(manual).unwrap();
    let value: serde_json::Value = serde_json::from_str(&sample()).unwrap();
    // The keys of these objects are values: languages, codes, arguments.
    let open = [
        "title",
        "binds",
        "name",
        "action",
        "question",
        "why",
        "args",
        "inert",
        "not_understood",
        "assets_by_kind",
        "findings_by_state",
        "unknowns",
        "error_args",
        "predicates",
        "countries",
        "grades",
        "programs",
    ];
    let others = [
        "check.json",
        "egress.json",
        "firewall.json",
        "prove.json",
        "query.json",
        "trace.json",
        "walk.json",
    ]
    .map(|name| serde_json::from_str::<Value>(&of_version_1(name)).unwrap());
    let mut values = vec![&value];
    values.extend(&others);
    while let Some(value) = values.pop() {
        match value {
            serde_json::Value::Object(object) => {
                for (key, value) in object {
                    assert!(manual.contains(&format!("`{key}`")), "`{key}` is not in the manual");
                    if !open.contains(&key.as_str()) {
                        values.push(value);
                    }
                }
            }
            serde_json::Value::Array(array) => values.extend(array),
            _ => {}
        }
    }
}

#[test]
fn explain_reads_old_records() {
    let estate = Estate::new();
    estate.put_beside("old/assessment.json", sample());
    let record: Assessment = serde_json::from_str(&sample()).unwrap();
    for finding in &record.findings {
        let run = estate.run(&["explain", &finding.id, "--from", "old"]);
        assert_eq!(run.code, 0, "{run:?}");
        assert!(run.out.contains(&finding.asset_name), "{}", run.out);
    }
    let mut newer: serde_json::Value = serde_json::from_str(&sample()).unwrap();
    newer["findings"] = "none".into();
    estate.put_beside("new/assessment.json", newer.to_string());
    let run = estate.run(&["explain", "F-1", "--from", "new"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains("no assessment that this version can read"), "{}", run.err);
}
