//! One line for each finding: `path:line:column: severity: message [rule]`, with scenarios after the message.

use super::{Location, Report, printable};
use crate::source::Sources;
use std::io::{self, Write};

/// Writes the report. With `undecided`, what could not be decided follows, likewise; without a place, its line starts at `undecided`.
///
/// # Errors
/// What `out` says.
pub fn write(report: &Report, sources: &Sources, undecided: bool, out: &mut dyn Write) -> io::Result<()> {
    for finding in &report.findings {
        let place = Location::of(finding.place, sources);
        writeln!(out, "{place}: {}: {} [{}]", finding.severity, printable(&finding.message_in_scenarios()), finding.rule)?;
    }
    for unreadable in &report.unreadable {
        let place = Location::of_unreadable(unreadable, sources);
        writeln!(out, "{place}: error: {} [unreadable]", printable(&unreadable.message))?;
    }
    for rule in report.undecided.iter().filter(|_| undecided) {
        if let Some(span) = rule.why.span {
            write!(out, "{}: ", Location::of(span, sources))?;
        }
        writeln!(out, "undecided: {} [{}]", printable(&rule.why.reason), rule.rule)?;
    }
    Ok(())
}
