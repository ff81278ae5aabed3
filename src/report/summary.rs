//! What several formats say in the same words: the counts, what a finding says in full, and the order by severity.

use super::{Finding, Location, Report, Severity, UndecidedRule, plural, printable};
use crate::source::Sources;
use std::collections::BTreeSet;

/// The findings, the worst first, else as they are in the report.
pub(super) fn by_severity(findings: &[Finding]) -> Vec<&Finding> {
    let mut sorted: Vec<_> = findings.iter().collect();
    sorted.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    sorted
}

/// What was found where, what could not be read, what could not be decided (with a hint at how to have it listed).
pub(super) fn counts(report: &Report, hint: &str) -> Vec<String> {
    let counts = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")];
    let counts = counts.map(|(severity, word)| (report.count(severity), word));
    let counts: Vec<_> = counts.into_iter().filter(|(n, _)| *n > 0).map(|(n, word)| plural(n, word)).collect();
    let found = if counts.is_empty() { "nothing found".to_owned() } else { counts.join(", ") };
    let files = plural(report.files, "file");
    let mut parts = vec![format!("{found} in {} ({files})", plural(report.clusters.len(), "cluster"))];
    if report.clusters.is_empty() && counts.is_empty() && report.suppressed + report.baselined == 0 {
        parts = vec![format!("no AKS cluster found ({files}){}", hidden(report))];
    }
    let unread = report.unreadable.chunk_by(|a, b| a.path == b.path).count();
    if unread > 0 {
        parts.push(format!("{} could not be read in full", plural(unread, "file")));
    }
    if report.suppressed > 0 {
        parts.push(format!("{} suppressed", report.suppressed));
    }
    if report.baselined > 0 {
        parts.push(format!("{} in the baseline", report.baselined));
    }
    if !report.undecided.is_empty() {
        parts.push(format!("{} undecided{hint}", plural(report.undecided.len(), "check")));
    }
    parts
}

/// What could not be followed and may hold a cluster.
fn hidden(report: &Report) -> String {
    let names: BTreeSet<&str> = report.undecided.iter().filter(|u| u.rule == "*").map(|u| u.cluster.as_str()).collect();
    match (names.first(), names.len()) {
        (None, _) => String::new(),
        (Some(name), 1) => format!(", but {} may hold one", printable(name)),
        (Some(name), many) => format!(", but {} and {} more may hold one", printable(name), many - 1),
    }
}

/// What could not be decided: by cluster, then by reason.
pub(super) fn by_reason<'a>(undecided: &'a [UndecidedRule], sources: &Sources) -> Vec<Vec<&'a UndecidedRule>> {
    let place = |u: &UndecidedRule| u.why.span.map(|span| (sources.file(span.file).path(), span.start, span.end));
    let mut sorted: Vec<_> = undecided.iter().collect();
    sorted.sort_by(|a, b| (&a.cluster, place(a), &a.why.reason, a.rule).cmp(&(&b.cluster, place(b), &b.why.reason, b.rule)));
    sorted.chunk_by(|a, b| a.cluster == b.cluster && a.why == b.why).map(<[_]>::to_vec).collect()
}

/// The names of some rules that could not be decided.
pub(super) fn names(undecided: &[&UndecidedRule]) -> String {
    let names: Vec<_> = undecided.iter().map(|u| if u.rule == "*" { "all rules" } else { u.rule }).collect();
    names.join(", ")
}

/// The cluster of a finding, and how many others have it, too.
pub(super) fn clusters(finding: &Finding) -> String {
    match finding.also.len() {
        0 => printable(&finding.cluster).into_owned(),
        more => format!("{} and {more} more", printable(&finding.cluster)),
    }
}

/// All that a finding says, for places without drawings: lines that are safe to print.
pub(super) fn lines(finding: &Finding, sources: &Sources) -> Vec<String> {
    let mut lines = vec![printable(&finding.message_in_scenarios()).into_owned()];
    lines.extend(
        [&finding.azure, &finding.fix].into_iter().filter(|text| !text.is_empty()).map(|text| printable(text).into_owned()),
    );
    if !finding.cluster.is_empty() {
        lines.push(format!("Cluster: {}", clusters(finding)));
    }
    for related in &finding.related {
        lines.push(format!("{}: {}", printable(&related.message), place(&Location::of(related.span, sources), sources)));
    }
    if !finding.url.is_empty() {
        lines.push(format!("Read more: {}", printable(&finding.url)));
    }
    lines
}

/// A place for readers of a repository: path from its top, line and column.
pub(super) fn place(location: &Location, sources: &Sources) -> String {
    format!("{}:{}:{}", printable(&sources.in_repository(location.path)), location.line, location.column)
}
