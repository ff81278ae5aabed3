//! Objects put together, and sets of elements.

use super::Answer;
use super::args::{Args, list_of, map_of, stop, wrong};
use super::compare::equal_weighed;
use super::object::{Spellings, open};
use crate::eval::naming::name_of;
use crate::eval::outcome::{Outcome, Stop, check_items, weigh};
use crate::value::{Map, Unknown, Val, Value};
use std::collections::HashSet;
use std::sync::Arc;

/// All keys of objects, those inside one another included, or all elements of arrays, each once. Null counts for nothing.
pub(super) fn union(args: &Args) -> Outcome<Answer> {
    weigh(args.from(0))?;
    let given: Vec<&Val> = args.from(0).iter().filter(|val| !val.value.is_null()).collect();
    if let Some(list) = given.iter().find(|val| matches!(val.value, Value::List(_))) {
        let first = given.first().unwrap_or(list);
        let mut items = Distinct::default();
        for val in given.iter().map(|val| list_of(val)).collect::<Outcome<Vec<_>>>()?.concat() {
            items.add(val)?;
            check_items(items.kept.len())?;
        }
        return if given.len() == 1 { Ok(Answer::Given((*first).clone())) } else { args.listing(items.kept) };
    }
    if !given.iter().any(|val| matches!(val.value, Value::Map(_))) {
        return given.first().map_or_else(|| Err(Stop::refused("there is no object and no array")), |val| stop(val));
    }
    merged(given, true)
}

pub(super) fn shallow_merge(args: &Args) -> Outcome<Answer> {
    weigh(args.from(0))?;
    merged(args.list(0)?.iter().filter(|val| !val.value.is_null()), false)
}

fn merged<'v>(vals: impl IntoIterator<Item = &'v Val>, deep: bool) -> Outcome<Answer> {
    let mut result = Map::default();
    for val in vals {
        match &val.value {
            Value::Unknown(unknown) => open(&mut result, unknown),
            Value::Map(map) => merge(&mut result, map, deep),
            value => return Err(wrong(value, "an object")),
        }
        check_items(result.entries.len())?;
    }
    Ok(Answer::Made(Value::Map(Arc::new(result))))
}

/// Adds entries to those that are there.
fn merge(into: &mut Map, from: &Map, deep: bool) {
    let known = Spellings::of(into);
    if let Some(unknown) = &from.open {
        // Keys that are not listed may replace others.
        let listed = Spellings::of(from);
        let untouched = into.entries.iter_mut().filter(|(key, _)| listed.get(key).is_none());
        untouched.for_each(|(_, entry)| entry.value = Value::Unknown(Arc::new(unknown.nameless())));
        into.open.get_or_insert_with(|| Arc::new(unknown.nameless()));
    }
    for (key, new) in &from.entries {
        let key = known.get(key).unwrap_or(key);
        let old = into.entries.get(key).cloned();
        let old_unknown = match (&old, &into.open) {
            (None, Some(open)) => Some(Arc::clone(open)),
            (Some(Val { value: Value::Unknown(unknown), .. }), _) => Some(Arc::clone(unknown)),
            _ => None,
        };
        let value = match (old.map(|old| old.value), &new.value) {
            (Some(Value::Map(old)), Value::Map(new)) if deep => {
                let mut both = (*old).clone();
                merge(&mut both, new, deep);
                Value::Map(Arc::new(both))
            }
            (_, Value::Map(map)) if deep => with_unlisted(map, old_unknown),
            // Whether null replaces a value is not documented.
            (Some(old), Value::Null) if !old.is_null() => {
                Value::Unknown(Arc::new(Unknown::new("whether null replaces a value here is not worked out", Some(new.at.site))))
            }
            (Some(Value::Map(_)), Value::Unknown(unknown)) if deep => Value::Unknown(Arc::new(unknown.nameless())),
            (_, Value::Unknown(unknown)) if deep && old_unknown.is_some() => Value::Unknown(Arc::new(unknown.nameless())),
            (_, value) => value.clone(),
        };
        into.entries.insert(Arc::clone(key), Val { value, at: new.at.clone() });
    }
}

/// An object to which another one may have added keys.
fn with_unlisted(map: &Arc<Map>, unknown: Option<Arc<Unknown>>) -> Value {
    match unknown {
        None => Value::Map(Arc::clone(map)),
        Some(unknown) => {
            let open = map.open.clone().or(Some(Arc::new(unknown.nameless())));
            Value::Map(Arc::new(Map { open, ..(**map).clone() }))
        }
    }
}

/// Elements that are neither strings nor numbers are compared one by one, but not more of them.
const MOST_COMPARED: usize = 300;

/// Elements of which no two are equal.
#[derive(Default)]
struct Distinct {
    kept: Vec<Val>,
    /// The strings and numbers among them.
    plain: HashSet<String>,
    /// The positions of the others.
    others: Vec<usize>,
}

/// A text that only equal values have, for values that are easily compared.
fn plain(val: &Val) -> Option<String> {
    match &val.value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => name_of(val),
        _ => None,
    }
}

impl Distinct {
    fn of(items: &[Val]) -> Outcome<Self> {
        let mut distinct = Self::default();
        items.iter().try_for_each(|item| distinct.add(item.clone()))?;
        Ok(distinct)
    }

    fn add(&mut self, val: Val) -> Outcome<()> {
        if self.holds(&val)? {
            return Ok(());
        }
        match plain(&val) {
            Some(plain) => drop(self.plain.insert(plain)),
            None => self.others.push(self.kept.len()),
        }
        self.kept.push(val);
        if self.others.len() > MOST_COMPARED {
            return Err(Stop::undecided(format!("more than {MOST_COMPARED} elements are not compared with one another")));
        }
        Ok(())
    }

    /// Whether an element is among them. Unknown if it is not known whether it is equal to one.
    fn holds(&self, wanted: &Val) -> Outcome<bool> {
        let of_kind = match plain(wanted) {
            Some(plain) if self.plain.contains(&plain) => return Ok(true),
            Some(_) => None,
            // Only these may be equal to what is not plain, unless it is unknown.
            None if !matches!(wanted.value, Value::Unknown(_)) => None,
            None => Some(&self.kept),
        };
        let others = self.others.iter().filter_map(|i| self.kept.get(*i));
        let mut outcome = Ok(false);
        for item in of_kind.into_iter().flatten().chain(others) {
            match equal_weighed(item, wanted) {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                Err(unknown) => outcome = outcome.and(Err(unknown)),
            }
        }
        outcome
    }
}

/// The elements or entries that all have.
pub(super) fn intersection(args: &Args) -> Outcome<Answer> {
    weigh(args.from(0))?;
    match args.value(0)? {
        Value::List(items) => {
            let others = args.from(1).iter().map(|other| Distinct::of(list_of(other)?)).collect::<Outcome<Vec<_>>>()?;
            let mut shared = Distinct::default();
            for item in items.iter() {
                let mut everywhere = true;
                for other in &others {
                    everywhere = everywhere && other.holds(item)?;
                }
                if everywhere {
                    shared.add(item.clone())?;
                }
            }
            args.listing(shared.kept)
        }
        Value::Map(map) => {
            let others = args.from(1).iter().map(map_of).collect::<Outcome<Vec<_>>>()?;
            if let Some(unknown) = others.iter().chain([&&**map]).find_map(|map| map.open.as_ref()) {
                return Err(Stop::Unknown(Arc::clone(unknown)));
            }
            let known: Vec<Spellings> = others.iter().map(|other| Spellings::of(other)).collect();
            let mut shared = Map::default();
            for (key, val) in &map.entries {
                let mut everywhere = true;
                for (other, known) in others.iter().zip(&known) {
                    let found = known.get(key).and_then(|key| other.entries.get(key));
                    everywhere = everywhere && found.map_or(Ok(false), |found| equal_weighed(found, val))?;
                }
                if everywhere {
                    shared.entries.insert(Arc::clone(key), val.clone());
                }
            }
            Ok(Answer::Made(Value::Map(Arc::new(shared))))
        }
        value => Err(wrong(value, "an array or an object")),
    }
}
