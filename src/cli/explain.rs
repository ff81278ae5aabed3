//! `overlint explain` and `overlint rules`.

use crate::date::Date;
use crate::facts::History;
use crate::report::Severity;
use crate::rules::{self, Check, Document, RULES, Rule, Scope};
use serde::Serialize;
use std::io::{self, Write};

/// Prints the document of a rule: its front matter as a short header, its text as it is.
pub(super) fn explain(name: &str, out: &mut dyn Write) -> io::Result<()> {
    rules::find(name).map_or(Ok(()), |rule| print(rule, out))
}

fn print(rule: &Rule, out: &mut dyn Write) -> io::Result<()> {
    let document = document(rule);
    writeln!(out, "{}\n{}\n", rule.name, document.title)?;
    header(rule, &document, out)?;
    writeln!(out, "\n{}", document.text.trim_end())
}

fn header(rule: &Rule, document: &Document, out: &mut dyn Write) -> io::Result<()> {
    let mut cases: Vec<_> = document.history().collect();
    cases.sort_by_key(|(case, _)| *case != "default");
    for (case, history) in cases {
        let label = if case == "default" { "Severity".to_owned() } else { format!("Severity, {case}") };
        let steps: Vec<_> = history.iter().map(|(from, severity)| (*from, level(*severity))).collect();
        tell(&label, &steps, out)?;
    }
    for history in document.facts.iter().filter_map(|name| History::of(name)) {
        tell(&history.title, &history.steps, out)?;
    }
    writeln!(out, "Applies to: {}", scope(rule))?;
    writeln!(out, "Read more: {}", document.url)?;
    writeln!(out, "Sources:")?;
    document.sources.iter().try_for_each(|source| writeln!(out, "  {source}"))
}

/// What holds: in one line, or where it changed, in one line for each time.
fn tell(label: &str, steps: &[(Date, String)], out: &mut dyn Write) -> io::Result<()> {
    let first = steps.iter().take(1).zip(steps.iter().skip(1)).map(|((_, value), (end, _))| ("before", end, value));
    let later = steps.iter().skip(1).map(|(from, value)| ("from", from, value));
    match steps {
        [(_, value)] => writeln!(out, "{label}: {value}"),
        _ => {
            writeln!(out, "{label}:")?;
            first.chain(later).try_for_each(|(word, day, value)| writeln!(out, "  {word:6} {day}: {value}"))
        }
    }
}

fn level(severity: Option<Severity>) -> String {
    severity.map_or("off".to_owned(), |s| s.to_string())
}

fn scope(rule: &Rule) -> &'static str {
    if matches!(rule.check, Check::Suppressions) {
        return "suppressions";
    }
    match rule.scope {
        Scope::All => "all clusters",
        Scope::Overlay => "overlay clusters",
        Scope::PodRange => "overlay and kubenet clusters",
        Scope::Kubenet => "kubenet clusters",
    }
}

/// A document that is part of the program; a test of the rules sees to it that all parse.
fn document(rule: &Rule) -> Document {
    Document::parse(rule.document).unwrap_or_default()
}

/// One line of the list of rules.
#[derive(Serialize)]
struct Line {
    name: &'static str,
    severity: String,
    scope: &'static str,
    title: String,
}

fn lines() -> impl Iterator<Item = Line> {
    RULES.iter().map(|rule| {
        let document = document(rule);
        let severity = level(document.worst(Date::LATEST));
        Line { name: rule.name, severity, scope: scope(rule), title: document.title }
    })
}

/// Lists all rules in columns.
pub(super) fn list(out: &mut dyn Write) -> io::Result<()> {
    let name = RULES.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    let scopes = RULES.iter().map(|rule| scope(rule).len()).max().unwrap_or(0);
    lines().try_for_each(|l| writeln!(out, "{:name$}  {:7}  {:scopes$}  {}", l.name, l.severity, l.scope, l.title))
}

/// Lists all rules for programs.
pub(super) fn list_json(out: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct List {
        version: u32,
        rules: Vec<Line>,
    }
    serde_json::to_writer_pretty(&mut *out, &List { version: 1, rules: lines().collect() })?;
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_is_told_by_date() {
        let told = |steps: &[(&str, &str)]| {
            let steps: Vec<_> = steps.iter().map(|(from, value)| (from.parse().unwrap(), (*value).to_owned())).collect();
            let mut out = Vec::new();
            tell("Severity", &steps, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let all = [("2023-11-28", "warning"), ("2025-03-31", "error"), ("2026-01-01", "off")];
        assert_eq!(told(&all), "Severity:\n  before 2025-03-31: warning\n  from   2025-03-31: error\n  from   2026-01-01: off\n");
        assert_eq!(told(&all[..1]), "Severity: warning\n");
    }

    #[test]
    fn a_document_is_printed_below_its_header() {
        let document = r#"+++
id = "pods-fit"
title = "The pods fit"
url = "https://example.org/pods"
sources = ["a page, 2026-07-31", "another page, 2026-04-16"]
facts = ["nodes.cluster-nodes-overlay"]
[severity]
default = [{ from = "2023-11-28", value = "error" }]
unsure = [{ from = "2023-11-28", value = "off" }, { from = "2025-03-31", value = "note" }]
+++

## Why

Because.
"#;
        let check = rules::Check::Cluster(|_, _, _| Ok(()));
        let mut out = Vec::new();
        print(&Rule { name: "pods-fit", document, scope: Scope::Overlay, check }, &mut out).unwrap();
        let expected = "pods-fit
The pods fit

Severity: error
Severity, unsure:
  before 2025-03-31: off
  from   2025-03-31: note
Most nodes of an overlay cluster:
  before 2024-03-19: 1,000
  from   2024-03-19: 5,000
Applies to: overlay clusters
Read more: https://example.org/pods
Sources:
  a page, 2026-07-31
  another page, 2026-04-16

## Why

Because.
";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
