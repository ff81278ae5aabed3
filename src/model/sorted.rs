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

    /// The first address of the first span, and the last one of the last span, that a range overlaps, if it overlaps one.
    pub fn overlap(&self, cidr: &Cidr) -> Option<(IpAddr, IpAddr)> {
        let after = self.0.partition_point(|(first, _)| *first <= cidr.last());
        let (_, last) = self.0.get(after.checked_sub(1)?).filter(|(_, last)| *last >= cidr.first())?;
        let (first, _) = self.0.get(self.0.partition_point(|(_, last)| *last < cidr.first()))?;
        Some((*first, *last))
    }
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
