//! Questions about what may pass, as people write them, and the answers as records.

use std::net::IpAddr;

use model::record::query::{Answer, Part, QueriedContext};
use policy::{
    AddressId, Addresses, Family, IpRange, Policy, PortRange, ServiceId, Services, Verdict, Zones,
    parse_prefix,
};
use proof::analysis::{self, Query};

use super::pairing::{Placed, zone, zone_name};
use super::platform_name;
use super::replay::{outcome, replay};

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
    /// Reads `src 10.0.0.0/8 dst web tcp/22 from lan to dmz`; words in any order, names with spaces in quotes.
    ///
    /// # Errors
    /// The word that cannot be read.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut question = Self::default();
        let mut words = words(text).into_iter();
        while let Some((word, quoted)) = words.next() {
            let list = match word.as_str() {
                _ if quoted => return Err(word),
                "src" => &mut question.source,
                "dst" => &mut question.destination,
                "from" => &mut question.from,
                "to" => &mut question.to,
                "service" => &mut question.services,
                _ if word.split(',').all(|one| service(one).is_some()) => {
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

    /// Reads `ADDRESS:PORT[/PROTOCOL]`: who can reach it. The protocol is TCP unless given.
    pub(crate) fn reach(text: &str) -> Option<Self> {
        let (place, protocol) = text.rsplit_once('/').unwrap_or((text, "tcp"));
        let (address, port) = place.rsplit_once(':')?;
        let address: IpAddr = match address.strip_prefix('[') {
            Some(inner) => inner.strip_suffix(']')?.parse().ok()?,
            None => address.parse::<std::net::Ipv4Addr>().ok()?.into(),
        };
        let wanted = format!("{protocol}/{port}");
        service(&wanted).filter(|one| matches!(one, Services::Ports(_)))?;
        let (destination, services) = (vec![address.to_string()], vec![wanted]);
        Some(Self { destination, services, ..Self::default() })
    }

    /// The question in the names of one context.
    ///
    /// # Errors
    /// The name that it does not know.
    fn of(&self, policy: &Policy) -> Result<Query, String> {
        let zones = |names: &[String]| {
            if names.is_empty() {
                return Ok(Zones::Any);
            }
            let ids = names.iter().map(|name| zone(policy, name).ok_or_else(|| name.clone()));
            ids.collect::<Result<Vec<_>, String>>().map(Zones::Of)
        };
        let addresses = |names: &[String]| {
            if names.is_empty() {
                return Ok(Addresses::Any);
            }
            let of = |name: &String| address(policy, name).ok_or_else(|| name.clone());
            names.iter().map(of).collect::<Result<Vec<_>, String>>().map(Addresses::union)
        };
        let of = |name: &String| {
            let named = || {
                let at = policy.services.iter().position(|object| *object.name == **name)?;
                Some(Services::Object(ServiceId(u32::try_from(at).ok()?)))
            };
            named().or_else(|| service(name)).ok_or_else(|| name.clone())
        };
        let services = self.services.iter().map(of).collect::<Result<Vec<_>, String>>()?;
        Ok(Query {
            from: zones(&self.from)?,
            to: zones(&self.to)?,
            source: addresses(&self.source)?,
            destination: addresses(&self.destination)?,
            services: if services.is_empty() { Services::Any } else { Services::union(services) },
        })
    }
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
    let (first, last) = text.split_once('-')?;
    IpRange::new(first.parse().ok()?, last.parse().ok()?).map(Addresses::Range)
}

/// `tcp`, `tcp/22`, `udp/1000-2000`, `icmp`, `icmp/8`, `ip/47`, `any`.
fn service(text: &str) -> Option<Services> {
    let (name, value) = match text.split_once('/') {
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
        let kind = value.map(str::parse).transpose().ok()?;
        Some(Services::Icmp { family, kind, code: None })
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

/// What one context answers; with `permitting`, only what it lets pass is listed.
pub(crate) fn answer(placed: Placed<'_>, question: &Question, permitting: bool) -> QueriedContext {
    let base = QueriedContext {
        device: placed.device.name.to_string(),
        platform_name: platform_name(placed.device.platform),
        context: placed.policy.context.to_string(),
        ..QueriedContext::default()
    };
    let query = match question.of(placed.policy) {
        Ok(query) => query,
        Err(unknown) => {
            return QueriedContext { verdict: "unknown-name".to_owned(), unknown, ..base };
        }
    };
    let found = match analysis::query(placed.policy, &query) {
        Ok(found) => found,
        Err(limit) => {
            let limit = limit.0.replace(' ', "-");
            return QueriedContext { verdict: "gave-up".to_owned(), limit, ..base };
        }
    };
    let mut told: Vec<Answer> = Vec::new();
    for one in &found {
        let replayed = replay(placed.policy, &one.witness, 0);
        // What the evaluator does not confirm is not shown: a defect of ours.
        let last = replayed.decision.steps.last();
        if last.is_none_or(|step| step.by != one.by || step.verdict != one.verdict) {
            let limit = "replay".to_owned();
            return QueriedContext { verdict: "gave-up".to_owned(), limit, ..base };
        }
        told.push(Answer {
            permits: one.verdict == Verdict::Accept,
            uncertain: one.uncertain || !replayed.assumed.is_empty(),
            outcome: outcome(placed, &replayed),
            parts: one
                .parts
                .as_deref()
                .map(|parts| parts.iter().map(|one| part(placed.policy, one)).collect())
                .unwrap_or_default(),
        });
    }
    let (permits, denies) =
        (told.iter().any(|one| one.permits), told.iter().any(|one| !one.permits));
    let verdict = match (permits, denies) {
        (true, true) => "both",
        (true, false) => "permitted",
        (false, true) => "denied",
        (false, false) => "nothing",
    };
    told.retain(|one| one.permits || !permitting);
    told.sort_by_key(|one| !one.permits);
    QueriedContext { verdict: verdict.to_owned(), answers: told, ..base }
}

fn part(policy: &Policy, part: &analysis::Part) -> Part {
    let addresses = |ranges: &[(IpAddr, IpAddr)]| -> Vec<String> {
        let shown = |(first, last): &(IpAddr, IpAddr)| match IpRange::new(*first, *last) {
            Some(range) => range.to_string(),
            None => format!("{first}-{last}"),
        };
        ranges.iter().map(shown).collect()
    };
    Part {
        from: part.from.iter().map(|id| zone_name(policy, *id)).collect(),
        source: addresses(&part.source),
        destination: addresses(&part.destination),
        services: part.services.iter().flat_map(|range| services(*range)).collect(),
    }
}

/// The protocols of the line that `analysis::Part` describes: first number, number of values, name.
const LINE: [(u32, u32, &str); 5] = [
    (0, 65_536, "tcp"),
    (65_536, 65_536, "udp"),
    (131_072, 65_536, "sctp"),
    (196_608, 65_536, "icmp"),
    (262_144, 256, "ip"),
];

/// A range of the line in words.
fn services((first, last): (u32, u32)) -> Vec<String> {
    let mut shown = Vec::new();
    for (start, count, name) in LINE {
        let end = start + (count - 1);
        let (low, high) = (first.max(start), last.min(end));
        if low > high {
            continue;
        }
        let (low, high) = (low - start, high - start);
        let number = |value: u32| match name {
            "icmp" => format!("{}:{}", value >> 8, value & 0xff),
            _ => value.to_string(),
        };
        shown.push(if (low, high) == (0, count - 1) {
            name.to_owned()
        } else if low == high {
            format!("{name}/{}", number(low))
        } else {
            format!("{name}/{}-{}", number(low), number(high))
        });
    }
    shown
}
