//! From the flows of a policy to the record of its zone matrix.

use model::record::matrix::{Matrix, MatrixCell, MatrixRule};
use policy::By;
use proof::analysis::{Flow, flows};
use proof::sets::Set;

use super::asked::services;
use super::packets::Teller;
use super::pairing::Placed;
use super::platform_name;

/// How many rules of a cell are named.
const RULES: usize = 50;

/// The zone matrix of one context.
pub(crate) fn matrix(placed: Placed<'_>) -> Matrix {
    let policy = placed.policy;
    let base = Matrix {
        device: placed.device.name.to_string(),
        platform_name: platform_name(placed.device.platform),
        context: policy.context.to_string(),
        zones: policy.zones.iter().map(|zone| zone.name.to_string()).collect(),
        ..Matrix::default()
    };
    match flows(policy) {
        Ok(flows) => {
            let cells = flows.iter().map(|flow| cell(placed, flow));
            Matrix { cells: cells.filter(|cell| cell.permits != "none").collect(), ..base }
        }
        Err(limit) => Matrix { limit: limit.0.replace(' ', "-"), ..base },
    }
}

fn cell(placed: Placed<'_>, flow: &Flow) -> MatrixCell {
    let certain = flow.certain.iter().any(|services| !services.is_empty());
    let possible = flow.possible.iter().any(|services| !services.is_empty());
    let permits = if flow.everything {
        "everything"
    } else if flow.any_service() {
        "any-service"
    } else if certain {
        "some"
    } else if possible {
        "possible"
    } else if flow.cut {
        "unknown"
    } else {
        "none"
    };
    let [certain, further] = [&flow.certain, &flow.possible].map(names);
    MatrixCell {
        from: flow.from.0,
        to: flow.to.0,
        permits: permits.to_owned(),
        possible: further.into_iter().filter(|name| !certain.contains(name)).collect(),
        services: certain,
        limited: names(&flow.limited()),
        internet: flow.public,
        cut: flow.cut,
        rules_all: u64::try_from(flow.by.len()).unwrap_or(u64::MAX),
        rules: flow.by.iter().take(RULES).map(|by| rule(placed, *by)).collect(),
    }
}

/// The services of both families in words, each once.
fn names(sets: &[Set; 2]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (set, icmp) in sets.iter().zip(["icmp", "icmp6"]) {
        let all = set.ranges().iter().flat_map(|range| services(*range));
        for name in all {
            let name = match name.strip_prefix("icmp") {
                Some(rest) => format!("{icmp}{rest}"),
                None => name,
            };
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// What decides, by name and place.
pub(crate) fn rule(placed: Placed<'_>, by: By) -> MatrixRule {
    let policy = placed.policy;
    let none = policy::Packet {
        ingress: policy::InterfaceId(0),
        source: std::net::Ipv4Addr::UNSPECIFIED.into(),
        destination: std::net::Ipv4Addr::UNSPECIFIED.into(),
        transport: policy::Transport::Other { protocol: 0 },
    };
    let teller = Teller { reading: placed.reading, policy, packet: &none };
    let step = policy::Step { stage: None, by, verdict: policy::Verdict::Accept };
    let told = teller.step(&step);
    let (path, line) = told.place.map(|place| (place.path, place.line)).unwrap_or_default();
    let name = if told.name.is_empty() { told.by } else { told.name };
    MatrixRule { name, path, line }
}
