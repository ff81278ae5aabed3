//! Maps drawn with characters.

use super::drawing::{self, Plane};
use super::scale::Scale;
use super::{ClusterMap, Demand, Edge, Graph, Kind, Limit, Node};
use crate::cidr::Family;
use crate::report::{Inert, Location, Report, Style, grouped, plural, printable};
use crate::source::Sources;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::io::{self, Write};
use textwrap::core::display_width;

/// Columns of names.
const NAMES: usize = 25;
/// Columns of ranges.
const RANGES: usize = 20;
/// Fewer columns are not drawn in.
const LEAST: usize = 60;
/// In more columns, ranges are no easier to compare.
const MOST: usize = 120;

const RESET: &str = "\u{1b}[0m";
const BOLD: &str = "\u{1b}[1m";
const RED: &str = "\u{1b}[31m";

/// Writes the maps, then what they leave out.
///
/// # Errors
/// What `out` says.
pub(super) fn write(report: &Report, sources: &Sources, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = Inert::new(out);
    let mut page = Page { out: &mut lines, color: style.color, width: style.width.clamp(LEAST, MOST) };
    for map in &report.maps {
        page.map(map, sources)?;
    }
    page.rest(report, sources)?;
    lines.flush()
}

struct Page<'a> {
    out: &'a mut dyn Write,
    color: bool,
    width: usize,
}

impl Page<'_> {
    fn map(&mut self, map: &ClusterMap, sources: &Sources) -> io::Result<()> {
        for line in lines(&printable(&map.cluster), self.width) {
            let title = self.painted(BOLD, &line);
            self.line(&title)?;
        }
        self.wrapped("", &map.place(sources))?;
        match &map.network {
            Ok(network) => self.wrapped("", network)?,
            Err(why) => self.wrapped("", &format!("network unknown: {}", printable(why)))?,
        }
        for plane in &drawing::planes(map) {
            self.lanes(map, plane)?;
        }
        self.overlaps(map)?;
        self.unknown(map)?;
        self.suggestions(map, sources)?;
        self.limits(&map.limits)?;
        self.graph(&map.graph)?;
        self.line("")
    }

    /// One line for each range of a family.
    fn lanes(&mut self, map: &ClusterMap, plane: &Plane<'_>) -> io::Result<()> {
        let columns = self.width.saturating_sub(NAMES + RANGES + 2);
        self.line("")?;
        self.marks(&plane.scale, columns)?;
        for lane in &plane.lanes {
            let bar = match lane.place {
                Some(place) => self.bar(lane.range.kind, place, &lane.hits, columns),
                None => "? ".repeat(columns / 2),
            };
            let default = if lane.range.is_default { " *" } else { "" };
            let shown = format!("{}{default}", drawing::value(lane.range));
            let name = self.name(&printable(&lane.range.title()))?;
            self.line(&format!("{} {} {bar}", filled(&name, NAMES), filled(&shown, RANGES)))?;
        }
        if plane.lanes.iter().any(|lane| lane.range.is_default) {
            self.line("* Azure's default")?;
        }
        if map.left_out.subnets > 0 && plane.family == Family::V4 {
            self.line(&map.left_out.to_string())?;
        }
        Ok(())
    }

    /// The name for a lane; a longer one is written above it.
    fn name(&mut self, name: &str) -> io::Result<String> {
        if display_width(name) <= NAMES {
            return Ok(name.to_owned());
        }
        self.wrapped("", name)?;
        Ok(String::new())
    }

    /// The first addresses after gaps, as far as there is room for them.
    fn marks(&mut self, scale: &Scale, columns: usize) -> io::Result<()> {
        let mut line = String::new();
        for (address, place) in &scale.marks {
            let text = address.to_string();
            let column = column(*place, columns).min(columns.saturating_sub(text.len()));
            let end = line.len();
            if end == 0 || column > end {
                line.push_str(&" ".repeat(column - end));
                line.push_str(&text);
            }
        }
        if line.is_empty() { Ok(()) } else { self.line(&format!("{}{line}", " ".repeat(NAMES + RANGES + 2))) }
    }

    /// A range where it lies. What it shares with others and should not is crossed.
    fn bar(&self, kind: Kind, place: (f64, f64), hits: &[(f64, f64)], columns: usize) -> String {
        let (sign, color) = match kind {
            Kind::Vnet => ('─', "\u{1b}[36m"),
            Kind::NodeSubnet | Kind::Subnet => ('▬', "\u{1b}[34m"),
            Kind::PodCidr | Kind::ServiceCidr => ('█', "\u{1b}[32m"),
            Kind::DnsServiceIp => ('●', "\u{1b}[32m"),
            Kind::PeeredVnet | Kind::FarVnet | Kind::Outside => ('░', "\u{1b}[35m"),
        };
        let (from, to) = cells(place, columns);
        let crossed: Vec<(usize, usize)> = hits.iter().map(|hit| cells(*hit, columns)).collect();
        let is_crossed = |cell: usize| crossed.iter().any(|(from, to)| (*from..*to).contains(&cell));
        let to = if kind == Kind::DnsServiceIp { from + 1 } else { to };
        let mut text = " ".repeat(from);
        let mut cell = from;
        while cell < to {
            let end = (cell..to).find(|next| is_crossed(*next) != is_crossed(cell)).unwrap_or(to);
            let (sign, color) = if is_crossed(cell) { ('╳', RED) } else { (sign, color) };
            text.push_str(&self.painted(color, &sign.to_string().repeat(end - cell)));
            cell = end;
        }
        text
    }

    fn overlaps(&mut self, map: &ClusterMap) -> io::Result<()> {
        let title = |place: usize| map.ranges.get(place).map(drawing::with_value).unwrap_or_default();
        if !map.overlaps.is_empty() {
            self.line("")?;
        }
        for overlap in &map.overlaps {
            let (one, other) = overlap.between;
            let text = format!("{} and {} share {}", title(one), title(other), overlap.shared);
            let sign = self.painted(RED, "╳");
            self.hanging(&format!("{sign} "), 2, &text)?;
        }
        Ok(())
    }

    /// Why ranges are not known, each reason once.
    fn unknown(&mut self, map: &ClusterMap) -> io::Result<()> {
        let reasons = drawing::unknown(map);
        if !reasons.is_empty() {
            self.line("")?;
        }
        for (why, titles) in reasons {
            self.hanging("? ", 2, &printable(&format!("{} not known: {why}", titles.join(", "))))?;
        }
        Ok(())
    }

    /// What to write instead of what breaks a rule.
    fn suggestions(&mut self, map: &ClusterMap, sources: &Sources) -> io::Result<()> {
        if map.suggestions.is_empty() {
            return Ok(());
        }
        self.line("")?;
        let title = self.painted(BOLD, "Suggestions");
        self.line(&title)?;
        for suggestion in &map.suggestions {
            let place = Location::of(suggestion.span, sources);
            self.hanging("> ", 2, &printable(&format!("{}: {} ({place})", suggestion.change(), suggestion.why)))?;
        }
        Ok(())
    }

    fn limits(&mut self, limits: &[Limit]) -> io::Result<()> {
        if limits.is_empty() {
            return Ok(());
        }
        self.line("")?;
        let title = self.painted(BOLD, "Room for nodes");
        self.line(&title)?;
        for limit in limits {
            let ends = if limit.ends_first { "; this ends first" } else { "" };
            match (&limit.room, limit.room_title()) {
                (Ok(room), Some(title)) => {
                    self.wrapped("", &printable(&format!("{}: {title}{ends}", limit.title)))?;
                    let bar = self.gauge(limit, *room);
                    self.line(&format!("  {bar}"))?;
                }
                (room, _) => {
                    let why = room.as_ref().err().map_or("", String::as_str);
                    self.wrapped("", &printable(&format!("{}: room unknown: {why}", limit.title)))?;
                    if limit.max.more.as_deref() == Some(why) {
                        continue;
                    }
                }
            }
            if limit.max.certain > 0 || limit.max.more.is_none() {
                self.wrapped("  ", &taken(limit))?;
            } else {
                let why = limit.max.more.as_deref().unwrap_or_default();
                self.wrapped("  ", &printable(&format!("how many are taken is not known: {why}")))?;
            }
        }
        let is_open = limits.iter().any(|limit| limit.surge.more.is_some());
        let perhaps = if is_open { "  ? perhaps taken" } else { "" };
        self.wrapped("", &format!("█ now  ▒ up to the maximum  ░ more in an upgrade  · free  ╳ too many{perhaps}"))
    }

    /// What is taken of the room. What does not fit is crossed.
    fn gauge(&self, limit: &Limit, room: u64) -> String {
        let columns = self.width - 4;
        let whole = room.max(limit.surge.certain).max(1);
        let cell = |parts: u64| usize::try_from(u128::from(parts) * columns as u128 / u128::from(whole)).unwrap_or(columns);
        // What is there at all can be seen.
        let end = |demand: &Demand| if demand.certain == 0 { 0 } else { cell(demand.certain).max(1) };
        let (now, max, surge, room) = (end(&limit.now), end(&limit.max), end(&limit.surge), cell(room));
        let mut text = String::from("[");
        let mut from = 0;
        let rest = if limit.surge.more.is_some() { '?' } else { '·' };
        for (sign, to) in [('█', now), ('▒', max), ('░', surge), (rest, room)] {
            text.push_str(&sign.to_string().repeat(to.min(room).saturating_sub(from)));
            from = from.max(to.min(room));
        }
        text.push_str(&self.painted(RED, &"╳".repeat(surge.saturating_sub(room))));
        text.push(']');
        text
    }

    /// Things below what they are connected with. What was drawn before is only named.
    fn graph(&mut self, graph: &Graph) -> io::Result<()> {
        if graph.edges.is_empty() {
            return Ok(());
        }
        self.line("")?;
        let title = self.painted(BOLD, "Network");
        self.line(&title)?;
        let mut below: BTreeMap<usize, Vec<&Edge>> = BTreeMap::new();
        graph.edges.iter().for_each(|edge| below.entry(edge.from).or_default().push(edge));
        let name = graph.nodes.first().map(node_title).unwrap_or_default();
        self.wrapped("", &name)?;
        let mut tree = Tree { graph, below, seen: HashSet::from([0]) };
        tree.draw(0, "", self)
    }

    /// What is not on any map.
    fn rest(&mut self, report: &Report, sources: &Sources) -> io::Result<()> {
        for undecided in &report.undecided {
            let place = undecided.why.span.map(|span| format!(" ({})", Location::of(span, sources))).unwrap_or_default();
            let what = if undecided.cluster.is_empty() { "." } else { &undecided.cluster };
            self.wrapped("", &format!("not drawn: {}, for {}{place}", printable(what), printable(&undecided.why.reason)))?;
        }
        for unreadable in &report.unreadable {
            let place = Location::of_unreadable(unreadable, sources);
            self.wrapped("", &format!("could not be read: {place}: {}", printable(&unreadable.message)))?;
        }
        let clusters =
            if report.clusters.is_empty() { "no AKS clusters".to_owned() } else { plural(report.clusters.len(), "cluster") };
        self.line(&format!("{clusters} in {}", plural(report.files, "file")))
    }

    fn painted(&self, color: &str, text: &str) -> String {
        if self.color && !color.is_empty() && !text.is_empty() { format!("{color}{text}{RESET}") } else { text.to_owned() }
    }

    fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", text.trim_end())
    }

    fn wrapped(&mut self, indent: &str, text: &str) -> io::Result<()> {
        self.hanging(indent, indent.len(), text)
    }

    /// A text after a sign, with its further lines below its first.
    fn hanging(&mut self, sign: &str, columns: usize, text: &str) -> io::Result<()> {
        let width = self.width.saturating_sub(columns);
        for (number, line) in lines(text, width).iter().enumerate() {
            let indent = if number == 0 { sign.to_owned() } else { " ".repeat(columns) };
            self.line(&format!("{indent}{line}"))?;
        }
        Ok(())
    }
}

struct Tree<'a> {
    graph: &'a Graph,
    below: BTreeMap<usize, Vec<&'a Edge>>,
    seen: HashSet<usize>,
}

impl Tree<'_> {
    /// Bounded by the number of connections: each is drawn once.
    fn draw(&mut self, from: usize, indent: &str, page: &mut Page<'_>) -> io::Result<()> {
        let edges = self.below.remove(&from).unwrap_or_default();
        for (number, edge) in edges.iter().enumerate() {
            let is_last = number + 1 == edges.len();
            let Some(node) = self.graph.nodes.get(edge.to) else { continue };
            let is_new = self.seen.insert(edge.to);
            let label = if edge.label.is_empty() { String::new() } else { format!("{}: ", printable(&edge.label)) };
            let text = match is_new {
                true => format!("{label}{}", node_title(node)),
                false => format!("{label}{} (see above)", name_of(node)),
            };
            let (sign, more) = if is_last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            let columns = display_width(indent) + 3;
            for (number, line) in lines(&text, page.width.saturating_sub(columns).max(20)).iter().enumerate() {
                page.line(&format!("{indent}{}{line}", if number == 0 { sign } else { more }))?;
            }
            if is_new {
                self.draw(edge.to, &format!("{indent}{more}"), page)?;
            }
        }
        Ok(())
    }
}

fn node_title(node: &Node) -> String {
    let details = if node.details.is_empty() { String::new() } else { format!(" ({})", node.details.join(", ")) };
    format!("{}{}", name_of(node), printable(&details))
}

fn name_of(node: &Node) -> String {
    let kind = node.kind.title();
    let space = if kind.is_empty() { "" } else { " " };
    let unknown = if node.known { "" } else { "? " };
    printable(&format!("{unknown}{kind}{space}{}", node.name)).into_owned()
}

/// What is taken, in words.
pub(super) fn taken(limit: &Limit) -> String {
    let Limit { now, min, max, surge, .. } = limit;
    let range = if min == max { format!("at most {max}") } else { format!("{min} to {max}") };
    let too_many = |parts: u64, room: u64| format!(" ({} too many)", grouped((parts - room).into()));
    let room = limit.room.as_ref().ok().copied();
    let over = |demand: &Demand| {
        room.filter(|room| demand.certain > *room).map(|room| too_many(demand.certain, room)).unwrap_or_default()
    };
    let (over_max, over_surge) = (over(max), over(surge));
    let left = room.filter(|_| surge.more.is_none()).and_then(|room| room.checked_sub(surge.certain));
    let left = left.map(|left| format!(", which leaves {}", grouped(left.into()))).unwrap_or_default();
    let why = surge.more.as_ref().map(|why| format!(" ({})", printable(why))).unwrap_or_default();
    format!("{now} now, {range}{over_max}, {surge} in an upgrade{over_surge}{left}{why}")
}

/// The lines of a text. Names are not divided at their hyphens.
pub(super) fn lines(text: &str, columns: usize) -> Vec<Cow<'_, str>> {
    textwrap::wrap(text, textwrap::Options::new(columns).word_splitter(textwrap::WordSplitter::NoHyphenation))
}

/// The text with spaces up to so many columns.
fn filled(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(display_width(text))))
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "places are from 0 to 1, and columns few"
)]
fn column(place: f64, columns: usize) -> usize {
    (place * columns as f64).round() as usize
}

/// The columns of a part: at least one.
fn cells((from, to): (f64, f64), columns: usize) -> (usize, usize) {
    let from = column(from, columns).min(columns.saturating_sub(1));
    (from, column(to, columns).max(from + 1))
}
