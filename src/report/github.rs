//! Workflow commands of GitHub Actions: annotations on the lines of a pull request.

use super::commands::{self, Issue};
use super::location::visible;
use super::{Location, Report, Severity, plural};
use crate::source::Sources;
use std::io::{self, Write};

/// So many annotations of each kind are shown for a step.
const MOST: usize = 10;

/// Writes the report as lines of a log: commands as long as GitHub shows annotations, the worst findings first; the rest in a group to
/// unfold. With `undecided`, what could not be decided is listed, too.
///
/// # Errors
/// What `out` says.
pub fn write(report: &Report, sources: &Sources, undecided: bool, out: &mut dyn Write) -> io::Result<()> {
    let total = |severity| report.count(severity) + if severity == Severity::Error { report.unreadable.len() } else { 0 };
    let hidden: usize = [Severity::Error, Severity::Warning].into_iter().map(|s| total(s).saturating_sub(MOST)).sum();
    // The notice that tells of the hidden ones is one of the ten.
    let all = hidden == 0 && total(Severity::Note) <= MOST;
    let most_notes = if all { MOST } else { MOST - 1 };
    let hidden = hidden + total(Severity::Note).saturating_sub(most_notes);

    let mut left = [most_notes, MOST, MOST];
    let mut rest = Vec::new();
    for (severity, issue) in commands::issues(report, sources) {
        match left.get_mut(severity as usize) {
            Some(left) if *left > 0 => {
                *left -= 1;
                command(&issue(), sources, out)?;
            }
            _ => rest.push(issue),
        }
    }
    if !rest.is_empty() {
        writeln!(out, "::group::overlint: {}", plural(hidden, "more finding"))?;
        rest.iter().try_for_each(|issue| commands::plain(&issue(), sources, out))?;
        writeln!(out, "::endgroup::")?;
        let are = if hidden == 1 { "is" } else { "are" };
        writeln!(
            out,
            "::notice title=overlint::{} {are} not shown here, for GitHub shows no more than {MOST} errors, {MOST} warnings and {MOST} \
             notices of a step. The log has them all.",
            plural(hidden, "finding")
        )?;
    }
    commands::end(report, sources, undecided, out)
}

fn command(issue: &Issue, sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
    let name = match issue.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let Location { path, line, column, end_line, end_column } = issue.location;
    write!(out, "::{name} file={},line={line},endLine={end_line}", property(&sources.in_repository(path)))?;
    // GitHub takes columns only within one line.
    if line == end_line {
        write!(out, ",col={column},endColumn={end_column}")?;
    }
    let title = property(&format!("overlint: {}", issue.rule));
    writeln!(out, ",title={title}::{}", data(&issue.lines.join("\n")))
}

/// The text after a command, as the runner reads it (`ActionCommand.cs` in actions/runner).
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(&visible(text)).replace(':', "%3A").replace(',', "%2C")
}
