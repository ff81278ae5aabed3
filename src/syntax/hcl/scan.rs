//! The structure of an HCL file: where its blocks, attributes and expressions are, found without parsing the expressions.
//!
//! The scanner knows strings, templates, heredocs, comments and brackets, and recovers: a mistake in one expression costs that
//! expression, a block that is never closed ends where the next line starts a block in the first column.

use std::ops::Range;

/// What a scan found.
#[derive(Debug, Default)]
pub struct Scan {
    /// The items of the file.
    pub items: Vec<Item>,
    /// What is wrong, and where.
    pub faults: Vec<Fault>,
}

/// A mistake in the structure.
#[derive(Debug)]
pub struct Fault {
    /// The place.
    pub at: Range<usize>,
    /// In words for the user.
    pub message: &'static str,
}

/// An attribute or a block.
#[derive(Debug)]
pub struct Item {
    /// The name of the attribute, the keyword of the block.
    pub name: Range<usize>,
    /// What follows.
    pub kind: ItemKind,
}

/// What an [`Item`] is.
#[derive(Debug)]
pub enum ItemKind {
    /// `name = expression`
    Attribute(Expression),
    /// `name label { items }`
    Block {
        /// With their quotes.
        labels: Vec<Range<usize>>,
        /// What is between the braces.
        items: Vec<Item>,
    },
}

/// The place of an expression.
#[derive(Debug)]
pub struct Expression {
    /// Without white space around it.
    pub at: Range<usize>,
    /// Newlines and comments inside an object `for`, where HCL ignores newlines but `hcl-edit` does not: to be blanked before parsing.
    pub blanks: Vec<Range<usize>>,
    /// Whether a fault was found in it.
    pub broken: bool,
}

/// More faults than this are not told: the file is no HCL.
const MOST_FAULTS: usize = 50;
/// So many attributes and blocks of one file are read: each takes many times the memory of its four bytes.
const MOST_ITEMS: usize = 400_000;
/// Brackets, strings and templates of one expression inside one another.
const DEEPEST_BRACKET: usize = 10_000;
/// Blocks nested deeper than this are refused.
const DEEPEST_BLOCK: usize = 64;

/// Scans a whole file.
pub fn scan(text: &str) -> Scan {
    let mut scanner = Scanner::new(text);
    let items = scanner.file();
    if let Some(start) = scanner.stopped {
        // Told even where much else is wrong, or what is not read seems to be missing.
        scanner.faults.clear();
        let message = "a file of more than 400000 attributes and blocks is not read from here on";
        scanner.faults.push(Fault { at: start..start + 1, message });
    }
    Scan { items, faults: scanner.faults }
}

/// The comments of a file and what stands between brackets, brackets included, both in order.
pub fn layout(text: &str) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let mut scanner = Scanner::new(text);
    scanner.layout = Some(Layout::default());
    scanner.file();
    let Layout { mut comments, mut brackets } = scanner.layout.unwrap_or_default();
    // What is read twice is there twice.
    for ranges in [&mut comments, &mut brackets] {
        ranges.sort_by_key(|range| (range.start, range.end));
        ranges.dedup();
    }
    (comments, brackets)
}

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

struct Scanner<'a> {
    bytes: &'a [u8],
    /// Where the text ends for now; before the real end while an unclosed block is cut off.
    end: usize,
    pos: usize,
    /// How many attributes and blocks there were.
    items: usize,
    /// Where there were too many.
    stopped: Option<usize>,
    faults: Vec<Fault>,
    /// What [`layout`] is asked for.
    layout: Option<Layout>,
}

/// What most readers have no use for.
#[derive(Default)]
struct Layout {
    comments: Vec<Range<usize>>,
    brackets: Vec<Range<usize>>,
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

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        Self { bytes, end: bytes.len(), pos: 0, items: 0, stopped: None, faults: Vec::new(), layout: None }
    }

    /// Notes that brackets were closed.
    fn closed(&mut self, open: usize) {
        if let Some(layout) = &mut self.layout {
            layout.brackets.push(open..self.pos);
        }
    }

    fn peek(&self, ahead: usize) -> u8 {
        let at = self.pos + ahead;
        if at < self.end { self.bytes.get(at).copied().unwrap_or(0) } else { 0 }
    }

    fn at_end(&self) -> bool {
        self.pos >= self.end
    }

    fn starts_with(&self, text: &[u8]) -> bool {
        self.bytes.get(self.pos..self.end).is_some_and(|rest| rest.starts_with(text))
    }

    fn fault(&mut self, at: Range<usize>, message: &'static str) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(Fault { at, message });
        }
    }

    /// The items of the file.
    fn file(&mut self) -> Vec<Item> {
        let mut items = Vec::new();
        loop {
            self.body(&mut items, 0, false);
            if self.at_end() {
                return items;
            }
            self.fault(self.pos..self.pos + 1, "this } closes nothing");
            self.pos += 1;
        }
    }

    /// Items up to the closing brace, which is not consumed, or the end.
    fn body(&mut self, items: &mut Vec<Item>, depth: usize, one_line: bool) {
        loop {
            self.skip_trivia();
            if self.at_end() || self.peek(0) == b'}' {
                return;
            }
            let start = self.pos;
            self.items += 1;
            if self.items > MOST_ITEMS {
                self.stopped.get_or_insert(start);
                self.pos = self.end;
                return;
            }
            let name = self.identifier();
            if name.is_empty() {
                self.fault(start..start + self.character_length(), "an attribute or a block was expected here");
                self.skip_line();
                continue;
            }
            self.skip_blanks();
            if self.peek(0) == b'=' && self.peek(1) != b'=' {
                self.pos += 1;
                let expression = self.expression();
                if !one_line && !expression.broken && !self.line_ends() {
                    self.fault(name.clone(), "a new line is missing after this argument");
                }
                items.push(Item { name, kind: ItemKind::Attribute(expression) });
                continue;
            }
            let labels = self.labels();
            if self.peek(0) != b'{' {
                self.fault(name, "an attribute needs a = and a value, a block needs braces");
                self.skip_line();
                continue;
            }
            let open = self.pos;
            self.pos += 1;
            if depth >= DEEPEST_BLOCK {
                self.fault(open..open + 1, "blocks are nested too deeply here");
                self.pos = self.end;
                return;
            }
            let faults = self.faults.len();
            let nested = self.block(open, depth);
            if !one_line && self.faults.len() == faults && !self.line_ends() {
                self.fault(name.clone(), "a new line is missing after this block");
            }
            items.push(Item { name, kind: ItemKind::Block { labels, items: nested } });
        }
    }

    /// The items of a block whose opening brace was just consumed, and the closing brace.
    fn block(&mut self, open: usize, depth: usize) -> Vec<Item> {
        let mut items = Vec::new();
        let start = self.pos;
        let faults = self.faults.len();
        let one_line = !self.line_ends();
        // After so many faults the file is taken for broken: cut right away, so that the work stays linear.
        if faults < MOST_FAULTS {
            self.body(&mut items, depth + 1, one_line);
        } else {
            self.pos = self.end;
        }
        if one_line && self.faults.len() == faults && !self.is_one_argument(&items, start) {
            self.fault(open..open + 1, "a block on one line can hold only one argument");
        }
        if self.at_end() && depth == 0 {
            self.faults.truncate(faults);
            self.fault(open..open + 1, "this { is never closed");
            if let Some(next) = self.next_header(start) {
                items.clear();
                let end = std::mem::replace(&mut self.end, next);
                self.pos = start;
                self.body(&mut items, depth + 1, one_line);
                self.end = end;
                self.pos = next;
            }
        } else if !self.at_end() {
            self.pos += 1;
            self.closed(open);
        }
        items
    }

    /// Whether nothing but a comment follows on this line. Blanks are consumed.
    fn line_ends(&mut self) -> bool {
        self.skip_blanks();
        self.at_end() || matches!(self.peek(0), b'\n' | b'\r' | b'#') || self.starts_with(b"//")
    }

    /// Whether there is no more than an argument between the braces of a block on one line; inside the argument there may be new lines.
    fn is_one_argument(&self, items: &[Item], start: usize) -> bool {
        let has_break = |range: Range<usize>| self.bytes.get(range).is_some_and(|part| part.contains(&b'\n'));
        match items {
            [] => !has_break(start..self.pos),
            [Item { name, kind: ItemKind::Attribute(expression) }] => {
                !has_break(start..name.start) && !has_break(expression.at.end..self.pos)
            }
            _ => false,
        }
    }

    /// The next line that starts, in the first column, like a block: `word "label" {`.
    fn next_header(&self, from: usize) -> Option<usize> {
        let rest = self.bytes.get(from..self.end)?;
        memchr::memchr_iter(b'\n', rest).map(|i| from + i + 1).find(|&start| {
            let line = self.bytes.get(start..self.end).unwrap_or(&[]);
            let line = line.split(|b| *b == b'\n').next().unwrap_or(&[]).trim_ascii_end();
            line.first().is_some_and(u8::is_ascii_alphabetic)
                && line.last() == Some(&b'{')
                && !line.contains(&b'=')
                && !line.contains(&b'(')
        })
    }

    /// Where the character begins that ends at a place.
    fn character_before(&self, end: usize) -> usize {
        let is_start = |place: &usize| self.bytes.get(*place).is_none_or(|byte| !(0x80..0xc0).contains(byte));
        (0..end).rev().find(is_start).unwrap_or(0)
    }

    fn character_length(&self) -> usize {
        (1..4).find(|&n| self.bytes.get(self.pos + n).is_none_or(|b| b & 0xc0 != 0x80)).unwrap_or(1)
    }

    fn skip_line(&mut self) {
        let rest = self.bytes.get(self.pos..self.end).unwrap_or(&[]);
        self.pos = memchr::memchr(b'\n', rest).map_or(self.end, |i| self.pos + i + 1);
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(0), b' ' | b'\t') || (self.starts_with(b"/*") && self.skip_comment()) {
            if matches!(self.peek(0), b' ' | b'\t') {
                self.pos += 1;
            }
        }
    }

    /// White space, newlines and comments.
    fn skip_trivia(&mut self) {
        while !self.at_end() {
            match self.peek(0) {
                b' ' | b'\t' | b'\n' | b'\r' => self.pos += 1,
                b'#' | b'/' if self.skip_comment() => {}
                _ => return,
            }
        }
    }

    /// A comment, if one starts here. The newline after a line comment stays.
    fn skip_comment(&mut self) -> bool {
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

    fn identifier(&mut self) -> Range<usize> {
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
    fn labels(&mut self) -> Vec<Range<usize>> {
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

    /// An expression, up to the end of its line, or to the brace that closes the block around it.
    fn expression(&mut self) -> Expression {
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

fn is_comment(text: &[u8]) -> bool {
    text.starts_with(b"#") || text.starts_with(b"//") || text.starts_with(b"/*")
}
