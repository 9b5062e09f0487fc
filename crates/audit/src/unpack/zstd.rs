//! Zstandard (RFC 8878): all frames of a stream one after the other, skippable ones left out.

use std::error::Error;
use std::io::{self, BufRead, Read};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// Whether a stream begins with a frame, of data or skippable.
pub(super) fn begins(head: &[u8]) -> bool {
    matches!(head, [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

/// The content of all frames of a stream. What follows them and is none is an error.
pub(super) struct Frames<R> {
    source: R,
    decoder: FrameDecoder,
}

impl<R: BufRead> Frames<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, decoder: FrameDecoder::new() }
    }

    /// Begins the next frame of data; `false` at the end of the stream.
    fn begin(&mut self) -> io::Result<bool> {
        while !self.source.fill_buf()?.is_empty() {
            match self.decoder.init(&mut self.source) {
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    let mut skipped = (&mut self.source).take(u64::from(length));
                    if io::copy(&mut skipped, &mut io::sink())? < u64::from(length) {
                        return Err(cut());
                    }
                }
                begun => return begun.map(|()| true).map_err(|error| plain(&error)),
            }
        }
        Ok(false)
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.decoder.can_collect() == 0 && !buffer.is_empty() {
            if !self.decoder.is_finished() {
                let one = BlockDecodingStrategy::UptoBlocks(1);
                let decoded = self.decoder.decode_blocks(&mut self.source, one);
                decoded.map_err(|error| plain(&error))?;
            } else if !self.begin()? {
                break;
            }
        }
        self.decoder.read(buffer)
    }
}

/// What went wrong, in words: errors of the stream below as they are.
fn plain(error: &FrameDecoderError) -> io::Error {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(at) = cause {
        match at.downcast_ref::<io::Error>() {
            Some(below) if below.kind() == io::ErrorKind::UnexpectedEof => return cut(),
            Some(below) => return io::Error::new(below.kind(), below.to_string()),
            None => cause = at.source(),
        }
    }
    let what = match error {
        FrameDecoderError::WindowSizeTooBig { .. } | FrameDecoderError::DictNotProvided { .. } => {
            error.to_string()
        }
        FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::BadMagicNumber(_)) => {
            "what follows a zstd frame is none".to_owned()
        }
        _ => "the zstd data is damaged".to_owned(),
    };
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn cut() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the zstd stream is cut short")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(text: &str) -> Vec<u8> {
        use ruzstd::encoding::{CompressionLevel, compress_to_vec};
        compress_to_vec(text.as_bytes(), CompressionLevel::Fastest)
    }

    const SKIPPED: &[u8] = b"\x53\x2a\x4d\x18\x03\0\0\0abc";

    fn read(stream: &[u8]) -> (String, Option<io::Error>) {
        let mut text = String::new();
        let mut unpacked = crate::unpack::unpack(stream, &crate::limits::Limits::default());
        let error = unpacked
            .as_mut()
            .map_or(None, |unpacked| unpacked.stream.read_to_string(&mut text).err());
        (text, error.or(unpacked.err()))
    }

    #[test]
    fn all_frames_are_read_and_skippable_ones_left_out() {
        let stream = [SKIPPED, &frame("one "), SKIPPED, &frame(""), &frame("two"), SKIPPED];
        let (text, error) = read(&stream.concat());
        assert_eq!((text.as_str(), error.is_none()), ("one two", true));
    }

    #[test]
    fn what_follows_the_frames_and_is_none_is_an_error() {
        let (text, error) = read(&[&frame("one"), &b"garbage"[..]].concat());
        assert_eq!((text.as_str(), error.unwrap().kind()), ("one", io::ErrorKind::InvalidData));
    }

    #[test]
    fn a_stream_that_is_cut_says_so_in_words() {
        let stream = [frame("one"), frame("two, which is cut")].concat();
        for cut in [2, 8, stream.len() - frame("one").len() - 6] {
            let (_, error) = read(stream.get(..stream.len() - cut).unwrap());
            let error = error.unwrap();
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
            assert_eq!(error.to_string(), "the zstd stream is cut short", "{cut}");
        }
        let (_, error) = read(SKIPPED.get(..9).unwrap());
        assert_eq!(error.unwrap().kind(), io::ErrorKind::UnexpectedEof);
    }
}
