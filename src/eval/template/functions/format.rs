//! Composite formatting as .NET has it: `{0}`, `{0,8}`, `{0:D2}`, `{{`. Bicep's interpolation is this too.

use super::Answer;
use super::args::{Args, wrong};
use super::json::write_json;
use super::string::{joined, shown};
use crate::eval::outcome::{Outcome, Stop, check_bytes};
use crate::eval::terraform::convert;
use crate::value::{Val, Value};
use std::iter::Peekable;
use std::str::Chars;

pub(super) fn format(args: &Args) -> Outcome<Answer> {
    let mut rest = args.text(0)?.chars().peekable();
    let values = args.from(1);
    let (mut pieces, mut text, mut length) = (Vec::new(), String::new(), 0);
    while let Some(c) = rest.next() {
        match c {
            '{' if rest.next_if_eq(&'{').is_none() => {
                let item = Item::read(&mut rest)?;
                let missing = || Stop::refused(format!("the format uses argument {} of {}", item.index, values.len()));
                let piece = item.show(args, values.get(item.index).ok_or_else(missing)?)?;
                length += piece.value.as_str().map_or(0, str::len);
                check_bytes(length)?;
                pieces.push(args.made(Value::string(std::mem::take(&mut text))));
                pieces.push(piece);
            }
            '}' if rest.next_if_eq(&'}').is_none() => return Err(Stop::refused("the format has a } without {")),
            c => text.push(c),
        }
    }
    pieces.push(args.made(Value::string(text)));
    joined(&pieces)
}

/// One `{index,alignment:format}`.
struct Item {
    index: usize,
    /// The least width; negative to align to the left.
    alignment: i64,
    format: String,
}

impl Item {
    /// Reads what follows a `{`.
    fn read(rest: &mut Peekable<Chars>) -> Outcome<Self> {
        let wrong = || Stop::refused("the format has a { without number or }");
        let mut text = String::new();
        loop {
            match rest.next().ok_or_else(wrong)? {
                '}' => break,
                '{' => return Err(wrong()),
                c => text.push(c),
            }
        }
        let (head, format) = text.split_once(':').unwrap_or((&text, ""));
        let (index, alignment) = head.split_once(',').unwrap_or((head, "0"));
        Ok(Self {
            index: index.trim_end().parse().map_err(|_| wrong())?,
            alignment: alignment.trim().parse().map_err(|_| wrong())?,
            format: format.to_owned(),
        })
    }

    fn show(&self, args: &Args, val: &Val) -> Outcome<Val> {
        let plain = self.alignment == 0 && self.format.is_empty();
        let text = match &val.value {
            Value::Unknown(_) if plain => return Ok(val.clone()),
            // Text and truth values have no formats.
            Value::Number(number) if !self.format.is_empty() => formatted(*number, &self.format)?,
            Value::List(_) | Value::Map(_) if self.format.is_empty() => write_json(val, '\'')?,
            Value::List(_) | Value::Map(_) => return Err(wrong(&val.value, "a string, number or bool")),
            value => shown(value)?.to_string(),
        };
        Ok(args.made(Value::string(aligned(text, self.alignment)?)))
    }
}

fn aligned(text: String, alignment: i64) -> Outcome<String> {
    let width = usize::try_from(alignment.unsigned_abs()).unwrap_or(usize::MAX);
    let missing = width.saturating_sub(text.encode_utf16().count());
    check_bytes(missing.saturating_add(text.len()))?;
    let spaces = " ".repeat(missing);
    Ok(if alignment < 0 { format!("{text}{spaces}") } else { format!("{spaces}{text}") })
}

/// A whole number in one of .NET's formats.
fn formatted(number: f64, format: &str) -> Outcome<String> {
    let undecided = || Stop::undecided(format!("the number format {format:?} is not worked out"));
    let whole = convert::whole(number).map_err(|_| undecided())?;
    let mut letters = format.chars();
    let kind = letters.next().unwrap_or('G');
    let digits: Option<usize> = match letters.as_str() {
        "" => None,
        text => Some(text.parse().ok().filter(|n| *n <= 99).ok_or_else(undecided)?),
    };
    let sign = if whole < 0 { "-" } else { "" };
    let size = whole.unsigned_abs();
    let decimals = |digits: usize| if digits == 0 { String::new() } else { format!(".{}", "0".repeat(digits)) };
    match (kind, digits) {
        ('0', _) if format.bytes().all(|b| b == b'0') => Ok(format!("{sign}{size:0width$}", width = format.len())),
        ('D' | 'd', digits) => Ok(format!("{sign}{size:0width$}", width = digits.unwrap_or(1))),
        ('G' | 'g', None) => Ok(whole.to_string()),
        ('X', digits) => Ok(format!("{whole:0width$X}", width = digits.unwrap_or(1))),
        ('x', digits) => Ok(format!("{whole:0width$x}", width = digits.unwrap_or(1))),
        ('F' | 'f', Some(digits)) => Ok(format!("{sign}{size}{}", decimals(digits))),
        ('N' | 'n', Some(digits)) => Ok(format!("{sign}{}{}", grouped(size), decimals(digits))),
        _ => Err(undecided()),
    }
}

/// Digits in groups of three.
fn grouped(size: u64) -> String {
    let digits = size.to_string();
    let mut grouped = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
