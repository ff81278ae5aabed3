//! Questions about what a string, an array or an object holds.

use super::Answer;
use super::args::{Args, int, stop, text_of, truth, wrong};
use super::compare::{end, equal_weighed, start};
use super::object::find;
use super::string::{units, upper};
use crate::eval::naming;
use crate::eval::outcome::{Outcome, Stop, weigh};
use crate::value::{TermPart, Val, Value};
use std::sync::Arc;

/// How many elements, characters or keys there are.
pub(super) fn length(args: &Args) -> Outcome<Answer> {
    let length = match args.value(0)? {
        Value::String(text) => text.encode_utf16().count(),
        Value::List(items) => items.len(),
        Value::Map(map) => match &map.open {
            Some(open) => return Err(Stop::Unknown(Arc::clone(open))),
            None => map.entries.len(),
        },
        value => return Err(wrong(value, "an array, object or string")),
    };
    int(i64::try_from(length).unwrap_or(i64::MAX))
}

pub(super) fn empty(args: &Args) -> Outcome<Answer> {
    let val = args.val(0)?;
    match &val.value {
        Value::Null => truth(true),
        Value::String(text) => truth(text.is_empty()),
        Value::List(items) => truth(items.is_empty()),
        Value::Map(map) => match &map.open {
            Some(open) if map.entries.is_empty() => Err(Stop::Unknown(Arc::clone(open))),
            _ => truth(map.entries.is_empty()),
        },
        Value::Unknown(_) if naming::is_id(val) || is_made_text(val) => truth(false),
        value => Err(wrong(value, "an array, object or string")),
    }
}

/// Whether a part of an unknown text is made by a function that never returns an empty one.
fn is_made_text(val: &Val) -> bool {
    let made = |part: &TermPart| matches!(part, TermPart::Symbol(s) if s.starts_with("uniqueString(") || s.starts_with("guid("));
    naming::parts(val).is_some_and(|parts| parts.iter().any(made))
}

/// Whether a string holds a text, an array an element, or an object a key. Letter case matters for all but keys.
pub(super) fn contains(args: &Args) -> Outcome<Answer> {
    let (val, wanted) = (args.val(0)?, args.val(1)?);
    match &val.value {
        Value::List(items) => any_equal(items, wanted),
        Value::Map(map) => match (find(map, text_of(wanted)?), &map.open) {
            (None, Some(open)) => Err(Stop::Unknown(Arc::clone(open))),
            (found, _) => truth(found.is_some()),
        },
        Value::String(text) => truth(text.contains(text_of(wanted)?)),
        Value::Unknown(_) => {
            // Only a text is known in part.
            let Some(wanted) = wanted.value.as_str() else { return stop(val) };
            let holds = |part: &TermPart| matches!(part, TermPart::Text(text) if text.contains(wanted));
            match naming::parts(val) {
                Some(parts) if parts.iter().any(holds) => truth(true),
                _ => stop(val),
            }
        }
        value => Err(wrong(value, "an array, object or string")),
    }
}

/// One element that is equal decides, whatever is unknown elsewhere.
fn any_equal(items: &[Val], wanted: &Val) -> Outcome<Answer> {
    weigh(items.iter().chain([wanted]))?;
    let mut outcome = truth(false);
    for item in items {
        match equal_weighed(item, wanted) {
            Ok(true) => return truth(true),
            Ok(false) => {}
            Err(unknown) => outcome = outcome.and(Err(unknown)),
        }
    }
    outcome
}

/// Letter case does not matter. Often decided even for an unknown text, by what its name starts with.
pub(super) fn starts_with(args: &Args) -> Outcome<Answer> {
    let wanted = upper(args.text(1)?);
    known_edge(args.val(0)?, |parts| upper(start(parts)), |known| known.starts_with(&wanted), wanted.len())
}

/// The same for the end.
pub(super) fn ends_with(args: &Args) -> Outcome<Answer> {
    let wanted = upper(args.text(1)?);
    known_edge(args.val(0)?, |parts| upper(end(parts)), |known| known.ends_with(&wanted), wanted.len())
}

fn known_edge(val: &Val, edge: impl Fn(&[TermPart]) -> String, holds: impl Fn(&str) -> bool, enough: usize) -> Outcome<Answer> {
    if !matches!(val.value, Value::Unknown(_)) {
        return truth(holds(&upper(text_of(val)?)));
    }
    let known = naming::parts(val).map_or_else(String::new, |parts| edge(&parts));
    if holds(&known) || known.len() >= enough {
        return truth(holds(&known));
    }
    stop(val)
}

pub(super) fn index_of(args: &Args) -> Outcome<Answer> {
    index(args, |mut places| places.next())
}

pub(super) fn last_index_of(args: &Args) -> Outcome<Answer> {
    index(args, |mut places| places.next_back())
}

/// A place in a string, where letter case does not matter, or in an array; -1 if there is none.
fn index(args: &Args, choose: fn(std::vec::IntoIter<usize>) -> Option<usize>) -> Outcome<Answer> {
    let wanted = args.val(1)?;
    let places: Vec<usize> = match args.value(0)? {
        Value::String(text) => {
            let (text, wanted) = (units(&upper(text))?, units(&upper(text_of(wanted)?))?);
            if wanted.is_empty() {
                return Err(Stop::undecided("where an empty text is found is not worked out"));
            }
            text.windows(wanted.len()).enumerate().filter(|(_, part)| *part == wanted).map(|(i, _)| i).collect()
        }
        Value::List(items) => {
            weigh(args.from(0))?;
            let same = items.iter().map(|item| equal_weighed(item, wanted)).collect::<Outcome<Vec<bool>>>()?;
            same.into_iter().enumerate().filter_map(|(i, same)| same.then_some(i)).collect()
        }
        value => return Err(wrong(value, "an array or a string")),
    };
    int(choose(places.into_iter()).and_then(|i| i64::try_from(i).ok()).unwrap_or(-1))
}
