//! The host in the first request of an HTTP/1 connection: RFC 9112 section 3.2.

use crate::readers::capture::tls::{Found, host};

/// Whether a stream begins like a request.
pub(crate) fn begins(bytes: &[u8]) -> bool {
    METHODS.iter().any(|method| {
        let length = method.len().min(bytes.len());
        method.as_bytes().get(..length) == bytes.get(..length)
    })
}

/// The host that is asked for: of the target where it has one (requests to a proxy, `CONNECT`), else of the header.
pub(crate) fn in_request(bytes: &[u8]) -> Found<String> {
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let Some(first) = lines.next().and_then(|line| line.strip_suffix(b"\n")) else {
        return Found::More;
    };
    let mut words = first.trim_ascii_end().split(|byte| *byte == b' ');
    let (Some(method), Some(target)) = (words.next(), words.next()) else { return Found::Nothing };
    let absolute = target.strip_prefix(b"http://").or_else(|| target.strip_prefix(b"https://"));
    if let Some(authority) = absolute.or((method == b"CONNECT").then_some(target)) {
        let end = authority.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#'));
        let authority = authority.get(..end.unwrap_or(authority.len())).unwrap_or_default();
        return without_port(authority).map_or(Found::Nothing, Found::Here);
    }
    for line in lines {
        let Some(line) = line.strip_suffix(b"\n") else { return Found::More };
        let line = line.trim_ascii();
        if line.is_empty() {
            return Found::Nothing;
        }
        if let Some((name, value)) = line.split_at_checked(5)
            && name.eq_ignore_ascii_case(b"host:")
        {
            return without_port(value.trim_ascii()).map_or(Found::Nothing, Found::Here);
        }
    }
    Found::More
}

/// The host of an authority; an address in brackets is no name.
fn without_port(authority: &[u8]) -> Option<String> {
    let authority = authority.rsplit(|byte| *byte == b'@').next()?;
    host(authority.split(|byte| *byte == b':').next()?)
}

/// The methods of RFC 9110 and PATCH.
const METHODS: &[&str] =
    &["GET ", "POST ", "HEAD ", "PUT ", "DELETE ", "OPTIONS ", "CONNECT ", "PATCH ", "TRACE "];
