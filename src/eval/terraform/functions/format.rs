//! The `format` language: Terraform's subset of Go's `Printf`.
//!
//! Source: `zclconf/go-cty` 1.16.0 (`cty/function/stdlib/format.go`, `format_fsm.rl`) and the Go package `math/big` for numbers.

use super::super::convert::{self, Outcome, Stop};
use super::args::check_bytes;
use super::{encoding, string};
use crate::value::{Val, Value};
use std::iter::Peekable;
use std::str::Chars;
use unicode_segmentation::UnicodeSegmentation;

/// One `%` sequence.
#[derive(Default)]
struct Verb {
    sharp: bool,
    zero: bool,
    plus: bool,
    minus: bool,
    space: bool,
    width: usize,
    precision: Option<usize>,
    /// The argument chosen with `[n]`, from 1.
    argument: Option<usize>,
    mode: char,
}

/// Formats wholly known values.
pub(super) fn format(template: &str, values: &[Val]) -> Outcome<String> {
    let mut out = String::new();
    let (mut next, mut used) = (1, 0);
    let mut rest = template.chars().peekable();
    while let Some(c) = rest.next() {
        if c != '%' || rest.next_if_eq(&'%').is_some() {
            out.push(c);
            continue;
        }
        let verb = Verb::read(&mut rest)?;
        let position = verb.argument.unwrap_or(next);
        let value = position.checked_sub(1).and_then(|i| values.get(i));
        let value = value.ok_or_else(|| Stop::refused(format!("the format uses argument {position} of {}", values.len())))?;
        out.push_str(&verb.show(&value.value)?);
        check_bytes(out.len())?;
        used = used.max(position);
        next = position + 1;
    }
    if used < values.len() {
        return Err(Stop::refused(format!("the format uses only {used} of {} arguments", values.len())));
    }
    Ok(out)
}

/// Reads digits; a number that starts with 0 is none, unless `zero_too`.
fn digits(rest: &mut Peekable<Chars>, zero_too: bool) -> Outcome<Option<usize>> {
    let mut text = String::new();
    while let Some(c) = rest.next_if(|c| c.is_ascii_digit() && (zero_too || !text.is_empty() || *c != '0')) {
        text.push(c);
    }
    if text.is_empty() {
        return Ok(None);
    }
    let number = text.parse().unwrap_or(usize::MAX);
    check_bytes(number)?;
    Ok(Some(number))
}

impl Verb {
    /// Reads what follows a `%`.
    fn read(rest: &mut Peekable<Chars>) -> Outcome<Self> {
        let mut verb = Self::default();
        while let Some(flag) = rest.next_if(|c| matches!(c, '0' | '#' | '-' | '+' | ' ')) {
            match flag {
                '0' => verb.zero = true,
                '#' => verb.sharp = true,
                '-' => verb.minus = true,
                '+' => verb.plus = true,
                _ => verb.space = true,
            }
        }
        verb.width = digits(rest, false)?.unwrap_or(0);
        if rest.next_if_eq(&'.').is_some() {
            verb.precision = Some(digits(rest, true)?.unwrap_or(0));
        }
        if rest.next_if_eq(&'[').is_some() {
            verb.argument = digits(rest, false)?;
            if verb.argument.is_none() || rest.next() != Some(']') {
                return Err(Stop::refused("the format has a [ without number or ]"));
            }
        }
        verb.mode = rest.next().ok_or_else(|| Stop::refused("the format ends within a % sequence"))?;
        Ok(verb)
    }

    fn show(&self, value: &Value) -> Outcome<String> {
        if value.is_null() && self.mode != 'v' {
            return Err(Stop::refused(format!("null cannot be shown with %{}", self.mode)));
        }
        match self.mode {
            'v' => self.as_is(value),
            't' => Ok(convert::to_bool(value)?.to_string()),
            'b' | 'd' | 'o' | 'x' | 'X' => self.integer(convert::to_number(value)?),
            'e' | 'E' | 'f' | 'g' | 'G' => self.float(convert::to_number(value)?),
            's' | 'q' => self.text(&convert::to_string(value)?),
            mode => Err(Stop::refused(format!("the format has no %{mode}"))),
        }
    }

    fn as_is(&self, value: &Value) -> Outcome<String> {
        let shown = match value {
            Value::String(text) if !self.sharp => text.to_string(),
            Value::Number(number) if !self.sharp => signed(*number, general(number.abs(), None)),
            _ => encoding::to_json(value)?,
        };
        Ok(self.pad(shown))
    }

    fn text(&self, text: &str) -> Outcome<String> {
        let shown: String = match self.precision {
            None | Some(0) => text.to_owned(),
            Some(most) => text.graphemes(true).take(most).collect(),
        };
        Ok(self.pad(if self.mode == 'q' { encoding::to_json(&Value::string(shown))? } else { shown }))
    }

    /// Pads on the left or, with `-`, on the right; with `0` by zeros, even behind a text.
    fn pad(&self, shown: String) -> String {
        let missing = self.width.saturating_sub(string::count(&shown));
        let padding = if self.zero { "0" } else { " " }.repeat(missing);
        if self.minus { shown + &padding } else { padding + &shown }
    }

    /// The sign of a number that is not negative follows the flags.
    fn sign(&self, number: f64) -> &'static str {
        match number.is_sign_negative() {
            true => "-",
            false if self.plus => "+",
            false if self.space => " ",
            false => "",
        }
    }

    /// Puts sign, zeros or spaces, and digits together.
    fn number(&self, sign: &str, prefix: &str, digits: &str, zeros_allowed: bool) -> String {
        let missing = self.width.saturating_sub(sign.len() + prefix.len() + digits.len());
        match (self.minus, self.zero && zeros_allowed) {
            (true, _) => format!("{sign}{prefix}{digits}{}", " ".repeat(missing)),
            (false, true) => format!("{sign}{prefix}{}{digits}", "0".repeat(missing)),
            (false, false) => format!("{}{sign}{prefix}{digits}", " ".repeat(missing)),
        }
    }

    fn integer(&self, number: f64) -> Outcome<String> {
        let whole = convert::whole(number)?;
        let size = whole.unsigned_abs();
        let (prefix, mut digits) = match self.mode {
            'b' => ("0b", format!("{size:b}")),
            'o' => ("0", format!("{size:o}")),
            'x' => ("0x", format!("{size:x}")),
            'X' => ("0X", format!("{size:X}")),
            _ => ("", size.to_string()),
        };
        if let Some(least) = self.precision {
            if size == 0 && least == 0 {
                return Ok(String::new());
            }
            digits = format!("{digits:0>least$}");
        }
        let sign = if whole < 0 { "-" } else { self.sign(0.0) };
        Ok(self.number(sign, if self.sharp { prefix } else { "" }, &digits, self.precision.is_none()))
    }

    fn float(&self, number: f64) -> Outcome<String> {
        if self.precision.is_some_and(|p| p > MOST_DECIMALS) {
            return Err(Stop::undecided(format!("more than {MOST_DECIMALS} decimals are not worked out")));
        }
        if number.fract() != 0.0 && self.precision.is_some_and(|p| p > MOST_EXACT_DECIMALS) {
            return Err(Stop::undecided(format!("more than {MOST_EXACT_DECIMALS} decimals of a fraction are not worked out")));
        }
        let size = number.abs();
        let shown = match self.mode {
            'f' => format!("{size:.*}", self.precision.unwrap_or(6)),
            'e' | 'E' => scientific(&format!("{size:.*e}", self.precision.unwrap_or(6))),
            _ => general(size, self.precision),
        };
        let shown = if self.mode.is_ascii_uppercase() { shown.to_uppercase() } else { shown };
        Ok(self.number(self.sign(number), "", &shown, true))
    }
}

/// Behind these, an `f64` differs from what Terraform keeps.
const MOST_EXACT_DECIMALS: usize = 12;
/// An `f64` has no more decimals that mean something.
const MOST_DECIMALS: usize = 1100;

fn signed(number: f64, shown: String) -> String {
    if number.is_sign_negative() { format!("-{shown}") } else { shown }
}

/// Rust's `1.5e6` as Go writes it: `1.5e+06`.
fn scientific(text: &str) -> String {
    let (digits, exponent) = text.split_once('e').unwrap_or((text, "0"));
    match exponent.strip_prefix('-') {
        Some(size) => format!("{digits}e-{size:0>2}"),
        None => format!("{digits}e+{exponent:0>2}"),
    }
}

/// Go's `%g`: scientific notation for exponents below -4 or from the precision on, which is 6 when the digits are the shortest ones
/// that identify the number.
fn general(size: f64, precision: Option<usize>) -> String {
    let precision = precision.map(|p| p.max(1));
    let text = precision.map_or_else(|| format!("{size:e}"), |p| format!("{size:.*e}", p - 1));
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i64 = exponent.parse().unwrap_or(0);
    let trimmed = if mantissa.contains('.') { mantissa.trim_end_matches('0').trim_end_matches('.') } else { mantissa };
    let length = trimmed.bytes().filter(u8::is_ascii_digit).count() as i64;
    let limit = match precision {
        None => 6,
        Some(p) if p as i64 > length && length > exponent => length,
        Some(p) => p as i64,
    };
    // The digits of 0 count as none.
    if size != 0.0 && (exponent < -4 || exponent >= limit) {
        return scientific(&format!("{trimmed}e{exponent}"));
    }
    match precision {
        None => size.to_string(),
        Some(_) => format!("{size:.*}", usize::try_from(length - 1 - exponent).unwrap_or(0)),
    }
}
