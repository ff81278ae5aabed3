//! Whole numbers of 64 bits.

use super::Answer;
use super::args::{Args, int as number, whole_of, wrong};
use crate::eval::outcome::{Outcome, Stop};
use crate::eval::terraform::convert;
use crate::value::{Val, Value};

fn calculate(args: &Args, operation: fn(i64, i64) -> Option<i64>) -> Outcome<Answer> {
    let (a, b) = (args.int(0)?, args.int(1)?);
    number(operation(a, b).ok_or_else(|| Stop::refused(format!("the result of {a} and {b} does not fit into 64 bits")))?)
}

fn divide(args: &Args, operation: fn(i64, i64) -> Option<i64>) -> Outcome<Answer> {
    if args.int(1)? == 0 {
        return Err(Stop::refused("nothing can be divided by 0"));
    }
    calculate(args, operation)
}

pub(super) fn add(args: &Args) -> Outcome<Answer> {
    calculate(args, i64::checked_add)
}

pub(super) fn sub(args: &Args) -> Outcome<Answer> {
    calculate(args, i64::checked_sub)
}

pub(super) fn mul(args: &Args) -> Outcome<Answer> {
    calculate(args, i64::checked_mul)
}

/// Rounds towards 0.
pub(super) fn div(args: &Args) -> Outcome<Answer> {
    divide(args, i64::checked_div)
}

/// Has the sign of the dividend.
pub(super) fn modulo(args: &Args) -> Outcome<Answer> {
    divide(args, i64::checked_rem)
}

pub(super) fn int(args: &Args) -> Outcome<Answer> {
    match args.value(0)? {
        Value::Number(n) if n.fract() != 0.0 => Err(Stop::undecided("a fraction as a whole number is not worked out")),
        Value::Number(n) => number(convert::whole(*n)?),
        Value::String(text) => {
            let parsed = text.trim().parse().map_err(|_| Stop::refused(format!("{text:?} is not a whole number")));
            number(parsed?)
        }
        value => Err(wrong(value, "a string or a whole number")),
    }
}

pub(super) fn float(args: &Args) -> Outcome<Answer> {
    match args.value(0)? {
        Value::Number(n) => Ok(Answer::Made(Value::Number(*n))),
        Value::String(text) => Ok(Answer::Made(Value::Number(convert::parse_number(text.trim())?))),
        value => Err(wrong(value, "a string or a number")),
    }
}

/// All numbers of the arguments and of the arrays among them, none of which may be unknown.
fn numbers(args: &Args) -> Outcome<Vec<i64>> {
    let mut numbers = Vec::new();
    for val in args.from(0) {
        let items: &[Val] = match &val.value {
            Value::List(items) => items,
            _ => std::slice::from_ref(val),
        };
        for item in items {
            numbers.push(whole_of(item)?);
        }
    }
    Ok(numbers)
}

fn of_none() -> Stop {
    Stop::refused("there is no number")
}

pub(super) fn max(args: &Args) -> Outcome<Answer> {
    number(numbers(args)?.into_iter().max().ok_or_else(of_none)?)
}

pub(super) fn min(args: &Args) -> Outcome<Answer> {
    number(numbers(args)?.into_iter().min().ok_or_else(of_none)?)
}
