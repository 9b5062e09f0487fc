//! Addresses and ports as ranges.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Family {
    /// The family of an address.
    pub fn of(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::V4 } else { Self::V6 }
    }

    /// All its addresses.
    pub fn all(self) -> IpRange {
        match self {
            Self::V4 => {
                IpRange { first: Ipv4Addr::UNSPECIFIED.into(), last: Ipv4Addr::BROADCAST.into() }
            }
            Self::V6 => IpRange {
                first: Ipv6Addr::UNSPECIFIED.into(),
                last: Ipv6Addr::from(u128::MAX).into(),
            },
        }
    }

    /// The number of bits of an address.
    pub fn bits(self) -> u8 {
        match self {
            Self::V4 => 32,
            Self::V6 => 128,
        }
    }
}

/// An address as a number; 32 bits wide for IPv4.
pub(crate) fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// The address with this number, or `None` when the family has none.
pub(crate) fn address(family: Family, number: u128) -> Option<IpAddr> {
    match family {
        Family::V4 => u32::try_from(number).ok().map(|bits| Ipv4Addr::from_bits(bits).into()),
        Family::V6 => Some(Ipv6Addr::from_bits(number).into()),
    }
}

/// Addresses from first to last, both inclusive, of one family; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IpRange {
    first: IpAddr,
    last: IpAddr,
}

impl IpRange {
    /// A range, or `None` when the ends differ in family or order.
    pub fn new(first: IpAddr, last: IpAddr) -> Option<Self> {
        (Family::of(first) == Family::of(last) && number(first) <= number(last))
            .then_some(Self { first, last })
    }

    /// One address.
    pub fn one(address: IpAddr) -> Self {
        Self { first: address, last: address }
    }

    /// The first address.
    pub fn first(self) -> IpAddr {
        self.first
    }

    /// The last address.
    pub fn last(self) -> IpAddr {
        self.last
    }

    /// Its family.
    pub fn family(self) -> Family {
        Family::of(self.first)
    }

    /// Whether the address lies in it.
    pub fn contains(self, address: IpAddr) -> bool {
        Family::of(address) == self.family()
            && (number(self.first)..=number(self.last)).contains(&number(address))
    }

    /// How many addresses it has, less one (so that all of IPv6 fits).
    pub fn length_less_one(self) -> u128 {
        number(self.last) - number(self.first)
    }

    /// The address `offset` after the first, if that lies in the family.
    pub fn nth(self, offset: u128) -> Option<IpAddr> {
        address(self.family(), number(self.first).checked_add(offset)?)
    }

    /// How far the address is from the first one, if it lies in the range.
    pub fn offset_of(self, address: IpAddr) -> Option<u128> {
        self.contains(address).then(|| number(address) - number(self.first))
    }

    /// The prefix that is exactly this range, if there is one.
    pub fn as_prefix(self) -> Option<Prefix> {
        let size = self.length_less_one();
        let host_bits = 128 - size.leading_zeros();
        let mask = if host_bits == 128 { u128::MAX } else { (1u128 << host_bits) - 1 };
        let aligned = size == mask && number(self.first) & mask == 0;
        let length = u32::from(self.family().bits()).checked_sub(host_bits)?;
        aligned.then_some(Prefix { address: self.first, length: u8::try_from(length).ok()? })
    }
}

impl fmt::Display for IpRange {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            return write!(out, "{}", self.first);
        }
        match self.as_prefix() {
            Some(prefix) => write!(out, "{prefix}"),
            None => write!(out, "{}-{}", self.first, self.last),
        }
    }
}

/// A network: an address, host bits allowed, and how many leading bits name the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix {
    address: IpAddr,
    length: u8,
}

impl Prefix {
    /// A prefix, or `None` when the length is longer than the family's addresses.
    pub fn new(address: IpAddr, length: u8) -> Option<Self> {
        (length <= Family::of(address).bits()).then_some(Self { address, length })
    }

    /// The address as written.
    pub fn address(self) -> IpAddr {
        self.address
    }

    /// The number of network bits.
    pub fn length(self) -> u8 {
        self.length
    }

    /// The addresses of the network.
    pub fn range(self) -> IpRange {
        let family = Family::of(self.address);
        let host_bits = u32::from(family.bits() - self.length);
        let mask = if host_bits == 128 { u128::MAX } else { (1u128 << host_bits) - 1 };
        let first = number(self.address) & !mask;
        let ends = address(family, first).zip(address(family, first | mask));
        ends.map_or(IpRange::one(self.address), |(first, last)| IpRange { first, last })
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.address, self.length)
    }
}

/// Reads `address`, `address/length` or `address/mask` (IPv4, contiguous). Host bits are kept; see [`Prefix::range`].
pub fn parse_prefix(text: &str) -> Option<Prefix> {
    let Some((address, length)) = text.split_once('/') else {
        let address: IpAddr = text.parse().ok()?;
        return Prefix::new(address, Family::of(address).bits());
    };
    let address: IpAddr = address.parse().ok()?;
    if !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit()) {
        return Prefix::new(address, length.parse().ok()?);
    }
    let mask: Ipv4Addr = length.parse().ok()?;
    let ones = mask.to_bits().leading_ones();
    let contiguous = mask.to_bits().count_ones() == ones && address.is_ipv4();
    contiguous.then_some(Prefix { address, length: u8::try_from(ones).ok()? })
}

/// Ports from first to last, both inclusive; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortRange {
    first: u16,
    last: u16,
}

impl PortRange {
    /// Every port, 0 included.
    pub const ALL: Self = Self { first: 0, last: u16::MAX };

    /// A range, or `None` when the ends are in the wrong order.
    pub fn new(first: u16, last: u16) -> Option<Self> {
        (first <= last).then_some(Self { first, last })
    }

    /// One port.
    pub fn one(port: u16) -> Self {
        Self { first: port, last: port }
    }

    /// The first port.
    pub fn first(self) -> u16 {
        self.first
    }

    /// The last port.
    pub fn last(self) -> u16 {
        self.last
    }

    /// Whether the port lies in it.
    pub fn contains(self, port: u16) -> bool {
        (self.first..=self.last).contains(&port)
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(out, "{}", self.first)
        } else {
            write!(out, "{}-{}", self.first, self.last)
        }
    }
}
