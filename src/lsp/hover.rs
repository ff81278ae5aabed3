//! What is shown where the pointer rests: what is known of an attribute, or the document of a rule.

use super::places::{self, Encoding};
use super::workspace::{View, Views};
use super::{rule_text, uri};
use crate::insight::Insight;
use crate::report::{in_scenarios, printable};
use crate::source::{SourceFile, Span};
use gen_lsp_types::{Hover, MarkupContent, MarkupKind, Position, Range};
use std::fmt::Write;
use std::path::Path;

/// Of more attributes that share a place, only the first are shown.
const MOST: usize = 4;
/// Of more ranges that one overlaps, only the first are named.
const MOST_OVERLAPS: usize = 6;

/// What there is to show at a position of a file, given its text.
pub(super) fn at(path: &Path, text: &str, position: Position, views: &Views, encoding: Encoding) -> Option<Hover> {
    rule(path, text, position, encoding).or_else(|| views.values().find_map(|view| attribute(path, position, view, encoding)))
}

/// The document of a rule that is named in a comment that suppresses it, or in a configuration file.
fn rule(path: &Path, text: &str, position: Position, encoding: Encoding) -> Option<Hover> {
    let line = text.lines().nth(position.line as usize)?;
    let is_config = path.extension().is_some_and(|extension| extension == "toml");
    if !is_config && !line.contains("overlint: ignore[") && !line.contains("#disable-next-line") {
        return None;
    }
    let (name, at) = rule_text::name_at(line, encoding.offset_in(line, position.character))?;
    let character = |offset| Position { line: position.line, character: encoding.character_in(line, offset) };
    Some(hover(rule_text::markdown(name)?, Range { start: character(at.start), end: character(at.end) }))
}

fn attribute(path: &Path, position: Position, view: &View, encoding: Encoding) -> Option<Hover> {
    let name = places::relative(&view.base, path);
    let file = view.sources.file_at(&name)?;
    let offset = encoding.offset(file, position);
    let here = |span: &Span| view.sources.file(span.file).path() == name;
    let roots = view.files.get(path)?.roots.as_ref();
    let insights = || roots.iter().filter_map(|root| view.insights.get(root)).flat_map(|insights| insights.iter());
    let spans = |insight: &'_ Insight| {
        let origin: Vec<Span> = insight.origin.iter().map(|(_, span)| *span).collect();
        std::iter::once(insight.span).chain(origin)
    };
    let close = |span: &Span| Some((distance(file, *span, offset)?, *span));
    let (_, span) = insights().flat_map(spans).filter(here).filter_map(|span| close(&span)).min()?;
    let mut alike: Vec<Vec<&Insight>> = Vec::new();
    for insight in insights().filter(|insight| spans(insight).any(|other| other == span)) {
        match alike.iter_mut().find(|group| group.first().is_some_and(|first| differ_only_in_details(first, insight))) {
            Some(group) if group.contains(&insight) => {}
            Some(group) => group.push(insight),
            None => alike.push(vec![insight]),
        }
    }
    let mut texts: Vec<String> = alike.iter().take(MOST).filter_map(|group| show(group, view, encoding)).collect();
    if alike.len() > MOST {
        texts.push(format!("and {} more", alike.len() - MOST));
    }
    Some(hover(texts.join("\n\n---\n\n"), encoding.range(span, &view.sources)))
}

/// Whether two tell of one attribute with one value, though in different scenarios.
fn differ_only_in_details(one: &Insight, other: &Insight) -> bool {
    let own = |insight: &Insight| Insight { details: Vec::new(), scenarios: Vec::new(), ..insight.clone() };
    own(one) == own(other)
}

/// How near an offset is to a span: inside of it, the length of the span; on the name of what the span is the value of, more.
fn distance(file: &SourceFile, span: Span, offset: u32) -> Option<(bool, u32)> {
    if span.start <= offset && offset <= span.end {
        return Some((false, span.end - span.start));
    }
    let before = span.start.checked_sub(offset)?;
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let leads_on = |c: char| c.is_whitespace() || matches!(c, '=' | ':' | '"' | '\'' | '[' | '(');
    let after_name = file.slice(offset, span.start).trim_start_matches(is_name);
    after_name.chars().all(leads_on).then_some((true, before))
}

/// What is known of an attribute. Of several scenarios, only what is not the same in all is told by name.
fn show(alike: &[&Insight], view: &View, encoding: Encoding) -> Option<String> {
    let insight = alike.first()?;
    let mut text = format!("**{}**", insight.name);
    // Writing to a string cannot fail.
    let _ = match (&insight.value, &insight.because) {
        (Some(value), None) => write!(text, " = {}", code(value)),
        (Some(value), Some(because)) => write!(text, " = {} ({because})", code(value)),
        (None, because) => write!(text, ": not known, since {}", plain(because.as_deref().unwrap_or("it is not written"))),
    };
    let _ = write!(text, "  \n{}", plain(&insight.of));
    if alike.len() == 1 && !insight.scenarios.is_empty() {
        let _ = write!(text, ", {}", plain(&in_scenarios(&insight.scenarios)));
    }
    text.push_str("\n\n");
    let mut told: Vec<String> = Vec::new();
    for (detail, one) in alike.iter().flat_map(|one| one.details.iter().map(move |detail| (detail, one))) {
        let line = match () {
            () if alike.iter().all(|other| other.details.contains(detail)) => plain(detail),
            () if one.scenarios.is_empty() => format!("{} (otherwise)", plain(detail)),
            () => format!("{} ({})", plain(detail), plain(&in_scenarios(&one.scenarios))),
        };
        if !told.contains(&line) {
            let _ = writeln!(text, "- {line}");
            told.push(line);
        }
    }
    for (other, span) in insight.overlaps.iter().take(MOST_OVERLAPS) {
        let _ = writeln!(text, "- overlaps {} ({})", plain(other), link(*span, view, encoding));
    }
    if insight.overlaps.len() > MOST_OVERLAPS {
        let _ = writeln!(text, "- and {} more", insight.overlaps.len() - MOST_OVERLAPS);
    }
    for (label, span) in &insight.origin {
        let _ = writeln!(text, "- from {} ({})", plain(label), link(*span, view, encoding));
    }
    Some(text)
}

/// `[main.tf:3](file:///repo/main.tf#L3)`
fn link(span: Span, view: &View, encoding: Encoding) -> String {
    let file = view.sources.file(span.file);
    let line = encoding.position(file, span.start).line + 1;
    let target = uri::of_path(&places::absolute(&view.base, file.path()));
    format!("[{}:{line}]({target}#L{line})", plain(file.path()))
}

fn code(text: &str) -> String {
    format!("`{}`", printable(text).replace('`', "'"))
}

/// Text that Markdown leaves as it is.
fn plain(text: &str) -> String {
    let mut safe = String::new();
    for c in printable(text).chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|') {
            safe.push('\\');
        }
        safe.push(c);
    }
    safe
}

fn hover(markdown: String, range: Range) -> Hover {
    let contents = MarkupContent { kind: MarkupKind::Markdown, value: markdown };
    Hover { contents: contents.into(), range: Some(range) }
}
