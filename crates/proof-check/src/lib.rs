//! Checks a certificate that two policies are the same.
//!
//! Nothing of the program that made the certificate is used here: whoever reads these few files and the theorem in [`theorem`] need not
//! believe that program. What a certificate cannot show is that its lists are what the two configurations mean; see
//! `docs/certificate.md`.

pub mod read;
pub mod space;
pub mod theorem;

#[cfg(test)]
mod tests;

use sha2::{Digest, Sha256};

use read::{DIGEST, Header, Malformed, Reader};
use theorem::{Flaw, Tally};

/// A certificate that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// What it says about itself.
    pub header: Header,
    /// How much was looked at.
    pub tally: Tally,
}

/// Why a certificate is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What is wrong.
    pub why: String,
    /// Where.
    pub place: String,
}

fn refused<T>(why: &str, place: impl Into<String>) -> Result<T, Refused> {
    Err(Refused { why: why.to_owned(), place: place.into() })
}

impl From<Malformed> for Refused {
    fn from(error: Malformed) -> Self {
        Self { why: error.why.to_owned(), place: format!("byte {}", error.at) }
    }
}

/// Which policies a certificate has to be about: digests of the left and the right one, where that matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expected<'a> {
    /// The left policy.
    pub left: Option<&'a str>,
    /// The right policy.
    pub right: Option<&'a str>,
}

/// Checks all of a certificate.
///
/// # Errors
/// Why it is refused.
pub fn check(bytes: &[u8], expected: Expected<'_>) -> Result<Accepted, Refused> {
    let Some((body, digest)) = bytes.split_last_chunk::<DIGEST>() else {
        return refused("the file is too short", "byte 0");
    };
    if Sha256::digest(body).as_slice() != digest {
        return refused("the digest at the end is not that of the file", "end");
    }
    let mut reader = Reader::new(body);
    let header = reader.header()?;
    let sides = [
        ("left", expected.left, &header.policies.0),
        ("right", expected.right, &header.policies.1),
    ];
    for (side, wanted, named) in sides {
        if wanted.is_some_and(|wanted| wanted != named) {
            return refused(
                "this is a certificate about another policy",
                format!("{side}: {named}"),
            );
        }
    }
    let mut tally = Tally::default();
    for version in [4, 6] {
        family(&mut reader, version, &header, &mut tally)?;
    }
    if !reader.ended() {
        return Ok(reader.malformed("something follows the last part")?);
    }
    Ok(Accepted { header, tally })
}

/// Checks what a certificate has of one address family.
fn family(
    reader: &mut Reader<'_>,
    version: u8,
    header: &Header,
    tally: &mut Tally,
) -> Result<(), Refused> {
    let family = reader.family()?;
    if family.version != version {
        return Ok(reader.malformed("the address families are not 4 and 6")?);
    }
    let Some(universe) = theorem::universe(version, header.zones.len(), header.port_zero) else {
        return refused("no zones are compared", "header");
    };
    let placed = |what: &str, number: usize, flaw: Flaw| {
        let Flaw { why, place } = flaw;
        Refused { why, place: format!("IPv{version}, {what} {number}, {place}") }
    };
    let mut known = Vec::new();
    for number in 0..family.lists {
        let lists = reader.lists(&family)?;
        let holds = theorem::lists(&lists, &family, &universe, &known, tally);
        known.push(holds.map_err(|flaw| placed("lists", number, flaw))?);
    }
    let mut parts = Vec::new();
    for number in 0..family.parts {
        let part = reader.part(&family)?;
        theorem::part(&part, &known, &universe).map_err(|flaw| placed("part", number, flaw))?;
        tally.parts += 1;
        parts.push(part.region);
    }
    theorem::everything(&universe, &parts)
        .map_err(|flaw| Refused { why: flaw.why, place: format!("IPv{version}, {}", flaw.place) })
}
