//! Conditions that are not known: a root module is checked once with the condition holding, and once without.
//!
//! What is found either way is a finding; what is found only one way is undecided, and says which condition decides it.

use crate::eval::Assumptions;
use crate::insight;
use crate::map;
use crate::model::Undecided;
use crate::report::{Finding, Report, UndecidedRule};
use crate::source::Span;
use crate::value::Choice;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

/// So many conditions are assumed one way and the other, one inside the other; more stay unknown.
const MOST_CONDITIONS: usize = 4;

/// Checks under all assumptions that matter, and puts the reports together.
pub fn check_all(check: &dyn Fn(&Assumptions) -> Report) -> Report {
    let mut cases = Vec::new();
    explore(check, &mut Assumptions::new(), None, &mut cases);
    combine(cases)
}

/// What was found under some assumptions, and the condition that was assumed last.
struct Case {
    report: Report,
    last: Option<Arc<Choice>>,
}

fn explore(
    check: &dyn Fn(&Assumptions) -> Report,
    assumptions: &mut Assumptions,
    last: Option<Arc<Choice>>,
    cases: &mut Vec<Case>,
) {
    let report = check(assumptions);
    let open = report.undecided.iter().find_map(|u| u.why.choice.clone().filter(|c| !assumptions.contains_key(&c.key)));
    match open {
        Some(choice) if assumptions.len() < MOST_CONDITIONS => {
            for holds in [true, false] {
                assumptions.insert(Arc::clone(&choice.key), holds);
                explore(check, assumptions, Some(Arc::clone(&choice)), cases);
                assumptions.remove(&choice.key);
            }
        }
        _ => cases.push(Case { report, last }),
    }
}

/// A rule and a cluster: what a check answers.
type Question = (&'static str, String);

/// A finding, and under how many assumptions it is found.
struct Found {
    times: usize,
    finding: Finding,
}

fn combine(cases: Vec<Case>) -> Report {
    if cases.len() < 2 {
        return cases.into_iter().next().map(|case| case.report).unwrap_or_default();
    }
    let mut combined = Report::default();
    // At one place there may be several findings of one rule; under each assumption they come in the same order.
    let mut decided: BTreeMap<Question, BTreeMap<(Span, usize), Found>> = BTreeMap::new();
    // A cluster that does not exist under some assumption is judged by those under which it does.
    let mut exists: BTreeMap<String, usize> = BTreeMap::new();
    let mut undecided: BTreeMap<Question, UndecidedRule> = BTreeMap::new();
    let mut conditions: BTreeMap<Question, Arc<Choice>> = BTreeMap::new();
    for mut case in cases {
        combined.insights.append(&mut case.report.insights);
        combined.maps.append(&mut case.report.maps);
        for cluster in &case.report.clusters {
            *exists.entry(cluster.clone()).or_default() += 1;
        }
        let mut seen: BTreeMap<(Question, Span), usize> = BTreeMap::new();
        for finding in case.report.findings {
            let question = (finding.rule, finding.cluster.clone());
            if let Some(choice) = &case.last {
                conditions.entry(question.clone()).or_insert_with(|| Arc::clone(choice));
            }
            let before = seen.entry((question.clone(), finding.place)).or_default();
            let place = (finding.place, *before);
            *before += 1;
            match decided.entry(question).or_default().entry(place) {
                Entry::Vacant(new) => _ = new.insert(Found { times: 1, finding }),
                Entry::Occupied(mut known) => {
                    let known = known.get_mut();
                    known.times += 1;
                    known.finding.repair = known.finding.repair.take().zip(finding.repair).and_then(|(a, b)| a.and(b));
                }
            }
        }
        for rule in case.report.undecided {
            undecided.entry((rule.rule, rule.cluster.clone())).or_insert(rule);
        }
    }
    for (question, places) in decided {
        let cases = exists.get(&question.1).copied().unwrap_or_default();
        let (always, sometimes): (Vec<_>, Vec<_>) = places.into_values().partition(|found| found.times >= cases);
        if !sometimes.is_empty() {
            let why = conditions.get(&question).map(|choice| Undecided {
                reason: format!("this depends on whether {} holds", choice.text).into(),
                span: Some(choice.span),
                choice: Some(Arc::clone(choice)),
            });
            if let Some(why) = why {
                undecided.entry(question.clone()).or_insert(UndecidedRule { rule: question.0, cluster: question.1, why });
            }
        }
        combined.findings.extend(always.into_iter().map(|found| found.finding));
    }
    insight::unite(&mut combined.insights);
    map::unite(&mut combined.maps);
    combined.undecided.extend(undecided.into_values());
    combined.clusters.extend(exists.into_keys());
    combined
}
