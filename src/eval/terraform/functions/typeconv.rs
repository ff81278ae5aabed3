//! Conversions that are asked for by name, and functions that change nothing but a mark.

use super::super::convert::{self, Outcome, Stop};
use super::Answer;
use super::args::Args;
use crate::value::{Val, Value};

/// Null converts to every type.
fn convert(args: &Args, to: impl Fn(&Val) -> Outcome<Value>) -> Outcome<Answer> {
    let val = args.val(0)?;
    let value = if val.value.is_null() { Value::Null } else { to(val)? };
    Ok(Answer::Given(Val { value, at: val.at.clone() }))
}

/// An unknown text stays the same unknown text.
pub(super) fn tostring(args: &Args) -> Outcome<Answer> {
    if args.val(0)?.value.as_unknown().is_some() {
        return unchanged(args);
    }
    convert(args, |val| convert::to_string(&val.value).map(Value::String))
}

pub(super) fn tonumber(args: &Args) -> Outcome<Answer> {
    convert(args, |val| convert::to_number(&val.value).map(Value::Number))
}

pub(super) fn tobool(args: &Args) -> Outcome<Answer> {
    convert(args, |val| convert::to_bool(&val.value).map(Value::Bool))
}

pub(super) fn tolist(args: &Args) -> Outcome<Answer> {
    convert(args, |val| convert::to_list(val).map(Value::typed_list))
}

pub(super) fn toset(args: &Args) -> Outcome<Answer> {
    convert(args, convert::to_set)
}

pub(super) fn tomap(args: &Args) -> Outcome<Answer> {
    convert(args, convert::to_map)
}

pub(super) fn unchanged(args: &Args) -> Outcome<Answer> {
    Ok(Answer::Given(args.val(0)?.clone()))
}

pub(super) fn issensitive(_: &Args) -> Outcome<Answer> {
    Err(Stop::undecided("which values are sensitive is not followed"))
}

pub(super) fn pathexpand(args: &Args) -> Outcome<Answer> {
    if args.text(0)?.starts_with('~') {
        return Err(Stop::undecided("the home folder differs between machines"));
    }
    unchanged(args)
}

/// Functions whose result differs from run to run.
pub(super) fn differs_each_run(_: &Args) -> Outcome<Answer> {
    Err(Stop::undecided("the result differs on every run"))
}

/// Functions without an implementation.
pub(super) fn not_implemented(_: &Args) -> Outcome<Answer> {
    Err(Stop::undecided("overlint does not work out this function yet"))
}

/// The type function, which exists in the console only.
pub(super) fn console_only(_: &Args) -> Outcome<Answer> {
    Err(Stop::undecided("this function exists in terraform console only"))
}

/// Functions that Terraform 0.12 removed.
pub(super) fn removed(_: &Args) -> Outcome<Answer> {
    Err(Stop::refused("this function was removed in Terraform 0.12; tolist and tomap replace it"))
}
