//! Bad input: each file gets its diagnostic, the rest is still read, and the exit code says so.

use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use crate::support::{CMDB, Estate, PROGRAMS, codes, products, sound, source};

#[test]
fn an_empty_folder_is_no_clean_bill() {
    let estate = Estate::new();
    let (run, record) = estate.assess(&[]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains("input/empty-folder"), "{}", run.err);
    assert_eq!(record["diagnostics"][0]["code"], "input/empty-folder");
    let run = estate.run(&["assess", "in", "--lang", "zh-CN"]);
    assert!(run.err.contains("文件夹中没有可读取的文件") && run.err.contains("建议"), "{run:?}");
}

#[test]
fn bad_files_are_listed_and_the_rest_is_read() {
    let estate = Estate::with_finding();
    estate.put("empty.csv", "");
    estate.put("noise.bin", [7_u8; 5000]);
    estate.put("cut.json", &PROGRAMS[..PROGRAMS.len() - 150]);
    let latin: Vec<u8> = PROGRAMS
        .replace("Igor", "Ig\u{1}r")
        .bytes()
        .map(|b| if b == 1 { 0xf6 } else { b })
        .collect();
    estate.put("latin.json", latin);
    estate.put("swapped.csv", "name,vendor,version,host\nFortiClient,7.0.1,Fortinet,pc-1\n7-Zip,23.01,Igor Pavlov,pc-2\nVLC,3.0.20,VideoLAN,pc-3\n");
    let (run, record) = estate.assess(&[]);
    sound(&run, &record);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(products(&record).contains(&"crowdstrike.falcon"), "{:?}", products(&record));
    assert_eq!(codes(&record, "empty.csv"), ["input/empty"]);
    assert_eq!(source(&record, "noise.bin")["fate"], "unknown");
    assert_eq!(codes(&record, "noise.bin"), ["input/unknown-format"]);
    assert_eq!(codes(&record, "cut.json"), ["input/truncated"]);
    let latin = source(&record, "latin.json");
    let told =
        latin["not_understood"].as_object().unwrap().len() + codes(&record, "latin.json").len();
    assert!(told > 0, "bytes that are no UTF-8 passed in silence: {latin}");
    assert!(codes(&record, "swapped.csv").contains(&"row/swapped-columns".to_owned()));
}

#[test]
fn a_damaged_hive_is_read_as_far_as_it_goes() {
    let mut root = audit::readers::registry::build::HiveKey::new("ROOT");
    root.at("Select").number("Current", 1);
    let set = root.at("ControlSet001");
    set.at(r"Control\ComputerName\ComputerName").text("ComputerName", "SRV9");
    for service in ["CSFalconService", "Dnscache"] {
        set.at(&format!(r"Services\{service}")).text("ImagePath", r"C:\x.exe").number("Start", 2);
    }
    let hive = root.hive("SYSTEM");
    let estate = Estate::new();
    estate.put("SYSTEM", &hive);
    for (number, at) in (0..hive.len()).step_by(hive.len() / 12).enumerate() {
        let mut bad = hive.clone();
        bad[at..(at + 40).min(hive.len())].fill(0xff);
        estate.put(&format!("bad-{number}"), bad);
    }
    estate.put("cut", &hive[..hive.len() / 2]);
    let (run, record) = estate.assess(&[]);
    sound(&run, &record);
    assert_eq!(record["sources"].as_array().unwrap().len(), 15);
    assert!(!codes(&record, "/cut").is_empty() || !codes(&record, "cut").is_empty());
    assert!(products(&record).contains(&"crowdstrike.falcon"), "{:?}", products(&record));
}

#[test]
fn a_sheet_that_claims_a_million_rows_costs_what_it_holds() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, title) in ["主机名", "厂商", "型号"].iter().enumerate() {
        sheet.write(0, u16::try_from(column).unwrap(), *title).unwrap();
    }
    for (column, value) in ["fw-01", "Fortinet", "FortiGate-100F"].iter().enumerate() {
        sheet.write(1, u16::try_from(column).unwrap(), *value).unwrap();
    }
    sheet.write(1_048_575, 16_383, "end").unwrap();
    let estate = Estate::new();
    estate.put("cmdb.xlsx", book.save_to_buffer().unwrap());
    let (run, record) = estate.assess_within(MEMORY);
    sound(&run, &record);
    assert!(products(&record).iter().any(|id| id.starts_with("fortinet")), "{run:?}");
}

#[test]
fn what_is_no_file_is_never_opened() {
    let estate = Estate::new();
    estate.put("cmdb.csv", CMDB);
    for place in ["in/fifo", "in/tree/etc/fifo", "in/tree/usr/lib/systemd/system/fifo.service"] {
        let path = estate.path(place);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    }
    estate.put("tree/etc/os-release", "ID=debian\nNAME=\"Debian GNU/Linux\"\n");
    estate.put("tree/var/lib/dpkg/status", "Package: falcon-sensor\nStatus: install ok installed\nVersion: 7.10\nArchitecture: amd64\nMaintainer: CrowdStrike\n\n");
    symlink(estate.input(), estate.path("in/loop")).unwrap();
    symlink("..", estate.path("in/tree/etc/up")).unwrap();
    symlink("/etc/passwd", estate.path("in/outside")).unwrap();
    symlink("/nowhere", estate.path("in/tree/etc/systemd")).unwrap();
    let (run, record) = estate.assess(&[]);
    sound(&run, &record);
    for (path, what) in [("fifo", "fifo"), ("loop", "link"), ("outside", "link")] {
        let source = source(&record, path);
        assert_eq!((&source["fate"], &source["reader"]), (&"not-regular".into(), &what.into()));
    }
    assert!(products(&record).contains(&"crowdstrike.falcon"), "{:?}", products(&record));
}

#[test]
fn a_file_that_cannot_be_read_is_said_to_be() {
    // Whoever may read everything cannot meet this; the run as another user can.
    let estate = Estate::new();
    let locked = estate.put("locked.csv", CMDB);
    estate.put("open.csv", CMDB);
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o0)).unwrap();
    if std::fs::File::open(&locked).is_ok() {
        return println!("skipped: the tests run with the rights of root");
    }
    let (run, record) = estate.assess(&[]);
    sound(&run, &record);
    assert_eq!(source(&record, "locked.csv")["fate"], "unreadable");
    assert_eq!(codes(&record, "locked.csv"), ["input/read-failed"]);
    assert_eq!(run.code, 1, "{run:?}");
}

#[test]
fn names_that_are_no_text_are_read_and_shown() {
    let estate = Estate::new();
    let name = std::ffi::OsStr::from_bytes(b"cmdb-\xff\xfe.csv");
    std::fs::write(estate.input().join(name), CMDB).unwrap();
    estate.put("a\u{1b}[31mred\nline.csv", CMDB);
    let (run, record) = estate.assess(&[]);
    sound(&run, &record);
    assert_eq!(run.code, 1);
    assert_eq!(record["sources"].as_array().unwrap().len(), 2);
    for format in ["summary", "table"] {
        let run = estate.run(&["assess", "in", "--format", format, "--no-reports"]);
        assert!(!run.out.contains('\u{1b}') && !run.err.contains('\u{1b}'), "{format}: {run:?}");
    }
}

#[test]
fn folders_may_be_deep_and_json_too() {
    let estate = Estate::new();
    let mut deep = String::new();
    for _ in 0..300 {
        deep.push_str("d/");
    }
    estate.put(&format!("{deep}cmdb.csv"), CMDB);
    estate.put("cmdb.csv", CMDB);
    estate.put("deep.json", format!("{}{}", "[".repeat(200_000), "]".repeat(200_000)));
    estate.put("open.json", "{\"a\":".repeat(200_000));
    estate.put("deep.xml", format!("<?xml version=\"1.0\"?>\n{}", "<REQUEST>".repeat(100_000)));
    estate.put("deep.yaml", format!("apiVersion: v1\nkind: Pod\nx: {}", "[".repeat(100_000)));
    let (run, record) = estate.assess_within(MEMORY);
    sound(&run, &record);
    assert_eq!(run.code, 1, "{run:?}");
    let unreadable: Vec<_> = record["sources"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|source| source["fate"] == "unreadable")
        .collect();
    assert_eq!(unreadable.len(), 1, "{unreadable:?}");
    assert_eq!(codes(&record, unreadable[0]["path"].as_str().unwrap()), ["input/read-failed"]);
}

#[test]
fn ten_thousand_files_are_no_trouble() {
    let estate = Estate::new();
    for number in 0..10_000 {
        estate.put(
            &format!("{}/h{number}/cmdb.csv", number / 500),
            "host,vendor,model\na,Dell,R740\n",
        );
    }
    let (run, record) = estate.assess(&[]);
    sound(&run, &record);
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(record["sources"].as_array().unwrap().len(), 10_000);
}

/// Address space that bad input must not exceed; most of it is reserved and never touched.
pub(crate) const MEMORY: u64 = 1 << 30;
