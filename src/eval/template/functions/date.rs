//! Points in time that are arguments. What time it is now is no business of these functions.

use super::Answer;
use super::args::{Args, int, text};
use crate::eval::outcome::{Outcome, Stop};
use crate::eval::timestamp::{SECOND, Timestamp};

/// A timestamp by RFC 3339, or with a space in place of the T, or a day, which begins in UTC.
fn timestamp(text: &str) -> Outcome<Timestamp> {
    let read = match text.get(10..11) {
        Some(" ") => Timestamp::read(&text.replacen(' ', "T", 1)),
        None => Timestamp::read(&format!("{text}T00:00:00Z")),
        _ => Timestamp::read(text),
    };
    read.ok_or_else(|| Stop::undecided(format!("{text:?} as a point in time is not worked out")))
}

pub(super) fn date_time_to_epoch(args: &Args) -> Outcome<Answer> {
    let seconds = timestamp(args.text(0)?)?.nanos.div_euclid(SECOND);
    int(i64::try_from(seconds).unwrap_or(i64::MAX))
}

pub(super) fn date_time_from_epoch(args: &Args) -> Outcome<Answer> {
    let time = Timestamp { nanos: i128::from(args.int(0)?) * SECOND, offset: 0 };
    let shown = time.shown();
    if !(0..=9999).contains(&shown.year) {
        return Err(Stop::refused("the year has more than four digits"));
    }
    text(in_format(&time, "yyyy-MM-ddTHH:mm:ssZ")?)
}

/// The format of the result, when none is given, is documented in two ways that do not fit together.
pub(super) fn date_time_add(args: &Args) -> Outcome<Answer> {
    let mut time = timestamp(args.text(0)?)?;
    let text_of_duration = args.text(1)?;
    let wrong = || Stop::undecided(format!("the duration {text_of_duration:?} is not worked out"));
    time.nanos += i128::from(duration(text_of_duration).ok_or_else(wrong)?) * SECOND;
    time.offset = 0;
    if args.from(2).is_empty() {
        return Err(Stop::undecided("the format that Azure chooses for a point in time is not worked out"));
    }
    text(in_format(&time, args.text(2)?)?)
}

/// Seconds in a duration of ISO 8601 in days, hours, minutes and seconds. Months and years have no fixed length.
fn duration(text: &str) -> Option<i64> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let (days, time) = rest.strip_prefix('P')?.split_once('T').map_or((rest.strip_prefix('P')?, ""), |(days, time)| (days, time));
    let total = units(days, &[('D', 86_400)])?.checked_add(units(time, &[('H', 3600), ('M', 60), ('S', 1)])?)?;
    (rest.len() > 1).then_some(sign * total)
}

fn units(mut text: &str, units: &[(char, i64)]) -> Option<i64> {
    let mut total = 0i64;
    for (unit, seconds) in units {
        let Some((number, rest)) = text.split_once(*unit) else { continue };
        let number = number.parse::<u32>().ok().filter(|_| number.bytes().all(|b| b.is_ascii_digit()))?;
        total = total.checked_add(i64::from(number).checked_mul(*seconds)?)?;
        text = rest;
    }
    text.is_empty().then_some(total)
}

/// A point in time in UTC, in a format of .NET's that consists of numbers and separators.
fn in_format(time: &Timestamp, format: &str) -> Outcome<String> {
    let format = match format {
        "u" => "yyyy-MM-dd HH:mm:ssZ",
        "s" => "yyyy-MM-ddTHH:mm:ss",
        format => format,
    };
    let shown = time.shown();
    let parts = [
        ("yyyy", shown.year),
        ("MM", shown.month),
        ("dd", shown.day),
        ("HH", shown.hour),
        ("mm", shown.minute),
        ("ss", shown.second),
    ];
    let mut out = String::new();
    let mut rest = format;
    while let Some(c) = rest.chars().next() {
        let run = rest.len() - rest.trim_start_matches(c).len();
        let letters = rest.get(..run).unwrap_or_default();
        match parts.iter().find(|(name, _)| *name == letters) {
            Some((name, number)) => out.push_str(&format!("{number:0width$}", width = name.len())),
            None if matches!(c, '-' | '+' | ':' | ' ' | 'T' | 'Z' | '.' | '0'..='9') => out.push_str(letters),
            None => return Err(Stop::undecided(format!("the date format {format:?} is not worked out"))),
        }
        rest = rest.get(run..).unwrap_or_default();
    }
    Ok(out)
}
