//! Address ranges. As in the .NET library `IPNetwork`, bits behind the prefix do not count, and an IPv4 address without prefix length is the
//! network of its class. (Deployed tests of `Azure/bicep-registry-modules` have `cidrSubnet('192.168.1.0', 24, 0)`.)

use super::Answer;
use super::args::{Args, text};
use crate::cidr::{Cidr, CidrError, Family};
use crate::eval::outcome::{Outcome, Stop};
use crate::value::{Val, Value};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

fn range(args: &Args) -> Outcome<Cidr> {
    let text = args.text(0)?;
    let parsed = match text.parse() {
        Err(CidrError::NoPrefixLength) => of_class(text).ok_or(CidrError::NoPrefixLength),
        parsed => parsed,
    };
    let range: Cidr = parsed.map_err(|error| Stop::refused(format!("{text:?} is not an address range: {error}")))?;
    match range.first() {
        IpAddr::V6(a) if a.to_ipv4().is_some() && a.segments() != [0; 8] => {
            Err(Stop::undecided("IPv4 ranges written as IPv6 are not worked out"))
        }
        _ => Ok(range),
    }
}

/// The network that an address is in by the classes of old.
fn of_class(address: &str) -> Option<Cidr> {
    let address: Ipv4Addr = address.parse().ok()?;
    match address.octets() {
        [0..=127, ..] => Cidr::new(address.into(), 8),
        [128..=191, ..] => Cidr::new(address.into(), 16),
        [192..=223, ..] => Cidr::new(address.into(), 24),
        _ => None,
    }
}

fn most(range: &Cidr) -> u8 {
    if range.family() == Family::V4 { 32 } else { 128 }
}

/// The n-th of the ranges with a new prefix length, from 0.
pub(super) fn cidr_subnet(args: &Args) -> Outcome<Answer> {
    let (range, prefix, index) = (range(args)?, args.int(1)?, args.int(2)?);
    let wrong = || Stop::refused(format!("{range} has no ranges with prefix length {prefix}"));
    let length = u8::try_from(prefix).ok().filter(|p| (range.prefix()..=most(&range)).contains(p)).ok_or_else(wrong)?;
    let count = range.blocks(length);
    let no_room = || Stop::refused(format!("{range} has no /{length} number {index}, but {count}, from 0"));
    let number = u128::try_from(index).ok().filter(|n| *n < count).ok_or_else(no_room)?;
    let size = 1u128.checked_shl(u32::from(most(&range) - length)).unwrap_or(0);
    let first = range.nth(number.saturating_mul(size)).ok_or_else(no_room)?;
    text(Cidr::new(first, length).ok_or_else(wrong)?.to_string())
}

/// The n-th address behind the first one, from 0. In IPv4 the last address is none.
pub(super) fn cidr_host(args: &Args) -> Outcome<Answer> {
    let (range, index) = (range(args)?, args.int(1)?);
    let reserved = if range.family() == Family::V4 { 2 } else { 1 };
    let hosts = range.size().saturating_sub(reserved);
    let none = || Stop::refused(format!("{range} has no host number {index}, but {hosts}, from 0"));
    let number = u128::try_from(index).ok().filter(|n| *n < hosts).ok_or_else(none)?;
    text(range.nth(number + 1).ok_or_else(none)?.to_string())
}

fn netmask(range: &Cidr) -> IpAddr {
    let ones = |bits: u8| u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
    match range.family() {
        Family::V4 => Ipv4Addr::from((ones(range.prefix()) >> 96) as u32).into(),
        Family::V6 => Ipv6Addr::from(ones(range.prefix())).into(),
    }
}

pub(super) fn parse_cidr(args: &Args) -> Outcome<Answer> {
    let range = range(args)?;
    let usable = match (range.family(), range.prefix()) {
        (Family::V4, 31) => return Err(Stop::undecided("which addresses of a /31 are usable is not worked out")),
        (Family::V4, 0..=30) => range.nth(1).zip(range.nth(range.size() - 2)),
        _ => Some((range.first(), range.last())),
    };
    let (first, last) = usable.unwrap_or((range.first(), range.last()));
    let broadcast = (range.family() == Family::V4).then(|| ("broadcast", range.last()));
    let addresses = [("network", range.first()), ("netmask", netmask(&range)), ("firstUsable", first), ("lastUsable", last)];
    let texts = addresses.into_iter().chain(broadcast).map(|(key, address)| (key, Value::string(address.to_string())));
    let entries: BTreeMap<Arc<str>, Val> = texts
        .chain([("cidr", Value::Number(range.prefix().into()))])
        .map(|(key, value)| (key.into(), args.made(value)))
        .collect();
    Ok(Answer::Made(Value::map(entries)))
}
