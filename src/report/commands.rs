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

/// Writes lines on, with what pipelines take for a command taken apart: people have text printed into logs, too.
pub(crate) struct Inert<W: Write> {
    out: W,
    line: Vec<u8>,
}

impl<W: Write> Inert<W> {
    /// In front of `out`.
    pub fn new(out: W) -> Self {
        Self { out, line: Vec::new() }
    }

    fn end_line(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        match std::str::from_utf8(&line) {
            Ok(text) if memchr::memmem::find(&line, b"##").is_some() || text.trim_start().starts_with("::") => {
                self.out.write_all(inert(text).as_bytes())
            }
            _ => self.out.write_all(&line),
        }
    }
}

impl<W: Write> Write for Inert<W> {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        for piece in part.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                self.end_line()?;
            }
        }
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.end_line()?;
        self.out.flush()
    }
}

/// A line without commands. GitHub's start a line, `::name ..::`, or stand anywhere, `##[name]`; Azure's do, `##vso[..]`. IPv6 addresses stay.
fn inert(line: &str) -> String {
    let mut apart = String::with_capacity(line.len() + 1);
    let text = line.trim_start();
    let mut name = text.strip_prefix("::").unwrap_or_default().chars().take_while(|c| c.is_alphanumeric() || *c == '-');
    let start = line.len() - text.len();
    let is_command = name.any(|c| !c.is_ascii_hexdigit());
    for (at, c) in line.char_indices() {
        apart.push(c);
        let rest = || line.get(at..).unwrap_or_default();
        if is_command && at == start || c == '#' && (rest().starts_with("##[") || starts_as(rest(), "##vso[")) {
            apart.push(' ');
        }
    }
    apart
}

/// Whether a text starts with another, whatever the case.
fn starts_as(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_taken_apart_and_nothing_else() {
        let lines = [
            ("  ::error::x", "  : :error::x"),
            ("::add-mask::x ::b", ": :add-mask::x ::b"),
            ("::/0 and ::1 and ::ffff:1.2.3.4", "::/0 and ::1 and ::ffff:1.2.3.4"),
            ("x ::error::", "x ::error::"),
            ("a ###[error] ##VSO[x]", "a ## #[error] # #VSO[x]"),
            ("######## a ##", "######## a ##"),
        ];
        for (line, expected) in lines {
            let mut out = Vec::new();
            let mut inert = Inert::new(&mut out);
            line.split_inclusive(' ').for_each(|part| inert.write_all(part.as_bytes()).unwrap());
            inert.flush().unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
