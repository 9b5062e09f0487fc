//! What differs between two records of egress: new and stopped destinations, and volumes.

use std::collections::{BTreeMap, BTreeSet};

use model::record::traffic::{Change, Compared, Destination, Pair, Sum, Traffic};

/// Compares a record with an earlier one. Times and numbers of addresses are no difference; flows, bytes and what is unknown of
/// them are.
pub fn compare(earlier: &Traffic, now: &Traffic) -> Compared {
    let (before, after) = (by_pair(earlier), by_pair(now));
    let keys: BTreeSet<_> = before.keys().chain(after.keys()).copied().collect();
    let mut changes = Vec::new();
    for key in keys {
        let (old, new) = (before.get(&key), after.get(&key));
        let Some(pair) = new.or(old) else { continue };
        if old.map(|pair| counts(pair)) == new.map(|pair| counts(pair)) {
            continue;
        }
        changes.push(Change {
            asset: pair.asset.clone(),
            vendor: pair.vendor.clone(),
            endpoint: pair.endpoint.clone(),
            before: old.map(|pair| pair.sum.clone()),
            now: new.map(|pair| pair.sum.clone()),
        });
    }
    Compared {
        target: earlier.target.clone(),
        total: earlier.total.clone(),
        caveats: caveats(earlier, now),
        new: only(now, earlier),
        stopped: only(earlier, now),
        changes,
    }
}

fn by_pair(record: &Traffic) -> BTreeMap<(&str, &str, &str), &Pair> {
    record.pairs.iter().map(|pair| ((&*pair.asset, &*pair.endpoint, &*pair.vendor), pair)).collect()
}

/// What makes a difference.
fn counts(pair: &Pair) -> [u64; 9] {
    let Sum { flows, bytes_out, bytes_in, out_unknown, in_unknown, scaled, scale_unknown, .. } =
        pair.sum;
    let (asked, named) = (pair.asked, pair.named);
    [flows, bytes_out, bytes_in, out_unknown, in_unknown, scaled, scale_unknown, asked, named]
}

/// The endpoints of one record that the other has not.
fn only(one: &Traffic, other: &Traffic) -> Vec<Destination> {
    let known: BTreeSet<(&str, &str)> = other.pairs.iter().map(place).collect();
    let mut found: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for pair in one.pairs.iter().filter(|pair| !known.contains(&place(pair))) {
        found.entry(place(pair)).or_default().insert(&pair.asset);
    }
    let destination = |((endpoint, vendor), assets): ((&str, &str), BTreeSet<&str>)| Destination {
        endpoint: endpoint.to_owned(),
        vendor: vendor.to_owned(),
        assets: assets.into_iter().map(str::to_owned).collect(),
    };
    found.into_iter().map(destination).collect()
}

fn place(pair: &Pair) -> (&str, &str) {
    (&pair.endpoint, &pair.vendor)
}

fn caveats(earlier: &Traffic, now: &Traffic) -> Vec<String> {
    let facts = |record: &Traffic| (record.program.clone(), record.data_sha256.clone());
    let incomplete = |record: &Traffic| {
        let lost = |input: &model::record::traffic::Input| {
            !input.error.is_empty() || input.format.is_empty() || !input.not_understood.is_empty()
        };
        record.dropped > 0 || record.inputs.iter().any(lost)
    };
    let all = [
        ("other-facts", facts(earlier) != facts(now)),
        ("other-endpoints", earlier.endpoints != now.endpoints),
        ("earlier-incomplete", incomplete(earlier)),
        ("incomplete", incomplete(now)),
    ];
    all.into_iter().filter(|(_, holds)| *holds).map(|(word, _)| word.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(pairs: &[(&str, &str, u64)]) -> Traffic {
        let pair = |(asset, endpoint, bytes_out): &(&str, &str, u64)| Pair {
            asset: (*asset).into(),
            endpoint: (*endpoint).into(),
            vendor: "acme".into(),
            sum: Sum { flows: 1, bytes_out: *bytes_out, ..Sum::default() },
            ..Pair::default()
        };
        Traffic { pairs: pairs.iter().map(pair).collect(), ..Traffic::default() }
    }

    #[test]
    fn a_record_does_not_differ_from_itself() {
        let one = record(&[("10.0.0.1", "a.test", 5)]);
        assert_eq!(compare(&one, &one), Compared::default());
    }

    #[test]
    fn a_destination_is_new_when_nobody_talked_to_it() {
        let before = record(&[("10.0.0.1", "a.test", 5)]);
        let now = record(&[("10.0.0.1", "b.test", 5), ("10.0.0.2", "a.test", 5)]);
        let names = |list: Vec<Destination>| -> Vec<String> {
            list.into_iter().map(|it| it.endpoint).collect()
        };
        assert_eq!(names(compare(&before, &now).new), ["b.test"]);
    }

    #[test]
    fn a_destination_stopped_when_nobody_talks_to_it() {
        let before = record(&[("10.0.0.1", "a.test", 5), ("10.0.0.2", "b.test", 5)]);
        let stopped = compare(&before, &record(&[("10.0.0.2", "b.test", 5)])).stopped;
        assert_eq!(stopped.len(), 1);
        assert_eq!(stopped[0].assets, ["10.0.0.1"]);
    }

    #[test]
    fn a_pair_that_was_not_there_has_no_volume_before_and_not_zero() {
        let changes = compare(&record(&[]), &record(&[("10.0.0.1", "a.test", 5)])).changes;
        assert_eq!(changes[0].before, None);
        assert_eq!(changes[0].now.as_ref().map(|sum| sum.bytes_out), Some(5));
    }

    #[test]
    fn a_volume_that_became_unknown_is_a_change() {
        let before = record(&[("10.0.0.1", "a.test", 0)]);
        let mut now = before.clone();
        now.pairs[0].sum.out_unknown = 1;
        assert_eq!(compare(&before, &now).changes.len(), 1);
    }

    #[test]
    fn a_run_with_other_facts_is_a_caveat() {
        let mut now = record(&[]);
        now.data_sha256 = "ff".into();
        assert_eq!(compare(&record(&[]), &now).caveats, ["other-facts"]);
    }
}
