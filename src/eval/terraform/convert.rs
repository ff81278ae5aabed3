//! Terraform's conversions between kinds of values, its equality, and the order of its sets.
//!
//! Values do not carry types. Lists are told from tuples and maps from objects; the type of a null, of an unknown or of the elements of an
//! empty list is not known, so that what depends on it in Terraform (whether there is an error, or a conversion) does not happen here.
//!
//! Numbers are `f64` where Terraform keeps 512 bits. Whole numbers up to 2^53 are exact. Larger ones have no reliable text, so
//! their text is unknown rather than wrong. Fractions print as the shortest text that reads back as the same `f64`, which is what
//! was written unless it has more than 15 digits.
//!
//! Source of the rules: Terraform 1.11.4 and the module it takes them from, `zclconf/go-cty` 1.16.0 (`cty/convert`, `cty/value_ops.go`,
//! `cty/set_internals.go`).

pub use crate::eval::outcome::{Outcome, Stop, wholly_known};
pub(super) use crate::eval::outcome::{children, weigh};
use crate::value::{Map, Val, Value};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

/// An `f64` keeps every decimal number of so many digits.
const MOST_DIGITS: usize = 15;
/// The largest `f64` up to which every whole number has its own `f64`.
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

/// Whether any part is a map that may have other keys, such as a resource, the type of which is known to its provider only.
pub(super) fn has_open_part(val: &Val) -> bool {
    let open = matches!(&val.value, Value::Map(map) if map.open.is_some());
    open || children(&val.value).any(has_open_part)
}

/// Whether two values are of one simple type.
pub(super) fn is_plain_pair(a: &Value, b: &Value) -> bool {
    shape(a) == Some(Shape::Primitive) && a.kind() == b.kind()
}

/// The text of a number as Terraform writes it: never with an exponent.
pub fn number_text(number: f64) -> Outcome<String> {
    check_exact(number)?;
    let text = number.to_string();
    let digits = text.trim_start_matches(['-', '0', '.']).bytes().filter(u8::is_ascii_digit).count();
    if number.fract() != 0.0 && digits > MOST_DIGITS {
        return Err(Stop::undecided(format!("numbers are not kept with more than {MOST_DIGITS} digits")));
    }
    Ok(text)
}

/// Fails for a number so large that it may stand for others too.
pub fn check_exact(number: f64) -> Outcome<()> {
    if number.abs() > LARGEST_EXACT || !number.is_finite() {
        return Err(Stop::undecided("numbers beyond 2^53 are not kept exactly"));
    }
    Ok(())
}

/// The number that a text stands for in decimal notation, with or without fraction and exponent.
pub fn parse_number(text: &str) -> Outcome<f64> {
    let refused = || Stop::refused(format!("{text:?} is not a number"));
    // Go knows infinity, and exponents of 2 behind a p.
    let of_go = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'p')) && text.contains('p');
    if of_go || matches!(text.trim_start_matches(['+', '-']), "Inf" | "inf") {
        return Err(Stop::undecided(format!("{text:?} as a number is not worked out")));
    }
    if !text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E')) {
        return Err(refused());
    }
    let number: f64 = text.parse().map_err(|_| refused())?;
    check_exact(number).map(|()| number)
}

/// The whole number that a number is.
pub fn whole(number: f64) -> Outcome<i64> {
    check_exact(number)?;
    if number.fract() != 0.0 {
        return Err(Stop::refused(format!("{number} is not a whole number")));
    }
    Ok(number as i64)
}

fn cannot_become(value: &Value, wanted: &str) -> Stop {
    match value {
        Value::Unknown(unknown) => Stop::Unknown(Arc::clone(unknown)),
        Value::Null => Stop::refused(format!("null where a {wanted} is needed")),
        _ => Stop::refused(format!("{} where a {wanted} is needed", value.kind())),
    }
}

/// Conversion to string. `null` is refused: callers that pass it on must look for it first.
pub fn to_string(value: &Value) -> Outcome<Arc<str>> {
    match value {
        Value::String(text) => Ok(Arc::clone(text)),
        Value::Number(number) => number_text(*number).map(Arc::from),
        Value::Bool(truth) => Ok(if *truth { "true" } else { "false" }.into()),
        _ => Err(cannot_become(value, "string")),
    }
}

/// Conversion to number. `null` is refused.
pub fn to_number(value: &Value) -> Outcome<f64> {
    match value {
        Value::Number(number) => Ok(*number),
        Value::String(text) => parse_number(text),
        _ => Err(cannot_become(value, "number")),
    }
}

/// Conversion to bool. `null` is refused.
pub fn to_bool(value: &Value) -> Outcome<bool> {
    match value {
        Value::Bool(truth) => Ok(*truth),
        Value::String(text) => match text.as_ref() {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err(Stop::refused(format!("{text:?} is neither \"true\" nor \"false\""))),
        },
        _ => Err(cannot_become(value, "bool")),
    }
}

/// The elements of a list or set, converted to one common type.
pub fn to_list(val: &Val) -> Outcome<Vec<Val>> {
    unify(val.value.as_items().ok_or_else(|| cannot_become(&val.value, "list"))?)
}

/// A set of the elements of a list or set, converted to one common type.
pub fn to_set(val: &Val) -> Outcome<Value> {
    set(to_list(val)?)
}

/// A map whose values are converted to one common type. An open map stays open.
pub fn to_map(val: &Val) -> Outcome<Value> {
    let Value::Map(map) = &val.value else { return Err(cannot_become(&val.value, "map")) };
    let values: Vec<Val> = map.entries.values().cloned().collect();
    let entries = map.entries.keys().cloned().zip(unify(&values)?).collect();
    Ok(Value::Map(Arc::new(Map { entries, typed: true, open: map.open.clone() })))
}

/// Applies a conversion to one part of a value. What is null or unknown stays so.
pub(super) fn convert_part(val: &Val, convert: impl Fn(&Value) -> Outcome<Value>) -> Outcome<Val> {
    let value = match convert(&val.value) {
        _ if val.value.is_null() => Value::Null,
        Ok(value) => value,
        Err(Stop::Unknown(unknown)) => Value::Unknown(unknown),
        Err(refused) => return Err(refused),
    };
    Ok(Val { value, at: val.at.clone() })
}

/// Converts values to one common type, as Terraform does with the elements of a list. Null and unknown ones fit every type.
pub fn unify(values: &[Val]) -> Outcome<Vec<Val>> {
    weigh(values)?;
    unify_weighed(values)
}

#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Primitive,
    List,
    Set,
    Map,
}

fn shape(value: &Value) -> Option<Shape> {
    match value {
        Value::Null | Value::Unknown(_) => None,
        Value::Bool(_) | Value::Number(_) | Value::String(_) => Some(Shape::Primitive),
        Value::List(_) => Some(Shape::List),
        Value::Set(_) => Some(Shape::Set),
        Value::Map(_) => Some(Shape::Map),
    }
}

fn unify_weighed(values: &[Val]) -> Outcome<Vec<Val>> {
    let mut shapes = values.iter().filter_map(|val| shape(&val.value));
    let Some(first) = shapes.next() else { return Ok(values.to_vec()) };
    if shapes.any(|other| other != first) {
        if values.iter().all(|val| matches!(shape(&val.value), None | Some(Shape::List | Shape::Set))) {
            return unify_sequences(values);
        }
        return Err(if values.iter().any(|val| shape(&val.value).is_none()) {
            Stop::undecided("whether these values have a common type depends on the type of an unknown or null one")
        } else {
            Stop::refused("the elements have no common type")
        });
    }
    match first {
        Shape::Primitive => unify_primitives(values),
        Shape::List => unify_lists(values),
        Shape::Set => unify_all_parts(values),
        Shape::Map => unify_maps(values),
    }
}

fn unify_primitives(values: &[Val]) -> Outcome<Vec<Val>> {
    let mut known = values.iter().map(|val| &val.value).filter(|value| shape(value).is_some());
    let first = known.next();
    if known.all(|value| first.is_some_and(|f| f.kind() == value.kind())) {
        return Ok(values.to_vec());
    }
    if !values.iter().any(|val| matches!(val.value, Value::String(_))) {
        return Err(Stop::refused("bool and number have no common type"));
    }
    values.iter().map(|val| convert_part(val, |value| to_string(value).map(Value::String))).collect()
}

/// Tuples of one length are unified position by position; others, and lists, become lists.
fn unify_lists(values: &[Val]) -> Outcome<Vec<Val>> {
    let lists: Vec<&[Val]> = values.iter().filter_map(|val| val.value.as_items()).collect();
    let length = lists.first().map_or(0, |list| list.len());
    let typed = |val: &Val| matches!(&val.value, Value::List(items) if items.typed);
    if lists.iter().any(|list| list.len() != length) || values.iter().any(typed) {
        return unify_all_parts(values);
    }
    let mut rows: Vec<Vec<Val>> = vec![Vec::with_capacity(length); lists.len()];
    for position in 0..length {
        let column: Vec<Val> = lists.iter().filter_map(|list| list.get(position)).cloned().collect();
        for (row, cell) in rows.iter_mut().zip(unify_weighed(&column)?) {
            row.push(cell);
        }
    }
    let mut rows = rows.into_iter();
    rebuild(values, |_| Value::list(rows.next().unwrap_or_default()))
}

/// Sets become lists when there is a list among them, and tuples become sets when there is none.
fn unify_sequences(values: &[Val]) -> Outcome<Vec<Val>> {
    let lists = values.iter().any(|val| matches!(&val.value, Value::List(items) if items.typed));
    let unified = unify_all_parts(values)?;
    rebuild(&unified, |value| match value.as_items() {
        Some(items) if lists => Value::typed_list(items.to_vec()),
        Some(items) => Value::set(sorted(items.to_vec())),
        None => value.clone(),
    })
}

/// Objects with the same keys are unified key by key, others become maps.
fn unify_maps(values: &[Val]) -> Outcome<Vec<Val>> {
    let maps: Vec<&Map> = values.iter().filter_map(|val| as_map(&val.value)).collect();
    let Some(first) = maps.first() else { return Ok(values.to_vec()) };
    if maps.iter().any(|map| map.typed || !map.entries.keys().eq(first.entries.keys())) {
        return unify_all_parts(values);
    }
    let mut rows: Vec<BTreeMap<Arc<str>, Val>> = vec![BTreeMap::new(); maps.len()];
    for key in first.entries.keys() {
        let column: Vec<Val> = maps.iter().filter_map(|map| map.entries.get(key)).cloned().collect();
        for (row, cell) in rows.iter_mut().zip(unify_weighed(&column)?) {
            row.insert(Arc::clone(key), cell);
        }
    }
    let mut rows = rows.into_iter();
    rebuild(values, |value| {
        let open = as_map(value).and_then(|map| map.open.clone());
        Value::Map(Arc::new(Map { entries: rows.next().unwrap_or_default(), typed: false, open }))
    })
}

/// Unifies all parts of all values together and puts them back where they were.
fn unify_all_parts(values: &[Val]) -> Outcome<Vec<Val>> {
    let parts: Vec<Val> = values.iter().flat_map(|val| children(&val.value)).cloned().collect();
    let mut parts = unify_weighed(&parts)?.into_iter();
    rebuild(values, |value| match value {
        Value::Map(map) => {
            let entries = map.entries.keys().cloned().zip(parts.by_ref()).collect();
            Value::Map(Arc::new(Map { entries, typed: true, open: map.open.clone() }))
        }
        Value::Set(items) => Value::set(sorted(parts.by_ref().take(items.len()).collect())),
        _ => Value::typed_list(parts.by_ref().take(value.as_items().map_or(0, <[Val]>::len)).collect()),
    })
}

fn rebuild(values: &[Val], mut build: impl FnMut(&Value) -> Value) -> Outcome<Vec<Val>> {
    let rebuilt = values.iter().map(|val| match shape(&val.value) {
        None => val.clone(),
        Some(_) => Val { value: build(&val.value), at: val.at.clone() },
    });
    Ok(rebuilt.collect())
}

fn as_map(value: &Value) -> Option<&Map> {
    match value {
        Value::Map(map) => Some(map),
        _ => None,
    }
}

/// Terraform's `==`: nothing is converted, so `1 == "1"` is false. Fails only with an unknown.
pub fn equal(a: &Val, b: &Val) -> Outcome<bool> {
    weigh([a, b])?;
    equal_weighed(&a.value, &b.value)
}

/// The same for values that were weighed.
pub(super) fn equal_weighed(a: &Value, b: &Value) -> Outcome<bool> {
    match (a, b) {
        (Value::Unknown(x), Value::Unknown(y)) if x.term.is_some() && x.term == y.term => Ok(true),
        (Value::Unknown(u), _) | (_, Value::Unknown(u)) => Err(Stop::Unknown(Arc::clone(u))),
        (Value::Null, Value::Null) => Ok(true),
        (Value::Bool(x), Value::Bool(y)) => Ok(x == y),
        (Value::Number(x), Value::Number(y)) => Ok(x == y),
        (Value::String(x), Value::String(y)) => Ok(x == y),
        (Value::List(x), Value::List(y)) if x.typed == y.typed && x.len() == y.len() => all_equal(x.iter().zip(y.iter())),
        (Value::Set(x), Value::Set(y)) => equal_sets(x, y),
        (Value::Map(x), Value::Map(y)) => equal_maps(x, y),
        _ => Ok(false),
    }
}

/// One pair that differs decides, whatever is unknown elsewhere.
fn all_equal<'a>(pairs: impl Iterator<Item = (&'a Val, &'a Val)>) -> Outcome<bool> {
    let mut outcome = Ok(true);
    for (a, b) in pairs {
        match equal_weighed(&a.value, &b.value) {
            Ok(true) => {}
            Ok(false) => return Ok(false),
            unknown => outcome = outcome.and(unknown),
        }
    }
    outcome
}

/// An unknown element may turn out to be any other one, so that even the number of elements is open.
fn equal_sets(a: &[Val], b: &[Val]) -> Outcome<bool> {
    a.iter().chain(b).try_for_each(wholly_known)?;
    if a.len() != b.len() {
        return Ok(false);
    }
    all_equal(a.iter().zip(b))
}

fn equal_maps(a: &Map, b: &Map) -> Outcome<bool> {
    let lacks = |of: &Map, in_: &Map| in_.open.is_none() && of.entries.keys().any(|key| !in_.entries.contains_key(key));
    if a.typed != b.typed || lacks(a, b) || lacks(b, a) {
        return Ok(false);
    }
    let both = a.entries.iter().filter_map(|(key, x)| b.entries.get(key).map(|y| (x, y)));
    match (all_equal(both), a.open.as_ref().or(b.open.as_ref())) {
        (Ok(true), Some(open)) => Err(Stop::Unknown(Arc::clone(open))),
        (outcome, _) => outcome,
    }
}

/// A set of these elements, which must already have one type.
pub fn set(items: Vec<Val>) -> Outcome<Value> {
    weigh(&items)?;
    Ok(Value::set(sorted(items)))
}

/// Where an element stands in a set: Terraform sorts strings, numbers and bools, then what is unknown, then null. For other
/// elements its order is an undocumented one, by a text of the element, which is imitated here. Wholly known elements of one type
/// have the same place exactly when they are equal.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Bool(bool),
    Number(Total),
    Text(Arc<str>),
    Deep(String),
    Unknown,
    Null,
}

/// Numbers in a total order in which -0 is 0.
#[derive(PartialEq)]
pub(super) struct Total(f64);

impl Eq for Total {}

impl PartialOrd for Total {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Total {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.0 + 0.0).total_cmp(&(other.0 + 0.0))
    }
}

/// The place of a value that was weighed.
pub(super) fn place(value: &Value) -> Place {
    match value {
        Value::Null => Place::Null,
        Value::Bool(truth) => Place::Bool(*truth),
        Value::Number(number) => Place::Number(Total(*number)),
        Value::String(text) => Place::Text(Arc::clone(text)),
        Value::Unknown(_) => Place::Unknown,
        Value::List(_) | Value::Set(_) | Value::Map(_) => {
            let mut text = String::new();
            describe(value, &mut text);
            Place::Deep(text)
        }
    }
}

fn describe(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push('~'),
        Value::Bool(truth) => out.push(if *truth { 'T' } else { 'F' }),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::String(text) => out.push_str(&format!("{text:?}")),
        Value::Unknown(_) => out.push('?'),
        Value::List(items) | Value::Set(items) => {
            out.push(if items.typed { '[' } else { '<' });
            for item in items.iter() {
                describe(&item.value, out);
                out.push(';');
            }
            out.push(if items.typed { ']' } else { '>' });
        }
        Value::Map(map) => {
            out.push(if map.typed { '{' } else { '<' });
            for (key, entry) in &map.entries {
                if map.typed {
                    out.push_str(&format!("{key:?}:"));
                }
                describe(&entry.value, out);
                out.push(';');
            }
            out.push(if map.typed { '}' } else { '>' });
        }
    }
}

fn sorted(mut items: Vec<Val>) -> Vec<Val> {
    items.sort_by_cached_key(|item| place(&item.value));
    items.dedup_by(|a, b| matches!(equal_weighed(&a.value, &b.value), Ok(true)));
    items
}
