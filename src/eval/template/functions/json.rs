//! JSON as Azure reads it, which is less strictly than the standard, and as it writes it.

use super::Answer;
use super::args::Args;
use crate::eval::outcome::{Outcome, Stop, check_bytes, wholly_known};
use crate::eval::terraform::{convert, functions::parse_json};
use crate::value::{At, Val, Value};
use std::iter::Peekable;
use std::str::Chars;

pub(super) fn json(args: &Args) -> Outcome<Answer> {
    read_json(args.text(0)?, args)
}

/// The value of a JSON text.
pub(super) fn read_json(text: &str, args: &Args) -> Outcome<Answer> {
    // Parts keep the places that the text came through.
    let at = At { site: args.site, hops: args.val(0)?.at.hops.clone() };
    let value = parse_json(text, &at).or_else(|| parse_json(&strict(text)?, &at));
    value.map(Answer::Made).ok_or_else(|| Stop::undecided("the text is not JSON that can be read here"))
}

/// The same in strict JSON: with double quotes, quoted keys, and without comments and needless commas.
fn strict(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\'' | '"' => out.push_str(&serde_json::to_string(&quoted(&mut rest, c)?).ok()?),
            '/' => comment(&mut rest)?,
            '}' | ']' => {
                let kept = out.trim_end();
                out.truncate(kept.strip_suffix(',').unwrap_or(kept).len());
                out.push(c);
            }
            c if c.is_alphabetic() || matches!(c, '_' | '$') => {
                let mut word = String::from(c);
                while let Some(c) = rest.next_if(|c| c.is_alphanumeric() || matches!(c, '_' | '$')) {
                    word.push(c);
                }
                while rest.next_if(|c| c.is_whitespace()).is_some() {}
                let is_key = rest.peek() == Some(&':');
                out.push_str(&if is_key { format!("{word:?}") } else { word });
            }
            c if c.is_ascii_digit() || c == '-' => {
                out.push(c);
                while let Some(c) = rest.next_if(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-')) {
                    out.push(c);
                }
            }
            c => out.push(c),
        }
    }
    Some(out)
}

/// The text up to a quote, with its escapes resolved.
fn quoted(rest: &mut Peekable<Chars>, quote: char) -> Option<String> {
    let mut text = String::new();
    loop {
        match rest.next()? {
            c if c == quote => return Some(text),
            '\\' => text.push(match rest.next()? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'b' => '\u{8}',
                'f' => '\u{c}',
                c @ ('\'' | '"' | '\\' | '/') => c,
                _ => return None,
            }),
            c => text.push(c),
        }
    }
}

/// Reads on behind a comment, the first `/` of which was read.
fn comment(rest: &mut Peekable<Chars>) -> Option<()> {
    match rest.next()? {
        '/' => while rest.next_if(|c| *c != '\n').is_some() {},
        '*' => {
            let mut before = ' ';
            loop {
                match rest.next()? {
                    '/' if before == '*' => break,
                    c => before = c,
                }
            }
        }
        _ => return None,
    }
    Some(())
}

/// A wholly known value as JSON without spaces, with this kind of quote.
pub(super) fn write_json(val: &Val, quote: char) -> Outcome<String> {
    wholly_known(val)?;
    let mut out = String::new();
    write(&val.value, quote, &mut out)?;
    Ok(out)
}

fn write(value: &Value, quote: char, out: &mut String) -> Outcome<()> {
    check_bytes(out.len())?;
    match value {
        Value::Null | Value::Unknown(_) => out.push_str("null"),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&convert::number_text(*number)?),
        Value::String(text) => write_text(text, quote, out),
        Value::List(items) | Value::Set(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { "," });
                write(&item.value, quote, out)?;
            }
            out.push(']');
        }
        Value::Map(map) => {
            if map.entries.len() > 1 {
                return Err(Stop::undecided("the order of keys in the text of an object is not kept"));
            }
            out.push('{');
            for (key, entry) in &map.entries {
                write_text(key, quote, out);
                out.push(':');
                write(&entry.value, quote, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

fn write_text(text: &str, quote: char, out: &mut String) {
    out.push(quote);
    for c in text.chars() {
        match c {
            c if c == quote || c == '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..='\u{1f}' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push(quote);
}
