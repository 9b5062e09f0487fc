use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::readers::gathered::{Gathered, corpus, gather, gather_within, head, learn};

/// A version 9 packet of these sets, sent one minute after its exporter started.
fn v9(domain: u32, sets: &[(u16, &[u8])]) -> Vec<u8> {
    let mut packet = vec![0, 9, 0, 1];
    for number in [60_000u32, 1_700_000_060, 1, domain] {
        packet.extend(number.to_be_bytes());
    }
    append(&mut packet, sets);
    packet
}

fn ipfix(domain: u32, sets: &[(u16, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    append(&mut body, sets);
    let mut packet = vec![0, 10];
    packet.extend(u16::try_from(16 + body.len()).unwrap().to_be_bytes());
    for number in [1_700_000_000u32, 1, domain] {
        packet.extend(number.to_be_bytes());
    }
    packet.extend(body);
    packet
}

fn append(packet: &mut Vec<u8>, sets: &[(u16, &[u8])]) {
    for (id, body) in sets {
        packet.extend(id.to_be_bytes());
        packet.extend(u16::try_from(4 + body.len()).unwrap().to_be_bytes());
        packet.extend(*body);
    }
}

fn words(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

/// Template 256: addresses, bytes in four bytes.
fn simple() -> Vec<u8> {
    words(&[256, 3, 8, 4, 12, 4, 1, 4])
}

const RECORD: [u8; 12] = [10, 0, 0, 1, 192, 0, 2, 1, 0, 0, 1, 0];

fn read(bytes: &[u8]) -> Gathered {
    gather(&NetFlow, "a.dat", bytes, &Arc::default())
}

fn lost(gathered: &Gathered) -> Vec<(&str, u64)> {
    gathered.account.ledger.not_understood.iter().map(|(code, lost)| (code.0, lost.rows)).collect()
}

#[test]
fn data_that_comes_before_its_template_is_read_when_it_comes() {
    let mut bytes = v9(7, &[(256, &RECORD)]);
    bytes.extend(v9(7, &[(0, &simple())]));
    let gathered = read(&bytes);
    assert_eq!(gathered.flows.len(), 1);
    assert!(gathered.flows[0].starts_with("10.0.0.1:0 192.0.2.1:0 0 sent Bytes(256)"));
}

#[test]
fn templates_of_one_domain_say_nothing_about_another() {
    let mut bytes = v9(7, &[(0, &simple())]);
    bytes.extend(v9(8, &[(256, &RECORD)]));
    assert_eq!(lost(&read(&bytes)), [("flow/template-missing", 1)]);
}

#[test]
fn a_template_may_lie_in_another_file() {
    let (data, template) = (v9(7, &[(256, &RECORD)]), v9(7, &[(0, &simple())]));
    let learnt = learn(&NetFlow, &[("data", &data), ("template", &template)]);
    let gathered = gather(&NetFlow, "data", &data, &learnt);
    assert_eq!(gathered.flows.len(), 1);
    let said: Vec<_> = gathered.account.notes.keys().map(|noted| noted.code).collect();
    assert_eq!(said, [codes::TEMPLATE_BORROWED]);
}

#[test]
fn of_two_templates_that_fit_equally_none_is_taken() {
    let data = ipfix(7, &[(256, &RECORD)]);
    let one = ipfix(7, &[(2, &simple())]);
    let other = ipfix(7, &[(2, &words(&[256, 3, 12, 4, 8, 4, 1, 4]))]);
    let learnt = learn(&NetFlow, &[("one", &one), ("two", &other)]);
    assert_eq!(lost(&gather(&NetFlow, "data", &data, &learnt)), [("flow/template-ambiguous", 1)]);
}

#[test]
fn a_sampling_rate_from_an_option_multiplies() {
    // Options template 257: scope system, then interval; and its data.
    let option = words(&[257, 4, 4, 1, 4, 34, 4]);
    let mut bytes = v9(7, &[(1, &option), (257, &[0, 0, 0, 0, 0, 0, 3, 232])]);
    bytes.extend(v9(7, &[(0, &simple()), (256, &RECORD)]));
    assert!(read(&bytes).flows[0].contains(" x1000 "));
}

#[test]
fn a_sampler_without_a_known_rate_is_sampling_of_unknown_extent() {
    let template = words(&[256, 4, 8, 4, 12, 4, 1, 4, 48, 1]);
    let record = [RECORD.as_slice(), &[3]].concat();
    assert!(read(&v9(7, &[(0, &template), (256, &record)])).flows[0].contains(" x0 "));
}

#[test]
fn lengths_in_the_record_reduced_sizes_and_enterprise_fields_are_followed() {
    // Bytes in three bytes; a name of variable length between; an enterprise field.
    let template = words(&[256, 5, 8, 4, 82, 65_535, 12, 4, 0x8001, 2, 0, 9, 1, 3]);
    let record = [10, 0, 0, 1, 2, b'e', b'0', 192, 0, 2, 1, 9, 9, 1, 0, 0];
    let gathered = read(&ipfix(7, &[(2, &template), (256, &record)]));
    assert!(gathered.flows[0].starts_with("10.0.0.1:0 192.0.2.1:0 0 sent Bytes(65536)"));
}

#[test]
fn reverse_elements_make_a_flow_two_way() {
    let template = words(&[256, 4, 8, 4, 12, 4, 1, 4, 0x8001, 4, 0, 29_305]);
    let record = [RECORD.as_slice(), &[0, 0, 0, 9]].concat();
    let gathered = read(&ipfix(7, &[(2, &template), (256, &record)]));
    assert!(gathered.flows[0].contains("sent Bytes(256) received Bytes(9) unsampled"));
}

#[test]
fn totals_of_a_flow_that_goes_on_count_what_was_added() {
    let template = words(&[256, 5, 8, 4, 12, 4, 85, 4, 136, 1, 152, 8]);
    let record = |total: u8, reason: u8| {
        let mut record = RECORD[..8].to_vec();
        record.extend([0, 0, 0, total, reason, 0, 0, 1, 139, 207, 229, 104, 0]);
        record
    };
    let records = [record(10, 2), record(30, 2), record(35, 3)].concat();
    let gathered = read(&ipfix(7, &[(2, &template), (256, &records)]));
    let sent: Vec<_> = gathered
        .flows
        .iter()
        .map(|flow| flow.split("sent ").nth(1).unwrap().split(' ').next())
        .collect();
    assert_eq!(sent, [Some("Bytes(10)"), Some("Bytes(20)"), Some("Bytes(5)")]);
}

#[test]
fn totals_without_a_reason_are_those_of_one_flow_that_goes_on() {
    let template = words(&[256, 4, 8, 4, 12, 4, 85, 4, 152, 8]);
    let record = |total: u8| {
        let mut record = RECORD[..8].to_vec();
        record.extend([0, 0, 0, total, 0, 0, 1, 139, 207, 229, 104, 0]);
        record
    };
    let records = [record(10), record(30)].concat();
    let gathered = read(&ipfix(7, &[(2, &template), (256, &records)]));
    let said = |flow: &String| (flow.contains("sent Bytes(20)"), flow.contains("goes-on"));
    assert_eq!(gathered.flows.iter().map(said).collect::<Vec<_>>(), [(false, false), (true, true)]);
}

#[test]
fn a_record_that_ends_by_the_active_timeout_is_not_the_end_of_its_flow() {
    let template = words(&[256, 4, 8, 4, 12, 4, 1, 4, 136, 1]);
    let records = [&RECORD[..], &[2], &RECORD[..], &[1]].concat();
    let gathered = read(&ipfix(7, &[(2, &template), (256, &records)]));
    let goes_on: Vec<_> = gathered.flows.iter().map(|flow| flow.contains("goes-on")).collect();
    assert_eq!(goes_on, [true, false]);
}

#[test]
fn the_end_of_a_connection_that_repeats_its_last_update_counts_nothing() {
    let template = words(&[256, 6, 8, 4, 12, 4, 231, 4, 232, 4, 233, 1, 152, 8]);
    let record = |bytes: u8, event: u8| {
        let mut record = RECORD[..8].to_vec();
        record.extend([0, 0, 0, bytes, 0, 0, 0, 9, event, 0, 0, 1, 139, 207, 229, 104, 0]);
        record
    };
    let records = [record(10, 5), record(10, 2), record(20, 2)].concat();
    let gathered = read(&ipfix(7, &[(2, &template), (256, &records)]));
    assert_eq!(gathered.flows.len(), 2);
    assert_eq!(gathered.account.ledger.inert[&codes::COUNTED_ELSEWHERE], 1);
}

#[test]
fn answers_to_a_translated_client_come_to_the_client() {
    let template = words(&[256, 4, 8, 4, 12, 4, 1, 4, 226, 4]);
    let record = [192, 0, 2, 1, 203, 0, 113, 9, 0, 0, 1, 0, 10, 0, 0, 1];
    let gathered = read(&v9(7, &[(0, &template), (256, &record)]));
    assert!(gathered.flows[0].starts_with("192.0.2.1:0 10.0.0.1:0"));
}

#[test]
fn times_are_relative_to_the_start_of_the_exporter_and_its_counter_wraps() {
    let template = words(&[256, 5, 8, 4, 12, 4, 1, 4, 22, 4, 21, 4]);
    let mut record = RECORD.to_vec();
    record.extend((u32::MAX - 999).to_be_bytes());
    record.extend(59_000u32.to_be_bytes());
    let gathered = read(&v9(7, &[(0, &template), (256, &record)]));
    assert!(gathered.flows[0].ends_with("Some(1699999999000000)..Some(1700000059000000)"));
}

#[test]
fn a_template_without_length_is_invalid_and_its_data_are_lost() {
    let zero = words(&[256, 2, 8, 0, 12, 0]);
    let gathered = read(&v9(7, &[(0, &zero), (256, &RECORD)]));
    assert_eq!(lost(&gathered), [("flow/template-invalid", 1), ("flow/template-missing", 1)]);
}

#[test]
fn templates_are_limited_in_number() {
    let mut bytes = Vec::new();
    for domain in 0..20 {
        bytes.extend(ipfix(domain, &[(2, &simple())]));
    }
    let limits = Limits { templates: 5, ..Limits::default() };
    let gathered = gather_within(&NetFlow, "a", &bytes, &Arc::default(), &limits);
    let said: Vec<_> =
        gathered.account.notes.iter().map(|(it, (times, _))| (it.code, *times)).collect();
    assert_eq!(said, [(codes::LIMIT_REACHED, 15)]);
}

#[test]
fn what_waits_for_templates_is_limited() {
    let mut bytes = Vec::new();
    for _ in 0..50 {
        bytes.extend(ipfix(7, &[(256, &RECORD)]));
    }
    bytes.extend(ipfix(7, &[(2, &simple())]));
    let limits = Limits { waiting_bytes: 2_000, ..Limits::default() };
    let gathered = gather_within(&NetFlow, "a", &bytes, &Arc::default(), &limits);
    assert!(!gathered.flows.is_empty() && !lost(&gathered).is_empty());
    assert_eq!(gathered.flows.len() as u64 + lost(&gathered)[0].1, 50);
}

#[test]
fn reading_goes_on_behind_what_is_no_packet() {
    let mut bytes = b"junk\0\x09junk".to_vec();
    bytes.extend(v9(7, &[(0, &simple()), (256, &RECORD)]));
    bytes.extend([0; 40]);
    bytes.extend(ipfix(7, &[(2, &simple())]));
    let gathered = read(&bytes);
    assert_eq!(gathered.flows.len(), 1);
    assert_eq!(gathered.account.ledger.inert[&codes::ROW_HEADER], 2);
    assert_eq!(lost(&gathered), [("flow/unknown-version", 1)]);
}

/// What each payload of the corpus gives: understood, inert and lost rows, and why they were lost.
const CORPUS: &str = include_str!("corpus.txt");

#[test]
fn every_payload_of_the_corpus_is_read_or_says_why_not() {
    let files = corpus("netflow");
    let inputs: Vec<_> =
        files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let learnt = learn(&NetFlow, &inputs);
    let mut lines = String::new();
    for (name, bytes) in &inputs {
        let gathered = gather(&NetFlow, name, bytes, &learnt);
        let ledger = &gathered.account.ledger;
        let (read, inert) = (ledger.understood, ledger.inert_rows());
        lines.push_str(&format!("{name} {read} {inert} {:?}\n", lost(&gathered)));
        assert!(ledger.rows > 0, "{name} says nothing");
    }
    for (line, expected) in lines.lines().zip(CORPUS.lines()) {
        assert_eq!(line, expected);
    }
    assert!(files.is_empty() || lines.len() == CORPUS.len());
}

/// Facts from the expectations of the codec whose tests the payloads come from.
#[test]
fn flows_of_the_corpus_are_what_its_makers_expect() {
    let files = corpus("netflow");
    let inputs: Vec<_> =
        files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let learnt = learn(&NetFlow, &inputs);
    let facts = [
        ("netflow5.dat", 0, "10.0.2.2:54435 10.0.2.15:22 6 sent Bytes(230)"),
        ("netflow5.dat", 1, "10.0.2.15:22 10.0.2.2:54435 6 sent Bytes(304)"),
        ("netflow9_test_valid01.dat", 0, "172.16.32.100:123 172.16.32.248:123 17 sent Bytes(76)"),
        (
            "netflow9_test_nprobe_data.dat",
            0,
            "172.16.32.201:22 172.16.32.1:65058 6 sent Bytes(200)",
        ),
        ("ipfix.dat", 0, "192.168.253.1:60560 192.168.253.128:22 6 sent Bytes(260)"),
        ("ipfix.dat", 1, "192.168.253.128:22 192.168.253.1:60560 6 sent Bytes(1000)"),
    ];
    for (name, index, expected) in facts {
        let Some((_, bytes)) = inputs.iter().find(|(known, _)| *known == name) else { continue };
        let gathered = gather(&NetFlow, name, bytes, &learnt);
        assert!(gathered.flows[index].starts_with(expected), "{name}: {:?}", gathered.flows);
    }
}

#[test]
fn damaged_payloads_of_the_corpus_do_no_harm() {
    let files = corpus("netflow");
    for (name, bytes) in &files {
        for cut in (0..bytes.len()).step_by(37) {
            read(&bytes[..cut]);
        }
        for at in 0..bytes.len().min(400) {
            let mut damaged = bytes.clone();
            for value in [0, 1, 0x7f, 0xff] {
                damaged[at] = value;
                let learnt = learn(&NetFlow, &[(name, &damaged)]);
                gather(&NetFlow, name, &damaged, &learnt);
            }
        }
    }
}

proptest! {
    #[test]
    fn whatever_comes_is_accounted_for(
        bytes in prop::collection::vec(prop_oneof![Just(0u8), Just(9), Just(10), Just(1), any::<u8>()], 0..600),
        version in prop_oneof![Just(5u8), Just(7), Just(9), Just(10)],
    ) {
        let input = [&[0, version], bytes.as_slice()].concat();
        NetFlow.probe(&head("a", &input));
        read(&input);
    }
}

#[test]
fn a_packet_whose_header_counts_wrong_is_claimed_and_lost() {
    let mut packet = vec![0, 5, 0xd9, 0x1e];
    packet.extend([0, 0, 0, 9]);
    packet.extend(1_700_000_000u32.to_be_bytes());
    packet.resize(24 + 48, 0);
    let known = crate::readers::detect(&head("a.dat", &packet));
    assert_eq!(known.map(|format| format.id()), Some("netflow"));
    assert_eq!(lost(&read(&packet)), [("input/malformed", 1)]);
    packet.push(0);
    assert!(crate::readers::detect(&head("a.dat", &packet)).is_none());
}
