//! Captured packets, pcap and pcapng: flows with both directions counted, the names of TLS, QUIC and HTTP, the answers of DNS, and flow
//! records that were captured on their way to a collector.
//!
//! In go bytes, out come flows at their end. Rows are packets, and records of flow exports. Packets that a snapshot length cut count in
//! full. Tunnels are not opened, TCP is put together only for the first message of a client and for DNS, and nothing is decrypted but
//! the Initial packets of QUIC, whose keys are public.

mod assembly;
mod decode;
mod dns;
mod flows;
mod frames;
mod http;
mod quic;
mod tls;

use std::io::BufRead;
use std::sync::Arc;

use crate::bytes::Window;
use crate::codes;
use crate::limits::Limits;
use crate::reader::{self, Account, Format, Head, Open, Out, StreamReader, Yields};
use crate::readers::netflow;
use decode::{Frame, Transport};
use flows::Flows;
use frames::{Packet, Packets};

/// Classic captures.
pub struct Pcap;

/// Captures of the next generation.
pub struct PcapNg;

impl Format for Pcap {
    fn id(&self) -> &'static str {
        "pcap"
    }

    fn version(&self) -> u32 {
        1
    }

    fn family(&self) -> &'static str {
        "capture"
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        frames::is_pcap(head.bytes).then_some(100)
    }

    fn open(&self, head: &Head<'_>) -> Open {
        self.open_knowing(head, &Arc::default())
    }

    fn teaches(&self, head: &Head<'_>) -> bool {
        exports(frames::read_pcap, head)
    }

    fn learn(&self, head: &Head<'_>, input: &mut dyn BufRead, limits: &Limits) -> reader::Learnt {
        learn(frames::read_pcap, head, input, limits)
    }

    fn open_knowing(&self, head: &Head<'_>, learnt: &Arc<reader::Learnt>) -> Open {
        open(frames::read_pcap, head, learnt)
    }
}

impl Format for PcapNg {
    fn id(&self) -> &'static str {
        "pcapng"
    }

    fn version(&self) -> u32 {
        1
    }

    fn family(&self) -> &'static str {
        "capture"
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        frames::is_pcapng(head.bytes).then_some(100)
    }

    fn open(&self, head: &Head<'_>) -> Open {
        self.open_knowing(head, &Arc::default())
    }

    fn teaches(&self, head: &Head<'_>) -> bool {
        exports(frames::read_pcapng, head)
    }

    fn learn(&self, head: &Head<'_>, input: &mut dyn BufRead, limits: &Limits) -> reader::Learnt {
        learn(frames::read_pcapng, head, input, limits)
    }

    fn open_knowing(&self, head: &Head<'_>, learnt: &Arc<reader::Learnt>) -> Open {
        open(frames::read_pcapng, head, learnt)
    }
}

/// Reads the packets of a file.
type Read = fn(&mut Window<'_>, &mut dyn Packets, &mut Out<'_>);

fn open(read: Read, head: &Head<'_>, learnt: &Arc<reader::Learnt>) -> Open {
    let exports = netflow::Decoder::new(head.name, Arc::clone(learnt));
    Open::Stream(Box::new(Reader { read, capture: Capture { flows: Flows::default(), exports } }))
}

/// Whether the beginning of the capture has exports of flow records.
fn exports(read: Read, head: &Head<'_>) -> bool {
    let mut found = Exports { decoder: None, seen: false };
    let (mut account, limits) = (Account::default(), Limits::default());
    let mut out = Out { events: &mut netflow::Nobody, account: &mut account, limits: &limits };
    let mut bytes = head.bytes;
    read(&mut Window::new(&mut bytes), &mut found, &mut out);
    found.seen
}

fn learn(read: Read, head: &Head<'_>, input: &mut dyn BufRead, limits: &Limits) -> reader::Learnt {
    let mut found = Exports { decoder: Some(netflow::Decoder::learning(head.name)), seen: false };
    let mut account = Account::default();
    let mut out = Out { events: &mut netflow::Nobody, account: &mut account, limits };
    read(&mut Window::new(input), &mut found, &mut out);
    let netflow = found.decoder.map(netflow::Decoder::taught).unwrap_or_default();
    reader::Learnt { netflow }
}

/// Looks only at exports of flow records.
struct Exports {
    decoder: Option<netflow::Decoder>,
    seen: bool,
}

impl Packets for Exports {
    fn packet(&mut self, packet: &Packet<'_>, out: &mut Out<'_>) {
        if let Frame::Ip(datagram) = decode::frame(packet.link, packet.bytes, packet.length)
            && let Transport::Udp { ports, payload } = datagram.transport
            && netflow::is_export(ports.1, payload)
        {
            self.seen = true;
            if let Some(decoder) = &mut self.decoder {
                decoder.packet(payload, Some(datagram.source), packet.at, out);
            }
        }
    }
}

struct Reader {
    read: Read,
    capture: Capture,
}

/// What a capture is read into.
struct Capture {
    flows: Flows,
    exports: netflow::Decoder,
}

impl StreamReader for Reader {
    fn yields(&self) -> Yields {
        Yields { flows: true, names: false, answers: true, talks: false }
    }

    fn read(&mut self, input: &mut dyn BufRead, out: &mut Out<'_>) {
        let mut window = Window::new(input);
        (self.read)(&mut window, &mut self.capture, out);
        self.capture.flows.finish(out);
        self.capture.exports.finish(out);
        if window.failed() {
            let severity = model::diagnostic::Severity::Error;
            out.note(codes::TRUNCATED, severity, window.at(), &[]);
        }
    }
}

impl Packets for Capture {
    fn packet(&mut self, packet: &Packet<'_>, out: &mut Out<'_>) {
        match decode::frame(packet.link, packet.bytes, packet.length) {
            Frame::Ip(datagram) => {
                if self.flows.add(&datagram, packet.channel, packet.time, packet.at, out) {
                    out.understood();
                } else {
                    out.lost(codes::NO_FLOW_FIELDS, packet.at);
                }
                if let Transport::Udp { ports, payload } = datagram.transport
                    && netflow::is_export(ports.1, payload)
                {
                    self.exports.packet(payload, Some(datagram.source), packet.at, out);
                }
            }
            Frame::Other => out.inert(codes::NOT_TRAFFIC),
            Frame::Broken => out.lost(codes::ROW_MALFORMED, packet.at),
            Frame::UnknownLink => out.lost(codes::LINK_UNKNOWN, packet.at),
        }
    }
}

#[cfg(test)]
mod tests;
