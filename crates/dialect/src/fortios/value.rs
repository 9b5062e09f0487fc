//! Values as FortiOS writes them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use policy::{Family, IpRange, PortRange, Ports, Prefix, Services, parse_prefix};

use super::table::Value;

/// `10.0.0.0 255.0.0.0`, `10.0.0.0/8`, `10.0.0.0/255.0.0.0`, `2001:db8::/32`; a bare address is one address.
pub(super) fn prefix(value: &Value<'_>) -> Option<Prefix> {
    let mut words = value.words();
    let first = words.next()?;
    match words.next() {
        Some(mask) => words.next().is_none().then(|| masked(first, mask)).flatten(),
        None => parse_prefix(first),
    }
}

/// An address and a contiguous mask.
pub(super) fn masked(address: &str, mask: &str) -> Option<Prefix> {
    let address: Ipv4Addr = address.parse().ok()?;
    let mask: Ipv4Addr = mask.parse().ok()?;
    let ones = mask.to_bits().leading_ones();
    if mask.to_bits().count_ones() != ones {
        return None;
    }
    Prefix::new(address.into(), u8::try_from(ones).ok()?)
}

/// `A-B`, `A`, `A/n`.
pub(super) fn range(text: &str) -> Option<IpRange> {
    if let Some((first, last)) = text.split_once('-') {
        return IpRange::new(first.trim().parse().ok()?, last.trim().parse().ok()?);
    }
    if text.contains('/') {
        return Some(parse_prefix(text)?.range());
    }
    Some(IpRange::one(text.trim().parse().ok()?))
}

/// Whether it is the address that stands for "none set".
pub(super) fn unset(address: IpAddr) -> bool {
    address == IpAddr::V4(Ipv4Addr::UNSPECIFIED) || address == IpAddr::V6(Ipv6Addr::UNSPECIFIED)
}

/// `80` or `80-90`.
pub(super) fn ports(text: &str) -> Option<PortRange> {
    match text.split_once('-') {
        Some((first, last)) => PortRange::new(first.parse().ok()?, last.parse().ok()?),
        None => Some(PortRange::one(text.parse().ok()?)),
    }
}

/// One term `destination[:source]` of a port list. Without source ports: those of clients, 1 to 65535.
pub(super) fn port_term(protocol: u8, text: &str) -> Option<Services> {
    let (destination, source) = match text.split_once(':') {
        Some((destination, source)) => (destination, ports(source)?),
        None => (text, PortRange::new(1, u16::MAX)?),
    };
    Some(Services::Ports(Ports { protocol, source, destination: ports(destination)? }))
}

/// A term of the facts about predefined services: `tcp/80`, `udp/53:1024-65535`, `icmp/8/0`, `icmp6`, `ip/47`, `ip`.
pub(super) fn fact_term(text: &str) -> Option<Services> {
    let (kind, rest) = match text.split_once('/') {
        Some((kind, rest)) => (kind, Some(rest)),
        None => (text, None),
    };
    let protocol = match kind {
        "tcp" => 6,
        "udp" => 17,
        "sctp" => 132,
        "icmp" => return icmp(Family::V4, rest),
        "icmp6" => return icmp(Family::V6, rest),
        "ip" => {
            return match rest {
                None | Some("0") => Some(Services::Any),
                Some(number) => number.parse().ok().map(Services::Protocol),
            };
        }
        _ => return None,
    };
    port_term(protocol, rest.unwrap_or("1-65535"))
}

fn icmp(family: Family, rest: Option<&str>) -> Option<Services> {
    let mut numbers = rest.into_iter().flat_map(|rest| rest.split('/')).map(str::parse::<u8>);
    let kind = numbers.next().transpose().ok()?;
    let code = numbers.next().transpose().ok()?;
    Some(Services::Icmp { family, kind, code })
}
