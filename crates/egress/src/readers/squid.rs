//! Squid access logs: the native format, and the extended one with request sizes, host and server name.
//!
//! In go lines. The shape decides: the native format has one size, that of the reply to the client, so what the client sent is
//! unknown; the extended one has five, of which the second is the size of the request. For `CONNECT` both count what went through the
//! tunnel. Sizes in any other number are not known. Out come flows named by the URL, by `CONNECT host:port` or by the server name; a
//! reply out of the cache never left the network and gives only the name. Denied requests are inert.
//!
//! Follows `logformat` of the Squid documentation (`%ts.%03tu %6tr %>a %Ss/%03>Hs %<st %rm %ru %un %Sh/%<a %mt`). Not read: the common
//! and combined formats, and formats of one's own.

use super::row::{
    Left, by_lines, counter, first_lines, foreign, host_of, name, said, settle, text,
};
use crate::codes;
use crate::event::{Flow, Host, Name, NameFrom, Volume, parse_address};
use crate::reader::{Format, Head, LineReader, Open, Out, Yields, blank};
use crate::time::{Time, parse_epoch_seconds};

/// The format; see the module's text.
pub(super) struct Squid;

impl Format for Squid {
    fn id(&self) -> &'static str {
        "squid"
    }

    fn version(&self) -> u32 {
        1
    }

    fn family(&self) -> &'static str {
        "squid"
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        let lines = first_lines(head).filter(|line| !line.starts_with(b"#"));
        by_lines(lines, |line| Request::of(&tokens(line)).is_some().then_some(85))
    }

    fn open(&self, _: &Head<'_>) -> Open {
        Open::Lines(Box::new(Lines))
    }
}

struct Lines;

impl LineReader for Lines {
    fn yields(&self) -> Yields {
        Yields { flows: true, names: true, answers: false, talks: false }
    }

    fn read(&self, line: &[u8], at: u64, out: &mut Out<'_>) {
        if !blank(line, out) {
            let line = text(line);
            settle(row(&line, at, out), at, out);
        }
    }
}

/// Values separated by blanks; those in quotes may contain blanks.
fn tokens(line: &str) -> Vec<&str> {
    let mut tokens = Vec::with_capacity(24);
    let mut rest = line.trim();
    while !rest.is_empty() {
        let (token, after) = match rest.strip_prefix('"').and_then(|inside| inside.split_once('"'))
        {
            Some((token, after)) => (token, after),
            None => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        tokens.push(token);
        rest = after.trim_start();
    }
    tokens
}

/// The parts of a line.
struct Request<'a> {
    end: Time,
    elapsed: &'a str,
    client: &'a str,
    client_port: Option<u16>,
    result: &'a str,
    sizes: Vec<&'a str>,
    method: &'a str,
    url: &'a str,
    peer: (&'a str, &'a str),
    server_name: Option<&'a str>,
}

impl<'a> Request<'a> {
    /// Finds the parts by their shape; `None` when it is not such a line.
    fn of(tokens: &[&'a str]) -> Option<Self> {
        // A collector may have put its own header in front.
        let begin = tokens.iter().take(8).position(|token| is_time(token))?;
        let tokens = tokens.get(begin..)?;
        let result_at = (3..=4).find(|at| tokens.get(*at).is_some_and(|token| is_result(token)))?;
        let after = tokens.get(result_at + 1..)?;
        let number = |token: &&str| *token == "-" || token.parse::<i128>().is_ok();
        let sizes: Vec<&str> = after.iter().copied().take_while(number).take(9).collect();
        let rest = after.get(sizes.len()..)?;
        let peer_at = rest.iter().position(|token| is_peer(token))?;
        let extended = sizes.len() == 5 && result_at == 4;
        Some(Self {
            end: parse_epoch_seconds(tokens.first()?.as_bytes())?,
            elapsed: tokens.get(1)?,
            client: tokens.get(2)?,
            client_port: if result_at == 4 { tokens.get(3)?.parse().ok() } else { None },
            result: tokens.get(result_at)?,
            sizes,
            method: rest.first()?,
            url: rest.get(1)?,
            peer: rest.get(peer_at)?.split_once('/')?,
            // port, type, two that are not set, referrer, agent, host, forwarded for, server name.
            server_name: if extended {
                rest.get(peer_at + 9).copied().and_then(said)
            } else {
                None
            },
        })
    }
}

/// Seconds with milliseconds.
fn is_time(token: &str) -> bool {
    token.split_once('.').is_some_and(|(seconds, millis)| {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        (9..=11).contains(&seconds.len()) && digits(seconds) && millis.len() == 3 && digits(millis)
    })
}

/// `TCP_MISS/200`.
fn is_result(token: &str) -> bool {
    token.split_once('/').is_some_and(|(code, status)| {
        let upper = code.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        upper
            && !code.is_empty()
            && status.len() == 3
            && status.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// `HIER_DIRECT/192.0.2.1`; versions before 3.2 write `DIRECT/192.0.2.1`.
fn is_peer(token: &str) -> bool {
    token.split_once('/').is_some_and(|(code, peer)| {
        let upper = code.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        upper && code.len() > 3 && !peer.is_empty()
    })
}

fn row(line: &str, at: u64, out: &mut Out<'_>) -> Result<(), Left> {
    if line.starts_with('#') {
        return Err(Left::Inert(codes::ROW_HEADER));
    }
    let tokens = tokens(line);
    let request = Request::of(&tokens).ok_or_else(foreign)?;
    let code = request.result.split('/').next().unwrap_or("");
    if code.contains("DENIED") {
        return Err(Left::Inert(codes::DENIED));
    }
    let client = match parse_address(request.client) {
        Some(address) => Host::Address(address),
        None => Host::Named(said(request.client).ok_or(Left::Lost(codes::NO_ADDRESS))?),
    };
    let host = host_of(request.url).ok_or(Left::Inert(codes::NOT_TRAFFIC))?;
    let named = match request.server_name.and_then(|host| name(Some(host))) {
        Some(host) => Some((NameFrom::Sni, host)),
        None => name(Some(host)).map(|host| (NameFrom::Host, host)),
    };
    let (how, peer) = request.peer;
    if how.ends_with("NONE") {
        // Out of the cache, or it never began: nothing was sent on.
        let (from, host) = named.ok_or(Left::Inert(codes::NOT_TRAFFIC))?;
        let client = Some(client);
        out.name(
            &Name { at: Some(request.end), client, server: None, key: None, from, name: host },
            at,
        );
        return Ok(());
    }
    // The peer is the server only when no other proxy is in between.
    let direct = if how.ends_with("DIRECT") { parse_address(peer) } else { None };
    let mut flow = Flow::new(client, direct.or_else(|| parse_address(host)));
    flow.end = Some(request.end);
    let elapsed = request.elapsed.parse::<i64>().ok().map(|millis| millis.saturating_mul(1000));
    flow.start = elapsed.map(|micros| Time(request.end.0.saturating_sub(micros)));
    flow.client_port = request.client_port;
    flow.server_port = port_of(request.method, request.url);
    flow.protocol = Some(6);
    (flow.sent, flow.received) = sizes(&request.sizes)?;
    flow.name = named;
    out.flow(&flow, at);
    Ok(())
}

/// What the client sent, and what it received.
fn sizes(sizes: &[&str]) -> Result<(Volume, Volume), Left> {
    let volume = |text: &str| Ok(counter(Some(text))?.map_or(Volume::Unknown, Volume::Bytes));
    match sizes {
        [reply] => Ok((Volume::Unknown, volume(reply)?)),
        [reply, request, _, _, _] => Ok((volume(request)?, volume(reply)?)),
        _ => Ok((Volume::Unknown, Volume::Unknown)),
    }
}

fn port_of(method: &str, url: &str) -> Option<u16> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let authority = rest.split('/').next().unwrap_or(rest);
    let given = authority.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
    given.or(match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ if method == "CONNECT" => Some(443),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{detect, read, torture};
    use super::*;

    const NATIVE: &str = "1600000000.391    104 10.0.0.5 TCP_TUNNEL/200 28854 CONNECT a.example:443 - HIER_DIRECT/192.0.2.9 -\n";
    const EXTENDED: &str = "1600000000.391    104 10.0.0.5 58938 TCP_TUNNEL/200 28854 2051 39 120 - CONNECT a.example:443 1.1 - HIER_DIRECT/192.0.2.9 443 - - - \"-\" \"agent x/1\" \"a.example:443\" \"-\" \"sni.example\" 42 -\n";

    #[test]
    fn the_native_format_has_only_the_size_of_the_reply() {
        let seen = detect("squid", NATIVE.as_bytes());
        let flow = &seen.flows[0];
        assert_eq!((flow.sent, flow.received), (Volume::Unknown, Volume::Bytes(28854)));
        assert_eq!(flow.name, Some((NameFrom::Host, "a.example".into())));
        assert_eq!((flow.ports.1, flow.server), (Some(443), parse_address("192.0.2.9")));
        assert_eq!(flow.end.unwrap().0 - flow.start.unwrap().0, 104_000);
    }

    #[test]
    fn the_extended_format_has_the_size_of_the_request_and_the_server_name() {
        let seen = detect("squid", EXTENDED.as_bytes());
        let flow = &seen.flows[0];
        assert_eq!((flow.sent, flow.received), (Volume::Bytes(2051), Volume::Bytes(28854)));
        assert_eq!(flow.name, Some((NameFrom::Sni, "sni.example".into())));
        assert_eq!(flow.ports.0, Some(58938));
    }

    #[test]
    fn a_denied_request_is_inert() {
        let log = NATIVE
            .replace("TCP_TUNNEL/200", "TCP_DENIED/403")
            .replace("DIRECT/192.0.2.9", "NONE/-");
        assert_eq!(detect("squid", log.as_bytes()).left(codes::DENIED), 1);
    }

    #[test]
    fn a_reply_out_of_the_cache_gives_only_a_name() {
        let log = "1600000000.734 0 10.0.0.5 TCP_MEM_HIT/200 905 GET http://a.example/x - HIER_NONE/- text/html\n";
        let seen = detect("squid", log.as_bytes());
        assert_eq!((seen.flows.len(), seen.names[0].name.as_str()), (0, "a.example"));
    }

    #[test]
    fn another_proxy_in_between_is_not_the_server() {
        let log = NATIVE.replace("HIER_DIRECT/192.0.2.9", "FIRSTUP_PARENT/192.0.2.200");
        assert_eq!(detect("squid", log.as_bytes()).flows[0].server, None);
    }

    #[test]
    fn a_client_may_be_a_name_and_a_collector_may_put_a_header_in_front() {
        let log =
            format!("Jan  2 03:04:05 proxy squid[7]: {}", NATIVE.replace("10.0.0.5", "pc.corp"));
        assert_eq!(detect("squid", log.as_bytes()).flows[0].client, "name pc.corp");
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let log =
            NATIVE.replace("28854", "-28854") + "cut line\n" + &NATIVE.replace("28854", "1 2 3");
        let seen = read(&Squid, log.as_bytes());
        assert_eq!((seen.left(codes::BAD_COUNTER), seen.left(codes::OTHER_FORMAT)), (1, 1));
        assert_eq!(
            (seen.flows[0].sent, seen.flows[0].received),
            (Volume::Unknown, Volume::Unknown)
        );
    }

    #[test]
    fn damaged_copies_are_accounted_for() {
        torture(&Squid, format!("{NATIVE}{EXTENDED}").as_bytes());
    }
}
