//! The one expression form of Bicep and of ARM templates, with a span on every node.
//!
//! Bicep's parser builds it. An ARM template's `[concat(parameters('x'), 'y')]` is a [`Call`] with arguments in it: the operators of Bicep
//! are functions there, everything else (access by name and index, literals, objects, arrays) is the same.

use crate::source::Span;
use std::sync::Arc;

/// An identifier as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The identifier.
    pub text: Arc<str>,
    /// Where it is written.
    pub span: Span,
}

/// An expression.
#[derive(Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it is written.
    pub span: Span,
    height: u32,
}

/// The kinds of expressions.
#[derive(Debug)]
pub enum ExprKind {
    /// Something that stands for a value which the code does not tell: what could not be read, a secret. Why, in words for the user.
    Unknown(Arc<str>),
    /// What another tool replaces before Azure sees the file, as it is written: `#{prefix}#`.
    Placeholder(Arc<str>),
    /// `null`
    Null,
    /// `true`
    Bool(bool),
    /// `42`. Bicep has whole numbers only, ARM's JSON others too.
    Number(f64),
    /// A string without interpolation.
    String(Arc<str>),
    /// `'a${b}c'`
    Interpolation(Vec<Part>),
    /// `[a, ...b]`
    Array(Vec<Element>),
    /// `{ a: b, ...c }`
    Object(Vec<Member>),
    /// A name that something else declares: a parameter, variable, resource, module, namespace, variable of a loop or lambda.
    Name(Arc<str>),
    /// `of.name`
    Property(Box<Expr>, Access, Name),
    /// `of[index]`
    Index(Box<[Expr; 2]>, Access, From),
    /// `of::name`: a resource that is declared inside another.
    Child(Box<Expr>, Name),
    /// `a!`: the author knows that it is not null.
    NonNull(Box<Expr>),
    /// `(a)`. It ends a chain of accesses: in `a.?b.c` a missing `b` makes the whole null, in `(a.?b).c` it does not.
    Group(Box<Expr>),
    /// `name(args)`
    Call(Box<Call>),
    /// `!a`
    Unary(UnaryOperator, Box<Expr>),
    /// `a + b`
    Binary(Box<[Expr; 2]>, BinaryOperator),
    /// `condition ? then : otherwise`
    Conditional(Box<[Expr; 3]>),
    /// `(a, b) => body`
    Lambda(Box<Lambda>),
    /// `[for a in b: c]`
    For(Box<For>),
}

/// A part of an interpolated string.
#[derive(Debug)]
pub enum Part {
    /// Text, with escapes resolved.
    Text(Arc<str>),
    /// `${expr}`
    Value(Expr),
}

/// An element of an array.
#[derive(Debug)]
pub enum Element {
    /// A value.
    Value(Expr),
    /// `...expr`: the elements of another array.
    Spread(Expr),
}

/// A member of an object.
#[derive(Debug)]
pub enum Member {
    /// `key: value`. The key is a string, perhaps with interpolations; its span covers the quotes where it has some.
    Property(Expr, Expr),
    /// `...expr`: the members of another object.
    Spread(Expr),
}

/// What an access does when there is nothing to be accessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// `.` and `[`: it fails.
    Plain,
    /// `.?` and `[?`: it is null, and so is the rest of the chain.
    Safe,
}

/// From where an index counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// `[0]`, or the name of a property.
    Start,
    /// `[^1]`: 1 is the last element.
    End,
}

/// A function call.
#[derive(Debug)]
pub struct Call {
    /// What stands before the dot: a namespace (`sys`, `az`, that of a user function), an import, or a resource.
    pub on: Option<Expr>,
    /// The function.
    pub name: Name,
    /// The arguments.
    pub args: Vec<Expr>,
}

/// A function without a name.
#[derive(Debug)]
pub struct Lambda {
    /// Its parameters.
    pub parameters: Vec<Name>,
    /// What it returns.
    pub body: Expr,
}

/// The head of a loop: `for item in over`, or `for (item, index) in over`.
#[derive(Debug)]
pub struct Loop {
    /// The name for an element.
    pub item: Name,
    /// The name for its number, from 0.
    pub index: Option<Name>,
    /// The array.
    pub over: Expr,
}

/// `[for item in over: body]`
#[derive(Debug)]
pub struct For {
    /// What it runs over.
    pub each: Loop,
    /// An element of the result.
    pub body: Expr,
}

/// An operator with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `!`
    Not,
    /// `-`
    Minus,
    /// `+`
    Plus,
}

/// An operator with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOperator {
    /// `*`
    Multiply,
    /// `/`, of whole numbers
    Divide,
    /// `%`
    Modulo,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`: equal but for the case of letters
    EqualIgnoringCase,
    /// `!~`
    NotEqualIgnoringCase,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `??`: the right side if the left one is null
    Coalesce,
}

impl Expr {
    /// An expression at its place.
    pub fn new(kind: ExprKind, span: Span) -> Self {
        let mut height = 0;
        kind.for_each_child(|child| height = height.max(child.height));
        Self { kind, span, height: height.saturating_add(1) }
    }

    /// How many expressions are inside one another at the deepest place; 1 for a literal. Whoever builds trees bounds it, since all that
    /// walk them recurse.
    pub fn height(&self) -> u32 {
        self.height
    }
}

impl ExprKind {
    /// The placeholder that a string is or holds; the first of several.
    pub(super) fn placeholder(&self) -> Option<&str> {
        match self {
            Self::Placeholder(text) => Some(text),
            Self::Interpolation(parts) => parts.iter().find_map(|part| match part {
                Part::Value(value) => value.kind.placeholder(),
                Part::Text(_) => None,
            }),
            _ => None,
        }
    }

    /// A string of these parts.
    pub(super) fn of_parts(mut parts: Vec<Part>) -> Self {
        match parts.pop() {
            Some(Part::Value(only)) if parts.is_empty() && matches!(only.kind, Self::Placeholder(_)) => only.kind,
            last => {
                parts.extend(last);
                Self::Interpolation(parts)
            }
        }
    }

    /// Visits the expressions directly inside this one, in the order in which they are written.
    pub fn for_each_child<'a>(&'a self, mut visit: impl FnMut(&'a Expr)) {
        match self {
            Self::Unknown(_)
            | Self::Placeholder(_)
            | Self::Null
            | Self::Bool(_)
            | Self::Number(_)
            | Self::String(_)
            | Self::Name(_) => {}
            Self::Interpolation(parts) => parts.iter().for_each(|part| match part {
                Part::Text(_) => {}
                Part::Value(expr) => visit(expr),
            }),
            Self::Array(elements) => elements.iter().for_each(|element| match element {
                Element::Value(expr) | Element::Spread(expr) => visit(expr),
            }),
            Self::Object(members) => members.iter().for_each(|member| match member {
                Member::Property(key, value) => [key, value].into_iter().for_each(&mut visit),
                Member::Spread(expr) => visit(expr),
            }),
            Self::Property(of, ..) | Self::Child(of, _) | Self::NonNull(of) | Self::Group(of) | Self::Unary(_, of) => visit(of),
            Self::Index(two, ..) | Self::Binary(two, _) => two.iter().for_each(visit),
            Self::Call(call) => call.on.iter().chain(&call.args).for_each(visit),
            Self::Conditional(three) => three.iter().for_each(visit),
            Self::Lambda(lambda) => visit(&lambda.body),
            Self::For(each) => [&each.each.over, &each.body].into_iter().for_each(visit),
        }
    }
}
