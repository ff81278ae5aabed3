//! Repairs of all bad examples of all rule documents, as they are and written in other ways.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, clippy::panic, reason = "tests fail by panics")]

mod common;

use overlint::config::Config;
use overlint::repairs::{self, Repaired};
use overlint::report::{Edit, Finding, Repair, Report};
use overlint::rules::{Document, Example, ExampleKind, RULES};
use overlint::source::Sources;
use std::collections::BTreeMap;

/// Code that is checked and repaired.
struct Case {
    name: String,
    rule: &'static str,
    language: String,
    files: Vec<(String, String)>,
    config: Config,
}

impl Case {
    fn check(&self) -> (Sources, Report) {
        let files: Vec<(&str, &str)> = self.files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        common::check_with(&files, &self.config)
    }

    /// The findings of its rule that can be repaired.
    fn repairs(report: &Report, rule: &str) -> Vec<Finding> {
        report.findings.iter().filter(|f| f.rule == rule && f.repair.is_some()).cloned().collect()
    }
}

fn examples() -> Vec<Case> {
    let mut cases = Vec::new();
    for rule in RULES {
        for example in Document::examples(rule.document) {
            if example.kind == ExampleKind::Bad && example.language != "plan" {
                let same = |c: &&Case| c.rule == rule.name && c.language == example.language;
                let number = cases.iter().filter(same).count() + 1;
                cases.push(case(rule.name, &example, number));
            }
        }
    }
    cases
}

fn case(rule: &'static str, example: &Example<'_>, number: usize) -> Case {
    let file = match example.language {
        "terraform" => "main.tf",
        "bicep" => "main.bicep",
        _ => "azuredeploy.json",
    };
    let config = Config { as_of: example.as_of, ..Config::default() };
    let files = vec![(file.to_owned(), example.code.to_string())];
    let language = example.language.to_owned();
    Case { name: format!("{rule}, bad example {number} in {language}"), rule, language, files, config }
}

/// The text with the edits made, by the simplest means.
fn edited(text: &str, edits: &[Edit]) -> String {
    let mut text = text.to_owned();
    for edit in edits.iter().rev() {
        text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    text
}

fn repair(sources: &Sources, config: &Config, report: &Report, wanted: &(dyn Fn(&Finding, &Repair) -> bool + Sync)) -> Repaired {
    overlint::with_threads(1, || repairs::repair(sources, config, report.clone(), wanted)).unwrap()
}

fn counts(report: &Report) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    report.findings.iter().for_each(|f| *counts.entry(f.rule).or_default() += 1);
    counts
}

/// What a repair must do, whatever it repairs. Gives what it did.
fn prove(case: &Case, sources: &Sources, report: &Report, finding: &Finding) -> Vec<String> {
    let name = &case.name;
    let repair_of_it = finding.repair.clone().unwrap();
    let done = repair(sources, &case.config, report, &|_, repair| *repair == repair_of_it);
    assert!(!done.changed.is_empty(), "{name}: nothing was changed");
    // Only what the edits say is changed.
    let mut shown = Vec::new();
    for (id, file) in sources.iter() {
        let edits: Vec<Edit> = repair_of_it.edits.iter().filter(|edit| edit.span.file == id).cloned().collect();
        let changed = edited(file.text(), &edits);
        assert_eq!(done.sources.file(id).text(), changed, "{name}: more was changed in {}", file.path());
        for edit in &edits {
            let line = file.text()[..edit.span.start as usize].matches('\n').count();
            let line = if edit.text.starts_with(['\n', '\r']) { line + 1 } else { line };
            shown.push(changed.lines().nth(line).unwrap().trim().to_owned());
        }
    }
    assert_eq!(done.report.unreadable, report.unreadable, "{name}: {shown:?}");
    let (before, after) = (counts(report), counts(&done.report));
    assert!(after.get(finding.rule).copied().unwrap_or(0) < before[finding.rule], "{name}: is still there after {shown:?}");
    for (rule, count) in after {
        assert!(count <= before.get(rule).copied().unwrap_or(0), "{name}: {shown:?} brings up {rule}");
    }
    shown
}

/// Repairing everything leaves nothing to repair.
fn prove_idempotent(case: &Case, sources: &Sources, report: &Report) {
    let once = repair(sources, &case.config, report, &|_, _| true);
    let again = repair(&once.sources, &case.config, &once.report, &|_, _| true);
    assert!(again.changed.is_empty(), "{}: a second run changes something", case.name);
    let left: Vec<_> = once.report.findings.iter().filter_map(|f| f.repair.as_ref()).collect();
    assert!(left.is_empty(), "{}: {left:?}", case.name);
}

#[test]
fn repairs_of_the_examples() {
    let mut told = String::new();
    for case in examples() {
        let (sources, report) = case.check();
        let findings = Case::repairs(&report, case.rule);
        for finding in &findings {
            let shown = prove(&case, &sources, &report, finding);
            let Repair { title, safety, .. } = finding.repair.clone().unwrap();
            told += &format!("{}: {safety}: {title}\n", case.name);
            shown.iter().for_each(|line| told += &format!("    {line}\n"));
        }
        if !findings.is_empty() {
            prove_idempotent(&case, &sources, &report);
        }
    }
    common::golden("tests/golden/repairs.txt", &told);
    for rule in RULES {
        let of_rule = |safety: &str| {
            told.contains(&format!("\n{}, bad", rule.name))
                && told
                    .lines()
                    .any(|line| line.starts_with(&format!("{}, bad", rule.name)) && line.contains(&format!(": {safety}: ")))
        };
        let fix = rule.document.split("\n## Fix\n").nth(1).unwrap_or("").split("\n## ").next().unwrap_or("");
        let wanted = if of_rule("safe") { "`--fix`" } else { "`--fix=all`" };
        let has = of_rule("safe") || of_rule("unsafe");
        assert_eq!(
            fix.contains("`--fix"),
            has,
            "{}: its document says under Fix what --fix does, and nothing else does",
            rule.name
        );
        assert!(!has || fix.contains(wanted), "{}: its document does not say {wanted}", rule.name);
    }
}

/// Ways to write the same code otherwise. Each takes the literal out of the text and gives the files.
type Way = fn(&Text) -> Option<Vec<(String, String)>>;

/// A text with a literal in it.
struct Text<'a> {
    path: &'a str,
    before: &'a str,
    literal: &'a str,
    after: &'a str,
}

impl<'a> Text<'a> {
    /// The literal that a repair changes; `None` where it puts something in or stands where no name can.
    fn of(path: &'a str, text: &'a str, repair: &Repair) -> Option<Self> {
        let [Edit { span, text: new }] = repair.edits.as_slice() else { return None };
        let (mut start, mut end) = (span.start as usize, span.end as usize);
        if start == end || new.is_empty() {
            return None;
        }
        if text[..start].ends_with(['"', '\'']) && text[end..].starts_with(['"', '\'']) {
            (start, end) = (start - 1, end + 1);
        }
        let line = text[..start].rsplit('\n').next().unwrap();
        let free = !["default", "defaultValue", "param ", "apiVersion"].iter().any(|word| line.contains(word));
        let literal = &text[start..end];
        let whole = literal.starts_with(['"', '\'']) || literal.bytes().all(|b| b.is_ascii_digit());
        (free && whole).then_some(Self { path, before: &text[..start], literal, after: &text[end..] })
    }

    fn with(&self, value: &str) -> String {
        format!("{}{value}{}", self.before, self.after)
    }

    fn is(&self, path: &str) -> Option<()> {
        (self.path == path).then_some(())
    }
}

fn files(files: &[(&str, String)]) -> Option<Vec<(String, String)>> {
    Some(files.iter().map(|(path, text)| ((*path).to_owned(), text.clone())).collect())
}

const WAYS: &[(&str, Way)] = &[
    ("default of a variable", |t| {
        t.is("main.tf")?;
        let variable = format!("variable \"moved\" {{\n  default = {}\n}}\n", t.literal);
        files(&[("main.tf", t.with("var.moved")), ("variables.tf", variable)])
    }),
    ("local", |t| {
        t.is("main.tf")?;
        files(&[("main.tf", format!("locals {{\n  moved = {}\n}}\n{}", t.literal, t.with("local.moved")))])
    }),
    ("attribute of a variable", |t| {
        t.is("main.tf")?;
        let variable = "variable \"net\" {\n  type = object({ moved = any, other = string })\n}\n".to_owned();
        let values = format!("net = {{\n  other = \"x\"\n  moved = {}\n}}\n", t.literal);
        files(&[("main.tf", t.with("var.net.moved")), ("variables.tf", variable), ("terraform.tfvars", values)])
    }),
    ("tfvars", |t| {
        t.is("main.tf")?;
        let values = format!("# values\nmoved = {} # set here\n", t.literal);
        files(&[("main.tf", t.with("var.moved") + "variable \"moved\" {}\n"), ("terraform.tfvars", values)])
    }),
    ("tfvars as JSON", |t| {
        t.is("main.tf")?;
        let values = format!("{{\n  \"moved\": {}\n}}\n", t.literal);
        files(&[("main.tf", t.with("var.moved") + "variable \"moved\" {}\n"), ("x.auto.tfvars.json", values)])
    }),
    ("argument of a module", |t| {
        t.is("main.tf")?;
        let call = format!("module \"aks\" {{\n  source = \"./aks\"\n  moved  = {}\n}}\n", t.literal);
        files(&[("aks/main.tf", t.with("var.moved") + "variable \"moved\" {}\n"), ("main.tf", call)])
    }),
    ("default of a parameter", |t| {
        t.is("main.bicep")?;
        let of = if t.literal.starts_with('\'') { "string" } else { "int" };
        files(&[("main.bicep", format!("param moved {of} = {}\n{}", t.literal, t.with("moved")))])
    }),
    ("variable of Bicep", |t| {
        t.is("main.bicep")?;
        files(&[("main.bicep", format!("var moved = {}\n{}", t.literal, t.with("moved")))])
    }),
    ("bicepparam", |t| {
        t.is("main.bicep")?;
        let of = if t.literal.starts_with('\'') { "string" } else { "int" };
        let values = format!("using './main.bicep'\n\nparam moved = {}\n", t.literal);
        files(&[("main.bicep", format!("param moved {of}\n{}", t.with("moved"))), ("main.bicepparam", values)])
    }),
    ("parameter of a Bicep module", |t| {
        t.is("main.bicep")?;
        let of = if t.literal.starts_with('\'') { "string" } else { "int" };
        let call = format!("module aks 'aks.bicep' = {{\n  name: 'aks'\n  params: {{\n    moved: {}\n  }}\n}}\n", t.literal);
        files(&[("aks.bicep", format!("param moved {of}\n{}", t.with("moved"))), ("main.bicep", call)])
    }),
    ("file of parameters", |t| {
        let (of, value) = match t.path {
            "main.bicep" => (if t.literal.starts_with('\'') { "string" } else { "int" }, t.literal.replace('\'', "\"")),
            "azuredeploy.json" => (if t.literal.starts_with('"') { "string" } else { "int" }, t.literal.to_owned()),
            _ => return None,
        };
        let schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#";
        let values = format!(
            "{{\n  \"$schema\": \"{schema}\",\n  \"contentVersion\": \"1.0.0.0\",\n  \"parameters\": {{\n    \"moved\": {{\n      \"value\": {value}\n    }}\n  }}\n}}\n"
        );
        if t.path == "main.bicep" {
            return files(&[("main.bicep", format!("param moved {of}\n{}", t.with("moved"))), ("main.parameters.json", values)]);
        }
        files(&[
            ("azuredeploy.json", t.arm(&format!("\"moved\": {{ \"type\": \"{of}\" }}"))?),
            ("azuredeploy.parameters.json", values),
        ])
    }),
    ("defaultValue", |t| {
        t.is("azuredeploy.json")?;
        let of = if t.literal.starts_with('"') { "string" } else { "int" };
        files(&[("azuredeploy.json", t.arm(&format!("\"moved\": {{ \"type\": \"{of}\", \"defaultValue\": {} }}", t.literal))?)])
    }),
    ("lines that end in CR LF", |t| files(&[(t.path, t.with(t.literal).replace('\n', "\r\n"))])),
    ("tabs", |t| files(&[(t.path, t.with(t.literal).replace("  ", "\t"))])),
];

impl Text<'_> {
    /// An ARM template that takes the value from a parameter.
    fn arm(&self, parameter: &str) -> Option<String> {
        let text = self.with("\"[parameters('moved')]\"");
        if text.contains("\"parameters\"") {
            return None;
        }
        Some(text.replacen("\"resources\"", &format!("\"parameters\": {{ {parameter} }},\n  \"resources\""), 1))
    }
}

#[test]
fn values_are_changed_where_they_are_set() {
    let mut tried: BTreeMap<&str, usize> = BTreeMap::new();
    let mut failures = String::new();
    for case in examples() {
        let (_, report) = case.check();
        for finding in Case::repairs(&report, case.rule) {
            let wanted = finding.repair.unwrap();
            let (path, text) = &case.files[0];
            let Some(text) = Text::of(path, text, &wanted) else { continue };
            for (way, write) in WAYS {
                let Some(files) = write(&text) else { continue };
                let other = Case {
                    name: format!("{} ({way})", case.name),
                    files,
                    config: case.config.clone(),
                    language: case.language.clone(),
                    ..case
                };
                let (sources, report) = other.check();
                let found = Case::repairs(&report, case.rule);
                let Some(finding) = found.iter().find(|f| f.message == finding.message) else {
                    let told: Vec<_> = report.findings.iter().map(|f| (f.rule, &f.message, &f.repair)).collect();
                    failures += &format!("{}: no repair: {told:?} {:?}\n{:#?}\n", other.name, report.unreadable, other.files);
                    continue;
                };
                let repair = finding.repair.clone().unwrap();
                if (repair.title != wanted.title)
                    || (repair.safety, repair.edits[0].text.as_str()) != (wanted.safety, wanted.edits[0].text.as_str())
                {
                    failures += &format!("{}: {repair:?} instead of {wanted:?}\n", other.name);
                }
                prove(&other, &sources, &report, finding);
                prove_idempotent(&other, &sources, &report);
                *tried.entry(way).or_default() += 1;
            }
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
    assert!(WAYS.iter().all(|(way, _)| tried.get(way).is_some_and(|times| *times > 5)), "{tried:?}");
}
