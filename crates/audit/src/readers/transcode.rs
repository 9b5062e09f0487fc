//! A stream in any encoding as a stream of valid UTF-8, in constant memory.
//!
//! The encoding comes from the byte-order mark, else from zero bytes (UTF-16 without a mark), else from the XML declaration, else
//! from the first bytes: UTF-8 if they are valid, GB 18030 if they are valid in that. Bytes that are not valid are replaced, and
//! [`Gauge::damaged`] says so.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use encoding_rs::{Decoder, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use crate::text;

/// What a stream tells its consumer on the side.
#[derive(Default)]
pub(crate) struct Gauge {
    /// Bytes given since the consumer last set this to zero.
    pub(crate) since: Cell<u64>,
    /// Whether `since` went over the limit, which ended the stream with an error.
    pub(crate) over: Cell<bool>,
    /// Whether bytes had to be replaced.
    pub(crate) damaged: Cell<bool>,
}

/// The stream.
pub(crate) struct Utf8<'a> {
    inner: &'a mut dyn BufRead,
    decoder: Decoder,
    encoding: &'static Encoding,
    given: Vec<u8>,
    from: usize,
    begun: bool,
    ended: bool,
    limit: u64,
    gauge: Rc<Gauge>,
}

impl<'a> Utf8<'a> {
    /// A stream that fails when its consumer takes more than `limit` bytes without resetting the gauge.
    pub(crate) fn new(inner: &'a mut dyn BufRead, limit: u64) -> io::Result<Self> {
        let encoding = sniff(inner.fill_buf()?);
        Ok(Self {
            inner,
            decoder: encoding.new_decoder(),
            encoding,
            given: Vec::new(),
            from: 0,
            begun: false,
            ended: false,
            limit,
            gauge: Rc::default(),
        })
    }

    /// What to tell the consumer on the side.
    pub(crate) fn gauge(&self) -> Rc<Gauge> {
        Rc::clone(&self.gauge)
    }

    /// Whether byte positions in this stream are those of the source.
    pub(crate) fn keeps_positions(&self) -> bool {
        self.encoding == UTF_8
    }

    fn refill(&mut self) -> io::Result<()> {
        self.given.resize(CHUNK, 0);
        self.from = 0;
        loop {
            let input = self.inner.fill_buf()?;
            let last = input.is_empty();
            let (_, read, written, damaged) =
                self.decoder.decode_to_utf8(input, &mut self.given, last);
            self.inner.consume(read);
            if damaged {
                self.gauge.damaged.set(true);
            }
            self.ended = last;
            if written > 0 || last {
                self.given.truncate(written);
                break;
            }
        }
        if !self.begun {
            self.begun = true;
            blank_declaration(&mut self.given);
        }
        let since = self.gauge.since.get() + self.given.len() as u64;
        self.gauge.since.set(since);
        if since > self.limit.saturating_add(CHUNK as u64) {
            self.gauge.over.set(true);
            return Err(io::Error::new(io::ErrorKind::QuotaExceeded, "one element is too long"));
        }
        Ok(())
    }
}

impl Read for Utf8<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), available.get(..count)) {
            to.copy_from_slice(from);
        }
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Utf8<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.from >= self.given.len() && !self.ended {
            self.refill()?;
        }
        Ok(self.given.get(self.from..).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.from = (self.from + count).min(self.given.len());
    }
}

/// The encoding of a text that begins like this.
pub(crate) fn sniff(head: &[u8]) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return encoding;
    }
    match head {
        [0, b, ..] if *b != 0 => return UTF_16BE,
        [b, 0, ..] if *b != 0 => return UTF_16LE,
        _ => {}
    }
    if let Some(declared) = declared(head) {
        // A declaration that can be read as ASCII is not UTF-16, whatever it says.
        return if declared == UTF_16LE || declared == UTF_16BE { UTF_8 } else { declared };
    }
    let cut_only = |error: std::str::Utf8Error| error.error_len().is_none();
    if std::str::from_utf8(head).map_or_else(cut_only, |_| true) {
        return UTF_8;
    }
    if text::decode(head).encoding == "gb18030" { GB18030 } else { UTF_8 }
}

/// The encoding that an XML declaration names.
fn declared(head: &[u8]) -> Option<&'static Encoding> {
    let head = head.get(..head.len().min(256)).unwrap_or_default();
    let text = String::from_utf8_lossy(head);
    let declaration = text.trim_start().strip_prefix("<?xml")?.split("?>").next()?;
    let value = declaration.split("encoding").nth(1)?.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| *c == '"' || *c == '\'')?;
    Encoding::for_label(value.get(1..)?.split(quote).next()?.as_bytes())
}

/// Overwrites the XML declaration with blanks: what it says of the encoding is no longer true.
fn blank_declaration(text: &mut [u8]) {
    let start = text.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(0);
    let Some(rest) = text.get_mut(start..).filter(|rest| rest.starts_with(b"<?xml ")) else {
        return;
    };
    let Some(end) = memchr::memmem::find(rest, b"?>") else { return };
    if let Some(declaration) = rest.get_mut(..end + 2) {
        declaration.fill(b' ');
    }
}

const CHUNK: usize = 64 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> (String, bool) {
        let mut bytes = bytes;
        let mut stream = Utf8::new(&mut bytes, 1 << 20).unwrap();
        let gauge = stream.gauge();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        (text.trim().to_owned(), gauge.damaged.get())
    }

    #[test]
    fn declared_marked_and_guessed_encodings() {
        let (gbk, ..) = GB18030.encode("<?xml version='1.0' encoding='GBK'?><a>核心</a>");
        assert_eq!(all(&gbk), ("<a>核心</a>".into(), false));
        let (bare, ..) = GB18030.encode("<a>核心交换机</a>");
        assert_eq!(all(&bare), ("<a>核心交换机</a>".into(), false));
        assert_eq!(
            all(b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\" ?><a>\xe9</a>").0,
            "<a>é</a>"
        );
        let wide: Vec<u8> = "\u{feff}<a>é</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(all(&wide), ("<a>é</a>".into(), false));
        assert_eq!(
            all(b"<?xml version='1.0' encoding='UTF-8'?><a>\xff</a>"),
            ("<a>\u{fffd}</a>".into(), true)
        );
    }
}
