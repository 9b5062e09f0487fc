//! Answers to questions about what may pass, as records.

use std::net::IpAddr;

use model::record::query::{Answer, Part, QueriedContext};
use policy::{IpRange, Policy, Verdict};
use proof::analysis;

use super::areas::conditions;
use super::pairing::{Placed, zone_name};
use super::platform_name;
use super::question::{Question, Unknown};
use super::replay::{outcome, replay};

/// What one context answers. With `reach`, packets are meant, too, that are translated to what is asked about, and only what passes is
/// listed.
pub(crate) fn answer(placed: Placed<'_>, question: &Question, reach: bool) -> QueriedContext {
    let base = QueriedContext {
        device: placed.device.name.to_string(),
        platform_name: platform_name(placed.device.platform),
        context: placed.policy.context.to_string(),
        ..QueriedContext::default()
    };
    let query = match question.of(placed.policy) {
        Ok(query) => query,
        Err(Unknown { name, near }) => {
            let verdict = "unknown-name".to_owned();
            return QueriedContext { verdict, unknown: name, near, ..base };
        }
    };
    let asked = |translated| -> Result<Vec<_>, String> {
        let query = analysis::Query { translated, ..query.clone() };
        let found = analysis::query(placed.policy, &query);
        let found = found.map_err(|limit| limit.0.replace(' ', "-"))?.into_iter();
        Ok(found.map(|one| (one, translated)).collect())
    };
    let translated = if reach { asked(true) } else { Ok(Vec::new()) };
    let found = match asked(false).and_then(|found| Ok([found, translated?].concat())) {
        Ok(found) => found,
        Err(limit) => return QueriedContext { verdict: "gave-up".to_owned(), limit, ..base },
    };
    let mut told: Vec<Answer> = Vec::new();
    for (one, translated) in &found {
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
            translated: *translated,
            outcome: outcome(placed, &replayed),
            parts: one
                .parts
                .as_deref()
                .map(|parts| parts.iter().map(|one| part(placed.policy, one)).collect())
                .unwrap_or_default(),
        });
    }
    let permits = told.iter().any(|one| one.permits);
    let denies = told.iter().any(|one| !one.permits);
    let certain = found.iter().any(|(one, _)| one.verdict == Verdict::Accept && !one.uncertain);
    let verdict = match (permits, denies) {
        (true, true) if !certain => "possible",
        (true, true) => "both",
        (true, false) => "permitted",
        (false, true) => "denied",
        (false, false) => "nothing",
    };
    told.retain(|one| one.permits || !reach);
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
        source_ports: part.clients.iter().map(ports).collect(),
        conditions: conditions(&part.answers, (policy, policy)),
    }
}

fn ports((first, last): &(u32, u32)) -> String {
    if first == last { first.to_string() } else { format!("{first}-{last}") }
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
pub(crate) fn services((first, last): (u32, u32)) -> Vec<String> {
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
        // Packets of which a port is 0 are not asked about.
        let least = u32::from(matches!(name, "tcp" | "udp" | "sctp"));
        shown.push(if low <= least && high == count - 1 {
            name.to_owned()
        } else if low == high {
            format!("{name}/{}", number(low))
        } else {
            format!("{name}/{}-{}", number(low), number(high))
        });
    }
    shown
}
