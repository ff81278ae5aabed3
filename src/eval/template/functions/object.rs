//! Objects. Letter case does not matter in keys.

use super::Answer;
use super::args::{Args, wrong};
use crate::eval::naming::further;
use crate::eval::outcome::{Outcome, Stop, check_items};
use crate::value::{Map, Unknown, Val, Value};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The entry of a key, in any letter case.
pub(super) fn find<'m>(map: &'m Map, key: &str) -> Option<&'m Val> {
    spelling(map, key).and_then(|key| map.entries.get(&key))
}

/// How a key is spelled in an object.
fn spelling(map: &Map, key: &str) -> Option<Arc<str>> {
    let same = map.entries.get_key_value(key).map(|(key, _)| key);
    same.or_else(|| map.entries.keys().find(|k| k.eq_ignore_ascii_case(key))).cloned()
}

/// How keys are spelled, by their small letters: for many questions about one object.
#[derive(Default)]
pub(super) struct Spellings(HashMap<String, Arc<str>>);

impl Spellings {
    /// The keys of an object.
    pub(super) fn of(map: &Map) -> Self {
        let mut spellings = Self::default();
        map.entries.keys().for_each(|key| drop(spellings.add(key)));
        spellings
    }

    /// Adds a key. If it is there already, gives its spelling, which stays.
    pub(super) fn add(&mut self, key: &Arc<str>) -> Option<Arc<str>> {
        match self.0.entry(key.to_ascii_lowercase()) {
            std::collections::hash_map::Entry::Occupied(entry) => Some(Arc::clone(entry.get())),
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(Arc::clone(key));
                None
            }
        }
    }

    /// How a key is spelled.
    pub(super) fn get(&self, key: &str) -> Option<&Arc<str>> {
        self.0.get(&key.to_ascii_lowercase())
    }
}

pub(super) fn null(_: &Args) -> Outcome<Answer> {
    Ok(Answer::Made(Value::Null))
}

pub(super) fn create_object(args: &Args) -> Outcome<Answer> {
    let mut map = Map::default();
    for pair in args.from(0).chunks(2) {
        let [key, val] = pair else { return Err(Stop::refused("a key has no value")) };
        match &key.value {
            Value::String(key) => set(&mut map, key, val.clone()),
            Value::Unknown(unknown) => open(&mut map, unknown),
            value => return Err(wrong(value, "a string as key")),
        }
        check_items(map.entries.len())?;
    }
    Ok(Answer::Made(Value::Map(Arc::new(map))))
}

/// Sets an entry; a key that is there keeps its spelling.
fn set(map: &mut Map, key: &Arc<str>, val: Val) {
    let key = spelling(map, key).unwrap_or_else(|| Arc::clone(key));
    map.entries.insert(key, val);
}

/// What comes next may be any of the keys before it, or another one.
pub(super) fn open(map: &mut Map, unknown: &Arc<Unknown>) {
    let unknown = Arc::new(unknown.nameless());
    map.entries.values_mut().for_each(|entry| entry.value = Value::Unknown(Arc::clone(&unknown)));
    map.open.get_or_insert(unknown);
}

/// The entries in the order of `items`: letter case matters only where nothing else differs, and small letters come first.
fn in_order(map: &Map) -> Outcome<Vec<(&Arc<str>, &Val)>> {
    if let Some(open) = &map.open {
        return Err(Stop::Unknown(Arc::clone(open)));
    }
    let mut entries: Vec<_> = map.entries.iter().collect();
    entries.sort_by(|(a, _), (b, _)| a.to_ascii_uppercase().cmp(&b.to_ascii_uppercase()).then_with(|| b.cmp(a)));
    Ok(entries)
}

pub(super) fn items(args: &Args) -> Outcome<Answer> {
    let pair = |(key, val): (&Arc<str>, &Val)| {
        let key = Val::new(Value::String(Arc::clone(key)), val.at.site);
        let entries = BTreeMap::from([("key".into(), key), ("value".into(), val.clone())]);
        Val::new(Value::map(entries), val.at.site)
    };
    args.listing(in_order(args.map(0)?)?.into_iter().map(pair))
}

pub(super) fn object_keys(args: &Args) -> Outcome<Answer> {
    args.listing(in_order(args.map(0)?)?.into_iter().map(|(key, _)| args.made(Value::String(Arc::clone(key)))))
}

/// Follows keys and positions; null as soon as one is not there.
pub(super) fn try_get(args: &Args) -> Outcome<Answer> {
    let mut val = args.val(0)?.clone();
    for step in args.from(1) {
        let found = match (&val.value, &step.value) {
            (Value::Null, _) => None,
            (Value::Unknown(unknown), step) => Some(deeper(&val, unknown, step, args)),
            (Value::Map(map), Value::String(key)) => match (find(map, key), &map.open) {
                (Some(found), _) => Some(val.element(found)),
                (None, Some(open)) => Some(deeper(&val, open, &step.value, args)),
                (None, None) => None,
            },
            (Value::List(items), Value::Number(index)) => {
                let found = if index.fract() == 0.0 && *index >= 0.0 { items.get(*index as usize) } else { None };
                found.map(|found| val.element(found))
            }
            _ => return Err(Stop::undecided("a member of what has no members is not worked out")),
        };
        match found {
            Some(found) => val = found,
            None => return Ok(Answer::Made(Value::Null)),
        }
    }
    Ok(Answer::Given(val))
}

/// A member of something unknown.
fn deeper(val: &Val, unknown: &Arc<Unknown>, step: &Value, args: &Args) -> Val {
    let step = match step {
        Value::Number(index) => format!("[{index}]"),
        step => step.as_str().unwrap_or("[]").to_owned(),
    };
    Val { value: Value::Unknown(further(unknown, &step, args.site)), at: val.at.clone() }
}
