//! The formats for services: what their readers make of what is written. `tests/formats.sh` asks the readers themselves.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests fail by panics")]

mod common;

use common::report::{Fixture, HOSTILE_PATHS, HOSTILE_TEXTS, everything, golden, hostile};
use overlint::report::sarif::{self, MOST_RESULTS};
use overlint::report::{Format, Severity, Style, printable};
use overlint::source::Span;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

fn written(f: &Fixture, format: Format) -> String {
    f.render(format, &Style { undecided: true, time: 1_700_000_000, ..Style::default() })
}

#[test]
fn golden_files() {
    let names = [
        (Format::Github, "github"),
        (Format::Azure, "azure"),
        (Format::Gitlab, "gitlab.json"),
        (Format::Junit, "junit.xml"),
        (Format::Markdown, "md"),
        (Format::Json, "json"),
    ];
    for (format, ending) in names {
        if format != Format::Json {
            golden(&format!("report.{ending}"), &written(&everything(), format));
        }
        golden(&format!("hostile.{ending}"), &written(&hostile(), format));
    }
    let (f, mut sarif) = (hostile(), Vec::new());
    sarif::write(&f.report, &f.sources, &[], &mut sarif).unwrap();
    golden("hostile.sarif", &String::from_utf8(sarif).unwrap());
}

/// A command as a service reads it from its log.
#[derive(Debug, PartialEq)]
struct Issue {
    command: String,
    properties: BTreeMap<String, String>,
    text: String,
}

/// Reads a line as GitHub's runner does (`ActionCommand.TryParseV2`).
fn by_github(line: &str) -> Option<Issue> {
    let unescape =
        |text: &str, pairs: &[(&str, &str)]| pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    let (info, text) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (command, properties) = info.split_once(' ').unwrap_or((info, ""));
    let property = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        let value = unescape(value, &[("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")]);
        Some((name.to_owned(), value))
    };
    Some(Issue {
        command: command.to_owned(),
        properties: properties.trim().split(',').filter_map(property).collect(),
        text: unescape(text, &[("%0D", "\r"), ("%0A", "\n"), ("%25", "%")]),
    })
}

/// Reads a line as the agent of Azure Pipelines does: commands count wherever in a line they stand.
fn by_azure(line: &str) -> Option<Issue> {
    let unescape = |text: &str| {
        let pairs = [("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%AZP25", "%")];
        pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    };
    let (_, rest) = line.split_once("##vso[")?;
    let (info, text) = rest.split_once(']')?;
    let (command, properties) = info.split_once(' ').unwrap_or((info, ""));
    let property = |pair: &str| pair.split_once('=').map(|(name, value)| (name.to_owned(), unescape(value)));
    Some(Issue {
        command: command.to_owned(),
        properties: properties.split(';').filter_map(property).collect(),
        text: unescape(text),
    })
}

/// What each command is about: path and first line of the text.
fn about(issues: &[Issue], path: &str) -> BTreeSet<(String, String)> {
    let first = |text: &str| text.split('\n').next().unwrap().to_owned();
    issues.iter().map(|issue| (issue.properties[path].clone(), first(&issue.text))).collect()
}

fn hostile_pairs(but: Option<Severity>) -> BTreeSet<(String, String)> {
    let f = hostile();
    let findings = f.report.findings.iter().filter(|finding| Some(finding.severity) != but);
    let of_finding = findings.map(|finding| (f.sources.file(finding.place.file).path(), finding.message.as_str()));
    let pairs = of_finding.chain(f.report.unreadable.iter().map(|u| (u.path.as_str(), u.message.as_str())));
    // In paths only line breaks come back; what steers a terminal stays spelled out.
    let spelled = |c: char| if "\r\n".contains(c) { c.to_string() } else { printable(&c.to_string()).into_owned() };
    pairs.map(|(path, text)| (path.chars().map(spelled).collect(), printable(text).into_owned())).collect()
}

#[test]
fn github_reads_what_was_meant() {
    let mut f = hostile();
    f.report.unreadable.truncate(5);
    let out = written(&f, Format::Github);
    let issues: Vec<Issue> = out.lines().filter_map(by_github).collect();
    assert_eq!(issues.len(), 9 + 5, "{out}");
    let expected: BTreeSet<_> = hostile_pairs(None);
    assert!(about(&issues, "file").is_subset(&expected), "{:#?}", about(&issues, "file"));
    // The runner also knows an older form, anywhere in a line.
    assert!(out.lines().filter(|line| by_github(line).is_none()).all(|line| !line.contains("##[")), "{out}");
    for issue in &issues {
        assert_eq!(issue.properties["line"], if issue.text.contains('\n') { "1" } else { issue.properties["endLine"].as_str() });
        assert!(issue.properties["title"].starts_with("overlint: "));
    }
    let columns = issues.iter().filter(|i| i.properties["title"] == "overlint: hostile-text");
    assert!(
        columns.into_iter().all(|i| (i.properties["col"].as_str(), i.properties["endColumn"].as_str()) == ("9", "10")),
        "{out}"
    );
}

#[test]
fn azure_reads_what_was_meant() {
    let out = written(&hostile(), Format::Azure);
    let issues: Vec<Issue> = out.lines().filter_map(by_azure).collect();
    assert_eq!(about(&issues, "sourcepath"), hostile_pairs(Some(Severity::Note)));
    assert!(issues.iter().all(|issue| issue.command == "task.logissue"), "{out}");
    assert!(out.lines().filter(|line| by_azure(line).is_none()).all(|line| !line.contains("##")), "{out}");
    assert_eq!(out.lines().filter(|line| line.starts_with("note: ")).count(), 3);
}

/// A report with findings of each severity, those that matter least first.
fn many(errors: usize, warnings: usize, notes: usize) -> Fixture {
    let total = errors + warnings + notes;
    let text = "cidr = \"10.0.0.0/8\"\n".repeat(total);
    let mut f = Fixture::new(&[("main.tf", &text)]);
    let id = f.id("main.tf");
    for i in 0..total {
        let severity = match i {
            i if i < notes => Severity::Note,
            i if i < notes + warnings => Severity::Warning,
            _ => Severity::Error,
        };
        let start = i * (text.len() / total) + 7;
        f.find(severity, "many", &format!("finding {i}"), Span::new(id, start, start + 12), vec![]);
    }
    f
}

#[test]
fn github_gets_no_more_annotations_than_it_shows() {
    let commands = |f: &Fixture| {
        let out = f.render(Format::Github, &Style::default());
        let names: Vec<String> = out.lines().filter_map(by_github).map(|issue| issue.command).collect();
        (names, out)
    };
    let count = |names: &[String], name: &str| names.iter().filter(|n| *n == name).count();

    let (names, _) = commands(&many(10, 10, 10));
    assert_eq!(
        [count(&names, "error"), count(&names, "warning"), count(&names, "notice"), count(&names, "group")],
        [10, 10, 10, 0]
    );

    let (names, out) = commands(&many(12, 3, 11));
    assert_eq!([count(&names, "error"), count(&names, "warning"), count(&names, "notice")], [10, 3, 10]);
    assert_eq!(names.last().map(String::as_str), Some("notice"));
    // Two errors, and two notes: the last notice is that on what is not shown.
    assert!(out.contains("::group::overlint: 4 more findings\n"), "{out}");
    assert!(out.contains("::notice title=overlint::4 findings are not shown here"), "{out}");
    assert!(out.contains("\nerror: main.tf:26:8: finding 25 [many]\n"), "{out}");
    assert!(out.ends_with("overlint: 12 errors, 3 warnings, 11 notes in 1 cluster (1 file)\n"), "{out}");
}

#[test]
fn sarif_is_no_longer_than_github_takes() {
    let mut f = many(3, 4, MOST_RESULTS);
    let log = |f: &Fixture| serde_json::from_str::<Value>(&f.render(Format::Sarif, &Style::default())).unwrap();
    let cut = log(&f);
    let results = cut["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), MOST_RESULTS);
    let levels: Vec<&str> = results.iter().take(8).map(|r| r["level"].as_str().unwrap()).collect();
    assert_eq!(levels, ["error", "error", "error", "warning", "warning", "warning", "warning", "note"]);
    let told = &cut["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!(told["level"], "warning");
    assert_eq!(told["message"]["text"], "7 more results left out: GitHub takes 25000 in a run.");
    f.report.findings.truncate(3);
    assert!(log(&f)["runs"][0]["invocations"][0].get("toolExecutionNotifications").is_none());
}

#[test]
fn a_summary_is_no_longer_than_github_takes() {
    let mut f = many(9_000, 0, 0);
    for i in 0..9_000 {
        f.undecided("many", &format!("cluster {i}"), &"reason ".repeat(20), None);
    }
    let out = f.render(Format::Markdown, &Style::default());
    assert!(out.len() < 1 << 20, "{}", out.len());
    assert!(out.contains(" more findings left out: GitHub shows no summary of more than 1 MiB.**"), "{out}");
    assert!(out.contains(" more reasons left out"), "{out}");
    assert_eq!(out.matches("<details>").count(), 2);
    assert_eq!(out.matches("</details>").count(), 2);
    let mut f = many(1, 0, 0);
    f.report.findings[0].message = "x".repeat(2 << 20);
    let out = f.render(Format::Markdown, &Style::default());
    assert!(out.len() < 1 << 20 && out.contains("1 more finding left out"), "{}", out.len());
}

#[test]
fn rows_of_a_summary_keep_their_cells() {
    let out = written(&hostile(), Format::Markdown);
    let rows = out.lines().filter(|line| line.starts_with('|'));
    let cells: BTreeSet<usize> = rows.map(|row| row.matches('|').count() - 1).collect();
    assert_eq!(cells, [2, 3, 4].into(), "{out}");
    assert!(!out.contains("<script") && !out.contains("**bold**") && !out.contains("\n# "), "{out}");
}

#[test]
fn xml_has_only_characters_that_xml_knows() {
    let out = written(&hostile(), Format::Junit);
    assert!(
        out.chars()
            .all(|c| matches!(c, '\t' | '\n' | ' '..='\u{7e}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..))
    );
    assert!(!out.contains("]]>") && !out.contains("<script"), "{out}");
}

/// Of tests with the same name in a suite GitLab shows one only.
#[test]
fn tests_of_a_suite_have_different_names() {
    let out = many(3, 2, 1).render(Format::Junit, &Style::default());
    let names: Vec<&str> =
        out.lines().filter_map(|line| line.trim().strip_prefix("<testcase name=\"")?.split('"').next()).collect();
    let different: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!((names.len(), different.len()), (6, 6), "{out}");
    let nothing = Fixture::new(&[]).render(Format::Junit, &Style::default());
    assert!(nothing.contains("tests=\"1\" failures=\"0\"") && nothing.contains("<testcase name=\"nothing found\""), "{nothing}");
}

fn fingerprints(f: &Fixture) -> Vec<String> {
    let entries: Value = serde_json::from_str(&f.render(Format::Gitlab, &Style::default())).unwrap();
    entries.as_array().unwrap().iter().map(|entry| entry["fingerprint"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn fingerprints_differ_and_stay() {
    let report = |before: &str| {
        let text = format!("{before}pod_cidr = \"10.0.0.0/8\"\nservice_cidr = \"10.0.0.0/8\"\n");
        let mut f = Fixture::new(&[("a/main.tf", &text), ("b/main.tf", &text)]);
        for path in ["a/main.tf", "b/main.tf"] {
            for attribute in ["pod_cidr", "service_cidr"] {
                let place = f.at(path, attribute);
                let value = Span { start: place.end + 3, end: place.end + 15, ..place };
                f.find(Severity::Error, "invalid-cidr", "it is wrong", value, vec![]);
                f.find(Severity::Error, "invalid-cidr", "it is wrong in another way", value, vec![]);
            }
        }
        f
    };
    let (first, moved) = (fingerprints(&report("")), fingerprints(&report("# comment\n\n")));
    assert_eq!(first, moved);
    assert_eq!(first.iter().collect::<BTreeSet<_>>().len(), 8);
    // What happens in one file does not change the names of what is in another.
    let mut less = report("");
    less.report.findings.drain(..4);
    assert_eq!(fingerprints(&less), first[4..]);
}

/// A cluster with a mistake.
const CLUSTER: &str = r#"
variable "range" {
  default = "10.1.0.0/33"
}

resource "azurerm_kubernetes_cluster" "this" {
  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    pod_cidr            = var.range
  }
}
"#;

const FOR_SERVICES: [Format; 6] = [Format::Sarif, Format::Github, Format::Azure, Format::Gitlab, Format::Junit, Format::Markdown];

fn run(folder: &Path, format: Format, paths: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_overlint"));
    command
        .env_clear()
        .env("SOURCE_DATE_EPOCH", "1700000000")
        .current_dir(folder)
        .args(["check", "--format", format.name()])
        .args(paths);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A repository with a cluster in `infra/net`.
fn repository() -> TempDir {
    let top = TempDir::new().unwrap();
    std::fs::create_dir_all(top.path().join("infra/net")).unwrap();
    std::fs::create_dir(top.path().join(".git")).unwrap();
    std::fs::write(top.path().join("infra/net/main.tf"), CLUSTER).unwrap();
    top
}

#[test]
fn services_get_paths_from_the_top_of_the_repository() {
    let (top, other) = (repository(), repository());
    let absolute = top.path().canonicalize().unwrap();
    let absolute = absolute.to_str().unwrap();
    let file = format!("{absolute}/infra/net/main.tf");
    let ways: [(&Path, &[&str]); 6] = [
        (&top.path().join("infra"), &["."]),
        (&top.path().join("infra"), &[".."]),
        (&top.path().join("infra/net"), &["main.tf"]),
        (&top.path().join("infra/net"), &["../../infra/net"]),
        (other.path(), &[absolute]),
        (Path::new("/"), &[&file]),
    ];
    for format in FOR_SERVICES {
        let expected = run(top.path(), format, &[]);
        assert!(expected.contains("infra/net/main.tf") && !expected.contains(absolute), "{format}: {expected}");
        for (folder, paths) in ways {
            assert_eq!(run(folder, format, paths), expected, "{format} in {} of {paths:?}", folder.display());
        }
    }
    // Without a repository, paths are as typed; so they always are for people.
    std::fs::remove_dir(top.path().join(".git")).unwrap();
    assert!(run(&top.path().join("infra"), Format::Sarif, &[]).contains("\"uri\": \"net/main.tf\""));
    assert!(run(&other.path().join("infra"), Format::Compact, &[]).starts_with("net/main.tf:"));
}

#[cfg(target_os = "linux")]
#[test]
fn addresses_hold_names_that_are_not_utf8() {
    use std::os::unix::ffi::OsStrExt;
    let top = repository();
    let folder = top.path().join(std::ffi::OsStr::from_bytes(b"caf\xe9 #1"));
    std::fs::rename(top.path().join("infra"), folder).unwrap();
    for format in FOR_SERVICES {
        let out = run(top.path(), format, &[]);
        let expected = if format == Format::Sarif { "\"caf%E9%20%231/net/main.tf\"" } else { "xe9 #1/net/main.tf" };
        assert!(out.contains(expected), "{format}: {out}");
    }
}

/// The category that a workflow gives to GitHub's upload action counts only for files without one.
#[test]
fn the_category_is_left_to_the_workflow() {
    let log: Value = serde_json::from_str(&everything().render(Format::Sarif, &Style::default())).unwrap();
    assert!(log["runs"][0].get("automationDetails").is_none());
}

/// What GitHub wants to know of a rule, within its limits; and none of what is in the documents for tests only.
#[test]
fn alerts_explain_every_rule() {
    let log: Value = serde_json::from_str(&Fixture::new(&[]).render(Format::Sarif, &Style::default())).unwrap();
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), overlint::rules::RULES.len());
    for rule in rules {
        let (id, text) = (rule["id"].as_str().unwrap(), |pointer: &str| rule.pointer(pointer).and_then(Value::as_str).unwrap());
        for description in ["/shortDescription/text", "/fullDescription/text"] {
            let length = text(description).chars().count();
            assert!((1..=1024).contains(&length), "{id}: {description} has {length} characters");
        }
        let help = text("/help/markdown");
        assert!(
            help.contains("\n\n## Why\n\n") && help.contains("\n\n## Fix\n\n") && help.contains("[Read more](https://"),
            "{id}: {help}"
        );
        assert!(!help.contains("## Undecided") && !help.contains("```arm") && !help.contains("\n\n\n"), "{id}: {help}");
        let fences: Vec<&str> = help.lines().filter(|line| line.starts_with("```")).collect();
        assert!(fences.len().is_multiple_of(2) && fences.iter().all(|fence| !fence.contains(' ')), "{id}: {fences:?}");
        assert!(!text("/help/text").contains("```"), "{id}");
        assert!(
            ["error", "warning", "recommendation"].contains(&rule["properties"]["problem.severity"].as_str().unwrap()),
            "{id}"
        );
    }
}

#[test]
fn the_hostile_lists_are_used() {
    let out = written(&hostile(), Format::Json);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["findings"].as_array().unwrap().len(), HOSTILE_TEXTS.len());
    assert_eq!(report["unreadable"].as_array().unwrap().len(), HOSTILE_PATHS.len());
}
