//! Terraform's JSON syntax, into the same trees as HCL.
//!
//! JSON does not say what is a block, so that is known here: of Terraform's own blocks exactly, in resources by what serves those who
//! read them. Strings are templates, except where Terraform takes them as they are or as references.
//!
//! Source: developer.hashicorp.com/terraform/language/syntax/json, and the `json` package of github.com/hashicorp/hcl.

use super::ast::{Attribute, Block, Body, Expr, ExprKind};
use super::{Parsed, lower};
use crate::source::{FileId, Span};
use crate::syntax::json::{self, Member, Node, Value};
use std::collections::HashSet;
use std::sync::Arc;

/// Parses a configuration file: `*.tf.json`.
pub fn parse(file: FileId, text: &str) -> Parsed {
    read(file, text, Schema::File)
}

/// Parses a file with values of variables: `*.tfvars.json`.
pub fn parse_values(file: FileId, text: &str) -> Parsed {
    read(file, text, Schema::Attributes(Mode::Literal))
}

/// Values that stand by name in other JSON of a file, as `*.tfvars.json` would have them.
pub fn values<'n>(file: FileId, text: &str, values: impl Iterator<Item = (&'n Arc<str>, &'n Node)>) -> Body {
    let mut reader = Reader { file, text, errors: Vec::new() };
    let attribute = |(name, node): (&Arc<str>, &Node)| {
        let expr = reader.expr(node, Mode::Literal);
        Attribute { name: Arc::clone(name), name_span: node.span, expr }
    };
    Body { attributes: values.map(attribute).collect(), ..Body::default() }
}

/// The names of a file's `module` blocks with the sources that they call, as [`super::module_calls`] has them.
pub fn module_calls(file: FileId, text: &str) -> Vec<(String, String)> {
    let body = parse(file, text).body;
    let source = |call: &Block| match &call.body.attribute("source")?.expr.kind {
        ExprKind::String(source) => Some(source.to_string()),
        _ => None,
    };
    body.blocks("module").filter_map(|call| Some((call.labels.first()?.to_string(), source(call)?))).collect()
}

fn read(file: FileId, text: &str, schema: Schema) -> Parsed {
    let parsed = json::parse(file, text);
    let mut reader = Reader { file, text, errors: parsed.errors };
    // Other readers of JSON take these; Terraform does not.
    reader.errors.extend(parsed.extensions);
    let body = reader.body(&parsed.root, schema, 0);
    reader.errors.sort();
    reader.errors.truncate(super::MOST_ERRORS);
    Parsed { body, errors: reader.errors }
}

/// Blocks nested deeper than this are taken as attributes.
const DEEPEST_BLOCK: usize = 64;

/// What a string means.
#[derive(Clone, Copy)]
enum Mode {
    /// A template: `"${var.x}"`.
    Template,
    /// The text itself.
    Literal,
    /// An expression: a reference or a type.
    Expression,
}

/// What the members of an object are.
#[derive(Clone, Copy)]
enum Schema {
    File,
    Attributes(Mode),
    Variable,
    Output,
    Module,
    Terraform,
    Check,
    Resource(Nested),
    Block(Nested),
    Dynamic(Nested),
    Lifecycle,
}

/// Which objects in a resource are nested blocks.
#[derive(Clone, Copy)]
enum Nested {
    /// All but the well-known maps: the azurerm provider has hardly an attribute that is an object.
    Most,
    /// Only the well-known blocks.
    Few,
}

/// Maps in resources of the azurerm provider.
const MAPS: &[&str] = &[
    "annotations",
    "app_settings",
    "environment_variables",
    "labels",
    "metadata",
    "node_labels",
    "parameters",
    "query_parameters",
    "secure_environment_variables",
];

enum Role {
    Attribute(Mode),
    Blocks { labels: usize, inside: Schema },
}

impl Schema {
    fn role(self, name: &str, value: &Node) -> Role {
        let blocks = |labels, inside| Role::Blocks { labels, inside };
        let attributes = |labels| blocks(labels, Self::Attributes(Mode::Template));
        match (self, name) {
            (Self::File, "resource" | "data" | "ephemeral") => blocks(2, Self::Resource(Nested::Few)),
            (Self::File, "variable") => blocks(1, Self::Variable),
            (Self::File, "output") => blocks(1, Self::Output),
            (Self::File, "module") => blocks(1, Self::Module),
            (Self::File, "terraform") => blocks(0, Self::Terraform),
            (Self::File, "check") => blocks(1, Self::Check),
            (Self::File, "provider") => attributes(1),
            (Self::File, "locals" | "moved" | "import" | "removed") => attributes(0),
            (Self::Variable, "validation") => attributes(0),
            (Self::Variable, "type") => Role::Attribute(Mode::Expression),
            (Self::Variable, _) => Role::Attribute(Mode::Literal),
            (Self::Output | Self::Lifecycle, "precondition" | "postcondition") | (Self::Check, "assert") => attributes(0),
            (Self::Check, "data") => blocks(2, Self::Resource(Nested::Few)),
            (Self::Module, "source" | "version") => Role::Attribute(Mode::Literal),
            (Self::Module, "providers" | "depends_on") | (Self::Output, "depends_on") => Role::Attribute(Mode::Expression),
            (Self::Terraform, "required_providers") => blocks(0, Self::Attributes(Mode::Literal)),
            (Self::Terraform, _) => Role::Attribute(Mode::Literal),
            (Self::Resource(_), "provider" | "depends_on") => Role::Attribute(Mode::Expression),
            (Self::Resource(_), "for_each") => Role::Attribute(Mode::Template),
            (Self::Resource(_), "lifecycle") => blocks(0, Self::Lifecycle),
            (Self::Resource(_), "connection") => attributes(0),
            (Self::Resource(_), "provisioner") => attributes(1),
            (Self::Lifecycle, "ignore_changes" | "replace_triggered_by") => Role::Attribute(Mode::Expression),
            (Self::Dynamic(nested), "content") => blocks(0, Self::Block(nested)),
            (Self::Dynamic(_), "iterator") => Role::Attribute(Mode::Expression),
            (Self::Resource(nested) | Self::Block(nested), "dynamic") => blocks(1, Self::Dynamic(nested)),
            (Self::Resource(nested) | Self::Block(nested), _) if nested.is_block(name, value) => blocks(0, Self::Block(nested)),
            (Self::Attributes(mode), _) => Role::Attribute(mode),
            _ => Role::Attribute(Mode::Template),
        }
    }

    /// The same, now that the labels are known.
    fn of(self, labels: &[Arc<str>]) -> Self {
        match (self, labels.first()) {
            (Self::Resource(_), Some(kind)) if kind.starts_with("azurerm_") => Self::Resource(Nested::Most),
            _ => self,
        }
    }
}

impl Nested {
    fn is_block(self, name: &str, value: &Node) -> bool {
        let objects = match &value.value {
            Value::Object(_) => true,
            Value::Array(items) => !items.is_empty() && items.iter().all(|item| matches!(item.value, Value::Object(_))),
            _ => false,
        };
        let named = match self {
            Self::Most => !name.ends_with("tags") && !MAPS.contains(&name),
            Self::Few => matches!(name, "identity" | "timeouts"),
        };
        objects && named
    }
}

/// A block up to its braces.
#[derive(Clone)]
struct Header {
    keyword: Arc<str>,
    labels: Vec<Arc<str>>,
    span: Span,
}

struct Reader<'a> {
    file: FileId,
    text: &'a str,
    errors: Vec<(Span, String)>,
}

impl Reader<'_> {
    /// The members of an object, or of all objects in an array. `//` is a comment.
    fn members<'n>(&mut self, node: &'n Node, into: &mut Vec<&'n Member>) {
        match &node.value {
            Value::Object(members) => into.extend(members.iter().filter(|m| &*m.name != "//")),
            Value::Array(items) => items.iter().for_each(|item| self.members(item, into)),
            Value::Null | Value::Invalid => {}
            _ => self.errors.push((node.span, "an object is needed here".to_owned())),
        }
    }

    fn body(&mut self, node: &Node, schema: Schema, depth: usize) -> Body {
        let mut body = Body::default();
        let mut names = HashSet::new();
        let mut members = Vec::new();
        self.members(node, &mut members);
        for member in members {
            match schema.role(&member.name, &member.value) {
                Role::Blocks { labels, inside } if depth < DEEPEST_BLOCK => {
                    let header = Header { keyword: Arc::clone(&member.name), labels: Vec::new(), span: member.name_span };
                    self.blocks(&header, &member.value, labels, (inside, depth + 1), &mut body.blocks);
                }
                role => {
                    if !names.insert(&member.name) {
                        self.errors.push((member.name_span, format!("{} is set twice here", member.name)));
                    }
                    let mode = if let Role::Attribute(mode) = role { mode } else { Mode::Template };
                    let expr = self.expr(&member.value, mode);
                    body.attributes.push(Attribute { name: Arc::clone(&member.name), name_span: member.name_span, expr });
                }
            }
        }
        body
    }

    /// The blocks of one keyword, some of whose labels are still to come.
    fn blocks(&mut self, header: &Header, node: &Node, labels: usize, inside: (Schema, usize), into: &mut Vec<Block>) {
        if let Some(further) = labels.checked_sub(1) {
            let mut members = Vec::new();
            self.members(node, &mut members);
            for member in members {
                let mut header = Header { span: member.name_span, ..header.clone() };
                header.labels.push(Arc::clone(&member.name));
                self.blocks(&header, &member.value, further, inside, into);
            }
            return;
        }
        match &node.value {
            Value::Null => {}
            Value::Array(items) => {
                for item in items {
                    let span = Span { end: item.span.start + 1, ..item.span };
                    self.block(&Header { span, ..header.clone() }, item, inside, into);
                }
            }
            _ => self.block(header, node, inside, into),
        }
    }

    fn block(&mut self, header: &Header, node: &Node, (schema, depth): (Schema, usize), into: &mut Vec<Block>) {
        let body = self.body(node, schema.of(&header.labels), depth);
        let Header { keyword, labels, span } = header.clone();
        into.push(Block { keyword, labels, header: span, body });
    }

    fn expr(&mut self, node: &Node, mode: Mode) -> Expr {
        let kind = match &node.value {
            Value::Invalid => ExprKind::Invalid,
            Value::Null => ExprKind::Null,
            Value::Bool(truth) => ExprKind::Bool(*truth),
            Value::Number(number) => ExprKind::Number(*number),
            Value::String(text) => return self.string(text, node.span, mode),
            Value::Array(items) => ExprKind::Tuple(items.iter().map(|item| self.expr(item, mode)).collect()),
            Value::Object(members) => ExprKind::Object(self.entries(members, mode)),
        };
        Expr { kind, span: node.span }
    }

    fn entries(&mut self, members: &[Member], mode: Mode) -> Vec<(Expr, Expr)> {
        let key_mode = if let Mode::Template = mode { mode } else { Mode::Literal };
        let mut names = HashSet::new();
        for member in members.iter().filter(|m| !names.insert(&m.name)) {
            self.errors.push((member.name_span, format!("{} is set twice here", member.name)));
        }
        members.iter().map(|m| (self.string(&m.name, m.name_span, key_mode), self.expr(&m.value, mode))).collect()
    }

    /// A string, whose quotes are part of the span.
    fn string(&mut self, text: &Arc<str>, span: Span, mode: Mode) -> Expr {
        let plain = match mode {
            Mode::Template => !text.contains("${") && !text.contains("%{"),
            Mode::Literal => true,
            Mode::Expression => false,
        };
        if plain {
            return Expr { kind: ExprKind::String(Arc::clone(text)), span };
        }
        let between = (span.start as usize + 1, (span.end as usize).saturating_sub(1));
        let written = self.text.get(between.0..between.1).unwrap_or("");
        let place = if written == &**text {
            lower::Origin::File { file: self.file, offset: between.0 }
        } else {
            lower::Origin::Place(span)
        };
        let parsed = match mode {
            Mode::Expression => lower::source(text, place),
            _ => lower::whole_template(text, place)
                .map(|template| Expr { span, ..template })
                .map_err(|fault| (fault.span, fault.message)),
        };
        parsed.unwrap_or_else(|error| {
            self.errors.push(error);
            Expr { kind: ExprKind::Invalid, span }
        })
    }
}
