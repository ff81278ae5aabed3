//! The expressions in the strings of a template: `[concat(parameters('name'), '-vnet')]`.

use crate::source::{FileId, Span};
use crate::syntax::expr::{Access, Call, Expr, ExprKind, From, Name};
use crate::syntax::json::Places;
use crate::syntax::placeholder;

/// Expressions and values inside one another. Trees are not higher either.
pub(super) const DEEPEST: u32 = 200;

/// An error: the place, and a message for the user.
pub(super) type Fault = (Span, String);

type Read<T> = Result<T, Fault>;

/// Whether a string is an expression.
pub(super) fn is_expression(text: &str) -> bool {
    text.len() > 1 && text.starts_with('[') && text.ends_with(']') && !text.starts_with("[[")
}

/// What a string means that is no expression: `[[x]` is how one writes `[x]`.
pub(super) fn literal(text: &str) -> &str {
    text.strip_prefix('[').filter(|rest| rest.starts_with('[') && rest.ends_with(']')).unwrap_or(text)
}

/// Reads a string that is an expression, brackets included.
pub(super) fn parse(file: FileId, text: &str, places: &Places) -> Read<Expr> {
    let text = text.strip_suffix(']').unwrap_or(text);
    let mut parser = Parser { file, text, places, at: 1, depth: 0 };
    let expr = parser.expression()?;
    match parser.peek() {
        None => Ok(expr),
        Some(_) => parser.expected("the end of the expression"),
    }
}

struct Parser<'a> {
    file: FileId,
    /// The string up to the last bracket.
    text: &'a str,
    places: &'a Places,
    at: usize,
    depth: u32,
}

/// Expressions.
impl<'a> Parser<'a> {
    fn expression(&mut self) -> Read<Expr> {
        if self.depth >= DEEPEST {
            return self.too_deep();
        }
        self.depth += 1;
        let expr = match self.peek() {
            Some(b'\'') => self.string(),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.call().and_then(|call| self.accesses(call)),
        };
        self.depth -= 1;
        expr
    }

    fn string(&mut self) -> Read<Expr> {
        let start = self.at;
        let mut text = String::new();
        loop {
            let rest = self.text.get(self.at + 1..).unwrap_or("");
            let Some(length) = rest.find('\'') else {
                return Err((self.span(start..start + 1), "this string is never closed".to_owned()));
            };
            text.push_str(rest.get(..length).unwrap_or(""));
            self.at += 1 + length;
            // Two quotes are one that belongs to the text.
            if self.text.as_bytes().get(self.at + 1) != Some(&b'\'') {
                break;
            }
            text.push('\'');
            self.at += 1;
        }
        self.at += 1;
        let completed = placeholder::in_template(&text, self.span(start..self.at));
        let kind = completed.map_or_else(|| ExprKind::String(text.into()), ExprKind::of_parts);
        self.build(start, kind)
    }

    fn number(&mut self) -> Read<Expr> {
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        let digits = self.take(|b| b.is_ascii_digit() || b == b'.');
        if digits.is_empty() {
            return self.expected("a number");
        }
        match self.text.get(start..self.at).unwrap_or("").parse() {
            Ok(number) => self.build(start, ExprKind::Number(number)),
            Err(_) => Err((self.span(start..self.at), "this is no number".to_owned())),
        }
    }

    /// `name(..)`, or `namespace.name(..)`.
    fn call(&mut self) -> Read<Expr> {
        self.peek();
        let start = self.at;
        let mut name = self.name("a value")?;
        let mut on = None;
        if self.eat(b'.') {
            on = Some(Expr::new(ExprKind::Name(name.text), name.span));
            name = self.name("the name of a function")?;
        }
        if !self.eat(b'(') {
            return self.expected("`(` after the name of a function");
        }
        let mut args = Vec::new();
        while !self.eat(b')') {
            if !args.is_empty() && !self.eat(b',') {
                return self.expected("`,` or `)`");
            }
            args.push(self.expression()?);
        }
        self.build(start, ExprKind::Call(Box::new(Call { on, name, args })))
    }

    /// What follows a call: `.name` and `[index]`.
    fn accesses(&mut self, call: Expr) -> Read<Expr> {
        let start = call.span.start;
        let mut expr = call;
        loop {
            let kind = if self.eat(b'.') {
                ExprKind::Property(Box::new(expr), Access::Plain, self.name("the name of a property")?)
            } else if self.eat(b'[') {
                let index = self.expression()?;
                if !self.eat(b']') {
                    return self.expected("`]`");
                }
                ExprKind::Index(Box::new([expr, index]), Access::Plain, From::Start)
            } else {
                return Ok(expr);
            };
            let end = self.span(self.at..self.at);
            expr = self.bounded(Expr::new(kind, Span { start, ..end }))?;
        }
    }

    fn name(&mut self, what: &str) -> Read<Name> {
        self.peek();
        let start = self.at;
        let text = self.take(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$'));
        if text.is_empty() {
            return self.expected(what);
        }
        Ok(Name { text: text.into(), span: self.span(start..self.at) })
    }
}

/// Characters, errors and bounds.
impl<'a> Parser<'a> {
    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        let rest = self.text.get(self.at..).unwrap_or("");
        self.at += rest.len() - rest.trim_start().len();
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn take(&mut self, belongs: impl Fn(u8) -> bool) -> &'a str {
        let rest = self.text.get(self.at..).unwrap_or("");
        let length = rest.bytes().position(|b| !belongs(b)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or("")
    }

    fn span(&self, at: std::ops::Range<usize>) -> Span {
        Span::new(self.file, self.places.offset(at.start), self.places.offset(at.end))
    }

    fn build(&self, start: usize, kind: ExprKind) -> Read<Expr> {
        self.bounded(Expr::new(kind, self.span(start..self.at)))
    }

    fn bounded(&self, expr: Expr) -> Read<Expr> {
        if expr.height() > DEEPEST { self.too_deep() } else { Ok(expr) }
    }

    fn too_deep<T>(&self) -> Read<T> {
        Err((self.span(self.at..self.at), format!("more than {DEEPEST} expressions inside one another are not read")))
    }

    fn expected<T>(&mut self, what: &str) -> Read<T> {
        self.peek();
        let next = self.text.get(self.at..).and_then(|rest| rest.chars().next());
        let found = next.map_or("the expression ends".to_owned(), |c| format!("there is `{c}`"));
        let end = self.at + next.map_or(0, char::len_utf8);
        Err((self.span(self.at..end), format!("expected {what}, but {found}")))
    }
}
