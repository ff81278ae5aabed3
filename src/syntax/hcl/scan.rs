//! The structure of an HCL file: where its blocks, attributes and expressions are, found without parsing the expressions.
//!
//! The scanner knows strings, templates, heredocs, comments and brackets, and recovers: a mistake in one expression costs that
//! expression, a block that is never closed ends where the next line starts a block in the first column.

mod expression;
mod words;

pub use expression::{object_entries_around, template_sequences};
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
}
