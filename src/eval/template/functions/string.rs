//! Functions of strings. Of an unknown string, the parts that are known go on into the result's name, so that ids stay linked.
//!
//! Azure counts characters in UTF-16. Positions are not worked out where that differs from counting code points.

use super::Answer;
use super::args::{Args, text, text_of, wrong};
use super::json::write_json;
use crate::eval::naming::{self, is_id};
use crate::eval::outcome::{Outcome, Stop, check_bytes, check_items};
use crate::eval::terraform::convert;
use crate::value::{Term, TermPart, Unknown, Val, Value};
use std::sync::Arc;

/// Names of texts with more parts are not kept.
const MOST_PARTS: usize = 200;

/// The characters of a string, each of which Azure counts as one.
pub(super) fn units(text: &str) -> Outcome<Vec<char>> {
    let units: Vec<char> = text.chars().collect();
    if units.iter().any(|c| c.len_utf16() > 1) {
        return Err(Stop::undecided("positions in a string with emoji and the like are not worked out"));
    }
    Ok(units)
}

/// A value as text: what `string`, `concat`, `join` and `format` write.
pub(super) fn shown(value: &Value) -> Outcome<Arc<str>> {
    match value {
        Value::String(text) => Ok(Arc::clone(text)),
        Value::Number(number) => convert::number_text(*number).map(Arc::from),
        Value::Bool(truth) => Ok(if *truth { "True" } else { "False" }.into()),
        Value::Null => Err(Stop::undecided("null as a text is not worked out")),
        value => Err(wrong(value, "a string")),
    }
}

/// A text of known and unknown values, one after the other. The first unknown one without a name makes all of it nameless.
pub(super) fn joined<'v>(vals: impl IntoIterator<Item = &'v Val>) -> Outcome<Answer> {
    let (mut parts, mut known, mut length) = (Vec::new(), String::new(), 0);
    let mut unknown: Option<Arc<Unknown>> = None;
    for val in vals {
        match &val.value {
            Value::Unknown(why) => {
                let nameless = || Stop::Unknown(Arc::clone(why));
                parts.push(TermPart::Text(std::mem::take(&mut known).into()));
                parts.extend(naming::parts(val).filter(|more| parts.len() + more.len() <= MOST_PARTS).ok_or_else(nameless)?);
                unknown.get_or_insert_with(|| Arc::clone(why));
            }
            value => {
                let text = shown(value)?;
                length += text.len();
                check_bytes(length)?;
                known.push_str(&text);
            }
        }
    }
    parts.push(TermPart::Text(known.into()));
    let why = || unknown.map_or_else(|| Unknown::new("a part is not known", None), |why| why.nameless());
    Ok(Answer::Made(naming::text(parts, why)))
}

/// Strings to a string, or arrays to an array.
pub(super) fn concat(args: &Args) -> Outcome<Answer> {
    let vals = args.from(0);
    if !vals.iter().any(|val| matches!(val.value, Value::List(_))) {
        return joined(vals);
    }
    let mut items = Vec::new();
    for val in vals {
        match &val.value {
            Value::List(more) => items.extend(more.iter().cloned()),
            value => return Err(wrong(value, "an array")),
        }
        check_items(items.len())?;
    }
    args.listing(items)
}

pub(super) fn join(args: &Args) -> Outcome<Answer> {
    let (items, delimiter) = (args.list(0)?, args.val(1)?);
    if !matches!(delimiter.value, Value::String(_) | Value::Unknown(_)) {
        return Err(wrong(&delimiter.value, "a string"));
    }
    joined(items.iter().enumerate().flat_map(|(i, item)| (i > 0).then_some(delimiter).into_iter().chain([item])))
}

pub(super) fn string(args: &Args) -> Outcome<Answer> {
    match args.value(0)? {
        // What has known text in it is a string already.
        Value::Unknown(_) if is_id(args.val(0)?) => Ok(Answer::Given(args.val(0)?.clone())),
        Value::List(_) | Value::Map(_) => text(write_json(args.val(0)?, '"')?),
        value => text(shown(value)?),
    }
}

/// One character for one, as .NET does: "ß" has no capital.
fn one_to_one<I: Iterator<Item = char>>(c: char, map: impl Fn(char) -> I) -> char {
    let mut mapped = map(c);
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

pub(super) fn lower(text: &str) -> String {
    text.chars().map(|c| one_to_one(c, char::to_lowercase)).collect()
}

pub(super) fn upper(text: &str) -> String {
    text.chars().map(|c| one_to_one(c, char::to_uppercase)).collect()
}

/// Applies something that works character by character, so that it can be applied to the known parts alone.
fn by_part(val: &Val, name: &str, apply: fn(&str) -> String) -> Outcome<Answer> {
    let unknown = match &val.value {
        Value::Unknown(unknown) => unknown,
        _ => return text(apply(text_of(val)?)),
    };
    let part = |part: TermPart| match part {
        TermPart::Text(text) => Some(TermPart::Text(apply(&text).into())),
        TermPart::Symbol(symbol) if symbol.starts_with(&format!("{name}(")) => Some(TermPart::Symbol(symbol)),
        part => {
            let part =
                Val { value: Value::Unknown(Arc::new(unknown.nameless().called(Some(Term([part].into()))))), at: val.at.clone() };
            naming::called(name, &[&part]).map(|name| TermPart::Symbol(name.into()))
        }
    };
    let parts = naming::parts(val).and_then(|parts| parts.into_iter().map(part).collect::<Option<Vec<_>>>());
    let parts = parts.ok_or_else(|| Stop::Unknown(Arc::clone(unknown)))?;
    Ok(Answer::Made(naming::text(parts, || unknown.nameless())))
}

pub(super) fn to_lower(args: &Args) -> Outcome<Answer> {
    by_part(args.val(0)?, "toLower", lower)
}

pub(super) fn to_upper(args: &Args) -> Outcome<Answer> {
    by_part(args.val(0)?, "toUpper", upper)
}

pub(super) fn trim(args: &Args) -> Outcome<Answer> {
    text(args.text(0)?.trim())
}

/// Characters of a string from a position on, all of them or so many. Of an unknown string this is known where the known text before its
/// first unknown part reaches far enough.
pub(super) fn cut(val: &Val, start: usize, count: Option<usize>) -> Outcome<Answer> {
    let Value::Unknown(unknown) = &val.value else {
        let units = units(text_of(val).map_err(|_| wrong(&val.value, "an array or a string"))?)?;
        return text(units.into_iter().skip(start).take(count.unwrap_or(usize::MAX)).collect::<String>());
    };
    let stop = || Stop::Unknown(Arc::clone(unknown));
    let mut parts = naming::parts(val).ok_or_else(stop)?.into_iter();
    let Some(TermPart::Text(known)) = parts.next() else { return Err(stop()) };
    let known = units(&known)?;
    match count {
        Some(count) if start.saturating_add(count) <= known.len() => {
            text(known.into_iter().skip(start).take(count).collect::<String>())
        }
        None if start <= known.len() => {
            let rest = TermPart::Text(known.into_iter().skip(start).collect::<String>().into());
            Ok(Answer::Made(naming::text([rest].into_iter().chain(parts), || unknown.nameless())))
        }
        _ => Err(stop()),
    }
}

pub(super) fn substring(args: &Args) -> Outcome<Answer> {
    let start = args.int(1)?;
    let count = if args.from(2).is_empty() { None } else { Some(args.int(2)?) };
    let outside = || Stop::refused(format!("{start} and {} are not within the string", count.unwrap_or(0)));
    let length = match args.value(0)? {
        Value::Unknown(_) => usize::MAX,
        _ => units(args.text(0)?)?.len(),
    };
    let first = usize::try_from(start).ok().filter(|start| *start <= length).ok_or_else(outside)?;
    let count = count.map(|count| usize::try_from(count).map_err(|_| outside())).transpose()?;
    if count.is_some_and(|count| first.saturating_add(count) > length) {
        return Err(outside());
    }
    cut(args.val(0)?, first, count)
}

pub(super) fn pad_left(args: &Args) -> Outcome<Answer> {
    let whole = match args.value(0)? {
        value @ (Value::String(_) | Value::Number(_)) => shown(value)?,
        value => return Err(wrong(value, "a string or a whole number")),
    };
    let padding = if args.from(2).is_empty() { " " } else { args.text(2)? };
    if padding.encode_utf16().count() != 1 {
        return Err(Stop::refused(format!("{padding:?} is not one character")));
    }
    let wanted = usize::try_from(args.int(1)?).map_err(|_| Stop::refused("the length cannot be negative"))?;
    let missing = wanted.saturating_sub(whole.encode_utf16().count());
    check_bytes(missing.saturating_mul(padding.len()).saturating_add(whole.len()))?;
    text(format!("{}{whole}", padding.repeat(missing)))
}

pub(super) fn replace(args: &Args) -> Outcome<Answer> {
    let (old, new) = (args.text(1)?, args.text(2)?);
    if old.is_empty() {
        return Err(Stop::refused("the text to replace is empty"));
    }
    let whole = text_of(args.val(0)?)?;
    check_bytes(whole.matches(old).count().saturating_mul(new.len()).saturating_add(whole.len()))?;
    text(whole.replace(old, new))
}

pub(super) fn split(args: &Args) -> Outcome<Answer> {
    if let Value::Unknown(unknown) = args.value(0)? {
        let segments = segments_of_id(unknown).filter(|_| args.value(1).is_ok_and(|d| d.as_str() == Some("/")));
        let segments = segments.ok_or_else(|| Stop::Unknown(Arc::clone(unknown)))?;
        return args.listing(segments.into_iter().map(|segment| args.made(naming::text(segment, || unknown.nameless()))));
    }
    let whole = args.text(0)?;
    let delimiters: Vec<&str> = match args.value(1)? {
        Value::String(delimiter) => vec![delimiter],
        Value::List(items) => items.iter().map(text_of).collect::<Outcome<_>>()?,
        value => return Err(wrong(value, "a string or an array of strings")),
    };
    if delimiters.is_empty() || delimiters.iter().any(|delimiter| delimiter.is_empty()) {
        return Err(Stop::undecided("splitting without a delimiter is not worked out"));
    }
    args.listing(pieces(whole, &delimiters).into_iter().map(|piece| args.made(Value::string(piece))))
}

/// The parts between the slashes of an id that is not known as a whole. What is not known of it are names and the like, which have no slash.
fn segments_of_id(id: &Unknown) -> Option<Vec<Vec<TermPart>>> {
    let parts = &id.term.as_ref()?.0;
    if !matches!(parts.first(), Some(TermPart::Text(text)) if text.starts_with("/subscriptions/")) {
        return None;
    }
    let mut segments: Vec<Vec<TermPart>> = vec![Vec::new()];
    for part in parts.iter() {
        match part {
            TermPart::Text(text) => {
                let mut pieces = text.split('/').map(|piece| TermPart::Text(piece.into()));
                segments.last_mut()?.extend(pieces.next());
                segments.extend(pieces.map(|piece| vec![piece]));
            }
            _ => segments.last_mut()?.push(part.clone()),
        }
    }
    Some(segments)
}

/// The pieces between delimiters. At one place the first of them that fits counts.
fn pieces<'t>(mut rest: &'t str, delimiters: &[&str]) -> Vec<&'t str> {
    let mut pieces = Vec::new();
    loop {
        let places = delimiters.iter().enumerate().filter_map(|(i, d)| rest.find(d).map(|at| (at, i, d.len())));
        let Some((at, _, length)) = places.min() else { break };
        pieces.push(rest.get(..at).unwrap_or_default());
        rest = rest.get(at + length..).unwrap_or_default();
    }
    pieces.push(rest);
    pieces
}
