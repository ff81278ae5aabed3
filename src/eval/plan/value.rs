//! Values of a plan: JSON, together with what is marked as unknown or sensitive.

use super::links::Links;
use super::written::Written;
use crate::source::Span;
use crate::syntax::json::{self, Node};
use crate::value::{Map, Unknown, Val, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Why a value that Terraform does not know yet is unknown.
pub(super) const AFTER_APPLY: &str = "this is known only after apply";
const SENSITIVE: &str = "this is marked as sensitive";

/// Reads the values of one resource.
pub(super) struct Reader<'a, 'p> {
    pub links: &'a Links<'p>,
    /// The module that the resource stands in.
    pub module: &'p str,
    /// Whether the provider fills in what is not set. That of azapi does not.
    pub fills_in: bool,
}

/// The same place in the values and in what marks them.
#[derive(Clone, Copy)]
struct Spot<'p> {
    value: Option<&'p Node>,
    unknown: Option<&'p Node>,
    sensitive: Option<&'p Node>,
    written: Written<'p>,
    /// Whether that is also the expression of what this is a part of.
    part: bool,
    /// Where to point when there is no value.
    around: Span,
}

impl<'p> Reader<'_, 'p> {
    /// The attributes and blocks of a resource.
    pub(super) fn body(
        &self,
        value: &'p Node,
        unknown: Option<&'p Node>,
        sensitive: Option<&'p Node>,
        written: Written<'p>,
    ) -> Map {
        self.map(Spot { value: Some(value), unknown, sensitive, written, part: false, around: value.span })
    }

    fn map(&self, spot: Spot<'p>) -> Map {
        let around = spot.value.map_or(spot.around, |v| v.span);
        let names = [spot.value, spot.unknown].into_iter().flatten().flat_map(Node::members).map(|m| &m.name);
        let mut entries: BTreeMap<Arc<str>, Val> = BTreeMap::new();
        for name in names {
            let get = |node: Option<&'p Node>| node.and_then(|n| if holds_all(n) { Some(n) } else { n.get(name) });
            let spot = Spot {
                value: spot.value.and_then(|v| v.get(name)),
                unknown: get(spot.unknown),
                sensitive: get(spot.sensitive),
                written: spot.written.get(name),
                part: spot.written.is_expression(),
                around,
            };
            if !entries.contains_key(name)
                && let Some(val) = self.val(name, spot)
            {
                entries.insert(Arc::clone(name), val);
            }
        }
        drop_other_spelling(&mut entries, spot.written);
        Map { entries, ..Map::default() }
    }

    /// A value; nothing where the provider has nothing to fill in, or leaves it to Azure.
    fn val(&self, name: &str, spot: Spot<'p>) -> Option<Val> {
        let site = spot.value.map_or(spot.around, |v| v.span);
        let unknown = |reason: &str| Unknown::new(reason, Some(site));
        if spot.unknown.is_some_and(holds_all) {
            if self.links.is_left_to_azure(spot.written, self.module) {
                return None;
            }
            let term = spot.written.references().and_then(|refs| self.links.referred(refs, self.module));
            let term = term.filter(|id| !spot.part || self.links.may_be_part(name, id));
            return Some(Val::new(Value::Unknown(Arc::new(unknown(AFTER_APPLY).called(term))), site));
        }
        if spot.sensitive.is_some_and(holds_all) {
            return Some(Val::new(Value::Unknown(Arc::new(unknown(SENSITIVE))), site));
        }
        let node = spot.value?;
        if self.fills_in && !matches!(spot.written, Written::Yes(_)) && is_nothing(name, node) {
            return None;
        }
        let value = match &node.value {
            json::Value::Null | json::Value::Invalid => Value::Null,
            json::Value::Bool(b) => Value::Bool(*b),
            json::Value::Number(n) => Value::Number(*n),
            json::Value::String(text) if name != "id" => match self.links.by_id(text) {
                Some(term) => Value::Unknown(Arc::new(unknown("this is the id of another resource").called(Some(term)))),
                None => Value::String(Arc::clone(text)),
            },
            json::Value::String(text) => Value::String(Arc::clone(text)),
            json::Value::Array(items) => {
                let element = |(i, item): (usize, &'p Node)| self.element(name, spot, node, (i, items.len()), item);
                Value::list(items.iter().enumerate().map(element).collect())
            }
            json::Value::Object(_) => Value::Map(Arc::new(self.map(spot))),
        };
        Some(Val::new(value, site))
    }

    fn element(&self, name: &str, spot: Spot<'p>, list: &Node, (index, of): (usize, usize), item: &'p Node) -> Val {
        let get = |node: Option<&'p Node>| node.and_then(|n| if holds_all(n) { Some(n) } else { n.items().get(index) });
        let spot = Spot {
            value: Some(item),
            unknown: get(spot.unknown),
            sensitive: get(spot.sensitive),
            written: spot.written.element(index, of),
            part: spot.written.is_expression(),
            around: list.span,
        };
        self.val(name, spot).unwrap_or(Val::new(Value::Null, item.span))
    }
}

/// Whether a mark holds for all below it.
pub(super) fn holds_all(mark: &Node) -> bool {
    mark.as_bool() == Some(true)
}

/// Switches for which azurerm fills in that they are on.
const ON_BY_DEFAULT: [&str; 3] =
    ["allow_virtual_network_access", "bgp_route_propagation_enabled", "peer_complete_virtual_networks_enabled"];

/// What a provider fills in for attributes that are not set.
fn is_nothing(name: &str, node: &Node) -> bool {
    match &node.value {
        json::Value::Null => true,
        json::Value::Bool(on) => !on && !ON_BY_DEFAULT.contains(&name),
        json::Value::String(text) => text.is_empty(),
        json::Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// Attributes that azurerm fills in from each other.
const SPELLINGS: [(&str, &str); 3] =
    [("pod_cidr", "pod_cidrs"), ("service_cidr", "service_cidrs"), ("address_prefix", "address_prefixes")];

/// Of two spellings of one thing, keeps the one that is written.
fn drop_other_spelling(entries: &mut BTreeMap<Arc<str>, Val>, written: Written<'_>) {
    for (one, several) in SPELLINGS {
        match (written.get(one), written.get(several)) {
            (Written::Yes(_), Written::No) => drop(entries.remove(several)),
            (Written::No, Written::Yes(_)) => drop(entries.remove(one)),
            _ => {}
        }
    }
}
