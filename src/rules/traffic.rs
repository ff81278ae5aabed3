//! Arithmetic on sets of traffic: from where to where, by which protocol, between which ports.

use super::nsg_walk::Work;
use crate::cidr::{Cidr, Family};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Numbers from the first to the last, both included.
pub(super) type Span = (u128, u128);

/// Traffic that is all combinations of what its spans hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// IP family, sources, destinations, protocols, ports of sources, ports of destinations.
    spans: [Span; 6],
}

/// The most blocks that the rules of a group may be in, or that what they leave of some traffic may be in.
pub(super) const MOST_BLOCKS: usize = 4_096;

/// Addresses of one family, or all of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Side {
    family: Span,
    span: Span,
}

const V4: Span = (4, 4);
const V6: Span = (6, 6);
const PORTS: Span = (0, u16::MAX as u128);
/// The protocols that rules may name; one more for all others.
const PROTOCOLS: [&str; 5] = ["Tcp", "Udp", "Icmp", "Esp", "Ah"];
/// All protocols, those that rules do not name included.
pub(super) const EVERY_PROTOCOL: Span = (0, PROTOCOLS.len() as u128);

impl Side {
    /// All addresses.
    pub(super) const ANY: Self = Self { family: (4, 6), span: (0, u128::MAX) };

    /// The addresses of a range.
    pub(super) fn of(cidr: &Cidr) -> Self {
        let family = if cidr.family() == Family::V4 { V4 } else { V6 };
        Self { family, span: (number(cidr.first()), number(cidr.last())) }
    }

    /// The part of it that lies outside of a range.
    fn without(self, cidr: &Cidr) -> Vec<Self> {
        let other = Self::of(cidr);
        let mut rest = Vec::new();
        for family in [V4, V6].into_iter().filter(|f| meet(*f, self.family).is_some()) {
            let one = Self { family, ..self };
            if family != other.family {
                rest.push(one);
                continue;
            }
            rest.extend(around(self.span, other.span).into_iter().flatten().map(|span| Self { span, ..one }));
        }
        rest
    }

    /// All addresses outside of some ranges.
    pub(super) fn outside<'c>(ranges: impl IntoIterator<Item = &'c Cidr>) -> Vec<Self> {
        let start = vec![Self::ANY];
        ranges.into_iter().fold(start, |rest, range| rest.into_iter().flat_map(|side| side.without(range)).collect())
    }
}

/// The protocols that a rule names; `None` where it is no name of one.
pub(super) fn protocols(name: &str) -> Option<Span> {
    if matches!(name, "*") || name.eq_ignore_ascii_case("any") {
        return Some(EVERY_PROTOCOL);
    }
    let at = PROTOCOLS.iter().position(|p| p.eq_ignore_ascii_case(name))?;
    u128::try_from(at).ok().map(|n| (n, n))
}

impl Block {
    /// Traffic between two sides, of some protocols and ports; `None` when the sides have no family in common.
    pub(super) fn new(from: Side, to: Side, protocols: Span, from_ports: (u16, u16), to_ports: (u16, u16)) -> Option<Self> {
        let family = meet(from.family, to.family)?;
        let ports = |(first, last): (u16, u16)| (u128::from(first), u128::from(last));
        Some(Self { spans: [family, from.span, to.span, protocols, ports(from_ports), ports(to_ports)] })
    }

    /// All traffic between two sides.
    pub(super) fn all(from: Side, to: Side) -> Option<Self> {
        Self::new(from, to, EVERY_PROTOCOL, (0, u16::MAX), (0, u16::MAX))
    }

    /// What two blocks have in common.
    pub(super) fn meet(&self, other: &Self) -> Option<Self> {
        let mut common = *self;
        for (span, with) in common.spans.iter_mut().zip(other.spans) {
            *span = meet(*span, with)?;
        }
        Some(common)
    }

    /// Whether it has TCP or UDP.
    pub(super) fn has_tcp_or_udp(&self) -> bool {
        let [_, _, (first, _), ..] = self.spans_without_family();
        first <= 1
    }

    /// Whether it has all ports.
    pub(super) fn has_all_ports(&self) -> bool {
        let [.., from, to] = self.spans_without_family();
        from == PORTS && to == PORTS
    }

    fn is_whole(&self) -> bool {
        let [_, _, protocols, ..] = self.spans_without_family();
        protocols == EVERY_PROTOCOL && self.has_all_ports()
    }

    fn spans_without_family(&self) -> [Span; 5] {
        let [_, from, to, protocols, from_ports, to_ports] = self.spans;
        [from, to, protocols, from_ports, to_ports]
    }

    /// The rest of it without another one.
    fn minus(&self, other: &Self) -> Vec<Self> {
        if self.meet(other).is_none() {
            return vec![*self];
        }
        let mut rest = Vec::new();
        let mut left = *self;
        for i in 0..left.spans.len() {
            let (Some(own), Some(taken)) = (left.spans.get(i).copied(), other.spans.get(i).copied()) else { continue };
            for span in around(own, taken).into_iter().flatten() {
                let mut piece = left;
                piece.spans.iter_mut().skip(i).take(1).for_each(|s| *s = span);
                rest.push(piece);
            }
            left.spans.iter_mut().skip(i).take(1).for_each(|s| *s = meet(own, taken).unwrap_or(own));
        }
        rest
    }

    /// In words: `from 10.1.0.0/24 to 10.244.0.0/16, Tcp, port 22`.
    pub(super) fn describe(&self) -> String {
        let [family, ..] = self.spans;
        let [from, to, protocols, from_ports, to_ports] = self.spans_without_family();
        let mut text = format!("from {} to {}", range(family, from), range(family, to));
        if self.is_whole() {
            return text + ", all ports and protocols";
        }
        let name = |n: u128| usize::try_from(n).ok().and_then(|n| PROTOCOLS.get(n)).copied().unwrap_or("other protocols");
        text += &match protocols {
            EVERY_PROTOCOL => ", all protocols".to_owned(),
            (first, last) => {
                format!(", {}", (first..=last).map(name).collect::<Vec<_>>().join(" and "))
            }
        };
        if from_ports != PORTS {
            text += &format!(", {} of the source", ports(from_ports));
        }
        text + &format!(", {}", ports(to_ports))
    }
}

fn ports(span: Span) -> String {
    match span {
        PORTS => "all ports".to_owned(),
        (first, last) if first == last => format!("port {first}"),
        (first, last) => format!("ports {first}-{last}"),
    }
}

/// A span of addresses as a CIDR where it is one.
fn range(family: Span, (first, last): Span) -> String {
    let v4 = family == V4;
    let address = |n: u128| match u32::try_from(n) {
        Ok(n) if v4 => IpAddr::V4(Ipv4Addr::from(n)),
        _ => IpAddr::V6(Ipv6Addr::from(n)),
    };
    let (start, bits) = (address(first), if v4 { 32u8 } else { 128 });
    let exact = (0..=bits).filter_map(|prefix| Cidr::new(start, prefix)).find(|c| c.first() == start && number(c.last()) == last);
    exact.map_or_else(|| format!("{start}-{}", address(last)), |cidr| cidr.to_string())
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(a) => u128::from(u32::from(a)),
        IpAddr::V6(a) => u128::from(a),
    }
}

fn meet(a: Span, b: Span) -> Option<Span> {
    let both = (a.0.max(b.0), a.1.min(b.1));
    (both.0 <= both.1).then_some(both)
}

/// What of a span lies before and after another one that meets it; all of it where they do not meet.
fn around(own: Span, taken: Span) -> [Option<Span>; 2] {
    if meet(own, taken).is_none() {
        return [Some(own), None];
    }
    let before = taken.0.checked_sub(1).filter(|end| *end >= own.0).map(|end| (own.0, end));
    let after = taken.1.checked_add(1).filter(|start| *start <= own.1).map(|start| (start, own.1));
    [before, after]
}

/// A block that holds all of some; `None` when there are none.
pub(super) fn around_all(blocks: &[Block]) -> Option<Block> {
    let mut blocks = blocks.iter();
    let mut around = *blocks.next()?;
    for block in blocks {
        around.spans.iter_mut().zip(block.spans).for_each(|(all, one)| *all = (all.0.min(one.0), all.1.max(one.1)));
    }
    Some(around)
}

/// The rest of some traffic without other traffic; `None` where that would be too many blocks, or too much work.
pub(super) fn minus<'b>(traffic: Vec<Block>, taken: impl IntoIterator<Item = &'b Block>, work: &Work) -> Option<Vec<Block>> {
    let mut rest = traffic;
    for other in taken {
        if rest.is_empty() {
            break;
        }
        work.spend(rest.len());
        if rest.iter().any(|block| block.meet(other).is_some()) {
            rest = rest.iter().flat_map(|block| block.minus(other)).collect();
        }
        if rest.len() > MOST_BLOCKS || work.is_done() {
            return None;
        }
    }
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(text: &str) -> Side {
        if text == "*" { Side::ANY } else { Side::of(&text.parse().unwrap()) }
    }

    fn block(from: &str, to: &str, protocol: &str, to_ports: (u16, u16)) -> Block {
        Block::new(side(from), side(to), protocols(protocol).unwrap(), (0, u16::MAX), to_ports).unwrap()
    }

    fn told(blocks: &[Block]) -> Vec<String> {
        blocks.iter().map(Block::describe).collect()
    }

    #[test]
    fn what_is_taken_away_leaves_exact_pieces() {
        let all = Block::all(side("10.1.0.0/24"), side("10.244.0.0/16")).unwrap();
        assert_eq!(told(&[all]), ["from 10.1.0.0/24 to 10.244.0.0/16, all ports and protocols"]);
        let half = block("*", "10.244.0.0/17", "*", (0, u16::MAX));
        assert_eq!(
            told(&minus(vec![all], [&half], &Work::default()).unwrap()),
            ["from 10.1.0.0/24 to 10.244.128.0/17, all ports and protocols"]
        );
        let tcp = block("*", "*", "tcp", (0, 79));
        assert_eq!(
            told(&minus(vec![all], [&half, &tcp], &Work::default()).unwrap()),
            [
                "from 10.1.0.0/24 to 10.244.128.0/17, Udp and Icmp and Esp and Ah and other protocols, all ports",
                "from 10.1.0.0/24 to 10.244.128.0/17, Tcp, ports 80-65535"
            ]
        );
        assert_eq!(minus(vec![all], [&block("*", "*", "*", (0, u16::MAX))], &Work::default()), Some(vec![]));
        let ssh = all.meet(&block("*", "*", "Tcp", (22, 22))).unwrap();
        assert_eq!(told(&[ssh]), ["from 10.1.0.0/24 to 10.244.0.0/16, Tcp, port 22"]);
    }

    #[test]
    fn families_never_meet() {
        assert_eq!(Block::all(side("10.0.0.0/8"), side("fd00::/8")), None);
        let v6 = Block::all(side("fd00::/64"), side("::/0")).unwrap();
        let v4 = Block::all(side("*"), side("0.0.0.0/0")).unwrap();
        assert_eq!(v6.meet(&v4), None);
        assert_eq!(v6.meet(&Block::all(side("*"), side("*")).unwrap()), Some(v6));
        assert_eq!(told(&[v6]), ["from fd00::/64 to ::/0, all ports and protocols"]);
    }

    #[test]
    fn agrees_with_counting_addresses() {
        let ranges: Vec<Cidr> = (28..=32)
            .flat_map(|p: u8| (0..16u8).step_by(1 << (32 - p)).map(move |a| format!("10.0.0.{a}/{p}").parse().unwrap()))
            .collect();
        let to = side("10.9.0.0/16");
        for a in &ranges {
            for b in &ranges {
                let block = |c: &Cidr| Block::all(Side::of(c), to).unwrap();
                let rest = minus(vec![block(a)], [&block(b)], &Work::default()).unwrap();
                let holds = |n: u8| rest.iter().any(|r| r.meet(&block(&format!("10.0.0.{n}/32").parse().unwrap())).is_some());
                for n in 0..16u8 {
                    let ip = IpAddr::from([10, 0, 0, n]);
                    assert_eq!(holds(n), a.contains(ip) && !b.contains(ip), "{a} without {b}: {n}");
                }
            }
        }
    }

    #[test]
    fn outside_of_private_ranges() {
        let outside = Side::outside(&["10.0.0.0/8".parse().unwrap(), "fc00::/7".parse().unwrap()]);
        let meets = |text: &str| {
            outside.iter().any(|s| {
                Block::all(*s, side(text))
                    .is_some_and(|b| Block::all(side(text), side(text)).is_some_and(|c| b.meet(&c).is_some()))
            })
        };
        assert!(!meets("10.244.0.0/16") && !meets("fd00::/64"));
        assert!(meets("20.0.0.0/16") && meets("2001:db8::/64") && meets("9.0.0.0/7"));
    }
}
