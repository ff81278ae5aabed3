//! Expressions: parsed by `hcl-edit`, one at a time, and turned into the tree of [`super::ast`] with spans in the file.

use super::ast::{Call, Expr, ExprKind, For, Step, TemplatePart};
use super::scan;
use super::template::{self, Style};
use crate::source::{FileId, Span};
use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey, TraversalOperator, UnaryOperator};
use hcl_edit::template::Template;
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
    lowered(slice, Origin::File { file, offset: place.at.start })
}

/// Parses a text that is an expression, such as JSON has in strings.
pub fn source(text: &str, origin: Origin) -> Result<Expr, (Span, String)> {
    lowered(Cow::Borrowed(text), origin)
}

fn lowered(text: Cow<'_, str>, origin: Origin) -> Result<Expr, (Span, String)> {
    let (text, parsed) = parse(text.clone()).map_err(|(at, message)| {
        let length = text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        (origin.span(at..at + length), message)
    })?;
    Ok(Lower { origin, text: &text }.expr(&parsed))
}

/// Where a text stands that is parsed by itself.
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

/// Why a template was not read.
#[derive(Debug)]
pub struct TemplateFault {
    /// What is wrong, in words for the user.
    pub message: String,
    /// The place.
    pub span: Span,
    /// Whether it is only too much for us, and may be a good template all the same.
    pub too_much: bool,
}

/// Parses a whole text as a template.
pub fn whole_template(text: &str, origin: Origin) -> Result<Expr, TemplateFault> {
    let count = |byte| memchr::memchr_iter(byte, text.as_bytes()).count();
    if count(b'=').max(count(b'{')) > MOST_LINES {
        let message = format!("a template with more than {MOST_LINES} braces or equal signs is not read");
        return Err(TemplateFault { message, span: origin.span(0..0), too_much: true });
    }
    let parsed = hcl_edit::parser::parse_template(text).map_err(|error| {
        let at = offset(text, &error);
        let too_much = error.message().contains("nesting depth");
        TemplateFault { message: message(error.message()), span: origin.span(at..at), too_much }
    })?;
    let kind = Lower { origin, text }.template(Some(text), &parsed, Style::Lines);
    Ok(Expr { kind, span: origin.span(0..text.len()) })
}

/// Parses a text, without the earlier ones of object entries that have the same key: in Terraform the last one counts, while
/// `hcl-edit` refuses them.
fn parse(mut slice: Cow<'_, str>) -> Result<(Cow<'_, str>, Expression), (usize, String)> {
    for _ in 0..MOST_DUPLICATES {
        let error = match hcl_edit::parser::parse_expr(&slice) {
            Ok(parsed) => return Ok((slice, parsed)),
            Err(error) => error,
        };
        let offset = offset(&slice, &error);
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

/// Where the parser stopped. It counts bytes, and may stop within a character: then that is where it starts.
fn offset(text: &str, error: &hcl_edit::parser::Error) -> usize {
    text.floor_char_boundary(error.location().offset())
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

struct Lower<'t> {
    origin: Origin,
    /// What was parsed.
    text: &'t str,
}

/// The lines of a heredoc between its markers.
fn heredoc_body(raw: &str) -> Option<&str> {
    let (start, end) = (raw.find('\n')? + 1, raw.trim_end().rfind('\n')? + 1);
    raw.get(start..end)
}

impl Lower<'_> {
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
            Expression::StringTemplate(t) => {
                let raw = self.source(e.span()).and_then(|raw| raw.strip_prefix('"')?.strip_suffix('"'));
                self.template(raw, t, Style::Quoted)
            }
            Expression::HeredocTemplate(heredoc) => {
                let raw = self.source(e.span());
                let style = if raw.is_some_and(|raw| raw.starts_with("<<-")) { Style::Flush } else { Style::Lines };
                self.template(raw.and_then(heredoc_body), &heredoc.template, style)
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
                let mut in_splat = false;
                let steps = t.operators.iter().map(|operator| {
                    in_splat = match operator.value() {
                        TraversalOperator::AttrSplat(_) => true,
                        TraversalOperator::GetAttr(_) | TraversalOperator::LegacyIndex(_) => in_splat,
                        _ => false,
                    };
                    self.step(operator.value(), in_splat, self.span(operator.span()))
                });
                ExprKind::Traversal(self.boxed(&t.expr), steps.collect())
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
            // A bare word is its own name, be it `null`.
            ObjectKey::Expression(e @ Expression::Null(_)) => {
                Expr { kind: ExprKind::String("null".into()), span: self.span(e.span()) }
            }
            ObjectKey::Expression(e) => self.expr(e),
        }
    }

    /// `in_splat`: after `.*`, an old index such as `.0` is one more attribute of each element.
    fn step(&self, operator: &TraversalOperator, in_splat: bool, span: Span) -> Step {
        match operator {
            TraversalOperator::AttrSplat(_) => Step::AttributeSplat(span),
            TraversalOperator::FullSplat(_) => Step::FullSplat(span),
            TraversalOperator::GetAttr(name) => Step::Attribute(name.as_str().into(), span),
            TraversalOperator::Index(e) => Step::Index(self.expr(e)),
            TraversalOperator::LegacyIndex(n) if in_splat => Step::Attribute(n.value().to_string().into(), span),
            TraversalOperator::LegacyIndex(n) => Step::Index(Expr { kind: ExprKind::Number(*n.value() as f64), span }),
        }
    }

    /// A template of which the source between the quotes or markers is given.
    fn template(&self, raw: Option<&str>, parsed: &Template, style: Style) -> ExprKind {
        let parts = raw.and_then(|raw| template::parts(raw, parsed, style, &|e| self.expr(e)));
        match parts.as_deref() {
            None => ExprKind::Invalid,
            Some([TemplatePart::Text(text)]) => ExprKind::String(Arc::clone(text)),
            Some([]) => ExprKind::String("".into()),
            Some(_) => ExprKind::Template(parts.unwrap_or_default()),
        }
    }

    /// The source of a parsed thing.
    fn source(&self, range: Option<Range<usize>>) -> Option<&str> {
        self.text.get(range?)
    }
}
