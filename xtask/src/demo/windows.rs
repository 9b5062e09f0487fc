//! Windows registries: exports as the registry editor writes them, and hives.

use anyhow::Result;
use audit::readers::registry::build::HiveKey;

use super::company::{Company, Host};
use super::software::windows;
use super::{Estate, gzip};

/// Hosts whose registry was exported as text.
const EXPORTED: &[&str] =
    &["sh-app-13", "sh-app-14", "sh-pam-01", "qd-file-09", "qd-app-13", "cd-app-01"];

/// Hosts whose hives were copied.
const COPIED: &[&str] = &["sh-app-15", "sh-file-10", "qd-app-14", "cd-app-02"];

/// Whether this host is known from its registry instead of osquery.
pub(crate) fn exported(host: &Host) -> bool {
    EXPORTED.contains(&host.name.as_str()) || COPIED.contains(&host.name.as_str())
}

/// One key of an export with its string values.
type Key = (String, Vec<(&'static str, String)>);

pub(crate) fn write(company: &Company, estate: &mut Estate) -> Result<()> {
    let hosts = EXPORTED.iter().filter_map(|name| company.host(name));
    for (number, host) in hosts.enumerate() {
        let keys = keys(host, number);
        if number % 2 == 0 {
            estate.put(format!("windows/{}.reg", host.name), utf16(&export(&keys)));
        } else {
            estate.put(format!("windows/{}.utf8.reg", host.name), export(&keys));
        }
    }
    for host in COPIED.iter().filter_map(|name| company.host(name)) {
        hives(host, estate)?;
    }
    Ok(())
}

/// The hives that an administrator copies, and those that show what users had.
fn hives(host: &Host, estate: &mut Estate) -> Result<()> {
    let mut system = HiveKey::new("ROOT");
    system.at("Select").number("Current", 1).number("LastKnownGood", 1);
    let set = system.at("ControlSet001");
    set.at(r"Control\ComputerName\ComputerName").text("ComputerName", &host.name.to_uppercase());
    let firmware = set.at(r"Control\SystemInformation");
    firmware.text("SystemManufacturer", host.vendor).text("SystemProductName", host.model);
    let mut software = HiveKey::new("ROOT");
    let version = software.at(r"Microsoft\Windows NT\CurrentVersion");
    version.text("ProductName", "Windows Server 2019 Standard").text("CurrentBuild", "17763");
    let mut amcache = HiveKey::new("ROOT");
    let mut user = HiveKey::new("ROOT");
    user.at(r"Software\Microsoft\Windows\CurrentVersion\Run").text("OneDrive", r"C:\OneDrive.exe");
    service_key(
        set,
        "Dnscache",
        "DNS Client",
        r"%SystemRoot%\system32\svchost.exe -k NetworkService",
    );
    for product in windows(&host.software) {
        for (name, display, image) in product.services {
            service_key(set, name, display, &format!("\"{image}\""));
        }
        for (file, text) in product.drivers {
            let name = file.split('.').next().unwrap_or(file);
            service_key(set, name, text, &format!(r"\SystemRoot\system32\drivers\{file}"));
        }
        let path = format!(r"Microsoft\Windows\CurrentVersion\Uninstall\{}", product.code);
        let entry = software.at(&path);
        entry.text("DisplayName", product.display).text("DisplayVersion", product.version);
        entry.text("Publisher", product.publisher).text("InstallLocation", product.folder);
        let program = amcache.at(&format!(r"Root\InventoryApplication\0000{}", product.key));
        program.text("Name", product.display).text("Publisher", product.publisher);
        program.text("Version", product.version).text("RootDirPath", product.folder);
    }
    // A user hive outlives what it was written by.
    user.at(r"Software\McAfee\Endpoint Security").text("Language", "0804");
    let mut put = |name: &str, bytes: Vec<u8>| {
        estate.put(format!("windows/hives/{}.{name}", host.name), bytes)
    };
    put("SYSTEM", system.hive("SYSTEM"));
    put("SOFTWARE.gz", gzip(&software.hive("SOFTWARE"))?);
    put("Amcache.hve", amcache.hive("Amcache.hve"));
    put("NTUSER.DAT", user.hive("NTUSER.DAT"));
    Ok(())
}

fn service_key(set: &mut HiveKey, name: &str, display: &str, image: &str) {
    let key = set.at(&format!(r"Services\{name}"));
    key.text("DisplayName", display).text("ImagePath", image).number("Start", 2).number("Type", 16);
}

/// What the registry of this host holds.
fn keys(host: &Host, number: usize) -> Vec<Key> {
    let machine = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet";
    let mut keys: Vec<Key> = vec![(
        format!(r"{machine}\Control\ComputerName\ComputerName"),
        vec![("ComputerName", host.name.to_uppercase())],
    )];
    keys.push(uninstall("7-Zip", "7-Zip 24.08 (x64)", "Igor Pavlov", "24.08"));
    for product in windows(&host.software) {
        keys.push(uninstall(product.code, product.display, product.publisher, product.version));
        for (name, display, image) in product.services {
            keys.push(service(machine, name, display, &format!("\"{image}\"")));
        }
        for (file, text) in product.drivers {
            let name = file.split('.').next().unwrap_or(file);
            keys.push(service(machine, name, text, &format!(r"system32\drivers\{file}")));
        }
    }
    keys.push(service(
        machine,
        "Dnscache",
        "DNS Client",
        r"C:\Windows\system32\svchost.exe -k NetworkService",
    ));
    match number {
        // A driver whose name says nothing; only its image tells.
        0 => keys.push(service(
            machine,
            "VMMEMCTL",
            "Memory Control Driver",
            r"\??\C:\Program Files\Common Files\VMware\Drivers\memctl\vmmemctl.sys",
        )),
        // Keys that stand for nothing any more.
        1 => keys.push((format!(r"{UNINSTALL}\CrowdStrike Windows Sensor"), vec![])),
        3 => keys.push((
            r"HKEY_CURRENT_USER\Software\McAfee\Endpoint Security".to_owned(),
            vec![("InstallDir", String::new())],
        )),
        _ => {}
    }
    keys
}

fn uninstall(code: &str, display: &str, publisher: &str, version: &str) -> Key {
    let values = vec![
        ("DisplayName", display.to_owned()),
        ("DisplayVersion", version.to_owned()),
        ("Publisher", publisher.to_owned()),
        ("UninstallString", format!("MsiExec.exe /X{code}")),
    ];
    (format!(r"{UNINSTALL}\{code}"), values)
}

fn service(machine: &str, name: &str, display: &str, image: &str) -> Key {
    let values = vec![("DisplayName", display.to_owned()), ("ImagePath", image.to_owned())];
    (format!(r"{machine}\Services\{name}"), values)
}

fn export(keys: &[Key]) -> String {
    let mut text = String::from("Windows Registry Editor Version 5.00\r\n");
    for (path, values) in keys {
        text.push_str(&format!("\r\n[{path}]\r\n"));
        for (name, value) in values {
            // The editor writes expandable strings as bytes.
            if *name == "ImagePath" {
                let units = value.encode_utf16().chain([0]).flat_map(u16::to_le_bytes);
                let bytes: Vec<String> = units.map(|byte| format!("{byte:02x}")).collect();
                text.push_str(&format!("\"{name}\"=hex(2):{}\r\n", wrapped(&bytes)));
            } else {
                let value = value.replace('\\', "\\\\").replace('"', "\\\"");
                text.push_str(&format!("\"{name}\"=\"{value}\"\r\n"));
            }
        }
    }
    text
}

/// Bytes in lines of twenty, as the editor breaks them.
fn wrapped(bytes: &[String]) -> String {
    let lines: Vec<String> = bytes.chunks(20).map(|line| line.join(",")).collect();
    lines.join(",\\\r\n  ")
}

fn utf16(text: &str) -> Vec<u8> {
    [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

const UNINSTALL: &str = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall";
