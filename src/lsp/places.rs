//! Places as the protocol counts them: lines and characters from 0, in units that client and server agree on.

use super::uri;
use crate::source::{SourceFile, Sources, Span};
use gen_lsp_types::{Location, Position, PositionEncodingKind, Range};
use std::path::{Path, PathBuf};

/// What characters are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16,
    Utf32,
}

impl Encoding {
    /// The first of what a client offers that is known here. Without any, UTF-16 it is.
    pub fn negotiate<'a>(offered: impl Iterator<Item = &'a str>) -> Self {
        let known = |name: &str| match name {
            "utf-8" => Some(Self::Utf8),
            "utf-16" => Some(Self::Utf16),
            "utf-32" => Some(Self::Utf32),
            _ => None,
        };
        offered.filter_map(known).next().unwrap_or(Self::Utf16)
    }

    /// Its name.
    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
            Self::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    fn units(self, c: char) -> usize {
        match self {
            Self::Utf8 => c.len_utf8(),
            Self::Utf16 => c.len_utf16(),
            Self::Utf32 => 1,
        }
    }

    /// The byte offset in a line (without its end) of a character position; the end of the line for positions beyond.
    pub fn offset_in(self, line: &str, character: u32) -> usize {
        let mut units = 0;
        for (offset, c) in line.char_indices() {
            if units >= character as usize {
                return offset;
            }
            units += self.units(c);
        }
        line.len()
    }

    /// The character position of a byte offset in a line.
    pub fn character_in(self, line: &str, offset: usize) -> u32 {
        let units = line.get(..offset).unwrap_or(line).chars().map(|c| self.units(c)).sum::<usize>();
        u32::try_from(units).unwrap_or(u32::MAX)
    }

    /// The position of a byte offset in a file.
    pub fn position(self, file: &SourceFile, offset: u32) -> Position {
        let (line, start) = file.line_of(offset);
        let position = file.position(offset);
        let character = match self {
            Self::Utf8 => (offset.min(u32::try_from(file.text().len()).unwrap_or(u32::MAX)) - start) as usize,
            Self::Utf16 => position.utf16_column - 1,
            Self::Utf32 => position.column - 1,
        };
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Position { line: number(line), character: number(character) }
    }

    /// The range of a span.
    pub fn range(self, span: Span, sources: &Sources) -> Range {
        let file = sources.file(span.file);
        Range { start: self.position(file, span.start), end: self.position(file, span.end) }
    }

    /// The byte offset of a position in a file.
    pub fn offset(self, file: &SourceFile, position: Position) -> u32 {
        let Some(&start) = file.line_starts().get(position.line as usize) else {
            return u32::try_from(file.text().len()).unwrap_or(u32::MAX);
        };
        let rest = file.slice(start, u32::MAX);
        let line = rest.split(['\n', '\r']).next().unwrap_or("");
        start + u32::try_from(self.offset_in(line, position.character)).unwrap_or(0)
    }
}

/// The absolute path of a file of the sources that were found in a folder.
pub(super) fn absolute(base: &Path, path: &str) -> PathBuf {
    let base = base.to_string_lossy();
    let base = if cfg!(windows) { base.replace('\\', "/") } else { base.into_owned() };
    PathBuf::from(crate::source::join(&base, path))
}

/// The path by which sources that are found in a folder name a file.
pub(super) fn relative(base: &Path, path: &Path) -> String {
    let text = |path: &Path| {
        let text = path.to_string_lossy();
        if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
    };
    crate::source::relative(&text(base), &text(path))
}

/// Where a span is, as the client wants it.
pub(super) fn location(span: Span, sources: &Sources, base: &Path, encoding: Encoding) -> Location {
    let path = absolute(base, sources.file(span.file).path());
    Location { uri: uri::of_path(&path), range: encoding.range(span, sources) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_counts_its_own_units_and_comes_back() {
        let mut sources = Sources::new();
        let id = sources.add("a.tf", "x\n# 😀 é = 1\r\nlast".as_bytes());
        let file = sources.file(id);
        let equals = file.text().find('=').unwrap() as u32;
        for (encoding, character) in [(Encoding::Utf8, 10), (Encoding::Utf16, 7), (Encoding::Utf32, 6)] {
            let position = encoding.position(file, equals);
            assert_eq!(position, Position { line: 1, character });
            assert_eq!(encoding.offset(file, position), equals);
            assert_eq!(encoding.offset(file, Position { line: 1, character: 99 }), file.text().find('\r').unwrap() as u32);
            assert_eq!(encoding.offset(file, Position { line: 9, character: 0 }), file.text().len() as u32);
        }
        assert_eq!(Encoding::negotiate(["utf-7", "utf-32"].into_iter()), Encoding::Utf32);
        assert_eq!(Encoding::negotiate([].into_iter()), Encoding::Utf16);
    }

    #[test]
    fn names_lead_back_to_the_files() {
        let base = Path::new("/repo/infra");
        for path in ["/repo/infra/main.tf", "/repo/modules/net/main.tf", "/elsewhere/x.tf"] {
            assert_eq!(absolute(base, &relative(base, Path::new(path))), Path::new(path));
        }
    }
}
