use proptest::prelude::*;

use super::*;
use crate::endpoints::{Endpoints, read_table};
use crate::event::parse_address;

fn reporter(family: &str, channel: &str) -> Arc<Reporter> {
    Arc::new(Reporter { family: family.into(), channel: channel.into() })
}

fn flow(sent: Volume, received: Volume) -> Flow<'static> {
    let client = Host::Address(parse_address("10.0.0.1").unwrap());
    let mut flow = Flow::new(client, parse_address("192.0.2.1"));
    flow.start = Time::from_seconds(86_400);
    (flow.sent, flow.received) = (sent, received);
    flow
}

const TO: Attributed =
    Attributed { endpoint: EndpointId(0), grade: Grade::Prefix, remote: Side::Server };

fn only(sum: &EgressSum) -> (&SumKey, &Total) {
    assert_eq!(sum.totals.len(), 1);
    sum.totals.iter().next().unwrap()
}

#[test]
fn unknown_volumes_are_counted_and_add_nothing() {
    let mut sum = EgressSum::default();
    sum.add(&flow(Volume::Unknown, Volume::Bytes(7)), TO, &reporter("a", ""), None);
    let (key, total) = only(&sum);
    assert_eq!((total.flows, total.bytes_out, total.bytes_in), (1, 0, 7));
    assert_eq!((total.out_unknown, total.in_unknown, key.day), (1, 0, Some(1)));
}

#[test]
fn sampling_is_made_up_for_and_said() {
    let mut sampled = flow(Volume::Bytes(7), Volume::Elsewhere);
    sampled.sampling = 100;
    let mut sum = EgressSum::default();
    sum.add(&sampled, TO, &reporter("a", ""), None);
    sampled.sampling = 0;
    sum.add(&sampled, TO, &reporter("a", ""), None);
    let (_, total) = only(&sum);
    assert_eq!((total.bytes_out, total.scaled, total.scale_unknown), (707, 1, 1));
}

#[test]
fn the_record_of_the_way_back_adds_bytes_and_no_flow() {
    let mut back = flow(Volume::Bytes(9), Volume::Elsewhere);
    back.one_way = true;
    back.client = Host::Address(parse_address("192.0.2.1").unwrap());
    back.server = parse_address("10.0.0.1");
    let mut sum = EgressSum::default();
    let found = Attributed { remote: Side::Client, ..TO };
    sum.add(&back, found, &reporter("a", ""), None);
    let (key, total) = only(&sum);
    assert_eq!(key.asset.to_string(), "10.0.0.1");
    assert_eq!((total.flows, total.bytes_out, total.bytes_in, total.out_unknown), (0, 0, 9, 0));
}

#[test]
fn flows_that_the_endpoint_began_are_told_apart() {
    let endpoints = Endpoints::new(read_table(b"cidr,vendor\n192.0.2.0/24,acme\n").endpoints);
    let mut back = flow(Volume::Bytes(9), Volume::Bytes(4));
    back.client = Host::Address(parse_address("192.0.2.1").unwrap());
    back.server = parse_address("10.0.0.1");
    let mut sum = EgressSum::default();
    sum.add(&flow(Volume::Bytes(1), Volume::Bytes(1)), TO, &reporter("a", ""), None);
    sum.add(&back, Attributed { remote: Side::Client, ..TO }, &reporter("a", ""), None);
    let pair = &crate::views::views(sum, &endpoints).pairs[0];
    assert_eq!((pair.sum.flows, pair.inward), (2, 1));
}

/// The settled sum of records of these directions: `true` is the way back.
fn of_directions(ways: &[bool]) -> Total {
    let endpoints = Endpoints::new(read_table(b"cidr,vendor\n192.0.2.0/24,acme\n").endpoints);
    let mut sum = EgressSum::default();
    for inward in ways {
        let mut record = flow(Volume::Bytes(9), Volume::Elsewhere);
        record.one_way = true;
        let mut found = TO;
        if *inward {
            record.client = Host::Address(parse_address("192.0.2.1").unwrap());
            record.server = parse_address("10.0.0.1");
            found.remote = Side::Client;
        }
        sum.add(&record, found, &reporter("netflow", ""), None);
    }
    let mut all = Total::default();
    settle(sum.totals, &endpoints).totals.values().for_each(|total| all.merge(total));
    all
}

#[test]
fn where_only_the_way_back_was_recorded_nobody_knows_what_left() {
    let total = of_directions(&[true, true]);
    assert_eq!((total.bytes_in, total.out_unknown, total.in_unknown), (18, 2, 0));
}

#[test]
fn where_only_the_way_there_was_recorded_nobody_knows_what_came_back() {
    let total = of_directions(&[false]);
    assert_eq!((total.bytes_out, total.out_unknown, total.in_unknown), (9, 0, 1));
}

#[test]
fn records_of_both_directions_tell_both() {
    let total = of_directions(&[false, true]);
    assert_eq!((total.bytes_out, total.bytes_in), (9, 9));
    assert_eq!((total.out_unknown, total.in_unknown), (0, 0));
}

#[test]
fn of_two_that_report_the_same_traffic_the_larger_counts() {
    let endpoints = Endpoints::new(read_table(b"cidr,vendor\n192.0.2.0/24,acme\n").endpoints);
    let mut sum = EgressSum::default();
    for (channel, bytes) in [("r1", 10), ("r2", 12), ("r1", 1)] {
        let flow = flow(Volume::Bytes(bytes), Volume::Bytes(0));
        sum.add(&flow, TO, &reporter("netflow", channel), None);
    }
    let settled = settle(sum.totals, &endpoints);
    let kept: Vec<_> =
        settled.totals.iter().map(|(key, it)| (&*key.reporter.channel, it.bytes_out)).collect();
    assert_eq!(kept, [("r2", 12)]);
    let others: Vec<_> = settled.others.values().flatten().map(|(_, it)| it.bytes_out).collect();
    assert_eq!(others, [11]);
}

#[test]
fn a_report_that_knows_what_left_counts_before_a_larger_one_that_does_not() {
    let endpoints = Endpoints::new(read_table(b"cidr,vendor\n192.0.2.0/24,acme\n").endpoints);
    let mut sum = EgressSum::default();
    sum.add(&flow(Volume::Bytes(1), Volume::Bytes(60)), TO, &reporter("zeek", ""), None);
    sum.add(&flow(Volume::Unknown, Volume::Bytes(63)), TO, &reporter("proxy", ""), None);
    let settled = settle(sum.totals, &endpoints);
    let kept: Vec<_> = settled.totals.keys().map(|key| &*key.reporter.family).collect();
    assert_eq!(kept, ["zeek"]);
}

#[test]
fn another_reporter_on_the_next_day_is_a_handover() {
    let endpoints = Endpoints::new(read_table(b"cidr,vendor\n192.0.2.0/24,acme\n").endpoints);
    let mut sum = EgressSum::default();
    for (day, channel) in [(1, "r1"), (2, "r1"), (3, "r2"), (5, "r1")] {
        let mut flow = flow(Volume::Bytes(9), Volume::Bytes(9));
        flow.start = Time::from_seconds(day * 86_400);
        sum.add(&flow, TO, &reporter("netflow", channel), None);
    }
    assert_eq!(settle(sum.totals, &endpoints).handovers, 1);
}

#[test]
fn a_partial_sum_is_read_as_it_was_written_and_a_cut_one_is_refused() {
    let mut sum = EgressSum::default();
    sum.add(
        &flow(Volume::Bytes(u64::MAX), Volume::Unknown),
        TO,
        &reporter("a", "b"),
        Some(&"US".into()),
    );
    let contact = Contact::Program("/bin/x".into());
    let asset = Asset::Named("host".into());
    let key = ContactKey { asset, endpoint: EndpointId(1), contact, family: "a".into() };
    sum.contact(key, Time::from_seconds(5));
    let header = Header::new((1, 2), "e".into(), "i".into(), serde_json::Value::Null);
    let mut text = Vec::new();
    write_partial(&header, &sum, &mut text).unwrap();
    assert_eq!(read_partial(&mut text.as_slice()).unwrap(), (header, sum));
    for end in 0..text.len() {
        assert!(read_partial(&mut &text[..end]).is_err(), "cut at {end}");
    }
}

proptest! {
    #[test]
    fn merging_does_not_depend_on_order_or_grouping(
        flows in prop::collection::vec((0u8..4, 0u8..4, 0u64..1000, 0i64..4), 1..60),
        cut in 0usize..60,
    ) {
        let add = |sum: &mut EgressSum, &(host, peer, bytes, day): &(u8, u8, u64, i64)| {
            let mut flow = flow(Volume::Bytes(bytes), Volume::Unknown);
            flow.client = Host::Address(IpAddr::from([10, 0, 0, host]));
            flow.server = Some(IpAddr::from([192, 0, 2, peer]));
            flow.start = Time::from_seconds(day * 40_000);
            sum.add(&flow, TO, &reporter("a", ""), None);
        };
        let all = |list: &[(u8, u8, u64, i64)]| {
            let mut sum = EgressSum::default();
            list.iter().for_each(|it| add(&mut sum, it));
            sum
        };
        let (left, right) = flows.split_at(cut.min(flows.len()));
        let (mut one, mut other) = (all(left), all(right));
        one.merge(all(right));
        other.merge(all(left));
        prop_assert_eq!(&one, &all(&flows));
        prop_assert_eq!(&other, &one);
    }
}
