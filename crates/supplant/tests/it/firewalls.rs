//! Firewall configurations as users meet them: `check`, `trace`, `policy`, and what `assess` makes of them.

use std::io::Write;

use serde_json::Value;

use crate::support::{CMDB, Estate, PROGRAMS, Run, products, sound, source};

/// A small configuration with one thing of each kind.
const CONFIG: &str = r#"#config-version=FGT60F-7.2.5-FW-build1517-230606:opmode=0:vdom=0:user=admin
config system global
    set hostname "fw-branch"
end
config system admin
    edit "admin"
        set password ENC SH2canary0123456789abcdef
    next
end
config system interface
    edit "port1"
        set ip 10.1.2.1 255.255.255.0
    next
    edit "port2"
        set ip 192.0.2.1 255.255.255.0
    next
end
config firewall address
    edit "web"
        set subnet 192.0.2.5 255.255.255.255
    next
    edit "spare"
        set subnet 192.0.2.6 255.255.255.255
    next
    edit "site"
        set type fqdn
        set fqdn "www.example.com"
    next
end
config firewall service custom
    edit "HTTPS"
        set tcp-portrange 443
    next
end
config firewall policy
    edit 11
        set name "named site"
        set srcintf "port1"
        set dstintf "port2"
        set action deny
        set srcaddr "all"
        set dstaddr "site"
        set schedule "always"
        set service "ALL"
    next
    edit 12
        set name "web to db"
        set srcintf "port1"
        set dstintf "port2"
        set action accept
        set srcaddr "all"
        set dstaddr "web"
        set schedule "always"
        set service "HTTPS"
        set nat enable
        set comments "ticket 4711"
    next
    edit 13
        set srcintf "port1"
        set dstintf "port2"
        set action accept
        set srcaddr "all"
        set dstaddr "missing"
        set schedule "always"
        set service "HTTPS"
    next
    edit 14
        set status disable
        set srcintf "port1"
        set dstintf "port2"
        set action accept
        set srcaddr "all"
        set dstaddr "spare"
        set schedule "always"
        set service "HTTPS"
    next
end
config router static
    edit 1
        set gateway 192.0.2.254
        set device "port2"
    next
end
"#;

const SECRET: &str = "canary0123456789";

/// An estate with that configuration, or nothing where its platform is not read.
fn with_config() -> Option<Estate> {
    if dialect::surest(CONFIG.as_bytes(), "fw.conf").is_none() {
        println!("skipped: this platform is not read");
        return None;
    }
    let estate = Estate::new();
    estate.put("fw.conf", CONFIG);
    Some(estate)
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {run:?}"))
}

#[test]
fn mistakes_are_named_with_what_to_do() {
    let estate = Estate::with_finding();
    for command in ["check", "policy"] {
        let run = estate.run(&[command, "in"]);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.err.contains("nothing in `in` is a configuration"), "{}", run.err);
        assert!(run.err.contains("= help: "), "{}", run.err);
    }
    let run = estate.run(&["check", "nowhere", "--lang", "zh-CN"]);
    assert!(run.code == 2 && run.err.contains("无法读取 `nowhere`"), "{run:?}");
    for (packet, english, chinese) in [
        ("10.0.0.1 10.0.0.2", "no ` > `", "没有 ` > `"),
        ("10.0.0.1 > 10.0.0.2", "no `/protocol`", "没有 `/协议`"),
        ("10.0.0.300 > 10.0.0.2:1/tcp", "`10.0.0.300` is no address", "不是地址"),
        ("10.0.0.1 > 10.0.0.2/tcp", "the destination has no port", "目的没有端口"),
        ("10.0.0.1 > 10.0.0.2:99999/tcp", "`99999` is no port", "不是端口"),
        ("10.0.0.1 > 10.0.0.2:1/quic", "`quic` is no protocol", "不是协议"),
        ("10.0.0.1 > 2001:db8::1/icmp", "not of one address family", "不属于同一地址族"),
        ("x 10.0.0.1 > 10.0.0.2/icmp", "`x` is not `name=value`", "不是 `名称=值`"),
        ("apps=ssl 10.0.0.1 > 10.0.0.2/icmp", "no kind of condition `apps`", "没有条件种类"),
    ] {
        let run = estate.run(&["trace", "in", "--packet", packet]);
        assert!(run.code == 2 && run.err.contains(english), "{packet}: {run:?}");
        let run = estate.run(&["trace", "in", "--packet", packet, "--lang", "zh-CN"]);
        assert!(run.code == 2 && run.err.contains(chinese), "{packet}: {run:?}");
    }
    let run = estate.run(&["explain", "config/undefined"]);
    assert_eq!(run.code, 0, "{run:?}");
    let run = estate.run(&["explain", "statement/logging"]);
    assert_eq!(run.code, 0, "{run:?}");
    let run = estate.run(&["explain", "review/unused-adress"]);
    assert!(run.code == 2 && run.err.contains("`review/unused-address`"), "{run:?}");
}

#[test]
fn a_wrong_facts_file_is_shown_with_its_place() {
    let estate = Estate::with_finding();
    estate.put_beside("mine/dialects/fortios/own.toml", "as_of = \"2026-01-01\"\nnonsense = 1\n");
    let run = estate.run(&["catalog", "check", "mine"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains("dialects/fortios/own.toml"), "{}", run.err);
    let run = estate.run(&["check", "in", "--data", "mine"]);
    assert!(run.code == 2 && run.err.contains("supplant catalog check"), "{run:?}");
}

#[test]
fn a_check_shows_lines_and_no_secret() {
    let Some(estate) = with_config() else { return };
    let run = estate.run(&["check", "in/fw.conf"]);
    assert_eq!(run.code, 1, "{run:?}");
    for text in ["fw-branch", "FortiOS 7.2.5", "3 rules enabled", "config/undefined", "in/fw.conf:"]
    {
        assert!(run.out.contains(text), "{text}: {}", run.out);
    }
    assert!(run.out.contains("set dstaddr \"missing\""), "{}", run.out);
    assert!(run.out.contains("spare: nothing in force refers"), "{}", run.out);
    let chinese = estate.run(&["check", "in", "--lang", "zh-CN"]);
    assert!(chinese.out.contains("条语句"), "{chinese:?}");
    for format in ["table", "json", "jsonl", "csv", "html"] {
        let run = estate.run(&["check", "in", "--format", format, "--show", "1000"]);
        assert!(!run.out.contains(SECRET), "the secret is in {format}: {}", run.out);
        assert_eq!(run.code, 1, "{format}: {}", run.err);
    }
    let record = json(&estate.run(&["check", "in", "--format", "json"]));
    for file in record["files"].as_array().unwrap() {
        let fates = file["fates"].as_array().unwrap();
        let sum: u64 = fates.iter().map(|fate| fate["statements"].as_u64().unwrap()).sum();
        assert_eq!(Some(sum), file["statements"].as_u64());
    }
    let context = &record["devices"][0]["contexts"][0];
    assert_eq!((&context["rules_enabled"], &context["rules_disabled"]), (&3.into(), &1.into()));
}

#[test]
fn configurations_are_found_in_archives() {
    let Some(estate) = with_config() else { return };
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(CONFIG.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    archive.append_data(&mut header, "backup/fw.conf", CONFIG.as_bytes()).unwrap();
    let tar = archive.into_inner().unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&tar).unwrap();
    let path = estate.put_beside("backup.tar.gz", gzip.finish().unwrap());
    let record = json(&estate.run(&["check", path.to_str().unwrap(), "--format", "json"]));
    let found = record["files"][0]["path"].as_str().unwrap();
    assert!(found.ends_with("backup.tar.gz!/backup/fw.conf"), "{found}");
}

#[test]
fn a_trace_says_which_rule_and_all_outcomes() {
    let Some(estate) = with_config() else { return };
    let packet = "in=port1 10.1.2.3:1024 > 192.0.2.5:443/tcp";
    let run = estate.run(&["trace", "in/fw.conf", "--packet", packet]);
    assert_eq!(run.code, 0, "{run:?}");
    for text in [
        "10.1.2.3:1024 > 192.0.2.5:443/tcp",
        "if DNS name site includes 192.0.2.5:",
        "deny",
        "otherwise:",
        "web to db",
        "in/fw.conf:46:",
        "ticket 4711",
        "leaves by port2",
        "192.0.2.1:",
    ] {
        assert!(run.out.contains(text), "{text}: {}", run.out);
    }
    let given = format!("fqdn=www.other.example {packet}");
    let record = json(&estate.run(&["trace", "in", "--packet", &given, "--format", "json"]));
    let cases = record["traces"][0]["cases"].as_array().unwrap();
    assert_eq!((cases.len(), &cases[0]["verdict"]), (1, &"accept".into()));
    let run = estate.run(&["trace", "in", "--packet", "in=port9 10.1.2.3 > 192.0.2.5:443/tcp"]);
    assert!(run.code == 2 && run.out.contains("port1, port2"), "{run:?}");
    let run = estate.run(&["trace", "in", "--packet", packet, "--context", "nobody"]);
    assert!(run.code == 2 && run.err.contains("`fw-branch`"), "{run:?}");
}

#[test]
fn rule_tables_come_in_all_forms() {
    let Some(estate) = with_config() else { return };
    let run = estate.run(&["policy", "in"]);
    assert!(run.code == 0 && run.out.contains("web to db"), "{run:?}");
    let record = json(&estate.run(&["policy", "in", "--format", "json"]));
    let rules = record["devices"][0]["contexts"][0]["rules"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["name"].as_str().unwrap().contains("web to db"));
    let rule = rule.unwrap();
    assert_eq!((&rule["destination"], &rule["line"]), (&"web".into(), &46.into()));
    for (format, marks) in
        [("csv", "web to db"), ("jsonl", "\"type\":\"end\""), ("html", "Content-Security-Policy")]
    {
        let run = estate.run(&["policy", "in", "--format", format, "--lang", "zh-CN"]);
        assert!(run.code == 0 && run.out.contains(marks), "{format}: {}", run.err);
        assert!(!run.out.contains(SECRET), "{format}");
    }
    let run = estate.run(&["policy", "in", "--format", "xlsx", "-o", "rules.xlsx"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(std::fs::read(estate.path("rules.xlsx")).unwrap().starts_with(b"PK"));
}

#[test]
fn an_assessment_picks_configurations_up() {
    let Some(estate) = with_config() else { return };
    estate.put("srv1/programs.json", PROGRAMS);
    estate.put("cmdb.csv", CMDB);
    let (run, record) = estate.assess(&[]);
    sound(&run, &record);
    assert!(products(&record).contains(&"fortinet.fortigate"), "{:?}", products(&record));
    let config = source(&record, "fw.conf");
    assert_eq!(config["fate"], "read");
    let firewall = &record["firewalls"][0];
    assert_eq!((&firewall["name"], &firewall["version"]), (&"fw-branch".into(), &"7.2.5".into()));
    assert_eq!(firewall["statements"], config["rows"]);
    assert!(!run.out.contains(SECRET));
    let found = record["findings"].as_array().unwrap().iter();
    let found = found.filter(|finding| finding["asset_name"] == "fw-branch");
    for finding in found {
        assert_eq!(finding["evidence"][0]["field"], "config.platform");
        let run = estate.run(&["explain", finding["id"].as_str().unwrap()]);
        assert!(run.code == 0 && !run.out.contains(SECRET), "{run:?}");
    }
    let run = estate.run(&["assess", "in", "--out", "again"]);
    assert!(run.out.contains("Firewalls  1 firewall, 4 rules"), "{}", run.out);
    assert!(run.out.lines().count() <= 24, "{}", run.out);
    let html = std::fs::read_to_string(estate.path("again/report.html")).unwrap();
    assert!(html.contains("id=\"firewalls\""));
}
