//! What a YAML scalar means.
//!
//! Sources: Terraform 1.11.4 and the module that it uses, `zclconf/go-cty-yaml` 1.1.0 (`resolve.go`, `implied_type.go`); Bicep uses
//! SharpYaml with its core schema, and what that takes otherwise than YAML 1.2 is left unknown.

use super::Dialect;
use crate::eval::outcome::{Outcome, Stop};
use crate::eval::terraform::convert;
use crate::value::Value;

/// How a scalar is written.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Style {
    /// Without quotes.
    Plain,
    /// In quotes.
    Quoted,
    /// As a block: `|` or `>`.
    Block,
}

/// The value of a scalar. `tag` is the end of `tag:yaml.org,2002:..`, "" without a tag.
pub(super) fn value(dialect: Dialect, tag: &str, text: &str, style: Style) -> Outcome<Value> {
    if dialect == Dialect::Bicep {
        return core(tag, text, style);
    }
    let value = resolve(tag, text, style)?;
    // The type of a block without a tag is string, but its text is understood first: `yes` becomes "true".
    if style == Style::Block && tag.is_empty() && matches!(value, Value::Bool(_) | Value::Number(_)) {
        return convert::to_string(&value).map(Value::String);
    }
    Ok(value)
}

/// A scalar as the key of a mapping.
pub(super) fn key(dialect: Dialect, tag: &str, text: &str, style: Style) -> Outcome<std::sync::Arc<str>> {
    if dialect == Dialect::Bicep {
        return Ok(text.into());
    }
    match resolve(tag, text, style)? {
        Value::Null => Err(Stop::refused("a key is null")),
        value => convert::to_string(&value),
    }
}

/// A scalar in Bicep. What is no text for one version of YAML and text for another is not known.
fn core(tag: &str, text: &str, style: Style) -> Outcome<Value> {
    if tag == "str" || tag.is_empty() && style != Style::Plain {
        return Ok(Value::string(text));
    }
    match (text, word(text)) {
        _ if !tag.is_empty() => Err(Stop::undecided(format!("the YAML tag !!{tag} is not worked out"))),
        (_, Ok(Some(Value::Null))) => Ok(Value::Null),
        ("true" | "True" | "TRUE", _) => Ok(Value::Bool(true)),
        ("false" | "False" | "FALSE", _) => Ok(Value::Bool(false)),
        (_, Ok(Some(_)) | Err(_)) => Err(Stop::undecided(format!("whether {text} is text in YAML depends on its version"))),
        _ if is_decimal(text) => convert::parse_number(text).map(Value::Number),
        _ if timestamp(text).is_some() || number(text).is_ok() => {
            Err(Stop::undecided(format!("whether {text} is text in YAML depends on its version")))
        }
        _ => Ok(Value::string(text)),
    }
}

/// Whether a text is a whole number as all versions of YAML write it.
fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    all(digits, u8::is_ascii_digit) && (digits == "0" || !digits.starts_with('0'))
}

fn resolve(tag: &str, text: &str, style: Style) -> Outcome<Value> {
    match tag {
        "str" => return Ok(Value::string(text)),
        "binary" => return binary(text),
        "" | "bool" | "int" | "float" | "null" | "timestamp" => {}
        _ => return Err(Stop::refused(format!("the tag !!{tag} is not supported"))),
    }
    let first = text.chars().next();
    let telling = first.is_none_or(|c| c.is_ascii_digit() || "+-.~yYnNtTfFoO".contains(c));
    if telling && style == Style::Quoted {
        return Ok(Value::string(text));
    }
    if telling && let Some(value) = word(text)? {
        return Ok(value);
    }
    match first {
        _ if tag.is_empty() && [".nan", ".NaN", ".NAN"].contains(&text) => Err(Stop::refused("NaN is not supported")),
        Some('.') if let Ok(number) = convert::parse_number(text) => Ok(Value::Number(number)),
        Some(c) if c.is_ascii_digit() || matches!(c, '+' | '-') => numeric(tag, text),
        _ => tagged(tag, text),
    }
}

fn numeric(tag: &str, text: &str) -> Outcome<Value> {
    if matches!(tag, "" | "timestamp")
        && let Some(time) = timestamp(text)
    {
        return Ok(Value::string(time));
    }
    if is_integer(text) || is_float(text) { number(text) } else { tagged(tag, text) }
}

fn tagged(tag: &str, text: &str) -> Outcome<Value> {
    match tag {
        "" => Ok(Value::string(text)),
        "null" => Ok(Value::Null),
        "int" | "float" => number(text),
        _ => Err(Stop::refused(format!("{text:?} is no {tag}"))),
    }
}

/// Words that are no strings. What stands behind `!!bool` and the like may be any of them but null.
fn word(text: &str) -> Outcome<Option<Value>> {
    Ok(Some(match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Value::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Value::Bool(false),
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF" => {
            return Err(Stop::undecided("infinite numbers are not worked out"));
        }
        _ => return Ok(None),
    }))
}

fn binary(text: &str) -> Outcome<Value> {
    use base64::prelude::{BASE64_STANDARD, Engine};
    match BASE64_STANDARD.decode(text.replace(['\r', '\n'], "")) {
        Ok(_) => Ok(Value::string(text)),
        Err(_) => Err(Stop::refused("a !!binary is not Base64")),
    }
}

/// A number, decimal or with one of the prefixes `0x`, `0o` and `0b`.
fn number(text: &str) -> Outcome<Value> {
    let plain = text.replace('_', "");
    match convert::parse_number(&plain) {
        Ok(number) => return Ok(Value::Number(number)),
        Err(Stop::Unknown(unknown)) => return Err(Stop::Unknown(unknown)),
        Err(Stop::Refused(_)) => {}
    }
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let based = [("0x", 16), ("0X", 16), ("0o", 8), ("0O", 8), ("0b", 2), ("0B", 2)]
        .iter()
        .find_map(|(prefix, base)| digits.strip_prefix(prefix).map(|digits| i64::from_str_radix(digits, *base)));
    match based {
        Some(Ok(number)) => convert::parse_number(&(sign * number).to_string()).map(Value::Number),
        _ => Err(Stop::refused(format!("{text:?} is no number"))),
    }
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['+', '-']).unwrap_or(text)
}

fn all(text: &str, digit: fn(&u8) -> bool) -> bool {
    !text.is_empty() && text.as_bytes().iter().all(digit)
}

fn is_integer(text: &str) -> bool {
    all(unsigned(text), u8::is_ascii_digit)
        || text.strip_prefix("0o").is_some_and(|rest| all(rest, |b| (b'0'..=b'7').contains(b)))
        || text.strip_prefix("0x").is_some_and(|rest| all(rest, u8::is_ascii_hexdigit))
}

fn is_float(text: &str) -> bool {
    let text = unsigned(text);
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(unsigned(exponent))),
        None => (text, None),
    };
    let digits = |text| all(text, u8::is_ascii_digit);
    let is_number = match number.split_once('.') {
        Some(("", fraction)) => digits(fraction),
        Some((whole, fraction)) => digits(whole) && (fraction.is_empty() || digits(fraction)),
        None => digits(number),
    };
    is_number && exponent.is_none_or(digits)
}

/// A day or a time, as the string of RFC 3339 that Terraform makes of it.
fn timestamp(text: &str) -> Option<String> {
    let (year, rest) = text.split_at_checked(4)?;
    if !all(year, u8::is_ascii_digit) {
        return None;
    }
    let (month, rest) = short(rest.strip_prefix('-')?)?;
    let (day, rest) = short(rest.strip_prefix('-')?)?;
    let date = format!("{year}-{month:02}-{day:02}");
    date.parse::<crate::date::Date>().ok()?;
    if rest.is_empty() {
        return Some(format!("{date}T00:00:00Z"));
    }
    let zoned = rest.starts_with(['T', 't']);
    let (hour, rest) = short(rest.strip_prefix(['T', 't', ' '])?)?;
    let (minute, rest) = short(rest.strip_prefix(':')?)?;
    let (second, rest) = short(rest.strip_prefix(':')?)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let rest = match rest.strip_prefix(['.', ',']) {
        Some(fraction) if fraction.starts_with(|c: char| c.is_ascii_digit()) => {
            fraction.trim_start_matches(|c: char| c.is_ascii_digit())
        }
        _ => rest,
    };
    let zone = match (zoned, rest) {
        (true, "Z") | (false, "") => "Z".to_owned(),
        (true, zone) => offset(zone)?,
        (false, _) => return None,
    };
    Some(format!("{date}T{hour:02}:{minute:02}:{second:02}{zone}"))
}

/// One or two digits, and what follows.
fn short(text: &str) -> Option<(u32, &str)> {
    let digits = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at_checked(digits)?;
    Some((number.parse().ok()?, rest))
}

/// An offset from UTC, as written.
fn offset(zone: &str) -> Option<String> {
    let (hours, minutes) = unsigned(zone).split_once(':')?;
    let number = |text: &str, most: u32| text.len() == 2 && text.parse().is_ok_and(|n: u32| n <= most);
    if !zone.starts_with(['+', '-']) || !number(hours, 24) || !number(minutes, 60) {
        return None;
    }
    Some(if hours == "00" && minutes == "00" { "Z".to_owned() } else { zone.to_owned() })
}
