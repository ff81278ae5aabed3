//! From statements to a [`Template`].

mod types;

use super::ast::{self, Imported, Statement, StatementKind};
use super::{Dialect, parse};
use crate::source::{FileId, Span};
use crate::syntax::expr::{Element, Expr, ExprKind, Loop, Member, Name};
use crate::syntax::placeholder;
use crate::syntax::template::{
    Declaration, DeclarationKind, Function, Import, Language, Module, Output, Parameter, ParameterFile, Repeat, Resource, Source,
    Target, Template, Type, TypeKind, Variable,
};
use std::sync::Arc;

/// What is wrong: the place, and a message for the user.
type Errors = Vec<(Span, String)>;

/// Reads a `.bicep` file, and tells what is wrong with it.
pub fn template(file: FileId, text: &str) -> (Template, Errors) {
    let (lower, errors) = Lower::file(file, text, Dialect::Template);
    (lower.template, errors)
}

/// Reads a `.bicepparam` file, and tells what is wrong with it.
pub fn parameters(file: FileId, text: &str) -> (ParameterFile, Errors) {
    let (lower, errors) = Lower::file(file, text, Dialect::Parameters);
    (ParameterFile { scope: lower.template, using: lower.using, extends: lower.extends, values: lower.values }, errors)
}

struct Lower<'a> {
    text: &'a str,
    template: Template,
    using: Option<Name>,
    extends: Option<Name>,
    values: Vec<Variable>,
    errors: Errors,
}

impl<'a> Lower<'a> {
    fn file(file: FileId, text: &'a str, dialect: Dialect) -> (Self, Errors) {
        let parsed = parse(file, text, dialect);
        let template = Template::new(file, Language::Bicep, Span::new(file, 0, text.len()));
        let mut lower = Self { text, template, using: None, extends: None, values: Vec::new(), errors: parsed.errors };
        for statement in parsed.statements {
            lower.statement(statement, dialect);
        }
        let errors = std::mem::take(&mut lower.errors);
        (lower, errors)
    }

    fn statement(&mut self, statement: Statement, dialect: Dialect) {
        let Statement { decorators, kind, span } = statement;
        let out = &mut self.template;
        match kind {
            StatementKind::Broken(name) => self.broken(name, span, dialect),
            StatementKind::TargetScope(scope) => out.target = target(&scope),
            StatementKind::Parameter(parameter) if dialect == Dialect::Template => {
                out.parameters.push(declared(parameter, decorators))
            }
            StatementKind::Parameter(ast::Parameter { name, value, .. }) => {
                self.values.extend(value.map(|value| Variable { name, value }));
            }
            StatementKind::Variable(name, _, value) => out.variables.push(Variable { name, value }),
            StatementKind::Type(name, of) => out.types.push((name, types::lower(of))),
            StatementKind::Function(function) => out.functions.push(Function {
                name: function.name,
                parameters: function.parameters.into_iter().map(|(name, _)| name).collect(),
                body: function.body,
            }),
            StatementKind::Resource(resource) => {
                let declaration = self.resource(resource, span);
                self.template.declarations.extend(declaration);
            }
            StatementKind::Module(of) => out.declarations.push(module(of, span)),
            StatementKind::Output(name, _, value) => out.outputs.push(Output { name, value }),
            StatementKind::Import(import) => self.import(import),
            StatementKind::Using(using) => {
                let path = using.template.and_then(|path| self.path(path));
                self.using = self.using.take().or(path);
            }
            StatementKind::Extends(path) => {
                let path = self.path(path);
                self.extends = self.extends.take().or(path);
            }
            StatementKind::Metadata(..)
            | StatementKind::Extension(_)
            | StatementKind::Test(..)
            | StatementKind::Assert(..)
            | StatementKind::ExtensionConfig(..) => {}
        }
    }

    /// What was to be declared has a value, but not one that can be read.
    fn broken(&mut self, name: Option<Name>, span: Span, dialect: Dialect) {
        let out = &mut self.template;
        out.lost.push(span);
        let Some(name) = name else { return };
        let value = Expr::new(ExprKind::Unknown("this could not be parsed".into()), name.span);
        let before = self.text.get(span.start as usize..name.span.start as usize).unwrap_or("");
        match (before.split_whitespace().next_back(), dialect) {
            (Some("param"), Dialect::Parameters) => self.values.push(Variable { name, value }),
            (Some("param"), Dialect::Template) => {
                let of = Type { kind: TypeKind::Other, nullable: false };
                out.parameters.push(Parameter { name, of, allowed: Vec::new(), secure: false, default: Some(value) });
            }
            (Some("var"), _) => out.variables.push(Variable { name, value }),
            (Some("output"), _) => out.outputs.push(Output { name, value }),
            _ => {}
        }
    }

    /// The path of another file.
    fn path(&mut self, path: Expr) -> Option<Name> {
        let span = path.span;
        match plain(path) {
            Ok(name) => Some(name),
            Err(why) => {
                self.errors.push((span, why.to_string()));
                self.template.lost.push(span);
                None
            }
        }
    }

    fn import(&mut self, import: ast::Import) {
        let Some(from) = self.path(import.from) else { return };
        match import.symbols {
            Imported::All(name) => self.template.imports.push(Import { from, symbol: None, name }),
            Imported::Some(symbols) => self.template.imports.extend(symbols.into_iter().map(|symbol| Import {
                from: from.clone(),
                name: symbol.alias.unwrap_or_else(|| symbol.name.clone()),
                symbol: Some(symbol.name),
            })),
        }
    }

    /// A resource with the ones in it; none if its type cannot be told.
    fn resource(&mut self, resource: ast::Resource, span: Span) -> Option<Declaration> {
        let of = self.path(resource.of)?;
        let (of, api_version) = versioned(of);
        let children = resource.children.into_iter().filter_map(|child| match child.kind {
            StatementKind::Resource(resource) => self.resource(resource, child.span),
            _ => None,
        });
        let children = children.collect();
        let kind = DeclarationKind::Resource(Resource { of, api_version, existing: resource.existing, children });
        let ast::Body { each, condition, object } = resource.body;
        Some(Declaration {
            symbol: Some(resource.name),
            kind,
            condition,
            repeat: each.map(repeat),
            body: object,
            header: resource.header,
            span,
        })
    }
}

fn module(module: ast::Module, span: Span) -> Declaration {
    let path = module.path.span;
    let source = match plain(module.path) {
        Ok(path) => Source::Path(path),
        Err(why) => Source::Unknown(why, path),
    };
    let ast::Body { each, condition, object } = module.body;
    let (body, arguments) = without_params(object);
    Declaration {
        symbol: Some(module.name),
        kind: DeclarationKind::Module(Module { source, arguments }),
        condition,
        repeat: each.map(repeat),
        body,
        header: module.header,
        span,
    }
}

/// The object of a module without its `params`, and these.
fn without_params(object: Expr) -> (Expr, Option<Expr>) {
    let ExprKind::Object(members) = object.kind else { return (object, None) };
    let (params, others): (Vec<_>, Vec<_>) = members.into_iter().partition(is_params);
    let arguments = params.into_iter().find_map(|member| match member {
        Member::Property(_, value) => Some(value),
        Member::Spread(_) => None,
    });
    (Expr::new(ExprKind::Object(others), object.span), arguments)
}

fn is_params(member: &Member) -> bool {
    match member {
        Member::Property(key, _) => matches!(&key.kind, ExprKind::String(key) if **key == *"params"),
        Member::Spread(_) => false,
    }
}

fn repeat(each: Loop) -> Repeat {
    Repeat { name: each.item, index: each.index, over: each.over }
}

/// What a template is deployed to. The other scopes that the compiler knows are no deployments to Azure.
fn target(scope: &Expr) -> Target {
    let ExprKind::String(scope) = &scope.kind else { return Target::default() };
    match &**scope {
        "subscription" => Target::Subscription,
        "managementGroup" => Target::ManagementGroup,
        "tenant" => Target::Tenant,
        _ => Target::ResourceGroup,
    }
}

fn declared(parameter: ast::Parameter, decorators: Vec<Expr>) -> Parameter {
    let mut allowed = Vec::new();
    let mut secure = false;
    for decorator in decorators {
        let ExprKind::Call(call) = decorator.kind else { continue };
        match &*call.name.text {
            "secure" => secure = true,
            "allowed" => allowed.extend(call.args.into_iter().flat_map(elements)),
            _ => {}
        }
    }
    // Of an array, the elements may be what is listed.
    if parameter.of.as_ref().is_some_and(types::is_array) {
        allowed.retain(|value| matches!(value.kind, ExprKind::Array(_)));
    }
    let of = parameter.of.map_or(Type { kind: TypeKind::Other, nullable: false }, types::lower);
    Parameter { name: parameter.name, of, allowed, secure, default: parameter.value }
}

/// The values that an array lists.
fn elements(array: Expr) -> Vec<Expr> {
    let ExprKind::Array(elements) = array.kind else { return Vec::new() };
    let values = elements.into_iter().filter_map(|element| match element {
        Element::Value(value) => Some(value),
        Element::Spread(_) => None,
    });
    values.collect()
}

/// The text of a string that must be there as such: a path, or the type of a resource. Or why it is not.
fn plain(string: Expr) -> Result<Name, Arc<str>> {
    match string.kind {
        ExprKind::String(text) => Ok(Name { text, span: string.span }),
        ExprKind::Unknown(why) => Err(why),
        kind => Err(kind.placeholder().map_or_else(|| "this must be a text without interpolations".into(), placeholder::why)),
    }
}

/// A type and its version: `Microsoft.Network/virtualNetworks@2024-05-01`.
fn versioned(name: Name) -> (Name, Option<Expr>) {
    match name.text.split_once('@') {
        None => (name, None),
        Some((of, version)) => {
            let version = Expr::new(ExprKind::String(version.into()), name.span);
            (Name { text: of.into(), span: name.span }, Some(version))
        }
    }
}
