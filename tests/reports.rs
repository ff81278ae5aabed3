//! The reports, compared with files under `tests/golden/`. `OVERLINT_BLESS=1 cargo test --test reports` writes those anew.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "tests fail by panics")]

mod common;

use common::report::{CLUSTER, Fixture, MAIN, everything, golden, related};
use overlint::report::{Format, Report, Severity, Style, render, sarif, text};
use overlint::rules::{Check, Rule, Scope};
use overlint::source::{Sources, Span};

#[test]
fn text() {
    golden("report.txt", &everything().render(Format::Text, &Style::default()));
}

#[test]
fn text_with_everything_on() {
    let style = Style { width: 80, color: true, links: true, undecided: true, time: 0 };
    golden("report-color.txt", &everything().render(Format::Text, &style));
}

#[test]
fn text_in_a_narrow_terminal() {
    golden("report-narrow.txt", &everything().render(Format::Text, &Style { width: 40, undecided: true, ..Style::default() }));
}

#[test]
fn compact() {
    golden("report.compact", &everything().render(Format::Compact, &Style { undecided: true, ..Style::default() }));
}

#[test]
fn json() {
    golden("report.json", &everything().render(Format::Json, &Style::default()));
}

/// A document as rules have it, for rules are not part of this test.
const DOCUMENT: &str = "+++
id = \"pod-cidr-overlaps-node-subnet\"
title = \"The pod CIDR overlaps no subnet of the nodes\"
url = \"https://learn.microsoft.com/azure/aks/azure-cni-overlay\"
sources = [\"azure-cni-overlay, 2023-11-28\"]
[severity]
default = [{ from = \"2023-01-01\", value = \"error\" }]
+++

## Why

Pods and nodes route to each other by address.
Where the two ranges overlap, an address means two things.

## Bad

```terraform
pod_cidr = \"10.1.0.0/16\"
```
";

fn sarif_with_rules(f: &Fixture) -> String {
    let rule = |name, document| Rule { name, document, scope: Scope::All, check: Check::Cluster(|_, _, _| Ok(())) };
    let rules = [rule("pod-cidr-overlaps-node-subnet", DOCUMENT), rule("pod-cidr-capacity", "no document at all")];
    let mut out = Vec::new();
    sarif::write(&f.report, &f.sources, &rules, &mut out).expect("a Vec takes everything");
    String::from_utf8(out).expect("reports are UTF-8")
}

#[test]
fn sarif() {
    golden("report.sarif", &sarif_with_rules(&everything()));
}

#[test]
fn sarif_counts_columns_in_utf16_units() {
    let f = everything();
    let log: serde_json::Value = serde_json::from_str(&f.render(Format::Sarif, &Style::default())).expect("JSON");
    let results = log["runs"][0]["results"].as_array().expect("results");
    let region = |message: &str| {
        let result = results.iter().find(|r| r["message"]["text"].as_str().is_some_and(|t| t.starts_with(message)));
        result.expect("the result")["locations"][0]["physicalLocation"]["region"].clone()
    };
    // The emoji takes two units, each of the Chinese characters one.
    assert_eq!(region("After an emoji"), serde_json::json!({"startLine": 2, "startColumn": 24, "endLine": 2, "endColumn": 29}));
    assert_eq!(region("An emoji"), serde_json::json!({"startLine": 3, "startColumn": 43, "endLine": 3, "endColumn": 45}));
    assert_eq!(region("In an empty file"), serde_json::json!({"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1}));
}

#[test]
fn nothing_found() {
    let mut f = Fixture::new(&[("main.tf", MAIN)]);
    assert_eq!(f.render(Format::Text, &Style::default()), "nothing found in 1 cluster (1 file)\n");
    assert_eq!(f.render(Format::Compact, &Style::default()), "");
    golden("nothing.json", &f.render(Format::Json, &Style::default()));
    f.undecided("pod-cidr-capacity", CLUSTER, "var.mode has no value", None);
    assert_eq!(
        f.render(Format::Text, &Style::default()),
        "nothing found in 1 cluster (1 file); 1 check undecided (--undecided lists them)\n"
    );
    f.report = Report { files: 12, ..Report::default() };
    assert_eq!(f.render(Format::Text, &Style::default()), "no AKS cluster found (12 files)\n");
}

#[test]
fn what_is_unreadable_is_in_every_format() {
    let mut f = Fixture::new(&[]);
    f.sources.add_unreadable("gone\n.tf", "no such file");
    let f = f.sorted();
    assert_eq!(f.render(Format::Compact, &Style::default()), "gone\\n.tf:1:1: error: no such file [unreadable]\n");
    let text = f.render(Format::Text, &Style::default());
    assert!(text.starts_with("error[unreadable] gone\\n.tf\n  × no such file\n\n"), "{text}");
    let log: serde_json::Value = serde_json::from_str(&f.render(Format::Sarif, &Style::default())).expect("JSON");
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["toolExecutionNotifications"][0]["level"], "error");
    let uri = &invocation["toolExecutionNotifications"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "gone%0A.tf");
}

#[test]
fn addresses_of_files_are_escaped() {
    let files = ["a b/ü#?%.tf", "/abs/x.tf", "../up.tf", "c:x.tf"];
    let mut f = Fixture::new(&files.map(|path| (path, "x")));
    for path in files {
        f.find(Severity::Error, "r", "m", f.at(path, "x"), vec![]);
    }
    let log: serde_json::Value = serde_json::from_str(&f.render(Format::Sarif, &Style::default())).expect("JSON");
    let address = |i: usize| log["runs"][0]["results"][i]["locations"][0]["physicalLocation"]["artifactLocation"].clone();
    assert_eq!(address(0), serde_json::json!({"uri": "a%20b/%C3%BC%23%3F%25.tf", "uriBaseId": "%SRCROOT%"}));
    assert_eq!(address(1), serde_json::json!({"uri": "file:///abs/x.tf"}));
    assert_eq!(address(2), serde_json::json!({"uri": "../up.tf", "uriBaseId": "%SRCROOT%"}));
    assert_eq!(address(3), serde_json::json!({"uri": "c%3Ax.tf", "uriBaseId": "%SRCROOT%"}));
}

#[test]
fn code_and_values_cannot_steer_the_terminal() {
    let mut f = Fixture::new(&[("a\u{1b}[2J.tf", "name = \"\u{1b}[31m\u{9b}1m\u{202e}\rx\"\r\n")]);
    let place = Span::new(f.id("a\u{1b}[2J.tf"), 7, 26);
    f.find(Severity::Error, "r", "value \u{1b}[31m\nfake.tf:1:1: error: x", place, vec![related("\u{7}", place, false)]);
    for format in [Format::Text, Format::Compact] {
        let out = f.render(format, &Style::default());
        assert!(!out.contains(|c: char| c.is_control() && c != '\n' || c == '\u{202e}'), "{out:?}");
        assert!(!out.contains("\nfake"), "{out}");
    }
}

#[test]
fn clusters_at_one_place_keep_apart() {
    let mut f = Fixture::new(&[("main.tf", MAIN)]);
    let place = f.at("main.tf", "var.pod_cidr");
    for (cluster, need) in [("a", 1), ("b", 2), ("b", 3)] {
        f.find(Severity::Error, "pod-cidr-capacity", "the range is too small", place, vec![]);
        let last = f.report.findings.last_mut().expect("a finding");
        last.cluster = cluster.to_owned();
        last.message = format!("the range is too small for {need} nodes");
    }
    let log: serde_json::Value = serde_json::from_str(&f.render(Format::Sarif, &Style::default())).expect("JSON");
    let results = log["runs"][0]["results"].as_array().expect("results");
    let mut names: Vec<_> = results.iter().map(|r| r["partialFingerprints"]["overlint/v1"].to_string()).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 3);
}

/// Whatever the span, nothing breaks: every byte range, also those that are none.
#[test]
fn any_span_can_be_drawn() {
    let long = format!("{{\"é\":\"{}\"}}\r\n{}", "x🚀".repeat(60), "\t".repeat(40));
    for text in ["", "\n", "\r\n", "a", "\u{1f680}", "a\r\n\r\nb\n", "é\r", "\r\n\n", &long] {
        let mut f = Fixture::new(&[("a.tf", text), ("b.tf", text)]);
        let (a, b) = (f.id("a.tf"), f.id("b.tf"));
        let step = (text.len() / 8).max(1);
        for start in (0..text.len() + 3).step_by(step) {
            for end in (0..text.len() + 3).step_by(step) {
                let span = Span { file: a, start: start as u32, end: end as u32 };
                let other = Span { file: a, start: end as u32, end: u32::MAX };
                let far = Span { file: b, ..other };
                f.report.findings.clear();
                f.find(Severity::Error, "r", "m", span, vec![related("n", other, true), related("f", far, true)]);
                sarif::write(&f.report, &f.sources, &[], &mut Vec::new()).expect("a Vec takes everything");
                // The rules of SARIF are always the same, and many.
                for format in Format::ALL.into_iter().filter(|format| *format != Format::Sarif) {
                    let out = f.render(format, &Style { width: 30, ..Style::default() });
                    assert!(!out.contains("Failed to read"), "{out}");
                }
            }
        }
    }
}

#[test]
fn a_foreign_file_is_an_empty_one() {
    let mut f = Fixture::new(&[]);
    let mut other = Sources::new();
    let id = other.add("x", b"x");
    f.find(Severity::Error, "r", "m", Span::new(id, 5, 9), vec![]);
    for format in Format::ALL {
        assert!(!f.render(format, &Style::default()).is_empty());
    }
}

/// Thousands of findings, many of them on one long line: with a walk over the file for each, nobody would wait for this test.
#[test]
fn many_findings_are_all_written() {
    const MANY: usize = 1_000;
    let line = "{\"podCidr\":\"10.0.0.0/16 é\"},".repeat(4 * MANY);
    let lines = "  pod_cidr = \"10.0.0.0/16\"\n".repeat(4 * MANY);
    let mut f = Fixture::new(&[("long.json", &line), ("main.tf", &lines)]);
    for (path, length) in [("long.json", line.len() / (4 * MANY)), ("main.tf", lines.len() / (4 * MANY))] {
        let id = f.id(path);
        for i in 0..MANY {
            let start = i * length * 4 + 13;
            f.find(Severity::Error, "r", "m", Span::new(id, start, start + 10), vec![]);
        }
    }
    let f = f.sorted();
    for format in Format::ALL {
        assert!(f.render(format, &Style::default()).len() > 2 * MANY * "x:1:1".len(), "{format}");
    }
}

#[test]
fn formats_are_named_as_users_type_them() {
    for format in Format::ALL {
        assert_eq!(format.to_string().parse(), Ok(format));
    }
    let error = "xml".parse::<Format>().expect_err("no such format").to_string();
    assert_eq!(
        error,
        "there is no format `xml`; the formats are text, compact, json, sarif, github, azure, gitlab, junit, markdown"
    );
}

#[test]
fn a_closed_pipe_is_an_error_and_no_panic() {
    struct Closed;
    impl std::io::Write for Closed {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let f = everything();
    for format in Format::ALL {
        let error = render(format, &f.report, &f.sources, &Style::default(), &mut Closed).expect_err("the pipe is closed");
        assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe, "{format}");
    }
    assert!(text::write(&f.report, &f.sources, &Style::default(), &mut Closed).is_err());
}
