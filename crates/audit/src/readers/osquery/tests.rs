use model::field::Field;
use model::source::{Fate, Source};

use super::*;
use crate::limits::Limits;
use crate::sink::Collector;

fn read(path: &str, bytes: &[u8]) -> Collector {
    let limits = Limits::default();
    let mut collector = Collector::default();
    let source = Source { path: path.into(), sha256: String::new(), bytes: 0, fate: Fate::Unknown };
    let mut sink = collector.begin(source, &limits);
    let mut stream = bytes;
    Osquery.read(&mut Input { stream: &mut stream, path, limits: &limits }, &mut sink);
    drop(sink);
    assert!(collector.sources[0].1.balances());
    collector
}

fn values(collector: &Collector, field: Field) -> Vec<String> {
    let seen = &collector.observations;
    seen.rows.iter().filter_map(|item| seen.value(*item, field)).map(str::to_owned).collect()
}

const PROGRAMS: &str = r#"[
  {"name":"Falcon \"Sensor\"","version":"7.1","publisher":"Acme, Inc.","uninstall_string":"x","install_location":""},
  {"name":"Other","version":"1","publisher":"","uninstall_string":"","install_location":"C:\\Other\\"}
]"#;

#[test]
fn an_array_is_one_host_and_escapes_are_resolved() {
    let collector = read("site/host7_programs.json", PROGRAMS.as_bytes());
    assert_eq!(values(&collector, Field::WinDisplay), ["Falcon \"Sensor\"", "Other"]);
    assert_eq!(values(&collector, Field::WinPath), [r"C:\Other\"]);
    let seen = &collector.observations;
    assert_eq!(seen.assets.len(), 1);
    assert_eq!(seen.strings.get(seen.assets[0].name), "host7");
    let at: Vec<u64> =
        seen.runs.iter().flat_map(|run| seen.rows_of(run)).map(|(_, at)| at).collect();
    assert_eq!(at[0] as usize, PROGRAMS.find('{').unwrap());
}

#[test]
fn repeated_rows_are_the_same_item() {
    let row = r#"{"name":"bash","version":"5","arch":"amd64","revision":"1","status":"install ok installed"}"#;
    let collector = read("h.json", format!("[{row},{row},{row}]").as_bytes());
    assert_eq!(collector.observations.rows.len(), 3);
    assert_eq!(collector.observations.items.len(), 1);
}

#[test]
fn a_removed_row_of_a_log_is_gone_and_an_added_one_stays() {
    let line = |name: &str, action: &str| {
        format!(
            r#"{{"name":"pack_x","hostIdentifier":"web1","unixTime":1764000000,"columns":{{"name":"{name}","version":"1","arch":"a","revision":"1"}},"action":"{action}"}}"#
        )
    };
    let log = [line("kept", "added"), line("gone", "added"), line("gone", "removed")].join("\n");
    let collector = read("osqueryd.results.log", log.as_bytes());
    assert_eq!(values(&collector, Field::LinPkg), ["kept"]);
    assert_eq!(collector.sources[0].1.inert_rows(), 2);
    let asset = &collector.observations.assets[0];
    assert_eq!(collector.observations.strings.get(asset.name), "web1");
    assert_eq!(
        asset.observed_on.map(|id| collector.observations.strings.get(id)),
        Some("2025-11-24")
    );
}

#[test]
fn a_snapshot_holds_rows_and_unknown_tables_are_inert() {
    let log = r#"{"snapshot":[{"days":"1","hours":"2"},{"name":"bash","version":"1","arch":"a","revision":"1"}],"action":"snapshot","name":"s","hostIdentifier":"h","unixTime":"1764000000"}"#;
    let collector = read("s.log", log.as_bytes());
    let ledger = &collector.sources[0].1;
    assert_eq!((ledger.rows, ledger.understood, ledger.inert_rows()), (2, 1, 1));
}

#[test]
fn damage_is_counted_and_the_rest_is_read() {
    let good = r#"{"name":"bash","version":"1","arch":"a","revision":"1"}"#;
    let bad = r#"{"name":"bash","version":1"x}"#;
    let collector =
        read("h.json", format!("[{good}, garbage, {bad}, {good}, {{\"name\":\"cut").as_bytes());
    let ledger = &collector.sources[0].1;
    assert_eq!((ledger.understood, ledger.lost_rows()), (1, 2), "{ledger:?}");
    let not_utf8 =
        [b"[".as_slice(), good.as_bytes(), b",{\"name\":\"\xff\"},", good.as_bytes(), b"]"]
            .concat();
    assert_eq!(read("h.json", &not_utf8).sources[0].1.lost_rows(), 1);
}

#[test]
fn objects_survive_any_buffer_border() {
    for size in 1..40 {
        let mut stream = std::io::BufReader::with_capacity(size, PROGRAMS.as_bytes());
        let limits = Limits::default();
        let mut collector = Collector::default();
        let source =
            Source { path: "p.json".into(), sha256: String::new(), bytes: 0, fate: Fate::Unknown };
        let mut sink = collector.begin(source, &limits);
        Osquery
            .read(&mut Input { stream: &mut stream, path: "p.json", limits: &limits }, &mut sink);
        drop(sink);
        assert_eq!(collector.sources[0].1.understood, 2, "{size}");
    }
}

#[test]
fn probes_by_content() {
    let probe =
        |text: &str| Osquery.probe(&Head { bytes: text.as_bytes(), complete: true, name: "x" });
    assert_eq!(probe(PROGRAMS), Some(80));
    assert_eq!(probe(r#"{"hostIdentifier":"h","columns":{},"action":"added"}"#), Some(95));
    assert_eq!(probe(r#"{"bomFormat":"CycloneDX"}"#), None);
    assert_eq!(probe(r#"[{"a":1}]"#), None);
}

#[test]
fn image_names_are_complete() {
    assert_eq!(tables_image("nginx:1.27"), "docker.io/library/nginx");
    assert_eq!(tables_image("localhost:5000/a/b:1@sha256:00"), "localhost:5000/a/b");
    assert_eq!(tables_image("acme/agent"), "docker.io/acme/agent");
}

fn tables_image(text: &str) -> String {
    let row = format!(r#"[{{"id":"1","image":"{text}","command":"x"}}]"#);
    values(&read("c.json", row.as_bytes()), Field::OciImage).remove(0)
}

#[test]
fn the_place_of_a_file_tells_its_host() {
    let host = |name: &str| tables::FileHost::Host(name.into());
    assert_eq!(tables::host_of_file("programs", "web1"), host("web1"));
    assert_eq!(tables::host_of_file("web1_deb_packages", "x"), host("web1"));
    assert_eq!(tables::host_of_file("web1.corp.local-services", ""), host("web1.corp.local"));
    assert_eq!(tables::host_of_file("export", "x"), tables::FileHost::Label("export".into()));
}

#[test]
fn a_query_of_few_columns_is_read_and_an_unknown_table_is_loud() {
    let line = |columns: &str| {
        format!(
            r#"{{"name":"q","hostIdentifier":"h","columns":{{{columns}}},"action":"snapshot"}}"#
        )
    };
    let log = [
        line(r#""name":"AcmeService","display_name":"Acme","path":"C:\\Acme\\a.exe""#),
        line(r#""name":"acme-sensor","version":"7""#),
        line(r#""product":"Acme Sensor","hint":"x""#),
        line(r#""days":"3""#),
    ];
    let collector = read("results.log", log.join("\n").as_bytes());
    assert_eq!(values(&collector, Field::WinService), ["AcmeService"]);
    assert_eq!(values(&collector, Field::LinPkg), ["acme-sensor"]);
    let ledger = &collector.sources[0].1;
    assert_eq!((ledger.inert_rows(), ledger.lost_rows()), (1, 1));
    assert!(ledger.not_understood.contains_key(&codes::ROW_NO_KNOWN_FIELD));
}

#[test]
fn a_list_without_an_end_is_said_to_be_cut() {
    let row = r#"{"name":"bash","version":"5","arch":"amd64","revision":"1"}"#;
    let codes_of = |text: String| -> Vec<_> {
        read("h.json", text.as_bytes()).diagnostics.iter().map(|d| d.code).collect()
    };
    assert_eq!(codes_of(format!("[{row},{row}")), [codes::TRUNCATED]);
    assert!(codes_of(format!("[{row},{row}]")).is_empty());
}
