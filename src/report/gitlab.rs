//! GitLab's Code Quality report: the changes that a merge request makes to the findings.

use super::fingerprint::Identities;
use super::location::Escaped;
use super::{Location, Report, Severity, printable, summary};
use crate::source::Sources;
use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};
use std::borrow::Cow;
use std::io::{self, Write};

/// One entry of the report; GitLab reads a part of Code Climate's format.
#[derive(Serialize)]
struct Entry<'a> {
    description: Cow<'a, str>,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Place<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<Content>,
}

/// What Code Climate shows below an entry.
#[derive(Serialize)]
struct Content {
    body: String,
}

#[derive(Serialize)]
struct Place<'a> {
    path: Cow<'a, str>,
    lines: Lines,
    positions: Positions,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

#[derive(Serialize)]
struct Positions {
    begin: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: usize,
    column: usize,
}

impl<'a> Place<'a> {
    fn new(location: &Location<'a>, sources: &Sources) -> Self {
        let &Location { path, line, column, end_line, end_column } = location;
        Self {
            path: sources.in_repository(path),
            lines: Lines { begin: line, end: end_line },
            positions: Positions { begin: Position { line, column }, end: Position { line: end_line, column: end_column } },
        }
    }
}

/// Writes the report: findings, and what could not be read.
///
/// # Errors
/// What `out` says.
pub fn write(report: &Report, sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
    let mut json = serde_json::Serializer::pretty(Escaped(&mut *out));
    let mut entries = json.serialize_seq(Some(report.findings.len() + report.unreadable.len()))?;
    let mut identities = Identities::default();
    for finding in &report.findings {
        let body = summary::lines(finding, sources).into_iter().skip(1).collect::<Vec<_>>().join("\n\n");
        entries.serialize_element(&Entry {
            description: Cow::Owned(printable(&finding.message_in_scenarios()).into_owned()),
            check_name: finding.rule,
            fingerprint: identities.next(finding, sources),
            severity: severity(finding.severity),
            location: Place::new(&Location::of(finding.place, sources), sources),
            content: (!body.is_empty()).then_some(Content { body }),
        })?;
    }
    for unreadable in &report.unreadable {
        let location = Place::new(&Location::of_unreadable(unreadable, sources), sources);
        entries.serialize_element(&Entry {
            description: printable(&unreadable.message),
            check_name: "unreadable",
            fingerprint: identities.of(&["unreadable", &location.path, &unreadable.message]),
            severity: "blocker",
            location,
            content: None,
        })?;
    }
    entries.end()?;
    writeln!(out)
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "critical",
        Severity::Warning => "major",
        Severity::Note => "info",
    }
}
