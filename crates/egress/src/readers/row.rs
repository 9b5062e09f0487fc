//! What readers of text rows share: how a row is settled, fields by name, numbers and times as logs write them.

use std::borrow::Cow;
use std::net::IpAddr;

use model::diagnostic::{Code, Severity};

use crate::codes;
use crate::event::{Volume, parse_address};
use crate::reader::{Head, Out};
use crate::time::{Time, parse_iso};

/// Why a row yields nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// It is known and has nothing that we look at.
    Inert(Code),
    /// It was not understood.
    Lost(Code),
}

/// What became of a row: every reader of rows ends here, so that each row is claimed exactly once.
pub(super) fn settle(read: Result<(), Left>, at: u64, out: &mut Out<'_>) {
    match read {
        Ok(()) => out.understood(),
        Err(Left::Inert(reason)) => out.inert(reason),
        Err(Left::Lost(reason)) => out.lost(reason, at),
    }
}

/// The lines that a probe looks at: the first ones of an input that are not blank, without blanks around them.
pub(super) fn first_lines<'h>(head: &Head<'h>) -> impl Iterator<Item = &'h [u8]> + use<'h> {
    let lines = head.bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    lines.filter(|line| !line.is_empty()).take(LOOKED_AT)
}

/// How sure a probe is, by the first of the lines that it knows. It is less sure where another comes before: the rest of a line that was
/// cut when the log was rotated, or a word of a collector.
pub(super) fn by_lines<'h>(
    lines: impl Iterator<Item = &'h [u8]>,
    sure: impl Fn(&str) -> Option<u8>,
) -> Option<u8> {
    let less = |at| if at == 0 { 0 } else { LESS_SURE };
    lines.enumerate().find_map(|(at, line)| Some(sure(&text(line))?.saturating_sub(less(at))))
}

/// A row that is not of the format: of another one, or cut.
pub(super) fn foreign() -> Left {
    Left::Lost(codes::OTHER_FORMAT)
}

/// A row that breaks the rules of its format.
pub(super) fn malformed() -> Left {
    Left::Lost(codes::ROW_MALFORMED)
}

/// The values of a row by name, in the order of the row.
#[derive(Debug, Default)]
pub(super) struct Fields<'a> {
    /// Names and values; names may occur more than once.
    pub(super) pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl Fields<'_> {
    /// The first value of that name that says something.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let named = self.pairs.iter().filter(|(known, _)| known == name);
        named.map(|(_, value)| value).find_map(|value| said(value))
    }

    /// The first of several names that has a value.
    pub(super) fn first(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.get(name))
    }

    /// Whether there is such a name, with whatever value.
    pub(super) fn has(&self, name: &str) -> bool {
        self.pairs.iter().any(|(known, _)| known == name)
    }

    /// Fails when one of these names, which decide, has two different values: nobody can tell which one is meant.
    pub(super) fn only_once(&self, names: &[&str]) -> Result<(), Left> {
        for name in names {
            let mut values = self.pairs.iter().filter(|(known, _)| known == name);
            let first = values.next();
            if first.is_some_and(|(_, first)| values.any(|(_, value)| value != first)) {
                return Err(Left::Lost(codes::DUPLICATE_KEY));
            }
        }
        Ok(())
    }
}

/// A value that says something: logs write blanks, `-` and `N/A` where they have none.
pub(super) fn said(value: &str) -> Option<&str> {
    let value = value.trim();
    (!matches!(value, "" | "-" | "N/A" | "n/a" | "(null)" | "null")).then_some(value)
}

/// A byte counter; `None` where the row has none.
///
/// # Errors
/// It is negative, no number, or larger than 2⁶³: no flow has that many bytes, but a negative number written without its sign does.
pub(super) fn counter(text: Option<&str>) -> Result<Option<u64>, Left> {
    let Some(text) = text.and_then(said) else { return Ok(None) };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<u64>() {
        Ok(value) if digits && value < 1 << 63 => Ok(Some(value)),
        _ => Err(Left::Lost(codes::BAD_COUNTER)),
    }
}

/// A byte counter as a volume: unknown where the row has none.
pub(super) fn volume(text: Option<&str>) -> Result<Volume, Left> {
    Ok(counter(text)?.map_or(Volume::Unknown, Volume::Bytes))
}

/// An address that the row must have.
pub(super) fn address(text: Option<&str>) -> Result<IpAddr, Left> {
    text.and_then(parse_address).ok_or(Left::Lost(codes::NO_ADDRESS))
}

/// A port; `None` when it is none.
pub(super) fn port(text: Option<&str>) -> Option<u16> {
    text.and_then(said)?.parse().ok()
}

/// An IP protocol by number or by name.
pub(super) fn protocol(text: Option<&str>) -> Option<u8> {
    let text = text.and_then(said)?;
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let names = [
        ("icmp", 1),
        ("igmp", 2),
        ("tcp", 6),
        ("udp", 17),
        ("gre", 47),
        ("esp", 50),
        ("sctp", 132),
    ];
    let known = names.iter().find(|(name, _)| text.eq_ignore_ascii_case(name));
    known.map(|(_, number)| *number).or((text.eq_ignore_ascii_case("icmp6")).then_some(58))
}

/// Seconds, milliseconds, microseconds or nanoseconds since the epoch: the size tells which, for any time since 1973.
pub(super) fn epoch(text: &str) -> Option<Time> {
    let number: i64 = text.trim().parse().ok()?;
    match number.unsigned_abs() {
        0..100_000_000_000 => Time::from_seconds(number),
        100_000_000_000..100_000_000_000_000 => Time::from_milliseconds(number),
        100_000_000_000_000..100_000_000_000_000_000 => Some(Time(number)),
        _ => Some(Time(number / 1_000)),
    }
}

/// A time that may lack its offset, as in `2026/01/02 03:04:05` or `Jan 02 2026 03:04:05`: then it is taken as UTC, and the input is told so once.
pub(super) fn local_time(text: &str, at: u64, out: &mut Out<'_>) -> Option<Time> {
    let text = text.trim();
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return epoch(text);
    }
    let dashed = if text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        // `Jan 02 2026 03:04:05`, as event formats have it.
        let parsed = jiff::fmt::strtime::parse("%b %d %Y %H:%M:%S", text.get(..20)?).ok()?;
        parsed.to_datetime().ok()?.to_string()
    } else {
        text.replace('/', "-")
    };
    let time = parse_iso(&dashed)?;
    let universal = ["GMT", "UTC", "Z"].iter().any(|zone| text.ends_with(zone));
    if !universal && dashed.parse::<jiff::Timestamp>().is_err() {
        out.note(codes::LOCAL_TIME, Severity::Warning, at, &[]);
    }
    Some(time)
}

/// The host of a URL or of `host:port`, without port, user and brackets.
pub(super) fn host_of(url: &str) -> Option<&str> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = rest.get(..end)?;
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if let Some(six) = authority.strip_prefix('[') {
        return six.split_once(']').map(|(host, _)| host).filter(|host| !host.is_empty());
    }
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    said(host).filter(|host| !host.contains(|c: char| c.is_whitespace() || c.is_control()))
}

/// A name that is no address.
pub(super) fn name(text: Option<&str>) -> Option<&str> {
    text.and_then(host_of).filter(|name| parse_address(name).is_none())
}

/// The lines' text: what is not UTF-8 is replaced, because names and addresses are ASCII in all of these formats and a replaced
/// character fails to be one.
pub(super) fn text(line: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(line)
}

/// How many lines a probe looks at.
pub(super) const LOOKED_AT: usize = 16;
/// How much less sure a probe is of a log whose first line it does not know.
const LESS_SURE: u8 = 25;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_that_cannot_be_is_not_a_number_of_bytes() {
        let bad = Err(Left::Lost(codes::BAD_COUNTER));
        assert_eq!(counter(Some("42")), Ok(Some(42)));
        assert_eq!(counter(Some("-")), Ok(None));
        assert_eq!(counter(Some("-1")), bad);
        assert_eq!(counter(Some("+1")), bad);
        assert_eq!(counter(Some("18446744073709551615")), bad);
        assert_eq!(counter(Some("99999999999999999999")), bad);
    }

    #[test]
    fn a_log_whose_first_line_was_cut_is_known() {
        for (format, line) in [
            (
                "aws-vpc-flow",
                "2 123456789010 eni-1a2b 10.0.0.5 192.0.2.9 49152 443 6 20 4249 1600000000 1600000060 ACCEPT OK",
            ),
            ("azure-flow", r#"{"records":[{"category":"FlowLogFlowEvent"}]}"#),
            ("cef", "CEF:0|v|p|1|1|traffic|1|src=10.0.0.5 dst=192.0.2.9"),
            ("fortigate", r#"devid="FG1" logid="0000000013" type="traffic" srcip=10.0.0.5"#),
            ("gcp-flow", r#"{"jsonPayload":{"connection":{"src_ip":"10.0.0.5"}}}"#),
            (
                "squid",
                "1600000000.391 104 10.0.0.5 TCP_TUNNEL/200 28854 CONNECT a.example:443 - HIER_DIRECT/192.0.2.9 -",
            ),
        ] {
            let sure = |text: String| {
                let head = Head { bytes: text.as_bytes(), complete: true, name: "x" };
                let (sure, found) = super::super::surest(&head).unwrap();
                assert_eq!(found.id(), format);
                sure
            };
            assert!(sure(format!("\n{line}\n")) >= sure(format!("rest of=\"a line\"}}\n{line}\n")));
        }
    }

    #[test]
    fn the_size_of_an_epoch_tells_its_unit() {
        let second = Some(Time(1_600_000_000_000_000));
        for text in ["1600000000", "1600000000000", "1600000000000000", "1600000000000000000"] {
            assert_eq!(epoch(text), second);
        }
    }

    #[test]
    fn the_host_of_a_url_is_without_port_user_and_path() {
        assert_eq!(host_of("https://u:p@A.example:8443/x?y"), Some("A.example"));
        assert_eq!(host_of("a.example:443"), Some("a.example"));
        assert_eq!(host_of("[2001:db8::1]:443"), Some("2001:db8::1"));
        assert_eq!(host_of("/path"), None);
        assert_eq!(name(Some("192.0.2.1:443")), None);
    }

    #[test]
    fn a_name_that_decides_may_repeat_only_with_one_value() {
        let pair = |name: &'static str, value: &'static str| (name.into(), value.into());
        let same = Fields { pairs: vec![pair("src", "a"), pair("src", "a")] };
        let other = Fields { pairs: vec![pair("src", "a"), pair("src", "b")] };
        assert_eq!(same.only_once(&["src"]), Ok(()));
        assert_eq!(other.only_once(&["src"]), Err(Left::Lost(codes::DUPLICATE_KEY)));
    }
}
