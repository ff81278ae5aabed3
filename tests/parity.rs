//! The same clusters in four languages: what is found does not depend on the language.
//!
//! Each file in `testdata/parity/` has a list of findings and four programs: for the azurerm provider, for azapi, in Bicep, and as an ARM
//! template. A finding with a language in parentheses is found in that language only. What is undecided is the same, too.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod common;

use overlint::config::Config;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

const LANGUAGES: [(&str, &str, &str); 4] = [
    ("azurerm", "terraform", "main.tf"),
    ("azapi", "terraform", "main.tf"),
    ("bicep", "bicep", "main.bicep"),
    ("arm", "arm", "azuredeploy.json"),
];

/// One file.
struct Case {
    name: String,
    /// Each finding, and the language if it is found in one only.
    wanted: Vec<(String, Option<String>)>,
    programs: Vec<(String, String)>,
}

impl Case {
    fn parse(name: &str, text: &str) -> Self {
        let mut case = Self { name: name.to_owned(), wanted: Vec::new(), programs: Vec::new() };
        let mut pieces = text.split("```");
        let list = pieces.next().unwrap().lines().filter_map(|line| line.strip_prefix("- "));
        case.wanted = list
            .map(|line| match line.split_once(" (") {
                Some((finding, language)) => (finding.to_owned(), Some(language.trim_end_matches(')').to_owned())),
                None => (line.to_owned(), None),
            })
            .collect();
        for piece in pieces.step_by(2) {
            let (fence, code) = piece.split_once('\n').unwrap();
            case.programs.push((fence.to_owned(), code.to_owned()));
        }
        case
    }
}

/// What a check says of a program.
struct Outcome {
    found: BTreeSet<String>,
    undecided: BTreeSet<String>,
    clusters: usize,
}

fn check(file: &str, code: &str) -> Outcome {
    let (_, report) = common::check_with(&[(file, code)], &Config::default());
    assert!(report.unreadable.is_empty(), "{:?}", report.unreadable);
    let found = report.findings.iter().map(|f| format!("{} {}", f.severity, f.rule)).collect();
    // The name of the resource group is in Terraform code, but not in a template.
    let only_there = |reason: &str| reason == "the resource group is known only at deployment";
    let undecided = report.undecided.iter().filter(|u| !only_there(&u.why.reason));
    let undecided = undecided.map(|u| format!("undecided {}", u.rule)).collect();
    Outcome { found, undecided, clusters: report.clusters.len() }
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/parity");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let name = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
    files.iter().map(|path| Case::parse(&name(path), &std::fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn what_is_found_does_not_depend_on_the_language() {
    let cases = cases();
    assert!(cases.len() >= 12, "only {} cases were found", cases.len());
    let mut failures = String::new();
    for case in cases {
        let fences: Vec<&str> = case.programs.iter().map(|(fence, _)| &**fence).collect();
        let mut undecided = None;
        assert_eq!(fences, LANGUAGES.map(|(_, fence, _)| fence), "{}", case.name);
        for ((language, _, file), (_, code)) in LANGUAGES.iter().zip(&case.programs) {
            let here = case.wanted.iter().filter(|(_, only)| only.as_deref().is_none_or(|only| only == *language));
            let wanted: BTreeSet<String> = here.map(|(finding, _)| finding.clone()).collect();
            let outcome = check(file, code);
            let undecided = undecided.get_or_insert_with(|| outcome.undecided.clone());
            assert_ne!(outcome.clusters, 0, "{} in {language} has no cluster", case.name);
            for (wanted, got) in [(&wanted, &outcome.found), (&*undecided, &outcome.undecided)] {
                wanted.difference(got).for_each(|f| _ = writeln!(failures, "{} in {language} lacks {f}", case.name));
                got.difference(wanted).for_each(|f| _ = writeln!(failures, "{} in {language} has {f}", case.name));
            }
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}
