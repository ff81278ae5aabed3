//! Functions of numbers.

use super::super::convert::{self, Outcome, Stop};
use super::args::Args;
use super::{Answer, Value};

/// A number as an answer. Terraform refuses to work with what is no number; infinity, which it knows, has no use here.
fn number(number: f64) -> Outcome<Answer> {
    if number.is_nan() {
        return Err(Stop::refused("the result is not a number"));
    }
    convert::check_exact(number)?;
    Ok(Answer::Made(Value::Number(number)))
}

/// Removes the noise that binary fractions leave: 0.1 + 0.2 is 0.3 in Terraform, which keeps 512 bits.
fn tidy(number: f64) -> f64 {
    if number.fract() == 0.0 { number } else { format!("{number:.14e}").parse().unwrap_or(number) }
}

pub(super) fn abs(args: &Args) -> Outcome<Answer> {
    number(args.number(0)?.abs())
}

pub(super) fn ceil(args: &Args) -> Outcome<Answer> {
    number(args.number(0)?.ceil() + 0.0)
}

pub(super) fn floor(args: &Args) -> Outcome<Answer> {
    number(args.number(0)?.floor())
}

pub(super) fn log(args: &Args) -> Outcome<Answer> {
    number(ln(args.number(0)?) / ln(args.number(1)?))
}

/// The natural logarithm as Go works it out, to the last bit: `ceil(log(n, 2))` must not differ by one. Source: Go's `math/log.go`, which
/// has the method and the constants from FreeBSD's `e_log.c`.
fn ln(x: f64) -> f64 {
    if x <= 0.0 || !x.is_normal() {
        return x.ln();
    }
    // x is fraction * 2^exponent, with the fraction between sqrt(1/2) and sqrt(2).
    let bits = x.to_bits();
    let mut exponent = (bits >> 52) as f64 - 1022.0;
    let mut fraction = f64::from_bits(bits & !(0x7ff << 52) | 1022 << 52);
    if fraction < std::f64::consts::FRAC_1_SQRT_2 {
        fraction *= 2.0;
        exponent -= 1.0;
    }
    let f = fraction - 1.0;
    let s = f / (2.0 + f);
    let s2 = s * s;
    let s4 = s2 * s2;
    let odd = s2
        * (0.666_666_666_666_673_5
            + s4 * (0.285_714_287_436_623_9 + s4 * (0.181_835_721_616_180_5 + s4 * 0.147_981_986_051_165_86)));
    let even = s4 * (0.399_999_999_994_094_2 + s4 * (0.222_221_984_321_497_84 + s4 * 0.153_138_376_992_093_73));
    let (high, low) = (0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10);
    let half = 0.5 * f * f;
    exponent * high - ((half - (s * (half + (odd + even)) + exponent * low)) - f)
}

pub(super) fn pow(args: &Args) -> Outcome<Answer> {
    number(args.number(0)?.powf(args.number(1)?))
}

pub(super) fn signum(args: &Args) -> Outcome<Answer> {
    number(args.whole(0)?.signum() as f64)
}

pub(super) fn max(args: &Args) -> Outcome<Answer> {
    extreme(args, f64::max)
}

pub(super) fn min(args: &Args) -> Outcome<Answer> {
    extreme(args, f64::min)
}

fn extreme(args: &Args, choose: fn(f64, f64) -> f64) -> Outcome<Answer> {
    let numbers: Vec<f64> = (0..args.from(0).len()).map(|i| args.number(i)).collect::<Outcome<_>>()?;
    number(numbers.into_iter().reduce(choose).ok_or_else(|| Stop::refused("needs at least one number"))?)
}

pub(super) fn sum(args: &Args) -> Outcome<Answer> {
    let mut total = 0.0;
    let items = args.known_items(0)?;
    if items.is_empty() {
        return Err(Stop::refused("an empty list has no sum"));
    }
    for item in items {
        total += convert::to_number(&item.value)?;
    }
    number(tidy(total))
}

pub(super) fn parseint(args: &Args) -> Outcome<Answer> {
    let Value::String(text) = &args.val(0)?.value else { return Err(Stop::refused("argument 1: only strings can be parsed")) };
    let base = args.whole(1)?;
    if !(2..=62).contains(&base) {
        return Err(Stop::refused(format!("the base must lie between 2 and 62, not be {base}")));
    }
    let wrong = || Stop::refused(format!("{text:?} is not a whole number in base {base}"));
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let mut value = 0.0;
    for c in digits.chars() {
        let digit = digit(c, base).ok_or_else(wrong)?;
        value = value * base as f64 + digit as f64;
    }
    if digits.is_empty() {
        return Err(wrong());
    }
    convert::whole(value)?;
    number(if text.starts_with('-') && value != 0.0 { -value } else { value })
}

/// The value of a digit. Up to base 36 the case of letters does not matter; above, capitals follow the small letters.
fn digit(c: char, base: i64) -> Option<i64> {
    let value = match c {
        '0'..='9' => c as i64 - '0' as i64,
        'a'..='z' => c as i64 - 'a' as i64 + 10,
        'A'..='Z' if base <= 36 => c as i64 - 'A' as i64 + 10,
        'A'..='Z' => c as i64 - 'A' as i64 + 36,
        _ => return None,
    };
    (value < base).then_some(value)
}

/// Terraform's own limit.
const LONGEST_RANGE: usize = 1024;

pub(super) fn range(args: &Args) -> Outcome<Answer> {
    let (start, end, step) = match args.from(0).len() {
        1 => (0.0, args.number(0)?, None),
        2 => (args.number(0)?, args.number(1)?, None),
        3 => (args.number(0)?, args.number(1)?, Some(args.number(2)?)),
        n => return Err(Stop::refused(format!("takes 1 to 3 arguments, not {n}"))),
    };
    let step = step.unwrap_or(if end < start { -1.0 } else { 1.0 });
    if step == 0.0 {
        return Err(Stop::refused("the step must not be 0"));
    }
    if (end - start) * step < 0.0 {
        return Err(Stop::refused("the step leads away from the end"));
    }
    let mut values = Vec::new();
    let mut next = start;
    while (end - next) * step > 0.0 {
        if values.len() == LONGEST_RANGE {
            return Err(Stop::refused(format!("more than {LONGEST_RANGE} numbers")));
        }
        values.push(args.made(Value::Number(next)));
        next = tidy(next + step);
    }
    args.listing(values)
}
