//! Logs of traffic: a sensor in Shanghai (Zeek), a proxy in Qingdao (Squid). Chengdu keeps none.
//!
//! Most installed products talk, some are silent, some hosts nobody logs, and two machines talk that no inventory has. Addresses of
//! the other side are those that are kept for documentation (RFC 5737).

use std::fmt::Write as _;

use anyhow::Result;

use super::company::{Company, Host};
use super::random::Random;
use super::{Estate, MIDNIGHT, gzip};

pub(crate) fn write(company: &Company, estate: &mut Estate) -> Result<()> {
    let mut sensor = Sensor { conn: String::new(), ssl: String::new() };
    let mut proxy = String::new();
    let (last, first) = DAYS;
    for day in (last..=first).rev() {
        let midnight = MIDNIGHT - day * 86_400;
        for host in &company.hosts {
            let mut random = Random::named(company.seed, &format!("log {} {day}", host.name));
            match host.site.code {
                "sh" => sensor.host(host, &Seen::of(company.seed, host), midnight, &mut random),
                "qd" => proxied(&mut proxy, host, midnight, &mut random),
                _ => {}
            }
        }
        let mut random = Random::named(company.seed, &format!("log stranger {day}"));
        for (address, product) in STRANGERS {
            let contacts = CONTACTS.iter().filter(|contact| contact.product == *product);
            contacts.for_each(|contact| sensor.talk(address, contact, midnight, &mut random));
        }
    }
    estate.put("logs/sh-zeek/conn.log.gz", gzip(sensor.conn.as_bytes())?);
    estate.put("logs/sh-zeek/ssl.log.gz", gzip(sensor.ssl.as_bytes())?);
    estate.put("logs/qd-proxy/access.log", proxy);
    Ok(())
}

/// What the sensor gets to see of a host.
#[derive(PartialEq, Eq)]
enum Seen {
    Everything,
    /// No contact of its products.
    Others,
    Nothing,
}

impl Seen {
    fn of(seed: u64, host: &Host) -> Self {
        match Random::named(seed, &format!("seen {}", host.name)).below(10) {
            0 => Self::Nothing,
            1 | 2 => Self::Others,
            _ => Self::Everything,
        }
    }
}

/// A contact that a product makes.
struct Contact {
    product: &'static str,
    name: &'static str,
    address: &'static str,
    /// How likely on a day, in percent.
    chance: u64,
    /// Most bytes out and in.
    bytes: (u64, u64),
}

struct Sensor {
    conn: String,
    ssl: String,
}

impl Sensor {
    fn host(&mut self, host: &Host, seen: &Seen, midnight: u64, random: &mut Random) {
        if *seen == Seen::Nothing {
            return;
        }
        self.talk(&host.ip, &INTRANET, midnight, random);
        if *seen == Seen::Everything {
            let own = CONTACTS.iter().filter(|contact| host.software.contains(&contact.product));
            for contact in own {
                if random.percent(contact.chance) {
                    self.talk(&host.ip, contact, midnight, random);
                }
            }
        }
    }

    /// One flow with its handshake.
    fn talk(&mut self, client: &str, contact: &Contact, midnight: u64, random: &mut Random) {
        let Contact { name, address, bytes: (most_out, most_in), .. } = contact;
        let time = format!("{}.{:06}", midnight + random.below(86_000), random.below(1_000_000));
        let (uid, port) = (format!("C{}", random.hex(16)), 49_152 + random.below(16_000));
        let (out, back) = (1_000 + random.below(*most_out), 1_000 + random.below(*most_in));
        let ends = format!(
            "\"ts\":{time},\"uid\":\"{uid}\",\"id.orig_h\":\"{client}\",\"id.orig_p\":{port},\"id.resp_h\":\"{address}\",\"id.resp_p\":443"
        );
        let _ = writeln!(
            self.conn,
            "{{{ends},\"proto\":\"tcp\",\"service\":\"ssl\",\"duration\":{}.5,\"orig_bytes\":{out},\"resp_bytes\":{back},\"conn_state\":\"SF\",\
             \"local_orig\":true,\"local_resp\":false,\"missed_bytes\":0}}",
            random.below(300)
        );
        let _ = writeln!(
            self.ssl,
            "{{{ends},\"version\":\"TLSv13\",\"server_name\":\"{name}\",\"resumed\":false,\"established\":true}}"
        );
    }
}

/// The proxy's own log has one counter, of bytes to the client.
fn proxied(proxy: &mut String, host: &Host, midnight: u64, random: &mut Random) {
    let own = CONTACTS.iter().filter(|contact| host.software.contains(&contact.product));
    for Contact { name, address, chance, bytes: (_, most), .. } in own {
        if random.percent(*chance) {
            let time = format!("{}.{:03}", midnight + random.below(86_000), random.below(1_000));
            let (took, bytes) = (random.below(9_000), 1_000 + random.below(*most));
            let client = &host.ip;
            let _ = writeln!(
                proxy,
                "{time} {took:6} {client} TCP_TUNNEL/200 {bytes} CONNECT {name}:443 - HIER_DIRECT/{address} -"
            );
        }
    }
}

const INTRANET: Contact = Contact {
    product: "",
    name: "portal.jinhai.example",
    address: "192.0.2.10",
    chance: 100,
    bytes: (40_000, 400_000),
};

const fn contact(
    product: &'static str,
    name: &'static str,
    address: &'static str,
    chance: u64,
    bytes: (u64, u64),
) -> Contact {
    Contact { product, name, address, chance, bytes }
}

const CONTACTS: &[Contact] = &[
    contact("falcon", "ts01-b.cloudsink.net", "198.51.100.11", 95, (9_000_000, 600_000)),
    contact("falcon", "lfodown01-b.cloudsink.net", "198.51.100.12", 25, (20_000, 60_000_000)),
    contact(
        "falcon",
        "lfoup01-gyr-maverick.cloudsink.net",
        "198.51.100.13",
        6,
        (40_000_000, 50_000),
    ),
    contact(
        "globalprotect",
        "portal.gpcloudservice.com",
        "198.51.100.21",
        60,
        (900_000, 4_000_000),
    ),
    contact(
        "cortex",
        "ch-jinhai.traps.paloaltonetworks.com",
        "198.51.100.22",
        90,
        (5_000_000, 400_000),
    ),
    contact("kes", "ksn-file-geo.kaspersky-labs.com", "203.0.113.31", 80, (300_000, 500_000)),
    contact("kes", "downloads.upd.kaspersky.com", "203.0.113.32", 30, (20_000, 30_000_000)),
    contact("forticlient", "fctupdate.fortinet.net", "203.0.113.41", 40, (20_000, 8_000_000)),
];

/// Machines that no inventory has, with what talks on them.
const STRANGERS: &[(&str, &str)] = &[("10.10.99.14", "falcon"), ("10.10.99.80", "cortex")];

/// The last and the first day, in days before that of the demo.
const DAYS: (u64, u64) = (2, 11);
