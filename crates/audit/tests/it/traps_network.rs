//! The traps of network data: what looks like a vendor's device and is none, and the other way round.

use super::*;

#[test]
fn trap_01_timos_build_path() {
    let text = "TiMOS-B-20.10.R1 both/x86_64 Nokia 7750 SR Copyright (c) 2020 Nokia. All rights reserved. \
                Built on Tue by builder in /builds/2010B/R1/panos/main/sros";
    let walk =
        walk(text, "1.3.6.1.4.1.6527.1.3.17", "pe1", &[("1.3.6.1.4.1.6527.3.1.2.1", "4", "x")]);
    assert_eq!(ask("pe1.snmprec", walk).found(), [""; 0]);
}

#[test]
fn trap_02_appliance_of_another_vendor_runs_on_vmware() {
    let text = "Pulse Secure, LLC,Pulse Policy Secure,VMware-VA-SPE,9.1R1 (build 1505)";
    let walk =
        walk(text, "1.3.6.1.4.1.12532.255.2.1", "nac1", &[("1.3.6.1.4.1.12532.1.0", "2", "1")]);
    let found = ask("nac1.snmprec", walk).found();
    assert!(found.iter().all(|line| line.starts_with("watch runs-on vmware.")), "{found:?}");
}

#[test]
fn trap_03_virtual_network_card_is_the_hypervisor() {
    let rows = [("1.3.6.1.2.1.2.2.1.2.1", "4", "VMware VMXNET3 Virtual Ethernet Adapter")];
    let walk = walk("Linux dns1 5.4.0", "1.3.6.1.4.1.8072.3.2.10", "dns1", &rows);
    let found = ask("dns1.snmprec", walk).found();
    assert!(pressing(&found).is_empty(), "{found:?}");
    assert!(found.iter().all(|line| line.starts_with("watch runs-on vmware.")), "{found:?}");
    assert!(!found.is_empty(), "that it runs on a named vendor's hypervisor is worth knowing");
}

#[test]
fn trap_04_postgres_checkpointer() {
    let rows = [
        ("1.3.6.1.2.1.25.4.2.1.2.900", "4", "postgres: main: checkpointer"),
        ("1.3.6.1.2.1.25.4.2.1.2.901", "4", "checkpointer"),
    ];
    let walk = walk("Linux db1 6.1.0", "1.3.6.1.4.1.8072.3.2.10", "db1", &rows);
    assert_eq!(ask("db1.snmprec", walk).found(), [""; 0]);
}

#[test]
fn trap_05_interface_alias_is_a_hint_at_a_neighbour() {
    let rows = [
        ("1.3.6.1.2.1.31.1.1.1.18.1", "4", "to FortiGate-WAN1"),
        ("1.3.6.1.2.1.31.1.1.1.18.2", "4", "DC-fortigate port2"),
        ("1.3.6.1.2.1.31.1.1.1.18.3", "4", "uplink Palo Alto Networks fw"),
    ];
    let walk = walk("Cisco IOS Software", "1.3.6.1.4.1.9.1.1745", "sw1", &rows);
    let assessment = ask("sw1.snmprec", walk).assessment();
    let found: Vec<_> = assessment.findings.iter().map(shown).collect();
    assert!(!found.is_empty(), "the alias tells of a device that nobody may know");
    for finding in &assessment.findings {
        assert_eq!(finding.relation, Relation::NeighbourOf, "{found:?}");
        assert_eq!((finding.state, finding.confidence.as_str()), (State::Watch, "possible"));
    }
}

#[test]
fn trap_06_lldp_neighbour_is_not_the_device() {
    let rows = [
        ("1.0.8802.1.1.2.1.4.1.1.9.0.1.1", "4", "FW-EDGE"),
        ("1.0.8802.1.1.2.1.4.1.1.10.0.1.1", "4", "FortiGate-200F v7.2.5,build1517"),
        ("1.0.8802.1.1.2.1.4.1.1.9.0.2.1", "4", "esx7"),
        ("1.0.8802.1.1.2.1.4.1.1.10.0.2.1", "4", "VMware ESX Releasebuild-2133"),
    ];
    let walk = walk("ArubaOS-CX", "1.3.6.1.4.1.47196.4.1.1.1.50", "core1", &rows);
    let assessment = ask("core1.snmprec", walk).assessment();
    let found: Vec<_> = assessment.findings.iter().map(shown).collect();
    assert!(found.iter().any(|line| line.contains("fortinet")), "{found:?}");
    assert!(found.iter().any(|line| line.contains("vmware")), "{found:?}");
    for finding in &assessment.findings {
        assert_eq!((finding.relation, finding.state), (Relation::NeighbourOf, State::Watch));
    }
}

#[test]
fn trap_07_a_city_is_no_brand() {
    let scan = r#"<?xml version="1.0"?><nmaprun scanner="nmap" start="1790000000" version="7.93">
<host><status state="up"/><address addr="10.9.9.9" addrtype="ipv4"/>
<address addr="00:50:56:11:22:33" addrtype="mac" vendor="VMware, Inc. (3401 Hillview Avenue Palo Alto CA 94304 US)"/>
<hostnames><hostname name="app.example.org"/></hostnames>
<ports><port protocol="tcp" portid="80"><state state="open"/><service name="http" product="nginx"/></port></ports></host>
</nmaprun>"#;
    let found = ask("scan.xml", scan).found();
    assert!(!found.iter().any(|line| line.contains("panw")), "{found:?}");
    assert!(pressing(&found).is_empty(), "{found:?}");
}

#[test]
fn trap_12_the_same_vendor_under_other_numbers() {
    for (object, own, vendor) in [
        ("1.3.6.1.4.1.15983.1.1.7.99", "1.3.6.1.4.1.15983.1.2.1.0", "fortinet"),
        ("1.3.6.1.4.1.23128.1000.9.1", "1.3.6.1.4.1.23128.1000.1.0", "trellix"),
        ("1.3.6.1.4.1.8072.3.2.10", "1.3.6.1.4.1.8962.2.1.2.1.0", "trellix"),
        ("1.3.6.1.4.1.8072.3.2.10", "1.3.6.1.4.1.2620.1.6.4.1.0", "checkpoint"),
        ("1.3.6.1.4.1.45346.1.7", "1.3.6.1.4.1.45346.1.1.2.0", "velocloud"),
    ] {
        let walk = walk("Linux box 4.19", object, "box1", &[(own, "4", "value")]);
        let findings = ask("box1.snmprec", walk).assessment().findings;
        let right = findings.iter().any(|finding| is_of(finding, vendor) && is_firm(finding));
        assert!(right, "{vendor}: {:?}", findings.iter().map(shown).collect::<Vec<_>>());
    }
}

#[test]
fn trap_13_divested_line_on_the_old_owners_number() {
    let rows = [("1.3.6.1.4.1.1230.2.7.2.1.1.0", "2", "1")];
    let walk = walk("Web Gateway 12.2", "1.3.6.1.4.1.1230.2.7.1.1", "proxy1", &rows);
    let finding = ask("proxy1.snmprec", walk).only();
    assert_eq!(finding.vendor.id, "skyhigh");
    assert_eq!((finding.state, finding.named_vendor.as_str()), (State::Undecided, "mcafee"));
    assert_eq!(finding.owner_chain[0].kind, "lineage");
}

#[test]
fn trap_15_a_device_whose_description_says_nothing() {
    for description in ["", "our firewall", "HQ", "please call +86 10 0000"] {
        let rows = [("1.3.6.1.4.1.12356.101.4.1.1.0", "4", "v7.4.1")];
        let walk = walk(description, "1.3.6.1.4.1.12356.101.1.99999", "fw9", &rows);
        let findings = ask("fw9.snmprec", walk).assessment().findings;
        let right = findings.iter().any(|finding| {
            is_of(finding, "fortinet")
                && finding.state == State::Prohibited
                && finding.confidence.as_str() == "confirmed"
        });
        assert!(right, "{description:?}");
    }
}
