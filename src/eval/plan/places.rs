//! Where the code writes what a plan shows.

use super::value::AFTER_APPLY;
use crate::tree::Resource;
use crate::value::{At, Map, Term, TermPart, Unknown, Val, Value};
use std::sync::Arc;

/// Moves the values of a resource to their places in the code, and names the unknown ones as the code does.
pub(super) fn take_over(resource: &mut Resource, code: &Resource) {
    resource.header = code.header;
    resource.body = Arc::new(map(&resource.body, Some(&code.body), &At::new(code.header)));
}

fn map(planned: &Map, code: Option<&Map>, around: &At) -> Map {
    let mut entries = planned.entries.clone();
    entries.retain(|name, val| !is_left_to_azure(val, code, name));
    for (name, val) in &mut entries {
        *val = placed(val, code.and_then(|c| c.entries.get(name)), around);
    }
    Map { entries, ..Map::default() }
}

/// Whether a value that is not known yet is not written in the code, so that Azure decides it.
fn is_left_to_azure(val: &Val, code: Option<&Map>, name: &str) -> bool {
    let unknown = val.value.as_unknown().is_some_and(|u| &*u.reason == AFTER_APPLY);
    unknown && code.is_some_and(|code| code.get(name).is_none())
}

fn placed(planned: &Val, code: Option<&Val>, around: &At) -> Val {
    let at = code.map_or(around, |c| &c.at).clone();
    let value = match (&planned.value, code.map(|c| &c.value)) {
        (Value::Map(planned), Some(Value::Map(code))) => Value::Map(Arc::new(map(planned, Some(code), &at))),
        (Value::Map(planned), _) => Value::Map(Arc::new(map(planned, None, &at))),
        (Value::List(planned), code) => {
            let code = code.and_then(Value::as_items).unwrap_or_default();
            let element = |(i, val)| placed(val, counterpart(val, i, planned.len(), code), &at);
            Value::list(planned.iter().enumerate().map(element).collect())
        }
        (Value::Unknown(planned), code) => {
            let term = code.and_then(Value::as_unknown).and_then(|u| u.term.clone()).filter(is_attribute);
            let term = if planned.term.is_some() && term.is_none() { planned.term.clone() } else { term };
            Value::Unknown(Arc::new(Unknown { term, span: Some(at.site), ..(**planned).clone() }))
        }
        (value, _) => value.clone(),
    };
    Val { value, at }
}

/// Whether a name is made of attributes of resources, and of texts around them.
fn is_attribute(term: &Term) -> bool {
    let is = |part: &TermPart| matches!(part, TermPart::Attribute(..));
    term.0.iter().any(is) && term.0.iter().all(|part| is(part) || matches!(part, TermPart::Text(_)))
}

/// The element of the code that is this one: by its name where it has one, else by its place in the list.
fn counterpart<'c>(planned: &Val, index: usize, of: usize, code: &'c [Val]) -> Option<&'c Val> {
    let name = |val: &Val| match &val.value {
        Value::Map(map) => super::text_of(map, "name").cloned(),
        _ => None,
    };
    match name(planned) {
        Some(wanted) if code.iter().any(|c| name(c).is_some()) => code.iter().find(|c| name(c).as_ref() == Some(&wanted)),
        _ => code.get(index).filter(|_| code.len() == of),
    }
}
