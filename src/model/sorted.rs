//! Ranges in the order of their addresses, in which what overlaps another range is found without looking at all of them.

use crate::cidr::Cidr;
use std::net::IpAddr;

/// Ranges, each with its place in the list that they come from.
#[derive(Clone, Debug, Default)]
pub struct Sorted(Vec<(Cidr, usize)>);

impl Sorted {
    /// Sorts ranges.
    pub fn of(ranges: impl Iterator<Item = Cidr>) -> Self {
        let mut ranges: Vec<(Cidr, usize)> = ranges.zip(0..).collect();
        ranges.sort_unstable_by_key(|(range, place)| (range.first(), range.prefix(), *place));
        Self(ranges)
    }

    /// The places of those that overlap a range, in ascending order.
    pub fn overlapping(&self, cidr: &Cidr) -> Vec<usize> {
        // Of two ranges that overlap, one covers the other: what begins before this one covers it.
        let mut hit: Vec<usize> = (0..cidr.prefix())
            .filter_map(|prefix| Cidr::new(cidr.first(), prefix))
            .filter(|wider| wider.first() < cidr.first())
            .flat_map(|wider| self.between((wider.first(), wider.prefix()), (wider.first(), wider.prefix() + 1)))
            .chain(self.between((cidr.first(), 0), (cidr.last(), u8::MAX)))
            .map(|(_, place)| *place)
            .collect();
        hit.sort_unstable();
        hit
    }

    /// Those from one address and prefix length to before another.
    fn between(&self, from: (IpAddr, u8), to: (IpAddr, u8)) -> &[(Cidr, usize)] {
        let before = |bound: (IpAddr, u8)| self.0.partition_point(|(range, _)| (range.first(), range.prefix()) < bound);
        self.0.get(before(from)..before(to)).unwrap_or_default()
    }
}

/// The addresses of some ranges, as few spans of neighbours, in order.
#[derive(Clone, Debug, Default)]
pub struct Taken(Vec<(IpAddr, IpAddr)>);

impl Taken {
    /// The addresses of all of some ranges.
    pub fn of(ranges: impl Iterator<Item = Cidr>) -> Self {
        let mut spans: Vec<(IpAddr, IpAddr)> = ranges.map(|range| (range.first(), range.last())).collect();
        spans.sort_unstable();
        let touches = |last: IpAddr, first: IpAddr| first <= last || next(last) == Some(first);
        spans.dedup_by(|(first, last), kept| {
            let joined = touches(kept.1, *first);
            kept.1 = if joined { kept.1.max(*last) } else { kept.1 };
            joined
        });
        Self(spans)
    }

    /// The same for those who look for ranges with a prefix length: gaps that have none are taken, too.
    pub fn coarse(&self, prefix: u8) -> Self {
        let mut spans: Vec<(IpAddr, IpAddr)> = Vec::new();
        for &(first, last) in &self.0 {
            match spans.last_mut() {
                Some(kept) if !has_room(kept.1, first, prefix) => kept.1 = last,
                _ => spans.push((first, last)),
            }
        }
        Self(spans)
    }

    /// The first address of the first span, and the last one of the last span, that a range overlaps, if it overlaps one.
    pub fn overlap(&self, cidr: &Cidr) -> Option<(IpAddr, IpAddr)> {
        let after = self.0.partition_point(|(first, _)| *first <= cidr.last());
        let (_, last) = self.0.get(after.checked_sub(1)?).filter(|(_, last)| *last >= cidr.first())?;
        let (first, _) = self.0.get(self.0.partition_point(|(_, last)| *last < cidr.first()))?;
        Some((*first, *last))
    }
}

/// Whether a range with a prefix length may lie between two addresses.
fn has_room(after: IpAddr, before: IpAddr, prefix: u8) -> bool {
    let starting_at = |address| {
        let block = Cidr::new(address, prefix)?;
        if block.first() == address { Some(block) } else { Cidr::new(next(block.last())?, prefix) }
    };
    let is_before = |block: Cidr| block.last() < before;
    after.is_ipv4() != before.is_ipv4() || next(after).and_then(starting_at).is_none_or(is_before)
}

/// The address after another one of the same family.
fn next(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(a) => u32::from(a).checked_add(1).map(|n| IpAddr::V4(n.into())),
        IpAddr::V6(a) => u128::from(a).checked_add(1).map(|n| IpAddr::V6(n.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges() -> Vec<Cidr> {
        let texts = [
            "10.0.0.0/8",
            "10.4.0.0/16",
            "172.16.0.0/24",
            "172.16.1.0/24",
            "192.168.0.0/25",
            "fd00::/64",
            "172.16.0.0/16",
            "10.4.0.0/16",
        ];
        texts.map(|range| range.parse().unwrap()).to_vec()
    }

    const ASKED: [&str; 14] = [
        "10.200.0.0/16",
        "10.4.0.0/16",
        "10.4.128.0/17",
        "9.0.0.0/8",
        "8.0.0.0/6",
        "172.16.0.0/12",
        "172.16.2.0/24",
        "172.17.0.0/16",
        "192.168.0.128/25",
        "192.168.0.0/24",
        "fd00::/48",
        "fd00:0:0:1::/64",
        "0.0.0.0/0",
        "::/0",
    ];

    #[test]
    fn what_overlaps_a_range_is_what_looking_at_all_finds() {
        let all = ranges();
        let (sorted, taken) = (Sorted::of(all.iter().copied()), Taken::of(all.iter().copied()));
        for text in ASKED {
            let cidr: Cidr = text.parse().unwrap();
            let expected: Vec<usize> = (0..all.len()).filter(|i| all[*i].overlaps(&cidr)).collect();
            assert_eq!(sorted.overlapping(&cidr), expected, "{text}");
            assert_eq!(taken.overlap(&cidr).is_some(), !expected.is_empty(), "{text}");
        }
    }

    #[test]
    fn of_gaps_only_those_with_room_are_kept() {
        let texts = ["10.0.0.0/26", "10.0.0.128/26", "10.0.1.64/26", "10.0.4.0/24", "fd00::/64", "fd00:0:0:2::/64"];
        let taken = Taken::of(texts.map(|range| range.parse().unwrap()).into_iter());
        let coarse = |prefix| taken.coarse(prefix).0.len();
        assert_eq!([26, 25, 24, 23, 22, 33, 64, 65].map(coarse), [5, 3, 3, 3, 2, 5, 6, 6]);
        for prefix in 20..=28 {
            let (coarse, size) = (taken.coarse(prefix), 1u32 << (32 - prefix));
            for n in 0..1 << 11 {
                let Ok(start) = u32::try_from(0x0A00_0000u64 + u64::from(n * size)) else { break };
                let block = Cidr::new(start.to_be_bytes().into(), prefix).unwrap();
                assert_eq!(coarse.overlap(&block).is_some(), taken.overlap(&block).is_some(), "{block}");
            }
        }
    }

    #[test]
    fn neighbours_are_one_span() {
        let taken = Taken::of(ranges().into_iter());
        let ends = |text: &str| taken.overlap(&text.parse().unwrap()).map(|(first, last)| format!("{first} {last}"));
        assert_eq!(ends("172.16.0.0/32").as_deref(), Some("172.16.0.0 172.16.255.255"));
        assert_eq!(ends("10.4.3.2/32").as_deref(), Some("10.0.0.0 10.255.255.255"));
        assert_eq!(ends("10.0.0.0/8").as_deref(), Some("10.0.0.0 10.255.255.255"));
        assert_eq!(ends("0.0.0.0/0").as_deref(), Some("10.0.0.0 192.168.0.127"));
        assert_eq!(ends("11.0.0.0/8"), None);
        let both = Taken::of(["10.0.0.0/25", "10.0.0.128/25"].map(|range| range.parse().unwrap()).into_iter());
        assert_eq!(both.overlap(&"10.0.0.0/32".parse().unwrap()), Some(([10, 0, 0, 0].into(), [10, 0, 0, 255].into())));
    }
}
