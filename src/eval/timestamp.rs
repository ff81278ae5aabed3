//! Points in time (RFC 3339) and calendars.

use crate::date::Date;
use crate::eval::outcome::{Outcome, Stop};

/// Nanoseconds in a second.
pub const SECOND: i128 = 1_000_000_000;
const DAY: i64 = 86_400;

/// A point in time and the offset of the clock that shows it.
pub struct Timestamp {
    /// Nanoseconds since 1970 in UTC.
    pub nanos: i128,
    /// Seconds east of UTC.
    pub offset: i64,
}

/// What a clock and a calendar show.
pub struct Shown {
    /// The year of the Gregorian calendar.
    pub year: i64,
    /// From 1 to 12.
    pub month: i64,
    /// From 1 to 31.
    pub day: i64,
    /// From Sunday, 0 to 6.
    pub weekday: i64,
    /// From 0 to 23.
    pub hour: i64,
    /// From 0 to 59.
    pub minute: i64,
    /// From 0 to 59.
    pub second: i64,
}

impl Timestamp {
    /// Reads one.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Outcome<Self> {
        Self::read(text).ok_or_else(|| Stop::refused(format!("{text:?} is not a timestamp such as \"2024-01-31T12:00:00Z\"")))
    }

    /// Reads one, if it is one.
    pub fn read(text: &str) -> Option<Self> {
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

    /// What a clock and a calendar show then.
    pub fn shown(&self) -> Shown {
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
    pub fn zone(&self, colon: &str) -> String {
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
