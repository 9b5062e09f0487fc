//! The same files give the same record, whoever reads them in whatever order; and the books balance.

use super::*;

fn estate() -> Vec<(&'static str, Vec<u8>)> {
    let fw = walk(
        "fw",
        "1.3.6.1.4.1.12356.101.1.644",
        "fw1",
        &[("1.3.6.1.2.1.4.20.1.1.10.0.0.9", "64", "10.0.0.9")],
    );
    let cmdb = "hostname,serial number,device vendor,model,software,publisher\n\
                fw1,,Fortinet,FortiGate 60F,,\npc1,PF3XKZ81,,,FortiClient VPN,\"Fortinet, Inc.\"\n\
                pc2,,,,Falcon sensor,\"CrowdStrike, Inc.\"\n";
    let other = "hostname,serial number,software,publisher\nrenamed,PF3XKZ81,VMware Workstation,\"VMware, Inc.\"\n";
    vec![
        ("walks/fw1.snmprec", fw.into_bytes()),
        ("cmdb.csv", cmdb.into()),
        ("late/other.csv", other.into()),
        ("pc1.reg", reg("pc1", &program("VMware Tools", "VMware, Inc.")).into_bytes()),
        (
            "h1/var/lib/dpkg/status",
            dpkg("open-vm-tools", "x", "https://github.com/vmware/open-vm-tools").into_bytes(),
        ),
        ("odd.bin", vec![1, 2, 3, 4]),
        ("empty", Vec::new()),
    ]
}

fn record(parts: &[Vec<(&str, Vec<u8>)>]) -> String {
    let gathered = merge(parts.iter().map(|files| collect(files)).collect());
    let directives = [BUNDLED.directive(SECURITY).unwrap()];
    let options = Options::at(TODAY.parse().unwrap());
    serde_json::to_string(&assess(&gathered, &BUNDLED, &directives, &options)).unwrap()
}

#[test]
fn workers_and_order_change_nothing() {
    let files = estate();
    let whole = record(std::slice::from_ref(&files));
    let reversed: Vec<_> = files.iter().rev().cloned().collect();
    assert_eq!(record(std::slice::from_ref(&reversed)), whole);
    let each: Vec<Vec<_>> = files.iter().map(|file| vec![file.clone()]).collect();
    assert_eq!(record(&each), whole);
    let backwards: Vec<Vec<_>> = reversed.iter().map(|file| vec![file.clone()]).collect();
    assert_eq!(record(&backwards), whole);
    for cut in 1..files.len() {
        let (left, right) = files.split_at(cut);
        assert_eq!(record(&[right.to_vec(), left.to_vec()]), whole, "cut at {cut}");
    }
}

#[test]
fn every_file_is_accounted_for() {
    let files = estate();
    let gathered = gather(&files);
    assert_eq!(gathered.sources.len(), files.len());
    for (source, ledger) in &gathered.sources {
        assert!(ledger.balances(), "{}", source.path);
        assert_eq!(source.sha256.len(), 64);
    }
}

#[test]
fn a_record_reads_back_as_it_was() {
    let text = record(&[estate()]);
    let assessment: Assessment = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&assessment).unwrap(), text);
    assert!(assessment.findings.len() >= 5);
    every_finding_has_evidence(&assessment);
}
