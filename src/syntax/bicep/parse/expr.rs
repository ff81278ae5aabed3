//! Expressions.

use super::super::Dialect;
use super::super::ast::Statement;
use super::super::lex::TokenKind;
use super::text::Quotes;
use super::{Parser, Read};
use crate::source::Span;
use crate::syntax::expr::{
    Access, BinaryOperator, Call, Element, Expr, ExprKind, For, From, Lambda, Loop, Member, Name, Part, UnaryOperator,
};
use crate::syntax::placeholder;

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Read<Expr> {
        self.nested(Self::conditional)
    }

    fn conditional(&mut self) -> Read<Expr> {
        let start = self.next().start;
        let condition = self.binary(0)?;
        if self.kind_after_newlines() != TokenKind::Question {
            return Ok(condition);
        }
        self.newlines();
        self.bump();
        let then = self.expression()?;
        if self.kind_after_newlines() == TokenKind::Colon {
            self.newlines();
        }
        self.expect(TokenKind::Colon, "`:` and the other value of the condition")?;
        let otherwise = self.expression()?;
        self.build(start, ExprKind::Conditional(Box::new([condition, then, otherwise])))
    }

    /// Operators that bind more strongly than `above`.
    fn binary(&mut self, above: u8) -> Read<Expr> {
        let start = self.next().start;
        let mut left = self.unary()?;
        while let Some((strength, operator)) = binary_operator(self.kind()).filter(|(strength, _)| *strength > above) {
            self.bump();
            let right = self.binary(strength)?;
            left = self.build(start, ExprKind::Binary(Box::new([left, right]), operator))?;
        }
        Ok(left)
    }

    fn unary(&mut self) -> Read<Expr> {
        let start = self.next().start;
        let Some(operator) = unary_operator(self.kind()) else { return self.member() };
        self.bump();
        let operand = self.nested(Self::unary)?;
        self.build(start, ExprKind::Unary(operator, Box::new(operand)))
    }

    /// A value and what is accessed of it.
    pub(super) fn member(&mut self) -> Read<Expr> {
        let start = self.next().start;
        let mut of = self.primary()?;
        loop {
            let kind = match self.kind() {
                TokenKind::LeftSquare => self.index(of)?,
                TokenKind::Dot => self.property(of)?,
                TokenKind::DoubleColon => {
                    self.bump();
                    ExprKind::Child(Box::new(of), self.name("the name of a nested resource")?)
                }
                TokenKind::Exclamation => {
                    self.bump();
                    ExprKind::NonNull(Box::new(of))
                }
                _ => return Ok(of),
            };
            of = self.build(start, kind)?;
        }
    }

    fn access(&mut self) -> Access {
        if self.eat(TokenKind::Question) { Access::Safe } else { Access::Plain }
    }

    fn index(&mut self, of: Expr) -> Read<ExprKind> {
        self.bump();
        let access = self.access();
        let from = if self.eat(TokenKind::Hat) { From::End } else { From::Start };
        let index = self.expression()?;
        self.expect(TokenKind::RightSquare, "`]`")?;
        Ok(ExprKind::Index(Box::new([of, index]), access, from))
    }

    fn property(&mut self, of: Expr) -> Read<ExprKind> {
        self.bump();
        let access = self.access();
        let name = self.name("the name of a property or function")?;
        if self.kind() == TokenKind::LeftParen {
            let args = self.arguments()?;
            return Ok(ExprKind::Call(Box::new(Call { on: Some(of), name, args })));
        }
        Ok(ExprKind::Property(Box::new(of), access, name))
    }

    pub(super) fn arguments(&mut self) -> Read<Vec<Expr>> {
        self.expect(TokenKind::LeftParen, "`(`")?;
        self.list(TokenKind::RightParen, "`,` or `)`", Self::expression)
    }

    /// Things with commas between them, up to `close`. Newlines may be anywhere, but are no separators.
    pub(super) fn list<T>(&mut self, close: TokenKind, what: &str, mut read: impl FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        let mut all = Vec::new();
        self.newlines();
        if self.eat(close) {
            return Ok(all);
        }
        loop {
            all.push(read(self)?);
            self.newlines();
            if self.eat(close) {
                return Ok(all);
            }
            self.expect(TokenKind::Comma, what)?;
            self.newlines();
        }
    }

    /// Things with newlines or commas between them, up to `close`.
    pub(super) fn elements(&mut self, close: TokenKind, what: &str, mut read: impl FnMut(&mut Self) -> Read<()>) -> Read<()> {
        self.newlines();
        while !self.eat(close) {
            read(self)?;
            let separated = self.eat(TokenKind::Comma) || self.kind() == TokenKind::NewLine;
            self.newlines();
            if !separated && self.kind() != close {
                return self.expected(what);
            }
        }
        Ok(())
    }

    fn primary(&mut self) -> Read<Expr> {
        match self.kind() {
            TokenKind::StringComplete | TokenKind::StringLeftPiece => self.string(),
            TokenKind::LeftBrace => self.object(None),
            TokenKind::LeftSquare => self.array_or_for(),
            TokenKind::LeftParen => self.group_or_lambda(),
            TokenKind::Identifier => self.identifier(),
            _ => self.literal(),
        }
    }

    /// A number, boolean or null.
    pub(super) fn literal(&mut self) -> Read<Expr> {
        let token = self.next();
        let kind = match token.kind {
            TokenKind::TrueKeyword => ExprKind::Bool(true),
            TokenKind::FalseKeyword => ExprKind::Bool(false),
            TokenKind::NullKeyword => ExprKind::Null,
            TokenKind::Integer => match self.token_text(token).parse::<u64>() {
                Ok(number) => ExprKind::Number(number as f64),
                Err(_) => return self.fail(token, "this number is too large".to_owned()),
            },
            _ => return self.expected("a value"),
        };
        self.bump();
        self.build(token.start, kind)
    }

    /// A name, a call, or a lambda with one parameter.
    fn identifier(&mut self) -> Read<Expr> {
        let start = self.next().start;
        let name = self.name("a name")?;
        let kind = match self.kind() {
            TokenKind::LeftParen => {
                let args = self.arguments()?;
                ExprKind::Call(Box::new(Call { on: None, name, args }))
            }
            TokenKind::Arrow => self.lambda(vec![name])?,
            _ => ExprKind::Name(name.text),
        };
        self.build(start, kind)
    }

    /// From the arrow on.
    fn lambda(&mut self, parameters: Vec<Name>) -> Read<ExprKind> {
        self.bump();
        self.newlines();
        let body = self.expression()?;
        Ok(ExprKind::Lambda(Box::new(Lambda { parameters, body })))
    }

    fn group_or_lambda(&mut self) -> Read<Expr> {
        let open = self.bump();
        let mut inner = self.list(TokenKind::RightParen, "`)`", Self::expression)?;
        let kind = if self.kind() == TokenKind::Arrow {
            let Some(parameters) = inner.into_iter().map(as_parameter).collect() else {
                return self.fail(open, "the parameters of a lambda are names".to_owned());
            };
            self.lambda(parameters)?
        } else {
            match (inner.pop(), inner.is_empty()) {
                (Some(only), true) => ExprKind::Group(Box::new(only)),
                _ => return self.fail(open, "there must be one value in parentheses".to_owned()),
            }
        };
        self.build(open.start, kind)
    }

    /// A string with or without interpolations.
    pub(super) fn string(&mut self) -> Read<Expr> {
        let first = self.next();
        let text = self.token_text(first);
        let quotes = Quotes::of(text);
        match first.kind {
            TokenKind::StringComplete => {
                self.bump();
                let text = quotes.text(text, true, true);
                let completed = self.placeholders(&text, self.span_from(first.start));
                self.build(first.start, completed.map_or(ExprKind::String(text), ExprKind::of_parts))
            }
            TokenKind::StringLeftPiece => {
                self.bump();
                let parts = self.parts(quotes, quotes.text(text, true, false))?;
                let span = self.span_from(first.start);
                let completed = parts.into_iter().flat_map(|part| match part {
                    Part::Text(text) => self.placeholders(&text, span).unwrap_or_else(|| vec![Part::Text(text)]),
                    value => vec![value],
                });
                let kind = ExprKind::Interpolation(completed.collect());
                self.build(first.start, kind)
            }
            _ => self.expected("a string"),
        }
    }

    /// The parts of a text that another tool completes.
    fn placeholders(&self, text: &str, span: Span) -> Option<Vec<Part>> {
        match self.dialect {
            Dialect::Template => placeholder::in_template(text, span),
            Dialect::Parameters => placeholder::in_parameters(text, span),
        }
    }

    fn parts(&mut self, quotes: Quotes, first: std::sync::Arc<str>) -> Read<Vec<Part>> {
        let mut parts = Vec::new();
        let mut text = first;
        loop {
            if !text.is_empty() {
                parts.push(Part::Text(text));
            }
            parts.push(Part::Value(self.expression()?));
            let token = self.next();
            let last = token.kind == TokenKind::StringRightPiece;
            if !last && token.kind != TokenKind::StringMiddlePiece {
                return self.expected("`}`");
            }
            self.bump();
            text = quotes.text(self.token_text(token), false, last);
            if last {
                if !text.is_empty() {
                    parts.push(Part::Text(text));
                }
                return Ok(parts);
            }
        }
    }

    fn array_or_for(&mut self) -> Read<Expr> {
        let start = self.bump().start;
        self.newlines();
        let kind = if self.word() == "for" && matches!(self.ahead(1).kind, TokenKind::Identifier | TokenKind::LeftParen) {
            let each = self.loop_head()?;
            let body = self.expression()?;
            self.newlines();
            self.expect(TokenKind::RightSquare, "`]`")?;
            ExprKind::For(Box::new(For { each, body }))
        } else {
            let mut elements = Vec::new();
            self.elements(TokenKind::RightSquare, "`,`, `]` or a new line", |parser| {
                let spread = parser.eat(TokenKind::Ellipsis);
                let value = parser.expression()?;
                elements.push(if spread { Element::Spread(value) } else { Element::Value(value) });
                Ok(())
            })?;
            ExprKind::Array(elements)
        };
        self.build(start, kind)
    }

    /// `for item in over:`
    pub(super) fn loop_head(&mut self) -> Read<Loop> {
        self.expect_word("for")?;
        let (item, index) = if self.eat(TokenKind::LeftParen) {
            let item = self.name("the name for an element")?;
            self.expect(TokenKind::Comma, "`,` and the name for the index")?;
            let index = self.name("the name for the index")?;
            self.expect(TokenKind::RightParen, "`)`")?;
            (item, Some(index))
        } else {
            (self.name("the name for an element")?, None)
        };
        self.expect_word("in")?;
        let over = self.expression()?;
        self.expect(TokenKind::Colon, "`:` and what is repeated")?;
        Ok(Loop { item, index, over })
    }

    /// An object. Resources may be declared in it where there is a place for them.
    pub(super) fn object(&mut self, mut children: Option<&mut Vec<Statement>>) -> Read<Expr> {
        let start = self.expect(TokenKind::LeftBrace, "`{`")?.start;
        let mut members = Vec::new();
        self.elements(TokenKind::RightBrace, "`,`, `}` or a new line", |parser| {
            match children.as_deref_mut() {
                Some(children) if parser.starts_child() => children.push(parser.child()?),
                _ => members.push(parser.object_member()?),
            }
            Ok(())
        })?;
        self.build(start, ExprKind::Object(members))
    }

    fn starts_child(&self) -> bool {
        self.kind() == TokenKind::At || self.word() == "resource" && self.ahead(1).kind == TokenKind::Identifier
    }

    fn object_member(&mut self) -> Read<Member> {
        if self.eat(TokenKind::Ellipsis) {
            return Ok(Member::Spread(self.expression()?));
        }
        let key = self.key()?;
        self.expect(TokenKind::Colon, "`:` after the name of the property")?;
        Ok(Member::Property(key, self.expression()?))
    }

    /// The key of a member of an object or object type.
    pub(super) fn key(&mut self) -> Read<Expr> {
        let token = self.next();
        match token.kind {
            TokenKind::StringComplete | TokenKind::StringLeftPiece => self.string(),
            TokenKind::Identifier | TokenKind::TrueKeyword | TokenKind::FalseKeyword | TokenKind::NullKeyword => {
                self.bump();
                self.build(token.start, ExprKind::String(self.token_text(token).into()))
            }
            _ => self.expected("the name of a property"),
        }
    }
}

fn as_parameter(expr: Expr) -> Option<Name> {
    match expr.kind {
        ExprKind::Name(text) => Some(Name { text, span: expr.span }),
        _ => None,
    }
}

pub(super) fn unary_operator(kind: TokenKind) -> Option<UnaryOperator> {
    match kind {
        TokenKind::Exclamation => Some(UnaryOperator::Not),
        TokenKind::Minus => Some(UnaryOperator::Minus),
        TokenKind::Plus => Some(UnaryOperator::Plus),
        _ => None,
    }
}

/// How strongly an operator binds, and which it is.
fn binary_operator(kind: TokenKind) -> Option<(u8, BinaryOperator)> {
    use BinaryOperator as B;
    Some(match kind {
        TokenKind::Asterisk => (7, B::Multiply),
        TokenKind::Slash => (7, B::Divide),
        TokenKind::Modulo => (7, B::Modulo),
        TokenKind::Plus => (6, B::Add),
        TokenKind::Minus => (6, B::Subtract),
        TokenKind::LeftChevron => (5, B::Less),
        TokenKind::LessThanOrEqual => (5, B::LessOrEqual),
        TokenKind::RightChevron => (5, B::Greater),
        TokenKind::GreaterThanOrEqual => (5, B::GreaterOrEqual),
        TokenKind::Equals => (4, B::Equal),
        TokenKind::NotEquals => (4, B::NotEqual),
        TokenKind::EqualsInsensitive => (4, B::EqualIgnoringCase),
        TokenKind::NotEqualsInsensitive => (4, B::NotEqualIgnoringCase),
        TokenKind::LogicalAnd => (3, B::And),
        TokenKind::LogicalOr => (2, B::Or),
        TokenKind::DoubleQuestion => (1, B::Coalesce),
        _ => return None,
    })
}
