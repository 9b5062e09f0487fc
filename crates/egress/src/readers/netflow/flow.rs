//! From a record to a [`Flow`].

use model::diagnostic::Severity;

use crate::codes;
use crate::event::{Channel, Flow, Host, NameFrom, Volume};
use crate::reader::Out;
use crate::readers::netflow::record::{Record, Sent};

/// What is known about a record besides its fields.
pub(crate) struct Context<'a> {
    pub(crate) sent: Sent,
    pub(crate) sampling: u32,
    pub(crate) channel: Channel,
    /// The application's name, from an option.
    pub(crate) application: Option<&'a str>,
}

/// Yields the flow of a record and says what became of it.
pub(crate) fn emit(record: &Record<'_>, context: &Context<'_>, at: u64, out: &mut Out<'_>) {
    let counted =
        [record.bytes, record.out_bytes, record.total, record.initiator, record.responder];
    let bytes = counted.iter().flatten().fold(0u64, |sum, it| sum.saturating_add(*it));
    if record.bad_counter {
        return out.lost(codes::BAD_COUNTER, at);
    }
    let (Some(source), Some(target)) = (record.source, record.target) else {
        let traffic = bytes > 0 || record.source.is_some() || record.target.is_some();
        return match (traffic, record.bad_address) {
            (_, true) => out.lost(codes::NO_ADDRESS, at),
            (true, _) => out.lost(codes::NO_FLOW_FIELDS, at),
            (false, _) => out.inert(codes::NOT_TRAFFIC),
        };
    };
    if source.is_unspecified() && target.is_unspecified() {
        return out.lost(codes::NO_ADDRESS, at);
    }
    match record.event {
        Some(1) if bytes == 0 => return out.inert(codes::COUNTED_AT_END),
        Some(3) if bytes == 0 => return out.inert(codes::DENIED),
        _ => {}
    }
    let mut flow = Flow::new(Host::Address(source), Some(target));
    // Where destinations are translated, the traffic goes to what they are translated to; answers to a translated client come to it.
    if let Some(real) = record.translated_target.filter(|real| !real.is_unspecified()) {
        flow.server = Some(real);
    }
    (flow.start, flow.end) = record.clock.span(context.sent);
    (flow.client_port, flow.server_port) = (record.source_port, record.target_port);
    flow.protocol = record.protocol;
    flow.goes_on = record.goes_on() || record.again;
    flow.sampling = context.sampling;
    flow.channel = context.channel;
    flow.application = record.application_name.or(context.application);
    flow.name = record.host.map(|host| (NameFrom::Host, host));
    volumes(record, &mut flow, at, out);
    if record.biflow_direction == Some(2)
        && !flow.one_way
        && let Some(server) = flow.server
    {
        flow.client = Host::Address(server);
        flow.server = Some(source);
        std::mem::swap(&mut flow.client_port, &mut flow.server_port);
        std::mem::swap(&mut flow.sent, &mut flow.received);
    }
    out.flow(&flow, at);
    out.understood();
}

/// Which counters count which direction.
fn volumes(record: &Record<'_>, flow: &mut Flow<'_>, at: u64, out: &mut Out<'_>) {
    let known = |count: Option<u64>| count.map_or(Volume::Unknown, Volume::Bytes);
    let forward = record.bytes.or(record.total);
    let reverse = record.reverse.or(record.reverse_total);
    if record.initiator.is_some() {
        flow.sent = known(record.initiator);
        flow.received = known(record.responder);
    } else if reverse.is_some() {
        flow.sent = known(forward);
        flow.received = known(reverse);
    } else if record.event.is_some() && record.bytes.is_none() && record.total.is_some() {
        // Records of firewall events without a counter for each direction count both in one.
        out.note(codes::VOLUME_NOT_SPLIT, Severity::Warning, at, &[]);
    } else {
        flow.one_way = true;
        flow.sent = known(forward.filter(|it| *it > 0).or(record.out_bytes).or(forward));
        flow.received = Volume::Elsewhere;
        // By the registry element 23 counts the same direction after the exporter changed the packets, and most send it so; some
        // count the other direction with it. Two different numbers may be either.
        if let (Some(sent @ 1..), Some(left @ 1..)) = (forward, record.out_bytes)
            && sent != left
        {
            flow.received = Volume::Unknown;
            out.note(codes::VOLUME_UNCLEAR, Severity::Warning, at, &[]);
        }
    }
}
