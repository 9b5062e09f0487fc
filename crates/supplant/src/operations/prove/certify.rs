//! Certificates as files: one for each pair of contexts.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use model::record::prove::Certificate;
use proof::certificate::Identity;
use report::words::Words;

use super::plan::Planned;
use crate::firewall::Configs;
use crate::firewall::compared::{Compared, DIFFERS, GAVE_UP};
use crate::firewall::pairing::Placed;
use crate::output::write_file;
use crate::trouble::Trouble;

/// Where certificates go, and what they are about.
pub(super) struct Certifying<'a> {
    /// The file that was asked for.
    pub(super) path: &'a Path,
    /// What is read.
    pub(super) inputs: [&'a Path; 2],
    /// How many pairs of contexts there are: with several, each file has its number.
    pub(super) pairs: usize,
    /// Both configurations.
    pub(super) sides: (&'a Configs, &'a Configs),
    /// How many contexts either has.
    pub(super) contexts: (usize, usize),
    /// Whether both were read to their end: what shows that the rest is the same shows too little.
    pub(super) whole: bool,
    /// Whether packets to the firewall itself were left out.
    pub(super) transit: bool,
}

impl Certifying<'_> {
    /// Writes the certificate of a comparison, or says why there is none.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(super) fn write(
        &self,
        number: usize,
        pair: &Planned<'_>,
        compared: &Compared,
        words: &Words,
    ) -> Result<Certificate, Trouble> {
        let certificate = compared.certificate.as_ref().filter(|_| self.whole);
        let Some(certificate) = certificate else {
            let why_not = match compared.context.verdict.as_str() {
                DIFFERS => "differs",
                _ if !self.whole => "not-whole",
                GAVE_UP => "not-decided",
                _ if compared.context.differing > 0 => "not-decided",
                _ => "not-listed",
            };
            return Ok(Certificate { why_not: why_not.to_owned(), ..Certificate::default() });
        };
        let path = self.file(number);
        crate::operations::apart::refuse(&path, self.inputs, words)?;
        let left = identity(self.sides.0, self.contexts.0, pair.left);
        let right = identity(self.sides.1, self.contexts.1, pair.right);
        let mut tool = crate::operations::program();
        if self.transit {
            tool.push_str(", packets to the firewall itself left out");
        }
        let named = Identity { tool: &tool, left: &left, right: &right };
        write_file(&path, &|mut out| certificate.write(&named, &mut out))
            .map_err(|error| Trouble::write(words, &path, error))?;
        let file = path.display().to_string();
        Ok(Certificate { file, left, right, why_not: String::new() })
    }

    /// The file as it was asked for; with several pairs `name-2.ending`.
    fn file(&self, number: usize) -> PathBuf {
        if self.pairs < 2 {
            return self.path.to_owned();
        }
        let mut name = OsString::from(self.path.file_stem().unwrap_or_default());
        name.push(format!("-{}", number + 1));
        if let Some(ending) = self.path.extension() {
            name.push(".");
            name.push(ending);
        }
        self.path.with_file_name(name)
    }
}

/// What a certificate calls a policy: the digest of its configuration, with the context where there are several.
fn identity(configs: &Configs, contexts: usize, placed: Placed<'_>) -> String {
    let digest = configs.digest();
    if contexts < 2 { digest } else { format!("{digest}:{}", placed.name()) }
}
