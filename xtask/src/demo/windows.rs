//! Windows registries: exports as the registry editor writes them, and hives.

use super::Estate;
use super::company::{Company, Host};
use super::software::windows;

/// Hosts that are known from a registry export or hive instead of osquery.
pub(crate) const EXPORTED: &[&str] =
    &["sh-app-13", "sh-app-14", "sh-pam-01", "qd-file-09", "qd-app-13", "cd-app-01"];

/// One key of an export with its string values.
type Key = (String, Vec<(&'static str, String)>);

pub(crate) fn write(company: &Company, estate: &mut Estate) {
    let hosts = EXPORTED.iter().filter_map(|name| company.host(name));
    for (number, host) in hosts.enumerate() {
        let keys = keys(host, number);
        if number % 2 == 0 {
            estate.put(format!("windows/{}.reg", host.name), utf16(&export(&keys)));
        } else {
            estate.put(format!("windows/{}.utf8.reg", host.name), export(&keys));
        }
    }
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
