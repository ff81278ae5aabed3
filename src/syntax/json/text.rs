//! The inside of a string: escapes, and where its characters stand.

use crate::source::Span;
use std::ops::Range;

/// Where the characters of a string stand in the file.
#[derive(Debug)]
pub struct Places {
    marks: Vec<(usize, usize)>,
}

impl Places {
    /// Of the string that is written at `quoted`, quotes included, in the file with this text.
    pub fn new(text: &str, quoted: Span) -> Self {
        let start = quoted.start as usize + 1;
        let written = text.get(start..quoted.end as usize).unwrap_or("");
        let written = written.strip_suffix('"').unwrap_or(written);
        let escapes = memchr::memchr(b'\\', written.as_bytes()).is_some();
        Self { marks: if escapes { unescape(written, start).marks } else { vec![(0, start)] } }
    }

    /// The place of the byte at `at` in the string's text.
    pub fn offset(&self, at: usize) -> usize {
        let next = self.marks.partition_point(|(text, _)| *text <= at);
        let (text, written) = next.checked_sub(1).and_then(|last| self.marks.get(last)).copied().unwrap_or_default();
        written + at.saturating_sub(text)
    }
}

/// A string in the making.
#[derive(Default)]
pub(super) struct Unescaped {
    /// The text so far.
    pub text: String,
    /// Escapes that mean nothing, as ranges of what was written.
    pub wrong: Vec<Range<usize>>,
    /// Pairs of offsets: in the text, and where that is written. In order; between two of them both grow alike.
    pub marks: Vec<(usize, usize)>,
    /// The first half of a surrogate pair whose second half must come next.
    high: Option<u32>,
}

/// The text that stands between the quotes, `written` from the byte `start` on, with its escapes replaced.
pub(super) fn unescape(written: &str, start: usize) -> Unescaped {
    let mut made = Unescaped { text: String::with_capacity(written.len()), ..Unescaped::default() };
    let mut rest = written;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        let (plain, escape) = rest.split_at_checked(at).unwrap_or((rest, ""));
        made.plain(plain, start + written.len() - rest.len());
        let from = start + written.len() - escape.len();
        made.mark(from);
        let length = made.escape(escape, from);
        rest = escape.get(length..).unwrap_or("");
    }
    made.plain(rest, start + written.len() - rest.len());
    made.end_pair();
    made.mark(start + written.len());
    made
}

impl Unescaped {
    fn plain(&mut self, text: &str, from: usize) {
        if !text.is_empty() {
            self.end_pair();
            self.mark(from);
            self.text.push_str(text);
        }
    }

    /// Notes that what comes next is written from `at` on.
    fn mark(&mut self, at: usize) {
        let text = self.text.len();
        // The first half of a pair is no text yet.
        if self.marks.last().is_none_or(|(last, _)| *last < text) {
            self.marks.push((text, at));
        }
    }

    /// A half that stayed alone.
    fn end_pair(&mut self) {
        if self.high.take().is_some() {
            self.text.push(char::REPLACEMENT_CHARACTER);
        }
    }

    /// Takes the escape that `text` begins with; its length in bytes.
    fn escape(&mut self, text: &str, from: usize) -> usize {
        let letter = text.chars().nth(1).unwrap_or('\\');
        if letter == 'u'
            && let Some(unit) = text.get(2..6).filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
        {
            self.unit(u32::from_str_radix(unit, 16).unwrap_or(0));
            return 6;
        }
        self.end_pair();
        let meant = match letter {
            '"' | '\\' | '/' => Some(letter),
            'b' => Some('\u{8}'),
            'f' => Some('\u{c}'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            _ => None,
        };
        let length = 1 + letter.len_utf8();
        if meant.is_none() {
            self.wrong.push(from..from + length);
        }
        self.text.push(meant.unwrap_or(letter));
        length
    }

    /// One UTF-16 unit.
    fn unit(&mut self, unit: u32) {
        match (self.high.take(), unit) {
            (Some(high), 0xdc00..=0xdfff) => {
                let scalar = 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00);
                self.text.push(char::from_u32(scalar).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            (high, _) => {
                self.high = high;
                self.end_pair();
                match unit {
                    0xd800..=0xdbff => self.high = Some(unit),
                    _ => self.text.push(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)),
                }
            }
        }
    }
}
