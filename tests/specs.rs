//! Every example of every rule document, run as a root module of its own.

mod common;

use overlint::rules::{Document, Example, ExampleKind, RULES};
use std::collections::BTreeSet;

/// Rules about things that only Terraform has, and which: their documents have no examples in Bicep and ARM templates.
const ONLY_TERRAFORM: &[(&str, &str)] = &[("arm64-overlay-upgrade", "a plan shows what an existing cluster was")];

/// What is wrong with an example, if anything.
fn judge(rule: &str, example: &Example<'_>) -> Option<String> {
    let report = common::check(example);
    let found: BTreeSet<&str> = report.findings.iter().map(|f| f.rule).collect();
    let mut wanted: BTreeSet<&str> = example.also.iter().copied().collect();
    if example.kind == ExampleKind::Bad {
        wanted.insert(rule);
    }
    let told = || {
        let findings = report.findings.iter().map(|f| format!("    {} {}: {}\n", f.severity, f.rule, f.message));
        let undecided = report.undecided.iter().map(|u| format!("    undecided {}: {}\n", u.rule, u.why.reason));
        findings.chain(undecided).collect::<String>()
    };
    if !report.unreadable.is_empty() {
        return Some(format!("does not parse: {:?}", report.unreadable));
    }
    if report.clusters.is_empty() {
        return Some("has no cluster".to_owned());
    }
    if found != wanted {
        return Some(format!("finds {found:?}, not {wanted:?}\n{}", told()));
    }
    let undecided = report.undecided.iter().any(|u| u.rule == rule);
    match (example.kind, undecided) {
        (ExampleKind::Undecided, false) => Some(format!("is decided\n{}", told())),
        (ExampleKind::Good, true) => Some(format!("is undecided\n{}", told())),
        _ => None,
    }
}

#[test]
fn every_example_gives_what_its_document_says() {
    let mut failures = String::new();
    let mut examples = 0;
    for rule in RULES {
        let document = Document::parse(rule.document).unwrap();
        assert_eq!(document.id, rule.name);
        for example in Document::examples(rule.document) {
            examples += 1;
            if let Some(failure) = judge(rule.name, &example) {
                failures += &format!("{}, {:?} example at line {}: {failure}\n", rule.name, example.kind, example.line);
            }
        }
    }
    assert!(examples > RULES.len() * 2, "only {examples} examples were found");
    assert!(failures.is_empty(), "\n{failures}");
}

#[test]
fn every_rule_has_bad_good_and_undecided_examples() {
    // What a rule of this kind looks at is either written in the code or not: there is nothing to be undecided about.
    let never_undecided = ["deprecated-network-attribute"];
    for rule in RULES {
        let examples = Document::examples(rule.document);
        for kind in [ExampleKind::Bad, ExampleKind::Good, ExampleKind::Undecided] {
            let excused = kind == ExampleKind::Undecided && never_undecided.contains(&rule.name);
            assert!(excused || examples.iter().any(|e| e.kind == kind), "{} has no {kind:?} example", rule.name);
        }
    }
}

#[test]
fn examples_in_bicep_and_arm_come_together() {
    for rule in RULES {
        let examples = Document::examples(rule.document);
        let has = |kind: ExampleKind, language: &str| examples.iter().any(|e| e.kind == kind && e.language == language);
        let any = examples.iter().any(|e| matches!(e.language, "bicep" | "arm"));
        let only_terraform = ONLY_TERRAFORM.iter().any(|(name, _)| *name == rule.name);
        assert!(!(any && only_terraform), "{} has examples in Bicep or ARM templates", rule.name);
        for (kind, language) in [
            (ExampleKind::Bad, "bicep"),
            (ExampleKind::Good, "bicep"),
            (ExampleKind::Undecided, "bicep"),
            (ExampleKind::Bad, "arm"),
            (ExampleKind::Good, "arm"),
        ] {
            assert!(!any || has(kind, language), "{} has no {kind:?} example in {language}", rule.name);
        }
    }
}
