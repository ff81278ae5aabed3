//! Every example of every rule document, written in other ways: what is told of it stays the same.
//!
//! A value may be written where it is used, or come through a variable, a local, a module, a parameter. Blocks may stand in any order and
//! any file. None of this changes what is found. Where a value is taken away, what was found is found still or undecided: never silent.

#![allow(clippy::string_slice, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panics")]

mod arm;
mod bicep;
mod edit;
mod json;
mod terraform;

use edit::{Mutant, Question, Relation, Told};
use overlint::config::Config;
use overlint::rules::{Check, Document, Example, ExampleKind, RULES};
use rayon::prelude::*;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;

/// A difference that is right: of this rule, where a text is in what is told.
struct Exception {
    rule: &'static str,
    says: &'static str,
    #[allow(dead_code, reason = "it is for readers")]
    why: &'static str,
}

impl Exception {
    fn name(&self) -> String {
        format!("{} where it says {:?}", self.rule, self.says)
    }
}

const EXCEPTIONS: &[Exception] = &[Exception {
    rule: "pod-cidr-overlaps-peered-vnet",
    says: "was [\"note: ",
    why: "two peerings away is a note, and a note is not worth a doubt",
}];

/// Rules that leave it to another one to tell what is found in the same values. Where that other one becomes undecided, they speak.
const GIVES_WAY: &[(&str, &str)] = &[
    ("pod-cidr-overlaps-vnet-subnet", "pod-cidr-overlaps-node-subnet"),
    ("pod-cidr-overlaps-vnet-space", "pod-cidr-overlaps-node-subnet"),
    ("pod-cidr-overlaps-vnet-space", "pod-cidr-overlaps-vnet-subnet"),
    ("service-cidr-overlaps-vnet-space", "service-cidr-overlaps-vnet-subnet"),
    ("implicit-cidr-default", "pod-cidr-overlaps-peered-vnet"),
    ("implicit-cidr-default", "pod-cidr-overlaps-service-cidr"),
];

/// What is told otherwise of a mutant.
struct Difference {
    /// The line of the tables above by which it is right.
    excuse: Option<String>,
    /// For people.
    text: String,
}

/// The answers to one question, before and after.
struct Answers {
    question: Question,
    before: Answer,
    after: Answer,
}

/// What is found, and whether something is undecided.
#[derive(PartialEq)]
struct Answer {
    found: Vec<String>,
    undecided: bool,
}

impl Answer {
    fn of(told: &Told, question: &Question) -> Self {
        let found = told.found.iter().filter(|(of, ..)| of == question);
        Self {
            found: found.map(|(_, severity, message)| format!("{severity}: {message}")).collect(),
            undecided: told.undecided.contains(question),
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}{}", self.found, if self.undecided { " and undecided" } else { "" })
    }
}

impl Answers {
    fn hold(&self, relation: Relation) -> bool {
        let Self { before, after, .. } = self;
        match relation {
            Relation::Same => before == after,
            Relation::Unknown | Relation::UnknownInPart => match after.found.len().cmp(&before.found.len()) {
                Ordering::Greater => false,
                Ordering::Less => after.undecided,
                Ordering::Equal => after.undecided || !before.undecided,
            },
        }
    }

    fn excuse(&self, mutant: &Told) -> Option<String> {
        let rule = self.question.0;
        let text = self.to_string();
        let exception = EXCEPTIONS.iter().find(|e| e.rule == rule && text.contains(e.says));
        let open = |of: &str| mutant.undecided.iter().any(|(rule, cluster)| *rule == of && *cluster == self.question.1);
        let way = GIVES_WAY.iter().find(|(gives, to)| *gives == rule && open(to));
        exception.map(Exception::name).or(way.map(|(gives, to)| format!("{gives} gives way to {to}")))
    }
}

impl fmt::Display for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { question: (rule, cluster), before, after } = self;
        write!(f, "{rule} of {cluster}:\n      was {before}\n      is  {after}")
    }
}

fn compare(original: &Told, mutant: &Told, relation: Relation) -> Vec<Difference> {
    let mut differences = Vec::new();
    if original.unreadable != mutant.unreadable {
        differences.push(Difference { excuse: None, text: format!("cannot be read: {:?}", mutant.unreadable) });
    }
    let found = original.found.iter().chain(&mutant.found).map(|(question, ..)| question);
    let questions: BTreeSet<&Question> = found.chain(&original.undecided).chain(&mutant.undecided).collect();
    for question in questions {
        let (before, after) = (Answer::of(original, question), Answer::of(mutant, question));
        let answers = Answers { question: question.clone(), before, after };
        if !answers.hold(relation) {
            differences.push(Difference { excuse: answers.excuse(mutant), text: answers.to_string() });
        }
    }
    differences
}

/// What is told otherwise of the mutants of an example.
fn differences(document: &str, example: &Example<'_>, (file, mutants): Language) -> Vec<Difference> {
    let config = Config { as_of: example.as_of, ..Config::default() };
    let original = Mutant::same("", vec![(file, example.code.clone())]);
    let all = std::env::var_os("OVERLINT_ALL_MUTANTS").is_some();
    let mutants = some(mutants(&example.code), example.kind, all);
    let programs: Vec<&Mutant> = std::iter::once(&original).chain(&mutants).collect();
    let told = edit::check(&programs, &config);
    let mut all = Vec::new();
    for (mutant, now) in mutants.iter().zip(&told[1..]) {
        all.extend(compare(&told[0], now, mutant.relation).into_iter().map(|difference| Difference {
            text: format!("{document}.md, example at line {}, {}: {}", example.line, mutant.what, difference.text),
            ..difference
        }));
    }
    all
}

/// The mutants that there is time for. Values that are taken away in part cost most, and where nothing is found they tell least.
fn some(mut mutants: Vec<Mutant>, kind: ExampleKind, all: bool) -> Vec<Mutant> {
    let mut partly = 0;
    mutants.retain(|mutant| {
        partly += usize::from(mutant.relation == Relation::UnknownInPart);
        all || mutant.relation != Relation::UnknownInPart || (kind == ExampleKind::Bad && partly.is_multiple_of(3))
    });
    mutants
}

/// The file of a program, and how its mutants are made.
type Language = (&'static str, fn(&str) -> Vec<Mutant>);

fn language(name: &str) -> Option<Language> {
    match name {
        "terraform" => Some(("main.tf", terraform::mutants)),
        "bicep" => Some(("main.bicep", bicep::mutants)),
        "arm" => Some(("azuredeploy.json", arm::mutants)),
        _ => None,
    }
}

#[test]
fn what_is_told_does_not_depend_on_how_it_is_written() {
    let mut examples: Vec<(&str, Example<'_>, Language)> = Vec::new();
    // What a comment suppresses does depend on where it stands.
    for rule in RULES.iter().filter(|rule| !matches!(rule.check, Check::Suppressions)) {
        for example in Document::examples(rule.document) {
            examples.extend(language(example.language).map(|language| (rule.name, example, language)));
        }
    }
    let check = || examples.par_iter().flat_map_iter(|(name, example, how)| differences(name, example, *how)).collect();
    let all: Vec<Difference> = overlint::with_threads(0, check).unwrap();
    let (right, wrong): (Vec<_>, Vec<_>) = all.into_iter().partition(|difference| difference.excuse.is_some());
    let used: BTreeSet<String> = right.into_iter().filter_map(|difference| difference.excuse).collect();
    let names =
        EXCEPTIONS.iter().map(Exception::name).chain(GIVES_WAY.iter().map(|(gives, to)| format!("{gives} gives way to {to}")));
    let unused: Vec<String> = names.filter(|name| !used.contains(name)).collect();
    let texts: Vec<String> = wrong.into_iter().map(|difference| difference.text).collect();
    assert!(texts.is_empty(), "{} differences\n{}", texts.len(), texts.join("\n"));
    assert!(unused.is_empty(), "exceptions that no example needs: {unused:?}");
}
