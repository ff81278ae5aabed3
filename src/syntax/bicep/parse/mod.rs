//! The parser: one statement after the other, by recursive descent.
//!
//! A statement that cannot be read becomes [`StatementKind::Broken`], and reading goes on at the next line that starts one.

mod expr;
mod statement;
pub(super) mod text;
mod types;

use super::ast::{Directive, Statement, StatementKind};
use super::lex::{Fault, Lexed, MOST_TOKENS, RawDirective, Token, TokenKind, lex};
use super::{Dialect, Parsed};
use crate::source::{FileId, Span};
use crate::syntax::expr::{Expr, ExprKind, Name};
use std::ops::Range;

/// More errors than this are not told for one file.
const MOST_ERRORS: usize = 20;

/// Expressions, types and resources inside one another. Trees are not higher either.
const DEEPEST: u32 = 200;

/// How often, in all, the tokens of a file may be read again after errors.
const MOST_REREADS: usize = 4;

/// Why reading stopped is in [`Parser::fault`].
struct Stop;

type Read<T> = Result<T, Stop>;

struct Parser<'a> {
    file: FileId,
    text: &'a str,
    dialect: Dialect,
    tokens: &'a [Token],
    /// The next token.
    at: usize,
    /// How many tokens were read in vain, because the statement turned out to be broken.
    reread: usize,
    /// How many expressions, types and resources are being read inside one another.
    depth: u32,
    /// The name that the statement declares, once it is read.
    declared: Option<Name>,
    /// What is wrong with the statement.
    fault: Option<Fault>,
}

/// Parses a file.
pub fn file(file: FileId, text: &str, dialect: Dialect) -> Parsed {
    let lexed = lex(text);
    let mut parser =
        Parser { file, text, dialect, tokens: &lexed.tokens, at: 0, reread: 0, depth: 0, declared: None, fault: None };
    let mut parsed = parser.statements(&lexed);
    if let Some(start) = lexed.cut {
        // Told even where much else is wrong.
        let message = format!("a file of more than {MOST_TOKENS} words and signs is not read from here on");
        parsed.errors.insert(0, (parser.place(&(start..start + 1)), message));
    }
    parsed.errors.truncate(MOST_ERRORS);
    parsed.comments = lexed.comments.iter().map(|at| parser.place(at)).collect();
    parsed.directives = lexed.directives.iter().map(|raw| parser.directive(raw)).collect();
    parsed
}

impl Parser<'_> {
    fn statements(&mut self, lexed: &Lexed) -> Parsed {
        let mut parsed = Parsed::default();
        let mut faults = lexed.faults.iter().peekable();
        loop {
            while self.eat(TokenKind::NewLine) {}
            let start = self.next();
            // What is wrong with comments between statements harms none.
            while let Some(fault) = faults.next_if(|f| f.at.start < start.start as usize || start.kind == TokenKind::EndOfFile) {
                parsed.errors.push((self.place(&fault.at), fault.message.clone()));
            }
            if start.kind == TokenKind::EndOfFile {
                return parsed;
            }
            let statement = self.whole_statement();
            let end = self.next().start as usize;
            let mut wrong = None;
            // An empty place is where a line ends too early.
            while let Some(fault) = faults.next_if(|f| f.at.start < end || f.at.is_empty() && f.at.start == end) {
                wrong.get_or_insert(fault);
            }
            let wrong = [wrong.cloned(), self.fault.take()].into_iter().flatten().min_by_key(|fault| fault.at.start);
            match (wrong, statement) {
                (None, Ok(statement)) => parsed.statements.push(statement),
                (wrong, _) => {
                    parsed.errors.extend(wrong.map(|fault| (self.place(&fault.at), fault.message)));
                    parsed.statements.push(self.broken(start));
                }
            }
        }
    }

    fn whole_statement(&mut self) -> Read<Statement> {
        let first = self.at;
        self.declared = None;
        self.depth = 0;
        let statement = self.statement().and_then(|statement| {
            let ends = matches!(self.kind(), TokenKind::NewLine | TokenKind::EndOfFile);
            if ends { Ok(statement) } else { self.expected("the end of the line") }
        });
        if statement.is_err() {
            self.resume(first);
        }
        statement
    }

    fn broken(&mut self, start: Token) -> Statement {
        let kind = StatementKind::Broken(self.declared.take());
        Statement { decorators: Vec::new(), kind, span: self.span_from(start.start) }
    }

    /// Goes to the next line after the token `first` that starts a statement. Where the error is may be far behind: only the end of the
    /// file shows that a `}` is missing. When that has happened too often, reading goes on from there, so that time stays linear.
    fn resume(&mut self, first: usize) {
        let mut open = 0_usize;
        self.reread += self.at.saturating_sub(first);
        if self.reread <= MOST_REREADS * self.tokens.len() {
            self.at = first;
        }
        loop {
            match self.bump().kind {
                TokenKind::LeftBrace | TokenKind::LeftParen | TokenKind::LeftSquare => open += 1,
                TokenKind::RightBrace | TokenKind::RightParen | TokenKind::RightSquare => open = open.saturating_sub(1),
                TokenKind::NewLine if self.starts_statement(open) => return,
                TokenKind::EndOfFile => return,
                _ => {}
            }
        }
    }

    /// Whether a statement starts here, at the start of a line, with so many brackets open. Inside a bracket, only what can be no part of
    /// an expression or type does, or what is not indented.
    fn starts_statement(&self, open: usize) -> bool {
        let indented =
            open > 0 && !matches!(self.text.as_bytes().get((self.next().start as usize).wrapping_sub(1)), Some(b'\n' | b'\r'));
        let named = matches!(self.ahead(1).kind, TokenKind::Identifier);
        let quoted = matches!(self.ahead(1).kind, TokenKind::StringComplete | TokenKind::StringLeftPiece);
        if self.kind() == TokenKind::At {
            return named && !indented;
        }
        match self.word() {
            "resource" => named && !indented,
            "param" | "var" | "output" | "module" | "metadata" | "type" | "func" | "test" | "assert" | "extensionConfig" => named,
            "targetScope" => self.ahead(1).kind == TokenKind::Assignment,
            "import" => quoted || matches!(self.ahead(1).kind, TokenKind::LeftBrace | TokenKind::Asterisk),
            "extension" | "provider" | "using" => quoted || named,
            "extends" => quoted,
            _ => false,
        }
    }

    fn directive(&self, raw: &RawDirective) -> Directive {
        let code = |at: &Range<usize>| Name { text: self.text.get(at.clone()).unwrap_or("").into(), span: self.place(at) };
        Directive { kind: raw.kind, codes: raw.codes.iter().map(code).collect(), span: self.place(&raw.at) }
    }

    fn place(&self, at: &Range<usize>) -> Span {
        Span::new(self.file, at.start, at.end)
    }
}

/// Tokens.
impl<'a> Parser<'a> {
    /// The token so many ahead; the end of the file beyond it.
    fn ahead(&self, count: usize) -> Token {
        let end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        let last = Token { kind: TokenKind::EndOfFile, start: end, end };
        self.tokens.get(self.at + count).copied().unwrap_or(last)
    }

    fn next(&self) -> Token {
        self.ahead(0)
    }

    fn kind(&self) -> TokenKind {
        self.next().kind
    }

    /// The first token ahead that is no newline.
    fn kind_after_newlines(&self) -> TokenKind {
        let rest = self.tokens.get(self.at..).unwrap_or(&[]);
        rest.iter().map(|t| t.kind).find(|kind| *kind != TokenKind::NewLine).unwrap_or(TokenKind::EndOfFile)
    }

    fn bump(&mut self) -> Token {
        let token = self.next();
        self.at += 1;
        token
    }

    fn eat(&mut self, kind: TokenKind) -> bool {
        let found = self.kind() == kind;
        self.at += usize::from(found);
        found
    }

    fn newlines(&mut self) {
        while self.eat(TokenKind::NewLine) {}
    }

    fn token_text(&self, token: Token) -> &'a str {
        self.text.get(token.start as usize..token.end as usize).unwrap_or("")
    }

    /// The identifier that is next; "" if something else is.
    fn word(&self) -> &'a str {
        let token = self.next();
        if token.kind == TokenKind::Identifier { self.token_text(token) } else { "" }
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let found = self.word() == word;
        self.at += usize::from(found);
        found
    }

    /// The token, or an error that says what was expected, in words.
    fn expect(&mut self, kind: TokenKind, what: &str) -> Read<Token> {
        if self.kind() == kind { Ok(self.bump()) } else { self.expected(what) }
    }

    fn expect_word(&mut self, word: &str) -> Read<()> {
        if self.eat_word(word) { Ok(()) } else { self.expected(&format!("`{word}`")) }
    }

    fn name(&mut self, what: &str) -> Read<Name> {
        let token = self.expect(TokenKind::Identifier, what)?;
        Ok(self.name_of(token))
    }

    fn name_of(&self, token: Token) -> Name {
        Name { text: self.token_text(token).into(), span: self.span_of(token) }
    }

    fn span_of(&self, token: Token) -> Span {
        Span { file: self.file, start: token.start, end: token.end }
    }

    /// From `start` to the end of the last token that was read.
    fn span_from(&self, start: u32) -> Span {
        let read = self.tokens.get(..self.at).unwrap_or(self.tokens);
        let last = read.iter().rev().find(|token| token.kind != TokenKind::NewLine);
        Span { file: self.file, start, end: last.map_or(start, |token| token.end.max(start)) }
    }
}

/// Errors and bounds.
impl Parser<'_> {
    fn fail<T>(&mut self, at: Token, message: String) -> Read<T> {
        self.fault.get_or_insert(Fault { at: at.start as usize..at.end as usize, message });
        Err(Stop)
    }

    fn expected<T>(&mut self, what: &str) -> Read<T> {
        let token = self.next();
        let found = match token.kind {
            TokenKind::NewLine => "the line ends".to_owned(),
            TokenKind::EndOfFile => "the file ends".to_owned(),
            _ => format!("there is `{}`", short(self.token_text(token))),
        };
        self.fail(Token { end: token.end.min(end_of_line(self.text, token)), ..token }, format!("expected {what}, but {found}"))
    }

    /// Reads something that may be inside itself.
    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth >= DEEPEST {
            return self.too_deep();
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn too_deep<T>(&mut self) -> Read<T> {
        self.fail(self.next(), format!("more than {DEEPEST} expressions inside one another are not read"))
    }

    /// An expression from `start` to the last token that was read.
    fn build(&mut self, start: u32, kind: ExprKind) -> Read<Expr> {
        let expr = Expr::new(kind, self.span_from(start));
        if expr.height() > DEEPEST { self.too_deep() } else { Ok(expr) }
    }
}

/// Where the line ends on which a token starts.
fn end_of_line(text: &str, token: Token) -> u32 {
    let rest = text.get(token.start as usize..token.end as usize).unwrap_or("");
    let line = rest.find(['\n', '\r']).unwrap_or(rest.len());
    token.start + u32::try_from(line).unwrap_or(0)
}

/// The start of a text, for messages.
fn short(text: &str) -> String {
    const LONGEST: usize = 30;
    let line = text.lines().next().unwrap_or("");
    let start: String = line.chars().take(LONGEST).collect();
    if start.len() < text.len() { format!("{start}..") } else { start }
}
