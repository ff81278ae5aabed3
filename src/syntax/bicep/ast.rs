//! The syntax tree of Bicep: statements and types. Expressions are those of [`crate::syntax::expr`].

use crate::source::Span;
use crate::syntax::expr::{Expr, Loop, Name};

/// A statement.
#[derive(Debug)]
pub struct Statement {
    /// `@description('..')` and its kin, in order: calls of functions.
    pub decorators: Vec<Expr>,
    /// What it is.
    pub kind: StatementKind,
    /// All of it, decorators included.
    pub span: Span,
}

/// The kinds of statements.
#[derive(Debug)]
pub enum StatementKind {
    /// It could not be read (and the parser has said so). The name that it declares, where that much was readable.
    Broken(Option<Name>),
    /// `targetScope = 'subscription'`
    TargetScope(Expr),
    /// `metadata name = value`
    Metadata(Name, Expr),
    /// `param name type = default`, and in a parameter file `param name = value`
    Parameter(Parameter),
    /// `var name type = value`
    Variable(Name, Option<Type>, Expr),
    /// `type name = type`
    Type(Name, Type),
    /// `func name(..) type => body`
    Function(Function),
    /// `resource name 'type' = ..`
    Resource(Resource),
    /// `module name 'path' = ..`
    Module(Module),
    /// `output name type = value`
    Output(Name, Type, Expr),
    /// `import .. from 'path'`
    Import(Import),
    /// `extension ..`, once written `provider` or `import`
    Extension(Extension),
    /// `test name 'path' = {}`
    Test(Name, Expr, Expr),
    /// `assert name = condition`
    Assert(Name, Expr),
    /// In a parameter file, `using 'path' with {}`
    Using(Using),
    /// In a parameter file, `extends 'path'`
    Extends(Expr),
    /// In a parameter file, `extensionConfig name with {}`
    ExtensionConfig(Name, Expr),
}

/// A parameter.
#[derive(Debug)]
pub struct Parameter {
    /// Its name.
    pub name: Name,
    /// Its type; parameter files have none.
    pub of: Option<Type>,
    /// Its default, in parameter files its value.
    pub value: Option<Expr>,
}

/// A function of the user.
#[derive(Debug)]
pub struct Function {
    /// Its name.
    pub name: Name,
    /// Its parameters.
    pub parameters: Vec<(Name, Type)>,
    /// The type of what it returns.
    pub returns: Type,
    /// What it returns.
    pub body: Expr,
}

/// A resource, perhaps inside another.
#[derive(Debug)]
pub struct Resource {
    /// Its symbolic name.
    pub name: Name,
    /// From `resource` to the type.
    pub header: Span,
    /// The type and API version; inside another resource the last segment of the type, perhaps with a version.
    pub of: Expr,
    /// Whether it is only referred to.
    pub existing: bool,
    /// What is after `=`.
    pub body: Body,
    /// The resources that are declared in it: statements of the kind [`StatementKind::Resource`].
    pub children: Vec<Statement>,
}

/// A module call.
#[derive(Debug)]
pub struct Module {
    /// Its symbolic name.
    pub name: Name,
    /// From `module` to the path.
    pub header: Span,
    /// Where the module is.
    pub path: Expr,
    /// What is after `=`.
    pub body: Body,
}

/// What a resource or module consists of.
#[derive(Debug)]
pub struct Body {
    /// `[for ..]`
    pub each: Option<Loop>,
    /// `if (..)`, without the parentheses
    pub condition: Option<Expr>,
    /// The object.
    pub object: Expr,
}

/// What is imported from another file.
#[derive(Debug)]
pub struct Import {
    /// Which of its symbols.
    pub symbols: Imported,
    /// The file.
    pub from: Expr,
}

/// The symbols of an import.
#[derive(Debug)]
pub enum Imported {
    /// `* as name`
    All(Name),
    /// `{ a, b as c }`
    Some(Vec<ImportedSymbol>),
}

/// One symbol of an import.
#[derive(Debug)]
pub struct ImportedSymbol {
    /// What it is called there. In ARM templates that can be other than an identifier, and is then written in quotes.
    pub name: Name,
    /// What it is called here, if otherwise.
    pub alias: Option<Name>,
}

/// An extension.
#[derive(Debug)]
pub struct Extension {
    /// A string, or a name from `bicepconfig.json`.
    pub of: Expr,
    /// `with {}`
    pub config: Option<Expr>,
    /// `as name`
    pub alias: Option<Name>,
}

/// What a parameter file is for.
#[derive(Debug)]
pub struct Using {
    /// The template; without one (`none`), the file is there to be extended.
    pub template: Option<Expr>,
    /// `with {}`
    pub config: Option<Expr>,
}

/// A type.
#[derive(Debug)]
pub struct Type {
    /// What it is.
    pub kind: TypeKind,
    /// Where it is written.
    pub span: Span,
}

/// The kinds of types.
#[derive(Debug)]
pub enum TypeKind {
    /// `'a'`, `42`, `-1`, `true`, `null`
    Literal(Expr),
    /// `string`, or a type that is declared elsewhere
    Name(Name),
    /// `resourceInput<'..'>`, perhaps in a namespace
    Generic(Option<Box<Type>>, Name, Vec<Type>),
    /// `of.name`: the type of a property, or in a namespace
    Property(Box<Type>, Name),
    /// `of[0]`: the type of an element of a tuple
    Index(Box<Type>, Expr),
    /// `of[*]`: the type of an array's elements
    Elements(Box<Type>),
    /// `of.*`: the type of an object's further properties
    Further(Box<Type>),
    /// `of[]`
    Array(Box<Type>),
    /// `of?`
    Nullable(Box<Type>),
    /// `of!`
    NonNull(Box<Type>),
    /// `'a' | 'b'`
    Union(Vec<Type>),
    /// `[string, int]`
    Tuple(Vec<TypeMember>),
    /// `{ a: string }`
    Object(Vec<TypeMember>),
    /// `resource 'type@version'`; an output need not name the type
    Resource(Option<Expr>),
}

/// A member of an object type or tuple type.
#[derive(Debug)]
pub struct TypeMember {
    /// Its decorators.
    pub decorators: Vec<Expr>,
    /// Its key; none in tuples.
    pub key: Option<TypeKey>,
    /// Its type.
    pub of: Type,
}

/// The key of a member of an object type.
#[derive(Debug)]
pub enum TypeKey {
    /// A string.
    Named(Expr),
    /// `*`: all further properties.
    Further(Span),
}

/// A line that switches diagnostics off or on.
#[derive(Debug, PartialEq, Eq)]
pub struct Directive {
    /// What it does.
    pub kind: DirectiveKind,
    /// The diagnostics, by code or name.
    pub codes: Vec<Name>,
    /// From `#` to the last code.
    pub span: Span,
}

/// What a directive does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DirectiveKind {
    /// `#disable-next-line`
    DisableNextLine,
    /// `#disable-diagnostics`: from here on
    Disable,
    /// `#restore-diagnostics`: from here on
    Restore,
}
