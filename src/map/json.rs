//! Maps as one JSON object: the model itself, for programs.

use super::{ClusterMap, Demand, Graph, Kind, Limit, Range};
use crate::cidr::{Cidr, Family};
use crate::report::{Escaped, Location, Report, several};
use crate::source::{Sources, Span};
use crate::suggest::Suggestion;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    clusters: Vec<Cluster<'a>>,
    /// Calls that could not be followed, and what else is on no map.
    not_drawn: Vec<Entry<'a>>,
    unreadable: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Cluster<'a> {
    root: &'a str,
    cluster: &'a str,
    location: Location<'a>,
    scenarios: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network_unknown: Option<&'a str>,
    ranges: Vec<RangeEntry<'a>>,
    subnets_left_out: usize,
    overlaps: Vec<OverlapEntry>,
    limits: Vec<LimitEntry<'a>>,
    graph: &'a Graph,
    suggestions: Vec<SuggestionEntry<'a>>,
}

#[derive(Serialize)]
struct RangeEntry<'a> {
    kind: Kind,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cidr: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<String>,
    /// Only for IPv4: numbers of JSON have no room for more.
    #[serde(skip_serializing_if = "Option::is_none")]
    addresses: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<&'a str>,
    /// Whether the code does not set it, and Azure takes this one.
    is_default: bool,
    details: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location<'a>>,
    origin: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct OverlapEntry {
    /// Places in `ranges`, from 0.
    between: [usize; 2],
    shared: String,
}

#[derive(Serialize)]
struct LimitEntry<'a> {
    title: &'a str,
    parts: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    room: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<&'a str>,
    now: DemandEntry<'a>,
    min: DemandEntry<'a>,
    max: DemandEntry<'a>,
    surge: DemandEntry<'a>,
    ends_first: bool,
}

#[derive(Serialize)]
struct SuggestionEntry<'a> {
    name: &'a str,
    location: Location<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    present: Option<&'a str>,
    suggested: &'a str,
    why: &'a str,
}

#[derive(Serialize)]
struct DemandEntry<'a> {
    certain: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    more: Option<&'a str>,
}

/// A message with its place.
#[derive(Serialize)]
struct Entry<'a> {
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location<'a>>,
}

/// Writes the maps.
///
/// # Errors
/// What `out` says.
pub(super) fn write(report: &Report, sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
    let at = |span: Span| Location::of(span, sources);
    let not_drawn = report.undecided.iter().map(|undecided| Entry {
        message: format!("{}: {}", undecided.cluster, undecided.why.reason),
        location: undecided.why.span.map(at),
    });
    let unreadable = report.unreadable.iter().map(|unreadable| Entry {
        message: unreadable.message.clone(),
        location: Some(Location::of_unreadable(unreadable, sources)),
    });
    let document = Document {
        version: 1,
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        clusters: report.maps.iter().map(|map| cluster(map, sources)).collect(),
        not_drawn: not_drawn.collect(),
        unreadable: unreadable.collect(),
    };
    serde_json::to_writer_pretty(Escaped(&mut *out), &document)?;
    writeln!(out)
}

fn cluster<'a>(map: &'a ClusterMap, sources: &'a Sources) -> Cluster<'a> {
    let overlaps =
        map.overlaps.iter().map(|overlap| OverlapEntry { between: overlap.between.into(), shared: overlap.shared.to_string() });
    Cluster {
        root: if map.root.is_empty() { "." } else { &map.root },
        cluster: &map.cluster,
        location: Location::of(map.span, sources),
        scenarios: &map.scenarios,
        network: map.network.as_deref().ok(),
        network_unknown: map.network.as_ref().err().map(String::as_str),
        ranges: map.ranges.iter().map(|entry| range(entry, sources)).collect(),
        subnets_left_out: map.left_out.subnets,
        overlaps: overlaps.collect(),
        limits: map.limits.iter().map(limit).collect(),
        graph: &map.graph,
        suggestions: map.suggestions.iter().map(|one| suggestion(one, sources)).collect(),
    }
}

fn range<'a>(range: &'a Range, sources: &'a Sources) -> RangeEntry<'a> {
    let cidr = range.cidr.as_ref().ok();
    let v4 = |cidr: &&Cidr| cidr.family() == Family::V4;
    let origin = range
        .origin
        .iter()
        .map(|(message, span)| Entry { message: message.clone(), location: Some(Location::of(*span, sources)) });
    RangeEntry {
        kind: range.kind,
        name: &range.name,
        cidr: cidr.map(Cidr::to_string),
        first: cidr.map(|cidr| cidr.first().to_string()),
        last: cidr.map(|cidr| cidr.last().to_string()),
        addresses: cidr.filter(v4).and_then(|cidr| cidr.size().try_into().ok()),
        unknown: range.cidr.as_ref().err().map(String::as_str),
        is_default: range.is_default,
        details: &range.details,
        location: range.span.map(|span| Location::of(span, sources)),
        origin: origin.collect(),
    }
}

fn limit(limit: &Limit) -> LimitEntry<'_> {
    LimitEntry {
        title: &limit.title,
        parts: several(&limit.part),
        room: limit.room.as_ref().ok().copied(),
        unknown: limit.room.as_ref().err().map(String::as_str),
        now: demand(&limit.now),
        min: demand(&limit.min),
        max: demand(&limit.max),
        surge: demand(&limit.surge),
        ends_first: limit.ends_first,
    }
}

fn suggestion<'a>(suggestion: &'a Suggestion, sources: &'a Sources) -> SuggestionEntry<'a> {
    SuggestionEntry {
        name: suggestion.name,
        location: Location::of(suggestion.span, sources),
        present: suggestion.present.as_deref(),
        suggested: &suggestion.suggested,
        why: &suggestion.why,
    }
}

fn demand(demand: &Demand) -> DemandEntry<'_> {
    DemandEntry { certain: demand.certain, more: demand.more.as_deref() }
}
