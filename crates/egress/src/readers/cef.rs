//! The common event format (CEF) and the log event extended format (LEEF), of any device.
//!
//! In go lines, with or without a syslog header. Out come flows, and names from rows that a known device marks as such.
//!
//! **Direction.** CEF counts `in` and `out`. Its dictionary says that `in` flows from source to destination and `out` back. Devices
//! differ: FortiGate and the Strata log service write `out` for what the source sent, PAN-OS itself `in`, as their own guides say. Their
//! rows are known by their keys and read with these rules; for every other device the dictionary's rule is applied, and the input is
//! told so. LEEF is plain: `srcBytes` and `dstBytes`.
//!
//! Follows "ArcSight Common Event Format" (version 26) and the "LEEF format guide", versions 1 and 2.

use std::borrow::Cow;

use model::diagnostic::Severity;

use super::row::{
    Fields, Left, address, by_lines, first_lines, foreign, local_time, malformed, name, port,
    protocol, said, settle, text, volume,
};
use super::{checkpoint, fortigate, panos};
use crate::codes;
use crate::event::{Flow, Host, NameFrom, Side, Volume, parse_address};
use crate::reader::{Format, Head, LineReader, Open, Out, Yields, blank};
use crate::time::Time;

/// CEF; see the module's text.
pub(super) struct Cef;
/// LEEF; see the module's text.
pub(super) struct Leef;

impl Format for Cef {
    fn id(&self) -> &'static str {
        "cef"
    }

    fn version(&self) -> u32 {
        1
    }

    fn family(&self) -> &'static str {
        "cef"
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        by_lines(first_lines(head), |line| cef(line).is_ok().then_some(92))
    }

    fn open(&self, _: &Head<'_>) -> Open {
        Open::Lines(Box::new(Lines { cef: true }))
    }
}

impl Format for Leef {
    fn id(&self) -> &'static str {
        "leef"
    }

    fn version(&self) -> u32 {
        1
    }

    fn family(&self) -> &'static str {
        "leef"
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        by_lines(first_lines(head), |line| leef(line).is_ok().then_some(92))
    }

    fn open(&self, _: &Head<'_>) -> Open {
        Open::Lines(Box::new(Lines { cef: false }))
    }
}

struct Lines {
    cef: bool,
}

impl LineReader for Lines {
    fn yields(&self) -> Yields {
        Yields { flows: true, names: self.cef, answers: self.cef, talks: false }
    }

    fn read(&self, line: &[u8], at: u64, out: &mut Out<'_>) {
        if blank(line, out) {
            return;
        }
        let line = text(line);
        let read = if self.cef {
            cef(&line).and_then(|event| event.read(at, out))
        } else {
            leef(&line).and_then(|event| event.read_leef(at, out))
        };
        settle(read, at, out);
    }
}

/// One event: who wrote it, and its values.
struct Event<'a> {
    vendor: Cow<'a, str>,
    product: Cow<'a, str>,
    id: Cow<'a, str>,
    name: Cow<'a, str>,
    fields: Fields<'a>,
}

/// Cuts off one field of the header; bars inside are escaped.
fn header_field<'a>(rest: &mut &'a str) -> Option<Cow<'a, str>> {
    let bytes = rest.as_bytes();
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'|', b'\\', bytes.get(at..)?)?;
        if bytes.get(at) == Some(&b'|') {
            break;
        }
        at += 2;
    }
    let field = rest.get(..at)?;
    *rest = rest.get(at + 1..)?;
    Some(if field.contains('\\') { unescaped(field) } else { Cow::Borrowed(field) })
}

fn unescaped(value: &str) -> Cow<'_, str> {
    let mut kept = String::with_capacity(value.len());
    let mut characters = value.chars();
    while let Some(c) = characters.next() {
        match (c, if c == '\\' { characters.next() } else { None }) {
            ('\\', Some('n' | 'r')) => kept.push(' '),
            ('\\', Some(next)) => kept.push(next),
            _ => kept.push(c),
        }
    }
    Cow::Owned(kept)
}

fn cef(line: &str) -> Result<Event<'_>, Left> {
    let (_, mut rest) = line.split_once("CEF:").ok_or_else(foreign)?;
    let mut field = || header_field(&mut rest).ok_or_else(malformed);
    let version = field()?;
    if !version.trim().bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return Err(foreign());
    }
    let (vendor, product, _) = (field()?, field()?, field()?);
    let (id, name, _) = (field()?, field()?, field()?);
    Ok(Event { vendor, product, id, name, fields: extension(rest) })
}

/// `key=value key=value`, where values may have blanks: a key is a word between a blank and `=`.
fn extension(text: &str) -> Fields<'_> {
    let mut fields = Fields { pairs: Vec::with_capacity(48) };
    let mut open: Option<(&str, usize)> = None;
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'=', text.as_bytes().get(at..).unwrap_or(b"")) {
        let equals = at + found;
        at = equals + 1;
        let before = text.get(..equals).unwrap_or("");
        let key_at = before.rfind([' ', '\t']).map_or(0, |blank| blank + 1);
        let key = before.get(key_at..).unwrap_or("");
        let word = |c: char| c.is_ascii_alphanumeric() || "_-.[]:".contains(c);
        if key.is_empty() || !key.chars().all(word) {
            continue;
        }
        push(&mut fields, text, open.take(), key_at);
        open = Some((key, equals + 1));
    }
    push(&mut fields, text, open, text.len());
    fields
}

/// Adds the pair whose value ends before `end`.
fn push<'a>(fields: &mut Fields<'a>, text: &'a str, open: Option<(&'a str, usize)>, end: usize) {
    let Some((key, from)) = open else { return };
    let value = text.get(from..end.max(from)).unwrap_or("").trim_end();
    let value = if value.contains('\\') { unescaped(value) } else { Cow::Borrowed(value) };
    fields.pairs.push((Cow::Borrowed(key), value));
}

fn leef(line: &str) -> Result<Event<'_>, Left> {
    let (_, mut rest) = line.split_once("LEEF:").ok_or_else(foreign)?;
    let mut field = || header_field(&mut rest).ok_or_else(malformed);
    let version = field()?;
    if !matches!(version.trim(), "1" | "1.0" | "2" | "2.0") {
        return Err(Left::Lost(codes::UNKNOWN_VERSION));
    }
    let (vendor, product, _, id) = (field()?, field()?, field()?, field()?);
    let delimiter = delimiter(&mut rest);
    let mut fields = Fields::default();
    for part in rest.split(delimiter) {
        if let Some((key, value)) = part.split_once('=') {
            fields.pairs.push((Cow::Borrowed(key.trim()), Cow::Borrowed(value.trim())));
        }
    }
    Ok(Event { vendor, product, name: Cow::Borrowed(""), id, fields })
}

/// What separates the pairs: a character or its number in the header of version 2; tabs without one, and bars when there are no tabs.
fn delimiter(rest: &mut &str) -> char {
    if let Some((given, after)) = rest.split_once('|')
        && !given.contains('=')
        && given.len() <= 6
    {
        *rest = after;
        let number = given.trim_start_matches(['0', '\\']).trim_start_matches(['x', 'X']);
        let mut characters = given.chars();
        return match (characters.next(), characters.next()) {
            (Some(one), None) => one,
            (None, _) => '\t',
            _ => u32::from_str_radix(number, 16).ok().and_then(char::from_u32).unwrap_or('\t'),
        };
    }
    if !rest.contains('\t') && rest.contains('|') { '|' } else { '\t' }
}

impl Event<'_> {
    fn read(mut self, at: u64, out: &mut Out<'_>) -> Result<(), Left> {
        if self.fields.pairs.iter().any(|(key, _)| key.starts_with("FTNTFGT")) {
            self.rename_fortigate();
            return fortigate::row(&self.fields, at, out);
        }
        if self.vendor.starts_with("Palo Alto") {
            self.rename_panos();
            return panos::row(&self.fields, at, out);
        }
        self.flow(at, out)
    }

    fn read_leef(self, at: u64, out: &mut Out<'_>) -> Result<(), Left> {
        if self.fields.has("loguid") || self.fields.has("originsicname") {
            return checkpoint::row(&self.fields, at, out);
        }
        self.flow(at, out)
    }

    /// The names that the device's own notation has. It writes `out` for what the source sent.
    fn rename_fortigate(&mut self) {
        let names = [
            ("src", "srcip"),
            ("dst", "dstip"),
            ("spt", "srcport"),
            ("dpt", "dstport"),
            ("act", "action"),
            ("out", "sentbyte"),
            ("in", "rcvdbyte"),
            ("externalId", "sessionid"),
            ("deviceExternalId", "devid"),
            ("dhost", "hostname"),
            ("request", "url"),
            ("app", "service"),
        ];
        let mut kind = None;
        for (key, value) in &mut self.fields.pairs {
            if let Some(own) = key.strip_prefix("FTNTFGT") {
                *key = Cow::Owned(own.to_owned());
            } else if let Some((_, own)) = names.iter().find(|(known, _)| *known == key.as_ref()) {
                *key = Cow::Borrowed(own);
            } else if key == "cat" {
                kind = value.split(':').next().map(str::to_owned);
            }
        }
        if let Some(kind) = kind
            && !self.fields.has("type")
        {
            self.fields.pairs.push((Cow::Borrowed("type"), Cow::Owned(kind)));
        }
    }

    /// The names that an export has. The firewall itself writes `in` for what the source sent, the log service `out`.
    fn rename_panos(&mut self) {
        let firewall = self.product.starts_with("PAN-OS");
        let (sent, received) = if firewall { ("in", "out") } else { ("out", "in") };
        let names = [
            ("deviceExternalId", "serial #"),
            ("src", "source address"),
            ("dst", "destination address"),
            ("spt", "source port"),
            ("dpt", "destination port"),
            ("proto", "ip protocol"),
            ("app", "application"),
            (sent, "bytes sent"),
            (received, "bytes received"),
            ("request", "url/filename"),
            ("rt", "generate time"),
            ("start", "start time"),
            ("PanOSDestinationLocation", "destination country"),
        ];
        let labels: Vec<(String, &str)> = self
            .fields
            .pairs
            .iter()
            .filter_map(|(key, value)| {
                let meant = match value.to_ascii_lowercase().replace(' ', "").as_str() {
                    "sessionid" => "session id",
                    "elapsedtimeinseconds" => "elapsed time (sec)",
                    _ => return None,
                };
                Some((key.strip_suffix("Label")?.to_owned(), meant))
            })
            .collect();
        for (key, _) in &mut self.fields.pairs {
            let label =
                labels.iter().find(|(known, _)| *known == key.as_ref()).map(|(_, own)| *own);
            let own = names.iter().find(|(known, _)| *known == key.as_ref()).map(|(_, own)| *own);
            if let Some(own) = label.or(own) {
                *key = Cow::Borrowed(own);
            }
        }
        let (kind, subtype) =
            if firewall { (&self.name, &self.id) } else { (&self.id, &self.name) };
        let pairs = [("type", kind.to_string()), ("threat/content type", subtype.to_string())];
        self.fields.pairs.retain(|(key, _)| key != "type");
        self.fields.pairs.extend(pairs.map(|(key, value)| (Cow::Borrowed(key), Cow::Owned(value))));
    }

    /// A flow by the names of the dictionaries.
    fn flow(&self, at: u64, out: &mut Out<'_>) -> Result<(), Left> {
        let fields = &self.fields;
        fields.only_once(&[
            "src", "dst", "in", "out", "srcBytes", "dstBytes", "act", "action", "request",
        ])?;
        let server = fields.first(&["dst", "destinationAddress", "c6a3"]).and_then(parse_address);
        let url = name(fields.first(&["request", "requestUrl", "url"]))
            .map(|host| (NameFrom::Host, host));
        let known =
            || name(fields.first(&["dhost", "dstHostName"])).map(|host| (NameFrom::Log, host));
        let named = url.or_else(known);
        let source = fields.first(&["src", "sourceAddress", "c6a2"]);
        if source.or(fields.get("shost")).is_none() || (server.is_none() && named.is_none()) {
            return Err(Left::Inert(codes::NOT_TRAFFIC));
        }
        let client = match source.or(fields.get("shost")).and_then(parse_address) {
            Some(address) => Host::Address(address),
            None => Host::Named(fields.get("shost").ok_or(Left::Lost(codes::NO_ADDRESS))?),
        };
        if fields.has("dst") && fields.get("dst").is_some() {
            address(fields.get("dst"))?;
        }
        let (sent, received) = self.volumes(at, out)?;
        let nothing = |volume| matches!(volume, Volume::Bytes(0) | Volume::Unknown);
        if fields.first(&["act", "action"]).is_some_and(checkpoint::stopped)
            && nothing(sent)
            && nothing(received)
        {
            return Err(Left::Inert(codes::DENIED));
        }
        let mut flow = Flow::new(client, server);
        (flow.sent, flow.received) = checkpoint::once(fields, sent, received, at, out);
        flow.end = time(fields.first(&["end", "rt", "devTime"]), at, out);
        flow.start = time(fields.get("start"), at, out).or(flow.end);
        flow.client_port = port(fields.first(&["spt", "srcPort"]));
        flow.server_port = port(fields.first(&["dpt", "dstPort"]));
        flow.protocol = protocol(fields.get("proto"));
        flow.name = named;
        flow.ours = match fields.get("deviceDirection") {
            Some("1") => Some(Side::Client),
            Some("0") => Some(Side::Server),
            _ => None,
        };
        flow.application = fields.get("app");
        let device =
            fields.first(&["deviceExternalId", "dvchost", "dvc", "identHostName", "origin"]);
        flow.channel =
            out.channel(&format!("{} {} {}", self.vendor, self.product, device.unwrap_or("")));
        out.flow(&flow, at);
        Ok(())
    }

    /// What source and destination sent.
    fn volumes(&self, at: u64, out: &mut Out<'_>) -> Result<(Volume, Volume), Left> {
        let fields = &self.fields;
        let plain = (volume(fields.get("srcBytes"))?, volume(fields.get("dstBytes"))?);
        let (inward, outward) = (volume(fields.get("in"))?, volume(fields.get("out"))?);
        if plain != (Volume::Unknown, Volume::Unknown) || (inward, outward) == plain {
            return Ok(plain);
        }
        let device = format!("{} {}", self.vendor, self.product);
        out.note(codes::DIRECTION_ASSUMED, Severity::Warning, at, &[("device", &device)]);
        Ok((inward, outward))
    }
}

/// When; see [`local_time`].
fn time(text: Option<&str>, at: u64, out: &mut Out<'_>) -> Option<Time> {
    local_time(text.and_then(said)?, at, out)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{detect, read, torture};
    use super::*;

    const CEF: &str = r"Jan  2 03:04:05 host CEF:0|Some\|Vendor|Product|1.0|100|allowed a=b|3|src=10.0.0.5 dst=192.0.2.9 spt=49152 dpt=443 proto=TCP act=allowed in=1000 out=500 msg=a text with x\=y in it end=1600000000000 dhost=a.example";

    #[test]
    fn the_dictionary_says_that_in_flows_from_source_to_destination() {
        let seen = detect("cef", CEF.as_bytes());
        let flow = &seen.flows[0];
        assert_eq!((flow.sent, flow.received), (Volume::Bytes(1000), Volume::Bytes(500)));
        assert_eq!((flow.end, flow.protocol), (Time::from_seconds(1_600_000_000), Some(6)));
        assert_eq!(flow.name, Some((NameFrom::Log, "a.example".into())));
        assert!(seen.noted(codes::DIRECTION_ASSUMED));
        assert_eq!(seen.channel(0), "Some|Vendor Product ");
    }

    #[test]
    fn a_fortigate_counts_out_as_sent_and_uses_deltas() {
        let log = "CEF:0|Fortinet|Fortigate|v7|00020|traffic:forward accept|3|deviceExternalId=FG1 FTNTFGTlogid=0000000020 cat=traffic:forward FTNTFGTsubtype=forward FTNTFGTeventtime=1600000000 src=10.0.0.5 spt=1 dst=192.0.2.9 dpt=443 proto=6 act=accept externalId=7 out=9000 in=800 FTNTFGTsentdelta=90 FTNTFGTrcvddelta=8 FTNTFGTdstcountry=Far Utopia";
        let seen = detect("cef", log.as_bytes());
        let flow = &seen.flows[0];
        assert_eq!((flow.sent, flow.received), (Volume::Bytes(90), Volume::Bytes(8)));
        assert_eq!(flow.country.as_deref(), Some("Far Utopia"));
        assert!(!seen.noted(codes::DIRECTION_ASSUMED));
    }

    #[test]
    fn a_firewall_and_its_log_service_differ_in_what_in_means() {
        let own = "CEF:0|Palo Alto Networks|PAN-OS|11|end|TRAFFIC|1|rt=Jan 02 2026 03:04:05 GMT deviceExternalId=0011 src=10.0.0.5 dst=192.0.2.9 cn1Label=SessionID cn1=77 spt=1 dpt=443 proto=tcp act=allow in=1000 out=500";
        let service = own
            .replace("PAN-OS|11|end|TRAFFIC", "LF|2.0|TRAFFIC|end")
            .replace("in=1000 out=500", "in=500 out=1000");
        let seen = detect("cef", format!("{own}\n{service}\n").as_bytes());
        assert_eq!(seen.flows.len(), 2);
        for flow in &seen.flows {
            assert_eq!((flow.sent, flow.received), (Volume::Bytes(1000), Volume::Bytes(500)));
            assert!(flow.key.is_some());
        }
    }

    #[test]
    fn leef_has_its_delimiter_in_the_header_or_tabs_or_bars() {
        for (header, by) in [
            ("2.0|V|P|1|id|^|", "^"),
            ("2.0|V|P|1|id|x09|", "\t"),
            ("1.0|V|P|1|id|", "\t"),
            ("2.0|V|P|1|id|", "|"),
            ("2.0|V|P|1|id|0x7C|", "|"),
        ] {
            let pairs =
                ["src=10.0.0.5", "dst=192.0.2.9", "srcBytes=1000", "dstBytes=500", "dstPort=443"]
                    .join(by);
            let seen = detect("leef", format!("LEEF:{header}{pairs}").as_bytes());
            assert_eq!(
                (seen.flows[0].sent, seen.flows[0].received),
                (Volume::Bytes(1000), Volume::Bytes(500))
            );
        }
    }

    #[test]
    fn an_exporter_that_keeps_its_own_names_is_read_by_them() {
        let log = "LEEF:2.0|V|P|1|Accept|loguid={0x1}\torigin=10.0.0.1\taction=Accept\tsrc=10.0.0.5\tdst=192.0.2.9\tsrcPort=7\tservice=443\n";
        let flow = &detect("leef", log.as_bytes()).flows[0];
        assert_eq!((flow.sent, flow.ports), (Volume::Unknown, (Some(7), Some(443))));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let rows = [
            CEF.replace("in=1000", "in=-1"),
            CEF.replace("dst=192.0.2.9", "dst=x"),
            CEF.replace("spt=", "src=10.0.0.6 spt="),
            CEF.replace("act=allowed in=1000 out=500", "act=blocked"),
            CEF.replace("src=10.0.0.5 ", ""),
            "CEF:0|cut|".to_owned(),
            "text".to_owned(),
        ];
        let seen = read(&Cef, rows.join("\n").as_bytes());
        for code in [
            codes::BAD_COUNTER,
            codes::NO_ADDRESS,
            codes::DUPLICATE_KEY,
            codes::DENIED,
            codes::NOT_TRAFFIC,
            codes::ROW_MALFORMED,
            codes::OTHER_FORMAT,
        ] {
            assert_eq!(seen.left(code), 1, "{code:?}");
        }
        assert_eq!(read(&Leef, b"LEEF:9|a|b|c|d|x=1").left(codes::UNKNOWN_VERSION), 1);
    }

    #[test]
    fn damaged_copies_are_accounted_for() {
        torture(&Cef, CEF.as_bytes());
        torture(&Leef, b"LEEF:2.0|V|P|1|id|^|src=10.0.0.5^dst=192.0.2.9^srcBytes=1");
    }
}
