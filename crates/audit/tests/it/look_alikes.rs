//! Devices whose walks bear a listed vendor's number or name and that are somebody else's: made up after what such devices answer.

use super::*;

/// Description, object identifier, further rows.
type Device = (&'static str, &'static str, &'static [(&'static str, &'static str, &'static str)]);

const DEVICES: &[Device] = &[
    // H3C was once a venture and keeps the number.
    (
        "H3C Comware Platform Software, Software Version 7.1.070",
        "1.3.6.1.4.1.25506.1.1234",
        &[
            ("1.3.6.1.4.1.2011.10.2.6.1.1.1.1.6.1", "2", "5"),
            ("1.3.6.1.4.1.25506.2.6.1.1.1.1.6.1", "2", "5"),
        ],
    ),
    (
        "3Com Switch 4800G",
        "1.3.6.1.4.1.43.1.16.4.3.15",
        &[("1.3.6.1.4.1.2011.10.2.6.1.1.1.1.6.1", "2", "5")],
    ),
    (
        "HPE 5130 Comware",
        "1.3.6.1.4.1.25506.11.1.180",
        &[("1.3.6.1.4.1.2011.10.2.3.1.0", "2", "1")],
    ),
    // Switch chips of one maker in the boxes of others.
    (
        "Dell EMC Networking N3048",
        "1.3.6.1.4.1.674.10895.3042",
        &[
            ("1.3.6.1.4.1.4413.1.1.1.1.0", "4", "x"),
            ("1.3.6.1.4.1.4413.1.1.43.1.8.1.5.1", "2", "1"),
        ],
    ),
    ("EdgeSwitch 24", "1.3.6.1.4.1.4413", &[("1.3.6.1.4.1.4413.1.1.43.1.8.1.5.1", "2", "1")]),
    // Net-SNMP and hosts.
    (
        "Linux storage1 5.10.0",
        "1.3.6.1.4.1.8072.3.2.10",
        &[("1.3.6.1.4.1.8072.1.2.1.1", "4", "x"), ("1.3.6.1.2.1.25.6.3.1.2.1", "4", "openssl-3.0")],
    ),
    (
        "Synology DS920+ on Linux 4.4",
        "1.3.6.1.4.1.8072.3.2.10",
        &[
            ("1.3.6.1.4.1.6574.1.5.1.0", "4", "DS920+"),
            ("1.3.6.1.2.1.25.4.2.1.2.5", "4", "synosnmpcd"),
        ],
    ),
    // Controllers of servers.
    (
        "Integrated Lights-Out 5 2.44",
        "1.3.6.1.4.1.232.9.4.10",
        &[
            ("1.3.6.1.4.1.232.2.2.4.2.0", "4", "ProLiant DL360 Gen10"),
            ("1.3.6.1.4.1.232.11.2.2.1.0", "4", "VMware ESXi Server"),
        ],
    ),
    (
        "iDRAC9",
        "1.3.6.1.4.1.674.10892.5",
        &[("1.3.6.1.4.1.674.10892.5.1.3.6.0", "4", "VMware ESXi 7.0.3")],
    ),
    // Printers, power, phones.
    (
        "HP ETHERNET MULTI-ENVIRONMENT, JETDIRECT",
        "1.3.6.1.4.1.11.2.3.9.1",
        &[("1.3.6.1.2.1.25.3.2.1.3.1", "4", "HP LaserJet M-Series")],
    ),
    (
        "APC Web/SNMP Management Card",
        "1.3.6.1.4.1.318.1.3.27",
        &[("1.3.6.1.2.1.33.1.1.1.0", "4", "American Power Conversion")],
    ),
    ("Eaton 9PX", "1.3.6.1.4.1.534.1", &[("1.3.6.1.2.1.33.1.1.1.0", "4", "EATON")]),
    // The makers of appliances that other firms' software once ran on.
    (
        "Nokia IP390 IPSO 6.2",
        "1.3.6.1.4.1.94.1.21.2.1.140",
        &[("1.3.6.1.4.1.94.1.21.1.1.0", "2", "1")],
    ),
    (
        "Juniper Networks, Inc. srx345",
        "1.3.6.1.4.1.2636.1.1.1.2.135",
        &[("1.3.6.1.4.1.2636.3.1.2.0", "4", "x")],
    ),
    (
        "Pulse Secure, LLC,PSA-5000",
        "1.3.6.1.4.1.12532.256.4",
        &[("1.3.6.1.4.1.12532.1.0", "2", "1")],
    ),
    (
        "Cisco Adaptive Security Appliance 9.16",
        "1.3.6.1.4.1.9.1.2313",
        &[("1.3.6.1.2.1.2.2.1.2.5", "4", "Adaptive Security Appliance 'DC-fortigate' interface")],
    ),
    ("SonicWALL NSa 2700", "1.3.6.1.4.1.8741.1", &[("1.3.6.1.4.1.8741.1.3.1.1.0", "2", "1")]),
    (
        "Stormshield SN710",
        "1.3.6.1.4.1.11256.2.0",
        &[("1.3.6.1.2.1.31.1.1.1.18.1", "4", "Check Point cluster sync")],
    ),
    ("Sangfor NGAF 8.0", "1.3.6.1.4.1.35047.1", &[("1.3.6.1.4.1.35047.1.3.0", "2", "1")]),
    // The same first digits.
    (
        "Acme box",
        "1.3.6.1.4.1.123560.1.1",
        &[("1.3.6.1.4.1.26200.1.6.1", "4", "x"), ("1.3.6.1.4.1.254610.1.1", "4", "x")],
    ),
    (
        "Acme box",
        "1.3.6.1.4.1.20110.2.23",
        &[("1.3.6.1.4.1.39021.1", "4", "x"), ("1.3.6.1.4.1.68760.1", "4", "x")],
    ),
];

/// One question about many devices, each with a name of its own: judging compiles all facts, once for each question.
fn all(walks: &[(String, String)], directive: &'static str) -> Vec<Finding> {
    let mut files = walks.iter();
    let (path, text) = files.next().expect("a walk");
    let mut question = ask(path, text.as_str()).under(directive);
    for (path, text) in files {
        question = question.and(path, text.as_str());
    }
    question.assessment().findings
}

#[test]
fn other_makers_devices_are_left_alone() {
    let walks: Vec<(String, String)> = DEVICES
        .iter()
        .enumerate()
        .map(|(index, (description, object, rows))| {
            let name = format!("dev{index}");
            (format!("{name}.snmprec"), walk(description, object, &name, rows))
        })
        .collect();
    for directive in [SECURITY, SECTION_889] {
        let wrong: Vec<String> = all(&walks, directive)
            .iter()
            .filter(|finding| {
                matches!(finding.state, State::Prohibited | State::Undecided | State::Residue)
            })
            .map(|finding| {
                let evidence = &finding.evidence[0];
                format!("{} by {} {:?}", shown(finding), evidence.field, evidence.value)
            })
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[test]
fn neighbours_of_every_kind_of_switch_are_neighbours() {
    let switches = [
        ("Cisco IOS Software, C9300", "1.3.6.1.4.1.9.1.2494"),
        ("Aruba JL660A 6300M", "1.3.6.1.4.1.47196.4.1.1.1.100"),
        ("Arista Networks EOS", "1.3.6.1.4.1.30065.1.3011.7050"),
    ];
    let neighbours = [
        "FortiGate-100F v7.0.12",
        "Palo Alto Networks PA-5200 series firewall",
        "VMware ESX",
        "Huawei Versatile Routing Platform Software",
    ];
    let mut walks = Vec::new();
    for (number, (description, object)) in switches.into_iter().enumerate() {
        for (index, neighbour) in neighbours.into_iter().enumerate() {
            let rows = [
                ("1.0.8802.1.1.2.1.4.1.1.9.0.3.1", "4", "peer"),
                ("1.0.8802.1.1.2.1.4.1.1.10.0.3.1", "4", neighbour),
            ];
            let name = format!("sw{number}-{index}");
            walks.push((format!("{name}.snmprec"), walk(description, object, &name, &rows)));
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    for directive in [SECURITY, SECTION_889] {
        for finding in all(&walks, directive) {
            assert_eq!(finding.relation, Relation::NeighbourOf, "{}", shown(&finding));
            assert_eq!(finding.state, State::Watch, "{}", shown(&finding));
            seen.insert(finding.asset_name.clone());
        }
    }
    assert_eq!(seen.len(), walks.len(), "each of them is worth a hint: {seen:?}");
}

#[test]
fn unknown_models_of_a_listed_vendor_are_found() {
    for directive in [SECURITY, SECTION_889] {
        let devices: Vec<_> =
            UNKNOWN_MODELS.iter().filter(|(.., under)| *under == directive).collect();
        let walks: Vec<(String, String)> = devices
            .iter()
            .map(|(object, own, vendor, _)| {
                let text = walk("", object, &format!("dev-{vendor}"), &[(own, "4", "x")]);
                (format!("{vendor}.snmprec"), text)
            })
            .collect();
        let findings = all(&walks, directive);
        for (.., vendor, _) in devices {
            let right = findings.iter().any(|finding| {
                is_of(finding, vendor)
                    && is_firm(finding)
                    && finding.asset_name == format!("dev-{vendor}")
            });
            assert!(right, "{vendor}: {:?}", findings.iter().map(shown).collect::<Vec<_>>());
        }
    }
}

/// An object identifier of a model that no fact names, something below the vendor's number, the vendor, the directive.
const UNKNOWN_MODELS: &[(&str, &str, &str, &str)] = &[
    ("1.3.6.1.4.1.12356.199.1.7", "1.3.6.1.4.1.12356.199.4.1.0", "fortinet", SECURITY),
    ("1.3.6.1.4.1.25461.2.3.999", "1.3.6.1.4.1.25461.2.1.2.1.1.0", "panw", SECURITY),
    ("1.3.6.1.4.1.6876.4.99", "1.3.6.1.4.1.6876.1.1.0", "vmware", SECURITY),
    ("1.3.6.1.4.1.2620.1.6.123.1.99", "1.3.6.1.4.1.2620.1.6.4.1.0", "checkpoint", SECURITY),
    ("1.3.6.1.4.1.2011.2.999", "1.3.6.1.4.1.2011.5.25.31.1", "huawei", SECTION_889),
    ("1.3.6.1.4.1.3902.3.999", "1.3.6.1.4.1.3902.3.1.1.0", "zte", SECTION_889),
    ("1.3.6.1.4.1.39165.9", "1.3.6.1.4.1.39165.1.1.0", "hikvision", SECTION_889),
    ("1.3.6.1.4.1.1004849.9", "1.3.6.1.4.1.1004849.2.1.1.0", "dahua", SECTION_889),
];
