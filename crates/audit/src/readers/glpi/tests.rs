use std::io::Read as _;

use super::*;
use crate::reader::{HEAD_BYTES, Head, Reader};
use crate::readers::corpus::{account, assets, files, shown};
use crate::readers::testing::{read, survives_mutation};

const COMPUTER: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<REQUEST>
 <CONTENT>
  <ACCESSLOG><LOGDATE>2017-05-15 18:38:07</LOGDATE></ACCESSLOG>
  <ACCOUNTINFO><KEYNAME>TAG</KEYNAME><KEYVALUE>3923</KEYVALUE></ACCOUNTINFO>
  <ANTIVIRUS><COMPANY>Kaspersky</COMPANY><ENABLED>1</ENABLED><GUID>{B41C}</GUID><NAME>Endpoint Security 10</NAME></ANTIVIRUS>
  <BIOS><SMANUFACTURER>VMware, Inc.</SMANUFACTURER><SMODEL>VMware7,1</SMODEL><SSN>VMware-42 1c aa</SSN><MMANUFACTURER>Default string</MMANUFACTURER></BIOS>
  <ENVS><KEY>TOKEN</KEY><VAL>hunter2</VAL></ENVS>
  <HARDWARE><NAME>pc-arg-23</NAME><OSNAME>Microsoft Windows 8.1</OSNAME><UUID>33E737A8-F827-11DF-9297-47C0A301005A</UUID><VMSYSTEM>VMware</VMSYSTEM><WINPRODKEY>SECRET-KEY</WINPRODKEY></HARDWARE>
  <LICENSEINFOS><FULLNAME>Acme Suite</FULLNAME><KEY>SECRET-KEY</KEY></LICENSEINFOS>
  <NETWORKS><DESCRIPTION>vmxnet3 Ethernet Adapter</DESCRIPTION><IPADDRESS>10.253.6.55</IPADDRESS><MACADDR>00:50:56:E6:84:EB</MACADDR><VIRTUALDEV>0</VIRTUALDEV></NETWORKS>
  <NETWORKS><DESCRIPTION>VMware Virtual Ethernet Adapter for VMnet8</DESCRIPTION><MACADDR>00:50:56:C0:00:08</MACADDR><VIRTUALDEV>1</VIRTUALDEV></NETWORKS>
  <PROCESSES><CMD>C:\Program Files\A B\c.exe --password hunter2</CMD></PROCESSES>
  <SOFTWARES><FROM>registry</FROM><GUID>{90140000-003D-0000-0000-0000000FF1CE}</GUID><NAME>FortiClient</NAME><PUBLISHER>Fortinet</PUBLISHER><VERSION>7.0</VERSION></SOFTWARES>
  <SOFTWARES><FROM>registry</FROM><GUID>CCleaner</GUID><NAME>Sophos Endpoint</NAME><PUBLISHER>1.5.12</PUBLISHER><VERSION>Sophos Limited</VERSION></SOFTWARES>
  <SOFTWARES><FROM>rpm</FROM><NAME>open-vm-tools</NAME><PUBLISHER>Fedora Project</PUBLISHER><VERSION>10.0</VERSION></SOFTWARES>
  <SOFTWARES><FROM>Android</FROM><NAME>Bank</NAME><COMMENTS>com.acme.bank</COMMENTS><VERSION>1</VERSION></SOFTWARES>
  <VIRTUALMACHINES><NAME>web_1</NAME><VMTYPE>docker</VMTYPE><IMAGE>reg:5000/acme/web:1.2</IMAGE></VIRTUALMACHINES>
  <VERSIONCLIENT>Agent_v2</VERSIONCLIENT>
  <NEWTHING><A>1</A></NEWTHING>
 </CONTENT>
 <DEVICEID>pc-arg-23-2017-05-15-18-38-07</DEVICEID>
 <QUERY>INVENTORY</QUERY>
</REQUEST>
"#;

const COMPUTER_SEEN: &[&str] = &[
    "installed software.name=Endpoint Security 10 software.vendor=Kaspersky state=enabled",
    "platform hw.vendor=VMware, Inc. hw.model=VMware7,1",
    "platform hw.vendor=VMware text=VMware",
    "mention software.name=Acme Suite",
    "platform hw.model=vmxnet3 Ethernet Adapter mac.oui=005056",
    "mention text=VMware Virtual Ethernet Adapter for VMnet8",
    "running win.proc=c.exe win.path=C:\\Program Files\\A B\\c.exe",
    "installed win.display=FortiClient win.publisher=Fortinet \
     win.product-code={90140000-003D-0000-0000-0000000FF1CE} version=7.0",
    "installed win.display=Sophos Endpoint win.publisher=Sophos Limited version=1.5.12",
    "installed lin.pkg=open-vm-tools pkg.vendor=Fedora Project version=10.0",
    "installed mobile.package=com.acme.bank software.name=Bank version=1",
    "mention text=docker name=web_1",
    "running oci.image=reg:5000/acme/web name=web_1",
];

#[test]
fn a_computer_in_xml() {
    let collector = read(&GlpiXml, "a.xml", COMPUTER.as_bytes());
    assert_eq!(
        assets(&collector),
        ["virtual-machine pc-arg-23 serial=VMware-42 1c aa hostname=pc-arg-23 \
          uuid=33e737a8-f827-11df-9297-47c0a301005a mac=00:50:56:e6:84:eb ip=10.253.6.55"]
    );
    assert_eq!(shown(&collector), COMPUTER_SEEN);
    let codes: Vec<_> = collector.diagnostics.iter().map(|said| said.code.0).collect();
    assert_eq!(codes, ["row/swapped-columns"]);
    let ledger = &collector.sources[0].1;
    assert_eq!((ledger.rows, ledger.understood, ledger.lost_rows()), (17, 12, 1));
    let kept = collector.observations.strings.find_any(&["hunter2", "SECRET-KEY"]);
    assert!(!kept, "secrets stay outside");
}

trait Find {
    fn find_any(&self, parts: &[&str]) -> bool;
}

impl Find for model::strings::Strings {
    fn find_any(&self, parts: &[&str]) -> bool {
        let all =
            (0..self.len()).map(|i| self.get(model::strings::StrId(u32::try_from(i).unwrap())));
        all.into_iter().any(|text| parts.iter().any(|part| text.contains(part)))
    }
}

#[test]
fn a_discovered_device_and_its_neighbours() {
    let text = r"<REQUEST><CONTENT>
        <DEVICE><INFO><COMMENTS>Acme OS
5.2</COMMENTS><FIRMWARE>5.2</FIRMWARE><IPS><IP>10.1.0.2</IP></IPS><LOCATION>paris</LOCATION><MAC>8c:60:4f:8d:ae:fc</MAC>
        <MANUFACTURER>Acme</MANUFACTURER><MODEL>A-1</MODEL><NAME>sw-a</NAME><SERIAL>SSI1912014B</SERIAL><TYPE>NETWORKING</TYPE></INFO>
        <COMPONENTS><COMPONENT><MANUFACTURER>Bcme</MANUFACTURER><MODEL>PSU</MODEL><TYPE>powerSupply</TYPE></COMPONENT></COMPONENTS>
        <PORTS><PORT><CONNECTIONS><CDP>1</CDP><CONNECTION><MODEL>FortiGate</MODEL><SYSNAME>fw-9</SYSNAME></CONNECTION></CONNECTIONS>
        <IFALIAS>FortiGate-WAN1</IFALIAS><IFDESCR>mgmt0</IFDESCR></PORT></PORTS></DEVICE>
        <DEVICE><DNSHOSTNAME>homeassistant</DNSHOSTNAME><IP>172.210.10.133</IP><MAC>f2:6c:00:33:85:f2</MAC></DEVICE>
        <MODULEVERSION>4.1</MODULEVERSION></CONTENT><DEVICEID>foo</DEVICEID><QUERY>SNMPQUERY</QUERY></REQUEST>";
    let collector = read(&GlpiXml, "a.xml", text.as_bytes());
    assert_eq!(
        assets(&collector),
        [
            "device sw-a hostname=sw-a serial=SSI1912014B mac=8c:60:4f:8d:ae:fc ip=10.1.0.2",
            "unknown homeassistant hostname=homeassistant ip=172.210.10.133",
        ]
    );
    assert_eq!(
        shown(&collector),
        [
            "device device.vendor=Acme device.model=A-1 snmp.sysdescr=Acme OS 5.2 version=5.2",
            "platform mac.oui=8C604F",
            "component hw.vendor=Bcme hw.model=PSU",
            "mention text=mgmt0 text=FortiGate-WAN1",
            "neighbour text=fw-9 text=FortiGate name=fw-9",
        ]
    );
    let ledger = &collector.sources[0].1;
    assert_eq!((ledger.rows, ledger.understood, ledger.lost_rows()), (5, 3, 0));
}

#[test]
fn the_same_in_json() {
    let text = r#"{"deviceid": "sw-a-2020-12-31-11-28-51", "itemtype": "NetworkEquipment", "content": {
        "versionclient": "4.1",
        "network_device": {"ips": ["10.1.0.2"], "mac": "8c:60:4f:8d:ae:fc", "manufacturer": "Acme", "model": "A-1", "type": "Networking", "serial": "SSI1912014B"},
        "network_ports": [{"ifdescr": "mgmt0", "connections": [{"sysname": "fw-9", "model": "FortiGate"}]}, {"ifnumber": 2}],
        "softwares": [{"name": "bash", "from": "deb", "publisher": "Debian", "version": "5"}],
        "novelty": [{"a": 1}]}}"#;
    let collector = read(&GlpiJson, "a.json", text.as_bytes());
    assert_eq!(
        assets(&collector),
        ["device sw-a serial=SSI1912014B mac=8c:60:4f:8d:ae:fc ip=10.1.0.2"]
    );
    assert_eq!(
        shown(&collector),
        [
            "device device.vendor=Acme device.model=A-1",
            "platform mac.oui=8C604F",
            "mention text=mgmt0",
            "neighbour text=fw-9 text=FortiGate name=fw-9",
            "installed lin.pkg=bash pkg.vendor=Debian version=5",
        ]
    );
    let ledger = &collector.sources[0].1;
    assert_eq!((ledger.rows, ledger.understood, ledger.lost_rows()), (6, 3, 1));
    let first = &collector.observations.runs[0];
    assert_eq!(usize::try_from(first.base).unwrap(), text.find("[\"10.1.0.2\"]").unwrap());
}

#[test]
fn what_breaks_off_is_read_up_to_there() {
    let json = r#"{"deviceid": "a", "content": {"softwares": [{"name": "x", "from": "deb"}, {"name": "y", "fr"#;
    assert_eq!(
        account(&GlpiJson, json.as_bytes()),
        ((2, 1, 0, 1), vec!["installed lin.pkg=x".into()], vec!["input/truncated"])
    );
    let xml = &COMPUTER[..COMPUTER.find("Sophos Endpoint").unwrap()];
    let (rows, seen, said) = account(&GlpiXml, xml.as_bytes());
    assert_eq!((rows, seen.len()), ((12, 8, 3, 1), 8));
    assert_eq!(said, ["input/truncated"]);
}

#[test]
fn a_declared_encoding_is_believed() {
    let text = "<?xml version='1.0' encoding='GBK'?><REQUEST><CONTENT><SOFTWARES><NAME>奇安信</NAME></SOFTWARES></CONTENT></REQUEST>";
    let (bytes, ..) = encoding_rs::GBK.encode(text);
    assert_eq!(account(&GlpiXml, &bytes).1, ["installed software.name=奇安信"]);
}

#[test]
fn knows_its_own_and_leaves_the_rest() {
    let json = |text: &str| {
        GlpiJson.probe(&Head { bytes: text.as_bytes(), complete: true, name: "inventory.json" })
    };
    assert_eq!(json(r#"{"content": {"bios": {}}, "deviceid": "x"}"#), Some(95));
    assert_eq!(
        json(r#"{"action": "x", "content": {"hardware": {"a": 1}, "softwares": [{"#),
        Some(85)
    );
    assert_eq!(
        json(r#"{"$schema": "x", "properties": {}, "content": {"bios": {}, "cpus": {}}}"#),
        None
    );
    assert_eq!(json(r#"{"properties": {"content": {"bios": {}, "hardware": {}}}}"#), None);
    assert_eq!(json(r#"{"content": "text", "deviceid": "bios"}"#), None);
    assert_eq!(json("[1]"), None);
    let xml = |text: &str| {
        GlpiXml.probe(&Head { bytes: text.as_bytes(), complete: true, name: "inventory.xml" })
    };
    assert_eq!(xml(COMPUTER), Some(95));
    assert_eq!(xml("<REQUEST><DEVICEID>a</DEVICEID><QUERY>PROLOG</QUERY></REQUEST>"), Some(80));
    assert_eq!(xml("<REQUEST><x/></REQUEST>"), None);
    assert_eq!(xml("<nmaprun/>"), None);
}

#[test]
fn survives_damage() {
    survives_mutation(&GlpiXml, COMPUTER.as_bytes());
    let json = r#"{"deviceid": "a", "content": {"hardware": {"name": "x"}, "softwares": [{"name": "x", "from": "deb"}], "versionclient": "1"}}"#;
    survives_mutation(&GlpiJson, json.as_bytes());
}

/// Every real inventory is recognised by its own reader only, and nothing in it is lost.
#[test]
fn real_inventories() {
    let Some((_, packed)) = files("glpi-inventory_format", ".tar.gz").pop() else { return };
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(packed.as_slice()));
    let (mut packages, mut protected, mut taken) = (0, 0, 0);
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_string_lossy().into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        if bytes.is_empty() {
            continue;
        }
        let head = &bytes[..bytes.len().min(HEAD_BYTES)];
        let head = Head { bytes: head, complete: head.len() == bytes.len(), name: &path };
        let reader = crate::readers::detect(&head);
        if path.ends_with("schema.json") {
            assert!(reader.is_none());
            continue;
        }
        let reader = reader.unwrap_or_else(|| panic!("{path}"));
        assert_eq!(reader.id(), if path.ends_with("json") { "glpi-json" } else { "glpi-xml" });
        let (rows, seen, said) = account(reader, &bytes);
        let collector = read(reader, &path, &bytes);
        assert_eq!((rows.3, said.len()), (0, 0), "{path}: {said:?} {:?}", collector.sources[0].1);
        assert_eq!(collector.observations.assets.len(), 1, "{path}");
        packages += seen.iter().filter(|line| line.starts_with("installed lin.pkg=")).count();
        protected += seen.iter().filter(|line| line.contains("Kaspersky Endpoint")).count();
        taken += 1;
    }
    assert_eq!((taken, packages > 3_000, protected >= 2), (39, true, true), "{packages}");
}
