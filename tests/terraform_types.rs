//! What Terraform makes of the values of variables that have a type: `testdata/vectors/types.tsv`, recorded by
//! `tests/oracle/record_types.py`, which documents the format.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

use overlint::config::Config;
use overlint::eval::terraform::{Modules, evaluate};
use overlint::source::Sources;
use overlint::value::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What overlint makes of values with types, each as JSON or ERROR.
fn ours(pairs: &[(&str, &str)]) -> Vec<String> {
    let mut code = String::new();
    for (i, (ty, value)) in pairs.iter().enumerate() {
        writeln!(code, "variable \"v{i}\" {{\n  type = {ty}\n  default = {value}\n}}").unwrap();
        writeln!(code, "resource \"terraform_data\" \"v{i}\" {{\n  input = jsonencode(var.v{i})\n}}").unwrap();
    }
    let mut sources = Sources::new();
    sources.add("main.tf", code.as_bytes());
    let (modules, errors) = Modules::read(&sources, &[]);
    assert_eq!(errors, []);
    let evaluated = evaluate("", &modules, &sources, &Config::default(), &BTreeMap::new(), &|kind| kind == "terraform_data");
    assert_eq!(evaluated.resources.len(), pairs.len());
    let input = |resource: &overlint::tree::Resource| match &resource.get("input").unwrap().value {
        Value::String(json) => json.to_string(),
        _ => "ERROR".to_owned(),
    };
    evaluated.resources.iter().map(input).collect()
}

#[test]
fn types_make_of_values_what_terraform_makes_of_them() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/vectors/types.tsv");
    let text = std::fs::read_to_string(path).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().filter(|l| !l.starts_with('#')).map(|l| l.split('\t').collect()).collect();
    let pairs: Vec<(&str, &str)> = rows.iter().map(|row| (row[0], row[1])).collect();
    let mut wrong = Vec::new();
    for (row, ours) in rows.iter().zip(overlint::with_threads(1, || ours(&pairs)).unwrap()) {
        let expected = row.get(3).unwrap_or(&row[2]);
        if ours != *expected {
            wrong.push(format!("{} from {}: {ours}, not {expected}", row[0], row[1]));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}
