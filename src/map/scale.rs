//! Where ranges are drawn: each stretch between two ends is as wide as the logarithm of its size, and what no range has is left out but for
//! a narrow gap.

use crate::cidr::{Cidr, Family};
use std::collections::HashMap;
use std::net::IpAddr;

/// How wide a gap is drawn, in doublings of a range.
const GAP: f64 = 3.0;

/// A line on which ranges of one family are placed, from 0 to 1.
pub(super) struct Scale {
    /// The ends of stretches, each with its place; the last one is past the end.
    ends: Vec<(u128, f64)>,
    /// The stretches that no range has, by their places.
    pub(super) gaps: Vec<(f64, f64)>,
    /// Addresses at which a range begins after a gap, or at the start, with their places.
    pub(super) marks: Vec<(IpAddr, f64)>,
}

impl Scale {
    /// A scale on which all of these have a place. Those of the other family are passed over.
    pub(super) fn of(family: Family, ranges: impl Iterator<Item = Cidr>) -> Self {
        let ranges: Vec<(u128, u128, Cidr)> =
            ranges.filter(|range| range.family() == family).map(|range| (bits(range.first()), after(&range), range)).collect();
        let mut ends: Vec<u128> = ranges.iter().flat_map(|(first, after, _)| [*first, *after]).collect();
        ends.sort_unstable();
        ends.dedup();
        let firsts: HashMap<u128, IpAddr> = ranges.iter().map(|(first, _, range)| (*first, range.first())).collect();
        let mut steps: Vec<(u128, i64)> = ranges.iter().flat_map(|(first, after, _)| [(*first, 1), (*after, -1)]).collect();
        steps.sort_unstable();
        let mut scale = Self { ends: Vec::new(), gaps: Vec::new(), marks: Vec::new() };
        let (mut place, mut covered, mut next) = (0.0, 0, steps.iter().peekable());
        for (number, end) in ends.iter().enumerate() {
            let was_covered = covered > 0;
            while let Some((_, step)) = next.next_if(|(at, _)| at <= end) {
                covered += step;
            }
            scale.ends.push((*end, place));
            if covered > 0
                && !was_covered
                && let Some(first) = firsts.get(end)
            {
                scale.marks.push((*first, place));
            }
            let Some(following) = ends.get(number + 1) else { break };
            let width = if covered > 0 { doublings(following - end) } else { GAP };
            if covered == 0 {
                scale.gaps.push((place, place + width));
            }
            place += width;
        }
        scale.shrink(place.max(1.0));
        scale
    }

    /// Makes the whole 1 wide.
    fn shrink(&mut self, whole: f64) {
        self.ends.iter_mut().for_each(|(_, place)| *place /= whole);
        self.marks.iter_mut().for_each(|(_, place)| *place /= whole);
        self.gaps.iter_mut().for_each(|(from, to)| {
            *from /= whole;
            *to /= whole;
        });
    }

    /// Where a range begins and ends; `None` if the scale was not made for it.
    pub(super) fn place(&self, range: &Cidr) -> Option<(f64, f64)> {
        let at = |end: u128| Some(self.ends.get(self.ends.binary_search_by_key(&end, |(end, _)| *end).ok()?)?.1);
        Some((at(bits(range.first()))?, at(after(range))?))
    }
}

/// The width of a stretch: one for a single address, and one more for each doubling.
#[allow(clippy::cast_precision_loss, reason = "a picture needs no more")]
fn doublings(size: u128) -> f64 {
    (size as f64).log2() + 1.0
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u32::from(address).into(),
        IpAddr::V6(address) => address.into(),
    }
}

/// The address after the last one of a range.
fn after(range: &Cidr) -> u128 {
    bits(range.last()).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cidr(text: &str) -> Cidr {
        text.parse().unwrap()
    }

    #[test]
    fn places_keep_the_order_of_addresses_and_gaps_are_narrow() {
        let ranges = ["10.0.0.0/16", "10.0.1.0/24", "10.244.0.0/16", "172.16.0.0/16"].map(cidr);
        let scale = Scale::of(Family::V4, ranges.into_iter());
        let places: Vec<(f64, f64)> = ranges.iter().map(|range| scale.place(range).unwrap()).collect();
        assert!(places.windows(2).all(|pair| pair[0].0 < pair[1].0), "{places:?}");
        assert!(places[0].0 < places[1].0 && places[1].1 < places[0].1, "the subnet lies in its VNet");
        assert_eq!(places[0].0, 0.0);
        assert_eq!(places[3].1, 1.0);
        let marks: Vec<String> = scale.marks.iter().map(|(address, _)| address.to_string()).collect();
        assert_eq!(marks, ["10.0.0.0", "10.244.0.0", "172.16.0.0"]);
        assert_eq!(scale.gaps.len(), 2);
        let width = |(from, to): (f64, f64)| to - from;
        assert!(scale.gaps.iter().all(|gap| width(*gap) < width(places[2])), "{:?}", scale.gaps);
        // A /16 is 17 doublings wide, a gap 3.
        assert!((width(places[2]) / width(scale.gaps[0]) - 17.0 / 3.0).abs() < 1e-9);
    }

    #[test]
    fn the_largest_ranges_and_none_have_a_place() {
        for (family, text) in [(Family::V4, "0.0.0.0/0"), (Family::V6, "::/0"), (Family::V4, "255.255.255.255/32")] {
            assert_eq!(Scale::of(family, [cidr(text)].into_iter()).place(&cidr(text)), Some((0.0, 1.0)), "{text}");
        }
        assert_eq!(Scale::of(Family::V4, std::iter::empty()).place(&cidr("10.0.0.0/8")), None);
        assert_eq!(Scale::of(Family::V4, [cidr("10.0.0.0/8")].into_iter()).place(&cidr("10.0.0.0/9")), None);
    }
}
