//! Calendar dates, for facts and severities that change over time.

use serde::Deserialize;
use std::fmt;
use std::str::FromStr;

/// A day, `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// Later than any other date: what holds today.
    pub const LATEST: Date = Date { year: 9999, month: 12, day: 31 };
}

impl FromStr for Date {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not a date such as 2023-11-28");
        let parts: Vec<&str> = text.split('-').collect();
        let [year, month, day] = parts.as_slice() else { return Err(wrong()) };
        let digits = |s: &str, n: usize| s.len() == n && s.bytes().all(|b| b.is_ascii_digit());
        if !(digits(year, 4) && digits(month, 2) && digits(day, 2)) {
            return Err(wrong());
        }
        let date = Date {
            year: year.parse().map_err(|_| wrong())?,
            month: month.parse().map_err(|_| wrong())?,
            day: day.parse().map_err(|_| wrong())?,
        };
        let leap = date.year.is_multiple_of(4) && (!date.year.is_multiple_of(100) || date.year.is_multiple_of(400));
        let days = match date.month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        };
        if (1..=days).contains(&date.day) { Ok(date) } else { Err(wrong()) }
    }
}

impl TryFrom<String> for Date {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// A value with its history: what held from which day on. The first entry also holds for all days before it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Dated<T>(Vec<Entry<T>>);

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry<T> {
    from: Date,
    value: T,
}

impl<T> Dated<T> {
    /// What held on a day; `None` only for an empty history.
    pub fn on(&self, day: Date) -> Option<&T> {
        self.0.iter().rev().find(|e| e.from <= day).or(self.0.first()).map(|e| &e.value)
    }

    /// The history, oldest first.
    pub fn history(&self) -> impl Iterator<Item = (Date, &T)> {
        self.0.iter().map(|e| (e.from, &e.value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_real_days_are_dates() {
        for good in ["2023-11-28", "2024-02-29", "2000-02-29"] {
            assert_eq!(good.parse::<Date>().unwrap().to_string(), good);
        }
        for bad in ["2023-02-29", "1900-02-29", "2023-13-01", "2023-00-10", "2023-1-1", "28.11.2023", "", "2023-11-+8"] {
            assert!(bad.parse::<Date>().is_err(), "{bad}");
        }
    }
}
