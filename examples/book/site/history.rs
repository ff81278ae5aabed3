//! The page with all that changed, by date.

use super::rules::{Topical, badge};
use overlint::date::Date;
use overlint::facts::{Facts, History};
use std::collections::BTreeMap;

/// One change: what, from what, to what, and the links to its rules.
type Change = (String, String, String, Vec<String>);

/// The page. What held first also held before its date, so that it is no change.
pub fn page(rules: &[Topical]) -> String {
    let mut changes: Vec<(Date, Change)> = severities(rules).chain(facts(rules)).chain(ends(rules)).collect();
    changes.sort();
    let row = |(day, (what, before, after, rules)): (Date, Change)| {
        format!("| <span class=\"day\">{day}</span> | {} | {what} | {before} | {after} |\n", rules.join(", "))
    };
    format!(
        "# Date history\n\nAzure changed what it refuses, and overlint knows when. `--as-of YYYY-MM-DD` checks against what held on a day, and so does \
         `as-of` in [overlint.toml](../docs/configuration.md). What held before the first change of a thing stands under *before*. Each rule's page \
         says what it was read from.\n\n| from | rules | what | before | from then on |\n| --- | --- | --- | --- | --- |\n{}",
        changes.into_iter().map(row).collect::<String>()
    )
}

fn link(rule: &Topical) -> String {
    format!("[{0}]({1}/{0}.md)", rule.rule.name, rule.topic)
}

/// Each change of how bad a case of a rule is.
fn severities(rules: &[Topical]) -> impl Iterator<Item = (Date, Change)> {
    rules.iter().flat_map(|rule| {
        rule.document.history().flat_map(move |(case, steps)| {
            let what = if case == "default" { "severity".to_owned() } else { format!("severity, case {case}") };
            let changes: Vec<(Date, Change)> = pairs(&steps)
                .map(|(day, before, after)| (day, (what.clone(), badge(*before), badge(*after), vec![link(rule)])))
                .collect();
            changes
        })
    })
}

/// Each change of a fact, with all rules that name it.
fn facts(rules: &[Topical]) -> impl Iterator<Item = (Date, Change)> {
    let mut named: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for rule in rules {
        rule.document.facts.iter().for_each(|fact| named.entry(fact).or_default().push(link(rule)));
    }
    named.into_iter().filter_map(|(fact, rules)| Some((History::of(fact)?, rules))).flat_map(|(fact, rules)| {
        let changes: Vec<(Date, Change)> = pairs(&fact.steps)
            .map(|(day, before, after)| (day, (fact.title.clone(), before.clone(), after.clone(), rules.clone())))
            .collect();
        changes
    })
}

/// The days on which something ends, which facts hold as values.
fn ends(rules: &[Topical]) -> impl Iterator<Item = (Date, Change)> {
    let nodes = Facts::embedded().nodes;
    let mut ends = Vec::new();
    let windows = nodes.windows_server_2019.on(Date::LATEST);
    ends.extend(windows.map(|os| (os.retired.clone(), "support of Windows Server 2019", "windows-server-2019")));
    ends.extend(windows.map(|os| (os.images_deleted.clone(), "images of Windows Server 2019", "windows-server-2019")));
    let sets = nodes.availability_sets_retired.on(Date::LATEST);
    ends.extend(sets.map(|day| (day.clone(), "support of availability sets", "availability-set-not-supported")));
    ends.into_iter().filter_map(|(day, what, name)| {
        let rules = rules.iter().filter(|rule| rule.rule.name == name).map(link).collect();
        Some((day.parse().ok()?, (what.to_owned(), "yes".to_owned(), "ended".to_owned(), rules)))
    })
}

/// Each step but the first, with what held before it.
fn pairs<T>(steps: &[(Date, T)]) -> impl Iterator<Item = (Date, &T, &T)> {
    steps.iter().zip(steps.iter().skip(1)).map(|((_, before), (day, after))| (*day, before, after))
}
