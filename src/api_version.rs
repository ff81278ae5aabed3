//! Versions of Azure's APIs. They decide which properties a resource has.

use crate::date::Date;
use serde::Deserialize;
use std::fmt;
use std::str::FromStr;

/// A version of a resource type: `2025-05-01`, or `2025-05-02-preview` and the like. They are in the order of their days; of one day, what
/// is not stable yet comes first.
///
/// A preview may have properties that a later stable version does not have, so whether a property exists is asked of the two separately:
/// see [`crate::facts::ApiProperty`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct ApiVersion {
    day: Date,
    stage: Stage,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// With a word behind the day: `preview`, `beta`, ..
    Unstable(String),
    Stable,
}

impl ApiVersion {
    /// Whether it has no suffix.
    pub fn is_stable(&self) -> bool {
        self.stage == Stage::Stable
    }
}

impl FromStr for ApiVersion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not an API version such as 2025-05-01");
        let (day, suffix) = text.split_at_checked("YYYY-MM-DD".len()).ok_or_else(wrong)?;
        let day = day.parse().map_err(|_| wrong())?;
        let stage = match suffix.strip_prefix('-') {
            None if suffix.is_empty() => Stage::Stable,
            Some(word) if !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphabetic()) => {
                Stage::Unstable(word.to_ascii_lowercase())
            }
            _ => return Err(wrong()),
        };
        Ok(Self { day, stage })
    }
}

impl TryFrom<String> for ApiVersion {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.stage {
            Stage::Stable => write!(f, "{}", self.day),
            Stage::Unstable(word) => write!(f, "{}-{word}", self.day),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_in_the_order_of_their_days() {
        let ordered = ["2022-04-02-preview", "2023-02-01", "2023-02-02-preview", "2023-03-01-preview", "2023-03-01"];
        let versions: Vec<ApiVersion> = ordered.iter().map(|v| v.parse().unwrap()).collect();
        assert!(versions.is_sorted());
        assert_eq!(versions.iter().map(ToString::to_string).collect::<Vec<_>>(), ordered);
        assert_eq!(versions.iter().filter(|v| v.is_stable()).count(), 2);
        assert_eq!("2022-04-02-Preview".parse::<ApiVersion>().unwrap(), versions[0]);
    }

    #[test]
    fn other_texts_are_no_versions() {
        for bad in
            ["", "2023-02", "2023-02-30", "latest", "2023-02-01preview", "2023-02-01-", "2023-02-01-pre view", "2023-02-0é1"]
        {
            assert!(bad.parse::<ApiVersion>().is_err(), "{bad}");
        }
    }
}
