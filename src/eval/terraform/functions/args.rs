//! Arguments: what a function asks for, and access to what it got.

use super::super::convert::{self, Outcome, Stop};
use super::{Answer, Files};
pub(super) use crate::eval::outcome::{bounded, check_bytes, check_items};
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
    /// A string, or what converts to one.
    Text,
    /// A number, or what converts to one.
    Number,
    /// A list or set of strings; elements may be unknown or null.
    Texts,
    /// A list or set of bools; elements may be unknown or null.
    Bools,
    /// A list or set whose elements have a common type.
    List,
    /// The same as a set.
    Set,
}

impl Param {
    /// The argument as the function wants it.
    pub(super) fn accept(self, arg: &Val) -> Outcome<Val> {
        let value = match (self, &arg.value) {
            (Self::Any, _) => return Ok(arg.clone()),
            (_, Value::Null) => return Err(Stop::refused("null is not accepted")),
            (Self::NotNull, _) => return Ok(arg.clone()),
            (_, Value::Unknown(unknown)) => return Err(Stop::Unknown(Arc::clone(unknown))),
            (Self::Known, _) => return Ok(arg.clone()),
            (Self::Text, value) => Value::String(convert::to_string(value)?),
            (Self::Number, value) => Value::Number(convert::to_number(value)?),
            (Self::Texts, _) => parts(arg, |value| convert::to_string(value).map(Value::String))?,
            (Self::Bools, _) => parts(arg, |value| convert::to_bool(value).map(Value::Bool))?,
            (Self::List, _) => Value::typed_list(convert::to_list(arg)?),
            (Self::Set, _) => convert::to_set(arg)?,
        };
        Ok(Val { value, at: arg.at.clone() })
    }
}

fn parts(arg: &Val, convert: impl Fn(&Value) -> Outcome<Value>) -> Outcome<Value> {
    let items = arg.value.as_items().ok_or_else(|| Stop::refused(format!("{} where a list is needed", arg.value.kind())))?;
    Ok(Value::typed_list(items.iter().map(|item| convert::convert_part(item, &convert)).collect::<Outcome<_>>()?))
}

/// The arguments of one call, as the function asked for them. Positions count from 0.
pub(super) struct Args<'a> {
    vals: Vec<Val>,
    /// The call.
    pub(super) site: Span,
    /// What the function can see of files.
    pub(super) files: &'a dyn Files,
}

impl<'a> Args<'a> {
    /// Checks and converts the arguments. One that is refused wins over one that is unknown, as in Terraform.
    pub(super) fn new(params: &[Param], rest: Option<Param>, args: &[Val], site: Span, files: &'a dyn Files) -> Outcome<Self> {
        if args.len() < params.len() || (rest.is_none() && args.len() > params.len()) {
            let least = if rest.is_some() { "at least " } else { "" };
            return Err(Stop::refused(format!("takes {least}{} arguments, not {}", params.len(), args.len())));
        }
        let mut vals = Vec::with_capacity(args.len());
        let mut unknown = None;
        for (i, (arg, param)) in args.iter().zip(params.iter().copied().chain(rest.into_iter().cycle())).enumerate() {
            match param.accept(arg) {
                Ok(val) => vals.push(val),
                Err(Stop::Refused(reason)) => return Err(Stop::Refused(format!("argument {}: {reason}", i + 1))),
                Err(stop) => unknown = unknown.or(Some(stop)),
            }
        }
        unknown.map_or(Ok(Self { vals, site, files }), Err)
    }

    /// All arguments from one position on.
    pub(super) fn from(&self, i: usize) -> &[Val] {
        self.vals.get(i..).unwrap_or_default()
    }

    /// An argument.
    pub(super) fn val(&self, i: usize) -> Outcome<&Val> {
        self.vals.get(i).ok_or_else(|| Stop::refused(format!("argument {} is missing", i + 1)))
    }

    fn wrong<T>(&self, i: usize, wanted: &str) -> Outcome<T> {
        match &self.val(i)?.value {
            Value::Unknown(unknown) => Err(Stop::Unknown(Arc::clone(unknown))),
            value => Err(Stop::refused(format!("argument {}: {} where a {wanted} is needed", i + 1, value.kind()))),
        }
    }

    /// The text of an argument.
    pub(super) fn text(&self, i: usize) -> Outcome<&str> {
        self.val(i)?.value.as_str().map_or_else(|| self.wrong(i, "string"), Ok)
    }

    /// The number of an argument.
    pub(super) fn number(&self, i: usize) -> Outcome<f64> {
        match self.val(i)?.value {
            Value::Number(number) => Ok(number),
            _ => self.wrong(i, "number"),
        }
    }

    /// The whole number of an argument.
    pub(super) fn whole(&self, i: usize) -> Outcome<i64> {
        convert::whole(self.number(i)?)
    }

    /// The elements of a list or set.
    pub(super) fn items(&self, i: usize) -> Outcome<&[Val]> {
        self.val(i)?.value.as_items().map_or_else(|| self.wrong(i, "list"), Ok)
    }

    /// The elements of a list; a set is refused.
    pub(super) fn list(&self, i: usize) -> Outcome<&[Val]> {
        match &self.val(i)?.value {
            Value::List(items) => Ok(items),
            _ => self.wrong(i, "list"),
        }
    }

    /// A map.
    pub(super) fn map(&self, i: usize) -> Outcome<&Map> {
        match &self.val(i)?.value {
            Value::Map(map) => Ok(map),
            _ => self.wrong(i, "map"),
        }
    }

    /// The elements of a list or set, none of which may be unknown, not even in part.
    pub(super) fn known_items(&self, i: usize) -> Outcome<&[Val]> {
        convert::wholly_known(self.val(i)?)?;
        self.items(i)
    }

    /// A value that the function made.
    pub(super) fn made(&self, value: Value) -> Val {
        Val::new(value, self.site)
    }

    /// A list of texts that the function made.
    pub(super) fn texts<T: Into<Arc<str>>>(&self, texts: impl IntoIterator<Item = T>) -> Outcome<Answer> {
        self.listing(texts.into_iter().map(|text| self.made(Value::string(text))))
    }

    /// A list. It is not built further than the limit.
    pub(super) fn listing(&self, items: impl IntoIterator<Item = Val>) -> Outcome<Answer> {
        self.sequence(true, items)
    }

    /// A list if `typed`, else a tuple.
    pub(super) fn sequence(&self, typed: bool, items: impl IntoIterator<Item = Val>) -> Outcome<Answer> {
        bounded(items).map(if typed { Value::typed_list } else { Value::list }).map(Answer::Made)
    }

    /// Whether an argument has elements of one type: a list, set or map, not a tuple or object.
    pub(super) fn is_typed(&self, i: usize) -> Outcome<bool> {
        Ok(match &self.val(i)?.value {
            Value::List(items) | Value::Set(items) => items.typed,
            Value::Map(map) => map.typed,
            _ => false,
        })
    }
}
