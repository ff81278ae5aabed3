//! What a plan changes of a resource.

use super::Entry;
use super::links::Links;
use super::value::{AFTER_APPLY, holds_all};
use super::written::Written;
use crate::syntax::json::{Node, Value as Json};
use crate::tree::{Change, ChangedAttribute, Resource};
use crate::value::{At, Map, Unknown, Value};
use std::sync::Arc;

/// The change of a resource that exists and will exist; nothing when the plan leaves it alone.
pub(super) fn of(entry: &Entry<'_>, root: &Node, links: &Links<'_>, resource: &Resource) -> Option<Change> {
    let change = entry.change?;
    let actions: Vec<&str> = change.get("actions")?.items().iter().filter_map(Node::as_str).collect();
    let replaces = actions.contains(&"create") && (actions.contains(&"delete") || actions.contains(&"forget"));
    if !replaces && !actions.contains(&"update") {
        return None;
    }
    let whole = Pair {
        before: Some(entry.before?),
        after: Some(entry.after?),
        unknown: change.get("after_unknown"),
        before_sensitive: change.get("before_sensitive"),
        after_sensitive: change.get("after_sensitive"),
        written: Written::resource(root, entry),
    };
    let mut comparison = Comparison { links, module: entry.module, path: Vec::new(), found: Vec::new() };
    comparison.members(whole);
    let mut differences = comparison.found;
    let paths: Option<Vec<Vec<String>>> = change.get("replace_paths").map(|paths| paths.items().iter().map(names).collect());
    for path in paths.iter().flatten() {
        if !differences.iter().any(|d| d.path.starts_with(path) || path.starts_with(&d.path)) {
            differences.push(Difference { path: path.clone(), before: None, after: Ok(None) });
        }
    }
    // In the form of Resource Manager, what stands in azapi's body is the body.
    let of_azapi = ["body".to_owned()];
    let attributes = differences.into_iter().map(|d| ChangedAttribute {
        name: d.path.join(".").into(),
        forces_replacement: paths.as_ref().map(|p| p.iter().any(|p| d.path.starts_with(p) || p.starts_with(&d.path))),
        at: place(&resource.body, d.path.strip_prefix(of_azapi.as_slice()).unwrap_or(&d.path), At::new(resource.header)),
        before: d.before,
        after: d.after,
    });
    Some(Change { address: Arc::clone(&resource.address), replaces, attributes: attributes.collect() })
}

/// A value as it is and as it will be, with the marks that belong to it.
#[derive(Clone, Copy)]
struct Pair<'p> {
    before: Option<&'p Node>,
    after: Option<&'p Node>,
    unknown: Option<&'p Node>,
    before_sensitive: Option<&'p Node>,
    after_sensitive: Option<&'p Node>,
    written: Written<'p>,
}

impl<'p> Pair<'p> {
    fn get(self, name: &str) -> Self {
        self.each(self.written.get(name), |node| node.get(name))
    }

    fn element(self, index: usize) -> Self {
        let of = self.after.map_or(0, |list| list.items().len());
        self.each(self.written.element(index, of), |node| node.items().get(index))
    }

    /// A mark on the whole holds for its parts.
    fn each(self, written: Written<'p>, part: impl Fn(&'p Node) -> Option<&'p Node>) -> Self {
        let mark = |node: Option<&'p Node>| node.and_then(|n| if holds_all(n) { Some(n) } else { part(n) });
        Self {
            before: self.before.and_then(&part),
            after: self.after.and_then(&part),
            unknown: mark(self.unknown),
            before_sensitive: mark(self.before_sensitive),
            after_sensitive: mark(self.after_sensitive),
            written,
        }
    }

    fn sides(self) -> impl Iterator<Item = &'p Node> {
        [self.before, self.after].into_iter().flatten()
    }
}

struct Comparison<'a, 'p> {
    links: &'a Links<'p>,
    module: &'p str,
    path: Vec<String>,
    found: Vec<Difference>,
}

struct Difference {
    path: Vec<String>,
    before: Option<Arc<str>>,
    after: Result<Option<Arc<str>>, Arc<Unknown>>,
}

impl<'p> Comparison<'_, 'p> {
    fn members(&mut self, pair: Pair<'p>) {
        let mut names: Vec<&Arc<str>> = pair.sides().chain(pair.unknown).flat_map(Node::members).map(|m| &m.name).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            self.path.push(name.to_string());
            self.value(pair.get(name));
            self.path.pop();
        }
    }

    /// Blocks are compared attribute by attribute, lists of plain values as a whole.
    fn value(&mut self, pair: Pair<'p>) {
        let is_unknown = pair.unknown.is_some_and(holds_all);
        if !is_unknown && pair.sides().any(is_block) {
            match pair.sides().map(|list| list.items().len()).max() {
                None | Some(0) => self.members(pair),
                Some(count) => (0..count).for_each(|i| self.members(pair.element(i))),
            }
        } else if is_unknown {
            if !self.links.is_left_to_azure(pair.written, self.module) {
                let why = Unknown::new(AFTER_APPLY, pair.before.map(|n| n.span));
                self.add(pair, Err(Arc::new(why)));
            }
        } else if text(pair.before) != text(pair.after) {
            self.add(pair, Ok(shown(pair.after, pair.after_sensitive)));
        }
    }

    fn add(&mut self, pair: Pair<'p>, after: Result<Option<Arc<str>>, Arc<Unknown>>) {
        let before = shown(pair.before, pair.before_sensitive);
        self.found.push(Difference { path: self.path.clone(), before, after });
    }
}

/// A value as a text that may be shown.
fn shown(node: Option<&Node>, sensitive: Option<&Node>) -> Option<Arc<str>> {
    let text = text(node)?;
    Some(if sensitive.is_some_and(holds_all) { "a sensitive value".into() } else { text })
}

/// Whether a value is a block or a list of blocks.
fn is_block(node: &Node) -> bool {
    match &node.value {
        Json::Object(_) => true,
        Json::Array(items) => items.iter().any(|item| matches!(item.value, Json::Object(_))),
        _ => false,
    }
}

/// A value as a text; nothing when it is not set, or is what a provider fills in for nothing.
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
