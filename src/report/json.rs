//! One JSON object, for scripts.

use super::location::Escaped;
use super::{Finding, Location, Repair, Report, Severity};
use crate::source::Sources;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    summary: Summary,
    findings: Vec<FindingEntry<'a>>,
    undecided: Vec<UndecidedEntry<'a>>,
    unreadable: Vec<LocationEntry<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Summary {
    files: usize,
    clusters: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    undecided: usize,
    unreadable: usize,
    suppressed: usize,
    baselined: usize,
}

#[derive(Serialize)]
struct FindingEntry<'a> {
    rule: &'a str,
    severity: String,
    message: &'a str,
    cluster: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    also: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    scenarios: &'a [String],
    location: Location<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<LocationEntry<'a>>,
    #[serde(skip_serializing_if = "String::is_empty")]
    help: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<FixEntry<'a>>,
}

/// What to change in the files.
#[derive(Serialize)]
struct FixEntry<'a> {
    title: &'a str,
    safety: String,
    edits: Vec<EditEntry<'a>>,
}

#[derive(Serialize)]
struct EditEntry<'a> {
    location: Location<'a>,
    text: &'a str,
}

#[derive(Serialize)]
struct UndecidedEntry<'a> {
    rule: &'a str,
    cluster: &'a str,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location<'a>>,
}

/// A message with its place: something related, or something unreadable.
#[derive(Serialize)]
struct LocationEntry<'a> {
    message: &'a str,
    location: Location<'a>,
}

/// Writes the report.
///
/// # Errors
/// What `out` says.
pub fn write(report: &Report, sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
    let undecided = report.undecided.iter().map(|u| UndecidedEntry {
        rule: u.rule,
        cluster: &u.cluster,
        reason: &u.why.reason,
        location: u.why.span.map(|span| Location::of(span, sources)),
    });
    let unreadable =
        report.unreadable.iter().map(|u| LocationEntry { message: &u.message, location: Location::of_unreadable(u, sources) });
    let document = Document {
        version: 1,
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        summary: summary(report),
        findings: report.findings.iter().map(|f| finding(f, sources)).collect(),
        undecided: undecided.collect(),
        unreadable: unreadable.collect(),
    };
    serde_json::to_writer_pretty(Escaped(&mut *out), &document)?;
    writeln!(out)
}

fn summary(report: &Report) -> Summary {
    Summary {
        files: report.files,
        clusters: report.clusters.len(),
        errors: report.count(Severity::Error),
        warnings: report.count(Severity::Warning),
        notes: report.count(Severity::Note),
        undecided: report.undecided.len(),
        unreadable: report.unreadable.len(),
        suppressed: report.suppressed,
        baselined: report.baselined,
    }
}

fn finding<'a>(finding: &'a Finding, sources: &'a Sources) -> FindingEntry<'a> {
    let related = finding.related.iter().map(|r| LocationEntry { message: &r.message, location: Location::of(r.span, sources) });
    FindingEntry {
        rule: finding.rule,
        severity: finding.severity.to_string(),
        message: &finding.message,
        cluster: &finding.cluster,
        also: &finding.also,
        scenarios: &finding.scenarios,
        location: Location::of(finding.place, sources),
        related: related.collect(),
        help: finding.help(),
        url: &finding.url,
        fix: finding.repair.as_ref().map(|repair| fix(repair, sources)),
    }
}

fn fix<'a>(repair: &'a Repair, sources: &'a Sources) -> FixEntry<'a> {
    let edits = repair.edits.iter().map(|edit| EditEntry { location: Location::of(edit.span, sources), text: &edit.text });
    FixEntry { title: &repair.title, safety: repair.safety.to_string(), edits: edits.collect() }
}
