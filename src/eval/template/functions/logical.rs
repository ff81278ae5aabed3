//! Truth values. `if` is the evaluator's, and so are `and`, `or` and `coalesce` as far as they leave arguments unread.

use super::Answer;
use super::args::{Args, truth, wrong};
use crate::eval::naming::{called, is_id, name_of};
use crate::eval::outcome::{Outcome, Stop};
use crate::value::{Term, Unknown, Val, Value};
use std::sync::Arc;

/// A truth value, also written as a string.
fn truth_of(value: &Value) -> Outcome<bool> {
    match value {
        Value::Bool(truth) => Ok(*truth),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        Value::String(text) => Err(Stop::refused(format!("{text:?} is neither true nor false"))),
        value => Err(wrong(value, "a bool")),
    }
}

pub(super) fn bool(args: &Args) -> Outcome<Answer> {
    match args.value(0)? {
        Value::Number(number) => truth(*number != 0.0),
        value => truth(truth_of(value)?),
    }
}

pub(super) fn r#true(_: &Args) -> Outcome<Answer> {
    truth(true)
}

pub(super) fn r#false(_: &Args) -> Outcome<Answer> {
    truth(false)
}

/// Unknown under a name of its own.
fn unknown(why: &Unknown, name: Option<String>) -> Outcome<Answer> {
    Ok(Answer::Made(Value::Unknown(Arc::new(why.nameless().called(name.map(Term::symbol))))))
}

pub(super) fn not(args: &Args) -> Outcome<Answer> {
    match args.value(0)? {
        Value::Unknown(why) => {
            let name = name_of(args.val(0)?).map(|name| match name.strip_prefix("not(").and_then(|n| n.strip_suffix(')')) {
                Some(inner) => inner.to_owned(),
                None => format!("not({name})"),
            });
            unknown(why, name)
        }
        value => truth(!truth_of(value)?),
    }
}

pub(super) fn and(args: &Args) -> Outcome<Answer> {
    logical(args, "and", false)
}

pub(super) fn or(args: &Args) -> Outcome<Answer> {
    logical(args, "or", true)
}

/// One argument that decides is enough. Those that do not decide leave it to the unknown ones.
fn logical(args: &Args, name: &str, deciding: bool) -> Outcome<Answer> {
    let (mut open, mut why): (Vec<&Val>, Option<&Arc<Unknown>>) = (Vec::new(), None);
    for val in args.from(0) {
        match &val.value {
            Value::Unknown(unknown) => {
                open.push(val);
                why = why.or(Some(unknown));
            }
            value if truth_of(value)? == deciding => return truth(deciding),
            _ => {}
        }
    }
    match (why, open.as_slice()) {
        (None, _) => truth(!deciding),
        (Some(why), [only]) => unknown(why, name_of(only)),
        (Some(why), several) => unknown(why, called(name, several)),
    }
}

/// The first argument that is not null.
pub(super) fn coalesce(args: &Args) -> Outcome<Answer> {
    let left: Vec<&Val> = args.from(0).iter().filter(|val| !val.value.is_null()).collect();
    match left.as_slice() {
        [] => Ok(Answer::Made(Value::Null)),
        [only] => Ok(Answer::Given((*only).clone())),
        [first, ..] => match &first.value {
            Value::Unknown(why) if !is_id(first) => unknown(why, called("coalesce", &left)),
            _ => Ok(Answer::Given((*first).clone())),
        },
    }
}
