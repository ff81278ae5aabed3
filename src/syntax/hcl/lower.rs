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
    let slice = blanked(slice, place.blanks.iter().map(|b| b.start - place.at.start..b.end - place.at.start));
    let parsed = parse(slice).map_err(|(offset, message)| {
        let start = place.at.start + offset;
        let end = text.get(start..).and_then(|rest| rest.chars().next()).map_or(start, |c| start + c.len_utf8());
        (Span::new(file, start, end), message)
    })?;
    Ok(Lower { origin: Origin::File { file, offset: place.at.start } }.expr(&parsed))
}

/// Where a text that is parsed by itself stands.
#[derive(Clone, Copy, Debug)]
pub enum Origin {
    /// In a file, from this byte on.
    File {
        /// The file.
        file: FileId,
        /// Where the text starts in it.
        offset: usize,
    },
    /// Nowhere in a file: everything in it stands at one place.
    Place(Span),
}

impl Origin {
    fn span(self, range: Range<usize>) -> Span {
        match self {
            Self::File { file, offset } => Span::new(file, offset + range.start, offset + range.end),
            Self::Place(span) => span,
        }
    }
}

/// Parses a whole text as a template; what is wrong with it, and where, if it does not parse.
pub fn template(text: &str, origin: Origin) -> Result<Vec<TemplatePart>, (Span, String)> {
    let count = |byte| memchr::memchr_iter(byte, text.as_bytes()).count();
    if count(b'=') > MOST_LINES || count(b'{') > MOST_LINES {
        return Err((origin.span(0..0), format!("a template with more than {MOST_LINES} expressions is not read")));
    }
    let parsed = hcl_edit::parser::parse_template(text).map_err(|error| {
        let at = error.location().offset();
        (origin.span(at..at), message(error.message()))
    })?;
    Ok(Lower { origin }.template(&parsed, Literals::Lines, (false, false)))
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

struct Lower {
    origin: Origin,
}

/// How far a strip marker reaches in the text beside it: in quotes to the next character that is no white space, elsewhere not beyond
/// the end of the line, because Terraform reads such texts line by line.
#[derive(Clone, Copy)]
enum Literals {
    Quoted,
    Lines,
}

impl Literals {
    /// The text without the white space at its start.
    fn strip_start(self, text: &str) -> String {
        let line = match self {
            Self::Quoted => text.len(),
            Self::Lines => text.find('\n').map_or(text.len(), |end| end + 1),
        };
        let (line, rest) = text.split_at_checked(line).unwrap_or((text, ""));
        format!("{}{rest}", line.trim_start())
    }

    /// The text without the white space at its end.
    fn strip_end(self, text: &str) -> String {
        let line = match self {
            Self::Quoted => 0,
            Self::Lines => text.strip_suffix('\n').unwrap_or(text).rfind('\n').map_or(0, |end| end + 1),
        };
        let (rest, line) = text.split_at_checked(line).unwrap_or(("", text));
        format!("{rest}{}", line.trim_end())
    }
}

impl Lower {
    fn span(&self, range: Option<Range<usize>>) -> Span {
        self.origin.span(range.unwrap_or(0..0))
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
            Expression::StringTemplate(t) => ExprKind::Template(self.template(t, Literals::Quoted, (false, false))),
            Expression::HeredocTemplate(heredoc) => {
                let mut heredoc = heredoc.clone();
                heredoc.dedent();
                let parts = self.template(&heredoc.template, Literals::Lines, (false, false));
                match parts.as_slice() {
                    [TemplatePart::Text(text)] => ExprKind::String(Arc::clone(text)),
                    _ => ExprKind::Template(parts),
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

    /// The parts of a template. `outer` says whether what stands before it, and behind it, strips the white space there.
    fn template(&self, template: &Template, literals: Literals, outer: (bool, bool)) -> Vec<TemplatePart> {
        let elements: Vec<&Element> = template.iter().collect();
        let strips = |i: Option<usize>| i.and_then(|i| elements.get(i)).map(|element| strips(element));
        let mut parts = Vec::new();
        for (i, element) in elements.iter().enumerate() {
            match element {
                Element::Literal(text) => {
                    let mut text: Cow<'_, str> = Cow::Borrowed(text.as_str());
                    if strips(i.checked_sub(1)).map_or(i == 0 && outer.0, |(_, after)| after) {
                        text = Cow::Owned(literals.strip_start(&text));
                    }
                    if strips(Some(i + 1)).map_or(outer.1, |(before, _)| before) {
                        text = Cow::Owned(literals.strip_end(&text));
                    }
                    parts.push(TemplatePart::Text(text.into()));
                }
                Element::Interpolation(i) => parts.push(TemplatePart::Interpolation(self.expr(&i.expr))),
                Element::Directive(directive) => parts.push(self.directive(directive, literals)),
            }
        }
        parts
    }

    fn directive(&self, directive: &Directive, literals: Literals) -> TemplatePart {
        match directive {
            Directive::If(d) => {
                let end = sides(d.endif_expr.strip).0;
                let otherwise = d.else_expr.as_ref();
                let then_end = otherwise.map_or(end, |e| sides(e.strip).0);
                TemplatePart::If(
                    self.expr(&d.if_expr.cond_expr),
                    self.template(&d.if_expr.template, literals, (sides(d.if_expr.strip).1, then_end)),
                    otherwise.map(|e| self.template(&e.template, literals, (sides(e.strip).1, end))).unwrap_or_default(),
                )
            }
            Directive::For(d) => TemplatePart::For(
                d.for_expr.key_var.as_ref().map(|k| k.as_str().into()),
                d.for_expr.value_var.as_str().into(),
                self.expr(&d.for_expr.collection_expr),
                self.template(&d.for_expr.template, literals, (sides(d.for_expr.strip).1, sides(d.endfor_expr.strip).0)),
            ),
        }
    }
}

/// Whether a strip marker strips before, and after.
fn sides(strip: Strip) -> (bool, bool) {
    (matches!(strip, Strip::Start | Strip::Both), matches!(strip, Strip::End | Strip::Both))
}

/// Whether a template element strips the white space before it, and after it.
fn strips(element: &Element) -> (bool, bool) {
    match element {
        Element::Literal(_) => (false, false),
        Element::Interpolation(i) => sides(i.strip),
        Element::Directive(d) => match &**d {
            Directive::If(d) => (sides(d.if_expr.strip).0, sides(d.endif_expr.strip).1),
            Directive::For(d) => (sides(d.for_expr.strip).0, sides(d.endfor_expr.strip).1),
        },
    }
}
