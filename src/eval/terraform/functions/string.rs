//! Functions of strings. A character is a grapheme cluster wherever characters are counted.

use super::super::convert::{self, Outcome, Stop};
use super::args::{Args, check_bytes, check_items};
use super::pattern::{self, Groups};
use super::{Answer, Value};
use crate::value::{TermPart, Unknown, Val};
use regex::Captures;
use std::sync::Arc;
use unicode_segmentation::UnicodeSegmentation;

fn text(text: impl Into<Arc<str>>) -> Outcome<Answer> {
    Ok(Answer::Made(Value::string(text)))
}

fn truth(truth: bool) -> Outcome<Answer> {
    Ok(Answer::Made(Value::Bool(truth)))
}

/// One character for one, as Go does: "ß" has no capital.
fn map_one_to_one<I: Iterator<Item = char>>(c: char, map: impl Fn(char) -> I) -> char {
    let mut mapped = map(c);
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

pub(super) fn lower(args: &Args) -> Outcome<Answer> {
    // The only character whose small form is longer is "İ", and Go gives it a plain "i".
    let lower = |c| if c == 'İ' { 'i' } else { map_one_to_one(c, char::to_lowercase) };
    text(args.text(0)?.chars().map(lower).collect::<String>())
}

pub(super) fn upper(args: &Args) -> Outcome<Answer> {
    text(args.text(0)?.chars().map(|c| map_one_to_one(c, char::to_uppercase)).collect::<String>())
}

pub(super) fn title(args: &Args) -> Outcome<Answer> {
    let separates = |c: char| match c {
        '_' => false,
        _ if c.is_ascii() => !c.is_ascii_alphanumeric(),
        _ => c.is_whitespace(),
    };
    let mut starts = true;
    let titled = args.text(0)?.chars().map(|c| {
        let mapped = if starts { map_one_to_one(c, char::to_uppercase) } else { c };
        starts = separates(c);
        mapped
    });
    text(titled.collect::<String>())
}

pub(super) fn strrev(args: &Args) -> Outcome<Answer> {
    text(args.text(0)?.graphemes(true).rev().collect::<String>())
}

/// How many characters a text has.
pub(super) fn count(text: &str) -> usize {
    text.graphemes(true).count()
}

pub(super) fn substr(args: &Args) -> Outcome<Answer> {
    let whole = args.text(0)?;
    let (offset, length) = (args.whole(1)?, args.whole(2)?);
    let total = count(whole) as i64;
    let start = if offset < 0 { offset.saturating_add(total).max(0) } else { offset };
    // A negative length takes the rest. So does 0 behind a negative offset, which is a quirk of Terraform's.
    let length = match length {
        0 if offset >= 0 => 0,
        ..=0 => i64::MAX,
        _ => length,
    };
    let as_count = |n: i64| usize::try_from(n).unwrap_or(usize::MAX);
    text(whole.graphemes(true).skip(as_count(start)).take(as_count(length)).collect::<String>())
}

pub(super) fn join(args: &Args) -> Outcome<Answer> {
    let separator = args.text(0)?;
    if args.from(1).is_empty() {
        return Err(Stop::refused("needs at least one list"));
    }
    let mut parts: Vec<Arc<str>> = Vec::new();
    for i in 1..=args.from(1).len() {
        for item in args.known_items(i)? {
            parts.push(convert::to_string(&item.value)?);
        }
    }
    check_bytes(parts.iter().map(|part| part.len() + separator.len()).sum())?;
    text(parts.join(separator))
}

pub(super) fn split(args: &Args) -> Outcome<Answer> {
    let (separator, whole) = (args.text(0)?, args.text(1)?);
    if separator.is_empty() {
        return args.texts(whole.chars().map(String::from));
    }
    args.texts(whole.split(separator))
}

pub(super) fn sort(args: &Args) -> Outcome<Answer> {
    // Where an unknown text stands is not known, but how many texts there are.
    if let (Value::List(items), Err(Stop::Unknown(unknown))) = (&args.val(0)?.value, convert::wholly_known(args.val(0)?)) {
        return args.listing(items.iter().map(|_| args.made(super::nameless(&unknown, args.site))));
    }
    let mut texts: Vec<Arc<str>> =
        args.known_items(0)?.iter().map(|item| convert::to_string(&item.value)).collect::<Outcome<_>>()?;
    texts.sort();
    args.texts(texts)
}

pub(super) fn chomp(args: &Args) -> Outcome<Answer> {
    text(args.text(0)?.trim_end_matches(['\r', '\n']))
}

pub(super) fn indent(args: &Args) -> Outcome<Answer> {
    let (spaces, whole) = (args.whole(0)?, args.text(1)?);
    let spaces = usize::try_from(spaces).map_err(|_| Stop::refused(format!("the number of spaces cannot be {spaces}")))?;
    check_bytes(spaces)?;
    replace_plain(whole, "\n", &format!("\n{}", " ".repeat(spaces)))
}

pub(super) fn trim(args: &Args) -> Outcome<Answer> {
    let cut = args.text(1)?;
    text(args.text(0)?.trim_matches(|c| cut.contains(c)))
}

pub(super) fn trimspace(args: &Args) -> Outcome<Answer> {
    text(args.text(0)?.trim())
}

pub(super) fn trimprefix(args: &Args) -> Outcome<Answer> {
    let whole = args.text(0)?;
    text(whole.strip_prefix(args.text(1)?).unwrap_or(whole))
}

pub(super) fn trimsuffix(args: &Args) -> Outcome<Answer> {
    let whole = args.text(0)?;
    text(whole.strip_suffix(args.text(1)?).unwrap_or(whole))
}

pub(super) fn strcontains(args: &Args) -> Outcome<Answer> {
    truth(args.text(0)?.contains(args.text(1)?))
}

pub(super) fn endswith(args: &Args) -> Outcome<Answer> {
    truth(args.text(0)?.ends_with(args.text(1)?))
}

/// Often decided even for an unknown text, by what its name starts with: `startswith("10.${var.x}", "10.")`.
pub(super) fn startswith(args: &Args) -> Outcome<Answer> {
    let prefix = args.text(1)?;
    let Some(unknown) = args.val(0)?.value.as_unknown() else {
        return truth(convert::to_string(&args.val(0)?.value)?.starts_with(prefix));
    };
    let known = known_prefix(unknown);
    if known.starts_with(prefix) {
        return truth(true);
    }
    if known.len() >= prefix.len() {
        return truth(false);
    }
    Err(Stop::Unknown(Arc::clone(unknown)))
}

/// What an unknown text is known to start with. A last letter is left out, because the next character may be an accent of it.
fn known_prefix(unknown: &Unknown) -> &str {
    let text = match unknown.term.as_ref().and_then(|term| term.0.first()) {
        Some(TermPart::Text(text)) => text.as_ref(),
        _ => "",
    };
    text.strip_suffix(|c: char| !c.is_ascii_punctuation()).unwrap_or(text)
}

/// A search text between slashes is a regular expression.
pub(super) fn replace(args: &Args) -> Outcome<Answer> {
    let (whole, search, replacement) = (args.text(0)?, args.text(1)?, args.text(2)?);
    match search.strip_prefix('/').and_then(|s| s.strip_suffix('/')) {
        Some(regex) => replace_regex(whole, regex, replacement),
        None => replace_plain(whole, search, replacement),
    }
}

fn replace_plain(whole: &str, search: &str, replacement: &str) -> Outcome<Answer> {
    check_bytes(whole.matches(search).count().saturating_mul(replacement.len()).saturating_add(whole.len()))?;
    text(whole.replace(search, replacement))
}

fn replace_regex(whole: &str, regex: &str, replacement: &str) -> Outcome<Answer> {
    let regex = pattern::compile(regex)?;
    let mut out = String::new();
    let mut done = 0;
    for found in regex.captures_iter(whole) {
        let Some(range) = found.get(0).map(|m| m.range()) else { continue };
        out.push_str(whole.get(done..range.start).unwrap_or_default());
        found.expand(replacement, &mut out);
        done = range.end;
        check_bytes(out.len())?;
    }
    out.push_str(whole.get(done..).unwrap_or_default());
    text(out)
}

/// About how much work a regular expression is beyond the size of the arguments, in steps.
pub fn work(name: &str, args: &[Val]) -> usize {
    let text = |at: usize| args.get(at).and_then(|arg| arg.value.as_str());
    let (pattern, whole) = match name {
        "regex" | "regexall" => (text(0), text(1)),
        "replace" => (text(1).filter(|search| search.len() > 1 && search.starts_with('/') && search.ends_with('/')), text(0)),
        _ => return 0,
    };
    let states = pattern.map_or(0, pattern::weight);
    states.saturating_mul(whole.map_or(0, str::len)) / STATES_A_STEP + states / STATES_A_STEP
}

/// So many states of a regular expression are looked at in the time of a step.
const STATES_A_STEP: usize = 64;

pub(super) fn regex(args: &Args) -> Outcome<Answer> {
    let regex = pattern::compile(args.text(0)?)?;
    let groups = Groups::of(&regex)?;
    let found = regex.captures(args.text(1)?).ok_or_else(|| Stop::refused("the pattern matches no part of the string"))?;
    Ok(Answer::Made(matched(args, &groups, &found)))
}

pub(super) fn regexall(args: &Args) -> Outcome<Answer> {
    let regex = pattern::compile(args.text(0)?)?;
    let groups = Groups::of(&regex)?;
    args.listing(regex.captures_iter(args.text(1)?).map(|found| args.made(matched(args, &groups, &found))))
}

/// A match: the text, or a list or map of what the groups matched; null for a group that took no part.
fn matched(args: &Args, groups: &Groups, found: &Captures) -> Value {
    let group = |m: Option<regex::Match>| m.map_or(Value::Null, |m| Value::string(m.as_str()));
    match groups {
        Groups::None => group(found.get(0)),
        Groups::Numbered => Value::list(found.iter().skip(1).map(|m| args.made(group(m))).collect()),
        Groups::Named(names) => {
            Value::map(names.iter().map(|name| (Arc::clone(name), args.made(group(found.name(name))))).collect())
        }
    }
}

pub(super) fn format(args: &Args) -> Outcome<Answer> {
    args.from(1).iter().try_for_each(convert::wholly_known)?;
    text(super::format::format(args.text(0)?, args.from(1))?)
}

pub(super) fn formatlist(args: &Args) -> Outcome<Answer> {
    let (template, given) = (args.text(0)?, args.from(1));
    given.iter().filter(|val| val.value.as_items().is_none()).try_for_each(convert::wholly_known)?;
    let mut lengths = given.iter().filter_map(|val| val.value.as_items()).map(<[_]>::len);
    let length = lengths.next();
    if lengths.any(|other| Some(other) != length) {
        return Err(Stop::refused("the lists have different lengths"));
    }
    let length = length.unwrap_or(1);
    check_items(length)?;
    let mut bytes = 0;
    let mut results = Vec::with_capacity(length);
    for i in 0..length {
        let chosen = given.iter().filter_map(|val| val.value.as_items().map_or(Some(val), |items| items.get(i)));
        let row: Vec<Val> = chosen.cloned().collect();
        let elements = row.iter().zip(given).filter(|(_, arg)| arg.value.as_items().is_some());
        let value = match elements.map(|(element, _)| element).try_for_each(convert::wholly_known) {
            Ok(()) => Value::string(super::format::format(template, &row)?),
            Err(Stop::Unknown(unknown)) => super::nameless(&unknown, args.site),
            Err(refused) => return Err(refused),
        };
        bytes += value.as_str().map_or(0, str::len);
        check_bytes(bytes)?;
        results.push(args.made(value));
    }
    args.listing(results)
}

/// The last part of a path.
pub(super) fn basename(args: &Args) -> Outcome<Answer> {
    let path = args.text(0)?;
    let trimmed = path.trim_end_matches('/');
    text(match (path, trimmed) {
        ("", _) => ".",
        (_, "") => "/",
        _ => trimmed.rsplit('/').next().unwrap_or(trimmed),
    })
}

/// A path without its last part, cleaned of `.`, `..` and repeated slashes.
pub(super) fn dirname(args: &Args) -> Outcome<Answer> {
    let folder = args.text(0)?.rsplit_once('/').map_or("", |(folder, _)| if folder.is_empty() { "/" } else { folder });
    let cleaned = crate::source::join("", folder);
    text(if cleaned.is_empty() { ".".to_owned() } else { cleaned })
}
