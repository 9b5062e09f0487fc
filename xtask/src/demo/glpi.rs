//! GLPI and FusionInventory: XML of the old agent, JSON of the new one.

use anyhow::Result;
use serde_json::{Value, json};

use super::company::{Company, Host};
use super::random::Random;
use super::software::windows;
use super::{Estate, gzip, tar_of};

pub(crate) fn write(company: &Company, estate: &mut Estate) -> Result<()> {
    let chosen = |host: &&Host| host.system.is_windows() && host.site.code == "qd";
    for (number, host) in company.scanned().filter(chosen).step_by(4).enumerate() {
        let mut random = Random::named(company.seed, &format!("glpi {}", host.name));
        if number % 3 == 2 {
            let text = serde_json::to_vec_pretty(&computer_json(host)).unwrap_or_default();
            estate.put(format!("glpi/{}.json", host.name), text);
        } else {
            let day = format!("{} 09:12:44", host.seen);
            estate.put(format!("glpi/{}.xml", host.name), computer_xml(host, &day, &mut random));
        }
    }
    old_exports(company, estate)?;
    estate.put(
        "glpi/qd-core-01.json",
        serde_json::to_vec_pretty(&switch_json(company)).unwrap_or_default(),
    );
    Ok(())
}

/// Somebody kept the exports of an earlier year: computers that no later source has seen.
fn old_exports(company: &Company, estate: &mut Estate) -> Result<()> {
    let mut files = Vec::new();
    for (number, key) in ["kes", "forticlient", "checkpoint-vpn"].into_iter().enumerate() {
        let Some(mut host) = company.host("qd-ws-001").cloned() else { continue };
        host.name = format!("qd-ws-9{number:02}");
        host.serial = format!("JH0000{number:04}");
        host.uuid = format!("11111111-2222-4333-a444-{number:012}");
        host.mac = format!("3c:ec:ef:00:00:{number:02x}");
        host.ip = format!("10.20.250.{}", number + 10);
        host.software = vec![key];
        let mut random = Random::named(company.seed, &host.name);
        let text = computer_xml(&host, "2024-10-09 07:41:15", &mut random);
        files.push((format!("2024Q4/{}.xml", host.name), text.into_bytes()));
    }
    let packed = tar_of(files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())))?;
    estate.put("archive/glpi-qd-2024Q4.tar.gz", gzip(&packed)?);
    Ok(())
}

fn computer_xml(host: &Host, day: &str, random: &mut Random) -> String {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<REQUEST>\n  <CONTENT>\n    <ACCESSLOG>\n      <LOGDATE>{day}</LOGDATE>\n    </ACCESSLOG>\n    \
         <BIOS>\n      <BDATE>06/11/2024</BDATE>\n      <BMANUFACTURER>{vendor}</BMANUFACTURER>\n      <SMANUFACTURER>{vendor}</SMANUFACTURER>\n      \
         <SMODEL>{model}</SMODEL>\n      <SSN>{serial}</SSN>\n    </BIOS>\n    <HARDWARE>\n      <NAME>{name}</NAME>\n      <OSNAME>{os}</OSNAME>\n      \
         <UUID>{uuid}</UUID>\n      <VMSYSTEM>{vm}</VMSYSTEM>\n      <WINOWNER>{owner}</WINOWNER>\n    </HARDWARE>\n    <NETWORKS>\n      \
         <DESCRIPTION>Ethernet</DESCRIPTION>\n      <IPADDRESS>{ip}</IPADDRESS>\n      <MACADDR>{mac}</MACADDR>\n      <STATUS>Up</STATUS>\n    </NETWORKS>\n",
        vendor = host.vendor,
        model = host.model,
        serial = host.serial,
        name = host.name.to_uppercase(),
        os = host.system.name(),
        uuid = host.uuid.to_uppercase(),
        vm = if host.guest { "VMware" } else { "Physical" },
        owner = host.owner,
        ip = host.ip,
        mac = host.mac,
    );
    for product in windows(&host.software) {
        text.push_str(&software_xml(
            product.display,
            product.publisher,
            product.version,
            product.code,
        ));
        if product.key == "kes" {
            text.push_str(&format!(
                "    <ANTIVIRUS>\n      <COMPANY>AO Kaspersky Lab</COMPANY>\n      <ENABLED>1</ENABLED>\n      <NAME>{}</NAME>\n      <UPTODATE>0</UPTODATE>\n    \
                 </ANTIVIRUS>\n",
                product.display
            ));
        }
    }
    if random.percent(60) {
        text.push_str(&software_xml(
            "WinRAR 7.01 (64-bit)",
            "win.rar GmbH",
            "7.01.0",
            "WinRAR archiver",
        ));
    }
    text.push_str(&format!(
        "    <VERSIONCLIENT>FusionInventory-Agent_v2.6</VERSIONCLIENT>\n  </CONTENT>\n  <DEVICEID>{}-2025-11-03-10-00-01</DEVICEID>\n  \
         <QUERY>INVENTORY</QUERY>\n</REQUEST>\n",
        host.name
    ));
    text
}

fn software_xml(name: &str, publisher: &str, version: &str, guid: &str) -> String {
    format!(
        "    <SOFTWARES>\n      <ARCH>x86_64</ARCH>\n      <FROM>registry</FROM>\n      <GUID>{guid}</GUID>\n      <NAME>{name}</NAME>\n      \
         <PUBLISHER>{publisher}</PUBLISHER>\n      <VERSION>{version}</VERSION>\n    </SOFTWARES>\n"
    )
}

fn computer_json(host: &Host) -> Value {
    let softwares: Vec<Value> = windows(&host.software)
        .iter()
        .map(|product| {
            json!({
                "arch": "x86_64", "from": "registry", "guid": product.code, "name": product.display, "publisher": product.publisher,
                "version": product.version,
            })
        })
        .collect();
    json!({
        "action": "inventory",
        "content": {
            "accesslog": {"logdate": format!("{} 09:12:44", host.seen)},
            "bios": {"bmanufacturer": host.vendor, "smanufacturer": host.vendor, "smodel": host.model, "ssn": host.serial},
            "hardware": {"name": host.name, "uuid": host.uuid, "vmsystem": if host.guest { "VMware" } else { "Physical" }},
            "networks": [{"description": "Ethernet", "ipaddress": host.ip, "mac": host.mac, "status": "up", "virtualdev": false}],
            "operatingsystem": {"arch": "x86_64", "full_name": host.system.name(), "kernel_name": "MSWin32", "name": "Windows"},
            "softwares": softwares, "versionclient": "GLPI-Agent_v1.11",
        },
        "deviceid": format!("{}-2025-11-03-10-00-01", host.name), "itemtype": "Computer",
    })
}

/// A router whose neighbour table shows a firewall that no other source knows.
fn switch_json(company: &Company) -> Value {
    let serial = company.host("qd-core-01").map(|host| host.serial.clone()).unwrap_or_default();
    json!({
        "action": "netinventory",
        "content": {
            "network_device": {
                "firmware": "V800R022C10", "ips": ["10.20.0.1"], "location": "青岛港 A 栋机房", "mac": "70:79:90:aa:10:01", "manufacturer": "Huawei",
                "model": "NE8000 M8", "name": "qd-core-01", "serial": serial, "type": "Networking",
            },
            "network_ports": [{
                "connections": [{"ifdescr": "port1", "model": "FortiGate-200F", "sysdescr": "FortiGate-200F v7.2.8,build1639", "sysmac": "e0:23:ff:10:20:30", "sysname": "qd-fw-99"}],
                "ifalias": "to-pier-7-fw", "ifdescr": "GigabitEthernet0/2/0", "ifname": "GigabitEthernet0/2/0", "ifnumber": 12, "lldp": true,
            }],
            "versionclient": "4.1",
        },
        "deviceid": "qd-core-01", "itemtype": "NetworkEquipment",
    })
}
