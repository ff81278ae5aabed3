//! Functions of timestamps (RFC 3339). The time of day of a run is no input, so all are pure.

use super::super::convert::{Outcome, Stop};
use super::args::Args;
use super::{Answer, Value};
use crate::eval::timestamp::{SECOND, Shown, Timestamp};

pub(super) fn timecmp(args: &Args) -> Outcome<Answer> {
    let order = Timestamp::parse(args.text(0)?)?.nanos.cmp(&Timestamp::parse(args.text(1)?)?.nanos);
    Ok(Answer::Made(Value::Number(f64::from(order as i8))))
}

pub(super) fn timeadd(args: &Args) -> Outcome<Answer> {
    let mut time = Timestamp::parse(args.text(0)?)?;
    let text = args.text(1)?;
    time.nanos += duration(text).ok_or_else(|| Stop::refused(format!("{text:?} is not a duration such as \"1h30m\"")))?;
    let Shown { year, month, day, hour, minute, second, .. } = time.shown();
    let zone = if time.offset == 0 { "Z".to_owned() } else { time.zone(":") };
    let year = if year < 0 { format!("{year:05}") } else { format!("{year:04}") };
    let shown = format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}");
    Ok(Answer::Made(Value::string(shown)))
}

/// Nanoseconds in a duration such as `-1.5h10m`. Terraform keeps them in 64 bits.
fn duration(text: &str) -> Option<i128> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    let mut total: i128 = 0;
    loop {
        let behind = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let amount = rest.strip_suffix(behind)?;
        let unit_end = behind.trim_start_matches(|c: char| !c.is_ascii_digit() && c != '.');
        total = total.checked_add(nanos(amount, behind.strip_suffix(unit_end)?)?)?;
        rest = unit_end;
        if rest.is_empty() {
            break;
        }
    }
    (total <= i128::from(i64::MAX)).then_some(if negative { -total } else { total })
}

fn nanos(amount: &str, unit: &str) -> Option<i128> {
    let unit: i128 = match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1000,
        "ms" => 1_000_000,
        "s" => SECOND,
        "m" => 60 * SECOND,
        "h" => 3600 * SECOND,
        _ => return None,
    };
    let (whole, part) = amount.split_once('.').unwrap_or((amount, ""));
    if (whole.is_empty() && part.is_empty()) || part.contains('.') || whole.len() > 19 {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let part: String = part.chars().take(15).collect();
    let scale = 10i128.checked_pow(u32::try_from(part.len()).ok()?)?;
    let part: i128 = if part.is_empty() { 0 } else { part.parse().ok()? };
    Some(whole * unit + part * unit / scale)
}

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

pub(super) fn formatdate(args: &Args) -> Outcome<Answer> {
    let time = Timestamp::parse(args.text(1)?)?;
    let shown = time.shown();
    let mut out = String::new();
    let mut rest = args.text(0)?.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\'' => out.push_str(&quoted(&mut rest)?),
            'a'..='z' | 'A'..='Z' => {
                let mut length = 1;
                while rest.next_if_eq(&c).is_some() {
                    length += 1;
                }
                let part = part(&time, &shown, c, length);
                out.push_str(
                    &part.ok_or_else(|| Stop::refused(format!("the date format has no {}", c.to_string().repeat(length))))?,
                );
            }
            _ => out.push(c),
        }
    }
    Ok(Answer::Made(Value::string(out)))
}

/// Text up to the closing quote, the opening one of which was read. Two quotes stand for one, also outside of quoted text.
fn quoted(rest: &mut std::iter::Peekable<std::str::Chars>) -> Outcome<String> {
    if rest.next_if_eq(&'\'').is_some() {
        return Ok("'".to_owned());
    }
    let mut text = String::new();
    while let Some(c) = rest.next() {
        if c == '\'' && rest.next_if_eq(&'\'').is_none() {
            return Ok(text);
        }
        text.push(c);
    }
    Err(Stop::refused("the date format has a quote without end"))
}

fn part(time: &Timestamp, shown: &Shown, letter: char, length: usize) -> Option<String> {
    let named = |names: &[&str], i: i64| {
        let name = names.get(usize::try_from(i).ok()?)?;
        Some(if length == 3 { name.chars().take(3).collect() } else { (*name).to_owned() })
    };
    let short = |n: i64| match length {
        1 => Some(n.to_string()),
        2 => Some(format!("{n:02}")),
        _ => None,
    };
    let half = if shown.hour < 12 { "AM" } else { "PM" };
    match (letter, length) {
        ('Y', 2) => Some(format!("{:02}", shown.year % 100)),
        ('Y', 4) => Some(format!("{:04}", shown.year)),
        ('M', 3 | 4) => named(&MONTHS, shown.month - 1),
        ('M', _) => short(shown.month),
        ('D', _) => short(shown.day),
        ('E', 3 | 4) => named(&WEEKDAYS, shown.weekday),
        ('h', _) => short(shown.hour),
        ('H', _) => short((shown.hour + 11) % 12 + 1),
        ('A', 2) => Some(half.to_owned()),
        ('a', 2) => Some(half.to_lowercase()),
        ('m', _) => short(shown.minute),
        ('s', _) => short(shown.second),
        ('Z', 1) if time.offset == 0 => Some("Z".to_owned()),
        ('Z', 3) if time.offset == 0 => Some("UTC".to_owned()),
        ('Z', 1 | 5) => Some(time.zone(":")),
        ('Z', 3 | 4) => Some(time.zone("")),
        _ => None,
    }
}
