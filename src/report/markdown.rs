//! Markdown for the summary of a job, and for comments: GitHub's flavor.

use super::{Finding, Location, Report, Severity, UndecidedRule, in_scenarios, plural, printable, summary};
use crate::insight::Insight;
use crate::source::{Sources, Unreadable};
use std::io::{self, Write};

/// GitHub takes 1 MiB from a step, and shows nothing of it when there is more. Some of it is left to others.
const MOST: usize = 1_000_000;

/// Up to where the lists may fill the page, so that each has its part of it.
const TABLE: usize = MOST * 4 / 10;
const DETAILS: usize = MOST * 8 / 10;
const UNREADABLE: usize = MOST * 85 / 100;
const ADDRESSES: usize = MOST * 95 / 100;

/// Room for what stands at the end of a list.
const ENDING: usize = 200;

/// Writes the report: counts, a table of the findings, the worst first, then what is to be unfolded.
///
/// # Errors
/// What `out` says.
pub fn write(report: &Report, sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { out, written: 0 };
    let mut counts = summary::counts(report, "").into_iter();
    page.put(&format!("## overlint: {}\n", escape(&counts.next().unwrap_or_default())))?;
    for line in counts {
        page.put(&format!("\n{}.\n", escape(&line)))?;
    }
    let findings = summary::by_severity(&report.findings);
    if !findings.is_empty() {
        page.put("\n| Severity | Where | What | Rule |\n| --- | --- | --- | --- |\n")?;
        page.list(&findings, TABLE, "finding", |finding| row(finding, sources))?;
        page.put("\n<details><summary>What Azure does, and what to change</summary>\n\n")?;
        page.list(&findings, DETAILS, "finding", |finding| details(finding, sources))?;
        page.put("\n</details>\n")?;
    }
    if !report.unreadable.is_empty() {
        page.put("\n| Where | Could not be read |\n| --- | --- |\n")?;
        page.list(&report.unreadable.iter().collect::<Vec<_>>(), UNREADABLE, "place", |unreadable| unread(unreadable, sources))?;
    }
    let ranges: Vec<&Insight> = report.insights.iter().filter(|insight| insight.is_range).collect();
    if !ranges.is_empty() && !report.clusters.is_empty() {
        page.put("\n<details><summary>Address plan</summary>\n\n| Range | Of | Room | Overlaps | Where |\n| --- | --- | --- | --- | --- |\n")?;
        page.list(&ranges, ADDRESSES, "range", |range| address(range, sources))?;
        page.put("\n</details>\n")?;
    }
    if !report.undecided.is_empty() {
        let heading = plural(report.undecided.len(), "undecided check");
        page.put(&format!("\n<details><summary>{heading}</summary>\n\n| Cluster | Why | Checks |\n| --- | --- | --- |\n"))?;
        let groups = summary::by_reason(&report.undecided, sources);
        page.list(&groups.iter().collect::<Vec<_>>(), MOST, "reason", |group| undecided(group, sources))?;
        page.put("\n</details>\n")?;
    }
    Ok(())
}

/// The page, and how much of it is written.
struct Page<'a> {
    out: &'a mut dyn Write,
    written: usize,
}

impl Page<'_> {
    fn put(&mut self, text: &str) -> io::Result<()> {
        self.written += text.len();
        self.out.write_all(text.as_bytes())
    }

    /// Writes what there is room for, and says how many are left out.
    fn list<T>(&mut self, items: &[&T], most: usize, thing: &str, text: impl Fn(&T) -> String) -> io::Result<()>
    where
        T: ?Sized,
    {
        for (i, item) in items.iter().enumerate() {
            let text = text(item);
            if self.written + text.len() + ENDING > most {
                let left = plural(items.len() - i, &format!("more {thing}"));
                return self.put(&format!("\n**{left} left out: GitHub shows no summary of more than 1 MiB.**\n"));
            }
            self.put(&text)?;
        }
        Ok(())
    }
}

/// A row of the table of findings.
fn row(finding: &Finding, sources: &Sources) -> String {
    let severity = match finding.severity {
        Severity::Error => "**error**".to_owned(),
        other => other.to_string(),
    };
    let place = place(&Location::of(finding.place, sources), sources);
    format!("| {severity} | {place} | {} | {} |\n", prose(&finding.message_in_scenarios()), rule(finding))
}

/// What a finding says beyond its message.
fn details(finding: &Finding, sources: &Sources) -> String {
    let place = place(&Location::of(finding.place, sources), sources);
    let mut text = format!("{place}: {} ({})\n", prose(&finding.message_in_scenarios()), rule(finding));
    let mut item = |content: String| text.push_str(&format!("- {content}\n"));
    [&finding.azure, &finding.fix].into_iter().filter(|sentence| !sentence.is_empty()).for_each(|sentence| item(prose(sentence)));
    for related in &finding.related {
        item(format!("{}: {}", prose(&related.message), self::place(&Location::of(related.span, sources), sources)));
    }
    if !finding.cluster.is_empty() {
        item(format!("Cluster: {}", code(&summary::clusters(finding))));
    }
    text.push('\n');
    text
}

/// A row of the address plan.
fn address(range: &Insight, sources: &Sources) -> String {
    let known = range.value.as_deref().unwrap_or("unknown");
    let because = range.because.as_ref().map(|why| format!(": {}", prose(why))).unwrap_or_default();
    let scenarios = if range.scenarios.is_empty() { String::new() } else { format!(" ({})", in_scenarios(&range.scenarios)) };
    let of = format!("{} of {}{scenarios}", range.name, range.of);
    let overlaps: Vec<String> = range.overlaps.iter().map(|(what, _)| format!("**{}**", prose(what))).collect();
    let place = place(&Location::of(range.span, sources), sources);
    format!(
        "| {}{because} | {} | {} | {} | {place} |\n",
        code(known),
        prose(&of),
        prose(&range.details.join("; ")),
        overlaps.join(", ")
    )
}

fn unread(unreadable: &Unreadable, sources: &Sources) -> String {
    format!("| {} | {} |\n", place(&Location::of_unreadable(unreadable, sources), sources), prose(&unreadable.message))
}

/// A row of the table of what could not be decided: one reason for one cluster.
fn undecided(group: &[&UndecidedRule], sources: &Sources) -> String {
    let Some(first) = group.first() else { return String::new() };
    let place = first.why.span.map(|span| format!(" ({})", place(&Location::of(span, sources), sources))).unwrap_or_default();
    let (cluster, reason) = (code(&printable(&first.cluster)), prose(&first.why.reason));
    format!("| {cluster} | {reason}{place} | {} |\n", escape(&summary::names(group)))
}

/// The name of the rule, with a link to read on.
fn rule(finding: &Finding) -> String {
    if finding.url.is_empty() {
        return escape(finding.rule);
    }
    let address = |c: char| matches!(c, '<' | '>' | '\\' | '|' | ' ') || c.is_control();
    let url: String = finding.url.chars().filter(|c| !address(*c)).collect();
    format!("[{}](<{url}>)", escape(finding.rule))
}

fn place(location: &Location, sources: &Sources) -> String {
    code(&summary::place(location, sources))
}

pub(crate) fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(text))
}

pub(crate) fn prose(text: &str) -> String {
    let text = escape(&printable(text.trim()));
    // At the start of an item, these would begin a heading or another list.
    if text.starts_with(['#', '-', '+']) { format!("\\{text}") } else { text }
}

/// The text with all that Markdown or HTML would make something else of escaped. What ends cells and escapes is written as an entity,
/// for tables are cut into cells before escapes are looked at.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '|' => escaped.push_str("&#124;"),
            '\\' => escaped.push_str("&#92;"),
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '`' | '*' | '_' | '[' | ']' | '~' | '$' => {
                escaped.push('\\');
                escaped.push(c);
            }
            _ => escaped.push(c),
        }
    }
    escaped
}
