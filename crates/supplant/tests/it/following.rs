//! Logs that are followed: whatever happens to the files and to the program, each byte counts once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{PROGRAM, Run};

/// Logs that are written and rotated, beside everything that was ever written to them.
struct Site {
    folder: TempDir,
    written: BTreeMap<&'static str, Vec<u8>>,
    flows: usize,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("logs")).unwrap();
        let table = "suffix,vendor\ncloud.example,Acme\nup.example,Bolt\n";
        fs::write(folder.path().join("names.csv"), table).unwrap();
        Self { folder, written: BTreeMap::new(), flows: 0 }
    }

    fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// Adds to a log.
    fn append(&mut self, log: &'static str, text: &str) {
        let path = self.path("logs").join(log);
        let mut file = fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        self.written.entry(log).or_default().extend(text.as_bytes());
    }

    /// Some flows with their names: before, and now and then after them.
    fn talk(&mut self, flows: usize) {
        for _ in 0..flows {
            let number = self.flows;
            self.flows += 1;
            let name = ["a.cloud.example", "up.example", "other.example"][number % 3];
            let ends = json!({
                "ts": 1_700_000_000 + number, "uid": format!("C{number}"), "proto": "tcp",
                "id.orig_h": format!("10.0.0.{}", number % 9), "id.orig_p": 4000,
                "id.resp_h": "192.0.2.1", "id.resp_p": 443,
            });
            let with = |more: Value| {
                let (mut row, Value::Object(more)) = (ends.clone(), more) else { unreachable!() };
                row.as_object_mut().unwrap().extend(more);
                format!("{row}\n")
            };
            let conn = with(json!({"conn_state": "SF", "orig_bytes": number, "resp_bytes": 5}));
            let ssl = with(json!({"version": "TLSv12", "server_name": name}));
            if number.is_multiple_of(5) {
                self.append("conn.log", &conn);
                self.append("ssl.log", &ssl);
            } else {
                self.append("ssl.log", &ssl);
                self.append("conn.log", &conn);
            }
        }
    }

    fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path("logs").join(from), self.path("logs").join(to)).unwrap();
    }

    fn compress(&self, from: &str, to: &str) {
        let from = self.path("logs").join(from);
        let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&fs::read(&from).unwrap()).unwrap();
        fs::write(self.path("logs").join(to), encoder.finish().unwrap()).unwrap();
        fs::remove_file(from).unwrap();
    }

    fn copy_truncate(&self, from: &str, to: &str) {
        let logs = self.path("logs");
        fs::copy(logs.join(from), logs.join(to)).unwrap();
        fs::write(logs.join(from), b"").unwrap();
    }

    fn command(&self, more: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(["egress", "--only-endpoints", "--endpoints", "names.csv"]);
        command.args(["--format", "json"]).args(more).current_dir(self.folder.path());
        command
    }

    /// One round from a checkpoint, over these paths.
    fn round_over(&self, paths: &[&str]) -> Run {
        let more = ["--checkpoint", "kept", "--settle", "0"];
        Run::of(self.command(&more).args(paths).output().unwrap())
    }

    fn round(&self) -> Value {
        record(&self.round_over(&["logs"]))
    }

    fn follower(&self) -> Child {
        let more = ["logs", "--follow", "--checkpoint", "kept", "--settle", "1", "--every", "0"];
        self.command(&more).args(["--output", "out.json"]).spawn().unwrap()
    }

    /// What one run says over everything that was ever written.
    fn at_once(&self) -> Value {
        let whole = self.path("whole");
        fs::create_dir_all(&whole).unwrap();
        for (log, bytes) in &self.written {
            fs::write(whole.join(log), bytes).unwrap();
        }
        record(&Run::of(self.command(&["whole"]).output().unwrap()))
    }

    fn agrees(&self, record: &Value) {
        let truth = self.at_once();
        assert!(truth["total"]["flows"].as_u64().unwrap() > 0);
        for key in ["pairs", "total", "views", "others", "names_without_flow"] {
            assert_eq!(record[key], truth[key], "{key}: {:#}", record["inputs"]);
        }
        assert_eq!(understood(record), understood(&truth));
    }
}

fn record(run: &Run) -> Value {
    assert_eq!(run.code, 0, "{}", run.err);
    serde_json::from_str(&run.out).unwrap()
}

fn understood(record: &Value) -> u64 {
    let inputs = record["inputs"].as_array().unwrap();
    inputs.iter().map(|input| input["understood"].as_u64().unwrap()).sum()
}

/// The codes of the notes of the input at a path.
fn notes(record: &Value, path: &str) -> Vec<String> {
    let inputs = record["inputs"].as_array().unwrap().iter().filter(|input| input["path"] == path);
    let notes = inputs.flat_map(|input| input["notes"].as_array().unwrap());
    notes.map(|note| note["code"].as_str().unwrap().to_owned()).collect()
}

fn pause(milliseconds: u64) {
    std::thread::sleep(Duration::from_millis(milliseconds));
}

/// Ends a run with a signal that it hears.
fn terminate(child: Child) -> Run {
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    Run::of(child.wait_with_output().unwrap())
}

#[test]
fn killed_again_and_again_while_logs_grow_and_rotate_it_counts_each_byte_once() {
    let mut site = Site::new();
    let mut checkpoints = BTreeSet::new();
    for life in 0..12_u64 {
        let mut follower = site.follower();
        let before = fs::read(site.path("kept")).ok();
        let mut step = 0;
        // It is killed at some moment after it has written a checkpoint, most often while it reads or writes the next one.
        while fs::read(site.path("kept")).ok() == before || step < life * 7 % 5 {
            site.talk(40);
            step += 1;
            match (life % 6, step) {
                (1, 2) => site.rename("conn.log", "conn.log.1"),
                (2, 1) => site.compress("conn.log.1", &format!("conn.{life}.gz")),
                (3, 1) => site.rename("ssl.log", &format!("ssl-{life}.log")),
                (4, 2) => site.copy_truncate("conn.log", &format!("conn-{life}.log")),
                _ => {}
            }
            pause(10 + (life * 37 + step * 11) % 40);
        }
        follower.kill().unwrap();
        follower.wait().unwrap();
        checkpoints.insert(fs::read(site.path("kept")).unwrap());
    }
    assert_eq!(checkpoints.len(), 12);
    pause(1_100);
    site.talk(1);
    site.agrees(&site.round());
}

#[test]
fn a_signal_ends_it_with_the_result_and_a_checkpoint() {
    let mut site = Site::new();
    site.talk(30);
    let follower = site.follower();
    while !site.path("out.json").exists() {
        pause(20);
    }
    site.talk(10);
    pause(300);
    let run = terminate(follower);
    assert_eq!(run.code, 0, "{}", run.err);
    let said: Value = serde_json::from_slice(&fs::read(site.path("out.json")).unwrap()).unwrap();
    site.agrees(&said);
    site.agrees(&site.round());
}

#[test]
fn a_log_that_is_renamed_is_read_on_under_its_new_name() {
    let mut site = Site::new();
    site.talk(20);
    site.round();
    site.talk(5);
    site.rename("conn.log", "conn.log.1");
    site.talk(5);
    site.agrees(&site.round());
}

#[test]
fn a_log_given_by_name_is_found_beside_where_it_was() {
    let mut site = Site::new();
    let paths = ["logs/conn.log", "logs/ssl.log"];
    site.talk(20);
    site.round_over(&paths);
    site.talk(5);
    site.rename("conn.log", "conn.log.1");
    site.talk(5);
    site.agrees(&record(&site.round_over(&paths)));
}

#[test]
fn a_log_that_is_copied_and_truncated_counts_once() {
    let mut site = Site::new();
    site.talk(40);
    site.round();
    site.talk(5);
    site.copy_truncate("conn.log", "conn.log.1");
    site.talk(5);
    site.agrees(&site.round());
}

#[test]
fn a_copy_that_is_not_yet_truncated_is_said_and_not_counted() {
    let mut site = Site::new();
    site.talk(40);
    site.round();
    fs::copy(site.path("logs/conn.log"), site.path("logs/conn.log.1")).unwrap();
    site.talk(2);
    let record = site.round();
    assert_eq!(notes(&record, "logs/conn.log.1"), ["follow/copy"]);
    site.agrees(&record);
}

#[test]
fn a_copy_that_was_seen_while_it_was_empty_is_not_counted() {
    let mut site = Site::new();
    site.talk(40);
    for name in ["logs/conn.log.1", "logs/conn.log.2.gz"] {
        fs::write(site.path(name), b"").unwrap();
    }
    site.round();
    site.compress("conn.log", "conn.log.2.gz");
    fs::copy(site.path("logs/ssl.log"), site.path("logs/conn.log.1")).unwrap();
    site.agrees(&site.round());
}

#[test]
fn the_compressed_copy_of_a_log_is_not_counted_again_and_its_rest_is() {
    let mut site = Site::new();
    site.talk(40);
    site.round();
    site.talk(7);
    site.compress("conn.log", "conn.log.1.gz");
    site.talk(3);
    site.agrees(&site.round());
    site.agrees(&site.round());
}

#[test]
fn a_log_that_is_truncated_without_a_copy_keeps_what_was_counted() {
    let mut site = Site::new();
    site.talk(40);
    site.round();
    fs::write(site.path("logs/conn.log"), b"").unwrap();
    site.talk(3);
    let record = site.round();
    site.agrees(&record);
    assert_eq!(notes(&record, "logs/conn.log"), ["follow/frozen", "follow/gone"]);
}

#[test]
fn a_log_that_vanishes_while_it_is_pending_keeps_what_was_counted() {
    let mut site = Site::new();
    site.talk(40);
    site.round();
    fs::remove_file(site.path("logs/conn.log")).unwrap();
    let record = site.round();
    assert_eq!(notes(&record, "logs/conn.log"), ["follow/frozen", "follow/gone"]);
    site.agrees(&record);
}

#[test]
fn what_is_pending_of_a_log_that_is_compressed_is_still_pending() {
    let mut site = Site::new();
    // Long enough that nothing settles or rests.
    let round = |site: &Site| {
        let more = ["logs", "--checkpoint", "kept", "--settle", "600"];
        record(&Run::of(site.command(&more).output().unwrap()))
    };
    let flow = "{\"ts\":1700000000,\"uid\":\"CZ\",\"id.orig_h\":\"10.0.0.1\",\"id.orig_p\":4000,\
                \"id.resp_h\":\"192.0.2.1\",\"id.resp_p\":443,\"proto\":\"tcp\",";
    site.talk(6);
    site.append(
        "conn.log",
        &format!("{flow}\"conn_state\":\"SF\",\"orig_bytes\":100,\"resp_bytes\":1}}\n"),
    );
    site.agrees(&round(&site));
    site.compress("conn.log", "conn.log.1.gz");
    site.agrees(&round(&site));
    // The name of a flow that was pending before.
    site.append(
        "ssl.log",
        &format!("{flow}\"version\":\"TLSv12\",\"server_name\":\"up.example\"}}\n"),
    );
    site.agrees(&round(&site));
}

#[test]
fn a_line_without_an_end_waits_and_is_said() {
    let mut site = Site::new();
    site.talk(4);
    site.append("conn.log", "{\"ts\":1700000000.5,\"uid\":\"C9");
    let record = site.round();
    assert_eq!(notes(&record, "logs/conn.log"), ["follow/line-unfinished"]);
    assert_eq!(understood(&record), 8);
}

#[test]
fn a_capture_is_read_once_when_nobody_writes_to_it() {
    let mut site = Site::new();
    site.talk(4);
    let capture = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0\x01\0\0\0";
    fs::write(site.path("logs/a.pcap"), capture).unwrap();
    let waits = ["logs", "--checkpoint", "kept", "--settle", "600"];
    let first = record(&Run::of(site.command(&waits).output().unwrap()));
    assert_eq!(notes(&first, "logs/a.pcap"), ["follow/still-written"]);
    let second = site.round();
    assert_eq!(notes(&second, "logs/a.pcap"), Vec::<String>::new());
    fs::write(site.path("logs/a.pcap"), [&capture[..], b"more"].concat()).unwrap();
    assert_eq!(notes(&site.round(), "logs/a.pcap"), ["follow/grew"]);
}

#[test]
fn a_checkpoint_with_any_byte_changed_or_cut_is_refused() {
    let mut site = Site::new();
    site.talk(3);
    site.round();
    let kept = fs::read(site.path("kept")).unwrap();
    for at in (0..kept.len()).step_by(kept.len() / 12) {
        let mut damaged = kept.clone();
        damaged[at] ^= 1;
        for bytes in [&damaged[..], &kept[..at]] {
            fs::write(site.path("kept"), bytes).unwrap();
            let run = site.round_over(&["logs"]);
            assert_eq!(run.code, 2, "{at}: {}", run.err);
            assert!(run.err.contains("checkpoint"), "{}", run.err);
            assert_eq!(fs::read(site.path("kept")).unwrap(), bytes, "it was written to");
        }
    }
}

#[test]
fn a_checkpoint_made_for_other_endpoints_is_refused() {
    let mut site = Site::new();
    site.talk(3);
    site.round();
    fs::write(site.path("names.csv"), "suffix,vendor\nelse.example,Acme\n").unwrap();
    let run = site.round_over(&["logs"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("other endpoints"), "{}", run.err);
}

#[test]
fn what_cannot_go_together_is_refused() {
    let site = Site::new();
    for more in [
        &["logs", "--follow", "--shard", "1/2"][..],
        &["logs", "--checkpoint", "kept", "--shard", "1/2"],
        &["logs", "--follow", "--compare", "a.json"],
        &["logs", "--every", "3"],
        &["logs", "--settle", "3"],
    ] {
        assert_eq!(Run::of(site.command(more).output().unwrap()).code, 2, "{more:?}");
    }
}

#[test]
fn the_checkpoint_is_no_log_also_when_it_lies_among_them() {
    let mut site = Site::new();
    site.talk(3);
    let more = ["logs", "--checkpoint", "logs/kept"];
    for _ in 0..2 {
        let said = record(&Run::of(site.command(&more).output().unwrap()));
        let paths: Vec<&str> = said["inputs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|input| input["path"].as_str().unwrap())
            .collect();
        assert_eq!(paths, ["logs/conn.log", "logs/ssl.log"]);
    }
    assert!(Path::new(&site.path("logs/kept")).exists());
}
