//! Bad logs: what can be read still counts, once; the rest is counted and named; nothing breaks, whichever way the program is run.

use std::fs;
use std::io::Write;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use crate::support::{Estate, PROGRAM, Run};

#[test]
fn a_table_without_an_endpoint_is_refused_after_its_rows_are_named() {
    let estate = estate();
    estate.put("conn.log", conn("C1", 10));
    estate.put_beside("bad.csv", "suffix,vendor\n,Acme\n");
    let run = estate.run(&["egress", "in", "--endpoints", "bad.csv"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.contains("bad.csv:2: ") && run.err.contains("no row of"), "{}", run.err);
}

#[test]
fn folders_too_deep_to_walk_are_said() {
    let estate = estate();
    estate.put("conn.log", conn("C1", 10));
    estate.put(&format!("{}conn.log", "d/".repeat(202)), conn("C2", 10));
    let run = estate.run(ARGS);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.err.contains("in/d/d/d") && run.err.contains("deeper than 200"), "{}", run.err);
}

/// An estate with endpoints and no logs yet.
pub(crate) fn estate() -> Estate {
    let estate = Estate::new();
    estate.put_beside("names.csv", "suffix,vendor,country\nacme.example,Acme,XA\n");
    estate.put_beside("networks.csv", "cidr,vendor,country\n203.0.113.0/24,Acme,XA\n");
    estate
}

pub(crate) const ARGS: &[&str] = &[
    "egress",
    "in",
    "--only-endpoints",
    "--endpoints",
    "names.csv",
    "--endpoints",
    "networks.csv",
];

/// A finished connection to an address of Acme's.
pub(crate) fn conn(uid: &str, sent: impl std::fmt::Display) -> String {
    format!(
        "{{\"ts\":1767571200.5,\"uid\":\"{uid}\",\"id.orig_h\":\"10.0.0.1\",\"id.orig_p\":5000,\
         \"id.resp_h\":\"203.0.113.7\",\"id.resp_p\":443,\"proto\":\"tcp\",\"duration\":1.0,\
         \"orig_bytes\":{sent},\"resp_bytes\":2,\"conn_state\":\"SF\"}}\n"
    )
}

/// The same as an event of Suricata's.
fn event(id: u64, sent: u64) -> String {
    format!(
        "{{\"timestamp\":\"2026-01-05T00:00:00.000000+0000\",\"flow_id\":{id},\
         \"event_type\":\"flow\",\"src_ip\":\"10.0.0.1\",\"src_port\":5000,\
         \"dest_ip\":\"203.0.113.7\",\"dest_port\":443,\"proto\":\"TCP\",\
         \"flow\":{{\"bytes_toserver\":{sent},\"bytes_toclient\":2,\
         \"start\":\"2026-01-05T00:00:00.000000+0000\",\"end\":\"2026-01-05T00:00:01.000000+0000\"}}}}\n"
    )
}

/// Columns as Zeek names them.
pub(crate) const TSV: &str = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n\
#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\torig_bytes\tresp_bytes\tconn_state\n\
#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tcount\tcount\tstring\n";

pub(crate) fn columns(uid: &str, sent: impl std::fmt::Display) -> String {
    format!("1767571200.5\t{uid}\t10.0.0.1\t5000\t203.0.113.7\t443\ttcp\t{sent}\t2\tSF\n")
}

/// Runs fast and strictly; both must say the same, and every row must be accounted for.
pub(crate) fn read(estate: &Estate) -> Value {
    read_more(estate, ARGS)
}

fn read_more(estate: &Estate, args: &[&str]) -> Value {
    let record = |more: &[&str]| {
        let run = estate.run(&[args, &["--format", "json"], more].concat());
        sound(&run);
        let mut record: Value =
            serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{run:?}"));
        balanced(&record);
        // Which rows a fast look passes over is not told apart from rows that were read and concern nobody.
        record["inputs"].as_array_mut().unwrap().iter_mut().for_each(|input| {
            input.as_object_mut().unwrap().remove("version");
        });
        record
    };
    let (fast, strict) = (record(&[]), record(&["--strict"]));
    assert_eq!(fast["pairs"], strict["pairs"]);
    assert_eq!(fast["inputs"], strict["inputs"]);
    fast
}

fn sound(run: &Run) {
    // 3: an input could not be read to its end.
    assert!(matches!(run.code, 0..=3), "{run:?}");
    assert!(!run.err.contains("panicked"), "{}", run.err);
}

fn balanced(record: &Value) {
    for input in record["inputs"].as_array().unwrap() {
        let sum = |map: &Value, rows: fn(&Value) -> u64| -> u64 {
            map.as_object().unwrap().values().map(rows).sum()
        };
        let inert = sum(&input["inert"], |rows| rows.as_u64().unwrap());
        let lost = sum(&input["not_understood"], |lost| lost["rows"].as_u64().unwrap());
        let understood = input["understood"].as_u64().unwrap();
        assert_eq!(input["rows"].as_u64().unwrap(), understood + inert + lost, "{input}");
    }
}

/// Flows and bytes out, of everything.
pub(crate) fn total(record: &Value) -> (u64, u64) {
    let total = &record["total"];
    let flows = total["flows"].as_u64().unwrap();
    // Without a flow there is no volume either.
    let bytes = total["bytes_out"].as_u64().or((flows == 0).then_some(0));
    (flows, bytes.unwrap())
}

/// How many rows were lost, in all files.
pub(crate) fn lost(record: &Value) -> u64 {
    let inputs = record["inputs"].as_array().unwrap().iter();
    let lost = inputs.flat_map(|input| input["not_understood"].as_object().unwrap().values());
    lost.map(|lost| lost["rows"].as_u64().unwrap()).sum()
}

/// Everything that is said about the inputs: reasons, notes and errors.
fn said(record: &Value) -> String {
    let inputs = record["inputs"].as_array().unwrap().iter();
    let said = inputs.map(|it| format!("{} {} {}", it["not_understood"], it["notes"], it["error"]));
    said.collect()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut to = GzEncoder::new(Vec::new(), Compression::fast());
    to.write_all(bytes).unwrap();
    to.finish().unwrap()
}

/// A row that is cut at any of its bytes is lost and named, or inert when nothing is left; the rows around it count.
fn cut_anywhere(name: &str, head: &str, row: impl Fn(&str, u64) -> String) {
    let last = row("Cb", 10);
    let last = last.trim_end();
    for at in (1..last.len()).step_by(41) {
        let estate = estate();
        let text = format!("{head}{}{}\n{}", row("Ca", 1), &last[..at], row("Cc", 100));
        estate.put(name, text);
        let record = read(&estate);
        let (flows, bytes) = total(&record);
        // A row of columns that lacks only its last ones may still be one; nothing else may change what it counts.
        assert!(
            (flows, bytes) == (2, 101) && lost(&record) == 1,
            "cut at {at}: {flows} flows, {bytes} bytes, {}",
            said(&record)
        );
    }
}

#[test]
fn json_that_is_cut_is_lost_and_named() {
    cut_anywhere("conn.log", "", conn);
}

#[test]
fn columns_that_are_cut_are_lost_and_named() {
    // The last column is told by its absence only when the row before it is whole.
    cut_anywhere("conn.log", TSV, columns);
}

#[test]
fn events_that_are_cut_are_lost_and_named() {
    cut_anywhere("eve.json", "", |uid, sent| event(uid.bytes().map(u64::from).sum(), sent));
}

#[test]
fn rows_of_another_format_in_a_file_are_lost_and_the_rest_counts() {
    let estate = estate();
    let aws = "2 1 eni-1 10.0.0.1 203.0.113.7 1 2 6 1 10 1 2 ACCEPT OK\n";
    // More than the part by which the format is told.
    let first: String = (0..400).map(|number| conn(&format!("C{number}a"), 1)).collect();
    estate.put("conn.log", format!("{first}{}{aws}{}", event(7, 10), conn("Cb", 100)));
    let record = read(&estate);
    assert_eq!((total(&record), lost(&record)), ((401, 500), 2), "{}", said(&record));
}

#[test]
fn a_log_of_columns_that_goes_on_as_json_loses_what_is_not_columns() {
    let estate = estate();
    estate.put(
        "conn.log",
        format!("{TSV}{}{}{}", columns("Ca", 1), conn("Cb", 10), columns("Cc", 100)),
    );
    let record = read(&estate);
    assert_eq!((total(&record), lost(&record)), ((2, 101), 1), "{}", said(&record));
}

#[test]
fn logs_that_were_put_together_count_with_the_columns_of_each() {
    let estate = estate();
    let other = TSV.replace("\torig_bytes\tresp_bytes", "\tresp_bytes\torig_bytes");
    let turned = "1767571200.5\tCb\t10.0.0.1\t5000\t203.0.113.7\t443\ttcp\t2\t100\tSF\n";
    estate.put("conn.log", format!("{TSV}{}{other}{turned}", columns("Ca", 1)));
    assert_eq!(total(&read(&estate)), (2, 101));
}

#[test]
fn nul_bytes_lose_the_row_in_which_they_are() {
    let estate = estate();
    let holed = conn("Cb", 10).replace("\"proto\"", "\"pro\0to\"");
    let zeros = "\0".repeat(5000);
    estate.put("conn.log", format!("{}{holed}{zeros}\n{}", conn("Ca", 1), conn("Cc", 100)));
    let record = read(&estate);
    assert_eq!((total(&record), lost(&record)), ((2, 101), 2), "{}", said(&record));
}

#[test]
fn bytes_that_are_no_text_lose_only_their_row() {
    let estate = estate();
    let mut log = conn("Ca", 1).into_bytes();
    log.extend((0x80..=0xff_u8).collect::<Vec<_>>());
    log.push(b'\n');
    log.extend(conn("Cb", 100).bytes());
    estate.put("conn.log", log);
    let record = read(&estate);
    assert_eq!((total(&record), lost(&record)), ((2, 101), 1), "{}", said(&record));
}

#[test]
fn a_line_of_a_hundred_megabytes_is_one_lost_row_and_takes_little_memory() {
    let estate = estate();
    let path = estate.put("conn.log", conn("Ca", 1));
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    let block = vec![b'x'; 1 << 20];
    for _ in 0..100 {
        file.write_all(&block).unwrap();
    }
    file.write_all(format!("\n{}", conn("Cb", 100)).as_bytes()).unwrap();
    let line =
        format!("ulimit -v 700000; exec {PROGRAM} {} --format json --jobs 2", ARGS.join(" "));
    let output =
        Command::new("sh").args(["-c", &line]).current_dir(estate.path("")).output().unwrap();
    let run = Run::of(output);
    sound(&run);
    let record: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{run:?}"));
    assert_eq!((total(&record), lost(&record)), ((2, 101), 1), "{}", said(&record));
    assert!(said(&record).contains("row/too-long"), "{}", said(&record));
}

#[test]
fn a_header_with_fewer_columns_than_its_rows_loses_them() {
    let estate = estate();
    let short =
        TSV.replace("\tconn_state\n", "\n").replace("\tcount\tcount\tstring", "\tcount\tcount");
    estate.put("conn.log", format!("{short}{}{}", columns("Ca", 1), columns("Cb", 100)));
    let record = read(&estate);
    assert_eq!((total(&record), lost(&record)), ((0, 0), 2), "{}", said(&record));
}

#[test]
fn a_header_with_more_columns_than_its_rows_loses_them() {
    let estate = estate();
    let long = TSV.replace("\tconn_state\n", "\tconn_state\tmore\n");
    estate.put("conn.log", format!("{long}{}", columns("Ca", 1)));
    let record = read(&estate);
    assert_eq!((total(&record), lost(&record)), ((0, 0), 1), "{}", said(&record));
}

#[test]
fn a_header_that_names_a_counter_twice_counts_nothing_twice() {
    let estate = estate();
    let twice = TSV.replace("\tresp_bytes\tconn_state", "\torig_bytes\tconn_state");
    estate.put("conn.log", format!("{twice}{}", columns("Ca", 40)));
    let record = read(&estate);
    assert!(total(&record).1 <= 40, "{record}");
}

#[test]
fn a_key_that_occurs_twice_loses_the_row() {
    let estate = estate();
    let twice = conn("Cb", 10).replace("\"resp_bytes\"", "\"orig_bytes\":9999,\"resp_bytes\"");
    let hidden =
        conn("Cc", 10).replace("\"resp_bytes\"", "\"orig\\u005fbytes\":9999,\"resp_bytes\"");
    estate.put("conn.log", format!("{}{twice}{hidden}{}", conn("Ca", 1), conn("Cd", 100)));
    let record = read(&estate);
    assert_eq!((total(&record), lost(&record)), ((2, 101), 2), "{}", said(&record));
}

#[test]
fn counters_that_are_no_counters_lose_the_row() {
    let bad = ["-5", "18446744073709551616", "1e300", "1.5", "\"x\"", "true", "[1]", "{}", "00012"];
    for counter in bad {
        let estate = estate();
        estate.put(
            "conn.log",
            format!("{}{}{}", conn("Ca", 1), conn("Cb", counter), conn("Cc", 100)),
        );
        let record = read(&estate);
        let (flows, bytes) = total(&record);
        assert!(bytes == 101 && flows + lost(&record) == 3, "{counter}: {flows} {bytes}");
    }
}

#[test]
fn counters_of_columns_that_are_no_counters_lose_the_row() {
    for counter in ["-5", "18446744073709551616", "1e300", "1.5", "0x10", "+7", " 7"] {
        let estate = estate();
        let rows = [columns("Ca", 1), columns("Cb", counter), columns("Cc", 100)].concat();
        estate.put("conn.log", format!("{TSV}{rows}"));
        let record = read(&estate);
        let (flows, bytes) = total(&record);
        assert!(bytes == 101 && flows + lost(&record) == 3, "{counter}: {flows} {bytes}");
    }
}

#[test]
fn sums_beyond_what_a_number_holds_stay_at_its_end() {
    let estate = estate();
    let most = i64::MAX.to_string();
    let rows = ["Ca", "Cb", "Cc"].map(|uid| conn(uid, &most));
    estate.put("conn.log", rows.concat());
    assert_eq!(total(&read(&estate)), (3, u64::MAX));
}

#[test]
fn gzip_that_is_cut_counts_what_came_and_says_so() {
    let rows: String = (0..5000).map(|number| conn(&format!("C{number}x"), number)).collect();
    let whole = gzip(rows.as_bytes());
    for part in [3, 2] {
        let estate = estate();
        estate.put("conn.log.gz", &whole[..whole.len() / part]);
        let record = read(&estate);
        let (flows, bytes) = total(&record);
        assert!(flows > 100 && flows < 5000 && bytes == flows * (flows - 1) / 2, "{flows} {bytes}");
        let said = said(&record);
        assert!(
            said.contains("truncated")
                || !record["inputs"][0]["error"].as_str().unwrap().is_empty(),
            "{said}"
        );
    }
}

#[test]
fn gzip_that_is_cut_does_not_pass_for_complete() {
    let whole = gzip(conn("Ca", 1).repeat(2000).as_bytes());
    let estate = estate();
    estate.put("conn.log.gz", &whole[..whole.len() / 2]);
    assert_eq!(estate.run(ARGS).code, 3);
}

#[test]
fn several_gzip_members_are_one_log() {
    let estate = estate();
    let members = [gzip(conn("Ca", 1).as_bytes()), gzip(conn("Cb", 100).as_bytes())].concat();
    estate.put("conn.log.gz", members);
    assert_eq!(total(&read(&estate)), (2, 101));
}

#[test]
fn a_bomb_takes_little_memory_and_what_comes_before_counts() {
    let estate = estate();
    let mut to = GzEncoder::new(Vec::new(), Compression::fast());
    to.write_all(conn("Ca", 1).as_bytes()).unwrap();
    let block = vec![0_u8; 1 << 20];
    for _ in 0..1500 {
        to.write_all(&block).unwrap();
    }
    estate.put("conn.log.gz", to.finish().unwrap());
    let line =
        format!("ulimit -v 700000; exec {PROGRAM} {} --format json --jobs 2", ARGS.join(" "));
    let output =
        Command::new("sh").args(["-c", &line]).current_dir(estate.path("")).output().unwrap();
    let run = Run::of(output);
    sound(&run);
    let record: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{run:?}"));
    assert_eq!(total(&record), (1, 1), "{}", said(&record));
    assert!(lost(&record) > 0 || run.code == 3, "the bomb passed in silence");
}

#[test]
fn nesting_without_end_loses_one_row() {
    let estate = estate();
    let deep = format!("{{\"a\":{}\n", "[".repeat(200_000));
    let deeper = conn("Cb", 10).replace(
        "\"proto\"",
        &format!("\"x\":{}1{},\"proto\"", "[".repeat(9000), "]".repeat(9000)),
    );
    estate.put("conn.log", format!("{}{deep}{deeper}{}", conn("Ca", 1), conn("Cc", 100)));
    let record = read(&estate);
    let (flows, bytes) = total(&record);
    assert!(flows + lost(&record) == 4 && (bytes == 101 || bytes == 111), "{}", said(&record));
}

#[test]
fn a_mark_at_the_beginning_and_carriage_returns_change_nothing() {
    let estate = estate();
    let text = format!("\u{feff}{}{}", conn("Ca", 1), conn("Cb", 100)).replace('\n', "\r\n");
    estate.put("conn.log", text.trim_end());
    assert_eq!(total(&read(&estate)), (2, 101));
}

#[test]
fn a_file_that_is_given_twice_counts_once() {
    let estate = estate();
    estate.put("conn.log", conn("Ca", 1));
    let args = [ARGS, &["./in", "in/conn.log", "in/../in"]].concat();
    assert_eq!(total(&read_more(&estate, &args)), (1, 1));
}

#[test]
fn a_file_of_nothing_and_one_of_noise_are_named() {
    let estate = estate();
    estate.put("empty.log", "");
    estate.put("noise.bin", (0..9000_u32).flat_map(u32::to_le_bytes).collect::<Vec<_>>());
    estate.put("conn.log", conn("Ca", 1));
    let record = read(&estate);
    assert_eq!(total(&record), (1, 1));
    let noise = record["inputs"].as_array().unwrap().iter().find(|it| it["path"] == "in/noise.bin");
    let noise = noise.expect("the noise is not listed");
    assert_eq!(noise["format"], "", "{noise}");
}

#[test]
fn a_file_that_grows_while_it_is_read_counts_whole_rows_once() {
    let estate = estate();
    let path = estate.put("conn.log", conn("Ca", 1).repeat(20_000));
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let _stops = Stops(&stop);
        scope.spawn(|| {
            let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
            while !stop.load(Ordering::Relaxed) {
                file.write_all(conn("Cb", 1).repeat(50).as_bytes()).unwrap();
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        for _ in 0..3 {
            let run = estate.run(&[ARGS, &["--format", "json"]].concat());
            sound(&run);
            let record: Value = serde_json::from_str(&run.out).unwrap();
            balanced(&record);
            let (flows, bytes) = total(&record);
            assert!(flows >= 20_000 && flows == bytes, "{flows} flows, {bytes} bytes");
            // Where reading ends, a row may be half written.
            assert!(lost(&record) <= 1, "{}", said(&record));
        }
    });
}

#[test]
fn files_that_vanish_and_shrink_break_nothing() {
    let estate = estate();
    estate.put("stays.log", conn("Ca", 1));
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let _stops = Stops(&stop);
        scope.spawn(|| {
            let rows = conn("Cb", 0).repeat(3000);
            while !stop.load(Ordering::Relaxed) {
                for number in 0..20 {
                    let path = estate.input().join(format!("goes-{number}.log"));
                    fs::write(&path, &rows).unwrap();
                    fs::write(&path, &rows[..rows.len() / 3]).unwrap();
                }
                for number in 0..20 {
                    drop(fs::remove_file(estate.input().join(format!("goes-{number}.log"))));
                }
            }
        });
        for _ in 0..4 {
            let run = estate.run(&[ARGS, &["--format", "json"]].concat());
            sound(&run);
            let record: Value = serde_json::from_str(&run.out).unwrap();
            balanced(&record);
            assert_eq!(total(&record).1, 1, "{}", said(&record));
        }
    });
}

/// Ends the thread that disturbs, also when an assertion fails.
struct Stops<'s>(&'s AtomicBool);

impl Drop for Stops<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A packet of version 5 that says it has so many records and has these.
fn packet(says: u16, sent: &[u32]) -> Vec<u8> {
    let mut packet =
        [&[0, 5][..], &says.to_be_bytes(), &[0, 0, 1, 0], &[0x69, 0x5b, 0, 0], &[0; 12]].concat();
    for bytes in sent {
        packet.extend([10, 0, 0, 1, 203, 0, 113, 7, 0, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 1]);
        packet.extend(bytes.to_be_bytes());
        packet.extend([
            0, 0, 0, 9, 0, 0, 0, 10, 0x13, 0x88, 1, 0xbb, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        ]);
    }
    packet
}

#[test]
fn packets_that_say_more_than_they_have_count_what_is_there() {
    let estate = estate();
    estate.put("export.nf5", [packet(2, &[1, 100]), packet(30, &[1000])].concat());
    let record = read(&estate);
    let (flows, bytes) = total(&record);
    assert!(bytes == 101 || bytes == 1101, "{flows} {bytes} {}", said(&record));
    assert!(said(&record) != "{} [] \"\"", "the lie passed in silence");
}

#[test]
fn packets_that_are_cut_anywhere_break_nothing() {
    let whole = [packet(2, &[1, 100]), packet(1, &[1000])].concat();
    for at in (1..whole.len()).step_by(23) {
        let estate = estate();
        estate.put("export.nf5", &whole[..at]);
        let bytes = total(&read(&estate)).1;
        assert!([0, 1, 101].contains(&bytes), "cut at {at}: {bytes}");
    }
}

#[test]
fn more_shards_than_rows_add_up_to_the_rows() {
    let estate = estate();
    estate.put("conn.log", format!("{}{}", conn("Ca", 1), conn("Cb", 100)));
    let mut parts = Vec::new();
    for mine in 1..=9 {
        let (shard, name) = (format!("{mine}/9"), format!("part-{mine}"));
        sound(&estate.run(&[ARGS, &["--shard", &shard, "-o", &name]].concat()));
        parts.push(name);
    }
    let mut args = vec!["egress", "merge", "--format", "json"];
    args.extend(parts.iter().map(String::as_str));
    let merged: Value = serde_json::from_str(&estate.run(&args).out).unwrap();
    assert_eq!(total(&merged), (2, 101));
}

#[test]
fn bad_rows_of_a_table_of_endpoints_are_told_and_the_rest_is_used() {
    let estate = estate();
    let table = "cidr,vendor,country\n999.1.1.1/8,Bad,XA\n10.0.0.0/99,Bad,XA\n,Bad,XA\n203.0.113.0/24,Acme\nno\n";
    estate.put_beside("networks.csv", table);
    estate.put("conn.log", conn("Ca", 1));
    let run = estate.run(ARGS);
    assert!(run.err.contains("999.1.1.1/8") && run.err.contains("10.0.0.0/99"), "{}", run.err);
    assert!(run.out.contains("Acme"), "{}", run.out);
}

#[test]
fn a_table_without_a_header_is_refused_or_told() {
    let estate = estate();
    estate.put_beside("names.csv", "acme.example,Acme,XA\n");
    estate.put_beside("networks.csv", "\0\u{1}\n");
    estate.put("conn.log", conn("Ca", 1));
    let run = estate.run(ARGS);
    assert!(run.code != 0 && !run.err.is_empty() && !run.err.contains("panicked"), "{run:?}");
}
