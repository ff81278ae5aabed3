//! Functions that encode and decode texts: JSON, CSV, Base64, URLs.

use super::super::convert::{self, Outcome, Stop};
use super::args::{Args, check_bytes, check_items};
use super::{Answer, Value};
use crate::value::{At, Val};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use std::collections::{BTreeMap, BTreeSet};
use std::iter::Peekable;
use std::str::Chars;
use std::sync::Arc;

fn text(text: impl Into<Arc<str>>) -> Outcome<Answer> {
    Ok(Answer::Made(Value::string(text)))
}

pub(super) fn jsonencode(args: &Args) -> Outcome<Answer> {
    convert::wholly_known(args.val(0)?)?;
    text(to_json(&args.val(0)?.value)?)
}

/// JSON as Terraform writes it: without spaces, with `<`, `>` and `&` escaped.
pub(super) fn to_json(value: &Value) -> Outcome<String> {
    let mut out = String::new();
    write_json(value, &mut out)?;
    Ok(out)
}

fn write_json(value: &Value, out: &mut String) -> Outcome<()> {
    check_bytes(out.len())?;
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(_) | Value::Number(_) => out.push_str(&convert::to_string(value)?),
        Value::String(text) => {
            write_json_text(text, out);
            check_bytes(out.len())?;
        }
        Value::Unknown(unknown) => return Err(Stop::Unknown(Arc::clone(unknown))),
        Value::List(items) | Value::Set(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { "," });
                write_json(&item.value, out)?;
            }
            out.push(']');
        }
        Value::Map(map) => {
            out.push('{');
            for (i, (key, entry)) in map.entries.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { "," });
                write_json_text(key, out);
                out.push(':');
                write_json(&entry.value, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

fn write_json_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            _ => out.push(c),
        }
    }
    out.push('"');
}

/// Terraform's own limit is far beyond this one, which is that of the JSON reader.
const DEEPEST_JSON: usize = 128;

pub(super) fn jsondecode(args: &Args) -> Outcome<Answer> {
    let json = args.text(0)?;
    let value: serde_json::Value = serde_json::from_str(json).map_err(|error| {
        if error.to_string().starts_with("recursion limit") {
            return Stop::undecided(format!("JSON nested more than {DEEPEST_JSON} deep is not worked out"));
        }
        Stop::refused(format!("not JSON: {error}"))
    })?;
    // Parts keep the places that the text came through, so that a finding about one can name the file that it is from.
    let at = At { site: args.site, hops: args.val(0)?.at.hops.clone() };
    Ok(Answer::Made(from_json(&value, &at)))
}

/// What a JSON text holds; everything in it is at one place. `None` when it is no JSON.
pub fn parse_json(text: &str, at: &At) -> Option<Value> {
    serde_json::from_str(text).ok().map(|value| from_json(&value, at))
}

fn from_json(value: &serde_json::Value, at: &At) -> Value {
    let part = |item| Val { value: from_json(item, at), at: at.clone() };
    match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(truth) => Value::Bool(*truth),
        serde_json::Value::Number(number) => match convert::parse_number(&number.to_string()) {
            Ok(number) => Value::Number(number),
            Err(_) => Value::unknown("numbers beyond 2^53 are not kept exactly", at.site),
        },
        serde_json::Value::String(text) => Value::string(text.as_str()),
        serde_json::Value::Array(items) => Value::list(items.iter().map(part).collect()),
        serde_json::Value::Object(entries) => {
            Value::map(entries.iter().map(|(key, item)| (key.as_str().into(), part(item))).collect())
        }
    }
}

/// Go accepts line breaks anywhere and leftover bits at the end.
fn decode_base64(encoded: &str) -> Outcome<Vec<u8>> {
    let engine = GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));
    engine.decode(encoded.replace(['\r', '\n'], "")).map_err(|_| Stop::refused("not Base64"))
}

pub(super) fn encode_base64(bytes: &[u8]) -> Outcome<Answer> {
    check_bytes(bytes.len())?;
    text(GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new()).encode(bytes))
}

pub(super) fn base64encode(args: &Args) -> Outcome<Answer> {
    encode_base64(args.text(0)?.as_bytes())
}

pub(super) fn base64decode(args: &Args) -> Outcome<Answer> {
    text(String::from_utf8(decode_base64(args.text(0)?)?).map_err(|_| Stop::refused("the decoded bytes are not UTF-8"))?)
}

/// The encodings that are worked out; Terraform knows many more.
enum Encoding {
    Utf8,
    Utf16(fn(u16) -> [u8; 2], fn([u8; 2]) -> u16),
}

fn encoding(name: &str) -> Outcome<Encoding> {
    match name.to_ascii_uppercase().as_str() {
        "UTF-8" => Ok(Encoding::Utf8),
        "UTF-16LE" => Ok(Encoding::Utf16(u16::to_le_bytes, u16::from_le_bytes)),
        "UTF-16BE" => Ok(Encoding::Utf16(u16::to_be_bytes, u16::from_be_bytes)),
        _ => Err(Stop::undecided(format!("the encoding {name:?} is not worked out"))),
    }
}

pub(super) fn textencodebase64(args: &Args) -> Outcome<Answer> {
    let plain = args.text(0)?;
    match encoding(args.text(1)?)? {
        Encoding::Utf8 => encode_base64(plain.as_bytes()),
        Encoding::Utf16(to_bytes, _) => encode_base64(&plain.encode_utf16().flat_map(to_bytes).collect::<Vec<u8>>()),
    }
}

pub(super) fn textdecodebase64(args: &Args) -> Outcome<Answer> {
    let bytes = decode_base64(args.text(0)?)?;
    let decoded = match encoding(args.text(1)?)? {
        Encoding::Utf8 => String::from_utf8(bytes).ok(),
        Encoding::Utf16(_, from_bytes) => decode_utf16(&bytes, from_bytes),
    };
    text(decoded.filter(|d| !d.contains('\u{fffd}')).ok_or_else(|| Stop::refused("bytes that the encoding does not know"))?)
}

fn decode_utf16(bytes: &[u8], from_bytes: fn([u8; 2]) -> u16) -> Option<String> {
    let units: Vec<u16> = bytes.chunks(2).map(|pair| pair.try_into().map(from_bytes).ok()).collect::<Option<_>>()?;
    String::from_utf16(&units).ok()
}

pub(super) fn urlencode(args: &Args) -> Outcome<Answer> {
    let mut out = String::new();
    for byte in args.text(0)?.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    text(out)
}

/// Records of RFC 4180; the first one names the columns.
pub(super) fn csvdecode(args: &Args) -> Outcome<Answer> {
    let mut records = read_csv(args.text(0)?)?.into_iter();
    let columns: Vec<Arc<str>> = records.next().ok_or_else(|| Stop::refused("the header line is missing"))?;
    let mut names = BTreeSet::new();
    if let Some(twice) = columns.iter().find(|name| !names.insert(Arc::clone(name))) {
        return Err(Stop::refused(format!("two columns are named {twice:?}")));
    }
    let mut rows = Vec::new();
    for record in records {
        if record.len() != columns.len() {
            return Err(Stop::refused(format!("a line has {} fields instead of {}", record.len(), columns.len())));
        }
        let cells = record.into_iter().map(|cell| args.made(Value::String(cell)));
        let row: BTreeMap<Arc<str>, Val> = columns.iter().cloned().zip(cells).collect();
        rows.push(args.made(Value::map(row)));
    }
    args.listing(rows)
}

fn read_csv(text: &str) -> Outcome<Vec<Vec<Arc<str>>>> {
    let text = text.replace("\r\n", "\n");
    let mut rest = text.chars().peekable();
    let (mut records, mut record) = (Vec::new(), Vec::new());
    let mut fields = 0;
    loop {
        // Empty lines are no records.
        while record.is_empty() && rest.next_if_eq(&'\n').is_some() {}
        if record.is_empty() && rest.peek().is_none() {
            return Ok(records);
        }
        fields += 1;
        check_items(fields)?;
        record.push(read_field(&mut rest)?);
        if rest.next() != Some(',') {
            records.push(std::mem::take(&mut record));
        }
    }
}

/// Reads one field, up to but without the `,` or line end behind it.
fn read_field(rest: &mut Peekable<Chars>) -> Outcome<Arc<str>> {
    let mut field = String::new();
    if rest.next_if_eq(&'"').is_some() {
        loop {
            match rest.next() {
                Some('"') if rest.next_if_eq(&'"').is_some() => field.push('"'),
                Some('"') => break,
                Some(c) => field.push(c),
                None => return Err(Stop::refused("a quoted field has no end")),
            }
        }
    } else {
        while let Some(c) = rest.next_if(|c| !matches!(c, ',' | '\n' | '"')) {
            field.push(c);
        }
    }
    match rest.peek() {
        None | Some(',' | '\n') => Ok(field.into()),
        Some(_) => Err(Stop::refused("a quote stands within a field")),
    }
}
