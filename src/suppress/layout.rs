//! Where comments stand in a file, and which code each is about: that of its line, else that of the line below.

use crate::source::{FileId, SourceFile, Span};
use crate::syntax::bicep::Dialect;
use crate::syntax::bicep::lex::{RawDirective, TokenKind, lex};
use crate::syntax::hcl::{files, scan};
use crate::syntax::json;
use granit_parser::{Event, Parser};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;

/// The comments of a file, and its lines.
pub struct Layout<'a> {
    file: &'a SourceFile,
    /// The comments, in order.
    pub comments: Vec<Range<usize>>,
    /// Bicep's directives, in order.
    pub directives: Vec<RawDirective>,
    /// What stands between brackets, brackets included, in order.
    brackets: Vec<Range<usize>>,
    /// Whether a decorator is a part of what follows it.
    has_decorators: bool,
    /// Whether what is indented below a line belongs to it.
    is_indented: bool,
    /// For lines without code what a comment above them is about, as far as it was looked for.
    below: RefCell<HashMap<usize, Option<Range<usize>>>>,
}

impl<'a> Layout<'a> {
    /// Reads a file in its language; none if that has no comments that are known here.
    pub fn of(file: &'a SourceFile) -> Option<Self> {
        let text = file.text();
        let name = file.path().rsplit('/').next().unwrap_or("");
        let mut layout = Self {
            file,
            comments: Vec::new(),
            directives: Vec::new(),
            brackets: Vec::new(),
            has_decorators: false,
            is_indented: false,
            below: RefCell::default(),
        };
        if Dialect::of(name).is_some() {
            layout.has_decorators = true;
            layout.bicep(text);
        } else if name.ends_with(".json") || name.ends_with(".jsonc") {
            layout.json(text);
        } else if name.ends_with(".yaml") || name.ends_with(".yml") {
            layout.is_indented = true;
            layout.yaml(text);
        } else if files::role(name).is_some() || files::has_values(name) {
            (layout.comments, layout.brackets) = scan::layout(text);
        } else {
            return None;
        }
        Some(layout)
    }

    fn bicep(&mut self, text: &str) {
        let lexed = lex(text);
        let mut open: Vec<(TokenKind, usize)> = Vec::new();
        for token in &lexed.tokens {
            let opener = match token.kind {
                TokenKind::LeftBrace | TokenKind::LeftParen | TokenKind::LeftSquare => {
                    open.push((token.kind, token.start as usize));
                    continue;
                }
                TokenKind::RightBrace => TokenKind::LeftBrace,
                TokenKind::RightParen => TokenKind::LeftParen,
                TokenKind::RightSquare => TokenKind::LeftSquare,
                _ => continue,
            };
            // What was left open inside has no end.
            if let Some(at) = open.iter().rposition(|(kind, _)| *kind == opener) {
                if let Some((_, start)) = open.get(at) {
                    self.brackets.push(*start..token.end as usize);
                }
                open.truncate(at);
            }
        }
        self.brackets.sort_by_key(|range| range.start);
        self.comments = lexed.comments;
        self.directives = lexed.directives;
    }

    fn json(&mut self, text: &str) {
        let parsed = json::parse(FileId::outside(0), text);
        let range = |span: Span| span.start as usize..span.end as usize;
        self.comments = parsed.comments.into_iter().map(range).collect();
        let mut next = vec![&parsed.root];
        while let Some(node) = next.pop() {
            if matches!(node.value, json::Value::Array(_) | json::Value::Object(_)) {
                self.brackets.push(range(node.span));
            }
            next.extend(node.items().iter().chain(node.members().iter().map(|m| &m.value)));
        }
        self.brackets.sort_by_key(|range| range.start);
    }

    /// A comment of YAML starts after white space, and not in a scalar. What is no YAML from some place on has none there.
    fn yaml(&mut self, text: &str) {
        let options = granit_parser::options! { block_scalar_eof_without_line_feed: true, emit_comments: false };
        let mut scalars: Vec<Range<usize>> = Vec::new();
        let mut end = text.len();
        for event in Parser::new_from_str_with_options(text, options) {
            match event {
                Ok((Event::Scalar(..), span)) => scalars.extend(span.byte_range()),
                Ok(_) => {}
                Err(_) => end = scalars.last().map_or(0, |last| last.end),
            }
        }
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(mark) = bytes.get(at..end).and_then(|rest| memchr::memchr(b'#', rest)).map(|i| at + i) {
            at = mark + 1;
            let after_space = mark == 0 || bytes.get(mark - 1).is_some_and(u8::is_ascii_whitespace);
            let next = scalars.partition_point(|scalar| scalar.end <= mark);
            if after_space && scalars.get(next).is_none_or(|scalar| scalar.start > mark) {
                at = bytes.get(mark..).and_then(|rest| memchr::memchr(b'\n', rest)).map_or(text.len(), |i| mark + i);
                self.comments.push(mark..at);
            }
        }
    }

    /// The code that a comment is about: its line, or the first one below that has code, if no line between is blank. With a line goes all
    /// that stands in brackets that it opens.
    pub fn target(&self, comment: &Range<usize>) -> Option<Range<usize>> {
        let (first, last) = (self.line(comment.start), self.line(comment.end.saturating_sub(1).max(comment.start)));
        if let Some(line) = [first, last].into_iter().find(|line| self.code(*line).is_some()) {
            return Some(self.extent(line));
        }
        // Of many comments below one another each is about the same: the way down is gone once.
        let mut below = self.below.borrow_mut();
        let mut line = last + 1;
        let found = loop {
            match below.get(&line) {
                Some(known) => break known.clone(),
                None if self.code(line).is_some() => break Some(self.extent(line)),
                None if self.text(line).trim().is_empty() => break None,
                None => line += 1,
            }
        };
        below.extend((last + 1..=line).map(|line| (line, found.clone())));
        found
    }

    /// The line below a place.
    pub fn next_line(&self, place: usize) -> Range<usize> {
        self.range(self.line(place) + 1)
    }

    /// Whether a comment follows a place on its line.
    pub fn has_comment_after(&self, place: usize) -> bool {
        let line = self.range(self.line(place));
        let from = self.comments.partition_point(|comment| comment.start < place);
        self.comments.get(from).is_some_and(|comment| comment.start < line.end)
    }

    fn line(&self, place: usize) -> usize {
        self.file.line_of(u32::try_from(place).unwrap_or(u32::MAX)).0
    }

    /// A line with its end; empty behind the last one.
    fn range(&self, line: usize) -> Range<usize> {
        let start = |line: usize| self.file.line_starts().get(line).map_or(self.file.text().len(), |start| *start as usize);
        start(line)..start(line + 1)
    }

    fn text(&self, line: usize) -> &'a str {
        self.file.text().get(self.range(line)).unwrap_or("")
    }

    /// The first character of a line that is neither blank nor a part of a comment or directive.
    fn code(&self, line: usize) -> Option<char> {
        let range = self.range(line);
        let comments = self.comments.iter().skip(self.comments.partition_point(|comment| comment.end <= range.start));
        let directives = self.directives.iter().map(|directive| &directive.at);
        let directives = directives.skip(self.directives.partition_point(|directive| directive.at.end <= range.start));
        let here = |r: &&Range<usize>| r.start < range.end;
        let mut skipped: Vec<&Range<usize>> = comments.take_while(here).chain(directives.take_while(here)).collect();
        skipped.sort_by_key(|range| range.start);
        let mut at = range.start;
        for comment in skipped.into_iter().chain([&(range.end..range.end)]) {
            let between = self.file.text().get(at..comment.start.max(at)).unwrap_or("").trim_start();
            if let Some(first) = between.chars().next() {
                return Some(first);
            }
            at = at.max(comment.end);
        }
        None
    }

    /// A line and all that it opens; with a decorator, what that decorates.
    fn extent(&self, line: usize) -> Range<usize> {
        let mut extent = self.opened_by(line);
        let mut first = line;
        while self.has_decorators && self.code(first) == Some('@') {
            let below = self.line(extent.end.saturating_sub(1)) + 1;
            let Some(next) = (below..self.file.line_starts().len()).find(|line| self.code(*line).is_some()) else { break };
            extent.end = self.opened_by(next).end;
            first = next;
        }
        extent
    }

    fn opened_by(&self, line: usize) -> Range<usize> {
        let range = self.range(line);
        let from = self.brackets.partition_point(|bracket| bracket.start < range.start);
        let opened = self.brackets.iter().skip(from).take_while(|bracket| bracket.start < range.end);
        let mut end = opened.map(|bracket| bracket.end).max().unwrap_or(0).max(range.end);
        if self.is_indented {
            let indent = |text: &str| text.len() - text.trim_start_matches(' ').len();
            let own = indent(self.text(line));
            let mut below = line + 1..self.file.line_starts().len();
            while let Some(line) = below.find(|line| !self.text(*line).trim().is_empty()) {
                if indent(self.text(line)) <= own {
                    break;
                }
                end = self.range(line).end;
            }
        }
        range.start..end
    }
}
