//! Transparent decompression: gzip, xz and zstd, nested up to a limit, with a guard against bombs.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::limits::Limits;

mod zstd;

/// The content of a stream, with compression removed, and the names of the compressions that were, outermost first.
pub struct Unpacked<'a> {
    /// The content.
    pub stream: Box<dyn BufRead + Send + 'a>,
    /// The compressions that were removed.
    pub layers: Vec<&'static str>,
}

/// Removes compression, recognised by its magic bytes.
///
/// # Errors
/// When the stream cannot be read or a compressed header is broken.
pub fn unpack<'a>(stream: impl Read + Send + 'a, limits: &Limits) -> io::Result<Unpacked<'a>> {
    unpack_as(stream, None, limits)
}

/// The same for the content of a member of a zip archive that is deflated, which no magic bytes show.
///
/// # Errors
/// See [`unpack`].
pub fn unpack_deflated<'a>(
    stream: impl Read + Send + 'a,
    limits: &Limits,
) -> io::Result<Unpacked<'a>> {
    unpack_as(stream, Some("deflate"), limits)
}

fn unpack_as<'a>(
    stream: impl Read + Send + 'a,
    first: Option<&'static str>,
    limits: &Limits,
) -> io::Result<Unpacked<'a>> {
    let taken = Arc::new(AtomicU64::new(0));
    let counted = Counted { inner: stream, taken: Arc::clone(&taken) };
    let mut stream: Box<dyn BufRead + Send + 'a> =
        Box::new(BufReader::with_capacity(BUFFER, counted));
    let mut layers = Vec::new();
    let mut next = match first {
        Some(layer) => Some(layer),
        None => magic(stream.fill_buf()?),
    };
    while let Some(layer) = next {
        if layers.len() == MAX_LAYERS {
            return Err(io::Error::new(io::ErrorKind::QuotaExceeded, "compressed too many times"));
        }
        layers.push(layer);
        let plain: Box<dyn Read + Send + 'a> = match layer {
            "deflate" => Box::new(flate2::bufread::DeflateDecoder::new(stream)),
            "gzip" => Box::new(flate2::bufread::MultiGzDecoder::new(stream)),
            "xz" => Box::new(lzma_rust2::XzReader::new(stream, true)),
            _ => Box::new(zstd::Frames::new(stream)),
        };
        let guard = Guard {
            inner: plain,
            given: 0,
            taken: Arc::clone(&taken),
            ratio: limits.ratio,
            floor: limits.ratio_floor_bytes,
            most: limits.expanded_bytes,
        };
        stream = Box::new(BufReader::with_capacity(BUFFER, guard));
        next = magic(stream.fill_buf()?);
    }
    Ok(Unpacked { stream, layers })
}

/// Whether a beginning is that of a compression which [`unpack`] removes.
pub fn is_compressed(head: &[u8]) -> bool {
    magic(head).is_some()
}

fn magic(head: &[u8]) -> Option<&'static str> {
    if head.starts_with(b"\x1f\x8b\x08") {
        Some("gzip")
    } else if head.starts_with(b"\xfd7zXZ\x00") {
        Some("xz")
    } else if zstd::begins(head) {
        Some("zstd")
    } else {
        None
    }
}

/// Counts the bytes taken from the source, so that the guard can compare.
struct Counted<R> {
    inner: R,
    taken: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.taken.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Ends an expansion that is out of all proportion, with `ErrorKind::QuotaExceeded`.
struct Guard<'a> {
    inner: Box<dyn Read + Send + 'a>,
    given: u64,
    taken: Arc<AtomicU64>,
    ratio: u64,
    floor: u64,
    most: u64,
}

impl Read for Guard<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.given += count as u64;
        let fair = self.taken.load(Ordering::Relaxed).saturating_mul(self.ratio).max(self.floor);
        if self.given > fair.min(self.most) {
            let what = format!(
                "it expands to more than {} times its size, or to more than {} bytes: unpack it \
                 yourself if it is genuine",
                self.ratio, self.most
            );
            return Err(io::Error::new(io::ErrorKind::QuotaExceeded, what));
        }
        Ok(count)
    }
}

/// As large as the first look at a file: what is hashed and read next is still in the processor's second cache.
const BUFFER: usize = 64 << 10;
const MAX_LAYERS: usize = 3;

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn reads_through_nested_gzip() {
        let twice = gzip(&gzip(b"Package: bash\n"));
        let mut unpacked = unpack(twice.as_slice(), &Limits::default()).unwrap();
        let mut text = String::new();
        unpacked.stream.read_to_string(&mut text).unwrap();
        assert_eq!((text.as_str(), unpacked.layers.len()), ("Package: bash\n", 2));
    }

    #[test]
    fn a_bomb_ends_with_quota_exceeded() {
        let bomb = gzip(&gzip(&vec![0; 32 << 20]));
        let limits = Limits { ratio_floor_bytes: 1 << 20, ..Limits::default() };
        let mut sunk = Vec::new();
        let error =
            unpack(bomb.as_slice(), &limits).unwrap().stream.read_to_end(&mut sunk).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::QuotaExceeded);
        assert!(sunk.len() <= 2 << 20);
    }
}
