//! Arguments: what a function asks for, and access to what it got. Nothing is converted.

use super::{Answer, Function};
use crate::eval::outcome::{Outcome, Stop, bounded};
use crate::eval::terraform::convert;
use crate::source::Span;
use crate::value::{Map, Val, Value};
use std::sync::Arc;

/// What a function asks of one argument. An argument that does not fit is refused or, when it is unknown, makes the result unknown,
/// before the function is entered. Only `Any` accepts null, only `Any` and `NotNull` accept an unknown.
#[derive(Clone, Copy, Debug)]
pub(super) enum Param {
    /// Any value at all.
    Any,
    /// Any value but null, even an unknown one.
    NotNull,
    /// Any known value; parts of it may be unknown or null.
    Known,
    /// A string.
    Text,
    /// A whole number.
    Int,
    /// An array; elements may be unknown or null.
    List,
    /// An object; values may be unknown or null, and it may be open.
    Map,
}

impl Param {
    fn check(self, arg: &Val) -> Outcome<()> {
        match (self, &arg.value) {
            (Self::Any, _) => Ok(()),
            (_, Value::Null) => Err(Stop::refused("null is not accepted")),
            (Self::NotNull, _) => Ok(()),
            (_, Value::Unknown(unknown)) => Err(Stop::Unknown(Arc::clone(unknown))),
            (Self::Known, _) | (Self::Text, Value::String(_)) => Ok(()),
            (Self::Int, Value::Number(number)) => convert::whole(*number).map(|_| ()),
            (Self::List, Value::List(_)) | (Self::Map, Value::Map(_)) => Ok(()),
            (Self::Text, value) => Err(wrong(value, "a string")),
            (Self::Int, value) => Err(wrong(value, "a whole number")),
            (Self::List, value) => Err(wrong(value, "an array")),
            (Self::Map, value) => Err(wrong(value, "an object")),
        }
    }
}

/// Why a value is no such thing.
pub(super) fn wrong(value: &Value, wanted: &str) -> Stop {
    match value {
        Value::Unknown(unknown) => Stop::Unknown(Arc::clone(unknown)),
        Value::List(_) | Value::Set(_) => Stop::refused(format!("array where {wanted} is needed")),
        value => Stop::refused(format!("{} where {wanted} is needed", value.kind())),
    }
}

/// The arguments of one call. Positions count from 0.
pub(super) struct Args<'a> {
    vals: &'a [Val],
    /// The call.
    pub(super) site: Span,
}

impl<'a> Args<'a> {
    /// Checks the arguments. One that is refused wins over one that is unknown.
    pub(super) fn new(function: &Function, vals: &'a [Val], site: Span) -> Outcome<Self> {
        let (least, most) = (function.params.len(), function.params.len() + function.optional.len());
        if vals.len() < least || (function.rest.is_none() && vals.len() > most) {
            let takes = match function.rest {
                Some(_) => format!("at least {least}"),
                None if least < most => format!("{least} to {most}"),
                None => least.to_string(),
            };
            return Err(Stop::refused(format!("it takes {takes} arguments, not {}", vals.len())));
        }
        let params = function.params.iter().chain(function.optional).copied().chain(function.rest.into_iter().cycle());
        let mut unknown = None;
        for (i, (arg, param)) in vals.iter().zip(params).enumerate() {
            match param.check(arg) {
                Ok(()) => {}
                Err(Stop::Refused(reason)) => return Err(Stop::Refused(format!("argument {}: {reason}", i + 1))),
                Err(stop) => unknown = unknown.or(Some(stop)),
            }
        }
        unknown.map_or(Ok(Self { vals, site }), Err)
    }

    /// Arguments that were checked otherwise.
    pub(super) fn unchecked(vals: &'a [Val], site: Span) -> Self {
        Self { vals, site }
    }

    /// All arguments from one position on.
    pub(super) fn from(&self, i: usize) -> &'a [Val] {
        self.vals.get(i..).unwrap_or_default()
    }

    /// An argument.
    pub(super) fn val(&self, i: usize) -> Outcome<&'a Val> {
        self.vals.get(i).ok_or_else(|| Stop::refused(format!("argument {} is missing", i + 1)))
    }

    /// The value of an argument.
    pub(super) fn value(&self, i: usize) -> Outcome<&'a Value> {
        Ok(&self.val(i)?.value)
    }

    /// The text of an argument.
    pub(super) fn text(&self, i: usize) -> Outcome<&'a str> {
        text_of(self.val(i)?)
    }

    /// The whole number of an argument.
    pub(super) fn int(&self, i: usize) -> Outcome<i64> {
        whole_of(self.val(i)?)
    }

    /// The elements of an array.
    pub(super) fn list(&self, i: usize) -> Outcome<&'a [Val]> {
        list_of(self.val(i)?)
    }

    /// An object.
    pub(super) fn map(&self, i: usize) -> Outcome<&'a Map> {
        map_of(self.val(i)?)
    }

    /// An element of an argument.
    pub(super) fn element(&self, i: usize, element: &Val) -> Outcome<Answer> {
        Ok(Answer::Given(self.val(i)?.element(element)))
    }

    /// A value that the function made.
    pub(super) fn made(&self, value: Value) -> Val {
        Val::new(value, self.site)
    }

    /// An array. It is not built further than the limit.
    pub(super) fn listing(&self, items: impl IntoIterator<Item = Val>) -> Outcome<Answer> {
        bounded(items).map(Value::list).map(Answer::Made)
    }
}

pub(super) fn text_of(val: &Val) -> Outcome<&str> {
    val.value.as_str().ok_or_else(|| wrong(&val.value, "a string"))
}

pub(super) fn whole_of(val: &Val) -> Outcome<i64> {
    match &val.value {
        Value::Number(number) => convert::whole(*number),
        value => Err(wrong(value, "a whole number")),
    }
}

pub(super) fn list_of(val: &Val) -> Outcome<&[Val]> {
    match &val.value {
        Value::List(items) => Ok(items),
        value => Err(wrong(value, "an array")),
    }
}

pub(super) fn map_of(val: &Val) -> Outcome<&Map> {
    match &val.value {
        Value::Map(map) => Ok(map),
        value => Err(wrong(value, "an object")),
    }
}

pub(super) fn text(text: impl Into<Arc<str>>) -> Outcome<Answer> {
    Ok(Answer::Made(Value::string(text)))
}

pub(super) fn truth(truth: bool) -> Outcome<Answer> {
    Ok(Answer::Made(Value::Bool(truth)))
}

/// A whole number. Azure's have 64 bits; ours are exact up to 2^53.
pub(super) fn int(number: i64) -> Outcome<Answer> {
    let exact = number as f64;
    if exact as i64 != number {
        return Err(Stop::undecided("numbers beyond 2^53 are not kept exactly"));
    }
    convert::check_exact(exact).map(|()| Answer::Made(Value::Number(exact)))
}

/// The result is as unknown as this value.
pub(super) fn stop<T>(val: &Val) -> Outcome<T> {
    Err(wrong(&val.value, "something else"))
}
