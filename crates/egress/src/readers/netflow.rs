//! NetFlow versions 5, 7 and 9 and IPFIX: export packets one after the other, as a collector wrote them down.
//!
//! In go bytes, out come one-way flows (two-way ones where the record counts both directions). Follows RFC 3954, RFC 7011, RFC 5103 and
//! the registry of IPFIX entities; version 5 as its exporters document it. It does not decode what says nothing about who talks to
//! whom: interfaces, autonomous systems, masks, labels, addresses of network cards.

pub(crate) mod decoder;
mod element;
mod extent;
pub(crate) mod flow;
pub(crate) mod learnt;
pub(crate) mod record;
mod template;
pub(crate) mod totals;
mod v5;

use std::io::BufRead;
use std::sync::Arc;

use model::diagnostic::Severity;

use crate::bytes::Window;
use crate::codes;
use crate::event::{Answer, Flow, Name, Talk};
use crate::limits::Limits;
use crate::reader::{self, Account, Events, Format, Head, Open, Out, StreamReader, Yields};
pub(crate) use decoder::Decoder;
pub use learnt::Learnt;

/// Export packets in a file.
pub struct NetFlow;

impl Format for NetFlow {
    fn id(&self) -> &'static str {
        "netflow"
    }

    fn version(&self) -> u32 {
        1
    }

    fn family(&self) -> &'static str {
        "netflow"
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        match (extent::plausible(head.bytes), extent::consistent(head)) {
            (true, true) => Some(90),
            (true, false) => Some(20),
            (false, _) => extent::miscounted(head).then_some(10),
        }
    }

    fn open(&self, head: &Head<'_>) -> Open {
        self.open_knowing(head, &Arc::default())
    }

    fn teaches(&self, _head: &Head<'_>) -> bool {
        true
    }

    fn learn(&self, head: &Head<'_>, input: &mut dyn BufRead, limits: &Limits) -> reader::Learnt {
        let mut decoder = Decoder::learning(head.name);
        let mut account = Account::default();
        let mut out = Out { events: &mut Nobody, account: &mut account, limits };
        packets(&mut decoder, input, &mut out);
        reader::Learnt { netflow: decoder.taught() }
    }

    fn open_knowing(&self, head: &Head<'_>, learnt: &Arc<reader::Learnt>) -> Open {
        Open::Stream(Box::new(Reader { decoder: Decoder::new(head.name, Arc::clone(learnt)) }))
    }
}

struct Reader {
    decoder: Decoder,
}

impl StreamReader for Reader {
    fn yields(&self) -> Yields {
        Yields { flows: true, ..Yields::default() }
    }

    fn read(&mut self, input: &mut dyn BufRead, out: &mut Out<'_>) {
        packets(&mut self.decoder, input, out);
        self.decoder.finish(out);
    }
}

/// Reads packet after packet. Where one cannot be told from the next, reading goes on at the next place that looks like a packet.
fn packets(decoder: &mut Decoder, input: &mut dyn BufRead, out: &mut Out<'_>) {
    let mut window = Window::new(input);
    while !window.ask(1).is_empty() {
        let at = window.at();
        if !extent::plausible(window.ask(extent::HEADER)) {
            let reason = extent::reason(window.ask(extent::HEADER));
            if reason == codes::ROW_BLANK {
                out.inert(reason);
            } else {
                out.lost(reason, at);
            }
            extent::next(&mut window);
            continue;
        }
        let length = extent::of(&mut window);
        decoder.packet(window.ask(length), None, at, out);
        window.skip(length as u64);
    }
    if window.failed() {
        out.note(codes::TRUNCATED, Severity::Error, window.at(), &[]);
    }
}

/// Whether the payload of a datagram to this port is an export packet: on the usual ports it looks like one, on others it also ends
/// where it says.
pub(crate) fn is_export(port: u16, payload: &[u8]) -> bool {
    let usual = matches!(port, 2055 | 4739 | 9555 | 9995 | 9996);
    extent::plausible(payload) && (usual || extent::is_whole(payload))
}

/// Takes nothing.
pub(crate) struct Nobody;

impl Events for Nobody {
    fn flow(&mut self, _: &Flow<'_>, _: u64) {}
    fn name(&mut self, _: &Name<'_>, _: u64) {}
    fn answer(&mut self, _: &Answer<'_>, _: u64) {}
    fn talk(&mut self, _: &Talk<'_>, _: u64) {}
}

#[cfg(test)]
mod tests;
