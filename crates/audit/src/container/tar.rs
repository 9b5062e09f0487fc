//! Tar archives: members one after the other, from a stream.
//!
//! Written for hostile input: nothing is unpacked to disk, what a header claims is never allocated, long names have a limit, a
//! broken header is reported and the next whole one is searched for. Formats: POSIX ustar and pax, GNU long names and base-256
//! numbers, V7. GNU sparse members are recognised and left out.

use std::io::{self, BufRead, Read};

/// One member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    /// The path as the archive has it.
    pub(crate) path: String,
    /// Where a link points.
    pub(crate) target: String,
    /// What it is.
    pub(crate) kind: Kind,
    /// The claimed size of its content.
    pub(crate) size: u64,
    /// The offset of its header.
    pub(crate) at: u64,
}

/// What a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    HardLink,
    Directory,
    Symlink,
    /// A device or FIFO.
    Special,
    /// A file with holes, whose content is not read.
    Sparse,
}

/// Why there is no member.
#[derive(Debug)]
pub(crate) enum Damage {
    /// The stream ended or failed; there are no more members.
    Stream(io::Error),
    /// The header at this offset is broken; more members may follow.
    Header(u64),
}

/// Reads members; between two of them, reads as the content of the current one.
pub(crate) struct Tar<'s> {
    stream: &'s mut (dyn BufRead + Send),
    at: u64,
    /// Bytes of the current content that were not read yet.
    left: u64,
    /// Bytes between the content and the next header.
    padding: u64,
    ended: bool,
}

/// Whether a stream that begins so is a tar archive.
pub(crate) fn probe(head: &[u8]) -> bool {
    let Some(block) = head.first_chunk::<BLOCK>() else { return false };
    // Without the magic of POSIX, a name and a known kind have to make up for it.
    let named = block.first().is_some_and(|&byte| byte > b' ');
    let plausible = is_ustar(block) || (named && matches!(block[156], 0 | b'0'..=b'7'));
    plausible && checksum_holds(block)
}

impl<'s> Tar<'s> {
    /// Reads members from the stream.
    pub(crate) fn new(stream: &'s mut (dyn BufRead + Send)) -> Self {
        Self { stream, at: 0, left: 0, padding: 0, ended: false }
    }

    /// The next member, or what is broken, or `None` at the end.
    pub(crate) fn next(&mut self) -> Option<Result<Member, Damage>> {
        if self.ended {
            return None;
        }
        let member = self.member();
        self.ended = matches!(member, Ok(None) | Err(Damage::Stream(_)));
        member.transpose()
    }

    /// The offset of the next byte, counted from the beginning of the stream.
    pub(crate) fn at(&self) -> u64 {
        self.at
    }

    fn member(&mut self) -> Result<Option<Member>, Damage> {
        let mut extra = Extra::default();
        loop {
            self.skip_content().map_err(Damage::Stream)?;
            let at = self.at;
            let mut block = [0; BLOCK];
            // Blocks of zeros are the end of an archive; one without them was cut, perhaps between two members.
            if !self.block(&mut block).map_err(Damage::Stream)? {
                return Err(Damage::Stream(cut()));
            }
            if block == [0; BLOCK] {
                return Ok(None);
            }
            let size = number(&block[124..136]).filter(|_| checksum_holds(&block));
            let Some(size) = size else {
                return self.resynchronise(&mut block).map_err(Damage::Stream).and_then(|found| {
                    if found { Err(Damage::Header(at)) } else { Err(Damage::Stream(cut())) }
                });
            };
            self.content(size);
            match block[156] {
                b'x' => extra.pax(&self.text(PAX_BYTES).map_err(Damage::Stream)?),
                b'L' => extra.path = Some(self.name().map_err(Damage::Stream)?),
                b'K' => extra.target = Some(self.name().map_err(Damage::Stream)?),
                // Global attributes, labels and continued volumes are no members.
                b'g' | b'V' | b'M' => {}
                kind => return Ok(Some(self.finish(&block, kind, size, at, extra))),
            }
        }
    }

    fn finish(
        &mut self,
        block: &[u8; BLOCK],
        kind: u8,
        size: u64,
        at: u64,
        extra: Extra,
    ) -> Member {
        let name = text(&block[..100]);
        let prefix = if is_posix(block) { text(&block[345..500]) } else { String::new() };
        let plain = if prefix.is_empty() { name } else { prefix + "/" + &name };
        let path = extra.path.unwrap_or(plain);
        let target = extra.target.unwrap_or_else(|| text(&block[157..257]));
        let kind = match kind {
            b'1' => Kind::HardLink,
            b'2' => Kind::Symlink,
            b'3' | b'4' | b'6' => Kind::Special,
            b'5' | b'D' => Kind::Directory,
            b'S' => Kind::Sparse,
            _ if extra.sparse => Kind::Sparse,
            _ if path.ends_with('/') => Kind::Directory,
            _ => Kind::File,
        };
        let size = extra.size.unwrap_or(size);
        // Only files have content; some writers give links the size of what they point at.
        let stored = matches!(kind, Kind::File | Kind::Sparse | Kind::Directory);
        self.content(if stored { size } else { 0 });
        Member { path, target, kind, size, at }
    }

    fn content(&mut self, size: u64) {
        self.left = size;
        self.padding = (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64;
    }

    fn skip_content(&mut self) -> io::Result<()> {
        let length = self.left.saturating_add(self.padding);
        let skipped = io::copy(&mut (&mut *self.stream).take(length), &mut io::sink())?;
        self.at += skipped;
        // A last block without its padding is common and loses nothing.
        let lost = skipped < self.left;
        (self.left, self.padding) = (0, 0);
        if lost { Err(cut()) } else { Ok(()) }
    }

    /// Fills the block; `false` at the end.
    fn block(&mut self, block: &mut [u8; BLOCK]) -> io::Result<bool> {
        let mut filled = 0;
        while let Some(rest) = block.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.stream.read(rest) {
                Ok(0) if filled == 0 => return Ok(false),
                Ok(0) => return Err(cut()),
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.at += BLOCK as u64;
        Ok(true)
    }

    /// Searches the next block that is a whole header, and puts it back.
    fn resynchronise(&mut self, block: &mut [u8; BLOCK]) -> io::Result<bool> {
        loop {
            let ahead = self.stream.fill_buf()?;
            // Only a whole block can be looked at without taking it; short of one, the block is taken as damaged.
            if ahead.first_chunk().is_some_and(|next| is_ustar(next) && checksum_holds(next)) {
                return Ok(true);
            }
            match self.block(block) {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
                Err(error) => return Err(error),
            }
        }
    }

    fn name(&mut self) -> io::Result<String> {
        Ok(text(&self.text(NAME_BYTES)?))
    }

    /// The current content, at most this many bytes.
    fn text(&mut self, most: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        Read::take(&mut *self, most).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl Read for Tar<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let Some(buffer) = buffer.get_mut(..most).filter(|buffer| !buffer.is_empty()) else {
            return Ok(0);
        };
        let count = self.stream.read(buffer)?;
        if count == 0 {
            return Err(cut());
        }
        self.left -= count as u64;
        self.at += count as u64;
        Ok(count)
    }
}

/// What headers in front of a member's own say about it.
#[derive(Default)]
struct Extra {
    path: Option<String>,
    target: Option<String>,
    size: Option<u64>,
    sparse: bool,
}

impl Extra {
    fn pax(&mut self, mut bytes: &[u8]) {
        // Each record is `length key=value\n`, the length counting itself.
        while let Some(space) = memchr::memchr(b' ', bytes) {
            let length = std::str::from_utf8(bytes.get(..space).unwrap_or_default());
            let length = length.ok().and_then(|text| text.parse::<usize>().ok());
            let Some(record) = length.and_then(|length| bytes.get(space + 1..length)) else {
                return;
            };
            bytes = bytes.get(space + 1 + record.len()..).unwrap_or_default();
            let record = record.strip_suffix(b"\n").unwrap_or(record);
            let Some(equals) = memchr::memchr(b'=', record) else { continue };
            let (key, value) = record.split_at(equals);
            let value = String::from_utf8_lossy(value.get(1..).unwrap_or_default());
            match key {
                b"path" => self.path = Some(value.into_owned()),
                b"linkpath" => self.target = Some(value.into_owned()),
                b"size" => self.size = value.parse().ok(),
                key if key.starts_with(b"GNU.sparse.") => self.sparse = true,
                _ => {}
            }
        }
    }
}

/// A path as the reader of a container sees it: relative, without `.` and empty parts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cleaned {
    /// The path; `None` when it leads out of the archive or cannot be a path at all.
    pub(crate) path: Option<String>,
    /// Whether it was absolute.
    pub(crate) absolute: bool,
}

/// Cleans a path of an archive.
pub(crate) fn clean(path: &str) -> Cleaned {
    let absolute = path.starts_with('/');
    let parts = || path.split('/').filter(|part| !matches!(*part, "" | "."));
    let broken = path.len() > LONGEST_PATH || path.contains('\0') || parts().any(|p| p == "..");
    let path = (!broken).then(|| parts().collect::<Vec<_>>().join("/"));
    Cleaned { path, absolute }
}

/// A number of a header: octal digits, or base 256 when the first bit is set.
fn number(field: &[u8]) -> Option<u64> {
    let (&first, rest) = field.split_first()?;
    if first & 0x80 != 0 {
        // A negative size has all bits set and is no size.
        let start = u64::from(first & 0x7f);
        let wide = rest.iter().try_fold(start, |n, &b| Some(n.checked_mul(256)? + u64::from(b)));
        return wide.filter(|&n| n <= i64::MAX.cast_unsigned());
    }
    let digits = std::str::from_utf8(field).ok()?.trim_matches(['\0', ' ']);
    if digits.is_empty() { Some(0) } else { u64::from_str_radix(digits, 8).ok() }
}

fn checksum_holds(block: &[u8; BLOCK]) -> bool {
    let sum = |bytes: &[u8]| bytes.iter().map(|&byte| u64::from(byte)).sum::<u64>();
    // The field of the sum itself counts as spaces.
    let expected = sum(&block[..148]) + 8 * u64::from(b' ') + sum(&block[156..]);
    number(&block[148..156]) == Some(expected)
}

fn is_ustar(block: &[u8; BLOCK]) -> bool {
    block[257..262] == *b"ustar"
}

/// Whether the header has a prefix; GNU uses those bytes for other things.
fn is_posix(block: &[u8; BLOCK]) -> bool {
    block[257..263] == *b"ustar\0"
}

fn text(bytes: &[u8]) -> String {
    let end = memchr::memchr(0, bytes).unwrap_or(bytes.len());
    String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned()
}

fn cut() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the archive is cut off")
}

const BLOCK: usize = 512;
const NAME_BYTES: u64 = 64 << 10;
const PAX_BYTES: u64 = 1 << 20;
const LONGEST_PATH: usize = 16 << 10;
