//! Where addresses stand, and whose network announces them: tables that the operator gives.
//!
//! A table is an MMDB (the MaxMind DB format, version 2.0) or text of ranges. Nothing is bundled: where no table knows an address, its
//! country is unknown. Where the address stands is one thing, the country that its vendor comes from another; both are reported.

mod database;
mod table;

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use crate::endpoints::Problem;
use crate::limits::Limits;
use crate::places::database::Database;
use crate::places::table::Ranges;
use crate::run::Locate;

/// Tables of places, in the order in which they are asked: the first that knows a country gives it, and the first that knows a
/// network gives that.
#[derive(Debug, Default)]
pub struct Places {
    tables: Vec<Table>,
}

#[derive(Debug)]
enum Table {
    Ranges(Ranges),
    Database(Database),
}

/// A range of addresses, first and last, and the number of the network that announces it.
pub type Announced = (IpAddr, IpAddr, u32);

/// What a table knows about an address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Stand {
    country: Option<Arc<str>>,
    network: Option<u32>,
}

impl Places {
    /// Adds a table, the whole file; its content decides what it is. Gives back what could not be used.
    pub fn add(&mut self, bytes: Vec<u8>, limits: &Limits) -> Vec<Problem> {
        if database::is_one(&bytes) {
            return match Database::open(bytes) {
                Ok(database) => {
                    self.tables.push(Table::Database(database));
                    Vec::new()
                }
                Err(problem) => {
                    // The tables keep the numbers in which they were given.
                    self.tables.push(Table::Ranges(Ranges::default()));
                    vec![problem]
                }
            };
        }
        let (ranges, problems) = Ranges::read(&bytes, limits);
        self.tables.push(Table::Ranges(ranges));
        problems
    }

    /// The ranges (first and last address) that some networks announce, table by table. A database whose tree has more places than
    /// the limit is given up on, with a problem of the table of that number.
    pub fn announced(
        &self,
        networks: &BTreeSet<u32>,
        limits: &Limits,
    ) -> (Vec<Announced>, Vec<(usize, Problem)>) {
        let (mut found, mut problems) = (Vec::new(), Vec::new());
        if networks.is_empty() {
            return (found, problems);
        }
        for (number, table) in self.tables.iter().enumerate() {
            match table {
                Table::Ranges(ranges) => ranges.announced(networks, &mut found),
                Table::Database(base) => {
                    let given_up = base.announced(networks, limits, &mut found);
                    problems.extend(given_up.map(|problem| (number, problem)));
                }
            }
        }
        (found, problems)
    }

    fn first<T>(&self, address: IpAddr, what: impl Fn(Stand) -> Option<T>) -> Option<T> {
        let address = address.to_canonical();
        self.tables.iter().find_map(|table| {
            what(match table {
                Table::Ranges(ranges) => ranges.stand(address)?,
                Table::Database(base) => base.stand(address)?,
            })
        })
    }
}

impl Locate for Places {
    fn country(&self, address: IpAddr) -> Option<Arc<str>> {
        self.first(address, |stand| stand.country)
    }
}

/// A country as a table or a log writes it, a code of two letters in capitals; `None` for what they write when they do not know.
pub(crate) fn country(text: &str) -> Option<Arc<str>> {
    let unknown = ["", "-", "--", "none", "null", "unknown", "zz"];
    if unknown.iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return None;
    }
    let code = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    Some(if code { text.to_ascii_uppercase().into() } else { text.into() })
}

/// A network's number, also written `AS64500`; 0 is no network (RFC 7607).
pub(crate) fn network(text: &str) -> Option<u32> {
    let tagged = text.get(..2).is_some_and(|tag| tag.eq_ignore_ascii_case("as"));
    let digits = if tagged { text.get(2..)? } else { text };
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten().filter(|number| *number != 0)
}

#[cfg(test)]
mod tests;
