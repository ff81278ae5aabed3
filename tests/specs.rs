//! Every example of every rule document, run as a root module of its own.

mod common;

use overlint::rules::{Document, Example, ExampleKind, RULES, Rule};
use std::collections::BTreeSet;

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
    for rule in RULES.iter().filter(|rule| !is_in(NO_EXAMPLES, rule)) {
        let examples = Document::examples(rule.document);
        for kind in [ExampleKind::Bad, ExampleKind::Good, ExampleKind::Undecided] {
            assert!(examples.iter().any(|e| e.kind == kind), "{} has no {kind:?} example", rule.name);
        }
    }
}

/// Rules that no example can show, and why.
const NO_EXAMPLES: &[(&str, &str)] = &[
    ("compiled-template-outdated", "it takes two files; tests/templates_beside.rs shows them"),
    ("suppression-without-reason", "it takes a configuration file; tests/suppressions.rs shows it"),
    ("unused-suppression", "it is never undecided; tests/suppressions.rs shows it in all languages"),
];

/// Rules that find nothing in templates, and why: they need no bad examples in Bicep and ARM.
const ONLY_TERRAFORM: &[(&str, &str)] = &[
    ("arm64-overlay-upgrade", "what the cluster was is in a plan only"),
    ("dns-service-cidr-pairing", "azurerm wants both or neither, Azure completes the pair"),
    ("network-plugin-mode-casing", "azurerm is picky, Azure is not"),
    ("plan-forces-cluster-replacement", "a plan tells it"),
    ("pod-cidr-expansion", "what the cluster was is in a plan only"),
    ("service-cidr-immutable", "what the cluster was is in a plan only"),
    ("upgrade-combined-ipam-dataplane", "what the cluster was is in a plan only"),
    ("upgrade-dynamic-ip", "what the cluster was is in a plan only"),
    ("upgrade-ip-masq-config", "what the cluster was is in a plan only"),
    ("upgrade-irreversible", "what the cluster was is in a plan only"),
    ("upgrade-k8s-version", "what the cluster was is in a plan only"),
    ("upgrade-kubenet-identity", "what the cluster was is in a plan only"),
    ("upgrade-kubenet-route-table", "what the cluster was is in a plan only"),
    ("upgrade-missing-pod-cidr", "what the cluster was is in a plan only"),
    ("upgrade-network-policy", "what the cluster was is in a plan only"),
    ("upgrade-pod-cidr-overlap", "what the cluster was is in a plan only"),
    ("upgrade-simultaneous-reimage", "what the cluster was is in a plan only"),
    ("upgrade-windows-build", "what the cluster was is in a plan only"),
    ("variable-validation-failed", "templates have no such conditions"),
];

fn is_in(table: &[(&str, &str)], rule: &Rule) -> bool {
    table.iter().any(|(name, _)| *name == rule.name)
}

#[test]
fn rules_are_shown_in_bicep_and_in_arm_templates() {
    use ExampleKind::{Bad, Good, Undecided};
    for rule in RULES.iter().filter(|rule| !is_in(NO_EXAMPLES, rule)) {
        let examples = Document::examples(rule.document);
        let has = |language: &str, kind| examples.iter().any(|e| e.language == language && e.kind == kind);
        if is_in(ONLY_TERRAFORM, rule) {
            assert!(!has("bicep", Bad) && !has("arm", Bad), "{} does find something in templates", rule.name);
        } else {
            let wanted = [("bicep", Bad), ("bicep", Good), ("bicep", Undecided), ("arm", Bad), ("arm", Good)];
            let missing: Vec<_> = wanted.into_iter().filter(|(language, kind)| !has(language, *kind)).collect();
            assert!(missing.is_empty(), "{} has no examples {missing:?}", rule.name);
        }
    }
}
