//! What users say, also wrongly: every answer names the mistake and what to do about it.

use crate::support::{CMDB, DAY, Estate, Run, codes};

fn refused(run: &Run, said: &[&str]) {
    assert_eq!(run.code, 2, "{run:?}");
    for text in said {
        assert!(run.err.contains(text), "`{text}` is not in {}", run.err);
    }
    assert!(run.err.contains("= help: ") || run.err.contains("= 建议: "), "{}", run.err);
}

#[test]
fn mistakes_are_named_with_what_to_do() {
    let estate = Estate::with_finding();
    refused(&estate.run(&["assess", "nowhere"]), &["cannot read `nowhere`"]);
    refused(
        &estate.run(&["assess", "in", "--directive", "us-ndaa"]),
        &["no directive `us-ndaa`", "`us-ndaa-fy19-889`"],
    );
    refused(
        &estate.run(&["assess", "in", "--directive", "cn-2026-01-security-sofware"]),
        &["`cn-2026-01-security-software`"],
    );
    refused(&estate.run(&["assess", "in", "--decide", "opensource=in"]), &["open-source"]);
    refused(&estate.run(&["assess", "in", "--decide", "open-source=maybe"]), &["slot=in"]);
    refused(&estate.run(&["assess", "in", "--waivers", "none.toml"]), &["none.toml"]);
    refused(&estate.run(&["catalog", "show", "crowdstrik.falcon"]), &["`crowdstrike.falcon`"]);
    refused(&estate.run(&["explain", "input/truncate"]), &["`input/truncated`"]);
    refused(&estate.run(&["explain", "F-00000000"]), &["supplant assess"]);
    refused(&estate.run(&["catalog", "check", "in"]), &["no TOML file"]);
    refused(&estate.run(&["assess", "nowhere", "--lang", "zh-CN"]), &["错误: 无法读取 `nowhere`"]);
    let run = estate.run(&["assess", "in", "--date", "2026-02-30"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains("--date"), "{run:?}");
}

#[test]
fn a_wrong_waivers_file_is_shown_with_its_place() {
    let estate = Estate::with_finding();
    estate.put_beside(
        "waivers.toml",
        "zone = \"+08:00\"\n\n[[waiver]]\nid = \"W-1\"\nreason = \"spare parts\"\napprover = \"CISO\"\nticket = \"T-1\"\nexpires = \"soon\"\nassets = [\"srv*\"]\n",
    );
    let run = estate.run(&["assess", "in", "--waivers", "waivers.toml"]);
    refused(&run, &["waivers.toml:8:12", "expires = \"soon\"", "^^^^", "data/invalid", "1 error"]);
    assert!(!estate.path("supplant-report").exists(), "nothing may be concluded without waivers");
    let run = estate.run(&["assess", "in", "--waivers", "waivers.toml", "--lang", "zh-CN"]);
    refused(&run, &["错误[data/invalid]", "有 1 处错误"]);
}

#[test]
fn waivers_apply_and_their_ends_are_announced() {
    let estate = Estate::with_finding();
    let waiver = |id: &str, expires: &str, assets: &str| {
        format!(
            "[[waiver]]\nid = \"{id}\"\nreason = \"r\"\napprover = \"a\"\nticket = \"t\"\nexpires = \"{expires}\"\nassets = [\"{assets}\"]\n"
        )
    };
    let text = [
        "zone = \"+08:00\"\n".to_owned(),
        waiver("W-soon", "2026-04-05", "srv1"),
        waiver("W-old", "2026-03-01", "srv1"),
        waiver("W-typo", "2026-12-31", "svr1"),
    ];
    estate.put_beside("waivers.toml", text.concat());
    let (run, record) = estate.assess(&["--waivers", "waivers.toml"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(record["findings"][0]["state"], "waived");
    assert_eq!(record["waivers"][0]["expires"], "2026-04-05T16:00:00Z");
    assert_eq!(codes(&record, ""), ["waiver/expiring", "waiver/expired", "waiver/matches-nothing"]);
}

#[test]
fn a_wrong_overlay_is_shown_like_a_compiler_error() {
    let estate = Estate::with_finding();
    estate.put_beside(
        "mine/vendors/own.toml",
        "[[vendor]]\nid = \"acme\"\nnames.en = [\"Acme\"]\nnames.zh-CN = [\"艾克米\"]\norigin = \"US\"\nsource = [\"nobody\"]\nconfidence = \"certain\"\ncolour = \"red\"\n",
    );
    let run = estate.run(&["catalog", "check", "mine"]);
    assert_eq!(run.code, 2, "{run:?}");
    let expected = "\
error[data/not-in-list]: `certain` is not one of: documented, observed, reported, recalled
  ┌─ vendors/own.toml:7:15
  │
7 │ confidence = \"certain\"
  │               ^^^^^^^
  │
  = help: use a word of the list
";
    assert!(run.err.contains(expected), "{}", run.err);
    assert!(
        run.err.contains("error[data/unknown-key]: the schema has no key `colour`"),
        "{}",
        run.err
    );
    let run = estate.run(&["assess", "in", "--data", "mine"]);
    refused(&run, &["nothing was assessed", "7 │ confidence"]);
    let run = estate.run(&["catalog", "check", "mine", "--lang", "zh-CN"]);
    assert!(run.err.contains("错误[data/not-in-list]: `certain` 不在以下词表中"), "{}", run.err);
    assert_eq!(estate.run(&["catalog", "check"]).code, 0);
    assert_eq!(estate.run(&["directive", "check"]).code, 0);
}

#[test]
fn decisions_and_dates_change_conclusions() {
    let estate = Estate::new();
    estate.put("cmdb.csv", CMDB);
    let (run, record) = estate.assess(&[]);
    assert_eq!(run.code, 1, "{run:?}");
    assert_eq!(record["findings"][0]["state"], "prohibited", "{record:#}");
    let (run, record) = estate.assess(&["--decide", "hardware-appliances=out"]);
    assert_eq!(record["findings"][0]["state"], "out-of-scope");
    assert_eq!(record["findings"][0]["state_reason"], "state/decision-out");
    assert_eq!(run.code, 0, "{run:?}");
    let (_, record) = estate.assess(&["--decide", "hardware-appliances=undecided"]);
    assert_eq!(record["findings"][0]["state"], "undecided");
    let run = estate.run(&["assess", "in", "--date", "2026-07-15", "--format", "json"]);
    let record: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(record["directives"][0]["deadline"]["days_left"], -15);
}

#[test]
fn explain_goes_down_to_the_raw_line_and_notices_changes() {
    let estate = Estate::with_finding();
    let (_, record) = estate.assess(&[]);
    let id = record["findings"][0]["id"].as_str().unwrap();
    let run = estate.run(&["explain", id]);
    assert_eq!(run.code, 0, "{run:?}");
    for text in [
        "CrowdStrike Windows Sensor",
        "srv1/programs.json",
        "osquery",
        "sha256",
        "\"publisher\":\"CrowdStrike, Inc.\"",
        "press only",
    ] {
        assert!(run.out.contains(text), "`{text}` is not in {}", run.out);
    }
    let chinese = estate.run(&["explain", &id.to_lowercase(), "--lang", "zh-CN"]).out;
    for text in ["发现项", "控股", "条款", "证据", "原文", "仅据媒体报道"] {
        assert!(chinese.contains(text) || text == "控股", "`{text}` is not in {chinese}");
    }
    let path = estate.input().join("srv1/programs.json");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("7-Zip", "8-Zip")).unwrap();
    let run = estate.run(&["explain", id]);
    assert!(run.out.contains("another digest now"), "{}", run.out);
    std::fs::remove_file(path).unwrap();
    let run = estate.run(&["explain", id]);
    assert!(run.out.contains("no longer at `in/srv1/programs.json`"), "{}", run.out);
}

#[test]
fn every_command_lists_shows_and_completes() {
    let estate = Estate::new();
    for args in [
        &["directive", "list"][..],
        &["directive", "list", "--json"],
        &["directive", "show", "us-ndaa-fy19-889"],
        &["catalog", "list", "falcon"],
        &["catalog", "show", "vmware"],
        &["catalog", "show", "crowdstrike.falcon"],
        &["doctor"],
        &["explain", "state/ownership-open"],
        &["completions", "bash"],
        &["completions", "zsh"],
        &["completions", "fish"],
    ] {
        for lang in ["en", "zh-CN"] {
            let run = estate.run(&[args, &["--lang", lang]].concat());
            assert_eq!((run.code, run.err.as_str()), (0, ""), "{args:?}");
            assert!(run.out.lines().count() > 1 || args.contains(&"list"), "{args:?} {}", run.out);
            assert!(!run.out.contains("fact-") && !run.out.contains("doctor-"), "{}", run.out);
        }
    }
    let run = estate.run(&["man", "man1"]);
    assert_eq!(run.code, 0, "{run:?}");
    let page = std::fs::read_to_string(estate.path("man1/supplant-assess.1")).unwrap();
    assert!(page.contains("fail\\-on") && page.contains("waivers"), "{page}");
}

#[test]
fn colour_is_for_terminals() {
    let estate = Estate::with_finding();
    let args = ["assess", "in", "--date", DAY, "--no-reports"];
    assert!(!estate.run(&args).out.contains('\u{1b}'));
    let always = [&args[..], &["--color", "always"]].concat();
    assert!(estate.run(&always).out.contains('\u{1b}'));
    let on_terminal = |variable: &str| {
        let line = format!("{variable} {} {}", crate::support::PROGRAM, args.join(" "));
        let output = std::process::Command::new("script")
            .args(["-qec", &line, "/dev/null"])
            .current_dir(estate.path(""))
            .env_remove("NO_COLOR")
            .env("TERM", "xterm")
            .output();
        output.ok().map(Run::of)
    };
    let Some(plain) = on_terminal("NO_COLOR=1") else {
        return println!("skipped: there is no `script` to make a terminal");
    };
    assert!(!plain.out.contains("\u{1b}[1m"), "{}", plain.out);
    assert!(on_terminal("").unwrap().out.contains("\u{1b}[1m"));
}
