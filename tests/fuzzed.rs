//! What `fuzz/run.sh` has found: each of these inputs once made overlint panic, run without end, take far too long or contradict itself.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod common;

use common::{check_with, cluster};
use overlint::config::Config;

/// What is said of some files: findings, what is undecided, what cannot be read.
fn said(files: &[(&str, &str)]) -> Vec<String> {
    let (_, report) = check_with(files, &Config::default());
    let findings = report.findings.iter().map(|finding| finding.message.clone());
    let undecided = report.undecided.iter().map(|undecided| format!("? {}", undecided.why.reason));
    let unreadable = report.unreadable.iter().map(|unreadable| format!("! {}: {}", unreadable.path, unreadable.message));
    findings.chain(undecided).chain(unreadable).collect()
}

#[track_caller]
fn says(files: &[(&str, &str)], part: &str) {
    let said = said(files);
    assert!(said.iter().any(|line| line.contains(part)), "{part:?} is not in {said:#?}");
}

#[test]
fn an_expression_in_json_that_ends_before_its_text() {
    for of_type in ["string\nx", "o, b = optional(string)})", "object({a = \"\n\", a = 1})"] {
        let code = format!("{{\"variable\": {{\"a\": {{\"type\": \"{}\"}}}}}}", of_type.replace('"', "\\\""));
        says(&[("main.tf", &cluster("\"x\"")), ("a.tf.json", &code)], "! a.tf.json: this does not parse");
    }
}

#[test]
fn json_that_ends_within_a_comment() {
    let (sources, report) = check_with(&[("main.tf", &cluster("\"x\"")), ("a.tf.json", "{\"locals\": /* é")], &Config::default());
    let missing = report.unreadable.iter().find(|wrong| wrong.message == "a value is missing before this").unwrap();
    assert_eq!(sources.text(missing.span.unwrap()), "é", "the place is a whole character");
}
