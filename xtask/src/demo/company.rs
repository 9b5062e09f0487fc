//! The company: who has which machines, and what runs on them.

use super::random::Random;

/// The operating system of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum System {
    Windows11,
    WindowsServer,
    MacOs,
    Debian,
    Ubuntu,
    RedHat,
    OpenEuler,
    Hypervisor,
    Appliance,
}

impl System {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Windows11 => "Microsoft Windows 11 Pro",
            Self::WindowsServer => "Microsoft Windows Server 2019 Standard",
            Self::MacOs => "macOS 14.7.4",
            Self::Debian => "Debian GNU/Linux 12 (bookworm)",
            Self::Ubuntu => "Ubuntu 22.04.5 LTS",
            Self::RedHat => "Red Hat Enterprise Linux 8.10 (Ootpa)",
            Self::OpenEuler => "openEuler 22.03 (LTS-SP3)",
            Self::Hypervisor => "VMware ESXi 7.0.3",
            Self::Appliance => "",
        }
    }

    pub(crate) fn is_windows(self) -> bool {
        matches!(self, Self::Windows11 | Self::WindowsServer)
    }

    pub(crate) fn is_deb(self) -> bool {
        matches!(self, Self::Debian | Self::Ubuntu)
    }

    pub(crate) fn is_rpm(self) -> bool {
        matches!(self, Self::RedHat | Self::OpenEuler)
    }
}

/// A host or device as it really is; each source sees a part of it.
#[derive(Clone, Debug)]
pub(crate) struct Host {
    pub(crate) name: String,
    pub(crate) site: &'static Site,
    pub(crate) system: System,
    pub(crate) serial: String,
    pub(crate) uuid: String,
    pub(crate) mac: String,
    pub(crate) ip: String,
    pub(crate) vendor: &'static str,
    pub(crate) model: &'static str,
    pub(crate) owner: &'static str,
    /// Whether it is a guest on the company's hypervisors.
    pub(crate) guest: bool,
    /// Keys into the tables of [`super::software`].
    pub(crate) software: Vec<&'static str>,
    /// Whether the CMDB lists it.
    pub(crate) in_cmdb: bool,
    /// Whether any scanner or agent saw it.
    pub(crate) scanned: bool,
    /// The day on which the CMDB says that somebody last looked.
    pub(crate) seen: String,
}

/// A place where the company has machines.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Site {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) zh: &'static str,
    net: u8,
    workstations: u32,
    laptops: u32,
    windows_servers: u32,
    linux_servers: u32,
}

pub(crate) static SITES: [Site; 3] = [
    Site {
        code: "sh",
        name: "Shanghai HQ",
        zh: "上海总部",
        net: 10,
        workstations: 136,
        laptops: 8,
        windows_servers: 26,
        linux_servers: 26,
    },
    Site {
        code: "qd",
        name: "Qingdao port",
        zh: "青岛港",
        net: 20,
        workstations: 70,
        laptops: 0,
        windows_servers: 14,
        linux_servers: 22,
    },
    Site {
        code: "cd",
        name: "Chengdu DC",
        zh: "成都数据中心",
        net: 30,
        workstations: 28,
        laptops: 4,
        windows_servers: 12,
        linux_servers: 32,
    },
];

/// Everything there is.
pub(crate) struct Company {
    pub(crate) seed: u64,
    pub(crate) hosts: Vec<Host>,
}

impl Company {
    pub(crate) fn new(seed: u64) -> Self {
        let mut hosts = Vec::new();
        for site in &SITES {
            for number in 1..=site.workstations {
                hosts.push(workstation(seed, site, number));
            }
            for number in 1..=site.windows_servers {
                hosts.push(windows_server(seed, site, number));
            }
            for number in 1..=site.linux_servers {
                hosts.push(linux_server(seed, site, number));
            }
            for number in 1..=site.laptops {
                hosts.push(laptop(seed, site, number));
            }
            for number in 1..=2 {
                hosts.push(hypervisor(seed, site, number));
            }
        }
        for (name, vendor, model, site) in DEVICES {
            let mut random = Random::named(seed, name);
            let [headquarters, ..] = &SITES;
            let site = SITES.iter().find(|known| known.code == *site).unwrap_or(headquarters);
            let mut host = bare(&mut random, site, (*name).to_owned(), System::Appliance);
            (host.vendor, host.model) = (vendor, model);
            hosts.push(host);
        }
        // An address has one owner at a time.
        for (number, host) in hosts.iter_mut().enumerate() {
            host.ip = format!("10.{}.{}.{}", host.site.net, number / 200, number % 200 + 10);
        }
        Self { seed, hosts }
    }

    /// The host of this name.
    pub(crate) fn host(&self, name: &str) -> Option<&Host> {
        self.hosts.iter().find(|host| host.name == name)
    }

    /// The hosts that scanners and agents saw.
    pub(crate) fn scanned(&self) -> impl Iterator<Item = &Host> {
        self.hosts.iter().filter(|host| host.scanned)
    }
}

fn bare(random: &mut Random, site: &'static Site, name: String, system: System) -> Host {
    let day = 20 + random.below(10);
    Host {
        serial: format!("JH{}", random.hex(8).to_uppercase()),
        uuid: format!(
            "{}-{}-4{}-a{}-{}",
            random.hex(8),
            random.hex(4),
            random.hex(3),
            random.hex(3),
            random.hex(12)
        ),
        mac: mac(random, "3c:ec:ef"),
        ip: String::new(),
        vendor: "Lenovo",
        model: "ThinkCentre M75q",
        owner: random.pick(OWNERS),
        guest: false,
        software: Vec::new(),
        in_cmdb: !random.percent(3),
        scanned: true,
        seen: format!("2026-03-{day:02}"),
        name,
        site,
        system,
    }
}

fn mac(random: &mut Random, prefix: &str) -> String {
    format!("{prefix}:{}:{}:{}", random.hex(2), random.hex(2), random.hex(2))
}

fn workstation(seed: u64, site: &'static Site, number: u32) -> Host {
    let name = format!("{}-ws-{number:03}", site.code);
    let mut random = Random::named(seed, &name);
    let mut host = bare(&mut random, site, name, System::Windows11);
    let chances: &[(&str, u64)] = match site.code {
        "sh" => &[
            ("falcon", 58),
            ("globalprotect", 34),
            ("mcafee-residue", 4),
            ("symantec", 4),
            ("horizon", 5),
        ],
        "qd" => &[("kes", 40), ("forticlient", 26), ("checkpoint-vpn", 8), ("sophos-renamed", 3)],
        _ => &[("sentinelone", 34), ("qihoo360", 55), ("workstation-pro", 6), ("idira", 6)],
    };
    roll(&mut random, chances, &mut host.software);
    if host.software.contains(&"sentinelone") {
        host.software.retain(|key| *key != "qihoo360");
    }
    host.scanned = !random.percent(9);
    host.in_cmdb |= !host.scanned;
    // Nobody has seen some of those that only the CMDB knows for a long time.
    if !host.scanned && random.percent(40) {
        host.seen = "2024-11-18".to_owned();
    }
    host
}

fn laptop(seed: u64, site: &'static Site, number: u32) -> Host {
    let name = format!("{}-mac-{number:02}", site.code);
    let mut random = Random::named(seed, &name);
    let mut host = bare(&mut random, site, name, System::MacOs);
    (host.vendor, host.model) = ("Apple Inc.", "MacBookPro18,3");
    let chances = [("falcon", 50), ("globalprotect", 40), ("forticlient", 25), ("sentinelone", 25)];
    roll(&mut random, &chances, &mut host.software);
    host
}

fn windows_server(seed: u64, site: &'static Site, number: u32) -> Host {
    let role = match (site.code, number) {
        ("sh", 1..=3) => "pam",
        ("sh", 4) => "epo",
        (_, 5..=8) => "sql",
        (_, 9..=12) => "file",
        _ => "app",
    };
    let name = format!("{}-{role}-{number:02}", site.code);
    let mut random = Random::named(seed, &name);
    let mut host = bare(&mut random, site, name, System::WindowsServer);
    let chances: &[(&str, u64)] = match role {
        "pam" => &[("cyberark-vault", 100)],
        "epo" => &[("trellix-epo", 100), ("trellix", 100)],
        _ => &[
            ("trellix", 30),
            ("rapid7", 30),
            ("cortex", 18),
            ("falcon", 12),
            ("falcon-residue", 6),
        ],
    };
    roll(&mut random, chances, &mut host.software);
    virtualise(&mut random, &mut host, "vmware-tools");
    host
}

fn linux_server(seed: u64, site: &'static Site, number: u32) -> Host {
    let system = match number % 4 {
        0 => System::Debian,
        1 => System::Ubuntu,
        2 => System::RedHat,
        _ => System::OpenEuler,
    };
    let role = match number % 6 {
        0 => "db",
        1 => "web",
        2 => "mq",
        3 => "gis",
        4 => "hist",
        _ => "edge",
    };
    let name = format!("{}-{role}-l{number:02}", site.code);
    let mut random = Random::named(seed, &name);
    let mut host = bare(&mut random, site, name, system);
    let mut chances = vec![("rapid7", 16), ("openfortivpn", 6), ("salt", 10), ("lookalikes", 22)];
    match site.code {
        "sh" => chances.extend([("falcon", 34), ("wiz", 6)]),
        "qd" => chances.extend([("kesl", 30), ("falcon-removed", 12)]),
        _ => chances.extend([("qihoo360", 40), ("cortex", 12), ("globalprotect", 6)]),
    }
    match role {
        "mq" => chances.push(("rabbitmq", 70)),
        "db" => chances.extend([("imperva", 24), ("postgres", 100)]),
        _ => {}
    }
    roll(&mut random, &chances, &mut host.software);
    virtualise(&mut random, &mut host, "open-vm-tools");
    host
}

/// Most servers are guests; those of Chengdu already run on something else.
fn virtualise(random: &mut Random, host: &mut Host, tools: &'static str) {
    let chance = if host.site.code == "cd" { 30 } else { 75 };
    if random.percent(chance) {
        host.guest = true;
        (host.vendor, host.model) = ("VMware, Inc.", "VMware7,1");
        host.mac = mac(random, "00:50:56");
        let octets: Vec<String> = (0..14).map(|_| random.hex(2)).collect();
        let (front, back) = octets.split_at(6);
        host.serial = format!("VMware-56 4d {}-{}", front.join(" "), back.join(" "));
        if random.percent(90) {
            host.software.push(tools);
        }
    } else {
        (host.vendor, host.model) = ("Inspur", "NF5280M6");
    }
}

fn hypervisor(seed: u64, site: &'static Site, number: u32) -> Host {
    let name = format!("{}-esx-{number:02}", site.code);
    let mut random = Random::named(seed, &name);
    let mut host = bare(&mut random, site, name, System::Hypervisor);
    (host.vendor, host.model) = ("Dell Inc.", "PowerEdge R750");
    host
}

fn roll(random: &mut Random, chances: &[(&'static str, u64)], into: &mut Vec<&'static str>) {
    for (key, chance) in chances {
        if random.percent(*chance) {
            into.push(key);
        }
    }
}

/// Devices: name, vendor and model as the CMDB has them, site.
pub(crate) const DEVICES: &[(&str, &str, &str, &str)] = &[
    ("sh-fw-01", "Palo Alto Networks", "PA-3220", "sh"),
    ("sh-fw-02", "Palo Alto Networks", "PA-3220", "sh"),
    ("sh-fw-03", "Hillstone", "SG-6000-A3600", "sh"),
    ("sh-pan-01", "Palo Alto Networks", "Panorama M-200", "sh"),
    ("sh-vc-01", "VMware", "vCenter Server Appliance", "sh"),
    ("sh-core-01", "Huawei", "S12700E-8", "sh"),
    ("sh-core-02", "H3C", "S10508X", "sh"),
    ("sh-wlc-01", "Cisco", "C9800-40", "sh"),
    ("sh-lb-01", "F5", "BIG-IP i2800", "sh"),
    ("sh-swg-01", "Skyhigh", "SWG", "sh"),
    ("sh-sdw-01", "VeloCloud", "Edge 640", "sh"),
    ("qd-fw-01", "飞塔", "FortiGate-200F", "qd"),
    ("qd-fw-02", "Fortinet", "FortiGate-100F", "qd"),
    ("qd-sw-01", "Fortinet", "FortiSwitch 248E-POE", "qd"),
    ("qd-ap-01", "Fortinet", "FortiAP 231G", "qd"),
    ("qd-ap-02", "Linksys", "LAPAC2600C", "qd"),
    ("qd-core-01", "Huawei", "NE8000 M8", "qd"),
    ("qd-rtr-01", "Nokia", "7750 SR-1", "qd"),
    ("qd-acc-01", "Cisco", "C3850-48P", "qd"),
    ("qd-cam-01", "Hikvision", "DS-2CD2143G2-I", "qd"),
    ("qd-cam-02", "Dahua", "IPC-HFW2431S", "qd"),
    ("qd-vc-01", "VMware", "vCenter Server Appliance", "qd"),
    ("cd-fw-01", "Check Point", "6200", "cd"),
    ("cd-fw-02", "Check Point", "6200", "cd"),
    ("cd-fw-03", "Huawei", "USG6655F", "cd"),
    ("cd-core-01", "ZTE", "ZXR10 5950-H", "cd"),
    ("cd-faz-01", "Fortinet", "FortiAnalyzer-VM", "cd"),
    ("cd-ups-01", "Huawei", "UPS5000-E", "cd"),
];

const OWNERS: &[&str] = &[
    "基础设施部 王磊",
    "网络安全部 李娜",
    "港口运营部 张伟",
    "桌面运维 陈静",
    "应用开发部 刘洋",
    "Infrastructure",
    "Port IT",
];
