//! Log files that grow, one row after the other, in constant memory.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::demo::random::Random;

/// How many rows are held back at most, to be written in another order than they happened.
const HELD: usize = 1024;

/// A log, in one file or several.
pub(super) struct Sink {
    folder: PathBuf,
    /// Name of the files, with `*` where the part's number goes when there are several.
    name: &'static str,
    /// What each file begins with.
    header: Vec<u8>,
    /// How many rows a file has.
    most: u64,
    rows: u64,
    part: u64,
    file: Option<BufWriter<File>>,
    /// How many bytes have been written to all of them.
    pub(super) bytes: u64,
    held: Vec<Vec<u8>>,
    random: Random,
}

impl Sink {
    /// A log of this name in the folder, of files with at most so many rows.
    pub(super) fn new(folder: PathBuf, name: &'static str, header: Vec<u8>, most: u64) -> Self {
        Self {
            folder,
            name,
            header,
            most,
            rows: 0,
            part: 0,
            file: None,
            bytes: 0,
            held: Vec::new(),
            random: Random::named(0, name),
        }
    }

    /// Writes a row, which brings its own end.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn row(&mut self, row: &[u8]) -> Result<()> {
        if self.rows >= self.most {
            self.close()?;
        }
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                let part = if self.part == 0 { String::new() } else { format!(".{}", self.part) };
                let path = self.folder.join(self.name.replace('*', &part));
                let file =
                    File::create(&path).with_context(|| format!("making {}", path.display()))?;
                let mut file = BufWriter::with_capacity(1 << 18, file);
                file.write_all(&self.header).context("writing a log")?;
                self.bytes += self.header.len() as u64;
                self.part += 1;
                none.insert(file)
            }
        };
        file.write_all(row).context("writing a log")?;
        self.bytes += row.len() as u64;
        self.rows += 1;
        Ok(())
    }

    /// Writes a row some time later, after others.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn later(&mut self, row: &[u8]) -> Result<()> {
        if self.held.len() < HELD {
            self.held.push(row.to_vec());
            return Ok(());
        }
        let at = self.random.below(HELD as u64) as usize;
        let Some(held) = self.held.get_mut(at) else { return self.row(row) };
        let before = std::mem::replace(held, row.to_vec());
        self.row(&before)?;
        Ok(())
    }

    /// Writes what is held back.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn finish(&mut self) -> Result<()> {
        for row in std::mem::take(&mut self.held) {
            self.row(&row)?;
        }
        self.close()
    }

    fn close(&mut self) -> Result<()> {
        self.rows = 0;
        match self.file.take() {
            Some(mut file) => file.flush().context("writing a log"),
            None => Ok(()),
        }
    }
}
