//! Functions of arrays, and of strings as rows of characters. Elements may be unknown; they are handed on as they are.

use super::args::{Args, list_of, stop, whole_of, wrong};
use super::{Answer, string};
use crate::eval::naming;
use crate::eval::outcome::{Outcome, Stop, check_items};
use crate::value::{Val, Value};

pub(super) fn array(args: &Args) -> Outcome<Answer> {
    match args.value(0)? {
        // It may be an array already.
        Value::Unknown(_) if naming::is_id(args.val(0)?) => args.listing([args.val(0)?.clone()]),
        Value::Unknown(_) => stop(args.val(0)?),
        Value::List(_) => Ok(Answer::Given(args.val(0)?.clone())),
        _ => args.listing([args.val(0)?.clone()]),
    }
}

pub(super) fn create_array(args: &Args) -> Outcome<Answer> {
    args.listing(args.from(0).iter().cloned())
}

pub(super) fn flatten(args: &Args) -> Outcome<Answer> {
    let mut flat = Vec::new();
    for inner in args.list(0)? {
        flat.extend(list_of(inner)?.iter().cloned());
        check_items(flat.len())?;
    }
    args.listing(flat)
}

pub(super) fn first(args: &Args) -> Outcome<Answer> {
    match args.value(0)? {
        Value::List(items) => items.first().map_or(Ok(Answer::Made(Value::Null)), |item| args.element(0, item)),
        Value::String(text) if text.is_empty() => {
            Err(Stop::undecided("the first character of an empty string is not worked out"))
        }
        _ => string::cut(args.val(0)?, 0, Some(1)),
    }
}

pub(super) fn last(args: &Args) -> Outcome<Answer> {
    match args.value(0)? {
        Value::List(items) => items.last().map_or(Ok(Answer::Made(Value::Null)), |item| args.element(0, item)),
        Value::String(text) => {
            let units = string::units(text)?;
            let last = units.last().ok_or_else(|| Stop::undecided("the last character of an empty string is not worked out"))?;
            super::args::text(last.to_string())
        }
        value => Err(wrong(value, "an array or a string")),
    }
}

pub(super) fn take(args: &Args) -> Outcome<Answer> {
    let count = usize::try_from(args.int(1)?.max(0)).unwrap_or(usize::MAX);
    match args.value(0)? {
        Value::List(items) => args.listing(items.iter().take(count).cloned()),
        _ => string::cut(args.val(0)?, 0, Some(count)),
    }
}

pub(super) fn skip(args: &Args) -> Outcome<Answer> {
    let count = usize::try_from(args.int(1)?.max(0)).unwrap_or(usize::MAX);
    match args.value(0)? {
        Value::List(items) => args.listing(items.iter().skip(count).cloned()),
        _ => string::cut(args.val(0)?, count, None),
    }
}

/// The largest result of a start and a count, and the largest count. Source: the reference of `range`.
const LAST_OF_RANGE: i64 = 2_147_483_647;
const LONGEST_RANGE: i64 = 10_000;

pub(super) fn range(args: &Args) -> Outcome<Answer> {
    let (start, count) = (args.int(0)?, args.int(1)?);
    if !(0..=LONGEST_RANGE).contains(&count) {
        return Err(Stop::refused(format!("the count must be 0 to {LONGEST_RANGE}, not {count}")));
    }
    if start.saturating_add(count) > LAST_OF_RANGE {
        return Err(Stop::refused(format!("{start} and {count} together are more than {LAST_OF_RANGE}")));
    }
    args.listing((start..start + count).map(|n| args.made(Value::Number(n as f64))))
}

/// The element that is the n-th from the end, from 1.
fn from_end(items: &[Val], n: i64) -> Option<&Val> {
    items.len().checked_sub(usize::try_from(n).ok().filter(|n| *n > 0)?).and_then(|i| items.get(i))
}

pub(super) fn index_from_end(args: &Args) -> Outcome<Answer> {
    let (items, n) = (args.list(0)?, args.int(1)?);
    match from_end(items, n) {
        Some(item) => args.element(0, item),
        None => Err(Stop::refused(format!("there is no element {n} from the end of {}", items.len()))),
    }
}

pub(super) fn try_index_from_end(args: &Args) -> Outcome<Answer> {
    if args.value(0)?.is_null() {
        return Ok(Answer::Made(Value::Null));
    }
    let items = list_of(args.val(0)?)?;
    match from_end(items, whole_of(args.val(1)?)?) {
        Some(item) => args.element(0, item),
        None => Ok(Answer::Made(Value::Null)),
    }
}
