//! Looking for free ranges: the one nearest to an address.

use crate::cidr::Cidr;
use crate::model::Taken;
use std::net::IpAddr;

/// So many places above an address, and as many below it, are tried in each range. What lies between two that are tried is taken.
const MOST_TRIED: usize = 1 << 16;

/// The addresses that a range may have.
#[derive(Clone, Debug, Default)]
pub(crate) struct Space<'a> {
    /// The range must be within one of these,
    within: Vec<Cidr>,
    /// and touch none of these.
    taken: Vec<&'a Taken>,
}

impl<'a> Space<'a> {
    /// What lies within these ranges, without what is taken.
    pub(crate) fn new(within: &[Cidr], taken: impl IntoIterator<Item = &'a Taken>) -> Self {
        Self { within: within.to_vec(), taken: taken.into_iter().collect() }
    }

    /// Whether all addresses of a range are free.
    pub(crate) fn has(&self, range: &Cidr) -> bool {
        self.within.iter().any(|within| within.covers(range)) && self.overlap(range).is_none()
    }

    /// The free range with this prefix length whose first address is nearest to an address, the lower one of two that are equally near.
    pub(crate) fn nearest(&self, address: IpAddr, prefix: u8) -> Option<Cidr> {
        let mut best: Option<(u128, Cidr)> = None;
        for range in self.within.iter().filter(|within| within.first().is_ipv4() == address.is_ipv4()) {
            for found in self.around(range, address, prefix) {
                let found = (number(found.first()).abs_diff(number(address)), found);
                // Of equally near ranges, the comparison takes the one with lower addresses.
                best = Some(best.map_or(found, |best| best.min(found)));
            }
        }
        best.map(|(_, range)| range)
    }

    /// The nearest free places in one range: below an address or at it, and above it.
    fn around(&self, range: &Cidr, address: IpAddr, prefix: u8) -> impl Iterator<Item = Cidr> {
        let count = range.blocks(prefix);
        let last = count.checked_sub(1);
        let size = Cidr::new(range.first(), prefix).map_or(1, |block| block.size());
        // The number of the last place that does not begin after the address.
        let at = number(address).checked_sub(number(range.first())).map(|distance| distance / size);
        let below = at.zip(last).and_then(|(at, last)| self.downwards(range, size, at.min(last), prefix));
        let above = last.zip(Some(at.map_or(0, |at| at.saturating_add(1)))).filter(|(last, from)| from <= last);
        let above = above.and_then(|(last, from)| self.upwards(range, size, (from, last), prefix));
        below.into_iter().chain(above)
    }

    fn downwards(&self, range: &Cidr, size: u128, from: u128, prefix: u8) -> Option<Cidr> {
        let mut place = from;
        for _ in 0..MOST_TRIED {
            let block = Cidr::new(range.nth(place.checked_mul(size)?)?, prefix)?;
            let Some((first, _)) = self.overlap(&block) else { return Some(block) };
            // What is in the way may reach far; at the lower end of the range, nothing is left.
            place = (range.place(first)? / size).min(place).checked_sub(1)?;
        }
        None
    }

    fn upwards(&self, range: &Cidr, size: u128, (from, to): (u128, u128), prefix: u8) -> Option<Cidr> {
        let mut place = from;
        for _ in 0..MOST_TRIED {
            if place > to {
                return None;
            }
            let block = Cidr::new(range.nth(place.checked_mul(size)?)?, prefix)?;
            let Some((_, last)) = self.overlap(&block) else { return Some(block) };
            place = (range.place(last)? / size).max(place) + 1;
        }
        None
    }

    fn overlap(&self, range: &Cidr) -> Option<(IpAddr, IpAddr)> {
        self.taken.iter().find_map(|taken| taken.overlap(range))
    }
}

/// An address as a number.
fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u32::from(address).into(),
        IpAddr::V6(address) => address.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(texts: &[&str]) -> Vec<Cidr> {
        texts.iter().map(|range| range.parse().unwrap()).collect()
    }

    /// The nearest one, by looking at every place.
    fn nearest(within: &[Cidr], taken: &[Cidr], address: IpAddr, prefix: u8) -> Option<Cidr> {
        let places = |range: &Cidr| {
            let count = range.blocks(prefix);
            let size = range.size() / count.max(1);
            let first = range.to_owned();
            (0..count).map(move |n| Cidr::new(first.nth(n * size).unwrap(), prefix).unwrap())
        };
        let free = within.iter().flat_map(places).filter(|place| !taken.iter().any(|taken| taken.overlaps(place)));
        free.min_by_key(|place| (number(place.first()).abs_diff(number(address)), *place))
    }

    #[test]
    fn the_nearest_range_is_the_one_that_looking_at_each_finds() {
        let within = ranges(&["10.0.0.0/13", "10.16.0.0/15", "192.168.0.0/20"]);
        let (some, more) = (
            ranges(&["10.0.0.0/15", "10.2.0.0/24", "10.3.255.0/24", "10.4.0.0/16", "10.6.0.0/15", "11.0.0.0/8"]),
            ranges(&["10.17.0.0/17", "192.168.4.0/22", "10.5.128.0/30", "192.168.15.255/32", "fd00::/8"]),
        );
        let (one, two) = (Taken::of(some.iter().copied()), Taken::of(more.iter().copied()));
        let space = Space::new(&within, [&one, &two]);
        let all: Vec<Cidr> = some.into_iter().chain(more).collect();
        let addresses =
            ["0.0.0.0", "10.0.0.0", "10.2.0.128", "10.3.200.7", "10.5.127.255", "10.7.255.255", "10.12.0.0", "10.17.0.0"];
        for prefix in 12..=26 {
            for address in addresses.iter().chain(&["192.168.7.0", "255.255.255.255"]) {
                let address = address.parse().unwrap();
                assert_eq!(space.nearest(address, prefix), nearest(&within, &all, address, prefix), "{address} {prefix}");
            }
        }
    }

    #[test]
    fn the_ends_of_the_address_space_are_no_trouble() {
        let all = ranges(&["0.0.0.0/0", "::/0"]);
        let nothing = Taken::default();
        let space = Space::new(&all, [&nothing]);
        let found = |address: &str, prefix| space.nearest(address.parse().unwrap(), prefix).map(|range| range.to_string());
        assert_eq!(found("255.255.255.255", 32).as_deref(), Some("255.255.255.255/32"));
        assert_eq!(found("255.255.255.255", 0).as_deref(), Some("0.0.0.0/0"));
        assert_eq!(found("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 64).as_deref(), Some("ffff:ffff:ffff:ffff::/64"));
        let everything = Taken::of(all.iter().copied());
        assert_eq!(Space::new(&all, [&everything]).nearest([10, 0, 0, 0].into(), 24), None);
        assert_eq!(Space::new(&ranges(&["10.0.0.0/24"]), [&nothing]).nearest([10, 0, 0, 0].into(), 16), None);
        assert!(space.has(&"10.0.0.0/8".parse().unwrap()));
    }

    /// Every other address is taken, and what is looked for is as large as two: nothing is found, in bounded time.
    #[test]
    fn of_very_many_places_only_the_nearest_are_tried() {
        let taken = Taken::of((0..1 << 18).map(|n: u32| Cidr::new((n * 2).to_be_bytes().into(), 32).unwrap()));
        let space = ranges(&["0.0.0.0/4"]);
        let space = Space::new(&space, [&taken]);
        assert_eq!(space.nearest([0, 0, 0, 0].into(), 31), None);
        assert_eq!(space.nearest([0, 7, 255, 0].into(), 31), Some("0.8.0.0/31".parse().unwrap()));
    }
}
