//! Functions of timestamps (RFC 3339). The time of day of a run is no input, so all are pure.

use super::super::convert::{Outcome, Stop};
use super::args::Args;
use super::{Answer, Value};
use crate::date::Date;

const SECOND: i128 = 1_000_000_000;
const DAY: i64 = 86_400;

/// A point in time and the offset of the clock that shows it.
struct Timestamp {
    /// Nanoseconds since 1970 in UTC.
    nanos: i128,
    /// Seconds east of UTC.
    offset: i64,
}

/// What a clock and a calendar show.
struct Shown {
    year: i64,
    month: i64,
    day: i64,
    /// From Sunday, 0 to 6.
    weekday: i64,
    hour: i64,
    minute: i64,
    second: i64,
}

impl Timestamp {
    fn parse(text: &str) -> Outcome<Self> {
        Self::read(text).ok_or_else(|| Stop::refused(format!("{text:?} is not a timestamp such as \"2024-01-31T12:00:00Z\"")))
    }

    fn read(text: &str) -> Option<Self> {
        let (date, time) = text.split_once('T')?;
        date.parse::<Date>().ok()?;
        let year = number(date.get(0..4)?, 4, 9999)?;
        let (month, day) = (number(date.get(5..7)?, 2, 12)?, number(date.get(8..10)?, 2, 31)?);
        let (clock, rest) = time.split_at_checked(8)?;
        let (hour, minute, second) = clock_time(clock)?;
        let (nanos, zone) = fraction(rest)?;
        let offset = zone_offset(zone)?;
        let seconds = days_since_1970(year, month, day) * DAY + hour * 3600 + minute * 60 + second - offset;
        Some(Self { nanos: i128::from(seconds) * SECOND + nanos, offset })
    }

    fn shown(&self) -> Shown {
        let seconds = i64::try_from(self.nanos.div_euclid(SECOND)).unwrap_or(i64::MAX / 2) + self.offset;
        let (days, of_day) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
        let (year, month, day) = date_of(days);
        Shown {
            year,
            month,
            day,
            weekday: (days + 4).rem_euclid(7),
            hour: of_day / 3600,
            minute: of_day / 60 % 60,
            second: of_day % 60,
        }
    }

    /// The offset as `+01:00`, with or without the colon.
    fn zone(&self, colon: &str) -> String {
        let sign = if self.offset < 0 { '-' } else { '+' };
        let minutes = self.offset.abs() / 60;
        format!("{sign}{:02}{colon}{:02}", minutes / 60, minutes % 60)
    }
}

fn number(text: &str, digits: usize, most: i64) -> Option<i64> {
    let valid = text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|n| valid && *n <= most)
}

fn clock_time(text: &str) -> Option<(i64, i64, i64)> {
    let mut parts = text.split(':');
    let time = (number(parts.next()?, 2, 23)?, number(parts.next()?, 2, 59)?, number(parts.next()?, 2, 59)?);
    parts.next().is_none().then_some(time)
}

/// The nanoseconds of an optional fraction of a second, and the text behind it. Digits beyond the ninth are dropped.
fn fraction(text: &str) -> Option<(i128, &str)> {
    let Some(behind) = text.strip_prefix('.') else { return Some((0, text)) };
    let rest = behind.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = behind.strip_suffix(rest)?;
    let nine: String = digits.chars().chain("000000000".chars()).take(9).collect();
    if digits.is_empty() { None } else { Some((nine.parse().ok()?, rest)) }
}

fn zone_offset(text: &str) -> Option<i64> {
    if text == "Z" {
        return Some(0);
    }
    let (sign, size) = match text.split_at_checked(1)? {
        ("+", size) => (1, size),
        ("-", size) => (-1, size),
        _ => return None,
    };
    let (hours, minutes) = size.split_once(':')?;
    Some(sign * (number(hours, 2, 23)? * 60 + number(minutes, 2, 59)?) * 60)
}

/// Days since 1970-01-01 in the Gregorian calendar. Years are counted from March, so that a leap day is a year's last day.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + (153 * month + 2) / 5 + day - 719_469
}

/// The inverse of [`days_since_1970`].
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let calendar_month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + i64::from(calendar_month <= 2), calendar_month, day)
}

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
