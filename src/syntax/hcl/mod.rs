//! HCL, the language of Terraform.
//!
//! [`scan`] finds the structure, [`lower`] parses the expressions in it. A mistake costs the expression it is in, not the file.

pub mod ast;
pub mod files;
pub mod from_json;
pub mod lower;
pub mod scan;
pub mod template;

use crate::source::{FileId, Span};
use ast::{Attribute, Block, Body, Expr, ExprKind};
use scan::{Item, ItemKind};
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

/// What a file says, and what could not be read of it.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The content. Expressions that could not be read are [`ExprKind::Invalid`].
    pub body: Body,
    /// What is wrong: the place, and a message for the user.
    pub errors: Vec<(Span, String)>,
}

/// More errors than this are not told for one file.
const MOST_ERRORS: usize = 20;

/// Of these, the first ones by place are told.
const MOST_KEPT: usize = 10_000;

/// Parses a file. Never fails: what could be read is returned beside the errors.
pub fn parse(file: FileId, text: &str) -> Parsed {
    let scanned = scan::scan(text);
    let mut reader = Reader { file, text, errors: Vec::new() };
    for fault in &scanned.faults {
        reader.errors.push((reader.span(&fault.at), fault.message.to_owned()));
    }
    let body = reader.body(&scanned.items);
    reader.errors.sort();
    reader.errors.truncate(MOST_ERRORS);
    Parsed { body, errors: reader.errors }
}

/// The names of a file's `module` blocks with the sources that they call, as written.
pub fn module_calls(text: &str) -> Vec<(String, String)> {
    if memchr::memmem::find(text.as_bytes(), b"module").is_none() {
        return Vec::new();
    }
    let scanned = scan::scan(text);
    let slice = |range: &Range<usize>| text.get(range.clone()).unwrap_or("");
    let mut calls = Vec::new();
    for item in &scanned.items {
        let ItemKind::Block { labels, items } = &item.kind else { continue };
        if slice(&item.name) != "module" {
            continue;
        }
        for inner in items {
            if let ItemKind::Attribute(expression) = &inner.kind
                && slice(&inner.name) == "source"
                && let Some(source) = slice(&expression.at).strip_prefix('"').and_then(|s| s.strip_suffix('"'))
            {
                let name = labels.first().map(|l| slice(l).trim_matches('"')).unwrap_or("");
                calls.push((name.to_owned(), source.to_owned()));
            }
        }
    }
    calls
}

/// Whether a module's source is a relative path, not a registry or a repository.
pub fn is_local_source(source: &str) -> bool {
    source.starts_with("./") || source.starts_with("../") || source == "." || source == ".."
}

struct Reader<'a> {
    file: FileId,
    text: &'a str,
    errors: Vec<(Span, String)>,
}

impl Reader<'_> {
    fn span(&self, range: &Range<usize>) -> Span {
        Span::new(self.file, range.start, range.end)
    }

    fn word(&self, range: &Range<usize>) -> Arc<str> {
        self.text.get(range.clone()).unwrap_or("").into()
    }

    fn body(&mut self, items: &[Item]) -> Body {
        let mut body = Body::default();
        let mut names = HashSet::new();
        for item in items {
            match &item.kind {
                ItemKind::Attribute(place) => {
                    let name_span = self.span(&item.name);
                    let name = self.word(&item.name);
                    if !names.insert(Arc::clone(&name)) && self.errors.len() < MOST_KEPT {
                        self.errors.push((name_span, format!("{name} is set twice here")));
                    }
                    body.attributes.push(Attribute { name, name_span, expr: self.expression(place) });
                }
                ItemKind::Block { labels, items } => body.blocks.push(Block {
                    keyword: self.word(&item.name),
                    labels: labels.iter().map(|l| self.word(l).trim_matches('"').into()).collect(),
                    header: self.span(&(item.name.start..labels.last().map_or(item.name.end, |l| l.end))),
                    body: self.body(items),
                }),
            }
        }
        body
    }

    fn expression(&mut self, place: &scan::Expression) -> Expr {
        let invalid = Expr { kind: ExprKind::Invalid, span: self.span(&place.at) };
        if place.broken {
            return invalid;
        }
        match lower::expression(self.file, self.text, place) {
            Ok(expr) => expr,
            Err(error) => {
                if self.errors.len() < MOST_KEPT {
                    self.errors.push(error);
                }
                invalid
            }
        }
    }
}
