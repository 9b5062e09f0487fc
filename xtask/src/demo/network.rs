//! nmap scans, one of them incomplete.

use std::fmt::Write as _;

use super::Estate;
use super::company::{Company, System};

/// Port, service, product, version, CPE.
type Service = (u16, &'static str, &'static str, &'static str, &'static str);

pub(crate) fn write(company: &Company, estate: &mut Estate) {
    let mut hosts = String::new();
    for host in company.hosts.iter().filter(|host| host.system == System::Hypervisor) {
        hosts.push_str(&scanned(&host.name, &host.ip, &host.mac, host.vendor, HYPERVISOR));
    }
    for (name, services) in DEVICES {
        if let Some(host) = company.host(name) {
            hosts.push_str(&scanned(&host.name, &host.ip, &host.mac, "", services));
        }
    }
    for host in company.scanned().filter(|host| host.system == System::Debian).take(6) {
        let maker = if host.guest { "VMware" } else { "Inspur" };
        hosts.push_str(&scanned(&host.name, &host.ip, &host.mac, maker, SERVER));
    }
    estate.put("scans/nmap-2026-03-29.xml", document(&hosts, true));
    let few: String = hosts.lines().take(14).fold(String::new(), |text, line| text + line + "\n");
    estate.put("scans/nmap-aborted.xml", document(&few, false));
}

fn document(hosts: &str, whole: bool) -> String {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE nmaprun>\n<nmaprun scanner=\"nmap\" args=\"nmap -sV -oX nmap.xml 10.10.0.0/16\" \
         start=\"1774749600\" startstr=\"Sun Mar 29 10:00:00 2026\" version=\"7.95\" xmloutputversion=\"1.05\">\n{hosts}"
    );
    if whole {
        text.push_str(
            "<runstats><finished time=\"1774753200\" timestr=\"Sun Mar 29 11:00:00 2026\" elapsed=\"3600\" exit=\"success\"/>\
             <hosts up=\"20\" down=\"0\" total=\"20\"/></runstats>\n</nmaprun>\n",
        );
    }
    text
}

fn scanned(name: &str, ip: &str, mac: &str, maker: &str, services: &[Service]) -> String {
    let mac = mac.to_uppercase();
    let mut text = format!(
        "<host starttime=\"1774749660\" endtime=\"1774749990\"><status state=\"up\" reason=\"arp-response\"/>\n<address addr=\"{ip}\" \
         addrtype=\"ipv4\"/>\n<address addr=\"{mac}\" addrtype=\"mac\" vendor=\"{maker}\"/>\n<hostnames><hostname name=\"{name}.jinhai.example\" \
         type=\"PTR\"/></hostnames>\n<ports>\n"
    );
    for (port, service, product, version, cpe) in services {
        let cpe = if cpe.is_empty() { String::new() } else { format!("<cpe>{cpe}</cpe>") };
        let _ = writeln!(
            text,
            "<port protocol=\"tcp\" portid=\"{port}\"><state state=\"open\" reason=\"syn-ack\"/><service name=\"{service}\" product=\"{product}\" \
             version=\"{version}\" method=\"probed\" conf=\"10\">{cpe}</service></port>"
        );
    }
    text.push_str("</ports>\n</host>\n");
    text
}

const HYPERVISOR: &[Service] = &[
    (443, "https", "VMware ESXi Server httpd", "", "cpe:/o:vmware:esxi"),
    (902, "vmware-auth", "VMware Authentication Daemon", "1.10", ""),
];

const SERVER: &[Service] = &[
    (22, "ssh", "OpenSSH", "9.2p1 Debian 2+deb12u3", "cpe:/a:openbsd:openssh:9.2p1"),
    (1947, "sentinelsrm", "Sentinel License Manager", "", ""),
];

const DEVICES: &[(&str, &[Service])] = &[
    (
        "qd-fw-01",
        &[(443, "https", "Fortinet FortiGate firewall http config", "", "cpe:/o:fortinet:fortios")],
    ),
    (
        "sh-fw-01",
        &[(
            443,
            "https",
            "Palo Alto Networks firewall http config",
            "",
            "cpe:/o:paloaltonetworks:pan-os",
        )],
    ),
    (
        "cd-fw-01",
        &[(
            264,
            "fw1-topology",
            "Check Point FireWall-1 Topology",
            "",
            "cpe:/a:checkpoint:firewall-1",
        )],
    ),
    ("cd-fw-03", &[(22, "ssh", "Huawei VRP sshd", "", "cpe:/o:huawei:vrp")]),
    ("qd-cam-02", &[(554, "rtsp", "Dahua DVR rtspd", "", "")]),
    ("sh-lb-01", &[(443, "https", "F5 BIG-IP load balancer httpd", "", "cpe:/a:f5:big-ip")]),
];
