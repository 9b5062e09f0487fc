//! What one record of flow data says.

use std::net::IpAddr;

use crate::bytes::{ip, number};
use crate::readers::netflow::element::Element;
use crate::readers::netflow::template::Template;
use crate::time::Time;

/// The fields of a record that are looked at, as they came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record<'a> {
    pub(crate) bytes: Option<u64>,
    pub(crate) out_bytes: Option<u64>,
    pub(crate) total: Option<u64>,
    pub(crate) initiator: Option<u64>,
    pub(crate) responder: Option<u64>,
    pub(crate) reverse: Option<u64>,
    pub(crate) reverse_total: Option<u64>,
    pub(crate) protocol: Option<u8>,
    pub(crate) source: Option<IpAddr>,
    pub(crate) target: Option<IpAddr>,
    pub(crate) translated_target: Option<IpAddr>,
    pub(crate) source_port: Option<u16>,
    pub(crate) target_port: Option<u16>,
    pub(crate) direction: Option<u64>,
    pub(crate) biflow_direction: Option<u64>,
    pub(crate) interface: Option<u64>,
    pub(crate) sampler: Option<u64>,
    pub(crate) event: Option<u64>,
    pub(crate) end_reason: Option<u64>,
    /// Whether it adds to a flow that was counted already.
    pub(crate) again: bool,
    pub(crate) application: Option<&'a [u8]>,
    pub(crate) application_name: Option<&'a str>,
    pub(crate) host: Option<&'a str>,
    pub(crate) scope_system: bool,
    pub(crate) rate: Rate,
    pub(crate) clock: Clock,
    /// A counter did not fit into 64 bits.
    pub(crate) bad_counter: bool,
    /// A field of an address has another length than addresses have.
    pub(crate) bad_address: bool,
}

/// How a record or an option tells the sampling.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rate {
    interval: Option<u64>,
    packets: Option<u64>,
    space: Option<u64>,
    size: Option<u64>,
    population: Option<u64>,
    probability: Option<f64>,
}

/// Times of a record as they came, each relative to something else.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Clock {
    first_uptime: Option<u64>,
    last_uptime: Option<u64>,
    boot: Option<Time>,
    start: Option<Time>,
    end: Option<Time>,
    start_before: Option<u64>,
    end_before: Option<u64>,
    duration: Option<u64>,
    event: Option<Time>,
}

/// When a packet was sent, and how long its exporter was up then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    /// When.
    pub(crate) at: Time,
    /// Milliseconds since the exporter started; IPFIX does not say.
    pub(crate) uptime: Option<u32>,
}

impl<'a> Record<'a> {
    /// The record of this template that begins here, and its length; `None` when the bytes end before it does.
    pub(crate) fn read(template: &Template, bytes: &'a [u8]) -> Option<(Self, usize)> {
        let mut record = Self::default();
        let mut at = 0;
        for (element, length) in &template.fields {
            let (value, used) = Template::value(*length, bytes.get(at..)?)?;
            at += used;
            if *element != Element::Other {
                record.take(*element, value);
            }
        }
        Some((record, at))
    }

    /// Whether a later record ends the flow: reason 2 of the registry, "active timeout".
    pub(crate) fn goes_on(&self) -> bool {
        self.end_reason == Some(2)
    }

    fn take(&mut self, element: Element, value: &'a [u8]) {
        match element {
            Element::Bytes => self.bytes = self.counter(value).or(self.bytes),
            Element::OutBytes => self.out_bytes = self.counter(value),
            Element::Total => self.total = self.counter(value),
            Element::InitiatorBytes => self.initiator = self.counter(value),
            Element::ResponderBytes => self.responder = self.counter(value),
            Element::ReverseBytes => self.reverse = self.counter(value),
            Element::ReverseTotal => self.reverse_total = self.counter(value),
            Element::Source => self.source = self.address(value, self.source),
            Element::Target => self.target = self.address(value, self.target),
            Element::TranslatedTarget => {
                self.translated_target = self.address(value, self.translated_target);
            }
            Element::Protocol => self.protocol = narrow(value),
            Element::SourcePort => self.source_port = narrow(value),
            Element::TargetPort => self.target_port = narrow(value),
            Element::Direction => self.direction = number(value),
            Element::BiflowDirection => self.biflow_direction = number(value),
            Element::Interface => self.interface = number(value),
            Element::Sampler => self.sampler = number(value),
            Element::Event => self.event = number(value),
            Element::EndReason => self.end_reason = number(value),
            Element::Application => self.application = Some(value),
            Element::ApplicationName => self.application_name = text(value),
            Element::Host => self.host = text(value),
            Element::ScopeSystem => self.scope_system = true,
            Element::Interval
            | Element::PacketInterval
            | Element::PacketSpace
            | Element::SampleSize
            | Element::Population
            | Element::Probability => self.rate.take(element, value),
            _ => self.clock.take(element, value),
        }
    }

    fn counter(&mut self, value: &[u8]) -> Option<u64> {
        // From 2⁶³ on it is a negative one.
        let read = number(value).filter(|count| i64::try_from(*count).is_ok());
        self.bad_counter |= read.is_none();
        read
    }

    /// The address, unless it is all zero and there is one already: templates for both families fill one of them.
    fn address(&mut self, value: &[u8], known: Option<IpAddr>) -> Option<IpAddr> {
        let read = ip(value);
        self.bad_address |= read.is_none();
        match (known, read) {
            (Some(known), Some(read)) if read.is_unspecified() => Some(known),
            (known, read) => read.or(known),
        }
    }
}

impl Rate {
    fn take(&mut self, element: Element, value: &[u8]) {
        match element {
            Element::Interval => self.interval = number(value),
            Element::PacketInterval => self.packets = number(value),
            Element::PacketSpace => self.space = number(value),
            Element::SampleSize => self.size = number(value),
            Element::Population => self.population = number(value),
            _ => {
                self.probability = match value.len() {
                    4 => number(value)
                        .and_then(|bits| u32::try_from(bits).ok())
                        .map(f32::from_bits)
                        .map(f64::from),
                    8 => number(value).map(f64::from_bits),
                    _ => None,
                }
            }
        }
    }

    /// By how much counters are multiplied; `None` where nothing is said, 0 where what is said makes no sense.
    pub(crate) fn factor(&self) -> Option<u32> {
        if let Some(interval) = self.interval {
            return Some(u32::try_from(interval.max(1)).unwrap_or(0));
        }
        let (part, whole) = match (self.packets, self.space, self.size, self.population) {
            (Some(packets), space, ..) => (packets, packets.saturating_add(space.unwrap_or(0))),
            (_, _, Some(size), Some(population)) => (size, population),
            _ => {
                let probability = self.probability?;
                let sane = probability > 0.0 && probability <= 1.0;
                let factor = if sane { (1.0 / probability).round() } else { 0.0 };
                return Some(if factor <= 4e9 { factor as u32 } else { 0 });
            }
        };
        // A rate that is no whole number is rounded: counts of samples are no better than that.
        let half = part / 2;
        let factor = whole.saturating_add(half).checked_div(part).unwrap_or(0);
        Some(u32::try_from(factor).unwrap_or(0))
    }
}

impl Clock {
    /// One that knows beginning and end.
    pub(crate) fn between(start: Option<Time>, end: Option<Time>) -> Self {
        Self { start, end, ..Self::default() }
    }

    /// Takes a field.
    pub(crate) fn take(&mut self, element: Element, value: &[u8]) {
        let seconds =
            |value| number(value).and_then(|it| Time::from_seconds(i64::try_from(it).ok()?));
        let millis =
            |value| number(value).and_then(|it| Time::from_milliseconds(i64::try_from(it).ok()?));
        match element {
            Element::FirstUptime => self.first_uptime = number(value),
            Element::LastUptime => self.last_uptime = number(value),
            Element::StartSeconds => self.start = seconds(value).or(self.start),
            Element::EndSeconds => self.end = seconds(value).or(self.end),
            Element::StartMillis => self.start = millis(value).or(self.start),
            Element::EndMillis => self.end = millis(value).or(self.end),
            Element::StartNtp => self.start = number(value).and_then(ntp).or(self.start),
            Element::EndNtp => self.end = number(value).and_then(ntp).or(self.end),
            Element::StartBefore => self.start_before = number(value),
            Element::EndBefore => self.end_before = number(value),
            Element::Duration => self.duration = number(value),
            Element::EventMillis => self.event = millis(value),
            Element::BootMillis => self.boot = millis(value),
            _ => {}
        }
    }

    /// Beginning and end.
    pub(crate) fn span(&self, sent: Sent) -> (Option<Time>, Option<Time>) {
        let before =
            |micros: Option<u64>| Some(Time(sent.at.0.checked_sub(i64::try_from(micros?).ok()?)?));
        let end = self.end.or_else(|| self.since_boot(self.last_uptime, sent));
        let end = end.or_else(|| before(self.end_before)).or(self.event);
        let start = self.start.or_else(|| self.since_boot(self.first_uptime, sent));
        let start = start.or_else(|| before(self.start_before)).or_else(|| {
            let duration = i64::try_from(self.duration?).ok()?.checked_mul(1_000)?;
            Some(Time(end?.0.checked_sub(duration)?))
        });
        // A record without times was sent when it was sent.
        match (start, end) {
            (None, None) => (None, Some(sent.at)),
            // Nor did it end after it was reported: its clock is another one, and only its length counts.
            (start, Some(end)) if end > sent.at.plus_seconds(MOST_AHEAD) => {
                let ahead = end.0 - sent.at.0;
                (start.map(|start| Time(start.0.saturating_sub(ahead))), Some(sent.at))
            }
            both => both,
        }
    }

    /// Milliseconds since the exporter started, as a time. The counter of the exporter has 32 bits and starts again every 49.7 days.
    fn since_boot(&self, uptime: Option<u64>, sent: Sent) -> Option<Time> {
        let uptime = i64::try_from(uptime?).ok()?;
        if let Some(boot) = self.boot {
            return Some(Time(boot.0.checked_add(uptime.checked_mul(1_000)?)?));
        }
        let now = i64::from(sent.uptime?);
        let mut ago = now - uptime;
        if ago > WRAP / 2 {
            ago -= WRAP;
        } else if ago < -WRAP / 2 {
            ago += WRAP;
        }
        Some(Time(sent.at.0.checked_sub(ago.checked_mul(1_000)?)?))
    }
}

/// An NTP time stamp: seconds since 1900 and their 2³² nd parts. The era that began in 2036 is told by the first bit (RFC 4330).
fn ntp(stamp: u64) -> Option<Time> {
    const SECONDS_1900_TO_1970: i64 = 2_208_988_800;
    let seconds = i64::try_from(stamp >> 32).ok()?;
    let seconds = if seconds < 1 << 31 { seconds + (1 << 32) } else { seconds };
    let micros = i64::try_from(((stamp & 0xffff_ffff) * 1_000_000) >> 32).ok()?;
    Some(Time((seconds - SECONDS_1900_TO_1970) * 1_000_000 + micros))
}

fn narrow<T: TryFrom<u64>>(value: &[u8]) -> Option<T> {
    number(value).and_then(|number| T::try_from(number).ok())
}

/// Text that may be filled up with zeros.
pub(crate) fn text(value: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(value).ok()?.trim_matches(['\0', ' ']);
    (!text.is_empty() && !text.contains(char::is_control)).then_some(text)
}

/// When a 32 bit counter of milliseconds starts again.
pub(crate) const WRAP: i64 = 1 << 32;

/// By how many seconds the end of a flow may lie after its report.
const MOST_AHEAD: i64 = 300;
