//! The flows of a capture: who began, how many bytes went each way, and the name that was asked for.
//!
//! Bytes are those of IP packets, headers included, as flow exporters count them. Retransmissions count: they went over the wire.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;

use model::diagnostic::Severity;

use crate::codes;
use crate::event::{Answer, Channel, Flow, Host, NameFrom, Volume};
use crate::reader::Out;
use crate::readers::capture::assembly::Assembly;
use crate::readers::capture::decode::{Datagram, Part, Transport};
use crate::readers::capture::tls::{self, Found};
use crate::readers::capture::{dns, http, quic};
use crate::time::Time;

/// The flows that are open.
#[derive(Default)]
pub(crate) struct Flows {
    open: HashMap<Key, State, foldhash::fast::FixedState>,
    /// In which order they began. Entries of flows that have ended stay until they are swept out.
    order: VecDeque<(Key, u64)>,
    began: u64,
    /// Bytes of handshakes that are kept.
    kept: usize,
    fragments: HashMap<Fragment, Key, foldhash::fast::FixedState>,
    fragment_order: VecDeque<Fragment>,
}

/// Both ends, the lesser one first, and the rest of what makes a flow.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    channel: Channel,
    ends: [(IpAddr, u16); 2],
    protocol: u8,
}

type Fragment = (Channel, IpAddr, IpAddr, u32);

/// A flow.
struct State {
    number: u64,
    /// Which of the two ends began.
    client: usize,
    start: Option<Time>,
    last: Option<Time>,
    /// Bytes from each end.
    bytes: [u64; 2],
    /// Both sides have said that it is over, or one broke it off.
    closing: [bool; 2],
    hello: Hello,
    name: Option<(NameFrom, Box<str>)>,
    /// Whether the packets in which a name would stand are not in the capture, or not whole.
    blind: bool,
    at: u64,
}

/// How far the search for a name is.
enum Hello {
    /// No payload has come. The sequence number after that of the client's SYN.
    Before(Option<u32>),
    /// In TCP: the number of the first byte, what is there, and how many pieces came.
    Tcp(u32, Box<Assembly>, u32),
    /// In QUIC.
    Quic(Box<quic::Connection>),
    /// Answers of DNS over TCP, from the server: as for TCP, and how much was read.
    Dns(u32, Box<Assembly>, usize),
    /// Found, or there is none.
    Done,
}

impl Flows {
    /// Adds a packet; `false` when it is a fragment of something that never began.
    pub(crate) fn add(
        &mut self,
        datagram: &Datagram<'_>,
        channel: Channel,
        time: Option<Time>,
        at: u64,
        out: &mut Out<'_>,
    ) -> bool {
        let ports = match datagram.transport {
            Transport::Tcp { ports, .. } | Transport::Udp { ports, .. } => ports,
            Transport::Other => (0, 0),
        };
        let (source, target) = ((datagram.source, ports.0), (datagram.target, ports.1));
        let mut side = usize::from(source > target);
        let ends = if side == 0 { [source, target] } else { [target, source] };
        let mut key = Key { channel, ends, protocol: datagram.protocol };
        match datagram.part {
            Part::Whole => {}
            Part::First(id) => self.keep_fragment((channel, source.0, target.0, id), key),
            Part::Later(id) => match self.fragments.get(&(channel, source.0, target.0, id)) {
                Some(known) => {
                    key = *known;
                    side = usize::from(key.ends.first().is_none_or(|end| end.0 != source.0));
                }
                None => return false,
            },
        }
        self.end_if_over(key, datagram, time, out);
        if !self.open.contains_key(&key) {
            self.begin(key, side, datagram, time, at, out);
        }
        let Some(state) = self.open.get_mut(&key) else { return true };
        if let Some(bytes) = state.bytes.get_mut(side) {
            *bytes = bytes.saturating_add(datagram.length);
        }
        state.last = state.last.max(time);
        let before = state.hello.weight();
        let full = self.kept > out.limits.waiting_bytes;
        if full && before > 0 {
            // Whatever is half put together when there is no room for more is given up, flow by flow.
            out.note(codes::LIMIT_REACHED, Severity::Warning, at, &[("limit", "waiting_bytes")]);
            state.hello = Hello::Done;
        }
        state.look(&key, side, datagram, full, out);
        self.kept = (self.kept + state.hello.weight()).saturating_sub(before);
        true
    }

    /// Ends all that are open, in the order in which they began.
    pub(crate) fn finish(&mut self, out: &mut Out<'_>) {
        while let Some((key, number)) = self.order.pop_front() {
            self.end(key, number, out);
        }
    }

    fn keep_fragment(&mut self, fragment: Fragment, key: Key) {
        if self.fragments.insert(fragment, key).is_none() {
            self.fragment_order.push_back(fragment);
        }
        if self.fragment_order.len() > MOST_FRAGMENTED
            && let Some(oldest) = self.fragment_order.pop_front()
        {
            self.fragments.remove(&oldest);
        }
    }

    /// Ends the flow when this packet belongs to a new one between the same ends.
    fn end_if_over(
        &mut self,
        key: Key,
        datagram: &Datagram<'_>,
        time: Option<Time>,
        out: &mut Out<'_>,
    ) {
        let Some(state) = self.open.get(&key) else { return };
        let begins = match datagram.transport {
            Transport::Tcp { flags, .. } => flags & (SYN | ACK) == SYN,
            _ => false,
        };
        let idle = if datagram.protocol == TCP { IDLE_TCP } else { IDLE };
        let silent = match (state.last, time) {
            (Some(last), Some(now)) => now > last.plus_seconds(idle),
            _ => false,
        };
        if silent || (begins && state.closing.iter().any(|it| *it)) {
            self.end(key, state.number, out);
        }
    }

    fn begin(
        &mut self,
        key: Key,
        side: usize,
        datagram: &Datagram<'_>,
        time: Option<Time>,
        at: u64,
        out: &mut Out<'_>,
    ) {
        while self.open.len() >= out.limits.open_flows.max(1)
            && let Some((oldest, number)) = self.order.pop_front()
        {
            if self.end(oldest, number, out) {
                out.note(codes::LIMIT_REACHED, Severity::Note, at, &[("limit", "open_flows")]);
            }
        }
        if self.order.len() > 2 * self.open.len() + 1_024 {
            let open = &self.open;
            let still = |key: &Key, number| open.get(key).is_some_and(|it| it.number == number);
            self.order.retain(|(key, number)| still(key, *number));
        }
        let blind = match datagram.transport {
            Transport::Tcp { flags, .. } => flags & SYN == 0,
            _ => false,
        };
        self.began += 1;
        self.order.push_back((key, self.began));
        self.open.insert(
            key,
            State {
                number: self.began,
                client: client(&key, side, datagram),
                start: time,
                last: time,
                bytes: [0, 0],
                closing: [false, false],
                hello: Hello::Before(None),
                name: None,
                blind,
                at,
            },
        );
    }

    /// Ends a flow and yields it; `false` when it has ended before.
    fn end(&mut self, key: Key, number: u64, out: &mut Out<'_>) -> bool {
        if self.open.get(&key).is_none_or(|state| state.number != number) {
            return false;
        }
        let Some(state) = self.open.remove(&key) else { return false };
        self.kept = self.kept.saturating_sub(state.hello.weight());
        let [low, high] = key.ends;
        let [from_low, from_high] = state.bytes;
        let ((client, server), (sent, received)) = if state.client == 0 {
            ((low, high), (from_low, from_high))
        } else {
            ((high, low), (from_high, from_low))
        };
        if state.blind && state.name.is_none() {
            out.note(codes::BEGINNING_MISSING, Severity::Note, state.at, &[]);
        }
        let mut flow = Flow::new(Host::Address(client.0), Some(server.0));
        let with_ports = matches!(key.protocol, TCP | 17 | 33 | 132 | 136);
        if with_ports {
            (flow.client_port, flow.server_port) = (Some(client.1), Some(server.1));
        }
        (flow.start, flow.end) = (state.start, state.last);
        flow.protocol = Some(key.protocol);
        (flow.sent, flow.received) = (Volume::Bytes(sent), Volume::Bytes(received));
        flow.channel = key.channel;
        flow.name = state.name.as_ref().map(|(from, name)| (*from, &**name));
        out.flow(&flow, state.at);
        true
    }
}

/// Which end began: the sender of a SYN, the receiver of the answer to one, else the sender of the first packet, unless that comes
/// from a well-known port to another one: the capture began later than the flow.
fn client(key: &Key, side: usize, datagram: &Datagram<'_>) -> usize {
    let other = 1 - side;
    if let Transport::Tcp { flags, .. } = datagram.transport
        && flags & SYN != 0
    {
        return if flags & ACK == 0 { side } else { other };
    }
    let port = |side: usize| key.ends.get(side).map_or(0, |end| end.1);
    let answers = (1..1_024).contains(&port(side)) && port(other) >= 1_024;
    if answers { other } else { side }
}

impl Hello {
    fn weight(&self) -> usize {
        match self {
            Self::Tcp(_, assembly, _) | Self::Dns(_, assembly, _) => {
                assembly.weight() + size_of::<Assembly>()
            }
            Self::Quic(connection) => connection.weight(),
            Self::Before(_) | Self::Done => 0,
        }
    }
}

impl State {
    /// Looks for a name, or for an answer that gives names.
    fn look(
        &mut self,
        key: &Key,
        side: usize,
        datagram: &Datagram<'_>,
        full: bool,
        out: &mut Out<'_>,
    ) {
        match datagram.transport {
            Transport::Tcp { ports, sequence, flags, payload } => {
                if flags & FIN != 0
                    && let Some(closing) = self.closing.get_mut(side)
                {
                    *closing = true;
                }
                if flags & RST != 0 {
                    self.closing = [true, true];
                }
                let piece = Piece { sequence, flags, payload };
                if key.ends.iter().any(|end| end.1 == DNS) {
                    if ports.0 == DNS {
                        self.dns_stream(&piece, datagram.target, out);
                    }
                } else if side == self.client {
                    self.blind |= datagram.length > MOST_HEADERS + payload.len() as u64;
                    self.tcp(&piece, full, out);
                }
            }
            Transport::Udp { ports, payload } => {
                if ports.0 == DNS || ports.0 == MULTICAST_DNS {
                    answer(payload, datagram.target, self.last, self.at, out);
                } else if side == self.client {
                    self.quic(payload, full, out);
                }
            }
            Transport::Other => {}
        }
    }

    fn tcp(&mut self, piece: &Piece<'_>, full: bool, out: &mut Out<'_>) {
        if piece.flags & SYN != 0 && matches!(self.hello, Hello::Before(_)) {
            self.hello = Hello::Before(Some(piece.sequence.wrapping_add(1)));
        }
        if piece.payload.is_empty() {
            return;
        }
        if let Hello::Before(first) = self.hello {
            self.hello = match first {
                _ if full => {
                    out.note(
                        codes::LIMIT_REACHED,
                        Severity::Warning,
                        self.at,
                        &[("limit", "waiting_bytes")],
                    );
                    Hello::Done
                }
                Some(first) => Hello::Tcp(first, Box::default(), 0),
                // The beginning was not captured, or this is no beginning.
                None => Hello::Tcp(piece.sequence, Box::default(), 0),
            };
        }
        let Hello::Tcp(first, assembly, pieces) = &mut self.hello else { return };
        *pieces += 1;
        let from = piece.sequence.wrapping_sub(*first);
        if from > u32::MAX / 2
            || !assembly.add(from as usize, piece.payload, out.limits.handshake_bytes)
        {
            if *pieces > MOST_PIECES || assembly.start().is_empty() {
                self.hello = Hello::Done;
            }
            return;
        }
        let start = assembly.start();
        let pieces = *pieces;
        let found = if start.first().is_none_or(|byte| *byte == 0x16) {
            tls::in_records(start)
        } else if http::begins(start) {
            match http::in_request(start) {
                Found::Here(name) => {
                    self.name = Some((NameFrom::Host, name.into()));
                    Found::Nothing
                }
                Found::More => Found::More,
                Found::Nothing => Found::Nothing,
            }
        } else {
            Found::Nothing
        };
        self.found(found, pieces > MOST_PIECES, out);
    }

    fn quic(&mut self, payload: &[u8], full: bool, out: &mut Out<'_>) {
        if let Hello::Before(_) = self.hello {
            self.hello = if !full && quic::begins(payload) {
                Hello::Quic(Box::default())
            } else {
                Hello::Done
            };
        }
        let Hello::Quic(connection) = &mut self.hello else { return };
        let found = connection.datagram(payload, out.limits.handshake_bytes);
        // Packets without a long header are of the connection's later life.
        let over = payload.first().is_some_and(|first| first & 0x80 == 0);
        self.found(found, over, out);
    }

    fn found(&mut self, found: Found<tls::Hello>, give_up: bool, out: &mut Out<'_>) {
        match found {
            Found::More if !give_up => return,
            Found::Here(hello) => {
                if hello.encrypted {
                    out.note(codes::ENCRYPTED_HELLO, Severity::Note, self.at, &[]);
                }
                self.name = hello.name.map(|name| (NameFrom::Sni, name.into()));
            }
            _ => {}
        }
        self.hello = Hello::Done;
    }

    /// Answers of a server over TCP, each with its length before it.
    fn dns_stream(&mut self, piece: &Piece<'_>, client: IpAddr, out: &mut Out<'_>) {
        if piece.flags & SYN != 0 {
            self.hello = Hello::Dns(piece.sequence.wrapping_add(1), Box::default(), 0);
        }
        if let Hello::Before(_) = self.hello
            && !piece.payload.is_empty()
        {
            self.hello = Hello::Dns(piece.sequence, Box::default(), 0);
        }
        let Hello::Dns(first, assembly, read) = &mut self.hello else { return };
        let from = piece.sequence.wrapping_sub(*first);
        if piece.payload.is_empty() || from > u32::MAX / 2 {
            return;
        }
        let room = assembly.add(from as usize, piece.payload, out.limits.handshake_bytes);
        while let Some([high, low, rest @ ..]) = assembly.start().get(*read..)
            && let Some(message) = rest.get(..usize::from(u16::from_be_bytes([*high, *low])))
        {
            answer(message, client, self.last, self.at, out);
            *read += 2 + message.len();
        }
        if !room {
            out.note(
                codes::LIMIT_REACHED,
                Severity::Note,
                self.at,
                &[("limit", "handshake_bytes")],
            );
            self.hello = Hello::Done;
        }
    }
}

/// Most bytes of the headers of a TCP packet. One that is longer than they and what was captured was not captured whole.
const MOST_HEADERS: u64 = 60 + 60;

/// A piece of a TCP stream.
struct Piece<'a> {
    sequence: u32,
    flags: u8,
    payload: &'a [u8],
}

/// Yields the answer to this client, if it is one.
fn answer(message: &[u8], client: IpAddr, time: Option<Time>, at: u64, out: &mut Out<'_>) {
    if let Some(response) = dns::response(message) {
        let client = (!client.is_multicast()).then_some(Host::Address(client));
        let (name, addresses) = (&response.name, &response.addresses);
        out.answer(&Answer { at: time, client, name, addresses }, at);
    }
}

const TCP: u8 = 6;
const FIN: u8 = 1;
const SYN: u8 = 2;
const RST: u8 = 4;
const ACK: u8 = 16;
const DNS: u16 = 53;
const MULTICAST_DNS: u16 = 5_353;

/// After so many seconds without a packet a flow is over.
const IDLE: i64 = 180;
const IDLE_TCP: i64 = 3_600;

/// How many fragmented packets are remembered.
const MOST_FRAGMENTED: usize = 4_096;

/// In how many pieces a handshake is put together.
const MOST_PIECES: u32 = 64;
