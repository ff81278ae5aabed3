//! Functions of lists, sets and maps. Parts that a function does not look at may be unknown; they are handed on as they are.

use super::super::convert::{self, Outcome, Place, Stop};
use super::args::{Args, bounded, check_items};
use super::{Answer, nameless, string};
use crate::value::{Map, TermPart, Unknown, Val, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

fn unknown<T>(unknown: &Arc<Unknown>) -> Outcome<T> {
    Err(Stop::Unknown(Arc::clone(unknown)))
}

/// Fails for a set whose size is open: an unknown element may be equal to another one.
fn check_size_known(val: &Val) -> Outcome<()> {
    match &val.value {
        Value::Set(items) if items.len() > 1 => convert::wholly_known(val),
        _ => Ok(()),
    }
}

/// Fails for a map that may have other keys.
fn check_closed(map: &Map) -> Outcome<()> {
    map.open.as_ref().map_or(Ok(()), unknown)
}

fn made_map(typed: bool, entries: BTreeMap<Arc<str>, Val>) -> Outcome<Answer> {
    check_items(entries.len())?;
    Ok(Answer::Made(if typed { Value::typed_map(entries) } else { Value::map(entries) }))
}

fn given(val: &Val) -> Outcome<Answer> {
    Ok(Answer::Given(val.clone()))
}

pub(super) fn length(args: &Args) -> Outcome<Answer> {
    let val = args.val(0)?;
    check_size_known(val)?;
    let length = match &val.value {
        Value::String(text) => string::count(text),
        Value::Map(map) => {
            check_closed(map)?;
            map.entries.len()
        }
        _ => args.items(0)?.len(),
    };
    Ok(Answer::Made(Value::Number(length as f64)))
}

/// The first argument that is neither null nor, if the common type is string, empty. A bare null or an unknown of any type among the
/// arguments allows that the others have no common type; then they stay as they are.
pub(super) fn coalesce(args: &Args) -> Outcome<Answer> {
    let any_type = args.from(0).iter().any(|val| matches!(val.value, Value::Null | Value::Unknown(_)));
    let candidates = match convert::unify(args.from(0)) {
        Err(_) if any_type => args.from(0).to_vec(),
        candidates => candidates?,
    };
    for val in candidates {
        match &val.value {
            Value::Unknown(reason) => return unknown(reason),
            Value::Null => {}
            Value::String(text) if text.is_empty() => {}
            _ => return Ok(Answer::Given(val)),
        }
    }
    Err(Stop::refused("every argument is null or empty"))
}

pub(super) fn coalescelist(args: &Args) -> Outcome<Answer> {
    let mut first = None;
    for (i, val) in args.from(0).iter().enumerate() {
        match &val.value {
            Value::Unknown(reason) if first.is_none() => return unknown(reason),
            Value::Null | Value::Unknown(_) => {}
            _ if args.list(i)?.is_empty() => {}
            _ => first = first.or(Some(val)),
        }
    }
    given(first.ok_or_else(|| Stop::refused("every argument is null or empty"))?)
}

pub(super) fn alltrue(args: &Args) -> Outcome<Answer> {
    all(args, true)
}

pub(super) fn anytrue(args: &Args) -> Outcome<Answer> {
    all(args, false)
}

/// One element that is not `wanted` decides. Null counts as false.
fn all(args: &Args, wanted: bool) -> Outcome<Answer> {
    let mut outcome = Ok(Answer::Made(Value::Bool(wanted)));
    for item in args.items(0)? {
        match &item.value {
            Value::Unknown(reason) => outcome = outcome.and_then(|_| unknown(reason)),
            value if matches!(value, Value::Bool(true)) == wanted => {}
            _ => return Ok(Answer::Made(Value::Bool(!wanted))),
        }
    }
    outcome
}

pub(super) fn chunklist(args: &Args) -> Outcome<Answer> {
    let (items, size) = (args.items(0)?, args.whole(1)?);
    let size = usize::try_from(size).map_err(|_| Stop::refused(format!("the size of a chunk cannot be {size}")))?;
    let size = if size == 0 { items.len().max(1) } else { size };
    args.listing(items.chunks(size).map(|chunk| args.made(Value::typed_list(chunk.to_vec()))))
}

pub(super) fn compact(args: &Args) -> Outcome<Answer> {
    let items = args.known_items(0)?.iter();
    args.listing(items.filter(|item| item.value.as_str().is_some_and(|text| !text.is_empty())).cloned())
}

pub(super) fn concat(args: &Args) -> Outcome<Answer> {
    let lists: Vec<&[Val]> = (0..args.from(0).len()).map(|i| args.list(i)).collect::<Outcome<_>>()?;
    let typed = (0..lists.len()).map(|i| args.is_typed(i)).collect::<Outcome<Vec<_>>>()?.into_iter().all(|typed| typed);
    let items: Vec<Val> = lists.into_iter().flatten().cloned().collect();
    args.sequence(typed, if typed { convert::unify(&items)? } else { items })
}

pub(super) fn contains(args: &Args) -> Outcome<Answer> {
    let (items, wanted) = (args.items(0)?, args.val(1)?);
    convert::weigh(args.from(0))?;
    let mut outcome = Ok(Answer::Made(Value::Bool(false)));
    for item in items {
        match convert::equal_weighed(&item.value, &wanted.value) {
            Ok(true) => return Ok(Answer::Made(Value::Bool(true))),
            Ok(false) => {}
            Err(stop) => outcome = outcome.and(Err(stop)),
        }
    }
    outcome
}

pub(super) fn index(args: &Args) -> Outcome<Answer> {
    let (items, wanted) = (args.list(0)?, args.val(1)?);
    convert::weigh(args.from(0))?;
    for (i, item) in items.iter().enumerate() {
        if convert::equal_weighed(&item.value, &wanted.value)? {
            return Ok(Answer::Made(Value::Number(i as f64)));
        }
    }
    Err(Stop::refused("the list has no such element"))
}

pub(super) fn distinct(args: &Args) -> Outcome<Answer> {
    let mut seen = BTreeSet::new();
    args.listing(args.known_items(0)?.iter().filter(|item| seen.insert(convert::place(&item.value))).cloned())
}

/// The index wraps around. A negative one is refused for tuples unless it is a multiple of the length: so Terraform 1.11 does.
pub(super) fn element(args: &Args) -> Outcome<Answer> {
    let (items, index) = (args.list(0)?, args.whole(1)?);
    let length = items.len() as i64;
    let wrapped = if args.is_typed(0)? { index.checked_rem_euclid(length) } else { index.checked_rem(length) };
    let wrapped = wrapped.ok_or_else(|| Stop::refused("an empty list has no elements"))?;
    let chosen = usize::try_from(wrapped).ok().and_then(|i| items.get(i));
    given(chosen.ok_or_else(|| Stop::refused(format!("the index cannot be {index}")))?)
}

pub(super) fn flatten(args: &Args) -> Outcome<Answer> {
    fn flatten_into(items: &[Val], out: &mut Vec<Val>) -> Outcome<()> {
        for item in items {
            check_size_known(item)?;
            match &item.value {
                Value::List(inner) | Value::Set(inner) => flatten_into(inner, out)?,
                Value::Unknown(reason) if !is_text(reason) => return unknown(reason),
                _ => out.push(item.clone()),
            }
            check_items(out.len())?;
        }
        Ok(())
    }
    convert::weigh([args.val(0)?])?;
    check_size_known(args.val(0)?)?;
    let mut out = Vec::new();
    flatten_into(args.items(0)?, &mut out)?;
    args.sequence(false, out)
}

/// Whether an unknown is known to be a text, and so no list: its name has more than one part, or is an attribute that always is one.
fn is_text(unknown: &Unknown) -> bool {
    match unknown.term.as_ref().map(|term| term.0.as_ref()) {
        Some([TermPart::Attribute(_, name)]) => {
            matches!(name.as_ref(), "id" | "name") || name.ends_with("_id") || name.ends_with("_name")
        }
        Some([TermPart::Text(_)]) => true,
        Some(parts) => parts.len() > 1,
        None => false,
    }
}

/// The keys stand where their entries do.
pub(super) fn keys(args: &Args) -> Outcome<Answer> {
    let map = args.map(0)?;
    check_closed(map)?;
    args.sequence(map.typed, map.entries.iter().map(|(key, entry)| Val::new(Value::String(Arc::clone(key)), entry.at.site)))
}

pub(super) fn values(args: &Args) -> Outcome<Answer> {
    let map = args.map(0)?;
    check_closed(map)?;
    args.sequence(map.typed, map.entries.values().cloned())
}

pub(super) fn lookup(args: &Args) -> Outcome<Answer> {
    if args.from(0).len() > 3 {
        return Err(Stop::refused(format!("takes 2 or 3 arguments, not {}", args.from(0).len())));
    }
    let (map, key) = (args.map(0)?, args.text(1)?);
    match (map.entries.get(key), &map.open, args.from(2)) {
        (Some(entry), ..) => given(entry),
        (None, Some(open), _) => unknown(open),
        (None, None, [default, ..]) if map.typed => given(&like_entries(map, default)?),
        (None, None, [default, ..]) => given(default),
        (None, None, []) => Err(Stop::refused(format!("the map has no key {key:?}"))),
    }
}

/// A default for a map has the type of its entries.
fn like_entries(map: &Map, default: &Val) -> Outcome<Val> {
    let convert = |value: &Value| match map.entries.values().map(|entry| &entry.value).find(|v| !v.is_null()) {
        Some(Value::String(_)) => convert::to_string(value).map(Value::String),
        Some(Value::Number(_)) => convert::to_number(value).map(Value::Number),
        Some(Value::Bool(_)) => convert::to_bool(value).map(Value::Bool),
        _ => Ok(value.clone()),
    };
    convert::convert_part(default, convert)
}

pub(super) fn matchkeys(args: &Args) -> Outcome<Answer> {
    let (values, keys, search) = (args.items(0)?, args.known_items(1)?, args.known_items(2)?);
    if values.len() != keys.len() {
        return Err(Stop::refused(format!("{} values but {} keys", values.len(), keys.len())));
    }
    let unified = convert::unify(&[keys, search].concat())?;
    let (keys, search) = unified.split_at_checked(keys.len()).unwrap_or_default();
    let search: BTreeSet<Place> = search.iter().map(|item| convert::place(&item.value)).collect();
    let found = values.iter().zip(keys).filter(|(_, key)| search.contains(&convert::place(&key.value)));
    args.listing(found.map(|(value, _)| value.clone()))
}

/// Later maps win. What an open or unknown map may contain makes the entries before it unknown, but not those behind it.
pub(super) fn merge(args: &Args) -> Outcome<Answer> {
    let mut merged = Map::default();
    for (i, val) in args.from(0).iter().enumerate() {
        let (entries, open) = match &val.value {
            Value::Null => continue,
            Value::Unknown(reason) => (None, Some(reason)),
            _ => (Some(&args.map(i)?.entries), args.map(i)?.open.as_ref()),
        };
        if let Some(open) = open {
            for entry in merged.entries.values_mut() {
                entry.value = nameless(open, args.site);
            }
            merged.open.get_or_insert_with(|| Arc::clone(open));
        }
        merged.entries.extend(entries.into_iter().flatten().map(|(key, entry)| (Arc::clone(key), entry.clone())));
        check_items(merged.entries.len())?;
    }
    let maps = (0..args.from(0).len()).all(|i| args.is_typed(i).unwrap_or(false));
    merged.typed = maps && !args.from(0).is_empty() && have_one_kind(merged.entries.values());
    Ok(Answer::Made(Value::Map(Arc::new(merged))))
}

/// Whether no two of the values are of different kinds. Null and unknown ones may be of any.
fn have_one_kind<'v>(values: impl Iterator<Item = &'v Val>) -> bool {
    let mut kinds = values.filter(|v| !matches!(v.value, Value::Null | Value::Unknown(_))).map(|v| v.value.kind());
    let first = kinds.next();
    kinds.all(|kind| Some(kind) == first)
}

pub(super) fn one(args: &Args) -> Outcome<Answer> {
    check_size_known(args.val(0)?)?;
    match args.items(0)? {
        [] => Ok(Answer::Made(Value::Null)),
        [only] => given(only),
        items => Err(Stop::refused(format!("at most one element is allowed, not {}", items.len()))),
    }
}

pub(super) fn reverse(args: &Args) -> Outcome<Answer> {
    check_size_known(args.val(0)?)?;
    args.sequence(args.is_typed(0)?, args.items(0)?.iter().rev().cloned())
}

pub(super) fn slice(args: &Args) -> Outcome<Answer> {
    let (items, start, end) = (args.list(0)?, args.whole(1)?, args.whole(2)?);
    let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
    let part = range.and_then(|(start, end)| items.get(start..end));
    let wrong = || Stop::refused(format!("{start} to {end} is no part of a list of {} elements", items.len()));
    args.sequence(args.is_typed(0)?, part.ok_or_else(wrong)?.iter().cloned())
}

pub(super) fn transpose(args: &Args) -> Outcome<Answer> {
    convert::wholly_known(args.val(0)?)?;
    let mut transposed: BTreeMap<Arc<str>, Vec<Val>> = BTreeMap::new();
    for (key, list) in &args.map(0)?.entries {
        let items = list.value.as_items().ok_or_else(|| Stop::refused(format!("{key:?} holds no list")))?;
        for item in items {
            let made = args.made(Value::String(Arc::clone(key)));
            transposed.entry(convert::to_string(&item.value)?).or_default().push(made);
        }
    }
    made_map(true, transposed.into_iter().map(|(key, list)| (key, args.made(Value::typed_list(list)))).collect())
}

pub(super) fn zipmap(args: &Args) -> Outcome<Answer> {
    let (keys, values) = (args.known_items(0)?, args.list(1)?);
    if keys.len() != values.len() {
        return Err(Stop::refused(format!("{} keys but {} values", keys.len(), values.len())));
    }
    let entry = |(key, value): (&Val, &Val)| Ok((convert::to_string(&key.value)?, value.clone()));
    made_map(args.is_typed(1)?, keys.iter().zip(values).map(entry).collect::<Outcome<_>>()?)
}

pub(super) fn setproduct(args: &Args) -> Outcome<Answer> {
    if args.from(0).len() < 2 {
        return Err(Stop::refused("takes at least 2 arguments"));
    }
    let mut rows: Vec<Vec<Val>> = vec![Vec::new()];
    for (i, val) in args.from(0).iter().enumerate() {
        check_size_known(val)?;
        let items = convert::unify(args.items(i)?)?;
        check_items(rows.len().saturating_mul(items.len()))?;
        let extended =
            |row: &Vec<Val>| items.iter().map(|item| [row.as_slice(), std::slice::from_ref(item)].concat()).collect::<Vec<_>>();
        rows = rows.iter().flat_map(extended).collect();
    }
    let rows: Vec<Val> = rows.into_iter().map(|row| args.made(Value::list(row))).collect();
    if args.from(0).iter().all(|val| matches!(val.value, Value::List(_))) {
        return args.listing(rows);
    }
    Ok(Answer::Made(convert::set(rows)?))
}

/// The elements of all sets, converted to one type, set by set.
fn unified_sets(args: &Args) -> Outcome<Vec<Vec<Val>>> {
    let sets: Vec<&[Val]> = (0..args.from(0).len()).map(|i| args.items(i)).collect::<Outcome<_>>()?;
    let mut unified = convert::unify(&sets.concat())?.into_iter();
    Ok(sets.iter().map(|set| unified.by_ref().take(set.len()).collect()).collect())
}

pub(super) fn setunion(args: &Args) -> Outcome<Answer> {
    Ok(Answer::Made(convert::set(bounded(unified_sets(args)?.concat())?)?))
}

pub(super) fn setintersection(args: &Args) -> Outcome<Answer> {
    choose(args, true)
}

pub(super) fn setsubtract(args: &Args) -> Outcome<Answer> {
    choose(args, false)
}

/// The elements of the first set that are members of all the others, or of none.
fn choose(args: &Args, members: bool) -> Outcome<Answer> {
    args.from(0).iter().try_for_each(convert::wholly_known)?;
    let mut sets = unified_sets(args)?.into_iter();
    let mut chosen = sets.next().unwrap_or_default();
    for other in sets {
        let other: BTreeSet<Place> = other.iter().map(|item| convert::place(&item.value)).collect();
        chosen.retain(|item| other.contains(&convert::place(&item.value)) == members);
    }
    Ok(Answer::Made(convert::set(chosen)?))
}
