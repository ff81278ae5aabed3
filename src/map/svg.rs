//! Maps as one picture, for documents and walls: what a reader of the page sees, without what only a browser can do.
//!
//! Nothing measures texts here. All are set in a generic monospaced font, and each gets more room than the widest such fonts take; what
//! does not fit is cut, with an ellipsis, and whole in its `<title>`. Styles are plain classes, for rsvg-convert knows no variables.

use super::drawing::{self, Item, Lane, Plane};
use super::{ClusterMap, Graph, Kind, Limit, Node};
use crate::cidr::Family;
use crate::report::junit::escape;
use crate::report::{Location, Report};
use crate::source::Sources;
use std::fmt::Write as _;
use std::io::{self, Write};

const STYLE: &str = include_str!("svg.css");

/// The whole, in pixels.
const WIDTH: f64 = 1040.0;
const MARGIN: f64 = 24.0;
const RIGHT: f64 = WIDTH - MARGIN;
/// Where the names, the ranges and the lanes begin.
const NAMES: f64 = MARGIN;
const RANGES: f64 = 240.0;
const LANES: f64 = 420.0;
/// Where lanes of IPv6 begin, whose ranges are longer.
const LONG_LANES: f64 = 500.0;
const LANE: f64 = 22.0;
const LINE: f64 = 18.0;
/// The room for a character, as a part of the font's size: the widest common monospaced fonts take 0.61.
const CHARACTER: f64 = 0.625;
const SIZE: f64 = 12.0;
const SMALL: f64 = 11.0;

/// So many overlaps, reasons and other lines are drawn for a cluster, and so many lines of one text.
const MOST_LINES: usize = 50;
const MOST_WRAPPED: usize = 4;

/// Writes the picture.
///
/// # Errors
/// What `out` says.
pub(super) fn write(report: &Report, sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
    let title = drawing::heading(report);
    let mut picture = Picture { text: String::new(), y: MARGIN };
    picture.head(&title, report);
    for map in &report.maps {
        picture.cluster(map, sources);
    }
    picture.rest(report, sources);
    let height = picture.y + MARGIN;
    write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         aria-labelledby=\"title desc\">\n<title id=\"title\">{title}</title>\n<desc id=\"desc\">{}</desc>\n<style>\n{STYLE}</style>\n\
         <defs><pattern id=\"hatch\" patternUnits=\"userSpaceOnUse\" width=\"6\" height=\"6\" patternTransform=\"rotate(45)\">\
         <rect class=\"hatch-ground\" width=\"6\" height=\"6\"/><rect class=\"hatch-line\" width=\"2\" height=\"6\"/></pattern></defs>\n\
         <rect class=\"page\" width=\"{WIDTH}\" height=\"{height}\"/>\n",
        escape(&description(report)),
    )?;
    out.write_all(picture.text.as_bytes())?;
    writeln!(out, "</svg>")
}

/// The picture in words: what stands out in it.
fn description(report: &Report) -> String {
    let mut text = format!("{}, drawn by overlint.", drawing::looked_at(report));
    for map in report.maps.iter().take(MOST_LINES) {
        let unknown = map.ranges.iter().filter(|range| range.cidr.is_err()).count();
        _ = write!(
            text,
            " {}: {}, {}, {} unknown.",
            drawing::plain(&map.cluster),
            drawing::parts(map.ranges.len() as u64, "range"),
            drawing::parts(map.overlaps.len() as u64, "overlap"),
            unknown
        );
    }
    text
}

struct Picture {
    text: String,
    /// The upper end of what comes next.
    y: f64,
}

impl Picture {
    fn head(&mut self, title: &str, report: &Report) {
        self.put(NAMES, 18.0, "head", title, RIGHT - NAMES);
        self.y += 28.0;
        let line = format!("{}, by overlint {}.", drawing::looked_at(report), env!("CARGO_PKG_VERSION"));
        self.line(NAMES, "soft", &line);
        self.line(NAMES, "soft", "Ranges are as wide as the logarithm of their size; what no range has is left out.");
        if !report.maps.is_empty() {
            self.legend();
        }
    }

    fn legend(&mut self) {
        self.y += 4.0;
        let signs = Kind::ALL.into_iter().map(|kind| (drawing::class(kind), kind.title())).chain(drawing::signs("gap"));
        let mut x = NAMES;
        for (class, title) in signs {
            let wide = 34.0 + width(title, SMALL);
            if x + wide > RIGHT {
                x = NAMES;
                self.y += LINE;
            }
            let y = self.y;
            match class {
                "dns-service-ip" => {
                    _ = write!(self.text, "<circle class=\"{class}\" cx=\"{}\" cy=\"{}\" r=\"5\"/>", x + 14.0, y + 8.0)
                }
                "least" => self.rect("least", x + 13.0, y + 1.0, 2.0, 14.0, ""),
                "gap" => self.gap(x + 4.0, x + 24.0, y, y + 16.0),
                _ => self.rect(class, x, y + 2.0, 28.0, 12.0, ""),
            }
            self.put(x + 34.0, SMALL, "soft", title, wide);
            x += wide + 14.0;
        }
        self.y += LINE + 6.0;
    }

    fn cluster(&mut self, map: &ClusterMap, sources: &Sources) {
        self.y += 18.0;
        self.rect("rule", NAMES, self.y, RIGHT - NAMES, 2.0, "");
        self.y += 14.0;
        let scenarios = drawing::scenarios(map);
        let scenarios = if scenarios.is_empty() { scenarios } else { format!(" {}", isolated(&scenarios)) };
        self.put(NAMES, 16.0, "head", &format!("{}{scenarios}", isolated(&map.cluster)), RIGHT - NAMES);
        self.y += 24.0;
        self.line(NAMES, "soft", &isolated(&map.declared(sources)));
        let network = match &map.network {
            Ok(network) => network.clone(),
            Err(why) => format!("? network unknown: {why}"),
        };
        self.wrapped(NAMES, "", &isolated(&network));
        for plane in &drawing::planes(map) {
            self.plane(map, plane, sources);
        }
        self.overlaps(map);
        self.unknown(map);
        self.suggestions(map, sources);
        self.limits(&map.limits);
        self.network(&map.graph);
    }

    fn plane(&mut self, map: &ClusterMap, plane: &Plane, sources: &Sources) {
        let left = if plane.family == Family::V4 { LANES } else { LONG_LANES };
        self.y += 10.0;
        let top = self.y;
        let title = if plane.family == Family::V4 { "IPv4 addresses" } else { "IPv6 addresses" };
        self.put(NAMES, 13.0, "head", title, left - NAMES);
        // The lanes cover the gaps: so the gaps come first, when the height is known.
        let before = std::mem::take(&mut self.text);
        self.axis(plane, left);
        self.y += 38.0;
        for lane in &plane.lanes {
            self.lane(map, lane, left, sources);
        }
        let lanes = std::mem::replace(&mut self.text, before);
        for (from, to) in &plane.scale.gaps {
            self.gap(across(left, *from), across(left, *to), top + 20.0, self.y);
        }
        self.text.push_str(&lanes);
        if map.left_out.subnets > 0 && plane.family == Family::V4 {
            self.line(NAMES, "soft", &map.left_out.to_string());
        }
    }

    /// The first addresses after gaps, as far as there is room for them.
    fn axis(&mut self, plane: &Plane, left: f64) {
        let y = self.y + 24.0;
        self.rect("ruler", left, y, RIGHT - left, 1.0, "");
        let mut end = left;
        for (address, place) in &plane.scale.marks {
            let (text, x) = (address.to_string(), across(left, *place));
            let wide = width(&text, SMALL);
            if x >= end && x + wide <= RIGHT {
                self.rect("ruler", x, self.y + 4.0, 1.0, 24.0, "");
                self.put(x + 4.0, SMALL, "soft", &text, wide + 1.0);
                end = x + wide + 12.0;
            }
        }
    }

    /// A stretch that no range has, drawn as a break.
    fn gap(&mut self, from: f64, to: f64, top: f64, bottom: f64) {
        self.rect("gap", from, top, to - from, bottom - top, "");
        let (middle, y) = ((from + to) / 2.0, top);
        for x in [middle - 2.5, middle + 2.5] {
            _ = write!(self.text, "<path class=\"break\" d=\"M{:.1} {:.1}l4 -9\"/>", x - 2.0, y + 9.0);
        }
        self.text.push('\n');
    }

    fn lane(&mut self, map: &ClusterMap, lane: &Lane, left: f64, sources: &Sources) {
        let range = lane.range;
        let about = drawing::tip(map, lane, sources);
        let mut lines = vec![drawing::with_value(range)];
        lines.extend(about.lines);
        lines.extend(about.places.into_iter().map(|(what, place)| format!("{what}: {place}")));
        _ = write!(self.text, "<g><title>{}</title>", escape(&lines.join("\n")));
        let y = self.y;
        self.rect("ruler-soft", left, y + LANE / 2.0, RIGHT - left, 1.0, "");
        let value = drawing::value(range);
        let (kind, name) = range.titles();
        let room = columns_in(RANGES - NAMES - 8.0, SIZE).saturating_sub(kind.len() + 1);
        let name = isolated(&fit_in_the_middle(&drawing::plain(name), room));
        self.short(NAMES, y + 3.0, "", format!("{kind} {name}").trim(), RANGES - NAMES - 8.0);
        self.short(RANGES, y + 3.0, "", &value, left - RANGES - 8.0);
        match (&range.cidr, lane.place) {
            (Err(why), _) => {
                self.rect("lost", left, y + 2.0, RIGHT - left, LANE - 4.0, "");
                self.short(left + 8.0, y + 3.0, "", &format!("unknown: {}", isolated(why)), RIGHT - left - 16.0);
            }
            (Ok(_), Some((from, to))) => self.bar(range.kind, (across(left, from), across(left, to)), y),
            (Ok(_), None) => {}
        }
        for (from, to) in &lane.hits {
            let (from, to) = (across(left, *from), across(left, *to));
            self.rect("hit", from, y + 10.0, (to - from).max(3.0), 9.0, "");
        }
        self.y += LANE;
        if let Some(clash) = drawing::clash(map, lane) {
            let clash = format!("╳ {}", isolated(&clash));
            let from = lane.hits.first().map_or(left, |(from, _)| across(left, *from));
            let x = from.min(RIGHT - width(&clash, SIZE)).max(left);
            self.short(x, self.y - 1.0, "bad", &clash, RIGHT - x + 1.0);
            self.y += 16.0;
        }
        self.text.push_str("</g>\n");
    }

    fn bar(&mut self, kind: Kind, (from, to): (f64, f64), y: f64) {
        if kind == Kind::DnsServiceIp {
            let middle = ((from + to) / 2.0).min(RIGHT - 5.0);
            _ = write!(
                self.text,
                "<circle class=\"{}\" cx=\"{middle:.1}\" cy=\"{:.1}\" r=\"5\"/>",
                drawing::class(kind),
                y + LANE / 2.0
            );
        } else {
            self.rect(drawing::class(kind), from, y + 4.0, (to - from).max(3.0), LANE - 8.0, "");
        }
    }

    fn overlaps(&mut self, map: &ClusterMap) {
        if map.overlaps.is_empty() {
            return;
        }
        self.heading("Overlaps");
        let title = |place: usize| {
            map.ranges.get(place).map(|range| format!("{} {}", range_title(range), drawing::value(range))).unwrap_or_default()
        };
        for overlap in map.overlaps.iter().take(MOST_LINES) {
            let (one, other) = overlap.between;
            self.line_sign("╳", "bad", &format!("{} and {} share {}", title(one), title(other), overlap.shared));
        }
        self.more(map.overlaps.len());
    }

    /// Why ranges are not known, each reason once.
    fn unknown(&mut self, map: &ClusterMap) {
        let reasons = drawing::unknown(map);
        if reasons.is_empty() {
            return;
        }
        self.heading("Not known");
        for (why, titles) in reasons.iter().take(MOST_LINES) {
            self.line_sign("?", "", &format!("{}: {}", isolated(&titles.join(", ")), isolated(why)));
        }
        self.more(reasons.len());
    }

    /// What to write instead of what breaks a rule.
    fn suggestions(&mut self, map: &ClusterMap, sources: &Sources) {
        if !map.suggestions.is_empty() {
            self.heading("Suggestions");
        }
        for suggestion in &map.suggestions {
            let place = Location::of(suggestion.span, sources).to_string();
            self.line_sign(
                ">",
                "",
                &format!("{}: {} ({})", isolated(&suggestion.change()), isolated(&suggestion.why), isolated(&place)),
            );
        }
    }

    fn more(&mut self, all: usize) {
        if let Some(more) = all.checked_sub(MOST_LINES).filter(|more| *more > 0) {
            self.line(NAMES, "soft", &format!("and {more} more"));
        }
    }

    fn limits(&mut self, limits: &[Limit]) {
        if limits.is_empty() {
            return;
        }
        self.heading("Room for nodes");
        for limit in limits {
            let ends = if limit.ends_first { " – ends first" } else { "" };
            let taken = super::text::taken(limit);
            _ = write!(
                self.text,
                "<g><title>{}\n{}</title>",
                escape(&drawing::plain(&limit.title)),
                escape(&drawing::plain(&taken))
            );
            match &limit.room {
                Ok(room) => {
                    self.line(
                        NAMES,
                        "",
                        &format!("{}: {}{ends}", isolated(&limit.title), limit.room_title().unwrap_or_default()),
                    );
                    self.gauge(limit, *room);
                }
                Err(why) => {
                    self.line(NAMES, "", &isolated(&limit.title));
                    self.rect("lost", NAMES, self.y, RIGHT - NAMES, LANE - 4.0, "");
                    self.short(NAMES + 8.0, self.y + 1.0, "", &format!("unknown: {}", isolated(why)), RIGHT - NAMES - 16.0);
                    self.y += LANE;
                }
            }
            let (sign, class) = if drawing::too_many(limit).is_some() { ("╳ ", "bad") } else { ("", "soft") };
            self.wrapped(NAMES, class, &format!("{sign}{}", isolated(&taken)));
            self.text.push_str("</g>\n");
            self.y += 6.0;
        }
    }

    /// What is taken of the room. What does not fit is hatched.
    fn gauge(&mut self, limit: &Limit, room: u64) {
        let ends = drawing::gauge(limit, room);
        let at = |part: f64| NAMES + part * (RIGHT - NAMES);
        let y = self.y + 3.0;
        self.rect("free", NAMES, y, at(ends.room) - NAMES, 14.0, "");
        let mut from = 0.0;
        for (class, to, what) in
            [("now", ends.now, &limit.now), ("max", ends.max, &limit.max), ("surge", ends.surge, &limit.surge)]
        {
            let to = to.min(ends.room);
            if to > from {
                let title = match class {
                    "now" => format!("now: {what}"),
                    "max" => format!("at the maximum: {what}"),
                    _ => format!("in an upgrade: {what}"),
                };
                self.rect(class, at(from), y, (at(to) - at(from)).max(2.0), 14.0, &title);
                from = to;
            }
        }
        if let Some((from, to)) = ends.perhaps {
            let title = format!("perhaps taken: {}", drawing::plain(drawing::open_reason(limit).unwrap_or_default()));
            self.rect("lost", at(from), y, at(to) - at(from), 14.0, &title);
        }
        if let Some(over) = drawing::too_many(limit) {
            let title = format!("does not fit: {over}");
            self.rect("hit", at(ends.room), y, (at(1.0) - at(ends.room)).max(3.0), 14.0, &title);
            self.rect("end", at(ends.room) - 1.5, y - 3.0, 3.0, 20.0, &format!("room: {room}"));
        }
        if ends.min > 0.0 {
            self.rect("least", at(ends.min) - 1.0, y - 3.0, 2.0, 20.0, &format!("minimum: {}", limit.min));
        }
        self.y += 22.0;
    }

    fn network(&mut self, graph: &Graph) {
        let Some(cluster) = graph.nodes.first().filter(|_| !graph.edges.is_empty()) else { return };
        self.heading("Network");
        let title = format!("cluster {}", isolated(&cluster.name));
        self.node("box main", NAMES, "", &title);
        let from = self.y - 3.0;
        self.items(graph, &drawing::items(graph), 1, from);
    }

    /// Things below what they are connected with, joined to it by lines.
    fn items(&mut self, graph: &Graph, items: &[Item], depth: u32, from: f64) {
        let x = NAMES + f64::from(depth) * 26.0;
        let mut last = from;
        for item in items {
            let Some(node) = graph.nodes.get(item.node) else { continue };
            last = self.y + 10.0;
            self.rect("edge", x - 14.0, last, 12.0, 1.0, "");
            let again = if item.again { " (drawn by itself)" } else { "" };
            let title = format!("{}{again}", node_title(node));
            let class = if node.known { "box" } else { "box lost" };
            if item.inside.is_empty() {
                self.node(class, x, &item.label, &title);
            } else {
                self.container(class, x, &title, graph, &item.inside);
            }
            let below = self.y - 4.0;
            self.items(graph, &item.beside, depth + 1, below);
        }
        if last > from {
            self.rect("edge", x - 14.0, from, 1.0, last - from, "");
        }
    }

    /// A box with others in it.
    fn container(&mut self, class: &str, x: f64, title: &str, graph: &Graph, inside: &[Item]) {
        let (top, before) = (self.y, std::mem::take(&mut self.text));
        self.short(x + 8.0, top + 3.0, "", title, RIGHT - x - 16.0);
        self.y += 24.0;
        for item in inside {
            let Some(node) = graph.nodes.get(item.node) else { continue };
            self.node(if node.known { "box" } else { "box lost" }, x + 12.0, &item.label, &node_title(node));
            let below = self.y - 4.0;
            self.items(graph, &item.beside, 2, below);
        }
        self.y += 2.0;
        let text = std::mem::replace(&mut self.text, before);
        self.rect(class, x, top, RIGHT - x, self.y - top, "");
        self.text.push_str(&text);
        self.y += 4.0;
    }

    /// A box with what connects it before it. Its text ends with the picture.
    fn node(&mut self, class: &str, x: f64, label: &str, title: &str) {
        let mut x = x;
        let y = self.y;
        if !label.is_empty() {
            let room = (RIGHT - x) * 0.45;
            let label = isolated(label);
            self.short(x, y + 3.0, "soft", &label, room);
            x += width(&label, SIZE).min(room) + 8.0;
        }
        let wide = (width(title, SIZE) + 16.0).min(RIGHT - x - 8.0);
        self.rect(class, x, y, wide, 20.0, "");
        self.short(x + 8.0, y + 3.0, "", title, wide - 14.0);
        self.y += 24.0;
    }

    /// What is not on any map.
    fn rest(&mut self, report: &Report, sources: &Sources) {
        let not_drawn = drawing::not_drawn(report, sources);
        if !not_drawn.is_empty() {
            self.heading("Not drawn");
        }
        for (what, why, place) in &not_drawn {
            let place = place.as_ref().map(|place| format!(" ({})", isolated(place))).unwrap_or_default();
            self.line_sign("?", "", &format!("{}: {}{place}", isolated(what), isolated(why)));
        }
        let unreadable = drawing::unreadable(report, sources);
        if !unreadable.is_empty() {
            self.heading("Could not be read");
        }
        for (place, why) in &unreadable {
            self.line_sign("╳", "bad", &format!("{}: {}", isolated(place), isolated(why)));
        }
    }

    fn heading(&mut self, title: &str) {
        self.y += 14.0;
        self.put(NAMES, 13.0, "head", title, RIGHT - NAMES);
        self.y += 22.0;
    }

    fn line(&mut self, x: f64, class: &str, text: &str) {
        self.put(x, SIZE, class, text, RIGHT - x);
        self.y += LINE;
    }

    fn wrapped(&mut self, x: f64, class: &str, text: &str) {
        let columns = columns_in(RIGHT - x, SIZE);
        let lines = super::text::lines(text, columns);
        let is_long = lines.len() > MOST_WRAPPED;
        for (number, line) in lines.iter().take(MOST_WRAPPED).enumerate() {
            let ending = if is_long && number + 1 == MOST_WRAPPED { " …" } else { "" };
            self.line(x, class, &format!("{line}{ending}"));
        }
    }

    fn line_sign(&mut self, sign: &str, class: &str, text: &str) {
        self.put(NAMES, SIZE, class, sign, 14.0);
        self.wrapped(NAMES + 18.0, "", text);
    }

    /// A text of the usual size, with all of it as a title if it is cut.
    fn short(&mut self, x: f64, y: f64, class: &str, text: &str, room: f64) {
        let before = std::mem::replace(&mut self.y, y);
        self.put(x, SIZE, class, text, room);
        self.y = before;
    }

    /// A text in so much room.
    fn put(&mut self, x: f64, size: f64, class: &str, text: &str, room: f64) {
        let shown = fit(text, columns_in(room, size));
        let title = if shown == text { String::new() } else { format!("<title>{}</title>", escape(text)) };
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        let y = self.y + size;
        _ = writeln!(self.text, "<text{class} x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\">{title}{}</text>", escape(&shown));
    }

    fn rect(&mut self, class: &str, x: f64, y: f64, width: f64, height: f64, title: &str) {
        _ = write!(self.text, "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"");
        if title.is_empty() {
            self.text.push_str("/>\n");
        } else {
            _ = writeln!(self.text, "><title>{}</title></rect>", escape(title));
        }
    }
}

/// Where a place from 0 to 1 is in the lanes.
fn across(left: f64, place: f64) -> f64 {
    left + place * (RIGHT - left)
}

/// What users wrote: safe to show, and its direction kept to itself.
fn isolated(text: &str) -> String {
    let text = drawing::plain(text);
    if text.is_ascii() { text.into_owned() } else { format!("\u{2068}{text}\u{2069}") }
}

fn range_title(range: &super::Range) -> String {
    let (kind, name) = range.titles();
    format!("{kind} {}", isolated(name)).trim().to_owned()
}

fn node_title(node: &Node) -> String {
    let kind = node.kind.title();
    let space = if kind.is_empty() { "" } else { " " };
    let unknown = if node.known { "" } else { "? " };
    let details = if node.details.is_empty() { String::new() } else { format!("  {}", isolated(&node.details.join(", "))) };
    format!("{unknown}{kind}{space}{}{details}", isolated(&node.name))
}

/// The room that a text takes at most.
fn width(text: &str, size: f64) -> f64 {
    f64::from(text.chars().map(columns).sum::<u32>()) * CHARACTER * size
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a picture has few columns")]
fn columns_in(room: f64, size: f64) -> usize {
    (room / (CHARACTER * size)).max(0.0) as usize
}

/// The columns of a character at most. Letters that the font does not have come from others, of which not all are narrow.
fn columns(c: char) -> u32 {
    match c {
        '\u{2066}'..='\u{2069}' => 0,
        '\u{0}'..='\u{24f}' | '\u{370}'..='\u{52f}' | '\u{2010}'..='\u{2027}' | '\u{2500}'..='\u{259f}' => 1,
        // Words and dashes in one character.
        '\u{fdf0}'..='\u{fdff}' | '\u{12000}'..='\u{1254f}' | '\u{2e3a}' | '\u{2e3b}' | '\u{a9c0}'..='\u{a9df}' => 12,
        _ => match textwrap::core::display_width(c.encode_utf8(&mut [0; 4])) {
            0 => 0,
            _ => 2,
        },
    }
}

/// The text in so many columns. If it is cut, its end stays: by that, names of many differ.
fn fit_in_the_middle(text: &str, room: usize) -> String {
    let tail = room / 3;
    if fit(text, room) == text {
        return text.to_owned();
    }
    let mut start = text.len();
    let mut taken = 0;
    for (at, c) in text.char_indices().rev() {
        taken += columns(c);
        if taken as usize > tail {
            break;
        }
        start = at;
    }
    let end = text.split_at_checked(start).map_or("", |(_, end)| end);
    fit(text, room.saturating_sub(tail)) + end
}

/// The text in so many columns, with an ellipsis if it is cut.
fn fit(text: &str, room: usize) -> String {
    let room = u32::try_from(room).unwrap_or(u32::MAX);
    let mut end = 0;
    let mut taken = 0;
    for (at, c) in text.char_indices() {
        if taken < room {
            end = at;
        }
        taken += columns(c);
        if taken > room {
            let start = text.split_at_checked(end).map_or("", |(start, _)| start);
            // What is opened is closed again.
            let open = start.matches('\u{2068}').count() - start.matches('\u{2069}').count();
            return format!("{}…{}", start.trim_end(), "\u{2069}".repeat(open));
        }
    }
    text.to_owned()
}
