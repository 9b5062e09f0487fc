use super::*;
use crate::readers::corpus::{account, assets, files, shown};
use crate::readers::testing::{read, survives_mutation};

const RECORDING: &str = "\
1.3.6.1.2.1.1.1.0|4|Linux vsx123 2.6.18-92cpx86_64
1.3.6.1.2.1.1.2.0|6|.1.3.6.1.4.1.8072.3.2.10
1.3.6.1.2.1.1.5.0|4|fw-1.example.cn
1.3.6.1.2.1.1.6.0|4|<private>
1.3.6.1.2.1.2.2.1.2.1|4|VMware VMXNET3 Ethernet Controller
1.3.6.1.2.1.2.2.1.2.2|4|eth0
1.3.6.1.2.1.2.2.1.6.1|4x|005056aabbcc
1.3.6.1.2.1.2.2.1.6.2|4x|005056aabbcd
1.3.6.1.2.1.4.20.1.1.10.0.0.9|64|10.0.0.9
1.3.6.1.2.1.4.20.1.1.127.0.0.1|64|127.0.0.1
1.3.6.1.2.1.25.4.2.1.2.7|4|postgres: checkpointer
1.3.6.1.2.1.25.4.2.1.4.7|4|/opt/pg/bin/postgres
1.3.6.1.2.1.25.4.2.1.5.7|4|--password hunter2
1.3.6.1.2.1.25.6.3.1.2.1|4|bash-4.4.19-10.el8
1.3.6.1.2.1.31.1.1.1.18.3|4|FortiGate-WAN1
1.3.6.1.2.1.47.1.1.1.1.5.1|2|3
1.3.6.1.2.1.47.1.1.1.1.11.1|4|LR123456789
1.3.6.1.2.1.47.1.1.1.1.12.1|4|Check Point
1.3.6.1.2.1.47.1.1.1.1.13.1|4|23900
1.3.6.1.4.1.2620.1.6.1.0|4|SVN
1.3.6.1.4.1.2620.1.6.4.0|4|1.3.6.1.4.1.9999.1
1.3.6.1.4.1.2620.1.7.1.0|128|
";

#[test]
fn a_recording_is_a_device_with_what_it_answers() {
    let collector = read(&SnmpWalk, "walks/x.snmprec", RECORDING.as_bytes());
    assert_eq!(
        assets(&collector),
        ["device fw-1.example.cn hostname=fw-1.example.cn mac=00:50:56:aa:bb:cc \
          mac=00:50:56:aa:bb:cd ip=10.0.0.9 serial=LR123456789"]
    );
    assert_eq!(
        shown(&collector),
        [
            "device snmp.sysdescr=Linux vsx123 2.6.18-92cpx86_64",
            "device snmp.sysobjid=1.3.6.1.4.1.8072.3.2.10",
            "device name=fw-1.example.cn",
            "platform hw.model=VMware VMXNET3 Ethernet Controller",
            "mention text=eth0",
            "platform mac.oui=005056",
            "installed software.name=bash-4.4.19-10.el8",
            "mention text=FortiGate-WAN1",
            "device snmp.pen=2620.1.6 snmp.subtree=1.3.6.1.4.1.2620.1.6.1",
            "device snmp.subtree=1.3.6.1.4.1.2620.1.6.4",
            "running lin.proc=postgres lin.path=/opt/pg/bin/postgres",
            "device hw.vendor=Check Point hw.model=23900",
        ]
    );
    let ledger = &collector.sources[0].1;
    assert_eq!((ledger.rows, ledger.lost_rows()), (22, 0));
    assert_eq!(collector.diagnostics, []);
}

#[test]
fn printed_walks_of_every_notation() {
    let text = "\
.1.3.6.1.2.1.1.1.0 = STRING: \"Some System Software
Technical \\\"Support\\\"
Built by us\"
iso.3.6.1.2.1.1.2.0 = OID: iso.3.6.1.4.1.25461.2.3.24
SNMPv2-MIB::sysName.0 = STRING: pa-1
.1.3.6.1.2.1.2.2.1.6.1 = Hex-STRING: 00 1B 17 00
 01 02
.1.3.6.1.2.1.2.2.1.6.2 = STRING: 0:1b:17:0:1:3
IP-MIB::ipAdEntAddr.10.1.1.1 = IpAddress: 10.1.1.1
SNMPv2-SMI::enterprises.25461.2.1.2.1.1.0 = STRING: \"9.0.7\"
.1.3.6.1.4.1.2021.1.1 = No Such Object available on this agent at this OID
.1.3.6.1.2.1.1.3.0 = Timeticks: (195782543) 22 days, 15:50:25.43
IF-MIB::ifType.1 = INTEGER: ethernetCsmacd(6)
ACME-MIB::acmeVersion.0 = STRING: 1
.1.3.6.1.2.1.1.6.0 = \"\"
";
    let (rows, seen, said) = account(&SnmpWalk, text.as_bytes());
    assert_eq!(rows, (12, 5, 6, 1));
    assert_eq!(
        seen,
        [
            "device snmp.sysdescr=Some System Software Technical \"Support\" Built by us",
            "device snmp.sysobjid=1.3.6.1.4.1.25461.2.3.24",
            "device name=pa-1",
            "platform mac.oui=001B17",
            "device snmp.pen=25461.2.1 snmp.subtree=1.3.6.1.4.1.25461.2.1.2",
        ]
    );
    assert_eq!(said, [""; 0]);
}

#[test]
fn neighbours_are_not_the_device() {
    let text = "\
1.0.8802.1.1.2.1.4.1.1.9.0.1.148|4|FGT-200F
1.0.8802.1.1.2.1.4.1.1.10.0.1.148|4|FortiGate-200F v7.0
1.3.6.1.4.1.9.9.23.1.2.1.1.5.10.1|4|Appliance OS
1.3.6.1.4.1.9.9.23.1.2.1.1.6.10.1|4|far-1
1.3.6.1.4.1.9.9.23.1.2.1.1.8.10.1|4|PA-5200
";
    let (rows, seen, _) = account(&SnmpWalk, text.as_bytes());
    assert_eq!(rows, (5, 5, 0, 0));
    assert_eq!(
        seen,
        [
            "neighbour name=FGT-200F text=FGT-200F text=FortiGate-200F v7.0",
            "device snmp.pen=9.9.23 snmp.subtree=1.3.6.1.4.1.9.9.23.1",
            "neighbour text=Appliance OS name=far-1 text=far-1 text=PA-5200",
        ]
    );
}

#[test]
fn dirty_values_become_clean_text() {
    let text = "1.3.6.1.2.1.1.1.0|4x|2248756177656920565250200a0d0a5472616365001f22\n\
                1.3.6.1.2.1.1.5.0|4e|a\\x20b\n\
                1.3.6.1.2.1.1.2.0|6:writecache|value=1.3.6.1.4.1.9.1,x=2\n\
                1.3.6.1.2.1.2.2.1.2.1|4x|0g\n\
                1.3.6.1.2.1.31.1.1.1.18.1|4x|bacbd0c4\n\
                # remark\n\
                just words\n";
    let (rows, seen, _) = account(&SnmpWalk, text.as_bytes());
    assert_eq!(rows, (7, 4, 1, 2));
    assert_eq!(
        seen,
        [
            "device snmp.sysdescr=Huawei VRP Trace",
            "device name=a b",
            "device snmp.sysobjid=1.3.6.1.4.1.9.1",
            "mention text=核心",
        ]
    );
}

#[test]
fn distinct_subtrees_are_bounded_and_said() {
    let text: String = (0..5_000).map(|n| format!("1.3.6.1.4.1.9.{n}.1.1.0|2|1\n")).collect();
    let (rows, _, said) = account(&SnmpWalk, text.as_bytes());
    assert_eq!(rows, (5_000, 2_000, 3_000, 0));
    assert_eq!(said, ["input/limit-reached"]);
}

#[test]
fn a_second_walk_in_the_file_is_said() {
    let text = "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.9.1\n1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.11.1\n";
    assert_eq!(account(&SnmpWalk, text.as_bytes()).2, ["input/malformed"]);
}

#[test]
fn knows_its_own_and_leaves_the_rest() {
    let probe = |text: &[u8]| SnmpWalk.probe(&Head { bytes: text, complete: true, name: "x" });
    assert_eq!(probe(RECORDING.as_bytes()), Some(95));
    assert_eq!(probe(b".1.3.6.1.2.1.1.1.0 = STRING: \"a\nb\nc\"\n"), Some(80));
    let wide: Vec<u8> = "\u{feff}iso.3.6.1.2.1.1.5.0 = STRING: \"sw1\"\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(probe(&wide), Some(95));
    assert_eq!(account(&SnmpWalk, &wide).1, ["device name=sw1"]);
    let named = "DISMAN-EVENT-MIB::sysUpTimeInstance = Timeticks: (1) 0:00:00.01\n".repeat(50)
        + "SNMPv2-MIB::sysName.0 = STRING: sw1\n";
    assert_eq!(probe(named.as_bytes()), Some(95));
    for other in [
        &b"walk\tos\tsysObjectID\nfortigate\tfortios\t1.3.6.1.4.1.12356\n"[..],
        b"10.0.0.1|web|nginx\n10.0.0.2|db|pg\n",
        b"key = value\nother = thing\n",
        b"[section]\na = 1\n",
        b"<?xml version='1.0'?><a/>",
        b"{\"a\": 1}",
        b"",
    ] {
        assert_eq!(probe(other), None, "{}", String::from_utf8_lossy(other));
    }
}

#[test]
fn survives_damage() {
    survives_mutation(&SnmpWalk, RECORDING.as_bytes());
    survives_mutation(&SnmpWalk, b".1.3.6.1.2.1.1.1.0 = STRING: \"a\nb\"\n.1.3.6.1.2.1.2.2.1.6.1 = Hex-STRING: 00 1B\n 17\nx::y.0 = 1\n");
}

/// Every recording is recognised, nothing in it is lost, and its identity is the one that was noted beside it.
#[test]
fn real_recordings() {
    let Some((_, table)) = files("snmp", "devices.tsv").pop() else { return };
    let table = String::from_utf8(table).unwrap();
    let mut identified = 0;
    for (name, bytes) in files("snmp", ".snmprec") {
        let head = &bytes[..bytes.len().min(crate::reader::HEAD_BYTES)];
        let complete = head.len() == bytes.len();
        let score = SnmpWalk.probe(&Head { bytes: head, complete, name: &name });
        assert_eq!(score, Some(95), "{name}");
        let (rows, seen, said) = account(&SnmpWalk, &bytes);
        assert_eq!((rows.3, said.len()), (0, 0), "{name}: {said:?}");
        let stem = name.strip_suffix(".snmprec").unwrap();
        let row = table.lines().find(|line| line.split('\t').next() == Some(stem));
        let Some(id) = row.and_then(|row| row.split('\t').nth(5)).filter(|id| !id.is_empty())
        else {
            continue;
        };
        let expected = format!("device snmp.sysobjid={}", id.trim_start_matches('.'));
        assert!(seen.contains(&expected), "{name}");
        identified += 1;
    }
    assert!(identified > 50, "{identified}");
    let head = Head { bytes: table.as_bytes(), complete: true, name: "devices.tsv" };
    assert_eq!(SnmpWalk.probe(&head), None);
}
