//! The server name in a TLS ClientHello: RFC 8446 section 4.1.2, RFC 6066 section 3; encrypted hellos: RFC 9849.

use crate::bytes::be16;

/// What a client says in its first message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hello {
    /// The server it wants.
    pub(crate) name: Option<String>,
    /// Whether an encrypted hello is inside: the name may then be only that of the operator of the front. Browsers send one also
    /// where they have nothing to encrypt, and nobody can tell.
    pub(crate) encrypted: bool,
}

/// What can be said about the beginning of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found<T> {
    /// This.
    Here(T),
    /// More bytes have to come.
    More,
    /// Nothing of the kind.
    Nothing,
}

/// A hello in TLS records, that may be cut anywhere.
pub(crate) fn in_records(bytes: &[u8]) -> Found<Hello> {
    let mut handshake = Vec::new();
    let mut rest = bytes;
    loop {
        match rest {
            [0x16, 3, _, high, low, content @ ..] => {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                if length == 0 {
                    return Found::Nothing;
                }
                let part = content.get(..length).unwrap_or(content);
                handshake.extend_from_slice(part);
                rest = content.get(length..).unwrap_or_default();
                match in_handshake(&handshake) {
                    Found::More if !rest.is_empty() => {}
                    found => return found,
                }
            }
            [] | [0x16] | [0x16, 3] | [0x16, 3, _] | [0x16, 3, _, _] => return Found::More,
            _ => return Found::Nothing,
        }
    }
}

/// A hello as a handshake message, as QUIC carries it.
pub(crate) fn in_handshake(bytes: &[u8]) -> Found<Hello> {
    match bytes {
        [1, high, middle, low, content @ ..] => {
            let length = u32::from_be_bytes([0, *high, *middle, *low]) as usize;
            match content.get(..length) {
                Some(hello) => client_hello(hello).map_or(Found::Nothing, Found::Here),
                None => Found::More,
            }
        }
        [] | [1] | [1, _] | [1, _, _] => Found::More,
        _ => Found::Nothing,
    }
}

fn client_hello(bytes: &[u8]) -> Option<Hello> {
    // Version and random bytes.
    let rest = bytes.get(34..)?;
    let (_session, rest) = short(rest)?;
    let (_ciphers, rest) = long(rest)?;
    let (_compression, rest) = short(rest)?;
    let mut hello = Hello { name: None, encrypted: false };
    let Some((mut extensions, _)) = long(rest) else { return Some(hello) };
    while let Some(kind) = be16(extensions, 0) {
        let (value, rest) = long(extensions.get(2..)?)?;
        match kind {
            0 => hello.name = server_name(value),
            0xfe0d => hello.encrypted = true,
            _ => {}
        }
        extensions = rest;
    }
    Some(hello)
}

fn server_name(bytes: &[u8]) -> Option<String> {
    let (mut list, _) = long(bytes)?;
    while let [kind, rest @ ..] = list {
        let (name, rest) = long(rest)?;
        if *kind == 0 {
            return host(name);
        }
        list = rest;
    }
    None
}

/// A host name as text: letters, digits, points, hyphens and underscores.
pub(crate) fn host(bytes: &[u8]) -> Option<String> {
    let good =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'*');
    let fits = !bytes.is_empty() && bytes.len() <= 255 && bytes.iter().all(good);
    fits.then(|| String::from_utf8_lossy(bytes).into_owned())
}

/// A value with its length in one byte before it, and the rest.
fn short(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first()?;
    rest.split_at_checked(usize::from(*length))
}

/// The same with a length in two bytes.
fn long(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = be16(bytes, 0)?;
    bytes.get(2..)?.split_at_checked(usize::from(length))
}
