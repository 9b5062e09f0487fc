//! Tests of the readers of Zeek's logs.

use super::{ZeekJson, ZeekTsv};
use crate::codes;
use crate::reader::{Sieved, Yields};
use crate::readers::sieving::{
    Sought, compare, corpus, differ, open, read_all, read_line, read_words, sought,
};
use crate::readers::testing::detect;

const CONN: &str = r#"{"ts":1600000000.5,"uid":"CAbcdefghijklmnop1","id.orig_h":"10.0.0.7","id.orig_p":50000,"id.resp_h":"203.0.113.9","id.resp_p":443,"proto":"tcp","service":"ssl","duration":2.25,"orig_bytes":1500,"resp_bytes":90000,"conn_state":"SF","local_orig":true,"local_resp":false,"missed_bytes":0,"history":"ShADadfF","orig_pkts":9,"orig_ip_bytes":1900,"resp_pkts":12,"resp_ip_bytes":90500,"ip_proto":6}"#;
const CONN_BARE: &str = r#"{"ts":1600000001.000001,"uid":"CAbcdefghijklmnop","id.orig_h":"10.0.0.8","id.orig_p":1,"id.resp_h":"2001:db8::9","id.resp_p":53,"proto":"udp","conn_state":"S0","orig_pkts":1,"orig_ip_bytes":73,"resp_pkts":0,"resp_ip_bytes":0,"community_id":"1:id="}"#;
const STREAMING: &str = r#"{"@stream":"conn","@system":"sensor-a","@proc":"zeek","ts":1588205198.89971,"uid":"Cw1Hz43UWS4qXFei8f","id_orig_h":"10.0.1.4","id_orig_p":64842,"id_resp_h":"203.0.113.9","id_resp_p":53,"proto":"udp","service":"dns","duration":0.0015780925750732422,"orig_bytes":39,"resp_bytes":55,"conn_state":"SF"}"#;
const SSL: &str = r#"{"ts":1600000000.6,"uid":"CAbcdefghijklmnop1","id.orig_h":"10.0.0.7","id.orig_p":50000,"id.resp_h":"203.0.113.10","id.resp_p":443,"version":"TLSv13","cipher":"TLS_AES_128_GCM_SHA256","server_name":"up.vendor.example","resumed":false,"established":true}"#;
const SSL_OTHER: &str = r#"{"_path":"ssl","_write_ts":"2020-09-13T12:26:40.700000Z","ts":"2020-09-13T12:26:40.600000Z","uid":"CAbcdefghijklmnop2","id.orig_h":"10.0.0.9","id.orig_p":50000,"id.resp_h":"203.0.113.11","id.resp_p":443,"server_name":"notvendor.example.test","established":true,"validation_status":"ok"}"#;
const SSL_NAMELESS: &str = r#"{"ts":1600000000.6,"uid":"CAbcdefghijklmnop3","id.orig_h":"10.0.0.9","id.orig_p":50000,"id.resp_h":"203.0.113.11","id.resp_p":443,"version":"TLSv12","cipher":"X","resumed":false,"established":true}"#;
const QUIC: &str = r#"{"ts":1600000000.6,"uid":"CAbcdefghijklmnop4","id.orig_h":"10.0.0.9","id.orig_p":50000,"id.resp_h":"203.0.113.11","id.resp_p":443,"version":"1","client_initial_dcid":"ab","server_name":"up.vendor.example","history":"ISi"}"#;
const HTTP: &str = r#"{"ts":1600000000.6,"uid":"CAbcdefghijklmnop5","id.orig_h":"10.0.0.9","id.orig_p":50000,"id.resp_h":"203.0.113.11","id.resp_p":80,"trans_depth":1,"method":"GET","host":"up.vendor.example:80","uri":"/a","version":"1.1","request_body_len":0}"#;
const PROXIED: &str = r#"{"ts":1600000000.6,"uid":"CAbcdefghijklmnop6","id.orig_h":"10.0.0.9","id.orig_p":50000,"id.resp_h":"10.0.0.1","id.resp_p":3128,"trans_depth":1,"method":"GET","host":"proxy.test","uri":"http://up.vendor.example/a","version":"1.1"}"#;
const DNS: &str = r#"{"ts":1600000000.6,"uid":"CAbcdefghijklmnop7","id.orig_h":"10.0.0.9","id.orig_p":50000,"id.resp_h":"10.0.0.53","id.resp_p":53,"proto":"udp","trans_id":7,"rtt":0.01,"query":"up.vendor.example","qtype":1,"qtype_name":"A","rcode":0,"AA":false,"answers":["alias.cdn.test","203.0.113.20"],"TTLs":[300.0,60.0],"rejected":false}"#;
const DNS_OTHER: &str = r#"{"ts":1600000000.6,"uid":"CAbcdefghijklmnop8","id.orig_h":"10.0.0.9","id.orig_p":50000,"id.resp_h":"10.0.0.53","id.resp_p":53,"proto":"udp","trans_id":7,"query":"other.test","qtype":28,"answers":["2001:db8::5"],"TTLs":[1.0]}"#;
const LOSS: &str = r#"{"@stream":"capture_loss","@system":"sensor-a","ts":1588205198.9,"gaps":0}"#;
const KERBEROS: &str = r#"{"ts":1600000000.6,"uid":"CAbcdefghijklmnop9","id.orig_h":"10.0.0.9","id.orig_p":50000,"id.resp_h":"10.0.0.53","id.resp_p":88,"request_type":"AS","client":"a","service":"krbtgt"}"#;

const ALL: [&str; 13] = [
    CONN,
    CONN_BARE,
    STREAMING,
    SSL,
    SSL_OTHER,
    SSL_NAMELESS,
    QUIC,
    HTTP,
    PROXIED,
    DNS,
    DNS_OTHER,
    LOSS,
    KERBEROS,
];

fn json(line: &str) -> String {
    read_all(&ZeekJson, line).join("; ")
}

#[test]
fn a_connection_has_bytes_without_headers_and_times() {
    assert_eq!(
        json(CONN),
        "flow 10.0.0.7:50000 203.0.113.9:443 p6 1500 90000 1600000000500000..1600000002750000"
    );
}

#[test]
fn unset_bytes_are_unknown_unless_no_packet_came() {
    assert_eq!(json(CONN_BARE), "flow 10.0.0.8:1 2001:db8::9:53 p17 unknown 0 1600000001000001..-");
}

#[test]
fn a_sensor_is_a_channel() {
    let seen = detect("zeek-json", STREAMING.as_bytes());
    assert_eq!(seen.channel(0), "sensor-a");
}

#[test]
fn underscores_and_stream_names_are_read() {
    let said = json(STREAMING);
    assert!(said.starts_with("flow 10.0.1.4:64842 203.0.113.9:53 p17 39 55"), "{said}");
}

#[test]
fn a_request_is_known_whatever_stands_before_what_tells_it() {
    let ends = r#""ts":1600000000.6,"uid":"C","id.orig_h":"10.0.0.9","id.orig_p":1,"id.resp_h":"203.0.113.10","id.resp_p":80"#;
    for rest in [
        r#""version":"1.1","host":"up.example","trans_depth":1"#,
        r#""version":"1.1","host":"up.example","_path":"http""#,
    ] {
        let said = read_all(&ZeekJson, &format!("{{{ends},{rest}}}"));
        assert!(said[0].starts_with("name Host up.example"), "{said:?}");
    }
}

#[test]
fn the_processes_of_a_worker_are_one_reporter() {
    let names = ["worker-1-1", "worker-1", "dmz-1-1", "worker-a-1", "zeek"];
    assert_eq!(
        names.map(super::reporter),
        ["worker-1", "worker-1", "dmz-1-1", "worker-a-1", "zeek"]
    );
}

#[test]
fn names_come_from_tls_quic_and_http() {
    let at = "at 1600000000600000";
    assert_eq!(json(SSL), format!("name Sni up.vendor.example 10.0.0.7 203.0.113.10 {at}"));
    assert_eq!(
        json(SSL_OTHER),
        format!("name Sni notvendor.example.test 10.0.0.9 203.0.113.11 {at}")
    );
    assert_eq!(json(QUIC), format!("name Sni up.vendor.example 10.0.0.9 203.0.113.11 {at}"));
    assert_eq!(json(HTTP), format!("name Host up.vendor.example 10.0.0.9 203.0.113.11 {at}"));
    assert_eq!(json(PROXIED), format!("name Host up.vendor.example 10.0.0.9 10.0.0.1 {at}"));
    assert_eq!(json(SSL_NAMELESS), "inert flow/not-traffic");
}

#[test]
fn answers_have_addresses_with_their_time_to_live() {
    assert_eq!(json(DNS), "answer up.vendor.example 10.0.0.9 [203.0.113.20/60]");
    let text = DNS.replace("\"qtype\":1,", "\"qtype\":16,");
    assert_eq!(json(&text), "answer up.vendor.example 10.0.0.9 []");
}

#[test]
fn other_logs_say_nothing() {
    assert_eq!(json(LOSS), "inert flow/not-traffic");
    assert_eq!(json(KERBEROS), "inert flow/not-traffic");
    let long = STREAMING.replace("\"conn\"", "\"conn_long\"");
    assert_eq!(json(&long), "inert flow/counted-at-end");
}

#[test]
fn a_nested_id_is_read() {
    let line = r#"{"ts":1,"uid":"C1","id":{"orig_h":"10.0.0.7","orig_p":1,"resp_h":"10.0.0.8","resp_p":2},"conn_state":"SF"}"#;
    assert_eq!(json(line), "flow 10.0.0.7:1 10.0.0.8:2 p- unknown unknown 1000000..-");
}

#[test]
fn a_key_that_decides_may_not_stand_twice() {
    let reader = open(&ZeekJson, CONN);
    let twice = [
        (CONN, r#""uid":"C2""#),
        (CONN, r#""id.orig_h":"10.0.0.1""#),
        (CONN, r#""id.resp_h":"10.0.0.1""#),
        (CONN, r#""\u0075id":"C2""#),
        (SSL, r#""server_name":"a.test""#),
        (HTTP, r#""host":"a.test""#),
        (DNS, r#""query":"a.test""#),
        (DNS, r#""answers":[]"#),
    ];
    for (line, more) in twice {
        let line = line.replace('}', &format!(",{more}}}"));
        assert_eq!(read_words(&*reader, &line), ["lost flow/duplicate-key"], "{line}");
        assert_eq!(reader.sieve(line.as_bytes(), &Sought::default()), Sieved::Read, "{line}");
    }
}

#[test]
fn a_path_that_contradicts_the_keys_is_not_believed() {
    let line = CONN.replace('}', ",\"_path\":\"dns\",\"query\":\"up.vendor.example\"}");
    assert_eq!(json(&line), "lost flow/other-format");
}

#[test]
fn counters_that_are_none_lose_the_row() {
    for odd in ["-1", "1.5", "99999999999999999999999"] {
        let line = CONN.replace("\"orig_bytes\":1500", &format!("\"orig_bytes\":{odd}"));
        assert_eq!(json(&line), "lost flow/bad-counter");
    }
    let line = CONN.replace("203.0.113.9", "somewhere");
    assert_eq!(json(&line), "lost flow/no-address");
    assert_eq!(read_words(&*open(&ZeekJson, CONN), &CONN[..90]), ["lost row/malformed"]);
}

#[test]
fn missed_bytes_are_said() {
    let line = CONN.replace("\"missed_bytes\":0", "\"missed_bytes\":7");
    let (_, account) = read_line(&*open(&ZeekJson, CONN), line.as_bytes());
    assert!(account.notes.keys().any(|noted| noted.code == codes::GAPS));
}

#[test]
fn ordinary_rows_are_sieved() {
    let reader = open(&ZeekJson, CONN);
    let none = Sought::default();
    let sieve = |line: &str| reader.sieve(line.as_bytes(), &none);
    for line in [CONN, CONN_BARE, STREAMING] {
        assert!(matches!(sieve(line), Sieved::OnlyIf { key: Some(_), pair: None }), "{line}");
    }
    for line in [SSL, SSL_OTHER, QUIC, HTTP, DNS, DNS_OTHER] {
        assert_eq!(sieve(line), Sieved::Nothing, "{line}");
    }
    assert_eq!(sieve(SSL_NAMELESS), Sieved::Inert(codes::NOT_TRAFFIC));
    assert_eq!(sieve(LOSS), Sieved::Inert(codes::NOT_TRAFFIC));
}

#[test]
fn the_sieve_of_json_hides_nothing() {
    differ(&*open(&ZeekJson, CONN), &ALL, b',', 60_000);
}

const HEAD: &str = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n";

fn table(path: &str, fields: &str, rows: &[&str]) -> String {
    let lines: Vec<String> = rows.iter().map(|row| row.replace(' ', "\t")).collect();
    let fields = fields.replace(' ', "\t");
    format!("{HEAD}#path\t{path}\n#fields\t{fields}\n{}\n#close\tx\n", lines.join("\n"))
}

const IDS: &str = "ts uid id.orig_h id.orig_p id.resp_h id.resp_p";

fn conn_table() -> String {
    table(
        "conn",
        &format!("{IDS} proto service duration orig_bytes resp_bytes local_orig"),
        &[
            "1600000000.500000 CAbcdefghijklmnop1 10.0.0.7 50000 203.0.113.9 443 tcp - 1.5 10 20 T",
            "1600000000.500000 CAbcdefghijklmnop 10.0.0.8 8 2001:db8::9 0 icmp - - - - T",
            "1600000000.500000 - 10.0.0.8 8 203.0.113.10 0 udp dns - 1 2 T",
        ],
    )
}

fn rows(text: &str) -> Vec<String> {
    let mut said = read_all(&ZeekTsv, text);
    said.retain(|words| words != "inert row/header");
    said
}

#[test]
fn a_table_is_read_by_the_names_of_its_columns() {
    assert_eq!(
        rows(&conn_table()),
        [
            "flow 10.0.0.7:50000 203.0.113.9:443 p6 10 20 1600000000500000..1600000002000000",
            "flow 10.0.0.8:- 2001:db8::9:- p58 unknown unknown 1600000000500000..-",
            "flow 10.0.0.8:8 203.0.113.10:0 p17 1 2 1600000000500000..-",
        ]
    );
    let moved = table("conn", "orig_bytes src dst uid ts", &["5 10.0.0.1 10.0.0.2 C1 1"]);
    assert_eq!(rows(&moved), ["flow 10.0.0.1:- 10.0.0.2:- p- 5 unknown 1000000..-"]);
}

#[test]
fn names_and_answers_of_tables_are_unescaped() {
    let ssl = table(
        "ssl",
        &format!("{IDS} server_name"),
        &["1 C1 10.0.0.1 1 10.0.0.2 443 up\\x2evendor.example", "1 C1 10.0.0.1 1 10.0.0.2 443 -"],
    );
    assert_eq!(
        rows(&ssl),
        ["name Sni up.vendor.example 10.0.0.1 10.0.0.2 at 1000000", "inert flow/not-traffic"]
    );
    let dns = table(
        "dns",
        &format!("{IDS} query answers TTLs"),
        &[
            "1 C1 10.0.0.1 1 10.0.0.53 53 a.test TXT\\x2c1,192.0.2.1,2001:db8::1 1.0,60.5,-",
            "1 C1 10.0.0.1 1 10.0.0.53 53 a.test (empty) -",
        ],
    );
    assert_eq!(
        rows(&dns),
        ["answer a.test 10.0.0.1 [192.0.2.1/60 2001:db8::1/-]", "answer a.test 10.0.0.1 []"]
    );
}

#[test]
fn any_separator_and_a_header_in_mid_file_are_followed() {
    let text = format!(
        "{}{}",
        "#separator |\n#unset_field|NONE\n#path|conn\n#fields|uid|id_orig_h|id_resp_h|orig_bytes\n\
         C1|10.0.0.1|10.0.0.2|7\nC1|10.0.0.1|10.0.0.2|NONE\n",
        table("ssl", "uid id.orig_h id.resp_h server_name", &["C1 10.0.0.1 10.0.0.2 a.test"])
    );
    assert_eq!(
        rows(&text),
        [
            "flow 10.0.0.1:- 10.0.0.2:- p- 7 unknown -..-",
            "flow 10.0.0.1:- 10.0.0.2:- p- unknown unknown -..-",
            "name Sni a.test 10.0.0.1 10.0.0.2 at -"
        ]
    );
}

#[test]
fn rows_with_other_columns_are_lost() {
    let reader = open(&ZeekTsv, &conn_table());
    for row in ["1600000000.5\tC1\t10.0.0.1\t1\t10.0.0.2\t2", "x"] {
        assert_eq!(read_words(&*reader, row), ["lost flow/columns-differ"]);
        assert_eq!(reader.sieve(row.as_bytes(), &Sought::default()), Sieved::Read);
    }
    let twice = table("conn", "uid uid id.orig_h id.resp_h", &["C1 C2 10.0.0.1 10.0.0.2"]);
    assert_eq!(rows(&twice), ["lost flow/duplicate-key"]);
}

#[test]
fn what_a_table_yields_is_known_from_its_path() {
    let yields = |path| open(&ZeekTsv, &table(path, IDS, &[])).yields();
    assert_eq!(yields("conn"), Yields { flows: true, ..Yields::default() });
    assert_eq!(yields("quic"), Yields { names: true, ..Yields::default() });
    assert_eq!(yields("dns"), Yields { answers: true, ..Yields::default() });
    assert_eq!(yields("x509"), Yields::default());
}

#[test]
fn the_sieve_of_tables_hides_nothing() {
    let ssl = table(
        "ssl",
        &format!("{IDS} _system_name server_name x"),
        &[
            "1 CAbcdefghijklmnop1 10.0.0.7 1 203.0.113.10 443 s up.vendor.example 1",
            "1 CAbcdefghijklmnop1 10.0.0.8 1 203.0.113.10 443 - other.test 1",
            "1 CAbcdefghijklmnop1 10.0.0.8 1 203.0.113.9 443 s - 1",
        ],
    );
    let http = table(
        "http",
        &format!("{IDS} host uri"),
        &[
            "1 CAbcdefghijklmnop1 10.0.0.8 1 203.0.113.10 443 up.vendor.example:80 /x",
            "1 CAbcdefghijklmnop1 10.0.0.8 1 203.0.113.10 443 - http://up.vendor.example/",
            "1 CAbcdefghijklmnop1 10.0.0.8 1 203.0.113.10 443 10.1.1.1 -",
        ],
    );
    let dns = table(
        "dns",
        &format!("{IDS} query answers"),
        &[
            "1 CAbcdefghijklmnop1 10.0.0.8 1 203.0.113.10 53 up.vendor.example 1.2.3.4",
            "1 CAbcdefghijklmnop1 10.0.0.8 1 203.0.113.10 53 other.test a.test,203.0.113.9",
            "1 CAbcdefghijklmnop1 10.0.0.8 1 203.0.113.10 53 other.test -",
        ],
    );
    let x509 = table("x509", "ts fingerprint san.dns", &["1 ab up.vendor.example"]);
    for text in [conn_table(), ssl, http, dns, x509] {
        let reader = open(&ZeekTsv, &text);
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        differ(&*reader, &lines, b'\t', 20_000);
    }
}

#[test]
fn other_peoples_logs_are_read_and_accounted_for() {
    let files = corpus("zeek");
    let none = files.is_empty();
    let mut seen = 0;
    for (path, text) in files {
        let tsv = text.starts_with('#');
        let format: &dyn crate::reader::Format = if tsv { &ZeekTsv } else { &ZeekJson };
        let said = read_all(format, &text);
        let lost: Vec<&String> = said.iter().filter(|words| words.starts_with("lost")).collect();
        assert!(lost.is_empty(), "{path}: {lost:?}");
        seen += said.iter().filter(|words| !words.starts_with("inert")).count();
        let mut reader = open(format, &text);
        for line in text.lines() {
            for wanted in sought() {
                compare(&*reader, line.as_bytes(), &wanted);
            }
            if let Some(next) = reader.header(line.as_bytes()) {
                reader = next;
            }
        }
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        if !lines.is_empty() {
            differ(&*reader, &lines, if tsv { b'\t' } else { b',' }, 500);
        }
    }
    assert!(none || seen > 300, "{seen}");
}
