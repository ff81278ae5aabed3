//! Tokens of Bicep. A newline is one; a string with interpolations is several, and the tokens of the expressions are between them.

use super::ast::DirectiveKind;
use std::ops::Range;

/// A token and the bytes that it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// The kinds of tokens, under the names that Bicep's own lexer gives them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say what they are")]
pub enum TokenKind {
    At,
    Unrecognized,
    LeftBrace,
    RightBrace,
    LeftParen,
    RightParen,
    LeftSquare,
    RightSquare,
    Comma,
    Dot,
    Question,
    Colon,
    Semicolon,
    Assignment,
    Plus,
    Minus,
    Asterisk,
    Slash,
    Modulo,
    Exclamation,
    LeftChevron,
    RightChevron,
    LessThanOrEqual,
    GreaterThanOrEqual,
    Equals,
    NotEquals,
    EqualsInsensitive,
    NotEqualsInsensitive,
    LogicalAnd,
    LogicalOr,
    Identifier,
    StringLeftPiece,
    StringMiddlePiece,
    StringRightPiece,
    StringComplete,
    Integer,
    TrueKeyword,
    FalseKeyword,
    NullKeyword,
    NewLine,
    EndOfFile,
    DoubleQuestion,
    DoubleColon,
    Arrow,
    Pipe,
    Ellipsis,
    Hat,
}

/// Something that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub at: Range<usize>,
    /// What is wrong, in words for the user.
    pub message: String,
}

/// A `#disable-next-line` and its kin.
#[derive(Debug)]
pub struct RawDirective {
    /// What it does.
    pub kind: DirectiveKind,
    /// From `#` to the last code.
    pub at: Range<usize>,
    /// The codes.
    pub codes: Vec<Range<usize>>,
}

/// A text as tokens, and what is between them.
#[derive(Debug, Default)]
pub struct Lexed {
    /// The tokens; the last one is [`TokenKind::EndOfFile`].
    pub tokens: Vec<Token>,
    /// The comments.
    pub comments: Vec<Range<usize>>,
    /// The directives.
    pub directives: Vec<RawDirective>,
    /// What is wrong, in order.
    pub faults: Vec<Fault>,
    /// Where it was too much: what follows was not read.
    pub cut: Option<usize>,
}

/// So many tokens of one file are read: each takes many times the memory of its one byte.
pub const MOST_TOKENS: usize = 2_000_000;
/// So many mistakes are kept: the file is no Bicep.
const MOST_FAULTS: usize = 10_000;

/// Cuts a text into tokens. Never fails.
pub fn lex(text: &str) -> Lexed {
    let mut lexer = Lexer { bytes: text.as_bytes(), at: 0, open: Vec::new(), out: Lexed::default() };
    lexer.out.tokens.reserve(text.len() / 6);
    while lexer.step() {}
    lexer.out.faults.sort_by_key(|fault| fault.at.start);
    lexer.out
}

/// What a `}` may close, where the text is inside an interpolation.
#[derive(Clone, Copy)]
enum Open {
    /// `{`
    Brace,
    /// An interpolation in a string.
    Hole(Quotes),
}

/// How a string is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotes {
    /// `'..'`
    One,
    /// `'''..'''`, with as many `$` before it as one before a `{` means an interpolation; with none, nothing does.
    Three(usize),
}

struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
    open: Vec<Open>,
    out: Lexed,
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or(&[])
    }

    /// Moves on while the bytes are of a kind; how many were.
    fn skip(&mut self, of: impl Fn(u8) -> bool) -> usize {
        let count = self.rest().iter().take_while(|b| of(**b)).count();
        self.at += count;
        count
    }

    fn fault(&mut self, at: Range<usize>, message: impl Into<String>) {
        if self.out.faults.len() < MOST_FAULTS {
            self.out.faults.push(Fault { at, message: message.into() });
        }
    }

    /// One token with what is before it; false after the last one.
    fn step(&mut self) -> bool {
        self.trivia();
        let start = self.at;
        if self.out.tokens.len() >= MOST_TOKENS {
            self.out.cut = Some(start);
            self.at = self.bytes.len();
        }
        let kind = self.token();
        let offset = |n| u32::try_from(n).unwrap_or(u32::MAX);
        self.out.tokens.push(Token { kind, start: offset(start), end: offset(self.at) });
        if kind == TokenKind::Unrecognized {
            self.unrecognized(start);
        }
        kind != TokenKind::EndOfFile
    }

    fn unrecognized(&mut self, start: usize) {
        let at = start..self.at;
        match self.bytes.get(start) {
            Some(b'"') => self.fault(at, "strings are written in single quotes"),
            Some(b'&') => self.fault(at, "a single & is no operator"),
            _ => self.fault(at, "this character means nothing here"),
        }
    }

    fn trivia(&mut self) {
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some(b' ' | b'\t'), _) => {
                    self.skip(is_blank);
                }
                (Some(b'/'), Some(b'/')) => self.line_comment(),
                (Some(b'/'), Some(b'*')) => self.block_comment(),
                (Some(b'#'), _) => {
                    if !self.directive() {
                        return;
                    }
                }
                _ => return,
            }
        }
    }

    fn line_comment(&mut self) {
        let start = self.at;
        self.at += self.line_left();
        self.out.comments.push(start..self.at);
    }

    /// How many bytes there are up to the end of the line.
    fn line_left(&self) -> usize {
        let rest = self.rest();
        memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len())
    }

    fn block_comment(&mut self) {
        let start = self.at;
        self.at += 2;
        let end = memchr::memmem::find(self.rest(), b"*/");
        self.at = end.map_or(self.bytes.len(), |n| self.at + n + 2);
        if end.is_none() {
            self.fault(start..start + 2, "this comment has no end");
        }
        self.out.comments.push(start..self.at);
    }

    /// Reads a directive if here is one; it is alone on its line.
    fn directive(&mut self) -> bool {
        const KINDS: [(&[u8], DirectiveKind); 3] = [
            (b"#disable-next-line", DirectiveKind::DisableNextLine),
            (b"#disable-diagnostics", DirectiveKind::Disable),
            (b"#restore-diagnostics", DirectiveKind::Restore),
        ];
        let rest = self.rest();
        let found = KINDS.iter().find(|(word, _)| {
            rest.starts_with(word) && rest.get(word.len()).is_none_or(|b| is_blank(*b) || matches!(b, b'\n' | b'\r'))
        });
        let Some((word, kind)) = found.filter(|_| self.starts_line()) else { return false };
        let start = self.at;
        self.at += word.len();
        let codes = self.codes();
        let end = codes.last().map_or(start + word.len(), |code| code.end);
        self.out.directives.push(RawDirective { kind: *kind, at: start..end, codes });
        true
    }

    /// Whether only blanks are before this on its line.
    fn starts_line(&self) -> bool {
        let before = self.bytes.get(..self.at).unwrap_or(&[]);
        before.iter().rev().find(|b| !is_blank(**b)).is_none_or(|b| matches!(b, b'\n' | b'\r'))
    }

    /// The words up to the end of the line or a comment.
    fn codes(&mut self) -> Vec<Range<usize>> {
        let mut codes = Vec::new();
        loop {
            self.skip(|b| is_blank(b) || b == b',');
            let start = self.at;
            let comment = matches!((self.peek(0), self.peek(1)), (Some(b'/'), Some(b'/' | b'*')));
            if comment || self.skip(|b| !is_blank(b) && !matches!(b, b',' | b'\n' | b'\r')) == 0 {
                return codes;
            }
            codes.push(start..self.at);
        }
    }

    /// Moves on by so many bytes.
    fn take(&mut self, bytes: usize, kind: TokenKind) -> TokenKind {
        self.at += bytes;
        kind
    }

    fn token(&mut self) -> TokenKind {
        use TokenKind as T;
        let Some(byte) = self.peek(0) else { return T::EndOfFile };
        match (byte, self.peek(1)) {
            (b'\n' | b'\r', _) => self.newline(),
            (b'a'..=b'z' | b'A'..=b'Z' | b'_', _) => self.word(),
            (b'0'..=b'9', _) => {
                self.skip(|b| b.is_ascii_digit());
                T::Integer
            }
            (b'\'', _) if self.rest().starts_with(b"'''") => self.string(Quotes::Three(0), 3, true),
            (b'\'', _) => self.string(Quotes::One, 1, true),
            (b'$', _) => self.dollars(),
            (b'{', _) => {
                if !self.open.is_empty() {
                    self.open.push(Open::Brace);
                }
                self.take(1, T::LeftBrace)
            }
            (b'}', _) => self.closing_brace(),
            (b'(', _) => self.take(1, T::LeftParen),
            (b')', _) => self.take(1, T::RightParen),
            (b'[', _) => self.take(1, T::LeftSquare),
            (b']', _) => self.take(1, T::RightSquare),
            (b'@', _) => self.take(1, T::At),
            (b',', _) => self.take(1, T::Comma),
            (b';', _) => self.take(1, T::Semicolon),
            (b'+', _) => self.take(1, T::Plus),
            (b'-', _) => self.take(1, T::Minus),
            (b'%', _) => self.take(1, T::Modulo),
            (b'*', _) => self.take(1, T::Asterisk),
            (b'/', _) => self.take(1, T::Slash),
            (b'^', _) => self.take(1, T::Hat),
            (b'.', Some(b'.')) if self.peek(2) == Some(b'.') => self.take(3, T::Ellipsis),
            (b'.', _) => self.take(1, T::Dot),
            (b'?', Some(b'?')) => self.take(2, T::DoubleQuestion),
            (b'?', _) => self.take(1, T::Question),
            (b':', Some(b':')) => self.take(2, T::DoubleColon),
            (b':', _) => self.take(1, T::Colon),
            (b'!', Some(b'=')) => self.take(2, T::NotEquals),
            (b'!', Some(b'~')) => self.take(2, T::NotEqualsInsensitive),
            (b'!', _) => self.take(1, T::Exclamation),
            (b'<', Some(b'=')) => self.take(2, T::LessThanOrEqual),
            (b'<', _) => self.take(1, T::LeftChevron),
            (b'>', Some(b'=')) => self.take(2, T::GreaterThanOrEqual),
            (b'>', _) => self.take(1, T::RightChevron),
            (b'=', Some(b'=')) => self.take(2, T::Equals),
            (b'=', Some(b'~')) => self.take(2, T::EqualsInsensitive),
            (b'=', Some(b'>')) => self.take(2, T::Arrow),
            (b'=', _) => self.take(1, T::Assignment),
            (b'&', Some(b'&')) => self.take(2, T::LogicalAnd),
            (b'|', Some(b'|')) => self.take(2, T::LogicalOr),
            (b'|', _) => self.take(1, T::Pipe),
            _ => {
                self.at += 1;
                self.skip(|b| b & 0xc0 == 0x80);
                T::Unrecognized
            }
        }
    }

    /// Newlines end an interpolation; the string that it is in has no end then.
    fn newline(&mut self) -> TokenKind {
        if self.open.is_empty() {
            self.skip(|b| matches!(b, b'\n' | b'\r'));
            return TokenKind::NewLine;
        }
        self.open.clear();
        self.fault(self.at..self.at, "the line ends inside an interpolation; its } is missing");
        TokenKind::StringRightPiece
    }

    fn word(&mut self) -> TokenKind {
        let start = self.at;
        self.skip(|b| b.is_ascii_alphanumeric() || b == b'_');
        match self.bytes.get(start..self.at) {
            Some(b"true") => TokenKind::TrueKeyword,
            Some(b"false") => TokenKind::FalseKeyword,
            Some(b"null") => TokenKind::NullKeyword,
            _ => TokenKind::Identifier,
        }
    }

    fn closing_brace(&mut self) -> TokenKind {
        match self.open.pop() {
            Some(Open::Hole(quotes)) => self.string(quotes, 1, false),
            Some(Open::Brace) | None => self.take(1, TokenKind::RightBrace),
        }
    }

    fn dollars(&mut self) -> TokenKind {
        let count = self.skip(|b| b == b'$');
        if self.rest().starts_with(b"'''") { self.string(Quotes::Three(count), 3, true) } else { TokenKind::Unrecognized }
    }

    /// The rest of a string up to its end or the next interpolation, after its opening of so many bytes.
    fn string(&mut self, quotes: Quotes, opening: usize, first: bool) -> TokenKind {
        let start = self.at;
        self.at += opening;
        let hole = match quotes {
            Quotes::One => self.short_text(start),
            Quotes::Three(dollars) => self.long_text(start..self.at, dollars),
        };
        if hole {
            self.open.push(Open::Hole(quotes));
        }
        match (first, hole) {
            (true, false) => TokenKind::StringComplete,
            (true, true) => TokenKind::StringLeftPiece,
            (false, true) => TokenKind::StringMiddlePiece,
            (false, false) => TokenKind::StringRightPiece,
        }
    }

    /// Text in single quotes; whether an interpolation follows.
    fn short_text(&mut self, start: usize) -> bool {
        loop {
            self.skip(|b| !matches!(b, b'\'' | b'\\' | b'$' | b'\n' | b'\r'));
            match (self.peek(0), self.peek(1)) {
                (Some(b'\''), _) => {
                    self.at += 1;
                    return false;
                }
                (Some(b'$'), Some(b'{')) => {
                    self.at += 2;
                    return true;
                }
                (Some(b'$'), _) => self.at += 1,
                (Some(b'\\'), _) => self.escape(),
                _ => {
                    self.fault(start..self.at, "this string has no end on its line");
                    return false;
                }
            }
        }
    }

    fn escape(&mut self) {
        let start = self.at;
        self.at += 1;
        match self.peek(0) {
            Some(b'$') if self.peek(1) == Some(b'{') => self.at += 2,
            Some(b'n' | b'r' | b't' | b'\\' | b'\'' | b'$') => self.at += 1,
            Some(b'u') => {
                self.at += 1;
                if !self.code_point() {
                    self.fault(start..self.at, "a Unicode escape is \\u{..} with up to six hexadecimal digits");
                }
            }
            _ => self.fault(start..self.at, "this escape does not exist; there are \\\\ \\' \\n \\r \\t \\$ and \\u{..}"),
        }
    }

    /// `{1F600}`
    fn code_point(&mut self) -> bool {
        if self.peek(0) != Some(b'{') {
            return false;
        }
        self.at += 1;
        let start = self.at;
        self.skip(|b| b.is_ascii_hexdigit());
        let digits = self.bytes.get(start..self.at).and_then(|d| std::str::from_utf8(d).ok()).unwrap_or("");
        let valid = u32::from_str_radix(digits, 16).is_ok_and(|n| n <= u32::from(char::MAX));
        let closed = self.peek(0) == Some(b'}');
        self.at += usize::from(closed);
        valid && closed
    }

    /// Text in three quotes after its opening; whether an interpolation follows. Further quotes at the end belong to the text.
    fn long_text(&mut self, opening: Range<usize>, dollars: usize) -> bool {
        loop {
            let rest = self.rest();
            let Some(ahead) = memchr::memchr2(b'\'', b'$', rest) else {
                self.at = self.bytes.len();
                self.fault(opening, "this string has no end; ''' is missing");
                return false;
            };
            self.at += ahead;
            if self.skip(|b| b == b'\'') >= 3 {
                return false;
            }
            let found = self.skip(|b| b == b'$');
            if dollars > 0 && found >= dollars && self.peek(0) == Some(b'{') {
                self.at += 1;
                return true;
            }
        }
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}
