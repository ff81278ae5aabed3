//! Suppressions in JSON without comments: `metadata` of resources in ARM templates, the key `//` in Terraform's JSON.

use super::{Suppression, Suppressions, comment};
use crate::source::{FileId, SourceFile, Span};
use crate::syntax::hcl::files;
use crate::syntax::json::{self, Node};
use std::ops::Range;

/// The key of comments in Terraform's JSON.
const COMMENT: &str = "//";

/// How it is written in metadata.
const FORM: &str = "this suppresses nothing; write {\"ignore\": {\"rule\": \"reason\"}}";

/// Reads what the objects of a file say of findings in them.
pub(super) fn read(file: &SourceFile, found: &mut Suppressions) {
    let name = file.path().rsplit('/').next().unwrap_or("");
    let is_terraform = files::role(name).is_some() || files::has_values(name);
    let parsed = json::parse(FileId::outside(0), file.text());
    let mut next = vec![&parsed.root];
    while let Some(node) = next.pop() {
        if is_terraform {
            comments(node, file.text(), found);
        } else {
            metadata(node, found);
        }
        next.extend(node.items().iter().chain(node.members().iter().map(|m| &m.value)));
    }
    found.all.sort_by_key(|suppression| suppression.at.start);
}

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

/// `"//": "overlint: ignore[rule] reason"`, or a list of such texts.
fn comments(node: &Node, text: &str, found: &mut Suppressions) {
    for member in node.members().iter().filter(|m| &*m.name == COMMENT) {
        for value in std::iter::once(&member.value).chain(member.value.items()).filter(|value| value.as_str().is_some()) {
            let at = range(value.span);
            // As written: whoever escapes letters of it does so on purpose.
            let inner = at.start + 1..at.end.saturating_sub(1).max(at.start + 1);
            let written = text.get(inner.clone()).unwrap_or("");
            found.add(comment::read(written), written, inner.start, at.start, &range(node.span));
        }
    }
}

/// `"metadata": {"overlint": {"ignore": {"rule": "reason"}}}`
fn metadata(node: &Node, found: &mut Suppressions) {
    for member in node.members().iter().filter(|m| m.name.eq_ignore_ascii_case("metadata")) {
        let Some(said) = member.value.get("overlint") else { continue };
        match said.get("ignore") {
            Some(ignore) if !ignore.members().is_empty() => {
                found.all.extend(ignore.members().iter().map(|rule| Suppression {
                    rule: rule.name.to_string(),
                    at: range(rule.name_span),
                    of: range(ignore.span).start,
                    scope: range(node.span),
                    has_reason: rule.value.as_str().is_some_and(|reason| !reason.trim().is_empty()),
                    used: false,
                }));
            }
            _ => found.wrong.push((range(said.span), FORM.to_owned())),
        }
    }
}
