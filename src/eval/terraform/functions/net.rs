//! Address arithmetic. Terraform reads ranges leniently: host bits are cleared and leading zeros are decimal.
//!
//! Source: Terraform 1.11.4 (`internal/lang/funcs/cidr.go`, `internal/ipaddr`) and `apparentlymart/go-cidr` 1.1.0.

use super::super::convert::{Outcome, Stop};
use super::args::Args;
use super::{Answer, Value};
use ipnet::IpNet;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address range as Terraform calculates with it: the address as a number and the prefix length. The address may have bits
/// behind the prefix, because a negative extension leaves them.
#[derive(Clone, Copy)]
struct Range {
    address: u128,
    prefix: u32,
    /// 32 or 128.
    bits: u32,
}

impl Range {
    fn parse(text: &str) -> Outcome<Self> {
        let wrong = || Stop::refused(format!("{text:?} is not an address range such as \"10.0.0.0/16\""));
        let (address, length) = text.split_once('/').ok_or_else(wrong)?;
        if length.is_empty() || !length.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong());
        }
        let address: IpAddr = if address.contains(':') {
            address.parse().map_err(|_| wrong())?
        } else {
            without_leading_zeros(address).parse().map_err(|_| wrong())?
        };
        let net = IpNet::new(address, length.parse().map_err(|_| wrong())?).map_err(|_| wrong())?.trunc();
        let prefix = u32::from(net.prefix_len());
        match net.addr() {
            IpAddr::V4(a) => Ok(Self { address: u32::from(a).into(), prefix, bits: 32 }),
            IpAddr::V6(a) if a.to_ipv4_mapped().is_some() => {
                Err(Stop::undecided("IPv4 ranges written as IPv6 are not worked out"))
            }
            IpAddr::V6(a) => Ok(Self { address: a.into(), prefix, bits: 128 }),
        }
    }

    /// The largest number that fits behind the prefix.
    fn largest_host(self) -> u128 {
        largest(self.bits - self.prefix)
    }

    fn address(self) -> IpAddr {
        match u32::try_from(self.address) {
            Ok(address) if self.bits == 32 => Ipv4Addr::from(address).into(),
            _ => Ipv6Addr::from(self.address).into(),
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address(), self.prefix)
    }
}

/// The largest number of this many bits, at most 128.
fn largest(bits: u32) -> u128 {
    1u128.checked_shl(bits).map_or(u128::MAX, |n| n - 1)
}

fn without_leading_zeros(address: &str) -> String {
    let number = |part: &str| match part.trim_start_matches('0') {
        "" if !part.is_empty() => "0".to_owned(),
        trimmed => trimmed.to_owned(),
    };
    address.split('.').map(number).collect::<Vec<_>>().join(".")
}

fn text(shown: impl fmt::Display) -> Outcome<Answer> {
    Ok(Answer::Made(Value::string(shown.to_string())))
}

pub(super) fn cidrhost(args: &Args) -> Outcome<Answer> {
    let range = Range::parse(args.text(0)?)?;
    let number = args.whole(1)?;
    let largest = range.largest_host();
    // A negative number counts from the end: -1 is the last address.
    let distance = u128::from(if number < 0 { number.unsigned_abs() - 1 } else { number.unsigned_abs() });
    if distance > largest {
        return Err(Stop::refused(format!("{range} has no host number {number}")));
    }
    let host = if number < 0 { largest - distance } else { distance };
    text(Range { address: range.address | host, ..range }.address())
}

pub(super) fn cidrnetmask(args: &Args) -> Outcome<Answer> {
    let range = Range::parse(args.text(0)?)?;
    if range.bits != 32 {
        return Err(Stop::refused(format!("{range} is an IPv6 range, which has no netmask")));
    }
    text(Range { address: largest(32) ^ range.largest_host(), ..range }.address())
}

pub(super) fn cidrsubnet(args: &Args) -> Outcome<Answer> {
    let range = Range::parse(args.text(0)?)?;
    text(subnet(range, args.whole(1)?, args.whole(2)?)?)
}

/// Terraform checks neither sign. A negative extension widens the range and keeps the address; a negative number counts as its
/// absolute value, but in two's complement it sets bits of the prefix (`cidrsubnet("10.0.0.0/16", 8, -1)` is `0.0.1.0/24`).
fn subnet(range: Range, newbits: i64, number: i64) -> Outcome<Range> {
    let prefix = i64::from(range.prefix) + newbits;
    if prefix > i64::from(range.bits) {
        return Err(Stop::refused(format!("{range} cannot be extended by {newbits} bits")));
    }
    let prefix = u32::try_from(prefix).map_err(|_| Stop::undecided("a prefix length below 0 is not worked out"))?;
    if (0..64).contains(&newbits) && u128::from(number.unsigned_abs()) > largest(newbits.unsigned_abs() as u32) {
        return Err(Stop::refused(format!("an extension by {newbits} bits has no room for subnet number {number}")));
    }
    let address = place(range, prefix, number)?;
    Ok(Range { address, prefix, ..range })
}

/// The address of a range with `number` written before the end of `prefix`.
fn place(range: Range, prefix: u32, number: i64) -> Outcome<u128> {
    let shift = range.bits - prefix;
    let size = u128::from(number.unsigned_abs());
    let shifted = if size == 0 { Some(0) } else { size.checked_shl(shift).filter(|shifted| shifted >> shift == size) };
    let shifted = shifted.ok_or_else(|| Stop::undecided("subnet numbers of more than 128 bits are not worked out"))?;
    // The absolute value of what is negative in two's complement.
    let address = if number < 0 { (!range.address & (shifted - 1)) + 1 } else { range.address | shifted };
    if address > largest(range.bits) {
        return Err(Stop::refused(format!("the address of subnet number {number} has more than {} bits", range.bits)));
    }
    Ok(address)
}

/// The most bits that `cidrsubnets` extends a prefix by.
const LONGEST_EXTENSION: i64 = 32;

pub(super) fn cidrsubnets(args: &Args) -> Outcome<Answer> {
    let range = Range::parse(args.text(0)?)?;
    let mut subnets = Vec::new();
    let mut previous = None;
    for i in 1..=args.from(1).len() {
        let next = next_subnet(range, previous, args.whole(i)?)?;
        subnets.push(next.to_string());
        previous = Some(next);
    }
    args.texts(subnets)
}

/// The first range of the wanted size behind the previous one.
fn next_subnet(range: Range, previous: Option<Range>, newbits: i64) -> Outcome<Range> {
    if !(1..=LONGEST_EXTENSION).contains(&newbits) {
        return Err(Stop::refused(format!("an extension must be 1 to {LONGEST_EXTENSION} bits, not {newbits}")));
    }
    let prefix = range.prefix + newbits.unsigned_abs() as u32;
    if prefix > range.bits {
        return Err(Stop::refused(format!("{range} cannot be extended by {newbits} bits")));
    }
    let last = previous.map_or(range.address.wrapping_sub(1) & largest(range.bits), |p| p.address | p.largest_host());
    let size = largest(range.bits - prefix);
    let full = || Stop::refused(format!("no room is left in {range} for a /{prefix}"));
    // Terraform takes address 0 for an overflow, so that nothing can be cut from the start of 0.0.0.0/n or ::/n.
    let address = (last | size).checked_add(1).filter(|a| *a <= largest(range.bits)).ok_or_else(full)?;
    if address > range.address | range.largest_host() {
        return Err(full());
    }
    Ok(Range { address, prefix, ..range })
}
