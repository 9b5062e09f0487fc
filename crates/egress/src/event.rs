//! What a row of a log says, in the words of no format.

use std::hash::{BuildHasher, Hasher};
use std::net::IpAddr;

use foldhash::quality::FixedState;
use serde::{Deserialize, Serialize};

use crate::time::Time;

/// One of ours, as a log names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Host<'a> {
    /// By its address. IPv4-mapped IPv6 addresses are held as IPv4 (see [`address`]).
    Address(IpAddr),
    /// By a name of its own, where the log has no address.
    Named(&'a str),
}

/// Bytes in one direction of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Volume {
    /// This many, before sampling is made up for.
    Bytes(u64),
    /// Another record of the same log counts them: the log has one record for each direction.
    Elsewhere,
    /// The log does not say. Never the same as none.
    Unknown,
}

/// Which side of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The one that began, or the source of a one-way record.
    Client,
    /// The other.
    Server,
}

/// Where a name comes from; each is weaker than the ones before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NameFrom {
    /// The TLS or QUIC server name that the client asked for.
    Sni,
    /// The host of an HTTP request, of a proxied URL or of `CONNECT`.
    Host,
    /// What the log itself resolved or looked up.
    Log,
}

/// What ties rows about one flow together: a hash of the sensor and the log's own id of the flow. Rows that cannot be tied have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub u64);

impl Key {
    /// From the sensor's name (empty where there is one only) and the flow's id as the log writes it. The hash has a fixed seed, so
    /// that shards agree. Two ids fall together once in about 10¹⁹ pairs.
    #[inline]
    pub fn new(sensor: &[u8], id: &[u8]) -> Self {
        let mut hash = fold(&SEEDED, id);
        if !sensor.is_empty() {
            hash = fold(&FixedState::with_seed(hash), sensor);
        }
        Self(hash)
    }
}

/// Mixed once, not for each key.
static SEEDED: FixedState = FixedState::with_seed(0x5170_7a17_9e5d_42c1);

/// A keyed hash of bytes, the same on every machine.
#[inline]
pub(crate) fn fold(state: &FixedState, bytes: &[u8]) -> u64 {
    let mut hasher = state.build_hasher();
    hasher.write(bytes);
    hasher.finish()
}

/// One conversation, or one direction of it, or a part of it in time.
#[derive(Clone, Debug)]
pub struct Flow<'a> {
    /// When it, or the part of it that this row counts, began.
    pub start: Option<Time>,
    /// When it ended.
    pub end: Option<Time>,
    /// When the whole of it began, where the row counts a part of it; else as `start`.
    pub began: Option<Time>,
    /// Whether a later row counts the end of it: the bytes of this one are added, the flow is counted there.
    pub goes_on: bool,
    /// Who began it; in a one-way record its source. The original one where the row tells also a translated one.
    pub client: Host<'a>,
    /// With whom; `None` where the log has only a name.
    pub server: Option<IpAddr>,
    /// Port of the client.
    pub client_port: Option<u16>,
    /// Port of the server.
    pub server_port: Option<u16>,
    /// IP protocol number.
    pub protocol: Option<u8>,
    /// From client to server. Retransmissions and headers as the log counts them.
    pub sent: Volume,
    /// From server to client.
    pub received: Volume,
    /// By how much the counters are multiplied to make up for sampling; 1 when every packet was seen; 0 when the log is sampled and
    /// does not say how much.
    pub sampling: u32,
    /// A name of the server that this very row has.
    pub name: Option<(NameFrom, &'a str)>,
    /// What ties it to rows with names.
    pub key: Option<Key>,
    /// Whether the log gives the same key to other flows at other times: then a name counts only near the time of the flow.
    pub key_recurs: bool,
    /// Which side is ours, where the log says so.
    pub ours: Option<Side>,
    /// Whether `client` is only the source of this record and may be the server of the conversation.
    pub one_way: bool,
    /// Who reports, of several that may report the same flow: an exporter, a side, an interface; see [`Out::channel`].
    ///
    /// [`Out::channel`]: crate::reader::Out::channel
    pub channel: Channel,
    /// The country of the server as the log says it.
    pub country: Option<&'a str>,
    /// The application as the log names it.
    pub application: Option<&'a str>,
    /// The path of the program that talks.
    pub program: Option<&'a str>,
}

impl<'a> Flow<'a> {
    /// A flow about which only the two ends are known.
    pub fn new(client: Host<'a>, server: Option<IpAddr>) -> Self {
        Self {
            start: None,
            end: None,
            began: None,
            goes_on: false,
            client,
            server,
            client_port: None,
            server_port: None,
            protocol: None,
            sent: Volume::Unknown,
            received: Volume::Unknown,
            sampling: 1,
            name: None,
            key: None,
            key_recurs: false,
            ours: None,
            one_way: false,
            channel: Channel::default(),
            country: None,
            application: None,
            program: None,
        }
    }
}

/// Who reports, among those that may report the same flow. Rows of one channel add up; of several channels that report one asset's
/// traffic with one vendor on one day, the largest counts and the others are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Channel(pub u32);

/// A name that a client used for a server, in a row without counters.
#[derive(Clone, Debug)]
pub struct Name<'a> {
    /// When.
    pub at: Option<Time>,
    /// Who used it.
    pub client: Option<Host<'a>>,
    /// For which address.
    pub server: Option<IpAddr>,
    /// The flow in which it was used.
    pub key: Option<Key>,
    /// Where it stood.
    pub from: NameFrom,
    /// The name as the log has it.
    pub name: &'a str,
}

/// A DNS answer as a client saw it; without addresses, a question.
#[derive(Clone, Debug)]
pub struct Answer<'a> {
    /// When.
    pub at: Option<Time>,
    /// Who asked.
    pub client: Option<Host<'a>>,
    /// For what.
    pub name: &'a str,
    /// The addresses that came back, each with its time to live in seconds where the log has it. Aliases on the way are left out:
    /// the client asked for `name`.
    pub addresses: &'a [(IpAddr, Option<u32>)],
}

/// A program that talks: evidence without counters.
#[derive(Clone, Debug)]
pub struct Talk<'a> {
    /// When.
    pub at: Option<Time>,
    /// On which machine.
    pub host: Option<&'a str>,
    /// Its address and port.
    pub local: (Option<IpAddr>, Option<u16>),
    /// The other side's.
    pub remote: (Option<IpAddr>, Option<u16>),
    /// IP protocol number.
    pub protocol: Option<u8>,
    /// The name that it asked for or that the log has for the other side.
    pub name: Option<&'a str>,
    /// Path of the program.
    pub program: &'a str,
}

/// An address as it is compared: IPv4-mapped IPv6 is IPv4 (RFC 4291, section 2.5.5.2).
pub fn address(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

/// Reads an address; a zone (`fe80::1%eth0`) and brackets are left off.
pub fn parse_address(text: &str) -> Option<IpAddr> {
    if is_no_address(text.as_bytes()) {
        return None;
    }
    let text = text.trim();
    let text = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let text = text.split('%').next().unwrap_or(text);
    text.parse().ok().map(address)
}

/// Whether it is certainly no address: most texts that are none are names, and soon have a letter that no address has.
pub(crate) fn is_no_address(text: &[u8]) -> bool {
    let odd = text.iter().find(|byte| !byte.is_ascii_hexdigit() && !b":.".contains(byte));
    odd.is_some_and(|byte| byte.is_ascii_graphic() && !b"%[]".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapped_address_is_the_address_itself() {
        assert_eq!(parse_address("::ffff:192.0.2.1"), parse_address("192.0.2.1"));
        assert_eq!(parse_address("[2001:db8::1%2]"), parse_address("2001:db8::1"));
        assert_eq!(parse_address("192.0.2.1:80"), None);
    }

    #[test]
    fn a_key_depends_on_sensor_and_id() {
        assert_eq!(Key::new(b"", b"C1"), Key::new(b"", b"C1"));
        assert_ne!(Key::new(b"", b"C1"), Key::new(b"", b"C2"));
        assert_ne!(Key::new(b"a", b"C1"), Key::new(b"b", b"C1"));
    }
}
