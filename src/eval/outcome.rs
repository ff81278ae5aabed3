//! What functions of both evaluators share: results that may not be there, bounds, and walks through values.

use crate::value::{Hop, Hops, Unknown, Val, Value};
use std::sync::Arc;

/// Why there is no result.
#[derive(Clone, Debug)]
pub enum Stop {
    /// It depends on something unknown.
    Unknown(Arc<Unknown>),
    /// Terraform or Azure refuses; the reason is in words for the user and starts lower-case.
    Refused(String),
}

/// A result, or why there is none.
pub type Outcome<T> = Result<T, Stop>;

impl Stop {
    /// Terraform or Azure refuses for this reason.
    pub fn refused(reason: impl Into<String>) -> Self {
        Self::Refused(reason.into())
    }

    /// There may well be a result, but it is not worked out here, for this reason. Also used for all limits of our own: an error would
    /// make Terraform's `try` choose its next argument, and so give a wrong value.
    pub fn undecided(reason: impl Into<Arc<str>>) -> Self {
        Self::Unknown(Arc::new(Unknown::new(reason, None)))
    }
}

/// Values nested deeper are not walked.
const DEEPEST_VALUE: usize = 200;
/// Values with more parts are not walked. Parts that are shared count each time they are met, and a text counts once more for every
/// 64 bytes.
const MOST_PARTS: usize = 1_000_000;
/// The direct parts of a value.
pub fn children(value: &Value) -> impl Iterator<Item = &Val> {
    let entries = match value {
        Value::Map(map) => Some(map.entries.values()),
        _ => None,
    };
    value.as_items().into_iter().flatten().chain(entries.into_iter().flatten())
}

/// Fails when a value is too deep or too large to be walked. Everything that recurses into values checks this first.
pub fn weigh<'a>(values: impl IntoIterator<Item = &'a Val>) -> Outcome<()> {
    fn spend(value: &Value, depth: usize, left: &mut usize) -> Outcome<()> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(Stop::undecided(format!("the value is nested more than {DEEPEST_VALUE} deep")));
        };
        *left = left
            .checked_sub(1 + value.as_str().map_or(0, str::len) / 64)
            .ok_or_else(|| Stop::undecided(format!("the value has more than {MOST_PARTS} parts")))?;
        children(value).try_for_each(|child| spend(&child.value, depth, left))
    }
    let mut left = MOST_PARTS;
    values.into_iter().try_for_each(|val| spend(&val.value, DEEPEST_VALUE, &mut left))
}

/// Fails with the first unknown anywhere in the value. An open map counts as one.
pub fn wholly_known(val: &Val) -> Outcome<()> {
    fn look(value: &Value) -> Outcome<()> {
        if let Value::Unknown(unknown) = value {
            return Err(Stop::Unknown(Arc::clone(unknown)));
        }
        children(value).try_for_each(|child| look(&child.value))?;
        match value {
            Value::Map(map) => map.open.as_ref().map_or(Ok(()), |open| Err(Stop::Unknown(Arc::clone(open)))),
            _ => Ok(()),
        }
    }
    weigh([val])?;
    look(&val.value)
}

/// No collection of more elements is made.
const MOST_ITEMS: usize = 100_000;
/// No text of more bytes is made.
const MOST_BYTES: usize = 1 << 20;

/// Fails for a collection that would be too large.
pub fn check_items(count: usize) -> Outcome<()> {
    if count <= MOST_ITEMS { Ok(()) } else { Err(Stop::undecided(format!("more than {MOST_ITEMS} elements are not worked out"))) }
}

/// Fails for a text that would be too long.
pub fn check_bytes(count: usize) -> Outcome<()> {
    if count <= MOST_BYTES { Ok(()) } else { Err(Stop::undecided("texts of more than 1 MiB are not worked out")) }
}

/// Collects elements up to the limit.
pub fn bounded(items: impl IntoIterator<Item = Val>) -> Outcome<Vec<Val>> {
    let items: Vec<Val> = items.into_iter().take(MOST_ITEMS + 1).collect();
    check_items(items.len()).map(|()| items)
}

/// The places of the arguments and of their elements. So many are looked at as can be kept, and some more because of repeated ones.
pub fn hops(args: &[Val]) -> Hops {
    let parts = args.iter().flat_map(|arg| children(&arg.value));
    let hops: Vec<Hop> = args.iter().chain(parts).flat_map(|val| val.at.hops.iter()).take(64).cloned().collect();
    Hops::from_vec(hops)
}

/// Of a larger collection only so many elements count as work.
const MOST_ELEMENTS: usize = 100_000;

/// About how much work a function has with a value: its elements, to some depth.
pub fn size(val: &Val, depth: usize) -> usize {
    let items = |items: &mut dyn Iterator<Item = &Val>| {
        if depth == 0 { 1 } else { items.take(MOST_ELEMENTS).map(|v| size(v, depth - 1)).sum::<usize>() + 1 }
    };
    match &val.value {
        Value::List(list) | Value::Set(list) => items(&mut list.iter()),
        Value::Map(map) => items(&mut map.entries.values()),
        Value::String(s) => 1 + s.len() / 64,
        _ => 1,
    }
}
