//! FortiGate's traffic log as `key=value`, with the names of its web filter in rows of their own.

use std::path::Path;

use anyhow::Result;

use super::Log;
use super::sink::Sink;
use super::story::{Conversation, Service, State};
use super::text::{address, clock, date, mix, number, put};

/// The log of one device.
pub(super) struct FortiGate {
    log: Sink,
    row: Vec<u8>,
}

/// How a row counts.
#[derive(Clone, Copy)]
enum Count {
    /// Since the beginning, and since the row before.
    Both([u64; 2], [u64; 2]),
    /// Since the beginning.
    All([u64; 2]),
}

impl FortiGate {
    /// A log in the folder, in files of at most so many rows.
    pub(super) fn new(folder: &Path, most: u64) -> Self {
        let log = Sink::new(folder.to_owned(), "traffic*.log", Vec::new(), most);
        Self { log, row: Vec::new() }
    }

    fn begin(&mut self, at: i64, id: &str, kind: &str, subtype: &str) {
        let row = &mut self.row;
        row.clear();
        put!(row, "date=");
        date(row, at);
        put!(row, " time=");
        clock(row, at);
        put!(row, " devname=\"fw-01\" devid=\"FGT60FTK00000001\" eventtime=");
        number(row, at.unsigned_abs() * 1000);
        put!(row, " tz=\"+0000\" logid=\"", id, "\" type=\"", kind, "\" subtype=\"", subtype);
        put!(row, "\" level=\"notice\" vd=\"root\"");
    }

    fn ends(&mut self, talk: &Conversation) {
        let row = &mut self.row;
        let outside = |foreign: bool| if foreign { ("wan1", "wan") } else { ("lan1", "lan") };
        let (from, to) = (outside(talk.inbound), outside(!talk.inbound && !talk.internal));
        put!(row, " srcip=");
        address(row, talk.client);
        put!(row, " srcport=");
        number(row, u64::from(talk.client_port));
        put!(row, " srcintf=\"", from.0, "\" srcintfrole=\"", from.1, "\" dstip=");
        address(row, talk.server);
        put!(row, " dstport=");
        number(row, u64::from(talk.server_port));
        put!(row, " dstintf=\"", to.0, "\" dstintfrole=\"", to.1, "\" sessionid=");
        number(row, talk.id & 0xffff_ffff_ffff);
        put!(row, " proto=");
        number(row, u64::from(talk.protocol()));
    }

    fn traffic(&mut self, talk: &Conversation, at: i64, action: &str, count: Count) -> Result<()> {
        let id = if action == "accept" { "0000000020" } else { "0000000013" };
        self.begin(at, id, "traffic", "forward");
        self.ends(talk);
        let (sum, delta) = match count {
            Count::Both(sum, delta) => (sum, Some(delta)),
            Count::All(sum) => (sum, None),
        };
        let row = &mut self.row;
        put!(row, " action=\"", action, "\" policyid=7 policytype=\"policy\" service=\"HTTPS\"");
        put!(row, " dstcountry=\"Reserved\" srccountry=\"Reserved\" trandisp=\"snat\"");
        put!(row, " transip=192.0.2.1 transport=50000 duration=");
        number(row, ((at - talk.start) / 1_000_000).unsigned_abs());
        for (key, value) in [" sentbyte=", " rcvdbyte="].iter().zip(sum) {
            put!(row, key);
            number(row, value);
        }
        for (key, value) in [" sentpkt=", " rcvdpkt="].iter().zip(sum) {
            put!(row, key);
            number(row, value / 1400 + 1);
        }
        put!(row, " appcat=\"unscanned\"");
        for (key, value) in [" sentdelta=", " rcvddelta="].iter().zip(delta.into_iter().flatten()) {
            put!(row, key);
            number(row, value);
        }
        row.push(b'\n');
        if talk.late { self.log.row(&self.row) } else { self.log.later(&self.row) }
    }

    fn name(&mut self, talk: &Conversation, name: &str) -> Result<()> {
        self.begin(talk.start + 40_000, "0317013312", "utm", "webfilter");
        put!(self.row, " eventtype=\"ftgd_allow\" policyid=7");
        self.ends(talk);
        let scheme = if talk.service == Service::Http { "HTTP" } else { "HTTPS" };
        put!(self.row, " service=\"", scheme, "\" hostname=\"", name, "\" profile=\"default\"");
        put!(self.row, " action=\"passthrough\" reqtype=\"direct\" url=\"https://", name, "/\"");
        put!(self.row, " sentbyte=517 rcvdbyte=0 direction=\"outgoing\" msg=\"URL is allowed\"\n");
        if talk.late { self.log.later(&self.row) } else { self.log.row(&self.row) }
    }
}

impl Log for FortiGate {
    fn tell(&mut self, talk: &Conversation) -> Result<()> {
        for name in &talk.names {
            self.name(talk, name)?;
        }
        let end = talk.start + talk.duration;
        let (sent, received) = talk.volume.unwrap_or_default();
        if talk.state != State::Finished {
            let action = if talk.state == State::Silent { "timeout" } else { "server-rst" };
            return self.traffic(talk, end, action, Count::All([sent, received]));
        }
        // Long sessions are told of while they last: counters since the beginning, and since the last time.
        let parts = if talk.duration > 120_000_000 { 2 + mix(talk.id) % 3 } else { 1 };
        let upto = |part: u64| [sent * part / parts, received * part / parts];
        for part in 1..=parts {
            let ([sent, received], [sent_before, received_before]) = (upto(part), upto(part - 1));
            let delta = [sent - sent_before, received - received_before];
            let count = if parts == 1 {
                Count::All([sent, received])
            } else {
                Count::Both([sent, received], delta)
            };
            let at = talk.start + talk.duration / parts as i64 * part as i64;
            self.traffic(talk, at, if part == parts { "close" } else { "accept" }, count)?;
        }
        Ok(())
    }

    fn bytes(&self) -> u64 {
        self.log.bytes
    }

    fn finish(&mut self) -> Result<()> {
        self.log.finish()
    }
}
