//! Expressions: parsed by `hcl-edit`, one at a time, and turned into the tree of [`super::ast`] with spans in the file.

use super::ast::{Call, Expr, ExprKind, For, Step, TemplatePart};
use super::scan;
use crate::source::{FileId, Span};
use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey, TraversalOperator, UnaryOperator};
use hcl_edit::template::{Directive, Element, Strip, Template};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// `hcl-edit` needs quadratic time for the keys of an object, so expressions with more lines or more `=` than this are not parsed.
const MOST_LINES: usize = 6_000;
/// An object key may be given again so many times in one expression.
const MOST_DUPLICATES: usize = 20;

/// Parses the expression at a place of the file's text; what is wrong with it, and where, if it does not parse.
pub fn expression(file: FileId, text: &str, place: &scan::Expression) -> Result<Expr, (Span, String)> {
    let whole = Span::new(file, place.at.start, place.at.end);
    let slice = text.get(place.at.clone()).unwrap_or("");
    let count = |byte| memchr::memchr_iter(byte, slice.as_bytes()).count();
    if count(b'\n').max(count(b'=')) > MOST_LINES {
        return Err((whole, format!("this value has more than {MOST_LINES} lines or keys and is not read")));
    }
    let blanks = place.blanks.iter().map(|b| b.start - place.at.start..b.end - place.at.start);
    let place = Place { file, offset: place.at.start, whole: None };
    let parsed = parse(blanked(slice, blanks)).map_err(|(offset, message)| (place.character(slice, offset), message))?;
    Ok(place.expr(&parsed))
}

/// Parses a text that is an expression, such as JSON has in strings.
pub fn source(text: &str, place: Place) -> Result<Expr, (Span, String)> {
    let parsed = parse(Cow::Borrowed(text)).map_err(|(offset, message)| (place.character(text, offset), message))?;
    Ok(place.expr(&parsed))
}

/// Parses a text that is a template, without quotes.
pub fn template(text: &str, place: Place) -> Result<ExprKind, (Span, String)> {
    let parsed = hcl_edit::parser::parse_template(text)
        .map_err(|error| (place.character(text, error.location().offset()), message(error.message())))?;
    let parts = place.template(&parsed);
    Ok(match parts.as_slice() {
        [TemplatePart::Text(text)] => ExprKind::String(Arc::clone(text)),
        _ => ExprKind::Template(parts),
    })
}

/// Parses a text, without the earlier ones of object entries that have the same key: in Terraform the last one counts, while
/// `hcl-edit` refuses them.
fn parse(mut slice: Cow<'_, str>) -> Result<Expression, (usize, String)> {
    for _ in 0..MOST_DUPLICATES {
        let error = match hcl_edit::parser::parse_expr(&slice) {
            Ok(parsed) => return Ok(parsed),
            Err(error) => error,
        };
        let offset = error.location().offset();
        let entries = scan::object_entries_around(&slice, offset);
        let key = |entry: &Range<usize>| {
            let text = slice.get(entry.clone()).unwrap_or("").trim_start();
            text.split(['=', ':']).next().unwrap_or("").trim().to_owned()
        };
        let again = entries.iter().find(|e| e.contains(&offset)).map(key);
        let earlier = entries.iter().find(|e| e.end <= offset && Some(key(e)) == again);
        match earlier {
            Some(entry) if error.message().contains("redefined object key") => {
                let end = if slice.as_bytes().get(entry.end) == Some(&b',') { entry.end + 1 } else { entry.end };
                slice = Cow::Owned(blanked(&slice, std::iter::once(entry.start..end)).into_owned());
            }
            _ => return Err((offset, message(error.message()))),
        }
    }
    Err((0, "this object gives the same keys too many times".to_owned()))
}

/// The parser's message as half a sentence for the user.
fn message(text: &str) -> String {
    format!("this does not parse: {text}")
}

/// The text with these ranges turned to spaces, byte by byte, so that all other offsets stay.
fn blanked<'a>(text: &'a str, ranges: impl Iterator<Item = Range<usize>>) -> Cow<'a, str> {
    let mut bytes: Option<Vec<u8>> = None;
    for range in ranges {
        let bytes = bytes.get_or_insert_with(|| text.as_bytes().to_vec());
        if let Some(part) = bytes.get_mut(range) {
            part.fill(b' ');
        }
    }
    match bytes.map(String::from_utf8) {
        Some(Ok(text)) => Cow::Owned(text),
        _ => Cow::Borrowed(text),
    }
}

/// Where a text stands in its file.
#[derive(Clone, Copy)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// Where the text starts.
    pub offset: usize,
    /// Set where the text is not written as it is, but with escapes: what stands for every place in it.
    pub whole: Option<Span>,
}

impl Place {
    fn span(&self, range: Option<Range<usize>>) -> Span {
        let range = range.unwrap_or(0..0);
        self.whole.unwrap_or_else(|| Span::new(self.file, self.offset + range.start, self.offset + range.end))
    }

    /// The character at an offset of the text.
    fn character(&self, text: &str, offset: usize) -> Span {
        let length = text.get(offset..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        self.span(Some(offset..offset + length))
    }

    fn boxed(&self, e: &Expression) -> Box<Expr> {
        Box::new(self.expr(e))
    }

    fn expr(&self, e: &Expression) -> Expr {
        let span = self.span(e.span());
        let kind = match e {
            Expression::Null(_) => ExprKind::Null,
            Expression::Bool(b) => ExprKind::Bool(*b.value()),
            Expression::Number(n) => n.value().as_f64().map_or(ExprKind::Invalid, ExprKind::Number),
            Expression::String(s) => ExprKind::String(s.as_str().into()),
            Expression::Array(items) => ExprKind::Tuple(items.iter().map(|e| self.expr(e)).collect()),
            Expression::Object(object) => {
                ExprKind::Object(object.iter().map(|(key, value)| (self.object_key(key), self.expr(value.expr()))).collect())
            }
            Expression::StringTemplate(t) => ExprKind::Template(self.template(t)),
            Expression::HeredocTemplate(heredoc) => {
                let mut heredoc = heredoc.clone();
                heredoc.dedent();
                match self.template(&heredoc.template).as_slice() {
                    [TemplatePart::Text(text)] => ExprKind::String(Arc::clone(text)),
                    _ => ExprKind::Template(self.template(&heredoc.template)),
                }
            }
            Expression::Parenthesis(p) => return Expr { span, ..self.expr(p.inner()) },
            Expression::Variable(name) => ExprKind::Name(name.as_str().into()),
            Expression::Conditional(c) => {
                ExprKind::Conditional(Box::new([self.expr(&c.cond_expr), self.expr(&c.true_expr), self.expr(&c.false_expr)]))
            }
            Expression::FuncCall(call) => {
                let spaces = call.name.namespace.iter().map(|part| part.as_str());
                let name = spaces.chain([call.name.name.as_str()]).collect::<Vec<_>>().join("::");
                ExprKind::Call(Box::new(Call {
                    name: name.into(),
                    args: call.args.iter().map(|e| self.expr(e)).collect(),
                    expand_final: call.args.expand_final(),
                }))
            }
            Expression::Traversal(t) => {
                let steps = t.operators.iter().map(|o| self.step(o.value(), self.span(o.span()))).collect();
                ExprKind::Traversal(self.boxed(&t.expr), steps)
            }
            Expression::UnaryOp(op) => match op.operator.value() {
                UnaryOperator::Neg => ExprKind::Negate(self.boxed(&op.expr)),
                UnaryOperator::Not => ExprKind::Not(self.boxed(&op.expr)),
            },
            Expression::BinaryOp(op) => {
                ExprKind::Binary(self.boxed(&op.lhs_expr), *op.operator.value(), self.boxed(&op.rhs_expr))
            }
            Expression::ForExpr(f) => ExprKind::For(Box::new(For {
                key_name: f.intro.key_var.as_ref().map(|k| k.as_str().into()),
                value_name: f.intro.value_var.as_str().into(),
                collection: self.expr(&f.intro.collection_expr),
                key: f.key_expr.as_ref().map(|e| self.expr(e)),
                value: self.expr(&f.value_expr),
                grouping: f.grouping,
                condition: f.cond.as_ref().map(|c| self.expr(&c.expr)),
            })),
        };
        Expr { kind, span }
    }

    fn object_key(&self, key: &ObjectKey) -> Expr {
        match key {
            ObjectKey::Ident(name) => Expr { kind: ExprKind::String(name.as_str().into()), span: self.span(name.span()) },
            ObjectKey::Expression(e) => self.expr(e),
        }
    }

    fn step(&self, operator: &TraversalOperator, span: Span) -> Step {
        match operator {
            TraversalOperator::AttrSplat(_) => Step::AttributeSplat(span),
            TraversalOperator::FullSplat(_) => Step::FullSplat(span),
            TraversalOperator::GetAttr(name) => Step::Attribute(name.as_str().into(), span),
            TraversalOperator::Index(e) => Step::Index(self.expr(e)),
            TraversalOperator::LegacyIndex(n) => Step::Index(Expr { kind: ExprKind::Number(*n.value() as f64), span }),
        }
    }

    fn template(&self, template: &Template) -> Vec<TemplatePart> {
        let elements: Vec<&Element> = template.iter().collect();
        let mut parts = Vec::new();
        for (i, element) in elements.iter().enumerate() {
            match element {
                Element::Literal(text) => {
                    let mut text: &str = text.as_str();
                    let before = i.checked_sub(1).and_then(|i| elements.get(i));
                    if before.is_some_and(|e| strips(e).1) {
                        text = text.trim_start();
                    }
                    if elements.get(i + 1).is_some_and(|e| strips(e).0) {
                        text = text.trim_end();
                    }
                    parts.push(TemplatePart::Text(text.into()));
                }
                Element::Interpolation(i) => parts.push(TemplatePart::Interpolation(self.expr(&i.expr))),
                Element::Directive(directive) => parts.push(match &**directive {
                    Directive::If(d) => TemplatePart::If(
                        self.expr(&d.if_expr.cond_expr),
                        self.template(&d.if_expr.template),
                        d.else_expr.as_ref().map(|e| self.template(&e.template)).unwrap_or_default(),
                    ),
                    Directive::For(d) => TemplatePart::For(
                        d.for_expr.key_var.as_ref().map(|k| k.as_str().into()),
                        d.for_expr.value_var.as_str().into(),
                        self.expr(&d.for_expr.collection_expr),
                        self.template(&d.for_expr.template),
                    ),
                }),
            }
        }
        parts
    }
}

/// Whether a template element strips the white space before it, and after it.
fn strips(element: &Element) -> (bool, bool) {
    let sides = |strip: Strip| (matches!(strip, Strip::Start | Strip::Both), matches!(strip, Strip::End | Strip::Both));
    match element {
        Element::Literal(_) => (false, false),
        Element::Interpolation(i) => sides(i.strip),
        Element::Directive(d) => match &**d {
            Directive::If(d) => (sides(d.if_expr.strip).0, sides(d.endif_expr.strip).1),
            Directive::For(d) => (sides(d.for_expr.strip).0, sides(d.endfor_expr.strip).1),
        },
    }
}
