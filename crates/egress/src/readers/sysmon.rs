//! Sysmon events 3 (network connection) and 22 (DNS query), from Windows and Linux, however they were exported.
//!
//! In go JSON (flat, nested as collectors and converters have it, or by the elastic common schema), XML (a saved log, or syslog lines of
//! Linux) and binary event logs. Out come programs that talk, and answers as the machine saw them; no counters. An event 22 yields both:
//! the answer, and the program with the name. Other events are inert. Times are `UtcTime`, which the event itself says is UTC: the
//! time around it is not always.
//!
//! Follows the schema of Sysmon 15. Not read: provider manifests, events that a sensor dropped.

mod evtx;
mod json;
mod xml;

use std::collections::BTreeMap;

use super::row::{Left, port, protocol, said};
use crate::codes;
use crate::event::{Answer, Host, Talk, parse_address};
use crate::reader::{Out, Yields};
use crate::time::{Time, parse_iso};

pub(super) use evtx::SysmonEvtx;
pub(super) use json::SysmonJson;
pub(super) use xml::SysmonXml;

/// What its rows may yield.
const YIELDS: Yields = Yields { flows: false, names: false, answers: true, talks: true };

/// One event, out of whatever notation.
#[derive(Default)]
struct Event<'a> {
    /// The channel or provider, which tells whether it is one of Sysmon.
    origin: &'a str,
    /// The number of its kind.
    id: Option<u32>,
    /// The machine.
    host: Option<&'a str>,
    /// When it was written.
    written: Option<Time>,
}

/// Makes something of an event whose values are kept by name: those of `System`, and data.
fn read_parts(parts: &BTreeMap<String, String>, at: u64, out: &mut Out<'_>) -> Result<(), Left> {
    let part = |name: &str| parts.get(name).map(String::as_str);
    let event = Event {
        origin: part("System/Provider").or(part("System/Channel")).unwrap_or(""),
        id: part("System/EventID").and_then(|id| id.trim().parse().ok()),
        host: part("System/Computer"),
        written: part("System/TimeCreated").and_then(parse_iso),
    };
    read(&event, |name| part(&format!("Data/{name}")), at, out)
}

/// Makes something of an event whose data are found by name.
fn read<'a>(
    event: &Event<'a>,
    data: impl Fn(&str) -> Option<&'a str>,
    at: u64,
    out: &mut Out<'_>,
) -> Result<(), Left> {
    let ours = event.origin.contains("Sysmon") || event.origin.contains("sysmon");
    match (ours, event.id) {
        (true, Some(3)) => connection(event, data, at, out),
        (true, Some(22)) => query(event, data, at, out),
        (_, None) => Err(Left::Lost(codes::ROW_MALFORMED)),
        _ => Err(Left::Inert(codes::NOT_TRAFFIC)),
    }
}

fn when<'a>(event: &Event<'a>, data: &impl Fn(&str) -> Option<&'a str>) -> Option<Time> {
    data("UtcTime").and_then(parse_iso).or(event.written)
}

fn connection<'a>(
    event: &Event<'a>,
    data: impl Fn(&str) -> Option<&'a str>,
    at: u64,
    out: &mut Out<'_>,
) -> Result<(), Left> {
    let end = |side: &str| {
        let field = |what: &str| data(&format!("{side}{what}")).and_then(said);
        let address =
            field("Ip").map(|text| parse_address(text).ok_or(Left::Lost(codes::NO_ADDRESS)));
        Ok((address.transpose()?, port(field("Port")), field("Hostname")))
    };
    let (source, target) = (end("Source")?, end("Destination")?);
    // Not initiated by this machine: the source is the other side.
    let inbound = data("Initiated").is_some_and(|value| value.eq_ignore_ascii_case("false"));
    let (local, remote) = if inbound { (target, source) } else { (source, target) };
    if remote.0.is_none() && remote.2.is_none() {
        return Err(Left::Lost(codes::NO_ADDRESS));
    }
    let talk = Talk {
        at: when(event, &data),
        host: event.host,
        local: (local.0, local.1),
        remote: (remote.0, remote.1),
        protocol: protocol(data("Protocol")),
        name: remote.2,
        program: data("Image").and_then(said).unwrap_or(""),
    };
    out.talk(&talk, at);
    Ok(())
}

fn query<'a>(
    event: &Event<'a>,
    data: impl Fn(&str) -> Option<&'a str>,
    at: u64,
    out: &mut Out<'_>,
) -> Result<(), Left> {
    let name = data("QueryName").and_then(said).ok_or(Left::Lost(codes::ROW_MALFORMED))?;
    let results = data("QueryResults").and_then(said).unwrap_or("");
    // `type:  5 alias;::ffff:192.0.2.1;`: what is no address is an alias on the way or another kind of record.
    let addresses: Vec<_> = results
        .split(';')
        .filter_map(|result| Some((parse_address(said(result)?)?, None)))
        .collect();
    let client = event.host.map(Host::Named);
    let time = when(event, &data);
    out.answer(&Answer { at: time, client, name, addresses: &addresses }, at);
    let talk = Talk {
        at: time,
        host: event.host,
        local: (None, None),
        remote: (None, None),
        protocol: None,
        name: Some(name),
        program: data("Image").and_then(said).unwrap_or(""),
    };
    out.talk(&talk, at);
    Ok(())
}

#[cfg(test)]
mod tests;
