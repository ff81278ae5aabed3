//! SARIF 2.1.0, for GitHub's code scanning, Azure DevOps and editors.

mod fixes;
mod help;

use super::fingerprint::{Identities, line_hashes};
use super::location::Escaped;
use super::{Finding, Related, Report, Severity, UndecidedRule, plural, summary};
use crate::date::Date;
use crate::rules::{Document, Rule};
use crate::source::{FileId, Sources, Span, Unreadable};
use fixes::Fix;
use help::Help;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Where to read about overlint.
const HOME: &str = concat!("https://crates.io/crates/", env!("CARGO_PKG_NAME"));

/// The name of the folder that paths start from.
const ROOT: &str = "%SRCROOT%";

/// What that folder is.
const ROOT_IS: &str = "The top of the git repository; without one, the folder that overlint ran in.";

/// The most characters that GitHub takes for a description.
const DESCRIPTION: usize = 1024;

/// The most results of a run that GitHub takes; of these it shows the first 5 000.
pub const MOST_RESULTS: usize = 25_000;

/// Writes the report as one run; `rules` are described in it. The worst results come first; beyond [`MOST_RESULTS`] they are left out, and
/// a notification says so.
///
/// There are no `automationDetails`: with them in the file, the category given to GitHub's upload action would not count, and two uploads
/// for one commit would replace each other.
///
/// # Errors
/// What `out` says.
pub fn write(report: &Report, sources: &Sources, rules: &[Rule], out: &mut dyn Write) -> io::Result<()> {
    let index: HashMap<&str, usize> = rules.iter().enumerate().map(|(i, rule)| (rule.name, i)).collect();
    let mut results = Results { sources, index: &index, lines: HashMap::new(), identities: Identities::default() };
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: env!("CARGO_PKG_NAME"),
                version: env!("CARGO_PKG_VERSION"),
                semantic_version: env!("CARGO_PKG_VERSION"),
                information_uri: HOME,
                rules: rules.iter().map(descriptor).collect(),
            },
        },
        invocations: [Invocation {
            execution_successful: report.unreadable.is_empty(),
            tool_execution_notifications: notifications(report, sources, &index),
        }],
        original_uri_base_ids: BTreeMap::from([(ROOT, BaseId { description: Text::new(ROOT_IS) })]),
        column_kind: "utf16CodeUnits",
        results: summary::by_severity(&report.findings).into_iter().take(MOST_RESULTS).map(|f| results.result(f)).collect(),
    };
    serde_json::to_writer_pretty(Escaped(&mut *out), &Log { schema: SCHEMA, version: "2.1.0", runs: [run] })?;
    writeln!(out)
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'a str,
    version: &'a str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    invocations: [Invocation<'a>; 1],
    original_uri_base_ids: BTreeMap<&'a str, BaseId<'a>>,
    column_kind: &'a str,
    results: Vec<ResultEntry<'a>>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    name: String,
    short_description: Text<'static>,
    full_description: Text<'static>,
    help: Help,
    #[serde(skip_serializing_if = "String::is_empty")]
    help_uri: String,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Configuration {
    enabled: bool,
    level: &'static str,
}

#[derive(Serialize)]
struct Properties {
    tags: [&'static str; 3],
    precision: &'static str,
    #[serde(rename = "problem.severity")]
    problem_severity: &'static str,
}

#[derive(Serialize)]
struct Text<'a> {
    text: Cow<'a, str>,
}

impl<'a> Text<'a> {
    fn new(text: impl Into<Cow<'a, str>>) -> Self {
        Self { text: text.into() }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a> {
    execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Notification<'a> {
    level: &'static str,
    message: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    associated_rule: Option<RuleReference<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Location<'a>>,
}

#[derive(Serialize)]
struct RuleReference<'a> {
    id: &'a str,
    index: usize,
}

#[derive(Serialize)]
struct BaseId<'a> {
    description: Text<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultEntry<'a> {
    rule_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Text<'a>,
    locations: [Location<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    code_flows: Vec<CodeFlow<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Fix<'a>>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<ResultProperties<'a>>,
}

#[derive(Serialize)]
struct ResultProperties<'a> {
    scenarios: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_location: Option<PhysicalLocation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation<'a> {
    fully_qualified_name: &'a str,
    kind: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CodeFlow<'a> {
    thread_flows: [ThreadFlow<'a>; 1],
}

#[derive(Serialize)]
struct ThreadFlow<'a> {
    locations: Vec<ThreadFlowLocation<'a>>,
}

#[derive(Serialize)]
struct ThreadFlowLocation<'a> {
    location: Location<'a>,
}

/// What the results of a run need beside the findings.
struct Results<'a> {
    sources: &'a Sources,
    index: &'a HashMap<&'a str, usize>,
    lines: HashMap<FileId, Vec<String>>,
    identities: Identities,
}

impl<'a> Results<'a> {
    fn result(&mut self, finding: &'a Finding) -> ResultEntry<'a> {
        let related = finding.related.iter().zip(1..).map(|(r, id)| Location { id: Some(id), ..self.related(r) }).collect();
        let mut place = Location::of(finding.place, self.sources);
        let clusters = std::iter::once(&finding.cluster).chain(&finding.also).filter(|cluster| !cluster.is_empty());
        place.logical_locations.extend(clusters.map(|name| LogicalLocation { fully_qualified_name: name, kind: "resource" }));
        ResultEntry {
            rule_id: finding.rule,
            rule_index: self.index.get(finding.rule).copied(),
            level: level(finding.severity),
            message: Text::new(message(finding)),
            locations: [place],
            related_locations: related,
            code_flows: self.code_flow(finding).into_iter().collect(),
            fixes: finding.repair.iter().map(|repair| Fix::of(repair, self.sources)).collect(),
            partial_fingerprints: self.fingerprints(finding),
            properties: (!finding.scenarios.is_empty()).then_some(ResultProperties { scenarios: &finding.scenarios }),
        }
    }

    fn related(&self, related: &'a Related) -> Location<'a> {
        let mut location = Location::of(related.span, self.sources);
        location.message = Some(Text::new(related.message.as_str()));
        location
    }

    /// The way of the value: from where it is written first to the finding's place.
    fn code_flow(&self, finding: &'a Finding) -> Option<CodeFlow<'a>> {
        let origins = finding.related.iter().filter(|r| r.origin).rev();
        let mut locations: Vec<_> = origins.map(|r| ThreadFlowLocation { location: self.related(r) }).collect();
        if locations.is_empty() {
            return None;
        }
        let mut end = Location::of(finding.place, self.sources);
        end.message = Some(Text::new(sentence(&finding.message)));
        locations.push(ThreadFlowLocation { location: end });
        Some(CodeFlow { thread_flows: [ThreadFlow { locations }] })
    }

    fn fingerprints(&mut self, finding: &Finding) -> BTreeMap<&'static str, String> {
        let file = self.sources.file(finding.place.file);
        let hashes = self.lines.entry(finding.place.file).or_insert_with(|| line_hashes(file.text()));
        let (line, _) = file.line_of(finding.place.start);
        let mut fingerprints = BTreeMap::from([("overlint/v1", self.identities.next(finding, self.sources))]);
        if let Some(hash) = hashes.get(line) {
            fingerprints.insert("primaryLocationLineHash", hash.clone());
        }
        fingerprints
    }
}

impl Location<'_> {
    fn of(span: Span, sources: &Sources) -> Self {
        let file = sources.file(span.file);
        let (start, end) = (file.position(span.start), file.position(span.end.max(span.start)));
        let region =
            Region { start_line: start.line, start_column: start.utf16_column, end_line: end.line, end_column: end.utf16_column };
        Self::in_file(file.path(), Some(region), sources)
    }

    fn in_file(path: &str, region: Option<Region>, sources: &Sources) -> Self {
        let artifact_location = artifact(&sources.in_repository(path));
        let physical_location = Some(PhysicalLocation { artifact_location, region });
        Self { id: None, physical_location, logical_locations: Vec::new(), message: None }
    }
}

/// The address of a file: relative to the top of the repository, unless the path is absolute.
fn artifact(path: &str) -> ArtifactLocation {
    let mut uri = String::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [byte, after @ ..] = rest {
        rest = after;
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => uri.push(char::from(*byte)),
            // In our paths, a byte that is not UTF-8 is spelled out; in addresses, any byte has its place.
            b'\\' if let [b'x', high @ b'8'..=b'f', low @ (b'0'..=b'9' | b'a'..=b'f'), after @ ..] = rest => {
                rest = after;
                uri.extend(['%', char::from(high.to_ascii_uppercase()), char::from(low.to_ascii_uppercase())]);
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    if path.starts_with('/') {
        ArtifactLocation { uri: format!("file://{uri}"), uri_base_id: None }
    } else {
        ArtifactLocation { uri, uri_base_id: Some(ROOT) }
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// What is wrong, what Azure does, what to change, and links to the related places, by their ids.
fn message(finding: &Finding) -> String {
    let mut text = sentence(&finding.message_in_scenarios());
    let help = finding.help();
    if !help.is_empty() {
        text.push(' ');
        text.push_str(&help);
    }
    let links = finding.related.iter().zip(1..).map(|(r, id)| format!("[{}]({id})", escape(&r.message)));
    let links = links.collect::<Vec<_>>().join(", ");
    if links.is_empty() { text } else { format!("{text} See {links}.") }
}

/// The text of a link with what would end it escaped.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '[' | ']' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// A message as a sentence: SARIF wants a full stop, and a capital looks better before more sentences.
fn sentence(message: &str) -> String {
    let mut chars = message.chars();
    let first = chars.next().map(char::to_uppercase).into_iter().flatten();
    let mut text: String = first.chain(chars).collect();
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}

/// What could not be read: an error, for results are missing then. Results that are left out: a warning. What could not be decided: a note.
fn notifications<'a>(report: &'a Report, sources: &Sources, index: &HashMap<&'a str, usize>) -> Vec<Notification<'a>> {
    let unreadable = report.unreadable.iter().map(|u| notification_of_unreadable(u, sources));
    let left_out = report.findings.len().saturating_sub(MOST_RESULTS);
    let left_out = (left_out > 0).then(|| Notification {
        level: "warning",
        message: Text::new(format!("{} left out: GitHub takes {MOST_RESULTS} in a run.", plural(left_out, "more result"))),
        associated_rule: None,
        locations: Vec::new(),
    });
    unreadable.chain(left_out).chain(report.undecided.iter().map(|u| notification_of_undecided(u, sources, index))).collect()
}

fn notification_of_unreadable<'a>(unreadable: &Unreadable, sources: &Sources) -> Notification<'a> {
    let location = match unreadable.span {
        Some(span) => Location::of(span, sources),
        None => Location::in_file(&unreadable.path, None, sources),
    };
    let message = Text::new(sentence(&unreadable.message));
    Notification { level: "error", message, associated_rule: None, locations: vec![location] }
}

fn notification_of_undecided<'a>(
    undecided: &'a UndecidedRule,
    sources: &Sources,
    index: &HashMap<&'a str, usize>,
) -> Notification<'a> {
    let what = match undecided.rule {
        "*" => "No rule could be decided".to_owned(),
        rule => format!("{rule} could not be decided"),
    };
    Notification {
        level: "note",
        message: Text::new(format!("{what} for {}: {}.", undecided.cluster, undecided.why.reason)),
        associated_rule: index.get(undecided.rule).map(|&index| RuleReference { id: undecided.rule, index }),
        locations: undecided.why.span.map(|span| Location::of(span, sources)).into_iter().collect(),
    }
}

/// What SARIF says about a rule, out of its document.
fn descriptor(rule: &Rule) -> Descriptor {
    let document = Document::parse(rule.document).unwrap_or_default();
    let worst = document.worst(Date::LATEST);
    let problem_severity = match worst {
        Some(Severity::Error) => "error",
        Some(Severity::Warning) => "warning",
        Some(Severity::Note) | None => "recommendation",
    };
    let title = sentence(if document.title.is_empty() { rule.name } else { &document.title });
    let help = Help::of(&document, &title);
    Descriptor {
        id: rule.name,
        name: pascal_case(rule.name),
        full_description: Text::new(shorten(first_paragraph(&document.text).unwrap_or_else(|| title.clone()))),
        short_description: Text::new(shorten(title)),
        help,
        help_uri: document.url,
        default_configuration: Configuration { enabled: worst.is_some(), level: worst.map_or("none", level) },
        properties: Properties { tags: ["azure", "aks", "network"], precision: "very-high", problem_severity },
    }
}

/// `pod-cidr-capacity` as `PodCidrCapacity`.
fn pascal_case(name: &str) -> String {
    let word = |word: &str| {
        let mut chars = word.chars();
        chars.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(chars).collect::<String>()
    };
    name.split('-').map(word).collect()
}

/// The first paragraph of a Markdown text on one line, headings left out.
fn first_paragraph(text: &str) -> Option<String> {
    let paragraph = text.split("\n\n").map(|block| {
        let lines = block.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines.collect::<Vec<_>>().join(" ")
    });
    paragraph.filter(|p| !p.is_empty()).find(|p| !p.starts_with("```"))
}

/// The text, cut at the end of a word if it is longer than GitHub takes.
fn shorten(text: String) -> String {
    if text.chars().count() <= DESCRIPTION {
        return text;
    }
    let kept: String = text.chars().take(DESCRIPTION - 2).collect();
    let kept = kept.rsplit_once(' ').map_or(kept.as_str(), |(words, _)| words);
    format!("{kept} …")
}
