//! Functions that take lambdas.

use super::args::{Args, list_of, map_of, wrong};
use super::object::{Spellings, open};
use super::{Answer, finish};
use crate::eval::outcome::{Outcome, Stop, weigh};
use crate::source::Span;
use crate::value::{Map, Unknown, Val, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What calls the lambda at a position with values.
type Apply<'a> = &'a dyn Fn(usize, &[Val]) -> Val;

/// Calls a function that takes lambdas, by its name in any letter case; `None` when there is none of this name. `args` has a null in
/// place of each lambda; `apply(i, values)` gives what the one at that position returns. It may get one value more than it asks for:
/// the position of the element.
pub fn call_lambda(name: &str, args: &[Val], apply: &dyn Fn(usize, &[Val]) -> Val, site: Span) -> Option<Val> {
    type Run = fn(&Args, Apply) -> Outcome<Answer>;
    let functions: [(&str, std::ops::RangeInclusive<usize>, Run); 7] = [
        ("filter", 2..=2, filter),
        ("groupBy", 2..=3, group_by),
        ("map", 2..=2, map),
        ("mapValues", 2..=2, map_values),
        ("reduce", 3..=3, reduce),
        ("sort", 2..=2, sort),
        ("toObject", 2..=3, to_object),
    ];
    let (name, count, run) = functions.into_iter().find(|(known, ..)| known.eq_ignore_ascii_case(name))?;
    let outcome = if count.contains(&args.len()) {
        run(&Args::unchecked(args, site), apply)
    } else {
        Err(Stop::refused(format!("it takes {} arguments, not {}", count.end(), args.len())))
    };
    Some(finish(name, args, site, outcome, false))
}

/// The elements of the first argument, each with its position.
fn elements<'a>(args: &Args<'a>) -> Outcome<impl Iterator<Item = (&'a Val, [Val; 2])>> {
    let list = args.val(0)?;
    let site = args.site;
    let pair = move |(i, item): (usize, &'a Val)| (item, [list.element(item), Val::new(Value::Number(i as f64), site)]);
    Ok(list_of(list)?.iter().enumerate().map(pair))
}

fn truth_of(val: &Val) -> Outcome<bool> {
    match &val.value {
        Value::Bool(truth) => Ok(*truth),
        value => Err(wrong(value, "a bool as what the lambda returns")),
    }
}

fn filter(args: &Args, apply: Apply) -> Outcome<Answer> {
    let mut kept = Vec::new();
    for (item, values) in elements(args)? {
        if truth_of(&apply(1, &values))? {
            kept.push(item.clone());
        }
    }
    args.listing(kept)
}

fn map(args: &Args, apply: Apply) -> Outcome<Answer> {
    args.listing(elements(args)?.map(|(_, values)| apply(1, &values)))
}

fn reduce(args: &Args, apply: Apply) -> Outcome<Answer> {
    let mut current = args.val(1)?.clone();
    for (_, [item, index]) in elements(args)? {
        current = apply(2, &[current, item, index]);
        // A value may hold what came before it more than once.
        weigh([&current])?;
    }
    Ok(Answer::Given(current))
}

/// Sorts by merging, where the lambda says whether its first value comes before its second. Equal elements stay in order.
fn sort(args: &Args, apply: Apply) -> Outcome<Answer> {
    let list = args.val(0)?;
    let before = |a: &Val, b: &Val| truth_of(&apply(1, &[list.element(a), list.element(b)]));
    let mut runs: Vec<Vec<Val>> = list_of(list)?.iter().map(|item| vec![item.clone()]).collect();
    while runs.len() > 1 {
        let mut merged = Vec::with_capacity(runs.len().div_ceil(2));
        let mut rest = runs.into_iter();
        while let Some(left) = rest.next() {
            merged.push(match rest.next() {
                Some(right) => merge_runs(left, right, &before)?,
                None => left,
            });
        }
        runs = merged;
    }
    args.listing(runs.into_iter().flatten())
}

fn merge_runs(left: Vec<Val>, right: Vec<Val>, before: &dyn Fn(&Val, &Val) -> Outcome<bool>) -> Outcome<Vec<Val>> {
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let take_right = !before(a, b)? && before(b, a)?;
        merged.extend(if take_right { right.next() } else { left.next() });
    }
    merged.extend(left.chain(right));
    Ok(merged)
}

/// The key that the lambda at position 1 gives.
fn key_of(val: &Val) -> Outcome<Result<Arc<str>, Arc<Unknown>>> {
    match &val.value {
        Value::String(key) => Ok(Ok(Arc::clone(key))),
        Value::Unknown(unknown) => Ok(Err(Arc::clone(unknown))),
        value => Err(wrong(value, "a string as key")),
    }
}

/// The value for an element: what the lambda at position 2 gives, else the element itself.
fn value_of(args: &Args, apply: Apply, item: &Val, values: &[Val; 2]) -> Val {
    if args.from(2).is_empty() { item.clone() } else { apply(2, values) }
}

fn to_object(args: &Args, apply: Apply) -> Outcome<Answer> {
    let (mut object, mut known) = (Map::default(), Spellings::default());
    for (item, values) in elements(args)? {
        match key_of(&apply(1, &values))? {
            Ok(key) if known.add(&key).is_some() => {
                return Err(Stop::undecided(format!("two values for the key {key:?} are not worked out")));
            }
            Ok(key) => drop(object.entries.insert(key, value_of(args, apply, item, &values))),
            Err(unknown) => open(&mut object, &unknown),
        }
    }
    Ok(Answer::Made(Value::Map(Arc::new(object))))
}

fn group_by(args: &Args, apply: Apply) -> Outcome<Answer> {
    let (mut groups, mut known): (BTreeMap<Arc<str>, Vec<Val>>, _) = (BTreeMap::new(), Spellings::default());
    for (item, values) in elements(args)? {
        let key = key_of(&apply(1, &values))?.map_err(Stop::Unknown)?;
        if known.add(&key).is_some_and(|spelled| spelled != key) {
            return Err(Stop::undecided("keys that differ in letter case only are not worked out"));
        }
        groups.entry(key).or_default().push(value_of(args, apply, item, &values));
    }
    Ok(Answer::Made(Value::map(groups.into_iter().map(|(key, group)| (key, args.made(Value::list(group)))).collect())))
}

fn map_values(args: &Args, apply: Apply) -> Outcome<Answer> {
    let object = args.val(0)?;
    let map = map_of(object)?;
    let entry = |(key, val): (&Arc<str>, &Val)| (Arc::clone(key), apply(1, &[object.element(val)]));
    let entries = map.entries.iter().map(entry).collect();
    Ok(Answer::Made(Value::Map(Arc::new(Map { entries, open: map.open.clone(), typed: false }))))
}
