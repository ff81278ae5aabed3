//! JUnit's XML, for the test tabs of Jenkins, Azure Pipelines and GitLab.

use super::{Finding, Location, Report, Severity, UndecidedRule, printable, summary};
use crate::source::{Sources, Unreadable};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io::{self, Write};

/// Writes the report: a suite for each file, in it a failed test for each error and warning, a passed one for each note, a skipped one
/// for each check that was not decided, and an error for what could not be read. `time` is when, in seconds since 1970 (UTC).
///
/// The elements and attributes are those that the schema of Ant's format (Windy Road's `JUnit.xsd`), the strictest, asks for.
///
/// # Errors
/// What `out` says.
pub fn write(report: &Report, sources: &Sources, time: u64, out: &mut dyn Write) -> io::Result<()> {
    let mut suites: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    let mut add = |place: Option<Location>, case| {
        // What has no place is told under the name of the program.
        let name = place.map_or_else(|| "overlint".to_owned(), |at| printable(&sources.in_repository(at.path)).into_owned());
        suites.entry(name).or_default().push(case);
    };
    for finding in &report.findings {
        add(Some(Location::of(finding.place, sources)), Case::Found(finding));
    }
    for unreadable in &report.unreadable {
        add(Some(Location::of_unreadable(unreadable, sources)), Case::Unread(unreadable));
    }
    for undecided in &report.undecided {
        add(undecided.why.span.map(|span| Location::of(span, sources)), Case::Undecided(undecided));
    }
    if suites.is_empty() {
        // Without any test, the services say that something is wrong with the file.
        suites.insert("overlint".to_owned(), vec![Case::Nothing]);
    }
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>")?;
    for (id, (name, cases)) in suites.iter().enumerate() {
        Suite { id, name, cases, sources, time }.write(out)?;
    }
    writeln!(out, "</testsuites>")
}

/// One test.
enum Case<'a> {
    Found(&'a Finding),
    Unread(&'a Unreadable),
    Undecided(&'a UndecidedRule),
    Nothing,
}

impl Case<'_> {
    /// What the test is called: by this it is known again in the next run.
    fn name(&self) -> String {
        match self {
            Self::Found(finding) if finding.cluster.is_empty() => finding.rule.to_owned(),
            Self::Found(finding) => format!("{}: {}", finding.rule, printable(&finding.cluster)),
            Self::Unread(_) => "unreadable".to_owned(),
            Self::Undecided(u) if u.rule == "*" => format!("all rules: {}", printable(&u.cluster)),
            Self::Undecided(u) => format!("{}: {}", u.rule, printable(&u.cluster)),
            Self::Nothing => "nothing found".to_owned(),
        }
    }

    fn is_failure(&self) -> bool {
        matches!(self, Self::Found(finding) if finding.severity > Severity::Note)
    }
}

struct Suite<'a> {
    id: usize,
    name: &'a str,
    cases: &'a [Case<'a>],
    sources: &'a Sources,
    time: u64,
}

impl Suite<'_> {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let count = |is: fn(&Case) -> bool| self.cases.iter().filter(|case| is(case)).count();
        let (failures, errors) = (count(|case| case.is_failure()), count(|case| matches!(case, Case::Unread(_))));
        let skipped = count(|case| matches!(case, Case::Undecided(_)));
        writeln!(
            out,
            "  <testsuite id=\"{}\" package=\"overlint\" name=\"{}\" timestamp=\"{}\" hostname=\"localhost\" tests=\"{}\" \
             failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"0\">",
            self.id,
            escape(self.name),
            timestamp(self.time),
            self.cases.len()
        )?;
        writeln!(out, "    <properties/>")?;
        // Of tests with the same name in a suite, GitLab takes only one.
        let mut seen: HashMap<String, usize> = HashMap::new();
        for case in self.cases {
            let mut name = case.name();
            let times = seen.entry(name.clone()).or_default();
            *times += 1;
            if *times > 1 {
                let _ = write!(name, " ({times})");
            }
            self.case(case, &name, out)?;
        }
        writeln!(out, "    <system-out>{}</system-out>\n    <system-err/>\n  </testsuite>", escape(&self.notes()))
    }

    fn case(&self, case: &Case, name: &str, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "    <testcase name=\"{}\" classname=\"{}\" time=\"0\"", escape(name), escape(self.name))?;
        match case {
            Case::Found(finding) if case.is_failure() => {
                let message = printable(&finding.message).into_owned();
                let mut lines = summary::lines(finding, self.sources);
                lines.insert(0, summary::place(&Location::of(finding.place, self.sources), self.sources));
                self.problem("failure", Some(&finding.severity.to_string()), &message, &lines.join("\n"), out)
            }
            Case::Unread(unreadable) => {
                let message = printable(&unreadable.message).into_owned();
                let place = summary::place(&Location::of_unreadable(unreadable, self.sources), self.sources);
                self.problem("error", Some("unreadable"), &message, &format!("{place}\n{message}"), out)
            }
            Case::Undecided(undecided) => {
                let place = undecided.why.span.map(|span| summary::place(&Location::of(span, self.sources), self.sources));
                let message = format!("undecided: {}", printable(&undecided.why.reason));
                self.problem("skipped", None, &message, place.as_deref().unwrap_or_default(), out)
            }
            Case::Found(_) | Case::Nothing => writeln!(out, "/>"),
        }
    }

    /// What came of a test, and the end of the test.
    fn problem(&self, element: &str, kind: Option<&str>, message: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
        let (message, text) = (escape(message), escape(text));
        let kind = kind.map(|kind| format!(" type=\"{kind}\"")).unwrap_or_default();
        writeln!(out, ">\n      <{element}{kind} message=\"{message}\">{text}</{element}>\n    </testcase>")
    }

    /// The notes of the suite, for a passed test has no text.
    fn notes(&self) -> String {
        let notes = self.cases.iter().filter_map(|case| match case {
            Case::Found(finding) if !case.is_failure() => Some(finding),
            _ => None,
        });
        let line = |finding: &Finding| {
            let place = summary::place(&Location::of(finding.place, self.sources), self.sources);
            format!("{place}: note: {} [{}]", printable(&finding.message_in_scenarios()), finding.rule)
        };
        notes.map(|finding| line(finding)).collect::<Vec<_>>().join("\n")
    }
}

/// The text as content or attribute. What XML cannot hold at all is spelled out.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            '\u{fffe}' | '\u{ffff}' => escaped.extend(c.escape_unicode()),
            c if c.is_control() => escaped.extend(c.escape_default()),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A point in time as `2026-11-24T12:30:00`, by Howard Hinnant's `civil_from_days`.
fn timestamp(seconds: u64) -> String {
    let (days, second) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60)
}

#[cfg(test)]
mod tests {
    use super::timestamp;

    #[test]
    fn days_are_counted_by_the_calendar() {
        assert_eq!(timestamp(0), "1970-01-01T00:00:00");
        assert_eq!(timestamp(951_782_399), "2000-02-28T23:59:59");
        assert_eq!(timestamp(951_868_799), "2000-02-29T23:59:59");
        assert_eq!(timestamp(1_735_689_599), "2024-12-31T23:59:59");
        assert_eq!(timestamp(4_107_542_400), "2100-03-01T00:00:00");
    }
}
