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

#[test]
fn mistakes_at_characters_of_several_bytes() {
    let code = |value: &str| format!("a = {value}\n{}", cluster("\"x\""));
    let json = |value: &str| format!("{{\"locals\": {{\"a\": \"{value}\"}}}}");
    for value in ["{x\u{fffd}}", "${{x\u{fffd}", "${{xé", "{é🚀}", "x🚀", "\"${x🚀}\"", "${🚀"] {
        for (path, text) in [("main.tf", code(value)), ("a.tf.json", json(value))] {
            let (sources, report) = check_with(&[("b.tf", &cluster("\"x\"")), (path, &text)], &Config::default());
            let is_read = path == "a.tf.json" && !value.contains("${");
            assert_eq!(report.unreadable.is_empty(), is_read, "{path}: {value}");
            for span in report.unreadable.iter().filter_map(|wrong| wrong.span) {
                let text = sources.file(span.file).text();
                assert!(text.get(span.start as usize..span.end as usize).is_some(), "{path}: {value}: {span:?} cuts a character");
            }
        }
    }
}

#[test]
fn very_many_clusters_that_are_written_at_one_place() {
    let cluster = |name: &str| {
        format!(
            "{{\"type\": \"Microsoft.ContainerService/managedClusters\", \"apiVersion\": \"2025-05-01\", \"name\": \"{name}\",
              \"copy\": {{\"name\": \"{name}\", \"count\": 1000}}, \"location\": \"westeurope\",
              \"properties\": {{\"networkProfile\": {{\"podCidr\": \"10.0.0.0/8\", \"serviceCidr\": \"10.0.0.0/16\"}}}}}}"
        )
    };
    let template = format!(
        "{{\"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\",
          \"contentVersion\": \"1.0.0.0\", \"resources\": [{}, {}]}}",
        cluster("a"),
        cluster("b")
    );
    let config = Config { insights: true, no_repairs: true, ..Config::default() };
    let (_, report) = check_with(&[("azuredeploy.json", &template)], &config);
    let ranges = report.insights.iter().filter(|insight| insight.is_range);
    assert!(
        ranges.clone().count() > 0 && ranges.clone().all(|range| !range.overlaps.is_empty()),
        "{:#?}",
        report.insights.first()
    );
}
