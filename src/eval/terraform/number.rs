//! Arithmetic as Terraform has it: on decimal numbers, where 0.1 + 0.2 is 0.3.
//!
//! Numbers are kept as `f64`. For an operation they are taken for the decimal numbers that they print as, and the exact result is rounded to
//! the nearest `f64` again. Terraform keeps 512 bits, so that a result differs only beyond the fifteenth digit.

use super::convert::{self, Outcome, Stop};
use crate::syntax::hcl::ast::BinaryOperator;

/// The result of an arithmetic operator; of other operators, 0.
pub(super) fn calculate(x: f64, operator: BinaryOperator, y: f64) -> Outcome<f64> {
    use BinaryOperator as Op;
    if y == 0.0 && operator == Op::Div {
        return Err(if x == 0.0 { Stop::refused("0 cannot be divided by 0") } else { Stop::undecided("this divides by zero") });
    }
    if y == 0.0 && operator == Op::Mod {
        return Ok(x);
    }
    let whole = x.fract() == 0.0 && y.fract() == 0.0;
    let exact = if whole { None } else { exactly(x, operator, y) };
    let result = exact.unwrap_or(match operator {
        Op::Plus => x + y,
        Op::Minus => x - y,
        Op::Mul => x * y,
        Op::Div => x / y,
        Op::Mod => x % y,
        _ => 0.0,
    });
    convert::check_exact(result)?;
    Ok(result)
}

/// `None` where the digits do not fit, or are not all kept.
fn exactly(x: f64, operator: BinaryOperator, y: f64) -> Option<f64> {
    use BinaryOperator as Op;
    let (a, b) = (Decimal::of(x)?, Decimal::of(y)?);
    let scale = a.scale.max(b.scale);
    let (m, n) = (a.at_scale(scale)?, b.at_scale(scale)?);
    match operator {
        Op::Plus => Decimal { digits: m.checked_add(n)?, scale }.value(),
        Op::Minus => Decimal { digits: m.checked_sub(n)?, scale }.value(),
        Op::Mod => Decimal { digits: m.checked_rem(n)?, scale }.value(),
        Op::Mul => Decimal { digits: a.digits.checked_mul(b.digits)?, scale: a.scale + b.scale }.value(),
        Op::Div => Decimal { digits: m.checked_mul(QUOTIENT)?.checked_div(n)?, scale: QUOTIENT_SCALE }.value(),
        _ => None,
    }
}

/// Quotients are worked out to so many decimals.
const QUOTIENT_SCALE: u32 = 18;
const QUOTIENT: i128 = 10_i128.pow(QUOTIENT_SCALE);

/// `digits` / 10^`scale`
struct Decimal {
    digits: i128,
    scale: u32,
}

impl Decimal {
    fn of(number: f64) -> Option<Self> {
        let text = convert::number_text(number).ok()?;
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        Some(Self { digits: format!("{whole}{fraction}").parse().ok()?, scale: fraction.len().try_into().ok()? })
    }

    fn at_scale(&self, scale: u32) -> Option<i128> {
        self.digits.checked_mul(10_i128.checked_pow(scale - self.scale)?)
    }

    fn value(&self) -> Option<f64> {
        format!("{}e-{}", self.digits, self.scale).parse().ok()
    }
}
