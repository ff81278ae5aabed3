//! Address ranges as Azure reads them, and their arithmetic.
//!
//! `ipnet` accepts host bits and leading zeros without a word, and says the same for every mistake; this layer is strict and says what
//! is wrong. All comparisons use the network address, so that `10.0.0.1/16` is the range it means.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::Deserialize;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// An address range with all host bits cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Cidr {
    net: IpNet,
    written: IpAddr,
}

/// What is wrong with a text that should be a CIDR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CidrError {
    /// An address without `/length`.
    NoPrefixLength,
    /// The address is neither IPv4 nor IPv6.
    BadAddress,
    /// A part of an IPv4 address starts with 0, which some programs read as octal.
    LeadingZero,
    /// The length is no number or larger than the family allows (32 or 128).
    BadPrefixLength {
        /// 32 for IPv4, 128 for IPv6.
        most: u8,
    },
}

impl fmt::Display for CidrError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPrefixLength => f.write_str("it has no prefix length such as /16"),
            Self::BadAddress => f.write_str("the part before the / is not an IP address"),
            Self::LeadingZero => f.write_str("a number of the address starts with 0"),
            Self::BadPrefixLength { most } => write!(f, "the prefix length must be a number from 0 to {most}"),
        }
    }
}

/// IPv4 or IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        })
    }
}

impl FromStr for Cidr {
    type Err = CidrError;

    fn from_str(text: &str) -> Result<Self, CidrError> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let leading_zero = |part: &str| part.len() > 1 && part.starts_with('0');
        if !address.contains(':') && address.split('.').count() == 4 && address.split('.').any(leading_zero) {
            return Err(CidrError::LeadingZero);
        }
        let written: IpAddr = address.parse().map_err(|_| CidrError::BadAddress)?;
        let length = length.ok_or(CidrError::NoPrefixLength)?;
        let most = if written.is_ipv4() { 32 } else { 128 };
        let bad_length = CidrError::BadPrefixLength { most };
        if length.is_empty() || leading_zero(length) || !length.bytes().all(|b| b.is_ascii_digit()) {
            return Err(bad_length);
        }
        let length: u8 = length.parse().map_err(|_| bad_length.clone())?;
        let net = IpNet::new(written, length).map_err(|_| bad_length)?;
        Ok(Self { net: net.trunc(), written })
    }
}

impl TryFrom<String> for Cidr {
    type Error = CidrError;

    fn try_from(text: String) -> Result<Self, CidrError> {
        text.parse()
    }
}

/// As a user writes it, without host bits: `10.0.0.0/16`.
impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.net.fmt(f)
    }
}

impl Cidr {
    /// A range from an address (host bits are cleared) and a prefix length; `None` if the length is too large for the family.
    pub fn new(address: IpAddr, prefix: u8) -> Option<Self> {
        Some(Self { net: IpNet::new(address, prefix).ok()?.trunc(), written: address })
    }

    /// The range of a single address.
    pub fn single(address: IpAddr) -> Self {
        Self { net: address.into(), written: address }
    }

    /// Whether the range was written with bits set behind the prefix, as in `10.0.0.1/16`.
    pub fn has_host_bits(&self) -> bool {
        self.written != self.net.addr()
    }

    /// The prefix length.
    pub fn prefix(&self) -> u8 {
        self.net.prefix_len()
    }

    /// IPv4 or IPv6.
    pub fn family(&self) -> Family {
        match self.net {
            IpNet::V4(_) => Family::V4,
            IpNet::V6(_) => Family::V6,
        }
    }

    /// The first address: the network address.
    pub fn first(&self) -> IpAddr {
        self.net.addr()
    }

    /// The last address: the broadcast address in IPv4.
    pub fn last(&self) -> IpAddr {
        self.net.broadcast()
    }

    /// The address `n` places after the first one; `None` if that is outside the range.
    pub fn nth(&self, n: u128) -> Option<IpAddr> {
        let address = match self.net.addr() {
            IpAddr::V4(a) => {
                let bits = u128::from(u32::from(a)).checked_add(n)?;
                IpAddr::V4(u32::try_from(bits).ok()?.into())
            }
            IpAddr::V6(a) => IpAddr::V6(u128::from(a).checked_add(n)?.into()),
        };
        self.contains(address).then_some(address)
    }

    /// How many places after the first address another one is; `None` if it is outside the range.
    pub fn place(&self, address: IpAddr) -> Option<u128> {
        let places = match (self.net.addr(), address) {
            (IpAddr::V4(first), IpAddr::V4(address)) => u128::from(u32::from(address).checked_sub(first.into())?),
            (IpAddr::V6(first), IpAddr::V6(address)) => u128::from(address).checked_sub(first.into())?,
            _ => return None,
        };
        self.contains(address).then_some(places)
    }

    /// Whether an address lies in the range.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.net.contains(&address)
    }

    /// Whether all of `other` lies in the range.
    pub fn covers(&self, other: &Cidr) -> bool {
        self.net.contains(&other.net)
    }

    /// Whether the two ranges share an address. Ranges of different families never do.
    pub fn overlaps(&self, other: &Cidr) -> bool {
        self.covers(other) || other.covers(self)
    }

    /// How many addresses the range has; saturates for `::/0`.
    pub fn size(&self) -> u128 {
        let bits = u32::from(self.net.max_prefix_len() - self.net.prefix_len());
        1u128.checked_shl(bits).unwrap_or(u128::MAX)
    }

    /// How many ranges with this prefix length fit in; 0 when it is shorter than the range's own.
    pub fn blocks(&self, prefix: u8) -> u128 {
        match prefix.checked_sub(self.prefix()) {
            Some(bits) if prefix <= self.net.max_prefix_len() => 1u128.checked_shl(u32::from(bits)).unwrap_or(u128::MAX),
            _ => 0,
        }
    }

    /// The range as an IPv4 network.
    pub fn v4(&self) -> Option<Ipv4Net> {
        match self.net {
            IpNet::V4(n) => Some(n),
            IpNet::V6(_) => None,
        }
    }

    /// The range as an IPv6 network.
    pub fn v6(&self) -> Option<Ipv6Net> {
        match self.net {
            IpNet::V4(_) => None,
            IpNet::V6(n) => Some(n),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cidr(text: &str) -> Cidr {
        text.parse().unwrap()
    }

    #[test]
    fn reads_only_canonical_notation_and_says_what_is_wrong() {
        for (text, error) in [
            ("10.0.0.0", CidrError::NoPrefixLength),
            ("999.1.1.1/8", CidrError::BadAddress),
            ("010.0.0.0/8", CidrError::LeadingZero),
            ("10.0.0.0/33", CidrError::BadPrefixLength { most: 32 }),
            ("10.0.0.0/08", CidrError::BadPrefixLength { most: 32 }),
            ("10.0.0.0/", CidrError::BadPrefixLength { most: 32 }),
            ("10.0.0.0/255.0.0.0", CidrError::BadPrefixLength { most: 32 }),
            ("fd00::/129", CidrError::BadPrefixLength { most: 128 }),
            (" 10.0.0.0/8", CidrError::BadAddress),
            ("", CidrError::BadAddress),
        ] {
            assert_eq!(text.parse::<Cidr>(), Err(error), "{text}");
        }
        assert!(cidr("10.0.0.1/16").has_host_bits());
        assert!(!cidr("10.0.0.0/16").has_host_bits());
        assert_eq!(cidr("10.0.3.1/16").to_string(), "10.0.0.0/16");
    }

    #[test]
    fn arithmetic_agrees_with_counting_addresses() {
        // Brute force over all ranges inside a /26: two ranges overlap exactly when they share an address.
        let ranges: Vec<Cidr> =
            (26..=32).flat_map(|p: u8| (0..64u8).step_by(1 << (32 - p)).map(move |a| cidr(&format!("10.0.0.{a}/{p}")))).collect();
        let addresses = |r: &Cidr| (0..64u8).filter(|a| r.contains(IpAddr::from([10, 0, 0, *a]))).collect::<Vec<_>>();
        for a in &ranges {
            assert_eq!(a.size(), addresses(a).len() as u128);
            assert_eq!(a.nth(a.size() - 1), Some(a.last()));
            assert_eq!(a.nth(a.size()), None);
            for b in &ranges {
                let shared = addresses(a).iter().any(|x| addresses(b).contains(x));
                assert_eq!(a.overlaps(b), shared, "{a} {b}");
            }
        }
    }

    #[test]
    fn extremes_do_not_overflow() {
        assert_eq!(cidr("::/0").size(), u128::MAX);
        assert_eq!(cidr("0.0.0.0/0").size(), 1 << 32);
        assert_eq!(cidr("255.255.255.255/32").nth(1), None);
        assert_eq!(cidr("10.0.0.0/25").blocks(24), 0);
        assert_eq!(cidr("10.0.0.0/24").blocks(24), 1);
        assert!(!cidr("::/0").overlaps(&cidr("0.0.0.0/0")));
    }
}
