//! `overlint explain` and `overlint rules`.

use crate::date::Date;
use crate::report::Severity;
use crate::rules::{self, Document, RULES, Rule, Scope};
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
    for (case, history) in document.history() {
        let label = if case == "default" { "Severity".to_owned() } else { format!("Severity, {case}") };
        writeln!(out, "{label}: {}", story(&history))?;
    }
    writeln!(out, "Applies to: {}", scope(rule.scope))?;
    writeln!(out, "Read more: {}", document.url)?;
    writeln!(out, "Sources:")?;
    document.sources.iter().try_for_each(|source| writeln!(out, "  {source}"))
}

/// A severity and how it changed: "warning; error from 2025-03-31".
fn story(history: &[(Date, Option<Severity>)]) -> String {
    let steps = history.iter().enumerate().map(|(i, (from, severity))| match i {
        0 => level(*severity),
        _ => format!("{} from {from}", level(*severity)),
    });
    steps.collect::<Vec<_>>().join("; ")
}

fn level(severity: Option<Severity>) -> String {
    severity.map_or("off".to_owned(), |s| s.to_string())
}

fn scope(scope: Scope) -> &'static str {
    match scope {
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
        Line { name: rule.name, severity, scope: scope(rule.scope), title: document.title }
    })
}

/// Lists all rules in columns.
pub(super) fn list(out: &mut dyn Write) -> io::Result<()> {
    let name = RULES.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    let scopes = RULES.iter().map(|rule| scope(rule.scope).len()).max().unwrap_or(0);
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
    fn a_severity_tells_its_history() {
        let history = [("2023-11-28", Some(Severity::Warning)), ("2025-03-31", Some(Severity::Error)), ("2026-01-01", None)];
        let history: Vec<_> = history.into_iter().map(|(from, severity)| (from.parse().unwrap(), severity)).collect();
        assert_eq!(story(&history), "warning; error from 2025-03-31; off from 2026-01-01");
        assert_eq!(story(&history[..1]), "warning");
    }

    #[test]
    fn a_document_is_printed_below_its_header() {
        let document = r#"+++
id = "pods-fit"
title = "The pods fit"
url = "https://example.org/pods"
sources = ["a page, 2026-07-31", "another page, 2026-04-16"]
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
Severity, unsure: off; note from 2025-03-31
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
