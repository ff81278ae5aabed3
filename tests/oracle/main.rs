//! Expressions in overlint and in Terraform: the same values, the same errors, the same things unknown.
//!
//! The answers of Terraform are recorded in `testdata/vectors/`, so that overlint is held to them everywhere. Where there is a `terraform`,
//! it is asked whether these still are its answers; with `OVERLINT_BLESS=1` they are written anew. `OVERLINT_ORACLE_SEED=17` asks it
//! about expressions that nobody has seen before.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panics")]
#![allow(clippy::print_stderr, reason = "what is skipped is said")]

mod answer;
mod generate;
mod terraform;
mod vectors;

use std::collections::BTreeMap;
use vectors::{File, Line, Vector};

/// The seed of the recorded expressions.
const SEED: u64 = 1;
/// The files of vectors, and what is in them.
const HAND_PICKED: &[&str] = &["functions.tsv", "expressions.tsv", "yaml.tsv", "templates.tsv"];
const GENERATED: &str = "generated.tsv";

/// Generated expressions of all classes, each class behind a line that names it.
fn generated(seed: u64) -> Vec<Line> {
    let class = |&(name, count, make): &(&str, usize, _)| {
        let vectors = generate::class(seed, name, count, make).into_iter().map(|e| Line::Vector(Vector::new(e)));
        std::iter::once(Line::Note(format!("# {name}"))).chain(vectors).collect::<Vec<_>>()
    };
    generate::CLASSES.iter().flat_map(class).collect()
}

fn blessing() -> bool {
    std::env::var_os("OVERLINT_BLESS").is_some()
}

#[test]
fn agrees_with_recorded_answers() {
    for name in HAND_PICKED.iter().chain([&GENERATED]) {
        let file = File::read(name);
        let vectors: Vec<&Vector> = file.vectors().collect();
        let answers = answer::answers(&vectors::context(), &vectors.iter().map(|v| v.expression.as_str()).collect::<Vec<_>>());
        let wrong: Vec<String> = vectors
            .iter()
            .zip(&answers)
            .filter(|(vector, answer)| vector.expected() != *answer)
            .map(|(vector, answer)| format!("{}\n    {answer}, not {}", vector.expression, vector.expected()))
            .collect();
        for vector in &vectors {
            let explained = vector.otherwise.as_ref().is_none_or(|(answer, why)| *answer != vector.terraform && !why.is_empty());
            assert!(explained, "{name}: a difference needs a reason: {}", vector.expression);
        }
        if let Some(folder) = std::env::var_os("OVERLINT_ORACLE_OUT") {
            let text: String = vectors
                .iter()
                .zip(&answers)
                .filter(|(v, a)| v.expected() != *a)
                .map(|(v, a)| format!("{}\t{}\t{a}\n", v.expression.replace('\n', "⏎"), v.terraform))
                .collect();
            std::fs::write(std::path::Path::new(&folder).join(name), text).unwrap();
        }
        if !wrong.is_empty() {
            eprintln!("{name} {}", wrong.len());
            continue;
        }
        assert!(wrong.is_empty(), "{name}: {} of {} wrong:\n{}", wrong.len(), vectors.len(), wrong.join("\n"));
    }
}

#[test]
fn recorded_answers_are_those_of_terraform() {
    if !terraform::is_there() {
        eprintln!("skipped: terraform is not on PATH");
        return;
    }
    let context = vectors::context();
    for name in HAND_PICKED.iter().chain([&GENERATED]) {
        let mut file = File::read(name);
        if blessing() && *name == GENERATED {
            let mut known: BTreeMap<String, Vector> = file.vectors().map(|v| (v.expression.clone(), v.clone())).collect();
            file.lines = generated(SEED);
            for vector in file.vectors_mut() {
                *vector = known.remove(&vector.expression).unwrap_or_else(|| vector.clone());
            }
        }
        let expressions: Vec<&str> = file.vectors().map(|v| v.expression.as_str()).collect();
        let answers = terraform::answers(&context, &expressions);
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
            assert!(changed.is_empty(), "{name}: Terraform says otherwise:\n{}", changed.join("\n"));
        }
    }
}
