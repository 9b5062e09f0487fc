//! The checkpoint of logs that are followed: how far each was read, what was counted and what is remembered, in one file, so that
//! either all of it moves on or nothing does.
//!
//! The first line has the format and a digest of everything behind it; then come the parts of [`Running::write`].

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use egress::rounds::Running;
use egress::sums::Header;
use report::words::Words;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Followed, Wanted};
use crate::output::{collected, write_file};
use crate::trouble::Trouble;

#[derive(Serialize, Deserialize)]
struct Seal {
    format: String,
    sha256: String,
}

/// Reads a checkpoint; `None` when there is none.
///
/// # Errors
/// When it cannot be read, is damaged, or was made while other endpoints were looked for.
pub(crate) fn load(
    path: &Path,
    wanted: &Wanted,
    words: &Words,
) -> Result<Option<(Followed, Running)>, Trouble> {
    let mut file = match File::open(path) {
        Ok(file) => BufReader::new(file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Trouble::read(words, path, error)),
    };
    let shown = path.display().to_string();
    let refused = |why: &str| {
        let args = [("path", (&shown).into()), ("why", why.into())];
        Trouble::wrong(words, "error-checkpoint", &args)
    };
    let damaged = || refused(&words.plain("error-checkpoint-damaged"));
    let sealed = unseal(&mut file).map_err(|error| Trouble::read(words, path, error))?;
    if !sealed {
        return Err(damaged());
    }
    let (header, running) =
        Running::read(&mut file).map_err(|error| refused(&error.to_string()))?;
    if header.endpoints != wanted.sha256 {
        return Err(Trouble::wrong(words, "error-checkpoint-other", &[("path", (&shown).into())]));
    }
    let followed: Followed =
        serde_json::from_value(header.extra).map_err(|error| refused(&error.to_string()))?;
    Ok(Some((followed, running)))
}

/// Whether the file is a checkpoint, whole and unchanged; it then stands behind the first line.
fn unseal(file: &mut BufReader<File>) -> io::Result<bool> {
    let mut first = Vec::new();
    file.by_ref().take(SEAL_BYTES).read_until(b'\n', &mut first)?;
    let Ok(seal) = serde_json::from_slice::<Seal>(&first) else { return Ok(false) };
    let mut hasher = Sha256::new();
    let mut piece = [0; 64 << 10];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            break;
        }
        hasher.update(piece.get(..read).unwrap_or_default());
    }
    file.seek(SeekFrom::Start(first.len() as u64))?;
    Ok(seal.format == FORMAT && seal.sha256 == hex(hasher))
}

/// Writes a checkpoint in place of the one before, whole or not at all.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn save(
    path: &Path,
    followed: &Followed,
    running: &Running,
    wanted: &Wanted,
    words: &Words,
) -> Result<(), Trouble> {
    let body = collected(words, |out| {
        let extra = serde_json::to_value(followed)?;
        let header = Header::new((1, 1), wanted.sha256.clone(), String::new(), extra);
        running.write(&header, out)
    })?;
    let sha256 = hex(Sha256::new_with_prefix(&body));
    let seal = Seal { format: FORMAT.to_owned(), sha256 };
    write_file(path, &|out| {
        serde_json::to_writer(&mut *out, &seal)?;
        out.write_all(b"\n")?;
        out.write_all(&body)
    })
    .map_err(|error| Trouble::write(words, path, error))
}

fn hex(hasher: Sha256) -> String {
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The format's name and version.
const FORMAT: &str = "supplant.egress-checkpoint/1";
/// Longest first line that is read.
const SEAL_BYTES: u64 = 1 << 10;
