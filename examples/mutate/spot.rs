//! Places in code, and the ways to change what stands there.

use overlint::model::{Field, State};
use overlint::source::{Sources, Span};
use overlint::value::At;
use std::fmt::Display;

/// A change of the code: what replaces a place.
pub struct Edit {
    pub place: Span,
    pub text: String,
}

/// An attribute of the model, and what it shows.
pub struct Spot {
    pub at: At,
    pub name: &'static str,
    pub shown: Option<String>,
}

impl Spot {
    pub fn of<T: Display>(field: &Field<T>) -> Self {
        let shown = match (&field.raw, &field.state) {
            (Some(raw), _) => Some(raw.to_string()),
            (None, State::Set(value)) => Some(value.to_string()),
            _ => None,
        };
        Self { at: field.at.clone(), name: field.name, shown }
    }

    /// Whether it shows this value; `null` means that the code does not set it.
    pub fn shows(&self, value: &str) -> bool {
        match &self.shown {
            Some(shown) => shown.eq_ignore_ascii_case(value.trim_matches(['[', ']'])),
            None => value == "null",
        }
    }

    /// Ways to give it another value, best first: where the value comes from, where it is written, or as a new attribute.
    pub fn changes(&self, sources: &Sources, value: &str) -> Vec<Vec<Edit>> {
        let mut ways = Vec::new();
        let mut origins = std::iter::once(self.at.site).chain(self.at.hops.iter().map(|hop| hop.span));
        let origin = origins.rfind(|place| is_literal(sources.text(*place)));
        for place in origin.into_iter().chain([self.at.site]) {
            let Some(language) = Language::of(sources, place) else { continue };
            if !sources.text(place).contains('{') {
                ways.push(vec![Edit { place, text: language.value(value) }]);
                // Where a list is wanted.
                if value.contains('.') {
                    ways.push(vec![Edit { place, text: language.value(&format!("[{}]", value.trim_matches(['[', ']']))) }]);
                }
            }
        }
        let added = Language::of(sources, self.at.site).map(|language| language.attribute(self.name, value));
        if let Some(text) = added {
            ways.extend(rest_of_line(sources, &self.at, self.name, value).map(|edit| vec![edit]));
            ways.extend(inside(sources, self.at.site, &text).map(|edit| vec![edit]));
        }
        ways
    }
}

/// The languages that code is written in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Terraform,
    Bicep,
    Json,
}

impl Language {
    pub fn of(sources: &Sources, place: Span) -> Option<Self> {
        match sources.file(place.file).path().rsplit('.').next() {
            Some("tf" | "tofu" | "tfvars") => Some(Self::Terraform),
            Some("bicep" | "bicepparam") => Some(Self::Bicep),
            Some("json") => Some(Self::Json),
            _ => None,
        }
    }

    /// How a value is written: texts, numbers, true and false, null, and lists of texts in brackets.
    pub fn value(self, value: &str) -> String {
        if let Some(items) = value.strip_prefix('[').and_then(|v| v.strip_suffix(']')) {
            let items: Vec<String> = items.split(", ").map(|item| self.value(item)).collect();
            return format!("[{}]", items.join(", "));
        }
        let is_number = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
        match self {
            _ if is_number || matches!(value, "null" | "true" | "false") => value.to_owned(),
            Self::Bicep => format!("'{value}'"),
            Self::Terraform | Self::Json => format!("\"{value}\""),
        }
    }

    fn attribute(self, name: &str, value: &str) -> String {
        match self {
            Self::Terraform => format!("{name} = {}", self.value(value)),
            Self::Bicep => format!("{name}: {}", self.value(value)),
            Self::Json => format!("\"{name}\": {},", self.value(value)),
        }
    }
}

fn is_literal(text: &str) -> bool {
    let quoted = |quote: char| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote);
    let plain = !text.contains(['$', '[', '{', '\n']) && text.matches(['"', '\'']).count() < 3;
    plain && (quoted('"') || quoted('\'') || (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())))
}

/// Text after the brace that opens the block or object of this header.
pub fn inside(sources: &Sources, header: Span, text: &str) -> Option<Edit> {
    let file = sources.file(header.file);
    let rest = file.text().get(header.start as usize..)?;
    let at = header.start + u32::try_from(rest.find('{')? + 1).ok()?;
    Some(Edit { place: Span { file: header.file, start: at, end: at }, text: format!("\n{text}\n") })
}

/// Text before the line of an attribute that has the line to itself.
pub fn before_line(sources: &Sources, at: &At, name: &str, text: &str) -> Option<Edit> {
    let file = sources.file(at.site.file);
    let (_, start) = file.line_of(at.site.start);
    let line = file.slice(start, at.site.start).trim_start().trim_start_matches('"');
    let place = Span { file: at.site.file, start, end: start };
    line.starts_with(name).then(|| Edit { place, text: format!("{text}\n") })
}

/// Text at the end of a file.
pub fn at_end(sources: &Sources, of: Span, text: &str) -> Option<Edit> {
    let end = u32::try_from(sources.file(of.file).text().len()).ok()?;
    Some(Edit { place: Span { file: of.file, start: end, end }, text: format!("\n{text}\n") })
}

/// Another value on the line that sets an attribute, in the block of this header.
fn rest_of_line(sources: &Sources, header: &At, name: &str, value: &str) -> Option<Edit> {
    let language = Language::of(sources, header.site)?;
    let file = sources.file(header.site.file);
    let mut at = header.site.start as usize;
    for line in file.text().get(at..)?.split_inclusive('\n').take(80) {
        let code = line.trim_start().trim_start_matches('"');
        let after = code.strip_prefix(name).map(|rest| rest.trim_start_matches('"').trim_start());
        if let Some(expression) = after.and_then(|rest| rest.strip_prefix(['=', ':'])) {
            let start = at + line.len() - expression.len();
            let comma = if expression.trim_end().ends_with(',') { "," } else { "" };
            let place = Span::new(header.site.file, start, at + line.trim_end().len());
            return Some(Edit { place, text: format!(" {}{comma}", language.value(value)) });
        }
        at += line.len();
    }
    None
}
