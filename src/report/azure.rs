//! Logging commands of Azure Pipelines: errors and warnings on the page of a run.

use super::commands::{self, Issue};
use super::location::visible;
use super::{Location, Report, Severity};
use crate::source::Sources;
use std::io::{self, Write};

/// Writes the report as lines of a log, the worst findings first, of which Azure shows ten errors and ten warnings above the log. It knows
/// no notes: these are plain lines. With `undecided`, what could not be decided is listed, too.
///
/// # Errors
/// What `out` says.
pub fn write(report: &Report, sources: &Sources, undecided: bool, out: &mut dyn Write) -> io::Result<()> {
    for (severity, issue) in commands::issues(report, sources) {
        match severity {
            Severity::Error => command("error", &issue(), sources, out)?,
            Severity::Warning => command("warning", &issue(), sources, out)?,
            Severity::Note => commands::plain(&issue(), sources, out)?,
        }
    }
    commands::end(report, sources, undecided, out)
}

fn command(kind: &str, issue: &Issue, sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
    let Location { path, line, column, .. } = issue.location;
    let path = property(&sources.in_repository(path));
    write!(out, "##vso[task.logissue type={kind};sourcepath={path};linenumber={line};columnnumber={column};")?;
    writeln!(out, "code={};]{}", property(issue.rule), data(&issue.lines.join("\n")))
}

/// The text after a command, as the agent reads it (`taskcommand.ts` in microsoft/azure-pipelines-task-lib).
fn data(text: &str) -> String {
    text.replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(&visible(text)).replace(']', "%5D").replace(';', "%3B")
}
