//! Where expressions end, and what brackets, strings, templates and heredocs are in them.

use super::{Expression, Scanner};
use std::ops::Range;

/// Brackets, strings and templates of one expression inside one another.
const DEEPEST_BRACKET: usize = 10_000;

/// The entries of the innermost object that holds the byte at `offset` of an expression, each with the white space before it.
pub fn object_entries_around(expression: &str, offset: usize) -> Vec<Range<usize>> {
    let bytes = expression.as_bytes();
    let mut scanner = Scanner::new(expression);
    // For each open bracket: where it is, where its present entry starts, and the entries before that.
    let mut open: Vec<(usize, Vec<Range<usize>>)> = Vec::new();
    let mut inside = Vec::new();
    let mut blanks = Vec::new();
    while !scanner.at_end() {
        let from = scanner.pos;
        let ends = match inside.last() {
            Some((Inside::Quote(_), _)) => scanner.in_quote(&mut inside),
            Some((Inside::Heredoc { .. }, _)) => scanner.in_heredoc(&mut inside),
            _ => scanner.in_code(&mut inside, &mut blanks),
        };
        if ends {
            // The rest is no part of the expression.
            break;
        }
        if inside.len() > open.len() {
            open.push((scanner.pos, Vec::new()));
        } else if inside.len() < open.len() {
            if let Some((start, mut entries)) = open.pop()
                && scanner.pos > offset
                && entries.first().map_or(start, |e| e.start) <= offset
                && bytes.get(from) == Some(&b'}')
            {
                entries.push(start..from);
                return entries;
            }
        } else if matches!(inside.last(), Some((Inside::Brace { .. }, _)))
            && matches!(bytes.get(from), Some(b',' | b'\n'))
            && let Some((start, entries)) = open.last_mut()
        {
            entries.push(*start..from);
            *start = from + 1;
        }
    }
    Vec::new()
}

/// The interpolations and directives of a template, with their brackets.
pub fn template_sequences(text: &str, quoted: bool) -> Vec<Range<usize>> {
    let mut scanner = Scanner::new(text);
    let (mut inside, mut blanks, mut sequences) = (Vec::new(), Vec::new(), Vec::new());
    let mut start = 0;
    while !scanner.at_end() {
        match inside.last() {
            None => {
                start = scanner.pos;
                match scanner.peek(0) {
                    b'\\' if quoted => scanner.pos += 2,
                    b'$' | b'%' => scanner.template_mark(&mut inside),
                    _ => scanner.pos += 1,
                }
                continue;
            }
            Some((Inside::Quote(_), _)) => scanner.in_quote(&mut inside),
            Some((Inside::Heredoc { .. }, _)) => scanner.in_heredoc(&mut inside),
            _ => scanner.in_code(&mut inside, &mut blanks),
        };
        if inside.is_empty() {
            sequences.push(start..scanner.pos);
        }
    }
    sequences
}

/// What the scanner is inside of.
enum Inside {
    Paren,
    Square,
    Brace { object_for: bool },
    Interpolation,
    Quote(usize),
    Heredoc { marker: Range<usize> },
}

impl Scanner<'_> {
    /// An expression, up to the end of its line, or to the brace that closes the block around it.
    pub(super) fn expression(&mut self) -> Expression {
        self.skip_blanks();
        let start = self.pos;
        let faults = self.faults.len();
        let mut blanks = Vec::new();
        let mut inside: Vec<(Inside, usize)> = Vec::new();
        let mut last = start;
        while !self.at_end() {
            let from = self.pos;
            let ends = match inside.last() {
                Some((Inside::Quote(_), _)) => self.in_quote(&mut inside),
                Some((Inside::Heredoc { .. }, _)) => self.in_heredoc(&mut inside),
                _ => self.in_code(&mut inside, &mut blanks),
            };
            if ends {
                break;
            }
            if inside.len() > DEEPEST_BRACKET {
                self.fault(from..self.pos, "brackets are nested too deeply here");
                inside.clear();
            }
            let was_code = !matches!(inside.last(), Some((Inside::Quote(_) | Inside::Heredoc { .. }, _)));
            let moved = self.bytes.get(from..self.pos).unwrap_or(&[]);
            if !was_code || !(moved.iter().all(u8::is_ascii_whitespace) || is_comment(moved)) {
                last = self.pos;
            }
        }
        if let Some((_, open)) = inside.last() {
            self.fault(*open..(*open + 1).min(self.bytes.len()), "this is never closed");
        }
        if last == start && self.faults.len() == faults {
            self.fault(self.character_before(start)..start, "a value is missing after this");
        }
        Expression { at: start..last.min(self.end), blanks, broken: self.faults.len() > faults }
    }

    /// One step inside a quoted string; whether the expression ends here.
    fn in_quote(&mut self, inside: &mut Vec<(Inside, usize)>) -> bool {
        match self.peek(0) {
            b'\\' => self.pos += 2,
            b'$' | b'%' => self.template_mark(inside),
            b'"' => {
                self.pos += 1;
                inside.pop();
            }
            b'\n' => {
                if let Some((Inside::Quote(open), _)) = inside.last() {
                    self.fault(*open..self.pos, "this string is not closed");
                }
                inside.clear();
                return true;
            }
            _ => self.pos += 1,
        }
        false
    }

    /// One step inside a heredoc.
    fn in_heredoc(&mut self, inside: &mut Vec<(Inside, usize)>) -> bool {
        if self.pos > 0 && self.bytes.get(self.pos - 1) == Some(&b'\n') {
            let rest = self.bytes.get(self.pos..self.end).unwrap_or(&[]);
            let line = memchr::memchr(b'\n', rest).map_or(rest, |i| rest.get(..i).unwrap_or(rest));
            if let Some((Inside::Heredoc { marker }, _)) = inside.last()
                && Some(line.trim_ascii()) == self.bytes.get(marker.clone())
            {
                self.pos += line.trim_ascii_end().len();
                inside.pop();
                return false;
            }
        }
        match self.peek(0) {
            b'$' | b'%' => self.template_mark(inside),
            _ => self.pos += 1,
        }
        false
    }

    /// `${` and `%{` open an interpolation; `$${` and `%%{` are text.
    fn template_mark(&mut self, inside: &mut Vec<(Inside, usize)>) {
        let mark = self.peek(0);
        if self.peek(1) == mark && self.peek(2) == b'{' {
            self.pos += 3;
        } else if self.peek(1) == b'{' {
            inside.push((Inside::Interpolation, self.pos));
            self.pos += 2;
        } else {
            self.pos += 1;
        }
    }

    /// One step outside strings; whether the expression ends here.
    fn in_code(&mut self, inside: &mut Vec<(Inside, usize)>, blanks: &mut Vec<Range<usize>>) -> bool {
        let start = self.pos;
        let in_for = matches!(inside.last(), Some((Inside::Brace { object_for: true }, _)));
        match self.peek(0) {
            b'"' => {
                self.pos += 1;
                inside.push((Inside::Quote(start), start));
            }
            b'<' if self.peek(1) == b'<' => self.heredoc_start(inside),
            b'(' => self.open(Inside::Paren, inside),
            b'[' => self.open(Inside::Square, inside),
            b'{' => {
                self.pos += 1;
                let object_for = self.for_follows();
                inside.push((Inside::Brace { object_for }, start));
            }
            close @ (b')' | b']' | b'}') => {
                let fits = match inside.last() {
                    None if close == b'}' => return true,
                    Some((Inside::Paren, _)) => close == b')',
                    Some((Inside::Square, _)) => close == b']',
                    Some((Inside::Brace { .. } | Inside::Interpolation, _)) => close == b'}',
                    _ => false,
                };
                if fits {
                    self.pos += 1;
                    if let Some((_, open)) = inside.pop() {
                        self.closed(open);
                    }
                } else if let Some((_, open)) = inside.last() {
                    self.fault(*open..*open + 1, "this bracket is not closed");
                    inside.clear();
                    if close == b'}' {
                        return true;
                    }
                    self.pos += 1;
                } else {
                    self.fault(start..start + 1, "this bracket closes nothing");
                    self.pos += 1;
                }
            }
            b'\n' if inside.is_empty() => return true,
            b'\n' => {
                self.pos += 1;
                if in_for {
                    blanks.push(start..self.pos);
                }
            }
            b'#' | b'/' if self.skip_comment() => {
                if in_for {
                    blanks.push(start..self.pos);
                }
            }
            b'0'..=b'9' => self.number(),
            b if b.is_ascii_alphabetic() || b == b'_' => drop(self.identifier()),
            _ => self.pos += 1,
        }
        false
    }

    /// A number, with all its dots. Two numbers behind a dot are one number to HCL, which it then does not understand.
    fn number(&mut self) {
        let start = self.pos;
        let behind_dot = start.checked_sub(1).and_then(|i| self.bytes.get(i)) == Some(&b'.');
        let mut dots = 0;
        while self.peek(0).is_ascii_digit() || (self.peek(0) == b'.' && self.peek(1).is_ascii_digit()) {
            dots += usize::from(self.peek(0) == b'.');
            self.pos += 1;
        }
        if dots > usize::from(!behind_dot) {
            self.fault(start..self.pos, "this is no number");
        }
    }

    fn open(&mut self, what: Inside, inside: &mut Vec<(Inside, usize)>) {
        inside.push((what, self.pos));
        self.pos += 1;
    }

    /// `<<MARK` or `<<-MARK` and its newline.
    fn heredoc_start(&mut self, inside: &mut Vec<(Inside, usize)>) {
        let start = self.pos;
        self.pos += if self.peek(2) == b'-' { 3 } else { 2 };
        let marker = self.identifier();
        while matches!(self.peek(0), b' ' | b'\t' | b'\r') {
            self.pos += 1;
        }
        if marker.is_empty() || self.peek(0) != b'\n' {
            self.fault(start..self.pos, "a heredoc needs a marker and a new line here");
            return;
        }
        self.pos += 1;
        inside.push((Inside::Heredoc { marker }, start));
    }

    /// Whether `for` is the next word after white space and comments. Nothing is consumed.
    fn for_follows(&mut self) -> bool {
        let start = self.pos;
        let faults = self.faults.len();
        self.skip_trivia();
        let word = self.identifier();
        let found = self.bytes.get(word) == Some(b"for");
        self.pos = start;
        self.faults.truncate(faults);
        found
    }
}

fn is_comment(text: &[u8]) -> bool {
    text.starts_with(b"#") || text.starts_with(b"//") || text.starts_with(b"/*")
}
