//! Places in the texts that a repair may change.

use super::repair::Written;
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
    // What `terraform init` downloads is overwritten by the next one.
    if parts.any(|part| part == ".terraform") {
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
    if text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) == Some(value) {
        return Some(Span { start: span.start + 1, end: span.end.checked_sub(1)?, ..span });
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
    let least = match *first {
        "module" => 3,
        _ if syntax == Syntax::Hcl => 2,
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
    name.split(|c: char| matches!(c, '.' | '[' | ']' | '"' | '\'' | '!' | '(' | ')')).filter(is_step).collect()
}

/// Puts an attribute below the one that has its value at `site`, or in JSON above it; `None` where that does not have a line of its own.
pub(super) fn beside(sources: &Sources, site: Span, known: &str, name: &str, value: &Written) -> Option<Edit> {
    let file = sources.file(site.file);
    let syntax = syntax(file.path())?;
    let (number, start) = file.line_of(site.start);
    let next = file.line_starts().get(number + 1).copied();
    let line = file.slice(start, next.unwrap_or(u32::MAX));
    let (head, tail) = (file.slice(start, site.start), file.slice(site.end, start + u32::try_from(line.len()).ok()?));
    let ending = if line.ends_with("\r\n") { "\r\n" } else { "\n" };
    let indent: String = head.chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
    let (key, sign) = key_and_sign(head.trim())?;
    let after = tail.trim_end_matches(['\r', '\n']);
    let rest = after.trim().trim_start_matches(['"', '\'', ',']).trim_start();
    if key != known || !(rest.is_empty() || rest.starts_with('#') || rest.starts_with("//")) {
        return None;
    }
    let value = match (value, syntax) {
        (Written::Text(text), Syntax::Bicep) => format!("'{text}'"),
        (Written::Text(text), _) => format!("\"{text}\""),
        (Written::Expression(text), Syntax::Hcl) => text.clone(),
        (Written::Expression(_), _) => return None,
    };
    if syntax == Syntax::Json {
        let at = start + u32::try_from(indent.len()).ok()?;
        let text = format!("\"{name}\": {value},{ending}{indent}");
        return Some(Edit { span: Span { file: site.file, start: at, end: at }, text });
    }
    // As wide as the present one, so that signs stay below one another.
    let width = head.trim_start().rfind(sign).unwrap_or(0);
    let (gap, comma) = (if sign == '=' { " " } else { "" }, if after.trim_start().starts_with(',') { "," } else { "" });
    let name = if sign == '=' { format!("{name:width$}", width = width.saturating_sub(1)) } else { name.to_owned() };
    let at = site.end + u32::try_from(after.len()).ok()?;
    Some(Edit {
        span: Span { file: site.file, start: at, end: at },
        text: format!("{ending}{indent}{name}{gap}{sign} {value}{comma}"),
    })
}

/// The key and the sign behind it, out of what stands before a value.
fn key_and_sign(head: &str) -> Option<(&str, char)> {
    let head = head.trim_end_matches(['"', '\'']).trim_end();
    let sign = head.chars().next_back().filter(|c| matches!(c, '=' | ':'))?;
    let key = head.strip_suffix(sign)?.trim().trim_matches(['"', '\'']);
    Some((key, sign))
}
