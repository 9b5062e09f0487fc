//! Who is there to talk: hosts, endpoints with their addresses, and everybody else.

use std::collections::BTreeSet;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use anyhow::Result;

use super::zipf::Zipf;
use crate::demo::random::Random;

/// How much there is of everything.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    /// Hosts of ours.
    pub(super) hosts: usize,
    /// Names of nobody who is looked for.
    pub(super) names: usize,
    /// Shared addresses on which those names, and some endpoints, live.
    pub(super) shared: usize,
    /// Suffixes of endpoints.
    pub(super) suffixes: usize,
    /// IPv4 prefixes of endpoints; of IPv6 there are a ninth as many.
    pub(super) prefixes: usize,
}

impl Scale {
    /// What suits so many conversations; at the top, the measure of a large site.
    pub(super) fn of(conversations: u64) -> Self {
        let part = |divisor: u64, least: usize, most: usize| {
            usize::try_from(conversations / divisor).unwrap_or(most).clamp(least, most)
        };
        let suffixes = part(1000, 24, 1984);
        let names = part(13, 60, 200_000);
        Self {
            hosts: part(130, 12, 20_000),
            names,
            shared: (names / 10).max(suffixes * 2),
            suffixes,
            prefixes: part(600, 27, 4500),
        }
    }
}

/// A suffix that is an endpoint.
pub(super) struct Suffix {
    pub(super) text: String,
    pub(super) vendor: String,
    pub(super) country: String,
    /// Whether it lies below none of the others.
    pub(super) root: bool,
    /// Its own addresses.
    pub(super) own: Vec<Own>,
    /// The shared addresses, IPv4 and IPv6, that it has with names of others. No two suffixes have the same.
    pub(super) shared: (IpAddr, IpAddr),
}

/// An address of a suffix's own.
#[derive(Clone, Copy)]
pub(super) struct Own {
    pub(super) address: IpAddr,
    /// The longest prefix in which it lies.
    pub(super) prefix: usize,
    /// Whether DNS answers ever tell it. Those that none tells can only be known by their prefix.
    pub(super) told: bool,
}

/// A prefix that is an endpoint.
pub(super) struct Prefix {
    pub(super) network: IpAddr,
    pub(super) length: u8,
    pub(super) vendor: String,
    pub(super) country: String,
}

impl Prefix {
    /// As it is written in the list of endpoints.
    pub(super) fn text(&self) -> String {
        format!("{}/{}", self.network, self.length)
    }

    fn holds(&self, address: IpAddr) -> bool {
        match (self.network, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let shift = 32 - u32::from(self.length);
                u64::from(network.to_bits()) >> shift == u64::from(address.to_bits()) >> shift
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let shift = 128 - u32::from(self.length);
                network.to_bits().checked_shr(shift) == address.to_bits().checked_shr(shift)
            }
            _ => false,
        }
    }
}

/// Everybody.
pub(super) struct World {
    pub(super) suffixes: Vec<Suffix>,
    pub(super) prefixes: Vec<Prefix>,
    pub(super) names: Vec<String>,
    pub(super) scale: Scale,
    /// Which host talks, and which name it wants.
    pub(super) busy: Zipf,
    pub(super) wanted: Zipf,
}

impl World {
    /// The same from the same seed.
    pub(super) fn new(seed: u64, scale: Scale) -> Self {
        let prefixes = prefixes(&mut Random::named(seed, "prefixes"), scale);
        let suffixes = suffixes(&mut Random::named(seed, "suffixes"), scale, &prefixes);
        let mut random = Random::named(seed, "names");
        let names = (0..scale.names).map(|number| benign(&mut random, number)).collect();
        let (busy, wanted) = (Zipf::new(scale.hosts, 0.7), Zipf::new(scale.names, 1.02));
        Self { suffixes, prefixes, names, scale, busy, wanted }
    }

    /// The address of a host of ours.
    pub(super) fn host(number: usize, six: bool) -> IpAddr {
        let number = number as u32;
        if six {
            let net = 0x2001_0db8_00aa_0000_u128 << 64;
            IpAddr::V6(Ipv6Addr::from_bits(net | u128::from(number + 0x1_0001)))
        } else {
            // The last byte is never 0 or 255.
            let (net, last) = (number / 250, number % 250 + 1);
            IpAddr::V4(Ipv4Addr::from_bits(0x0a14_0000 + (net << 8) + last))
        }
    }

    /// A shared address.
    pub(super) fn shared(number: usize, six: bool) -> IpAddr {
        let number = number as u32;
        if six {
            let net = 0x2a04_4e42_u128 << 96;
            IpAddr::V6(Ipv6Addr::from_bits(net | u128::from(number + 1) << 8))
        } else {
            IpAddr::V4(Ipv4Addr::from_bits(0x9765_0000 + number))
        }
    }

    /// An address of somebody without a name, whom nobody looks for.
    pub(super) fn plain(number: u64, six: bool) -> IpAddr {
        if six {
            let net = 0x2a02_0100_u128 << 96;
            IpAddr::V6(Ipv6Addr::from_bits(net | u128::from(number % 1_000_003 + 1)))
        } else {
            IpAddr::V4(Ipv4Addr::from_bits(0xb900_0001 + (number % 1_000_003) as u32))
        }
    }

    /// A shared address that occurs in one case only: what must not be taken for an endpoint cannot become one by another case.
    pub(super) fn once(number: u64, six: bool) -> IpAddr {
        if six {
            let net = 0x2a06_98c0_u128 << 96;
            IpAddr::V6(Ipv6Addr::from_bits(net | u128::from(number + 1)))
        } else {
            IpAddr::V4(Ipv4Addr::from_bits(0xc700_0000 + (number % (1 << 24)) as u32))
        }
    }

    /// The shared address of a name of nobody's.
    pub(super) fn of_name(&self, name: usize, six: bool) -> IpAddr {
        Self::shared(name.wrapping_mul(7919) % self.scale.shared.max(1), six)
    }

    /// The list of suffixes as a user would write it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn write_suffixes(&self, out: &mut dyn Write) -> Result<()> {
        writeln!(out, "suffix,vendor,country")?;
        for Suffix { text, vendor, country, .. } in &self.suffixes {
            writeln!(out, "{text},{vendor},{country}")?;
        }
        Ok(())
    }

    /// The list of prefixes as a user would write it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn write_prefixes(&self, out: &mut dyn Write) -> Result<()> {
        writeln!(out, "cidr,vendor,country")?;
        for prefix in &self.prefixes {
            writeln!(out, "{},{},{}", prefix.text(), prefix.vendor, prefix.country)?;
        }
        Ok(())
    }
}

/// A vendor who does not exist, with a country code that is nobody's (ISO 3166 leaves XA to XZ to users).
fn vendor(random: &mut Random) -> (String, String) {
    let number = random.below(40);
    let letter = char::from(b'A' + (number % 26) as u8);
    (format!("Vendor {number:02}"), format!("X{letter}"))
}

fn prefixes(random: &mut Random, scale: Scale) -> Vec<Prefix> {
    let mut seen = BTreeSet::new();
    let mut made: Vec<Prefix> = Vec::new();
    let sixes = scale.prefixes.div_ceil(9);
    let mut tries = 0;
    while made.len() < scale.prefixes + sixes && tries < scale.prefixes * 20 {
        tries += 1;
        let six = made.len() >= scale.prefixes;
        // Three in ten lie within one that is there already.
        let parent = made.get(random.below(made.len() as u64) as usize);
        let parent = parent.filter(|parent| parent.network.is_ipv6() == six);
        let parent = parent.filter(|_| random.percent(30));
        let (network, length) = match (parent, six) {
            (Some(parent), _) => within(random, parent),
            (None, false) => {
                let length = 14 + random.below(19) as u8;
                let bits = 0x4000_0000 + random.below(1 << 28) as u32;
                (cut(IpAddr::V4(Ipv4Addr::from_bits(bits)), length), length)
            }
            (None, true) => {
                let length = 29 + random.below(36) as u8;
                let bits = 0x2600_u128 << 112 | u128::from(random.next()) << 48;
                (cut(IpAddr::V6(Ipv6Addr::from_bits(bits)), length), length)
            }
        };
        if seen.insert((network, length)) {
            let (vendor, country) = vendor(random);
            made.push(Prefix { network, length, vendor, country });
        }
    }
    made
}

/// A longer prefix within this one.
fn within(random: &mut Random, parent: &Prefix) -> (IpAddr, u8) {
    let most = if parent.network.is_ipv6() { 96 } else { 32 };
    let room = u64::from(most - parent.length.min(most)) + 1;
    let length = (parent.length + 1 + random.below(room) as u8).min(most);
    (cut(inside(random, parent), length), length)
}

/// An address within a prefix.
fn inside(random: &mut Random, prefix: &Prefix) -> IpAddr {
    let left = u32::from(prefix.length);
    match prefix.network {
        IpAddr::V4(network) => {
            let host = u32::MAX.checked_shr(left).unwrap_or(0) & random.next() as u32;
            IpAddr::V4(Ipv4Addr::from_bits(network.to_bits() | host))
        }
        IpAddr::V6(network) => {
            let any = u128::from(random.next()) << 64 | u128::from(random.next());
            let host = u128::MAX.checked_shr(left).unwrap_or(0) & any;
            IpAddr::V6(Ipv6Addr::from_bits(network.to_bits() | host))
        }
    }
}

/// The network of an address.
fn cut(address: IpAddr, length: u8) -> IpAddr {
    match address {
        IpAddr::V4(four) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from_bits(four.to_bits() & mask))
        }
        IpAddr::V6(six) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() & mask))
        }
    }
}

fn suffixes(random: &mut Random, scale: Scale, prefixes: &[Prefix]) -> Vec<Suffix> {
    let mut used = BTreeSet::new();
    let mut made: Vec<Suffix> = Vec::new();
    for number in 0..scale.suffixes {
        let parent = made.get(random.below(made.len() as u64) as usize);
        let parent = parent.filter(|_| random.percent(30));
        let text = match parent {
            Some(parent) => format!("z{number}.{}", parent.text),
            None => format!("{}{number}.{}", word(random), random.pick(TOPS)),
        };
        // A child is often another vendor's: only the longest suffix counts.
        let same = parent.map(|parent| (parent.vendor.clone(), parent.country.clone()));
        let same = same.filter(|_| random.percent(50));
        let root = parent.is_none();
        let (vendor, country) = same.unwrap_or_else(|| vendor(random));
        let own = (0..6).filter_map(|nth| own(random, prefixes, &mut used, nth)).collect();
        let at = number * 2 % scale.shared.max(1);
        let shared = (World::shared(at, false), World::shared(at, true));
        made.push(Suffix { text, vendor, country, root, own, shared });
    }
    made
}

/// The first four are IPv4, the last two IPv6; of each kind DNS tells the first half.
fn own(
    random: &mut Random,
    prefixes: &[Prefix],
    used: &mut BTreeSet<IpAddr>,
    nth: u32,
) -> Option<Own> {
    let six = nth >= 4;
    for _ in 0..1000 {
        let prefix = prefixes.get(random.below(prefixes.len() as u64) as usize)?;
        let address = inside(random, prefix);
        if address.is_ipv6() == six && used.insert(address) {
            let holding = prefixes.iter().enumerate().filter(|(_, prefix)| prefix.holds(address));
            let (prefix, _) = holding.max_by_key(|(_, prefix)| prefix.length)?;
            return Some(Own { address, prefix, told: matches!(nth, 0 | 1 | 4) });
        }
    }
    None
}

/// A name of nobody who is looked for: its second label has a hyphen, and no suffix has one.
fn benign(random: &mut Random, number: usize) -> String {
    let host = random.pick(&["www", "api", "cdn", "static", "img-2", "z3", "login"]);
    let word = word(random);
    let top = random.pick(TOPS);
    match random.below(4) {
        0 => format!("{word}-{number}.{top}"),
        1 => format!("{host}.eu.{word}-{number}.{top}"),
        _ => format!("{host}.{word}-{number}.{top}"),
    }
}

fn word(random: &mut Random) -> String {
    const PARTS: &[&str] = &[
        "ba", "cor", "den", "fal", "gri", "hu", "jin", "kol", "lam", "mer", "nor", "pix", "qua",
        "ros", "sen", "tar", "ul", "vek", "wix", "yun", "zor",
    ];
    (0..2 + random.below(2)).map(|_| random.pick(PARTS)).collect()
}

const TOPS: &[&str] = &["com", "net", "cn", "io", "com.cn", "co.uk", "cloud", "xn--fiqs8s"];
