//! Where data goes, in an estate with an inventory and logs: which host is which asset, who is not in the inventory, what is silent.

use std::io::Write;

use serde_json::Value;

use crate::archives::tar;
use crate::support::{DAY, Estate, codes, sound, source};

const CMDB: &str = "\
hostname,ip address,software name,version,publisher
pc1,10.0.0.1,CrowdStrike Windows Sensor,7.1,\"CrowdStrike, Inc.\"
pc2,10.0.0.2,CrowdStrike Windows Sensor,7.1,\"CrowdStrike, Inc.\"
pc3,10.0.0.3,CrowdStrike Windows Sensor,7.1,\"CrowdStrike, Inc.\"
";

/// Flows and handshakes: host, name, bytes out.
const TALKS: [(&str, &str, u64); 3] = [
    ("10.0.0.1", "ts01-b.cloudsink.net", 700),
    ("10.0.0.2", "portal.example", 800),
    ("10.0.0.99", "lfoup01-gyr-maverick.cloudsink.net", 900),
];

/// A connection log and a TLS log.
fn logs() -> [String; 2] {
    let mut logs = [String::new(), String::new()];
    for (number, (host, name, bytes)) in TALKS.iter().enumerate() {
        let ends = format!(
            "\"ts\":1774310400.{number},\"uid\":\"C{number}\",\"id.orig_h\":\"{host}\",\"id.orig_p\":50000,\
             \"id.resp_h\":\"198.51.100.7\",\"id.resp_p\":443"
        );
        logs[0] += &format!(
            "{{{ends},\"proto\":\"tcp\",\"service\":\"ssl\",\"duration\":1.5,\"orig_bytes\":{bytes},\"resp_bytes\":10,\"conn_state\":\"SF\"}}\n"
        );
        logs[1] += &format!("{{{ends},\"version\":\"TLSv13\",\"server_name\":\"{name}\"}}\n");
    }
    logs
}

fn estate() -> Estate {
    let estate = Estate::new();
    estate.put("cmdb.csv", CMDB);
    let [conn, ssl] = logs();
    estate.put("logs/conn.log", conn);
    estate.put("logs/ssl.log", ssl);
    estate
}

/// The record of an assessment without reports.
fn record(estate: &Estate) -> Value {
    let (run, record) = estate.assess(&["--no-reports"]);
    sound(&run, &record);
    record
}

/// The values of some fields of a list, joined.
fn shown(list: &Value, fields: &[&str]) -> Vec<String> {
    let text = |one: &Value, field: &str| match one.pointer(field) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => panic!("no {field} in {one}"),
    };
    let rows = list.as_array().unwrap().iter();
    rows.map(|one| fields.iter().map(|field| text(one, field)).collect::<Vec<_>>().join(" "))
        .collect()
}

#[test]
fn a_log_is_a_source_with_its_own_ledger() {
    let record = record(&estate());
    let conn = source(&record, "logs/conn.log");
    assert_eq!(
        (&conn["fate"], &conn["reader"], &conn["rows"]),
        (&"read".into(), &"zeek-json/1".into(), &3.into())
    );
}

#[test]
fn a_log_is_no_unknown_file() {
    assert!(codes(&record(&estate()), "conn.log").is_empty());
}

#[test]
fn without_logs_the_record_says_nothing_of_egress() {
    let estate = Estate::new();
    estate.put("cmdb.csv", CMDB);
    assert_eq!(record(&estate).get("egress"), None);
}

#[test]
fn the_assessment_counts_what_egress_counts() {
    let estate = estate();
    let run = estate.run(&["egress", "in/logs", "--format", "json"]);
    let alone: Value = serde_json::from_str(&run.out).unwrap();
    let egress = &record(&estate)["egress"];
    assert_eq!((&egress["pairs"], &egress["views"]), (&alone["pairs"], &alone["views"]));
}

#[test]
fn compressed_logs_count_the_same() {
    let plain = record(&estate());
    let estate = Estate::new();
    estate.put("cmdb.csv", CMDB);
    for (name, text) in ["conn.log.gz", "ssl.log.gz"].iter().zip(logs()) {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(text.as_bytes()).unwrap();
        estate.put(&format!("logs/{name}"), packed.finish().unwrap());
    }
    assert_eq!(record(&estate)["egress"]["pairs"], plain["egress"]["pairs"]);
}

#[test]
fn a_host_is_tied_to_its_asset_and_to_what_the_audit_found_there() {
    let record = record(&estate());
    let ties = &record["egress"]["tied"]["pairs"];
    let fields = ["/asset", "/matched", "/found"];
    assert_eq!(shown(ties, &fields), ["10.0.0.1 address product", "10.0.0.99 none "]);
}

#[test]
fn a_host_that_the_inventory_lacks_is_a_finding() {
    let record = record(&estate());
    let unlisted = &record["egress"]["tied"]["unlisted"];
    let fields = ["/asset", "/vendor/id", "/state", "/bytes_out", "/evidence/0/grade"];
    assert_eq!(shown(unlisted, &fields), ["10.0.0.99 crowdstrike prohibited 900 sni"]);
}

#[test]
fn a_host_that_the_inventory_lacks_is_explained() {
    let estate = estate();
    let (_, record) = estate.assess(&["--out", "report"]);
    let id = shown(&record["egress"]["tied"]["unlisted"], &["/id"]).remove(0);
    let run = estate.run(&["explain", &id, "--from", "report"]);
    assert!(run.out.contains("10.0.0.99") && run.out.contains("TLS name"), "{run:?}");
}

#[test]
fn what_is_installed_talks_is_silent_or_not_covered() {
    let record = record(&estate());
    let installed = &record["egress"]["tied"]["installed"];
    let mut said = shown(installed, &["/asset/name", "/traffic"]);
    said.sort();
    assert_eq!(said, ["pc1 talks", "pc2 silent", "pc3 not-covered"]);
}

#[test]
fn hosts_that_talk_are_found_where_there_is_no_inventory_at_all() {
    let estate = Estate::new();
    for (name, text) in ["conn.log", "ssl.log"].iter().zip(logs()) {
        estate.put(name, text);
    }
    let (run, record) = estate.assess(&["--no-reports", "--fail-on", "possible"]);
    let unlisted = record["egress"]["tied"]["unlisted"].as_array().unwrap();
    assert_eq!((run.code, unlisted.len()), (1, 2));
}

#[test]
fn a_run_of_egress_beside_the_record_says_the_same() {
    let estate = estate();
    let (_, whole) = estate.assess(&["--out", "report"]);
    let inventory = ["--inventory", "report/assessment.json"];
    let run = estate.run(&[&["egress", "in/logs", "--format", "json"][..], &inventory].concat());
    let alone: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(alone["tied"], whole["egress"]["tied"]);
}

#[test]
fn a_record_that_does_not_list_all_assets_calls_no_host_unknown() {
    let estate = estate();
    let (_, mut old) = estate.assess(&["--no-reports"]);
    old["other_assets"] = Value::Array(Vec::new());
    old["totals"]["assets"] = 400.into();
    estate.put_beside("old.json", old.to_string());
    let run = estate.run(&["egress", "in/logs", "--format", "json", "--inventory", "old.json"]);
    let tied = serde_json::from_str::<Value>(&run.out).unwrap()["tied"].take();
    let matched = shown(&tied["pairs"], &["/matched"]);
    assert_eq!(
        (matched, tied["unlisted"].as_array().unwrap().len()),
        (vec!["address".into(), "not-listed".into()], 0)
    );
}

#[test]
fn something_else_is_no_inventory() {
    let estate = estate();
    estate.put_beside("other.json", "{}");
    let run = estate.run(&["egress", "in/logs", "--inventory", "other.json"]);
    assert_eq!(run.code, 2, "{run:?}");
}

#[test]
fn an_assessment_takes_endpoints_and_places_of_the_users() {
    let estate = estate();
    estate.put_beside("own.csv", "suffix,vendor\nportal.example,Portal\n");
    estate.put_beside("places.csv", "cidr,country\n198.51.100.0/24,XA\n");
    let more = ["--no-reports", "--endpoints", "own.csv", "--places", "places.csv"];
    let (_, record) = estate.assess(&more);
    let pairs = record["egress"]["pairs"].as_array().unwrap();
    let own: Vec<&Value> = pairs.iter().filter(|pair| pair["vendor"] == "Portal").collect();
    assert_eq!(own[0]["countries"], serde_json::json!({"XA": 800}), "{pairs:?}");
}

#[test]
fn every_form_says_what_changed_since_an_earlier_record() {
    let estate = estate();
    estate.put("logs/ssl.log", logs()[1].replace("cloudsink.net", "else.example"));
    let earlier = estate.run(&["egress", "in/logs", "--format", "json"]);
    estate.put_beside("earlier.json", earlier.out);
    estate.put("logs/ssl.log", &logs()[1]);
    for (format, said) in [("table", "new: "), ("csv", "new: "), ("html", "Bytes out before")] {
        let args = ["egress", "in/logs", "--compare", "earlier.json", "--format", format];
        let run = estate.run(&args);
        assert!((run.out + &run.err).contains(said), "{format}");
    }
}

#[test]
fn a_log_in_an_archive_counts_like_one_that_lies_there() {
    let plain = estate();
    let packed = Estate::new();
    packed.put("cmdb.csv", CMDB);
    let [conn, names] = logs();
    packed.put("logs.tar", tar(&[("a.log", conn.as_bytes()), ("b.log", names.as_bytes())]));
    let record = record(&packed);
    let sums = ["/asset", "/endpoint", "/bytes_out"];
    let pairs = shown(&record["egress"]["pairs"], &sums);
    assert!(!pairs.is_empty(), "{record}");
    assert_eq!(pairs, shown(&self::record(&plain)["egress"]["pairs"], &sums));
    assert_eq!(source(&record, "logs.tar!/a.log")["fate"], "read");
}

#[test]
fn members_are_told_apart_by_their_place_and_not_by_how_paths_are_written() {
    let estate = Estate::new();
    let [conn, names] = logs();
    let members =
        [("./x.log", CMDB.as_bytes()), ("x.log", conn.as_bytes()), ("./b.log", names.as_bytes())];
    estate.put("logs.tar", tar(&members));
    let pairs = record(&estate)["egress"]["pairs"].take();
    assert_eq!(shown(&pairs, &["/bytes_out"]), ["700", "900"], "{pairs}");
}

#[test]
fn who_is_only_seen_to_talk_is_not_in_the_inventory() {
    let estate = Estate::new();
    let [conn, ssl] = logs();
    estate.put("conn.log", conn);
    estate.put("ssl.log", ssl);
    let row = r#"{"name":"s","hostIdentifier":"pc9","unixTime":1774310400,"action":"added","columns":{"action":"connect","remote_address":"198.51.100.7","remote_port":"443","local_address":"10.0.0.99","local_port":"50000","path":"/x","protocol":"6","time":"1774310400"}}"#;
    estate.put("sockets.log", format!("{row}\n"));
    let record = record(&estate);
    let unlisted = shown(&record["egress"]["tied"]["unlisted"], &["/asset"]);
    assert!(unlisted.contains(&"10.0.0.99".to_owned()), "{unlisted:?}");
    assert_eq!(record["egress"]["pairs"][1]["programs"]["/x"], 1, "{record}");
}

#[test]
fn a_log_in_an_archive_in_an_archive_is_said_not_to_be_counted() {
    let estate = Estate::new();
    estate.put("cmdb.csv", CMDB);
    let [conn, _] = logs();
    let inner = tar(&[("conn.log", conn.as_bytes())]);
    estate.put("logs.tar", tar(&[("inner.tar", &inner)]));
    let path = "logs.tar!/inner.tar!/conn.log";
    assert_eq!(codes(&record(&estate), path), ["input/log-in-archive"]);
}

#[test]
fn a_log_that_holds_an_inventory_too_is_read_as_both() {
    let estate = Estate::new();
    let row = |name: &str, columns: &str| {
        format!(
            "{{\"name\":\"{name}\",\"hostIdentifier\":\"pc7\",\"calendarTime\":\"Tue Mar 24 00:00:00 2026 UTC\",\"unixTime\":1774310400,\
             \"action\":\"added\",\"columns\":{columns}}}\n"
        )
    };
    let program =
        r#"{"name":"CrowdStrike Windows Sensor","version":"7.1","publisher":"CrowdStrike, Inc."}"#;
    let socket = r#"{"action":"connect","remote_address":"198.51.100.7","remote_port":"443","local_address":"10.0.0.7","local_port":"50000","path":"/x","pid":"1","protocol":"6","time":"1774310400","family":"2"}"#;
    estate.put("osqueryd.results.log", row("programs", program) + &row("socket_events", socket));
    let record = record(&estate);
    let inputs = shown(&record["egress"]["inputs"], &["/path", "/format"]);
    let read = &source(&record, "osqueryd.results.log")["reader"];
    assert_eq!(inputs, ["osqueryd.results.log osquery"]);
    assert!(read.as_str().unwrap().starts_with("osquery-json/"), "{read}");
}

#[test]
fn two_runs_write_the_same_bytes() {
    let estate = estate();
    let args =
        |jobs| ["assess", "in", "--date", DAY, "--no-reports", "--format", "json", "--jobs", jobs];
    assert_eq!(estate.run(&args("1")).out, estate.run(&args("4")).out);
}

#[test]
fn the_report_says_where_data_goes() {
    let estate = estate();
    estate.assess(&["--out", "report"]);
    let page = std::fs::read_to_string(estate.path("report/report.html")).unwrap();
    let section = page.split("<section id=\"egress\"").nth(1).unwrap();
    for text in ["10.0.0.99", "Hosts without inventory", "installed, silent", "no log covers it"] {
        assert!(section.contains(text), "{text}");
    }
}
