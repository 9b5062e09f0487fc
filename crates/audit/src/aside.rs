//! Inputs for somebody else: what readers of inventories do not know may be a configuration that another engine reads.
//!
//! That engine says how sure it is of a beginning. What it gets are the bytes, decompressed, and the source under which the input is
//! accounted for; it accounts through [`Collector::resume`](crate::sink::Collector::resume) like any reader.
//!
//! A log of traffic may be larger than memory: it is only pointed out, and read later from where it lies.

use std::io::BufRead;

use model::source::SourceId;

use crate::codes;
use crate::ingest::Job;
use crate::reader::{Head, Input};
use crate::sink::Sink;

/// Who else wants inputs.
#[derive(Clone, Copy, Debug)]
pub struct Aside {
    /// How sure it is that an input is for it, by its beginning and its path: `None` not at all, else 1 (possible) to 100 (certain).
    pub probe: fn(&[u8], &str) -> Option<u8>,
    /// How sure another engine is that an input is a log of traffic that it reads, likewise.
    pub log: fn(&Head<'_>) -> Option<u8>,
    /// Whether nothing else is read: no inventories, root file systems and images.
    pub only: bool,
}

/// An input that was put aside.
#[derive(Debug)]
pub struct Taken {
    /// Under which it is accounted for.
    pub source: SourceId,
    /// Its path.
    pub path: String,
    /// Its content, decompressed.
    pub bytes: Vec<u8>,
}

impl Aside {
    /// Whether the input is for it. One that a reader of inventories takes too must be surely for it.
    pub(crate) fn wants(&self, head: &[u8], path: &str, read_here: bool) -> bool {
        let sure = (self.probe)(head, path).unwrap_or(0);
        if read_here && !self.only { sure >= SURE } else { sure > 0 }
    }

    /// Who reads an input that may be a log, where a reader of inventories is this sure of it, or none takes it.
    pub(crate) fn readers(&self, head: &Head<'_>, path: &str, inventory: Option<u8>) -> Readers {
        let Some(log) = (self.log)(head).filter(|_| !self.only) else { return Readers::NoLog };
        match inventory {
            _ if (self.probe)(head.bytes, path).is_some_and(|other| other >= log) => Readers::NoLog,
            None => Readers::Log,
            Some(sure) if sure < log && sure <= GUESSED => Readers::Log,
            Some(_) => Readers::Both,
        }
    }
}

/// Who reads an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// It is no log, or surer something else.
    NoLog,
    /// It is a log, and nothing else.
    Log,
    /// It is a log, and holds an inventory too.
    Both,
}

/// Takes the whole input.
pub(crate) fn take(stream: &mut dyn BufRead, job: &Job<'_>, sink: &mut Sink<'_>) -> Taken {
    let bytes = Input { stream, path: job.path, limits: job.limits }.whole(sink);
    Taken { source: job.source, path: job.path.to_owned(), bytes }
}

/// Says that nobody knows the input.
pub(crate) fn unknown(sink: &mut Sink<'_>) {
    sink.warn(codes::UNKNOWN_FORMAT, None, &[]);
}

/// From here on somebody else goes before a reader of inventories.
const SURE: u8 = 90;

/// Up to here a reader of inventories takes a table for want of anything better: any table with a column that it knows.
const GUESSED: u8 = 65;
