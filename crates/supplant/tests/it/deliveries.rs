//! What comes out: every form, whole or not at all, the same bytes each time.

use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use crate::support::{CMDB, DAY, Estate, PROGRAMS, files, source};

const FORMATS: [&str; 7] = ["summary", "table", "json", "jsonl", "csv", "xlsx", "html"];

#[test]
fn every_form_goes_to_standard_output_and_into_a_file() {
    let estate = Estate::with_finding();
    for lang in ["en", "zh-CN"] {
        for format in FORMATS {
            let args =
                ["assess", "in", "--date", DAY, "--format", format, "--lang", lang, "--no-reports"];
            let printed = estate.command(&args).output().unwrap();
            assert_eq!(printed.status.code(), Some(1), "{format}");
            let run = estate.run(&[&args[..], &["-o", "out/../out.bin"]].concat());
            assert_eq!((run.code, run.out.as_str()), (3, ""), "{format}: there is no folder `out`");
            let run = estate.run(&[&args[..], &["-o", "out.bin"]].concat());
            assert_eq!((run.code, run.out.as_str()), (1, ""), "{format}: {}", run.err);
            let written = std::fs::read(estate.path("out.bin")).unwrap();
            assert_eq!(written, printed.stdout, "{format}");
            let start: &[u8] = match format {
                "json" => b"{",
                "jsonl" => b"{\"",
                "xlsx" => b"PK",
                "html" => b"<!DOCTYPE html>",
                _ => b"",
            };
            assert!(written.starts_with(start), "{format}");
            assert!(written.len() > 200, "{format}");
        }
        let text = estate.run(&["assess", "in", "--date", DAY, "--lang", lang, "--no-reports"]).out;
        assert!(text.lines().count() <= 24, "{text}");
    }
}

#[test]
fn what_is_no_file_is_written_to_and_stays_what_it_is() {
    let estate = Estate::new();
    let made = std::process::Command::new("mkfifo").arg(estate.path("pipe")).status();
    assert!(made.unwrap().success());
    let args = ["assess", "in", "--date", DAY, "--no-reports", "--format", "json", "-o", "pipe"];
    estate.put("srv1/programs.json", PROGRAMS);
    let mut child = estate.command(&args).spawn().unwrap();
    let text = std::fs::read_to_string(estate.path("pipe")).unwrap();
    child.wait().unwrap();
    assert!(text.starts_with('{') && text.ends_with("}\n"), "{text}");
    let kind = std::fs::symlink_metadata(estate.path("pipe")).unwrap().file_type();
    assert!(std::os::unix::fs::FileTypeExt::is_fifo(&kind));
}

#[test]
fn a_link_stays_and_what_it_leads_to_is_written() {
    let estate = Estate::with_finding();
    estate.put_beside("real/out.json", "");
    std::os::unix::fs::symlink("real/out.json", estate.path("link")).unwrap();
    estate.run(&["assess", "in", "--date", DAY, "--no-reports", "--format", "json", "-o", "link"]);
    assert!(std::fs::symlink_metadata(estate.path("link")).unwrap().is_symlink());
    assert!(std::fs::read_to_string(estate.path("real/out.json")).unwrap().starts_with('{'));
}

#[test]
fn a_link_to_what_is_not_there_yet_makes_it() {
    let estate = Estate::with_finding();
    std::os::unix::fs::symlink("new.json", estate.path("link")).unwrap();
    std::os::unix::fs::symlink("loop", estate.path("loop")).unwrap();
    let args = ["assess", "in", "--date", DAY, "--no-reports", "--format", "json", "-o"];
    estate.run(&[&args[..], &["link"]].concat());
    assert!(std::fs::read_to_string(estate.path("new.json")).unwrap().starts_with('{'));
    let run = estate.run(&[&args[..], &["loop"]].concat());
    assert!(run.code == 3 && std::fs::symlink_metadata(estate.path("loop")).unwrap().is_symlink());
}

#[test]
fn who_may_read_a_file_stays_as_it_was() {
    let estate = Estate::with_finding();
    let path = estate.put_beside("out.json", "");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let args = ["assess", "in", "--date", DAY, "--no-reports", "--format", "json"];
    estate.run(&[&args[..], &["-o", "out.json"]].concat());
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn standard_output_by_name_keeps_what_others_wrote_there() {
    let estate = Estate::new();
    let line = format!(
        "{{ echo before; {} egress in --format json -o /dev/stdout; echo after; }} > all.txt",
        crate::support::PROGRAM
    );
    estate.put("conn.log", super::hostile_logs::conn("C1", 10));
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &line]).current_dir(estate.path("")).status().unwrap();
    let text = std::fs::read_to_string(estate.path("all.txt")).unwrap();
    assert!(text.starts_with("before\n{") && text.ends_with("}\nafter\n"), "{text}");
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    let estate = Estate::with_finding();
    estate.put("cmdb.csv", CMDB.repeat(3000));
    for args in [
        &["assess", "in", "--format", "html", "--no-reports"][..],
        &["directive", "show", "us-ndaa-fy19-889"],
        &["catalog", "list"],
        &["completions", "bash"],
        &["doctor"],
    ] {
        let mut child =
            estate.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        let code = child.wait().unwrap().code();
        assert!(!said.contains("panicked"), "{args:?}: {said}");
        assert_eq!((code, said.as_str()), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn the_reports_are_not_read_again() {
    let estate = Estate::with_finding();
    let args = ["assess", "in", "--date", DAY, "--out", "in/report"];
    assert_eq!(estate.run(&args).code, 1);
    let first = files(&estate.path("in/report"));
    assert_eq!(estate.run(&args).code, 1);
    assert!(first == files(&estate.path("in/report")), "the reports changed");
    let (_, record) = estate.assess(&["--out", "in/report"]);
    assert_eq!(record["sources"].as_array().unwrap().len(), 1, "{:#}", record["sources"]);
}

#[test]
fn a_folder_that_cannot_be_written_into_ends_the_run_unfinished() {
    let estate = Estate::with_finding();
    estate.put_beside("file", "");
    let run = estate.run(&["assess", "in", "--out", "file/report"]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.err.contains("cannot write `file/report`") && run.err.contains("--out"), "{run:?}");
    let folder = estate.path("locked");
    std::fs::create_dir(&folder).unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o555)).unwrap();
    if std::fs::write(folder.join("probe"), "").is_ok() {
        return println!("skipped: the tests run with the rights of root");
    }
    assert_eq!(estate.run(&["assess", "in", "--out", "locked"]).code, 3);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
}

#[test]
fn an_interrupted_run_leaves_the_old_reports() {
    let estate = Estate::with_finding();
    assert_eq!(estate.run(&["assess", "in", "--date", DAY, "--out", "report"]).code, 1);
    let old = files(&estate.path("report"));
    for host in 0..400 {
        estate.put(&format!("h{host}/programs.json"), PROGRAMS);
    }
    for wait in [10_u64, 40, 80, 120, 200, 300] {
        let mut child =
            estate.command(&["assess", "in", "--date", "2026-04-01", "--out", "report"]);
        let mut child = child.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(wait));
        let ended = child.try_wait().unwrap().is_some();
        child.kill().unwrap();
        child.wait().unwrap();
        for (path, bytes) in files(&estate.path("report")) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let hidden = name.starts_with('.');
            let whole = match name.as_str() {
                "report.html" => bytes.ends_with(b"</html>\n") || bytes.ends_with(b"</html>"),
                "assessment.json" => serde_json::from_slice::<serde_json::Value>(&bytes).is_ok(),
                _ => true,
            };
            assert!(hidden || whole, "{name} is cut after {wait} ms");
            let untouched = old.iter().any(|(other, before)| *other == path && *before == bytes);
            assert!(ended || hidden || untouched || whole, "{name}");
        }
    }
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let estate = Estate::with_finding();
    for host in 0..40 {
        estate.put(&format!("h{host}/programs.json"), PROGRAMS);
        estate.put(&format!("tables/{host}.csv"), CMDB.replace("fw-01", &format!("fw-{host}")));
    }
    estate.put("broken.json", &PROGRAMS[..300]);
    let mut runs = Vec::new();
    for (name, jobs) in [("a", "1"), ("b", "8"), ("c", "8"), ("d", "2")] {
        for lang in ["en", "zh-CN"] {
            let out = format!("{name}-{lang}");
            let run = estate.run(&[
                "assess", "in", "--date", DAY, "--out", &out, "--jobs", jobs, "--lang", lang,
            ]);
            assert_eq!(run.code, 1, "{run:?}");
            let contents: Vec<(String, Vec<u8>)> = files(&estate.path(&out))
                .into_iter()
                .map(|(path, bytes)| (path.file_name().unwrap().to_string_lossy().into(), bytes))
                .collect();
            assert_eq!(contents.len(), 5);
            runs.push((lang, contents));
        }
    }
    for (lang, contents) in &runs {
        let (_, first) = runs.iter().find(|(other, _)| other == lang).unwrap();
        for (one, other) in first.iter().zip(contents) {
            assert!(one == other, "{} differs between runs", one.0);
        }
    }
}

#[test]
fn exit_codes_are_those_of_the_manual() {
    let estate = Estate::new();
    estate.put("cmdb.csv", "host,vendor,model\nsw-01,Ruijie,S5750\n");
    let (run, record) = estate.assess(&[]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(source(&record, "cmdb.csv")["fate"], "read");
    estate.put("programs.json", PROGRAMS);
    assert_eq!(estate.assess(&[]).0.code, 1);
    assert_eq!(estate.assess(&["--fail-on", "never"]).0.code, 0);
    assert_eq!(estate.run(&["assess"]).code, 2);
    assert_eq!(estate.run(&["assess", "in", "-o", "no/such/folder.txt"]).code, 3);
}
