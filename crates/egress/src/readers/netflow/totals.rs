//! Flows that are reported in parts: of counters that count from the beginning only what was added counts, and an end that repeats the
//! last part counts nothing.

use std::collections::HashMap;
use std::net::IpAddr;

use crate::readers::netflow::decoder::Packet;
use crate::readers::netflow::learnt::Domain;
use crate::readers::netflow::record::Record;
use crate::time::Time;

/// The totals of flows that go on.
#[derive(Default)]
pub(crate) struct Totals {
    open: HashMap<Flow, (u64, u64), foldhash::fast::FixedState>,
    overflowed: bool,
}

/// A flow and when it began: one that has ended and begins again counts anew.
type Flow = (Domain, [Option<IpAddr>; 2], [Option<u16>; 2], Option<u8>, Time);

/// Events of firewalls.
const ENDED: u64 = 2;
const UPDATED: u64 = 5;

impl Totals {
    /// Makes the totals of the record what was added since the flow's last record.
    pub(crate) fn differ(&mut self, record: &mut Record<'_>, packet: Packet, most: usize) {
        // Without a reason nobody knows whether it was the last.
        let goes_on = record.goes_on() || record.end_reason.is_none();
        if record.total.is_none() || (!goes_on && self.open.is_empty()) {
            return;
        }
        let Some(flow) = Self::flow(record, packet) else { return };
        let known = self.open.get(&flow).copied();
        record.again = known.is_some() && record.end_reason.is_none();
        let known = known.unwrap_or((0, 0));
        let now = (record.total.unwrap_or(0), record.reverse_total.unwrap_or(0));
        if !goes_on {
            self.open.remove(&flow);
        } else {
            self.keep(flow, now, most);
        }
        // A total that shrinks was started again.
        let added = |now: u64, before: u64| now.checked_sub(before).unwrap_or(now);
        record.total = record.total.map(|total| added(total, known.0));
        record.reverse_total = record.reverse_total.map(|total| added(total, known.1));
    }

    /// Whether the record is the end of a connection and says what its last update said: firewalls send both at one time, with the
    /// same counters.
    pub(crate) fn repeats(&mut self, record: &Record<'_>, packet: Packet, most: usize) -> bool {
        let ends = record.event == Some(ENDED);
        if !(record.event == Some(UPDATED) || (ends && !self.open.is_empty())) {
            return false;
        }
        let Some(flow) = Self::flow(record, packet) else { return false };
        let now = (record.initiator.unwrap_or(0), record.responder.unwrap_or(0));
        if ends {
            return self.open.remove(&flow).is_some_and(|last| last == now && now != (0, 0));
        }
        self.keep(flow, now, most);
        false
    }

    fn flow(record: &Record<'_>, packet: Packet) -> Option<Flow> {
        let (start, _) = record.clock.span(packet.sent);
        let ends = [record.source, record.target];
        let ports = [record.source_port, record.target_port];
        Some((packet.domain, ends, ports, record.protocol, start?))
    }

    fn keep(&mut self, flow: Flow, now: (u64, u64), most: usize) {
        if self.open.len() < most || self.open.contains_key(&flow) {
            self.open.insert(flow, now);
        } else {
            self.overflowed = true;
        }
    }

    /// Whether there were more flows than could be kept: theirs may be counted more than once.
    pub(crate) fn overflowed(&self) -> bool {
        self.overflowed
    }
}
