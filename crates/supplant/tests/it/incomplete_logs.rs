//! Logs that are cut, damaged at their beginning or no logs at all: what is missing is said in every form, and by the exit code.

use serde_json::Value;

use crate::archives::{tar, zip};
use crate::hostile_logs::{ARGS, conn, estate, gzip, read, total};
use crate::support::{Estate, Run};

fn with_log(name: &str, bytes: impl AsRef<[u8]>) -> Estate {
    let estate = estate();
    estate.put(name, bytes);
    estate
}

fn run_as(estate: &Estate, format: &str) -> Run {
    estate.run(&[ARGS, &["--format", format]].concat())
}

const FIREWALL: &str = r#"date=2026-01-02 time=03:04:05 devname="fw" devid="FG1" eventtime=1600000000000000000 logid="0000000013" type="traffic" subtype="forward" vd="root" srcip=10.0.0.5 srcport=49152 dstip=203.0.113.7 dstport=443 sessionid=77 proto=6 action="close" duration=10 sentbyte=1000 rcvdbyte=500"#;

#[test]
fn a_log_of_key_and_value_whose_first_line_was_cut_counts() {
    let estate = with_log(
        "fw.log",
        format!("{}\n{FIREWALL}\n", &FIREWALL[FIREWALL.find("dstip").unwrap()..]),
    );
    assert_eq!(total(&read(&estate)), (1, 1000));
}

#[test]
fn a_log_counts_whose_first_line_is_longer_than_a_look_at_it() {
    let long =
        conn("Ca", 1).replace("\"proto\"", &format!("\"x\":\"{}\",\"proto\"", "x".repeat(70_000)));
    let estate = with_log("conn.log", long.clone() + &conn("Cb", 10));
    assert_eq!(total(&read(&estate)), (2, 11));
    let garbage = "x".repeat(20 << 20);
    estate.put("conn.log", format!("{garbage}\n{}", conn("Cb", 10)));
    assert_eq!(total(&read(&estate)), (1, 10));
}

#[test]
fn a_table_with_an_empty_line_before_its_header_counts() {
    use crate::hostile_logs::{TSV, columns};
    let estate = with_log("conn.log", format!("\n{TSV}{}", columns("Ca", 7)));
    assert_eq!(total(&read(&estate)), (1, 7));
}

#[test]
fn a_file_that_was_named_and_is_no_log_makes_the_run_incomplete() {
    let estate = with_log("conn.log", conn("Ca", 1));
    estate.put("notes.txt", "nothing\n");
    assert_eq!(estate.run(ARGS).code, 0);
    let named = ["egress", "in/conn.log", "in/notes.txt", "--only-endpoints", "--endpoints"];
    let run = estate.run(&[&named[..], &["networks.csv"]].concat());
    assert_eq!(run.code, 3);
    assert!(run.err.contains("in/notes.txt"), "{}", run.err);
}

#[test]
fn an_empty_file_is_no_loss() {
    for empty in [Vec::new(), gzip(b"")] {
        let estate = with_log("empty.log", empty);
        estate.put("conn.log", conn("Ca", 1));
        let run = estate.run(ARGS);
        assert!(run.out.contains("Everything in the inputs"), "{}", run.out);
        assert!(run.err.contains("the file is empty"), "{}", run.err);
    }
}

#[test]
fn what_is_packed_in_a_way_that_is_not_read_is_named() {
    let estate = with_log("conn.log", conn("Ca", 1));
    estate.put("old.bz2", b"BZh91AY&SY");
    estate.put("all.zip", zip(&[("inner.zip", &zip(&[("conn.log", conn("Cb", 1).as_bytes())]))]));
    let run = estate.run(ARGS);
    assert!(run.err.contains("in/old.bz2") && run.err.contains("bzip2"), "{}", run.err);
    assert!(run.err.contains("archive inside an archive"), "{}", run.err);
    assert!(run.out.contains("2 inputs of an unknown format"), "{}", run.out);
}

#[test]
fn an_archive_that_is_cut_between_members_is_incomplete() {
    let rows = conn("Ca", 1);
    let whole = tar(&[("a.log", rows.as_bytes()), ("b.log", rows.as_bytes())]);
    for cut in [1024, 1100, 2048] {
        let run = with_log("logs.tar", &whole[..cut]).run(ARGS);
        assert_eq!(run.code, 3, "{cut}: {run:?}");
    }
}

#[test]
fn what_is_incomplete_is_said_in_every_form() {
    let rows = gzip(conn("Ca", 1).repeat(900).as_bytes());
    let estate = with_log("conn.log.gz", &rows[..rows.len() - 9]);
    for format in ["table", "json", "jsonl", "csv", "html"] {
        let run = run_as(&estate, format);
        assert_eq!(run.code, 3, "{format}");
        assert!(run.err.contains("in/conn.log.gz: not read to the end"), "{format}: {}", run.err);
    }
}

#[test]
fn a_capture_that_is_cut_is_incomplete() {
    let header = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x01\0\0\0";
    let cut = [&header[..], b"\0\0\0\0\0\0\0\0\x40\0\0\0\x40\0\0\0abc"].concat();
    let run = with_log("a.pcap", cut).run(ARGS);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.err.contains("input/truncated"), "{}", run.err);
}

#[test]
fn lines_have_pairs_with_flows_and_say_how_many_others_there_are() {
    let estate = with_log("conn.log", conn("Ca", 1));
    let asked = r#"{"ts":1767571200.5,"uid":"Cd","id.orig_h":"10.0.0.2","id.orig_p":5000,"id.resp_h":"192.0.2.53","id.resp_p":53,"proto":"udp","query":"a.acme.example","qtype_name":"A","rcode_name":"NOERROR"}"#;
    estate.put("dns.log", format!("{asked}\n"));
    let run = run_as(&estate, "jsonl");
    let lines: Vec<Value> = run.out.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    let evidence: Vec<&str> = lines.iter().map(|it| it["evidence"].as_str().unwrap()).collect();
    assert_eq!(evidence, ["prefix"]);
    assert!(run.err.contains("1 pair of host and endpoint with names"), "{}", run.err);
    assert!(run_as(&estate, "csv").out.contains("acme.example"));
}

#[test]
fn names_of_hosts_cannot_steer_what_shows_a_table() {
    let host = "a\u{202e}b\u{1b}[31m";
    let line = FIREWALL.replace("srcip=10.0.0.5", &format!("srcip=10.0.0.5 srcname=\"{host}\""));
    let estate = with_log("fw.log", format!("{line}\n"));
    for format in ["table", "csv"] {
        let out = run_as(&estate, format).out;
        assert!(!out.contains('\u{202e}') && !out.contains('\u{1b}'), "{format}: {out}");
    }
}

#[test]
fn of_two_vendors_of_one_endpoint_the_second_is_refused_aloud() {
    let estate = with_log("conn.log", conn("Ca", 1));
    estate.put_beside("names.csv", "suffix,vendor\nacme.example,Acme\n*.acme.example,Bolt\n");
    let run = estate.run(ARGS);
    assert!(run.err.contains("names.csv:3: ") && run.err.contains("Acme, Bolt"), "{}", run.err);
}
