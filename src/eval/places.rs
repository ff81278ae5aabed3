//! Places of objects as users see them.

use crate::source::{Sources, Span};
use crate::value::{Map, Val, Value};
use std::sync::Arc;

/// A value in which objects and lists of several lines are at their first line, as blocks are at their headers.
pub fn headed(val: &Val, sources: &Sources) -> Val {
    let mut val = val.clone();
    match &val.value {
        Value::Map(map) => {
            let entries = map.entries.iter().map(|(key, val)| (Arc::clone(key), headed(val, sources))).collect();
            val.value = Value::Map(Arc::new(Map { entries, typed: map.typed, open: map.open.clone() }));
        }
        Value::List(items) => val.value = Value::list(items.iter().map(|item| headed(item, sources)).collect()),
        _ => return val,
    }
    val.at.site = first_line(val.at.site, sources);
    val
}

/// The part of a place on its first line, with what stands before it there.
fn first_line(place: Span, sources: &Sources) -> Span {
    let written = sources.text(place);
    let Some(end) = written.find('\n') else { return place };
    let file = sources.file(place.file);
    let (_, start) = file.line_of(place.start);
    let before = file.slice(start, place.start);
    let indent = before.len() - before.trim_start().len();
    let length = written.get(..end).map_or(0, |line| line.trim_end().len());
    Span::new(place.file, start as usize + indent, place.start as usize + length)
}
