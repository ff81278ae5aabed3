//! The syntax tree of HCL, with a span on every node.

use crate::source::Span;
use std::sync::Arc;

/// The content of a file or block.
#[derive(Debug, Default)]
pub struct Body {
    /// The attributes, in order.
    pub attributes: Vec<Attribute>,
    /// The nested blocks, in order.
    pub blocks: Vec<Block>,
}

/// `name = expression`.
#[derive(Debug)]
pub struct Attribute {
    /// The name.
    pub name: Arc<str>,
    /// Where the name is written.
    pub name_span: Span,
    /// The expression.
    pub expr: Expr,
}

/// `keyword "label" { .. }`.
#[derive(Debug)]
pub struct Block {
    /// The first word: `resource`.
    pub keyword: Arc<str>,
    /// The labels without quotes.
    pub labels: Vec<Arc<str>>,
    /// The keyword and the labels.
    pub header: Span,
    /// What is between the braces.
    pub body: Body,
}

impl Body {
    /// The attribute of this name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|a| &*a.name == name)
    }

    /// The blocks with this keyword.
    pub fn blocks(&self, keyword: &str) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(move |b| &*b.keyword == keyword)
    }
}

/// An expression.
#[derive(Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it is written.
    pub span: Span,
}

/// The kinds of expressions.
#[derive(Debug)]
pub enum ExprKind {
    /// It could not be parsed (and the parser has said so).
    Invalid,
    /// `null`
    Null,
    /// `true`
    Bool(bool),
    /// `1.5`
    Number(f64),
    /// A string without interpolation.
    String(Arc<str>),
    /// A string or heredoc with interpolations or directives.
    Template(Vec<TemplatePart>),
    /// `[a, b]`
    Tuple(Vec<Expr>),
    /// `{ a = b }`
    Object(Vec<(Expr, Expr)>),
    /// A name: of a variable of a `for`, or the root of a reference.
    Name(Arc<str>),
    /// `expr.name[index]`, ..
    Traversal(Box<Expr>, Vec<Step>),
    /// `name(args)`
    Call(Box<Call>),
    /// `condition ? then : otherwise`
    Conditional(Box<[Expr; 3]>),
    /// `-a`
    Negate(Box<Expr>),
    /// `!a`
    Not(Box<Expr>),
    /// `a + b`
    Binary(Box<Expr>, BinaryOperator, Box<Expr>),
    /// `[for ..]` or `{for ..}`
    For(Box<For>),
}

pub use hcl_edit::expr::BinaryOperator;

/// A step of a traversal.
#[derive(Debug)]
pub enum Step {
    /// `.name`, or the old `.0` behind `.*`
    Attribute(Arc<str>, Span),
    /// `[expr]`, or the old `.0`
    Index(Expr),
    /// `[*]`: the steps that follow, up to the end, apply to each element.
    FullSplat(Span),
    /// `.*`: the attribute steps that follow apply to each element.
    AttributeSplat(Span),
}

/// A function call.
#[derive(Debug)]
pub struct Call {
    /// The name; namespaces included (`provider::azurerm::parse_resource_id`).
    pub name: Arc<str>,
    /// The arguments.
    pub args: Vec<Expr>,
    /// Whether the last argument is a list to spread (`...`).
    pub expand_final: bool,
}

/// A `for` expression.
#[derive(Debug)]
pub struct For {
    /// The name for keys or indexes.
    pub key_name: Option<Arc<str>>,
    /// The name for values.
    pub value_name: Arc<str>,
    /// What is iterated.
    pub collection: Expr,
    /// In an object `for`, the key.
    pub key: Option<Expr>,
    /// The value.
    pub value: Expr,
    /// `...` after the value: values of equal keys become a list.
    pub grouping: bool,
    /// `if ..`
    pub condition: Option<Expr>,
}

/// A part of a template.
#[derive(Debug)]
pub enum TemplatePart {
    /// Text, with the strip markers of its neighbours applied.
    Text(Arc<str>),
    /// `${expr}`
    Interpolation(Expr),
    /// `%{ if }`
    If(Expr, Vec<TemplatePart>, Vec<TemplatePart>),
    /// `%{ for }`: key name, value name, collection, content
    For(Option<Arc<str>>, Arc<str>, Expr, Vec<TemplatePart>),
}
