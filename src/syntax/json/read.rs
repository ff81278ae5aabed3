//! The reader: no recursion, one step for each token, and on after a mistake.

use super::text::unescape;
use super::{DEEPEST, MOST_VALUES, Member, Node, Parsed, Value};
use crate::source::{FileId, Span};
use std::ops::Range;
use std::sync::Arc;

/// More errors, or more extensions, than this are not told for one text.
const MOST_TOLD: usize = 20;

/// Reads one text.
pub(super) struct Reader<'a> {
    file: FileId,
    text: &'a str,
    pos: usize,
    open: Vec<Open>,
    root: Option<Node>,
    /// Whether a string was never closed. Strings after it are looked for in their line only, so that the work stays linear.
    unclosed: bool,
    /// How many values were read.
    values: usize,
    errors: Vec<(Span, String)>,
    extensions: Vec<(Span, String)>,
    comments: Vec<Span>,
}

/// An array or object that is not closed yet.
struct Open {
    start: usize,
    content: Content,
    /// Whether a value has just ended: a comma or the end must follow.
    after_value: bool,
    /// The comma after the last value.
    comma: Option<usize>,
}

enum Content {
    Array(Vec<Node>),
    /// The members, and the name whose value comes next.
    Object(Vec<Member>, Option<(Arc<str>, Span)>),
}

impl<'a> Reader<'a> {
    /// A reader at the start of a text.
    pub(super) fn new(file: FileId, text: &'a str) -> Self {
        Self {
            file,
            text,
            pos: 0,
            open: Vec::new(),
            root: None,
            unclosed: false,
            values: 0,
            errors: Vec::new(),
            extensions: Vec::new(),
            comments: Vec::new(),
        }
    }

    /// Reads the whole text.
    pub(super) fn read(mut self) -> Parsed {
        while let Some(byte) = self.next_token() {
            if self.values > MOST_VALUES {
                self.stop();
            } else if !self.open.is_empty() {
                self.inside(byte);
            } else if self.root.is_none() {
                self.value(byte);
            } else {
                self.error(self.pos..self.character_end(), "nothing may follow the value");
                break;
            }
        }
        let end = self.text.len();
        if let Some(open) = self.open.last().filter(|_| self.values <= MOST_VALUES) {
            self.error(open.start..open.start + 1, "this is never closed");
        }
        while !self.open.is_empty() {
            self.close(end);
        }
        if self.root.is_none() && self.errors.is_empty() {
            self.error(end..end, "a JSON value was expected here");
        }
        let root = self.root.unwrap_or(Node { value: Value::Invalid, span: Span::new(self.file, 0, end) });
        self.errors.sort();
        self.extensions.sort();
        Parsed { root, errors: self.errors, extensions: self.extensions, comments: self.comments }
    }

    /// Leaves the rest out. That is told in any case.
    fn stop(&mut self) {
        let message = format!("this file has more than {MOST_VALUES} values; it is not read from here on");
        self.errors.push((self.span(self.pos..self.character_end()), message));
        self.pos = self.text.len();
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.pos).copied()
    }

    fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file, range.start, range.end)
    }

    /// The end of the character at the present place.
    fn character_end(&self) -> usize {
        self.pos + self.text.get(self.pos..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8)
    }

    fn error(&mut self, at: Range<usize>, message: &str) {
        if self.errors.len() < MOST_TOLD {
            self.errors.push((self.span(at), message.to_owned()));
        }
    }

    fn extension(&mut self, at: Range<usize>, message: &str) {
        if self.extensions.len() < MOST_TOLD {
            self.extensions.push((self.span(at), message.to_owned()));
        }
    }

    /// Passes over white space and comments, to the first byte of what follows.
    fn next_token(&mut self) -> Option<u8> {
        loop {
            match self.peek()? {
                b' ' | b'\t' | b'\n' | b'\r' => self.pos += 1,
                b'/' if self.comment() => {}
                byte => return Some(byte),
            }
        }
    }

    /// Passes over a comment, if one starts here.
    fn comment(&mut self) -> bool {
        let start = self.pos;
        let rest = self.text.as_bytes().get(start..).unwrap_or(&[]);
        let end = if rest.starts_with(b"//") {
            memchr::memchr(b'\n', rest)
        } else if rest.starts_with(b"/*") {
            let end = memchr::memmem::find(rest, b"*/").map(|at| at + 2);
            if end.is_none() {
                self.error(start..start + 2, "this comment is never closed");
            }
            end
        } else {
            return false;
        };
        self.pos = end.map_or(self.text.len(), |at| start + at);
        self.extension(start..self.pos, "JSON has no comments");
        self.comments.push(self.span(start..self.pos));
        true
    }

    /// One step inside an array or object.
    fn inside(&mut self, byte: u8) {
        let at = self.pos;
        let Some(top) = self.open.last_mut() else { return };
        let needs_name = matches!(top.content, Content::Object(_, None));
        let has_name = matches!(top.content, Content::Object(_, Some(_)));
        match byte {
            b',' => {
                self.pos += 1;
                if top.after_value {
                    top.after_value = false;
                    top.comma = Some(at);
                } else {
                    self.error(at..at + 1, "a value is missing before this comma");
                    if has_name {
                        self.put(Value::Invalid, at..at);
                    }
                }
            }
            b']' | b'}' => self.closing(byte),
            _ if top.after_value => {
                top.after_value = false;
                self.error(at..self.character_end(), "a comma is missing before this");
            }
            _ if needs_name => self.name(byte),
            _ => self.value(byte),
        }
    }

    /// The name of a member, and its colon.
    fn name(&mut self, byte: u8) {
        if byte != b'"' {
            return self.junk("a name in quotes was expected here");
        }
        let start = self.pos;
        let text = self.string();
        let span = self.span(start..self.pos);
        if let Some(Open { content: Content::Object(_, name), .. }) = self.open.last_mut() {
            *name = Some((text, span));
        }
        let end = self.pos;
        if self.next_token() == Some(b':') {
            self.pos += 1;
        } else {
            self.error(start..end, "a colon and a value are missing after this name");
            self.put(Value::Invalid, end..end);
        }
    }

    /// A value, or the start of one.
    fn value(&mut self, byte: u8) {
        let start = self.pos;
        match byte {
            b'"' => {
                let text = self.string();
                self.put(Value::String(text), start..self.pos);
            }
            b'[' | b'{' if self.open.len() >= DEEPEST => {
                self.error(start..start + 1, "values are nested too deeply here");
                self.pass_over();
                self.put(Value::Invalid, start..self.pos);
            }
            b'[' | b'{' => {
                self.pos += 1;
                let content = if byte == b'[' { Content::Array(Vec::new()) } else { Content::Object(Vec::new(), None) };
                self.open.push(Open { start, content, after_value: false, comma: None });
            }
            _ => {
                let word = self.word();
                match literal(word) {
                    Some(value) => {
                        self.pos += word.len();
                        self.put(value, start..self.pos);
                    }
                    None => {
                        self.junk("this is no JSON value");
                        self.put(Value::Invalid, start..self.pos);
                    }
                }
            }
        }
    }

    /// Passes over what makes no sense here, at least one character.
    fn junk(&mut self, message: &str) {
        let end = (self.pos + self.word().len()).max(self.character_end());
        self.error(self.pos..end, message);
        self.pos = end;
    }

    /// What stands here up to white space or punctuation.
    fn word(&self) -> &'a str {
        let rest = self.text.get(self.pos..).unwrap_or("");
        let end = rest.bytes().position(|b| b <= b' ' || matches!(b, b',' | b':' | b'[' | b']' | b'{' | b'}' | b'"' | b'/'));
        rest.get(..end.unwrap_or(rest.len())).unwrap_or("")
    }

    /// A string whose opening quote stands here.
    fn string(&mut self) -> Arc<str> {
        let start = self.pos + 1;
        let (end, next) = self.string_end();
        let written = self.text.get(start..end).unwrap_or("");
        if next == end {
            self.unclosed = true;
            self.error(self.pos..start, "this string is never closed");
        }
        if let Some(control) = written.bytes().position(|b| b < b' ') {
            let at = start + control;
            self.extension(at..at + 1, "JSON has no line breaks and control characters in strings");
        }
        self.pos = next;
        if memchr::memchr(b'\\', written.as_bytes()).is_none() {
            return written.into();
        }
        let made = unescape(written, start);
        for wrong in made.wrong {
            self.error(wrong, "JSON has no such escape");
        }
        made.text.into()
    }

    /// Where the string that starts here ends, and where it goes on after it; both the same when it is never closed: then it ends with
    /// the line.
    fn string_end(&self) -> (usize, usize) {
        let start = self.pos + 1;
        let line = || {
            let rest = self.text.as_bytes().get(start..).unwrap_or(&[]);
            memchr::memchr(b'\n', rest).map_or(self.text.len(), |line| start + line)
        };
        let bytes = self.text.as_bytes();
        let bytes = if self.unclosed { bytes.get(..line()).unwrap_or(bytes) } else { bytes };
        let mut at = start;
        while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
            at += found;
            if bytes.get(at) == Some(&b'"') {
                return (at, at + 1);
            }
            at += 2;
        }
        let end = line();
        (end, end)
    }

    /// Passes over an array or object without reading it.
    fn pass_over(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.next_token() {
            match byte {
                b'"' => self.pos = self.string_end().1,
                b'[' | b'{' => {
                    depth += 1;
                    self.pos += 1;
                }
                b']' | b'}' => {
                    depth -= 1;
                    self.pos += 1;
                }
                _ => self.pos = self.character_end(),
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// A closing bracket: closes what it fits, and what was left open in that.
    fn closing(&mut self, byte: u8) {
        let fits = |open: &Open| matches!(open.content, Content::Array(_)) == (byte == b']');
        let at = self.pos;
        let Some(top) = self.open.last() else { return };
        if fits(top) {
            self.pos += 1;
            return self.close(self.pos);
        }
        let start = top.start;
        if self.open.iter().any(fits) {
            self.error(start..start + 1, "this is not closed before what is around it");
            self.close(at);
        } else {
            self.error(at..at + 1, "this closes nothing");
            self.pos += 1;
        }
    }

    /// Ends the innermost array or object.
    fn close(&mut self, end: usize) {
        if matches!(self.open.last(), Some(Open { content: Content::Object(_, Some(_)), .. })) {
            self.error(self.text.floor_char_boundary(end.saturating_sub(1))..end, "a value is missing before this");
            self.put(Value::Invalid, end..end);
        }
        let Some(open) = self.open.pop() else { return };
        if let (false, Some(comma)) = (open.after_value, open.comma) {
            self.extension(comma..comma + 1, "JSON has no comma after the last element");
        }
        let value = match open.content {
            Content::Array(items) => Value::Array(items),
            Content::Object(members, _) => Value::Object(members),
        };
        self.put(value, open.start..end);
    }

    /// Puts a value where it belongs.
    fn put(&mut self, value: Value, at: Range<usize>) {
        self.values += 1;
        let node = Node { value, span: self.span(at) };
        let Some(top) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        top.after_value = true;
        match &mut top.content {
            Content::Array(items) => items.push(node),
            Content::Object(members, name) => {
                if let Some((name, name_span)) = name.take() {
                    members.push(Member { name, name_span, value: node });
                }
            }
        }
    }
}

/// `null`, `true`, `false` or a number.
fn literal(word: &str) -> Option<Value> {
    match word {
        "null" => Some(Value::Null),
        "true" => Some(Value::Bool(true)),
        "false" => Some(Value::Bool(false)),
        _ => is_number(word).then(|| word.parse().ok()).flatten().map(Value::Number),
    }
}

/// Whether a word is a number as JSON writes it: `-0.5e+3`, but neither `.5`, `5.`, `05` nor `+5`.
fn is_number(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (mantissa, exponent) = word.split_once(['e', 'E']).map_or((word, None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(w, f)| (w, Some(f)));
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
}
