//! The handshake in QUIC Initial packets: RFC 9000 section 17.2, RFC 9001 section 5, version 2 of RFC 9369. Their keys come from the
//! connection id in the packet itself; nobody has to give any.

use aes::cipher::{BlockCipherEncrypt, KeyInit};
use aes_gcm::Aes128Gcm;
use aes_gcm::aead::{Aead, Payload};
use hkdf::Hkdf;
use sha2::Sha256;

use crate::bytes::{array, be32};
use crate::readers::capture::assembly::Assembly;
use crate::readers::capture::tls::{self, Found, Hello};

/// A client's side of a connection that begins.
#[derive(Default)]
pub(crate) struct Connection {
    keys: Option<Keys>,
    crypto: Assembly,
    packets: u32,
}

/// What protects Initial packets of a client.
struct Keys {
    version: u32,
    cipher: Aes128Gcm,
    header: aes::Aes128,
    iv: [u8; 12],
}

/// The parts of an Initial packet.
struct Initial<'a> {
    version: u32,
    target: &'a [u8],
    /// Where the packet number begins.
    number_at: usize,
    /// The whole packet.
    bytes: &'a [u8],
}

/// Whether a datagram begins like an Initial packet of a version that is known.
pub(crate) fn begins(datagram: &[u8]) -> bool {
    datagram.len() >= 7 && long_header(datagram).is_some_and(|(_, kind, _)| kind)
}

impl Connection {
    /// Takes a datagram of the client; says whether the hello is there.
    pub(crate) fn datagram(&mut self, datagram: &[u8], most: usize) -> Found<Hello> {
        let mut rest = datagram;
        // Several packets may share a datagram.
        for _ in 0..MOST_COALESCED {
            let Some((packet, length)) = next_packet(rest) else { break };
            if let Some(initial) = packet {
                self.packets += 1;
                if self.packets > MOST_PACKETS {
                    return Found::Nothing;
                }
                if let Some(plain) = self.open(&initial) {
                    self.frames(&plain, most);
                }
            }
            rest = rest.get(length..).unwrap_or_default();
        }
        tls::in_handshake(self.crypto.start())
    }

    /// Bytes of memory.
    pub(crate) fn weight(&self) -> usize {
        self.crypto.weight()
    }

    /// Decrypts with the keys of the first packet; after a retry the client takes new ones.
    fn open(&mut self, initial: &Initial<'_>) -> Option<Vec<u8>> {
        if let Some(keys) = &self.keys
            && keys.version == initial.version
            && let Some(plain) = keys.open(initial)
        {
            return Some(plain);
        }
        let keys = Keys::of(initial.version, initial.target)?;
        let plain = keys.open(initial)?;
        self.keys = Some(keys);
        self.crypto = Assembly::default();
        Some(plain)
    }

    /// Takes the pieces of the handshake from the frames of a packet.
    fn frames(&mut self, mut bytes: &[u8], most: usize) {
        while let Some((kind, rest)) = varint(bytes) {
            let after = match kind {
                // Padding, ping.
                0 | 1 => Some(rest),
                2 | 3 => acknowledgement(rest, kind == 3),
                6 => {
                    let piece = varint(rest).and_then(|(from, rest)| {
                        let (length, rest) = varint(rest)?;
                        let (piece, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
                        Some((usize::try_from(from).ok()?, piece, rest))
                    });
                    piece.map(|(from, piece, rest)| {
                        self.crypto.add(from, piece, most);
                        rest
                    })
                }
                _ => None,
            };
            let Some(after) = after else { return };
            bytes = after;
        }
    }
}

/// What follows an acknowledgement.
fn acknowledgement(bytes: &[u8], congestion: bool) -> Option<&[u8]> {
    let (_largest, rest) = varint(bytes)?;
    let (_delay, rest) = varint(rest)?;
    let (ranges, rest) = varint(rest)?;
    let (_first, mut rest) = varint(rest)?;
    let more = if congestion { 3 } else { 0 };
    let count = ranges.checked_mul(2)?.checked_add(more)?;
    // Each takes a byte at least.
    if count > rest.len() as u64 {
        return None;
    }
    for _ in 0..count {
        rest = varint(rest)?.1;
    }
    Some(rest)
}

/// Version, whether it is an Initial packet, and the first byte, of a packet with a long header of a known version.
fn long_header(bytes: &[u8]) -> Option<(u32, bool, u8)> {
    let (first, version) = (*bytes.first()?, be32(bytes, 1)?);
    let kind = (first >> 4) & 3;
    let initial = match version {
        V1 | DRAFT_29 => 0,
        V2 => 1,
        _ => return None,
    };
    (first & 0x80 != 0).then_some((version, kind == initial, first))
}

/// The packet at the beginning of the bytes, when it is an Initial one, and its length.
fn next_packet(bytes: &[u8]) -> Option<(Option<Initial<'_>>, usize)> {
    let (version, initial, _) = long_header(bytes)?;
    let (target, rest) = connection_id(bytes.get(5..)?)?;
    let (_source, mut rest) = connection_id(rest)?;
    if initial {
        let (token, after) = varint(rest)?;
        rest = after.get(usize::try_from(token).ok()?..)?;
    }
    let (length, after) = varint(rest)?;
    let number_at = bytes.len() - after.len();
    let end = number_at.checked_add(usize::try_from(length).ok()?)?;
    let packet = bytes.get(..end)?;
    let initial = initial.then_some(Initial { version, target, number_at, bytes: packet });
    Some((initial, end))
}

fn connection_id(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first()?;
    if *length > 20 {
        return None;
    }
    rest.split_at_checked(usize::from(*length))
}

/// A number of 1, 2, 4 or 8 bytes: RFC 9000, section 16.
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let length = 1usize << (bytes.first()? >> 6);
    let (number, rest) = bytes.split_at_checked(length)?;
    let number = number.iter().fold(0u64, |sum, byte| (sum << 8) | u64::from(*byte));
    Some((number & (u64::MAX >> (66 - 8 * length)), rest))
}

impl Keys {
    /// The keys of a client for this version and the connection id that it chose.
    fn of(version: u32, target: &[u8]) -> Option<Self> {
        let (salt, words): (&[u8; 20], [&str; 3]) = match version {
            V1 => (&SALT_V1, ["quic key", "quic iv", "quic hp"]),
            V2 => (&SALT_V2, ["quicv2 key", "quicv2 iv", "quicv2 hp"]),
            _ => (&SALT_29, ["quic key", "quic iv", "quic hp"]),
        };
        let initial = Hkdf::<Sha256>::new(Some(salt), target);
        let secret: [u8; 32] = expand(&initial, "client in")?;
        let client = Hkdf::<Sha256>::from_prk(&secret).ok()?;
        let [key, iv, header] = words;
        let key: [u8; 16] = expand(&client, key)?;
        let header: [u8; 16] = expand(&client, header)?;
        Some(Self {
            version,
            cipher: Aes128Gcm::new_from_slice(&key).ok()?,
            header: aes::Aes128::new_from_slice(&header).ok()?,
            iv: expand(&client, iv)?,
        })
    }

    /// What the packet holds; `None` when it was not protected with these keys.
    fn open(&self, initial: &Initial<'_>) -> Option<Vec<u8>> {
        let mut block = aes::Block::from(array::<16>(initial.bytes, initial.number_at + 4)?);
        self.header.encrypt_block(&mut block);
        let mut mask = block.iter().copied();
        let mut head = initial.bytes.get(..initial.number_at + 4)?.to_vec();
        let first = head.first_mut()?;
        *first ^= mask.next()? & 0x0f;
        let length = usize::from(*first & 3) + 1;
        head.truncate(initial.number_at + length);
        let mut number = 0u64;
        for (byte, mask) in head.iter_mut().skip(initial.number_at).zip(mask) {
            *byte ^= mask;
            number = number << 8 | u64::from(*byte);
        }
        let mut nonce = self.iv;
        for (byte, part) in nonce.iter_mut().skip(4).zip(number.to_be_bytes()) {
            *byte ^= part;
        }
        let payload = Payload { msg: initial.bytes.get(head.len()..)?, aad: &head };
        self.cipher.decrypt(&nonce.into(), payload).ok()
    }
}

/// HKDF-Expand-Label of RFC 8446, section 7.1, with an empty context.
fn expand<const N: usize>(secret: &Hkdf<Sha256>, label: &str) -> Option<[u8; N]> {
    let mut info = Vec::with_capacity(32);
    info.extend(u16::try_from(N).ok()?.to_be_bytes());
    info.push(u8::try_from(label.len() + 6).ok()?);
    info.extend(b"tls13 ");
    info.extend(label.as_bytes());
    info.push(0);
    let mut output = [0; N];
    secret.expand(&info, &mut output).ok()?;
    Some(output)
}

const V1: u32 = 1;
const V2: u32 = 0x6b33_43cf;
/// The last draft, which old clients still speak.
const DRAFT_29: u32 = 0xff00_001d;

const SALT_V1: [u8; 20] = [
    0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad,
    0xcc, 0xbb, 0x7f, 0x0a,
];
const SALT_V2: [u8; 20] = [
    0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93, 0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb,
    0xf9, 0xbd, 0x2e, 0xd9,
];
const SALT_29: [u8; 20] = [
    0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97, 0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0,
    0x43, 0x90, 0xa8, 0x99,
];

/// How many packets may share a datagram.
const MOST_COALESCED: usize = 8;

/// How many Initial packets of a client are looked at.
const MOST_PACKETS: u32 = 32;

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9001, appendix A.1.
    #[test]
    fn keys_are_those_of_the_rfc() {
        let target = [0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08];
        let keys = Keys::of(V1, &target).unwrap();
        let iv = [0xfa, 0x04, 0x4b, 0x2f, 0x42, 0xa3, 0xfd, 0x3b, 0x46, 0xfb, 0x25, 0x5c];
        assert_eq!(keys.iv, iv);
    }

    /// RFC 9369, appendix A.1.
    #[test]
    fn keys_of_version_2_are_those_of_its_rfc() {
        let target = [0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08];
        let keys = Keys::of(V2, &target).unwrap();
        let iv = [0x91, 0xf7, 0x3e, 0x23, 0x51, 0xd8, 0xfa, 0x91, 0x66, 0x0e, 0x90, 0x9f];
        assert_eq!(keys.iv, iv);
    }

    /// RFC 9000, appendix A.1.
    #[test]
    fn numbers_have_the_values_of_the_rfc() {
        let long = [0xc2, 0x19, 0x7c, 0x5e, 0xff, 0x14, 0xe8, 0x8c];
        assert_eq!(varint(&long).map(|it| it.0), Some(151_288_809_941_952_652));
        assert_eq!(varint(&[0x9d, 0x7f, 0x3e, 0x7d]).map(|it| it.0), Some(494_878_333));
        assert_eq!(varint(&[0x7b, 0xbd]).map(|it| it.0), Some(15_293));
        assert_eq!(varint(&[0x25]).map(|it| it.0), Some(37));
        assert_eq!(varint(&[0x7b]), None);
    }
}
