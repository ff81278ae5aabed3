//! Input variables: what their types make of defaults and of given values. An expression of these vectors is the content of a `variable`
//! block; lines that start with `given =` are what a variable file sets.

use crate::answer;
use crate::terraform::{Printed, console};
use crate::vectors::{ERROR, UNKNOWN};
use overlint::config::Config;
use overlint::eval::terraform::{Modules, outputs};
use overlint::source::Sources;
use overlint::value::Value;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// The block's content, and the value that is given.
fn parts(vector: &str) -> (String, Option<&str>) {
    let given = vector.lines().find_map(|line| line.strip_prefix("given = "));
    let content: Vec<&str> = vector.lines().filter(|line| !line.starts_with("given = ")).collect();
    (content.join("\n"), given)
}

/// The code and the variable file for some variables.
fn files<'a>(vectors: impl Iterator<Item = (usize, &'a str)>) -> [(&'static str, String); 2] {
    let (mut code, mut values) = (String::new(), String::new());
    for (i, vector) in vectors {
        let (content, given) = parts(vector);
        code.push_str(&format!("variable \"v{i}\" {{\n{content}\n}}\n"));
        values.extend(given.map(|given| format!("v{i} = {given}\n")));
    }
    [("main.tf", code), ("terraform.tfvars", values)]
}

/// overlint's answers. It takes a value that does not fit for unknown; here, where nothing else is unknown, that is an error.
pub fn ours(vectors: &[&str]) -> Vec<String> {
    vectors.iter().map(|vector| our(vector)).collect()
}

fn our(vector: &str) -> String {
    let [(_, code), (_, values)] = files(std::iter::once((0, vector)));
    let mut sources = Sources::new();
    sources.add("main.tf", format!("{code}output \"value\" {{\n  value = var.v0\n}}\n").as_bytes());
    sources.add("terraform.tfvars", values.as_bytes());
    let (modules, errors) = Modules::read(&sources, &[]);
    let outputs = outputs("", &modules, &sources, &Config::default(), &BTreeMap::new());
    match outputs.get("value").map(|val| &val.value) {
        Some(Value::Unknown(unknown)) if errors.is_empty() && unknown.reason.ends_with("has no value") => UNKNOWN.to_owned(),
        Some(value) if errors.is_empty() => {
            Some(answer::shown(value)).filter(|text| !is_open(text)).unwrap_or_else(|| ERROR.to_owned())
        }
        _ => ERROR.to_owned(),
    }
}

fn is_open(answer: &str) -> bool {
    answer == UNKNOWN || answer.contains("$unknown")
}

/// So many variables are asked for at once. Terraform's time for complaints grows with the square of their number.
const BATCH: usize = 50;

/// Terraform's answers.
pub fn theirs(vectors: &[&str]) -> Vec<String> {
    vectors.chunks(BATCH).flat_map(ask).collect()
}

/// Terraform's complaints name the variables that are wrong; they are left out, and it is asked again.
fn ask(vectors: &[&str]) -> Vec<String> {
    let mut wrong: BTreeSet<usize> = BTreeSet::new();
    loop {
        let right = || vectors.iter().copied().enumerate().filter(|(i, _)| !wrong.contains(i));
        let all: String = right().map(|(i, _)| format!("var.v{i}, ")).collect();
        let [(_, code), (name, values)] = files(right());
        let (printed, complaints) = console(&[("main.tf", format!("{code}locals {{\n  all = [{all}]\n}}\n")), (name, values)]);
        let complained: BTreeSet<usize> =
            ["variable \"v", "var.v"].iter().flat_map(|start| numbers_behind(&complaints, start)).collect();
        if complained.is_empty() {
            let Json::Array(answers) = Printed::new(&printed).value(0) else { panic!("{printed}{complaints}") };
            let mut answers = answers.iter().map(answer::text);
            let answer = |i| if wrong.contains(&i) { None } else { answers.next() };
            return (0..vectors.len()).map(answer).map(|a| a.unwrap_or_else(|| ERROR.to_owned())).collect();
        }
        let before = wrong.len();
        wrong.extend(complained);
        assert!(wrong.len() > before, "{complaints}");
    }
}

fn numbers_behind<'a>(text: &'a str, start: &'a str) -> impl Iterator<Item = usize> + 'a {
    text.match_indices(start).filter_map(move |(i, _)| {
        let digits = text[i + start.len()..].split(|c: char| !c.is_ascii_digit()).next()?;
        digits.parse().ok()
    })
}
