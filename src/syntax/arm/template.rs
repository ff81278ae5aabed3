//! Templates: all that stands beside the resources.

use super::value::{Copy, Language, Reader, copies, get, last_of_each_name, member, member_name, name_of, unreadable};
use crate::source::Span;
use crate::syntax::expr::{Expr, ExprKind, Name};
use crate::syntax::json::{self, Node, Value};
use crate::syntax::template::{Function, Output, Parameter, Target, Template, Type, TypeKind, Variable};
use std::sync::Arc;

/// References from type to type that are followed.
const MOST_REFERENCES: usize = 20;

impl Reader<'_> {
    /// Reads a template.
    pub(super) fn template(&mut self, node: &Node) -> Template {
        let mut template = Template::new(self.file, super::LANGUAGE, node.span);
        template.target = target(node);
        template.lost = self.broken_in(node.span);
        for member in self.section(node, "parameters", &mut template.lost) {
            template.parameters.push(self.parameter(member, node));
        }
        for member in self.section(node, "variables", &mut template.lost) {
            match copies(member) {
                Some(copies) => template.variables.extend(copies.iter().map(|copy| self.repeated_variable(copy))),
                None => template.variables.push(Variable { name: member_name(member), value: self.value(&member.value) }),
            }
        }
        for member in self.section(node, "definitions", &mut template.lost) {
            template.types.push((member_name(member), of(&member.value, true)));
        }
        template.functions = get(node, "functions").map_or_else(Vec::new, |functions| self.functions(functions));
        if let Some(resources) = get(node, "resources") {
            template.declarations = self.resources(resources, &mut template.lost);
        }
        for member in self.section(node, "outputs", &mut template.lost) {
            template.outputs.push(self.output(member));
        }
        template
    }

    /// The places within a span where the JSON is wrong.
    pub(super) fn broken_in(&self, span: Span) -> Vec<Span> {
        let within = |at: &Span| span.start <= at.start && at.start <= span.end;
        self.broken.iter().map(|(at, _)| *at).filter(within).collect()
    }

    /// The members of a part of a template, which must be an object.
    pub(super) fn section<'n>(&mut self, node: &'n Node, name: &str, lost: &mut Vec<Span>) -> Vec<&'n json::Member> {
        let Some(section) = member(node, name) else { return Vec::new() };
        if !matches!(section.value.value, Value::Object(_) | Value::Null | Value::Invalid) {
            self.error(section.value.span, format!("{name} must be an object"));
            lost.push(section.value.span);
        }
        last_of_each_name(&section.value)
    }

    fn parameter(&mut self, member: &json::Member, template: &Node) -> Parameter {
        let node = &member.value;
        let allowed = get(node, "allowedValues").map_or(&[][..], Node::items);
        // Of an array the elements are listed, unless the list holds arrays.
        let of_elements = is_type(node, &["array"]) && !allowed.iter().all(|value| matches!(value.value, Value::Array(_)));
        Parameter {
            name: member_name(member),
            of: of(node, false),
            allowed: allowed.iter().filter(|_| !of_elements).map(|value| self.read(value, Language::Data)).collect(),
            secure: is_secure(node, template),
            default: get(node, "defaultValue").map(|value| self.value(value)),
        }
    }

    fn repeated_variable(&mut self, copy: &Copy) -> Variable {
        let name = copy.name.map_or_else(|| Name { text: "".into(), span: copy.span }, name_of);
        Variable { name, value: self.copy(copy) }
    }

    /// The functions of all namespaces.
    fn functions(&mut self, node: &Node) -> Vec<Function> {
        let mut functions = Vec::new();
        for group in node.items() {
            let namespace = get(group, "namespace").and_then(Node::as_str).unwrap_or("");
            for member in get(group, "members").map_or_else(Vec::new, last_of_each_name) {
                let parameters = get(&member.value, "parameters").map_or(&[][..], Node::items);
                let name = Name { text: format!("{namespace}.{}", member.name).into(), span: member.name_span };
                let parameters = parameters.iter().filter_map(|parameter| get(parameter, "name")).map(name_of).collect();
                let output = get(&member.value, "output").and_then(|output| get(output, "value"));
                functions.push(Function { name, parameters, body: self.value_or_unknown(output, member.value.span) });
            }
        }
        functions
    }

    fn output(&mut self, member: &json::Member) -> Output {
        let node = &member.value;
        let value = match get(node, "copy") {
            Some(copy) => {
                let copy = self.copy(&Copy::of(copy));
                Expr::new(copy.kind, node.span)
            }
            None => self.value_or_unknown(get(node, "value"), node.span),
        };
        let value = match get(node, "condition") {
            // Without its condition there is no such output.
            Some(condition) => {
                let three = [self.value(condition), value, Expr::new(ExprKind::Null, node.span)];
                Expr::new(ExprKind::Conditional(Box::new(three)), node.span)
            }
            None => value,
        };
        Output { name: member_name(member), value }
    }

    fn value_or_unknown(&mut self, value: Option<&Node>, span: Span) -> Expr {
        value.map_or_else(|| Expr::new(unreadable(), span), |value| self.value(value))
    }
}

/// What a template is deployed to, by its schema.
fn target(node: &Node) -> Target {
    let schema = super::schema(node).unwrap_or_default();
    match schema.strip_suffix("deploymenttemplate.json") {
        Some("subscription") => Target::Subscription,
        Some("managementgroup") => Target::ManagementGroup,
        Some("tenant") => Target::Tenant,
        _ => Target::ResourceGroup,
    }
}

/// The type that a parameter or a definition has. The values that a parameter allows are told apart from its type.
fn of(node: &Node, texts: bool) -> Type {
    let allowed = get(node, "allowedValues").map_or(&[][..], Node::items);
    let texts: Option<Vec<Arc<str>>> = if texts && is_type(node, &["string", "securestring"]) && !allowed.is_empty() {
        allowed.iter().map(|value| value.as_str().map(Arc::from)).collect()
    } else {
        None
    };
    let kind = match (referred(node), texts) {
        (Some(name), _) => TypeKind::Named(vec![name.into()]),
        (None, Some(texts)) => TypeKind::Texts(texts),
        (None, None) if is_type(node, &["bool"]) => TypeKind::Bool,
        (None, None) => TypeKind::Other,
    };
    Type { kind, nullable: get(node, "nullable").and_then(Node::as_bool).unwrap_or(false) }
}

fn is_type(node: &Node, names: &[&str]) -> bool {
    let written = get(node, "type").and_then(Node::as_str).unwrap_or("");
    names.iter().any(|name| written.eq_ignore_ascii_case(name))
}

/// The name of the definition that a type refers to: `"$ref": "#/definitions/name"`.
fn referred(node: &Node) -> Option<String> {
    let name = get(node, "$ref")?.as_str()?.strip_prefix("#/definitions/")?;
    Some(name.replace("~1", "/").replace("~0", "~"))
}

fn is_secure(node: &Node, template: &Node) -> bool {
    let mut node = node;
    for _ in 0..MOST_REFERENCES {
        if is_type(node, &["securestring", "secureobject"]) {
            return true;
        }
        let definition = referred(node).and_then(|name| get(get(template, "definitions")?, &name));
        let Some(definition) = definition else { return false };
        node = definition;
    }
    false
}
