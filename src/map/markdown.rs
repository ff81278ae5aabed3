//! Maps for the summary of a job: GitHub's and GitLab's Markdown, with a diagram that Mermaid draws.

use super::{ClusterMap, Graph, Limit, NodeKind, Range, drawing};
use crate::report::markdown::{code, prose};
use crate::report::{Location, Report, plural};
use crate::source::Sources;
use std::fmt::Write as _;
use std::io::{self, Write};

/// Of what a page may hold (GitHub shows no more than 1 MiB), some is left to others.
const MOST: usize = 1_000_000;

/// Writes the maps, as many as a page holds.
///
/// # Errors
/// What `out` says.
pub(super) fn write(report: &Report, sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
    let mut page = format!("## overlint: map of {}\n", plural(report.maps.len(), "cluster"));
    for (number, map) in report.maps.iter().enumerate() {
        let section = section(map, sources);
        if page.len() + section.len() > MOST {
            let left = plural(report.maps.len() - number, "more cluster");
            _ = write!(page, "\n**{left} left out: GitHub shows no summary of more than 1 MiB.**\n");
            break;
        }
        page.push_str(&section);
    }
    for undecided in &report.undecided {
        _ = write!(page, "\nNot drawn: {}, for {}\n", code(&undecided.cluster), prose(&undecided.why.reason));
    }
    for unreadable in &report.unreadable {
        let place = Location::of_unreadable(unreadable, sources).to_string();
        _ = write!(page, "\nCould not be read: {}: {}\n", code(&place), prose(&unreadable.message));
    }
    out.write_all(page.as_bytes())
}

fn section(map: &ClusterMap, sources: &Sources) -> String {
    let network = match &map.network {
        Ok(network) => prose(network),
        Err(why) => format!("network unknown: {}", prose(why)),
    };
    let mut text = format!("\n### {}\n\n{}: {network}\n", code(&map.cluster), prose(&map.place(sources)));
    text.push_str("\n| Range | Of | Addresses | Overlaps | Where |\n| --- | --- | --- | --- | --- |\n");
    for (number, range) in map.ranges.iter().enumerate() {
        text.push_str(&row(map, number, range, sources));
    }
    if map.left_out.subnets > 0 {
        _ = write!(text, "\n.. {}.\n", map.left_out);
    }
    if !map.suggestions.is_empty() {
        text.push_str("\n| Suggestion | Why | Where |\n| --- | --- | --- |\n");
        for suggestion in &map.suggestions {
            let place = code(&Location::of(suggestion.span, sources).to_string());
            _ = writeln!(text, "| {} | {} | {place} |", prose(&suggestion.change()), prose(&suggestion.why));
        }
    }
    if !map.limits.is_empty() {
        text.push_str(
            "\n| Room for nodes | Parts | Now | Least | Most | In an upgrade |\n| --- | ---: | ---: | ---: | ---: | ---: |\n",
        );
        map.limits.iter().for_each(|limit| text.push_str(&limit_row(limit)));
    }
    if !map.graph.edges.is_empty() {
        text.push_str(&mermaid(&map.graph));
    }
    text
}

fn row(map: &ClusterMap, number: usize, range: &Range, sources: &Sources) -> String {
    let is_default = range.is_default.then(|| "Azure's default".to_owned());
    let details = || prose(&range.details.iter().cloned().chain(is_default).collect::<Vec<_>>().join("; "));
    let (cidr, details) = match &range.cidr {
        Ok(_) => (code(&drawing::value(range)), details()),
        Err(why) => (drawing::value(range), prose(why)),
    };
    let others = map.overlaps.iter().filter_map(|overlap| match overlap.between {
        (one, other) if one == number => map.ranges.get(other),
        (one, other) if other == number => map.ranges.get(one),
        _ => None,
    });
    let overlaps: Vec<String> = others.map(|other| format!("**{}**", prose(&other.title()))).collect();
    let place = range.span.map(|span| code(&Location::of(span, sources).to_string())).unwrap_or_default();
    format!("| {cidr} | {} | {details} | {} | {place} |\n", prose(&range.title()), overlaps.join(", "))
}

fn limit_row(limit: &Limit) -> String {
    let Limit { title, room, now, min, max, surge, .. } = limit;
    let unknown = || format!("unknown: {}", room.as_ref().err().map_or("", String::as_str));
    let parts = limit.room_title().unwrap_or_else(unknown);
    let too_many = matches!(room, Ok(room) if surge.certain > *room);
    let surge = if too_many { format!("**{surge}, too many**") } else { surge.to_string() };
    let ends = if limit.ends_first { " (ends first)" } else { "" };
    format!("| {}{ends} | {} | {now} | {min} | {max} | {surge} |\n", prose(title), prose(&parts))
}

/// The graph as Mermaid reads it.
fn mermaid(graph: &Graph) -> String {
    let mut text = "\n```mermaid\ngraph LR\n".to_owned();
    for (number, node) in graph.nodes.iter().enumerate() {
        let kind = node.kind.title();
        let unknown = if node.known { "" } else { "? " };
        let lines: Vec<String> = std::iter::once(format!("{unknown}{kind} {}", node.name))
            .chain(node.details.clone())
            .map(|line| label(line.trim()))
            .collect();
        let (open, close) = match node.kind {
            NodeKind::Cluster => ("([", "])"),
            NodeKind::Gateway => ("{{", "}}"),
            _ => ("[", "]"),
        };
        _ = writeln!(text, "  n{number}{open}\"{}\"{close}", lines.join("<br>"));
    }
    for edge in &graph.edges {
        let arrow = if edge.label.is_empty() { "---".to_owned() } else { format!("---|\"{}\"|", label(&edge.label)) };
        _ = writeln!(text, "  n{} {arrow} n{}", edge.from, edge.to);
    }
    text.push_str("```\n");
    text
}

/// A text within quotes of Mermaid. What could end it, or be HTML or Markdown, has names there.
fn label(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in crate::report::printable(text).chars() {
        match c {
            '"' => escaped.push_str("#quot;"),
            '<' => escaped.push_str("#lt;"),
            '>' => escaped.push_str("#gt;"),
            '&' => escaped.push_str("#amp;"),
            '#' => escaped.push_str("#35;"),
            '`' => escaped.push_str("#96;"),
            _ => escaped.push(c),
        }
    }
    escaped
}
