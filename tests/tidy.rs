//! The project is complete and consistent: documents, facts, messages, generated files.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panics")]

mod common;

use overlint::date::Date;
use overlint::facts::History;
use overlint::rules::{Document, RULES};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder of the project, sorted.
fn files(folder: &str) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(root().join(folder)).sort_by_file_name();
    entries.into_iter().map(Result::unwrap).filter(|e| e.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn name(path: &Path) -> &str {
    path.file_stem().unwrap().to_str().unwrap()
}

/// The rule documents on disk: topic, rule, text.
fn documents() -> Vec<(String, String, String)> {
    let documents = files("rules").into_iter().filter(|path| path.extension().is_some_and(|e| e == "md"));
    let documents = documents.filter(|path| *path != root().join("rules/README.md"));
    documents.map(|path| (name(path.parent().unwrap()).to_owned(), name(&path).to_owned(), read(&path))).collect()
}

fn is_kebab_case(text: &str) -> bool {
    let word = |w: &str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.split('-').all(word)
}

#[test]
fn every_document_is_registered_and_every_rule_has_one() {
    let documents = documents();
    let on_disk: BTreeMap<&str, &str> = documents.iter().map(|(_, rule, text)| (rule.as_str(), text.as_str())).collect();
    let registered: BTreeMap<&str, &str> = RULES.iter().map(|rule| (rule.name, rule.document)).collect();
    assert_eq!(on_disk.len(), documents.len(), "two documents under rules/ have the same name");
    assert_eq!(registered.len(), RULES.len(), "two rules have the same name");
    assert_eq!(on_disk.keys().collect::<Vec<_>>(), registered.keys().collect::<Vec<_>>());
    for (topic, rule, text) in &documents {
        assert_eq!(registered[rule.as_str()], text, "{rule} is registered with another document");
        assert_eq!(&Document::parse(text).unwrap_or_else(|e| panic!("{rule}: {e}")).id, rule, "the id is the file's name");
        assert!(is_kebab_case(rule) && is_kebab_case(topic), "{topic}/{rule} is not in kebab-case");
    }
}

/// The headings of a Markdown text, outside fenced blocks.
fn headings(text: &str) -> Vec<&str> {
    let mut fenced = false;
    let mut headings = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
        } else if !fenced && line.starts_with('#') {
            headings.push(line);
        }
    }
    headings
}

#[test]
fn documents_have_the_agreed_sections() {
    let order = ["## Why", "## Bad", "## Good", "## Undecided", "## Fix", "## Exceptions", "## History"];
    let needed = ["## Why", "## Bad", "## Good", "## Fix"];
    for (_, rule, text) in documents() {
        let document = Document::parse(&text).unwrap();
        let found = headings(&document.text);
        let known: Vec<&str> = order.into_iter().filter(|heading| found.contains(heading)).collect();
        assert_eq!(found, known, "{rule}: the sections, in this order, are {order:?}");
        assert!(needed.iter().all(|heading| found.contains(heading)), "{rule}: these sections are needed: {needed:?}");
        let summary = document.text.split("\n## ").next().unwrap().trim();
        assert!(!summary.is_empty(), "{rule}: a summary is needed before the first section");
        assert!(!document.sources.is_empty(), "{rule}: at least one source is needed");
        assert!(document.url.starts_with("https://"), "{rule}: the url is not one");
        assert!(!document.title.ends_with('.'), "{rule}: a title has no full stop");
    }
}

/// The other direction, that a rule reports no case that its document does not have, is asserted whenever an example runs.
#[test]
fn every_case_of_a_document_is_reported_by_a_rule() {
    let code: String = files("src/rules").iter().map(|path| read(path)).collect();
    for rule in RULES {
        let document = Document::parse(rule.document).unwrap();
        assert!(document.history().next().is_some(), "{} has no severity", rule.name);
        for (case, history) in document.history() {
            assert!(code.contains(&format!("\"{case}\"")), "{}: no rule reports the case {case:?}", rule.name);
            assert!(!history.is_empty(), "{}: the case {case:?} has no severity", rule.name);
            assert!(history.is_sorted_by_key(|(from, _)| *from), "{}: the dates of {case:?} are not in order", rule.name);
        }
    }
}

/// Looks through the facts of a file: a table with a `source` is a fact, other tables hold facts.
fn check_facts(title: &str, table: &toml::Table) {
    for (key, value) in table {
        let title = format!("{title}: {key}");
        let fact = value.as_table().unwrap_or_else(|| panic!("{title} is no fact"));
        match fact.get("source") {
            Some(source) => assert!(source.as_str().is_some_and(|s| !s.is_empty()), "{title} has no source"),
            None => check_facts(&title, fact),
        }
        let entries = fact.get("history").and_then(toml::Value::as_array).into_iter().flatten();
        let dates: Vec<Date> = entries.map(|entry| entry["from"].as_str().unwrap().parse().unwrap()).collect();
        assert!(dates.is_sorted(), "{title}: the dates are not in order");
    }
}

#[test]
fn every_fact_has_a_source_and_every_file_is_read() {
    let code = read(&root().join("src/facts/mod.rs"));
    for path in files("rules/facts") {
        let file = name(&path);
        check_facts(file, &toml::from_str(&read(&path)).unwrap());
        assert!(code.contains(&format!("read(include_str!(\"../../rules/facts/{file}.toml\"))")), "{file}.toml is not read");
    }
}

/// Words that start a message with a capital because they are names.
const NAMES: &[&str] = &["AGIC", "Azure", "DNS", "IPv6", "Kubernetes", "VNet", "Windows"];

fn starts_small(text: &str) -> bool {
    let first = text.split(' ').next().unwrap_or_default();
    NAMES.contains(&first) || !text.starts_with(char::is_uppercase)
}

fn is_sentences(text: &str) -> bool {
    text.ends_with(['.', '?']) && text.starts_with(char::is_uppercase) || text.starts_with("kubenet ")
}

#[test]
fn messages_follow_the_conventions() {
    let examples = RULES.iter().flat_map(|rule| Document::examples(rule.document).into_iter().map(|e| (rule.name, e)));
    for (rule, example) in examples {
        let report = common::check(&example);
        let reasons = report.undecided.iter().map(|u| u.why.reason.to_string());
        let related = report.findings.iter().flat_map(|f| f.related.iter().map(|r| r.message.clone()));
        let messages = report.findings.iter().map(|f| f.message.clone());
        for text in messages.chain(related).chain(reasons) {
            assert!(starts_small(&text), "{rule}: starts with a capital: {text}");
            assert!(!text.ends_with('.') && !text.is_empty(), "{rule}: ends with a full stop: {text}");
        }
        for finding in &report.findings {
            assert!(!finding.fix.is_empty(), "{}: no advice with {}", finding.rule, finding.message);
            for help in [&finding.azure, &finding.fix].into_iter().filter(|text| !text.is_empty()) {
                assert!(is_sentences(help), "{}: no sentences: {help}", finding.rule);
            }
        }
    }
}

#[test]
fn the_index_of_rules_is_fresh() {
    let documents = documents();
    let topic_of = |rule: &str| documents.iter().find(|(_, name, _)| name == rule).map_or("", |(topic, ..)| topic.as_str());
    let mut index = String::from(
        "# Rules\n\nWritten by a test, do not edit: `OVERLINT_BLESS=1 cargo test --test tidy`. `overlint explain RULE` prints a document.\n",
    );
    let mut last = "";
    for rule in RULES {
        let topic = topic_of(rule.name);
        if topic != last {
            write!(index, "\n## {topic}\n\n| rule | severity today | what must hold |\n| --- | --- | --- |\n").unwrap();
            last = topic;
        }
        let document = Document::parse(rule.document).unwrap();
        let severity = document.worst(Date::LATEST).map_or("off".to_owned(), |s| s.to_string());
        writeln!(index, "| [{0}]({topic}/{0}.md) | {severity} | {1} |", rule.name, document.title).unwrap();
    }
    let topics = index.matches("\n## ").count();
    index += &statements(&documents);
    assert_eq!(topics, documents.iter().map(|(topic, ..)| topic).collect::<BTreeSet<_>>().len(), "a topic is split in the list");
    common::golden("rules/README.md", &index);
}

/// `rules/statements.toml`: what Microsoft's article said, and which rules check it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Statements {
    section: Vec<Section>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    title: String,
    statements: Vec<Statement>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Statement {
    says: String,
    #[serde(default)]
    rules: Vec<String>,
    /// Why no rule checks it.
    why: Option<String>,
}

/// The statements as tables, each with its rules or the reason why there is none.
fn statements(documents: &[(String, String, String)]) -> String {
    let all: Statements = toml::from_str(&read(&root().join("rules/statements.toml"))).unwrap();
    let mut text = String::from(
        "\n# Statements of the article\n\nWhat [Configure Azure CNI Overlay networking](https://learn.microsoft.com/azure/aks/azure-cni-overlay) said on 2023-11-28, \
         statement by statement, from `statements.toml`.\n",
    );
    for section in all.section {
        write!(text, "\n## {}\n\n| statement | checked by |\n| --- | --- |\n", section.title).unwrap();
        for statement in section.statements {
            let link = |rule: &String| {
                let document = documents.iter().find(|(_, name, _)| name == rule);
                let (topic, ..) = document.unwrap_or_else(|| panic!("there is no rule {rule}"));
                format!("[{rule}]({topic}/{rule}.md)")
            };
            let checked = match (statement.rules.as_slice(), statement.why) {
                ([], Some(why)) => format!("nothing: {why}"),
                ([_, ..], None) => statement.rules.iter().map(link).collect::<Vec<_>>().join(", "),
                _ => panic!("{:?} needs rules, or a reason why there is none", statement.says),
            };
            writeln!(text, "| {} | {checked} |", statement.says).unwrap();
        }
    }
    text
}

#[test]
fn the_architecture_names_every_file_and_every_dependency() {
    let text = read(&root().join("ARCHITECTURE.md"));
    for path in files("src") {
        let file = path.file_name().unwrap().to_str().unwrap();
        let folder = name(path.parent().unwrap());
        // The files of this folder are told apart by their names alone.
        let entry = if file == "mod.rs" || folder == "functions" { format!("{folder}/") } else { file.to_owned() };
        let named = text.contains(&format!(" {entry} "));
        assert!(named, "ARCHITECTURE.md has no line for {}", path.display());
    }
    let manifest: toml::Table = toml::from_str(&read(&root().join("Cargo.toml"))).unwrap();
    for dependency in manifest["dependencies"].as_table().unwrap().keys() {
        assert!(text.contains(&format!("| {dependency} |")), "ARCHITECTURE.md does not say why {dependency} is there");
    }
}

/// A rule fits on a screen. The tables of unit tests may be longer.
#[test]
fn no_rule_is_longer_than_a_screen() {
    for path in files("src/rules") {
        let text = read(&path);
        let code = text.split("#[cfg(test)]").next().unwrap();
        let mut start = None;
        for (number, line) in (1..).zip(code.lines()) {
            let indent = line.len() - line.trim_start().len();
            let is_head =
                line.trim_start().trim_start_matches("pub").trim_start_matches("(super)").trim_start().starts_with("fn ");
            match start {
                None if is_head && !line.ends_with('}') => start = Some((number, indent)),
                Some((first, own)) if indent == own && line.trim() == "}" => {
                    assert!(number - first < 40, "{}:{first}: a function of {} lines", path.display(), number - first + 1);
                    start = None;
                }
                _ => {}
            }
        }
    }
}

/// What changed over time is told by `overlint explain`: such a fact has a title, and a rule names it.
#[test]
fn every_fact_that_changed_is_told_by_a_rule() {
    let told: BTreeSet<String> = RULES.iter().flat_map(|rule| Document::parse(rule.document).unwrap().facts).collect();
    let mut changed = BTreeSet::new();
    for path in files("rules/facts") {
        let facts: toml::Table = toml::from_str(&read(&path)).unwrap();
        let steps = |fact: &toml::Value| fact.get("history").and_then(toml::Value::as_array).map_or(0, Vec::len);
        changed.extend(facts.iter().filter(|(_, fact)| steps(fact) > 1).map(|(key, _)| format!("{}.{key}", name(&path))));
    }
    assert_eq!(told, changed);
    for fact in told {
        let history =
            History::of(&fact).unwrap_or_else(|| panic!("{fact} has no title, or its file is not one of src/facts/history.rs"));
        assert!(history.steps.len() > 1 && !history.title.ends_with('.'), "{fact}");
    }
}

/// What belongs to the machine of whoever wrote the project, not to the project.
#[test]
fn no_file_names_a_place_outside_the_project() {
    let outside = [["/ho", "me/"], ["/ro", "ot/"], ["/wo", "rk/"], ["/Us", "ers/"], ["sha", "red/"], ["catalogue", ".md"]];
    let outside = outside.map(|parts| parts.concat());
    let top = fs::read_dir(root()).unwrap().map(|e| e.unwrap().path()).filter(|path| path.is_file());
    let own = [
        "src",
        "rules",
        "tests",
        "testdata",
        "examples",
        "benches/parse-bicep/src",
        ".ci",
        ".github",
        "action",
        "docs",
        "fuzz/src",
        "fuzz/fuzz_targets",
    ]
    .into_iter()
    .filter(|f| root().join(f).exists());
    for path in top.chain(own.flat_map(files)) {
        // `.git` is a file in a linked work tree; the lock file is cargo's.
        if path.ends_with(".git") || path.ends_with("Cargo.lock") {
            continue;
        }
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        let found = outside.iter().find(|word| text.contains(word.as_str()));
        assert_eq!(found, None, "{} names a place outside the project", path.display());
    }
}
