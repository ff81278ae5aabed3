//! Between the structure: white space, comments, words and labels.

use super::Scanner;
use std::ops::Range;

impl Scanner<'_> {
    pub(super) fn character_length(&self) -> usize {
        (1..4).find(|&n| self.bytes.get(self.pos + n).is_none_or(|b| b & 0xc0 != 0x80)).unwrap_or(1)
    }

    pub(super) fn skip_line(&mut self) {
        let rest = self.bytes.get(self.pos..self.end).unwrap_or(&[]);
        self.pos = memchr::memchr(b'\n', rest).map_or(self.end, |i| self.pos + i + 1);
    }

    pub(super) fn skip_blanks(&mut self) {
        while matches!(self.peek(0), b' ' | b'\t') || (self.starts_with(b"/*") && self.skip_comment()) {
            if matches!(self.peek(0), b' ' | b'\t') {
                self.pos += 1;
            }
        }
    }

    /// White space, newlines and comments.
    pub(super) fn skip_trivia(&mut self) {
        while !self.at_end() {
            match self.peek(0) {
                b' ' | b'\t' | b'\n' | b'\r' => self.pos += 1,
                b'#' | b'/' if self.skip_comment() => {}
                _ => return,
            }
        }
    }

    /// A comment, if one starts here. The newline after a line comment stays.
    pub(super) fn skip_comment(&mut self) -> bool {
        let start = self.pos;
        let found = self.pass_comment();
        if let Some(layout) = self.layout.as_mut().filter(|_| found) {
            layout.comments.push(start..self.pos);
        }
        found
    }

    fn pass_comment(&mut self) -> bool {
        let rest = self.bytes.get(self.pos..self.end).unwrap_or(&[]);
        if rest.starts_with(b"#") || rest.starts_with(b"//") {
            self.pos = memchr::memchr(b'\n', rest).map_or(self.end, |i| self.pos + i);
            true
        } else if rest.starts_with(b"/*") {
            match memchr::memmem::find(rest, b"*/") {
                Some(i) => self.pos += i + 2,
                None => {
                    self.fault(self.pos..self.pos + 2, "this comment is never closed");
                    self.pos = self.end;
                }
            }
            true
        } else {
            false
        }
    }

    pub(super) fn identifier(&mut self) -> Range<usize> {
        let start = self.pos;
        let part = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-' || b >= 0x80;
        if !self.peek(0).is_ascii_digit() && self.peek(0) != b'-' {
            while part(self.peek(0)) {
                self.pos += 1;
            }
        }
        start..self.pos
    }

    /// The labels of a block: quoted or bare words on the same line.
    pub(super) fn labels(&mut self) -> Vec<Range<usize>> {
        let mut labels = Vec::new();
        loop {
            self.skip_blanks();
            let start = self.pos;
            if self.peek(0) == b'"' {
                self.pos += 1;
                while !self.at_end() && !matches!(self.peek(0), b'"' | b'\n') {
                    self.pos += if self.peek(0) == b'\\' { 2 } else { 1 };
                }
                if self.peek(0) != b'"' {
                    self.fault(start..self.pos.min(self.end), "this string is not closed");
                    return labels;
                }
                self.pos += 1;
                if !self.bytes.get(start..self.pos).is_some_and(is_plain_label) {
                    self.fault(start..self.pos, "a label cannot hold an interpolation or an unknown escape");
                }
            } else if self.identifier().is_empty() {
                return labels;
            }
            labels.push(start..self.pos);
        }
    }
}

/// Whether a quoted label is a text that HCL takes.
fn is_plain_label(label: &[u8]) -> bool {
    let mut rest = label;
    while let [first, others @ ..] = rest {
        rest = match (first, others) {
            (b'\\', [b'n' | b'r' | b't' | b'"' | b'\\' | b'u' | b'U', after @ ..]) => after,
            (b'\\', _) | (b'$' | b'%', [b'{', ..]) => return false,
            (b'$', [b'$', b'{', after @ ..]) | (b'%', [b'%', b'{', after @ ..]) => after,
            _ => others,
        };
    }
    true
}
