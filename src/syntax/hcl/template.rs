//! Templates: strings in quotes and heredocs with interpolations and directives.
//!
//! `hcl-edit` parses them, but what it gives for the text between the sequences is not always what HCL makes of it: escapes inside
//! directives, strip markers and the indentation of heredocs differ. So the text is taken from the source, and HCL's rules are applied here:
//! a strip marker reaches to the end of its line in a heredoc, and the indentation that all lines of a flush heredoc share is removed.
//!
//! Source: `hclsyntax/parser_template.go` and `scan_string_lit.rl` of github.com/hashicorp/hcl.

use super::ast::{Expr, TemplatePart};
use super::scan;
use hcl_edit::expr::Expression;
use hcl_edit::template::{Directive, Element, ForTemplateExpr, Template};
use std::vec::IntoIter;

/// How the text of a template is written.
#[derive(Clone, Copy, PartialEq)]
pub enum Style {
    /// In quotes, with escapes.
    Quoted,
    /// As it is: a heredoc.
    Lines,
    /// The same without the indentation that all lines share: a `<<-` heredoc.
    Flush,
}

/// One piece of a template.
enum Token<'t> {
    Text(String),
    Interpolation(&'t Expression),
    If(&'t Expression),
    Else,
    EndIf,
    For(&'t ForTemplateExpr),
    EndFor,
}

/// The parts of a template of which the source is `raw`, without quotes or markers. Its expressions are turned by `lower`. `None` if the
/// source and what was parsed do not fit together.
pub fn parts(raw: &str, parsed: &Template, style: Style, lower: &dyn Fn(&Expression) -> Expr) -> Option<Vec<TemplatePart>> {
    let mut sequences = Vec::new();
    flatten(parsed, &mut sequences);
    let places = scan::template_sequences(raw, style == Style::Quoted);
    if places.len() != sequences.len() {
        return None;
    }
    let mut tokens = Vec::new();
    let mut done = 0;
    let mut strip_next = false;
    for (place, sequence) in places.into_iter().zip(sequences) {
        let written = raw.get(place.clone())?;
        texts(raw.get(done..place.start)?, style, strip_next, written.get(2..)?.starts_with('~'), &mut tokens)?;
        tokens.push(sequence);
        strip_next = written.ends_with("~}");
        done = place.end;
    }
    texts(raw.get(done..)?, style, strip_next, false, &mut tokens)?;
    if style == Style::Flush {
        remove_indentation(&mut tokens);
    }
    Some(nest(&mut tokens.into_iter(), lower).0)
}

/// The sequences of a template in the order of the source.
fn flatten<'t>(template: &'t Template, out: &mut Vec<Token<'t>>) {
    for element in template {
        match element {
            Element::Literal(_) => {}
            Element::Interpolation(interpolation) => out.push(Token::Interpolation(&interpolation.expr)),
            Element::Directive(directive) => match &**directive {
                Directive::If(d) => {
                    out.push(Token::If(&d.if_expr.cond_expr));
                    flatten(&d.if_expr.template, out);
                    if let Some(otherwise) = &d.else_expr {
                        out.push(Token::Else);
                        flatten(&otherwise.template, out);
                    }
                    out.push(Token::EndIf);
                }
                Directive::For(d) => {
                    out.push(Token::For(&d.for_expr));
                    flatten(&d.for_expr.template, out);
                    out.push(Token::EndFor);
                }
            },
        }
    }
}

/// The text between two sequences: in quotes one token, otherwise one for each line. The white space next to a strip marker is removed.
fn texts(raw: &str, style: Style, strip_start: bool, strip_end: bool, tokens: &mut Vec<Token>) -> Option<()> {
    let mut texts: Vec<String> = match style {
        _ if raw.is_empty() => Vec::new(),
        Style::Quoted => vec![unescape(raw, true)?],
        Style::Lines | Style::Flush => raw.split_inclusive('\n').map(|line| unescape(line, false)).collect::<Option<_>>()?,
    };
    if let Some(first) = texts.first_mut().filter(|_| strip_start) {
        *first = first.trim_start().to_owned();
    }
    if let Some(last) = texts.last_mut().filter(|_| strip_end) {
        last.truncate(last.trim_end().len());
    }
    tokens.extend(texts.into_iter().map(Token::Text));
    Some(())
}

/// What a text means: `$${` is `${`, and in quotes a backslash starts an escape.
fn unescape(raw: &str, quoted: bool) -> Option<String> {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("$${").or_else(|| rest.strip_prefix("%%{")) {
            out.extend([c, '{']);
            rest = after;
        } else if c == '\\' && quoted {
            let code = rest.chars().nth(1)?;
            let digits = match code {
                'u' => 4,
                'U' => 8,
                _ => 0,
            };
            out.push(match code {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                '"' | '\\' => code,
                'u' | 'U' => char::from_u32(u32::from_str_radix(rest.get(2..2 + digits)?, 16).ok()?)?,
                _ => return None,
            });
            rest = rest.get(2 + digits..)?;
        } else {
            out.push(c);
            rest = rest.get(c.len_utf8()..)?;
        }
    }
    Some(out)
}

/// Removes from each line as much white space as the least indented one starts with. Lines of nothing but white space do not count, and stay.
fn remove_indentation(tokens: &mut [Token]) {
    let mut shared = usize::MAX;
    let mut starts = Vec::new();
    let mut line_start = true;
    for (i, token) in tokens.iter().enumerate() {
        let (indentation, ends_line) = match token {
            Token::Text(text) => {
                let indentation = text.chars().take_while(|c| c.is_whitespace()).count();
                let blank = indentation == text.chars().count() && text.ends_with('\n');
                (Some(indentation).filter(|_| !blank), text.ends_with('\n'))
            }
            _ => (Some(0), false),
        };
        if let Some(indentation) = indentation.filter(|_| line_start) {
            shared = shared.min(indentation);
            starts.push(i);
        }
        line_start = ends_line;
    }
    for i in starts {
        if let Some(Token::Text(text)) = tokens.get_mut(i) {
            *text = text.chars().skip(shared).collect();
        }
    }
}

/// The parts up to the end of the branch that they are in, and whether `else` ends it. Texts that meet become one.
fn nest(tokens: &mut IntoIter<Token>, lower: &dyn Fn(&Expression) -> Expr) -> (Vec<TemplatePart>, bool) {
    let mut parts = Vec::new();
    let mut text: Option<String> = None;
    while let Some(token) = tokens.next() {
        if let Token::Text(more) = token {
            text.get_or_insert_default().push_str(&more);
            continue;
        }
        parts.extend(text.take().map(|text| TemplatePart::Text(text.into())));
        parts.push(match token {
            Token::Interpolation(expression) => TemplatePart::Interpolation(lower(expression)),
            Token::If(condition) => {
                let (then, else_follows) = nest(tokens, lower);
                let otherwise = if else_follows { nest(tokens, lower).0 } else { Vec::new() };
                TemplatePart::If(lower(condition), then, otherwise)
            }
            Token::For(intro) => TemplatePart::For(
                intro.key_var.as_ref().map(|k| k.as_str().into()),
                intro.value_var.as_str().into(),
                lower(&intro.collection_expr),
                nest(tokens, lower).0,
            ),
            Token::Else => return (parts, true),
            Token::Text(_) | Token::EndIf | Token::EndFor => return (parts, false),
        });
    }
    parts.extend(text.map(|text| TemplatePart::Text(text.into())));
    (parts, false)
}
