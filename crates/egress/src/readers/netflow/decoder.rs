//! From one export packet to flows: versions 5, 7, 9 (RFC 3954) and 10 (IPFIX, RFC 7011), with the templates and sampling rates that
//! came before. Data whose template has not come waits, up to a limit.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;

use model::diagnostic::Severity;

use crate::bytes::{be16, be32};
use crate::codes;
use crate::event::Channel;
use crate::limits::Limits;
use crate::reader::Out;
use crate::readers::netflow::flow::{self, Context};
use crate::readers::netflow::learnt::{Domain, Found, Learnt, Origin, Scope, boot};
use crate::readers::netflow::record::{Record, Sent};
use crate::readers::netflow::template::{Item, Kind, Template, read_set};
use crate::readers::netflow::totals::Totals;
use crate::readers::netflow::v5;
use crate::time::Time;

/// Reads export packets of any number of exporters.
pub(crate) struct Decoder {
    input: String,
    learnt: Arc<crate::reader::Learnt>,
    /// What is learnt from this input, when that is what it is read for.
    taught: Option<Learnt>,
    templates: HashMap<(Domain, u16), Arc<Template>, foldhash::fast::FixedState>,
    weight: usize,
    rates: BTreeMap<(Domain, Scope), u32>,
    applications: BTreeMap<(Domain, Box<[u8]>), Box<str>>,
    channels: HashMap<(Domain, Option<u64>), Channel, foldhash::fast::FixedState>,
    waiting: VecDeque<Waiting>,
    waiting_bytes: usize,
    totals: Totals,
}

/// A set that waits for its template.
struct Waiting {
    packet: Packet,
    id: u16,
    body: Vec<u8>,
    at: u64,
}

/// A packet that sets came in.
#[derive(Clone, Copy)]
pub(crate) struct Packet {
    pub(crate) domain: Domain,
    pub(crate) sent: Sent,
}

impl Decoder {
    /// For an input of this name, with what the inputs of the run know.
    pub(crate) fn new(input: &str, learnt: Arc<crate::reader::Learnt>) -> Self {
        Self {
            input: input.to_owned(),
            learnt,
            taught: None,
            templates: HashMap::default(),
            weight: 0,
            rates: BTreeMap::new(),
            applications: BTreeMap::new(),
            channels: HashMap::default(),
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            totals: Totals::default(),
        }
    }

    /// One that only learns: it reads templates and options, and no flows.
    pub(crate) fn learning(input: &str) -> Self {
        Self { taught: Some(Learnt::default()), ..Self::new(input, Arc::default()) }
    }

    /// What it learnt.
    pub(crate) fn taught(self) -> Learnt {
        self.taught.unwrap_or_default()
    }

    /// Reads one packet, the payload of a datagram, that lies at byte `at` of the input.
    pub(crate) fn packet(
        &mut self,
        bytes: &[u8],
        exporter: Option<IpAddr>,
        at: u64,
        out: &mut Out<'_>,
    ) {
        match be16(bytes, 0) {
            Some(version @ (5 | 7)) => {
                if self.taught.is_none() {
                    v5::packet(self, version, bytes, exporter, at, out);
                }
            }
            Some(9) => self.v9(bytes, exporter, at, out),
            Some(10) => self.ipfix(bytes, exporter, at, out),
            _ => out.lost(codes::UNKNOWN_VERSION, at),
        }
    }

    fn v9(&mut self, bytes: &[u8], exporter: Option<IpAddr>, at: u64, out: &mut Out<'_>) {
        let (Some(uptime), Some(seconds), Some(number)) =
            (be32(bytes, 4), be32(bytes, 8), be32(bytes, 16))
        else {
            return out.lost(codes::TRUNCATED, at);
        };
        let Some(sent) = Time::from_seconds(i64::from(seconds)) else { return };
        let domain = Domain { exporter, version: 9, number };
        let packet = Packet { domain, sent: Sent { at: sent, uptime: Some(uptime) } };
        self.sets(packet, bytes, 20, at, out);
    }

    fn ipfix(&mut self, bytes: &[u8], exporter: Option<IpAddr>, at: u64, out: &mut Out<'_>) {
        let (Some(length), Some(seconds), Some(number)) =
            (be16(bytes, 2), be32(bytes, 4), be32(bytes, 12))
        else {
            return out.lost(codes::TRUNCATED, at);
        };
        let Some(sent) = Time::from_seconds(i64::from(seconds)) else { return };
        let domain = Domain { exporter, version: 10, number };
        let packet = Packet { domain, sent: Sent { at: sent, uptime: None } };
        // A datagram may hold several messages or be cut by the capture.
        let length = usize::from(length);
        self.sets(packet, bytes.get(..length).unwrap_or(bytes), 16, at, out);
        if length < 16 {
            out.lost(codes::MALFORMED, at);
        }
    }

    /// Reads the sets of a packet after its header.
    fn sets(&mut self, packet: Packet, bytes: &[u8], header: usize, at: u64, out: &mut Out<'_>) {
        let mut from = header;
        while let Some(rest) = bytes.get(from..)
            && rest.iter().any(|byte| *byte != 0)
        {
            let here = at + from as u64;
            let (Some(id), Some(length)) = (be16(rest, 0), be16(rest, 2)) else {
                return out.lost(codes::TRUNCATED, here);
            };
            let length = usize::from(length);
            if length < 4 {
                return out.lost(codes::MALFORMED, here);
            }
            let Some(body) = rest.get(4..length) else {
                out.lost(codes::TRUNCATED, here);
                return self.set(packet, id, rest.get(4..).unwrap_or_default(), here, out);
            };
            self.set(packet, id, body, here, out);
            from += length;
        }
    }

    /// Reads a set without its header.
    fn set(&mut self, packet: Packet, id: u16, body: &[u8], at: u64, out: &mut Out<'_>) {
        let kind = match (packet.domain.version, id) {
            (9, 0) => Kind::V9,
            (9, 1) => Kind::V9Options,
            (10, 2) => Kind::Ipfix,
            (10, 3) => Kind::IpfixOptions,
            (_, ..256) => return out.inert(codes::NOT_TRAFFIC),
            _ => return self.data(packet, id, body, at, out),
        };
        for item in read_set(kind, body) {
            match item {
                Item::Template(id, template) => {
                    out.inert(codes::ROW_HEADER);
                    self.keep(packet, id, template, at, out);
                }
                Item::Withdrawn(id) => {
                    out.inert(codes::ROW_HEADER);
                    self.templates.remove(&(packet.domain, id));
                    if id < 256 {
                        self.templates.retain(|(domain, _), _| *domain != packet.domain);
                    }
                }
                Item::Invalid => out.lost(codes::TEMPLATE_INVALID, at),
            }
        }
    }

    fn keep(&mut self, packet: Packet, id: u16, template: Template, at: u64, out: &mut Out<'_>) {
        let key = (packet.domain, id);
        if self.templates.get(&key).is_some_and(|known| **known == template) {
            return;
        }
        let template = Arc::new(template);
        let full =
            self.templates.len() >= out.limits.templates && !self.templates.contains_key(&key);
        if full || self.weight + template.weight() > out.limits.waiting_bytes {
            return out.note(
                codes::LIMIT_REACHED,
                Severity::Warning,
                at,
                &[("limit", "templates")],
            );
        }
        if let Some(taught) = &mut self.taught {
            let origin = Origin { input: self.input.clone(), boot: boot(packet.sent) };
            taught.template(packet.domain, id, &template, &origin);
        }
        self.weight += template.weight();
        if let Some(old) = self.templates.insert(key, template) {
            self.weight -= old.weight();
        }
        self.serve(key, out);
    }

    /// Reads what waited for this template.
    fn serve(&mut self, key: (Domain, u16), out: &mut Out<'_>) {
        if !self.waiting.iter().any(|set| (set.packet.domain, set.id) == key) {
            return;
        }
        let (ready, still) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|set: &Waiting| (set.packet.domain, set.id) == key);
        self.waiting = still;
        let ready: VecDeque<Waiting> = ready;
        for set in ready {
            self.waiting_bytes -= set.body.len() + WAITING;
            if let Some(template) = self.templates.get(&key).cloned() {
                self.records(set.packet, &template, &set.body, set.at, out);
            }
        }
    }

    fn data(&mut self, packet: Packet, id: u16, body: &[u8], at: u64, out: &mut Out<'_>) {
        if let Some(template) = self.templates.get(&(packet.domain, id)).cloned() {
            return self.records(packet, &template, body, at, out);
        }
        if self.taught.is_some() {
            return;
        }
        self.waiting_bytes += body.len() + WAITING;
        self.waiting.push_back(Waiting { packet, id, body: body.to_vec(), at });
        while self.waiting_bytes > out.limits.waiting_bytes
            && let Some(oldest) = self.waiting.pop_front()
        {
            self.waiting_bytes -= oldest.body.len() + WAITING;
            self.borrow(&oldest, out);
        }
    }

    /// No more packets come: what still waits is read with templates of other inputs, or lost.
    pub(crate) fn finish(&mut self, out: &mut Out<'_>) {
        for set in std::mem::take(&mut self.waiting) {
            self.borrow(&set, out);
        }
        self.waiting_bytes = 0;
        if self.totals.overflowed() {
            out.note(codes::LIMIT_REACHED, Severity::Warning, 0, &[("limit", "open_flows")]);
        }
    }

    fn borrow(&mut self, set: &Waiting, out: &mut Out<'_>) {
        let origin = Origin { input: self.input.clone(), boot: boot(set.packet.sent) };
        match self.learnt.netflow.find(set.packet.domain, set.id, &set.body, &origin) {
            Found::One(template, from) => {
                if from != self.input {
                    let (severity, args) = (Severity::Note, [("file", from.as_str())]);
                    out.note(codes::TEMPLATE_BORROWED, severity, set.at, &args);
                }
                self.records(set.packet, &template, &set.body, set.at, out);
            }
            Found::Ambiguous => out.lost(codes::TEMPLATE_AMBIGUOUS, set.at),
            Found::Missing => out.lost(codes::TEMPLATE_MISSING, set.at),
        }
    }

    /// Reads the records of a set.
    fn records(
        &mut self,
        packet: Packet,
        template: &Arc<Template>,
        body: &[u8],
        at: u64,
        out: &mut Out<'_>,
    ) {
        if self.taught.is_some() && !template.options {
            return;
        }
        let mut rest = body;
        let mut here = at + 4;
        // What is shorter than a record is padding.
        while rest.len() >= template.shortest {
            let Some((record, used)) = Record::read(template, rest) else {
                return out.lost(codes::TRUNCATED, here);
            };
            if template.options {
                self.option(packet, &record, out.limits);
                out.inert(codes::NOT_TRAFFIC);
            } else {
                self.flow(packet, record, here, out);
            }
            rest = rest.get(used..).unwrap_or_default();
            here += used as u64;
        }
        if rest.len() >= 4 && rest.iter().any(|byte| *byte != 0) {
            out.lost(codes::TRUNCATED, here);
        }
    }

    /// Keeps what a record about the exporter says.
    fn option(&mut self, packet: Packet, record: &Record<'_>, limits: &Limits) {
        let domain = packet.domain;
        if let Some(rate) = record.rate.factor() {
            let scope = match (record.sampler, record.interface) {
                (Some(sampler), _) => Scope::Sampler(sampler),
                (None, Some(interface)) if !record.scope_system => Scope::Interface(interface),
                _ => Scope::All,
            };
            if self.rates.len() < limits.templates {
                self.rates.insert((domain, scope), rate);
            }
            if let Some(taught) = &mut self.taught {
                let origin = Origin { input: self.input.clone(), boot: boot(packet.sent) };
                taught.rate(domain, scope, rate, &origin);
            }
        }
        if let (Some(id), Some(name)) = (record.application, record.application_name)
            && self.applications.len() < limits.templates
        {
            self.applications.insert((domain, id.into()), name.into());
        }
    }

    fn flow(&mut self, packet: Packet, mut record: Record<'_>, at: u64, out: &mut Out<'_>) {
        let mut name: Option<Box<str>> = None;
        if let (Some(id), None) = (record.application, record.application_name)
            && !self.applications.is_empty()
        {
            name = self.applications.get(&(packet.domain, id.into())).cloned();
        }
        if record.bytes.is_none() && record.event.is_none() {
            self.totals.differ(&mut record, packet, out.limits.open_flows);
        }
        let context = Context {
            sent: packet.sent,
            sampling: self.sampling(packet, &record),
            channel: self.channel(packet.domain, record.direction, out),
            application: name.as_deref(),
        };
        flow::emit(&record, &context, at, out);
    }

    /// By how much the counters of the record are multiplied.
    fn sampling(&self, packet: Packet, record: &Record<'_>) -> u32 {
        if let Some(rate) = record.rate.factor() {
            return rate;
        }
        let boot = boot(packet.sent);
        let look = |scope| {
            let own = self.rates.get(&(packet.domain, scope)).copied();
            own.or_else(|| self.learnt.netflow.rate_of(packet.domain, scope, &self.input, boot))
        };
        match record.sampler {
            // Sampler 0 is none: the packets were not sampled.
            Some(0) => look(Scope::Sampler(0)).unwrap_or(1),
            Some(sampler) => {
                look(Scope::Sampler(sampler)).or_else(|| look(Scope::All)).unwrap_or(0)
            }
            None => {
                let interface = record.interface.and_then(|it| look(Scope::Interface(it)));
                interface.or_else(|| look(Scope::All)).unwrap_or(1)
            }
        }
    }

    /// The channel of a domain and direction: an exporter that reports what comes in on one interface and what goes out on another
    /// reports one flow twice.
    pub(crate) fn channel(
        &mut self,
        domain: Domain,
        direction: Option<u64>,
        out: &mut Out<'_>,
    ) -> Channel {
        let key = (domain, direction.filter(|it| *it <= 1));
        if let Some(known) = self.channels.get(&key) {
            return *known;
        }
        if self.channels.len() >= out.limits.channels {
            return Channel::default();
        }
        let exporter = domain.exporter.map(|it| it.to_string());
        let mut name = format!("{}#{}", exporter.as_deref().unwrap_or("*"), domain.number);
        match key.1 {
            Some(0) => name.push_str("/in"),
            Some(_) => name.push_str("/out"),
            None => {}
        }
        let channel = out.channel(&name);
        self.channels.insert(key, channel);
        channel
    }
}

/// What a waiting set weighs besides its bytes.
const WAITING: usize = size_of::<Waiting>();
