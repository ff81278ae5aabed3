//! Equality and order.

use super::Answer;
use super::args::{Args, truth, wrong};
use super::object::Spellings;
use super::string::lower;
use crate::eval::naming;
use crate::eval::outcome::{Outcome, Stop, weigh};
use crate::value::{Map, TermPart, Val, Value};
use std::cmp::Ordering;
use std::sync::Arc;

pub(super) fn equals(args: &Args) -> Outcome<Answer> {
    truth(equal(args.val(0)?, args.val(1)?)?)
}

/// Whether two values are equal. Strings are compared exactly; nothing is converted. Fails only with an unknown.
pub(super) fn equal(a: &Val, b: &Val) -> Outcome<bool> {
    weigh([a, b])?;
    equal_weighed(a, b)
}

/// The same for values that were weighed.
pub(super) fn equal_weighed(a: &Val, b: &Val) -> Outcome<bool> {
    match (&a.value, &b.value) {
        (Value::Unknown(x), Value::Unknown(y)) if x.term.is_some() && x.term == y.term => Ok(true),
        (Value::Unknown(unknown), _) | (_, Value::Unknown(unknown)) => {
            if differ(a, b) {
                Ok(false)
            } else {
                Err(Stop::Unknown(Arc::clone(unknown)))
            }
        }
        (Value::Null, Value::Null) => Ok(true),
        (Value::Bool(x), Value::Bool(y)) => Ok(x == y),
        (Value::Number(x), Value::Number(y)) => Ok(x == y),
        (Value::String(x), Value::String(y)) => Ok(x == y),
        (Value::List(x), Value::List(y)) if x.len() == y.len() => all_equal(x.iter().zip(y.iter())),
        (Value::Map(x), Value::Map(y)) => equal_maps(x, y),
        _ => Ok(false),
    }
}

/// Whether values, one of which is unknown, certainly differ: by kind, or by how their texts start or end.
fn differ(a: &Val, b: &Val) -> bool {
    let is_text = |val: &Val| naming::is_id(val) || matches!(val.value, Value::String(_));
    let is_other = |val: &Val| !matches!(val.value, Value::Unknown(_) | Value::String(_));
    if is_text(a) && is_other(b) || is_text(b) && is_other(a) {
        return true;
    }
    let (Some(a), Some(b)) = (naming::parts(a), naming::parts(b)) else { return false };
    let (start_a, start_b, end_a, end_b) = (start(&a), start(&b), end(&a), end(&b));
    // The whole of a known text is its start and its end.
    let shorter = |whole: &[TermPart], known: usize| matches!(whole, [TermPart::Text(text)] if text.len() < known);
    !(start_a.starts_with(start_b) || start_b.starts_with(start_a))
        || !(end_a.ends_with(end_b) || end_b.ends_with(end_a))
        || shorter(&a, known_length(&b))
        || shorter(&b, known_length(&a))
}

fn literal(part: Option<&TermPart>) -> &str {
    match part {
        Some(TermPart::Text(text)) => text,
        _ => "",
    }
}

/// What a text is known to start with.
pub(super) fn start(parts: &[TermPart]) -> &str {
    literal(parts.first())
}

/// What a text is known to end with.
pub(super) fn end(parts: &[TermPart]) -> &str {
    literal(parts.last())
}

fn known_length(parts: &[TermPart]) -> usize {
    parts.iter().map(|part| literal(Some(part)).len()).sum()
}

/// One pair that differs decides, whatever is unknown elsewhere.
fn all_equal<'a>(pairs: impl Iterator<Item = (&'a Val, &'a Val)>) -> Outcome<bool> {
    let mut outcome = Ok(true);
    for (a, b) in pairs {
        match equal_weighed(a, b) {
            Ok(true) => {}
            Ok(false) => return Ok(false),
            unknown => outcome = outcome.and(unknown),
        }
    }
    outcome
}

fn equal_maps(a: &Map, b: &Map) -> Outcome<bool> {
    let (in_a, in_b) = (Spellings::of(a), Spellings::of(b));
    let lacks =
        |of: &Map, in_: &Map, known: &Spellings| in_.open.is_none() && of.entries.keys().any(|key| known.get(key).is_none());
    if lacks(a, b, &in_b) || lacks(b, a, &in_a) {
        return Ok(false);
    }
    let both = a.entries.iter().filter_map(|(key, x)| Some((x, b.entries.get(in_b.get(key)?)?)));
    match (all_equal(both), a.open.as_ref().or(b.open.as_ref())) {
        (Ok(true), Some(open)) => Err(Stop::Unknown(Arc::clone(open))),
        (Ok(true), None) if !a.entries.keys().eq(b.entries.keys()) => {
            Err(Stop::undecided("whether objects are equal whose keys differ in letter case is not worked out"))
        }
        (outcome, _) => outcome,
    }
}

fn order(args: &Args) -> Outcome<Ordering> {
    match (args.value(0)?, args.value(1)?) {
        (Value::Number(a), Value::Number(b)) => Ok(a.total_cmp(b)),
        (Value::String(a), Value::String(b)) => text_order(a, b),
        (Value::Number(_), other) => Err(wrong(other, "a number")),
        (Value::String(_), other) => Err(wrong(other, "a string")),
        (other, _) => Err(wrong(other, "a number or a string")),
    }
}

/// Azure sorts as dictionaries do: letter case matters only where nothing else differs, and small letters come first. Where that
/// depends on more than letters and digits it is not worked out. Source: the examples of `greater`, where "A" is greater than "a".
fn text_order(a: &str, b: &str) -> Outcome<Ordering> {
    let shared = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).map(|(x, _)| x.len_utf8()).sum();
    let (a, b) = (a.get(shared..).unwrap_or_default(), b.get(shared..).unwrap_or_default());
    if !a.chars().chain(b.chars()).all(|c| c.is_ascii_alphanumeric()) {
        return Err(Stop::undecided("the order of texts with other characters than letters and digits is not worked out"));
    }
    Ok(lower(a).cmp(&lower(b)).then_with(|| b.cmp(a)))
}

pub(super) fn less(args: &Args) -> Outcome<Answer> {
    truth(order(args)?.is_lt())
}

pub(super) fn less_or_equals(args: &Args) -> Outcome<Answer> {
    truth(order(args)?.is_le())
}

pub(super) fn greater(args: &Args) -> Outcome<Answer> {
    truth(order(args)?.is_gt())
}

pub(super) fn greater_or_equals(args: &Args) -> Outcome<Answer> {
    truth(order(args)?.is_ge())
}
