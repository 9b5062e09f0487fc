//! Text streams in, UTF-8 out, in bounded memory: for readers that need text but cannot hold the whole input.
//!
//! The encoding is decided as in [`crate::text`], with one difference: a stream that begins with plain ASCII is decided only where
//! the first other byte stands, because an export in GB 18030 may have a long English beginning.

use std::io::{self, BufRead, Read};

use encoding_rs::{CoderResult, Decoder, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use crate::text::decode;

/// A stream as UTF-8; bytes that are valid in no encoding become U+FFFD.
pub(crate) struct Transcoded<'a> {
    inner: &'a mut dyn BufRead,
    state: State,
    out: Vec<u8>,
    at: usize,
    damaged: bool,
}

enum State {
    Start,
    Ascii,
    Decoding(Decoder),
    Done,
}

impl<'a> Transcoded<'a> {
    /// Wraps a stream that stands at its first byte.
    pub(crate) fn new(inner: &'a mut dyn BufRead) -> Self {
        Self { inner, state: State::Start, out: Vec::new(), at: 0, damaged: false }
    }

    /// Whether bytes had to be replaced so far.
    pub(crate) fn damaged(&self) -> bool {
        self.damaged
    }

    fn refill(&mut self) -> io::Result<()> {
        self.out.clear();
        self.at = 0;
        while self.out.is_empty() {
            match &mut self.state {
                State::Done => return Ok(()),
                State::Start => {
                    let (encoding, mark) = beginning(self.inner.fill_buf()?);
                    self.inner.consume(mark);
                    self.state = match encoding {
                        Some(encoding) => {
                            State::Decoding(encoding.new_decoder_without_bom_handling())
                        }
                        None => State::Ascii,
                    };
                }
                State::Ascii => {
                    let source = self.inner.fill_buf()?;
                    if source.is_empty() {
                        self.state = State::Done;
                        return Ok(());
                    }
                    let plain = source.iter().take_while(|byte| byte.is_ascii()).count();
                    self.out.extend(source.iter().take(plain));
                    if plain < source.len() {
                        let rest = source.get(plain..).unwrap_or_default();
                        let decoder = eight_bit(rest).new_decoder_without_bom_handling();
                        self.state = State::Decoding(decoder);
                    }
                    self.inner.consume(plain);
                }
                State::Decoding(decoder) => {
                    let source = self.inner.fill_buf()?;
                    let last = source.is_empty();
                    self.out.resize(CHUNK, 0);
                    let (result, read, written, bad) =
                        decoder.decode_to_utf8(source, &mut self.out, last);
                    self.out.truncate(written);
                    self.damaged |= bad;
                    self.inner.consume(read);
                    if last && result == CoderResult::InputEmpty {
                        self.state = State::Done;
                    }
                }
            }
        }
        Ok(())
    }
}

impl Read for Transcoded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut available = self.fill_buf()?;
        let count = available.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Transcoded<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at >= self.out.len() {
            self.refill()?;
        }
        Ok(self.out.get(self.at..).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.at += amount;
    }
}

/// The beginning of an input as text, for probes; a character cut at the end is left off.
pub(crate) fn head_text(bytes: &[u8]) -> String {
    let mut source = bytes;
    let mut text = String::new();
    let mut stream = Transcoded::new(&mut source);
    if stream.read_to_string(&mut text).is_err() {
        text.clear();
    }
    if text.ends_with('\u{fffd}') {
        text.pop();
    }
    text
}

/// The encoding that a byte-order mark or zero bytes tell, and the length of the mark.
fn beginning(head: &[u8]) -> (Option<&'static Encoding>, usize) {
    if let Some((encoding, length)) = Encoding::for_bom(head) {
        return (Some(encoding), length);
    }
    // An even number of bytes, few enough that only zeros can decide.
    let start = head.get(..head.len().min(512) & !1).unwrap_or_default();
    match decode(start).encoding {
        "utf-16le" => (Some(UTF_16LE), 0),
        "utf-16be" => (Some(UTF_16BE), 0),
        _ => (None, 0),
    }
}

/// UTF-8 or GB 18030, whichever these bytes are valid in; UTF-8 if neither.
fn eight_bit(bytes: &[u8]) -> &'static Encoding {
    match std::str::from_utf8(bytes) {
        Ok(_) => UTF_8,
        // Only the last character is cut.
        Err(error) if error.error_len().is_none() => UTF_8,
        Err(_) => {
            let mut decoder = GB18030.new_decoder_without_bom_handling();
            let mut text = String::with_capacity(bytes.len() * 3 + 16);
            let (_, _, damaged) = decoder.decode_to_string(bytes, &mut text, false);
            if damaged { UTF_8 } else { GB18030 }
        }
    }
}

const CHUNK: usize = 64 << 10;

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    fn through(bytes: &[u8], chunk: usize) -> (String, bool) {
        let mut inner = BufReader::with_capacity(chunk, bytes);
        let mut stream = Transcoded::new(&mut inner);
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        (text, stream.damaged())
    }

    #[test]
    fn a_long_english_beginning_does_not_hide_gb18030() {
        let text = format!("{}主机名,厂商\n核心防火墙,飞塔\n", "host,vendor\n".repeat(1000));
        let (gb, _, _) = GB18030.encode(&text);
        assert_eq!(through(&gb, 64), (text.clone(), false));
        assert_eq!(through(text.as_bytes(), 64), (text, false));
    }

    #[test]
    fn utf_16_and_damage() {
        let utf16: Vec<u8> = "主机,a\nb,c".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let marked = [b"\xfe\xff".as_slice(), &utf16].concat();
        assert_eq!(through(&marked, 5).0, "主机,a\nb,c");
        let (text, damaged) = through("é a \u{e9}".as_bytes(), 64);
        assert_eq!((text.as_str(), damaged), ("é a é", false));
        assert!(through(b"\xc3\xa9 \xff\xff", 64).1);
        assert_eq!(head_text("name,é".as_bytes().split_last().unwrap().1), "name,");
    }
}
