//! `overlint map`: the address plan of each cluster, what limits its nodes, and what it is connected with, from the model that rules see.

mod build;
mod capacity;
mod drawing;
mod graph;
mod html;
mod json;
mod markdown;
mod scale;
mod svg;
mod text;

pub(crate) use build::of;
pub use graph::{Edge, Graph, Node, NodeKind};

use crate::cidr::Cidr;
use crate::report::{Location, Report, Style, grouped, in_scenarios, plural, printable};
use crate::source::{Sources, Span, parent};
use crate::suggest::Suggestion;
use serde::Serialize;
use std::fmt;
use std::io::{self, Write};

/// What is known of the addresses of one cluster, in one scenario or in several that are alike.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClusterMap {
    /// The folder of the root module, or the path of the template or plan.
    pub root: String,
    /// The cluster's address in the code.
    pub cluster: String,
    /// Where it is declared.
    pub span: Span,
    /// The scenarios that it holds in; none where it holds in all.
    pub scenarios: Vec<String>,
    /// How its pods get addresses: `Azure CNI Overlay`, say; or why that is not known.
    pub network: Result<String, String>,
    /// Its ranges and those around it, each attribute once, in the order in which they are drawn.
    pub ranges: Vec<Range>,
    /// How many further subnets of its VNets are left out.
    pub left_out: LeftOut,
    /// Which of the ranges share addresses that they should not share: two places in `ranges`, and what they share.
    pub overlaps: Vec<Overlap>,
    /// What limits the number of its nodes.
    pub limits: Vec<Limit>,
    /// What it is connected with.
    pub graph: Graph,
    /// What to write instead of ranges and addresses that break a rule.
    pub suggestions: Vec<Suggestion>,
}

impl ClusterMap {
    /// Where it is declared, what deploys it where that is not the same, and in which scenarios.
    pub fn place(&self, sources: &Sources) -> String {
        let scenarios = if self.scenarios.is_empty() { String::new() } else { format!(", {}", in_scenarios(&self.scenarios)) };
        format!("{}{}", self.declared(sources), printable(&scenarios))
    }

    /// Where it is declared, and what deploys it where that is not the same.
    pub fn declared(&self, sources: &Sources) -> String {
        let location = Location::of(self.span, sources);
        let is_there = self.root == location.path || self.root == parent(location.path);
        let root = if self.root.is_empty() { "." } else { &self.root };
        let by = if is_there { String::new() } else { format!(", deployed by {}", printable(root)) };
        format!("{location}{by}")
    }
}

/// How many subnets are not drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct LeftOut {
    /// All of them.
    pub subnets: usize,
    /// Those of them that overlap a range of the cluster.
    pub hits: usize,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subnets = plural(self.subnets, "more subnet");
        match self.hits {
            0 => write!(f, "and {subnets} that overlap nothing of the cluster"),
            hits => write!(f, "and {subnets}, {hits} of which overlap ranges of the cluster"),
        }
    }
}

/// What a range is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The address space of a VNet that nodes are in.
    Vnet,
    /// A subnet that nodes are in.
    NodeSubnet,
    /// Another subnet of such a VNet.
    Subnet,
    /// The pods' range.
    PodCidr,
    /// The services' range.
    ServiceCidr,
    /// The address of the cluster's DNS service.
    DnsServiceIp,
    /// The address space of a VNet that is peered with one of the nodes.
    PeeredVnet,
    /// The address space of a VNet two peerings away.
    FarVnet,
    /// A network outside Azure, or behind a gateway.
    Outside,
}

impl Kind {
    /// All of them, as legends list them.
    const ALL: [Self; 9] = [
        Self::Vnet,
        Self::NodeSubnet,
        Self::Subnet,
        Self::PodCidr,
        Self::ServiceCidr,
        Self::DnsServiceIp,
        Self::PeeredVnet,
        Self::FarVnet,
        Self::Outside,
    ];

    /// As people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Vnet => "VNet",
            Self::NodeSubnet => "node subnet",
            Self::Subnet => "subnet",
            Self::PodCidr => "pod CIDR",
            Self::ServiceCidr => "service CIDR",
            Self::DnsServiceIp => "DNS service IP",
            Self::PeeredVnet => "peered VNet",
            Self::FarVnet => "VNet two peerings away",
            Self::Outside => "outside network",
        }
    }
}

/// A range, known or not.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Range {
    /// What it is for.
    pub kind: Kind,
    /// The name of the subnet, VNet or network that has it; empty for the cluster's own.
    pub name: String,
    /// The range, or why it is not known.
    pub cidr: Result<Cidr, String>,
    /// Whether the code does not set it, and Azure takes this one.
    pub is_default: bool,
    /// More about it, in short phrases: how many addresses it has, say.
    pub details: Vec<String>,
    /// Where it is written, or would be; nothing where the code does not show what has it.
    pub span: Option<Span>,
    /// Where the value came from, nearest first.
    pub origin: Vec<(String, Span)>,
}

impl Range {
    /// What it is and whose: `node subnet nodes`.
    pub fn title(&self) -> String {
        let (kind, name) = self.titles();
        format!("{kind} {name}").trim().to_owned()
    }

    /// What it is, and the name of what has it. Either may be empty.
    fn titles(&self) -> (&'static str, &str) {
        match (self.kind, self.name.as_str()) {
            // Names of networks outside say what they are.
            (Kind::Outside, name) if !name.is_empty() => ("", name),
            (kind, name) => (kind.title(), name),
        }
    }
}

/// Two ranges that share addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Overlap {
    /// The places of the two in [`ClusterMap::ranges`].
    pub between: (usize, usize),
    /// What they share: the smaller of the two.
    pub shared: Cidr,
}

/// Something that nodes take parts of, so that it ends some day.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Limit {
    /// Of what: `pod CIDR 10.244.0.0/16`.
    pub title: String,
    /// What one part is: `/24 block` or `address`.
    pub part: String,
    /// How many parts there are, or why that is not known.
    pub room: Result<u64, String>,
    /// Parts taken when the node pools are made.
    pub now: Demand,
    /// Parts taken at the smallest number of nodes.
    pub min: Demand,
    /// Parts taken at the largest number of nodes.
    pub max: Demand,
    /// Parts taken while all pools are upgraded at their largest.
    pub surge: Demand,
    /// Whether it ends before all other limits do, as far as is known.
    pub ends_first: bool,
}

/// How many parts are taken: so many for certain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Demand {
    /// The parts that are certain.
    pub certain: u64,
    /// Why there may be more, if there may.
    pub more: Option<String>,
}

impl Limit {
    /// How many parts there are: `256 /24 blocks`; nothing where that is not known.
    pub fn room_title(&self) -> Option<String> {
        let room = *self.room.as_ref().ok()?;
        Some(plural(grouped(room.into()), &self.part))
    }
}

impl fmt::Display for Demand {
    /// `12`, `at least 12`, or `unknown`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.more, self.certain) {
            (None, certain) => f.write_str(&grouped(certain.into())),
            (Some(_), 0) => f.write_str("unknown"),
            (Some(_), certain) => write!(f, "at least {}", grouped(certain.into())),
        }
    }
}

/// How maps are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Drawn for people in a terminal.
    Text,
    /// One picture.
    Svg,
    /// One page that needs nothing else.
    Html,
    /// One JSON object.
    Json,
    /// For the summary of a job: Markdown with a Mermaid diagram.
    Markdown,
}

impl Format {
    /// All formats, in the order of the help text.
    pub const ALL: [Self; 5] = [Self::Text, Self::Svg, Self::Html, Self::Json, Self::Markdown];

    /// The name that users type.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Svg => "svg",
            Self::Html => "html",
            Self::Json => "json",
            Self::Markdown => "markdown",
        }
    }

    /// The format of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

/// Keeps what is there several times once.
pub(crate) fn unite(maps: &mut Vec<ClusterMap>) {
    let mut seen = std::collections::HashSet::new();
    maps.retain(|map| seen.insert(map.clone()));
}

/// Writes the maps of a report.
///
/// # Errors
/// What `out` says.
pub fn render(format: Format, report: &Report, sources: &Sources, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => text::write(report, sources, style, out),
        Format::Svg => svg::write(report, sources, out),
        Format::Html => html::write(report, sources, out),
        Format::Json => json::write(report, sources, out),
        Format::Markdown => markdown::write(report, sources, out),
    }
}
