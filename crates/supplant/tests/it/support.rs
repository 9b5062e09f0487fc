//! What the tests share: a folder of exports, and a run of the program with what it left.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_supplant");

/// A folder with exports in `in`; everything else is beside it.
pub(crate) struct Estate {
    folder: TempDir,
}

impl Estate {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("in")).unwrap();
        Self { folder }
    }

    /// An estate in which one host has a named product.
    pub(crate) fn with_finding() -> Self {
        let estate = Self::new();
        estate.put("srv1/programs.json", PROGRAMS);
        estate
    }

    /// A path beside the exports.
    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// The folder of exports.
    pub(crate) fn input(&self) -> PathBuf {
        self.path("in")
    }

    /// Puts an export there.
    pub(crate) fn put(&self, below: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        self.put_beside(&format!("in/{below}"), bytes)
    }

    /// Puts another file there.
    pub(crate) fn put_beside(&self, below: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(below);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Runs the program beside the exports.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        Run::of(self.command(args).output().unwrap())
    }

    /// The program with these arguments, not started.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(args).current_dir(self.folder.path()).stdin(Stdio::null());
        command.env_remove("NO_COLOR");
        command
    }

    /// Assesses the exports on a fixed day and returns the run with its record.
    pub(crate) fn assess(&self, more: &[&str]) -> (Run, Value) {
        let mut args = vec!["assess", "in", "--date", DAY, "--format", "json"];
        args.extend(more);
        let run = self.run(&args);
        let record = serde_json::from_str(&run.out).unwrap_or(Value::Null);
        (run, record)
    }

    /// Assesses with at most so many bytes of address space. A file that is larger than that in memory would abort the program.
    pub(crate) fn assess_within(&self, bytes: u64) -> (Run, Value) {
        let line = format!(
            "ulimit -v {}; exec {PROGRAM} assess in --date {DAY} --format json --jobs 2",
            bytes / 1024
        );
        let output = Command::new("sh")
            .args(["-c", &line])
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        let run = Run::of(output);
        let record = serde_json::from_str(&run.out).unwrap_or(Value::Null);
        (run, record)
    }
}

/// A run that has ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// The codes of the diagnostics about a source whose path ends like this.
pub(crate) fn codes(record: &Value, path: &str) -> Vec<String> {
    let diagnostics = record["diagnostics"].as_array().expect("a record");
    diagnostics
        .iter()
        .filter(|diagnostic| diagnostic["path"].as_str().unwrap().ends_with(path))
        .map(|diagnostic| diagnostic["code"].as_str().unwrap().to_owned())
        .collect()
}

/// The source whose path ends like this.
pub(crate) fn source<'r>(record: &'r Value, path: &str) -> &'r Value {
    let sources = record["sources"].as_array().expect("a record");
    let found = sources.iter().find(|source| source["path"].as_str().unwrap().ends_with(path));
    found.unwrap_or_else(|| panic!("no source {path} in {sources:#?}"))
}

/// The ids of products found.
pub(crate) fn products(record: &Value) -> Vec<&str> {
    let findings = record["findings"].as_array().expect("a record");
    findings.iter().map(|finding| finding["product"]["id"].as_str().unwrap()).collect()
}

/// Every file below a folder with its bytes, sorted.
pub(crate) fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                found.push((path, bytes));
            }
        }
    }
    found.sort();
    found
}

/// Checks that every source's books balance and that the run did not break.
pub(crate) fn sound(run: &Run, record: &Value) {
    assert!(matches!(run.code, 0..=2), "{run:?}");
    assert!(!run.err.contains("panicked"), "{}", run.err);
    for source in record["sources"].as_array().expect("a record") {
        let sum = |map: &Value, rows: fn(&Value) -> u64| -> u64 {
            map.as_object().unwrap().values().map(rows).sum()
        };
        let inert = sum(&source["inert"], |rows| rows.as_u64().unwrap());
        let lost = sum(&source["not_understood"], |lost| lost["rows"].as_u64().unwrap());
        let understood = source["understood"].as_u64().unwrap();
        assert_eq!(source["rows"].as_u64().unwrap(), understood + inert + lost, "{source}");
    }
}

/// The day on which tests assess.
pub(crate) const DAY: &str = "2026-03-31";

/// What osquery's table `programs` says about one host.
pub(crate) const PROGRAMS: &str = r#"[
{"name":"CrowdStrike Windows Sensor","version":"7.10.18110.0","install_location":"","install_source":"","language":"1033","publisher":"CrowdStrike, Inc.","uninstall_string":"","install_date":"20260105","identifying_number":"{1B2A3C4D-0000-4000-8000-000000000001}"},
{"name":"7-Zip 23.01 (x64)","version":"23.01","install_location":"C:\\Program Files\\7-Zip\\","install_source":"","language":"","publisher":"Igor Pavlov","uninstall_string":"","install_date":"20260105","identifying_number":""}
]"#;

/// A CMDB with one device of a named vendor.
pub(crate) const CMDB: &str = "主机名,厂商,型号,序列号,密码\nfw-01,Fortinet,FortiGate-100F,FG100FTK00000001,hunter2\nsw-01,Ruijie,S5750,RJ0001,hunter2\n";
