//! Columns in lines of any length: counting starts at a mark nearby, not at the start of the line, so that a template that stands on one
//! long line does not cost its whole length for each place in it.

/// Bytes between two marks.
const STEP: usize = 1024;

/// How many characters there are, in two units.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Count {
    /// Unicode scalar values.
    pub(super) scalars: usize,
    /// UTF-16 code units.
    pub(super) utf16: usize,
}

impl Count {
    /// Counts the characters that start among these bytes of a UTF-8 text: every byte that continues none starts one, and those of four
    /// bytes take two UTF-16 units.
    fn of(bytes: &[u8]) -> Self {
        let scalars = bytes.iter().filter(|&b| b & 0xc0 != 0x80).count();
        let pairs = bytes.iter().filter(|&&b| b >= 0xf0).count();
        Self { scalars, utf16: scalars + pairs }
    }

    fn plus(self, other: Self) -> Self {
        Self { scalars: self.scalars + other.scalars, utf16: self.utf16 + other.utf16 }
    }

    fn minus(self, other: Self) -> Self {
        Self { scalars: self.scalars.saturating_sub(other.scalars), utf16: self.utf16.saturating_sub(other.utf16) }
    }
}

/// The counts before each mark of one text.
#[derive(Debug)]
pub(super) struct Columns(Vec<Count>);

impl Columns {
    /// Reads the text once.
    pub(super) fn new(text: &str) -> Self {
        let mut before = Count::default();
        let mut marks = vec![before];
        for step in text.as_bytes().chunks(STEP) {
            before = before.plus(Count::of(step));
            marks.push(before);
        }
        Self(marks)
    }

    /// The characters between two offsets of the text it was made from.
    pub(super) fn between(&self, text: &str, start: usize, end: usize) -> Count {
        // In lines of a usual length no mark is nearer than the start of the line.
        match text.as_bytes().get(start..end) {
            Some(near) if near.len() <= STEP => Count::of(near),
            _ => self.before(text, end).minus(self.before(text, start)),
        }
    }

    fn before(&self, text: &str, offset: usize) -> Count {
        let offset = offset.min(text.len());
        let mark = offset / STEP;
        let rest = text.as_bytes().get(mark * STEP..offset).unwrap_or_default();
        self.0.get(mark).copied().unwrap_or_default().plus(Count::of(rest))
    }
}
