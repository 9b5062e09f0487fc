//! SNMP walks in both textual forms, with the traps that real walks hold.

use super::Estate;
use super::company::Company;
use super::random::Random;

/// One answered object.
enum Answer {
    Text(String),
    Oid(String),
    Number(u64),
    Bytes(Vec<u8>),
}

type Walk = Vec<(String, Answer)>;

/// A device: file name, sysDescr, sysObjectID, objects of its own.
struct Device {
    name: &'static str,
    description: &'static str,
    object_id: &'static str,
    own: &'static [(&'static str, &'static str)],
    interfaces: &'static [(&'static str, &'static str)],
}

pub(crate) fn write(company: &Company, estate: &mut Estate) {
    for (number, device) in DEVICES.iter().enumerate() {
        let walk = walk(company, device);
        if number % 3 == 1 {
            estate.put(format!("snmp/{}.walk.txt", device.name), net_snmp(&walk));
        } else {
            estate.put(format!("snmp/{}.snmprec", device.name), recorded(&walk));
        }
    }
}

fn walk(company: &Company, device: &Device) -> Walk {
    let mut random = Random::named(company.seed, &format!("snmp {}", device.name));
    let mut walk = vec![
        ("1.3.6.1.2.1.1.1.0".to_owned(), Answer::Text(device.description.to_owned())),
        ("1.3.6.1.2.1.1.2.0".to_owned(), Answer::Oid(device.object_id.to_owned())),
        ("1.3.6.1.2.1.1.5.0".to_owned(), Answer::Text(device.name.to_owned())),
        ("1.3.6.1.2.1.1.6.0".to_owned(), Answer::Text("机房 A-3".to_owned())),
    ];
    for (index, (name, alias)) in (1_u32..).zip(device.interfaces) {
        let octets = (0..3).map(|_| u8::try_from(random.below(256)).unwrap_or_default());
        let mac: Vec<u8> = [0x70, 0x79, 0x90].into_iter().chain(octets).collect();
        walk.push((format!("1.3.6.1.2.1.2.2.1.2.{index}"), Answer::Text((*name).to_owned())));
        walk.push((format!("1.3.6.1.2.1.2.2.1.6.{index}"), Answer::Bytes(mac)));
        walk.push((format!("1.3.6.1.2.1.2.2.1.8.{index}"), Answer::Number(1)));
        walk.push((format!("1.3.6.1.2.1.31.1.1.1.18.{index}"), Answer::Text((*alias).to_owned())));
    }
    for (oid, text) in device.own {
        walk.push(((*oid).to_owned(), Answer::Text((*text).to_owned())));
    }
    if let Some(host) = company.host(device.name) {
        let serial = Answer::Text(host.serial.clone());
        walk.push(("1.3.6.1.2.1.47.1.1.1.1.11.1".to_owned(), serial));
    }
    walk.sort_by_key(|(oid, _)| arcs(oid));
    walk
}

fn arcs(oid: &str) -> Vec<u64> {
    oid.split('.').filter_map(|arc| arc.parse().ok()).collect()
}

/// `oid|tag|value`, as simulators record it.
fn recorded(walk: &Walk) -> String {
    let line = |(oid, answer): &(String, Answer)| match answer {
        Answer::Text(text) if text.is_ascii() => format!("{oid}|4|{text}\n"),
        Answer::Text(text) => format!("{oid}|4x|{}\n", hex(text.as_bytes(), "")),
        Answer::Oid(value) => format!("{oid}|6|{value}\n"),
        Answer::Number(value) => format!("{oid}|2|{value}\n"),
        Answer::Bytes(bytes) => format!("{oid}|4x|{}\n", hex(bytes, "")),
    };
    walk.iter().map(line).collect()
}

/// As `snmpwalk -On` prints it.
fn net_snmp(walk: &Walk) -> String {
    let line = |(oid, answer): &(String, Answer)| match answer {
        Answer::Text(text) if text.is_ascii() => format!(".{oid} = STRING: \"{text}\"\n"),
        Answer::Text(text) => format!(".{oid} = Hex-STRING: {} \n", hex(text.as_bytes(), " ")),
        Answer::Oid(value) => format!(".{oid} = OID: .{value}\n"),
        Answer::Number(value) => format!(".{oid} = INTEGER: {value}\n"),
        Answer::Bytes(bytes) => format!(".{oid} = Hex-STRING: {} \n", hex(bytes, " ")),
    };
    walk.iter().map(line).collect()
}

fn hex(bytes: &[u8], between: &str) -> String {
    let octets: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    octets.join(between)
}

const DEVICES: &[Device] = &[
    // The administrator emptied the description: only the private subtree tells.
    Device {
        name: "qd-fw-01",
        description: "",
        object_id: "1.3.6.1.4.1.12356.101.1.2009",
        own: &[
            ("1.3.6.1.4.1.12356.100.1.1.1.0", "FG200FT923900001"),
            ("1.3.6.1.4.1.12356.101.4.1.1.0", "v7.2.8,build1639,240313 (GA.M)"),
        ],
        interfaces: &[("port1", "pier-7"), ("port2", "uplink")],
    },
    Device {
        name: "qd-fw-02",
        description: "our firewall",
        object_id: "1.3.6.1.4.1.12356.101.1.1041",
        own: &[("1.3.6.1.4.1.12356.101.4.1.1.0", "v7.0.15,build0632")],
        interfaces: &[("wan1", ""), ("internal", "cranes")],
    },
    Device {
        name: "qd-sw-01",
        description: "FortiSwitch-248E-POE v7.2.5,build0453",
        object_id: "1.3.6.1.4.1.12356.106.1.2486",
        own: &[("1.3.6.1.4.1.12356.106.1.1.0", "S248EPTF18001234")],
        interfaces: &[("port1", "yard cameras")],
    },
    Device {
        name: "sh-fw-01",
        description: "Palo Alto Networks PA-3200 series firewall",
        object_id: "1.3.6.1.4.1.25461.2.3.43",
        own: &[
            ("1.3.6.1.4.1.25461.2.1.2.1.1.0", "10.2.9-h1"),
            ("1.3.6.1.4.1.25461.2.1.2.1.3.0", "016401000001"),
        ],
        interfaces: &[("mgmt", ""), ("ethernet1/1", "internet")],
    },
    Device {
        name: "sh-fw-02",
        description: "Palo Alto Networks PA-3200 series firewall",
        object_id: "1.3.6.1.4.1.25461.2.3.43",
        own: &[("1.3.6.1.4.1.25461.2.1.2.1.1.0", "10.2.9-h1")],
        interfaces: &[("mgmt", ""), ("ethernet1/1", "internet")],
    },
    Device {
        name: "sh-pan-01",
        description: "Palo Alto Networks Panorama server",
        object_id: "1.3.6.1.4.1.25461.2.3.7",
        own: &[("1.3.6.1.4.1.25461.2.1.2.1.1.0", "10.2.9")],
        interfaces: &[("mgmt", "")],
    },
    // A gateway that answers as the Linux it is built on.
    Device {
        name: "cd-fw-01",
        description: "Linux cd-fw-01 3.10.0-1160.15.2cpx86_64 #1 SMP Tue Oct 10 11:00:04 IDT 2023 x86_64",
        object_id: "1.3.6.1.4.1.2620.1.6.123.1.79",
        own: &[("1.3.6.1.4.1.2620.1.6.4.1.0", "R81.20"), ("1.3.6.1.4.1.2620.1.1.21.0", "Firewall")],
        interfaces: &[("eth1", "dmz"), ("Mgmt", "")],
    },
    Device {
        name: "cd-fw-02",
        description: "Linux cd-fw-02 3.10.0-1160.15.2cpx86_64 #1 SMP Tue Oct 10 11:00:04 IDT 2023 x86_64",
        object_id: "1.3.6.1.4.1.8072.3.2.10",
        own: &[("1.3.6.1.4.1.2620.1.6.4.1.0", "R81.20")],
        interfaces: &[("eth1", "dmz")],
    },
    Device {
        name: "sh-vc-01",
        description: "VMware-vCenter-Server-Appliance 7.0.3.01700 generic build 22357613 VMware, Inc. x86_64",
        object_id: "1.3.6.1.4.1.6876.4.6",
        own: &[("1.3.6.1.4.1.6876.1.1.0", "VMware-vCenter-Server-Appliance")],
        interfaces: &[("Device eth0 at 03:00.0 VMware - VMXNET3 Ethernet Controller", "")],
    },
    Device {
        name: "sh-esx-01",
        description: "VMware ESXi 7.0.3 build-22348816 VMware, Inc. x86_64",
        object_id: "1.3.6.1.4.1.6876.4.1",
        own: &[("1.3.6.1.4.1.6876.1.1.0", "VMware ESXi"), ("1.3.6.1.4.1.6876.1.2.0", "7.0.3")],
        interfaces: &[("Device vmnic0 at 04:00.0 ntg3", "")],
    },
    // A divested product that still answers under its former owner's number, on a hypervisor.
    Device {
        name: "sh-swg-01",
        description: "Skyhigh Secure Web Gateway 7;VMWare;VMware, Inc.",
        object_id: "1.3.6.1.4.1.1230.2.7.1.1",
        own: &[("1.3.6.1.4.1.1230.2.7.2.1.0", "12.2.1")],
        interfaces: &[("eth0", "")],
    },
    // Sold on: under a directive that names the former owner, the day decides.
    Device {
        name: "sh-sdw-01",
        description: "VeloCloud EDGE 640",
        object_id: "1.3.6.1.4.1.45346.1.1",
        own: &[("1.3.6.1.4.1.45346.1.1.2.1.1.0", "5.2.3")],
        interfaces: &[("ge1", "mpls")],
    },
    // From here on: nothing prohibited, however much it sounds like it.
    Device {
        name: "qd-rtr-01",
        description: "TiMOS-C-20.10.R4 cpm/hops64 Nokia 7750 SR Copyright (c) 2000-2021 Nokia. All rights reserved. Built on Tue Jan 26 2021 by builder in /builds/c/2010B/R4/panos/main/sros",
        object_id: "1.3.6.1.4.1.6527.1.3.17",
        own: &[("1.3.6.1.4.1.6527.3.1.2.1.1.1.0", "7750 SR-1")],
        interfaces: &[("1/1/1", "to-qd-core-01")],
    },
    Device {
        name: "qd-acc-01",
        description: "Cisco IOS Software [Gibraltar], Catalyst L3 Switch Software (CAT3K_CAA-UNIVERSALK9-M), Version 16.12.8, RELEASE SOFTWARE (fc1)",
        object_id: "1.3.6.1.4.1.9.1.1745",
        own: &[
            ("1.0.8802.1.1.2.1.4.1.1.9.0.1.1", "qd-fw-98"),
            ("1.0.8802.1.1.2.1.4.1.1.10.0.1.1", "FortiGate-200F v7.2.8,build1639,240313 (GA.M)"),
            ("1.0.8802.1.1.2.1.4.1.1.9.0.2.1", "qd-esx-02"),
            ("1.0.8802.1.1.2.1.4.1.1.10.0.2.1", "VMware ESX Releasebuild-22348816"),
        ],
        interfaces: &[
            ("GigabitEthernet1/0/1", "FortiGate-WAN1"),
            ("GigabitEthernet1/0/2", "crane 4"),
        ],
    },
    Device {
        name: "sh-core-01",
        description: "S12700E-8 Huawei Versatile Routing Platform Software VRP (R) software, Version 5.170 (S12700 V200R021C10SPC600) Copyright (C) 2000-2022 HUAWEI TECH Co., Ltd.",
        object_id: "1.3.6.1.4.1.2011.2.23.622",
        own: &[("1.3.6.1.4.1.2011.5.25.31.1.1.1.1.1.1", "S12700E")],
        interfaces: &[
            ("XGigabitEthernet1/0/0", "to PA-3220 eth1/2"),
            ("XGigabitEthernet1/0/1", ""),
        ],
    },
    Device {
        name: "cd-core-01",
        description: "ZTE 5950-36TM Software, 5900 Version: V3.03.10.B30P11, RELEASE SOFTWARE, Product Version : V1.0",
        object_id: "1.3.6.1.4.1.3902.3.600.3.1.801",
        own: &[],
        interfaces: &[("xgei-0/1/1/1", "checkpoint-sync")],
    },
    Device {
        name: "qd-cam-01",
        description: "",
        object_id: "1.3.6.1.4.1.39165.1.1",
        own: &[
            ("1.3.6.1.4.1.39165.1.1.0", "DS-2CD2143G2-I"),
            ("1.3.6.1.4.1.39165.1.3.0", "V5.7.15 build 230313"),
        ],
        interfaces: &[],
    },
    Device {
        name: "sh-vpn-old",
        description: "Pulse Secure, LLC,Pulse Connect Secure,VMware-VA-DTE,9.1R18 (build 25539)",
        object_id: "1.3.6.1.4.1.12532.255.2.1",
        own: &[],
        interfaces: &[("int0", "")],
    },
];
