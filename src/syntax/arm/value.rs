//! Values: from JSON to expressions.

use super::expr::{self, DEEPEST, Fault};
use crate::source::{FileId, Span};
use crate::syntax::expr::{Call, Element, Expr, ExprKind, For, Loop, Member, Name};
use crate::syntax::json::{self, Node, Places, Value};
use crate::syntax::placeholder;
use std::collections::HashSet;
use std::sync::Arc;

/// More errors than this are not told for one file.
pub(super) const MOST_ERRORS: usize = 20;

/// What strings are, and what `copy` means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// In a template strings may be expressions.
    Template,
    /// In a file of parameters they are texts or placeholders.
    Parameters,
    /// Elsewhere only texts.
    Data,
}

/// Reads the values of one file.
pub(super) struct Reader<'a> {
    pub file: FileId,
    pub text: &'a str,
    /// What is wrong with the JSON, in order of place.
    pub broken: &'a [Fault],
    /// What else is wrong.
    pub errors: Vec<Fault>,
    /// How many things are being read inside one another.
    pub depth: u32,
}

impl Reader<'_> {
    /// Records what is wrong.
    pub(super) fn error(&mut self, at: Span, message: impl Into<String>) {
        if self.errors.len() < MOST_ERRORS {
            self.errors.push((at, message.into()));
        }
    }

    /// Reads something that may be inside itself, if it is not too deep.
    pub(super) fn nested<T>(&mut self, at: Span, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= DEEPEST {
            self.error(at, format!("more than {DEEPEST} values inside one another are not read"));
            return None;
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        Some(result)
    }

    /// A value of a template.
    pub(super) fn value(&mut self, node: &Node) -> Expr {
        self.read(node, Language::Template)
    }

    /// A value.
    pub(super) fn read(&mut self, node: &Node, language: Language) -> Expr {
        let kind = match &node.value {
            Value::Invalid => unreadable(),
            Value::Null => ExprKind::Null,
            Value::Bool(truth) => ExprKind::Bool(*truth),
            Value::Number(number) => ExprKind::Number(*number),
            Value::String(text) => return self.string(text, node.span, language),
            Value::Array(items) => {
                let read = |reader: &mut Self| items.iter().map(|item| Element::Value(reader.read(item, language))).collect();
                self.nested(node.span, read).map_or_else(unreadable, ExprKind::Array)
            }
            Value::Object(_) => return self.object(node, &[], language),
        };
        self.build(kind, node.span)
    }

    /// An object, without the members of some names.
    pub(super) fn object(&mut self, node: &Node, without: &[&str], language: Language) -> Expr {
        let members = self.nested(node.span, |reader| {
            let mut members = Vec::new();
            for member in last_of_each_name(node).into_iter().filter(|m| !without.iter().any(|w| m.name.eq_ignore_ascii_case(w)))
            {
                match copies(member) {
                    Some(copies) if language == Language::Template => {
                        for copy in copies {
                            let key = copy.name.map_or_else(|| Expr::new(unreadable(), copy.span), |name| reader.value(name));
                            members.push(Member::Property(key, reader.copy(&copy)));
                        }
                    }
                    _ => {
                        let key = reader.string(&member.name, member.name_span, language);
                        members.push(Member::Property(key, reader.read(&member.value, language)));
                    }
                }
            }
            members
        });
        self.build(members.map_or_else(unreadable, ExprKind::Object), node.span)
    }

    /// The array that a `copy` makes.
    pub(super) fn copy(&mut self, copy: &Copy) -> Expr {
        let (zero, count) = match copy.count {
            Some(count) => (count.span, self.value(count)),
            None => (copy.span, Expr::new(unreadable(), copy.span)),
        };
        let body = match copy.input {
            Some(input) => self.value(input),
            None => {
                self.error(copy.span, "this copy has no input");
                Expr::new(unreadable(), copy.span)
            }
        };
        let at = count.span;
        let args = vec![Expr::new(ExprKind::Number(0.0), zero), count];
        let range = Call { on: None, name: Name { text: "range".into(), span: at }, args };
        let over = Expr::new(ExprKind::Call(Box::new(range)), at);
        let item = copy.name.map_or_else(|| Name { text: "".into(), span: copy.span }, name_of);
        self.build(ExprKind::For(Box::new(For { each: Loop { item, index: None, over }, body })), copy.span)
    }

    /// A string, or the name of a member, which may be an expression too.
    fn string(&mut self, text: &Arc<str>, span: Span, language: Language) -> Expr {
        if language != Language::Template || !expr::is_expression(text) {
            return self.text(text, span, language);
        }
        match expr::parse(self.file, text, &Places::new(self.text, span)) {
            Ok(expr) => self.bounded(expr),
            // With a placeholder replaced it may be an expression.
            Err((at, message)) => {
                let completed = placeholder::in_template(text, span).map(ExprKind::of_parts);
                let why = completed.as_ref().and_then(ExprKind::placeholder).map(placeholder::why);
                if why.is_none() {
                    self.error(at, message);
                }
                Expr::new(ExprKind::Unknown(why.unwrap_or_else(|| "this expression could not be read".into())), span)
            }
        }
    }

    /// A string that is no expression.
    fn text(&self, text: &Arc<str>, span: Span, language: Language) -> Expr {
        let completed = match language {
            Language::Template => placeholder::in_template(text, span),
            Language::Parameters => placeholder::in_parameters(text, span),
            Language::Data => None,
        };
        let text = match expr::literal(text) {
            literal if language == Language::Template && literal.len() < text.len() => literal.into(),
            _ => Arc::clone(text),
        };
        Expr::new(completed.map_or(ExprKind::String(text), ExprKind::of_parts), span)
    }

    fn build(&mut self, kind: ExprKind, span: Span) -> Expr {
        self.bounded(Expr::new(kind, span))
    }

    fn bounded(&mut self, expr: Expr) -> Expr {
        if self.depth + expr.height() <= DEEPEST {
            return expr;
        }
        self.error(expr.span, format!("more than {DEEPEST} values inside one another are not read"));
        Expr::new(unreadable(), expr.span)
    }
}

/// A loop: `{ "name": .., "count": .., "input": .. }`.
pub(super) struct Copy<'a> {
    pub name: Option<&'a Node>,
    pub count: Option<&'a Node>,
    pub input: Option<&'a Node>,
    pub span: Span,
}

impl<'a> Copy<'a> {
    /// The loop that an object describes.
    pub(super) fn of(node: &'a Node) -> Self {
        Self { name: get(node, "name"), count: get(node, "count"), input: get(node, "input"), span: node.span }
    }
}

/// The loops of a member, if it is a `copy` that makes properties. Other things may have this name too.
pub(super) fn copies(member: &json::Member) -> Option<Vec<Copy<'_>>> {
    if !member.name.eq_ignore_ascii_case("copy") {
        return None;
    }
    let copies: Vec<Copy> = member.value.items().iter().map(Copy::of).collect();
    let all = copies.iter().all(|copy| copy.name.is_some_and(|name| name.as_str().is_some()) && copy.count.is_some());
    (all && !copies.is_empty()).then_some(copies)
}

/// The member of a name in any letter case, as Azure takes it.
pub(super) fn get<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    member(node, name).map(|member| &member.value)
}

/// The member of a name in any letter case, with its name. Of several the last one.
pub(super) fn member<'a>(node: &'a Node, name: &str) -> Option<&'a json::Member> {
    node.members().iter().rev().find(|member| member.name.eq_ignore_ascii_case(name))
}

/// The members of an object; of several with one name only the last, which is the one that counts.
pub(super) fn last_of_each_name(node: &Node) -> Vec<&json::Member> {
    let mut seen = HashSet::new();
    let mut members: Vec<&json::Member> = node.members().iter().rev().filter(|m| seen.insert(&m.name)).collect();
    members.reverse();
    members
}

/// A string as a name.
pub(super) fn name_of(node: &Node) -> Name {
    Name { text: node.as_str().unwrap_or("").into(), span: node.span }
}

/// The name of a member.
pub(super) fn member_name(member: &json::Member) -> Name {
    Name { text: Arc::clone(&member.name), span: member.name_span }
}

/// Stands for what could not be read.
pub(super) fn unreadable() -> ExprKind {
    ExprKind::Unknown("this could not be read".into())
}
