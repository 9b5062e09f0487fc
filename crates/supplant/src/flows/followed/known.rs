//! One log that is followed: how far it was read, and what there is to say about it.

use std::io;
use std::sync::Arc;

use egress::codes;
use egress::run::{Input as EngineInput, Kind, Span, kind};
use model::diagnostic::{Code, Severity};
use model::record::traffic::{Input, Note};
use serde::{Deserialize, Serialize};

use super::When;
use crate::flows::record::add_input;
use crate::flows::standing::{Print, Stamp, Standing};

/// A log that is, or was, there.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Known {
    /// Where it was seen last.
    pub(super) path: String,
    /// The file as it was then.
    pub(super) stamp: Stamp,
    pub(super) sort: Sort,
    /// Whether it may know what others need.
    pub(super) teaches: bool,
    /// Of what was read, with how many bytes of content that are.
    pub(super) print: Print,
    /// Up to where it is counted for good.
    pub(super) settled: u64,
    /// Up to where it settles next.
    pub(super) marked: u64,
    /// The header in force where it settled.
    pub(super) header: Vec<u8>,
    /// The header in force at the end of what was read.
    pub(super) pending_header: Vec<u8>,
    /// Whether more came after it was read as a whole.
    pub(super) grew: bool,
    /// The log that it is a copy of.
    pub(super) copy_of: String,
    /// Since when it cannot be found.
    pub(super) gone: Option<i64>,
    /// What became of the rows that settled.
    pub(super) input: Input,
    /// What became of those behind.
    pub(super) pending: Input,
}

/// How a log is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Sort {
    /// Nobody knows the format, so far.
    #[default]
    Unknown,
    /// On from where the last round ended.
    Lines,
    /// As a whole, once nobody writes to it any more.
    Whole,
    /// It was read as a whole, or cannot be.
    Done,
    /// It is a copy of another, and not read.
    Copy,
}

impl Known {
    /// What of the file is to be read now; its end is set to where that ends.
    pub(super) fn part(
        &mut self,
        file: &mut Standing,
        due: bool,
        when: When,
    ) -> io::Result<Option<Span>> {
        self.path.clone_from(&file.shown);
        self.stamp = file.stamp;
        self.gone = None;
        self.input.error.clear();
        if self.sort == Sort::Copy {
            self.print = printed(file, file.measure()?)?;
            return Ok(None);
        }
        let kind = look_into(file)?;
        self.teaches = kind == Kind::Whole { teaches: true };
        if kind == Kind::Lines && file.plain {
            self.sort = Sort::Lines;
            file.end = file.last_border(self.print.bytes)?;
            self.print = printed(file, file.end)?;
            let until = if due { self.marked.clamp(self.settled, file.end) } else { self.settled };
            return Ok((self.settled < file.end).then(|| self.span(until)));
        }
        if kind == Kind::Unknown {
            self.sort = Sort::Unknown;
            return Ok(None);
        }
        // What is no line cannot be read on: of what came later nothing can be counted.
        if self.settled > 0 && kind != Kind::Lines {
            self.sort = Sort::Done;
            self.grew = file.plain && file.stamp.bytes > self.settled;
            return Ok(None);
        }
        let rests = file.stamp.rests(when.now, when.settle);
        if !rests && self.settled >= self.print.bytes {
            self.sort = Sort::Whole;
            return Ok(None);
        }
        let bytes = file.measure()?;
        if !rests {
            // It was compressed while a part of it was pending, which that still is.
            self.sort = Sort::Whole;
            self.print = printed(file, bytes)?;
            return Ok(Some(self.span(self.settled)));
        }
        self.sort = if bytes > self.settled { Sort::Whole } else { Sort::Done };
        if bytes <= self.settled {
            return Ok(None);
        }
        self.print = printed(file, bytes)?;
        Ok(Some(self.span(u64::MAX)))
    }

    fn span(&self, until: u64) -> Span {
        Span { from: self.settled, until, header: Arc::from(self.header.as_slice()) }
    }

    /// Adds rows that settled.
    pub(super) fn count(&mut self, rows: Input) {
        self.input.format.clone_from(&rows.format);
        self.input.version = rows.version;
        add_input(&mut self.input, rows);
    }

    /// Counts for good what is pending.
    pub(super) fn keep_pending(&mut self) {
        if self.settled < self.print.bytes {
            let pending = std::mem::take(&mut self.pending);
            self.count(pending);
            self.settled = self.print.bytes;
            self.marked = self.settled;
            self.header.clone_from(&self.pending_header);
            let frozen = note(codes::FROZEN, &[]);
            let warning = Severity::Warning.as_str().to_owned();
            let notes = vec![Note { severity: warning, ..frozen }];
            add_input(&mut self.input, Input { notes, ..Input::default() });
        }
    }

    /// It cannot be read: what is read as a whole is left until it changes.
    pub(super) fn fail(&mut self, file: &Standing, error: &io::Error) {
        self.path.clone_from(&file.shown);
        self.input.error = error.to_string();
        if !file.plain || self.sort == Sort::Whole {
            self.sort = Sort::Done;
            self.stamp = file.stamp;
        }
    }

    /// What became of it, for the record.
    pub(super) fn recorded(&self) -> Input {
        let mut input = self.input.clone();
        if input.format.is_empty() {
            input.format.clone_from(&self.pending.format);
            input.version = self.pending.version;
        }
        add_input(&mut input, self.pending.clone());
        input.path.clone_from(&self.path);
        input.bytes = self.stamp.bytes;
        input.notes.extend(self.note());
        input
    }

    /// What there is to say about how it is read.
    fn note(&self) -> Option<Note> {
        let read = || ("read", self.print.bytes.to_string());
        let behind = self.stamp.bytes.saturating_sub(self.print.bytes);
        let behind_of = |sort| (self.sort == sort && behind > 0).then(|| behind.to_string());
        if let Some(gone) = self.gone {
            let known = self.stamp.bytes.max(self.print.bytes).to_string();
            let said = note(codes::LOG_GONE, &[read(), ("known", known)]);
            let all = match self.sort {
                Sort::Lines => behind == 0 && self.stamp.rests(gone, RECENT_SECONDS),
                Sort::Done | Sort::Copy => true,
                Sort::Whole | Sort::Unknown => false,
            };
            let severity = if all { Severity::Note } else { Severity::Warning };
            return Some(Note { severity: severity.as_str().to_owned(), ..said });
        }
        match self.sort {
            Sort::Unknown => None,
            Sort::Lines => {
                let bytes = behind_of(Sort::Lines)?;
                Some(Note {
                    at: self.print.bytes,
                    ..note(codes::LINE_UNFINISHED, &[("bytes", bytes)])
                })
            }
            Sort::Whole if self.settled < self.print.bytes => None,
            Sort::Whole => Some(note(codes::STILL_WRITTEN, &[])),
            Sort::Done if self.grew => {
                let bytes = behind_of(Sort::Done)?;
                Some(note(codes::LOG_GREW, &[read(), ("bytes", bytes)]))
            }
            Sort::Done => None,
            Sort::Copy => Some(note(codes::COPY, &[("path", self.copy_of.clone())])),
        }
    }
}

fn printed(file: &Standing, bytes: u64) -> io::Result<Print> {
    file.print(bytes)?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

fn look_into(file: &Standing) -> io::Result<Kind> {
    let open = |at| file.read_from(at);
    kind(&EngineInput {
        path: &file.shown,
        bytes: file.stamp.bytes,
        plain: file.plain,
        open: &open,
        part: None,
    })
}

/// A thing to say, as a note.
pub(in crate::flows) fn note(code: Code, args: &[(&str, String)]) -> Note {
    let args = args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let severity = Severity::Note.as_str().to_owned();
    Note { code: code.0.to_owned(), severity, args, times: 1, at: 0 }
}

/// A file of which nothing is counted.
pub(super) fn aside(file: &Standing, note: Note) -> Input {
    let (path, bytes) = (file.shown.clone(), file.stamp.bytes);
    Input { path, bytes, notes: vec![note], ..Input::default() }
}

/// A file that cannot be read.
pub(super) fn failed(path: &str, error: &str) -> Input {
    Input { path: path.to_owned(), error: error.to_owned(), ..Input::default() }
}

/// A log that was written to shortly before it went may have had more than is known.
const RECENT_SECONDS: i64 = 60;
