//! Values that are walked as a whole, such as the bodies of resources, are no larger than this. What is shared counts each time.

use crate::value::{Map, Val, Value};
use std::sync::Arc;

/// So many parts a value may have.
const MOST_PARTS: usize = 100_000;
/// So deep they may lie in one another.
const DEEPEST: usize = 100;

/// A value without the parts that make it too large to be walked: these are unknown.
pub(super) fn light(val: Val) -> Val {
    let (mut left, mut left_to_cut) = (MOST_PARTS, MOST_PARTS);
    if count(&val.value, DEEPEST, &mut left) { val } else { cut(&val, DEEPEST, &mut left_to_cut) }
}

/// Whether a value is small enough, of which `left` is taken.
fn count(value: &Value, depth: usize, left: &mut usize) -> bool {
    let (Some(inner), Some(rest)) = (depth.checked_sub(1), left.checked_sub(1)) else { return false };
    *left = rest;
    match value {
        Value::List(items) => items.iter().all(|item| count(&item.value, inner, left)),
        Value::Map(map) => map.entries.values().all(|entry| count(&entry.value, inner, left)),
        _ => true,
    }
}

fn cut(val: &Val, depth: usize, left: &mut usize) -> Val {
    let (Some(inner), Some(rest)) = (depth.checked_sub(1), left.checked_sub(1)) else {
        return Val::unknown("this value is too large to be worked out", val.at.site);
    };
    *left = rest;
    let value = match &val.value {
        Value::List(items) => Value::list(items.iter().map(|item| cut(item, inner, left)).collect()),
        Value::Map(map) => {
            let entries = map.entries.iter().map(|(key, entry)| (Arc::clone(key), cut(entry, inner, left))).collect();
            Value::Map(Arc::new(Map { entries, typed: map.typed, open: map.open.clone() }))
        }
        other => other.clone(),
    };
    Val { value, at: val.at.clone() }
}
