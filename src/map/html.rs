//! Maps as one page that needs nothing else: lanes at percentages, so that they fit every width, and a script of its own for tooltips.
//!
//! The policy of the page allows no address at all, and of styles and scripts only the ones that are in it, by their hashes. So places
//! are classes (`x123` begins at 12.3 %, `s45` is 4.5 % wide), not attributes, and each of them stands once in the style.

use super::drawing::{self, Item, Lane, Plane};
use super::{ClusterMap, Demand, Graph, Kind, Limit, Node, Range};
use crate::cidr::Family;
use crate::report::junit::escape;
use crate::report::{Location, Report, printable};
use crate::source::Sources;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};

const STYLE: &str = include_str!("html.css");
const SCRIPT: &str = include_str!("html.js");

/// So many overlaps are listed for a cluster, and so many reasons.
const MOST_LINES: usize = 50;
/// So many maps are laid out at once.
const MOST_AT_ONCE: usize = 30;
/// Characters of a label before the rest of it is to be unfolded.
const MOST_LABEL: usize = 160;

/// The narrowest lane on a phone, and on a wide screen, in pixels.
const NARROW: f64 = 270.0;
const WIDE: f64 = 540.0;
/// A character of an address beside a lane, in pixels.
const CHARACTER: f64 = 7.0;

/// Writes the page.
///
/// # Errors
/// What `out` says.
pub(super) fn write(report: &Report, sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { text: String::new(), places: BTreeSet::new(), sizes: BTreeSet::new(), gaps: String::new(), tips: 0 };
    page.header(report, sources);
    // Of very many maps, browsers lay out those that are seen.
    let class = if report.maps.len() > MOST_AT_ONCE { " class=\"many\"" } else { "" };
    _ = writeln!(page.text, "<main id=\"maps\"{class}>");
    for (number, map) in report.maps.iter().enumerate() {
        page.cluster(number + 1, map, sources);
    }
    page.text.push_str("</main>\n");
    page.rest(report, sources);
    let style = page.style();
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"generator\" content=\"overlint {}\">\n<title>{}</title>\n<style>{style}</style>\n</head>\n<body>\n",
        hash(&style),
        hash(SCRIPT),
        env!("CARGO_PKG_VERSION"),
        drawing::heading(report)
    )?;
    out.write_all(page.text.as_bytes())?;
    write!(out, "<script>{SCRIPT}</script>\n</body>\n</html>\n")
}

/// What a policy calls a text.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

/// A cluster, and the scenarios that its map is of.
fn heading(map: &ClusterMap) -> String {
    let scenarios = drawing::scenarios(map);
    let scenarios = if scenarios.is_empty() { scenarios } else { format!(" <span class=\"in\">{}</span>", own(&scenarios)) };
    format!("{}{scenarios}", own(&map.cluster))
}

/// What users wrote: safe to show, and its direction kept to itself.
fn own(text: &str) -> String {
    bidirectional(escape(&drawing::plain(text)))
}

/// The text apart from what stands around it, if it may turn the direction.
fn bidirectional(text: String) -> String {
    if text.is_ascii() { text } else { format!("<bdi>{text}</bdi>") }
}

struct Page {
    text: String,
    /// Thousandths of a lane at which something begins, and how many of them it takes.
    places: BTreeSet<u32>,
    sizes: BTreeSet<u32>,
    /// The gaps of each scale, as rules of the style.
    gaps: String,
    tips: usize,
}

impl Page {
    fn style(&self) -> String {
        let mut style = format!("\n{STYLE}");
        for place in &self.places {
            _ = writeln!(style, ".x{place}{{left:{}}}", percent(*place));
        }
        for size in &self.sizes {
            _ = writeln!(style, ".s{size}{{width:{}}}", percent(*size));
        }
        style.push_str(&self.gaps);
        style
    }

    /// The classes of a stretch between two places from 0 to 1.
    fn stretch(&mut self, from: f64, to: f64) -> String {
        let from = thousandths(from).min(999);
        let size = thousandths(to).max(from + 1) - from;
        self.places.insert(from);
        self.sizes.insert(size);
        format!("x{from} s{size}")
    }

    fn place(&mut self, place: f64) -> String {
        let place = thousandths(place);
        self.places.insert(place);
        format!("x{place}")
    }

    fn header(&mut self, report: &Report, sources: &Sources) {
        _ = write!(
            self.text,
            "<a class=\"skip\" href=\"#maps\">To the maps</a>\n<header>\n<h1>{}</h1>\n<p class=\"soft\">{}, by overlint {}. Ranges are as \
             wide as the logarithm of their size; what no range has is left out.</p>\n",
            drawing::heading(report),
            drawing::looked_at(report),
            env!("CARGO_PKG_VERSION")
        );
        if !report.maps.is_empty() {
            self.legend();
        }
        self.text.push_str("</header>\n");
        if report.maps.len() > 1 {
            self.contents(report, sources);
        }
    }

    fn legend(&mut self) {
        self.text.push_str("<ul class=\"legend\" aria-label=\"Signs\">\n");
        let kinds = Kind::ALL.map(|kind| (format!("bar {}", drawing::class(kind)), kind.title()));
        for (class, title) in kinds.into_iter().chain(drawing::signs("break").map(|(class, title)| (class.to_owned(), title))) {
            _ = writeln!(self.text, "<li><i class=\"{class}\"></i>{title}</li>");
        }
        self.text.push_str("</ul>\n");
    }

    fn contents(&mut self, report: &Report, sources: &Sources) {
        self.text.push_str(
            "<nav aria-label=\"Clusters\">\n<table class=\"toc stacked\">\n<thead><tr><th scope=\"col\">Cluster</th><th scope=\"col\">Declared</th>\
             <th scope=\"col\">What stands out</th></tr></thead>\n<tbody>\n",
        );
        for (number, map) in report.maps.iter().enumerate() {
            let place = map.declared(sources);
            _ = writeln!(
                self.text,
                "<tr><th scope=\"row\"><a href=\"#c{}\">{}</a></th><td><code>{}</code></td><td>{}</td></tr>",
                number + 1,
                heading(map),
                own(&place),
                stands_out(map)
            );
        }
        self.text.push_str("</tbody>\n</table>\n</nav>\n");
    }

    fn cluster(&mut self, number: usize, map: &ClusterMap, sources: &Sources) {
        let location = map.declared(sources);
        let network = match &map.network {
            Ok(network) => own(network),
            Err(why) => format!("? network unknown: {}", own(why)),
        };
        _ = write!(
            self.text,
            "<section class=\"cluster\" id=\"c{number}\" aria-labelledby=\"c{number}h\">\n<h2 id=\"c{number}h\">{}</h2>\n<p><code>{}</code>\
             </p>\n<p>{network}</p>\n",
            heading(map),
            own(&location)
        );
        let planes = drawing::planes(map);
        let is_alone = planes.len() == 1;
        for plane in &planes {
            self.plane(number, map, plane, is_alone, sources);
        }
        self.overlaps(map);
        self.unknown(map);
        self.suggestions(map, sources);
        self.limits(map);
        self.network(number, &map.graph);
        self.text.push_str("</section>\n");
    }

    fn plane(&mut self, number: usize, map: &ClusterMap, plane: &Plane, is_alone: bool, sources: &Sources) {
        let family = if plane.family == Family::V4 { "4" } else { "6" };
        let of = if is_alone && family == "4" { String::new() } else { format!(": IPv{family}") };
        let id = format!("c{number}v{family}");
        _ = write!(
            self.text,
            "<h3 id=\"{id}h\">Addresses{of}</h3>\n<table class=\"lanes\" id=\"{id}\" aria-labelledby=\"{id}h\">\n<thead><tr class=\"axis\">\
             <th scope=\"col\">Range</th><th scope=\"col\">Addresses</th><th scope=\"col\" class=\"track\"><span class=\"line\">"
        );
        self.axis(plane, &id);
        self.text.push_str("</span></th></tr></thead>\n<tbody>\n");
        for lane in &plane.lanes {
            self.lane(map, lane, sources);
        }
        self.text.push_str("</tbody>\n</table>\n");
        if map.left_out.subnets > 0 && plane.family == Family::V4 {
            _ = writeln!(self.text, "<p class=\"more soft\">{}</p>", map.left_out);
        }
    }

    /// The first addresses after gaps, as far as there is room for them, and the gaps.
    fn axis(&mut self, plane: &Plane, id: &str) {
        let mut stops = String::new();
        for (from, to) in &plane.scale.gaps {
            let (from, to) = (thousandths(*from), thousandths(*to));
            let class = self.stretch(f64::from(from) / 1000.0, f64::from(to) / 1000.0);
            _ = write!(self.text, "<span class=\"break {class}\"></span>");
            let (from, to) = (percent(from), percent(to));
            _ = write!(stops, ",#0000 {from},var(--gap) {from} {to},#0000 {to}");
        }
        if !stops.is_empty() {
            _ = writeln!(self.gaps, "#{id}{{--gaps:linear-gradient(90deg{stops})}}");
        }
        // Each mark with its end: those that a phone has room for, then those between them.
        let marks: Vec<(String, f64)> = plane.scale.marks.iter().map(|(address, place)| (address.to_string(), *place)).collect();
        let on_phones = fitting(&marks, |_| false, NARROW);
        let on_screens = fitting(&marks, |number| on_phones.contains(&number), WIDE);
        for (number, (address, place)) in marks.iter().enumerate().filter(|(number, _)| on_screens.contains(number)) {
            let class = self.place(*place);
            let wide = if on_phones.contains(&number) { "" } else { " wide" };
            _ = write!(self.text, "<span class=\"mark{wide} {class}\">{address}</span>");
        }
    }

    fn lane(&mut self, map: &ClusterMap, lane: &Lane, sources: &Sources) {
        self.tips += 1;
        let tip = self.tips;
        let range = lane.range;
        _ = write!(
            self.text,
            "<tr class=\"lane\"><th scope=\"row\"><button type=\"button\" aria-describedby=\"t{tip}\">{}</button></th><td class=\"of\">",
            range_title(range)
        );
        let value = drawing::value(range);
        if range.cidr.is_ok() {
            _ = write!(self.text, "<code>{value}</code>");
        } else {
            self.text.push_str("? unknown");
        }
        let details = drawing::details(range);
        if !details.is_empty() {
            _ = write!(self.text, " <small>{}</small>", own(&details));
        }
        self.text.push_str("</td><td class=\"track\">");
        match (&range.cidr, lane.place) {
            (Err(why), _) => _ = write!(self.text, "<span class=\"lost\">unknown: {}</span>", own(why)),
            (Ok(_), place) => self.bar(range.kind, place, &lane.hits),
        }
        if let Some(clash) = drawing::clash(map, lane) {
            _ = write!(self.text, "<span class=\"clash bad\">╳ {}</span>", own(&clash));
        }
        _ = write!(
            self.text,
            "<div class=\"tip\" role=\"tooltip\" id=\"t{tip}\" popover=\"manual\"><b>{}</b>",
            own(&drawing::with_value(range))
        );
        let about = drawing::tip(map, lane, sources);
        for line in &about.lines {
            _ = write!(self.text, "<br>{}", own(line));
        }
        if !about.places.is_empty() {
            self.text.push_str("<ol>");
            for (what, place) in &about.places {
                _ = write!(self.text, "<li>{}: <code>{}</code></li>", own(what), own(place));
            }
            self.text.push_str("</ol>");
        }
        self.text.push_str("</div></td></tr>\n");
    }

    fn bar(&mut self, kind: Kind, place: Option<(f64, f64)>, hits: &[(f64, f64)]) {
        self.text.push_str("<span class=\"line\">");
        if let Some((from, to)) = place {
            let stretch = if kind == Kind::DnsServiceIp { self.place(from) } else { self.stretch(from, to) };
            _ = write!(self.text, "<span class=\"bar {} {stretch}\"></span>", drawing::class(kind));
        }
        for (from, to) in hits {
            let stretch = self.stretch(*from, *to);
            _ = write!(self.text, "<span class=\"hit {stretch}\"></span>");
        }
        self.text.push_str("</span>");
    }

    fn overlaps(&mut self, map: &ClusterMap) {
        if map.overlaps.is_empty() {
            return;
        }
        self.text.push_str("<h3>Overlaps</h3>\n<ul class=\"list\">\n");
        let title = |place: usize| map.ranges.get(place).map(with_value).unwrap_or_default();
        for overlap in map.overlaps.iter().take(MOST_LINES) {
            let (one, other) = (title(overlap.between.0), title(overlap.between.1));
            _ = writeln!(
                self.text,
                "<li><span class=\"sign bad\">╳</span>{one} and {other} share <code>{}</code></li>",
                overlap.shared
            );
        }
        self.more(map.overlaps.len());
        self.text.push_str("</ul>\n");
    }

    /// Why ranges are not known, each reason once.
    fn unknown(&mut self, map: &ClusterMap) {
        let reasons = drawing::unknown(map);
        if reasons.is_empty() {
            return;
        }
        self.text.push_str("<h3>Not known</h3>\n<ul class=\"list\">\n");
        for (why, titles) in reasons.iter().take(MOST_LINES) {
            let titles: Vec<_> = titles.iter().map(|title| drawing::plain(title)).collect();
            let titles = folded(&titles.join(", "));
            _ = writeln!(self.text, "<li><span class=\"sign\">?</span>{}<div class=\"soft\">{titles}</div></li>", own(why));
        }
        self.more(reasons.len());
        self.text.push_str("</ul>\n");
    }

    /// What to write instead of what breaks a rule.
    fn suggestions(&mut self, map: &ClusterMap, sources: &Sources) {
        if map.suggestions.is_empty() {
            return;
        }
        self.text.push_str(
            "<h3>Suggestions</h3>\n<table class=\"stacked\">\n<thead><tr><th scope=\"col\">Write</th><th scope=\"col\">Because</th>\
             <th scope=\"col\">Where</th></tr></thead>\n<tbody>\n",
        );
        for suggestion in &map.suggestions {
            let place = Location::of(suggestion.span, sources).to_string();
            _ = writeln!(
                self.text,
                "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td><code>{}</code></td></tr>",
                own(&suggestion.change()),
                own(&suggestion.why),
                own(&place)
            );
        }
        self.text.push_str("</tbody>\n</table>\n");
    }

    fn more(&mut self, all: usize) {
        if let Some(more) = all.checked_sub(MOST_LINES).filter(|more| *more > 0) {
            _ = writeln!(self.text, "<li class=\"soft\">and {more} more</li>");
        }
    }

    fn limits(&mut self, map: &ClusterMap) {
        if map.limits.is_empty() {
            return;
        }
        self.text.push_str(
            "<h3>Room for nodes</h3>\n<table class=\"limits\">\n<thead><tr><th scope=\"col\">Of</th><th scope=\"col\" class=\"number\">Room</th>\
             <th scope=\"col\" class=\"number\">Now</th><th scope=\"col\" class=\"number\">Minimum</th><th scope=\"col\" class=\"number\">\
             Maximum</th><th scope=\"col\" class=\"number\">In an upgrade</th></tr></thead>\n<tbody>\n",
        );
        for limit in &map.limits {
            self.limit(limit);
        }
        self.text.push_str("</tbody>\n</table>\n");
    }

    fn limit(&mut self, limit: &Limit) {
        let ends = if limit.ends_first { " <b>– ends first</b>" } else { "" };
        _ = write!(self.text, "<tr><th scope=\"row\">{}{ends}", own(&limit.title));
        let room = match &limit.room {
            Ok(room) => {
                self.gauge(limit, *room);
                limit.room_title().unwrap_or_default()
            }
            Err(why) => {
                _ = write!(self.text, "<span class=\"lost\">unknown: {}</span>", own(why));
                "unknown".to_owned()
            }
        };
        if let Some(remainder) = drawing::remainder(limit) {
            let (class, sign) = if drawing::too_many(limit).is_some() { ("bad", "╳ ") } else { ("soft", "") };
            _ = write!(self.text, "<span class=\"{class}\">{sign}{remainder}</span>");
        }
        if let Some(why) = drawing::open_reason(limit) {
            _ = write!(self.text, "<span class=\"soft\"> ? {}</span>", own(why));
        }
        _ = write!(self.text, "</th><td class=\"number\" data-of=\"Room\">{}</td>", escape(&room));
        let columns = [("Now", &limit.now), ("Minimum", &limit.min), ("Maximum", &limit.max), ("In an upgrade", &limit.surge)];
        for (of, demand) in columns {
            let (class, sign) = if exceeds(demand, limit) { (" bad", "╳ ") } else { ("", "") };
            _ = write!(self.text, "<td class=\"number{class}\" data-of=\"{of}\">{sign}{demand}</td>");
        }
        self.text.push_str("</tr>\n");
    }

    /// What is taken of the room. What does not fit is hatched.
    fn gauge(&mut self, limit: &Limit, room: u64) {
        let ends = drawing::gauge(limit, room);
        self.text.push_str("<span class=\"gauge\">");
        let mut from = 0.0;
        for (class, to) in [("now", ends.now), ("max", ends.max), ("surge", ends.surge)] {
            let to = to.min(ends.room);
            if to > from {
                let stretch = self.stretch(from, to);
                _ = write!(self.text, "<span class=\"{class} {stretch}\"></span>");
                from = to;
            }
        }
        if let Some((from, to)) = ends.perhaps {
            let stretch = self.stretch(from, to);
            _ = write!(self.text, "<span class=\"lost {stretch}\"></span>");
        }
        if ends.room < 1.0 {
            let (stretch, end) = (self.stretch(ends.room, 1.0), self.place(ends.room));
            _ = write!(self.text, "<span class=\"hit {stretch}\"></span><span class=\"end {end}\"></span>");
        }
        if ends.min > 0.0 {
            let place = self.place(ends.min);
            _ = write!(self.text, "<span class=\"least {place}\"></span>");
        }
        self.text.push_str("</span>");
    }

    fn network(&mut self, number: usize, graph: &Graph) {
        let Some(cluster) = graph.nodes.first().filter(|_| !graph.edges.is_empty()) else { return };
        _ = write!(
            self.text,
            "<h3>Network</h3>\n<div class=\"box cluster-box\">cluster <b>{}</b></div>\n<ul class=\"links net\">\n",
            own(&cluster.name)
        );
        for item in &drawing::items(graph) {
            self.item(number, graph, item);
        }
        self.text.push_str("</ul>\n");
    }

    fn item(&mut self, number: usize, graph: &Graph, item: &Item) {
        let Some(node) = graph.nodes.get(item.node) else { return };
        self.text.push_str("<li>");
        if !item.label.is_empty() {
            _ = write!(self.text, "<div class=\"via\">{}</div>", folded(&item.label));
        }
        let title = node_title(node);
        let id = format!("c{number}n{}", item.node);
        if item.again {
            _ = writeln!(self.text, "<div class=\"box\"><a href=\"#{id}\">{title}</a></div></li>");
            return;
        }
        let class = match (node.known, item.inside.is_empty()) {
            (false, _) => " unknown",
            (true, true) => "",
            (true, false) => " vnet-box",
        };
        _ = write!(self.text, "<div class=\"box{class}\" id=\"{id}\">{title}");
        if !node.details.is_empty() {
            _ = write!(self.text, "<div class=\"soft\">{}</div>", folded(&node.details.join(", ")));
        }
        self.list("inside", number, graph, &item.inside);
        self.text.push_str("</div>");
        self.list("links", number, graph, &item.beside);
        self.text.push_str("</li>\n");
    }

    fn list(&mut self, class: &str, number: usize, graph: &Graph, items: &[Item]) {
        if !items.is_empty() {
            _ = writeln!(self.text, "\n<ul class=\"{class}\">");
            items.iter().for_each(|item| self.item(number, graph, item));
            self.text.push_str("</ul>");
        }
    }

    /// What is not on any map.
    fn rest(&mut self, report: &Report, sources: &Sources) {
        let (not_drawn, unreadable) = (drawing::not_drawn(report, sources), drawing::unreadable(report, sources));
        if !not_drawn.is_empty() {
            self.text
                .push_str("<section class=\"rest\" aria-labelledby=\"not-drawn\">\n<h2 id=\"not-drawn\">Not drawn</h2>\n<ul class=\"list\">\n");
            for (what, why, place) in not_drawn {
                let place = place.map(|place| format!(" (<code>{}</code>)", own(&place))).unwrap_or_default();
                _ = writeln!(self.text, "<li><span class=\"sign\">?</span>{}: {}{place}</li>", own(&what), own(&why));
            }
            self.text.push_str("</ul>\n</section>\n");
        }
        if !unreadable.is_empty() {
            self.text.push_str(
                "<section class=\"rest\" aria-labelledby=\"unreadable\">\n<h2 id=\"unreadable\">Could not be read</h2>\n<ul class=\"list\">\n",
            );
            for (place, why) in unreadable {
                _ = writeln!(self.text, "<li><span class=\"sign bad\">╳</span><code>{}</code>: {}</li>", own(&place), own(&why));
            }
            self.text.push_str("</ul>\n</section>\n");
        }
        _ = writeln!(self.text, "<footer>{}</footer>", drawing::looked_at(report));
    }
}

/// The marks that fit beside those that are there already, in a lane of so many pixels: their places in the list.
fn fitting(marks: &[(String, f64)], is_there: impl Fn(usize) -> bool, pixels: f64) -> BTreeSet<usize> {
    let width = |text: &str| (text.len() as f64 + 1.5) * CHARACTER / pixels;
    let mut chosen = BTreeSet::new();
    let mut end = 0.0;
    // Where the next one that is there already begins, found from behind.
    let mut nexts = vec![1.0; marks.len()];
    let mut next = 1.0;
    for (number, (_, place)) in marks.iter().enumerate().rev() {
        if let Some(slot) = nexts.get_mut(number) {
            *slot = next;
        }
        if is_there(number) {
            next = *place;
        }
    }
    for ((number, (text, place)), next) in marks.iter().enumerate().zip(nexts) {
        if is_there(number) || (*place >= end && place + width(text) <= next) {
            chosen.insert(number);
            end = place + width(text);
        }
    }
    chosen
}

/// What a cluster's map shows at a glance.
fn stands_out(map: &ClusterMap) -> String {
    let mut parts = Vec::new();
    if !map.overlaps.is_empty() {
        parts.push(format!("<span class=\"bad\">╳ {}</span>", drawing::parts(map.overlaps.len() as u64, "overlap")));
    }
    if map.limits.iter().any(|limit| drawing::too_many(limit).is_some()) {
        parts.push("<span class=\"bad\">╳ too many nodes</span>".to_owned());
    }
    let unknown = map.ranges.iter().filter(|range| range.cidr.is_err()).count();
    if unknown > 0 {
        parts.push(format!("? {} unknown", drawing::parts(unknown as u64, "range")));
    }
    parts.join(", ")
}

fn range_title(range: &Range) -> String {
    let (kind, name) = range.titles();
    format!("{kind} {}", own(name)).trim().to_owned()
}

fn with_value(range: &Range) -> String {
    format!("{} <code>{}</code>", range_title(range), drawing::value(range))
}

fn node_title(node: &Node) -> String {
    let kind = node.kind.title();
    let space = if kind.is_empty() { "" } else { " " };
    let unknown = if node.known { "" } else { "? " };
    format!("{unknown}{kind}{space}<b>{}</b>", own(&node.name))
}

/// A list of which only the beginning is shown before it is unfolded.
fn folded(list: &str) -> String {
    let ends: Vec<usize> = list.match_indices(", ").map(|(at, _)| at).collect();
    let end = ends.iter().rev().find(|at| **at <= MOST_LABEL).or(ends.first());
    let Some((start, rest)) = end.and_then(|end| list.split_at_checked(*end)).filter(|(_, rest)| rest.len() > MOST_LABEL) else {
        return own(list);
    };
    let more = rest.matches(", ").count();
    let rest = rest.strip_prefix(", ").unwrap_or(rest);
    format!("<details><summary>{} and {more} more</summary>{}</details>", own(start), bidirectional(escape(&printable(rest))))
}

fn exceeds(demand: &Demand, limit: &Limit) -> bool {
    matches!(limit.room, Ok(room) if demand.certain > room)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "places are from 0 to 1")]
fn thousandths(place: f64) -> u32 {
    (place * 1000.0).round() as u32
}

fn percent(thousandths: u32) -> String {
    format!("{}.{}%", thousandths / 10, thousandths % 10)
}
