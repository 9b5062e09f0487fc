//! osquery: one folder for each host with one file for each table, and a result log.

use serde_json::{Value, json};

use super::Estate;
use super::company::{Company, Host, System};
use super::linux::BASE;
use super::packages::{LinuxProduct, linux};
use super::random::Random;
use super::software::{WindowsProduct, windows};

pub(crate) fn write(company: &Company, estate: &mut Estate) {
    for host in company.scanned().filter(|host| host.system.is_windows()) {
        // Some hosts are known from a hive or a registry export instead.
        if super::windows::exported(host) {
            continue;
        }
        let mut random = Random::named(company.seed, &format!("osquery {}", host.name));
        table(estate, host, "system_info", vec![system_info(host)]);
        table(estate, host, "programs", programs(host, &mut random));
        table(estate, host, "services", services(host, &mut random));
        table(estate, host, "drivers", drivers(host));
        if random.percent(4) {
            table(estate, host, "chrome_extensions", browser_extensions());
        }
    }
    for host in company.scanned().filter(|host| host.system.is_deb() || host.system.is_rpm()) {
        if super::linux::exported(company, host) || super::rpm::exported(company, host) {
            continue;
        }
        let mut random = Random::named(company.seed, &format!("osquery {}", host.name));
        table(estate, host, "system_info", vec![system_info(host)]);
        if host.system.is_deb() {
            table(estate, host, "deb_packages", deb_packages(host, &mut random));
        } else {
            table(estate, host, "rpm_packages", rpm_packages(host, &mut random));
        }
        table(estate, host, "processes", processes(host, &mut random));
        table(estate, host, "systemd_units", units(host));
        if host.guest {
            table(estate, host, "kernel_modules", kernel_modules());
        }
    }
    estate.put("osquery/osqueryd.results.log", results_log(company));
}

/// As `osqueryi --json` prints a table.
pub(crate) fn table(estate: &mut Estate, host: &Host, name: &str, rows: Vec<Value>) {
    let rows: Vec<String> = rows.iter().map(|row| format!("  {row}")).collect();
    let text = format!("[\n{}\n]\n", rows.join(",\n"));
    estate.put(format!("osquery/{}/{name}.json", host.name), text);
}

pub(crate) fn system_info(host: &Host) -> Value {
    json!({
        "board_model": "", "board_serial": "", "board_vendor": host.vendor, "board_version": "",
        "computer_name": host.name, "cpu_brand": "", "cpu_type": "x86_64", "hardware_model": host.model,
        "hardware_serial": host.serial, "hardware_vendor": host.vendor, "hardware_version": "",
        "hostname": host.name, "local_hostname": host.name, "physical_memory": "17179869184", "uuid": host.uuid,
    })
}

fn programs(host: &Host, random: &mut Random) -> Vec<Value> {
    let mut rows = Vec::new();
    for (name, publisher, version) in EVERYDAY {
        if random.percent(55) {
            rows.push(everyday(name, publisher, version, random));
        }
    }
    // Sounds like one named vendor and is made by the owner of another.
    if random.percent(3) {
        rows.push(everyday("Sentinel Runtime", "Thales", "9.15.1", random));
    }
    for product in windows(&host.software) {
        rows.push(program(product));
    }
    // What an uninstaller left behind: a key that nothing stands behind any more.
    for (key, name, publisher) in [
        ("mcafee-residue", "McAfee Agent", "McAfee, LLC."),
        ("falcon-residue", "CrowdStrike Sensor Platform", "CrowdStrike, Inc."),
    ] {
        if host.software.contains(&key) {
            rows.push(json!({
                "identifying_number": "", "install_date": "", "install_location": "", "install_source": "",
                "language": "", "name": name, "publisher": publisher, "uninstall_string": "", "version": "",
            }));
        }
    }
    rows
}

fn everyday(name: &str, publisher: &str, version: &str, random: &mut Random) -> Value {
    let (month, day) = (1 + random.below(12), 1 + random.below(28));
    json!({
        "identifying_number": "", "install_date": format!("2025{month:02}{day:02}"), "install_location": "", "install_source": "",
        "language": "2052", "name": name, "publisher": publisher, "uninstall_string": "", "version": version,
    })
}

fn program(product: &WindowsProduct) -> Value {
    json!({
        "identifying_number": product.code, "install_date": "20250912", "install_location": format!("{}\\", product.folder),
        "install_source": r"C:\Windows\Temp\", "language": "1033", "name": product.display, "publisher": product.publisher,
        "uninstall_string": format!("MsiExec.exe /X{}", product.code), "version": product.version,
    })
}

fn services(host: &Host, random: &mut Random) -> Vec<Value> {
    let row = |name: &str, display: &str, path: &str, status: &str| {
        json!({
            "description": "", "display_name": display, "module_path": "", "name": name, "path": path, "pid": "0",
            "service_exit_code": "0", "service_type": "OWN_PROCESS", "start_type": "AUTO_START", "status": status,
            "user_account": "LocalSystem", "win32_exit_code": "0",
        })
    };
    let mut rows: Vec<Value> = SERVICES
        .iter()
        .map(|(name, display)| {
            row(name, display, r"C:\Windows\system32\svchost.exe -k netsvcs -p", "RUNNING")
        })
        .collect();
    for product in windows(&host.software) {
        for (name, display, path) in product.services {
            let status = if random.percent(95) { "RUNNING" } else { "STOPPED" };
            rows.push(row(name, display, &format!("\"{path}\""), status));
        }
    }
    rows
}

fn drivers(host: &Host) -> Vec<Value> {
    let row = |file: &str, description: &str, provider: &str| {
        let service = file.split('.').next().unwrap_or(file);
        json!({
            "class": "", "date": "1717027200", "description": description, "device_id": format!(r"ROOT\LEGACY_{}\0000", service.to_uppercase()),
            "device_name": description, "driver_key": "", "image": format!(r"C:\Windows\system32\drivers\{file}"), "inf": "",
            "manufacturer": provider, "provider": provider, "service": service,
            "service_key": format!(r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\{service}"), "signed": "1", "version": "",
        })
    };
    let mut rows: Vec<Value> =
        DRIVERS.iter().map(|(file, description)| row(file, description, "Microsoft")).collect();
    for product in windows(&host.software) {
        rows.extend(product.drivers.iter().map(|(file, text)| row(file, text, product.publisher)));
    }
    if host.guest {
        rows.push(row("vmxnet3.sys", "vmxnet3 Ethernet Adapter", "VMware, Inc."));
    }
    rows
}

fn browser_extensions() -> Vec<Value> {
    let row = |identifier: &str, name: &str, version: &str| {
        json!({
            "browser_type": "chrome", "description": "", "from_webstore": "true", "identifier": identifier, "name": name, "path": "",
            "profile": "Default", "state": "1", "uid": "1001", "version": version,
        })
    };
    vec![
        row("cjpalhdlnbpafiamejdnhcphjbkeiagm", "uBlock Origin", "1.60.0"),
        row("fheoggkfdfchfphceeifdbepaooicaho", "WebAdvisor", "8.1.0.6533"),
    ]
}

/// Modules of the kernel's own tree that a guest loads: they tell what it runs on.
fn kernel_modules() -> Vec<Value> {
    let row = |name: &str| json!({"address": "0x0", "name": name, "size": "24576", "status": "Live", "used_by": "-"});
    ["ext4", "vmw_balloon", "vmw_vmci", "vmxnet3"].into_iter().map(row).collect()
}

fn deb_packages(host: &Host, random: &mut Random) -> Vec<Value> {
    let row = |name: &str, version: &str, maintainer: &str, status: &str| {
        json!({
            "admindir": "/var/lib/dpkg", "arch": "amd64", "maintainer": maintainer, "name": name, "priority": "optional",
            "revision": "", "section": "admin", "size": "1024", "source": "", "status": status, "version": version,
        })
    };
    let mut rows = Vec::new();
    for (name, version) in BASE {
        if random.percent(80) {
            let maintainer = "Debian QA Group <packages@qa.debian.org>";
            rows.push(row(name, version, maintainer, "install ok installed"));
        }
    }
    for product in linux(&host.software) {
        let status = if random.percent(10) { "hold ok installed" } else { "install ok installed" };
        rows.push(row(product.package, product.version, product.maintainer, status));
    }
    if host.software.contains(&"falcon-removed") {
        rows.push(row(
            "falcon-sensor",
            "7.10.0-16303",
            "CrowdStrike, Inc.",
            "deinstall ok config-files",
        ));
    }
    rows
}

fn rpm_packages(host: &Host, random: &mut Random) -> Vec<Value> {
    let distribution =
        if host.system == System::RedHat { "Red Hat, Inc." } else { "http://openeuler.org" };
    let row = |name: &str, version: &str, vendor: &str| {
        let (version, release) = version.split_once('-').unwrap_or((version, "1"));
        json!({
            "arch": "x86_64", "epoch": "", "install_time": "1741564800", "name": name, "package_group": "Unspecified",
            "release": release, "sha1": "", "size": "1048576", "source": format!("{name}-{version}-{release}.src.rpm"),
            "vendor": vendor, "version": version,
        })
    };
    let mut rows = Vec::new();
    for (name, version) in BASE {
        if random.percent(80) {
            rows.push(row(name, version, distribution));
        }
    }
    for product in linux(&host.software) {
        // Whoever packages it is named as its vendor.
        let own = product.maintainer.contains("debian");
        rows.push(row(
            product.package,
            product.version,
            if own { distribution } else { product.maintainer },
        ));
    }
    rows
}

fn processes(host: &Host, random: &mut Random) -> Vec<Value> {
    let mut pid = 600;
    let mut row = |name: &str, path: &str| {
        pid += 7;
        json!({
            "cmdline": path, "cwd": "/", "gid": "0", "name": name, "parent": "1", "path": path, "pid": pid.to_string(),
            "root": "/", "start_time": "1774224000", "state": "S", "uid": "0",
        })
    };
    let mut rows: Vec<Value> = [
        ("systemd", "/usr/lib/systemd/systemd"),
        ("sshd", "/usr/sbin/sshd"),
        ("cron", "/usr/sbin/cron"),
    ]
    .iter()
    .map(|(name, path)| row(name, path))
    .collect();
    for product in linux(&host.software) {
        for (name, path) in product.processes {
            if random.percent(95) {
                rows.push(row(name, path));
            }
        }
    }
    rows
}

fn units(host: &Host) -> Vec<Value> {
    let row = |unit: &str| {
        json!({
            "active_state": "active", "description": unit, "following": "", "fragment_path": format!("/usr/lib/systemd/system/{unit}"),
            "id": unit, "job_id": "0", "job_path": "/", "job_type": "", "load_state": "loaded", "object_path": "", "source_path": "",
            "sub_state": "running", "unit_file_state": "enabled", "user": "",
        })
    };
    let mut rows: Vec<Value> = ["cron.service", "ssh.service"].into_iter().map(row).collect();
    for product in linux(&host.software) {
        rows.extend(product.units.iter().map(|unit| row(unit)));
    }
    rows
}

/// Differential results in time order, with a few that are long past: those hosts never reported again.
fn results_log(company: &Company) -> String {
    let mut text = String::new();
    let mut counter = 0;
    for host in company.scanned().filter(|host| host.system.is_rpm() && host.site.code != "cd") {
        for product in linux(&host.software) {
            counter += 1;
            text.push_str(&result(host, product, counter, RECENT, "added"));
            if product.key == "salt" {
                text.push_str(&result(host, product, counter + 1, LATER, "removed"));
            }
        }
    }
    for product in linux(&["falcon", "open-vm-tools"]) {
        if let Some(host) = company.host("qd-edge-l11") {
            let mut gone = host.clone();
            gone.name = "qd-edge-old".to_owned();
            gone.uuid = "00000000-0000-4000-a000-000000000011".to_owned();
            text.push_str(&result(&gone, product, 1, LONG_AGO, "added"));
        }
    }
    let rows = json!([{"name": "globalprotect", "version": "6.1.0", "release": "11", "vendor": "Palo Alto Networks", "arch": "x86_64"}]);
    let snapshot = json!({
        "action": "snapshot", "calendarTime": RECENT.0, "counter": 0, "epoch": 0, "hostIdentifier": "cd-jump-l99",
        "name": "pack_inventory_rpm_packages", "numerics": false, "snapshot": rows, "unixTime": RECENT.1,
    });
    text.push_str(&format!("{snapshot}\n"));
    text
}

fn result(
    host: &Host,
    product: &LinuxProduct,
    counter: u32,
    time: (&str, u64),
    action: &str,
) -> String {
    let (version, release) = product.version.split_once('-').unwrap_or((product.version, "1"));
    let line = json!({
        "action": action, "calendarTime": time.0, "counter": counter, "epoch": 0, "hostIdentifier": host.name,
        "columns": {"arch": "x86_64", "name": product.package, "release": release, "vendor": product.maintainer, "version": version},
        "decorations": {"host_uuid": host.uuid, "hostname": host.name},
        "name": "pack_inventory_rpm_packages", "numerics": false, "unixTime": time.1,
    });
    format!("{line}\n")
}

const RECENT: (&str, u64) = ("Mon Mar 30 02:00:11 2026 UTC", 1_774_836_011);
const LATER: (&str, u64) = ("Tue Mar 31 02:00:11 2026 UTC", 1_774_922_411);
const LONG_AGO: (&str, u64) = ("Wed Nov 20 02:00:11 2024 UTC", 1_732_068_011);

/// Name, publisher, version of what everybody has.
const EVERYDAY: &[(&str, &str, &str)] = &[
    ("7-Zip 24.08 (x64)", "Igor Pavlov", "24.08"),
    ("Microsoft Edge", "Microsoft Corporation", "134.0.3124.72"),
    ("Microsoft Office LTSC 专业增强版 2021 - zh-cn", "Microsoft Corporation", "16.0.14332.20857"),
    (
        "Microsoft Visual C++ 2015-2022 Redistributable (x64) - 14.40.33810",
        "Microsoft Corporation",
        "14.40.33810.0",
    ),
    ("Notepad++ (64-bit x64)", "Notepad++ Team", "8.7.1"),
    ("WPS Office", "Kingsoft Corp.", "12.1.0.18276"),
    ("微信", "腾讯科技(深圳)有限公司", "3.9.12.17"),
    ("企业微信", "腾讯科技(深圳)有限公司", "4.1.28.6010"),
    ("搜狗输入法 14.9 正式版", "Sogou.com", "14.9.0.9681"),
    ("Java 8 Update 421 (64-bit)", "Oracle Corporation", "8.0.4210.9"),
    ("Google Chrome", "Google LLC", "134.0.6998.118"),
    ("PuTTY release 0.81 (64-bit)", "Simon Tatham", "0.81.0.0"),
    ("Terminal Operating Client", "Jinhai Port Logistics", "5.3.1"),
    ("Horizon Zero Print", "Horizon Software GmbH", "2.1"),
    ("Adobe Acrobat (64-bit)", "Adobe", "24.003.20180"),
];

const SERVICES: &[(&str, &str)] = &[
    ("BFE", "Base Filtering Engine"),
    ("Dnscache", "DNS Client"),
    ("EventLog", "Windows Event Log"),
    ("LanmanServer", "Server"),
    ("Schedule", "Task Scheduler"),
    ("WinDefend", "Microsoft Defender Antivirus Service"),
    ("wuauserv", "Windows Update"),
    ("hasplms", "Sentinel LDK License Manager"),
];

const DRIVERS: &[(&str, &str)] = &[
    ("ntfs.sys", "NT File System"),
    ("tcpip.sys", "TCP/IP Protocol Driver"),
    ("disk.sys", "Disk Driver"),
    ("hardlock.sys", "Sentinel Hardlock"),
    ("usbhub3.sys", "USB Hub3 Driver"),
];
