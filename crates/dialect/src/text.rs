//! Bytes to text: configurations come in several encodings.

use encoding_rs::{GB18030, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::codes;
use crate::limits::Limits;
use crate::reading::{Problem, Severity};
use policy::Span;

/// One file as the shell found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bytes {
    /// The path to show.
    pub path: String,
    /// Its content, decompressed.
    pub bytes: Vec<u8>,
}

/// One file as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Its number among the files that are read together.
    pub file: u16,
    /// The path to show.
    pub path: String,
    /// The text. Spans count bytes in it.
    pub text: String,
}

/// Decodes a file: UTF-8, UTF-16 with a byte-order mark, else GB 18030 where that is without fault, else Windows-1252, which
/// never fails. Anything but UTF-8 is said; lines keep their numbers.
pub fn decode(file: u16, bytes: Bytes, limits: &Limits, problems: &mut Vec<Problem>) -> Text {
    let Bytes { path, mut bytes } = bytes;
    let mut say = |code, args| {
        let span = Some(Span { file, start: 0, end: 0 });
        problems.push(Problem { code, severity: Severity::Warning, span, args });
    };
    if bytes.len() > limits.file_bytes {
        bytes.truncate(limits.file_bytes);
        say(codes::FILE_TOO_LONG, vec![("limit", limits.file_bytes.to_string())]);
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let bytes = error.into_bytes();
            let (text, encoding) = decode_other(&bytes);
            say(codes::ENCODING, vec![("encoding", encoding.to_owned())]);
            text
        }
    };
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    };
    Text { file, path, text }
}

fn decode_other(bytes: &[u8]) -> (String, &'static str) {
    for encoding in [UTF_16LE, UTF_16BE] {
        let mark: &[u8] = if encoding == UTF_16LE { b"\xff\xfe" } else { b"\xfe\xff" };
        if bytes.starts_with(mark) {
            return (encoding.decode(bytes).0.into_owned(), encoding.name());
        }
    }
    // UTF-8 cut in the middle of a character at the very end is still UTF-8.
    if let Err(error) = std::str::from_utf8(bytes)
        && error.error_len().is_none()
    {
        return (String::from_utf8_lossy(bytes).into_owned(), "UTF-8, cut");
    }
    if let Some(text) = GB18030.decode_without_bom_handling_and_without_replacement(bytes) {
        return (text.into_owned(), GB18030.name());
    }
    (WINDOWS_1252.decode(bytes).0.into_owned(), WINDOWS_1252.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> (String, usize) {
        let mut problems = Vec::new();
        let bytes = Bytes { path: String::new(), bytes: bytes.to_vec() };
        let text = decode(0, bytes, &Limits::default(), &mut problems);
        (text.text, problems.len())
    }

    #[test]
    fn common_encodings_are_read_and_said() {
        assert_eq!(decoded("\u{feff}配置".as_bytes()), ("配置".to_owned(), 0));
        assert_eq!(decoded(b"\xff\xfea\0b\0"), ("ab".to_owned(), 1));
        assert_eq!(decoded(b"\xc5\xe4\xd6\xc3"), ("配置".to_owned(), 1));
        assert_eq!(decoded(b"caf\xe9").1, 1);
    }

    #[test]
    fn what_is_too_long_is_cut_and_said() {
        let mut problems = Vec::new();
        let limits = Limits { file_bytes: 3, ..Limits::default() };
        let bytes = Bytes { path: String::new(), bytes: b"abcdef".to_vec() };
        assert_eq!(decode(0, bytes, &limits, &mut problems).text, "abc");
        assert_eq!(problems.len(), 1);
    }
}
