//! The pages made from the rules: one for each, one for each topic, two indexes.

use super::history;
use super::sources;
use overlint::date::Date;
use overlint::facts::History;
use overlint::report::Severity;
use overlint::rules::{Check, Document, RULES, Rule, Scope};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// What the topics, which are the folders of `rules/`, are called.
const TOPICS: [(&str, &str); 14] = [
    ("plugin", "Network plugin and mode"),
    ("addons", "Add-ons"),
    ("cidr", "How ranges are written"),
    ("pod-cidr", "Pod CIDR"),
    ("service-cidr", "Service CIDR"),
    ("dns", "DNS service IP"),
    ("nodes", "Nodes and their subnets"),
    ("egress", "Outbound traffic"),
    ("nsg", "Network security groups"),
    ("dual-stack", "Dual-stack"),
    ("upgrade", "Changes of existing clusters"),
    ("terraform", "Terraform"),
    ("templates", "Templates"),
    ("suppressions", "Suppressions"),
];

/// A rule with its document and the folder that it is in.
pub struct Topical {
    pub rule: &'static Rule,
    pub document: Document,
    pub topic: String,
}

impl Topical {
    /// Where its page is.
    pub fn page(&self) -> String {
        format!("rules/{}/{}.md", self.topic, self.rule.name)
    }
}

/// All rules, in the order of the list.
pub fn read(root: &Path) -> io::Result<Vec<Topical>> {
    let mut topics = BTreeMap::new();
    for folder in fs::read_dir(root.join("rules"))? {
        let folder = folder?;
        for file in fs::read_dir(folder.path()).into_iter().flatten() {
            topics.insert(file?.file_name(), folder.file_name().to_string_lossy().into_owned());
        }
    }
    let topical = |rule: &'static Rule| {
        let wrong = |what: String| io::Error::other(format!("{}: {what}", rule.name));
        let document = Document::parse(rule.document).map_err(wrong)?;
        let topic = topics.get(Path::new(&format!("{}.md", rule.name)).as_os_str());
        Ok(Topical { rule, document, topic: topic.ok_or_else(|| wrong("no document".to_owned()))?.clone() })
    };
    RULES.iter().map(topical).collect()
}

/// The topics in the order of the list, each with its rules.
fn topics(rules: &[Topical]) -> impl Iterator<Item = &[Topical]> {
    rules.chunk_by(|a, b| a.topic == b.topic)
}

fn called(topic: &str) -> &str {
    TOPICS.iter().find(|(name, _)| *name == topic).map_or(topic, |(_, called)| called)
}

fn topic_of(rules: &[Topical]) -> &str {
    rules.first().map_or("", |rule| rule.topic.as_str())
}

/// The lines of the table of contents.
pub fn summary(rules: &[Topical]) -> String {
    let mut lines = String::from(
        "  - [All rules by name](rules/by-name.md)\n  - [Date history](rules/history.md)\n  - [Statements of the article](rules/statements.md)\n",
    );
    for topic in topics(rules) {
        let name = topic_of(topic);
        lines += &format!("  - [{}](rules/{name}/README.md)\n", called(name));
        topic.iter().for_each(|rule| lines += &format!("    - [{}]({})\n", rule.rule.name, rule.page()));
    }
    lines
}

/// The pages by path.
pub fn pages(rules: &[Topical], statements: &str) -> BTreeMap<String, String> {
    let mut pages: BTreeMap<String, String> = rules.iter().map(|rule| (rule.page(), page(rule))).collect();
    for topic in topics(rules) {
        let name = topic_of(topic);
        let table = table(topic.iter(), |rule| format!("{}.md", rule.rule.name));
        pages.insert(format!("rules/{name}/README.md"), format!("# {}\n\n{table}", called(name)));
    }
    pages.insert("rules/README.md".to_owned(), by_topic(rules));
    pages.insert("rules/by-name.md".to_owned(), by_name(rules));
    pages.insert("rules/history.md".to_owned(), history::page(rules));
    pages.insert("rules/statements.md".to_owned(), format!("# Statements of the article\n{statements}"));
    pages
}

fn by_topic(rules: &[Topical]) -> String {
    let mut page = format!(
        "# The rules\n\n{} rules, by topic. The same list [by name](by-name.md), what [changed by date](history.md), and which rule checks \
         [which statement](statements.md) of Microsoft's article. `overlint explain RULE` prints the document of a rule, `overlint rules` the list.\n",
        rules.len()
    );
    for topic in topics(rules) {
        let name = topic_of(topic);
        let table = table(topic.iter(), |rule| format!("{name}/{}.md", rule.rule.name));
        page += &format!("\n## {}\n\n{table}", called(name));
    }
    page
}

fn by_name(rules: &[Topical]) -> String {
    let mut sorted: Vec<&Topical> = rules.iter().collect();
    sorted.sort_by_key(|rule| rule.rule.name);
    let table = table(sorted.into_iter(), |rule| format!("{}/{}.md", rule.topic, rule.rule.name));
    format!("# All rules by name\n\nThe same list [by topic](README.md).\n\n{table}")
}

fn table<'a>(rules: impl Iterator<Item = &'a Topical>, link: impl Fn(&Topical) -> String) -> String {
    let row = |rule: &Topical| {
        let severity = badge(rule.document.worst(Date::LATEST));
        format!("| [{}]({}) | {severity} | {} |\n", rule.rule.name, link(rule), rule.document.title)
    };
    format!("| rule | severity today | what must hold |\n| --- | --- | --- |\n{}", rules.map(row).collect::<String>())
}

/// The word for a severity.
pub fn level(severity: Option<Severity>) -> String {
    severity.map_or("off".to_owned(), |s| s.to_string())
}

/// The word, with a colour of its own.
pub fn badge(severity: Option<Severity>) -> String {
    format!("<span class=\"severity severity-{0}\">{0}</span>", level(severity))
}

fn page(rule: &Topical) -> String {
    let document = &rule.document;
    let mut rows = vec![("severity today".to_owned(), badge(document.worst(Date::LATEST)))];
    rows.extend(severities(document));
    rows.extend(document.facts.iter().filter_map(|name| History::of(name)).map(|fact| (fact.title, dated(&fact.steps))));
    rows.push(("applies to".to_owned(), scope(rule.rule).to_owned()));
    rows.push(("read more".to_owned(), format!("<{}>", document.url)));
    rows.push((
        "sources".to_owned(),
        document.sources.iter().map(|source| sources::linked(source)).collect::<Vec<_>>().join("<br>"),
    ));
    let rows: String = rows.into_iter().map(|(what, value)| format!("| {what} | {value} |\n")).collect();
    format!(
        "# {}\n\n**{}**\n\n| | |\n| --- | --- |\n{rows}\n{}\n\n---\n\nNot for you? How to [suppress a finding](../../docs/suppressions.md), and how to \
         [change the severity of a rule](../../docs/configuration.md#rules). More rules on the same topic: [{}](README.md).\n",
        rule.rule.name,
        document.title,
        document.text.trim_end(),
        called(&rule.topic)
    )
}

/// The cases whose severity says more than the worst of today.
fn severities(document: &Document) -> Vec<(String, String)> {
    let mut cases: Vec<_> = document.history().collect();
    cases.sort_by_key(|(case, _)| *case != "default");
    let alone = cases.len() == 1;
    let told = cases.into_iter().filter(|(_, steps)| !alone || steps.len() > 1);
    let row = |(case, steps): (&str, Vec<(Date, Option<Severity>)>)| {
        let steps: Vec<_> = steps.into_iter().map(|(from, severity)| (from, level(severity))).collect();
        (if case == "default" { "severity".to_owned() } else { format!("severity, case {case}") }, dated(&steps))
    };
    told.map(row).collect()
}

/// What held until when and from when on, in a cell.
fn dated(steps: &[(Date, String)]) -> String {
    let [(_, first), later @ ..] = steps else { return String::new() };
    let Some((change, _)) = later.first() else { return first.clone() };
    let later = later.iter().map(|(from, value)| format!("from {from}: {value}"));
    std::iter::once(format!("before {change}: {first}")).chain(later).collect::<Vec<_>>().join("<br>")
}

fn scope(rule: &Rule) -> &'static str {
    if matches!(rule.check, Check::Suppressions) {
        return "suppressions";
    }
    match (rule.scope, matches!(rule.check, Check::Pool(_))) {
        (Scope::All, false) => "all clusters",
        (Scope::All, true) => "node pools of all clusters",
        (Scope::Overlay, false) => "overlay clusters",
        (Scope::Overlay, true) => "node pools of overlay clusters",
        (Scope::PodRange, false) => "overlay and kubenet clusters",
        (Scope::PodRange, true) => "node pools of overlay and kubenet clusters",
        (Scope::Kubenet, false) => "kubenet clusters",
        (Scope::Kubenet, true) => "node pools of kubenet clusters",
    }
}
