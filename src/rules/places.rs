//! Places in the texts that a repair may change.

use super::repair::Written;
use crate::cidr::Cidr;
use crate::repairs::OF_OTHERS;
use crate::report::Edit;
use crate::source::{SourceFile, Sources, Span, parent};

/// What stands at a place that a value came through.
pub(super) enum Place {
    /// The value as a literal; the text inside its quotes.
    Literal(Span),
    /// A name and nothing else: `var.network.pod_cidr`.
    Name(String),
    /// An expression that makes the value.
    Other,
}

/// What may be changed, and how it is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Syntax {
    Hcl,
    Json,
    Bicep,
}

/// How a file is written, if it is one that people write.
fn syntax(path: &str) -> Option<Syntax> {
    let mut parts = path.rsplit('/');
    let name = parts.next()?;
    if parts.any(|part| OF_OTHERS.contains(&part)) {
        return None;
    }
    match name.rsplit_once('.')?.1 {
        "tf" | "tofu" | "tfvars" => Some(Syntax::Hcl),
        "json" | "jsonc" => Some(Syntax::Json),
        "bicep" | "bicepparam" => Some(Syntax::Bicep),
        _ => None,
    }
}

/// What stands at a place where `value` should come from; `None` in a file that is not to be changed.
pub(super) fn place(sources: &Sources, span: Span, value: &str) -> Option<Place> {
    let file = sources.file(span.file);
    let syntax = syntax(file.path())?;
    let text = sources.text(span);
    if let Some(inside) = literal(file, syntax, span, text, value) {
        return Some(Place::Literal(inside));
    }
    Some(name(syntax, text).map_or(Place::Other, Place::Name))
}

fn literal(file: &SourceFile, syntax: Syntax, span: Span, text: &str, value: &str) -> Option<Span> {
    let quote = if syntax == Syntax::Bicep { '\'' } else { '"' };
    if let Some(inside) = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
        // The version in a type: `Microsoft.ContainerService/managedClusters@2025-05-01`.
        let before = inside.strip_suffix(value)?;
        let start = span.start + 1 + u32::try_from(before.len()).ok()?;
        return (before.is_empty() || before.ends_with('@')).then_some(Span { start, end: span.end.checked_sub(1)?, ..span });
    }
    if text != value {
        return None;
    }
    let around =
        (file.text().get(..span.start as usize)?.chars().next_back(), file.text().get(span.end as usize..)?.chars().next());
    let quoted = around == (Some(quote), Some(quote));
    (quoted || value.bytes().all(|b| b.is_ascii_digit())).then_some(span)
}

/// The name that an expression consists of.
fn name(syntax: Syntax, text: &str) -> Option<String> {
    let text = match syntax {
        Syntax::Json => text.trim_matches('"'),
        Syntax::Hcl => text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text),
        Syntax::Bicep => text,
    };
    let inner = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    let inner = inner.or_else(|| text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')));
    let text = inner.unwrap_or(text).trim();
    let (call, path) = match text.split_once('(') {
        Some((call, rest)) if ["parameters", "variables"].contains(&call) => {
            let (name, path) = rest.split_once(')')?;
            (format!("{call}({name})"), path)
        }
        Some(_) => return None,
        None => (String::new(), text),
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '[' | ']' | '"' | '\'' | '!');
    let is_name = !call.is_empty() || path.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    (is_name && path.chars().all(plain)).then(|| call + path)
}

/// Whether a name that stands at a place stands somewhere else in the same module, too, or a name of something that holds it or is in it.
pub(super) fn is_used_elsewhere(sources: &Sources, place: Span, name: &str) -> bool {
    let file = sources.file(place.file);
    let Some(syntax) = syntax(file.path()) else { return true };
    let wanted = steps(name);
    let is_hcl = |path: &str| syntax != Syntax::Bicep && is_terraform(path);
    if !is_hcl(file.path()) {
        return count(file.text(), syntax, &wanted) > 1;
    }
    let folder = parent(file.path());
    let module = sources.iter().filter(|(_, other)| parent(other.path()) == folder && is_terraform(other.path()));
    module.map(|(_, other)| count(other.text(), Syntax::Hcl, &wanted)).sum::<usize>() > 1
}

fn is_terraform(path: &str) -> bool {
    [".tf", ".tofu", ".tf.json", ".tofu.json"].iter().any(|ending| path.ends_with(ending))
}

/// How often a name, a longer or a shorter one stands in a text.
fn count(text: &str, syntax: Syntax, wanted: &[&str]) -> usize {
    let Some(first) = wanted.first() else { return 0 };
    let least = match (syntax, *first) {
        (Syntax::Hcl, "module") => 3,
        (Syntax::Hcl, _) | (Syntax::Json, "parameters" | "variables") => 2,
        _ => 1,
    };
    let is_one = |at: &usize| {
        let (before, rest) = (text.get(..*at).unwrap_or(""), text.get(*at..).unwrap_or(""));
        let whole = !before.ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
        let end = rest.find(|c: char| !(is_path(c) || syntax == Syntax::Json && matches!(c, '(' | ')'))).unwrap_or(rest.len());
        let found = steps(rest.get(..end).unwrap_or(""));
        let same = found.iter().zip(wanted).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count();
        whole
            && same >= least.min(wanted.len())
            && same == found.len().min(wanted.len())
            && !is_declared(syntax, before, rest, first)
    };
    text.match_indices(first).map(|(at, _)| at).filter(is_one).count()
}

fn is_path(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '[' | ']' | '"' | '\'')
}

/// Whether a name in Bicep is only being declared, or is the key of a property.
fn is_declared(syntax: Syntax, before: &str, rest: &str, name: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or("").trim();
    let key = line.is_empty() && rest.get(name.len()..).is_some_and(|after| after.starts_with(':'));
    syntax == Syntax::Bicep && (key || matches!(line, "param" | "var"))
}

/// The steps of a name: `var`, `network`, `pod_cidr`.
fn steps(name: &str) -> Vec<&str> {
    let is_step = |step: &&str| !step.is_empty();
    name.split(['.', '[', ']', '"', '\'', '!', '(', ')']).filter(is_step).collect()
}

/// A line that has one attribute and nothing else.
pub(super) struct Line<'s> {
    syntax: Syntax,
    /// The value.
    site: Span,
    /// Where the line starts.
    start: u32,
    /// The spaces before the key.
    indent: &'s str,
    /// The key, perhaps in quotes, the sign, and what is between it and the value.
    head: &'s str,
    /// What follows the value.
    tail: &'s str,
    /// What ends the line.
    ending: &'s str,
}

impl<'s> Line<'s> {
    /// The line of the attribute that has its value at `site`.
    pub(super) fn of(sources: &'s Sources, site: Span) -> Option<Self> {
        let file = sources.file(site.file);
        let syntax = syntax(file.path())?;
        let (number, start) = file.line_of(site.start);
        let end = file.line_starts().get(number + 1).copied().unwrap_or(u32::MAX);
        if site.end > end {
            return None;
        }
        let (before, after) = (file.slice(start, site.start), file.slice(site.end, end));
        let head = before.trim_start_matches([' ', '\t']);
        let indent = before.strip_suffix(head)?;
        let tail = after.trim_end_matches(['\r', '\n']);
        Some(Self { syntax, site, start, indent, head, tail, ending: after.strip_prefix(tail)? })
    }

    /// This line, if its attribute has this name and there is nothing beside it but a comment.
    pub(super) fn has(self, name: &str) -> Option<Self> {
        let rest = self.tail.trim_start_matches(['"', '\'']).trim_start_matches(',').trim();
        let alone = rest.is_empty() || rest.starts_with('#') || rest.starts_with("//");
        (alone && self.name_and_sign()?.0 == name).then_some(self)
    }

    fn name_and_sign(&self) -> Option<(&'s str, char)> {
        // Where the value is a text, its place may begin behind the quote.
        let head = self.head.trim_end_matches(['"', '\'']).trim_end();
        let sign = head.chars().next_back().filter(|c| matches!(c, '=' | ':'))?;
        Some((head.strip_suffix(sign)?.trim().trim_matches(['"', '\'']), sign))
    }

    fn span(&self, start: usize, length: usize) -> Option<Span> {
        let start = self.start.checked_add(u32::try_from(start).ok()?)?;
        Some(Span { file: self.site.file, start, end: start.checked_add(u32::try_from(length).ok()?)? })
    }

    /// Another name in the place of the present one. Signs stay below one another where there is room.
    pub(super) fn renamed(&self, new: &str) -> Option<Edit> {
        let (name, _) = self.name_and_sign()?;
        let start = self.head.find(name)?;
        let after = self.head.get(start + name.len()..)?;
        let room = after.len() - after.trim_start_matches(' ').len();
        let wide = if new.len() > name.len() { room.saturating_sub(1).min(new.len() - name.len()) } else { 0 };
        let narrow = if room > 0 { name.len().saturating_sub(new.len()) } else { 0 };
        let span = self.span(self.indent.len() + start, name.len() + wide)?;
        Some(Edit { span, text: format!("{new}{:narrow$}", "") })
    }

    /// All of it. In JSON only where a comma follows, so that the line before needs none less.
    pub(super) fn whole(&self) -> Option<Span> {
        let plain = self.tail.trim_start_matches('"').trim();
        if self.syntax == Syntax::Json && plain != "," || self.ending.is_empty() {
            return None;
        }
        let end = self.site.end as usize + self.tail.len() + self.ending.len();
        self.span(0, end.checked_sub(self.start as usize)?)
    }

    /// Puts another attribute below it; in JSON above it, where no comma is missing.
    pub(super) fn with(&self, name: &str, value: &Written, sources: &Sources) -> Option<Edit> {
        let (indent, ending) = (self.indent, if self.ending.is_empty() { "\n" } else { self.ending });
        let value = self.written(value, sources)?;
        if self.syntax == Syntax::Json {
            let text = format!("\"{name}\": {value},{ending}{indent}");
            return Some(Edit { span: self.span(indent.len(), 0)?, text });
        }
        let (_, sign) = self.name_and_sign()?;
        // As wide as the present one, so that signs stay below one another.
        let width = self.head.find(sign).unwrap_or(0).saturating_sub(1);
        let key = if sign == '=' { format!("{name:width$} =") } else { format!("{name}:") };
        let comma = if self.tail.starts_with(',') { "," } else { "" };
        let at = self.site.end as usize + self.tail.len();
        Some(Edit {
            span: self.span(at.checked_sub(self.start as usize)?, 0)?,
            text: format!("{ending}{indent}{key} {value}{comma}"),
        })
    }

    fn written(&self, value: &Written, sources: &Sources) -> Option<String> {
        let quote = if self.syntax == Syntax::Bicep { '\'' } else { '"' };
        match value {
            Written::Text(text) => Some(format!("{quote}{text}{quote}")),
            Written::Address(ip, number) => {
                let range = sources.text(self.site);
                let is_literal = !range.contains(['.', '(']) || range.trim_matches('"').parse::<Cidr>().is_ok();
                match (is_literal, self.syntax) {
                    (true, _) => Some(format!("{quote}{ip}{quote}")),
                    (false, Syntax::Hcl) => Some(format!("cidrhost({range}, {number})")),
                    // In another scenario, it may be another range.
                    (false, _) => None,
                }
            }
        }
    }
}
