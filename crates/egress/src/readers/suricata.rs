//! Suricata's `eve.json`.
//!
//! Bytes come from rows with `event_type` `flow` alone: rows of alerts, handshakes and requests may bear partial counters of their
//! flow. They count whole packets with their headers, both ways. Rows of `netflow` have one direction each and count the same
//! traffic again: they are flows of a channel of their own. The sensor is a `host` that ends the row, where Suricata puts it; two may
//! see one connection, so each is a channel.

mod sieve;

#[cfg(test)]
mod testing;

use std::net::IpAddr;

use model::diagnostic::Code;

use crate::codes;
use crate::event::{Answer, Flow, Host, Key, Name, NameFrom, Volume, parse_address};
use crate::reader::{Format, Head, LineReader, Open, Out, Sieved, Swept, Wanted, Yields, blank};
use crate::readers::names;
use crate::readers::object::{self, LOOKED_AT, Unusable, Value, object};
use crate::readers::scan;
use crate::time::Time;
use sieve::Sieve;

/// The format.
pub(crate) struct SuricataEve;

impl Format for SuricataEve {
    fn id(&self) -> &'static str {
        "suricata-eve"
    }

    fn version(&self) -> u32 {
        1
    }

    fn family(&self) -> &'static str {
        "suricata"
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        rows(head).take(LOOKED_AT).filter_map(|fields| sure(&fields)).max()
    }

    fn open(&self, head: &Head<'_>) -> Open {
        let mut yields = Yields { flows: true, names: true, answers: true, talks: false };
        if head.complete {
            let kinds: Vec<String> = rows(head).map(|fields| kind(&fields)).collect();
            let has = |all: &[&str]| kinds.iter().any(|kind| all.contains(&kind.as_str()));
            yields.flows = has(&["flow", "netflow"]);
            yields.names = has(&["tls", "quic", "http"]);
            yields.answers = has(&["dns"]);
        }
        Open::Lines(Box::new(Reader { yields }))
    }
}

/// A key that is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Kind,
    Time,
    Id,
    Source,
    SourcePort,
    Destination,
    DestinationPort,
    Protocol,
    Application,
    /// The object of the kind's own.
    Body(&'static str),
    Sensor,
    /// What stands after the sensor.
    Capture,
    /// Any other: what stands before it is not last.
    Another,
}

impl Field {
    fn of(key: &str) -> Option<Self> {
        Some(match key {
            "event_type" => Self::Kind,
            "timestamp" => Self::Time,
            "flow_id" => Self::Id,
            "src_ip" => Self::Source,
            "src_port" => Self::SourcePort,
            "dest_ip" => Self::Destination,
            "dest_port" => Self::DestinationPort,
            "proto" => Self::Protocol,
            "app_proto" => Self::Application,
            "flow" => Self::Body("flow"),
            "netflow" => Self::Body("netflow"),
            "tls" => Self::Body("tls"),
            "quic" => Self::Body("quic"),
            "http" => Self::Body("http"),
            "dns" => Self::Body("dns"),
            "host" => Self::Sensor,
            "pcap_filename" => Self::Capture,
            _ => Self::Another,
        })
    }
}

/// The rows at the beginning of an input.
fn rows<'h>(head: &Head<'h>) -> impl Iterator<Item = Vec<(Field, Value<'h>)>> + use<'h> {
    object::rows(head).filter_map(|line| object(line, Field::of))
}

/// How sure it is that the row is of Suricata.
fn sure(fields: &[(Field, Value<'_>)]) -> Option<u8> {
    let has = |field| fields.iter().any(|(own, _)| *own == field);
    if !has(Field::Kind) || !has(Field::Time) {
        return None;
    }
    let kind = kind(fields);
    let own = fields.iter().any(|(field, _)| *field == Field::Body("flow"))
        || has(Field::Id)
        || KINDS.contains(&kind.as_str());
    Some(if own { 95 } else { 20 })
}

/// Kinds that only Suricata has among those without a flow.
const KINDS: [&str; 4] = ["stats", "engine", "drop", "anomaly"];

/// The kind of a row.
fn kind(fields: &[(Field, Value<'_>)]) -> String {
    let kind = fields.iter().find(|(field, _)| *field == Field::Kind);
    kind.and_then(|(_, kind)| kind.text().ok()?).unwrap_or_default().to_owned()
}

/// Reads all kinds of rows.
struct Reader {
    yields: Yields,
}

impl LineReader for Reader {
    fn yields(&self) -> Yields {
        self.yields
    }

    fn read(&self, line: &[u8], at: u64, out: &mut Out<'_>) {
        let line = object::unmarked(line);
        if blank(line, out) {
            return;
        }
        let became = match object(line, Field::of) {
            Some(fields) => Row(&fields).emit(at, out),
            None => Err(codes::ROW_MALFORMED),
        };
        match became {
            Ok(None) => out.understood(),
            Ok(Some(reason)) => out.inert(reason),
            Err(reason) => out.lost(reason, at),
        }
    }

    fn sieve(&self, line: &[u8], wanted: &dyn Wanted) -> Sieved {
        scan::line(line, |line| Sieve::new(wanted).row(line))
    }

    fn sieve_chunk(
        &self,
        chunk: &[u8],
        wanted: &dyn Wanted,
        take: &mut dyn FnMut(std::ops::Range<usize>, Sieved),
    ) -> Swept {
        let sieve = Sieve::new(wanted);
        scan::lines(chunk, |_| false, |line| sieve.row(line), take)
    }

    fn lasted(&self, line: &[u8]) -> (Option<Time>, Option<Time>) {
        sieve::lasted(line)
    }
}

/// A row's known members.
struct Row<'r>(&'r [(Field, Value<'r>)]);

impl Row<'_> {
    /// The value of a key that may stand once.
    fn get(&self, field: Field) -> Result<Option<&Value<'_>>, Code> {
        let mut found = self.0.iter().filter(|(own, _)| *own == field).map(|(_, value)| value);
        let first = found.next();
        if found.next().is_some() {
            return Err(codes::DUPLICATE_KEY);
        }
        Ok(first.filter(|value| **value != Value::Null))
    }

    fn text(&self, field: Field) -> Result<Option<&str>, Code> {
        self.get(field)?.map_or(Ok(None), Value::text).map_err(because)
    }

    fn address(&self, field: Field) -> Result<IpAddr, Code> {
        self.text(field)?.and_then(parse_address).ok_or(codes::NO_ADDRESS)
    }

    fn port(&self, field: Field) -> Result<Option<u16>, Code> {
        Ok(self.get(field)?.and_then(|value| u16::try_from(value.count().ok()??).ok()))
    }

    /// The flow's id and the sensor that gave it.
    fn key(&self) -> Result<Option<Key>, Code> {
        let id = match self.get(Field::Id)? {
            Some(Value::Whole(id)) => id.to_string(),
            Some(Value::Text(id)) if !id.is_empty() => id.clone().into_owned(),
            None => return Ok(None),
            Some(_) => return Err(codes::ROW_MALFORMED),
        };
        Ok(Some(Key::new(self.sensor()?.as_bytes(), id.as_bytes())))
    }

    /// The sensor; empty when none is named.
    fn sensor(&self) -> Result<&str, Code> {
        let sensor = self.get(Field::Sensor)?;
        Ok(sensor.and_then(|value| value.text().ok()?).unwrap_or_default())
    }

    fn emit(&self, at: u64, out: &mut Out<'_>) -> Result<Option<Code>, Code> {
        match self.text(Field::Kind)?.ok_or(codes::ROW_MALFORMED)? {
            "flow" => self.flow(at, out),
            "netflow" => self.netflow(at, out),
            "tls" => self.named("tls", "sni", NameFrom::Sni, at, out),
            "quic" => self.named("quic", "sni", NameFrom::Sni, at, out),
            "http" => self.named("http", "hostname", NameFrom::Host, at, out),
            "dns" => self.dns(at, out),
            _ => Ok(Some(codes::NOT_TRAFFIC)),
        }
    }

    /// A flow between the row's two ends, with the times and no counters of its body.
    fn ends<'f>(&'f self, body: &Value<'_>) -> Result<Flow<'f>, Code> {
        let client = self.address(Field::Source)?;
        let mut flow = Flow::new(Host::Address(client), Some(self.address(Field::Destination)?));
        flow.key = self.key()?;
        flow.key_recurs = true;
        flow.start = body.get("start").map_err(because)?.and_then(Value::time);
        flow.end = body.get("end").map_err(because)?.and_then(Value::time);
        if flow.end.is_none() {
            flow.end = self.get(Field::Time)?.and_then(Value::time);
        }
        flow.protocol = self.text(Field::Protocol)?.and_then(protocol);
        flow.client_port = self.port(Field::SourcePort)?;
        flow.server_port = self.port(Field::DestinationPort)?;
        flow.application = self.text(Field::Application)?.filter(|name| *name != "failed");
        Ok(flow)
    }

    fn flow(&self, at: u64, out: &mut Out<'_>) -> Result<Option<Code>, Code> {
        let body = self.get(Field::Body("flow"))?.unwrap_or(&Value::Null);
        let mut flow = self.ends(body)?;
        flow.sent = volume(body, "bytes_toserver")?;
        flow.received = volume(body, "bytes_toclient")?;
        flow.channel = out.channel(self.sensor()?);
        out.flow(&flow, at);
        Ok(None)
    }

    fn netflow(&self, at: u64, out: &mut Out<'_>) -> Result<Option<Code>, Code> {
        let body = self.get(Field::Body("netflow"))?.unwrap_or(&Value::Null);
        let mut flow = self.ends(body)?;
        flow.sent = volume(body, "bytes")?;
        flow.received = Volume::Elsewhere;
        flow.one_way = true;
        flow.channel = out.channel(format!("netflow {}", self.sensor()?).trim_end());
        out.flow(&flow, at);
        Ok(None)
    }

    fn named(
        &self,
        body: &'static str,
        key: &str,
        from: NameFrom,
        at: u64,
        out: &mut Out<'_>,
    ) -> Result<Option<Code>, Code> {
        let body = self.get(Field::Body(body))?.unwrap_or(&Value::Null);
        let own = |key| body.get(key)?.map_or(Ok(None), Value::text);
        let mut name = own(key).map_err(because)?;
        if from == NameFrom::Host {
            name = names::requested(name, own("url").map_err(because)?);
        }
        let Some(name) = name else { return Ok(Some(codes::NOT_TRAFFIC)) };
        let name = Name {
            at: self.get(Field::Time)?.and_then(Value::time),
            client: Some(Host::Address(self.address(Field::Source)?)),
            server: Some(self.address(Field::Destination)?),
            key: self.key()?,
            from,
            name,
        };
        out.name(&name, at);
        Ok(None)
    }

    fn dns(&self, at: u64, out: &mut Out<'_>) -> Result<Option<Code>, Code> {
        let body = self.get(Field::Body("dns"))?.unwrap_or(&Value::Null);
        let names = asked(body).map_err(because)?;
        if names.is_empty() {
            return Ok(Some(codes::NOT_TRAFFIC));
        }
        let addresses = answered(body).map_err(because)?;
        let time = self.get(Field::Time)?.and_then(Value::time);
        let client = Host::Address(self.address(self.asker()?)?);
        for name in names {
            let answer = Answer { at: time, client: Some(client), name, addresses: &addresses };
            out.answer(&answer, at);
        }
        Ok(None)
    }

    /// Who asked: the source; in rows of old versions that follow the packet, an answer's destination.
    fn asker(&self) -> Result<Field, Code> {
        let ports = (self.port(Field::SourcePort)?, self.port(Field::DestinationPort)?);
        let follows = matches!(ports, (Some(53), Some(other)) if other != 53);
        Ok(if follows { Field::Destination } else { Field::Source })
    }
}

/// A counter of a body.
fn volume(body: &Value<'_>, key: &str) -> Result<Volume, Code> {
    let value = body.get(key).map_err(because)?;
    let count = value.map_or(Ok(None), Value::count).map_err(|_| codes::BAD_COUNTER)?;
    Ok(count.map_or(Volume::Unknown, Volume::Bytes))
}

/// What was asked for: version 3 has `queries`, versions 1 and 2 `rrname`.
fn asked<'b>(body: &'b Value<'_>) -> Result<Vec<&'b str>, Unusable> {
    let mut names = Vec::new();
    for query in body.get("queries")?.map_or(&[][..], Value::items) {
        names.extend(query.get("rrname")?.map_or(Ok(None), Value::text)?);
    }
    if names.is_empty() {
        names.extend(body.get("rrname")?.map_or(Ok(None), Value::text)?);
    }
    Ok(names)
}

/// The addresses that came back: of `answers`, of `grouped` those that are not among them, and in version 1 of the body itself.
fn answered(body: &Value<'_>) -> Result<Vec<(IpAddr, Option<u32>)>, Unusable> {
    let mut addresses: Vec<(IpAddr, Option<u32>)> = Vec::new();
    let answers = body.get("answers")?.map_or(&[][..], Value::items);
    for record in answers.iter().chain(Some(body)) {
        let kind = record.get("rrtype")?.map_or(Ok(None), Value::text)?;
        let data = record.get("rdata")?.and_then(|data| data.text().ok()?);
        if let (Some("A" | "AAAA"), Some(address)) = (kind, data.and_then(parse_address)) {
            let life = record.get("ttl")?.and_then(|life| life.count().ok()?);
            addresses.push((address, life.and_then(|life| u32::try_from(life).ok())));
        }
    }
    if let Some(grouped) = body.get("grouped")? {
        for kind in ["A", "AAAA"] {
            for data in grouped.get(kind)?.map_or(&[][..], Value::items) {
                let address = data.text()?.and_then(parse_address);
                if let Some(address) = address
                    && !addresses.iter().any(|(known, _)| *known == address)
                {
                    addresses.push((address, None));
                }
            }
        }
    }
    Ok(addresses)
}

/// The number of a protocol, by the names that Suricata writes.
fn protocol(name: &str) -> Option<u8> {
    Some(match name.to_ascii_uppercase().as_str() {
        "TCP" => 6,
        "UDP" => 17,
        "ICMP" => 1,
        "IPV6-ICMP" | "ICMPV6" => 58,
        "SCTP" => 132,
        "GRE" => 47,
        "ESP" => 50,
        "AH" => 51,
        number => number.parse().ok()?,
    })
}

/// Why a row with such a value is lost.
fn because(why: Unusable) -> Code {
    match why {
        Unusable::Twice => codes::DUPLICATE_KEY,
        Unusable::Odd => codes::ROW_MALFORMED,
    }
}
