//! A secret that stands in an input stands in no output, wherever in an export secrets live.

use std::io::Write;

use crate::support::{DAY, Estate, files};

/// A word that no output may hold.
const CANARY: &str = "Qz7canaryXw9";

fn estate() -> Estate {
    let estate = Estate::new();
    let put = |path: &str, text: &str| {
        estate.put(path, text.replace("SECRET", CANARY));
    };
    put(
        "fw.snmprec",
        "1.3.6.1.2.1.1.1.0|4|Fortinet FortiGate-100F v7.0.1\n1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.12356.101.1.1001\n1.3.6.1.2.1.1.5.0|4|fw-01\n1.3.6.1.6.3.18.1.1.1.2.5.112.117.98|4|SECRET\n1.3.6.1.6.3.12.1.2.1.7.1|4|SECRET\n1.3.6.1.4.1.12356.101.3.2.1.1.2.1|4|SECRET\n",
    );
    put(
        "fw2.walk",
        ".1.3.6.1.2.1.1.1.0 = STRING: Fortinet FortiGate-100F\n.1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.12356.101.1.1001\n.1.3.6.1.6.3.18.1.1.1.2.1.49 = STRING: \"SECRET\"\n",
    );
    put(
        "pod.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: sensor\nspec:\n  containers:\n  - name: sensor\n    image: registry.crowdstrike.com/falcon-sensor/release/falcon-sensor:7.10\n    args: [\"--cid=SECRET\", \"--token=SECRET\"]\n    env:\n    - name: FALCONCTL_OPT_PROVISIONING_TOKEN\n      value: SECRET\n---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: s\nstringData:\n  password: SECRET\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n  key: SECRET\n",
    );
    put(
        "pods.json",
        r#"{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"},"spec":{"containers":[{"name":"s","image":"registry.crowdstrike.com/falcon-sensor/release/falcon-sensor:7.10","env":[{"name":"DB_PASSWORD","value":"SECRET"}]}]}}]}"#,
    );
    put(
        "values.yaml",
        "image:\n  repository: registry.crowdstrike.com/falcon-sensor/release/falcon-sensor\n  tag: 7.10\nfalcon:\n  cid: SECRET\n  provisioning_token: SECRET\n",
    );
    put(
        "host.reg",
        "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\CSFalconService]\r\n\"ImagePath\"=\"C:\\\\Program Files\\\\CrowdStrike\\\\CSFalconService.exe\"\r\n\"DisplayName\"=\"CrowdStrike Falcon Sensor Service\"\r\n\"Password\"=\"SECRET\"\r\n\"password\"=\"SECRET\"\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Winlogon]\r\n\"DefaultPassword\"=\"SECRET\"\r\n",
    );
    put(
        "cmdb.csv",
        "主机名,厂商,型号,密码,管理口令,备注2\nfw-01,Fortinet,FortiGate-100F,SECRET,SECRET,SECRET\n",
    );
    put(
        "srv1/processes.json",
        r#"[{"pid":"4","name":"CSFalconService.exe","path":"C:\\Program Files\\CrowdStrike\\CSFalconService.exe","cmdline":"CSFalconService.exe --token=SECRET","cwd":"","root":"","state":"R"}]"#,
    );
    put(
        "srv2/results.log",
        "{\"name\":\"p\",\"hostIdentifier\":\"srv2\",\"calendarTime\":\"Tue Mar 10 10:00:00 2026 UTC\",\"unixTime\":1773136800,\"columns\":{\"pid\":\"4\",\"name\":\"falcon-sensor\",\"path\":\"/opt/CrowdStrike/falcon-sensor\",\"cmdline\":\"/opt/CrowdStrike/falcon-sensor --token SECRET\"},\"action\":\"added\"}\n",
    );
    put(
        "bom.json",
        r#"{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","name":"go-sdk","purl":"pkg:golang/github.com/crowdstrike/gofalcon@v0.1","properties":[{"name":"password","value":"SECRET"}]}]}"#,
    );
    put(
        "syft.json",
        r#"{"artifacts":[{"id":"1","name":"gofalcon","version":"0.1","type":"go-module","purl":"pkg:golang/github.com/crowdstrike/gofalcon@v0.1","metadata":{"token":"SECRET"}}],"source":{"id":"x","type":"directory","target":"/"},"schema":{"version":"16.0.0"},"descriptor":{"name":"syft","version":"1.18.1"}}"#,
    );
    put(
        "glpi.xml",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<REQUEST><CONTENT><HARDWARE><NAME>pc1</NAME><USERPASSWORD>SECRET</USERPASSWORD></HARDWARE><SOFTWARES><NAME>CrowdStrike Windows Sensor</NAME><PUBLISHER>CrowdStrike, Inc.</PUBLISHER><VERSION>7.10</VERSION><COMMENTS>SECRET</COMMENTS></SOFTWARES><LICENSEINFOS><KEY>SECRET</KEY></LICENSEINFOS><PROCESSES><CMD>x --password SECRET</CMD></PROCESSES><ENVS><KEY>TOKEN</KEY><VAL>SECRET</VAL></ENVS></CONTENT><DEVICEID>pc1-2026-01-01-00-00-00</DEVICEID><QUERY>INVENTORY</QUERY></REQUEST>\n",
    );
    put("root/etc/os-release", "ID=debian\n");
    put("root/etc/shadow", "root:SECRET:1:::::\n");
    put("root/opt/CrowdStrike/falcon.conf", "cid=SECRET\n");
    put(
        "root/usr/lib/systemd/system/falcon-sensor.service",
        "[Unit]\nDescription=CrowdStrike Falcon Sensor\n[Service]\nEnvironment=TOKEN=SECRET\nExecStart=/opt/CrowdStrike/falcond --token SECRET\n",
    );
    put(
        "root/var/lib/dpkg/status",
        "Package: falcon-sensor\nStatus: install ok installed\nVersion: 7.10\nArchitecture: amd64\nMaintainer: CrowdStrike <a@b>\nX-Secret: SECRET\n\n",
    );
    put(
        "scan.xml",
        "<?xml version=\"1.0\"?>\n<!DOCTYPE nmaprun>\n<nmaprun scanner=\"nmap\" args=\"nmap --script-args password=SECRET\" start=\"1773136800\" version=\"7.94\"><host><status state=\"up\"/><address addr=\"10.0.0.1\" addrtype=\"ipv4\"/><ports><port protocol=\"tcp\" portid=\"443\"><state state=\"open\"/><service name=\"https\" product=\"FortiGate\" method=\"probed\"/><script id=\"http-brute\" output=\"admin:SECRET\"/></port></ports></host></nmaprun>\n",
    );
    estate
}

#[test]
fn no_output_holds_a_secret() {
    let estate = estate();
    let mut outputs = Vec::new();
    for lang in ["en", "zh-CN"] {
        let run = estate.run(&["assess", "in", "--date", DAY, "--lang", lang, "--out", lang]);
        assert_eq!(run.code, 1, "{run:?}");
        outputs.push((format!("summary {lang}"), run.out + &run.err));
        let run = estate.run(&["assess", "in", "--date", DAY, "--format", "table", "--no-reports"]);
        outputs.push(("table".into(), run.out + &run.err));
        for (path, bytes) in files(&estate.path(lang)) {
            let name = path.display().to_string();
            outputs.push((name.clone(), String::from_utf8_lossy(&bytes).into_owned()));
            if name.ends_with(".xlsx") {
                let mut book = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
                for index in 0..book.len() {
                    let mut text = Vec::new();
                    std::io::copy(&mut book.by_index(index).unwrap(), &mut text).unwrap();
                    text.flush().unwrap();
                    outputs.push((name.clone(), String::from_utf8_lossy(&text).into_owned()));
                }
            }
        }
    }
    let record = std::fs::read(estate.path("en/assessment.json")).unwrap();
    let record: serde_json::Value = serde_json::from_slice(&record).unwrap();
    let findings = record["findings"].as_array().unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for finding in findings {
        for evidence in finding["evidence"].as_array().unwrap() {
            seen.insert(evidence["path"].as_str().unwrap().to_owned());
        }
        let id = finding["id"].as_str().unwrap();
        let run = estate.run(&["explain", id, "--from", "en"]);
        assert_eq!(run.code, 0, "{run:?}");
        outputs.push((format!("explain {id}"), run.out + &run.err));
    }
    for path in [
        "fw.snmprec",
        "fw2.walk",
        "pod.yaml",
        "pods.json",
        "host.reg",
        "cmdb.csv",
        "srv1/processes.json",
        "srv2/results.log",
        "bom.json",
        "glpi.xml",
        "root",
    ] {
        assert!(seen.contains(path), "nothing was found in {path}: {seen:?}");
    }
    for (name, text) in outputs {
        let Some(at) = text.find(CANARY) else { continue };
        let from = (0..=at.saturating_sub(300)).rev().find(|at| text.is_char_boundary(*at));
        panic!("the secret is in {name}: …{}", &text[from.unwrap_or(0)..at + CANARY.len()]);
    }
}
