//! The history of a fact, for people to read.

use crate::date::Date;
use crate::report::grouped;

/// A fact that changed over time, in words.
#[derive(Clone, Debug)]
pub struct History {
    /// What it is about.
    pub title: String,
    /// From which day on what held, oldest first. The first also held before its day.
    pub steps: Vec<(Date, String)>,
}

impl History {
    /// The history of the fact with this name: `nodes.cluster-nodes-overlay` is the table `cluster-nodes-overlay` of
    /// `rules/facts/nodes.toml`. `None` where there is no such fact, or it has no title.
    pub fn of(name: &str) -> Option<Self> {
        let (file, fact) = name.split_once('.')?;
        let facts: toml::Table = toml::from_str(text(file)?).ok()?;
        let fact = facts.get(fact)?;
        let steps = fact.get("history")?.as_array()?.iter().map(|step| {
            let from = step.get("from")?.as_str()?.parse().ok()?;
            Some((from, in_words(step.get("value")?)?))
        });
        Some(Self { title: fact.get("title")?.as_str()?.to_owned(), steps: steps.collect::<Option<_>>()? })
    }
}

/// The files whose facts have titles. A test of the project sees to it that none is missing.
fn text(file: &str) -> Option<&'static str> {
    Some(match file {
        "addons" => include_str!("../../rules/facts/addons.toml"),
        "dual-stack" => include_str!("../../rules/facts/dual-stack.toml"),
        "egress" => include_str!("../../rules/facts/egress.toml"),
        "nodes" => include_str!("../../rules/facts/nodes.toml"),
        "upgrade" => include_str!("../../rules/facts/upgrade.toml"),
        _ => return None,
    })
}

/// Facts with several parts have no such form.
fn in_words(value: &toml::Value) -> Option<String> {
    Some(match value {
        toml::Value::Boolean(true) => "yes".to_owned(),
        toml::Value::Boolean(false) => "no".to_owned(),
        toml::Value::Integer(number) => u128::try_from(*number).map_or_else(|_| number.to_string(), grouped),
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(items) if items.is_empty() => "none".to_owned(),
        toml::Value::Array(items) => items.iter().map(in_words).collect::<Option<Vec<_>>>()?.join(", "),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_told_in_words() {
        let steps = |name: &str| -> Vec<String> {
            History::of(name).unwrap().steps.into_iter().map(|(from, value)| format!("{from} {value}")).collect()
        };
        assert_eq!(steps("nodes.cluster-nodes-overlay"), ["2023-11-28 1,000", "2024-03-19 5,000"]);
        assert_eq!(steps("addons.agic-with-overlay"), ["2023-11-28 no", "2025-04-01 yes"]);
        let regions = steps("nodes.arm64-overlay-regions-without");
        assert!(regions[0].starts_with("2023-11-22 eastus2, francecentral, ") && regions[1] == "2024-01-10 none", "{regions:?}");
        assert!(History::of("nodes.no-such-fact").is_none() && History::of("modules").is_none());
    }
}
