//! Lines of text in UTF-16 or in an 8-bit encoding, one at a time.
//!
//! UTF-16 cannot be cut at the byte of a line feed: many letters contain that byte. 8-bit lines are decoded one by one, UTF-8 where
//! they are valid and GB 18030 else, so that a file may mix them.

use crate::codes;
use crate::reader::{Input, Line, report_read_error};
use crate::sink::Sink;
use crate::text;

/// The lines of one input.
pub(super) struct Lines {
    form: Form,
    number: u64,
    bytes: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Eight,
    Little,
    Big,
}

impl Lines {
    /// Looks at the beginning of the input, and takes its byte-order mark.
    pub(super) fn new(input: &mut Input<'_>, sink: &mut Sink<'_>) -> Self {
        let (form, mark) = match input.stream.fill_buf() {
            Ok(head) => form_of(head),
            Err(error) => {
                report_read_error(sink, &error);
                (Form::Eight, 0)
            }
        };
        input.stream.consume(mark);
        Self { form, number: 0, bytes: Vec::new() }
    }

    /// The number of the line that was returned last.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The next line without its end; `Err` when it is too long, `None` after the last.
    pub(super) fn next(
        &mut self,
        input: &mut Input<'_>,
        sink: &mut Sink<'_>,
    ) -> Option<Result<String, ()>> {
        self.number += 1;
        if self.form != Form::Eight {
            return self.next_wide(input, sink);
        }
        let line = input.line(&mut self.bytes, sink)?;
        if line == Line::TooLong {
            return Some(Err(()));
        }
        let decoded = text::decode(&self.bytes);
        if decoded.damaged {
            sink.warn(codes::BAD_ENCODING, Some(self.number), &[]);
        }
        Some(Ok(decoded.text.into_owned()))
    }

    fn next_wide(
        &mut self,
        input: &mut Input<'_>,
        sink: &mut Sink<'_>,
    ) -> Option<Result<String, ()>> {
        let mut line: Vec<u16> = Vec::new();
        let mut too_long = false;
        let mut ended = false;
        let mut half = None;
        while !ended {
            let chunk = match input.stream.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) => {
                    report_read_error(sink, &error);
                    break;
                }
            };
            if chunk.is_empty() {
                break;
            }
            let mut taken = 0;
            for &byte in chunk {
                taken += 1;
                let Some(first) = half.take() else {
                    half = Some(byte);
                    continue;
                };
                let pair = [first, byte];
                let little = self.form == Form::Little;
                let unit = if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) };
                if unit == LINE_FEED {
                    ended = true;
                    break;
                }
                too_long |= 2 * line.len() >= input.limits.row_bytes;
                if !too_long {
                    line.push(unit);
                }
            }
            input.stream.consume(taken);
        }
        if half.is_some() {
            sink.warn(codes::TRUNCATED, Some(self.number), &[]);
        }
        if line.is_empty() && !ended {
            return None;
        }
        if line.last() == Some(&CARRIAGE_RETURN) {
            line.pop();
        }
        Some(if too_long { Err(()) } else { Ok(String::from_utf16_lossy(&line)) })
    }
}

fn form_of(head: &[u8]) -> (Form, usize) {
    match head {
        [0xff, 0xfe, ..] => (Form::Little, 2),
        [0xfe, 0xff, ..] => (Form::Big, 2),
        [0xef, 0xbb, 0xbf, ..] => (Form::Eight, 3),
        [first, 0, ..] if *first != 0 => (Form::Little, 0),
        [0, second, ..] if *second != 0 => (Form::Big, 0),
        _ => (Form::Eight, 0),
    }
}

const LINE_FEED: u16 = 10;
const CARRIAGE_RETURN: u16 = 13;
