//! Logs in archives, and several logs in one file.

use serde_json::Value;

use crate::archives::{tar, zip};
use crate::hostile_logs::{ARGS, TSV, columns, conn, estate, gzip, lost, read, total};
use crate::support::Estate;

fn paths(record: &Value) -> Vec<&str> {
    record["inputs"].as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap()).collect()
}

#[test]
fn logs_in_archives_count_under_their_own_names() {
    let (first, second) = (conn("Ca", 1), gzip(columns("Cb", 10).as_bytes()));
    let second = [gzip(TSV.as_bytes()), second].concat();
    let members: [(&str, &[u8]); 2] = [("a/conn.log", first.as_bytes()), ("b.log.gz", &second)];
    for (name, archive) in [
        ("logs.zip", zip(&members)),
        ("logs.tar", tar(&members)),
        ("logs.tar.gz", gzip(&tar(&members))),
    ] {
        let estate = estate();
        estate.put(name, archive);
        let record = read(&estate);
        assert_eq!(total(&record), (2, 11), "{name}");
        let expected = [format!("in/{name}!/a/conn.log"), format!("in/{name}!/b.log.gz")];
        assert_eq!(paths(&record), expected);
    }
}

#[test]
fn an_archive_that_is_cut_does_not_pass_for_complete() {
    let rows = conn("Ca", 1).repeat(100);
    let whole = tar(&[("a.log", rows.as_bytes()), ("b.log", rows.as_bytes())]);
    let estate = estate();
    estate.put("logs.tar", &whole[..whole.len() / 2]);
    assert_eq!(estate.run(ARGS).code, 3);
    let broken = zip(&[("a.log", rows.as_bytes())]);
    estate.put("logs.tar", &broken[..broken.len() - 30]);
    assert_eq!(estate.run(ARGS).code, 3);
}

#[test]
fn a_document_is_no_archive_of_logs() {
    let estate = estate();
    estate.put("conn.log", conn("Ca", 1));
    estate.put("book.xlsx", zip(&[("[Content_Types].xml", b"")]));
    assert_eq!(
        (paths(&read(&estate)), lost(&read(&estate))),
        (vec!["in/book.xlsx", "in/conn.log"], 0)
    );
}

#[test]
fn a_log_and_its_compressed_copy_count_once() {
    let estate = estate();
    let rows = conn("Ca", 1).repeat(700);
    estate.put("conn.log", &rows);
    estate.put("old/conn.log.gz", gzip(rows.as_bytes()));
    estate.put("other.log", format!("{rows}{}", conn("Cb", 10)));
    let record = read(&estate);
    assert_eq!(total(&record), (1401, 1410));
    assert_eq!(record["inputs"][1]["notes"][0]["code"], "follow/copy");
}

#[test]
fn nothing_that_is_a_log_is_wrong_input() {
    let estate = estate();
    assert_eq!(estate.run(ARGS).code, 2);
    estate.put("notes.txt", "no log\n");
    let run = estate.run(ARGS);
    assert!(run.code == 2 && run.err.contains("no log was recognised"), "{run:?}");
    estate.put("conn.log", conn("Ca", 1));
    assert_eq!(estate.run(ARGS).code, 0);
}

/// Puts the partial sums of shards together.
fn in_shards(estate: &Estate, shards: usize) -> String {
    let names: Vec<String> = (1..=shards).map(|mine| format!("part-{mine}")).collect();
    for (mine, name) in (1..).zip(&names) {
        let shard = format!("{mine}/{shards}");
        let run = estate.run(&[ARGS, &["--shard", &shard, "-o", name]].concat());
        assert_eq!(run.code, 0, "{run:?}");
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    estate.run(&[&["egress", "merge", "--format", "json"], names.as_slice()].concat()).out
}

#[test]
fn shards_of_logs_that_were_put_together_know_the_columns_of_each() {
    let estate = estate();
    let other = TSV.replace("\torig_bytes\tresp_bytes", "\tresp_bytes\torig_bytes");
    let rows = |sent: u64| -> String {
        (0..300).map(|number| columns(&format!("C{sent}x{number}"), sent)).collect()
    };
    estate.put("conn.log", format!("{TSV}{}{other}{}", rows(7), rows(1000)));
    let whole = estate.run(&[ARGS, &["--format", "json"]].concat()).out;
    assert_eq!(total(&serde_json::from_str(&whole).unwrap()), (600, 300 * 7 + 300 * 2));
    assert!(in_shards(&estate, 4) == whole);
}

#[cfg(unix)]
#[test]
fn links_and_sockets_among_logs_are_said_and_not_opened() {
    let estate = estate();
    estate.put("conn.log", conn("Ca", 1));
    let folder = estate.input();
    std::os::unix::fs::symlink("conn.log", folder.join("latest.log")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(folder.join("socket")).unwrap();
    let record = read(&estate);
    let kinds = record["inputs"].as_array().unwrap().iter().filter_map(|input| {
        let note = &input["notes"][0];
        (note["code"] == "input/not-regular").then(|| note["args"]["kind"].as_str().unwrap())
    });
    assert_eq!(kinds.collect::<Vec<_>>(), ["link", "socket"]);
    assert_eq!(total(&record), (1, 1));
}
