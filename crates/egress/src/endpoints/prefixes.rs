//! Addresses: the longest prefix that holds one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::EndpointId;
use crate::spans;

/// IPv4 in a table of three levels (16, 8 and 8 bits), as DIR-24-8 does with two; IPv6 in sorted ranges.
#[derive(Debug)]
pub(super) struct Prefixes {
    /// Which cells of the first level are not empty.
    blocks: Blocks,
    first: Vec<u32>,
    pages: Vec<[u32; 256]>,
    six: Vec<(u128, u32)>,
}

/// Which blocks of IPv4 addresses with the same first 16 bits hold something, a bit each: small enough to be at hand always.
#[derive(Clone, Debug)]
pub struct Blocks([u64; 1 << 10]);

impl Blocks {
    /// All of them.
    pub(crate) const ALL: Self = Self([u64::MAX; 1 << 10]);

    /// Adds the block of an address.
    pub(crate) fn add(&mut self, address: u32) {
        if let Some(word) = self.0.get_mut((address >> 22) as usize) {
            *word |= 1 << (address >> 16 & 63);
        }
    }

    /// Whether something may be in the block of an address.
    #[inline]
    pub(crate) fn holds(&self, address: u32) -> bool {
        let word = self.0.get((address >> 22) as usize).copied().unwrap_or(u64::MAX);
        word >> (address >> 16 & 63) & 1 != 0
    }

    /// Adds all of another's.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            *own |= other;
        }
    }
}

impl Default for Blocks {
    fn default() -> Self {
        Self([0; 1 << 10])
    }
}

/// No endpoint. Other cells below [`PAGE`] are the number of an endpoint plus one; above it, of a page.
const NONE: u32 = spans::NONE;
const PAGE: u32 = 1 << 31;

impl Prefixes {
    /// From prefixes. Of two that are the same the first stays.
    pub(super) fn new(mut list: Vec<(IpAddr, u8, EndpointId)>) -> Self {
        // Shorter ones first, so that longer ones overwrite them; the first of equal ones last.
        list.reverse();
        list.sort_by_key(|(_, length, _)| *length);
        let first = vec![NONE; 1 << 16];
        let mut table =
            Self { blocks: Blocks::default(), first, pages: Vec::new(), six: Vec::new() };
        let mut six = Vec::new();
        for (address, length, id) in list {
            match address {
                IpAddr::V4(four) => table.add_v4(four.to_bits(), length, id.0 + 1),
                IpAddr::V6(address) => six.push((address.to_bits(), length, id.0 + 1)),
            }
        }
        table.six = ranges(&six);
        for (block, _) in (0u32..).zip(&table.first).filter(|(_, cell)| **cell != NONE) {
            table.blocks.add(block << 16);
        }
        table
    }

    fn add_v4(&mut self, address: u32, length: u8, value: u32) {
        let size = 1u64 << (32 - u32::from(length.min(32)));
        let begin = u64::from(address) & !(size - 1);
        let end = begin + size - 1;
        let cell = |at: u64| usize::try_from(at).unwrap_or(0);
        if length <= 16 {
            for at in cell(begin >> 16)..=cell(end >> 16) {
                if let Some(first) = self.first.get_mut(at) {
                    *first = value;
                }
            }
            return;
        }
        let Some(second) = self.page_of_first(cell(begin >> 16)) else { return };
        if length <= 24 {
            return self.fill(second, cell(begin >> 8 & 255), cell(end >> 8 & 255), value);
        }
        let Some(third) = self.page_of(second, cell(begin >> 8 & 255)) else { return };
        self.fill(third, cell(begin & 255), cell(end & 255), value);
    }

    fn fill(&mut self, page: usize, from: usize, to: usize, value: u32) {
        if let Some(cells) = self.pages.get_mut(page).and_then(|page| page.get_mut(from..=to)) {
            cells.fill(value);
        }
    }

    /// The page behind a cell of the first level; a new one holds what the cell held.
    fn page_of_first(&mut self, at: usize) -> Option<usize> {
        let held = *self.first.get(at)?;
        if held & PAGE != 0 {
            return usize::try_from(held & !PAGE).ok();
        }
        let page = self.pages.len();
        self.pages.push([held; 256]);
        *self.first.get_mut(at)? = PAGE | u32::try_from(page).ok()?;
        Some(page)
    }

    fn page_of(&mut self, page: usize, at: usize) -> Option<usize> {
        let held = *self.pages.get(page)?.get(at)?;
        if held & PAGE != 0 {
            return usize::try_from(held & !PAGE).ok();
        }
        let below = self.pages.len();
        self.pages.push([held; 256]);
        *self.pages.get_mut(page)?.get_mut(at)? = PAGE | u32::try_from(below).ok()?;
        Some(below)
    }

    #[inline]
    pub(super) fn v4(&self, address: u32) -> Option<EndpointId> {
        if self.blocks.holds(address) { self.longest(address) } else { None }
    }

    pub(super) fn blocks(&self) -> &Blocks {
        &self.blocks
    }

    fn longest(&self, address: u32) -> Option<EndpointId> {
        let [a, b, c, d] = address.to_be_bytes();
        let mut cell = *self.first.get(usize::from(u16::from_be_bytes([a, b])))?;
        for byte in [c, d] {
            if cell & PAGE == 0 {
                break;
            }
            let page = self.pages.get(usize::try_from(cell & !PAGE).ok()?)?;
            cell = *page.get(usize::from(byte))?;
        }
        cell.checked_sub(1).map(EndpointId)
    }

    pub(super) fn v6(&self, address: u128) -> Option<EndpointId> {
        spans::at(&self.six, address).checked_sub(1).map(EndpointId)
    }
}

/// Where the longest prefix changes: each entry holds from its address up to that of the next. The prefixes come shortest first.
fn ranges(prefixes: &[(u128, u8, u32)]) -> Vec<(u128, u32)> {
    let spans: Vec<(u128, u128, u32)> = prefixes
        .iter()
        .map(|(address, length, value)| {
            let host = u128::MAX.checked_shr(u32::from(*length)).unwrap_or(0);
            (address & !host, address | host, *value)
        })
        .collect();
    spans::changes(spans)
}

/// The prefixes that together are the range from `first` to `last`; none where that is no range.
pub(super) fn within(first: IpAddr, last: IpAddr) -> impl Iterator<Item = (IpAddr, u8)> {
    let (width, begin, end) = match (first, last) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (32, u128::from(a.to_bits()), u128::from(b.to_bits())),
        (IpAddr::V6(a), IpAddr::V6(b)) => (128, a.to_bits(), b.to_bits()),
        _ => (0, 1, 0),
    };
    let mut next = Some(begin).filter(|begin| *begin <= end);
    std::iter::from_fn(move || {
        let at = next?;
        // The largest block that begins here and does not go beyond the end.
        let mut host = at.trailing_zeros().min(width);
        let last = |host: u32| at | !u128::MAX.checked_shl(host).unwrap_or(0);
        while host > 0 && last(host) > end {
            host -= 1;
        }
        next = last(host).checked_add(1).filter(|next| *next <= end);
        let address = match width {
            32 => IpAddr::V4(Ipv4Addr::from_bits(u32::try_from(at).ok()?)),
            _ => IpAddr::V6(Ipv6Addr::from_bits(at)),
        };
        Some((address, u8::try_from(width - host).ok()?))
    })
}

/// Reads `192.0.2.0/24` or an address. Bits behind the length are cleared; IPv4-mapped prefixes become IPv4, and one that is shorter
/// than all mapped addresses is none.
pub(crate) fn parse(text: &str) -> Option<(IpAddr, u8)> {
    let text = text.trim();
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length.parse::<u8>().ok()?)),
        None => (text, None),
    };
    match address.parse().ok()? {
        IpAddr::V4(four) => {
            let length = length.unwrap_or(32);
            let host = u32::MAX.checked_shr(u32::from(length)).unwrap_or(0);
            (length <= 32)
                .then(|| (IpAddr::V4(Ipv4Addr::from_bits(four.to_bits() & !host)), length))
        }
        IpAddr::V6(six) => {
            let length = length.unwrap_or(128);
            if six.to_ipv4_mapped().is_some() && length < 96 {
                return None;
            }
            if let (Some(four), Some(below)) = (six.to_ipv4_mapped(), length.checked_sub(96)) {
                let host = u32::MAX.checked_shr(u32::from(below)).unwrap_or(0);
                return (below <= 32)
                    .then(|| (IpAddr::V4(Ipv4Addr::from_bits(four.to_bits() & !host)), below));
            }
            let host = u128::MAX.checked_shr(u32::from(length)).unwrap_or(0);
            (length <= 128)
                .then(|| (IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() & !host)), length))
        }
    }
}
