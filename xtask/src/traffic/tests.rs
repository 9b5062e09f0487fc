//! The generator's truth and the naive implementation agree, and the cases that matter occur.

use super::*;

fn made(order: &Order) -> (Made, Sums) {
    let folder = tempfile::tempdir().unwrap();
    let made = make(order, folder.path()).unwrap();
    let endpoints = ["names.csv", "networks.csv"].map(|name| folder.path().join(name));
    let sums = naive::sums(&folder.path().join("logs"), &endpoints).unwrap();
    (made, sums)
}

/// What can be compared: how many flows records of one direction are is a question of counting.
fn comparable(format: Format, sums: &Sums) -> Sums {
    let mut sums = sums.clone();
    if !format.counts_flows() {
        for sum in sums.values_mut() {
            (sum.flows, sum.flows_without_volume) = (0, 0);
        }
    }
    sums
}

fn agree(format: Format) {
    for seed in 1..=6 {
        let (made, naive) = made(&Order::small(format, seed, 2500));
        let (truth, naive) = (comparable(format, &made.sums), comparable(format, &naive));
        let differing = truth.iter().filter(|(key, sum)| naive.get(key) != Some(sum));
        let more = naive.iter().filter(|(key, _)| !truth.contains_key(key));
        let differing: Vec<_> = differing
            .map(|(key, sum)| (key, Some(sum), naive.get(key)))
            .chain(more.map(|(key, sum)| (key, None, Some(sum))))
            .take(5)
            .collect();
        assert!(differing.is_empty(), "seed {seed}: {differing:#?}");
        assert!(truth.len() > 100, "seed {seed}: only {} sums", truth.len());
    }
}

#[test]
fn zeek_json_says_what_the_generator_meant() {
    agree(Format::ZeekJson);
}

#[test]
fn zeek_tsv_says_what_the_generator_meant() {
    agree(Format::ZeekTsv);
}

#[test]
fn eve_says_what_the_generator_meant() {
    agree(Format::Eve);
}

#[test]
fn fortigate_says_what_the_generator_meant() {
    agree(Format::FortiGate);
}

#[test]
fn netflow_says_what_the_generator_meant() {
    agree(Format::NetFlow);
}

#[test]
fn aws_vpc_says_what_the_generator_meant() {
    agree(Format::AwsVpc);
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let read = |seed| {
        let folder = tempfile::tempdir().unwrap();
        make(&Order::small(Format::Eve, seed, 300), folder.path()).unwrap();
        fs::read(folder.path().join("logs/eve.json")).unwrap()
    };
    assert!(read(7) == read(7) && read(7) != read(8));
}

#[test]
fn both_kinds_of_evidence_and_unset_counters_occur() {
    let (made, _) = made(&Order::small(Format::ZeekJson, 1, 2500));
    let count = |evidence| made.sums.values().filter(|sum| sum.evidence == evidence).count();
    assert!(count("name") > 50 && count("prefix") > 50);
    assert!(made.sums.values().any(|sum| sum.flows_without_volume > 0));
    assert!(made.sums.keys().any(|(asset, _)| asset.contains(':')));
}
