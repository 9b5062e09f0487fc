//! Counters that count from the beginning of a flow, in records that report it in parts: only what was added counts.

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

/// The reason of the registry for "the flow goes on".
const ACTIVE: u64 = 2;

impl Totals {
    /// Makes the totals of the record what was added since the flow's last record.
    pub(crate) fn differ(&mut self, record: &mut Record<'_>, packet: Packet, most: usize) {
        let goes_on = record.end_reason == Some(ACTIVE);
        if record.total.is_none() || (!goes_on && self.open.is_empty()) {
            return;
        }
        let (Some(start), _) = record.clock.span(packet.sent) else { return };
        let ends = [record.source, record.target];
        let ports = [record.source_port, record.target_port];
        let flow = (packet.domain, ends, ports, record.protocol, start);
        let known = self.open.get(&flow).copied().unwrap_or((0, 0));
        let now = (record.total.unwrap_or(0), record.reverse_total.unwrap_or(0));
        if !goes_on {
            self.open.remove(&flow);
        } else if self.open.len() < most || self.open.contains_key(&flow) {
            self.open.insert(flow, now);
        } else {
            self.overflowed = true;
        }
        // A total that shrinks was started again.
        let added = |now: u64, before: u64| now.checked_sub(before).unwrap_or(now);
        record.total = record.total.map(|total| added(total, known.0));
        record.reverse_total = record.reverse_total.map(|total| added(total, known.1));
    }

    /// Whether there were more flows than could be kept: theirs may be counted more than once.
    pub(crate) fn overflowed(&self) -> bool {
        self.overflowed
    }
}
