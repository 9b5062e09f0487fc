//! Databases in the MaxMind DB format.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{PoisonError, RwLock};

use hashbrown::HashMap;
use maxminddb::{LookupResult, PathElement, Reader};

use super::{Announced, Stand, country, network};
use crate::codes;
use crate::endpoints::Problem;
use crate::limits::Limits;

/// What stands before the metadata, near the end of a database.
const MARK: &[u8] = b"\xab\xcd\xefMaxMind.com";
/// The metadata stands in the last 128 KiB: MaxMind DB specification, "Database Metadata".
const METADATA_BYTES: usize = 128 << 10;

/// Whether the content is a database.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    let tail = bytes.get(bytes.len().saturating_sub(METADATA_BYTES + MARK.len())..);
    memchr::memmem::find(tail.unwrap_or(bytes), MARK).is_some()
}

/// A database, whole in memory. Records are shared by many networks, so each is decoded once.
pub(super) struct Database {
    reader: Reader<Vec<u8>>,
    decoded: RwLock<HashMap<usize, Stand, foldhash::fast::FixedState>>,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Database")
    }
}

impl Database {
    pub(super) fn open(bytes: Vec<u8>) -> Result<Self, Problem> {
        let reader = Reader::from_source(bytes)
            .map_err(|error| Problem::new(1, codes::PLACE_DATABASE, &error.to_string()))?;
        Ok(Self { reader, decoded: RwLock::default() })
    }

    pub(super) fn stand(&self, address: IpAddr) -> Option<Stand> {
        self.of(&self.reader.lookup(address).ok()?)
    }

    fn of(&self, found: &LookupResult<'_, Vec<u8>>) -> Option<Stand> {
        let at = found.offset()?;
        let known = self.decoded.read().unwrap_or_else(PoisonError::into_inner).get(&at).cloned();
        if known.is_some() {
            return known;
        }
        let stand = decoded(found);
        let mut decoded = self.decoded.write().unwrap_or_else(PoisonError::into_inner);
        decoded.insert(at, stand.clone());
        Some(stand)
    }

    /// Adds the networks of the tree that are announced by some; tells when it was given up.
    pub(super) fn announced(
        &self,
        networks: &BTreeSet<u32>,
        limits: &Limits,
        found: &mut Vec<Announced>,
    ) -> Option<Problem> {
        let broken = |why: &str| Some(Problem::new(1, codes::PLACE_DATABASE, why));
        let Ok(within) = self.reader.networks(maxminddb::WithinOptions::default()) else {
            return broken("");
        };
        // A hostile tree may have more ways through it than anyone can walk.
        for (count, one) in within.enumerate() {
            if count >= limits.places {
                let most = limits.places.to_string();
                return Some(Problem::new(1, codes::PLACE_LIMIT, &most));
            }
            let one = match one {
                Ok(one) => one,
                Err(error) => return broken(&error.to_string()),
            };
            let Some(number) = self.of(&one).and_then(|stand| stand.network) else { continue };
            if networks.contains(&number)
                && let Ok(range) = one.network()
            {
                let (first, last) = ends(range.ip(), range.prefix());
                found.push((first, last, number));
            }
        }
        None
    }
}

/// The first and last address of a prefix.
pub(super) fn ends(address: IpAddr, length: u8) -> (IpAddr, IpAddr) {
    let length = u32::from(length);
    match address {
        IpAddr::V4(four) => {
            let host = u32::MAX.checked_shr(length).unwrap_or(0);
            (address, IpAddr::V4(Ipv4Addr::from_bits(four.to_bits() | host)))
        }
        IpAddr::V6(six) => {
            let host = u128::MAX.checked_shr(length).unwrap_or(0);
            (address, IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() | host)))
        }
    }
}

/// The fields that databases of several makers use. The country of registration is none of them: it is not where an address stands.
fn decoded(found: &LookupResult<'_, Vec<u8>>) -> Stand {
    let key = PathElement::Key;
    let paths: [&[PathElement<'_>]; 3] =
        [&[key("country"), key("iso_code")], &[key("country_code")], &[key("country")]];
    let text = |path: &[PathElement<'_>]| found.decode_path::<&str>(path).ok().flatten();
    // The decoder takes the width of a number at its word; small numbers may be written as 16 bits.
    let number = |path: &[PathElement<'_>]| {
        let short = || found.decode_path::<u16>(path).ok().flatten().map(u32::from);
        found.decode_path::<u32>(path).ok().flatten().or_else(short)
    };
    let standing = paths.into_iter().find_map(|path| country(text(path)?));
    let (long, short) = ([key("autonomous_system_number")], [key("asn")]);
    let announced = number(&long).or_else(|| number(&short)).filter(|number| *number != 0);
    let written = || text(&long).or_else(|| text(&short)).and_then(network);
    Stand { country: standing, network: announced.or_else(written) }
}
