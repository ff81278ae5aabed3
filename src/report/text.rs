//! Findings drawn on the code, for people in a terminal.

use super::excerpt::{Excerpt, Excerpts, TAB};
use super::{Finding, Location, Report, Severity, Style, UndecidedRule, in_scenarios, printable, summary};
use crate::source::{FileId, Sources, Span, Unreadable};
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};
use std::fmt;
use std::io::{self, Write};

/// Columns to the left of the code: line number, rule, space for marks.
const GUTTER: usize = 10;

/// Places so many lines apart are drawn in one excerpt.
const NEAR_LINES: usize = 4;

/// Writes the report: findings, what could not be read, what could not be decided if asked for, and a summary.
///
/// # Errors
/// What `out` says.
pub fn write(report: &Report, sources: &Sources, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(sources, style, out);
    let mut last = None;
    for finding in &report.findings {
        // Notes that follow one another are kept together.
        if (last, finding.severity) != (Some(Severity::Note), Severity::Note) {
            page.gap()?;
        }
        last = Some(finding.severity);
        page.finding(finding)?;
    }
    for unreadable in &report.unreadable {
        page.gap()?;
        page.unreadable(unreadable)?;
    }
    if style.undecided {
        page.undecided(&report.undecided)?;
    }
    page.gap()?;
    page.summary(report)
}

/// What is drawn as one: a message, marks in one file, advice. miette draws places in several files of one diagnostic as diagnostics of
/// their own under the word "Advice:", after the help; so each is made one here, and the last has the help.
#[derive(Debug)]
struct Drawing<'a> {
    severity: Severity,
    message: String,
    excerpt: Option<&'a Excerpt<'a>>,
    labels: Vec<LabeledSpan>,
    help: Option<String>,
}

impl fmt::Display for Drawing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Drawing<'_> {}

impl Diagnostic for Drawing<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display + 'a>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.map(|e| e as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

/// Marks in one file, and how many lines to show around them. The heading of the drawing names the first mark.
struct Snippet<'m> {
    file: FileId,
    context: usize,
    marks: Vec<(Span, Option<&'m str>)>,
}

impl<'m> Snippet<'m> {
    fn new(span: Span, context: usize) -> Self {
        Self { file: span.file, context, marks: vec![(span, None)] }
    }

    fn labels(&self, excerpt: &Excerpt) -> Vec<LabeledSpan> {
        let label = |(i, (span, message)): (usize, &(Span, Option<&'m str>))| {
            let message = message.map(|m| printable(m).into_owned());
            let mark = excerpt.mark(*span);
            if i == 0 { LabeledSpan::new_primary_with_span(message, mark) } else { LabeledSpan::new_with_span(message, mark) }
        };
        self.marks.iter().enumerate().map(label).collect()
    }
}

/// The page being written.
struct Page<'a> {
    sources: &'a Sources,
    excerpts: Excerpts<'a>,
    style: &'a Style,
    theme: GraphicalTheme,
    handler: GraphicalReportHandler,
    out: &'a mut dyn Write,
    begun: bool,
}

impl<'a> Page<'a> {
    fn new(sources: &'a Sources, style: &'a Style, out: &'a mut dyn Write) -> Self {
        let theme = if style.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let handler = GraphicalReportHandler::new_themed(theme.clone())
            .with_width(style.width.max(2 * GUTTER))
            .with_urls(false)
            .tab_width(TAB)
            .without_primary_span_start()
            .without_syntax_highlighting()
            .with_break_words(false)
            .with_word_separator(textwrap::WordSeparator::AsciiSpace)
            .with_word_splitter(textwrap::WordSplitter::NoHyphenation);
        let excerpts = Excerpts::new(sources, style.width.saturating_sub(GUTTER).max(GUTTER));
        Self { sources, excerpts, style, theme, handler, out, begun: false }
    }

    /// A blank line, unless nothing stands before it.
    fn gap(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.begun, true) { writeln!(self.out) } else { Ok(()) }
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        if finding.severity == Severity::Note {
            let place = Location::of(finding.place, self.sources).to_string();
            self.heading(finding.severity, finding.rule, &finding.url, &about(&place, finding))?;
            return self.draw(finding.severity, &finding.message, None, None);
        }
        let about = about(&summary::clusters(finding), finding);
        self.heading(finding.severity, finding.rule, &finding.url, &about)?;
        let (near, far): (Vec<_>, Vec<_>) = finding.related.iter().partition(|r| self.is_near(r.span, finding.place));
        let mut main = Snippet::new(finding.place, 1);
        main.marks.extend(near.iter().map(|r| (r.span, Some(r.message.as_str()))));
        let mut blocks = vec![(finding.severity, finding.message.as_str(), main)];
        blocks.extend(far.iter().map(|r| (Severity::Note, r.message.as_str(), Snippet::new(r.span, 0))));
        let last = blocks.len() - 1;
        for (i, (severity, message, snippet)) in blocks.into_iter().enumerate() {
            let help = if i == last { self.help(finding) } else { None };
            self.draw(severity, message, Some(snippet), help)?;
        }
        Ok(())
    }

    /// Whether two places are drawn together. miette draws the marks of one excerpt from top to bottom, and the place to edit comes
    /// first only if it is drawn by itself.
    fn is_near(&self, a: Span, b: Span) -> bool {
        let line = |span: Span| self.sources.file(span.file).line_of(span.start).0;
        a.file == b.file && line(a).abs_diff(line(b)) <= NEAR_LINES
    }

    /// What Azure does, what to change, and where to read on.
    fn help(&self, finding: &Finding) -> Option<String> {
        let url = if self.style.links { "" } else { finding.url.as_str() };
        let lines = [finding.azure.as_str(), finding.fix.as_str(), url];
        let lines: Vec<_> = lines.into_iter().filter(|line| !line.is_empty()).map(printable).collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    fn unreadable(&mut self, unreadable: &Unreadable) -> io::Result<()> {
        let snippet = unreadable.span.map(|span| Snippet::new(span, 1));
        // The snippet names the file, where there is one.
        let path = if snippet.is_some() { "" } else { &unreadable.path };
        self.heading(Severity::Error, "unreadable", "", &printable(path))?;
        self.draw(Severity::Error, &unreadable.message, snippet, None)
    }

    /// The line above a finding: how bad, which rule, and what it is about.
    fn heading(&mut self, severity: Severity, rule: &str, url: &str, about: &str) -> io::Result<()> {
        let code = format!("{severity}[{rule}]");
        let text = self.fill(&format!("{code} {about}"), "  ");
        let about = text.strip_prefix(&code).unwrap_or_default();
        let styles = &self.theme.styles;
        let color = match severity {
            Severity::Error => styles.error,
            Severity::Warning => styles.warning,
            Severity::Note => styles.advice,
        };
        let code = if self.style.color { color.bold().style(code).to_string() } else { code };
        if self.style.links && !url.is_empty() {
            writeln!(self.out, "\u{1b}]8;;{}\u{1b}\\{code}\u{1b}]8;;\u{1b}\\{about}", printable(url))
        } else {
            writeln!(self.out, "{code}{about}")
        }
    }

    /// Draws a message, with its marks and advice.
    fn draw(&mut self, severity: Severity, message: &str, snippet: Option<Snippet>, help: Option<String>) -> io::Result<()> {
        let excerpt = snippet.as_ref().map(|s| self.excerpts.of(s.file));
        let labels = snippet.iter().zip(excerpt).flat_map(|(snippet, excerpt)| snippet.labels(excerpt)).collect();
        let drawing = Drawing { severity, message: printable(message).into_owned(), excerpt, labels, help };
        let handler = self.handler.clone().with_context_lines(snippet.map_or(0, |s| s.context));
        let mut text = String::new();
        handler.render_report(&mut text, &drawing).map_err(|_| io::Error::other("a finding could not be drawn"))?;
        text.lines().try_for_each(|line| writeln!(self.out, "{}", line.trim_end()))
    }

    /// What could not be decided: by cluster, then by reason, the rules.
    fn undecided(&mut self, undecided: &[UndecidedRule]) -> io::Result<()> {
        let mut last = None;
        for group in summary::by_reason(undecided, self.sources) {
            let Some(first) = group.first() else { continue };
            if last != Some(&first.cluster) {
                self.gap()?;
                let heading = self.fill(&format!("undecided {}", printable(&first.cluster)), "  ");
                writeln!(self.out, "{heading}")?;
            }
            last = Some(&first.cluster);
            let place = first.why.span.map(|span| format!(" ({})", Location::of(span, self.sources))).unwrap_or_default();
            let reason = self.fill(&format!("  {}{place}:", printable(&first.why.reason)), "    ");
            writeln!(self.out, "{reason}")?;
            let rules = self.fill(&format!("    {}", summary::names(&group)), "    ");
            writeln!(self.out, "{rules}")?;
        }
        Ok(())
    }

    fn summary(&mut self, report: &Report) -> io::Result<()> {
        let hint = if self.style.undecided { "" } else { " (--undecided lists them)" };
        let parts = summary::counts(report, hint);
        let line = parts.join("; ");
        let line = if line.len() > self.style.width { parts.join(";\n") } else { line };
        writeln!(self.out, "{line}")
    }

    /// Breaks a text at spaces to the width, later lines indented.
    fn fill(&self, text: &str, indent: &str) -> String {
        let options = textwrap::Options::new(self.style.width)
            .subsequent_indent(indent)
            .break_words(false)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        textwrap::fill(text, options)
    }
}

/// What a heading names, with the scenarios if there are any.
fn about(what: &str, finding: &Finding) -> String {
    match finding.scenarios.as_slice() {
        [] => what.to_owned(),
        names => format!("{what} {}", printable(&in_scenarios(names))),
    }
}
