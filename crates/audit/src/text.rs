//! Text in the encodings that exports come in.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

/// Decoded text and how it was decoded.
pub struct Decoded<'a> {
    /// The text, without a byte-order mark.
    pub text: Cow<'a, str>,
    /// The encoding's name, for example `gb18030`.
    pub encoding: &'static str,
    /// Whether bytes had to be replaced.
    pub damaged: bool,
}

/// Decodes a whole text: byte-order mark first, then UTF-16 by its zero bytes, UTF-8 if it is valid, else GB 18030.
///
/// Bytes valid in neither are decoded as UTF-8 with replacement characters, and `damaged` says so.
pub fn decode(bytes: &[u8]) -> Decoded<'_> {
    let (encoding, bytes) = guess(bytes);
    let (text, _, damaged) = encoding.decode(bytes);
    if encoding == GB18030 && damaged {
        let (text, _, _) = UTF_8.decode(bytes);
        return Decoded { text, encoding: "utf-8", damaged: true };
    }
    let name = match encoding.name() {
        "UTF-8" => "utf-8",
        "UTF-16LE" => "utf-16le",
        "UTF-16BE" => "utf-16be",
        _ => "gb18030",
    };
    Decoded { text, encoding: name, damaged }
}

fn guess(bytes: &[u8]) -> (&'static Encoding, &[u8]) {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return (encoding, bytes.get(length..).unwrap_or_default());
    }
    let head = bytes.get(..bytes.len().min(512)).unwrap_or_default();
    let zeros = |parity: usize| head.iter().skip(parity).step_by(2).filter(|&&b| b == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), head.len() / 2);
    if half > 3 && odd * 2 > half && even * 4 < half {
        return (UTF_16LE, bytes);
    }
    if half > 3 && even * 2 > half && odd * 4 < half {
        return (UTF_16BE, bytes);
    }
    if std::str::from_utf8(bytes).is_ok() { (UTF_8, bytes) } else { (GB18030, bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognises_the_encodings_of_exports() {
        let chinese = "主机名,厂商\n核心防火墙,飞塔\n";
        let (gb, _, _) = GB18030.encode(chinese);
        assert_eq!(decode(&gb).encoding, "gb18030");
        assert_eq!(decode(&gb).text, chinese);
        assert_eq!(decode(chinese.as_bytes()).encoding, "utf-8");
        let utf16: Vec<u8> = "Windows Registry".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&utf16).encoding, "utf-16le");
        assert_eq!(decode(&utf16).text, "Windows Registry");
        let broken = decode(b"\xff\xff\xff\xff name");
        assert!(broken.damaged);
    }
}
