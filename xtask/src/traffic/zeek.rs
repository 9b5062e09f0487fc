//! Zeek's logs `conn`, `ssl`, `http`, `quic` and `dns`, as JSON or as tab-separated columns with a header.

use std::net::IpAddr;
use std::path::Path;

use anyhow::Result;

use super::sink::Sink;
use super::story::{Conversation, Lookup, Service, State};
use super::text::{address, mix, number, put, seconds, uid};
use super::{Log, resolver};

/// What the logs say about which side is ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Local {
    Right,
    /// The sensor does not know which networks are ours: both sides are foreign.
    Unset,
    Absent,
}

/// The logs of one sensor.
pub(super) struct Zeek {
    json: bool,
    local: Local,
    /// A name of an endpoint, for text that only looks like one.
    decoy: String,
    conn: Sink,
    ssl: Sink,
    http: Sink,
    quic: Sink,
    dns: Sink,
    row: Vec<u8>,
}

impl Zeek {
    /// Logs in the folder, `conn` in files of at most so many rows.
    pub(super) fn new(folder: &Path, json: bool, local: Local, decoy: &str, most: u64) -> Self {
        let sink = |name, path, fields: &str, types: &str, most| {
            let header = if json { Vec::new() } else { header(path, fields, types) };
            Sink::new(folder.to_owned(), name, header, most)
        };
        Self {
            json,
            local,
            decoy: decoy.to_owned(),
            conn: sink("conn*.log", "conn", CONN.0, CONN.1, most),
            ssl: sink("ssl.log", "ssl", SSL.0, SSL.1, u64::MAX),
            http: sink("http.log", "http", HTTP.0, HTTP.1, u64::MAX),
            quic: sink("quic.log", "quic", QUIC.0, QUIC.1, u64::MAX),
            dns: sink("dns.log", "dns", DNS.0, DNS.1, u64::MAX),
            row: Vec::new(),
        }
    }

    fn begin(&mut self, at: i64, id: u64, ends: [(IpAddr, u16); 2]) -> Row<'_> {
        self.row.clear();
        let mut row = Row { out: &mut self.row, json: self.json, first: true };
        row.time("ts", at);
        uid(row.key("uid"), id);
        row.quote();
        let [(client, client_port), (server, server_port)] = ends;
        for (side, host, port) in [("orig", client, client_port), ("resp", server, server_port)] {
            let (name, port_name) = match side {
                "orig" => ("id.orig_h", "id.orig_p"),
                _ => ("id.resp_h", "id.resp_p"),
            };
            address(row.key(name), host);
            row.quote();
            row.number(port_name, u64::from(port));
        }
        row
    }

    fn conn(&mut self, talk: &Conversation) -> Result<()> {
        let local = self.local;
        let mut row = self.begin(talk.start, talk.id, ends(talk));
        row.text("proto", if talk.protocol() == 17 { "udp" } else { "tcp" });
        let service = match talk.service {
            Service::Tls => Some("ssl"),
            Service::Http => Some("http"),
            Service::Quic => Some("quic,ssl"),
            Service::Other => None,
        };
        row.maybe("service", service);
        let counted = talk.volume;
        match counted {
            Some(_) => row.time("duration", talk.duration),
            None => row.unset("duration"),
        }
        for (key, bytes) in
            [("orig_bytes", counted.map(|both| both.0)), ("resp_bytes", counted.map(|both| both.1))]
        {
            match bytes {
                Some(bytes) => row.number(key, bytes),
                None => row.unset(key),
            }
        }
        let (state, history) = match talk.state {
            State::Finished => ("SF", "ShADadFf"),
            State::Silent => ("S0", "S"),
            State::Refused => ("REJ", "Sr"),
        };
        row.text("conn_state", state);
        let (orig, resp) = (!talk.inbound, talk.inbound || talk.internal);
        for (key, ours) in [("local_orig", orig), ("local_resp", resp)] {
            match local {
                Local::Right => row.flag(key, ours),
                Local::Unset => row.flag(key, false),
                Local::Absent => row.unset(key),
            }
        }
        row.number("missed_bytes", 0);
        row.text("history", history);
        let (sent, received) = counted.unwrap_or((0, 0));
        for (packets, bytes, counter) in
            [("orig_pkts", "orig_ip_bytes", sent), ("resp_pkts", "resp_ip_bytes", received)]
        {
            let count = counter / 1400 + 1;
            row.number(packets, count);
            row.number(bytes, counter + count * 40);
        }
        row.number("ip_proto", u64::from(talk.protocol()));
        row.end();
        if talk.late { self.conn.row(&self.row) } else { self.conn.later(&self.row) }
    }

    fn ssl(&mut self, talk: &Conversation, name: Option<&str>) -> Result<()> {
        let mut row = self.begin(talk.start + 30_000, talk.id, ends(talk));
        row.text("version", if talk.id.is_multiple_of(4) { "TLSv12" } else { "TLSv13" });
        row.text("cipher", "TLS_AES_128_GCM_SHA256");
        row.text("curve", "x25519");
        row.name("server_name", name, talk.id);
        row.flag("resumed", talk.id.is_multiple_of(3));
        row.maybe("next_protocol", (talk.id.is_multiple_of(2)).then_some("h2"));
        row.flag("established", true);
        row.text("ssl_history", "CsiI");
        row.end();
        if talk.late { self.ssl.later(&self.row) } else { self.ssl.row(&self.row) }
    }

    fn http(&mut self, talk: &Conversation, name: &str, depth: u64) -> Result<()> {
        let at = talk.start + 40_000 * depth as i64;
        let decoy = std::mem::take(&mut self.decoy);
        let mut row = self.begin(at, talk.id, ends(talk));
        row.number("trans_depth", depth);
        row.text("method", if talk.id.is_multiple_of(5) { "POST" } else { "GET" });
        row.name("host", Some(name), talk.id);
        if mix(talk.id).is_multiple_of(16) {
            // What only looks like the key of a name, and what has to be escaped.
            row.text("uri", &format!("/?q={{\"host\":\"{decoy}\",\"server_name\":\"{decoy}\"}}\t"));
        } else {
            row.text("uri", "/api/v2/items?page=3");
        }
        row.text("version", "1.1");
        row.text("user_agent", "Mozilla/5.0 (X11; Linux x86_64)");
        row.number("request_body_len", 0);
        row.number("response_body_len", talk.volume.map_or(0, |both| both.1));
        row.number("status_code", 200);
        row.text("status_msg", "OK");
        row.end();
        self.decoy = decoy;
        if talk.late { self.http.later(&self.row) } else { self.http.row(&self.row) }
    }

    fn quic(&mut self, talk: &Conversation, name: &str) -> Result<()> {
        let mut row = self.begin(talk.start + 5000, talk.id, ends(talk));
        row.text("version", "1");
        row.text("client_initial_dcid", "95412c47018cdfe8");
        row.text("client_scid", "");
        row.text("server_scid", "d5412c47018cdfe8");
        row.name("server_name", Some(name), talk.id);
        row.text("client_protocol", "h3");
        row.text("history", "ISisH");
        row.end();
        if talk.late { self.quic.later(&self.row) } else { self.quic.row(&self.row) }
    }

    fn dns(&mut self, talk: &Conversation, lookup: &Lookup, nth: u64) -> Result<()> {
        let six = lookup.client.is_ipv6();
        let port = 20_000 + (talk.id % 20_000) as u16;
        let id = mix(talk.id ^ (nth + 1) << 60);
        let mut row = self.begin(lookup.at, id, [(lookup.client, port), (resolver(six), 53)]);
        row.text("proto", "udp");
        row.number("trans_id", talk.id % 65_536);
        row.time("rtt", 12_345);
        row.name("query", Some(&lookup.name), talk.id);
        row.number("qclass", 1);
        row.text("qclass_name", "C_INTERNET");
        row.number("qtype", if six { 28 } else { 1 });
        row.text("qtype_name", if six { "AAAA" } else { "A" });
        row.number("rcode", 0);
        row.text("rcode_name", "NOERROR");
        for (key, set) in [("AA", false), ("TC", false), ("RD", true), ("RA", true)] {
            row.flag(key, set);
        }
        row.number("Z", 0);
        let aliases = lookup.aliases.iter().cloned();
        let texts: Vec<String> =
            aliases.chain(lookup.addresses.iter().map(|(host, _)| host.to_string())).collect();
        row.list("answers", true, texts.iter().map(String::as_str));
        // An alias often outlives the address to which it leads, or the other way round.
        let aliases = lookup.aliases.iter().map(|_| "7.0".to_owned());
        let times: Vec<String> =
            aliases.chain(lookup.addresses.iter().map(|(_, life)| format!("{life}.0"))).collect();
        row.list("TTLs", false, times.iter().map(String::as_str));
        row.flag("rejected", false);
        row.end();
        if talk.late { self.dns.later(&self.row) } else { self.dns.row(&self.row) }
    }
}

impl Log for Zeek {
    fn tell(&mut self, talk: &Conversation) -> Result<()> {
        for (nth, lookup) in talk.lookups.iter().enumerate() {
            self.dns(talk, lookup, nth as u64)?;
        }
        match talk.service {
            Service::Tls if talk.names.is_empty() && talk.state == State::Finished => {
                self.ssl(talk, None)?;
            }
            Service::Other => {}
            _ => {
                for (nth, name) in talk.names.iter().enumerate() {
                    match talk.service {
                        Service::Http => self.http(talk, name, nth as u64 + 1)?,
                        Service::Quic => self.quic(talk, name)?,
                        _ => self.ssl(talk, Some(name))?,
                    }
                }
            }
        }
        self.conn(talk)
    }

    fn bytes(&self) -> u64 {
        [&self.conn, &self.ssl, &self.http, &self.quic, &self.dns].iter().map(|log| log.bytes).sum()
    }

    fn finish(&mut self) -> Result<()> {
        for log in [&mut self.conn, &mut self.ssl, &mut self.http, &mut self.quic, &mut self.dns] {
            log.finish()?;
        }
        Ok(())
    }
}

fn ends(talk: &Conversation) -> [(IpAddr, u16); 2] {
    [(talk.client, talk.client_port), (talk.server, talk.server_port)]
}

/// A row, field by field.
struct Row<'o> {
    out: &'o mut Vec<u8>,
    json: bool,
    first: bool,
}

impl Row<'_> {
    /// Begins a field whose value is text that needs no escaping; [`Self::quote`] ends it.
    fn key(&mut self, key: &str) -> &mut Vec<u8> {
        self.bare(key);
        self.quote();
        self.out
    }

    fn bare(&mut self, key: &str) {
        if self.json {
            put!(self.out, if self.first { "{\"" } else { ",\"" }, key, "\":");
        } else if !self.first {
            self.out.push(b'\t');
        }
        self.first = false;
    }

    fn quote(&mut self) {
        if self.json {
            self.out.push(b'"');
        }
    }

    fn unset(&mut self, key: &str) {
        if !self.json {
            self.bare(key);
            self.out.push(b'-');
        }
    }

    fn number(&mut self, key: &str, value: u64) {
        self.bare(key);
        number(self.out, value);
    }

    fn time(&mut self, key: &str, micros: i64) {
        self.bare(key);
        seconds(self.out, micros);
    }

    fn flag(&mut self, key: &str, set: bool) {
        self.bare(key);
        put!(
            self.out,
            match (self.json, set) {
                (true, true) => "true",
                (true, false) => "false",
                (false, true) => "T",
                (false, false) => "F",
            }
        );
    }

    fn maybe(&mut self, key: &str, value: Option<&str>) {
        match value {
            Some(value) => self.text(key, value),
            None => self.unset(key),
        }
    }

    fn text(&mut self, key: &str, value: &str) {
        self.bare(key);
        self.quote();
        for byte in value.bytes() {
            match (byte, self.json) {
                (b'"' | b'\\', true) => put!(self.out, [b'\\', byte]),
                (b'\t', true) => put!(self.out, "\\t"),
                (b'\t', false) => put!(self.out, "\\x09"),
                _ => self.out.push(byte),
            }
        }
        if value.is_empty() && !self.json {
            put!(self.out, "(empty)");
        }
        self.quote();
    }

    /// A name; one of 64 is written with escapes where none is needed, as JSON allows.
    fn name(&mut self, key: &str, name: Option<&str>, id: u64) {
        let Some(name) = name else { return self.unset(key) };
        if !self.json || !mix(id).is_multiple_of(64) {
            return self.text(key, name);
        }
        put!(self.key(key), name.replace('.', "\\u002e"));
        self.quote();
    }

    fn list<'t>(&mut self, key: &str, text: bool, values: impl Iterator<Item = &'t str>) {
        self.bare(key);
        if self.json {
            self.out.push(b'[');
        }
        for (at, value) in values.enumerate() {
            if at > 0 {
                self.out.push(b',');
            }
            if text {
                self.quote();
            }
            put!(self.out, value);
            if text {
                self.quote();
            }
        }
        if self.json {
            self.out.push(b']');
        }
    }

    fn end(&mut self) {
        put!(self.out, if self.json { "}\n" } else { "\n" });
    }
}

fn header(path: &str, fields: &str, types: &str) -> Vec<u8> {
    let columns =
        |text: &str| text.split_whitespace().map(|field| format!("\t{field}")).collect::<String>();
    format!(
        "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t{path}\n\
         #open\t2026-01-05-00-00-00\n#fields{}\n#types{}\n",
        columns(&format!("{ENDS} {fields}")),
        columns(&format!("{END_TYPES} {types}")),
    )
    .into_bytes()
}

const ENDS: &str = "ts uid id.orig_h id.orig_p id.resp_h id.resp_p";
const END_TYPES: &str = "time string addr port addr port";
/// Columns after the ends, and their types.
const CONN: (&str, &str) = (
    "proto service duration orig_bytes resp_bytes conn_state local_orig local_resp missed_bytes \
     history orig_pkts orig_ip_bytes resp_pkts resp_ip_bytes ip_proto",
    "enum string interval count count string bool bool count string count count count count count",
);
const SSL: (&str, &str) = (
    "version cipher curve server_name resumed next_protocol established ssl_history",
    "string string string string bool string bool string",
);
const HTTP: (&str, &str) = (
    "trans_depth method host uri version user_agent request_body_len response_body_len status_code \
     status_msg",
    "count string string string string string count count count string",
);
const QUIC: (&str, &str) = (
    "version client_initial_dcid client_scid server_scid server_name client_protocol history",
    "string string string string string string string",
);
const DNS: (&str, &str) = (
    "proto trans_id rtt query qclass qclass_name qtype qtype_name rcode rcode_name AA TC RD RA Z \
     answers TTLs rejected",
    "enum count interval string count string count string count string bool bool bool bool count \
     vector[string] vector[interval] bool",
);
