//! Places as the reports for people and scripts show them, and texts that are safe to show.

use crate::source::{Sources, Span, Unreadable};
use serde::Serialize;
use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};

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
        // A line that starts with :: is a command to GitHub's runner.
        let here = if self.path.starts_with(':') { "./" } else { "" };
        write!(f, "{here}{}:{}:{}", printable(self.path), self.line, self.column)
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

/// Whether a character does something to a terminal other than to show: controls, those that turn the direction of the text, and those
/// that cannot be seen (but for the two that join and part letters).
pub(super) fn steers(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let hides = matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}');
    c.is_control() || turns || hides || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Writes JSON on, with escapes for what would steer a terminal. In JSON such characters only stand in strings, so it means the same.
pub(crate) struct Escaped<W>(pub W);

impl<W: Write> Write for Escaped<W> {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        // Below are the line ends between the strings.
        let is_meant = |c: char| c >= '\u{7f}' && steers(c);
        let is_plain = |byte: &u8| *byte < 0x7f;
        match std::str::from_utf8(part) {
            // What the serializer writes at once is whole characters.
            Ok(text) if !part.iter().all(is_plain) && text.chars().any(is_meant) => {
                for c in text.chars() {
                    if is_meant(c) { write!(self.0, "\\u{:04x}", u32::from(c)) } else { write!(self.0, "{c}") }?;
                }
            }
            _ => self.0.write_all(part)?,
        }
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
