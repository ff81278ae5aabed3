//! Lines of a pipeline's log: what the commands of GitHub Actions and of Azure Pipelines have in common.

use super::{Finding, Location, Report, Severity, UndecidedRule, printable, summary};
use crate::source::Sources;
use std::io::{self, Write};

/// What a command tells of, and where.
pub(super) struct Issue<'a> {
    /// How bad it is.
    pub severity: Severity,
    /// The rule.
    pub rule: &'a str,
    /// The place.
    pub location: Location<'a>,
    /// All that there is to say, in lines; the first is the message.
    pub lines: Vec<String>,
}

/// Something to tell whose text is not made yet.
pub(super) type Later<'a> = (Severity, Box<dyn Fn() -> Issue<'a> + 'a>);

/// All findings and what could not be read, the worst first.
pub(super) fn issues<'a>(report: &'a Report, sources: &'a Sources) -> impl Iterator<Item = Later<'a>> {
    let findings = summary::by_severity(&report.findings);
    let errors = findings.partition_point(|f| f.severity == Severity::Error);
    let rest = findings.get(errors..).unwrap_or_default().to_vec();
    let of_finding = move |finding: &'a Finding| -> Later<'a> { (finding.severity, Box::new(move || issue(finding, sources))) };
    let unreadable = report.unreadable.iter().map(move |unreadable| -> Later<'a> {
        let issue = move || Issue {
            severity: Severity::Error,
            rule: "unreadable",
            location: Location::of_unreadable(unreadable, sources),
            lines: vec![printable(&unreadable.message).into_owned()],
        };
        (Severity::Error, Box::new(issue))
    });
    findings.into_iter().take(errors).map(of_finding).chain(unreadable).chain(rest.into_iter().map(of_finding))
}

fn issue<'a>(finding: &'a Finding, sources: &'a Sources) -> Issue<'a> {
    Issue {
        severity: finding.severity,
        rule: finding.rule,
        location: Location::of(finding.place, sources),
        lines: summary::lines(finding, sources),
    }
}

/// Writes a line that is only to be read.
pub(super) fn plain(issue: &Issue, sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
    let message = issue.lines.first().map_or("", String::as_str);
    let line = format!("{}: {}: {message} [{}]", issue.severity, summary::place(&issue.location, sources), issue.rule);
    writeln!(out, "{}", harmless(&line))
}

/// Writes what could not be decided, and the counts, as lines that are only to be read.
pub(super) fn end(report: &Report, sources: &Sources, undecided: bool, out: &mut dyn Write) -> io::Result<()> {
    if undecided {
        summary::by_reason(&report.undecided, sources).iter().try_for_each(|group| of_reason(group, sources, out))?;
    }
    let hint = if undecided { "" } else { " (--undecided lists them)" };
    writeln!(out, "overlint: {}", harmless(&summary::counts(report, hint).join("; ")))
}

fn of_reason(group: &[&UndecidedRule], sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
    let Some(first) = group.first() else { return Ok(()) };
    let place = first.why.span.map(|span| format!(" ({})", summary::place(&Location::of(span, sources), sources)));
    let why = format!("{}{}", printable(&first.why.reason), place.unwrap_or_default());
    let line = format!("undecided: {}: {why}: {}", printable(&first.cluster), summary::names(group));
    writeln!(out, "{}", harmless(&line))
}

/// The text with what both services take for a command, wherever in a line it stands, taken apart.
fn harmless(line: &str) -> String {
    let mut apart = String::with_capacity(line.len());
    for c in line.chars() {
        if c == '#' && apart.ends_with('#') {
            apart.push(' ');
        }
        apart.push(c);
    }
    apart
}
