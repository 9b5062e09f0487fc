//! The traps of hosts: renamed and dangling things, unusual keys, and files that hurt.

use super::*;

#[test]
fn trap_14_acquired_and_renamed() {
    let keys = program("Idira Identity Connector", "Idira");
    let findings = ask("pc.reg", reg("PC1", &keys)).assessment().findings;
    let ours: Vec<String> =
        findings.iter().filter(|f| f.vendor.id == "cyberark").map(shown).collect();
    assert!(ours.iter().any(|line| line.starts_with("prohibited is cyberark.")), "{ours:?}");
    let keys = program("Trellix Agent", "Musarubra US LLC.");
    let findings = ask("pc.reg", reg("PC1", &keys)).assessment().findings;
    assert!(findings.iter().any(|f| f.vendor.id == "trellix" && f.named_vendor == "mcafee"));
    let keys = program("McAfee Agent", "McAfee, Inc.");
    let findings = ask("pc.reg", reg("PC1", &keys)).assessment().findings;
    assert!(findings.iter().any(is_firm), "the old name is still found");
}

#[test]
fn trap_16_driver_told_by_its_path_alone() {
    let path = r"\??\C:\Program Files\VMware\VMware Tools\Drivers\memctl\vmmemctl.sys";
    let keys = service("MEMCTRL2", "Memory Control Driver", path);
    let findings = ask("pc.reg", reg("PC1", &keys)).assessment().findings;
    assert!(findings.iter().any(|finding| is_of(finding, "vmware")));
}

#[test]
fn trap_17_residue_is_not_presence() {
    let keys = "[HKEY_CURRENT_USER\\Software\\McAfee]\n\n".to_owned() + &service("mfeavfk", "", "");
    let assessment = ask("pc.reg", reg("PC1", &keys)).assessment();
    assert!(!assessment.findings.is_empty());
    for finding in &assessment.findings {
        assert_eq!(finding.relation, Relation::ResidueOf, "{}", shown(finding));
        assert!(matches!(finding.state, State::Residue | State::Undecided), "{}", shown(finding));
    }
}

#[test]
fn trap_18_renamed_process() {
    let rows = [("1.3.6.1.2.1.25.4.2.1.2.7", "4", "falcon-sensor-bpf")];
    let walk = walk("Linux web1 5.15", "1.3.6.1.4.1.8072.3.2.10", "web1", &rows);
    let findings = ask("web1.snmprec", walk).assessment().findings;
    assert!(findings.iter().any(|finding| is_of(finding, "crowdstrike")));
}

#[test]
fn trap_19_no_uninstall_key_but_a_service() {
    let keys = service(
        "CSAgent",
        "CrowdStrike Falcon",
        r"C:\Windows\System32\drivers\CrowdStrike\csagent.sys",
    );
    let findings = ask("pc.reg", reg("PC1", &keys)).assessment().findings;
    let right = findings.iter().any(|f| is_of(f, "crowdstrike") && f.state == State::Prohibited);
    assert!(right, "{:?}", findings.iter().map(shown).collect::<Vec<_>>());
}

/// One export for each host `pcN`, and all that is found on them.
fn on_hosts(keys: &[String]) -> Vec<Finding> {
    let exports: Vec<(String, String)> = keys
        .iter()
        .enumerate()
        .map(|(index, keys)| (format!("pc{index}.reg"), reg(&format!("pc{index}"), keys)))
        .collect();
    let mut question = ask(&exports[0].0, exports[0].1.as_str());
    for (path, text) in &exports[1..] {
        question = question.and(path, text.as_str());
    }
    question.assessment().findings
}

fn on_host(findings: &[Finding], index: usize) -> Vec<&Finding> {
    findings.iter().filter(|finding| finding.asset_name == format!("pc{index}")).collect()
}

#[test]
fn service_names_are_found_in_any_case() {
    let services = [
        ("MCSHIELD", r"C:\X\mcshield.exe", "trellix"),
        ("mfeHidK", r"system32\drivers\MFEHIDK.SYS", "trellix"),
        ("vmtools", r"C:\PROGRAM FILES\VMWARE\VMWARE TOOLS\VMTOOLSD.EXE", "vmware"),
        (
            "sentinelagent",
            r"C:\Program Files\SentinelOne\Sentinel Agent 24.9\SentinelAgent.exe",
            "sentinelone",
        ),
        ("FA_SCHEDULER", r"C:\Program Files\Fortinet\FortiClient\scheduler.exe", "fortinet"),
        ("pangps", r"C:\Program Files\Palo Alto Networks\GlobalProtect\PanGPS.exe", "panw"),
    ];
    let keys: Vec<String> =
        services.iter().map(|(name, path, _)| service(name, "", path)).collect();
    let findings = on_hosts(&keys);
    for (index, (name, _, vendor)) in services.into_iter().enumerate() {
        let here = on_host(&findings, index);
        let right = here.iter().any(|finding| is_of(finding, vendor) && is_firm(finding));
        assert!(right, "{name}: {:?}", here.iter().map(|f| shown(f)).collect::<Vec<_>>());
    }
}

#[test]
fn publishers_are_found_in_other_spellings() {
    let publishers = [
        ("VMware, Inc.", "vmware"),
        ("VMware Inc", "vmware"),
        ("VMware LLC (by Broadcom)", "vmware"),
        ("Palo Alto Networks", "panw"),
        ("Palo Alto Networks (Netherlands) B.V.", "panw"),
        ("Fortinet Technologies (Canada) ULC", "fortinet"),
        ("Fortinet Inc", "fortinet"),
        ("Check Point Software Technologies Ltd.", "checkpoint"),
        ("CheckPoint Software Technologies LTD", "checkpoint"),
        ("CrowdStrike, Inc.", "crowdstrike"),
        ("CROWDSTRIKE, INC.", "crowdstrike"),
        ("SentinelOne, Inc.", "sentinelone"),
        ("Rapid7 LLC", "rapid7"),
        ("CyberArk Software Ltd.", "cyberark"),
        ("McAfee LLC", "mcafee"),
    ];
    let keys: Vec<String> =
        publishers.iter().map(|(publisher, _)| program("Some Agent 12", publisher)).collect();
    let findings = on_hosts(&keys);
    for (index, (publisher, vendor)) in publishers.into_iter().enumerate() {
        let here = on_host(&findings, index);
        let right = here.iter().any(|f| is_of(f, vendor) && f.state == State::Prohibited);
        assert!(right, "{publisher}: {:?}", here.iter().map(|f| shown(f)).collect::<Vec<_>>());
    }
}

#[test]
fn trap_20_sheets_in_two_dialects() {
    for (name, kind) in [("VM", "DNS Name"), ("vInfoVMName", "vInfoGuestHostName")] {
        let table = format!(
            "{name},{kind},OS according to the VMware Tools,VI SDK Server type\n\
             app1,app1.example.org,Ubuntu Linux (64-bit),VMware vCenter Server 8.0.2\n"
        );
        let assessment = ask("vInfo.csv", table).assessment();
        assert!(assessment.totals.rows_not_understood <= 1, "{name}");
        // The management server that a row names is not on the machine of the row; as long as the table reader says so, the
        // relation may be `is`.
        let found: Vec<_> = assessment.findings.iter().map(shown).collect();
        assert!(found.iter().all(|line| line.contains("vmware")), "{found:?}");
    }
}

#[test]
fn trap_21_a_corrupted_hive_is_accounted_for() {
    let mut hive = vec![0_u8; 8192];
    hive[..4].copy_from_slice(b"regf");
    hive[4096..4100].copy_from_slice(b"hbin");
    let assessment =
        ask("SYSTEM", hive).and("h1/var/lib/dpkg/status", dpkg("bash", "x", "")).assessment();
    assert_eq!(assessment.sources.len(), 2);
    assert!(!assessment.diagnostics.is_empty());
    assert!(assessment.diagnostics.iter().all(|said| said.code != "bug/reader-panicked"));
    assert_eq!(assessment.totals.rows_understood, 1, "the other file is read all the same");
}

#[test]
fn trap_22_devices_and_fifos_in_an_archive_are_not_opened() {
    let mut tar = tar::Builder::new(Vec::new());
    let mut put = |name: &str, kind: tar::EntryType, bytes: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        if kind == tar::EntryType::Char {
            header.set_device_major(5).unwrap();
            header.set_device_minor(1).unwrap();
        }
        tar.append_data(&mut header, name, bytes).unwrap();
    };
    put("etc/os-release", tar::EntryType::Regular, b"ID=debian\nPRETTY_NAME=\"Debian\"\n");
    put("dev/console", tar::EntryType::Char, b"");
    put("run/initctl", tar::EntryType::Fifo, b"");
    let status = dpkg("open-vm-tools", "x", "https://github.com/vmware/open-vm-tools");
    put("var/lib/dpkg/status", tar::EntryType::Regular, status.as_bytes());
    put("usr/bin/bash", tar::EntryType::Regular, b"\x7fELF");
    let bytes = tar.into_inner().unwrap();
    let findings = ask("rootfs.tar", bytes).assessment().findings;
    assert!(findings.iter().any(|finding| finding.product.id == "vmware.open-vm-tools"));
}

#[test]
fn trap_23_publisher_as_a_distinguished_name() {
    let name = "CN=\\\"VMware, Inc.\\\", O=\\\"VMware, Inc.\\\", L=Palo Alto, S=California, C=US";
    let keys = program("Some Tool", name);
    let findings = ask("pc.reg", reg("PC1", &keys)).assessment().findings;
    let vendors: Vec<&str> = findings.iter().map(|finding| finding.vendor.id.as_str()).collect();
    assert!(vendors.contains(&"vmware"), "{vendors:?}");
    assert!(!vendors.contains(&"panw"), "the city is no brand: {vendors:?}");
}
