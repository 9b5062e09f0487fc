//! Questions about what may pass, as people write them.

use std::net::IpAddr;

use policy::{
    AddressId, Addresses, Family, IpRange, Policy, PortRange, ServiceId, Services, Zones,
    parse_prefix,
};
use proof::analysis::Query;

use super::near::near;
use super::pairing::zone;

/// A name that a context does not know.
pub(crate) struct Unknown {
    /// The name.
    pub(crate) name: String,
    /// Names that are nearly so, the nearest first.
    pub(crate) near: Vec<String>,
}

/// How many near names are told.
const NEAR: usize = 3;

/// A question before names are looked up; an empty list is everything.
#[derive(Default)]
pub(crate) struct Question {
    from: Vec<String>,
    to: Vec<String>,
    source: Vec<String>,
    destination: Vec<String>,
    services: Vec<String>,
}

impl Question {
    /// Reads `src 10.0.0.0/8 dst web tcp/22 from lan to dmz`; words in any order, names with spaces or commas in quotes, `!` before
    /// what is left out.
    ///
    /// # Errors
    /// The word that cannot be read.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut question = Self::default();
        let mut words = words(text).into_iter();
        while let Some((word, quoted)) = words.next() {
            let list = match word.to_ascii_lowercase().as_str() {
                _ if quoted => return Err(word),
                "src" | "source" => &mut question.source,
                "dst" | "destination" => &mut question.destination,
                "from" => &mut question.from,
                "to" => &mut question.to,
                "service" => &mut question.services,
                _ if word.split(',').all(is_service) => {
                    question.services.extend(word.split(',').map(str::to_owned));
                    continue;
                }
                _ => return Err(word),
            };
            let (value, quoted) = words.next().ok_or(word)?;
            if quoted {
                list.push(value);
            } else {
                list.extend(value.split(',').map(str::to_owned));
            }
        }
        Ok(question)
    }

    /// Reads `ADDRESS:PORT[/PROTOCOL]`: who can reach it. The protocol is TCP unless given; an object may stand for the address.
    pub(crate) fn reach(text: &str) -> Option<Self> {
        let (place, port) = text.rsplit_once(':')?;
        let (port, protocol) = port.split_once('/').unwrap_or((port, "tcp"));
        let destination = match place.strip_prefix('[') {
            Some(inner) => inner.strip_suffix(']')?.parse::<IpAddr>().ok()?.to_string(),
            // Where an IPv6 address ends and the port begins is not told without brackets.
            None if place.is_empty() || place.contains(':') => return None,
            None => place.to_owned(),
        };
        let wanted = format!("{protocol}/{port}");
        service(&wanted).filter(|one| matches!(one, Services::Ports(_)))?;
        let (destination, services) = (vec![destination], vec![wanted]);
        Some(Self { destination, services, ..Self::default() })
    }

    /// The question in the names of one context.
    ///
    /// # Errors
    /// The name that it does not know.
    pub(crate) fn of(&self, policy: &Policy) -> Result<Query, Unknown> {
        let services = one_of(
            &self.services,
            |name| service_named(policy, name),
            || policy.services.iter().map(|object| &*object.name).collect(),
        )?;
        Ok(Query {
            translated: false,
            port_zero: false,
            from: zones(policy, &self.from)?,
            to: zones(policy, &self.to)?,
            source: addresses(policy, &self.source)?,
            destination: addresses(policy, &self.destination)?,
            services: match services {
                None => Services::Any,
                Some((named, without)) => {
                    let named =
                        if named.is_empty() { Services::Any } else { Services::union(named) };
                    if without.is_empty() {
                        named
                    } else {
                        Services::Common(vec![named, Services::union(without).negated()])
                    }
                }
            },
        })
    }
}

/// Names as what they stand for: those meant, and those left out; `None` when there are no names.
type Meant<T> = Option<(Vec<T>, Vec<T>)>;

fn one_of<'n, T>(
    names: &[String],
    meant: impl Fn(&str) -> Option<T>,
    known: impl Fn() -> Vec<&'n str>,
) -> Result<Meant<T>, Unknown> {
    if names.is_empty() {
        return Ok(None);
    }
    let (mut named, mut without) = (Vec::new(), Vec::new());
    for name in names {
        // A name may begin with the sign itself.
        if let Some(one) = meant(name) {
            named.push(one);
        } else if let Some(one) = name.strip_prefix('!').and_then(&meant) {
            without.push(one);
        } else {
            let name = name.strip_prefix('!').unwrap_or(name);
            return Err(Unknown { near: near(name, known(), NEAR), name: name.to_owned() });
        }
    }
    Ok(Some((named, without)))
}

fn zones(policy: &Policy, names: &[String]) -> Result<Zones, Unknown> {
    let meant = |name: &str| zone(policy, name);
    Ok(match one_of(names, meant, || zone_names(policy))? {
        None => Zones::Any,
        Some((named, without)) if named.is_empty() => Zones::Except(without),
        Some((mut named, without)) => {
            named.retain(|zone| !without.contains(zone));
            Zones::Of(named)
        }
    })
}

fn zone_names(policy: &Policy) -> Vec<&str> {
    let zones = policy.zones.iter().map(|zone| &*zone.name);
    zones.chain(policy.interfaces.iter().map(|interface| &*interface.name)).collect()
}

fn addresses(policy: &Policy, names: &[String]) -> Result<Addresses, Unknown> {
    let known = || {
        let objects = policy.addresses.iter().map(|object| &*object.name);
        objects.chain(zone_names(policy)).collect()
    };
    Ok(match one_of(names, |name| address(policy, name), known)? {
        None => Addresses::Any,
        Some((named, without)) => {
            let named = if named.is_empty() { Addresses::Any } else { Addresses::union(named) };
            if without.is_empty() { named } else { named.except(Addresses::union(without)) }
        }
    })
}

fn service_named(policy: &Policy, name: &str) -> Option<Services> {
    let at = policy.services.iter().position(|object| *object.name == *name);
    let id = at.and_then(|at| u32::try_from(at).ok());
    id.map(|id| Services::Object(ServiceId(id))).or_else(|| service(name))
}

/// Words, and whether each was quoted.
fn words(text: &str) -> Vec<(String, bool)> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let quote = matches!(first, '"' | '\'').then_some(first);
        let inner = if quote.is_some() { rest.get(1..).unwrap_or("") } else { rest };
        let end = |c: char| quote.map_or(c.is_whitespace(), |quote| c == quote);
        let (word, after) = inner.split_once(end).unwrap_or((inner, ""));
        words.push((word.to_owned(), quote.is_some()));
        rest = after.trim_start();
    }
    words
}

/// An object, `any`, an address, a network or a range; else whatever is in a zone of that name.
fn address(policy: &Policy, text: &str) -> Option<Addresses> {
    if let Some(at) = policy.addresses.iter().position(|object| *object.name == *text) {
        return Some(Addresses::Object(AddressId(u32::try_from(at).ok()?)));
    }
    if text == "any" {
        return Some(Addresses::Any);
    }
    if let Some(prefix) = parse_prefix(text) {
        return Some(Addresses::prefix(prefix));
    }
    let range = || {
        let (first, last) = text.split_once('-')?;
        IpRange::new(first.parse().ok()?, last.parse().ok()?)
    };
    range().map(Addresses::Range).or_else(|| zone(policy, text).map(Addresses::Zone))
}

/// `tcp`, `tcp/22`, `udp/1000-2000`, `icmp`, `icmp/8`, `icmp/3:1`, `ip/47`, `any`.
fn service(text: &str) -> Option<Services> {
    // As packets have it: `47`, `icmp:8:0`.
    if let Ok(protocol) = text.parse() {
        return Some(Services::Protocol(protocol));
    }
    let (name, value) = match text.split_once(['/', ':']) {
        Some((name, value)) => (name, Some(value)),
        None => (text, None),
    };
    let ports = |protocol: u8| match value {
        None => Some(Services::Protocol(protocol)),
        Some(value) => {
            let (first, last) = value.split_once('-').unwrap_or((value, value));
            let range = PortRange::new(first.parse().ok()?, last.parse().ok()?)?;
            Some(Services::ports(protocol, range))
        }
    };
    let icmp = |family| {
        let (kind, code) = match value {
            None => (None, None),
            Some(value) => match value.split_once(':') {
                Some((kind, code)) => (Some(kind), Some(code)),
                None => (Some(value), None),
            },
        };
        let number = |text: Option<&str>| text.map(str::parse).transpose().ok();
        Some(Services::Icmp { family, kind: number(kind)?, code: number(code)? })
    };
    match name {
        "any" if value.is_none() => Some(Services::Any),
        "tcp" => ports(6),
        "udp" => ports(17),
        "sctp" => ports(132),
        "icmp" => icmp(Family::V4),
        "icmp6" => icmp(Family::V6),
        "ip" => value?.parse().ok().map(Services::Protocol),
        _ => None,
    }
}

/// Whether the word is a service by its form, perhaps one that is left out.
fn is_service(word: &str) -> bool {
    service(word.strip_prefix('!').unwrap_or(word)).is_some()
}

#[cfg(test)]
mod tests {
    use policy::{Builder, Origin};

    use super::*;

    fn policy() -> Policy {
        let mut builder = Builder::new("");
        let origin = Origin::default();
        for name in ["lan", "dmz", "VPN users"] {
            builder.zone(name, &origin);
        }
        let one = |text: &str| Addresses::one(text.parse().unwrap());
        builder.address("web server", origin.clone(), one("192.0.2.5"));
        builder.address("!odd", origin.clone(), one("192.0.2.6"));
        builder.service("HTTPS", origin, Services::ports(6, PortRange::one(443)));
        builder.stand_ins();
        builder.policy
    }

    fn read(text: &str) -> Query {
        let question = Question::parse(text).unwrap();
        question.of(&policy()).unwrap_or_else(|unknown| panic!("{}", unknown.name))
    }

    fn near_of(text: &str) -> Vec<String> {
        Question::parse(text).unwrap().of(&policy()).err().unwrap().near
    }

    #[test]
    fn the_words_of_a_question_mean_what_they_say() {
        let asked = read("src 10.0.0.0/8 dst dmz tcp/22");
        assert_eq!(asked.source, Addresses::prefix(parse_prefix("10.0.0.0/8").unwrap()));
        assert_eq!(asked.destination, Addresses::Zone(policy::ZoneId(1)));
        assert_eq!(asked.services, Services::ports(6, PortRange::one(22)));
        let asked = read("FROM 'VPN users' dst \"web server\" dst 10.0.0.1 service HTTPS");
        assert_eq!(asked.from, Zones::Of(vec![policy::ZoneId(2)]));
    }

    #[test]
    fn what_is_left_out_is_left_out() {
        let asked = read("src !10.0.0.0/8 to !lan !icmp");
        let inside = Addresses::prefix(parse_prefix("10.0.0.0/8").unwrap());
        assert_eq!(asked.source, Addresses::Any.except(inside));
        assert_eq!(asked.to, Zones::Except(vec![policy::ZoneId(0)]));
        let icmp = Services::Icmp { family: Family::V4, kind: None, code: None };
        assert_eq!(asked.services, Services::Common(vec![Services::Any, icmp.negated()]));
    }

    #[test]
    fn a_name_that_begins_with_the_sign_is_that_name() {
        assert_eq!(read("src !odd").source, Addresses::Object(AddressId(1)));
    }

    #[test]
    fn ranges_and_codes_of_both_families_are_read() {
        let range = IpRange::new("2001:db8::1".parse().unwrap(), "2001:db8::9".parse().unwrap());
        let asked = read("dst 2001:db8::1-2001:db8::9 icmp6/1:4");
        assert_eq!(asked.destination, Addresses::Range(range.unwrap()));
        let icmp = Services::Icmp { family: Family::V6, kind: Some(1), code: Some(4) };
        assert_eq!(asked.services, icmp);
    }

    #[test]
    fn services_are_read_as_packets_have_them() {
        assert_eq!(read("icmp:8:0").services, read("icmp/8:0").services);
        assert_eq!(read("47").services, read("ip/47").services);
    }

    #[test]
    fn near_names_are_told_for_a_name_that_nobody_has() {
        assert_eq!(near_of("src web-server"), ["web server"]);
        assert_eq!(near_of("from Lan"), ["lan"]);
        assert_eq!(near_of("service https"), ["HTTPS"]);
        assert!(near_of("from somewhere").is_empty());
    }

    #[test]
    fn words_that_are_no_question_are_refused() {
        for text in ["tcp/99999", "src", "dst a b", "\"src\" x", "tcp/9-1", "icmp/300", "ip/999"] {
            assert!(Question::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_destination_is_an_address_or_an_object_with_a_port() {
        for text in ["192.0.2.5:3389", "[2001:db8::5]:53/udp", "web server:443", "192.0.2.0/24:22"]
        {
            assert!(Question::reach(text).is_some(), "{text}");
        }
        for text in ["192.0.2.5", "2001:db8::5:53", "[x]:1", ":22", "192.0.2.5:0x", "a:1/icmp"] {
            assert!(Question::reach(text).is_none(), "{text}");
        }
    }
}
