//! Places as the reports for people and scripts show them, and texts that are safe to show.

use crate::source::{Sources, Span, Unreadable};
use serde::Serialize;
use std::borrow::Cow;
use std::fmt;

/// A place as users and scripts see it. Lines and columns start at 1, the end is one past the last character; columns count Unicode
/// scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Location<'a> {
    /// The file.
    pub path: &'a str,
    /// First line.
    pub line: usize,
    /// First column.
    pub column: usize,
    /// Last line.
    pub end_line: usize,
    /// One past the last column.
    pub end_column: usize,
}

impl<'a> Location<'a> {
    /// Where a span is.
    pub fn of(span: Span, sources: &'a Sources) -> Self {
        let file = sources.file(span.file);
        let (start, end) = (file.position(span.start), file.position(span.end.max(span.start)));
        Self { path: file.path(), line: start.line, column: start.column, end_line: end.line, end_column: end.column }
    }

    /// Where something could not be read: the start of the file when none of it could be.
    pub fn of_unreadable(unreadable: &'a Unreadable, sources: &'a Sources) -> Self {
        match unreadable.span {
            Some(span) => Self::of(span, sources),
            None => Self { path: &unreadable.path, line: 1, column: 1, end_line: 1, end_column: 1 },
        }
    }
}

impl fmt::Display for Location<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", printable(self.path), self.line, self.column)
    }
}

/// The text with control characters spelled out (`\n`, `\u{1b}`), so that values and paths out of the user's files can neither break a
/// line nor steer the terminal.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(steers) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if steers(c) { safe.extend(c.escape_default()) } else { safe.push(c) }
    }
    Cow::Owned(safe)
}

/// The same for what is encoded afterwards: line breaks stay.
pub(super) fn visible(text: &str) -> String {
    text.split_inclusive(['\n', '\r'])
        .map(|line| {
            let end = line.len() - usize::from(line.ends_with(['\n', '\r']));
            let (line, end) = line.split_at_checked(end).unwrap_or((line, ""));
            format!("{}{end}", printable(line))
        })
        .collect()
}

/// Whether a character does something to a terminal other than to show: controls, and those that turn the direction of the text.
pub(super) fn steers(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}
