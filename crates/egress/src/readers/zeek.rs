//! Zeek's logs: what their fields mean, whatever form they are written in.
//!
//! Bytes are those of `orig_bytes` and `resp_bytes`: what the two sides sent without headers, from TCP sequence numbers. Where one
//! of them is unset nothing is known, except that no bytes passed when `orig_ip_bytes` (with headers) is there and zero. Two sensors
//! may see one connection: each is a channel.

mod json;
mod json_sieve;
mod tsv;
mod tsv_sieve;

#[cfg(test)]
mod testing;

pub(crate) use json::ZeekJson;
pub(crate) use tsv::ZeekTsv;

use std::net::IpAddr;

use model::diagnostic::{Code, Severity};

use crate::codes;
use crate::event::{Answer, Flow, Host, Key, Name, NameFrom, Side, Volume, parse_address};
use crate::reader::{Out, Yields};
use crate::readers::names;
use crate::readers::object::{Unusable, Value};
use crate::time::Time;

/// What a log is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    /// Connections, with counters.
    Conn,
    /// Connections that still go on: `conn` will count them.
    Interim,
    /// TLS and QUIC handshakes.
    Tls,
    /// HTTP requests.
    Http,
    /// DNS questions and answers.
    Dns,
    /// Anything else.
    Other,
}

impl Stream {
    /// By the name of the log.
    pub(crate) fn of(path: &str) -> Self {
        match path {
            "conn" => Self::Conn,
            "conn_long" | "conn-long" => Self::Interim,
            "ssl" | "quic" => Self::Tls,
            "http" => Self::Http,
            "dns" => Self::Dns,
            _ => Self::Other,
        }
    }

    /// What its rows may yield.
    pub(crate) fn yields(self) -> Yields {
        Yields {
            flows: self == Self::Conn,
            names: matches!(self, Self::Tls | Self::Http),
            answers: self == Self::Dns,
            talks: false,
        }
    }
}

/// A field that is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Path,
    Sensor,
    Time,
    Uid,
    Ends,
    Client,
    ClientPort,
    Server,
    ServerPort,
    /// The client, where a field map renamed it; so the next three.
    Source,
    SourcePort,
    Destination,
    DestinationPort,
    Protocol,
    ProtocolNumber,
    Service,
    Duration,
    Sent,
    Received,
    SentWithHeaders,
    ReceivedWithHeaders,
    Missed,
    ClientOurs,
    ServerOurs,
    Version,
    ServerName,
    Host,
    Target,
    Query,
    QueryType,
    Answers,
    Lives,
    /// One that only tells what kind of row it is.
    Sign(Stream),
}

impl Field {
    /// By its name, see [`Self::end`] for the two ends.
    pub(crate) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "_path" | "_stream" | "@stream" | "@path" => Self::Path,
            "@system" | "_system_name" => Self::Sensor,
            "ts" => Self::Time,
            "uid" => Self::Uid,
            "id" => Self::Ends,
            "proto" => Self::Protocol,
            "ip_proto" => Self::ProtocolNumber,
            "service" => Self::Service,
            "duration" => Self::Duration,
            "orig_bytes" => Self::Sent,
            "resp_bytes" => Self::Received,
            "orig_ip_bytes" => Self::SentWithHeaders,
            "resp_ip_bytes" => Self::ReceivedWithHeaders,
            "missed_bytes" => Self::Missed,
            "local_orig" => Self::ClientOurs,
            "local_resp" => Self::ServerOurs,
            "version" => Self::Version,
            "server_name" => Self::ServerName,
            "host" => Self::Host,
            "uri" => Self::Target,
            "query" => Self::Query,
            "qtype" => Self::QueryType,
            "answers" => Self::Answers,
            "TTLs" => Self::Lives,
            "conn_state" | "orig_pkts" | "resp_pkts" => Self::Sign(Stream::Conn),
            "trans_id" | "rtt" | "qclass" | "qtype_name" | "rcode" | "rcode_name" | "AA" | "RD"
            | "RA" | "TC" | "rejected" => Self::Sign(Stream::Dns),
            "trans_depth" | "request_body_len" | "response_body_len" => Self::Sign(Stream::Http),
            "request_type" | "client" | "share_type" | "fuid" | "note" | "analyzer" => {
                Self::Sign(Stream::Other)
            }
            "cipher"
            | "curve"
            | "resumed"
            | "established"
            | "ssl_history"
            | "next_protocol"
            | "client_initial_dcid"
            | "client_scid"
            | "server_scid" => Self::Sign(Stream::Tls),
            _ => return Self::end(name),
        })
    }

    /// The fields of `id`, whatever stands between (`id.orig_h`, `id_orig_h`), and the names that field maps give them.
    pub(crate) fn end(name: &str) -> Option<Self> {
        let rest = name.strip_prefix("id").unwrap_or(name);
        let own = rest.trim_start_matches(|letter: char| !letter.is_ascii_alphanumeric());
        let between = rest.len() - own.len();
        if between > 2 || (between == 0) != (rest.len() == name.len()) {
            return None;
        }
        Some(match own {
            "orig_h" => Self::Client,
            "orig_p" => Self::ClientPort,
            "resp_h" => Self::Server,
            "resp_p" => Self::ServerPort,
            "src" | "src_ip" | "source_ip" if between == 0 => Self::Source,
            "src_port" | "source_port" if between == 0 => Self::SourcePort,
            "dst" | "dest" | "dst_ip" | "dest_ip" | "destination_ip" if between == 0 => {
                Self::Destination
            }
            "dst_port" | "dest_port" | "destination_port" if between == 0 => Self::DestinationPort,
            _ => return None,
        })
    }

    /// The stream of a row of which this is the first field that only one stream has; some fields say so only after `proto`.
    fn stream(self, after_protocol: bool) -> Option<Stream> {
        match self {
            Self::Sign(stream) => Some(stream),
            Self::Sent | Self::Received | Self::SentWithHeaders | Self::ReceivedWithHeaders => {
                Some(Stream::Conn)
            }
            Self::Missed => Some(Stream::Conn),
            Self::Service | Self::Duration if after_protocol => Some(Stream::Conn),
            Self::ServerName => Some(Stream::Tls),
            Self::Host | Self::Target => Some(Stream::Http),
            Self::Query | Self::QueryType | Self::Answers | Self::Lives => Some(Stream::Dns),
            _ => None,
        }
    }

    /// The stream of a row with these fields in this order, by the first that tells.
    pub(crate) fn tell(fields: impl IntoIterator<Item = Self>) -> Stream {
        let (mut after_protocol, mut version) = (false, false);
        for field in fields {
            if let Some(stream) = field.stream(after_protocol) {
                return stream;
            }
            after_protocol |= field == Self::Protocol;
            version |= field == Self::Version;
        }
        // `http.log` has one too.
        if version { Stream::Tls } else { Stream::Other }
    }
}

/// A row whose fields are found.
pub(crate) struct Row<'r> {
    pub(crate) stream: Stream,
    pub(crate) fields: &'r [(Field, Value<'r>)],
}

impl Row<'_> {
    /// The value of a field that may stand once. Unset is none.
    fn get(&self, field: Field) -> Result<Option<&Value<'_>>, Code> {
        let mut found = self.fields.iter().filter(|(own, _)| *own == field).map(|(_, value)| value);
        let first = found.next();
        if found.next().is_some() {
            return Err(codes::DUPLICATE_KEY);
        }
        Ok(first.filter(|value| **value != Value::Null))
    }

    fn text(&self, field: Field) -> Result<Option<&str>, Code> {
        self.get(field)?.map_or(Ok(None), Value::text).map_err(because)
    }

    fn count(&self, field: Field) -> Result<Option<u64>, Code> {
        let count = self.get(field)?.map_or(Ok(None), Value::count);
        count.map_err(|_| codes::BAD_COUNTER)
    }

    fn address(&self, field: Field, renamed: Field) -> Result<Option<IpAddr>, Code> {
        let text = self.text(field)?.map_or_else(|| self.text(renamed), |text| Ok(Some(text)))?;
        text.map(|text| parse_address(text).ok_or(codes::NO_ADDRESS)).transpose()
    }

    fn port(&self, field: Field, renamed: Field) -> Result<Option<u16>, Code> {
        // What is no port is as good as none.
        let value = self.get(field)?.map_or_else(|| self.get(renamed), |value| Ok(Some(value)))?;
        Ok(value.and_then(|value| u16::try_from(value.count().ok()??).ok()))
    }

    fn client(&self) -> Result<Option<IpAddr>, Code> {
        self.address(Field::Client, Field::Source)
    }

    fn server(&self) -> Result<Option<IpAddr>, Code> {
        self.address(Field::Server, Field::Destination)
    }

    /// What ties it to other rows.
    fn key(&self) -> Result<Option<Key>, Code> {
        let Some(uid) = self.text(Field::Uid)? else { return Ok(None) };
        Ok(Some(Key::new(self.sensor()?.as_bytes(), uid.as_bytes())))
    }

    /// The sensor; empty when none is named.
    fn sensor(&self) -> Result<&str, Code> {
        let sensor = self.get(Field::Sensor)?;
        Ok(sensor.and_then(|value| value.text().ok()?).unwrap_or_default())
    }

    /// Hands on what the row says; `Err` is why it was lost, `Ok` of a code why it says nothing.
    pub(crate) fn emit(&self, at: u64, out: &mut Out<'_>) -> Result<Option<Code>, Code> {
        match self.stream {
            Stream::Conn => self.conn(at, out),
            Stream::Interim => Ok(Some(codes::COUNTED_AT_END)),
            Stream::Tls => self.named(NameFrom::Sni, at, out),
            Stream::Http => self.named(NameFrom::Host, at, out),
            Stream::Dns => self.dns(at, out),
            Stream::Other => Ok(Some(codes::NOT_TRAFFIC)),
        }
    }

    fn conn(&self, at: u64, out: &mut Out<'_>) -> Result<Option<Code>, Code> {
        let client = self.client()?.ok_or(codes::NO_ADDRESS)?;
        let server = self.server()?.ok_or(codes::NO_ADDRESS)?;
        let mut flow = Flow::new(Host::Address(client), Some(server));
        flow.key = self.key()?;
        flow.start = self.get(Field::Time)?.and_then(Value::time);
        let span = self.get(Field::Duration)?.and_then(Value::span);
        flow.end =
            flow.start.zip(span).and_then(|(start, span)| start.0.checked_add(span)).map(Time);
        flow.protocol = self.protocol(server)?;
        if !matches!(flow.protocol, Some(1 | 58)) {
            // In those of ICMP stand its type and code.
            flow.client_port = self.port(Field::ClientPort, Field::SourcePort)?;
            flow.server_port = self.port(Field::ServerPort, Field::DestinationPort)?;
        }
        flow.sent = self.volume(Field::Sent, Field::SentWithHeaders)?;
        flow.received = self.volume(Field::Received, Field::ReceivedWithHeaders)?;
        let ours = |field| self.get(field).map(|value| value.and_then(Value::flag));
        flow.ours = match (ours(Field::ClientOurs)?, ours(Field::ServerOurs)?) {
            (Some(true), Some(false)) => Some(Side::Client),
            (Some(false), Some(true)) => Some(Side::Server),
            _ => None,
        };
        flow.application = self.text(Field::Service)?;
        flow.channel = out.channel(reporter(self.sensor()?));
        if self.count(Field::Missed)?.is_some_and(|missed| missed > 0) {
            out.note(codes::GAPS, Severity::Warning, at, &[]);
        }
        out.flow(&flow, at);
        Ok(None)
    }

    /// Bytes without headers.
    fn volume(&self, field: Field, with_headers: Field) -> Result<Volume, Code> {
        let (bytes, most) = (self.count(field)?, self.count(with_headers)?);
        Ok(match (bytes, most) {
            (Some(bytes), _) => Volume::Bytes(bytes),
            (None, Some(0)) => Volume::Bytes(0),
            (None, _) => Volume::Unknown,
        })
    }

    fn protocol(&self, server: IpAddr) -> Result<Option<u8>, Code> {
        let number =
            self.count(Field::ProtocolNumber)?.and_then(|number| u8::try_from(number).ok());
        let named = match self.text(Field::Protocol)? {
            Some("tcp") => Some(6),
            Some("udp") => Some(17),
            Some("icmp") => Some(if server.is_ipv4() { 1 } else { 58 }),
            _ => None,
        };
        Ok(number.or(named))
    }

    fn named(&self, from: NameFrom, at: u64, out: &mut Out<'_>) -> Result<Option<Code>, Code> {
        let name = match from {
            NameFrom::Host => names::requested(self.text(Field::Host)?, self.text(Field::Target)?),
            _ => self.text(Field::ServerName)?,
        };
        let Some(name) = name else { return Ok(Some(codes::NOT_TRAFFIC)) };
        let name = Name {
            at: self.get(Field::Time)?.and_then(Value::time),
            client: self.client()?.map(Host::Address),
            server: self.server()?,
            key: self.key()?,
            from,
            name,
        };
        out.name(&name, at);
        Ok(None)
    }

    fn dns(&self, at: u64, out: &mut Out<'_>) -> Result<Option<Code>, Code> {
        let Some(name) = self.text(Field::Query)? else { return Ok(Some(codes::NOT_TRAFFIC)) };
        let kind = self.get(Field::QueryType)?.and_then(|value| value.count().ok()?);
        let answers = self.get(Field::Answers)?.map_or(&[][..], Value::items);
        let lives = self.get(Field::Lives)?.map_or(&[][..], Value::items);
        let mut addresses = Vec::new();
        if kind.is_none_or(|kind| ADDRESSES.contains(&kind)) {
            for (index, answer) in answers.iter().enumerate() {
                let Ok(Some(text)) = answer.text() else { continue };
                let Some(address) = parse_address(text) else { continue };
                let life = lives.get(index).and_then(Value::span);
                addresses
                    .push((address, life.and_then(|life| u32::try_from(life / 1_000_000).ok())));
            }
        }
        let answer = Answer {
            at: self.get(Field::Time)?.and_then(Value::time),
            client: self.client()?.map(Host::Address),
            name,
            addresses: &addresses,
        };
        out.answer(&answer, at);
        Ok(None)
    }
}

/// Who reports, by the sensor's name. The processes of one worker, `worker-1-1` and `worker-1-2`, share out the connections among
/// them (Zeek's cluster documentation, `lb_procs`).
fn reporter(sensor: &str) -> &str {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match sensor.rsplit_once('-') {
        Some((worker, process)) if is_number(process) => match worker.rsplit_once('-') {
            Some((name, number)) if name.starts_with("worker") && is_number(number) => worker,
            _ => sensor,
        },
        _ => sensor,
    }
}

/// Types of questions whose answers have addresses: A, AAAA, HTTPS, any.
const ADDRESSES: [u64; 4] = [1, 28, 65, 255];

/// Why a row with such a value is lost.
fn because(why: Unusable) -> Code {
    match why {
        Unusable::Twice => codes::DUPLICATE_KEY,
        Unusable::Odd => codes::ROW_MALFORMED,
    }
}

/// Says what became of a row.
pub(crate) fn account(became: Result<Option<Code>, Code>, at: u64, out: &mut Out<'_>) {
    match became {
        Ok(None) => out.understood(),
        Ok(Some(reason)) => out.inert(reason),
        Err(reason) => out.lost(reason, at),
    }
}
