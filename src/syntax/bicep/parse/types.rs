//! Types.

use super::super::ast::{Type, TypeKey, TypeKind, TypeMember};
use super::super::lex::TokenKind;
use super::expr::unary_operator;
use super::{Parser, Read};
use crate::syntax::expr::ExprKind;

/// Accesses and suffixes on one type. It keeps trees from getting too high.
const MOST_SUFFIXES: usize = 20;

impl Parser<'_> {
    /// A type where `resource 'type'` is one as well.
    pub(super) fn declared_type(&mut self) -> Read<Type> {
        if self.word() != "resource" || self.ahead(1).kind == TokenKind::LeftChevron {
            return self.type_expression();
        }
        let start = self.bump().start;
        let named = matches!(self.kind(), TokenKind::StringComplete | TokenKind::StringLeftPiece);
        let of = if named { Some(self.string()?) } else { None };
        Ok(self.build_type(start, TypeKind::Resource(of)))
    }

    pub(super) fn type_expression(&mut self) -> Read<Type> {
        self.nested(Self::union)
    }

    fn union(&mut self) -> Read<Type> {
        let start = self.next().start;
        let leading = self.pipe();
        let first = self.suffixed_type()?;
        if !leading && self.kind_after_newlines() != TokenKind::Pipe {
            return Ok(first);
        }
        let mut all = vec![first];
        while self.pipe() {
            all.push(self.suffixed_type()?);
        }
        Ok(self.build_type(start, TypeKind::Union(all)))
    }

    /// Takes a `|`, on this line or a later one.
    fn pipe(&mut self) -> bool {
        if self.kind_after_newlines() != TokenKind::Pipe {
            return false;
        }
        self.newlines();
        self.eat(TokenKind::Pipe)
    }

    /// `T?` and `T!`
    fn suffixed_type(&mut self) -> Read<Type> {
        let start = self.next().start;
        let mut of = self.signed_type()?;
        for _ in 0..MOST_SUFFIXES {
            let kind = match self.kind() {
                TokenKind::Question => TypeKind::Nullable(Box::new(of)),
                TokenKind::Exclamation => TypeKind::NonNull(Box::new(of)),
                _ => return Ok(of),
            };
            self.bump();
            of = self.build_type(start, kind);
        }
        self.too_deep()
    }

    fn signed_type(&mut self) -> Read<Type> {
        let start = self.next().start;
        let Some(operator) = unary_operator(self.kind()) else { return self.member_type() };
        self.bump();
        let of = self.member_type()?;
        let TypeKind::Literal(operand) = of.kind else {
            return self.fail(self.next(), "only a literal can have a sign here".to_owned());
        };
        let literal = self.build(start, ExprKind::Unary(operator, Box::new(operand)))?;
        Ok(self.build_type(start, TypeKind::Literal(literal)))
    }

    /// A type and what is accessed of it.
    fn member_type(&mut self) -> Read<Type> {
        let start = self.next().start;
        let mut of = self.primary_type()?;
        for _ in 0..MOST_SUFFIXES {
            let kind = match self.kind() {
                TokenKind::LeftSquare => self.type_index(of)?,
                TokenKind::Dot => self.type_property(of)?,
                _ => return Ok(of),
            };
            of = self.build_type(start, kind);
        }
        self.too_deep()
    }

    fn type_index(&mut self, of: Type) -> Read<TypeKind> {
        self.bump();
        let of = Box::new(of);
        let kind = match self.kind() {
            TokenKind::RightSquare => TypeKind::Array(of),
            TokenKind::Asterisk => {
                self.bump();
                TypeKind::Elements(of)
            }
            _ => TypeKind::Index(of, self.expression()?),
        };
        self.expect(TokenKind::RightSquare, "`]`")?;
        Ok(kind)
    }

    fn type_property(&mut self, of: Type) -> Read<TypeKind> {
        self.bump();
        let of = Box::new(of);
        if self.eat(TokenKind::Asterisk) {
            return Ok(TypeKind::Further(of));
        }
        let name = self.name("the name of a property")?;
        if self.kind() != TokenKind::LeftChevron {
            return Ok(TypeKind::Property(of, name));
        }
        Ok(TypeKind::Generic(Some(of), name, self.type_arguments()?))
    }

    fn type_arguments(&mut self) -> Read<Vec<Type>> {
        self.bump();
        self.list(TokenKind::RightChevron, "`,` or `>`", Self::type_expression)
    }

    fn primary_type(&mut self) -> Read<Type> {
        let token = self.next();
        let kind = match token.kind {
            TokenKind::StringComplete | TokenKind::StringLeftPiece => TypeKind::Literal(self.string()?),
            TokenKind::Integer | TokenKind::TrueKeyword | TokenKind::FalseKeyword | TokenKind::NullKeyword => {
                TypeKind::Literal(self.literal()?)
            }
            TokenKind::LeftBrace => TypeKind::Object(self.type_members(TokenKind::RightBrace)?),
            TokenKind::LeftSquare => TypeKind::Tuple(self.type_members(TokenKind::RightSquare)?),
            TokenKind::LeftParen => {
                self.bump();
                let inner = self.type_expression()?;
                self.expect(TokenKind::RightParen, "`)`")?;
                inner.kind
            }
            TokenKind::Identifier => {
                let name = self.name("a type")?;
                match self.kind() {
                    TokenKind::LeftChevron => TypeKind::Generic(None, name, self.type_arguments()?),
                    _ => TypeKind::Name(name),
                }
            }
            _ => return self.expected("a type"),
        };
        Ok(self.build_type(token.start, kind))
    }

    fn type_members(&mut self, close: TokenKind) -> Read<Vec<TypeMember>> {
        self.bump();
        let mut members = Vec::new();
        self.elements(close, "`,`, the closing bracket or a new line", |parser| {
            let decorators = parser.decorators()?;
            let key = if close == TokenKind::RightBrace { Some(parser.type_key()?) } else { None };
            members.push(TypeMember { decorators, key, of: parser.type_expression()? });
            Ok(())
        })?;
        Ok(members)
    }

    fn type_key(&mut self) -> Read<TypeKey> {
        let key = if self.kind() == TokenKind::Asterisk {
            let token = self.bump();
            TypeKey::Further(self.span_of(token))
        } else {
            TypeKey::Named(self.key()?)
        };
        self.expect(TokenKind::Colon, "`:` and a type")?;
        Ok(key)
    }

    fn build_type(&self, start: u32, kind: TypeKind) -> Type {
        Type { kind, span: self.span_from(start) }
    }
}
