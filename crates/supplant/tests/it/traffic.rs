//! Where bytes go, on logs whose truth is known: what the program says is what a plain second implementation says, whichever way it
//! is run.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;
use xtask::traffic::{Format, Order, Sum, Sums, make, naive};

use crate::support::{PROGRAM, Run};

/// Generated logs, and what they say by the plain implementation.
struct Case {
    folder: TempDir,
    format: Format,
    naive: Sums,
}

impl Case {
    fn new(format: Format, seed: u64, parts: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let order = Order { parts, ..Order::small(format, seed, 2000) };
        let made = make(&order, folder.path()).unwrap();
        let tables = ["names.csv", "networks.csv"].map(|name| folder.path().join(name));
        let naive = naive::sums(&folder.path().join("logs"), &tables).unwrap();
        assert_eq!(made.sums.keys().len(), naive.keys().len());
        Self { folder, format, naive }
    }

    fn run(&self, more: &[&str]) -> Run {
        run(self.folder.path(), more)
    }

    /// What is said of each of ours and endpoint, as far as it can be compared.
    fn sums(&self, out: &str) -> Sums {
        let rows = out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        // Without a flow there is nothing to sum up.
        rows.filter(|row| row["evidence"] != "contact").map(|row| self.sum(&row)).collect()
    }

    fn sum(&self, row: &Value) -> ((String, String), Sum) {
        let text = |key: &str| row[key].as_str().unwrap().to_owned();
        let number = |key: &str| row[key].as_u64().unwrap_or(0);
        let sum = Sum {
            vendor: text("vendor"),
            evidence: text("evidence"),
            bytes_out: number("bytes_out"),
            bytes_in: number("bytes_in"),
            flows: if self.format.counts_flows() { number("flows") } else { 0 },
            flows_without_volume: if self.format.counts_flows() {
                number("out_unknown")
            } else {
                0
            },
        };
        ((text("asset"), text("endpoint")), sum)
    }

    /// Fails with the first few differences.
    fn compare(&self, out: &str, how: &str) {
        let said = self.sums(out);
        let mut true_sums = self.naive.clone();
        if !self.format.counts_flows() {
            for sum in true_sums.values_mut() {
                (sum.flows, sum.flows_without_volume) = (0, 0);
            }
        }
        let mut keys: Vec<_> = true_sums.keys().chain(said.keys()).collect();
        keys.sort();
        keys.dedup();
        let differ = |key: &&(String, String)| said.get(key) != true_sums.get(key);
        let wrong: Vec<_> = keys.into_iter().filter(differ).collect();
        let shown: Vec<_> =
            wrong.iter().take(4).map(|key| (key, said.get(key), true_sums.get(key))).collect();
        let of = true_sums.len();
        assert!(wrong.is_empty(), "{how}: {} of {of} differ: {shown:#?}", wrong.len());
    }
}

/// Runs `egress` on the logs in a folder that the generator made.
fn run(folder: &Path, more: &[&str]) -> Run {
    let mut command = std::process::Command::new(PROGRAM);
    command.args(["egress", "logs", "--only-endpoints", "--endpoints", "names.csv"]);
    command.args(["--endpoints", "networks.csv"]).args(more).current_dir(folder);
    if !more.contains(&"--format") {
        command.args(["--format", "jsonl"]);
    }
    let run = Run::of(command.output().unwrap());
    assert!(matches!(run.code, 0 | 2), "{run:?}");
    assert!(!run.err.contains("panicked"), "{}", run.err);
    run
}

/// Whole, strictly, by one worker and several: the same bytes, and the truth.
fn agrees(format: Format) {
    for seed in 1..=3 {
        let case = Case::new(format, seed, 1 + seed);
        let whole = case.run(&["--jobs", "2"]).out;
        case.compare(&whole, "whole");
        for more in [&["--strict"][..], &["--jobs", "1"], &["--jobs", "5"]] {
            assert!(case.run(more).out == whole, "seed {seed}: {more:?} says otherwise");
        }
    }
}

/// In shards that are put together in any order: the same bytes as in one run.
fn shards_agree(format: Format) {
    for (seed, shards) in [(4, 2), (5, 7)] {
        let case = Case::new(format, seed, 2);
        let whole = case.run(&[]).out;
        case.compare(&whole, "whole");
        let mut parts = Vec::new();
        for mine in 1..=shards {
            let (shard, name) = (format!("{mine}/{shards}"), format!("part-{mine}"));
            case.run(&["--shard", &shard, "-o", &name]);
            parts.insert(0, name);
        }
        let mut merge = std::process::Command::new(PROGRAM);
        merge
            .args(["egress", "merge", "--format", "jsonl"])
            .args(&parts)
            .current_dir(case.folder.path());
        let merged = Run::of(merge.output().unwrap());
        case.compare(&merged.out, "merged");
        assert!(merged.out == whole, "{shards} shards say otherwise: {}", merged.err);
    }
}

#[test]
fn zeek_json_is_summed_as_by_the_plain_implementation() {
    agrees(Format::ZeekJson);
}

#[test]
fn zeek_columns_are_summed_as_by_the_plain_implementation() {
    agrees(Format::ZeekTsv);
}

#[test]
fn eve_json_is_summed_as_by_the_plain_implementation() {
    agrees(Format::Eve);
}

#[test]
fn netflow_is_summed_as_by_the_plain_implementation() {
    agrees(Format::NetFlow);
}

#[test]
fn fortigate_is_summed_as_by_the_plain_implementation() {
    agrees(Format::FortiGate);
}

#[test]
fn aws_vpc_flow_logs_are_summed_as_by_the_plain_implementation() {
    agrees(Format::AwsVpc);
}

#[test]
fn shards_of_zeek_json_add_up_to_the_whole() {
    shards_agree(Format::ZeekJson);
}

#[test]
fn shards_of_zeek_columns_add_up_to_the_whole() {
    shards_agree(Format::ZeekTsv);
}

#[test]
fn shards_of_eve_json_add_up_to_the_whole() {
    shards_agree(Format::Eve);
}

#[test]
fn every_row_of_generated_logs_is_accounted_for_and_none_is_lost() {
    for format in Format::ALL.iter().copied() {
        let case = Case::new(format, 6, 1);
        let record: Value = serde_json::from_str(&case.run(&["--format", "json"]).out).unwrap();
        for input in record["inputs"].as_array().unwrap() {
            let lost = input["not_understood"].as_object().unwrap();
            // Of these the log itself says that it left them out.
            let skipped =
                lost.get("flow/skipped-by-log").map_or(0, |lost| lost["rows"].as_u64().unwrap());
            assert!(
                lost.keys().all(|reason| reason == "flow/skipped-by-log"),
                "{format:?}: {input}"
            );
            let inert: u64 =
                input["inert"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
            let understood = input["understood"].as_u64().unwrap();
            assert_eq!(
                input["rows"].as_u64().unwrap(),
                understood + inert + skipped,
                "{format:?}: {input}"
            );
        }
    }
}
