//! Text tables of ranges: CSV or tab-separated.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hashbrown::HashMap;

use super::database::ends;
use super::{Announced, Stand, country, network};
use crate::codes;
use crate::endpoints::{Problem, prefixes};
use crate::limits::Limits;
use crate::readers::csv;
use crate::spans;

/// Most problems of one table that are told one by one; a last one stands for the rest.
const PROBLEMS: usize = 100;

/// Ranges in the order of addresses, found by bisection.
#[derive(Debug, Default)]
pub(super) struct Ranges {
    four: Vec<(u128, u32)>,
    six: Vec<(u128, u32)>,
    /// What values above 0 mean, from 1.
    stands: Vec<Stand>,
}

impl Ranges {
    /// Reads a table: a header that names `first` and `last`, or `cidr`, and `country` or `asn` (and what widespread tables call
    /// them); or no header, where the first row shows what its cells are. Blank rows and rows that begin with `#` are passed over.
    pub(super) fn read(text: &[u8], limits: &Limits) -> (Self, Vec<Problem>) {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let mut table = Self::default();
        let mut reading = Reading::default();
        let mut columns: Option<Columns> = None;
        let mut problems = Problems::default();
        let mut rows = 0;
        for (number, line) in (1u64..).zip(text.split(|byte| *byte == b'\n')) {
            let line = line.trim_ascii();
            if line.is_empty() || line.starts_with(b"#") {
                continue;
            }
            // Only names of organisations, which nobody looks at, may be in another encoding.
            let line = String::from_utf8_lossy(line);
            let Some(cells) = cells(&line) else {
                problems.add(number, &line);
                continue;
            };
            if columns.is_none() {
                let known = Columns::of_header(&cells);
                columns = known.or_else(|| Columns::of_row(&cells));
                if columns.is_none() {
                    return (table, vec![Problem::new(number, codes::PLACE_HEADER, &line)]);
                }
                if known.is_some() {
                    continue;
                }
            }
            if rows == limits.places {
                problems.end(number, codes::PLACE_LIMIT, &limits.places.to_string());
                break;
            }
            match columns.as_ref().and_then(|columns| columns.row(&cells)) {
                Some((first, last, stand)) => {
                    rows += 1;
                    reading.add(first, last, stand, &mut table.stands);
                }
                None => problems.add(number, &line),
            }
        }
        if columns.is_none() && problems.list.is_empty() {
            problems.end(1, codes::PLACE_HEADER, "");
        }
        // Of equal ranges the first row holds; of overlapping ones the inner.
        reading.four.reverse();
        reading.six.reverse();
        table.four = spans::changes(reading.four);
        table.six = spans::changes(reading.six);
        (table, problems.finish())
    }

    pub(super) fn stand(&self, address: IpAddr) -> Option<Stand> {
        let value = match address {
            IpAddr::V4(four) => spans::at(&self.four, u128::from(four.to_bits())),
            IpAddr::V6(six) => spans::at(&self.six, six.to_bits()),
        };
        self.meant(value).cloned()
    }

    fn meant(&self, value: u32) -> Option<&Stand> {
        self.stands.get(usize::try_from(value.checked_sub(1)?).ok()?)
    }

    /// Adds the ranges that are announced by some networks.
    pub(super) fn announced(&self, networks: &BTreeSet<u32>, found: &mut Vec<Announced>) {
        let wanted = |value| {
            self.meant(value).and_then(|stand| stand.network).filter(|it| networks.contains(it))
        };
        let four =
            |bits: u128| IpAddr::V4(Ipv4Addr::from_bits(u32::try_from(bits).unwrap_or(u32::MAX)));
        let six = |bits: u128| IpAddr::V6(Ipv6Addr::from_bits(bits));
        let mut add = |changes: &[(u128, u32)], address: &dyn Fn(u128) -> IpAddr| {
            let next = changes.iter().skip(1).map(|(begin, _)| begin - 1);
            for ((begin, value), end) in changes.iter().zip(next.chain([u128::MAX])) {
                if let Some(number) = wanted(*value) {
                    found.push((address(*begin), address(end), number));
                }
            }
        };
        add(&self.four, &four);
        add(&self.six, &six);
    }
}

/// The ranges of a table while it is read.
#[derive(Default)]
struct Reading {
    four: Vec<(u128, u128, u32)>,
    six: Vec<(u128, u128, u32)>,
    numbers: HashMap<Stand, u32>,
}

impl Reading {
    fn add(&mut self, first: IpAddr, last: IpAddr, stand: Stand, stands: &mut Vec<Stand>) {
        let value = *self.numbers.entry(stand).or_insert_with_key(|stand| {
            stands.push(stand.clone());
            u32::try_from(stands.len()).unwrap_or(spans::NONE)
        });
        match (first, last) {
            (IpAddr::V4(first), IpAddr::V4(last)) => {
                let wide = |address: Ipv4Addr| u128::from(address.to_bits());
                self.four.push((wide(first), wide(last), value));
            }
            (IpAddr::V6(first), IpAddr::V6(last)) => {
                self.six.push((first.to_bits(), last.to_bits(), value));
            }
            _ => {}
        }
    }
}

#[derive(Default)]
struct Problems {
    list: Vec<Problem>,
    more: u64,
    last: Option<Problem>,
}

impl Problems {
    fn add(&mut self, line: u64, value: &str) {
        if self.list.len() < PROBLEMS {
            self.list.push(Problem::new(line, codes::PLACE_ROW, value));
        } else {
            self.more += 1;
            let more = format!("+{}", self.more);
            self.last = Some(Problem::new(line, codes::PLACE_ROW, &more));
        }
    }

    fn end(&mut self, line: u64, code: model::diagnostic::Code, value: &str) {
        self.list.push(Problem::new(line, code, value));
    }

    fn finish(mut self) -> Vec<Problem> {
        self.list.extend(self.last);
        self.list
    }
}

fn cells(line: &str) -> Option<Vec<Cow<'_, str>>> {
    if line.contains('\t') {
        return Some(line.split('\t').map(|cell| Cow::Borrowed(cell.trim())).collect());
    }
    csv::cells(line)
}

/// Where the columns are.
#[derive(Clone, Copy, Debug, Default)]
struct Columns {
    first: Option<usize>,
    last: Option<usize>,
    cidr: Option<usize>,
    country: Option<usize>,
    network: Option<usize>,
}

impl Columns {
    fn of_header(cells: &[Cow<'_, str>]) -> Option<Self> {
        let mut columns = Self::default();
        for (at, name) in cells.iter().enumerate() {
            let column = match name.to_ascii_lowercase().as_str() {
                "first" | "start" | "start_ip" | "range_start" | "ip_range_start" => {
                    &mut columns.first
                }
                "last" | "end" | "end_ip" | "range_end" | "ip_range_end" => &mut columns.last,
                "cidr" | "network" | "prefix" => &mut columns.cidr,
                "country" | "country_code" | "country_iso_code" => &mut columns.country,
                "asn" | "as_number" | "autonomous_system_number" => &mut columns.network,
                _ => continue,
            };
            column.get_or_insert(at);
        }
        columns.whole()
    }

    /// By what the cells of a first row are: addresses, then a number of a network or two letters of a country.
    fn of_row(cells: &[Cow<'_, str>]) -> Option<Self> {
        let ranged = cells.first().zip(cells.get(1)).and_then(|(a, b)| range(a, b)).is_some();
        let mut columns = if ranged {
            Self { first: Some(0), last: Some(1), ..Self::default() }
        } else {
            cells.first().and_then(|cell| prefixes::parse(cell))?;
            Self { cidr: Some(0), ..Self::default() }
        };
        for (at, cell) in cells.iter().enumerate().skip(if ranged { 2 } else { 1 }) {
            let letters = cell.len() == 2 && cell.bytes().all(|byte| byte.is_ascii_alphabetic());
            if letters || country(cell).is_none() {
                columns.country.get_or_insert(at);
            } else if network(cell).is_some() || &**cell == "0" {
                columns.network.get_or_insert(at);
            }
        }
        columns.whole()
    }

    fn whole(self) -> Option<Self> {
        let ranges = self.cidr.or(self.first.and(self.last)).is_some();
        (ranges && self.country.or(self.network).is_some()).then_some(self)
    }

    fn row(&self, cells: &[Cow<'_, str>]) -> Option<(IpAddr, IpAddr, Stand)> {
        let cell = |at: Option<usize>| at.and_then(|at| cells.get(at)).map_or("", |cell| &**cell);
        let prefix = cell(self.cidr);
        let (first, last) = if prefix.is_empty() {
            range(cell(self.first), cell(self.last))?
        } else {
            let (address, length) = prefixes::parse(prefix)?;
            ends(address, length)
        };
        let written = cell(self.network);
        let announced = network(written);
        // A word where a number belongs is a damaged row; what stands for "none" is not.
        if announced.is_none() && written != "0" && country(written).is_some() {
            return None;
        }
        let stand = Stand { country: country(cell(self.country)), network: announced };
        Some((first, last, stand))
    }
}

/// A range of addresses of one family, in order; also written as decimal numbers, both below 2³² for IPv4.
fn range(first: &str, last: &str) -> Option<(IpAddr, IpAddr)> {
    let parsed = |text: &str| text.parse::<IpAddr>().ok().map(|address| address.to_canonical());
    let (first, last) = match (parsed(first), parsed(last)) {
        (Some(first), Some(last)) => (first, last),
        (None, None) => {
            let (first, last) = (first.parse::<u128>().ok()?, last.parse::<u128>().ok()?);
            match (u32::try_from(first), u32::try_from(last)) {
                (Ok(first), Ok(last)) => {
                    (Ipv4Addr::from_bits(first).into(), Ipv4Addr::from_bits(last).into())
                }
                _ => (Ipv6Addr::from_bits(first).into(), Ipv6Addr::from_bits(last).into()),
            }
        }
        _ => return None,
    };
    (first.is_ipv4() == last.is_ipv4() && first <= last).then_some((first, last))
}
