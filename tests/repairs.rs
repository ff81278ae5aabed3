//! Repairs of all bad examples of all rule documents, as they are and written in other ways.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests fail by panics")]

mod common;

use overlint::config::Config;
use overlint::date::Date;
use overlint::repairs::{self, Repaired};
use overlint::report::{Edit, Finding, Repair, Report};
use overlint::rules::{Document, Example, ExampleKind, RULES};
use overlint::source::Sources;
use std::collections::BTreeMap;

/// Code that is checked and repaired.
struct Case {
    name: String,
    rule: &'static str,
    files: Vec<(String, String)>,
    config: Config,
}

impl Case {
    fn check(&self) -> (Sources, Report) {
        let files: Vec<(&str, &str)> = self.files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        common::check_with(&files, &self.config)
    }

    /// The findings of its rule that can be repaired.
    fn repairs(report: &Report, rule: &str) -> Vec<Finding> {
        report.findings.iter().filter(|f| f.rule == rule && f.repair.is_some()).cloned().collect()
    }
}

fn examples() -> Vec<Case> {
    let mut cases = Vec::new();
    for rule in RULES {
        for example in Document::examples(rule.document) {
            if example.kind == ExampleKind::Bad && example.language != "plan" {
                cases.push(case(rule.name, &example));
            }
        }
    }
    cases
}

fn case(rule: &'static str, example: &Example<'_>) -> Case {
    let file = match example.language {
        "terraform" => "main.tf",
        "bicep" => "main.bicep",
        _ => "azuredeploy.json",
    };
    let config = Config { day: example.as_of.unwrap_or(Date::LATEST), ..Config::default() };
    let files = vec![(file.to_owned(), example.code.to_string())];
    Case { name: format!("{rule}, {} at line {}", example.language, example.line), rule, files, config }
}

/// The text with the edits made, by the simplest means.
fn edited(text: &str, edits: &[Edit]) -> String {
    let mut text = text.to_owned();
    for edit in edits.iter().rev() {
        text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    text
}

fn repair(sources: &Sources, config: &Config, report: &Report, wanted: &(dyn Fn(&Repair) -> bool + Sync)) -> Repaired {
    overlint::with_threads(1, || repairs::repair(sources, config, report.clone(), wanted)).unwrap()
}

fn counts(report: &Report) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    report.findings.iter().for_each(|f| *counts.entry(f.rule).or_default() += 1);
    counts
}

/// What a repair must do, whatever it repairs. Gives what it did.
fn prove(case: &Case, sources: &Sources, report: &Report, finding: &Finding) -> Vec<String> {
    let name = &case.name;
    let repair_of_it = finding.repair.clone().unwrap();
    let done = repair(sources, &case.config, report, &|repair| *repair == repair_of_it);
    assert!(!done.changed.is_empty(), "{name}: nothing was changed");
    // Only what the edits say is changed.
    let mut shown = Vec::new();
    for (id, file) in sources.iter() {
        let edits: Vec<Edit> = repair_of_it.edits.iter().filter(|edit| edit.span.file == id).cloned().collect();
        let changed = edited(file.text(), &edits);
        assert_eq!(done.sources.file(id).text(), changed, "{name}: more was changed in {}", file.path());
        for edit in &edits {
            let line = file.text()[..edit.span.start as usize].matches('\n').count();
            let line = if edit.text.starts_with(['\n', '\r']) { line + 1 } else { line };
            shown.push(changed.lines().nth(line).unwrap().trim().to_owned());
        }
    }
    assert_eq!(done.report.unreadable, report.unreadable, "{name}: {shown:?}");
    let (before, after) = (counts(report), counts(&done.report));
    assert!(after.get(finding.rule).copied().unwrap_or(0) < before[finding.rule], "{name}: is still there after {shown:?}");
    for (rule, count) in after {
        assert!(count <= before.get(rule).copied().unwrap_or(0), "{name}: {shown:?} brings up {rule}");
    }
    shown
}

/// Repairing everything leaves nothing to repair.
fn prove_idempotent(case: &Case, sources: &Sources, report: &Report) {
    let once = repair(sources, &case.config, report, &|_| true);
    let again = repair(&once.sources, &case.config, &once.report, &|_| true);
    assert!(again.changed.is_empty(), "{}: a second run changes something", case.name);
    let left: Vec<_> = once.report.findings.iter().filter_map(|f| f.repair.as_ref()).collect();
    assert!(left.is_empty(), "{}: {left:?}", case.name);
}

#[test]
fn repairs_of_the_examples() {
    let mut told = String::new();
    for case in examples() {
        let (sources, report) = case.check();
        let findings = Case::repairs(&report, case.rule);
        for finding in &findings {
            let shown = prove(&case, &sources, &report, finding);
            let Repair { title, safety, .. } = finding.repair.clone().unwrap();
            told += &format!("{}: {safety}: {title}\n", case.name);
            shown.iter().for_each(|line| told += &format!("    {line}\n"));
        }
        if !findings.is_empty() {
            prove_idempotent(&case, &sources, &report);
        }
    }
    common::golden("tests/golden/repairs.txt", &told);
}
