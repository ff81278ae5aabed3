//! The reports, compared with files under `tests/golden/`. `OVERLINT_BLESS=1 cargo test --test reports` writes those anew.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "tests fail by panics")]

mod common;

use overlint::model::Undecided;
use overlint::report::{Finding, Format, Related, Report, Severity, Style, UndecidedRule, render, sarif, text};
use overlint::rules::{Check, Rule, Scope};
use overlint::source::{FileId, Sources, Span};

const CLUSTER: &str = "azurerm_kubernetes_cluster.this";
const URL: &str = "https://learn.microsoft.com/azure/aks/azure-cni-overlay";

const MAIN: &str = r#"resource "azurerm_kubernetes_cluster" "this" {
  name     = "aks-prod"
  location = "westeurope"

  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    pod_cidr            = var.pod_cidr
    service_cidr        = "10.0.0.0/16"
    dns_service_ip      = "10.0.0.1"
  }

  tags = { owner = "team-network", cost_center = "4711", environment = "production", contact = "a@example.com", more = "x" }
}

locals {
  pod_range = "10.1.0.0/16"
}
"#;

const NETWORK: &str = "resource \"azurerm_subnet\" \"nodes\" {\r\n  name             = \"nodes\"\r\n  \
    address_prefixes = [\"10.1.4.0/22\"] # 节点 🚀\r\n}\r\n";

const VARIABLES: &str = "variable \"pod_cidr\" {\n  description = \"\u{1f680} 容器 range\"\n\tdefault\t= \"10.1.0.0/16\"\n}\n\n\
    variable \"mode\" {}";

/// A report in the making: files in memory, and places in them by their text.
struct Fixture {
    sources: Sources,
    report: Report,
}

impl Fixture {
    fn new(files: &[(&str, &str)]) -> Self {
        let mut sources = Sources::new();
        for (path, text) in files {
            sources.add(path, text.as_bytes());
        }
        let report = Report { files: sources.len(), clusters: ["c".to_owned()].into(), ..Report::default() };
        Self { sources, report }
    }

    fn id(&self, path: &str) -> FileId {
        self.sources.iter().find(|(_, f)| f.path() == path).expect("a file of the fixture").0
    }

    /// The first occurrence of `text` in a file.
    fn at(&self, path: &str, text: &str) -> Span {
        let id = self.id(path);
        let start = self.sources.file(id).text().find(text).expect("a text of the file");
        Span::new(id, start, start + text.len())
    }

    fn find(&mut self, severity: Severity, rule: &'static str, message: &str, place: Span, related: Vec<Related>) {
        self.report.findings.push(Finding {
            rule,
            severity,
            message: message.to_owned(),
            cluster: CLUSTER.to_owned(),
            place,
            related,
            azure: "Azure refuses to create the cluster (InvalidParameter).".to_owned(),
            fix: "Choose another range, one that no network near the cluster uses: neither its own, nor a peered one.".to_owned(),
            url: URL.to_owned(),
            owners: Vec::new(),
            also: Vec::new(),
            scenarios: Vec::new(),
        });
    }

    fn undecided(&mut self, rule: &'static str, cluster: &str, reason: &str, span: Option<Span>) {
        self.report.undecided.push(UndecidedRule { rule, cluster: cluster.to_owned(), why: Undecided::new(reason, span) });
    }

    fn sorted(mut self) -> Self {
        self.report.unreadable = self.sources.unreadable().to_vec();
        self.report.sort(&self.sources);
        self
    }

    fn render(&self, format: Format, style: &Style) -> String {
        let mut out = Vec::new();
        render(format, &self.report, &self.sources, style, &mut out).expect("a Vec takes everything");
        String::from_utf8(out).expect("reports are UTF-8")
    }
}

fn related(message: &str, span: Span, origin: bool) -> Related {
    Related { message: message.to_owned(), span, origin }
}

/// Something of everything.
fn everything() -> Fixture {
    let mut f = Fixture::new(&[
        ("main.tf", MAIN),
        ("modules/net work/network.tf", NETWORK),
        ("variables.tf", VARIABLES),
        ("empty.tf", ""),
        ("broken.tf", "resource \"azurerm_subnet\" \"x\" {\n  name = \n"),
    ]);
    let network = "modules/net work/network.tf";
    let (pod, subnet) = (f.at("main.tf", "var.pod_cidr"), f.at(network, "[\"10.1.4.0/22\"]"));
    let default = f.at("variables.tf", "\"10.1.0.0/16\"");
    let from = vec![related("default of var.pod_cidr", default, true), related("node subnet 10.1.4.0/22", subnet, false)];
    f.find(
        Severity::Error,
        "pod-cidr-overlaps-node-subnet",
        "pod CIDR 10.1.0.0/16 overlaps the node subnet 10.1.4.0/22",
        pod,
        from,
    );
    let (dns, service) = (f.at("main.tf", "\"10.0.0.1\""), f.at("main.tf", "\"10.0.0.0/16\""));
    f.find(
        Severity::Error,
        "dns-service-ip-first-address",
        "DNS service IP 10.0.0.1 is the first address of the service CIDR 10.0.0.0/16, which the API server has",
        dns,
        vec![related("service CIDR", service, false)],
    );
    let range = f.at("main.tf", "\"10.1.0.0/16\"");
    f.find(
        Severity::Warning,
        "pod-cidr-upgrade-headroom",
        "pod CIDR 10.1.0.0/16 has no room for the nodes of an upgrade",
        pod,
        vec![related("local.pod_range", range, true)],
    );
    let (header, location) =
        (f.at("main.tf", "resource \"azurerm_kubernetes_cluster\" \"this\""), f.at("main.tf", "\"westeurope\""));
    f.find(Severity::Note, "implicit-cidr-default", "no outbound type is written, so Azure takes loadBalancer", header, vec![]);
    f.find(Severity::Note, "deprecated-attribute", "this spelling is older than API 2024-09-01", location, vec![]);
    let tags = f.at("main.tf", "\"a@example.com\"");
    f.find(Severity::Warning, "label-value", "a value in a line that is too long for the screen", tags, vec![]);
    let wide = f.at("variables.tf", "range");
    f.find(Severity::Warning, "wide-characters", "after an emoji and two wide characters", wide, vec![]);
    let after = f.at(network, "🚀");
    f.find(Severity::Warning, "wide-characters", "an emoji before CRLF", after, vec![]);
    let end = f.sources.file(f.id("variables.tf")).text().len();
    f.find(
        Severity::Warning,
        "end-of-file",
        "at the end of a file without a line end",
        Span::new(f.id("variables.tf"), end, end),
        vec![],
    );
    f.find(Severity::Warning, "empty-file", "in an empty file", Span::new(f.id("empty.tf"), 0, 0), vec![]);
    let end = f.sources.file(f.id("broken.tf")).text().len();
    f.find(
        Severity::Warning,
        "end-of-file",
        "at the end of a file, after a line end",
        Span::new(f.id("broken.tf"), end, end),
        vec![],
    );
    let mode = f.at("variables.tf", "variable \"mode\"");
    f.undecided("pod-cidr-capacity", CLUSTER, "var.mode has no value", Some(mode));
    f.undecided("pod-cidr-upgrade-headroom", CLUSTER, "var.mode has no value", Some(mode));
    f.undecided("node-subnet-capacity", CLUSTER, "var.mode has no value", Some(mode));
    f.undecided("cluster-node-limit", CLUSTER, "the number of pools is not known", None);
    f.undecided("*", "module.aks[\"blue\"]", "the module is not in this repository", Some(f.at("main.tf", "locals")));
    f.sources.add("latin.tf", b"# caf\xe9\n");
    f.sources.add_unreadable("secret.tf", "permission denied");
    f.sorted()
}

/// Compares with a golden file that does not depend on the version of overlint.
fn golden(name: &str, actual: &str) {
    let actual = actual.replace(concat!('"', env!("CARGO_PKG_VERSION"), '"'), "\"0.0.0\"");
    common::golden(&format!("tests/golden/{name}"), &actual);
}

#[test]
fn text() {
    golden("report.txt", &everything().render(Format::Text, &Style::default()));
}

#[test]
fn text_with_everything_on() {
    let style = Style { width: 80, color: true, links: true, undecided: true };
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
                for format in Format::ALL {
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
    assert_eq!(error, "there is no format `xml`; the formats are text, compact, json, sarif");
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
