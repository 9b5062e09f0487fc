//! Suricata's `eve.json`: flow, tls, http, quic, dns and alert events in one file.

use std::net::IpAddr;
use std::path::Path;

use anyhow::Result;

use super::sink::Sink;
use super::story::{Conversation, Lookup, Service, State};
use super::text::{address, iso, mix, number, put};
use super::{Log, resolver};

/// The log of one sensor.
pub(super) struct Suricata {
    decoy: String,
    eve: Sink,
    row: Vec<u8>,
}

impl Suricata {
    /// A log in the folder, in files of at most so many rows.
    pub(super) fn new(folder: &Path, decoy: &str, most: u64) -> Self {
        let eve = Sink::new(folder.to_owned(), "eve*.json", Vec::new(), most);
        Self { decoy: decoy.to_owned(), eve, row: Vec::new() }
    }

    fn begin(&mut self, at: i64, id: u64, event: &str, ends: [(IpAddr, u16); 2], udp: bool) {
        let row = &mut self.row;
        row.clear();
        put!(row, "{\"timestamp\":\"");
        iso(row, at);
        // Suricata writes the offset of its own clock.
        put!(row, "+0000\",\"flow_id\":");
        number(row, flow_id(id));
        put!(row, ",\"in_iface\":\"eth0\",\"event_type\":\"", event, "\",\"src_ip\":\"");
        let [(client, client_port), (server, server_port)] = ends;
        address(row, client);
        put!(row, "\",\"src_port\":");
        number(row, u64::from(client_port));
        put!(row, ",\"dest_ip\":\"");
        address(row, server);
        put!(row, "\",\"dest_port\":");
        number(row, u64::from(server_port));
        put!(row, ",\"proto\":\"", if udp { "UDP" } else { "TCP" }, "\",\"pkt_src\":\"wire/pcap\"");
    }

    fn talk(&mut self, at: i64, talk: &Conversation, event: &str) {
        let ends = [(talk.client, talk.client_port), (talk.server, talk.server_port)];
        self.begin(at, talk.id, event, ends, talk.protocol() == 17);
    }

    /// Ends the row and writes it, now or some time later.
    fn end(&mut self, later: bool) -> Result<()> {
        put!(self.row, "}\n");
        if later { self.eve.later(&self.row) } else { self.eve.row(&self.row) }
    }

    fn name(&mut self, key: &str, name: &str, id: u64) {
        // One of 64 is written with escapes where none is needed, as JSON allows.
        let escaped = mix(id).is_multiple_of(64);
        let name = if escaped { name.replace('.', "\\u002e") } else { name.to_owned() };
        put!(self.row, "\"", key, "\":\"", name, "\"");
    }

    fn named(&mut self, talk: &Conversation, name: Option<&str>, nth: i64) -> Result<()> {
        let at = talk.start + 30_000 * (nth + 1);
        match talk.service {
            Service::Tls => {
                self.talk(at, talk, "tls");
                put!(self.row, ",\"tls\":{\"version\":\"TLS 1.3\"");
                if let Some(name) = name {
                    put!(self.row, ",");
                    self.name("sni", name, talk.id);
                }
                put!(self.row, ",\"ja3\":{},\"ja3s\":{}}");
            }
            Service::Quic => {
                self.talk(at, talk, "quic");
                put!(self.row, ",\"quic\":{\"version\":\"1\",");
                self.name("sni", name.unwrap_or_default(), talk.id);
                put!(self.row, "}");
            }
            Service::Http => {
                self.talk(at, talk, "http");
                put!(self.row, ",\"tx_id\":0,\"http\":{");
                self.name("hostname", name.unwrap_or_default(), talk.id);
                let fake = &self.decoy;
                let fake =
                    format!("\\/?q={{\\\"sni\\\":\\\"{fake}\\\",\\\"hostname\\\":\\\"{fake}\\\"}}");
                let plain = !mix(talk.id).is_multiple_of(16);
                put!(self.row, ",\"url\":\"", if plain { "/api/v2/items" } else { &fake });
                put!(self.row, "\",\"http_user_agent\":\"curl/8.1\",\"http_method\":\"GET\"");
                put!(self.row, ",\"protocol\":\"HTTP/1.1\",\"status\":200,\"length\":");
                number(&mut self.row, talk.volume.map_or(0, |both| both.1));
                put!(self.row, "}");
            }
            Service::Other => return Ok(()),
        }
        self.end(talk.late)
    }

    /// An alert, which repeats the name and the counters as they are at that moment.
    fn alert(&mut self, talk: &Conversation) -> Result<()> {
        self.talk(talk.start + 50_000, talk, "alert");
        put!(self.row, ",\"alert\":{\"action\":\"allowed\",\"gid\":1,\"signature_id\":2027758");
        put!(self.row, ",\"rev\":2,\"signature\":\"ET INFO test\",\"severity\":3}");
        if let (Service::Tls, Some(name)) = (talk.service, talk.names.first()) {
            put!(self.row, ",\"tls\":{");
            self.name("sni", name, talk.id);
            put!(self.row, "}");
        }
        put!(self.row, ",\"flow\":{\"pkts_toserver\":4,\"pkts_toclient\":3,\"bytes_toserver\":");
        number(&mut self.row, talk.volume.map_or(0, |both| both.0 / 2));
        put!(self.row, ",\"bytes_toclient\":");
        number(&mut self.row, talk.volume.map_or(0, |both| both.1 / 2));
        put!(self.row, ",\"start\":\"");
        iso(&mut self.row, talk.start);
        put!(self.row, "+0000\"}");
        self.end(false)
    }

    fn flow(&mut self, talk: &Conversation) -> Result<()> {
        let end = talk.start + talk.duration;
        self.talk(end + 30_000_000, talk, "flow");
        let app = match talk.service {
            Service::Tls => "tls",
            Service::Http => "http",
            Service::Quic => "quic",
            Service::Other => "failed",
        };
        put!(self.row, ",\"app_proto\":\"", app, "\",\"flow\":{");
        if let Some((sent, received)) = talk.volume {
            put!(self.row, "\"pkts_toserver\":");
            number(&mut self.row, sent / 1400 + 1);
            put!(self.row, ",\"pkts_toclient\":");
            number(&mut self.row, received / 1400 + 1);
            put!(self.row, ",\"bytes_toserver\":");
            number(&mut self.row, sent);
            put!(self.row, ",\"bytes_toclient\":");
            number(&mut self.row, received);
            put!(self.row, ",");
        }
        put!(self.row, "\"start\":\"");
        iso(&mut self.row, talk.start);
        put!(self.row, "+0000\",\"end\":\"");
        iso(&mut self.row, end);
        put!(self.row, "+0000\",\"age\":");
        number(&mut self.row, (talk.duration / 1_000_000).unsigned_abs());
        let state = if talk.state == State::Finished { "closed" } else { "new" };
        put!(self.row, ",\"state\":\"", state, "\",\"reason\":\"timeout\",\"alerted\":false}");
        self.end(!talk.late)
    }

    fn dns(&mut self, talk: &Conversation, lookup: &Lookup, nth: u64) -> Result<()> {
        let six = lookup.client.is_ipv6();
        let id = mix(talk.id ^ (nth + 1) << 60);
        let client = (lookup.client, 20_000 + (talk.id % 20_000) as u16);
        let server = (resolver(six), 53);
        let kind = if six { "AAAA" } else { "A" };
        // Version 3 has questions and answers as lists; version 2, of Suricata 5 to 7, has the question beside the answers, and its
        // answers come from the server.
        let third = !mix(talk.id).is_multiple_of(5);
        self.begin(lookup.at - 12_000, id, "dns", [client, server], true);
        if third {
            put!(
                self.row,
                ",\"dns\":{\"version\":3,\"type\":\"request\",\"tx_id\":0,\"id\":7,\"queries\":[{"
            );
        } else {
            put!(self.row, ",\"dns\":{\"type\":\"query\",\"id\":7,");
        }
        self.name("rrname", &lookup.name, talk.id);
        put!(self.row, ",\"rrtype\":\"", kind, if third { "\"}]}" } else { "\",\"tx_id\":0}" });
        self.end(talk.late)?;
        let ends = if third { [client, server] } else { [server, client] };
        self.begin(lookup.at, id, "dns", ends, true);
        if third {
            put!(self.row, ",\"dns\":{\"version\":3,\"type\":\"response\",\"tx_id\":0,\"id\":7");
            put!(
                self.row,
                ",\"qr\":true,\"rd\":true,\"ra\":true,\"rcode\":\"NOERROR\",\"queries\":[{"
            );
        } else {
            put!(
                self.row,
                ",\"dns\":{\"version\":2,\"type\":\"answer\",\"id\":7,\"flags\":\"8180\""
            );
            put!(self.row, ",\"qr\":true,\"rd\":true,\"ra\":true,");
        }
        self.name("rrname", &lookup.name, talk.id);
        put!(self.row, ",\"rrtype\":\"", kind, "\"");
        put!(self.row, if third { "}]" } else { ",\"rcode\":\"NOERROR\"" }, ",\"answers\":[");
        let mut owner = lookup.name.clone();
        for alias in &lookup.aliases {
            put!(self.row, "{\"rrname\":\"", owner, "\",\"rrtype\":\"CNAME\",\"ttl\":7");
            put!(self.row, ",\"rdata\":\"", alias, "\"},");
            owner.clone_from(alias);
        }
        for (nth, (host, life)) in lookup.addresses.iter().enumerate() {
            let comma = if nth > 0 { "," } else { "" };
            put!(self.row, comma, "{\"rrname\":\"", owner, "\",\"rrtype\":\"", kind, "\",\"ttl\":");
            number(&mut self.row, u64::from(*life));
            put!(self.row, ",\"rdata\":\"");
            address(&mut self.row, *host);
            put!(self.row, "\"}");
        }
        put!(self.row, "]}");
        self.end(talk.late)
    }
}

impl Log for Suricata {
    fn tell(&mut self, talk: &Conversation) -> Result<()> {
        for (nth, lookup) in talk.lookups.iter().enumerate() {
            self.dns(talk, lookup, nth as u64)?;
        }
        if talk.names.is_empty() && talk.service == Service::Tls && talk.state == State::Finished {
            self.named(talk, None, 0)?;
        }
        for (nth, name) in talk.names.iter().enumerate() {
            self.named(talk, Some(name), nth as i64)?;
        }
        if mix(talk.id).is_multiple_of(300) {
            self.alert(talk)?;
        }
        self.flow(talk)
    }

    fn bytes(&self) -> u64 {
        self.eve.bytes
    }

    fn finish(&mut self) -> Result<()> {
        self.eve.finish()
    }
}

/// Suricata's ids have 53 bits, so that JavaScript can hold them.
fn flow_id(id: u64) -> u64 {
    id & ((1 << 53) - 1)
}
