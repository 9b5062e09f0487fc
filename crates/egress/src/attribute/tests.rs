use super::*;
use crate::endpoints::read_table;
use crate::event::{Key, parse_address};
use crate::limits::Limits;
use crate::memory::{Notes, Told};

fn endpoints() -> Endpoints {
    let rows = read_table(
        b"suffix,cidr,vendor\nacme.example,,acme\neu.acme.example,,acme\n,192.0.2.0/24,acme\n,2001:db8:7::/48,acme\n",
    );
    assert_eq!(rows.problems, []);
    Endpoints::new(rows.endpoints)
}

fn flow(client: &str, server: &str) -> Flow<'static> {
    let mut flow = Flow::new(Host::Address(parse_address(client).unwrap()), parse_address(server));
    flow.start = Time::from_seconds(1000);
    flow
}

fn found(flow: &Flow<'_>, memory: &Memory) -> Option<(u32, Grade, Side)> {
    attribute(flow, &endpoints(), memory).map(|it| (it.endpoint.0, it.grade, it.remote))
}

fn remembered(notes: Notes) -> Memory {
    let mut memory = Memory::default();
    memory.note(&notes, &Limits::default());
    memory
}

fn seen(from: NameFrom, endpoint: Option<u32>) -> Seen {
    Seen { at: Time::from_seconds(1000), from, endpoint: endpoint.map(EndpointId), pair: None }
}

fn told_for(client: &str, server: &str) -> (u64, Told) {
    let pair = pair(parse_address(client).unwrap(), parse_address(server).unwrap());
    let time = |second| Time::from_seconds(second).unwrap();
    (pair, Told { endpoint: EndpointId(0), from: time(990), until: time(1050) })
}

#[test]
fn a_name_goes_before_an_address() {
    let mut named = flow("10.0.0.1", "192.0.2.9");
    named.name = Some((NameFrom::Host, "a.EU.acme.example."));
    assert_eq!(found(&named, &Memory::default()), Some((1, Grade::Host, Side::Server)));
}

#[test]
fn of_several_names_the_better_source_counts_and_an_endpoint_before_somebody_else() {
    let key = Key::new(b"", b"C1");
    let mut tied = flow("10.0.0.1", "198.51.100.1");
    tied.key = Some(key);
    let names = vec![
        (key.0, seen(NameFrom::Host, Some(0))),
        (key.0, seen(NameFrom::Sni, Some(1))),
        (key.0, seen(NameFrom::Sni, None)),
    ];
    let memory = remembered(Notes { names, ..Notes::default() });
    assert_eq!(found(&tied, &memory), Some((1, Grade::Sni, Side::Server)));
}

#[test]
fn an_answer_counts_for_who_asked_and_not_for_a_flow_with_another_name() {
    let memory = remembered(Notes {
        names: Vec::new(),
        answers: vec![told_for("10.0.0.1", "198.51.100.1")],
        ..Notes::default()
    });
    let mut asked = flow("10.0.0.1", "198.51.100.1");
    assert_eq!(found(&asked, &memory), Some((0, Grade::Answer, Side::Server)));
    assert_eq!(found(&flow("10.0.0.2", "198.51.100.1"), &memory), None);
    asked.name = Some((NameFrom::Sni, "shop.example"));
    assert_eq!(found(&asked, &memory), None);
}

#[test]
fn a_vendors_own_prefix_counts_also_under_another_name() {
    let mut other = flow("10.0.0.1", "2001:db8:7::1");
    other.name = Some((NameFrom::Sni, "shop.example"));
    assert_eq!(found(&other, &Memory::default()), Some((3, Grade::Prefix, Side::Server)));
}

#[test]
fn an_endpoint_that_begins_the_flow_is_the_remote_side_unless_the_log_says_otherwise() {
    let mut inward = flow("192.0.2.9", "10.0.0.1");
    assert_eq!(found(&inward, &Memory::default()), Some((2, Grade::Prefix, Side::Client)));
    inward.ours = Some(Side::Client);
    assert_eq!(found(&inward, &Memory::default()), None);
}

#[test]
fn who_asks_our_server_for_a_vendors_name_is_no_egress() {
    let mut published = flow("203.0.113.5", "198.51.100.1");
    published.name = Some((NameFrom::Host, "acme.example"));
    published.ours = Some(Side::Server);
    assert_eq!(found(&published, &Memory::default()), None);
    published.client = Host::Address(parse_address("192.0.2.9").unwrap());
    assert_eq!(found(&published, &Memory::default()), Some((2, Grade::Prefix, Side::Client)));
}

#[test]
fn an_answer_never_makes_our_server_an_endpoint() {
    let memory = remembered(Notes {
        names: Vec::new(),
        answers: vec![told_for("10.0.0.1", "198.51.100.1")],
        ..Notes::default()
    });
    let mut published = flow("10.0.0.1", "198.51.100.1");
    published.ours = Some(Side::Server);
    assert_eq!(found(&published, &memory), None);
}

#[test]
fn the_answering_record_of_a_one_way_log_is_found_by_the_answer_too() {
    let memory = remembered(Notes {
        names: Vec::new(),
        answers: vec![told_for("10.0.0.1", "198.51.100.1")],
        ..Notes::default()
    });
    let mut back = flow("198.51.100.1", "10.0.0.1");
    assert_eq!(found(&back, &memory), None);
    back.one_way = true;
    assert_eq!(found(&back, &memory), Some((0, Grade::Answer, Side::Client)));
}

#[test]
fn the_answering_record_of_a_one_way_log_is_found_by_the_name_of_its_flow_too() {
    let key = Key::new(b"", b"7");
    let (pair, _) = told_for("10.0.0.5", "198.51.100.1");
    let name = Seen { pair: Some(pair), ..seen(NameFrom::Sni, Some(0)) };
    let memory = remembered(Notes { names: vec![(key.0, name)], ..Notes::default() });
    let side = |client, server| {
        let mut record = flow(client, server);
        (record.key, record.one_way) = (Some(key), true);
        found(&record, &memory).map(|(.., side)| side)
    };
    assert_eq!(side("10.0.0.5", "198.51.100.1"), Some(Side::Server));
    assert_eq!(side("198.51.100.1", "10.0.0.5"), Some(Side::Client));
}

#[test]
fn who_announces_an_address_is_weaker_than_any_prefix() {
    let rows = read_table(b"asn,vendor\n64500,acme\n");
    let mut endpoints = Endpoints::new(rows.endpoints);
    let (first, last) = ("198.51.100.0".parse().unwrap(), "198.51.100.255".parse().unwrap());
    endpoints.announce(&[(first, last, 64500)]);
    let found = attribute(&flow("10.0.0.1", "198.51.100.1"), &endpoints, &Memory::default());
    assert_eq!(found.map(|it| it.grade), Some(Grade::Network));
    assert!(Grade::Network > Grade::Prefix);
}
