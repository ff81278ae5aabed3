//! The formats, and the one function that writes any of them.

use super::commands::Inert;
use super::{Report, azure, compact, github, gitlab, json, junit, markdown, printable, sarif, text};
use crate::rules::RULES;
use crate::source::Sources;
use std::fmt;
use std::io::{self, BufWriter, Write};
use std::str::FromStr;

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Drawn for people in a terminal.
    Text,
    /// One line for each finding.
    Compact,
    /// One JSON object.
    Json,
    /// SARIF 2.1.0, for code scanning and editors.
    Sarif,
    /// Commands of GitHub Actions, which make annotations.
    Github,
    /// Commands of Azure Pipelines.
    Azure,
    /// GitLab's Code Quality report.
    Gitlab,
    /// XML as test tools write it.
    Junit,
    /// For the summary of a job.
    Markdown,
}

impl Format {
    /// All formats, in the order of the help text.
    pub const ALL: [Self; 9] = [
        Self::Text,
        Self::Compact,
        Self::Json,
        Self::Sarif,
        Self::Github,
        Self::Azure,
        Self::Gitlab,
        Self::Junit,
        Self::Markdown,
    ];

    /// The name that users type.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Compact => "compact",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Azure => "azure",
            Self::Gitlab => "gitlab",
            Self::Junit => "junit",
            Self::Markdown => "markdown",
        }
    }
}

impl Format {
    /// Whether it tells what can be repaired.
    pub fn has_repairs(self) -> bool {
        matches!(self, Self::Json | Self::Sarif)
    }

    /// Whether it tells the ranges of all networks: [`Report::insights`].
    pub fn has_addresses(self) -> bool {
        self == Self::Markdown
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name of a format that does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownFormat(String);

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Format::ALL.map(Format::name).join(", ");
        write!(f, "there is no format `{}`; the formats are {names}", printable(&self.0))
    }
}

impl std::error::Error for UnknownFormat {}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        Self::ALL.into_iter().find(|f| f.name() == name).ok_or_else(|| UnknownFormat(name.to_owned()))
    }
}

/// What the formats for people look like, and what else a report depends on. JSON, SARIF and GitLab's format depend on none of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether to colour.
    pub color: bool,
    /// Whether names of rules are links that a terminal can open. If not, addresses are written out.
    pub links: bool,
    /// Whether to list what could not be decided.
    pub undecided: bool,
    /// When the run took place, in seconds since 1970 (UTC): JUnit's readers want to know.
    pub time: u64,
}

impl Default for Style {
    /// 80 columns, nothing special.
    fn default() -> Self {
        Self { width: 80, color: false, links: false, undecided: false, time: 0 }
    }
}

/// Writes the report in a format.
///
/// # Errors
/// What `out` says.
pub fn render(format: Format, report: &Report, sources: &Sources, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    match format {
        Format::Text => {
            let mut lines = Inert::new(&mut out);
            text::write(report, sources, style, &mut lines).and_then(|()| lines.flush())
        }
        Format::Compact => {
            let mut lines = Inert::new(&mut out);
            compact::write(report, sources, style.undecided, &mut lines).and_then(|()| lines.flush())
        }
        Format::Json => json::write(report, sources, &mut out),
        Format::Sarif => sarif::write(report, sources, RULES, &mut out),
        Format::Github => github::write(report, sources, style.undecided, &mut out),
        Format::Azure => azure::write(report, sources, style.undecided, &mut out),
        Format::Gitlab => gitlab::write(report, sources, &mut out),
        Format::Junit => junit::write(report, sources, style.time, &mut out),
        Format::Markdown => markdown::write(report, sources, &mut out),
    }?;
    out.flush()
}
