//! Statements.

use super::super::Dialect;
use super::super::ast::{
    Body, Extension, Function, Import, Imported, ImportedSymbol, Module, Parameter, Resource, Statement, StatementKind, Using,
};
use super::super::lex::TokenKind;
use super::{Parser, Read};
use crate::syntax::expr::{Expr, ExprKind, Name};

impl Parser<'_> {
    pub(super) fn statement(&mut self) -> Read<Statement> {
        let start = self.next().start;
        let decorators = self.decorators()?;
        let kind = match self.dialect {
            Dialect::Template => self.template_statement()?,
            Dialect::Parameters => self.parameters_statement()?,
        };
        Ok(Statement { decorators, kind, span: self.span_from(start) })
    }

    fn template_statement(&mut self) -> Read<StatementKind> {
        match self.word() {
            "targetScope" => {
                self.bump();
                Ok(StatementKind::TargetScope(self.assigned()?))
            }
            "metadata" => Ok(StatementKind::Metadata(self.declared_name()?, self.assigned()?)),
            "param" => self.parameter(),
            "resource" => Ok(StatementKind::Resource(self.resource()?)),
            "module" => self.module(),
            "output" => Ok(StatementKind::Output(self.declared_name()?, self.declared_type()?, self.assigned()?)),
            "func" => self.function(),
            "test" => Ok(StatementKind::Test(self.declared_name()?, self.string()?, self.assigned()?)),
            "assert" => Ok(StatementKind::Assert(self.declared_name()?, self.assigned()?)),
            _ => self.common_statement(),
        }
    }

    fn parameters_statement(&mut self) -> Read<StatementKind> {
        match self.word() {
            "using" => self.using(),
            "extends" => {
                self.bump();
                Ok(StatementKind::Extends(self.string()?))
            }
            "param" => {
                let name = self.declared_name()?;
                let value = Some(self.assigned()?);
                Ok(StatementKind::Parameter(Parameter { name, of: None, value }))
            }
            "extensionConfig" => {
                let name = self.declared_name()?;
                self.expect_word("with")?;
                Ok(StatementKind::ExtensionConfig(name, self.object(None)?))
            }
            _ => self.common_statement(),
        }
    }

    /// What both kinds of files have.
    fn common_statement(&mut self) -> Read<StatementKind> {
        match self.word() {
            "var" => self.variable(),
            "type" => self.type_declaration(),
            "import" if self.ahead(1).kind != TokenKind::StringComplete => self.import(),
            "extension" | "provider" | "import" => self.extension(),
            _ => self.expected("a statement, such as `param` or `resource`"),
        }
    }

    /// The keyword, and the name after it.
    fn declared_name(&mut self) -> Read<Name> {
        self.bump();
        let name = self.name("a name")?;
        self.declared.get_or_insert_with(|| name.clone());
        Ok(name)
    }

    /// `= value`
    fn assigned(&mut self) -> Read<Expr> {
        self.expect(TokenKind::Assignment, "`=`")?;
        self.expression()
    }

    pub(super) fn decorators(&mut self) -> Read<Vec<Expr>> {
        let mut decorators = Vec::new();
        while self.eat(TokenKind::At) {
            decorators.push(self.decorator()?);
            self.newlines();
        }
        Ok(decorators)
    }

    /// `description('..')`, perhaps in a namespace
    fn decorator(&mut self) -> Read<Expr> {
        let start = self.next();
        let decorator = self.member()?;
        match decorator.kind {
            ExprKind::Call(_) => Ok(decorator),
            _ => self.fail(start, "a decorator is a call, such as `@secure()`".to_owned()),
        }
    }

    fn parameter(&mut self) -> Read<StatementKind> {
        let name = self.declared_name()?;
        let of = Some(self.declared_type()?);
        let value = if self.kind() == TokenKind::Assignment { Some(self.assigned()?) } else { None };
        Ok(StatementKind::Parameter(Parameter { name, of, value }))
    }

    fn variable(&mut self) -> Read<StatementKind> {
        let name = self.declared_name()?;
        let of = if self.kind() == TokenKind::Assignment { None } else { Some(self.declared_type()?) };
        Ok(StatementKind::Variable(name, of, self.assigned()?))
    }

    fn type_declaration(&mut self) -> Read<StatementKind> {
        let name = self.declared_name()?;
        self.expect(TokenKind::Assignment, "`=`")?;
        Ok(StatementKind::Type(name, self.declared_type()?))
    }

    fn function(&mut self) -> Read<StatementKind> {
        let name = self.declared_name()?;
        self.expect(TokenKind::LeftParen, "`(`")?;
        let parameters = self.list(TokenKind::RightParen, "`,` or `)`", |parser| {
            Ok((parser.name("the name of a parameter")?, parser.declared_type()?))
        })?;
        let returns = self.declared_type()?;
        self.expect(TokenKind::Arrow, "`=>`")?;
        self.newlines();
        let body = self.expression()?;
        Ok(StatementKind::Function(Function { name, parameters, returns, body }))
    }

    fn resource(&mut self) -> Read<Resource> {
        let start = self.next().start;
        let name = self.declared_name()?;
        let of = self.string()?;
        let header = self.span_from(start);
        let existing = self.eat_word("existing");
        let mut children = Vec::new();
        let body = self.body(Some(&mut children))?;
        Ok(Resource { name, header, of, existing, body, children })
    }

    /// A resource inside another.
    pub(super) fn child(&mut self) -> Read<Statement> {
        self.nested(|parser| {
            let start = parser.next().start;
            let decorators = parser.decorators()?;
            if parser.word() != "resource" {
                return parser.expected("`resource`");
            }
            let kind = StatementKind::Resource(parser.resource()?);
            Ok(Statement { decorators, kind, span: parser.span_from(start) })
        })
    }

    fn module(&mut self) -> Read<StatementKind> {
        let start = self.next().start;
        let name = self.declared_name()?;
        let path = self.string()?;
        let header = self.span_from(start);
        Ok(StatementKind::Module(Module { name, header, path, body: self.body(None)? }))
    }

    /// `= {}`, `= if (..) {}`, `= [for ..: {}]`, `= [for ..: if (..) {}]`
    fn body(&mut self, children: Option<&mut Vec<Statement>>) -> Read<Body> {
        self.expect(TokenKind::Assignment, "`=`")?;
        self.newlines();
        if !self.eat(TokenKind::LeftSquare) {
            let condition = self.condition()?;
            return Ok(Body { each: None, condition, object: self.object(children)? });
        }
        self.newlines();
        let each = Some(self.loop_head()?);
        let condition = self.condition()?;
        let object = self.object(children)?;
        self.newlines();
        self.expect(TokenKind::RightSquare, "`]`")?;
        Ok(Body { each, condition, object })
    }

    fn condition(&mut self) -> Read<Option<Expr>> {
        if !self.eat_word("if") {
            return Ok(None);
        }
        self.expect(TokenKind::LeftParen, "`(`")?;
        self.newlines();
        let condition = self.expression()?;
        self.newlines();
        self.expect(TokenKind::RightParen, "`)`")?;
        Ok(Some(condition))
    }

    fn import(&mut self) -> Read<StatementKind> {
        self.bump();
        let symbols = if self.eat(TokenKind::Asterisk) {
            self.expect_word("as")?;
            let name = self.name("a name")?;
            self.declared.get_or_insert_with(|| name.clone());
            Imported::All(name)
        } else {
            self.expect(TokenKind::LeftBrace, "`{` or `*`")?;
            let mut symbols = Vec::new();
            self.elements(TokenKind::RightBrace, "`,`, `}` or a new line", |parser| {
                symbols.push(parser.imported_symbol()?);
                Ok(())
            })?;
            Imported::Some(symbols)
        };
        self.expect_word("from")?;
        Ok(StatementKind::Import(Import { symbols, from: self.string()? }))
    }

    fn imported_symbol(&mut self) -> Read<ImportedSymbol> {
        let name = if self.kind() == TokenKind::StringComplete {
            let quoted = self.string()?;
            let ExprKind::String(text) = quoted.kind else { return self.expected("a name") };
            Name { text, span: quoted.span }
        } else {
            self.name("a name")?
        };
        Ok(ImportedSymbol { name, alias: self.alias()? })
    }

    /// `as name`
    fn alias(&mut self) -> Read<Option<Name>> {
        if self.eat_word("as") { self.name("a name").map(Some) } else { Ok(None) }
    }

    /// `with {}`
    fn config(&mut self) -> Read<Option<Expr>> {
        if self.eat_word("with") { self.object(None).map(Some) } else { Ok(None) }
    }

    fn extension(&mut self) -> Read<StatementKind> {
        self.bump();
        let of = if self.kind() == TokenKind::Identifier {
            let name = self.name("a name")?;
            Expr::new(ExprKind::Name(name.text), name.span)
        } else {
            self.string()?
        };
        Ok(StatementKind::Extension(Extension { of, config: self.config()?, alias: self.alias()? }))
    }

    fn using(&mut self) -> Read<StatementKind> {
        self.bump();
        let template = if self.eat_word("none") { None } else { Some(self.string()?) };
        Ok(StatementKind::Using(Using { template, config: self.config()? }))
    }
}
