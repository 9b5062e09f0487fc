//! Archives that are compressed as a whole: like a tape they can be wound forward and only a little back, so each is left where
//! reading stopped, for whoever wants what lies there or behind.
//!
//! Members that are opened in the order of the archive, each several times, cost one decompression together; without, each would cost
//! one of all that lies before it.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Archives, each as far as it was read. Of one there may be several, for readers side by side.
#[derive(Default)]
pub struct Tapes {
    left: Mutex<VecDeque<Tape>>,
}

struct Tape {
    of: PathBuf,
    stream: Box<dyn BufRead + Send>,
    /// How much was taken from the stream.
    at: u64,
    /// What was taken last.
    recent: Vec<u8>,
}

impl Tapes {
    /// The content of an archive from a byte on; `open` opens it at its beginning, where it is not far enough or too far.
    pub(super) fn read(
        self: &Arc<Self>,
        of: &Path,
        at: u64,
        open: impl FnOnce() -> io::Result<Box<dyn BufRead + Send>>,
    ) -> io::Result<Lent> {
        let tape = match self.take(of, at) {
            Some(tape) => tape,
            None => Tape { of: of.to_owned(), stream: open()?, at: 0, recent: Vec::new() },
        };
        let behind = usize::try_from(tape.at.saturating_sub(at)).unwrap_or(0);
        let ahead = at.saturating_sub(tape.at);
        let mut lent = Lent { home: Arc::clone(self), tape: Some(tape), behind };
        io::copy(&mut lent.by_ref().take(ahead), &mut io::sink())?;
        Ok(lent)
    }

    /// The one that has the least way to go.
    fn take(&self, of: &Path, at: u64) -> Option<Tape> {
        let mut left = self.left();
        let reaches = |tape: &Tape| tape.of == of && tape.at - tape.recent.len() as u64 <= at;
        let near = left.iter().enumerate().filter(|(_, tape)| reaches(tape));
        let (number, _) = near.max_by_key(|(_, tape)| tape.at)?;
        left.remove(number)
    }

    fn left(&self) -> MutexGuard<'_, VecDeque<Tape>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A tape while it is read.
pub(super) struct Lent {
    home: Arc<Tapes>,
    /// `None` when it broke.
    tape: Option<Tape>,
    /// How many of the recent bytes come before what the stream has next.
    behind: usize,
}

impl Read for Lent {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(tape) = &mut self.tape else { return Ok(0) };
        if self.behind > 0 {
            let from = tape.recent.len().saturating_sub(self.behind);
            let count = tape.recent.get(from..).unwrap_or_default().read(buffer)?;
            self.behind -= count;
            return Ok(count);
        }
        match tape.stream.read(buffer) {
            Ok(count) => {
                tape.at += count as u64;
                tape.recent.extend_from_slice(buffer.get(..count).unwrap_or_default());
                if tape.recent.len() > 2 * BACK {
                    tape.recent.drain(..tape.recent.len() - BACK);
                }
                Ok(count)
            }
            Err(error) => {
                if error.kind() != io::ErrorKind::Interrupted {
                    self.tape = None;
                }
                Err(error)
            }
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(tape) = self.tape.take() else { return };
        let mut left = self.home.left();
        left.push_back(tape);
        if left.len() > MOST {
            left.pop_front();
        }
    }
}

/// How far back a tape can be wound at least: to where a member began of which the head was read.
const BACK: usize = 256 << 10;
/// Most tapes that are kept while nobody reads them.
const MOST: usize = 4;
