//! One report out of those on several scenarios.

use crate::insight::Insight;
use crate::map::ClusterMap;
use crate::report::{Finding, Report, Severity, UndecidedRule, in_scenarios};
use crate::source::Span;
use rayon::prelude::*;
use std::collections::HashMap;
use std::hash::Hash;

/// Something that is checked beside others of its kind.
pub trait Named: Sync {
    /// What reports call it; nothing, when it is not worth a name.
    fn name(&self) -> Option<&str>;
}

/// Checks every scenario, and puts the reports together: what is the same in several is there once and names them. `files` says what
/// scenarios differ in: `variable file`.
pub fn check_all<S: Named>(scenarios: &[S], files: &str, check: &(dyn Fn(&S) -> Report + Sync)) -> Report {
    if let [only] = scenarios
        && only.name().is_none()
    {
        return check(only);
    }
    let reports: Vec<Report> = scenarios.par_iter().map(check).collect();
    let mut whole = Report::default();
    let mut findings: Merged<Key, Finding> = Merged::default();
    let mut undecided: Merged<UndecidedKey, UndecidedRule> = Merged::default();
    let mut insights: Merged<Insight, Insight> = Merged::default();
    let mut maps: Merged<ClusterMap, ClusterMap> = Merged::default();
    for (i, report) in reports.into_iter().enumerate() {
        for insight in report.insights {
            insights.add(insight.clone(), insight, i, |_, _| {});
        }
        for map in report.maps {
            maps.add(map.clone(), map, i, |_, _| {});
        }
        for finding in report.findings {
            let key = (finding.rule, finding.severity, finding.place, finding.cluster.clone(), finding.message.clone());
            findings.add(key, finding, i, |first, other| first.is_also(other.related, other.repair));
        }
        for rule in report.undecided {
            let key = (rule.rule, rule.cluster.clone(), rule.why.span, rule.why.reason.to_string());
            undecided.add(key, rule, i, |_, _| {});
        }
        whole.unreadable.extend(report.unreadable);
        whole.clusters.extend(report.clusters);
    }
    let names = |of: &[usize]| -> Vec<String> {
        let mut names: Vec<String> = of.iter().filter_map(|i| scenarios.get(*i)?.name().map(str::to_owned)).collect();
        names.sort();
        names.dedup();
        names
    };
    whole.findings.extend(findings.kept.into_iter().map(|(finding, of)| Finding { scenarios: names(&of), ..finding }));
    // What holds everywhere needs no names.
    let unless_all = |of: &[usize]| if of.len() < scenarios.len() { names(of) } else { Vec::new() };
    let insights = insights.kept.into_iter();
    whole.insights.extend(insights.map(|(insight, of)| Insight { scenarios: unless_all(&of), ..insight }));
    // A map shows one set of values: whoever looks at it should know which.
    let of_map = |of: &[usize]| if scenarios.len() == 1 { names(of) } else { unless_all(of) };
    whole.maps.extend(maps.kept.into_iter().map(|(map, of)| ClusterMap { scenarios: of_map(&of), ..map }));
    whole.undecided.extend(undecided.kept.into_iter().map(|(mut rule, of)| {
        // What is decided elsewhere is said to be open only here.
        if of.len() < scenarios.len() {
            let names = names(&of);
            let places = if names.is_empty() { format!("without a {files}") } else { in_scenarios(&names) };
            rule.why.reason = format!("{} {places}", rule.why.reason).into();
        }
        rule
    }));
    whole
}

type Key = (&'static str, Severity, Span, String, String);
type UndecidedKey = (&'static str, String, Option<Span>, String);

/// Things that are kept once, with the numbers of the scenarios that have them.
struct Merged<K, T> {
    index: HashMap<K, usize>,
    kept: Vec<(T, Vec<usize>)>,
}

impl<K, T> Default for Merged<K, T> {
    fn default() -> Self {
        Self { index: HashMap::new(), kept: Vec::new() }
    }
}

impl<K: Hash + Eq, T> Merged<K, T> {
    fn add(&mut self, key: K, thing: T, scenario: usize, join: impl FnOnce(&mut T, T)) {
        let at = *self.index.entry(key).or_insert(self.kept.len());
        match self.kept.get_mut(at) {
            Some((first, of)) => {
                join(first, thing);
                if of.last() != Some(&scenario) {
                    of.push(scenario);
                }
            }
            None => self.kept.push((thing, vec![scenario])),
        }
    }
}
