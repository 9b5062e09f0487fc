//! One packet, and how people write one.

use std::fmt;
use std::net::IpAddr;

use crate::net::Family;
use crate::place::{InterfaceId, ZoneId};
use crate::whole::Policy;

/// The first packet of a flow, as it arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Packet {
    /// Where it comes in.
    pub ingress: InterfaceId,
    /// Source address; of the same family as the destination.
    pub source: IpAddr,
    /// Destination address.
    pub destination: IpAddr,
    /// What is above IP.
    pub transport: Transport,
}

/// Protocol with its ports or types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// TCP (6), UDP (17) or SCTP (132).
    Ports {
        /// The protocol's number.
        protocol: u8,
        /// Source port.
        source: u16,
        /// Destination port.
        destination: u16,
    },
    /// ICMP or ICMPv6.
    Icmp {
        /// Which of the two.
        family: Family,
        /// The type.
        kind: u8,
        /// The code.
        code: u8,
    },
    /// Any other protocol.
    Other {
        /// Its number.
        protocol: u8,
    },
}

impl Transport {
    /// The IP protocol number.
    pub fn protocol(self) -> u8 {
        match self {
            Self::Ports { protocol, .. } | Self::Other { protocol } => protocol,
            Self::Icmp { family: Family::V4, .. } => 1,
            Self::Icmp { family: Family::V6, .. } => 58,
        }
    }

    /// The same with other ports, where it has any.
    pub(crate) fn with_ports(self, new_source: Option<u16>, new_destination: Option<u16>) -> Self {
        match self {
            Self::Ports { protocol, source, destination } => Self::Ports {
                protocol,
                source: new_source.unwrap_or(source),
                destination: new_destination.unwrap_or(destination),
            },
            other => other,
        }
    }
}

/// A packet as people write it, before names are looked up:
/// `[in=NAME] [out=NAME] [KIND=NAME …] SOURCE[:PORT] > DESTINATION[:PORT]/PROTOCOL[:TYPE[:CODE]]`.
///
/// An IPv6 address with a port stands in brackets. The protocol is `tcp`, `udp`, `sctp`, `icmp`, `icmp6` or a number; `ip/47` and
/// `icmp/8:0` are read too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PacketText {
    /// Interface or zone where it comes in.
    pub ingress: Option<String>,
    /// Interface or zone where it is taken to leave when the routes do not say.
    pub egress: Option<String>,
    /// What is taken to hold: kind (`app`, `user`, `fqdn` …) and name.
    pub given: Vec<(String, String)>,
    /// Source address.
    pub source: IpAddr,
    /// Destination address.
    pub destination: IpAddr,
    /// Protocol, ports, types.
    pub transport: Transport,
    /// Whether the source port was not given and one was chosen.
    pub port_chosen: bool,
}

/// Why a text is no packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PacketError {
    /// There is no ` > ` between source and destination, or more than one.
    NoArrow,
    /// There is no `/protocol` behind the destination.
    NoProtocol,
    /// This is no address.
    Address(String),
    /// This is no port, or the protocol has none, or one is missing.
    Port(String),
    /// This is no protocol, or its type or code is wrong.
    Protocol(String),
    /// Source and destination are of different families, or ICMP is of another one.
    Families,
    /// A word before the source that is not `name=value`.
    Word(String),
    /// No interface or zone has this name.
    Place(String),
    /// Where it comes in is not given, and there is more than one possibility.
    NoIngress,
}

/// The port a client is taken to send from when none is written: the first of the dynamic range of RFC 6335.
const CLIENT_PORT: u16 = 49_152;

impl PacketText {
    /// Reads a packet.
    ///
    /// # Errors
    /// When the text is not of the form above.
    pub fn parse(text: &str) -> Result<Self, PacketError> {
        let (left, right) = text.split_once('>').ok_or(PacketError::NoArrow)?;
        if right.contains('>') {
            return Err(PacketError::NoArrow);
        }
        let mut words: Vec<&str> = left.split_whitespace().collect();
        let source = words.pop().ok_or(PacketError::NoArrow)?;
        let (destination, protocol) =
            right.trim().rsplit_once('/').ok_or(PacketError::NoProtocol)?;
        // As questions have it: `ip/47`, `icmp/8:0`.
        let split = destination.rsplit_once('/').map(|(place, name)| (place, name.trim()));
        let (destination, protocol) = match split {
            Some((place, "ip")) => (place, protocol.to_owned()),
            Some((place, name @ ("icmp" | "icmp6"))) => (place, format!("{name}:{protocol}")),
            _ => (destination, protocol.to_owned()),
        };
        let (source, source_port) = address_and_port(source)?;
        let (destination, destination_port) = address_and_port(destination.trim())?;
        if source.is_ipv4() != destination.is_ipv4() {
            return Err(PacketError::Families);
        }
        let family = Family::of(source);
        let transport = transport(protocol.trim(), family, source_port, destination_port)?;
        let has_ports = matches!(transport, Transport::Ports { .. });
        let mut packet = Self {
            ingress: None,
            egress: None,
            given: Vec::new(),
            source,
            destination,
            transport,
            port_chosen: has_ports && source_port.is_none(),
        };
        for word in words {
            let (name, value) =
                word.split_once('=').ok_or_else(|| PacketError::Word(word.to_owned()))?;
            match name {
                "in" => packet.ingress = Some(value.to_owned()),
                "out" => packet.egress = Some(value.to_owned()),
                _ => packet.given.push((name.to_owned(), value.to_owned())),
            }
        }
        Ok(packet)
    }

    /// The packet in a policy. Without `in=` the ingress is where the routes lead back to the source, or the only interface.
    ///
    /// # Errors
    /// When a name is unknown, or the ingress is open.
    pub fn in_policy(&self, policy: &Policy) -> Result<Packet, PacketError> {
        let ingress = match &self.ingress {
            Some(name) => policy.place(name).ok_or_else(|| PacketError::Place(name.clone()))?,
            None => policy.way_back(self.source).ok_or(PacketError::NoIngress)?,
        };
        Ok(Packet {
            ingress,
            source: self.source,
            destination: self.destination,
            transport: self.transport,
        })
    }
}

impl Policy {
    /// The interface of this name, or an interface of the zone of this name.
    pub fn place(&self, name: &str) -> Option<InterfaceId> {
        let named = self.interfaces.iter().position(|interface| &*interface.name == name);
        let found = named.or_else(|| {
            let zone = self.zones.iter().position(|zone| &*zone.name == name)?;
            let zone = ZoneId(u32::try_from(zone).ok()?);
            self.interfaces.iter().position(|interface| interface.zone == zone)
        })?;
        u32::try_from(found).ok().map(InterfaceId)
    }

    /// Where packets from this address are taken to come in: by the route back to it, or by the only interface.
    fn way_back(&self, source: IpAddr) -> Option<InterfaceId> {
        let back = crate::place::best_route(&self.interfaces, &self.routes, source).flatten();
        back.or_else(|| (self.interfaces.len() == 1).then_some(InterfaceId(0)))
    }
}

fn address_and_port(text: &str) -> Result<(IpAddr, Option<u16>), PacketError> {
    let wrong = || PacketError::Address(text.to_owned());
    if let Some(inner) = text.strip_prefix('[') {
        let (address, rest) = inner.split_once(']').ok_or_else(wrong)?;
        let address = address.parse().map_err(|_| wrong())?;
        return match rest.strip_prefix(':') {
            Some(port) => Ok((address, Some(port_number(port)?))),
            None if rest.is_empty() => Ok((address, None)),
            None => Err(wrong()),
        };
    }
    if let Ok(address) = text.parse() {
        return Ok((address, None));
    }
    let (address, port) = text.rsplit_once(':').ok_or_else(wrong)?;
    let address: IpAddr = address.parse().map_err(|_| wrong())?;
    if address.is_ipv6() {
        return Err(wrong());
    }
    Ok((address, Some(port_number(port)?)))
}

fn port_number(text: &str) -> Result<u16, PacketError> {
    text.parse().map_err(|_| PacketError::Port(text.to_owned()))
}

fn transport(
    text: &str,
    family: Family,
    source: Option<u16>,
    destination: Option<u16>,
) -> Result<Transport, PacketError> {
    let mut parts = text.split(':');
    let name = parts.next().unwrap_or("").to_ascii_lowercase();
    let wrong = || PacketError::Protocol(text.to_owned());
    let protocol: u8 = match name.as_str() {
        "tcp" => 6,
        "udp" => 17,
        "sctp" => 132,
        "icmp" if family == Family::V6 => return Err(PacketError::Families),
        "icmp" => 1,
        "icmp6" | "icmpv6" => 58,
        number => number.parse().map_err(|_| wrong())?,
    };
    let mut numbers = parts.map(|part| part.parse::<u8>().map_err(|_| wrong()));
    let kind = numbers.next().transpose()?;
    let code = numbers.next().transpose()?;
    let too_many = numbers.next().is_some();
    if matches!(protocol, 6 | 17 | 132) {
        let destination = destination.ok_or_else(|| PacketError::Port(String::new()))?;
        let source = source.unwrap_or(CLIENT_PORT);
        return match kind {
            None => Ok(Transport::Ports { protocol, source, destination }),
            Some(_) => Err(wrong()),
        };
    }
    if let Some(port) = source.or(destination) {
        return Err(PacketError::Port(port.to_string()));
    }
    let icmp = match protocol {
        1 => Some(Family::V4),
        58 => Some(Family::V6),
        _ => None,
    };
    match icmp {
        _ if too_many => Err(wrong()),
        Some(of) if of != family => Err(PacketError::Families),
        // An echo request is what people mean by a ping.
        Some(of) => {
            let echo = if of == Family::V4 { 8 } else { 128 };
            Ok(Transport::Icmp { family: of, kind: kind.unwrap_or(echo), code: code.unwrap_or(0) })
        }
        None if kind.is_some() => Err(wrong()),
        None => Ok(Transport::Other { protocol }),
    }
}

impl fmt::Display for Packet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bare = |address: IpAddr| address.to_string();
        let with_port = |address: IpAddr, port: u16| match address {
            IpAddr::V4(address) => format!("{address}:{port}"),
            IpAddr::V6(address) => format!("[{address}]:{port}"),
        };
        match self.transport {
            Transport::Ports { protocol, source, destination } => {
                let from = with_port(self.source, source);
                let to = with_port(self.destination, destination);
                write!(out, "{from} > {to}/{}", protocol_name(protocol))
            }
            Transport::Icmp { family, kind, code } => {
                let name = if family == Family::V4 { "icmp" } else { "icmp6" };
                write!(
                    out,
                    "{} > {}/{name}:{kind}:{code}",
                    bare(self.source),
                    bare(self.destination)
                )
            }
            Transport::Other { protocol } => {
                write!(out, "{} > {}/{protocol}", bare(self.source), bare(self.destination))
            }
        }
    }
}

/// `tcp`, `udp`, `sctp`, or the number.
pub(crate) fn protocol_name(protocol: u8) -> String {
    match protocol {
        6 => "tcp".to_owned(),
        17 => "udp".to_owned(),
        132 => "sctp".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_write_packets_in_many_ways() {
        let packet = PacketText::parse("in=port1 10.1.2.3:1024 > 192.0.2.5:443/tcp").unwrap();
        assert_eq!(packet.ingress.as_deref(), Some("port1"));
        let tcp = Transport::Ports { protocol: 6, source: 1024, destination: 443 };
        assert_eq!(packet.transport, tcp);
        let packet = PacketText::parse("app=ssl 2001:db8::1 > [2001:db8::2]:53/udp").unwrap();
        assert!(packet.port_chosen);
        assert_eq!(packet.given, [("app".to_owned(), "ssl".to_owned())]);
        let packet = PacketText::parse("10.0.0.1 > 10.0.0.2/icmp:3:1").unwrap();
        assert_eq!(packet.transport, Transport::Icmp { family: Family::V4, kind: 3, code: 1 });
        for text in ["10.0.0.1 > 10.0.0.2/47", "10.0.0.1 > 10.0.0.2/ip/47"] {
            let packet = PacketText::parse(text).unwrap();
            assert_eq!(packet.transport, Transport::Other { protocol: 47 });
        }
        let packet = PacketText::parse("10.0.0.1 > 10.0.0.2/icmp/3:1").unwrap();
        assert_eq!(packet.transport, Transport::Icmp { family: Family::V4, kind: 3, code: 1 });
    }

    #[test]
    fn what_is_no_packet_says_why() {
        let why = |text: &str| PacketText::parse(text).unwrap_err();
        assert_eq!(why("10.0.0.1 10.0.0.2"), PacketError::NoArrow);
        assert_eq!(why("10.0.0.1 > 10.0.0.2"), PacketError::NoProtocol);
        assert_eq!(why("10.0.0.1 > 10.0.0.2/tcp"), PacketError::Port(String::new()));
        assert_eq!(why("10.0.0.1:99999 > 10.0.0.2:1/tcp"), PacketError::Port("99999".into()));
        assert_eq!(why("10.0.0.1 > 2001:db8::1/icmp"), PacketError::Families);
        assert_eq!(why("10.0.0.1 > 10.0.0.2/icmp6"), PacketError::Families);
        assert_eq!(why("x 10.0.0.1 > 10.0.0.2/icmp"), PacketError::Word("x".into()));
        assert_eq!(why("10.0.0.1:1 > 10.0.0.2/icmp"), PacketError::Port("1".into()));
    }
}
