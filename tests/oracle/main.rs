//! Expressions in overlint and in Terraform: the same values, the same errors, the same things unknown.
//!
//! The answers of Terraform are recorded in `testdata/vectors/`, so that overlint is held to them everywhere. Where there is a `terraform`,
//! it is asked whether these still are its answers; with `OVERLINT_BLESS=1` they are written anew. `OVERLINT_ORACLE_SEED=17` asks it
//! about expressions that nobody has seen before.

#![allow(clippy::string_slice, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panics")]
#![allow(clippy::print_stderr, reason = "what is skipped is said")]

mod answer;
mod cover;
mod generate;
mod terraform;
mod variables;
mod vectors;

use std::collections::{BTreeMap, BTreeSet};
use vectors::{File, Line, Vector};

/// The seed of the recorded expressions.
const SEED: u64 = 1;
/// The files of vectors, and what is in them.
const HAND_PICKED: &[&str] = &["functions.tsv", "expressions.tsv", "yaml.tsv", "templates.tsv"];
const GENERATED: &str = "generated.tsv";
const VARIABLES: &str = "variables.tsv";

/// All files of vectors.
fn files() -> Vec<File> {
    HAND_PICKED.iter().chain(&[GENERATED, VARIABLES]).map(|name| File::read(name)).collect()
}

/// overlint's answers to the vectors of a file.
fn our_answers(file: &File) -> Vec<String> {
    let expressions: Vec<&str> = file.vectors().map(|v| v.expression.as_str()).collect();
    if file.name == VARIABLES { variables::ours(&expressions) } else { answer::answers(&vectors::context(), &expressions) }
}

/// Terraform's answers.
fn their_answers(file: &File) -> Vec<String> {
    let expressions: Vec<&str> = file.vectors().map(|v| v.expression.as_str()).collect();
    if file.name == VARIABLES { variables::theirs(&expressions) } else { terraform::answers(&vectors::context(), &expressions) }
}

/// Generated expressions of all classes, each class behind a line that names it.
fn generated(seed: u64) -> Vec<Line> {
    let mut seen = BTreeSet::new();
    let mut lines = Vec::new();
    for &(name, count, make) in generate::CLASSES {
        lines.push(Line::Note(format!("# {name}")));
        let expressions = generate::class(seed, name, count, make).into_iter().filter(|e| seen.insert(e.clone()));
        lines.extend(expressions.map(|e| Line::Vector(Vector::new(e))));
    }
    lines
}

fn blessing() -> bool {
    std::env::var_os("OVERLINT_BLESS").is_some()
}

#[test]
fn agrees_with_recorded_answers() {
    for file in files() {
        let name = &file.name;
        let vectors: Vec<&Vector> = file.vectors().collect();
        let answers = our_answers(&file);
        for vector in &vectors {
            let explained = vector.otherwise.as_ref().is_none_or(|(answer, why)| *answer != vector.terraform && !why.is_empty());
            assert!(explained, "{name}: a difference needs a reason: {}", vector.expression);
        }
        let wrong: Vec<String> = vectors
            .iter()
            .zip(&answers)
            .filter(|(vector, answer)| vector.expected() != *answer)
            .map(|(vector, answer)| format!("{}\n    {answer}, not {}", vector.expression, vector.expected()))
            .collect();
        assert!(wrong.is_empty(), "{name}: {} of {} wrong:\n{}", wrong.len(), vectors.len(), wrong.join("\n"));
    }
}

#[test]
fn recorded_answers_are_those_of_terraform() {
    if !terraform::is_there() {
        eprintln!("skipped: terraform is not on PATH");
        return;
    }
    for mut file in files() {
        if blessing() && file.name == GENERATED {
            let known: BTreeMap<String, Vector> = file.vectors().map(|v| (v.expression.clone(), v.clone())).collect();
            file.lines = generated(SEED);
            for vector in file.vectors_mut() {
                *vector = known.get(&vector.expression).unwrap_or(vector).clone();
            }
        }
        let answers = their_answers(&file);
        let mut changed = Vec::new();
        for (vector, answer) in file.vectors_mut().zip(answers) {
            if vector.terraform != answer {
                changed.push(format!("{}\n    {answer}, recorded {}", vector.expression, vector.terraform));
                vector.terraform = answer;
            }
        }
        if blessing() {
            file.write();
        } else {
            assert!(changed.is_empty(), "{}: Terraform says otherwise:\n{}", file.name, changed.join("\n"));
        }
    }
}

/// Every function of Terraform that works on values alone is called somewhere in the vectors.
#[test]
fn every_function_is_covered() {
    if !terraform::is_there() {
        eprintln!("skipped: terraform is not on PATH");
        return;
    }
    let files = files();
    let called = |name: &str| {
        let call = format!("{name}(");
        let calls =
            |v: &Vector| v.expression.match_indices(&call).any(|(i, _)| !v.expression[..i].ends_with(char::is_alphanumeric));
        files.iter().flat_map(File::vectors).any(calls)
    };
    let missing: Vec<String> =
        terraform::functions().into_iter().filter(|f| !READ_FILES.contains(&f.as_str()) && !called(f)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Functions that read files, which other tests have.
const READ_FILES: &[&str] = &[
    "abspath",
    "file",
    "filebase64",
    "filebase64sha256",
    "filebase64sha512",
    "fileexists",
    "filemd5",
    "fileset",
    "filesha1",
    "filesha256",
    "filesha512",
    "templatefile",
];

/// Where overlint knows more than Terraform while a variable has no value, it must hold whatever value that gets.
#[test]
fn what_is_known_stays_true() {
    if !terraform::is_there() {
        eprintln!("skipped: terraform is not on PATH");
        return;
    }
    let context = vectors::context();
    let files = files();
    let expressions: Vec<&str> = files
        .iter()
        .filter(|file| file.name != VARIABLES)
        .flat_map(File::vectors)
        .filter(|v| v.otherwise.is_some() && (v.terraform.contains("$unknown") || v.terraform == vectors::UNKNOWN))
        .map(|v| v.expression.as_str())
        .collect();
    let ours = answer::answers(&context, &expressions);
    let mut wrong = Vec::new();
    for context in cover::contexts(&context) {
        for ((expression, ours), theirs) in expressions.iter().zip(&ours).zip(terraform::answers(&context, &expressions)) {
            if !cover::covers(ours, &theirs) {
                wrong.push(format!("{expression}\n    {ours}, which is not true of {theirs}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// With a seed, expressions that were never seen before: no value may be another one than Terraform's, and no error be made up. (That
/// less or more is known is left to those who look into it.)
#[test]
fn new_expressions_have_the_right_values() {
    let Some(seed) = std::env::var("OVERLINT_ORACLE_SEED").ok().and_then(|seed| seed.parse().ok()) else { return };
    assert!(terraform::is_there(), "terraform is not on PATH");
    let context = vectors::context();
    let lines = generated(seed);
    let expressions: Vec<&str> = lines
        .iter()
        .filter_map(|line| match line {
            Line::Vector(vector) => Some(vector.expression.as_str()),
            Line::Note(_) => None,
        })
        .collect();
    let ours = answer::answers(&context, &expressions);
    let theirs = terraform::answers(&context, &expressions);
    let known = |answer: &str| answer != vectors::UNKNOWN && !answer.contains("$unknown") && !answer.contains("$open");
    let wrong: Vec<String> = expressions
        .iter()
        .zip(ours.iter().zip(&theirs))
        .filter(|(_, (ours, theirs))| ours != theirs && known(theirs) && known(ours) && *theirs != vectors::ERROR)
        .map(|(expression, (ours, theirs))| format!("{expression}\n    {ours}, not {theirs}"))
        .collect();
    eprintln!("{} of {} are the same", ours.iter().zip(&theirs).filter(|(ours, theirs)| ours == theirs).count(), ours.len());
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
