//! What the picture and the page show alike: lanes on a scale, what is told of a range, how full a limit is, and what lies in what.

use super::scale::Scale;
use super::{ClusterMap, Edge, Graph, Kind, Limit, NodeKind, Range};
use crate::cidr::{Cidr, Family};
use crate::insight::addresses;
use crate::report::{Location, grouped, in_scenarios, plural, printable};
use crate::source::Sources;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// So many ranges that overlap one are named beside it.
const MOST_OTHERS: usize = 6;

/// So many characters of a name or a reason are shown. Names that Azure takes are shorter by far.
const MOST_CHARACTERS: usize = 2_000;

/// A text out of the user's files: safe to show, and not endless.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(MOST_CHARACTERS).and_then(|(end, _)| text.split_at_checked(end)) {
        Some((start, _)) => format!("{}…", printable(start)).into(),
        None => printable(text),
    }
}

/// The ranges of one family, on one scale. Those that are not known come with IPv4.
pub(super) struct Plane<'a> {
    pub(super) family: Family,
    pub(super) scale: Scale,
    pub(super) lanes: Vec<Lane<'a>>,
}

/// Where a range lies.
pub(super) struct Lane<'a> {
    pub(super) range: &'a Range,
    /// From where to where, between 0 and 1; nothing if it is not known.
    pub(super) place: Option<(f64, f64)>,
    /// The parts that others have, too, in their order.
    pub(super) hits: Vec<(f64, f64)>,
    /// The ranges that have them: places in [`ClusterMap::ranges`], and what is shared.
    pub(super) others: Vec<(usize, Cidr)>,
}

/// The lanes of a cluster.
pub(super) fn planes(map: &ClusterMap) -> Vec<Plane<'_>> {
    let mut shared: HashMap<usize, Vec<(usize, Cidr)>> = HashMap::new();
    for overlap in &map.overlaps {
        let (one, other) = overlap.between;
        shared.entry(one).or_default().push((other, overlap.shared));
        shared.entry(other).or_default().push((one, overlap.shared));
    }
    let mut plane = |family: Family| {
        let is_here = |range: &Range| range.cidr.as_ref().map_or(family == Family::V4, |cidr| cidr.family() == family);
        let scale = Scale::of(family, map.ranges.iter().filter_map(|range| range.cidr.as_ref().ok().copied()));
        let lanes: Vec<Lane> = map
            .ranges
            .iter()
            .enumerate()
            .filter(|(_, range)| is_here(range))
            .map(|(number, range)| {
                let others = shared.remove(&number).unwrap_or_default();
                let place = range.cidr.as_ref().ok().and_then(|cidr| scale.place(cidr));
                let hits = united(others.iter().filter_map(|(_, shared)| scale.place(shared)).collect());
                Lane { range, place, hits, others }
            })
            .collect();
        Plane { family, scale, lanes }
    };
    [Family::V4, Family::V6].into_iter().map(&mut plane).filter(|plane| !plane.lanes.is_empty()).collect()
}

/// The same places, each once.
fn united(mut places: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    places.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(b.1.total_cmp(&a.1)));
    let mut united: Vec<(f64, f64)> = Vec::new();
    for (from, to) in places {
        match united.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => united.push((from, to)),
        }
    }
    united
}

/// What is told of a range where there is room for it.
pub(super) struct Tip {
    /// Sentences and phrases, none of them twice.
    pub(super) lines: Vec<String>,
    /// Where it is written, then where the value came from, nearest first: what is there, and the place.
    pub(super) places: Vec<(String, String)>,
}

/// All about a range.
pub(super) fn tip(map: &ClusterMap, lane: &Lane, sources: &Sources) -> Tip {
    let mut lines = Vec::new();
    if let Err(why) = &lane.range.cidr {
        lines.push(format!("not known: {}", plain(why)));
    }
    lines.extend(lane.range.details.iter().map(|detail| plain(detail).into_owned()));
    for (other, shared) in lane.others.iter().take(MOST_OTHERS) {
        let other = map.ranges.get(*other).map(with_value).unwrap_or_default();
        lines.push(format!("shares {shared} with {other}"));
    }
    if let Some(more) = lane.others.len().checked_sub(MOST_OTHERS).filter(|more| *more > 0) {
        lines.push(format!("shares addresses with {more} more"));
    }
    let mut places: Vec<(String, String)> = Vec::new();
    if lane.range.is_default {
        lines.push("Azure's default".to_owned());
    }
    if let Some(span) = lane.range.span {
        let what = if lane.range.is_default { "would be written" } else { "written" };
        places.push((what.to_owned(), Location::of(span, sources).to_string()));
    }
    places.extend(
        lane.range.origin.iter().map(|(label, span)| (plain(label).into_owned(), Location::of(*span, sources).to_string())),
    );
    Tip { lines, places }
}

/// What a lane shares with others, in few words: `overlaps the service CIDR`. Nothing where it shares nothing.
pub(super) fn clash(map: &ClusterMap, lane: &Lane) -> Option<String> {
    match lane.others.as_slice() {
        [] => None,
        [(other, _)] => map.ranges.get(*other).map(|other| format!("overlaps {}", plain(&other.title()))),
        many => Some(format!("overlaps {} ranges", many.len())),
    }
}

/// What is known of a range beside its value, in few words: how many addresses it has, if that is a number to read, and the rest.
pub(super) fn details(range: &Range) -> String {
    let cidr = range.cidr.as_ref().ok();
    let number =
        cidr.filter(|cidr| cidr.family() == Family::V4 && cidr.size() > 1).and_then(|cidr| u64::try_from(cidr.size()).ok());
    let all = cidr.map(addresses);
    let others = range.details.iter().filter(|detail| all.as_ref() != Some(detail)).map(|detail| plain(detail).into_owned());
    let default = range.is_default.then(|| "Azure's default".to_owned());
    number.map(|number| parts(number, "address")).into_iter().chain(default).chain(others).collect::<Vec<_>>().join(", ")
}

/// A range as text: a single address without its length.
pub(super) fn value(range: &Range) -> String {
    match &range.cidr {
        Ok(cidr) if range.kind == Kind::DnsServiceIp => cidr.first().to_string(),
        Ok(cidr) => cidr.to_string(),
        Err(_) => "unknown".to_owned(),
    }
}

/// What the style calls ranges of a kind.
pub(super) fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::Vnet => "vnet",
        Kind::NodeSubnet => "node-subnet",
        Kind::Subnet => "subnet",
        Kind::PodCidr => "pod-cidr",
        Kind::ServiceCidr => "service-cidr",
        Kind::DnsServiceIp => "dns-service-ip",
        Kind::PeeredVnet => "peered-vnet",
        Kind::FarVnet => "far-vnet",
        Kind::Outside => "outside",
    }
}

/// The signs of a legend beside the kinds of ranges: their classes, and what they stand for. `left_out` is the class of gaps.
pub(super) fn signs(left_out: &'static str) -> [(&'static str, &'static str); 8] {
    [
        ("hit", "╳ overlap"),
        ("lost", "? unknown"),
        (left_out, "left out"),
        ("now", "nodes now"),
        ("max", "up to the maximum"),
        ("surge", "more in an upgrade"),
        ("least", "minimum"),
        ("free", "free"),
    ]
}

/// What a range is, whose, and which.
pub(super) fn with_value(range: &Range) -> String {
    plain(&format!("{} {}", range.title(), value(range))).into_owned()
}

/// Why ranges are not known: each reason once, with those that it holds for.
pub(super) fn unknown(map: &ClusterMap) -> Vec<(&str, Vec<String>)> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
    for range in &map.ranges {
        let Err(why) = &range.cidr else { continue };
        let place = *places.entry(why).or_insert(reasons.len());
        if place == reasons.len() {
            reasons.push((why, Vec::new()));
        }
        if let Some((_, titles)) = reasons.get_mut(place) {
            titles.push(range.title());
        }
    }
    reasons.iter_mut().for_each(|(_, titles)| titles.dedup());
    reasons
}

/// Where the ends are in the bar of a limit, between 0 and 1.
pub(super) struct Gauge {
    pub(super) now: f64,
    pub(super) min: f64,
    pub(super) max: f64,
    pub(super) surge: f64,
    /// The end of the room. What lies beyond does not fit.
    pub(super) room: f64,
    /// What may be taken, too.
    pub(super) perhaps: Option<(f64, f64)>,
}

/// The bar of a limit with so much room.
pub(super) fn gauge(limit: &Limit, room: u64) -> Gauge {
    let whole =
        [room, limit.now.certain, limit.min.certain, limit.max.certain, limit.surge.certain].into_iter().fold(1, u64::max);
    let end = |parts: u64| part_of(parts, whole);
    let certain = [&limit.now, &limit.max, &limit.surge].into_iter().fold(0, |most, demand| most.max(demand.certain));
    let is_open = open_reason(limit).is_some() && certain < room;
    Gauge {
        perhaps: is_open.then(|| (end(certain), end(room))),
        now: end(limit.now.certain),
        min: end(limit.min.certain),
        max: end(limit.max.certain),
        surge: end(limit.surge.certain),
        room: end(room),
    }
}

#[allow(clippy::cast_precision_loss, reason = "a picture needs no more")]
fn part_of(parts: u64, whole: u64) -> f64 {
    parts as f64 / whole as f64
}

/// How many do not fit, if that is certain.
pub(super) fn too_many(limit: &Limit) -> Option<u64> {
    let needed = limit.now.certain.max(limit.min.certain).max(limit.max.certain).max(limit.surge.certain);
    needed.checked_sub(*limit.room.as_ref().ok()?).filter(|over| *over > 0)
}

/// What remains of a limit, in words.
pub(super) fn remainder(limit: &Limit) -> Option<String> {
    let room = *limit.room.as_ref().ok()?;
    if let Some(over) = too_many(limit) {
        return Some(format!("{} too many", grouped(over.into())));
    }
    let is_open = [&limit.now, &limit.max, &limit.surge].iter().any(|demand| demand.more.is_some());
    (!is_open).then(|| format!("{} left in an upgrade", grouped(room.saturating_sub(limit.surge.certain).into())))
}

/// Why a demand is not known in full.
pub(super) fn open_reason(limit: &Limit) -> Option<&str> {
    [&limit.surge, &limit.max, &limit.min, &limit.now].into_iter().find_map(|demand| demand.more.as_deref())
}

/// So many parts: `1 address`, `251 addresses`, `256 /24 blocks`.
pub(super) fn parts(number: u64, part: &str) -> String {
    plural(grouped(number.into()), part)
}

/// A thing of the graph, what lies in it, and what it is connected with.
pub(super) struct Item {
    /// The place in [`Graph::nodes`].
    pub(super) node: usize,
    /// What connects it with that before it.
    pub(super) label: String,
    /// Whether it is drawn elsewhere, and here only named.
    pub(super) again: bool,
    pub(super) inside: Vec<Item>,
    pub(super) beside: Vec<Item>,
}

/// Subnets, each with what connects it with the cluster.
type Subnets<'a> = Vec<(usize, Vec<&'a str>)>;

/// The graph as it is drawn: VNets with the subnets in them, and subnets whose VNet is not known.
pub(super) fn items(graph: &Graph) -> Vec<Item> {
    let mut below: HashMap<usize, Vec<&Edge>> = HashMap::new();
    graph.edges.iter().for_each(|edge| below.entry(edge.from).or_default().push(edge));
    let mut tree = Tree { graph, below, seen: HashSet::from([0]) };
    // What the cluster is connected with, by the VNet that it lies in.
    let mut groups: Vec<(Option<usize>, Subnets)> = Vec::new();
    let (mut of_vnet, mut of_subnet) = (HashMap::new(), HashMap::new());
    for edge in tree.below.get(&0).into_iter().flatten() {
        let vnet = tree.vnet_of(edge.to);
        let group = *of_vnet.entry(vnet).or_insert(groups.len());
        if group == groups.len() {
            groups.push((vnet, Vec::new()));
        }
        let Some((_, subnets)) = groups.get_mut(group) else { continue };
        let place = *of_subnet.entry(edge.to).or_insert(subnets.len());
        match subnets.get_mut(place) {
            Some((_, labels)) => labels.push(&edge.label),
            None => subnets.push((edge.to, vec![&edge.label])),
        }
    }
    tree.seen.extend(groups.iter().filter_map(|(vnet, _)| *vnet));
    let mut items = Vec::new();
    for (vnet, subnets) in groups {
        let subnets: Vec<Item> = subnets.into_iter().map(|(subnet, labels)| tree.item(subnet, labels.join("; "))).collect();
        match vnet {
            Some(node) => {
                let beside = tree.spokes(node);
                items.push(Item { node, label: String::new(), again: false, inside: subnets, beside });
            }
            None => items.extend(subnets),
        }
    }
    items
}

struct Tree<'a> {
    graph: &'a Graph,
    below: HashMap<usize, Vec<&'a Edge>>,
    seen: HashSet<usize>,
}

impl<'a> Tree<'a> {
    /// The VNet that a subnet is in.
    fn vnet_of(&self, subnet: usize) -> Option<usize> {
        self.below.get(&subnet)?.iter().find(|edge| self.is_inside(edge)).map(|edge| edge.to)
    }

    /// Whether an edge says that a subnet is in a VNet.
    fn is_inside(&self, edge: &Edge) -> bool {
        let kind = |place: usize| self.graph.nodes.get(place).map(|node| node.kind);
        edge.label.is_empty()
            && kind(edge.from) == Some(NodeKind::Subnet)
            && matches!(kind(edge.to), Some(NodeKind::Vnet | NodeKind::PeeredVnet))
    }

    fn item(&mut self, node: usize, label: String) -> Item {
        let again = !self.seen.insert(node);
        let beside = if again { Vec::new() } else { self.spokes(node) };
        Item { node, label, again, inside: Vec::new(), beside }
    }

    fn spokes(&mut self, node: usize) -> Vec<Item> {
        let edges: Vec<&'a Edge> =
            self.below.get(&node).into_iter().flatten().copied().filter(|edge| !self.is_inside(edge)).collect();
        edges.into_iter().map(|edge| self.item(edge.to, edge.label.clone())).collect()
    }
}

/// What is on no map, and why: calls that could not be followed.
pub(super) fn not_drawn(report: &crate::report::Report, sources: &Sources) -> Vec<(String, String, Option<String>)> {
    let place = |span: Option<crate::source::Span>| span.map(|span| Location::of(span, sources).to_string());
    let name = |cluster: &str| if cluster.is_empty() { ".".to_owned() } else { plain(cluster).into_owned() };
    let line = |undecided: &crate::report::UndecidedRule| {
        (name(&undecided.cluster), plain(&undecided.why.reason).into_owned(), place(undecided.why.span))
    };
    report.undecided.iter().map(line).collect()
}

/// What could not be read: where, and why.
pub(super) fn unreadable(report: &crate::report::Report, sources: &Sources) -> Vec<(String, String)> {
    let line = |unreadable: &crate::source::Unreadable| {
        (Location::of_unreadable(unreadable, sources).to_string(), plain(&unreadable.message).into_owned())
    };
    report.unreadable.iter().map(line).collect()
}

/// The heading of the whole: a cluster may be drawn once for each scenario.
pub(super) fn heading(report: &crate::report::Report) -> String {
    match report.clusters.len() {
        0 => "Address map".to_owned(),
        number => format!("Address map of {}", parts(number as u64, "cluster")),
    }
}

/// The scenarios in which a map holds, for the heading; empty where it holds in all.
pub(super) fn scenarios(map: &ClusterMap) -> String {
    if map.scenarios.is_empty() { String::new() } else { plain(&in_scenarios(&map.scenarios)).into_owned() }
}

/// How much was looked at: `2 clusters in 14 files`.
pub(super) fn looked_at(report: &crate::report::Report) -> String {
    let number = report.clusters.len();
    let clusters = if number == 0 { "No AKS clusters".to_owned() } else { parts(number as u64, "cluster") };
    format!("{clusters} in {}", parts(report.files as u64, "file"))
}
