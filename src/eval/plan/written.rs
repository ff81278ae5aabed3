//! What the code writes, as far as the `configuration` part of a plan says.

use super::Entry;
use super::address::steps;
use crate::syntax::json::{Node, Value};

/// Whether an attribute or block is written.
#[derive(Clone, Copy)]
pub(super) enum Written<'p> {
    /// The plan does not say: it has no `configuration` part, or a `dynamic` block hides it.
    NotSaid,
    /// It is not. The provider fills it in.
    No,
    /// It is, like this: an expression, or the blocks of one name, or the attributes and blocks in a block.
    Yes(&'p Node),
}

impl<'p> Written<'p> {
    /// What is written of a resource.
    pub(super) fn resource(root: &'p Node, entry: &Entry<'p>) -> Self {
        let name = entry.node.get("name").and_then(Node::as_str);
        let found = module(root, entry.module).and_then(|module| {
            let text = |node: &Node, name: &str, wanted: Option<&str>| node.get(name).and_then(Node::as_str) == wanted;
            let mode = if entry.existing { "data" } else { "managed" };
            let is = |r: &&Node| text(r, "type", Some(entry.kind)) && text(r, "name", name) && text(r, "mode", Some(mode));
            module.get("resources")?.items().iter().find(is)?.get("expressions")
        });
        found.map_or(Self::NotSaid, Self::Yes)
    }

    /// What is written of an attribute or block of this.
    pub(super) fn get(self, name: &str) -> Self {
        match self {
            Self::Yes(node) if is_expression(node) => self,
            Self::Yes(node) => node.get(name).map_or(Self::No, Self::Yes),
            // A block that is not among the expressions may still be a dynamic one.
            Self::No | Self::NotSaid => Self::NotSaid,
        }
    }

    /// What is written of an element of this, of which there are so many.
    pub(super) fn element(self, index: usize, of: usize) -> Self {
        match self {
            Self::Yes(node) if is_expression(node) => self,
            Self::Yes(Node { value: Value::Array(items), .. }) if items.len() == of => {
                items.get(index).map_or(Self::NotSaid, Self::Yes)
            }
            Self::Yes(node) if matches!(node.value, Value::Object(_)) => self,
            _ => Self::NotSaid,
        }
    }

    /// Whether it is one expression, for whatever is in it.
    pub(super) fn is_expression(self) -> bool {
        matches!(self, Self::Yes(node) if is_expression(node))
    }

    /// The references in the expression.
    pub(super) fn references(self) -> Option<&'p Node> {
        match self {
            Self::Yes(node) if is_expression(node) => node.get("references"),
            _ => None,
        }
    }
}

/// Whether this is an expression, and not a block. Nothing is said of expressions without references that are not constant.
pub(super) fn is_expression(node: &Node) -> bool {
    let known = |name: &str| matches!(name, "references" | "constant_value");
    matches!(&node.value, Value::Object(members) if members.iter().all(|m| known(&m.name)))
}

/// The configuration of the module that an address leads to.
pub(super) fn module<'p>(root: &'p Node, address: &str) -> Option<&'p Node> {
    let mut module = root.get("configuration")?.get("root_module")?;
    for (name, _) in steps(address).into_iter().skip(1).step_by(2) {
        module = module.get("module_calls")?.get(name)?.get("module")?;
    }
    Some(module)
}
