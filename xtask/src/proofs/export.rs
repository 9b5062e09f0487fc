//! A policy as plain numbers, for programs that know nothing of ours.

use policy::{Action, Addresses, Policy, Services, Verdict, Zones};
use serde_json::{Value, json};

use super::replay::{ranges, services};

/// The policy as JSON; `None` where it has more than zones, IPv4 addresses, services and plain verdicts.
pub(crate) fn exported(policy: &Policy) -> Option<Value> {
    let base = policy.rulebases.first()?;
    if policy.rulebases.len() > 1 || !policy.nat.passes.is_empty() {
        return None;
    }
    let mut rules = Vec::new();
    for rule in base.rules.iter().filter(|rule| rule.enabled) {
        let Action::Decide(verdict) = rule.action else { return None };
        rules.push(json!({
            "from": zones(&rule.from),
            "to": zones(&rule.to),
            "source": addresses(policy, &rule.source),
            "destination": addresses(policy, &rule.destination),
            "service": line(policy, &rule.services)?,
            "verdict": number(verdict),
        }));
    }
    Some(json!({ "zones": policy.zones.len(), "default": number(base.default), "rules": rules }))
}

fn number(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Accept => 0,
        Verdict::Deny => 1,
        Verdict::Drop => 2,
        Verdict::Reject => 3,
    }
}

fn cell(ranges: &[(u32, u32)], negated: bool) -> Value {
    json!({ "ranges": ranges, "negated": negated })
}

fn zones(zones: &Zones) -> Value {
    let listed = |zones: &[policy::ZoneId]| -> Vec<(u32, u32)> {
        zones.iter().map(|zone| (zone.0, zone.0)).collect()
    };
    match zones {
        Zones::Any => Value::Null,
        Zones::Of(zones) => cell(&listed(zones), false),
        Zones::Except(zones) => cell(&listed(zones), true),
    }
}

fn addresses(policy: &Policy, addresses: &Addresses) -> Value {
    // As twins have them, everything but what is negated may be turned round twice.
    let (mut inner, mut negated) = (addresses, false);
    while let Addresses::Except(from, without) = inner
        && **from == Addresses::Any
    {
        (inner, negated) = (without, !negated);
    }
    if *inner == Addresses::Any {
        return Value::Null;
    }
    let mut found = Vec::new();
    ranges(policy, inner, &mut found);
    let bits = |address: std::net::IpAddr| match address {
        std::net::IpAddr::V4(address) => address.to_bits(),
        std::net::IpAddr::V6(_) => 0,
    };
    let found: Vec<(u32, u32)> =
        found.iter().map(|range| (bits(range.first()), bits(range.last()))).collect();
    cell(&found, negated)
}

/// Services as protocol times 65536, with the port or type and code.
fn line(policy: &Policy, cell: &Services) -> Option<Value> {
    if *cell == Services::Any {
        return Some(Value::Null);
    }
    let mut found = Vec::new();
    services(policy, cell, &mut found);
    let ranges = found.iter().map(|service| match service {
        Services::Ports(ports) => {
            let base = u32::from(ports.protocol) << 16;
            let (first, last) = (ports.destination.first(), ports.destination.last());
            Some((base + u32::from(first), base + u32::from(last)))
        }
        Services::Protocol(protocol) => {
            let base = u32::from(*protocol) << 16;
            Some((base, base + 0xffff))
        }
        Services::Icmp { kind: Some(kind), code: None, .. } => {
            let base = (1 << 16) + (u32::from(*kind) << 8);
            Some((base, base + 0xff))
        }
        _ => None,
    });
    let ranges: Vec<(u32, u32)> = ranges.collect::<Option<_>>()?;
    Some(self::cell(&ranges, false))
}
