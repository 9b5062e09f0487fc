use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::readers::gathered::{Gathered, corpus, gather, gather_within, head, learn};

const CLIENT: [u8; 4] = [10, 0, 0, 1];
const SERVER: [u8; 4] = [192, 0, 2, 1];

/// A classic capture of these packets of this link type, one each second.
fn pcap(link: u8, packets: &[Vec<u8>]) -> Vec<u8> {
    let mut file =
        vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, link, 0, 0, 0];
    for (second, packet) in (1_700_000_000u32..).zip(packets) {
        let length = u32::try_from(packet.len()).unwrap();
        for number in [second, 5, length, length] {
            file.extend(number.to_le_bytes());
        }
        file.extend(packet);
    }
    file
}

fn ipv4(protocol: u8, source: [u8; 4], target: [u8; 4], fragment: u16, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x45, 0];
    packet.extend(u16::try_from(20 + payload.len()).unwrap().to_be_bytes());
    packet.extend([0, 7]);
    packet.extend(fragment.to_be_bytes());
    packet.extend([64, protocol, 0, 0]);
    packet.extend(source);
    packet.extend(target);
    packet.extend(payload);
    packet
}

fn ports(source: u16, target: u16) -> Vec<u8> {
    [source.to_be_bytes(), target.to_be_bytes()].concat()
}

fn udp(from: ([u8; 4], u16), to: ([u8; 4], u16), payload: &[u8]) -> Vec<u8> {
    let mut datagram = ports(from.1, to.1);
    datagram.extend(u16::try_from(8 + payload.len()).unwrap().to_be_bytes());
    datagram.extend([0, 0]);
    datagram.extend(payload);
    ipv4(17, from.0, to.0, 0, &datagram)
}

/// A segment from the client to port 443, or back.
fn tcp(up: bool, sequence: u32, flags: u8, payload: &[u8]) -> Vec<u8> {
    segment(up, (50_000, 443), sequence, flags, payload)
}

fn segment(
    up: bool,
    (client, server): (u16, u16),
    sequence: u32,
    flags: u8,
    payload: &[u8],
) -> Vec<u8> {
    let mut segment = if up { ports(client, server) } else { ports(server, client) };
    segment.extend(sequence.to_be_bytes());
    segment.extend([0, 0, 0, 0, 0x50, flags, 0, 0, 0, 0, 0, 0]);
    segment.extend(payload);
    let (from, to) = if up { (CLIENT, SERVER) } else { (SERVER, CLIENT) };
    ipv4(6, from, to, 0, &segment)
}

/// A hello for this name with this extension besides.
fn hello(name: &str, extension: u16) -> Vec<u8> {
    let long = |bytes: &[u8]| [&u16::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat();
    let entry = [&[0], long(name.as_bytes()).as_slice()].concat();
    let mut extensions = [extension.to_be_bytes().as_slice(), &long(&[0; 900])].concat();
    extensions.extend([0, 0]);
    extensions.extend(long(&long(&entry)));
    let mut hello = vec![3, 3];
    hello.extend([7; 32]);
    hello.extend([0, 0, 2, 0x13, 1, 1, 0]);
    hello.extend(long(&extensions));
    let mut message = vec![1, 0];
    message.extend(long(&hello));
    message
}

fn records(message: &[u8], size: usize) -> Vec<u8> {
    let record = |part: &[u8]| {
        [&[0x16, 3, 1], u16::try_from(part.len()).unwrap().to_be_bytes().as_slice(), part].concat()
    };
    message.chunks(size).flat_map(record).collect()
}

fn read(bytes: &[u8]) -> Gathered {
    let format: &dyn Format = if frames::is_pcapng(bytes) { &PcapNg } else { &Pcap };
    gather(format, "a", bytes, &Arc::default())
}

fn raw(packets: &[Vec<u8>]) -> Gathered {
    read(&pcap(101, packets))
}

#[test]
fn the_name_of_a_hello_is_read_across_segments_in_any_order_and_across_records() {
    let stream = records(&hello("a.example", 43), 300);
    let (first, second) = stream.split_at(500);
    let overlap = &stream[400..];
    let gathered = raw(&[
        tcp(true, 99, 2, &[]),
        tcp(false, 7, 0x12, &[]),
        tcp(true, 600, 0x10, second),
        tcp(true, 500, 0x10, overlap),
        tcp(true, 100, 0x10, first),
    ]);
    assert_eq!(gathered.flows.len(), 1);
    assert!(gathered.flows[0].contains(" Sni a.example "), "{:?}", gathered.flows);
}

#[test]
fn an_encrypted_hello_is_said() {
    let stream = records(&hello("public.example", 0xfe0d), 16_000);
    let gathered = raw(&[tcp(true, 99, 2, &[]), tcp(true, 100, 0x10, &stream)]);
    assert!(gathered.flows[0].contains(" Sni public.example "));
    let said: Vec<_> = gathered.account.notes.keys().map(|noted| noted.code).collect();
    assert_eq!(said, [codes::ENCRYPTED_HELLO]);
}

#[test]
fn bytes_are_those_of_ip_packets_in_each_direction() {
    let gathered =
        raw(&[tcp(true, 99, 2, &[]), tcp(false, 7, 0x12, &[]), tcp(true, 100, 0x10, b"12345")]);
    assert!(gathered.flows[0].contains("sent Bytes(85) received Bytes(40)"));
}

#[test]
fn a_cut_packet_counts_in_full() {
    let mut file = pcap(101, &[tcp(true, 99, 0x10, &[0; 1_000])]);
    file.truncate(24 + 16 + 60);
    file[24 + 8..24 + 12].copy_from_slice(&60u32.to_le_bytes());
    assert!(read(&file).flows[0].contains("sent Bytes(1040)"));
}

#[test]
fn flows_whose_name_is_not_in_the_capture_are_said() {
    let said = |gathered: Gathered| -> Vec<_> {
        gathered.account.notes.keys().map(|noted| noted.code).collect()
    };
    let begun = tcp(true, 99, 2, &[]);
    assert_eq!(said(raw(&[tcp(true, 500, 0x18, b"late")])), [codes::BEGINNING_MISSING]);
    assert_eq!(said(raw(&[begun.clone(), tcp(true, 100, 0x18, b"whole")])), []);
    let mut file =
        pcap(101, &[begun, tcp(true, 100, 0x18, &records(&hello("a.example", 43), 300))]);
    let second = 24 + 16 + 40;
    file.truncate(second + 16 + 60);
    file[second + 8..second + 12].copy_from_slice(&60u32.to_le_bytes());
    assert_eq!(said(read(&file)), [codes::BEGINNING_MISSING]);
}

#[test]
fn the_answer_to_a_syn_tells_who_began() {
    let gathered = raw(&[tcp(false, 7, 0x12, &[])]);
    assert!(gathered.flows[0].starts_with("10.0.0.1:50000 192.0.2.1:443 6 sent Bytes(0)"));
}

#[test]
fn a_new_syn_after_the_end_begins_a_new_flow() {
    let gathered =
        raw(&[tcp(true, 99, 2, &[]), tcp(true, 100, 0x11, &[]), tcp(true, 9_999, 2, &[])]);
    assert_eq!(gathered.flows.len(), 2);
}

#[test]
fn the_host_of_a_request_and_of_connect_is_read() {
    for (request, name) in [
        ("GET / HTTP/1.1\r\nA: b\r\nHOST: A.example:80\r\n\r\n", "A.example"),
        ("CONNECT b.example:443 HTTP/1.1\r\n", "b.example"),
        ("GET http://c.example/x HTTP/1.1\r\nHost: d.example\r\n", "c.example"),
    ] {
        let (first, rest) = request.as_bytes().split_at(9);
        let gathered = raw(&[tcp(true, 1, 0x18, first), tcp(true, 10, 0x18, rest)]);
        assert!(gathered.flows[0].contains(&format!(" Host {name} ")), "{:?}", gathered.flows);
    }
}

fn dns_answer() -> Vec<u8> {
    let mut message = vec![0, 1, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
    message.extend(
        b"\x01a\x07example\0\0\x01\0\x01\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x01",
    );
    message
}

const ANSWER: &str = "10.0.0.1 a.example [(192.0.2.1, Some(60))]";

#[test]
fn an_answer_over_udp_belongs_to_its_client() {
    let gathered = raw(&[udp(([9, 9, 9, 9], 53), (CLIENT, 4_000), &dns_answer())]);
    assert_eq!(gathered.answers, [ANSWER]);
    assert!(gathered.flows[0].starts_with("10.0.0.1:4000 9.9.9.9:53 17 sent Bytes(0)"));
}

#[test]
fn answers_over_tcp_may_be_in_pieces() {
    let message = dns_answer();
    let length = u16::try_from(message.len()).unwrap().to_be_bytes();
    let stream = [&length, message.as_slice()].concat().repeat(2);
    let (first, second) = stream.split_at(30);
    let at_53 = |sequence, flags, payload| segment(false, (4_000, 53), sequence, flags, payload);
    let gathered = raw(&[at_53(0, 0x12, &[]), at_53(31, 0x10, second), at_53(1, 0x10, first)]);
    assert_eq!(gathered.answers, [ANSWER, ANSWER]);
}

#[test]
fn later_fragments_count_with_the_first() {
    let first = [ports(5_000, 443), vec![0; 20]].concat();
    let gathered = raw(&[
        ipv4(17, CLIENT, SERVER, 0x2000, &first),
        ipv4(17, CLIENT, SERVER, 3, &[0; 100]),
        ipv4(17, SERVER, CLIENT, 3, &[0; 100]),
    ]);
    assert_eq!(gathered.flows.len(), 1);
    assert!(gathered.flows[0].starts_with("10.0.0.1:5000 192.0.2.1:443 17 sent Bytes(164)"));
    assert_eq!(gathered.account.ledger.lost_rows(), 1);
}

#[test]
fn links_of_every_kind_lead_to_the_packet() {
    let packet = tcp(true, 99, 2, &[]);
    let ethernet = |tags: &[u8]| [&[2; 12], tags, packet.as_slice()].concat();
    let cases = [
        (1, ethernet(&[8, 0])),
        (1, ethernet(&[0x81, 0, 0, 5, 8, 0])),
        (1, ethernet(&[0x88, 0xa8, 0, 5, 0x81, 0, 0, 6, 8, 0])),
        (
            1,
            ethernet(&[0x88, 0x47, 0, 0, 1, 64, 8, 0])
                .into_iter()
                .take(12)
                .chain([0x88, 0x47, 0, 1, 0x11, 64])
                .chain(packet.clone())
                .collect(),
        ),
        (1, ethernet(&[0x88, 0x64, 0x11, 0, 0, 1, 0, 42, 0, 0x21])),
        (0, [&[2, 0, 0, 0], packet.as_slice()].concat()),
        (108, [&[0, 0, 0, 2], packet.as_slice()].concat()),
        (113, [&[0; 14], [8, 0].as_slice(), &packet].concat()),
        (12, packet.clone()),
    ];
    for (link, frame) in cases {
        let gathered = read(&pcap(link, &[frame]));
        assert!(gathered.flows[0].contains("sent Bytes(40)"), "{link} {:?}", gathered.flows);
    }
}

#[test]
fn extension_headers_of_ipv6_are_passed_over() {
    let segment = &tcp(true, 99, 2, &[])[20..];
    let mut packet = vec![0x60, 0, 0, 0, 0, 36, 0, 64];
    packet.extend([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    packet.extend([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
    packet.extend([43, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0]);
    packet.extend(segment);
    let gathered = raw(&[packet]);
    assert!(gathered.flows[0].starts_with("2001:db8::1:50000 2001:db8::2:443 6 sent Bytes(76)"));
}

#[test]
fn flow_records_on_their_way_are_read_with_their_exporter() {
    let mut export = vec![0, 9, 0, 2];
    for number in [60_000u32, 1_700_000_060, 1, 7] {
        export.extend(number.to_be_bytes());
    }
    let template = [0, 0, 0, 20, 1, 0, 0, 3, 0, 8, 0, 4, 0, 12, 0, 4, 0, 1, 0, 4];
    let data = [1, 0, 0, 16, 10, 9, 9, 9, 192, 0, 2, 1, 0, 0, 1, 0];
    let with =
        |set: &[u8]| udp((CLIENT, 3_000), (SERVER, 2_055), &[export.as_slice(), set].concat());
    let (first, second) = (pcap(101, &[with(&data)]), pcap(101, &[with(&template)]));
    assert!(Pcap.teaches(&head("a", &first)));
    let learnt = learn(&Pcap, &[("a", &first), ("b", &second)]);
    let gathered = gather(&Pcap, "a", &first, &learnt);
    assert!(gathered.flows.iter().any(|flow| flow.starts_with("10.9.9.9:0 192.0.2.1:0")));
    assert_eq!(gathered.account.channels, ["", "10.0.0.1#7"]);
}

#[test]
fn open_flows_are_limited_and_the_oldest_ends_first() {
    let one = |port| udp((CLIENT, port), (SERVER, 9_000), &[]);
    let packets: Vec<_> = (5_000..5_010).map(one).collect();
    let limits = Limits { open_flows: 3, ..Limits::default() };
    let gathered = gather_within(&Pcap, "a", &pcap(101, &packets), &Arc::default(), &limits);
    assert_eq!(gathered.flows.len(), 10);
    assert!(gathered.flows[0].starts_with("10.0.0.1:5000"));
    assert!(gathered.account.notes.keys().any(|noted| noted.code == codes::LIMIT_REACHED));
}

#[test]
fn handshakes_that_never_end_are_given_up_when_there_are_too_many() {
    let start = records(&hello("a.example", 43), 16_000);
    let half = |port| segment(true, (port, 443), 1, 0x10, &start[..500]);
    let packets: Vec<_> = (5_000..5_050).map(half).collect();
    let limits = Limits { waiting_bytes: 4_000, ..Limits::default() };
    let gathered = gather_within(&Pcap, "a", &pcap(101, &packets), &Arc::default(), &limits);
    assert_eq!(gathered.flows.len(), 50);
    let said: Vec<_> = gathered.account.notes.keys().map(|noted| noted.code).collect();
    assert_eq!(said, [codes::BEGINNING_MISSING, codes::LIMIT_REACHED]);
}

fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let padded = body.len().next_multiple_of(4);
    let length = u32::try_from(12 + padded).unwrap();
    let mut block = [kind.to_be_bytes(), length.to_be_bytes()].concat();
    block.extend(body);
    block.resize(8 + padded, 0);
    block.extend(length.to_be_bytes());
    block
}

#[test]
fn interfaces_of_a_pcapng_have_clocks_and_channels_of_their_own() {
    let packet = tcp(true, 99, 2, &[]);
    let enhanced = |interface: u8, units: u64| {
        let mut body = vec![0, 0, 0, interface];
        body.extend(units.to_be_bytes());
        body.extend([0, 0, 0, 40, 0, 0, 0, 40]);
        body.extend(&packet);
        block(6, &body)
    };
    let mut file = block(
        0x0a0d_0d0a,
        &[0x1a, 0x2b, 0x3c, 0x4d, 0, 1, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255],
    );
    file.extend(block(1, &[0, 101, 0, 0, 0, 0, 0, 0]));
    file.extend(block(
        1,
        &[0, 101, 0, 0, 0, 0, 0, 0, 0, 2, 0, 4, b'e', b't', b'h', b'1', 0, 9, 0, 1, 9, 0, 0, 0],
    ));
    file.extend(enhanced(0, 1_700_000_000_000_001));
    file.extend(enhanced(1, 1_700_000_000_000_001_000));
    let gathered = read(&file);
    assert_eq!(gathered.account.channels, ["", "eth1"]);
    assert_eq!(gathered.flows.len(), 2);
    assert!(gathered.flows.iter().all(|flow| flow.contains("Some(1700000000000001)")));
}

#[test]
fn a_packet_that_is_longer_than_any_ends_the_reading_and_is_told() {
    let mut file = pcap(101, &[tcp(true, 99, 2, &[])]);
    file[24 + 8..24 + 12].copy_from_slice(&u32::MAX.to_le_bytes());
    let gathered = read(&file);
    assert_eq!(gathered.account.ledger.lost_rows(), 1);
    assert!(gathered.account.notes.keys().any(|noted| noted.code == codes::MALFORMED));
}

/// What is known about the captures of the corpus: names and how the packets were accounted for.
#[test]
fn names_come_out_of_the_captures_of_the_corpus() {
    let facts = [
        ("zeek_bro.org.pcap", 751, " Host bro.org "),
        ("zeek_chromium-115.0.5790.110-google-de-fragmented.pcap", 917, " Sni www.google.de "),
        ("zeek_firefox-102.13.0esr-blog-cloudflare-com.pcap", 608, " Sni blog.cloudflare.com "),
        ("zeek_irc-dcc-send.pcapng", 1_184, "10.0.0.7:59069 10.0.0.22:6667 6 sent Bytes(2886)"),
    ];
    for (name, bytes) in corpus("pcap") {
        let (_, packets, fact) = facts.iter().find(|(known, ..)| *known == name).unwrap();
        let gathered = read(&bytes);
        assert!(gathered.flows.iter().any(|flow| flow.contains(fact)), "{name}");
        assert_eq!(gathered.account.ledger.understood, *packets, "{name}");
    }
}

#[test]
fn damaged_captures_of_the_corpus_do_no_harm() {
    for (_, bytes) in corpus("pcap") {
        let some = &bytes[..bytes.len().min(20_000)];
        for cut in (0..some.len()).step_by(333) {
            read(&some[..cut]);
        }
        for at in (0..some.len()).step_by(41) {
            let mut damaged = some.to_vec();
            for value in [0, 1, 0x7f, 0xff] {
                damaged[at] = value;
                read(&damaged);
            }
        }
    }
}

proptest! {
    #[test]
    fn whatever_a_frame_holds_is_accounted_for(
        link in prop_oneof![Just(0u8), Just(1), Just(101), Just(113), any::<u8>()],
        frames in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..120), 0..6),
    ) {
        let rows = frames.len() as u64;
        prop_assert!(read(&pcap(link, &frames)).account.ledger.rows >= rows);
    }

    #[test]
    fn whatever_a_client_says_first_does_no_harm(
        start in prop_oneof![Just(vec![0x16u8, 3, 1]), Just(b"GET ".to_vec()), Just(vec![0xc3, 0, 0, 0, 1, 8])],
        rest in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let payload = [start, rest].concat();
        raw(&[tcp(true, 1, 0x18, &payload)]);
        raw(&[udp((CLIENT, 5_000), (SERVER, 443), &payload)]);
        raw(&[udp((SERVER, 53), (CLIENT, 5_000), &payload)]);
    }
}
