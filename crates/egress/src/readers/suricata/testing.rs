//! Tests of the reader of eve.json.

use super::SuricataEve;
use crate::codes;
use crate::event::Key;
use crate::reader::Sieved;
use crate::readers::sieving::{Sought, differ, open, read_all, read_words};
use crate::readers::testing::detect;

const FLOW: &str = r#"{"timestamp":"2020-09-13T12:27:00.000000+0000","flow_id":123456789,"in_iface":"eth0","event_type":"flow","src_ip":"10.0.0.7","src_port":50000,"dest_ip":"203.0.113.9","dest_port":443,"proto":"TCP","app_proto":"tls","flow":{"pkts_toserver":9,"pkts_toclient":12,"bytes_toserver":1900,"bytes_toclient":90500,"start":"2020-09-13T12:26:40.000000+0000","end":"2020-09-13T12:26:42.000000+0000","age":2,"state":"closed","reason":"timeout","alerted":false},"community_id":"1:_i"}"#;
const FLOW6: &str = r#"{"timestamp":"2020-09-13T12:27:00.000000+0000","flow_id":5,"event_type":"flow","vlan":[1,2],"src_ip":"2001:0db8:0000:0000:0000:0000:0000:0009","dest_ip":"2001:db8::1","proto":"IPv6-ICMP","icmp_type":1,"flow":{"pkts_toserver":9},"host":"sensor-a"}"#;
const NETFLOW: &str = r#"{"timestamp":"2020-09-13T12:27:00.000000+0000","flow_id":123456789,"event_type":"netflow","src_ip":"203.0.113.9","src_port":443,"dest_ip":"10.0.0.7","dest_port":50000,"proto":"TCP","netflow":{"pkts":12,"bytes":90500,"start":"2020-09-13T12:26:40.000000+0000","end":"2020-09-13T12:26:42.000000+0000"},"host":"sensor-a","pcap_filename":"x.pcap"}"#;
const TLS: &str = r#"{"timestamp":"2020-09-13T12:26:40.600000+0000","flow_id":123456789,"in_iface":"eth0","event_type":"tls","src_ip":"10.0.0.7","src_port":50000,"dest_ip":"203.0.113.10","dest_port":443,"proto":"TCP","tls":{"sni":"up.vendor.example","version":"TLS 1.3"},"flow":{"bytes_toserver":77}}"#;
const TLS_OTHER: &str = r#"{"timestamp":"2020-09-13T12:26:40.600000+0000","flow_id":7,"event_type":"tls","src_ip":"10.0.0.9","src_port":50000,"dest_ip":"203.0.113.10","dest_port":443,"proto":"TCP","tls":{"subject":"CN=a","sni":"other.test"},"host":"s"}"#;
const TLS_NAMELESS: &str = r#"{"timestamp":"2020-09-13T12:26:40.600000+0000","flow_id":7,"event_type":"tls","src_ip":"10.0.0.9","src_port":50000,"dest_ip":"203.0.113.10","dest_port":443,"proto":"TCP","tls":{"subject":"CN=a"}}"#;
const QUIC: &str = r#"{"timestamp":"2020-09-13T12:26:40.600000+0000","flow_id":7,"event_type":"quic","src_ip":"10.0.0.9","src_port":50000,"dest_ip":"203.0.113.10","dest_port":443,"proto":"UDP","quic":{"version":"1","sni":"up.vendor.example","ua":"x"}}"#;
const HTTP: &str = r#"{"timestamp":"2020-09-13T12:26:40.600000+0000","flow_id":7,"event_type":"http","src_ip":"10.0.0.9","src_port":50000,"dest_ip":"203.0.113.10","dest_port":80,"proto":"TCP","tx_id":0,"http":{"hostname":"up.vendor.example","url":"/x","http_method":"GET"}}"#;
const PROXIED: &str = r#"{"timestamp":"2020-09-13T12:26:40.600000+0000","flow_id":7,"event_type":"http","src_ip":"10.0.0.9","src_port":50000,"dest_ip":"10.0.0.1","dest_port":3128,"proto":"TCP","http":{"hostname":"proxy.test","url":"http:\/\/up.vendor.example\/x"}}"#;
const DNS3: &str = r#"{"timestamp":"2020-09-13T12:26:40.600000+0000","flow_id":8,"event_type":"dns","src_ip":"10.0.0.9","src_port":50000,"dest_ip":"10.0.0.53","dest_port":53,"proto":"UDP","dns":{"version":3,"type":"response","queries":[{"rrname":"up.vendor.example","rrtype":"A"}],"answers":[{"rrname":"up.vendor.example","rrtype":"CNAME","ttl":9,"rdata":"alias.test"},{"rrname":"alias.test","rrtype":"A","ttl":60,"rdata":"203.0.113.20"}],"grouped":{"A":["203.0.113.20","203.0.113.21"],"CNAME":["alias.test"]}}}"#;
const DNS3_OTHER: &str = r#"{"timestamp":"2020-09-13T12:26:40.600000+0000","flow_id":8,"event_type":"dns","src_ip":"10.0.0.9","src_port":50000,"dest_ip":"10.0.0.53","dest_port":53,"proto":"UDP","dns":{"version":3,"type":"request","tx_id":0,"queries":[{"rrname":"other.test","rrtype":"A"}]}}"#;
const DNS2_ANSWER: &str = r#"{"timestamp":"2020-09-13T12:26:40.600000+0000","flow_id":8,"event_type":"dns","src_ip":"10.0.0.53","src_port":53,"dest_ip":"10.0.0.7","dest_port":50000,"proto":"UDP","dns":{"version":2,"type":"answer","rrname":"other.test","rrtype":"AAAA","rcode":"NOERROR","grouped":{"AAAA":["2001:db8::5"]}}}"#;
const DNS1: &str = r#"{"timestamp":"2020-09-13T12:26:40.600000+0000","flow_id":8,"event_type":"dns","src_ip":"10.0.0.9","src_port":50000,"dest_ip":"10.0.0.53","dest_port":53,"proto":"UDP","dns":{"type":"answer","rrname":"other.test","rrtype":"A","ttl":5,"rdata":"203.0.113.9"}}"#;
const ALERT: &str = r#"{"timestamp":"2020-09-13T12:26:40.600000+0000","flow_id":8,"event_type":"alert","src_ip":"10.0.0.9","src_port":50000,"dest_ip":"203.0.113.9","dest_port":53,"proto":"UDP","tls":{"sni":"up.vendor.example"},"flow":{"bytes_toserver":77,"src_ip":"10.0.0.9"}}"#;
const STATS: &str =
    r#"{"timestamp":"2020-09-13T12:26:40.600000+0000","event_type":"stats","stats":{"uptime":1}}"#;

const ALL: [&str; 15] = [
    FLOW,
    FLOW6,
    NETFLOW,
    TLS,
    TLS_OTHER,
    TLS_NAMELESS,
    QUIC,
    HTTP,
    PROXIED,
    DNS3,
    DNS3_OTHER,
    DNS2_ANSWER,
    DNS1,
    ALERT,
    STATS,
];

fn eve(line: &str) -> String {
    read_all(&SuricataEve, line).join("; ")
}

#[test]
fn a_flow_has_bytes_both_ways_and_times() {
    assert_eq!(
        eve(FLOW),
        "flow 10.0.0.7:50000 203.0.113.9:443 p6 1900 90500 1600000000000000..1600000002000000"
    );
    assert_eq!(
        eve(FLOW6),
        "flow 2001:db8::9:- 2001:db8::1:- p58 unknown unknown -..1600000020000000"
    );
}

#[test]
fn a_sensor_is_a_channel_and_its_netflow_rows_are_another() {
    let seen = detect("suricata-eve", format!("{FLOW6}\n{NETFLOW}\n").as_bytes());
    assert_eq!((seen.channel(0), seen.channel(1)), ("sensor-a", "netflow sensor-a"));
}

#[test]
fn netflow_rows_are_one_way_flows_of_their_own_channel() {
    assert_eq!(
        eve(NETFLOW),
        "flow 203.0.113.9:443 10.0.0.7:50000 p6 90500 elsewhere 1600000000000000..1600000002000000 \
         one-way"
    );
}

#[test]
fn names_come_from_tls_quic_and_http() {
    let at = "at 1600000000600000";
    assert_eq!(eve(TLS), format!("name Sni up.vendor.example 10.0.0.7 203.0.113.10 {at}"));
    assert_eq!(eve(QUIC), format!("name Sni up.vendor.example 10.0.0.9 203.0.113.10 {at}"));
    assert_eq!(eve(HTTP), format!("name Host up.vendor.example 10.0.0.9 203.0.113.10 {at}"));
    assert_eq!(eve(PROXIED), format!("name Host up.vendor.example 10.0.0.9 10.0.0.1 {at}"));
    assert_eq!(eve(TLS_NAMELESS), "inert flow/not-traffic");
}

#[test]
fn answers_of_all_versions_are_read() {
    assert_eq!(eve(DNS3), "answer up.vendor.example 10.0.0.9 [203.0.113.20/60 203.0.113.21/-]");
    assert_eq!(eve(DNS3_OTHER), "answer other.test 10.0.0.9 []");
    assert_eq!(eve(DNS2_ANSWER), "answer other.test 10.0.0.7 [2001:db8::5/-]");
    assert_eq!(eve(DNS1), "answer other.test 10.0.0.9 [203.0.113.9/5]");
}

#[test]
fn counters_of_alerts_are_no_bytes() {
    assert_eq!(eve(ALERT), "inert flow/not-traffic");
    assert_eq!(eve(STATS), "inert flow/not-traffic");
}

#[test]
fn a_key_that_decides_may_not_stand_twice() {
    let reader = open(&SuricataEve, FLOW);
    let more = [
        r#""flow_id":1"#,
        r#""src_ip":"10.0.0.1""#,
        r#""dest_ip":"10.0.0.1""#,
        r#""event_type":"tls""#,
        r#""event\u005ftype":"tls""#,
    ];
    let mut lines: Vec<String> = more
        .iter()
        .map(|more| FLOW.replacen("{\"timestamp\"", &format!("{{{more},\"timestamp\""), 1))
        .collect();
    lines.extend(more.iter().map(|more| FLOW.replace("\"1:_i\"}", &format!("\"1:_i\",{more}}}"))));
    lines.push(TLS.replace("\"sni\":", "\"sni\":\"a.test\",\"sni\":"));
    lines.push(HTTP.replace("\"hostname\":", "\"hostname\":\"a.test\",\"hostname\":"));
    for line in lines {
        assert_eq!(read_words(&*reader, &line), ["lost flow/duplicate-key"], "{line}");
        assert_eq!(reader.sieve(line.as_bytes(), &Sought::default()), Sieved::Read, "{line}");
    }
}

#[test]
fn odd_counters_and_addresses_lose_the_row() {
    assert_eq!(eve(&FLOW.replace("90500", "-1")), "lost flow/bad-counter");
    assert_eq!(eve(&FLOW.replace("203.0.113.9", "")), "lost flow/no-address");
}

#[test]
fn the_sensor_is_part_of_the_key_wherever_the_capture_is_named() {
    let reader = open(&SuricataEve, FLOW);
    let sieved = reader.sieve(NETFLOW.as_bytes(), &Sought::default());
    let key = Some(Key::new(b"sensor-a", b"123456789"));
    assert_eq!(sieved, Sieved::OnlyIf { key, pair: None });
}

#[test]
fn ordinary_rows_are_sieved() {
    let reader = open(&SuricataEve, FLOW);
    let none = Sought::default();
    let sieve = |line: &str| reader.sieve(line.as_bytes(), &none);
    assert!(matches!(sieve(FLOW), Sieved::OnlyIf { key: Some(_), pair: None }));
    for line in [TLS, TLS_OTHER, QUIC, HTTP, DNS3, DNS3_OTHER, DNS2_ANSWER, DNS1] {
        assert_eq!(sieve(line), Sieved::Nothing, "{line}");
    }
    for line in [ALERT, STATS, TLS_NAMELESS] {
        assert_eq!(sieve(line), Sieved::Inert(codes::NOT_TRAFFIC), "{line}");
    }
}

#[test]
fn the_sieve_of_eve_hides_nothing() {
    differ(&*open(&SuricataEve, FLOW), &ALL, b',', 60_000);
}
