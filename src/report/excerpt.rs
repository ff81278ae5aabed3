//! The lines of a file that a finding is drawn on.

use super::location::{printable, steers};
use crate::source::{FileId, SourceFile, Sources, Span};
use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use std::borrow::Cow;
use std::collections::HashMap;

/// A file as the drawing reads it: by its line table, without what would steer the terminal, and never wider than the room there is.
#[derive(Debug)]
pub(super) struct Excerpt<'a> {
    file: &'a SourceFile,
    text: Cow<'a, str>,
    room: usize,
}

/// The excerpts of a run, each made once.
pub(super) struct Excerpts<'a> {
    sources: &'a Sources,
    room: usize,
    made: HashMap<FileId, Excerpt<'a>>,
}

impl<'a> Excerpts<'a> {
    /// Excerpts in `room` columns.
    pub(super) fn new(sources: &'a Sources, room: usize) -> Self {
        Self { sources, room, made: HashMap::new() }
    }

    /// The excerpt of a file.
    pub(super) fn of(&mut self, file: FileId) -> &Excerpt<'a> {
        let (sources, room) = (self.sources, self.room);
        self.made.entry(file).or_insert_with(|| {
            let file = sources.file(file);
            Excerpt { file, text: harmless(file.text()), room }
        })
    }
}

impl Excerpt<'_> {
    /// What to mark for a span: its first line, as far as there is room, and something visible for the end of the file.
    pub(super) fn mark(&self, span: Span) -> SourceSpan {
        let start = self.text.floor_char_boundary(span.start as usize);
        let (start, end) = match self.text.chars().next_back() {
            Some('\n') if start == self.text.len() => (start - 1, start - 1),
            Some(last) if start == self.text.len() => (start - last.len_utf8(), start),
            _ => (start, span.end as usize),
        };
        let (_, line_end) = self.content(self.line_of(start));
        let start = start.min(line_end);
        let end = self.text.floor_char_boundary(end.min(line_end).min(start + self.room)).max(start);
        (start, end - start).into()
    }

    fn line_of(&self, offset: usize) -> usize {
        self.file.line_of(u32::try_from(offset).unwrap_or(u32::MAX)).0
    }

    /// Where a line starts, and where the next one does.
    fn line(&self, line: usize) -> Option<(usize, usize)> {
        let starts = self.file.line_starts();
        let start = *starts.get(line)? as usize;
        Some((start, starts.get(line + 1).map_or(self.text.len(), |&next| next as usize)))
    }

    /// A line without its end: from where to where.
    fn content(&self, line: usize) -> (usize, usize) {
        let (start, next) = self.line(line).unwrap_or_default();
        let text = self.text.get(start..next).unwrap_or_default();
        let text = text.strip_suffix('\n').map_or(text, |t| t.strip_suffix('\r').unwrap_or(t));
        (start, start + text.len())
    }

    /// Whether a line can be shown whole. Counts bytes, of which a character has no fewer than columns, but for tabs.
    fn fits(&self, line: usize) -> bool {
        let (start, end) = self.content(line);
        end - start <= self.room && {
            let tabs = memchr::memchr_iter(b'\t', self.text.as_bytes().get(start..end).unwrap_or_default()).count();
            end - start + tabs * (TAB - 1) <= self.room
        }
    }

    /// Whether a line is worth showing beside another.
    fn is_context(&self, line: usize) -> bool {
        let (start, end) = self.content(line);
        self.fits(line) && !self.text.get(start..end).unwrap_or_default().trim().is_empty()
    }

    /// The part of a line that is too long which is shown around a mark.
    fn window(&self, start: usize, end: usize, line: usize) -> (usize, usize) {
        let (line_start, line_end) = self.content(line);
        let margin = self.room.saturating_sub(end - start) / 2;
        let from = self.text.floor_char_boundary(start.saturating_sub(margin).max(line_start));
        let to = self.text.floor_char_boundary((from + self.room).min(line_end)).max(end);
        // The line's end itself is needed to draw a mark on it.
        (from, if to == line_end { self.line(line).map_or(to, |(_, next)| next) } else { to })
    }

    /// The lines to show for a mark (or for several, that were joined): first line, number of lines, from where to where. `None` when
    /// joined marks do not fit together, so that they are shown one by one.
    fn shown(&self, start: usize, end: usize, before: usize, after: usize) -> Option<(usize, usize, (usize, usize))> {
        let (first, last) = (self.line_of(start), self.line_of(end));
        if first == last && !self.fits(first) {
            return (end - start <= self.room).then(|| (first, 1, self.window(start, end, first)));
        }
        if !(first..=last).all(|line| self.fits(line)) {
            return None;
        }
        let top = (first.saturating_sub(before)..first).rev().take_while(|&line| self.is_context(line)).last().unwrap_or(first);
        let below = last + 1..(last + 1 + after).min(self.file.line_starts().len());
        let bottom = below.take_while(|&line| self.is_context(line)).last().unwrap_or(last);
        Some((top, bottom - top + 1, (self.line(top)?.0, self.line(bottom)?.1)))
    }
}

/// Columns of a tab.
pub(super) const TAB: usize = 4;

impl SourceCode for Excerpt<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (start, end) = (span.offset(), span.offset() + span.len());
        let (line, count, (from, to)) = self.shown(start, end, before, after).ok_or(MietteError::OutOfBounds)?;
        let data = self.text.as_bytes().get(from..to).ok_or(MietteError::OutOfBounds)?;
        let at = self.file.position(u32::try_from(start).unwrap_or(u32::MAX));
        let name = format!("{}:{}:{}", printable(self.file.path()), at.line, at.column);
        Ok(Box::new(MietteSpanContents::new_named(name, data, (from, to - from).into(), line, 0, count)))
    }
}

/// The text, every character as long as before, with stand-ins for those that would steer the terminal.
fn harmless(text: &str) -> Cow<'_, str> {
    let shows = |c: char| matches!(c, '\n' | '\t') || !steers(c);
    if text.chars().all(shows) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        safe.push(match c {
            '\r' if chars.peek() == Some(&'\n') => c,
            c if shows(c) => c,
            c if c.len_utf8() == 1 => '?',
            c if c.len_utf8() == 2 => '\u{bf}',
            _ => char::REPLACEMENT_CHARACTER,
        });
    }
    Cow::Owned(safe)
}
