//! Resources and deployments of a template.

use super::expr::is_expression;
use super::value::{Language, Reader, get, last_of_each_name, member, member_name, name_of, unreadable};
use crate::source::Span;
use crate::syntax::expr::{Expr, ExprKind, Member, Name};
use crate::syntax::json::{self, Node, Value};
use crate::syntax::template::{Declaration, DeclarationKind, Module, Repeat, Resource, Source};

/// The type of templates inside and outside the template.
const DEPLOYMENT: &str = "Microsoft.Resources/deployments";

/// What a declaration keeps apart from its body, and notes that may look like expressions.
const OF_RESOURCE: [&str; 8] = ["type", "apiVersion", "copy", "condition", "resources", "existing", "comments", "metadata"];

/// The same in the properties of a deployment.
const OF_DEPLOYMENT: [&str; 4] = ["template", "templateLink", "parameters", "parametersLink"];

impl Reader<'_> {
    /// A list of resources, or an object with a symbolic name for each.
    pub(super) fn resources(&mut self, node: &Node, lost: &mut Vec<Span>) -> Vec<Declaration> {
        match &node.value {
            Value::Array(items) => items.iter().filter_map(|item| self.declaration(item, None, lost)).collect(),
            Value::Object(_) => {
                let members = last_of_each_name(node).into_iter();
                members.filter_map(|m| self.declaration(&m.value, Some(member_name(m)), lost)).collect()
            }
            Value::Null | Value::Invalid => Vec::new(),
            _ => {
                self.error(node.span, "resources must be a list or an object; what else makes them is not read");
                lost.push(node.span);
                Vec::new()
            }
        }
    }

    fn declaration(&mut self, node: &Node, symbol: Option<Name>, lost: &mut Vec<Span>) -> Option<Declaration> {
        let of = member(node, "type");
        let wrong = match of.map(|of| (of.value.as_str(), of.value.span)) {
            _ if matches!(node.value, Value::Invalid) => None,
            Some((Some(of), at)) if is_expression(of) => Some((at, "a resource whose type is an expression is not read")),
            Some((Some(_), _)) => None,
            Some((None, at)) => Some((at, "the type of a resource must be a text")),
            None if matches!(node.value, Value::Object(_)) => Some((node.span, "this resource has no type")),
            None => Some((node.span, "a resource that is no object is not read")),
        };
        if let Some((at, message)) = wrong {
            self.error(at, message);
            lost.push(node.span);
            return None;
        }
        let of = of?;
        let span = symbol.as_ref().map_or(node.span, |symbol| symbol.span.to(node.span));
        let read = self.nested(node.span, |reader| reader.typed(node, of, symbol, span, lost));
        if read.is_none() {
            lost.push(node.span);
        }
        read
    }

    fn typed(&mut self, node: &Node, of: &json::Member, symbol: Option<Name>, span: Span, lost: &mut Vec<Span>) -> Declaration {
        let existing = get(node, "existing").and_then(Node::as_bool).unwrap_or(false);
        let is_module = !existing && of.value.as_str().is_some_and(|of| of.eq_ignore_ascii_case(DEPLOYMENT));
        let kind = if is_module {
            DeclarationKind::Module(self.module(node))
        } else {
            DeclarationKind::Resource(Resource {
                of: name_of(&of.value),
                api_version: get(node, "apiVersion").map(|version| self.value(version)),
                existing,
                children: get(node, "resources").map_or_else(Vec::new, |children| self.resources(children, lost)),
            })
        };
        Declaration {
            symbol,
            kind,
            condition: get(node, "condition").map(|condition| self.value(condition)),
            repeat: get(node, "copy").map(|copy| self.repeat(copy)),
            body: if is_module { self.module_body(node) } else { self.object(node, &OF_RESOURCE, Language::Template) },
            header: of.name_span.to(of.value.span),
            span,
        }
    }

    fn repeat(&mut self, node: &Node) -> Repeat {
        let name = get(node, "name").map_or_else(|| Name { text: "".into(), span: node.span }, name_of);
        let over = get(node, "count").map_or_else(|| Expr::new(unreadable(), node.span), |count| self.value(count));
        Repeat { name, index: None, over }
    }

    /// The body of a deployment, whose properties hold things that stand elsewhere.
    fn module_body(&mut self, node: &Node) -> Expr {
        let properties = member(node, "properties").filter(|m| matches!(m.value.value, Value::Object(_)));
        let mut without = OF_RESOURCE.to_vec();
        without.extend(properties.map(|_| "properties"));
        let mut body = self.object(node, &without, Language::Template);
        if let (Some(properties), ExprKind::Object(members)) = (properties, &mut body.kind) {
            let key = Expr::new(ExprKind::String(properties.name.clone()), properties.name_span);
            let rest = self.nested(node.span, |reader| reader.object(&properties.value, &OF_DEPLOYMENT, Language::Template));
            let rest = rest.unwrap_or_else(|| Expr::new(unreadable(), properties.value.span));
            members.push(Member::Property(key, rest));
        }
        // Anew, since it has become higher.
        Expr::new(body.kind, body.span)
    }

    fn module(&mut self, node: &Node) -> Module {
        let Some(properties) = get(node, "properties") else {
            return Module { source: unknown("it has no template", node.span), arguments: None };
        };
        if properties.as_str().is_some() {
            let arguments = Expr::new(ExprKind::Unknown("an expression makes the deployment".into()), properties.span);
            return Module { source: unknown("an expression makes the deployment", properties.span), arguments: Some(arguments) };
        }
        let elsewhere = |link: &Node| Expr::new(ExprKind::Unknown("the parameters are in a file elsewhere".into()), link.span);
        let arguments = match (get(properties, "parameters"), get(properties, "parametersLink")) {
            (_, Some(link)) if !matches!(link.value, Value::Null) => Some(elsewhere(link)),
            (parameters, _) => parameters.filter(|p| !matches!(p.value, Value::Null)).map(|parameters| self.value(parameters)),
        };
        Module { source: self.source(properties), arguments }
    }

    fn source(&mut self, properties: &Node) -> Source {
        if let Some(template) = get(properties, "template") {
            if !matches!(template.value, Value::Object(_)) {
                return unknown("an expression makes its template", template.span);
            }
            let scope = get(properties, "expressionEvaluationOptions").and_then(|options| get(options, "scope")?.as_str());
            let outer = !scope.is_some_and(|scope| scope.eq_ignore_ascii_case("inner"));
            let read = self.nested(template.span, |reader| reader.template(template));
            return match read {
                Some(read) => Source::Inline(Box::new(read), outer),
                None => unknown("its template is nested too deeply", template.span),
            };
        }
        match get(properties, "templateLink") {
            Some(link) => linked(link),
            None => unknown("it has no template", properties.span),
        }
    }
}

/// The template that a link names.
fn linked(link: &Node) -> Source {
    let text = |name| get(link, name).and_then(|node| Some((node, node.as_str()?)));
    match (text("relativePath"), text("id"), text("uri")) {
        (Some((node, path)), ..) if !is_expression(path) => Source::Path(name_of(node)),
        (Some((node, path)), ..) => unknown(&format!("the path of its template is {}", short(path)), node.span),
        (None, Some((node, id)), _) => unknown(&format!("its template is the template spec {}", short(id)), node.span),
        (None, None, Some((node, uri))) => unknown(&format!("its template is at {}", short(uri)), node.span),
        (None, None, None) => unknown("it is not known where its template is", link.span),
    }
}

/// The start of a text, on one line.
fn short(text: &str) -> String {
    const LONGEST: usize = 100;
    let start: String = text.chars().take(LONGEST).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if start.len() < text.len() { format!("{start}..") } else { start }
}

fn unknown(why: &str, span: Span) -> Source {
    Source::Unknown(why.into(), span)
}
