//! What a plan changes of a resource.

use super::Entry;
use super::value::AFTER_APPLY;
use super::written::Written;
use crate::syntax::json::{Node, Value as Json};
use crate::tree::{Change, ChangedAttribute, Resource};
use crate::value::{At, Map, Unknown, Value};
use std::sync::Arc;

/// The change of a resource that exists and will exist; nothing when the plan leaves it alone.
pub(super) fn of(entry: &Entry<'_>, root: &Node, resource: &Resource) -> Option<Change> {
    let change = entry.change?;
    let actions: Vec<&str> = change.get("actions")?.items().iter().filter_map(Node::as_str).collect();
    let replaces = actions.contains(&"create") && (actions.contains(&"delete") || actions.contains(&"forget"));
    if !replaces && !actions.contains(&"update") {
        return None;
    }
    let (before, after) = (entry.before?, entry.after?);
    let mut differences = Vec::new();
    let marks = Marks {
        unknown: change.get("after_unknown"),
        before: change.get("before_sensitive"),
        after: change.get("after_sensitive"),
    };
    compare(Some(before), Some(after), marks, Written::resource(root, entry), &mut Vec::new(), &mut differences);
    let paths: Option<Vec<Vec<String>>> = change.get("replace_paths").map(|paths| paths.items().iter().map(names).collect());
    for path in paths.iter().flatten() {
        if !differences.iter().any(|d| d.path.starts_with(path) || path.starts_with(&d.path)) {
            differences.push(Difference { path: path.clone(), before: None, after: Ok(None) });
        }
    }
    let attributes = differences.into_iter().map(|d| ChangedAttribute {
        name: d.path.join(".").into(),
        forces_replacement: paths.as_ref().map(|p| p.iter().any(|p| d.path.starts_with(p) || p.starts_with(&d.path))),
        at: place(&resource.body, &d.path, At::new(resource.header)),
        before: d.before,
        after: d.after,
    });
    Some(Change { address: Arc::clone(&resource.address), replaces, attributes: attributes.collect() })
}

/// The marks that belong to a value.
#[derive(Clone, Copy)]
struct Marks<'p> {
    unknown: Option<&'p Node>,
    before: Option<&'p Node>,
    after: Option<&'p Node>,
}

impl<'p> Marks<'p> {
    fn get(self, name: &str) -> Self {
        self.each(|node| node.get(name))
    }

    fn element(self, index: usize) -> Self {
        self.each(|node| node.items().get(index))
    }

    /// A mark on the whole holds for its parts.
    fn each(self, part: impl Fn(&'p Node) -> Option<&'p Node>) -> Self {
        let part = |node: Option<&'p Node>| node.and_then(|n| if n.as_bool() == Some(true) { Some(n) } else { part(n) });
        Self { unknown: part(self.unknown), before: part(self.before), after: part(self.after) }
    }
}

struct Difference {
    path: Vec<String>,
    before: Option<Arc<str>>,
    after: Result<Option<Arc<str>>, Arc<Unknown>>,
}

/// Adds the attributes that differ. Blocks are compared attribute by attribute, lists of plain values as a whole.
fn compare(
    before: Option<&Node>,
    after: Option<&Node>,
    marks: Marks<'_>,
    written: Written<'_>,
    path: &mut Vec<String>,
    into: &mut Vec<Difference>,
) {
    let is_unknown = marks.unknown.and_then(Node::as_bool) == Some(true);
    let holds_blocks = [before, after].into_iter().flatten().any(is_block);
    if holds_blocks && !is_unknown {
        let blocks = |node: Option<&Node>| node.map_or(0, |n| n.items().len());
        let count = blocks(before).max(blocks(after));
        if count == 0 {
            return compare_members(before, after, marks, written, path, into);
        }
        for i in 0..count {
            let was = before.and_then(|n| n.items().get(i));
            let is = after.and_then(|n| n.items().get(i));
            compare_members(was, is, marks.element(i), written.element(i, blocks(after)), path, into);
        }
        return;
    }
    let left_to_azure = is_unknown && matches!(written, Written::No);
    if left_to_azure || !is_unknown && same(before, after) {
        return;
    }
    let hidden = |mark: Option<&Node>| mark.and_then(Node::as_bool) == Some(true);
    let text = |node: Option<&Node>, hide: bool| text(node).map(|t| if hide { "a sensitive value".into() } else { t });
    let after = match is_unknown {
        true => Err(Arc::new(Unknown::new(AFTER_APPLY, before.map(|n| n.span)))),
        false => Ok(text(after, hidden(marks.after))),
    };
    into.push(Difference { path: path.clone(), before: text(before, hidden(marks.before)), after });
}

fn compare_members(
    before: Option<&Node>,
    after: Option<&Node>,
    marks: Marks<'_>,
    written: Written<'_>,
    path: &mut Vec<String>,
    into: &mut Vec<Difference>,
) {
    let mut names: Vec<&Arc<str>> =
        [before, after, marks.unknown].into_iter().flatten().flat_map(Node::members).map(|m| &m.name).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        path.push(name.to_string());
        let was = before.and_then(|n| n.get(name));
        let is = after.and_then(|n| n.get(name));
        compare(was, is, marks.get(name), written.get(name), path, into);
        path.pop();
    }
}

/// Whether a value is a block or a list of blocks.
fn is_block(node: &Node) -> bool {
    match &node.value {
        Json::Object(_) => true,
        Json::Array(items) => items.iter().any(|item| matches!(item.value, Json::Object(_))),
        _ => false,
    }
}

/// Whether two values are the same; nothing is the same as what a provider fills in for nothing.
fn same(before: Option<&Node>, after: Option<&Node>) -> bool {
    text(before) == text(after)
}

/// A value as a text; nothing when it is not set.
fn text(node: Option<&Node>) -> Option<Arc<str>> {
    match &node?.value {
        Json::Null | Json::Invalid | Json::Object(_) => None,
        Json::Bool(b) => Some(b.to_string().into()),
        Json::Number(n) => Some(n.to_string().into()),
        Json::String(s) => (!s.is_empty()).then(|| Arc::clone(s)),
        Json::Array(items) => {
            let items: Vec<Arc<str>> = items.iter().filter_map(|item| text(Some(item))).collect();
            (!items.is_empty()).then(|| items.join(", ").into())
        }
    }
}

/// A path of `replace_paths` without its indexes.
fn names(path: &Node) -> Vec<String> {
    path.items().iter().filter_map(Node::as_str).map(str::to_owned).collect()
}

/// Where an attribute is written; if it is not, the block around it.
fn place(body: &Map, path: &[String], around: At) -> At {
    let Some((name, rest)) = path.split_first() else { return around };
    let Some(val) = body.entries.get(name.as_str()) else { return around };
    let inner = match &val.value {
        Value::Map(map) => Some(map),
        Value::List(items) => items.first().and_then(|item| match &item.value {
            Value::Map(map) => Some(map),
            _ => None,
        }),
        _ => None,
    };
    match inner {
        Some(map) if !rest.is_empty() => place(map, rest, val.at.clone()),
        _ => val.at.clone(),
    }
}
