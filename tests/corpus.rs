//! Real repositories: audited verdicts (`tests/corpus.toml`), and what must hold for all code.
//!
//! The environment variable `OVERLINT_CORPUS` names a folder with checkouts, each in a folder `OWNER+NAME`: a clone, or plain files with the
//! commit's hash in a file `.corpus-commit`. Without it nothing here is tested, and the tests say so.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests may panic as tests may")]

use overlint::config::Config;
use overlint::date::Date;
use overlint::discover::{Options, discover};
use overlint::report::{Finding, Report};
use overlint::rules;
use overlint::source::{Sources, Span};
use regex::Regex;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const VARIABLE: &str = "OVERLINT_CORPUS";

/// The table of audited verdicts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    /// The commit that was audited, by repository.
    commits: BTreeMap<String, String>,
    row: Vec<Row>,
}

/// A folder of a repository and what is true of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Row {
    why: String,
    repository: String,
    /// The folder, or one template.
    folder: String,
    /// The parameter files that are given, from the checkout's folder.
    #[serde(default)]
    parameters: Vec<String>,
    as_of: Option<Date>,
    clusters: usize,
    #[serde(default)]
    findings: Vec<String>,
    #[serde(default)]
    undecided: Vec<String>,
}

impl Row {
    fn title(&self) -> String {
        let day = self.as_of.map_or_else(String::new, |day| format!(" as of {day}"));
        let with = if self.parameters.is_empty() { String::new() } else { format!(" with {}", self.parameters.join(", ")) };
        format!("{}/{}{with}{day} ({})", self.repository, self.folder, self.why)
    }

    /// The rules it speaks of that do not exist in this version.
    fn missing_rules(&self) -> Vec<&str> {
        let named = self.findings.iter().filter_map(|f| f.split(' ').nth(1));
        named
            .chain(self.undecided.iter().filter_map(|u| u.split(' ').next()).filter(|rule| *rule != "*"))
            .filter(|rule| rules::find(rule).is_none())
            .collect()
    }
}

/// Tells whoever runs the tests; what the print macros write is only shown when a test fails.
fn tell(text: &str) {
    let _ = writeln!(io::stderr(), "\ncorpus: {text}");
}

/// The folder with the checkouts.
fn corpus() -> Option<PathBuf> {
    let folder = std::env::var_os(VARIABLE).map(PathBuf::from);
    if folder.is_none() {
        tell(&format!("skipped, because {VARIABLE} is not set"));
    }
    folder
}

fn checkouts(corpus: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(corpus).unwrap().map(|e| e.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|p| p.is_dir()).collect();
    folders.sort();
    folders
}

/// The commit of a checkout.
fn commit(checkout: &Path) -> Option<String> {
    if let Ok(noted) = fs::read_to_string(checkout.join(".corpus-commit")) {
        return Some(noted.trim().to_owned());
    }
    let git = Command::new("git").arg("-C").arg(checkout).args(["rev-parse", "HEAD"]).stderr(Stdio::null()).output().ok()?;
    git.status.success().then(|| String::from_utf8_lossy(&git.stdout).trim().to_owned())
}

fn check(folder: &Path, parameters: &[PathBuf], day: Date) -> (Sources, Report) {
    let paths = [folder.to_str().unwrap().to_owned()];
    let parameters: Vec<String> = parameters.iter().map(|path| path.to_str().unwrap().to_owned()).collect();
    let run = || {
        let sources = discover(&paths, &Options { no_ignore: true, parameters: parameters.clone(), ..Options::default() });
        let report = overlint::check(&sources, &Config { as_of: Some(day), parameters: parameters.clone(), ..Config::default() });
        (sources, report)
    };
    overlint::with_threads(0, run).unwrap()
}

#[test]
fn audited_verdicts() {
    let Some(corpus) = corpus() else { return };
    let table: Table = toml::from_str(include_str!("corpus.toml")).unwrap();
    let (mut failures, mut not_run, mut run) = (String::new(), String::new(), 0);
    for row in &table.row {
        match can_run(row, &corpus, &table.commits) {
            Ok(checkout) => {
                run += 1;
                failures.extend(judge(row, &checkout).map(|failure| format!("{}: {failure}\n", row.title())));
            }
            Err(why) => not_run += &format!("  {}: {why}\n", row.title()),
        }
    }
    if !not_run.is_empty() {
        tell(&format!("of {} verdicts, these were not tested:\n{not_run}", table.row.len()));
    }
    assert!(failures.is_empty(), "\n{failures}");
    assert!(run > 0, "no verdict could be tested");
}

/// The checkout, or why the row cannot be tested.
fn can_run(row: &Row, corpus: &Path, commits: &BTreeMap<String, String>) -> Result<PathBuf, String> {
    let missing = row.missing_rules();
    if !missing.is_empty() {
        return Err(format!("waits for the rule {}", missing.join(", ")));
    }
    let checkout = corpus.join(row.repository.replace('/', "+"));
    if !checkout.is_dir() {
        return Err("there is no checkout".to_owned());
    }
    let audited = commits.get(&row.repository).expect("every repository has a commit");
    match commit(&checkout) {
        Some(commit) if commit == *audited => Ok(checkout),
        Some(commit) => Err(format!("the checkout is at {commit}, not at {audited}")),
        None => Err(format!("the checkout's commit is not known; it must be {audited}")),
    }
}

/// What is wrong with a row, if anything.
fn judge(row: &Row, checkout: &Path) -> Option<String> {
    let folder = if row.folder == "." { checkout.to_owned() } else { checkout.join(&row.folder) };
    let parameters: Vec<PathBuf> = row.parameters.iter().map(|path| checkout.join(path)).collect();
    if !folder.exists() || !parameters.iter().all(|path| path.exists()) {
        return Some("the checkout has no such folder or file".to_owned());
    }
    let (sources, report) = check(&folder, &parameters, row.as_of.unwrap_or(Date::LATEST));
    let folder = if folder.is_dir() { &*folder } else { folder.parent().unwrap() };
    let place = |span: Span| {
        let file = sources.file(span.file);
        let path = Path::new(file.path()).strip_prefix(folder).unwrap_or(Path::new(file.path()));
        format!("{}:{}", path.display(), file.position(span.start).line)
    };
    let serious = report.findings.iter().filter(|f| f.severity > overlint::report::Severity::Note);
    let each = |f: &Finding| -> Vec<String> {
        let clusters = std::iter::once(&f.cluster).chain(&f.also);
        clusters.map(|cluster| format!("{} {} {} {cluster}", f.severity, f.rule, place(f.place))).collect()
    };
    let mut found: Vec<String> = serious.flat_map(each).collect();
    found.sort();
    let mut wanted = row.findings.clone();
    wanted.sort();
    if found != wanted {
        return Some(format!("found {found:#?}, not {wanted:#?}"));
    }
    if report.clusters.len() != row.clusters {
        return Some(format!("found {} clusters, not {}", report.clusters.len(), row.clusters));
    }
    let undecided: Vec<String> = report.undecided.iter().map(|u| format!("{} {}: {}", u.rule, u.cluster, u.why.reason)).collect();
    let lost = row.undecided.iter().find(|wanted| !undecided.iter().any(|u| u.starts_with(*wanted)))?;
    Some(format!("{lost:?} is not among what is undecided: {undecided:#?}"))
}

#[test]
fn runs_end_well_and_say_the_same_each_time() {
    let Some(corpus) = corpus() else { return };
    let run = |checkout: &Path, jobs: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_overlint"));
        command.env_clear().current_dir(&corpus).args([
            "check",
            "--no-ignore",
            "--undecided",
            "--format",
            "json",
            "--jobs",
            jobs,
        ]);
        command.arg(checkout.file_name().unwrap()).stdin(Stdio::null()).output().unwrap()
    };
    for checkout in checkouts(&corpus) {
        let first = run(&checkout, "4");
        let code = first.status.code();
        let told = String::from_utf8_lossy(&first.stderr);
        assert!(matches!(code, Some(0..=2)) && !told.contains("panicked"), "{}: {code:?} {told}", checkout.display());
        for jobs in ["4", "1"] {
            assert!(run(&checkout, jobs).stdout == first.stdout, "{} differs with {jobs} threads", checkout.display());
        }
    }
}

#[test]
fn places_hold_what_is_talked_about() {
    let Some(corpus) = corpus() else { return };
    let mut failures = Vec::new();
    for checkout in checkouts(&corpus) {
        let (sources, report) = check(&checkout, &[], Date::LATEST);
        for finding in &report.findings {
            let subject = subject(&sources, finding.place);
            if !subjects(finding.rule).is_none_or(|wanted| wanted.contains(&subject.as_str())) {
                failures.push(format!("{} at {subject:?}, {}", finding.rule, show(&sources, finding.place)));
            }
            let places = finding.related.iter().map(|r| r.span).chain([finding.place]);
            failures.extend(places.filter_map(|span| misplaced(&sources, span)).map(|why| format!("{}: {why}", finding.rule)));
        }
        for undecided in &report.undecided {
            let Some(span) = undecided.why.span else { continue };
            failures.extend(misplaced(&sources, span).map(|why| format!("{}: {why}", undecided.why.reason)));
            let named = name_in(&undecided.why.reason);
            if named.is_some_and(|name| !sources.text(span).contains(name)) {
                failures.push(format!("{}, but at {}", undecided.why.reason, show(&sources, span)));
            }
        }
        // What does not parse may be a blank.
        let unreadable = report.unreadable.iter().filter_map(|u| u.span);
        failures.extend(unreadable.filter(|span| text_at(&sources, *span).is_none()).map(|span| show(&sources, span)));
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// A place as a person would look it up, with its text.
fn show(sources: &Sources, span: Span) -> String {
    let file = sources.file(span.file);
    format!("{}:{} {:?}", file.path(), file.position(span.start).line, sources.text(span))
}

/// The text at a place; `None` when it is no range of whole characters of its file.
fn text_at(sources: &Sources, span: Span) -> Option<&str> {
    sources.file(span.file).text().get(span.start as usize..span.end as usize)
}

/// What is wrong with a place, if anything.
fn misplaced(sources: &Sources, span: Span) -> Option<String> {
    let why = match text_at(sources, span) {
        None => "is no range of its file",
        Some(text) if text.trim().is_empty() => "is blank",
        Some(text) if text.trim() != text => "has blanks around it",
        Some(_) => return None,
    };
    Some(format!("{} {why}", show(sources, span)))
}

/// What a place is part of: a block by its keyword, or an attribute by its name.
fn subject(sources: &Sources, span: Span) -> String {
    let text = sources.file(span.file).text();
    let (before, after) = (text.get(..span.start as usize).unwrap_or(""), text.get(span.end as usize..).unwrap_or(""));
    let line = before.rsplit('\n').next().unwrap_or("");
    let declares = ["resource ", "module "].iter().any(|keyword| sources.text(span).starts_with(keyword));
    let header = after.trim_start().starts_with('{') || sources.text(span).ends_with('{') || declares;
    if line.trim().is_empty() && header {
        let first = sources.text(span).split_whitespace().next().unwrap_or("");
        return first.trim_matches([':', '"']).to_owned();
    }
    let is_template = [".bicep", ".json"].iter().any(|end| sources.file(span.file).path().ends_with(end));
    let attribute = if is_template { r#"([\w-]+)"?\s*:"# } else { r"(?m)^\s*([\w-]+)\s*=[^=>]" };
    let attribute = Regex::new(attribute).unwrap();
    // The attribute's own text may not be cut off behind its equals sign.
    let upto = text.get(..(span.start as usize + 1).min(text.len())).unwrap_or(before);
    attribute.captures_iter(upto).last().map_or_else(String::new, |c| c[1].to_owned())
}

/// What a finding of a rule may point at, for the rules where that is one thing. In ARM templates a resource begins with its type.
fn subjects(rule: &str) -> Option<&'static [&'static str]> {
    match rule {
        "implicit-cidr-default" => Some(&["network_profile", "networkProfile", "dynamic", "resource", "module", "type"]),
        "overlay-mode-not-set" => {
            Some(&["network_profile", "networkProfile", "networkPluginMode", "dynamic", "resource", "module", "type"])
        }
        "kubenet-retirement" => Some(&["network_plugin", "networkPlugin", "module"]),
        "deprecated-network-attribute" => {
            Some(&["docker_bridge_cidr", "dockerBridgeCidr", "ebpf_data_plane", "enable_auto_scaling", "type"])
        }
        _ if rule.starts_with("pod-cidr-") => Some(&[
            "pod_cidr",
            "pod_cidrs",
            "podCidr",
            "podCidrs",
            "network_profile",
            "networkProfile",
            "dynamic",
            "resource",
            "module",
            "type",
        ]),
        _ if rule.starts_with("service-cidr-") => Some(&[
            "service_cidr",
            "service_cidrs",
            "serviceCidr",
            "serviceCidrs",
            "network_profile",
            "networkProfile",
            "dynamic",
            "resource",
            "module",
            "type",
        ]),
        _ if rule.starts_with("dns-service-ip-") => Some(&[
            "dns_service_ip",
            "dnsServiceIP",
            "network_profile",
            "networkProfile",
            "dynamic",
            "resource",
            "module",
            "type",
        ]),
        _ => None,
    }
}

/// The name in a reason that the text at its place must hold, too.
fn name_in(reason: &str) -> Option<&str> {
    let named = reason.strip_suffix(" has no value").or(reason.strip_suffix(" is not declared in this module"))?;
    named.strip_prefix("parameter ").unwrap_or(named).rsplit('.').next()
}
